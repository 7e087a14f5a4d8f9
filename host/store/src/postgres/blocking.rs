//! The store for callers that wait in threads.

use std::future::Future;

use chipcard::issuer::{
    CardEvent, CardIndex, CardState, CardStateStore, PlaceEvent, PlaceIndex, PlaceState, Recorded,
};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::Config;

use super::{PostgresStore, Tls};
use crate::error::{Kind, StoreError};
use crate::index_key::IndexKey;

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
        names: &[(CardIndex, CardIndex)],
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
