//! What a stranger tries: each published attack combined with a second change, and the odd but honest messages that look like it. A change of
//! one usual message a row, what a version must sign or state to tell it, and how mild or strict its verdict may be.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod judge;
mod test_card;

use chipcard::cryptogram::{CipherFamily, CryptogramVersion, SignedPart};
use chipcard::element::{
    Amount, ApplicationInterchangeProfile, ApplicationTransactionCounter, CardVerificationResults,
    CountryCode, CryptogramType, CurrencyCode, Date, IadLayout, IssuerApplicationData,
    PanSequenceNumber, Scheme, ServiceCode, YearMonth,
};
use chipcard::issuer::{
    AuthorisationRequest, CardStatus, ClaimedVerification, Contactless, DynamicLayout,
    DynamicValue, Form, IssuedCard, MessageKind as Kind, OnlinePin, PinExpectation,
    PosEntryMode as Mode, TerminalCapability as Terminal, Timestamp, TokenDomain, Verdict,
};
use chipcard::key::{CardKeyOption, IssuerMasterKey};
use chipcard::magstripe::{CvvDigits, CvvInput, ExpiryDigits, dcvv};
use chipcard::{Tag, tag};
use judge::rows::{
    self, Change, DEVICE, asking, at_merchant, in_dollars, no_cvm, number_alone, of_kind, printed,
    tap,
};
use judge::{Bench, NOON, PAN, Sale};
use test_card::{TERMINAL_CAPABILITIES, TestCard, iad};

use Verdict::{Approve, ApproveAndFlag, Decline, Refer, Reject, StepUp};

/// What a version must be able to tell.
enum Needs {
    Nothing,
    /// It signs this element.
    Signs(Tag),
    /// Its card verification results state this.
    States(Fact),
}
use Needs::{Nothing, Signs, States};

type Fact = fn(&CardVerificationResults<'_>) -> Option<bool>;

/// What it is, what a version must tell, the limit of its verdict, the change.
type Row = (&'static str, Needs, Verdict, Change);

const DAY: u64 = 86_400;
const WEB_TOKEN: Form = Form::Token {
    domain: TokenDomain::ELECTRONIC_COMMERCE,
    funding: CardStatus::Active,
};

fn elsewhere(sale: Sale, stan: &str) -> Sale {
    sale.stan(stan).with(|request| {
        request.merchant = Some("MERCHANT0000002");
        request.terminal_id = Some("TERM0002");
    })
}

/// The terminal says how the cardholder was verified, and there is no PIN for the issuer.
fn verified_by(sale: Sale, method: u8, result: u8) -> Sale {
    sale.set(tag::CVM_RESULTS, &[method, 0x03, result])
        .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0, 0x80, 0])
        .with(|request| request.pin = OnlinePin::NotSent)
}

fn in_mode(sale: Sale, mode: Mode) -> Sale {
    sale.with(|request| request.entry_mode = mode)
}

fn with_track(sale: Sale, bench: &Bench, value: &str) -> Sale {
    Sale {
        track2: Some(bench.track2("201", value)),
        ..sale
    }
}

fn made(version: &CryptogramVersion, byte: u8) -> Vec<u8> {
    let (mut bytes, other) = (
        iad(version, CryptogramType::Arqc),
        iad(version, CryptogramType::Aac),
    );
    let at = (0..bytes.len())
        .find(|at| bytes[*at] != other[*at])
        .unwrap();
    bytes[at] = byte;
    bytes
}

/// The card approved alone, offline.
fn offline(bench: &Bench, sale: Sale) -> Sale {
    sale.set(
        tag::ISSUER_APPLICATION_DATA,
        &iad(bench.card.version, CryptogramType::Tc),
    )
    .set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x40])
}

/// The card refused.
fn refused(bench: &Bench, sale: Sale) -> Sale {
    sale.set(
        tag::ISSUER_APPLICATION_DATA,
        &iad(bench.card.version, CryptogramType::Aac),
    )
    .set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x00])
}

/// Sets the one bit by which the card says this, where it has one.
fn stating(bench: &Bench, mut sale: Sale, fact: Fact) -> Sale {
    let layout = bench.card.version.iad_layout;
    if let Some(elements) = &mut sale.elements {
        let bytes = elements.get_mut(tag::ISSUER_APPLICATION_DATA);
        for place in 0..bytes.len() * 8 {
            let mut other = bytes.clone();
            other[place / 8] |= 1 << (place % 8);
            let says = |bytes: &[u8]| {
                let data = IssuerApplicationData::parse(layout, bytes).ok()?;
                let results = data.cvr()?;
                fact(&results)
            };
            if says(&other) == Some(true) && says(bytes) == Some(false) {
                *bytes = other;
                break;
            }
        }
    }
    sale
}

fn offline_pin(results: &CardVerificationResults<'_>) -> Option<bool> {
    results.offline_pin_performed()
}

fn scheme_of(bench: &Bench) -> &'static [u8] {
    match bench.issued.scheme {
        Some(Scheme::Visa) => &[0xA0, 0, 0, 0, 0x03],
        Some(Scheme::Mastercard) => &[0xA0, 0, 0, 0, 0x04],
        Some(Scheme::Interac) => &[0xA0, 0, 0, 0x02, 0x77],
        Some(Scheme::UnionPay) => &[0xA0, 0, 0, 0x03, 0x33],
        Some(Scheme::Jcb) => &[0xA0, 0, 0, 0, 0x65],
        _ => &[0xA0, 0, 0, 0, 0x25],
    }
}

fn in_tag_57(sale: Sale, code: &str, value: &str, expiry: &str) -> Sale {
    let mut digits = format!("{PAN}D{expiry}{code}12345{value}");
    if digits.len() % 2 == 1 {
        digits.push('F');
    }
    sale.set(tag::TRACK_2_EQUIVALENT_DATA, &hex::decode(digits).unwrap())
}

#[rustfmt::skip] // A row is read as one.
const HONEST: &[Row] = &[
    // DE 4 beside 9F02.
    ("taxi tip of a fifth presented", Nothing, Approve, |_, s| of_kind(asking(at_merchant(s, 4121), 1_200), Kind::Clearing)),
    ("hairdresser's tip presented", Nothing, ApproveAndFlag, |_, s| of_kind(asking(at_merchant(s, 7230), 1_200), Kind::Clearing)),
    ("bar's tip of a quarter presented", Nothing, ApproveAndFlag, |_, s| of_kind(asking(at_merchant(s, 5813), 1_250), Kind::Clearing)),
    ("fuel 5541 presented over cents", Nothing, Approve, |_, s| of_kind(asking(at_merchant(s.amount(100), 5541), 6_000), Kind::Clearing)),
    ("fuel completed by advice", Nothing, Approve, |_, s| of_kind(asking(at_merchant(s.amount(100), 5541), 6_000), Kind::Advice)),
    ("electric car charged 5552", Nothing, Approve, |_, s| asking(at_merchant(s.amount(100), 5552), 6_000).with(|r| r.estimated = true)),
    ("preauth completed for less", Nothing, Approve, |_, s| of_kind(asking(at_merchant(s.amount(15_000), 5542), 6_000), Kind::Advice)),
    ("hotel completed by advice for a seventh more", Nothing, ApproveAndFlag, |_, s| of_kind(asking(at_merchant(s, 7011), 1_150), Kind::Advice)),
    ("cruise presented", Nothing, ApproveAndFlag, |_, s| of_kind(asking(at_merchant(s, 4411), 1_150), Kind::Clearing)),
    ("hired car presented", Nothing, Approve, |_, s| of_kind(asking(at_merchant(s, 7512), 1_150), Kind::Clearing)),
    ("goods signed, cash beside", Signs(tag::AMOUNT_OTHER_NUMERIC), ApproveAndFlag,
        |_, s| asking(s.set(tag::AMOUNT_OTHER_NUMERIC, &[0, 0, 0, 0, 0x03, 0]).set(tag::TRANSACTION_TYPE, &[9]), 1_300)
            .with(|r| r.processing_code = Some("090000"))),
    ("discount after tap", Nothing, Approve, |_, s| asking(tap(s), 900)),
    // Days.
    ("presented after ten days", Nothing, Approve, |_, s| of_kind(s.at(10 * DAY), Kind::Clearing)),
    ("presented after 40 days", Nothing, ApproveAndFlag, |_, s| of_kind(s.at(40 * DAY), Kind::Clearing)),
    ("presented after ten days, no DE 13", Nothing, ApproveAndFlag, |_, s| of_kind(s.at(10 * DAY), Kind::Clearing).with(|r| r.local_date = None)),
    ("reversed after five days", Nothing, Approve, |_, s| of_kind(s.at(5 * DAY), Kind::Reversal).with(|r| r.original_found = Some(true))),
    ("reversed after five days no date", Nothing, Approve,
        |_, s| of_kind(s.at(5 * DAY), Kind::Reversal).with(|r| (r.original_found, r.local_date) = (Some(true), None))),
    ("stand-in told after three days", Nothing, ApproveAndFlag, |_, s| of_kind(s.at(3 * DAY), Kind::Advice)),
    ("stand-in told after three days, no DE 13", Nothing, ApproveAndFlag, |_, s| of_kind(s.at(3 * DAY), Kind::Advice).with(|r| r.local_date = None)),
    ("deferred three days, no DE 13", Nothing, ApproveAndFlag, |_, s| s.at(3 * DAY).with(|r| (r.deferred, r.local_date) = (true, None))),
    ("presented after expiry", Nothing, Approve,
        |b, s| { b.issued.expiry = YearMonth::new(2026, 11).unwrap(); of_kind(s.at(12 * DAY), Kind::Clearing) }),
    ("reversed after expiry", Nothing, Approve,
        |b, s| { b.issued.expiry = YearMonth::new(2026, 11).unwrap(); of_kind(s.at(12 * DAY), Kind::Reversal)
            .with(|r| r.original_found = Some(true)) }),
    ("stand-in told after expiry", Nothing, ApproveAndFlag,
        |b, s| { b.issued.expiry = YearMonth::new(2026, 11).unwrap(); of_kind(s.at(8 * DAY), Kind::Advice) }),
    ("terminal has no DE 13, day before", Nothing, Approve, |_, s| s.at(DAY / 2 + 60).with(|r| r.local_date = None)),
    // Order.
    ("presented long after, window passed", Nothing, ApproveAndFlag,
        |b, s| { b.assess(&s.clone().atc(0x10)); b.assess(&s.clone().atc(0x110)); of_kind(s.atc(0x10).at(10 * DAY), Kind::Clearing) }),
    ("offline TC presented, window passed", Nothing, ApproveAndFlag,
        |b, s| { b.assess(&s.clone().atc(0x110)); let s = offline(b, s); of_kind(s.atc(0x10), Kind::Clearing).with(|r| r.pin = OnlinePin::NotSent) }),
    ("offline TC advice, window passed", Nothing, ApproveAndFlag,
        |b, s| { b.assess(&s.clone().atc(0x110)); let s = offline(b, s); of_kind(s.atc(0x10), Kind::Advice).with(|r| r.pin = OnlinePin::NotSent) }),
    ("offline TC advice", Nothing, ApproveAndFlag, |b, s| { let s = offline(b, no_cvm(s)); of_kind(s, Kind::Advice) }),
    ("offline TC tap presented", Nothing, Approve, |b, s| { let s = offline(b, tap(s)); of_kind(s, Kind::Clearing) }),
    ("offline TC presented with offline PIN", States(offline_pin), Approve,
        |b, s| { let s = offline(b, verified_by(s, 0x41, 2)); let s = stating(b, s, offline_pin); of_kind(s, Kind::Clearing) }),
    ("approved, its TC presented", Nothing, Approve, |b, s| {
        b.assess(&s);
        let made = made(b.card.version, 0x60);
        of_kind(s.set(tag::ISSUER_APPLICATION_DATA, &made).set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x40]), Kind::Clearing)
    }),
    ("answer late, stand-in tells", Nothing, ApproveAndFlag, |b, s| { b.assess(&s); of_kind(s, Kind::Advice) }),
    ("answer late, stand-in tells, other STAN", Nothing, ApproveAndFlag, |b, s| { b.assess(&s); of_kind(s.stan("2"), Kind::Advice) }),
    ("reversed as the card refused the answer", Nothing, Approve, |b, s| {
        b.assess(&s);
        let made = made(b.card.version, 0x20);
        of_kind(s.set(tag::ISSUER_APPLICATION_DATA, &made).set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0]), Kind::Reversal).with(|r| r.original_found = Some(true))
    }),
    ("reversal overtakes its original", Nothing, ApproveAndFlag, |b, s| { b.assess(&of_kind(s.clone(), Kind::Reversal)); s }),
    ("reversal, nobody looked", Nothing, Approve, |_, s| of_kind(s, Kind::Reversal)),
    ("gate counter ten cents", Nothing, Approve, |_, s| of_kind(at_merchant(tap(s).amount(10), 4111), Kind::AtcUpdate)),
    ("gate counter a dollar", Nothing, Approve, |_, s| of_kind(at_merchant(in_dollars(tap(s), 100), 4111), Kind::AtcUpdate)),
    ("inserted after a tap was not enough", Nothing, Approve, |b, s| { b.assess(&tap(s.clone()).amount(20_000)); s.atc(0x11).amount(20_000) }),
    ("repeated, other DE 7", Nothing, Approve,
        |b, s| { b.assess(&s.clone().with(|r| r.transmitted = Some(Timestamp(NOON)))); s.at(60)
            .with(|r| r.transmitted = Some(Timestamp(NOON + 60))) }),
    // Types.
    ("balance at a machine", Nothing, Approve,
        |_, s| at_merchant(s.amount(0).set(tag::TRANSACTION_TYPE, &[0x31]), 6011).with(|r| r.processing_code = Some("310000"))),
    ("balance over a cash cryptogram", Nothing, ApproveAndFlag,
        |_, s| at_merchant(s.amount(0).set(tag::TRANSACTION_TYPE, &[0x01]), 6011).with(|r| r.processing_code = Some("310000"))),
    ("balance as account status", Nothing, Approve,
        |_, s| of_kind(at_merchant(s.amount(0).set(tag::TRANSACTION_TYPE, &[0x31]), 6011), Kind::AccountStatus)
            .with(|r| r.processing_code = Some("310000"))),
    ("PIN change", Nothing, ApproveAndFlag,
        |_, s| at_merchant(s.amount(0).set(tag::TRANSACTION_TYPE, &[0x92]), 6011).with(|r| r.processing_code = Some("920000"))),
    ("PIN change over a cash cryptogram", Nothing, ApproveAndFlag,
        |_, s| at_merchant(s.amount(0).set(tag::TRANSACTION_TYPE, &[0x01]), 6011).with(|r| r.processing_code = Some("900000"))),
    ("cash advance at a bank", Nothing, Approve,
        |_, s| at_merchant(s.set(tag::TRANSACTION_TYPE, &[0x01]), 6010).with(|r| r.processing_code = Some("170000"))),
    ("cash advance, signed as 17", Nothing, Approve,
        |_, s| at_merchant(s.set(tag::TRANSACTION_TYPE, &[0x17]), 6010).with(|r| r.processing_code = Some("010000"))),
    ("deposit", Nothing, Approve, |_, s| at_merchant(s.set(tag::TRANSACTION_TYPE, &[0x21]), 6011).with(|r| r.processing_code = Some("210000"))),
    ("account types in DE 3", Nothing, Approve, |_, s| s.with(|r| r.processing_code = Some("003000"))),
    ("bill payment", Nothing, ApproveAndFlag, |_, s| s.with(|r| r.processing_code = Some("500000"))),
    ("quasi cash DE 3 11", Nothing, ApproveAndFlag, |_, s| at_merchant(s, 6051).with(|r| r.processing_code = Some("110000"))),
    ("a purchase of nothing", Nothing, Approve, |_, s| s.amount(0)),
    ("transfer to a card, 26", Nothing, ApproveAndFlag, |_, s| s.with(|r| r.processing_code = Some("260000"))),
    // Without the card.
    ("web, right value", Nothing, Approve,
        |_, s| number_alone(s, Mode::ElectronicCommerce, Terminal::Unknown).with(|r| { r.cvv2 = Some(Box::leak(printed("000").into_boxed_str()));
            r.expiry = Some(judge::expiry()); })),
    ("mail order", Nothing, Approve, |_, s| number_alone(s, Mode::Manual, Terminal::Manual).with(|r| r.expiry = Some(judge::expiry()))),
    ("mail order at a restaurant", Nothing, StepUp, |_, s| at_merchant(number_alone(s, Mode::Manual, Terminal::ChipAndContactless), 5812)),
    ("web account status", Nothing, Approve,
        |_, s| of_kind(asking(number_alone(s, Mode::ElectronicCommerce, Terminal::Unknown), 0), Kind::AccountStatus)
            .with(|r| r.cvv2 = Some(Box::leak(printed("000").into_boxed_str())))),
    ("web token", Nothing, Approve, |b, s| { b.issued.form = WEB_TOKEN; number_alone(s, Mode::ElectronicCommerce, Terminal::Unknown) }),
    ("stored web token", Nothing, Approve, |b, s| { b.issued.form = WEB_TOKEN; number_alone(s, Mode::CredentialOnFile, Terminal::Unknown) }),
    ("refund to a renewed card's number", Nothing, Refer,
        |b, s| { b.issued.status = CardStatus::Replaced; of_kind(number_alone(s, Mode::CredentialOnFile, Terminal::Unknown), Kind::Refund) }),
    ("refund to an expired date", Nothing, Refer,
        |b, s| { b.issued.expiry = YearMonth::new(2026, 1).unwrap(); of_kind(number_alone(s, Mode::CredentialOnFile, Terminal::Unknown)
            , Kind::Refund) }),
    ("refund to a lost card's number", Nothing, Refer,
        |b, s| { b.issued.status = CardStatus::Lost; of_kind(number_alone(s, Mode::CredentialOnFile, Terminal::Unknown), Kind::Refund) }),
    ("refund to a device's number", Nothing, Refer,
        |b, s| { b.issued.form = DEVICE; of_kind(number_alone(s, Mode::CredentialOnFile, Terminal::Unknown), Kind::Refund) }),
    ("refund to a device's number, typed", Nothing, Refer,
        |b, s| { b.issued.form = DEVICE; of_kind(number_alone(s, Mode::Manual, Terminal::ChipAndContactless), Kind::Refund) }),
    ("device's purchase presented without chip data", Nothing, ApproveAndFlag,
        |b, s| { b.issued.form = DEVICE; of_kind(number_alone(s, Mode::Contactless, Terminal::Unknown), Kind::Clearing) }),
    ("purchase presented without chip data", Nothing, Approve, |_, s| of_kind(number_alone(s, Mode::Contact, Terminal::Unknown), Kind::Clearing)),
    ("swiped purchase presented without track", Nothing, ApproveAndFlag,
        |_, s| of_kind(number_alone(s, Mode::Stripe, Terminal::Stripe), Kind::Clearing)),
    ("reversal of a swipe without track", Nothing, Approve,
        |_, s| of_kind(number_alone(s, Mode::Stripe, Terminal::Stripe), Kind::Reversal).with(|r| r.original_found = Some(true))),
    // Devices.
    ("phone, PIN-like claim, card says so", States(offline_pin), Approve,
        |b, s| { b.issued.form = DEVICE; let s = tap(s).amount(90_000).set(tag::CVM_RESULTS, &[0x01, 0, 0x02]); stating(b, s, offline_pin) }),
    ("phone, PIN-like claim, card silent", Nothing, StepUp, |b, s| { b.issued.form = DEVICE; tap(s).set(tag::CVM_RESULTS, &[0x01, 0, 0x02]) }),
    ("phone, large, qualifiers and form say so, nothing denies", Nothing, Approve, |b, s| {
        b.issued.form = DEVICE;
        let s = tap(s).amount(90_000).set(tag::FORM_FACTOR_INDICATOR, &[0x23, 0x8C, 0, 0]);
        let s = stating(b, s, |r| r.consumer_device_cvm_performed());
        let s = stating(b, s, offline_pin);
        if b.issued.scheme == Some(Scheme::Mastercard) { s } else { s.set(tag::CARD_TRANSACTION_QUALIFIERS, &[0, 0x80]) }
    }),
    ("fares above the card's own limit", Nothing, Approve,
        |b, s| { b.issued.verification_limit = Some(Amount::new(3_000).unwrap()); at_merchant(tap(s).amount(6_000), 4111) }),
    ("relay resistance that the terminal did not ask for", Nothing, Approve,
        |b, s| { b.issued.relay_resistance = Some(true); tap(s).set(tag::APPLICATION_INTERCHANGE_PROFILE, &[0x19, 1])
            .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0, 0, 0x01]) }),
    ("phone at a gate above what fares come to", Nothing, StepUp, |b, s| { b.issued.form = DEVICE; at_merchant(tap(s).amount(13_000), 4111) }),
    ("phone in its application, no country, large", Nothing, StepUp,
        |b, s| { b.issued.form = DEVICE; in_mode(tap(s).amount(90_000).set(tag::TERMINAL_COUNTRY_CODE, &[0, 0]), Mode::ElectronicCommerceChip) }),
    ("phone with online PIN", Nothing, ApproveAndFlag,
        |b, s| { b.issued.form = DEVICE; in_mode(s.amount(90_000).set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 4, 0, 0]), Mode::Contactless) }),
    ("large refund by tap of a phone that nobody unlocked", Nothing, ApproveAndFlag, |b, s| {
        b.issued.form = DEVICE;
        let s = refused(b, tap(s).amount(90_000).set(tag::TRANSACTION_TYPE, &[0x20]));
        of_kind(s, Kind::Refund).with(|r| r.processing_code = Some("200000"))
    }),
    ("refund to a card without PIN tries", States(|r| r.pin_try_limit_exceeded()), ApproveAndFlag, |b, s| {
        let s = no_cvm(s).set(tag::TRANSACTION_TYPE, &[0x20]);
        let s = stating(b, s, |r| r.pin_try_limit_exceeded());
        of_kind(s, Kind::Refund).with(|r| r.processing_code = Some("200000"))
    }),
    ("fares of a day over the first tap's own fare", Nothing, ApproveAndFlag,
        |_, s| asking(at_merchant(tap(s).amount(210), 4111), 1_250).with(|r| r.deferred = true)),
    ("refund that ends with an AAC, 9F27 left out", Nothing, Approve,
        |b, s| of_kind(refused(b, s.set(tag::TRANSACTION_TYPE, &[0x20])), Kind::Refund)
            .without(tag::CRYPTOGRAM_INFORMATION_DATA).with(|r| r.processing_code = Some("200000"))),
    ("refund that ends with an AAC, 9F27 empty", Nothing, Approve,
        |b, s| of_kind(refused(b, s.set(tag::TRANSACTION_TYPE, &[0x20])), Kind::Refund)
            .set(tag::CRYPTOGRAM_INFORMATION_DATA, &[]).with(|r| r.processing_code = Some("200000"))),
    ("refund by tap of a phone", Nothing, ApproveAndFlag,
        |b, s| { b.issued.form = DEVICE; of_kind(refused(b, tap(s).set(tag::TRANSACTION_TYPE, &[0x20])), Kind::Refund)
            .with(|r| r.processing_code = Some("200000")) }),
    // Sequence numbers.
    ("DE 23 alone", Nothing, Approve, |_, s| s.with(|r| r.sequence = Some(PanSequenceNumber::from_bcd(1).unwrap()))),
    ("5F34 alone", Nothing, Approve, |_, s| s.set(tag::APPLICATION_PAN_SEQUENCE_NUMBER, &[1])),
    ("card 00, nothing told", Nothing, Approve, |b, s| { renumber(b, "00"); s }),
    ("card 00, 00 told", Nothing, Approve,
        |b, s| { renumber(b, "00"); s.set(tag::APPLICATION_PAN_SEQUENCE_NUMBER, &[0]).with(|r| r.sequence = Some(PanSequenceNumber::ZERO)) }),
    ("currency unset", Nothing, Refer, |_, s| s.set(tag::TRANSACTION_CURRENCY_CODE, &[0, 0])),
    ("currency 999", Nothing, Refer, |_, s| s.set(tag::TRANSACTION_CURRENCY_CODE, &[9, 0x99])),
    ("currency and country unset", Nothing, Refer, |_, s| s.set(tag::TRANSACTION_CURRENCY_CODE, &[0, 0]).set(tag::TERMINAL_COUNTRY_CODE, &[0, 0])),
    ("9F33 zeros", Nothing, ApproveAndFlag, |_, s| s.set(TERMINAL_CAPABILITIES, &[0; 3])),
    ("9F33 all", Nothing, Approve, |_, s| s.set(TERMINAL_CAPABILITIES, &[0xFF; 3])),
    ("9F35 0", Nothing, Approve, |_, s| s.set(Tag::new(0x9F35), &[0])),
    ("9F35 of an ATM at a shop", Nothing, Approve, |_, s| s.set(Tag::new(0x9F35), &[0x14])),
    ("script results", Nothing, Approve, |_, s| s.set(Tag::new(0x9F5B), &[0x20, 0, 0, 0, 0])),
    ("9F34 zeros", Nothing, ApproveAndFlag, |_, s| s.set(tag::CVM_RESULTS, &[0; 3])),
    ("9F34 3F0000", Nothing, Approve, |_, s| s.set(tag::CVM_RESULTS, &[0x3F, 0, 0])),
    ("9F34 1F0000", Nothing, Approve, |_, s| s.set(tag::CVM_RESULTS, &[0x1F, 0, 0])),
    ("9F34 empty", Nothing, Approve, |_, s| s.set(tag::CVM_RESULTS, &[])),
    ("5F34 empty", Nothing, Approve, |_, s| s.set(tag::APPLICATION_PAN_SEQUENCE_NUMBER, &[])),
    ("84 empty", Nothing, Approve, |_, s| s.set(tag::DEDICATED_FILE_NAME, &[])),
    ("9F27 empty", Nothing, Approve, |_, s| s.set(tag::CRYPTOGRAM_INFORMATION_DATA, &[])),
    ("57 empty", Nothing, Approve, |_, s| s.set(tag::TRACK_2_EQUIVALENT_DATA, &[])),
    ("9F6E empty", Nothing, Approve, |_, s| s.set(tag::FORM_FACTOR_INDICATOR, &[])),
    ("9F33 empty", Nothing, Approve, |_, s| s.set(TERMINAL_CAPABILITIES, &[])),
    ("9F6C empty", Nothing, Approve, |_, s| s.set(tag::CARD_TRANSACTION_QUALIFIERS, &[])),
    ("9F66 empty", Nothing, Approve, |_, s| s.set(tag::TERMINAL_TRANSACTION_QUALIFIERS, &[])),
    ("5A empty", Nothing, Approve, |_, s| s.set(tag::APPLICATION_PAN, &[])),
    ("biometric small", Nothing, Approve, |_, s| verified_by(s, 0x0A, 2)),
    ("biometric large", Nothing, StepUp, |_, s| verified_by(s, 0x0A, 2).amount(90_000)),
    ("biometric large online", Nothing, StepUp, |_, s| verified_by(s, 0x07, 0).amount(90_000)),
    ("proprietary method", Nothing, Approve, |_, s| verified_by(s, 0x20, 2)),
    ("TVR expired application", Nothing, ApproveAndFlag, |_, s| s.set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0x40, 4, 0x80, 0])),
    ("TVR versions differ, new card", Nothing, Approve, |_, s| s.set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0x88, 4, 0x80, 0])),
    ("TVR service not allowed", Nothing, ApproveAndFlag, |_, s| s.set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0x10, 4, 0x80, 0])),
    ("PIN pad broken", Nothing, Approve, |_, s| verified_by(s, 0x1F, 2).set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0x10, 0x80, 0])),
    ("PIN bypassed, preferred", Nothing, StepUp,
        |b, s| { b.issued.pin = PinExpectation::Preferred; verified_by(s, 0x1E, 0).set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0x08, 0x80, 0]) }),
    ("CID with advice bit", Nothing, ApproveAndFlag, |_, s| s.set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x88])),
    ("authentication of the card failed, online PIN", Nothing, ApproveAndFlag,
        |_, s| s.amount(90_000).set(tag::APPLICATION_INTERCHANGE_PROFILE, &[0x39, 0])
            .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0x24, 0, 4, 0x80, 0])),
    ("says stripe only, chip read", Nothing, ApproveAndFlag, |_, s| s.with(|r| r.terminal = Terminal::Stripe)),
    ("says manual, chip read", Nothing, ApproveAndFlag, |_, s| s.with(|r| r.terminal = Terminal::Manual)),
    ("says contactless only, contact read", Nothing, ApproveAndFlag, |_, s| s.with(|r| r.terminal = Terminal::Contactless)),
    ("says manual, tap", Nothing, ApproveAndFlag, |_, s| tap(s).with(|r| r.terminal = Terminal::Manual)),
    ("says chip, tap", Nothing, Approve, |_, s| tap(s).with(|r| r.terminal = Terminal::Chip)),
    ("toll without PIN, PIN required", Nothing, StepUp,
        |b, s| { b.issued.pin = PinExpectation::Required; at_merchant(no_cvm(s), 4784).set(Tag::new(0x9F35), &[0x25]) }),
    ("small tap, PIN required", Nothing, Approve, |b, s| { b.issued.pin = PinExpectation::Required; tap(s) }),
    ("PIN required, offline PIN", States(offline_pin), Approve,
        |b, s| { b.issued.pin = PinExpectation::Required; let s = verified_by(s, 0x44, 2).amount(90_000); stating(b, s, offline_pin) }),
    ("PIN and signature", States(offline_pin), Approve, |b, s| { let s = verified_by(s, 0x43, 0).amount(90_000); stating(b, s, offline_pin) }),
    ("PIN by the card and signature, method 05", States(offline_pin), Approve,
        |b, s| { let s = verified_by(s, 0x05, 2).amount(90_000); stating(b, s, offline_pin) }),
    ("tries exceeded, online PIN right", States(|r| r.pin_try_limit_exceeded()), StepUp, |b, s| stating(b, s, |r| r.pin_try_limit_exceeded())),
    ("new card", Nothing, Approve, |b, s| stating(b, s, |r| r.new_card())),
    ("last online not completed", Nothing, ApproveAndFlag, |b, s| stating(b, s, |r| r.last_online_not_completed())),
    ("script failed", Nothing, ApproveAndFlag, |b, s| stating(b, s, |r| r.script_failed())),
    ("limits exceeded", Nothing, Approve,
        |b, s| { let s = stating(b, s, |r| r.lower_offline_limit_exceeded()); stating(b, s, |r| r.upper_offline_limit_exceeded()) }),
    ("unable to go online", Nothing, ApproveAndFlag, |b, s| stating(b, s, |r| r.unable_to_go_online())),
    ("unpredictable number of zeros with money", Nothing, ApproveAndFlag, |_, s| s.set(tag::UNPREDICTABLE_NUMBER, &[0; 4])),
    ("unpredictable number of ones", Nothing, ApproveAndFlag, |_, s| s.set(tag::UNPREDICTABLE_NUMBER, &[0xFF; 4])),
    ("account status at the counter", Nothing, Approve, |_, s| of_kind(s.amount(0), Kind::AccountStatus)),
    ("account status at the counter, no PIN", Nothing, Approve,
        |b, s| { b.issued.pin = PinExpectation::Preferred; of_kind(no_cvm(s).amount(0), Kind::AccountStatus) }),
    ("issuer knows neither country nor currency", Nothing, Approve,
        |b, s| { (b.issued.country, b.issued.currency) = (None, None); in_dollars(s, 5_000) }),
    ("signature abroad", Nothing, StepUp, |b, s| { b.issued.pin = PinExpectation::Preferred; in_dollars(verified_by(s, 0x1E, 0), 8_000) }),
    ("large tap with signature abroad", Nothing, StepUp, |_, s| in_dollars(tap(s).set(tag::CVM_RESULTS, &[0x1E, 3, 0]), 12_000)),
    ("identifier cut", Nothing, Approve, |b, s| { let rid = scheme_of(b); s.set(tag::AID_TERMINAL, rid) }),
    ("another application of the system", Nothing, Approve,
        |b, s| { let aid = [scheme_of(b), &[0x20, 0x20, 1]].concat(); s.set(tag::DEDICATED_FILE_NAME, &aid) }),
    ("a national application, record tells none", Nothing, Refer,
        |_, s| s.set(tag::DEDICATED_FILE_NAME, &[0xA0, 0, 0, 3, 0x59, 1, 0, 1, 2, 0x80, 1])),
    // DE 55.
    ("card's own data behind", Nothing, Approve, |b, mut s| {
        let layout = b.card.version.iad_layout;
        if let Some(e) = &mut s.elements {
            let bytes = e.get_mut(tag::ISSUER_APPLICATION_DATA);
            match layout {
                IadLayout::Visa013 | IadLayout::Jcb => { bytes.push(10); bytes.extend([0x01; 10]); }
                IadLayout::UnionPay => { bytes.push(10); bytes.extend([0x01; 10]); }
                IadLayout::MChip => bytes.extend([0; 8]),
                _ => {}
            }
        }
        s
    }),
    ("M/Chip data of 28 bytes", Nothing, Approve,
        |b, mut s| { if let (IadLayout::MChip, Some(e)) = (b.card.version.iad_layout, &mut s.elements) { e.get_mut(tag::ISSUER_APPLICATION_DATA).extend([0;
            10]); } s }),
    ("everything a kernel has", Nothing, Approve, |_, s| {
        let extra: &[(u32, &[u8])] = &[(0x50, b"CREDIT"), (0x5F20, b"TEST/CARD"), (0x5F24, &[0x30, 0x12, 0x31]), (0x5F25, &[0x25, 0x12, 1]), (0x5F28, &[3, 0x92]), (0x5F2D, b"jaen"), (0x5F30, &[2, 1]), (0x8E, &[0, 0, 0, 0, 0, 0, 0, 0, 0x42, 3, 0x1F, 3]), (0x9F07, &[0xFF, 0]), (0x9F08, &[0, 2]), (0x9F09, &[0, 2]), (0x9F0D, &[0; 5]), (0x9F0E, &[0; 5]), (0x9F0F, &[0; 5]), (0x9F12, b"CREDIT"), (0x9F1E, b"12345678"), (0x9F21, &[0x21, 0, 0]), (0x9F35, &[0x22]), (0x9F39, &[5]), (0x9F41, &[0, 0, 0, 1]), (0x9F53, &[0x52]), (0x9B, &[0xE8, 0]), (0x9F15, &[0x54, 0x11]), (0x9F4C, &[1; 8])];
        extra.iter().fold(s, |s, (tag, value)| s.set(Tag::new(*tag), value))
    }),
    ("private template", Nothing, Approve, |_, s| s.set(Tag::new(0xE1), &[0xDF, 1, 1, 5])),
    ("private twice", Nothing, Approve,
        |_, mut s| { if let Some(e) = &mut s.elements { e.0.push((Tag::new(0xDF01), vec![1])); e.0.push((Tag::new(0xDF01), vec![2])); } s }),
    ("contact with 9F66", Nothing, Approve, |_, s| s.set(tag::TERMINAL_TRANSACTION_QUALIFIERS, &[0x36, 0, 0x40, 0])),
    ("tap with 9F66", Nothing, Approve, |_, s| tap(s).set(tag::TERMINAL_TRANSACTION_QUALIFIERS, &[0x36, 0, 0x40, 0])),
    ("contact with 9F6E", Nothing, Approve, |_, s| s.set(tag::FORM_FACTOR_INDICATOR, &[0x20, 0x70, 0, 0])),
    ("Mastercard third party data", Nothing, Approve, |_, s| tap(s).set(tag::FORM_FACTOR_INDICATOR, &[0x08, 0x40, 0, 1, 0x30, 0x31])),
    ("stripe card as fallback", Nothing, ApproveAndFlag,
        |b, s| { b.issued = stripe_card(b); with_code(number_alone(s, Mode::FallbackStripe, Terminal::Chip), "101") }),
    ("stripe card at a chip terminal", Nothing, Approve,
        |b, s| { b.issued = stripe_card(b); with_code(number_alone(s, Mode::Stripe, Terminal::Chip), "101") }),
    ("refund by swipe at a chip terminal", Nothing, Refer,
        |b, s| of_kind(with_track(number_alone(s, Mode::Stripe, Terminal::Chip), b, &printed("201")), Kind::Refund)),
    ("refund by swipe at home, stripe terminal", Nothing, Refer,
        |b, s| of_kind(with_track(number_alone(s, Mode::Stripe, Terminal::Stripe), b, &printed("201")), Kind::Refund)),
    ("refund without a card at 90", Nothing, Refer, |_, s| of_kind(number_alone(s, Mode::Stripe, Terminal::Stripe), Kind::Refund)),
    ("refund by fallback", Nothing, StepUp,
        |b, s| of_kind(with_track(number_alone(s, Mode::FallbackStripe, Terminal::Chip), b, &printed("201")), Kind::Refund)),
    ("refund of an old stored date", Nothing, ApproveAndFlag,
        |_, s| of_kind(number_alone(s, Mode::Manual, Terminal::ChipAndContactless), Kind::Refund)
            .with(|r| r.expiry = Some(YearMonth::new(2026, 12).unwrap()))),
    ("fallback abroad at a pump of stripes", Nothing, StepUp,
        |b, s| { let s = with_track(number_alone(s, Mode::Stripe, Terminal::Stripe), b, &printed("201")); at_merchant(s, 5542)
            .with(|r| r.country = Some(CountryCode::new(840).unwrap())) }),
    ("stripe abroad, capability not told", Nothing, StepUp,
        |b, s| { let s = with_track(number_alone(s, Mode::Stripe, Terminal::Unknown), b, &printed("201")); s
            .with(|r| r.country = Some(CountryCode::new(840).unwrap())) }),
    ("web without a value", Nothing, Approve, |_, s| number_alone(s, Mode::ElectronicCommerce, Terminal::Unknown)),
    ("server", Nothing, Approve, |_, s| number_alone(s, Mode::Server, Terminal::Unknown)),
    ("three deferred, last first", Nothing, ApproveAndFlag,
        |b, s| { for atc in [0x13, 0x12] { b.assess(&s.clone().atc(atc).with(|r| r.deferred = true)); } s.atc(0x11).with(|r| r.deferred = true) }),
    ("stored number while somebody guesses values", Nothing, Approve,
        |b, s| { guess(b, &s); number_alone(s, Mode::CredentialOnFile, Terminal::Unknown).with(|r| r.expiry = Some(judge::expiry())) }),
    ("tap while somebody guesses values", Nothing, Approve, |b, s| { guess(b, &s); tap(s) }),
    ("the card while somebody guesses cryptograms", Nothing, Refer,
        |b, s| { for n in 0..12 { b.assess(&s.clone().stan(&format!("{n}")).tampered(tag::APPLICATION_CRYPTOGRAM, &[n; 8])); } s }),
    ("paid by money after account status", Nothing, Approve, |b, s| { b.assess(&of_kind(s.clone().amount(0), Kind::AccountStatus)); s.atc(0x11) }),
    ("paid after a refund", Nothing, Approve,
        |b, s| { b.assess(&of_kind(refused(b, s.clone().set(tag::TRANSACTION_TYPE, &[0x20])), Kind::Refund)
            .with(|r| r.processing_code = Some("200000"))); s.atc(0x11) }),
    ("paid again after a reversal", Nothing, Approve,
        |b, s| { b.assess(&s); b.assess(&of_kind(s.clone(), Kind::Reversal).with(|r| r.original_found = Some(true))); s.atc(0x11) }),
    ("advice while offline, then online", Nothing, Approve,
        |b, s| { let o = offline(b, s.clone()); b.assess(&of_kind(o.atc(0x10), Kind::Advice)); s.atc(0x11) }),
    ("offline advice after online", Nothing, ApproveAndFlag,
        |b, s| { b.assess(&s.clone().atc(0x12)); let o = offline(b, s); of_kind(o.atc(0x11), Kind::Advice) }),
    ("advice refused by the terminal", Nothing, ApproveAndFlag, |b, s| of_kind(refused(b, s), Kind::Advice)),
    ("second PIN try over contacts", Nothing, Approve, |b, s| { b.assess(&s.clone().with(|r| r.pin = OnlinePin::Wrong)); s.atc(0x11) }),
    ("the same tap with the PIN that was asked for", Nothing, Approve,
        |b, s| { let s = tap(s).amount(20_000); b.assess(&s); s.stan("2").with(|r| { r.repeated_with_pin = true; r.pin = OnlinePin::Right;
            r.amount = Amount::new(20_000).unwrap(); }) }),
    ("deposit without PIN by tap", Nothing, ApproveAndFlag,
        |_, s| tap(s).amount(90_000).set(tag::TRANSACTION_TYPE, &[0x21]).with(|r| r.processing_code = Some("210000"))),
    ("loaded at a till by tap, type 28", Nothing, ApproveAndFlag,
        |_, s| tap(s).amount(90_000).set(tag::TRANSACTION_TYPE, &[0x28]).with(|r| r.processing_code = Some("280000"))),
    ("fare gate, DE 13 absent, deferred", Nothing, ApproveAndFlag,
        |_, s| at_merchant(tap(s), 4131).at(2 * DAY).with(|r| (r.local_date, r.deferred) = (None, true))),
    ("parking machine, contact, no PIN", Nothing, Approve, |_, s| at_merchant(no_cvm(s), 7523)),
    ("airline aboard, country of the line", Nothing, Approve,
        |_, s| at_merchant(in_dollars(s, 5_000), 4511).with(|r| r.billing = Some((Amount::new(7_500).unwrap(), CurrencyCode::new(392).unwrap())))),
    ("presented after conversion by tap", Nothing, ApproveAndFlag,
        |_, s| of_kind(asking(in_dollars(tap(s), 3_500), 5_200), Kind::Clearing).with(|r| r.currency = CurrencyCode::new(392).unwrap())),
    ("stand-in for a lost card", Nothing, Approve, |b, s| { b.issued.status = CardStatus::Lost; of_kind(s, Kind::Advice) }),
    ("typed reversal of a device", Nothing, Approve,
        |b, s| { b.issued.form = DEVICE; of_kind(number_alone(s, Mode::Manual, Terminal::Manual), Kind::Reversal)
            .with(|r| r.original_found = Some(true)) }),
    ("device's purchase told as advice at 10", Nothing, ApproveAndFlag,
        |b, s| { b.issued.form = DEVICE; of_kind(number_alone(s, Mode::CredentialOnFile, Terminal::Unknown), Kind::Advice) }),
    ("device's purchase presented at 00", Nothing, ApproveAndFlag,
        |b, s| { b.issued.form = DEVICE; of_kind(number_alone(s, Mode::Unknown, Terminal::Unknown), Kind::Clearing) }),
    ("typed purchase presented", Nothing, ApproveAndFlag,
        |_, s| of_kind(number_alone(s, Mode::Manual, Terminal::ChipAndContactless), Kind::Clearing)),
    ("a day's fallbacks and refunds of one shop presented at once, then one more fallback", Nothing, StepUp, |b, s| {
        for (n, kind) in (0..20).zip([Kind::Clearing, Kind::Refund].into_iter().cycle()) {
            b.issued.issue = n;
            let told = number_alone(s.clone(), Mode::FallbackStripe, Terminal::Chip);
            b.assess(&of_kind(told, kind).stan(&format!("{n}")));
        }
        Sale::swiped(b, Mode::FallbackStripe, Terminal::Chip).stan("99")
    }),
    ("fallback presented", Nothing, ApproveAndFlag, |_, s| of_kind(number_alone(s, Mode::FallbackStripe, Terminal::Chip), Kind::Clearing)),
    ("swipe of stand-in told", Nothing, ApproveAndFlag,
        |b, s| of_kind(with_track(number_alone(s, Mode::Stripe, Terminal::Stripe), b, &printed("201")), Kind::Advice)),
    ("contactless stripe presented without track", Nothing, ApproveAndFlag,
        |b, s| { b.issued.contactless = Some(Contactless::ChipAndStripe);
            of_kind(number_alone(s, Mode::ContactlessStripe, Terminal::ContactlessStripe), Kind::Clearing) }),
    ("Amex tap with its reader's capabilities", Nothing, Approve,
        |b, s| { b.issued.scheme = Some(Scheme::AmericanExpress); tap(s).set(tag::FORM_FACTOR_INDICATOR, &[0xD8, 0xE0, 0, 0])
            .set(tag::DEDICATED_FILE_NAME, &[0xA0, 0, 0, 0, 0x25, 1, 8, 1]) }),
    ("Discover tap", Nothing, Approve,
        |b, s| { b.issued.scheme = Some(Scheme::Discover); tap(s).set(Tag::new(0x9F71), &[0, 0])
            .set(tag::DEDICATED_FILE_NAME, &[0xA0, 0, 0, 1, 0x52, 0x30, 0x10]) }),
    ("JCB tap with its own", Nothing, Approve,
        |b, s| { b.issued.scheme = Some(Scheme::Jcb); tap(s).set(Tag::new(0x9F53), &[0x73, 0, 0])
            .set(tag::DEDICATED_FILE_NAME, &[0xA0, 0, 0, 0, 0x65, 0x10, 0x10]) }),
    ("tap whose qualifiers want a PIN, which came", Nothing, Approve,
        |b, s| { if b.issued.scheme == Some(Scheme::Mastercard) { return s; } tap(s).amount(20_000).set(tag::CARD_TRANSACTION_QUALIFIERS, &[0x80, 0])
            .set(tag::CVM_RESULTS, &[0x02, 0, 0]).with(|r| r.pin = OnlinePin::Right) }),
    ("the same tap with its PIN, same trace number", Nothing, Approve,
        |b, s| { let s = tap(s).amount(20_000); b.assess(&s); s.with(|r| { r.repeated_with_pin = true; r.pin = OnlinePin::Right; }) }),
    ("the same tap with a PIN of which the host says nothing", Nothing, StepUp,
        |b, s| { let s = tap(s).amount(20_000); b.assess(&s); s.stan("2").set(tag::CVM_RESULTS, &[0x02, 0, 0]).with(|r| { r.repeated_with_pin = true;
            r.pin = OnlinePin::Unknown; }) }),
    ("the same tap, PIN wrong, then right", Nothing, Approve,
        |b, s| { let s = tap(s).amount(20_000); b.assess(&s); let again = |s: Sale, n: &str, pin| s.stan(n).with(|r| { r.repeated_with_pin = true;
            r.pin = pin; }); b.assess(&again(s.clone(), "2", OnlinePin::Wrong)); again(s, "3", OnlinePin::Right) }),
    ("a device that emits a stripe, 90", Nothing, StepUp,
        |b, s| { b.issued.form = emits(); b.issued.track2_values = None;
            with_track(number_alone(s, Mode::Stripe, Terminal::ChipAndContactless), b, "123") }),
    ("a device that emits a stripe, 02", Nothing, Refer,
        |b, s| { b.issued.form = emits(); b.issued.track2_values = None;
            with_track(number_alone(s, Mode::StripeUnreliable, Terminal::Stripe), b, "123") }),
    ("a device that emits a stripe, at home, stripe terminal", Nothing, StepUp,
        |b, s| { b.issued.form = emits(); b.issued.track2_values = None; with_track(number_alone(s, Mode::Stripe, Terminal::Stripe), b, "123") }),
    ("no trace number", Nothing, Approve, |_, s| s.stan("")),
    ("cash back by tap with PIN", Nothing, Approve,
        |_, s| in_mode(s.set(tag::TRANSACTION_TYPE, &[9]).set(tag::AMOUNT_OTHER_NUMERIC, &[0, 0, 0, 0, 3, 0]), Mode::Contactless)
            .with(|r| r.processing_code = Some("090000"))),
    ("own bank's machine, no MCC, cash", Nothing, Approve,
        |_, s| s.set(tag::TRANSACTION_TYPE, &[1]).with(|r| (r.mcc, r.processing_code) = (None, Some("010000")))),
    ("lodging preauth estimated equal", Nothing, Approve, |_, s| at_merchant(s, 7011).with(|r| r.estimated = true)),
    ("pump preauth for more than nominal, estimated, less asked", Nothing, Approve,
        |_, s| asking(at_merchant(s.amount(15_000), 5542), 10_000).with(|r| r.estimated = true)),
    ("a gate's zero tap, then fares by deferred message", Nothing, ApproveAndFlag,
        |_, s| asking(at_merchant(tap(s).amount(0), 4112), 850).with(|r| r.deferred = true)),
    ("ferry fares", Nothing, Approve, |_, s| at_merchant(tap(s), 4789)),
    ("terminal of another zone, DE 13 ahead", Nothing, Approve,
        |_, s| s.set(tag::TRANSACTION_DATE, &[0x26, 0x11, 0x24]).with(|r| r.local_date = Some(Date::new(2026, 11, 24).unwrap()))),
    ("a merchant's country that differs from the terminal's", Nothing, Refer, |_, s| s.with(|r| r.country = Some(CountryCode::new(702).unwrap()))),
    ("PIN for the issuer and by the card", States(offline_pin), Approve, |b, s| stating(b, s, offline_pin)),
    ("PIN by the card failed, then one for the issuer", States(|r| r.offline_pin_failed()), ApproveAndFlag,
        |b, s| { let s = stating(b, s, offline_pin); stating(b, s, |r| r.offline_pin_failed()) }),
    ("PIN by the card failed, then a signature, small", States(|r| r.offline_pin_failed()), StepUp,
        |b, s| { let s = stating(b, verified_by(s, 0x1E, 0), offline_pin); stating(b, s, |r| r.offline_pin_failed()) }),
    ("authentication not performed, small tap", Nothing, Approve,
        |_, s| tap(s).set(tag::APPLICATION_INTERCHANGE_PROFILE, &[0x39, 0]).set(tag::TERMINAL_VERIFICATION_RESULTS, &[0x80, 0, 0, 0, 0])),
    ("authentication failed, small", Nothing, ApproveAndFlag,
        |_, s| no_cvm(s).set(tag::APPLICATION_INTERCHANGE_PROFILE, &[0x39, 0]).set(tag::TERMINAL_VERIFICATION_RESULTS, &[0x08, 0, 0, 0x80, 0])),
    ("stand-in of a large tap", Nothing, ApproveAndFlag, |_, s| of_kind(tap(s).amount(90_000), Kind::Advice)),
    ("a token renewed: other date beside", Nothing, Approve,
        |b, s| { b.issued.form = DEVICE; at_merchant(tap(s), 4111).with(|r| r.expiry = Some(YearMonth::new(2028, 1).unwrap())) }),
    ("contact at a home machine without the PIN's result", Nothing, Approve,
        |_, s| at_merchant(s.set(tag::TRANSACTION_TYPE, &[1]), 6011).with(|r| (r.pin, r.processing_code) = (OnlinePin::Unknown, Some("010000")))),
    ("large purchase by device in its application", States(|r| r.consumer_device_cvm_performed()), Approve,
        |b, s| { b.issued.form = DEVICE; let s = in_mode(tap(s).amount(90_000), Mode::ElectronicCommerceChip);
            stating(b, s, |r| r.consumer_device_cvm_performed()) }),
    ("QR code with a cryptogram", Nothing, Approve, |b, s| { b.issued.form = DEVICE; in_mode(s, Mode::Unknown) }),
    ("stored credential of a lost card", Nothing, Decline,
        |b, s| { b.issued.status = CardStatus::Lost; number_alone(s, Mode::CredentialOnFile, Terminal::Unknown) }),
];

const fn emits() -> Form {
    let mut domain = TokenDomain::DEVICE;
    domain.stripe = true;
    Form::Token {
        domain,
        funding: CardStatus::Active,
    }
}

/// A card that is a stripe too, for readers that know no chips.
fn msd(b: &mut Bench) {
    b.issued.contactless = Some(Contactless::ChipAndStripe);
    b.issued.dynamic_value = Some((DynamicValue::Dcvv, DynamicLayout::new((0, 3), (3, 4))));
}

/// A tap in stripe mode: a dCVV over this counter.
fn with_dynamic(s: Sale, b: &Bench, atc: u16) -> Sale {
    let master = IssuerMasterKey::tdes(&test_card::master_key(CipherFamily::Tdes)).unwrap();
    let pan = &b.card.pan;
    let key = master
        .card_key(pan, b.card.sequence, CardKeyOption::A)
        .unwrap();
    let code = ServiceCode::from_digits("201").unwrap();
    let input = CvvInput::new(pan, ExpiryDigits::yymm(judge::expiry()), code);
    let value = dcvv(
        &key,
        &input,
        ApplicationTransactionCounter(atc),
        CvvDigits::THREE,
    )
    .unwrap();
    let value = value.reveal(str::to_owned);
    let s = number_alone(s, Mode::ContactlessStripe, Terminal::ContactlessStripe);
    Sale {
        track2: Some(format!("{PAN}=3012201{value}{:04}", atc % 10_000)),
        ..s
    }
}

fn stripe_card(b: &Bench) -> IssuedCard<'static> {
    let code = ServiceCode::from_digits("101").unwrap();
    let mut issued = IssuedCard::stripe(b.card.pan.clone(), judge::expiry(), code);
    (issued.country, issued.currency) = (b.issued.country, b.issued.currency);
    issued
}

fn with_code(sale: Sale, code: &str) -> Sale {
    Sale {
        track2: Some(format!("{PAN}=3012{code}12345{}", printed(code))),
        ..sale
    }
}

/// Somebody tries printed values.
fn guess(b: &Bench, s: &Sale) {
    let s = number_alone(s.clone(), Mode::ElectronicCommerce, Terminal::Unknown);
    let right = printed("000");
    for n in 0..13 {
        let g: &'static str = Box::leak(format!("{n:03}").into_boxed_str());
        if g != right {
            b.assess(&s.clone().stan(g).with(|r| r.cvv2 = Some(g)));
        }
    }
}

fn renumber(b: &mut Bench, sequence: &str) {
    b.card = TestCard::new(b.card.version, PAN, sequence);
    let mut issued = IssuedCard::chip(b.card.record(), judge::expiry(), b.issued.service_code);
    (issued.country, issued.currency) = (b.issued.country, b.issued.currency);
    issued.verification_limit = b.issued.verification_limit;
    b.issued = issued;
}

#[rustfmt::skip]
const ATTACKS: &[Row] = &[
    ("chip's counter again on the contactless stripe", Nothing, Decline, |b, s| { msd(b); b.assess(&s.clone().atc(0x10)); with_dynamic(s, b, 0x10) }),
    ("contactless stripe's counter again by chip", Nothing, Decline,
        |b, s| { msd(b); let first = with_dynamic(s.clone(), b, 0x10); b.assess(&first); s.atc(0x10).stan("5") }),
    ("contactless stripe again at another terminal", Nothing, Decline,
        |b, s| { msd(b); let s = with_dynamic(s, b, 0x10); b.assess(&s); elsewhere(s, "5") }),
    ("contactless stripe far ahead", Nothing, Refer, |b, s| { msd(b); b.assess(&s.clone().atc(0x10)); with_dynamic(s, b, 0x10 + 2_000) }),
    ("contactless stripe behind the chip", Nothing, Decline, |b, s| { msd(b); b.assess(&s.clone().atc(0x20)); with_dynamic(s, b, 0x1F) }),
    ("contactless stripe swiped", Nothing, Refer,
        |b, s| { msd(b); let s = with_dynamic(s, b, 0x10); in_mode(s, Mode::Stripe).with(|r| r.terminal = Terminal::Stripe) }),
    ("contactless stripe, service code altered", Nothing, Decline,
        |b, s| { msd(b); let mut s = with_dynamic(s, b, 0x10); s.track2 = s.track2.map(|t| t.replace("=3012201", "=3012101")); s }),
    ("contactless stripe, date altered", Nothing, Decline,
        |b, s| { msd(b); let mut s = with_dynamic(s, b, 0x10); s.track2 = s.track2.map(|t| t.replace("=3012", "=3112")); s }),
    ("contactless stripe of a stolen card", Nothing, Decline, |b, s| { msd(b); b.issued.status = CardStatus::Stolen; with_dynamic(s, b, 0x10) }),
    ("contactless stripe at a chip reader", Nothing, Decline,
        |b, s| { msd(b); with_dynamic(s, b, 0x10).with(|r| r.terminal = Terminal::Contactless) }),
    ("contactless stripe, much money, nobody verified", Nothing, StepUp, |b, s| { msd(b); asking(with_dynamic(s, b, 0x10), 900_000) }),
    ("replayed tap, PIN not sent", Nothing, Decline, |b, s| { let s = tap(s); b.assess(&s); s.stan("2").with(|r| r.repeated_with_pin = true) }),
    ("replayed tap for more, PIN right", Nothing, Decline,
        |b, s| { let s = tap(s); b.assess(&s); asking(s.stan("2"), 1_001).with(|r| { r.repeated_with_pin = true; r.pin = OnlinePin::Right; }) }),
    ("a plastic card's stripe emitted", Nothing, Decline,
        |b, s| with_track(number_alone(s, Mode::Stripe, Terminal::ChipAndContactless), b, &printed("201"))),
    ("a device without a stripe emits one", Nothing, Decline,
        |b, s| { b.issued.form = DEVICE; with_track(number_alone(s, Mode::Stripe, Terminal::Stripe), b, &printed("201")) }),
    ("PIN by the card failed, claimed right", States(|r| r.offline_pin_failed()), Decline,
        |b, s| { let s = stating(b, verified_by(s, 0x01, 2), offline_pin); stating(b, s, |r| r.offline_pin_failed()) }),
    ("PIN tries exceeded, small, no PIN", States(|r| r.pin_try_limit_exceeded()), StepUp,
        |b, s| stating(b, verified_by(s, 0x1F, 2), |r| r.pin_try_limit_exceeded())),
    ("PIN tries exceeded, tapped", States(|r| r.pin_try_limit_exceeded()), StepUp, |b, s| stating(b, tap(s), |r| r.pin_try_limit_exceeded())),
    ("PIN tries exceeded, PIN wrong", States(|r| r.pin_try_limit_exceeded()), Decline,
        |b, s| stating(b, s.with(|r| r.pin = OnlinePin::Wrong), |r| r.pin_try_limit_exceeded())),
    ("AAC told deferred at a gate", States(|r| r.first_generate_ac().map(|_| true)), Decline,
        |b, s| at_merchant(refused(b, tap(s)), 4111).with(|r| r.deferred = true)),
    ("TC sold as a deferred authorisation", Nothing, Decline, |b, s| offline(b, tap(s)).with(|r| r.deferred = true)),
    ("cashback grown beside what was signed", Signs(tag::AMOUNT_OTHER_NUMERIC), Decline,
        |_, s| asking(s.set(tag::AMOUNT_OTHER_NUMERIC, &[0, 0, 0, 0, 0x03, 0]), 1_600)),
    ("payment to the cardholder over a purchase", Nothing, ApproveAndFlag, |_, s| s.with(|r| r.processing_code = Some("280000"))),
    ("purchase over a payment to the cardholder", Signs(tag::TRANSACTION_TYPE), Decline,
        |_, s| s.set(tag::TRANSACTION_TYPE, &[0x28]).with(|r| r.processing_code = Some("000000"))),
    ("exception file of the terminal", Nothing, Refer, |_, s| s.set(tag::TERMINAL_VERIFICATION_RESULTS, &[0x10, 0, 4, 0x80, 0])),
    ("country of the card, currency of the other", Nothing, Decline,
        |_, s| in_dollars(s, 1_000).with(|r| r.currency = CurrencyCode::new(978).unwrap())),
    ("a device's CTQ on a contact message, large", Nothing, StepUp,
        |_, s| no_cvm(s).amount(90_000).set(tag::CARD_TRANSACTION_QUALIFIERS, &[0, 0x80])),
    ("guesses of a stripe's value", Nothing, Decline,
        |b, s| { let right = printed("201"); for n in 0..14 { let g = format!("{n:03}"); if g != right {
            b.assess(&with_track(number_alone(s.clone(), Mode::Stripe, Terminal::Stripe), b, &g).stan(&g));
            } } with_track(number_alone(s, Mode::Stripe, Terminal::Stripe), b, &right) }),
    ("a chip's track for a refund", Nothing, Decline,
        |b, s| of_kind(with_track(number_alone(s, Mode::Stripe, Terminal::Stripe), b, &printed("999")), Kind::Refund)),
    ("counter told at a gate, then paid elsewhere", Nothing, Decline,
        |b, s| { let s = tap(s).amount(0); b.assess(&at_merchant(of_kind(s.clone(), Kind::AtcUpdate), 4111)); elsewhere(asking(s, 100), "4") }),
    ("account status, then raised", Nothing, Decline,
        |b, s| { b.assess(&of_kind(s.clone().amount(0), Kind::AccountStatus)); asking(s.amount(0).stan("2"), 100) }),
    ("money in a counter's message", Nothing, Decline, |_, s| at_merchant(of_kind(tap(s).amount(90_000), Kind::AtcUpdate), 4111)),
    ("fallback with chip data of yesterday", Nothing, Refer,
        |b, s| { b.assess(&s); with_track(in_mode(s.stan("2"), Mode::FallbackStripe), b, &printed("201")).at(DAY) }),
    ("chip card's stripe at 01 with track", Nothing, StepUp, |b, s| with_track(number_alone(s, Mode::Manual, Terminal::Chip), b, &printed("201"))),
    ("stripe by contact mode of a stripe card", Nothing, Decline,
        |b, s| { b.issued = stripe_card(b); with_code(number_alone(s, Mode::Contact, Terminal::Chip), "101") }),
    ("stripe card tapped", Nothing, Decline, |b, s| { b.issued = stripe_card(b); tap(s) }),
    ("stripe card's stripe says chip", Nothing, Decline,
        |b, s| { b.issued = stripe_card(b); with_code(number_alone(s, Mode::Stripe, Terminal::Stripe), "201") }),
    ("two taps of one cryptogram at two gates", Nothing, Decline,
        |b, s| { let s = at_merchant(tap(s), 4111); b.assess(&s); elsewhere(s, "2").with(|r| r.deferred = true) }),
    ("exhausted counter deferred at a gate", Nothing, Decline,
        |b, s| { b.assess(&s); at_merchant(tap(s).atc(0xFFFF), 4111).with(|r| r.deferred = true) }),
    ("counter far ahead at a gate, deferred", Nothing, Refer,
        |b, s| { b.assess(&s); at_merchant(tap(s).atc(0x3000), 4111).with(|r| r.deferred = true) }),
    ("device's AAC relabelled", States(|r| r.first_generate_ac().map(|_| true)), Decline,
        |b, s| { b.issued.form = DEVICE; refused(b, tap(s)).set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x80]) }),
    ("device relayed", Signs(tag::TERMINAL_VERIFICATION_RESULTS), Decline,
        |b, s| { b.issued.form = DEVICE; b.issued.relay_resistance = Some(true); at_merchant(tap(s)
            .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0, 0, 0x04]), 4111) }),
    ("device at a shop that calls itself a gate asks much", Nothing, StepUp,
        |b, s| { b.issued.form = DEVICE; at_merchant(tap(s).amount(900_000), 4111) }),
    ("plastic at a shop that calls itself a gate asks much", Nothing, StepUp, |_, s| at_merchant(tap(s).amount(90_000), 4131)),
    ("refund over another system's application", Nothing, Decline,
        |b, s| {
            let other: &[u8] = if b.issued.scheme == Some(Scheme::Visa) { &[0xA0, 0, 0, 0, 4, 0x10, 0x10] } else { &[0xA0, 0, 0, 0, 3, 0x10, 0x10] };
            if b.issued.scheme.is_none() { b.issued.scheme = Some(Scheme::Jcb); } of_kind(s.set(tag::TRANSACTION_TYPE, &[0x20])
            .set(tag::DEDICATED_FILE_NAME, other), Kind::Refund) }),
    ("5A of another card", Nothing, Decline, |_, s| s.set(tag::APPLICATION_PAN, &hex::decode("4761739001010028").unwrap())),
    ("DE 2 of another card", Nothing, Decline, |_, s| s.with(|r| r.pan = chipcard::element::Pan::from_digits("4761739001010028").unwrap())),
    ("one yen more than signed", Nothing, Decline, |_, s| asking(s, 1_001)),
    ("wedge by device in a slot", States(offline_pin), Decline, |b, s| { b.issued.form = DEVICE; verified_by(s, 0x41, 2) }),
    ("cash over a tap's purchase", Signs(tag::TRANSACTION_TYPE), StepUp,
        |_, s| at_merchant(tap(s), 6011).with(|r| r.processing_code = Some("010000"))),
    ("cash by fallback after the chip", Nothing, Refer,
        |b, s| { b.assess(&s); at_merchant(Sale::swiped(b, Mode::FallbackStripe, Terminal::Chip), 6011).stan("2").at(60) }),
    ("wrong date beside a right printed value", Nothing, Decline,
        |_, s| number_alone(s, Mode::ElectronicCommerce, Terminal::Unknown).with(|r| { r.cvv2 = Some(Box::leak(printed("000").into_boxed_str()));
            r.expiry = Some(YearMonth::new(2031, 1).unwrap()); })),
    ("printed value of two digits", Nothing, Decline,
        |_, s| number_alone(s, Mode::ElectronicCommerce, Terminal::Unknown).with(|r| r.cvv2 = Some("12"))),
    ("printed value empty", Nothing, ApproveAndFlag, |_, s| number_alone(s, Mode::ElectronicCommerce, Terminal::Unknown).with(|r| r.cvv2 = Some(""))),
    ("printed value of letters", Nothing, ApproveAndFlag,
        |_, s| number_alone(s, Mode::ElectronicCommerce, Terminal::Unknown).with(|r| r.cvv2 = Some("abc"))),
    ("stale, replayed and raised", Nothing, Decline, |b, s| { b.assess(&s); asking(elsewhere(s.at(40 * DAY), "7"), 2_000) }),
    ("reversal of another card's", Nothing, Decline,
        |_, s| of_kind(s.with(|r| r.pan = chipcard::element::Pan::from_digits("4761739001010028").unwrap()), Kind::Reversal)),
    ("wedge 01", States(offline_pin), Decline, |_, s| verified_by(s, 0x01, 2)),
    ("wedge 43 result unknown", States(offline_pin), Decline, |_, s| verified_by(s, 0x43, 0)),
    ("wedge 45", States(offline_pin), Decline, |_, s| verified_by(s, 0x45, 2)),
    ("wedge, POS claim", States(offline_pin), Decline,
        |_, s| verified_by(s, 1, 2).without(tag::CVM_RESULTS).with(|r| r.verification = Some(ClaimedVerification::OfflinePin))),
    ("wedge, 1F and POS claim", States(offline_pin), Decline,
        |_, s| verified_by(s, 0x1F, 2).with(|r| r.verification = Some(ClaimedVerification::OfflinePin))),
    ("wedge, 95", States(offline_pin), Decline, |_, s| in_mode(verified_by(s, 0x41, 2), Mode::ContactUnreliable)),
    ("wedge, mode unknown", States(offline_pin), Decline, |_, s| in_mode(verified_by(s, 0x41, 2), Mode::Unknown)),
    ("wedge, mode 80", States(offline_pin), Decline, |_, s| in_mode(verified_by(s, 0x41, 2), Mode::FallbackStripe)),
    ("wedge, mode 81", States(offline_pin), Refer, |_, s| in_mode(verified_by(s, 0x41, 2), Mode::ElectronicCommerce)),
    ("wedge by tap of plastic", States(offline_pin), StepUp, |_, s| in_mode(verified_by(s, 0x01, 2), Mode::Contactless).amount(90_000)),
    ("wedge by small tap of plastic", States(offline_pin), ApproveAndFlag, |_, s| in_mode(verified_by(s, 0x01, 2), Mode::Contactless)),
    ("wedge told as advice", States(offline_pin), ApproveAndFlag, |_, s| of_kind(verified_by(s, 0x41, 2), Kind::Advice)),
    ("wedge offline, presented", States(offline_pin), ApproveAndFlag, |b, s| of_kind(offline(b, verified_by(s, 0x41, 2)), Kind::Clearing)),
    ("wedge, deferred, fuel", States(offline_pin), Decline,
        |_, s| at_merchant(verified_by(s, 0x41, 2), 5542).with(|r| { r.deferred = true; r.estimated = true; })),
    ("wedge in cash", States(offline_pin), Decline,
        |_, s| at_merchant(verified_by(s, 0x41, 2).set(tag::TRANSACTION_TYPE, &[1]), 6011).with(|r| r.processing_code = Some("010000"))),
    ("stale cryptogram at a second terminal", Signs(tag::TRANSACTION_DATE), Refer,
        |b, s| { b.assess(&s); elsewhere(s.atc(0x11), "9").set(tag::TRANSACTION_DATE, &[0x26, 0x11, 0x03]) }),
    ("stale cryptogram, DE 13 absent", Signs(tag::TRANSACTION_DATE), Refer,
        |_, s| s.set(tag::TRANSACTION_DATE, &[0x26, 0x10, 0x03]).with(|r| r.local_date = None)),
    ("stale cryptogram, called an advice", Signs(tag::TRANSACTION_DATE), ApproveAndFlag,
        |_, s| of_kind(s.set(tag::TRANSACTION_DATE, &[0x26, 0x9, 0x03]), Kind::Advice)),
    ("stale cryptogram, presented", Signs(tag::TRANSACTION_DATE), ApproveAndFlag,
        |_, s| of_kind(s.set(tag::TRANSACTION_DATE, &[0x26, 0x9, 0x03]), Kind::Clearing)),
    ("preplay, then the card, then preplay again", Nothing, Decline,
        |b, s| { b.assess(&s.clone().atc(0x20)); b.assess(&elsewhere(s.clone().atc(0x25), "8")); b.assess(&s.clone().atc(0x26));
            elsewhere(s.atc(0x22), "9") }),
    ("relay suspected, PIN right", Signs(tag::TERMINAL_VERIFICATION_RESULTS), Decline,
        |b, s| { b.issued.relay_resistance = Some(true); in_mode(s.set(tag::APPLICATION_INTERCHANGE_PROFILE, &[0x19, 1])
            .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 4, 0, 0x0A]), Mode::Contactless) }),
    ("relay suspected, refund", Signs(tag::TERMINAL_VERIFICATION_RESULTS), ApproveAndFlag,
        |b, s| { b.issued.relay_resistance = Some(true); of_kind(tap(s).set(tag::APPLICATION_INTERCHANGE_PROFILE, &[0x19, 1])
            .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0, 0, 0x0A]), Kind::Refund) }),
    ("web token at a reader", Nothing, Decline, |b, s| { b.issued.form = WEB_TOKEN; tap(s) }),
    ("web token in a slot", Nothing, Decline, |b, s| { b.issued.form = WEB_TOKEN; s }),
    ("web token in a slot 95", Nothing, Decline, |b, s| { b.issued.form = WEB_TOKEN; in_mode(s, Mode::ContactUnreliable) }),
    ("web token, unknown mode with chip data", Nothing, ApproveAndFlag, |b, s| { b.issued.form = WEB_TOKEN; in_mode(s, Mode::Unknown) }),
    ("web token swiped", Nothing, Decline,
        |b, s| { b.issued.form = WEB_TOKEN; with_track(number_alone(s, Mode::Stripe, Terminal::Stripe), b, &printed("201")) }),
    ("web token as fallback", Nothing, Decline,
        |b, s| { b.issued.form = WEB_TOKEN; with_track(number_alone(s, Mode::FallbackStripe, Terminal::Chip), b, &printed("201")) }),
    ("web token typed", Nothing, Decline, |b, s| { b.issued.form = WEB_TOKEN; number_alone(s, Mode::Manual, Terminal::Manual) }),
    ("device in a slot", Nothing, Decline, |b, s| { b.issued.form = DEVICE; s }),
    ("device typed after chip failure", Nothing, Decline, |b, s| { b.issued.form = DEVICE; number_alone(s, Mode::ChipFailedManual, Terminal::Chip) }),
    ("device typed, account status", Nothing, StepUp,
        |b, s| { b.issued.form = DEVICE; of_kind(asking(number_alone(s, Mode::Manual, Terminal::Manual), 0), Kind::AccountStatus) }),
    ("device's card blocked, at a gate", Nothing, Decline,
        |b, s| { b.issued.form = Form::Token { domain: TokenDomain::DEVICE, funding: CardStatus::Blocked }; at_merchant(tap(s), 4111) }),
    ("device's card stolen, account status", Nothing, Decline,
        |b, s| { b.issued.form = Form::Token { domain: TokenDomain::DEVICE, funding: CardStatus::Stolen }; of_kind(tap(s).amount(0)
            , Kind::AccountStatus) }),
    ("home banking refund", Nothing, Refer, |_, s| of_kind(asking(s.amount(0).set(tag::UNPREDICTABLE_NUMBER, &[0; 4]), 50_000), Kind::Refund)),
    ("home banking presented", Nothing, Refer, |_, s| of_kind(asking(s.amount(0).set(tag::UNPREDICTABLE_NUMBER, &[0; 4]), 50_000), Kind::Clearing)),
    ("home banking as advice", Nothing, Refer, |_, s| of_kind(asking(s.amount(0).set(tag::UNPREDICTABLE_NUMBER, &[0; 4]), 50_000), Kind::Advice)),
    ("home banking at a gate", Nothing, Refer, |_, s| at_merchant(asking(s.amount(0).set(tag::UNPREDICTABLE_NUMBER, &[0; 4]), 1_500), 4111)),
    ("estimated at a supermarket", Nothing, Decline, |_, s| asking(s.amount(100), 90_000).with(|r| r.estimated = true)),
    ("deferred and raised", Nothing, Decline, |_, s| asking(s, 90_000).with(|r| r.deferred = true)),
    ("raised when repeated with a PIN", Nothing, Decline,
        |b, s| { let s = tap(s); b.assess(&s); asking(s.stan("2"), 90_000).with(|r| { r.repeated_with_pin = true; r.pin = OnlinePin::Right; }) }),
    ("raised advice", Nothing, ApproveAndFlag, |_, s| of_kind(asking(s, 90_000), Kind::Advice)),
    ("raised presentment", Nothing, ApproveAndFlag, |_, s| of_kind(asking(s, 90_000), Kind::Clearing)),
    ("hotel presents a thousandfold", Nothing, ApproveAndFlag, |_, s| of_kind(asking(at_merchant(s, 7011), 1_000_000), Kind::Clearing)),
    ("hotel tells a thousandfold by advice", Nothing, ApproveAndFlag, |_, s| of_kind(asking(at_merchant(s, 3509), 1_000_000), Kind::Advice)),
    ("hired car presents all that fits", Nothing, ApproveAndFlag, |_, s| of_kind(asking(at_merchant(s, 7512), 999_999_999_999), Kind::Clearing)),
    ("fares beyond what a day's come to", Nothing, Decline, |_, s| asking(at_merchant(tap(s).amount(210), 4111), 90_000).with(|r| r.deferred = true)),
    ("fares added up over the contacts", Nothing, Decline, |_, s| asking(at_merchant(s.amount(210), 4111), 1_250)),
    ("tip of double presented", Nothing, Decline, |_, s| of_kind(asking(at_merchant(s, 5812), 2_000), Kind::Clearing)),
    ("pump presents a fortune over cents", Nothing, ApproveAndFlag,
        |_, s| of_kind(asking(at_merchant(s.amount(100), 5541), 5_000_000), Kind::Clearing)),
    ("filling station's till raised", Nothing, Decline, |_, s| asking(at_merchant(s, 5541), 6_000).with(|r| r.estimated = true)),
    ("raised over no currency", Nothing, Decline, |_, s| asking(s.set(tag::TRANSACTION_CURRENCY_CODE, &[0, 0]), 90_000)),
    ("currency chosen afterwards", Nothing, Refer,
        |_, s| s.set(tag::TRANSACTION_CURRENCY_CODE, &[0, 0]).with(|r| r.currency = CurrencyCode::new(840).unwrap())),
    ("DE 35 of the chip, service code altered", Nothing, ApproveAndFlag, |b, s| Sale { track2: Some(b.track2("101", &printed("999"))), ..s }),
    ("no contactless, 9F6C, stripe's antenna", Nothing, ApproveAndFlag,
        |b, s| { b.issued.contactless = Some(Contactless::Stripe); in_mode(tap(s), Mode::Unknown)
            .set(tag::CARD_TRANSACTION_QUALIFIERS, &[0, 0x80]) }),
    ("international mark on a national one's card", Nothing, Decline,
        |b, s| { b.issued.scheme = Some(Scheme::Girocard); s.set(tag::DEDICATED_FILE_NAME, &[0xA0, 0, 0, 0, 3, 0x10, 0x10]) }),
    ("national application that the record does not list", Nothing, Decline,
        |b, s| { let own = chipcard::element::ApplicationIdentifier::parse(&[0xA0, 0, 0, 0, 3, 0x10, 0x10]).unwrap();
            b.issued.applications = Box::leak(Box::new([own])); s.set(tag::DEDICATED_FILE_NAME, &[0xA0, 0, 0, 3, 0x59, 1, 0, 1, 2, 0x80, 1]) }),
    ("stolen card's refund by chip", Nothing, Refer,
        |b, s| { b.issued.status = CardStatus::Stolen; of_kind(s.set(tag::TRANSACTION_TYPE, &[0x20]), Kind::Refund)
            .with(|r| r.processing_code = Some("200000")) }),
    ("replaced card's number pays", Nothing, Decline,
        |b, s| { b.issued.status = CardStatus::Replaced; number_alone(s, Mode::CredentialOnFile, Terminal::Unknown) }),
    ("9F34 empty and another", Nothing, Reject, |_, mut s| { if let Some(e) = &mut s.elements { e.0.insert(0, (tag::CVM_RESULTS, vec![])); } s }),
    ("tip of double", Nothing, Decline, |_, s| asking(at_merchant(s, 5812), 2_000)),
    ("gate by contact asks much", Nothing, Refer, |_, s| asking(at_merchant(s.amount(0), 4111), 2_000_000)),
    ("reversal of more than signed", Nothing, ApproveAndFlag,
        |_, s| of_kind(asking(s, 90_000), Kind::Reversal).with(|r| r.original_found = Some(true))),
    ("refund of more than signed", Nothing, ApproveAndFlag,
        |b, s| of_kind(asking(refused(b, s.set(tag::TRANSACTION_TYPE, &[0x20])), 90_000), Kind::Refund).with(|r| r.processing_code = Some("200000"))),
    ("refund's cryptogram for a purchase", Signs(tag::TRANSACTION_TYPE), ApproveAndFlag,
        |_, s| s.set(tag::TRANSACTION_TYPE, &[0x20]).with(|r| r.processing_code = Some("000000"))),
    ("balance's cryptogram for a purchase", Signs(tag::TRANSACTION_TYPE), ApproveAndFlag,
        |_, s| s.set(tag::TRANSACTION_TYPE, &[0x31]).with(|r| r.processing_code = Some("000000"))),
    ("PIN change's cryptogram for cash", Signs(tag::TRANSACTION_TYPE), ApproveAndFlag,
        |_, s| s.set(tag::TRANSACTION_TYPE, &[0x92]).with(|r| r.processing_code = Some("010000"))),
    ("AAC told as advice", Nothing, ApproveAndFlag, |b, s| of_kind(refused(b, s), Kind::Advice)),
    ("AAC without CID for cash", States(|r| r.first_generate_ac().map(|_| true)), Decline,
        |b, s| refused(b, s).without(tag::CRYPTOGRAM_INFORMATION_DATA)),
    ("AAC relabelled as account status", States(|r| r.first_generate_ac().map(|_| true)), ApproveAndFlag,
        |b, s| of_kind(refused(b, s).set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x80]).amount(0), Kind::AccountStatus)),
    ("TC as ARQC", Nothing, Decline, |b, s| offline(b, s)),
    ("TC relabelled", States(|r| r.first_generate_ac().map(|_| true)), Decline, |b, s| offline(b, s).set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x80])),
    ("second TC relabelled", States(|r| r.first_generate_ac().map(|_| true)), Decline,
        |b, s| { let m = made(b.card.version, 0x60); s.set(tag::ISSUER_APPLICATION_DATA, &m) }),
    ("CID C0", Nothing, Decline, |_, s| s.set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0xC0])),
    ("random in account status", Nothing, Decline, |_, s| of_kind(s.amount(0), Kind::AccountStatus).tampered(tag::APPLICATION_CRYPTOGRAM, &[7; 8])),
    ("random TC presented", Nothing, Decline, |b, s| of_kind(offline(b, tap(s)), Kind::Clearing).tampered(tag::APPLICATION_CRYPTOGRAM, &[7; 8])),
    ("random TC advice", Nothing, Decline, |b, s| of_kind(offline(b, s), Kind::Advice).tampered(tag::APPLICATION_CRYPTOGRAM, &[7; 8])),
    ("random in an ATC update", Nothing, Decline,
        |_, s| of_kind(at_merchant(tap(s).amount(0), 4111), Kind::AtcUpdate).tampered(tag::APPLICATION_CRYPTOGRAM, &[7; 8])),
    ("DE 14 altered beside a chip", Nothing, ApproveAndFlag, |_, s| s.with(|r| r.expiry = Some(YearMonth::new(2035, 1).unwrap()))),
    ("DE 14 altered tap", Nothing, ApproveAndFlag, |_, s| tap(s).with(|r| r.expiry = Some(YearMonth::new(2035, 1).unwrap()))),
    ("57 expiry altered", Nothing, ApproveAndFlag, |_, s| in_tag_57(s, "201", &printed("999"), "3512")),
    ("57 service code altered", Nothing, ApproveAndFlag, |_, s| in_tag_57(s, "101", &printed("999"), "3012")),
    ("5F24 altered", Nothing, ApproveAndFlag, |_, s| s.set(tag::APPLICATION_EXPIRATION_DATE, &[0x35, 0x12, 0x31])),
    ("DE 23 other", Nothing, Decline, |_, s| s.with(|r| r.sequence = Some(PanSequenceNumber::from_bcd(2).unwrap()))),
    ("5F34 other", Nothing, Decline, |_, s| s.set(tag::APPLICATION_PAN_SEQUENCE_NUMBER, &[2])),
    ("5F34 no digits", Nothing, Decline, |_, s| s.set(tag::APPLICATION_PAN_SEQUENCE_NUMBER, &[0xAA])),
    ("no contactless, hidden, with 9F6C", Nothing, ApproveAndFlag,
        |b, s| { b.issued.contactless = Some(Contactless::None); in_mode(tap(s), Mode::Contact).set(tag::CARD_TRANSACTION_QUALIFIERS, &[0, 0]) }),
    ("no contactless, TC presented", Nothing, ApproveAndFlag,
        |b, s| { b.issued.contactless = Some(Contactless::None); of_kind(offline(b, tap(s)), Kind::Clearing) }),
    ("contact profile under a tap", Signs(tag::APPLICATION_INTERCHANGE_PROFILE), Refer,
        |b, s| { b.issued.contact_profile = Some(ApplicationInterchangeProfile([0x18, 0]));
            b.issued.contactless_profile = Some(ApplicationInterchangeProfile([0x19, 0x80])); tap(s) }),
    ("tap's profile in a slot", Signs(tag::APPLICATION_INTERCHANGE_PROFILE), Refer,
        |b, s| { b.issued.contact_profile = Some(ApplicationInterchangeProfile([0x18, 0]));
            b.issued.contactless_profile = Some(ApplicationInterchangeProfile([0x19, 0x80])); s
            .set(tag::APPLICATION_INTERCHANGE_PROFILE, &[0x19, 0x80]) }),
    ("values guessed by account status", Nothing, Decline, |b, s| {
        let right: &'static str = Box::leak(printed("000").into_boxed_str());
        let s = of_kind(asking(number_alone(s, Mode::ElectronicCommerce, Terminal::Unknown), 0), Kind::AccountStatus);
        for n in 0..13 { let g: &'static str = Box::leak(format!("{n:03}").into_boxed_str()); if g != right { b.assess(&s.clone().stan(g).with(|r| r.cvv2 = Some(g))); } }
        s.stan("x").with(|r| r.cvv2 = Some(right))
    }),
    ("guessed by account status, bought by web", Nothing, Decline, |b, s| {
        let right: &'static str = Box::leak(printed("000").into_boxed_str());
        let s = number_alone(s, Mode::ElectronicCommerce, Terminal::Unknown);
        for n in 0..13 { let g: &'static str = Box::leak(format!("{n:03}").into_boxed_str()); if g != right { b.assess(&of_kind(asking(s.clone(), 0), Kind::AccountStatus).stan(g).with(|r| r.cvv2 = Some(g))); } }
        s.stan("x").with(|r| r.cvv2 = Some(right))
    }),
    ("wrong cryptograms of many kinds", Nothing, Refer, |b, s| {
        for (n, kind) in (0..12).zip([Kind::AccountStatus, Kind::Advice, Kind::Refund, Kind::Clearing].into_iter().cycle()) {
            b.assess(&of_kind(s.clone(), kind).stan(&format!("{n}")).tampered(tag::APPLICATION_CRYPTOGRAM, &[n; 8]));
        }
        s
    }),
    ("the same message next week", Nothing, ApproveAndFlag,
        |b, s| { b.assess(&s); s.at(7 * DAY).with(|r| r.local_date = Some(Date::new(2026, 11, 30).unwrap())) }),
    ("the same message next week, same DE 13", Nothing, ApproveAndFlag, |b, s| { b.assess(&s); s.at(7 * DAY) }),
    ("reversed, then replayed", Nothing, Decline,
        |b, s| { b.assess(&s); b.assess(&of_kind(s.clone(), Kind::Reversal).with(|r| r.original_found = Some(true))); s.stan("2") }),
    ("refunded twice", Nothing, Decline,
        |b, s| { let s = of_kind(refused(b, s.set(tag::TRANSACTION_TYPE, &[0x20])), Kind::Refund).with(|r| r.processing_code = Some("200000"));
            b.assess(&s); s.stan("2") }),
    ("replayed as account status", Nothing, Decline, |b, s| { let s = s.amount(0); b.assess(&s); of_kind(s.stan("2"), Kind::AccountStatus) }),
    ("replayed at a gate", Nothing, Decline, |b, s| { let s = tap(s); b.assess(&s); at_merchant(elsewhere(s, "3"), 4111) }),
    ("authentication failed, CDA card, much", Signs(tag::TERMINAL_VERIFICATION_RESULTS), StepUp,
        |_, s| tap(s).amount(90_000).set(tag::APPLICATION_INTERCHANGE_PROFILE, &[0x39, 0x80])
            .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0x80, 0, 0, 0, 0])),
    ("authentication failed, CDA, signature", Signs(tag::TERMINAL_VERIFICATION_RESULTS), StepUp,
        |_, s| tap(s).amount(90_000).set(tag::APPLICATION_INTERCHANGE_PROFILE, &[0x39, 0x80])
            .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0x04, 0, 0, 0, 0]).set(tag::CVM_RESULTS, &[0x1E, 3, 0])),
    ("authentication failed in a slot, no PIN claimed by silence", Signs(tag::TERMINAL_VERIFICATION_RESULTS), StepUp,
        |_, s| no_cvm(s).amount(90_000).set(tag::APPLICATION_INTERCHANGE_PROFILE, &[0x39, 0])
            .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0x84, 0, 0, 0x80, 0]).without(tag::CVM_RESULTS)),
    ("online PIN claimed, results know none", Signs(tag::TERMINAL_VERIFICATION_RESULTS), StepUp,
        |_, s| s.amount(90_000).set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0, 0x80, 0]).with(|r| r.pin = OnlinePin::Unknown)),
    ("online PIN claimed at a large tap, none came", Nothing, Decline, |_, s| tap(s).amount(90_000).set(tag::CVM_RESULTS, &[0x02, 3, 0])),
    ("foreign fortune tapped offline, presented", Nothing, ApproveAndFlag,
        |b, s| of_kind(offline(b, in_dollars(tap(s), 99_999_999)), Kind::Clearing)),
    ("foreign fortune tapped, DE 49 of the card", Nothing, Refer,
        |_, s| in_dollars(tap(s), 99_999_999).with(|r| r.currency = CurrencyCode::new(392).unwrap())),
    ("fallback elsewhere ten minutes after the chip", Nothing, Refer,
        |b, s| { b.assess(&s); let s = Sale::swiped(b, Mode::FallbackStripe, Terminal::Chip); elsewhere(s, "5").at(600) }),
    ("fallback at a stripe terminal after the chip", Nothing, Refer,
        |b, s| { b.assess(&s); let s = Sale::swiped(b, Mode::FallbackStripe, Terminal::Stripe); elsewhere(s, "5").at(600) }),
    ("mode 02 with the chip's value", Nothing, Decline,
        |b, s| with_track(number_alone(s, Mode::StripeUnreliable, Terminal::Stripe), b, &printed("999"))),
    ("mode 02 with the printed value", Nothing, Decline,
        |b, s| with_track(number_alone(s, Mode::StripeUnreliable, Terminal::Stripe), b, &printed("000"))),
    ("stripe with the printed value", Nothing, Decline, |b, s| with_track(number_alone(s, Mode::Stripe, Terminal::Stripe), b, &printed("000"))),
    ("chip with the printed value in DE 35", Nothing, Decline, |b, s| with_track(s, b, &printed("000"))),
    ("tap with the stripe's value in DE 35", Nothing, Decline, |b, s| with_track(tap(s), b, &printed("201"))),
    ("printed value is the stripe's", Nothing, Decline,
        |_, s| number_alone(s, Mode::ElectronicCommerce, Terminal::Unknown).with(|r| r.cvv2 = Some(Box::leak(printed("201").into_boxed_str())))),
    ("printed value is the chip's", Nothing, Decline,
        |_, s| number_alone(s, Mode::ElectronicCommerce, Terminal::Unknown).with(|r| r.cvv2 = Some(Box::leak(printed("999").into_boxed_str())))),
    ("contactless stripe with the static value", Nothing, Decline,
        |b, s| { b.issued.contactless = Some(Contactless::ChipAndStripe);
            b.issued.dynamic_value = Some((DynamicValue::Cvc3, DynamicLayout::new((0, 3), (3, 4)).with_number((7, 4), Some(11))));
            with_track(number_alone(s, Mode::ContactlessStripe, Terminal::ContactlessStripe), b, &printed("201")) }),
    ("no chip data at 05", Nothing, Decline, |b, s| with_track(Sale { elements: None, ..s }, b, &printed("999"))),
    ("no chip data at 07", Nothing, Decline, |_, s| Sale { elements: None, ..tap(s) }),
    ("stored number of a blocked card", Nothing, Decline,
        |b, s| { b.issued.status = CardStatus::Blocked; number_alone(s, Mode::CredentialOnFile, Terminal::Unknown) }),
    ("account status of a stolen card", Nothing, Decline,
        |b, s| { b.issued.status = CardStatus::Stolen; of_kind(number_alone(s, Mode::ElectronicCommerce, Terminal::Unknown), Kind::AccountStatus) }),
    ("signature on a card that wants a PIN", Nothing, StepUp, |b, s| { b.issued.pin = PinExpectation::Required; verified_by(s, 0x5E, 0) }),
    ("large tap with signature at home, PIN preferred", Nothing, StepUp,
        |b, s| { b.issued.pin = PinExpectation::Preferred; tap(s).amount(90_000).set(tag::CVM_RESULTS, &[0x1E, 3, 0]) }),
    ("qualifiers and form flipped", Nothing, StepUp,
        |b, s| { let s = tap(s).amount(90_000).set(tag::FORM_FACTOR_INDICATOR, &[0x23, 0x8C, 0, 0]);
            if b.issued.scheme == Some(Scheme::Mastercard) { s } else { s.set(tag::CARD_TRANSACTION_QUALIFIERS, &[0, 0x80]) } }),
    ("qualifiers flipped, mode 06", Nothing, StepUp,
        |_, s| in_mode(tap(s).amount(90_000), Mode::ContactTrack).set(tag::CARD_TRANSACTION_QUALIFIERS, &[0, 0x80])),
    ("device claimed by the message alone", Nothing, StepUp,
        |_, s| tap(s).amount(90_000).with(|r| r.verification = Some(ClaimedVerification::ConsumerDevice))),
    ("another system's 9F06 beside the card's own 84", Nothing, Decline,
        |b, s| { let aid = [scheme_of(b), &[0x10, 0x10]].concat(); if b.issued.scheme.is_none() { return s.tampered(tag::APPLICATION_CRYPTOGRAM, &[0;
            8]);
            } let other: &[u8] = if b.issued.scheme == Some(Scheme::Visa) { &[0xA0, 0, 0, 0, 4, 0x10, 0x10] } else { &[0xA0, 0, 0, 0, 3, 0x10, 0x10] };
            s.set(tag::DEDICATED_FILE_NAME, &aid).set(tag::AID_TERMINAL, other) }),
];

/// What the version's own card verification results state, if they have a bit for it.
fn states(version: &CryptogramVersion, fact: Fact) -> bool {
    let bytes = iad(version, CryptogramType::Arqc);
    let data = IssuerApplicationData::parse(version.iad_layout, &bytes).unwrap();
    data.cvr().as_ref().and_then(fact).is_some()
}

fn each(rows: &[Row], hold: impl Fn(Verdict, Verdict) -> bool) {
    let row = |(name, needs, limit, change): &Row, version: &CryptogramVersion| {
        let tells = match needs {
            Nothing => true,
            Signs(tag) => version.data.parts().contains(&SignedPart::Element(*tag)),
            States(fact) => states(version, *fact),
        };
        tells.then_some(((*name).to_owned(), *limit, *change))
    };
    rows::play(rows, row, hold);
}

#[test]
fn honest_traffic_is_not_refused() {
    each(HONEST, |seen, most| seen <= most);
}

#[test]
fn attacks_are_not_approved() {
    each(ATTACKS, |seen, least| seen >= least);
}

/// An element that decisions rest on, twice, before the others and behind them: P01 and P02. Not even twice the same, nor once empty.
#[test]
fn nothing_that_decides_comes_twice() {
    const DECIDES: [u32; 22] = [
        0x4F, 0x57, 0x5A, 0x5F24, 0x5F34, 0x82, 0x84, 0x95, 0x9A, 0x9C, 0x5F2A, 0x9F02, 0x9F03,
        0x9F06, 0x9F10, 0x9F1A, 0x9F26, 0x9F27, 0x9F34, 0x9F36, 0x9F37, 0x9F6C,
    ];
    let bench = Bench::new(&CryptogramVersion::VISA_18);
    let good = bench.sale().de55(&bench.card).unwrap();
    for tag in DECIDES.map(Tag::new) {
        let value = chipcard::tlv::find(&good, tag).unwrap();
        let value = value.map_or(vec![0; 5], |object| object.value.to_vec());
        let object = |value: &[u8]| [tag.as_bytes(), &[value.len() as u8], value].concat();
        let (whole, empty) = (object(&value), object(&[]));
        for twice in [[&whole, &whole], [&whole, &empty], [&empty, &whole]] {
            let twice = twice.map(Vec::as_slice).concat();
            for de55 in [[&twice[..], &good].concat(), [&good[..], &twice].concat()] {
                let mut request: AuthorisationRequest<'_> = bench.sale().request;
                request.chip = Some(&de55);
                assert_eq!(bench.judge(&request).verdict, Reject, "{tag}");
            }
        }
    }
}
