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
    /// are those of [`Issuer::verify_arqc`] and [`Issuer::authorise`], item by item.
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
