//! What the terminal found, what it ran, and over which interface.

use super::{Context, Finding, tag_reason};
use crate::element::{
    ApplicationIdentifier, ApplicationInterchangeProfile as Aip, Scheme,
    TerminalVerificationResults as Tvr,
};
use crate::issuer::judgement::card::{Contactless, Form};
use crate::issuer::judgement::reason::{Place, Reason, ReasonKind, Value};
use crate::issuer::{MessageKind, PosEntryMode, Verdict};
use crate::tag;

/// Bits of offline data authentication that failed.
const FAILED: Tvr = Tvr([0x4C, 0, 0, 0x01, 0]);

/// Authentication of the card that did not take place, or failed, and nobody verified the cardholder: C08, attack 14. By
/// itself it is honest: a terminal that is online only needs none, and one may lack a key (H21).
#[inline]
pub(super) fn authentication(context: &Context<'_, '_, '_>) -> Finding {
    let Some((chip, tvr)) = context.chip.and_then(|chip| Some((chip, chip.tvr?))) else {
        return Finding::Absent;
    };
    let able = Aip::SDA_SUPPORTED | Aip::DDA_SUPPORTED | Aip::CDA_SUPPORTED | Aip::XDA_SUPPORTED;
    // `01` of byte 1 is CDA, and local authentication of kernel 8, which comes to the same.
    let supported = chip.profile.is_some_and(|profile| profile.intersects(able));
    if !context.proved() || !supported {
        return Finding::Absent;
    }
    let failed = tvr.intersects(FAILED);
    let missing = failed || tvr.contains(Tvr::ODA_NOT_PERFORMED);
    if !missing || context.somebody_verified() {
        return Finding::Agrees;
    }
    let reason = |kind| {
        let claimed = Value::bytes(&tvr.0);
        let (place, against) = (
            tag::TERMINAL_VERIFICATION_RESULTS,
            Place::Tag(tag::APPLICATION_INTERCHANGE_PROFILE),
        );
        let found = chip
            .profile
            .map_or(Value::None, |profile| Value::bytes(&profile.0));
        Finding::Contradicts(tag_reason(kind, place, claimed, against, found))
    };
    if context.above_limit() && context.says_no_pin() && context.spends() {
        reason(ReasonKind::CardNotAuthenticated)
    } else if failed {
        reason(ReasonKind::AuthenticationFailed)
    } else {
        Finding::Agrees
    }
}

/// Relay resistance: L04, attack 20. Only for cards that have it. Over the contacts these bits are reserved, and no terminal sets them: a
/// message that calls itself one of the contacts and has them was changed on its way. That it was not performed is the terminal's lack.
#[inline]
pub(super) fn relay(context: &Context<'_, '_, '_>) -> Finding {
    let Some((chip, tvr)) = context.chip.and_then(|chip| Some((chip, chip.tvr?))) else {
        return Finding::Absent;
    };
    let by_profile = chip
        .profile
        .is_some_and(|profile| profile.contains(Aip::RELAY_RESISTANCE_SUPPORTED));
    let supported = context.card.relay_resistance.unwrap_or(by_profile);
    let mode = context.request.entry_mode;
    if !(mode.is_chip() || mode == PosEntryMode::Unknown) || !supported {
        return Finding::Absent;
    }
    let slow =
        Tvr::RELAY_RESISTANCE_THRESHOLD_EXCEEDED | Tvr::RELAY_RESISTANCE_TIME_LIMITS_EXCEEDED;
    Finding::unless(tvr.intersects(slow), || {
        let place = tag::TERMINAL_VERIFICATION_RESULTS;
        let claimed = Value::bytes(&tvr.0);
        tag_reason(
            ReasonKind::RelaySuspected,
            place,
            claimed,
            Place::Record,
            Value::None,
        )
    })
}

/// The terminal's list of exceptions.
#[inline]
pub(super) fn exception_file(context: &Context<'_, '_, '_>) -> Finding {
    let Some(tvr) = context.chip.and_then(|chip| chip.tvr) else {
        return Finding::Absent;
    };
    Finding::unless(tvr.contains(Tvr::ON_EXCEPTION_FILE), || {
        let place = Place::Tag(tag::TERMINAL_VERIFICATION_RESULTS);
        let claimed = Value::bytes(&tvr.0);
        Reason::new(
            ReasonKind::OnExceptionFile,
            place,
            claimed,
            place,
            Value::None,
        )
    })
}

/// Whether a payment system shares cards with none of its kind. National ones stand beside one of these on one card.
const fn is_international(scheme: Scheme) -> bool {
    matches!(
        scheme,
        Scheme::Visa
            | Scheme::Mastercard
            | Scheme::AmericanExpress
            | Scheme::Discover
            | Scheme::Jcb
            | Scheme::UnionPay
    )
}

/// The application that the terminal ran: L02, attack 13. The identifiers of tags 84, 9F06 and 4F against those of the card or, where
/// the record names none, against its payment system. No cryptogram signs them; whoever changes them makes himself suspect. A national
/// application of a card whose record names none is probably its own, and flagged.
#[inline]
pub(super) fn brand(context: &Context<'_, '_, '_>) -> Finding {
    let Some(chip) = context.chip else {
        return Finding::Absent;
    };
    let card = context.card;
    for place in [tag::DEDICATED_FILE_NAME, tag::AID_TERMINAL, tag::ADF_NAME] {
        let Ok(Some(claimed)) = chip.data.get(place) else {
            continue;
        };
        let Ok(identifier) = ApplicationIdentifier::parse(claimed) else {
            continue;
        };
        let begins = |issued: &ApplicationIdentifier| {
            let (issued, claimed) = (issued.as_bytes(), identifier.as_bytes());
            issued.starts_with(claimed) || claimed.starts_with(issued)
        };
        let ran = identifier.scheme();
        let unlisted = card.applications.is_empty();
        let foreign = if unlisted {
            matches!((card.scheme, ran), (Some(own), Some(ran)) if own != ran)
        } else {
            !card.applications.iter().any(begins)
        };
        if foreign {
            let kind = ReasonKind::WrongBrand;
            let (claimed, found) = (Value::bytes(claimed), Value::None);
            let reason = tag_reason(kind, place, claimed, Place::Record, found);
            let national = unlisted && !ran.is_some_and(is_international);
            return Finding::Contradicts(if national {
                reason.with_verdict(Verdict::ApproveAndFlag)
            } else {
                reason
            });
        }
    }
    Finding::Agrees
}

/// What tag 9F6C of a Mastercard is in its own kernel 2: the version number of its stripe mode.
const STRIPE_MODE_VERSION: [u8; 2] = [0x00, 0x01];

/// Elements of a kernel that never runs a Mastercard: L02. Tag 9F6C has qualifiers in kernels 3 and 7 alone.
#[inline]
pub(super) fn kernel(context: &Context<'_, '_, '_>) -> Finding {
    let Some(chip) = context.chip else {
        return Finding::Absent;
    };
    if context.card.scheme != Some(Scheme::Mastercard) {
        return Finding::Absent;
    }
    match chip.qualifiers {
        None => Finding::Agrees,
        Some(version) if version.0 == STRIPE_MODE_VERSION => Finding::Agrees,
        Some(qualifiers) => Finding::Contradicts(tag_reason(
            ReasonKind::WrongKernelData,
            tag::CARD_TRANSACTION_QUALIFIERS,
            Value::bytes(&qualifiers.0),
            Place::Record,
            Value::None,
        )),
    }
}

fn mode(context: &Context<'_, '_, '_>, kind: ReasonKind) -> Reason {
    Reason::new(
        kind,
        Place::Element(22),
        Value::Number(u64::from(context.request.entry_mode.code())),
        Place::Record,
        Value::None,
    )
}

/// A chip that was never issued: C10, attack 21. A cryptogram of which nobody says how it came is a chip's as well.
#[inline]
pub(super) fn chip_issued(context: &Context<'_, '_, '_>) -> Finding {
    let entry = context.request.entry_mode;
    let unsaid = entry == PosEntryMode::Unknown
        && context
            .chip
            .is_some_and(|chip| matches!(chip.data.get(tag::APPLICATION_CRYPTOGRAM), Ok(Some(_))));
    if !entry.is_chip() && !unsaid {
        return Finding::Absent;
    }
    Finding::unless(!context.card.has_chip(), || {
        mode(context, ReasonKind::NoChipIssued)
    })
}

/// Contactless use of a card that has no antenna, or none for chips: L07, attack 19.
#[inline]
pub(super) fn contactless_issued(context: &Context<'_, '_, '_>) -> Finding {
    let Some(contactless) = context.card.contactless else {
        return Finding::Absent;
    };
    let able = match context.request.entry_mode {
        PosEntryMode::Contactless => {
            matches!(contactless, Contactless::Chip | Contactless::ChipAndStripe)
        }
        // Whether it was right to do so is another question.
        PosEntryMode::ContactlessStripe => contactless != Contactless::None,
        _ => return Finding::Absent,
    };
    Finding::unless(!able, || mode(context, ReasonKind::ContactlessNotIssued))
}

/// Tag 9F6C from a card that has no antenna for chips, whatever DE 22 says: L07. Terminals get it from cards without contacts alone. It is
/// not signed, so it is flagged; a Mastercard has something else there.
#[inline]
pub(super) fn antenna(context: &Context<'_, '_, '_>) -> Finding {
    let card = context.card;
    let Some(qualifiers) = context
        .chip
        .and_then(|chip| chip.qualifiers)
        .filter(|_| card.scheme != Some(Scheme::Mastercard))
    else {
        return Finding::Absent;
    };
    let without = matches!(
        card.contactless,
        Some(Contactless::None | Contactless::Stripe)
    );
    Finding::unless(without, || {
        tag_reason(
            ReasonKind::ContactlessNotIssued,
            tag::CARD_TRANSACTION_QUALIFIERS,
            Value::bytes(&qualifiers.0),
            Place::Record,
            Value::None,
        )
        .with_verdict(Verdict::ApproveAndFlag)
    })
}

/// The interface over which the card spoke: attack 19. Cards that have another profile (tag 82, signed) for each tell it.
#[inline]
pub(super) fn interface(context: &Context<'_, '_, '_>) -> Finding {
    let card = context.card;
    let (Some(contact), Some(contactless)) = (card.contact_profile, card.contactless_profile)
    else {
        return Finding::Absent;
    };
    let Some(profile) = context
        .chip
        .and_then(|chip| chip.profile)
        .filter(|_| context.proved())
    else {
        return Finding::Absent;
    };
    let (said, other) = match context.request.entry_mode {
        PosEntryMode::Contactless => (contactless, contact),
        mode if mode.is_contact() => (contact, contactless),
        _ => return Finding::Absent,
    };
    Finding::unless(profile != said && profile == other, || {
        tag_reason(
            ReasonKind::InterfaceConfusion,
            tag::APPLICATION_INTERCHANGE_PROFILE,
            Value::bytes(&profile.0),
            Place::Record,
            Value::bytes(&said.0),
        )
    })
}

/// Where a token may be used: T01, attack 28. A shop that gives money back has its number and not the device.
#[inline]
pub(super) fn token_domain(context: &Context<'_, '_, '_>) -> Finding {
    let Form::Token { domain, .. } = context.card.form else {
        return Finding::Absent;
    };
    let outside = |verdict| {
        let reason = mode(context, ReasonKind::TokenDomain);
        Finding::Contradicts(reason.with_verdict(verdict))
    };
    let allowed = match context.request.entry_mode {
        PosEntryMode::Unknown if context.reads_stripe() => domain.stripe,
        // Its cryptogram was perhaps made for electronic commerce, and perhaps by tapping something.
        PosEntryMode::Unknown if context.chip.is_some() && !domain.contactless => {
            return outside(Verdict::ApproveAndFlag);
        }
        // With a cryptogram, or told by somebody else, it may be what it likes.
        PosEntryMode::Unknown if context.chip.is_some() || !context.request.message.asks() => {
            return Finding::Absent;
        }
        PosEntryMode::Unknown if domain.on_file => return Finding::Absent,
        // The number of a device, and nothing of the device.
        PosEntryMode::Unknown => return outside(Verdict::Refer),
        PosEntryMode::Contactless => domain.contactless,
        PosEntryMode::ContactlessStripe => domain.contactless || domain.stripe,
        PosEntryMode::ElectronicCommerce
        | PosEntryMode::ElectronicCommerceChip
        | PosEntryMode::Server => domain.electronic_commerce,
        PosEntryMode::CredentialOnFile => domain.on_file || domain.electronic_commerce,
        mode if mode.is_stripe() => domain.stripe,
        _ => false,
    };
    let back = context.request.message == MessageKind::Refund;
    match allowed {
        true => Finding::Agrees,
        false if back && context.request.entry_mode.is_manual() => outside(Verdict::Refer),
        false => Finding::Contradicts(mode(context, ReasonKind::TokenDomain)),
    }
}

/// The card found the issuer's last answer forged: X04, told in the next cryptogram.
#[inline]
pub(super) fn answer_forged(context: &Context<'_, '_, '_>) -> Finding {
    let results = context.results;
    match results.and_then(|results| results.answer_failed()) {
        None => Finding::Absent,
        Some(false) => Finding::Agrees,
        Some(true) => {
            let place = Place::CardVerificationResults;
            let found = results.map_or(Value::None, |results| Value::bytes(results.bytes));
            let reason = Reason::new(ReasonKind::AnswerForged, place, found, place, Value::None);
            Finding::Contradicts(reason.with_verdict(Verdict::ApproveAndFlag))
        }
    }
}
