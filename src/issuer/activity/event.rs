//! What one message means for the activity of its card, and what was noticed.

use core::fmt;
use core::ops::{BitOr, BitOrAssign};

use super::policy::ActivityPolicy;
use crate::issuer::Verdict;

/// A shop's name in a store of activities: the first 8 bytes of the merchant's
/// [`PlaceIndex`](crate::issuer::PlaceIndex).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShopIndex(pub [u8; 8]);

impl fmt::Debug for ShopIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ShopIndex({:016X})", u64::from_be_bytes(self.0))
    }
}

/// What one message means for the activity of its card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivityEvent {
    /// When, in seconds of the host's clock since 1970.
    pub at: u32,
    /// Which transaction, as in [`CardEvent`](crate::issuer::CardEvent): 0: not known, and then never a retransmission.
    pub transaction: u64,
    /// What it is.
    pub what: Activity,
}

impl ActivityEvent {
    /// The shop whose activity the step asks for.
    pub const fn shop(&self) -> Option<ShopIndex> {
        match &self.what {
            Activity::Payment(payment) => payment.shop,
            Activity::Reversal(_) => None,
        }
    }
}

/// What a message is to an activity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// The card is to pay, or is asked about.
    Payment(Payment),
    /// The purchase of this name is undone: it does not count any more. Where the card was, it was.
    Reversal(u32),
}

/// A payment, as activities see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Whether all else speaks for an approval. Only a test counts without.
    pub approved: bool,
    /// The purchase's name, by which a reversal finds it.
    pub purchase: u32,
    /// Where.
    pub shop: Option<ShopIndex>,
    /// What is remarkable about it.
    pub nature: Nature,
    /// Where on Earth the card is; `None` where nobody can tell.
    pub whereabouts: Option<Whereabouts>,
}

/// What is remarkable about a payment, as bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Nature(pub u8);

impl Nature {
    /// It buys what is worth money elsewhere, in a round amount.
    pub const CASH_OUT: Self = Self(0x01);
    /// By number alone, of almost nothing.
    pub const TEST: Self = Self(0x02);
    /// By number alone, of an amount that is worth a test.
    pub const WORTH_A_TEST: Self = Self(0x04);

    /// Whether it has all of these.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Nature {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Nature {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Where on Earth a card is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whereabouts {
    /// Country, three digits of ISO 3166-1.
    pub country: u16,
    /// Since when it is known, in seconds since 1970: when the terminal sent its message.
    pub at: u32,
    /// Whether the card itself proves that it was read: a right cryptogram, or what a card without chip has instead.
    pub proved: bool,
}

/// What was noticed of a payment. Zeros: nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Noticed {
    /// The so-many-th cash-out in 24 hours, where that is too many.
    pub cash_outs: u8,
    /// Tests in 24 hours, where they are too many, of a payment that is one or is worth one.
    pub tests: u8,
    /// Compromised cards that were used at the shop in 28 days, where they are too many; at most 255.
    pub compromised: u8,
    /// The country where the card was shortly before, where it cannot have come from there; else 0.
    pub from: u16,
    /// Minutes since then.
    pub minutes: u16,
}

impl Noticed {
    /// Nothing.
    pub const NOTHING: Self = Self {
        cash_outs: 0,
        tests: 0,
        compromised: 0,
        from: 0,
        minutes: 0,
    };

    /// What a test, or what follows tests, gets.
    pub(crate) const fn tests_verdict(nature: Nature, policy: &ActivityPolicy) -> Verdict {
        if nature.contains(Nature::WORTH_A_TEST) {
            policy.card_testing
        } else {
            Verdict::ApproveAndFlag
        }
    }

    /// The strictest of what it leads to.
    pub(super) fn verdict(&self, nature: Nature, policy: &ActivityPolicy) -> Verdict {
        let tests = Self::tests_verdict(nature, policy);
        [
            (self.cash_outs != 0, policy.cash_out),
            (self.tests != 0, tests),
            (self.compromised != 0, policy.shop_held),
            (self.from != 0, policy.impossible_travel),
        ]
        .into_iter()
        .filter_map(|(noticed, verdict)| noticed.then_some(verdict))
        .max()
        .unwrap_or(Verdict::Approve)
    }
}

/// A card is confirmed to be compromised: somebody else has its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompromiseReport {
    /// The first payment that was not the cardholder's, in seconds since 1970, or now where that is not known: what came afterwards
    /// says nothing about where the card was copied.
    pub since: u32,
}
