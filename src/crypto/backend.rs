//! What computes: said, so that a host can log it and refuse what it does not want.

use core::fmt;

use crate::crypto::lanes;

/// What is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Workload {
    /// One TDES cryptogram, key derivation, MAC or encipherment at a time.
    Tdes,
    /// Many TDES cryptograms in one call ([`Issuer::verify_batch`](crate::issuer::Issuer::verify_batch)).
    TdesBatch,
    /// Many AES cryptograms in one call.
    AesBatch,
}

/// What computes a workload: the fastest that the processor at hand has instructions for, found when the program runs.
///
/// ```
/// use chipcard::crypto::{Backend, Workload};
///
/// let backend = Backend::active(Workload::Tdes);
/// assert!(backend.is_constant_time());
/// println!("TDES: {backend}"); // e.g. Avx2
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Backend {
    name: Name,
    constant_time: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Name {
    Single(lanes::single::Backend),
    #[cfg(feature = "simd")]
    Des(lanes::des::Backend),
    #[cfg(feature = "simd")]
    Aes(lanes::aes::Backend),
    #[cfg(not(feature = "simd"))]
    AesCrate,
}

impl Backend {
    /// What computes `workload` in this process. Without the feature `simd` a batch is computed one by one.
    #[must_use]
    pub fn active(workload: Workload) -> Self {
        let single = lanes::single::Backend::active();
        #[cfg(not(feature = "simd"))]
        let (name, constant_time) = match workload {
            Workload::Tdes | Workload::TdesBatch => {
                (Name::Single(single), single.is_constant_time())
            }
            // The `aes` crate: AES instructions, or bit slices.
            Workload::AesBatch => (Name::AesCrate, true),
        };
        #[cfg(feature = "simd")]
        let (name, constant_time) = match workload {
            Workload::Tdes => (Name::Single(single), single.is_constant_time()),
            Workload::TdesBatch => {
                let backend = lanes::des::Backend::active();
                (Name::Des(backend), backend.is_constant_time())
            }
            Workload::AesBatch => {
                let backend = lanes::aes::Backend::active();
                (Name::Aes(backend), backend.is_constant_time())
            }
        };
        Self {
            name,
            constant_time,
        }
    }

    /// Whether time and memory accesses are independent of keys and data. Everything that this library chooses is, because
    /// it costs no more than what is not.
    #[must_use]
    pub const fn is_constant_time(self) -> bool {
        self.constant_time
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name {
            Name::Single(backend) => fmt::Debug::fmt(&backend, f),
            #[cfg(feature = "simd")]
            Name::Des(backend) => fmt::Debug::fmt(&backend, f),
            #[cfg(feature = "simd")]
            Name::Aes(backend) => fmt::Debug::fmt(&backend, f),
            #[cfg(not(feature = "simd"))]
            Name::AesCrate => f.write_str("aes"),
        }
    }
}
