//! Tracks 1 and 2 as text (ISO/IEC 7813).

use core::fmt;

use zeroize::Zeroize;

use crate::element::{Pan, ServiceCode, Track2EquivalentData, YearMonth};
use crate::error::{Error, ErrorKind, Result};

/// How a track frames its characters.
pub(super) struct Frame {
    start: u8,
    /// The character whose value is zero: the alphabet begins there.
    zero: u8,
    /// Most characters between the sentinels.
    max: usize,
}

const END: u8 = b'?';
const TRACK_1: Frame = Frame {
    start: b'%',
    zero: 0x20,
    max: 76,
};
pub(super) const TRACK_2: Frame = Frame {
    start: b';',
    zero: 0x30,
    max: 37,
};

impl Frame {
    /// What stands between the sentinels, and its offset; all of the text where there are none.
    pub(super) fn open<'t>(&self, text: &'t [u8]) -> Result<(&'t [u8], usize)> {
        let (inner, base) = match text.split_first() {
            Some((first, framed)) if *first == self.start => (self.check_end(text, framed)?, 1),
            _ => (text, 0),
        };
        if inner.len() > self.max {
            return Err(Error::new(ErrorKind::Track).at(base + self.max));
        }
        Ok((inner, base))
    }

    /// Checks what follows the end sentinel: nothing, or the longitudinal redundancy check over all characters to the end
    /// sentinel (ISO/IEC 7811-6).
    fn check_end<'t>(&self, text: &[u8], framed: &'t [u8]) -> Result<&'t [u8]> {
        let end = framed.iter().position(|byte| *byte == END);
        let end = end.ok_or(Error::new(ErrorKind::Track).at(text.len()))?;
        let (inner, tail) = framed.split_at(end);
        match *tail {
            [_] => {}
            [_, check] => {
                let covered = text.iter().take(end + 2);
                let sum = covered.fold(0, |sum, byte| sum ^ byte.wrapping_sub(self.zero));
                if check.wrapping_sub(self.zero) != sum {
                    return Err(Error::new(ErrorKind::CheckCharacter).at(end + 2));
                }
            }
            _ => return Err(Error::new(ErrorKind::TrailingBytes).at(end + 3)),
        }
        Ok(inner)
    }
}

/// Characters of a track, wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
struct Characters<const N: usize> {
    bytes: [u8; N],
    length: u8,
}

impl<const N: usize> Characters<N> {
    /// `N` is less than 256. Characters that do not fit, or that `allowed` refuses, are an error with their offset.
    fn new(text: &[u8], allowed: fn(u8) -> Result<(), ErrorKind>) -> Result<Self> {
        let mut characters = Self {
            bytes: [0; N],
            length: 0,
        };
        for (offset, &byte) in text.iter().enumerate() {
            allowed(byte).map_err(|kind| Error::new(kind).at(offset))?;
            let room = characters.bytes.get_mut(offset);
            *room.ok_or(Error::new(ErrorKind::Track).at(offset))? = byte;
            characters.length += 1;
        }
        Ok(characters)
    }

    fn as_bytes(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.length))
            .unwrap_or(&self.bytes)
    }
}

impl<const N: usize> Drop for Characters<N> {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}

fn digit(byte: u8) -> Result<(), ErrorKind> {
    if byte.is_ascii_digit() {
        Ok(())
    } else {
        Err(ErrorKind::NotDecimal)
    }
}

/// Characters of track 1 but for its sentinels and separator.
fn alphanumeric(byte: u8) -> Result<(), ErrorKind> {
    match byte {
        b'%' | b'^' | b'?' => Err(ErrorKind::Track),
        0x20..=0x5F => Ok(()),
        _ => Err(ErrorKind::Track),
    }
}

/// Expiry, service code, and what follows them.
fn dated(text: &[u8]) -> Result<(YearMonth, ServiceCode, &[u8])> {
    let Some((&[y1, y2, m1, m2, s1, s2, s3], rest)) = text.split_first_chunk() else {
        return Err(Error::new(ErrorKind::Track).at(text.len()));
    };
    for (offset, &byte) in [y1, y2, m1, m2].iter().enumerate() {
        digit(byte).map_err(|kind| Error::new(kind).at(offset))?;
    }
    let bcd = |tens: u8, ones: u8| (tens & 0x0F) << 4 | ones & 0x0F;
    let expiry = YearMonth::parse(&[bcd(y1, y2), bcd(m1, m2)]).map_err(|error| error.at(0))?;
    let service_code = ServiceCode::from_digits([s1, s2, s3]).map_err(|error| error.at_base(4))?;
    Ok((expiry, service_code, rest))
}

/// Splits at the first byte that `is` the separator.
fn split(text: &[u8], is: impl Fn(u8) -> bool) -> Result<(&[u8], &[u8])> {
    let place = text.iter().position(|byte| is(*byte));
    let place = place.ok_or(Error::new(ErrorKind::Track).at(text.len()))?;
    let (before, after) = text.split_at(place);
    Ok((before, after.get(1..).unwrap_or_default()))
}

/// Track 1, format B: `%B`, PAN, `^`, name, `^`, expiry YYMM, service code, discretionary data, `?` and, where the reader
/// gives it, the check character. At most 79 characters.
///
/// `Debug` masks the PAN and leaves out name and discretionary data; all are wiped when the value is dropped.
///
/// ```
/// use chipcard::magstripe::Track1;
///
/// let track = Track1::parse("%B4761739001010010^CARDHOLDER/VALUED^30122011234500561?")?;
/// assert_eq!(track.name(), "CARDHOLDER/VALUED");
/// assert_eq!(track.expiry().to_string(), "2030-12");
/// assert!(track.service_code().has_chip());
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Track1 {
    pan: Pan,
    name: Characters<26>,
    expiry: YearMonth,
    service_code: ServiceCode,
    discretionary: Characters<56>,
}

impl Track1 {
    /// Reads a track with both sentinels, and with or without the check character, or with neither.
    ///
    /// Name (2 to 26 characters), expiry and service code must be there.
    ///
    /// # Errors
    /// With the offset of the character: [`ErrorKind::Track`], [`ErrorKind::NotDecimal`], [`ErrorKind::PanLength`],
    /// [`ErrorKind::Date`], [`ErrorKind::CheckCharacter`], [`ErrorKind::TrailingBytes`].
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self> {
        let (inner, base) = TRACK_1.open(text.as_ref())?;
        Self::from_inner(inner).map_err(|error| error.at_base(base))
    }

    fn from_inner(inner: &[u8]) -> Result<Self> {
        let Some((b'B', body)) = inner.split_first() else {
            return Err(Error::new(ErrorKind::Track).at(0));
        };
        let caret = |byte| byte == b'^';
        let (pan, rest) = split(body, caret).map_err(|error| error.at_base(1))?;
        let name_at = 1 + pan.len() + 1;
        let (name, rest) = split(rest, caret).map_err(|error| error.at_base(name_at))?;
        let date_at = name_at + name.len() + 1;
        if name.len() < 2 {
            return Err(Error::new(ErrorKind::Track).at(name_at));
        }
        let (expiry, service_code, discretionary) =
            dated(rest).map_err(|error| error.at_base(date_at))?;
        Ok(Self {
            pan: Pan::from_digits(pan).map_err(|error| error.at_base(1))?,
            name: Characters::new(name, alphanumeric).map_err(|error| error.at_base(name_at))?,
            expiry,
            service_code,
            discretionary: Characters::new(discretionary, alphanumeric)
                .map_err(|error| error.at_base(date_at + 7))?,
        })
    }

    /// The PAN.
    pub const fn pan(&self) -> &Pan {
        &self.pan
    }

    /// The cardholder's name, as it stands on the track.
    pub fn name(&self) -> &str {
        core::str::from_utf8(self.name.as_bytes()).unwrap_or_default()
    }

    /// The month to whose end the card is valid.
    pub const fn expiry(&self) -> YearMonth {
        self.expiry
    }

    /// The service code.
    pub const fn service_code(&self) -> ServiceCode {
        self.service_code
    }

    /// The discretionary characters. They hold the card verification value: do not log them.
    pub fn discretionary_data(&self) -> &[u8] {
        self.discretionary.as_bytes()
    }
}

impl fmt::Debug for Track1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Track1")
            .field("pan", &self.pan)
            .field("expiry", &format_args!("{}", self.expiry))
            .field("service_code", &format_args!("{}", self.service_code))
            .finish_non_exhaustive()
    }
}

/// Track 2: `;`, PAN, `=`, expiry YYMM, service code, discretionary digits, `?` and, where the reader gives it, the check
/// character. At most 40 characters.
///
/// `Debug` masks the PAN and leaves out the discretionary data; both are wiped when the value is dropped. The chip's
/// track 2 equivalent data (tag 57) become a track too:
///
/// ```
/// use chipcard::element::Track2EquivalentData;
/// use chipcard::magstripe::Track2;
///
/// let stripe = Track2::parse(";4761739001010010=30122011234556100?")?;
/// let chip = hex::decode("4761739001010010D30122011234556100").unwrap();
/// assert_eq!(Track2::from(&Track2EquivalentData::parse(&chip)?), stripe);
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Track2 {
    pan: Pan,
    expiry: YearMonth,
    service_code: ServiceCode,
    discretionary: Characters<21>,
}

impl Track2 {
    /// Reads a track with both sentinels, and with or without the check character, or with neither; then the separator may be
    /// `D` too, as messages (ISO 8583 field 35) write it.
    ///
    /// Expiry and service code must be there, and the discretionary data are digits.
    ///
    /// # Errors
    /// With the offset of the character: [`ErrorKind::Track`], [`ErrorKind::NotDecimal`], [`ErrorKind::PanLength`],
    /// [`ErrorKind::Date`], [`ErrorKind::CheckCharacter`], [`ErrorKind::TrailingBytes`].
    pub fn parse(text: impl AsRef<[u8]>) -> Result<Self> {
        let (inner, base) = TRACK_2.open(text.as_ref())?;
        Self::from_inner(inner, base == 0).map_err(|error| error.at_base(base))
    }

    fn from_inner(inner: &[u8], bare: bool) -> Result<Self> {
        let (pan, rest) = split(inner, |byte| byte == b'=' || bare && byte == b'D')?;
        let date_at = pan.len() + 1;
        let (expiry, service_code, discretionary) =
            dated(rest).map_err(|error| error.at_base(date_at))?;
        Ok(Self {
            pan: Pan::from_digits(pan)?,
            expiry,
            service_code,
            discretionary: Characters::new(discretionary, digit)
                .map_err(|error| error.at_base(date_at + 7))?,
        })
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

    /// The discretionary digits as text. They hold the card verification value: do not log them.
    pub fn discretionary_data(&self) -> &[u8] {
        self.discretionary.as_bytes()
    }
}

impl From<&Track2EquivalentData> for Track2 {
    fn from(chip: &Track2EquivalentData) -> Self {
        let mut track = Self {
            pan: chip.pan().clone(),
            expiry: chip.expiry(),
            service_code: chip.service_code(),
            discretionary: Characters {
                bytes: [0; 21],
                length: 0,
            },
        };
        let held = &mut track.discretionary;
        for (to, digit) in held.bytes.iter_mut().zip(chip.discretionary_data()) {
            *to = b'0' + digit;
            held.length += 1;
        }
        track
    }
}

impl fmt::Debug for Track2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Track2")
            .field("pan", &self.pan)
            .field("expiry", &format_args!("{}", self.expiry))
            .field("service_code", &format_args!("{}", self.service_code))
            .finish_non_exhaustive()
    }
}
