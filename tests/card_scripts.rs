//! Issuer scripts: written by the issuer, carried out by the card.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod common;

use chipcard::apdu::{Command, StatusWord};
use chipcard::card::Profile;
use chipcard::card::test_cards::{self, TestCard};
use chipcard::cryptogram::{CryptogramVersion, ScriptStyle};
use chipcard::element::{CryptogramType, Pin};
use chipcard::issuer::{ChipData, EngineError, IssuerResponse, ScriptPhase, ScriptWriter};
use chipcard::key::IssuerKeySet;
use chipcard::{Tag, tag, tlv};
use common::{Bench, Cryptogram, Purchase};

/// CCD with BER-TLV coded secure messaging.
static FORMAT_1: CryptogramVersion = CryptogramVersion {
    script: Some(ScriptStyle::EMV_FORMAT_1),
    ..CryptogramVersion::CCD_A5
};
/// The same with AES.
static FORMAT_1_AES: CryptogramVersion = CryptogramVersion {
    script: Some(ScriptStyle::EMV_FORMAT_1),
    ..CryptogramVersion::CCD_A6
};

static CCD_FORMAT_1: TestCard = TestCard {
    name: "ccd, format 1",
    profile: Profile {
        version: &FORMAT_1,
        ..test_cards::CCD_TDES.profile
    },
    ..test_cards::CCD_TDES
};
static CCD_AES_FORMAT_1: TestCard = TestCard {
    name: "ccd-aes, format 1",
    profile: Profile {
        version: &FORMAT_1_AES,
        ..test_cards::CCD_AES.profile
    },
    ..test_cards::CCD_AES
};

fn all() -> impl Iterator<Item = &'static TestCard> {
    TestCard::ALL
        .iter()
        .chain([&CCD_FORMAT_1, &CCD_AES_FORMAT_1])
}

type Writer<'w, 'v, 'b> = ScriptWriter<'w, 'v, 'b, IssuerKeySet>;

/// The commands of a script for the transaction of this cryptogram.
fn script(
    bench: &Bench,
    purchase: &Purchase,
    first: &Cryptogram,
    fill: impl FnOnce(&mut Writer<'_, 'static, '_>) -> Result<(), EngineError>,
) -> Vec<Vec<u8>> {
    let de55 = bench.de55(purchase, first);
    let chip = ChipData::parse(&de55).unwrap();
    let mut verified = bench.issuer.verify_arqc(&bench.record, &chip).unwrap();
    let mut buffer = [0; 512];
    let phase = ScriptPhase::AfterFinalGenerateAc;
    let written = bench
        .issuer
        .script(&mut verified, phase, [0; 4], &mut buffer, fill)
        .unwrap();
    let template = tlv::require(written, tag::ISSUER_SCRIPT_TEMPLATE_2).unwrap();
    let commands = template.children().map(Result::unwrap);
    commands
        .filter(|object| object.tag == tag::ISSUER_SCRIPT_COMMAND)
        .map(|object| object.value.to_vec())
        .collect()
}

/// Two scripts of one transaction go on where the other ended: keys and chaining count over both.
#[test]
fn a_second_script_continues_the_first() {
    for test in all() {
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        let first = arqc(&mut bench, &purchase);
        let de55 = bench.de55(&purchase, &first);
        let chip = ChipData::parse(&de55).unwrap();
        let mut verified = bench.issuer.verify_arqc(&bench.record, &chip).unwrap();
        let mut buffers = [[0; 128]; 2];
        let [before, after] = &mut buffers;
        let phases = [
            ScriptPhase::BeforeFinalGenerateAc,
            ScriptPhase::AfterFinalGenerateAc,
        ];
        let mut commands = Vec::new();
        for (phase, buffer) in phases.into_iter().zip([before, after]) {
            // A script that fails half-way leaves no trace in the next.
            let mut short = [0; 30];
            let failed = bench
                .issuer
                .script(&mut verified, phase, [0; 4], &mut short, |script| {
                    script.pin_unblock()?;
                    script.pin_unblock()
                });
            assert!(failed.is_err());
            let written = bench
                .issuer
                .script(&mut verified, phase, [0; 4], buffer, |script| {
                    script.pin_unblock()?;
                    script.application_unblock()
                });
            let template = tlv::require(written.unwrap(), phase.tag()).unwrap();
            let objects = template.children().map(Result::unwrap);
            let scripted = objects.filter(|object| object.tag == tag::ISSUER_SCRIPT_COMMAND);
            commands.push(
                scripted
                    .map(|object| object.value.to_vec())
                    .collect::<Vec<_>>(),
            );
        }
        for command in &commands[0] {
            assert_eq!(
                bench.send(command),
                (vec![], StatusWord::OK),
                "{}",
                test.name
            );
        }
        approve(&mut bench, &purchase, &first);
        for command in &commands[1] {
            assert_eq!(
                bench.send(command),
                (vec![], StatusWord::OK),
                "{}",
                test.name
            );
        }
    }
}

fn arqc(bench: &mut Bench, purchase: &Purchase) -> Cryptogram {
    bench.begin(purchase);
    let first = bench.first(purchase, CryptogramType::Arqc);
    assert_eq!(first.kind(), CryptogramType::Arqc);
    first
}

fn approve(bench: &mut Bench, purchase: &Purchase, first: &Cryptogram) -> Cryptogram {
    let answer = bench
        .ask_issuer(purchase, first, &IssuerResponse::approve())
        .unwrap();
    let kind = CryptogramType::Tc;
    bench.finish(purchase, kind, *b"00", answer.as_bytes()).1
}

fn verify(bench: &mut Bench, digits: &str) -> StatusWord {
    let pin = Pin::from_digits(digits).unwrap();
    bench
        .command([0x00, 0x20, 0x00, 0x80], &*pin.plaintext_block())
        .1
}

#[test]
fn every_command_of_every_style() {
    for test in all() {
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        let first = arqc(&mut bench, &purchase);
        let new = Pin::from_digits("765432").unwrap();
        let commands = script(&bench, &purchase, &first, |script| {
            script.put_data(tag::LOWER_CONSECUTIVE_OFFLINE_LIMIT, &[0x09])?;
            script.put_data(Tag::new(0xCA), &[0, 0, 0, 1, 0, 0])?;
            script.pin_unblock()?;
            script.pin_change(&new, None)?;
            script.application_block()?;
            script.application_block()?;
            script.application_unblock()
        });
        assert_eq!(commands.len(), 7);
        approve(&mut bench, &purchase, &first);
        for command in &commands {
            assert_eq!(
                bench.send(command),
                (vec![], StatusWord::OK),
                "{}",
                test.name
            );
        }

        let next = arqc(&mut bench, &purchase);
        let cvr = bench.cvr(&next);
        assert_eq!(cvr.script_counter(), Some(7), "{}", test.name);
        assert_eq!(cvr.script_failed(), Some(false));
        bench.begin(&purchase);
        let (limit, _) = bench.send(&[0x80, 0xCA, 0x9F, 0x14, 0x00]);
        assert_eq!(limit, [0x9F, 0x14, 0x01, 0x09]);
        let (limit, _) = bench.send(&[0x80, 0xCA, 0x00, 0xCA, 0x00]);
        assert_eq!(limit, [0xCA, 0x06, 0, 0, 0, 1, 0, 0]);
        assert_eq!(verify(&mut bench, "1234"), StatusWord::pin_tries_left(2));
        assert_eq!(verify(&mut bench, "765432"), StatusWord::OK);
    }
}

#[test]
fn pin_change_with_the_current_pin() {
    for test in [
        &test_cards::VISA_10_LIKE,
        &test_cards::VISA_18_LIKE,
        &test_cards::VISA_22_LIKE,
        &test_cards::UNIONPAY_01_LIKE,
    ] {
        let (old, new) = ("1234", "908172635445");
        let (old_pin, new_pin) = (
            Pin::from_digits(old).unwrap(),
            Pin::from_digits(new).unwrap(),
        );
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        let first = arqc(&mut bench, &purchase);
        let commands = script(&bench, &purchase, &first, |script| {
            script.pin_change(&new_pin, Some(&old_pin))
        });
        assert_eq!(bench.send(&commands[0]).1, StatusWord::OK);
        bench.begin(&purchase);
        assert_eq!(verify(&mut bench, old), StatusWord::pin_tries_left(2));
        assert_eq!(verify(&mut bench, new), StatusWord::OK);

        // A host that has another PIN on record changes nothing.
        let first = arqc(&mut bench, &purchase);
        let commands = script(&bench, &purchase, &first, |script| {
            script.pin_change(&old_pin, Some(&old_pin))
        });
        assert_eq!(bench.send(&commands[0]).1, StatusWord::INCORRECT_DATA);
        bench.begin(&purchase);
        assert_eq!(verify(&mut bench, new), StatusWord::OK);
    }
}

#[test]
fn a_block_before_the_final_cryptogram_declines() {
    for test in all() {
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        let first = arqc(&mut bench, &purchase);
        let commands = script(&bench, &purchase, &first, |script| {
            script.application_block()
        });
        assert_eq!(bench.send(&commands[0]).1, StatusWord::OK);
        let last = approve(&mut bench, &purchase, &first);
        assert_eq!(last.kind(), CryptogramType::Aac, "{}", test.name);
        assert_eq!(bench.cvr(&last).script_counter(), Some(1));
        assert_eq!(bench.select(), StatusWord::SELECTED_FILE_INVALIDATED);
    }
}

#[test]
fn a_card_block_is_for_ever() {
    for test in all() {
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        let first = arqc(&mut bench, &purchase);
        let commands = script(&bench, &purchase, &first, |script| script.card_block());
        approve(&mut bench, &purchase, &first);
        assert_eq!(bench.send(&commands[0]).1, StatusWord::OK);
        assert_eq!(bench.select(), StatusWord::FUNCTION_NOT_SUPPORTED);
    }
}

#[test]
fn every_bit_of_a_command_counts() {
    for test in all() {
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        let new = Pin::from_digits("4321").unwrap();
        let mut bit = 0;
        loop {
            let first = arqc(&mut bench, &purchase);
            if bit > 0 {
                assert_eq!(bench.cvr(&first).script_failed(), Some(true));
            }
            let commands = script(&bench, &purchase, &first, |s| s.pin_change(&new, None));
            let mut forged = commands[0].clone();
            if bit == 8 * forged.len() {
                break;
            }
            forged[bit / 8] ^= 0x80 >> (bit % 8);
            let (data, status) = bench.send(&forged);
            assert!(data.is_empty());
            assert!(!status.is_processed(), "{} bit {bit}: {status}", test.name);
            assert_eq!(bench.card.state().pin, test.profile.initial_state().pin);
            // What did not reach secure messaging is no failed script; make it one.
            if !bench.card.state().flags.script_failed {
                let mac = forged.len() - 1;
                forged = commands[0].clone();
                forged[mac] ^= 1;
                assert!(!bench.send(&forged).1.is_processed());
            }
            bit += 1;
        }
    }
}

#[test]
fn after_a_wrong_mac_no_command_is_taken() {
    let test = &test_cards::CCD_TDES;
    let mut bench = Bench::new(test);
    let purchase = Purchase::new();
    let first = arqc(&mut bench, &purchase);
    let commands = script(&bench, &purchase, &first, |script| {
        script.application_block()
    });
    let mut forged = commands[0].clone();
    *forged.last_mut().unwrap() ^= 0x01;
    assert_eq!(
        bench.send(&forged).1,
        StatusWord::SECURE_MESSAGING_OBJECT_INCORRECT
    );
    assert_eq!(
        bench.send(&commands[0]).1,
        StatusWord::CONDITIONS_NOT_SATISFIED
    );
    assert!(!bench.card.state().flags.application_blocked);
}

#[test]
fn commands_of_another_transaction_are_refused() {
    for test in all() {
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        let first = arqc(&mut bench, &purchase);
        let commands = script(&bench, &purchase, &first, |script| {
            script.application_block()
        });
        arqc(&mut bench, &purchase);
        let (_, status) = bench.send(&commands[0]);
        assert_eq!(
            status,
            StatusWord::SECURE_MESSAGING_OBJECT_INCORRECT,
            "{}",
            test.name
        );
    }
}

#[test]
fn a_command_is_carried_out_once_where_keys_or_chains_move_on() {
    for test in [
        &test_cards::M_CHIP_14_LIKE,
        &CCD_FORMAT_1,
        &CCD_AES_FORMAT_1,
    ] {
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        let first = arqc(&mut bench, &purchase);
        let commands = script(&bench, &purchase, &first, |script| script.pin_unblock());
        assert_eq!(bench.send(&commands[0]).1, StatusWord::OK);
        let (_, status) = bench.send(&commands[0]);
        assert_eq!(
            status,
            StatusWord::SECURE_MESSAGING_OBJECT_INCORRECT,
            "{}",
            test.name
        );
    }
}

#[test]
fn no_script_without_an_online_request() {
    let test = &test_cards::CCD_TDES;
    let mut bench = Bench::new(test);
    let purchase = Purchase::new();
    let first = arqc(&mut bench, &purchase);
    let commands = script(&bench, &purchase, &first, |script| {
        script.application_block()
    });
    let refused = StatusWord::CONDITIONS_NOT_SATISFIED;
    bench.card.reset();
    assert_eq!(bench.send(&commands[0]).1, refused);
    bench.begin(&purchase);
    assert_eq!(bench.send(&commands[0]).1, refused);
    let first = bench.first(&purchase, CryptogramType::Aac);
    assert_eq!(first.kind(), CryptogramType::Aac);
    assert_eq!(bench.send(&commands[0]).1, refused);
}

#[test]
fn a_style_is_taken_in_its_own_class() {
    for test in all() {
        let mut bench = Bench::new(test);
        let purchase = Purchase::new();
        let first = arqc(&mut bench, &purchase);
        let commands = script(&bench, &purchase, &first, |script| {
            script.application_block()
        });
        let mut other = commands[0].clone();
        other[0] ^= 0x08;
        assert!(Command::parse(&other).unwrap().is_secured());
        let (_, status) = bench.send(&other);
        assert_eq!(status, StatusWord::SECURE_MESSAGING_NOT_SUPPORTED);
    }
}
