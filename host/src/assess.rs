//! Messages as lines of JSON, cards as a file, and the judgement over them: what the `assess` command does.
//!
//! The card file says what was issued:
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
//!
//! A line is a message, or says that a card is confirmed to be compromised; `sequence` where several cards have its number, `since` the
//! first payment that was not the cardholder's, in seconds since 1970:
//!
//! ```json
//! {"compromised": "4761739001010010", "sequence": "01", "since": 1795435200}
//! ```

use std::fs;
use std::path::Path;

use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::{
    Amount, CountryCode, CurrencyCode, Date, IadTail, Pan, PanSequenceNumber, ServiceCode,
    YearMonth,
};
use chipcard::issuer::{
    AuthorisationRequest, CardRecord, CardStatus, ChipData, ClaimedVerification, Contactless, Form,
    IssuedCard, MessageKind, OnlinePin, PinExpectation, PosEntryMode, TerminalCapability,
    Timestamp, TokenDomain,
};
use chipcard::{ErrorKind, tag};
use serde::Deserialize;

use crate::cli::Failure;
use crate::input;
use crate::keys::{CARD_KEYS, choose, family, find_version};

/// What was issued.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardFile {
    #[serde(default)]
    card: Vec<CardModel>,
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

type Names<T> = &'static [(&'static str, T)];

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
const TERMINALS: Names<TerminalCapability> = &[
    ("unknown", TerminalCapability::Unknown),
    ("none", TerminalCapability::Manual),
    ("stripe", TerminalCapability::Stripe),
    ("chip", TerminalCapability::Chip),
    (
        "chip-and-contactless",
        TerminalCapability::ChipAndContactless,
    ),
    ("contactless", TerminalCapability::Contactless),
    (
        "stripe-and-contactless-stripe",
        TerminalCapability::ContactlessStripe,
    ),
];
const VERIFICATIONS: Names<Option<ClaimedVerification>> = &[
    ("nothing", Some(ClaimedVerification::Nothing)),
    ("signature", Some(ClaimedVerification::Signature)),
    ("offline-pin", Some(ClaimedVerification::OfflinePin)),
    ("online-pin", Some(ClaimedVerification::OnlinePin)),
    ("device", Some(ClaimedVerification::ConsumerDevice)),
];
const ONLINE_PINS: Names<OnlinePin> = &[
    ("unknown", OnlinePin::Unknown),
    ("not-sent", OnlinePin::NotSent),
    ("sent", OnlinePin::Sent),
    ("right", OnlinePin::Right),
    ("wrong", OnlinePin::Wrong),
];

fn named(what: &'static str) -> impl Fn(chipcard::Error) -> Failure {
    move |error| Failure::new(format!("{what}: {error}"))
}

fn year_month(what: &'static str, text: &str) -> Result<YearMonth, Failure> {
    YearMonth::parse(&input::hex(what, text)?).map_err(named(what))
}

impl CardFile {
    /// Reads a card file.
    ///
    /// # Errors
    /// Names the file, and what in it is wrong.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let within = |failure: Failure| Failure::new(format!("{}: {failure}", path.display()));
        let text = fs::read_to_string(path).map_err(|error| within(error.into()))?;
        toml::from_str(&text).map_err(|error| {
            let line = error
                .span()
                .map_or(0, |span| text[..span.start].matches('\n').count() + 1);
            within(Failure::new(format!("line {line}: {}", error.message())))
        })
    }

    /// The cards, with versions from the library and from `own`.
    ///
    /// # Errors
    /// Names the card by its place, and what of it is wrong.
    pub fn cards<'v>(&self, own: &'v [CryptogramVersion]) -> Result<Vec<IssuedCard<'v>>, Failure> {
        let cards = self.card.iter().enumerate().map(|(place, card)| {
            card.build(own)
                .map_err(|failure| Failure::new(format!("card {}: {failure}", place + 1)))
        });
        cards.collect()
    }
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

/// A number, or the digits of one.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
enum Digits {
    Number(u64),
    Text(String),
}

impl Digits {
    fn number(&self, what: &str) -> Result<u64, Failure> {
        match self {
            Self::Number(number) => Ok(*number),
            Self::Text(text) => text
                .parse()
                .map_err(|_| Failure::new(format!("{what}: not a number"))),
        }
    }

    /// As text of at least this many digits.
    fn text(&self, width: usize) -> String {
        match self {
            Self::Number(number) => format!("{number:0width$}"),
            Self::Text(text) => text.clone(),
        }
    }
}

/// A message: one JSON object, its members named after their data elements. `chipcard gauntlet --emit` writes such, inside a member
/// `message`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Message type: 0100, 0120, 0220, 0400 …
    mti: String,
    de2: String,
    de3: Option<String>,
    de4: Digits,
    de6: Option<Digits>,
    /// The host's clock, seconds since 1970.
    received: u64,
    /// `MMDDhhmmss`, UTC.
    de7: Option<String>,
    de11: Option<Digits>,
    #[serde(rename = "de12")]
    _local_time: Option<String>,
    /// `MMDD`, or `YYMMDD`.
    de13: Option<String>,
    de14: Option<String>,
    de18: Option<Digits>,
    de22: String,
    de23: Option<Digits>,
    de32: Option<String>,
    de35: Option<String>,
    de37: Option<String>,
    de41: Option<String>,
    de42: Option<String>,
    de43_country: Option<Digits>,
    de45: Option<String>,
    de49: Digits,
    de51: Option<Digits>,
    /// `right`, `wrong`, `sent`, `not-sent`.
    de52: Option<String>,
    de55: Option<String>,
    capability: Option<String>,
    verification: Option<String>,
    #[serde(default)]
    deferred: bool,
    #[serde(default)]
    estimated: bool,
    #[serde(default)]
    repeated_with_pin: bool,
    cvv2: Option<String>,
    /// Of a reversal: the trace number of what is to be undone.
    de90: Option<Digits>,
    /// Of a reversal: whether the host has what is to be undone.
    original_found: Option<bool>,
}

/// A line, or one inside a member `message`.
#[derive(Deserialize)]
struct Wrapped {
    message: Line,
}

/// A card is confirmed to be compromised: a line in the place of a message.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportLine {
    compromised: String,
    /// The card's sequence number, where several have its number.
    sequence: Option<String>,
    /// The first payment that was not the cardholder's, seconds since 1970.
    since: u64,
}

/// A report read: which card is compromised, and since when.
pub struct CompromisedCard {
    pan: Pan,
    sequence: Option<PanSequenceNumber>,
    /// The first payment that was not the cardholder's.
    pub since: Timestamp,
}

impl CompromisedCard {
    fn read(value: serde_json::Value) -> Result<Self, Failure> {
        // The parser's own message quotes values, which may be a PAN.
        let wrong = |_| Failure::new("a report has compromised, since, and maybe sequence");
        let line = ReportLine::deserialize(value).map_err(wrong)?;
        let sequence = line.sequence.as_deref().map(PanSequenceNumber::from_digits);
        Ok(Self {
            pan: Pan::from_digits(&line.compromised).map_err(named("compromised"))?,
            sequence: sequence.transpose().map_err(named("sequence"))?,
            since: Timestamp(line.since),
        })
    }

    /// The card that it is about.
    ///
    /// # Errors
    /// When none or several were issued with that number.
    pub fn card<'c, 'v>(&self, cards: &'c [IssuedCard<'v>]) -> Result<&'c IssuedCard<'v>, Failure> {
        let is_it = |card: &&IssuedCard<'_>| {
            card.pan == self.pan
                && self.sequence.is_none_or(|sequence| {
                    sequence == card.sequence.unwrap_or(PanSequenceNumber::ZERO)
                })
        };
        let mut found = cards.iter().filter(is_it);
        match (found.next(), found.next()) {
            (Some(card), None) => Ok(card),
            (None, _) => Err(Failure::new(format!(
                "compromised: no card {} was issued",
                self.pan
            ))),
            _ => Err(Failure::new(format!(
                "compromised: several cards {} were issued; give the sequence",
                self.pan
            ))),
        }
    }
}

/// What a line of the input is.
pub enum Input {
    /// A message to judge.
    Message(Box<Message>),
    /// What was found out about a card since.
    Compromised(CompromisedCard),
}

impl Input {
    /// Reads a line.
    ///
    /// # Errors
    /// Names the member that is wrong; never what stands in it.
    pub fn read(text: &str) -> Result<Self, Failure> {
        let value: serde_json::Value =
            serde_json::from_str(text).map_err(|error| place_of(&error))?;
        if value.get("compromised").is_some() {
            CompromisedCard::read(value).map(Self::Compromised)
        } else {
            Ok(Self::Message(Box::new(Message::read(value)?)))
        }
    }
}

/// A message read, and what of it had to be converted.
pub struct Message {
    line: Line,
    pan: Pan,
    stan: Option<String>,
    original: Option<String>,
    chip: Option<Vec<u8>>,
}

const TRANSIT: [u64; 5] = [4111, 4112, 4131, 4784, 7523];

impl Message {
    fn read(value: serde_json::Value) -> Result<Self, Failure> {
        let line = if value.get("message").is_some() {
            Wrapped::deserialize(value).map(|wrapped| wrapped.message)
        } else {
            Line::deserialize(value)
        };
        // The parser's own message quotes values, which may be a PAN.
        let line = line.map_err(|error| {
            let text = error.to_string();
            let known = text.starts_with("missing field") || text.starts_with("unknown field");
            Failure::new(if known {
                text
            } else {
                "a member has another type".to_owned()
            })
        })?;
        let pan = Pan::from_digits(&line.de2).map_err(named("de2"))?;
        let chip = line.de55.as_deref();
        Ok(Self {
            pan,
            stan: line.de11.as_ref().map(|stan| stan.text(6)),
            original: line.de90.as_ref().map(|stan| stan.text(6)),
            chip: chip.map(|text| input::hex("de55", text)).transpose()?,
            line,
        })
    }

    /// Its card among `cards`: by PAN, and where there are several, by sequence number (DE 23, else tag 5F34), by expiry, and the one
    /// that is in use.
    pub fn card<'c, 'v>(&self, cards: &'c [IssuedCard<'v>]) -> Result<&'c IssuedCard<'v>, Failure> {
        let chip = self
            .chip
            .as_deref()
            .and_then(|chip| ChipData::parse(chip).ok());
        let chip = chip.as_ref();
        let sequence = self
            .sequence()?
            .or_else(|| chip?.pan_sequence_number().ok()?);
        let expiry = self.expiry(chip);
        let other = |card: &&IssuedCard<'_>| {
            let own = card.sequence.unwrap_or(PanSequenceNumber::ZERO);
            (
                sequence.is_some_and(|sequence| sequence != own),
                expiry.is_some_and(|expiry| expiry != card.expiry),
                card.status != CardStatus::Active,
            )
        };
        let own = cards.iter().filter(|card| card.pan == self.pan);
        own.min_by_key(other)
            .ok_or_else(|| Failure::new(format!("de2: no card {} was issued", self.pan)))
    }

    /// When the card expires, where DE 14, DE 35 or tag 5F24 says it.
    fn expiry(&self, chip: Option<&ChipData<'_>>) -> Option<YearMonth> {
        let track = self.line.de35.as_deref();
        let of_track = track.and_then(|track| track.split_once(['=', 'D'])?.1.get(..4));
        let of_message = self.line.de14.as_deref().or(of_track);
        match of_message {
            Some(text) => year_month("de14", text).ok(),
            None => {
                let date = chip?.get(tag::APPLICATION_EXPIRATION_DATE).ok()??;
                YearMonth::parse(date.get(..2)?).ok()
            }
        }
    }

    fn sequence(&self) -> Result<Option<PanSequenceNumber>, Failure> {
        let digits = self.line.de23.as_ref().map(|digits| digits.text(2));
        // DE 23 has three digits, the first of which is a zero.
        let last = digits.as_deref().map(|text| {
            text.strip_prefix('0')
                .filter(|t| t.len() == 2)
                .unwrap_or(text)
        });
        let sequence = last.map(PanSequenceNumber::from_digits).transpose();
        sequence.map_err(named("de23"))
    }

    fn kind(&self) -> Result<MessageKind, Failure> {
        let line = &self.line;
        let transit = match &line.de18 {
            Some(mcc) => TRANSIT.contains(&mcc.number("de18")?),
            None => false,
        };
        let processing = line.de3.as_deref().unwrap_or_default();
        Ok(match line.mti.as_str() {
            "0100" | "0101" | "0200" | "0201" if processing.starts_with('2') => MessageKind::Refund,
            "0100" | "0101" | "0200" | "0201" => match (line.de4.number("de4")?, transit) {
                (0, true) => MessageKind::AtcUpdate,
                (0, false) => MessageKind::AccountStatus,
                _ => MessageKind::Authorisation,
            },
            "0120" | "0121" => MessageKind::Advice,
            "0220" | "0221" => MessageKind::Clearing,
            "0400" | "0401" | "0420" | "0421" => MessageKind::Reversal,
            other => return Err(Failure::new(format!("mti: {other} is not judged here"))),
        })
    }

    /// What to judge.
    ///
    /// # Errors
    /// Names the member that is wrong.
    pub fn request(&self) -> Result<AuthorisationRequest<'_>, Failure> {
        let line = &self.line;
        let number = |what: &str, digits: &Option<Digits>| {
            digits
                .as_ref()
                .map(|digits| digits.number(what))
                .transpose()
        };
        let short = |what: &str, number: u64| {
            u16::try_from(number).map_err(|_| Failure::new(format!("{what}: too large")))
        };
        let amount = |what: &'static str, number| Amount::new(number).map_err(named(what));
        let currency = |what: &'static str, number| {
            CurrencyCode::new(short(what, number)?).map_err(named(what))
        };
        let mut request = AuthorisationRequest::new(
            self.kind()?,
            self.pan.clone(),
            amount("de4", line.de4.number("de4")?)?,
            currency("de49", line.de49.number("de49")?)?,
            PosEntryMode::parse_or_unknown(&line.de22).map_err(named("de22"))?,
            Timestamp(line.received),
        );
        request.deferred = line.deferred;
        request.estimated = line.estimated;
        request.repeated_with_pin = line.repeated_with_pin;
        request.sequence = self.sequence()?;
        request.expiry = line
            .de14
            .as_deref()
            .map(|text| year_month("de14", text))
            .transpose()?;
        request.processing_code = line.de3.as_deref();
        if let (Some(billed), Some(code)) = (number("de6", &line.de6)?, number("de51", &line.de51)?)
        {
            request.billing = Some((amount("de6", billed)?, currency("de51", code)?));
        }
        let today = request.at.date();
        request.local_date = match (&line.de13, today) {
            (Some(text), Some(today)) if !text.is_empty() => local_date(today, text)?,
            _ => None,
        };
        request.transmitted = match (&line.de7, today) {
            (Some(text), Some(today)) if !text.is_empty() => transmitted(today, text)?,
            _ => None,
        };
        request.stan = self.stan.as_deref();
        request.rrn = line.de37.as_deref();
        choose(
            &mut request.terminal,
            "capability",
            line.capability.as_deref(),
            TERMINALS,
        )?;
        choose(
            &mut request.verification,
            "verification",
            line.verification.as_deref(),
            VERIFICATIONS,
        )?;
        choose(&mut request.pin, "de52", line.de52.as_deref(), ONLINE_PINS)?;
        let mcc = number("de18", &line.de18)?;
        request.mcc = mcc.map(|mcc| short("de18", mcc)).transpose()?;
        request.acquirer = line.de32.as_deref();
        request.terminal_id = line.de41.as_deref();
        request.merchant = line.de42.as_deref();
        let country = number("de43_country", &line.de43_country)?;
        let country = country
            .map(|code| short("de43_country", code))
            .transpose()?;
        let country = country.map(CountryCode::new).transpose();
        request.country = country.map_err(named("de43_country"))?;
        request.track1 = line.de45.as_deref();
        request.track2 = line.de35.as_deref();
        request.cvv2 = line.cvv2.as_deref();
        request.chip = self.chip.as_deref();
        request.original_found = line.original_found;
        request.original_stan = self.original.as_deref();
        Ok(request)
    }
}

/// What broke the format of a line, without quoting it.
fn place_of(error: &serde_json::Error) -> Failure {
    Failure::new(format!("column {}: not JSON", error.column()))
}

/// A moment of `MMDDhhmmss`, UTC, in the year that brings it nearest to today. Digits that name no day say nothing.
fn transmitted(today: Date, text: &str) -> Result<Option<Timestamp>, Failure> {
    let wrong = || Failure::new("de7: expected MMDDhhmmss");
    let (month_day, time) = text.split_at_checked(4).ok_or_else(wrong)?;
    if time.len() != 6 || !time.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(wrong());
    }
    let date = local_date(today, month_day)?;
    let Some(noon) = date.and_then(Timestamp::noon) else {
        return Ok(None);
    };
    let number: u64 = time.parse().map_err(|_| wrong())?;
    let (hours, minutes, seconds) = (number / 10_000, number / 100 % 100, number % 100);
    // Twelve hours after midnight.
    let midnight = noon.0.saturating_sub(43_200);
    let second = hours * 3_600 + minutes * 60 + seconds;
    Ok(Some(Timestamp(midnight + second)))
}

/// A date of `YYMMDD`, or of `MMDD` in the year that brings it nearest to today. Digits that name no day of the calendar say nothing: a
/// terminal's clock may be wrong.
fn local_date(today: Date, text: &str) -> Result<Option<Date>, Failure> {
    let bytes = input::hex("de13", text)?;
    let date = |bytes: &[u8]| match Date::parse(bytes) {
        Err(error) if error.kind() == ErrorKind::Date => Ok(None),
        other => other.map(Some).map_err(named("de13")),
    };
    let near = |offset: u16, month: u8, day: u8| {
        let year = (today.year() + offset).saturating_sub(1) % 100;
        let bcd = u8::try_from(year / 10 * 16 + year % 10).unwrap_or(0);
        date(&[bcd, month, day])
    };
    match *bytes.as_slice() {
        [_, _, _] => date(&bytes),
        [month, day] => {
            let years = [
                near(0, month, day)?,
                near(1, month, day)?,
                near(2, month, day)?,
            ];
            let days = |date: &Date| date.days_since(today).abs();
            Ok(years.into_iter().flatten().min_by_key(days))
        }
        _ => Err(Failure::new("de13: expected MMDD or YYMMDD")),
    }
}
