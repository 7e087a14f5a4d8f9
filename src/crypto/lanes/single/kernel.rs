//! What a backend is: four functions on its own form of halves and round keys.
//!
//! A half is 32 bits in a 64-bit word, a round key 48 bits in another, laid out as suits the backend.
//! Two things are asked of the form: XOR of forms is the form of the XOR, and equal halves have
//! equal forms. The rest of the module (Triple DES, retail MAC, whole verifications) works on forms
//! and never asks what they are.

use zeroize::{Zeroize, ZeroizeOnDrop};

/// DES computations that run side by side.
pub(super) const LANES: usize = 4;

/// One half of each lane.
pub(super) type Half = [u64; LANES];

/// The round keys of one key in the order they are used.
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
#[repr(align(64))]
pub(super) struct RoundKeys(pub(super) [u64; 16]);

/// Both halves of each lane, between the initial and the final permutation.
#[derive(Clone, Copy, Default, Zeroize)]
#[repr(C, align(32))]
pub(super) struct State {
    pub(super) left: Half,
    pub(super) right: Half,
}

/// One DES in each lane: `state = DES((state & keep) ^ input)`.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) input: State,
    /// All ones where the lane goes on with its state, zero where it starts afresh.
    pub(super) keep: Half,
    pub(super) keys: [&'a RoundKeys; LANES],
}

/// A backend.
pub(super) struct Kernel {
    /// Round keys of a key for enciphering and, in reverse, for deciphering; parity bits are ignored.
    pub(super) schedule: fn(u64, &mut RoundKeys, &mut RoundKeys),
    /// A block's left and right half after the initial permutation.
    pub(super) spread: fn(u64) -> (u64, u64),
    /// The block whose halves after the initial permutation these are.
    pub(super) gather: fn(u64, u64) -> u64,
    /// Runs steps one after the other on all lanes, or, where it is told that only `used` lanes
    /// matter, on those.
    pub(super) run: fn(&mut State, &[Step<'_>], used: usize),
}
