#![no_std]
#![forbid(unsafe_code)]
//! chipcard

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod apdu;
pub mod card;
pub mod crypto;
pub mod cryptogram;
pub mod element;
mod error;
pub mod issuer;
pub mod key;
#[cfg(feature = "laboratory")]
pub mod laboratory;
pub mod tag;
pub mod tlv;

pub use error::{Error, ErrorKind, Result};
pub use tag::Tag;
