//! A small honest contact terminal: what EMV Books 3 and 4 ask of one, without offline data authentication.
//!
//! It is no certified kernel: it does not select transactions at random, keeps no exception file and checks no
//! velocity limits. What it does, it does by the book, and it reports every APDU to an observer.

mod actions;
mod cardholder;
mod data;
mod exchange;
mod online;
mod selection;
mod transaction;

use std::fmt;
use std::io;

use chipcard::apdu::StatusWord;
use chipcard::element::{
    AdditionalTerminalCapabilities, Amount, AuthorisationResponseCode, CountryCode, CurrencyCode,
    Date, Pin, TerminalCapabilities, TerminalType, TerminalVerificationResults,
    TransactionStatusInformation, UnpredictableNumber,
};

pub use data::TransactionData;
pub use exchange::CardReader;
pub use transaction::run;

/// The terminal itself.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// Applications that it accepts, in the order in which it tries them.
    pub applications: Vec<Vec<u8>>,
    /// What kind of terminal it is.
    pub terminal_type: TerminalType,
    /// What it can do.
    pub capabilities: TerminalCapabilities,
    /// What else it can do.
    pub additional_capabilities: AdditionalTerminalCapabilities,
    /// Where it stands.
    pub country: CountryCode,
    /// Amounts from here on are to go online.
    pub floor_limit: Amount,
    /// The acquirer's action codes: denial, online, default.
    pub action_codes: [TerminalVerificationResults; 3],
}

impl Terminal {
    /// An attended terminal that can go online, with PIN pad, for goods and services; no floor limit, no action
    /// codes of its own.
    pub fn attended(country: CountryCode, applications: Vec<Vec<u8>>) -> Self {
        Self {
            applications,
            terminal_type: TerminalType([0x22]),
            capabilities: TerminalCapabilities([0xE0, 0xE8, 0x00]),
            additional_capabilities: AdditionalTerminalCapabilities([0x60, 0x00, 0xF0, 0xA0, 0x01]),
            country,
            floor_limit: Amount::ZERO,
            action_codes: Default::default(),
        }
    }
}

/// What is to be paid, and what the cardholder does.
#[derive(Clone, Debug)]
pub struct Sale {
    /// Amount.
    pub amount: Amount,
    /// Its currency.
    pub currency: CurrencyCode,
    /// The day.
    pub date: Date,
    /// The unpredictable number: drawn by the caller, anew for each transaction.
    pub unpredictable_number: UnpredictableNumber,
    /// The PIN that the cardholder enters; `None` if he enters none.
    pub pin: Option<Pin>,
    /// Whether the merchant wants the issuer asked.
    pub force_online: bool,
}

/// What the issuer's side answered.
#[derive(Clone, Debug)]
pub struct OnlineAnswer {
    /// DE 39, for tag 8A.
    pub response_code: AuthorisationResponseCode,
    /// DE 55 of the answer: tags 91, 71 and 72.
    pub chip_data: Vec<u8>,
}

/// The way to the issuer.
pub trait Acquirer {
    /// Asks the issuer with the chip data of DE 55; `None` when he cannot be reached.
    fn authorise(&mut self, de55: &[u8]) -> Option<OnlineAnswer>;
}

impl<F: FnMut(&[u8]) -> Option<OnlineAnswer>> Acquirer for F {
    fn authorise(&mut self, de55: &[u8]) -> Option<OnlineAnswer> {
        self(de55)
    }
}

/// What happens, as it happens.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A step of the transaction begins.
    Step(&'static str),
    /// A command and its response, with the status word at its end. They may hold a PIN.
    Exchange {
        /// The command's bytes.
        command: &'a [u8],
        /// The response's bytes.
        response: &'a [u8],
    },
    /// The issuer is asked.
    Request {
        /// DE 55.
        de55: &'a [u8],
    },
    /// The issuer answered, or could not be reached.
    Answer(Option<&'a OnlineAnswer>),
}

/// How a transaction ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Approved without the issuer.
    ApprovedOffline,
    /// Declined without the issuer.
    DeclinedOffline,
    /// Approved by issuer and card.
    ApprovedOnline,
    /// Declined by issuer or card.
    DeclinedOnline,
}

impl Outcome {
    /// Whether it was approved.
    pub const fn is_approved(self) -> bool {
        matches!(self, Self::ApprovedOffline | Self::ApprovedOnline)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApprovedOffline => "approved offline",
            Self::DeclinedOffline => "declined offline",
            Self::ApprovedOnline => "approved online",
            Self::DeclinedOnline => "declined online",
        })
    }
}

/// A transaction that came to its end.
#[derive(Clone, Debug)]
pub struct Completed {
    /// How it ended.
    pub outcome: Outcome,
    /// Terminal verification results, as they ended.
    pub tvr: TerminalVerificationResults,
    /// What was done.
    pub tsi: TransactionStatusInformation,
    /// Whether the cardholder is to sign.
    pub signature: bool,
    /// Issuer script results (EMV Book 4 Annex A5): five bytes for each script.
    pub script_results: Vec<[u8; 5]>,
    /// All data elements, the card's and the terminal's.
    pub data: TransactionData,
}

/// Why a transaction did not come to its end.
#[derive(Debug)]
pub enum TerminalError {
    /// The reader failed.
    Reader(io::Error),
    /// The card refused a command that the transaction cannot do without.
    Refused {
        /// The command's name.
        command: &'static str,
        /// The card's answer.
        status: StatusWord,
    },
    /// The card's data are malformed or incomplete.
    Data(chipcard::Error),
    /// The card has none of the terminal's applications.
    NoApplication,
}

impl fmt::Display for TerminalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reader(error) => write!(f, "the reader failed: {error}"),
            Self::Refused { command, status } => write!(f, "the card refused {command}: {status}"),
            Self::Data(error) => write!(f, "the card's data: {error}"),
            Self::NoApplication => f.write_str("the card has none of the terminal's applications"),
        }
    }
}

impl std::error::Error for TerminalError {}

impl From<io::Error> for TerminalError {
    fn from(error: io::Error) -> Self {
        Self::Reader(error)
    }
}

impl From<chipcard::Error> for TerminalError {
    fn from(error: chipcard::Error) -> Self {
        Self::Data(error)
    }
}
