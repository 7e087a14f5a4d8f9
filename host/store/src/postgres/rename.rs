//! Other names for all rows, in one transaction.

use chipcard::issuer::CardActivity;
use tokio_postgres::Transaction;
use tokio_postgres::types::ToSql;

use super::activity;
use crate::error::StoreError;
use crate::names::Renames;

/// Gives how many of the cards there were.
pub(super) async fn all(transaction: &Transaction<'_>, names: &Renames) -> Result<u64, StoreError> {
    let renamed = cards(transaction, names).await?;
    merchants(transaction, names).await?;
    Ok(renamed)
}

async fn cards(transaction: &Transaction<'_>, names: &Renames) -> Result<u64, StoreError> {
    let rename = "UPDATE chipcard_cards SET card = $2 WHERE card = $1";
    let rename = transaction.prepare(rename).await?;
    let read = "SELECT activity FROM chipcard_activities WHERE card = $1 FOR UPDATE";
    let read = transaction.prepare(read).await?;
    let write = "UPDATE chipcard_activities SET card = $2, activity = $3 WHERE card = $1";
    let write = transaction.prepare(write).await?;
    let shops = names.shops();
    let mut renamed = 0;
    for (from, to) in &names.cards {
        let (from, to) = (from.0.as_slice(), to.0.as_slice());
        renamed += transaction.execute(&rename, &[&from, &to]).await?;
        if let Some(row) = transaction.query_opt(&read, &[&from]).await? {
            let mut activity: CardActivity = activity::activity(&row)?;
            activity.rename_shops(|shop| shops.get(&shop).copied());
            let activity = activity.to_bytes();
            let parameters: [&(dyn ToSql + Sync); 3] = [&from, &to, &activity.as_slice()];
            transaction.execute(&write, &parameters).await?;
        }
    }
    Ok(renamed)
}

/// Merchants and shops that are not among the names go.
async fn merchants(transaction: &Transaction<'_>, names: &Renames) -> Result<(), StoreError> {
    let shops = names.shops();
    let kept: Vec<&[u8]> = names
        .merchants
        .iter()
        .map(|(from, _)| from.0.as_slice())
        .collect();
    let forget = "DELETE FROM chipcard_merchants WHERE merchant <> ALL($1::BYTEA[])";
    transaction.execute(forget, &[&kept]).await?;
    let kept: Vec<&[u8]> = shops.keys().map(|shop| shop.0.as_slice()).collect();
    let forget = "DELETE FROM chipcard_shops WHERE shop <> ALL($1::BYTEA[])";
    transaction.execute(forget, &[&kept]).await?;
    let rename = "UPDATE chipcard_merchants SET merchant = $2 WHERE merchant = $1";
    let rename = transaction.prepare(rename).await?;
    for (from, to) in &names.merchants {
        let names: [&(dyn ToSql + Sync); 2] = [&from.0.as_slice(), &to.0.as_slice()];
        transaction.execute(&rename, &names).await?;
    }
    let rename = "UPDATE chipcard_shops SET shop = $2 WHERE shop = $1";
    let rename = transaction.prepare(rename).await?;
    for (from, to) in &shops {
        let names: [&(dyn ToSql + Sync); 2] = [&from.0.as_slice(), &to.0.as_slice()];
        transaction.execute(&rename, &names).await?;
    }
    Ok(())
}
