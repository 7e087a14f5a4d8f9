//! `chipcard batch`.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use chipcard::Issuer;
use chipcard::key::KeyPolicy;
use clap::Args;

use crate::batch::{FileFormat, Profile, Sample, Settings};
use crate::cli::Finding;
use crate::cli::verify::CardArgs;
use crate::failure::Failure;
use crate::keys::KeyFile;

/// Verify the cryptograms of a file of transactions.
///
/// Exit status 0: all are verified. 1: some are not. 2: the file, its columns or an option could not be understood.
#[derive(Debug, Args)]
pub(super) struct BatchArgs {
    /// Key file (TOML).
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// Take keys with equal halves and other degenerate ones, as some published test keys are.
    #[arg(long)]
    published_test_keys: bool,
    #[command(flatten)]
    card: CardArgs,
    /// CSV file of the cards that were issued: pan, family, cvn, and maybe psn, key_index, option. It decides then, not
    /// the rows.
    #[arg(long, value_name = "FILE")]
    cards: Option<PathBuf>,
    /// Form of the file, where its name does not say it.
    #[arg(long)]
    format: Option<FileFormat>,
    /// Column (or member) of a field: family, cvn, pan, psn, key_index, option, de55, or a tag such as 9F26.
    #[arg(long, value_name = "FIELD=COLUMN")]
    map: Vec<String>,
    /// State file: a run that was killed goes on where it was.
    #[arg(long, value_name = "STATE")]
    resume: Option<PathBuf>,
    /// Write the rows that are not verified here, as CSV, or as JSON lines where the name ends in .jsonl.
    #[arg(long, value_name = "FILE")]
    failed: Option<PathBuf>,
    /// Print the summary as JSON.
    #[arg(long)]
    json: bool,
    /// Workers; as many as there are cores unless said.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Rows that are verified together, about.
    #[arg(long, value_name = "N")]
    chunk: Option<usize>,
    /// Milliseconds between two writes of the state file.
    #[arg(long, value_name = "MS", requires = "resume")]
    checkpoint: Option<u64>,
    /// Write a sample of so many rows to INPUT instead, and its key file beside it.
    #[arg(
        long,
        value_name = "N",
        conflicts_with_all = ["keys", "cards", "map", "resume", "failed"]
    )]
    generate: Option<u64>,
    /// The sample is decided by this number.
    #[arg(long, value_name = "S", default_value_t = 0, requires = "generate")]
    seed: u64,
    /// Whose cards are in the sample: mix, or one of visa-10, visa-18, mastercard-14, ccd-a6 and others.
    #[arg(
        long,
        value_name = "NAME",
        default_value = "mix",
        requires = "generate"
    )]
    profile: String,
    /// Make this share of the sample's rows wrong, e.g. 1/7.
    #[arg(long, value_name = "N/M", requires = "generate", value_parser = share)]
    corrupt: Option<(u64, u64)>,
    /// Give the sample a column for each data element, not one for all.
    #[arg(long, requires = "generate")]
    by_tag: bool,
    /// The transactions; `-` is standard input.
    #[arg(value_name = "INPUT")]
    file: PathBuf,
}

impl BatchArgs {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        let format = match self.format {
            Some(format) => format,
            None => FileFormat::of(&self.file)?,
        };
        match self.generate {
            Some(rows) => self.generate(rows, format, out),
            None => self.verify(format, out),
        }
    }

    fn generate(
        &self,
        rows: u64,
        format: FileFormat,
        out: &mut dyn Write,
    ) -> Result<Finding, Failure> {
        let mut sample = Sample::new(rows);
        sample.seed = self.seed;
        sample.profiles = Profile::named(&self.profile)?;
        sample.corrupt = self.corrupt;
        sample.by_tag = self.by_tag;
        let keys = sample.write(&self.file, format)?;
        writeln!(
            out,
            "{rows} rows in {}, keys in {}",
            self.file.display(),
            keys.display()
        )?;
        Ok(Finding::Good)
    }

    fn verify(&self, format: FileFormat, out: &mut dyn Write) -> Result<Finding, Failure> {
        let keys = self
            .keys
            .as_deref()
            .ok_or_else(|| Failure::new("say the key file with --keys"))?;
        let policy = if self.published_test_keys {
            KeyPolicy::PublishedTestKeys
        } else {
            KeyPolicy::Strict
        };
        let keys = KeyFile::read(keys, policy)?;
        let mut settings = Settings::new(format);
        settings.mapping.clone_from(&self.map);
        settings.defaults = self.card.request();
        settings.cards.clone_from(&self.cards);
        settings.failed.clone_from(&self.failed);
        settings.resume.clone_from(&self.resume);
        settings.threads = self.threads.unwrap_or(settings.threads);
        settings.chunk = self.chunk.unwrap_or(settings.chunk);
        if let Some(milliseconds) = self.checkpoint {
            settings.checkpoint = Duration::from_millis(milliseconds);
        }
        let summary = settings.verify(&self.file, &keys, &Issuer::new(&keys.keys))?;
        if self.json {
            serde_json::to_writer(&mut *out, &summary)?;
            writeln!(out)?;
        } else {
            write!(out, "{summary}")?;
        }
        Ok(if summary.all_verified() {
            Finding::Good
        } else {
            Finding::Bad
        })
    }
}

/// A share such as `1/7`.
fn share(text: &str) -> Result<(u64, u64), String> {
    let parts = text.split_once('/');
    let parts = parts.and_then(|(some, of)| Some((some.parse().ok()?, of.parse().ok()?)));
    parts
        .filter(|(some, of)| *of > 0 && some <= of)
        .ok_or_else(|| "expected a share of at most one, e.g. 1/7".to_owned())
}
