//! A moment of the host's clock.

use core::fmt;

use crate::element::Date;

const SECONDS_A_DAY: u64 = 86_400;

/// A moment: seconds since the first of January 1970, UTC. The library reads no clock, so the host says when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// Noon, UTC, of a day. None of a year before 1970.
    pub fn noon(date: Date) -> Option<Self> {
        let days = date.days_since(Date::new(1970, 1, 1).ok()?);
        let days = u64::try_from(days).ok()?;
        Some(Self(days * SECONDS_A_DAY + SECONDS_A_DAY / 2))
    }

    /// The day, UTC; `None` after 2049, which card dates cannot say.
    pub fn date(self) -> Option<Date> {
        // Howard Hinnant's civil-from-days, for days since 1970.
        let days = u32::try_from(self.0).ok()? / SECONDS_A_DAY as u32 + 719_468;
        let (era, day_of_era) = (days / 146_097, days % 146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        };
        let year = year_of_era + era * 400 + u32::from(month <= 2);
        // None of the three is too large: the year is at most 2106.
        Date::new(year as u16, month as u8, day as u8).ok()
    }

    /// As [`date`](Self::date), quicker where it is the day that is said: to count a date's days takes no calendar.
    #[inline]
    pub(crate) fn date_if(self, said: Option<Date>) -> Option<Date> {
        /// From the first of January 1950, from which days are counted, to that of 1970.
        const BEFORE: u64 = 7_305;
        let day = self.0 / SECONDS_A_DAY + BEFORE;
        match said {
            Some(said) if u64::try_from(said.day_number()) == Ok(day) => Some(said),
            _ => self.date(),
        }
    }

    /// Seconds as the state keeps them: to the year 2106.
    pub(crate) const fn short(self) -> u32 {
        if self.0 > u32::MAX as u64 {
            u32::MAX
        } else {
            self.0 as u32
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let second = self.0 % SECONDS_A_DAY;
        match self.date() {
            Some(date) => write!(
                f,
                "{date}T{:02}:{:02}:{:02}Z",
                second / 3_600,
                second / 60 % 60,
                second % 60
            ),
            None => write!(f, "{}", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::ToString;

    use super::Timestamp;
    use crate::element::Date;

    #[test]
    fn dates() {
        assert_eq!(Timestamp(1_764_072_000).to_string(), "2025-11-25T12:00:00Z");
        let mut date = Date::new(1970, 1, 1).unwrap();
        for day in 0..29_000_u64 {
            let next = Timestamp(day * 86_400 + 86_399).date().unwrap();
            if day > 0 {
                assert_eq!(next.days_since(date), 1);
            }
            let before = core::mem::replace(&mut date, next);
            for said in [None, Some(date), Some(before)] {
                assert_eq!(Timestamp(day * 86_400).date_if(said), Some(date));
            }
            assert_eq!(
                Timestamp::noon(date),
                Some(Timestamp(day * 86_400 + 43_200))
            );
        }
        let said = Some(date);
        for moment in [u64::from(u32::MAX), u64::MAX, 1 << 40].map(Timestamp) {
            assert_eq!(moment.date_if(said), None);
        }
    }
}
