//! EMV tags: one to three bytes (EMV Book 3 Annex B1), and the dictionary of the elements they name.

mod contactless;
pub(crate) mod decisive;
mod emv;
mod info;

use core::fmt;

use crate::error::{Error, ErrorKind, Result};

pub use contactless::*;
pub use emv::*;
pub use info::{Format, Source, TagInfo, dictionary};

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

    /// Its bytes, zeros after them, and how many count.
    pub(crate) const fn padded(self) -> ([u8; 3], u8) {
        (self.bytes, self.length)
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

#[cfg(test)]
mod tests {
    use super::{Class, Format, Tag, contactless, dictionary, emv};
    use crate::error::ErrorKind;

    #[test]
    fn tables_rise_and_share_no_tag() {
        for table in [emv::TABLE, contactless::TABLE] {
            assert!(table.is_sorted_by(|a, b| a.tag < b.tag));
        }
        for info in contactless::TABLE {
            assert!(
                emv::TABLE.iter().all(|other| other.tag != info.tag),
                "{}",
                info.tag
            );
        }
        assert_eq!(
            dictionary().count(),
            emv::TABLE.len() + contactless::TABLE.len()
        );
    }

    #[test]
    fn rows_are_sound() {
        for info in dictionary() {
            assert_eq!(info.tag.info(), Some(info));
            assert_eq!(info.tag.format(), Some(info.format));
            assert!(info.min_length <= info.max_length, "{}", info.tag);
            assert!(info.allows(usize::from(info.min_length)));
            assert!(!info.name.is_empty() && info.name.is_ascii());
            for template in info.templates {
                let formats_of_templates = [Format::Binary, Format::Variable];
                let row = template.info().unwrap();
                assert!(formats_of_templates.contains(&row.format), "{template}");
            }
        }
        assert_eq!(Tag::new(0xC0).info(), None);
        assert_eq!(Tag::new(0xDF01).info(), None);
    }

    #[test]
    fn every_two_bytes_are_a_tag_or_none() {
        for number in 0..=0xFFFF_u16 {
            let bytes = number.to_be_bytes();
            match Tag::parse(&bytes) {
                Ok((tag, length)) => {
                    assert_eq!(tag.as_bytes(), &bytes[..length]);
                    assert_eq!(Tag::new(tag.number()), tag);
                    assert_eq!(tag.is_constructed(), bytes[0] & 0x20 != 0);
                }
                Err(error) => {
                    let third_byte_missing = bytes[0] & 0x1F == 0x1F && bytes[1] & 0x80 != 0;
                    match error.kind() {
                        ErrorKind::InvalidTag => {
                            assert!(matches!(bytes[0], 0x00 | 0xFF) || bytes[1] == 0x80);
                        }
                        kind => assert!(kind == ErrorKind::Truncated && third_byte_missing),
                    }
                }
            }
        }
        assert_eq!(Tag::parse(&[]).unwrap_err().kind(), ErrorKind::Truncated);
        assert_eq!(
            Tag::parse(&[0x9F, 0x81, 0x80]).unwrap_err().kind(),
            ErrorKind::TagTooLong
        );
        assert_eq!(Tag::new(0xDF8117).class(), Class::Private);
    }
}
