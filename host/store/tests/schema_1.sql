-- What the first released program made of an empty database: its schema, without rows.
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

-- By which index key the names were made: its check value, in one row.
CREATE TABLE chipcard_index_key (
    one SMALLINT NOT NULL PRIMARY KEY DEFAULT 1 CHECK (one = 1),
    check_value BYTEA NOT NULL
);

INSERT INTO chipcard_schema (version, name) VALUES (1, 'cards');
