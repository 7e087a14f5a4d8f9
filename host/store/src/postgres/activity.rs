//! Activities in PostgreSQL.
//!
//! A card's is a row of bytes, for its step is not one for SQL: it is read, moved here, and put back by a statement that moves the row if
//! nobody moved it meanwhile, and its shops' counts with it; else the step begins anew.

use std::collections::BTreeMap;

use chipcard::issuer::{
    ActivityEvent, ActivityPolicy, CardActivity, CardIndex, CompromiseReport, Noticed,
    ShopActivity, ShopIndex,
};
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::pool::{Connection, Pool};
use super::row::within;
use crate::day;
use crate::error::{Kind, Retry, StoreError};

/// How often a step begins anew because another came between.
const TRIES: u32 = 32;
/// Days that shops count.
const DAYS: u16 = 28;

/// The shops where a step counts, each with the day.
type Counts = BTreeMap<[u8; 8], u16>;

pub(super) async fn watch(
    pool: &Pool,
    card: &CardIndex,
    event: &ActivityEvent,
    policy: &ActivityPolicy,
) -> Result<Noticed, StoreError> {
    let today = day(event.at);
    for _ in 0..TRIES {
        let connection = pool.borrow().await?;
        let found = row(&connection, card).await?;
        let shop = match event.shop() {
            Some(shop) => shop_of(&connection, &shop, today)
                .await?
                .unwrap_or_default(),
            None => ShopActivity::default(),
        };
        let mut moved = found.unwrap_or_default();
        let (noticed, counts) = moved.apply(event, policy, &shop);
        let name = event.shop().filter(|_| counts);
        let counts = name.map(|shop| (shop.0, today)).into_iter().collect();
        let step = Step {
            card,
            found,
            moved,
            at: event.at,
            counts: &counts,
            cards: 1,
            compromised: 0,
        };
        if step.take(&connection).await? {
            return Ok(noticed);
        }
    }
    Err(restless())
}

pub(super) async fn report(
    pool: &Pool,
    card: &CardIndex,
    report: &CompromiseReport,
) -> Result<usize, StoreError> {
    for _ in 0..TRIES {
        let connection = pool.borrow().await?;
        let Some(found) = row(&connection, card).await? else {
            return Ok(0);
        };
        let mut moved = found;
        let reported = moved.report(report);
        let counts = reported.map(|(shop, day)| (shop.0, day)).collect();
        let step = Step {
            card,
            found: Some(found),
            moved,
            at: report.since,
            counts: &counts,
            cards: 0,
            compromised: 1,
        };
        if step.take(&connection).await? {
            return Ok(counts.len());
        }
    }
    Err(restless())
}

/// What is kept of a card.
pub(super) async fn card(
    pool: &Pool,
    card: &CardIndex,
) -> Result<Option<CardActivity>, StoreError> {
    row(&*pool.borrow().await?, card).await
}

/// What is kept of a shop in the 28 days that end with the one of this moment.
pub(super) async fn shop(
    pool: &Pool,
    shop: &ShopIndex,
    at: u32,
) -> Result<Option<ShopActivity>, StoreError> {
    shop_of(&*pool.borrow().await?, shop, day(at)).await
}

pub(super) async fn forget(pool: &Pool, at: u32) -> Result<(), StoreError> {
    let connection = pool.borrow().await?;
    let oldest = i64::from(at) - i64::from(DAYS) * 86_400;
    let cards = "DELETE FROM chipcard_activities WHERE last_at <= $1";
    connection.client.execute(cards, &[&oldest]).await?;
    let shops = "DELETE FROM chipcard_shops WHERE day <= $1";
    let oldest = i32::from(day(at)) - i32::from(DAYS);
    connection.client.execute(shops, &[&oldest]).await?;
    Ok(())
}

struct Step<'a> {
    card: &'a CardIndex,
    found: Option<CardActivity>,
    moved: CardActivity,
    at: u32,
    counts: &'a Counts,
    cards: i32,
    compromised: i32,
}

impl Step<'_> {
    /// Whether it was taken; `false` when the row is not the one any more that was found.
    async fn take(&self, connection: &Connection) -> Result<bool, StoreError> {
        if self.moved == self.found.unwrap_or_default() {
            return Ok(true);
        }
        let found = self.found.map(|found| found.to_bytes());
        let moved = self.moved.to_bytes();
        let found: &[u8] = found.as_ref().map_or(&[], <[u8; _]>::as_slice);
        let shops: Vec<&[u8]> = self.counts.keys().map(<[u8; 8]>::as_slice).collect();
        let days: Vec<i32> = self.counts.values().map(|day| i32::from(*day)).collect();
        let parameters: [&(dyn ToSql + Sync); 8] = [
            &self.card.0.as_slice(),
            &moved.as_slice(),
            &i64::from(self.at),
            &found,
            &shops,
            &days,
            &self.cards,
            &self.compromised,
        ];
        let statement = &connection.statements.activity_step;
        let row = connection.client.query_one(statement, &parameters).await?;
        Ok(row.try_get::<_, i64>(0)? != 0)
    }
}

async fn row(
    connection: &Connection,
    card: &CardIndex,
) -> Result<Option<CardActivity>, StoreError> {
    let statement = &connection.statements.activity;
    let card: &[u8] = &card.0;
    let row = connection.client.query_opt(statement, &[&card]).await?;
    row.as_ref().map(activity).transpose()
}

/// What a row has in its first column.
pub(super) fn activity(row: &Row) -> Result<CardActivity, StoreError> {
    let bytes: &[u8] = row.try_get(0)?;
    let damaged = |_| StoreError::new(Kind::Damaged, "an activity has another length");
    Ok(CardActivity::from_bytes(bytes.try_into().map_err(damaged)?))
}

async fn shop_of(
    connection: &Connection,
    shop: &ShopIndex,
    today: u16,
) -> Result<Option<ShopActivity>, StoreError> {
    let statement = &connection.statements.shop;
    let (shop, oldest): (&[u8], _) = (&shop.0, i32::from(today) - i32::from(DAYS));
    let rows = connection
        .client
        .query(statement, &[&shop, &oldest])
        .await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut shop = ShopActivity::default();
    for row in rows {
        let day: u16 = within(row.try_get::<_, i32>(0)?)?;
        let place = usize::from(day % DAYS);
        // In the order of days. Those that came later than this payment's put the oldest out.
        shop.day = day;
        if let (Some(cards), Some(compromised)) =
            (shop.cards.get_mut(place), shop.compromised.get_mut(place))
        {
            *cards = within(row.try_get::<_, i32>(1)?)?;
            *compromised = within(row.try_get::<_, i32>(2)?)?;
        }
    }
    Ok(Some(shop))
}

/// Nothing was taken, and the row may come to rest.
fn restless() -> StoreError {
    let error = StoreError::new(
        Kind::Unavailable,
        "the card's activity does not come to rest",
    );
    error.retried(Retry::NotTaken)
}
