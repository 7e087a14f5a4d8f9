//! Card status update (part of tag 91 with ARPC method 2).

use core::fmt;

/// Card status update: the four bytes by which the issuer tells a card what to do, protected by ARPC
/// method 2 (EMV Book 2 8.2.2; bits: Book 3 Annex C10, Common Core Definitions).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
#[doc(alias = "CSU")]
pub struct CardStatusUpdate(pub [u8; 4]);

impl fmt::Debug for CardStatusUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CardStatusUpdate({:08X})", u32::from_be_bytes(self.0))
    }
}
