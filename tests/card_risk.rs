//! What the card carries from one transaction into the next (EMV Book 3, Common Core Definitions).

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod common;

use chipcard::card::test_cards::{self, TestCard};
use chipcard::card::{IssuerAuthentication, Profile};
use chipcard::element::{CardStatusUpdate as Csu, CounterUpdate, CryptogramType, SecondGenerateAc};
use chipcard::issuer::IssuerResponse;
use common::{Bench, Cryptogram, Purchase};

const CCD: &TestCard = &test_cards::CCD_TDES;
const TC: CryptogramType = CryptogramType::Tc;
const ARQC: CryptogramType = CryptogramType::Arqc;
const AAC: CryptogramType = CryptogramType::Aac;

/// CCD for an issuer who does not insist on his own authentication.
static LENIENT: TestCard = TestCard {
    profile: Profile {
        issuer_authentication: IssuerAuthentication {
            required: false,
            must_pass: false,
            required_for_reset: false,
            ..CCD.profile.issuer_authentication
        },
        ..CCD.profile
    },
    ..test_cards::CCD_TDES
};

fn begin(bench: &mut Bench, purchase: &Purchase, kind: CryptogramType) -> Cryptogram {
    bench.begin(purchase);
    bench.first(purchase, kind)
}

/// An online transaction with this card status update in the answer.
fn online(bench: &mut Bench, csu: Csu) -> Cryptogram {
    let purchase = Purchase::new();
    let first = begin(bench, &purchase, ARQC);
    let response = IssuerResponse::approve().with_csu(csu);
    let answer = bench.ask_issuer(&purchase, &first, &response).unwrap();
    bench.finish(&purchase, TC, *b"00", answer.as_bytes()).1
}

/// An online transaction whose answer was forged on its way.
fn forged(bench: &mut Bench) -> Cryptogram {
    let purchase = Purchase::new();
    begin(bench, &purchase, ARQC);
    bench.second(&purchase, TC, *b"00", Some(&[1, 2, 3, 4, 0, 0x80, 0, 0]))
}

/// An online transaction whose answer carries none of tag 91.
fn unanswered(bench: &mut Bench) -> Cryptogram {
    let purchase = Purchase::new();
    begin(bench, &purchase, ARQC);
    bench.second(&purchase, TC, *b"00", None)
}

#[test]
fn exact_bytes_of_ccd() {
    let mut bench = Bench::new(CCD);
    let purchase = Purchase::new();
    let cvr = |cryptogram: &Cryptogram| cryptogram.iad[3..8].to_vec();
    // First: 10 not requested, 10 ARQC; three PIN tries.
    let first = begin(&mut bench, &purchase, ARQC);
    assert_eq!(cvr(&first), [0xA0, 0x30, 0x00, 0x00, 0x00]);
    assert_eq!(first.iad[..3], [0x0F, 0xA5, 0x01]);
    assert_eq!(first.iad[16], 0x0F);
    // Second, without an answer: 00 AAC, 10 ARQC, issuer authentication not performed.
    let last = bench.second(&purchase, TC, *b"00", None);
    assert_eq!(cvr(&last), [0x22, 0x30, 0x00, 0x00, 0x00]);
    // The next says the same of the last.
    let next = begin(&mut bench, &purchase, ARQC);
    assert_eq!(cvr(&next), [0xA2, 0x30, 0x00, 0x00, 0x00]);
    // Broken off: last online transaction not completed. Then one wrong PIN.
    bench.begin(&purchase);
    let wrong = [0x24, 0x99, 0x99, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
    bench.command([0x00, 0x20, 0x00, 0x80], &wrong);
    let next = bench.first(&purchase, ARQC);
    assert_eq!(cvr(&next), [0xA2, 0x2D, 0x00, 0x00, 0x00]);
    // Unable to go online: Y3 and 01 TC.
    let last = bench.second(&purchase, TC, *b"Y3", None);
    assert_eq!(cvr(&last), [0x62, 0x2D, 0x00, 0x01, 0x00]);
    // Counters in the data: one transaction of 10.00.
    let next = begin(&mut bench, &purchase, AAC);
    assert_eq!(next.iad[8..16], [0, 0, 0, 0, 0x10, 0x00, 0x01, 0xFF]);
    assert_eq!(cvr(&next), [0x82, 0x21, 0x00, 0x00, 0x00]);
}

#[test]
fn a_failed_authentication_is_remembered_until_one_succeeds() {
    for test in TestCard::ALL {
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        begin(&mut bench, &purchase, ARQC);
        bench.finish(&purchase, TC, *b"00", &vec![0x5A; answer_length(test)]);
        for _ in 0..3 {
            // Broken-off and declined transactions do not wash it away.
            let next = begin(&mut bench, &purchase, AAC);
            assert_eq!(bench.cvr(&next).issuer_authentication_failed(), Some(true));
        }
        bench.approved_online(&purchase);
        let next = begin(&mut bench, &purchase, ARQC);
        assert_eq!(bench.cvr(&next).issuer_authentication_failed(), Some(false));
    }
}

fn answer_length(test: &TestCard) -> usize {
    match test.profile.version.arpc {
        Some(chipcard::cryptogram::ArpcMethod::Method1) => 10,
        _ => 8,
    }
}

#[test]
fn a_lenient_card_approves_and_forgets() {
    let mut bench = Bench::new(&LENIENT);
    assert_eq!(unanswered(&mut bench).kind(), TC);
    assert_eq!(forged(&mut bench).kind(), TC);
    assert!(bench.card.state().flags.issuer_authentication_failed);
    assert_eq!(unanswered(&mut bench).kind(), TC);
    assert!(!bench.card.state().flags.issuer_authentication_failed);

    let mut bench = Bench::new(CCD);
    assert_eq!(forged(&mut bench).kind(), AAC);
    assert_eq!(unanswered(&mut bench).kind(), AAC);
    assert!(bench.card.state().flags.issuer_authentication_failed);
}

#[test]
fn an_uncompleted_transaction_sends_the_next_online() {
    let mut bench = Bench::new(CCD);
    let purchase = Purchase::new();
    assert_eq!(begin(&mut bench, &purchase, TC).kind(), TC);
    begin(&mut bench, &purchase, ARQC);
    for _ in 0..2 {
        let next = begin(&mut bench, &purchase, TC);
        assert_eq!(next.kind(), ARQC);
        assert_eq!(bench.cvr(&next).last_online_not_completed(), Some(true));
    }
    bench.approved_online(&purchase);
    assert_eq!(begin(&mut bench, &purchase, TC).kind(), TC);
}

#[test]
fn go_online_next() {
    let mut bench = Bench::new(CCD);
    let purchase = Purchase::new();
    online(&mut bench, Csu::ISSUER_APPROVES | Csu::GO_ONLINE_NEXT);
    let next = begin(&mut bench, &purchase, TC);
    assert_eq!(next.kind(), ARQC);
    assert_eq!(bench.cvr(&next).go_online_next(), Some(true));
    bench.card.reset();
    online(&mut bench, Csu::ISSUER_APPROVES);
    let next = begin(&mut bench, &purchase, TC);
    assert_eq!(next.kind(), TC);
    assert_eq!(bench.cvr(&next).go_online_next(), Some(false));
}

#[test]
fn the_issuer_moves_the_counters() {
    let counters = |bench: &Bench| {
        let state = bench.card.state();
        (state.offline_count, state.offline_amount.minor_units())
    };
    let mut bench = Bench::new(CCD);
    let purchase = Purchase::new();
    assert_eq!(begin(&mut bench, &purchase, TC).kind(), TC);
    assert_eq!(counters(&bench), (1, 1000));
    online(&mut bench, Csu::ISSUER_APPROVES);
    assert_eq!(counters(&bench), (1, 1000));
    let update = |update| Csu::ISSUER_APPROVES | Csu::counters(update);
    online(&mut bench, update(CounterUpdate::AddTransaction));
    assert_eq!(counters(&bench), (2, 2000));
    online(&mut bench, update(CounterUpdate::SetToUpperLimit));
    assert_eq!(counters(&bench), (6, 20_000));
    let next = begin(&mut bench, &purchase, TC);
    assert_eq!(next.kind(), ARQC);
    assert_eq!(bench.cvr(&next).upper_offline_limit_exceeded(), Some(true));
    // Not even the issuer's absence gets an approval over the upper limit.
    let last = bench.second(&purchase, TC, *b"Y3", None);
    assert_eq!(last.kind(), AAC);
    assert_eq!(bench.cvr(&last).unable_to_go_online(), Some(true));
    online(&mut bench, update(CounterUpdate::Reset));
    assert_eq!(counters(&bench), (0, 0));
    assert_eq!(bench.card.state().last_online_atc, bench.card.state().atc);
    // A forged wish moves nothing.
    begin(&mut bench, &purchase, TC);
    let purchase = Purchase::new();
    begin(&mut bench, &purchase, ARQC);
    bench.second(&purchase, TC, *b"00", Some(&[1, 2, 3, 4, 0x0F, 0xF2, 0, 0]));
    assert_eq!(counters(&bench), (1, 1000));
    let flags = bench.card.state().flags;
    assert!(!flags.card_blocked && !flags.application_blocked);
}

#[test]
fn amounts_count_in_their_currency_only() {
    let mut bench = Bench::new(CCD);
    // 60.00 each: the second passes the lower limit of 100.00.
    let purchase = Purchase::new().with(0x9F02, &[0, 0, 0, 0, 0x60, 0]);
    let abroad = purchase.clone().with(0x5F2A, &[0x09, 0x78]);
    assert_eq!(begin(&mut bench, &abroad, TC).kind(), TC);
    assert_eq!(begin(&mut bench, &purchase, TC).kind(), TC);
    let next = begin(&mut bench, &purchase, TC);
    assert_eq!(next.kind(), ARQC);
    assert_eq!(next.iad[5], 0x20, "the lower amount alone");
    assert_eq!(begin(&mut bench, &abroad, TC).kind(), ARQC, "not completed");
}

#[test]
fn failed_offline_data_authentication_is_told_once_it_was_heard() {
    let mut bench = Bench::new(CCD);
    let failed = Purchase::new().with(0x95, &[0x40, 0, 0, 0, 0]);
    let purchase = Purchase::new();
    let told = |bench: &Bench, cryptogram: &Cryptogram| {
        bench.cvr(cryptogram).offline_data_authentication_failed() == Some(true)
    };
    let first = begin(&mut bench, &failed, AAC);
    assert!(!told(&bench, &first));
    // Declined: it was told to nobody.
    let next = begin(&mut bench, &purchase, AAC);
    assert!(told(&bench, &next));
    let next = begin(&mut bench, &purchase, ARQC);
    assert!(told(&bench, &next));
    bench.card.reset();
    let next = begin(&mut bench, &purchase, ARQC);
    assert!(!told(&bench, &next));
}

#[test]
fn the_pin_try_counter_by_the_issuer() {
    let mut bench = Bench::new(CCD);
    let purchase = Purchase::new();
    bench.begin(&purchase);
    for _ in 0..3 {
        bench.command([0x00, 0x20, 0x00, 0x80], &[0x24, 0, 0, 0, 0, 0, 0, 0]);
    }
    let first = bench.first(&purchase, ARQC);
    assert_eq!(bench.cvr(&first).pin_try_limit_exceeded(), Some(true));
    assert_eq!(bench.cvr(&first).offline_pin_failed(), Some(true));
    bench.card.reset();
    online(&mut bench, Csu::ISSUER_APPROVES | Csu::pin_try_counter(2));
    assert_eq!(bench.card.state().pin_tries, 2);
    // Never more than the card was personalised with.
    online(&mut bench, Csu::ISSUER_APPROVES | Csu::pin_try_counter(15));
    assert_eq!(bench.card.state().pin_tries, 3);
}

#[test]
fn a_terminal_that_assumes_a_pin_is_found_out() {
    let test = &test_cards::M_CHIP_14_LIKE;
    let mut bench = Bench::new(test);
    // CVM results: PIN by the card, successful; but no VERIFY came.
    let purchase = Purchase::new().with(0x9F34, &[0x41, 0x03, 0x02]);
    let first = begin(&mut bench, &purchase, TC);
    assert_eq!(first.kind(), AAC);
    assert_eq!(bench.cvr(&first).terminal_wrongly_assumes_pin(), Some(true));
    bench.begin(&purchase);
    bench.command([0x00, 0x20, 0x00, 0x80], &TestCard::PIN_BLOCK);
    let first = bench.first(&purchase, ARQC);
    assert_eq!(first.kind(), ARQC);
    let cvr = bench.cvr(&first);
    assert_eq!(cvr.terminal_wrongly_assumes_pin(), Some(false));
    assert_eq!(cvr.offline_pin_successful(), Some(true));
    assert_eq!(
        cvr.second_generate_ac(),
        Some(SecondGenerateAc::NotRequested)
    );
}

#[test]
fn a_card_never_gives_more_than_was_asked() {
    for test in TestCard::ALL {
        for asked in [AAC, ARQC, TC] {
            for terminal in [0x21, 0x22, 0x23, 0x24, 0x26] {
                let mut bench = Bench::new(test);
                let purchase = Purchase::new().with(0x9F35, &[terminal]);
                let first = begin(&mut bench, &purchase, asked);
                assert!(first.kind() <= asked);
            }
        }
    }
}
