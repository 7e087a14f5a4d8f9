//! `chipcard store`.

use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use chipcard::element::{ApplicationTransactionCounter, Pan, PanSequenceNumber};
use chipcard::issuer::{AtcPlace, CardFacts, CardIndex, CardState};
use chipcard_store::IndexKey;
#[cfg(feature = "redb")]
use chipcard_store::RedbStore;
#[cfg(feature = "postgres")]
use chipcard_store::{BlockingPostgres, NoTls, PostgresConfig};
use clap::{Args, Subcommand};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::cli::{Failure, Finding};

/// Make a store of what the issuer knows of cards, look into it, or change its index key.
#[derive(Debug, Args)]
#[command(after_long_help = "\
The index key is a file of 64 hexadecimal digits, readable by its owner alone:

  (umask 077; openssl rand -hex 32 > index.key)
  chipcard store init --redb cards.redb --index-key index.key
  chipcard store inspect --redb cards.redb --index-key index.key --psn 01 < pan.txt")]
pub(super) struct StoreArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make the store, or bring its schema up to date. What there is stays as it is.
    Init(Place),
    /// Show what is kept of a card. Exit status 0: something is. 1: nothing is.
    Inspect(Inspect),
    /// Name all cards anew under another index key, while no host runs. Their PANs come from standard input.
    Rekey(Rekey),
}

/// Which store.
#[derive(Debug, Args)]
struct Place {
    /// The store is this file.
    #[cfg(feature = "redb")]
    #[arg(long, value_name = "FILE", group = "place")]
    redb: Option<PathBuf>,
    /// The store is this PostgreSQL database, e.g. "host=/run/postgresql dbname=cards"; @FILE reads that from a file, for
    /// it may hold a password.
    #[cfg(feature = "postgres")]
    #[arg(long, value_name = "CONNECTION", group = "place")]
    postgres: Option<String>,
    /// The key of the store's names: a file of 64 hexadecimal digits.
    #[arg(long, value_name = "FILE")]
    index_key: PathBuf,
}

/// A store where one is wanted.
#[derive(Debug, Args)]
pub(super) struct Durable {
    /// What is remembered is kept in this file, which `chipcard store init` made.
    #[cfg(feature = "redb")]
    #[arg(long, value_name = "FILE", group = "durable", requires = "index_key")]
    redb: Option<PathBuf>,
    /// What is remembered is kept in this PostgreSQL database, which `chipcard store init` made; @FILE as there.
    #[cfg(feature = "postgres")]
    #[arg(
        long,
        value_name = "CONNECTION",
        group = "durable",
        requires = "index_key"
    )]
    postgres: Option<String>,
    /// The key of the store's names.
    #[arg(long, value_name = "FILE", requires = "durable")]
    index_key: Option<PathBuf>,
}

impl Durable {
    /// The store and its key, where one was named.
    pub(super) fn open(&self) -> Result<Option<(IndexKey, Open)>, Failure> {
        let Some(index_key) = self.index_key.clone() else {
            return Ok(None);
        };
        let place = Place {
            #[cfg(feature = "redb")]
            redb: self.redb.clone(),
            #[cfg(feature = "postgres")]
            postgres: self.postgres.clone(),
            index_key,
        };
        Ok(Some((place.key()?, place.open()?)))
    }
}

#[derive(Debug, Args)]
struct Inspect {
    #[command(flatten)]
    place: Place,
    /// File that holds the PAN; `-` is standard input. An argument could be read by every process of the machine.
    #[arg(long, value_name = "FILE", default_value = "-")]
    pan_file: String,
    /// PAN sequence number.
    #[arg(long, value_name = "DIGITS", default_value = "00")]
    psn: String,
    /// Which issue of the card, where issuer and host count them.
    #[arg(long, value_name = "N", default_value_t = 0)]
    issue: u8,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = "\
Standard input has a line for each card: PAN, and maybe sequence number and issue, with commas between them:

  4761739001010010,01
  4761739001010028,01,2

All cards are renamed, or none. A row whose card is not in the input stays under its old name, which no host asks for.")]
struct Rekey {
    #[command(flatten)]
    place: Place,
    /// The new key.
    #[arg(long, value_name = "FILE")]
    new_index_key: PathBuf,
}

/// An opened store.
pub(super) enum Open {
    #[cfg(feature = "redb")]
    Redb(RedbStore),
    #[cfg(feature = "postgres")]
    Postgres(BlockingPostgres),
}

impl StoreArgs {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        match &self.action {
            Action::Init(place) => {
                place.init()?;
                writeln!(out, "the store is ready")?;
                Ok(Finding::Good)
            }
            Action::Inspect(inspect) => inspect.run(out),
            Action::Rekey(rekey) => rekey.run(out),
        }
    }
}

impl Place {
    fn key(&self) -> Result<IndexKey, Failure> {
        Ok(IndexKey::read(&self.index_key)?)
    }

    #[cfg(feature = "postgres")]
    fn postgres(&self) -> Result<Option<PostgresConfig>, Failure> {
        let Some(argument) = &self.postgres else {
            return Ok(None);
        };
        let text = match argument.strip_prefix('@') {
            Some(file) => read(Path::new(file))?,
            None => Zeroizing::new(argument.clone()),
        };
        // The parser's message may quote what it does not understand.
        let wrong =
            |_| Failure::new("--postgres: expected e.g. \"host=/run/postgresql dbname=cards\"");
        text.trim().parse().map(Some).map_err(wrong)
    }

    fn init(&self) -> Result<(), Failure> {
        let key = self.key()?;
        #[cfg(feature = "redb")]
        if let Some(path) = &self.redb {
            RedbStore::init(path, &key).map_err(|error| at(path, error))?;
            return Ok(());
        }
        #[cfg(feature = "postgres")]
        if let Some(config) = self.postgres()? {
            BlockingPostgres::init(&config, NoTls, &key)?;
            return Ok(());
        }
        let _ = key;
        Err(no_place())
    }

    fn open(&self) -> Result<Open, Failure> {
        let key = self.key()?;
        #[cfg(feature = "redb")]
        if let Some(path) = &self.redb {
            let store = RedbStore::open(path, &key).map_err(|error| at(path, error))?;
            return Ok(Open::Redb(store));
        }
        #[cfg(feature = "postgres")]
        if let Some(config) = self.postgres()? {
            let store = BlockingPostgres::connect(&config, NoTls, &key)?;
            return Ok(Open::Postgres(store));
        }
        let _ = key;
        Err(no_place())
    }

    fn rekey(&self, new: &IndexKey, cards: &[Card]) -> Result<u64, Failure> {
        let old = self.key()?;
        let name = |card: &Card, key: &IndexKey| {
            key.state_key().card(&card.pan, card.sequence, card.issue)
        };
        let names = cards.iter().map(|card| (name(card, &old), name(card, new)));
        #[cfg(feature = "redb")]
        if let Some(path) = &self.redb {
            return RedbStore::rekey(path, &old, new, names).map_err(|error| at(path, error));
        }
        #[cfg(feature = "postgres")]
        if let Some(config) = self.postgres()? {
            let names: Vec<_> = names.collect();
            return Ok(BlockingPostgres::rekey(&config, NoTls, &old, new, &names)?);
        }
        let _ = names;
        Err(no_place())
    }
}

impl Open {
    fn card(&self, index: &CardIndex) -> Result<Option<CardState>, Failure> {
        match self {
            #[cfg(feature = "redb")]
            Self::Redb(store) => Ok(store.card(index)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => Ok(store.card(index)?),
        }
    }
}

impl Inspect {
    fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        let text = if self.pan_file == "-" {
            let mut text = Zeroizing::new(String::new());
            std::io::stdin().read_to_string(&mut text)?;
            text
        } else {
            read(Path::new(&self.pan_file))?
        };
        let pan =
            Pan::from_digits(text.trim()).map_err(|error| Failure::new(format!("PAN: {error}")))?;
        let sequence = PanSequenceNumber::from_digits(&self.psn)
            .map_err(|error| Failure::new(format!("--psn: {error}")))?;
        let key = self.place.key()?;
        let index = key.state_key().card(&pan, sequence, self.issue);
        let state = self.place.open()?.card(&index)?;
        let report = Report {
            pan: pan.to_string(),
            psn: sequence.to_string(),
            issue: self.issue,
            name: hex::encode(index.0),
            state: state.as_ref().map(StateReport::new),
        };
        if self.json {
            serde_json::to_writer(&mut *out, &report)?;
            writeln!(out)?;
        } else {
            report.print(out)?;
        }
        Ok(match state {
            Some(_) => Finding::Good,
            None => Finding::Bad,
        })
    }
}

impl Rekey {
    fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        let new = IndexKey::read(&self.new_index_key)?;
        let mut text = Zeroizing::new(String::new());
        std::io::stdin().read_to_string(&mut text)?;
        let cards = Card::list(&text)?;
        let renamed = self.place.rekey(&new, &cards)?;
        writeln!(out, "{renamed} of {} cards renamed", cards.len())?;
        Ok(Finding::Good)
    }
}

/// A card of the list.
struct Card {
    pan: Pan,
    sequence: PanSequenceNumber,
    issue: u8,
}

impl Card {
    fn list(text: &str) -> Result<Vec<Self>, Failure> {
        let lines = text.lines().enumerate();
        lines
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(number, line)| {
                Self::parse(line).map_err(|what| {
                    Failure::new(format!("standard input, line {}: {what}", number + 1))
                })
            })
            .collect()
    }

    /// Without quoting the line in what is wrong.
    fn parse(line: &str) -> Result<Self, String> {
        let mut values = line.split(',').map(str::trim);
        let mut next = |usual| {
            values
                .next()
                .filter(|value| !value.is_empty())
                .unwrap_or(usual)
        };
        let pan = Pan::from_digits(next("")).map_err(|error| format!("PAN: {error}"))?;
        let sequence = PanSequenceNumber::from_digits(next("00"))
            .map_err(|error| format!("sequence number: {error}"))?;
        let issue = next("0")
            .parse()
            .map_err(|_| "issue: expected a number up to 255".to_owned())?;
        if values.next().is_some() {
            return Err("expected PAN, sequence number and issue".to_owned());
        }
        Ok(Self {
            pan,
            sequence,
            issue,
        })
    }
}

#[derive(Serialize)]
struct Report {
    /// Masked.
    pan: String,
    psn: String,
    issue: u8,
    name: String,
    state: Option<StateReport>,
}

#[derive(Serialize)]
struct StateReport {
    now: FactsReport,
    before_last_proved: FactsReport,
    last_proved: Vec<String>,
    last_unproved: Option<String>,
}

#[derive(Serialize)]
struct FactsReport {
    highest_counter: Option<u16>,
    gaps: Vec<u16>,
    wrong_cryptograms: CountReport,
    wrong_values: CountReport,
    fallbacks: CountReport,
    contact_at: Option<String>,
    last_over_contacts: bool,
    script_pending: bool,
}

#[derive(Serialize)]
struct CountReport {
    count: u8,
    since: Option<String>,
}

impl StateReport {
    fn new(state: &CardState) -> Self {
        let transaction = |number: u64| (number != 0).then(|| format!("{number:016x}"));
        Self {
            now: FactsReport::new(&state.now),
            before_last_proved: FactsReport::new(&state.before),
            last_proved: state.proved.into_iter().filter_map(transaction).collect(),
            last_unproved: transaction(state.unproved),
        }
    }
}

impl FactsReport {
    fn new(facts: &CardFacts) -> Self {
        let window = facts.window();
        let seen = window.seen != 0;
        // The lowest that was seen: before a card's first transaction there is no gap.
        let depth = window.seen.checked_ilog2().unwrap_or(0) as u16;
        let oldest = window.highest.saturating_sub(depth);
        let not_seen = |atc: &u16| {
            let place = window.place(ApplicationTransactionCounter(*atc));
            matches!(place, AtcPlace::Behind { .. })
        };
        let count = |count, since| CountReport {
            count,
            since: (count > 0).then(|| moment(since)),
        };
        Self {
            highest_counter: seen.then_some(window.highest),
            gaps: (oldest..window.highest).rev().filter(not_seen).collect(),
            wrong_cryptograms: count(facts.wrong_cryptograms, facts.wrong_cryptograms_since),
            wrong_values: count(facts.wrong_values, facts.wrong_values_since),
            fallbacks: count(facts.fallbacks, facts.fallbacks_since),
            contact_at: (facts.contact_at != 0).then(|| moment(facts.contact_at)),
            last_over_contacts: facts.flags & CardFacts::CONTACT_LAST != 0,
            script_pending: facts.flags & CardFacts::SCRIPT_PENDING != 0,
        }
    }

    fn print(&self, out: &mut dyn Write) -> std::io::Result<()> {
        match self.highest_counter {
            Some(highest) => writeln!(out, "  highest counter      {highest}")?,
            None => writeln!(out, "  highest counter      none was proved yet")?,
        }
        if !self.gaps.is_empty() {
            let counters: Vec<_> = self.gaps.iter().map(u16::to_string).collect();
            writeln!(out, "  gaps below it        {}", counters.join(" "))?;
        }
        let counts = [
            ("wrong cryptograms", &self.wrong_cryptograms),
            ("wrong card values", &self.wrong_values),
            ("fallbacks", &self.fallbacks),
        ];
        for (name, count) in counts {
            let since = count.since.iter().map(|since| format!(" since {since}"));
            writeln!(
                out,
                "  {name:<20} {}{}",
                count.count,
                since.collect::<String>()
            )?;
        }
        let contact = self.contact_at.as_deref().unwrap_or("never");
        writeln!(out, "  chip over contacts   {contact}")?;
        writeln!(
            out,
            "  script pending       {}",
            if self.script_pending { "yes" } else { "no" }
        )
    }
}

impl Report {
    fn print(&self, out: &mut dyn Write) -> std::io::Result<()> {
        writeln!(
            out,
            "card {}, sequence number {}, issue {}",
            self.pan, self.psn, self.issue
        )?;
        writeln!(out, "name {}", self.name)?;
        let Some(state) = &self.state else {
            return writeln!(out, "nothing is kept of it");
        };
        writeln!(out, "now")?;
        state.now.print(out)?;
        writeln!(out, "before the last transaction that was proved")?;
        state.before_last_proved.print(out)?;
        writeln!(
            out,
            "last transactions      {}",
            state.last_proved.join(" ")
        )?;
        let unproved = state.last_unproved.as_deref().unwrap_or("none");
        writeln!(out, "last one unproved      {unproved}")
    }
}

/// A moment in UTC, as RFC 3339 has it.
fn moment(seconds: u32) -> String {
    match time::OffsetDateTime::from_unix_timestamp(seconds.into()) {
        Ok(moment) => {
            let (hour, minute, second) = moment.to_hms();
            format!("{}T{hour:02}:{minute:02}:{second:02}Z", moment.date())
        }
        Err(_) => seconds.to_string(),
    }
}

fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let text = fs::read_to_string(path);
    text.map(Zeroizing::new)
        .map_err(|error| Failure::new(format!("{}: {error}", path.display())))
}

fn at(path: &Path, error: impl std::error::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

fn no_place() -> Failure {
    let places = if cfg!(feature = "postgres") {
        "--redb or --postgres"
    } else {
        "--redb"
    };
    Failure::new(format!("say which store, with {places}"))
}
