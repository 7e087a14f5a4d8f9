//! The message to judge.

use core::fmt;

use super::entry_mode::PosEntryMode;
use super::message::MessageKind;
use super::terminal::TerminalCapability;
use super::timestamp::Timestamp;
use crate::element::{Amount, CountryCode, CurrencyCode, Date, Pan, PanSequenceNumber, YearMonth};

/// What is known of the PIN for the issuer (DE 52).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum OnlinePin {
    /// The host does not say.
    #[default]
    Unknown,
    /// The message has no PIN.
    NotSent,
    /// The message has one; nobody has verified it yet.
    Sent,
    /// It was verified, by the host or on its behalf.
    Right,
    /// It was verified and is wrong.
    Wrong,
}

/// How the message, apart from DE 55, says that the cardholder was verified (DE 22 position 3, DE 60, DE 61 …).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClaimedVerification {
    /// Not at all.
    Nothing,
    /// By a signature.
    Signature,
    /// By a PIN that the card verified.
    OfflinePin,
    /// By a PIN for the issuer.
    OnlinePin,
    /// On the consumer's own device.
    ConsumerDevice,
}

/// A whole authorisation request, as the host got it: the fields of the message, and DE 55 as it came.
///
/// What the message does not have stays `None`. Nothing that is missing speaks against a card.
///
/// ```
/// use chipcard::element::{Amount, CurrencyCode, Pan};
/// use chipcard::issuer::{AuthorisationRequest, MessageKind, PosEntryMode, Timestamp};
///
/// let pan = Pan::from_digits("4761739001010010")?;
/// let mut request = AuthorisationRequest::new(
///     MessageKind::Authorisation,
///     pan,
///     Amount::new(1000)?,
///     CurrencyCode::new(392)?,
///     PosEntryMode::Contact,
///     Timestamp(1_790_000_000),
/// );
/// request.stan = Some("000123");
/// request.mcc = Some(5411);
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct AuthorisationRequest<'a> {
    /// What the message wants.
    pub message: MessageKind,
    /// It was made earlier and stored: it may come out of order.
    pub deferred: bool,
    /// PAN or token, DE 2.
    pub pan: Pan,
    /// PAN sequence number, DE 23.
    pub sequence: Option<PanSequenceNumber>,
    /// Expiry, DE 14.
    pub expiry: Option<YearMonth>,
    /// Processing code, DE 3: six digits.
    pub processing_code: Option<&'a str>,
    /// Amount of the transaction, DE 4, in the smallest unit of its currency.
    pub amount: Amount,
    /// Currency of the transaction, DE 49.
    pub currency: CurrencyCode,
    /// Amount and currency in which the cardholder pays, DE 6 and DE 51.
    pub billing: Option<(Amount, CurrencyCode)>,
    /// When the host got the message, by its own clock. After 2049, which the dates of cards cannot say, no date is compared.
    pub at: Timestamp,
    /// When it was sent, DE 7.
    pub transmitted: Option<Timestamp>,
    /// Date at the terminal, DE 13.
    pub local_date: Option<Date>,
    /// Time at the terminal, DE 12: hours, minutes, seconds.
    pub local_time: Option<[u8; 3]>,
    /// System trace audit number, DE 11.
    pub stan: Option<&'a str>,
    /// Retrieval reference number, DE 37.
    pub rrn: Option<&'a str>,
    /// How the card was read, DE 22.
    pub entry_mode: PosEntryMode,
    /// What the terminal can read.
    pub terminal: TerminalCapability,
    /// How the message says that the cardholder was verified.
    pub verification: Option<ClaimedVerification>,
    /// The PIN for the issuer, DE 52.
    pub pin: OnlinePin,
    /// It asks again with a PIN for what the issuer wanted one for: the same tap, the same cryptogram.
    pub repeated_with_pin: bool,
    /// The final amount is not known yet: fuel, hotels, partial approval allowed.
    pub estimated: bool,
    /// Merchant category code, DE 18.
    pub mcc: Option<u16>,
    /// Acquirer, DE 32.
    pub acquirer: Option<&'a str>,
    /// Terminal, DE 41.
    pub terminal_id: Option<&'a str>,
    /// Merchant, DE 42.
    pub merchant: Option<&'a str>,
    /// The merchant's country, DE 43 or DE 19.
    pub country: Option<CountryCode>,
    /// Track 1, DE 45.
    pub track1: Option<&'a str>,
    /// Track 2, DE 35.
    pub track2: Option<&'a str>,
    /// CVV2 or CVC2 that the cardholder typed in.
    pub cvv2: Option<&'a str>,
    /// Chip data, DE 55.
    pub chip: Option<&'a [u8]>,
    /// Of a reversal: whether the host has what is to be undone.
    pub original_found: Option<bool>,
    /// Of a reversal: the trace number of what is to be undone, the second part of DE 90.
    pub original_stan: Option<&'a str>,
}

impl AuthorisationRequest<'_> {
    /// A request with what every message has.
    pub const fn new(
        message: MessageKind,
        pan: Pan,
        amount: Amount,
        currency: CurrencyCode,
        entry_mode: PosEntryMode,
        at: Timestamp,
    ) -> Self {
        Self {
            message,
            deferred: false,
            pan,
            sequence: None,
            expiry: None,
            processing_code: None,
            amount,
            currency,
            billing: None,
            at,
            transmitted: None,
            local_date: None,
            local_time: None,
            stan: None,
            rrn: None,
            entry_mode,
            terminal: TerminalCapability::Unknown,
            verification: None,
            pin: OnlinePin::Unknown,
            repeated_with_pin: false,
            estimated: false,
            mcc: None,
            acquirer: None,
            terminal_id: None,
            merchant: None,
            country: None,
            track1: None,
            track2: None,
            cvv2: None,
            chip: None,
            original_found: None,
            original_stan: None,
        }
    }
}

impl fmt::Debug for AuthorisationRequest<'_> {
    /// Without tracks, card verification values and chip data; the PAN masks itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorisationRequest")
            .field("message", &self.message)
            .field("pan", &self.pan)
            .field("amount", &self.amount)
            .field("currency", &self.currency)
            .field("at", &self.at)
            .field("stan", &self.stan)
            .field("rrn", &self.rrn)
            .field("entry_mode", &self.entry_mode)
            .field("mcc", &self.mcc)
            .finish_non_exhaustive()
    }
}
