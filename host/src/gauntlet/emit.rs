//! Labelled messages.

use chipcard::gauntlet::{Detectable, Observed};
use serde::Serialize;

use super::wire::WireMessage;

/// A message with what is known of it. The account numbers and keys are those of tests.
#[derive(Debug, Serialize)]
pub struct Emitted {
    /// Scenario.
    pub scenario: &'static str,
    /// What the scenario is about.
    pub class: &'static str,
    /// Test card.
    pub card: &'static str,
    /// `attack` or `honest`: of this message, not of its scenario.
    pub label: &'static str,
    /// Whether an attack can be told: `certain`, `statistical`, `risk`, `no`; `honest` for honest scenarios.
    pub detectable: &'static str,
    /// The message.
    pub message: WireMessage,
}

impl From<Observed<'_>> for Emitted {
    fn from(observed: Observed<'_>) -> Self {
        Self {
            scenario: observed.scenario.id,
            class: observed.scenario.class().title(),
            card: observed.profile,
            label: if observed.attack { "attack" } else { "honest" },
            detectable: detectable(observed.scenario.detectable),
            message: WireMessage::from(observed.message),
        }
    }
}

pub(super) const fn detectable(detectable: Detectable) -> &'static str {
    match detectable {
        Detectable::Certain => "certain",
        Detectable::Statistical => "statistical",
        Detectable::Risk => "risk",
        Detectable::No => "no",
        Detectable::Honest => "honest",
    }
}
