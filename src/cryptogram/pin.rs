//! The blocks in which an issuer script carries a new PIN.

use zeroize::Zeroizing;

use crate::crypto::SecretKey;
use crate::element::Pin;
use crate::error::{Error, ErrorKind, Result};

/// How a PIN change carries the new PIN before it is enciphered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PinBlockFormat {
    /// ISO 9564-1 format 2: `2`, the number of digits, the digits, then `F`.
    Iso2,
    /// Visa's: the number of digits in a byte, the digits, then `F`, its second half xored with the second
    /// half of the left half of the card's **AC** key (odd parity).
    Visa,
    /// As `Visa`, then xored with the digits of the current PIN from the left, zeros behind them.
    VisaWithCurrent,
}

/// What a block of Visa's formats is xored with: the second half of the left half of a card key, and, where
/// the format involves it, the current PIN.
fn visa_mask(
    format: PinBlockFormat,
    current: Option<&Pin>,
    card_key: Option<&SecretKey>,
) -> Result<Zeroizing<[u8; 8]>> {
    let missing = Error::new(ErrorKind::Missing);
    let mut mask = Zeroizing::new([0; 8]);
    if format == PinBlockFormat::VisaWithCurrent {
        mask = current.ok_or(missing)?.block(&[], 0);
    }
    let mut key = card_key.ok_or(missing)?.clone();
    key.adjust_parity();
    for (byte, key) in mask.iter_mut().zip(key.bytes()).skip(4) {
        *byte ^= key;
    }
    Ok(mask)
}

/// The block, eight bytes.
///
/// `card_key` is the card key whose bytes Visa's formats use; format 2 ignores it.
///
/// # Errors
/// [`ErrorKind::Missing`] when the format needs the current PIN or a card key and gets none.
pub(crate) fn pin_block(
    format: PinBlockFormat,
    new: &Pin,
    current: Option<&Pin>,
    card_key: Option<&SecretKey>,
) -> Result<Zeroizing<[u8; 8]>> {
    if format == PinBlockFormat::Iso2 {
        return Ok(new.plaintext_block());
    }
    let mut block = new.block(&[0x0, new.length()], 0xF);
    let mask = visa_mask(format, current, card_key)?;
    for (byte, mask) in block.iter_mut().zip(mask.iter()) {
        *byte ^= mask;
    }
    Ok(block)
}

/// The new PIN in a block: the inverse of [`pin_block`].
///
/// # Errors
/// Those of [`pin_block`], and [`ErrorKind::PinLength`], [`ErrorKind::NotDecimal`] or [`ErrorKind::Padding`] when what comes out is
/// no PIN.
pub(crate) fn pin_from_block(
    format: PinBlockFormat,
    block: &[u8; 8],
    current: Option<&Pin>,
    card_key: Option<&SecretKey>,
) -> Result<Pin> {
    if format == PinBlockFormat::Iso2 {
        return Pin::from_plaintext_block(block);
    }
    let mut clear = visa_mask(format, current, card_key)?;
    for (byte, block) in clear.iter_mut().zip(block) {
        *byte ^= block;
    }
    Pin::from_block(0x0, &clear)
}
