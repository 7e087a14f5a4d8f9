//! The tables of FIPS 46-3, as printed there: bits are numbered from 1, the leftmost first.

/// Initial permutation. The final permutation is its inverse.
pub(super) const IP: [u8; 64] = [
    58, 50, 42, 34, 26, 18, 10, 2, 60, 52, 44, 36, 28, 20, 12, 4, 62, 54, 46, 38, 30, 22, 14, 6,
    64, 56, 48, 40, 32, 24, 16, 8, 57, 49, 41, 33, 25, 17, 9, 1, 59, 51, 43, 35, 27, 19, 11, 3, 61,
    53, 45, 37, 29, 21, 13, 5, 63, 55, 47, 39, 31, 23, 15, 7,
];

/// Bit selection table E: six bits for each S-box.
pub(super) const E: [u8; 48] = [
    32, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9, 8, 9, 10, 11, 12, 13, 12, 13, 14, 15, 16, 17, 16, 17, 18,
    19, 20, 21, 20, 21, 22, 23, 24, 25, 24, 25, 26, 27, 28, 29, 28, 29, 30, 31, 32, 1,
];

/// Permutation P of the S-boxes' 32 output bits.
pub(super) const P: [u8; 32] = [
    16, 7, 20, 21, 29, 12, 28, 17, 1, 15, 23, 26, 5, 18, 31, 10, 2, 8, 24, 14, 32, 27, 3, 9, 19,
    13, 30, 6, 22, 11, 4, 25,
];

/// Permuted choice 1: 28 key bits for C, then 28 for D.
pub(super) const PC1: [u8; 56] = [
    57, 49, 41, 33, 25, 17, 9, 1, 58, 50, 42, 34, 26, 18, 10, 2, 59, 51, 43, 35, 27, 19, 11, 3, 60,
    52, 44, 36, 63, 55, 47, 39, 31, 23, 15, 7, 62, 54, 46, 38, 30, 22, 14, 6, 61, 53, 45, 37, 29,
    21, 13, 5, 28, 20, 12, 4,
];

/// Permuted choice 2: six bits of C and D for each S-box.
pub(super) const PC2: [u8; 48] = [
    14, 17, 11, 24, 1, 5, 3, 28, 15, 6, 21, 10, 23, 19, 12, 4, 26, 8, 16, 7, 27, 20, 13, 2, 41, 52,
    31, 37, 47, 55, 30, 40, 51, 45, 33, 48, 44, 49, 39, 56, 34, 53, 46, 42, 50, 36, 29, 32,
];

/// Left shifts of C and D before each round.
pub(super) const SHIFTS: [u8; 16] = [1, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1];

/// S-boxes S1 to S8: four rows of sixteen.
pub(super) const S: [[u8; 64]; 8] = [
    [
        14, 4, 13, 1, 2, 15, 11, 8, 3, 10, 6, 12, 5, 9, 0, 7, 0, 15, 7, 4, 14, 2, 13, 1, 10, 6, 12,
        11, 9, 5, 3, 8, 4, 1, 14, 8, 13, 6, 2, 11, 15, 12, 9, 7, 3, 10, 5, 0, 15, 12, 8, 2, 4, 9,
        1, 7, 5, 11, 3, 14, 10, 0, 6, 13,
    ],
    [
        15, 1, 8, 14, 6, 11, 3, 4, 9, 7, 2, 13, 12, 0, 5, 10, 3, 13, 4, 7, 15, 2, 8, 14, 12, 0, 1,
        10, 6, 9, 11, 5, 0, 14, 7, 11, 10, 4, 13, 1, 5, 8, 12, 6, 9, 3, 2, 15, 13, 8, 10, 1, 3, 15,
        4, 2, 11, 6, 7, 12, 0, 5, 14, 9,
    ],
    [
        10, 0, 9, 14, 6, 3, 15, 5, 1, 13, 12, 7, 11, 4, 2, 8, 13, 7, 0, 9, 3, 4, 6, 10, 2, 8, 5,
        14, 12, 11, 15, 1, 13, 6, 4, 9, 8, 15, 3, 0, 11, 1, 2, 12, 5, 10, 14, 7, 1, 10, 13, 0, 6,
        9, 8, 7, 4, 15, 14, 3, 11, 5, 2, 12,
    ],
    [
        7, 13, 14, 3, 0, 6, 9, 10, 1, 2, 8, 5, 11, 12, 4, 15, 13, 8, 11, 5, 6, 15, 0, 3, 4, 7, 2,
        12, 1, 10, 14, 9, 10, 6, 9, 0, 12, 11, 7, 13, 15, 1, 3, 14, 5, 2, 8, 4, 3, 15, 0, 6, 10, 1,
        13, 8, 9, 4, 5, 11, 12, 7, 2, 14,
    ],
    [
        2, 12, 4, 1, 7, 10, 11, 6, 8, 5, 3, 15, 13, 0, 14, 9, 14, 11, 2, 12, 4, 7, 13, 1, 5, 0, 15,
        10, 3, 9, 8, 6, 4, 2, 1, 11, 10, 13, 7, 8, 15, 9, 12, 5, 6, 3, 0, 14, 11, 8, 12, 7, 1, 14,
        2, 13, 6, 15, 0, 9, 10, 4, 5, 3,
    ],
    [
        12, 1, 10, 15, 9, 2, 6, 8, 0, 13, 3, 4, 14, 7, 5, 11, 10, 15, 4, 2, 7, 12, 9, 5, 6, 1, 13,
        14, 0, 11, 3, 8, 9, 14, 15, 5, 2, 8, 12, 3, 7, 0, 4, 10, 1, 13, 11, 6, 4, 3, 2, 12, 9, 5,
        15, 10, 11, 14, 1, 7, 6, 0, 8, 13,
    ],
    [
        4, 11, 2, 14, 15, 0, 8, 13, 3, 12, 9, 7, 5, 10, 6, 1, 13, 0, 11, 7, 4, 9, 1, 10, 14, 3, 5,
        12, 2, 15, 8, 6, 1, 4, 11, 13, 12, 3, 7, 14, 10, 15, 6, 8, 0, 5, 9, 2, 6, 11, 13, 8, 1, 4,
        10, 7, 9, 5, 0, 15, 14, 2, 3, 12,
    ],
    [
        13, 2, 8, 4, 6, 15, 11, 1, 10, 9, 3, 14, 5, 0, 12, 7, 1, 15, 13, 8, 10, 3, 7, 4, 12, 5, 6,
        11, 0, 14, 9, 2, 7, 11, 4, 1, 9, 12, 14, 2, 0, 6, 10, 13, 15, 3, 5, 8, 2, 1, 14, 7, 4, 10,
        8, 13, 15, 12, 9, 0, 3, 5, 6, 11,
    ],
];

/// Where input bit `bit` (0 leftmost) of S-box `sbox` comes from: an S-box of the round before, and
/// which of its output bits (0 leftmost).
pub(super) const fn source(sbox: usize, bit: usize) -> (usize, usize) {
    let output = P[E[6 * sbox + bit] as usize - 1] as usize - 1;
    (output / 4, output % 4)
}

/// What S-box `sbox` puts out for the six input bits `bits` (0 leftmost).
pub(super) const fn substitute(sbox: usize, bits: [u8; 6]) -> u8 {
    let row = 2 * bits[0] + bits[5];
    let column = 8 * bits[1] + 4 * bits[2] + 2 * bits[3] + bits[4];
    S[sbox][16 * row as usize + column as usize]
}

/// The bit of the key that meets input bit `bit` of S-box `sbox` in round `round`, all from 0;
/// the result is a bit number of the standard, from 1.
pub(super) const fn key_bit(round: usize, sbox: usize, bit: usize) -> u8 {
    let mut shift = 0;
    let mut i = 0;
    while i <= round {
        shift += SHIFTS[i] as usize;
        i += 1;
    }
    let selected = PC2[6 * sbox + bit] as usize - 1;
    let rotated = selected / 28 * 28 + (selected % 28 + shift) % 28;
    PC1[rotated]
}

/// Colours the wires between the S-boxes of two rounds so that no two of a colour meet in an S-box.
///
/// `BITS` is 6 for all input bits or 4 for the inner ones (every output bit is an inner input bit
/// once). The entry for S-box `s` and input bit `b` is the colour of the wire ending there. Every
/// regular bipartite graph has such a colouring with as many colours as wires meet (Koenig).
pub(super) const fn colouring<const BITS: usize>() -> [[usize; BITS]; 8] {
    match colour([[BITS; BITS]; 8], 0) {
        Some(colours) => colours,
        None => panic!("a regular bipartite graph has such a colouring"),
    }
}

/// Colours wires from `wire` on, trying all.
const fn colour<const BITS: usize>(
    colours: [[usize; BITS]; 8],
    wire: usize,
) -> Option<[[usize; BITS]; 8]> {
    if wire == 8 * BITS {
        return Some(colours);
    }
    let outer = (6 - BITS) / 2;
    let (sbox, bit) = (wire / BITS, wire % BITS);
    let mut tried = 0;
    while tried < BITS {
        let mut free = true;
        let mut other = 0;
        while other < wire {
            let (to, at) = (other / BITS, other % BITS);
            let meet = to == sbox || source(to, at + outer).0 == source(sbox, bit + outer).0;
            free &= !(meet && colours[to][at] == tried);
            other += 1;
        }
        if free {
            let mut colours = colours;
            colours[sbox][bit] = tried;
            if let Some(found) = colour(colours, wire + 1) {
                return Some(found);
            }
        }
        tried += 1;
    }
    None
}
