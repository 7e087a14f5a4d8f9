//! What every store of activities must do.

use std::fmt::Debug;

use chipcard::issuer::{
    Activity, ActivityEvent, ActivityPolicy, ActivityStore, CardIndex, CompromiseReport,
    MemoryActivity, Nature, Payment, ShopActivity, ShopIndex, Verdict, Whereabouts,
};

use super::{Random, card, threads};

pub(crate) const SHOP: ShopIndex = ShopIndex([9; 8]);
pub(crate) const START: u32 = 1_700_000_000;
const DAY: u32 = 86_400;

/// An approved purchase of gift cards at the shop.
pub(crate) fn purchase(at: u32, transaction: u64) -> ActivityEvent {
    let payment = Payment {
        approved: true,
        purchase: transaction as u32,
        shop: Some(SHOP),
        nature: Nature::CASH_OUT,
        whereabouts: None,
    };
    ActivityEvent {
        at,
        transaction,
        what: Activity::Payment(payment),
    }
}

/// That tells every cash-out, and counts it all the same, also at a shop of compromised cards.
pub(crate) fn telling() -> ActivityPolicy {
    let mut policy = ActivityPolicy::DEFAULT;
    policy.shop_held = Verdict::ApproveAndFlag;
    (policy.cash_outs, policy.cash_out) = (1, Verdict::ApproveAndFlag);
    policy
}

/// Payments, tests, reversals and reports of some cards at some shops, beside the store in memory.
pub(crate) fn takes_the_library_s_step<S: ActivityStore<Error: Debug>>(store: &S, steps: u64) {
    let (model, mut random, mut at) = (MemoryActivity::new(), Random(0xAC7), START);
    let mut policy = telling();
    (policy.compromised_cards, policy.compromised_per_mille) = (1, 1);
    for step in 0..steps {
        at += random.below(20_000) as u32;
        let card = card(random.below(12));
        if random.below(12) == 0 {
            let since = at - random.below(5 * u64::from(DAY)) as u32;
            let report = CompromiseReport { since };
            let Ok(expected) = model.report_compromised(&card, &report);
            let shops = store.report_compromised(&card, &report).unwrap();
            assert_eq!(shops, expected, "step {step}");
            continue;
        }
        let country = [392, 826, 124][random.below(3) as usize];
        let payment = Payment {
            approved: random.below(4) != 0,
            purchase: random.below(9) as u32,
            shop: (random.below(4) != 0).then(|| ShopIndex([random.below(6) as u8; 8])),
            nature: Nature(random.below(8) as u8),
            whereabouts: (random.below(2) == 0).then_some(Whereabouts {
                country,
                at,
                proved: random.below(3) != 0,
            }),
        };
        let event = ActivityEvent {
            at,
            transaction: random.below(40),
            what: match random.below(9) {
                0 => Activity::Reversal(payment.purchase),
                _ => Activity::Payment(payment),
            },
        };
        let Ok(expected) = model.watch(&card, &event, &policy);
        let noticed = store.watch(&card, &event, &policy).unwrap();
        assert_eq!(noticed, expected, "step {step}: {event:?}");
    }
}

/// Eight threads buy with the same card at the same moment, and with cards of their own at the same shop: each finds the others counted.
pub(crate) fn counts_all_threads<S>(store: &S, shop: impl Fn() -> ShopActivity)
where
    S: ActivityStore<Error: Debug> + Sync,
{
    const CARDS: usize = 6;
    let policy = telling();
    let found = threads::race(2 * CARDS, |thread, step| {
        let (number, event) = (step as u64 / 2, purchase(START, thread + 1));
        let number = match step % 2 {
            0 => number,
            _ => 1_000 + 100 * thread + number,
        };
        let noticed = store.watch(&card(number), &event, &policy).unwrap();
        noticed.cash_outs
    });
    for (step, mut found) in found.into_iter().enumerate() {
        found.sort_unstable();
        match step % 2 {
            0 => assert_eq!(found, [1, 2, 3, 4, 5, 6, 7, 8]),
            _ => assert_eq!(found, [1; 8]),
        }
    }
    let cards = CARDS as u32 * (1 + threads::THREADS as u32);
    let today = (START / DAY) as u16;
    assert_eq!(shop().counts(today), (cards, 0));
    // All are reported at once, and each once.
    let report = CompromiseReport { since: START };
    let reported = threads::race(CARDS, |_, step| {
        store
            .report_compromised(&card(step as u64), &report)
            .unwrap()
    });
    for reported in reported {
        assert_eq!(reported.iter().sum::<usize>(), 1, "{reported:?}");
    }
    assert_eq!(shop().counts(today), (cards, CARDS as u32));
}

/// Purchases of one card, from this number on, after the store was opened anew as well.
pub(crate) fn remembers<S: ActivityStore<Error: Debug>>(store: &S, first: u8, last: u8) {
    let index: CardIndex = card(5);
    for number in first..=last {
        let event = purchase(START + u32::from(number), u64::from(number));
        for _ in 0..2 {
            let noticed = store.watch(&index, &event, &telling()).unwrap();
            assert_eq!(noticed.cash_outs, number);
        }
    }
}
