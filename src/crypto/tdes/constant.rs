//! TDES in constant time.

use crate::crypto::lanes::single::Tdes2Key;
use crate::crypto::message::{Bounded, CAPACITY};
use crate::error::Result;

/// A scheduled key.
pub(crate) struct Tdes(Tdes2Key);

impl Tdes {
    #[inline]
    pub(crate) fn new(key: &[u8; 16]) -> Self {
        Self(Tdes2Key::new(key))
    }

    pub(crate) fn encrypt(&self, block: [u8; 8]) -> [u8; 8] {
        self.0.encrypt(block)
    }

    pub(crate) fn decrypt(&self, block: [u8; 8]) -> [u8; 8] {
        self.0.decrypt(block)
    }

    /// ISO/IEC 9797-1 MAC algorithm 3 over whole blocks in parts.
    pub(crate) fn retail_mac(&self, parts: &[&[u8]]) -> Result<[u8; 8]> {
        // A block more than a message has: its padding.
        let message = Bounded::<{ CAPACITY + 16 }>::of(parts)?;
        let (blocks, _) = message.as_bytes().as_chunks();
        Ok(self.0.retail_mac(blocks))
    }

    /// The key for the one who verifies in one go.
    pub(crate) const fn key(&self) -> &Tdes2Key {
        &self.0
    }
}
