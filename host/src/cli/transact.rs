//! `chipcard transact`.

use std::io::Write;

use chipcard::element::{Amount, CountryCode, CurrencyCode, Date, Pin, UnpredictableNumber};
use clap::Args;
use serde::Serialize;

use crate::cli::Finding;
use crate::decode::{Node, render_text};
use crate::failure::Failure;
use crate::input::{self, named};
use crate::profile::{Personalisation, names};
use crate::terminal::{Outcome, Sale};
use crate::transact::{Answer, tell};

/// Run a contact transaction with a card, and tell what happens.
///
/// A card is personalised, unless a file says otherwise with published test keys; a terminal runs the transaction; the issuer verifies the
/// cryptogram and answers; the card checks the answer. Exit status 0 when it ends as the answer makes one expect.
#[derive(Debug, Args)]
pub(super) struct TransactArgs {
    /// The built-in card; `--cards` lists them.
    #[arg(
        long,
        default_value = "ccd-cda",
        value_name = "NAME",
        conflicts_with = "profile"
    )]
    card: String,
    /// A card of one's own: a profile file (see `chipcard card profile`).
    #[arg(long, value_name = "FILE")]
    profile: Option<String>,
    /// List the built-in cards.
    #[arg(long)]
    cards: bool,
    /// Amount in minor units of the currency.
    #[arg(long, default_value_t = 4200)]
    amount: u64,
    /// Currency, three digits (ISO 4217).
    #[arg(long, default_value_t = 840)]
    currency: u16,
    /// Country of the terminal, three digits (ISO 3166-1).
    #[arg(long, default_value_t = 840)]
    country: u16,
    /// Date, YYMMDD; today in UTC unless said.
    #[arg(long, value_name = "YYMMDD")]
    date: Option<String>,
    /// PIN that the cardholder enters; the built-in cards have 1234.
    #[arg(long)]
    pin: Option<String>,
    /// Unpredictable number, eight hexadecimal digits; drawn at random unless said.
    #[arg(long, value_name = "HEX")]
    un: Option<String>,
    /// Let card and terminal decide whether to go online.
    #[arg(long)]
    may_stay_offline: bool,
    /// What the issuer does.
    #[arg(long, value_enum, default_value_t = Answer::Approve)]
    answer: Answer,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Report<'a> {
    outcome: String,
    approved: bool,
    chapters: &'a [Node],
}

impl TransactArgs {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        if self.cards {
            for name in names() {
                let card = Personalisation::load(name)?;
                writeln!(out, "{name:<18}{}", card.version().name)?;
            }
            return Ok(Finding::Good);
        }
        let card = Personalisation::load(self.profile.as_ref().unwrap_or(&self.card))?;
        card.check()?;
        let country = CountryCode::new(self.country).map_err(named("--country"))?;
        let story = tell(&card, &self.sale()?, country, self.answer)?;
        let outcome = story.outcome;
        if self.json {
            let approved = outcome.is_approved();
            let report = Report {
                outcome: outcome.to_string(),
                approved,
                chapters: &story.chapters,
            };
            serde_json::to_writer(&mut *out, &report)?;
            writeln!(out)?;
        } else {
            for chapter in &story.chapters {
                render_text(chapter, out)?;
                writeln!(out)?;
            }
        }
        Ok(if self.is_expected(outcome) {
            Finding::Good
        } else {
            Finding::Bad
        })
    }

    fn sale(&self) -> Result<Sale, Failure> {
        let un = match &self.un {
            Some(text) => input::hex_array("--un", text)?,
            None => rand::random(),
        };
        let pin = self.pin.as_deref().map(Pin::from_digits);
        Ok(Sale {
            amount: Amount::new(self.amount).map_err(named("--amount"))?,
            currency: CurrencyCode::new(self.currency).map_err(named("--currency"))?,
            date: self.date()?,
            unpredictable_number: UnpredictableNumber(un),
            pin: pin.transpose().map_err(named("--pin"))?,
            force_online: !self.may_stay_offline,
        })
    }

    fn date(&self) -> Result<Date, Failure> {
        let Some(text) = &self.date else {
            return input::today();
        };
        Date::parse(&input::hex("--date", text)?).map_err(named("--date"))
    }

    fn is_expected(&self, outcome: Outcome) -> bool {
        match (self.answer, outcome) {
            (_, Outcome::ApprovedOffline | Outcome::DeclinedOffline) => true,
            (Answer::Approve, outcome) => outcome.is_approved(),
            (Answer::Decline | Answer::Tampered, outcome) => !outcome.is_approved(),
            (Answer::Unreachable, _) => true,
        }
    }
}
