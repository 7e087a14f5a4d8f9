//! Where the issuer's judgement keeps what it knows of cards, and of what they do: durable stores for [`CardStateStore`] and
//! [`ActivityStore`].
//!
//! | store | for | durable | feature |
//! |---|---|---|---|
//! | [`MemoryStore`] of the library | tests, and hosts that keep state elsewhere | no | |
//! | `RedbStore` | one host: a file, one commit for all that wait | yes | `redb`, on unless left out |
//! | `PostgresStore` | many hosts that share one truth: a conditional upsert an event, many in one statement | yes | `postgres` |
//!
//! A host of production links this package and the library; neither turns the library's feature `laboratory` on.
//!
//! # A host
//!
//! ```
//! # #[cfg(feature = "redb")] {
//! use chipcard::cryptogram::CryptogramVersion;
//! use chipcard::element::{Amount, CurrencyCode, Pan, ServiceCode, YearMonth};
//! use chipcard::issuer::{
//!     AuthorisationRequest, Authoriser, CardRecord, IssuedCard, Issuer, MessageKind, PosEntryMode, Timestamp,
//! };
//! use chipcard::key::{IssuerKeySet, IssuerMasterKey};
//! use chipcard_store::{IndexKey, RedbStore};
//!
//! # let folder = std::env::temp_dir().join(format!("chipcard-host-example-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # std::fs::write(folder.join("index.key"), "0123456789abcdef".repeat(4))?;
//! // Once: keys, and where the state of cards is kept. Live keys belong in an HSM behind `CryptogramEngine`.
//! let imk = hex::decode("0123456789ABCDEFFEDCBA9876543210")?.try_into().unwrap();
//! let issuer = Issuer::new(IssuerKeySet::new(0x01, IssuerMasterKey::tdes(&imk)?));
//! let index_key = IndexKey::read(&folder.join("index.key"))?;
//! let store = RedbStore::init(&folder.join("cards.redb"), &index_key)?;
//! let authoriser = Authoriser::new(issuer, index_key.state_key().clone());
//!
//! // Per card: what was issued.
//! let pan = Pan::from_digits("1234567890123456")?;
//! let record = CardRecord::new(pan.clone(), None, &CryptogramVersion::VISA_18, 0x01);
//! let card = IssuedCard::chip(record, YearMonth::new(2025, 12)?, ServiceCode::from_digits("201")?);
//!
//! // Per message: its fields, and DE 55. Threads share the store by reference.
//! let (amount, currency) = (Amount::new(4000)?, CurrencyCode::new(124)?);
//! let (kind, at) = (MessageKind::Authorisation, Timestamp(1_572_955_200));
//! let mut request = AuthorisationRequest::new(kind, pan, amount, currency, PosEntryMode::Contact, at);
//! let de55 = hex::decode(
//!     "9F02060000000040009F03060000000000009F1A020124950580000480005F2A0201249A031911059C0101\
//!      9F370452BF4585820218009F3602001C9F100706011203A0B8009F26087A788EA6B8A3E733",
//! )?;
//! (request.chip, request.stan) = (Some(de55.as_slice()), Some("000001"));
//! let mut assessment = authoriser.assess(&request, &card, &store)?; // the step is on the disk now
//! assert!(assessment.verdict.is_approval());
//! let tag_91 = authoriser.answer(&mut assessment)?;
//! # assert!(tag_91.is_some());
//! # request.stan = Some("000002");
//! # assert!(!authoriser.assess(&request, &card, &store)?.verdict.is_approval());
//! # drop(store);
//! # std::fs::remove_dir_all(&folder)?;
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The step
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
//! and issue of every card from standard input, and acquirer and merchant of every shop from a file (`--merchants`), for names cannot be
//! turned back. The rows of other cards stay, under names that no host asks for; the counts of other merchants and shops begin
//! anew, and no card remembers those. `Renames` says exactly what is kept.
//!
//! # Places
//!
//! Fallbacks of a merchant are kept beside the cards. The unpredictable numbers of a terminal are a statistic over its last 64
//! numbers, which every process learns for itself: it would cost a commit for every transaction, and is learnt again within
//! 64 transactions.
//!
//! # Activities
//!
//! A store keeps what cards do over time as well, for hosts that ask (`Authoriser::weigh`, then `Weighed::watched`), under the same names.
//! One step a payment, durable before it is answered. Whoever asks calls `forget` now and then, which takes out what is older than 28 days.
//! The names of shops are made with the index key too: a card that is reported as compromised after `rekey` counts at the shops that were
//! named then, and at those where it was used since.
//!
//! [`MemoryStore`]: chipcard::issuer::MemoryStore
//! [`ActivityStore`]: chipcard::issuer::ActivityStore
//! [`CardStateStore`]: chipcard::issuer::CardStateStore
//! [`CardState::apply`]: chipcard::issuer::CardState::apply
//! [`Outcome::New`]: chipcard::issuer::Outcome::New
//! [`Outcome::Retransmission`]: chipcard::issuer::Outcome::Retransmission
//! [`StateKey`]: chipcard::issuer::StateKey

mod error;
#[cfg(feature = "redb")]
mod group;
mod index_key;
#[cfg(any(feature = "redb", feature = "postgres"))]
mod names;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "redb")]
mod redb;

#[cfg(feature = "postgres")]
pub use self::postgres::{BlockingPostgres, PostgresStore, Tls};
#[cfg(feature = "redb")]
pub use self::redb::{RedbOptions, RedbStore};
pub use error::{Kind, StoreError};
pub use index_key::IndexKey;
#[cfg(any(feature = "redb", feature = "postgres"))]
pub use names::{Counts, Renames};
#[cfg(feature = "postgres")]
pub use tokio_postgres::{Config as PostgresConfig, NoTls};

/// The day of a moment, both since 1970.
#[cfg(any(feature = "redb", feature = "postgres"))]
const fn day(at: u32) -> u16 {
    // At most 49,710.
    (at / 86_400) as u16
}
