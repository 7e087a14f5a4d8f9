//! State in memory, shared by threads.

use core::convert::Infallible;
use core::fmt;
use core::hash::{BuildHasherDefault, Hasher};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::card_state::{CardEvent, CardState, Recorded};
use super::key::{CardIndex, PlaceIndex};
use super::place::{PlaceEvent, PlaceState};
use super::store::CardStateStore;
use super::table::CardTable;

const SHARDS: usize = 64;

/// An index is a keyed hash already: its first bytes serve as they are.
#[derive(Clone, Default)]
struct FirstBytes(u64);

impl Hasher for FirstBytes {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk() {
            self.0 = u64::from_ne_bytes(*first);
        }
    }

    fn write_usize(&mut self, _length: usize) {}
}

type Places = HashMap<PlaceIndex, PlaceState, BuildHasherDefault<FirstBytes>>;

#[derive(Default)]
struct Shard {
    cards: CardTable,
    places: Places,
}

/// State in memory: 64 shards with a lock each, shared by reference between threads. It ends with the process; for hosts that keep
/// state elsewhere, for tests, and for benches.
///
/// A card takes at most 128 bytes, its name and the table included, once there are 100,000 of them.
///
/// ```
/// use chipcard::element::ApplicationTransactionCounter as Atc;
/// use chipcard::issuer::{CardEvent, CardIndex, CardStateStore, Happened, MemoryStore, Outcome};
///
/// let store = MemoryStore::new();
/// let event = |transaction| CardEvent { at: 0, transaction, atc: Some(Atc(1)), happened: Happened::default() };
/// let outcome = |transaction| store.record(&CardIndex([0; 16]), &event(transaction)).unwrap().outcome;
/// assert_eq!((outcome(1), outcome(2)), (Outcome::New, Outcome::Seen));
/// ```
pub struct MemoryStore {
    shards: [Mutex<Shard>; SHARDS],
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self {
            shards: core::array::from_fn(|_| Mutex::default()),
        }
    }

    fn with<T>(&self, index: [u8; 16], work: impl FnOnce(&mut Shard) -> T) -> T {
        let ([first, ..], [.., last]) = (&self.shards, index);
        let shard = self.shards.get(usize::from(last) % SHARDS).unwrap_or(first);
        // A step is taken whole or not at all, so a thread that died in between leaves nothing half done.
        work(&mut shard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What is kept of a card.
    pub fn card(&self, card: &CardIndex) -> Option<CardState> {
        self.with(card.0, |shard| shard.cards.get(card))
    }

    /// What is kept of a place.
    pub fn place(&self, place: &PlaceIndex) -> Option<PlaceState> {
        self.with(place.0, |shard| shard.places.get(place).copied())
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cards = |shard: &Mutex<Shard>| {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.cards.len()
        };
        let cards: usize = self.shards.iter().map(cards).sum();
        f.debug_struct("MemoryStore")
            .field("cards", &cards)
            .finish_non_exhaustive()
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl CardStateStore for MemoryStore {
    type Error = Infallible;

    fn record(&self, card: &CardIndex, event: &CardEvent) -> Result<Recorded, Infallible> {
        let step = |shard: &mut Shard| shard.cards.step(card, |state| state.apply(event));
        Ok(self.with(card.0, step))
    }

    fn observe(
        &self,
        place: &PlaceIndex,
        event: &PlaceEvent,
    ) -> Result<Option<PlaceState>, Infallible> {
        let step = |shard: &mut Shard| shard.places.entry(*place).or_default().apply(event);
        Ok(Some(self.with(place.0, step)))
    }
}
