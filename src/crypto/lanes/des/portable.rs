//! 64 lanes in a `u64`: any processor.

use super::rounds::Stream;
use super::wiring::Direction;
use super::word::{Logic, Word};
use super::{kernel, rounds, sbox_two_input, transpose};
use crate::crypto::lanes::tdes::{Item, Outcome, Shape};

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
    #[inline(always)]
    fn sixteen_rounds(streams: &mut [Stream<Self>], direction: Direction) {
        #[cfg(all(target_arch = "x86_64", feature = "std"))]
        if std::arch::is_x86_feature_detected!("bmi1") {
            // SAFETY: the processor has BMI1.
            return unsafe { sixteen_rounds_bmi1(streams, direction) };
        }
        sixteen_rounds(streams, direction);
    }
    #[inline(never)]
    fn transpose(rows: &mut [Self; 64]) {
        transpose::network(rows);
    }
}

/// One stream after the other: one is enough to keep the integer units busy.
#[inline(always)]
fn one_by_one(streams: &mut [Stream<u64>], direction: Direction) {
    for stream in streams {
        rounds::sixteen(core::slice::from_mut(stream), direction);
    }
}

#[inline(never)]
pub(super) fn sixteen_rounds(streams: &mut [Stream<u64>], direction: Direction) {
    one_by_one(streams, direction);
}

/// With and-not as one instruction: a seventh less time.
#[cfg(all(target_arch = "x86_64", feature = "std"))]
#[inline(never)]
#[target_feature(enable = "bmi1")]
pub(super) fn sixteen_rounds_bmi1(streams: &mut [Stream<u64>], direction: Direction) {
    one_by_one(streams, direction);
}

pub(super) fn verify(shape: &Shape, items: &[Item], out: &mut [Outcome]) {
    kernel::verify::<u64, 1>(shape, items, out);
}
