//! Transaction type (tag 9C).

use core::fmt;

/// Transaction type: the first two digits of the processing code of ISO 8583, one byte
/// (EMV Book 3 Annex A, tag 9C).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "9C")]
pub struct TransactionType(pub u8);

impl TransactionType {
    /// `00`: goods and services.
    pub const PURCHASE: Self = Self(0x00);
    /// `01`: cash.
    pub const CASH: Self = Self(0x01);
    /// `09`: goods and services with cashback.
    pub const CASHBACK: Self = Self(0x09);
    /// `20`: refund.
    pub const REFUND: Self = Self(0x20);
    /// `30`: balance inquiry, available funds.
    pub const INQUIRY: Self = Self(0x30);
    /// `31`: balance inquiry.
    pub const BALANCE_INQUIRY: Self = Self(0x31);

    /// What it is called; `None` for those that this library does not name.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::PURCHASE => Some("goods and services"),
            Self::CASH => Some("cash"),
            Self::CASHBACK => Some("goods and services with cashback"),
            Self::REFUND => Some("refund"),
            Self::INQUIRY => Some("available funds inquiry"),
            Self::BALANCE_INQUIRY => Some("balance inquiry"),
            _ => None,
        }
    }
}

impl fmt::Display for TransactionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}
