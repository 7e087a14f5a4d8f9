//! The scenarios, a table a class.

mod answers;
mod behaviour;
mod chip;
mod contactless;
mod honest;
mod integrity;
mod parser;
mod replay;
mod stripe;
mod token;

use std::vec::Vec;

use super::Verdict;
use super::scenario::{Expectation, Scenario};

/// Every scenario, in the order of the report.
pub fn all() -> Vec<&'static Scenario> {
    [
        stripe::SCENARIOS,
        chip::SCENARIOS,
        contactless::SCENARIOS,
        replay::SCENARIOS,
        answers::SCENARIOS,
        parser::SCENARIOS,
        token::SCENARIOS,
        integrity::SCENARIOS,
        behaviour::SCENARIOS,
        honest::SCENARIOS,
    ]
    .iter()
    .flat_map(|table| table.iter())
    .collect()
}

/// What most rows expect.
const HONEST: Expectation = Expectation::HONEST;
const APPROVED: Expectation = Expectation::APPROVED;
const FLAGGED: Expectation = Expectation::at_least(Verdict::ApproveAndFlag);
const STEPPED_UP: Expectation = Expectation::at_least(Verdict::StepUp);
const REFERRED: Expectation = Expectation::at_least(Verdict::Refer);
const DECLINED: Expectation = Expectation::at_least(Verdict::Decline);
const REJECTED: Expectation = Expectation::at_least(Verdict::Reject);
