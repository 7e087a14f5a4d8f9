//! Activities in memory, shared by threads.

use core::convert::Infallible;
use core::fmt;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::card::CardActivity;
use super::day;
use super::event::{ActivityEvent, CompromiseReport, Noticed, ShopIndex};
use super::policy::ActivityPolicy;
use super::shop::ShopActivity;
use super::store::ActivityStore;
use crate::issuer::CardIndex;

const SHARDS: usize = 64;

type Shard<K, V> = [Mutex<HashMap<K, V>>; SHARDS];

/// Activities in memory: 64 shards with a lock each for cards, and as many for shops, shared by reference between threads. They end
/// with the process.
///
/// A card takes at most 400 bytes and its name, a shop 86 and its name, and the tables' spare room beside: they hold up to twice what is in
/// them. [`forget`](Self::forget) takes out what is over.
pub struct MemoryActivity {
    cards: Shard<CardIndex, CardActivity>,
    shops: Shard<ShopIndex, ShopActivity>,
}

/// The shard of a name, which is a keyed hash: its last byte serves.
fn shard<K, V>(shards: &Shard<K, V>, last: u8) -> &Mutex<HashMap<K, V>> {
    let [first, ..] = shards;
    shards.get(usize::from(last) % SHARDS).unwrap_or(first)
}

/// A step is taken whole or not at all, so a thread that died in between leaves nothing half done.
fn with<T, R>(mutex: &Mutex<T>, work: impl FnOnce(&mut T) -> R) -> R {
    work(&mut mutex.lock().unwrap_or_else(PoisonError::into_inner))
}

impl MemoryActivity {
    /// An empty store.
    pub fn new() -> Self {
        Self {
            cards: core::array::from_fn(|_| Mutex::default()),
            shops: core::array::from_fn(|_| Mutex::default()),
        }
    }

    fn with_card<R>(
        &self,
        card: &CardIndex,
        work: impl FnOnce(&mut HashMap<CardIndex, CardActivity>) -> R,
    ) -> R {
        let [.., last] = card.0;
        with(shard(&self.cards, last), work)
    }

    fn with_shop<R>(
        &self,
        shop: &ShopIndex,
        work: impl FnOnce(&mut HashMap<ShopIndex, ShopActivity>) -> R,
    ) -> R {
        let [.., last] = shop.0;
        with(shard(&self.shops, last), work)
    }

    /// What is kept of a card.
    pub fn card(&self, card: &CardIndex) -> Option<CardActivity> {
        self.with_card(card, |cards| cards.get(card).copied())
    }

    /// What is kept of a shop.
    pub fn shop(&self, shop: &ShopIndex) -> Option<ShopActivity> {
        self.with_shop(shop, |shops| shops.get(shop).copied())
    }

    /// Takes out cards and shops of which nothing is left in the 28 days before this moment, in seconds since 1970. For a host to call
    /// now and then.
    pub fn forget(&self, at: u32) {
        for mutex in &self.cards {
            with(mutex, |cards| {
                cards.retain(|_, card| !card.is_over(at));
                cards.shrink_to_fit();
            });
        }
        for mutex in &self.shops {
            with(mutex, |shops| {
                shops.retain(|_, shop| !shop.is_over(at));
                shops.shrink_to_fit();
            });
        }
    }
}

impl Default for MemoryActivity {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryActivity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cards: usize = self
            .cards
            .iter()
            .map(|shard| with(shard, |cards| cards.len()))
            .sum();
        let shops: usize = self
            .shops
            .iter()
            .map(|shard| with(shard, |shops| shops.len()))
            .sum();
        f.debug_struct("MemoryActivity")
            .field("cards", &cards)
            .field("shops", &shops)
            .finish()
    }
}

impl ActivityStore for MemoryActivity {
    type Error = Infallible;

    fn watch(
        &self,
        card: &CardIndex,
        event: &ActivityEvent,
        policy: &ActivityPolicy,
    ) -> Result<Noticed, Infallible> {
        let shop = event.shop();
        let found = shop.and_then(|shop| self.shop(&shop)).unwrap_or_default();
        let step = |cards: &mut HashMap<CardIndex, CardActivity>| {
            cards.entry(*card).or_default().apply(event, policy, &found)
        };
        let (noticed, counts) = self.with_card(card, step);
        if let Some(shop) = shop.filter(|_| counts) {
            self.with_shop(&shop, |shops| {
                shops.entry(shop).or_default().add_card(day(event.at));
            });
        }
        Ok(noticed)
    }

    fn report_compromised(
        &self,
        card: &CardIndex,
        report: &CompromiseReport,
    ) -> Result<usize, Infallible> {
        let reported = self.with_card(card, |cards| {
            cards.get_mut(card).map(|card| card.report(report))
        });
        let mut count = 0;
        for (shop, day) in reported.into_iter().flatten() {
            self.with_shop(&shop, |shops| {
                shops.entry(shop).or_default().add_compromised(day);
            });
            count += 1;
        }
        Ok(count)
    }
}
