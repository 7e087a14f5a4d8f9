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
use crate::crypto::lanes::answer::{Response, Verdict};

/// One verification.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// Y of card key derivation Options A and B (EMV Book 2 A1.4.1): 16 digits of PAN and PSN.
    pub diversification: [u8; 8],
    /// How the session key is made.
    pub session: Session,
    /// The data the cryptogram covers, padded to whole blocks as the cryptogram version asks.
    ///
    /// No cryptogram is valid over no blocks at all.
    pub message: &'a [[u8; 8]],
    /// The application cryptogram the card sent (tag 9F26).
    pub cryptogram: [u8; 8],
    /// The issuer's answer to compute beside.
    pub response: Response<'a>,
    /// The key of that answer.
    pub response_key: ResponseKey,
}

/// How a session key follows from the card key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Session {
    /// The card key itself is used.
    CardKey,
    /// Each half is a block enciphered under the card key, left half first.
    Derived([[u8; 8]; 2]),
}

impl Session {
    /// EMV common session key (Book 2 A1.3.1): `R = ATC || 00*6`, byte 2 replaced by `F0` and `0F`.
    #[must_use]
    pub const fn common(atc: [u8; 2]) -> Self {
        let [high, low] = atc;
        Self::Derived([
            [high, low, 0xF0, 0, 0, 0, 0, 0],
            [high, low, 0x0F, 0, 0, 0, 0, 0],
        ])
    }
}

/// The key an answer is computed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResponseKey {
    /// The session key.
    Session,
    /// The card key, as in Mastercard's proprietary session key method.
    Card,
}

/// Verifies one cryptogram under the issuer key `imk`, on the backend `imk` was expanded for.
#[must_use]
pub fn verify(imk: &Tdes2Key, request: &Request<'_>) -> Verdict {
    let y = request.diversification;
    let card = imk.derive([y, y.map(|byte| !byte)]);
    let session;
    let signing = match request.session {
        Session::CardKey => &card,
        Session::Derived(blocks) => {
            session = card.derive(blocks);
            &session
        }
    };
    let answer = answer(request);
    let beside =
        request.response_key == ResponseKey::Session || request.session == Session::CardKey;
    let (message, cryptogram) = (request.message, request.cryptogram);
    let none = Answer::NONE;
    let with = if beside { &answer } else { &none };
    let (valid, mut arpc) = meet(signing, message, cryptogram, with);
    if !beside {
        (_, arpc) = meet(&card, &[], cryptogram, &answer);
    }
    Verdict::new(valid, arpc, request.response.length())
}

/// The blocks of the answer.
fn answer(request: &Request<'_>) -> Answer {
    let response = &request.response;
    let [first, second] = response.data(&request.cryptogram);
    let blocks = [first as u64, (first >> 64) as u64, second as u64].map(u64::swap_bytes);
    let used = match response {
        Response::None => 0,
        Response::Method1 { .. } => 1,
        Response::Method2 { .. } => {
            // The data comes with padding method 2 of ISO/IEC 9797-1.
            response.data_length() / 8 + 1
        }
    };
    Answer { blocks, used }
}
