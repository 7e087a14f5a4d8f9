//! The `chipcard` command, as a library so that its parts can be tested and reused.

pub mod assess;
pub mod batch;
pub mod cli;
pub mod decode;
pub mod failure;
pub mod gauntlet;
pub mod input;
pub mod kat;
pub mod key_block;
pub mod keys;
pub mod load;
pub mod profile;
pub mod reader;
pub mod terminal;
pub mod transact;
pub mod verify;
