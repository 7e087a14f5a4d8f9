//! Many cards in little memory.

use std::boxed::Box;
use std::vec;
use std::vec::Vec;

use super::card_state::CardState;
use super::key::CardIndex;

/// An index and a state, as bytes: 108 of them.
const ENTRY: usize = 16 + CardState::LENGTH;
/// Entries that are allocated together.
const CHUNK: usize = 64;
/// Slots of the smallest table.
const FEWEST_SLOTS: usize = 16;

type Entry = [u8; ENTRY];

/// A hash table of cards that takes no more than about 120 bytes a card, however many there are.
///
/// The entries stand in chunks, in the order in which the cards came, and never move. The slots hold their numbers alone;
/// so doubling the slots, of which at most three quarters are taken, moves four bytes a card, not all of it.
#[derive(Default)]
pub(super) struct CardTable {
    /// Number of the entry, counted from 1; 0: free. As many as a power of two.
    slots: Vec<u32>,
    chunks: Vec<Box<[Entry; CHUNK]>>,
    length: usize,
}

impl CardTable {
    /// How many cards there are.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    pub(super) fn get(&self, card: &CardIndex) -> Option<CardState> {
        let slot = *self.slots.get(self.slot(card))?;
        self.entry(slot).map(state)
    }

    /// Takes a step with the state of a card, which is found once, and keeps what `step` gives.
    pub(super) fn step<T>(
        &mut self,
        card: &CardIndex,
        step: impl FnOnce(&mut CardState) -> (Keep, T),
    ) -> T {
        let slot = self.slot(card);
        let number = self.slots.get(slot).copied().unwrap_or_default();
        let known = self.entry_mut(number);
        let mut state = known.as_deref().map_or_else(CardState::default, state);
        let (keep, answer) = step(&mut state);
        match (keep, known) {
            (Keep::No, _) => {}
            (Keep::Yes, Some(entry)) => write(entry, card, &state),
            (Keep::Yes, None) => self.add(card, &state),
        }
        answer
    }

    /// Puts the state of a card that has none yet where `get` finds it.
    #[cold]
    fn add(&mut self, card: &CardIndex, state: &CardState) {
        if (self.length + 1) * 4 > self.slots.len() * 3 {
            self.double();
        }
        let slot = self.slot(card);
        if self.length == self.chunks.len() * CHUNK {
            self.chunks.push(Box::new([[0; ENTRY]; CHUNK]));
        }
        self.length += 1;
        let number = self.length as u32;
        if let Some(place) = self.slots.get_mut(slot) {
            *place = number;
        }
        if let Some(entry) = self.entry_mut(number) {
            write(entry, card, state);
        }
    }

    /// The slot that has the card, or the free one where it belongs.
    fn slot(&self, card: &CardIndex) -> usize {
        let mask = self.slots.len().wrapping_sub(1);
        let mut slot = hash(card) as usize & mask;
        while let Some(entry) = self.slots.get(slot).and_then(|number| self.entry(*number)) {
            if entry.first_chunk() == Some(&card.0) {
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
            let card = self.entry(number).and_then(|entry| entry.first_chunk());
            let Some(card) = card.copied().map(CardIndex) else {
                continue;
            };
            let slot = self.slot(&card);
            if let Some(place) = self.slots.get_mut(slot) {
                *place = number;
            }
        }
    }
}

/// Whether a step moved the state.
pub(super) enum Keep {
    Yes,
    No,
}

fn write(entry: &mut Entry, card: &CardIndex, state: &CardState) {
    let (index, bytes) = entry.split_at_mut(card.0.len());
    index.copy_from_slice(&card.0);
    bytes.copy_from_slice(&state.to_bytes());
}

fn state(entry: &Entry) -> CardState {
    match entry.last_chunk() {
        Some(bytes) => CardState::from_bytes(bytes),
        None => CardState::default(),
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

    use super::{CardIndex, CardState, CardTable, Keep};

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
            let keep = step % 3 > 0;
            let found = table.step(&card, |state| {
                let found = *state;
                state.unproved = step;
                (if keep { Keep::Yes } else { Keep::No }, found)
            });
            assert_eq!(found, map.get(&card).copied().unwrap_or_default());
            if keep {
                let state = CardState {
                    unproved: step,
                    ..CardState::default()
                };
                map.insert(card, state);
            }
            assert_eq!(table.len(), map.len());
        }
        for (card, state) in map {
            assert_eq!(table.get(&card), Some(state));
        }
    }
}
