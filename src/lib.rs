#![cfg_attr(docsrs, feature(doc_cfg))]
#![no_std]
#![cfg_attr(not(feature = "simd"), forbid(unsafe_code))]
#![cfg_attr(feature = "simd", deny(unsafe_code))]
//! The chip side and the issuer side of an EMV payment card.
//!
//! A card makes an application cryptogram over a transaction; its issuer verifies it, answers, and the card
//! verifies the answer. [`card`] is the one, [`issuer`] the other. They never import each other: what one
//! needs of the other travels as bytes, as it does in life.
//!
//! ```
//! use chipcard::apdu::MAX_RESPONSE_LENGTH;
//! use chipcard::card::{Applet, VolatileMemory, test_cards};
//! use chipcard::issuer::{CardRecord, ChipData, Issuer, IssuerResponse};
//! use chipcard::{tag, tlv};
//!
//! // A card with published test keys, in a terminal that sends it commands.
//! let test = &test_cards::CCD_TDES;
//! let mut card = Applet::new(&test.profile, test.card_keys()?, VolatileMemory::new())?;
//! let mut send = |command: String| {
//!     let mut response = [0; MAX_RESPONSE_LENGTH];
//!     let length = card.process(&hex::decode(command).unwrap(), &mut response);
//!     assert_eq!(response[length - 2..length], [0x90, 0x00]);
//!     response[..length - 2].to_vec()
//! };
//! send("00A4040007F000000999010100".into()); // SELECT
//! send("80A80000088306226000F0A00100".into()); // GET PROCESSING OPTIONS
//! // GENERATE AC asks for an ARQC over amounts, country, TVR, currency, date, type and unpredictable number.
//! let sale = "0000000042000000000000000840000000000008402611230011223344221F0302";
//! let answer = send(format!("80AE800021{sale}00"));
//!
//! // The terminal joins the card's answer and its own data to DE 55; the issuer verifies it and signs an answer.
//! let mut de55 = tlv::require(&answer, tag::RESPONSE_TEMPLATE_FORMAT_2)?.value.to_vec();
//! de55.extend(hex::decode("9F02060000000042009F03060000000000009F1A0208409505000000000\
//!     05F2A0208409A032611239C01009F3704112233448202 1800".replace(' ', "")).unwrap());
//! let issuer = Issuer::new(test.issuer_keys()?);
//! let record = CardRecord::new(test.pan()?, Some(test.sequence()?), test.profile.version, 0x01);
//! let verified = issuer.verify_arqc(&record, &ChipData::parse(&de55)?)?;
//! let signed = issuer.authorise(verified, &IssuerResponse::approve())?;
//!
//! // The card accepts the answer (tag 91, then response code 00) and approves: a TC.
//! let signed = hex::encode(signed.as_bytes());
//! let answer = send(format!("80AE40002B{signed}3030{sale}00"));
//! let answer = tlv::require(&answer, tag::RESPONSE_TEMPLATE_FORMAT_2)?.value;
//! assert_eq!(tlv::require(answer, tag::CRYPTOGRAM_INFORMATION_DATA)?.value, [0x40]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//!
//! | module | holds |
//! |---|---|
//! | [`issuer`] | verify an ARQC from DE 55, answer it, write scripts; keys in memory or in an HSM; judge whole requests ([`issuer::Authoriser`]) and remember cards ([`issuer::CardStateStore`]) |
//! | [`card`] | the IC applet: files, commands, state |
//! | [`cryptogram`] | what each cryptogram version signs: a table, one row a version |
//! | [`key`] | issuer master keys, card keys, session keys, typed by purpose |
//! | [`magstripe`] | CVV, dCVV, CVC3, PVV, tracks |
//! | `oda` (feature) | offline data authentication: SDA, DDA, CDA, XDA, and their certificates; to verify and to make |
//! | `gauntlet` (feature) | every published attack and honest traffic, played against an authorisation host |
//! | [`manual`] | documentation alone: [attacks](manual::attacks) and our answers, [limits](manual::limits) |
//! | [`element`], [`tag`], [`tlv`], [`dol`], [`apdu`] | the data, typed; the tag dictionary; strict BER-TLV; object lists; commands |
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `std` (default) | `alloc` |
//! | `alloc` | key sets in a `Vec`; personalisation by commands |
//! | `simd` | many cryptograms at once, and one TDES in less time, in vector registers ([`Issuer::verify_batch`]); the only `unsafe` code |
//! | `rayon` | a batch on all cores: `Issuer::par_verify_batch` |
//! | `oda` | offline data authentication with RSA and elliptic curves; needs a heap |
//! | `gauntlet` | published attacks and honest traffic, to test a host with |
//! | `serde` | [`Assessment::evidence`](issuer::Assessment#method.evidence): a judgement as a record for a dispute |
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
#[cfg(feature = "gauntlet")]
pub mod gauntlet;
pub mod issuer;
pub mod key;
#[cfg(feature = "laboratory")]
pub mod laboratory;
pub mod magstripe;
pub mod manual;
#[cfg(feature = "oda")]
pub mod oda;
pub mod tag;
pub mod tlv;

pub use error::{Error, ErrorKind, Result};
pub use issuer::Issuer;
pub use tag::Tag;

/// The examples of the README, so that they stay true.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
