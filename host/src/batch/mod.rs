//! Verification of whole files of transactions: what the `batch` command does.

mod cards;
mod count;
mod csv;
mod digits;
mod failed;
mod field;
mod format;
mod input;
mod jsonl;
mod mapping;
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
