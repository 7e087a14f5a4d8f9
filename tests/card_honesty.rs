//! What an honest card keeps, in conversations that no terminal would hold. The fuzz target `apdu_session` holds more of them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failure here is a failed test"
)]

mod common;
mod conversation;
mod stand_in;
mod torn_storage;

use conversation::Events;
use proptest::prelude::*;

/// A step as `conversation` takes it: those that get a transaction forward come more often.
fn step() -> impl Strategy<Value = Vec<u8>> {
    let types = prop::sample::select(vec![0x80, 0x40, 0x00, 0x90, 0x88, 0x50]);
    prop_oneof![
        4 => Just(vec![2, 0, 0]),
        4 => Just(vec![3]),
        6 => (types, 0..6_u8).prop_map(|(p1, kind)| vec![9, p1, kind]),
        3 => (0..4_u8).prop_map(|kind| vec![7, kind]),
        1 => Just(vec![7, 1, 7, 1]),
        1 => Just(vec![6]),
        2 => (0..3_u8).prop_map(|kind| vec![10, kind]),
        3 => (0..12_u8).prop_map(|kind| vec![11, kind]),
        2 => any::<u8>().prop_map(|budget| vec![1, budget]),
        1 => Just(vec![0]),
        1 => any::<[u8; 2]>().prop_map(|[place, value]| vec![12, place, value]),
        1 => any::<[u8; 3]>().prop_map(|[amount, terminal, tvr]| vec![14, amount, terminal, tvr]),
        1 => prop::collection::vec(any::<u8>(), 0..12),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn an_honest_card(
        card in any::<[u8; 2]>(),
        steps in prop::collection::vec(step(), 0..80),
    ) {
        conversation::converse(&[&card[..], &steps.concat()].concat());
    }
}

/// The conversations that the fuzzer begins with: among them they come to everything.
#[test]
fn the_fuzzers_own_beginnings() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/apdu_session");
    let files = std::fs::read_dir(folder).unwrap();
    let mut all = Events::default();
    for file in files {
        let events = conversation::converse(&std::fs::read(file.unwrap().path()).unwrap());
        all = all | events;
    }
    assert_eq!(all, Events::ALL);
}
