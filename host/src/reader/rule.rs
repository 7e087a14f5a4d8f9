//! Rules of the layers that fail or cheat, as people write them.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

use chipcard::apdu::Instruction;

/// For which commands, and what is to happen to them: `COMMAND[#N]:ACTION[=ARGUMENT]`.
///
/// COMMAND is a name such as `generate-ac`, an instruction byte of two hexadecimal digits, or `any`. With `#N` the rule
/// is for the Nth such command alone, counted from 1 since the layer was made; without, for all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule<A> {
    /// `None` for any.
    instruction: Option<u8>,
    only: Option<u32>,
    seen: u32,
    action: A,
}

impl<A> Rule<A> {
    /// The action, if the rule is for this command. Counts commands: ask once for each.
    pub(super) fn applies(&mut self, command: &[u8]) -> Option<&A> {
        if self.is_for(command) {
            self.seen = self.seen.saturating_add(1);
        }
        self.applied(command)
    }

    /// The action, if the rule was for this command, which was counted already.
    pub(super) fn applied(&self, command: &[u8]) -> Option<&A> {
        let counts = self.only.is_none_or(|only| only == self.seen);
        (self.is_for(command) && counts).then_some(&self.action)
    }

    fn is_for(&self, command: &[u8]) -> bool {
        self.instruction.is_none() || self.instruction == command.get(1).copied()
    }
}

/// A rule that cannot be understood, and what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError(String);

impl RuleError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for RuleError {}

impl<A: FromStr<Err = RuleError>> FromStr for Rule<A> {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let (target, action) = text
            .split_once(':')
            .ok_or_else(|| RuleError::new("expected COMMAND[#N]:ACTION"))?;
        let (name, only) = match target.split_once('#') {
            None => (target, None),
            Some((name, number)) => {
                let number = number.parse().ok().filter(|number| *number > 0);
                let number = number.ok_or_else(|| RuleError::new("after # a number from 1"))?;
                (name, Some(number))
            }
        };
        Ok(Self {
            instruction: instruction(name)?,
            only,
            seen: 0,
            action: action.parse()?,
        })
    }
}

/// `generate-ac`, `AE` or `any`.
fn instruction(name: &str) -> Result<Option<u8>, RuleError> {
    if name == "any" {
        return Ok(None);
    }
    let dashed = |instruction: &Instruction| {
        let name = instruction.name().to_ascii_lowercase();
        name.replace([' ', '/'], "-")
    };
    if let Some(known) = Instruction::ALL.iter().find(|known| dashed(known) == name) {
        return Ok(Some(known.byte()));
    }
    match u8::from_str_radix(name, 16) {
        Ok(byte) if name.len() == 2 => Ok(Some(byte)),
        _ => {
            let known: Vec<_> = Instruction::ALL.iter().map(dashed).collect();
            Err(RuleError::new(format!(
                "{name} is no instruction byte and none of any, {}",
                known.join(", ")
            )))
        }
    }
}

/// Reads rules.
///
/// # Errors
/// Names the rule and what is wrong with it.
pub fn rules<A: FromStr<Err = RuleError>>(
    texts: impl IntoIterator<Item = impl AsRef<str>>,
) -> Result<Vec<Rule<A>>, RuleError> {
    let rules = texts.into_iter().map(|text| {
        let text = text.as_ref();
        text.parse()
            .map_err(|error| RuleError::new(format!("rule {text}: {error}")))
    });
    rules.collect()
}

/// A number of an action.
pub(super) fn number<N: FromStr>(action: &str, text: &str) -> Result<N, RuleError> {
    text.parse()
        .map_err(|_| RuleError::new(format!("{action}: expected a number")))
}

/// Bytes of an action.
pub(super) fn bytes(action: &str, text: &str) -> Result<Vec<u8>, RuleError> {
    crate::input::digits(text).map_err(|error| RuleError::new(format!("{action}: {error}")))
}

/// Splits `ACTION=ARGUMENT`; without `=` the argument is empty.
pub(super) fn split(text: &str) -> (&str, &str) {
    text.split_once('=').unwrap_or((text, ""))
}
