//! The state as bytes, for stores that keep bytes.

use super::card_state::{CardFacts, CardState};
use super::place::PlaceState;

/// Integers one after another, the most significant byte first.
pub(in crate::issuer) struct Writer<const N: usize> {
    bytes: [u8; N],
    used: usize,
}

impl<const N: usize> Writer<N> {
    pub(in crate::issuer) const fn new() -> Self {
        Self {
            bytes: [0; N],
            used: 0,
        }
    }

    pub(in crate::issuer) fn put<const M: usize>(&mut self, integer: [u8; M]) {
        let end = self.used + M;
        if let Some(place) = self.bytes.get_mut(self.used..end) {
            place.copy_from_slice(&integer);
        }
        self.used = end;
    }

    /// All of them.
    pub(in crate::issuer) const fn bytes(self) -> [u8; N] {
        self.bytes
    }
}

/// Integers out of what a [`Writer`] wrote.
pub(in crate::issuer) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(in crate::issuer) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The next integer; zero behind the end.
    pub(in crate::issuer) fn take<const M: usize>(&mut self) -> [u8; M] {
        let Some((integer, rest)) = self.rest.split_first_chunk() else {
            return [0; M];
        };
        self.rest = rest;
        *integer
    }
}

impl CardFacts {
    const LENGTH: usize = 30;

    fn write<const N: usize>(&self, to: &mut Writer<N>) {
        to.put(self.highest.to_be_bytes());
        to.put(self.seen.to_be_bytes());
        to.put([
            self.wrong_cryptograms,
            self.wrong_values,
            self.fallbacks,
            self.flags,
        ]);
        to.put(self.wrong_cryptograms_since.to_be_bytes());
        to.put(self.wrong_values_since.to_be_bytes());
        to.put(self.fallbacks_since.to_be_bytes());
        to.put(self.contact_at.to_be_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Self {
        let highest = u16::from_be_bytes(from.take());
        let seen = u64::from_be_bytes(from.take());
        let [wrong_cryptograms, wrong_values, fallbacks, flags] = from.take();
        Self {
            seen,
            highest,
            wrong_cryptograms,
            wrong_values,
            fallbacks,
            flags,
            wrong_cryptograms_since: u32::from_be_bytes(from.take()),
            wrong_values_since: u32::from_be_bytes(from.take()),
            fallbacks_since: u32::from_be_bytes(from.take()),
            contact_at: u32::from_be_bytes(from.take()),
        }
    }
}

impl CardState {
    /// Bytes of a card's state.
    pub const LENGTH: usize = 2 * CardFacts::LENGTH + 4 * 8;

    /// The state as bytes. Their order is part of the interface: files hold them.
    ///
    /// ```
    /// use chipcard::issuer::CardState;
    ///
    /// let state = CardState { unproved: 7, ..CardState::default() };
    /// assert_eq!(CardState::from_bytes(&state.to_bytes()), state);
    /// ```
    pub fn to_bytes(&self) -> [u8; Self::LENGTH] {
        let mut writer = Writer::new();
        self.now.write(&mut writer);
        self.before.write(&mut writer);
        for transaction in self.proved {
            writer.put(transaction.to_be_bytes());
        }
        writer.put(self.unproved.to_be_bytes());
        writer.bytes()
    }

    /// The state that gave these bytes.
    pub fn from_bytes(bytes: &[u8; Self::LENGTH]) -> Self {
        let mut reader = Reader::new(bytes);
        Self {
            now: CardFacts::read(&mut reader),
            before: CardFacts::read(&mut reader),
            proved: core::array::from_fn(|_| u64::from_be_bytes(reader.take())),
            unproved: u64::from_be_bytes(reader.take()),
        }
    }
}

impl PlaceState {
    /// Bytes of a place's state.
    pub const LENGTH: usize = 28;

    /// The state as bytes. Their order is part of the interface: files hold them.
    ///
    /// ```
    /// use chipcard::issuer::PlaceState;
    ///
    /// let state = PlaceState { fallbacks: 2, ..PlaceState::default() };
    /// assert_eq!(PlaceState::from_bytes(&state.to_bytes()), state);
    /// ```
    pub fn to_bytes(&self) -> [u8; Self::LENGTH] {
        let mut writer = Writer::new();
        writer.put(self.transaction.to_be_bytes());
        for integer in [self.fallbacks_since, self.last, self.some, self.every] {
            writer.put(integer.to_be_bytes());
        }
        writer.put([
            self.fallbacks,
            self.drawn,
            self.steps,
            self.predictable_before,
        ]);
        writer.bytes()
    }

    /// The state that gave these bytes.
    pub fn from_bytes(bytes: &[u8; Self::LENGTH]) -> Self {
        let mut reader = Reader::new(bytes);
        let transaction = u64::from_be_bytes(reader.take());
        let [fallbacks_since, last, some, every] =
            core::array::from_fn(|_| u32::from_be_bytes(reader.take()));
        let [fallbacks, drawn, steps, predictable_before] = reader.take();
        Self {
            transaction,
            fallbacks_since,
            last,
            some,
            every,
            fallbacks,
            drawn,
            steps,
            predictable_before,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CardState, PlaceState};

    /// Every byte belongs to some field, and every field to its own bytes.
    #[test]
    fn all_bytes_come_back() {
        let bytes = core::array::from_fn(|place| place as u8 + 1);
        assert_eq!(CardState::from_bytes(&bytes).to_bytes(), bytes);
        let bytes = core::array::from_fn(|place| place as u8 + 1);
        assert_eq!(PlaceState::from_bytes(&bytes).to_bytes(), bytes);
    }

    #[test]
    fn files_keep_their_order() {
        let bytes = core::array::from_fn(|place| place as u8 + 1);
        let state = CardState::from_bytes(&bytes);
        assert_eq!(state.now.highest, 0x0102);
        assert_eq!(state.now.seen, 0x0304_0506_0708_090A);
        assert_eq!(state.now.flags, 0x0E);
        assert_eq!(state.now.contact_at, 0x1B1C_1D1E);
        assert_eq!(state.before.highest, 0x1F20);
        assert_eq!(state.proved[0], 0x3D3E_3F40_4142_4344);
        assert_eq!(state.unproved, 0x5556_5758_595A_5B5C);
    }
}
