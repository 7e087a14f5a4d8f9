//! Typed data elements, one file each.

mod arc;
mod atc;
mod csu;
mod pan;
mod un;

pub use arc::AuthorisationResponseCode;
pub use atc::ApplicationTransactionCounter;
pub use csu::CardStatusUpdate;
pub use pan::{Pan, PanSequenceNumber};
pub use un::UnpredictableNumber;
