//! Which instructions there are.

/// Whether the processor has all of the named features; without `std`, whether the crate was
/// compiled for them.
macro_rules! has {
    ($($feature:tt),* $(,)?) => {{
        #[cfg(all(target_arch = "x86_64", feature = "std"))]
        let all = $(std::arch::is_x86_feature_detected!($feature))&&*;
        #[cfg(not(all(target_arch = "x86_64", feature = "std")))]
        let all = $(cfg!(all(target_arch = "x86_64", target_feature = $feature)))&&*;
        all
    }};
}
pub(crate) use has;
