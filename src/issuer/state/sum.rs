//! A keyed hash whose blocks do not wait for each other.

use core::ops::BitXor;

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes128Enc, Block};
use zeroize::Zeroize;

/// Bytes of a message in a block, beside the domain and the block's number.
const PIECE: usize = 12;
/// Pieces that are enciphered together.
const PIECES: usize = 12;

/// Bernstein's protected counter sum ("How to stretch random functions: the security of protected counter sums", Journal of
/// Cryptology 12, 1999) with AES-128: each piece of the message is enciphered with its number, the sum of all is enciphered under
/// another key. Nobody without the keys can tell it from random, or find two messages with the same one.
///
/// AES-CMAC says as much of a message, and enciphers its blocks one after another; here they are as many streams as the processor has room for.
#[derive(Clone)]
pub(super) struct CounterSum {
    pieces: Aes128Enc,
    sums: Aes128Enc,
}

/// The sum of a message's pieces, not yet protected: nothing to show. Sums of messages of different domains add up to that of both.
#[derive(Clone, Copy)]
pub(crate) struct Sum(u128);

impl BitXor for Sum {
    type Output = Self;

    fn bitxor(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }
}

impl CounterSum {
    /// With a key for the pieces and another for their sum.
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let cipher = |half: &[u8]| {
            let mut half: [u8; 16] = half.try_into().unwrap_or_default();
            let cipher = Aes128Enc::new(&half.into());
            half.zeroize();
            cipher
        };
        let (pieces, sums) = key.split_at(16);
        Self {
            pieces: cipher(pieces),
            sums: cipher(sums),
        }
    }

    /// The sum of a message of some parts, as many in each message of its domain.
    pub(super) fn sum(&self, domain: u8, parts: &[&[u8]]) -> Sum {
        let mut message = Message {
            cipher: &self.pieces,
            domain,
            number: 0,
            joined: [0; PIECE * PIECES],
            length: 0,
            sum: 0,
        };
        for part in parts {
            // Lengths keep apart what would be the same when joined.
            match u8::try_from(part.len()) {
                Ok(length) if length < 0xFF => message.put(&[length]),
                _ => {
                    message.put(&[0xFF]);
                    message.put(&(part.len() as u64).to_be_bytes());
                }
            }
            message.put(part);
        }
        message.add();
        Sum(message.sum)
    }

    /// The hash of the message that has this sum.
    pub(super) fn protect(&self, sum: Sum) -> [u8; 16] {
        let mut block = Block::from(sum.0.to_be_bytes());
        self.sums.encrypt_block(&mut block);
        block.into()
    }
}

/// A message on its way into the sum.
struct Message<'k> {
    cipher: &'k Aes128Enc,
    domain: u8,
    /// Pieces that are in the sum.
    number: u32,
    joined: [u8; PIECE * PIECES],
    length: usize,
    sum: u128,
}

impl Message<'_> {
    #[inline]
    fn put(&mut self, bytes: &[u8]) {
        match self.joined.get_mut(self.length..self.length + bytes.len()) {
            Some(room) => {
                room.copy_from_slice(bytes);
                self.length += bytes.len();
            }
            None => self.put_much(bytes),
        }
    }

    #[cold]
    fn put_much(&mut self, bytes: &[u8]) {
        for byte in bytes {
            if self.length == self.joined.len() {
                self.add();
                (self.joined, self.length) = ([0; PIECE * PIECES], 0);
            }
            if let Some(room) = self.joined.get_mut(self.length) {
                *room = *byte;
                self.length += 1;
            }
        }
    }

    /// Adds what is joined; zeros fill up the last piece.
    fn add(&mut self) {
        let mut blocks = [Block::default(); PIECES];
        let used = self.length.div_ceil(PIECE);
        let pieces = self.joined.chunks_exact(PIECE).take(used);
        for (block, piece) in blocks.iter_mut().zip(pieces) {
            let [_, high, middle, low] = self.number.to_be_bytes();
            let (head, tail) = block.split_at_mut(4);
            head.copy_from_slice(&[self.domain, high, middle, low]);
            tail.copy_from_slice(piece);
            self.number = self.number.wrapping_add(1);
        }
        let used = blocks.get_mut(..used).unwrap_or_default();
        self.cipher.encrypt_blocks(used);
        for block in used {
            self.sum ^= u128::from_be_bytes((*block).into());
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::collections::BTreeSet;
    use std::vec::Vec;

    use super::CounterSum;

    /// Another program said so (OpenSSL's AES-128-ECB): the pieces `05 000000 03 616263 04 64656667 0A 3031`, `05 000001 3233343536373839 00000000` under the first half of the key, their sum under
    /// the second.
    #[test]
    fn is_what_the_paper_says() {
        let key = core::array::from_fn(|place| place as u8);
        let sum = CounterSum::new(&key);
        let hash = sum.protect(sum.sum(5, &[b"abc", b"defg", b"0123456789"]));
        assert_eq!(
            hash,
            0xE6AC_BFAD_5229_7CC2_579C_03CC_F08F_4184_u128.to_be_bytes()
        );
    }

    #[test]
    fn every_byte_its_place_and_the_lengths_count() {
        let hashes = CounterSum::new(&[7; 32]);
        let mut seen = BTreeSet::new();
        let mut new = |domain, parts: &[&[u8]]| {
            let hash = hashes.protect(hashes.sum(domain, parts));
            assert_eq!(hash, hashes.protect(hashes.sum(domain, parts)));
            assert!(seen.insert(hash), "{domain} {parts:?}");
        };
        new(1, &[b"12", b"3"]);
        new(1, &[b"1", b"23"]);
        new(1, &[b"", b"123"]);
        new(1, &[b"123", b""]);
        new(2, &[b"12", b"3"]);
        new(1, &[b"12", b"3\0"]);
        for length in 0..400 {
            let zeros: Vec<u8> = std::vec![0; length];
            new(3, &[&zeros]);
        }
        // Each byte of a message that does not go into the sum at once.
        for place in 0..400 {
            let mut bytes = [0; 400];
            bytes[place] = 1;
            new(4, &[&bytes]);
        }
        // Pieces that change places.
        let (mut one, mut two) = ([0; 400], [0; 400]);
        (one[11], one[23], two[11], two[23]) = (2, 3, 3, 2);
        new(5, &[&one]);
        new(5, &[&two]);
    }

    #[test]
    fn sums_of_two_domains_are_those_of_both() {
        let hashes = CounterSum::new(&[7; 32]);
        let (place, rest) = (hashes.sum(1, &[b"place"]), hashes.sum(2, &[b"rest"]));
        let other = hashes.sum(2, &[b"other"]);
        let all = [place, rest, place ^ rest, place ^ other].map(|sum| hashes.protect(sum));
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 4);
    }
}
