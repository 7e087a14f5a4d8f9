//! Stores that a program of an older schema filled.

use std::fmt::{Debug, Write};

use chipcard::issuer::{CardFacts, CardIndex, CardState, CardStateStore, Outcome, PlaceIndex};
use chipcard_store::IndexKey;

use super::activity::START;
use super::{card, sale};

pub(crate) const SHOP_MERCHANT: PlaceIndex = PlaceIndex([9; 16]);
pub(crate) const CARDS: u64 = 50;

/// What such a program knew of a card: some sales, one of them late, and wrong values.
pub(crate) fn card_of_schema_1(number: u64) -> CardState {
    let mut state = CardState::default();
    for atc in [1, 2, 5, 4] {
        state.apply(&sale(number << 16 | u64::from(atc), atc));
    }
    let mut wrong = sale(number << 16 | 99, 0);
    (wrong.atc, wrong.happened) = (None, chipcard::issuer::Happened::WRONG_VALUE);
    state.apply(&wrong);
    state
}

/// All is there, no replay passes, retransmissions are known, and honest cards go on.
pub(crate) fn judges_on<S>(store: &S, state: impl Fn(&CardIndex) -> Option<CardState>)
where
    S: CardStateStore<Error: Debug>,
{
    for number in 0..CARDS {
        let (index, known) = (card(number), card_of_schema_1(number));
        assert_eq!(state(&index), Some(known));
        let mut model = known;
        let again = sale(number << 16 | 4, 4);
        let replay = sale(u64::MAX, 5);
        let late = sale(number << 16 | 3, 3);
        let next = sale(number << 16 | 6, 6);
        let expected = [
            Outcome::Retransmission,
            Outcome::Seen,
            Outcome::New,
            Outcome::New,
        ];
        for (event, outcome) in [again, replay, late, next].iter().zip(expected) {
            let recorded = store.record(&index, event).unwrap();
            assert_eq!(recorded, model.apply(event));
            assert_eq!(recorded.outcome, outcome);
        }
        assert_eq!(state(&index), Some(model));
    }
}

/// The rows of such a program in PostgreSQL, as statements: the cards, a merchant with one fallback, and the index key's check value.
pub(crate) fn rows(key: &IndexKey) -> String {
    const FACTS: [&str; 10] = [
        "seen",
        "highest",
        "wrong_cryptograms",
        "wrong_values",
        "fallbacks",
        "flags",
        "wrong_cryptograms_since",
        "wrong_values_since",
        "fallbacks_since",
        "contact_at",
    ];
    let columns = FACTS.join(", ");
    let before = FACTS.map(|fact| format!("before_{fact}")).join(", ");
    let facts = |facts: &CardFacts| {
        format!(
            "{}, {}, {}, {}, {}, {}, {}, {}, {}, {}",
            facts.seen.cast_signed(),
            facts.highest,
            facts.wrong_cryptograms,
            facts.wrong_values,
            facts.fallbacks,
            facts.flags,
            facts.wrong_cryptograms_since,
            facts.wrong_values_since,
            facts.fallbacks_since,
            facts.contact_at,
        )
    };
    let bytes = |bytes: &[u8]| {
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("'\\x{digits}'")
    };
    let mut sql = String::new();
    for number in 0..CARDS {
        let state = card_of_schema_1(number);
        let [first, second, third] = state.proved.map(u64::cast_signed);
        writeln!(
            sql,
            "INSERT INTO chipcard_cards (card, {columns}, {before}, proved_1, proved_2, proved_3, unproved) \
             VALUES ({}, {}, {}, {first}, {second}, {third}, {});",
            bytes(&card(number).0),
            facts(&state.now),
            facts(&state.before),
            state.unproved.cast_signed(),
        )
        .unwrap();
    }
    writeln!(
        sql,
        "INSERT INTO chipcard_merchants (merchant, last_transaction, fallbacks, fallbacks_since) VALUES ({}, 1, 1, {START}); \
         INSERT INTO chipcard_index_key (check_value) VALUES ({});",
        bytes(&SHOP_MERCHANT.0),
        bytes(&key.check_value()),
    )
    .unwrap();
    sql
}
