//! Two-key TDES and AES behind one small interface.

use core::ops::Deref;

use aes::{Aes128Dec, Aes128Enc, Aes192Dec, Aes192Enc, Aes256Dec, Aes256Enc};
use cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

use crate::crypto::SecretKey;
use crate::crypto::lanes::single::Tdes2Key;
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

/// A key scheduled to encipher, which is nearly all that EMV does.
pub(crate) trait BlockCipher {
    /// Block length in bytes.
    fn block_length(&self) -> usize;

    /// Enciphers one block. Of TDES the first eight bytes count; the callers fill up eight-byte values
    /// with zeros on the right, as EMV does for AES, so that one call serves both.
    fn encrypt(&self, block: [u8; 16]) -> [u8; 16];

    /// Enciphers two blocks, as the halves of a derived key need it.
    fn encrypt_pair(&self, blocks: [[u8; 16]; 2]) -> [[u8; 16]; 2] {
        blocks.map(|block| self.encrypt(block))
    }

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
}

impl BlockCipher for Tdes2Key {
    fn block_length(&self) -> usize {
        8
    }

    fn encrypt(&self, block: [u8; 16]) -> [u8; 16] {
        widened(self.encrypt(first_half(block)))
    }

    /// Both in the time of one.
    fn encrypt_pair(&self, blocks: [[u8; 16]; 2]) -> [[u8; 16]; 2] {
        self.encrypt_pair(blocks.map(first_half)).map(widened)
    }
}

fn first_half(block: [u8; 16]) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = block;
    [a, b, c, d, e, f, g, h]
}

/// Eight bytes, and zeros after them.
pub(crate) fn widened(half: [u8; 8]) -> [u8; 16] {
    let [a, b, c, d, e, f, g, h] = half;
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
        }
    )+ };
}

aes!(Aes128Enc Aes192Enc Aes256Enc);

/// A scheduled key to keep. A key that is used once is scheduled by [`SecretKey::with_cipher`], because this
/// type is as large as the largest of its members, and moving it about costs more than an AES block.
#[allow(
    clippy::large_enum_variant,
    reason = "a master key is scheduled once and stays where it is"
)]
pub(crate) enum Cipher {
    Tdes(Tdes2Key),
    Aes128(Aes128Enc),
    Aes192(Aes192Enc),
    Aes256(Aes256Enc),
}

impl Cipher {
    /// Schedules `key`, whose length must be the algorithm's.
    pub(crate) fn new(algorithm: Algorithm, key: &[u8]) -> Result<Self> {
        Ok(match algorithm {
            Algorithm::Tdes => Self::Tdes(Tdes2Key::new(sized(key)?)),
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
            Algorithm::Tdes => Ok(Tdes2Key::with(sized(self.bytes())?, |key| work(key))),
            Algorithm::Aes128 => Ok(with(Aes128Enc::new, sized(self.bytes())?, work)),
            Algorithm::Aes192 => Ok(with(Aes192Enc::new, sized(self.bytes())?, work)),
            Algorithm::Aes256 => Ok(with(Aes256Enc::new, sized(self.bytes())?, work)),
        }
    }

    /// Deciphers whole blocks in place.
    ///
    /// # Errors
    /// [`ErrorKind::Padding`] when `data` is not whole blocks.
    pub(crate) fn decrypt_blocks(&self, mode: Mode, data: &mut [u8]) -> Result<()> {
        match self.algorithm() {
            Algorithm::Tdes => {
                let undo = |key: &Tdes2Key| undo_blocks(|block| key.decrypt(block), mode, data);
                Tdes2Key::with(sized(self.bytes())?, undo)
            }
            Algorithm::Aes128 => undo_aes::<Aes128Dec>(self.bytes(), mode, data),
            Algorithm::Aes192 => undo_aes::<Aes192Dec>(self.bytes(), mode, data),
            Algorithm::Aes256 => undo_aes::<Aes256Dec>(self.bytes(), mode, data),
        }
    }
}

fn undo_aes<C>(key: &[u8], mode: Mode, data: &mut [u8]) -> Result<()>
where
    C: KeyInit + BlockCipherDecrypt<BlockSize = cipher::consts::U16>,
{
    let aes: C = scheduled(key)?;
    let decrypt = |mut block: [u8; 16]| {
        aes.decrypt_block((&mut block).into());
        block
    };
    undo_blocks(decrypt, mode, data)
}

fn undo_blocks<const N: usize>(
    decrypt: impl Fn([u8; N]) -> [u8; N],
    mode: Mode,
    data: &mut [u8],
) -> Result<()> {
    let (blocks, []) = data.as_chunks_mut() else {
        return Err(Error::new(ErrorKind::Padding));
    };
    let mut chain = [0; N];
    for block in blocks {
        let before = *block;
        *block = decrypt(before);
        for (byte, link) in block.iter_mut().zip(chain) {
            *byte ^= link;
        }
        if mode == Mode::Cbc {
            chain = before;
        }
    }
    Ok(())
}

fn scheduled<C: KeyInit>(key: &[u8]) -> Result<C> {
    C::new_from_slice(key).map_err(|_| Error::new(ErrorKind::KeyLength))
}

/// The key as the cipher takes it.
pub(crate) fn sized<'k, K>(key: &'k [u8]) -> Result<&'k K>
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
