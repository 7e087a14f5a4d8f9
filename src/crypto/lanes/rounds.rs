//! The sixteen rounds.

use super::wiring::{
    Direction, EXPANDED, WINDOW, expansion, key_word, permutation, rotations, window,
};
use super::word::Word;

/// One DES under way.
pub(super) struct Stream<'a, W> {
    pub(super) left: &'a mut [W; 32],
    pub(super) right: &'a mut [W; 32],
    pub(super) key: &'a [W; EXPANDED],
}

/// Sixteen rounds in place on independent streams. The halves enter as L0 and R0 and leave as L16
/// and R16 (the block's new left half is R16: FIPS 46-3 leaves the last exchange out).
///
/// Two rounds a turn: unrolling all sixteen makes the code outgrow the instruction cache. The
/// streams take turns because a round needs nearly all of the round before: while the last S-boxes
/// of one stream's round are under way, the processor can start on another stream.
#[inline(always)]
pub(super) fn sixteen<W: Word>(streams: &mut [Stream<W>], direction: Direction) {
    for [even, odd] in rotations(direction) {
        for s in &mut *streams {
            round(s.left, s.right, window(s.key, even));
        }
        for s in &mut *streams {
            round(s.right, s.left, window(s.key, odd));
        }
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
}
