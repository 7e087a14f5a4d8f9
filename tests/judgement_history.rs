//! What the issuer remembers: replays, jumps, late messages, retransmissions, velocities.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod judge;
mod test_card;

use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::CardStatusUpdate;
use chipcard::issuer::{
    CardEvent, CardStateStore, ChipValidation, Happened, IssuerResponse, MessageKind, OnlinePin,
    Outcome, PosEntryMode, ReasonKind, TerminalCapability, Verdict,
};
use chipcard::tag;
use judge::{Bench, PAN, Sale, value};

use ReasonKind as R;
use Verdict::{Approve, ApproveAndFlag, Decline, Refer, StepUp};

const VISA_18: &CryptogramVersion = &CryptogramVersion::VISA_18;

#[test]
fn replays() {
    for version in CryptogramVersion::ALL {
        let bench = Bench::new(version);
        let sale = bench.sale();
        let first = bench.assess(&sale);
        assert_eq!(first.verdict, Approve);
        // R01: the same with a new trace number.
        let mut replay = bench.assess(&sale.clone().stan("000002"));
        assert_eq!(replay.verdict, Decline);
        assert!(replay.reasons.has(R::Replay));
        assert_eq!(replay.chip.map(ChipValidation::as_mc_obs_code), Some('E'));
        // It is not answered a second time.
        assert!(bench.authoriser.answer(&mut replay).unwrap().is_none());
        // H10: the message itself again.
        let mut again = bench.assess(&sale);
        assert_eq!(again.verdict, first.verdict);
        assert_eq!(again.recorded.unwrap().outcome, Outcome::Retransmission);
        let answered = bench.authoriser.answer(&mut again).unwrap();
        assert_eq!(answered.is_some(), version.arpc.is_some());
        // So it is after the next transaction, and after wrong cryptograms.
        assert!(bench.verdict(&bench.sale().atc(0x11)).0.is_approval());
        for stan in 100..105 {
            let wrong = bench
                .sale()
                .atc(0x12)
                .tampered(tag::APPLICATION_CRYPTOGRAM, &[9; 8]);
            assert_eq!(bench.verdict(&wrong.stan(&stan.to_string())).0, Decline);
        }
        assert_eq!(bench.assess(&sale).verdict, Approve);
    }
}

#[test]
fn jumps() {
    // R03, R04, H01, H02.
    for (atc, expected) in [
        (0x11, Approve),
        (0x17, Approve),
        (0x10 + 50, ApproveAndFlag),
        (0x10 + 999, ApproveAndFlag),
        (0x10 + 5_000, Refer),
        (0xFFFF, Decline),
    ] {
        let bench = Bench::new(VISA_18);
        assert_eq!(bench.verdict(&bench.sale()).0, Approve);
        let assessment = bench.assess(&bench.sale().atc(atc));
        assert_eq!(assessment.verdict, expected, "{atc}");
        if expected > ApproveAndFlag {
            assert_eq!(
                assessment.chip.map(ChipValidation::as_mc_obs_code),
                Some('A')
            );
        }
    }
    let bench = Bench::new(VISA_18);
    assert_eq!(bench.verdict(&bench.sale().atc(5_000)), (Approve, None));
}

#[test]
fn late_messages() {
    let bench = Bench::new(VISA_18);
    let deferred = |sale: Sale| sale.with(|request| request.deferred = true);
    assert_eq!(bench.verdict(&bench.sale().atc(115)).0, Approve);
    // C15: below the highest, and nobody says that it is late.
    let (verdict, kind) = bench.verdict(&bench.sale().atc(111));
    assert_eq!((verdict, kind), (Decline, Some(R::CounterBehind)));
    // H03.
    assert_eq!(
        bench.verdict(&deferred(bench.sale().atc(112))),
        (ApproveAndFlag, Some(R::CounterLate))
    );
    assert_eq!(
        bench.verdict(&deferred(bench.sale().atc(112)).stan("x")),
        (Decline, Some(R::Replay))
    );
    assert_eq!(
        bench.verdict(&deferred(bench.sale().atc(20))),
        (Refer, Some(R::CounterOld))
    );
    assert_eq!(
        bench.verdict(&bench.sale().atc(21)),
        (Decline, Some(R::CounterOld))
    );
    // Transit stores and forwards.
    let gate = bench
        .sale()
        .atc(113)
        .with(|request| request.mcc = Some(4111));
    assert_eq!(bench.verdict(&gate).0, ApproveAndFlag);
    // An advice and a presentment ask nothing, seen or not (H20).
    for (message, atc) in [(MessageKind::Advice, 114), (MessageKind::Clearing, 115)] {
        let sale = bench
            .sale()
            .atc(atc)
            .with(|request| request.message = message);
        assert_eq!(bench.verdict(&sale).0, Approve, "{message:?}");
    }
    let replay = bench.sale().atc(114).stan("y");
    assert_eq!(bench.verdict(&replay), (Decline, Some(R::Replay)));
}

/// Single tap and PIN: the issuer wants a PIN, the terminal sends the same cryptogram again with one.
#[test]
fn the_same_tap_with_a_pin() {
    let bench = Bench::new(VISA_18);
    let tap = bench
        .sale()
        .amount(20_000)
        .set(tag::CVM_RESULTS, &[0x1F, 0x03, 0x02])
        .set(tag::TERMINAL_VERIFICATION_RESULTS, &[0; 5]);
    let tap = tap.with(|request| {
        request.entry_mode = PosEntryMode::Contactless;
        request.pin = OnlinePin::NotSent;
    });
    assert_eq!(
        bench.verdict(&tap),
        (StepUp, Some(R::NoVerificationAboveLimit))
    );
    let with_pin = |pin| {
        tap.clone().stan("2").with(|request| {
            request.repeated_with_pin = true;
            request.pin = pin;
        })
    };
    assert_eq!(bench.verdict(&with_pin(OnlinePin::NotSent)).0, Decline);
    assert_eq!(bench.verdict(&with_pin(OnlinePin::Right)), (Approve, None));
    // The same message again, and once more money over the same tap.
    let mut again = bench.assess(&with_pin(OnlinePin::Right));
    assert_eq!(again.verdict, Approve);
    assert!(bench.authoriser.answer(&mut again).unwrap().is_none());
    let third = with_pin(OnlinePin::Right).stan("3");
    assert_eq!(bench.verdict(&third), (Decline, Some(R::Replay)));
}

#[test]
fn state_of_two_cards_and_of_a_renewed_one() {
    // H18, H26: another sequence number, another counter.
    let mut bench = Bench::new(VISA_18);
    assert_eq!(bench.verdict(&bench.sale().atc(500)).0, Approve);
    bench.issued.issue = 1;
    assert_eq!(bench.verdict(&bench.sale().atc(1)).0, Approve);
    bench.issued.issue = 0;
    assert_eq!(bench.verdict(&bench.sale().atc(501)).0, Approve);
}

#[test]
fn wrong_cryptograms_hold_the_card() {
    // R06.
    let bench = Bench::new(VISA_18);
    for attempt in 1..=12 {
        let wrong = bench
            .sale()
            .tampered(tag::APPLICATION_CRYPTOGRAM, &[attempt; 8]);
        let assessment = bench.assess(&wrong.stan(&attempt.to_string()));
        assert_eq!(assessment.verdict, Decline);
        assert_eq!(
            assessment.reasons.has(R::WrongCryptograms),
            attempt >= 10,
            "{attempt}"
        );
    }
    let own = bench.sale();
    assert_eq!(
        bench.verdict(&own),
        (Refer, Some(R::HeldForWrongCryptograms))
    );
    let tomorrow = bench.sale().atc(0x11).at(86_400);
    assert_eq!(bench.verdict(&tomorrow).0, Approve);
}

#[test]
fn guessing_the_printed_value() {
    // M19.
    let bench = Bench::new(VISA_18);
    let right = value(PAN, judge::expiry(), "000");
    let order = |cvv2: &'static str, stan: &str| {
        let mut sale = Sale::swiped(
            &bench,
            PosEntryMode::ElectronicCommerce,
            TerminalCapability::Unknown,
        );
        sale.track2 = None;
        sale.stan(stan).with(|request| request.cvv2 = Some(cvv2))
    };
    let right: &'static str = Box::leak(right.into_boxed_str());
    assert_eq!(bench.verdict(&order(right, "0")), (Approve, None));
    let mut tried = 0;
    for guess in 0..1000 {
        let guess: &'static str = Box::leak(format!("{guess:03}").into_boxed_str());
        tried += usize::from(guess != right);
        let assessment = bench.assess(&order(guess, guess));
        if guess != right || tried >= 10 {
            assert_eq!(assessment.verdict, Decline, "{guess}");
        }
        if tried >= 10 {
            assert!(assessment.reasons.has(R::WrongValues));
        }
        if tried > 20 && guess != right {
            break;
        }
    }
    // Even the right one is no proof then; the chip is not concerned.
    assert_eq!(
        bench.verdict(&order(right, "x")),
        (Decline, Some(R::WrongValues))
    );
    assert_eq!(bench.verdict(&bench.sale()), (Approve, None));
}

#[test]
fn fallbacks() {
    let fallback = |bench: &Bench, stan: &str| {
        Sale::swiped(
            bench,
            PosEntryMode::FallbackStripe,
            TerminalCapability::Chip,
        )
        .stan(stan)
    };
    // H05.
    let bench = Bench::new(VISA_18);
    assert_eq!(
        bench.verdict(&fallback(&bench, "1")),
        (StepUp, Some(R::Fallback))
    );
    // M11.
    let bench = Bench::new(VISA_18);
    assert_eq!(bench.verdict(&bench.sale()).0, Approve);
    let after = fallback(&bench, "2").at(600);
    assert_eq!(
        bench.verdict(&after),
        (Refer, Some(R::FallbackAfterGoodChip))
    );
    // A contactless read proves nothing of the contacts.
    let bench = Bench::new(VISA_18);
    let tap = bench
        .sale()
        .with(|request| request.entry_mode = PosEntryMode::Contactless);
    assert_eq!(bench.verdict(&tap).0, Approve);
    assert_eq!(bench.verdict(&fallback(&bench, "3").at(600)).0, StepUp);
    // M12: five at a merchant in an hour, of as many cards.
    let mut bench = Bench::new(VISA_18);
    for card in 1..=6 {
        bench.issued.issue = card;
        let sale = fallback(&bench, "4")
            .at(u64::from(card) * 60)
            .stan(&card.to_string());
        let (verdict, kind) = bench.verdict(&sale);
        if card < 5 {
            assert_eq!(verdict, StepUp, "{card}");
        } else {
            assert_eq!(
                (verdict, kind),
                (Decline, Some(R::MerchantFallbacks)),
                "{card}"
            );
        }
        // The same message again is not another fallback.
        assert_eq!(bench.verdict(&sale).0, verdict, "{card}");
    }
    // Many of one card.
    let bench = Bench::new(VISA_18);
    let mut last = Approve;
    for stan in 1..=3_u64 {
        let sale = fallback(&bench, &stan.to_string()).at(stan * 4_000);
        last = bench.verdict(&sale).0;
    }
    assert_eq!(last, Refer);
}

#[test]
fn predictable_terminals() {
    // C16, C14.
    let mut bench = Bench::new(VISA_18);
    let mut flagged = 0;
    for count in 0..64_u16 {
        bench.issued.issue = count as u8;
        let [high, low] = count.to_be_bytes();
        let sale = bench
            .sale()
            .set(tag::UNPREDICTABLE_NUMBER, &[0x3A, 0x15, high, low]);
        let assessment = bench.assess(&sale.stan(&count.to_string()));
        assert!(assessment.verdict <= ApproveAndFlag);
        flagged += usize::from(assessment.reasons.has(R::TerminalPredictable));
    }
    assert!(flagged > 40, "{flagged}");
    // Another terminal is not suspected.
    let sale = bench
        .sale()
        .with(|request| request.terminal_id = Some("TERM0002"));
    bench.issued.issue = 200;
    assert_eq!(bench.verdict(&sale), (Approve, None));
}

/// Many replays of one message are no draws of the terminal's generator: an honest terminal stays unsuspected.
#[test]
fn replays_do_not_spoil_a_terminal() {
    let bench = Bench::new(VISA_18);
    let sale = bench.sale();
    assert_eq!(bench.verdict(&sale).0, Approve);
    for stan in 100..200 {
        assert_eq!(
            bench.verdict(&sale.clone().stan(&stan.to_string())).0,
            Decline
        );
    }
    let next = bench
        .sale()
        .atc(0x11)
        .set(tag::UNPREDICTABLE_NUMBER, &[0x91, 0x5E, 0xC3, 0x07]);
    assert_eq!(bench.verdict(&next), (Approve, None));
}

#[test]
fn answers_that_did_not_reach_the_card() {
    // X04, X05.
    for (version, forged, missing) in [
        (&CryptogramVersion::CCD_A5, (4, 0x01), (4, 0x02)),
        (VISA_18, (6, 0x08), (6, 0x04)),
    ] {
        let bench = Bench::new(version);
        assert_eq!(bench.verdict(&bench.sale()).0, Approve);
        let sale = bench.sale().atc(0x11).iad(missing.0, missing.1);
        assert_eq!(
            bench.verdict(&sale),
            (ApproveAndFlag, Some(R::AnswerSuppressed))
        );
        let sale = bench.sale().atc(0x12).iad(forged.0, forged.1);
        assert_eq!(
            bench.verdict(&sale),
            (ApproveAndFlag, Some(R::AnswerForged))
        );
        // A wrong cryptogram got no answer, so its card has none to tell of.
        let bench = Bench::new(version);
        assert_eq!(bench.verdict(&bench.sale()).0, Approve);
        let tampered = bench
            .sale()
            .atc(0x11)
            .tampered(tag::APPLICATION_CRYPTOGRAM, &[9; 8]);
        assert_eq!(bench.verdict(&tampered.stan("000002")).0, Decline);
        let sale = bench.sale().atc(0x12).iad(missing.0, missing.1);
        assert_eq!(bench.verdict(&sale), (Approve, None));
        // A tap leaves before the answer comes.
        let bench = Bench::new(version);
        let tap = bench
            .sale()
            .with(|request| request.entry_mode = PosEntryMode::Contactless);
        assert_eq!(bench.verdict(&tap).0, Approve);
        let sale = bench.sale().atc(0x11).iad(missing.0, missing.1);
        assert_eq!(bench.verdict(&sale), (Approve, None));
    }
    // X06.
    let bench = Bench::new(VISA_18);
    let first = bench.assess(&bench.sale());
    let sent = CardEvent {
        at: 0,
        transaction: 0,
        atc: None,
        happened: Happened::SCRIPT_SENT,
    };
    let Ok(_) = bench.store.record(&first.card, &sent);
    let sale = bench.sale().atc(0x11);
    assert_eq!(
        bench.verdict(&sale),
        (ApproveAndFlag, Some(R::ScriptNotDelivered))
    );
    assert_eq!(bench.verdict(&bench.sale().atc(0x12)), (Approve, None));
    let Ok(_) = bench.store.record(&first.card, &sent);
    assert_eq!(
        bench.verdict(&bench.sale().atc(0x13).iad(7, 0x10)),
        (Approve, None)
    );
}

/// The answer to a card says what the verdict says, and a host may write its own.
#[test]
fn answers() {
    let bench = Bench::new(VISA_18);
    let mut good = bench.assess(&bench.sale());
    let approval = bench.authoriser.answer(&mut good).unwrap().unwrap();
    assert_eq!(approval.as_bytes()[4..8], [0x00, 0x80, 0x00, 0x00]);
    assert!(bench.authoriser.answer(&mut good).unwrap().is_none());
    let wedge = bench
        .sale()
        .atc(0x11)
        .set(tag::CVM_RESULTS, &[0x01, 0x03, 0x02]);
    let mut bad = bench.assess(&wedge);
    let decline = bench.authoriser.answer(&mut bad).unwrap().unwrap();
    assert_eq!(decline.as_bytes()[4..8], [0; 4]);
    let mut own = bench.assess(&bench.sale().atc(0x12));
    let response = IssuerResponse::approve().with_csu(CardStatusUpdate([0, 0x90, 0, 0]));
    let proof = own.verified_mut().take().unwrap();
    assert!(
        bench
            .authoriser
            .issuer()
            .authorise(proof, &response)
            .is_ok()
    );
}

#[test]
fn a_card_with_its_name_is_the_same_to_the_store() {
    let mut bench = Bench::new(&CryptogramVersion::VISA_18);
    let sale = bench.sale();
    let anew = bench.assess(&sale).card;
    // An old name is none of the card's business.
    bench.issued.index = Some(chipcard::issuer::CardIndex([0; 16]));
    bench.issued = bench.authoriser.named(bench.issued.clone());
    assert_eq!(bench.issued.index, Some(anew));
    let again = bench.assess(&sale);
    assert_eq!(again.card, anew);
    assert_eq!(
        again.recorded.map(|recorded| recorded.outcome),
        Some(Outcome::Retransmission)
    );
}
