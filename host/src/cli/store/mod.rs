//! `chipcard store`.

mod inspect;

use std::io::Write;
use std::path::{Path, PathBuf};

use chipcard::element::{Pan, PanSequenceNumber};
use chipcard::issuer::PlaceIndex;
#[cfg(feature = "redb")]
use chipcard_store::RedbStore;
#[cfg(feature = "postgres")]
use chipcard_store::{BlockingPostgres, NoTls, PostgresConfig};
use chipcard_store::{IndexKey, Renames};
use clap::{Args, Subcommand};
use zeroize::Zeroizing;

use self::inspect::Inspect;
use crate::cli::Finding;
use crate::failure::Failure;
use crate::input;

/// Make a store of what the issuer knows of cards, look into it, or change its index key.
#[derive(Debug, Args)]
#[command(after_long_help = "\
The index key is a file of 64 hexadecimal digits, readable by its owner alone:

  (umask 077; openssl rand -hex 32 > index.key)
  chipcard store init --redb cards.redb --index-key index.key
  chipcard store inspect --redb cards.redb --index-key index.key --psn 01 < pan.txt
  chipcard store inspect --redb cards.redb --index-key index.key \\
    --acquirer 123456 --merchant MERCHANT0000001
  chipcard store inspect --redb cards.redb --index-key index.key --counts")]
pub(super) struct StoreArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make the store, or bring its schema up to date. What there is stays as it is.
    Init(Place),
    /// Show what is kept of a card, of a merchant, or how much. Exit status 0: something is. 1: nothing is.
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
#[command(after_long_help = "\
Standard input has a line for each card: PAN, and maybe sequence number and issue, with commas between them:

  4761739001010010,01
  4761739001010028,01,2

All cards are renamed, or none. A row whose card is not in the input stays under its old name, which no
host asks for.

The file of merchants has a line for each: DE 32, maybe nothing, and DE 42 as hosts know it, with a
comma between them:

  123456,MERCHANT0000001

Without a line a merchant's counts begin anew, and cards forget that they were there: one that is
reported as compromised afterwards does not count at that shop.")]
struct Rekey {
    #[command(flatten)]
    place: Place,
    /// The new key.
    #[arg(long, value_name = "FILE")]
    new_index_key: PathBuf,
    /// Merchants that keep their counts: a file.
    #[arg(long, value_name = "FILE")]
    merchants: Option<PathBuf>,
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
            Some(file) => input::text(Path::new(file))?,
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

    fn rekey(
        &self,
        new: &IndexKey,
        cards: &[Card],
        merchants: &[Merchant],
    ) -> Result<u64, Failure> {
        let old = self.key()?;
        let cards = cards.iter().map(|card| {
            let name = |key: &IndexKey| key.state_key().card(&card.pan, card.sequence, card.issue);
            (name(&old), name(new))
        });
        let merchants = merchants.iter();
        let merchants = merchants.map(|merchant| (merchant.name(&old), merchant.name(new)));
        let names = Renames::new(cards.collect(), merchants.collect());
        #[cfg(feature = "redb")]
        if let Some(path) = &self.redb {
            return RedbStore::rekey(path, &old, new, &names).map_err(|error| at(path, error));
        }
        #[cfg(feature = "postgres")]
        if let Some(config) = self.postgres()? {
            return Ok(BlockingPostgres::rekey(&config, NoTls, &old, new, &names)?);
        }
        let _ = names;
        Err(no_place())
    }
}

impl Rekey {
    fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        let new = IndexKey::read(&self.new_index_key)?;
        let cards = lines(&input::standard_input()?, Card::parse)
            .map_err(|error| Failure::new(format!("standard input, {error}")))?;
        let merchants = match &self.merchants {
            Some(path) => {
                let wrong = |error| Failure::new(format!("{}: {error}", path.display()));
                lines(&input::text(path)?, Merchant::parse).map_err(wrong)?
            }
            None => Vec::new(),
        };
        let renamed = self.place.rekey(&new, &cards, &merchants)?;
        writeln!(out, "{renamed} of {} cards renamed", cards.len())?;
        Ok(Finding::Good)
    }
}

/// What each line is, but for empty ones.
fn lines<T>(text: &str, parse: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, Failure> {
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| {
            parse(line).map_err(|what| Failure::new(format!("line {}: {what}", number + 1)))
        })
        .collect()
}

/// A card of the list.
struct Card {
    pan: Pan,
    sequence: PanSequenceNumber,
    issue: u8,
}

impl Card {
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

/// A merchant of the list, or of the command line.
struct Merchant {
    acquirer: String,
    merchant: String,
}

impl Merchant {
    fn parse(line: &str) -> Result<Self, String> {
        match line.split_once(',') {
            // Blanks belong to DE 42.
            Some((acquirer, merchant)) if !merchant.is_empty() => Ok(Self {
                acquirer: acquirer.to_owned(),
                merchant: merchant.to_owned(),
            }),
            _ => Err("expected acquirer, comma, merchant".to_owned()),
        }
    }

    fn name(&self, key: &IndexKey) -> PlaceIndex {
        let (acquirer, merchant) = (self.acquirer.as_bytes(), self.merchant.as_bytes());
        key.state_key().merchant(acquirer, merchant)
    }
}

#[cfg(feature = "redb")]
fn at(path: &Path, error: impl std::error::Error) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

fn no_place() -> Failure {
    let places = match (cfg!(feature = "redb"), cfg!(feature = "postgres")) {
        (true, true) => "--redb or --postgres",
        (true, false) => "--redb",
        _ => "--postgres",
    };
    Failure::new(format!("say which store, with {places}"))
}
