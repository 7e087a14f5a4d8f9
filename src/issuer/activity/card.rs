//! What is remembered of a card, and the one definition of how it moves.

use super::event::{
    Activity, ActivityEvent, CompromiseReport, Nature, Noticed, Payment, ShopIndex,
};
use super::policy::ActivityPolicy;
use super::shop::ShopActivity;
use super::{PERIOD, PERIOD_DAYS, day, geography};

/// Purchases that are remembered.
pub(super) const CASH_OUTS: usize = 8;
/// Tests that are remembered.
pub(super) const TESTS: usize = 12;
/// Shops that are remembered.
pub(super) const SHOPS: usize = 16;
/// Minutes for clocks that differ.
const CLOCKS: u32 = 30;

/// A transaction, and what was noticed of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct Told {
    /// 0: none.
    pub(super) transaction: u64,
    pub(super) noticed: Noticed,
}

/// A cash-out that was approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(super) struct CashOut {
    /// 0: none.
    pub(super) at: u32,
    pub(super) purchase: u32,
}

/// A shop where a card was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Visit {
    /// The shop's name.
    pub shop: [u8; 8],
    /// The day on which the card last counted there, in days since 1970: the first of at most 28.
    pub counted: u16,
    /// The day of the last use; 0: never.
    pub last: u16,
}

/// What is remembered of a card's behaviour, whatever it does: at most 400 bytes.
///
/// [`apply`](Self::apply) is the one definition of a step, which every [`ActivityStore`](crate::issuer::ActivityStore) follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct CardActivity {
    /// The last payments that were approved and counted, the last one first.
    pub(super) approved: [Told; 3],
    /// The last that was not approved, and counted or was noticed. Apart, because anybody can send such.
    pub(super) refused: Told,
    pub(super) cash_outs: [CashOut; CASH_OUTS],
    /// When; 0: none.
    pub(super) tests: [u32; TESTS],
    pub(super) shops: [Visit; SHOPS],
    /// When the card was in `country`; 0: never.
    pub(super) place_at: u32,
    pub(super) country: u16,
    /// The day of the last report that it is compromised; 0: none.
    pub(super) reported: u16,
}

impl CardActivity {
    /// Takes a step; gives what was noticed, and whether the shop is to count the card ([`ShopActivity::add_card`]). `shop` is what is
    /// known of the payment's shop.
    ///
    /// Applying an event again, while it is among the last, gives the same and moves nothing.
    ///
    /// ```
    /// use chipcard::issuer::{Activity, ActivityEvent, ActivityPolicy, CardActivity, Nature, Payment, ShopActivity, Whereabouts};
    ///
    /// let (mut card, shop, policy) = (CardActivity::default(), ShopActivity::default(), ActivityPolicy::DEFAULT);
    /// let mut pay = |country, at| {
    ///     let whereabouts = Some(Whereabouts { country, at, proved: true });
    ///     let payment = Payment { approved: true, purchase: 0, shop: None, nature: Nature::default(), whereabouts };
    ///     let event = ActivityEvent { at, transaction: 0, what: Activity::Payment(payment) };
    ///     card.apply(&event, &policy, &shop).0
    /// };
    /// // Tokyo at noon, London an hour later, and half a day later.
    /// assert_eq!(pay(392, 1_795_435_200).from, 0);
    /// assert_eq!(pay(826, 1_795_438_800).from, 392);
    /// assert_eq!(pay(826, 1_795_478_400).from, 0);
    /// ```
    pub fn apply(
        &mut self,
        event: &ActivityEvent,
        policy: &ActivityPolicy,
        shop: &ShopActivity,
    ) -> (Noticed, bool) {
        let payment = match &event.what {
            Activity::Payment(payment) => payment,
            Activity::Reversal(purchase) => {
                self.undo(*purchase);
                return (Noticed::NOTHING, false);
            }
        };
        if let Some(told) = self.told(event.transaction) {
            return (told.noticed, false);
        }
        let noticed = self.notice(event.at, payment, policy, shop);
        let approved = payment.approved && noticed.verdict(payment.nature, policy).is_approval();
        let test = payment.nature.contains(Nature::TEST);
        if test {
            replace_oldest(&mut self.tests, event.at, |at| *at);
        }
        let told = Told {
            transaction: event.transaction,
            noticed,
        };
        if !approved {
            if test || noticed != Noticed::NOTHING {
                self.refused = told;
            }
            return (noticed, false);
        }
        let [first, second, _] = self.approved;
        self.approved = [told, first, second];
        if payment.nature.contains(Nature::CASH_OUT) {
            let cash_out = CashOut {
                at: event.at,
                purchase: payment.purchase,
            };
            replace_oldest(&mut self.cash_outs, cash_out, |cash_out| cash_out.at);
        }
        if let Some(place) = payment.whereabouts
            && place.proved
            && place.at >= self.place_at
        {
            (self.country, self.place_at) = (place.country, place.at);
        }
        let counts = payment
            .shop
            .is_some_and(|shop| self.visit(shop, day(event.at)));
        (noticed, counts)
    }

    fn told(&self, transaction: u64) -> Option<&Told> {
        self.approved
            .iter()
            .chain([&self.refused])
            .find(|told| transaction != 0 && told.transaction == transaction)
    }

    fn notice(
        &self,
        at: u32,
        payment: &Payment,
        policy: &ActivityPolicy,
        shop: &ShopActivity,
    ) -> Noticed {
        let mut noticed = Noticed::NOTHING;
        let counts = |then: u32| then != 0 && at.saturating_sub(then) < PERIOD;
        // Few enough for a byte, whatever the arrays hold.
        let count =
            |times: &mut dyn Iterator<Item = u32>| times.filter(|at| counts(*at)).count() as u8;
        if payment.nature.contains(Nature::CASH_OUT) {
            let cash_outs = count(&mut self.cash_outs.iter().map(|cash_out| cash_out.at)) + 1;
            if cash_outs >= policy.cash_outs {
                noticed.cash_outs = cash_outs;
            }
        }
        let test = payment.nature.contains(Nature::TEST);
        if test || payment.nature.contains(Nature::WORTH_A_TEST) {
            let tests = count(&mut self.tests.iter().copied()) + u8::from(test);
            if tests >= policy.tests {
                noticed.tests = tests;
            }
        }
        if payment.shop.is_some() {
            let (cards, compromised) = shop.counts(day(at));
            // A shop that lost count of its cards has at least those that were compromised.
            let share = compromised * 1_000 >= cards * u32::from(policy.compromised_per_mille);
            if compromised > 0 && compromised >= u32::from(policy.compromised_cards) && share {
                noticed.compromised = u8::try_from(compromised).unwrap_or(u8::MAX);
            }
        }
        if let Some(place) = payment.whereabouts
            && self.place_at != 0
            && place.country != self.country
        {
            // A message may overtake another.
            let minutes = place.at.abs_diff(self.place_at) / 60;
            let reach = (minutes + CLOCKS).saturating_mul(u32::from(policy.travel_speed)) / 60;
            if geography::apart(self.country, place.country)
                .is_some_and(|way| u32::from(way) > reach)
            {
                noticed.from = self.country;
                noticed.minutes = u16::try_from(minutes).unwrap_or(u16::MAX);
            }
        }
        noticed
    }

    /// Notes a use; gives whether it is the first in 28 days.
    fn visit(&mut self, ShopIndex(shop): ShopIndex, today: u16) -> bool {
        if let Some(visit) = self
            .shops
            .iter_mut()
            .find(|visit| visit.last != 0 && visit.shop == shop)
        {
            let first = today.saturating_sub(visit.counted) >= PERIOD_DAYS;
            if first {
                visit.counted = today;
            }
            visit.last = visit.last.max(today);
            return first;
        }
        let visit = Visit {
            shop,
            counted: today,
            last: today,
        };
        replace_oldest(&mut self.shops, visit, |visit| u32::from(visit.last));
        true
    }

    fn undo(&mut self, purchase: u32) {
        if let Some(cash_out) = self
            .cash_outs
            .iter_mut()
            .find(|cash_out| cash_out.at != 0 && cash_out.purchase == purchase)
        {
            *cash_out = CashOut::default();
        }
    }

    /// Notes that the card is compromised; gives the shops where that counts, each with the day. Nothing where it was noted in the 28 days
    /// before already.
    pub fn report(
        &mut self,
        report: &CompromiseReport,
    ) -> impl Iterator<Item = (ShopIndex, u16)> + use<> {
        let since = day(report.since);
        let known = self.reported != 0 && since.abs_diff(self.reported) < PERIOD_DAYS;
        if !known {
            self.reported = since;
        }
        let counts = move |visit: &Visit| {
            !known
                && visit.last != 0
                && visit.counted <= since
                && since - visit.last.min(since) < PERIOD_DAYS
        };
        let visits = self.shops.into_iter().filter(counts);
        visits.map(move |visit| (ShopIndex(visit.shop), visit.last.min(since)))
    }

    /// The shops that are remembered, in no order.
    pub fn visits(&self) -> impl Iterator<Item = &Visit> {
        self.shops.iter().filter(|visit| visit.last != 0)
    }

    /// Gives shops other names; those that get none are forgotten. For stores whose key of names changes.
    pub fn rename_shops(&mut self, name: impl Fn(ShopIndex) -> Option<ShopIndex>) {
        for visit in self.shops.iter_mut().filter(|visit| visit.last != 0) {
            match name(ShopIndex(visit.shop)) {
                Some(ShopIndex(shop)) => visit.shop = shop,
                None => *visit = Visit::default(),
            }
        }
    }

    /// The last payments that were approved and counted, the last one first: their numbers, where those are known.
    pub fn approved(&self) -> impl Iterator<Item = u64> {
        let numbers = self.approved.iter().map(|told| told.transaction);
        numbers.filter(|number| *number != 0)
    }

    /// When the cash-outs were that are remembered, in seconds since 1970 and in no order.
    pub fn cash_outs(&self) -> impl Iterator<Item = u32> {
        let times = self.cash_outs.iter().map(|cash_out| cash_out.at);
        times.filter(|at| *at != 0)
    }

    /// When the tests were that are remembered, in the same way.
    pub fn tests(&self) -> impl Iterator<Item = u32> {
        self.tests.iter().copied().filter(|at| *at != 0)
    }

    /// Where the card was last: the country, three digits of ISO 3166-1, and when.
    pub fn whereabouts(&self) -> Option<(u16, u32)> {
        (self.place_at != 0).then_some((self.country, self.place_at))
    }

    /// The day of the last report that it is compromised, in days since 1970.
    pub fn reported(&self) -> Option<u16> {
        (self.reported != 0).then_some(self.reported)
    }

    /// Whether nothing of the 28 days before this moment is left.
    pub fn is_over(&self, at: u32) -> bool {
        let since = |then: u32| at.saturating_sub(then) >= u32::from(PERIOD_DAYS) * PERIOD;
        let shops = self
            .visits()
            .all(|visit| day(at).saturating_sub(visit.last) >= PERIOD_DAYS);
        shops
            && since(self.place_at)
            && self.tests.iter().all(|then| since(*then))
            && self.cash_outs.iter().all(|cash_out| since(cash_out.at))
            && day(at).saturating_sub(self.reported) >= PERIOD_DAYS
    }
}

/// Puts an entry in the place of the oldest; empty ones have the age of none.
fn replace_oldest<T>(entries: &mut [T], entry: T, at: impl Fn(&T) -> u32) {
    if let Some(oldest) = entries.iter_mut().min_by_key(|entry| at(entry)) {
        *oldest = entry;
    }
}
