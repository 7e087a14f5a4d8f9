//! The transaction counter against those that were seen.

use super::{Finding, Remembered};
use crate::issuer::judgement::magnitude;
use crate::issuer::judgement::reason::{Place, Reason, ReasonKind, Value};
use crate::issuer::judgement::request::OnlinePin;
use crate::issuer::{AtcPlace, CardFacts, Outcome, Verdict};
use crate::tag;

/// Merchant categories of transit, whose gates store transactions and add up fares.
pub(crate) const TRANSIT: [u16; 5] = [4111, 4112, 4131, 4784, 7523];

fn reason(remembered: &Remembered<'_, '_>, kind: ReasonKind, found: Value) -> Reason {
    let atc = remembered.event.atc.map_or(0, |atc| atc.0);
    Reason::new(
        kind,
        Place::Tag(tag::APPLICATION_TRANSACTION_COUNTER),
        Value::Number(u64::from(atc)),
        Place::State,
        found,
    )
}

/// A counter that was seen in another transaction: M15, R01, R02, R07, attack 21. The same message again is none (H10), and
/// neither is the second message of one tap, with the PIN that the issuer asked for; a third is one.
#[inline]
pub(super) fn replay(remembered: &Remembered<'_, '_>) -> Finding {
    let request = remembered.request;
    let Some(recorded) = remembered.recorded else {
        return Finding::Absent;
    };
    // What was decided elsewhere, and what is presented, was often seen before.
    if remembered.event.atc.is_none() || !request.message.asks() {
        return Finding::Absent;
    }
    let window = recorded.before.window();
    let last = remembered
        .event
        .atc
        .is_some_and(|atc| atc.0 == window.highest);
    // Over the contacts the card is still there, and signs again.
    let again = request.repeated_with_pin
        && last
        && !request.entry_mode.is_contact()
        && recorded.before.flags & CardFacts::PIN_FOLLOWED == 0;
    Finding::unless(recorded.outcome == Outcome::Seen, || {
        let highest = Value::Number(u64::from(window.highest));
        let reason = reason(remembered, ReasonKind::Replay, highest);
        // Nobody here knows what became of that PIN, and all rests on it.
        if again && matches!(request.pin, OnlinePin::Sent | OnlinePin::Unknown) {
            reason.with_verdict(Verdict::StepUp)
        } else {
            reason
        }
    })
}

/// The end of the range: R04. A card that has reached it makes no further cryptogram.
#[inline]
pub(super) fn range(remembered: &Remembered<'_, '_>) -> Finding {
    let Some(atc) = remembered.event.atc else {
        return Finding::Absent;
    };
    Finding::unless(
        atc.0 == u16::MAX && remembered.request.message.asks(),
        || reason(remembered, ReasonKind::CounterExhausted, Value::None),
    )
}

/// Where the counter stands beside the highest: C15, M16, R03, attacks 6 and 8; honest are H01, H02, H03 and H04.
#[inline]
pub(super) fn jump(remembered: &Remembered<'_, '_>) -> Finding {
    let (request, policy) = (remembered.request, remembered.policy);
    let (Some(recorded), Some(atc)) = (remembered.recorded, remembered.event.atc) else {
        return Finding::Absent;
    };
    if !request.message.asks() {
        return Finding::Absent;
    }
    let before = recorded.before.window();
    let highest = Value::Number(u64::from(before.highest));
    let gate = request.mcc.is_some_and(|mcc| TRANSIT.contains(&mcc));
    let fare = || magnitude::rough(request.amount, request.currency) <= policy.transit_limit;
    let late = request.deferred || gate && fare();
    let (kind, verdict) = match before.place(atc) {
        AtcPlace::First | AtcPlace::Seen => return Finding::Agrees,
        // What a few digits prove so far ahead was not recorded, so it would come again and again.
        AtcPlace::Ahead { by }
            if by > policy.counter_jump_referred
                || remembered.event.happened.reaches_too_far(by) =>
        {
            (ReasonKind::CounterLeap, ReasonKind::CounterLeap.verdict())
        }
        AtcPlace::Ahead { by } if by > policy.counter_jump_flagged => {
            (ReasonKind::CounterJump, ReasonKind::CounterJump.verdict())
        }
        AtcPlace::Ahead { .. } => return Finding::Agrees,
        AtcPlace::Behind { .. } if late => (ReasonKind::CounterLate, policy.late_counter),
        AtcPlace::Behind { .. } => (ReasonKind::CounterBehind, policy.unannounced_late_counter),
        AtcPlace::Old { .. } if late => (ReasonKind::CounterOld, Verdict::Refer),
        AtcPlace::Old { .. } => (ReasonKind::CounterOld, ReasonKind::CounterOld.verdict()),
    };
    Finding::Contradicts(reason(remembered, kind, highest).with_verdict(verdict))
}
