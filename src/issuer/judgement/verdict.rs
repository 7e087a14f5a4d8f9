//! What the issuer decides.

use core::fmt;

/// What the issuer decides, from the mildest to the strictest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Verdict {
    /// Nothing speaks against it.
    #[default]
    Approve,
    /// It is approved, and somebody or something should look at it.
    ApproveAndFlag,
    /// It needs the cardholder's authentication first: a PIN, another interface, his device.
    StepUp,
    /// A person decides: hold it, call the merchant or the cardholder.
    Refer,
    /// No.
    Decline,
    /// The message is wrong in itself: nothing was judged, nothing is remembered.
    Reject,
}

impl Verdict {
    /// All, in order.
    pub const ALL: [Self; 6] = [
        Self::Approve,
        Self::ApproveAndFlag,
        Self::StepUp,
        Self::Refer,
        Self::Decline,
        Self::Reject,
    ];

    /// Its name in files, e.g. `approve-and-flag`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::ApproveAndFlag => "approve-and-flag",
            Self::StepUp => "step-up",
            Self::Refer => "refer",
            Self::Decline => "decline",
            Self::Reject => "reject",
        }
    }

    /// Whether it is an approval, flagged or not.
    pub const fn is_approval(self) -> bool {
        matches!(self, Self::Approve | Self::ApproveAndFlag)
    }

    /// What it is called, for people.
    pub const fn text(self, language: super::reason::Language) -> &'static str {
        use super::reason::Language::{English, Japanese};
        match (self, language) {
            (Self::Approve, English) => "approve",
            (Self::ApproveAndFlag, English) => "approve and flag",
            (Self::StepUp, English) => "step up",
            (Self::Refer, English) => "refer",
            (Self::Decline, English) => "decline",
            (Self::Reject, English) => "reject the message",
            (Self::Approve, Japanese) => "承認",
            (Self::ApproveAndFlag, Japanese) => "承認（要注意）",
            (Self::StepUp, Japanese) => "追加の本人認証を要求",
            (Self::Refer, Japanese) => "保留（カード会社へ照会）",
            (Self::Decline, Japanese) => "承認拒否",
            (Self::Reject, Japanese) => "電文不備",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What was found of the chip's cryptogram, in the words of Mastercard's on-behalf chip validation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChipValidation {
    /// The cryptogram is right, and nothing speaks against it.
    Correct,
    /// The cryptogram is right, and its counter is outside of what is allowed.
    CounterOutOfRange,
    /// The cryptogram is right, and its counter was used before.
    Replayed,
    /// The chip data break their format.
    Malformed,
    /// The cryptogram is no authorisation request: tag 9F27 says so, or the card itself under a right cryptogram.
    NotAnArqc,
    /// The cryptogram is wrong.
    Invalid,
    /// The cryptogram is right, and terminal or card verification results speak against it.
    ResultsInvalid,
    /// The cryptogram could not be verified.
    Unable,
}

impl ChipValidation {
    /// Whether the cryptogram is right, whatever else speaks against it.
    pub const fn proves(self) -> bool {
        matches!(
            self,
            Self::Correct | Self::CounterOutOfRange | Self::Replayed | Self::ResultsInvalid
        )
    }

    /// The letter that Mastercard's on-behalf service reports.
    pub const fn as_mc_obs_code(self) -> char {
        match self {
            Self::CounterOutOfRange => 'A',
            Self::Correct => 'C',
            Self::Replayed => 'E',
            Self::Malformed => 'F',
            Self::NotAnArqc => 'G',
            Self::Invalid => 'I',
            Self::ResultsInvalid => 'T',
            Self::Unable => 'U',
        }
    }
}
