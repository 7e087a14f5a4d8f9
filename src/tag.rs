//! EMV tags: one to three bytes (EMV Book 3 Annex B1).

use core::fmt;

use crate::error::{Error, ErrorKind, Result};

/// A BER-TLV tag of one, two or three bytes, e.g. `9F26`.
///
/// EMV Book 3 Annex B1 uses one and two bytes; the contactless kernels add three (`DF8117`, `9F8105`).
///
/// ```
/// use chipcard::Tag;
///
/// let tag = Tag::new(0x9F26);
/// assert_eq!(tag.as_bytes(), [0x9F, 0x26]);
/// assert!(!tag.is_constructed());
/// assert_eq!(tag.to_string(), "9F26");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    bytes: [u8; 3],
    length: u8,
}

impl Tag {
    /// The tag written as a number, e.g. `0x9F26`.
    ///
    /// # Panics
    /// When the number is not a valid tag. Tags that come from outside go through [`Tag::parse`].
    pub const fn new(number: u32) -> Self {
        let [_, a, b, c] = number.to_be_bytes();
        let (bytes, length) = match number {
            0..=0xFF => ([c, 0, 0], 1),
            0x100..=0xFFFF => ([b, c, 0], 2),
            _ => ([a, b, c], 3),
        };
        match Self::parse(&bytes) {
            Ok((tag, used)) if used == length && number <= 0xFF_FFFF => tag,
            _ => panic!("not a valid EMV tag"),
        }
    }

    /// Reads a tag from the start of `input`; returns it and the number of bytes it took.
    ///
    /// # Errors
    /// [`ErrorKind::Truncated`], [`ErrorKind::TagTooLong`], or [`ErrorKind::InvalidTag`] for a first byte `00`
    /// or `FF` (reserved as filler, ISO/IEC 7816-4) and for a tag number with leading zero bits (`xx80`).
    pub const fn parse(input: &[u8]) -> Result<(Self, usize)> {
        let Some(&first) = input.first() else {
            return Err(Error::new(ErrorKind::Truncated));
        };
        if first == 0x00 || first == 0xFF {
            return Err(Error::new(ErrorKind::InvalidTag));
        }
        let mut bytes = [first, 0, 0];
        if first & 0x1F != 0x1F {
            return Ok((Self { bytes, length: 1 }, 1));
        }
        let mut length = 1;
        while length < 3 {
            if length >= input.len() {
                return Err(Error::new(ErrorKind::Truncated));
            }
            let next = input[length];
            if length == 1 && next == 0x80 {
                return Err(Error::new(ErrorKind::InvalidTag));
            }
            bytes[length] = next;
            length += 1;
            if next & 0x80 == 0 {
                return Ok((
                    Self {
                        bytes,
                        length: length as u8,
                    },
                    length,
                ));
            }
        }
        Err(Error::new(ErrorKind::TagTooLong))
    }

    /// The one to three bytes as they stand in the data.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.length))
            .unwrap_or(&self.bytes)
    }

    /// The tag as a number, e.g. `0x9F26`.
    pub const fn number(self) -> u32 {
        let [a, b, c] = self.bytes;
        u32::from_be_bytes([0, a, b, c]) >> (8 * (3 - self.length as u32))
    }

    /// Whether the value is a sequence of data objects (bit 6 of the first byte).
    pub const fn is_constructed(self) -> bool {
        self.bytes[0] & 0x20 != 0
    }

    /// Class of the tag: bits 8 and 7 of the first byte.
    pub const fn class(self) -> Class {
        match self.bytes[0] >> 6 {
            0 => Class::Universal,
            1 => Class::Application,
            2 => Class::ContextSpecific,
            _ => Class::Private,
        }
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag({self})")
    }
}

/// Class of a tag (EMV Book 3 Table 36).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// `00`: not used by EMV for its own elements.
    Universal,
    /// `01`: defined by ISO/IEC 7816 or EMV for all applications.
    Application,
    /// `10`: defined by EMV inside a template.
    ContextSpecific,
    /// `11`: payment system or issuer.
    Private,
}

macro_rules! t { ($($n:ident $v:literal)+) => { $( #[doc = "x"] pub const $n: Tag = Tag::new($v); )+ } }
t! {
TRACK_2_EQUIVALENT_DATA 0x57
APPLICATION_PAN 0x5A
APPLICATION_INTERCHANGE_PROFILE 0x82
DEDICATED_FILE_NAME 0x84
AUTHORISATION_RESPONSE_CODE 0x8A
CVM_LIST 0x8E
TERMINAL_VERIFICATION_RESULTS 0x95
TRANSACTION_DATE 0x9A
TRANSACTION_STATUS_INFORMATION 0x9B
TRANSACTION_TYPE 0x9C
APPLICATION_EXPIRATION_DATE 0x5F24
TRANSACTION_CURRENCY_CODE 0x5F2A
APPLICATION_PAN_SEQUENCE_NUMBER 0x5F34
AMOUNT_AUTHORISED_NUMERIC 0x9F02
AMOUNT_OTHER_NUMERIC 0x9F03
AID_TERMINAL 0x9F06
ISSUER_APPLICATION_DATA 0x9F10
TERMINAL_COUNTRY_CODE 0x9F1A
APPLICATION_CRYPTOGRAM 0x9F26
CRYPTOGRAM_INFORMATION_DATA 0x9F27
CVM_RESULTS 0x9F34
APPLICATION_TRANSACTION_COUNTER 0x9F36
UNPREDICTABLE_NUMBER 0x9F37
ISSUER_AUTHENTICATION_DATA 0x91
ISSUER_SCRIPT_TEMPLATE_1 0x71
ISSUER_SCRIPT_TEMPLATE_2 0x72
ISSUER_SCRIPT_COMMAND 0x86
ISSUER_SCRIPT_IDENTIFIER 0x9F18
}
