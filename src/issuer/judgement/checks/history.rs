//! What is remembered of the card, the merchant and the terminal, beside the transaction counter.

use super::{Finding, Remembered};
use crate::issuer::judgement::reason::{Place, Reason, ReasonKind, Value};
use crate::issuer::{CardFacts, Happened, PosEntryMode};
use crate::tag;

impl Remembered<'_, '_> {
    fn happened(&self, what: Happened) -> bool {
        self.event.happened.contains(what)
    }

    /// A count with this transaction in it, if it counts.
    fn count(&self, what: Happened, counted: impl FnOnce(&CardFacts) -> (u8, u32)) -> Option<u8> {
        let (count, since) = counted(&self.recorded?.before);
        let before = CardFacts::counting(count, since, self.event.at);
        Some(before.saturating_add(u8::from(self.happened(what))))
    }
}

fn counted(kind: ReasonKind, place: Place, count: u8, limit: u8) -> Reason {
    let number = |number: u8| Value::Number(u64::from(number));
    Reason::new(kind, place, number(count), Place::Policy, number(limit))
}

/// Wrong cryptograms: R06, attack 29. The wrong ones are declined anyway; after too many even a right one is held, for somebody to look.
#[inline]
pub(super) fn wrong_cryptograms(remembered: &Remembered<'_, '_>) -> Finding {
    let (what, policy) = (Happened::WRONG_CRYPTOGRAM, remembered.policy);
    let facts = |facts: &CardFacts| (facts.wrong_cryptograms, facts.wrong_cryptograms_since);
    let Some(count) = remembered.count(what, facts) else {
        return Finding::Absent;
    };
    let wrong = remembered.happened(what);
    if !wrong && remembered.event.atc.is_none() {
        return Finding::Absent;
    }
    Finding::unless(count >= policy.wrong_cryptograms, || {
        let limit = policy.wrong_cryptograms;
        if wrong {
            counted(ReasonKind::WrongCryptograms, Place::State, count, limit)
        } else {
            counted(
                ReasonKind::HeldForWrongCryptograms,
                Place::State,
                count,
                limit,
            )
            .with_verdict(policy.held_for_wrong_cryptograms)
        }
    })
}

/// Wrong card verification values, and wrong dates beside typed numbers: M19, attack 27. After too many, the right one is no proof any
/// more: somebody tries them all.
#[inline]
pub(super) fn wrong_values(remembered: &Remembered<'_, '_>) -> Finding {
    let (request, mode) = (remembered.request, remembered.request.entry_mode);
    // A number that is kept on file was proved when it was kept.
    let typed = mode.is_manual() || mode.is_remote() && mode != PosEntryMode::CredentialOnFile;
    let dated = typed && request.expiry.is_some() && remembered.event.atc.is_none();
    let rests_on_value = mode.is_stripe() || request.cvv2.is_some() || dated;
    let facts = |facts: &CardFacts| (facts.wrong_values, facts.wrong_values_since);
    let Some(count) = remembered
        .count(Happened::WRONG_VALUE, facts)
        .filter(|_| rests_on_value)
    else {
        return Finding::Absent;
    };
    let limit = remembered.policy.wrong_values;
    Finding::unless(count >= limit, || {
        counted(ReasonKind::WrongValues, Place::State, count, limit)
    })
}

/// A chip that could not be read, and was read a short while ago: M11, attack 3.
#[inline]
pub(super) fn good_chip(remembered: &Remembered<'_, '_>) -> Finding {
    let Some(recorded) = remembered
        .recorded
        .filter(|_| remembered.happened(Happened::FALLBACK))
    else {
        return Finding::Absent;
    };
    let read = recorded.before.contact_at;
    if read == 0 {
        return Finding::Absent;
    }
    let seconds = remembered.event.at.saturating_sub(read);
    Finding::unless(seconds <= remembered.policy.good_chip_seconds, || {
        let kind = ReasonKind::FallbackAfterGoodChip;
        let ago = Value::Number(u64::from(seconds));
        Reason::new(
            kind,
            Place::Element(22),
            Value::Number(80),
            Place::State,
            ago,
        )
        .with_verdict(remembered.policy.fallback_after_good_chip)
    })
}

/// Fallbacks of the card: attack 3.
#[inline]
pub(super) fn card_fallbacks(remembered: &Remembered<'_, '_>) -> Finding {
    if !remembered.happened(Happened::FALLBACK) {
        return Finding::Absent;
    }
    let facts = |facts: &CardFacts| (facts.fallbacks, facts.fallbacks_since);
    let Some(count) = remembered.count(Happened::FALLBACK, facts) else {
        return Finding::Absent;
    };
    let limit = remembered.policy.card_fallbacks;
    Finding::unless(count >= limit, || {
        counted(ReasonKind::CardFallbacks, Place::State, count, limit)
    })
}

/// Fallbacks at the merchant: M12.
#[inline]
pub(super) fn merchant_fallbacks(remembered: &Remembered<'_, '_>) -> Finding {
    let Some(merchant) = remembered.merchant else {
        return Finding::Absent;
    };
    let count = merchant.fallbacks_at(remembered.event.at).saturating_add(1);
    let limit = remembered.policy.merchant_fallbacks;
    Finding::unless(count >= limit, || {
        counted(
            ReasonKind::MerchantFallbacks,
            Place::PlaceState,
            count,
            limit,
        )
    })
}

/// The terminal's unpredictable numbers: C14, C16, attacks 6 and 7. Whoever predicts them takes cryptograms from a card in advance.
#[inline]
pub(super) fn predictable(remembered: &Remembered<'_, '_>) -> Finding {
    let Some(terminal) = remembered.terminal else {
        return Finding::Absent;
    };
    Finding::unless(terminal.is_predictable(), || {
        let place = Place::Tag(tag::UNPREDICTABLE_NUMBER);
        let last = Value::bytes(&terminal.last.to_be_bytes());
        let kind = ReasonKind::TerminalPredictable;
        Reason::new(kind, place, Value::None, Place::PlaceState, last)
    })
}

/// The issuer's last answer, which the card did not get: X05. Only over the contacts, twice in a row: without contacts the card has
/// left when the answer comes. And only where the last request had one: a wrong cryptogram got none, and may well be the card's
/// own, tampered with on its way.
#[inline]
pub(super) fn answer_suppressed(remembered: &Remembered<'_, '_>) -> Finding {
    let Some(missing) = remembered.results.answer_missing else {
        return Finding::Absent;
    };
    let Some(recorded) = remembered
        .recorded
        .filter(|_| remembered.happened(Happened::CONTACT_READ))
    else {
        return Finding::Absent;
    };
    let before = &recorded.before;
    if CardFacts::counting(
        before.wrong_cryptograms,
        before.wrong_cryptograms_since,
        remembered.event.at,
    ) > 0
    {
        return Finding::Absent;
    }
    let contact = before.flags & CardFacts::CONTACT_LAST != 0;
    Finding::unless(missing && contact, || {
        let kind = ReasonKind::AnswerSuppressed;
        let place = Place::CardVerificationResults;
        Reason::new(kind, place, Value::None, Place::State, Value::None)
    })
}

/// The issuer's last script: X06. What a card counts differs; a count of zero, and a failure, say enough.
#[inline]
pub(super) fn script(remembered: &Remembered<'_, '_>) -> Finding {
    let pending = remembered
        .recorded
        .is_some_and(|recorded| recorded.before.flags & CardFacts::SCRIPT_PENDING != 0);
    let results = remembered.results;
    if !pending || results.script_failed.is_none() && results.scripts.is_none() {
        return Finding::Absent;
    }
    let failed = results.script_failed == Some(true) || results.scripts == Some(0);
    Finding::unless(failed, || {
        let kind = ReasonKind::ScriptNotDelivered;
        let place = Place::CardVerificationResults;
        let count = results
            .scripts
            .map_or(Value::None, |count| Value::Number(u64::from(count)));
        Reason::new(kind, place, count, Place::State, Value::None)
    })
}
