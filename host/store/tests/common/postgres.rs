//! The server that `host/tests/postgres/with_server` started.

use std::io::Write;
use std::sync::Once;
use std::time::Duration;

use chipcard_store::BlockingPostgres;
use tokio_postgres::{Config, NoTls};

use super::key;

/// How to reach the server; `None`, and a line on standard error, where there is none.
pub(crate) fn server() -> Option<Config> {
    static TOLD: Once = Once::new();
    let Ok(text) = std::env::var("CHIPCARD_TEST_POSTGRES") else {
        assert!(
            std::env::var_os("CI").is_none(),
            "no PostgreSQL: run this through host/tests/postgres/with_server"
        );
        // Not captured, as the output of a test that passes is.
        let line = b"PostgreSQL is not tested: run this through host/tests/postgres/with_server\n";
        TOLD.call_once(|| std::io::stderr().write_all(line).unwrap());
        return None;
    };
    Some(text.parse().unwrap())
}

/// An empty database of one test.
pub(crate) fn database(name: &str) -> Option<Config> {
    let mut config = server()?;
    // One statement each: a database is not made inside a transaction.
    execute(&config, &format!("DROP DATABASE IF EXISTS test_{name}"));
    execute(&config, &format!("CREATE DATABASE test_{name}"));
    config.dbname(format!("test_{name}"));
    Some(config)
}

/// A machine that is busy with other tests may let an answer wait.
const PATIENCE: Duration = Duration::from_secs(60);

/// A new store.
pub(crate) fn init(config: &Config) -> BlockingPostgres {
    let store = BlockingPostgres::init(config, NoTls, &key()).unwrap();
    store.with(|store| store.with_time_limit(PATIENCE))
}

/// A store in a database that has one.
pub(crate) fn connect(database: &str) -> BlockingPostgres {
    let mut config = server().unwrap();
    config.dbname(database);
    let store = BlockingPostgres::connect(&config, NoTls, &key()).unwrap();
    store.with(|store| store.with_time_limit(PATIENCE))
}

/// Executes statements.
pub(crate) fn execute(config: &Config, sql: &str) {
    query(config, sql);
}

/// The first column of every row, as text.
pub(crate) fn query(config: &Config, sql: &str) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let (client, connection) = config.connect(NoTls).await.unwrap();
        tokio::spawn(connection);
        let messages = client.simple_query(sql).await.unwrap();
        let rows = messages.iter().filter_map(|message| match message {
            tokio_postgres::SimpleQueryMessage::Row(row) => Some(row.get(0)?.to_owned()),
            _ => None,
        });
        rows.collect()
    })
}
