//! What the terminal can read (ISO 8583 DE 60, DE 61 and their kin).

/// What the terminal can read, as the acquirer's message says. It differs by network where it stands, so the host tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum TerminalCapability {
    /// The message does not say.
    #[default]
    Unknown,
    /// Nothing: numbers are typed in.
    Manual,
    /// The magnetic stripe alone.
    Stripe,
    /// Stripe, and chips over contacts.
    Chip,
    /// Stripe, chips over contacts and contactless.
    ChipAndContactless,
    /// Contactless chips; no contacts.
    Contactless,
    /// Contactless cards in stripe mode alone.
    ContactlessStripe,
}

impl TerminalCapability {
    /// Whether it reads chips over contacts; `None` when that is not known.
    pub const fn reads_chip(self) -> Option<bool> {
        match self {
            Self::Unknown => None,
            Self::Chip | Self::ChipAndContactless => Some(true),
            _ => Some(false),
        }
    }

    /// Whether it reads contactless chips as chips; `None` when that is not known.
    pub const fn reads_contactless_chip(self) -> Option<bool> {
        match self {
            // A chip terminal may have a contactless reader too: the codes of most networks do not tell.
            Self::Unknown | Self::Chip => None,
            Self::ChipAndContactless | Self::Contactless => Some(true),
            _ => Some(false),
        }
    }
}
