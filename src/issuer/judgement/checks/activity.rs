//! What the card does over time: F01 to F05. Plain limits, no score.

use super::{Context, Finding};
use crate::issuer::judgement::card::IssuedCard;
use crate::issuer::judgement::entry_mode::PosEntryMode;
use crate::issuer::judgement::message::MessageKind;
use crate::issuer::judgement::policy::Policy;
use crate::issuer::judgement::reason::{Place, Reason, ReasonKind, Value};
use crate::issuer::judgement::request::AuthorisationRequest;
use crate::issuer::judgement::terminal::TerminalCapability;
use crate::issuer::judgement::weighed::Seen;
use crate::issuer::{Nature, Noticed, Whereabouts, activity};

/// Merchant category of betting and casinos.
const GAMBLING: u16 = 7995;
/// Merchant categories of what is worth money elsewhere: gift shops and their cards, quasi-cash, stored value.
const CASH_LIKE: [u16; 3] = [5947, 6051, 6540];
/// An amount that these units divide is round: 10.00 where a coin is a hundredth, 1,000 yen.
const ROUND: u64 = 1_000;
/// A message older than this, in seconds, was stored, whether it says so or not.
const STORED: u32 = 3_600;

/// Gambling abroad without the card: F01. In person it is the customer's own affair.
#[inline]
pub(super) fn remote_gambling_abroad(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    let (Some(home), Some(country)) = (context.card.country, request.country) else {
        return Finding::Absent;
    };
    let asks = request.message == MessageKind::Authorisation;
    if request.mcc != Some(GAMBLING) || !asks || !is_remote(request) {
        return Finding::Absent;
    }
    Finding::unless(home != country, || {
        let number = |code: u16| Value::Number(u64::from(code));
        let (category, place) = (Place::Element(18), Place::Element(43));
        let kind = ReasonKind::RemoteGamblingAbroad;
        Reason::new(
            kind,
            category,
            number(GAMBLING),
            place,
            number(country.number()),
        )
        .with_verdict(context.policy.remote_gambling_abroad)
    })
}

/// Whether no card was there: no terminal, or one with keys alone.
fn is_remote(request: &AuthorisationRequest<'_>) -> bool {
    request.entry_mode.is_remote()
        || request.entry_mode == PosEntryMode::Manual
            && request.terminal == TerminalCapability::Manual
}

/// What is remarkable about a payment: F02, F05.
pub(crate) fn nature(request: &AuthorisationRequest<'_>, policy: &Policy, proved: bool) -> Nature {
    let (mut nature, policy) = (Nature::default(), &policy.activity);
    let amount = request.amount;
    let cash_like = request.mcc.is_some_and(|mcc| CASH_LIKE.contains(&mcc));
    let round = amount.minor_units().is_multiple_of(ROUND);
    if cash_like && round && amount >= policy.cash_out_floor {
        nature |= Nature::CASH_OUT;
    }
    let by_number = request.entry_mode.is_remote() || request.entry_mode.is_manual();
    if by_number && !proved {
        if amount <= policy.test_amount {
            nature |= Nature::TEST;
        }
        if amount >= policy.tested_amount {
            nature |= Nature::WORTH_A_TEST;
        }
    }
    nature
}

/// Merchants that move, or that stand at a border: trains, buses, ships, aeroplanes, tolls, duty-free shops. Their
/// terminals' country is where they are registered.
const fn moves(mcc: u16) -> bool {
    matches!(
        mcc,
        3000..=3350 | 4111 | 4112 | 4131 | 4411 | 4511 | 4784 | 4789 | 5309 | 7523
    )
}

/// Where on Earth the card is: F04. `None` where that is not certain: the card is not there, the message was stored, the merchant moves,
/// its countries differ, or it sells in another country's currency, as shops do whose terminal is registered elsewhere.
pub(crate) fn whereabouts(
    request: &AuthorisationRequest<'_>,
    card: &IssuedCard<'_>,
    seen: &Seen,
    proved: bool,
) -> Option<Whereabouts> {
    let mode = request.entry_mode;
    let present = mode.is_contact() || mode.is_contactless() || mode.is_stripe();
    if !present || request.message != MessageKind::Authorisation || request.deferred {
        return None;
    }
    if request.mcc.is_some_and(moves) {
        return None;
    }
    let country = request.country?;
    if seen
        .terminal_country
        .is_some_and(|terminal| terminal != country && terminal.number() != 0)
    {
        return None;
    }
    let (country, currency) = (country.number(), request.currency.number());
    // Most currencies have the number of their country.
    if currency != country && activity::is_country(currency) {
        return None;
    }
    let now = request.at.short();
    let sent = request
        .transmitted
        .map_or(now, |sent| sent.short().min(now));
    (now - sent <= STORED).then_some(Whereabouts {
        country,
        at: sent,
        proved: proved || !card.has_chip() && seen.stripe_right,
    })
}

/// What a check of the activity may look at.
pub(crate) struct Watched<'c, 'r> {
    pub(crate) request: &'r AuthorisationRequest<'r>,
    pub(crate) policy: &'r Policy,
    pub(crate) nature: Nature,
    pub(crate) noticed: &'c Noticed,
}

fn number(number: impl Into<u64>) -> Value {
    Value::Number(number.into())
}

/// Tiny tries by number alone: F05. They are flagged; what follows them is refused, unless a cryptogram proves the card.
pub(super) fn card_testing(watched: &Watched<'_, '_>) -> Finding {
    let tests = watched.noticed.tests;
    Finding::unless(tests != 0, || {
        let (amount, activity) = (Place::Element(4), Place::Activity);
        let claimed = number(watched.request.amount.minor_units());
        Reason::new(
            ReasonKind::CardTesting,
            amount,
            claimed,
            activity,
            number(tests),
        )
        .with_verdict(Noticed::tests_verdict(
            watched.nature,
            &watched.policy.activity,
        ))
    })
}

/// Two countries in too short a time: F04.
pub(super) fn impossible_travel(watched: &Watched<'_, '_>) -> Finding {
    let from = watched.noticed.from;
    Finding::unless(from != 0, || {
        let (country, activity) = (Place::Element(43), Place::Activity);
        let here = watched.request.country;
        let claimed = here.map_or(Value::None, |country| number(country.number()));
        Reason::new(
            ReasonKind::ImpossibleTravel,
            country,
            claimed,
            activity,
            number(from),
        )
        .with_verdict(watched.policy.activity.impossible_travel)
    })
}

/// A shop where cards are copied: F03.
pub(super) fn shop_held(watched: &Watched<'_, '_>) -> Finding {
    let compromised = watched.noticed.compromised;
    Finding::unless(compromised != 0, || {
        let (shop, state) = (Place::Element(42), Place::PlaceState);
        Reason::new(
            ReasonKind::ShopHeld,
            shop,
            Value::None,
            state,
            number(compromised),
        )
        .with_verdict(watched.policy.activity.shop_held)
    })
}

/// What is worth money elsewhere, again and again: F02.
pub(super) fn cash_out(watched: &Watched<'_, '_>) -> Finding {
    let cash_outs = watched.noticed.cash_outs;
    Finding::unless(cash_outs != 0, || {
        let (category, activity) = (Place::Element(18), Place::Activity);
        let claimed = watched.request.mcc.map_or(Value::None, number);
        Reason::new(
            ReasonKind::CashOut,
            category,
            claimed,
            activity,
            number(cash_outs),
        )
        .with_verdict(watched.policy.activity.cash_out)
    })
}
