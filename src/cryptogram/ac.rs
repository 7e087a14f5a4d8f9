//! Application cryptograms (EMV Book 2 8.1).

use core::fmt;

/// An application cryptogram: the eight bytes of tag 9F26.
///
/// It is not secret, but what a host *expects* it to be is: this library compares in constant time and
/// never shows the value that it computed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "ARQC")]
#[doc(alias = "TC")]
#[doc(alias = "AAC")]
#[doc(alias = "9F26")]
pub struct ApplicationCryptogram(pub [u8; 8]);

impl fmt::Display for ApplicationCryptogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for ApplicationCryptogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApplicationCryptogram({self})")
    }
}
