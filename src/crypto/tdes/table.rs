//! TDES on the `des` crate.

use cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::Des;

use crate::error::Result;

/// A scheduled key.
pub(crate) struct Tdes {
    left: Des,
    right: Des,
}

impl Tdes {
    #[inline]
    pub(crate) fn new(key: &[u8; 16]) -> Self {
        let [a, b, c, d, e, f, g, h, right @ ..] = *key;
        Self {
            left: Des::new(&Array([a, b, c, d, e, f, g, h])),
            right: Des::new(&Array(right)),
        }
    }

    pub(crate) fn encrypt(&self, block: [u8; 8]) -> [u8; 8] {
        let mut block = Array(block);
        self.left.encrypt_block(&mut block);
        self.right.decrypt_block(&mut block);
        self.left.encrypt_block(&mut block);
        block.0
    }

    pub(crate) fn decrypt(&self, block: [u8; 8]) -> [u8; 8] {
        let mut block = Array(block);
        self.left.decrypt_block(&mut block);
        self.right.encrypt_block(&mut block);
        self.left.decrypt_block(&mut block);
        block.0
    }

    /// ISO/IEC 9797-1 MAC algorithm 3 over whole blocks in parts: a CBC-MAC with the left key, whose result goes
    /// through `D` with the right key and `E` with the left. Written out, because a MAC object would put a second
    /// schedule on the stack.
    pub(crate) fn retail_mac(&self, parts: &[&[u8]]) -> Result<[u8; 8]> {
        let mut chain = Array([0; 8]);
        let mut place = 0;
        for byte in parts.iter().copied().flatten() {
            if let Some(to) = chain.get_mut(place) {
                *to ^= byte;
            }
            place = (place + 1) % 8;
            if place == 0 {
                self.left.encrypt_block(&mut chain);
            }
        }
        self.right.decrypt_block(&mut chain);
        self.left.encrypt_block(&mut chain);
        Ok(chain.0)
    }
}
