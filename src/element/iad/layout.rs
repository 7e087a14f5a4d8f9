//! The layouts of issuer application data, as a table.

use core::fmt;

/// Whose layout issuer application data have.
///
/// Sources: EMV Book 3 Annex C7 (version 4.3; C9 in 4.4) for CCD; for the payment systems, whose own documents are not public, the
/// open source libraries openemv/emv-utils (which cites Mastercard's "M/Chip Requirements" of 2022, Appendix B, and
/// Visa's "VCPS Supplemental Requirements" 2.2, Appendix M), jPOS and pyemv, and published test transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IadLayout {
    /// Common Core Definitions, 32 bytes: `0F`, common core identifier, key index, CVR 5, counters 8, `0F`,
    /// issuer discretionary 15. Identifier `A5` is TDES, `A6` AES, `A4` that of EMV 4.1.
    Ccd,
    /// Mastercard M/Chip 4 (18 bytes) and M/Chip Advance (18, 20, 26 or 28): key index, version, CVR 6, DAC or
    /// ICC dynamic number 2, counters 8 or 16. Versions `10`, `11`, `14`, `15`. What the last two bytes of
    /// 20 and 28 are is not established here, so no accessor names them.
    MChip,
    /// Visa formats 0, 1 and 3, 7 to 32 bytes: `06`, key index, version, CVR 4 (`03` and three bytes), then
    /// nothing or a length and that many issuer discretionary bytes. The version's high nibble is the format.
    Visa013,
    /// Visa formats 2 and 4, 32 bytes: `1F`, version, key index, CVR 5, issuer discretionary 24.
    /// The version's high nibble is the format.
    Visa24,
    /// UnionPay and PBOC, 8 to 32 bytes: `07`, key index, version, CVR 4 (`03` and three bytes), algorithm, then
    /// nothing or a length and that many issuer discretionary bytes. From one published transaction.
    UnionPay,
    /// Interac, 8 to 32 bytes: length of the rest, key index, version, length of the CVR (`04`), CVR 4, issuer data.
    /// From one published test vector (pyemv's); the bits of the CVR are not public.
    Interac,
    /// JCB, 7 to 32 bytes: a length, key index, version, CVR 4 (`03` and three bytes), issuer data. By analogy
    /// with Visa: no public source establishes it, so the length is not checked and no bit of the CVR is named.
    Jcb,
    /// Any 1 to 32 bytes, for a version that the host defines itself: no part is known.
    Opaque,
}

/// What may stand after the end of issuer application data.
///
/// It matters only for layouts that say themselves where they end ([`IadLayout::Visa013`],
/// [`IadLayout::UnionPay`], [`IadLayout::Interac`]); the others are as long as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum IadTail {
    /// Nothing: the inner length leads to the last byte.
    #[default]
    Exact,
    /// Zeros, with which some terminals fill tag 9F10 up. They are not the card's, so they are cut off; a card that
    /// sent a discretionary length of zero before them cannot be told from one that sent none, and is read as the latter.
    ZeroPadded,
    /// Anything: all that follows the CVR (with UnionPay, the algorithm) is discretionary data, and no inner length
    /// is read. For cards whose issuer broke the format; it gives up the check that an inner length does not lie.
    Any,
}

/// Start and end offset, in bytes.
pub(super) type Span = (usize, usize);

/// A byte that has one of some values under a mask.
pub(super) struct Fixed {
    pub(super) offset: usize,
    mask: u8,
    /// Four, the last one again where there are fewer, side by side.
    values: u32,
}

impl Fixed {
    const fn new(offset: usize, mask: u8, allowed: &[u8]) -> Self {
        let mut values = [allowed[allowed.len() - 1]; 4];
        values
            .split_at_mut(allowed.len())
            .0
            .copy_from_slice(allowed);
        Self {
            offset,
            mask,
            values: u32::from_ne_bytes(values),
        }
    }

    #[inline]
    pub(super) fn agrees(&self, bytes: &[u8]) -> bool {
        bytes.get(self.offset).is_some_and(|byte| {
            // A byte that agrees leaves zeros; only from such a one, or from one above it, is a bit 8 borrowed.
            let different = self.values ^ (u32::from(byte & self.mask) * 0x0101_0101);
            different.wrapping_sub(0x0101_0101) & !different & 0x8080_8080 != 0
        })
    }
}

/// Where the issuer discretionary data stand.
pub(super) enum DiscretionaryData {
    None,
    /// From here to the end.
    From(usize),
    /// At this offset stands their length, or the IAD ends there.
    Counted(usize),
    /// From here; the first byte of the IAD counts all after it.
    FirstByteCounts(usize),
}

/// One layout.
pub(super) struct Shape {
    name: &'static str,
    /// A bit for each length.
    lengths: u64,
    pub(super) fixed: &'static [Fixed],
    pub(super) key_index: Option<usize>,
    pub(super) cvn: Option<usize>,
    pub(super) cvr: Option<Span>,
    pub(super) dac: Option<Span>,
    /// By the shortest IAD that has them there, in rising order.
    pub(super) counters: &'static [(usize, Span)],
    pub(super) discretionary: DiscretionaryData,
}

/// The longest that tag 9F10 can be.
const MAX: usize = super::MAX_LENGTH;

const CCD: Shape = Shape {
    name: "CCD",
    lengths: lengths(&[(32, 32)]),
    fixed: &[
        Fixed::new(0, 0xFF, &[0x0F]),
        Fixed::new(1, 0xFF, &[0xA4, 0xA5, 0xA6]),
        Fixed::new(16, 0xFF, &[0x0F]),
    ],
    cvn: Some(1),
    key_index: Some(2),
    cvr: Some((3, 8)),
    dac: None,
    counters: &[(32, (8, 16))],
    discretionary: DiscretionaryData::From(17),
};

const M_CHIP: Shape = Shape {
    name: "M/Chip",
    lengths: lengths(&[(18, 18), (20, 20), (26, 26), (28, 28)]),
    fixed: &[Fixed::new(1, 0xFF, &[0x10, 0x11, 0x14, 0x15])],
    key_index: Some(0),
    cvn: Some(1),
    cvr: Some((2, 8)),
    dac: Some((8, 10)),
    counters: &[(18, (10, 18)), (26, (10, 26))],
    discretionary: DiscretionaryData::None,
};

const VISA_0_1_3: Shape = Shape {
    name: "Visa format 0, 1 or 3",
    lengths: lengths(&[(7, MAX)]),
    fixed: &[
        Fixed::new(0, 0xFF, &[0x06]),
        Fixed::new(2, 0xF0, &[0x00, 0x10, 0x30]),
        Fixed::new(3, 0xFF, &[0x03]),
    ],
    key_index: Some(1),
    cvn: Some(2),
    cvr: Some((3, 7)),
    dac: None,
    counters: &[],
    discretionary: DiscretionaryData::Counted(7),
};

const VISA_2_4: Shape = Shape {
    name: "Visa format 2 or 4",
    lengths: lengths(&[(32, 32)]),
    fixed: &[
        Fixed::new(0, 0xFF, &[0x1F]),
        Fixed::new(1, 0xF0, &[0x20, 0x40]),
    ],
    cvn: Some(1),
    key_index: Some(2),
    cvr: Some((3, 8)),
    dac: None,
    counters: &[],
    discretionary: DiscretionaryData::From(8),
};

const UNION_PAY: Shape = Shape {
    name: "UnionPay",
    lengths: lengths(&[(8, MAX)]),
    fixed: &[Fixed::new(0, 0xFF, &[0x07]), Fixed::new(3, 0xFF, &[0x03])],
    key_index: Some(1),
    cvn: Some(2),
    cvr: Some((3, 7)),
    dac: None,
    counters: &[],
    discretionary: DiscretionaryData::Counted(8),
};

const INTERAC: Shape = Shape {
    name: "Interac",
    lengths: lengths(&[(8, MAX)]),
    fixed: &[Fixed::new(3, 0xFF, &[0x04])],
    key_index: Some(1),
    cvn: Some(2),
    cvr: Some((4, 8)),
    dac: None,
    counters: &[],
    discretionary: DiscretionaryData::FirstByteCounts(8),
};

const JCB: Shape = Shape {
    name: "JCB (not established)",
    lengths: lengths(&[(7, MAX)]),
    fixed: &[Fixed::new(3, 0xFF, &[0x03])],
    key_index: Some(1),
    cvn: Some(2),
    cvr: Some((3, 7)),
    dac: None,
    counters: &[],
    discretionary: DiscretionaryData::From(7),
};

const OPAQUE: Shape = Shape {
    name: "opaque",
    lengths: lengths(&[(1, MAX)]),
    fixed: &[],
    key_index: None,
    cvn: None,
    cvr: None,
    dac: None,
    counters: &[],
    discretionary: DiscretionaryData::None,
};

/// Lengths from the first to the second of each pair, as bits.
const fn lengths(ranges: &[(usize, usize)]) -> u64 {
    let mut lengths = 0;
    let mut place = 0;
    while place < ranges.len() {
        let (first, last) = ranges[place];
        lengths |= (2 << last) - (1 << first);
        place += 1;
    }
    lengths
}

impl Shape {
    /// Whether `bytes` are as long as this layout's, and have its fixed bytes.
    #[inline]
    pub(super) fn has(&self, bytes: &[u8]) -> bool {
        self.allows(bytes.len()) && self.fixed.iter().all(|fixed| fixed.agrees(bytes))
    }

    /// Whether issuer application data of this layout can be so long.
    #[inline]
    pub(super) const fn allows(&self, length: usize) -> bool {
        length <= MAX && self.lengths >> length & 1 != 0
    }

    /// Shortest and longest length.
    pub(super) const fn bounds(&self) -> (usize, usize) {
        let (zeros, used) = (self.lengths.trailing_zeros(), self.lengths.ilog2());
        (zeros as usize, used as usize)
    }
}

impl IadLayout {
    /// Every layout.
    pub const ALL: [Self; 8] = [
        Self::Ccd,
        Self::MChip,
        Self::Visa013,
        Self::Visa24,
        Self::UnionPay,
        Self::Interac,
        Self::Jcb,
        Self::Opaque,
    ];

    #[inline]
    pub(super) const fn shape(self) -> &'static Shape {
        match self {
            Self::Ccd => &CCD,
            Self::MChip => &M_CHIP,
            Self::Visa013 => &VISA_0_1_3,
            Self::Visa24 => &VISA_2_4,
            Self::UnionPay => &UNION_PAY,
            Self::Interac => &INTERAC,
            Self::Jcb => &JCB,
            Self::Opaque => &OPAQUE,
        }
    }
}

impl fmt::Display for IadLayout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.shape().name)
    }
}
