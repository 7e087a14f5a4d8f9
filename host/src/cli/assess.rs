//! `chipcard assess`.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::PathBuf;

use chipcard::issuer::{
    Assessment, AuthorisationRequest, Authoriser, IssuedCard, Issuer, Language, MemoryActivity,
    MemoryStore, StateKey, StripeVerifier, Verdict,
};
use clap::Args;

use crate::assess::{CardFile, Message};
use crate::cli::verify::KeyArgs;
use crate::cli::{Failure, Finding};
use crate::keys::KeyFile;

/// Judge whole authorisation messages: clones, replays and lies are told from honest traffic.
///
/// Exit status 0: every message is approved (flagged or not). 1: some is not. 2: the input could not be understood.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Messages are JSON objects, one a line, their members named after the data elements of ISO 8583:

  {\"mti\":\"0100\",\"de2\":\"4761739001010010\",\"de4\":1000,\"de11\":1,\"de22\":\"051\",\"de49\":392,
   \"received\":1795435200,\"de55\":\"9F2608…\"}

`chipcard gauntlet --emit` writes such lines too. What was issued stands in the card file (TOML), whose format
is at the head of host/src/assess.rs. Counters, and what each card does over time, are remembered from line to line,
and forgotten at the end.

  chipcard assess --keys keys.toml --cards cards.toml --lang ja messages.jsonl")]
pub(super) struct AssessArgs {
    #[command(flatten)]
    key: KeyArgs,
    /// Card file (TOML): what was issued.
    #[arg(long, value_name = "FILE")]
    cards: PathBuf,
    /// Language of the reasons: en or ja.
    #[arg(long, value_name = "CODE", default_value = "en")]
    lang: String,
    /// Print the record of each judgement as JSON: what was claimed, what the cryptogram covered, and why.
    #[arg(long)]
    json: bool,
    /// The messages: a file of JSON objects, one a line; `-` is standard input.
    #[arg(value_name = "FILE")]
    messages: String,
}

impl AssessArgs {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        let language = Language::from_code(&self.lang)
            .ok_or_else(|| Failure::new(format!("--lang: {} is none of en, ja", self.lang)))?;
        let KeyFile {
            keys,
            versions,
            stripe,
        } = self.key.load()?;
        let file = CardFile::read(&self.cards)?;
        let cards = file.cards(&versions)?;
        // The names of a store that ends with the process may have any key.
        let authoriser = Authoriser::new(Issuer::new(keys), StateKey::new(&rand::random()));
        let name = |card| authoriser.named(card);
        let cards: Vec<_> = cards.into_iter().map(name).collect();
        match stripe {
            Some(stripe) => self.run_lines(&authoriser.with_stripe(stripe), &cards, language, out),
            None => self.run_lines(&authoriser, &cards, language, out),
        }
    }

    fn run_lines<E: chipcard::issuer::CryptogramEngine, V: StripeVerifier>(
        &self,
        authoriser: &Authoriser<E, V>,
        cards: &[IssuedCard<'_>],
        language: Language,
        out: &mut dyn Write,
    ) -> Result<Finding, Failure> {
        let input: Box<dyn BufRead> = match self.messages.as_str() {
            "-" => Box::new(io::stdin().lock()),
            path => Box::new(BufReader::new(
                File::open(path).map_err(|error| Failure::new(format!("{path}: {error}")))?,
            )),
        };
        let (store, activity) = (MemoryStore::new(), MemoryActivity::new());
        let mut finding = Finding::Good;
        for (place, line) in input.lines().enumerate() {
            let line = line?;
            if line.trim().is_empty() {
                continue;
            }
            let within = |failure: Failure| Failure::new(format!("line {}: {failure}", place + 1));
            let message = Message::read(&line).map_err(within)?;
            let card = message.card(cards).map_err(within)?;
            let request = message.request().map_err(within)?;
            let Ok(weighed) = authoriser.weigh(&request, card, &store);
            let Ok(assessment) = weighed.watched(&activity);
            if !assessment.verdict.is_approval() {
                finding = Finding::Bad;
            }
            if self.json {
                serde_json::to_writer(&mut *out, &assessment.evidence(&request, card))?;
                writeln!(out)?;
            } else {
                print(place + 1, &request, &assessment, language, out)?;
            }
        }
        Ok(finding)
    }
}

/// One message for people: the verdict, then a line a reason.
fn print<K>(
    place: usize,
    request: &AuthorisationRequest<'_>,
    assessment: &Assessment<'_, K>,
    language: Language,
    out: &mut dyn Write,
) -> io::Result<()> {
    let chip = assessment
        .chip
        .map_or('-', chipcard::issuer::ChipValidation::as_mc_obs_code);
    writeln!(
        out,
        "{place}: {} {}  DE 39 {}  {chip}",
        request.pan,
        assessment.verdict.text(language),
        assessment.response_code(),
    )?;
    for reason in assessment.reasons.iter() {
        // What is no more than flagged among reasons for a decline is told as well.
        let mark = if reason.verdict >= Verdict::Decline {
            "!"
        } else {
            "-"
        };
        writeln!(out, "   {mark} {}", reason.text(language))?;
    }
    Ok(())
}
