//! Issuer application data (tag 9F10): views under the layout of a given family.

mod build;
mod cvr;
mod cvr_tables;
mod layout;
#[cfg(test)]
mod tests;

pub(crate) use build::{counters_mut, dac_mut, write_cvr};
pub use cvr::{CardVerificationResults, SecondGenerateAc};
pub(crate) use cvr_tables::Fact;
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
        let shape = layout.shape();
        check_length(1, MAX_LENGTH, bytes)?;
        let (min, max) = shape.bounds();
        check_length(min, max, bytes)?;
        if !shape
            .lengths
            .iter()
            .any(|range| range.contains(&bytes.len()))
        {
            return Err(Error::new(ErrorKind::IadLayout).at(bytes.len()));
        }
        for fixed in shape.fixed {
            if !fixed.agrees(bytes) {
                return Err(Error::new(ErrorKind::IadLayout).at(fixed.offset));
            }
        }
        let (length, discretionary) = match shape.discretionary {
            DiscretionaryData::None => (bytes.len(), None),
            DiscretionaryData::From(start) => (bytes.len(), Some((start, bytes.len()))),
            DiscretionaryData::Counted(at) => counted(bytes, at, tail)?,
            DiscretionaryData::FirstByteCounts(start) => rest_counted(bytes, start, tail)?,
        };
        Ok(Self {
            layout,
            bytes: bytes.get(..length).unwrap_or(bytes),
            discretionary,
        })
    }

    /// The layout under which the bytes were read.
    pub const fn layout(&self) -> IadLayout {
        self.layout
    }

    /// All bytes, as the card sent them: zero padding that [`IadTail::ZeroPadded`] tolerated is left away.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    fn span(&self, (start, end): Span) -> Option<&'a [u8]> {
        self.bytes.get(start..end)
    }

    fn byte(&self, offset: Option<usize>) -> Option<u8> {
        self.bytes.get(offset?).copied()
    }

    /// Cryptogram version number; with CCD, the common core identifier (`A5`, `A6`).
    ///
    /// Visa names its versions of formats 0, 1 and 3 in decimal (`0A` is "CVN 10", `12` is "CVN 18") and those of
    /// formats 2 and 4 in quoted hexadecimal (`22` is "CVN '22'").
    #[doc(alias = "CCI")]
    pub fn cvn(&self) -> Option<u8> {
        self.byte(self.layout.shape().cvn)
    }

    /// Derivation key index: which of the issuer's keys the card has.
    #[doc(alias = "DKI")]
    pub fn key_index(&self) -> Option<u8> {
        self.byte(self.layout.shape().key_index)
    }

    /// Card verification results: what the card saw and did.
    ///
    /// With Visa formats 0, 1 and 3, and with UnionPay, they begin with their own length, `03`, which the
    /// payment systems count as their first byte.
    #[doc(alias = "CVR")]
    pub fn cvr(&self) -> Option<CardVerificationResults<'a>> {
        let bytes = self.span(self.layout.shape().cvr?)?;
        Some(CardVerificationResults::new(self.layout, bytes))
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

/// Where an IAD ends whose discretionary data, if any, follow their length at offset `at`.
fn counted(bytes: &[u8], at: usize, tail: IadTail) -> Result<End> {
    let Some(&count) = bytes.get(at) else {
        return Ok((bytes.len(), None));
    };
    let start = at + 1;
    let end = start + usize::from(count);
    match tail {
        IadTail::Any => Ok((bytes.len(), Some((at, bytes.len())))),
        _ if end == bytes.len() => Ok((end, Some((start, end)))),
        // A zero here is padding already: a card without discretionary data sends no length for them.
        IadTail::ZeroPadded if is_zero_from(bytes, at) => Ok((at, None)),
        IadTail::ZeroPadded if is_zero_from(bytes, end) => Ok((end, Some((start, end)))),
        IadTail::Exact | IadTail::ZeroPadded => Err(Error::new(ErrorKind::IadLayout).at(at)),
    }
}

/// Where an IAD ends whose first byte counts all others.
fn rest_counted(bytes: &[u8], start: usize, tail: IadTail) -> Result<End> {
    let end = 1 + usize::from(bytes.first().copied().unwrap_or(0));
    let ends_there = end == bytes.len()
        || tail == IadTail::ZeroPadded && end >= start && is_zero_from(bytes, end);
    if tail == IadTail::Any {
        Ok((bytes.len(), Some((start, bytes.len()))))
    } else if ends_there {
        Ok((end, Some((start, end))))
    } else {
        Err(Error::new(ErrorKind::IadLayout).at(0))
    }
}

fn is_zero_from(bytes: &[u8], start: usize) -> bool {
    bytes
        .get(start..)
        .is_some_and(|rest| rest.iter().all(|&byte| byte == 0))
}
