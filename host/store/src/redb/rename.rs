//! Other names for all rows, in one transaction.

use chipcard::issuer::CardActivity;
use redb::{Table, WriteTransaction};

use super::PLACES;
use super::behaviour::{ACTIVITIES, SHOPS};
use super::journal::{CARDS, Cards, Journal};
use crate::names::Renames;

/// Names, and what stands under them.
type Rows<const K: usize, const N: usize> = Vec<([u8; K], [u8; N])>;

/// Gives how many of the cards there were.
pub(super) fn all(transaction: &WriteTransaction, names: &Renames) -> Result<u64, redb::Error> {
    // The journal has old names, so it is emptied first.
    let mut journal = Journal::read(transaction)?;
    Cards::open(transaction, &mut journal)?.sort_all_in()?;
    let cards = || names.cards.iter().map(|(from, to)| (from.0, to.0));
    let merchants = names.merchants.iter().map(|(from, to)| (from.0, to.0));
    let shops = names.shops();
    let mut states = transaction.open_table(CARDS)?;
    let kept = taken(&mut states, cards())?;
    let renamed = kept.len() as u64;
    put(&mut states, kept)?;
    let mut activities = transaction.open_table(ACTIVITIES)?;
    let mut kept = taken(&mut activities, cards())?;
    for (_, row) in &mut kept {
        let mut activity = CardActivity::from_bytes(row);
        activity.rename_shops(|shop| shops.get(&shop).copied());
        *row = activity.to_bytes();
    }
    put(&mut activities, kept)?;
    only(&mut transaction.open_table(PLACES)?, merchants)?;
    let shops = shops.iter().map(|(from, to)| (from.0, to.0));
    only(&mut transaction.open_table(SHOPS)?, shops)?;
    Ok(renamed)
}

/// Takes out the rows of these names, and gives them with their new ones. They are put back when all are out: a new name may be the old
/// one of another.
fn taken<const K: usize, const N: usize>(
    table: &mut Table<'_, [u8; K], [u8; N]>,
    names: impl Iterator<Item = ([u8; K], [u8; K])>,
) -> Result<Rows<K, N>, redb::Error> {
    let mut kept = Vec::new();
    for (from, to) in names {
        if let Some(row) = table.remove(from)? {
            kept.push((to, row.value()));
        }
    }
    Ok(kept)
}

fn put<const K: usize, const N: usize>(
    table: &mut Table<'_, [u8; K], [u8; N]>,
    rows: Rows<K, N>,
) -> Result<(), redb::Error> {
    for (name, row) in rows {
        table.insert(name, row)?;
    }
    Ok(())
}

/// Names rows anew; those that are not among the names go.
fn only<const K: usize, const N: usize>(
    table: &mut Table<'_, [u8; K], [u8; N]>,
    names: impl Iterator<Item = ([u8; K], [u8; K])>,
) -> Result<(), redb::Error> {
    let kept = taken(table, names)?;
    table.retain(|_, _| false)?;
    put(table, kept)
}
