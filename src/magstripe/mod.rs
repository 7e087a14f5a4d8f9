//! Values that stand on, or are made for, the magnetic stripe: card verification values (CVV, iCVV, CVV2, CAVV,
//! dCVV), dynamic CVC3, PIN verification values, and the tracks themselves.
//!
//! The number of digits is the issuer's choice, made once in his profile ([`DigitCount`]) and never taken from the
//! message: an empty, short or long value does not verify. In what order the digits of an expiry date are fed in
//! is the issuer's too ([`ExpiryDigits`]), because systems differ and nothing in the result shows it.
//!
//! ```
//! use chipcard::element::{Pan, ServiceCode};
//! use chipcard::magstripe::{CardVerificationKey, CvvDigits, CvvInput, ExpiryDigits};
//!
//! let cvk = CardVerificationKey::tdes(&[
//!     0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10,
//! ])?;
//! let pan = Pan::from_digits("4123456789012345")?;
//! let expiry = ExpiryDigits::from_digits("8701")?;
//! let stripe = CvvInput::new(&pan, expiry, ServiceCode::from_digits("101")?);
//! let cvv = cvk.verification_value(&stripe, CvvDigits::THREE)?;
//! assert!(cvv.matches("561"));
//! assert!(!cvv.matches("56") && !cvv.matches("5610") && !cvv.matches(""));
//! # Ok::<(), chipcard::Error>(())
//! ```

mod cvc3;
mod cvv;
mod discretionary;
mod key;
mod pvv;
#[cfg(test)]
mod tests;
mod track;
mod value;

pub use cvc3::{Cvc3Digits, Ivcvc3, cvc3};
pub use cvv::{CvvDigits, CvvInput, ExpiryDigits, dcvv};
pub use discretionary::{DiscretionaryProfile, DiscretionaryValues};
pub use key::{CardVerificationKey, PinVerificationKey};
pub use track::{Track1, Track2};
pub use value::{DigitCount, VerificationValue};
