//! Where the issuer's judgement keeps what it knows of cards: durable stores for [`CardStateStore`].
//!
//! | store | for | durable | feature |
//! |---|---|---|---|
//! | [`MemoryStore`] of the library | tests, and hosts that keep state elsewhere | no | |
//! | `RedbStore` | one host: a file, one commit for all that wait | yes | `redb`, on unless left out |
//! | `PostgresStore` | many hosts that share one truth: one conditional upsert an event | yes | `postgres` |
//!
//! All take the step of [`CardState::apply`], in one atomic operation, and answer when it is on the disk. **A host that gets an
//! error does not know whether the step was taken**: it does not approve, and records the same event again; the answer is
//! then [`Outcome::New`] or [`Outcome::Retransmission`], and the state has moved once.
//!
//! # Names of cards
//!
//! A store knows cards and places by a keyed hash of PAN, sequence number and issue ([`StateKey`]), never by the PAN. The index
//! key is a file with 64 hexadecimal digits, readable by its owner alone:
//!
//! ```text
//! (umask 077; openssl rand -hex 32 > index.key)
//! chipcard store init --redb cards.redb --index-key index.key
//! ```
//!
//! A store remembers by which key it was made, as the hash of a fixed text, and opens with no other: cards would all be new
//! ones, and every replay would pass.
//!
//! **To change the index key**, stop the hosts and let `chipcard store rekey` name the rows anew; it reads PAN, sequence number
//! and issue of every card from standard input, for names cannot be turned back. The rows of other cards stay, under names
//! that no host asks for. Merchants' counts begin anew.
//!
//! # Places
//!
//! Fallbacks of a merchant are kept beside the cards. The unpredictable numbers of a terminal are a statistic over its last 64
//! numbers, which every process learns for itself: it would cost a commit for every transaction, and is learnt again within
//! 64 transactions.
//!
//! [`MemoryStore`]: chipcard::issuer::MemoryStore
//! [`CardStateStore`]: chipcard::issuer::CardStateStore
//! [`CardState::apply`]: chipcard::issuer::CardState::apply
//! [`Outcome::New`]: chipcard::issuer::Outcome::New
//! [`Outcome::Retransmission`]: chipcard::issuer::Outcome::Retransmission
//! [`StateKey`]: chipcard::issuer::StateKey

mod error;
#[cfg(feature = "redb")]
mod group;
mod index_key;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redb")]
mod redb;

#[cfg(feature = "postgres")]
pub use self::postgres::{BlockingPostgres, PostgresStore};
#[cfg(feature = "redb")]
pub use self::redb::RedbStore;
pub use error::{Kind, StoreError};
pub use index_key::IndexKey;
#[cfg(feature = "postgres")]
pub use tokio_postgres::Config as PostgresConfig;
