CREATE TABLE chipcard_activities (
    card BYTEA NOT NULL PRIMARY KEY,
    activity BYTEA NOT NULL,
    last_at BIGINT NOT NULL
);

CREATE TABLE chipcard_shops (
    shop BYTEA NOT NULL,
    day INT4 NOT NULL,
    cards INT4 NOT NULL DEFAULT 0,
    compromised INT4 NOT NULL DEFAULT 0,
    PRIMARY KEY (shop, day)
);
