//! TDES: requests of one shape go into the lanes of vector registers together.

use alloc::vec::Vec;

use super::order::Ready;
use super::outcome;
use crate::crypto::lanes::des::{self as lanes, Item, ResponseKey, SessionKey, Shape};
use crate::crypto::lanes::single;
use crate::crypto::push;
use crate::cryptogram::{ArpcKey, ArpcMethod, CryptogramVersion};
use crate::issuer::{BatchOutcome, BatchRequest, CryptogramRequest, KeySets};
use crate::key::{Ac, CardKeyOption, IssuerMasterKey, SessionDerivation, SessionKeyMethod};

/// Longest padded message that is taken, in blocks; EMV's own lists need nine.
const MAX_BLOCKS: usize = 10;

/// Fewer requests of one shape than this are faster one after the other: lanes cost the same however few are used.
const WORTHWHILE: usize = 12;

/// What the lanes found, in memory that is kept.
pub(super) type Found = Vec<lanes::Outcome>;

/// Verifies what was made ready.
pub(super) fn verify<K: KeySets + ?Sized>(
    keys: &K,
    ready: &mut Ready<Item<'_>>,
    outcomes: &mut [BatchOutcome],
    found: &mut Found,
) {
    for (places, items) in ready.groups(|a, b| a.kind != b.kind) {
        let Some(first) = places.first() else {
            continue;
        };
        let shape = Kind(first.kind).shape();
        if items.len() < WORTHWHILE {
            for (place, item) in places.iter().zip(items) {
                if let Some(to) = outcomes.get_mut(place.request as usize) {
                    *to = alone(keys, place.key_index, &shape, item);
                }
            }
            continue;
        }
        found.clear();
        found.resize(items.len(), lanes::Outcome::default());
        let backend = lanes::Backend::best_for(items.len());
        // Every item fits the shape; were it not so, all would stay pending.
        if backend.verify(&shape, items, found).is_err() {
            continue;
        }
        for (place, found) in places.iter().zip(&*found) {
            if let Some(to) = outcomes.get_mut(place.request as usize) {
                *to = outcome(found.verified, found.response);
            }
        }
    }
}

/// On its own, in the shortest time. An answer is left to be asked for: the proof comes first.
fn alone<K: KeySets + ?Sized>(
    keys: &K,
    key_index: u8,
    shape: &Shape,
    item: &Item<'_>,
) -> BatchOutcome {
    let master = keys
        .set(key_index)
        .and_then(|set| set.ac().scheduled_tdes());
    let Some(master) = master else {
        return BatchOutcome::Pending;
    };
    let unanswered = Shape {
        response: lanes::Response::None,
        ..*shape
    };
    let verified = single::verify(master, &unanswered, item).verified;
    match shape.response {
        _ if !verified => BatchOutcome::Wrong,
        lanes::Response::None => outcome(true, [0; 8]),
        _ => BatchOutcome::Pending,
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

/// What requests of one version, key index and card key option have in common.
pub(super) struct Recipe<'k> {
    issuer_key: &'k [u8; 16],
    /// Place in [`SESSION_KEYS`].
    session: usize,
}

impl<'k> Recipe<'k> {
    /// `None` for what lanes do not compute.
    pub(super) fn of(
        key: &'k IssuerMasterKey<Ac>,
        option: CardKeyOption,
        version: &CryptogramVersion,
    ) -> Option<Self> {
        let session = match version.session_key {
            SessionKeyMethod::None => 0,
            SessionKeyMethod::EmvCommon | SessionKeyMethod::Mastercard => 1,
            SessionKeyMethod::UnionPay => 2,
            _ => return None,
        };
        let eight_bytes = matches!(
            option,
            CardKeyOption::A | CardKeyOption::B | CardKeyOption::BEveryLength
        );
        Some(Self {
            issuer_key: key.secret().bytes().try_into().ok()?,
            session,
        })
        .filter(|_| eight_bytes)
    }

    /// What a lane needs, and its kind, which only those share that are verified together; `None` where lanes do not compute it.
    #[inline]
    pub(super) fn item<'a>(&self, request: &BatchRequest<'a>) -> Option<(u8, Item<'a>)>
    where
        'k: 'a,
    {
        let cryptogram = &request.cryptogram;
        let (card, message) = (cryptogram.card, cryptogram.signed.padded());
        let (answer, response) = response(request)?;
        if !(1..=MAX_BLOCKS).contains(&message.len()) {
            return None;
        }
        let [diversifier @ .., _, _, _, _, _, _, _, _] =
            card.option.diversifier(&card.pan, card.sequence);
        let item = Item {
            issuer_key: self.issuer_key,
            message,
            card: diversifier,
            session: session_block(cryptogram),
            cryptogram: cryptogram.claimed.0,
            response,
        };
        Some((Kind::new(message.len(), self.session, answer).0, item))
    }
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
