//! What a backend is: four functions on its own form of halves and round keys.
//!
//! A half is 32 bits in a 64-bit word, a round key 48 bits in another, laid out as suits the backend.
//! Two things are asked of the form: XOR of forms is the form of the XOR, and equal halves have
//! equal forms. The rest of the module (Triple DES, retail MAC, whole verifications) works on forms
//! and never asks what they are.

use zeroize::Zeroize;

/// DES computations that run side by side. Without vector registers no more than two do, and more would only take room.
pub(super) const LANES: usize = if cfg!(feature = "simd") { 4 } else { 2 };

/// One half of each lane.
pub(super) type Half = [u64; LANES];

/// The round keys of one key in the order in which they encipher.
#[derive(Clone)]
#[cfg_attr(feature = "simd", repr(align(64)))]
pub(super) struct RoundKeys(pub(super) [u64; 16]);

/// Round keys in the order in which they are used: deciphering is enciphering from the last one to the first.
#[derive(Clone, Copy)]
pub(super) struct Ordered<'a> {
    keys: &'a RoundKeys,
    /// Exchanged bits of a round's number: none, or all four.
    flip: usize,
}

impl Ordered<'_> {
    #[inline(always)]
    pub(super) const fn round(self, number: usize) -> u64 {
        self.keys.0[(number ^ self.flip) % 16]
    }
}

impl RoundKeys {
    pub(super) const fn forward(&self) -> Ordered<'_> {
        Ordered {
            keys: self,
            flip: 0b0000,
        }
    }

    pub(super) const fn backward(&self) -> Ordered<'_> {
        Ordered {
            keys: self,
            flip: 0b1111,
        }
    }
}

impl Drop for RoundKeys {
    fn drop(&mut self) {
        self.0.as_mut_slice().zeroize();
    }
}

/// Both halves of each lane, between the initial and the final permutation.
#[derive(Clone, Copy, Default)]
#[cfg_attr(feature = "simd", repr(C, align(32)))]
pub(super) struct State {
    pub(super) left: Half,
    pub(super) right: Half,
}

impl Zeroize for State {
    fn zeroize(&mut self) {
        self.left.as_mut_slice().zeroize();
        self.right.as_mut_slice().zeroize();
    }
}

/// One DES in each lane: `state = DES((state & keep) ^ input)`.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    pub(super) input: State,
    /// All ones where the lane goes on with its state, zero where it starts afresh.
    pub(super) keep: Half,
    pub(super) keys: [Ordered<'a>; LANES],
}

/// A backend.
pub(super) struct Kernel {
    /// Round keys of a key; parity bits are ignored.
    pub(super) schedule: fn(u64, &mut RoundKeys),
    /// A block's left and right half after the initial permutation.
    pub(super) spread: fn(u64) -> (u64, u64),
    /// The block whose halves after the initial permutation these are.
    pub(super) gather: fn(u64, u64) -> u64,
    /// Runs steps one after the other on all lanes, or, where it is told that only `used` lanes
    /// matter, on those.
    pub(super) run: fn(&mut State, &[Step<'_>], used: usize),
}
