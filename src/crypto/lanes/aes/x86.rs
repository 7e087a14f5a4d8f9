//! The kernel on AES-NI and VAES.

use super::kernel::{Vector, kernel};
use super::{Backend, Item, KeyLength, MasterKey, Verdict};
use core::arch::x86_64::*;

macro_rules! vector {
    ($name:ident, $register:ty, $lanes:literal,
     load $load:ident, store $store:ident, zero $zero:ident, splat $splat:expr,
     xor $xor:ident, and $and:ident, round $round:ident, last $last:ident, shuffle $shuffle:ident,
     unpack $lo32:ident $hi32:ident $lo64:ident $hi64:ident,
     double $shl:ident $sra:ident $dwords:expr, equal $equal:expr) => {
        #[derive(Clone, Copy)]
        #[repr(transparent)]
        struct $name($register);

        // SAFETY (all methods): the trait's contract is that the features are there.
        unsafe impl Vector for $name {
            #[inline(always)]
            fn prefetch(bytes: &[u8]) {
                // SAFETY: a prefetch reads nothing the program can see, whatever the address.
                unsafe { _mm_prefetch::<_MM_HINT_T0>(bytes.as_ptr().cast()) }
            }
            #[inline(always)]
            unsafe fn zero() -> Self {
                // SAFETY: see the trait.
                Self(unsafe { $zero() })
            }
            #[inline(always)]
            unsafe fn load<const N: usize>(blocks: &[[u8; 16]; N], at: usize) -> Self {
                let blocks: &[[u8; 16]; $lanes] =
                    blocks.as_chunks().0.get(at).unwrap_or(&[[0; 16]; $lanes]);
                // SAFETY: the reference covers exactly one register; the load is unaligned.
                Self(unsafe { $load(blocks.as_ptr().cast()) })
            }
            #[inline(always)]
            unsafe fn store<const N: usize>(self, blocks: &mut [[u8; 16]; N], at: usize) {
                let chunks: &mut [[[u8; 16]; $lanes]] = blocks.as_chunks_mut().0;
                if let Some(blocks) = chunks.get_mut(at) {
                    // SAFETY: the reference covers exactly one register; the store is unaligned.
                    unsafe { $store(blocks.as_mut_ptr().cast(), self.0) }
                }
            }
            #[inline(always)]
            unsafe fn splat(block: &[u8; 16]) -> Self {
                // SAFETY: 16 readable bytes; the load is unaligned.
                Self(unsafe { $splat(_mm_loadu_si128(block.as_ptr().cast())) })
            }
            #[inline(always)]
            unsafe fn xor(self, other: Self) -> Self {
                // SAFETY: see the trait.
                Self(unsafe { $xor(self.0, other.0) })
            }
            #[inline(always)]
            unsafe fn and(self, other: Self) -> Self {
                // SAFETY: see the trait.
                Self(unsafe { $and(self.0, other.0) })
            }
            #[inline(always)]
            unsafe fn round(self, key: Self) -> Self {
                // SAFETY: see the trait.
                Self(unsafe { $round(self.0, key.0) })
            }
            #[inline(always)]
            unsafe fn last_round(self, key: Self) -> Self {
                // SAFETY: see the trait.
                Self(unsafe { $last(self.0, key.0) })
            }
            #[inline(always)]
            unsafe fn shuffle(self, pattern: Self) -> Self {
                // SAFETY: see the trait.
                Self(unsafe { $shuffle(self.0, pattern.0) })
            }
            #[inline(always)]
            unsafe fn unpack_low_32(self, other: Self) -> Self {
                // SAFETY: see the trait.
                Self(unsafe { $lo32(self.0, other.0) })
            }
            #[inline(always)]
            unsafe fn unpack_high_32(self, other: Self) -> Self {
                // SAFETY: see the trait.
                Self(unsafe { $hi32(self.0, other.0) })
            }
            #[inline(always)]
            unsafe fn unpack_low_64(self, other: Self) -> Self {
                // SAFETY: see the trait.
                Self(unsafe { $lo64(self.0, other.0) })
            }
            #[inline(always)]
            unsafe fn unpack_high_64(self, other: Self) -> Self {
                // SAFETY: see the trait.
                Self(unsafe { $hi64(self.0, other.0) })
            }
            #[inline(always)]
            unsafe fn double(self) -> Self {
                // The bits each 64-bit half loses: the low half's goes up, the high half's comes
                // back as the reduction polynomial.
                const CARRIES: [u8; 16] = [0x87, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0];
                // SAFETY: see the trait.
                unsafe {
                    let lost = Self($dwords($sra::<31>(self.0)));
                    Self($shl::<1>(self.0)).xor(lost.and(Self::splat(&CARRIES)))
                }
            }
            #[inline(always)]
            unsafe fn equal_64(self, other: Self) -> Self {
                // SAFETY: see the trait.
                Self(unsafe { $equal(self.0, other.0) })
            }
        }
    };
}

/// Word 0 takes the sign of word 3, word 2 that of word 1.
const SIGNS: i32 = 0b00_01_00_11;

vector!(V128, __m128i, 1,
    load _mm_loadu_si128, store _mm_storeu_si128, zero _mm_setzero_si128, splat core::convert::identity,
    xor _mm_xor_si128, and _mm_and_si128, round _mm_aesenc_si128, last _mm_aesenclast_si128,
    shuffle _mm_shuffle_epi8,
    unpack _mm_unpacklo_epi32 _mm_unpackhi_epi32 _mm_unpacklo_epi64 _mm_unpackhi_epi64,
    double _mm_slli_epi64 _mm_srai_epi32 _mm_shuffle_epi32::<SIGNS>, equal _mm_cmpeq_epi64);
vector!(V256, __m256i, 2,
    load _mm256_loadu_si256, store _mm256_storeu_si256, zero _mm256_setzero_si256,
    splat _mm256_broadcastsi128_si256,
    xor _mm256_xor_si256, and _mm256_and_si256, round _mm256_aesenc_epi128,
    last _mm256_aesenclast_epi128, shuffle _mm256_shuffle_epi8,
    unpack _mm256_unpacklo_epi32 _mm256_unpackhi_epi32 _mm256_unpacklo_epi64 _mm256_unpackhi_epi64,
    double _mm256_slli_epi64 _mm256_srai_epi32 _mm256_shuffle_epi32::<SIGNS>,
    equal _mm256_cmpeq_epi64);
vector!(V512, __m512i, 4,
    load _mm512_loadu_si512, store _mm512_storeu_si512, zero _mm512_setzero_si512,
    splat _mm512_broadcast_i32x4,
    xor _mm512_xor_si512, and _mm512_and_si512, round _mm512_aesenc_epi128,
    last _mm512_aesenclast_epi128, shuffle _mm512_shuffle_epi8,
    unpack _mm512_unpacklo_epi32 _mm512_unpackhi_epi32 _mm512_unpacklo_epi64 _mm512_unpackhi_epi64,
    double _mm512_slli_epi64 _mm512_srai_epi32 _mm512_shuffle_epi32::<SIGNS>,
    equal |a, b| _mm512_maskz_set1_epi64(_mm512_cmpeq_epi64_mask(a, b), -1));

kernel!(by_4, V128, "aes,avx", 1 lanes, 1 groups);
kernel!(by_8, V256, "vaes,avx2", 2 lanes, 1 groups);
kernel!(by_16, V512, "vaes,avx512f,avx512bw,avx512vl", 4 lanes, 1 groups);
kernel!(by_32, V512, "vaes,avx512f,avx512bw,avx512vl", 4 lanes, 2 groups);

/// Whole groups as wide as can be, the rest in narrower ones. The backend must be available.
pub(super) fn verify_batch(
    backend: Backend,
    imk: &MasterKey,
    items: &[Item<'_>],
    verdicts: &mut [Verdict],
) {
    macro_rules! run {
        ($kernel:ident, $items:expr, $verdicts:expr) => {
            // SAFETY: the caller checked that the backend, and so every kernel it uses here, is
            // available.
            unsafe {
                match imk.card_length() {
                    _ if $items.is_empty() => {}
                    KeyLength::Aes128 => $kernel::verify::<4>(imk, $items, $verdicts),
                    KeyLength::Aes192 => $kernel::verify::<6>(imk, $items, $verdicts),
                    KeyLength::Aes256 => $kernel::verify::<8>(imk, $items, $verdicts),
                }
            }
        };
    }
    let used = items.len().min(verdicts.len());
    let (items, verdicts) = (&items[..used], &mut verdicts[..used]);
    let few = used % 32;
    match backend {
        Backend::Vaes512 => {
            let (items, rest) = items.split_at(used - few);
            let (verdicts, rest_verdicts) = verdicts.split_at_mut(items.len());
            run!(by_32, items, verdicts);
            match few {
                0..=4 => run!(by_4, rest, rest_verdicts),
                _ => run!(by_16, rest, rest_verdicts),
            }
        }
        Backend::Vaes256 if items.len() > 4 => run!(by_8, items, verdicts),
        _ => run!(by_4, items, verdicts),
    }
}
