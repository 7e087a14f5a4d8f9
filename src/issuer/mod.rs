//! The issuer's side: verify a cryptogram from the bytes of DE 55, answer it, write scripts.
//!
//! A right cryptogram says that the card made it over these data; that it is new, and that the card is used as the message says, are other
//! questions. [`Authoriser`] asks them of a whole [`AuthorisationRequest`]: claims of the terminal against what the cryptogram covers, the
//! message against the [`IssuedCard`], and both against what a [`CardStateStore`] remembers. The [`Assessment`] has the verdict, the
//! strictest of all that was found, and each [`Reason`] with what was claimed, where, and what speaks against it. What a message
//! leaves out is never held against it.
//!
//! The order is enforced by types. [`Issuer::verify_arqc`] is the only source of a [`VerifiedArqc`], and
//! everything that signs something takes one:
//!
//! ```
//! # use chipcard::issuer::{CardRecord, ChipData, CryptogramEngine, Issuer, IssuerResponse};
//! # fn host<E: CryptogramEngine>(issuer: &Issuer<E>, card: &CardRecord<'_>, chip: &ChipData<'_>) -> Result<(), Box<dyn std::error::Error>> {
//! let verified = issuer.verify_arqc(card, chip)?;
//! let answer = issuer.authorise(verified, &IssuerResponse::approve())?;
//! # Ok(())
//! # }
//! ```
//!
//! Bytes of a message are no proof, so this does not compile:
//!
//! ```compile_fail,E0308
//! # use chipcard::issuer::{CardRecord, ChipData, CryptogramEngine, Issuer, IssuerResponse};
//! # fn host<E: CryptogramEngine>(issuer: &Issuer<E>, card: &CardRecord<'_>, chip: &ChipData<'_>) -> Result<(), Box<dyn std::error::Error>> {
//! let claimed = chip.application_cryptogram()?;
//! let answer = issuer.authorise(claimed, &IssuerResponse::approve())?;
//! # Ok(())
//! # }
//! ```
//!
//! Nor can the proof be made by hand, because its fields are private, or be used for a second answer:
//!
//! ```compile_fail,E0451
//! # use chipcard::issuer::VerifiedArqc;
//! # fn host<'v>(honest: VerifiedArqc<'v>, arqc: chipcard::cryptogram::ApplicationCryptogram) -> VerifiedArqc<'v> {
//! VerifiedArqc { arqc, ..honest }
//! # }
//! ```
//!
//! ```compile_fail,E0382
//! # use chipcard::element::AuthorisationResponseCode;
//! # use chipcard::issuer::{CardRecord, ChipData, CryptogramEngine, Issuer, IssuerResponse};
//! # fn host<E: CryptogramEngine>(issuer: &Issuer<E>, card: &CardRecord<'_>, chip: &ChipData<'_>) -> Result<(), Box<dyn std::error::Error>> {
//! let verified = issuer.verify_arqc(card, chip)?;
//! let approval = issuer.authorise(verified, &IssuerResponse::approve())?;
//! let decline = issuer.authorise(verified, &IssuerResponse::decline(AuthorisationResponseCode::DECLINED))?;
//! # Ok(())
//! # }
//! ```
//!
//! Why: an answer to an unverified cryptogram is an oracle. With ARPC method 1 the signed *decline* of a
//! tampered cryptogram is the signed *approval* of the genuine one; with Mastercard's own session keys, whose
//! answers are signed by the card key itself, two answers give an attacker a session key of his choice.

mod activity;
mod batch;
mod chip_data;
mod engine;
mod judgement;
#[cfg(feature = "alloc")]
mod layouts;
mod over_keys;
#[cfg(feature = "alloc")]
mod queue;
mod refusal;
mod response;
mod script;
mod shared_layouts;
mod software;
mod state;
#[cfg(feature = "simd")]
mod vector;
mod verify;

#[cfg(feature = "std")]
pub use activity::MemoryActivity;
pub use activity::{
    Activity, ActivityEvent, ActivityPolicy, ActivityStore, CardActivity, CompromiseReport, Nature,
    Noticed, Payment, ShopActivity, ShopIndex, Visit, Whereabouts,
};
pub use batch::{BatchItem, BatchMemory, BatchVerdict};
pub use chip_data::ChipData;
pub use engine::{
    BatchOutcome, BatchRequest, CardKeys, CryptogramEngine, CryptogramRequest, EngineError,
    KeyReference,
};
#[cfg(feature = "serde")]
pub use judgement::Evidence;
pub use judgement::{
    Assessment, AuthorisationRequest, Authoriser, CardStatus, ChipValidation, ClaimedVerification,
    Contactless, Cvv2Expiry, DynamicLayout, DynamicValue, Explanation, Form, IssuedCard, Language,
    MessageKind, OnlinePin, Pending, PinExpectation, Place, Policy, PosEntryMode, Reason,
    ReasonKind, Reasons, StripeClaim, StripeKeys, StripeValue, StripeVerifier, TerminalCapability,
    Timestamp, TokenDomain, Value, Verdict, Weighed,
};
#[cfg(feature = "alloc")]
pub use layouts::ChipLayouts;
#[cfg(feature = "alloc")]
pub use queue::BatchVerifier;
pub use refusal::Refusal;
pub use response::{IssuerAuthenticationData, IssuerResponse};
pub use script::{ScriptPhase, ScriptWriter};
pub use software::KeySets;
#[cfg(feature = "std")]
pub use state::MemoryStore;
pub use state::{
    AtcPlace, AtcWindow, COUNTER_PERIOD, CardEvent, CardFacts, CardIndex, CardState,
    CardStateStore, Happened, Outcome, PLACE_PERIOD, PlaceEvent, PlaceHappened, PlaceIndex,
    PlaceState, Recorded, StateKey,
};
pub use verify::{CardRecord, Issuer, VerifiedArqc};
