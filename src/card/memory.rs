//! Where a card keeps its state when the power is gone.

use core::fmt;

use crate::card::CardState;

/// The state could not be read or written. The card answers `6581` and gives no cryptogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemoryError {
    /// The medium did not write or read.
    Failure,
    /// There is a state, but none that was stored whole.
    Corrupt,
}

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failure => "the card's memory did not work",
            Self::Corrupt => "the card's memory holds no whole state",
        })
    }
}

impl core::error::Error for MemoryError {}

/// Persistent memory of one card.
///
/// [`store`](Self::store) is atomic: whenever the power goes, the next [`load`](Self::load) gives the state before or the
/// state after, never a mixture and never an older one. [`TwoSlots`] makes that of plain storage.
pub trait CardMemory {
    /// The state that was stored last; `None` for a card that has never stored any.
    ///
    /// # Errors
    /// When there may be one, but it cannot be read. A card must not begin anew then: its transaction
    /// counter would repeat.
    fn load(&self) -> Result<Option<CardState>, MemoryError>;

    /// Replaces the state.
    ///
    /// # Errors
    /// When the new state may not have been stored.
    fn store(&mut self, state: &CardState) -> Result<(), MemoryError>;
}

impl<M: CardMemory + ?Sized> CardMemory for &mut M {
    fn load(&self) -> Result<Option<CardState>, MemoryError> {
        (**self).load()
    }

    fn store(&mut self, state: &CardState) -> Result<(), MemoryError> {
        (**self).store(state)
    }
}

/// Memory that lasts as long as the value: for tests and simulations.
#[derive(Clone, Debug, Default)]
pub struct VolatileMemory {
    state: Option<CardState>,
}

impl VolatileMemory {
    /// Memory of a new card.
    pub const fn new() -> Self {
        Self { state: None }
    }
}

impl CardMemory for VolatileMemory {
    fn load(&self) -> Result<Option<CardState>, MemoryError> {
        Ok(self.state.clone())
    }

    fn store(&mut self, state: &CardState) -> Result<(), MemoryError> {
        self.state = Some(state.clone());
        Ok(())
    }
}
