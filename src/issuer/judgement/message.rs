//! What a message wants.

/// What a message wants of the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessageKind {
    /// May this be paid? (ISO 8583 0100, 0200)
    Authorisation,
    /// It was decided by somebody else: a stand-in, the terminal, an earlier message (0120, 0220).
    Advice,
    /// An earlier message is undone (0400, 0420).
    Reversal,
    /// Money back to the cardholder (processing code 20, 0100 or 0200).
    Refund,
    /// Is the account good? No money moves.
    AccountStatus,
    /// The terminal tells a counter, so that the issuer does not lose it: transit gates. No money moves.
    AtcUpdate,
    /// A transaction is presented to be settled.
    Clearing,
}

impl MessageKind {
    /// Whether somebody waits for the issuer's decision.
    pub const fn asks(self) -> bool {
        matches!(
            self,
            Self::Authorisation | Self::Refund | Self::AccountStatus | Self::AtcUpdate
        )
    }

    /// Whether money leaves the account, or is about to.
    pub(crate) const fn moves_money(self) -> bool {
        matches!(self, Self::Authorisation | Self::Advice | Self::Clearing)
    }
}
