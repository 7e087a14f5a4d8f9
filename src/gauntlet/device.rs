//! A telephone in the place of a card: what its chip says of its holder.

use std::vec::Vec;

use super::chip_bytes;
use super::plastic::Made;
use crate::cryptogram::assemble;
use crate::element::{
    ApplicationTransactionCounter, IadLayout, PanSequenceNumber, UnpredictableNumber,
};
use crate::error::{Error, ErrorKind, Result};
use crate::issuer::ChipData;
use crate::tag::{self, Tag};

/// Byte 2 of Visa's card verification results of formats 2 and 4: "consumer device CVM successfully performed".
const DEVICE_VERIFIED: (usize, u8) = (4, 0x04);

/// DE 55 as a telephone makes it that has verified its holder. Only Visa's formats 2 and 4 have a bit for it that the
/// simulated card does not set itself: there it is set, and the cryptogram made anew with the card's key.
pub(super) fn verified(made: &Made, chip: &[u8]) -> Result<Vec<u8>> {
    let version = made.test.profile.version;
    if version.iad_layout != IadLayout::Visa24 {
        return Ok(chip.to_vec());
    }
    let mut iad: [u8; 32] = require(chip, tag::ISSUER_APPLICATION_DATA)?;
    let (place, bit) = DEVICE_VERIFIED;
    if let Some(byte) = iad.get_mut(place) {
        *byte |= bit;
    }
    let chip = chip_bytes::put(chip, tag::ISSUER_APPLICATION_DATA, &iad)?;
    let counter = require(&chip, tag::APPLICATION_TRANSACTION_COUNTER)?;
    let number = UnpredictableNumber(require(&chip, tag::UNPREDICTABLE_NUMBER)?);
    let counter = ApplicationTransactionCounter::from_bytes(counter);
    let sequence = made.sequence()?.unwrap_or(PanSequenceNumber::ZERO);
    let keys = made.issuer_keys()?;
    let key = keys
        .ac()
        .card_key(&made.pan, sequence, version.card_key)?
        .session_key(&version.session_key.for_cryptogram(counter, number))?;
    let data = assemble(&version.data, &ChipData::parse(&chip)?)?;
    let cryptogram = key.mac(version.padding, data.as_bytes())?;
    chip_bytes::put(&chip, tag::APPLICATION_CRYPTOGRAM, &cryptogram)
}

/// The value of an element that is there.
pub(super) fn require<const N: usize>(chip: &[u8], tag: Tag) -> Result<[u8; N]> {
    let value = chip_bytes::get(chip, tag)?;
    value
        .and_then(|value| value.try_into().ok())
        .ok_or(Error::new(ErrorKind::Missing).in_tag(tag))
}
