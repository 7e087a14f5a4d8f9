//! Messages that call themselves something else, and honest ones that look like them: a change of one usual message a row, why, and how
//! mild or strict its verdict may be.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod judge;
mod test_card;

use chipcard::Tag;
use chipcard::cryptogram::{CryptogramVersion, SignedPart};
use chipcard::element::{Amount, CryptogramType, CurrencyCode, Date, ServiceCode, YearMonth};
use chipcard::issuer::{
    IssuedCard, MessageKind as Kind, OnlinePin, PinExpectation, Place, PosEntryMode as Mode,
    Reason, ReasonKind as R, TerminalCapability as Terminal, Timestamp, Verdict,
};
use chipcard::tag;
use judge::rows::{
    self, Change, DEVICE, asking, at_merchant, in_dollars, no_cvm, number_alone, of_kind, printed,
    tap,
};
use judge::{Bench, PAN, Sale, value};
use test_card::iad;

use Verdict::{Approve, ApproveAndFlag, Decline, Refer, StepUp};

/// What it is, why it is so, what a version must sign to tell it, the limit of its verdict, the change.
type Row = (&'static str, &'static str, &'static [Tag], Verdict, Change);

fn yen() -> CurrencyCode {
    CurrencyCode::new(392).unwrap()
}

fn with_track(sale: Sale, bench: &Bench, code: &str) -> Sale {
    let value = value(PAN, judge::expiry(), code);
    Sale {
        track2: Some(bench.track2("201", &value)),
        ..sale
    }
}

/// Tag 57 with this card verification value, and no DE 35.
fn in_tag_57(sale: Sale, value: &str) -> Sale {
    let mut digits = format!("{PAN}D301220112345{value}");
    if digits.len() % 2 == 1 {
        digits.push('F');
    }
    sale.set(tag::TRACK_2_EQUIVALENT_DATA, &hex::decode(digits).unwrap())
}

/// A value that is neither the stripe's nor the chip's.
fn neither() -> String {
    let all = [printed("201"), printed("999")];
    let mut values = (0..1000).map(|n| format!("{n:03}"));
    values.find(|n| !all.contains(n)).unwrap()
}

fn on(sale: Sale, noon: u64, signed: [u8; 3], local: (u16, u8, u8)) -> Sale {
    let (year, month, day) = local;
    let local = Date::new(year, month, day).unwrap();
    sale.set(tag::TRANSACTION_DATE, &signed).with(|request| {
        request.at = Timestamp(noon);
        request.local_date = Some(local);
    })
}

const HONEST: &[Row] = &[
    (
        "the chip's own value in tag 57, no track beside it",
        "that is how chips are personalised",
        &[],
        Approve,
        |_, s| in_tag_57(s, &printed("999")),
    ),
    (
        "a tap with the chip's own value in tag 57",
        "that is how chips are personalised",
        &[],
        Approve,
        |_, s| in_tag_57(tap(s), &printed("999")),
    ),
    (
        "tag 57 without a value",
        "what is left out says nothing",
        &[],
        Approve,
        |_, s| in_tag_57(s, ""),
    ),
    (
        "a value in tag 57 that is neither the stripe's nor the chip's",
        "issuers leave zeros there; the cryptogram decides",
        &[],
        Approve,
        |_, s| in_tag_57(s, &neither()),
    ),
    (
        "the same at a tap",
        "issuers leave zeros there; the cryptogram decides",
        &[],
        Approve,
        |_, s| in_tag_57(tap(s), &neither()),
    ),
    (
        "a device's tag 57, which ends as it likes",
        "a device has no stripe",
        &[],
        // That nobody unlocked it is flagged.
        ApproveAndFlag,
        |b, s| {
            b.issued.form = DEVICE;
            in_tag_57(tap(s), &neither())
        },
    ),
    (
        "a wrong value where the terminal says that it may be so",
        "95 in DE 22 (H19)",
        &[],
        Approve,
        |_, s| in_tag_57(s, &neither()).with(|r| r.entry_mode = Mode::ContactUnreliable),
    ),
    (
        "cash over a cryptogram for a purchase, with a PIN",
        "some terminals sign every type as a purchase",
        &[],
        ApproveAndFlag,
        |_, s| at_merchant(s, 6011).with(|r| r.processing_code = Some("010000")),
    ),
    (
        "cashback over a cryptogram for a purchase",
        "some terminals sign every type as a purchase",
        &[],
        Approve,
        |_, s| s.with(|r| r.processing_code = Some("090000")),
    ),
    (
        "cashback that is a purchase in DE 3",
        "some networks tell the cash in another field",
        &[],
        Approve,
        |_, s| {
            s.set(tag::TRANSACTION_TYPE, &[0x09])
                .with(|r| r.processing_code = Some("000000"))
        },
    ),
    (
        "converted after the tap",
        "a terminal learns the card's currency from the tap, and offers to convert then",
        &[],
        Refer,
        |_, s| {
            asking(in_dollars(tap(s), 3_500), 5_200).with(|r| {
                r.currency = yen();
                r.pin = OnlinePin::Right;
            })
        },
    ),
    (
        "a refund over a cryptogram for nothing",
        "a refund takes the card's number; what is signed may be zero",
        &[],
        ApproveAndFlag,
        |b, s| {
            let declined = iad(b.card.version, CryptogramType::Aac);
            let s = no_cvm(s).amount(0).set(tag::TRANSACTION_TYPE, &[0x20]);
            asking(of_kind(s, Kind::Refund), 1_000)
                .set(tag::ISSUER_APPLICATION_DATA, &declined)
                .set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x00])
                .with(|r| r.processing_code = Some("200000"))
        },
    ),
    (
        "a large refund to a card that wants a PIN, without one",
        "terminals verify no cardholder to whom money goes back",
        &[],
        Approve,
        |b, s| {
            b.issued.pin = PinExpectation::Required;
            let s = no_cvm(s).amount(90_000).set(tag::TRANSACTION_TYPE, &[0x20]);
            of_kind(s, Kind::Refund).with(|r| r.processing_code = Some("200000"))
        },
    ),
    (
        "a large refund by tap",
        "terminals verify no cardholder to whom money goes back",
        &[],
        Approve,
        |_, s| {
            let s = tap(s).amount(90_000).set(tag::TRANSACTION_TYPE, &[0x20]);
            of_kind(s, Kind::Refund).with(|r| r.processing_code = Some("200000"))
        },
    ),
    (
        "a telephone at a cash machine, its PIN verified elsewhere",
        "the signed results say that the terminal took a PIN for the issuer",
        &[tag::TERMINAL_VERIFICATION_RESULTS],
        Approve,
        |b, s| {
            b.issued.form = DEVICE;
            at_merchant(tap(s), 6011)
                .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0x04, 0, 0])
                .set(tag::CVM_RESULTS, &[0x42, 0x03, 0x00])
                .with(|r| r.pin = OnlinePin::Unknown)
        },
    ),
    (
        "cash with a PIN",
        "that is how machines give it",
        &[],
        Approve,
        |_, s| {
            at_merchant(s.amount(90_000), 6011)
                .set(tag::TRANSACTION_TYPE, &[0x01])
                .with(|r| r.processing_code = Some("010000"))
        },
    ),
    (
        "a stored number of which nobody says how it came",
        "some networks send 00 for instalments and standing orders",
        &[],
        Approve,
        |_, s| number_alone(s, Mode::Unknown, Terminal::Unknown),
    ),
    (
        "a hotel that asks for more by the stored number",
        "an incremental authorisation needs no card",
        &[],
        Approve,
        |_, s| {
            at_merchant(
                number_alone(s, Mode::CredentialOnFile, Terminal::Manual),
                7011,
            )
        },
    ),
    (
        "a telephone's application whose cryptogram came in another field",
        "networks have fields of their own for it",
        &[],
        StepUp,
        |b, s| {
            b.issued.form = DEVICE;
            number_alone(s, Mode::ElectronicCommerceChip, Terminal::Manual)
        },
    ),
    (
        "a terminal that was never set up",
        "neither country nor date, as in home banking's cryptograms",
        &[],
        Refer,
        |_, s| {
            s.set(tag::TRANSACTION_DATE, &[0; 3])
                .set(tag::TERMINAL_COUNTRY_CODE, &[0; 2])
        },
    ),
    (
        "a tap abroad just above the limit at home",
        "limits differ by country",
        &[],
        StepUp,
        |_, s| {
            let billing = Amount::new(12_000).unwrap();
            in_dollars(tap(s), 8_000).with(|r| r.billing = Some((billing, yen())))
        },
    ),
    (
        "signed on the last day of a February of 29",
        "midnight lies between terminal and host",
        &[],
        Approve,
        |_, s| on(s, 1_835_524_800, [0x28, 0x02, 0x29], (2028, 3, 1)),
    ),
    (
        "signed on the last day of a year",
        "midnight lies between terminal and host",
        &[],
        Approve,
        |_, s| on(s, 1_798_804_800, [0x26, 0x12, 0x31], (2027, 1, 1)),
    ),
    (
        "presented refund that ended with an AAC",
        "refunds end so",
        &[],
        Approve,
        |b, s| {
            let declined = iad(b.card.version, CryptogramType::Aac);
            of_kind(no_cvm(s), Kind::Clearing)
                .set(tag::TRANSACTION_TYPE, &[0x20])
                .set(tag::ISSUER_APPLICATION_DATA, &declined)
                .set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x00])
        },
    ),
];

const ATTACKS: &[Row] = &[
    (
        "the stripe's value in tag 57, no track beside it",
        "M10: DE 35 is a copy of tag 57, and may be left out",
        &[],
        Decline,
        |_, s| in_tag_57(s, &printed("201")),
    ),
    (
        "the stripe's value in tag 57, and nobody says how it came",
        "M10",
        &[],
        ApproveAndFlag,
        |_, s| in_tag_57(s, &printed("201")).with(|r| r.entry_mode = Mode::Unknown),
    ),
    (
        "cash over a cryptogram for a purchase",
        "attack 18; the card signed tag 9C",
        &[],
        ApproveAndFlag,
        |_, s| s.with(|r| r.processing_code = Some("010000")),
    ),
    (
        "goods over a cryptogram for cash",
        "attack 18; the card signed tag 9C",
        &[],
        ApproveAndFlag,
        |_, s| {
            s.set(tag::TRANSACTION_TYPE, &[0x01])
                .with(|r| r.processing_code = Some("000000"))
        },
    ),
    (
        "home banking's cryptogram asks whether the account is good",
        "T04: amount and unpredictable number are zero",
        &[],
        Decline,
        |_, s| of_kind(s.amount(0), Kind::AccountStatus).set(tag::UNPREDICTABLE_NUMBER, &[0; 4]),
    ),
    (
        "home banking's cryptogram asks for nothing",
        "T04: amount and unpredictable number are zero",
        &[],
        Decline,
        |_, s| s.amount(0).set(tag::UNPREDICTABLE_NUMBER, &[0; 4]),
    ),
    (
        "home banking's cryptogram over a challenge and an amount",
        "attack 26: its terminal has neither country nor date",
        &[tag::TRANSACTION_DATE],
        Refer,
        |_, s| {
            s.set(tag::TRANSACTION_DATE, &[0; 3])
                .set(tag::TERMINAL_COUNTRY_CODE, &[0; 2])
                .set(tag::TRANSACTION_CURRENCY_CODE, &[0; 2])
        },
    ),
    (
        "a large tap that hides its interface",
        "L01, and DE 22 is signed by nobody",
        &[],
        StepUp,
        |_, s| tap(s.amount(90_000)).with(|r| r.entry_mode = Mode::Unknown),
    ),
    (
        "a large tap that calls itself one of the contacts, with a tap's qualifiers",
        "L01, and only readers without contacts get tag 9F6C",
        &[],
        StepUp,
        |_, s| {
            tap(s.amount(90_000))
                .set(tag::CARD_TRANSACTION_QUALIFIERS, &[0, 0])
                .with(|r| r.entry_mode = Mode::Contact)
        },
    ),
    (
        "a locked telephone that hides its interface",
        "L03, and DE 22 is signed by nobody",
        &[],
        StepUp,
        |b, s| {
            b.issued.form = DEVICE;
            at_merchant(tap(s.amount(90_000)), 5732).with(|r| r.entry_mode = Mode::Unknown)
        },
    ),
    (
        "chip data for a card without chip, and nobody says how they came",
        "C10, attack 21",
        &[],
        Decline,
        |b, s| {
            let code = ServiceCode::from_digits("101").unwrap();
            b.issued = IssuedCard::stripe(b.card.pan.clone(), judge::expiry(), code);
            s.with(|r| r.entry_mode = Mode::Unknown)
        },
    ),
    (
        "a relay that hides its interface",
        "L04: the terminal's results say that the card was slow",
        &[],
        Decline,
        |_, s| slow(s).with(|r| r.entry_mode = Mode::Unknown),
    ),
    (
        "a relay that calls itself one of the contacts",
        "L04: those bits are reserved over the contacts",
        &[],
        Decline,
        |_, s| slow(s).with(|r| r.entry_mode = Mode::Contact),
    ),
    (
        "a device's number alone, and nobody says how it came",
        "T01: the device was not there",
        &[],
        Refer,
        |b, s| {
            b.issued.form = DEVICE;
            number_alone(s, Mode::Unknown, Terminal::Unknown)
        },
    ),
    (
        "a device's number on a track, and nobody says how it came",
        "T01: a stripe is outside of its domain",
        &[],
        Decline,
        |b, s| {
            b.issued.form = DEVICE;
            with_track(number_alone(s, Mode::Unknown, Terminal::Unknown), b, "201")
        },
    ),
    (
        "a device's number in electronic commerce, no cryptogram",
        "T01: the device was not there",
        &[],
        StepUp,
        |b, s| {
            b.issued.form = DEVICE;
            number_alone(s, Mode::ElectronicCommerceChip, Terminal::Manual)
        },
    ),
    (
        "the stripe's track beside a cryptogram, and nobody says how they came",
        "M10",
        &[],
        ApproveAndFlag,
        |b, s| with_track(s, b, "201").with(|r| r.entry_mode = Mode::Unknown),
    ),
    (
        "a number typed in at a chip terminal, and nobody says so",
        "01 at such a terminal is stepped up; hiding it is no better",
        &[],
        StepUp,
        |_, s| number_alone(s, Mode::Unknown, Terminal::Chip),
    ),
    (
        "cash without a PIN",
        "no machine gives it so, whatever the amount",
        &[],
        StepUp,
        |_, s| at_merchant(no_cvm(s), 6011).with(|r| r.processing_code = Some("010000")),
    ),
    (
        "cash by tap without a PIN",
        "no machine gives it so, whatever the amount",
        &[],
        StepUp,
        |_, s| at_merchant(tap(s), 6011).with(|r| r.processing_code = Some("010000")),
    ),
    (
        "replayed over the contacts as the second message of one tap",
        "R01: over the contacts the card signs again",
        &[],
        Decline,
        |b, s| {
            b.assess(&s);
            s.stan("2").with(|r| r.repeated_with_pin = true)
        },
    ),
    (
        "a fortune in a foreign currency, the billing amount told",
        "L06: it is referred, whoever tells the rate",
        &[],
        Refer,
        |_, s| {
            let billing = Amount::new(150_000_000).unwrap();
            in_dollars(tap(s), 99_999_999).with(|r| r.billing = Some((billing, yen())))
        },
    ),
    (
        "converted after the tap into far more",
        "C12 with C11: no rate explains it",
        &[],
        Decline,
        |_, s| {
            asking(in_dollars(tap(s), 1_000), 90_000).with(|r| {
                r.currency = yen();
                r.pin = OnlinePin::Right;
            })
        },
    ),
    (
        "converted after the card left its slot",
        "C12: over the contacts the terminal asks before the card signs",
        &[],
        Decline,
        |_, s| asking(in_dollars(s, 3_500), 5_200).with(|r| r.currency = yen()),
    ),
    (
        "presented although the card refused it",
        "its cryptogram is right, and is an AAC",
        &[],
        ApproveAndFlag,
        |b, s| {
            let declined = iad(b.card.version, CryptogramType::Aac);
            of_kind(s, Kind::Clearing)
                .set(tag::ISSUER_APPLICATION_DATA, &declined)
                .set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x00])
        },
    ),
];

/// A tap of a card that resists relays, answered too slowly.
fn slow(sale: Sale) -> Sale {
    tap(sale)
        .set(tag::APPLICATION_INTERCHANGE_PROFILE, &[0x19, 0x01])
        .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0, 0, 0x08])
}

fn each(rows: &[Row], hold: impl Fn(Verdict, Verdict) -> bool) {
    let row = |(name, why, signed, limit, change): &Row, version: &CryptogramVersion| {
        let parts = version.data.parts();
        let tells = signed
            .iter()
            .all(|tag| parts.contains(&SignedPart::Element(*tag)));
        tells.then(|| (format!("{name} ({why})"), *limit, *change))
    };
    rows::play(rows, row, hold);
}

#[test]
fn honest_traffic_is_not_refused() {
    each(HONEST, |seen, most| seen <= most);
}

#[test]
fn disguises_are_not_approved() {
    each(ATTACKS, |seen, least| seen >= least);
}

/// Cards that can say under the cryptogram that nobody unlocked the device: neither a missing field nor another one helps.
#[test]
fn a_locked_device_stays_locked() {
    for version in [
        &CryptogramVersion::VISA_22,
        &CryptogramVersion::MASTERCARD_14,
    ] {
        let mut bench = Bench::new(version);
        bench.issued.form = DEVICE;
        let large = |bench: &Bench| tap(bench.sale().amount(90_000));
        let hidden = at_merchant(large(&bench), 5732).with(|r| r.entry_mode = Mode::Unknown);
        assert_eq!(
            bench.verdict(&hidden),
            (Decline, Some(R::DeviceNotVerified)),
            "{}",
            version.name
        );
        // Nobody says anything: no merchant category, no tag 9F34, nothing of a PIN.
        let silent = large(&bench).without(tag::CVM_RESULTS).with(|r| {
            (r.mcc, r.pin) = (None, OnlinePin::Unknown);
        });
        assert_eq!(
            bench.verdict(&silent.atc(0x11)),
            (StepUp, Some(R::NoVerificationAboveLimit)),
            "{}",
            version.name
        );
    }
}

/// What stands at the end of a device's track 2 is no card verification value.
#[test]
fn a_devices_track_is_its_own() {
    let mut bench = Bench::new(&CryptogramVersion::VISA_18);
    bench.issued.form = DEVICE;
    let assessment = bench.assess(&in_tag_57(tap(bench.sale()), &neither()));
    let tampered = |reason: &Reason| reason.kind == R::TrackTampered;
    assert!(!assessment.reasons.iter().any(tampered));
}

/// DE 35 is a copy of tag 57; the reason names the one that was read.
#[test]
fn a_reason_names_the_track_that_was_read() {
    let bench = Bench::new(&CryptogramVersion::VISA_18);
    let stripe = printed("201");
    let told = |sale: &Sale| {
        let assessment = bench.assess(sale);
        assessment.reasons.first().map(|r| (r.kind, r.place))
    };
    assert_eq!(
        told(&in_tag_57(bench.sale(), &stripe)),
        Some((
            R::StripeDataInChip,
            Place::Tag(tag::TRACK_2_EQUIVALENT_DATA)
        ))
    );
    let mut sale = bench.sale().atc(0x11);
    sale.track2 = Some(bench.track2("201", &stripe));
    assert_eq!(told(&sale), Some((R::StripeDataInChip, Place::Element(35))));
}

/// Dates are guessed as printed values are (attack 27): after too many the right one is no proof.
#[test]
fn guessed_dates_are_counted() {
    let bench = Bench::new(&CryptogramVersion::VISA_18);
    let typed = |mode, month: u8, stan: u32| {
        let expiry = YearMonth::new(2030, month).unwrap();
        let sale = number_alone(bench.sale(), mode, Terminal::Manual);
        sale.stan(&stan.to_string())
            .with(|request| request.expiry = Some(expiry))
    };
    let right = 12;
    assert!(bench.verdict(&typed(Mode::ElectronicCommerce, right, 1)).0 < Decline);
    for month in 1..=10 {
        let sale = typed(Mode::ElectronicCommerce, month, 100 + u32::from(month));
        assert_eq!(bench.verdict(&sale).0, Decline);
    }
    let found = typed(Mode::ElectronicCommerce, right, 2);
    assert_eq!(bench.verdict(&found), (Decline, Some(R::WrongValues)));
    // A number on file was proved when it was kept, and the chip needs no date.
    assert!(bench.verdict(&typed(Mode::CredentialOnFile, right, 3)).0 < Decline);
    assert_eq!(bench.verdict(&bench.sale().atc(0x20)), (Approve, None));
}

/// Dates that a shop has from the card before the last renewal are no guesses.
#[test]
fn outdated_dates_on_file_are_not_counted() {
    let bench = Bench::new(&CryptogramVersion::VISA_18);
    for stan in 0..20 {
        let sale = number_alone(bench.sale(), Mode::CredentialOnFile, Terminal::Manual)
            .stan(&stan.to_string())
            .with(|request| request.expiry = Some(YearMonth::new(2026, 12).unwrap()));
        assert_eq!(
            bench.verdict(&sale),
            (ApproveAndFlag, Some(R::ExpiryAltered))
        );
    }
}

/// What an analyst reads names the bytes that speak against the message.
#[test]
fn reasons_name_the_bytes() {
    let bench = Bench::new(&CryptogramVersion::VISA_18);
    let nowhere = bench
        .sale()
        .set(tag::TRANSACTION_DATE, &[0; 3])
        .set(tag::TERMINAL_COUNTRY_CODE, &[0; 2]);
    let told = bench.assess(&nowhere).reasons.first().unwrap().to_string();
    assert!(told.ends_with("(tag 9A 000000; tag 9F1A 0000)"), "{told}");
    let mut bench = Bench::new(&CryptogramVersion::MASTERCARD_14);
    bench.issued.form = DEVICE;
    let silent = tap(bench.sale().amount(90_000))
        .without(tag::CVM_RESULTS)
        .with(|r| (r.mcc, r.pin) = (None, OnlinePin::Unknown));
    let told = bench.assess(&silent).reasons.first().unwrap().to_string();
    assert!(told.contains("(DE 4 90000; CVR in tag 9F10 A0"), "{told}");
}
