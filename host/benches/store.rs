//! What the issuer's judgement costs on a durable store beside a bare conditional upsert in the same store:
//! `host/tests/postgres/with_server cargo bench -p chipcard-host --bench store [-- SECONDS]`
//!
//! One side judges a whole message of a named card, from its fields and DE 55 to the verdict, and records it; the other keeps one counter
//! a card and moves it up. Both have as many clients, and in PostgreSQL as many connections, and know 65,536 cards before. Rounds
//! alternate; the ratio is the median of those of neighbouring rounds. Every answer of either side means that the disk has it.
//!
//! The upserts are grouped by the very code that groups the store's events. In PostgreSQL there are two such sides: grouped, and one
//! statement each, which is what one writes without thinking of groups. In a file there is another store beside them, which records the
//! same events without a judgement: what is lost to it is the judgement's own time.
//!
//! Behind the rates: the processor time of this process, which a busy machine changes little. What the server uses is not in it.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a failure here is a failed run"
)]

#[allow(
    dead_code,
    unused_imports,
    reason = "the store needs more of it, and runs its tests"
)]
#[path = "../store/src/postgres/gather.rs"]
mod gather;
#[allow(unused_imports, reason = "the store runs its tests")]
#[path = "../store/src/group.rs"]
mod group;
#[path = "../../tests/judge/mod.rs"]
mod judge;
#[path = "../../tests/test_card/mod.rs"]
mod test_card;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::ApplicationTransactionCounter;
use chipcard::issuer::{
    CardEvent, CardIndex, CardStateStore, Happened, Outcome, PlaceEvent, PlaceIndex, PlaceState,
    Recorded, Verdict,
};
use chipcard_store::{BlockingPostgres, IndexKey, RedbStore};
use redb::{Database, ReadableTable, TableDefinition};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, Config, NoTls, Statement};

use gather::{Gatherer, Question};
use group::GroupCommit;
use judge::{Bench, NOON, whole_message};

/// So many that the transactions of one commit seldom share a page, as those of a bank's cards do not.
const CARDS: u64 = 65_536;
const COUNTERS: u64 = 60;
const ROUNDS: usize = 11;
const CONNECTIONS: usize = 16;

/// One of many cards that sign with the same key: to the store each is another.
struct Card<'a, S> {
    store: &'a S,
    number: u64,
}

fn index(number: u64) -> CardIndex {
    let spread = u128::from(number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    CardIndex(spread.to_be_bytes())
}

impl<S: CardStateStore> CardStateStore for Card<'_, S> {
    type Error = S::Error;

    fn record(&self, _: &CardIndex, event: &CardEvent) -> Result<Recorded, S::Error> {
        self.store.record(&index(self.number), event)
    }

    fn observe(
        &self,
        place: &PlaceIndex,
        event: &PlaceEvent,
    ) -> Result<Option<PlaceState>, S::Error> {
        self.store.observe(place, event)
    }
}

/// Processor time of this process, in hundredths of a second; 0 where the system does not tell.
fn ticks() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the name, which may hold blanks: user and system time are the 12th and 13th.
    let fields = stat.rsplit(')').next().unwrap().split_whitespace();
    fields
        .skip(11)
        .take(2)
        .map(|field| field.parse().unwrap_or(0))
        .sum()
}

/// What some rounds of one side did.
#[derive(Default)]
struct Side {
    rates: Vec<f64>,
    steps: u64,
    ticks: u64,
}

impl Side {
    fn microseconds(&self) -> f64 {
        self.ticks as f64 * 10_000.0 / self.steps.max(1) as f64
    }
}

/// Lets so many clients work, each of which takes the next transaction after it has the answer. Gives transactions a second.
fn round(
    side: &mut Side,
    clients: usize,
    time: Duration,
    next: &AtomicU64,
    step: impl Fn(u64) + Sync,
) -> f64 {
    let stop = AtomicBool::new(false);
    let first = next.load(Ordering::Relaxed);
    let used = ticks();
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..clients {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    step(next.fetch_add(1, Ordering::Relaxed));
                }
            });
        }
        thread::sleep(time);
        stop.store(true, Ordering::Relaxed);
    });
    let steps = next.load(Ordering::Relaxed) - first;
    let rate = steps as f64 / start.elapsed().as_secs_f64();
    side.steps += steps;
    side.ticks += ticks() - used;
    side.rates.push(rate);
    rate
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Messages of a card, the first with counter 1.
fn messages(bench: &Bench) -> Vec<(String, Vec<u8>)> {
    (1..=COUNTERS)
        .map(|atc| {
            let sale = bench.sale().atc(u16::try_from(atc).unwrap());
            (sale.stan.clone(), sale.de55(&bench.card).unwrap())
        })
        .collect()
}

/// A bare upsert gets the card and its counter, as the judgement does.
type Bare<'a> = (&'a str, &'a (dyn Fn(u64, u64) + Sync));

fn compare<S>(name: &str, time: Duration, store: &S, bare: &[Bare<'_>])
where
    S: CardStateStore + Sync,
{
    let bench = Bench::new(&CryptogramVersion::VISA_18);
    let messages = messages(&bench);
    let issued = bench.authoriser.named(bench.issued.clone());
    let judged = |number: u64| {
        let (stan, de55) = &messages[(number / CARDS % COUNTERS) as usize];
        let number = number % CARDS + number / (CARDS * COUNTERS) * CARDS;
        let request = whole_message(stan, de55);
        let card = Card { store, number };
        let Ok(assessment) = bench.authoriser.assess(&request, &issued, &card) else {
            panic!("the store does not answer");
        };
        // The terminal is the same for all cards, and its numbers come again.
        assert!(
            assessment.verdict <= Verdict::ApproveAndFlag,
            "{:?}",
            assessment.reasons
        );
    };
    let next_judged = AtomicU64::new(CARDS);
    // The sides of one table share its counters.
    let next_bare = AtomicU64::new(CARDS);
    for clients in [1, 8, 64] {
        let mut judgements = Side::default();
        let mut upserts: Vec<_> = bare.iter().map(|_| (Side::default(), Vec::new())).collect();
        for _ in 0..ROUNDS {
            let judged = round(&mut judgements, clients, time, &next_judged, judged);
            for ((side, ratios), (_, bare)) in upserts.iter_mut().zip(bare) {
                let step = |number: u64| bare(number % CARDS, number / CARDS + 1);
                ratios.push(judged / round(side, clients, time, &next_bare, step));
            }
        }
        println!(
            "{name:<10} {clients:2} clients: {:6.0} judgements a second, {:4.0} us each",
            median(judgements.rates.clone()),
            judgements.microseconds(),
        );
        for ((side, ratios), (kind, _)) in upserts.into_iter().zip(bare) {
            let microseconds = side.microseconds();
            println!(
                "  {:.2} of {kind}: {:6.0} a second, {microseconds:4.0} us each",
                median(ratios),
                median(side.rates),
            );
        }
    }
}

/// Does something for every card, many at a time.
fn for_each_card(step: impl Fn(u64) + Sync) {
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..512 {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= CARDS {
                        break;
                    }
                    step(number);
                }
            });
        }
    });
}

/// The first transaction of a card.
const FIRST: CardEvent = CardEvent {
    at: NOON as u32 - 86_400,
    transaction: 1,
    atc: Some(ApplicationTransactionCounter(1)),
    happened: Happened::CONTACT_READ,
};

/// One of the same events without a judgement.
fn record_alone(store: &RedbStore, card: u64, counter: u64) {
    let event = CardEvent {
        at: NOON as u32,
        transaction: card << 32 | counter,
        atc: Some(ApplicationTransactionCounter(counter as u16)),
        happened: Happened::CONTACT_READ,
    };
    let recorded = store.record(&index(card), &event).unwrap();
    assert_eq!(recorded.outcome, Outcome::New);
}

/// A counter a card in a file, with one commit for all that wait.
struct BareFile(GroupCommit<(u64, u64), bool, ()>);

const BARE: TableDefinition<'_, [u8; 16], u64> = TableDefinition::new("bare");

impl BareFile {
    fn start(path: &Path) -> Self {
        let database = Database::create(path).unwrap();
        let commit = move |upserts: &[(u64, u64)]| Ok(Self::commit(&database, upserts));
        Self(GroupCommit::start(commit).unwrap())
    }

    fn commit(database: &Database, upserts: &[(u64, u64)]) -> Vec<bool> {
        let transaction = database.begin_write().unwrap();
        let mut table = transaction.open_table(BARE).unwrap();
        let upsert = |&(card, counter): &(u64, u64)| {
            let card = index(card).0;
            let found = table.get(card).unwrap().map_or(0, |found| found.value());
            if found < counter {
                table.insert(card, counter).unwrap();
            }
            found < counter
        };
        let moved = upserts.iter().map(upsert).collect();
        drop(table);
        transaction.commit().unwrap();
        moved
    }

    fn upsert(&self, card: u64, counter: u64) {
        assert_eq!(self.0.ask((card, counter)), Some(Ok(true)));
    }
}

/// A connection with the upsert of one card and that of many.
struct BareClient {
    client: Client,
    one: Statement,
    many: Statement,
}

/// A counter a card in PostgreSQL.
struct BareTable {
    runtime: Runtime,
    clients: Arc<Vec<BareClient>>,
    next: AtomicU64,
    gatherer: Gatherer<(u64, u64), ()>,
}

impl BareTable {
    fn connect(config: &Config) -> Self {
        const TABLE: &str = "CREATE TABLE IF NOT EXISTS bare (card BYTEA NOT NULL PRIMARY KEY, counter BIGINT NOT NULL)";
        const MOVES: &str = "ON CONFLICT (card) DO UPDATE SET counter = excluded.counter \
                             WHERE bare.counter < excluded.counter RETURNING card";
        let one = format!("INSERT INTO bare (card, counter) VALUES ($1, $2) {MOVES}");
        let rows = "SELECT * FROM UNNEST($1::BYTEA[], $2::BIGINT[])";
        let many = format!("INSERT INTO bare (card, counter) {rows} {MOVES}");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let clients = runtime.block_on(async {
            let mut clients = Vec::new();
            for _ in 0..CONNECTIONS {
                let (client, connection) = config.connect(NoTls).await.unwrap();
                tokio::spawn(connection);
                client.batch_execute(TABLE).await.unwrap();
                let one = client.prepare(&one).await.unwrap();
                let many = client.prepare(&many).await.unwrap();
                clients.push(BareClient { client, one, many });
            }
            Arc::new(clients)
        });
        let own = Arc::clone(&clients);
        let turn = AtomicU64::new(0);
        let take = move |group| {
            let turn = turn.fetch_add(1, Ordering::Relaxed) as usize;
            Self::together(Arc::clone(&own), turn % CONNECTIONS, group)
        };
        let guard = runtime.enter();
        let limit = Duration::from_secs(60);
        let gatherer = Gatherer::start(8, limit, |upsert: &(u64, u64)| upsert.0, take);
        drop(guard);
        Self {
            runtime,
            clients,
            next: AtomicU64::new(0),
            gatherer,
        }
    }

    async fn together(
        clients: Arc<Vec<BareClient>>,
        turn: usize,
        mut group: Vec<Question<(u64, u64), ()>>,
    ) {
        let BareClient { client, one, many } = &clients[turn];
        let name = |question: &Question<(u64, u64), ()>| index(question.what.0).0;
        group.sort_unstable_by_key(name);
        let names: Vec<_> = group.iter().map(name).collect();
        let names: Vec<_> = names.iter().map(<[u8; 16]>::as_slice).collect();
        let counter = |question: &Question<(u64, u64), ()>| question.what.1.cast_signed();
        let counters: Vec<_> = group.iter().map(counter).collect();
        let moved = if let ([name], [counter]) = (names.as_slice(), counters.as_slice()) {
            client.query(one, &[name, counter]).await
        } else {
            client.query(many, &[&names, &counters]).await
        };
        assert_eq!(moved.unwrap().len(), group.len());
        for question in group {
            question.answer(());
        }
    }

    /// Gives both tables all cards.
    fn fill(&self) {
        let cards: Vec<_> = (0..CARDS).map(|number| index(number).0.to_vec()).collect();
        let client = &self.clients[0].client;
        let fill = async {
            for insert in [
                "INSERT INTO bare (card, counter) SELECT card, 1 FROM unnest($1::BYTEA[]) AS card",
                "INSERT INTO chipcard_cards (card, seen, highest) SELECT card, 1, 1 FROM unnest($1::BYTEA[]) AS card",
            ] {
                client.execute(insert, &[&cards]).await.unwrap();
            }
            client.batch_execute("VACUUM ANALYZE").await.unwrap();
            client.batch_execute("CHECKPOINT").await.unwrap();
        };
        self.runtime.block_on(fill);
    }

    fn upsert(&self, card: u64, counter: u64) {
        let turn = self.next.fetch_add(1, Ordering::Relaxed) as usize;
        let BareClient { client, one, .. } = &self.clients[turn % CONNECTIONS];
        let card = index(card).0;
        let counter = counter.cast_signed();
        let moved = async { client.query_opt(one, &[&card.as_slice(), &counter]).await };
        assert!(self.runtime.block_on(moved).unwrap().is_some());
    }

    fn upsert_grouped(&self, card: u64, counter: u64) {
        let given = self.gatherer.ask((card, counter));
        self.runtime.block_on(given).unwrap();
    }
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("store-bench");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|text| text != "--bench");
    let seconds: f64 = arguments.next().map_or(0.5, |text| text.parse().unwrap());
    let time = Duration::from_secs_f64(seconds);
    let key = IndexKey::new(&[7; 32]);

    let folder = folder();
    let store = RedbStore::init(&folder.join("cards.redb"), &key).unwrap();
    let bare = BareFile::start(&folder.join("bare.redb"));
    let alone = RedbStore::init(&folder.join("alone.redb"), &key).unwrap();
    for_each_card(|number| {
        store.record(&index(number), &FIRST).unwrap();
    });
    for_each_card(|number| bare.upsert(number, 1));
    for_each_card(|number| {
        alone.record(&index(number), &FIRST).unwrap();
    });
    let upsert = |card, counter| bare.upsert(card, counter);
    let record = |card, counter| record_alone(&alone, card, counter);
    compare(
        "redb",
        time,
        &store,
        &[
            ("bare upserts, grouped alike", &upsert),
            ("the same events without a judgement", &record),
        ],
    );
    drop((store, alone));

    let Ok(server) = std::env::var("CHIPCARD_TEST_POSTGRES") else {
        println!("PostgreSQL: not measured; run this through host/tests/postgres/with_server");
        return;
    };
    let config = server.parse().unwrap();
    let store = BlockingPostgres::init(&config, NoTls, &key).unwrap();
    let store = store.with(|store| {
        store
            .with_connections(CONNECTIONS)
            .with_time_limit(Duration::from_secs(60))
    });
    let bare = BareTable::connect(&config);
    bare.fill();
    let grouped = |card, counter| bare.upsert_grouped(card, counter);
    let single = |card, counter| bare.upsert(card, counter);
    compare(
        "PostgreSQL",
        time,
        &store,
        &[
            ("bare upserts, grouped alike", &grouped),
            ("bare upserts, one statement each", &single),
        ],
    );
}
