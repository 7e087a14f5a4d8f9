//! Under which name a store keeps a card or a place: never the PAN.

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroize;

use super::sum::{FieldHash, KEY_LENGTH, Sum};
use crate::element::{Pan, PanSequenceNumber};
use crate::issuer::ShopIndex;

/// First byte of what is authenticated: cards, and the key of the others.
const CARDS: u8 = 0;
const OTHERS: u8 = 1;

/// Domains of the others.
const MERCHANT: u8 = 1;
const TERMINAL: u8 = 2;
const TRANSACTION: u8 = 3;
const PURCHASE: u8 = 4;
const GUESSED: u8 = 5;

/// The key of a store's names. Whoever has it and the store can try PANs; keep it as the keys of cards are kept.
///
/// Cards are named by HMAC-SHA-256. Places and transactions, whose names are no secret, are named by a universal hash that AES-128
/// enciphers, which is faster, under keys that are derived from it: nobody without the key can find two of the same name.
#[derive(Clone)]
pub struct StateKey {
    cards: Hmac<Sha256>,
    others: FieldHash,
}

impl StateKey {
    /// From 32 random bytes.
    pub fn new(key: &[u8; 32]) -> Self {
        // A key that fills no more than one block is taken as it is, padded with zeros.
        let mut block = [0; 64];
        for (to, from) in block.iter_mut().zip(key) {
            *to = *from;
        }
        let cards: Hmac<Sha256> = Hmac::new(&block.into());
        block.zeroize();
        let mut derived = [0; KEY_LENGTH];
        for (number, part) in (0..).zip(derived.chunks_mut(32)) {
            let mut hmac = cards.clone();
            hmac.update(&[OTHERS, number]);
            let mut bytes: [u8; 32] = hmac.finalize().into_bytes().into();
            for (to, from) in part.iter_mut().zip(&bytes) {
                *to = *from;
            }
            bytes.zeroize();
        }
        let others = FieldHash::new(&derived);
        derived.zeroize();
        Self { cards, others }
    }

    /// The name of a card. `issue` tells apart cards that were issued one after another under the same PAN and sequence
    /// number: each begins its counter anew.
    pub fn card(&self, pan: &Pan, sequence: PanSequenceNumber, issue: u8) -> CardIndex {
        let digits = pan.digits();
        // Joined first: one piece is faster than four.
        let mut joined = [0; 23];
        let (head, rest) = joined.split_at_mut(2);
        head.copy_from_slice(&[CARDS, digits.len() as u8]);
        let after = [sequence.to_bcd(), issue];
        for (to, from) in rest.iter_mut().zip(digits.iter().chain(&after)) {
            *to = *from;
        }
        let mut hmac = self.cards.clone();
        hmac.update(joined.get(..digits.len() + 4).unwrap_or(&joined));
        joined.zeroize();
        let name: [u8; 32] = hmac.finalize().into_bytes().into();
        CardIndex(*name.first_chunk().unwrap_or(&[0; 16]))
    }

    /// The name of a merchant (DE 42 at the acquirer of DE 32).
    pub fn merchant(&self, acquirer: &[u8], merchant: &[u8]) -> PlaceIndex {
        let sum = self.others.sum::<0, 2>(MERCHANT, &[acquirer, merchant]);
        let [name] = self.others.hashes([sum]);
        PlaceIndex(name)
    }

    /// The name of a merchant in a store of activities.
    pub fn shop(&self, acquirer: &[u8], merchant: &[u8]) -> ShopIndex {
        self.merchant(acquirer, merchant).shop()
    }

    /// The name of a terminal (DE 41 of a merchant).
    pub fn terminal(&self, acquirer: &[u8], merchant: &[u8], terminal: &[u8]) -> PlaceIndex {
        let [name] = self
            .others
            .hashes([self.at(&[acquirer, merchant, terminal])]);
        PlaceIndex(name)
    }

    /// The name of the terminal `place`, and a transaction's number out of the place and what identifies it; never 0.
    pub(crate) fn visit(&self, place: &Place<'_>, parts: &[&[u8]; 5]) -> (PlaceIndex, u64) {
        let place = self.at(place);
        let transaction = place + self.others.sum::<1, 5>(TRANSACTION, parts);
        self.named(place, transaction)
    }

    /// The same with what is shown there and nothing proves.
    pub(crate) fn guessed_visit(
        &self,
        place: &Place<'_>,
        parts: &[&[u8]; 5],
        guessed: &[&[u8]; 5],
    ) -> (PlaceIndex, u64) {
        let place = self.at(place);
        let guessed = self.others.sum::<2, 5>(GUESSED, guessed);
        let transaction = place + self.others.sum::<1, 5>(TRANSACTION, parts) + guessed;
        self.named(place, transaction)
    }

    /// A purchase's name out of what its reversal repeats of it.
    pub(crate) fn purchase(&self, place: &Place<'_>, parts: &[&[u8]; 3]) -> u32 {
        let sum = self.at(place) + self.others.sum::<1, 3>(PURCHASE, parts);
        let [[a, b, c, d, ..]] = self.others.hashes([sum]);
        u32::from_be_bytes([a, b, c, d])
    }

    #[inline]
    fn at(&self, place: &Place<'_>) -> Sum {
        self.others.sum::<0, 3>(TERMINAL, place)
    }

    #[inline]
    fn named(&self, place: Sum, transaction: Sum) -> (PlaceIndex, u64) {
        let [place, transaction] = self.others.hashes([place, transaction]);
        let [a, b, c, d, e, f, g, h, ..] = transaction;
        let number = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        (PlaceIndex(place), number.max(1))
    }
}

/// Where a message comes from: acquirer, merchant, terminal.
pub(crate) type Place<'a> = [&'a [u8]; 3];

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
    /// A merchant's or terminal's name in a store: 16 bytes of a keyed hash.
    PlaceIndex
}

impl PlaceIndex {
    /// A merchant's name in a store of activities.
    pub fn shop(&self) -> ShopIndex {
        ShopIndex(*self.0.first_chunk().unwrap_or(&[0; 8]))
    }
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

    /// A program in Python said so, with its HMAC and OpenSSL's AES-128-ECB.
    #[test]
    fn places_have_the_names_of_their_description() {
        let key = StateKey::new(&[7; 32]);
        let (acquirer, merchant) = (b"123456", b"MERCHANT0000001");
        let names = [
            key.terminal(acquirer, merchant, b"TERM0001"),
            key.merchant(acquirer, merchant),
        ];
        let said = [
            0x4ED8_532C_F403_0F1C_7ED6_04C0_A0ED_7692_u128,
            0x1218_5BA9_5E17_23E6_5EEC_B859_43D4_2DCC,
        ];
        assert_eq!(names.map(|name| name.0), said.map(u128::to_be_bytes));
    }

    /// Python says so: `hmac.new(bytes([7] * 32), bytes([0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0x45, 9]), "sha256")`.
    #[test]
    fn is_hmac_sha_256() {
        let pan = Pan::from_digits("12345678").unwrap();
        let sequence = PanSequenceNumber::from_bcd(0x45).unwrap();
        let index = StateKey::new(&[7; 32]).card(&pan, sequence, 9);
        assert_eq!(
            index.0,
            0x2C81_613F_6577_0BCB_2D36_E081_C27D_1367_u128.to_be_bytes()
        );
    }
}
