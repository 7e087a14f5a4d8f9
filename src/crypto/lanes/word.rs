//! What a backend provides: a word of many one-bit lanes.

use super::gather;
use super::rounds::Stream;
use super::wiring::Direction;

/// Logic on all lanes at once.
///
/// # Safety
/// A word is `LANES / 64` columns: numbers of 64 bits one after the other in memory, with nothing
/// else, and any bits are valid.
///
/// The methods are `#[inline(always)]` in every backend, so
/// that they take on the target features of the kernel they are inlined into.
pub(super) unsafe trait Logic: Copy + 'static {
    /// Number of lanes, a multiple of 64 and at most 512.
    const LANES: usize;

    /// The same 64 bits in every column.
    fn splat(column: u64) -> Self;
    fn xor(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    /// `self & !other`.
    fn without(self, other: Self) -> Self;
    /// Shifts within each column towards the more significant bits.
    fn up<const N: u32>(self) -> Self;
    /// Shifts within each column towards the less significant bits.
    fn down<const N: u32>(self) -> Self;
    /// Exchanges bits between two words: those of `a` selected by `low`, and those of `b` that lie
    /// `N` places up from there.
    #[inline(always)]
    fn exchange<const N: u32>(a: Self, b: Self, low: u64) -> (Self, Self) {
        exchange::<Self, N>(a, b, low)
    }

    /// See [`gather`].
    #[inline(always)]
    fn gather(records: gather::Records) -> gather::Gathered {
        gather::plain(records)
    }

    #[inline(always)]
    fn not(self) -> Self {
        self.xor(Self::splat(u64::MAX))
    }
}

/// [`Logic::exchange`] in gates of two inputs.
#[inline(always)]
pub(super) fn exchange<W: Logic, const N: u32>(a: W, b: W, low: u64) -> (W, W) {
    let difference = W::splat(low).and(a.xor(b.down::<N>()));
    (a.xor(difference), b.xor(difference.up::<N>()))
}

/// Any Boolean function of three words in one instruction.
#[cfg(target_arch = "x86_64")]
pub(super) trait TernaryLogic: Logic {
    /// Bit `4a + 2b + c` of `TABLE` is the function's value.
    fn ternary<const TABLE: i32>(a: Self, b: Self, c: Self) -> Self;
}

/// A word with its S-boxes and with the two hot loops compiled for its target features.
pub(super) trait Word: Logic {
    /// R bits that the S-boxes of this backend take complemented (bit 0 is the first of R).
    const COMPLEMENTED: u32;

    /// `left` with S-box `S` (0 is S1) of `inputs` added: inputs b1…b6, outputs most significant
    /// first.
    fn substitute<const S: usize>(inputs: [Self; 6], left: [Self; 4]) -> [Self; 4];

    /// [`rounds::sixteen`](super::rounds::sixteen) compiled for this word.
    fn sixteen_rounds(streams: &mut [Stream<Self>], direction: Direction);

    /// [`transpose::network`](super::transpose::network) compiled for this word.
    fn transpose(rows: &mut [Self; 64]);
}
