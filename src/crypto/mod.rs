//! Block ciphers, padding and message authentication codes, as EMV Book 2 Annex A1 and B1 use them.
//!
//! AES runs on the `aes` crate, constant time on every platform. TDES is constant time with the feature `simd`;
//! without it, it runs on the table-based `des` crate, whose S-box look-ups depend on secret data: see `SECURITY.md`
//! for what that means. What the processor at hand has is told by `lanes::single::Backend::active()`.

mod cipher;
#[cfg(feature = "simd")]
pub mod lanes;
mod mac;
mod message;
mod padding;
mod parity;
mod secret;
pub(crate) mod tdes;
#[cfg(test)]
mod tests;

pub use cipher::{Algorithm, Mode};
pub(crate) use cipher::{BlockCipher, Cipher};
pub(crate) use mac::{constant_time_eq, full_mac, mac};
pub(crate) use message::{Bounded, Message, SignedData};
pub use padding::Padding;
pub(crate) use parity::odd_parity;
pub(crate) use secret::SecretKey;
