//! Four DES computations in one register, by table permutation: AVX-512 VBMI, BITALG and GFNI.
//!
//! [`wiring`](super::wiring) tells how a half lies in a 64-bit lane. A round is then
//!
//! ```text
//! index    3 x GF2P8AFFINEQB    columns of the state, into the bytes that are to look them up
//! tables   4 x VPERMI2B         two S-boxes each; the tables fill eight registers
//! sum      3 x VPTERNLOGQ       rows, the other half and the next round key
//! ```
//!
//! which on Zen 5 waits 3 + 5 + 2 + 2 cycles. All lookups are register permutations: no address
//! depends on a secret.

use super::kernel::{Half, Kernel, LANES, Ordered, RoundKeys, State, Step};
use super::wiring;
use core::arch::x86_64::*;
use core::hint::black_box;

pub(super) static KERNEL: Kernel = Kernel {
    schedule: |key, keys| {
        // SAFETY: the kernel is only handed out where `is_available`.
        unsafe { schedule(key, keys) }
    },
    spread: |block| {
        // SAFETY: as above.
        unsafe { spread(block) }
    },
    gather: |left, right| {
        // SAFETY: as above.
        unsafe { gather(left, right) }
    },
    run: |state, steps, _| {
        // SAFETY: as above.
        unsafe { run(state, steps) }
    },
};

static TABLES: [Aligned<128>; 4] = [
    Aligned(wiring::table(0)),
    Aligned(wiring::table(1)),
    Aligned(wiring::table(2)),
    Aligned(wiring::table(3)),
];
static KEY_TO_ROUND: [[u8; 64]; 16] = wiring::KEY_TO_ROUND;
static BLOCK_TO_HALF: [[u8; 64]; 2] = wiring::BLOCK_TO_HALF;
static HALF_TO_BLOCK: [u8; 64] = wiring::HALF_TO_BLOCK;

#[repr(align(64))]
struct Aligned<const N: usize>([u8; N]);

/// The rows that the first and the second pair of S-boxes own.
const OWN_ROWS: [__mmask64; 2] = [
    u64::from_ne_bytes([wiring::own_rows(0); 8]),
    u64::from_ne_bytes([wiring::own_rows(1); 8]),
];

/// The constants of a round, in registers.
#[derive(Clone, Copy)]
struct Wires {
    tables: [[__m512i; 2]; 4],
    own: __m512i,
    second: __m512i,
    third: __m512i,
    from_third: __m512i,
    from_others: __m512i,
    own_rows: [__mmask64; 2],
}

#[inline]
#[target_feature(enable = "avx512f")]
fn splat(word: u64) -> __m512i {
    _mm512_set1_epi64(word.cast_signed())
}

#[inline]
#[target_feature(enable = "avx512f")]
fn bytes(table: &[u8; 64]) -> __m512i {
    // SAFETY: reads the 64 bytes of the array, aligned or not.
    unsafe { _mm512_loadu_si512(table.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn wires() -> Wires {
    let mut tables = [[_mm512_setzero_si512(); 2]; 4];
    for (registers, table) in tables.iter_mut().zip(&TABLES) {
        for (register, half) in registers.iter_mut().zip(table.0.as_chunks().0) {
            *register = bytes(half);
        }
    }
    Wires {
        tables,
        own: splat(wiring::OWN_INDEX),
        second: splat(wiring::SECOND_INDEX),
        third: splat(wiring::THIRD_INDEX),
        from_third: splat(wiring::FROM_THIRD),
        from_others: splat(wiring::FROM_OTHERS),
        // If the compiler knew these masks it would make them an AND, which is waited for.
        own_rows: black_box(OWN_ROWS),
    }
}

/// `other` plus the round function of `state`, which already has its round key added.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi,gfni")]
fn round(w: &Wires, state: __m512i, other: __m512i) -> __m512i {
    const XOR: i32 = 0b1001_0110;
    // a ? b : c, and a ^ (b & c); bit `4a + 2b + c` of the constant is the result.
    const SELECT: i32 = 0b1100_1010;
    const ADD_MASKED: i32 = 0b0111_1000;
    let second = _mm512_gf2p8affine_epi64_epi8::<0>(w.second, state);
    let third = _mm512_gf2p8affine_epi64_epi8::<0>(w.third, state);
    let own = _mm512_gf2p8affine_epi64_epi8::<0>(w.own, state);
    let [t0, t1, t2, t3] = w.tables;
    let s78 = _mm512_permutex2var_epi8(t3[0], third, t3[1]);
    let s56 = _mm512_permutex2var_epi8(t2[0], second, t2[1]);
    let s12 = _mm512_maskz_permutex2var_epi8(w.own_rows[0], t0[0], own, t0[1]);
    let s34 = _mm512_maskz_permutex2var_epi8(w.own_rows[1], t1[0], own, t1[1]);
    let others = _mm512_ternarylogic_epi64::<SELECT>(w.from_third, s78, s56);
    let sum = _mm512_ternarylogic_epi64::<XOR>(other, s12, s34);
    _mm512_ternarylogic_epi64::<ADD_MASKED>(sum, others, w.from_others)
}

/// Runs `steps` one after the other.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,gfni")]
fn run(state: &mut State, steps: &[Step<'_>]) {
    let w = wires();
    let (mut left, mut right) = (half(&state.left), half(&state.right));
    for step in steps {
        let keep = half(&step.keep);
        left = _mm512_xor_si512(_mm512_and_si512(left, keep), half(&step.input.left));
        right = _mm512_xor_si512(_mm512_and_si512(right, keep), half(&step.input.right));
        let key = |round: usize| lanes(step.keys, round);
        // Both halves run with the key of the round that reads them already added, so that the
        // addition is not waited for: x is about to be read, y was read last.
        let (mut even, mut odd) = (key(0), key(1));
        let (mut x, mut y) = (_mm512_xor_si512(right, even), _mm512_xor_si512(left, odd));
        for i in 1..8 {
            let next = (key(2 * i), key(2 * i + 1));
            (x, y) = (round(&w, x, y), rekey(x, even, next.0));
            (x, y) = (round(&w, x, y), rekey(x, odd, next.1));
            (even, odd) = next;
        }
        (x, y) = (round(&w, x, y), _mm512_xor_si512(x, even));
        (x, y) = (round(&w, x, y), _mm512_xor_si512(x, odd));
        (left, right) = (x, y);
    }
    store(left, &mut state.left);
    store(right, &mut state.right);
}

/// The keys of round `round`, one for each lane. Masked loads keep the shuffle units free.
#[inline]
#[target_feature(enable = "avx512f,avx512vl")]
fn lanes(keys: [Ordered<'_>; LANES], round: usize) -> __m512i {
    let [a, b, c, d] = keys.map(|key| key.round(round).cast_signed());
    let key = _mm512_set1_epi64(a);
    let key = _mm512_mask_set1_epi64(key, 0b0010, b);
    let key = _mm512_mask_set1_epi64(key, 0b0100, c);
    _mm512_mask_set1_epi64(key, 0b1000, d)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn rekey(half: __m512i, old: __m512i, new: __m512i) -> __m512i {
    _mm512_ternarylogic_epi64::<0b1001_0110>(half, old, new)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn half(half: &Half) -> __m512i {
    const { assert!(LANES == 4) };
    // SAFETY: reads the four words of the array.
    _mm512_zextsi256_si512(unsafe { _mm256_loadu_si256(half.as_ptr().cast()) })
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(value: __m512i, half: &mut Half) {
    // SAFETY: writes the four words of the array.
    unsafe { _mm256_storeu_si256(half.as_mut_ptr().cast(), _mm512_castsi512_si256(value)) }
}

#[target_feature(enable = "avx512f,avx512bw,avx512bitalg")]
fn schedule(key: u64, keys: &mut RoundKeys) {
    let key = splat(key);
    for (round, select) in keys.0.iter_mut().zip(&KEY_TO_ROUND) {
        let bits = _mm512_bitshuffle_epi64_mask(key, bytes(select));
        *round = bits & wiring::CELL_BITS | wiring::PAIR_ROW;
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512bitalg")]
fn spread(block: u64) -> (u64, u64) {
    let block = splat(block);
    let [left, right] = [0, 1].map(|half| &BLOCK_TO_HALF[half]);
    (
        _mm512_bitshuffle_epi64_mask(block, bytes(left)) & wiring::CELL_BITS,
        _mm512_bitshuffle_epi64_mask(block, bytes(right)) & wiring::CELL_BITS,
    )
}

#[target_feature(enable = "avx512f,avx512bw,avx512bitalg")]
fn gather(left: u64, right: u64) -> u64 {
    let select = bytes(&HALF_TO_BLOCK);
    _mm512_bitshuffle_epi64_mask(splat(left), select) & wiring::LEFT_BITS
        | _mm512_bitshuffle_epi64_mask(splat(right), select) & !wiring::LEFT_BITS
}
