//! What the issuer's judgement costs on a durable store beside a bare conditional upsert in the same store:
//! `host/tests/postgres/with_server cargo bench -p chipcard-host --bench store [-- SECONDS]`
//!
//! One side judges a whole message, from its fields and DE 55 to the verdict, and records it; the other keeps one counter a card
//! and moves it up. Both have as many clients, and in PostgreSQL as many connections, and know 65,536 cards before. Rounds alternate;
//! the ratio is the median of those of neighbouring rounds. Every answer of either side means that the disk has it.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a failure here is a failed run"
)]

#[path = "../../tests/judge/mod.rs"]
mod judge;
#[path = "../../tests/test_card/mod.rs"]
mod test_card;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::ApplicationTransactionCounter;
use chipcard::issuer::{
    CardEvent, CardIndex, CardStateStore, Happened, PlaceEvent, PlaceIndex, PlaceState, Recorded,
    Verdict,
};
use chipcard_store::{BlockingPostgres, IndexKey, RedbStore};
use redb::{Database, ReadableTable, TableDefinition};
use tokio::runtime::Runtime;
use tokio_postgres::{Client, Config, NoTls};

use judge::{Bench, NOON, whole_message};

/// So many that the transactions of one commit seldom share a page, as those of a bank's cards do not.
const CARDS: u64 = 65_536;
const COUNTERS: u64 = 60;
const ROUNDS: usize = 11;
const CONNECTIONS: usize = 16;

/// One of many cards that sign with the same key: to the store each is another.
struct Card<S> {
    store: S,
    number: u64,
}

fn index(number: u64) -> CardIndex {
    let spread = u128::from(number + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    CardIndex(spread.to_be_bytes())
}

impl<S: CardStateStore> CardStateStore for Card<S> {
    type Error = S::Error;

    fn record(&mut self, _: &CardIndex, event: &CardEvent) -> Result<Recorded, S::Error> {
        self.store.record(&index(self.number), event)
    }

    fn observe(
        &mut self,
        place: &PlaceIndex,
        event: &PlaceEvent,
    ) -> Result<Option<PlaceState>, S::Error> {
        self.store.observe(place, event)
    }
}

/// Transactions a second of so many clients, each of which takes the next one after it has the answer.
fn rate(clients: usize, time: Duration, next: &AtomicU64, step: impl Fn(u64) + Sync) -> f64 {
    let stop = AtomicBool::new(false);
    let first = next.load(Ordering::Relaxed);
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
    (next.load(Ordering::Relaxed) - first) as f64 / start.elapsed().as_secs_f64()
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

/// `bare` gets the card and its counter, as the judgement does.
fn compare<S>(name: &str, time: Duration, store: &S, bare: impl Fn(u64, u64) + Sync)
where
    S: Sync,
    for<'a> &'a S: CardStateStore,
{
    let bench = Bench::new(&CryptogramVersion::VISA_18);
    let messages = messages(&bench);
    let judged = |number: u64| {
        let (stan, de55) = &messages[(number / CARDS % COUNTERS) as usize];
        let number = number % CARDS + number / (CARDS * COUNTERS) * CARDS;
        let request = whole_message(stan, de55);
        let card = Card { store, number };
        let Ok(assessment) = bench.authoriser.assess(&request, &bench.issued, card) else {
            panic!("the store does not answer");
        };
        // The terminal is the same for all cards, and its numbers come again.
        assert!(
            assessment.verdict <= Verdict::ApproveAndFlag,
            "{:?}",
            assessment.reasons
        );
    };
    let bare = |number: u64| bare(number % CARDS, number / CARDS + 1);
    let (next_judged, next_bare) = (AtomicU64::new(CARDS), AtomicU64::new(CARDS));
    for clients in [1, 8, 64] {
        let (mut judgements, mut upserts, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let judged = rate(clients, time, &next_judged, judged);
            let bare = rate(clients, time, &next_bare, bare);
            judgements.push(judged);
            upserts.push(bare);
            ratios.push(judged / bare);
        }
        println!(
            "{name:<10} {clients:2} clients: {:.2} of the bare upsert; {:6.0} judgements and {:6.0} upserts a second",
            median(ratios),
            median(judgements),
            median(upserts),
        );
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

/// A counter a card in a file, with one commit for all that wait.
struct BareFile {
    queue: Sender<(u64, u64, SyncSender<bool>)>,
}

const BARE: TableDefinition<'_, [u8; 16], u64> = TableDefinition::new("bare");

impl BareFile {
    fn start(path: &Path) -> Self {
        let database = Database::create(path).unwrap();
        let (queue, jobs) = channel();
        thread::spawn(move || Self::serve(&database, &jobs));
        Self { queue }
    }

    fn serve(database: &Database, jobs: &Receiver<(u64, u64, SyncSender<bool>)>) {
        while let Ok(first) = jobs.recv() {
            let jobs: Vec<_> = std::iter::once(first).chain(jobs.try_iter()).collect();
            let transaction = database.begin_write().unwrap();
            let mut table = transaction.open_table(BARE).unwrap();
            let moved: Vec<_> = jobs
                .iter()
                .map(|(card, counter, _)| {
                    let card = index(*card).0;
                    let found = table.get(card).unwrap().map_or(0, |found| found.value());
                    if found < *counter {
                        table.insert(card, counter).unwrap();
                    }
                    found < *counter
                })
                .collect();
            drop(table);
            transaction.commit().unwrap();
            for ((.., answer), moved) in jobs.iter().zip(moved) {
                answer.send(moved).unwrap();
            }
        }
    }

    fn upsert(&self, card: u64, counter: u64) {
        let (answer, given) = sync_channel(1);
        self.queue.send((card, counter, answer)).unwrap();
        assert!(given.recv().unwrap());
    }
}

/// A counter a card in PostgreSQL.
struct BareTable {
    runtime: Runtime,
    clients: Vec<(Client, tokio_postgres::Statement)>,
    next: AtomicU64,
}

impl BareTable {
    fn connect(config: &Config) -> Self {
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
                let table = "CREATE TABLE IF NOT EXISTS bare (card BYTEA NOT NULL PRIMARY KEY, counter BIGINT NOT NULL)";
                client.batch_execute(table).await.unwrap();
                let upsert = "INSERT INTO bare (card, counter) VALUES ($1, $2) ON CONFLICT (card) DO UPDATE \
                              SET counter = excluded.counter WHERE bare.counter < excluded.counter RETURNING counter";
                let upsert = client.prepare(upsert).await.unwrap();
                clients.push((client, upsert));
            }
            clients
        });
        Self {
            runtime,
            clients,
            next: AtomicU64::new(0),
        }
    }

    /// Gives both tables all cards.
    fn fill(&self) {
        let cards: Vec<_> = (0..CARDS).map(|number| index(number).0.to_vec()).collect();
        let (client, _) = &self.clients[0];
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
        let (client, upsert) = &self.clients[turn % CONNECTIONS];
        let card = index(card).0;
        let counter = counter.cast_signed();
        let moved = async {
            client
                .query_opt(upsert, &[&card.as_slice(), &counter])
                .await
        };
        assert!(self.runtime.block_on(moved).unwrap().is_some());
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
    for_each_card(|number| {
        (&store).record(&index(number), &FIRST).unwrap();
    });
    for_each_card(|number| bare.upsert(number, 1));
    compare("redb", time, &store, |card, counter| {
        bare.upsert(card, counter)
    });
    drop(store);

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
    compare("PostgreSQL", time, &store, |card, counter| {
        bare.upsert(card, counter)
    });
}
