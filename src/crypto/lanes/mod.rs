//! Vector instructions: the one folder of this library with `unsafe` code, and only with the feature `simd`.
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
#![allow(
    unsafe_code,
    clippy::expect_used,
    reason = "vector instructions need the one; the folder's own lengths, which are constants, the other"
)]

pub mod aes;
mod answer;
pub mod des;
mod detect;
pub mod single;
