//! 128 lanes in a NEON register, which every 64-bit Arm processor with an operating system has.
//!
//! NEON is part of what such targets are compiled for, so nothing is asked when the program runs and no function
//! needs a `#[target_feature]` of its own. There is an and-not (`BIC`) but no gate of three inputs that would do, so
//! the S-boxes are those of two.

use super::rounds::Stream;
use super::wiring::Direction;
use super::word::{Logic, Word};
use super::{kernel, rounds, sbox_two_input, transpose};
use crate::crypto::lanes::tdes::{Item, Outcome, Shape};
use core::arch::aarch64::*;

/// Two columns. Only compiled where the target has NEON.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Neon(uint64x2_t);

// SAFETY: a register of 128 bits, all of them valid.
unsafe impl Logic for Neon {
    const LANES: usize = 128;

    #[inline(always)]
    fn splat(column: u64) -> Self {
        // SAFETY: the target has NEON.
        Neon(unsafe { vdupq_n_u64(column) })
    }
    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        // SAFETY: the target has NEON.
        Neon(unsafe { veorq_u64(self.0, other.0) })
    }
    #[inline(always)]
    fn and(self, other: Self) -> Self {
        // SAFETY: the target has NEON.
        Neon(unsafe { vandq_u64(self.0, other.0) })
    }
    #[inline(always)]
    fn or(self, other: Self) -> Self {
        // SAFETY: the target has NEON.
        Neon(unsafe { vorrq_u64(self.0, other.0) })
    }
    #[inline(always)]
    fn without(self, other: Self) -> Self {
        // SAFETY: the target has NEON.
        Neon(unsafe { vbicq_u64(self.0, other.0) })
    }
    #[inline(always)]
    fn up<const N: u32>(self) -> Self {
        // SAFETY: the target has NEON.
        Neon(unsafe { vshlq_u64(self.0, vdupq_n_s64(i64::from(N))) })
    }
    #[inline(always)]
    fn down<const N: u32>(self) -> Self {
        // SAFETY: the target has NEON. A negative number of places is a shift the other way.
        Neon(unsafe { vshlq_u64(self.0, vdupq_n_s64(-i64::from(N))) })
    }
}

impl Word for Neon {
    const COMPLEMENTED: u32 = sbox_two_input::COMPLEMENTED;

    #[inline(always)]
    fn substitute<const S: usize>(inputs: [Self; 6], left: [Self; 4]) -> [Self; 4] {
        sbox_two_input::substitute::<Self, S>(inputs, left)
    }
    #[inline(never)]
    fn sixteen_rounds(streams: &mut [Stream<Self>], direction: Direction) {
        rounds::sixteen(streams, direction);
    }
    #[inline(never)]
    fn transpose(rows: &mut [Self; 64]) {
        transpose::network(rows);
    }
}

pub(super) fn verify(shape: &Shape, items: &[Item], outcomes: &mut [Outcome]) {
    kernel::verify::<Neon, 1>(shape, items, outcomes);
}
