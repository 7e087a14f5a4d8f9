//! `chipcard decode`.

use std::io::Write;

use clap::Args;

use super::Finding;
use crate::decode::{self, Family, Kind, Options};
use crate::failure::Failure;
use crate::input;

/// Decode BER-TLV, APDUs, issuer application data, bit fields, lists, ATRs and tracks into a readable tree.
///
/// Without --as, the input is taken for the first kind that its form fits, and the output says which and why. Short bit
/// fields (TVR, AIP, CID ...) look alike and need --as.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DecodeArgs {
    /// Hexadecimal digits, blanks and colons allowed, or a track in characters; several are joined; - reads
    /// standard input. A command and its response are separated by /.
    #[arg(value_name = "HEX", required = true)]
    input: Vec<String>,
    /// What the input is.
    #[arg(long = "as", value_name = "KIND", value_enum)]
    kind: Option<Kind>,
    /// Whose layout issuer application data and card verification results have; it cannot be told from the bytes.
    #[arg(long, value_enum)]
    family: Option<Family>,
    /// The PDOL, CDOL or DDOL that the data of a command answer.
    #[arg(long, value_name = "HEX")]
    dol: Option<String>,
    /// Show the bits that are not set too.
    #[arg(long)]
    all_bits: bool,
    /// Show account numbers, names, tracks and PINs in clear. Only for test cards: cardholder data must not reach
    /// screens, files and tickets.
    #[arg(long)]
    reveal: bool,
    /// Write the tree as JSON.
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  chipcard decode 9F2701809F3602001C950580000480009F2608ABCDEF0123456789
  chipcard decode --as tvr --all-bits 8000048000
  chipcard decode --as iad --family visa 06010A03A4B000
  chipcard decode '80CA9F3600 / 9F3602001C9000'
  chipcard decode 3B 66 00 00 45 4D 56 53 49 4D

Exit status: 0, or 2 when the input could not be read to its end.";

impl DecodeArgs {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        let texts: Result<Vec<String>, Failure> = self
            .input
            .iter()
            .map(|text| input::argument_or_stdin(text))
            .collect();
        let dol = self
            .dol
            .as_deref()
            .map(|dol| input::hex("--dol", dol))
            .transpose()?;
        let options = Options {
            reveal: self.reveal,
            all_bits: self.all_bits,
            family: self.family,
            dol,
        };
        let decoded =
            decode::decode(&texts?.join(" "), self.kind, &options).map_err(Failure::new)?;
        if self.json {
            serde_json::to_writer_pretty(&mut *out, &decoded)?;
            writeln!(out)?;
        } else {
            if let Some(rule) = decoded.rule {
                writeln!(out, "Taken for {}: {rule}.", decoded.kind.name())?;
            }
            decode::render_text(&decoded.tree, out)?;
        }
        match decoded.tree.errors().as_slice() {
            [] => Ok(Finding::Good),
            errors => {
                out.flush()?;
                Err(Failure::new(errors.join("\nchipcard: ")))
            }
        }
    }
}
