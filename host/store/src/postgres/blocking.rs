//! The store for callers that wait in threads.

use std::future::Future;

use chipcard::issuer::{
    ActivityEvent, ActivityPolicy, ActivityStore, CardActivity, CardEvent, CardIndex, CardState,
    CardStateStore, CompromiseReport, Noticed, PlaceEvent, PlaceIndex, PlaceState, Recorded,
    ShopActivity, ShopIndex,
};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::Config;

use super::{PostgresStore, Tls};
use crate::error::{Kind, StoreError};
use crate::index_key::IndexKey;
use crate::names::{Counts, Renames};

/// A [`PostgresStore`] with a runtime of its own, for threads; they share it by reference.
///
/// Not for use inside an asynchronous runtime, whose threads must not wait: there, call the store itself.
#[derive(Debug)]
pub struct BlockingPostgres {
    store: PostgresStore,
    runtime: Runtime,
}

impl BlockingPostgres {
    /// As [`PostgresStore::connect`].
    ///
    /// # Errors
    /// As there, and when no thread can be started.
    pub fn connect<T: Tls>(config: &Config, tls: T, key: &IndexKey) -> Result<Self, StoreError> {
        Self::of(PostgresStore::connect(config, tls, key))
    }

    /// As [`PostgresStore::init`].
    ///
    /// # Errors
    /// As there, and when no thread can be started.
    pub fn init<T: Tls>(config: &Config, tls: T, key: &IndexKey) -> Result<Self, StoreError> {
        Self::of(PostgresStore::init(config, tls, key))
    }

    /// As [`PostgresStore::rekey`].
    ///
    /// # Errors
    /// As there, and when no thread can be started.
    pub fn rekey<T: Tls>(
        config: &Config,
        tls: T,
        old: &IndexKey,
        new: &IndexKey,
        names: &Renames,
    ) -> Result<u64, StoreError> {
        runtime()?.block_on(PostgresStore::rekey(config, tls, old, new, names))
    }

    fn of(
        store: impl Future<Output = Result<PostgresStore, StoreError>>,
    ) -> Result<Self, StoreError> {
        let runtime = runtime()?;
        let store = runtime.block_on(store)?;
        Ok(Self { store, runtime })
    }

    /// Changes the store's settings.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(PostgresStore) -> PostgresStore) -> Self {
        self.store = change(self.store);
        self
    }

    /// What is kept of a card.
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn card(&self, card: &CardIndex) -> Result<Option<CardState>, StoreError> {
        self.runtime.block_on(self.store.card(card))
    }

    /// As [`PostgresStore::counts`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        self.runtime.block_on(self.store.counts())
    }

    /// As [`PostgresStore::merchant`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn merchant(&self, merchant: &PlaceIndex) -> Result<Option<PlaceState>, StoreError> {
        self.runtime.block_on(self.store.merchant(merchant))
    }

    /// As [`PostgresStore::activity`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn activity(&self, card: &CardIndex) -> Result<Option<CardActivity>, StoreError> {
        self.runtime.block_on(self.store.activity(card))
    }

    /// As [`PostgresStore::shop`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn shop(&self, shop: &ShopIndex, at: u32) -> Result<Option<ShopActivity>, StoreError> {
        self.runtime.block_on(self.store.shop(shop, at))
    }

    /// As [`PostgresStore::forget`].
    ///
    /// # Errors
    /// When the database does not answer.
    pub fn forget(&self, at: u32) -> Result<(), StoreError> {
        self.runtime.block_on(self.store.forget(at))
    }
}

fn runtime() -> Result<Runtime, StoreError> {
    Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("chipcard-postgres")
        .enable_all()
        .build()
        .map_err(|error| StoreError::because(Kind::Unavailable, &error))
}

impl CardStateStore for BlockingPostgres {
    type Error = StoreError;

    fn record(&self, card: &CardIndex, event: &CardEvent) -> Result<Recorded, StoreError> {
        self.runtime.block_on(self.store.record(card, event))
    }

    fn observe(
        &self,
        place: &PlaceIndex,
        event: &PlaceEvent,
    ) -> Result<Option<PlaceState>, StoreError> {
        self.runtime.block_on(self.store.observe(place, event))
    }
}

impl ActivityStore for BlockingPostgres {
    type Error = StoreError;

    fn watch(
        &self,
        card: &CardIndex,
        event: &ActivityEvent,
        policy: &ActivityPolicy,
    ) -> Result<Noticed, StoreError> {
        self.runtime.block_on(self.store.watch(card, event, policy))
    }

    fn report_compromised(
        &self,
        card: &CardIndex,
        report: &CompromiseReport,
    ) -> Result<usize, StoreError> {
        self.runtime
            .block_on(self.store.report_compromised(card, report))
    }
}
