//! Why a cryptogram was not accepted.

use core::fmt;

use crate::element::CryptogramType;
use crate::error::Error;
use crate::issuer::EngineError;

/// Why [`Issuer::verify_arqc`](crate::issuer::Issuer::verify_arqc) gave no proof.
///
/// A refusal never carries what the right cryptogram would have been.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// The message breaks its format: nothing can be said of the card.
    Malformed(Error),
    /// The issuer application data name a version other than the card's record.
    ///
    /// It is not tried: whoever can choose the version can choose a weaker one.
    CryptogramVersion {
        /// The record's.
        pinned: u8,
        /// The message's.
        found: u8,
    },
    /// The issuer application data name a derivation key index other than the card's record.
    KeyIndex {
        /// The record's.
        pinned: u8,
        /// The message's.
        found: u8,
    },
    /// Tag 5A holds another PAN than the card's record.
    Pan,
    /// Tag 5F34 holds another sequence number than the card's record.
    SequenceNumber,
    /// Tag 9F27 or the card verification results say that the cryptogram is not an ARQC.
    NotAnArqc {
        /// What they say it is; `None` for the reserved coding.
        found: Option<CryptogramType>,
    },
    /// The cryptogram is not this card's over this data.
    Cryptogram,
    /// The keys could not be used.
    Engine(EngineError),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "malformed chip data: {error}"),
            Self::CryptogramVersion { pinned, found } => {
                write!(
                    f,
                    "tag 9F10 names cryptogram version {found:02X}, the card has {pinned:02X}"
                )
            }
            Self::KeyIndex { pinned, found } => {
                write!(
                    f,
                    "tag 9F10 names key index {found:02X}, the card has {pinned:02X}"
                )
            }
            Self::Pan => f.write_str("tag 5A holds another PAN than the card's record"),
            Self::SequenceNumber => {
                f.write_str("tag 5F34 holds another sequence number than the card's record")
            }
            Self::NotAnArqc { found } => {
                f.write_str(match found {
                    Some(CryptogramType::Aac) => "the cryptogram is an AAC",
                    Some(CryptogramType::Tc) => "the cryptogram is a TC",
                    Some(CryptogramType::Arqc) => "the cryptogram answers a second GENERATE AC",
                    None => "the cryptogram has a reserved type",
                })?;
                f.write_str(", not an authorisation request")
            }
            Self::Cryptogram => f.write_str("the cryptogram is not this card's over this data"),
            Self::Engine(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Refusal {}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Malformed(error)
    }
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}
