//! Amounts, currencies, countries, dates and types: the message against what the card signed.

use super::counter::TRANSIT;
use super::{Context, Finding, tag_reason};
use crate::element::{Amount, CurrencyCode, Date, TransactionType};
use crate::issuer::judgement::magnitude::{is_nominal, rough};
use crate::issuer::judgement::reason::{Place, Reason, ReasonKind, Value};
use crate::issuer::{MessageKind, PosEntryMode, Verdict};
use crate::tag;

/// Merchants whose amount grows by a tip after the card signed: restaurants, bars, taxis, hairdressers, spas.
const TIPS: [u16; 8] = [4121, 5811, 5812, 5813, 5814, 7230, 7297, 7298];
/// Merchants who learn the amount after the card signed: fuel pumps and charging stations.
const PUMPS: [u16; 2] = [5542, 5552];
/// Filling stations, whose pumps some acquirers do not tell from their tills: a pump lets the card sign a nominal amount.
const FILLING_STATION: u16 = 5541;
/// So many times the signed amount is more than most stays and hires come to.
const LONG_STAY: u64 = 10;

/// Merchants who let cars, boats and beds, and may ask for more later. The large companies have categories of their own.
const fn lets(mcc: u16) -> bool {
    matches!(mcc, 3351..=3441 | 4411 | 4457 | 7512 | 7513 | 7519) || gives_lodging(mcc)
}

/// Hotels, holiday flats, camping sites.
const fn gives_lodging(mcc: u16) -> bool {
    matches!(mcc, 3501..=3999 | 7011 | 7012 | 7033)
}

/// Countries whose terminals may bear the code of the state that they belong to (ISO 3166, numeric): territory, state.
const TERRITORIES: [(u16, u16); 25] = [
    (16, 840),
    (175, 250),
    (234, 208),
    (248, 246),
    (254, 250),
    (258, 250),
    (304, 208),
    (312, 250),
    (316, 840),
    (336, 380),
    (474, 250),
    (492, 250),
    (531, 528),
    (533, 528),
    (534, 528),
    (540, 250),
    (580, 840),
    (630, 840),
    (638, 250),
    (674, 380),
    (744, 578),
    (831, 826),
    (832, 826),
    (833, 826),
    (850, 840),
];

fn state(country: u16) -> u16 {
    let row = TERRITORIES
        .iter()
        .find(|(territory, _)| *territory == country);
    row.map_or(country, |(_, state)| *state)
}

fn number(amount: Amount) -> Value {
    Value::Number(amount.minor_units())
}

/// The amount of the message against the one that the card signed: C11, T04, attacks 6 and 26. Less is honest (partial
/// approval, fuel); more is a tip, fuel, or added-up fares, within limits, or cash beside the purchase that the card signed apart.
/// Nobody waits for the answer to a presentment, so one that may still be honest is flagged: a generous tip, a stay of months. Amounts of
/// different currencies say nothing here; one that names no currency has that of the message.
#[inline]
pub(super) fn raised(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    let Some((signed, currency)) = context
        .chip
        .filter(|_| context.proved())
        .and_then(|chip| Some((chip.amount?, chip.currency)))
    else {
        return Finding::Absent;
    };
    if currency.is_some_and(|currency| currency != request.currency && !names_none(currency)) {
        return Finding::Absent;
    }
    if request.amount <= signed {
        return Finding::Agrees;
    }
    let reason = |kind, verdict: Option<Verdict>| {
        let (place, found) = (tag::AMOUNT_AUTHORISED_NUMERIC, number(signed));
        let reason = Reason::new(
            kind,
            Place::Element(4),
            number(request.amount),
            Place::Tag(place),
            found,
        );
        Finding::Contradicts(verdict.map_or(reason, |verdict| reason.with_verdict(verdict)))
    };
    let is = |list: &[u16]| request.mcc.is_some_and(|mcc| list.contains(&mcc));
    let nominal = is_nominal(signed, request.currency);
    let asked = rough(request.amount, request.currency);
    let policy = context.policy;
    let later = matches!(request.message, MessageKind::Clearing | MessageKind::Advice);
    let unpredictable = context.chip.and_then(|chip| chip.un);
    let pump = is(&PUMPS) && (later || nominal && request.estimated);
    let filling = is(&[FILLING_STATION]) && nominal && (later || request.estimated);
    if pump || filling {
        return if asked <= policy.pump_limit {
            Finding::Agrees
        } else {
            reason(ReasonKind::AmountRaised, Some(Verdict::Refer))
        };
    }
    if request.mcc.is_some_and(lets) && later {
        let long = request.amount.minor_units() / LONG_STAY > signed.minor_units();
        return if long && asked > policy.pump_limit {
            reason(ReasonKind::AmountRaised, Some(Verdict::ApproveAndFlag))
        } else {
            Finding::Agrees
        };
    }
    if is(&TRANSIT) && asked <= policy.transit_limit {
        if later || nominal {
            return Finding::Agrees;
        }
        // The first tap of a day signs its own fare, and stands for all of them.
        if request.entry_mode == PosEntryMode::Contactless {
            return reason(ReasonKind::AmountRaised, Some(Verdict::ApproveAndFlag));
        }
    }
    if signed == Amount::ZERO && unpredictable.is_some_and(|un| un.0 == [0; 4]) {
        return reason(ReasonKind::CapCryptogram, None);
    }
    let says_back = context.chip.and_then(|chip| chip.kind).is_some_and(is_back);
    // Terminals that take nothing of a card but its number when they give money back.
    if signed == Amount::ZERO && request.message == MessageKind::Refund && says_back {
        return reason(ReasonKind::AmountRaised, Some(Verdict::ApproveAndFlag));
    }
    let more = request.amount.minor_units() - signed.minor_units();
    if is(&TIPS) || request.mcc.is_some_and(gives_lodging) {
        let most = signed.minor_units() * u64::from(policy.tip_percent) / 100;
        if more <= most {
            return if later {
                Finding::Agrees
            } else {
                reason(ReasonKind::AmountRaised, Some(Verdict::ApproveAndFlag))
            };
        }
        if later && more <= 2 * most {
            return reason(ReasonKind::AmountRaised, Some(Verdict::ApproveAndFlag));
        }
    }
    if cash_beside(context) == Some(more) {
        return reason(ReasonKind::AmountRaised, Some(Verdict::ApproveAndFlag));
    }
    reason(ReasonKind::AmountRaised, None)
}

/// A reversal of more than the terminal let the card sign: more money would go back than went. It is honoured, for the host knows what it
/// undoes; but not everybody compares amounts.
#[inline]
pub(super) fn reversed(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    let Some((signed, currency)) = context
        .chip
        .and_then(|chip| Some((chip.amount?, chip.currency?)))
    else {
        return Finding::Absent;
    };
    let grows = |mcc: u16| {
        TIPS.contains(&mcc)
            || PUMPS.contains(&mcc)
            || TRANSIT.contains(&mcc)
            || mcc == FILLING_STATION
            || lets(mcc)
    };
    if currency != request.currency || request.mcc.is_some_and(grows) {
        return Finding::Absent;
    }
    Finding::unless(request.amount > signed, || {
        let place = Place::Tag(tag::AMOUNT_AUTHORISED_NUMERIC);
        let (claimed, found) = (number(request.amount), number(signed));
        let kind = ReasonKind::AmountRaised;
        Reason::new(kind, Place::Element(4), claimed, place, found)
            .with_verdict(Verdict::ApproveAndFlag)
    })
}

/// Cash that the card signed beside the purchase, tag 9F03. It is part of tag 9F02 (H13), and some acquirers add it all the same.
fn cash_beside(context: &Context<'_, '_, '_>) -> Option<u64> {
    let tag = tag::AMOUNT_OTHER_NUMERIC;
    let chip = context.chip.filter(|_| context.signs(tag))?;
    let cash = Amount::parse(chip.data.get(tag).ok()??).ok()?;
    Some(cash.minor_units())
}

/// Home banking's cryptogram has neither amount nor unpredictable number: T04, attack 26. It proves nothing at a terminal, whatever the
/// message wants, be it only to know whether the account is good. One over a challenge or an amount has neither country nor date,
/// which a terminal that was never set up has not either: somebody looks at that.
#[inline]
pub(super) fn cap(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    let Some(chip) = context
        .chip
        .filter(|_| request.message.asks() && context.proved())
    else {
        return Finding::Absent;
    };
    let empty = chip.amount == Some(Amount::ZERO) && chip.un.is_some_and(|un| un.0 == [0; 4]);
    let zero = |tag| {
        let value = chip.data.get(tag).ok().flatten();
        value.is_some_and(|value| value.iter().all(|byte| *byte == 0))
    };
    let nowhere = chip.date.is_none()
        && zero(tag::TRANSACTION_DATE)
        && zero(tag::TERMINAL_COUNTRY_CODE)
        && context.signs(tag::TRANSACTION_DATE);
    let kind = ReasonKind::CapCryptogram;
    if empty {
        let (amount, asked) = (number(Amount::ZERO), number(request.amount));
        let signed = tag::AMOUNT_AUTHORISED_NUMERIC;
        return Finding::Contradicts(tag_reason(kind, signed, amount, Place::Element(4), asked));
    }
    Finding::unless(nowhere, || {
        let (date, country) = (Value::bytes(&[0; 3]), Value::bytes(&[0; 2]));
        let place = Place::Tag(tag::TERMINAL_COUNTRY_CODE);
        tag_reason(kind, tag::TRANSACTION_DATE, date, place, country).with_verdict(Verdict::Refer)
    })
}

/// Questions about the account, and counters that transit gates tell, move no money (H04).
#[inline]
pub(super) fn no_money(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    if !matches!(
        request.message,
        MessageKind::AccountStatus | MessageKind::AtcUpdate
    ) {
        return Finding::Absent;
    }
    // Some networks have a nominal amount in them: 0.10, 1.00.
    Finding::unless(!is_nominal(request.amount, request.currency), || {
        let place = Place::Element(4);
        let kind = ReasonKind::MoneyInAccountCheck;
        Reason::new(kind, place, number(request.amount), place, Value::None)
    })
}

/// Whether a code names no currency: a terminal that was never set up has 000, one that moves no money 999.
const fn names_none(currency: CurrencyCode) -> bool {
    matches!(currency.number(), 0 | 999)
}

/// The currency: C12, attack 10. It is the transaction's, DE 49; that the cardholder pays in another, DE 51, is honest (H14). Money over
/// a cryptogram that names none is a badly set terminal, or somebody who chooses the currency afterwards: somebody looks at it.
#[inline]
pub(super) fn currency(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    let Some(signed) = context
        .chip
        .filter(|_| context.proved())
        .and_then(|chip| chip.currency)
    else {
        return Finding::Absent;
    };
    // A terminal that told a counter or asked about an account had no money to name.
    let nothing = request.amount == Amount::ZERO;
    Finding::unless(signed != request.currency && !nothing, || {
        let reason = tag_reason(
            ReasonKind::CurrencyChanged,
            tag::TRANSACTION_CURRENCY_CODE,
            Value::Number(u64::from(signed.number())),
            Place::Element(49),
            Value::Number(u64::from(request.currency.number())),
        );
        if names_none(signed) || converted_after_tap(context, signed) {
            reason.with_verdict(Verdict::Refer)
        } else {
            reason
        }
    })
}

/// Whether this may be a conversion that the cardholder chose after the tap: into his own currency, for about as much as the card signed.
/// Nobody knows the rate here, so somebody looks at it.
fn converted_after_tap(context: &Context<'_, '_, '_>, signed: CurrencyCode) -> bool {
    let request = context.request;
    let Some(amount) = context.chip.and_then(|chip| chip.amount) else {
        return false;
    };
    let (from, to) = (
        rough(amount, signed).minor_units(),
        rough(request.amount, request.currency).minor_units(),
    );
    request.entry_mode == PosEntryMode::Contactless
        && context.card.currency == Some(request.currency)
        && to <= from.saturating_mul(4)
}

/// The country: C12, attack 6. A territory and its state are one.
#[inline]
pub(super) fn country(context: &Context<'_, '_, '_>) -> Finding {
    let signed = context
        .chip
        .filter(|_| context.proved())
        .and_then(|chip| chip.country);
    let (Some(signed), Some(merchant)) = (signed, context.request.country) else {
        return Finding::Absent;
    };
    if signed.number() == 0 {
        return Finding::Absent;
    }
    let differ = signed != merchant && state(signed.number()) != state(merchant.number());
    Finding::unless(differ, || {
        tag_reason(
            ReasonKind::CountryDiffers,
            tag::TERMINAL_COUNTRY_CODE,
            Value::Number(u64::from(signed.number())),
            Place::Element(43),
            Value::Number(u64::from(merchant.number())),
        )
    })
}

/// The date: C13, attack 6. A day either way is midnight and time zones (H15); a deferred transaction may be older. Without DE 13
/// the host's clock is compared, and then a day more. What is told or presented comes late: its DE 13 alone is compared, as if deferred.
#[inline]
pub(super) fn date(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    let told = !request.message.asks();
    let Some(signed) = signed_date(context).filter(|_| !told || request.local_date.is_some())
    else {
        return Finding::Absent;
    };
    let (today, place, more) = match request.local_date {
        Some(date) => (date, Place::Element(13), 0),
        None => match context.today {
            Some(date) => (date, Place::Clock, 1),
            None => return Finding::Absent,
        },
    };
    Finding::unless(!near(context, signed, today, more), || {
        date_reason(signed, today, place)
    })
}

/// The date against the host's clock, where DE 13 agrees with it: C13, attack 6. Whoever plays an old cryptogram may write its date into
/// DE 13 too, unless it is said to be deferred, and then it may not be older than those. A terminal whose clock is wrong looks the
/// same, so a wrong date alone is flagged, and referred when it is older than what is deferred may be.
#[inline]
pub(super) fn clock(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    let (Some(signed), Some(_), Some(today), true) = (
        signed_date(context),
        request.local_date,
        context.today,
        request.message.asks(),
    ) else {
        return Finding::Absent;
    };
    Finding::unless(!near(context, signed, today, 1), || {
        let days = today.days_since(signed).abs();
        let reason = date_reason(signed, today, Place::Clock);
        if days <= i32::from(context.policy.deferred_days) {
            reason.with_verdict(Verdict::ApproveAndFlag)
        } else {
            reason
        }
    })
}

/// Tag 9A, where the cryptogram is right.
fn signed_date(context: &Context<'_, '_, '_>) -> Option<Date> {
    context.chip.filter(|_| context.proved())?.date
}

/// Whether a day is the one that was signed, within the tolerance and so many days more; or after it, if that was deferred.
fn near(context: &Context<'_, '_, '_>, signed: Date, today: Date, more: i32) -> bool {
    if today == signed {
        return true;
    }
    let policy = context.policy;
    let tolerance = i32::from(policy.date_tolerance) + more;
    let oldest = if context.request.deferred || !context.request.message.asks() {
        i32::from(policy.deferred_days).max(tolerance)
    } else {
        tolerance
    };
    (-tolerance..=oldest).contains(&today.days_since(signed))
}

fn date_reason(signed: Date, today: Date, place: Place) -> Reason {
    let (claimed, found) = (signed.to_bytes(), today.to_bytes());
    tag_reason(
        ReasonKind::DateDiffers,
        tag::TRANSACTION_DATE,
        Value::bytes(&claimed),
        place,
        Value::bytes(&found),
    )
}

/// Refunds, deposits and payments to a cardholder: all that begins with this digit.
pub(super) const fn is_back(kind: TransactionType) -> bool {
    kind.0 >> 4 == TransactionType::REFUND.0 >> 4
}

/// Whether cash is asked for over a purchase, or the other way round. Cashback is either, for terminals differ in what they let sign.
fn mixes_cash(processing_code: Option<&str>, signed: TransactionType) -> bool {
    matches!(
        (processing_code.map(str::as_bytes), signed),
        (Some([b'0', b'1', ..]), TransactionType::PURCHASE)
            | (Some([b'0', b'0', ..]), TransactionType::CASH)
    )
}

/// Whether a payment is asked for over a cryptogram for a question (3x) or a service like a change of the PIN (9x).
fn mixes_service(context: &Context<'_, '_, '_>, signed: TransactionType) -> bool {
    let code = context.request.processing_code.map(str::as_bytes);
    matches!(
        (code, signed.0),
        (Some([b'0', ..]), 0x30..=0x3F | 0x90..=0x9F)
    ) && context.request.amount > Amount::ZERO
}

/// Money back against money out: attack 18; and cash against goods, or a payment against a question, which are flagged alone. Other types
/// are told apart differently by terminals and networks.
#[inline]
pub(super) fn kind(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    let Some(signed) = context
        .chip
        .filter(|_| context.proved())
        .and_then(|chip| chip.kind)
    else {
        return Finding::Absent;
    };
    let back = match (request.message, request.processing_code.map(str::as_bytes)) {
        (MessageKind::Refund, _) => true,
        (MessageKind::Authorisation, Some([b'0' | b'1', ..]) | None) => false,
        (MessageKind::Authorisation, Some([b'2', ..])) => true,
        _ => return Finding::Absent,
    };
    let kind = if back != is_back(signed) {
        if back {
            ReasonKind::RefundOverPurchase
        } else {
            ReasonKind::TypeChanged
        }
    } else if mixes_cash(request.processing_code, signed) {
        ReasonKind::CashOverPurchase
    } else if mixes_service(context, signed) {
        ReasonKind::PaymentOverService
    } else {
        return Finding::Agrees;
    };
    Finding::Contradicts(tag_reason(
        kind,
        tag::TRANSACTION_TYPE,
        Value::bytes(&[signed.0]),
        Place::Element(3),
        Value::None,
    ))
}
