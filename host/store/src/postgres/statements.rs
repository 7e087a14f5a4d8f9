//! The step of [`CardState::apply`] in SQL.
//!
//! The row that would be inserted for a new card is the step's result on an empty state, which Rust computes; so
//! `excluded` tells the update all that it must know of the event, of one row or of many. It keeps to integers, `CASE`, `ON CONFLICT` and
//! `UNNEST`, which CockroachDB and YugabyteDB document as well; no test runs on those. A shift stands behind the `CASE` that bounds it, for
//! not every database takes a shift by 64.
//!
//! [`CardState::apply`]: chipcard::issuer::CardState::apply

use chipcard::issuer::{AtcWindow, COUNTER_PERIOD, CardFacts, PLACE_PERIOD};
use tokio_postgres::{Client, Error, Statement};

/// Columns of the facts, as every statement gives them and as `row.rs` reads them.
const FACTS: [&str; 10] = [
    "seen",
    "highest",
    "wrong_cryptograms",
    "wrong_values",
    "fallbacks",
    "flags",
    "wrong_cryptograms_since",
    "wrong_values_since",
    "fallbacks_since",
    "contact_at",
];

/// Those of them that an event without proof changes.
const UNPROVED_FACTS: [&str; 7] = [
    "wrong_cryptograms",
    "wrong_values",
    "fallbacks",
    "flags",
    "wrong_cryptograms_since",
    "wrong_values_since",
    "fallbacks_since",
];

/// The counters.
const COUNTERS: [&str; 3] = ["wrong_cryptograms", "wrong_values", "fallbacks"];

/// The statements, prepared on one connection.
#[derive(Clone, Debug)]
pub(super) struct Statements {
    /// For an event that a cryptogram proves, and that moves no counter of failures: what nearly every event is.
    pub(super) proved: Statement,
    /// For many of those, of different cards.
    pub(super) proved_together: Statement,
    /// For any event with a proof.
    pub(super) proved_any: Statement,
    pub(super) unproved: Statement,
    pub(super) card: Statement,
    pub(super) fallback: Statement,
    pub(super) merchant: Statement,
    pub(super) activity: Statement,
    pub(super) activity_step: Statement,
    pub(super) shop: Statement,
}

impl Statements {
    pub(super) async fn prepare(client: &Client) -> Result<Self, Error> {
        Ok(Self {
            proved: client
                .prepare(&proved(
                    &plain("VALUES ($1, $2, $3, $4, $5, $6)"),
                    &[],
                    &CRYPTOGRAM,
                ))
                .await?,
            proved_together: client
                .prepare(&proved(&plain(MANY), &[], &CRYPTOGRAM))
                .await?,
            proved_any: client
                .prepare(&proved(&insert("proved_1"), &COUNTERS, &ANY))
                .await?,
            unproved: client.prepare(&unproved()).await?,
            card: client.prepare(&card()).await?,
            fallback: client.prepare(&fallback()).await?,
            merchant: client.prepare(MERCHANT).await?,
            activity: client.prepare(ACTIVITY).await?,
            activity_step: client.prepare(ACTIVITY_STEP).await?,
            shop: client.prepare(SHOP).await?,
        })
    }
}

/// A card, as `row.rs` reads it.
fn card() -> String {
    let now = FACTS.join(", ");
    let before = prefixed("before_", &FACTS).join(", ");
    format!(
        "SELECT {now}, {before}, proved_1, proved_2, proved_3, unproved FROM chipcard_cards WHERE card = $1"
    )
}

/// Whether a row moves to a counter above the highest, and to the highest again.
struct Moves<'a> {
    ahead: &'a str,
    again: &'a str,
}

/// For a cryptogram, each counter is new once.
const CRYPTOGRAM: Moves<'_> = Moves {
    ahead: "TRUE",
    again: "FALSE",
};

/// For any proof: `$13` is how far ahead it reaches, `$14` the flags that a row must not have to move once more.
const ANY: Moves<'_> = Moves {
    ahead: "excluded.highest - chipcard_cards.highest <= $13::INT4",
    again: "$14::INT2 <> 0 AND (chipcard_cards.flags & $14::INT2) = 0",
};

/// An event with a proof, or several: the transaction counter decides whether a row moves. Gives the card, and the facts that it
/// found.
///
/// A database prepares every expression for every execution; so what does not move is not mentioned.
fn proved(insert: &str, counters: &[&str], Moves { ahead, again }: &Moves<'_>) -> String {
    let width = AtcWindow::WIDTH;
    let contact = CardFacts::CONTACT_LAST;
    let mut sets: Vec<_> = FACTS
        .iter()
        .map(|fact| format!("before_{fact} = chipcard_cards.{fact}"))
        .collect();
    sets.extend([
        "proved_3 = chipcard_cards.proved_2".to_owned(),
        "proved_2 = chipcard_cards.proved_1".to_owned(),
        "proved_1 = excluded.proved_1".to_owned(),
        "highest = GREATEST(chipcard_cards.highest, excluded.highest)".to_owned(),
        format!(
            "seen = CASE \
             WHEN chipcard_cards.seen = 0 THEN excluded.seen \
             WHEN excluded.highest - chipcard_cards.highest >= {width} THEN excluded.seen \
             WHEN excluded.highest > chipcard_cards.highest \
             THEN (chipcard_cards.seen << (excluded.highest - chipcard_cards.highest)) | excluded.seen \
             WHEN chipcard_cards.highest - excluded.highest >= {width} THEN chipcard_cards.seen \
             ELSE chipcard_cards.seen | (excluded.seen << (chipcard_cards.highest - excluded.highest)) END"
        ),
        "flags = excluded.flags".to_owned(),
        format!(
            "contact_at = CASE WHEN (excluded.flags & {contact}) = {contact} \
             THEN excluded.contact_at ELSE chipcard_cards.contact_at END"
        ),
    ]);
    sets.extend(
        counters
            .iter()
            .flat_map(|counter| counted("chipcard_cards", counter, COUNTER_PERIOD)),
    );
    format!(
        "{insert} ON CONFLICT (card) DO UPDATE SET {sets} \
         WHERE CASE \
         WHEN excluded.proved_1 <> 0 AND excluded.proved_1 IN \
         (chipcard_cards.proved_1, chipcard_cards.proved_2, chipcard_cards.proved_3) THEN FALSE \
         WHEN chipcard_cards.seen = 0 THEN TRUE \
         WHEN excluded.highest > chipcard_cards.highest THEN {ahead} \
         WHEN excluded.highest = chipcard_cards.highest THEN {again} \
         WHEN chipcard_cards.highest - excluded.highest >= {width} THEN FALSE \
         ELSE ((chipcard_cards.seen >> (chipcard_cards.highest - excluded.highest)) & 1) = 0 END \
         RETURNING card, {found}",
        sets = sets.join(", "),
        found = prefixed("before_", &FACTS).join(", "),
    )
}

/// An event without proof: counters move, unless it is the last one again. Gives the facts that it found.
fn unproved() -> String {
    let mut sets: Vec<_> = UNPROVED_FACTS
        .iter()
        .map(|fact| format!("found_{fact} = chipcard_cards.{fact}"))
        .collect();
    sets.extend([
        "flags = chipcard_cards.flags | excluded.flags".to_owned(),
        "unproved = CASE WHEN excluded.unproved <> 0 \
         THEN excluded.unproved ELSE chipcard_cards.unproved END"
            .to_owned(),
    ]);
    sets.extend(
        COUNTERS
            .iter()
            .flat_map(|counter| counted("chipcard_cards", counter, COUNTER_PERIOD)),
    );
    let found: Vec<_> = FACTS
        .iter()
        .map(|fact| {
            if UNPROVED_FACTS.contains(fact) {
                format!("found_{fact}")
            } else {
                (*fact).to_owned()
            }
        })
        .collect();
    format!(
        "{insert} ON CONFLICT (card) DO UPDATE SET {sets} \
         WHERE excluded.unproved = 0 OR excluded.unproved <> chipcard_cards.unproved \
         RETURNING {found}",
        insert = insert("unproved"),
        sets = sets.join(", "),
        found = found.join(", "),
    )
}

/// A fallback at a merchant. Gives what it found.
fn fallback() -> String {
    let sets = counted("chipcard_merchants", "fallbacks", PLACE_PERIOD).join(", ");
    format!(
        "INSERT INTO chipcard_merchants (merchant, last_transaction, fallbacks, fallbacks_since) \
         VALUES ($1, $2, $3, $4) \
         ON CONFLICT (merchant) DO UPDATE SET \
         found_last_transaction = chipcard_merchants.last_transaction, \
         found_fallbacks = chipcard_merchants.fallbacks, \
         found_fallbacks_since = chipcard_merchants.fallbacks_since, \
         last_transaction = excluded.last_transaction, {sets} \
         WHERE excluded.last_transaction = 0 \
         OR excluded.last_transaction <> chipcard_merchants.last_transaction \
         RETURNING found_last_transaction, found_fallbacks, found_fallbacks_since"
    )
}

/// A merchant.
const MERCHANT: &str = "SELECT last_transaction, fallbacks, fallbacks_since FROM chipcard_merchants WHERE merchant = $1";

/// What a card did.
const ACTIVITY: &str = "SELECT activity FROM chipcard_activities WHERE card = $1";

/// A shop's days after one, in their order.
const SHOP: &str = "SELECT day, cards, compromised FROM chipcard_shops \
     WHERE shop = $1 AND day > $2 ORDER BY day";

/// A card's activity where it is still the one that was found (nothing: there is no row), and with it so many more at some shops. Gives
/// the number of cards that moved.
const ACTIVITY_STEP: &str = "WITH moved AS ( \
     INSERT INTO chipcard_activities (card, activity, last_at) VALUES ($1, $2, $3) \
     ON CONFLICT (card) DO UPDATE SET activity = excluded.activity, \
     last_at = GREATEST(chipcard_activities.last_at, excluded.last_at) \
     WHERE chipcard_activities.activity = $4 RETURNING card), \
     counted AS ( \
     INSERT INTO chipcard_shops (shop, day, cards, compromised) \
     SELECT counts.shop, counts.day, $7::INT4, $8::INT4 \
     FROM moved CROSS JOIN UNNEST($5::BYTEA[], $6::INT4[]) AS counts (shop, day) \
     ON CONFLICT (shop, day) DO UPDATE SET \
     cards = LEAST(chipcard_shops.cards + excluded.cards, 65535), \
     compromised = LEAST(chipcard_shops.compromised + excluded.compromised, 255) \
     RETURNING shop) \
     SELECT COUNT(*) FROM moved";

/// Rows of cards that were never seen before, whose transaction was proved and nothing else.
fn plain(rows: &str) -> String {
    format!("INSERT INTO chipcard_cards (card, seen, highest, flags, contact_at, proved_1) {rows}")
}

/// Rows from columns.
const MANY: &str =
    "SELECT * FROM UNNEST($1::BYTEA[], $2::INT8[], $3::INT4[], $4::INT2[], $5::INT8[], $6::INT8[])";

/// The row of a card that was never seen before, with its transaction in this column.
fn insert(transaction: &str) -> String {
    format!(
        "INSERT INTO chipcard_cards (card, {facts}, {transaction}) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        facts = FACTS.join(", "),
    )
}

/// One more of a counter when the event has one, which begins anew when its period is over.
fn counted(table: &str, counter: &str, period: u32) -> [String; 2] {
    let begins = format!(
        "{table}.{counter} = 0 OR excluded.{counter}_since - {table}.{counter}_since >= {period}"
    );
    let count = format!(
        "{counter} = CASE WHEN excluded.{counter} = 0 THEN {table}.{counter} \
         WHEN {begins} THEN 1 WHEN {table}.{counter} >= 255 THEN 255 \
         ELSE {table}.{counter} + 1 END"
    );
    let since = format!(
        "{counter}_since = CASE WHEN excluded.{counter} = 0 THEN {table}.{counter}_since \
         WHEN {begins} THEN excluded.{counter}_since ELSE {table}.{counter}_since END"
    );
    [count, since]
}

fn prefixed(prefix: &str, names: &[&str]) -> Vec<String> {
    names.iter().map(|name| format!("{prefix}{name}")).collect()
}
