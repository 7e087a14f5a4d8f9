//! `chipcard card profile`.

use std::io::Write;

use chipcard::card::Severity;
use clap::{ArgGroup, Args, ValueEnum};
use serde::Serialize;

use crate::cli::Finding;
use crate::failure::Failure;
use crate::input;
use crate::profile::{DEFAULT, Personalisation, names};

/// List the built-in cards, write one as a profile file, or look for mistakes in one.
///
/// Exit status 0, or 1 when `--check` finds a card that cannot work. 2: the file could not be understood; the message names
/// line and key.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true))]
pub(super) struct ProfileArgs {
    /// List the built-in cards.
    #[arg(group = "what", value_enum)]
    list: Option<List>,
    /// Write a card, the default one unless named, as a profile file that explains itself.
    #[arg(long, group = "what", value_name = "NAME|FILE", num_args = 0..=1, default_missing_value = DEFAULT)]
    export: Option<String>,
    /// Look for mistakes in profile, keys and, as of today, certificates: errors, with which a card cannot work, and warnings.
    #[arg(long, group = "what", value_name = "NAME|FILE")]
    check: Option<String>,
    /// Print JSON (with `list` and `--check`).
    #[arg(long, conflicts_with = "export")]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum List {
    List,
}

#[derive(Serialize)]
struct CardRow {
    name: String,
    aid: String,
    version: String,
    pan: String,
}

#[derive(Serialize)]
struct FindingRow {
    severity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tag: Option<String>,
    text: &'static str,
}

impl ProfileArgs {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        match (&self.export, &self.check) {
            (Some(card), _) => {
                out.write_all(Personalisation::load(card)?.to_toml()?.as_bytes())?;
                Ok(Finding::Good)
            }
            (None, Some(card)) => self.check(&Personalisation::load(card)?, out),
            (None, None) => self.list(out),
        }
    }

    fn list(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        let mut rows = Vec::new();
        for name in names() {
            let card = Personalisation::load(name)?;
            rows.push(CardRow {
                name: name.to_owned(),
                aid: hex::encode_upper(card.aid()),
                version: card.version().name.to_string(),
                pan: card.pan().to_string(),
            });
        }
        if self.json {
            serde_json::to_writer(&mut *out, &rows)?;
            writeln!(out)?;
            return Ok(Finding::Good);
        }
        for row in rows {
            let mark = if row.name == DEFAULT {
                "  (default)"
            } else {
                ""
            };
            writeln!(
                out,
                "{:<16}{:<18}{:<21}{}{mark}",
                row.name, row.aid, row.pan, row.version
            )?;
        }
        Ok(Finding::Good)
    }

    fn check(&self, card: &Personalisation, out: &mut dyn Write) -> Result<Finding, Failure> {
        let findings = card.lint(Some(input::today()?));
        if self.json {
            let rows: Vec<_> = findings
                .iter()
                .map(|finding| FindingRow {
                    severity: match finding.severity {
                        Severity::Refuse => "error",
                        Severity::Warn => "warning",
                    },
                    tag: finding.tag.map(|tag| tag.to_string()),
                    text: finding.text,
                })
                .collect();
            serde_json::to_writer(&mut *out, &rows)?;
            writeln!(out)?;
        } else {
            for finding in &findings {
                writeln!(out, "{finding}")?;
            }
            if findings.is_empty() {
                writeln!(out, "{}: nothing found", card.name())?;
            }
        }
        let refused = findings
            .iter()
            .any(|finding| finding.severity == Severity::Refuse);
        Ok(if refused { Finding::Bad } else { Finding::Good })
    }
}
