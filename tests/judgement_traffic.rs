//! Traffic as tables: honest messages of every version in every form that networks give them, and attacks combined. Each row is a change
//! of one usual message, and how mild or strict its verdict may be.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod judge;
mod test_card;

use chipcard::cryptogram::{CryptogramVersion, SignedPart};
use chipcard::element::{
    Amount, ApplicationIdentifier, CountryCode, CryptogramType, CurrencyCode, Date, Pan,
    PanSequenceNumber, Scheme, ServiceCode, YearMonth,
};
use chipcard::issuer::{
    AuthorisationRequest, CardStatus, ClaimedVerification, Form, IssuedCard, MessageKind as Kind,
    OnlinePin, PinExpectation, PosEntryMode as Mode, ReasonKind as R, TerminalCapability,
    TokenDomain, Verdict,
};
use chipcard::tag;
use judge::rows::{self, Change, DEVICE, asking, at_merchant, number_alone, of_kind, printed, tap};
use judge::{Bench, PAN, Sale, value};
use test_card::{TERMINAL_CAPABILITIES, TestCard, iad};

use Verdict::{Approve, ApproveAndFlag, Decline, Refer, StepUp};

const VISA_18: &CryptogramVersion = &CryptogramVersion::VISA_18;
const M_CHIP: &CryptogramVersion = &CryptogramVersion::MASTERCARD_14;

/// Nobody verified anybody, and nobody says so.
fn silent(sale: Sale) -> Sale {
    sale.without(tag::CVM_RESULTS)
        .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0, 0x80, 0])
        .with(|request| request.pin = OnlinePin::NotSent)
}

fn foreign(sale: Sale, currency: u16, minor_units: u64) -> Sale {
    let code = CurrencyCode::new(currency).unwrap();
    sale.amount(minor_units)
        .set(tag::TRANSACTION_CURRENCY_CODE, &code.to_bytes())
        .with(|request| request.currency = code)
}

fn dated(sale: Sale, signed: &[u8; 3], local: Option<(u16, u8, u8)>) -> Sale {
    let local = local.map(|(year, month, day)| Date::new(year, month, day).unwrap());
    sale.set(tag::TRANSACTION_DATE, signed)
        .with(|request| request.local_date = local)
}

fn track(sale: Sale, bench: &Bench, code: &str, value: &str) -> Sale {
    Sale {
        track2: Some(bench.track2(code, value)),
        ..sale
    }
}

/// Honest messages of every version, and the strictest verdict that each may get.
const HONEST: &[(&str, Verdict, Change)] = &[
    ("as it is", Approve, |_, s| s),
    ("a tap", Approve, |_, s| tap(s)),
    ("no 9F27", Approve, |_, s| {
        s.without(tag::CRYPTOGRAM_INFORMATION_DATA)
    }),
    ("no 9F34", Approve, |_, s| s.without(tag::CVM_RESULTS)),
    ("no 9F33", Approve, |_, s| s.without(TERMINAL_CAPABILITIES)),
    ("nothing of a PIN", Approve, |_, s| silent(s)),
    ("nothing of a PIN and much money", Approve, |_, s| {
        silent(s).amount(90_000)
    }),
    ("PIN preferred, online PIN, no 9F34", Approve, |b, s| {
        b.issued.pin = PinExpectation::Preferred;
        s.without(tag::CVM_RESULTS).amount(90_000)
    }),
    (
        "PIN preferred, the host does not look at PINs, no 9F34",
        Approve,
        |b, s| {
            b.issued.pin = PinExpectation::Preferred;
            silent(s)
                .amount(90_000)
                .with(|r| r.pin = OnlinePin::Unknown)
        },
    ),
    (
        "PIN preferred, a terminal without PIN pad, no 9F34",
        Approve,
        |b, s| {
            b.issued.pin = PinExpectation::Preferred;
            silent(s)
                .set(TERMINAL_CAPABILITIES, &[0xE0, 0x28, 0xC8])
                .amount(90_000)
        },
    ),
    ("PIN preferred, none, no 9F34", ApproveAndFlag, |b, s| {
        b.issued.pin = PinExpectation::Preferred;
        silent(s).amount(90_000)
    }),
    ("sequence number everywhere", Approve, |_, s| {
        s.set(tag::APPLICATION_PAN_SEQUENCE_NUMBER, &[0x01])
            .with(|r| r.sequence = Some(PanSequenceNumber::from_bcd(1).unwrap()))
    }),
    ("PAN and track in DE 55", Approve, |_, s| {
        let pan = hex::decode(PAN).unwrap();
        let track = hex::decode(format!("{PAN}D3012201123450000F")).unwrap();
        s.set(tag::APPLICATION_PAN, &pan)
            .set(tag::TRACK_2_EQUIVALENT_DATA, &track)
    }),
    ("PAN filled up to ten bytes", Approve, |_, s| {
        s.set(
            tag::APPLICATION_PAN,
            &hex::decode(format!("{PAN}FFFF")).unwrap(),
        )
    }),
    ("tag 57 with a date that is none", Approve, |_, s| {
        s.set(
            tag::TRACK_2_EQUIVALENT_DATA,
            &hex::decode(format!("{PAN}D0000000")).unwrap(),
        )
    }),
    (
        "chip over contacts, track perhaps wrong",
        Approve,
        |b, s| track(s, b, "201", "000").with(|r| r.entry_mode = Mode::ContactUnreliable),
    ),
    ("mode 06", Approve, |_, s| {
        s.with(|r| r.entry_mode = Mode::ContactTrack)
    }),
    ("an unknown mode", Approve, |_, s| {
        s.with(|r| r.entry_mode = Mode::Unknown)
    }),
    ("nothing but what is signed", Approve, |b, mut s| {
        let parts = b.card.version.data.parts();
        let kept = [
            tag::APPLICATION_TRANSACTION_COUNTER,
            tag::UNPREDICTABLE_NUMBER,
            tag::ISSUER_APPLICATION_DATA,
        ];
        if let Some(elements) = &mut s.elements {
            elements.0.retain(|(tag, _)| {
                kept.contains(tag) || parts.contains(&SignedPart::Element(*tag))
            });
        }
        s
    }),
    ("fields the message need not have", Approve, |_, s| {
        s.with(|r| {
            (
                r.local_date,
                r.country,
                r.mcc,
                r.terminal_id,
                r.merchant,
                r.acquirer,
            ) = (None, None, None, None, None, None);
            r.terminal = TerminalCapability::Unknown;
            r.pin = OnlinePin::Unknown;
        })
    }),
    ("stand-in", Approve, |_, s| of_kind(s, Kind::Advice)),
    ("stand-in without its PIN", Approve, |_, s| {
        of_kind(s, Kind::Advice).with(|r| r.pin = OnlinePin::NotSent)
    }),
    ("presented, without its PIN", Approve, |_, s| {
        of_kind(s, Kind::Clearing).with(|r| r.pin = OnlinePin::NotSent)
    }),
    ("stand-in without chip data", Approve, |_, s| Sale {
        elements: None,
        ..of_kind(s, Kind::Advice)
    }),
    ("presented for a stolen card", Approve, |b, s| {
        b.issued.status = CardStatus::Stolen;
        of_kind(s, Kind::Clearing)
    }),
    ("a reversal", Approve, |_, s| {
        of_kind(s, Kind::Reversal).with(|r| r.original_found = Some(true))
    }),
    ("a reversal for a lost card, of part", Approve, |b, s| {
        b.issued.status = CardStatus::Lost;
        asking(
            of_kind(s, Kind::Reversal).with(|r| r.original_found = Some(true)),
            300,
        )
    }),
    (
        "a reversal of a replaced card, its data cut",
        Approve,
        |b, s| {
            b.issued.status = CardStatus::Replaced;
            let mut s = of_kind(s, Kind::Reversal).with(|r| r.original_found = Some(true));
            if let Some(elements) = &mut s.elements {
                elements.remove(tag::CVM_RESULTS);
            }
            s
        },
    ),
    ("a refund", Approve, |_, s| {
        of_kind(s.set(tag::TRANSACTION_TYPE, &[0x20]), Kind::Refund)
            .with(|r| r.processing_code = Some("200000"))
    }),
    ("a refund that ends with an AAC", Approve, |b, s| {
        let declined = iad(b.card.version, CryptogramType::Aac);
        of_kind(s.set(tag::TRANSACTION_TYPE, &[0x20]), Kind::Refund)
            .set(tag::ISSUER_APPLICATION_DATA, &declined)
            .set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x00])
            .with(|r| {
                r.processing_code = Some("200000");
                r.pin = OnlinePin::NotSent;
            })
            .set(tag::CVM_RESULTS, &[0x1F, 0x00, 0x02])
            .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0; 5])
    }),
    ("a refund without chip data", Approve, |_, s| Sale {
        elements: None,
        ..of_kind(s, Kind::Refund)
    }),
    ("a payment to the cardholder", Approve, |_, s| {
        s.set(tag::TRANSACTION_TYPE, &[0x28])
            .with(|r| r.processing_code = Some("280000"))
    }),
    ("is the account good", Approve, |_, s| {
        of_kind(s.amount(0), Kind::AccountStatus)
    }),
    ("a gate's counter", Approve, |_, s| {
        at_merchant(of_kind(tap(s).amount(0), Kind::AtcUpdate), 4111)
    }),
    ("a gate's counter without currency", Approve, |_, s| {
        at_merchant(of_kind(tap(s).amount(0), Kind::AtcUpdate), 4111)
            .set(tag::TRANSACTION_CURRENCY_CODE, &[0x09, 0x99])
    }),
    ("a gate's counter for one dinar", Approve, |_, s| {
        at_merchant(of_kind(foreign(tap(s), 414, 1_000), Kind::AtcUpdate), 4111)
    }),
    ("deferred", Approve, |_, s| {
        dated(s, &[0x26, 0x11, 0x13], Some((2026, 11, 13))).with(|r| r.deferred = true)
    }),
    ("deferred, its PIN not kept", StepUp, |_, s| {
        s.with(|r| {
            r.deferred = true;
            r.pin = OnlinePin::NotSent;
        })
    }),
    ("deferred, made on the card's last day", Approve, |b, s| {
        b.issued.expiry = YearMonth::new(2026, 10).unwrap();
        dated(s, &[0x26, 0x10, 0x31], Some((2026, 10, 31)))
            .with(|r| r.deferred = true)
            .at(0)
            .with(|r| r.at.0 -= 14 * 86_400)
    }),
    ("cashback as EMV has it", Approve, |_, s| {
        s.set(tag::AMOUNT_OTHER_NUMERIC, &[0, 0, 0, 0, 0x03, 0])
            .with(|r| r.processing_code = Some("090000"))
    }),
    ("cash at a machine", Approve, |_, s| {
        at_merchant(s.set(tag::TRANSACTION_TYPE, &[0x01]), 6011)
            .with(|r| r.processing_code = Some("010000"))
    }),
    ("partly approved", Approve, |_, s| asking(s, 700)),
    ("a pump", Approve, |_, s| {
        asking(at_merchant(s.amount(100), 5542), 6_000).with(|r| r.estimated = true)
    }),
    ("a pump presented", Approve, |_, s| {
        of_kind(
            asking(at_merchant(s.amount(100), 5542), 6_000),
            Kind::Clearing,
        )
    }),
    ("a hotel of a chain presented", Approve, |_, s| {
        of_kind(asking(at_merchant(s, 3509), 8_000), Kind::Clearing)
    }),
    ("a car of a chain presented", Approve, |_, s| {
        of_kind(asking(at_merchant(s, 3357), 8_000), Kind::Clearing)
    }),
    ("a camping site presented", Approve, |_, s| {
        of_kind(asking(at_merchant(s, 7033), 1_700), Kind::Clearing)
    }),
    ("fares added up", Approve, |_, s| {
        of_kind(
            asking(at_merchant(tap(s).amount(210), 4111), 1_250),
            Kind::Clearing,
        )
    }),
    ("fares added up in won", Approve, |_, s| {
        asking(at_merchant(foreign(tap(s), 410, 0), 4111), 62_000)
    }),
    ("its tip", Approve, |_, s| {
        of_kind(asking(at_merchant(s, 5812), 1_150), Kind::Clearing)
    }),
    ("a currency without decimals", Approve, |_, s| {
        foreign(s, 704, 350_000)
    }),
    ("a tap in a currency of small units", Approve, |_, s| {
        foreign(tap(s), 360, 35_000_000)
    }),
    ("a tap in a currency of large units", Approve, |_, s| {
        foreign(tap(s), 414, 12_000)
    }),
    ("converted at the till", Approve, |_, s| {
        foreign(s, 840, 700).with(|r| {
            r.billing = Some((Amount::new(700).unwrap(), CurrencyCode::new(840).unwrap()))
        })
    }),
    ("before midnight", Approve, |_, s| {
        dated(s, &[0x26, 0x11, 0x22], Some((2026, 11, 23)))
    }),
    ("after midnight", Approve, |_, s| {
        dated(s, &[0x26, 0x11, 0x24], Some((2026, 11, 23)))
    }),
    ("at the other end of the world", Approve, |_, s| {
        dated(s, &[0x26, 0x11, 0x24], Some((2026, 11, 24)))
    }),
    ("a clock that is a week slow", ApproveAndFlag, |_, s| {
        dated(s, &[0x26, 0x11, 0x16], Some((2026, 11, 16)))
    }),
    ("a clock that was never set", Refer, |_, s| {
        dated(s, &[0x00, 0x01, 0x01], Some((2000, 1, 1)))
    }),
    ("a date that is none", Approve, |_, s| {
        dated(s, &[0, 0, 0], Some((2026, 11, 23)))
    }),
    ("a card in the month of its expiry", Approve, |b, s| {
        b.issued.expiry = YearMonth::new(2026, 11).unwrap();
        s
    }),
    ("a territory's terminal", Approve, |_, s| {
        s.set(tag::TERMINAL_COUNTRY_CODE, &[0x08, 0x40])
            .with(|r| r.country = Some(CountryCode::new(630).unwrap()))
    }),
    ("an unset country", Approve, |_, s| {
        s.set(tag::TERMINAL_COUNTRY_CODE, &[0, 0])
    }),
    ("elements of the network's own", Approve, |_, s| {
        s.set(chipcard::Tag::new(0x00DF_8129), &[0x30, 0xF0, 0xF0, 0])
            .set(chipcard::Tag::new(0x9F6E), &[0x20, 0x70, 0, 0])
            .set(chipcard::Tag::new(0x5F20), b"CARD/TEST")
            .set(chipcard::Tag::new(0x9B), &[0xE8, 0])
    }),
    ("the widest trace numbers", Approve, |_, s| {
        s.stan("999999999999")
    }),
    ("a device", Approve, |b, s| {
        b.issued.form = DEVICE;
        at_merchant(tap(s), 4111)
    }),
    ("a device whose track ends as it likes", Approve, |b, s| {
        b.issued.form = DEVICE;
        track(at_merchant(tap(s), 4111), b, "201", "000")
    }),
    ("a device in its own application", Approve, |b, s| {
        b.issued.form = DEVICE;
        tap(s).with(|r| r.entry_mode = Mode::ElectronicCommerceChip)
    }),
    ("a device whose card was renewed", Approve, |b, s| {
        b.issued.form = Form::Token {
            domain: TokenDomain::DEVICE,
            funding: CardStatus::Replaced,
        };
        at_merchant(tap(s), 4111)
    }),
    (
        "two payments at once, each with its counter",
        Approve,
        |b, s| {
            b.assess(&tap(s.clone()).atc(0x10));
            s.atc(0x11)
        },
    ),
    (
        "a wallet that spent counters elsewhere",
        ApproveAndFlag,
        |b, s| {
            b.assess(&s.clone().atc(0x10));
            s.atc(0x10 + 400)
        },
    ),
    (
        "the second message of one tap, its PIN not verified yet",
        StepUp,
        |b, s| {
            let tap = tap(s).amount(20_000);
            b.assess(&tap);
            tap.stan("2").with(|r| {
                r.repeated_with_pin = true;
                r.pin = OnlinePin::Sent;
            })
        },
    ),
    (
        "presented after it was approved, with another trace number",
        Approve,
        |b, s| {
            b.assess(&s);
            of_kind(s.stan("77"), Kind::Clearing).with(|r| r.pin = OnlinePin::NotSent)
        },
    ),
    (
        "a stored number whose card was renewed",
        ApproveAndFlag,
        |_, s| {
            number_alone(s, Mode::CredentialOnFile, TerminalCapability::Manual)
                .with(|r| r.expiry = Some(YearMonth::new(2026, 12).unwrap()))
        },
    ),
    ("a broken chip, and a filler in DE 23", StepUp, |b, s| {
        let s = number_alone(s, Mode::FallbackStripe, TerminalCapability::Chip);
        track(s, b, "201", &printed("201")).with(|r| r.sequence = Some(PanSequenceNumber::ZERO))
    }),
    (
        "a stripe of which nobody says how it came",
        Refer,
        |b, s| {
            track(
                number_alone(s, Mode::Unknown, TerminalCapability::Unknown),
                b,
                "201",
                &printed("201"),
            )
        },
    ),
    (
        "verification failed, and nothing needs it",
        Approve,
        |_, s| {
            s.set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0x80, 0x80, 0])
                .set(tag::CVM_RESULTS, &[0x3F, 0x00, 0x01])
                .with(|r| r.pin = OnlinePin::NotSent)
        },
    ),
    (
        "verification failed, and the issuer's PIN is right",
        Approve,
        |_, s| {
            s.set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0x84, 0x80, 0])
                .amount(50_000)
        },
    ),
];

/// Attacks on cards of every version that can show them, and the mildest verdict that each may get.
const ATTACKS: &[(&str, Verdict, Change)] = &[
    (
        "a wrong cryptogram, unknown mode, refund",
        Decline,
        |_, s| {
            of_kind(s, Kind::Refund)
                .tampered(tag::APPLICATION_CRYPTOGRAM, &[7; 8])
                .with(|r| r.entry_mode = Mode::Unknown)
        },
    ),
    (
        "a wrong cryptogram that calls itself an AAC in a refund",
        Decline,
        |_, s| {
            of_kind(s, Kind::Refund)
                .tampered(tag::APPLICATION_CRYPTOGRAM, &[7; 8])
                .tampered(tag::CRYPTOGRAM_INFORMATION_DATA, &[0])
        },
    ),
    ("cents signed, thousands asked at a pump", Refer, |_, s| {
        asking(at_merchant(s.amount(100), 5542), 5_000_000).with(|r| r.estimated = true)
    }),
    (
        "a question about the account, then a purchase",
        Decline,
        |_, s| asking(s.amount(0), 90_000),
    ),
    ("more than was signed, at a hotel", Decline, |_, s| {
        asking(at_merchant(s, 3509), 90_000)
    }),
    ("the signed cash exceeded", Decline, |_, s| {
        asking(
            s.set(tag::AMOUNT_OTHER_NUMERIC, &[0, 0, 0, 0, 0x03, 0]),
            1_301,
        )
    }),
    ("the same digits in another currency", Decline, |_, s| {
        s.with(|r| r.currency = CurrencyCode::new(840).unwrap())
    }),
    (
        "a foreign tap of a fortune without decimals",
        Refer,
        |b, s| {
            b.issued.currency = Some(CurrencyCode::new(840).unwrap());
            tap(s).amount(999_999)
        },
    ),
    ("a foreign tap just below the old limit", Refer, |_, s| {
        foreign(tap(s), 978, 9_999_999)
    }),
    ("a foreign tap in dinars", Refer, |_, s| {
        foreign(tap(s), 414, 9_999_999)
    }),
    (
        "an old cryptogram whose date the message repeats",
        Refer,
        |_, s| dated(s, &[0x26, 0x09, 0x23], Some((2026, 9, 23))),
    ),
    (
        "an old cryptogram that calls itself deferred",
        Refer,
        |_, s| dated(s, &[0x26, 0x09, 0x23], Some((2026, 9, 23))).with(|r| r.deferred = true),
    ),
    ("a cryptogram of next month", Refer, |_, s| {
        dated(s, &[0x26, 0x12, 0x23], Some((2026, 12, 23)))
    }),
    (
        "an expired card that calls itself deferred",
        Decline,
        |b, s| {
            b.issued.expiry = YearMonth::new(2026, 8).unwrap();
            s.with(|r| r.deferred = true)
        },
    ),
    (
        "another's PAN before a date that is none",
        Decline,
        |_, s| {
            s.set(
                tag::TRACK_2_EQUIVALENT_DATA,
                &hex::decode("4761739001010028D9900000").unwrap(),
            )
        },
    ),
    ("another's PAN, filled in the middle", Decline, |_, s| {
        s.set(
            tag::TRACK_2_EQUIVALENT_DATA,
            &hex::decode("47617390F1010010D3012201").unwrap(),
        )
    }),
    (
        "a plastic card's cryptogram in a web shop",
        Refer,
        |_, s| s.with(|r| r.entry_mode = Mode::ElectronicCommerceChip),
    ),
    (
        "a plastic card's cryptogram for a stored number",
        Refer,
        |_, s| s.with(|r| r.entry_mode = Mode::CredentialOnFile),
    ),
    ("a chip's track, unknown mode", Decline, |b, s| {
        track(
            number_alone(s, Mode::Unknown, TerminalCapability::Unknown),
            b,
            "201",
            &printed("999"),
        )
    }),
    (
        "a chip's track, its service code altered, fallback",
        Decline,
        |b, s| {
            track(
                number_alone(s, Mode::FallbackStripe, TerminalCapability::Chip),
                b,
                "101",
                &printed("999"),
            )
        },
    ),
    (
        "a chip's track, its service code altered, unknown mode",
        Decline,
        |b, s| {
            track(
                number_alone(s, Mode::Unknown, TerminalCapability::Chip),
                b,
                "101",
                &printed("999"),
            )
        },
    ),
    ("a stripe's track, unknown mode", StepUp, |b, s| {
        track(
            number_alone(s, Mode::Unknown, TerminalCapability::Unknown),
            b,
            "201",
            &printed("201"),
        )
    }),
    (
        "a stored number with a date that is not issued yet",
        Decline,
        |_, s| {
            number_alone(s, Mode::CredentialOnFile, TerminalCapability::Manual)
                .with(|r| r.expiry = Some(YearMonth::new(2034, 1).unwrap()))
        },
    ),
    ("replayed as a refund", Decline, |b, s| {
        b.assess(&s);
        of_kind(s.stan("2"), Kind::Refund).with(|r| r.processing_code = Some("200000"))
    }),
    (
        "told as an advice, then asked in the same words",
        Decline,
        |b, s| {
            b.assess(&of_kind(s.clone(), Kind::Advice));
            s
        },
    ),
    (
        "presented, then asked in the same words",
        Decline,
        |b, s| {
            b.assess(&of_kind(s.clone(), Kind::Clearing));
            s
        },
    ),
    (
        "repeated with another merchant category",
        Decline,
        |b, s| {
            b.assess(&s);
            at_merchant(s, 4111)
        },
    ),
    ("repeated at another merchant", Decline, |b, s| {
        b.assess(&s);
        s.with(|r| r.merchant = Some("MERCHANT0000002"))
    }),
    ("repeated at another terminal", Decline, |b, s| {
        b.assess(&s);
        s.with(|r| r.terminal_id = Some("TERM0002"))
    }),
    ("repeated for less", Decline, |b, s| {
        b.assess(&s);
        asking(s, 999)
    }),
    ("repeated over the other interface", Decline, |b, s| {
        b.assess(&s);
        s.with(|r| r.entry_mode = Mode::Contactless)
    }),
    ("replayed, deferred, at a gate", Decline, |b, s| {
        b.assess(&s);
        at_merchant(s.stan("2"), 4111).with(|r| r.deferred = true)
    }),
    (
        "replayed with a PIN that nobody verified, as the second message of a tap",
        StepUp,
        |b, s| {
            b.assess(&s);
            s.stan("2").with(|r| {
                r.repeated_with_pin = true;
                r.pin = OnlinePin::Sent;
            })
        },
    ),
    (
        "a replay before the last, as the second message of a tap",
        Decline,
        |b, s| {
            b.assess(&s.clone().atc(0x10));
            b.assess(&s.clone().atc(0x11));
            s.atc(0x10).stan("2").with(|r| r.repeated_with_pin = true)
        },
    ),
    (
        "verified, says 9F34, and the signed results say not",
        StepUp,
        |_, s| {
            s.set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0x80, 0x80, 0])
                .set(tag::CVM_RESULTS, &[0x1F, 0x00, 0x02])
                .with(|r| r.pin = OnlinePin::NotSent)
        },
    ),
    (
        "signed for, says the message, and the signed results say not",
        StepUp,
        |_, s| {
            s.set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0x80, 0x80, 0])
                .without(tag::CVM_RESULTS)
                .with(|r| {
                    r.pin = OnlinePin::NotSent;
                    r.verification = Some(ClaimedVerification::Signature);
                })
        },
    ),
    ("verification failed, and much money", StepUp, |_, s| {
        s.set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0x80, 0x80, 0])
            .without(tag::CVM_RESULTS)
            .amount(90_000)
            .with(|r| r.pin = OnlinePin::Unknown)
    }),
    ("a PIN for the issuer that is not there", Decline, |_, s| {
        s.with(|r| r.pin = OnlinePin::NotSent)
    }),
    (
        "another payment system's application in tag 4F alone",
        Decline,
        |b, s| {
            b.issued.scheme = Some(Scheme::Mastercard);
            s.set(tag::ADF_NAME, &[0xA0, 0, 0, 0, 0x03, 0x10, 0x10])
        },
    ),
    (
        "a track that is no stripe's, told to be one",
        Decline,
        |b, s| {
            // What a contactless stripe says, written to a real one.
            track(
                number_alone(s, Mode::Stripe, TerminalCapability::Stripe),
                b,
                "201",
                "00010",
            )
        },
    ),
];

/// Changes of what a version does not sign are seen by none of its checks.
fn signs(version: &CryptogramVersion, name: &str) -> bool {
    let element = |tag| version.data.parts().contains(&SignedPart::Element(tag));
    match name {
        name if name.contains("verif") || name.contains("signed for") => {
            element(tag::TERMINAL_VERIFICATION_RESULTS)
        }
        _ => true,
    }
}

fn each(rows: &[(&str, Verdict, Change)], hold: impl Fn(Verdict, Verdict) -> bool) {
    let row = |(name, limit, change): &(&str, Verdict, Change), version: &CryptogramVersion| {
        signs(version, name).then(|| ((*name).to_owned(), *limit, *change))
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

/// Every kind of message with every entry mode: the right chip data of a card of plastic are declined in none of them.
#[test]
fn no_mode_and_kind_declines_a_right_cryptogram() {
    let kinds = [
        Kind::Authorisation,
        Kind::Advice,
        Kind::Reversal,
        Kind::Refund,
        Kind::Clearing,
    ];
    for version in CryptogramVersion::ALL {
        for mode in [
            0, 1, 2, 3, 5, 6, 7, 9, 10, 79, 80, 81, 82, 86, 90, 91, 95, 99,
        ] {
            let mode = Mode::parse_or_unknown(format!("{mode:02}1")).unwrap();
            let bench = Bench::new(version);
            for (atc, kind) in (0x10..).zip(kinds) {
                let mut sale = of_kind(bench.sale().atc(atc), kind).with(|request| {
                    request.entry_mode = mode;
                    request.original_found = Some(true);
                });
                if mode.is_stripe() || mode == Mode::ContactlessStripe {
                    sale = track(sale, &bench, "201", &printed("201"));
                }
                let (verdict, kind_of) = bench.verdict(&sale);
                // Bypassing a chip is the one thing that a stripe must not do.
                let bypassed = mode == Mode::Stripe && kind_of == Some(R::ChipBypassed);
                assert!(
                    verdict < Decline || bypassed,
                    "{} {mode} {kind:?}: {kind_of:?}",
                    version.name
                );
            }
        }
    }
}

/// PANs of every length, with and without sequence number, with each way to derive keys.
#[test]
fn every_length_of_a_pan() {
    for version in CryptogramVersion::ALL {
        for length in 12..=19 {
            let digits = &"5123456789012345678"[..length];
            let sequence = if length % 2 == 0 { "00" } else { "99" };
            let card = TestCard::new(version, digits, sequence);
            let bench = Bench::new(version);
            let code = ServiceCode::from_digits("201").unwrap();
            let issued = IssuedCard::chip(card.record(), judge::expiry(), code);
            let bench = Bench {
                card,
                issued,
                ..bench
            };
            let mut sale = bench.sale();
            sale.request.pan = Pan::from_digits(digits).unwrap();
            let filled = |text: String| {
                let odd = if text.len() % 2 == 1 { "F" } else { "" };
                hex::decode(text + odd).unwrap()
            };
            let bcd = filled(digits.to_owned());
            let track = filled(format!("{digits}D3012201"));
            let sale = sale
                .set(tag::APPLICATION_PAN, &bcd)
                .set(tag::TRACK_2_EQUIVALENT_DATA, &track);
            assert_eq!(
                bench.verdict(&sale),
                (Approve, None),
                "{} {length}",
                version.name
            );
        }
    }
}

/// Whoever owns a terminal gives every guess the same trace number: they are counted all the same.
#[test]
fn guesses_do_not_hide_behind_one_trace_number() {
    let bench = Bench::new(VISA_18);
    let mut last = None;
    for guess in 0..12 {
        let right = value(PAN, judge::expiry(), "000");
        let guess: &'static str = Box::leak(format!("{guess:03}").into_boxed_str());
        if guess == right {
            continue;
        }
        let sale = number_alone(
            bench.sale(),
            Mode::ElectronicCommerce,
            TerminalCapability::Manual,
        );
        last = Some(
            bench
                .assess(&sale.with(|request| request.cvv2 = Some(guess)))
                .reasons,
        );
    }
    assert!(last.is_some_and(|reasons| reasons.has(R::WrongValues)));
    // Fallbacks of many cards at one merchant, all with one trace number.
    let mut bench = Bench::new(VISA_18);
    let mut last = None;
    for card in 1..=5 {
        bench.issued.issue = card;
        let sale = Sale::swiped(&bench, Mode::FallbackStripe, TerminalCapability::Chip);
        last = Some(bench.assess(&sale).reasons);
    }
    assert!(last.is_some_and(|reasons| reasons.has(R::MerchantFallbacks)));
}

/// Tag 9F6C of a Mastercard is the version of its stripe mode; anything else there is another kernel's.
#[test]
fn a_version_number_is_no_qualifier() {
    for (value, expected) in [
        ([0x00, 0x01], Approve),
        ([0x00, 0x80], Refer),
        ([0x80, 0x00], Refer),
    ] {
        let bench = Bench::new(M_CHIP);
        let sale = tap(bench.sale()).set(tag::CARD_TRANSACTION_QUALIFIERS, &value);
        assert_eq!(bench.verdict(&sale).0, expected, "{value:02X?}");
    }
}

/// The wedge of a PIN-preferring card, with everything that might deny it left out or said: what is absent contradicts nothing, what the
/// card noticed is believed.
#[test]
fn what_a_missing_9f34_means() {
    // 9F33, card's own bit (byte of 9F10, bits), amount.
    let takes = Some([0xE0, 0xF8, 0xC8]);
    let takes_none = Some([0xE0, 0x28, 0xC8]);
    for (capabilities, noticed, amount, expected) in [
        (takes, false, 1_000, ApproveAndFlag),
        (takes, false, 90_000, ApproveAndFlag),
        (None, false, 90_000, ApproveAndFlag),
        (takes_none, false, 90_000, Approve),
        (takes, true, 1_000, StepUp),
        (None, true, 1_000, StepUp),
        (takes_none, true, 90_000, ApproveAndFlag),
    ] {
        let mut bench = Bench::new(VISA_18);
        bench.issued.pin = PinExpectation::Preferred;
        let mut sale = silent(bench.sale())
            .without(TERMINAL_CAPABILITIES)
            .amount(amount);
        if let Some(value) = capabilities {
            sale = sale.set(TERMINAL_CAPABILITIES, &value);
        }
        if noticed {
            sale = sale.iad(7, 0x01);
        }
        assert_eq!(
            bench.verdict(&sale).0,
            expected,
            "{capabilities:02X?} {noticed} {amount}"
        );
        // The card says that it verified the PIN: then nothing is missing.
        let verified = sale.iad(5, 0x04).atc(0x20);
        assert_eq!(bench.verdict(&verified), (Approve, None));
    }
}

/// A co-badged card, and the identifiers that terminals send of it.
#[test]
fn several_marks_on_one_card() {
    let aid = |bytes: &[u8]| ApplicationIdentifier::parse(bytes).unwrap();
    let both: &'static [_] = Box::leak(Box::new([
        aid(&[0xA0, 0, 0, 0, 0x98, 0x08, 0x40]),
        aid(&[0xA0, 0, 0, 0, 0x03, 0x10, 0x10]),
    ]));
    for (sent, expected) in [
        (&[0xA0, 0, 0, 0, 0x98, 0x08, 0x40][..], Approve),
        (&[0xA0, 0, 0, 0, 0x03, 0x10, 0x10, 0x01], Approve),
        (&[0xA0, 0, 0, 0, 0x04, 0x10, 0x10], Decline),
    ] {
        for place in [tag::DEDICATED_FILE_NAME, tag::AID_TERMINAL, tag::ADF_NAME] {
            let mut bench = Bench::new(VISA_18);
            bench.issued.applications = both;
            assert_eq!(
                bench.verdict(&bench.sale().set(place, sent)).0,
                expected,
                "{place}"
            );
        }
    }
}

/// A wrong request does not panic, whatever stands in it.
#[test]
fn odd_requests() {
    let bench = Bench::new(VISA_18);
    let most = Amount::MAX;
    for at in [0, u64::MAX, 4_102_444_800] {
        let mut request: AuthorisationRequest<'_> = bench.sale().request;
        request.at = chipcard::issuer::Timestamp(at);
        (request.amount, request.billing) = (most, Some((most, request.currency)));
        let sale = Sale {
            request,
            ..bench.sale()
        };
        assert!(bench.verdict(&sale).0 > Approve);
    }
}

/// The order of DE 55, and elements that no decision rests on, change the verdict of no row, be it honest or an attack.
#[test]
fn order_and_other_elements_change_nothing() {
    let mut layouts = Vec::new();
    for version in CryptogramVersion::ALL {
        // Checks look at the layout, and at nothing else of a version.
        if layouts.contains(&version.iad_layout) {
            continue;
        }
        layouts.push(version.iad_layout);
        for (name, _, change) in HONEST.iter().chain(ATTACKS) {
            let judged = |rearrange: fn(&mut Vec<(chipcard::Tag, Vec<u8>)>)| {
                let mut bench = Bench::new(version);
                let sale = bench.sale();
                let mut sale = change(&mut bench, sale);
                if let Some(elements) = &mut sale.elements {
                    rearrange(&mut elements.0);
                }
                bench.verdict(&sale)
            };
            let changed = judged(|elements| {
                elements.reverse();
                elements.insert(3, (chipcard::Tag::new(0xDF01), vec![0x9F, 0x02, 0x06]));
                elements.push((chipcard::Tag::new(0x9F7C), vec![0; 20]));
                elements.insert(0, (chipcard::Tag::new(0x9F35), vec![0x22]));
            });
            assert_eq!(judged(|_| {}), changed, "{} {name}", version.name);
        }
    }
}

/// Refusals that rest on what is signed, recorded or remembered, each beside every unsigned change: none of them is lifted.
#[test]
fn no_unsigned_change_lifts_a_refusal() {
    const REFUSED: &[Change] = &[
        |b, s| {
            let made = iad(b.card.version, CryptogramType::Aac);
            s.set(tag::ISSUER_APPLICATION_DATA, &made)
        },
        |_, s| asking(s, 90_000),
        |_, s| s.with(|r| r.currency = CurrencyCode::new(840).unwrap()),
        |b, s| {
            b.issued.status = CardStatus::Stolen;
            s
        },
        |b, s| {
            b.issued.expiry = YearMonth::new(2025, 1).unwrap();
            s
        },
        |_, s| s.tampered(tag::APPLICATION_CRYPTOGRAM, &[9; 8]),
        |b, s| {
            b.assess(&s.clone().stan("77"));
            s
        },
    ];
    const UNSIGNED: &[fn(Sale) -> Sale] = &[
        |s| s.tampered(tag::CVM_RESULTS, &[0x44, 0x03, 0x02]),
        |s| s.tampered(tag::CVM_RESULTS, &[0x1F, 0x00, 0x02]),
        |s| s.tampered(TERMINAL_CAPABILITIES, &[0, 0, 0]),
        |s| s.tampered(tag::CARD_TRANSACTION_QUALIFIERS, &[0, 0x80]),
        |s| s.tampered(tag::APPLICATION_PAN_SEQUENCE_NUMBER, &[0x01]),
        |s| s.tampered(tag::DEDICATED_FILE_NAME, &[0xA0, 0, 0, 0, 0x03, 0x10, 0x10]),
        |s| s.tampered(chipcard::Tag::new(0x9F6E), &[0x20, 0x70, 0, 0]),
        |s| s.without(tag::CRYPTOGRAM_INFORMATION_DATA),
        |s| s.without(tag::CVM_RESULTS),
        |s| s.without(TERMINAL_CAPABILITIES),
        |s| s.with(|r| r.deferred = true),
        |s| {
            s.with(|r| r.repeated_with_pin = true)
                .with(|r| r.pin = OnlinePin::NotSent)
        },
        |s| s.with(|r| r.estimated = true),
        |s| s.with(|r| (r.mcc, r.merchant, r.terminal_id) = (Some(7011), None, None)),
        |s| s.with(|r| r.entry_mode = Mode::Contactless),
        |s| s.with(|r| r.entry_mode = Mode::ContactUnreliable),
        |s| s.with(|r| r.terminal = TerminalCapability::Stripe),
        |s| s.with(|r| r.country = None),
        |s| s.with(|r| r.local_date = None),
        |s| s.with(|r| r.verification = Some(ClaimedVerification::OnlinePin)),
    ];
    for version in CryptogramVersion::ALL {
        // Without such bits a card cannot say that it made an AAC: there tag 9F27 alone tells, which is unsigned.
        let says_type = {
            let bench = Bench::new(version);
            let sale = bench.sale();
            let sale = REFUSED[0](&mut Bench::new(version), sale);
            bench.verdict(&sale).0 >= Decline
        };
        for refused in REFUSED.iter().skip(usize::from(!says_type)) {
            for unsigned in UNSIGNED {
                let mut bench = Bench::new(version);
                let sale = bench.sale();
                let sale = unsigned(refused(&mut bench, sale));
                let (verdict, kind) = bench.verdict(&sale);
                assert!(verdict >= Decline, "{} {kind:?}", version.name);
            }
        }
    }
}
