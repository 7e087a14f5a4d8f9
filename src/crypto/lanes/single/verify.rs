//! A whole verification, arranged so that as little as possible waits for anything else.
//!
//! For six message blocks, CSK and ARPC method 1 the recipe names 23 DES computations (EMV Book 2
//! A1.4.1, A1.3.1, A1.2.1 and 8.2.1). On a processor that computes several side by side the length
//! of the longest chain is what counts:
//!
//! ```text
//! card key      left   E D E                 3, the halves side by side
//!               right  E D E
//! session key   left         E D E           3
//!               right        E D E
//! cryptogram    forward            E E E E   4, from the first message block on
//!               backward           D E D D   from the cryptogram back
//! response                           E D E
//! ```
//!
//! The cryptogram is not recomputed, but met in the middle: see `meet`. That makes ten chained computations of 23. The answer is computed along with the comparison, not after it, and
//! thrown away if it fails.

use super::key::Tdes2Key;
use super::meet::{Answer, meet};
use crate::crypto::lanes::tdes::{Item, Outcome, Response, ResponseKey, Shape};

/// Verifies one cryptogram under the issuer key `imk`, on the backend `imk` was expanded for. What the lanes would refuse as a
/// batch ([`BatchError`](crate::crypto::lanes::des::BatchError)) is not verified.
#[must_use]
pub fn verify(imk: &Tdes2Key, shape: &Shape, item: &Item<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let (items, outcomes) = (core::slice::from_ref(item), core::slice::from_ref(&outcome));
    if shape.check(items, outcomes).is_err() {
        return outcome;
    }
    let card = imk.derive([item.card, item.card.map(|byte| !byte)]);
    let session;
    let signing = match shape.session {
        None => &card,
        Some(key) => {
            session = card.derive(key.blocks(item.session));
            &session
        }
    };
    let answer = answer(shape.response, item);
    let by_card = shape.response == Response::Method1(ResponseKey::Card);
    let beside = !by_card || shape.session.is_none();
    let none = Answer::NONE;
    let with = if beside { &answer } else { &none };
    let (valid, mut arpc) = meet(signing, item.message, item.cryptogram, with);
    if !beside {
        (_, arpc) = meet(&card, &[], item.cryptogram, &answer);
    }
    let mask = 0u64.wrapping_sub(u64::from(valid.unwrap_u8()));
    outcome.verified = mask != 0;
    outcome.response = (arpc & mask & shape.response.mask()).to_le_bytes();
    outcome
}

/// The blocks of the answer.
fn answer(response: Response, item: &Item<'_>) -> Answer {
    let [cryptogram, first, second] =
        [item.cryptogram, item.response[0], item.response[1]].map(u64::from_be_bytes);
    match response {
        Response::None => Answer::NONE,
        Response::Method1(_) => Answer {
            blocks: [cryptogram ^ first, 0, 0],
            used: 1,
        },
        Response::Method2 { blocks } => Answer {
            blocks: [cryptogram, first, second],
            used: 1 + blocks,
        },
    }
}
