//! A message read, and the request that it is.

use chipcard::element::{Amount, CountryCode, CurrencyCode, Pan, PanSequenceNumber, YearMonth};
use chipcard::issuer::{
    AuthorisationRequest, CardStatus, ChipData, ClaimedVerification, IssuedCard, MessageKind,
    OnlinePin, PosEntryMode, TerminalCapability, Timestamp,
};
use chipcard::tag;

use super::card_file::with_number;
use super::day::{local_date, local_time, transmitted};
use super::line::{Digits, Line};
use super::{Names, year_month};
use crate::cli::Failure;
use crate::input::{self, named};
use crate::keys::choose;

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

/// Merchant categories of transit: a message of theirs over nothing tells a counter.
const TRANSIT: [u64; 5] = [4111, 4112, 4131, 4784, 7523];

/// A message read, and what of it had to be converted.
pub struct Message {
    line: Line,
    pan: Pan,
    stan: Option<String>,
    original: Option<String>,
    chip: Option<Vec<u8>>,
}

impl Message {
    pub(super) fn read(value: serde_json::Value) -> Result<Self, Failure> {
        let line = Line::of(value)?;
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

    /// Its card among `cards`, which are in the order of their numbers: by PAN, and where there are several, by sequence number (DE 23,
    /// else tag 5F34), by expiry, and the one that is in use.
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
        let own = with_number(cards, &self.pan).iter();
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
        // A clock in milliseconds, say, would leave every date unchecked, and the store with moments that never come.
        let today = request.at.date().ok_or_else(|| {
            Failure::new("received: expected seconds since 1970, until the end of 2049")
        })?;
        request.local_date = match &line.de13 {
            Some(text) if !text.is_empty() => local_date(today, text)?,
            _ => None,
        };
        request.local_time = match &line.de12 {
            Some(text) if !text.is_empty() => local_time(text)?,
            _ => None,
        };
        request.transmitted = match &line.de7 {
            Some(text) if !text.is_empty() => transmitted(today, text)?,
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
