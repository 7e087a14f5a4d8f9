//! The store in PostgreSQL: `host/tests/postgres/with_server cargo test -p chipcard-store --features postgres --test postgres`
//!
//! Without the server that the script starts, nothing is tested here; on a build machine (`CI` is set) that is a failure.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use chipcard::issuer::{
    CardIndex, CardState, CardStateStore, Outcome, PlaceEvent, PlaceHappened, PlaceIndex,
    PlaceState,
};
use chipcard_store::{BlockingPostgres, IndexKey, Kind, PostgresStore, Renames};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;
use tokio_postgres::{Config, NoTls};

use common::activity::{self, SHOP, START};
use common::postgres::{connect, database, init, server};
use common::{
    Random, assert_same, card, duplicates_from_threads, events, key, killed, many_failures, race,
    remembers, sale, shops,
};

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// Thousands of sequences, many at once, on all branches of the step.
#[test]
fn takes_the_library_s_step() {
    const SEQUENCES: u64 = 2_500;
    const AT_ONCE: usize = 64;
    let Some(mut config) = database("step") else {
        return;
    };
    // What is tested is the SQL, not the disk.
    config.options("-c synchronous_commit=off");
    runtime().block_on(async {
        let store = PostgresStore::init(&config, NoTls, &key()).await.unwrap();
        let store = Arc::new(store.with_time_limit(Duration::from_secs(60)));
        let mut running = JoinSet::new();
        let sequences = (0..SEQUENCES).map(|seed| events(seed, 20));
        for (number, events) in [many_failures()].into_iter().chain(sequences).enumerate() {
            if running.len() == AT_ONCE {
                running.join_next().await.unwrap().unwrap();
            }
            let store = Arc::clone(&store);
            running.spawn(async move {
                let index = card(number as u64);
                let mut answers = Vec::new();
                for event in &events {
                    answers.push(store.record(&index, event).await.unwrap());
                }
                assert_same(&events, &answers, store.card(&index).await.unwrap());
            });
        }
        while let Some(ended) = running.join_next().await {
            ended.unwrap();
        }
    });
}

#[test]
fn counts_fallbacks_of_merchants() {
    let Some(config) = database("merchants") else {
        return;
    };
    let store = init(&config);
    let mut random = Random(77);
    for place in 0..20 {
        let place = PlaceIndex([place; 16]);
        let mut model = PlaceState::default();
        let mut at = 1_700_000_000;
        for _ in 0..40 {
            at += random.below(1_200) as u32;
            let event = PlaceEvent {
                at: at - random.below(60) as u32,
                transaction: random.below(4),
                what: PlaceHappened::Fallback,
            };
            let before = store.observe(&place, &event).unwrap();
            assert_eq!(before, Some(model.apply(&event)), "{event:?}");
        }
    }
}

#[test]
fn one_of_eight_threads_finds_a_counter_new() {
    let Some(config) = database("threads") else {
        return;
    };
    let store = init(&config);
    duplicates_from_threads(&store);
}

/// Where the database lets one of two transactions on a row fail, as CockroachDB does always, the store tries again.
#[test]
fn one_of_eight_threads_finds_a_counter_new_in_serializable_transactions() {
    let Some(mut config) = database("serializable") else {
        return;
    };
    config.options("-c default_transaction_isolation=serializable");
    let store = init(&config);
    duplicates_from_threads(&store);
}

/// Each process records under transactions of its own.
#[test]
fn one_of_two_processes_finds_a_counter_new() {
    let Some(config) = database("processes") else {
        return;
    };
    drop(init(&config));
    race::run(config.get_dbname().unwrap(), 100);
}

#[test]
#[ignore = "not a test: what the other processes do"]
fn child() {
    let Some((database, number)) = killed::child() else {
        return;
    };
    let store = connect(&database);
    if !race::is_runner() {
        killed::record_for_ever(&store, number);
        return;
    }
    race::runner(|atc| {
        let event = sale(number << 32 | u64::from(atc), atc);
        match store.record(&card(0), &event).unwrap().outcome {
            Outcome::New => true,
            Outcome::Seen => false,
            other => panic!("{other:?}"),
        }
    });
}

#[test]
fn connected_anew_it_remembers() {
    let Some(config) = database("remembers") else {
        return;
    };
    remembers(&init(&config), 1..=5);
    remembers(
        &BlockingPostgres::connect(&config, NoTls, &key()).unwrap(),
        6..=9,
    );
    // Initialising what there is changes nothing.
    remembers(&init(&config), 10..=12);
}

#[test]
fn activities_take_the_library_s_step() {
    let Some(mut config) = database("activities") else {
        return;
    };
    config.options("-c synchronous_commit=off");
    activity::takes_the_library_s_step(&init(&config), 2_000);
}

#[test]
fn activities_of_threads_are_all_counted() {
    let Some(config) = database("activity_threads") else {
        return;
    };
    let store = init(&config);
    activity::counts_all_threads(&store, || store.shop(&SHOP, START).unwrap().unwrap());
}

#[test]
fn connected_anew_it_remembers_activities() {
    let Some(config) = database("activities_kept") else {
        return;
    };
    activity::remembers(&init(&config), 1, 3);
    activity::remembers(&connect(config.get_dbname().unwrap()), 4, 6);
    let new = IndexKey::new(&[9; 32]);
    let names = Renames::new(vec![(card(5), card(6))], Vec::new());
    BlockingPostgres::rekey(&config, NoTls, &key(), &new, &names).unwrap();
    let store = BlockingPostgres::connect(&config, NoTls, &new).unwrap();
    assert_eq!(store.activity(&card(5)).unwrap(), None);
    assert!(store.activity(&card(6)).unwrap().is_some());
    assert_eq!(store.shop(&SHOP, START).unwrap(), None);
    store.forget(START + 27 * 86_400).unwrap();
    assert!(store.activity(&card(6)).unwrap().is_some());
    store.forget(START + 30 * 86_400).unwrap();
    assert_eq!(store.activity(&card(6)).unwrap(), None);
}

#[test]
fn hosts_may_initialise_at_once() {
    let Some(config) = database("initialised") else {
        return;
    };
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| init(&config));
        }
    });
}

#[test]
fn connects_to_its_own_stores_alone() {
    let Some(config) = database("own") else {
        return;
    };
    let kind = |key: &IndexKey| {
        let error = BlockingPostgres::connect(&config, NoTls, key).unwrap_err();
        error.kind()
    };
    assert_eq!(kind(&key()), Kind::WrongSchema);
    drop(init(&config));
    let other = IndexKey::new(&[9; 32]);
    assert_eq!(kind(&other), Kind::WrongIndexKey);
    let again = BlockingPostgres::init(&config, NoTls, &other).unwrap_err();
    assert_eq!(again.kind(), Kind::WrongIndexKey);
    common::postgres::execute(
        &config,
        "INSERT INTO chipcard_schema (version, name) VALUES (999, 'later')",
    );
    assert_eq!(kind(&key()), Kind::WrongSchema);
}

#[test]
fn cards_keep_their_state_under_another_key() {
    let Some(config) = database("rekeyed") else {
        return;
    };
    let store = init(&config);
    for number in 0..10 {
        store.record(&card(number), &sale(1, 7)).unwrap();
    }
    drop(store);
    let new = IndexKey::new(&[9; 32]);
    // Card 9 is not on the list, card 10 was never used.
    let names = (0..9)
        .chain([10])
        .map(|number| (card(number), card(number + 100)));
    let names = Renames::new(names.collect(), Vec::new());
    let renamed = BlockingPostgres::rekey(&config, NoTls, &key(), &new, &names).unwrap();
    assert_eq!(renamed, 9);
    let store = BlockingPostgres::connect(&config, NoTls, &new).unwrap();
    assert_eq!(store.card(&card(0)).unwrap(), None);
    for number in 100..109 {
        let replay = store.record(&card(number), &sale(2, 7)).unwrap();
        assert_eq!(replay.outcome, Outcome::Seen);
    }
}

#[test]
fn shops_keep_their_counts_under_another_key() {
    let Some(config) = database("shops_rekeyed") else {
        return;
    };
    let store = init(&config);
    shops::fill(&store);
    drop(store);
    let new = IndexKey::new(&[9; 32]);
    BlockingPostgres::rekey(&config, NoTls, &key(), &new, &shops::renames()).unwrap();
    let store = BlockingPostgres::connect(&config, NoTls, &new).unwrap();
    shops::assert_renamed(&store, |shop| {
        let today = (START / 86_400) as u16;
        let shop = store.shop(shop, START).unwrap();
        shop.map(|shop| shop.counts(today))
    });
    let merchant = store.merchant(&shops::NAMED.1).unwrap();
    assert_eq!(merchant.unwrap().fallbacks, 1);
    let counts = store.counts().unwrap();
    assert_eq!((counts.cards, counts.merchants), (0, 1));
    assert_eq!((counts.activities, counts.shops), (1, 1));
}

/// `schema.sql` is what the migrations make.
#[test]
fn the_schema_file_is_true() {
    let (Some(migrated), Some(by_hand)) = (database("migrated"), database("by_hand")) else {
        return;
    };
    drop(init(&migrated));
    common::postgres::execute(&by_hand, include_str!("../src/schema.sql"));
    let columns = |config: &Config| {
        common::postgres::query(
            config,
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' \
             || COALESCE(column_default, '-') FROM information_schema.columns \
             WHERE table_schema = 'public' UNION ALL \
             SELECT table_name || ' ' || constraint_type FROM information_schema.table_constraints \
             WHERE table_schema = 'public' AND constraint_name NOT LIKE '%_not_null' UNION ALL \
             SELECT version || ' ' || name FROM chipcard_schema ORDER BY 1",
        )
    };
    let expected = columns(&migrated);
    assert!(expected.len() > 40);
    assert_eq!(columns(&by_hand), expected);
    // After it, the index key alone is missing.
    let connect = BlockingPostgres::connect(&by_hand, NoTls, &key()).unwrap_err();
    assert_eq!(connect.kind(), Kind::WrongSchema);
    remembers(&init(&by_hand), 1..=3);
}

#[test]
fn a_server_that_is_not_there_is_told_of_soon() {
    if server().is_none() {
        return;
    }
    let config: Config = "host=/nowhere user=chipcard".parse().unwrap();
    let start = Instant::now();
    let error = BlockingPostgres::connect(&config, NoTls, &key()).unwrap_err();
    assert_eq!(error.kind(), Kind::Unavailable);
    assert!(start.elapsed() < Duration::from_secs(5));
}

/// A row that another session holds: the answer comes in time, and the transaction is there when it is tried again.
#[test]
fn a_server_that_is_slow_is_not_waited_for() {
    let Some(config) = database("slow") else {
        return;
    };
    let store = init(&config);
    store.record(&card(1), &sale(1, 1)).unwrap();
    let hasty = connect(config.get_dbname().unwrap());
    let hasty = hasty.with(|store| store.with_time_limit(Duration::from_millis(200)));
    let runtime = runtime();
    let holder = runtime.block_on(async {
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client
            .batch_execute("BEGIN; UPDATE chipcard_cards SET flags = flags")
            .await
            .unwrap();
        client
    });
    let error = hasty.record(&card(1), &sale(2, 2)).unwrap_err();
    assert_eq!(error.kind(), Kind::TimedOut);
    runtime.block_on(holder.batch_execute("COMMIT")).unwrap();
    let outcome = store.record(&card(1), &sale(2, 2)).unwrap().outcome;
    assert!(
        matches!(outcome, Outcome::New | Outcome::Retransmission),
        "{outcome:?}"
    );
    assert_eq!(
        store.record(&card(1), &sale(3, 2)).unwrap().outcome,
        Outcome::Seen
    );
}

/// Records the same counter of so many cards at once, a thread each; gives what failed.
fn at_once(store: &BlockingPostgres, cards: u64, atc: u16) -> Vec<(u64, Kind)> {
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for number in 0..cards {
            let failed = &failed;
            scope.spawn(
                move || match store.record(&card(number), &sale(u64::from(atc), atc)) {
                    Ok(recorded) => assert_eq!(recorded.outcome, Outcome::New, "{number}"),
                    Err(error) => failed.lock().unwrap().push((number, error.kind())),
                },
            );
        }
    });
    failed.into_inner().unwrap()
}

/// Of events that share a statement, one that the database refuses leaves the others alone.
#[test]
fn a_row_that_is_refused_does_not_touch_the_others_of_its_group() {
    let Some(config) = database("refused") else {
        return;
    };
    let store = init(&config);
    assert_eq!(at_once(&store, 40, 1), []);
    let name: String = card(17)
        .0
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let odd =
        format!("ALTER TABLE chipcard_cards ADD CHECK (card <> '\\x{name}'::BYTEA OR highest < 3)");
    common::postgres::execute(&config, &odd);
    for atc in 2..=10 {
        let refused = (atc >= 3).then_some((17, Kind::Unavailable));
        assert_eq!(at_once(&store, 40, atc), Vec::from_iter(refused));
    }
    for number in 0..40 {
        let expected = if number == 17 { 2 } else { 10 };
        assert_eq!(state(&store, &card(number)).now.highest, expected);
    }
}

/// Nor does one whose row somebody holds: it alone is not answered in time.
#[test]
fn a_row_that_is_held_does_not_keep_the_others_of_its_group() {
    let Some(config) = database("held") else {
        return;
    };
    let store = init(&config);
    assert_eq!(at_once(&store, 40, 1), []);
    let hasty = store.with(|store| store.with_time_limit(Duration::from_secs(5)));
    let runtime = runtime();
    let holder = runtime.block_on(async {
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        client.batch_execute("BEGIN").await.unwrap();
        let hold = "UPDATE chipcard_cards SET flags = flags WHERE card = $1";
        let held = client.execute(hold, &[&card(17).0.as_slice()]).await;
        assert_eq!(held.unwrap(), 1);
        client
    });
    for atc in 2..=4 {
        assert_eq!(at_once(&hasty, 40, atc), [(17, Kind::TimedOut)]);
    }
    runtime.block_on(holder.batch_execute("COMMIT")).unwrap();
    assert_eq!(at_once(&hasty, 40, 5), []);
}

/// Two hosts whose groups have the same cards: neither waits for ever, and every counter is new once.
#[test]
fn groups_of_two_hosts_with_the_same_cards() {
    const CARDS: u64 = 24;
    const COUNTERS: u16 = 20;
    let Some(config) = database("groups") else {
        return;
    };
    let hosts = [init(&config), init(&config)];
    let new = AtomicU64::new(0);
    thread::scope(|scope| {
        for (host, store) in hosts.iter().enumerate() {
            for number in 0..CARDS {
                let new = &new;
                scope.spawn(move || {
                    for atc in 1..=COUNTERS {
                        let event = sale((host as u64 + 1) << 32 | u64::from(atc), atc);
                        match store.record(&card(number), &event).unwrap().outcome {
                            Outcome::New => new.fetch_add(1, Ordering::Relaxed),
                            Outcome::Seen => 0,
                            other => panic!("{other:?}"),
                        };
                    }
                });
            }
        }
    });
    assert_eq!(new.into_inner(), CARDS * u64::from(COUNTERS));
}

fn state(store: &BlockingPostgres, index: &CardIndex) -> CardState {
    store.card(index).unwrap().unwrap_or_default()
}

#[test]
fn a_host_killed_a_hundred_times_lets_no_replay_pass() {
    let Some(config) = database("killed") else {
        return;
    };
    drop(init(&config));
    let name = config.get_dbname().unwrap();
    let transactions = killed::rounds(name, 100, || connect(name), state);
    println!("{transactions} transactions");
    assert!(transactions > 100);
}
