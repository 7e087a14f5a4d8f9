//! Amounts, currencies, countries, dates and types: the message against what the card signed.

use super::counter::TRANSIT;
use super::{Context, Finding, tag_reason};
use crate::element::{Amount, TransactionType};
use crate::issuer::MessageKind;
use crate::issuer::Verdict;
use crate::issuer::judgement::reason::{Place, Reason, ReasonKind, Value};
use crate::tag;

/// Merchants whose amount grows by a tip after the card signed: restaurants, bars, hotels, taxis, hairdressers.
const TIPS: [u16; 8] = [5811, 5812, 5813, 5814, 7011, 4121, 7230, 7298];
/// Merchants who learn the amount after the card signed: fuel pumps and charging stations.
const PUMPS: [u16; 2] = [5542, 5552];
/// Merchants who let beds and cars, who may ask for more later.
const LETTING: [u16; 4] = [7011, 7512, 7513, 4411];

/// Most that a pump signs for a question about the account alone: one of the currency's units, with or without decimals.
const NOMINAL: u64 = 100;

fn number(amount: Amount) -> Value {
    Value::Number(amount.minor_units())
}

/// The amount of the message against the one that the card signed: C11, T04, attacks 6 and 26. Less is honest (partial
/// approval, fuel); more is a tip, fuel, or added-up fares, within limits. Amounts of different currencies say nothing here.
pub(super) fn raised(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    let Some((signed, currency)) = context
        .chip
        .filter(|_| context.proved())
        .and_then(|chip| Some((chip.amount?, chip.currency)))
    else {
        return Finding::Absent;
    };
    if currency.is_some_and(|currency| currency != request.currency) {
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
    let nominal = signed.minor_units() <= NOMINAL;
    let later = matches!(request.message, MessageKind::Clearing | MessageKind::Advice);
    let unpredictable = context.chip.and_then(|chip| chip.un);
    if is(&PUMPS) && (later || nominal && request.estimated) {
        return Finding::Agrees;
    }
    if is(&LETTING) && later {
        return Finding::Agrees;
    }
    if is(&TRANSIT) && nominal && request.amount <= context.policy.transit_limit {
        return Finding::Agrees;
    }
    if signed == Amount::ZERO && unpredictable.is_some_and(|un| un.0 == [0; 4]) {
        return reason(ReasonKind::CapCryptogram, None);
    }
    if is(&TIPS) {
        let tip = request.amount.minor_units() - signed.minor_units();
        let most = signed.minor_units() * u64::from(context.policy.tip_percent) / 100;
        if tip <= most {
            return if later {
                Finding::Agrees
            } else {
                reason(ReasonKind::AmountRaised, Some(Verdict::ApproveAndFlag))
            };
        }
    }
    reason(ReasonKind::AmountRaised, None)
}

/// Home banking's cryptogram has neither amount nor unpredictable number: T04, attack 26.
pub(super) fn cap(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    if request.message != MessageKind::Authorisation || request.amount == Amount::ZERO {
        return Finding::Absent;
    }
    let Some((signed, un)) = context.chip.and_then(|chip| Some((chip.amount?, chip.un?))) else {
        return Finding::Absent;
    };
    // With the amounts of another currency too: `raised` does not see those.
    let other = context
        .chip
        .and_then(|chip| chip.currency)
        .is_some_and(|currency| currency != request.currency);
    Finding::unless(other && signed == Amount::ZERO && un.0 == [0; 4], || {
        tag_reason(
            ReasonKind::CapCryptogram,
            tag::AMOUNT_AUTHORISED_NUMERIC,
            number(signed),
            Place::Element(4),
            number(request.amount),
        )
    })
}

/// Questions about the account, and counters that transit gates tell, move no money (H04).
pub(super) fn no_money(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    if !matches!(
        request.message,
        MessageKind::AccountStatus | MessageKind::AtcUpdate
    ) {
        return Finding::Absent;
    }
    // Some networks have a nominal amount in them: 0.10, 1.00.
    Finding::unless(request.amount.minor_units() > NOMINAL, || {
        let place = Place::Element(4);
        let kind = ReasonKind::MoneyInAccountCheck;
        Reason::new(kind, place, number(request.amount), place, Value::None)
    })
}

/// The currency: C12, attack 10. It is the transaction's, DE 49; that the cardholder pays in another, DE 51, is honest (H14).
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
        tag_reason(
            ReasonKind::CurrencyChanged,
            tag::TRANSACTION_CURRENCY_CODE,
            Value::Number(u64::from(signed.number())),
            Place::Element(49),
            Value::Number(u64::from(request.currency.number())),
        )
    })
}

/// The country: C12, attack 6.
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
    Finding::unless(signed != merchant, || {
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
/// the host's clock is compared, and then a day more.
pub(super) fn date(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    let Some(signed) = context
        .chip
        .filter(|_| context.proved())
        .and_then(|chip| chip.date)
    else {
        return Finding::Absent;
    };
    if !request.message.asks() {
        return Finding::Absent;
    }
    let (today, place, more) = match request.local_date {
        Some(date) => (date, Place::Element(13), 0),
        None => match request.at.date() {
            Some(date) => (date, Place::Clock, 1),
            None => return Finding::Absent,
        },
    };
    if today == signed {
        return Finding::Agrees;
    }
    let age = today.days_since(signed);
    let tolerance = i32::from(context.policy.date_tolerance) + more;
    let oldest = if request.deferred {
        i32::from(context.policy.deferred_days).max(tolerance)
    } else {
        tolerance
    };
    Finding::unless(age > oldest || age < -tolerance, || {
        let found = today.to_bytes();
        tag_reason(
            ReasonKind::DateDiffers,
            tag::TRANSACTION_DATE,
            Value::bytes(&signed.to_bytes()),
            place,
            Value::bytes(&found),
        )
    })
}

/// Money back against money out: attack 18. Other types are told apart differently by terminals and networks.
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
    let signed_back = signed == TransactionType::REFUND;
    if back == signed_back {
        return Finding::Agrees;
    }
    let kind = if back {
        ReasonKind::RefundOverPurchase
    } else {
        ReasonKind::TypeChanged
    };
    Finding::Contradicts(tag_reason(
        kind,
        tag::TRANSACTION_TYPE,
        Value::bytes(&[signed.0]),
        Place::Element(3),
        Value::None,
    ))
}
