//! `chipcard load`.

use std::io::Write;
use std::time::Duration;

use clap::Args;

use crate::cli::{Finding, test_card};
use crate::failure::Failure;
use crate::load::{Until, run};

/// Run contact transactions with a test card as fast as they go, and count them.
///
/// Each is complete, from SELECT to the second GENERATE AC: the issuer verifies the card's cryptogram and signs an approval, and the
/// card approves. No public keys are in it.
#[derive(Debug, Args)]
pub(super) struct LoadArgs {
    /// The test card; an unknown name is answered with a list of them.
    #[arg(long, default_value = "ccd", value_name = "NAME")]
    card: String,
    /// Threads, each with a card of its own.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: u16,
    /// How long to go on, in seconds.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// How many transactions each thread makes, instead.
    #[arg(long, value_name = "COUNT", conflicts_with = "seconds")]
    transactions: Option<u64>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

impl LoadArgs {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        let test = test_card(&self.card)?;
        let until = match self.transactions {
            Some(count) => Until::Count(count),
            None => Until::Time(Duration::try_from_secs_f64(self.seconds)?),
        };
        let report = run(test, self.threads.into(), until)?;
        if self.json {
            serde_json::to_writer(&mut *out, &report)?;
            writeln!(out)?;
        } else {
            writeln!(out, "{report}")?;
        }
        Ok(Finding::Good)
    }
}
