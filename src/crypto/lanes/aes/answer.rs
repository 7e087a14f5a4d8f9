//! What an issuer answers to a cryptogram, and what a verification of AES finds.

use zeroize::Zeroize;

/// The issuer's answer to a cryptogram (ARPC).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Response<'a> {
    /// No answer.
    None,
    /// ARPC method 1, 8 bytes (EMV Book 2 8.2.1).
    Method1 {
        /// Authorisation response code (tag 8A), two ASCII characters.
        arc: [u8; 2],
    },
    /// ARPC method 2, 4 bytes (EMV Book 2 8.2.2).
    Method2 {
        /// Card status update.
        csu: [u8; 4],
        /// Proprietary authentication data, 0 to 8 bytes; longer data is cut to 8.
        proprietary: &'a [u8],
    },
}

impl Response<'_> {
    /// Length of the ARPC in bytes.
    pub(crate) const fn length(&self) -> u8 {
        match self {
            Self::None => 0,
            Self::Method1 { .. } => 8,
            Self::Method2 { .. } => 4,
        }
    }

    /// Length of `ARQC || CSU || PAD` (method 2) or of the block that is enciphered (method 1, as if
    /// it had 16 bytes), in bytes.
    pub(crate) fn data_length(&self) -> usize {
        match self {
            Self::None => 0,
            Self::Method1 { .. } => 16,
            Self::Method2 { proprietary, .. } => 12 + proprietary.len().min(8),
        }
    }

    /// Those bytes, `80 00..` behind them, as two 16-byte blocks read little-endian.
    #[inline(always)]
    pub(crate) fn data(&self, cryptogram: &[u8; 8]) -> [u128; 2] {
        let arqc = u128::from(u64::from_le_bytes(*cryptogram));
        match self {
            Self::None => [0; 2],
            Self::Method1 { arc } => [arqc ^ u128::from(u16::from_le_bytes(*arc)), 0],
            Self::Method2 { csu, proprietary } => {
                let start = arqc | u128::from(u32::from_le_bytes(*csu)) << 64;
                match proprietary {
                    [] => [start | 0x80 << 96, 0],
                    bytes => [start | padded(bytes) << 96, padded(bytes) >> 32],
                }
            }
        }
    }
}

/// At most eight bytes and `80` behind them, read little-endian.
#[inline(never)]
fn padded(bytes: &[u8]) -> u128 {
    bytes
        .iter()
        .take(8)
        .rev()
        .fold(0x80, |word, byte| word << 8 | u128::from(*byte))
}

/// What a verification found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    valid: bool,
    arpc: [u8; 8],
    arpc_length: u8,
}

impl Verdict {
    /// `arpc` is read little-endian; of it `length` bytes are kept, and none if not `valid`.
    pub(crate) fn new(valid: subtle::Choice, arpc: u64, length: u8) -> Self {
        Self::from_mask(
            0u64.wrapping_sub(u64::from(valid.unwrap_u8())),
            arpc,
            length,
        )
    }

    /// As [`new`](Self::new), with all ones for valid and all zeros for not.
    #[inline(always)]
    pub(crate) const fn from_mask(valid: u64, arpc: u64, length: u8) -> Self {
        let used = u64::MAX.unbounded_shr(64 - 8 * length as u32);
        Self {
            valid: valid != 0,
            arpc: (arpc & valid & used).to_le_bytes(),
            arpc_length: length,
        }
    }

    /// Whether the cryptogram is the one the card with this key computes over this message.
    #[inline]
    #[must_use]
    pub const fn is_valid(&self) -> bool {
        self.valid
    }

    /// The ARPC, zeros behind it or in its place: what [`arpc`](Self::arpc) gives, without its length.
    #[inline]
    pub(crate) const fn padded_arpc(&self) -> [u8; 8] {
        self.arpc
    }

    /// The ARPC: 8 bytes for method 1, 4 for method 2.
    ///
    /// `None` when none was asked for **or the cryptogram is wrong**: an answer to an unverified
    /// cryptogram would make the issuer an oracle.
    #[must_use]
    pub fn arpc(&self) -> Option<&[u8]> {
        let bytes = self.arpc.get(..usize::from(self.arpc_length))?;
        (self.valid && !bytes.is_empty()).then_some(bytes)
    }
}

impl Zeroize for Verdict {
    fn zeroize(&mut self) {
        self.valid = false;
        self.arpc.zeroize();
        self.arpc_length = 0;
    }
}
