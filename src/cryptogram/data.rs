//! What a cryptogram signs: a list of data elements, joined without tags and lengths.

use crate::crypto::SignedData;
use crate::error::{Error, ErrorKind, Result};
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
    fn of(self, iad: &[u8]) -> Result<&[u8]> {
        let range = match (self, iad.len()) {
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
            found: iad.len(),
        };
        iad.get(range)
            .ok_or(Error::new(short).in_tag(tag::ISSUER_APPLICATION_DATA))
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
        self.length += 1;
        Ok(self)
    }

    /// The parts in order.
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

/// Joins the parts.
pub(crate) fn assemble<S: DataSource + ?Sized>(list: &DataList, source: &S) -> Result<SignedData> {
    let mut message = SignedData::new();
    for part in list.parts() {
        let require = |tag| {
            source
                .value(tag)?
                .ok_or(Error::new(ErrorKind::Missing).in_tag(tag))
        };
        let bytes = match part {
            SignedPart::Element(tag) => require(*tag)?,
            SignedPart::Iad(part) => part.of(require(tag::ISSUER_APPLICATION_DATA)?)?,
        };
        message.push(bytes)?;
    }
    Ok(message)
}
