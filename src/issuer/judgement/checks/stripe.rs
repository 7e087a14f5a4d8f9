//! How the card was read, and what its stripe proves.
//!
//! The decision table: a chip card's stripe is believed least where its chip could have been read; what only the chip knows must not
//! stand on a stripe, nor the other way round.

use super::{Context, Finding};
use crate::element::{Amount, ServiceCode, YearMonth};
use crate::issuer::judgement::card::Contactless;
use crate::issuer::judgement::facts::Checked;
use crate::issuer::judgement::reason::{Place, Reason, ReasonKind, Value};
use crate::issuer::{MessageKind, PosEntryMode, TerminalCapability, Verdict};
use crate::tag;

const TRACK_2: Place = Place::Element(35);

fn mode_reason(context: &Context<'_, '_, '_>, kind: ReasonKind, against: Place) -> Reason {
    let mode = Value::Number(u64::from(context.request.entry_mode.code()));
    Reason::new(kind, Place::Element(22), mode, against, Value::None)
}

fn track_reason(kind: ReasonKind) -> Reason {
    Reason::new(kind, TRACK_2, Value::None, Place::Record, Value::None)
}

impl Context<'_, '_, '_> {
    /// Service code and expiry of the track that came, and where it stands.
    fn on_track(&self) -> Option<(ServiceCode, YearMonth, Place)> {
        let second = self.tracks.track2.as_ref();
        let first = self.tracks.track1.as_ref();
        second
            .map(|track| (track.service_code(), track.expiry(), TRACK_2))
            .or_else(|| {
                first.map(|track| (track.service_code(), track.expiry(), Place::Element(45)))
            })
    }

    /// Whether a track is all that came, and nobody says how it was read: that is a stripe.
    fn stripe_unsaid(&self) -> bool {
        self.request.entry_mode == PosEntryMode::Unknown
            && self.chip.is_none()
            && self.on_track().is_some()
    }

    /// Whether the stripe was read over its contacts.
    pub(in crate::issuer::judgement) fn reads_stripe(&self) -> bool {
        self.request.entry_mode.is_stripe() || self.stripe_unsaid()
    }

    /// Whether a wrong expiry date came with a number that was typed in: a guess like any other (attack 27).
    pub(in crate::issuer::judgement) fn guesses_expiry(&self) -> bool {
        let mode = self.request.entry_mode;
        let typed = mode.is_manual() || mode.is_remote() && mode != PosEntryMode::CredentialOnFile;
        let found = self.request.expiry;
        typed && !self.proved() && found.is_some_and(|found| found != self.card.expiry)
    }

    /// Whether the stripe was read, with or without contacts.
    fn has_stripe(&self) -> bool {
        self.reads_stripe() || self.request.entry_mode == PosEntryMode::ContactlessStripe
    }
}

/// Whether anything came that no chip gives: a track, a value of one, a number that somebody knows; or the message does not say that a
/// chip was read.
pub(super) fn is_not_of_a_chip_alone(context: &Context<'_, '_, '_>) -> bool {
    let tracks = context.tracks;
    !context.request.entry_mode.is_chip()
        || tracks.track1.is_some()
        || tracks.track2.is_some()
        || tracks.in_chip != (Checked::Unknown, Checked::Unknown)
        || tracks.chip_track.is_some()
        || tracks.cvv2 != Checked::Unknown
}

/// The service code on the stripe: M05, M06 (where the verification value is the same by chance for both).
#[inline]
pub(super) fn service_code(context: &Context<'_, '_, '_>) -> Finding {
    let Some((found, _, place)) = context.on_track().filter(|_| context.has_stripe()) else {
        return Finding::Absent;
    };
    let issued = context.card.service_code;
    Finding::unless(found != issued, || {
        let value = |code: ServiceCode| Value::bytes(&code.to_bytes());
        let kind = ReasonKind::ServiceCodeAltered;
        Reason::new(kind, place, value(found), Place::Record, value(issued))
    })
}

/// The expiry date on the stripe, or typed in: M07, attack 27. A shop that keeps a number keeps the date of the card before the last
/// renewal with it; and one that gives money back takes it from the receipt, whatever date it is.
#[inline]
pub(super) fn expiry(context: &Context<'_, '_, '_>) -> Finding {
    let mode = context.request.entry_mode;
    let typed = context
        .request
        .expiry
        .map(|expiry| (expiry, Place::Element(14)));
    let found = match context.on_track() {
        Some((_, expiry, place)) if context.has_stripe() => Some((expiry, place)),
        _ if mode.is_manual() || mode.is_remote() => typed,
        _ => None,
    };
    let Some((found, place)) = found else {
        return Finding::Absent;
    };
    let issued = context.card.expiry;
    Finding::unless(found != issued, || {
        let value = |month: YearMonth| Value::bytes(&month.to_bytes());
        let kind = ReasonKind::ExpiryAltered;
        let reason = Reason::new(kind, place, value(found), Place::Record, value(issued));
        let back = context.request.message == MessageKind::Refund && !context.has_stripe();
        if back || mode == PosEntryMode::CredentialOnFile && found < issued {
            reason.with_verdict(Verdict::ApproveAndFlag)
        } else {
            reason
        }
    })
}

/// Track 1 beside track 2: M20. The PAN is looked at elsewhere.
#[inline]
pub(super) fn tracks(context: &Context<'_, '_, '_>) -> Finding {
    let (Some(first), Some(second)) = (&context.tracks.track1, &context.tracks.track2) else {
        return Finding::Absent;
    };
    if first.service_code() != second.service_code() {
        Finding::Contradicts(track_reason(ReasonKind::ServiceCodeAltered))
    } else if first.expiry() != second.expiry() {
        Finding::Contradicts(track_reason(ReasonKind::ExpiryAltered))
    } else {
        Finding::Agrees
    }
}

/// The verification value on a stripe: M03, M04, M08, M09, attack 2. The chip's value in its place tells where the data come from.
#[inline]
pub(super) fn value(context: &Context<'_, '_, '_>) -> Finding {
    let mode = context.request.entry_mode;
    if !context.reads_stripe() {
        return Finding::Absent;
    }
    let chip = context.card.has_chip();
    let kind = match (context.tracks.cvv, context.tracks.icvv) {
        (Checked::Wrong, Checked::Right) if chip => ReasonKind::ChipDataOnStripe,
        (Checked::Right, Checked::Right) if chip => ReasonKind::ValuesIndistinguishable,
        (Checked::Wrong, _) => ReasonKind::CvvWrong,
        (Checked::Missing, _) if mode != PosEntryMode::StripeUnreliable => ReasonKind::CvvMissing,
        (Checked::Right, _) => return Finding::Agrees,
        (Checked::Unknown | Checked::Missing, _) => return Finding::Absent,
    };
    Finding::Contradicts(track_reason(kind))
}

/// The verification value in a chip's track, DE 35 or tag 57: M10. A terminal whose mode says that it may be unreliable (95) is believed (H19).
/// Where nobody says how the card was read (00), a terminal may have read the stripe first, so that alone is flagged. In tag 57 the
/// stripe's own value alone says something: whose is neither has a right cryptogram beside it, and issuers leave zeros there.
#[inline]
pub(super) fn chip_value(context: &Context<'_, '_, '_>) -> Finding {
    let mode = context.request.entry_mode;
    let unsaid = mode == PosEntryMode::Unknown && context.chip.is_some();
    let read = matches!(
        mode,
        PosEntryMode::Contact | PosEntryMode::ContactTrack | PosEntryMode::Contactless
    );
    if !(read || unsaid) {
        return Finding::Absent;
    }
    // Where no track came, tag 57 is the chip's.
    let tracks = context.tracks;
    let (values, place) = match context.on_track() {
        Some((.., place)) => ((tracks.cvv, tracks.icvv), place),
        None => (tracks.in_chip, Place::Tag(tag::TRACK_2_EQUIVALENT_DATA)),
    };
    let of_chip = |kind| Reason::new(kind, place, Value::None, Place::Record, Value::None);
    match values {
        (_, Checked::Right) => Finding::Agrees,
        (Checked::Right, Checked::Wrong) => {
            let reason = of_chip(ReasonKind::StripeDataInChip);
            Finding::Contradicts(if unsaid {
                reason.with_verdict(Verdict::ApproveAndFlag)
            } else {
                reason
            })
        }
        // A device has no stripe, and what its track ends with is its own.
        (Checked::Wrong, Checked::Wrong) if context.card.is_token() => Finding::Absent,
        (Checked::Wrong, Checked::Wrong) if context.on_track().is_none() => Finding::Absent,
        (Checked::Wrong, Checked::Wrong) => {
            let reason = of_chip(ReasonKind::TrackTampered);
            // Without contacts the value may be a dynamic one, and the cryptogram decides.
            Finding::Contradicts(if unsaid || mode == PosEntryMode::Contactless {
                reason.with_verdict(Verdict::ApproveAndFlag)
            } else {
                reason
            })
        }
        _ => Finding::Absent,
    }
}

/// Service code and expiry date on a chip's track, DE 35 or tag 57, beside a right cryptogram: M05, M07. They are not signed, and a number
/// that is renewed has two cards for some weeks, so other ones are flagged alone. A device's track is its own.
#[inline]
pub(super) fn chip_track(context: &Context<'_, '_, '_>) -> Finding {
    let (card, mode) = (context.card, context.request.entry_mode);
    let read = mode.is_chip() && mode != PosEntryMode::ContactUnreliable;
    if !(read || mode == PosEntryMode::Unknown) || !context.proved() || card.is_token() {
        return Finding::Absent;
    }
    let in_chip = || {
        let (code, expiry) = context.tracks.chip_track?;
        Some((code, expiry, Place::Tag(tag::TRACK_2_EQUIVALENT_DATA)))
    };
    let Some((code, expiry, place)) = context.on_track().or_else(in_chip) else {
        return Finding::Absent;
    };
    let other = |kind, claimed: &[u8], found: &[u8]| {
        let (claimed, found) = (Value::bytes(claimed), Value::bytes(found));
        let reason = Reason::new(kind, place, claimed, Place::Record, found);
        Finding::Contradicts(reason.with_verdict(Verdict::ApproveAndFlag))
    };
    if code != card.service_code {
        let (claimed, found) = (code.to_bytes(), card.service_code.to_bytes());
        other(ReasonKind::ServiceCodeAltered, &claimed, &found)
    } else if expiry != card.expiry {
        let (claimed, found) = (expiry.to_bytes(), card.expiry.to_bytes());
        other(ReasonKind::ExpiryAltered, &claimed, &found)
    } else {
        Finding::Agrees
    }
}

/// A whole stripe (90) of a chip card: M01, M02, attack 1. A full copy at a terminal for stripes alone cannot be told from the card.
/// A stripe of which nobody says how it came (00) is trusted no more. Whoever gives money back may well swipe, and a device that emits a
/// stripe has no chip for that terminal: that is flagged. Whether the device may do so is its domain's question.
#[inline]
pub(super) fn stripe_of_chip_card(context: &Context<'_, '_, '_>) -> Finding {
    let (request, card, policy) = (context.request, context.card, context.policy);
    let whole = request.entry_mode == PosEntryMode::Stripe;
    if !(whole || context.stripe_unsaid()) || !card.has_chip() {
        return Finding::Absent;
    }
    let against = Place::TerminalCapability;
    let stripe = |kind, verdict: Verdict| {
        let mild = request.message == MessageKind::Refund || card.is_token();
        let most = if mild {
            Verdict::ApproveAndFlag
        } else {
            verdict
        };
        Finding::Contradicts(mode_reason(context, kind, against).with_verdict(verdict.min(most)))
    };
    if whole && request.terminal.reads_chip() == Some(true) {
        return stripe(ReasonKind::ChipBypassed, policy.chip_bypassed);
    }
    let home = card.country.is_some() && card.country == request.country;
    let small = context
        .spending()
        .is_some_and(|amount| amount <= policy.stripe_floor && policy.stripe_floor > Amount::ZERO);
    let verdict = match (home, small) {
        (true, _) => policy.stripe_at_home,
        (false, true) => Verdict::ApproveAndFlag,
        (false, false) => policy.stripe_abroad,
    };
    stripe(ReasonKind::StripeOfChipCard, verdict)
}

/// The stripe because the chip could not be read (80): attack 3, and honest as H05. What the store remembers makes it worse.
#[inline]
pub(super) fn fallback(context: &Context<'_, '_, '_>) -> Finding {
    if context.request.entry_mode != PosEntryMode::FallbackStripe || !context.card.has_chip() {
        return Finding::Absent;
    }
    let reason = mode_reason(context, ReasonKind::Fallback, Place::Record);
    Finding::Contradicts(reason.with_verdict(context.policy.fallback))
}

/// The stripe of which the terminal says that it may not be read well (02): M13 when it is there all the same.
#[inline]
pub(super) fn unreliable(context: &Context<'_, '_, '_>) -> Finding {
    if context.request.entry_mode != PosEntryMode::StripeUnreliable {
        return Finding::Absent;
    }
    let there = context.on_track().is_some();
    let reason = |kind| mode_reason(context, kind, TRACK_2);
    match (context.card.has_chip(), there, context.tracks.cvv) {
        // A device that emits a stripe: some networks tell those so.
        (true, true, _) if context.card.is_token() => {
            let reason = reason(ReasonKind::TrackUnexpected);
            Finding::Contradicts(reason.with_verdict(Verdict::ApproveAndFlag))
        }
        (true, true, _) => Finding::Contradicts(reason(ReasonKind::TrackUnexpected)),
        (true, false, _) => Finding::Contradicts(reason(ReasonKind::StripeUnverifiable)),
        (false, true, Checked::Right) => Finding::Agrees,
        (false, ..) => {
            let reason = reason(ReasonKind::StripeUnverifiable);
            Finding::Contradicts(reason.with_verdict(Verdict::StepUp))
        }
    }
}

/// A swipe without any track.
#[inline]
pub(super) fn track_missing(context: &Context<'_, '_, '_>) -> Finding {
    let mode = context.request.entry_mode;
    let swiped = matches!(mode, PosEntryMode::Stripe | PosEntryMode::FallbackStripe);
    if !(swiped || mode == PosEntryMode::ContactlessStripe) || !context.request.message.asks() {
        return Finding::Absent;
    }
    Finding::unless(context.on_track().is_none(), || {
        mode_reason(context, ReasonKind::StripeUnverifiable, TRACK_2)
    })
}

/// Contactless stripe mode (91): M14 to M18, attacks 8 and 9. A card and a terminal that both speak as chips do not use it.
#[inline]
pub(super) fn contactless_stripe(context: &Context<'_, '_, '_>) -> Finding {
    if context.request.entry_mode != PosEntryMode::ContactlessStripe {
        return Finding::Absent;
    }
    let kind = match context.tracks.dynamic {
        Checked::Wrong => ReasonKind::DynamicValueWrong,
        Checked::Missing => ReasonKind::DynamicValueMissing,
        Checked::Right => return Finding::Agrees,
        Checked::Unknown => ReasonKind::ContactlessStripe,
    };
    let reason = Reason::new(kind, TRACK_2, Value::None, Place::Keys, Value::None);
    Finding::Contradicts(reason)
}

/// A contactless chip read as a stripe: M14, attack 8.
#[inline]
pub(super) fn downgrade(context: &Context<'_, '_, '_>) -> Finding {
    let card = context.card;
    if context.request.entry_mode != PosEntryMode::ContactlessStripe {
        return Finding::Absent;
    }
    let able = match card.contactless {
        Some(Contactless::Chip | Contactless::ChipAndStripe) => true,
        Some(Contactless::None | Contactless::Stripe) => return Finding::Agrees,
        None => return Finding::Absent,
    };
    // A card that never has stripe mode did not do this, whatever the terminal can.
    let never = card.contactless == Some(Contactless::Chip);
    let reason = mode_reason(
        context,
        ReasonKind::ContactlessDowngraded,
        Place::TerminalCapability,
    );
    match context.request.terminal.reads_contactless_chip() {
        Some(true) if able => Finding::Contradicts(reason),
        _ if never => Finding::Contradicts(reason),
        Some(_) => Finding::Agrees,
        None => Finding::Contradicts(reason.with_verdict(Verdict::StepUp)),
    }
}

/// A number typed in at a terminal that reads chips, or after the chip failed. One of which nobody says how it came (00), with nothing
/// of the card beside it, is no better. For money that goes back it is flagged: it is typed from the receipt.
#[inline]
pub(super) fn typed(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    let unsaid = request.entry_mode == PosEntryMode::Unknown
        && context.chip.is_none()
        && context.on_track().is_none()
        && request.message == MessageKind::Authorisation;
    if !request.entry_mode.is_manual() && !unsaid {
        return Finding::Absent;
    }
    let able = context.card.has_chip() && request.terminal.reads_chip() == Some(true);
    let failed = request.entry_mode == PosEntryMode::ChipFailedManual;
    Finding::unless(able || failed, || {
        let kind = ReasonKind::TypedAtChipTerminal;
        let reason = mode_reason(context, kind, Place::TerminalCapability);
        context.if_back(reason, Verdict::ApproveAndFlag)
    })
}

/// The printed value: M19, attack 27. How often it was wrong, the store remembers.
#[inline]
pub(super) fn printed(context: &Context<'_, '_, '_>) -> Finding {
    let place = Place::Element(48);
    let kind = match context.tracks.cvv2 {
        Checked::Unknown | Checked::Missing => return Finding::Absent,
        Checked::Right => return Finding::Agrees,
        Checked::Wrong => ReasonKind::Cvv2Wrong,
    };
    Finding::Contradicts(Reason::new(
        kind,
        place,
        Value::None,
        Place::Keys,
        Value::None,
    ))
}

/// A fallback needs a terminal that reads chips: attack 3.
#[inline]
pub(super) fn fallback_terminal(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    if request.entry_mode != PosEntryMode::FallbackStripe
        || request.terminal == TerminalCapability::Unknown
        || !context.card.has_chip()
    {
        return Finding::Absent;
    }
    Finding::unless(request.terminal.reads_chip() == Some(false), || {
        let against = Place::TerminalCapability;
        let reason = mode_reason(context, ReasonKind::Fallback, against);
        reason.with_verdict(Verdict::Refer)
    })
}
