//! Values as people write them: hexadecimal, names of versions.

use std::io::Read;

use chipcard::element::Date;

use crate::cli::Failure;

/// Bytes from hexadecimal digits; blanks, line ends and colons between them are skipped.
///
/// # Errors
/// Names `what` and the position of the character, counted from 1.
pub fn hex(what: &str, text: &str) -> Result<Vec<u8>, Failure> {
    digits(text).map_err(|error| Failure::new(format!("{what}: {error}")))
}

/// As [`hex()`], for a place that is already known.
///
/// # Errors
/// Says the position of the character, counted from 1.
pub fn digits(text: &str) -> Result<Vec<u8>, String> {
    let mut digits = Vec::with_capacity(text.len());
    for (place, character) in text.chars().enumerate() {
        if character.is_whitespace() || character == ':' {
            continue;
        }
        let digit = character
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok());
        digits.push(
            digit.ok_or_else(|| format!("character {} is not a hexadecimal digit", place + 1))?,
        );
    }
    let pairs = digits.as_chunks();
    if !pairs.1.is_empty() {
        return Err("an odd number of hexadecimal digits".to_owned());
    }
    Ok(pairs.0.iter().map(|[high, low]| high << 4 | low).collect())
}

/// Exactly `N` bytes from hexadecimal digits.
///
/// # Errors
/// As [`hex()`], and for another length.
pub fn hex_array<const N: usize>(what: &str, text: &str) -> Result<[u8; N], Failure> {
    let bytes = hex(what, text)?;
    let found = bytes.len();
    bytes
        .try_into()
        .map_err(|_| Failure::new(format!("{what}: expected {N} bytes, found {found}")))
}

/// The day, in UTC.
///
/// # Errors
/// When the clock's year is none of the next decades or the last.
pub fn today() -> Result<Date, Failure> {
    let today = time::OffsetDateTime::now_utc().date();
    let year = u16::try_from(today.year())
        .map_err(|_| Failure::new("the clock's year is out of range"))?;
    Ok(Date::new(year, today.month().into(), today.day())?)
}

/// The argument itself, or all of standard input where it is `-`.
///
/// # Errors
/// When standard input cannot be read.
pub fn argument_or_stdin(argument: &str) -> Result<String, Failure> {
    if argument != "-" {
        return Ok(argument.to_owned());
    }
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    Ok(text)
}
