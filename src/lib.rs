#![cfg_attr(docsrs, feature(doc_cfg))]
#![no_std]
#![forbid(unsafe_code)]
//! The chip side and the issuer side of an EMV payment card.
//!
//! A card makes an application cryptogram over a transaction; its issuer verifies it, answers, and the card
//! verifies the answer. [`card`] is the one, [`issuer`] the other. They never import each other: what one
//! needs of the other travels as bytes, as it does in life.
//!
//! EXAMPLE
//!
//! # Where things are
//!
//! | module | holds |
//! |---|---|
//! | [`issuer`] | verify an ARQC from DE 55, answer it, write scripts; keys in memory or in an HSM |
//! | [`card`] | the IC applet: files, commands, state |
//! | [`cryptogram`] | what each cryptogram version signs: a table, one row a version |
//! | [`key`] | issuer master keys, card keys, session keys, typed by purpose |
//! | [`magstripe`] | CVV, dCVV, CVC3, PVV, tracks |
//! | [`element`], [`tag`], [`tlv`], [`dol`], [`apdu`] | the data, typed; the tag dictionary; strict BER-TLV; object lists; commands |
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `std` (default) | `alloc` |
//! | `alloc` | key sets in a `Vec` |
//! | `laboratory` | single steps on bare values, for test benches; **never in an authorisation host** |
//!
//! Without features the library needs neither an operating system nor a heap.
//!
//! EMV is a registered trademark of EMVCo, LLC.

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

pub mod apdu;
pub mod card;
pub mod crypto;
pub mod cryptogram;
pub mod dol;
pub mod element;
mod error;
pub mod issuer;
pub mod key;
#[cfg(feature = "laboratory")]
pub mod laboratory;
pub mod magstripe;
pub mod tag;
pub mod tlv;

pub use error::{Error, ErrorKind, Result};
pub use issuer::Issuer;
pub use tag::Tag;

/// The examples of the README, so that they stay true.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
