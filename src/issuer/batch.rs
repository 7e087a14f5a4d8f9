//! Many cryptograms in one call, as in a clearing file.

use crate::error::{Error, ErrorKind, Result};
use crate::issuer::{
    CardRecord, ChipData, CryptogramEngine, Issuer, IssuerAuthenticationData, IssuerResponse,
    Refusal,
};

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
        if items.len() != verdicts.len() {
            let kind = ErrorKind::Length {
                min: items.len(),
                max: items.len(),
                found: verdicts.len(),
            };
            return Err(Error::new(kind));
        }
        #[cfg(feature = "simd")]
        together::verify(self, items, verdicts);
        #[cfg(not(feature = "simd"))]
        for (item, verdict) in items.iter().zip(verdicts) {
            *verdict = self.verify_one(item);
        }
        Ok(())
    }

    fn verify_one(&self, item: &BatchItem<'_>) -> BatchVerdict {
        let verified = self.verify_arqc(item.card, item.chip)?;
        let answer = item
            .response
            .map(|response| self.authorise(verified, &response));
        Ok(answer.transpose()?)
    }
}

/// The engine gets what can be verified together, and the rest goes one by one.
#[cfg(feature = "simd")]
mod together {
    use alloc::vec::Vec;

    use super::{BatchItem, BatchVerdict};
    use crate::issuer::verify::Claim;
    use crate::issuer::{
        BatchOutcome, BatchRequest, CryptogramEngine, Issuer, IssuerAuthenticationData, Refusal,
    };

    /// Items that are taken together. Enough to fill the widest registers twice, few enough for the second-level cache.
    const CHUNK: usize = 2048;

    pub(super) fn verify<E: CryptogramEngine>(
        issuer: &Issuer<E>,
        items: &[BatchItem<'_>],
        verdicts: &mut [BatchVerdict],
    ) {
        let mut claims = Vec::with_capacity(items.len().min(CHUNK));
        let mut outcomes = Vec::with_capacity(items.len().min(CHUNK));
        for (items, verdicts) in items.chunks(CHUNK).zip(verdicts.chunks_mut(CHUNK)) {
            claims.clear();
            for ((place, item), verdict) in items.iter().enumerate().zip(verdicts.iter_mut()) {
                match Claim::read_arqc(item.card, item.chip) {
                    Ok(claim) => claims.push((place, claim)),
                    Err(refusal) => *verdict = Err(refusal),
                }
            }
            let requests: Vec<_> = claims
                .iter()
                .filter_map(|(place, claim)| {
                    let item = items.get(*place)?;
                    let cryptogram = claim.request(item.card);
                    Some(BatchRequest {
                        cryptogram,
                        response: item.response,
                    })
                })
                .collect();
            outcomes.clear();
            outcomes.resize(requests.len(), BatchOutcome::Pending);
            issuer.engine().verify_many(&requests, &mut outcomes);
            drop(requests);
            for ((place, claim), outcome) in claims.drain(..).zip(&outcomes) {
                if let (Some(item), Some(verdict)) = (items.get(place), verdicts.get_mut(place)) {
                    *verdict = conclude(issuer, item, claim, *outcome);
                }
            }
        }
    }

    fn conclude<E: CryptogramEngine>(
        issuer: &Issuer<E>,
        item: &BatchItem<'_>,
        claim: Claim<'_>,
        outcome: BatchOutcome,
    ) -> BatchVerdict {
        match outcome {
            BatchOutcome::Pending => issuer.verify_one(item),
            BatchOutcome::Wrong => Err(Refusal::Cryptogram),
            BatchOutcome::Right {
                response_cryptogram,
            } => {
                claim.confirm()?;
                let Some((response, method)) = item.response.zip(item.card.version().arpc) else {
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
