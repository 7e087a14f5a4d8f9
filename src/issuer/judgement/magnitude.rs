//! How much money an amount roughly is, where nobody tells in the account's currency.
//!
//! Limits that hold in any currency cannot count smallest units: ten thousand of them are a hundred dollars in one, and not one in
//! another. So currencies have an order of magnitude here, and no rate of exchange: a power of ten, which stays right when rates move.

use crate::element::{Amount, CurrencyCode};

/// Smallest units that are about a US cent, to the nearest power of ten, and the currencies (ISO 4217, numeric). Of those that are not
/// named it is one.
#[rustfmt::skip]
const UNITS: &[(u64, &[u16])] = &[
    (10, &[
        48, 68, 108, 152, 156, 174, 203, 208, 320, 340, 344, 376, 400, 410, 458, 462, 484, 498, 504, 512, 578, 604, 634,
        646, 682, 690, 710, 748, 752, 780, 784, 788, 925, 933, 936, 946, 950, 952, 967, 972, 985, 986,
    ]),
    (100, &[
        8, 12, 50, 64, 144, 214, 230, 270, 324, 328, 332, 356, 388, 404, 417, 430, 434, 480, 524, 558, 586, 600, 608, 643,
        704, 706, 764, 800, 807, 818, 858, 886, 901, 928, 941, 943, 949, 968, 971, 980,
    ]),
    (1_000, &[32, 51, 104, 188, 348, 398, 454, 566, 834, 938, 973, 976]),
    (10_000, &[116, 170, 360, 368, 418, 496, 760, 860, 969]),
    (100_000, &[422]),
    (1_000_000, &[364]),
];

/// Currencies whose unit has a thousand smallest ones.
const THREE_DECIMALS: [u16; 7] = [48, 368, 400, 414, 434, 512, 788];

/// The amount in about US cents: right to the order of magnitude.
pub(super) fn rough(amount: Amount, currency: CurrencyCode) -> Amount {
    let has = |row: &&(u64, &[u16])| row.1.binary_search(&currency.number()).is_ok();
    let units = UNITS.iter().find(has).map_or(1, |(units, _)| *units);
    Amount::new(amount.minor_units() / units).unwrap_or(amount)
}

/// Whether an amount is no price but a question: at most one of the currency's units, with or without decimals.
pub(super) fn is_nominal(amount: Amount, currency: CurrencyCode) -> bool {
    let most = if THREE_DECIMALS.contains(&currency.number()) {
        1_000
    } else {
        100
    };
    amount.minor_units() <= most
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::collections::BTreeSet;

    use super::{UNITS, is_nominal, rough};
    use crate::element::{Amount, CurrencyCode};

    #[test]
    fn a_currency_stands_once() {
        let mut seen = BTreeSet::new();
        for (_, currencies) in UNITS {
            assert!(currencies.is_sorted());
            assert!(currencies.iter().all(|currency| seen.insert(*currency)));
        }
    }

    #[test]
    fn orders_of_magnitude() {
        // A coffee, in euros, yen, won, dong, rupiah and dinars of Kuwait.
        for (amount, currency) in [
            (400, 978),
            (600, 392),
            (5_500, 410),
            (60_000, 704),
            (6_000_000, 360),
            (1_200, 414),
        ] {
            let cents = rough(
                Amount::new(amount).unwrap(),
                CurrencyCode::new(currency).unwrap(),
            );
            assert!(
                (100..=1_500).contains(&cents.minor_units()),
                "{currency}: {cents}"
            );
        }
        let (one, dinar) = (Amount::new(1_000).unwrap(), CurrencyCode::new(414).unwrap());
        assert!(is_nominal(one, dinar));
        assert!(!is_nominal(one, CurrencyCode::new(978).unwrap()));
    }
}
