//! The issuer master key and its schedule, expanded once.

use core::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// AES key lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyLength {
    /// 16 bytes, 10 rounds.
    Aes128,
    /// 24 bytes, 12 rounds.
    Aes192,
    /// 32 bytes, 14 rounds.
    Aes256,
}

impl KeyLength {
    const fn of(key: &[u8]) -> Option<Self> {
        match key.len() {
            16 => Some(Self::Aes128),
            24 => Some(Self::Aes192),
            32 => Some(Self::Aes256),
            _ => None,
        }
    }

    /// Key length in bytes.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }
}

/// An issuer master key for AES cryptograms with its key schedule; wiped on drop.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct MasterKey {
    #[zeroize(skip)]
    length: KeyLength,
    #[zeroize(skip)]
    card_length: KeyLength,
    key: [u8; 32],
    #[cfg(target_arch = "x86_64")]
    pub(super) schedule: super::schedule::Schedule,
}

impl MasterKey {
    /// Takes a key of 16, 24 or 32 bytes; `None` for any other length. Card and session keys have
    /// the same length.
    #[must_use]
    pub fn new(key: &[u8]) -> Option<Self> {
        Self::with_card_keys(key, KeyLength::of(key)?)
    }

    /// As [`new`](Self::new), for card and session keys of length `card_length`.
    ///
    /// EMV Book 2 A1.4.3 derives k-bit card keys; public implementations differ in whether k may be
    /// another length than the issuer key's. Where it is not said, it is the same.
    #[must_use]
    pub fn with_card_keys(key: &[u8], card_length: KeyLength) -> Option<Self> {
        let mut master = Self {
            length: KeyLength::of(key)?,
            card_length,
            key: [0; 32],
            #[cfg(target_arch = "x86_64")]
            schedule: super::schedule::Schedule::new(key),
        };
        master.key[..key.len()].copy_from_slice(key);
        Some(master)
    }

    /// The issuer key's length.
    #[must_use]
    pub const fn length(&self) -> KeyLength {
        self.length
    }

    /// The length of card and session keys.
    #[must_use]
    pub const fn card_length(&self) -> KeyLength {
        self.card_length
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.key[..self.length.bytes()]
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MasterKey")
            .field("length", &self.length)
            .field("card_length", &self.card_length)
            .finish_non_exhaustive()
    }
}
