//! `chipcard kat`: known answers.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::Finding;
use crate::failure::Failure;
use crate::kat::{self, Status};

/// Run known-answer files against the library
///
/// Prints a line for each test that fails or whose operation is unknown, and a last line
/// `N passed, N failed, N skipped`. Exits with 1 when a test fails, with 2 when a file cannot be read.
/// The values, keys too, are shown: such files hold test keys only. The format is described in
/// tests/vectors/README.md.
#[derive(Debug, Args)]
pub(super) struct Kat {
    /// Files of format chipcard-kat/1
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print one JSON object instead
    #[arg(long)]
    json: bool,
}

impl Kat {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        let mut texts = Vec::new();
        for file in &self.files {
            let name = file.display().to_string();
            let text = fs::read_to_string(file)
                .map_err(|error| Failure::new(format!("{name}: {error}")))?;
            texts.push((name, text));
        }
        let files = texts.iter().map(|(name, text)| (&**name, &**text));
        let report = kat::run(files)?;
        if self.json {
            serde_json::to_writer_pretty(&mut *out, &report)?;
            writeln!(out)?;
        } else {
            for test in &report.tests {
                match &test.status {
                    Status::Passed => {}
                    Status::Skipped => writeln!(out, "skipped: {} ({})", test.op, test.id)?,
                    Status::Failed { problems } => {
                        for problem in problems {
                            writeln!(out, "failed: {} ({}): {problem}", test.op, test.id)?;
                        }
                    }
                }
            }
            writeln!(out, "{report}")?;
        }
        Ok(if report.failed == 0 {
            Finding::Good
        } else {
            Finding::Bad
        })
    }
}
