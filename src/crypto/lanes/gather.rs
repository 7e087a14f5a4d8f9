//! Blocks that lie together in each item's memory, brought together by place.

/// The first blocks, as many as are wanted and at most eight, of eight items.
pub(super) type Records<'a> = [&'a [[u8; 8]]; 8];

/// `[k][n]` is block `k` of record `n`, as a little-endian number.
pub(super) type Gathered = [[u64; 8]; 8];

/// All records have the same length. One number at a time, on any processor.
#[inline(always)]
pub(super) fn plain(records: Records) -> Gathered {
    let mut gathered = [[0; 8]; 8];
    for (n, record) in records.into_iter().enumerate() {
        for (k, block) in record.iter().enumerate() {
            gathered[k][n] = u64::from_le_bytes(*block);
        }
    }
    gathered
}

#[cfg(target_arch = "x86_64")]
pub(super) mod x86 {
    use super::{Gathered, Records};
    use core::arch::x86_64::*;

    /// [`plain`](super::plain) as transpositions of four by four numbers.
    #[inline]
    #[target_feature(enable = "avx2")]
    pub(in super::super) fn avx2(records: Records) -> Gathered {
        let mut gathered = [[0; 8]; 8];
        for (k, quarter) in gathered.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let count = records[0].len().saturating_sub(4 * k).min(4) as i64;
            if count == 0 {
                break;
            }
            let mask =
                _mm256_cmpgt_epi64(_mm256_set1_epi64x(count), _mm256_setr_epi64x(0, 1, 2, 3));
            for n in [0, 4] {
                let load = |i: usize| {
                    let record = records[n + i];
                    assert!(record.len() == records[0].len());
                    // SAFETY: only the numbers chosen by the mask are read, and they are there.
                    unsafe { _mm256_maskload_epi64(record.as_ptr().add(4 * k).cast(), mask) }
                };
                let rows = [load(0), load(1), load(2), load(3)];
                let (low01, high01) = (
                    _mm256_unpacklo_epi64(rows[0], rows[1]),
                    _mm256_unpackhi_epi64(rows[0], rows[1]),
                );
                let (low23, high23) = (
                    _mm256_unpacklo_epi64(rows[2], rows[3]),
                    _mm256_unpackhi_epi64(rows[2], rows[3]),
                );
                let columns = [
                    _mm256_permute2x128_si256::<0x20>(low01, low23),
                    _mm256_permute2x128_si256::<0x20>(high01, high23),
                    _mm256_permute2x128_si256::<0x31>(low01, low23),
                    _mm256_permute2x128_si256::<0x31>(high01, high23),
                ];
                for (to, column) in quarter.iter_mut().zip(columns) {
                    let to = &mut to[n..n + 4];
                    // SAFETY: there is room for four numbers.
                    unsafe { _mm256_storeu_si256(to.as_mut_ptr().cast(), column) }
                }
            }
        }
        gathered
    }

    /// [`plain`](super::plain) as a transposition of eight by eight numbers.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(in super::super) fn avx512(records: Records) -> Gathered {
        let mask = ((1u32 << records[0].len().min(8)) - 1) as u8;
        let rows = records.map(|record| {
            assert!(record.len() == records[0].len());
            // SAFETY: only the numbers chosen by the mask are read, and they are there.
            unsafe { _mm512_maskz_loadu_epi64(mask, record.as_ptr().cast()) }
        });
        let [r0, r1, r2, r3, r4, r5, r6, r7] = rows;
        let even = quarters([
            _mm512_unpacklo_epi64(r0, r1),
            _mm512_unpacklo_epi64(r2, r3),
            _mm512_unpacklo_epi64(r4, r5),
            _mm512_unpacklo_epi64(r6, r7),
        ]);
        let odd = quarters([
            _mm512_unpackhi_epi64(r0, r1),
            _mm512_unpackhi_epi64(r2, r3),
            _mm512_unpackhi_epi64(r4, r5),
            _mm512_unpackhi_epi64(r6, r7),
        ]);
        let mut gathered = [[0; 8]; 8];
        for (k, pair) in gathered.as_chunks_mut::<2>().0.iter_mut().enumerate() {
            for (to, column) in pair.iter_mut().zip([even[k], odd[k]]) {
                // SAFETY: there is room for eight numbers.
                unsafe { _mm512_storeu_si512(to.as_mut_ptr().cast(), column) }
            }
        }
        gathered
    }

    /// The transposition of four by four quarters of a register.
    #[inline]
    #[target_feature(enable = "avx512f")]
    fn quarters([a, b, c, d]: [__m512i; 4]) -> [__m512i; 4] {
        const EVEN: i32 = 0x88;
        const ODD: i32 = 0xdd;
        let (ab_even, cd_even) = (
            _mm512_shuffle_i64x2::<EVEN>(a, b),
            _mm512_shuffle_i64x2::<EVEN>(c, d),
        );
        let (ab_odd, cd_odd) = (
            _mm512_shuffle_i64x2::<ODD>(a, b),
            _mm512_shuffle_i64x2::<ODD>(c, d),
        );
        [
            _mm512_shuffle_i64x2::<EVEN>(ab_even, cd_even),
            _mm512_shuffle_i64x2::<EVEN>(ab_odd, cd_odd),
            _mm512_shuffle_i64x2::<ODD>(ab_even, cd_even),
            _mm512_shuffle_i64x2::<ODD>(ab_odd, cd_odd),
        ]
    }
}
