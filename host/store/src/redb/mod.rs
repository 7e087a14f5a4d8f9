//! State in a file, for one host.

mod behaviour;
mod journal;
mod rename;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use chipcard::issuer::{
    ActivityEvent, ActivityPolicy, ActivityStore, CardActivity, CardEvent, CardIndex, CardState,
    CardStateStore, CompromiseReport, MemoryStore, Noticed, PlaceEvent, PlaceHappened, PlaceIndex,
    PlaceState, Recorded, ShopActivity, ShopIndex,
};
use redb::{
    Builder, Database, DatabaseError, ReadableDatabase, ReadableTable, ReadableTableMetadata,
    StorageBackend, Table, TableDefinition, WriteTransaction,
};

use self::behaviour::{ACTIVITIES, Behaviour, SHOPS};
use self::journal::{Cards, Journal};
use crate::error::{Kind, StoreError};
use crate::group::GroupCommit;
use crate::index_key::IndexKey;
use crate::names::{Counts, Renames};

type PlaceRow = [u8; PlaceState::LENGTH];
type Places<'t> = Table<'t, [u8; 16], PlaceRow>;

const PLACES: TableDefinition<'_, [u8; 16], PlaceRow> = TableDefinition::new("places");
/// What the file itself is: the names below.
const ABOUT: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("about");
const SCHEMA: &str = "schema";
const INDEX_KEY: &str = "index key";

/// How the tables are laid out. A file of an older number is brought up to date when it is opened: 1 had no activities, 2 no journal.
const SCHEMA_VERSION: u8 = 3;
const OLDEST_SCHEMA: u8 = 1;

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
/// # Journal
/// A group's cards have no page of the file in common. So their new states are written side by side into a journal, a table of the same
/// file, and are sorted in later, many neighbours at once ([`RedbOptions::with_journal`]). Opening a file reads its journal.
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
    State(CardIndex),
    Counts,
}

#[derive(Clone, Debug)]
enum Answer {
    Card(Recorded),
    Place(PlaceState),
    Activity(Noticed),
    Report(usize),
    Forget,
    State(Option<CardState>),
    Counts(Counts),
}

/// How a store in a file is opened.
///
/// ```no_run
/// use std::path::Path;
///
/// use chipcard_store::{IndexKey, RedbOptions};
///
/// # fn open(key: &IndexKey) -> Result<(), chipcard_store::StoreError> {
/// let store = RedbOptions::new().with_journal(65_536).open(Path::new("cards.redb"), key)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct RedbOptions {
    that_wait: usize,
}

impl Default for RedbOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl RedbOptions {
    /// As [`RedbStore::open`] has them.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            that_wait: journal::CARDS_THAT_WAIT,
        }
    }

    /// Lets the states of so many cards wait in the journal before some are sorted in: 16,384 unless said, 2.5 MB of memory. More make
    /// judging faster, and opening the file slower.
    #[must_use]
    pub const fn with_journal(self, cards: usize) -> Self {
        Self { that_wait: cards }
    }

    /// As [`RedbStore::init`].
    ///
    /// # Errors
    /// As there.
    pub fn init(self, path: &Path, key: &IndexKey) -> Result<RedbStore, StoreError> {
        let database = builder().create(path).map_err(refused)?;
        initialise(&database, key)?;
        self.start(database, key)
    }

    /// As [`RedbStore::open`].
    ///
    /// # Errors
    /// As there.
    pub fn open(self, path: &Path, key: &IndexKey) -> Result<RedbStore, StoreError> {
        self.start(builder().open(path).map_err(refused)?, key)
    }

    /// As [`RedbStore::on`].
    ///
    /// # Errors
    /// As there.
    pub fn on(self, storage: impl StorageBackend, key: &IndexKey) -> Result<RedbStore, StoreError> {
        let database = builder().create_with_backend(storage).map_err(refused)?;
        initialise(&database, key)?;
        self.start(database, key)
    }

    fn start(self, database: Database, key: &IndexKey) -> Result<RedbStore, StoreError> {
        check(&database, key)?;
        bring_up_to_date(&database)?;
        let database = Arc::new(database);
        let mut committer = Committer {
            database: Arc::clone(&database),
            that_wait: self.that_wait,
            journal: Some(read_journal(&database)?),
        };
        let committer =
            GroupCommit::start(move |questions: &[Question]| committer.commit(questions))
                .map_err(|error| StoreError::because(Kind::Unavailable, &error))?;
        Ok(RedbStore {
            database,
            committer,
            terminals: MemoryStore::new(),
        })
    }
}

impl RedbStore {
    /// Opens a file, and makes it where there is none.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn init(path: &Path, key: &IndexKey) -> Result<Self, StoreError> {
        RedbOptions::new().init(path, key)
    }

    /// Opens a file.
    ///
    /// # Errors
    /// When there is no such file, when another process has it open, when it is no store, or when it is the store of
    /// another index key.
    pub fn open(path: &Path, key: &IndexKey) -> Result<Self, StoreError> {
        RedbOptions::new().open(path, key)
    }

    /// On storage of one's own; empty storage is made a store.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn on(storage: impl StorageBackend, key: &IndexKey) -> Result<Self, StoreError> {
        RedbOptions::new().on(storage, key)
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
        match self.ask(Question::State(*card))? {
            Answer::State(state) => Ok(state),
            _ => Err(confused()),
        }
    }

    /// How many rows there are.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn counts(&self) -> Result<Counts, StoreError> {
        match self.ask(Question::Counts)? {
            Answer::Counts(counts) => Ok(counts),
            _ => Err(confused()),
        }
    }

    /// What is kept of a merchant in the judgement's own state: its fallbacks.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn merchant(&self, merchant: &PlaceIndex) -> Result<Option<PlaceState>, StoreError> {
        let row = self.row(PLACES, merchant.0)?;
        Ok(row.as_ref().map(PlaceState::from_bytes))
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

    /// Names cards and shops anew, under another index key; all of them or, when anything fails, none. Gives how many of the cards the
    /// file had. What becomes of the rest is told at [`Renames`].
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn rekey(
        path: &Path,
        old: &IndexKey,
        new: &IndexKey,
        names: &Renames,
    ) -> Result<u64, StoreError> {
        let database = builder().open(path).map_err(refused)?;
        check(&database, old)?;
        bring_up_to_date(&database)?;
        let write = || {
            let transaction = database.begin_write()?;
            let renamed = rename::all(&transaction, names)?;
            let mut about = transaction.open_table(ABOUT)?;
            about.insert(INDEX_KEY, new.check_value().as_slice())?;
            drop(about);
            transaction.commit()?;
            Ok::<_, redb::Error>(renamed)
        };
        write().map_err(unavailable)
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
            create(&transaction)?;
        }
        transaction.commit()?;
        Ok::<_, redb::Error>(())
    };
    write().map_err(unavailable)
}

/// Makes the tables that are not there.
fn create(transaction: &WriteTransaction) -> Result<(), redb::Error> {
    journal::create(transaction)?;
    behaviour::create(transaction)?;
    transaction.open_table(PLACES)?;
    Ok(())
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
    if !matches!(schema.as_slice(), [OLDEST_SCHEMA..=SCHEMA_VERSION]) {
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
            create(&transaction)?;
            about.insert(SCHEMA, [SCHEMA_VERSION].as_slice())?;
        }
        transaction.commit()?;
        Ok::<_, redb::Error>(())
    };
    write().map_err(unavailable)
}

fn read_journal(database: &Database) -> Result<Journal, StoreError> {
    let read = || {
        let transaction = database.begin_write()?;
        let journal = Journal::read(&transaction)?;
        transaction.abort()?;
        Ok::<_, redb::Error>(journal)
    };
    read().map_err(unavailable)
}

/// What the thread that commits has.
struct Committer {
    database: Arc<Database>,
    that_wait: usize,
    /// `None` after an error, when it may be ahead of the file: then it is to be read again.
    journal: Option<Journal>,
}

impl Committer {
    /// Takes all steps, in their order, and commits; a group that moves nothing leaves the disk alone.
    fn commit(&mut self, questions: &[Question]) -> Result<Vec<Answer>, StoreError> {
        let mut take = || {
            let transaction = self.database.begin_write()?;
            let mut journal = match self.journal.take() {
                Some(journal) => journal,
                None => Journal::read(&transaction)?,
            };
            let (answers, moved) = answer(&transaction, &mut journal, self.that_wait, questions)?;
            if moved {
                transaction.commit()?;
            } else {
                transaction.abort()?;
            }
            self.journal = Some(journal);
            Ok::<_, redb::Error>(answers)
        };
        take().map_err(unavailable)
    }
}

/// The answers, and whether anything moved.
fn answer(
    transaction: &WriteTransaction,
    journal: &mut Journal,
    that_wait: usize,
    questions: &[Question],
) -> Result<(Vec<Answer>, bool), redb::Error> {
    let mut cards = Cards::open(transaction, journal)?;
    let mut places: Option<Places<'_>> = None;
    let mut behaviour = None;
    let mut moved = false;
    let mut answers = Vec::with_capacity(questions.len());
    for question in questions {
        answers.push(match question {
            Question::Card(card, event) => Answer::Card(cards.step(card, event)?),
            Question::State(card) => Answer::State(cards.state(card)?),
            Question::Place(place, event) => {
                let places = opened(&mut places, || Ok(transaction.open_table(PLACES)?))?;
                Answer::Place(observe(places, place, event, &mut moved)?)
            }
            Question::Activity(what) => {
                let (card, event, policy) = &**what;
                let behaviour = opened(&mut behaviour, || Behaviour::open(transaction))?;
                Answer::Activity(behaviour.watch(card, event, policy, &mut moved)?)
            }
            Question::Report(card, report) => {
                let behaviour = opened(&mut behaviour, || Behaviour::open(transaction))?;
                Answer::Report(behaviour.report(card, report, &mut moved)?)
            }
            Question::Forget(at) => {
                let behaviour = opened(&mut behaviour, || Behaviour::open(transaction))?;
                behaviour.forget(*at)?;
                moved = true;
                Answer::Forget
            }
            Question::Counts => {
                let places = opened(&mut places, || Ok(transaction.open_table(PLACES)?))?;
                let behaviour = opened(&mut behaviour, || Behaviour::open(transaction))?;
                let (activities, shops) = behaviour.counts()?;
                Answer::Counts(Counts {
                    cards: cards.count()?,
                    merchants: places.len()?,
                    activities,
                    shops,
                })
            }
        });
    }
    moved |= cards.finish(that_wait)?;
    Ok((answers, moved))
}

/// A merchant's step.
fn observe(
    places: &mut Places<'_>,
    place: &PlaceIndex,
    event: &PlaceEvent,
    moved: &mut bool,
) -> Result<PlaceState, redb::Error> {
    let row = places.get(place.0)?.map(|row| row.value());
    let found = row.map_or_else(PlaceState::default, |row| PlaceState::from_bytes(&row));
    let mut state = found;
    let before = state.apply(event);
    if state != found {
        places.insert(place.0, state.to_bytes())?;
        *moved = true;
    }
    Ok(before)
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
