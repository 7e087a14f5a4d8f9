//! Application transaction counter (tag 9F36).

use core::fmt;

/// Application transaction counter: two bytes, counted up by the card in every transaction
/// (EMV Book 3 Annex A, tag 9F36).
///
/// A card that has reached `FFFF` makes no further cryptogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[doc(alias = "ATC")]
#[doc(alias = "9F36")]
pub struct ApplicationTransactionCounter(pub u16);

impl ApplicationTransactionCounter {
    /// From the two bytes of tag 9F36, most significant first.
    pub const fn from_bytes(bytes: [u8; 2]) -> Self {
        Self(u16::from_be_bytes(bytes))
    }

    /// The two bytes of tag 9F36, most significant first.
    pub const fn to_bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }
}

impl fmt::Display for ApplicationTransactionCounter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}
