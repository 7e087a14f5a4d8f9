//! Software keys in vector registers: many cryptograms at once.

mod aes;
mod order;
mod tdes;

use aes::Aes;
use order::Shared;
use tdes::Tdes;

use crate::crypto::Algorithm;
use crate::issuer::{BatchOutcome, BatchRequest, KeySets};

/// What requests are sorted and made ready in, kept from one batch to the next.
#[derive(Default)]
pub(super) struct Memory {
    tdes: order::Memory<Tdes>,
    aes: order::Memory<Aes>,
}

/// How lanes compute.
enum Way {
    /// With this session key, a place in a list.
    Tdes(usize),
    Aes,
}

/// Verifies what lanes can verify; the rest stays [`Pending`](BatchOutcome::Pending).
pub(super) fn verify_many<K: KeySets + ?Sized>(
    keys: &K,
    requests: &[BatchRequest<'_>],
    outcomes: &mut [BatchOutcome],
    memory: &mut Memory,
) {
    let Memory {
        tdes: for_tdes,
        aes: for_aes,
    } = memory;
    for_tdes.clear();
    for_aes.clear();
    let mut ways = Shared::new();
    for (place, request) in requests.iter().enumerate() {
        let index = request.cryptogram.card.index;
        match ways.get(request, || way(keys, request)) {
            Some(Way::Tdes(session)) => {
                if let Some(kind) = tdes::kind(request, *session) {
                    for_tdes.push(place, kind, index);
                }
            }
            Some(Way::Aes) if aes::is_answerable(request) => for_aes.push(place, 0, index),
            _ => {}
        }
    }
    for_tdes.verify(keys, requests, outcomes);
    for_aes.verify(keys, requests, outcomes);
}

/// How lanes compute for a request; `None` if they do not.
fn way<K: KeySets + ?Sized>(keys: &K, request: &BatchRequest<'_>) -> Option<Way> {
    let (card, version) = (request.cryptogram.card, request.cryptogram.version);
    match keys.set(card.index)?.ac().algorithm() {
        Algorithm::Tdes => tdes::session_key(card.option, version).map(Way::Tdes),
        _ => aes::is_computable(card.option, version).then_some(Way::Aes),
    }
}

/// The outcome of a verdict and the response cryptogram beside it.
#[inline]
fn outcome(right: bool, response_cryptogram: [u8; 8]) -> BatchOutcome {
    if right {
        BatchOutcome::Right {
            response_cryptogram,
        }
    } else {
        BatchOutcome::Wrong
    }
}
