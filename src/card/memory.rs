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
    /// There is no room for another record.
    Full,
}

impl fmt::Display for MemoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Failure => "the card's memory did not work",
            Self::Corrupt => "the card's memory holds no whole state",
            Self::Full => "the card's memory has no room for the record",
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

    /// Copies a record that was updated or logged to `buffer`; gives its length, or `None` where the record is still
    /// the personalised one. Records have at most 254 bytes.
    ///
    /// # Errors
    /// When it cannot be read.
    fn record(
        &self,
        sfi: u8,
        number: u8,
        buffer: &mut [u8; RECORD_LENGTH],
    ) -> Result<Option<usize>, MemoryError> {
        let _ = (sfi, number, buffer);
        Ok(None)
    }

    /// Replaces a record, in one piece.
    ///
    /// # Errors
    /// [`MemoryError::Full`], and always where the memory keeps no records; or when the new record may not have been
    /// stored.
    fn update_record(&mut self, sfi: u8, number: u8, data: &[u8]) -> Result<(), MemoryError> {
        let _ = (sfi, number, data);
        Err(MemoryError::Full)
    }

    /// Adds a record of at most 64 bytes to a file as its number 1, in one piece; the others move up, and what passes `capacity` is
    /// forgotten. A memory that keeps no log does nothing.
    ///
    /// # Errors
    /// When the record may not have been added.
    fn append_record(&mut self, sfi: u8, capacity: u8, data: &[u8]) -> Result<(), MemoryError> {
        let _ = (sfi, capacity, data);
        Ok(())
    }
}

/// Most bytes of a record (EMV Book 3 6.5.11).
pub const RECORD_LENGTH: usize = 254;

impl<M: CardMemory + ?Sized> CardMemory for &mut M {
    fn load(&self) -> Result<Option<CardState>, MemoryError> {
        (**self).load()
    }

    fn store(&mut self, state: &CardState) -> Result<(), MemoryError> {
        (**self).store(state)
    }

    fn record(
        &self,
        sfi: u8,
        number: u8,
        buffer: &mut [u8; RECORD_LENGTH],
    ) -> Result<Option<usize>, MemoryError> {
        (**self).record(sfi, number, buffer)
    }

    fn update_record(&mut self, sfi: u8, number: u8, data: &[u8]) -> Result<(), MemoryError> {
        (**self).update_record(sfi, number, data)
    }

    fn append_record(&mut self, sfi: u8, capacity: u8, data: &[u8]) -> Result<(), MemoryError> {
        (**self).append_record(sfi, capacity, data)
    }
}

/// Memory that lasts as long as the value: for tests and simulations. It has room for four updated records and a
/// log of ten entries of 48 bytes.
#[derive(Clone, Debug)]
pub struct VolatileMemory {
    state: Option<CardState>,
    records: [Slot<RECORD_LENGTH>; 4],
    log: [Slot<48>; 10],
}

/// A stored record.
#[derive(Clone, Copy, Debug)]
struct Slot<const N: usize> {
    sfi: u8,
    number: u8,
    length: usize,
    bytes: [u8; N],
}

impl<const N: usize> Slot<N> {
    /// No file has the identifier 0.
    const FREE: Self = Self {
        sfi: 0,
        number: 0,
        length: 0,
        bytes: [0; N],
    };

    fn new(sfi: u8, number: u8, data: &[u8]) -> Result<Self, MemoryError> {
        let mut slot = Self {
            sfi,
            number,
            length: data.len(),
            bytes: [0; N],
        };
        let room = slot.bytes.get_mut(..data.len()).ok_or(MemoryError::Full)?;
        room.copy_from_slice(data);
        Ok(slot)
    }

    fn copy_to(&self, buffer: &mut [u8; RECORD_LENGTH]) -> usize {
        for (to, from) in buffer.iter_mut().zip(self.bytes) {
            *to = from;
        }
        self.length
    }
}

impl VolatileMemory {
    /// Memory of a new card.
    pub const fn new() -> Self {
        Self {
            state: None,
            records: [Slot::FREE; 4],
            log: [Slot::FREE; 10],
        }
    }
}

impl Default for VolatileMemory {
    fn default() -> Self {
        Self::new()
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

    fn record(
        &self,
        sfi: u8,
        number: u8,
        buffer: &mut [u8; RECORD_LENGTH],
    ) -> Result<Option<usize>, MemoryError> {
        let updated = self
            .records
            .iter()
            .find(|slot| (slot.sfi, slot.number) == (sfi, number))
            .map(|slot| slot.copy_to(buffer));
        let mut logged = self.log.iter().filter(|slot| slot.sfi == sfi);
        let place = usize::from(number).checked_sub(1);
        Ok(updated.or_else(|| logged.nth(place?).map(|slot| slot.copy_to(buffer))))
    }

    fn update_record(&mut self, sfi: u8, number: u8, data: &[u8]) -> Result<(), MemoryError> {
        let new = Slot::new(sfi, number, data)?;
        let at = |slot: &Slot<RECORD_LENGTH>| (slot.sfi, slot.number);
        let place = self
            .records
            .iter()
            .position(|slot| at(slot) == (sfi, number))
            .or_else(|| self.records.iter().position(|slot| slot.sfi == 0));
        let slot = place.and_then(|place| self.records.get_mut(place));
        *slot.ok_or(MemoryError::Full)? = new;
        Ok(())
    }

    fn append_record(&mut self, sfi: u8, capacity: u8, data: &[u8]) -> Result<(), MemoryError> {
        let new = Slot::new(sfi, 0, data)?;
        self.log.rotate_right(1);
        if let Some(first) = self.log.first_mut() {
            *first = new;
        }
        for old in self.log.iter_mut().skip(capacity.into()) {
            *old = Slot::FREE;
        }
        Ok(())
    }
}

/// Bytes that outlast the power: a file, an EEPROM, a flash page. A write may stop after any of its bytes.
pub trait Storage {
    /// Fills `buffer` from `offset` on.
    ///
    /// # Errors
    /// When the medium does not read.
    fn read(&self, offset: usize, buffer: &mut [u8]) -> Result<(), MemoryError>;

    /// Writes `bytes` from `offset` on. When it returns, they outlast the power.
    ///
    /// # Errors
    /// When some bytes may not have been written.
    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), MemoryError>;
}

/// Card memory on plain [`Storage`]: two slots that take turns, each with a number and a checksum.
///
/// A write that stops half-way spoils the older slot only; the newer one still holds the state before. The
/// checksum finds torn writes, not forgery.
#[derive(Clone, Debug)]
pub struct TwoSlots<S> {
    storage: S,
}

/// Number, state, checksum.
const SLOT: usize = 4 + CardState::LENGTH + 4;

type Image = [u8; SLOT];

impl<S: Storage> TwoSlots<S> {
    /// Bytes of storage that it needs, from offset 0 on. A new card's are all zero or all `FF`.
    pub const LENGTH: usize = 2 * SLOT;

    /// Memory on this storage.
    pub const fn new(storage: S) -> Self {
        Self { storage }
    }

    /// Takes the storage out.
    pub fn into_storage(self) -> S {
        self.storage
    }

    fn slots(&self) -> Result<[Image; 2], MemoryError> {
        let mut slots = [[0; SLOT]; 2];
        for (place, slot) in slots.iter_mut().enumerate() {
            self.storage.read(place * SLOT, slot)?;
        }
        Ok(slots)
    }
}

/// The newer whole slot: its place, its number and its state.
fn newest(slots: &[Image; 2]) -> Option<(usize, u32, CardState)> {
    let [a, b] = slots.each_ref().map(open);
    match (a, b) {
        (Some((a, state)), Some((b, _))) if a.wrapping_sub(b) < u32::MAX / 2 => Some((0, a, state)),
        (_, Some((b, state))) => Some((1, b, state)),
        (Some((a, state)), None) => Some((0, a, state)),
        (None, None) => None,
    }
}

fn open(slot: &Image) -> Option<(u32, CardState)> {
    let (body, checksum) = slot.split_last_chunk::<4>()?;
    let (number, state) = body.split_first_chunk::<4>()?;
    if crc32(body).to_be_bytes() != *checksum {
        return None;
    }
    let state = CardState::from_bytes(state.try_into().ok()?)?;
    Some((u32::from_be_bytes(*number), state))
}

fn close(number: u32, state: &CardState) -> Image {
    let mut slot = [0; SLOT];
    let body = number.to_be_bytes().into_iter().chain(state.to_bytes());
    for (to, from) in slot.iter_mut().zip(body) {
        *to = from;
    }
    let (body, checksum) = slot.split_at_mut(SLOT - 4);
    checksum.copy_from_slice(&crc32(body).to_be_bytes());
    slot
}

/// CRC-32 of ISO/IEC 8802-3.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            let carry = if crc & 1 == 1 { 0xEDB8_8320 } else { 0 };
            crc >> 1 ^ carry
        })
    })
}

impl<S: Storage> CardMemory for TwoSlots<S> {
    fn load(&self) -> Result<Option<CardState>, MemoryError> {
        let slots = self.slots()?;
        if let Some((_, _, state)) = newest(&slots) {
            return Ok(Some(state));
        }
        // The first write goes to the first slot, so an untouched second one means that no state was ever whole.
        let [_, second] = slots;
        let blank = [0x00, 0xFF]
            .iter()
            .any(|blank| second.iter().all(|byte| byte == blank));
        if blank {
            Ok(None)
        } else {
            Err(MemoryError::Corrupt)
        }
    }

    fn store(&mut self, state: &CardState) -> Result<(), MemoryError> {
        let (place, number) = match newest(&self.slots()?) {
            Some((place, number, _)) => (1 - place, number.wrapping_add(1)),
            None => (0, 1),
        };
        self.storage.write(place * SLOT, &close(number, state))
    }
}

#[cfg(test)]
mod tests {
    use super::crc32;

    #[test]
    fn checksum_of_the_usual_example() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
