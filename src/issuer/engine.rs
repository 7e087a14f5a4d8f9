//! What the issuer's side needs of keys: at the level of keys, and at the level of whole operations.

use core::fmt;

use zeroize::Zeroizing;

use crate::crypto::{Algorithm, Mode, Padding, constant_time_eq};
use crate::cryptogram::{
    ApplicationCryptogram, ChainBlock, CryptogramVersion, PinBlockFormat, SignedData,
};
use crate::element::{
    ApplicationTransactionCounter, Pan, PanSequenceNumber, Pin, UnpredictableNumber,
};
use crate::error::Error;
use crate::issuer::{BatchMemory, IssuerResponse, VerifiedArqc};
use crate::key::{CardKeyOption, KeyPurpose, Purpose, SessionDerivation};

/// Which card's key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyReference {
    /// The card's PAN.
    pub pan: Pan,
    /// Its sequence number, 00 where it has none.
    pub sequence: PanSequenceNumber,
    /// Derivation key index: which master key set.
    pub index: u8,
    /// How the card key is derived.
    pub option: CardKeyOption,
}

impl KeyReference {
    /// A reference to the keys of one card.
    pub const fn new(
        pan: Pan,
        sequence: PanSequenceNumber,
        index: u8,
        option: CardKeyOption,
    ) -> Self {
        Self {
            pan,
            sequence,
            index,
            option,
        }
    }
}

/// Why keys could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EngineError {
    /// There is no master key set with this index.
    UnknownKeyIndex(u8),
    /// The key set has no key for this purpose.
    NoKey(KeyPurpose),
    /// The engine does not have this operation.
    Unsupported(&'static str),
    /// The engine did not answer: a code of its own.
    Unavailable(u32),
    /// The operation's inputs do not fit.
    Invalid(Error),
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKeyIndex(index) => write!(f, "no key set has the index {index:02X}"),
            Self::NoKey(purpose) => write!(f, "the key set has no {purpose} key"),
            Self::Unsupported(what) => write!(f, "the key engine cannot do this: {what}"),
            Self::Unavailable(code) => write!(f, "the key engine did not answer (code {code})"),
            Self::Invalid(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for EngineError {}

impl From<Error> for EngineError {
    fn from(error: Error) -> Self {
        Self::Invalid(error)
    }
}

/// Key operations with opaque handles: what a key store, a PKCS#11 token or a general-purpose HSM offers.
///
/// Whoever implements it has a [`CryptogramEngine`] for free.
pub trait CardKeys {
    /// A session key of one purpose, opaque.
    type Handle<P: Purpose>;

    /// Derives a card's session key.
    ///
    /// # Errors
    /// When there is no such key, or the derivation does not fit it.
    fn session_key<P: Purpose>(
        &self,
        card: &KeyReference,
        derivation: &SessionDerivation,
    ) -> Result<Self::Handle<P>, EngineError>;

    /// Cipher of a key, which decides how its MACs are padded.
    fn algorithm<P: Purpose>(&self, key: &Self::Handle<P>) -> Algorithm;

    /// The MAC before truncation: ISO/IEC 9797-1 algorithm 3 for TDES (eight bytes, then zeros), CMAC for AES.
    ///
    /// # Errors
    /// When the message is too long or not padded as the cipher needs it.
    fn mac<P: Purpose>(
        &self,
        key: &Self::Handle<P>,
        padding: Padding,
        message: &[u8],
    ) -> Result<[u8; 16], EngineError>;

    /// Enciphers whole blocks in place.
    ///
    /// # Errors
    /// When `data` is not whole blocks.
    fn encipher<P: Purpose>(
        &self,
        key: &Self::Handle<P>,
        mode: Mode,
        data: &mut [u8],
    ) -> Result<(), EngineError>;

    /// Whether `claimed` is the MAC's leftmost eight bytes, compared in constant time. Whoever can verify a MAC without
    /// giving it away does so here.
    ///
    /// # Errors
    /// Those of [`CardKeys::mac`].
    fn verify_mac<P: Purpose>(
        &self,
        key: &Self::Handle<P>,
        padding: Padding,
        message: &[u8],
        claimed: &[u8; 8],
    ) -> Result<bool, EngineError> {
        let mac = self.mac(key, padding, message)?;
        let [leftmost @ .., _, _, _, _, _, _, _, _] = &mac;
        Ok(constant_time_eq(leftmost, claimed))
    }

    /// See [`CryptogramEngine::verify_many`].
    fn verify_many(
        &self,
        requests: &[BatchRequest<'_>],
        outcomes: &mut [BatchOutcome],
        memory: &mut BatchMemory,
    ) {
        let _ = (requests, outcomes, memory);
    }

    /// The PIN block of a PIN change, before encipherment. `purpose` says whose card key Visa's formats take.
    ///
    /// # Errors
    /// When the format needs the current PIN and there is none.
    fn pin_block(
        &self,
        card: &KeyReference,
        purpose: KeyPurpose,
        format: PinBlockFormat,
        new: &Pin,
        current: Option<&Pin>,
    ) -> Result<Zeroizing<[u8; 8]>, EngineError>;
}

/// One cryptogram to verify: everything that the operation of a payment HSM takes.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CryptogramRequest<'a> {
    /// Whose cryptogram.
    pub card: &'a KeyReference,
    /// By which recipe.
    pub version: &'a CryptogramVersion,
    /// The transaction's counter.
    pub atc: ApplicationTransactionCounter,
    /// The terminal's unpredictable number.
    pub un: UnpredictableNumber,
    /// The signed data, joined, not padded.
    pub data: &'a [u8],
    /// The same with its padding beside.
    #[cfg_attr(
        not(feature = "simd"),
        allow(dead_code, reason = "lanes alone take blocks that are padded already")
    )]
    pub(super) signed: &'a SignedData,
    /// The cryptogram that the message claims.
    pub claimed: ApplicationCryptogram,
}

/// One cryptogram among many to verify, and the answer to sign if it is right.
#[derive(Debug)]
#[non_exhaustive]
pub struct BatchRequest<'a> {
    /// The cryptogram.
    pub cryptogram: CryptogramRequest<'a>,
    /// The answer.
    pub response: Option<&'a IssuerResponse<'a>>,
}

/// What an engine found of one request among many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchOutcome {
    /// Nothing yet: it will be asked for this one alone.
    Pending,
    /// The cryptogram is wrong.
    Wrong,
    /// The cryptogram is right.
    Right {
        /// The response cryptogram as [`CryptogramEngine::response_cryptogram`] gives it; zero where no answer was asked for.
        response_cryptogram: [u8; 8],
    },
}

/// Whole cryptogram operations: what a payment HSM offers, and all that [`Issuer`](crate::issuer::Issuer) needs.
///
/// Whatever signs takes a [`VerifiedArqc`], which only the issuer's verification makes.
pub trait CryptogramEngine {
    /// What a verification keeps for the answer: the key that signs it or a handle to that key, so that it is not derived
    /// twice. It travels in the proof ([`VerifiedArqc::answer_key`]). `()` for an HSM that finds its keys anew in every command.
    type AnswerKey;

    /// What the answer needs, if the claimed cryptogram is the card's over this data, compared in constant time.
    ///
    /// # Errors
    /// When the keys cannot be used. A wrong cryptogram is `Ok(None)`.
    fn verify_cryptogram(
        &self,
        request: &CryptogramRequest<'_>,
    ) -> Result<Option<Self::AnswerKey>, EngineError>;

    /// Verifies many cryptograms together, as far as the engine can: `outcomes`, as many as `requests` and all
    /// [`Pending`](BatchOutcome::Pending), may stay so, and are then asked for one by one. An engine has nothing to do here.
    /// `memory` is for the keys in memory of this library; others hand it on or leave it alone.
    fn verify_many(
        &self,
        requests: &[BatchRequest<'_>],
        outcomes: &mut [BatchOutcome],
        memory: &mut BatchMemory,
    ) {
        let _ = (requests, outcomes, memory);
    }

    /// The response cryptogram: eight bytes by method 1; by method 2 four, then zeros.
    ///
    /// # Errors
    /// When the keys cannot be used, or the version has no signed answer.
    fn response_cryptogram(
        &self,
        verified: &VerifiedArqc<'_, Self::AnswerKey>,
        response: &IssuerResponse<'_>,
    ) -> Result<[u8; 8], EngineError>;

    /// The MAC of script command `index` (counted from 0), before truncation. `header` has the final Lc.
    ///
    /// # Errors
    /// When the keys cannot be used, or the version has no established script protection.
    fn script_mac(
        &self,
        verified: &VerifiedArqc<'_, Self::AnswerKey>,
        index: u64,
        header: [u8; 5],
        data: &[u8],
        chain: ChainBlock,
    ) -> Result<ChainBlock, EngineError>;

    /// Pads and enciphers `data` of script command `index` into `output`; returns the length.
    ///
    /// # Errors
    /// As [`CryptogramEngine::script_mac`].
    fn script_encipher(
        &self,
        verified: &VerifiedArqc<'_, Self::AnswerKey>,
        index: u64,
        data: &[u8],
        output: &mut [u8],
    ) -> Result<usize, EngineError>;

    /// The enciphered PIN block of a PIN change into `output`; returns the length.
    ///
    /// # Errors
    /// As [`CryptogramEngine::script_mac`], and when the style has no PIN change with the current PIN.
    fn script_pin(
        &self,
        verified: &VerifiedArqc<'_, Self::AnswerKey>,
        index: u64,
        new: &Pin,
        current: Option<&Pin>,
        output: &mut [u8],
    ) -> Result<usize, EngineError>;
}
