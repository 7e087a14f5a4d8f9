//! Why the command could not answer.

use std::fmt;

/// Why a subcommand could not answer: exit status 2.
#[derive(Debug)]
pub struct Failure(String);

impl Failure {
    /// With a message for a person.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}
