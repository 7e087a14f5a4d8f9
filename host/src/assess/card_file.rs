//! What was issued, from a file:
//!
//! ```toml
//! [[card]]
//! pan = "4761739001010010"
//! sequence = "01"            # PAN sequence number
//! expiry = "3012"            # YYMM
//! service-code = "201"
//! family = "visa"            # family, cvn and key-index: the card has a chip
//! cvn = "12"
//! key-index = "01"
//! card-key = "B"             # where it is not the version's usual one
//! zero-padded-iad = true
//! contactless = "chip"       # none, chip, chip-and-stripe, stripe; absent: not known
//! status = "active"          # active, lost, stolen, blocked, replaced
//! pin = "preferred"          # none, preferred, required
//! relay-resistance = true
//! token = "device"           # device, electronic-commerce; absent: a card
//! funding = "active"         # of a token: the status of the card behind it
//! country = 392              # of the issuer
//! currency = 392             # of the account
//! verification-limit = 10000 # above it, somebody must have verified the cardholder
//! issue = 0                  # how often one was issued under this number before
//! ```

use std::path::Path;

use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::{
    Amount, CountryCode, CurrencyCode, IadTail, Pan, PanSequenceNumber, ServiceCode,
};
use chipcard::issuer::{
    CardRecord, CardStatus, Contactless, Form, IssuedCard, PinExpectation, TokenDomain,
};
use serde::Deserialize;

use super::{Names, year_month};
use crate::failure::Failure;
use crate::input::{self, named};
use crate::keys::{CARD_KEYS, choose, family, find_version};

/// What was issued.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardFile {
    #[serde(default)]
    card: Vec<CardModel>,
    #[serde(skip)]
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct CardModel {
    pan: String,
    sequence: Option<String>,
    expiry: String,
    service_code: String,
    family: Option<String>,
    cvn: Option<String>,
    key_index: Option<String>,
    card_key: Option<String>,
    #[serde(default)]
    zero_padded_iad: bool,
    contactless: Option<String>,
    status: Option<String>,
    pin: Option<String>,
    relay_resistance: Option<bool>,
    token: Option<String>,
    funding: Option<String>,
    country: Option<u16>,
    currency: Option<u16>,
    verification_limit: Option<u64>,
    #[serde(default)]
    issue: u8,
}

const STATUSES: Names<CardStatus> = &[
    ("active", CardStatus::Active),
    ("lost", CardStatus::Lost),
    ("stolen", CardStatus::Stolen),
    ("blocked", CardStatus::Blocked),
    ("replaced", CardStatus::Replaced),
];
const CONTACTLESS: Names<Option<Contactless>> = &[
    ("none", Some(Contactless::None)),
    ("chip", Some(Contactless::Chip)),
    ("chip-and-stripe", Some(Contactless::ChipAndStripe)),
    ("stripe", Some(Contactless::Stripe)),
];
const PINS: Names<PinExpectation> = &[
    ("none", PinExpectation::None),
    ("preferred", PinExpectation::Preferred),
    ("required", PinExpectation::Required),
];
const TOKENS: Names<Option<TokenDomain>> = &[
    ("device", Some(TokenDomain::DEVICE)),
    (
        "electronic-commerce",
        Some(TokenDomain::ELECTRONIC_COMMERCE),
    ),
];

impl CardFile {
    /// Reads a card file.
    ///
    /// # Errors
    /// Names the file, and what in it is wrong.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let name = path.display().to_string();
        match input::toml::<Self>(&input::text(path)?) {
            Ok(file) => Ok(Self { name, ..file }),
            Err(failure) => Err(Failure::new(format!("{name}: {failure}"))),
        }
    }

    /// The cards in the order of their numbers, with versions from the library and from `own`.
    ///
    /// # Errors
    /// Names the file, the card by its place, and what of it is wrong.
    pub fn cards<'v>(&self, own: &'v [CryptogramVersion]) -> Result<Vec<IssuedCard<'v>>, Failure> {
        let cards = self.card.iter().enumerate().map(|(place, card)| {
            let within =
                |failure| Failure::new(format!("{}: card {}: {failure}", self.name, place + 1));
            card.build(own).map_err(within)
        });
        let mut cards = cards.collect::<Result<Vec<_>, _>>()?;
        cards.sort_by(|one, other| one.pan.digits().cmp(other.pan.digits()));
        Ok(cards)
    }
}

/// The cards with this number, of cards in the order of their numbers.
pub(super) fn with_number<'c, 'v>(cards: &'c [IssuedCard<'v>], pan: &Pan) -> &'c [IssuedCard<'v>] {
    let start = cards.partition_point(|card| card.pan.digits() < pan.digits());
    let rest = cards.get(start..).unwrap_or_default();
    let count = rest.partition_point(|card| card.pan == *pan);
    rest.get(..count).unwrap_or_default()
}

impl CardModel {
    fn build<'v>(&self, own: &'v [CryptogramVersion]) -> Result<IssuedCard<'v>, Failure> {
        let pan = Pan::from_digits(&self.pan).map_err(named("pan"))?;
        let sequence = self.sequence.as_deref().map(PanSequenceNumber::from_digits);
        let sequence = sequence.transpose().map_err(named("sequence"))?;
        let expiry = year_month("expiry", &self.expiry)?;
        let code = ServiceCode::from_digits(&self.service_code);
        let code = code.map_err(named("service-code"))?;
        let mut card = match (&self.family, &self.cvn, &self.key_index) {
            (None, None, None) => IssuedCard::stripe(pan, expiry, code),
            (Some(name), Some(cvn), Some(index)) => {
                let [cvn] = input::hex_array("cvn", cvn)?;
                let [index] = input::hex_array("key-index", index)?;
                let version = find_version(own, family(name)?, cvn)?;
                let mut option = version.card_key;
                choose(&mut option, "card-key", self.card_key.as_deref(), CARD_KEYS)?;
                let mut record =
                    CardRecord::new(pan, sequence, version, index).with_card_key_option(option);
                if self.zero_padded_iad {
                    record = record.with_iad_tail(IadTail::ZeroPadded);
                }
                IssuedCard::chip(record, expiry, code)
            }
            _ => {
                return Err(Failure::new(
                    "family, cvn and key-index belong together: give all or none",
                ));
            }
        };
        card.sequence = sequence;
        choose(
            &mut card.contactless,
            "contactless",
            self.contactless.as_deref(),
            CONTACTLESS,
        )?;
        choose(&mut card.status, "status", self.status.as_deref(), STATUSES)?;
        choose(&mut card.pin, "pin", self.pin.as_deref(), PINS)?;
        card.relay_resistance = self.relay_resistance;
        let (mut domain, mut funding) = (None, CardStatus::Active);
        choose(&mut domain, "token", self.token.as_deref(), TOKENS)?;
        choose(&mut funding, "funding", self.funding.as_deref(), STATUSES)?;
        if let Some(domain) = domain {
            card.form = Form::Token { domain, funding };
        }
        let country = self.country.map(CountryCode::new).transpose();
        card.country = country.map_err(named("country"))?;
        let currency = self.currency.map(CurrencyCode::new).transpose();
        card.currency = currency.map_err(named("currency"))?;
        let limit = self.verification_limit.map(Amount::new).transpose();
        card.verification_limit = limit.map_err(named("verification-limit"))?;
        card.issue = self.issue;
        Ok(card)
    }
}
