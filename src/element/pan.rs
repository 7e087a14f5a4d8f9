//! Application primary account number (tag 5A) and its sequence number (tag 5F34).

use core::fmt;

use zeroize::Zeroize;

use crate::error::{Error, ErrorKind, Result};

const MAX_DIGITS: usize = 19;

/// Primary account number, 8 to 19 decimal digits (ISO/IEC 7812-1; EMV Book 3 Annex A, tag 5A).
///
/// It masks itself: `Debug` and `Display` show at most the first six and the last four digits, and no
/// more than half of a short number. The digits are wiped when the value is dropped.
///
/// ```
/// use chipcard::element::Pan;
///
/// let pan = Pan::from_digits("4761739001010010")?;
/// assert_eq!(pan.to_string(), "476173******0010");
/// assert_eq!(pan, Pan::from_bcd(&[0x47, 0x61, 0x73, 0x90, 0x01, 0x01, 0x00, 0x10])?);
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[doc(alias = "5A")]
pub struct Pan {
    digits: [u8; MAX_DIGITS],
    length: u8,
}

impl Pan {
    /// From decimal digits as text.
    ///
    /// # Errors
    /// [`ErrorKind::PanLength`], [`ErrorKind::NotDecimal`] with the offset of the character.
    pub fn from_digits(text: impl AsRef<[u8]>) -> Result<Self> {
        let text = text.as_ref();
        let mut pan = Self {
            digits: [0; MAX_DIGITS],
            length: 0,
        };
        // As nearly all are: all sixteen at once.
        if let Ok(sixteen) = <[u8; 16]>::try_from(text)
            && let Some(room) = pan.digits.first_chunk_mut()
        {
            *room = sixteen.map(|byte| byte.wrapping_sub(b'0'));
            if room
                .iter()
                .fold(0, |any, digit| any | (digit.saturating_sub(9)))
                == 0
            {
                pan.length = 16;
                return Ok(pan);
            }
        }
        let mut largest = 0;
        for (digit, &byte) in pan.digits.iter_mut().zip(text) {
            *digit = byte.wrapping_sub(b'0');
            largest = largest.max(*digit);
        }
        // What is wrong first, in the order of the characters: one that is no digit, or one too many.
        if largest > 9 {
            let offset = pan.digits.iter().position(|digit| *digit > 9);
            let error = Error::new(ErrorKind::NotDecimal);
            return Err(offset.map_or(error, |offset| error.at(offset)));
        }
        if let Some(&extra) = text.get(MAX_DIGITS) {
            let kind = match extra {
                b'0'..=b'9' => ErrorKind::PanLength,
                _ => ErrorKind::NotDecimal,
            };
            return Err(Error::new(kind).at(MAX_DIGITS));
        }
        // No more than MAX_DIGITS.
        pan.length = text.len() as u8;
        pan.checked()
    }

    /// From the compressed numeric value of tag 5A: two digits a byte, `F` nibbles to fill up at the end.
    ///
    /// # Errors
    /// [`ErrorKind::PanLength`], [`ErrorKind::NotDecimal`] or [`ErrorKind::Padding`] with the offset of the byte.
    pub fn from_bcd(bytes: &[u8]) -> Result<Self> {
        let mut pan = Self {
            digits: [0; MAX_DIGITS],
            length: 0,
        };
        let mut padded = false;
        for (offset, &byte) in bytes.iter().enumerate() {
            for nibble in [byte >> 4, byte & 0x0F] {
                match nibble {
                    0xF => padded = true,
                    _ if padded => return Err(Error::new(ErrorKind::Padding).at(offset)),
                    digit => pan.push(digit).map_err(|error| error.at(offset))?,
                }
            }
        }
        pan.checked()
    }

    /// From digits that are numbers from 0 to 9.
    pub(super) fn from_values(digits: &[u8]) -> Result<Self> {
        let mut pan = Self {
            digits: [0; MAX_DIGITS],
            length: 0,
        };
        for &digit in digits {
            pan.push(digit)?;
        }
        pan.checked()
    }

    fn push(&mut self, digit: u8) -> Result<()> {
        if digit > 9 {
            return Err(Error::new(ErrorKind::NotDecimal));
        }
        let place = self
            .digits
            .get_mut(usize::from(self.length))
            .ok_or(Error::new(ErrorKind::PanLength))?;
        *place = digit;
        self.length += 1;
        Ok(())
    }

    fn checked(self) -> Result<Self> {
        if self.length < 8 {
            Err(Error::new(ErrorKind::PanLength))
        } else {
            Ok(self)
        }
    }

    /// The digits, each a number from 0 to 9. They are cardholder data: do not log them.
    #[inline]
    pub fn digits(&self) -> &[u8] {
        self.digits
            .get(..usize::from(self.length))
            .unwrap_or(&self.digits)
    }

    /// The digits from the left, and zeros behind them.
    #[inline]
    pub(crate) const fn padded_digits(&self) -> &[u8; MAX_DIGITS] {
        &self.digits
    }

    /// Whether the last digit is the Luhn check digit of the others (ISO/IEC 7812-1 Annex B).
    pub fn has_valid_check_digit(&self) -> bool {
        let sum: u32 = self
            .digits()
            .iter()
            .rev()
            .enumerate()
            .map(|(place, &digit)| match (place % 2, u32::from(digit)) {
                (0, digit) => digit,
                (_, digit) if digit > 4 => 2 * digit - 9,
                (_, digit) => 2 * digit,
            })
            .sum();
        sum.is_multiple_of(10)
    }
}

impl Drop for Pan {
    #[inline]
    fn drop(&mut self) {
        // As a slice it is wiped in wide stores, as an array byte by byte.
        self.digits.as_mut_slice().zeroize();
    }
}

impl fmt::Display for Pan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        // Ten digits in clear are allowed of a long number; of a short one, never more than half.
        let (head, tail) = if digits.len() >= 16 {
            (6, 4)
        } else {
            (0, digits.len().min(8) / 2)
        };
        digits.iter().enumerate().try_for_each(|(place, digit)| {
            if place < head || place + tail >= digits.len() {
                write!(f, "{digit}")
            } else {
                f.write_str("*")
            }
        })
    }
}

impl fmt::Debug for Pan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pan({self})")
    }
}

/// Application PAN sequence number, 00 to 99, one byte BCD (EMV Book 3 Annex A, tag 5F34).
///
/// It tells apart cards that share a PAN. Where a card has none, key derivation takes 00 (Book 2 A1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[doc(alias = "5F34")]
#[doc(alias = "PSN")]
pub struct PanSequenceNumber(u8);

impl PanSequenceNumber {
    /// What key derivation takes for a card without sequence number.
    pub const ZERO: Self = Self(0);

    /// From its one BCD byte, e.g. `0x45` for 45.
    ///
    /// # Errors
    /// [`ErrorKind::NotDecimal`].
    pub const fn from_bcd(byte: u8) -> Result<Self> {
        if byte >> 4 > 9 || byte & 0x0F > 9 {
            return Err(Error::new(ErrorKind::NotDecimal));
        }
        Ok(Self(byte))
    }

    /// From two decimal digits as text.
    ///
    /// # Errors
    /// [`ErrorKind::Length`], [`ErrorKind::NotDecimal`].
    pub fn from_digits(text: impl AsRef<[u8]>) -> Result<Self> {
        match *text.as_ref() {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => {
                Ok(Self((tens - b'0') << 4 | (ones - b'0')))
            }
            [_, _] => Err(Error::new(ErrorKind::NotDecimal)),
            ref other => Err(Error::new(ErrorKind::Length {
                min: 2,
                max: 2,
                found: other.len(),
            })),
        }
    }

    /// The BCD byte, as in tag 5F34.
    pub const fn to_bcd(self) -> u8 {
        self.0
    }
}

impl fmt::Display for PanSequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}
