//! Under which name a store keeps a card or a place: never the PAN.

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::element::{Pan, PanSequenceNumber};

/// The key of a store's names. Whoever has it and the store can try PANs; keep it as the keys of cards are kept.
#[derive(Clone)]
pub struct StateKey(Hmac<Sha256>);

impl StateKey {
    /// From 32 random bytes.
    pub fn new(key: &[u8; 32]) -> Self {
        // A key that fills no more than one block is taken as it is, padded with zeros.
        let mut block = [0; 64];
        for (to, from) in block.iter_mut().zip(key) {
            *to = *from;
        }
        let hmac = Self(Hmac::new(&block.into()));
        zeroize::Zeroize::zeroize(&mut block);
        hmac
    }

    fn of(&self, purpose: u8, parts: &[&[u8]]) -> [u8; 32] {
        let mut hmac = self.0.clone();
        hmac.update(&[purpose]);
        for part in parts {
            // Lengths keep apart what would be the same when joined.
            hmac.update(&[part.len() as u8]);
            hmac.update(part);
        }
        hmac.finalize().into_bytes().into()
    }

    fn index(&self, purpose: u8, parts: &[&[u8]]) -> [u8; 16] {
        let [index @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = self.of(purpose, parts);
        index
    }

    /// The name of a card. `issue` tells apart cards that were issued one after another under the same PAN and sequence
    /// number: each begins its counter anew.
    pub fn card(&self, pan: &Pan, sequence: PanSequenceNumber, issue: u8) -> CardIndex {
        let rest = [sequence.to_bcd(), issue];
        CardIndex(self.index(0, &[pan.digits(), &rest]))
    }

    /// The name of a merchant (DE 42 at the acquirer of DE 32).
    pub fn merchant(&self, acquirer: &[u8], merchant: &[u8]) -> PlaceIndex {
        PlaceIndex(self.index(1, &[acquirer, merchant]))
    }

    /// The name of a terminal (DE 41 of a merchant).
    pub fn terminal(&self, acquirer: &[u8], merchant: &[u8], terminal: &[u8]) -> PlaceIndex {
        PlaceIndex(self.index(2, &[acquirer, merchant, terminal]))
    }

    /// A transaction's number out of what identifies it; never 0.
    pub(crate) fn transaction(&self, parts: &[&[u8]]) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.of(3, parts);
        u64::from_be_bytes([a, b, c, d, e, f, g, h]).max(1)
    }
}

impl fmt::Debug for StateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StateKey(redacted)")
    }
}

macro_rules! index {
    ($(#[$doc:meta])+ $name:ident) => {
        $(#[$doc])+
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:032X})"), u128::from_be_bytes(self.0))
            }
        }
    };
}

index! {
    /// A card's name in a store: 16 bytes of HMAC-SHA-256 of PAN and sequence number.
    CardIndex
}

index! {
    /// A merchant's or terminal's name in a store: 16 bytes of HMAC-SHA-256.
    PlaceIndex
}

#[cfg(test)]
mod tests {
    use super::StateKey;
    use crate::element::{Pan, PanSequenceNumber};

    #[test]
    fn names_depend_on_all_that_they_name() {
        let key = StateKey::new(&[7; 32]);
        let pan = Pan::from_digits("4761739001010010").unwrap();
        let (zero, one) = (
            PanSequenceNumber::ZERO,
            PanSequenceNumber::from_bcd(1).unwrap(),
        );
        let name = key.card(&pan, zero, 0);
        assert_eq!(name, key.card(&pan, zero, 0));
        assert_ne!(name, key.card(&pan, one, 0));
        assert_ne!(name, key.card(&pan, zero, 1));
        assert_ne!(name, StateKey::new(&[8; 32]).card(&pan, zero, 0));
        let other = Pan::from_digits("4761739001010028").unwrap();
        assert_ne!(name, key.card(&other, zero, 0));
        assert_ne!(key.merchant(b"12", b"3"), key.merchant(b"1", b"23"));
    }

    /// Python says so: `hmac.new(bytes([7] * 32), b"\x03\x01a", "sha256")`, the first eight bytes.
    #[test]
    fn is_hmac_sha_256() {
        let key = StateKey::new(&[7; 32]);
        assert_eq!(key.transaction(&[b"a"]), 0x7580_DC21_536D_11CA);
    }
}
