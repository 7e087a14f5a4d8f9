//! The issuer's side: verify a cryptogram from the bytes of DE 55, answer it, write scripts.
//!
//! The order is enforced by types. [`Issuer::verify_arqc`] is the only source of a [`VerifiedArqc`], and
//! everything that signs something takes one:
//!
//! ```compile_fail,E0308
//! # use chipcard::issuer::{CryptogramEngine, Issuer, IssuerResponse};
//! # fn host<E: CryptogramEngine>(issuer: &Issuer<E>, arqc: [u8; 8]) {
//! // Bytes from a message are not a verified cryptogram: this does not compile.
//! issuer.authorise(arqc, &IssuerResponse::approve());
//! # }
//! ```
//!
//! ```compile_fail,E0451
//! # fn host(arqc: chipcard::cryptogram::ApplicationCryptogram) {
//! // Nor can the proof be made by hand: its fields are private.
//! let forged = chipcard::issuer::VerifiedArqc { arqc };
//! # }
//! ```
//!
//! Why: an answer to an unverified cryptogram is an oracle. With ARPC method 1 the signed *decline* of a
//! tampered cryptogram is the signed *approval* of the genuine one; with Mastercard's own session keys, whose
//! answers are signed by the card key itself, two answers give an attacker a session key of his choice.

mod batch;
mod chip_data;
mod engine;
mod over_keys;
mod refusal;
mod response;
mod script;
mod software;
mod verify;

pub use batch::{BatchItem, BatchVerdict};
pub use chip_data::ChipData;
pub use engine::{CardKeys, CryptogramEngine, CryptogramRequest, EngineError, KeyReference};
pub use refusal::Refusal;
pub use response::{IssuerAuthenticationData, IssuerResponse};
pub use script::{ScriptPhase, ScriptWriter};
pub use software::KeySets;
pub use verify::{CardRecord, Issuer, VerifiedArqc};
