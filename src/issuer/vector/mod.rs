//! Software keys in vector registers: many cryptograms at once.

mod aes;
mod order;
mod tdes;

use order::{Ready, Shared};

use crate::crypto::Algorithm;
use crate::crypto::lanes;
use crate::issuer::{BatchOutcome, BatchRequest, KeySets};

/// What requests are made ready and sorted in, kept from one batch to the next.
#[derive(Default)]
pub(super) struct Memory {
    tdes: Ready<lanes::des::Item<'static>>,
    found: tdes::Found,
    aes: Ready<lanes::aes::Item<'static>>,
    verdicts: aes::Found,
}

/// What requests of one version, key index and card key option have in common.
enum Recipe<'k> {
    Tdes(tdes::Recipe<'k>),
    Aes,
}

/// Verifies what lanes can verify; the rest stays [`Pending`](BatchOutcome::Pending).
pub(super) fn verify_many<K: KeySets + ?Sized>(
    keys: &K,
    requests: &[BatchRequest<'_>],
    outcomes: &mut [BatchOutcome],
    memory: &mut Memory,
) {
    let mut for_tdes = core::mem::take(&mut memory.tdes).emptied();
    let mut for_aes = core::mem::take(&mut memory.aes).emptied();
    let mut recipes = Shared::new();
    for (place, request) in requests.iter().enumerate() {
        let index = request.cryptogram.card.index;
        match recipes.get(request, || recipe(keys, request)) {
            Some(Recipe::Tdes(recipe)) => {
                if let Some((kind, item)) = recipe.item(request) {
                    for_tdes.push(place, kind, index, item);
                }
            }
            Some(Recipe::Aes) => {
                if let Some(item) = aes::item(request) {
                    for_aes.push(place, 0, index, item);
                }
            }
            None => {}
        }
    }
    tdes::verify(keys, &mut for_tdes, outcomes, &mut memory.found);
    aes::verify(keys, &mut for_aes, outcomes, &mut memory.verdicts);
    (memory.tdes, memory.aes) = (for_tdes.emptied(), for_aes.emptied());
}

/// How lanes compute for a request; `None` if they do not.
fn recipe<'k, K: KeySets + ?Sized>(keys: &'k K, request: &BatchRequest<'_>) -> Option<Recipe<'k>> {
    let (card, version) = (request.cryptogram.card, request.cryptogram.version);
    let key = keys.set(card.index)?.ac();
    match key.algorithm() {
        Algorithm::Tdes => tdes::Recipe::of(key, card.option, version).map(Recipe::Tdes),
        _ => aes::is_computable(card.option, version).then_some(Recipe::Aes),
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
