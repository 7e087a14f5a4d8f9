//! `chipcard diagnose`.

use std::io::Write;

use chipcard::Tag;
use chipcard::cryptogram::{CryptogramVersion, DataList, IadPart, SignedPart};
use chipcard::issuer::ChipData;
use chipcard::laboratory::{Diagnosis, Difference, Hypothesis, diagnose, name_version};
use clap::Args;
use serde::Serialize;

use crate::cli::Finding;
use crate::cli::verify::{CardArgs, KeyArgs};
use crate::failure::Failure;
use crate::input;
use crate::keys::KeyFile;
use crate::verify::Request;

/// Find out why a cryptogram does not verify. For the laboratory only.
///
/// Tries every key set, every PAN sequence number, the card-key options, session-key methods, paddings and
/// data lists that are known, and names what differs from what you assumed. Nothing else of this program accepts
/// what it finds. Exit status 0: found. 1: no hypothesis matches.
#[derive(Debug, Args)]
pub(super) struct DiagnoseArgs {
    #[command(flatten)]
    key: KeyArgs,
    #[command(flatten)]
    card: CardArgs,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// The chip data (the value of DE 55), hexadecimal; `-` is standard input.
    #[arg(value_name = "DE55")]
    de55: String,
}

/// One thing that differs, in words.
#[derive(Serialize)]
struct Row {
    what: String,
    assumed: String,
    found: String,
}

#[derive(Serialize)]
struct Report {
    found: bool,
    tried: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    differences: Vec<Row>,
}

impl DiagnoseArgs {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        let KeyFile {
            keys,
            versions: own,
            ..
        } = self.key.load()?;
        let request = Request {
            de55: Some(input::argument_or_stdin(&self.de55)?),
            ..self.card.request()
        };
        let de55 = request.de55()?;
        let chip = ChipData::parse(&de55)?;
        let card = request.card(&keys, &own, &chip)?;
        let versions: Vec<_> = CryptogramVersion::ALL.iter().chain(&own).copied().collect();
        let assumed = Hypothesis::assumed(&card);
        // A key given by hand has no index of its own that could differ.
        let assumed = match keys.sets() {
            [only] => Hypothesis {
                key_index: only.index(),
                ..assumed
            },
            _ => assumed,
        };
        let Diagnosis { found, tried } = diagnose(&card, &chip, keys.sets(), &versions)?;
        let differences = found.map_or_else(Vec::new, |found| {
            found
                .differences(&assumed)
                .map(|what| row(what, &assumed, &found))
                .collect()
        });
        let report = Report {
            found: found.is_some(),
            tried,
            version: found
                .and_then(|found| name_version(&found, &versions))
                .map(|row| row.name.to_string()),
            differences,
        };
        if self.json {
            serde_json::to_writer(&mut *out, &report)?;
            writeln!(out)?;
        } else {
            print(&report, out)?;
        }
        Ok(if report.found {
            Finding::Good
        } else {
            Finding::Bad
        })
    }
}

fn print(report: &Report, out: &mut dyn Write) -> Result<(), Failure> {
    if !report.found {
        writeln!(out, "no hypothesis matches ({} tried)", report.tried)?;
        writeln!(
            out,
            "so the key, the PAN or a signed value is another, or the version signs data not known here"
        )?;
        return Ok(());
    }
    writeln!(out, "found after {} tries", report.tried)?;
    if let Some(version) = &report.version {
        writeln!(out, "recipe     {version}")?;
    }
    if report.differences.is_empty() {
        writeln!(out, "the cryptogram matches exactly what you assumed")?;
    }
    for Row {
        what,
        assumed,
        found,
    } in &report.differences
    {
        writeln!(out, "{what}\n  assumed  {assumed}\n  found    {found}")?;
    }
    Ok(())
}

fn row(what: Difference, assumed: &Hypothesis, found: &Hypothesis) -> Row {
    let describe = |hypothesis: &Hypothesis| match what {
        Difference::KeyIndex => format!("{:02X}", hypothesis.key_index),
        Difference::SequenceNumber => hypothesis.sequence.to_string(),
        Difference::CardKey => format!("{:?}", hypothesis.card_key),
        Difference::SessionKey => format!("{:?}", hypothesis.session_key),
        Difference::Data => data_list(&hypothesis.data),
        Difference::Padding => format!("{:?}", hypothesis.padding),
        Difference::ZeroTail if hypothesis.zero_tail_cut => "cut off".to_owned(),
        _ => "signed".to_owned(),
    };
    Row {
        what: what.to_string(),
        assumed: describe(assumed),
        found: describe(found),
    }
}

/// The list as the key file writes it.
fn data_list(list: &DataList) -> String {
    let parts = list.parts().iter().map(|part| match part {
        SignedPart::Element(tag) => tag.to_string(),
        SignedPart::Iad(part) => {
            let tag = Tag::new(0x9F10);
            match part {
                IadPart::Whole => tag.to_string(),
                IadPart::Range { start, length } => format!("{tag}[{start}..{}]", start + length),
                IadPart::MChipCounters => format!("{tag}[counters]"),
            }
        }
    });
    parts.collect::<Vec<_>>().join(" ")
}
