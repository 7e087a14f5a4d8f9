//! Changes of the usual message that tables are made of, and how a table is played.

use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::{Amount, CountryCode, CurrencyCode};
use chipcard::issuer::{
    CardStatus, Form, MessageKind, OnlinePin, PosEntryMode, TerminalCapability, TokenDomain,
    Verdict,
};
use chipcard::tag;

use super::{Bench, PAN, Sale, expiry, value};

pub(crate) const DEVICE: Form = Form::Token {
    domain: TokenDomain::DEVICE,
    funding: CardStatus::Active,
};

/// A change of the usual message; the bench, to change what was issued.
pub(crate) type Change = fn(&mut Bench, Sale) -> Sale;

pub(crate) fn of_kind(sale: Sale, kind: MessageKind) -> Sale {
    sale.with(|request| request.message = kind)
}

pub(crate) fn at_merchant(sale: Sale, mcc: u16) -> Sale {
    sale.with(|request| request.mcc = Some(mcc))
}

/// Another amount in DE 4 than the one that was signed.
pub(crate) fn asking(sale: Sale, minor_units: u64) -> Sale {
    let amount = Amount::new(minor_units).unwrap();
    sale.with(|request| request.amount = amount)
}

/// Nobody verified anybody, and the terminal says so.
pub(crate) fn no_cvm(sale: Sale) -> Sale {
    sale.set(tag::CVM_RESULTS, &[0x1F, 0x03, 0x02])
        .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0; 5])
        .with(|request| request.pin = OnlinePin::NotSent)
}

pub(crate) fn tap(sale: Sale) -> Sale {
    no_cvm(sale).with(|request| request.entry_mode = PosEntryMode::Contactless)
}

/// Signed and asked in dollars at a merchant in the United States; the card's currency is the yen.
pub(crate) fn in_dollars(sale: Sale, minor_units: u64) -> Sale {
    let (country, currency) = (CountryCode::new(840), CurrencyCode::new(840));
    sale.amount(minor_units)
        .set(tag::TRANSACTION_CURRENCY_CODE, &[0x08, 0x40])
        .set(tag::TERMINAL_COUNTRY_CODE, &[0x08, 0x40])
        .with(|request| {
            request.country = Some(country.unwrap());
            request.currency = currency.unwrap();
        })
}

/// Nothing of a chip, and how the number came.
pub(crate) fn number_alone(sale: Sale, mode: PosEntryMode, terminal: TerminalCapability) -> Sale {
    let sale = sale.with(|request| {
        request.entry_mode = mode;
        request.terminal = terminal;
        request.pin = OnlinePin::NotSent;
    });
    Sale {
        elements: None,
        ..sale
    }
}

/// The card's verification value over a service code.
pub(crate) fn printed(code: &str) -> String {
    value(PAN, expiry(), code)
}

/// Plays each row on each version that can tell it: `row` gives its name, the limit of its verdict and the change, or `None`. Says
/// all at once that do not hold.
pub(crate) fn play<R>(
    rows: &[R],
    row: impl Fn(&R, &CryptogramVersion) -> Option<(String, Verdict, Change)>,
    hold: impl Fn(Verdict, Verdict) -> bool,
) {
    let mut failures = Vec::new();
    for version in CryptogramVersion::ALL {
        for (name, limit, change) in rows.iter().filter_map(|of| row(of, version)) {
            let assessment = Bench::play(version, change);
            let (verdict, reasons) = (assessment.verdict, assessment.reasons);
            if !hold(verdict, limit) {
                failures.push(format!("{}: {name}: {verdict} {reasons:?}", version.name));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
