//! Every command in every state, and its status word.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod common;
mod states;

use chipcard::apdu::StatusWord;
use chipcard::card::test_cards::{self, TestCard};
use chipcard::element::{ApplicationTransactionCounter, CryptogramType};
use chipcard::issuer::IssuerResponse;
use common::{Bench, Purchase};
use proptest::prelude::*;
use states::{Row, STATES, State, bring, command, walk};

const TABLE: &[Row] = &[
    // SELECT: the application, by its beginning, the directory, another, the next, wrongly.
    ("00A40400 aid 00", [0x9000; 6]),
    ("00A40400 aid", [0x9000; 6]),
    ("00A40400 rid 00", [0x9000; 6]),
    ("00A40400 pse 00", [0x9000; 6]),
    ("00A40400 07A0000000999999 00", [0x6A82; 6]),
    ("00A40402 aid 00", [0x6A82; 6]),
    ("00A40400 04A0000000 00", [0x6700; 6]),
    ("00A40400 00", [0x6700; 6]),
    ("00A40000 023F00 00", [0x6A86; 6]),
    ("00A4040C aid", [0x6A86; 6]),
    // GET PROCESSING OPTIONS: right, of another length, without template, with parameters.
    (
        "80A80000 pdol 00",
        [0x6985, 0x6985, 0x9000, 0x6985, 0x6985, 0x6985],
    ),
    (
        "80A80000 0B8309010101010101010101 00",
        [0x6985, 0x6985, 0x6700, 0x6985, 0x6985, 0x6985],
    ),
    (
        "80A80000 03830100 00",
        [0x6985, 0x6985, 0x6700, 0x6985, 0x6985, 0x6985],
    ),
    (
        "80A80000 028500 00",
        [0x6985, 0x6985, 0x6A80, 0x6985, 0x6985, 0x6985],
    ),
    ("80A80000", [0x6985, 0x6985, 0x6700, 0x6985, 0x6985, 0x6985]),
    ("80A80001 pdol 00", [0x6A86; 6]),
    // READ RECORD: of the application, of the log's file, not there, wrongly.
    (
        "00B2010C 00",
        [0x6985, 0x9000, 0x6985, 0x9000, 0x9000, 0x9000],
    ),
    (
        "00B20114 00",
        [0x6985, 0x6A82, 0x6985, 0x9000, 0x9000, 0x9000],
    ),
    (
        "00B2020C 00",
        [0x6985, 0x6A83, 0x6985, 0x6A83, 0x6A83, 0x6A83],
    ),
    (
        "00B2015C 00",
        [0x6985, 0x6A82, 0x6A83, 0x6A83, 0x6A83, 0x9000],
    ),
    (
        "00B20B5C 00",
        [0x6985, 0x6A82, 0x6A83, 0x6A83, 0x6A83, 0x6A83],
    ),
    (
        "00B20164 00",
        [0x6985, 0x6A82, 0x6A82, 0x6A82, 0x6A82, 0x6A82],
    ),
    ("00B2000C 00", [0x6A86; 6]),
    ("00B2010D 00", [0x6A86; 6]),
    ("00B20104 00", [0x6A86; 6]),
    ("00B201FC 00", [0x6A86; 6]),
    // GET DATA: the counters, anything else.
    (
        "80CA9F36 00",
        [0x6985, 0x6985, 0x9000, 0x9000, 0x9000, 0x9000],
    ),
    (
        "80CA9F13 00",
        [0x6985, 0x6985, 0x9000, 0x9000, 0x9000, 0x9000],
    ),
    (
        "80CA9F17 00",
        [0x6985, 0x6985, 0x9000, 0x9000, 0x9000, 0x9000],
    ),
    (
        "80CA9F4F 00",
        [0x6985, 0x6985, 0x9000, 0x9000, 0x9000, 0x9000],
    ),
    (
        "80CA9F14 00",
        [0x6985, 0x6985, 0x9000, 0x9000, 0x9000, 0x9000],
    ),
    (
        "80CA005A 00",
        [0x6985, 0x6985, 0x6A88, 0x6A88, 0x6A88, 0x6A88],
    ),
    // VERIFY: the PIN, another, of another length, enciphered.
    (
        "00200080 pin",
        [0x6985, 0x6985, 0x6985, 0x9000, 0x6985, 0x6985],
    ),
    (
        "00200080 08241111FFFFFFFFFF",
        [0x6985, 0x6985, 0x6985, 0x63C2, 0x6985, 0x6985],
    ),
    (
        "00200080 021234",
        [0x6985, 0x6985, 0x6985, 0x6700, 0x6985, 0x6985],
    ),
    ("00200088 pin", [0x6A86; 6]),
    // GENERATE AC: each type with each list, wrongly.
    (
        "80AE8000 cdolx 00",
        [0x6985, 0x6985, 0x6985, 0x9000, 0x6A86, 0x6985],
    ),
    (
        "80AE4000 cdolx 00",
        [0x6985, 0x6985, 0x6985, 0x9000, 0x6700, 0x6985],
    ),
    (
        "80AE0000 cdolx 00",
        [0x6985, 0x6985, 0x6985, 0x9000, 0x6700, 0x6985],
    ),
    (
        "80AE4000 cdoly 00",
        [0x6985, 0x6985, 0x6985, 0x6700, 0x9000, 0x6985],
    ),
    (
        "80AE0000 cdoly",
        [0x6985, 0x6985, 0x6985, 0x6700, 0x9000, 0x6985],
    ),
    ("80AEC000 cdolx 00", [0x6A86; 6]),
    ("80AE9000 cdolx 00", [0x6A86; 6]),
    ("80AE8001 cdolx 00", [0x6A86; 6]),
    // Issuer scripts with a wrong MAC, without one, in the other format.
    (
        "841E0000 081122334455667788",
        [0x6985, 0x6985, 0x6985, 0x6985, 0x6988, 0x6988],
    ),
    (
        "84180000 081122334455667788",
        [0x6985, 0x6985, 0x6985, 0x6985, 0x6988, 0x6988],
    ),
    (
        "84160000 081122334455667788",
        [0x6985, 0x6985, 0x6985, 0x6985, 0x6988, 0x6988],
    ),
    (
        "84240000 081122334455667788",
        [0x6985, 0x6985, 0x6985, 0x6985, 0x6988, 0x6988],
    ),
    (
        "04DA9F14 09011122334455667788",
        [0x6985, 0x6985, 0x6985, 0x6985, 0x6988, 0x6988],
    ),
    (
        "04DC010C 0A70001122334455667788",
        [0x6985, 0x6985, 0x6985, 0x6985, 0x6988, 0x6988],
    ),
    ("841E0000", [0x6985, 0x6985, 0x6985, 0x6985, 0x6987, 0x6987]),
    (
        "8C1E0000 0A8E081122334455667788",
        [0x6985, 0x6985, 0x6985, 0x6985, 0x6882, 0x6882],
    ),
    ("801E0000 081122334455667788", [0x6E00; 6]),
    // What the card does not have, and what nobody has.
    ("00880000 0411223344 00", [0x6D00; 6]),
    ("00840000 00", [0x6D00; 6]),
    ("80FF0000", [0x6D00; 6]),
    ("80A40400 aid 00", [0x6E00; 6]),
    ("00A80000 pdol 00", [0x6E00; 6]),
    ("01A40400 aid 00", [0x6E00; 6]),
    ("90AE8000 cdolx 00", [0x6E00; 6]),
    // No command at all.
    ("", [0x6700; 6]),
    ("00A404", [0x6700; 6]),
    ("00A40400 05A0000000", [0x6700; 6]),
    ("00A40400 000005A000000099", [0x6700; 6]),
];

#[test]
fn every_command_in_every_state() {
    for test in TestCard::ALL {
        walk(|| Bench::new(test), TABLE);
    }
}

#[test]
fn external_authenticate_in_every_state() {
    let bytes = [
        0x00, 0x82, 0x00, 0x00, 0x0A, 1, 2, 3, 4, 5, 6, 7, 8, 0x30, 0x30,
    ];
    for state in STATES {
        let mut bench = bring(Bench::new(&test_cards::VISA_10_LIKE), state);
        let expected = match state {
            State::Online => StatusWord::AUTHENTICATION_FAILED,
            _ => StatusWord::CONDITIONS_NOT_SATISFIED,
        };
        for length in [8, 9, 11, 16] {
            let mut other = bytes[..5].to_vec();
            other[4] = length;
            other.resize(5 + usize::from(length), 0x5A);
            let (_, status) = bench.send(&other);
            let expected = match state {
                State::Online => StatusWord::WRONG_LENGTH,
                _ => StatusWord::CONDITIONS_NOT_SATISFIED,
            };
            assert_eq!(status, expected);
        }
        assert_eq!(bench.send(&bytes).1, expected, "{state:?}");
        // Once, right or wrong.
        assert_eq!(bench.send(&bytes).1, StatusWord::CONDITIONS_NOT_SATISFIED);
        let with_parameters = [&[0x00, 0x82, 0x00, 0x01], &bytes[4..]].concat();
        assert_eq!(bench.send(&with_parameters).1, StatusWord::INCORRECT_P1_P2);
    }
}

#[test]
fn an_exhausted_counter_ends_the_card() {
    let test = &test_cards::CCD_TDES;
    let mut memory = chipcard::card::VolatileMemory::new();
    let mut state = test.profile.initial_state();
    state.atc = ApplicationTransactionCounter(0xFFFE);
    chipcard::card::CardMemory::store(&mut memory, &state).unwrap();
    let mut bench = Bench::with_memory(test, memory);
    let purchase = Purchase::new();
    assert_eq!(bench.approved_online(&purchase).atc, 0xFFFF);
    for _ in 0..3 {
        assert_eq!(bench.select(), StatusWord::OK);
        let status = bench.processing_options(&purchase);
        assert_eq!(status, StatusWord::CONDITIONS_NOT_SATISFIED);
        bench.card.reset();
    }
    assert_eq!(bench.card.state().atc.0, 0xFFFF);
}

#[test]
fn a_blocked_application_warns_and_declines() {
    let test = &test_cards::CCD_TDES;
    let mut bench = bring(Bench::new(test), State::Initiated);
    let purchase = Purchase::new();
    let first = bench.first(&purchase, CryptogramType::Arqc);
    let mut csu = IssuerResponse::approve().csu();
    csu.0[1] |= 0x20;
    let block = IssuerResponse::approve().with_csu(csu);
    let answer = bench.ask_issuer(&purchase, &first, &block).unwrap();
    let (_, last) = bench.finish(&purchase, CryptogramType::Tc, *b"00", answer.as_bytes());
    assert_eq!(last.kind(), CryptogramType::Aac);
    let (fci, status) = bench.command([0x00, 0xA4, 0x04, 0x00], test.profile.aid);
    assert_eq!(status, StatusWord::SELECTED_FILE_INVALIDATED);
    assert_eq!(
        fci[0], 0x6F,
        "a warning carries the file control information"
    );
    assert_eq!(bench.processing_options(&purchase), StatusWord::OK);
    assert_eq!(
        bench.first(&purchase, CryptogramType::Arqc).kind(),
        CryptogramType::Aac
    );
}

#[test]
fn a_blocked_card_answers_no_select() {
    let test = &test_cards::CCD_TDES;
    let mut bench = bring(Bench::new(test), State::Initiated);
    let purchase = Purchase::new();
    let first = bench.first(&purchase, CryptogramType::Arqc);
    let mut csu = IssuerResponse::approve().csu();
    csu.0[1] |= 0x40;
    let block = IssuerResponse::approve().with_csu(csu);
    let answer = bench.ask_issuer(&purchase, &first, &block).unwrap();
    bench.finish(&purchase, CryptogramType::Aac, *b"05", answer.as_bytes());
    for name in [test.profile.aid, b"1PAY.SYS.DDF01", b"2PAY.SYS.DDF01"] {
        let (_, status) = bench.command([0x00, 0xA4, 0x04, 0x00], name);
        assert_eq!(status, StatusWord::FUNCTION_NOT_SUPPORTED);
    }
    bench.card.reset();
    assert_eq!(bench.select(), StatusWord::FUNCTION_NOT_SUPPORTED);
}

#[test]
fn pin_tries_are_counted_and_restored() {
    let mut bench = bring(Bench::new(&test_cards::CCD_TDES), State::Initiated);
    let mut try_pin = |right: bool| {
        let mut block = TestCard::PIN_BLOCK;
        if !right {
            block[1] ^= 0x11;
        }
        bench.command([0x00, 0x20, 0x00, 0x80], &block).1.0
    };
    let tries = [false, false, true, false, false, false, true, false];
    let statuses = tries.map(&mut try_pin);
    assert_eq!(
        statuses,
        [
            0x63C2, 0x63C1, 0x9000, 0x63C2, 0x63C1, 0x63C0, 0x6983, 0x6983
        ]
    );
}

/// A step of a terminal that may be out of its mind.
#[derive(Clone, Debug)]
enum Step {
    Text(usize),
    Bytes(Vec<u8>),
    Mutated(usize, usize, u8),
    PowerOff,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..TABLE.len()).prop_map(Step::Text),
        // The commands of an orderly transaction, so that most runs get far.
        6 => prop_oneof![Just(0_usize), Just(10), Just(32), Just(33), Just(35)].prop_map(Step::Text),
        2 => (0..TABLE.len(), 0..60_usize, any::<u8>())
            .prop_map(|(row, place, value)| Step::Mutated(row, place, value)),
        1 => prop::collection::vec(any::<u8>(), 0..300).prop_map(Step::Bytes),
        1 => Just(Step::PowerOff),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whatever comes: an answer of two bytes or more, a counter that only rises, no second cryptogram of one type
    /// for one counter, no more PIN tries than personalised, no key and no PIN in any answer.
    #[test]
    fn an_honest_card(card in 0..TestCard::ALL.len(), steps in prop::collection::vec(step(), 1..60)) {
        let test = &TestCard::ALL[card];
        let mut bench = Bench::new(test);
        let mut seen = std::collections::HashSet::new();
        let mut counter = 0;
        let secrets: Vec<Vec<u8>> = [test_cards::TEST_KEY_AC, test_cards::TEST_KEY_SMI, test_cards::TEST_KEY_SMC]
            .iter()
            .flat_map(|key| key.chunks(8).map(<[u8]>::to_vec))
            .chain([TestCard::PIN_BLOCK[..4].to_vec()])
            .collect();
        for step in steps {
            let bytes = match step {
                Step::Text(row) => command(&test.profile, TABLE[row].0),
                Step::Bytes(bytes) => bytes,
                Step::Mutated(row, place, value) => {
                    let mut bytes = command(&test.profile, TABLE[row].0);
                    if let Some(byte) = bytes.get_mut(place) {
                        *byte = value;
                    }
                    bytes
                }
                Step::PowerOff => {
                    bench.card.reset();
                    continue;
                }
            };
            let (data, status) = bench.send(&bytes);
            let state = bench.card.state();
            prop_assert!(state.atc.0 >= counter);
            counter = state.atc.0;
            prop_assert!(state.pin_tries <= 3);
            for secret in &secrets {
                prop_assert!(!data.windows(secret.len()).any(|window| window == secret));
            }
            if bytes.get(1) == Some(&0xAE) && status == StatusWord::OK {
                let cid = if data[0] == 0x80 { data[2] } else { data[5] };
                prop_assert!(seen.insert((counter, cid & 0xC0)));
            }
        }
    }

    /// No length of anything makes it panic.
    #[test]
    fn every_length(state in 0..STATES.len(), header in any::<[u8; 4]>(), length in 0..=300_usize, room in 0..300_usize) {
        let mut bench = bring(Bench::new(&test_cards::CCD_AES), STATES[state]);
        let mut bytes = header.to_vec();
        bytes.resize(length, 0x83);
        let mut response = vec![0; room];
        let written = bench.card.process(&bytes, &mut response);
        prop_assert_eq!(written < 2, room < 2);
        prop_assert!(written <= room);
    }
}
