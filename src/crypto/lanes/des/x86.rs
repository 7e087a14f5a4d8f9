//! 256 and 512 lanes in AVX2 and AVX-512 registers.
//!
//! The three words differ in the names of intrinsics only, so one macro writes them. Every method
//! is `#[inline(always)]` and every loop that matters a `#[target_feature]` function: an intrinsic
//! that is not inlined into code compiled for the same features costs a call, a hundredfold.

use super::rounds::Stream;
use super::wiring::Direction;
use super::word::{Logic, TernaryLogic, Word, exchange};
use super::{gather, kernel, rounds, sbox_ternary, sbox_two_input, transpose};
use crate::crypto::lanes::tdes::{Item, Outcome, Shape};
use core::arch::x86_64::*;

macro_rules! word {
    (
        $(#[$doc:meta])* $word:ident($register:ty), $lanes:literal lanes, $features:literal,
        $set1:ident $xor:ident $and:ident $or:ident $andnot:ident $up:ident $down:ident,
        sboxes $sboxes:ident, complemented $complemented:expr, verify $verify:ident, gather $gather:ident,
        exchange $exchange:ident
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy)]
        #[repr(transparent)]
        struct $word($register);

        // SAFETY: a register of that many bits, all of them valid.
        unsafe impl Logic for $word {
            const LANES: usize = $lanes;

            #[inline(always)]
            fn splat(column: u64) -> Self {
                // SAFETY: words exist only where their instructions do.
                $word(unsafe { $set1(column as i64) })
            }
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                // SAFETY: words exist only where their instructions do.
                $word(unsafe { $xor(self.0, other.0) })
            }
            #[inline(always)]
            fn and(self, other: Self) -> Self {
                // SAFETY: words exist only where their instructions do.
                $word(unsafe { $and(self.0, other.0) })
            }
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                // SAFETY: words exist only where their instructions do.
                $word(unsafe { $or(self.0, other.0) })
            }
            #[inline(always)]
            fn without(self, other: Self) -> Self {
                // SAFETY: words exist only where their instructions do.
                $word(unsafe { $andnot(other.0, self.0) })
            }
            #[inline(always)]
            fn up<const N: u32>(self) -> Self {
                // SAFETY: words exist only where their instructions do.
                $word(unsafe { $up(self.0, _mm_cvtsi32_si128(N as i32)) })
            }
            #[inline(always)]
            fn down<const N: u32>(self) -> Self {
                // SAFETY: words exist only where their instructions do.
                $word(unsafe { $down(self.0, _mm_cvtsi32_si128(N as i32)) })
            }
            #[inline(always)]
            fn gather(records: gather::Records) -> gather::Gathered {
                // SAFETY: words exist only where their instructions do.
                unsafe { gather::x86::$gather(records) }
            }
            #[inline(always)]
            fn exchange<const N: u32>(a: Self, b: Self, low: u64) -> (Self, Self) {
                $exchange::<Self, N>(a, b, low)
            }
        }

        impl Word for $word {
            const COMPLEMENTED: u32 = $complemented;

            #[inline(always)]
            fn substitute<const S: usize>(inputs: [Self; 6], left: [Self; 4]) -> [Self; 4] {
                $sboxes::substitute::<Self, S>(inputs, left)
            }
            #[inline(always)]
            fn sixteen_rounds(streams: &mut [Stream<Self>], direction: Direction) {
                #[inline(never)]
                #[target_feature(enable = $features)]
                fn compiled(streams: &mut [Stream<$word>], direction: Direction) {
                    rounds::sixteen(streams, direction);
                }
                // SAFETY: words exist only where their instructions do.
                unsafe { compiled(streams, direction) }
            }
            #[inline(always)]
            fn transpose(rows: &mut [Self; 64]) {
                #[inline(never)]
                #[target_feature(enable = $features)]
                fn compiled(rows: &mut [$word; 64]) {
                    transpose::network(rows);
                }
                // SAFETY: words exist only where their instructions do.
                unsafe { compiled(rows) }
            }
        }

        /// The kernel for `B` sets of these words.
        #[target_feature(enable = $features)]
        pub(super) fn $verify<const B: usize>(
            shape: &Shape,
            items: &[Item],
            outcomes: &mut [Outcome],
        ) {
            kernel::verify::<$word, B>(shape, items, outcomes);
        }
    };
}

word! {
    /// Two-input gates only. Made in [`verify_avx2`], so AVX2 is there.
    Avx2(__m256i), 256 lanes, "avx2",
    _mm256_set1_epi64x _mm256_xor_si256 _mm256_and_si256 _mm256_or_si256 _mm256_andnot_si256
    _mm256_sll_epi64 _mm256_srl_epi64,
    sboxes sbox_two_input, complemented sbox_two_input::COMPLEMENTED, verify verify_avx2, gather avx2,
    exchange exchange
}

word! {
    /// Ternary gates on 256 bits. Made in [`verify_avx512vl`], so AVX-512 F and VL are there.
    Avx512Vl(__m256i), 256 lanes, "avx512f,avx512vl",
    _mm256_set1_epi64x _mm256_xor_si256 _mm256_and_si256 _mm256_or_si256 _mm256_andnot_si256
    _mm256_sll_epi64 _mm256_srl_epi64,
    sboxes sbox_ternary, complemented 0, verify verify_avx512vl, gather avx512,
    exchange exchange_ternary
}

word! {
    /// Ternary gates on 512 bits. Made in [`verify_avx512`], so AVX-512 F is there.
    Avx512(__m512i), 512 lanes, "avx512f",
    _mm512_set1_epi64 _mm512_xor_si512 _mm512_and_si512 _mm512_or_si512 _mm512_andnot_si512
    _mm512_sll_epi64 _mm512_srl_epi64,
    sboxes sbox_ternary, complemented 0, verify verify_avx512, gather avx512,
    exchange exchange_ternary
}

/// [`Logic::exchange`] in ternary gates: two selections.
#[inline(always)]
fn exchange_ternary<W: TernaryLogic, const N: u32>(a: W, b: W, low: u64) -> (W, W) {
    const SELECT: i32 = 0xca;
    let low = W::splat(low);
    (
        W::ternary::<SELECT>(low, b.down::<N>(), a),
        W::ternary::<SELECT>(low, b, a.up::<N>()),
    )
}

impl TernaryLogic for Avx512Vl {
    #[inline(always)]
    fn ternary<const TABLE: i32>(a: Self, b: Self, c: Self) -> Self {
        // SAFETY: words exist only where their instructions do.
        Avx512Vl(unsafe { _mm256_ternarylogic_epi64::<TABLE>(a.0, b.0, c.0) })
    }
}

impl TernaryLogic for Avx512 {
    #[inline(always)]
    fn ternary<const TABLE: i32>(a: Self, b: Self, c: Self) -> Self {
        // SAFETY: words exist only where their instructions do.
        Avx512(unsafe { _mm512_ternarylogic_epi64::<TABLE>(a.0, b.0, c.0) })
    }
}
