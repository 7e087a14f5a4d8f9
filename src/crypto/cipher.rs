//! Two-key TDES and AES behind one small type.

use aes::{Aes128, Aes192, Aes256};
use cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::Des;

use crate::error::{Error, ErrorKind, Result};

/// Cipher and key length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Algorithm {
    /// Two-key TDES: 16 key bytes, 8-byte blocks (EMV Book 2 B1.1).
    Tdes,
    /// AES with 16 key bytes; 16-byte blocks, as the next two (EMV Book 2 B1.2).
    Aes128,
    /// AES with 24 key bytes.
    Aes192,
    /// AES with 32 key bytes.
    Aes256,
}

impl Algorithm {
    /// Key length in bytes.
    pub const fn key_length(self) -> usize {
        match self {
            Self::Tdes | Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    /// Block length in bytes.
    pub const fn block_length(self) -> usize {
        match self {
            Self::Tdes => 8,
            _ => 16,
        }
    }

    /// Whether it is AES, of any key length.
    pub const fn is_aes(self) -> bool {
        !matches!(self, Self::Tdes)
    }

    /// AES with a key of this many bytes.
    ///
    /// # Errors
    /// [`ErrorKind::KeyLength`] for other than 16, 24 or 32.
    pub const fn aes(key_length: usize) -> Result<Self> {
        match key_length {
            16 => Ok(Self::Aes128),
            24 => Ok(Self::Aes192),
            32 => Ok(Self::Aes256),
            _ => Err(Error::new(ErrorKind::KeyLength)),
        }
    }
}

/// Block cipher mode of script encipherment; CBC starts from a zero block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Each block on its own.
    Ecb,
    /// Chained, the first block with zeros.
    Cbc,
}

/// The two DES keys of two-key TDES, scheduled: left for `E`, right for `D`.
pub(crate) fn tdes_pair(key: &[u8; 16]) -> (Des, Des) {
    let [a, b, c, d, e, f, g, h, right @ ..] = *key;
    (
        Des::new(&Array([a, b, c, d, e, f, g, h])),
        Des::new(&Array(right)),
    )
}

/// A scheduled key. Schedules are wiped when dropped.
pub(crate) enum Cipher {
    Tdes { left: Des, right: Des },
    Aes128(Aes128),
    Aes192(Aes192),
    Aes256(Aes256),
}

impl Cipher {
    /// Schedules `key`, whose length must be the algorithm's.
    pub(crate) fn new(algorithm: Algorithm, key: &[u8]) -> Result<Self> {
        let length = Error::new(ErrorKind::KeyLength);
        Ok(match algorithm {
            Algorithm::Tdes => {
                let (left, right) = tdes_pair(key.try_into().map_err(|_| length)?);
                Self::Tdes { left, right }
            }
            Algorithm::Aes128 => Self::Aes128(Aes128::new_from_slice(key).map_err(|_| length)?),
            Algorithm::Aes192 => Self::Aes192(Aes192::new_from_slice(key).map_err(|_| length)?),
            Algorithm::Aes256 => Self::Aes256(Aes256::new_from_slice(key).map_err(|_| length)?),
        })
    }

    /// Enciphers one block. Of TDES the first eight bytes count; the callers fill up eight-byte values
    /// with zeros on the right, as EMV does for AES, so that one call serves both.
    pub(crate) fn encrypt(&self, block: [u8; 16]) -> [u8; 16] {
        let mut output = block;
        match self {
            Self::Tdes { left, right } => {
                let [a, b, c, d, e, f, g, h, ..] = block;
                let mut half = Array([a, b, c, d, e, f, g, h]);
                left.encrypt_block(&mut half);
                right.decrypt_block(&mut half);
                left.encrypt_block(&mut half);
                output = [0; 16];
                for (to, from) in output.iter_mut().zip(half) {
                    *to = from;
                }
            }
            Self::Aes128(aes) => aes.encrypt_block((&mut output).into()),
            Self::Aes192(aes) => aes.encrypt_block((&mut output).into()),
            Self::Aes256(aes) => aes.encrypt_block((&mut output).into()),
        }
        output
    }

    /// Deciphers one block; of TDES the first eight bytes count.
    pub(crate) fn decrypt(&self, block: [u8; 16]) -> [u8; 16] {
        let mut output = block;
        match self {
            Self::Tdes { left, right } => {
                let [a, b, c, d, e, f, g, h, ..] = block;
                let mut half = Array([a, b, c, d, e, f, g, h]);
                left.decrypt_block(&mut half);
                right.encrypt_block(&mut half);
                left.decrypt_block(&mut half);
                output = [0; 16];
                for (to, from) in output.iter_mut().zip(half) {
                    *to = from;
                }
            }
            Self::Aes128(aes) => aes.decrypt_block((&mut output).into()),
            Self::Aes192(aes) => aes.decrypt_block((&mut output).into()),
            Self::Aes256(aes) => aes.decrypt_block((&mut output).into()),
        }
        output
    }

    const fn block_length(&self) -> usize {
        match self {
            Self::Tdes { .. } => 8,
            _ => 16,
        }
    }

    /// Enciphers whole blocks in place.
    ///
    /// # Errors
    /// [`ErrorKind::Padding`] when `data` is not whole blocks.
    pub(crate) fn encrypt_blocks(&self, mode: Mode, data: &mut [u8]) -> Result<()> {
        let length = self.block_length();
        if !data.len().is_multiple_of(length) {
            return Err(Error::new(ErrorKind::Padding));
        }
        let mut chain = [0; 16];
        for chunk in data.chunks_exact_mut(length) {
            let mut block = [0; 16];
            for ((to, from), link) in block.iter_mut().zip(&*chunk).zip(chain) {
                *to = from ^ link;
            }
            let output = self.encrypt(block);
            for (to, from) in chunk.iter_mut().zip(output) {
                *to = from;
            }
            if mode == Mode::Cbc {
                chain = output;
            }
        }
        Ok(())
    }

    /// Deciphers whole blocks in place.
    ///
    /// # Errors
    /// [`ErrorKind::Padding`] when `data` is not whole blocks.
    pub(crate) fn decrypt_blocks(&self, mode: Mode, data: &mut [u8]) -> Result<()> {
        let length = self.block_length();
        if !data.len().is_multiple_of(length) {
            return Err(Error::new(ErrorKind::Padding));
        }
        let mut chain = [0; 16];
        for chunk in data.chunks_exact_mut(length) {
            let mut block = [0; 16];
            for (to, from) in block.iter_mut().zip(&*chunk) {
                *to = *from;
            }
            let output = self.decrypt(block);
            for ((to, from), link) in chunk.iter_mut().zip(output).zip(chain) {
                *to = from ^ link;
            }
            if mode == Mode::Cbc {
                chain = block;
            }
        }
        Ok(())
    }
}
