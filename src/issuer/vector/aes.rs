//! AES: requests of one master key go into the lanes together, whatever their lengths.

use alloc::vec::Vec;

use super::outcome;
use crate::crypto::lanes::aes::{Backend, Item, MasterKey, Response, Verdict};
use crate::cryptogram::{ArpcKey, ArpcMethod};
use crate::issuer::{BatchOutcome, BatchRequest, KeySets};
use crate::key::{CardKeyOption, SessionDerivation, SessionKeyMethod};

/// Fewer requests of one key than this are faster one by one.
const WORTHWHILE: usize = 2;

pub(super) fn verify_many<K: KeySets + ?Sized>(
    keys: &K,
    requests: &[BatchRequest<'_>],
    outcomes: &mut [BatchOutcome],
) {
    let mut items: Vec<_> = requests
        .iter()
        .enumerate()
        .filter_map(|(place, request)| {
            let index = request.cryptogram.card.index;
            let aes = keys.set(index)?.ac().algorithm().is_aes();
            aes.then(|| item(request))
                .flatten()
                .map(|item| (index, place, item))
        })
        .collect();
    items.sort_by_key(|(index, ..)| *index);
    for group in items.chunk_by(|(a, ..), (b, ..)| a == b) {
        let Some((index, ..)) = group.first() else {
            continue;
        };
        let master = keys
            .set(*index)
            .and_then(|set| MasterKey::new(set.ac().secret().bytes()));
        let Some(master) = master.filter(|_| group.len() >= WORTHWHILE) else {
            continue;
        };
        let lanes: Vec<_> = group.iter().map(|(_, _, item)| *item).collect();
        let mut verdicts = Vec::new();
        verdicts.resize(group.len(), Verdict::default());
        Backend::active().verify_batch(&master, &lanes, &mut verdicts);
        for ((_, place, _), verdict) in group.iter().zip(&verdicts) {
            let mut response = [0; 8];
            for (to, from) in response.iter_mut().zip(verdict.arpc().unwrap_or_default()) {
                *to = *from;
            }
            if let Some(place) = outcomes.get_mut(*place) {
                *place = outcome(verdict.is_valid(), response);
            }
        }
    }
}

/// What a lane needs; `None` for what lanes do not compute.
fn item<'a>(request: &BatchRequest<'a>) -> Option<Item<'a>> {
    let cryptogram = &request.cryptogram;
    let (card, version) = (cryptogram.card, cryptogram.version);
    let derivation = version
        .session_key
        .for_cryptogram(cryptogram.atc, cryptogram.un);
    let (
        CardKeyOption::C,
        SessionKeyMethod::EmvCommon,
        SessionDerivation::EmvCommon { diversifier },
    ) = (card.option, version.session_key, derivation)
    else {
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
