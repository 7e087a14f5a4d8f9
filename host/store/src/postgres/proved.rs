//! Proved events, which are nearly all events: one alone, or many in one statement.

use std::sync::Arc;

use chipcard::issuer::{CardFacts, CardIndex};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio_postgres::types::ToSql;

use super::gather::Question;
use super::pool::Pool;
use super::row;
use crate::error::{Retry, StoreError};

/// An event with a proof that counts no failure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Proved {
    pub(super) card: CardIndex,
    /// The step's result for a new card.
    pub(super) fresh: CardFacts,
    pub(super) transaction: u64,
}

/// What the card's row was; `None` when it did not move.
pub(super) type Moved = Result<Option<CardFacts>, StoreError>;

/// Answers all of a group. A statement that the database refuses has moved nothing: then each goes alone, so that none suffers
/// from another, and a row that somebody holds keeps nobody but its own card.
pub(super) async fn take(pool: Arc<Pool>, mut group: Vec<Question<Proved, Moved>>) {
    // Of two hosts with the same cards neither waits for the other and has what the other waits for.
    group.sort_unstable_by_key(|question| question.what.card);
    if let [_] = group.as_slice() {
        apart(pool, group).await;
        return;
    }
    let rows: Vec<_> = group.iter().map(|question| question.what).collect();
    match together(&pool, &rows).await {
        Ok(moved) => {
            for (question, moved) in group.into_iter().zip(moved) {
                question.answer(Ok(moved));
            }
        }
        Err(error) if error.retry() == Retry::MaybeTaken || error.retry() == Retry::Unreached => {
            for question in group {
                question.answer(Err(error.clone()));
            }
        }
        Err(_) => apart(pool, group).await,
    }
}

async fn apart(pool: Arc<Pool>, group: Vec<Question<Proved, Moved>>) {
    let mut running = JoinSet::new();
    for Question { what, answer } in group {
        let pool = Arc::clone(&pool);
        running.spawn(one(pool, what, answer));
    }
    while running.join_next().await.is_some() {}
}

async fn one(pool: Arc<Pool>, row: Proved, answer: oneshot::Sender<Moved>) {
    let _ = answer.send(alone(&pool, &row).await);
}

/// One event.
pub(super) async fn alone(pool: &Pool, row: &Proved) -> Moved {
    let connection = pool.borrow().await?;
    let fresh = &row.fresh;
    let parameters: [&(dyn ToSql + Sync); 6] = [
        &row.card.0.as_slice(),
        &fresh.seen.cast_signed(),
        &i32::from(fresh.highest),
        &i16::from(fresh.flags),
        &i64::from(fresh.contact_at),
        &row.transaction.cast_signed(),
    ];
    let statement = &connection.statements.proved;
    let moved = connection.client.query_opt(statement, &parameters).await?;
    moved.map(|moved| row::facts(&moved, 1)).transpose()
}

/// Events of different cards, in the order of their cards.
async fn together(pool: &Pool, rows: &[Proved]) -> Result<Vec<Option<CardFacts>>, StoreError> {
    fn column<T>(rows: &[Proved], value: impl Fn(&Proved) -> T) -> Vec<T> {
        rows.iter().map(value).collect()
    }
    let connection = pool.borrow().await?;
    let cards: Vec<&[u8]> = rows.iter().map(|row| row.card.0.as_slice()).collect();
    let parameters: [&(dyn ToSql + Sync); 6] = [
        &cards,
        &column(rows, |row| row.fresh.seen.cast_signed()),
        &column(rows, |row| i32::from(row.fresh.highest)),
        &column(rows, |row| i16::from(row.fresh.flags)),
        &column(rows, |row| i64::from(row.fresh.contact_at)),
        &column(rows, |row| row.transaction.cast_signed()),
    ];
    let statement = &connection.statements.proved_together;
    let answered = connection.client.query(statement, &parameters).await?;
    let mut moved = vec![None; rows.len()];
    for answer in &answered {
        let card: &[u8] = answer.try_get(0)?;
        let place = rows.binary_search_by(|row| row.card.0.as_slice().cmp(card));
        if let Some(moved) = place.ok().and_then(|place| moved.get_mut(place)) {
            *moved = Some(row::facts(answer, 1)?);
        }
    }
    Ok(moved)
}
