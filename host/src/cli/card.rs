//! `chipcard card`.

mod profile;
mod serve;

use std::io::Write;

use clap::{Args, Subcommand};

use super::Finding;
use crate::failure::Failure;

/// A card in a virtual reader, and what it is personalised with.
#[derive(Debug, Args)]
pub(super) struct CardArgs {
    #[command(subcommand)]
    command: CardCommand,
}

#[derive(Debug, Subcommand)]
enum CardCommand {
    Profile(profile::ProfileArgs),
    Serve(Box<serve::ServeArgs>),
}

impl CardArgs {
    pub(super) fn run(&self, out: &mut dyn Write) -> Result<Finding, Failure> {
        match &self.command {
            CardCommand::Profile(args) => args.run(out),
            CardCommand::Serve(args) => args.run(out),
        }
    }
}
