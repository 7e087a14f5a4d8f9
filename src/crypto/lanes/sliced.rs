//! One 64-bit block, and one DES key, per lane.

use super::rounds::Stream;
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

    /// For each item as many blocks as there are slots (at most eight): the `k`-th block of its
    /// record into slot `k`, one block after the other, to be sliced. The lanes left over get zeros.
    #[inline(always)]
    pub(super) fn fill<'s, 'i, T>(
        slots: &'s mut [Slot<Self>],
        items: &'i [T],
        record: impl Fn(&'i T) -> &'i [[u8; 8]],
    ) -> &'s mut [Self] {
        const { assert!(size_of::<Slot<Self>>() == size_of::<Self>()) };
        static IDLE: [[u8; 8]; 8] = [[0; 8]; 8];
        let count = slots.len();
        let idle = &IDLE[..count];
        assert!(items.len() <= Self::LANES);
        let mut filled = 0;
        for eight in items.chunks(8) {
            let records = if let Some(eight) = eight.as_array::<8>() {
                eight.each_ref().map(|item| &record(item)[..count])
            } else {
                core::array::from_fn(|n| eight.get(n).map_or(idle, |item| &record(item)[..count]))
            };
            let gathered = W::gather(records);
            for (k, &eight) in gathered.iter().enumerate() {
                if let Some(slot) = slots.get_mut(k) {
                    // SAFETY: a word is `W::LANES / 64` numbers one after the other (`Logic`), so
                    // there is room for `Self::LANES / 8` times eight of them, aligned for words of
                    // that size or smaller; `filled` is less.
                    unsafe { slot.place().cast::<[u64; 8]>().add(filled).write(eight) }
                }
            }
            filled += 1;
        }
        for slot in slots.iter_mut() {
            let place = slot.place();
            // SAFETY: as above; this writes the rest of the words, and the flag.
            unsafe {
                for n in filled..Self::LANES / 8 {
                    place.cast::<[u64; 8]>().add(n).write([0; 8]);
                }
                (&raw mut (*place).swapped).write(false);
            }
        }
        // SAFETY: each one has been written; a slot has the layout of what it holds.
        unsafe { core::slice::from_raw_parts_mut(slots.as_mut_ptr().cast(), slots.len()) }
    }

    /// The first block of each item's record.
    #[inline(always)]
    pub(super) fn fill_one<'s, 'i, T>(
        slot: &'s mut Slot<Self>,
        items: &'i [T],
        record: impl Fn(&'i T) -> &'i [[u8; 8]],
    ) -> &'s mut Self {
        &mut Self::fill(core::array::from_mut(slot), items, record)[0]
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
}

/// One DES of each block with its key, all in the same direction, for blocks in the S-boxes'
/// polarity. Blocks that need not wait for each other are faster together.
#[inline(always)]
fn des<W: Word, const B: usize, const N: usize>(
    mut blocks: [&mut Sliced<W, B>; N],
    keys: [&Key<W, B>; N],
    direction: Direction,
) {
    let mut keys = keys.iter().flat_map(|key| &key.words);
    let mut streams = blocks.each_mut().map(|block| {
        let swapped = block.swapped;
        block.words.each_mut().map(|words| {
            let (left, right) = halves_mut(words, swapped);
            let key = keys.next().expect("as many keys as blocks");
            Stream { left, right, key }
        })
    });
    W::sixteen_rounds(streams.as_flattened_mut(), direction);
    for block in &mut blocks {
        block.swapped = !block.swapped;
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

/// Left and right half.
#[inline(always)]
fn halves_mut<W>(words: &mut [W; 64], swapped: bool) -> (&mut [W; 32], &mut [W; 32]) {
    let (halves, _) = words.as_chunks_mut::<32>();
    match (halves, swapped) {
        ([l, r], false) | ([r, l], true) => (l, r),
        _ => unreachable!(),
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

/// Two-key TDES of each block with its keys: encipher with the first one, decipher with the second,
/// encipher with the first.
#[inline(always)]
pub(super) fn tdes<W: Word, const B: usize, const N: usize>(
    mut blocks: [&mut Sliced<W, B>; N],
    keys: [KeyPair<W, B>; N],
) {
    let (first, second) = (keys.map(|[k1, _]| k1), keys.map(|[_, k2]| k2));
    blocks.iter_mut().for_each(|block| block.change_polarity());
    des(blocks.each_mut().map(|block| &mut **block), first, Encipher);
    des(
        blocks.each_mut().map(|block| &mut **block),
        second,
        Decipher,
    );
    des(blocks.each_mut().map(|block| &mut **block), first, Encipher);
    blocks.iter_mut().for_each(|block| block.change_polarity());
}

/// Cipher block chaining under the first key of a pair. The retail MAC (ISO/IEC 9797-1 MAC algorithm
/// 3) is this on all blocks but the last, and TDES of the last one XOR what came out.
pub(super) struct Chain<'a, W, const B: usize> {
    chain: &'a mut Sliced<W, B>,
    key: &'a Key<W, B>,
}

impl<'a, W: Word, const B: usize> Chain<'a, W, B> {
    /// Begins with zero; what was in `chain` is lost.
    #[inline(always)]
    pub(super) fn begin(chain: &'a mut Sliced<W, B>, [key, _]: KeyPair<'a, W, B>) -> Self {
        chain.words.as_flattened_mut().fill(W::splat(0));
        chain.change_polarity();
        Chain { chain, key }
    }

    /// The next block of the message.
    #[inline(always)]
    pub(super) fn absorb(&mut self, block: &Sliced<W, B>) {
        self.chain.xor(block);
        des([&mut *self.chain], [self.key], Encipher);
    }

    /// The input of the TDES that ends a retail MAC.
    #[inline(always)]
    pub(super) fn last(self, block: &Sliced<W, B>) -> &'a mut Sliced<W, B> {
        self.chain.xor(block);
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
    tdes([&mut *block, &mut *other], [master, master]);
    [Key::set(first, block), Key::set(second, other)]
}
