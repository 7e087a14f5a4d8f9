//! What became of a row, and why.

use std::fmt;

use chipcard::Tag;
use chipcard::element::Pan;
use chipcard::issuer::Refusal;
use serde::{Deserialize, Serialize};

use crate::batch::Field;
use crate::batch::digits::NotHex;

/// What is wrong with a row before anything can be verified.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) field: Option<Field>,
    pub(super) kind: FaultKind,
}

/// See [`Fault`].
#[derive(Clone, Debug)]
pub(super) enum FaultKind {
    /// The value is not there.
    Missing,
    /// It is there twice.
    Twice,
    /// It is something other than this.
    Expected(&'static str),
    /// It is not hexadecimal.
    NotHex(NotHex),
    /// The library cannot read it.
    Value(chipcard::Error),
    /// The row has another number of cells than the header.
    Cells { expected: usize, found: usize },
    /// The line is not a JSON object.
    Json(Box<str>),
    /// No version of this family has this number.
    UnknownVersion(u8),
    /// The card file has several cards with this PAN.
    WhichCard,
}

impl Fault {
    pub(super) const fn new(kind: FaultKind) -> Self {
        Self { field: None, kind }
    }

    pub(super) const fn of(field: Field, kind: FaultKind) -> Self {
        Self {
            field: Some(field),
            kind,
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("is missing"),
            Self::Twice => f.write_str("is there twice"),
            Self::Expected(what) => write!(f, "expected {what}"),
            Self::NotHex(NotHex::Odd) => f.write_str("an odd number of hexadecimal digits"),
            Self::NotHex(NotHex::Character(place)) => {
                write!(f, "character {place} is not a hexadecimal digit")
            }
            Self::Value(error) => error.fmt(f),
            Self::Cells { expected, found } => {
                write!(f, "the row has {found} cells, the header {expected}")
            }
            Self::Json(error) => f.write_str(error),
            Self::UnknownVersion(identifier) => {
                write!(f, "no version {identifier:02X} is known for this family")
            }
            Self::WhichCard => {
                f.write_str("the card file has several cards with this PAN; the row must say which")
            }
        }
    }
}

/// Why a row is not verified.
#[derive(Clone, Debug)]
pub(super) enum Why {
    Refused(Refusal),
    /// The card file does not have the card.
    UnknownCard,
    Malformed(Fault),
}

macro_rules! reasons {
    ($($(#[$doc:meta])+ $name:ident = $code:literal,)+) => {
        /// Why rows are not verified: what the summary counts and the failed-rows file names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Reason {
            $($(#[$doc])+ #[serde(rename = $code)] $name,)+
        }

        impl Reason {
            /// All reasons.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The name in files and summaries.
            pub const fn code(self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                }
            }
        }
    };
}

reasons! {
    /// The cryptogram is not the card's over these data.
    Cryptogram = "cryptogram",
    /// The chip data name another cryptogram version.
    CryptogramVersion = "cryptogram-version",
    /// The chip data name another key index.
    KeyIndex = "key-index",
    /// The chip data name another PAN.
    Pan = "pan",
    /// The chip data name another PAN sequence number.
    SequenceNumber = "sequence-number",
    /// The cryptogram is of another type.
    NotAnArqc = "not-an-arqc",
    /// The card file does not have the card.
    UnknownCard = "unknown-card",
    /// The key file does not have the keys.
    Keys = "keys",
    /// The row or its chip data break their format.
    Malformed = "malformed",
    /// For none of the reasons above.
    Other = "other",
}

impl Why {
    pub(super) const fn reason(&self) -> Reason {
        match self {
            Self::UnknownCard => Reason::UnknownCard,
            Self::Malformed(_) => Reason::Malformed,
            Self::Refused(refusal) => match refusal {
                Refusal::Malformed(_) => Reason::Malformed,
                Refusal::CryptogramVersion { .. } => Reason::CryptogramVersion,
                Refusal::KeyIndex { .. } => Reason::KeyIndex,
                Refusal::Pan => Reason::Pan,
                Refusal::SequenceNumber => Reason::SequenceNumber,
                Refusal::NotAnArqc { .. } => Reason::NotAnArqc,
                Refusal::Cryptogram => Reason::Cryptogram,
                Refusal::Engine(_) => Reason::Keys,
                _ => Reason::Other,
            },
        }
    }

    /// The library's error, if it is one in the chip data or in a value.
    const fn error(&self) -> Option<&chipcard::Error> {
        match self {
            Self::Refused(Refusal::Malformed(error))
            | Self::Malformed(Fault {
                kind: FaultKind::Value(error),
                ..
            }) => Some(error),
            _ => None,
        }
    }
}

/// A line of the failed-rows file.
#[derive(Debug, Serialize)]
pub(super) struct FailedRow {
    pub(super) line: u64,
    pan: Option<String>,
    verdict: &'static str,
    reason: &'static str,
    tag: Option<String>,
    offset: Option<usize>,
    detail: String,
}

impl FailedRow {
    /// The columns of the file, in order.
    pub(super) const COLUMNS: [&'static str; 7] = [
        "line", "pan", "verdict", "reason", "tag", "offset", "detail",
    ];

    /// `column` names the column of a field in the file; `whole` says whether offsets count in a whole `de55`.
    pub(super) fn new<'c>(
        line: u64,
        pan: Option<&Pan>,
        why: &Why,
        whole: bool,
        column: impl Fn(Field) -> Option<&'c str>,
    ) -> Self {
        let (error, field) = match why {
            Why::Malformed(fault) => (why.error(), fault.field),
            _ => (why.error(), None),
        };
        let named = |field: Field| column(field).map_or_else(|| field.to_string(), str::to_owned);
        let detail = match why {
            // An offset into elements that were joined here would mean nothing to a reader.
            Why::Refused(Refusal::Malformed(error)) if !whole => {
                let bare = chipcard::Error::new(error.kind());
                error.tag().map_or(bare, |tag| bare.in_tag(tag)).to_string()
            }
            Why::Refused(refusal) => refusal.to_string(),
            Why::UnknownCard => "the card file does not have this card".to_owned(),
            Why::Malformed(Fault { field, kind }) => match field {
                Some(field) => format!("column {}: {kind}", named(*field)),
                None => kind.to_string(),
            },
        };
        let tag = error.and_then(chipcard::Error::tag).or(match field {
            Some(Field::Element(tag)) => Some(tag),
            _ => None,
        });
        let reason = why.reason();
        Self {
            line,
            pan: pan.map(Pan::to_string),
            verdict: match reason {
                Reason::Malformed => "malformed",
                _ => "refused",
            },
            reason: reason.code(),
            tag: tag.as_ref().map(Tag::to_string),
            offset: error.and_then(chipcard::Error::offset).filter(|_| whole),
            detail,
        }
    }

    /// The cells of a CSV line.
    pub(super) fn cells(&self) -> [String; 7] {
        [
            self.line.to_string(),
            self.pan.clone().unwrap_or_default(),
            self.verdict.to_owned(),
            self.reason.to_owned(),
            self.tag.clone().unwrap_or_default(),
            self.offset
                .map(|offset| offset.to_string())
                .unwrap_or_default(),
            self.detail.clone(),
        ]
    }
}
