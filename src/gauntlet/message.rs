//! What a host receives.

use std::fmt;
use std::string::String;
use std::vec::Vec;

/// What the terminal can read, from the network's own field (DE 60 or 61).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Capability {
    /// The message does not say.
    #[default]
    Unknown,
    /// Magnetic stripe alone.
    Stripe,
    /// Stripe and contact chip.
    Chip,
    /// Stripe, contact chip, contactless.
    ChipAndContactless,
    /// Stripe and the contactless stripe mode, no chip.
    StripeAndContactlessStripe,
    /// Keys alone, or a web shop.
    None,
}

/// What became of the PIN in DE 52.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OnlinePin {
    /// There is one, and it is the cardholder's.
    Right,
    /// There is one, and it is not.
    Wrong,
}

/// How the message, apart from DE 55, says that the cardholder was verified (DE 22 position 3, DE 60, DE 61).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verification {
    /// Not at all.
    Nothing,
    /// By a signature.
    Signature,
    /// By a PIN that the card checked.
    OfflinePin,
    /// By a PIN for the issuer.
    OnlinePin,
    /// On the cardholder's own device.
    Device,
}

/// One message to the issuer: the fields of ISO 8583 that a decision rests on. Field names say which data element (DE)
/// each is; what a network puts elsewhere has a name of its own.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Message {
    /// Message type: `0100` authorisation, `0101` its repetition, `0120` stand-in advice, `0220` clearing, `0400` reversal, `0401` its
    /// repetition.
    pub mti: String,
    /// DE 2: PAN, or the token in its place.
    pub pan: String,
    /// DE 3: `00` purchase, `20` refund, `30` balance, two digits each for the accounts.
    pub processing_code: String,
    /// DE 4: amount in minor units.
    pub amount: u64,
    /// When the host received it: its own clock, seconds since 1970.
    pub at: u64,
    /// DE 7: `MMDDhhmmss`.
    pub transmitted: String,
    /// DE 11.
    pub stan: u32,
    /// DE 12: `hhmmss`.
    pub local_time: String,
    /// DE 13: `MMDD`.
    pub local_date: String,
    /// DE 14: `YYMM`.
    pub expiry: Option<String>,
    /// DE 18.
    pub mcc: u16,
    /// DE 22: two digits of entry mode, one of PIN capability.
    pub entry_mode: String,
    /// DE 23.
    pub sequence: Option<u8>,
    /// DE 32.
    pub acquirer: String,
    /// DE 35, without sentinels, separator `=`.
    pub track_2: Option<String>,
    /// DE 37.
    pub rrn: String,
    /// DE 41.
    pub terminal: String,
    /// DE 42.
    pub merchant: String,
    /// DE 43 or 19: where the terminal stands.
    pub country: u16,
    /// DE 45, without sentinels.
    pub track_1: Option<String>,
    /// DE 49.
    pub currency: u16,
    /// DE 51: the cardholder's billing currency, where the network converts.
    pub billing_currency: Option<u16>,
    /// DE 52 and what the host found about it.
    pub pin: Option<OnlinePin>,
    /// DE 55.
    pub chip: Option<Vec<u8>>,
    /// DE 60 or 61: what the terminal can read.
    pub capability: Capability,
    /// How the message says that the cardholder was verified.
    pub verification: Option<Verification>,
    /// The network's mark of a transaction that was stored and sent later.
    pub deferred: bool,
    /// The network's mark of an amount that is not final: fuel, hotels, partial approval.
    pub estimated: bool,
    /// The printed value (CVV2), where a shop asks for it.
    pub cvv2: Option<String>,
    /// DE 90 of a reversal: trace number of the original.
    pub original: Option<u32>,
}

impl Message {
    /// A purchase, `0100`, of nothing yet.
    pub fn new(pan: impl Into<String>) -> Self {
        Self {
            mti: "0100".into(),
            pan: pan.into(),
            processing_code: "000000".into(),
            amount: 0,
            at: 0,
            transmitted: String::new(),
            stan: 0,
            local_time: String::new(),
            local_date: String::new(),
            expiry: None,
            mcc: 0,
            entry_mode: "000".into(),
            sequence: None,
            acquirer: String::new(),
            track_2: None,
            rrn: String::new(),
            terminal: String::new(),
            merchant: String::new(),
            country: 0,
            track_1: None,
            currency: 0,
            billing_currency: None,
            pin: None,
            chip: None,
            capability: Capability::Unknown,
            verification: None,
            deferred: false,
            estimated: false,
            cvv2: None,
            original: None,
        }
    }
}

impl fmt::Debug for Message {
    /// Neither PAN nor tracks nor the printed value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("mti", &self.mti)
            .field("stan", &self.stan)
            .field("amount", &self.amount)
            .field("entry_mode", &self.entry_mode)
            .finish_non_exhaustive()
    }
}
