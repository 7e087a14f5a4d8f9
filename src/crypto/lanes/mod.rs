//! Ciphers of our own, in constant time: one TDES computation in the shortest time always, vector instructions with the
//! feature `simd` only. They make this the one folder of the library with `unsafe` code; without the feature there is none.
//!
//! | module | does | constant time by |
//! |---|---|---|
//! | [`des`] | TDES cryptograms of up to 1024 cards at once, a card in every bit position | bit slicing: no table, no branch |
//! | [`aes`] | AES cryptograms of up to 16 cards at once | the processor's AES instructions |
//! | [`single`] | one TDES cryptogram in the shortest time | S-boxes held in registers, or computed |
//!
//! Each asks the processor what it has when it runs, has a portable form that needs nothing, and gives the same
//! answers in every form. The issuer's side uses all three by itself: see
//! [`Issuer::verify_batch`](crate::issuer::Issuer::verify_batch).
#![cfg_attr(
    feature = "simd",
    allow(
        unsafe_code,
        clippy::expect_used,
        reason = "vector instructions need the one; the folder's own lengths, which are constants, the other"
    )
)]
#![cfg_attr(
    not(all(feature = "simd", feature = "laboratory")),
    allow(
        dead_code,
        unreachable_pub,
        unused_imports,
        reason = "what test benches measure is public for them"
    )
)]

#[cfg(feature = "simd")]
pub mod aes;
#[cfg(feature = "simd")]
pub mod des;
#[cfg(feature = "simd")]
mod detect;
mod fips46;
pub mod single;
#[cfg(feature = "simd")]
mod tdes;
