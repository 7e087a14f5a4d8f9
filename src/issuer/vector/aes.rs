//! AES: requests of one master key go into the lanes together, whatever their lengths.

use alloc::vec::Vec;

use super::outcome;
use crate::crypto::lanes::aes::{Backend, Item, MasterKey, Response, Verdict};
use crate::cryptogram::{ArpcKey, ArpcMethod};
use crate::issuer::batch::emptied;
use crate::issuer::{BatchOutcome, BatchRequest, KeySets};
use crate::key::{CardKeyOption, SessionDerivation, SessionKeyMethod};

/// Fewer requests of one key than this are faster one by one.
const WORTHWHILE: usize = 2;

/// See [`super::Memory`].
#[derive(Default)]
pub(super) struct Memory {
    /// Key index and number of each request.
    order: Vec<(u8, usize)>,
    items: Vec<Item<'static>>,
    verdicts: Vec<Verdict>,
}

pub(super) fn verify_many<K: KeySets + ?Sized>(
    keys: &K,
    requests: &[BatchRequest<'_>],
    outcomes: &mut [BatchOutcome],
    memory: &mut Memory,
) {
    let Memory {
        order,
        items,
        verdicts,
    } = memory;
    order.clear();
    for (place, request) in requests.iter().enumerate() {
        let index = request.cryptogram.card.index;
        let is_aes = keys
            .set(index)
            .is_some_and(|set| set.ac().algorithm().is_aes());
        if is_aes && item(request).is_some() {
            order.push((index, place));
        }
    }
    order.sort_unstable();
    for group in order.chunk_by(|(a, _), (b, _)| a == b) {
        let key = group.first().and_then(|(index, _)| keys.set(*index));
        let master = key.and_then(|set| MasterKey::new(set.ac().secret().bytes()));
        let Some(master) = master.filter(|_| group.len() >= WORTHWHILE) else {
            continue;
        };
        let mut together: Vec<Item<'_>> = core::mem::take(items);
        let of_group = |(_, place): &(u8, usize)| item(requests.get(*place)?);
        together.extend(group.iter().filter_map(of_group));
        verdicts.clear();
        verdicts.resize(together.len(), Verdict::default());
        Backend::active().verify_batch(&master, &together, verdicts);
        *items = emptied(together);
        for ((_, place), verdict) in group.iter().zip(&*verdicts) {
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
