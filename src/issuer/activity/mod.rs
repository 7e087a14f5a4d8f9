//! Behaviour over time: plain counters of what a card does, with explicit limits ([`ActivityPolicy`]).
//!
//! | what | counts | moved by | of |
//! |---|---|---|---|
//! | cash-outs | round purchases of what is worth money elsewhere, 24 hours | approved payments; a reversal takes one back | the card |
//! | tests | tries of almost nothing by number alone, 24 hours | every judged try, **refused or not**; reversals change nothing | the card |
//! | whereabouts | the last country, and when | approved payments with the card present whose cryptogram is right (a card without chip: its stripe's value) | the card |
//! | shops | the last 16 shops, 28 days | approved payments | the card |
//! | cards and compromised cards | 28 days | a card's first approved payment there; reports of the issuer | the shop |
//!
//! So whoever has no card and no valid cryptogram moves nothing but tests, and tests refuse nothing that a right cryptogram proves.
//! Replays move nothing at all; a retransmission gets what the first message got. What a rule refuses counts nowhere but as a test.
//!
//! A token and the card behind it have different numbers, so different activities: a telephone abroad and its plastic at home
//! are two devices, perhaps of two people, and are never compared.

mod bytes;
mod card;
mod discs;
mod event;
mod geography;
#[cfg(feature = "std")]
mod memory;
mod policy;
mod shop;
mod store;

pub use card::{CardActivity, Visit};
pub use event::{
    Activity, ActivityEvent, CompromiseReport, Nature, Noticed, Payment, ShopIndex, Whereabouts,
};
pub(crate) use geography::is_country;
#[cfg(feature = "std")]
pub use memory::MemoryActivity;
pub use policy::ActivityPolicy;
pub(crate) use policy::amount;
pub use shop::ShopActivity;
pub use store::ActivityStore;

/// Seconds that cash-outs and tests count.
const PERIOD: u32 = 86_400;
/// Days that shops are remembered.
const PERIOD_DAYS: u16 = 28;

/// The day of a moment, since 1970.
const fn day(at: u32) -> u16 {
    // At most 49,710.
    (at / 86_400) as u16
}
