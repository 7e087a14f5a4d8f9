//! The host under test.

use std::format;
use std::string::String;
use std::vec::Vec;

use super::{Issued, KeyOffer, Message, Verdict};

/// What a host answered to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its verdict, where it gives one.
    pub verdict: Option<Verdict>,
    /// DE 39.
    pub response_code: String,
    /// The value of tag 91 in DE 55, where there is one.
    pub issuer_authentication_data: Option<Vec<u8>>,
    /// Why, in the host's words; shown, not judged.
    pub reasons: Vec<String>,
}

impl Answer {
    /// The verdict, or what the response code means where the host gives no verdict.
    ///
    /// ```
    /// use chipcard::gauntlet::{Answer, Verdict};
    ///
    /// let answer = |code: &str| Answer {
    ///     verdict: None,
    ///     response_code: code.into(),
    ///     issuer_authentication_data: None,
    ///     reasons: vec![],
    /// };
    /// assert_eq!(answer("00").strictness(), Verdict::Approve);
    /// assert_eq!(answer("1A").strictness(), Verdict::StepUp);
    /// assert_eq!(answer("05").strictness(), Verdict::Decline);
    /// ```
    pub fn strictness(&self) -> Verdict {
        if let Some(verdict) = self.verdict {
            return verdict;
        }
        match self.response_code.as_str() {
            "00" | "08" | "10" | "11" | "16" | "85" => Verdict::Approve,
            "1A" | "65" | "70" => Verdict::StepUp,
            "01" | "02" => Verdict::Refer,
            "12" | "25" | "30" => Verdict::Reject,
            _ => Verdict::Decline,
        }
    }

    /// Whether money moves.
    pub fn approves(&self) -> bool {
        self.strictness() <= Verdict::ApproveAndFlag
    }
}

/// A host could not be asked, or broke the protocol. Not a verdict: the run ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostFailure(pub String);

impl HostFailure {
    /// With a message for a person.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl std::fmt::Display for HostFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for HostFailure {}

/// An authorisation host that can be put to the test.
///
/// The scenarios talk to it in this order: [`begin`](Self::begin), which forgets everything; [`load_keys`](Self::load_keys);
/// [`issue`](Self::issue) for each card, again when something about a card changes; then messages.
pub trait HostUnderTest {
    /// A new scenario: no card, no history.
    ///
    /// # Errors
    /// When the host cannot be reached.
    fn begin(&mut self, scenario: &str) -> Result<(), HostFailure>;

    /// Offers master keys. `Ok(Err(reason))` when the host refuses them.
    ///
    /// # Errors
    /// When the host cannot be reached.
    fn load_keys(&mut self, offer: &KeyOffer) -> Result<Result<(), String>, HostFailure>;

    /// Tells what was issued. The same PAN and sequence number again replaces what was told of the card, but not its history.
    ///
    /// # Errors
    /// When the host cannot be reached or cannot take the card.
    fn issue(&mut self, card: &Issued) -> Result<(), HostFailure>;

    /// Puts a message to the host.
    ///
    /// # Errors
    /// When the host cannot be reached.
    fn submit(&mut self, message: &Message) -> Result<Answer, HostFailure>;

    /// Puts several messages to the host at the same time: each is on its way before any is answered. The answers are in the
    /// order of the messages.
    ///
    /// # Errors
    /// When the host cannot be reached.
    fn submit_at_once(&mut self, messages: &[Message]) -> Result<Vec<Answer>, HostFailure> {
        messages
            .iter()
            .map(|message| self.submit(message))
            .collect()
    }
}

impl<H: HostUnderTest + ?Sized> HostUnderTest for &mut H {
    fn begin(&mut self, scenario: &str) -> Result<(), HostFailure> {
        (**self).begin(scenario)
    }

    fn load_keys(&mut self, offer: &KeyOffer) -> Result<Result<(), String>, HostFailure> {
        (**self).load_keys(offer)
    }

    fn issue(&mut self, card: &Issued) -> Result<(), HostFailure> {
        (**self).issue(card)
    }

    fn submit(&mut self, message: &Message) -> Result<Answer, HostFailure> {
        (**self).submit(message)
    }

    fn submit_at_once(&mut self, messages: &[Message]) -> Result<Vec<Answer>, HostFailure> {
        (**self).submit_at_once(messages)
    }
}

impl From<crate::Error> for HostFailure {
    fn from(error: crate::Error) -> Self {
        Self(format!("{error}"))
    }
}
