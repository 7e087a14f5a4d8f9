//! Behaviour over time: what is counted, by whom it can be moved, and that honest people are left alone.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod judge;
mod test_card;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::{AuthorisationResponseCode, CountryCode, CurrencyCode};
use chipcard::issuer::{
    Activity, ActivityEvent, ActivityPolicy, ActivityStore, CardActivity, CardIndex,
    CompromiseReport, Language, MemoryActivity, MessageKind, Nature, Noticed, OnlinePin, Payment,
    PosEntryMode, ReasonKind, ShopActivity, ShopIndex, TerminalCapability, Timestamp, Verdict,
    Whereabouts,
};
use chipcard::tag;
use judge::{Bench, NOON, Sale};
use proptest::prelude::*;

use ReasonKind as R;
use Verdict::{Approve, ApproveAndFlag, Decline, Refer};

const VISA_18: &CryptogramVersion = &CryptogramVersion::VISA_18;
const CARD: CardIndex = CardIndex([7; 16]);
const SHOP: ShopIndex = ShopIndex([9; 8]);
const POLICY: ActivityPolicy = ActivityPolicy::DEFAULT;
const START: u32 = NOON as u32;
const DAY: u32 = 86_400;

/// An approved payment of nothing remarkable.
const PLAIN: Payment = Payment {
    approved: true,
    purchase: 0,
    shop: None,
    nature: Nature(0),
    whereabouts: None,
};
const CASH: Payment = Payment {
    nature: Nature::CASH_OUT,
    ..PLAIN
};

fn event(at: u32, transaction: u64, payment: Payment) -> ActivityEvent {
    ActivityEvent {
        at,
        transaction,
        what: Activity::Payment(payment),
    }
}

fn watch(store: &MemoryActivity, card: CardIndex, event: &ActivityEvent) -> Noticed {
    let Ok(noticed) = store.watch(&card, event, &POLICY);
    noticed
}

fn card(number: u32) -> CardIndex {
    CardIndex(u128::from(number).to_be_bytes())
}

// Cash-out.

#[test]
fn the_sixth_cash_out_of_a_day_is_noticed() {
    let store = MemoryActivity::new();
    let pay =
        |at, transaction| watch(&store, CARD, &event(START + at, transaction, CASH)).cash_outs;
    assert_eq!(
        [1, 2, 3, 4, 5].map(|hour| pay(hour * 3_600, hour.into())),
        [0; 5]
    );
    // What is refused does not count: it stays the sixth, and tomorrow the first has gone.
    assert_eq!((pay(6 * 3_600, 6), pay(7 * 3_600, 7)), (6, 6));
    assert_eq!(pay(3_600 + DAY - 1, 8), 6);
    assert_eq!(pay(3_600 + DAY, 9), 0);
    assert_eq!(pay(3_600 + DAY, 10), 6);
}

#[test]
fn what_is_reversed_or_refused_does_not_count() {
    let store = MemoryActivity::new();
    for purchase in 1..=5 {
        let cash = Payment { purchase, ..CASH };
        watch(&store, CARD, &event(START, purchase.into(), cash));
    }
    let refused = Payment {
        approved: false,
        ..CASH
    };
    assert_eq!(watch(&store, CARD, &event(START, 6, refused)).cash_outs, 6);
    let reversal = |purchase| ActivityEvent {
        at: START,
        transaction: 0,
        what: Activity::Reversal(purchase),
    };
    // Another purchase's, twice the same, and the purchase's own message again afterwards.
    watch(&store, CARD, &reversal(77));
    assert_eq!(watch(&store, CARD, &event(START, 7, refused)).cash_outs, 6);
    watch(&store, CARD, &reversal(5));
    watch(&store, CARD, &reversal(5));
    let again = Payment {
        purchase: 5,
        ..CASH
    };
    assert_eq!(
        watch(&store, CARD, &event(START, 5, again)),
        Noticed::NOTHING
    );
    assert_eq!(watch(&store, CARD, &event(START, 8, CASH)).cash_outs, 0);
    assert_eq!(watch(&store, CARD, &event(START, 9, CASH)).cash_outs, 6);
}

#[test]
fn gift_cards_with_the_card() {
    let (bench, activity) = (Bench::new(VISA_18), MemoryActivity::new());
    let buy = |atc: u16, mcc, amount| {
        let sale = bench.sale().atc(atc).amount(amount).at(u64::from(atc) * 60);
        let assessment = bench.watch(&sale.with(|request| request.mcc = Some(mcc)), &activity);
        (assessment.verdict, assessment.reasons.has(R::CashOut))
    };
    // Groceries, an amount that is not round, and postcards do not count.
    for atc in 1..10 {
        assert_eq!(buy(3 * atc, 5411, 10_000), (Approve, false));
        assert_eq!(buy(3 * atc + 1, 5947, 10_230), (Approve, false));
        assert_eq!(buy(3 * atc + 2, 5947, 1_000), (Approve, false));
    }
    for atc in 50..55 {
        assert_eq!(buy(atc, 5947, 10_000), (Approve, false));
    }
    assert_eq!(buy(55, 5947, 10_000), (Refer, true));
    assert_eq!(buy(56, 6051, 10_000), (Refer, true));
    assert_eq!(buy(57, 5411, 10_000), (Approve, false));
}

/// The reversal of a whole purchase, by its trace number.
#[test]
fn a_reversed_gift_card_is_given_back() {
    let (bench, activity) = (Bench::new(VISA_18), MemoryActivity::new());
    let gift = |atc| {
        let sale = bench.sale().atc(atc).amount(10_000);
        sale.with(|request| request.mcc = Some(5947))
    };
    for atc in 1..6 {
        assert_eq!(bench.watch(&gift(atc), &activity).verdict, Approve);
    }
    let reversal = |amount| {
        let reversal = gift(5).stan("000900").amount(amount).with(|request| {
            request.message = MessageKind::Reversal;
            request.original_found = Some(true);
            request.original_stan = Some("000005");
        });
        assert_eq!(bench.watch(&reversal, &activity).verdict, Approve);
    };
    // A part of it is another purchase.
    reversal(4_000);
    assert_eq!(bench.watch(&gift(6), &activity).verdict, Refer);
    reversal(10_000);
    reversal(10_000);
    assert_eq!(bench.watch(&gift(7), &activity).verdict, Approve);
    assert_eq!(bench.watch(&gift(8), &activity).verdict, Refer);
}

// Card testing.

fn by_number(bench: &Bench, stan: &str, amount: u64) -> Sale {
    let mut sale = bench.sale().stan(stan).amount(amount);
    sale.elements = None;
    sale.with(|request| {
        request.entry_mode = PosEntryMode::ElectronicCommerce;
        request.terminal = TerminalCapability::Manual;
        request.pin = OnlinePin::NotSent;
    })
}

#[test]
fn tests_by_number_alone() {
    let (bench, activity) = (Bench::new(VISA_18), MemoryActivity::new());
    let number = |stan: u32, amount| {
        let sale = by_number(&bench, &stan.to_string(), amount);
        bench.watch(&sale, &activity)
    };
    assert_eq!(number(1, 300_000).verdict, Approve);
    for stan in 2..11 {
        assert_eq!(number(stan, 1).verdict, Approve);
        assert_eq!(number(stan, 1).verdict, Approve, "the same again");
    }
    // Nine. The tenth is flagged, and then it is a test.
    assert_eq!(number(20, 300_000).verdict, Approve);
    assert_eq!(number(21, 1).verdict, ApproveAndFlag);
    let refused = number(22, 300_000);
    assert_eq!(refused.verdict, Decline);
    assert_eq!(
        refused.response_code(),
        AuthorisationResponseCode::new(*b"59")
    );
    let reason = refused.reasons.first().unwrap();
    assert_eq!(reason.kind, R::CardTesting);
    assert_eq!(
        reason.text(Language::English).to_string(),
        "somebody tries with tiny amounts whether the card's number works (DE 4 300000; card activity 10)"
    );
    assert_eq!(number(22, 300_000).verdict, Decline, "the same again");
    // The cardholder's subscription, and whatever his card proves.
    assert_eq!(number(23, 1_200).verdict, Approve);
    assert_eq!(
        bench
            .watch(&bench.sale().atc(1).amount(300_000), &activity)
            .verdict,
        Approve
    );
    // A day later it is forgotten.
    let tomorrow = by_number(&bench, "24", 300_000).at(u64::from(DAY));
    assert_eq!(bench.watch(&tomorrow, &activity).verdict, Approve);
}

/// Refused tries are tests too, and asking about the account is.
#[test]
fn refused_tests_count() {
    let (bench, activity) = (Bench::new(VISA_18), MemoryActivity::new());
    for stan in 0..10 {
        let sale = by_number(&bench, &stan.to_string(), 0).with(|request| {
            request.message = MessageKind::AccountStatus;
            request.expiry = chipcard::element::YearMonth::new(2049, 1).ok();
        });
        bench.watch(&sale, &activity);
    }
    let sale = by_number(&bench, "100", 5_000);
    assert_eq!(bench.watch(&sale, &activity).verdict, Decline);
}

#[test]
fn a_commuter() {
    let (bench, activity) = (Bench::new(VISA_18), MemoryActivity::new());
    let tap = |atc: u16, amount| {
        let sale = bench.sale().atc(atc).amount(amount).at(u64::from(atc) * 60);
        bench.watch(&sale, &activity).verdict
    };
    assert!((1..=20).all(|atc| tap(atc, 1) == Approve));
    assert_eq!(tap(21, 30_000), Approve);
    assert_eq!(
        bench
            .watch(&by_number(&bench, "77", 30_000), &activity)
            .verdict,
        Approve
    );
}

// Whereabouts.

/// A sale over the contacts in another country, in its currency.
fn abroad(bench: &Bench, atc: u16, seconds: u64, country: u16) -> Sale {
    let code = CountryCode::new(country).unwrap();
    let currency = CurrencyCode::new(country).unwrap();
    bench
        .sale()
        .atc(atc)
        .at(seconds)
        .set(tag::TERMINAL_COUNTRY_CODE, &code.to_bytes())
        .set(tag::TRANSACTION_CURRENCY_CODE, &code.to_bytes())
        .with(|request| {
            request.country = Some(code);
            request.currency = currency;
        })
}

const HOUR: u64 = 3_600;

#[test]
fn tokyo_and_london() {
    for version in CryptogramVersion::ALL {
        let (bench, activity) = (Bench::new(version), MemoryActivity::new());
        assert_eq!(
            bench.watch(&bench.sale().atc(1), &activity).verdict,
            Approve
        );
        let london = abroad(&bench, 2, HOUR, 826);
        let held = bench.watch(&london, &activity);
        assert_eq!(held.verdict, Refer);
        assert_eq!(held.response_code(), AuthorisationResponseCode::REFERRAL);
        let reason = held.reasons.first().unwrap();
        assert_eq!(reason.kind, R::ImpossibleTravel);
        assert!(
            reason
                .text(Language::English)
                .to_string()
                .ends_with("(DE 43 826; card activity 392)")
        );
        assert!(
            reason
                .text(Language::Japanese)
                .to_string()
                .ends_with("（DE 43＝826、カードの利用履歴＝392）")
        );
        // The same again, and another attempt: a try that was held moves nothing.
        assert_eq!(bench.watch(&london, &activity).verdict, Refer);
        assert_eq!(
            bench
                .watch(&abroad(&bench, 3, HOUR + 60, 826), &activity)
                .verdict,
            Refer
        );
        // At home nothing happened, and after a flight nobody asks.
        assert_eq!(
            bench
                .watch(&bench.sale().atc(4).at(2 * HOUR), &activity)
                .verdict,
            Approve
        );
        assert_eq!(
            bench
                .watch(&abroad(&bench, 5, 14 * HOUR, 826), &activity)
                .verdict,
            Approve
        );
        // Paris is near.
        let paris = abroad(&bench, 6, 14 * HOUR + 60, 250)
            .set(tag::TRANSACTION_CURRENCY_CODE, &[0x09, 0x78])
            .with(|request| request.currency = CurrencyCode::new(978).unwrap());
        assert_eq!(bench.watch(&paris, &activity).verdict, Approve);
    }
}

type Change = fn(Sale) -> Sale;

/// Whatever makes the place uncertain: each of these is honest an hour after Tokyo.
#[test]
fn uncertain_places() {
    let changes: [(&str, Change); 7] = [
        ("deferred", |sale| {
            sale.with(|request| request.deferred = true)
        }),
        ("stored", |sale| {
            sale.with(|request| request.transmitted = Some(Timestamp(NOON - 40_000)))
        }),
        ("on board", |sale| {
            sale.with(|request| request.mcc = Some(4511))
        }),
        ("toll", |sale| sale.with(|request| request.mcc = Some(4784))),
        ("registered abroad", |sale| {
            sale.set(tag::TRANSACTION_CURRENCY_CODE, &[0x03, 0x92])
                .with(|request| request.currency = CurrencyCode::new(392).unwrap())
        }),
        ("two countries", |sale| {
            sale.set(tag::TERMINAL_COUNTRY_CODE, &[0x03, 0x92])
        }),
        ("no country", |sale| {
            sale.with(|request| request.country = None)
        }),
    ];
    for (name, change) in changes {
        let (bench, activity) = (Bench::new(VISA_18), MemoryActivity::new());
        bench.watch(&bench.sale().atc(1), &activity);
        let sale = change(abroad(&bench, 2, HOUR, 826));
        let assessment = bench.watch(&sale, &activity);
        assert!(!assessment.reasons.has(R::ImpossibleTravel), "{name}");
        // Nor does it say where the card is.
        let home = bench.watch(&bench.sale().atc(3).at(HOUR + 60), &activity);
        assert_eq!(home.verdict, Approve, "{name}");
    }
}

/// DE 7 says when, not the moment at which the message arrived: one that waited an hour in a queue was sent from Tokyo in time.
#[test]
fn transmission_time_counts() {
    let (bench, activity) = (Bench::new(VISA_18), MemoryActivity::new());
    bench.watch(&abroad(&bench, 1, 0, 826), &activity);
    let sent = |seconds| {
        let sale = bench.sale().atc(2).at(10 * HOUR);
        sale.with(|request| request.transmitted = Some(Timestamp(NOON + seconds)))
    };
    assert_eq!(bench.watch(&sent(9 * HOUR), &activity).verdict, Approve);
    // A clock that is fast is no time machine.
    let fast = abroad(&bench, 3, 10 * HOUR + 60, 826)
        .with(|request| request.transmitted = Some(Timestamp(NOON + 40 * HOUR)));
    assert_eq!(bench.watch(&fast, &activity).verdict, Refer);
}

/// An attacker without a valid cryptogram cannot say where the card is, and a replay says nothing.
#[test]
fn only_what_is_proved_moves_the_place() {
    let (bench, activity) = (Bench::new(VISA_18), MemoryActivity::new());
    let tokyo = bench.sale().atc(1);
    bench.watch(&tokyo, &activity);
    let forged = abroad(&bench, 2, HOUR, 826).tampered(tag::APPLICATION_CRYPTOGRAM, &[0; 8]);
    assert_eq!(bench.watch(&forged, &activity).verdict, Decline);
    let swiped = Sale::swiped(&bench, PosEntryMode::Stripe, TerminalCapability::Stripe)
        .stan("000777")
        .at(HOUR)
        .with(|request| {
            request.country = CountryCode::new(826).ok();
            request.currency = CurrencyCode::new(826).unwrap();
        });
    assert!(
        bench
            .watch(&swiped, &activity)
            .reasons
            .has(R::ImpossibleTravel)
    );
    assert_eq!(
        bench
            .watch(&bench.sale().atc(3).at(HOUR + 60), &activity)
            .verdict,
        Approve
    );
    // Twelve hours on, in London; Tokyo's message replayed there and then changes nothing.
    assert_eq!(
        bench
            .watch(&abroad(&bench, 4, 13 * HOUR, 826), &activity)
            .verdict,
        Approve
    );
    let replayed = tokyo.stan("000888").at(13 * HOUR + 60);
    assert_eq!(bench.watch(&replayed, &activity).verdict, Decline);
    assert_eq!(
        bench
            .watch(&abroad(&bench, 5, 13 * HOUR + 120, 826), &activity)
            .verdict,
        Approve
    );
}

/// A card without chip has nothing better than its stripe's value.
#[test]
fn a_stripe_card_travels() {
    let (bench, activity) = (Bench::stripe_only(), MemoryActivity::new());
    let swipe = |stan: &str, seconds, country| {
        let sale = Sale::swiped(&bench, PosEntryMode::Stripe, TerminalCapability::Stripe);
        let sale = sale.stan(stan).at(seconds).with(|request| {
            request.country = CountryCode::new(country).ok();
            request.currency = CurrencyCode::new(country).unwrap();
        });
        bench
            .watch(&sale, &activity)
            .reasons
            .has(R::ImpossibleTravel)
    };
    assert!(!swipe("1", 0, 392));
    assert!(swipe("2", HOUR, 826));
    assert!(!swipe("3", 14 * HOUR, 826));
}

// Gambling.

#[test]
fn gambling() {
    let bench = Bench::new(VISA_18);
    let bet = |stan: &str, change: fn(&mut chipcard::issuer::AuthorisationRequest<'static>)| {
        let sale = by_number(&bench, stan, 2_000).with(|request| {
            request.mcc = Some(7995);
            request.country = CountryCode::new(470).ok();
            change(request);
        });
        let assessment = bench.assess(&sale);
        (
            assessment.verdict,
            assessment.reasons.has(R::RemoteGamblingAbroad),
        )
    };
    assert_eq!(bet("1", |_| {}), (Decline, true));
    let typed = |request: &mut chipcard::issuer::AuthorisationRequest<'_>| {
        request.entry_mode = PosEntryMode::Manual
    };
    assert!(bet("2", typed).1);
    let honest: [fn(&mut chipcard::issuer::AuthorisationRequest<'static>); 6] = [
        |request| request.country = CountryCode::new(392).ok(),
        |request| request.country = None,
        |request| request.mcc = Some(5411),
        // A win is paid out.
        |request| request.message = MessageKind::Refund,
        // Typed in by hand in the casino itself.
        |request| {
            request.entry_mode = PosEntryMode::Manual;
            request.terminal = TerminalCapability::ChipAndContactless;
        },
        |request| request.message = MessageKind::Advice,
    ];
    for (place, change) in honest.into_iter().enumerate() {
        assert!(!bet(&format!("1{place}"), change).1, "{place}");
    }
    let casino = abroad(&bench, 9, 0, 470).with(|request| request.mcc = Some(7995));
    assert!(!bench.assess(&casino).reasons.has(R::RemoteGamblingAbroad));
}

// Shops.

fn shopping(at: u32, transaction: u64) -> ActivityEvent {
    let payment = Payment {
        shop: Some(SHOP),
        ..PLAIN
    };
    event(at, transaction, payment)
}

fn report(store: &MemoryActivity, number: u32, since: u32) -> usize {
    let Ok(shops) = store.report_compromised(&card(number), &CompromiseReport { since });
    shops
}

#[test]
fn four_compromised_cards_hold_a_small_shop() {
    let store = MemoryActivity::new();
    for number in 0..200 {
        watch(&store, card(number), &shopping(START + number, 1));
    }
    let now = START + 20 * DAY;
    for number in 0..3 {
        assert_eq!(report(&store, number, now), 1);
        assert_eq!(report(&store, number, now + 60), 0, "once a card");
    }
    // Who was there afterwards, or never, was not copied there.
    assert_eq!(report(&store, 3, START - DAY), 0);
    assert_eq!(report(&store, 4_000, now), 0);
    assert_eq!(watch(&store, card(50), &shopping(now, 2)), Noticed::NOTHING);
    report(&store, 4, now);
    assert_eq!(watch(&store, card(51), &shopping(now, 3)).compromised, 4);
    // Elsewhere nothing is held, nor here after 28 days.
    assert_eq!(
        watch(&store, card(52), &event(now, 4, PLAIN)).compromised,
        0
    );
    assert_eq!(
        watch(&store, card(53), &shopping(START + 28 * DAY, 5)).compromised,
        0
    );
}

/// Everybody goes to a supermarket, also those whose cards are copied somewhere else.
#[test]
fn a_large_shop_is_not_held_for_a_few() {
    let store = MemoryActivity::new();
    for number in 0..1_000 {
        watch(&store, card(number), &shopping(START, 1));
        // A regular customer is one.
        watch(&store, card(number), &shopping(START + DAY, 2));
    }
    for number in 0..19 {
        report(&store, number, START + 2 * DAY);
    }
    assert_eq!(
        watch(&store, card(500), &shopping(START + 2 * DAY, 3)),
        Noticed::NOTHING
    );
    report(&store, 20, START + 2 * DAY);
    assert_eq!(
        watch(&store, card(501), &shopping(START + 2 * DAY, 4)).compromised,
        20
    );
    assert_eq!(
        store.shop(&SHOP).unwrap().counts((START / DAY) as u16 + 2),
        (1_000, 20)
    );
}

#[test]
fn a_held_shop_is_told() {
    let (bench, activity) = (Bench::new(VISA_18), MemoryActivity::new());
    // Four other cards were at the shop of the sale.
    let shop = chipcard::issuer::StateKey::new(&[0x5A; 32]).shop(b"123456", b"MERCHANT0000001");
    for number in 0..4 {
        let payment = Payment {
            shop: Some(shop),
            ..PLAIN
        };
        watch(&activity, card(number), &event(START - DAY, 1, payment));
        assert_eq!(report(&activity, number, START), 1);
    }
    let held = bench.watch(&bench.sale(), &activity);
    assert_eq!((held.verdict, held.reasons.has(R::ShopHeld)), (Refer, true));
    let elsewhere = bench
        .sale()
        .atc(0x11)
        .with(|request| request.merchant = Some("OTHER"));
    assert_eq!(bench.watch(&elsewhere, &activity).verdict, Approve);
    // Its own report: the other shop alone approved it.
    let Ok(shops) = bench
        .authoriser
        .report_compromised(&bench.issued, Timestamp(NOON), &activity);
    assert_eq!(shops, 1);
}

// Memory and threads.

#[test]
fn a_card_takes_the_same_memory_whatever_it_does() {
    assert!(
        size_of::<CardActivity>() <= 400,
        "{}",
        size_of::<CardActivity>()
    );
    let store = MemoryActivity::new();
    for number in 0..10_000_u32 {
        let payment = Payment {
            shop: Some(ShopIndex(u64::from(number).to_be_bytes())),
            nature: Nature(number as u8 & 7),
            ..PLAIN
        };
        watch(
            &store,
            CARD,
            &event(START + number, u64::from(number), payment),
        );
    }
    assert_eq!(store.card(&CARD).unwrap().visits().count(), 16);
    // And what is over is taken out.
    store.forget(START + 29 * DAY);
    assert_eq!(
        format!("{store:?}"),
        "MemoryActivity { cards: 0, shops: 0 }"
    );
}

#[test]
fn eight_threads_buy_five_gift_cards() {
    let (store, approved) = (MemoryActivity::new(), AtomicUsize::new(0));
    thread::scope(|scope| {
        for number in 0..8 {
            let (store, approved) = (&store, &approved);
            scope.spawn(move || {
                for place in 0..50 {
                    let transaction = number * 1_000 + place + 1;
                    let noticed = watch(store, CARD, &event(START, transaction, CASH));
                    approved.fetch_add(usize::from(noticed.cash_outs == 0), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(approved.into_inner(), 5);
}

#[test]
fn eight_threads_send_one_payment() {
    let store = MemoryActivity::new();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for transaction in 1..=3 {
                    let payment = Payment {
                        shop: Some(SHOP),
                        ..CASH
                    };
                    watch(&store, CARD, &event(START, transaction, payment));
                }
            });
        }
    });
    assert_eq!(
        store.shop(&SHOP).unwrap().counts((START / DAY) as u16),
        (1, 0)
    );
    // Three were counted: the sixth is the third from now.
    let noticed = [10, 11, 12]
        .map(|transaction| watch(&store, CARD, &event(START, transaction, CASH)).cash_outs);
    assert_eq!(noticed, [0, 0, 6]);
}

// Properties.

fn payments() -> impl Strategy<Value = Payment> {
    let whereabouts = (
        prop::sample::select(vec![392_u16, 826, 840, 36]),
        0..DAY,
        any::<bool>(),
    );
    (
        any::<bool>(),
        0..6_u32,
        prop::option::of(0..20_u8),
        0..8_u8,
        prop::option::of(whereabouts),
    )
        .prop_map(|(approved, purchase, shop, nature, place)| Payment {
            approved,
            purchase,
            shop: shop.map(|shop| ShopIndex([shop; 8])),
            nature: Nature(nature),
            whereabouts: place.map(|(country, at, proved)| Whereabouts {
                country,
                at: START + at,
                proved,
            }),
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// A payment again, straight away or after two others, gets what it got, and moves nothing.
    #[test]
    fn a_retransmission_moves_nothing(payments in prop::collection::vec((0..DAY, payments()), 1..60)) {
        let (mut card, shop) = (CardActivity::default(), ShopActivity::default());
        let mut last: Vec<(ActivityEvent, Noticed)> = Vec::new();
        for (place, (at, payment)) in payments.into_iter().enumerate() {
            let event = event(START + at, place as u64 + 1, payment);
            let (noticed, _) = card.apply(&event, &POLICY, &shop);
            // Tests are flagged; all else that is noticed is held or refused.
            let flagged = Noticed { tests: 0, ..noticed } == Noticed::NOTHING
                && !payment.nature.contains(Nature::WORTH_A_TEST);
            let approved = payment.approved && (noticed == Noticed::NOTHING || flagged);
            let before = card;
            let (again, counts) = card.apply(&event, &POLICY, &shop);
            prop_assert_eq!(again, noticed);
            prop_assert!(!counts);
            prop_assert_eq!(card, before);
            if approved {
                last.push((event, noticed));
            }
            for (event, noticed) in last.iter().rev().take(3) {
                prop_assert_eq!(card.apply(event, &POLICY, &shop).0, *noticed);
            }
            prop_assert_eq!(card, before);
        }
    }

    /// Whatever is refused or not proved: where the card is stays, and its shops and cash-outs do.
    #[test]
    fn nobody_without_the_card_moves_it(payments in prop::collection::vec((0..DAY, payments()), 0..60)) {
        let shop = ShopActivity::default();
        let tokyo = Whereabouts { country: 392, at: START, proved: true };
        let mut card = CardActivity::default();
        let here = Payment { whereabouts: Some(tokyo), shop: Some(SHOP), ..CASH };
        card.apply(&event(START, u64::MAX, here), &POLICY, &shop);
        let untouched = card;
        for (place, (at, payment)) in payments.into_iter().enumerate() {
            let payment = Payment { approved: false, ..payment };
            card.apply(&event(START + at, place as u64 + 1, payment), &POLICY, &shop);
        }
        prop_assert!(card.visits().eq(untouched.visits()));
        let london = Whereabouts { country: 826, at: START + 3_600, proved: true };
        let next = event(START + 3_600, 0, Payment { whereabouts: Some(london), ..CASH });
        prop_assert_eq!(card.clone().apply(&next, &POLICY, &shop), untouched.clone().apply(&next, &POLICY, &shop));
    }

    /// What honest people do in a day, in whatever order: nothing is noticed, so nothing can be declined.
    #[test]
    fn honest_days_in_any_order(order in Just((0..40_u32).collect::<Vec<_>>()).prop_shuffle()) {
        let store = MemoryActivity::new();
        let at_home = Some(Whereabouts { country: 276, at: START, proved: true });
        for (place, number) in order.into_iter().enumerate() {
            let payment = match number {
                // Two gift cards; a few amounts of nothing and an order in web shops; neighbours; the rest are taps.
                0 | 1 => CASH,
                2..8 => Payment { nature: Nature::TEST, ..PLAIN },
                8..10 => Payment { nature: Nature::WORTH_A_TEST, ..PLAIN },
                10..14 => Payment { whereabouts: Some(Whereabouts { country: 616, at: START, proved: true }), ..PLAIN },
                _ => Payment { whereabouts: at_home, shop: Some(ShopIndex([number as u8; 8])), ..PLAIN },
            };
            let event = event(START + place as u32 * 600, u64::from(number) + 1, payment);
            prop_assert_eq!(watch(&store, CARD, &event), Noticed::NOTHING);
        }
    }
}
