//! Application cryptograms, response cryptograms and secure messaging.
//!
//! What a scheme's cryptogram version signs, and how, is a row of a table ([`CryptogramVersion`]): adding
//! a version is adding a row and its known answers. Versions whose data list is not public (American
//! Express, JCB 02 and 04, Discover D-PAS, UnionPay 17, Visa 14) have no row here and are not guessed; a
//! host that knows them defines its own.

mod ac;
mod arpc;
mod cap;
mod data;
mod label;
mod pin;
mod script;
mod table;
#[cfg(test)]
mod tests;
mod version;

pub use ac::ApplicationCryptogram;
pub use arpc::{ArpcKey, ArpcMethod};
pub(crate) use arpc::{arpc_method_1, arpc_method_2, method_1_block, method_2_message};
pub use cap::cap_token;
pub use data::{DataList, DataSource, IadPart, SignedPart};
pub(crate) use data::{SignedData, Value, assemble};
pub use label::Label;
pub use pin::PinBlockFormat;
pub(crate) use pin::{pin_block, pin_from_block};
#[cfg(feature = "laboratory")]
pub(crate) use script::encipher;
pub use script::{ChainBlock, CommandHeader, MacInput, PinChange, ScriptStyle};
pub(crate) use script::{ScriptMessage, decipher};
pub use version::{Attestation, CipherFamily, CryptogramVersion, Family};
