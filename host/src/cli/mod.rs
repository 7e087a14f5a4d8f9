//! The command line: one module a subcommand.
//!
//! Exit status: 0 when what was asked for is so, 1 when it is not (a wrong cryptogram, a failed known answer),
//! 2 when the input could not be understood.

mod assess;
mod batch;
mod card;
mod decode;
mod diagnose;
mod gauntlet;
mod kat;
mod load;
#[cfg(any(feature = "redb", feature = "postgres"))]
mod store;
mod transact;
mod verify;

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use chipcard::card::test_cards::TestCard;
use clap::{Parser, Subcommand};

use crate::failure::Failure;

/// An EMV chip card, its issuer, and a bench to test them.
#[derive(Debug, Parser)]
#[command(name = "chipcard", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Assess(assess::AssessArgs),
    Batch(Box<batch::BatchArgs>),
    Card(card::CardArgs),
    Decode(Box<decode::DecodeArgs>),
    Diagnose(Box<diagnose::DiagnoseArgs>),
    Gauntlet(Box<gauntlet::GauntletArgs>),
    Kat(kat::Kat),
    Load(load::LoadArgs),
    #[cfg(any(feature = "redb", feature = "postgres"))]
    Store(store::StoreArgs),
    Transact(transact::TransactArgs),
    Verify(Box<verify::VerifyArgs>),
}

/// What a subcommand found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// What was asked for is so: exit status 0.
    Good,
    /// It is not so: exit status 1.
    Bad,
}

/// The test card of this name.
fn test_card(name: &str) -> Result<&'static TestCard, Failure> {
    TestCard::find(name).ok_or_else(|| {
        let known: Vec<_> = TestCard::ALL.iter().map(|card| card.name).collect();
        Failure::new(format!(
            "no test card is named {name:?}; there are {}",
            known.join(", ")
        ))
    })
}

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut out = Output {
        stream: io::stdout().lock(),
        unread: false,
    };
    let result = run(cli.command, &mut out).and_then(|finding| {
        out.flush()?;
        Ok(finding)
    });
    match result {
        Ok(Finding::Good) => ExitCode::SUCCESS,
        Ok(Finding::Bad) => ExitCode::from(1),
        Err(_) if out.unread => ExitCode::from(2),
        Err(failure) => {
            tell(format_args!("chipcard: {failure}"));
            ExitCode::from(2)
        }
    }
}

/// Standard output, which may be read to its first lines alone, as by `head`. Nobody wants to be told of that.
struct Output<W> {
    stream: W,
    unread: bool,
}

impl<W: Write> Write for Output<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.stream.write(bytes);
        self.unread |= matches!(&written, Err(error) if error.kind() == ErrorKind::BrokenPipe);
        written
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A line on standard error, if somebody reads it.
pub(crate) fn tell(line: impl fmt::Display) {
    let _ = writeln!(io::stderr(), "{line}");
}

fn run(command: Command, out: &mut dyn Write) -> Result<Finding, Failure> {
    match command {
        Command::Assess(args) => args.run(out),
        Command::Batch(args) => args.run(out),
        Command::Card(args) => args.run(out),
        Command::Decode(args) => args.run(out),
        Command::Diagnose(args) => args.run(out),
        Command::Gauntlet(args) => args.run(out),
        Command::Kat(kat) => kat.run(out),
        Command::Load(args) => args.run(out),
        #[cfg(any(feature = "redb", feature = "postgres"))]
        Command::Store(args) => args.run(out),
        Command::Transact(args) => args.run(out),
        Command::Verify(args) => args.run(out),
    }
}
