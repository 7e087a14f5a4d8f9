//! A message that was judged by all but what its card did over time.

use super::assessment::Assessment;
use super::authoriser::bytes;
use super::card::IssuedCard;
use super::checks::{Watched, check_activity, nature, whereabouts};
use super::message::MessageKind;
use super::policy::Policy;
use super::reason::{ReasonKind, Reasons};
use super::request::AuthorisationRequest;
use super::verdict::{ChipValidation, Verdict};
use crate::element::CountryCode;
use crate::issuer::{
    Activity, ActivityEvent, ActivityStore, CardEvent, CardIndex, Noticed, Outcome, Payment,
    StateKey,
};
use crate::key::{Ac, SessionKey};

/// What an activity needs of the chip data and of the stripe.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// Tag 9F1A.
    pub(crate) terminal_country: Option<CountryCode>,
    /// The stripe's card verification value is right.
    pub(crate) stripe_right: bool,
}

/// A message that was judged by all but what its card did over time.
///
/// [`watched`](Self::watched) takes an [`ActivityStore`]. For one that is asynchronous,
/// [`activity_event`](Self::activity_event) tells what to record, and [`conclude`](Self::conclude) takes the answer.
#[derive(Debug)]
#[must_use = "nothing is decided before `conclude` or `watched`"]
pub struct Weighed<'r, 'v, K = Option<SessionKey<Ac>>> {
    pub(super) request: &'r AuthorisationRequest<'r>,
    pub(super) card: &'r IssuedCard<'v>,
    pub(super) policy: &'r Policy,
    pub(super) key: &'r StateKey,
    /// What is known so far. It is completed where it stands, because it is large.
    pub(super) assessment: Assessment<'v, K>,
    pub(super) event: Option<CardEvent>,
    pub(super) seen: Seen,
}

impl<'v, K> Weighed<'_, 'v, K> {
    /// What to record of the card's activity; `None` when there is nothing to learn: of a message that breaks its format, of a
    /// replay, and of what others decided.
    pub fn activity_event(&self) -> Option<(&CardIndex, ActivityEvent)> {
        let request = self.request;
        if request.message == MessageKind::Reversal {
            return self.reversal().map(|event| (&self.assessment.card, event));
        }
        let event = self.event.as_ref().filter(|_| self.is_own())?;
        let shop = request
            .merchant
            .map(|merchant| self.key.shop(bytes(request.acquirer), merchant.as_bytes()));
        let payment = Payment {
            approved: request.message == MessageKind::Authorisation
                && self.assessment.reasons.verdict().is_approval(),
            purchase: self.purchase(request.stan),
            shop: shop.filter(|_| request.message == MessageKind::Authorisation),
            nature: nature(request, self.policy, self.is_proved()),
            whereabouts: whereabouts(request, self.card, &self.seen, self.is_proved()),
        };
        let event = ActivityEvent {
            at: event.at,
            transaction: event.transaction,
            what: Activity::Payment(payment),
        };
        Some((&self.assessment.card, event))
    }

    /// Only an approved purchase is found, so whatever else was wrong with the message does no harm.
    fn reversal(&self) -> Option<ActivityEvent> {
        let request = self.request;
        let known = request.original_stan.is_some() && request.original_found != Some(false);
        (known && self.assessment.reasons.verdict().is_approval()).then(|| ActivityEvent {
            at: request.at.short(),
            transaction: 0,
            what: Activity::Reversal(self.purchase(request.original_stan)),
        })
    }

    /// What a reversal repeats of its purchase. A reversal of a part has another amount and undoes nothing here.
    fn purchase(&self, stan: Option<&str>) -> u32 {
        let request = self.request;
        let here = [request.acquirer, request.merchant, request.terminal_id].map(bytes);
        let (amount, currency) = (request.amount.to_bytes(), request.currency.to_bytes());
        self.key.purchase(&here, &[bytes(stan), &amount, &currency])
    }

    /// Whether the issuer decides it, and it is no replay.
    fn is_own(&self) -> bool {
        let replayed = self
            .assessment
            .recorded
            .is_some_and(|recorded| matches!(recorded.outcome, Outcome::Seen | Outcome::Old));
        let kind = self.request.message;
        matches!(
            kind,
            MessageKind::Authorisation | MessageKind::AccountStatus
        ) && !replayed
    }

    /// Whether a right cryptogram, or a dynamic value of contactless stripe mode, proves that the card was there.
    fn is_proved(&self) -> bool {
        self.event.is_some_and(|event| event.atc.is_some())
    }

    /// Records the card's activity and concludes with what was noticed.
    ///
    /// # Errors
    /// The store's. Then nothing is decided, and a host does not approve.
    pub fn watched<A: ActivityStore + ?Sized>(
        self,
        activity: &A,
    ) -> Result<Assessment<'v, K>, A::Error> {
        let noticed = match self.activity_event() {
            Some((card, event)) => activity.watch(card, &event, &self.policy.activity)?,
            None => Noticed::NOTHING,
        };
        Ok(self.conclude(noticed))
    }

    /// Concludes; `noticed` is the store's answer to [`activity_event`](Self::activity_event), or [`Noticed::NOTHING`].
    #[inline]
    pub fn conclude(mut self, noticed: Noticed) -> Assessment<'v, K> {
        self.finish(noticed);
        self.assessment
    }

    /// Adds what was noticed, and decides.
    pub(super) fn finish(&mut self, noticed: Noticed) {
        let is_proved = self.is_proved();
        let assessment = &mut self.assessment;
        if noticed != Noticed::NOTHING {
            let watched = Watched {
                request: self.request,
                policy: self.policy,
                nature: nature(self.request, self.policy, is_proved),
                noticed: &noticed,
            };
            check_activity(&watched, &mut assessment.reasons);
        }
        let asks = self.request.message.asks();
        assessment.verdict = match assessment.reasons.verdict() {
            // Nobody waits for the answer: what would be asked or held is flagged.
            Verdict::StepUp | Verdict::Refer if !asks => Verdict::ApproveAndFlag,
            verdict => verdict,
        };
        // A cryptogram is answered once; the same message again gets the same answer, and the tap that comes again with its PIN none.
        let event = self.event.as_ref();
        let once = assessment.recorded.is_none_or(|recorded| {
            matches!(recorded.outcome, Outcome::New | Outcome::Retransmission)
                && !event.is_some_and(|event| recorded.before.repeated_with_pin(event))
        });
        if !once {
            assessment.verified = None;
        }
        let reasons = &assessment.reasons;
        assessment.chip = assessment.chip.map(|chip| validation(chip, reasons));
    }
}

/// A right cryptogram's code after all reasons are known.
fn validation(chip: ChipValidation, reasons: &Reasons) -> ChipValidation {
    if chip != ChipValidation::Correct || reasons.first().is_none() {
        return chip;
    }
    let has = |kinds: &[ReasonKind]| kinds.iter().any(|kind| reasons.has(*kind));
    if has(&[ReasonKind::Replay]) {
        ChipValidation::Replayed
    } else if has(&[
        ReasonKind::CounterOld,
        ReasonKind::CounterBehind,
        ReasonKind::CounterLeap,
        ReasonKind::CounterExhausted,
    ]) {
        ChipValidation::CounterOutOfRange
    } else if has(&[
        ReasonKind::PinContradicted,
        ReasonKind::PinTriesExceeded,
        ReasonKind::DeviceVerificationContradicted,
        ReasonKind::CardNotAuthenticated,
        ReasonKind::RelaySuspected,
    ]) {
        ChipValidation::ResultsInvalid
    } else {
        ChipValidation::Correct
    }
}
