//! Key bytes.

use core::fmt;

use zeroize::Zeroize;

use crate::crypto::Algorithm;
use crate::error::{Error, ErrorKind, Result};

/// Key bytes and the cipher they are for. Wiped when dropped, shown nowhere.
#[derive(Clone)]
pub(crate) struct SecretKey {
    algorithm: Algorithm,
    bytes: [u8; 32],
}

impl SecretKey {
    pub(crate) fn new(algorithm: Algorithm, key: &[u8]) -> Result<Self> {
        if key.len() != algorithm.key_length() {
            return Err(Error::new(ErrorKind::KeyLength));
        }
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(key) {
            *to = *from;
        }
        Ok(Self { algorithm, bytes })
    }

    /// A key of two blocks: the leftmost bytes that the algorithm needs.
    pub(crate) fn from_blocks(algorithm: Algorithm, left: [u8; 16], right: [u8; 16]) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = right;
        let mut bytes = [0; 32];
        let (first, second) = bytes.split_at_mut(16);
        first.copy_from_slice(&left);
        match algorithm {
            Algorithm::Tdes => {
                let (_, end) = first.split_at_mut(8);
                end.copy_from_slice(&[a, b, c, d, e, f, g, h]);
            }
            Algorithm::Aes128 => {}
            Algorithm::Aes192 => {
                let (start, _) = second.split_at_mut(8);
                start.copy_from_slice(&[a, b, c, d, e, f, g, h]);
            }
            Algorithm::Aes256 => second.copy_from_slice(&right),
        }
        Self { algorithm, bytes }
    }

    pub(crate) const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes
            .get(..self.algorithm.key_length())
            .unwrap_or(&self.bytes)
    }

    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        self.bytes
            .get_mut(..self.algorithm.key_length())
            .unwrap_or_default()
    }
}

impl Drop for SecretKey {
    fn drop(&mut self) {
        self.bytes.as_mut_slice().zeroize();
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}(redacted)", self.algorithm)
    }
}
