//! A line on the terminal that says how far the work has come.

use std::fmt;
use std::io::{self, IsTerminal, Write};
use std::time::Duration;

/// How far the work has come in this run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress {
    /// Rows of this run.
    pub(super) rows: u64,
    /// Part of the input that this run has done, and part that is done in all; `None` where the whole is unknown.
    pub(super) parts: Option<(f64, f64)>,
    pub(super) elapsed: Duration,
}

const WIDTH: usize = 24;

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.elapsed.as_secs_f64().max(1e-3);
        let rate = self.rows as f64 / seconds;
        if let Some((now, done)) = self.parts {
            let filled = (done.clamp(0.0, 1.0) * WIDTH as f64) as usize;
            let (bar, rest) = ("=".repeat(filled), " ".repeat(WIDTH - filled));
            write!(f, "[{bar}{rest}] {:3.0} %  ", 100.0 * done)?;
            let left = seconds * (1.0 - done) / now.max(1e-9);
            let left = left.min(359_999.0) as u64;
            let (hours, minutes, seconds) = (left / 3600, left / 60 % 60, left % 60);
            write!(f, "{hours:02}:{minutes:02}:{seconds:02} left  ")?;
        }
        write!(f, "{} rows  {:.2} million a second", self.rows, rate / 1e6)
    }
}

/// Standard error, where it is a terminal.
#[derive(Debug)]
pub(super) struct Terminal(bool);

impl Terminal {
    pub(super) fn new() -> Self {
        Self(io::stderr().is_terminal())
    }

    /// Shows the line in place of the last one.
    pub(super) fn show(&self, progress: Progress) {
        if self.0 {
            // A terminal that went away is no reason to stop.
            let _ = write!(io::stderr(), "\r{progress}\x1B[K");
        }
    }

    /// Takes the line away.
    pub(super) fn clear(&self) {
        if self.0 {
            let _ = write!(io::stderr(), "\r\x1B[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_way_after_a_resume() {
        let progress = Progress {
            rows: 3_000_000,
            parts: Some((0.25, 0.5)),
            elapsed: Duration::from_secs(2),
        };
        assert_eq!(
            progress.to_string(),
            "[============            ]  50 %  00:00:04 left  3000000 rows  1.50 million a second"
        );
        let unknown = Progress {
            parts: None,
            ..progress
        };
        assert_eq!(unknown.to_string(), "3000000 rows  1.50 million a second");
    }
}
