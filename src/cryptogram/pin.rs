//! PINs and the blocks in which an issuer script carries a new one.

use core::fmt;

use zeroize::{Zeroize, Zeroizing};

use crate::crypto::SecretKey;
use crate::error::{Error, ErrorKind, Result};

/// A PIN of 4 to 12 decimal digits. Wiped when dropped, shown nowhere.
#[derive(Clone)]
pub struct Pin {
    digits: [u8; 12],
    length: u8,
}

impl Pin {
    /// From decimal digits as text.
    ///
    /// # Errors
    /// [`ErrorKind::PinLength`], [`ErrorKind::NotDecimal`]. Neither says where, because a position is a hint.
    pub fn from_digits(text: impl AsRef<[u8]>) -> Result<Self> {
        let text = text.as_ref();
        if !(4..=12).contains(&text.len()) {
            return Err(Error::new(ErrorKind::PinLength));
        }
        if !text.iter().all(u8::is_ascii_digit) {
            return Err(Error::new(ErrorKind::NotDecimal));
        }
        let mut pin = Self {
            digits: [0; 12],
            length: text.len().to_le_bytes()[0],
        };
        for (to, from) in pin.digits.iter_mut().zip(text) {
            *to = from - b'0';
        }
        Ok(pin)
    }

    /// The block in which VERIFY brings the PIN in clear: `2`, the number of digits, the digits, then `F`
    /// (EMV Book 3 6.5.12, Table 25; ISO 9564-1 format 2).
    pub fn plaintext_block(&self) -> Zeroizing<[u8; 8]> {
        self.block(&[0x2, self.length], 0xF)
    }

    /// From such a block.
    ///
    /// # Errors
    /// [`ErrorKind::PinLength`], [`ErrorKind::NotDecimal`], [`ErrorKind::Padding`].
    pub fn from_plaintext_block(block: &[u8; 8]) -> Result<Self> {
        Self::from_block(0x2, block)
    }

    /// From a nibble, the number of digits, the digits, then `F`.
    fn from_block(first: u8, block: &[u8; 8]) -> Result<Self> {
        let [head, body @ ..] = block;
        let length = head & 0x0F;
        if head >> 4 != first || !(4..=12).contains(&length) {
            return Err(Error::new(ErrorKind::PinLength));
        }
        let mut pin = Self {
            digits: [0; 12],
            length,
        };
        let mut nibbles = body.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
        for (digit, nibble) in pin
            .digits
            .iter_mut()
            .zip(nibbles.by_ref().take(length.into()))
        {
            if nibble > 9 {
                return Err(Error::new(ErrorKind::NotDecimal));
            }
            *digit = nibble;
        }
        if nibbles.any(|nibble| nibble != 0xF) {
            return Err(Error::new(ErrorKind::Padding));
        }
        Ok(pin)
    }

    /// The digits, each a number from 0 to 9.
    pub(crate) fn digits(&self) -> &[u8] {
        self.digits
            .get(..usize::from(self.length))
            .unwrap_or(&self.digits)
    }

    /// Up to 16 nibbles: `prefix`, then the digits, then `filler`.
    fn block(&self, prefix: &[u8], filler: u8) -> Zeroizing<[u8; 8]> {
        let mut block = Zeroizing::new([0; 8]);
        let mut nibbles = prefix.iter().chain(self.digits());
        for byte in block.iter_mut() {
            let high = *nibbles.next().unwrap_or(&filler);
            *byte = high << 4 | *nibbles.next().unwrap_or(&filler);
        }
        block
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        self.digits.zeroize();
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(redacted)")
    }
}

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
    let mut block = new.block(&[0x0, new.length], 0xF);
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
