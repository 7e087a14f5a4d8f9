//! Classes of scenarios.

use std::fmt;

macro_rules! classes {
    ($($(#[$doc:meta])+ $name:ident $letter:literal $title:literal;)+) => {
        /// What a scenario is about. Its letter begins the scenario's id.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Class {
            $($(#[$doc])+ $name,)+
        }

        impl Class {
            /// All of them, in the order of the report.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The letter with which ids begin.
            pub const fn letter(self) -> char {
                match self { $(Self::$name => $letter,)+ }
            }

            /// What it is about, in a few words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// The class of a letter.
            pub fn from_letter(letter: char) -> Option<Self> {
                Self::ALL.iter().copied().find(|class| class.letter() == letter)
            }
        }
    };
}

classes! {
    /// Magnetic stripe.
    Stripe 'M' "magnetic stripe: clones, fallback, verification values";
    /// Contact chip.
    Chip 'C' "chip: cryptogram, cardholder verification, pre-play";
    /// Contactless.
    Contactless 'L' "contactless: PIN bypass, brand mixup, relay";
    /// Replay.
    Replay 'R' "replay and counters";
    /// The host's answers and keys.
    Answers 'X' "the host's answers, scripts and keys";
    /// Parsing.
    Parser 'P' "one message, two meanings";
    /// Tokens.
    Token 'T' "tokens and other domains";
    /// Message flow.
    Integrity 'I' "refunds and reversals";
    /// Behaviour.
    Behaviour 'F' "behaviour over time";
    /// Honest traffic.
    Honest 'H' "honest traffic, which is not to be declined";
}

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}
