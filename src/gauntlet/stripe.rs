//! Values on the stripe, with published test keys.

use std::format;
use std::string::{String, ToString};

use super::Contactless;
use super::plastic::Made;
use crate::element::{
    ApplicationTransactionCounter, Pan, PanSequenceNumber, ServiceCode, UnpredictableNumber,
};
use crate::error::Result;
use crate::key::{CardKeyOption, IssuerMasterKey};
use crate::magstripe::{
    CardVerificationKey, Cvc3Digits, CvvDigits, CvvInput, ExpiryDigits, Ivcvc3, cvc3, dcvv,
};

/// Key pair of card verification values, of many manuals.
pub(super) const TEST_KEY_CVV: [u8; 16] =
    0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210_u128.to_be_bytes();
/// Master key of CVC3. It differs from the other test keys, because a key set refuses one key for two purposes.
pub(super) const TEST_KEY_CVC3: [u8; 16] =
    0x7654_3210_FEDC_BA98_89AB_CDEF_0123_4567_u128.to_be_bytes();

/// CVV with this service code: the stripe's, 999 for the chip's, 000 for the printed one (expiry YYMM).
pub(super) fn cvv(pan: &Pan, expiry: &str, service_code: &str) -> Result<String> {
    let expiry = ExpiryDigits::from_digits(expiry)?;
    let input = match service_code {
        "999" => CvvInput::icvv(pan, expiry),
        "000" => CvvInput::cvv2(pan, expiry),
        code => CvvInput::new(pan, expiry, ServiceCode::from_digits(code)?),
    };
    let value =
        CardVerificationKey::tdes(&TEST_KEY_CVV)?.verification_value(&input, CvvDigits::THREE)?;
    Ok(value.reveal(str::to_string))
}

/// A tap in stripe mode: track 2 with the card's dynamic value, by the layout of [`Contactless`].
pub(super) fn tap(made: &Made, atc: u16, un: u32) -> Result<String> {
    let head = format!(
        "{}={}{}",
        made.digits, made.plastic.expiry, made.plastic.service_code
    );
    let counter = ApplicationTransactionCounter(atc);
    let sequence = made.sequence()?.unwrap_or(PanSequenceNumber::ZERO);
    match made.plastic.contactless {
        Contactless::Dcvv => {
            let master = made.test.issuer_keys()?;
            let key = master
                .ac()
                .card_key(&made.pan, sequence, CardKeyOption::A)?;
            let input = CvvInput::new(
                &made.pan,
                ExpiryDigits::from_digits(made.plastic.expiry)?,
                made.service_code()?,
            );
            let value = dcvv(&key, &input, counter, CvvDigits::THREE)?;
            Ok(value.reveal(|digits| format!("{head}00000{digits}{atc:04}")))
        }
        _ => {
            let master = IssuerMasterKey::tdes(&TEST_KEY_CVC3)?;
            let key = master.card_key(&made.pan, sequence, CardKeyOption::A)?;
            let initial = Ivcvc3::of_track(&key, &static_track(&head))?;
            // The unpredictable number has four digits on the track, and as many in the card's computation.
            let number = UnpredictableNumber(
                super::plastic::nibbles(&format!("{un:08}"))
                    .try_into()
                    .unwrap_or_default(),
            );
            let value = cvc3(&key, initial, number, counter, Cvc3Digits::THREE)?;
            Ok(value.reveal(|digits| format!("{head}{digits}{atc:05}{un:04}4")))
        }
    }
}

/// The static data of track 2: PAN to service code and zeros where the dynamic digits stand, in nibbles.
pub(super) fn static_track(head: &str) -> std::vec::Vec<u8> {
    super::plastic::nibbles(&format!("{}0000000000000", head.replace('=', "D")))
}
