// Written by tools/sbox-circuits from its circuits.txt; not to be edited.
//! The S-boxes of FIPS 46-3 in gates with three inputs, each any function of them
//! (`vpternlog`).
//!
//! Gates of S1 to S8: 24, 23, 24, 18, 25, 25, 25, 21; 23.125 on average.
//! An output that is a gate of two inputs is added to the left half by that same gate: 1
//! of the 32 additions cost nothing.

use super::word::TernaryLogic;

/// S-box `S` (0 is S1) of `inputs`, added to `left`.
#[inline(always)]
pub(super) fn substitute<W: TernaryLogic, const S: usize>(inputs: [W; 6], left: [W; 4]) -> [W; 4] {
    match S {
        0 => s1(inputs, left),
        1 => s2(inputs, left),
        2 => s3(inputs, left),
        3 => s4(inputs, left),
        4 => s5(inputs, left),
        5 => s6(inputs, left),
        6 => s7(inputs, left),
        _ => s8(inputs, left),
    }
}

/// 24 gates.
#[inline(always)]
fn s1<W: TernaryLogic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g4 = W::ternary::<0x96>(b6, b1, b4);
    let g2 = W::ternary::<0x79>(b4, b5, b6);
    let g5 = W::ternary::<0x56>(b6, g4, b5);
    let g8 = W::ternary::<0xa6>(b6, g4, b3);
    let g9 = W::ternary::<0xb6>(g8, g5, b1);
    let g6 = W::ternary::<0x6e>(b6, b1, b3);
    let g12 = W::ternary::<0x1b>(g8, g2, b5);
    let g13 = W::ternary::<0x4c>(g4, g9, b1);
    let g7 = W::ternary::<0xf6>(g5, g2, g6);
    let g14 = W::ternary::<0xc9>(b5, g12, g13);
    let g1 = W::ternary::<0xbc>(b1, b4, b5);
    let g10 = W::ternary::<0xb6>(b2, g7, g9);
    let g16 = W::ternary::<0x96>(g7, g14, g5);
    let g15 = W::ternary::<0x61>(g14, g1, b2);
    let g17 = W::ternary::<0xb9>(b4, g16, b2);
    let g20 = W::ternary::<0xb1>(g14, g16, b2);
    let g22 = W::ternary::<0x65>(g6, g10, g7);
    let g3 = W::ternary::<0x9c>(g1, g2, b2);
    let g18 = W::ternary::<0xce>(g17, b3, g4);
    let g21 = W::ternary::<0x16>(g12, g9, g15);
    let g23 = W::ternary::<0x52>(g22, g20, b2);
    let g11 = W::ternary::<0x2e>(g3, b3, g10);
    let g19 = W::ternary::<0x96>(g15, g18, g7);
    let g24 = W::ternary::<0xd4>(g21, g22, g23);
    [l1.xor(g11), l2.xor(g19), l3.xor(g20), l4.xor(g24)]
}

/// 23 gates.
#[inline(always)]
fn s2<W: TernaryLogic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g1 = W::ternary::<0x76>(b1, b6, b5);
    let g14 = W::ternary::<0x69>(b5, b4, b1);
    let g2 = W::ternary::<0x59>(b3, g1, b4);
    let g3 = W::ternary::<0x86>(g1, b1, b6);
    let g4 = W::ternary::<0x61>(g1, g2, g3);
    let g6 = W::ternary::<0x42>(g2, b5, b2);
    let g5 = W::ternary::<0x69>(g4, b3, b1);
    let g7 = W::ternary::<0x16>(g6, g4, g3);
    let g8 = W::ternary::<0x78>(g5, g7, b2);
    let g9 = W::ternary::<0x27>(b2, b1, b5);
    let g15 = W::ternary::<0xc4>(g14, g1, g2);
    let g10 = W::ternary::<0x6a>(g8, g9, g2);
    let g16 = W::ternary::<0xcb>(b2, g15, g7);
    let g18 = W::ternary::<0x57>(g2, g10, b6);
    let g17 = W::ternary::<0x29>(g16, b3, g2);
    let g19 = W::ternary::<0xa6>(b6, b2, g14);
    let g11 = W::ternary::<0x9a>(b1, b2, g10);
    let g12 = W::ternary::<0x34>(b2, b5, g5);
    let g20 = W::ternary::<0x6a>(g17, g18, g19);
    let g22 = W::ternary::<0xac>(g6, g19, g4);
    let g13 = W::ternary::<0x39>(b6, g11, g12);
    let g21 = W::ternary::<0xd2>(g20, b2, g17);
    let g23 = W::ternary::<0xac>(b3, g22, g16);
    [l1.xor(g13), l2.xor(g21), l3.xor(g23), l4.xor(g8)]
}

/// 24 gates.
#[inline(always)]
fn s3<W: TernaryLogic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g1 = W::ternary::<0x96>(b2, b5, b6);
    let g4 = W::ternary::<0x6f>(b5, b4, b3);
    let g2 = W::ternary::<0x88>(b3, b4, b6);
    let g5 = W::ternary::<0x69>(g4, b4, g1);
    let g6 = W::ternary::<0xb1>(b1, b3, g5);
    let g7 = W::ternary::<0x27>(b2, g2, b1);
    let g3 = W::ternary::<0x9c>(g1, b1, g2);
    let g8 = W::ternary::<0xdc>(g6, g7, b5);
    let g9 = W::ternary::<0x3b>(g3, g8, g1);
    let g11 = W::ternary::<0x58>(b3, g8, g4);
    let g10 = W::ternary::<0xd3>(g9, g2, g4);
    let g12 = W::ternary::<0x99>(g6, g11, g3);
    let g13 = W::ternary::<0xea>(g10, g12, b6);
    let g15 = W::ternary::<0x96>(g7, b5, b3);
    let g14 = W::ternary::<0x86>(g3, g6, g13);
    let g16 = W::ternary::<0x69>(g13, b4, g15);
    let g18 = W::ternary::<0x76>(g3, b1, g15);
    let g21 = W::ternary::<0xb6>(g15, g10, b2);
    let g17 = W::ternary::<0xb8>(g14, g16, g1);
    let g19 = W::ternary::<0x3a>(g13, g18, g16);
    let g23 = W::ternary::<0x69>(b4, g21, g10);
    let g20 = W::ternary::<0x56>(b2, g17, g19);
    let g22 = W::ternary::<0xd1>(g21, b4, g16);
    let g24 = W::ternary::<0x2e>(g23, b1, g5);
    [l1.xor(g20), l2.xor(g12), l3.xor(g22), l4.xor(g24)]
}

/// 18 gates.
#[inline(always)]
fn s4<W: TernaryLogic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g1 = W::ternary::<0x71>(b3, b4, b5);
    let g2 = W::ternary::<0x76>(b3, b2, b4);
    let g3 = W::ternary::<0xe6>(b5, g2, g1);
    let g4 = W::ternary::<0x1e>(b1, b2, b4);
    let g5 = W::ternary::<0x61>(g1, g3, g4);
    let g11 = W::ternary::<0x95>(b2, b3, g3);
    let g6 = W::ternary::<0x69>(b3, g5, b5);
    let g12 = W::ternary::<0xb0>(g1, g2, g4);
    let g7 = W::ternary::<0x9d>(g6, b1, g1);
    let g14 = W::ternary::<0xa9>(g12, b5, b1);
    let g15 = W::ternary::<0xa1>(b3, g11, b2);
    let g8 = W::ternary::<0x6d>(g7, b5, g2);
    let g13 = W::ternary::<0x63>(b1, g11, g12);
    let g16 = W::ternary::<0x16>(g14, g15, g11);
    let g9 = W::ternary::<0xb8>(g6, b6, g8);
    let g10 = W::ternary::<0x74>(g8, b6, g6);
    let g17 = W::ternary::<0x72>(g13, g16, b6);
    let g18 = W::ternary::<0xe2>(g13, b6, g16);
    [l1.xor(g9), l2.xor(g10), l3.xor(g17), l4.xor(g18)]
}

/// 25 gates.
#[inline(always)]
fn s5<W: TernaryLogic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g3 = W::ternary::<0x9c>(b6, b3, b4);
    let g5 = W::ternary::<0x2d>(b2, b1, b4);
    let g1 = W::ternary::<0xe5>(b5, b1, b3);
    let g4 = W::ternary::<0x49>(g3, b5, b2);
    let g10 = W::ternary::<0x79>(b4, b6, b1);
    let g13 = W::ternary::<0x2e>(b1, g5, b4);
    let g2 = W::ternary::<0x65>(b4, g1, b1);
    let g6 = W::ternary::<0x21>(b6, g4, g5);
    let g11 = W::ternary::<0xe6>(g5, g10, g4);
    let g14 = W::ternary::<0xf4>(g4, g13, b5);
    let g7 = W::ternary::<0x9a>(g6, b1, b5);
    let g8 = W::ternary::<0x69>(b6, g1, g5);
    let g15 = W::ternary::<0x59>(g2, g14, g1);
    let g16 = W::ternary::<0xc1>(b6, b3, g11);
    let g9 = W::ternary::<0x32>(g2, g7, g8);
    let g17 = W::ternary::<0xd1>(g15, g16, g13);
    let g12 = W::ternary::<0x0b>(g9, b5, g11);
    let g18 = W::ternary::<0x2d>(g8, b4, g17);
    let g19 = W::ternary::<0x56>(b1, g16, g14);
    let g23 = W::ternary::<0x51>(g6, b2, g1);
    let g20 = W::ternary::<0x29>(g18, g12, g19);
    let g21 = W::ternary::<0x86>(g19, g15, g7);
    let g22 = W::ternary::<0x34>(g20, b2, g21);
    let g24 = W::ternary::<0x4b>(g23, g10, g21);
    let g25 = W::ternary::<0xac>(b3, g22, g24);
    [l1.xor(g12), l2.xor(g18), l3.xor(g19), l4.xor(g25)]
}

/// 25 gates.
#[inline(always)]
fn s6<W: TernaryLogic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g5 = W::ternary::<0x6d>(b2, b1, b6);
    let g1 = W::ternary::<0xad>(b1, b3, b5);
    let g6 = W::ternary::<0xbc>(b6, b5, g5);
    let g2 = W::ternary::<0x6d>(b3, b2, g1);
    let g3 = W::ternary::<0x69>(b2, b6, b3);
    let g7 = W::ternary::<0xbc>(g6, b3, b1);
    let g4 = W::ternary::<0x98>(g2, g1, g3);
    let g8 = W::ternary::<0x91>(g2, b1, g7);
    let g10 = W::ternary::<0xa9>(b6, g1, b4);
    let g11 = W::ternary::<0xa9>(g2, b3, g7);
    let g9 = W::ternary::<0x2b>(g4, g8, g2);
    let g12 = W::ternary::<0x69>(g10, g11, b2);
    let g13 = W::ternary::<0xa4>(g9, g4, g12);
    let g14 = W::ternary::<0x74>(g4, b4, g8);
    let g15 = W::ternary::<0xbd>(g13, b1, g14);
    let g16 = W::ternary::<0x3d>(b1, g4, g10);
    let g19 = W::ternary::<0x6c>(g5, g11, b4);
    let g17 = W::ternary::<0x2c>(g15, b2, g16);
    let g20 = W::ternary::<0x4e>(g19, g12, b5);
    let g21 = W::ternary::<0x89>(g8, b3, b4);
    let g23 = W::ternary::<0xb7>(g14, g13, b5);
    let g22 = W::ternary::<0x9a>(g21, g17, g3);
    let g24 = W::ternary::<0x61>(g23, g17, g20);
    let g18 = W::ternary::<0x5c>(b5, g17, g13);
    let g25 = W::ternary::<0xca>(b1, g22, g24);
    [l1.xor(g18), l2.xor(g14), l3.xor(g20), l4.xor(g25)]
}

/// 25 gates.
#[inline(always)]
fn s7<W: TernaryLogic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g1 = W::ternary::<0x96>(b1, b4, b6);
    let g2 = W::ternary::<0x87>(b3, b2, b6);
    let g3 = W::ternary::<0xfd>(g1, g2, b4);
    let g4 = W::ternary::<0x6e>(g2, b2, b1);
    let g5 = W::ternary::<0x86>(b3, g4, b2);
    let g7 = W::ternary::<0xdb>(b2, b5, g3);
    let g11 = W::ternary::<0xa9>(g1, b3, b2);
    let g8 = W::ternary::<0x96>(g1, g2, g7);
    let g13 = W::ternary::<0xa6>(g1, g4, b4);
    let g14 = W::ternary::<0x85>(b5, g11, g5);
    let g17 = W::ternary::<0x49>(b4, b5, b1);
    let g6 = W::ternary::<0x6a>(g3, b5, g5);
    let g15 = W::ternary::<0x36>(g13, g8, g14);
    let g18 = W::ternary::<0x70>(g17, b5, g2);
    let g9 = W::ternary::<0x21>(g8, b3, g6);
    let g19 = W::ternary::<0x96>(g15, g18, g14);
    let g10 = W::ternary::<0xbd>(b6, g6, g9);
    let g12 = W::ternary::<0x8b>(g11, b4, g8);
    let g23 = W::ternary::<0x5c>(b6, g4, g19);
    let g16 = W::ternary::<0x61>(g10, g12, g15);
    let g24 = W::ternary::<0xd1>(g23, g2, g1);
    let g20 = W::ternary::<0x35>(b2, g16, g19);
    let g22 = W::ternary::<0x27>(g15, g12, b6);
    let g25 = W::ternary::<0xa6>(g9, b5, g24);
    [
        l1.xor(g20),
        W::ternary::<0x69>(g6, g13, l2),
        l3.xor(g22),
        l4.xor(g25),
    ]
}

/// 21 gates.
#[inline(always)]
fn s8<W: TernaryLogic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g2 = W::ternary::<0xc6>(b5, b4, b3);
    let g1 = W::ternary::<0x8c>(b4, b3, b2);
    let g3 = W::ternary::<0x59>(g2, b2, b3);
    let g4 = W::ternary::<0xd6>(b2, b5, g3);
    let g12 = W::ternary::<0x95>(b5, b1, g3);
    let g5 = W::ternary::<0x36>(g4, g2, b1);
    let g6 = W::ternary::<0x69>(g1, b5, g5);
    let g8 = W::ternary::<0x56>(b4, g5, b1);
    let g9 = W::ternary::<0x79>(g6, g8, b6);
    let g7 = W::ternary::<0x01>(b5, g6, b4);
    let g10 = W::ternary::<0x96>(g5, b2, g9);
    let g13 = W::ternary::<0xb4>(g12, g5, b5);
    let g11 = W::ternary::<0x36>(g7, g8, g10);
    let g15 = W::ternary::<0x69>(g8, g10, g6);
    let g14 = W::ternary::<0x53>(b6, g11, g13);
    let g16 = W::ternary::<0x2e>(g10, b6, g13);
    let g17 = W::ternary::<0x69>(g15, g16, g14);
    let g18 = W::ternary::<0x35>(g6, g1, g14);
    let g19 = W::ternary::<0x4b>(g17, b5, g18);
    let g20 = W::ternary::<0x62>(g1, g18, g2);
    let g21 = W::ternary::<0xc9>(b2, g19, g20);
    [l1.xor(g14), l2.xor(g15), l3.xor(g21), l4.xor(g16)]
}
