//! Dates (tags 9A, 5F24, 5F25) and the month in which a card expires.

use core::fmt;

use super::bcd;
use crate::error::{Error, ErrorKind, Result};

/// Full year of a two-digit one: 00 to 49 is 2000 to 2049, 50 to 99 is 1950 to 1999 (EMV Book 4 6.7.3).
const fn full_year(two_digits: u8) -> u16 {
    match two_digits {
        0..=49 => 2000 + two_digits as u16,
        _ => 1900 + two_digits as u16,
    }
}

const fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Days of a month 1 to 12; none of any other.
const fn days_in(year: u16, month: u8) -> u8 {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 0,
    }
}

/// A calendar date from 1950 to 2049: three bytes YYMMDD (EMV Book 3 Annex A, tags 9A, 5F24, 5F25).
///
/// ```
/// use chipcard::element::Date;
///
/// let expiry = Date::parse(&[0x28, 0x02, 0x29])?;
/// assert_eq!(expiry.to_string(), "2028-02-29");
/// assert!(expiry > Date::new(1999, 12, 31)?);
/// assert!(Date::parse(&[0x27, 0x02, 0x29]).is_err());
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[doc(alias = "9A")]
#[doc(alias = "5F24")]
#[doc(alias = "5F25")]
pub struct Date {
    month: YearMonth,
    day: u8,
}

impl Date {
    /// From a full year, 1950 to 2049, a month and a day.
    ///
    /// # Errors
    /// [`ErrorKind::Date`].
    #[inline]
    pub const fn new(year: u16, month: u8, day: u8) -> Result<Self> {
        let month = match YearMonth::new(year, month) {
            Ok(month) => month,
            Err(error) => return Err(error),
        };
        if day == 0 || day > days_in(month.year, month.month) {
            return Err(Error::new(ErrorKind::Date));
        }
        Ok(Self { month, day })
    }

    /// From three bytes YYMMDD.
    ///
    /// # Errors
    /// [`ErrorKind::Length`], [`ErrorKind::NotDecimal`] with the offset of the byte, [`ErrorKind::Date`].
    #[inline]
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let [year, month, day] = bcd::pairs(bytes)?;
        Self::new(full_year(year), month, day)
    }

    /// The three bytes YYMMDD.
    pub fn to_bytes(self) -> [u8; 3] {
        let [year, month] = self.month.to_bytes();
        let [day] = bcd::write(u64::from(self.day));
        [year, month, day]
    }

    /// The year, in full.
    pub const fn year(self) -> u16 {
        self.month.year
    }

    /// The month, 1 to 12.
    pub const fn month(self) -> u8 {
        self.month.month
    }

    /// The day of the month, from 1.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Year and month.
    pub const fn year_month(self) -> YearMonth {
        self.month
    }

    /// Days from `earlier` to this date; negative when it is the later one.
    pub fn days_since(self, earlier: Self) -> i32 {
        self.day_number() - earlier.day_number()
    }

    /// Days since the first of January 1950.
    #[inline]
    pub(crate) fn day_number(self) -> i32 {
        const BEFORE_MONTH: [i32; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
        // Every fourth year of the range is a leap year, 2000 included.
        let year = i32::from(self.year());
        let leap_days = (year - 1) / 4 - i32::from(FIRST_YEAR - 1) / 4
            + i32::from(self.month() > 2 && is_leap(self.year()));
        let month = BEFORE_MONTH
            .get(usize::from(self.month()).wrapping_sub(1))
            .copied();
        365 * (year - i32::from(FIRST_YEAR))
            + leap_days
            + month.unwrap_or_default()
            + i32::from(self.day)
            - 1
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}", self.month, self.day)
    }
}

const FIRST_YEAR: u16 = 1950;
const LAST_YEAR: u16 = 2049;

/// A month from January 1950 to December 2049: two bytes YYMM, as on the magnetic stripe and in track 2.
///
/// A card is valid to the end of the month in which it expires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearMonth {
    year: u16,
    month: u8,
}

impl YearMonth {
    /// From a full year, 1950 to 2049, and a month.
    ///
    /// # Errors
    /// [`ErrorKind::Date`].
    #[inline]
    pub const fn new(year: u16, month: u8) -> Result<Self> {
        if year < FIRST_YEAR || year > LAST_YEAR || month == 0 || month > 12 {
            return Err(Error::new(ErrorKind::Date));
        }
        Ok(Self { year, month })
    }

    /// From two bytes YYMM.
    ///
    /// # Errors
    /// [`ErrorKind::Length`], [`ErrorKind::NotDecimal`] with the offset of the byte, [`ErrorKind::Date`].
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let [year, month] = bcd::pairs(bytes)?;
        Self::new(full_year(year), month)
    }

    /// The two bytes YYMM.
    pub fn to_bytes(self) -> [u8; 2] {
        bcd::write(u64::from(self.year % 100) * 100 + u64::from(self.month))
    }

    /// The year, in full.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// Its last day.
    #[inline]
    pub const fn last_day(self) -> Date {
        Date {
            month: self,
            day: days_in(self.year, self.month),
        }
    }
}

impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

#[cfg(test)]
mod tests {
    use super::{Date, YearMonth};
    use crate::error::ErrorKind;

    #[test]
    fn every_three_bytes_are_a_date_or_none() {
        let mut dates = 0;
        let mut before: Option<Date> = None;
        // In the order of the calendar: 1950 to 1999, then 2000 to 2049.
        for year in (0x50..=0x99).chain(0x00..=0x49_u8) {
            for month in 0..=0x13 {
                for day in 0..=0x32 {
                    let bytes = [year, month, day];
                    let Ok(date) = Date::parse(&bytes) else {
                        continue;
                    };
                    assert_eq!(date.to_bytes(), bytes);
                    if let Some(before) = before {
                        assert_eq!(date.days_since(before), 1, "{before} {date}");
                        assert!(date > before);
                    }
                    before = Some(date);
                    dates += 1;
                }
            }
        }
        // A hundred years with the leap years 1952 to 2048.
        assert_eq!(dates, 100 * 365 + 25);
    }

    #[test]
    fn century() {
        assert_eq!(Date::parse(&[0x49, 0x12, 0x31]).unwrap().year(), 2049);
        assert_eq!(Date::parse(&[0x50, 0x01, 0x01]).unwrap().year(), 1950);
        assert_eq!(Date::parse(&[0x00, 0x02, 0x29]).unwrap().year(), 2000);
    }

    #[test]
    fn errors() {
        let kind =
            |bytes: &[u8]| Date::parse(bytes).map_err(|error| (error.kind(), error.offset()));
        assert_eq!(kind(&[0x26, 0x02, 0x29]), Err((ErrorKind::Date, None)));
        assert_eq!(kind(&[0x26, 0x13, 0x01]), Err((ErrorKind::Date, None)));
        assert_eq!(
            kind(&[0x26, 0x0A, 0x01]),
            Err((ErrorKind::NotDecimal, Some(1)))
        );
        assert!(matches!(
            kind(&[0x26, 0x01]),
            Err((ErrorKind::Length { .. }, None))
        ));
        assert!(Date::new(2050, 1, 1).is_err());
        assert!(YearMonth::parse(&[0x26, 0x00]).is_err());
    }

    #[test]
    fn last_day_of_the_month() {
        let last = YearMonth::parse(&[0x28, 0x02]).unwrap().last_day();
        assert_eq!(last, Date::new(2028, 2, 29).unwrap());
        assert_eq!(last.year_month().to_bytes(), [0x28, 0x02]);
    }
}
