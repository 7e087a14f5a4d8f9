//! Which transaction counters of a card were seen: an anti-replay window.

use crate::element::ApplicationTransactionCounter;

/// The counters that were seen: the highest, and a bit for it and for each of the 63 below it.
///
/// A card counts up with every transaction, but not every transaction comes to its issuer, and not in order: those approved
/// offline never ask, those stored and forwarded come late. So a gap is honest, and a late counter is honest while it
/// was not seen before. Two plain integers, so that a database keeps them as they are.
///
/// ```
/// use chipcard::element::ApplicationTransactionCounter as Atc;
/// use chipcard::issuer::{AtcPlace, AtcWindow};
///
/// let mut window = AtcWindow::default();
/// assert_eq!(window.place(Atc(12)), AtcPlace::First);
/// window.insert(Atc(12));
/// window.insert(Atc(15));
/// assert_eq!(window.place(Atc(16)), AtcPlace::Ahead { by: 1 });
/// assert_eq!(window.place(Atc(13)), AtcPlace::Behind { by: 2 });
/// assert_eq!(window.place(Atc(12)), AtcPlace::Seen);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct AtcWindow {
    /// The highest counter that was seen; means nothing while `seen` is 0.
    pub highest: u16,
    /// Bit `n`, counted from the least significant one, is set when the counter `highest - n` was seen. 0: none yet.
    pub seen: u64,
}

/// Where a counter stands in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AtcPlace {
    /// The card was never seen before.
    First,
    /// Above the highest.
    Ahead {
        /// How far: 1 is the next one.
        by: u16,
    },
    /// Below the highest and not seen.
    Behind {
        /// How far.
        by: u16,
    },
    /// Seen before.
    Seen,
    /// So far below the highest that it is not known whether it was seen.
    Old {
        /// How far.
        by: u16,
    },
}

impl AtcWindow {
    /// Counters that the window tells apart, the highest included.
    pub const WIDTH: u16 = 64;

    /// How far ahead of the highest counter a proof of a few digits (CVC3, dCVV) moves the window at most:
    /// [`Policy::DEFAULT`](crate::issuer::Policy::DEFAULT)'s `counter_jump_referred`.
    pub const FEW_DIGITS_REACH: u16 = 1_000;

    /// Where a counter stands.
    pub const fn place(&self, atc: ApplicationTransactionCounter) -> AtcPlace {
        if self.seen == 0 {
            return AtcPlace::First;
        }
        if atc.0 > self.highest {
            return AtcPlace::Ahead {
                by: atc.0 - self.highest,
            };
        }
        let by = self.highest - atc.0;
        if by >= Self::WIDTH {
            AtcPlace::Old { by }
        } else if self.seen >> by & 1 == 1 {
            AtcPlace::Seen
        } else {
            AtcPlace::Behind { by }
        }
    }

    /// Notes a counter. One that is too old for the window changes nothing.
    pub const fn insert(&mut self, atc: ApplicationTransactionCounter) {
        match self.place(atc) {
            AtcPlace::First => (self.highest, self.seen) = (atc.0, 1),
            AtcPlace::Ahead { by } => {
                let kept = if by < Self::WIDTH { self.seen << by } else { 0 };
                (self.highest, self.seen) = (atc.0, kept | 1);
            }
            AtcPlace::Behind { by } => self.seen |= 1 << by,
            AtcPlace::Seen | AtcPlace::Old { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::collections::BTreeSet;

    use super::{AtcPlace, AtcWindow};
    use crate::element::ApplicationTransactionCounter as Atc;

    /// Against a set that remembers everything.
    #[test]
    fn agrees_with_a_set() {
        let mut number = 0x1234_5678_u32;
        for _ in 0..200 {
            let (mut window, mut set) = (AtcWindow::default(), BTreeSet::new());
            for _ in 0..200 {
                number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let atc = (number >> 16) as u16 % 300;
                let expected = match set.last() {
                    None => AtcPlace::First,
                    Some(highest) if atc > *highest => AtcPlace::Ahead { by: atc - highest },
                    Some(highest) if highest - atc >= 64 => AtcPlace::Old { by: highest - atc },
                    Some(_) if set.contains(&atc) => AtcPlace::Seen,
                    Some(highest) => AtcPlace::Behind { by: highest - atc },
                };
                assert_eq!(window.place(Atc(atc)), expected);
                window.insert(Atc(atc));
                if !matches!(expected, AtcPlace::Old { .. }) {
                    set.insert(atc);
                }
            }
        }
    }

    #[test]
    fn ends_of_the_range() {
        let mut window = AtcWindow::default();
        window.insert(Atc(0));
        assert_eq!(window.place(Atc(0)), AtcPlace::Seen);
        window.insert(Atc(0xFFFF));
        assert_eq!(
            window,
            AtcWindow {
                highest: 0xFFFF,
                seen: 1
            }
        );
        assert_eq!(window.place(Atc(0)), AtcPlace::Old { by: 0xFFFF });
        assert_eq!(window.place(Atc(0xFFC0)), AtcPlace::Behind { by: 63 });
    }
}
