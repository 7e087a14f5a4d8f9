//! A message as a line of JSON.

use serde::Deserialize;
use serde_json::Value;

use crate::failure::Failure;
use crate::input;

/// A number, or the digits of one.
#[derive(Clone, Deserialize)]
#[serde(untagged, expecting = "expected a number, or the digits of one")]
pub(super) enum Digits {
    Number(u64),
    Text(String),
}

impl Digits {
    pub(super) fn number(&self, what: &str) -> Result<u64, Failure> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Text(text) => text
                .parse()
                .map_err(|_| Failure::new(format!("{what}: not a number"))),
        }
    }

    /// As text of at least this many digits.
    pub(super) fn text(&self, width: usize) -> String {
        match self {
            Self::Number(number) => format!("{number:0width$}"),
            Self::Text(text) => text.clone(),
        }
    }
}

/// A message: one JSON object, its members named after their data elements. `chipcard gauntlet --emit` writes such, inside a member
/// `message`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    /// Message type: 0100, 0120, 0220, 0400 …
    pub(super) mti: String,
    pub(super) de2: String,
    pub(super) de3: Option<String>,
    pub(super) de4: Digits,
    pub(super) de6: Option<Digits>,
    /// The host's clock, seconds since 1970.
    pub(super) received: u64,
    /// `MMDDhhmmss`, UTC.
    pub(super) de7: Option<String>,
    pub(super) de11: Option<Digits>,
    /// `hhmmss`.
    pub(super) de12: Option<String>,
    /// `MMDD`, or `YYMMDD`.
    pub(super) de13: Option<String>,
    pub(super) de14: Option<String>,
    pub(super) de18: Option<Digits>,
    pub(super) de22: String,
    pub(super) de23: Option<Digits>,
    pub(super) de32: Option<String>,
    pub(super) de35: Option<String>,
    pub(super) de37: Option<String>,
    pub(super) de41: Option<String>,
    pub(super) de42: Option<String>,
    pub(super) de43_country: Option<Digits>,
    pub(super) de45: Option<String>,
    pub(super) de49: Digits,
    pub(super) de51: Option<Digits>,
    /// `right`, `wrong`, `sent`, `not-sent`.
    pub(super) de52: Option<String>,
    pub(super) de55: Option<String>,
    pub(super) capability: Option<String>,
    pub(super) verification: Option<String>,
    #[serde(default)]
    pub(super) deferred: bool,
    #[serde(default)]
    pub(super) estimated: bool,
    #[serde(default)]
    pub(super) repeated_with_pin: bool,
    pub(super) cvv2: Option<String>,
    /// Of a reversal: the trace number of what is to be undone.
    pub(super) de90: Option<Digits>,
    /// Of a reversal: whether the host has what is to be undone.
    pub(super) original_found: Option<bool>,
}

impl Line {
    /// The line of this value, or of its member `message`.
    ///
    /// # Errors
    /// Names the member that is missing, unknown or of another type; never a number that stands in it, which may be a PAN.
    pub(super) fn of(value: Value) -> Result<Self, Failure> {
        match value {
            Value::Object(mut wrapped) if wrapped.contains_key("message") => {
                input::members(wrapped.remove("message").unwrap_or_default())
            }
            value => input::members(value),
        }
    }
}
