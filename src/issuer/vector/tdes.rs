//! TDES: requests of one shape go into the lanes of vector registers together.

use alloc::vec::Vec;

use super::outcome;
use crate::crypto::lanes::des::{self as lanes, Item, ResponseKey, Shape};
use crate::crypto::lanes::single::{self, Session};
use crate::crypto::tdes::Tdes;
use crate::crypto::{Algorithm, Padding};
use crate::cryptogram::{ArpcKey, ArpcMethod};
use crate::issuer::{BatchOutcome, BatchRequest, KeySets};
use crate::key::{Ac, CardKeyOption, IssuerMasterKey, SessionDerivation, SessionKeyMethod};

/// Longest padded message that is taken, in blocks; EMV's own lists need nine.
const MAX_BLOCKS: usize = 10;

/// Fewer requests of one shape than this are faster one after the other: lanes cost the same however few are used.
const WORTHWHILE: usize = 12;

/// A request made ready for a lane.
struct Prepared<'a> {
    place: usize,
    shape: Shape,
    master: &'a IssuerMasterKey<Ac>,
    card: [u8; 8],
    session: [u8; 8],
    message: [[u8; 8]; MAX_BLOCKS],
    cryptogram: [u8; 8],
    response: [[u8; 8]; 2],
}

pub(super) fn verify_many<K: KeySets + ?Sized>(
    keys: &K,
    requests: &[BatchRequest<'_>],
    outcomes: &mut [BatchOutcome],
) {
    let mut prepared: Vec<_> = requests
        .iter()
        .enumerate()
        .filter_map(|(place, request)| prepare(keys, place, request))
        .collect();
    prepared.sort_unstable_by_key(|item| (order(&item.shape), item.place));
    let mut items = Vec::with_capacity(prepared.len());
    let mut found = Vec::with_capacity(prepared.len());
    for group in prepared.chunk_by(|a, b| a.shape == b.shape) {
        let Some(shape) = group.first().map(|item| item.shape) else {
            continue;
        };
        if group.len() < WORTHWHILE {
            for item in group {
                if let Some(place) = outcomes.get_mut(item.place) {
                    *place = item.alone();
                }
            }
            continue;
        }
        items.clear();
        items.extend(group.iter().filter_map(Prepared::item));
        found.clear();
        found.resize(group.len(), lanes::Outcome::default());
        let backend = lanes::Backend::best_for(items.len());
        if backend.verify(&shape, &items, &mut found).is_err() {
            continue;
        }
        for (item, found) in group.iter().zip(&found) {
            if let Some(place) = outcomes.get_mut(item.place) {
                *place = outcome(found.verified, found.response);
            }
        }
    }
}

pub(super) fn verify_one<K: KeySets + ?Sized>(
    keys: &K,
    request: &BatchRequest<'_>,
) -> BatchOutcome {
    prepare(keys, 0, request).map_or(BatchOutcome::Pending, |item| item.alone())
}

impl Prepared<'_> {
    fn message(&self) -> &[[u8; 8]] {
        self.message
            .get(..self.shape.blocks)
            .unwrap_or(&self.message)
    }

    /// For the lanes. The key's length was checked, so there is an item for every request.
    fn item(&self) -> Option<Item<'_>> {
        Some(Item {
            issuer_key: self.master.secret().bytes().try_into().ok()?,
            card: self.card,
            session: self.session,
            message: self.message(),
            cryptogram: self.cryptogram,
            response: self.response,
        })
    }

    /// On its own, in the shortest time. An answer is left to be asked for: the proof comes first.
    fn alone(&self) -> BatchOutcome {
        let Some(master) = self.master.scheduled_tdes().map(Tdes::key) else {
            return BatchOutcome::Pending;
        };
        let session = match self.shape.session {
            None => Session::CardKey,
            Some(lanes::SessionKey(difference)) => {
                let mut second = self.session;
                for (byte, change) in second.iter_mut().zip(difference) {
                    *byte ^= change;
                }
                Session::Derived([self.session, second])
            }
        };
        let verdict = single::verify(
            master,
            &single::Request {
                diversification: self.card,
                session,
                message: self.message(),
                cryptogram: self.cryptogram,
                response: single::Response::None,
                response_key: single::ResponseKey::Session,
            },
        );
        match (verdict.is_valid(), self.shape.response) {
            (true, lanes::Response::None) => outcome(true, [0; 8]),
            (true, _) => BatchOutcome::Pending,
            (false, _) => BatchOutcome::Wrong,
        }
    }
}

/// Sorts equal shapes together.
fn order(shape: &Shape) -> (usize, u8, u8) {
    let session = match shape.session {
        None => 0,
        Some(key) => 1 + u8::from(key == lanes::SessionKey::UNIONPAY),
    };
    let response = match shape.response {
        lanes::Response::None => 0,
        lanes::Response::Method1(ResponseKey::Card) => 1,
        lanes::Response::Method1(ResponseKey::Signing) => 2,
        lanes::Response::Method2 { blocks: 1 } => 3,
        lanes::Response::Method2 { .. } => 4,
    };
    (shape.blocks, session, response)
}

/// What a lane needs; `None` for what lanes do not compute.
fn prepare<'k, K: KeySets + ?Sized>(
    keys: &'k K,
    place: usize,
    request: &BatchRequest<'_>,
) -> Option<Prepared<'k>> {
    let cryptogram = &request.cryptogram;
    let (card, version) = (cryptogram.card, cryptogram.version);
    let master = keys.set(card.index)?.ac();
    if master.algorithm() != Algorithm::Tdes
        || !matches!(
            card.option,
            CardKeyOption::A | CardKeyOption::B | CardKeyOption::BEveryLength
        )
    {
        return None;
    }
    let (message, blocks) = pad(cryptogram.data, version.padding)?;
    let (session, session_block) = session(request)?;
    let (response, response_blocks) = response(request)?;
    let [diversifier @ .., _, _, _, _, _, _, _, _] =
        card.option.diversifier(&card.pan, card.sequence);
    Some(Prepared {
        place,
        shape: Shape {
            blocks,
            session,
            response,
        },
        master,
        card: diversifier,
        session: session_block,
        message,
        cryptogram: cryptogram.claimed.0,
        response: response_blocks,
    })
}

/// The message in whole blocks, and how many.
fn pad(data: &[u8], padding: Padding) -> Option<([[u8; 8]; MAX_BLOCKS], usize)> {
    let blocks = match padding {
        Padding::Method1 => data.len().div_ceil(8).max(1),
        Padding::Method2 => data.len() / 8 + 1,
        _ => return None,
    };
    if blocks > MAX_BLOCKS {
        return None;
    }
    let mut message = [[0; 8]; MAX_BLOCKS];
    let bytes = message.as_flattened_mut();
    bytes.get_mut(..data.len())?.copy_from_slice(data);
    if padding == Padding::Method2 {
        *bytes.get_mut(data.len())? = 0x80;
    }
    Some((message, blocks))
}

/// How the session key comes about, and the first block that is enciphered for it.
fn session(request: &BatchRequest<'_>) -> Option<(Option<lanes::SessionKey>, [u8; 8])> {
    let cryptogram = &request.cryptogram;
    let method = cryptogram.version.session_key;
    match (method, method.for_cryptogram(cryptogram.atc, cryptogram.un)) {
        (SessionKeyMethod::None, _) => Some((None, [0; 8])),
        (
            _,
            SessionDerivation::EmvCommon {
                diversifier: [a, b, _, d, e, f, g, h, ..],
            },
        ) => Some((Some(lanes::SessionKey::COMMON), [a, b, 0xF0, d, e, f, g, h])),
        (_, SessionDerivation::UnionPay { atc }) => {
            let [a, b] = atc.to_bytes();
            Some((Some(lanes::SessionKey::UNIONPAY), [0, 0, 0, 0, 0, 0, a, b]))
        }
        _ => None,
    }
}

/// The answer to compute beside, and what it is made of behind the cryptogram.
fn response(request: &BatchRequest<'_>) -> Option<(lanes::Response, [[u8; 8]; 2])> {
    let version = request.cryptogram.version;
    let Some((response, method)) = request.response.zip(version.arpc) else {
        return request
            .response
            .is_none()
            .then_some((lanes::Response::None, [[0; 8]; 2]));
    };
    let mut blocks = [[0; 8]; 2];
    let bytes = blocks.as_flattened_mut();
    match method {
        ArpcMethod::Method1 => {
            bytes
                .get_mut(..2)?
                .copy_from_slice(&response.arc().to_bytes());
            let key = match version.arpc_key {
                ArpcKey::CardKey => ResponseKey::Card,
                ArpcKey::SessionKey => ResponseKey::Signing,
            };
            Some((lanes::Response::Method1(key), blocks))
        }
        // Lanes sign method 2 with the key of the cryptogram alone, as every version of the table does.
        ArpcMethod::Method2 if version.arpc_key == ArpcKey::SessionKey => {
            let proprietary = response.proprietary();
            bytes.get_mut(..4)?.copy_from_slice(&response.csu().0);
            bytes
                .get_mut(4..4 + proprietary.len())?
                .copy_from_slice(proprietary);
            *bytes.get_mut(4 + proprietary.len())? = 0x80;
            // Status update, data and the padding byte: one block with up to three bytes of data, else two.
            let used = 4 + proprietary.len() + 1;
            Some((
                lanes::Response::Method2 {
                    blocks: used.div_ceil(8),
                },
                blocks,
            ))
        }
        ArpcMethod::Method2 => None,
    }
}
