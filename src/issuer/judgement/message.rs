//! What a message wants.

use super::checks::TRANSIT;
use crate::element::Amount;

/// What a message wants of the issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum MessageKind {
    /// May this be paid? (ISO 8583 0100, 0200)
    Authorisation,
    /// It was decided by somebody else: a stand-in, the terminal, an earlier message (0120, of some networks 0220).
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
    /// What a message wants by its type, processing code, amount and merchant category, where a network says nothing more: for hosts that
    /// have no better knowledge. `None` for a type that is not judged.
    ///
    /// | type (ISO 8583:1987) | |
    /// |---|---|
    /// | 0100, 0101, 0200, 0201 | it asks: a refund where the processing code begins with 2; over no money, an account's status, and at a transit gate a counter |
    /// | 0120, 0121 | an advice |
    /// | 0220, 0221 | a presentment |
    /// | 0400, 0401, 0420, 0421 | a reversal |
    ///
    /// ```
    /// use chipcard::element::Amount;
    /// use chipcard::issuer::MessageKind;
    ///
    /// assert_eq!(MessageKind::of("0100", Some("000000"), Amount::ZERO, Some(4111)), Some(MessageKind::AtcUpdate));
    /// assert_eq!(MessageKind::of("0800", None, Amount::ZERO, None), None);
    /// ```
    pub fn of(
        mti: &str,
        processing_code: Option<&str>,
        amount: Amount,
        mcc: Option<u16>,
    ) -> Option<Self> {
        let back = processing_code.is_some_and(|code| code.starts_with('2'));
        let gate = mcc.is_some_and(|mcc| TRANSIT.contains(&mcc));
        Some(match mti {
            "0100" | "0101" | "0200" | "0201" if back => Self::Refund,
            "0100" | "0101" | "0200" | "0201" if amount > Amount::ZERO => Self::Authorisation,
            "0100" | "0101" | "0200" | "0201" if gate => Self::AtcUpdate,
            "0100" | "0101" | "0200" | "0201" => Self::AccountStatus,
            "0120" | "0121" => Self::Advice,
            "0220" | "0221" => Self::Clearing,
            "0400" | "0401" | "0420" | "0421" => Self::Reversal,
            _ => return None,
        })
    }

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
