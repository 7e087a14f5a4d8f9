//! `chipcard store` on files, and on a database where there is one.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "../store/tests/common/mod.rs"]
mod common;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use chipcard::element::{Pan, PanSequenceNumber};
use chipcard::issuer::{Activity, ActivityStore, CardIndex, CardStateStore, CompromiseReport};
use chipcard_store::{IndexKey, RedbStore};
use serde_json::Value;

use common::activity::{SHOP, START, purchase, telling};
use common::{fallback, sale};

const PAN: &str = "4761739001010010";

/// A folder of one test, with two index keys.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("store-command")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("index.key"), "0123456789abcdef".repeat(4)).unwrap();
    fs::write(folder.join("new.key"), "fedcba9876543210".repeat(4)).unwrap();
    folder
}

fn chipcard(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chipcard"))
        .arg("store")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The command may end before it reads.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    for text in [&output.stdout, &output.stderr] {
        assert!(
            !String::from_utf8_lossy(text).contains(PAN),
            "the PAN is shown"
        );
    }
    output
}

fn index(folder: &Path, key: &str) -> CardIndex {
    let key = IndexKey::read(&folder.join(key)).unwrap_or_else(|failure| panic!("{failure}"));
    let sequence = PanSequenceNumber::from_digits("01").unwrap();
    key.state_key()
        .card(&Pan::from_digits(PAN).unwrap(), sequence, 2)
}

/// The life of a store: made, asked, renamed, asked again.
fn lives(folder: &Path, place: &[&str], record: impl FnOnce(&IndexKey, &CardIndex)) {
    let run = |action: &str, rest: &[&str], input: &str| {
        let arguments = [&[action], place, rest].concat();
        let output = chipcard(folder, &arguments, input);
        let error = String::from_utf8(output.stderr).unwrap();
        (
            output.status.code().unwrap(),
            String::from_utf8(output.stdout).unwrap(),
            error,
        )
    };
    let key = ["--index-key", "index.key"];
    let (status, _, error) = run("inspect", &key, PAN);
    assert_eq!(status, 2, "{error}");
    assert_eq!(run("init", &key, "").0, 0);
    assert_eq!(run("init", &key, "").0, 0);
    let card = ["--index-key", "index.key", "--psn", "01", "--issue", "2"];
    assert_eq!(run("inspect", &card, PAN).0, 1);

    let path = folder.join("index.key");
    let index_key = IndexKey::read(&path).unwrap_or_else(|failure| panic!("{failure}"));
    record(&index_key, &index(folder, "index.key"));
    let (status, text, error) = run("inspect", &card, &format!("{PAN}\n"));
    assert_eq!(status, 0, "{error}");
    assert!(text.contains("highest counter      12"), "{text}");
    assert!(text.contains("gaps below it        11"), "{text}");
    assert!(text.contains("476173******0010"), "{text}");
    assert!(
        text.contains("cash-outs            2023-11-14T22:13:20Z"),
        "{text}"
    );
    let there = "used on 2023-11-14, counted on 2023-11-14, at shop ";
    let shop = shop(folder, "index.key");
    let counts = "cards 1, compromised 1, in the 28 days to 2023-11-14";
    assert!(
        text.contains(&format!("{there}{shop}: {counts}\n")),
        "{text}"
    );
    assert!(text.contains("reported compromised 2023-11-14"), "{text}");

    let (status, text, error) = run("inspect", &[&key[..], &["--counts"]].concat(), "");
    assert_eq!(status, 0, "{error}");
    let counted: Vec<_> = text.lines().map(|line| line.split_at(37).1).collect();
    assert_eq!(counted, ["1", "1", "1", "2"], "{text}");
    let merchant = ["--acquirer", "123456", "--merchant", "MERCHANT0000001"];
    let (status, text, error) = run("inspect", &[&key[..], &merchant].concat(), "");
    assert_eq!(status, 0, "{error}");
    assert!(
        text.contains("fallbacks 1 since 2023-11-14T22:13:20Z"),
        "{text}"
    );
    assert!(text.contains(&format!("shop {shop}: {counts}\n")), "{text}");
    let unknown = [&key[..], &["--merchant", "MERCHANT0000001"]].concat();
    assert_eq!(run("inspect", &unknown, "").0, 1);

    let (status, _, error) = run(
        "rekey",
        &["--index-key", "index.key", "--new-index-key", "new.key"],
        "4761739001010010,01,2\n476173900101002x\n",
    );
    assert_eq!(status, 2);
    assert!(error.contains("line 2"), "{error}");
    assert_eq!(run("inspect", &card, PAN).0, 0);
    let rekey = [
        "--index-key",
        "index.key",
        "--new-index-key",
        "new.key",
        "--merchants",
        "merchants",
    ];
    fs::write(folder.join("merchants"), "123456,MERCHANT0000001\n123456\n").unwrap();
    let (status, _, error) = run("rekey", &rekey, PAN);
    assert_eq!(status, 2);
    assert!(error.contains("merchants: line 2"), "{error}");
    fs::write(folder.join("merchants"), "123456,MERCHANT0000001\n").unwrap();
    let cards = "4761739001010010,01,2\n4761739001010028\n";
    let (status, text, error) = run("rekey", &rekey, cards);
    assert_eq!(status, 0, "{error}");
    assert_eq!(text, "1 of 2 cards renamed\n");

    let (status, _, error) = run("inspect", &card, PAN);
    assert_eq!(status, 2);
    assert!(error.contains("another index key"), "{error}");
    fs::write(folder.join("pan"), PAN).unwrap();
    let card = [
        "--index-key",
        "new.key",
        "--psn",
        "01",
        "--issue",
        "2",
        "--json",
        "--pan-file",
        "pan",
    ];
    let (status, text, error) = run("inspect", &card, "");
    assert_eq!(status, 0, "{error}");
    let report: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(report["state"]["now"]["highest_counter"], 12);
    assert_eq!(report["state"]["now"]["gaps"], serde_json::json!([11]));
    assert_eq!(report["state"]["before_last_proved"]["highest_counter"], 10);
    assert_eq!(report["state"]["now"]["contact_at"], "2023-11-14T22:13:32Z");
    assert_eq!(report["name"], hex::encode(index(folder, "new.key").0));
    // The other shop was not on the list.
    let shops = &report["activity"]["shops"];
    let expected = serde_json::json!([{
        "counted": "2023-11-14", "last_used": "2023-11-14", "shop": self::shop(folder, "new.key"),
        "to": "2023-11-14", "cards": 1, "compromised": 1,
    }]);
    assert_eq!(*shops, expected);
    let counts = ["--index-key", "new.key", "--counts", "--json"];
    let (status, text, error) = run("inspect", &counts, "");
    assert_eq!(status, 0, "{error}");
    let counts: Value = serde_json::from_str(&text).unwrap();
    let expected = serde_json::json!({"cards": 1, "merchants": 1, "activities": 1, "shops": 1});
    assert_eq!(counts, expected);
}

/// Two sales, a fallback, payments at two shops, and a report.
fn fill<S>(store: &S, key: &IndexKey, card: &CardIndex)
where
    S: CardStateStore<Error: std::fmt::Debug> + ActivityStore<Error: std::fmt::Debug>,
{
    store.record(card, &sale(1, 10)).unwrap();
    store.record(card, &sale(2, 12)).unwrap();
    let merchant = key.state_key().merchant(b"123456", b"MERCHANT0000001");
    store.observe(&merchant, &fallback(3, START)).unwrap();
    for (number, shop) in [(1, merchant.shop()), (2, SHOP)] {
        let mut event = purchase(START, number);
        if let Activity::Payment(payment) = &mut event.what {
            payment.shop = Some(shop);
        }
        store.watch(card, &event, &telling()).unwrap();
    }
    let report = CompromiseReport { since: START };
    assert_eq!(store.report_compromised(card, &report).unwrap(), 2);
}

fn shop(folder: &Path, key: &str) -> String {
    let key = IndexKey::read(&folder.join(key)).unwrap_or_else(|failure| panic!("{failure}"));
    hex::encode(key.state_key().shop(b"123456", b"MERCHANT0000001").0)
}

#[test]
fn a_file() {
    let folder = folder("file");
    lives(&folder, &["--redb", "cards.redb"], |key, card| {
        let store = RedbStore::open(&folder.join("cards.redb"), key).unwrap();
        fill(&store, key, card);
    });
}

#[cfg(feature = "postgres")]
#[test]
fn a_database() {
    use chipcard_store::BlockingPostgres;

    let Some(config) = common::postgres::database("command") else {
        return;
    };
    let folder = folder("database");
    let text = std::env::var("CHIPCARD_TEST_POSTGRES").unwrap();
    let text = text.replace("dbname=postgres", "dbname=test_command");
    fs::write(folder.join("connection"), text).unwrap();
    lives(&folder, &["--postgres", "@connection"], |key, card| {
        let store = BlockingPostgres::connect(&config, tokio_postgres::NoTls, key).unwrap();
        fill(&store, key, card);
    });
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let folder = folder("wrong");
    let error = |arguments: &[&str], input: &str| {
        let output = chipcard(&folder, arguments, input);
        assert_eq!(output.status.code(), Some(2));
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(error(&["init", "--index-key", "index.key"], "").contains("--redb"));
    let text = error(&["init", "--redb", "x.redb", "--index-key", "none.key"], "");
    assert!(text.contains("none.key"), "{text}");
    fs::write(folder.join("short.key"), "0123").unwrap();
    let text = error(
        &["init", "--redb", "x.redb", "--index-key", "short.key"],
        "",
    );
    assert!(text.contains("expected 32 bytes, found 2"), "{text}");
    fs::write(folder.join("zero.key"), "0".repeat(64)).unwrap();
    let text = error(&["init", "--redb", "x.redb", "--index-key", "zero.key"], "");
    assert!(text.contains("all bytes are the same"), "{text}");
    assert_eq!(
        chipcard(
            &folder,
            &["init", "--redb", "x.redb", "--index-key", "index.key"],
            ""
        )
        .status
        .code(),
        Some(0)
    );
    let text = error(
        &["inspect", "--redb", "x.redb", "--index-key", "index.key"],
        "47617390010x",
    );
    assert!(text.contains("PAN"), "{text}");
}

/// A database of schema 1, filled, that `store init` brings up to date: cards and merchants are judged on, and no host works before.
#[cfg(feature = "postgres")]
#[test]
fn a_database_of_schema_1_is_brought_up_to_date() {
    use chipcard_store::{BlockingPostgres, Kind};
    use common::older;
    use tokio_postgres::NoTls;

    let Some(config) = common::postgres::database("schema_1") else {
        return;
    };
    let folder = folder("schema-1");
    let text = std::env::var("CHIPCARD_TEST_POSTGRES").unwrap();
    let text = text.replace("dbname=postgres", "dbname=test_schema_1");
    fs::write(folder.join("connection"), text).unwrap();
    let path = folder.join("index.key");
    let key = IndexKey::read(&path).unwrap_or_else(|failure| panic!("{failure}"));

    common::postgres::execute(&config, include_str!("../store/tests/schema_1.sql"));
    common::postgres::execute(&config, &older::rows(&key));
    let early = BlockingPostgres::connect(&config, NoTls, &key).unwrap_err();
    assert_eq!(early.kind(), Kind::WrongSchema);
    let arguments = ["--postgres", "@connection", "--index-key", "index.key"];
    for _ in 0..2 {
        let output = chipcard(&folder, &[&["init"], &arguments[..]].concat(), "");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
    let counts = [&["inspect", "--counts", "--json"], &arguments[..]].concat();
    let output = chipcard(&folder, &counts, "");
    let counts: Value = serde_json::from_slice(&output.stdout).unwrap();
    let expected = serde_json::json!({"cards": 50, "merchants": 1, "activities": 0, "shops": 0});
    assert_eq!(counts, expected);

    let store = BlockingPostgres::connect(&config, NoTls, &key).unwrap();
    older::judges_on(&store, |card| store.card(card).unwrap());
    let before = store.observe(&older::SHOP_MERCHANT, &fallback(2, START + 1));
    assert_eq!(before.unwrap().unwrap().fallbacks, 1);
    common::activity::remembers(&store, 1, 3);
}
