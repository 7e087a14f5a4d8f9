//! Service code (tag 5F30, and in the tracks).

use core::fmt;

use super::bcd;
use crate::error::{Error, ErrorKind, Result};

/// Service code: three digits that say where the card is valid, who authorises and what for
/// (ISO/IEC 7813; EMV Book 3 Annex A, tag 5F30).
///
/// Digits that the standard reserves are taken, and have no meaning.
///
/// ```
/// use chipcard::element::ServiceCode;
///
/// let code = ServiceCode::from_digits("201")?;
/// assert!(code.has_chip());
/// assert_eq!(code.interchange(), Some("international, chip"));
/// assert_eq!(code.authorisation(), Some("normal"));
/// assert_eq!(code.services(), Some("no restrictions"));
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "5F30")]
pub struct ServiceCode([u8; 3]);

impl ServiceCode {
    /// From three digits, each a number from 0 to 9.
    ///
    /// # Errors
    /// [`ErrorKind::NotDecimal`] with the offset of the digit.
    pub const fn new(digits: [u8; 3]) -> Result<Self> {
        let [first, second, third] = digits;
        let offset = if first > 9 {
            0
        } else if second > 9 {
            1
        } else if third > 9 {
            2
        } else {
            return Ok(Self(digits));
        };
        Err(Error::new(ErrorKind::NotDecimal).at(offset))
    }

    /// From three decimal digits as text.
    ///
    /// # Errors
    /// [`ErrorKind::Length`], [`ErrorKind::NotDecimal`] with the offset of the character.
    pub fn from_digits(text: impl AsRef<[u8]>) -> Result<Self> {
        let characters: [u8; 3] = bcd::exactly(text.as_ref())?;
        Self::new(characters.map(|character| character.wrapping_sub(b'0')))
    }

    /// From the two bytes of tag 5F30: a zero nibble and three digits.
    ///
    /// # Errors
    /// [`ErrorKind::Length`], [`ErrorKind::NotDecimal`] with the offset of the byte, [`ErrorKind::Value`].
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let [high, low] = bcd::exactly(bytes)?;
        if high > 0x0F {
            return Err(Error::new(ErrorKind::Value).at(0));
        }
        let byte_of_digit = |error: Error| match error.offset() {
            Some(0) => error.at(0),
            _ => error.at(1),
        };
        Self::new([high, low >> 4, low & 0x0F]).map_err(byte_of_digit)
    }

    /// The two bytes of tag 5F30.
    pub const fn to_bytes(self) -> [u8; 2] {
        let [first, second, third] = self.0;
        [first, second << 4 | third]
    }

    /// The digits, each a number from 0 to 9.
    pub const fn digits(self) -> [u8; 3] {
        self.0
    }

    /// Whether the first digit says that the card has a chip, to be used where the terminal can.
    pub const fn has_chip(self) -> bool {
        matches!(self.0, [2 | 6, ..])
    }

    /// First digit: where the card is valid.
    pub const fn interchange(self) -> Option<&'static str> {
        match self.0[0] {
            1 => Some("international"),
            2 => Some("international, chip"),
            5 => Some("national"),
            6 => Some("national, chip"),
            7 => Some("private"),
            9 => Some("test"),
            _ => None,
        }
    }

    /// Second digit: who authorises.
    pub const fn authorisation(self) -> Option<&'static str> {
        match self.0[1] {
            0 => Some("normal"),
            2 => Some("by the issuer, online"),
            4 => Some("by the issuer, online, unless a bilateral agreement says otherwise"),
            _ => None,
        }
    }

    /// Third digit: what the card buys, and whether it needs a PIN.
    pub const fn services(self) -> Option<&'static str> {
        match self.0[2] {
            0 => Some("no restrictions, PIN required"),
            1 => Some("no restrictions"),
            2 => Some("goods and services only"),
            3 => Some("cash machines only, PIN required"),
            4 => Some("cash only"),
            5 => Some("goods and services only, PIN required"),
            6 => Some("no restrictions, PIN where possible"),
            7 => Some("goods and services only, PIN where possible"),
            _ => None,
        }
    }
}

impl fmt::Display for ServiceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|digit| write!(f, "{digit}"))
    }
}

#[cfg(test)]
mod tests {
    use super::ServiceCode;
    use crate::error::ErrorKind;

    #[test]
    fn two_bytes_round_trip() {
        for first in 0..=0xFF {
            for second in 0..=0xFF {
                let bytes = [first, second];
                match ServiceCode::parse(&bytes) {
                    Ok(code) => assert_eq!(code.to_bytes(), bytes),
                    Err(error) => {
                        let in_first = first > 9;
                        assert!(in_first || second >> 4 > 9 || second & 0x0F > 9);
                        assert_eq!(error.offset(), Some(usize::from(!in_first)));
                    }
                }
            }
        }
    }

    #[test]
    fn text() {
        assert_eq!(
            ServiceCode::from_digits("620").unwrap().to_bytes(),
            [0x06, 0x20]
        );
        let error = ServiceCode::from_digits("2=1").unwrap_err();
        assert_eq!(
            (error.kind(), error.offset()),
            (ErrorKind::NotDecimal, Some(1))
        );
        assert!(ServiceCode::from_digits("2011").is_err());
        assert_eq!(ServiceCode::from_digits("389").unwrap().services(), None);
    }
}
