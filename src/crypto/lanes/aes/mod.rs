//! Many AES application cryptograms at once, every lane with a card of its own.
//!
//! One verification is a chain of short, dependent AES calls under three different keys (EMV Book 2
//! A1.4.3, A1.3.1, A1.2.2 and 8.2):
//!
//! ```text
//! card key      UDK  = AES(IMK, Y)                                (Option C)
//! session key   SK   = AES(UDK, R),  R = ATC || 00..00            (common session key, CSK)
//! cryptogram    AC   = leftmost 8 bytes of AES-CMAC(SK, message)
//! response      ARPC = leftmost 8 bytes of AES(SK, (ARQC ^ (ARC || 00*6)) || 00*8)   (method 1)
//!                    = leftmost 4 bytes of AES-CMAC(SK, ARQC || CSU || PAD)          (method 2)
//! ```
//!
//! Alone, such a chain leaves the AES unit idle most of the time: each round waits for the one
//! before it. So a *batch* walks many cards through the same steps together. A kernel is written
//! once and instantiated for every width of register: 4 cards in 128-bit registers (AES-NI), 8 in
//! 256-bit ones, 16 or 32 in 512-bit ones (VAES). The key schedules are the larger half of the work,
//! because every card brings two new keys; how they are computed for all lanes without
//! `AESKEYGENASSIST` is told in `kernel`.
//!
//! Lanes may differ in everything but the issuer key: message length, response method, key data.
//! They are fastest where neighbours have the same lengths, and messages over 256 bytes, which no
//! card can send (Book 3 9.3.6 limits GENERATE AC data to 252), are verified one by one.
//! Every backend takes secret-independent time; what decides its time are lengths and counts.

mod answer;
#[cfg(target_arch = "x86_64")]
mod kernel;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod master;
mod portable;
#[cfg(target_arch = "x86_64")]
mod schedule;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use master::{KeyLength, MasterKey};

use crate::crypto::lanes::detect::has;
pub use answer::{Response, Verdict};

/// The processor features a batch runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// 32 cards in flight, fewer at the end of a batch: VAES on 512-bit registers (AVX-512F/BW/VL).
    Vaes512,
    /// 8 cards in flight: VAES on 256-bit registers (AVX2).
    Vaes256,
    /// 4 cards in flight: AES-NI.
    AesNi,
    /// One card after another through the `aes` crate, which is constant time on every target.
    Portable,
}

impl Backend {
    /// Every backend, fastest first.
    pub const ALL: [Self; 4] = [Self::Vaes512, Self::Vaes256, Self::AesNi, Self::Portable];

    /// The fastest backend this processor runs.
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
            Self::Vaes512 => has!("aes", "vaes", "avx512f", "avx512bw", "avx512vl"),
            Self::Vaes256 => has!("aes", "vaes", "avx2"),
            Self::AesNi => has!("aes", "avx"),
            Self::Portable => true,
        }
    }

    /// Whether time is independent of keys, data and verdicts: true for every backend.
    #[must_use]
    pub const fn is_constant_time(self) -> bool {
        true
    }

    /// Verifies `items` against the issuer key `imk`, one [`Verdict`] each, in order.
    ///
    /// Items without a verdict slot, or slots without an item, are left alone. A backend this
    /// processor lacks is replaced by [`Backend::Portable`].
    pub fn verify_batch(self, imk: &MasterKey, items: &[Item<'_>], verdicts: &mut [Verdict]) {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Vaes512 | Self::Vaes256 | Self::AesNi if self.is_available() => {
                x86::verify_batch(self, imk, items, verdicts);
            }
            _ => portable::verify_batch(imk, items, verdicts),
        }
    }
}

/// What one lane verifies.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// Y of Option C: PAN and PSN, right justified, zero padded to 32 digits (EMV Book 2 A1.4.3).
    pub diversification: [u8; 16],
    /// R of the session key: `ATC || 00*14` for an application cryptogram (EMV Book 2 A1.3.1).
    ///
    /// For 192 and 256-bit keys byte 2 is replaced by `F0` and `0F` as the book asks.
    pub session: [u8; 16],
    /// The data the cryptogram covers, not padded: CMAC pads by itself.
    pub message: &'a [u8],
    /// The application cryptogram the card sent (tag 9F26).
    pub cryptogram: [u8; 8],
    /// The issuer's answer to compute beside.
    pub response: Response<'a>,
}
