//! This library's own host, put to the test.

use std::collections::HashMap;
use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, thread};

use super::{
    Answer, Capability, Contactless, HostFailure, HostUnderTest, Issued, KeyOffer, Message,
    OnlinePin, Status, TokenDomain, Verification,
};
use crate::element::{
    Amount, ApplicationIdentifier, CountryCode, CurrencyCode, Date, IadTail, Pan,
    PanSequenceNumber, ServiceCode, YearMonth,
};
use crate::error::{ErrorKind, Result};
use crate::issuer::{
    self, AuthorisationRequest, Authoriser, CardRecord, CardStatus, ChipData, ClaimedVerification,
    Cvv2Expiry, DynamicLayout, DynamicValue, Form, IssuedCard, Issuer, Language, MemoryActivity,
    MemoryStore, MessageKind, PinExpectation, PosEntryMode, StateKey, StripeKeys,
    TerminalCapability, Timestamp, Verdict,
};
use crate::key::{CardKeyOption, IssuerKeySet, IssuerMasterKey, KeyPolicy};
use crate::magstripe::CardVerificationKey;

/// A host made of this library: [`Authoriser`] over a [`MemoryStore`] and a [`MemoryActivity`], the default policy, and a list of
/// cards.
///
/// What a network's adapter does in life is done here in the plainest way: fields become an [`AuthorisationRequest`], the card is
/// looked up by PAN and sequence number, and a reversal's original by card, merchant and trace number. A card that is
/// reported stolen counts as compromised: there is no other way here to say so.
#[derive(Debug, Default)]
pub struct AuthoriserHost {
    bench: Option<Bench>,
    /// What was approved.
    approved: HashMap<Approved, Money>,
    /// When the last message came.
    now: Timestamp,
}

/// Which transaction: PAN, acquirer, merchant, trace number.
type Approved = (String, String, String, u32);

fn transaction(message: &Message, stan: u32) -> Approved {
    let (acquirer, merchant) = (message.acquirer.clone(), message.merchant.clone());
    (message.pan.clone(), acquirer, merchant, stan)
}

/// What became of an approved transaction's money.
#[derive(Debug)]
struct Money {
    amount: u64,
    /// The trace number of its reversal.
    reversed_by: Option<u32>,
}

/// What a scenario has.
#[derive(Debug)]
struct Bench {
    authoriser: Authoriser<IssuerKeySet, StripeKeys>,
    store: MemoryStore,
    activity: MemoryActivity,
    cards: Vec<Issued>,
}

impl AuthoriserHost {
    /// A host without keys and cards.
    pub fn new() -> Self {
        Self::default()
    }

    fn note(&mut self, message: &Message, answer: &Answer) {
        self.now = Timestamp(message.at);
        if !answer.approves() {
            return;
        }
        if kind(message) == MessageKind::Reversal {
            let original = message.original.map(|stan| transaction(message, stan));
            if let Some(money) = original.and_then(|original| self.approved.get_mut(&original)) {
                money.reversed_by = Some(message.stan);
            }
        } else {
            let money = Money {
                amount: message.amount,
                reversed_by: None,
            };
            self.approved
                .entry(transaction(message, message.stan))
                .or_insert(money);
        }
    }

    /// Whether there is what a reversal undoes: the card's own, of no less money, and not undone by another reversal.
    fn original_found(&self, message: &Message) -> bool {
        let original = message.original.map(|stan| transaction(message, stan));
        let money = original.and_then(|original| self.approved.get(&original));
        money.is_some_and(|money| {
            let again = money.reversed_by.is_none_or(|stan| stan == message.stan);
            again && message.amount <= money.amount
        })
    }

    fn bench(&self) -> std::result::Result<&Bench, HostFailure> {
        self.bench
            .as_ref()
            .ok_or_else(|| HostFailure::new("the host has no keys"))
    }
}

impl HostUnderTest for AuthoriserHost {
    fn begin(&mut self, _scenario: &str) -> std::result::Result<(), HostFailure> {
        *self = Self::new();
        Ok(())
    }

    fn load_keys(
        &mut self,
        offer: &KeyOffer,
    ) -> std::result::Result<std::result::Result<(), String>, HostFailure> {
        let keys = match key_set(offer) {
            Ok(keys) => keys,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let stripe = stripe_keys(offer)?;
        self.bench = Some(Bench {
            // A test's key for the names of its store, which dies with it.
            authoriser: Authoriser::new(Issuer::new(keys), StateKey::new(&[0x5A; 32]))
                .with_stripe(stripe),
            store: MemoryStore::new(),
            activity: MemoryActivity::new(),
            cards: Vec::new(),
        });
        Ok(Ok(()))
    }

    fn issue(&mut self, card: &Issued) -> std::result::Result<(), HostFailure> {
        let Some(bench) = &mut self.bench else {
            return Err(HostFailure::new("the host has no keys"));
        };
        if card.status == Status::Stolen {
            bench.compromised(card, self.now)?;
        }
        bench
            .cards
            .retain(|known| (&known.pan, known.sequence) != (&card.pan, card.sequence));
        bench.cards.push(card.clone());
        Ok(())
    }

    fn submit(&mut self, message: &Message) -> std::result::Result<Answer, HostFailure> {
        let answer = self
            .bench()?
            .decide(message, self.original_found(message))?;
        self.note(message, &answer);
        Ok(answer)
    }

    fn submit_at_once(
        &mut self,
        messages: &[Message],
    ) -> std::result::Result<Vec<Answer>, HostFailure> {
        let bench = self.bench()?;
        let found: Vec<bool> = messages.iter().map(|m| self.original_found(m)).collect();
        let answers = thread::scope(|scope| {
            let threads: Vec<_> = messages
                .iter()
                .zip(&found)
                .map(|(message, found)| scope.spawn(|| bench.decide(message, *found)))
                .collect();
            threads
                .into_iter()
                .map(|thread| {
                    let panicked = |_| Err(HostFailure::new("a thread of the host panicked"));
                    thread.join().unwrap_or_else(panicked)
                })
                .collect::<std::result::Result<Vec<_>, _>>()
        })?;
        for (message, answer) in messages.iter().zip(&answers) {
            self.note(message, answer);
        }
        Ok(answers)
    }
}

impl Bench {
    fn compromised(&self, card: &Issued, now: Timestamp) -> Result<()> {
        let applications = applications(card)?;
        let card = issued_card(card, &applications)?;
        let authoriser = &self.authoriser;
        let Ok(_shops) = authoriser.report_compromised(&card, now, &self.activity);
        Ok(())
    }

    fn decide(
        &self,
        message: &Message,
        original_found: bool,
    ) -> std::result::Result<Answer, HostFailure> {
        let Some(issued) = self.card(message) else {
            return Ok(refusal(Verdict::Decline, "14", "no such card"));
        };
        let applications = applications(issued)?;
        let card = issued_card(issued, &applications)?;
        let texts = Texts::of(message);
        // What is not even a field of its format is refused before anything is judged.
        let Ok(request) = request(message, &texts, original_found) else {
            return Ok(refusal(Verdict::Reject, "30", "a field breaks its format"));
        };
        let Ok(weighed) = self.authoriser.weigh(&request, &card, &self.store);
        let Ok(mut assessment) = weighed.watched(&self.activity);
        let answered = self
            .authoriser
            .answer(&mut assessment)
            .map_err(|error| HostFailure::new(error.to_string()))?;
        let reasons = assessment.reasons.iter();
        Ok(Answer {
            verdict: Some(assessment.verdict),
            response_code: String::from_utf8_lossy(&assessment.response_code().to_bytes())
                .into_owned(),
            issuer_authentication_data: answered.map(|data| data.as_bytes().to_vec()),
            reasons: reasons
                .map(|reason| format!("{}: {}", reason.kind.id(), reason.text(Language::English)))
                .collect(),
        })
    }

    /// The card of a message: by sequence number where the message, or else its chip data, has one that is known, else the one that
    /// is in use.
    fn card(&self, message: &Message) -> Option<&Issued> {
        let of_account = || self.cards.iter().filter(|card| card.pan == message.pan);
        let sequence = message.sequence.or_else(|| {
            let chip = ChipData::parse(message.chip.as_deref()?).ok()?;
            let number = chip.pan_sequence_number().ok()??.to_bcd();
            Some((number >> 4) * 10 + (number & 0x0F))
        });
        let named = |card: &&Issued| sequence.is_some() && card.sequence.or(Some(0)) == sequence;
        of_account()
            .find(named)
            .or_else(|| of_account().find(|card| card.status == Status::Active))
            .or_else(|| of_account().next())
    }
}

fn refusal(verdict: Verdict, code: &str, reason: &str) -> Answer {
    Answer {
        verdict: Some(verdict),
        response_code: code.to_string(),
        issuer_authentication_data: None,
        reasons: [reason.to_string()].to_vec(),
    }
}

fn key_set(offer: &KeyOffer) -> Result<IssuerKeySet> {
    let policy = KeyPolicy::Strict;
    let algorithm = offer.algorithm;
    IssuerKeySet::new(
        offer.index,
        IssuerMasterKey::new(algorithm, &offer.ac, policy)?,
    )
    .with_smi(IssuerMasterKey::new(algorithm, &offer.smi, policy)?)?
    .with_smc(IssuerMasterKey::new(algorithm, &offer.smc, policy)?)
}

/// The keys of stripes. One pair for all, as the scenarios have it.
fn stripe_keys(offer: &KeyOffer) -> Result<StripeKeys> {
    let pair = || CardVerificationKey::tdes(&super::stripe::TEST_KEY_CVV);
    let keys = StripeKeys::new(pair()?)
        .with_cvv2(pair()?, Cvv2Expiry::YearMonth)
        .with_cvc3(
            IssuerMasterKey::tdes(&super::stripe::TEST_KEY_CVC3)?,
            CardKeyOption::A,
        );
    Ok(if offer.algorithm.is_aes() {
        keys
    } else {
        let master = IssuerMasterKey::tdes(&offer.ac)?;
        keys.with_dcvv(master, CardKeyOption::A)
    })
}

fn sequence(number: Option<u8>) -> Result<Option<PanSequenceNumber>> {
    number
        .map(|number| PanSequenceNumber::from_digits(format!("{number:02}")))
        .transpose()
}

fn year_month(text: &str) -> Result<YearMonth> {
    let bytes = super::plastic::nibbles(text);
    YearMonth::parse(&bytes)
}

fn applications(issued: &Issued) -> Result<Vec<ApplicationIdentifier>> {
    let chip = issued.chip.iter();
    chip.map(|chip| ApplicationIdentifier::parse(&chip.aid))
        .collect()
}

fn status(status: Status) -> CardStatus {
    match status {
        Status::Active => CardStatus::Active,
        Status::Lost => CardStatus::Lost,
        Status::Stolen => CardStatus::Stolen,
        Status::Blocked => CardStatus::Blocked,
        Status::Replaced => CardStatus::Replaced,
    }
}

fn issued_card<'v>(
    issued: &Issued,
    applications: &'v [ApplicationIdentifier],
) -> Result<IssuedCard<'v>> {
    let pan = Pan::from_digits(&issued.pan)?;
    let number = sequence(issued.sequence)?;
    let expiry = year_month(&issued.expiry)?;
    let service_code = ServiceCode::from_digits(&issued.service_code)?;
    let mut card = match &issued.chip {
        None => IssuedCard::stripe(pan, expiry, service_code),
        Some(chip) => {
            let record = CardRecord::new(pan, number, chip.version, chip.key_index);
            let record = if chip.zero_padded {
                record.with_iad_tail(IadTail::ZeroPadded)
            } else {
                record
            };
            let mut card = IssuedCard::chip(record, expiry, service_code);
            card.applications = applications;
            card.relay_resistance = Some(chip.relay_resistance);
            card
        }
    };
    card.sequence = number;
    card.country = Some(CountryCode::new(issued.country)?);
    card.currency = Some(CurrencyCode::new(issued.currency)?);
    card.verification_limit = Some(Amount::new(issued.verification_limit)?);
    if issued.prefers_pin {
        card.pin = PinExpectation::Preferred;
    }
    card.contactless = Some(match issued.contactless {
        Contactless::None => issuer::Contactless::None,
        Contactless::Emv => issuer::Contactless::Chip,
        Contactless::Cvc3 | Contactless::Dcvv => issuer::Contactless::Stripe,
    });
    card.dynamic_value = match issued.contactless {
        Contactless::None | Contactless::Emv => None,
        Contactless::Cvc3 => {
            let layout = DynamicLayout::new((0, 3), (3, 5)).with_number((8, 4), Some(12));
            Some((DynamicValue::Cvc3, layout))
        }
        Contactless::Dcvv => Some((DynamicValue::Dcvv, DynamicLayout::new((5, 3), (8, 4)))),
    };
    match issued.token {
        None => card.status = status(issued.status),
        Some(domain) => {
            card.form = Form::Token {
                domain: match domain {
                    TokenDomain::Device => issuer::TokenDomain::DEVICE,
                    TokenDomain::Merchant => issuer::TokenDomain::ELECTRONIC_COMMERCE,
                },
                funding: status(issued.status),
            };
        }
    }
    Ok(card)
}

/// Numbers of the message as text.
struct Texts {
    stan: String,
    original: Option<String>,
}

impl Texts {
    fn of(message: &Message) -> Self {
        let text = |stan: u32| format!("{stan:06}");
        Self {
            stan: text(message.stan),
            original: message.original.map(text),
        }
    }
}

fn kind(message: &Message) -> MessageKind {
    let amount = Amount::new(message.amount).unwrap_or(Amount::MAX);
    let (processing, mcc) = (Some(message.processing_code.as_str()), Some(message.mcc));
    MessageKind::of(&message.mti, processing, amount, mcc).unwrap_or(MessageKind::Authorisation)
}

fn request<'m>(
    message: &'m Message,
    texts: &'m Texts,
    original_found: bool,
) -> Result<AuthorisationRequest<'m>> {
    let at = Timestamp(message.at);
    let kind = kind(message);
    let mut request = AuthorisationRequest::new(
        kind,
        Pan::from_digits(&message.pan)?,
        Amount::new(message.amount)?,
        CurrencyCode::new(message.currency)?,
        PosEntryMode::parse_or_unknown(&message.entry_mode)?,
        at,
    );
    request.deferred = message.deferred;
    request.estimated = message.estimated;
    request.sequence = sequence(message.sequence)?;
    request.expiry = message.expiry.as_deref().map(year_month).transpose()?;
    request.processing_code = Some(&message.processing_code);
    request.local_date = at
        .date()
        .map(|today| local_date(today, &message.local_date))
        .transpose()?
        .flatten();
    request.transmitted = at
        .date()
        .and_then(|today| transmitted(today, &message.transmitted));
    request.stan = Some(&texts.stan);
    request.rrn = Some(&message.rrn);
    request.terminal = match message.capability {
        Capability::Unknown => TerminalCapability::Unknown,
        Capability::Stripe => TerminalCapability::Stripe,
        Capability::Chip => TerminalCapability::Chip,
        Capability::ChipAndContactless => TerminalCapability::ChipAndContactless,
        Capability::StripeAndContactlessStripe => TerminalCapability::ContactlessStripe,
        Capability::None => TerminalCapability::Manual,
    };
    request.verification = message.verification.map(|claim| match claim {
        Verification::Nothing => ClaimedVerification::Nothing,
        Verification::Signature => ClaimedVerification::Signature,
        Verification::OfflinePin => ClaimedVerification::OfflinePin,
        Verification::OnlinePin => ClaimedVerification::OnlinePin,
        Verification::Device => ClaimedVerification::ConsumerDevice,
    });
    request.pin = match message.pin {
        None => issuer::OnlinePin::NotSent,
        Some(OnlinePin::Right) => issuer::OnlinePin::Right,
        Some(OnlinePin::Wrong) => issuer::OnlinePin::Wrong,
    };
    request.mcc = Some(message.mcc);
    request.acquirer = Some(&message.acquirer);
    request.terminal_id = Some(&message.terminal);
    request.merchant = Some(&message.merchant);
    request.country = Some(CountryCode::new(message.country)?);
    request.track1 = message.track_1.as_deref();
    request.track2 = message.track_2.as_deref();
    request.cvv2 = message.cvv2.as_deref();
    request.chip = message.chip.as_deref();
    if kind == MessageKind::Reversal {
        request.original_found = Some(original_found);
        request.original_stan = texts.original.as_deref();
    }
    Ok(request)
}

/// DE 7, `MMDDhhmmss`; `None` for what is no time.
fn transmitted(today: Date, text: &str) -> Option<Timestamp> {
    let (month_day, time) = text.split_at_checked(4)?;
    let date = local_date(today, month_day).ok()??;
    let number = |range: core::ops::Range<usize>| time.get(range)?.parse::<u64>().ok();
    let (hours, minutes, seconds) = (number(0..2)?, number(2..4)?, number(4..6)?);
    // Twelve hours after midnight.
    let midnight = Timestamp::noon(date)?.0 - 43_200;
    Some(Timestamp(midnight + hours * 3_600 + minutes * 60 + seconds))
}

/// DE 13 has no year: the one that brings it nearest to today. Digits that name no day of the calendar say nothing: a terminal's
/// clock may be wrong.
fn local_date(today: Date, month_day: &str) -> Result<Option<Date>> {
    let [month, day] = *super::plastic::nibbles(month_day) else {
        return Date::parse(&[]).map(Some);
    };
    let year = |offset: u16| {
        let year = (today.year() + offset - 1) % 100;
        match Date::parse(&[(year / 10 * 16 + year % 10) as u8, month, day]) {
            Err(error) if error.kind() == ErrorKind::Date => Ok(None),
            other => other.map(Some),
        }
    };
    let years = [year(1)?, year(0)?, year(2)?];
    let distance = |date: &Date| date.days_since(today).abs();
    Ok(years.into_iter().flatten().min_by_key(distance))
}
