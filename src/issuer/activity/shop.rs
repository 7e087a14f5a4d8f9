//! What is remembered of a shop: how many cards were used there, and how many of them were compromised.

use super::PERIOD_DAYS;

const DAYS: usize = PERIOD_DAYS as usize;

/// Cards that were used at a shop, and those of them that were compromised later, by the day of their use, for 28 days.
///
/// 86 bytes of plain integers. A card counts once in 28 days; which one it was is not kept here.
///
/// ```
/// use chipcard::issuer::ShopActivity;
///
/// let mut shop = ShopActivity::default();
/// for day in 20_000..20_010 {
///     shop.add_card(day);
/// }
/// shop.add_compromised(20_003);
/// assert_eq!(shop.counts(20_010), (10, 1));
/// assert_eq!(shop.counts(20_031), (6, 0));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct ShopActivity {
    /// The last day that was counted, in days since 1970; 0: none.
    pub day: u16,
    /// Cards, by day modulo 28; at most 65,535.
    pub cards: [u16; DAYS],
    /// Compromised cards, by day modulo 28; at most 255.
    pub compromised: [u8; DAYS],
}

impl ShopActivity {
    /// A card was used that was not used here in the 28 days before.
    pub fn add_card(&mut self, day: u16) {
        if let Some(count) = self.place(day).and_then(|place| self.cards.get_mut(place)) {
            *count = count.saturating_add(1);
        }
    }

    /// A card that was used on that day was compromised later. Of days that are too long ago nothing is counted.
    pub fn add_compromised(&mut self, day: u16) {
        if let Some(count) = self
            .place(day)
            .and_then(|place| self.compromised.get_mut(place))
        {
            *count = count.saturating_add(1);
        }
    }

    /// The day's place, after the days that it ends were forgotten.
    fn place(&mut self, day: u16) -> Option<usize> {
        if self.day == 0 {
            self.day = day;
        }
        while self.day < day {
            // After 28 days all were forgotten.
            self.day = self.day.max(day.saturating_sub(PERIOD_DAYS)) + 1;
            let place = usize::from(self.day) % DAYS;
            if let (Some(cards), Some(compromised)) =
                (self.cards.get_mut(place), self.compromised.get_mut(place))
            {
                (*cards, *compromised) = (0, 0);
            }
        }
        (self.day - day < PERIOD_DAYS).then_some(usize::from(day) % DAYS)
    }

    /// Cards, and compromised ones among them, of the 28 days that end with this one.
    pub fn counts(&self, day: u16) -> (u32, u32) {
        let oldest = day.saturating_sub(PERIOD_DAYS - 1);
        let kept = self.day.saturating_sub(PERIOD_DAYS - 1);
        let (mut cards, mut compromised) = (0, 0);
        for day in oldest.max(kept)..=self.day {
            let place = usize::from(day) % DAYS;
            cards += self.cards.get(place).copied().map_or(0, u32::from);
            compromised += self.compromised.get(place).copied().map_or(0, u32::from);
        }
        (cards, compromised)
    }

    /// Whether nothing of the 28 days before this moment is left.
    pub fn is_over(&self, at: u32) -> bool {
        super::day(at).saturating_sub(self.day) >= PERIOD_DAYS
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::ShopActivity;

    #[test]
    fn a_shop_takes_86_bytes() {
        assert_eq!(size_of::<ShopActivity>(), 86);
    }

    /// Against a list that remembers everything.
    #[test]
    fn agrees_with_a_list() {
        let (mut shop, mut list) = (ShopActivity::default(), Vec::new());
        let (mut number, mut today) = (1_u32, 20_000_u16);
        for _ in 0..2_000 {
            number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            today += match number >> 24 {
                0..200 => 0,
                200..250 => 1,
                250..254 => 9,
                _ => 40,
            };
            shop.add_card(today);
            list.push((today, false));
            let late = today - (number >> 8) as u16 % 40;
            shop.add_compromised(late);
            list.push((late, true));
            let count = |wanted: bool| {
                let counted = |(day, compromised): &&(u16, bool)| {
                    *compromised == wanted && (*day..*day + 28).contains(&today)
                };
                list.iter().filter(counted).count() as u32
            };
            // A day's compromised cards stop at 255, and so many there are not.
            assert_eq!(shop.counts(today), (count(false), count(true)));
        }
    }
}
