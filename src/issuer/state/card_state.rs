//! What is remembered of a card, and the one definition of how it moves.

use core::ops::{BitOr, BitOrAssign};

use super::window::{AtcPlace, AtcWindow};
use crate::element::ApplicationTransactionCounter;

/// Seconds after which a counter of failures or fallbacks begins anew: one day.
pub const COUNTER_PERIOD: u32 = 86_400;

/// What one message means for a card's state.
///
/// Everything in it is known before the state is read, so that a database can take the step in one statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardEvent {
    /// When, in seconds of the host's clock since 1970.
    pub at: u32,
    /// Which transaction: a keyed hash of what identifies it, the same for a retransmission. 0: not known.
    pub transaction: u64,
    /// The counter that a verified cryptogram proves, or a value of a few digits ([`Happened::FEW_DIGITS`]). Only an event with one moves
    /// the window.
    pub atc: Option<ApplicationTransactionCounter>,
    /// What happened.
    pub happened: Happened,
}

impl CardEvent {
    /// The issuer's answer has script commands. A host that writes some records it beside the message's own event, and the card's next
    /// right cryptogram is asked what became of them
    /// ([`ScriptNotDelivered`](crate::issuer::ReasonKind::ScriptNotDelivered)).
    ///
    /// ```
    /// use chipcard::issuer::*;
    ///
    /// fn block<S: CardStateStore>(
    ///     authoriser: &Authoriser<chipcard::key::IssuerKeySet>,
    ///     assessment: &mut Assessment<'_>,
    ///     now: u32,
    ///     store: &S,
    ///     buffer: &mut [u8],
    /// ) -> Result<(), S::Error> {
    ///     if let Some(verified) = assessment.verified_mut() {
    ///         let (phase, issuer) = (ScriptPhase::AfterFinalGenerateAc, authoriser.issuer());
    ///         let script = issuer.script(verified, phase, [0; 4], buffer, |script| script.application_block());
    ///         if script.is_ok() {
    ///             store.record(&assessment.card, &CardEvent::script_sent(now))?;
    ///         }
    ///     }
    ///     Ok(())
    /// }
    /// ```
    pub const fn script_sent(at: u32) -> Self {
        Self {
            at,
            // Twice is as good as once.
            transaction: 0,
            atc: None,
            happened: Happened::SCRIPT_SENT,
        }
    }
}

/// What happened in a transaction, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Happened(pub u8);

impl Happened {
    /// The chip was read over its contacts.
    pub const CONTACT_READ: Self = Self(0x01);
    /// The cryptogram was wrong, or the dynamic value of contactless stripe mode.
    pub const WRONG_CRYPTOGRAM: Self = Self(0x02);
    /// The stripe was read because the chip could not be.
    pub const FALLBACK: Self = Self(0x04);
    /// A card verification value, printed or of the stripe, or the date beside a typed number was wrong.
    pub const WRONG_VALUE: Self = Self(0x08);
    /// The issuer sent script commands: see [`CardEvent::script_sent`].
    pub const SCRIPT_SENT: Self = Self(0x10);
    /// What proves the counter is a value of contactless stripe mode: a few digits, which somebody guesses in a thousand attempts.
    pub const FEW_DIGITS: Self = Self(0x20);
    /// The last tap again, with the PIN that the issuer asked for, and the PIN is right: a second message over one cryptogram, once.
    pub const PIN_FOLLOWED: Self = Self(0x40);

    /// Whether what proves a counter is too weak to move the window so far. The card's own counter would be too old afterwards, and whoever
    /// guessed a few digits would have taken the card out of use.
    pub const fn reaches_too_far(self, by: u16) -> bool {
        self.contains(Self::FEW_DIGITS) && by > AtcWindow::FEW_DIGITS_REACH
    }

    /// Whether all of these happened.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Happened {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Happened {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// What is known of a card at one moment. Plain integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct CardFacts {
    /// Counters that verified cryptograms proved: [`AtcWindow::seen`].
    pub seen: u64,
    /// The highest of them: [`AtcWindow::highest`].
    pub highest: u16,
    /// Wrong cryptograms since [`wrong_cryptograms_since`](Self::wrong_cryptograms_since), at most 255.
    pub wrong_cryptograms: u8,
    /// Wrong card verification values since [`wrong_values_since`](Self::wrong_values_since), at most 255.
    pub wrong_values: u8,
    /// Fallbacks since [`fallbacks_since`](Self::fallbacks_since), at most 255.
    pub fallbacks: u8,
    /// [`CardFacts::CONTACT_LAST`], [`CardFacts::SCRIPT_PENDING`] and [`CardFacts::PIN_FOLLOWED`].
    pub flags: u8,
    /// When the count of wrong cryptograms began, in seconds since 1970.
    pub wrong_cryptograms_since: u32,
    /// When the count of wrong values began.
    pub wrong_values_since: u32,
    /// When the count of fallbacks began.
    pub fallbacks_since: u32,
    /// When the chip was last read over its contacts with a right cryptogram; 0: never.
    pub contact_at: u32,
}

impl CardFacts {
    /// The last right cryptogram came over the contacts.
    pub const CONTACT_LAST: u8 = 0x01;
    /// Script commands were sent, and no right cryptogram came since.
    pub const SCRIPT_PENDING: u8 = 0x02;
    /// The last right cryptogram came a second time, with a right PIN.
    pub const PIN_FOLLOWED: u8 = 0x04;

    /// Counters that verified cryptograms proved.
    pub const fn window(&self) -> AtcWindow {
        AtcWindow {
            highest: self.highest,
            seen: self.seen,
        }
    }

    /// The facts after an event that moves the state.
    const fn after(mut self, event: &CardEvent) -> Self {
        let happened = event.happened;
        if let Some(atc) = event.atc {
            let mut window = self.window();
            window.insert(atc);
            (self.highest, self.seen) = (window.highest, window.seen);
            self.flags = if happened.contains(Happened::CONTACT_READ) {
                self.contact_at = event.at;
                Self::CONTACT_LAST
            } else if happened.contains(Happened::PIN_FOLLOWED) {
                Self::PIN_FOLLOWED
            } else {
                0
            };
        }
        if happened.contains(Happened::WRONG_CRYPTOGRAM) {
            (self.wrong_cryptograms, self.wrong_cryptograms_since) = counted(
                self.wrong_cryptograms,
                self.wrong_cryptograms_since,
                event.at,
            );
        }
        if happened.contains(Happened::WRONG_VALUE) {
            (self.wrong_values, self.wrong_values_since) =
                counted(self.wrong_values, self.wrong_values_since, event.at);
        }
        if happened.contains(Happened::FALLBACK) {
            (self.fallbacks, self.fallbacks_since) =
                counted(self.fallbacks, self.fallbacks_since, event.at);
        }
        if happened.contains(Happened::SCRIPT_SENT) {
            self.flags |= Self::SCRIPT_PENDING;
        }
        self
    }

    /// Whether an event is the second message over a cryptogram that was seen, with a right PIN.
    pub(crate) fn repeated_with_pin(&self, event: &CardEvent) -> bool {
        let seen = |atc| self.window().place(atc) == AtcPlace::Seen;
        event.happened.contains(Happened::PIN_FOLLOWED) && event.atc.is_some_and(seen)
    }

    /// Whether it is that of the last one, and the first such message.
    fn await_pin(&self, event: &CardEvent) -> bool {
        let last = event.atc.is_some_and(|atc| atc.0 == self.highest);
        last && self.flags & Self::PIN_FOLLOWED == 0 && self.repeated_with_pin(event)
    }

    /// The facts as an event without counter found them, told from the facts after it.
    const fn without(mut self, event: &CardEvent) -> Self {
        let happened = event.happened;
        if happened.contains(Happened::WRONG_CRYPTOGRAM) {
            self.wrong_cryptograms = self.wrong_cryptograms.saturating_sub(1);
        }
        if happened.contains(Happened::WRONG_VALUE) {
            self.wrong_values = self.wrong_values.saturating_sub(1);
        }
        if happened.contains(Happened::FALLBACK) {
            self.fallbacks = self.fallbacks.saturating_sub(1);
        }
        self
    }

    /// How many of a counter still count at a moment: none when its period is over.
    pub const fn counting(count: u8, since: u32, at: u32) -> u8 {
        if at.saturating_sub(since) < COUNTER_PERIOD {
            count
        } else {
            0
        }
    }
}

/// One more of a counter, which begins anew when its period is over.
const fn counted(count: u8, since: u32, at: u32) -> (u8, u32) {
    if count == 0 || at.saturating_sub(since) >= COUNTER_PERIOD {
        (1, at)
    } else {
        (count.saturating_add(1), since)
    }
}

/// What a store keeps of a card: the facts now, and the facts before the last transaction that a cryptogram proved, so that
/// its retransmission is judged as it was.
///
/// 96 bytes of plain integers; with its key 112.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct CardState {
    /// Now.
    pub now: CardFacts,
    /// Before the last transaction that a cryptogram proved.
    pub before: CardFacts,
    /// The last three transactions that a cryptogram proved, the last one first; 0: none.
    pub proved: [u64; 3],
    /// The last transaction that no cryptogram proved; 0: none.
    pub unproved: u64,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It moved the state.
    New,
    /// The same message again: nothing moved.
    Retransmission,
    /// Its counter was seen in another transaction: nothing moved.
    Seen,
    /// Its counter is too old to know whether it was seen, or too far ahead for the few digits that prove it
    /// ([`AtcWindow::FEW_DIGITS_REACH`]): nothing moved.
    Old,
}

/// What the store answers to an event: what became of it, and the facts that it found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// What became of the event.
    pub outcome: Outcome,
    /// The facts before it.
    pub before: CardFacts,
}

impl CardState {
    /// Takes a step: the one definition of it, which every store follows.
    ///
    /// Applying an event to the state that it made gives [`Outcome::Retransmission`] with the same `before`, as long as the
    /// event has a transaction.
    ///
    /// ```
    /// use chipcard::element::ApplicationTransactionCounter as Atc;
    /// use chipcard::issuer::{CardEvent, CardState, Happened, Outcome};
    ///
    /// let mut state = CardState::default();
    /// let happened = Happened::CONTACT_READ;
    /// let event = CardEvent { at: 1_000, transaction: 1, atc: Some(Atc(7)), happened };
    /// assert_eq!(state.apply(&event).outcome, Outcome::New);
    /// assert_eq!(state.apply(&event).outcome, Outcome::Retransmission);
    /// let replay = CardEvent { transaction: 2, ..event };
    /// assert_eq!(state.apply(&replay).outcome, Outcome::Seen);
    /// ```
    pub fn apply(&mut self, event: &CardEvent) -> Recorded {
        let (outcome, before) = self.outcome(event);
        if outcome == Outcome::New {
            if event.atc.is_some() {
                self.before = self.now;
                let [first, second, _] = self.proved;
                self.proved = [event.transaction, first, second];
            } else if event.transaction != 0 {
                self.unproved = event.transaction;
            }
            self.now = self.now.after(event);
        }
        Recorded { outcome, before }
    }

    fn outcome(&self, event: &CardEvent) -> (Outcome, CardFacts) {
        let known = event.transaction != 0;
        match event.atc {
            Some(_) if known && self.proved.contains(&event.transaction) => {
                (Outcome::Retransmission, self.before)
            }
            Some(_) if self.now.await_pin(event) => (Outcome::New, self.now),
            Some(atc) => match self.now.window().place(atc) {
                AtcPlace::Seen => (Outcome::Seen, self.now),
                AtcPlace::Old { .. } => (Outcome::Old, self.now),
                AtcPlace::Ahead { by } if event.happened.reaches_too_far(by) => {
                    (Outcome::Old, self.now)
                }
                AtcPlace::First | AtcPlace::Ahead { .. } | AtcPlace::Behind { .. } => {
                    (Outcome::New, self.now)
                }
            },
            None if known && self.unproved == event.transaction => {
                (Outcome::Retransmission, self.now.without(event))
            }
            None => (Outcome::New, self.now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CardEvent, CardFacts, CardState, Happened, Outcome};
    use crate::element::ApplicationTransactionCounter as Atc;
    use crate::issuer::CardIndex;

    fn proved(transaction: u64, atc: u16) -> CardEvent {
        CardEvent {
            at: 1_000,
            transaction,
            atc: Some(Atc(atc)),
            happened: Happened::CONTACT_READ,
        }
    }

    fn unproved(transaction: u64, at: u32, happened: Happened) -> CardEvent {
        CardEvent {
            at,
            transaction,
            atc: None,
            happened,
        }
    }

    #[test]
    fn a_card_takes_no_more_than_128_bytes() {
        assert!(size_of::<CardState>() + size_of::<CardIndex>() <= 112);
    }

    #[test]
    fn a_step_again_finds_what_the_first_found() {
        let mut state = CardState::default();
        let wrong = Happened::WRONG_CRYPTOGRAM;
        let events = [
            unproved(1, 10, wrong),
            proved(2, 5),
            unproved(3, 20, Happened::FALLBACK),
            unproved(4, 30, Happened::WRONG_VALUE),
            proved(5, 4),
            unproved(6, 40, wrong),
        ];
        for event in events {
            let first = state.apply(&event);
            assert_eq!(first.outcome, Outcome::New);
            let moved = state;
            let again = state.apply(&event);
            assert_eq!(again.outcome, Outcome::Retransmission);
            assert_eq!(again.before.window(), first.before.window());
            assert_eq!(
                again.before.wrong_cryptograms,
                first.before.wrong_cryptograms
            );
            assert_eq!(again.before.fallbacks, first.before.fallbacks);
            assert_eq!(state, moved);
        }
        assert_eq!(state.now.wrong_cryptograms, 2);
    }

    /// Whoever sends wrong cryptograms changes neither the window nor what a retransmission finds.
    #[test]
    fn what_is_not_proved_leaves_the_window_alone() {
        let mut state = CardState::default();
        let honest = proved(1, 7);
        let first = state.apply(&honest);
        let window = state.now.window();
        for transaction in 100..400 {
            state.apply(&unproved(transaction, 2_000, Happened::WRONG_CRYPTOGRAM));
        }
        assert_eq!(state.now.window(), window);
        let again = state.apply(&honest);
        assert_eq!(again.outcome, Outcome::Retransmission);
        assert_eq!(again.before, first.before);
    }

    /// Of the last tap alone, and once; its retransmission is known as such.
    #[test]
    fn a_pin_follows_a_tap_once() {
        let mut state = CardState::default();
        let tap = |transaction, atc| CardEvent {
            happened: Happened::default(),
            ..proved(transaction, atc)
        };
        let with_pin = |transaction, atc| CardEvent {
            happened: Happened::PIN_FOLLOWED,
            ..proved(transaction, atc)
        };
        let mut outcome = |event| state.apply(&event).outcome;
        assert_eq!(outcome(tap(1, 7)), Outcome::New);
        assert_eq!(outcome(tap(2, 8)), Outcome::New);
        assert_eq!(outcome(with_pin(3, 7)), Outcome::Seen);
        assert_eq!(outcome(with_pin(3, 8)), Outcome::New);
        assert_eq!(outcome(with_pin(3, 8)), Outcome::Retransmission);
        assert_eq!(outcome(tap(2, 8)), Outcome::Retransmission);
        assert_eq!(outcome(with_pin(4, 8)), Outcome::Seen);
        assert_eq!(outcome(tap(5, 9)), Outcome::New);
        assert_eq!(outcome(with_pin(3, 8)), Outcome::Retransmission);
        assert_eq!(outcome(with_pin(6, 9)), Outcome::New);
    }

    #[test]
    fn counters_begin_anew_after_a_day() {
        let mut state = CardState::default();
        for (transaction, at) in [(1, 0), (2, 86_399)] {
            state.apply(&unproved(transaction, at, Happened::FALLBACK));
        }
        assert_eq!(state.now.fallbacks, 2);
        let counting = |at| CardFacts::counting(state.now.fallbacks, state.now.fallbacks_since, at);
        assert_eq!((counting(86_399), counting(86_400)), (2, 0));
        state.apply(&unproved(3, 86_400, Happened::FALLBACK));
        assert_eq!(
            (state.now.fallbacks, state.now.fallbacks_since),
            (1, 86_400)
        );
    }

    #[test]
    fn a_transaction_that_is_not_known_is_never_a_retransmission() {
        let mut state = CardState::default();
        state.apply(&proved(0, 1));
        assert_eq!(state.apply(&proved(0, 1)).outcome, Outcome::Seen);
        state.apply(&unproved(0, 1, Happened::FALLBACK));
        let again = state.apply(&unproved(0, 1, Happened::FALLBACK));
        assert_eq!(again.outcome, Outcome::New);
    }
}
