//! `chipcard verify`.

use std::io::Write;
use std::path::PathBuf;

use chipcard::cryptogram::CryptogramVersion;
use chipcard::key::{IssuerKeySet, KeyPolicy};
use clap::Args;

use crate::cli::Finding;
use crate::failure::Failure;
use crate::input::{self, Lines};
use crate::keys::{KeyFile, Keyring, master_key};
use crate::verify::{Report, Request, Verdict, verify};

/// Verify a cryptogram from DE 55, and sign the answer when asked.
///
/// Exit status 0: verified. 1: refused; no answer is signed. 2: the input could not be understood.
#[derive(Debug, Args)]
#[command(after_long_help = "\
Example, with published test keys:

  chipcard verify --family visa --cvn 12 --imk-ac 0123456789ABCDEFFEDCBA9876543210 \\
    --pan 1234567890123456 --arc 00 \\
    9F02060000000040009F03060000000000009F1A02012495058000048000\\
5F2A0201249A031911059C01019F370452BF4585820218009F3602001C9F100706011203A0B8009F26087A788EA6B8A3E733

Many at once, one JSON object a line with the members family, cvn, pan, psn, key_index, option,
zero_padded_iad, de55, arc, csu, proprietary; the options here are the defaults of each line:

  chipcard verify --keys keys.toml --family visa --cvn 12 --lines transactions.jsonl --json")]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    pub(super) key: KeyArgs,
    #[command(flatten)]
    pub(super) card: CardArgs,
    /// Sign an answer with this authorisation response code: two characters, or four hexadecimal digits.
    #[arg(long, value_name = "CODE")]
    arc: Option<String>,
    /// Card status update of the answer, for versions with ARPC method 2.
    #[arg(long, value_name = "HEX")]
    csu: Option<String>,
    /// Proprietary authentication data of the answer, up to 8 bytes, for ARPC method 2.
    #[arg(long, value_name = "HEX")]
    proprietary: Option<String>,
    /// Verify many: a file of JSON objects, one a line; `-` is standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "de55")]
    lines: Option<String>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
    /// The chip data (the value of DE 55), hexadecimal; `-` is standard input.
    #[arg(value_name = "DE55", required_unless_present = "lines")]
    de55: Option<String>,
}

/// Where the keys come from.
#[derive(Debug, Args)]
pub(super) struct KeyArgs {
    /// Key file (TOML). Preferred: an argument can be read by every process of the machine.
    #[arg(long, value_name = "FILE", required_unless_present = "imk_ac")]
    keys: Option<PathBuf>,
    /// Issuer master key for application cryptograms, hexadecimal.
    #[arg(long, value_name = "HEX", conflicts_with = "keys")]
    imk_ac: Option<String>,
    /// The key given as an argument is for AES.
    #[arg(long, requires = "imk_ac")]
    aes: bool,
    /// Take keys with equal halves and other degenerate ones, as some published test keys are.
    #[arg(long)]
    published_test_keys: bool,
}

impl KeyArgs {
    /// Reads the keys.
    pub(super) fn load(&self) -> Result<KeyFile, Failure> {
        let policy = if self.published_test_keys {
            KeyPolicy::PublishedTestKeys
        } else {
            KeyPolicy::Strict
        };
        match (&self.keys, &self.imk_ac) {
            (Some(path), _) => KeyFile::read(path, policy),
            (None, Some(key)) => {
                let set = IssuerKeySet::new(0, master_key("imk-ac", key, self.aes, policy)?);
                Ok(KeyFile {
                    keys: Keyring::One(Box::new(set)),
                    versions: Vec::new(),
                    stripe: None,
                })
            }
            (None, None) => Err(Failure::new("give --keys or --imk-ac")),
        }
    }
}

/// Whose card.
#[derive(Debug, Args)]
pub(super) struct CardArgs {
    /// Family of the card: visa, mastercard, interac, unionpay, jcb, ccd, private.
    #[arg(long)]
    family: Option<String>,
    /// Cryptogram version as the issuer application data have it, two hexadecimal digits (Visa CVN 18 is 12).
    #[arg(long, value_name = "HEX")]
    cvn: Option<String>,
    /// PAN.
    #[arg(long, value_name = "DIGITS")]
    pan: Option<String>,
    /// PAN sequence number; 00 where the card has none.
    #[arg(long, value_name = "DIGITS")]
    psn: Option<String>,
    /// Derivation key index that the card was issued with. Without it, the only key set's; with --imk-ac,
    /// whatever the message names.
    #[arg(long, value_name = "HEX")]
    key_index: Option<String>,
    /// Card-key option, where it is not the version's usual one: A, B or C.
    #[arg(long)]
    option: Option<String>,
    /// Tolerate zeros after the end of the issuer application data.
    #[arg(long)]
    zero_padded_iad: bool,
}

impl CardArgs {
    pub(super) fn request(&self) -> Request {
        Request {
            family: self.family.clone(),
            cvn: self.cvn.clone(),
            pan: self.pan.clone(),
            psn: self.psn.clone(),
            key_index: self.key_index.clone(),
            option: self.option.clone(),
            zero_padded_iad: self.zero_padded_iad.then_some(true),
            ..Request::default()
        }
    }
}

impl VerifyArgs {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        let KeyFile { keys, versions, .. } = self.key.load()?;
        let defaults = Request {
            arc: self.arc.clone(),
            csu: self.csu.clone(),
            proprietary: self.proprietary.clone(),
            ..self.card.request()
        };
        match (&self.lines, &self.de55) {
            (Some(lines), _) => self.run_lines(lines, &defaults, &keys, &versions, out),
            (None, Some(de55)) => {
                let request = Request {
                    de55: Some(input::argument_or_stdin(de55)?),
                    ..defaults
                };
                let report = verify(&request, &keys, &versions)?;
                if self.json || !matches!(report.verdict, Verdict::Malformed) {
                    self.print(&report, out)?;
                }
                match report.verdict {
                    Verdict::Verified => Ok(Finding::Good),
                    Verdict::Refused => Ok(Finding::Bad),
                    Verdict::Malformed => Err(Failure::new(report.reason.unwrap_or_default())),
                }
            }
            (None, None) => Err(Failure::new("give DE55 or --lines")),
        }
    }

    fn run_lines(
        &self,
        lines: &str,
        defaults: &Request,
        keys: &Keyring,
        versions: &[CryptogramVersion],
        out: &mut dyn Write,
    ) -> Result<Finding, Failure> {
        let mut lines = Lines::open(lines)?;
        let mut finding = Finding::Good;
        let mut malformed = 0;
        while let Some(line) = lines.next() {
            let report = input::json(&line?)
                .and_then(input::members::<Request>)
                .and_then(|request| verify(&request.or(defaults), keys, versions))
                .unwrap_or_else(|failure| Report::malformed(&failure));
            match report.verdict {
                Verdict::Verified => {}
                Verdict::Refused => finding = Finding::Bad,
                Verdict::Malformed => malformed += 1,
            }
            if !self.json {
                writeln!(out, "line {}", lines.number())?;
            }
            self.print(&report, out)?;
        }
        if malformed > 0 {
            out.flush()?;
            return Err(Failure::new(match malformed {
                1 => "1 line could not be understood".to_owned(),
                more => format!("{more} lines could not be understood"),
            }));
        }
        Ok(finding)
    }

    fn print(&self, report: &Report, out: &mut dyn Write) -> Result<(), Failure> {
        if self.json {
            serde_json::to_writer(&mut *out, report)?;
            writeln!(out)?;
        } else {
            write!(out, "{report}")?;
        }
        Ok(())
    }
}
