// Written by tools/sbox-circuits from its circuits.txt; not to be edited.
//! The S-boxes of FIPS 46-3 in gates with two inputs: and, or, xor, and-not.
//!
//! Every such gate gives 0 for two zeros, and so does a circuit for six. The inputs of each
//! S-box are therefore taken complemented where [`COMPLEMENTED`] says so, at such places that
//! the outputs for those inputs are zero (but one, which takes a NOT, counted as a gate).
//!
//! Gates of S1 to S8: 48, 48, 43, 33, 50, 48, 47, 41; 44.75 on average.

use super::word::Logic;

/// The bits of R taken complemented (bit 0 is the first of R).
pub(super) const COMPLEMENTED: u32 = 0x43b94eb0;

/// S-box `S` (0 is S1) of `inputs`, added to `left`.
#[inline(always)]
pub(super) fn substitute<W: Logic, const S: usize>(inputs: [W; 6], left: [W; 4]) -> [W; 4] {
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

/// 48 gates.
#[inline(always)]
fn s1<W: Logic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g2 = b4.or(b1);
    let g6 = b4.xor(b1);
    let g3 = b3.without(g2);
    let g7 = b3.xor(g6);
    let g8 = b6.or(g3);
    let g1 = b3.without(b6);
    let g9 = g8.without(g7);
    let g4 = g1.and(g3);
    let g10 = b1.and(g9);
    let g5 = g4.xor(b5);
    let g11 = g10.or(g7);
    let g14 = g10.or(b2);
    let g15 = g14.xor(g6);
    let g16 = g11.without(b2);
    let g12 = g11.xor(g8);
    let g17 = g15.or(g16);
    let g13 = g12.and(g6);
    let g18 = g17.xor(g9);
    let g19 = g13.or(g18);
    let g22 = b6.without(g17);
    let g20 = g12.xor(g19);
    let g23 = g22.xor(b3);
    let g21 = g20.or(g5);
    let g24 = g16.xor(g23);
    let g25 = g21.xor(g24);
    let g34 = g2.without(g15);
    let g26 = g1.xor(g25);
    let g37 = b3.or(g19);
    let g27 = g26.and(g5);
    let g35 = g34.xor(g12);
    let g28 = g13.xor(g27);
    let g36 = g5.without(g35);
    let g42 = g37.without(g28);
    let g29 = g5.without(g28);
    let g38 = g24.xor(g37);
    let g41 = b2.without(g27);
    let g43 = g42.or(b4);
    let g30 = g29.or(b1);
    let g39 = g36.xor(g38);
    let g44 = g43.or(g41);
    let g31 = g30.xor(g3);
    let g32 = g28.xor(g18);
    let g40 = g39.xor(g18);
    let g45 = g44.xor(g25);
    let g33 = g31.xor(g32);
    let g46 = g45.xor(g40);
    let g47 = g46.xor(g33);
    let g48 = g41.xor(g47);
    [l1.xor(g33), l2.xor(g40), l3.xor(g25), l4.xor(g48)]
}

/// 48 gates.
#[inline(always)]
fn s2<W: Logic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g1 = b3.without(b6);
    let g5 = g1.xor(b4);
    let g2 = b2.xor(g1);
    let g6 = g5.or(b2);
    let g3 = g2.or(b2);
    let g12 = g6.without(b4);
    let g7 = b3.xor(g6);
    let g13 = b6.without(g12);
    let g10 = g6.or(b5);
    let g14 = g13.or(b1);
    let g26 = g13.without(g7);
    let g11 = g5.xor(g10);
    let g15 = g14.xor(b3);
    let g27 = g10.without(g26);
    let g8 = g7.xor(b6);
    let g16 = g11.xor(g15);
    let g28 = g27.without(g2);
    let g17 = g3.xor(g16);
    let g19 = g8.xor(b4);
    let g29 = b1.and(g28);
    let g18 = g17.without(b1);
    let g20 = g19.and(b6);
    let g24 = g3.without(b6);
    let g30 = g29.xor(g15);
    let g21 = g18.xor(g20);
    let g25 = g24.xor(g17);
    let g31 = b5.without(g30);
    let g34 = g27.without(g30);
    let g22 = g21.or(b5);
    let g32 = g25.xor(g31);
    let g44 = g34.and(b4);
    let g35 = g34.or(b5);
    let g36 = b1.or(g28);
    let g40 = g32.without(g22);
    let g41 = g16.xor(g12);
    let g45 = g44.and(b5);
    let g4 = b1.and(g3);
    let g33 = g32.xor(g11);
    let g37 = g35.xor(g36);
    let g42 = g41.without(g40);
    let g46 = g45.xor(g5);
    let g9 = g4.xor(g8);
    let g38 = g33.xor(g37);
    let g43 = b1.and(g42);
    let g47 = g46.xor(g37);
    let g23 = g9.xor(g22);
    let g39 = g38.xor(g19);
    let g48 = g43.xor(g47);
    [l1.xor(g23), l2.xor(g39), l3.xor(g48), l4.xor(g32)]
}

/// 43 gates.
#[inline(always)]
fn s3<W: Logic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g2 = b4.xor(b3);
    let g1 = b2.without(b3);
    let g3 = g2.and(b5);
    let g8 = b3.xor(b5);
    let g4 = g3.xor(b1);
    let g5 = g4.xor(b2);
    let g6 = g5.xor(b6);
    let g7 = g1.xor(g6);
    let g9 = g6.xor(b3);
    let g12 = b4.and(g7);
    let g10 = b5.or(g9);
    let g13 = b1.without(g12);
    let g11 = g10.or(b6);
    let g14 = g5.xor(g13);
    let g22 = b3.and(g13);
    let g15 = g11.without(g14);
    let g16 = g8.xor(g15);
    let g17 = g2.xor(g16);
    let g19 = b6.without(g16);
    let g18 = g7.xor(g17);
    let g20 = b4.or(g19);
    let g23 = g18.xor(g19);
    let g26 = g18.and(b6);
    let g32 = g19.xor(g7);
    let g21 = g20.xor(g6);
    let g24 = g22.without(g23);
    let g27 = g26.or(b1);
    let g34 = g32.xor(g13);
    let g25 = g21.xor(g24);
    let g28 = g27.without(g5);
    let g35 = g34.without(b2);
    let g29 = g28.xor(g25);
    let g33 = b5.without(g32);
    let g36 = g27.without(g35);
    let g40 = b4.without(g26);
    let g30 = g29.and(b2);
    let g37 = g33.xor(g36);
    let g41 = g40.xor(g33);
    let g31 = g30.xor(g17);
    let g38 = g37.or(b3);
    let g42 = g41.without(b1);
    let g39 = g31.xor(g38);
    let g43 = g9.xor(g42);
    [l1.xor(g18), l2.xor(g25), l3.xor(g39), l4.xor(g43)]
}

/// 33 gates.
#[inline(always)]
fn s4<W: Logic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g1 = b4.and(b5);
    let g2 = g1.xor(b3);
    let g3 = g2.or(b2);
    let g4 = b4.xor(g3);
    let g5 = b2.xor(g4);
    let g6 = b5.xor(g5);
    let g7 = g2.without(g6);
    let g11 = g6.without(g4);
    let g14 = g5.xor(g7);
    let g8 = b2.without(g7);
    let g15 = g14.and(g3);
    let g9 = g8.xor(b6);
    let g13 = b4.xor(g11);
    let g16 = g15.or(b1);
    let g22 = b1.and(g14);
    let g10 = g9.xor(g2);
    let g17 = g16.without(g13);
    let g27 = g5.without(g22);
    let g12 = g10.xor(g11);
    let g20 = b2.or(g17);
    let g28 = g27.xor(g10);
    let g18 = g12.xor(g17);
    let g21 = g20.without(g6);
    let g29 = g6.xor(g28);
    let g19 = g18.without(b6);
    let g23 = g21.xor(g22);
    let g30 = b6.without(g29);
    let g24 = g19.xor(g23);
    let g31 = g30.xor(g16);
    let g25 = g3.xor(g24);
    let g32 = g31.xor(g28);
    let g26 = g18.xor(g25);
    let g33 = g29.xor(g32);
    [l1.xor(g26), l2.xor(g25), l3.xor(g33), l4.xor(g32)]
}

/// 50 gates.
#[inline(always)]
fn s5<W: Logic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g3 = b6.or(b4);
    let g7 = b2.xor(b5);
    let g4 = g3.xor(b3);
    let g1 = b6.xor(b1);
    let g5 = g4.without(b4);
    let g2 = g1.without(b1);
    let g6 = g5.xor(b2);
    let g14 = b3.without(g5);
    let g8 = g6.without(g7);
    let g15 = g14.xor(g1);
    let g9 = g4.without(g8);
    let g16 = g6.without(g15);
    let g10 = g9.xor(b4);
    let g46 = b4.and(b6);
    let g11 = g10.without(g2);
    let g19 = b5.without(g10);
    let g12 = g11.xor(g8);
    let g20 = g7.without(g19);
    let g13 = g12.xor(b1);
    let g47 = g46.without(g12);
    let g17 = g13.and(g16);
    let g24 = g13.without(g14);
    let g27 = g13.or(b4);
    let g36 = g12.or(g13);
    let g18 = g17.xor(b6);
    let g28 = g27.without(b2);
    let g30 = b5.or(g24);
    let g37 = g36.xor(g4);
    let g21 = g18.xor(g20);
    let g29 = g28.xor(b4);
    let g31 = g30.xor(g15);
    let g38 = g37.xor(g20);
    let g32 = g29.xor(g31);
    let g39 = g21.xor(g28);
    let g43 = g38.and(b6);
    let g25 = g24.and(b5);
    let g33 = g32.and(g1);
    let g40 = g39.and(g36);
    let g44 = b2.without(g43);
    let g22 = b4.and(g21);
    let g26 = g25.or(b2);
    let g41 = g32.or(g40);
    let g45 = g44.without(g33);
    let g48 = g47.xor(g31);
    let g23 = g22.xor(g4);
    let g34 = g26.xor(g33);
    let g42 = g41.without(b5);
    let g49 = g45.xor(g48);
    let g35 = g23.xor(g34);
    let g50 = g42.xor(g49);
    [l1.xor(g35), l2.xor(g32), l3.xor(g38), l4.xor(g50)]
}

/// 48 gates.
#[inline(always)]
fn s6<W: Logic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g1 = b2.xor(b6);
    let g3 = b5.xor(b2);
    let g2 = g1.xor(b1);
    let g4 = b4.without(g3);
    let g5 = g2.xor(g4);
    let g14 = b1.or(g2);
    let g6 = b2.without(g5);
    let g20 = g14.xor(g3);
    let g7 = g6.xor(b1);
    let g16 = g6.or(b4);
    let g8 = b4.without(g7);
    let g21 = g7.without(b5);
    let g9 = g8.or(b5);
    let g22 = g20.without(g21);
    let g15 = g14.and(g9);
    let g23 = b3.without(g22);
    let g17 = g16.without(g15);
    let g24 = g2.xor(b4);
    let g38 = g1.without(g17);
    let g18 = g17.or(g7);
    let g25 = g23.xor(g24);
    let g26 = g7.xor(b4);
    let g39 = g38.or(g9);
    let g10 = g9.xor(g4);
    let g19 = g18.without(b1);
    let g27 = g25.and(g26);
    let g43 = g39.xor(g8);
    let g11 = g10.without(g1);
    let g28 = g19.xor(g27);
    let g34 = g17.xor(g21);
    let g44 = b6.without(g43);
    let g45 = g22.or(g6);
    let g12 = g11.xor(g3);
    let g29 = b5.and(g28);
    let g32 = g16.and(g5);
    let g35 = b3.or(g34);
    let g41 = g3.without(g26);
    let g46 = g44.xor(g45);
    let g13 = g12.or(b3);
    let g30 = g29.xor(g24);
    let g33 = g32.or(g9);
    let g36 = g35.xor(g5);
    let g42 = g41.or(g34);
    let g47 = g46.without(b3);
    let g31 = g13.xor(g30);
    let g37 = g33.xor(g36);
    let g40 = g25.xor(g39);
    let g48 = g42.xor(g47);
    [l1.xor(g31), l2.xor(g37), l3.xor(g40), l4.xor(g48)]
}

/// 47 gates.
#[inline(always)]
fn s7<W: Logic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g1 = b4.xor(b6);
    let g5 = b4.without(b5);
    let g3 = b2.or(g1);
    let g6 = g5.xor(b2);
    let g4 = b3.xor(g3);
    let g2 = b5.xor(g1);
    let g7 = g6.without(g4);
    let g14 = b6.or(b2);
    let g8 = g2.xor(g7);
    let g15 = g14.without(b3);
    let g10 = b6.or(g8);
    let g16 = b6.without(g6);
    let g11 = g10.and(g3);
    let g17 = g15.without(g16);
    let g9 = b3.xor(g8);
    let g12 = g11.without(b4);
    let g18 = g17.xor(g14);
    let g22 = g2.xor(g11);
    let g27 = b1.xor(b2);
    let g13 = g9.xor(g12);
    let g19 = g18.without(b5);
    let g23 = g22.xor(g15);
    let g28 = b6.without(g27);
    let g20 = g13.xor(g19);
    let g30 = b4.or(g23);
    let g35 = g28.without(g7);
    let g21 = g20.without(b1);
    let g31 = g13.xor(g30);
    let g36 = g30.without(g35);
    let g39 = g22.and(g1);
    let g41 = g4.and(g6);
    let g24 = g23.xor(g12);
    let g26 = g21.or(g12);
    let g32 = b1.without(g31);
    let g37 = g36.xor(g19);
    let g40 = b5.without(g39);
    let g42 = g20.without(g41);
    let g45 = g9.and(g16);
    let g29 = g26.and(g28);
    let g33 = g32.xor(g24);
    let g38 = g37.and(b1);
    let g43 = g40.xor(g42);
    let g46 = g45.or(b1);
    let g25 = g21.xor(g24);
    let g34 = g29.xor(g33);
    let g44 = g38.xor(g43);
    let g47 = g46.xor(g8);
    [l1.xor(g25), l2.xor(g34), l3.xor(g44), l4.xor(g47)]
}

/// 41 gates.
#[inline(always)]
fn s8<W: Logic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g1 = b1.or(b4);
    let g2 = g1.without(b5);
    let g3 = g2.xor(b3);
    let g4 = g3.or(b2);
    let g6 = b5.without(g3);
    let g5 = g4.or(b1);
    let g7 = g6.xor(b4);
    let g8 = g5.xor(g7);
    let g9 = g8.xor(g3);
    let g10 = g9.xor(b6);
    let g14 = g9.xor(b2);
    let g11 = g2.xor(g10);
    let g16 = b6.without(g14);
    let g12 = g11.or(b2);
    let g17 = g16.xor(b1);
    let g18 = g17.and(g12);
    let g15 = g4.without(g14);
    let g19 = g18.without(g7);
    let g24 = b5.or(g17);
    let g20 = g15.xor(g19);
    let g13 = g8.xor(g12);
    let g21 = b1.xor(g20);
    let g25 = g24.xor(g20);
    let g22 = g21.and(b6);
    let g31 = g25.without(g4);
    let g34 = g17.without(g22);
    let g32 = g31.or(b5);
    let g35 = g34.xor(g14);
    let g29 = b6.and(g18);
    let g33 = g32.xor(g4);
    let g38 = b5.and(g35);
    let g23 = g13.xor(g22);
    let g27 = g19.or(b6);
    let g30 = g29.and(g4);
    let g36 = g33.xor(g35);
    let g39 = g38.xor(g10);
    let g26 = g23.xor(g25);
    let g28 = g27.xor(g14);
    let g37 = g30.xor(g36);
    let g40 = g39.xor(g23);
    let n1 = g26.not();
    [l1.xor(n1), l2.xor(g28), l3.xor(g37), l4.xor(g40)]
}
