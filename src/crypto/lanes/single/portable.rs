//! Two DES computations in one 64-bit word, by logic alone: constant time on every processor.
//!
//! # The form
//!
//! A half lies in eight bytes, one for each S-box of the round that reads it. A byte has four
//! fields of two bits, one for each of the S-box's inner input bits (its second to fifth), and two
//! computations share a field, a bit each. The four output bits of an S-box go to four different
//! S-boxes as inner input bits, and each S-box gets its four from four different ones. These wires
//! are coloured with four colours so that no two of a colour meet ([`colouring`]); the colour of a
//! wire is the field, at both ends. So the permutation P never network a bit within its byte, only
//! bytes around: eight rotations and masks, one for each distance.
//!
//! # The S-boxes
//!
//! All eight are evaluated at once. Every field of every byte is a function of six variables, the
//! inputs of that byte's S-box, which are first copied to all four fields. In algebraic normal form,
//! `f = a ^ x & b` with `a` and `b` functions of one variable less, that is 63 times two operations
//! on words, whose 64 constants hold the functions of all S-boxes. The `a` and the `b` of the last
//! variable are computed as a pair of words, alike all the way, which is half of the work where a
//! processor has registers of 128 bits; compilers for such a one use them by themselves.

use core::hint::black_box;

use super::kernel::{Half, Kernel, RoundKeys, State, Step};
use super::network::{Network, inverse};
use super::tables::{colouring, key_bit, source, substitute};
use crate::crypto::lanes::fips46::{E, IP};

pub(super) static KERNEL: Kernel = Kernel {
    schedule,
    spread,
    gather,
    run,
};

/// The lower bit of each field: the first of two computations.
const FIRST: u64 = 0x5555_5555_5555_5555;
/// The lowest field of each byte.
const FIELD: u64 = 0x0303_0303_0303_0303;

/// `COLOURS[s][b]` is the field of input bit `b + 1` of S-box `s`.
const COLOURS: [[usize; 4]; 8] = colouring::<4>();

/// The lower bit of a field.
const fn position(sbox: usize, field: usize) -> usize {
    8 * sbox + 2 * field
}

/// The coefficients of the algebraic normal form, the variables being the fields from 0 to 3, then
/// the first, then the last input bit; bit `v` of the index stands for variable `v`.
const COEFFICIENTS: [u64; 64] = {
    let mut words = [0; 64];
    let mut index = 0;
    while index < 64 {
        let mut sbox = 0;
        while sbox < 8 {
            let mut bits = [0; 6];
            bits[0] = (index >> 4 & 1) as u8;
            bits[5] = (index >> 5 & 1) as u8;
            let mut bit = 0;
            while bit < 4 {
                bits[bit + 1] = (index >> COLOURS[sbox][bit] & 1) as u8;
                bit += 1;
            }
            let output = substitute(sbox, bits);
            let mut edge = 0;
            while edge < 32 {
                let (from, which) = source(edge / 4, edge % 4 + 1);
                if from == sbox && output >> (3 - which) & 1 == 1 {
                    words[index] |= 0b11 << position(sbox, COLOURS[edge / 4][edge % 4]);
                }
                edge += 1;
            }
            sbox += 1;
        }
        index += 1;
    }
    // Values to coefficients: the Moebius transform.
    let mut variable = 0;
    while variable < 6 {
        let mut index = 0;
        while index < 64 {
            if index >> variable & 1 == 1 {
                words[index] ^= words[index ^ (1 << variable)];
            }
            index += 1;
        }
        variable += 1;
    }
    words
};

/// Two words that are computed alike.
#[derive(Clone, Copy)]
#[repr(align(16))]
struct Pair([u64; 2]);

impl Pair {
    /// `a ^ x & b` in both words.
    #[inline(always)]
    fn choose(self, x: Self, Self([b, b2]): Self) -> Self {
        let (Self([a, a2]), Self([x, x2])) = (self, x);
        Self([a ^ x & b, a2 ^ x2 & b2])
    }
}

/// The coefficients without and with the last variable, side by side.
static PAIRS: [Pair; 32] = {
    let mut pairs = [Pair([0; 2]); 32];
    let mut index = 0;
    while index < 32 {
        pairs[index] = Pair([COEFFICIENTS[index], COEFFICIENTS[index + 32]]);
        index += 1;
    }
    pairs
};

/// `P_MASKS[d]`: output fields that move `d` bytes up.
const P_MASKS: [u64; 8] = {
    let mut masks = [0; 8];
    let mut edge = 0;
    while edge < 32 {
        let (from, _) = source(edge / 4, edge % 4 + 1);
        masks[(edge / 4 + 8 - from) % 8] |= 0b11 << position(from, COLOURS[edge / 4][edge % 4]);
        edge += 1;
    }
    masks
};

/// The fields whose bits are also the last (0) or first (3) input bit of a neighbour.
const fn outer(bit: usize) -> u64 {
    let mut mask = 0;
    let mut sbox = 0;
    while sbox < 8 {
        mask |= 0b11 << position(sbox, COLOURS[sbox][bit]);
        sbox += 1;
    }
    mask
}

/// The round function of two computations; the key is two words, see [`pair_keys`].
#[inline(always)]
fn round(pairs: &[Pair; 32], half: u64, [inner, outer_key]: [u64; 2]) -> u64 {
    // The first input bit is the fifth of the S-box before, the last the second of the one after;
    // their fields vary, so they are folded to field 0 and field 2.
    let first = (half & const { outer(3) }).rotate_left(8);
    let last = (half & const { outer(0) }).rotate_right(8);
    let nibbles =
        (first | first >> 4) & 0x0F0F_0F0F_0F0F_0F0F | (last | last << 4) & 0xF0F0_F0F0_F0F0_F0F0;
    let outer = (nibbles | nibbles >> 2) & 0x3333_3333_3333_3333 ^ outer_key;
    let half = half ^ inner;
    let copies = |word: u64| (word & FIELD) * 0b0101_0101;
    let inputs = [half, half >> 2, half >> 4, half >> 6, outer];
    let out = substitute_all(pairs, inputs.map(copies), copies(outer >> 4));
    let mut sum = 0;
    for (distance, mask) in P_MASKS.into_iter().enumerate() {
        sum |= (out & mask).rotate_left(8 * distance as u32);
    }
    sum
}

/// All S-boxes, the outermost variable last.
#[inline(always)]
fn substitute_all(pairs: &[Pair; 32], x: [u64; 5], last: u64) -> u64 {
    let x = x.map(|word| Pair([word; 2]));
    macro_rules! level {
        ($($lower:ident, $name:ident: $variable:literal;)*) => {
            $(let $name = |at: usize| $lower(2 * at).choose(x[$variable], $lower(2 * at + 1));)*
        };
    }
    // Bits of the path from the root, outermost first, are the index's bits from the top.
    let constant = |at: usize| pairs[at];
    level! {
        constant, one: 0;
        one, two: 1;
        two, three: 2;
        three, four: 3;
        four, five: 4;
    }
    let Pair([without, with]) = five(0);
    without ^ last & with
}

/// Two round keys as two words: for the inner and for the outer input bits.
fn pair_keys(first: u64, second: u64) -> [u64; 2] {
    [
        first & FIRST | (second & FIRST) << 1,
        first >> 1 & FIRST | second & !FIRST,
    ]
}

fn run(state: &mut State, steps: &[Step<'_>], used: usize) {
    // Not known to be these constants, which would else become operands of twice as many instructions on single words.
    let pairs = black_box(&PAIRS);
    for pair in 0..used.div_ceil(2) {
        let (a, b) = (2 * pair, 2 * pair + 1);
        let join = |half: &Half| half[a] | half[b] << 1;
        let (mut left, mut right) = (join(&state.left), join(&state.right));
        for (at, step) in steps.iter().enumerate() {
            // What the next step drops need not be computed.
            if steps
                .get(at + 1)
                .is_some_and(|next| (next.keep[a] | next.keep[b]) == 0)
            {
                continue;
            }
            let keep = join(&step.keep.map(|bits| bits & FIRST));
            left = left & keep ^ join(&step.input.left);
            right = right & keep ^ join(&step.input.right);
            for number in 0..16 {
                let key = pair_keys(step.keys[a].round(number), step.keys[b].round(number));
                (left, right) = (right, left ^ round(pairs, right, key));
            }
            (left, right) = (right, left);
        }
        for (half, word) in [(&mut state.left, left), (&mut state.right, right)] {
            half[a] = word & FIRST;
            half[b] = word >> 1 & FIRST;
        }
    }
}

/// The left half in the first computation's bits, the right half in the second's.
static BLOCK_TO_HALVES: Network = Network::new(halves_selection());
static HALVES_TO_BLOCK: Network = Network::new(inverse(halves_selection()));
static KEY_TO_ROUND: [Network; 16] = {
    let mut rounds = [const { Network::new([Network::NONE; 64]) }; 16];
    let mut round = 0;
    while round < 16 {
        rounds[round] = Network::new(key_selection(round));
        round += 1;
    }
    rounds
};

/// For each bit of the result, the bit of the block (0 lowest).
const fn halves_selection() -> [u8; 64] {
    let mut select = [Network::NONE; 64];
    let mut sbox = 0;
    while sbox < 8 {
        let mut bit = 0;
        while bit < 4 {
            let number = E[6 * sbox + bit + 1] as usize - 1;
            let to = position(sbox, COLOURS[sbox][bit]);
            select[to] = 64 - IP[number];
            select[to + 1] = 64 - IP[32 + number];
            bit += 1;
        }
        sbox += 1;
    }
    select
}

/// Inner key bits lie like a half; the outer two in the upper bits of fields 0 and 2.
const fn key_selection(round: usize) -> [u8; 64] {
    let mut select = [Network::NONE; 64];
    let mut sbox = 0;
    while sbox < 8 {
        let mut bit = 0;
        while bit < 4 {
            select[position(sbox, COLOURS[sbox][bit])] = 64 - key_bit(round, sbox, bit + 1);
            bit += 1;
        }
        select[position(sbox, 0) + 1] = 64 - key_bit(round, sbox, 0);
        select[position(sbox, 2) + 1] = 64 - key_bit(round, sbox, 5);
        sbox += 1;
    }
    select
}

fn schedule(key: u64, keys: &mut RoundKeys) {
    for (round, network) in keys.0.iter_mut().zip(&KEY_TO_ROUND) {
        *round = network.apply(key);
    }
}

fn spread(block: u64) -> (u64, u64) {
    let halves = BLOCK_TO_HALVES.apply(block);
    (halves & FIRST, halves >> 1 & FIRST)
}

fn gather(left: u64, right: u64) -> u64 {
    HALVES_TO_BLOCK.apply(left | right << 1)
}
