//! Block ciphers, padding and message authentication codes, as EMV Book 2 Annex A1 and B1 use them.
//!
//! Both ciphers take the same time whatever keys and data are: AES runs on the `aes` crate, TDES on code of this
//! library that computes its S-boxes instead of looking them up in memory. With the feature `simd` that code uses the
//! vector instructions that the processor at hand has.

mod backend;
mod cipher;
// Public where test benches measure it.
#[cfg(all(feature = "simd", feature = "laboratory"))]
pub mod lanes;
#[cfg(not(all(feature = "simd", feature = "laboratory")))]
pub(crate) mod lanes;
mod mac;
mod message;
mod padding;
mod parity;
mod secret;
#[cfg(test)]
mod tests;

pub use backend::{Backend, Workload};
pub use cipher::{Algorithm, Mode};
pub(crate) use cipher::{BlockCipher, Cipher};
pub(crate) use mac::{constant_time_eq, full_mac, mac, verify_mac};
pub(crate) use message::{Bounded, Message, push};
pub use padding::Padding;
pub(crate) use parity::odd_parity;
pub(crate) use secret::SecretKey;
