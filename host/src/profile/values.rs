//! Values as a profile file writes them: read so that an error has its place in the file, written back the same.

use std::fmt;

use chipcard::Tag;
use chipcard::card::{AuthenticationCommand, Parameter, ResponseFormat};
use chipcard::element::{
    Amount, ApplicationInterchangeProfile as Aip, CountryCode, CurrencyCode, Pan,
    PanSequenceNumber, Pin,
};
use chipcard::oda::{PublicExponent, SecondXda, SignatureSuite};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::input;
use crate::keys::Names;

/// Bytes, written as hexadecimal digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hex(pub(super) Vec<u8>);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode_upper(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        input::digits(&text).map(Self).map_err(D::Error::custom)
    }
}

fn array<'de, D: Deserializer<'de>, const N: usize>(deserializer: D) -> Result<[u8; N], D::Error> {
    let Hex(bytes) = Hex::deserialize(deserializer)?;
    let found = bytes.len();
    bytes
        .try_into()
        .map_err(|_| D::Error::custom(format!("expected {N} bytes, found {found}")))
}

/// Text that is wiped after use and that no message repeats, not even one that says that it is no text.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Secret(pub(super) Zeroizing<String>);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

struct SecretVisitor;

impl Visitor<'_> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("digits between quotation marks")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
        Ok(Secret(Zeroizing::new(text.to_owned())))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<Secret, E> {
        Err(E::invalid_type(Unexpected::Other("a number"), &self))
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Secret, E> {
        Err(E::invalid_type(Unexpected::Other("a number"), &self))
    }

    fn visit_i128<E: Error>(self, _: i128) -> Result<Secret, E> {
        Err(E::invalid_type(Unexpected::Other("a number"), &self))
    }

    fn visit_u128<E: Error>(self, _: u128) -> Result<Secret, E> {
        Err(E::invalid_type(Unexpected::Other("a number"), &self))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<Secret, E> {
        Err(E::invalid_type(Unexpected::Other("a number"), &self))
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor)
    }
}

/// A character string on the card: printable characters as they are, anything else as `hex:` and digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Text(pub(super) Vec<u8>);

const HEX: &str = "hex:";

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let printable = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
        match str::from_utf8(&self.0) {
            Ok(text) if self.0.iter().all(printable) && !text.starts_with(HEX) => f.write_str(text),
            _ => write!(f, "{HEX}{}", hex::encode_upper(&self.0)),
        }
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.strip_prefix(HEX) {
            Some(digits) => input::digits(digits).map(Self).map_err(D::Error::custom),
            None if text.is_ascii() => Ok(Self(text.into_bytes())),
            None => Err(D::Error::custom(
                "expected ASCII characters, or hex: and digits",
            )),
        }
    }
}

/// A response code: two characters, or four hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ResponseCode(pub(super) [u8; 2]);

impl fmt::Display for ResponseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [a, b] if a.is_ascii_graphic() && b.is_ascii_graphic() => {
                write!(f, "{}{}", char::from(a), char::from(b))
            }
            bytes => f.write_str(&hex::encode_upper(bytes)),
        }
    }
}

impl<'de> Deserialize<'de> for ResponseCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if let Ok(characters) = text.as_bytes().try_into()
            && text.is_ascii()
        {
            return Ok(Self(characters));
        }
        let bytes = input::digits(&text).ok();
        let code = bytes.and_then(|bytes| bytes.try_into().ok());
        code.map(Self).ok_or(D::Error::custom(
            "expected two characters or four hexadecimal digits",
        ))
    }
}

pub(super) const COMMANDS: Names<AuthenticationCommand> = &[
    (
        "external-authenticate",
        AuthenticationCommand::ExternalAuthenticate,
    ),
    (
        "second-generate-ac",
        AuthenticationCommand::SecondGenerateAc,
    ),
];

pub(super) const PARAMETERS: Names<Parameter> = &[
    ("lower-count", Parameter::LowerCount),
    ("upper-count", Parameter::UpperCount),
    ("lower-amount", Parameter::LowerAmount),
    ("upper-amount", Parameter::UpperAmount),
];

pub(super) const SECOND_XDA: Names<SecondXda> = &[
    ("cdol2-alone", SecondXda::Cdol2Alone),
    ("all-data", SecondXda::AllData),
];

const EXPONENTS: [(u32, PublicExponent); 2] = [
    (3, PublicExponent::Three),
    (65537, PublicExponent::FermatFour),
];

const FORMATS: [(u8, ResponseFormat); 2] =
    [(1, ResponseFormat::Format1), (2, ResponseFormat::Format2)];

/// The name that stands for a value in a table.
pub(super) fn name_of<T: PartialEq>(value: &T, names: Names<T>) -> &'static str {
    let found = names.iter().find(|(_, known)| known == value);
    found.map_or("", |(name, _)| name)
}

/// The number of a response format.
pub(super) fn number_of(format: ResponseFormat) -> u8 {
    let found = FORMATS.iter().find(|(_, known)| *known == format);
    found.map_or(0, |(number, _)| *number)
}

fn one_of<'de, D: Deserializer<'de>, T: Copy>(
    deserializer: D,
    names: Names<T>,
) -> Result<T, D::Error> {
    let name = String::deserialize(deserializer)?;
    let found = names.iter().find(|(known, _)| *known == name);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<_> = names.iter().map(|(known, _)| *known).collect();
        D::Error::custom(format!("{name} is none of {}", known.join(", ")))
    })
}

pub(super) fn command<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<AuthenticationCommand, D::Error> {
    one_of(deserializer, COMMANDS)
}

pub(super) fn parameter<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Parameter, D::Error> {
    one_of(deserializer, PARAMETERS)
}

pub(super) fn format<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<ResponseFormat, D::Error> {
    let number = u8::deserialize(deserializer)?;
    let found = FORMATS.iter().find(|(known, _)| *known == number);
    found
        .map(|(_, format)| *format)
        .ok_or(D::Error::custom("a response format is 1 or 2"))
}

pub(super) fn second_xda<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<SecondXda, D::Error> {
    one_of(deserializer, SECOND_XDA)
}

/// The number that a public exponent is.
pub(super) fn value_of(exponent: PublicExponent) -> u32 {
    let found = EXPONENTS.iter().find(|(_, known)| *known == exponent);
    found.map_or(0, |(number, _)| *number)
}

pub(super) fn exponent<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<PublicExponent, D::Error> {
    let number = u32::deserialize(deserializer)?;
    let found = EXPONENTS.iter().find(|(known, _)| *known == number);
    found
        .map(|(_, exponent)| *exponent)
        .ok_or(D::Error::custom("an exponent is 3 or 65537"))
}

pub(super) fn suite<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<SignatureSuite, D::Error> {
    SignatureSuite::from_indicator(byte(deserializer)?).map_err(D::Error::custom)
}

pub(super) fn rid<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; 5], D::Error> {
    array(deserializer)
}

pub(super) fn pan<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Pan, D::Error> {
    let Secret(digits) = Secret::deserialize(deserializer)?;
    Pan::from_digits(&*digits).map_err(D::Error::custom)
}

pub(super) fn pin<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    let secret = Secret::deserialize(deserializer)?;
    let pin = Pin::from_digits(&*secret.0);
    pin.map(|_| secret).map_err(D::Error::custom)
}

pub(super) fn sequence<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<PanSequenceNumber, D::Error> {
    let digits = String::deserialize(deserializer)?;
    PanSequenceNumber::from_digits(digits).map_err(D::Error::custom)
}

pub(super) fn byte<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    array(deserializer).map(|[byte]| byte)
}

pub(super) fn aip<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Aip, D::Error> {
    array(deserializer).map(Aip)
}

pub(super) fn country<'de, D: Deserializer<'de>>(deserializer: D) -> Result<CountryCode, D::Error> {
    CountryCode::new(u16::deserialize(deserializer)?).map_err(D::Error::custom)
}

pub(super) fn currency<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<CurrencyCode, D::Error> {
    CurrencyCode::new(u16::deserialize(deserializer)?).map_err(D::Error::custom)
}

pub(super) fn amount<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
    Amount::new(u64::deserialize(deserializer)?).map_err(D::Error::custom)
}

pub(super) fn tag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tag, D::Error> {
    let Hex(bytes) = Hex::deserialize(deserializer)?;
    match Tag::parse(&bytes) {
        Ok((tag, used)) if used == bytes.len() => Ok(tag),
        Ok(_) => Err(D::Error::custom("bytes behind the tag")),
        Err(error) => Err(D::Error::custom(error)),
    }
}
