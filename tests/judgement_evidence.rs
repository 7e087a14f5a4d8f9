//! The record of a judgement for a dispute.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod judge;
mod test_card;

use chipcard::cryptogram::CryptogramVersion;
use chipcard::issuer::{
    AuthorisationRequest, ClaimedVerification, PosEntryMode, TerminalCapability,
};
use chipcard::{Tag, tag};
use judge::{Bench, PAN, Sale};
use serde_json::{Value, json};

fn record(bench: &Bench, sale: &Sale) -> Value {
    let de55 = sale.de55(&bench.card);
    let mut request: AuthorisationRequest<'_> = sale.request.clone();
    request.chip = de55.as_deref();
    request.track2 = sale.track2.as_deref();
    request.stan = Some(&sale.stan);
    let assessment = bench.judge(&request);
    serde_json::to_value(assessment.evidence(&request, &bench.issued)).unwrap()
}

#[test]
fn it_shows_what_was_claimed_and_what_was_signed() {
    let bench = Bench::new(&CryptogramVersion::VISA_10);
    let track = hex::decode("4761739001010010D30122011234500000").unwrap();
    let sale = bench
        .sale()
        .set(tag::CVM_RESULTS, &[0x01, 0x03, 0x02])
        .set(tag::TRACK_2_EQUIVALENT_DATA, &track);
    let record = record(&bench, &sale);
    assert_eq!(record["verdict"], "decline");
    assert_eq!(record["response_code"], "59");
    assert_eq!(record["chip_validation"], "T");
    assert_eq!(record["message"]["pan"], "476173******0010");
    assert_eq!(record["message"]["received"], "2026-11-23T12:00:00Z");
    let first = &record["reasons"][0];
    assert_eq!(first["kind"], "pin-contradicted");
    assert_eq!(first["claimed"], "010302");
    assert_eq!(first["against"], "CVR in tag 9F10");
    assert!(first["japanese"].as_str().unwrap().contains("暗証番号"));
    let elements = record["chip"]["elements"].as_array().unwrap();
    let element = |tag: &str| elements.iter().find(|e| e["tag"] == tag).unwrap();
    assert_eq!(element("9F02")["covered"], "yes");
    assert_eq!(element("9F02")["value"], "000000001000");
    // Version 10 signs four bytes of them, and no CVM results.
    assert_eq!(element("9F10")["covered"], "part");
    assert_eq!(element("9F34")["covered"], "no");
    assert_eq!(element("57")["value"], json!(null));
    assert!(!record.to_string().contains(PAN));
}

/// Of a wrong cryptogram nothing is proved, whatever it would cover.
#[test]
fn it_says_whether_the_chip_signed_anything() {
    let bench = Bench::new(&CryptogramVersion::VISA_18);
    let mut sale = bench.sale();
    sale.request.verification = Some(ClaimedVerification::OfflinePin);
    sale.request.local_time = Some([9, 41, 7]);
    let right = record(&bench, &sale);
    assert_eq!(right["chip"]["proved"], true);
    assert_eq!(right["message"]["verification"], "OfflinePin");
    assert_eq!(right["message"]["local_time"], "09:41:07");
    let wrong = sale.tampered(tag::AMOUNT_AUTHORISED_NUMERIC, &[0, 0, 0, 0, 0x99, 0]);
    let wrong = record(&bench, &wrong);
    assert_eq!(wrong["chip_validation"], "I");
    assert_eq!(wrong["chip"]["proved"], false);
}

/// Wherever in the chip data the PAN stands, also where it must not.
#[test]
fn no_account_number_is_in_it() {
    let bench = Bench::new(&CryptogramVersion::VISA_18);
    let packed = hex::decode(PAN).unwrap();
    let shifted = hex::decode(format!("0{PAN}F")).unwrap();
    let template = [&[0x5A, 8], &packed[..]].concat();
    for (number, value) in [
        (0x70, &template),
        (0xC1, &packed),
        (0xC1, &shifted),
        (0xDF_8129, &PAN.as_bytes().to_vec()),
        (0x9F1F, &b"0000987000".to_vec()),
    ] {
        let record = record(&bench, &bench.sale().set(Tag::new(number), value)).to_string();
        let value = hex::encode_upper(value);
        assert!(
            !record.contains(PAN) && !record.contains(&value),
            "{record}"
        );
    }
}

#[test]
fn nothing_secret_is_in_it() {
    let bench = Bench::new(&CryptogramVersion::VISA_18);
    let mut sale = Sale::swiped(&bench, PosEntryMode::Stripe, TerminalCapability::Chip);
    sale.request.cvv2 = Some("987");
    let record = record(&bench, &sale).to_string();
    let track = sale.track2.as_deref().unwrap();
    for secret in [PAN, track, &track[track.len() - 8..], "\"987\""] {
        assert!(!record.contains(secret), "{record}");
    }
    assert!(record.contains("chip-bypassed"));
}
