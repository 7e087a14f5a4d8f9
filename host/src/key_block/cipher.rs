//! The block ciphers of key blocks, of every key length that a protection key may have, and their modes.

use cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use zeroize::Zeroizing;

/// One cipher under one key.
pub(super) enum Cipher {
    Tdes2(des::TdesEde2),
    Tdes3(des::TdesEde3),
    Aes128(aes::Aes128),
    Aes192(aes::Aes192),
    Aes256(aes::Aes256),
}

/// The same for every cipher.
macro_rules! each {
    ($cipher:expr, $with:ident => $what:expr) => {
        match $cipher {
            Cipher::Tdes2($with) => $what,
            Cipher::Tdes3($with) => $what,
            Cipher::Aes128($with) => $what,
            Cipher::Aes192($with) => $what,
            Cipher::Aes256($with) => $what,
        }
    };
}

impl Cipher {
    /// The cipher with blocks of `size` bytes; `None` where it has no such key length.
    pub(super) fn new(size: usize, key: &[u8]) -> Option<Self> {
        Some(match (size, key.len()) {
            (8, 16) => Self::Tdes2(KeyInit::new_from_slice(key).ok()?),
            (8, 24) => Self::Tdes3(KeyInit::new_from_slice(key).ok()?),
            (16, 16) => Self::Aes128(KeyInit::new_from_slice(key).ok()?),
            (16, 24) => Self::Aes192(KeyInit::new_from_slice(key).ok()?),
            (16, 32) => Self::Aes256(KeyInit::new_from_slice(key).ok()?),
            _ => return None,
        })
    }

    const fn size(&self) -> usize {
        match self {
            Self::Tdes2(_) | Self::Tdes3(_) => 8,
            Self::Aes128(_) | Self::Aes192(_) | Self::Aes256(_) => 16,
        }
    }

    /// Enciphers one block; a slice of another length stays as it is.
    fn encrypt(&self, block: &mut [u8]) {
        each!(self, cipher => if let Ok(block) = block.try_into() {
            cipher.encrypt_block(block);
        });
    }

    fn decrypt(&self, block: &mut [u8]) {
        each!(self, cipher => if let Ok(block) = block.try_into() {
            cipher.decrypt_block(block);
        });
    }

    /// Deciphers whole blocks in cipher block chaining.
    pub(super) fn cbc_decrypt(&self, initial: &[u8], data: &[u8]) -> Zeroizing<Vec<u8>> {
        let mut clear = Zeroizing::new(data.to_vec());
        let before = std::iter::once(initial).chain(data.chunks(self.size()));
        for (block, before) in clear.chunks_mut(self.size()).zip(before) {
            self.decrypt(block);
            add(block, before);
        }
        clear
    }

    /// The last block of a chain over the message, filled up with zeros.
    pub(super) fn cbc_mac(&self, message: &[u8]) -> Vec<u8> {
        let mut chain = vec![0; self.size()];
        for block in message.chunks(self.size()) {
            add(&mut chain, block);
            self.encrypt(&mut chain);
        }
        chain
    }

    /// CMAC (NIST SP 800-38B).
    pub(super) fn cmac(&self, message: &[u8]) -> Vec<u8> {
        let mut subkey = Zeroizing::new(vec![0; self.size()]);
        self.encrypt(&mut subkey);
        double(&mut subkey);
        let whole = !message.is_empty() && message.len().is_multiple_of(self.size());
        let head = message.len().saturating_sub(1) / self.size() * self.size();
        let (head, tail) = message.split_at(head);
        let mut last = Zeroizing::new(tail.to_vec());
        if !whole {
            double(&mut subkey);
            last.push(0x80);
            last.resize(self.size(), 0);
        }
        add(&mut last, &subkey);
        let message = Zeroizing::new([head, &*last].concat());
        self.cbc_mac(&message)
    }
}

fn add(to: &mut [u8], from: &[u8]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to ^= from;
    }
}

/// Doubles in the field of the block's width.
fn double(block: &mut [u8]) {
    let reduction = if block.len() == 8 { 0x1B } else { 0x87 };
    let mut carry = 0;
    for byte in block.iter_mut().rev() {
        let above = *byte >> 7;
        *byte = *byte << 1 | carry;
        carry = above;
    }
    if let Some(last) = block.last_mut() {
        *last ^= reduction * carry;
    }
}
