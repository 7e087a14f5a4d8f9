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
use crate::failure::Failure;
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

    /// What to judge.
    ///
    /// # Errors
    /// Names the member that is wrong.
    pub fn request(&self) -> Result<AuthorisationRequest<'_>, Failure> {
        let line = &self.line;
        let amount = amount("de4", &line.de4)?;
        let mcc = line.de18.as_ref().map(|mcc| short("de18", mcc));
        let mcc = mcc.transpose()?;
        let kind = MessageKind::of(&line.mti, line.de3.as_deref(), amount, mcc)
            .ok_or_else(|| Failure::new("mti: such a message is not judged here"))?;
        let mut request = AuthorisationRequest::new(
            kind,
            self.pan.clone(),
            amount,
            currency("de49", &line.de49)?,
            PosEntryMode::parse_or_unknown(&line.de22).map_err(named("de22"))?,
            Timestamp(line.received),
        );
        request.deferred = line.deferred;
        request.estimated = line.estimated;
        request.repeated_with_pin = line.repeated_with_pin;
        request.sequence = self.sequence()?;
        let expiry = line.de14.as_deref().map(|text| year_month("de14", text));
        request.expiry = expiry.transpose()?;
        request.processing_code = line.de3.as_deref();
        if let (Some(billed), Some(code)) = (&line.de6, &line.de51) {
            request.billing = Some((self::amount("de6", billed)?, currency("de51", code)?));
        }
        request.mcc = mcc;
        request.country = line.de43_country.as_ref().map(country).transpose()?;
        request.stan = self.stan.as_deref();
        request.rrn = line.de37.as_deref();
        request.acquirer = line.de32.as_deref();
        request.terminal_id = line.de41.as_deref();
        request.merchant = line.de42.as_deref();
        request.track1 = line.de45.as_deref();
        request.track2 = line.de35.as_deref();
        request.cvv2 = line.cvv2.as_deref();
        request.chip = self.chip.as_deref();
        request.original_found = line.original_found;
        request.original_stan = self.original.as_deref();
        self.read_times(&mut request)?;
        self.read_words(&mut request)?;
        Ok(request)
    }

    /// DE 7, DE 12 and DE 13, by the host's own day.
    fn read_times(&self, request: &mut AuthorisationRequest<'_>) -> Result<(), Failure> {
        // A clock in milliseconds, say, would leave every date unchecked, and the store with moments that never come.
        let today = request.at.date().ok_or_else(|| {
            Failure::new("received: expected seconds since 1970, until the end of 2049")
        })?;
        if let Some(text) = said(&self.line.de13) {
            request.local_date = local_date(today, text)?;
        }
        if let Some(text) = said(&self.line.de12) {
            request.local_time = local_time(text)?;
        }
        if let Some(text) = said(&self.line.de7) {
            request.transmitted = transmitted(today, text)?;
        }
        Ok(())
    }

    /// What stands there by its name.
    fn read_words(&self, request: &mut AuthorisationRequest<'_>) -> Result<(), Failure> {
        let line = &self.line;
        let (terminal, claim) = (line.capability.as_deref(), line.verification.as_deref());
        choose(&mut request.terminal, "capability", terminal, TERMINALS)?;
        choose(
            &mut request.verification,
            "verification",
            claim,
            VERIFICATIONS,
        )?;
        choose(&mut request.pin, "de52", line.de52.as_deref(), ONLINE_PINS)
    }
}

fn amount(what: &'static str, digits: &Digits) -> Result<Amount, Failure> {
    Amount::new(digits.number(what)?).map_err(named(what))
}

fn currency(what: &'static str, digits: &Digits) -> Result<CurrencyCode, Failure> {
    CurrencyCode::new(short(what, digits)?).map_err(named(what))
}

fn country(digits: &Digits) -> Result<CountryCode, Failure> {
    let what = "de43_country";
    CountryCode::new(short(what, digits)?).map_err(named(what))
}

fn short(what: &str, digits: &Digits) -> Result<u16, Failure> {
    let number = digits.number(what)?;
    u16::try_from(number).map_err(|_| Failure::new(format!("{what}: too large")))
}

fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}
