//! AES: requests of one master key go into the lanes together, whatever their lengths.

use alloc::vec::Vec;

use super::order::Ready;
use super::outcome;
use crate::crypto::lanes::aes::{Backend, Item, MasterKey, Response, Verdict};
use crate::cryptogram::{ArpcKey, ArpcMethod, CryptogramVersion};
use crate::issuer::batch::emptied;
use crate::issuer::{BatchOutcome, BatchRequest, KeySets};
use crate::key::{CardKeyOption, SessionDerivation, SessionKeyMethod};

/// Fewer requests of one key than this are faster one by one.
const WORTHWHILE: usize = 2;

/// Memory that is kept from one batch to the next.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) ready: Ready,
    /// Of one group, and what the lanes found of it.
    items: Vec<Item<'static>>,
    found: Vec<Verdict>,
}

impl Memory {
    /// Verifies what was found to be ready.
    pub(super) fn verify<K: KeySets + ?Sized>(
        &mut self,
        keys: &K,
        requests: &[BatchRequest<'_>],
        outcomes: &mut [BatchOutcome],
    ) {
        let Self {
            ready,
            items: kept,
            found,
        } = self;
        let mut items: Vec<Item<'_>> = emptied(core::mem::take(kept));
        for places in ready.groups(|a, b| a.key_index != b.key_index) {
            let key = places.first().and_then(|place| keys.set(place.key_index));
            let master = key.and_then(|set| MasterKey::new(set.ac().secret().bytes()));
            let Some(master) = master.filter(|_| places.len() >= WORTHWHILE) else {
                continue;
            };
            let requests = places
                .iter()
                .filter_map(|place| requests.get(place.request as usize));
            items.clear();
            items.extend(requests.filter_map(item));
            // An item was made for each; were it not so, all would stay pending.
            if items.len() != places.len() {
                continue;
            }
            found.clear();
            found.resize(items.len(), Verdict::default());
            Backend::active().verify_batch(&master, &items, found);
            for (place, verdict) in places.iter().zip(&*found) {
                if let Some(to) = outcomes.get_mut(place.request as usize) {
                    *to = outcome(verdict.is_valid(), verdict.padded_arpc());
                }
            }
        }
        *kept = emptied(items);
    }
}

/// Whether lanes compute for a version and a card key option.
pub(super) fn is_computable(option: CardKeyOption, version: &CryptogramVersion) -> bool {
    option == CardKeyOption::C && version.session_key == SessionKeyMethod::EmvCommon
}

/// Whether lanes compute the answer that is asked for, if any.
#[inline]
pub(super) fn is_answerable(request: &BatchRequest<'_>) -> bool {
    response(request).is_some()
}

/// What a lane needs; `None` for what lanes do not compute.
#[inline]
fn item<'a>(request: &BatchRequest<'a>) -> Option<Item<'a>> {
    let cryptogram = &request.cryptogram;
    let (card, method) = (cryptogram.card, cryptogram.version.session_key);
    let derivation = method.for_cryptogram(cryptogram.atc, cryptogram.un);
    let SessionDerivation::EmvCommon { diversifier } = derivation else {
        return None;
    };
    Some(Item {
        diversification: card.option.diversifier(&card.pan, card.sequence),
        session: diversifier,
        message: cryptogram.data,
        cryptogram: cryptogram.claimed.0,
        response: response(request)?,
    })
}

#[inline]
fn response<'a>(request: &BatchRequest<'a>) -> Option<Response<'a>> {
    let version = request.cryptogram.version;
    match (request.response, version.arpc, version.arpc_key) {
        (None, ..) => Some(Response::None),
        (Some(response), Some(ArpcMethod::Method1), ArpcKey::SessionKey) => {
            Some(Response::Method1 {
                arc: response.arc().to_bytes(),
            })
        }
        (Some(response), Some(ArpcMethod::Method2), ArpcKey::SessionKey)
            if response.proprietary().len() <= 8 =>
        {
            Some(Response::Method2 {
                csu: response.csu().0,
                proprietary: response.proprietary(),
            })
        }
        _ => None,
    }
}
