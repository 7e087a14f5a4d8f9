//! DE 55: no message but the card's own is accepted.
//!
//! The fuzzer does not know the key, so a proof for whatever it makes is a finding. The samples verify, which shows that the
//! target reaches the end: it stops there only when the signed values are those of the sample.

#![no_main]

use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::{ApplicationTransactionCounter, Pan, PanSequenceNumber};
use chipcard::issuer::{CardRecord, ChipData, Issuer};
use chipcard::key::{IssuerKeySet, IssuerMasterKey};
use libfuzzer_sys::fuzz_target;

/// Counter and cryptogram of the sample (pyemv 1.5.0, Visa CVN 18, published test key).
const GENUINE: (u16, [u8; 8]) = (0x001C, 0x7A78_8EA6_B8A3_E733_u64.to_be_bytes());
const MASTER_KEY: [u8; 16] = 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210_u128.to_be_bytes();

fuzz_target!(|input: &[u8]| {
    let chip = match ChipData::parse(input) {
        Ok(chip) => chip,
        Err(error) => {
            assert!(error.offset().is_none_or(|offset| offset <= input.len()));
            return;
        }
    };
    assert!(!format!("{chip:?}").is_empty());
    let issuer = Issuer::new(IssuerKeySet::new(
        0x01,
        IssuerMasterKey::tdes(&MASTER_KEY).unwrap(),
    ));
    for version in CryptogramVersion::ALL {
        let pan = Pan::from_digits("1234567890123456").unwrap();
        let card = CardRecord::new(pan, Some(PanSequenceNumber::ZERO), version, 0x01);
        if let Ok(verified) = issuer.verify_arqc(&card, &chip) {
            let (atc, arqc) = GENUINE;
            assert_eq!(verified.version().identifier, 0x12);
            assert_eq!(verified.atc(), ApplicationTransactionCounter(atc));
            assert_eq!(verified.arqc().0, arqc);
        }
    }
});
