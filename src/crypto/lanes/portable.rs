//! 64 lanes in a `u64`: any processor.

use super::wiring::{Direction, EXPANDED};
use super::word::{Logic, Word};
use super::{batch, kernel, rounds, sbox_two_input, transpose};

// SAFETY: one column, itself.
unsafe impl Logic for u64 {
    const LANES: usize = 64;

    #[inline(always)]
    fn splat(column: u64) -> Self {
        column
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        self ^ other
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        self & other
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        self | other
    }
    #[inline(always)]
    fn without(self, other: Self) -> Self {
        self & !other
    }
    #[inline(always)]
    fn up<const N: u32>(self) -> Self {
        self << N
    }
    #[inline(always)]
    fn down<const N: u32>(self) -> Self {
        self >> N
    }
}

impl Word for u64 {
    const COMPLEMENTED: u32 = sbox_two_input::COMPLEMENTED;

    #[inline(always)]
    fn substitute<const S: usize>(inputs: [Self; 6], left: [Self; 4]) -> [Self; 4] {
        sbox_two_input::substitute::<Self, S>(inputs, left)
    }
    #[inline(never)]
    fn sixteen_rounds<const B: usize>(
        blocks: &mut [[u64; 64]; B],
        swapped: bool,
        keys: &[[u64; EXPANDED]; B],
        direction: Direction,
    ) {
        rounds::sixteen(blocks, swapped, keys, direction);
    }
    #[inline(never)]
    fn transpose(rows: &mut [Self; 64]) {
        transpose::network(rows);
    }
}

pub(super) fn verify(shape: &batch::Shape, items: &[batch::Item], out: &mut [batch::Outcome]) {
    kernel::verify::<u64, 1>(shape, items, out);
}
