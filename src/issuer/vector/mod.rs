//! Software keys in vector registers: many cryptograms at once.

mod aes;
mod tdes;

use crate::issuer::{BatchOutcome, BatchRequest, KeySets};

/// What requests are sorted and made ready in, kept from one batch to the next.
#[derive(Default)]
pub(super) struct Memory {
    tdes: tdes::Memory,
    aes: aes::Memory,
}

/// Verifies what lanes can verify; the rest stays [`Pending`](BatchOutcome::Pending).
pub(super) fn verify_many<K: KeySets + ?Sized>(
    keys: &K,
    requests: &[BatchRequest<'_>],
    outcomes: &mut [BatchOutcome],
    memory: &mut Memory,
) {
    tdes::verify_many(keys, requests, outcomes, &mut memory.tdes);
    aes::verify_many(keys, requests, outcomes, &mut memory.aes);
}

/// The outcome of a verdict and the response cryptogram beside it.
fn outcome(right: bool, response_cryptogram: [u8; 8]) -> BatchOutcome {
    if right {
        BatchOutcome::Right {
            response_cryptogram,
        }
    } else {
        BatchOutcome::Wrong
    }
}
