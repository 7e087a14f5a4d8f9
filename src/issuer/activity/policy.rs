//! From when on behaviour is held.

use crate::element::Amount;
use crate::issuer::Verdict;

/// From when on behaviour is held: plain numbers. There is no score, and nobody's credit standing is asked about.
///
/// Amounts are in the smallest unit of the transaction's own currency. A limit above what an activity remembers is never
/// reached: seven cash-outs before this one, twelve tests.
///
/// ```
/// use chipcard::issuer::{Policy, Verdict};
///
/// let mut policy = Policy::default();
/// policy.activity.cash_outs = 4;
/// policy.activity.impossible_travel = Verdict::StepUp;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ActivityPolicy {
    /// The so-many-th approved purchase, in 24 hours, of what is worth money elsewhere in a round amount is held: coins and foreign money (MCC
    /// 6051), gift cards (5947), stored value (6540).
    pub cash_outs: u8,
    /// Smaller purchases of it do not count.
    pub cash_out_floor: Amount,
    /// How it is held.
    pub cash_out: Verdict,
    /// So many tries of almost nothing, in 24 hours, by number alone, approved or not, are a test of the card: typed in or remote, without
    /// a right cryptogram.
    pub tests: u8,
    /// Most that is almost nothing.
    pub test_amount: Amount,
    /// From this amount on, what follows a test by number alone is refused.
    pub tested_amount: Amount,
    /// How it is refused.
    pub card_testing: Verdict,
    /// Kilometres an hour that a card travels at most. Between countries the way is the shortest between their towns, and half
    /// an hour is given for clocks.
    pub travel_speed: u16,
    /// How a card that travels faster is held.
    pub impossible_travel: Verdict,
    /// A shop where so many cards were used, in the last 28 days, that were compromised afterwards is held …
    pub compromised_cards: u8,
    /// … if they are at least so many in a thousand of the issuer's cards that were used there. In a shop that everybody goes to, some
    /// always are.
    pub compromised_per_mille: u16,
    /// How everything at such a shop is held.
    pub shop_held: Verdict,
}

impl ActivityPolicy {
    /// The defaults.
    pub const DEFAULT: Self = Self {
        cash_outs: 6,
        cash_out_floor: amount(5_000),
        cash_out: Verdict::Refer,
        tests: 10,
        test_amount: amount(50),
        tested_amount: amount(5_000),
        card_testing: Verdict::Decline,
        travel_speed: 1_000,
        impossible_travel: Verdict::Refer,
        compromised_cards: 4,
        compromised_per_mille: 20,
        shop_held: Verdict::Refer,
    };
}

/// An amount of twelve digits at most.
pub(crate) const fn amount(minor_units: u64) -> Amount {
    match Amount::new(minor_units) {
        Ok(amount) => amount,
        Err(_) => Amount::MAX,
    }
}

impl Default for ActivityPolicy {
    fn default() -> Self {
        Self::DEFAULT
    }
}
