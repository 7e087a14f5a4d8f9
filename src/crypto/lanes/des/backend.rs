//! Which instructions the lanes are made of.

#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
use super::neon;
use super::portable;
#[cfg(target_arch = "x86_64")]
use super::x86;
use crate::crypto::lanes::tdes::{BatchError, Item, Outcome, Shape};

/// A way to compute with many lanes. All give the same answers; [`Backend::active`] is the fastest
/// the processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// 64 lanes in a `u64`, on any processor.
    Portable64,
    /// 128 lanes, NEON.
    Neon,
    /// 256 lanes, AVX2.
    Avx2,
    /// 256 lanes, AVX-512 F and VL (`vpternlog`).
    Avx512Vl,
    /// 512 lanes, AVX-512 F.
    Avx512,
}

/// Whether the processor has these features. Without `std` nobody can ask it, and only what the
/// program is compiled for counts.
#[cfg(all(target_arch = "x86_64", feature = "std"))]
macro_rules! detected {
    ($($feature:tt),+) => { $(std::arch::is_x86_feature_detected!($feature))&&+ };
}
#[cfg(all(target_arch = "x86_64", not(feature = "std")))]
macro_rules! detected {
    ($($feature:tt),+) => { $(cfg!(target_feature = $feature))&&+ };
}

impl Backend {
    /// All of them, slowest first.
    pub const ALL: [Self; 5] = [
        Self::Portable64,
        Self::Neon,
        Self::Avx2,
        Self::Avx512Vl,
        Self::Avx512,
    ];

    /// Whether this processor can run it.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            Self::Portable64 => true,
            Self::Neon => cfg!(all(target_arch = "aarch64", target_feature = "neon")),
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => detected!("avx2"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vl => detected!("avx512f", "avx512vl"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => detected!("avx512f"),
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// The fastest one available for large batches.
    #[must_use]
    pub fn active() -> Self {
        Self::ALL
            .into_iter()
            .rev()
            .find(|backend| backend.is_available())
            .unwrap_or(Self::Portable64)
    }

    /// The fastest one available for `items` items: a batch costs the same however few of its lanes
    /// are used.
    #[must_use]
    pub fn best_for(items: usize) -> Self {
        match Self::active() {
            Self::Avx512 if items <= 256 && Self::Avx512Vl.is_available() => Self::Avx512Vl,
            best => best,
        }
    }

    /// How many items are computed at once (`Avx512` takes twice as many where it can).
    #[must_use]
    pub const fn lanes(self) -> usize {
        match self {
            Self::Portable64 => 64,
            Self::Neon => 128,
            Self::Avx2 | Self::Avx512Vl => 256,
            Self::Avx512 => 512,
        }
    }

    /// Whether time and memory accesses are independent of keys and messages. Every bitsliced
    /// backend is: it has no branch and no address that depends on data.
    #[must_use]
    pub const fn is_constant_time(self) -> bool {
        true
    }

    /// Verifies `items`, all of one shape, any number of them; `outcomes[n]` is what became of
    /// `items[n]`. Nothing is allocated; up to 200 KB of stack are used (`Portable64`: 13 KB).
    ///
    /// # Errors
    /// [`BatchError`]: lengths that do not fit, a shape that cannot be computed, or a backend this
    /// processor cannot run. Then no outcome is `verified`.
    pub fn verify(
        self,
        shape: &Shape,
        items: &[Item<'_>],
        outcomes: &mut [Outcome],
    ) -> Result<(), BatchError> {
        outcomes.fill(Outcome::default());
        shape.check(items, outcomes)?;
        if !self.is_available() {
            return Err(BatchError::Unavailable);
        }
        match self {
            Self::Portable64 => portable::verify(shape, items, outcomes),
            #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
            Self::Neon => neon::verify(shape, items, outcomes),
            // SAFETY: `is_available` has found the instructions.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { x86::verify_avx2::<1>(shape, items, outcomes) },
            // SAFETY: as before.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vl => unsafe { x86::verify_avx512vl::<1>(shape, items, outcomes) },
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                // Two sets of lanes at a time, unless one is enough for the rest.
                let rest = items.len() % 1024;
                let together = items.len() - if rest <= 512 { rest } else { 0 };
                let (items, last_items) = items.split_at(together);
                let (outcomes, last_outcomes) = outcomes.split_at_mut(together);
                // SAFETY: as before.
                unsafe {
                    x86::verify_avx512::<2>(shape, items, outcomes);
                    x86::verify_avx512::<1>(shape, last_items, last_outcomes);
                }
            }
            // What `is_available` has ruled out.
            _ => return Err(BatchError::Unavailable),
        }
        Ok(())
    }
}
