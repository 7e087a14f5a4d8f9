//! A keyed hash of a few fields, which takes a multiplication each.

use core::ops::Add;

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes128Enc, Block};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// What stands for the length of a field that is longer than two words.
const LONG: u64 = 0xFF;

/// Fields of a group, at most.
const FIELDS: usize = 5;
/// Groups that are added up, at most.
const GROUPS: usize = 3;
/// Keys: for each group one of its lengths and one of each field.
const KEYS: usize = GROUPS * (1 + FIELDS);

/// Bytes of a key of this hash.
pub(super) const KEY_LENGTH: usize = 16 * KEYS + 2 * 16;

/// The universal hash NH of UMAC (Black, Halevi, Krawczyk, Krovetz, Rogaway: "UMAC: fast and secure message authentication",
/// CRYPTO '99) over words of 64 bits, enciphered with AES-128. Whoever has no key finds no two messages of the same hash but by
/// luck: one pair in 2^64.
///
/// Each field is two words, its first and its last bytes, and two more say which fields they are and how long. For a field that is
/// longer stands its CBC-MAC, over its length and itself.
#[derive(Clone)]
pub(super) struct FieldHash {
    keys: [[u64; 2]; KEYS],
    long: Aes128Enc,
    sums: Aes128Enc,
}

/// The sum over a group, not yet enciphered: nothing to show. Those of different groups add up to that of both.
#[derive(Clone, Copy)]
pub(super) struct Sum(u128);

impl Add for Sum {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.wrapping_add(other.0))
    }
}

impl FieldHash {
    /// Of a key that looks random.
    pub(super) fn new(key: &[u8; KEY_LENGTH]) -> Self {
        let (words, ciphers) = key.split_at(16 * KEYS);
        let mut keys = [[0; 2]; KEYS];
        for (key, bytes) in keys.iter_mut().zip(words.as_chunks::<16>().0) {
            *key = short(bytes).unwrap_or_default();
        }
        let cipher = |bytes: &[u8]| {
            let mut bytes: [u8; 16] = bytes.try_into().unwrap_or_default();
            let cipher = Aes128Enc::new(&bytes.into());
            bytes.zeroize();
            cipher
        };
        let (long, sums) = ciphers.split_at(16);
        Self {
            keys,
            long: cipher(long),
            sums: cipher(sums),
        }
    }

    /// The sum over the fields of group `GROUP`, of which each message of the domain has as many.
    #[inline(always)] // With the number of fields, which those who call know.
    pub(super) fn sum<const GROUP: usize, const N: usize>(
        &self,
        domain: u8,
        fields: &[&[u8]; N],
    ) -> Sum {
        const { assert!(GROUP < GROUPS && N <= FIELDS) }
        let first = GROUP * (1 + FIELDS);
        let keys = self.keys.get(first..first + 1 + N).unwrap_or_default();
        let mut lengths = 0;
        let mut sum = 0_u128;
        for (field, key) in fields.iter().zip(keys.iter().skip(1)) {
            let (ends, length) = match short(field) {
                Some(ends) => (ends, field.len() as u64),
                None => (self.long(field), LONG),
            };
            lengths = lengths << 8 | length;
            sum = sum.wrapping_add(term(ends, *key));
        }
        let which = [domain.into(), lengths];
        let which = keys.first().map(|key| term(which, *key));
        Sum(sum.wrapping_add(which.unwrap_or_default()))
    }

    /// The hashes of the messages that have these sums.
    #[inline]
    pub(super) fn hashes<const N: usize>(&self, sums: [Sum; N]) -> [[u8; 16]; N] {
        sums.map(|sum| {
            let mut block = Block::from(sum.0.to_le_bytes());
            self.sums.encrypt_block(&mut block);
            block.into()
        })
    }

    /// The CBC-MAC of a field with its length before it, so that none begins as another one does.
    #[cold]
    fn long(&self, field: &[u8]) -> [u64; 2] {
        let mut block = Block::from((field.len() as u128).to_be_bytes());
        self.long.encrypt_block(&mut block);
        for piece in field.chunks(block.len()) {
            for (to, from) in block.iter_mut().zip(piece) {
                *to ^= from;
            }
            self.long.encrypt_block(&mut block);
        }
        let [first, last] = [block.first_chunk(), block.last_chunk()];
        [first, last].map(|end| u64::from_le_bytes(*end.unwrap_or(&[0; 8])))
    }
}

impl Drop for FieldHash {
    fn drop(&mut self) {
        self.keys.zeroize();
    }
}

impl ZeroizeOnDrop for FieldHash {}

/// What two words add to the sum.
#[inline(always)]
fn term([first, last]: [u64; 2], [key, other]: [u64; 2]) -> u128 {
    u128::from(first.wrapping_add(key)) * u128::from(last.wrapping_add(other))
}

/// Both ends of a field of no more than sixteen bytes, which tell all of it where its length is known.
#[inline(always)]
fn short(field: &[u8]) -> Option<[u64; 2]> {
    /// The ends of a field of `N` to twice as many bytes.
    #[inline(always)]
    fn ends<const N: usize>(field: &[u8], number: fn([u8; N]) -> u64) -> Option<[u64; 2]> {
        Some([number(*field.first_chunk()?), number(*field.last_chunk()?)])
    }
    match field.len() {
        8..=16 => ends(field, u64::from_le_bytes),
        4..=7 => ends(field, |bytes| u32::from_le_bytes(bytes).into()),
        2..=3 => ends(field, |bytes| u16::from_le_bytes(bytes).into()),
        1 => ends(field, |[byte]| byte.into()),
        0 => Some([0; 2]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::collections::BTreeSet;
    use std::vec::Vec;

    use super::{FieldHash, KEY_LENGTH, short};

    /// The key `00 01 02 …`.
    fn field_hash() -> FieldHash {
        FieldHash::new(&core::array::from_fn(|place| place as u8))
    }

    /// A program in Python said so, with OpenSSL's AES-128-ECB.
    #[test]
    fn is_what_its_description_says() {
        let hash = field_hash();
        assert_eq!(KEY_LENGTH, 320);
        let fields: [&[u8]; 5] = [b"abc", b"defg", b"", b"0123456789", b"0123456789ABCDEF"];
        let short = hash.sum::<0, 5>(5, &fields);
        let long = hash.sum::<0, 1>(2, &[b"0123456789ABCDEFG"]);
        let hashes = hash.hashes([short, long + hash.sum::<2, 2>(3, &[b"x", b"y"])]);
        let said = [
            0xF3C6_F750_9CEA_DC16_991F_3642_87A6_D26B_u128,
            0xD635_A795_D253_0757_B57C_9F2D_C107_ADE4,
        ];
        assert_eq!(hashes, said.map(u128::to_be_bytes));
    }

    #[test]
    fn every_byte_its_place_and_the_lengths_count() {
        let hash = field_hash();
        let mut seen = BTreeSet::new();
        let mut new = |domain, fields: [&[u8]; 2]| {
            let groups = [
                hash.sum::<0, 2>(domain, &fields),
                hash.sum::<1, 2>(domain, &fields),
            ];
            for found in hash.hashes(groups) {
                assert!(seen.insert(found), "{domain} {fields:?}");
            }
        };
        new(1, [b"12", b"3"]);
        new(1, [b"1", b"23"]);
        new(1, [b"", b"123"]);
        new(1, [b"123", b""]);
        new(2, [b"12", b"3"]);
        new(1, [b"12", b"3\0"]);
        for length in 0..100 {
            let mut bytes: Vec<u8> = std::vec![0; length];
            new(3, [&bytes, b""]);
            for place in 0..length {
                bytes[place] = 1;
                new(3, [&bytes, b""]);
                new(3, [b"", &bytes]);
                bytes[place] = 0;
            }
        }
    }

    /// What stands for a long field is no short one.
    #[test]
    fn a_long_field_is_its_mac() {
        use cbc_mac::{CbcMac, KeyInit, Mac};
        let key: [u8; KEY_LENGTH] = core::array::from_fn(|place| place as u8);
        let field = [0x5A; 40];
        let mut mac = CbcMac::<aes::Aes128>::new_from_slice(&key[288..304]).unwrap();
        mac.update(&40_u128.to_be_bytes());
        mac.update(&field);
        let mac: [u8; 16] = mac.finalize().into_bytes().into();
        let hash = field_hash();
        assert_eq!(Some(hash.long(&field)), short(&mac));
        let sums = [&field[..], &mac].map(|field| hash.sum::<0, 1>(1, &[field]));
        let [long, short] = hash.hashes(sums);
        assert_ne!(long, short);
    }
}
