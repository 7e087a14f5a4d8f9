//! Messages as lines of JSON, cards as a file, and the judgement over them: what the `assess` command does.
//!
//! A line is a message, or says that a card is confirmed to be compromised; `sequence` where several cards have its number, `since` the
//! first payment that was not the cardholder's, in seconds since 1970:
//!
//! ```json
//! {"compromised": "4761739001010010", "sequence": "01", "since": 1795435200}
//! ```

mod card_file;
mod day;
mod line;
mod message;
mod report;

pub use card_file::CardFile;
pub use message::Message;
pub use report::CompromisedCard;

use chipcard::element::YearMonth;

use crate::failure::Failure;
use crate::input::{self, named};

/// What a value may be called.
type Names<T> = &'static [(&'static str, T)];

fn year_month(what: &'static str, text: &str) -> Result<YearMonth, Failure> {
    YearMonth::parse(&input::hex(what, text)?).map_err(named(what))
}

/// What a line of the input is.
pub enum Input {
    /// A message to judge.
    Message(Box<Message>),
    /// What was found out about a card since.
    Compromised(CompromisedCard),
}

impl Input {
    /// Reads a line.
    ///
    /// # Errors
    /// Names the member that is wrong; never what stands in it.
    pub fn read(text: &str) -> Result<Self, Failure> {
        let value = input::json(text)?;
        if value.get("compromised").is_some() {
            CompromisedCard::read(value).map(Self::Compromised)
        } else {
            Ok(Self::Message(Box::new(Message::read(value)?)))
        }
    }
}
