//! What a run found.

use std::string::String;
use std::vec::Vec;

use super::{Expectation, Scenario, Verdict};

/// One thing that was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// Which message, or what of a card or of keys.
    pub what: String,
    /// What a good host answers; `None` where no verdict is asked for.
    pub expected: Option<Expectation>,
    /// What this one answered.
    pub seen: Option<Verdict>,
    /// Whether that is as it should be.
    pub passed: bool,
    /// The host's own words.
    pub reasons: Vec<String>,
}

/// A scenario played with one test card.
#[derive(Clone, Debug)]
pub struct Run {
    /// The scenario.
    pub scenario: &'static Scenario,
    /// The test card's name.
    pub profile: &'static str,
    /// What was checked, in order.
    pub checks: Vec<Check>,
    /// Why it could not be played to its end.
    pub trouble: Option<String>,
}

impl Run {
    /// Whether everything was as it should be.
    pub fn passed(&self) -> bool {
        self.trouble.is_none() && !self.checks.is_empty() && self.checks.iter().all(|c| c.passed)
    }

    /// The first check that failed, or the last of all: the one that matters.
    pub fn telling(&self) -> Option<&Check> {
        self.checks
            .iter()
            .find(|check| !check.passed)
            .or_else(|| self.deciding())
    }

    /// The last check with a verdict that was bounded below, or else the last with a verdict, or else the last.
    fn deciding(&self) -> Option<&Check> {
        let bounded = |check: &&Check| {
            let expected = check.expected.as_ref();
            expected.is_some_and(|expected| expected.least > Verdict::Approve)
        };
        let mut from_the_end = self.checks.iter().rev();
        from_the_end
            .clone()
            .find(bounded)
            .or_else(|| from_the_end.clone().find(|check| check.seen.is_some()))
            .or_else(|| from_the_end.next())
    }
}

/// What became of a scenario over all its test cards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// As it should be, with each.
    Passed,
    /// Not so, with one at least.
    Failed,
}

/// A scenario and its runs.
#[derive(Clone, Debug)]
pub struct Row {
    /// The scenario.
    pub scenario: &'static Scenario,
    /// Its runs, one a test card.
    pub runs: Vec<Run>,
}

impl Row {
    /// What became of it.
    pub fn outcome(&self) -> Outcome {
        if self.runs.iter().all(Run::passed) {
            Outcome::Passed
        } else {
            Outcome::Failed
        }
    }

    /// The run to show: the first that failed, or the first.
    pub fn telling(&self) -> Option<&Run> {
        self.runs
            .iter()
            .find(|run| !run.passed())
            .or_else(|| self.runs.first())
    }
}

/// What a run over many scenarios found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// A row a scenario, in the order of the table.
    pub rows: Vec<Row>,
}

impl Report {
    /// How many scenarios had this outcome.
    pub fn count(&self, outcome: Outcome) -> usize {
        let rows = self.rows.iter();
        rows.filter(|row| row.outcome() == outcome).count()
    }

    /// Whether none failed.
    pub fn passed(&self) -> bool {
        self.count(Outcome::Failed) == 0
    }
}
