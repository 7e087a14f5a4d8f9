//! What people give to the commands: files, standard input, hexadecimal digits. What is wrong is told with its place, and never with a value,
//! which may be a key or a PAN.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use chipcard::element::Date;
use serde::de::DeserializeOwned;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::failure::Failure;

/// The text of a file, which is wiped after use.
///
/// # Errors
/// Names the file.
pub fn text(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let text = fs::read_to_string(path);
    text.map(Zeroizing::new)
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

/// All of standard input, which is wiped after use.
///
/// # Errors
/// When it cannot be read, or is no UTF-8.
pub fn standard_input() -> Result<Zeroizing<String>, Failure> {
    let mut text = Zeroizing::new(String::new());
    io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| Failure::new(format!("standard input: {error}")))?;
    Ok(text)
}

/// The lines of a file, or of standard input, that are not blank.
pub struct Lines {
    name: String,
    input: io::Lines<Box<dyn BufRead>>,
    number: usize,
}

impl Lines {
    /// Opens a file; `-` is standard input.
    ///
    /// # Errors
    /// Names the file.
    pub fn open(path: &str) -> Result<Self, Failure> {
        let (name, input): (_, Box<dyn BufRead>) = if path == "-" {
            ("standard input", Box::new(io::stdin().lock()))
        } else {
            let file = File::open(path);
            let file = file.map_err(|error| Failure::new(format!("{path}: {error}")))?;
            (path, Box::new(BufReader::new(file)))
        };
        Ok(Self {
            name: name.to_owned(),
            input: input.lines(),
            number: 0,
        })
    }

    /// The number of the last line, from 1 on.
    #[must_use]
    pub const fn number(&self) -> usize {
        self.number
    }

    /// What is wrong with the last line, with its place.
    #[must_use]
    pub fn at(&self, failure: &Failure) -> Failure {
        Failure::new(format!("{}: line {}: {failure}", self.name, self.number))
    }
}

impl Iterator for Lines {
    type Item = Result<String, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = self.input.next()?;
            self.number += 1;
            match line {
                Ok(line) if line.trim().is_empty() => {}
                Ok(line) => return Some(Ok(line)),
                Err(error) if error.kind() == ErrorKind::InvalidData => {
                    return Some(Err(self.at(&Failure::new("not UTF-8"))));
                }
                Err(error) => return Some(Err(Failure::new(format!("{}: {error}", self.name)))),
            }
        }
    }
}

/// Reads TOML.
///
/// # Errors
/// Names line and key.
pub fn toml<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    // The parser's own rendering of an error quotes the line.
    toml::from_str(text).map_err(|error| {
        // A PIN has four digits; verification values stand in no such file.
        let message = unquoted(error.message(), 4);
        let Some(span) = error.span() else {
            return Failure::new(message);
        };
        let before = text.get(..span.start).unwrap_or(text);
        let number = before.matches('\n').count();
        let line = text.lines().nth(number).unwrap_or_default();
        let key = line.split_once('=').map(|(key, _)| key.trim());
        // A table's line stands for what is missing in it.
        let key = key.or_else(|| line.starts_with('[').then_some(line.trim()));
        match key {
            Some(key) if is_key(key) => {
                Failure::new(format!("line {}, {key}: {message}", number + 1))
            }
            _ => Failure::new(format!("line {}: {message}", number + 1)),
        }
    })
}

/// Whether this is the name of a key or table, and no value that got into its place.
fn is_key(text: &str) -> bool {
    let in_name = |c: char| c.is_ascii_alphanumeric() || "-_.[]".contains(c);
    text.len() < 40 && text.chars().all(in_name) && text.matches(char::is_numeric).count() < 4
}

/// A parser's message without what it quotes of the input, where that may be a secret: it has so many digits, or is long.
fn unquoted(message: &str, digits: usize) -> String {
    let quoting = [
        "invalid type",
        "invalid value",
        "unknown variant",
        "unknown field",
    ];
    let what = quoting.into_iter().find(|what| message.starts_with(what));
    let end = message.rfind(", expected ").unwrap_or(message.len());
    let (quoted, expected) = message.split_at(end);
    let harmless = quoted.len() < 48 && quoted.bytes().filter(u8::is_ascii_digit).count() < digits;
    match what {
        Some(what) if !harmless => format!("{what}{expected}"),
        _ => message.to_owned(),
    }
}

/// Reads JSON.
///
/// # Errors
/// Names the column.
pub fn json(text: &str) -> Result<Value, Failure> {
    serde_json::from_str(text)
        .map_err(|error| Failure::new(format!("column {}: not JSON", error.column())))
}

/// What a JSON object says.
///
/// # Errors
/// Names the member.
pub fn members<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    let Some(object) = value.as_object() else {
        return Err(Failure::new("not a JSON object"));
    };
    let error = match T::deserialize(&value) {
        Ok(read) => return Ok(read),
        Err(error) => error.to_string(),
    };
    let told = unquoted(&error, 3);
    if told.contains(" field") {
        return Err(Failure::new(told));
    }
    // The parser does not say which member it means: the one without which it says something else.
    let is_it = |name: &&String| {
        let mut rest = value.clone();
        rest.as_object_mut().map(|members| members.remove(*name));
        let other = T::deserialize(rest).err();
        other.is_none_or(|other| other.to_string() != error)
    };
    let name = object.keys().find(is_it);
    Err(Failure::new(
        name.map_or(told.clone(), |name| format!("{name}: {told}")),
    ))
}

/// Names what a value is of which an error of the library tells.
pub fn named(what: &'static str) -> impl Fn(chipcard::Error) -> Failure {
    move |error| Failure::new(format!("{what}: {error}"))
}

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
    // They may be a key's.
    let mut digits = Zeroizing::new(Vec::with_capacity(text.len()));
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
    Ok(std::mem::take(&mut *standard_input()?))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::{members, unquoted};

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Two {
        _one: String,
        _other: Option<u8>,
    }

    #[test]
    fn lines_and_keys_are_named_and_values_are_not() {
        let told = |text| super::toml::<Two>(text).unwrap_err().to_string();
        assert!(told("_one = 4").starts_with("line 1, _one: invalid type"));
        assert!(told("\n[[x]\"4761739001010010\"").starts_with("line 2: "));
        assert!(told("4761739001010010 = 1").starts_with("line 1: unknown field, "));
    }

    #[test]
    fn members_are_named() {
        for (value, told) in [
            (
                json!({"_one": 471}),
                "_one: invalid type, expected a string",
            ),
            (
                json!({"_one": "1", "_other": 300}),
                "_other: invalid value, expected u8",
            ),
            (json!({"_other": 3}), "missing field `_one`"),
            (
                json!({"_one": "1", "two": 3}),
                "unknown field `two`, expected `_one` or `_other`",
            ),
            (json!(["1", 7]), "not a JSON object"),
        ] {
            assert_eq!(members::<Two>(value).unwrap_err().to_string(), told);
        }
    }

    #[test]
    fn no_account_number_is_quoted() {
        for (message, told) in [
            (
                "invalid type: integer `4761739001010010`, expected a string",
                "invalid type, expected a string",
            ),
            (
                "invalid value: string \"4761739001010010, expected\", expected u8",
                "invalid value, expected u8",
            ),
            (
                "unknown variant `4761739001010010`, expected `tdes` or `aes`",
                "unknown variant, expected `tdes` or `aes`",
            ),
            (
                "unknown field `4761739001010010`, expected `pan`",
                "unknown field, expected `pan`",
            ),
            (
                "invalid type: integer `5`, expected a string",
                "invalid type: integer `5`, expected a string",
            ),
            (
                "unknown field `pam`, expected `pan`",
                "unknown field `pam`, expected `pan`",
            ),
            ("missing field `pan`", "missing field `pan`"),
        ] {
            assert_eq!(unquoted(message, 4), told);
        }
    }
}
