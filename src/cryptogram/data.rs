//! What a cryptogram signs: a list of data elements, joined without tags and lengths.

use core::fmt;
use core::ops::Range;

use crate::crypto::{Padding, push};
use crate::error::{Error, ErrorKind, Result};
use crate::tag::decisive;
use crate::tag::{self, Tag};

/// Most parts that a data list has.
const MAX_PARTS: usize = 24;

/// Which bytes of the issuer application data (tag 9F10) are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IadPart {
    /// All of them.
    Whole,
    /// A fixed range, in bytes from the start.
    Range {
        /// First byte, counted from 0.
        start: u8,
        /// Number of bytes.
        length: u8,
    },
    /// M/Chip's counters: eight bytes from byte 10 in data of 18 or 20 bytes, sixteen in data of 26 or 28.
    MChipCounters,
}

impl IadPart {
    /// Where it stands in issuer application data of this length.
    #[inline]
    fn range(self, length: usize) -> Result<Range<usize>> {
        let range = match (self, length) {
            (Self::Whole, length) => 0..length,
            (Self::Range { start, length }, _) => {
                usize::from(start)..usize::from(start) + usize::from(length)
            }
            (Self::MChipCounters, 26 | 28) => 10..26,
            (Self::MChipCounters, _) => 10..18,
        };
        let short = ErrorKind::Length {
            min: range.end,
            max: 32,
            found: length,
        };
        if range.end > length {
            return Err(Error::new(short).in_tag(tag::ISSUER_APPLICATION_DATA));
        }
        Ok(range)
    }
}

/// One part of a data list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignedPart {
    /// The value of a data element.
    Element(Tag),
    /// A part of the issuer application data.
    Iad(IadPart),
}

/// The parts that a cryptogram signs, in order. At most 24, of 96 bytes together: EMV's own lists have 65.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DataList {
    parts: [SignedPart; MAX_PARTS],
    /// Which decisive element of at most eight bytes each part is, looked up once; [`decisive::NONE`] for all others.
    places: [u8; MAX_PARTS],
    length: u8,
}

impl DataList {
    /// The list that EMV recommends (Book 2 8.1.1, Table 26): amounts, country, verification results, currency,
    /// date, transaction type, unpredictable number, interchange profile and transaction counter. 33 bytes.
    pub const RECOMMENDED: Self = Self::elements(&[
        tag::AMOUNT_AUTHORISED_NUMERIC,
        tag::AMOUNT_OTHER_NUMERIC,
        tag::TERMINAL_COUNTRY_CODE,
        tag::TERMINAL_VERIFICATION_RESULTS,
        tag::TRANSACTION_CURRENCY_CODE,
        tag::TRANSACTION_DATE,
        tag::TRANSACTION_TYPE,
        tag::UNPREDICTABLE_NUMBER,
        tag::APPLICATION_INTERCHANGE_PROFILE,
        tag::APPLICATION_TRANSACTION_COUNTER,
    ]);

    /// A list of data elements.
    ///
    /// # Panics
    /// With more than 24.
    pub const fn elements(tags: &[Tag]) -> Self {
        let filler = SignedPart::Iad(IadPart::Whole);
        let mut list = Self {
            parts: [filler; MAX_PARTS],
            places: [decisive::NONE; MAX_PARTS],
            length: 0,
        };
        let mut place = 0;
        while place < tags.len() {
            list = list.then(SignedPart::Element(tags[place]));
            place += 1;
        }
        list
    }

    /// The list with one more part at its end.
    ///
    /// # Panics
    /// When the list has 24 already. [`DataList::try_then`] does not.
    #[must_use]
    pub const fn then(self, part: SignedPart) -> Self {
        match self.try_then(part) {
            Ok(list) => list,
            Err(_) => panic!("a data list has at most 24 parts"),
        }
    }

    /// The list with one more part at its end, for lists that come from outside.
    ///
    /// # Errors
    /// [`ErrorKind::TooMany`].
    pub const fn try_then(mut self, part: SignedPart) -> Result<Self> {
        if self.length as usize >= MAX_PARTS {
            return Err(Error::new(ErrorKind::TooMany));
        }
        self.parts[self.length as usize] = part;
        if let SignedPart::Element(tag) = part {
            self.places[self.length as usize] = decisive::short_place(tag);
        }
        self.length += 1;
        Ok(self)
    }

    fn places(&self) -> &[u8] {
        let places = self.places.get(..usize::from(self.length));
        places.unwrap_or(&self.places)
    }

    /// The parts in order.
    #[inline]
    pub fn parts(&self) -> &[SignedPart] {
        self.parts
            .get(..usize::from(self.length))
            .unwrap_or(&self.parts)
    }
}

/// Where the values of signed data elements come from: the chip data of a message on the host, the
/// transaction's data on the card.
pub trait DataSource {
    /// The value of a data element, without tag and length; `None` where there is none.
    ///
    /// # Errors
    /// When the source is ambiguous or malformed there.
    fn value(&self, tag: Tag) -> Result<Option<&[u8]>>;
}

/// Longest signed data, in bytes: EMV's own lists need 65; a host's own may need more.
const MAX_LENGTH: usize = 96;

/// What an application cryptogram signs, joined; and the same padded to blocks of eight bytes, as TDES needs it.
///
/// Many are made, one after the other in the same place: so only what is used of it is written.
pub(crate) struct SignedData {
    /// A block longer than the data can be: their padding.
    blocks: [[u8; 8]; MAX_LENGTH / 8 + 1],
    length: u8,
    /// Blocks of the padded data.
    padded: u8,
}

impl SignedData {
    pub(crate) const EMPTY: Self = Self {
        blocks: [[0; 8]; MAX_LENGTH / 8 + 1],
        length: 0,
        padded: 0,
    };

    /// Joins the parts of `list`, and pads them by ISO/IEC 9797-1 if `padding` is a method of it.
    ///
    /// `eight` gives the eight bytes that begin with the value of a [short](decisive::short_place) decisive element, and the
    /// value's length, if it has them at hand: to copy eight bytes, and to write the next part over what was too much,
    /// is quicker than to copy a number of bytes. `iad` gives the issuer application data, `value` any other element.
    #[inline(never)] // The loop needs all registers.
    pub(crate) fn join<'v>(
        &mut self,
        list: &DataList,
        padding: Padding,
        eight: impl Fn(u8) -> Option<([u8; 8], usize)>,
        iad: impl Fn() -> Result<Option<Value<'v>>>,
        value: impl Fn(Tag) -> Result<Option<Value<'v>>>,
    ) -> Result<()> {
        const { assert!(size_of::<[[u8; 8]; MAX_LENGTH / 8 + 1]>() == MAX_LENGTH + 8) };
        let require =
            |tag, found: Option<Value<'v>>| found.ok_or(Error::new(ErrorKind::Missing).in_tag(tag));
        let bytes = self.blocks.as_flattened_mut();
        let (places, mut number, mut end) = (list.places(), 0, 0);
        loop {
            // Most lists begin with ten short ones.
            while let Some(place) = places.get(number)
                && let Some((eight, length)) = eight(*place)
            {
                debug_assert!(length <= 8);
                *room(bytes, end)? = eight;
                end += length;
                number += 1;
            }
            let Some(part) = list.parts().get(number) else {
                break;
            };
            room(bytes, end)?;
            let value = match *part {
                SignedPart::Iad(part) => {
                    let iad = require(tag::ISSUER_APPLICATION_DATA, iad()?)?;
                    iad.part(part.range(iad.length)?)
                }
                SignedPart::Element(tag) => require(tag, value(tag)?)?,
            };
            end = value.push(bytes, end)?;
            number += 1;
        }
        // The rest of the last block, and what may have been written too much.
        let room = room(bytes, end)?;
        *room = [0; 8];
        if let (Padding::Method2, [mark, ..]) = (padding, room) {
            *mark = 0x80;
        }
        let padded = match padding {
            Padding::Method1 => end.div_ceil(8).max(1),
            Padding::Method2 => end / 8 + 1,
            _ => 0,
        };
        // Both are at most MAX_LENGTH.
        (self.length, self.padded) = (end as u8, padded as u8);
        Ok(())
    }

    /// The data, not padded.
    #[inline(always)]
    pub(crate) fn as_bytes(&self) -> &[u8] {
        let bytes = self.blocks.as_flattened();
        bytes.get(..usize::from(self.length)).unwrap_or(bytes)
    }

    /// The data in whole blocks; none where the padding is no method of ISO/IEC 9797-1.
    #[cfg_attr(
        not(feature = "simd"),
        allow(dead_code, reason = "lanes alone take blocks that are padded already")
    )]
    #[inline(always)]
    pub(crate) fn padded(&self) -> &[[u8; 8]] {
        self.blocks
            .get(..usize::from(self.padded))
            .unwrap_or(&self.blocks)
    }
}

/// Room for eight bytes, of which there is some up to the longest end of signed data.
#[inline(always)]
fn room(bytes: &mut [u8], end: usize) -> Result<&mut [u8; 8]> {
    let room = bytes.get_mut(end..).and_then(<[u8]>::first_chunk_mut);
    room.ok_or(Error::new(ErrorKind::MessageTooLong))
}

/// A value of some length, and what stands behind it.
#[derive(Clone, Copy)]
pub(crate) struct Value<'v> {
    bytes: &'v [u8],
    length: usize,
}

impl<'v> Value<'v> {
    /// Of bytes of which the first `length` are the value. There are as many.
    #[inline]
    pub(crate) const fn new(bytes: &'v [u8], length: usize) -> Self {
        Self { bytes, length }
    }

    #[inline]
    fn part(self, range: Range<usize>) -> Self {
        Self {
            bytes: self.bytes.get(range.start..).unwrap_or_default(),
            length: range.len(),
        }
    }

    /// Writes it at `end`; tells where it ends. As with short elements, too much is copied where there is room for it: 32 bytes,
    /// which is the most that issuer application data have.
    #[inline]
    fn push(self, bytes: &mut [u8], end: usize) -> Result<usize> {
        let Self {
            bytes: from,
            length,
        } = self;
        let room = bytes.get_mut(end..).and_then(<[u8]>::first_chunk_mut::<32>);
        match (from.first_chunk(), room) {
            (Some(from), Some(room)) if length <= 32 => {
                *room = *from;
                Ok(end + length)
            }
            _ => push(bytes, end, from.get(..length).unwrap_or(from)),
        }
    }
}

impl fmt::Debug for SignedData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SignedData").field(&self.as_bytes()).finish()
    }
}

/// Joins the parts.
pub(crate) fn assemble<S: DataSource + ?Sized>(list: &DataList, source: &S) -> Result<SignedData> {
    let mut data = SignedData::EMPTY;
    let value = |tag| {
        let value = source.value(tag)?;
        Ok(value.map(|bytes| Value::new(bytes, bytes.len())))
    };
    let iad = || value(tag::ISSUER_APPLICATION_DATA);
    data.join(list, Padding::None, |_| None, iad, value)?;
    Ok(data)
}
