//! Four DES computations in one register, by byte shuffles: AVX2.
//!
//! # The form
//!
//! A half lies in eight bytes, one for each S-box of the round that reads it, as that S-box's index of
//! six bits. Each S-box feeds six others and is fed by six; the graph is coloured with six colours so
//! that no two edges of a colour meet ([`colouring`]). The colour of an edge is the bit of the index,
//! at both ends: an S-box's table entry has each output bit already where its readers want it. Then
//! the edges of one colour are a permutation of whole bytes, and P and E together are six
//! permutations, a mask each.
//!
//! In a register a 32-bit word holds one S-box of all four computations, so that `VPERMD` is such a
//! permutation.
//!
//! # The S-boxes
//!
//! `VPSHUFB` looks up 16 entries, a quarter of an S-box; the other two index bits choose the quarter,
//! and an index byte whose top bit is set gives zero. Each half of the register has tables of its
//! own, so sixteen shuffles do all S-boxes. No address depends on a secret.

use super::kernel::{Half, Kernel, RoundKeys, State, Step};
use super::network::inverse;
use super::tables::{colouring, key_bit, source, substitute};
use crate::crypto::lanes::fips46::{E, IP};
use core::arch::x86_64::*;

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

/// `COLOURS[s][b]`: the index bit of S-box `s` that input bit `b` is.
const COLOURS: [[usize; 6]; 8] = colouring::<6>();

#[repr(align(32))]
struct Aligned<T>(T);

/// `TABLES[k][q]`: quarter `q` of S-box `k` (lower half of the register) and `k + 4` (upper half).
static TABLES: Aligned<[[[u8; 32]; 4]; 4]> = {
    let mut tables = [[[0; 32]; 4]; 4];
    let mut sbox = 0;
    while sbox < 8 {
        let mut index = 0;
        while index < 64 {
            let mut bits = [0; 6];
            let mut bit = 0;
            while bit < 6 {
                bits[bit] = (index >> COLOURS[sbox][bit]) as u8 & 1;
                bit += 1;
            }
            let output = substitute(sbox, bits);
            let mut entry = 0;
            let mut edge = 0;
            while edge < 48 {
                let (from, which) = source(edge / 6, edge % 6);
                if from == sbox {
                    entry |= (output >> (3 - which) & 1) << COLOURS[edge / 6][edge % 6];
                }
                edge += 1;
            }
            tables[sbox % 4][index / 16][sbox / 4 * 16 + index % 16] = entry;
            index += 1;
        }
        sbox += 1;
    }
    Aligned(tables)
};

/// `SOURCES[c][s]`: the S-box whose edge of colour `c` ends at S-box `s`.
static SOURCES: Aligned<[[u32; 8]; 6]> = {
    let mut sources = [[0; 8]; 6];
    let mut edge = 0;
    while edge < 48 {
        let (sbox, bit) = (edge / 6, edge % 6);
        sources[COLOURS[sbox][bit]][sbox] = source(sbox, bit).0 as u32;
        edge += 1;
    }
    Aligned(sources)
};

#[inline]
#[target_feature(enable = "avx2")]
fn bytes(table: &[u8; 32]) -> __m256i {
    // SAFETY: reads the 32 bytes of the array, aligned or not.
    unsafe { _mm256_loadu_si256(table.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn words(table: &[u32; 8]) -> __m256i {
    // SAFETY: reads the 32 bytes of the array, aligned or not.
    unsafe { _mm256_loadu_si256(table.as_ptr().cast()) }
}

/// `other` plus the round function of `state`, which already has its round key added.
#[inline]
#[target_feature(enable = "avx2")]
fn round(state: __m256i, other: __m256i) -> __m256i {
    // Quarter q is at index 16 q. Adding 70 sets the top bit of every index but those below 16.
    let quarter = |q: i8| {
        let moved = _mm256_xor_si256(state, _mm256_set1_epi8(q << 4));
        _mm256_add_epi8(moved, _mm256_set1_epi8(0x70))
    };
    let indices = [quarter(0), quarter(1), quarter(2), quarter(3)];
    let look_up = |k: usize| {
        let part = |q: usize| _mm256_shuffle_epi8(bytes(&TABLES.0[k][q]), indices[q]);
        let (a, b) = (
            _mm256_or_si256(part(0), part(1)),
            _mm256_or_si256(part(2), part(3)),
        );
        _mm256_or_si256(a, b)
    };
    let low = _mm256_blend_epi32::<0b0010_0010>(look_up(0), look_up(1));
    let high = _mm256_blend_epi32::<0b1000_1000>(look_up(2), look_up(3));
    let out = _mm256_blend_epi32::<0b1100_1100>(low, high);
    let edges = |colour: usize| {
        let moved = _mm256_permutevar8x32_epi32(out, words(&SOURCES.0[colour]));
        _mm256_and_si256(moved, _mm256_set1_epi8(1 << colour))
    };
    let xor = |a, b| _mm256_xor_si256(a, b);
    let (a, b) = (xor(edges(0), edges(1)), xor(edges(2), edges(3)));
    xor(xor(a, b), xor(xor(edges(4), edges(5)), other))
}

#[target_feature(enable = "avx2")]
fn run(state: &mut State, steps: &[Step<'_>]) {
    let (mut left, mut right) = (load(&state.left), load(&state.right));
    for step in steps {
        let keep = load(&step.keep);
        let input = (load(&step.input.left), load(&step.input.right));
        left = _mm256_xor_si256(_mm256_and_si256(left, keep), input.0);
        right = _mm256_xor_si256(_mm256_and_si256(right, keep), input.1);
        let [a, b, c, d] = step.keys;
        for i in 0..16 {
            let key = load(&[a.round(i), b.round(i), c.round(i), d.round(i)]);
            (left, right) = (right, round(_mm256_xor_si256(right, key), left));
        }
        (left, right) = (right, left);
    }
    store(left, &mut state.left);
    store(right, &mut state.right);
}

/// Within each half of the register, 4x4 bytes.
const TRANSPOSE: [u8; 32] = {
    let mut pattern = [0; 32];
    let mut i = 0;
    while i < 32 {
        pattern[i] = (i % 4 * 4 + i / 4 % 4) as u8;
        i += 1;
    }
    pattern
};

/// Computations side by side to S-boxes side by side.
#[inline]
#[target_feature(enable = "avx2")]
fn load(half: &Half) -> __m256i {
    // SAFETY: reads the four words of the array.
    let lanes = unsafe { _mm256_loadu_si256(half.as_ptr().cast()) };
    let grouped = _mm256_permutevar8x32_epi32(lanes, words(&[0, 2, 4, 6, 1, 3, 5, 7]));
    _mm256_shuffle_epi8(grouped, bytes(&TRANSPOSE))
}

/// The inverse of [`load`].
#[inline]
#[target_feature(enable = "avx2")]
fn store(value: __m256i, half: &mut Half) {
    let grouped = _mm256_shuffle_epi8(value, bytes(&TRANSPOSE));
    let lanes = _mm256_permutevar8x32_epi32(grouped, words(&[0, 4, 1, 5, 2, 6, 3, 7]));
    // SAFETY: writes the four words of the array.
    unsafe { _mm256_storeu_si256(half.as_mut_ptr().cast(), lanes) }
}

/// A choice of bits of a word: for each bit of the result, the byte it is in and its place there.
struct Choice {
    from: [[u8; 32]; 2],
    bit: [[u8; 32]; 2],
    chosen: u64,
}

impl Choice {
    const NONE: u8 = 64;

    const fn new(select: [u8; 64]) -> Self {
        let mut choice = Self {
            from: [[0; 32]; 2],
            bit: [[0; 32]; 2],
            chosen: 0,
        };
        let mut to = 0;
        while to < 64 {
            if select[to] != Self::NONE {
                choice.from[to / 32][to % 32] = select[to] / 8;
                choice.bit[to / 32][to % 32] = 1 << (select[to] % 8);
                choice.chosen |= 1 << to;
            }
            to += 1;
        }
        choice
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn apply(&self, word: __m256i) -> u64 {
        let half = |i: usize| {
            let bit = bytes(&self.bit[i]);
            let here = _mm256_and_si256(_mm256_shuffle_epi8(word, bytes(&self.from[i])), bit);
            u64::from(_mm256_movemask_epi8(_mm256_cmpeq_epi8(here, bit)).cast_unsigned())
        };
        (half(0) | half(1) << 32) & self.chosen
    }
}

static BLOCK_TO_HALF: [Choice; 2] = [
    Choice::new(selection(None, 0)),
    Choice::new(selection(None, 1)),
];
static KEY_TO_ROUND: [Choice; 16] = {
    let mut rounds = [const { Choice::new([Choice::NONE; 64]) }; 16];
    let mut round = 0;
    while round < 16 {
        rounds[round] = Choice::new(selection(Some(round), 0));
        round += 1;
    }
    rounds
};
static HALF_TO_BLOCK: [Choice; 2] = [
    Choice::new(inverse(selection(None, 0))),
    Choice::new(inverse(selection(None, 1))),
];

/// For each bit of a round key or half, the bit of the key or block (0 lowest).
const fn selection(round: Option<usize>, half: usize) -> [u8; 64] {
    let mut select = [Choice::NONE; 64];
    let mut edge = 0;
    while edge < 48 {
        let (sbox, bit) = (edge / 6, edge % 6);
        let number = match round {
            Some(round) => key_bit(round, sbox, bit),
            None => IP[32 * half + E[edge] as usize - 1],
        };
        select[8 * sbox + COLOURS[sbox][bit]] = 64 - number;
        edge += 1;
    }
    select
}

#[inline]
#[target_feature(enable = "avx2")]
fn splat(word: u64) -> __m256i {
    _mm256_set1_epi64x(word.cast_signed())
}

#[target_feature(enable = "avx2")]
fn schedule(key: u64, keys: &mut RoundKeys) {
    let key = splat(key);
    for (round, choice) in keys.0.iter_mut().zip(&KEY_TO_ROUND) {
        *round = choice.apply(key);
    }
}

#[target_feature(enable = "avx2")]
fn spread(block: u64) -> (u64, u64) {
    let block = splat(block);
    let [left, right] = &BLOCK_TO_HALF;
    (left.apply(block), right.apply(block))
}

#[target_feature(enable = "avx2")]
fn gather(left: u64, right: u64) -> u64 {
    let [from_left, from_right] = &HALF_TO_BLOCK;
    from_left.apply(splat(left)) | from_right.apply(splat(right))
}
