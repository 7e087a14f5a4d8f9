//! AES: requests of one master key go into the lanes together, whatever their lengths.

use alloc::vec::Vec;

use super::order::{Lanes, Run};
use super::outcome;
use crate::crypto::lanes::aes::{Backend, Item, MasterKey, Response, Verdict};
use crate::cryptogram::{ArpcKey, ArpcMethod, CryptogramVersion};
use crate::issuer::{BatchOutcome, BatchRequest, KeySets};
use crate::key::{CardKeyOption, SessionDerivation, SessionKeyMethod};

/// See the module.
pub(super) struct Aes;

impl Lanes for Aes {
    const WORTHWHILE: usize = 2;

    type Item<'a> = Item<'a>;

    type Found = Verdict;

    fn alike(one: &Run, other: &Run) -> bool {
        one.key_index == other.key_index
    }

    fn make<'a, K: KeySets + ?Sized>(
        _: &'a K,
        runs: &[Run],
        requests: &[BatchRequest<'a>],
        items: &mut Vec<Item<'a>>,
    ) {
        for run in runs {
            items.extend(run.of(requests).iter().filter_map(item));
        }
    }

    fn verify<K: KeySets + ?Sized>(
        keys: &K,
        one: &Run,
        items: &[Item<'_>],
        found: &mut [Verdict],
    ) -> bool {
        let key = keys.set(one.key_index);
        let master = key.and_then(|set| MasterKey::new(set.ac().secret().bytes()));
        if let Some(master) = &master {
            Backend::active().verify_batch(master, items, found);
        }
        master.is_some()
    }

    fn outcome(found: &Verdict) -> BatchOutcome {
        outcome(found.is_valid(), found.padded_arpc())
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
