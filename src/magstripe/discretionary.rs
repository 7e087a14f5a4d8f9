//! Verification values in the discretionary data of a track.

use core::fmt;

use crate::error::{Error, ErrorKind, Result};

/// Where an issuer writes verification values in the discretionary data of a track: offsets in characters, from 0.
///
/// ISO/IEC 7813 leaves it to the issuer, so the positions are part of his profile.
///
/// ```
/// use chipcard::magstripe::{DiscretionaryProfile, Track2};
///
/// let track = Track2::parse(";4761739001010010=30122011234556100?")?;
/// let values = DiscretionaryProfile::TRACK_2.read(track.discretionary_data())?;
/// assert_eq!(values.pvki, Some(1));
/// assert_eq!(values.pvv, Some("2345"));
/// assert_eq!(values.cvv, Some("561"));
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiscretionaryProfile {
    /// PIN verification key index, one digit.
    pub pvki: Option<usize>,
    /// PIN verification value, four digits.
    pub pvv: Option<usize>,
    /// Card verification value, three digits.
    pub cvv: Option<usize>,
}

impl DiscretionaryProfile {
    /// The usual places on track 2: key index, PIN verification value, card verification value from the first digit on.
    pub const TRACK_2: Self = Self {
        pvki: Some(0),
        pvv: Some(1),
        cvv: Some(5),
    };
    /// The usual places on track 1: as on track 2, with two zeros before the card verification value.
    pub const TRACK_1: Self = Self {
        pvki: Some(0),
        pvv: Some(1),
        cvv: Some(7),
    };

    /// The values at those places.
    ///
    /// # Errors
    /// [`ErrorKind::Track`] when the data end before a place does, [`ErrorKind::NotDecimal`]; both with the offset
    /// into the discretionary data.
    pub fn read<'a>(&self, discretionary: &'a [u8]) -> Result<DiscretionaryValues<'a>> {
        let digits = |start: Option<usize>, length| match start {
            Some(start) => digits_at(discretionary, start, length).map(Some),
            None => Ok(None),
        };
        Ok(DiscretionaryValues {
            pvki: digits(self.pvki, 1)?.and_then(|digit| digit.parse().ok()),
            pvv: digits(self.pvv, 4)?,
            cvv: digits(self.cvv, 3)?,
        })
    }
}

fn digits_at(text: &[u8], start: usize, length: usize) -> Result<&str> {
    let short = Error::new(ErrorKind::Track).at(text.len());
    let found = text
        .get(start..)
        .and_then(|rest| rest.get(..length))
        .ok_or(short)?;
    if let Some(place) = found.iter().position(|byte| !byte.is_ascii_digit()) {
        return Err(Error::new(ErrorKind::NotDecimal).at(start + place));
    }
    core::str::from_utf8(found).map_err(|_| Error::new(ErrorKind::NotDecimal).at(start))
}

/// Verification values that stand on a track; those that the profile has no place for are `None`.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct DiscretionaryValues<'a> {
    /// PIN verification key index.
    pub pvki: Option<u8>,
    /// PIN verification value, four digits.
    pub pvv: Option<&'a str>,
    /// Card verification value, three digits.
    pub cvv: Option<&'a str>,
}

impl fmt::Debug for DiscretionaryValues<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DiscretionaryValues(redacted)")
    }
}
