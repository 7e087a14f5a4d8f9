//! TDES: requests of one shape go into the lanes of vector registers together.

use alloc::vec::Vec;

use super::order::{Lanes, Run};
use super::outcome;
use crate::crypto::lanes::des::{self as lanes, Item, ResponseKey, SessionKey, Shape};
use crate::crypto::lanes::single;
use crate::crypto::push;
use crate::cryptogram::{ArpcKey, ArpcMethod, CryptogramVersion};
use crate::issuer::{BatchOutcome, BatchRequest, CryptogramRequest, KeySets};
use crate::key::{CardKeyOption, SessionDerivation, SessionKeyMethod};

/// Longest padded message that is taken, in blocks; EMV's own lists need nine.
const MAX_BLOCKS: usize = 10;

/// See the module.
pub(super) struct Tdes;

impl Lanes for Tdes {
    /// Lanes cost the same however few are used.
    const WORTHWHILE: usize = 12;

    type Item<'a> = Item<'a>;

    type Found = lanes::Outcome;

    fn alike(one: &Run, other: &Run) -> bool {
        one.kind == other.kind
    }

    fn make<'a, K: KeySets + ?Sized>(
        keys: &'a K,
        runs: &[Run],
        requests: &[BatchRequest<'a>],
        items: &mut Vec<Item<'a>>,
    ) {
        let set = runs.first().and_then(|run| keys.set(run.key_index));
        let Some(Ok(issuer_key)) = set.map(|set| set.ac().secret().bytes().try_into()) else {
            return;
        };
        for run in runs {
            let requests = run.of(requests).iter();
            items.extend(requests.filter_map(|request| item(issuer_key, request)));
        }
    }

    fn verify<K: KeySets + ?Sized>(
        _: &K,
        one: &Run,
        items: &[Item<'_>],
        found: &mut [lanes::Outcome],
    ) -> bool {
        let (backend, shape) = (
            lanes::Backend::best_for(items.len()),
            Kind(one.kind).shape(),
        );
        // Every item fits the shape.
        backend.verify(&shape, items, found).is_ok()
    }

    /// An answer is left to be asked for: the proof comes first.
    fn verify_alone<K: KeySets + ?Sized>(keys: &K, run: &Run, item: &Item<'_>) -> BatchOutcome {
        let set = keys.set(run.key_index);
        let Some(master) = set.and_then(|set| set.ac().scheduled_tdes()) else {
            return BatchOutcome::Pending;
        };
        let shape = Kind(run.kind).shape();
        let unanswered = Shape {
            response: lanes::Response::None,
            ..shape
        };
        let verified = single::verify(master, &unanswered, item).verified;
        match shape.response {
            _ if !verified => BatchOutcome::Wrong,
            lanes::Response::None => outcome(true, [0; 8]),
            _ => BatchOutcome::Pending,
        }
    }

    fn outcome(found: &lanes::Outcome) -> BatchOutcome {
        outcome(found.verified, found.response)
    }
}

/// A number for each shape: blocks of the message, session key and answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Kind(u8);

/// The session keys that lanes make.
const SESSION_KEYS: [Option<SessionKey>; 3] =
    [None, Some(SessionKey::COMMON), Some(SessionKey::UNIONPAY)];

/// The answers that lanes make.
const RESPONSES: [lanes::Response; 5] = [
    lanes::Response::None,
    lanes::Response::Method1(ResponseKey::Card),
    lanes::Response::Method1(ResponseKey::Signing),
    lanes::Response::Method2 { blocks: 1 },
    lanes::Response::Method2 { blocks: 2 },
];

impl Kind {
    /// `session` and `response` are places in the lists above.
    #[inline]
    const fn new(blocks: usize, session: usize, response: usize) -> Self {
        const { assert!((MAX_BLOCKS + 1) * SESSION_KEYS.len() * RESPONSES.len() <= 0x100) };
        Self(((blocks * SESSION_KEYS.len() + session) * RESPONSES.len() + response) as u8)
    }

    fn shape(self) -> Shape {
        let (rest, response) = (
            usize::from(self.0) / RESPONSES.len(),
            usize::from(self.0) % RESPONSES.len(),
        );
        let session = SESSION_KEYS.get(rest % SESSION_KEYS.len());
        Shape {
            blocks: rest / SESSION_KEYS.len(),
            session: session.copied().flatten(),
            response: RESPONSES
                .get(response)
                .copied()
                .unwrap_or(lanes::Response::None),
        }
    }
}

/// Which of [`SESSION_KEYS`] a version has; `None` where lanes compute neither it nor the card key.
pub(super) const fn session_key(
    option: CardKeyOption,
    version: &CryptogramVersion,
) -> Option<usize> {
    if !matches!(
        option,
        CardKeyOption::A | CardKeyOption::B | CardKeyOption::BEveryLength
    ) {
        return None;
    }
    match version.session_key {
        SessionKeyMethod::None => Some(0),
        SessionKeyMethod::EmvCommon | SessionKeyMethod::Mastercard => Some(1),
        SessionKeyMethod::UnionPay => Some(2),
        _ => None,
    }
}

/// The kind of a request, which only those share that are verified together; `None` where lanes do not compute it.
#[inline]
pub(super) fn kind(request: &BatchRequest<'_>, session: usize) -> Option<u8> {
    let blocks = request.cryptogram.signed.padded().len();
    let (answer, _) = response(request)?;
    (1..=MAX_BLOCKS)
        .contains(&blocks)
        .then(|| Kind::new(blocks, session, answer).0)
}

/// What a lane needs.
#[inline]
fn item<'a>(issuer_key: &'a [u8; 16], request: &BatchRequest<'a>) -> Option<Item<'a>> {
    let cryptogram = &request.cryptogram;
    let card = cryptogram.card;
    let (_, response) = response(request)?;
    let [diversifier @ .., _, _, _, _, _, _, _, _] =
        card.option.diversifier(&card.pan, card.sequence);
    Some(Item {
        issuer_key,
        message: cryptogram.signed.padded(),
        card: diversifier,
        session: session_block(cryptogram),
        cryptogram: cryptogram.claimed.0,
        response,
    })
}

/// The first block that is enciphered for the session key.
#[inline]
fn session_block(request: &CryptogramRequest<'_>) -> [u8; 8] {
    let method = request.version.session_key;
    match method.for_cryptogram(request.atc, request.un) {
        SessionDerivation::EmvCommon {
            diversifier: [a, b, _, d, e, f, g, h, ..],
        } => [a, b, 0xF0, d, e, f, g, h],
        SessionDerivation::UnionPay { atc } => {
            let [a, b] = atc.to_bytes();
            [0, 0, 0, 0, 0, 0, a, b]
        }
        _ => [0; 8],
    }
}

/// The answer to compute beside, as a place in [`RESPONSES`], and what it is made of behind the cryptogram.
#[inline]
fn response(request: &BatchRequest<'_>) -> Option<(usize, [[u8; 8]; 2])> {
    let version = request.cryptogram.version;
    let mut blocks = [[0; 8]; 2];
    let Some(response) = request.response else {
        return Some((0, blocks));
    };
    let answer = match (version.arpc?, version.arpc_key) {
        (ArpcMethod::Method1, key) => {
            let [a, b] = response.arc().to_bytes();
            blocks = [[a, b, 0, 0, 0, 0, 0, 0], [0; 8]];
            match key {
                ArpcKey::CardKey => 1,
                ArpcKey::SessionKey => 2,
            }
        }
        (ArpcMethod::Method2, ArpcKey::SessionKey) => {
            let bytes = blocks.as_flattened_mut();
            let end = push(bytes, 0, &response.csu().0).ok()?;
            let end = push(bytes, end, response.proprietary()).ok()?;
            // Status update, data and the padding byte: one block with up to three bytes of data, else two.
            *bytes.get_mut(end)? = 0x80;
            if end < 8 { 3 } else { 4 }
        }
        // Lanes sign method 2 with the key of the cryptogram alone, as every version of the table does.
        (ArpcMethod::Method2, ArpcKey::CardKey) => return None,
    };
    Some((answer, blocks))
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::collections::BTreeSet;

    use super::{Kind, MAX_BLOCKS, RESPONSES, SESSION_KEYS, Shape};

    #[test]
    fn every_shape_has_a_number_of_its_own() {
        let mut numbers = BTreeSet::new();
        for blocks in 1..=MAX_BLOCKS {
            for (session, session_key) in SESSION_KEYS.into_iter().enumerate() {
                for (answer, response) in RESPONSES.into_iter().enumerate() {
                    let kind = Kind::new(blocks, session, answer);
                    let shape = Shape {
                        blocks,
                        session: session_key,
                        response,
                    };
                    assert_eq!(kind.shape(), shape);
                    assert!(numbers.insert(kind.0));
                }
            }
        }
    }
}
