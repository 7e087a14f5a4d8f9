//! Many cryptograms in one call, as in a clearing file.

use crate::error::{Error, ErrorKind, Result};
#[cfg(feature = "simd")]
use crate::issuer::vector;
use crate::issuer::{
    CardRecord, ChipData, CryptogramEngine, Issuer, IssuerAuthenticationData, IssuerResponse,
    Refusal,
};

/// Items that are taken together. Enough to fill the widest registers twice, few enough for the second-level cache.
#[cfg(feature = "alloc")]
const CHUNK: usize = 2048;

/// One transaction of a batch.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct BatchItem<'a> {
    /// The card that the message claims to come from.
    pub card: &'a CardRecord<'a>,
    /// Its chip data.
    pub chip: &'a ChipData<'a>,
    /// The answer to sign if the cryptogram verifies; `None` for the verdict alone.
    pub response: Option<IssuerResponse<'a>>,
}

impl<'a> BatchItem<'a> {
    /// A cryptogram to verify.
    pub const fn new(card: &'a CardRecord<'a>, chip: &'a ChipData<'a>) -> Self {
        Self {
            card,
            chip,
            response: None,
        }
    }

    /// The same, with an answer to sign if the cryptogram verifies.
    #[must_use]
    pub const fn answered(mut self, response: IssuerResponse<'a>) -> Self {
        self.response = Some(response);
        self
    }
}

/// What became of one item: verified, with the answer that was asked for; or why not.
pub type BatchVerdict = Result<Option<IssuerAuthenticationData>, Refusal>;

/// Memory that batches take, kept from one to the next: with it, only the first asks for memory (see
/// [`Issuer::verify_batch_with`]). At most about 1 MB; it holds no keys, but parts of messages.
#[derive(Default)]
pub struct BatchMemory {
    #[cfg(feature = "alloc")]
    chunk: together::Chunk,
    #[cfg(feature = "simd")]
    pub(super) lanes: vector::Memory,
}

impl core::fmt::Debug for BatchMemory {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("BatchMemory").finish_non_exhaustive()
    }
}

impl<E: CryptogramEngine> Issuer<E> {
    /// Verifies many cryptograms, each on its own: one that is wrong does not touch the others. The verdicts
    /// are those of [`Issuer::verify_arqc`] and [`Issuer::authorise`], item by item; cards, versions, keys and
    /// lengths may be mixed in any order.
    ///
    /// With the feature `simd` and keys in memory, items of a kind are verified together in vector registers.
    ///
    /// # Errors
    /// [`ErrorKind::Length`] when there are not as many places for verdicts as items; nothing is verified then.
    pub fn verify_batch(
        &self,
        items: &[BatchItem<'_>],
        verdicts: &mut [BatchVerdict],
    ) -> Result<()> {
        self.verify_batch_with(&mut BatchMemory::default(), items, verdicts)
    }

    /// As [`Issuer::verify_batch`], in memory that was used before: nothing is allocated, unless the batch needs more than
    /// those before it. Whoever has transactions one at a time takes a [`BatchVerifier`](crate::issuer::BatchVerifier).
    ///
    /// # Errors
    /// As [`Issuer::verify_batch`].
    pub fn verify_batch_with(
        &self,
        memory: &mut BatchMemory,
        items: &[BatchItem<'_>],
        verdicts: &mut [BatchVerdict],
    ) -> Result<()> {
        check_lengths(items, verdicts)?;
        #[cfg(feature = "alloc")]
        for (items, verdicts) in items.chunks(CHUNK).zip(verdicts.chunks_mut(CHUNK)) {
            together::verify(self, memory, items, verdicts);
        }
        #[cfg(not(feature = "alloc"))]
        for (item, verdict) in items.iter().zip(verdicts) {
            let _ = &memory;
            *verdict = self.verify_arqc(item.card, item.chip).and_then(|verified| {
                let answer = item
                    .response
                    .map(|response| self.authorise(verified, &response));
                Ok(answer.transpose()?)
            });
        }
        Ok(())
    }

    /// As [`Issuer::verify_batch`], on all threads of the pool of `rayon` that it is called in.
    ///
    /// # Errors
    /// As [`Issuer::verify_batch`].
    #[cfg(feature = "rayon")]
    pub fn par_verify_batch(
        &self,
        items: &[BatchItem<'_>],
        verdicts: &mut [BatchVerdict],
    ) -> Result<()>
    where
        E: Sync,
    {
        use rayon::prelude::*;

        /// Fewer items than this fill no register.
        const LEAST: usize = 256;

        check_lengths(items, verdicts)?;
        let share = items.len().div_ceil(rayon::current_num_threads());
        let chunk = share.next_multiple_of(LEAST).clamp(LEAST, CHUNK);
        items
            .par_chunks(chunk)
            .zip(verdicts.par_chunks_mut(chunk))
            .for_each_init(BatchMemory::default, |memory, (items, verdicts)| {
                together::verify(self, memory, items, verdicts);
            });
        Ok(())
    }
}

fn check_lengths(items: &[BatchItem<'_>], verdicts: &[BatchVerdict]) -> Result<()> {
    if items.len() == verdicts.len() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Length {
        min: items.len(),
        max: items.len(),
        found: verdicts.len(),
    }))
}

#[cfg(feature = "alloc")]
pub(super) use together::{ask, conclude, emptied};

/// The engine gets what can be verified together, and the rest goes one by one.
#[cfg(feature = "alloc")]
mod together {
    use alloc::vec::Vec;

    use super::{BatchItem, BatchMemory, BatchVerdict};
    use crate::issuer::verify::Claim;
    use crate::issuer::{
        BatchOutcome, BatchRequest, CardRecord, CryptogramEngine, Issuer, IssuerAuthenticationData,
        IssuerResponse, Refusal,
    };

    /// Memory of one chunk.
    #[derive(Default)]
    pub(super) struct Chunk {
        /// One for each item; those of the others are not read.
        claims: Vec<Claim>,
        /// The numbers of the items whose claims were read.
        places: Vec<usize>,
        requests: Vec<BatchRequest<'static>>,
        outcomes: Vec<BatchOutcome>,
    }

    pub(super) fn verify<E: CryptogramEngine>(
        issuer: &Issuer<E>,
        memory: &mut BatchMemory,
        items: &[BatchItem<'_>],
        verdicts: &mut [BatchVerdict],
    ) {
        let mut chunk = core::mem::take(&mut memory.chunk);
        if chunk.claims.len() < items.len() {
            chunk.claims.resize_with(items.len(), || Claim::EMPTY);
        }
        let mut requests: Vec<BatchRequest<'_>> = chunk.requests;
        requests.reserve(items.len());
        chunk.places.clear();
        chunk.places.reserve(items.len());
        let places = items.iter().zip(verdicts.iter_mut()).zip(&mut chunk.claims);
        for (place, ((item, verdict), claim)) in places.enumerate() {
            match claim.read_arqc(item.card, item.chip) {
                Ok(()) => {
                    requests.push(claim.asked(item.card, item.response.as_ref()));
                    chunk.places.push(place);
                }
                Err(refusal) => *verdict = Err(refusal),
            }
        }
        ask(issuer, &requests, &mut chunk.outcomes, memory);
        chunk.requests = emptied(requests);
        for (&place, outcome) in chunk.places.iter().zip(&chunk.outcomes) {
            let (Some(item), Some(claim)) = (items.get(place), chunk.claims.get(place)) else {
                continue;
            };
            let Some(verdict) = verdicts.get_mut(place) else {
                continue;
            };
            *verdict = conclude(issuer, item.card, claim, item.response, *outcome);
        }
        memory.chunk = chunk;
    }

    /// Asks the engine for all of them together.
    pub(in crate::issuer) fn ask<E: CryptogramEngine>(
        issuer: &Issuer<E>,
        requests: &[BatchRequest<'_>],
        outcomes: &mut Vec<BatchOutcome>,
        memory: &mut BatchMemory,
    ) {
        outcomes.clear();
        outcomes.resize(requests.len(), BatchOutcome::Pending);
        issuer.engine().verify_many(requests, outcomes, memory);
    }

    /// The memory of a vector for values with another lifetime: collecting in place keeps it.
    pub(in crate::issuer) fn emptied<A, B>(mut values: Vec<A>) -> Vec<B> {
        const { assert!(size_of::<A>() == size_of::<B>() && align_of::<A>() == align_of::<B>()) };
        values.clear();
        values.into_iter().filter_map(|_| None).collect()
    }

    /// The verdict that follows from what the engine found.
    #[inline(always)] // Most are right and get no answer.
    pub(in crate::issuer) fn conclude<E: CryptogramEngine>(
        issuer: &Issuer<E>,
        card: &CardRecord<'_>,
        claim: &Claim,
        response: Option<IssuerResponse<'_>>,
        outcome: BatchOutcome,
    ) -> BatchVerdict {
        let right = matches!(outcome, BatchOutcome::Right { .. });
        if right && response.is_none() && claim.confirm().is_ok() {
            return Ok(None);
        }
        conclude_any(issuer, card, claim, response, outcome)
    }

    #[inline(never)]
    fn conclude_any<E: CryptogramEngine>(
        issuer: &Issuer<E>,
        card: &CardRecord<'_>,
        claim: &Claim,
        response: Option<IssuerResponse<'_>>,
        outcome: BatchOutcome,
    ) -> BatchVerdict {
        match outcome {
            BatchOutcome::Pending => {
                let verified = issuer.settle(card, claim)?;
                let answer = response.map(|response| issuer.authorise(verified, &response));
                Ok(answer.transpose()?)
            }
            BatchOutcome::Wrong => Err(Refusal::Cryptogram),
            BatchOutcome::Right {
                response_cryptogram,
            } => {
                claim.confirm()?;
                let Some((response, method)) = response.zip(card.version().arpc) else {
                    return Ok(None);
                };
                Ok(Some(IssuerAuthenticationData::new(
                    method,
                    response_cryptogram,
                    &response,
                )?))
            }
        }
    }
}
