//! The server of PostgreSQL dies while hosts record:
//! `host/tests/postgres/with_server cargo test -p chipcard-store --features postgres --test postgres_crash`

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::process::Command;
use std::thread;
use std::time::Duration;

use common::postgres::{connect, database, init};
use common::{Random, killed};

const CRASHES: u64 = 3;

/// Kills the server's processes at once, and starts it again.
fn crash() {
    let command = std::env::var("CHIPCARD_TEST_POSTGRES_CRASH").unwrap();
    let mut words = command.split(' ');
    let status = Command::new(words.next().unwrap()).args(words).status();
    assert!(status.unwrap().success());
}

#[test]
fn a_server_that_dies_keeps_what_it_acknowledged() {
    let Some(config) = database("crashed") else {
        return;
    };
    drop(init(&config));
    let name = config.get_dbname().unwrap();
    let mut random = Random(0xDEAD);
    for round in 0..CRASHES {
        let wait = Duration::from_millis(random.below(60));
        let last = killed::told(killed::command(name, round), |child| {
            thread::sleep(wait);
            crash();
            // The child may have ended by itself, for its server was not there.
            let _ = child.kill();
        });
        let store = connect(name);
        killed::assert_kept(&store, round, &last, |store, index| {
            store.card(index).unwrap().unwrap_or_default()
        });
    }
}

#[test]
#[ignore = "not a test: what the other processes do"]
fn child() {
    let Some((database, round)) = killed::child() else {
        return;
    };
    killed::record_for_ever(&connect(&database), round);
}
