//! What is remembered of a merchant or a terminal.

/// Seconds after which a merchant's count of fallbacks begins anew: one hour.
pub const PLACE_PERIOD: u32 = 3_600;

/// Unpredictable numbers of a terminal that are looked at together.
const SAMPLE: u8 = 64;
/// Fewest of them that say anything.
const ENOUGH: u8 = 16;
/// Bits that never changed in [`ENOUGH`] numbers: eight of them are the same by chance once in 2^96.
const FIXED_BITS: u32 = 8;
/// Steps of 1 to 16 from one number to the next. By chance one happens once in 2^28.
const SMALL_STEPS: u8 = 6;

/// What one message means for a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceEvent {
    /// When, in seconds since 1970.
    pub at: u32,
    /// Which transaction, as in [`CardEvent`](crate::issuer::CardEvent); 0: not known.
    pub transaction: u64,
    /// What happened.
    pub what: PlaceHappened,
}

/// What happened at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlaceHappened {
    /// At a merchant: the stripe was read because the chip could not be.
    Fallback,
    /// At a terminal: it drew this unpredictable number (tag 9F37), which a right cryptogram covers.
    UnpredictableNumber(u32),
}

/// What is known of a place: fallbacks of a merchant in the last hour, unpredictable numbers of a terminal. Plain integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct PlaceState {
    /// The last transaction; 0: not known.
    pub transaction: u64,
    /// When the count of fallbacks began.
    pub fallbacks_since: u32,
    /// The last unpredictable number.
    pub last: u32,
    /// Bits that were set in some number of this sample.
    pub some: u32,
    /// Bits that were set in every number of this sample.
    pub every: u32,
    /// Fallbacks, at most 255.
    pub fallbacks: u8,
    /// Numbers in this sample.
    pub drawn: u8,
    /// Small steps in this sample.
    pub steps: u8,
    /// 1 when the sample before this one was predictable.
    pub predictable_before: u8,
}

impl PlaceState {
    /// Takes a step; gives the state before it, or, for the transaction that was the last one already, something that is judged alike.
    ///
    /// ```
    /// use chipcard::issuer::{PlaceEvent, PlaceHappened, PlaceState};
    ///
    /// let mut terminal = PlaceState::default();
    /// for count in 0..64 {
    ///     // A generator that is a counter.
    ///     let what = PlaceHappened::UnpredictableNumber(0x6A2B_0000 + count);
    ///     terminal.apply(&PlaceEvent { at: 0, transaction: 0, what });
    /// }
    /// assert!(terminal.is_predictable());
    /// ```
    pub const fn apply(&mut self, event: &PlaceEvent) -> Self {
        let mut before = *self;
        if event.transaction != 0 && event.transaction == self.transaction {
            if matches!(event.what, PlaceHappened::Fallback) {
                before.fallbacks = before.fallbacks.saturating_sub(1);
            }
            return before;
        }
        self.transaction = event.transaction;
        match event.what {
            PlaceHappened::Fallback => {
                if self.fallbacks == 0
                    || event.at.saturating_sub(self.fallbacks_since) >= PLACE_PERIOD
                {
                    (self.fallbacks, self.fallbacks_since) = (1, event.at);
                } else {
                    self.fallbacks = self.fallbacks.saturating_add(1);
                }
            }
            PlaceHappened::UnpredictableNumber(number) => self.draw(number),
        }
        before
    }

    const fn draw(&mut self, number: u32) {
        if self.drawn >= SAMPLE {
            self.predictable_before = self.sample_is_predictable() as u8;
            self.drawn = 0;
        }
        if self.drawn == 0 {
            (self.some, self.every, self.steps) = (number, number, 0);
        } else {
            self.some |= number;
            self.every &= number;
            if matches!(number.wrapping_sub(self.last), 0..=16) {
                self.steps = self.steps.saturating_add(1);
            }
        }
        self.last = number;
        self.drawn = self.drawn.saturating_add(1);
    }

    const fn sample_is_predictable(&self) -> bool {
        let fixed = (!self.some | self.every).count_ones();
        self.drawn >= ENOUGH && fixed >= FIXED_BITS || self.steps >= SMALL_STEPS
    }

    /// Whether the terminal's unpredictable numbers look predictable: bits that never change, or a counter.
    pub const fn is_predictable(&self) -> bool {
        self.predictable_before != 0 || self.sample_is_predictable()
    }

    /// Fallbacks of the last hour.
    pub const fn fallbacks_at(&self, at: u32) -> u8 {
        if at.saturating_sub(self.fallbacks_since) < PLACE_PERIOD {
            self.fallbacks
        } else {
            0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PlaceEvent, PlaceHappened, PlaceState};

    fn predictable(numbers: impl Iterator<Item = u32>) -> bool {
        let mut state = PlaceState::default();
        for number in numbers {
            state.apply(&PlaceEvent {
                at: 0,
                transaction: 0,
                what: PlaceHappened::UnpredictableNumber(number),
            });
        }
        state.is_predictable()
    }

    fn random(count: usize) -> impl Iterator<Item = u32> {
        let mut number = 0x2545_F491_4F6C_DD1D_u64;
        core::iter::repeat_with(move || {
            number ^= number << 13;
            number ^= number >> 7;
            number ^= number << 17;
            (number >> 20) as u32
        })
        .take(count)
    }

    #[test]
    fn generators() {
        assert!(!predictable(random(10_000)));
        assert!(!predictable(random(5)));
        assert!(predictable((0..64).map(|count| 0x1000 + 7 * count)));
        // Fifteen bits vary.
        assert!(predictable(
            random(32).map(|number| 0xABCD_0000 | number & 0x7FFF)
        ));
        assert!(predictable(core::iter::repeat_n(0, 16)));
    }

    #[test]
    fn fallbacks_of_an_hour() {
        let mut state = PlaceState::default();
        let mut fallback = |transaction, at| {
            let what = PlaceHappened::Fallback;
            let before = state.apply(&PlaceEvent {
                at,
                transaction,
                what,
            });
            before.fallbacks_at(at)
        };
        assert_eq!(fallback(1, 10), 0);
        assert_eq!(fallback(1, 10), 0);
        assert_eq!(fallback(2, 20), 1);
        assert_eq!(fallback(3, 3_609), 2);
        assert_eq!(fallback(4, 3_610), 0);
        assert_eq!(fallback(5, 3_611), 1);
    }
}
