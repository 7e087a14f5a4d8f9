//! What is counted, and the summary of it.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::batch::Reason;

/// How many rows were not verified for one reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The reason.
    pub reason: Reason,
    /// Number of rows.
    pub rows: u64,
    /// Line of the first of them; in a Parquet file its row, counted from 1.
    pub first_line: u64,
}

/// What became of the rows so far.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// All rows.
    pub rows: u64,
    /// Rows whose cryptogram is right.
    pub verified: u64,
    /// The others by reason, in the order of [`Reason::ALL`].
    pub refused: Vec<Refused>,
}

impl Counts {
    /// Adds rows that were refused for one reason.
    fn add(&mut self, more: Refused) {
        match self
            .refused
            .binary_search_by_key(&more.reason, |refused| refused.reason)
        {
            Ok(place) => {
                if let Some(refused) = self.refused.get_mut(place) {
                    refused.rows += more.rows;
                    refused.first_line = refused.first_line.min(more.first_line);
                }
            }
            Err(place) => self.refused.insert(place, more),
        }
    }

    /// Counts a row that was refused.
    pub(super) fn refuse(&mut self, reason: Reason, line: u64) {
        self.add(Refused {
            reason,
            rows: 1,
            first_line: line,
        });
    }

    /// Adds what another part of the file gave.
    pub(super) fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.verified += other.verified;
        for refused in &other.refused {
            self.add(*refused);
        }
    }

    /// Rows that were refused for this reason.
    pub fn refused_for(&self, reason: Reason) -> u64 {
        let found = self.refused.iter().find(|refused| refused.reason == reason);
        found.map_or(0, |refused| refused.rows)
    }
}

/// The end of a run: what was counted, and how long it took, all parts of a resumed run together.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What was counted.
    pub counts: Counts,
    /// Time that the work took.
    pub elapsed: Duration,
}

impl Summary {
    /// Rows a second.
    pub fn rate(&self) -> f64 {
        self.counts.rows as f64 / self.elapsed.as_secs_f64().max(1e-9)
    }

    /// Whether every row was verified.
    pub fn all_verified(&self) -> bool {
        self.counts.verified == self.counts.rows
    }
}

impl Serialize for Summary {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Flat<'a> {
            #[serde(flatten)]
            counts: &'a Counts,
            malformed: u64,
            elapsed_seconds: f64,
            rows_per_second: f64,
        }
        Flat {
            counts: &self.counts,
            malformed: self.counts.refused_for(Reason::Malformed),
            elapsed_seconds: self.elapsed.as_secs_f64(),
            rows_per_second: self.rate().round(),
        }
        .serialize(serializer)
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts {
            rows,
            verified,
            refused,
        } = &self.counts;
        writeln!(f, "{:<20}{rows:>14}", "rows")?;
        writeln!(f, "{:<20}{verified:>14}", "verified")?;
        for Refused {
            reason,
            rows,
            first_line,
        } in refused
        {
            let code = reason.code();
            writeln!(f, "{code:<20}{rows:>14}   first in line {first_line}")?;
        }
        let seconds = self.elapsed.as_secs_f64();
        writeln!(f, "{:<20}{seconds:>14.2}   seconds", "elapsed")?;
        writeln!(f, "{:<20}{:>14.0}   rows a second", "rate", self.rate())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merging_in_any_order_is_counting_at_once() {
        let mut all = Counts::default();
        let mut parts = [Counts::default(), Counts::default()];
        for line in 1..=60 {
            let reason = Reason::ALL[line as usize * 7 % Reason::ALL.len()];
            all.refuse(reason, line);
            parts[line as usize / 31].refuse(reason, line);
        }
        let [first, second] = &parts;
        let (mut forth, mut back) = (first.clone(), second.clone());
        forth.merge(second);
        back.merge(first);
        assert_eq!(forth, all);
        assert_eq!(back, all);
        assert!(all.refused.is_sorted_by_key(|refused| refused.reason));
    }
}
