//! What every store must do, whatever it keeps its rows in.

#![allow(dead_code, reason = "not every test needs all of it")]

use chipcard::element::ApplicationTransactionCounter as Atc;
use chipcard::issuer::{
    CardEvent, CardIndex, CardState, CardStateStore, Happened, Outcome, PlaceEvent, PlaceHappened,
    Recorded,
};
use chipcard_store::IndexKey;

pub(crate) mod activity;
pub(crate) mod killed;
pub(crate) mod older;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
pub(crate) mod race;
pub(crate) mod shops;
pub(crate) mod threads;

pub(crate) fn key() -> IndexKey {
    IndexKey::new(&core::array::from_fn(|place| place as u8))
}

pub(crate) fn card(number: u64) -> CardIndex {
    CardIndex(
        u128::from(number)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835)
            .to_be_bytes(),
    )
}

/// A chip transaction with a right cryptogram.
pub(crate) fn sale(transaction: u64, atc: u16) -> CardEvent {
    CardEvent {
        at: 1_700_000_000 + u32::from(atc),
        transaction,
        atc: Some(Atc(atc)),
        happened: Happened::CONTACT_READ,
    }
}

/// A fallback at a merchant.
pub(crate) fn fallback(transaction: u64, at: u32) -> PlaceEvent {
    PlaceEvent {
        at,
        transaction,
        what: PlaceHappened::Fallback,
    }
}

/// Numbers that are the same in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 11) % bound
    }
}

/// Events of one card that visit every branch of a step: gaps, late and old counters, replays, retransmissions, transactions
/// without a number, clocks that run back, counters that begin anew or are full.
pub(crate) fn events(seed: u64, count: usize) -> Vec<CardEvent> {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut events: Vec<CardEvent> = Vec::with_capacity(count);
    let mut atc: u16 = match random.below(4) {
        0 => 0,
        1 => 0xFFF0,
        _ => random.next() as u16,
    };
    let mut at: u32 = match random.below(8) {
        0 => 0,
        1 => u32::MAX - 100_000,
        _ => 1_700_000_000,
    };
    while events.len() < count {
        if random.below(5) == 0 && !events.is_empty() {
            // A retransmission, or a replay under another number.
            let mut again = events[random.below(events.len() as u64) as usize];
            if random.below(2) == 0 {
                again.transaction = random.below(6);
            }
            events.push(again);
            continue;
        }
        let counter = match random.below(8) {
            0 => atc.wrapping_add(random.next() as u16),
            1 => atc.wrapping_add(62 + random.below(5) as u16),
            2 | 3 => atc.wrapping_sub(random.below(70) as u16),
            _ => atc.wrapping_add(1 + random.below(3) as u16),
        };
        if random.below(4) != 0 {
            atc = counter;
        }
        at = match random.below(12) {
            0 => at.saturating_add(86_399 + random.below(3) as u32),
            1 => at.saturating_sub(random.below(100_000) as u32),
            _ => at.saturating_add(random.below(600) as u32),
        };
        let transaction = match random.below(6) {
            0 => 0,
            1 => random.below(6),
            _ => random.next(),
        };
        events.push(CardEvent {
            at,
            transaction,
            atc: (random.below(3) != 0).then_some(Atc(counter)),
            // Whatever there will be, too.
            happened: Happened(random.next() as u8),
        });
    }
    events
}

/// More wrong cryptograms than a counter holds, then an honest transaction.
pub(crate) fn many_failures() -> Vec<CardEvent> {
    let failure = |transaction| CardEvent {
        at: 1_700_000_000,
        transaction,
        atc: None,
        happened: Happened::WRONG_CRYPTOGRAM | Happened::WRONG_VALUE | Happened::FALLBACK,
    };
    let mut events: Vec<_> = (1..=258).map(failure).collect();
    events.push(sale(1_000, 1));
    events.push(failure(1_001));
    events
}

/// That the answers are those of the library's own step.
pub(crate) fn assert_same(events: &[CardEvent], answers: &[Recorded], stored: Option<CardState>) {
    let mut state = CardState::default();
    for (number, (event, answer)) in events.iter().zip(answers).enumerate() {
        let before = state;
        let expected = state.apply(event);
        assert_eq!(
            *answer, expected,
            "event {number}, {event:?}, on {before:?}"
        );
    }
    assert_eq!(answers.len(), events.len());
    assert_eq!(stored.unwrap_or_default(), state);
}

/// Eight threads record the same counters at the same moments: each counter is new to one of them.
pub(crate) fn duplicates_from_threads<S>(store: &S)
where
    S: CardStateStore<Error: std::fmt::Debug> + Sync,
{
    let outcomes = threads::race(60, |thread, step| {
        let atc = step as u16 + 1;
        let event = sale(thread * 0x1_0000 + u64::from(atc), atc);
        store.record(&card(7), &event).unwrap().outcome
    });
    for mut outcomes in outcomes {
        outcomes.sort_unstable_by_key(|outcome| *outcome != Outcome::New);
        assert_eq!(outcomes[0], Outcome::New);
        assert!(
            outcomes[1..]
                .iter()
                .all(|outcome| *outcome == Outcome::Seen),
            "{outcomes:?}"
        );
    }
}

/// That a retransmission is answered as the transaction was, and a replay is not, also after the store was opened anew.
pub(crate) fn remembers<S>(store: &S, transactions: std::ops::RangeInclusive<u16>)
where
    S: CardStateStore<Error: std::fmt::Debug>,
{
    let mut state = CardState::default();
    for atc in 1..=*transactions.end() {
        let event = sale(u64::from(atc), atc);
        let expected = state.apply(&event);
        if transactions.contains(&atc) {
            assert_eq!(store.record(&card(1), &event).unwrap(), expected);
        }
    }
    let last = *transactions.end();
    let again = store
        .record(&card(1), &sale(u64::from(last), last))
        .unwrap();
    assert_eq!(again, state.apply(&sale(u64::from(last), last)));
    assert_eq!(again.outcome, Outcome::Retransmission);
    let replay = store.record(&card(1), &sale(999, last)).unwrap();
    assert_eq!(replay.outcome, Outcome::Seen);
}
