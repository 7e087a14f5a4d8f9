//! Days and moments of messages, which have no year.

use chipcard::ErrorKind;
use chipcard::element::Date;
use chipcard::issuer::Timestamp;

use crate::failure::Failure;
use crate::input::{self, named};

/// A moment of `MMDDhhmmss`, UTC, in the year that brings it nearest to today. Digits that name no day say nothing.
pub(super) fn transmitted(today: Date, text: &str) -> Result<Option<Timestamp>, Failure> {
    let wrong = || Failure::new("de7: expected MMDDhhmmss");
    let (month_day, time) = text.split_at_checked(4).ok_or_else(wrong)?;
    if time.len() != 6 || !time.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(wrong());
    }
    let date = local_date(today, month_day)?;
    let Some(noon) = date.and_then(Timestamp::noon) else {
        return Ok(None);
    };
    let number: u64 = time.parse().map_err(|_| wrong())?;
    let (hours, minutes, seconds) = (number / 10_000, number / 100 % 100, number % 100);
    // Twelve hours after midnight.
    let midnight = noon.0.saturating_sub(43_200);
    let second = hours * 3_600 + minutes * 60 + seconds;
    Ok(Some(Timestamp(midnight + second)))
}

/// A time of `hhmmss`. Digits that name none say nothing.
pub(super) fn local_time(text: &str) -> Result<Option<[u8; 3]>, Failure> {
    let wrong = || Failure::new("de12: expected hhmmss");
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let [hours, minutes, seconds] = *pairs else {
        return Err(wrong());
    };
    if !rest.is_empty() || !text.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(wrong());
    }
    let number = |[tens, ones]: [u8; 2]| (tens & 0x0F) * 10 + (ones & 0x0F);
    let time = [hours, minutes, seconds].map(number);
    let [hours, minutes, seconds] = time;
    Ok((hours < 24 && minutes < 60 && seconds < 60).then_some(time))
}

/// A date of `YYMMDD`, or of `MMDD` in the year that brings it nearest to today. Digits that name no day of the calendar say nothing: a
/// terminal's clock may be wrong.
pub(super) fn local_date(today: Date, text: &str) -> Result<Option<Date>, Failure> {
    let bytes = input::hex("de13", text)?;
    let date = |bytes: &[u8]| match Date::parse(bytes) {
        Err(error) if error.kind() == ErrorKind::Date => Ok(None),
        other => other.map(Some).map_err(named("de13")),
    };
    let near = |offset: u16, month: u8, day: u8| {
        let year = (today.year() + offset).saturating_sub(1) % 100;
        let bcd = u8::try_from(year / 10 * 16 + year % 10).unwrap_or(0);
        date(&[bcd, month, day])
    };
    match *bytes.as_slice() {
        [_, _, _] => date(&bytes),
        [month, day] => {
            let years = [
                near(0, month, day)?,
                near(1, month, day)?,
                near(2, month, day)?,
            ];
            let days = |date: &Date| date.days_since(today).abs();
            Ok(years.into_iter().flatten().min_by_key(days))
        }
        _ => Err(Failure::new("de13: expected MMDD or YYMMDD")),
    }
}
