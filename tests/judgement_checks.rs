//! Each check of the issuer's judgement: the attacks that it catches, and the honest message beside each.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod judge;
mod test_card;

use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::{
    Amount, ApplicationIdentifier, ApplicationInterchangeProfile, CountryCode, CryptogramType,
    CurrencyCode, Date, PanSequenceNumber,
};
use chipcard::issuer::{
    CardStatus, ChipValidation, ClaimedVerification, Contactless, Form, Language, MessageKind,
    OnlinePin, PinExpectation, PosEntryMode, ReasonKind, TokenDomain, Verdict,
};
use chipcard::{Tag, tag};
use judge::{Bench, Sale};
use test_card::iad;

use ReasonKind as R;
use Verdict::{Approve, ApproveAndFlag, Decline, Refer, Reject, StepUp};

const VISA_18: &CryptogramVersion = &CryptogramVersion::VISA_18;
const VISA_22: &CryptogramVersion = &CryptogramVersion::VISA_22;
const M_CHIP: &CryptogramVersion = &CryptogramVersion::MASTERCARD_14;
const CCD: &CryptogramVersion = &CryptogramVersion::CCD_A5;

/// Judges one message of a fresh card.
#[track_caller]
fn judged(
    version: &'static CryptogramVersion,
    make: impl FnOnce(&mut Bench) -> Sale,
) -> (Verdict, Option<R>) {
    let mut bench = Bench::new(version);
    let sale = make(&mut bench);
    bench.verdict(&sale)
}

#[track_caller]
fn expect(
    version: &'static CryptogramVersion,
    verdict: Verdict,
    kind: R,
    make: impl FnOnce(&mut Bench) -> Sale,
) {
    assert_eq!(
        judged(version, make),
        (verdict, Some(kind)),
        "{}",
        version.name
    );
}

#[track_caller]
fn approved(version: &'static CryptogramVersion, make: impl FnOnce(&mut Bench) -> Sale) {
    assert_eq!(judged(version, make), (Approve, None), "{}", version.name);
}

fn contactless(bench: &Bench) -> Sale {
    bench
        .sale()
        .set(tag::CVM_RESULTS, &[0x1F, 0x03, 0x02])
        .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0; 5])
        .with(|request| {
            request.entry_mode = PosEntryMode::Contactless;
            request.pin = OnlinePin::NotSent;
        })
}

const DEVICE: Form = Form::Token {
    domain: TokenDomain::DEVICE,
    funding: CardStatus::Active,
};

#[test]
fn every_version_is_approved() {
    for version in CryptogramVersion::ALL {
        approved(version, |bench| bench.sale());
        approved(version, |bench| contactless(bench));
    }
}

#[test]
fn wrong_cryptograms_are_declined_without_an_answer() {
    for version in CryptogramVersion::ALL {
        let bench = Bench::new(version);
        // C20: all bits of the cryptogram. X01: the oracle of the first two bytes gets no answer.
        for bit in 0..64 {
            let sale = bench.sale();
            let de55 = sale.de55(&bench.card).unwrap();
            let mut sale = sale.clone();
            let at = de55
                .windows(3)
                .position(|w| w == [0x9F, 0x26, 0x08])
                .unwrap()
                + 3;
            let mut ac = de55[at..at + 8].to_vec();
            ac[bit / 8] ^= 0x80 >> (bit % 8);
            sale = sale
                .tampered(tag::APPLICATION_CRYPTOGRAM, &ac)
                .stan(&format!("{bit:06}"));
            let mut assessment = bench.assess(&sale);
            assert_eq!(assessment.verdict, Decline);
            assert!(assessment.reasons.has(R::CryptogramWrong));
            assert_eq!(assessment.chip, Some(ChipValidation::Invalid));
            assert!(assessment.verified().is_none());
            assert!(bench.authoriser.answer(&mut assessment).unwrap().is_none());
        }
        // R05: none of it moved the counter.
        assert!(bench.verdict(&bench.sale().at(90_000)).0.is_approval());
    }
}

#[test]
fn pins_of_the_card() {
    // C17, C18.
    expect(VISA_18, Decline, R::VersionNotPinned, |bench| {
        bench
            .sale()
            .tampered(tag::ISSUER_APPLICATION_DATA, &[6, 1, 0x0A, 3, 0xA0, 0, 0])
    });
    expect(VISA_18, Decline, R::KeyIndexNotPinned, |bench| {
        bench
            .sale()
            .tampered(tag::ISSUER_APPLICATION_DATA, &[6, 2, 0x12, 3, 0xA0, 0, 0])
    });
    // P06: an inner length that lies, L02: another family's data.
    expect(VISA_18, Decline, R::IssuerDataLie, |bench| {
        bench.sale().tampered(
            tag::ISSUER_APPLICATION_DATA,
            &[6, 1, 0x12, 3, 0xA0, 0, 0, 9],
        )
    });
    expect(M_CHIP, Decline, R::IssuerDataLie, |bench| {
        bench
            .sale()
            .tampered(tag::ISSUER_APPLICATION_DATA, &[6, 1, 0x12, 3, 0xA0, 0, 0])
    });
}

#[test]
fn types_of_cryptograms() {
    for (cid, made) in [
        (0x80, CryptogramType::Aac),
        (0x80, CryptogramType::Tc),
        (0x40, CryptogramType::Tc),
    ] {
        for version in [VISA_18, M_CHIP, CCD] {
            // C05, C06.
            expect(version, Decline, R::NotAnArqc, |bench| {
                bench
                    .sale()
                    .set(tag::ISSUER_APPLICATION_DATA, &iad(version, made))
                    .set(tag::CRYPTOGRAM_INFORMATION_DATA, &[cid])
            });
        }
    }
    expect(VISA_18, Decline, R::NotAnArqc, |bench| {
        bench.sale().set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0xC0])
    });
    // C07: the TC of an offline transaction is verified when it is presented.
    for message in [MessageKind::Clearing, MessageKind::Advice] {
        let tc = |bench: &Bench| {
            bench
                .sale()
                .set(
                    tag::ISSUER_APPLICATION_DATA,
                    &iad(VISA_18, CryptogramType::Tc),
                )
                .set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x40])
                .with(|request| request.message = message)
        };
        approved(VISA_18, |bench| tc(bench));
        expect(VISA_18, Decline, R::CryptogramWrong, |bench| {
            tc(bench).tampered(tag::APPLICATION_CRYPTOGRAM, &[0x55; 8])
        });
    }
}

#[test]
fn who_the_card_is() {
    let other = "4761739001010028=30122011234500000";
    // P08, M20, C19.
    expect(VISA_18, Decline, R::PanMismatch, |bench| {
        let mut sale = bench.sale();
        sale.track2 = Some(other.to_owned());
        sale
    });
    expect(VISA_18, Decline, R::PanMismatch, |bench| {
        let track = hex::decode("4761739001010028D30122011234500000").unwrap();
        bench.sale().set(tag::TRACK_2_EQUIVALENT_DATA, &track)
    });
    expect(VISA_18, Decline, R::SequenceMismatch, |bench| {
        bench.sale().with(|request| {
            request.sequence = Some(PanSequenceNumber::from_bcd(0x02).unwrap());
        })
    });
    expect(VISA_18, Decline, R::SequenceMismatch, |bench| {
        bench
            .sale()
            .set(tag::APPLICATION_PAN_SEQUENCE_NUMBER, &[0x02])
    });
    approved(VISA_18, |bench| {
        bench
            .sale()
            .set(tag::APPLICATION_PAN_SEQUENCE_NUMBER, &[0x01])
            .with(|request| {
                request.sequence = Some(PanSequenceNumber::from_bcd(0x01).unwrap());
            })
    });
    for (status, kind, code) in [
        (CardStatus::Lost, R::Lost, *b"41"),
        (CardStatus::Stolen, R::Stolen, *b"43"),
        (CardStatus::Blocked, R::Blocked, *b"62"),
        (CardStatus::Replaced, R::Replaced, *b"62"),
    ] {
        let mut bench = Bench::new(VISA_18);
        bench.issued.status = status;
        let assessment = bench.assess(&bench.sale());
        assert_eq!(assessment.verdict, Decline);
        assert_eq!(assessment.reasons.first().unwrap().kind, kind);
        assert_eq!(assessment.response_code().to_bytes(), code);
    }
    // T03.
    expect(VISA_22, Decline, R::Stolen, |bench| {
        let (domain, funding) = (TokenDomain::DEVICE, CardStatus::Stolen);
        bench.issued.form = Form::Token { domain, funding };
        contactless(bench).iad(5, 0x04)
    });
    expect(VISA_18, Decline, R::Expired, |bench| {
        bench
            .sale()
            .at(5 * 366 * 86_400)
            .set(tag::TRANSACTION_DATE, &[0x31, 0x11, 0x25])
            .with(|request| request.local_date = Some(Date::new(2031, 11, 25).unwrap()))
    });
}

#[test]
fn cardholder() {
    // C02, the wedge: the terminal believes in a PIN that the card never saw.
    for version in [VISA_18, M_CHIP, CCD, &CryptogramVersion::VISA_10] {
        for method in [0x01, 0x41, 0x04, 0x44, 0x03, 0x05] {
            expect(version, Decline, R::PinContradicted, |bench| {
                bench.sale().set(tag::CVM_RESULTS, &[method, 0x03, 0x02])
            });
        }
        expect(version, Decline, R::PinContradicted, |bench| {
            bench.sale().without(tag::CVM_RESULTS).with(|request| {
                request.verification = Some(ClaimedVerification::OfflinePin);
            })
        });
        // The PIN failed, and the terminal says so.
        approved(version, |bench| {
            bench.sale().set(tag::CVM_RESULTS, &[0x41, 0x03, 0x01])
        });
    }
    // The card did verify the PIN.
    for (version, byte, bits) in [(VISA_18, 5, 0x04), (M_CHIP, 3, 0x05), (CCD, 5, 0x08)] {
        approved(version, |bench| {
            bench
                .sale()
                .set(tag::CVM_RESULTS, &[0x41, 0x03, 0x02])
                .iad(byte, bits)
        });
    }
    // C03: no results; the card noticed.
    for (version, byte, bits) in [(VISA_18, 7, 0x01), (M_CHIP, 6, 0x01)] {
        expect(version, StepUp, R::PinSkipped, |bench| {
            bench
                .sale()
                .without(tag::CVM_RESULTS)
                .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0; 5])
                .iad(byte, bits)
                .with(|request| request.pin = OnlinePin::Unknown)
        });
    }
    // C04.
    for (version, byte, bits) in [(VISA_18, 6, 0x40), (M_CHIP, 6, 0x08), (CCD, 5, 0x02)] {
        expect(version, StepUp, R::PinTriesExceeded, |bench| {
            bench
                .sale()
                .iad(byte, bits)
                .with(|request| request.pin = OnlinePin::Unknown)
        });
    }
    // A PIN for the issuer that is not there, or wrong.
    expect(VISA_18, Decline, R::OnlinePinMissing, |bench| {
        bench
            .sale()
            .with(|request| request.pin = OnlinePin::NotSent)
    });
    expect(VISA_18, Decline, R::OnlinePinWrong, |bench| {
        bench.sale().with(|request| request.pin = OnlinePin::Wrong)
    });
    approved(VISA_18, |bench| {
        bench
            .sale()
            .with(|request| request.pin = OnlinePin::Unknown)
    });
    // C09.
    for cvm in [[0x1E, 0x03, 0x00], [0x5E, 0x03, 0x00]] {
        let signed = |bench: &mut Bench, expectation| {
            bench.issued.pin = expectation;
            bench
                .sale()
                .set(tag::CVM_RESULTS, &cvm)
                .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0; 5])
                .with(|request| request.pin = OnlinePin::NotSent)
        };
        for expectation in [PinExpectation::Preferred, PinExpectation::Required] {
            expect(VISA_18, StepUp, R::SignatureInsteadOfPin, |bench| {
                signed(bench, expectation)
            });
            // A terminal that cannot take a PIN.
            approved(VISA_18, |bench| {
                signed(bench, expectation).set(Tag::new(0x9F33), &[0xE0, 0x28, 0xC8])
            });
        }
        expect(VISA_18, StepUp, R::SignatureInsteadOfPin, |bench| {
            signed(bench, PinExpectation::Required).without(Tag::new(0x9F33))
        });
        approved(VISA_18, |bench| signed(bench, PinExpectation::None));
    }
}

#[test]
fn devices_and_limits() {
    let claimed = &[0x00, 0x80];
    // L01, L08.
    for version in [VISA_18, VISA_22, &CryptogramVersion::VISA_10] {
        expect(
            version,
            Decline,
            R::DeviceVerificationContradicted,
            |bench| {
                contactless(bench)
                    .amount(50_000)
                    .tampered(tag::CARD_TRANSACTION_QUALIFIERS, claimed)
            },
        );
    }
    let device = |bench: &mut Bench, amount| {
        bench.issued.form = DEVICE;
        contactless(bench)
            .amount(amount)
            .set(tag::CARD_TRANSACTION_QUALIFIERS, claimed)
    };
    let silent = judged(VISA_22, |bench| device(bench, 50_000));
    assert!(silent.0 >= StepUp, "{silent:?}");
    for (byte, bits) in [(4, 0x12), (5, 0x04), (8, 0x02)] {
        approved(VISA_22, |bench| device(bench, 50_000).iad(byte, bits));
    }
    // H16, and above the limit.
    approved(VISA_18, |bench| contactless(bench).amount(10_000));
    expect(VISA_18, StepUp, R::NoVerificationAboveLimit, |bench| {
        contactless(bench).amount(10_001)
    });
    approved(VISA_18, |bench| {
        contactless(bench)
            .amount(10_001)
            .set(tag::CVM_RESULTS, &[0x02, 0x03, 0x00])
            .with(|request| request.pin = OnlinePin::Right)
    });
    // L06: a foreign currency, 999999.99.
    let foreign = |bench: &Bench| {
        contactless(bench)
            .amount(99_999_999)
            .set(tag::TRANSACTION_CURRENCY_CODE, &[0x09, 0x78])
            .with(|request| request.currency = CurrencyCode::new(978).unwrap())
    };
    expect(VISA_18, Refer, R::ForeignWithoutVerification, |bench| {
        foreign(bench)
    });
    approved(VISA_18, |bench| {
        foreign(bench).amount(2_000).with(|request| {
            request.billing = Some((Amount::new(3_200).unwrap(), CurrencyCode::new(392).unwrap()));
        })
    });
    // L03: express transit elsewhere.
    let express = |bench: &mut Bench, mcc, amount| {
        bench.issued.form = DEVICE;
        contactless(bench)
            .amount(amount)
            .with(|request| request.mcc = Some(mcc))
    };
    expect(VISA_22, Decline, R::DeviceNotVerified, |bench| {
        express(bench, 5732, 100_000)
    });
    expect(M_CHIP, Decline, R::DeviceNotVerified, |bench| {
        express(bench, 5732, 100_000)
    });
    expect(VISA_22, ApproveAndFlag, R::DeviceNotVerified, |bench| {
        express(bench, 5732, 500)
    });
    approved(VISA_22, |bench| express(bench, 4111, 500));
}

#[test]
fn terminals() {
    // C08.
    let unauthenticated = |bench: &mut Bench, tvr: [u8; 5]| {
        bench
            .sale()
            .amount(50_000)
            .set(tag::APPLICATION_INTERCHANGE_PROFILE, &[0x39, 0x00])
            .set(tag::TERMINAL_VERIFICATION_RESULTS, &tvr)
            .set(tag::CVM_RESULTS, &[0x1F, 0x03, 0x02])
            .with(|request| request.pin = OnlinePin::NotSent)
    };
    for tvr in [
        [0x80, 0, 0, 0x80, 0],
        [0x04, 0, 0, 0x80, 0],
        [0x08, 0, 0, 0, 0],
    ] {
        expect(M_CHIP, StepUp, R::CardNotAuthenticated, |bench| {
            unauthenticated(bench, tvr)
        });
        // H21.
        approved(M_CHIP, |bench| {
            unauthenticated(bench, tvr)
                .set(tag::CVM_RESULTS, &[0x02, 0x03, 0x00])
                .with(|request| request.pin = OnlinePin::Right)
        });
    }
    approved(M_CHIP, |bench| {
        unauthenticated(bench, [0x80, 0, 0, 0, 0]).amount(900)
    });
    // L04, L05.
    let relayed = |bench: &mut Bench, supported, bits| {
        bench.issued.relay_resistance = supported;
        contactless(bench).set(tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0, 0, bits])
    };
    for bits in [0x0A, 0x06, 0x08] {
        expect(M_CHIP, Decline, R::RelaySuspected, |bench| {
            relayed(bench, Some(true), bits)
        });
        approved(M_CHIP, |bench| relayed(bench, None, bits));
    }
    approved(M_CHIP, |bench| relayed(bench, Some(true), 0x02));
    approved(M_CHIP, |bench| relayed(bench, Some(true), 0x01));
    expect(M_CHIP, Decline, R::RelaySuspected, |bench| {
        relayed(bench, None, 0x08).set(tag::APPLICATION_INTERCHANGE_PROFILE, &[0x19, 0x81])
    });
    // L02.
    let visa = &[0xA0, 0, 0, 0, 0x03, 0x10, 0x10];
    let mastercard = &[0xA0, 0, 0, 0, 0x04, 0x10, 0x10];
    for tag in [tag::DEDICATED_FILE_NAME, tag::AID_TERMINAL] {
        expect(M_CHIP, Decline, R::WrongBrand, |bench| {
            contactless(bench).set(tag, visa)
        });
        expect(VISA_18, Decline, R::WrongBrand, |bench| {
            contactless(bench).set(tag, mastercard)
        });
        approved(VISA_18, |bench| contactless(bench).set(tag, visa));
        // A card of two marks, and a terminal's shorter identifier.
        static BOTH: std::sync::LazyLock<[ApplicationIdentifier; 2]> =
            std::sync::LazyLock::new(|| {
                [
                    ApplicationIdentifier::parse(&[0xA0, 0, 0, 0, 0x03, 0x10, 0x10]).unwrap(),
                    ApplicationIdentifier::parse(&[0xA0, 0, 0, 0, 0x42, 0x10, 0x10]).unwrap(),
                ]
            });
        for aid in [
            &[0xA0, 0, 0, 0, 0x42, 0x10, 0x10][..],
            &[0xA0, 0, 0, 0, 0x03],
        ] {
            approved(VISA_18, |bench| {
                bench.issued.applications = &*BOTH;
                bench.sale().set(tag, aid)
            });
        }
        expect(VISA_18, Decline, R::WrongBrand, |bench| {
            bench.issued.applications = &*BOTH;
            bench.sale().set(tag, mastercard)
        });
    }
    expect(M_CHIP, Refer, R::WrongKernelData, |bench| {
        contactless(bench).set(tag::CARD_TRANSACTION_QUALIFIERS, &[0, 0])
    });
    expect(VISA_18, Refer, R::OnExceptionFile, |bench| {
        bench
            .sale()
            .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0x10, 0, 0x04, 0, 0])
    });
}

#[test]
fn interfaces() {
    // L07.
    for (issued, mode, fine) in [
        (Contactless::None, PosEntryMode::Contactless, false),
        (Contactless::Stripe, PosEntryMode::Contactless, false),
        (Contactless::Chip, PosEntryMode::Contactless, true),
        (Contactless::None, PosEntryMode::Contact, true),
    ] {
        let make = |bench: &mut Bench| {
            bench.issued.contactless = Some(issued);
            contactless(bench).with(|request| request.entry_mode = mode)
        };
        if fine {
            approved(VISA_18, make);
        } else {
            expect(VISA_18, Decline, R::ContactlessNotIssued, make);
        }
    }
    // Attack 19: the profile that the card signed is the other interface's.
    let profiles = |bench: &mut Bench, signed: [u8; 2], mode| {
        bench.issued.contact_profile = Some(ApplicationInterchangeProfile([0x3C, 0x00]));
        bench.issued.contactless_profile = Some(ApplicationInterchangeProfile([0x19, 0x80]));
        contactless(bench)
            .set(tag::APPLICATION_INTERCHANGE_PROFILE, &signed)
            .with(|request| request.entry_mode = mode)
    };
    approved(M_CHIP, |bench| {
        profiles(bench, [0x19, 0x80], PosEntryMode::Contactless)
    });
    approved(M_CHIP, |bench| {
        profiles(bench, [0x3C, 0x00], PosEntryMode::Contact)
    });
    expect(M_CHIP, Decline, R::InterfaceConfusion, |bench| {
        profiles(bench, [0x3C, 0x00], PosEntryMode::Contactless)
    });
    expect(M_CHIP, Decline, R::InterfaceConfusion, |bench| {
        profiles(bench, [0x19, 0x80], PosEntryMode::Contact)
    });
    // T01.
    for (mode, fine) in [
        (PosEntryMode::Contactless, true),
        (PosEntryMode::Contact, false),
        (PosEntryMode::Manual, false),
        (PosEntryMode::Stripe, false),
        (PosEntryMode::ElectronicCommerce, true),
    ] {
        let mut bench = Bench::new(VISA_22);
        bench.issued.form = DEVICE;
        let mut sale = contactless(&bench)
            .iad(5, 0x04)
            .with(|request| request.entry_mode = mode);
        if !mode.is_chip() {
            sale.elements = None;
        }
        let assessment = bench.assess(&sale);
        assert_eq!(assessment.reasons.has(R::TokenDomain), !fine, "{mode}");
        assert_eq!(
            assessment.verdict == Approve,
            fine,
            "{mode} {:?}",
            assessment.reasons
        );
    }
    // C10, and a chip that spoke without a cryptogram.
    let bench = Bench::stripe_only();
    let mut sale = bench.sale();
    sale.elements = Some(Bench::new(VISA_18).card.message());
    assert_eq!(bench.verdict(&sale), (Decline, Some(R::NoChipIssued)));
    expect(VISA_18, Decline, R::ChipDataMissing, |bench| {
        let mut sale = bench.sale();
        sale.elements = None;
        sale
    });
}

#[test]
fn amounts_and_the_rest() {
    let raised = |bench: &Bench, signed: u64, asked: u64, mcc: u16, message| {
        bench.sale().amount(signed).with(|request| {
            request.amount = Amount::new(asked).unwrap();
            request.mcc = Some(mcc);
            request.message = message;
        })
    };
    let (now, later) = (MessageKind::Authorisation, MessageKind::Clearing);
    // C11.
    expect(VISA_18, Decline, R::AmountRaised, |bench| {
        raised(bench, 1_000, 1_001, 5411, now)
    });
    expect(VISA_18, Decline, R::AmountRaised, |bench| {
        raised(bench, 1_000, 9_000, 5812, later)
    });
    // H11, H12, H13.
    approved(VISA_18, |bench| raised(bench, 1_000, 1_200, 5812, later));
    approved(VISA_18, |bench| raised(bench, 1_000, 1_000, 5812, now));
    approved(VISA_18, |bench| raised(bench, 15_000, 4_200, 5542, now));
    approved(VISA_18, |bench| raised(bench, 1, 1, 5542, now));
    approved(VISA_18, |bench| raised(bench, 100, 6_200, 5542, later));
    approved(VISA_18, |bench| {
        bench
            .sale()
            .set(tag::AMOUNT_OTHER_NUMERIC, &[0, 0, 0, 0, 0x05, 0])
    });
    // T04.
    expect(VISA_18, Decline, R::CapCryptogram, |bench| {
        raised(bench, 0, 1_000, 5411, now).set(tag::UNPREDICTABLE_NUMBER, &[0; 4])
    });
    // H04: no money.
    for (message, amount, fine) in [
        (MessageKind::AtcUpdate, 0, true),
        (MessageKind::AtcUpdate, 10, true),
        (MessageKind::AtcUpdate, 100, true),
        (MessageKind::AccountStatus, 0, true),
        (MessageKind::AtcUpdate, 5_000, false),
        (MessageKind::AccountStatus, 5_000, false),
    ] {
        let (verdict, kind) = judged(VISA_18, |bench| {
            raised(bench, amount, amount, 4111, message)
        });
        assert_eq!(verdict == Approve, fine, "{message:?} {amount} {kind:?}");
    }
    // C12, H14.
    expect(VISA_18, Decline, R::CurrencyChanged, |bench| {
        bench
            .sale()
            .with(|request| request.currency = CurrencyCode::new(840).unwrap())
    });
    expect(VISA_18, Refer, R::CountryDiffers, |bench| {
        bench
            .sale()
            .with(|request| request.country = Some(CountryCode::new(840).unwrap()))
    });
    approved(VISA_18, |bench| {
        bench.sale().with(|request| {
            request.billing = Some((Amount::new(700).unwrap(), CurrencyCode::new(840).unwrap()));
        })
    });
    // C13, H15.
    let dated = |bench: &Bench, month, day, deferred| {
        bench.sale().with(|request| {
            request.local_date = Some(Date::new(2026, month, day).unwrap());
            request.deferred = deferred;
        })
    };
    expect(VISA_18, Refer, R::DateDiffers, |bench| {
        dated(bench, 12, 23, false)
    });
    expect(VISA_18, Refer, R::DateDiffers, |bench| {
        dated(bench, 12, 23, true)
    });
    expect(VISA_18, Refer, R::DateDiffers, |bench| {
        dated(bench, 11, 21, false)
    });
    approved(VISA_18, |bench| dated(bench, 11, 24, false));
    approved(VISA_18, |bench| dated(bench, 11, 22, false));
    approved(VISA_18, |bench| dated(bench, 11, 30, true));
    // I01.
    let refund = |bench: &Bench| {
        bench
            .sale()
            .set(tag::TRANSACTION_TYPE, &[0x20])
            .with(|request| {
                request.message = MessageKind::Refund;
                request.processing_code = Some("200000");
            })
    };
    approved(VISA_18, |bench| refund(bench));
    expect(VISA_18, Decline, R::CryptogramWrong, |bench| {
        refund(bench).tampered(tag::APPLICATION_CRYPTOGRAM, &[0x11; 8])
    });
    expect(VISA_18, Decline, R::TypeChanged, |bench| {
        refund(bench).with(|request| {
            request.message = MessageKind::Authorisation;
            request.processing_code = Some("000000");
        })
    });
    // I02, H22.
    let reversal = |bench: &Bench, found| {
        bench.sale().with(|request| {
            request.message = MessageKind::Reversal;
            request.original_found = found;
        })
    };
    expect(VISA_18, Reject, R::NothingToReverse, |bench| {
        reversal(bench, Some(false))
    });
    approved(VISA_18, |bench| reversal(bench, Some(true)));
    approved(VISA_18, |bench| reversal(bench, None));
    // Advice 0120 (H20).
    approved(VISA_18, |bench| {
        bench
            .sale()
            .with(|request| request.message = MessageKind::Advice)
    });
}

#[test]
fn malformed_chip_data_are_rejected() {
    let bench = Bench::new(VISA_18);
    let good = bench.sale().de55(&bench.card).unwrap();
    let amount = hex::decode("9F0206000000099900").unwrap();
    for (id, de55) in [
        ("P01", [&good[..], &amount].concat()),
        ("P01", [&amount[..], &good].concat()),
        ("P02", [&good[..], &[0x9F, 0x36, 0x02, 0x00, 0x10]].concat()),
        ("P03", [&good[..], &[0x70, 0x09], &amount].concat()),
        ("P04", [&good[..], &[0x9F, 0x7C, 0x81, 0x01, 0x00]].concat()),
        ("P04", [&good[..], &[0x9F, 0x7C, 0x80, 0x00, 0x00]].concat()),
        ("P05", [&good[..], &[0x01]].concat()),
        ("P05", [&good[..], &[0xFF]].concat()),
        ("C20", [&good[..], &[0x9F, 0x26, 0x02, 0x00, 0x10]].concat()),
    ] {
        let mut request = bench.sale().request;
        request.chip = None;
        let mut request: chipcard::issuer::AuthorisationRequest<'_> = request;
        request.chip = Some(&de55);
        let assessment = bench.judge(&request);
        assert_eq!(assessment.verdict, Reject, "{id}");
        assert_eq!(assessment.chip, Some(ChipValidation::Malformed), "{id}");
        assert_eq!(assessment.response_code().to_bytes(), *b"30");
        assert!(assessment.recorded.is_none());
    }
    // P07.
    expect(VISA_18, Reject, R::MalformedChipData, |bench| {
        bench
            .sale()
            .tampered(tag::AMOUNT_AUTHORISED_NUMERIC, &[0, 0, 0, 0, 0x1A, 0])
    });
    // H25, H09.
    approved(VISA_18, |bench| {
        bench
            .sale()
            .set(Tag::new(0x9F7C), &[1, 2, 3])
            .set(Tag::new(0xDF01), &[4])
    });
}

#[test]
fn codes_and_languages() {
    let bench = Bench::new(VISA_18);
    let assessment = bench.assess(&bench.sale());
    assert_eq!(assessment.response_code().to_bytes(), *b"00");
    assert_eq!(
        assessment.chip.map(ChipValidation::as_mc_obs_code),
        Some('C')
    );
    let wedge = bench
        .sale()
        .atc(0x11)
        .set(tag::CVM_RESULTS, &[0x01, 0x03, 0x02]);
    let assessment = bench.assess(&wedge);
    assert_eq!(
        assessment.chip.map(ChipValidation::as_mc_obs_code),
        Some('T')
    );
    let first = *assessment.reasons.first().unwrap();
    assert!(first.to_string().contains("9F34 010302"));
    assert!(
        first
            .text(Language::Japanese)
            .to_string()
            .contains("暗証番号")
    );
}
