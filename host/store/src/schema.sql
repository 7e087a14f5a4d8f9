-- The whole schema of a PostgreSQL store, as `chipcard store init` makes it.
-- For administrators who make tables by hand; after it, `chipcard store init` writes the index key's check value alone.
-- The role of a host needs SELECT on all of these tables, INSERT and UPDATE on chipcard_cards and chipcard_merchants; where activities are
-- kept, INSERT, UPDATE and DELETE on chipcard_activities and chipcard_shops.

-- Which migrations were applied.
CREATE TABLE chipcard_schema (
    version INT4 NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL DEFAULT CURRENT_TIMESTAMP
);

-- One row a card and one a merchant, with what src/issuer/state says of them. Times are seconds since 1970.
CREATE TABLE chipcard_cards (
    -- HMAC-SHA-256 of PAN, sequence number and issue, 16 bytes. Never the PAN.
    card BYTEA NOT NULL PRIMARY KEY,
    -- What is known now. Bit n of seen: the counter highest - n was seen.
    seen BIGINT NOT NULL DEFAULT 0,
    wrong_cryptograms_since BIGINT NOT NULL DEFAULT 0,
    wrong_values_since BIGINT NOT NULL DEFAULT 0,
    fallbacks_since BIGINT NOT NULL DEFAULT 0,
    contact_at BIGINT NOT NULL DEFAULT 0,
    highest INT4 NOT NULL DEFAULT 0,
    wrong_cryptograms SMALLINT NOT NULL DEFAULT 0,
    wrong_values SMALLINT NOT NULL DEFAULT 0,
    fallbacks SMALLINT NOT NULL DEFAULT 0,
    flags SMALLINT NOT NULL DEFAULT 0,
    -- What was known before the last transaction that a cryptogram proved.
    before_seen BIGINT NOT NULL DEFAULT 0,
    before_wrong_cryptograms_since BIGINT NOT NULL DEFAULT 0,
    before_wrong_values_since BIGINT NOT NULL DEFAULT 0,
    before_fallbacks_since BIGINT NOT NULL DEFAULT 0,
    before_contact_at BIGINT NOT NULL DEFAULT 0,
    before_highest INT4 NOT NULL DEFAULT 0,
    before_wrong_cryptograms SMALLINT NOT NULL DEFAULT 0,
    before_wrong_values SMALLINT NOT NULL DEFAULT 0,
    before_fallbacks SMALLINT NOT NULL DEFAULT 0,
    before_flags SMALLINT NOT NULL DEFAULT 0,
    -- The last three transactions that a cryptogram proved, and the last that none did; 0: none.
    proved_1 BIGINT NOT NULL DEFAULT 0,
    proved_2 BIGINT NOT NULL DEFAULT 0,
    proved_3 BIGINT NOT NULL DEFAULT 0,
    unproved BIGINT NOT NULL DEFAULT 0,
    -- What an event without proof found, so that its one statement can answer it. Read by that statement alone.
    found_wrong_cryptograms_since BIGINT NOT NULL DEFAULT 0,
    found_wrong_values_since BIGINT NOT NULL DEFAULT 0,
    found_fallbacks_since BIGINT NOT NULL DEFAULT 0,
    found_wrong_cryptograms SMALLINT NOT NULL DEFAULT 0,
    found_wrong_values SMALLINT NOT NULL DEFAULT 0,
    found_fallbacks SMALLINT NOT NULL DEFAULT 0,
    found_flags SMALLINT NOT NULL DEFAULT 0
);

CREATE TABLE chipcard_merchants (
    -- HMAC-SHA-256 of the identifiers of acquirer and merchant, 16 bytes.
    merchant BYTEA NOT NULL PRIMARY KEY,
    last_transaction BIGINT NOT NULL DEFAULT 0,
    fallbacks_since BIGINT NOT NULL DEFAULT 0,
    fallbacks SMALLINT NOT NULL DEFAULT 0,
    -- What the last event found.
    found_last_transaction BIGINT NOT NULL DEFAULT 0,
    found_fallbacks_since BIGINT NOT NULL DEFAULT 0,
    found_fallbacks SMALLINT NOT NULL DEFAULT 0
);

-- What a card did over time: CardActivity::to_bytes of src/issuer/activity/bytes.rs.
CREATE TABLE chipcard_activities (
    -- The card's name, as above.
    card BYTEA NOT NULL PRIMARY KEY,
    activity BYTEA NOT NULL,
    -- When it was moved last, so that what is over can be found.
    last_at BIGINT NOT NULL
);

-- Cards that were used at a shop first on that day (in days since 1970), and those that were used there last on that day and are compromised.
CREATE TABLE chipcard_shops (
    -- The first 8 bytes of the merchant's name.
    shop BYTEA NOT NULL,
    day INT4 NOT NULL,
    cards INT4 NOT NULL DEFAULT 0,
    compromised INT4 NOT NULL DEFAULT 0,
    PRIMARY KEY (shop, day)
);

-- By which index key the names were made: its check value, in one row.
CREATE TABLE chipcard_index_key (
    one SMALLINT NOT NULL PRIMARY KEY DEFAULT 1 CHECK (one = 1),
    check_value BYTEA NOT NULL
);

INSERT INTO chipcard_schema (version, name) VALUES (1, 'cards'), (2, 'activities');
