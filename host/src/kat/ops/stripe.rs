//! Values of the magnetic stripe.

use chipcard::cryptogram::CipherFamily;
use chipcard::element::{Pan, Pin};
use chipcard::key::{Ac, CardKey, Cvc3};
use chipcard::magstripe::{
    self, CardVerificationKey, CvvInput, DigitCount, Ivcvc3, PinVerificationKey, VerificationValue,
};

use super::Outputs;
use super::keys::{Derivation, POLICY};
use crate::kat::fields::{Bytes, Digits, Fields, Problem};
use crate::kat::output::Output;

/// `digits`.
fn count<const MAX: u8>(fields: &mut Fields) -> Result<DigitCount<MAX>, Problem> {
    let count: u64 = fields.required("digits")?;
    // A number that is no byte is as wrong as zero.
    Ok(DigitCount::new(u8::try_from(count).unwrap_or(0))?)
}

fn outputs(value: &VerificationValue) -> Outputs {
    value.reveal(|digits| vec![("value", Output::Digits(digits.to_owned()))])
}

pub(super) fn cvv(fields: &mut Fields) -> Result<Outputs, Problem> {
    fields.choice(
        "which",
        &["cvv", "icvv", "cvv2", "cavv"].map(|name| (name, ())),
    )?;
    let Bytes(key) = fields.required("cvk")?;
    let key = CardVerificationKey::new(&key, POLICY)?;
    let pan: Pan = fields.required("pan")?;
    let input = CvvInput::new(
        &pan,
        fields.required("expiry")?,
        fields.required("service_code")?,
    );
    Ok(outputs(&key.verification_value(&input, count(fields)?)?))
}

pub(super) fn dcvv(fields: &mut Fields) -> Result<Outputs, Problem> {
    let derivation = Derivation::read(fields, CipherFamily::Tdes)?;
    let key: CardKey<Ac> = derivation.key(fields, "imk_ac")?;
    let input = CvvInput::new(
        derivation.pan(),
        fields.required("expiry")?,
        fields.required("service_code")?,
    );
    let atc = fields.required("atc")?;
    Ok(outputs(&magstripe::dcvv(
        &key,
        &input,
        atc,
        count(fields)?,
    )?))
}

pub(super) fn cvc3(fields: &mut Fields) -> Result<Outputs, Problem> {
    let derivation = Derivation::read(fields, CipherFamily::Tdes)?;
    let key: CardKey<Cvc3> = derivation.key(fields, "imk_cvc3")?;
    let initial = match fields.optional("ivcvc3")? {
        Some(initial) => Ivcvc3(initial),
        None => Ivcvc3::of_track(&key, &fields.required::<Bytes>("track")?.0)?,
    };
    let un = fields.required("un")?;
    let atc = fields.required("atc")?;
    let value = magstripe::cvc3(&key, initial, un, atc, count(fields)?)?;
    Ok(outputs(&value))
}

pub(super) fn pvv(fields: &mut Fields) -> Result<Outputs, Problem> {
    let Bytes(key) = fields.required("pvk")?;
    let key = PinVerificationKey::new(&key, POLICY)?;
    let pan: Pan = fields.required("pan")?;
    let pin: Pin = fields.required("pin")?;
    let Digits(index) = fields.required("pvki")?;
    // The library refuses 10 and whatever is more.
    let index = index.parse().unwrap_or(u8::MAX);
    Ok(outputs(&key.verification_value(&pan, index, &pin)?))
}
