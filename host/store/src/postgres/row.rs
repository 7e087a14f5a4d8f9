//! Rows of the database and the integers of the library.

use chipcard::issuer::{CardFacts, CardState, PlaceState};
use tokio_postgres::Row;

use crate::error::{Kind, StoreError};

/// Columns of the facts.
const FACTS: usize = 10;

/// The facts of a card from ten columns, in the order of the statements.
pub(super) fn facts(row: &Row, first: usize) -> Result<CardFacts, StoreError> {
    let small = |column| within(row.try_get::<_, i16>(first + column)?);
    let time = |column| within(row.try_get::<_, i64>(first + column)?);
    Ok(CardFacts {
        seen: row.try_get::<_, i64>(first)?.cast_unsigned(),
        highest: within(row.try_get::<_, i32>(first + 1)?)?,
        wrong_cryptograms: small(2)?,
        wrong_values: small(3)?,
        fallbacks: small(4)?,
        flags: small(5)?,
        wrong_cryptograms_since: time(6)?,
        wrong_values_since: time(7)?,
        fallbacks_since: time(8)?,
        contact_at: time(9)?,
    })
}

/// All of a card.
pub(super) fn card(row: &Row) -> Result<CardState, StoreError> {
    let transaction = |column| {
        let number = row.try_get::<_, i64>(2 * FACTS + column)?;
        Ok::<_, StoreError>(number.cast_unsigned())
    };
    Ok(CardState {
        now: facts(row, 0)?,
        before: facts(row, FACTS)?,
        proved: [transaction(0)?, transaction(1)?, transaction(2)?],
        unproved: transaction(3)?,
    })
}

/// What is kept of a merchant.
pub(super) fn merchant(row: &Row) -> Result<PlaceState, StoreError> {
    Ok(PlaceState {
        transaction: row.try_get::<_, i64>(0)?.cast_unsigned(),
        fallbacks: within(row.try_get::<_, i16>(1)?)?,
        fallbacks_since: within(row.try_get::<_, i64>(2)?)?,
        ..PlaceState::default()
    })
}

pub(super) fn within<N, T: TryFrom<N>>(number: N) -> Result<T, StoreError> {
    T::try_from(number).map_err(|_| StoreError::new(Kind::Damaged, "a number is out of its range"))
}
