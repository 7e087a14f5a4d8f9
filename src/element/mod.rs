//! Typed data elements, one file each.

mod aip;
mod arc;
mod atc;
mod auc;
mod bits;
mod cid;
mod csu;
mod iad;
mod pan;
mod qualifiers;
mod terminal;
mod tsi;
mod tvr;
mod un;

pub use aip::ApplicationInterchangeProfile;
pub use arc::AuthorisationResponseCode;
pub use atc::ApplicationTransactionCounter;
pub use auc::ApplicationUsageControl;
pub use bits::{Coding, Field};
pub use cid::{CryptogramInformationData, CryptogramType};
pub use csu::{CardStatusUpdate, CounterUpdate};
pub use iad::{
    CardVerificationResults, IadLayout, IadTail, IssuerApplicationData, SecondGenerateAc,
};
pub use pan::{Pan, PanSequenceNumber};
pub use qualifiers::{CardTransactionQualifiers, TerminalTransactionQualifiers};
pub use terminal::{AdditionalTerminalCapabilities, TerminalCapabilities, TerminalType};
pub use tsi::TransactionStatusInformation;
pub use tvr::TerminalVerificationResults;
pub use un::UnpredictableNumber;
