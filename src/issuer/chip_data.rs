//! The chip data of a message: DE 55.

use crate::cryptogram::{ApplicationCryptogram, DataSource};
use crate::element::{
    ApplicationTransactionCounter, CryptogramInformationData, Pan, PanSequenceNumber,
    UnpredictableNumber,
};
use crate::error::{Error, ErrorKind, Result};
use crate::tag::{self, Tag};
use crate::tlv::{self, DataObject};

/// Longest DE 55 that is read, in bytes. ISO 8583:1987 gives it 255, the 2003 edition 9999.
const MAX_LENGTH: usize = 9999;

/// A data element that decisions rest on, and the lengths that its format allows.
struct Decisive {
    tag: Tag,
    min: usize,
    max: usize,
}

const fn row(tag: Tag, min: usize, max: usize) -> Decisive {
    Decisive { tag, min, max }
}

/// Each of these may occur once, on the outermost level, and nowhere else (lengths: EMV Book 3 Annex A).
const DECISIVE: [Decisive; 21] = [
    row(tag::TRACK_2_EQUIVALENT_DATA, 1, 19),
    row(tag::APPLICATION_PAN, 1, 10),
    row(tag::APPLICATION_PAN_SEQUENCE_NUMBER, 1, 1),
    row(tag::APPLICATION_EXPIRATION_DATE, 3, 3),
    row(tag::APPLICATION_INTERCHANGE_PROFILE, 2, 2),
    row(tag::DEDICATED_FILE_NAME, 5, 16),
    row(tag::AID_TERMINAL, 5, 16),
    row(tag::TERMINAL_VERIFICATION_RESULTS, 5, 5),
    row(tag::TRANSACTION_DATE, 3, 3),
    row(tag::TRANSACTION_TYPE, 1, 1),
    row(tag::TRANSACTION_CURRENCY_CODE, 2, 2),
    row(tag::AMOUNT_AUTHORISED_NUMERIC, 6, 6),
    row(tag::AMOUNT_OTHER_NUMERIC, 6, 6),
    row(tag::ISSUER_APPLICATION_DATA, 1, 32),
    row(tag::TERMINAL_COUNTRY_CODE, 2, 2),
    row(tag::APPLICATION_CRYPTOGRAM, 8, 8),
    row(tag::CRYPTOGRAM_INFORMATION_DATA, 1, 1),
    row(tag::CVM_RESULTS, 3, 3),
    row(tag::APPLICATION_TRANSACTION_COUNTER, 2, 2),
    row(tag::UNPREDICTABLE_NUMBER, 4, 4),
    row(tag::CARD_TRANSACTION_QUALIFIERS, 2, 2),
];

/// Where [`DECISIVE`] has the tags of one byte after `first`, which is 0 for tags of one byte; or [`NONE`].
const fn places(first: u8) -> [u8; 256] {
    let mut places = [NONE; 256];
    let mut place = 0;
    while place < DECISIVE.len() {
        let [_, _, before, last] = DECISIVE[place].tag.number().to_be_bytes();
        if before == first {
            places[last as usize] = place as u8;
        }
        place += 1;
    }
    places
}

const NONE: u8 = u8::MAX;
static PLACES: [u8; 256] = places(0);
static PLACES_5F: [u8; 256] = places(0x5F);
static PLACES_9F: [u8; 256] = places(0x9F);

/// Where [`DECISIVE`] has a tag. A message has a dozen of them and each is looked for, so this is a table.
fn place_of(tag: Tag) -> Option<usize> {
    let (places, last) = match tag.number().to_be_bytes() {
        [0, 0, 0, last] => (&PLACES, last),
        [0, 0, 0x5F, last] => (&PLACES_5F, last),
        [0, 0, 0x9F, last] => (&PLACES_9F, last),
        _ => return None,
    };
    let place = places[usize::from(last)];
    (place != NONE).then_some(usize::from(place))
}

/// Where a value stands in the input.
#[derive(Clone, Copy, Default)]
struct Span {
    start: u16,
    length: u16,
}

/// The chip data of one message (ISO 8583 DE 55): borrowed, read once, strictly.
///
/// A data element that decisions rest on (amounts, currency, counter, cryptogram, issuer application
/// data …) may occur once, on the outermost level, with a length of its format. Anything else about it
/// is an error that names tag and offset, because two systems that read a doubled element differently can be
/// played against each other. Elements that this library does not know may stand anywhere.
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
    spans: [Option<Span>; DECISIVE.len()],
}

impl<'a> ChipData<'a> {
    /// Reads the value of DE 55, without the length that stands before it in the message.
    ///
    /// # Errors
    /// What is malformed, [`ErrorKind::Duplicate`], [`ErrorKind::Misplaced`], [`ErrorKind::Length`], each with tag
    /// and offset; [`ErrorKind::LengthTooLong`] over 9999 bytes.
    pub fn parse(de55: &'a [u8]) -> Result<Self> {
        if de55.len() > MAX_LENGTH {
            return Err(Error::new(ErrorKind::LengthTooLong));
        }
        let mut spans = [None; DECISIVE.len()];
        tlv::walk(de55, &mut |depth, object| place(&mut spans, depth, object))?;
        Ok(Self { input: de55, spans })
    }

    /// The value of a data element, without tag and length.
    ///
    /// # Errors
    /// [`ErrorKind::Duplicate`] for an element that [`ChipData::parse`] does not watch and that occurs twice.
    pub fn get(&self, tag: Tag) -> Result<Option<&'a [u8]>> {
        match place_of(tag).and_then(|place| self.spans.get(place)) {
            Some(span) => Ok(span.and_then(|span| {
                let start = usize::from(span.start);
                self.input.get(start..start + usize::from(span.length))
            })),
            None => Ok(tlv::find(self.input, tag)?.map(|object| object.value)),
        }
    }

    /// The value of a data element of a fixed length, where it is there.
    fn array<const N: usize>(&self, tag: Tag) -> Result<Option<[u8; N]>> {
        self.get(tag)?
            .map(|value| {
                let kind = ErrorKind::Length {
                    min: N,
                    max: N,
                    found: value.len(),
                };
                value.try_into().map_err(|_| Error::new(kind).in_tag(tag))
            })
            .transpose()
    }

    fn require<T>(tag: Tag, value: Option<T>) -> Result<T> {
        value.ok_or(Error::new(ErrorKind::Missing).in_tag(tag))
    }

    /// Application cryptogram, tag 9F26.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`].
    pub fn application_cryptogram(&self) -> Result<ApplicationCryptogram> {
        let tag = tag::APPLICATION_CRYPTOGRAM;
        Self::require(tag, self.array(tag)?).map(ApplicationCryptogram)
    }

    /// Application transaction counter, tag 9F36.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`].
    pub fn transaction_counter(&self) -> Result<ApplicationTransactionCounter> {
        let tag = tag::APPLICATION_TRANSACTION_COUNTER;
        Self::require(tag, self.array(tag)?).map(ApplicationTransactionCounter::from_bytes)
    }

    /// Unpredictable number, tag 9F37.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`].
    pub fn unpredictable_number(&self) -> Result<UnpredictableNumber> {
        let tag = tag::UNPREDICTABLE_NUMBER;
        Self::require(tag, self.array(tag)?).map(UnpredictableNumber)
    }

    /// Issuer application data, tag 9F10, as bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`].
    pub fn issuer_application_data(&self) -> Result<&'a [u8]> {
        let tag = tag::ISSUER_APPLICATION_DATA;
        Self::require(tag, self.get(tag)?)
    }

    /// Cryptogram information data, tag 9F27. Several networks leave it out.
    ///
    /// # Errors
    /// None in practice: its length was checked.
    pub fn cryptogram_information(&self) -> Result<Option<CryptogramInformationData>> {
        let value = self.array(tag::CRYPTOGRAM_INFORMATION_DATA)?;
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
        let value: Option<[u8; 1]> = self.array(tag)?;
        value
            .map(|[b]| PanSequenceNumber::from_bcd(b).map_err(|e| e.in_tag(tag)))
            .transpose()
    }
}

/// Notes where a decisive element stands, or says what is wrong with it.
fn place(
    spans: &mut [Option<Span>; DECISIVE.len()],
    depth: usize,
    object: DataObject<'_>,
) -> Result<()> {
    let found =
        place_of(object.tag).and_then(|place| Some((DECISIVE.get(place)?, spans.get_mut(place)?)));
    let Some((row, span)) = found else {
        return Ok(());
    };
    let fail = |kind| Err(Error::new(kind).in_tag(object.tag).at(object.offset));
    let found = object.value.len();
    if depth > 0 {
        return fail(ErrorKind::Misplaced);
    }
    if span.is_some() {
        return fail(ErrorKind::Duplicate);
    }
    if !(row.min..=row.max).contains(&found) {
        return fail(ErrorKind::Length {
            min: row.min,
            max: row.max,
            found,
        });
    }
    // Both fit, because the input is no longer than MAX_LENGTH.
    let narrow = |value: usize| u16::try_from(value).unwrap_or(u16::MAX);
    *span = Some(Span {
        start: narrow(object.value_offset),
        length: narrow(found),
    });
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
    use super::*;

    #[test]
    fn every_tag_is_at_its_place() {
        for number in 1..=0xFF_FFFF_u32 {
            let [_, a, b, c] = number.to_be_bytes();
            let bytes: &[u8] = match number {
                0..=0xFF => &[c],
                0x100..=0xFFFF => &[b, c],
                _ => &[a, b, c],
            };
            if let Ok((tag, used)) = Tag::parse(bytes)
                && used == bytes.len()
            {
                let searched = DECISIVE.iter().position(|row| row.tag == tag);
                assert_eq!(place_of(tag), searched, "{tag}");
            }
        }
    }
}
