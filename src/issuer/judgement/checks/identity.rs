//! Who the card is, and whether it may be used.

use super::{Context, Finding, tag_reason};
use crate::element::{Pan, PanSequenceNumber};
use crate::issuer::judgement::card::{CardStatus, Form};
use crate::issuer::judgement::reason::{Place, Reason, ReasonKind, Value};
use crate::issuer::{PosEntryMode, Verdict};
use crate::tag;

/// DE 2, DE 35, DE 45 and tag 57 name one card, and it is the one of the record: P08, M20.
#[inline]
pub(super) fn pan(context: &Context<'_, '_, '_>) -> Finding {
    let pan = &context.card.pan;
    let other = |place| {
        Finding::Contradicts(Reason::new(
            ReasonKind::PanMismatch,
            place,
            Value::None,
            Place::Record,
            Value::None,
        ))
    };
    if context.request.pan != *pan {
        return other(Place::Element(2));
    }
    let tracks = context.tracks;
    if tracks
        .track2
        .as_ref()
        .is_some_and(|track| track.pan() != pan)
    {
        return other(Place::Element(35));
    }
    if tracks
        .track1
        .as_ref()
        .is_some_and(|track| track.pan() != pan)
    {
        return other(Place::Element(45));
    }
    let track = context
        .chip
        .and_then(|chip| chip.data.get(tag::TRACK_2_EQUIVALENT_DATA).ok()?);
    match track {
        Some(track) if begins_otherwise(track, pan) => {
            other(Place::Tag(tag::TRACK_2_EQUIVALENT_DATA))
        }
        _ => Finding::Agrees,
    }
}

/// Whether the digits with which tag 57 begins are another PAN. What stands behind the separator is not read: a date that is
/// none must not hide whose track it is.
fn begins_otherwise(track: &[u8], pan: &Pan) -> bool {
    let nibbles = track.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
    !nibbles
        .take_while(|nibble| *nibble <= 9)
        .eq(pan.digits().iter().copied())
}

/// DE 23 and tag 5F34: C19. Neither needs to be there. A stripe and a printed number have no sequence number, so what stands in DE 23
/// beside them is a filler.
#[inline]
pub(super) fn sequence(context: &Context<'_, '_, '_>) -> Finding {
    if context.chip.is_none() && !context.request.entry_mode.is_chip() {
        return Finding::Absent;
    }
    // A chip that was issued without one has its keys from 00.
    let without = context.card.has_chip().then_some(PanSequenceNumber::ZERO);
    let issued = context.card.sequence.or(without);
    let (Some(issued), Some(claimed)) = (issued, context.request.sequence) else {
        return Finding::Absent;
    };
    Finding::unless(claimed != issued, || {
        Reason::new(
            ReasonKind::SequenceMismatch,
            Place::Element(23),
            Value::bytes(&[claimed.to_bcd()]),
            Place::Record,
            Value::bytes(&[issued.to_bcd()]),
        )
    })
}

const fn barred(status: CardStatus) -> Option<ReasonKind> {
    match status {
        CardStatus::Active => None,
        CardStatus::Lost => Some(ReasonKind::Lost),
        CardStatus::Stolen => Some(ReasonKind::Stolen),
        CardStatus::Blocked => Some(ReasonKind::Blocked),
        CardStatus::Replaced => Some(ReasonKind::Replaced),
    }
}

fn bar(context: &Context<'_, '_, '_>, status: CardStatus) -> Finding {
    // What was decided elsewhere is not decided again, and money that goes back does no harm.
    if !context.request.message.asks() {
        return Finding::Absent;
    }
    match barred(status) {
        None => Finding::Agrees,
        Some(kind) => {
            let place = Place::Record;
            let reason = Reason::new(kind, place, Value::None, place, Value::None);
            // Goods come back when their card is long gone; the money goes to the account.
            let most = match status {
                CardStatus::Replaced => Verdict::ApproveAndFlag,
                _ => Verdict::Refer,
            };
            Finding::Contradicts(context.if_back(reason, most))
        }
    }
}

/// Lost, stolen, blocked, replaced.
#[inline]
pub(super) fn status(context: &Context<'_, '_, '_>) -> Finding {
    bar(context, context.card.status)
}

/// The card behind a token: T03, attack 28.
#[inline]
pub(super) fn funding(context: &Context<'_, '_, '_>) -> Finding {
    match context.card.form {
        Form::Plastic => Finding::Absent,
        // A token goes on when the card behind it is renewed.
        Form::Token {
            funding: CardStatus::Replaced,
            ..
        } => Finding::Agrees,
        Form::Token { funding, .. } => bar(context, funding),
    }
}

/// The card's own expiry date. A deferred transaction may have been made before it, but not longer ago than deferred ones may be.
#[inline]
pub(super) fn expired(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    let Some(today) = context.today else {
        return Finding::Absent;
    };
    if !request.message.asks() {
        return Finding::Absent;
    }
    let expiry = context.card.expiry;
    if today.year_month() <= expiry {
        return Finding::Agrees;
    }
    // A day is not over everywhere at once.
    let grace = match request.deferred {
        true => i32::from(context.policy.deferred_days).max(1),
        false => 1,
    };
    Finding::unless(today.days_since(expiry.last_day()) > grace, || {
        let reason = tag_reason(
            ReasonKind::Expired,
            tag::APPLICATION_EXPIRATION_DATE,
            Value::None,
            Place::Clock,
            Value::None,
        );
        context.if_back(reason, Verdict::ApproveAndFlag)
    })
}

/// Another expiry date beside a right cryptogram, in DE 14 or tag 5F24: M07. Neither is signed, and a number that is renewed has two cards for
/// some weeks, so it is flagged alone.
#[inline]
pub(super) fn expiry_beside(context: &Context<'_, '_, '_>) -> Finding {
    let (card, request) = (context.card, context.request);
    let Some(chip) = context.chip else {
        return Finding::Absent;
    };
    let issued = card.expiry;
    let typed = request.expiry.filter(|found| *found != issued);
    let read = chip.data.array(tag::APPLICATION_EXPIRATION_DATE);
    let read = read.and_then(|[year, month, _]: [u8; 3]| {
        ([year, month] != issued.to_bytes()).then_some([year, month])
    });
    let told = match (typed, read) {
        (None, None) => return Finding::Agrees,
        (Some(found), _) => (Place::Element(14), found.to_bytes()),
        (None, Some(found)) => (Place::Tag(tag::APPLICATION_EXPIRATION_DATE), found),
    };
    // Of a token networks tell either date; and a chip's track tells it elsewhere.
    if card.is_token() || !request.message.asks() || !context.proved() {
        return Finding::Absent;
    }
    // Where no chip is said to have spoken, the typed date is judged as one.
    if !(request.entry_mode.is_chip() || request.entry_mode == PosEntryMode::Unknown) {
        return Finding::Absent;
    }
    let ((place, claimed), found) = (told, Value::bytes(&issued.to_bytes()));
    let kind = ReasonKind::ExpiryAltered;
    let reason = Reason::new(kind, place, Value::bytes(&claimed), Place::Record, found);
    Finding::Contradicts(reason.with_verdict(Verdict::ApproveAndFlag))
}
