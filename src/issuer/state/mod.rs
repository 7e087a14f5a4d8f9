//! What the issuer remembers of cards and places, and where it is kept.

mod bytes;
mod card_state;
mod key;
#[cfg(feature = "std")]
mod memory;
mod place;
mod store;
mod sum;
#[cfg(feature = "std")]
mod table;
mod window;

pub(super) use bytes::{Reader, Writer};
pub use card_state::{
    COUNTER_PERIOD, CardEvent, CardFacts, CardState, Happened, Outcome, Recorded,
};
pub use key::{CardIndex, PlaceIndex, StateKey};
#[cfg(feature = "std")]
pub use memory::MemoryStore;
pub use place::{PLACE_PERIOD, PlaceEvent, PlaceHappened, PlaceState};
pub use store::CardStateStore;
pub use window::{AtcPlace, AtcWindow};
