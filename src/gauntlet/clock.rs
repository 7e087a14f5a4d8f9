//! The calendar of the scenarios. Time is a number in them, so that a run gives the same bytes every time.

use std::format;
use std::string::String;

/// Seconds since the beginning of 1970, in UTC. Shops and hosts of the scenarios live in one time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(pub(super) u64);

const DAY: u64 = 86_400;

impl Moment {
    /// When every scenario begins: 23 November 2026, 12:00.
    pub(super) const START: Self = Self(1_795_435_200);

    /// Year, month and day (Gregorian calendar, by counting from March, where the leap day is last).
    const fn date(self) -> (u64, u64, u64) {
        let days = self.0 / DAY + 719_468;
        let era = days / 146_097;
        let day_of_era = days % 146_097;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month + 2) / 5 + 1;
        let month = if month < 10 { month + 3 } else { month - 9 };
        let year = year_of_era + era * 400 + if month <= 2 { 1 } else { 0 };
        (year, month, day)
    }

    /// `hhmmss`, DE 12.
    pub(super) fn time(self) -> String {
        let second = self.0 % DAY;
        format!(
            "{:02}{:02}{:02}",
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    }

    /// `MMDD`, DE 13.
    pub(super) fn month_day(self) -> String {
        let (_, month, day) = self.date();
        format!("{month:02}{day:02}")
    }

    /// `YYMMDD` as three bytes of two digits each, tag 9A.
    pub(super) const fn year_month_day(self) -> [u8; 3] {
        let (year, month, day) = self.date();
        [bcd(year % 100), bcd(month), bcd(day)]
    }

    /// Later by so many seconds.
    #[must_use]
    pub(super) const fn after(self, seconds: u64) -> Self {
        Self(self.0 + seconds)
    }
}

const fn bcd(value: u64) -> u8 {
    (value / 10 * 16 + value % 10) as u8
}

#[cfg(test)]
mod tests {
    use super::Moment;

    #[test]
    fn dates() {
        assert_eq!(Moment::START.year_month_day(), [0x26, 0x11, 0x23]);
        assert_eq!(Moment::START.time(), "120000");
        assert_eq!(Moment::START.after(43_200).month_day(), "1124");
        assert_eq!(Moment(951_782_400).year_month_day(), [0x00, 0x02, 0x29]);
    }
}
