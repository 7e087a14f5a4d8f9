//! State in a file, for one host.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use chipcard::issuer::{
    ActivityEvent, ActivityPolicy, ActivityStore, CardActivity, CardEvent, CardIndex, CardState,
    CardStateStore, CompromiseReport, MemoryStore, Noticed, PlaceEvent, PlaceHappened, PlaceIndex,
    PlaceState, Recorded, ShopActivity, ShopIndex,
};
use redb::{
    Builder, Database, DatabaseError, ReadableDatabase, ReadableTable, StorageBackend, Table,
    TableDefinition, WriteTransaction,
};

use crate::day;
use crate::error::{Kind, StoreError};
use crate::group::GroupCommit;
use crate::index_key::IndexKey;

type Row = [u8; CardState::LENGTH];
type PlaceRow = [u8; PlaceState::LENGTH];
type ActivityRow = [u8; CardActivity::LENGTH];
type ShopRow = [u8; ShopActivity::LENGTH];

const CARDS: TableDefinition<'_, [u8; 16], Row> = TableDefinition::new("cards");
const PLACES: TableDefinition<'_, [u8; 16], PlaceRow> = TableDefinition::new("places");
const ACTIVITIES: TableDefinition<'_, [u8; 16], ActivityRow> = TableDefinition::new("activities");
const SHOPS: TableDefinition<'_, [u8; 8], ShopRow> = TableDefinition::new("shops");
/// What the file itself is: the names below.
const ABOUT: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("about");
const SCHEMA: &str = "schema";
const INDEX_KEY: &str = "index key";

/// How the tables are laid out. A file of an older number is brought up to date when it is opened: 1 had no activities.
const SCHEMA_VERSION: u8 = 2;
const WITHOUT_ACTIVITIES: u8 = 1;

/// Pages that are kept in memory, in bytes.
const CACHE: usize = 256 << 20;

/// State in a file that one process has open at a time; its threads share the store by reference.
///
/// A thread commits for all that wait, so that 64 callers need not 64 times as many writes as one. An
/// answer means that the step is on the disk. A file whose process or machine died is repaired when it is opened next, which
/// reads all of it.
///
/// # Group commit
/// While one group of steps is written, the steps that come form the next, which waits for callers that were just answered for an
/// eighth of a commit's time at most. Steps of one card in a group follow each other.
///
/// After an error of the disk the store refuses all further steps: open it anew.
///
/// ```
/// use chipcard::element::ApplicationTransactionCounter as Atc;
/// use chipcard::issuer::{CardEvent, CardIndex, CardStateStore, Happened, Outcome};
/// use chipcard_store::{IndexKey, RedbStore};
///
/// # let folder = std::env::temp_dir().join(format!("chipcard-redb-example-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// let path = folder.join("cards.redb");
/// let key = IndexKey::new(&[7; 32]);
/// let store = RedbStore::init(&path, &key)?;
/// let card = CardIndex([1; 16]);
/// let event = |transaction| CardEvent { at: 0, transaction, atc: Some(Atc(1)), happened: Happened::default() };
/// assert_eq!(store.record(&card, &event(1))?.outcome, Outcome::New);
/// drop(store);
///
/// let store = RedbStore::open(&path, &key)?;
/// assert_eq!(store.record(&card, &event(2))?.outcome, Outcome::Seen);
/// # drop(store);
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct RedbStore {
    database: Arc<Database>,
    committer: GroupCommit<Question, Answer, StoreError>,
    terminals: MemoryStore,
}

#[derive(Debug)]
enum Question {
    Card(CardIndex, CardEvent),
    Place(PlaceIndex, PlaceEvent),
    /// Apart, for it is large, and not every host asks it.
    Activity(Box<(CardIndex, ActivityEvent, ActivityPolicy)>),
    Report(CardIndex, CompromiseReport),
    Forget(u32),
}

#[derive(Debug)]
enum Answer {
    Card(Recorded),
    Place(PlaceState),
    Activity(Noticed),
    Report(usize),
    Forget,
}

impl RedbStore {
    /// Opens a file, and makes it where there is none.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn init(path: &Path, key: &IndexKey) -> Result<Self, StoreError> {
        let database = builder().create(path).map_err(refused)?;
        initialise(&database, key)?;
        Self::of(database, key)
    }

    /// Opens a file.
    ///
    /// # Errors
    /// When there is no such file, when another process has it open, when it is no store, or when it is the store of
    /// another index key.
    pub fn open(path: &Path, key: &IndexKey) -> Result<Self, StoreError> {
        Self::of(builder().open(path).map_err(refused)?, key)
    }

    /// On storage of one's own; empty storage is made a store.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn on(storage: impl StorageBackend, key: &IndexKey) -> Result<Self, StoreError> {
        let database = builder().create_with_backend(storage).map_err(refused)?;
        initialise(&database, key)?;
        Self::of(database, key)
    }

    fn of(database: Database, key: &IndexKey) -> Result<Self, StoreError> {
        check(&database, key)?;
        let database = Arc::new(database);
        let own = Arc::clone(&database);
        bring_up_to_date(&database)?;
        let committer = GroupCommit::start(move |questions: &[Question]| commit(&own, questions))
            .map_err(|error| StoreError::because(Kind::Unavailable, &error))?;
        Ok(Self {
            committer,
            database,
            terminals: MemoryStore::new(),
        })
    }

    fn ask(&self, question: Question) -> Result<Answer, StoreError> {
        let gone = || StoreError::new(Kind::Unavailable, "its thread has ended");
        self.committer.ask(question).ok_or_else(gone)?
    }

    /// A row, as it was last committed.
    fn row<const K: usize, const N: usize>(
        &self,
        table: TableDefinition<'_, [u8; K], [u8; N]>,
        key: [u8; K],
    ) -> Result<Option<[u8; N]>, StoreError> {
        let read = || {
            let transaction = self.database.begin_read()?;
            let row = transaction.open_table(table)?.get(key)?;
            Ok::<_, redb::Error>(row.map(|row| row.value()))
        };
        read().map_err(unavailable)
    }

    /// What is kept of a card.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn card(&self, card: &CardIndex) -> Result<Option<CardState>, StoreError> {
        Ok(self.row(CARDS, card.0)?.as_ref().map(CardState::from_bytes))
    }

    /// What is kept of what a card did.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn activity(&self, card: &CardIndex) -> Result<Option<CardActivity>, StoreError> {
        let row = self.row(ACTIVITIES, card.0)?;
        Ok(row.as_ref().map(CardActivity::from_bytes))
    }

    /// What is kept of a shop.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn shop(&self, shop: &ShopIndex) -> Result<Option<ShopActivity>, StoreError> {
        let row = self.row(SHOPS, shop.0)?;
        Ok(row.as_ref().map(ShopActivity::from_bytes))
    }

    /// Takes out activities of which nothing is left in the 28 days before this moment, in seconds since 1970. For a host to call now and
    /// then, when it has little to do: it reads them all.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn forget(&self, at: u32) -> Result<(), StoreError> {
        match self.ask(Question::Forget(at))? {
            Answer::Forget => Ok(()),
            _ => Err(confused()),
        }
    }

    /// Names cards anew, under another index key; all of them or, when anything fails, none. `names` are old and new ones.
    /// Gives how many of them the file had.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn rekey(
        path: &Path,
        old: &IndexKey,
        new: &IndexKey,
        names: impl Iterator<Item = (CardIndex, CardIndex)>,
    ) -> Result<u64, StoreError> {
        let database = builder().open(path).map_err(refused)?;
        check(&database, old)?;
        bring_up_to_date(&database)?;
        let rename = || {
            let transaction = database.begin_write()?;
            let mut renamed = 0;
            {
                let mut cards = transaction.open_table(CARDS)?;
                let mut activities = transaction.open_table(ACTIVITIES)?;
                for (from, to) in names {
                    let row = activities.remove(from.0)?.map(|row| row.value());
                    if let Some(row) = row {
                        activities.insert(to.0, row)?;
                    }
                    let row = cards.remove(from.0)?.map(|row| row.value());
                    if let Some(row) = row {
                        cards.insert(to.0, row)?;
                        renamed += 1;
                    }
                }
                // Names of merchants cannot be turned back. Their counts are those of an hour, and shops begin anew.
                transaction.open_table(PLACES)?.retain(|_, _| false)?;
                transaction.open_table(SHOPS)?.retain(|_, _| false)?;
                transaction
                    .open_table(ABOUT)?
                    .insert(INDEX_KEY, new.check_value().as_slice())?;
            }
            transaction.commit()?;
            Ok::<_, redb::Error>(renamed)
        };
        rename().map_err(unavailable)
    }
}

impl fmt::Debug for RedbStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedbStore").finish_non_exhaustive()
    }
}

impl CardStateStore for RedbStore {
    type Error = StoreError;

    fn record(&self, card: &CardIndex, event: &CardEvent) -> Result<Recorded, StoreError> {
        match self.ask(Question::Card(*card, *event))? {
            Answer::Card(recorded) => Ok(recorded),
            _ => Err(confused()),
        }
    }

    fn observe(
        &self,
        place: &PlaceIndex,
        event: &PlaceEvent,
    ) -> Result<Option<PlaceState>, StoreError> {
        match event.what {
            PlaceHappened::Fallback => {}
            PlaceHappened::UnpredictableNumber(_) => {
                let Ok(before) = self.terminals.observe(place, event);
                return Ok(before);
            }
        }
        match self.ask(Question::Place(*place, *event))? {
            Answer::Place(before) => Ok(Some(before)),
            _ => Err(confused()),
        }
    }
}

impl ActivityStore for RedbStore {
    type Error = StoreError;

    fn watch(
        &self,
        card: &CardIndex,
        event: &ActivityEvent,
        policy: &ActivityPolicy,
    ) -> Result<Noticed, StoreError> {
        match self.ask(Question::Activity(Box::new((*card, *event, *policy))))? {
            Answer::Activity(noticed) => Ok(noticed),
            _ => Err(confused()),
        }
    }

    fn report_compromised(
        &self,
        card: &CardIndex,
        report: &CompromiseReport,
    ) -> Result<usize, StoreError> {
        match self.ask(Question::Report(*card, *report))? {
            Answer::Report(shops) => Ok(shops),
            _ => Err(confused()),
        }
    }
}

fn builder() -> Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE);
    builder
}

fn initialise(database: &Database, key: &IndexKey) -> Result<(), StoreError> {
    let write = || {
        let transaction = database.begin_write()?;
        {
            let mut about = transaction.open_table(ABOUT)?;
            if about.get(SCHEMA)?.is_some() {
                return Ok(());
            }
            about.insert(SCHEMA, [SCHEMA_VERSION].as_slice())?;
            about.insert(INDEX_KEY, key.check_value().as_slice())?;
            transaction.open_table(CARDS)?;
            transaction.open_table(PLACES)?;
            transaction.open_table(ACTIVITIES)?;
            transaction.open_table(SHOPS)?;
        }
        transaction.commit()?;
        Ok::<_, redb::Error>(())
    };
    write().map_err(unavailable)
}

fn check(database: &Database, key: &IndexKey) -> Result<(), StoreError> {
    let no_store =
        |_| StoreError::new(Kind::WrongSchema, "the file was not initialised as a store");
    let transaction = database
        .begin_read()
        .map_err(|error| unavailable(error.into()))?;
    let about = transaction.open_table(ABOUT).map_err(no_store)?;
    let read = |name| {
        let value = about.get(name).map_err(|error| unavailable(error.into()))?;
        Ok::<_, StoreError>(
            value
                .map(|value| value.value().to_vec())
                .unwrap_or_default(),
        )
    };
    let schema = read(SCHEMA)?;
    if schema != [SCHEMA_VERSION] && schema != [WITHOUT_ACTIVITIES] {
        let detail = format!("the file has {schema:?}, this program {SCHEMA_VERSION}");
        return Err(StoreError::new(Kind::WrongSchema, detail));
    }
    if read(INDEX_KEY)? != key.check_value() {
        return Err(StoreError::new(
            Kind::WrongIndexKey,
            "its check value differs",
        ));
    }
    Ok(())
}

/// A file that has this program's index key.
fn bring_up_to_date(database: &Database) -> Result<(), StoreError> {
    let write = || {
        let transaction = database.begin_write()?;
        {
            let mut about = transaction.open_table(ABOUT)?;
            let found = about
                .get(SCHEMA)?
                .is_some_and(|found| found.value() == [SCHEMA_VERSION]);
            if found {
                return Ok(());
            }
            transaction.open_table(ACTIVITIES)?;
            transaction.open_table(SHOPS)?;
            about.insert(SCHEMA, [SCHEMA_VERSION].as_slice())?;
        }
        transaction.commit()?;
        Ok::<_, redb::Error>(())
    };
    write().map_err(unavailable)
}

/// Takes all steps, in their order, and commits; a group that moves nothing leaves the disk alone.
fn commit(database: &Database, questions: &[Question]) -> Result<Vec<Answer>, StoreError> {
    let take = || {
        let transaction = database.begin_write()?;
        let mut moved = false;
        let answers = answer(&transaction, questions, &mut moved)?;
        if moved {
            transaction.commit()?;
        } else {
            transaction.abort()?;
        }
        Ok::<_, redb::Error>(answers)
    };
    take().map_err(unavailable)
}

fn answer(
    transaction: &WriteTransaction,
    questions: &[Question],
    moved: &mut bool,
) -> Result<Vec<Answer>, redb::Error> {
    let mut cards = transaction.open_table(CARDS)?;
    let mut places: Option<Table<'_, [u8; 16], PlaceRow>> = None;
    let mut behaviour = None;
    let mut answers = Vec::with_capacity(questions.len());
    for question in questions {
        answers.push(match question {
            Question::Card(card, event) => {
                let row = cards.get(card.0)?.map(|row| row.value());
                let found = row.map_or_else(CardState::default, |row| CardState::from_bytes(&row));
                let mut state = found;
                let recorded = state.apply(event);
                if state != found {
                    cards.insert(card.0, state.to_bytes())?;
                    *moved = true;
                }
                Answer::Card(recorded)
            }
            Question::Place(place, event) => {
                let places = opened(&mut places, || Ok(transaction.open_table(PLACES)?))?;
                let row = places.get(place.0)?.map(|row| row.value());
                let found =
                    row.map_or_else(PlaceState::default, |row| PlaceState::from_bytes(&row));
                let mut state = found;
                let before = state.apply(event);
                if state != found {
                    places.insert(place.0, state.to_bytes())?;
                    *moved = true;
                }
                Answer::Place(before)
            }
            Question::Activity(what) => {
                let (card, event, policy) = &**what;
                let behaviour = opened(&mut behaviour, || Behaviour::open(transaction))?;
                Answer::Activity(behaviour.watch(card, event, policy, moved)?)
            }
            Question::Report(card, report) => {
                let behaviour = opened(&mut behaviour, || Behaviour::open(transaction))?;
                Answer::Report(behaviour.report(card, report, moved)?)
            }
            Question::Forget(at) => {
                let behaviour = opened(&mut behaviour, || Behaviour::open(transaction))?;
                behaviour.forget(*at)?;
                *moved = true;
                Answer::Forget
            }
        });
    }
    Ok(answers)
}

/// What is opened when it is needed first.
fn opened<T>(
    table: &mut Option<T>,
    open: impl FnOnce() -> Result<T, redb::Error>,
) -> Result<&mut T, redb::Error> {
    Ok(match table {
        Some(table) => table,
        none => none.insert(open()?),
    })
}

/// The tables of activities, in one transaction.
struct Behaviour<'t> {
    cards: Table<'t, [u8; 16], ActivityRow>,
    shops: Table<'t, [u8; 8], ShopRow>,
}

impl<'t> Behaviour<'t> {
    fn open(transaction: &'t WriteTransaction) -> Result<Self, redb::Error> {
        Ok(Self {
            cards: transaction.open_table(ACTIVITIES)?,
            shops: transaction.open_table(SHOPS)?,
        })
    }

    fn watch(
        &mut self,
        card: &CardIndex,
        event: &ActivityEvent,
        policy: &ActivityPolicy,
        moved: &mut bool,
    ) -> Result<Noticed, redb::Error> {
        let shop = match event.shop() {
            Some(shop) => self.shop(&shop)?,
            None => ShopActivity::default(),
        };
        let found = self.card(card)?;
        let mut activity = found;
        let (noticed, counts) = activity.apply(event, policy, &shop);
        if activity != found {
            self.cards.insert(card.0, activity.to_bytes())?;
            *moved = true;
        }
        if let Some(name) = event.shop().filter(|_| counts) {
            let mut shop = shop;
            shop.add_card(day(event.at));
            self.shops.insert(name.0, shop.to_bytes())?;
        }
        Ok(noticed)
    }

    fn report(
        &mut self,
        card: &CardIndex,
        report: &CompromiseReport,
        moved: &mut bool,
    ) -> Result<usize, redb::Error> {
        let found = self.card(card)?;
        let mut activity = found;
        let mut count = 0;
        for (name, day) in activity.report(report) {
            let mut shop = self.shop(&name)?;
            shop.add_compromised(day);
            self.shops.insert(name.0, shop.to_bytes())?;
            count += 1;
        }
        // Of a card that was never seen there is nothing to note.
        if activity != found && found != CardActivity::default() {
            self.cards.insert(card.0, activity.to_bytes())?;
            *moved = true;
        }
        Ok(count)
    }

    fn forget(&mut self, at: u32) -> Result<(), redb::Error> {
        self.cards
            .retain(|_, row| !CardActivity::from_bytes(&row).is_over(at))?;
        self.shops
            .retain(|_, row| !ShopActivity::from_bytes(&row).is_over(at))?;
        Ok(())
    }

    fn card(&self, card: &CardIndex) -> Result<CardActivity, redb::Error> {
        let row = self.cards.get(card.0)?.map(|row| row.value());
        Ok(row.map_or_else(CardActivity::default, |row| CardActivity::from_bytes(&row)))
    }

    fn shop(&self, shop: &ShopIndex) -> Result<ShopActivity, redb::Error> {
        let row = self.shops.get(shop.0)?.map(|row| row.value());
        Ok(row.map_or_else(ShopActivity::default, |row| ShopActivity::from_bytes(&row)))
    }
}

fn unavailable(error: redb::Error) -> StoreError {
    match error {
        redb::Error::Corrupted(_) => StoreError::because(Kind::Damaged, &error),
        _ => StoreError::because(Kind::Unavailable, &error),
    }
}

fn refused(error: DatabaseError) -> StoreError {
    match error {
        DatabaseError::DatabaseAlreadyOpen => StoreError::new(
            Kind::Unavailable,
            "the file is open already, here or in another process",
        ),
        error => unavailable(error.into()),
    }
}

fn confused() -> StoreError {
    StoreError::new(Kind::Unavailable, "the answer is to another question")
}
