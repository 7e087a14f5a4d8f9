//! The wiring of DES (FIPS 46-3, Appendix 1), brought to the numbering used here.
//!
//! A sliced block is kept in the order of L0 R0, the input of the first round: word `i` holds bit
//! `i` after the initial permutation. The final permutation is its inverse, so between two
//! encipherments both cancel, and a sliced ciphertext is a valid sliced plaintext, or a valid key,
//! as it stands. All that the permutations ever do is to choose which word is read.

use crate::crypto::lanes::fips46::{P, PC1, PC2, SHIFTS};

/// Bit `i` of L0 R0 as a position in the block read as a little-endian number: byte `p / 8`,
/// worth `1 << (p % 8)`.
///
/// The printed table is regular. With the bits of `i` called r2 r1 r0 j2 j1 j0 (row and column of
/// the table), the position is ¬j2 ¬j1 ¬j0 ¬r1 ¬r0 r2: the first column holds bits of the eighth
/// byte, the upper four rows the even bits 2, 4, 6, 8 of each byte, the lower four the odd ones.
pub(super) const fn position(i: usize) -> usize {
    let (row, column) = (i / 8, i % 8);
    (7 - column) * 8 + (3 - row % 4) * 2 + row / 4
}

/// The word of a sliced block that holds bit `n` of the block (counted from 1 as in FIPS 46-3).
const fn word_of_bit(n: u8) -> usize {
    let wanted = (n as usize - 1) / 8 * 8 + 7 - (n as usize - 1) % 8;
    let mut i = 0;
    while position(i) != wanted {
        i += 1;
    }
    i
}

/// Words of an expanded key: C0 twice over, then D0 twice over.
pub(super) const EXPANDED: usize = 4 * 28;

/// The word of a sliced key for each word of an expanded one.
pub(super) const EXPANSION_OF_KEY: [usize; EXPANDED] = {
    let mut from = [0; EXPANDED];
    let mut i = 0;
    while i < EXPANDED {
        from[i] = word_of_bit(PC1[i / 56 * 28 + i % 28]);
        i += 1;
    }
    from
};

/// How far C and D have been rotated in each round.
const ROTATIONS: [usize; 16] = {
    let mut sums = [0; 16];
    let mut sum = 0;
    let mut round = 0;
    while round < 16 {
        sum += SHIFTS[round] as usize;
        sums[round] = sum;
        round += 1;
    }
    sums
};

/// Words of an expanded key a round looks at.
pub(super) const WINDOW: usize = 84;

/// The rotations of C and D in the order the rounds want them, two at a time.
pub(super) fn rotations(direction: Direction) -> impl Iterator<Item = [usize; 2]> {
    (0..8).map(move |pair| match direction {
        Direction::Encipher => [ROTATIONS[2 * pair], ROTATIONS[2 * pair + 1]],
        Direction::Decipher => [ROTATIONS[15 - 2 * pair], ROTATIONS[14 - 2 * pair]],
    })
}

/// The key of one round is what is seen through a window on the expanded key that begins at the
/// round's rotation: rotating C and D is moving on, and a key bit's distance from there is constant.
#[inline(always)]
#[expect(
    clippy::expect_used,
    reason = "the rotations are DES's own constants, none over 28"
)]
pub(super) fn window<W>(key: &[W; EXPANDED], rotation: usize) -> &[W; WINDOW] {
    key[rotation..]
        .first_chunk()
        .expect("28 + 84 words are there")
}

/// The word of the window that meets bit `bit` of E(R).
pub(super) const fn key_word(bit: usize) -> usize {
    let at = PC2[bit] as usize - 1;
    at + at / 28 * 28
}

/// Order of the round keys.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Encipher,
    Decipher,
}

/// The bit of R that the expansion E brings to input `j` of S-box `s`.
pub(super) const fn expansion(s: usize, j: usize) -> usize {
    (4 * s + j + 31) % 32
}

/// The bit of L that output `o` of S-box `s` is added to: the inverse of P.
pub(super) const fn permutation(s: usize, o: usize) -> usize {
    let mut i = 0;
    while P[i] as usize != 4 * s + o + 1 {
        i += 1;
    }
    i
}
