//! Issuer scripts whose session key, mode and padding the test gives.

use chipcard::crypto::{Mode, Padding};
use chipcard::cryptogram::{CipherFamily, PinBlockFormat};
use chipcard::element::Pin;
use chipcard::key::{Ac, CardKey, SessionKey, Smc, Smi};
use chipcard::laboratory;

use super::Outputs;
use super::cryptogram::padding;
use super::keys::{Derivation, POLICY, algorithm, cipher, session_key_from, session_key_of};
use crate::kat::fields::{Bytes, Fields, Problem};
use crate::kat::output::Output;

/// `length`: how many bytes of a MAC are kept.
pub(super) fn truncated(fields: &mut Fields, mac: &[u8; 8]) -> Result<Outputs, Problem> {
    let length: u64 = fields.required("length")?;
    let kept = usize::try_from(length).ok().filter(|length| *length >= 4);
    match kept.and_then(|length| mac.get(..length)) {
        Some(mac) => Ok(vec![("mac", Output::Bytes(mac.to_vec()))]),
        None => Err(fields.refused("length", "is not 4 to 8")),
    }
}

pub(super) fn mac(fields: &mut Fields) -> Result<Outputs, Problem> {
    let cipher = cipher(fields)?;
    let key: SessionKey<Smi> = session_key_of(fields, "session_key", "imk", cipher)?;
    let Bytes(data) = fields.required("data")?;
    let mac = laboratory::mac(&key, padding(fields)?, &data)?;
    truncated(fields, &mac)
}

fn mode(fields: &mut Fields) -> Result<Mode, Problem> {
    fields.choice("mode", &[("ecb", Mode::Ecb), ("cbc", Mode::Cbc)])
}

/// The data enciphered.
pub(super) fn enciphered(
    key: &SessionKey<Smc>,
    mode: Mode,
    padding: Padding,
    data: &[u8],
) -> Result<Vec<u8>, Problem> {
    // A length byte, and padding of up to one block.
    let mut output = vec![0; data.len() + 1 + 16];
    let length = laboratory::encipher(key, mode, padding, data, &mut output)?;
    output.truncate(length);
    Ok(output)
}

pub(super) fn encipher(fields: &mut Fields) -> Result<Outputs, Problem> {
    let cipher = cipher(fields)?;
    let key = session_key_of(fields, "session_key", "imk", cipher)?;
    let Bytes(data) = fields.required("data")?;
    let output = enciphered(&key, mode(fields)?, padding(fields)?, &data)?;
    Ok(vec![("data", Output::Bytes(output))])
}

fn format(fields: &mut Fields, name: &str) -> Result<PinBlockFormat, Problem> {
    fields.choice(
        name,
        &[
            ("visa", PinBlockFormat::Visa),
            ("visa-with-current", PinBlockFormat::VisaWithCurrent),
            ("iso2", PinBlockFormat::Iso2),
        ],
    )
}

/// `new_pin`, and `current_pin` where the format has it.
fn block(
    fields: &mut Fields,
    format: PinBlockFormat,
    card_key: Option<&CardKey<Ac>>,
) -> Result<[u8; 8], Problem> {
    let new: Pin = fields.required("new_pin")?;
    let current: Option<Pin> = match format {
        PinBlockFormat::VisaWithCurrent => Some(fields.required("current_pin")?),
        _ => None,
    };
    Ok(laboratory::pin_block(
        format,
        &new,
        current.as_ref(),
        card_key,
    )?)
}

pub(super) fn pin_block(fields: &mut Fields) -> Result<Outputs, Problem> {
    let format = format(fields, "format")?;
    let card_key = if format == PinBlockFormat::Iso2 {
        fields.unused(&["card_key", "imk_ac", "pan", "psn", "option"])?;
        None
    } else if let Some(Bytes(key)) = fields.optional("card_key")? {
        Some(CardKey::new(
            algorithm(CipherFamily::Tdes, &key)?,
            &key,
            POLICY,
        )?)
    } else {
        let derivation = Derivation::read(fields, CipherFamily::Tdes)?;
        Some(derivation.key(fields, "imk_ac")?)
    };
    let block = block(fields, format, card_key.as_ref())?;
    Ok(vec![("block", Output::Bytes(block.to_vec()))])
}

pub(super) fn pin_encipher(fields: &mut Fields) -> Result<Outputs, Problem> {
    let cipher = match fields.has("cipher") {
        true => cipher(fields)?,
        false => CipherFamily::Tdes,
    };
    let format = format(fields, "pin_block")?;
    let derivation = Derivation::read(fields, cipher)?;
    let card_key = if format == PinBlockFormat::Iso2 {
        fields.unused(&["imk_ac"])?;
        None
    } else {
        Some(derivation.key(fields, "imk_ac")?)
    };
    let block = block(fields, format, card_key.as_ref())?;
    let smc_key: CardKey<Smc> = derivation.key(fields, "imk_smc")?;
    let key = session_key_from(fields, &smc_key, cipher)?;
    let output = enciphered(&key, mode(fields)?, padding(fields)?, &block)?;
    Ok(vec![("data", Output::Bytes(output))])
}
