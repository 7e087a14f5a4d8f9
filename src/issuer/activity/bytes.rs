//! Activities as bytes, for stores that keep bytes. Integers follow one another, the most significant byte first.
//!
//! | bytes | of a card |
//! |---:|---|
//! | 4 x 15 | the last three payments that were approved, the last one first, and the last refused: transaction (8), cash-outs (1), tests (1), compromised cards (1), country before (2), minutes since (2) |
//! | 8 x 8 | cash-outs: when (4), purchase (4) |
//! | 12 x 4 | tests: when |
//! | 16 x 12 | shops: name (8), day of the count (2), day of the last use (2) |
//! | 8 | whereabouts: when (4), country (2); day of the last report (2) |
//!
//! | bytes | of a shop |
//! |---:|---|
//! | 2 | the last day |
//! | 28 x 2 | cards, by day modulo 28 |
//! | 28 | compromised cards, by day modulo 28 |

use super::card::{CASH_OUTS, CardActivity, CashOut, SHOPS, TESTS, Told, Visit};
use super::event::Noticed;
use super::shop::ShopActivity;
use crate::issuer::state::{Reader, Writer};

impl Told {
    const LENGTH: usize = 15;

    fn write<const N: usize>(&self, to: &mut Writer<N>) {
        let noticed = &self.noticed;
        to.put(self.transaction.to_be_bytes());
        to.put([noticed.cash_outs, noticed.tests, noticed.compromised]);
        to.put(noticed.from.to_be_bytes());
        to.put(noticed.minutes.to_be_bytes());
    }

    fn read(from: &mut Reader<'_>) -> Self {
        let transaction = u64::from_be_bytes(from.take());
        let [cash_outs, tests, compromised] = from.take();
        let noticed = Noticed {
            cash_outs,
            tests,
            compromised,
            from: u16::from_be_bytes(from.take()),
            minutes: u16::from_be_bytes(from.take()),
        };
        Self {
            transaction,
            noticed,
        }
    }
}

impl CardActivity {
    /// Bytes of a card's activity.
    pub const LENGTH: usize = 4 * Told::LENGTH + 8 * CASH_OUTS + 4 * TESTS + 12 * SHOPS + 8;

    /// The activity as bytes. Their order is part of the interface: files hold them.
    ///
    /// ```
    /// use chipcard::issuer::CardActivity;
    ///
    /// let activity = CardActivity::default();
    /// assert_eq!(CardActivity::from_bytes(&activity.to_bytes()), activity);
    /// ```
    pub fn to_bytes(&self) -> [u8; Self::LENGTH] {
        let mut writer = Writer::new();
        for told in self.approved.iter().chain([&self.refused]) {
            told.write(&mut writer);
        }
        for cash_out in &self.cash_outs {
            writer.put(cash_out.at.to_be_bytes());
            writer.put(cash_out.purchase.to_be_bytes());
        }
        for at in self.tests {
            writer.put(at.to_be_bytes());
        }
        for visit in &self.shops {
            writer.put(visit.shop);
            writer.put(visit.counted.to_be_bytes());
            writer.put(visit.last.to_be_bytes());
        }
        writer.put(self.place_at.to_be_bytes());
        writer.put(self.country.to_be_bytes());
        writer.put(self.reported.to_be_bytes());
        writer.bytes()
    }

    /// The activity that gave these bytes.
    pub fn from_bytes(bytes: &[u8; Self::LENGTH]) -> Self {
        let mut reader = Reader::new(bytes);
        Self {
            approved: core::array::from_fn(|_| Told::read(&mut reader)),
            refused: Told::read(&mut reader),
            cash_outs: core::array::from_fn(|_| CashOut {
                at: u32::from_be_bytes(reader.take()),
                purchase: u32::from_be_bytes(reader.take()),
            }),
            tests: core::array::from_fn(|_| u32::from_be_bytes(reader.take())),
            shops: core::array::from_fn(|_| Visit {
                shop: reader.take(),
                counted: u16::from_be_bytes(reader.take()),
                last: u16::from_be_bytes(reader.take()),
            }),
            place_at: u32::from_be_bytes(reader.take()),
            country: u16::from_be_bytes(reader.take()),
            reported: u16::from_be_bytes(reader.take()),
        }
    }
}

impl ShopActivity {
    /// Bytes of a shop's activity.
    pub const LENGTH: usize = 86;

    /// The activity as bytes. Their order is part of the interface: files hold them.
    ///
    /// ```
    /// use chipcard::issuer::ShopActivity;
    ///
    /// let mut shop = ShopActivity::default();
    /// shop.add_card(20_000);
    /// assert_eq!(ShopActivity::from_bytes(&shop.to_bytes()), shop);
    /// ```
    pub fn to_bytes(&self) -> [u8; Self::LENGTH] {
        let mut writer = Writer::new();
        writer.put(self.day.to_be_bytes());
        for cards in self.cards {
            writer.put(cards.to_be_bytes());
        }
        writer.put(self.compromised);
        writer.bytes()
    }

    /// The activity that gave these bytes.
    pub fn from_bytes(bytes: &[u8; Self::LENGTH]) -> Self {
        let mut reader = Reader::new(bytes);
        Self {
            day: u16::from_be_bytes(reader.take()),
            cards: core::array::from_fn(|_| u16::from_be_bytes(reader.take())),
            compromised: reader.take(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CardActivity, ShopActivity};

    /// Every byte belongs to some field, and every field to its own bytes.
    #[test]
    fn all_bytes_come_back() {
        // 251 is prime: no two fields have the same bytes by chance.
        let bytes = core::array::from_fn(|place| (place % 251) as u8);
        assert_eq!(CardActivity::from_bytes(&bytes).to_bytes(), bytes);
        let bytes = core::array::from_fn(|place| place as u8);
        assert_eq!(ShopActivity::from_bytes(&bytes).to_bytes(), bytes);
    }

    #[test]
    fn files_keep_their_order() {
        assert_eq!(CardActivity::LENGTH, 372);
        let bytes = core::array::from_fn(|place| (place % 251) as u8);
        let visit = *CardActivity::from_bytes(&bytes).visits().next().unwrap();
        assert_eq!(visit.shop, [172, 173, 174, 175, 176, 177, 178, 179]);
        assert_eq!((visit.counted, visit.last), (0xB4B5, 0xB6B7));
        let shop = ShopActivity::from_bytes(&core::array::from_fn(|place| place as u8));
        assert_eq!(
            (shop.day, shop.cards[1], shop.compromised[0]),
            (1, 0x0405, 58)
        );
    }
}
