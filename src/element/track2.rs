//! Track 2 equivalent data (tag 57).

use core::fmt;

use zeroize::Zeroize;

use super::date::YearMonth;
use super::pan::Pan;
use super::service_code::ServiceCode;
use crate::error::{Error, ErrorKind, Result};

/// Digits and separator of track 2 without its sentinels (ISO/IEC 7813); tag 57 has 19 bytes.
const MAX_NIBBLES: usize = 38;
/// What is left of 37 characters after the shortest PAN, the separator, the expiry and the service code.
const MAX_DISCRETIONARY: usize = 21;
/// Nibble that stands for the field separator.
const SEPARATOR: u8 = 0xD;

/// Track 2 equivalent data: PAN, `D`, expiry YYMM, service code, discretionary data, and an `F` nibble where the
/// digits do not fill the last byte; up to 19 bytes (EMV Book 3 Annex A, tag 57).
///
/// It masks itself: `Debug` shows no more of the PAN than [`Pan`] does, and no discretionary data,
/// which hold the card verification value. The digits are wiped when the value is dropped.
///
/// ```
/// use chipcard::element::Track2EquivalentData;
///
/// let bytes = hex::decode("4761739001010010D30122010123456789").unwrap();
/// let track = Track2EquivalentData::parse(&bytes)?;
/// assert_eq!(track.expiry().to_string(), "2030-12");
/// assert_eq!(track.service_code().to_string(), "201");
/// assert_eq!(track.discretionary_data().len(), 10);
/// assert_eq!(
///     format!("{track:?}"),
///     "Track2EquivalentData { pan: Pan(476173******0010), expiry: 2030-12, service_code: 201, .. }"
/// );
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[doc(alias = "57")]
pub struct Track2EquivalentData {
    pan: Pan,
    expiry: YearMonth,
    service_code: ServiceCode,
    discretionary: [u8; MAX_DISCRETIONARY],
    discretionary_length: u8,
}

impl Track2EquivalentData {
    /// Reads the value of tag 57.
    ///
    /// # Errors
    /// With the offset of the byte: [`ErrorKind::Track`] without separator or with too few or too many digits after it,
    /// [`ErrorKind::NotDecimal`], [`ErrorKind::Padding`]; [`ErrorKind::PanLength`], [`ErrorKind::Date`], and
    /// [`ErrorKind::Length`] for more than 19 bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let mut nibbles = [0; MAX_NIBBLES];
        let parsed = unpack(bytes, &mut nibbles).and_then(Self::from_nibbles);
        nibbles.zeroize();
        parsed
    }

    fn from_nibbles(nibbles: &[u8]) -> Result<Self> {
        let fail = |kind, nibble: usize| Error::new(kind).at(nibble / 2);
        let separator = nibbles
            .iter()
            .position(|&nibble| nibble == SEPARATOR)
            .ok_or(fail(ErrorKind::Track, nibbles.len()))?;
        let (pan, rest) = nibbles.split_at(separator);
        let after = separator + 1;
        for (place, &nibble) in nibbles.iter().enumerate() {
            if nibble > 9 && place != separator {
                return Err(fail(ErrorKind::NotDecimal, place));
            }
        }
        let pan = Pan::from_values(pan)?;
        let Some((&[_, y1, y2, m1, m2, s1, s2, s3], discretionary)) = rest.split_first_chunk()
        else {
            return Err(fail(ErrorKind::Track, nibbles.len()));
        };
        let expiry =
            YearMonth::parse(&[y1 << 4 | y2, m1 << 4 | m2]).map_err(|error| error.at(after / 2))?;
        let mut track = Self {
            pan,
            expiry,
            service_code: ServiceCode::new([s1, s2, s3])?,
            discretionary: [0; MAX_DISCRETIONARY],
            discretionary_length: 0,
        };
        for (place, &digit) in discretionary.iter().enumerate() {
            let room = track.discretionary.get_mut(place);
            *room.ok_or(fail(ErrorKind::Track, after + 7 + place))? = digit;
            track.discretionary_length += 1;
        }
        Ok(track)
    }

    /// The PAN.
    pub const fn pan(&self) -> &Pan {
        &self.pan
    }

    /// The month to whose end the card is valid.
    pub const fn expiry(&self) -> YearMonth {
        self.expiry
    }

    /// The service code.
    pub const fn service_code(&self) -> ServiceCode {
        self.service_code
    }

    /// The discretionary digits, each a number from 0 to 9. They hold the card verification value: do not log them.
    pub fn discretionary_data(&self) -> &[u8] {
        self.discretionary
            .get(..usize::from(self.discretionary_length))
            .unwrap_or(&self.discretionary)
    }
}

/// Splits bytes into nibbles, without the one `F` that may fill up the last byte.
fn unpack<'n>(bytes: &[u8], nibbles: &'n mut [u8; MAX_NIBBLES]) -> Result<&'n [u8]> {
    let found = bytes.len();
    let max = MAX_NIBBLES / 2;
    let length = Error::new(ErrorKind::Length { min: 8, max, found });
    let room = nibbles.get_mut(..2 * found).ok_or(length)?;
    for (pair, byte) in room.as_chunks_mut().0.iter_mut().zip(bytes) {
        *pair = [byte >> 4, byte & 0x0F];
    }
    let digits = room.strip_suffix(&[0xF]).unwrap_or(room);
    match digits.iter().position(|&nibble| nibble == 0xF) {
        Some(place) => Err(Error::new(ErrorKind::Padding).at(place / 2)),
        None => Ok(digits),
    }
}

impl Drop for Track2EquivalentData {
    fn drop(&mut self) {
        self.discretionary.zeroize();
    }
}

impl fmt::Debug for Track2EquivalentData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Track2EquivalentData")
            .field("pan", &self.pan)
            .field("expiry", &format_args!("{}", self.expiry))
            .field("service_code", &format_args!("{}", self.service_code))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::format;
    use std::vec::Vec;

    use super::Track2EquivalentData;
    use crate::error::ErrorKind;

    fn parse(text: &str) -> Result<Track2EquivalentData, (ErrorKind, Option<usize>)> {
        Track2EquivalentData::parse(&hex::decode(text).unwrap())
            .map_err(|error| (error.kind(), error.offset()))
    }

    #[test]
    fn odd_and_even() {
        let even = parse("4761739001010010D301220101234567").unwrap();
        assert_eq!(even.discretionary_data(), [0, 1, 2, 3, 4, 5, 6, 7]);
        let odd = parse("4761739001010010D30122010123456F").unwrap();
        assert_eq!(odd.discretionary_data(), [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!(odd.service_code().digits(), [2, 0, 1]);
        let none = parse("4761739001010010D3012201").unwrap();
        assert!(none.discretionary_data().is_empty());
        let long = parse("6799998900000060018D1512201000000000001F");
        assert!(matches!(
            long,
            Err((ErrorKind::Length { found: 20, .. }, None))
        ));
    }

    #[test]
    fn refused() {
        for (text, kind, offset) in [
            ("4761739001010010", ErrorKind::Track, Some(8)),
            ("4761739001010010D30122", ErrorKind::Track, Some(11)),
            ("4761739001010010D3013201", ErrorKind::Date, Some(8)),
            ("47617390010A0010D3012201", ErrorKind::NotDecimal, Some(5)),
            (
                "4761739001010010D3012201D1",
                ErrorKind::NotDecimal,
                Some(12),
            ),
            ("4761739001010010D301220101FF", ErrorKind::Padding, Some(13)),
            ("476173900101FF10D3012201", ErrorKind::Padding, Some(6)),
            ("476173D3012201", ErrorKind::PanLength, None),
            ("", ErrorKind::Track, Some(0)),
        ] {
            assert_eq!(parse(text).unwrap_err(), (kind, offset), "{text}");
        }
    }

    #[test]
    fn debug_shows_no_discretionary_data() {
        let track = parse("4761739001010010D30122017777777F").unwrap();
        let shown = format!("{track:?}");
        assert!(
            !shown.contains("777") && !shown.contains("9001010010"),
            "{shown}"
        );
    }

    #[test]
    fn any_bytes() {
        let sample = hex::decode("4761739001010010D30122010123456F").unwrap();
        for length in 0..=300 {
            let grown: Vec<u8> = sample.iter().copied().cycle().take(length).collect();
            for bytes in [&grown, &std::vec![0; length], &std::vec![0xFF; length]] {
                let whole = Track2EquivalentData::parse(bytes).is_ok();
                assert!(!whole || bytes.len() <= 19);
            }
        }
        // From the service code on, every truncation but one at a digit's end is refused for its digits.
        for length in 0..12 {
            assert!(Track2EquivalentData::parse(&sample[..length]).is_err());
        }
    }
}
