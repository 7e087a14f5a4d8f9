//! Issuer application data (tag 9F10): views under the layout of a given family.

mod build;
mod cvr;
mod cvr_tables;
mod layout;
#[cfg(test)]
mod tests;

pub(crate) use build::{counters_mut, dac_mut, write_cvr};
pub(crate) use cvr::GenerateAcs;
pub use cvr::{CardVerificationResults, SecondGenerateAc};
pub(crate) use cvr_tables::{Fact, bits_in_number};
pub use layout::{IadLayout, IadTail};

use layout::{DiscretionaryData, Span};

use crate::error::{Error, ErrorKind, Result};

/// Most bytes that tag 9F10 may have (EMV Book 3 Annex A).
const MAX_LENGTH: usize = 32;

/// Issuer application data: what the card tells its issuer, 1 to 32 bytes whose layout is the
/// payment system's (EMV Book 3 Annex A, tag 9F10).
///
/// Nothing in the bytes says which layout they have, and the layouts collide: `0610…03…`, 18 bytes long, is a Visa
/// IAD with derivation key 10 and an M/Chip IAD of version 10. So the caller names the layout, which he
/// knows from the card's record or the application identifier, and [`parse`](Self::parse) confirms it or refuses.
///
/// ```
/// use chipcard::element::{CryptogramType, IadLayout, IssuerApplicationData};
///
/// let bytes = [0x06, 0x01, 0x0A, 0x03, 0xA4, 0x00, 0x00];
/// let iad = IssuerApplicationData::parse(IadLayout::Visa013, &bytes)?;
/// assert_eq!(iad.cvn(), Some(0x0A));
/// assert_eq!(iad.key_index(), Some(0x01));
/// let cvr = iad.cvr().unwrap();
/// assert_eq!(cvr.bytes(), [0x03, 0xA4, 0x00, 0x00]);
/// assert_eq!(cvr.first_generate_ac(), Some(CryptogramType::Arqc));
/// assert_eq!(cvr.offline_pin_performed(), Some(true));
/// assert!(IssuerApplicationData::parse(IadLayout::MChip, &bytes).is_err());
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "IAD")]
#[doc(alias = "9F10")]
pub struct IssuerApplicationData<'a> {
    layout: IadLayout,
    bytes: &'a [u8],
    discretionary: Option<Span>,
}

impl<'a> IssuerApplicationData<'a> {
    /// Reads the value of tag 9F10 under `layout`, to the last byte.
    ///
    /// # Errors
    /// [`ErrorKind::Length`] when there are none or more than 32 bytes or fewer or more than the layout has;
    /// [`ErrorKind::IadLayout`] with the offset of the first byte that does not agree with the layout, be it
    /// a fixed byte, a version of another family, or an inner length that does not lead to the end.
    pub fn parse(layout: IadLayout, bytes: &'a [u8]) -> Result<Self> {
        Self::parse_with_tail(layout, IadTail::Exact, bytes)
    }

    /// As [`parse`](Self::parse), for hosts that must take what some terminals and cards send after the end.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), less what `tail` tolerates.
    pub fn parse_with_tail(layout: IadLayout, tail: IadTail, bytes: &'a [u8]) -> Result<Self> {
        Self::read(layout, tail, bytes).ok_or_else(|| Self::contradiction(layout, bytes))
    }

    /// As [`parse_with_tail`](Self::parse_with_tail), if nothing is wrong.
    #[inline(always)] // It is large, and taken apart at once by whoever verifies a cryptogram.
    pub(crate) fn read(layout: IadLayout, tail: IadTail, bytes: &'a [u8]) -> Option<Self> {
        let shape = layout.shape();
        if !shape.has(bytes) {
            return None;
        }
        let (length, discretionary) = match shape.discretionary {
            DiscretionaryData::None => (bytes.len(), None),
            DiscretionaryData::From(start) => (bytes.len(), Some((start, bytes.len()))),
            DiscretionaryData::Counted(at) => counted(bytes, at, tail)?,
            DiscretionaryData::FirstByteCounts(start) => rest_counted(bytes, start, tail)?,
        };
        Some(Self {
            layout,
            bytes: bytes.get(..length).unwrap_or(bytes),
            discretionary,
        })
    }

    /// What is wrong with `bytes`, of which there is no [`read`](Self::read).
    #[cold]
    pub(crate) fn contradiction(layout: IadLayout, bytes: &[u8]) -> Error {
        let shape = layout.shape();
        let (min, max) = shape.bounds();
        for (min, max) in [(1, MAX_LENGTH), (min, max)] {
            if let Err(error) = check_length(min, max, bytes) {
                return error;
            }
        }
        let fixed = shape.fixed.iter().find(|fixed| !fixed.agrees(bytes));
        let offset = match (fixed, &shape.discretionary) {
            // One of the lengths between that it has not.
            _ if !shape.allows(bytes.len()) => bytes.len(),
            (Some(fixed), _) => fixed.offset,
            // Else an inner length that does not lead to the end.
            (None, DiscretionaryData::Counted(at)) => *at,
            (None, _) => 0,
        };
        Error::new(ErrorKind::IadLayout).at(offset)
    }

    /// The layout under which the bytes were read.
    pub const fn layout(&self) -> IadLayout {
        self.layout
    }

    /// All bytes, as the card sent them: zero padding that [`IadTail::ZeroPadded`] tolerated is left away.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    #[inline]
    fn span(&self, (start, end): Span) -> Option<&'a [u8]> {
        self.bytes.get(start..end)
    }

    #[inline]
    fn byte(&self, offset: Option<usize>) -> Option<u8> {
        self.bytes.get(offset?).copied()
    }

    /// Cryptogram version number; with CCD, the common core identifier (`A5`, `A6`).
    ///
    /// Visa names its versions of formats 0, 1 and 3 in decimal (`0A` is "CVN 10", `12` is "CVN 18") and those of
    /// formats 2 and 4 in quoted hexadecimal (`22` is "CVN '22'").
    #[doc(alias = "CCI")]
    #[inline]
    pub fn cvn(&self) -> Option<u8> {
        self.byte(self.layout.shape().cvn)
    }

    /// Derivation key index: which of the issuer's keys the card has.
    #[doc(alias = "DKI")]
    #[inline]
    pub fn key_index(&self) -> Option<u8> {
        self.byte(self.layout.shape().key_index)
    }

    /// Card verification results: what the card saw and did.
    ///
    /// With Visa formats 0, 1 and 3, and with UnionPay, they begin with their own length, `03`, which the
    /// payment systems count as their first byte.
    #[doc(alias = "CVR")]
    #[inline(always)]
    pub fn cvr(&self) -> Option<CardVerificationResults<'a>> {
        let bytes = self.span(self.layout.shape().cvr?)?;
        Some(CardVerificationResults::new(self.layout, bytes))
    }

    /// What the card verification results say of both GENERATE ACs, where they say it.
    #[inline(always)]
    pub(crate) fn generate_acs(&self) -> GenerateAcs {
        match self.cvr() {
            Some(cvr) => cvr.generate_acs(),
            None => GenerateAcs::UNKNOWN,
        }
    }

    /// M/Chip: the data authentication code, or two bytes of the ICC dynamic number.
    pub fn dac(&self) -> Option<[u8; 2]> {
        self.span(self.layout.shape().dac?)?.try_into().ok()
    }

    /// The card's offline counters and accumulators: 8 bytes with CCD; with M/Chip 8 bytes when the IAD
    /// has 18 or 20 bytes, 16 when it has 26 or 28.
    pub fn counters(&self) -> Option<&'a [u8]> {
        let of_length = self.layout.shape().counters.iter().rev();
        let (_, span) = of_length
            .into_iter()
            .find(|(shortest, _)| *shortest <= self.bytes.len())?;
        self.span(*span)
    }

    /// Issuer discretionary data, without the length byte that stands before them in some layouts.
    ///
    /// `None` when the layout has none, or has room for some but the card sent not even their length.
    #[doc(alias = "IDD")]
    pub fn issuer_discretionary_data(&self) -> Option<&'a [u8]> {
        self.span(self.discretionary?)
    }
}

fn check_length(min: usize, max: usize, bytes: &[u8]) -> Result<()> {
    let found = bytes.len();
    if (min..=max).contains(&found) {
        Ok(())
    } else {
        Err(ErrorKind::Length { min, max, found }.into())
    }
}

/// End of the IAD, and its discretionary data.
type End = (usize, Option<Span>);

/// Where an IAD ends whose discretionary data, if any, follow their length at offset `at`; `None` when that lies.
#[inline]
fn counted(bytes: &[u8], at: usize, tail: IadTail) -> Option<End> {
    let Some(&count) = bytes.get(at) else {
        return Some((bytes.len(), None));
    };
    let start = at + 1;
    let end = start + usize::from(count);
    match tail {
        IadTail::Any => Some((bytes.len(), Some((at, bytes.len())))),
        _ if end == bytes.len() => Some((end, Some((start, end)))),
        // A zero here is padding already: a card without discretionary data sends no length for them.
        IadTail::ZeroPadded if is_zero_from(bytes, at) => Some((at, None)),
        IadTail::ZeroPadded if is_zero_from(bytes, end) => Some((end, Some((start, end)))),
        IadTail::Exact | IadTail::ZeroPadded => None,
    }
}

/// Where an IAD ends whose first byte counts all others; `None` when it lies.
#[inline]
fn rest_counted(bytes: &[u8], start: usize, tail: IadTail) -> Option<End> {
    let end = 1 + usize::from(bytes.first().copied().unwrap_or(0));
    let ends_there = end == bytes.len()
        || tail == IadTail::ZeroPadded && end >= start && is_zero_from(bytes, end);
    if tail == IadTail::Any {
        Some((bytes.len(), Some((start, bytes.len()))))
    } else {
        ends_there.then_some((end, Some((start, end))))
    }
}

fn is_zero_from(bytes: &[u8], start: usize) -> bool {
    bytes
        .get(start..)
        .is_some_and(|rest| rest.iter().all(|&byte| byte == 0))
}
