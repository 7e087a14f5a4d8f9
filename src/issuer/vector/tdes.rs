//! TDES: requests of one shape go into the lanes of vector registers together.

use alloc::vec::Vec;

use super::outcome;
use crate::crypto::lanes::des::{self as lanes, Item, ResponseKey, Shape};
use crate::crypto::lanes::single::{self, Session};
use crate::crypto::{Algorithm, Padding};
use crate::cryptogram::{ArpcKey, ArpcMethod};
use crate::issuer::batch::emptied;
use crate::issuer::{BatchOutcome, BatchRequest, KeySets};
use crate::key::{CardKeyOption, SessionDerivation, SessionKeyMethod};

/// Longest padded message that is taken, in blocks; EMV's own lists need nine.
const MAX_BLOCKS: usize = 10;

/// Fewer requests of one shape than this are faster one after the other: lanes cost the same however few are used.
const WORTHWHILE: usize = 12;

/// A request made ready for a lane.
struct Prepared {
    place: usize,
    key_index: u8,
    card: [u8; 8],
    session: [u8; 8],
    message: [[u8; 8]; MAX_BLOCKS],
    cryptogram: [u8; 8],
    response: [[u8; 8]; 2],
}

/// See [`super::Memory`].
#[derive(Default)]
pub(super) struct Memory {
    order: Vec<Place>,
    prepared: Vec<Prepared>,
    items: Vec<Item<'static>>,
    found: Vec<lanes::Outcome>,
}

/// The number of a request, behind what requests are sorted by: their shapes, so that equal ones are neighbours, and
/// the key index, because lanes with one key share its transposition. 16 bits, 8 bits and 40 bits of one number, which is
/// quicker to sort than a structure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place(u64);

impl Place {
    fn new(shape: &Shape, key_index: u8, request: usize) -> Self {
        Self(u64::from(shape_order(shape)) << 48 | u64::from(key_index) << 40 | request as u64)
    }

    const fn shape(self) -> u64 {
        self.0 >> 48
    }

    const fn request(self) -> usize {
        (self.0 & 0xFF_FFFF_FFFF) as usize
    }
}

pub(super) fn verify_many<K: KeySets + ?Sized>(
    keys: &K,
    requests: &[BatchRequest<'_>],
    outcomes: &mut [BatchOutcome],
    memory: &mut Memory,
) {
    let Memory {
        order,
        prepared,
        items,
        found,
    } = memory;
    order.clear();
    for (place, request) in requests.iter().enumerate() {
        if let Some(shape) = shape(keys, request) {
            order.push(Place::new(&shape, request.cryptogram.card.index, place));
        }
    }
    order.sort_unstable();
    for group in order.chunk_by(|a, b| a.shape() == b.shape()) {
        let request = |place: &Place| requests.get(place.request());
        let Some(shape) = group.first().and_then(request).and_then(|r| shape(keys, r)) else {
            continue;
        };
        prepared.clear();
        prepared.extend(
            group
                .iter()
                .filter_map(|place| prepare(&shape, place.request(), request(place)?)),
        );
        if group.len() < WORTHWHILE {
            for item in &*prepared {
                if let Some(place) = outcomes.get_mut(item.place) {
                    *place = item.alone(keys, &shape);
                }
            }
            continue;
        }
        let mut together: Vec<Item<'_>> = core::mem::take(items);
        together.extend(prepared.iter().filter_map(|item| item.item(keys, &shape)));
        found.clear();
        found.resize(together.len(), lanes::Outcome::default());
        let backend = lanes::Backend::best_for(together.len());
        let verified = backend.verify(&shape, &together, found);
        *items = emptied(together);
        // There is an item for every request, and every item fits the shape; were it not so, all would stay pending.
        if verified.is_err() || found.len() != prepared.len() {
            continue;
        }
        for (item, found) in prepared.iter().zip(&*found) {
            if let Some(place) = outcomes.get_mut(item.place) {
                *place = outcome(found.verified, found.response);
            }
        }
    }
}

impl Prepared {
    fn message(&self, shape: &Shape) -> &[[u8; 8]] {
        self.message.get(..shape.blocks).unwrap_or(&self.message)
    }

    /// For the lanes. The key's length was checked, so there is an item for every request.
    fn item<'a, K: KeySets + ?Sized>(&'a self, keys: &'a K, shape: &Shape) -> Option<Item<'a>> {
        Some(Item {
            issuer_key: keys
                .set(self.key_index)?
                .ac()
                .secret()
                .bytes()
                .try_into()
                .ok()?,
            card: self.card,
            session: self.session,
            message: self.message(shape),
            cryptogram: self.cryptogram,
            response: self.response,
        })
    }

    /// On its own, in the shortest time. An answer is left to be asked for: the proof comes first.
    fn alone<K: KeySets + ?Sized>(&self, keys: &K, shape: &Shape) -> BatchOutcome {
        let master = keys
            .set(self.key_index)
            .and_then(|set| set.ac().scheduled_tdes());
        let Some(master) = master else {
            return BatchOutcome::Pending;
        };
        let session = match shape.session {
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
                message: self.message(shape),
                cryptogram: self.cryptogram,
                response: single::Response::None,
                response_key: single::ResponseKey::Session,
            },
        );
        match (verdict.is_valid(), shape.response) {
            (true, lanes::Response::None) => outcome(true, [0; 8]),
            (true, _) => BatchOutcome::Pending,
            (false, _) => BatchOutcome::Wrong,
        }
    }
}

/// A number for each shape.
fn shape_order(shape: &Shape) -> u16 {
    let session = match shape.session {
        None => 0,
        Some(key) => 1 + u16::from(key == lanes::SessionKey::UNIONPAY),
    };
    let response = match shape.response {
        lanes::Response::None => 0,
        lanes::Response::Method1(ResponseKey::Card) => 1,
        lanes::Response::Method1(ResponseKey::Signing) => 2,
        lanes::Response::Method2 { blocks: 1 } => 3,
        lanes::Response::Method2 { .. } => 4,
    };
    // No more than MAX_BLOCKS, three and five values.
    (shape.blocks as u16 * 3 + session) * 5 + response
}

/// What has to be computed for a request; `None` for what lanes do not compute.
fn shape<K: KeySets + ?Sized>(keys: &K, request: &BatchRequest<'_>) -> Option<Shape> {
    let cryptogram = &request.cryptogram;
    let (card, version) = (cryptogram.card, cryptogram.version);
    if keys.set(card.index)?.ac().algorithm() != Algorithm::Tdes
        || !matches!(
            card.option,
            CardKeyOption::A | CardKeyOption::B | CardKeyOption::BEveryLength
        )
    {
        return None;
    }
    let length = cryptogram.data.len();
    let blocks = match version.padding {
        Padding::Method1 => length.div_ceil(8).max(1),
        Padding::Method2 => length / 8 + 1,
        _ => return None,
    };
    if blocks > MAX_BLOCKS {
        return None;
    }
    let (session, _) = session(request)?;
    let (response, _) = response(request)?;
    Some(Shape {
        blocks,
        session,
        response,
    })
}

/// What a lane needs for a request of this shape.
fn prepare(shape: &Shape, place: usize, request: &BatchRequest<'_>) -> Option<Prepared> {
    let cryptogram = &request.cryptogram;
    let card = cryptogram.card;
    let (_, session) = session(request)?;
    let (_, response) = response(request)?;
    let [diversifier @ .., _, _, _, _, _, _, _, _] =
        card.option.diversifier(&card.pan, card.sequence);
    let mut message = [[0; 8]; MAX_BLOCKS];
    let bytes = message.as_flattened_mut();
    let data = cryptogram.data;
    bytes.get_mut(..data.len())?.copy_from_slice(data);
    if cryptogram.version.padding == Padding::Method2 {
        *bytes.get_mut(data.len())? = 0x80;
    }
    debug_assert!(data.len() <= 8 * shape.blocks);
    Some(Prepared {
        place,
        key_index: card.index,
        card: diversifier,
        session,
        message,
        cryptogram: cryptogram.claimed.0,
        response,
    })
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
