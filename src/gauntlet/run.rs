//! Plays scenarios.

use std::string::{String, ToString};
use std::vec::Vec;

use super::plastic::{Made, ends_itself, is_visa};
use super::scenario::{Profiles, Scenario};
use super::terminal::Device;
use super::variation::Variation;
use super::world::{Trouble, World};
use super::{Answer, HostFailure, HostUnderTest, Message, Report, Row, Run, scenarios};
use crate::card::test_cards::{self, TestCard};
use crate::cryptogram::CipherFamily;

/// Which scenarios are played, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Ids or class letters; empty for all.
    pub only: Vec<String>,
    /// The one test card; `None` for each that a scenario can run with.
    pub profile: Option<String>,
    /// What happens to every message beside what the scenario says.
    pub variation: Variation,
}

impl Options {
    /// Whether a scenario is among them, and its test card, if one is asked for, is one that it can run with.
    ///
    /// ```
    /// use chipcard::gauntlet::{self, Options};
    ///
    /// let options = Options { only: vec!["R01".into(), "p".into()], ..Options::default() };
    /// assert_eq!(gauntlet::scenarios().into_iter().filter(|scenario| options.include(scenario)).count(), 9);
    /// ```
    pub fn include(&self, scenario: &Scenario) -> bool {
        let class = scenario.id.get(..1).unwrap_or_default();
        let is_wanted = |wanted: &String| {
            scenario.id.eq_ignore_ascii_case(wanted) || class.eq_ignore_ascii_case(wanted)
        };
        let cards = || scenario.profiles.cards(self.profile.as_deref());
        (self.only.is_empty() || self.only.iter().any(is_wanted)) && !cards().is_empty()
    }
}

/// A message and its answer, as they pass.
#[derive(Clone, Copy, Debug)]
pub struct Observed<'a> {
    /// The scenario.
    pub scenario: &'static Scenario,
    /// The test card's name.
    pub profile: &'static str,
    /// Whether this message is the attacker's; the others are honest.
    pub attack: bool,
    /// The message.
    pub message: &'a Message,
    /// What the host answered.
    pub answer: &'a Answer,
}

impl Profiles {
    /// The test cards.
    fn cards(self, wanted: Option<&str>) -> Vec<&'static TestCard> {
        let usual = test_cards::VISA_18_LIKE.name;
        let fits = |card: &&TestCard| match self {
            Self::All => true,
            // Asked for by name, a card may stand for all as well as the usual one.
            Self::Any => wanted.map_or(card.name == usual, |name| card.name == name),
            Self::AnyTdes => {
                card.profile.version.cipher == CipherFamily::Tdes
                    && wanted.map_or(card.name == usual, |name| card.name == name)
            }
            Self::Visa => is_visa(card),
            Self::SelfEnding => ends_itself(card.profile.version.iad_layout),
            Self::Named(names) => names.contains(&card.name),
            Self::Except(names) => !names.contains(&card.name),
        };
        TestCard::ALL
            .iter()
            .filter(fits)
            .filter(|card| wanted.is_none_or(|name| card.name == name))
            .collect()
    }
}

/// Plays the scenarios against a host. `observe` sees every message and its answer.
///
/// # Errors
/// When the host cannot be asked. A scenario that goes astray is a failed row, not an error.
pub fn run(
    host: &mut dyn HostUnderTest,
    options: &Options,
    observe: &mut dyn FnMut(Observed<'_>),
) -> Result<Report, HostFailure> {
    run_these(&scenarios(), host, options, observe)
}

/// The same with scenarios of one's own.
///
/// ```
/// use chipcard::gauntlet::*;
///
/// static TWICE: Scenario = Scenario {
///     id: "Z01",
///     title: "the same amount twice",
///     reference: &Reference::NETWORK_PRACTICE,
///     cards: &[Plastic::CHIP],
///     profiles: Profiles::All,
///     steps: &[
///         Step::Pay(Payment::PLAIN, Expectation::APPROVED),
///         Step::Pay(Payment { amount: 1_000, ..Payment::PLAIN }, Expectation::APPROVED),
///     ],
///     detectable: Detectable::Honest,
///     why: "people buy two",
/// };
/// let report = run_these(&[&TWICE], &mut AuthoriserHost::new(), &Options::default(), &mut |_| {})?;
/// assert!(report.passed());
/// # Ok::<(), HostFailure>(())
/// ```
///
/// # Errors
/// Those of [`run`].
pub fn run_these(
    scenarios: &[&'static Scenario],
    host: &mut dyn HostUnderTest,
    options: &Options,
    observe: &mut dyn FnMut(Observed<'_>),
) -> Result<Report, HostFailure> {
    let mut report = Report::default();
    for scenario in scenarios.iter().copied() {
        if !options.include(scenario) {
            continue;
        }
        let mut runs = Vec::new();
        for test in scenario.profiles.cards(options.profile.as_deref()) {
            runs.push(play(scenario, test, host, options, observe)?);
        }
        report.rows.push(Row { scenario, runs });
    }
    Ok(report)
}

fn play(
    scenario: &'static Scenario,
    test: &'static TestCard,
    host: &mut dyn HostUnderTest,
    options: &Options,
    observe: &mut dyn FnMut(Observed<'_>),
) -> Result<Run, HostFailure> {
    let mut run = Run {
        scenario,
        profile: test.name,
        checks: Vec::new(),
        trouble: None,
    };
    match stage(scenario, test, host, options, observe) {
        Ok(checks) => run.checks = checks,
        Err(Trouble::Host(failure)) => return Err(failure),
        Err(Trouble::Scenario(astray)) => run.trouble = Some(astray.0.to_string()),
    }
    Ok(run)
}

/// Makes the cards and plays.
fn stage(
    scenario: &'static Scenario,
    test: &'static TestCard,
    host: &mut dyn HostUnderTest,
    options: &Options,
    observe: &mut dyn FnMut(Observed<'_>),
) -> Result<Vec<super::Check>, Trouble> {
    let made = scenario
        .cards
        .iter()
        .map(|plastic| Made::new(test, *plastic))
        .collect::<Result<Vec<_>, _>>()?;
    let records: Vec<_> = made.iter().map(Made::records).collect();
    let profiles: Vec<_> = made
        .iter()
        .zip(&records)
        .map(|(made, records)| made.profile(records))
        .collect();
    let mut devices = Vec::new();
    for (made, profile) in made.iter().zip(&profiles) {
        devices.push(Device::new(profile, made.keys()?)?);
    }
    World::new(scenario, test, &made, devices, host, observe)
        .varied(options.variation)
        .play()
}
