//! Data object lists: what a card asks the terminal for, and the answer (EMV Book 3 5.4).
//!
//! The PDOL, CDOL1, CDOL2, DDOL, TDOL and log format are all lists of tags and lengths. The answer is the values in
//! the same order, without tags, each at the length that the list names.

use crate::error::{Error, ErrorKind, Result};
use crate::tag::{Format, Tag};

/// The longest list: what fits into a record (EMV Book 3 Annex A).
const MAX_LENGTH: usize = 252;

/// One entry of a list: a data element and the bytes it occupies in the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DolEntry {
    /// Which element.
    pub tag: Tag,
    /// Bytes that it occupies, 0 to 255.
    pub length: u8,
    /// Where the entry stands in the list, in bytes.
    pub offset: usize,
}

/// A data object list.
///
/// ```
/// use chipcard::{dol::DataObjectList, tag};
///
/// let cdol1 = DataObjectList::parse(&[0x9F, 0x02, 0x06, 0x9A, 0x03, 0x9F, 0x37, 0x04])?;
/// assert_eq!(cdol1.total_length(), 13);
///
/// // The terminal's side: the amount is too short and gets zeros in front, the date is not known.
/// let mut buffer = [0; 64];
/// let data = cdol1.fill(&mut buffer, |tag| match tag {
///     tag::AMOUNT_AUTHORISED_NUMERIC => Some(&[0x12, 0x34]),
///     tag::UNPREDICTABLE_NUMBER => Some(&[1, 2, 3, 4]),
///     _ => None,
/// })?;
/// assert_eq!(data, [0, 0, 0, 0, 0x12, 0x34, 0, 0, 0, 1, 2, 3, 4]);
///
/// // The card's side.
/// assert_eq!(cdol1.value_of(data, tag::UNPREDICTABLE_NUMBER)?, Some(&[1, 2, 3, 4][..]));
/// assert!(cdol1.split(&data[..12]).is_err());
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "DOL")]
pub struct DataObjectList<'a> {
    bytes: &'a [u8],
}

impl<'a> DataObjectList<'a> {
    /// Reads and checks a list. An empty one is a list.
    ///
    /// An element may stand in it twice, as Book 3 does not forbid it; see [`value_of`](Self::value_of).
    ///
    /// # Errors
    /// [`ErrorKind::Length`] over 252 bytes; those of [`Tag::parse`], and [`ErrorKind::Truncated`] for a tag
    /// without length, with the offset of the entry.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let found = bytes.len();
        if found > MAX_LENGTH {
            let (min, max) = (0, MAX_LENGTH);
            return Err(ErrorKind::Length { min, max, found }.into());
        }
        Entries { bytes, offset: 0 }.try_for_each(|entry| entry.map(|_| ()))?;
        Ok(Self { bytes })
    }

    /// The list as it stands in the card's data.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The entries in their order.
    pub fn entries(&self) -> impl Iterator<Item = DolEntry> + use<'a> {
        let bytes = self.bytes;
        Entries { bytes, offset: 0 }.map_while(Result::ok)
    }

    /// Bytes of the answer.
    pub fn total_length(&self) -> usize {
        self.entries().map(|entry| usize::from(entry.length)).sum()
    }

    /// Writes the answer: the terminal's side.
    ///
    /// `value_of` gives the values that are known. One that is unknown or absent, and any constructed element, becomes
    /// zeros. Of one that is too long, a numeric element keeps its rightmost bytes, any other its leftmost. One
    /// that is too short is filled up: a numeric one with zeros before it, a compressed numeric one with `FF` behind
    /// it, any other with zeros behind it. The format is that of the tag dictionary.
    ///
    /// # Errors
    /// [`ErrorKind::BufferTooSmall`].
    pub fn fill<'o, 'v>(
        &self,
        output: &'o mut [u8],
        mut value_of: impl FnMut(Tag) -> Option<&'v [u8]>,
    ) -> Result<&'o [u8]> {
        let output = output
            .get_mut(..self.total_length())
            .ok_or(Error::new(ErrorKind::BufferTooSmall))?;
        let mut rest = &mut *output;
        for entry in self.entries() {
            let Some((room, behind)) = rest.split_at_mut_checked(entry.length.into()) else {
                return Err(Error::new(ErrorKind::BufferTooSmall).in_tag(entry.tag));
            };
            rest = behind;
            match value_of(entry.tag) {
                Some(value) if !entry.tag.is_constructed() => place(entry.tag, value, room),
                _ => room.fill(0),
            }
        }
        Ok(output)
    }

    /// Pairs each entry with its part of an answer: the card's side.
    ///
    /// # Errors
    /// [`ErrorKind::Length`] when the answer is not exactly as long as the list demands.
    pub fn split<'d>(
        &self,
        data: &'d [u8],
    ) -> Result<impl Iterator<Item = (DolEntry, &'d [u8])> + use<'a, 'd>> {
        let (expected, found) = (self.total_length(), data.len());
        if expected != found {
            return Err(Error::new(ErrorKind::Length {
                min: expected,
                max: expected,
                found,
            }));
        }
        let mut rest = data;
        Ok(self.entries().map_while(move |entry| {
            let (value, behind) = rest.split_at_checked(entry.length.into())?;
            rest = behind;
            Some((entry, value))
        }))
    }

    /// The part of an answer that belongs to one element, if the list asks for it.
    ///
    /// # Errors
    /// Those of [`split`](Self::split), and [`ErrorKind::Duplicate`] with the offset of the second entry when the list asks twice,
    /// for then there are two values to choose from.
    pub fn value_of<'d>(&self, data: &'d [u8], tag: Tag) -> Result<Option<&'d [u8]>> {
        let mut found = None;
        for (entry, value) in self.split(data)? {
            if entry.tag == tag && found.replace(value).is_some() {
                return Err(Error::new(ErrorKind::Duplicate)
                    .in_tag(tag)
                    .at(entry.offset));
            }
        }
        Ok(found)
    }
}

/// Puts a value into the room that an entry gives it.
fn place(tag: Tag, value: &[u8], room: &mut [u8]) {
    let format = tag.format();
    let numeric = format == Some(Format::Numeric);
    let padding = match format {
        Some(Format::CompressedNumeric) => 0xFF,
        _ => 0x00,
    };
    room.fill(padding);
    if numeric {
        for (place, byte) in room.iter_mut().rev().zip(value.iter().rev()) {
            *place = *byte;
        }
    } else {
        for (place, byte) in room.iter_mut().zip(value) {
            *place = *byte;
        }
    }
}

/// Reads entries until the end or the first that is malformed.
struct Entries<'a> {
    bytes: &'a [u8],
    offset: usize,
}

impl Entries<'_> {
    fn read(&mut self) -> Result<DolEntry> {
        let offset = self.offset;
        let rest = self.bytes.get(offset..).unwrap_or_default();
        let (tag, used) = Tag::parse(rest).map_err(|error| error.at(offset))?;
        let &length = rest
            .get(used)
            .ok_or(Error::new(ErrorKind::Truncated).in_tag(tag).at(offset))?;
        self.offset += used + 1;
        Ok(DolEntry {
            tag,
            length,
            offset,
        })
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<DolEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.offset >= self.bytes.len() {
            return None;
        }
        let entry = self.read();
        if entry.is_err() {
            self.bytes = &[];
        }
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::DataObjectList;
    use crate::error::ErrorKind;
    use crate::tag::{self, Tag};

    /// The ten elements of EMV Book 2 8.1.1, as CDOL1 of a test card.
    const CDOL1: &str = "9F02069F03069F1A0295055F2A029A039C019F370482029F3602";

    fn fill_one(list: &str, value: Option<&[u8]>) -> Vec<u8> {
        let bytes = hex::decode(list).unwrap();
        let list = DataObjectList::parse(&bytes).unwrap();
        let mut buffer = [0xEE; 300];
        list.fill(&mut buffer, |_| value).unwrap().to_vec()
    }

    #[test]
    fn rules_of_book_3_5_4() {
        for (list, value, expected) in [
            // Numeric: leftmost bytes go, zeros come before.
            ("9F0202", Some(&[1, 2, 3][..]), "0203"),
            ("9F0204", Some(&[1, 2, 3]), "00010203"),
            // Compressed numeric: rightmost bytes go, FF come behind.
            ("5A02", Some(&[0x47, 0x61, 0x73]), "4761"),
            ("5A05", Some(&[0x47, 0x61, 0x73]), "476173FFFF"),
            // Alphanumeric and binary: rightmost bytes go, zeros come behind.
            ("9F1C02", Some(b"ABC"), "4142"),
            ("9F1C04", Some(b"ABC"), "41424300"),
            ("9F3702", Some(&[1, 2, 3, 4]), "0102"),
            ("9505", Some(&[0x80]), "8000000000"),
            // Not in the dictionary: as binary.
            ("DF0103", Some(&[7]), "070000"),
            // Unknown, constructed, of no length.
            ("9F0203", None, "000000"),
            ("5A03", None, "000000"),
            ("7003", Some(&[1, 2, 3]), "000000"),
            ("9F0200", Some(&[1]), ""),
        ] {
            assert_eq!(
                fill_one(list, value),
                hex::decode(expected).unwrap(),
                "{list}"
            );
        }
    }

    #[test]
    fn entries_and_split() {
        let bytes = hex::decode(CDOL1).unwrap();
        let list = DataObjectList::parse(&bytes).unwrap();
        assert_eq!(list.entries().count(), 10);
        assert_eq!(list.total_length(), 33);
        let written: Vec<u8> = list
            .entries()
            .flat_map(|entry| [entry.tag.as_bytes(), &[entry.length]].concat())
            .collect();
        assert_eq!(written, bytes);
        let data: Vec<u8> = (0..33).collect();
        let joined: Vec<u8> = list
            .split(&data)
            .unwrap()
            .flat_map(|(_, value)| value.to_vec())
            .collect();
        assert_eq!(joined, data);
        let value = list.value_of(&data, tag::TRANSACTION_TYPE).unwrap();
        assert_eq!(value, Some(&data[24..25]));
        assert_eq!(list.value_of(&data, Tag::new(0x57)), Ok(None));
        for length in (0..300).filter(|length| *length != 33) {
            let data = std::vec![0; length];
            let error = list.split(&data).map(|_| ()).unwrap_err();
            assert_eq!(
                error.kind(),
                ErrorKind::Length {
                    min: 33,
                    max: 33,
                    found: length
                }
            );
        }
    }

    #[test]
    fn truncations() {
        let bytes = hex::decode(CDOL1).unwrap();
        let list = DataObjectList::parse(&bytes).unwrap();
        let starts: Vec<usize> = list.entries().map(|entry| entry.offset).collect();
        for length in 0..bytes.len() {
            let parsed = DataObjectList::parse(&bytes[..length]);
            if starts.contains(&length) {
                assert!(parsed.is_ok());
            } else {
                let start = starts.iter().rfind(|start| **start < length).copied();
                let error = parsed.unwrap_err();
                assert_eq!(
                    (error.kind(), error.offset()),
                    (ErrorKind::Truncated, start)
                );
            }
        }
    }

    #[test]
    fn twice_the_same_element() {
        let list = DataObjectList::parse(&[0x9A, 0x03, 0x9A, 0x03]).unwrap();
        assert_eq!(list.split(&[0; 6]).unwrap().count(), 2);
        let error = list.value_of(&[0; 6], tag::TRANSACTION_DATE).unwrap_err();
        assert_eq!(
            (error.kind(), error.offset()),
            (ErrorKind::Duplicate, Some(2))
        );
    }

    #[test]
    fn the_buffer_bounds_the_answer() {
        let list = DataObjectList::parse(&[0x9F, 0x37, 0xFF, 0x9F, 0x02, 0xFF]).unwrap();
        let mut buffer = [0; 509];
        let error = list.fill(&mut buffer, |_| None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BufferTooSmall);
    }

    #[test]
    fn any_bytes() {
        let mut state = 0x8C_u32;
        for length in 0..=300 {
            let noise: Vec<u8> = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (state >> 24) as u8
                })
                .collect();
            let repeated = [0x9A, 0x03].repeat(length / 2 + 1)[..length].to_vec();
            for bytes in [
                &noise,
                &repeated,
                &std::vec![0; length],
                &std::vec![0xFF; length],
            ] {
                let Ok(list) = DataObjectList::parse(bytes) else {
                    continue;
                };
                assert!(length <= 252);
                let mut buffer = std::vec![0; list.total_length()];
                let data = list.fill(&mut buffer, |_| Some(&[0x11; 3])).unwrap();
                assert_eq!(list.split(data).unwrap().count(), list.entries().count());
            }
        }
    }
}
