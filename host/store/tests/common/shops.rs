//! Shops, before and after the index key was changed.

use std::fmt::Debug;

use chipcard::issuer::{
    Activity, ActivityStore, CardIndex, CardStateStore, CompromiseReport, PlaceIndex, ShopIndex,
};
use chipcard_store::Renames;

use super::activity::{START, purchase, telling};
use super::{card, fallback};

/// Merchants with their old and new names: one is on the list, the other is not.
pub(crate) const NAMED: (PlaceIndex, PlaceIndex) = (PlaceIndex([11; 16]), PlaceIndex([21; 16]));
const OTHER: PlaceIndex = PlaceIndex([12; 16]);

pub(crate) fn renames() -> Renames {
    Renames::new(vec![(card(1), card(101))], vec![NAMED])
}

fn buy<S: ActivityStore<Error: Debug>>(store: &S, card: &CardIndex, shop: ShopIndex, number: u64) {
    let mut event = purchase(START + number as u32, number);
    if let Activity::Payment(payment) = &mut event.what {
        payment.shop = Some(shop);
    }
    store.watch(card, &event, &telling()).unwrap();
}

/// A card buys at both, and both have a fallback.
pub(crate) fn fill<S>(store: &S)
where
    S: CardStateStore<Error: Debug> + ActivityStore<Error: Debug>,
{
    for (number, merchant) in [(1, NAMED.0), (2, OTHER)] {
        buy(store, &card(1), merchant.shop(), number);
        store.observe(&merchant, &fallback(number, START)).unwrap();
    }
}

/// The card counts, where it is reported, at the shop that was named and nowhere else; that shop has its counts still.
pub(crate) fn assert_renamed<S: ActivityStore<Error: Debug>>(
    store: &S,
    counts: impl Fn(&ShopIndex) -> Option<(u32, u32)>,
) {
    for gone in [NAMED.0, OTHER] {
        assert_eq!(counts(&gone.shop()), None);
    }
    let shop = NAMED.1.shop();
    assert_eq!(counts(&shop), Some((1, 0)));
    // It was there before.
    buy(store, &card(101), shop, 3);
    assert_eq!(counts(&shop), Some((1, 0)));
    let report = CompromiseReport { since: START + 9 };
    let shops = store.report_compromised(&card(101), &report).unwrap();
    assert_eq!(shops, 1);
    assert_eq!(counts(&shop), Some((1, 1)));
    assert_eq!(counts(&OTHER.shop()), None);
}
