//! What came of a message.

use super::reason::{ReasonKind, Reasons};
use super::verdict::{ChipValidation, Verdict};
use crate::element::{AuthorisationResponseCode, Scheme};
use crate::issuer::{CardIndex, Recorded, VerifiedArqc};
use crate::key::{Ac, SessionKey};

/// What came of a message: the verdict, why, and the proof of the cryptogram if it was right (`K` as in [`VerifiedArqc`]).
#[derive(Debug)]
#[non_exhaustive]
pub struct Assessment<'v, K = Option<SessionKey<Ac>>> {
    /// The decision.
    pub verdict: Verdict,
    /// Why it is no plain approval, the most severe first.
    pub reasons: Reasons,
    /// What was found of the cryptogram; `None` when there was none.
    pub chip: Option<ChipValidation>,
    /// Under which name the store keeps the card.
    pub card: CardIndex,
    /// What the store answered; `None` when nothing was recorded.
    pub recorded: Option<Recorded>,
    pub(super) verified: Option<VerifiedArqc<'v, K>>,
    pub(super) scheme: Option<Scheme>,
}

impl<'v, K> Assessment<'v, K> {
    /// The response code (DE 39) for the verdict.
    pub fn response_code(&self) -> AuthorisationResponseCode {
        let leading = self.reasons.first().map(|reason| reason.kind);
        match self.verdict {
            Verdict::Approve | Verdict::ApproveAndFlag => AuthorisationResponseCode::APPROVED,
            // "Additional authentication required": Mastercard's code, and Visa's, which others took over.
            Verdict::StepUp if self.scheme == Some(Scheme::Mastercard) => {
                AuthorisationResponseCode::new(*b"65")
            }
            Verdict::StepUp => AuthorisationResponseCode::new(*b"1A"),
            Verdict::Refer => AuthorisationResponseCode::REFERRAL,
            Verdict::Decline | Verdict::Reject => leading.map_or(
                AuthorisationResponseCode::DECLINED,
                ReasonKind::response_code,
            ),
        }
    }

    /// The proof that the cryptogram is right, until it is used up by an answer.
    ///
    /// It proves no more than that: the verdict may be a decline. There is none for a replay, because a cryptogram is
    /// answered once.
    pub const fn verified(&self) -> Option<&VerifiedArqc<'v, K>> {
        self.verified.as_ref()
    }

    /// The same, to write scripts or to answer with [`Issuer::authorise`](crate::Issuer::authorise).
    pub const fn verified_mut(&mut self) -> &mut Option<VerifiedArqc<'v, K>> {
        &mut self.verified
    }
}
