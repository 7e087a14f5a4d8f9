//! Unpredictable number (tag 9F37).

use core::fmt;

/// Unpredictable number: four bytes that the terminal draws for each transaction
/// (EMV Book 3 Annex A, tag 9F37; how to draw it: Book 4 6.5.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[doc(alias = "UN")]
#[doc(alias = "9F37")]
pub struct UnpredictableNumber(pub [u8; 4]);

impl fmt::Display for UnpredictableNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08X}", u32::from_be_bytes(self.0))
    }
}
