//! PIN (tag 99).

use core::fmt;

use zeroize::{Zeroize, Zeroizing};

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
    pub(crate) fn from_block(first: u8, block: &[u8; 8]) -> Result<Self> {
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

    /// The number of digits.
    pub(crate) const fn length(&self) -> u8 {
        self.length
    }

    /// The digits, each a number from 0 to 9.
    pub(crate) fn digits(&self) -> &[u8] {
        self.digits
            .get(..usize::from(self.length))
            .unwrap_or(&self.digits)
    }

    /// Up to 16 nibbles: `prefix`, then the digits, then `filler`.
    pub(crate) fn block(&self, prefix: &[u8], filler: u8) -> Zeroizing<[u8; 8]> {
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
