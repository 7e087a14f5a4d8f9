//! `chipcard assess`.

use std::io::{self, Write};
use std::path::PathBuf;

use chipcard::element::Pan;
use chipcard::issuer::{
    ActivityStore, Assessment, AuthorisationRequest, Authoriser, CardStateStore, CryptogramEngine,
    IssuedCard, Issuer, Language, MemoryActivity, MemoryStore, StateKey, StripeVerifier, Verdict,
};
use clap::Args;
use serde_json::json;

use crate::assess::{CardFile, Input};
use crate::cli::Finding;
#[cfg(any(feature = "redb", feature = "postgres"))]
use crate::cli::store::{Durable, Open};
use crate::cli::verify::KeyArgs;
use crate::failure::Failure;
use crate::input::Lines;
use crate::keys::KeyFile;

/// Judge whole authorisation messages: clones, replays and lies are told from honest traffic.
///
/// Exit status 0: every message is approved (flagged or not). 1: some is not. 2: the input could not be understood.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Messages are JSON objects, one a line, their members named after the data elements of ISO 8583:

  {\"mti\":\"0100\",\"de2\":\"4761739001010010\",\"de4\":1000,\"de11\":1,\"de22\":\"051\",\"de49\":392,
   \"received\":1795435200,\"de55\":\"9F2608…\"}

`chipcard gauntlet --emit` writes such lines too. What was issued stands in the card file (TOML);
its format is at the head of host/src/assess/card_file.rs. Counters, and what each card does over
time, are remembered from line to line, and forgotten at the end unless a store keeps them. A line
that is not understood ends the run; those before it are judged and remembered, so go on behind
them, not from the beginning. A line may also say that a card is confirmed to be compromised, so
that the shops where it was used before are suspected:

  {\"compromised\":\"4761739001010010\",\"since\":1795435200}

  chipcard assess --keys keys.toml --cards cards.toml --lang ja messages.jsonl
  chipcard assess --keys keys.toml --cards cards.toml \\
    --redb cards.redb --index-key index.key messages.jsonl")]
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
    #[cfg(any(feature = "redb", feature = "postgres"))]
    #[command(flatten)]
    durable: Durable,
    /// The messages: a file of JSON objects, one a line; `-` is standard input.
    #[arg(value_name = "FILE")]
    messages: String,
}

impl AssessArgs {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        #[cfg(any(feature = "redb", feature = "postgres"))]
        match self.durable.open()? {
            None => {}
            #[cfg(feature = "redb")]
            Some((key, Open::Redb(store))) => {
                return self.run_with(key.state_key().clone(), &store, &store, out);
            }
            #[cfg(feature = "postgres")]
            Some((key, Open::Postgres(store))) => {
                return self.run_with(key.state_key().clone(), &store, &store, out);
            }
        }
        // The names of a store that ends with the process may have any key.
        let (states, activity) = (MemoryStore::new(), MemoryActivity::new());
        self.run_with(StateKey::new(&rand::random()), &states, &activity, out)
    }

    fn run_with(
        &self,
        names: StateKey,
        states: &impl CardStateStore<Error: Into<Failure>>,
        activity: &impl ActivityStore<Error: Into<Failure>>,
        out: &mut dyn Write,
    ) -> Result<Finding, Failure> {
        let KeyFile {
            keys,
            versions,
            stripe,
        } = self.key.load()?;
        let file = CardFile::read(&self.cards)?;
        let cards = file.cards(&versions)?;
        let authoriser = Authoriser::new(Issuer::new(keys), names).with_stripe(stripe);
        let name = |card| authoriser.named(card);
        let cards: Vec<_> = cards.into_iter().map(name).collect();
        self.run_lines(&authoriser, &cards, states, activity, out)
    }

    fn run_lines(
        &self,
        authoriser: &Authoriser<impl CryptogramEngine, impl StripeVerifier>,
        cards: &[IssuedCard<'_>],
        states: &impl CardStateStore<Error: Into<Failure>>,
        activity: &impl ActivityStore<Error: Into<Failure>>,
        out: &mut dyn Write,
    ) -> Result<Finding, Failure> {
        let language = Language::from_code(&self.lang)
            .ok_or_else(|| Failure::new(format!("--lang: {} is none of en, ja", self.lang)))?;
        let mut lines = Lines::open(&self.messages)?;
        let mut finding = Finding::Good;
        while let Some(line) = lines.next() {
            let line = line?;
            let message = match Input::read(&line).map_err(|failure| lines.at(&failure))? {
                Input::Message(message) => message,
                Input::Compromised(report) => {
                    let note = || -> Result<_, Failure> {
                        let card = report.card(cards)?;
                        let shops = authoriser.report_compromised(card, report.since, activity);
                        Ok((&card.pan, shops.map_err(Into::into)?))
                    };
                    let (pan, shops) = note().map_err(|failure| lines.at(&failure))?;
                    self.print_report(lines.number(), pan, shops, language, out)?;
                    continue;
                }
            };
            let asked = || Ok((message.card(cards)?, message.request()?));
            let (card, request) = asked().map_err(|failure| lines.at(&failure))?;
            let judge = || -> Result<_, Failure> {
                let weighed = authoriser.weigh(&request, card, states);
                let weighed = weighed.map_err(Into::into)?;
                weighed.watched(activity).map_err(Into::into)
            };
            let assessment = judge().map_err(|failure| lines.at(&failure))?;
            if !assessment.verdict.is_approval() {
                finding = Finding::Bad;
            }
            if self.json {
                serde_json::to_writer(&mut *out, &assessment.evidence(&request, card))?;
                writeln!(out)?;
            } else {
                print(lines.number(), &request, &assessment, language, out)?;
            }
        }
        Ok(finding)
    }

    /// At how many shops a compromised card counts.
    fn print_report(
        &self,
        place: usize,
        pan: &Pan,
        shops: usize,
        language: Language,
        out: &mut dyn Write,
    ) -> Result<(), Failure> {
        if self.json {
            let report = json!({"compromised": pan.to_string(), "shops": shops});
            serde_json::to_writer(&mut *out, &report)?;
            writeln!(out)?;
        } else {
            let told = match language {
                Language::Japanese => {
                    format!("情報流出カードとして登録（計上した加盟店：{shops}件）")
                }
                _ if shops == 1 => "compromised; it counts at 1 shop".to_owned(),
                _ => format!("compromised; it counts at {shops} shops"),
            };
            writeln!(out, "{place}: {pan} {told}")?;
        }
        Ok(())
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
