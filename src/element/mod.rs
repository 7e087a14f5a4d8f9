//! Typed data elements, one file each.

mod afl;
mod aid;
mod aip;
mod amount;
mod arc;
mod atc;
mod auc;
mod bcd;
mod bits;
mod cid;
mod csu;
mod cvm;
mod date;
pub(crate) mod iad;
mod pan;
mod pin;
mod qualifiers;
mod service_code;
mod terminal;
mod track2;
mod transaction_type;
mod tsi;
mod tvr;
mod un;

pub use afl::{AflEntry, ApplicationFileLocator};
pub use aid::{ApplicationIdentifier, Scheme};
pub use aip::ApplicationInterchangeProfile;
pub use amount::{Amount, CountryCode, CurrencyCode};
pub use arc::AuthorisationResponseCode;
pub use atc::ApplicationTransactionCounter;
pub use auc::ApplicationUsageControl;
pub use bits::{Coding, Field};
pub use cid::{CryptogramInformationData, CryptogramType};
pub use csu::{CardStatusUpdate, CounterUpdate};
pub use cvm::{CvmCode, CvmCondition, CvmList, CvmResult, CvmResults, CvmRule};
pub use date::{Date, YearMonth};
pub(crate) use iad::GenerateAcs;
pub use iad::{
    CardVerificationResults, IadLayout, IadTail, IssuerApplicationData, SecondGenerateAc,
};
pub use pan::{Pan, PanSequenceNumber};
pub use pin::Pin;
pub use qualifiers::{CardTransactionQualifiers, TerminalTransactionQualifiers};
pub use service_code::ServiceCode;
pub use terminal::{AdditionalTerminalCapabilities, TerminalCapabilities, TerminalType};
pub use track2::Track2EquivalentData;
pub use transaction_type::TransactionType;
pub use tsi::TransactionStatusInformation;
pub use tvr::TerminalVerificationResults;
pub use un::UnpredictableNumber;
