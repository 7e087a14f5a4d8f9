//! Application file locator (tag 94).

use core::ops::RangeInclusive;

use crate::error::{Error, ErrorKind, Result};

/// The longest application file locator: 63 entries.
const MAX_LENGTH: usize = 252;

/// Application file locator: which records of which files the terminal reads, and which of them
/// offline data authentication covers; four bytes an entry, 4 to 252 bytes (EMV Book 3 10.2).
///
/// ```
/// use chipcard::element::ApplicationFileLocator;
///
/// let afl = ApplicationFileLocator::parse(&[0x08, 0x01, 0x02, 0x01, 0x10, 0x01, 0x01, 0x00])?;
/// let files: Vec<u8> = afl.entries().map(|entry| entry.sfi()).collect();
/// assert_eq!(files, [1, 2]);
/// assert_eq!(afl.entries().next().unwrap().authenticated_records(), 1);
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "AFL")]
#[doc(alias = "94")]
pub struct ApplicationFileLocator<'a> {
    bytes: &'a [u8],
}

impl<'a> ApplicationFileLocator<'a> {
    /// Reads and checks all entries.
    ///
    /// # Errors
    /// [`ErrorKind::Length`]; [`ErrorKind::Truncated`] with the offset of an entry of fewer than four bytes; those of
    /// [`AflEntry::parse`] with the offset of the byte.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let found = bytes.len();
        if !(1..=MAX_LENGTH).contains(&found) {
            let kind = ErrorKind::Length {
                min: 4,
                max: MAX_LENGTH,
                found,
            };
            return Err(kind.into());
        }
        let (entries, rest) = bytes.as_chunks();
        for (index, entry) in entries.iter().enumerate() {
            AflEntry::parse(*entry).map_err(|error| error.at_base(4 * index))?;
        }
        if !rest.is_empty() {
            return Err(Error::new(ErrorKind::Truncated).at(found - rest.len()));
        }
        Ok(Self { bytes })
    }

    /// The bytes of tag 94.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The entries in their order.
    pub fn entries(&self) -> impl Iterator<Item = AflEntry> + use<'a> {
        let (entries, _) = self.bytes.as_chunks();
        entries
            .iter()
            .filter_map(|entry| AflEntry::parse(*entry).ok())
    }
}

/// One entry of the application file locator: some neighbouring records of one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AflEntry {
    sfi: u8,
    first: u8,
    last: u8,
    authenticated: u8,
}

impl AflEntry {
    /// Reads and checks one entry (EMV Book 3 10.2).
    ///
    /// # Errors
    /// [`ErrorKind::Value`] with the offset of the byte: a short file identifier of 0 or 31 or with other bits set, a first
    /// record of 0, a last record before the first, or more records to authenticate than there are.
    pub const fn parse(bytes: [u8; 4]) -> Result<Self> {
        let [file, first, last, authenticated] = bytes;
        let sfi = file >> 3;
        let wrong = if sfi == 0 || sfi == 31 || file & 0x07 != 0 {
            0
        } else if first == 0 {
            1
        } else if last < first {
            2
        } else if authenticated > 0 && authenticated - 1 > last - first {
            3
        } else {
            return Ok(Self {
                sfi,
                first,
                last,
                authenticated,
            });
        };
        Err(Error::new(ErrorKind::Value).at(wrong))
    }

    /// The four bytes.
    pub const fn to_bytes(self) -> [u8; 4] {
        [self.sfi << 3, self.first, self.last, self.authenticated]
    }

    /// Short file identifier, 1 to 30.
    #[doc(alias = "SFI")]
    pub const fn sfi(self) -> u8 {
        self.sfi
    }

    /// Numbers of the records.
    pub const fn records(self) -> RangeInclusive<u8> {
        self.first..=self.last
    }

    /// How many of the records, from the first, offline data authentication covers.
    pub const fn authenticated_records(self) -> u8 {
        self.authenticated
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::{AflEntry, ApplicationFileLocator};
    use crate::error::ErrorKind;

    fn fail(bytes: &[u8]) -> (ErrorKind, Option<usize>) {
        let error = ApplicationFileLocator::parse(bytes).unwrap_err();
        (error.kind(), error.offset())
    }

    #[test]
    fn rules() {
        let good = [0x08, 0x01, 0x03, 0x03];
        assert!(ApplicationFileLocator::parse(&good).is_ok());
        for (bytes, offset) in [
            ([0x00, 1, 1, 0], 4),
            ([0xF8, 1, 1, 0], 4),
            ([0x0C, 1, 1, 0], 4),
            ([0x10, 0, 1, 0], 5),
            ([0x10, 2, 1, 0], 6),
            ([0x10, 2, 4, 4], 7),
            ([0x10, 0xFF, 0xFF, 2], 7),
        ] {
            let two: Vec<u8> = good.into_iter().chain(bytes).collect();
            assert_eq!(fail(&two), (ErrorKind::Value, Some(offset)), "{bytes:02X?}");
        }
        assert_eq!(
            fail(&[0x08, 1, 1, 0, 0x10]),
            (ErrorKind::Truncated, Some(4))
        );
        assert!(matches!(
            fail(&[]),
            (ErrorKind::Length { found: 0, .. }, None)
        ));
        // All 255 records of a file may be authenticated.
        assert!(AflEntry::parse([0x08, 0x01, 0xFF, 0xFF]).is_ok());
    }

    #[test]
    fn lengths() {
        for length in 0..=300 {
            let bytes: Vec<u8> = [0x18, 0x01, 0x02, 0x00]
                .into_iter()
                .cycle()
                .take(length)
                .collect();
            let afl = ApplicationFileLocator::parse(&bytes);
            assert_eq!(afl.is_ok(), length % 4 == 0 && (4..=252).contains(&length));
            if let Ok(afl) = afl {
                let written: Vec<u8> = afl.entries().flat_map(AflEntry::to_bytes).collect();
                assert_eq!(written, bytes);
            }
        }
    }
}
