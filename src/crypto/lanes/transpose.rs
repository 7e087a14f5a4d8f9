//! From blocks to slices and back.

use super::word::Logic;

/// Exchanges the row number with the bit number: row ρ, bit `position(i)` becomes row `i`, bit
/// `position(ρ)`. In words: 64 blocks (in each column) become 64 slices in the order of L0 R0,
/// and the same again undoes it.
///
/// A transposition exchanges, for each of the six bits of the two numbers in turn, one bit of the
/// row number with one bit of the bit number. Which with which is free, and so is complementing
/// both; choosing them as [`position`](super::wiring::position) has them makes the initial and
/// final permutations part of it for nothing.
///
/// Eight rows at a time, three exchanges while they are in registers: bytes first (rows that
/// differ in j2 j1 j0), then bits within bytes (rows that differ in r2 r1 r0).
#[inline(always)]
pub(super) fn network<W: Logic>(rows: &mut [W; 64]) {
    for group in rows.as_chunks_mut::<8>().0 {
        *group = bytes(*group);
    }
    for column in 0..8 {
        let group = bits(core::array::from_fn(|row| rows[8 * row + column]));
        for (row, word) in group.into_iter().enumerate() {
            rows[8 * row + column] = word;
        }
    }
}

#[inline(always)]
fn bytes<W: Logic>(mut r: [W; 8]) -> [W; 8] {
    for (a, b) in [(0, 4), (1, 5), (2, 6), (3, 7)] {
        (r[a], r[b]) = crossed::<W, 32>(r[a], r[b], 0x0000_0000_ffff_ffff);
    }
    for (a, b) in [(0, 2), (1, 3), (4, 6), (5, 7)] {
        (r[a], r[b]) = crossed::<W, 16>(r[a], r[b], 0x0000_ffff_0000_ffff);
    }
    for (a, b) in [(0, 1), (2, 3), (4, 5), (6, 7)] {
        (r[a], r[b]) = crossed::<W, 8>(r[a], r[b], 0x00ff_00ff_00ff_00ff);
    }
    r
}

#[inline(always)]
fn bits<W: Logic>(mut r: [W; 8]) -> [W; 8] {
    for (a, b) in [(0, 4), (1, 5), (2, 6), (3, 7)] {
        (r[a], r[b]) = straight::<W, 1>(r[a], r[b], 0x5555_5555_5555_5555);
    }
    for (a, b) in [(0, 2), (1, 3), (4, 6), (5, 7)] {
        (r[a], r[b]) = crossed::<W, 4>(r[a], r[b], 0x0f0f_0f0f_0f0f_0f0f);
    }
    for (a, b) in [(0, 1), (2, 3), (4, 5), (6, 7)] {
        (r[a], r[b]) = crossed::<W, 2>(r[a], r[b], 0x3333_3333_3333_3333);
    }
    r
}

/// The row bit and the bit number's bit of weight `N` change places. `low` marks the bits whose
/// number has that bit clear.
#[inline(always)]
fn straight<W: Logic, const N: u32>(row0: W, row1: W, low: u64) -> (W, W) {
    let (row1, row0) = W::exchange::<N>(row1, row0, low);
    (row0, row1)
}

/// They change places and both are complemented.
#[inline(always)]
fn crossed<W: Logic, const N: u32>(row0: W, row1: W, low: u64) -> (W, W) {
    W::exchange::<N>(row0, row1, low)
}
