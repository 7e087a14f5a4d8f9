//! What was issued.

use crate::cryptogram::Family;
use crate::element::{
    Amount, ApplicationIdentifier, ApplicationInterchangeProfile, CountryCode, CurrencyCode, Pan,
    PanSequenceNumber, Scheme, ServiceCode, YearMonth,
};
use crate::issuer::{CardIndex, CardRecord};
use crate::magstripe::DiscretionaryProfile;

/// What a card does without contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Contactless {
    /// Nothing.
    None,
    /// It is a chip.
    Chip,
    /// It is a chip, and for readers that know no chips a stripe.
    ChipAndStripe,
    /// It is a stripe alone, as the first cards were.
    Stripe,
}

/// Whether a card may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum CardStatus {
    /// It may.
    #[default]
    Active,
    /// It was reported lost.
    Lost,
    /// It was reported stolen.
    Stolen,
    /// The issuer has blocked it.
    Blocked,
    /// Another card has taken its place.
    Replaced,
}

/// Whether a card wants a PIN over its contacts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum PinExpectation {
    /// Not known, or no.
    #[default]
    None,
    /// First in its list of methods: a terminal that can take a PIN takes one.
    Preferred,
    /// Always: in countries where a PIN may no longer be skipped.
    Required,
}

/// What a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub struct TokenDomain {
    /// At contactless readers.
    pub contactless: bool,
    /// In electronic commerce.
    pub electronic_commerce: bool,
    /// As a credential on file.
    pub on_file: bool,
    /// As a magnetic stripe that a device emits.
    pub stripe: bool,
}

impl TokenDomain {
    /// A device at contactless readers and in its own applications.
    pub const DEVICE: Self = Self {
        contactless: true,
        electronic_commerce: true,
        on_file: false,
        stripe: false,
    };
    /// A merchant's or a browser's token.
    pub const ELECTRONIC_COMMERCE: Self = Self {
        contactless: false,
        electronic_commerce: true,
        on_file: true,
        stripe: false,
    };
}

/// What carries the account number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Form {
    /// A card.
    Plastic,
    /// A token in the place of a card's number.
    Token {
        /// What it may be used for.
        domain: TokenDomain,
        /// The status of the card behind it.
        funding: CardStatus,
    },
}

/// Where the digits of a dynamic contactless stripe stand in the discretionary data of track 2: first digit, counted from 0,
/// and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct DynamicLayout {
    /// The value.
    pub value: (u8, u8),
    /// The transaction counter's last decimal digits. With fewer than four the counter cannot be told.
    pub counter: (u8, u8),
    /// The unpredictable number's digits; CVC3 alone has one.
    pub number: (u8, u8),
    /// The digit that counts the unpredictable number's digits, where there is one.
    pub number_length: Option<u8>,
}

impl DynamicLayout {
    /// Value and counter.
    pub const fn new(value: (u8, u8), counter: (u8, u8)) -> Self {
        Self {
            value,
            counter,
            number: (0, 0),
            number_length: None,
        }
    }

    /// The same with an unpredictable number.
    #[must_use]
    pub const fn with_number(mut self, number: (u8, u8), number_length: Option<u8>) -> Self {
        self.number = number;
        self.number_length = number_length;
        self
    }
}

/// How a contactless stripe proves itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DynamicValue {
    /// Mastercard's CVC3.
    Cvc3,
    /// Visa's dCVV.
    Dcvv,
}

/// What was issued: everything about a card that a message cannot change.
///
/// What the issuer does not know of it stays as [`chip`](Self::chip) and [`stripe`](Self::stripe) leave it, and then
/// nothing is concluded from it.
///
/// ```
/// use chipcard::cryptogram::CryptogramVersion;
/// use chipcard::element::{Pan, ServiceCode, YearMonth};
/// use chipcard::issuer::{CardRecord, Contactless, IssuedCard};
///
/// let record = CardRecord::new(Pan::from_digits("4761739001010010")?, None, &CryptogramVersion::VISA_18, 1);
/// let mut card = IssuedCard::chip(record, YearMonth::new(2030, 12)?, ServiceCode::from_digits("201")?);
/// card.contactless = Some(Contactless::Chip);
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssuedCard<'v> {
    /// PAN, or the token in its place.
    pub pan: Pan,
    /// PAN sequence number.
    pub sequence: Option<PanSequenceNumber>,
    /// Keys and cryptogram version of the chip; `None`: the card has no chip.
    pub record: Option<CardRecord<'v>>,
    /// The month to whose end it is valid.
    pub expiry: YearMonth,
    /// Service code of its stripe.
    pub service_code: ServiceCode,
    /// Whether it may be used.
    pub status: CardStatus,
    /// Card or token.
    pub form: Form,
    /// What it does without contacts; `None`: not known.
    pub contactless: Option<Contactless>,
    /// The payment system whose mark it bears; `None`: not known, or none.
    pub scheme: Option<Scheme>,
    /// Its applications; a terminal's identifier may be the beginning of one. Empty: any of its payment system.
    pub applications: &'v [ApplicationIdentifier],
    /// Tag 82 over the contacts, where it is another one without contacts.
    pub contact_profile: Option<ApplicationInterchangeProfile>,
    /// Tag 82 without contacts.
    pub contactless_profile: Option<ApplicationInterchangeProfile>,
    /// Country of the issuer.
    pub country: Option<CountryCode>,
    /// Currency of the account.
    pub currency: Option<CurrencyCode>,
    /// Whether it wants a PIN over its contacts.
    pub pin: PinExpectation,
    /// Amount, in the account's currency, above which somebody must have verified the cardholder; `None`: the policy's.
    pub verification_limit: Option<Amount>,
    /// Whether it can resist relays (tag 82, byte 2, bit 1); `None`: not known.
    pub relay_resistance: Option<bool>,
    /// Where verification values stand on track 2; `None`: nowhere, and none is asked for.
    pub track2_values: Option<DiscretionaryProfile>,
    /// Where they stand on track 1.
    pub track1_values: Option<DiscretionaryProfile>,
    /// How its contactless stripe proves itself.
    pub dynamic_value: Option<(DynamicValue, DynamicLayout)>,
    /// How often a card was issued under this PAN and sequence number before: each begins its counter anew.
    pub issue: u8,
    /// The card's name in the store: see [`Authoriser::named`](crate::issuer::Authoriser::named). Whoever keeps it beside the card makes it
    /// anew when PAN, sequence number or [`issue`](Self::issue) change. `None`: it is made anew for each message.
    pub index: Option<CardIndex>,
}

impl<'v> IssuedCard<'v> {
    /// A card with a chip.
    pub fn chip(record: CardRecord<'v>, expiry: YearMonth, service_code: ServiceCode) -> Self {
        let key = record.key();
        let scheme = match record.version().family {
            Family::Visa => Some(Scheme::Visa),
            Family::Mastercard => Some(Scheme::Mastercard),
            Family::Interac => Some(Scheme::Interac),
            Family::UnionPay => Some(Scheme::UnionPay),
            Family::Jcb => Some(Scheme::Jcb),
            Family::Ccd | Family::Private => None,
        };
        Self {
            sequence: Some(key.sequence),
            scheme,
            record: Some(record.clone()),
            ..Self::stripe(key.pan.clone(), expiry, service_code)
        }
    }

    /// A card with a magnetic stripe alone.
    pub const fn stripe(pan: Pan, expiry: YearMonth, service_code: ServiceCode) -> Self {
        Self {
            pan,
            sequence: None,
            record: None,
            expiry,
            service_code,
            status: CardStatus::Active,
            form: Form::Plastic,
            contactless: None,
            scheme: None,
            applications: &[],
            contact_profile: None,
            contactless_profile: None,
            country: None,
            currency: None,
            pin: PinExpectation::None,
            verification_limit: None,
            relay_resistance: None,
            track2_values: Some(DiscretionaryProfile::TRACK_2),
            track1_values: Some(DiscretionaryProfile::TRACK_1),
            dynamic_value: None,
            issue: 0,
            index: None,
        }
    }

    /// Whether it has a chip.
    pub const fn has_chip(&self) -> bool {
        self.record.is_some()
    }

    /// Whether it is a token.
    pub const fn is_token(&self) -> bool {
        matches!(self.form, Form::Token { .. })
    }
}
