//! The kinds of input, and how one is told from another.

use chipcard::element::{ApplicationFileLocator, IadLayout, IssuerApplicationData};
use chipcard::element::{CvmList, Track2EquivalentData};
use clap::ValueEnum;
use serde::Serialize;

use super::{atr, command, dol, response, tlv};

/// A kind of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// BER-TLV data objects: DE 55, FCI, records.
    Tlv,
    /// Command APDU.
    Command,
    /// Response APDU.
    Response,
    /// Command and response, with `/` between them.
    Pair,
    /// Issuer application data (9F10).
    Iad,
    /// Card verification results.
    Cvr,
    /// Terminal verification results (95), also action codes.
    Tvr,
    /// Transaction status information (9B).
    Tsi,
    /// Application interchange profile (82).
    Aip,
    /// Cryptogram information data (9F27).
    Cid,
    /// Application usage control (9F07).
    Auc,
    /// Cardholder verification method list (8E).
    CvmList,
    /// Cardholder verification method results (9F34).
    CvmResults,
    /// Terminal type (9F35).
    TerminalType,
    /// Terminal capabilities (9F33).
    TerminalCapabilities,
    /// Additional terminal capabilities (9F40).
    AdditionalCapabilities,
    /// Card status update (in tag 91).
    Csu,
    /// Card transaction qualifiers (9F6C).
    Ctq,
    /// Terminal transaction qualifiers (9F66).
    Ttq,
    /// Application file locator (94).
    Afl,
    /// Data object list: PDOL, CDOL, DDOL.
    Dol,
    /// Service code, three digits.
    ServiceCode,
    /// Answer to reset.
    Atr,
    /// Track 1, as characters.
    Track1,
    /// Track 2, as characters or as the value of tag 57.
    Track2,
}

impl Kind {
    /// What it is called.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tlv => "BER-TLV data objects",
            Self::Command => "a command APDU",
            Self::Response => "a response APDU",
            Self::Pair => "a command and its response",
            Self::Iad => "issuer application data",
            Self::Cvr => "card verification results",
            Self::Tvr => "terminal verification results",
            Self::Tsi => "transaction status information",
            Self::Aip => "an application interchange profile",
            Self::Cid => "cryptogram information data",
            Self::Auc => "application usage control",
            Self::CvmList => "a CVM list",
            Self::CvmResults => "CVM results",
            Self::TerminalType => "a terminal type",
            Self::TerminalCapabilities => "terminal capabilities",
            Self::AdditionalCapabilities => "additional terminal capabilities",
            Self::Csu => "a card status update",
            Self::Ctq => "card transaction qualifiers",
            Self::Ttq => "terminal transaction qualifiers",
            Self::Afl => "an application file locator",
            Self::Dol => "a data object list",
            Self::ServiceCode => "a service code",
            Self::Atr => "an answer to reset",
            Self::Track1 => "track 1",
            Self::Track2 => "track 2",
        }
    }
}

/// A kind that the input was taken for, and the rule by which.
pub(super) type Detected = (Kind, &'static str);

/// Kinds that characters give away before any byte is read.
pub(super) fn of_characters(text: &str) -> Option<Detected> {
    if text.starts_with('%') || text.contains('^') {
        Some((Kind::Track1, "it begins with % or has a separator ^"))
    } else if text.starts_with(';') || text.contains('=') {
        Some((Kind::Track2, "it begins with ; or has a separator ="))
    } else if text.contains('/') {
        Some((Kind::Pair, "a / stands between two APDUs"))
    } else if text.len() == 3 && text.bytes().all(|character| character.is_ascii_digit()) {
        Some((Kind::ServiceCode, "it has three digits"))
    } else {
        None
    }
}

type Rule = (Kind, &'static str, fn(&[u8]) -> bool);

/// The rules for bytes. The first that fits decides; all but the last two must hold to the last byte.
const RULES: [Rule; 11] = [
    (
        Kind::Atr,
        "it begins with 3B or 3F and every announced character is there",
        atr::fits,
    ),
    // First, because 9000 behind data objects is an empty tag 90 too.
    (
        Kind::Response,
        "it is nothing, or known data objects, and a status word",
        response::fits,
    ),
    (
        Kind::Tlv,
        "it is data objects to the last byte and the first tag is known",
        tlv::fits,
    ),
    (
        Kind::Command,
        "class and instruction are known and the lengths fit",
        command::fits,
    ),
    (
        Kind::Dol,
        "it is known tags with lengths to the last byte",
        dol::fits,
    ),
    (
        Kind::Track2,
        "it is digits with one separator D, a date and a service code",
        |bytes| Track2EquivalentData::parse(bytes).is_ok(),
    ),
    (Kind::Afl, "it is valid entries of four bytes", |bytes| {
        ApplicationFileLocator::parse(bytes).is_ok()
    }),
    (
        Kind::Iad,
        "a layout of issuer application data reads it",
        |bytes| {
            SELF_EVIDENT
                .iter()
                .any(|layout| IssuerApplicationData::parse(*layout, bytes).is_ok())
        },
    ),
    (
        Kind::CvmList,
        "it is two amounts with a zero first byte and rules",
        |bytes| {
            let amounts = bytes.first() == Some(&0) && bytes.get(4) == Some(&0);
            amounts && CvmList::parse(bytes).is_ok_and(|list| list.rules().next().is_some())
        },
    ),
    (
        Kind::Command,
        "class and instruction are known",
        command::starts,
    ),
    (Kind::Tlv, "its first tag is known", |bytes| {
        let long_tag = bytes.first().is_some_and(|byte| byte & 0x1F == 0x1F);
        (long_tag || bytes.len() > 5) && tlv::starts(bytes)
    }),
];

/// Layouts with enough fixed bytes to be recognised by.
const SELF_EVIDENT: [IadLayout; 5] = [
    IadLayout::Ccd,
    IadLayout::MChip,
    IadLayout::Visa013,
    IadLayout::Visa24,
    IadLayout::UnionPay,
];

/// What the bytes are, if a rule says so.
pub(super) fn of_bytes(bytes: &[u8]) -> Option<Detected> {
    RULES
        .iter()
        .find(|(_, _, fits)| fits(bytes))
        .map(|(kind, rule, _)| (*kind, *rule))
}
