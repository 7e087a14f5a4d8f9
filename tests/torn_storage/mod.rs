//! Storage that loses its power at any byte that it writes.

use chipcard::card::{MemoryError, Storage, TwoSlots};

/// Storage whose power goes after so many bytes.
#[derive(Clone, Debug)]
pub(crate) struct TornStorage {
    pub(crate) bytes: Vec<u8>,
    /// Bytes until then.
    pub(crate) budget: usize,
}

impl TornStorage {
    /// Of a new card.
    pub(crate) fn blank() -> Self {
        Self {
            bytes: vec![0xFF; TwoSlots::<Self>::LENGTH],
            budget: usize::MAX,
        }
    }
}

impl Storage for TornStorage {
    fn read(&self, offset: usize, buffer: &mut [u8]) -> Result<(), MemoryError> {
        let end = offset + buffer.len();
        buffer.copy_from_slice(self.bytes.get(offset..end).ok_or(MemoryError::Failure)?);
        Ok(())
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), MemoryError> {
        for (place, byte) in bytes.iter().enumerate() {
            self.budget = self.budget.checked_sub(1).ok_or(MemoryError::Failure)?;
            self.bytes[offset + place] = *byte;
        }
        Ok(())
    }
}
