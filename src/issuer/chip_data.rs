//! The chip data of a message: DE 55.

use crate::cryptogram::{ApplicationCryptogram, DataSource};
use crate::element::{
    ApplicationTransactionCounter, CryptogramInformationData, Pan, PanSequenceNumber,
    UnpredictableNumber,
};
use crate::error::{Error, ErrorKind, Result};
use crate::tag::decisive::{self, COUNT, DECISIVE, PLACES_1, PLACES_2, two_byte_index};
use crate::tag::{self, Tag};
use crate::tlv::{self, DataObject};

/// Longest DE 55 that is read, in bytes. ISO 8583:1987 gives it 255, the 2003 edition 9999.
const MAX_LENGTH: usize = 9999;

/// Where a value stands in the input. No decisive value is empty, so one without length is not there; and it begins
/// where no input reaches, so that whoever reads there finds nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Span {
    start: u16,
    length: u16,
}

pub(super) type Spans = [Span; COUNT];

const ABSENT: Spans = [Span {
    start: u16::MAX,
    length: 0,
}; COUNT];

/// The chip data of one message (ISO 8583 DE 55): borrowed, read once, strictly.
///
/// A data element that decisions rest on (amounts, currency, counter, cryptogram, issuer application
/// data …) may occur once, on the outermost level, with a length of its format. Anything else about it
/// is an error that names tag and offset, because two systems that read a doubled element differently can be
/// played against each other. One that messages may leave out (tags 9F27, 9F34, 5F34, 84 …) may also be empty, which says as
/// much. Elements that this library does not know may stand anywhere.
///
/// ```
/// use chipcard::{ErrorKind, issuer::ChipData};
///
/// let twice = hex::decode("9F02060000000001009F0206000000099900").unwrap();
/// let error = ChipData::parse(&twice).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Duplicate);
/// assert_eq!(error.to_string(), "tag 9F02 at offset 9: occurs more than once");
/// ```
#[derive(Clone)]
#[doc(alias = "DE55")]
pub struct ChipData<'a> {
    input: &'a [u8],
    spans: Spans,
}

impl<'a> ChipData<'a> {
    /// Reads the value of DE 55, without the length that stands before it in the message.
    ///
    /// # Errors
    /// What is malformed, [`ErrorKind::Duplicate`], [`ErrorKind::Misplaced`], [`ErrorKind::Length`], each with tag
    /// and offset; [`ErrorKind::LengthTooLong`] over 9999 bytes.
    pub fn parse(de55: &'a [u8]) -> Result<Self> {
        let mut data = Self::EMPTY;
        data.read(de55)?;
        Ok(data)
    }

    /// No chip data.
    pub(super) const EMPTY: Self = Self {
        input: &[],
        spans: ABSENT,
    };

    /// Reads them into chip data that are [`EMPTY`](Self::EMPTY): whoever moves what was written just now in small pieces waits for it.
    ///
    /// # Errors
    /// As [`parse`](Self::parse); then these chip data must not be used.
    #[inline(never)]
    pub(super) fn read(&mut self, de55: &'a [u8]) -> Result<()> {
        if de55.len() > MAX_LENGTH {
            return Err(Error::new(ErrorKind::LengthTooLong));
        }
        self.input = de55;
        if plain_into(de55, &mut self.spans).is_none() {
            self.spans = walked(de55)?;
        }
        Ok(())
    }

    /// Chip data of which it is known where the decisive elements stand.
    #[cfg(feature = "alloc")]
    #[inline]
    pub(super) const fn known(input: &'a [u8], spans: Spans) -> Self {
        Self { input, spans }
    }

    #[cfg(all(test, feature = "alloc"))]
    pub(super) const fn spans(&self) -> Spans {
        self.spans
    }

    /// The value of a data element, without tag and length.
    ///
    /// # Errors
    /// [`ErrorKind::Duplicate`] for an element that [`ChipData::parse`] does not watch and that occurs twice.
    #[inline]
    pub fn get(&self, tag: Tag) -> Result<Option<&'a [u8]>> {
        match self.span(tag) {
            Some(Span { length: 0, .. }) => Ok(None),
            Some(span) => {
                let start = usize::from(span.start);
                Ok(self.input.get(start..start + usize::from(span.length)))
            }
            None => self.search(tag),
        }
    }

    /// Where the value of a decisive element stands.
    #[inline(always)]
    fn span(&self, tag: Tag) -> Option<&Span> {
        self.spans.get(usize::from(decisive::place(tag)))
    }

    /// An element that is not decisive.
    #[cold]
    fn search(&self, tag: Tag) -> Result<Option<&'a [u8]>> {
        Ok(tlv::find(self.input, tag)?.map(|object| object.value))
    }

    /// The value of a decisive element of a fixed length, which was checked, where it is there.
    #[inline(always)]
    pub(super) fn array<const N: usize>(&self, tag: Tag) -> Option<[u8; N]> {
        self.bytes(tag).copied()
    }

    /// The same where it stands.
    #[inline(always)]
    pub(super) fn bytes<const N: usize>(&self, tag: Tag) -> Option<&'a [u8; N]> {
        let span = self.span(tag)?;
        let start = usize::from(span.start);
        let value = self.input.get(start..)?.first_chunk()?;
        (usize::from(span.length) == N).then_some(value)
    }

    /// Of the [short](decisive::short_place) decisive element at `place` the eight bytes that begin with its value, zeros where
    /// the input ends before, and the value's length: if it is there.
    #[inline(always)]
    pub(super) fn eight(&self, place: u8) -> Option<([u8; 8], usize)> {
        let span = self.spans.get(usize::from(place))?;
        let (start, length) = (usize::from(span.start), usize::from(span.length));
        if let Some(Ok(eight)) = self.input.get(start..start + 8).map(TryInto::try_into) {
            return Some((eight, length));
        }
        let last = u64::from_le_bytes(*self.input.last_chunk()?);
        let beyond = start + 8 - self.input.len();
        (beyond < 8).then(|| ((last >> (8 * beyond)).to_le_bytes(), length))
    }

    /// All that stands behind tag and length of a decisive element, its value first; nothing if it is not there.
    #[inline(always)]
    pub(super) fn behind_header(&self, tag: Tag) -> &'a [u8] {
        let span = self.span(tag);
        let from = span.and_then(|span| self.input.get(usize::from(span.start)..));
        from.unwrap_or_default()
    }

    #[inline(always)]
    fn require<T>(tag: Tag, value: Option<T>) -> Result<T> {
        match value {
            Some(value) => Ok(value),
            None => Err(Error::new(ErrorKind::Missing).in_tag(tag)),
        }
    }

    /// Application cryptogram, tag 9F26.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`].
    #[inline]
    pub fn application_cryptogram(&self) -> Result<ApplicationCryptogram> {
        let tag = tag::APPLICATION_CRYPTOGRAM;
        Self::require(tag, self.array(tag)).map(ApplicationCryptogram)
    }

    /// Application transaction counter, tag 9F36.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`].
    #[inline]
    pub fn transaction_counter(&self) -> Result<ApplicationTransactionCounter> {
        let tag = tag::APPLICATION_TRANSACTION_COUNTER;
        Self::require(tag, self.array(tag)).map(ApplicationTransactionCounter::from_bytes)
    }

    /// Unpredictable number, tag 9F37.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`].
    #[inline]
    pub fn unpredictable_number(&self) -> Result<UnpredictableNumber> {
        let tag = tag::UNPREDICTABLE_NUMBER;
        Self::require(tag, self.array(tag)).map(UnpredictableNumber)
    }

    /// Issuer application data, tag 9F10, as bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`].
    #[inline]
    pub fn issuer_application_data(&self) -> Result<&'a [u8]> {
        let tag = tag::ISSUER_APPLICATION_DATA;
        Self::require(tag, self.get(tag)?)
    }

    /// Cryptogram information data, tag 9F27. Several networks leave it out.
    ///
    /// # Errors
    /// None in practice: its length was checked.
    #[inline]
    pub fn cryptogram_information(&self) -> Result<Option<CryptogramInformationData>> {
        let value = self.array(tag::CRYPTOGRAM_INFORMATION_DATA);
        Ok(value.map(CryptogramInformationData))
    }

    /// PAN, tag 5A. Most networks leave it out, because DE 2 has it.
    ///
    /// # Errors
    /// When it is not a PAN.
    pub fn pan(&self) -> Result<Option<Pan>> {
        let tag = tag::APPLICATION_PAN;
        self.get(tag)?
            .map(|value| Pan::from_bcd(value).map_err(|e| e.in_tag(tag)))
            .transpose()
    }

    /// PAN sequence number, tag 5F34.
    ///
    /// # Errors
    /// When it is not two decimal digits.
    pub fn pan_sequence_number(&self) -> Result<Option<PanSequenceNumber>> {
        let tag = tag::APPLICATION_PAN_SEQUENCE_NUMBER;
        let value: Option<[u8; 1]> = self.array(tag);
        value
            .map(|[b]| PanSequenceNumber::from_bcd(b).map_err(|e| e.in_tag(tag)))
            .transpose()
    }
}

/// The spans of chip data as nearly all are: data objects with a tag of one or two bytes, none of them a template, with
/// lengths in one byte, decisive ones once and as long as they may be.
///
/// `None` for anything else, be it wrong or only unusual: [`walked`] then says what it is.
#[cfg(any(test, feature = "alloc"))]
pub(super) fn plain(input: &[u8]) -> Option<Spans> {
    let mut spans = ABSENT;
    plain_into(input, &mut spans)?;
    Some(spans)
}

/// The same into spans of which none is there; what is not plain leaves some.
#[inline(always)]
fn plain_into(input: &[u8], spans: &mut Spans) -> Option<()> {
    let mut end = 0;
    for _ in 0..tlv::MAX_OBJECTS {
        let (place, start, length) = match *input.get(end..)? {
            [first, last, length, ..] if first & 0x3F == 0x1F => {
                if (last | length) > 0x7F {
                    return None;
                }
                (PLACES_2[two_byte_index(first, last)], end + 3, length)
            }
            [only, length, ..] => {
                if only == 0 || only & 0x3F >= 0x1F || length > 0x7F {
                    return None;
                }
                (PLACES_1[usize::from(only)], end + 2, length)
            }
            [] => return Some(()),
            [_] => return None,
        };
        // Behind an end that is not there stands nothing, and not even nothing.
        end = start + usize::from(length);
        let place = usize::from(place);
        let Some((row, span)) = DECISIVE.get(place).zip(spans.get_mut(place)) else {
            continue;
        };
        if span.length != 0 || length < row.min || length > row.max {
            return None;
        }
        *span = Span {
            // It fits, because the input is no longer than MAX_LENGTH.
            start: start as u16,
            length: u16::from(length),
        };
    }
    (end == input.len()).then_some(())
}

/// The spans of any chip data, or what is wrong with them.
#[cold]
fn walked(input: &[u8]) -> Result<Spans> {
    let mut spans = ABSENT;
    let mut empty = [false; COUNT];
    tlv::walk(input, &mut |depth, object| {
        place(&mut spans, &mut empty, depth, object)
    })?;
    Ok(spans)
}

/// Notes where a decisive element stands and whether it is empty, or says what is wrong with it.
fn place(
    spans: &mut Spans,
    empty: &mut [bool; COUNT],
    depth: usize,
    object: DataObject<'_>,
) -> Result<()> {
    let place = usize::from(decisive::place(object.tag));
    let Some(((row, span), empty)) = DECISIVE
        .get(place)
        .zip(spans.get_mut(place))
        .zip(empty.get_mut(place))
    else {
        return Ok(());
    };
    let fail = |kind| Err(Error::new(kind).in_tag(object.tag).at(object.offset));
    let found = object.value.len();
    if depth > 0 {
        return fail(ErrorKind::Misplaced);
    }
    if span.length != 0 || *empty {
        return fail(ErrorKind::Duplicate);
    }
    if found == 0 && row.may_be_empty {
        *empty = true;
        return Ok(());
    }
    let (min, max) = (usize::from(row.min), usize::from(row.max));
    if !(min..=max).contains(&found) {
        return fail(ErrorKind::Length { min, max, found });
    }
    // Both fit, because the input is no longer than MAX_LENGTH.
    let narrow = |value: usize| u16::try_from(value).unwrap_or(u16::MAX);
    *span = Span {
        start: narrow(object.value_offset),
        length: narrow(found),
    };
    Ok(())
}

impl DataSource for ChipData<'_> {
    fn value(&self, tag: Tag) -> Result<Option<&[u8]>> {
        self.get(tag)
    }
}

impl core::fmt::Debug for ChipData<'_> {
    /// The tags alone: the values may hold a PAN or a track.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let tags = tlv::Reader::new(self.input).filter_map(|object| object.ok().map(|o| o.tag));
        f.write_str("ChipData")?;
        f.debug_list().entries(tags).finish()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use proptest::prelude::*;
    use std::vec::Vec;

    use super::*;

    /// Data objects of which many are plain, and some bytes that are none.
    fn pieces() -> impl Strategy<Value = Vec<u8>> {
        let tag = prop_oneof![
            12 => prop::sample::select(&DECISIVE[..]).prop_map(|row| row.tag.as_bytes().to_vec()),
            2 => (any::<u8>(), 0..=0x7F_u8).prop_map(|(a, b)| Vec::from([a | 0x1F, b])),
            2 => any::<u8>().prop_map(|only| Vec::from([only])),
            1 => prop::collection::vec(any::<u8>(), 0..4),
        ];
        let length = prop_oneof![8 => 0..=10_usize, 1 => 0..=140_usize];
        let piece = (tag, length, 0..20_u8).prop_map(|(tag, length, form)| {
            let right = match Tag::parse(&tag) {
                Ok((tag, _)) if form > 2 => DECISIVE.iter().find(|row| row.tag == tag),
                _ => None,
            };
            let length = right.map_or(length, |row| usize::from(row.min));
            let mut bytes = tag;
            if form == 0 || length > 0x7F {
                bytes.push(0x81);
            }
            bytes.push(length as u8);
            bytes.resize(bytes.len() + length, 0x21);
            bytes
        });
        (prop::collection::vec(piece, 0..12), 0..3_usize).prop_map(|(pieces, cut)| {
            let mut bytes = pieces.concat();
            bytes.truncate(bytes.len() - if cut == 2 { bytes.len().min(1) } else { 0 });
            bytes
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn the_short_way_finds_what_the_walk_finds(bytes in pieces()) {
            if let Some(spans) = plain(&bytes) {
                prop_assert_eq!(Ok(spans), walked(&bytes));
            }
        }
    }

    #[test]
    fn the_short_way_takes_usual_data_and_as_many_objects_as_the_walk() {
        let usual = [
            0x82, 2, 0x39, 0, 0x9F, 0x36, 2, 0, 7, 0x9F, 0x33, 3, 1, 2, 3,
        ];
        assert_eq!(plain(&usual), walked(&usual).ok());
        assert!(plain(&usual).is_some());
        for count in [tlv::MAX_OBJECTS, tlv::MAX_OBJECTS + 1] {
            let many = [0xC1, 0].repeat(count);
            assert_eq!(plain(&many), walked(&many).ok(), "{count}");
        }
    }
}
