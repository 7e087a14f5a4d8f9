//! State in PostgreSQL, for many hosts that share one truth.

mod activity;
mod blocking;
mod gather;
mod migrations;
mod pool;
mod proved;
mod rename;
mod row;
mod statements;
mod tls;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chipcard::issuer::{
    ActivityEvent, ActivityPolicy, Assessment, AtcWindow, AuthorisationRequest, Authoriser,
    CardActivity, CardEvent, CardFacts, CardIndex, CardState, CardStateStore, CompromiseReport,
    CryptogramEngine, Happened, IssuedCard, MemoryStore, Noticed, Outcome, PlaceEvent,
    PlaceHappened, PlaceIndex, PlaceState, Recorded, ShopActivity, ShopIndex, StripeVerifier,
};
use tokio::time::{sleep, timeout};
use tokio_postgres::Config;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

pub use blocking::BlockingPostgres;
pub use tls::Tls;

use self::gather::Gatherer;
use self::pool::Pool;
use self::proved::{Moved, Proved};
use crate::error::{Kind, Retry, StoreError};
use crate::index_key::IndexKey;
use crate::names::{Counts, Renames};

/// Connections unless said: commits of different connections share a write of the log.
const CONNECTIONS: usize = 16;
/// Groups of events on their way at once: enough for the server to commit some while others come, and few enough for groups of
/// many callers to be large.
const GROUPS_AT_ONCE: usize = 8;
/// How long an answer may take unless said.
const TIME_LIMIT: Duration = Duration::from_secs(2);
/// How often a step is tried when the database asks for it, or when its connection was lost.
const TRIES: u32 = 6;
/// The wait before the second try; doubled before each that follows.
const FIRST_WAIT: Duration = Duration::from_millis(10);

/// State in PostgreSQL. The SQL is such as CockroachDB and YugabyteDB document too; it is tested on PostgreSQL alone.
///
/// An event is a row of one statement and one round trip: an insert that becomes a conditional update where the card is known, so
/// that of two hosts with the same counter one alone finds it new. An event that moves nothing, a replay or a retransmission,
/// is read after it. Statements are prepared once a connection and follow each other on it without waiting for answers.
///
/// # Group commit
/// Proved events go in up to eight statements at once; those that come while so many are on their way share the next one. A
/// statement that the database refuses has moved nothing, and its events go one by one then; so does one that waits 100 ms for a row
/// that another session holds.
///
/// Durable as the database is: leave `synchronous_commit` on.
///
/// ```no_run
/// use chipcard_store::{IndexKey, PostgresStore};
/// use tokio_postgres::NoTls;
///
/// # async fn example(card: chipcard::issuer::CardIndex, event: chipcard::issuer::CardEvent) -> Result<(), Box<dyn std::error::Error>> {
/// let config = "host=/run/postgresql user=chipcard dbname=cards".parse()?;
/// let store = PostgresStore::connect(&config, NoTls, &IndexKey::new(&[7; 32])).await?;
/// let recorded = store.record(&card, &event).await?;
/// # Ok(())
/// # }
/// ```
pub struct PostgresStore {
    pool: Arc<Pool>,
    /// Started by the first event, in the runtime that records it.
    gatherer: Mutex<Option<Gatherer<Proved, Moved>>>,
    terminals: MemoryStore,
    time_limit: Duration,
}

impl PostgresStore {
    /// Connects to a database that was initialised. Over a network, `tls` is a connector that checks the server's name.
    ///
    /// # Errors
    /// When the database does not answer, was not initialised, or is the store of another index key.
    pub async fn connect<T: Tls>(
        config: &Config,
        tls: T,
        key: &IndexKey,
    ) -> Result<Self, StoreError> {
        let client = pool::open(config, tls.clone()).await?;
        migrations::check(&client, key).await?;
        Ok(Self {
            pool: Arc::new(Pool::new(config, tls, CONNECTIONS)),
            gatherer: Mutex::default(),
            terminals: MemoryStore::new(),
            time_limit: TIME_LIMIT,
        })
    }

    /// Makes the tables, or brings them up to date, and connects.
    ///
    /// # Errors
    /// When the database does not answer, when it refuses, or when it is the store of another index key.
    pub async fn init<T: Tls>(config: &Config, tls: T, key: &IndexKey) -> Result<Self, StoreError> {
        let mut client = pool::open(config, tls.clone()).await?;
        migrations::migrate(&mut client, key).await?;
        drop(client);
        Self::connect(config, tls, key).await
    }

    /// Names cards and shops anew, under another index key; all of them or, when anything fails, none. Gives how many of the cards the
    /// database had. What becomes of the rest is told at [`Renames`].
    ///
    /// # Errors
    /// When the database does not answer, or refuses.
    pub async fn rekey<T: Tls>(
        config: &Config,
        tls: T,
        old: &IndexKey,
        new: &IndexKey,
        names: &Renames,
    ) -> Result<u64, StoreError> {
        let mut client = pool::open(config, tls).await?;
        migrations::check(&client, old).await?;
        let transaction = client.transaction().await?;
        let renamed = rename::all(&transaction, names).await?;
        let key = "UPDATE chipcard_index_key SET check_value = $1";
        transaction
            .execute(key, &[&new.check_value().as_slice()])
            .await?;
        transaction.commit().await?;
        Ok(renamed)
    }

    /// With so many connections at most.
    #[must_use]
    pub fn with_connections(mut self, connections: usize) -> Self {
        self.pool = Arc::new(self.pool.resized(connections));
        self.gatherer = Mutex::default();
        self
    }

    /// With another time that an answer may take.
    #[must_use]
    pub fn with_time_limit(mut self, time_limit: Duration) -> Self {
        self.time_limit = time_limit;
        self.gatherer = Mutex::default();
        self
    }

    /// Judges a message, as [`Authoriser::assess`] does, without a thread that waits.
    ///
    /// # Errors
    /// When it is not known what was recorded. Then nothing is decided, and a host does not approve.
    pub async fn assess<'v, E: CryptogramEngine, V: StripeVerifier>(
        &self,
        authoriser: &Authoriser<E, V>,
        request: &AuthorisationRequest<'_>,
        card: &IssuedCard<'v>,
    ) -> Result<Assessment<'v, E::AnswerKey>, StoreError> {
        let pending = authoriser.examine(request, card);
        let recorded = match pending.card_event() {
            Some((index, event)) => Some(self.record(index, event).await?),
            None => None,
        };
        let mut places = [None; 2];
        for (state, place) in places.iter_mut().zip(pending.place_events(recorded)) {
            if let Some((index, event)) = place {
                *state = self.observe(index, event).await?;
            }
        }
        Ok(pending.conclude(recorded, places))
    }

    /// Takes the event's step for a card, as [`CardState::apply`] does.
    ///
    /// # Errors
    /// When it is not known that the step was taken. Recording the event again is right.
    pub async fn record(
        &self,
        card: &CardIndex,
        event: &CardEvent,
    ) -> Result<Recorded, StoreError> {
        // An event that cannot be told from another must not be counted twice.
        let again = event.transaction != 0;
        self.limited(again, |tries| self.step(card, event, tries == 1))
            .await
    }

    /// Takes a place's step: a merchant's in the database, a terminal's in this process.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn observe(
        &self,
        place: &PlaceIndex,
        event: &PlaceEvent,
    ) -> Result<Option<PlaceState>, StoreError> {
        match event.what {
            PlaceHappened::UnpredictableNumber(_) => {
                let Ok(before) = self.terminals.observe(place, event);
                Ok(before)
            }
            PlaceHappened::Fallback => {
                let again = event.transaction != 0;
                self.limited(again, |_| self.merchant_step(place, event))
                    .await
                    .map(Some)
            }
        }
    }

    /// What is kept of a card.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn card(&self, card: &CardIndex) -> Result<Option<CardState>, StoreError> {
        self.limited(true, |_| self.read(card)).await
    }

    /// Takes the event's step for what its card does over time, as [`CardActivity::apply`] does: the card and its shop are read, and a
    /// conditional upsert follows; all of it again when another host was faster.
    ///
    /// # Errors
    /// When it is not known that the step was taken. Recording the event again is right.
    pub async fn watch(
        &self,
        card: &CardIndex,
        event: &ActivityEvent,
        policy: &ActivityPolicy,
    ) -> Result<Noticed, StoreError> {
        let again = event.transaction != 0;
        self.limited(again, |_| activity::watch(&self.pool, card, event, policy))
            .await
    }

    /// Notes that a card is confirmed to be compromised: it counts, once, at every shop that is remembered of it. Gives at how many.
    ///
    /// # Errors
    /// When it is not known whether it was noted. To note it again changes nothing.
    pub async fn report_compromised(
        &self,
        card: &CardIndex,
        report: &CompromiseReport,
    ) -> Result<usize, StoreError> {
        self.limited(true, |_| activity::report(&self.pool, card, report))
            .await
    }

    /// What is kept of what a card did.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn activity(&self, card: &CardIndex) -> Result<Option<CardActivity>, StoreError> {
        self.limited(true, |_| activity::card(&self.pool, card))
            .await
    }

    /// What is kept of a shop since the 28 days before this moment, in seconds since 1970.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn shop(
        &self,
        shop: &ShopIndex,
        at: u32,
    ) -> Result<Option<ShopActivity>, StoreError> {
        self.limited(true, |_| activity::shop(&self.pool, shop, at))
            .await
    }

    /// Takes out activities of which nothing is left in the 28 days before this moment, in seconds since 1970. For one host to call now and
    /// then, when it has little to do.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forget(&self, at: u32) -> Result<(), StoreError> {
        self.limited(true, |_| activity::forget(&self.pool, at))
            .await
    }

    /// How many rows there are. It counts them all.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn counts(&self) -> Result<Counts, StoreError> {
        self.limited(true, |_| self.count()).await
    }

    /// What is kept of a merchant in the judgement's own state: its fallbacks.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn merchant(&self, merchant: &PlaceIndex) -> Result<Option<PlaceState>, StoreError> {
        self.limited(true, |_| self.read_merchant(merchant)).await
    }

    /// With others when it is tried first; alone when something went wrong, so as not to hold them up.
    async fn step(
        &self,
        card: &CardIndex,
        event: &CardEvent,
        first: bool,
    ) -> Result<Recorded, StoreError> {
        let fresh = {
            let mut state = CardState::default();
            state.apply(event);
            state.now
        };
        let counts = fresh.wrong_cryptograms | fresh.wrong_values | fresh.fallbacks != 0;
        let is_plain = event.atc.is_some()
            && !counts
            && !event.happened.contains(Happened::FEW_DIGITS)
            && !event.happened.contains(Happened::PIN_FOLLOWED);
        for tries in 0..TRIES {
            let moved = if !is_plain {
                self.any_step(card, event, &fresh).await?
            } else {
                let row = Proved {
                    card: *card,
                    fresh,
                    transaction: event.transaction,
                };
                if first && tries == 0 {
                    self.ask(row).await?
                } else {
                    proved::alone(&self.pool, &row).await?
                }
            };
            if let Some(before) = moved {
                return Ok(Recorded {
                    outcome: Outcome::New,
                    before,
                });
            }
            // Nothing moved. What was seen stays seen, so that the state of a moment later says why as well.
            if let Some(mut state) = self.read(card).await? {
                let recorded = state.apply(event);
                if recorded.outcome != Outcome::New {
                    return Ok(recorded);
                }
            }
            // Another event without proof came between, or the row was removed: the step can be taken now.
        }
        Err(StoreError::new(
            Kind::Unavailable,
            "the card's row does not come to rest",
        ))
    }

    /// Together with the proved events that come at the same time.
    async fn ask(&self, row: Proved) -> Moved {
        let given = {
            let mut gatherer = self.gatherer.lock().unwrap_or_else(PoisonError::into_inner);
            match &*gatherer {
                Some(gatherer) if !gatherer.is_over() => gatherer.ask(row),
                _ => {
                    let pool = Arc::clone(&self.pool);
                    let take = move |group| proved::take(Arc::clone(&pool), group);
                    let started = Gatherer::start(
                        GROUPS_AT_ONCE.min(self.pool.connections()),
                        self.time_limit,
                        |row: &Proved| row.card,
                        take,
                    );
                    gatherer.insert(started).ask(row)
                }
            }
        };
        given.await.unwrap_or_else(|_| {
            let error = StoreError::new(Kind::Unavailable, "the group has no answer");
            Err(error.retried(Retry::MaybeTaken))
        })
    }

    /// An event that counts failures, or that no cryptogram of its own proves, alone.
    async fn any_step(&self, card: &CardIndex, event: &CardEvent, fresh: &CardFacts) -> Moved {
        let connection = self.pool.borrow().await?;
        // The card comes before the facts where a statement may have many rows.
        let (statement, facts) = match event.atc {
            Some(_) => (&connection.statements.proved_any, 1),
            None => (&connection.statements.unproved, 0),
        };
        let reach = match event.happened.contains(Happened::FEW_DIGITS) {
            true => AtcWindow::FEW_DIGITS_REACH,
            false => u16::MAX,
        };
        let again = match event.happened.contains(Happened::PIN_FOLLOWED) {
            true => i16::from(CardFacts::PIN_FOLLOWED),
            false => 0,
        };
        let parameters: [&(dyn ToSql + Sync); 14] = [
            &card.0.as_slice(),
            &fresh.seen.cast_signed(),
            &i32::from(fresh.highest),
            &i16::from(fresh.wrong_cryptograms),
            &i16::from(fresh.wrong_values),
            &i16::from(fresh.fallbacks),
            &i16::from(fresh.flags),
            &i64::from(fresh.wrong_cryptograms_since),
            &i64::from(fresh.wrong_values_since),
            &i64::from(fresh.fallbacks_since),
            &i64::from(fresh.contact_at),
            &event.transaction.cast_signed(),
            &i32::from(reach),
            &again,
        ];
        // Without a proof there is no counter to decide.
        let used = if event.atc.is_some() { 14 } else { 12 };
        let parameters = parameters.get(..used).unwrap_or(&parameters);
        let moved = connection.client.query_opt(statement, parameters).await?;
        moved.map(|moved| row::facts(&moved, facts)).transpose()
    }

    async fn merchant_step(
        &self,
        merchant: &PlaceIndex,
        event: &PlaceEvent,
    ) -> Result<PlaceState, StoreError> {
        let mut fresh = PlaceState::default();
        fresh.apply(event);
        for _ in 0..TRIES {
            let connection = self.pool.borrow().await?;
            let moved = connection
                .client
                .query_opt(
                    &connection.statements.fallback,
                    &[
                        &merchant.0.as_slice(),
                        &fresh.transaction.cast_signed(),
                        &i16::from(fresh.fallbacks),
                        &i64::from(fresh.fallbacks_since),
                    ],
                )
                .await?;
            if let Some(row) = moved {
                return row::merchant(&row);
            }
            drop(connection);
            if let Some(mut state) = self.read_merchant(merchant).await?
                && state.transaction == event.transaction
            {
                return Ok(state.apply(event));
            }
        }
        Err(StoreError::new(
            Kind::Unavailable,
            "the merchant's row does not come to rest",
        ))
    }

    async fn read(&self, card: &CardIndex) -> Result<Option<CardState>, StoreError> {
        let connection = self.pool.borrow().await?;
        let statement = &connection.statements.card;
        let row = connection
            .client
            .query_opt(statement, &[&card.0.as_slice()])
            .await?;
        row.as_ref().map(row::card).transpose()
    }

    async fn read_merchant(&self, merchant: &PlaceIndex) -> Result<Option<PlaceState>, StoreError> {
        let connection = self.pool.borrow().await?;
        let statement = &connection.statements.merchant;
        let row = connection
            .client
            .query_opt(statement, &[&merchant.0.as_slice()])
            .await?;
        row.as_ref().map(row::merchant).transpose()
    }

    async fn count(&self) -> Result<Counts, StoreError> {
        const COUNT: &str = "SELECT (SELECT COUNT(*) FROM chipcard_cards), (SELECT COUNT(*) FROM chipcard_merchants), \
             (SELECT COUNT(*) FROM chipcard_activities), (SELECT COUNT(DISTINCT shop) FROM chipcard_shops)";
        let connection = self.pool.borrow().await?;
        let row = connection.client.query_one(COUNT, &[]).await?;
        let count = |column| row::within(row.try_get::<_, i64>(column)?);
        Ok(Counts {
            cards: count(0)?,
            merchants: count(1)?,
            activities: count(2)?,
            shops: count(3)?,
        })
    }

    /// Within the time limit; once more when the database says that nothing happened, or when the connection was lost
    /// and doing it `again` is harmless. `step` gets the number of the try, from 1 on.
    async fn limited<T, F: Future<Output = Result<T, StoreError>>>(
        &self,
        again: bool,
        step: impl Fn(u32) -> F,
    ) -> Result<T, StoreError> {
        let tries = async {
            let mut wait = FIRST_WAIT;
            let mut tried = 0;
            let mut number = 0;
            loop {
                number += 1;
                let error = match step(number).await {
                    Ok(answer) => return Ok(answer),
                    Err(error) => error,
                };
                match error.retry() {
                    // The wait for the row was one.
                    Retry::Held => continue,
                    Retry::NotTaken | Retry::Unreached => {}
                    Retry::MaybeTaken if again => {}
                    Retry::MaybeTaken | Retry::No => return Err(error),
                }
                tried += 1;
                if tried == TRIES {
                    return Err(error);
                }
                sleep(wait).await;
                wait *= 2;
            }
        };
        match timeout(self.time_limit, tries).await {
            Ok(answer) => answer,
            Err(_) => {
                let detail = format!("{} ms have passed", self.time_limit.as_millis());
                Err(StoreError::new(Kind::TimedOut, detail))
            }
        }
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("time_limit", &self.time_limit)
            .finish_non_exhaustive()
    }
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        const UNDONE: [SqlState; 2] = [
            SqlState::T_R_SERIALIZATION_FAILURE,
            SqlState::T_R_DEADLOCK_DETECTED,
        ];
        const SHUTDOWN: [SqlState; 2] = [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN];
        let retry = match error.code() {
            Some(code) if UNDONE.contains(code) => Retry::NotTaken,
            Some(code) if *code == SqlState::LOCK_NOT_AVAILABLE => Retry::Held,
            Some(code) if SHUTDOWN.contains(code) => Retry::MaybeTaken,
            None if error.is_closed() => Retry::MaybeTaken,
            _ => Retry::No,
        };
        Self::because(Kind::Unavailable, &error).retried(retry)
    }
}
