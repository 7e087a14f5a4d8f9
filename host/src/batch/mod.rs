//! Verification of whole files of transactions: what the `batch` command does.
//!
//! ```text
//! chipcard batch --keys keys.toml --failed failed.csv transactions.csv
//! chipcard batch --keys keys.toml --cards cards.csv --map pan="Card Number" --map de55=icc clearing.csv
//! chipcard batch --keys keys.toml --family visa --cvn 12 --resume run.state --failed failed.jsonl log.jsonl
//! chipcard batch --generate 1000000 --corrupt 1/1000 sample.csv
//! ```
//!
//! Memory does not grow with the file: workers take blocks of it in turn, and what they find is written in the order of
//! the file. Exit status 0: all rows are verified; 1: some are not; 2: a file, its columns or an option could not be
//! understood.
//!
//! # Rows
//!
//! A row has these fields. What is the same in all rows may be an option of the command instead; the option is also
//! what an empty value stands for.
//!
//! | field | holds | where it is not there |
//! |---|---|---|
//! | `pan` | 8 to 19 digits | the row is malformed |
//! | `psn` | PAN sequence number, two digits | 00; with a card file, the only card of the PAN |
//! | `family` | `visa`, `mastercard`, `interac`, `unionpay`, `jcb`, `ccd`, `private` | the row is malformed |
//! | `cvn` | cryptogram version as the issuer application data have it, two hexadecimal digits | the row is malformed |
//! | `key_index` | derivation key index, two hexadecimal digits | the only key set of the key file |
//! | `option` | card-key option, `A`, `B` or `C` | the version's |
//! | `de55` | chip data, hexadecimal digits | the elements below |
//! | `9F26`, `9F10`, `9F36`, … | values of data elements, hexadecimal digits | not part of the chip data |
//!
//! A column has the field of its name, whatever the case of its letters; `--map FIELD=COLUMN` names another. Other columns
//! are not looked at. Where there is `de55`, columns with the name of a tag are not looked at either, unless one was mapped.
//!
//! **With `--cards`**, a CSV file with the columns `pan`, `family` and `cvn`, and maybe `psn`, `key_index` and `option`,
//! says what was issued; of rows, `pan`, `psn` and the chip data are read alone. A row cannot choose a weaker version then,
//! so this is how to verify what comes from outside.
//!
//! # Forms
//!
//! - **CSV** (RFC 4180): a header; commas; cells in quotes where they hold commas, quotes or line ends. Lines end in LF or
//!   CRLF, the last one may end in nothing; empty lines and a byte order mark are skipped. A record has at most 1 MiB.
//! - **JSON lines**: an object in each line; its members are strings, or `null` for nothing. The first object says whether
//!   there is `de55`.
//! - **Parquet**, with the feature `parquet`: flat columns of strings or byte arrays. `de55` and data elements that are not
//!   marked as strings hold the bytes themselves. Without compression or with Snappy.
//!
//! # Failed rows
//!
//! `--failed` has a line for each row that is not verified, with the members or columns `line`, `pan` (masked), `verdict`
//! (`refused` or `malformed`), `reason` (see [`Reason`]), `tag` and `offset` of what is wrong in the chip data, and `detail`
//! in words. A row is named by the line in which it begins, counted from 1, in Parquet by its number, counted from 1. An
//! offset counts bytes in `de55`; there is none where the data elements have columns of their own.
//!
//! # State
//!
//! `--resume STATE` writes once a second, and in one step, how far the run has come: position, counts, length of the
//! failed-rows file, time, and what the input and the settings are known by (size, time of change and a hash of its start;
//! a hash of keys' check values, columns, cards and options). Started again, the command cuts the failed-rows file to that
//! length and goes on; what it writes and counts in the end is what a run without interruption does. With another input or
//! other settings it refuses. Of a run that has ended, it prints the summary again. The file is JSON and has no secrets.
//!
//! # Samples
//!
//! `--generate N` writes a file of `N` made-up transactions, and the key file that verifies them beside it. See [`Sample`].

mod cards;
mod count;
mod csv;
mod digits;
mod expected;
mod failed;
mod field;
mod format;
mod input;
mod jsonl;
mod mapping;
#[cfg(feature = "parquet")]
mod parquet;
mod progress;
mod row;
mod run;
mod sample;
mod state;
mod verdict;
mod verify;
mod worker;

pub use cards::CardFile;
pub use count::{Counts, Refused, Summary};
pub use field::Field;
pub use format::FileFormat;
pub use mapping::{Columns, Mapping};
pub use sample::{Corruption, Profile, Sample};
pub use verdict::Reason;
pub use verify::Settings;
