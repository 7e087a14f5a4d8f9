//! Keys: issuer master keys, card keys, session keys, each typed by its purpose.
//!
//! ```text
//! IssuerMasterKey<P> --PAN, sequence number--> CardKey<P> --transaction--> SessionKey<P>
//! ```
//!
//! A key of one purpose cannot be passed where another is asked for, none of them can be printed, and all
//! are wiped when dropped.

mod card;
mod card_set;
mod check;
mod derived;
mod emv2000;
mod issuer;
mod purpose;
mod session;
mod set;
#[cfg(test)]
mod tests;

pub use card::CardKeyOption;
pub use card_set::CardKeySet;
pub(crate) use check::check_strength;
pub use check::{KeyCheckValue, KeyPolicy};
pub use derived::{CardKey, DerivedKey, Level, OfCard, OfSession, SessionKey};
pub use emv2000::Emv2000Tree;
pub use issuer::IssuerMasterKey;
pub use purpose::{Ac, Cvc3, Dac, Idn, KeyPurpose, Purpose, Smc, Smi};
pub use session::{SessionDerivation, SessionKeyMethod};
pub use set::IssuerKeySet;
