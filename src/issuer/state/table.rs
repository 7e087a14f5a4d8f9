//! Many cards in little memory.

use std::vec;
use std::vec::Vec;

use super::card_state::CardState;
use super::key::CardIndex;

/// Entries that are allocated together.
const CHUNK: usize = 64;
/// Slots of the smallest table.
const FEWEST_SLOTS: usize = 16;

/// 112 bytes.
struct Entry {
    card: CardIndex,
    state: CardState,
}

/// A hash table of cards that takes no more than about 124 bytes a card, however many there are.
///
/// The entries stand in chunks, in the order in which the cards came, and never move. The slots hold their numbers alone;
/// so doubling the slots, of which at most three quarters are taken, moves four bytes a card, not all of it.
#[derive(Default)]
pub(super) struct CardTable {
    /// Number of the entry, counted from 1; 0: free. As many as a power of two.
    slots: Vec<u32>,
    chunks: Vec<Vec<Entry>>,
    length: usize,
}

impl CardTable {
    /// How many cards there are.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    pub(super) fn get(&self, card: &CardIndex) -> Option<CardState> {
        let slot = *self.slots.get(self.slot(card))?;
        Some(self.entry(slot)?.state)
    }

    /// Takes a step with the state of a card, where it stands, and gives what `step` gives.
    #[inline]
    pub(super) fn step<T>(
        &mut self,
        card: &CardIndex,
        step: impl FnOnce(&mut CardState) -> T,
    ) -> T {
        let slot = self.slot(card);
        let number = self.slots.get(slot).copied().unwrap_or_default();
        match self.entry_mut(number) {
            Some(entry) => step(&mut entry.state),
            None => {
                let mut state = CardState::default();
                let answer = step(&mut state);
                self.add(*card, state);
                answer
            }
        }
    }

    /// Puts the state of a card that has none yet where `get` finds it.
    #[cold]
    fn add(&mut self, card: CardIndex, state: CardState) {
        if (self.length + 1) * 4 > self.slots.len() * 3 {
            self.double();
        }
        let slot = self.slot(&card);
        if self.length == self.chunks.len() * CHUNK {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        if let (Some(chunk), Some(place)) = (self.chunks.last_mut(), self.slots.get_mut(slot)) {
            chunk.push(Entry { card, state });
            self.length += 1;
            *place = self.length as u32;
        }
    }

    /// The slot that has the card, or the free one where it belongs.
    fn slot(&self, card: &CardIndex) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = hash(card) as usize & mask;
        while let Some(entry) = self.slots.get(slot).and_then(|number| self.entry(*number)) {
            if entry.card == *card {
                break;
            }
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn entry(&self, number: u32) -> Option<&Entry> {
        let place = (number as usize).checked_sub(1)?;
        self.chunks.get(place / CHUNK)?.get(place % CHUNK)
    }

    fn entry_mut(&mut self, number: u32) -> Option<&mut Entry> {
        let place = (number as usize).checked_sub(1)?;
        self.chunks.get_mut(place / CHUNK)?.get_mut(place % CHUNK)
    }

    fn double(&mut self) {
        let slots = (self.slots.len() * 2).max(FEWEST_SLOTS);
        self.slots = vec![0; slots];
        for number in 1..=self.length as u32 {
            let Some(card) = self.entry(number).map(|entry| entry.card) else {
                continue;
            };
            let slot = self.slot(&card);
            if let Some(place) = self.slots.get_mut(slot) {
                *place = number;
            }
        }
    }
}

/// An index is a keyed hash already; this spreads those of tests as well.
pub(super) fn hash(card: &CardIndex) -> u64 {
    let folded = u128::from_be_bytes(card.0);
    let folded = (folded >> 64) as u64 ^ folded as u64;
    let spread = folded.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    spread ^ spread >> 32
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{CardIndex, CardState, CardTable, Entry};

    #[test]
    fn an_entry_takes_112_bytes() {
        assert_eq!(size_of::<Entry>(), 112);
    }

    #[test]
    fn agrees_with_a_map() {
        let (mut table, mut map) = (CardTable::default(), BTreeMap::new());
        let mut number = 1_u64;
        for step in 0..20_000 {
            number = number
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let card = CardIndex(u128::from(number >> 51).to_be_bytes());
            assert_eq!(table.get(&card), map.get(&card).copied());
            let found = table.step(&card, |state| {
                let found = *state;
                state.unproved = step;
                found
            });
            let known = map.entry(card).or_insert_with(CardState::default);
            assert_eq!(found, *known);
            known.unproved = step;
            assert_eq!(table.len(), map.len());
        }
        for (card, state) in map {
            assert_eq!(table.get(&card), Some(state));
        }
    }
}
