//! What may differ in messages without a difference for the verdict.

use super::{Message, chip_bytes};
use crate::error::Result;
use crate::tag::{self, Tag};

/// What happens to every message beside what the scenario says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Variation {
    /// Nothing.
    #[default]
    None,
    /// Its data objects come in reverse order.
    Reversed,
    /// The second half of its data objects comes first.
    Rotated,
    /// Objects that nobody knows stand before, between and behind the others.
    Stuffed,
    /// What networks let acquirers leave out is left out: tags 9F27, 9F34, 5F34, 84, 9F06, 9F33, 9F35, DE 14, DE 23 and what the
    /// terminal can read. Honest messages are not
    /// declined without. Some attacks cannot be seen any more.
    Sparse,
}

/// What [`Variation::Sparse`] leaves out.
const OPTIONAL: [Tag; 7] = [
    tag::CRYPTOGRAM_INFORMATION_DATA,
    tag::CVM_RESULTS,
    tag::APPLICATION_PAN_SEQUENCE_NUMBER,
    tag::DEDICATED_FILE_NAME,
    tag::AID_TERMINAL,
    tag::TERMINAL_CAPABILITIES,
    tag::TERMINAL_TYPE,
];

impl Variation {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::None,
        Self::Reversed,
        Self::Rotated,
        Self::Stuffed,
        Self::Sparse,
    ];

    /// Its name on command lines.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Reversed => "reversed",
            Self::Rotated => "rotated",
            Self::Stuffed => "stuffed",
            Self::Sparse => "sparse",
        }
    }

    /// Makes the change. What is malformed stays as it is.
    pub(super) fn apply(self, message: &mut Message) {
        if self == Self::Sparse {
            message.expiry = None;
            message.capability = super::Capability::Unknown;
        }
        if let Some(chip) = &message.chip
            && let Ok(varied) = self.chip(chip)
        {
            message.chip = Some(varied);
        }
    }

    fn chip(self, chip: &[u8]) -> Result<std::vec::Vec<u8>> {
        match self {
            Self::None => Ok(chip.to_vec()),
            Self::Reversed => chip_bytes::reverse(chip),
            Self::Rotated => chip_bytes::rotate(chip),
            Self::Stuffed => chip_bytes::stuff(chip, &[0xDF, 0x7F, 0x02, 0xCA, 0xFE]),
            Self::Sparse => OPTIONAL
                .iter()
                .try_fold(chip.to_vec(), |chip, tag| chip_bytes::remove(&chip, *tag)),
        }
    }
}
