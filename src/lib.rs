#![no_std]
#![forbid(unsafe_code)]
//! chipcard

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod element;
mod error;
pub mod tag;
pub mod tlv;

pub use error::{Error, ErrorKind, Result};
pub use tag::Tag;
