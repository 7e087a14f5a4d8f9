//! The whole loop: a card's cryptogram, verified by its issuer from DE 55, answered, and the answer checked by the card.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod common;

use chipcard::apdu::StatusWord;
use chipcard::card::AuthenticationCommand;
use chipcard::card::Profile;
use chipcard::card::test_cards::{self, TestCard};
use chipcard::element::CardStatusUpdate;
use chipcard::element::{AuthorisationResponseCode, CryptogramType, SecondGenerateAc};
use chipcard::issuer::CardRecord;
use chipcard::issuer::{IssuerResponse, Refusal};
use common::{Bench, Purchase};
use proptest::prelude::*;

const OK: [u8; 2] = *b"00";

#[test]
fn every_card_is_approved_online() {
    for test in TestCard::ALL {
        let mut bench = Bench::new(test);
        for atc in 1..=3 {
            let purchase = Purchase::new();
            bench.begin(&purchase);
            let first = bench.first(&purchase, CryptogramType::Arqc);
            assert_eq!((first.kind(), first.atc), (CryptogramType::Arqc, atc));
            let cvr = bench.cvr(&first);
            assert_eq!(cvr.first_generate_ac(), Some(CryptogramType::Arqc));
            assert_eq!(
                cvr.second_generate_ac(),
                Some(SecondGenerateAc::NotRequested)
            );
            assert_eq!(cvr.new_card(), cvr.new_card().map(|_| atc == 1));

            let approve = IssuerResponse::approve();
            let answer = bench.ask_issuer(&purchase, &first, &approve).unwrap();
            let (status, last) = bench.finish(&purchase, CryptogramType::Tc, OK, answer.as_bytes());
            assert!(
                matches!(status, None | Some(StatusWord::OK)),
                "{}",
                test.name
            );
            assert_eq!(last.kind(), CryptogramType::Tc, "{}", test.name);
            assert_eq!(last.atc, atc);
            let cvr = bench.cvr(&last);
            assert_eq!(cvr.second_generate_ac(), Some(SecondGenerateAc::Tc));
            assert_eq!(cvr.first_generate_ac(), Some(CryptogramType::Arqc));
            assert_eq!(bench.card.state().last_online_atc.0, atc);
        }
    }
}

#[test]
fn every_bit_of_the_answer_counts() {
    for test in TestCard::ALL {
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        let mut bit = 0;
        loop {
            bench.begin(&purchase);
            let first = bench.first(&purchase, CryptogramType::Arqc);
            let cvr = bench.cvr(&first);
            if bit > 0 {
                // The card tells its issuer that the last answer was forged.
                assert_eq!(
                    cvr.issuer_authentication_failed(),
                    Some(true),
                    "{}",
                    test.name
                );
            }
            let approve = IssuerResponse::approve();
            let answer = bench.ask_issuer(&purchase, &first, &approve).unwrap();
            let mut forged = answer.as_bytes().to_vec();
            if bit == 8 * forged.len() {
                break;
            }
            forged[bit / 8] ^= 0x80 >> (bit % 8);
            let (status, last) = bench.finish(&purchase, CryptogramType::Tc, OK, &forged);
            assert!(matches!(
                status,
                None | Some(StatusWord::AUTHENTICATION_FAILED)
            ));
            assert_eq!(last.kind(), CryptogramType::Aac, "{}, bit {bit}", test.name);
            let failed = bench.cvr(&last).issuer_authentication_failed();
            assert_eq!(failed, Some(true));
            bit += 1;
        }
    }
}

#[test]
fn a_signed_decline_is_no_approval() {
    for test in TestCard::ALL {
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        bench.begin(&purchase);
        let first = bench.first(&purchase, CryptogramType::Arqc);
        let decline = IssuerResponse::decline(AuthorisationResponseCode::DECLINED);
        let answer = bench.ask_issuer(&purchase, &first, &decline).unwrap();
        // A terminal that was tampered with asks for an approval all the same.
        let (status, last) = bench.finish(&purchase, CryptogramType::Tc, OK, answer.as_bytes());
        assert!(matches!(status, None | Some(StatusWord::OK)));
        assert_eq!(last.kind(), CryptogramType::Aac, "{}", test.name);
        assert_eq!(bench.cvr(&last).issuer_authentication_failed(), Some(false));
    }
}

#[test]
fn no_answer_is_no_approval_and_the_next_cryptogram_says_so() {
    for test in TestCard::ALL {
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        bench.begin(&purchase);
        bench.first(&purchase, CryptogramType::Arqc);
        let last = bench.second(&purchase, CryptogramType::Tc, OK, None);
        assert_eq!(last.kind(), CryptogramType::Aac, "{}", test.name);
        bench.begin(&purchase);
        let next = bench.first(&purchase, CryptogramType::Arqc);
        let not_performed = bench.cvr(&next).issuer_authentication_not_performed();
        assert_eq!(not_performed, not_performed.map(|_| true), "{}", test.name);
    }
}

#[test]
fn an_answer_serves_its_own_transaction_only() {
    for test in TestCard::ALL {
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        bench.begin(&purchase);
        let first = bench.first(&purchase, CryptogramType::Arqc);
        let approve = IssuerResponse::approve();
        let answer = bench.ask_issuer(&purchase, &first, &approve).unwrap();
        bench.begin(&purchase);
        let next = bench.first(&purchase, CryptogramType::Arqc);
        assert_eq!(bench.cvr(&next).last_online_not_completed(), Some(true));
        let (_, last) = bench.finish(&purchase, CryptogramType::Tc, OK, answer.as_bytes());
        assert_eq!(last.kind(), CryptogramType::Aac, "{}", test.name);
    }
}

#[test]
fn what_the_terminal_changes_after_the_cryptogram_is_refused() {
    for test in TestCard::ALL {
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        bench.begin(&purchase);
        let first = bench.first(&purchase, CryptogramType::Arqc);
        let more = purchase.with(0x9F02, &[0, 0, 0, 0, 0x20, 0]);
        let approve = IssuerResponse::approve();
        let refusal = bench.ask_issuer(&more, &first, &approve).unwrap_err();
        assert_eq!(refusal, Refusal::Cryptogram, "{}", test.name);
    }
}

#[test]
fn external_authenticate_once() {
    for test in TestCard::ALL {
        let command = test.profile.issuer_authentication.command;
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        bench.begin(&purchase);
        let first = bench.first(&purchase, CryptogramType::Arqc);
        let approve = IssuerResponse::approve();
        let answer = bench.ask_issuer(&purchase, &first, &approve).unwrap();
        let header = [0x00, 0x82, 0x00, 0x00];
        let (_, status) = bench.command(header, answer.as_bytes());
        let (_, again) = bench.command(header, answer.as_bytes());
        let expected = match command {
            AuthenticationCommand::ExternalAuthenticate => {
                (StatusWord::OK, StatusWord::CONDITIONS_NOT_SATISFIED)
            }
            AuthenticationCommand::SecondGenerateAc => (
                StatusWord::INSTRUCTION_NOT_SUPPORTED,
                StatusWord::INSTRUCTION_NOT_SUPPORTED,
            ),
        };
        assert_eq!((status, again), expected, "{}", test.name);
    }
}

/// CDOL2 that leaves room for the longest answer.
static LONG_ANSWER: TestCard = TestCard {
    profile: Profile {
        cdol2: &[
            0x91, 0x10, 0x8A, 0x02, 0x9F, 0x02, 0x06, 0x95, 0x05, 0x9F, 0x37, 0x04,
        ],
        ..test_cards::CCD_TDES.profile
    },
    ..test_cards::CCD_TDES
};
static LONG_ANSWER_METHOD_1: TestCard = TestCard {
    profile: Profile {
        cdol2: LONG_ANSWER.profile.cdol2,
        ..test_cards::M_CHIP_14_LIKE.profile
    },
    ..test_cards::M_CHIP_14_LIKE
};

#[test]
fn answers_shorter_than_their_room() {
    let included = CardStatusUpdate::ISSUER_APPROVES | CardStatusUpdate::PROPRIETARY_DATA_INCLUDED;
    let proprietary = IssuerResponse::approve()
        .with_csu(included)
        .with_proprietary(&[1, 2, 3, 4, 5, 6, 7, 0]);
    for (test, response) in [
        (&LONG_ANSWER, IssuerResponse::approve()),
        (&LONG_ANSWER, proprietary),
        (&LONG_ANSWER_METHOD_1, IssuerResponse::approve()),
    ] {
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        bench.begin(&purchase);
        let first = bench.first(&purchase, CryptogramType::Arqc);
        let answer = bench.ask_issuer(&purchase, &first, &response).unwrap();
        let last = bench.second(&purchase, CryptogramType::Tc, OK, Some(answer.as_bytes()));
        assert_eq!(last.kind(), CryptogramType::Tc, "{}", test.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A card's cryptogram verifies with its own issuer's record, whatever the terminal sent; with another PAN it does
    /// not, nor with any element changed on the way.
    #[test]
    fn a_cryptogram_belongs_to_its_card_and_its_data(
        card in 0..TestCard::ALL.len(),
        amount in any::<[u8; 6]>(),
        tvr in any::<[u8; 5]>(),
        un in any::<[u8; 4]>(),
        country in any::<[u8; 2]>(),
        changed in 0..4_usize,
        bit in 0..8_u8,
    ) {
        let test = &TestCard::ALL[card];
        let mut bench = Bench::new(test);
        let values = [(0x9F02, &amount[..]), (0x95, &tvr), (0x9F37, &un), (0x9F1A, &country)];
        let purchase = values
            .into_iter()
            .fold(Purchase::new(), |purchase, (tag, value)| purchase.with(tag, value));
        bench.begin(&purchase);
        let first = bench.first(&purchase, CryptogramType::Arqc);
        prop_assert_eq!(first.kind(), CryptogramType::Arqc);
        let approve = IssuerResponse::approve();
        prop_assert!(bench.ask_issuer(&purchase, &first, &approve).is_ok());

        let (tag, value) = values[changed];
        let mut value = value.to_vec();
        value[0] ^= 1 << bit;
        let other = purchase.clone().with(tag, &value);
        prop_assert_eq!(bench.ask_issuer(&other, &first, &approve), Err(Refusal::Cryptogram));

        let pan = chipcard::element::Pan::from_digits("4761739001010028").unwrap();
        let sequence = Some(test.sequence().unwrap());
        bench.record = CardRecord::new(pan, sequence, test.profile.version, TestCard::KEY_INDEX);
        prop_assert_eq!(bench.ask_issuer(&purchase, &first, &approve), Err(Refusal::Cryptogram));
    }
}
