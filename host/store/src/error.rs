//! Why a store gives no answer.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// Why a store gives no answer. Nothing in it tells whose card it was.
///
/// Whether the event was recorded is unknown after [`Kind::Unavailable`] and [`Kind::TimedOut`]. Recording it again is
/// always right: an event that did arrive is a retransmission then.
#[derive(Clone, Debug)]
pub struct StoreError {
    kind: Kind,
    detail: Arc<str>,
    #[cfg(feature = "postgres")]
    retry: Retry,
}

/// Whether the step may be tried once more. Only a server's may: a file's commit is known to have failed.
#[cfg(feature = "postgres")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// Not by the store.
    No,
    /// It was not taken: at once.
    NotTaken,
    /// It was not taken, for there is no connection: at once.
    Unreached,
    /// It was not taken, for somebody holds the row: until time is up.
    Held,
    /// It may have been taken: when the event can be told from others.
    MaybeTaken,
}

/// What kind of trouble a store has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// The file or the server does not answer, or answers with an error.
    Unavailable,
    /// No answer came in time.
    TimedOut,
    /// What is stored cannot be: another program wrote it, or it is damaged.
    Damaged,
    /// The store was not initialised, or by another version of this program.
    WrongSchema,
    /// The store was initialised with another index key.
    WrongIndexKey,
    /// The index key itself cannot be used: it cannot be read, or is none.
    UnusableIndexKey,
}

impl StoreError {
    pub(crate) fn new(kind: Kind, detail: impl Into<Arc<str>>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            #[cfg(feature = "postgres")]
            retry: Retry::No,
        }
    }

    /// With the whole chain of causes, which database clients keep out of their own message.
    #[cfg(any(feature = "redb", feature = "postgres"))]
    pub(crate) fn because(kind: Kind, error: &dyn Error) -> Self {
        let mut detail = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            detail = format!("{detail}: {error}");
            cause = error.source();
        }
        Self::new(kind, detail)
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn retried(self, retry: Retry) -> Self {
        Self { retry, ..self }
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn retry(&self) -> Retry {
        self.retry
    }

    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// What kind of trouble it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            Kind::Unavailable => "the store is not available",
            Kind::TimedOut => "the store did not answer in time",
            Kind::Damaged => "the store holds what no card can have",
            Kind::WrongSchema => "the store has another schema",
            Kind::WrongIndexKey => "the store belongs to another index key",
            Kind::UnusableIndexKey => "the index key cannot be used",
        };
        write!(f, "{what}: {}", self.detail)
    }
}

impl Error for StoreError {}
