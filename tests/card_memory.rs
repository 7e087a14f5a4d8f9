//! Power that goes at the worst moment.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod common;
mod torn_storage;

use std::collections::HashSet;

use chipcard::apdu::{MAX_RESPONSE_LENGTH, StatusWord};
use chipcard::card::test_cards::{self, TestCard};
use chipcard::card::{Applet, CardMemory, CardState, MemoryError, TwoSlots};
use chipcard::element::{ApplicationTransactionCounter, CryptogramType};
use common::{Bench, Purchase};
use torn_storage::TornStorage;

fn state(atc: u16) -> CardState {
    CardState {
        atc: ApplicationTransactionCounter(atc),
        ..test_cards::CCD_TDES.profile.initial_state()
    }
}

#[test]
fn a_torn_write_leaves_the_old_state() {
    let slot = TwoSlots::<TornStorage>::LENGTH / 2;
    for before in 0..4 {
        for budget in 0..slot {
            let mut memory = TwoSlots::new(TornStorage::blank());
            for atc in 1..=before {
                memory.store(&state(atc)).unwrap();
            }
            let mut storage = memory.into_storage();
            storage.budget = budget;
            let mut memory = TwoSlots::new(storage);
            assert!(memory.store(&state(before + 1)).is_err());
            let found = memory.load().unwrap().map(|state| state.atc.0);
            // The last bytes of a torn slot may be right by chance; then it is the new state, whole.
            let expected = (before > 0).then_some(before);
            assert!(
                found == expected || found == Some(before + 1),
                "{before} {budget}"
            );
        }
    }
}

#[test]
fn spoiled_slots_are_no_new_card() {
    let mut memory = TwoSlots::new(TornStorage::blank());
    memory.store(&state(1)).unwrap();
    memory.store(&state(2)).unwrap();
    let mut storage = memory.into_storage();
    let half = storage.bytes.len() / 2;
    storage.bytes[5] ^= 0x01;
    assert_eq!(
        TwoSlots::new(storage.clone()).load().unwrap(),
        Some(state(2))
    );
    storage.bytes[half + 5] ^= 0x01;
    assert_eq!(TwoSlots::new(storage).load(), Err(MemoryError::Corrupt));
}

#[test]
fn every_state_comes_back() {
    let bytes: Vec<u8> = (0..CardState::LENGTH)
        .map(|place| place.to_le_bytes()[0])
        .collect();
    let mut stored: [u8; CardState::LENGTH] = bytes.try_into().unwrap();
    stored[0] = 0x01;
    // Flags have eleven bits, amounts decimal digits.
    stored[14] = 0x05;
    for byte in &mut stored[18..] {
        *byte = byte.rotate_left(4) & 0x77;
    }
    assert_eq!(CardState::from_bytes(&stored).unwrap().to_bytes(), stored);
    stored[0] = 0x02;
    assert_eq!(CardState::from_bytes(&stored), None);
}

/// Runs transactions until the power goes; gives what left the card: type and counter of each cryptogram, and the
/// PIN tries that were used up.
fn use_until_torn(
    test: &'static TestCard,
    storage: TornStorage,
    seen: &mut HashSet<(u16, u8)>,
) -> TornStorage {
    let memory = TwoSlots::new(storage);
    let mut bench = Bench::with_memory(test, memory);
    let purchase = Purchase::new();
    for _ in 0..3 {
        let torn = transact(&mut bench, &purchase, seen);
        if torn == Err(StatusWord::MEMORY_FAILURE) {
            break;
        }
    }
    let mut storage = bench.card.into_memory().into_storage();
    storage.budget = usize::MAX;
    storage
}

fn transact(
    bench: &mut Bench<TwoSlots<TornStorage>>,
    purchase: &Purchase,
    seen: &mut HashSet<(u16, u8)>,
) -> Result<(), StatusWord> {
    let ok = |status| {
        if status == StatusWord::OK {
            Ok(())
        } else {
            Err(status)
        }
    };
    ok(bench.select())?;
    ok(bench.processing_options(purchase))?;
    let verify = [0x00, 0x20, 0x00, 0x80];
    ok(bench.command(verify, &TestCard::PIN_BLOCK).1)?;
    let cdol1 = purchase.fill(bench.test.profile.cdol1);
    let first = bench.generate_ac(CryptogramType::Arqc, &cdol1)?;
    assert!(
        seen.insert((first.atc, first.cid.0[0])),
        "a second cryptogram for one counter"
    );
    let cdol2 = purchase.fill(bench.test.profile.cdol2);
    let last = bench.generate_ac(CryptogramType::Tc, &cdol2)?;
    assert!(
        seen.insert((last.atc, last.cid.0[0])),
        "a second cryptogram for one counter"
    );
    Ok(())
}

#[test]
fn a_card_torn_after_every_byte_repeats_no_cryptogram() {
    for test in [&test_cards::CCD_TDES, &test_cards::VISA_10_LIKE] {
        let mut storage = TornStorage::blank();
        let mut seen = HashSet::new();
        let mut counter = 0;
        for budget in 0..600 {
            storage.budget = budget;
            storage = use_until_torn(test, storage, &mut seen);
            let memory = TwoSlots::new(storage.clone());
            let card = Applet::new(&test.profile, test.card_keys().unwrap(), memory).unwrap();
            let state = card.state();
            assert!(state.atc.0 >= counter, "the counter went back");
            counter = state.atc.0;
            // A PIN try that the tear ate may be missing, none may be too many.
            assert!(state.pin_tries <= 3);
            if state.pin_tries < 2 {
                restore_pin(test, &mut storage);
            }
        }
        assert!(seen.len() > 1000, "most transactions were whole");
    }
}

/// A right PIN with the power on.
fn restore_pin(test: &'static TestCard, storage: &mut TornStorage) {
    let mut bench = Bench::with_memory(test, TwoSlots::new(storage.clone()));
    bench.begin(&Purchase::new());
    let verify = [0x00, 0x20, 0x00, 0x80];
    assert_eq!(
        bench.command(verify, &TestCard::PIN_BLOCK).1,
        StatusWord::OK
    );
    *storage = bench.card.into_memory().into_storage();
}

#[test]
fn nothing_leaves_a_card_whose_memory_fails() {
    let test = &test_cards::CCD_TDES;
    let mut storage = TornStorage::blank();
    storage.budget = TwoSlots::<TornStorage>::LENGTH / 2;
    let mut bench = Bench::with_memory(test, TwoSlots::new(storage));
    let purchase = Purchase::new();
    bench.begin(&purchase);
    let mut command = vec![0x80, 0xAE, 0x80, 0x00];
    let data = purchase.fill(test.profile.cdol1);
    command.push(data.len().to_le_bytes()[0]);
    command.extend(data);
    let mut response = [0xEE; MAX_RESPONSE_LENGTH];
    let length = bench.card.process(&command, &mut response);
    assert_eq!(response[..length], [0x65, 0x81]);
    assert!(
        response[2..256].iter().all(|byte| *byte == 0),
        "the refused cryptogram is wiped"
    );
    // The transaction is over.
    assert_eq!(bench.send(&command).1, StatusWord::CONDITIONS_NOT_SATISFIED);
}
