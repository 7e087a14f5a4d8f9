//! The judge.

use core::fmt;

use super::assessment::Assessment;
use super::card::IssuedCard;
use super::checks::{
    Context, Remembered, Told, check_message, check_reversal, check_state, malformed,
};
use super::facts::{Checked, ChipFacts, TrackFacts};
use super::message::MessageKind;
use super::policy::Policy;
use super::reason::{Place, Reason, ReasonKind, Reasons, Value};
use super::request::{AuthorisationRequest, OnlinePin};
use super::results::Results;
use super::stripe::StripeVerifier;
use super::timestamp::Timestamp;
use super::verdict::{ChipValidation, Verdict};
use super::weighed::{Seen, Weighed};
use crate::element::{CryptogramType, PanSequenceNumber, YearMonth};
use crate::issuer::shared_layouts::SharedLayouts;
use crate::issuer::verify::made;
use crate::issuer::{
    ActivityStore, CardEvent, CardIndex, CardStateStore, CompromiseReport, CryptogramEngine,
    EngineError, Happened, Issuer, IssuerAuthenticationData, IssuerResponse, Noticed, Outcome,
    PlaceEvent, PlaceHappened, PlaceIndex, PlaceState, PosEntryMode, Recorded, Refusal, StateKey,
};
use crate::key::{Ac, SessionKey};
use crate::magstripe::Track1;
use crate::tag;

/// The issuer's judgement over whole authorisation requests.
///
/// It holds the issuer's keys, the key of the store's names, the policy and, where stripes are judged, who verifies their
/// values; never state, which is the store's.
pub struct Authoriser<E, V = ()> {
    issuer: Issuer<E>,
    key: StateKey,
    policy: Policy,
    stripe: V,
    /// How DE 55 looked in messages that were right: it makes reading quicker, and changes nothing.
    layouts: SharedLayouts,
}

impl<E: fmt::Debug, V: fmt::Debug> fmt::Debug for Authoriser<E, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authoriser")
            .field("issuer", &self.issuer)
            .field("key", &self.key)
            .field("policy", &self.policy)
            .field("stripe", &self.stripe)
            .finish_non_exhaustive()
    }
}

impl<E: CryptogramEngine> Authoriser<E> {
    /// With the default policy, and nobody to verify the stripe's values.
    pub const fn new(issuer: Issuer<E>, key: StateKey) -> Self {
        Self {
            issuer,
            key,
            policy: Policy::DEFAULT,
            stripe: (),
            layouts: SharedLayouts::new(),
        }
    }
}

impl<E: CryptogramEngine, V: StripeVerifier> Authoriser<E, V> {
    /// With another policy.
    #[must_use]
    pub fn with_policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// With somebody to verify the stripe's values.
    #[must_use]
    pub fn with_stripe<W: StripeVerifier>(self, stripe: W) -> Authoriser<E, W> {
        Authoriser {
            issuer: self.issuer,
            key: self.key,
            policy: self.policy,
            stripe,
            layouts: self.layouts,
        }
    }

    /// The issuer whose keys verify and sign.
    pub const fn issuer(&self) -> &Issuer<E> {
        &self.issuer
    }

    /// Judges a message: examines it, records in one atomic step what it proved, and concludes. Threads share the store; `&mut` will do as well.
    ///
    /// # Errors
    /// The store's. Then nothing is decided, and a host does not approve.
    pub fn assess<'v, S: CardStateStore + ?Sized>(
        &self,
        request: &AuthorisationRequest<'_>,
        card: &IssuedCard<'v>,
        store: &S,
    ) -> Result<Assessment<'v, E::AnswerKey>, S::Error> {
        let mut pending = self.begin(request, card);
        self.weigh_into(&mut pending, store)?;
        pending.weighed.finish(Noticed::NOTHING);
        Ok(pending.weighed.assessment)
    }

    /// The same up to what the card did over time: for hosts that keep an [`ActivityStore`].
    ///
    /// ```
    /// use chipcard::issuer::*;
    ///
    /// fn assess<'v, E: CryptogramEngine>(
    ///     authoriser: &Authoriser<E>,
    ///     request: &AuthorisationRequest<'_>,
    ///     card: &IssuedCard<'v>,
    ///     store: &mut MemoryStore,
    ///     activity: &MemoryActivity,
    /// ) -> Assessment<'v, E::AnswerKey> {
    ///     let Ok(weighed) = authoriser.weigh(request, card, store);
    ///     let Ok(assessment) = weighed.watched(activity);
    ///     assessment
    /// }
    /// ```
    ///
    /// # Errors
    /// The store's. Then nothing is decided, and a host does not approve.
    pub fn weigh<'r, 'v, S: CardStateStore + ?Sized>(
        &'r self,
        request: &'r AuthorisationRequest<'r>,
        card: &'r IssuedCard<'v>,
        store: &S,
    ) -> Result<Weighed<'r, 'v, E::AnswerKey>, S::Error> {
        let mut pending = self.begin(request, card);
        self.weigh_into(&mut pending, store)?;
        Ok(pending.weighed)
    }

    fn weigh_into<'r, S: CardStateStore + ?Sized>(
        &'r self,
        pending: &mut Pending<'r, '_, E::AnswerKey>,
        store: &S,
    ) -> Result<(), S::Error> {
        self.examine_into(pending);
        let recorded = match pending.card_event() {
            Some((index, event)) => Some(store.record(index, event)?),
            None => None,
        };
        let observe = |place: Option<(&PlaceIndex, &PlaceEvent)>| match place {
            Some((index, event)) => store.observe(index, event),
            None => Ok(None),
        };
        let [merchant, terminal] = pending.place_events(recorded);
        let (merchant, terminal) = (observe(merchant)?, observe(terminal)?);
        pending.remembered(recorded, merchant.as_ref(), terminal.as_ref());
        Ok(())
    }

    /// Notes that a card is confirmed to be compromised: somebody else has its data. It counts at every shop where it was used in the
    /// 28 days before `since`, the first payment that was not the cardholder's (or now, where that is not known). Gives at how
    /// many.
    ///
    /// # Errors
    /// The store's.
    pub fn report_compromised<A: ActivityStore + ?Sized>(
        &self,
        card: &IssuedCard<'_>,
        since: Timestamp,
        activity: &A,
    ) -> Result<usize, A::Error> {
        let report = CompromiseReport {
            since: since.short(),
        };
        activity.report_compromised(&self.index(card), &report)
    }

    /// The card with its name in the store, which is otherwise made anew for each message: two compressions of SHA-256. For hosts that
    /// keep what was issued in memory; others keep the name (`index`) beside the card.
    ///
    /// ```
    /// # use chipcard::element::{Pan, ServiceCode, YearMonth};
    /// # use chipcard::issuer::{Authoriser, CryptogramEngine, IssuedCard, StateKey};
    /// # fn load<E: CryptogramEngine>(authoriser: &Authoriser<E>, rows: Vec<IssuedCard<'static>>) {
    /// let cards: Vec<IssuedCard<'_>> = rows.into_iter().map(|card| authoriser.named(card)).collect();
    /// # }
    /// ```
    #[must_use]
    pub fn named<'v>(&self, mut card: IssuedCard<'v>) -> IssuedCard<'v> {
        card.index = None;
        card.index = Some(self.index(&card));
        card
    }

    fn index(&self, card: &IssuedCard<'_>) -> CardIndex {
        let sequence = card.sequence.unwrap_or(PanSequenceNumber::ZERO);
        card.index
            .unwrap_or_else(|| self.key.card(&card.pan, sequence, card.issue))
    }

    /// The first half of [`assess`](Self::assess): all that needs no state. For hosts whose store is asynchronous:
    ///
    /// ```
    /// # use chipcard::issuer::*;
    /// # async fn record(index: &CardIndex, event: &CardEvent) -> Recorded { unimplemented!() }
    /// # async fn observe(index: &PlaceIndex, event: &PlaceEvent) -> PlaceState { unimplemented!() }
    /// async fn assess<'v, E: CryptogramEngine>(
    ///     authoriser: &Authoriser<E>,
    ///     request: &AuthorisationRequest<'_>,
    ///     card: &IssuedCard<'v>,
    /// ) -> Assessment<'v, E::AnswerKey> {
    ///     let pending = authoriser.examine(request, card);
    ///     let mut recorded = None;
    ///     if let Some((index, event)) = pending.card_event() {
    ///         recorded = Some(record(index, event).await);
    ///     }
    ///     let mut places = [None; 2];
    ///     for (state, place) in places.iter_mut().zip(pending.place_events(recorded)) {
    ///         if let Some((index, event)) = place {
    ///             *state = Some(observe(index, event).await);
    ///         }
    ///     }
    ///     pending.conclude(recorded, places)
    /// }
    /// ```
    pub fn examine<'r, 'v>(
        &'r self,
        request: &'r AuthorisationRequest<'r>,
        card: &'r IssuedCard<'v>,
    ) -> Pending<'r, 'v, E::AnswerKey> {
        let mut pending = self.begin(request, card);
        self.examine_into(&mut pending);
        pending
    }

    fn begin<'r, 'v>(
        &'r self,
        request: &'r AuthorisationRequest<'r>,
        card: &'r IssuedCard<'v>,
    ) -> Pending<'r, 'v, E::AnswerKey> {
        Pending {
            weighed: Weighed {
                request,
                card,
                policy: &self.policy,
                key: &self.key,
                assessment: Assessment {
                    verdict: Verdict::Approve,
                    reasons: Reasons::default(),
                    chip: None,
                    card: self.index(card),
                    recorded: None,
                    verified: None,
                    scheme: card.scheme,
                },
                event: None,
                seen: Seen::default(),
            },
            places: [None; 2],
            told: Told::default(),
        }
    }

    fn examine_into<'r>(&'r self, pending: &mut Pending<'r, '_, E::AnswerKey>) {
        let (request, card) = (pending.weighed.request, pending.weighed.card);
        if request.message == MessageKind::Reversal && request.original_found == Some(false) {
            pending.weighed.assessment.reasons.add(Reason::new(
                ReasonKind::NothingToReverse,
                Place::Element(90),
                Value::None,
                Place::Element(90),
                Value::None,
            ));
            return;
        }
        let mut facts = ChipFacts::EMPTY;
        let chip = match request
            .chip
            .map(|de55| facts.read(de55, card, &self.layouts))
        {
            None => None,
            Some(Ok(())) => Some(&facts),
            Some(Err(error)) => {
                pending.weighed.assessment.chip = Some(ChipValidation::Malformed);
                pending.weighed.assessment.reasons.add(malformed(error));
                return;
            }
        };
        let mut tracks = TrackFacts::EMPTY;
        if let Err(error) = tracks.read(request, card, &self.stripe, chip) {
            let first = request
                .track1
                .is_some_and(|track| Track1::parse(track).is_err());
            let place = Place::Element(if first { 45 } else { 35 });
            let offset = error
                .offset()
                .map_or(Value::None, |at| Value::Number(at as u64));
            let kind = ReasonKind::MalformedTrack;
            pending.weighed.assessment.reasons.add(Reason::new(
                kind,
                place,
                offset,
                place,
                Value::None,
            ));
            return;
        }
        let cryptogram = self.cryptogram(pending, chip);
        let proved = chip.filter(|_| matches!(cryptogram, Some(Ok(()))));
        if let (
            Some(ChipFacts {
                has_new_layout: true,
                ..
            }),
            Some(de55),
        ) = (proved, request.chip)
        {
            self.layouts.learn(de55);
        }
        let context = Context {
            request,
            card,
            policy: &self.policy,
            chip,
            tracks: &tracks,
            cryptogram: &cryptogram,
            results: proved.and_then(ChipFacts::cvr).and_then(Results::read),
            today: request.at.date_if(request.local_date),
        };
        match request.message {
            MessageKind::Reversal => {
                check_reversal(&context, &mut pending.weighed.assessment.reasons)
            }
            _ => check_message(&context, &mut pending.weighed.assessment.reasons),
        }
        pending.told = context.told();
        pending.weighed.seen = Seen {
            terminal_country: context.chip.and_then(|chip| chip.country),
            stripe_right: tracks.cvv == Checked::Right,
        };
        if pending.weighed.assessment.reasons.verdict() != Verdict::Reject {
            self.remember(pending, &context);
        } else {
            pending.weighed.assessment.verified = None;
        }
    }

    /// Verifies the cryptogram, if there is one to verify.
    fn cryptogram<'v>(
        &self,
        pending: &mut Pending<'_, 'v, E::AnswerKey>,
        chip: Option<&ChipFacts<'_>>,
    ) -> Option<Result<(), Refusal>> {
        let (chip, record) = (chip?, pending.weighed.card.record.as_ref()?);
        // An answer to a reversal needs no proof, and terminals send in them what they have.
        if pending.weighed.request.message == MessageKind::Reversal {
            return None;
        }
        // Fallbacks and presentments may have some chip data without a cryptogram; who hides how the card was read may not.
        let request = pending.weighed.request;
        let hidden = request.entry_mode == PosEntryMode::Unknown
            && request.track1.is_none()
            && request.track2.is_none();
        let asked = request.message.asks() && (request.entry_mode.is_chip() || hidden);
        if !asked && matches!(chip.data.get(tag::APPLICATION_CRYPTOGRAM), Ok(None)) {
            return None;
        }
        let result = if request.message.asks() && !gives_back(request, chip) {
            self.issuer.verify_arqc(record, &chip.data).map(|verified| {
                pending.weighed.assessment.verified = Some(verified);
            })
        } else {
            self.issuer.verify_record(record, &chip.data).map(|_| ())
        };
        pending.weighed.assessment.chip = Some(match result {
            Ok(()) => ChipValidation::Correct,
            Err(Refusal::Malformed(_)) => ChipValidation::Malformed,
            Err(Refusal::NotAnArqc { .. }) => ChipValidation::NotAnArqc,
            Err(Refusal::Engine(_)) => ChipValidation::Unable,
            Err(_) => ChipValidation::Invalid,
        });
        Some(result)
    }

    /// What the store is to remember of the message.
    fn remember(&self, pending: &mut Pending<'_, '_, E::AnswerKey>, context: &Context<'_, '_, '_>) {
        let request = context.request;
        if request.message == MessageKind::Reversal {
            return;
        }
        let (tracks, mode) = (context.tracks, request.entry_mode);
        let mut happened = Happened::default();
        let mut atc = None;
        match context.cryptogram {
            Some(Ok(())) => {
                atc = context
                    .chip
                    .and_then(|chip| chip.data.transaction_counter().ok());
                // Whoever tells what others decided waits for no answer, so none can be missing afterwards.
                if mode.is_contact() && request.message.asks() {
                    happened |= Happened::CONTACT_READ;
                }
                // Only a PIN that is right already: a wrong one proves nothing.
                let with_pin = request.repeated_with_pin && request.pin == OnlinePin::Right;
                if with_pin && !mode.is_contact() && request.message.asks() {
                    happened |= Happened::PIN_FOLLOWED;
                }
            }
            Some(Err(
                Refusal::Cryptogram | Refusal::CryptogramVersion { .. } | Refusal::KeyIndex { .. },
            )) => happened |= Happened::WRONG_CRYPTOGRAM,
            _ => {}
        }
        match tracks.dynamic {
            Checked::Right => {
                atc = tracks.counter;
                happened |= Happened::FEW_DIGITS;
            }
            Checked::Wrong => happened |= Happened::WRONG_CRYPTOGRAM,
            Checked::Unknown | Checked::Missing => {}
        }
        // What is presented was counted when it was asked for, and in a batch it would look like a raid.
        let counts = !matches!(request.message, MessageKind::Clearing | MessageKind::Refund);
        if mode == PosEntryMode::FallbackStripe && counts && context.card.has_chip() {
            happened |= Happened::FALLBACK;
        }
        let stripe = context.reads_stripe() && tracks.cvv == Checked::Wrong;
        if stripe || tracks.cvv2 == Checked::Wrong || context.guesses_expiry() {
            happened |= Happened::WRONG_VALUE;
        }
        let (terminal, transaction) = self.visit(context, &pending.weighed.assessment.card);
        let at = request.at.short();
        pending.weighed.event = Some(CardEvent {
            at,
            transaction,
            atc,
            happened,
        });
        let place = |index, what| {
            let event = PlaceEvent {
                at,
                transaction,
                what,
            };
            Some((index, event))
        };
        if happened.contains(Happened::FALLBACK) && request.merchant.is_some() {
            let (acquirer, merchant) = (bytes(request.acquirer), bytes(request.merchant));
            let index = self.key.merchant(acquirer, merchant);
            pending.places[0] = place(index, PlaceHappened::Fallback);
        }
        if let (Some(Ok(())), Some(_), Some(un)) = (
            context.cryptogram,
            request.terminal_id,
            context.chip.and_then(|chip| chip.un),
        ) {
            let number = u32::from_be_bytes(un.0);
            pending.places[1] = place(terminal, PlaceHappened::UnpredictableNumber(number));
        }
    }

    /// The terminal's name, and the transaction's number: the same for a retransmission; 0 without trace number and reference number.
    ///
    /// Whoever owns a terminal chooses both of those, so all that he might try in their shelter is in it: what the message wants, the
    /// merchant's category and, where no right cryptogram names it, the card with all that is guessed of it.
    fn visit(&self, context: &Context<'_, '_, '_>, card: &CardIndex) -> (PlaceIndex, u64) {
        let (request, chip) = (context.request, context.chip);
        let cryptogram = chip.and_then(|chip| chip.data.application_cryptogram().ok());
        let atc = chip.and_then(|chip| chip.data.transaction_counter().ok());
        // What is always there, side by side.
        let numbers = u128::from(request.amount.minor_units()) << 64
            | u128::from(request.mcc.unwrap_or(0)) << 48
            | u128::from(request.currency.number()) << 32
            | (request.message as u128) << 24
            | u128::from(request.entry_mode.code()) << 16
            | u128::from(atc.map_or(0, |atc| atc.0));
        let parts: [&[u8]; 5] = [
            bytes(request.stan),
            bytes(request.rrn),
            bytes(request.processing_code),
            &numbers.to_be_bytes(),
            &cryptogram.map_or([0; 8], |cryptogram| cryptogram.0),
        ];
        let place = [request.acquirer, request.merchant, request.terminal_id].map(bytes);
        let (terminal, transaction) = if context.proved() {
            self.key.visit(&place, &parts)
        } else {
            let guessed: [&[u8]; 5] = [
                &card.0,
                bytes(request.track1),
                bytes(request.track2),
                bytes(request.cvv2),
                &request.expiry.map_or([0; 2], YearMonth::to_bytes),
            ];
            self.key.guessed_visit(&place, &parts, &guessed)
        };
        if request.stan.is_none() && request.rrn.is_none() {
            (terminal, 0)
        } else {
            (terminal, transaction)
        }
    }

    /// Signs the answer to the card, if there is a cryptogram to answer: an approval for a verdict that is one, else the
    /// verdict's response code. It uses up the proof; `None` when there is none, or the version knows no signed answer.
    ///
    /// # Errors
    /// When the keys cannot be used.
    pub fn answer(
        &self,
        assessment: &mut Assessment<'_, E::AnswerKey>,
    ) -> Result<Option<IssuerAuthenticationData>, EngineError> {
        let response = if assessment.verdict.is_approval() {
            IssuerResponse::approve()
        } else {
            IssuerResponse::decline(assessment.response_code())
        };
        match assessment.verified.take() {
            Some(verified) if verified.version().arpc.is_some() => {
                self.issuer.authorise(verified, &response).map(Some)
            }
            _ => Ok(None),
        }
    }
}

/// Whether money goes back over a cryptogram that says itself that nothing was approved: many terminals end a refund with an AAC. It is
/// verified and recorded, and not answered. Where tag 9F27 is left out, the card says it alone.
fn gives_back(request: &AuthorisationRequest<'_>, chip: &ChipFacts<'_>) -> bool {
    if request.message != MessageKind::Refund {
        return false;
    }
    let said = match chip.data.cryptogram_information().ok().flatten() {
        Some(information) => information.cryptogram_type(),
        None => chip
            .iad
            .as_ref()
            .and_then(|iad| made(iad.generate_acs().types())),
    };
    said == Some(CryptogramType::Aac)
}

pub(super) fn bytes(text: Option<&str>) -> &[u8] {
    text.unwrap_or_default().as_bytes()
}

/// A message that was examined and waits for what the store remembers.
#[derive(Debug)]
#[must_use = "nothing is decided before `conclude`"]
pub struct Pending<'r, 'v, K = Option<SessionKey<Ac>>> {
    /// What is known so far. It is completed where it stands, because it is large.
    weighed: Weighed<'r, 'v, K>,
    places: [Option<(PlaceIndex, PlaceEvent)>; 2],
    told: Told,
}

impl<'r, 'v, K> Pending<'r, 'v, K> {
    /// What to record of the card; `None` when nothing was learned.
    pub fn card_event(&self) -> Option<(&CardIndex, &CardEvent)> {
        let event = self.weighed.event.as_ref()?;
        Some((&self.weighed.assessment.card, event))
    }

    /// What to record of the merchant and of the terminal, in this order; `recorded` is the store's answer to
    /// [`card_event`](Self::card_event). Of a replay nothing: it says nothing about the terminal that it names, and many of one
    /// message would make honest numbers look predictable. Neither of a tap that comes again with its PIN.
    pub fn place_events(
        &self,
        recorded: Option<Recorded>,
    ) -> [Option<(&PlaceIndex, &PlaceEvent)>; 2] {
        let event = self.weighed.event.as_ref();
        let replayed = |recorded: Recorded| {
            matches!(recorded.outcome, Outcome::Seen | Outcome::Old)
                || event.is_some_and(|event| recorded.before.repeated_with_pin(event))
        };
        if recorded.is_some_and(replayed) {
            return [None; 2];
        }
        let [merchant, terminal] = &self.places;
        [merchant, terminal].map(|place| place.as_ref().map(|(index, event)| (index, event)))
    }

    /// The second half of [`Authoriser::assess`]: `recorded` and `places` are the store's answers to the events.
    pub fn conclude(
        self,
        recorded: Option<Recorded>,
        places: [Option<PlaceState>; 2],
    ) -> Assessment<'v, K> {
        self.weigh(recorded, places).conclude(Noticed::NOTHING)
    }

    /// The second half of [`Authoriser::weigh`]: for hosts that keep activities as well.
    #[inline]
    pub fn weigh(
        mut self,
        recorded: Option<Recorded>,
        places: [Option<PlaceState>; 2],
    ) -> Weighed<'r, 'v, K> {
        let [merchant, terminal] = &places;
        self.remembered(recorded, merchant.as_ref(), terminal.as_ref());
        self.weighed
    }

    /// Adds what the store remembered.
    fn remembered(
        &mut self,
        recorded: Option<Recorded>,
        merchant: Option<&PlaceState>,
        terminal: Option<&PlaceState>,
    ) {
        let weighed = &mut self.weighed;
        weighed.assessment.recorded = recorded;
        if let Some(event) = &weighed.event {
            let remembered = Remembered {
                request: weighed.request,
                policy: weighed.policy,
                recorded: recorded.as_ref(),
                event,
                merchant,
                terminal,
                results: self.told,
            };
            check_state(&remembered, &mut weighed.assessment.reasons);
        }
    }
}
