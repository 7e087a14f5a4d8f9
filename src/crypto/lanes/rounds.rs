//! The sixteen rounds.

use super::wiring::{
    Direction, EXPANDED, WINDOW, expansion, key_word, permutation, rotations, window,
};
use super::word::Word;
use core::sync::atomic::{Ordering, compiler_fence};

/// Sixteen rounds in place on `B` independent sets of lanes. Left and right half enter as L0 and R0
/// and leave as L16 and R16 (the block's new left half is R16: FIPS 46-3 leaves the last exchange
/// out). `swapped` says that the right halves are stored first.
///
/// Two rounds a turn: unrolling all sixteen makes the code outgrow the instruction cache.
///
/// The sets take turns because a round needs nearly all of the round before: while the last S-boxes
/// of one set's round are under way, the processor can start on the other set.
#[inline(always)]
pub(super) fn sixteen<W: Word, const B: usize>(
    blocks: &mut [[W; 64]; B],
    swapped: bool,
    keys: &[[W; EXPANDED]; B],
    direction: Direction,
) {
    for [even, odd] in rotations(direction) {
        for (block, key) in blocks.iter_mut().zip(keys) {
            let (left, right) = halves_mut(block, swapped);
            round(left, right, window(key, even));
        }
        for (block, key) in blocks.iter_mut().zip(keys) {
            let (left, right) = halves_mut(block, swapped);
            round(right, left, window(key, odd));
        }
    }
}

/// Left and right half.
#[inline(always)]
pub(super) fn halves_mut<W>(block: &mut [W; 64], swapped: bool) -> (&mut [W; 32], &mut [W; 32]) {
    let (halves, _) = block.as_chunks_mut::<32>();
    match (halves, swapped) {
        ([l, r], false) | ([r, l], true) => (l, r),
        _ => unreachable!(),
    }
}

#[inline(always)]
fn round<W: Word>(left: &mut [W; 32], right: &[W; 32], key: &[W; WINDOW]) {
    sbox::<W, 0>(left, right, key);
    sbox::<W, 1>(left, right, key);
    sbox::<W, 2>(left, right, key);
    sbox::<W, 3>(left, right, key);
    sbox::<W, 4>(left, right, key);
    sbox::<W, 5>(left, right, key);
    sbox::<W, 6>(left, right, key);
    sbox::<W, 7>(left, right, key);
}

#[inline(always)]
fn sbox<W: Word, const S: usize>(left: &mut [W; 32], right: &[W; 32], key: &[W; WINDOW]) {
    let inputs = core::array::from_fn(|j| right[expansion(S, j)].xor(key[key_word(6 * S + j)]));
    let added = W::substitute::<S>(inputs, core::array::from_fn(|o| left[permutation(S, o)]));
    for (o, word) in added.into_iter().enumerate() {
        left[permutation(S, o)] = word;
    }
    // Keeps the compiler from starting the next S-box's loads here, which would make it spill.
    compiler_fence(Ordering::SeqCst);
}
