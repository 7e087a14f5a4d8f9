//! What follows from the tables of FIPS 46-3: where bits come from, and wires in colours.

use crate::crypto::lanes::fips46::{E, P, PC1, PC2, S, SHIFTS};

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
