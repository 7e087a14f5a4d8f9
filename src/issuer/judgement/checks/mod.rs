//! The checks: small functions, each of one question. Their docs name the scenarios and attacks (see `manual::attacks`) that they answer;
//! those that name none guard against what nobody needed to publish: lost cards, dates that are over, a swipe without a track.

mod activity;
mod amount;
mod cardholder;
mod counter;
mod cryptogram;
mod history;
mod identity;
mod stripe;
mod terminal;

pub(crate) use activity::{Watched, nature, whereabouts};
pub(crate) use counter::TRANSIT;
pub(crate) use cryptogram::malformed;

use super::card::IssuedCard;
use super::facts::{ChipFacts, TrackFacts};
use super::policy::Policy;
use super::reason::{Place, Reason, ReasonKind, Reasons, Value};
use super::request::AuthorisationRequest;
use super::results::Results;
use crate::cryptogram::SignedPart;
use crate::element::Date;
use crate::issuer::{CardRecord, MessageKind, PlaceState, Recorded, Refusal, Verdict};

/// What a check finds. Where something is missing that the question needs, there is no answer, and that is no contradiction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finding {
    /// What is claimed is so.
    Agrees,
    /// It is not so.
    Contradicts(Reason),
    /// The question cannot be put.
    Absent,
}

impl Finding {
    /// Contradicted, where `wrong`.
    fn unless(wrong: bool, reason: impl FnOnce() -> Reason) -> Self {
        if wrong {
            Self::Contradicts(reason())
        } else {
            Self::Agrees
        }
    }
}

/// All that a check may look at.
pub(crate) struct Context<'c, 'r, 'v> {
    pub(crate) request: &'r AuthorisationRequest<'r>,
    pub(crate) card: &'r IssuedCard<'v>,
    pub(crate) policy: &'r Policy,
    /// What DE 55 says, if there is one.
    pub(crate) chip: Option<&'c ChipFacts<'r>>,
    pub(crate) tracks: &'c TrackFacts,
    /// Whether the cryptogram is right; `None` when there is none, or it was not looked at.
    pub(crate) cryptogram: &'c Option<Result<(), Refusal>>,
    /// What the card says of itself, where the cryptogram proves it.
    pub(crate) results: Option<Results<'c>>,
    /// The day by the host's clock.
    pub(crate) today: Option<Date>,
}

impl Context<'_, '_, '_> {
    /// Whether the card verification results can be believed.
    #[inline]
    pub(crate) const fn proved(&self) -> bool {
        matches!(self.cryptogram, Some(Ok(())))
    }

    /// A reason where money may go back, and then leads to no more than this.
    pub(crate) fn if_back(&self, reason: Reason, most: Verdict) -> Reason {
        match self.request.message {
            MessageKind::Refund => reason.with_verdict(reason.verdict.min(most)),
            _ => reason,
        }
    }

    /// Whether the cryptogram is right and covers this element.
    pub(crate) fn signs(&self, tag: crate::Tag) -> bool {
        let version = self.card.record.as_ref().map(CardRecord::version);
        self.proved()
            && version.is_some_and(|version| {
                let parts = version.data.parts();
                parts.contains(&SignedPart::Element(tag))
            })
    }
}

/// A list of checks, in the order in which reasons of the same severity are told. They are called by name, not through a table, so that
/// the compiler sees what several of them ask.
///
/// Checks behind `if` have nothing to say where its question is answered by no, so there they are not called. Builds with debug assertions
/// call them all the same.
macro_rules! checks {
    ($(#[$doc:meta])+ $name:ident of $context:ty: $($check:path,)+ $({ if $question:path: $($behind:path,)+ })?) => {
        $(#[$doc])+
        pub(crate) fn $name(context: &$context, reasons: &mut Reasons) {
            $(if let Finding::Contradicts(reason) = $check(context) {
                reasons.add(reason);
            })+
            $(let asked = $question(context);
            if asked || cfg!(debug_assertions) {
                $(if let Finding::Contradicts(reason) = $behind(context) {
                    debug_assert!(asked, "{reason}");
                    reasons.add(reason);
                })+
            })?
        }
    };
}

checks! {
    /// The checks that need no state.
    check_message of Context<'_, '_, '_>:
    cryptogram::cryptogram,
    cryptogram::refused_by_card,
    cryptogram::missing,
    cryptogram::unexpected,
    identity::pan,
    identity::sequence,
    identity::status,
    identity::funding,
    identity::expired,
    identity::expiry_beside,
    terminal::chip_issued,
    terminal::contactless_issued,
    terminal::antenna,
    terminal::interface,
    terminal::brand,
    terminal::kernel,
    terminal::token_domain,
    cardholder::pin_contradicted,
    cardholder::online_pin,
    cardholder::online_pin_unseen,
    cardholder::verification_failed,
    cardholder::device,
    cardholder::pin_skipped,
    cardholder::pin_tries,
    cardholder::signature,
    cardholder::above_limit,
    cardholder::express_mode,
    terminal::authentication,
    terminal::relay,
    terminal::exception_file,
    terminal::answer_forged,
    amount::raised,
    amount::cap,
    amount::no_money,
    amount::currency,
    amount::country,
    amount::date,
    amount::clock,
    amount::kind,
    {
        if stripe::is_not_of_a_chip_alone:
        stripe::value,
        stripe::chip_value,
        stripe::chip_track,
        stripe::service_code,
        stripe::expiry,
        stripe::tracks,
        stripe::stripe_of_chip_card,
        stripe::fallback,
        stripe::fallback_terminal,
        stripe::unreliable,
        stripe::track_missing,
        stripe::downgrade,
        stripe::contactless_stripe,
        stripe::typed,
        stripe::printed,
        activity::remote_gambling_abroad,
    }
}

checks! {
    /// A reversal is honoured whatever was wrong with what it undoes; it must be the card's own.
    check_reversal of Context<'_, '_, '_>:
    identity::pan,
    amount::reversed,
}

/// What a check of the state may look at.
pub(crate) struct Remembered<'c, 'r> {
    pub(crate) request: &'r AuthorisationRequest<'r>,
    pub(crate) policy: &'r Policy,
    pub(crate) recorded: Option<&'c Recorded>,
    /// The counter and what happened, as they were recorded.
    pub(crate) event: &'c crate::issuer::CardEvent,
    pub(crate) merchant: Option<&'c PlaceState>,
    pub(crate) terminal: Option<&'c PlaceState>,
    pub(crate) results: Told,
}

/// What the card tells, under its cryptogram, of earlier transactions.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Told {
    /// It got no answer to its last question.
    pub(crate) answer_missing: Option<bool>,
    /// A script command failed.
    pub(crate) script_failed: Option<bool>,
    /// Script commands that it counts.
    pub(crate) scripts: Option<u8>,
}

impl Context<'_, '_, '_> {
    /// What the card tells of earlier transactions.
    pub(crate) fn told(&self) -> Told {
        self.results.map_or_else(Told::default, |results| Told {
            answer_missing: results.answer_missing(),
            script_failed: results.script_failed(),
            scripts: results.scripts(),
        })
    }
}

checks! {
    /// The checks of the state.
    check_state of Remembered<'_, '_>:
    counter::replay,
    counter::range,
    counter::jump,
    history::wrong_cryptograms,
    history::wrong_values,
    history::good_chip,
    history::card_fallbacks,
    history::merchant_fallbacks,
    history::predictable,
    history::answer_suppressed,
    history::script,
}

checks! {
    /// The checks of the activity.
    check_activity of Watched<'_, '_>:
    activity::card_testing,
    activity::impossible_travel,
    activity::shop_held,
    activity::cash_out,
}

/// A reason over a data element of DE 55 and another place.
fn tag_reason(
    kind: ReasonKind,
    tag: crate::Tag,
    claimed: Value,
    against: Place,
    found: Value,
) -> Reason {
    Reason::new(kind, Place::Tag(tag), claimed, against, found)
}
