//! One Triple-DES cryptogram at a time, in constant time and faster than table-based code.
//!
//! An authorisation host verifies one message after another, so what counts is the time of one
//! verification: 23 DES computations for a card key, a session key, a retail MAC and an answer.
//! Three things make it short. The work is arranged so that computations run side by side
//! (`verify`); a [`Backend`] runs four of them at once; and the issuer's key schedule is made only
//! once ([`Tdes2Key`]).
//!
//! Table-based DES reads memory at addresses that depend on the key, which other programs on the
//! machine can observe through the cache. Every backend here does without: S-boxes are looked up
//! inside registers, or computed by logic. What decides the time of a call is only the number of
//! message blocks, the kind of session key and the kind of answer. Nor does the time tell whether a
//! cryptogram was right: an answer is computed either way and withheld at the end.
//!
//! | backend | S-boxes | P and E |
//! |---------|---------|---------|
//! | [`Avx512Vbmi`](Backend::Avx512Vbmi) | 128-byte tables in registers | a bit-matrix product |
//! | [`Avx2`](Backend::Avx2) | 16-byte tables in registers | six byte permutations |
//! | [`Portable`](Backend::Portable) | logic, two computations a word | eight byte rotations |
//!
//! To add one, lay a half out in 64 bits and write the four functions of a `Kernel`; the standard's
//! tables, the colouring that takes the work out of P and E, and all that is built on DES are
//! shared.
//!
//! ```
//! # #[cfg(all(feature = "simd", feature = "laboratory"))] {
//! use chipcard::crypto::lanes::single::{Item, Response, ResponseKey, SessionKey, Shape, Tdes2Key, verify};
//!
//! // Test keys; the cryptogram is computed here step by step, as a card does.
//! let issuer_key = 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210u128.to_be_bytes();
//! let imk = Tdes2Key::new(&issuer_key);
//! let y = 0x9012_3456_7890_1245u64.to_be_bytes();
//! let message = [*b"EMV data", *b"padded\x80\x00"];
//! let card = imk.derive([y, y.map(|byte| !byte)]);
//! let first = [0, 1, 0xF0, 0, 0, 0, 0, 0];
//! let session = card.derive(SessionKey::COMMON.blocks(first));
//!
//! let shape = Shape {
//!     blocks: 2,
//!     session: Some(SessionKey::COMMON),
//!     response: Response::Method1(ResponseKey::Signing),
//! };
//! let item = Item {
//!     issuer_key: &issuer_key,
//!     message: &message,
//!     card: y,
//!     session: first,
//!     cryptogram: session.retail_mac(&message),
//!     response: [*b"00\0\0\0\0\0\0", [0; 8]],
//! };
//! let outcome = verify(&imk, &shape, &item);
//! assert!(outcome.verified);
//! assert_ne!(outcome.response, [0; 8]);
//!
//! let forged = Item { cryptogram: [0; 8], ..item };
//! assert!(!verify(&imk, &shape, &forged).verified);
//! assert_eq!(verify(&imk, &shape, &forged).response, [0; 8]);
//! # }
//! ```

#[cfg(all(feature = "simd", target_arch = "x86_64"))]
mod avx2;
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
mod avx512;
mod kernel;
mod key;
mod meet;
mod network;
mod portable;
mod tables;
#[cfg(feature = "simd")]
mod verify;
#[cfg(all(feature = "simd", target_arch = "x86_64"))]
mod wiring;

#[cfg(feature = "simd")]
pub use crate::crypto::lanes::tdes::{Item, Outcome, Response, ResponseKey, SessionKey, Shape};
pub use key::{DesKey, Tdes2Key};
#[cfg(feature = "simd")]
pub use verify::verify;

#[cfg(feature = "simd")]
use crate::crypto::lanes::detect::has;
use kernel::Kernel;

/// The processor features a computation runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// Table permutes: AVX-512F/BW/VL, VBMI, BITALG and GFNI (Intel since Ice Lake, AMD since Zen 4); feature `simd`.
    Avx512Vbmi,
    /// Byte shuffles: AVX2; feature `simd`.
    Avx2,
    /// Logic on 64-bit words.
    Portable,
}

impl Backend {
    /// Every backend, fastest first.
    pub const ALL: [Self; 3] = [Self::Avx512Vbmi, Self::Avx2, Self::Portable];

    /// The fastest backend this processor runs, which keys use unless told otherwise.
    ///
    /// Without the `std` feature only what the crate was compiled for counts.
    #[must_use]
    pub fn active() -> Self {
        Self::ALL
            .into_iter()
            .find(|backend| backend.is_available())
            .unwrap_or(Self::Portable)
    }

    /// Whether this processor can run the backend.
    #[must_use]
    pub fn is_available(self) -> bool {
        match self {
            #[cfg(feature = "simd")]
            Self::Avx512Vbmi => has!(
                "avx512f",
                "avx512bw",
                "avx512vl",
                "avx512vbmi",
                "avx512bitalg",
                "gfni"
            ),
            #[cfg(feature = "simd")]
            Self::Avx2 => has!("avx2"),
            #[cfg(not(feature = "simd"))]
            Self::Avx512Vbmi | Self::Avx2 => false,
            Self::Portable => true,
        }
    }

    /// Whether time and memory accesses are independent of keys, data and verdicts: true for every
    /// backend.
    #[must_use]
    pub const fn is_constant_time(self) -> bool {
        true
    }

    fn kernel(self) -> &'static Kernel {
        match self {
            #[cfg(all(feature = "simd", target_arch = "x86_64"))]
            Self::Avx512Vbmi if self.is_available() => &avx512::KERNEL,
            #[cfg(all(feature = "simd", target_arch = "x86_64"))]
            Self::Avx2 if self.is_available() => &avx2::KERNEL,
            _ => &portable::KERNEL,
        }
    }
}
