//! The decision table of entry modes and verification values, row by row.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod judge;
mod test_card;

use chipcard::cryptogram::{CipherFamily, CryptogramVersion};
use chipcard::element::{ApplicationTransactionCounter, CountryCode, ServiceCode, YearMonth};
use chipcard::issuer::{
    Contactless, DynamicLayout, DynamicValue, Policy, PosEntryMode, ReasonKind, TerminalCapability,
    Verdict,
};
use chipcard::key::{CardKeyOption, IssuerMasterKey, KeyPolicy};
use chipcard::magstripe::{Cvc3Digits, CvvDigits, CvvInput, ExpiryDigits, Ivcvc3, cvc3, dcvv};
use chipcard::{Tag, tag};
use judge::{Bench, PAN, Sale, value};
use test_card::master_key;

use PosEntryMode as Mode;
use ReasonKind as R;
use TerminalCapability as Terminal;
use Verdict::{Approve, ApproveAndFlag, Decline, Refer, Reject, StepUp};

const VISA_18: &CryptogramVersion = &CryptogramVersion::VISA_18;

/// The card verification value with this service code: 999 is the chip's.
fn cvv(code: &str) -> String {
    value(PAN, judge::expiry(), code)
}

/// A value that is neither the stripe's nor the chip's.
fn wrong() -> String {
    let all = [cvv("201"), cvv("999")];
    (0..1000)
        .map(|n| format!("{n:03}"))
        .find(|n| !all.contains(n))
        .unwrap()
}

fn swipe(bench: &Bench, mode: Mode, terminal: Terminal) -> Sale {
    Sale::swiped(bench, mode, terminal)
}

fn with_track(mut sale: Sale, track: String) -> Sale {
    sale.track2 = Some(track);
    sale
}

fn chip_with_track(bench: &Bench, mode: Mode, value: &str) -> Sale {
    let sale = bench.sale().with(|request| request.entry_mode = mode);
    with_track(sale, bench.track2("201", value))
}

#[test]
fn chip_messages() {
    let bench = Bench::new(VISA_18);
    let wrong = wrong();
    let mut atc = 0x10;
    for (mode, value, expected) in [
        (Mode::Contact, cvv("999"), (Approve, None)),
        (Mode::Contactless, cvv("999"), (Approve, None)),
        (
            Mode::Contact,
            cvv("201"),
            (Decline, Some(R::StripeDataInChip)),
        ),
        (
            Mode::Contact,
            wrong.clone(),
            (Decline, Some(R::TrackTampered)),
        ),
        (Mode::ContactUnreliable, wrong.clone(), (Approve, None)),
        (
            Mode::Contactless,
            wrong,
            (ApproveAndFlag, Some(R::TrackTampered)),
        ),
        (Mode::Contact, String::new(), (Approve, None)),
    ] {
        atc += 1;
        let sale = chip_with_track(&bench, mode, &value).atc(atc);
        assert_eq!(bench.verdict(&sale), expected, "{mode}");
    }
    // A wrong cryptogram is declined, whatever the track says.
    let sale = chip_with_track(&bench, Mode::Contact, &cvv("999"))
        .tampered(tag::APPLICATION_CRYPTOGRAM, &[1; 8]);
    assert_eq!(bench.verdict(&sale), (Decline, Some(R::CryptogramWrong)));
    // No chip data: "if they saw an EMV transaction and didn't see the code, they would just authorize".
    let mut sale = chip_with_track(&bench, Mode::Contact, &cvv("999"));
    sale.elements = None;
    assert_eq!(bench.verdict(&sale), (Decline, Some(R::ChipDataMissing)));
}

#[test]
fn stripes_of_a_chip_card() {
    let bench = Bench::new(VISA_18);
    let (chip, stripe) = (Terminal::ChipAndContactless, Terminal::Stripe);
    let abroad =
        |sale: Sale| sale.with(|request| request.country = Some(CountryCode::new(840).unwrap()));
    let track = |code: &str, value: &str| bench.track2(code, value);
    let full = |terminal| swipe(&bench, Mode::Stripe, terminal);
    for (id, sale, expected) in [
        ("M01", full(chip), (Decline, R::ChipBypassed)),
        ("M02", full(stripe), (Refer, R::StripeOfChipCard)),
        ("H07", abroad(full(stripe)), (StepUp, R::StripeOfChipCard)),
        (
            "M03",
            with_track(full(stripe), track("201", &cvv("999"))),
            (Decline, R::ChipDataOnStripe),
        ),
        (
            "M03 fallback",
            with_track(
                swipe(&bench, Mode::FallbackStripe, chip),
                track("201", &cvv("999")),
            ),
            (Decline, R::ChipDataOnStripe),
        ),
        (
            "M05",
            abroad(with_track(full(stripe), track("101", &cvv("201")))),
            (Decline, R::CvvWrong),
        ),
        // M06: the value of the altered service code is right.
        (
            "M06",
            abroad(with_track(full(stripe), track("101", &cvv("101")))),
            (Decline, R::ServiceCodeAltered),
        ),
        (
            "M07",
            with_track(full(stripe), format!("{PAN}=3112201123450{}", cvv("201"))),
            (Decline, R::CvvWrong),
        ),
        (
            "M08",
            with_track(full(stripe), track("201", &wrong())),
            (Decline, R::CvvWrong),
        ),
        (
            "M09 short",
            with_track(full(stripe), track("201", "12")),
            (Decline, R::CvvMissing),
        ),
        (
            "M09 blank",
            with_track(full(stripe), track("201", "")),
            (Decline, R::CvvMissing),
        ),
        (
            "M13",
            swipe(&bench, Mode::StripeUnreliable, chip),
            (Refer, R::TrackUnexpected),
        ),
        (
            "80",
            swipe(&bench, Mode::FallbackStripe, chip),
            (StepUp, R::Fallback),
        ),
    ] {
        let (verdict, kind) = bench.verdict(&sale.stan(id));
        assert_eq!((verdict, kind), (expected.0, Some(expected.1)), "{id}");
    }
    // A value that the service code's own is not, and the expiry is the stripe's.
    let mut sale = full(stripe);
    sale.track2 = None;
    let (verdict, _) = bench.verdict(&sale.stan("none"));
    assert_eq!(verdict, Refer);
    let mut sale = swipe(&bench, Mode::StripeUnreliable, chip);
    sale.track2 = None;
    assert_eq!(
        bench.verdict(&sale.stan("02")),
        (Refer, Some(R::StripeUnverifiable))
    );
    // Typed in at a terminal that reads chips, after the chip failed, or by mail.
    for (mode, terminal, expected) in [
        (Mode::Manual, chip, StepUp),
        (Mode::ChipFailedManual, Terminal::Unknown, StepUp),
        (Mode::Manual, Terminal::Unknown, Approve),
        (Mode::Manual, Terminal::Manual, Approve),
    ] {
        let mut sale = swipe(&bench, mode, terminal).stan("01");
        sale.track2 = None;
        assert_eq!(bench.verdict(&sale).0, expected, "{mode}");
    }
    let malformed = with_track(full(stripe), "4761739001010010=3012".to_owned());
    assert_eq!(bench.verdict(&malformed), (Reject, Some(R::MalformedTrack)));
    let letters = with_track(
        full(stripe),
        "47617390010100A0=30122011234500000".to_owned(),
    );
    assert_eq!(bench.verdict(&letters), (Reject, Some(R::MalformedTrack)));
}

/// M04: a card whose two values are the same by chance.
#[test]
fn values_that_are_the_same_by_chance() {
    let mut bench = Bench::new(VISA_18);
    let month = (2026..2049)
        .flat_map(|year| (1..=12).map(move |month| YearMonth::new(year, month).unwrap()))
        .find(|month| value(PAN, *month, "999") == value(PAN, *month, "201"));
    let Some(month) = month else { return };
    bench.issued.expiry = month;
    let sale = swipe(&bench, Mode::Stripe, Terminal::Stripe);
    assert_eq!(
        bench.verdict(&sale),
        (Refer, Some(R::ValuesIndistinguishable))
    );
}

#[test]
fn cards_without_a_chip() {
    let bench = Bench::stripe_only();
    // H06.
    for (mode, terminal) in [
        (Mode::Stripe, Terminal::ChipAndContactless),
        (Mode::Stripe, Terminal::Stripe),
        (Mode::FallbackStripe, Terminal::Chip),
        (Mode::StripeUnreliable, Terminal::Unknown),
    ] {
        assert_eq!(
            bench.verdict(&swipe(&bench, mode, terminal)),
            (Approve, None),
            "{mode}"
        );
    }
    let sale = swipe(&bench, Mode::Stripe, Terminal::Stripe);
    let other = with_track(sale.clone(), bench.track2("101", &wrong()));
    assert_eq!(bench.verdict(&other), (Decline, Some(R::CvvWrong)));
    let chip = sale.with(|request| request.entry_mode = Mode::Contact);
    assert_eq!(bench.verdict(&chip), (Decline, Some(R::NoChipIssued)));
}

#[test]
fn track_1() {
    let bench = Bench::stripe_only();
    let first =
        |code: &str, value: &str| Some(format!("%B{PAN}^TEST/CARD^3012{code}1234500{value}?"));
    let mut sale = swipe(&bench, Mode::Stripe, Terminal::Stripe);
    sale.track1 = first("101", &cvv("101"));
    assert_eq!(bench.verdict(&sale), (Approve, None));
    sale.track2 = None;
    assert_eq!(bench.verdict(&sale), (Approve, None));
    sale.track1 = first("101", &wrong());
    assert_eq!(bench.verdict(&sale), (Decline, Some(R::CvvWrong)));
    // M20.
    let mut sale = swipe(&bench, Mode::Stripe, Terminal::Stripe);
    sale.track1 = Some("%B4761739001010028^TEST/CARD^30121011234500000?".to_owned());
    assert_eq!(bench.verdict(&sale), (Decline, Some(R::PanMismatch)));
}

/// Three digits of the value, four of the counter, four of the unpredictable number, and that it has four.
fn layout(kind: DynamicValue) -> DynamicLayout {
    let layout = DynamicLayout::new((0, 3), (3, 4));
    match kind {
        DynamicValue::Cvc3 => layout.with_number((7, 4), Some(11)),
        _ => layout,
    }
}

fn code() -> ServiceCode {
    ServiceCode::from_digits("201").unwrap()
}

/// Track 2 of a contactless stripe with these values, computed from the published recipes, beside the judgement.
fn dynamic(bench: &Bench, kind: DynamicValue, atc: u16, un: u32) -> String {
    let counter = ApplicationTransactionCounter(atc);
    let (pan, sequence) = (&bench.card.pan, bench.card.sequence);
    match kind {
        DynamicValue::Cvc3 => {
            let master = 0x89AB_CDEF_0123_4567_7654_3210_FEDC_BA98_u128.to_be_bytes();
            let master = IssuerMasterKey::new(
                chipcard::crypto::Algorithm::Tdes,
                &master,
                KeyPolicy::Strict,
            )
            .unwrap();
            let key = master.card_key(pan, sequence, CardKeyOption::A).unwrap();
            let track = hex::decode(format!("{PAN}D3012201000000000000")).unwrap();
            let initial = Ivcvc3::of_track(&key, &track).unwrap();
            let number = format!("{un:08}");
            let number = hex::decode(number).unwrap().try_into().unwrap();
            let number = chipcard::element::UnpredictableNumber(number);
            let value = cvc3(&key, initial, number, counter, Cvc3Digits::THREE).unwrap();
            let value = value.reveal(str::to_owned);
            format!("{PAN}=3012201{value}{:04}{un:04}4", atc % 10_000)
        }
        _ => {
            let master = IssuerMasterKey::tdes(&master_key(CipherFamily::Tdes)).unwrap();
            let key = master.card_key(pan, sequence, CardKeyOption::A).unwrap();
            let input = CvvInput::new(pan, ExpiryDigits::yymm(judge::expiry()), code());
            let value = dcvv(&key, &input, counter, CvvDigits::THREE).unwrap();
            let value = value.reveal(str::to_owned);
            format!("{PAN}=3012201{value}{:04}", atc % 10_000)
        }
    }
}

fn tap(bench: &Bench, track: String, terminal: Terminal, stan: &str) -> Sale {
    with_track(swipe(bench, Mode::ContactlessStripe, terminal), track).stan(stan)
}

#[test]
fn contactless_stripes() {
    for kind in [DynamicValue::Cvc3, DynamicValue::Dcvv] {
        let mut bench = Bench::new(VISA_18);
        bench.issued.contactless = Some(Contactless::ChipAndStripe);
        bench.issued.dynamic_value = Some((kind, layout(kind)));
        let msd = Terminal::ContactlessStripe;
        let track = |atc, un| dynamic(&bench, kind, atc, un);
        let honest = tap(&bench, track(0x0A1B, 1234), msd, "1");
        assert_eq!(bench.verdict(&honest), (Approve, None), "{kind:?}");
        // M15: the same counter again.
        let replay = tap(&bench, track(0x0A1B, 1234), msd, "2");
        assert_eq!(bench.verdict(&replay), (Decline, Some(R::Replay)));
        // M16: a set taken in advance, one played, then the card itself, then another of the set.
        let played = tap(&bench, track(0x0A1B + 500, 777), msd, "3");
        assert_eq!(
            bench.verdict(&played),
            (ApproveAndFlag, Some(R::CounterJump))
        );
        let own = tap(&bench, track(0x0A1B + 999, 1), msd, "4");
        assert!(bench.verdict(&own).0.is_approval());
        let again = tap(&bench, track(0x0A1B + 501, 778), msd, "5");
        assert_eq!(bench.verdict(&again), (Decline, Some(R::CounterOld)));
        // M14: both could have done better.
        let down = tap(&bench, track(0x0A1B + 1_000, 2), Terminal::Contactless, "6");
        assert_eq!(
            bench.verdict(&down),
            (Decline, Some(R::ContactlessDowngraded))
        );
        // M17: no value, one digit.
        for end in ["", "7"] {
            let short = tap(&bench, format!("{PAN}=3012201{end}"), msd, "7");
            assert_eq!(
                bench.verdict(&short),
                (Decline, Some(R::DynamicValueMissing))
            );
        }
        // M18: a value by another recipe is another value.
        let mut digits = track(0x0A1B + 1_001, 5).into_bytes();
        let at = PAN.len() + 1 + 7;
        digits[at] = if digits[at] == b'9' {
            b'0'
        } else {
            digits[at] + 1
        };
        let wrong = tap(&bench, String::from_utf8(digits).unwrap(), msd, "8");
        assert_eq!(bench.verdict(&wrong), (Decline, Some(R::DynamicValueWrong)));
    }
    // Attack 8: the track says that the card took a number of fewer digits than it was made for; of a device that verified its owner
    // the digit is five more.
    for (digit, expected) in [
        ('4', Approve),
        ('9', Approve),
        ('3', Decline),
        ('0', Decline),
    ] {
        let mut bench = Bench::new(VISA_18);
        bench.issued.contactless = Some(Contactless::ChipAndStripe);
        bench.issued.dynamic_value = Some((DynamicValue::Cvc3, layout(DynamicValue::Cvc3)));
        let mut track = dynamic(&bench, DynamicValue::Cvc3, 0x10, 1234);
        track.pop();
        track.push(digit);
        let sale = tap(&bench, track, Terminal::ContactlessStripe, "1");
        assert_eq!(bench.verdict(&sale).0, expected, "{digit}");
    }
    // Nobody can tell.
    let mut bench = Bench::new(VISA_18);
    bench.issued.contactless = Some(Contactless::ChipAndStripe);
    let unknown = swipe(&bench, Mode::ContactlessStripe, Terminal::ContactlessStripe);
    assert_eq!(
        bench.verdict(&unknown),
        (StepUp, Some(R::ContactlessStripe))
    );
    // A card that has no stripe mode.
    bench.issued.contactless = Some(Contactless::Chip);
    let never = swipe(&bench, Mode::ContactlessStripe, Terminal::ContactlessStripe);
    assert_eq!(
        bench.verdict(&never),
        (Decline, Some(R::ContactlessDowngraded))
    );
    bench.issued.contactless = Some(Contactless::None);
    let none = swipe(&bench, Mode::ContactlessStripe, Terminal::ContactlessStripe);
    assert_eq!(
        bench.verdict(&none),
        (Decline, Some(R::ContactlessNotIssued))
    );
}

/// Three digits are guessed in a thousand attempts. One that is right by luck, for a counter far ahead, must not make the card's own
/// counter an old one.
#[test]
fn a_lucky_guess_locks_no_card_out() {
    for kind in [DynamicValue::Cvc3, DynamicValue::Dcvv] {
        let mut bench = Bench::new(VISA_18);
        bench.issued.contactless = Some(Contactless::ChipAndStripe);
        bench.issued.dynamic_value = Some((kind, layout(kind)));
        assert_eq!(bench.verdict(&bench.sale().atc(0x10)), (Approve, None));
        let guess = |atc, stan| {
            let track = dynamic(&bench, kind, atc, 1234);
            tap(&bench, track, Terminal::ContactlessStripe, stan)
        };
        // Not recorded, so it is referred each time, under another trace number and under the same one.
        for stan in ["1", "2", "2"] {
            let verdict = bench.verdict(&guess(9_000, stan));
            assert_eq!(verdict, (Refer, Some(R::CounterLeap)), "{kind:?} {stan}");
        }
        assert_eq!(bench.verdict(&bench.sale().atc(0x11)), (Approve, None));
        // As far as a jump may be, it is recorded, and comes once.
        let near = guess(0x11 + 1_000, "3");
        assert_eq!(bench.verdict(&near).0, ApproveAndFlag, "{kind:?}");
        let again = guess(0x11 + 1_000, "4");
        assert_eq!(bench.verdict(&again), (Decline, Some(R::Replay)));
        // A cryptogram proves any counter.
        let own = bench.sale().atc(20_000);
        assert_eq!(bench.verdict(&own), (Refer, Some(R::CounterLeap)));
        assert_eq!(bench.verdict(&bench.sale().atc(20_001)), (Approve, None));
    }
}

#[test]
fn a_lax_policy_refers_a_guess_too_far_ahead() {
    let mut bench = Bench::new(VISA_18);
    let kind = DynamicValue::Cvc3;
    bench.issued.contactless = Some(Contactless::ChipAndStripe);
    bench.issued.dynamic_value = Some((kind, layout(kind)));
    let mut policy = Policy::default();
    (policy.counter_jump_flagged, policy.counter_jump_referred) = (u16::MAX, u16::MAX);
    bench.authoriser = bench.authoriser.with_policy(policy);
    assert_eq!(bench.verdict(&bench.sale().atc(0x10)), (Approve, None));
    let track = dynamic(&bench, kind, 9_000, 1234);
    let guess = tap(&bench, track, Terminal::ContactlessStripe, "1");
    assert_eq!(bench.verdict(&guess), (Refer, Some(R::CounterLeap)));
}

#[test]
fn chip_data_beside_a_swipe() {
    let bench = Bench::new(VISA_18);
    let sale = bench.sale().with(|request| {
        request.entry_mode = Mode::Stripe;
        request.country = Some(CountryCode::new(840).unwrap());
        request.terminal = Terminal::Stripe;
    });
    let sale = with_track(sale, bench.track2("201", &cvv("201")));
    let (verdict, _) = bench.verdict(&sale);
    assert!(verdict >= Refer);
    // Chip data without a cryptogram are no contradiction.
    let mut sale = swipe(&bench, Mode::FallbackStripe, Terminal::Chip);
    sale.elements = Some(test_card::Elements(vec![(
        Tag::new(0x9F33),
        vec![0xE0, 0xF8, 0xC8],
    )]));
    let de55 = sale.elements.as_ref().unwrap().bytes();
    let mut request: chipcard::issuer::AuthorisationRequest<'_> = sale.request.clone();
    request.chip = Some(&de55);
    request.track2 = sale.track2.as_deref();
    assert_eq!(bench.judge(&request).verdict, StepUp);
}
