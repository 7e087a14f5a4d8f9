//! A card or a line that fails.

use std::io;
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use super::CardReader;
use super::rule::{self, Rule, RuleError};

/// What goes wrong with a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `mute`: the card takes the command, and its response gets lost.
    Mute,
    /// `tear`: the card takes the command, then the power fails before the response is out.
    Tear,
    /// `status=SSSS`: this status word instead of an answer; the card never sees the command.
    Status([u8; 2]),
    /// `cut=N`: the first N bytes of the response arrive.
    Cut(usize),
    /// `flip=N`: the lowest bit of byte N of the response, from 0, is the other one.
    Flip(usize),
    /// `delay=MS`: the response comes so many milliseconds late.
    Delay(u64),
}

impl FromStr for Fault {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let (name, argument) = rule::split(text);
        Ok(match name {
            "mute" => Self::Mute,
            "tear" => Self::Tear,
            "status" => {
                let bytes = rule::bytes(name, argument)?;
                let status = bytes.try_into();
                Self::Status(status.map_err(|_| RuleError::new("status: expected two bytes"))?)
            }
            "cut" => Self::Cut(rule::number(name, argument)?),
            "flip" => Self::Flip(rule::number(name, argument)?),
            "delay" => Self::Delay(rule::number(name, argument)?),
            _ => {
                return Err(RuleError::new(format!(
                    "{name} is none of mute, tear, status, cut, flip, delay"
                )));
            }
        })
    }
}

/// Lets commands to a card fail by rules; the first that is for a command counts.
#[derive(Debug)]
pub struct FaultInjector<C> {
    card: C,
    rules: Vec<Rule<Fault>>,
}

impl<C> FaultInjector<C> {
    /// In front of this card.
    pub const fn new(card: C, rules: Vec<Rule<Fault>>) -> Self {
        Self { card, rules }
    }
}

fn lost(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, what)
}

impl<C: CardReader> CardReader for FaultInjector<C> {
    fn transmit(&mut self, command: &[u8]) -> io::Result<Vec<u8>> {
        // All rules count the command, also behind the first that is for it.
        let fault = self
            .rules
            .iter_mut()
            .map(|rule| rule.applies(command).cloned())
            .fold(None, Option::or);
        if let Some(Fault::Status(status)) = fault {
            return Ok(status.to_vec());
        }
        let mut response = self.card.transmit(command)?;
        match fault {
            None | Some(Fault::Status(_)) => {}
            Some(Fault::Mute) => return Err(lost("the response got lost, by a rule")),
            Some(Fault::Tear) => {
                self.card.reset()?;
                return Err(lost("the power failed, by a rule"));
            }
            Some(Fault::Cut(length)) => response.truncate(length),
            Some(Fault::Flip(place)) => {
                if let Some(byte) = response.get_mut(place) {
                    *byte ^= 0x01;
                }
            }
            Some(Fault::Delay(milliseconds)) => {
                thread::sleep(Duration::from_millis(milliseconds));
            }
        }
        Ok(response)
    }

    fn reset(&mut self) -> io::Result<()> {
        self.card.reset()
    }
}
