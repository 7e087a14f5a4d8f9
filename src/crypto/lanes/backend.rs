//! Which instructions the lanes are made of.

use super::batch::{BatchError, Item, Outcome, Shape};
use super::portable;
#[cfg(target_arch = "x86_64")]
use super::x86;

/// A way to compute with many lanes. All give the same answers; [`Backend::best`] is the fastest
/// the processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// 64 lanes in a `u64`, on any processor.
    Portable64,
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
    pub const ALL: [Self; 4] = [Self::Portable64, Self::Avx2, Self::Avx512Vl, Self::Avx512];

    /// Whether this processor can run it.
    #[must_use]
    pub fn available(self) -> bool {
        match self {
            Self::Portable64 => true,
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
    pub fn best() -> Self {
        let [rest @ .., _] = Self::ALL;
        Self::ALL
            .into_iter()
            .rev()
            .find(|backend| backend.available())
            .unwrap_or(rest[0])
    }

    /// The fastest one available for `items` items: a batch costs the same however few of its lanes
    /// are used.
    #[must_use]
    pub fn best_for(items: usize) -> Self {
        match Self::best() {
            Self::Avx512 if items <= 256 && Self::Avx512Vl.available() => Self::Avx512Vl,
            best => best,
        }
    }

    /// How many items are computed at once.
    #[must_use]
    pub const fn lanes(self) -> usize {
        match self {
            Self::Portable64 => 64,
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
    /// `items[n]`.
    ///
    /// # Errors
    /// [`BatchError`], with no outcome touched: lengths that do not fit, a shape that cannot be
    /// computed, or a backend this processor cannot run.
    pub fn verify(
        self,
        shape: &Shape,
        items: &[Item<'_>],
        outcomes: &mut [Outcome],
    ) -> Result<(), BatchError> {
        shape.check(items, outcomes)?;
        if !self.available() {
            return Err(BatchError::Unavailable);
        }
        match self {
            Self::Portable64 => portable::verify(shape, items, outcomes),
            // SAFETY: `available` has found the instructions.
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => unsafe { x86::verify_avx2::<1>(shape, items, outcomes) },
            // SAFETY: as before.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vl => unsafe { x86::verify_avx512vl::<1>(shape, items, outcomes) },
            // SAFETY: as before.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 if items.len() > 512 => unsafe {
                x86::verify_avx512::<2>(shape, items, outcomes)
            },
            // SAFETY: as before.
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => unsafe { x86::verify_avx512::<1>(shape, items, outcomes) },
            #[cfg(not(target_arch = "x86_64"))]
            _ => return Err(BatchError::Unavailable),
        }
        Ok(())
    }
}
