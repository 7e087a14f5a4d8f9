//! The names of a store's rows: how many there are, and what they become under another index key.

use std::collections::HashMap;

use chipcard::issuer::{CardIndex, PlaceIndex, ShopIndex};

/// How many rows a store has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counts {
    /// Cards whose state is kept.
    pub cards: u64,
    /// Merchants with fallbacks.
    pub merchants: u64,
    /// Cards of which is kept what they did over time.
    pub activities: u64,
    /// Shops that count cards.
    pub shops: u64,
}

/// Old and new names, for a store that gets another index key.
///
/// Names cannot be turned back, so whoever changes the key says whose they are. What is not among them:
///
/// * A card keeps its rows under the old name, which no host asks for: it is a new card.
/// * A merchant's fallbacks, counts of an hour, are gone.
/// * A shop's counts are gone, and so is every card's memory of having been there: a card that is reported as compromised
///   afterwards counts at no such shop, and never under an old name. It does count at shops that were named, and at those where it is
///   used from then on.
///
/// The numbers of transactions and of purchases are made with the key as well, and those that were made before stay as they are. So a message that
/// is sent again after the change, of a transaction from before, is no retransmission: it is refused as a replay. And a reversal finds no
/// cash-out from before; that one counts for the rest of its 24 hours.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Renames {
    /// Cards, each once.
    pub cards: Vec<(CardIndex, CardIndex)>,
    /// Merchants, each once; with them the shops, which are the same under shorter names.
    pub merchants: Vec<(PlaceIndex, PlaceIndex)>,
}

impl Renames {
    /// Cards and merchants.
    #[must_use]
    pub fn new(
        cards: Vec<(CardIndex, CardIndex)>,
        merchants: Vec<(PlaceIndex, PlaceIndex)>,
    ) -> Self {
        Self { cards, merchants }
    }

    /// Shops.
    pub(crate) fn shops(&self) -> HashMap<ShopIndex, ShopIndex> {
        let merchants = self.merchants.iter();
        let shop = |(from, to): &(PlaceIndex, PlaceIndex)| (from.shop(), to.shop());
        merchants.map(shop).collect()
    }
}
