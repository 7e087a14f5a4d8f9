//! What was issued: what a host is told of a card before its first message.

use std::fmt;
use std::string::String;
use std::vec::Vec;

use crate::crypto::Algorithm;
use crate::cryptogram::CryptogramVersion;

/// Whether a card may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Status {
    /// It may.
    #[default]
    Active,
    /// Reported lost.
    Lost,
    /// Reported stolen. Of a token: the card that it stands for was.
    Stolen,
    /// Blocked by the issuer.
    Blocked,
    /// Replaced by a new card.
    Replaced,
}

/// What a card does without contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Contactless {
    /// Nothing.
    None,
    /// EMV mode.
    Emv,
    /// Stripe mode with CVC3: the discretionary data of track 2 are CVC3 (3 digits), counter (5), unpredictable number (4), and
    /// the count of that number's digits (1).
    Cvc3,
    /// Stripe mode with dCVV: the discretionary data of track 2 are PVKI and PVV (5), dCVV (3), counter (4).
    Dcvv,
}

/// Where a token may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenDomain {
    /// In one device, by contactless chip data.
    Device,
    /// With one merchant, on file.
    Merchant,
}

/// The chip of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IssuedChip {
    /// Cryptogram version.
    pub version: &'static CryptogramVersion,
    /// Derivation key index.
    pub key_index: u8,
    /// Application identifier.
    pub aid: Vec<u8>,
    /// Whether it has contacts.
    pub contacts: bool,
    /// Whether terminals may fill its issuer application data up with zeros.
    pub zero_padded: bool,
    /// Whether it does CDA.
    pub cda: bool,
    /// Whether it takes part in the relay resistance protocol.
    pub relay_resistance: bool,
    /// Whether it checks a PIN itself.
    pub offline_pin: bool,
}

/// A card, or a token.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Issued {
    /// PAN or token.
    pub pan: String,
    /// Its sequence number; `None` where it was issued without.
    pub sequence: Option<u8>,
    /// `YYMM`.
    pub expiry: String,
    /// Service code on the stripe.
    pub service_code: String,
    /// Whether it may be used.
    pub status: Status,
    /// Its chip, if it has one.
    pub chip: Option<IssuedChip>,
    /// What it does without contacts.
    pub contactless: Contactless,
    /// Where it may be used, when it is a token.
    pub token: Option<TokenDomain>,
    /// Whether its CVM list asks for a PIN first.
    pub prefers_pin: bool,
    /// From this amount on, in minor units of [`currency`](Self::currency), a contactless payment needs a cardholder
    /// verification.
    pub verification_limit: u64,
    /// The issuer's currency.
    pub currency: u16,
    /// The issuer's country.
    pub country: u16,
    /// Where its holder said that he travels.
    pub travel: Option<u16>,
    /// Digits of its card verification values: 3.
    pub verification_digits: u8,
    /// Key pair of CVV, iCVV and CVV2. A test key.
    pub verification_key: [u8; 16],
    /// Issuer master key of CVC3. A test key.
    pub cvc3_key: [u8; 16],
}

impl fmt::Debug for Issued {
    /// Neither PAN nor keys.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Issued")
            .field("sequence", &self.sequence)
            .field("status", &self.status)
            .field("contactless", &self.contactless)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}

impl Issued {
    /// An active stripe card with this PAN; the other fields are to be set.
    pub fn new(pan: impl Into<String>) -> Self {
        Self {
            pan: pan.into(),
            sequence: None,
            expiry: "4912".into(),
            service_code: "101".into(),
            status: Status::Active,
            chip: None,
            contactless: Contactless::None,
            token: None,
            prefers_pin: false,
            verification_limit: 0,
            currency: 0,
            country: 0,
            travel: None,
            verification_digits: 3,
            verification_key: [0; 16],
            cvc3_key: [0; 16],
        }
    }
}

impl IssuedChip {
    /// A chip with contacts and none of the rest.
    pub const fn new(version: &'static CryptogramVersion, key_index: u8, aid: Vec<u8>) -> Self {
        Self {
            version,
            key_index,
            aid,
            contacts: true,
            zero_padded: false,
            cda: false,
            relay_resistance: false,
            offline_pin: false,
        }
    }
}

/// Master keys that a host is asked to take. Test keys, and in some scenarios keys that no host may take.
#[derive(Clone, PartialEq, Eq)]
pub struct KeyOffer {
    /// Derivation key index.
    pub index: u8,
    /// Their cipher.
    pub algorithm: Algorithm,
    /// For application cryptograms.
    pub ac: [u8; 16],
    /// For the integrity of scripts.
    pub smi: [u8; 16],
    /// For the confidentiality of scripts.
    pub smc: [u8; 16],
}

impl fmt::Debug for KeyOffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyOffer")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}
