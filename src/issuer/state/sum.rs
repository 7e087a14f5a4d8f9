//! A keyed hash whose blocks do not wait for each other.

use core::ops::BitXor;

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes128Enc, Block};
use zeroize::Zeroize;

/// Bytes of a message in a block, behind the domain and the block's number.
const PIECE: usize = 12;
/// Bytes of the domain and the block's number.
const HEAD: usize = 4;
/// Pieces that are enciphered together: as many streams as a processor has room for.
const TOGETHER: usize = 8;
/// Pieces that there is room for: what two usual messages need.
const PIECES: usize = 2 * TOGETHER;

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
pub(super) struct Sum(u128);

impl BitXor for Sum {
    type Output = Self;

    fn bitxor(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }
}

/// A message: its domain and its parts, as many in each message of the domain.
pub(super) type Message<'a> = (u8, &'a [&'a [u8]]);

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

    /// The sums of some messages. Their pieces are enciphered together, unless they are many.
    #[inline]
    pub(super) fn sums<const N: usize>(&self, messages: [Message<'_>; N]) -> [Sum; N] {
        match self.together(&messages) {
            Some(sums) => sums,
            None => messages.map(|message| self.one_by_one(message)),
        }
    }

    /// The hashes of the messages that have these sums.
    #[inline]
    pub(super) fn protect<const N: usize>(&self, sums: [Sum; N]) -> [[u8; 16]; N] {
        let mut blocks = sums.map(|sum| Block::from(sum.0.to_ne_bytes()));
        self.sums.encrypt_blocks(&mut blocks);
        blocks.map(Into::into)
    }

    #[inline(always)] // With the number of parts, which those who call know.
    fn together<const N: usize>(&self, messages: &[Message<'_>; N]) -> Option<[Sum; N]> {
        let mut joined = Joined::EMPTY;
        let mut ends = [0; N];
        for ((_, parts), end) in messages.iter().zip(&mut ends) {
            for part in *parts {
                joined.put(part)?;
            }
            *end = joined.begin_piece();
        }
        let (mut blocks, mut used) = (joined.blocks(), 0);
        for ((domain, _), end) in messages.iter().zip(ends) {
            for (number, block) in blocks.get_mut(used..end)?.iter_mut().enumerate() {
                head(block, *domain, number);
            }
            used = end;
        }
        // Whole groups: to encipher what is not used costs less than to count.
        let (groups, _) = blocks.as_chunks_mut::<TOGETHER>();
        for group in groups.iter_mut().take(used.div_ceil(TOGETHER)) {
            self.pieces.encrypt_blocks(group);
        }
        let mut start = 0;
        Some(ends.map(|end| {
            let own = blocks.get(start..end).unwrap_or_default();
            start = end;
            own.iter().fold(Sum(0), |sum, block| sum ^ term(block))
        }))
    }

    /// The sum of a message of any length.
    #[cold]
    fn one_by_one(&self, (domain, parts): Message<'_>) -> Sum {
        let mut bytes = parts.iter().flat_map(|part| {
            let (length, used) = length(part);
            length.into_iter().take(used).chain(part.iter().copied())
        });
        let mut sum = Sum(0);
        for number in 0.. {
            let (mut block, mut used) = (Block::default(), 0);
            for (to, from) in block.iter_mut().skip(HEAD).zip(bytes.by_ref()) {
                *to = from;
                used += 1;
            }
            if used == 0 {
                break;
            }
            head(&mut block, domain, number);
            self.pieces.encrypt_block(&mut block);
            sum = sum ^ term(&block);
        }
        sum
    }
}

/// What stands before a part, and keeps apart what would be the same when joined: its length in one byte, or `FF` and eight.
fn length(part: &[u8]) -> ([u8; 9], usize) {
    let [a, b, c, d, e, f, g, h] = (part.len() as u64).to_be_bytes();
    match part.len() {
        0..0xFF => ([h, 0, 0, 0, 0, 0, 0, 0, 0], 1),
        _ => ([0xFF, a, b, c, d, e, f, g, h], 9),
    }
}

/// Domain and number of a piece, which its block begins with.
fn head(block: &mut Block, domain: u8, number: usize) {
    if let Some(head) = block.first_chunk_mut() {
        // No message has so many pieces that they need the domain's byte.
        *head = (u32::from(domain) << 24 | number as u32 & 0x00FF_FFFF).to_be_bytes();
    }
}

fn term(block: &Block) -> Sum {
    Sum(u128::from_ne_bytes((*block).into()))
}

/// Messages side by side, the next one in the piece behind the last one's.
struct Joined {
    /// Begins with room for the first head.
    bytes: [u8; HEAD + PIECE * PIECES],
    length: usize,
}

impl Joined {
    const EMPTY: Self = Self {
        bytes: [0; HEAD + PIECE * PIECES],
        length: HEAD,
    };

    /// Adds a part with its length, where there is room. Longer ones than this has room for need no longer form of the length.
    #[inline]
    fn put(&mut self, part: &[u8]) -> Option<()> {
        let end = self.length + 1 + part.len();
        let (length, bytes) = self.bytes.get_mut(self.length..end)?.split_first_mut()?;
        *length = part.len() as u8;
        copy(bytes, part);
        self.length = end;
        Some(())
    }

    /// Goes on to the next piece; gives how many were begun before it.
    #[inline]
    const fn begin_piece(&mut self) -> usize {
        let used = (self.length - HEAD).div_ceil(PIECE);
        self.length = HEAD + used * PIECE;
        used
    }

    /// All pieces, each behind room for its head.
    #[inline]
    fn blocks(&self) -> [Block; PIECES] {
        core::array::from_fn(|place| {
            let piece = self.bytes.get(place * PIECE..);
            let piece = piece.and_then(<[u8]>::first_chunk::<{ HEAD + PIECE }>);
            Block::from(*piece.unwrap_or(&[0; HEAD + PIECE]))
        })
    }
}

/// Copies as many bytes as both have. Parts are short, and two whole words that may overlap take less than a call that counts bytes.
#[inline(always)]
fn copy(to: &mut [u8], from: &[u8]) {
    fn ends<const N: usize>(to: &mut [u8], from: &[u8]) -> Option<()> {
        let (first, last) = (from.first_chunk::<N>()?, from.last_chunk::<N>()?);
        *to.first_chunk_mut()? = *first;
        *to.last_chunk_mut()? = *last;
        Some(())
    }
    let _copied = match from.len() {
        16..=32 => ends::<16>(to, from),
        8..=15 => ends::<8>(to, from),
        4..=7 => ends::<4>(to, from),
        2..=3 => ends::<2>(to, from),
        1 => ends::<1>(to, from),
        _ => {
            for (to, from) in to.iter_mut().zip(from) {
                *to = *from;
            }
            Some(())
        }
    };
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::collections::BTreeSet;
    use std::vec::Vec;

    use super::{CounterSum, Message};

    /// Another program said so (OpenSSL's AES-128-ECB): the pieces `05 000000 03 616263 04 64656667 0A 3031`, `05 000001 3233343536373839 00000000` under the first half of the key, their sum under
    /// the second.
    #[test]
    fn is_what_the_paper_says() {
        let key = core::array::from_fn(|place| place as u8);
        let sum = CounterSum::new(&key);
        let [hash] = sum.protect(sum.sums([(5, &[b"abc", b"defg", b"0123456789"])]));
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
            let [hash] = hashes.protect(hashes.sums([(domain, parts)]));
            assert_eq!([hash], hashes.protect([hashes.one_by_one((domain, parts))]));
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
        let [place, rest, other] =
            hashes.sums([(1, &[b"place"]), (2, &[b"rest"]), (2, &[b"other"])]);
        let all = hashes.protect([place, rest, place ^ rest, place ^ other]);
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 4);
    }

    /// Whatever else is enciphered with it, a message has the sum that it has alone.
    #[test]
    fn messages_beside_it_do_not_count() {
        let hashes = CounterSum::new(&[7; 32]);
        for (one, two) in (0..150).flat_map(|one| [0, 1, 11, 12, 22, 23].map(|two| (one, two))) {
            let (ones, twos) = (std::vec![1; one], std::vec![2; two]);
            let messages: [Message<'_>; 2] = [(1, &[&ones, b"end"]), (2, &[&twos])];
            let alone = messages.map(|message| hashes.one_by_one(message));
            let together = hashes.protect(hashes.sums(messages));
            assert_eq!(together, hashes.protect(alone), "{one} {two}");
        }
    }
}
