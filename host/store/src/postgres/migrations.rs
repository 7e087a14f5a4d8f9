//! From any older schema to this program's.

use tokio_postgres::Client;
use tokio_postgres::error::SqlState;

use crate::error::{Kind, StoreError};
use crate::index_key::IndexKey;

struct Migration {
    version: i32,
    name: &'static str,
    sql: &'static str,
}

/// In their order. A migration that was released never changes; `schema.sql` is what all of them together make.
const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "cards",
        sql: include_str!("migrations/0001_cards.sql"),
    },
    Migration {
        version: 2,
        name: "activities",
        sql: include_str!("migrations/0002_activities.sql"),
    },
];

/// The schema of this program.
const VERSION: i32 = MIGRATIONS[MIGRATIONS.len() - 1].version;

const SCHEMA_TABLE: &str = "CREATE TABLE IF NOT EXISTS chipcard_schema (
    version INT4 NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP
)";

/// Applies what is missing, and writes the index key's check value when there is none. Hosts may do so at the same time.
pub(super) async fn migrate(client: &mut Client, key: &IndexKey) -> Result<(), StoreError> {
    if version(client).await?.is_none() {
        let made = client.batch_execute(SCHEMA_TABLE).await;
        // PostgreSQL tells two that make the same table at once of a duplicate: of a row of its catalogue, of the table, or of the
        // table's type.
        allow(
            made,
            &[
                SqlState::UNIQUE_VIOLATION,
                SqlState::DUPLICATE_TABLE,
                SqlState::DUPLICATE_OBJECT,
            ],
        )?;
    }
    for migration in MIGRATIONS {
        let known = "SELECT 1 FROM chipcard_schema WHERE version = $1";
        if client
            .query_opt(known, &[&migration.version])
            .await?
            .is_some()
        {
            continue;
        }
        let transaction = client.transaction().await?;
        // The row is the lock: of two hosts one waits here, and then has nothing to do.
        let row = "INSERT INTO chipcard_schema (version, name) VALUES ($1, $2)";
        let locked = transaction
            .execute(row, &[&migration.version, &migration.name])
            .await;
        if !allow(locked.map(|_| ()), &[SqlState::UNIQUE_VIOLATION])? {
            transaction.rollback().await?;
            continue;
        }
        transaction.batch_execute(migration.sql).await?;
        transaction.commit().await?;
    }
    let row =
        "INSERT INTO chipcard_index_key (check_value) VALUES ($1) ON CONFLICT (one) DO NOTHING";
    client
        .execute(row, &[&key.check_value().as_slice()])
        .await?;
    check(client, key).await
}

/// Whether it worked; `false` after an error that is allowed.
fn allow(
    result: Result<(), tokio_postgres::Error>,
    allowed: &[SqlState],
) -> Result<bool, StoreError> {
    match result {
        Ok(()) => Ok(true),
        Err(error) if error.code().is_some_and(|code| allowed.contains(code)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The newest migration of the database.
async fn version(client: &Client) -> Result<Option<i32>, StoreError> {
    let newest = "SELECT CAST(MAX(version) AS INT4) FROM chipcard_schema";
    match client.query_one(newest, &[]).await {
        Ok(row) => Ok(row.try_get(0)?),
        Err(error) if error.code() == Some(&SqlState::UNDEFINED_TABLE) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// That the database has this program's schema, and names of this key.
pub(super) async fn check(client: &Client, key: &IndexKey) -> Result<(), StoreError> {
    let version = version(client).await?;
    if version != Some(VERSION) {
        let found = version.map_or_else(|| "none".to_owned(), |version| version.to_string());
        let detail = format!("the database has {found}, this program {VERSION}");
        return Err(StoreError::new(Kind::WrongSchema, detail));
    }
    let value = "SELECT check_value FROM chipcard_index_key";
    let value = client.query_opt(value, &[]).await?;
    match value.map(|row| row.try_get::<_, Vec<u8>>(0)).transpose()? {
        None => Err(StoreError::new(Kind::WrongSchema, "no index key was set")),
        Some(value) if value == key.check_value() => Ok(()),
        Some(_) => Err(StoreError::new(
            Kind::WrongIndexKey,
            "its check value differs",
        )),
    }
}
