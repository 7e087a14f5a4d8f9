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
//! The cryptogram is not recomputed: a retail MAC can be undone block by block by whoever has the key
//! and the message. Starting from the cryptogram the card sent, its last transformation is taken
//! back (decipher left, encipher right) and then the last message blocks, while the first ones are
//! chained as usual; the cryptogram is right exactly if both meet in the same intermediate value,
//! because every step is a permutation. That makes ten chained computations of 23, and leaks no more
//! than a comparison at the end, being one itself.
//!
//! The answer is computed along with the comparison, not after it, and thrown away if it fails.

use super::kernel::{Half, LANES, RoundKeys, State, Step};
use super::key::Tdes2Key;
use crate::crypto::lanes::answer::{Response, Verdict};
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroize;

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
    let answer = Answer::new(request);
    let beside =
        request.response_key == ResponseKey::Session || request.session == Session::CardKey;
    let (valid, mut arpc) = middle(signing, request, beside.then_some(&answer));
    if !beside {
        let alone = Request {
            message: &[],
            ..*request
        };
        (_, arpc) = middle(&card, &alone, Some(&answer));
    }
    Verdict::new(valid, arpc, request.response.length())
}

/// The blocks of the answer. Enciphering one block (method 1) is its retail MAC.
struct Answer {
    blocks: [u64; 3],
    used: usize,
}

impl Answer {
    fn new(request: &Request<'_>) -> Self {
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
        Self { blocks, used }
    }

    /// Chained DES computations.
    const fn steps(&self) -> usize {
        if self.used == 0 { 0 } else { self.used + 2 }
    }
}

/// Lane 0 chains forward, lane 1 backward, lane 2 answers.
const FORWARD: usize = 0;
const BACKWARD: usize = 1;
const ANSWER: usize = 2;

/// Steps handed to a kernel at once.
const CHUNK: usize = 4;

#[inline(never)] // Its steps have a stack frame of their own.
fn middle(key: &Tdes2Key, request: &Request<'_>, answer: Option<&Answer>) -> (Choice, u64) {
    let kernel = key.kernel();
    let message = request.message;
    let none = Answer {
        blocks: [0; 3],
        used: 0,
    };
    let answer = answer.unwrap_or(&none);
    // The backward lane has two steps more than blocks: it undoes the MAC's last transformation.
    let forward = message.len().min((message.len() + 2).div_ceil(2));
    let backward = message.len() + 2 - forward;
    let lengths = [forward, backward, answer.steps(), 0];
    let depth = lengths.into_iter().max().unwrap_or(0);
    let block = |index: usize| {
        message
            .get(index)
            .map_or(0, |block| u64::from_be_bytes(*block))
    };
    // What lane `lane` reads, and under which key, in its step `at`.
    let program = |lane: usize, at: usize| -> (u64, &RoundKeys) {
        match (lane, at) {
            (FORWARD, at) => (block(at), &key.left.encrypt),
            (BACKWARD, 0) => (u64::from_be_bytes(request.cryptogram), &key.left.decrypt),
            (BACKWARD, 1) => (0, &key.right.encrypt),
            (BACKWARD, 2) => (0, &key.left.decrypt),
            (BACKWARD, at) => (block(message.len() + 2 - at), &key.left.decrypt),
            (_, at) if at < answer.used => (answer.blocks[at], &key.left.encrypt),
            (_, at) if at == answer.used => (0, &key.right.decrypt),
            _ => (0, &key.left.encrypt),
        }
    };
    let idle = Step {
        input: State::default(),
        keep: [0; LANES],
        keys: [&key.left.encrypt; LANES],
    };
    let mut state = State::default();
    let mut done = 0;
    while done < depth {
        let mut steps = [idle; CHUNK];
        let count = CHUNK.min(depth - done);
        for (offset, step) in steps.iter_mut().take(count).enumerate() {
            for lane in [FORWARD, BACKWARD, ANSWER] {
                // Lanes end together, so that no result has to be kept aside.
                let Some(at) = (done + offset + lengths[lane]).checked_sub(depth) else {
                    continue;
                };
                let (input, keys) = program(lane, at);
                (step.input.left[lane], step.input.right[lane]) = (kernel.spread)(input);
                step.keep[lane] = if at == 0 { 0 } else { u64::MAX };
                step.keys[lane] = keys;
            }
        }
        (kernel.run)(&mut state, &steps[..count], 3);
        done += count;
    }
    let differ = |half: &Half, block: u64| half[FORWARD] ^ half[BACKWARD] ^ block;
    let (left, right) = match backward {
        ..=2 => (0, 0),
        _ => (kernel.spread)(block(forward)),
    };
    let valid = (differ(&state.left, left) | differ(&state.right, right)).ct_eq(&0);
    let valid = valid & Choice::from(u8::from(!message.is_empty()));
    let arpc = (kernel.gather)(state.left[ANSWER], state.right[ANSWER]);
    state.zeroize();
    (valid, arpc.swap_bytes())
}
