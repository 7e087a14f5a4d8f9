//! Two-key TDES and AES behind one small interface.

use core::ops::Deref;

use aes::{Aes128, Aes192, Aes256};
use cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

use crate::crypto::SecretKey;
use crate::crypto::tdes::Tdes;
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

/// A scheduled key.
pub(crate) trait BlockCipher {
    /// Block length in bytes.
    fn block_length(&self) -> usize;

    /// Enciphers one block. Of TDES the first eight bytes count; the callers fill up eight-byte values
    /// with zeros on the right, as EMV does for AES, so that one call serves both.
    fn encrypt(&self, block: [u8; 16]) -> [u8; 16];

    /// Deciphers one block; of TDES the first eight bytes count.
    fn decrypt(&self, block: [u8; 16]) -> [u8; 16];

    /// Enciphers whole blocks in place.
    ///
    /// # Errors
    /// [`ErrorKind::Padding`] when `data` is not whole blocks.
    fn encrypt_blocks(&self, mode: Mode, data: &mut [u8]) -> Result<()> {
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
    fn decrypt_blocks(&self, mode: Mode, data: &mut [u8]) -> Result<()> {
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

impl BlockCipher for Tdes {
    fn block_length(&self) -> usize {
        8
    }

    fn encrypt(&self, block: [u8; 16]) -> [u8; 16] {
        first_half(block, |half| self.encrypt(half))
    }

    fn decrypt(&self, block: [u8; 16]) -> [u8; 16] {
        first_half(block, |half| self.decrypt(half))
    }
}

/// The first eight bytes through `work`, and zeros after them.
fn first_half(block: [u8; 16], work: impl FnOnce([u8; 8]) -> [u8; 8]) -> [u8; 16] {
    let [a, b, c, d, e, f, g, h, ..] = block;
    let [a, b, c, d, e, f, g, h] = work([a, b, c, d, e, f, g, h]);
    [a, b, c, d, e, f, g, h, 0, 0, 0, 0, 0, 0, 0, 0]
}

macro_rules! aes {
    ($($aes:ident)+) => { $(
        impl BlockCipher for $aes {
            fn block_length(&self) -> usize {
                16
            }

            fn encrypt(&self, mut block: [u8; 16]) -> [u8; 16] {
                self.encrypt_block((&mut block).into());
                block
            }

            fn decrypt(&self, mut block: [u8; 16]) -> [u8; 16] {
                self.decrypt_block((&mut block).into());
                block
            }
        }
    )+ };
}

aes!(Aes128 Aes192 Aes256);

/// A scheduled key to keep. A key that is used once is scheduled by [`SecretKey::with_cipher`], because this
/// type is as large as the largest of its members, and moving it about costs more than an AES block.
pub(crate) enum Cipher {
    Tdes(Tdes),
    Aes128(Aes128),
    Aes192(Aes192),
    Aes256(Aes256),
}

impl Cipher {
    /// Schedules `key`, whose length must be the algorithm's.
    pub(crate) fn new(algorithm: Algorithm, key: &[u8]) -> Result<Self> {
        Ok(match algorithm {
            Algorithm::Tdes => Self::Tdes(tdes(key)?),
            Algorithm::Aes128 => Self::Aes128(scheduled(key)?),
            Algorithm::Aes192 => Self::Aes192(scheduled(key)?),
            Algorithm::Aes256 => Self::Aes256(scheduled(key)?),
        })
    }
}

impl Deref for Cipher {
    type Target = dyn BlockCipher;

    fn deref(&self) -> &Self::Target {
        match self {
            Self::Tdes(tdes) => tdes,
            Self::Aes128(aes) => aes,
            Self::Aes192(aes) => aes,
            Self::Aes256(aes) => aes,
        }
    }
}

impl SecretKey {
    /// Schedules the key for the time that `work` takes.
    pub(crate) fn with_cipher<T>(&self, work: impl FnOnce(&dyn BlockCipher) -> T) -> Result<T> {
        match self.algorithm() {
            Algorithm::Tdes => Ok(with(Tdes::new, sized(self.bytes())?, work)),
            Algorithm::Aes128 => Ok(with(Aes128::new, sized(self.bytes())?, work)),
            Algorithm::Aes192 => Ok(with(Aes192::new, sized(self.bytes())?, work)),
            Algorithm::Aes256 => Ok(with(Aes256::new, sized(self.bytes())?, work)),
        }
    }
}

/// Schedules a TDES key.
///
/// # Errors
/// [`ErrorKind::KeyLength`].
pub(crate) fn tdes(key: &[u8]) -> Result<Tdes> {
    let key = key
        .try_into()
        .map_err(|_| Error::new(ErrorKind::KeyLength))?;
    Ok(Tdes::new(key))
}

fn scheduled<C: KeyInit>(key: &[u8]) -> Result<C> {
    C::new_from_slice(key).map_err(|_| Error::new(ErrorKind::KeyLength))
}

/// The key as the cipher takes it.
fn sized<'k, K>(key: &'k [u8]) -> Result<&'k K>
where
    &'k K: TryFrom<&'k [u8]>,
{
    key.try_into().map_err(|_| Error::new(ErrorKind::KeyLength))
}

/// The schedule is made where it stays, because AES's are large and every move of one takes its place on the stack again.
#[inline(never)]
fn with<K, C: BlockCipher, T>(
    schedule: impl FnOnce(&K) -> C,
    key: &K,
    work: impl FnOnce(&dyn BlockCipher) -> T,
) -> T {
    work(&schedule(key))
}
