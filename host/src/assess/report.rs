//! What was found out about a card since.

use chipcard::element::{Pan, PanSequenceNumber};
use chipcard::issuer::{IssuedCard, Timestamp};
use serde::Deserialize;

use super::card_file::with_number;
use crate::failure::Failure;
use crate::input::{self, named};

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
    pub(super) fn read(value: serde_json::Value) -> Result<Self, Failure> {
        let line: ReportLine = input::members(value)?;
        let sequence = line.sequence.as_deref().map(PanSequenceNumber::from_digits);
        Ok(Self {
            pan: Pan::from_digits(&line.compromised).map_err(named("compromised"))?,
            sequence: sequence.transpose().map_err(named("sequence"))?,
            since: Timestamp(line.since),
        })
    }

    /// The card that it is about, of cards in the order of their numbers.
    ///
    /// # Errors
    /// When none or several were issued with that number.
    pub fn card<'c, 'v>(&self, cards: &'c [IssuedCard<'v>]) -> Result<&'c IssuedCard<'v>, Failure> {
        let is_it = |card: &&IssuedCard<'_>| {
            let own = card.sequence.unwrap_or(PanSequenceNumber::ZERO);
            self.sequence.is_none_or(|sequence| sequence == own)
        };
        let mut found = with_number(cards, &self.pan).iter().filter(is_it);
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
