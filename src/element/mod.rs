//! Typed data elements, one file each.

mod arc;
mod atc;
mod bits;
mod cid;
mod csu;
mod iad;
mod pan;
mod un;

pub use arc::AuthorisationResponseCode;
pub use atc::ApplicationTransactionCounter;
pub use bits::{Coding, Field};
pub use cid::{CryptogramInformationData, CryptogramType};
pub use csu::CardStatusUpdate;
pub use iad::{
    CardVerificationResults, IadLayout, IadTail, IssuerApplicationData, SecondGenerateAc,
};
pub use pan::{Pan, PanSequenceNumber};
pub use un::UnpredictableNumber;
