//! The cryptogram: is it there, is it right, is it what it is said to be.

use super::{Context, Finding, tag_reason};
use crate::element::CryptogramType;
use crate::error::ErrorKind;
use crate::issuer::judgement::reason::{Place, Reason, ReasonKind, Value};
use crate::issuer::verify::made;
use crate::issuer::{EngineError, MessageKind, PosEntryMode, Refusal, Verdict};
use crate::tag;

/// The cryptogram with its pinned version and key: C01, C05, C06, C07, C11, C17, C18, C20, I01, L02, P06, R02, R05, T02,
/// X01 to X03.
#[inline]
pub(super) fn cryptogram(context: &Context<'_, '_, '_>) -> Finding {
    let Some(result) = context.cryptogram else {
        return Finding::Absent;
    };
    let Err(refusal) = result else {
        return Finding::Agrees;
    };
    let record = |kind, tag, claimed, found| tag_reason(kind, tag, claimed, Place::Record, found);
    let byte = |byte| Value::bytes(&[byte]);
    Finding::Contradicts(match *refusal {
        Refusal::Cryptogram => tag_reason(
            ReasonKind::CryptogramWrong,
            tag::APPLICATION_CRYPTOGRAM,
            context
                .chip
                .and_then(|chip| chip.data.application_cryptogram().ok())
                .map_or(Value::None, |ac| Value::bytes(&ac.0)),
            Place::Keys,
            Value::None,
        ),
        Refusal::CryptogramVersion { pinned, found } => record(
            ReasonKind::VersionNotPinned,
            tag::ISSUER_APPLICATION_DATA,
            byte(found),
            byte(pinned),
        ),
        Refusal::KeyIndex { pinned, found } => record(
            ReasonKind::KeyIndexNotPinned,
            tag::ISSUER_APPLICATION_DATA,
            byte(found),
            byte(pinned),
        ),
        Refusal::Pan => record(
            ReasonKind::PanMismatch,
            tag::APPLICATION_PAN,
            Value::None,
            Value::None,
        ),
        Refusal::SequenceNumber => record(
            ReasonKind::SequenceMismatch,
            tag::APPLICATION_PAN_SEQUENCE_NUMBER,
            Value::None,
            Value::None,
        ),
        Refusal::NotAnArqc { .. } => tag_reason(
            ReasonKind::NotAnArqc,
            tag::CRYPTOGRAM_INFORMATION_DATA,
            context
                .chip
                .and_then(|chip| chip.data.get(tag::CRYPTOGRAM_INFORMATION_DATA).ok()?)
                .map_or(Value::None, Value::bytes),
            Place::CardVerificationResults,
            context
                .chip
                .and_then(|chip| chip.cvr())
                .map_or(Value::None, |cvr| Value::bytes(cvr.bytes())),
        ),
        Refusal::Malformed(error)
            if error.tag() == Some(tag::ISSUER_APPLICATION_DATA)
                && matches!(
                    error.kind(),
                    ErrorKind::IadLayout | ErrorKind::Length { .. }
                ) =>
        {
            record(
                ReasonKind::IssuerDataLie,
                tag::ISSUER_APPLICATION_DATA,
                Value::None,
                Value::None,
            )
        }
        Refusal::Malformed(error) => malformed(error),
        Refusal::Engine(error) => Reason::new(
            ReasonKind::CryptogramUnverifiable,
            Place::Keys,
            match error {
                EngineError::UnknownKeyIndex(index) => byte(index),
                _ => Value::None,
            },
            Place::Keys,
            Value::None,
        ),
    })
}

/// A fault of the format: P01 to P05, P07, C20.
pub(crate) fn malformed(error: crate::Error) -> Reason {
    let place = error.tag().map_or(Place::Element(55), Place::Tag);
    let offset = error.offset();
    Reason::new(
        ReasonKind::MalformedChipData,
        place,
        offset.map_or(Value::None, |offset| Value::Number(offset as u64)),
        place,
        Value::None,
    )
}

/// A payment that is presented, or told as decided, although the card itself refused it: it signed an AAC (attack 17). A merchant who was
/// told on the telephone to go on may do so, so that is flagged. Refunds end so.
#[inline]
pub(super) fn refused_by_card(context: &Context<'_, '_, '_>) -> Finding {
    let told = matches!(
        context.request.message,
        MessageKind::Clearing | MessageKind::Advice
    );
    if !told || !context.proved() {
        return Finding::Absent;
    }
    let Some(chip) = context.chip else {
        return Finding::Absent;
    };
    let information = chip.data.cryptogram_information().ok().flatten();
    let said = chip.iad.as_ref();
    let said = said.and_then(|iad| made(iad.generate_acs().types()));
    let made = said.or_else(|| information?.cryptogram_type());
    let back = chip.kind.is_some_and(super::amount::is_back);
    Finding::unless(made == Some(CryptogramType::Aac) && !back, || {
        tag_reason(
            ReasonKind::NotAnArqc,
            tag::CRYPTOGRAM_INFORMATION_DATA,
            information.map_or(Value::None, |information| Value::bytes(&information.0)),
            Place::CardVerificationResults,
            chip.cvr()
                .map_or(Value::None, |cvr| Value::bytes(cvr.bytes())),
        )
        .with_verdict(Verdict::ApproveAndFlag)
    })
}

/// A chip that spoke makes a cryptogram; without one the message is none of a chip: C10, attack 21. An advice or a presentment may
/// leave it out.
#[inline]
pub(super) fn missing(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    let must = matches!(
        request.message,
        MessageKind::Authorisation | MessageKind::AccountStatus | MessageKind::AtcUpdate
    );
    // A device's cryptogram for electronic commerce may have come in another field, which this host does not see.
    let elsewhere = request.entry_mode == PosEntryMode::ElectronicCommerceChip;
    // A chip's track alone (06) is known of no network today, so it proves nothing.
    if !must || !(request.entry_mode.is_chip() || elsewhere) || !context.card.has_chip() {
        return Finding::Absent;
    }
    Finding::unless(context.chip.is_none(), || {
        let reason = Reason::new(
            ReasonKind::ChipDataMissing,
            Place::Element(22),
            Value::Number(u64::from(request.entry_mode.code())),
            Place::Element(55),
            Value::None,
        );
        if elsewhere {
            reason.with_verdict(Verdict::StepUp)
        } else {
            reason
        }
    })
}

/// A cryptogram beside an entry mode in which no chip speaks; or at a distance, where only a device with a token has one: a card's own
/// was read elsewhere.
#[inline]
pub(super) fn unexpected(context: &Context<'_, '_, '_>) -> Finding {
    let mode = context.request.entry_mode;
    let Some(chip) = context.chip else {
        return Finding::Absent;
    };
    let silent = mode.is_stripe()
        || mode == PosEntryMode::ContactlessStripe
        || mode.is_manual()
        || mode.is_remote() && !context.card.is_token();
    let cryptogram = chip.data.get(tag::APPLICATION_CRYPTOGRAM);
    if !matches!(cryptogram, Ok(Some(_))) {
        return Finding::Absent;
    }
    Finding::unless(silent, || {
        Reason::new(
            ReasonKind::ChipDataUnexpected,
            Place::Element(22),
            Value::Number(u64::from(mode.code())),
            Place::Tag(tag::APPLICATION_CRYPTOGRAM),
            Value::None,
        )
    })
}
