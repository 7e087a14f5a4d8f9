//! Somebody between terminal and card.

use std::io;
use std::str::FromStr;

use super::CardReader;
use super::rule::{self, Rule, RuleError};

/// What becomes of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Forward {
    /// The card gets this.
    Card(Vec<u8>),
    /// The terminal gets this response, and the card nothing.
    Answer(Vec<u8>),
}

/// Somebody who reads and changes what passes.
pub trait Attacker {
    /// A command comes from the terminal.
    fn command(&mut self, command: &[u8]) -> Forward {
        Forward::Card(command.to_vec())
    }

    /// A response comes from the card to `command`, as the terminal sent it.
    fn response(&mut self, command: &[u8], response: Vec<u8>) -> Vec<u8> {
        let _ = command;
        response
    }
}

/// Puts an [`Attacker`] in front of a card.
#[derive(Debug)]
pub struct ManInTheMiddle<C, A> {
    card: C,
    attacker: A,
}

impl<C, A> ManInTheMiddle<C, A> {
    /// In front of this card.
    pub const fn new(card: C, attacker: A) -> Self {
        Self { card, attacker }
    }
}

impl<C: CardReader, A: Attacker> CardReader for ManInTheMiddle<C, A> {
    fn transmit(&mut self, command: &[u8]) -> io::Result<Vec<u8>> {
        match self.attacker.command(command) {
            Forward::Answer(response) => Ok(response),
            Forward::Card(changed) => {
                let response = self.card.transmit(&changed)?;
                Ok(self.attacker.response(command, response))
            }
        }
    }

    fn reset(&mut self) -> io::Result<()> {
        self.card.reset()
    }
}

/// What a rule changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tampering {
    /// `answer=HEX`: the terminal gets this response with its status word, the card nothing.
    Answer(Vec<u8>),
    /// `command=HEX/HEX`: these bytes of the command become those, of the same number.
    Command(Vec<u8>, Vec<u8>),
    /// `response=HEX/HEX`: the same for the response.
    Response(Vec<u8>, Vec<u8>),
}

impl FromStr for Tampering {
    type Err = RuleError;

    fn from_str(text: &str) -> Result<Self, RuleError> {
        let (name, argument) = rule::split(text);
        let change = || {
            let (from, to) = argument
                .split_once('/')
                .ok_or_else(|| RuleError::new(format!("{name}: expected HEX/HEX")))?;
            let (from, to) = (rule::bytes(name, from)?, rule::bytes(name, to)?);
            match from.len() == to.len() && !from.is_empty() {
                true => Ok((from, to)),
                // Lengths inside the message would have to follow.
                false => Err(RuleError::new(format!(
                    "{name}: as many bytes after / as before it, and at least one"
                ))),
            }
        };
        match name {
            "answer" => rule::bytes(name, argument).map(Self::Answer),
            "command" => change().map(|(from, to)| Self::Command(from, to)),
            "response" => change().map(|(from, to)| Self::Response(from, to)),
            _ => Err(RuleError::new(format!(
                "{name} is none of answer, command, response"
            ))),
        }
    }
}

/// All rules that are for a command count, in their order.
impl Attacker for Vec<Rule<Tampering>> {
    fn command(&mut self, command: &[u8]) -> Forward {
        let mut changed = command.to_vec();
        let mut answer = None;
        for rule in self.iter_mut() {
            // Responses are changed when they come; the command is counted here all the same.
            match rule.applies(command) {
                Some(Tampering::Answer(response)) => {
                    answer.get_or_insert_with(|| response.clone());
                }
                Some(Tampering::Command(from, to)) => replace(&mut changed, from, to),
                Some(Tampering::Response(..)) | None => {}
            }
        }
        answer.map_or(Forward::Card(changed), Forward::Answer)
    }

    fn response(&mut self, command: &[u8], mut response: Vec<u8>) -> Vec<u8> {
        for rule in self.iter() {
            if let Some(Tampering::Response(from, to)) = rule.applied(command) {
                replace(&mut response, from, to);
            }
        }
        response
    }
}

/// Replaces every occurrence of `from`, from the left, by `to`, which is as long.
fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    let mut place = 0;
    while let Some(window) = bytes.get_mut(place..place + from.len()) {
        if window == from {
            window.copy_from_slice(to);
            place += from.len();
        } else {
            place += 1;
        }
    }
}
