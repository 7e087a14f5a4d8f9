//! Where the state is kept.

use super::card_state::{CardEvent, Recorded};
use super::key::{CardIndex, PlaceIndex};
use super::place::{PlaceEvent, PlaceState};

/// Keeps the state of cards and places.
///
/// The one duty is atomicity: of two hosts that record the same counter of a card at the same moment, one alone gets
/// [`Outcome::New`](crate::issuer::Outcome::New). What a step does is not the store's business but
/// [`CardState::apply`](crate::issuer::CardState::apply)'s; a store that takes the step elsewhere, in SQL say, does the same.
///
/// Stores are shared: threads have a reference each. One for a single thread keeps what it has in a [`Cell`](core::cell::Cell).
pub trait CardStateStore {
    /// What can go wrong. A host that cannot record does not approve.
    type Error;

    /// Takes the event's step for a card, in one atomic operation, durably where the store is durable.
    ///
    /// # Errors
    /// When it is not known that the step was taken.
    fn record(&self, card: &CardIndex, event: &CardEvent) -> Result<Recorded, Self::Error>;

    /// Takes a place's step; gives the state before it, or `None` where the store keeps no places.
    ///
    /// # Errors
    /// When the store does not answer.
    fn observe(
        &self,
        place: &PlaceIndex,
        event: &PlaceEvent,
    ) -> Result<Option<PlaceState>, Self::Error> {
        let _ = (place, event);
        Ok(None)
    }
}
