//! One 64-bit block, and one DES key, per lane.

use super::rounds::halves_mut;
use super::slot::Slot;
use super::wiring::Direction::{Decipher, Encipher};
use super::wiring::{Direction, EXPANDED, EXPANSION_OF_KEY, position};
use super::word::{Logic, Word};

/// `B` times 64 words: word `i` holds bit `i` of L0 R0 for every lane.
#[repr(C, align(64))]
pub(super) struct Sliced<W, const B: usize> {
    words: [[W; 64]; B],
    /// The right halves are stored first: every DES leaves the halves exchanged, and moving them
    /// would cost as much as a quarter of a round.
    swapped: bool,
}

impl<W: Word, const B: usize> Sliced<W, B> {
    /// How many blocks there are.
    pub(super) const LANES: usize = W::LANES * B;

    /// The same block in every lane.
    #[inline(always)]
    pub(super) fn broadcast<'s>(slot: &'s mut Slot<Self>, block: &[u8; 8]) -> &'s mut Self {
        let block = u64::from_le_bytes(*block);
        Self::made_of(slot, |i| {
            W::splat((block >> position(i) & 1).wrapping_neg())
        })
    }

    #[inline(always)]
    fn made_of(slot: &mut Slot<Self>, word: impl Fn(usize) -> W) -> &mut Self {
        let place = slot.place();
        // SAFETY: all the words and the flag are written, through a pointer to room for them.
        unsafe {
            let words = (&raw mut (*place).words).cast::<W>();
            for n in 0..64 * B {
                words.add(n).write(word(n % 64));
            }
            (&raw mut (*place).swapped).write(false);
            slot.made()
        }
    }

    /// For each item as many blocks as there are slots, the item's `k`-th block into slot `k`: one
    /// block after the other, to be sliced. The lanes left over get zeros.
    #[inline(always)]
    pub(super) fn fill<'s, T>(
        slots: &'s mut [Slot<Self>],
        items: &[T],
        block: impl Fn(&T, usize) -> [u8; 8],
    ) -> &'s mut [Self] {
        assert!(items.len() <= Self::LANES);
        for (n, item) in items.iter().enumerate() {
            for (k, slot) in slots.iter_mut().enumerate() {
                let block = u64::from_le_bytes(block(item, k));
                // SAFETY: a word is `W::LANES / 64` numbers one after the other (`Logic`), so there
                // is room for `Self::LANES` of them, and `n` is less.
                unsafe { slot.place().cast::<u64>().add(n).write(block) }
            }
        }
        for slot in slots.iter_mut() {
            let place = slot.place();
            // SAFETY: as above; this writes the rest of the words, and the flag.
            unsafe {
                for n in items.len()..Self::LANES {
                    place.cast::<u64>().add(n).write(0);
                }
                (&raw mut (*place).swapped).write(false);
            }
        }
        // SAFETY: each one has been written; a slot has the layout of what it holds.
        unsafe { core::slice::from_raw_parts_mut(slots.as_mut_ptr().cast(), slots.len()) }
    }

    /// From one block after the other to slices.
    #[inline(always)]
    pub(super) fn slice(&mut self) {
        self.words.iter_mut().for_each(W::transpose);
    }

    /// From slices to blocks (little-endian), one after the other.
    #[inline(always)]
    pub(super) fn unslice(&mut self) -> &[u64] {
        if self.swapped {
            for words in &mut self.words {
                let (first, second) = words.split_at_mut(32);
                first.swap_with_slice(second);
            }
            self.swapped = false;
        }
        self.slice();
        // SAFETY: a word is `W::LANES / 64` numbers one after the other (`Logic`), so this is the
        // memory of `words`, with any bits valid.
        unsafe { core::slice::from_raw_parts(self.words.as_ptr().cast(), Self::LANES) }
    }

    #[inline(always)]
    fn copy<'s>(&self, slot: &'s mut Slot<Self>) -> &'s mut Self {
        let place = slot.place();
        // SAFETY: all the words and the flag are written, through a pointer to room for them.
        unsafe {
            let words = (&raw mut (*place).words).cast::<W>();
            for (n, &word) in self.words.as_flattened().iter().enumerate() {
                words.add(n).write(word);
            }
            (&raw mut (*place).swapped).write(self.swapped);
            slot.made()
        }
    }

    /// XORs a block that is not swapped.
    #[inline(always)]
    pub(super) fn xor(&mut self, other: &Self) {
        debug_assert!(!other.swapped);
        for (words, others) in self.words.iter_mut().zip(&other.words) {
            let (left, right) = halves_mut(words, self.swapped);
            for i in 0..32 {
                left[i] = left[i].xor(others[i]);
                right[i] = right[i].xor(others[32 + i]);
            }
        }
    }

    /// Complements in every lane the bits that are set in `block`.
    #[inline(always)]
    pub(super) fn xor_constant(&mut self, block: &[u8; 8]) {
        let block = u64::from_le_bytes(*block);
        let flip = if self.swapped { 32 } else { 0 };
        for words in &mut self.words {
            for (i, word) in words.iter_mut().enumerate() {
                *word = word.xor(W::splat((block >> position(i ^ flip) & 1).wrapping_neg()));
            }
        }
    }

    /// Lanes whose block is not zero.
    #[inline(always)]
    pub(super) fn nonzero_lanes(&self) -> Lanes<W, B> {
        Lanes(
            self.words
                .each_ref()
                .map(|words| words.iter().fold(W::splat(0), |any, &word| any.or(word))),
        )
    }

    /// Clears the lanes given.
    #[inline(always)]
    pub(super) fn clear(&mut self, lanes: &Lanes<W, B>) {
        for (words, &lanes) in self.words.iter_mut().zip(&lanes.0) {
            words
                .iter_mut()
                .for_each(|word| *word = word.without(lanes));
        }
    }

    /// To the polarity the S-boxes of this backend want, and back (see
    /// [`Word::COMPLEMENTED`]).
    #[inline(always)]
    fn change_polarity(&mut self) {
        if W::COMPLEMENTED != 0 {
            for half in self.words.as_flattened_mut().as_chunks_mut::<32>().0 {
                for (i, word) in half.iter_mut().enumerate() {
                    if W::COMPLEMENTED >> i & 1 != 0 {
                        *word = word.not();
                    }
                }
            }
        }
    }

    /// One DES with `key`, for a block in the S-boxes' polarity.
    #[inline(always)]
    fn des(&mut self, key: &Key<W, B>, direction: Direction) {
        W::sixteen_rounds(&mut self.words, self.swapped, &key.words, direction);
        self.swapped = !self.swapped;
    }
}

/// One bit for each lane.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Lanes<W, const B: usize>([W; B]);

impl<W: Logic, const B: usize> Lanes<W, B> {
    /// Hands each outcome, in order, the bit of its lane: it is where the transposition put it.
    #[inline(always)]
    pub(super) fn zip_for_each<T>(&self, outcomes: &mut [T], mut each: impl FnMut(&mut T, bool)) {
        let columns = W::LANES / 64;
        let mut rows = outcomes.chunks_mut(columns);
        for word in &self.0 {
            // SAFETY: a word is `columns` numbers one after the other (`Logic`).
            let word = unsafe { core::slice::from_raw_parts((&raw const *word).cast(), columns) };
            for (row, outcomes) in rows.by_ref().take(64).enumerate() {
                for (outcome, column) in outcomes.iter_mut().zip(word) {
                    let column: u64 = *column;
                    each(outcome, column >> position(row) & 1 != 0);
                }
            }
        }
    }
}

/// A DES key for every lane: a block whose words have been put in the order in which the rounds
/// see them.
#[repr(C, align(64))]
pub(super) struct Key<W, const B: usize> {
    words: [[W; EXPANDED]; B],
}

impl<W: Word, const B: usize> Key<W, B> {
    /// The key that `block` is.
    #[inline(always)]
    pub(super) fn set<'s>(slot: &'s mut Slot<Self>, block: &Sliced<W, B>) -> &'s mut Self {
        let flip = if block.swapped { 32 } else { 0 };
        let place = slot.place().cast::<W>();
        // SAFETY: all the words are written, through a pointer to room for them.
        unsafe {
            for (set, words) in block.words.iter().enumerate() {
                for (to, from) in EXPANSION_OF_KEY.into_iter().enumerate() {
                    place.add(set * EXPANDED + to).write(words[from ^ flip]);
                }
            }
            slot.made()
        }
    }
}

/// A two-key TDES key per lane.
pub(super) type KeyPair<'k, W, const B: usize> = [&'k Key<W, B>; 2];

/// Two-key TDES: encipher with the first key, decipher with the second, encipher with the first.
#[inline(always)]
pub(super) fn tdes<W: Word, const B: usize>(block: &mut Sliced<W, B>, [k1, k2]: KeyPair<W, B>) {
    block.change_polarity();
    block.des(k1, Encipher);
    block.des(k2, Decipher);
    block.des(k1, Encipher);
    block.change_polarity();
}

/// ISO/IEC 9797-1 MAC algorithm 3 ("retail MAC") under way.
pub(super) struct RetailMac<'a, W, const B: usize> {
    chain: &'a mut Sliced<W, B>,
    key: KeyPair<'a, W, B>,
}

impl<'a, W: Word, const B: usize> RetailMac<'a, W, B> {
    /// With nothing absorbed; what was in `chain` is lost.
    #[inline(always)]
    pub(super) fn begin(chain: &'a mut Sliced<W, B>, key: KeyPair<'a, W, B>) -> Self {
        chain.words.as_flattened_mut().fill(W::splat(0));
        chain.change_polarity();
        RetailMac { chain, key }
    }

    /// The next block of the message.
    #[inline(always)]
    pub(super) fn absorb(&mut self, block: &Sliced<W, B>) {
        self.chain.xor(block);
        self.chain.des(self.key[0], Encipher);
    }

    /// The MAC, after the output transformation.
    #[inline(always)]
    pub(super) fn finish(self) -> &'a mut Sliced<W, B> {
        self.chain.des(self.key[1], Decipher);
        self.chain.des(self.key[0], Encipher);
        self.chain.change_polarity();
        self.chain
    }
}

/// The two halves of a key, each a block enciphered with TDES under `master`: `block` (sliced
/// here), and the same with the bits of `difference` complemented. `block` is used up.
#[inline(always)]
pub(super) fn derive<'s, W: Word, const B: usize>(
    [first, second]: &'s mut [Slot<Key<W, B>>; 2],
    block: &mut Sliced<W, B>,
    difference: &[u8; 8],
    master: KeyPair<W, B>,
    work: &mut Slot<Sliced<W, B>>,
) -> KeyPair<'s, W, B> {
    block.slice();
    let other = block.copy(work);
    other.xor_constant(difference);
    tdes(block, master);
    tdes(other, master);
    [Key::set(first, block), Key::set(second, other)]
}
