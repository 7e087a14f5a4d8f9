//! Block ciphers, padding and message authentication codes, as EMV Book 2 Annex A1 and B1 use them.
//!
//! TDES runs on the table-based `des` crate, whose S-box look-ups depend on secret data: see
//! `SECURITY.md` for what that means. AES runs on the `aes` crate, constant time on every platform.

mod cipher;
#[cfg(feature = "simd")]
#[allow(
    unsafe_code,
    clippy::expect_used,
    reason = "the one place for vector instructions; its own lengths are constants"
)]
pub mod lanes;
mod mac;
mod message;
mod padding;
mod parity;
mod secret;
#[cfg(test)]
mod tests;

pub use cipher::{Algorithm, Mode};
pub(crate) use cipher::{BlockCipher, Cipher};
pub(crate) use mac::{constant_time_eq, full_mac, mac};
pub(crate) use message::{Bounded, Message};
pub use padding::Padding;
pub(crate) use parity::odd_parity;
pub(crate) use secret::SecretKey;
