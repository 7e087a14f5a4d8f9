//! The gauntlet at other hosts: a line protocol over a command's standard streams or TCP, and the report for people and
//! programs.
//!
//! The protocol is described in the README of this package.

mod emit;
mod line;
mod names;
mod patience;
mod serve;
mod table;
mod wire;

pub use emit::Emitted;
pub use line::{CommandHost, LineHost, command, tcp};
pub use patience::{PatientReader, PatientWriter};
pub use serve::{serve, serve_tcp};
pub use table::{json, write_table};
pub use wire::{Reply, Request, WireAnswer, WireCard, WireKeys, WireMessage};
