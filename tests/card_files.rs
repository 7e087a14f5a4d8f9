//! Records that change: the log, and what scripts update.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod common;

use chipcard::apdu::StatusWord;
use chipcard::card::test_cards::{self, TestCard};
use chipcard::dol::DataObjectList;
use chipcard::element::{Amount, CryptogramType};
use chipcard::issuer::{ChipData, ScriptPhase};
use chipcard::{tag, tlv};
use common::{Bench, Purchase};

#[test]
fn approved_transactions_are_logged_newest_first() {
    for test in TestCard::ALL {
        let mut bench = Bench::new(test);
        for cents in 1..=12 {
            let amount = Amount::new(cents).unwrap().to_bytes();
            let purchase = Purchase::new().with(0x9F02, &amount);
            bench.approved_online(&purchase);
        }
        // A declined one leaves no trace.
        let purchase = Purchase::new();
        bench.begin(&purchase);
        let first = bench.first(&purchase, CryptogramType::Aac);
        assert_eq!(first.kind(), CryptogramType::Aac);
        bench.card.reset();

        let (fci, _) = bench.command([0x00, 0xA4, 0x04, 0x00], test.profile.aid);
        let mut entry = None;
        tlv::walk(&fci, &mut |_, object| {
            if object.tag == tag::LOG_ENTRY {
                entry = Some(object.value.to_vec());
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(entry.unwrap(), [11, 10]);
        let (format, _) = bench.send(&[0x80, 0xCA, 0x9F, 0x4F, 0x00]);
        let format = tlv::require(&format, tag::LOG_FORMAT).unwrap().value;
        let format = DataObjectList::parse(format).unwrap();
        for number in 1..=10 {
            let (record, status) = bench.send(&[0x00, 0xB2, number, 11 << 3 | 4, 0x00]);
            assert_eq!(status, StatusWord::OK);
            let value = |tag| format.value_of(&record, tag).unwrap().unwrap();
            let counter = 13 - number;
            assert_eq!(value(tag::APPLICATION_TRANSACTION_COUNTER), [0, counter]);
            let amount = Amount::new(counter.into()).unwrap().to_bytes();
            assert_eq!(value(tag::AMOUNT_AUTHORISED_NUMERIC), amount);
            assert_eq!(value(tag::CRYPTOGRAM_INFORMATION_DATA), [0x40]);
        }
        let (_, status) = bench.send(&[0x00, 0xB2, 11, 11 << 3 | 4, 0x00]);
        assert_eq!(status, StatusWord::RECORD_NOT_FOUND);
    }
}

#[test]
fn update_record() {
    let test = &test_cards::M_CHIP_14_LIKE;
    let mut bench = Bench::new(test);
    let purchase = Purchase::new();
    let record = [0x70, 0x04, 0x9F, 0x05, 0x01, 0xAA];
    // File, record, data; what the card answers.
    let cases: [(u8, u8, &[u8], StatusWord); 7] = [
        (1, 1, &record, StatusWord::OK),
        (1, 1, &record[..5], StatusWord::INCORRECT_DATA),
        (1, 1, &[0x71, 0x00], StatusWord::INCORRECT_DATA),
        (1, 1, &[0x70, 0x00, 0x70, 0x00], StatusWord::INCORRECT_DATA),
        (2, 1, &record, StatusWord::COMMAND_NOT_ALLOWED),
        (1, 2, &record, StatusWord::RECORD_NOT_FOUND),
        (7, 1, &record, StatusWord::FILE_NOT_FOUND),
    ];
    for (sfi, number, data, expected) in cases {
        bench.begin(&purchase);
        let first = bench.first(&purchase, CryptogramType::Arqc);
        let de55 = bench.de55(&purchase, &first);
        let chip = ChipData::parse(&de55).unwrap();
        let mut verified = bench.issuer.verify_arqc(&bench.record, &chip).unwrap();
        let mut buffer = [0; 256];
        let phase = ScriptPhase::BeforeFinalGenerateAc;
        let script = bench
            .issuer
            .script(&mut verified, phase, [0; 4], &mut buffer, |script| {
                script.update_record(sfi, number, data)
            })
            .unwrap();
        let script = tlv::require(script, phase.tag()).unwrap();
        let command = tlv::require(script.value, tag::ISSUER_SCRIPT_COMMAND).unwrap();
        assert_eq!(bench.send(command.value).1, expected, "{data:02X?}");
    }
    let (found, status) = bench.send(&[0x00, 0xB2, 0x01, 0x0C, 0x00]);
    assert_eq!((found, status), (record.to_vec(), StatusWord::OK));
}
