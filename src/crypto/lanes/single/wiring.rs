//! How one DES half lies in 64 bits so that three matrix products do all the wiring of a round.
//!
//! # The idea
//!
//! Between two rounds DES takes the 32 output bits of its S-boxes through P, then E, to the 48
//! input bits of the next S-boxes. On a processor with `GF2P8AFFINEQB` this needs no shifts or
//! masks at all. The instruction multiplies an 8x8 bit matrix (a 64-bit word) with eight bytes; if
//! the *state* is the matrix and the byte is the constant `1 << j`, the product is column `j` of the
//! state. So: let **column `j` hold the six input bits of S-box `j`**, one in each of six rows, and
//! the product of the state with `1 << j` is the index into the table of S-box `j`, in any byte we
//! like.
//!
//! `VPERMI2B` looks bytes up in a table of 128, that is, in two S-boxes of 64 entries. A table entry
//! is a whole *row*: its bit `j` is that output bit of the S-box which S-box `j` takes in the next
//! round, and 0 if it takes none (the columns of a row are the S-boxes of the next round). What is
//! left is to add up rows: P and E have become the content of the tables.
//!
//! # Which row is whose
//!
//! Each S-box feeds six different S-boxes of the next round, and each is fed by six different ones.
//! There are eight S-boxes and an index has room for six rows. If there were eight rows, row `i`
//! could simply be the output of S-box `i`; with six, two S-boxes must be cut up, and their bits laid
//! into the holes of the rows of others: S-box `j` leaves a hole in column `j` of row `i` if it is
//! not fed by S-box `i`.
//!
//! The layout below looks up three S-boxes in each of the first four rows and two in the other two,
//! so that each pair (S1 S2), (S3 S4), (S5 S6), (S7 S8), being one table, is looked up once:
//!
//! | row | S1..S4 | S5, S6 | S7, S8 |
//! |-----|--------|--------|--------|
//! | 0   | S1     | S5     | S7     |
//! | 1   | S2     | S5     | S7     |
//! | 2   | S3     | S5     | S7     |
//! | 3   | S4     | S5     | S7     |
//! | 4   |        | S6     | S7     |
//! | 5   |        | S6     | S8     |
//!
//! [`CELLS`] finds, column by column, which of the S-boxes offered by each row supplies it, so that
//! every column gets its six bits. Such a choice need not exist; that it does is checked by the
//! compiler. The bits of S1 to S4 fill the columns they feed and are zero elsewhere, so those rows
//! are added without a mask; the last two lookups are masked to the columns they supply.
//!
//! Row `c` is byte `7 - c` of the word, because `GF2P8AFFINEQB` numbers rows from the top. Row 6
//! would be bit 6 of the index: it says which S-box of a pair is meant, is constant, and travels with
//! the round keys. Row 7 is empty.

use super::tables::{key_bit, source, substitute};
use crate::crypto::lanes::fips46::{E, IP};

/// The lookups of each row: columns of the table above.
const OWN: [Option<usize>; 6] = [Some(0), Some(1), Some(2), Some(3), None, None];
const SECOND: [usize; 6] = [4, 4, 4, 4, 5, 5];
const THIRD: [usize; 6] = [6, 6, 6, 6, 6, 7];

/// `CELLS[j][c]`: the input bit of S-box `j` (0 leftmost) that lies in row `c` of column `j`.
const CELLS: [[usize; 6]; 8] = {
    let mut cells = [[0; 6]; 8];
    let mut sbox = 0;
    while sbox < 8 {
        cells[sbox] = match place(sbox, [6; 6], 0) {
            Some(column) => column,
            None => panic!("no row supplies some bit of this column"),
        };
        sbox += 1;
    }
    cells
};

/// Finds a supplier for rows `row..` of a column by trying all.
const fn place(sbox: usize, column: [usize; 6], row: usize) -> Option<[usize; 6]> {
    if row == 6 {
        return Some(column);
    }
    let mut bit = 0;
    while bit < 6 {
        let mut free = true;
        let mut other = 0;
        while other < row {
            free &= column[other] != bit;
            other += 1;
        }
        let (from, _) = source(sbox, bit);
        let own = match OWN[row] {
            Some(own) => from == own,
            None => false,
        };
        if free && (own || from == SECOND[row] || from == THIRD[row]) {
            let mut tried = column;
            tried[row] = bit;
            if let Some(found) = place(sbox, tried, row + 1) {
                return Some(found);
            }
        }
        bit += 1;
    }
    None
}

/// The bit of the word where row `row` of column `column` lies.
const fn position(row: usize, column: usize) -> usize {
    8 * (7 - row) + column
}

/// The 48 bits of the word that carry a half.
pub(super) const CELL_BITS: u64 = 0xFFFF_FFFF_FFFF_0000;

/// Row 6: the S-box's place in its pair.
pub(super) const PAIR_ROW: u64 = 0b1010_1010 << position(6, 0);

/// Table of a pair of S-boxes, `pair` from 0.
pub(super) const fn table(pair: usize) -> [u8; 128] {
    let mut table = [0; 128];
    let mut index = 0;
    while index < 128 {
        let sbox = 2 * pair + index / 64;
        let mut bits = [0; 6];
        let mut row = 0;
        while row < 6 {
            bits[CELLS[sbox][row]] = (index >> row) as u8 & 1;
            row += 1;
        }
        table[index] = fan_out(sbox, substitute(sbox, bits));
        index += 1;
    }
    table
}

/// The row that S-box `sbox` makes of its four output bits.
const fn fan_out(sbox: usize, output: u8) -> u8 {
    let mut row = 0;
    let mut next = 0;
    while next < 8 {
        let mut bit = 0;
        while bit < 6 {
            let (from, which) = source(next, bit);
            if from == sbox {
                row |= (output >> (3 - which) & 1) << next;
            }
            bit += 1;
        }
        next += 1;
    }
    row
}

/// Matrix factors that bring the index of the S-box looked up in each row into that row's byte.
pub(super) const OWN_INDEX: u64 = {
    let mut word = 0;
    let mut row = 0;
    while row < 6 {
        if let Some(own) = OWN[row] {
            word |= 1 << position(row, own);
        }
        row += 1;
    }
    word
};
pub(super) const SECOND_INDEX: u64 = indices(SECOND);
pub(super) const THIRD_INDEX: u64 = indices(THIRD);

const fn indices(sboxes: [usize; 6]) -> u64 {
    let mut word = 0;
    let mut row = 0;
    while row < 6 {
        word |= 1 << position(row, sboxes[row]);
        row += 1;
    }
    word
}

/// The bytes of a word whose rows belong to pair `pair` (0 or 1), a bit for each byte.
pub(super) const fn own_rows(pair: usize) -> u8 {
    let mut bytes = 0;
    let mut row = 0;
    while row < 6 {
        if let Some(own) = OWN[row]
            && own / 2 == pair
        {
            bytes |= 1 << (7 - row);
        }
        row += 1;
    }
    bytes
}

/// Cells supplied by one of the lists of S-boxes.
const fn supplied(by: [usize; 6]) -> u64 {
    let mut word = 0;
    let mut column = 0;
    while column < 8 {
        let mut row = 0;
        while row < 6 {
            if source(column, CELLS[column][row]).0 == by[row] {
                word |= 1 << position(row, column);
            }
            row += 1;
        }
        column += 1;
    }
    word
}

/// Cells supplied by S7 and S8.
pub(super) const FROM_THIRD: u64 = supplied(THIRD);
/// Cells supplied by S5 to S8.
pub(super) const FROM_OTHERS: u64 = supplied(SECOND) | FROM_THIRD;

/// For each bit of a word, the bit of a 64-bit block (big-endian, 0 lowest) that lies there.
const fn selection(round: Option<usize>, half: usize) -> [u8; 64] {
    let mut select = [0; 64];
    let mut column = 0;
    while column < 8 {
        let mut row = 0;
        while row < 6 {
            let bit = CELLS[column][row];
            let number = match round {
                Some(round) => key_bit(round, column, bit),
                None => IP[32 * half + E[6 * column + bit] as usize - 1],
            };
            select[position(row, column)] = 64 - number;
            row += 1;
        }
        column += 1;
    }
    select
}

/// Block to half, after the initial permutation: left (0) and right (1).
pub(super) const BLOCK_TO_HALF: [[u8; 64]; 2] = [selection(None, 0), selection(None, 1)];

/// Key to round key, for each round.
pub(super) const KEY_TO_ROUND: [[u8; 64]; 16] = {
    let mut rounds = [[0; 64]; 16];
    let mut round = 0;
    while round < 16 {
        rounds[round] = selection(Some(round), 0);
        round += 1;
    }
    rounds
};

/// Half to block, before the final permutation: where in the word of the half each bit of the block
/// lies, if it comes from that half.
pub(super) const HALF_TO_BLOCK: [u8; 64] = {
    let mut select = [0; 64];
    let mut i = 0;
    while i < 64 {
        let number = i % 32 + 1;
        let mut column = 0;
        while column < 8 {
            let mut row = 0;
            while row < 6 {
                if E[6 * column + CELLS[column][row]] as usize == number {
                    select[64 - IP[i] as usize] = position(row, column) as u8;
                }
                row += 1;
            }
            column += 1;
        }
        i += 1;
    }
    select
};

/// The bits of a block that come from its left half.
pub(super) const LEFT_BITS: u64 = {
    let mut bits = 0;
    let mut i = 0;
    while i < 32 {
        bits |= 1 << (64 - IP[i]);
        i += 1;
    }
    bits
};
