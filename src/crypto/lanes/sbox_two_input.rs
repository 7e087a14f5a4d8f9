// Written by tools/sbox-circuits from its circuits.txt; not to be edited.
//! The S-boxes of FIPS 46-3 in gates with two inputs: and, or, xor, and-not.
//!
//! Every such gate gives 0 for two zeros, and so does a circuit for six. The inputs of each
//! S-box are therefore taken complemented where [`COMPLEMENTED`] says so, at such places that
//! the outputs for those inputs are zero (but one, which takes a NOT, counted as a gate).
//!
//! Gates of S1 to S8: 48, 47, 43, 33, 50, 47, 46, 41; 44.375 on average.

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
    let g2 = b4.xor(b1);
    let g1 = b1.and(b6);
    let g3 = g2.xor(b3);
    let g6 = b2.xor(g2);
    let g4 = g1.or(g3);
    let g10 = b3.without(b4);
    let g5 = g4.without(b2);
    let g11 = b6.xor(g4);
    let g19 = b6.without(g6);
    let g13 = g11.and(g10);
    let g18 = b3.and(b6);
    let g20 = g19.or(g5);
    let g12 = g11.and(g2);
    let g14 = g13.xor(b5);
    let g21 = g18.xor(g20);
    let g15 = g12.or(g14);
    let g22 = g14.without(g21);
    let g7 = g5.or(g6);
    let g8 = b6.without(g3);
    let g16 = g10.xor(g15);
    let g23 = g12.xor(g22);
    let g9 = g7.xor(g8);
    let g24 = g16.xor(g23);
    let g27 = g9.without(g15);
    let g25 = b1.without(g24);
    let g29 = g11.xor(b2);
    let g30 = b6.xor(g25);
    let g37 = g27.xor(g11);
    let g17 = g9.xor(g16);
    let g31 = g30.without(g29);
    let g33 = b3.xor(g20);
    let g38 = g37.xor(g12);
    let g26 = g17.xor(g25);
    let g32 = g31.and(g14);
    let g34 = g33.or(g23);
    let g39 = b5.or(g38);
    let g28 = b3.without(g27);
    let g35 = g34.without(g32);
    let g40 = g39.xor(g33);
    let g43 = g26.or(g39);
    let g36 = g28.xor(g35);
    let g41 = g26.xor(g40);
    let g44 = g43.xor(g23);
    let g42 = g41.xor(g36);
    let g45 = g44.or(b4);
    let g47 = b2.without(g22);
    let g46 = g42.xor(g45);
    let g48 = g46.xor(g47);
    [l1.xor(g26), l2.xor(g36), l3.xor(g40), l4.xor(g48)]
}

/// 47 gates.
#[inline(always)]
fn s2<W: Logic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g1 = b6.without(b5);
    let g14 = b6.xor(b3);
    let g2 = b1.without(g1);
    let g5 = b6.xor(b2);
    let g10 = g2.without(b5);
    let g15 = g14.xor(g2);
    let g6 = g5.or(b2);
    let g11 = g10.or(b3);
    let g21 = g1.without(g15);
    let g12 = g11.without(g5);
    let g22 = g6.without(g21);
    let g3 = b4.without(b5);
    let g13 = g12.xor(b1);
    let g23 = g22.or(g10);
    let g4 = g2.or(g3);
    let g16 = g13.and(g15);
    let g24 = g23.and(b4);
    let g7 = g4.and(g6);
    let g17 = g14.without(g16);
    let g25 = g24.xor(b5);
    let g8 = g7.xor(b4);
    let g18 = g17.xor(b5);
    let g26 = g25.xor(g13);
    let g9 = b2.without(g8);
    let g19 = g18.xor(b4);
    let g28 = g7.without(g26);
    let g20 = g9.xor(g19);
    let g29 = g28.xor(b1);
    let g30 = g26.xor(g29);
    let g34 = g13.or(g20);
    let g27 = b4.or(g26);
    let g31 = g30.xor(g22);
    let g35 = b5.xor(g34);
    let g37 = b6.xor(g20);
    let g41 = g20.or(b6);
    let g44 = b5.without(g19);
    let g32 = g27.without(g31);
    let g36 = b4.without(g35);
    let g38 = g11.without(g37);
    let g42 = g41.xor(g29);
    let g45 = g44.without(g7);
    let g33 = g32.or(b2);
    let g39 = g36.xor(g38);
    let g43 = g42.and(b2);
    let g46 = g45.xor(g15);
    let g40 = g33.xor(g39);
    let g47 = g43.xor(g46);
    [l1.xor(g20), l2.xor(g26), l3.xor(g40), l4.xor(g47)]
}

/// 43 gates.
#[inline(always)]
fn s3<W: Logic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g3 = b4.xor(b3);
    let g2 = b2.xor(b1);
    let g4 = g3.and(b5);
    let g10 = b2.without(b3);
    let g5 = g2.xor(g4);
    let g1 = b5.or(b6);
    let g6 = g5.xor(b6);
    let g9 = b5.xor(g5);
    let g11 = g10.xor(g6);
    let g7 = g6.xor(b3);
    let g12 = g11.and(b4);
    let g8 = g1.or(g7);
    let g13 = b1.without(g12);
    let g14 = g9.xor(g13);
    let g18 = g13.and(b3);
    let g15 = g8.without(g14);
    let g19 = g14.xor(b3);
    let g16 = g15.xor(b4);
    let g20 = g19.and(b6);
    let g17 = g16.xor(g11);
    let g23 = g20.or(b4);
    let g21 = g20.xor(g17);
    let g30 = b6.and(g17);
    let g22 = g18.without(g21);
    let g24 = g23.xor(g6);
    let g28 = g1.xor(g14);
    let g31 = g30.or(b1);
    let g25 = g22.xor(g24);
    let g26 = g11.xor(g20);
    let g29 = g28.without(b2);
    let g35 = g31.without(g5);
    let g27 = b5.without(g26);
    let g32 = g31.without(g29);
    let g36 = g35.xor(g25);
    let g40 = b4.without(g31);
    let g33 = g27.xor(g32);
    let g37 = g36.and(b2);
    let g41 = g40.xor(g27);
    let g34 = g33.or(b3);
    let g38 = g16.xor(g37);
    let g42 = g41.without(b1);
    let g39 = g34.xor(g38);
    let g43 = g42.xor(g7);
    [l1.xor(g17), l2.xor(g25), l3.xor(g39), l4.xor(g43)]
}

/// 33 gates.
#[inline(always)]
fn s4<W: Logic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g3 = b5.and(b4);
    let g1 = b4.xor(b5);
    let g4 = g3.xor(b3);
    let g2 = g1.xor(b2);
    let g5 = b2.or(g4);
    let g8 = g4.without(g1);
    let g6 = g2.xor(g5);
    let g11 = g8.xor(b4);
    let g7 = g6.xor(g3);
    let g9 = b2.without(g8);
    let g12 = g5.and(g11);
    let g10 = g7.without(g9);
    let g13 = g12.or(b1);
    let g16 = b6.xor(g9);
    let g14 = g10.or(g13);
    let g21 = g11.and(b1);
    let g15 = g14.xor(b4);
    let g17 = g16.xor(g4);
    let g27 = g7.and(g21);
    let g19 = b2.or(g15);
    let g28 = g27.xor(g17);
    let g18 = g15.xor(g17);
    let g20 = g19.without(g6);
    let g29 = g28.xor(b5);
    let g22 = g20.xor(g21);
    let g23 = g18.without(b6);
    let g30 = b6.without(g29);
    let g24 = g22.xor(g23);
    let g31 = g30.xor(g13);
    let g25 = g24.xor(g5);
    let g32 = g31.xor(g6);
    let g26 = g18.xor(g25);
    let g33 = g29.xor(g32);
    [l1.xor(g26), l2.xor(g25), l3.xor(g32), l4.xor(g33)]
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

/// 47 gates.
#[inline(always)]
fn s6<W: Logic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g1 = b1.xor(b4);
    let g2 = b5.without(g1);
    let g8 = b5.xor(g1);
    let g3 = b2.xor(g2);
    let g14 = g2.or(b3);
    let g4 = g3.without(g1);
    let g9 = b3.without(g3);
    let g6 = b4.or(g4);
    let g10 = g8.xor(g9);
    let g7 = g2.or(g6);
    let g5 = b3.xor(g4);
    let g11 = g7.without(g10);
    let g29 = g3.xor(b6);
    let g12 = b5.without(g11);
    let g15 = g14.xor(g11);
    let g13 = g5.xor(g12);
    let g22 = b1.without(g11);
    let g16 = g15.without(g13);
    let g23 = g14.without(g22);
    let g17 = b6.or(g16);
    let g24 = g23.xor(g16);
    let g30 = g10.xor(g29);
    let g18 = g17.xor(g10);
    let g19 = g2.xor(g6);
    let g25 = g24.xor(g3);
    let g31 = g30.or(g3);
    let g20 = g19.and(g18);
    let g27 = b6.or(g25);
    let g32 = g31.without(g12);
    let g28 = g27.without(b2);
    let g35 = g32.without(g20);
    let g33 = g28.xor(g32);
    let g36 = g35.xor(g29);
    let g38 = g1.or(g9);
    let g34 = b3.and(g33);
    let g39 = g38.or(g36);
    let g37 = g34.xor(g36);
    let g40 = g39.without(b6);
    let g43 = g39.xor(b3);
    let g41 = g40.xor(g15);
    let g44 = g37.without(g43);
    let g45 = g44.xor(g41);
    let g21 = g20.or(b6);
    let g42 = g41.xor(g30);
    let g46 = b1.or(g45);
    let g26 = g21.xor(g25);
    let g47 = g42.xor(g46);
    [l1.xor(g18), l2.xor(g26), l3.xor(g37), l4.xor(g47)]
}

/// 46 gates.
#[inline(always)]
fn s7<W: Logic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g1 = b4.xor(b6);
    let g3 = b4.without(b5);
    let g2 = g1.xor(b5);
    let g4 = g3.xor(b2);
    let g5 = g2.xor(g4);
    let g21 = b6.or(b2);
    let g6 = g5.without(b2);
    let g22 = g21.without(b3);
    let g7 = g6.xor(b3);
    let g30 = b2.xor(b1);
    let g8 = g4.without(g7);
    let g31 = b6.without(g30);
    let g9 = g5.xor(g8);
    let g12 = b4.without(g9);
    let g10 = g9.xor(b3);
    let g15 = g1.without(g12);
    let g13 = g12.xor(g2);
    let g16 = g15.xor(b6);
    let g14 = b5.without(g13);
    let g17 = g16.without(g6);
    let g11 = g10.and(g7);
    let g18 = g14.xor(g17);
    let g23 = g22.xor(g17);
    let g19 = g11.xor(g18);
    let g24 = g2.xor(g23);
    let g20 = g19.without(b1);
    let g26 = g24.or(b4);
    let g27 = g26.xor(g10);
    let g32 = g15.or(g20);
    let g28 = b1.without(g27);
    let g33 = g31.and(g32);
    let g35 = g18.without(g32);
    let g37 = g33.without(g24);
    let g36 = g35.xor(g28);
    let g41 = b5.without(g15);
    let g38 = g36.or(g37);
    let g40 = g8.and(g18);
    let g42 = g41.xor(g20);
    let g29 = g24.xor(g28);
    let g39 = b1.without(g38);
    let g43 = g40.xor(g42);
    let g45 = g38.xor(g9);
    let g25 = g20.xor(g24);
    let g34 = g29.xor(g33);
    let g44 = g39.xor(g43);
    let g46 = g45.xor(g39);
    [l1.xor(g25), l2.xor(g34), l3.xor(g44), l4.xor(g46)]
}

/// 41 gates.
#[inline(always)]
fn s8<W: Logic>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> [W; 4] {
    let g1 = b1.or(b4);
    let g2 = g1.without(b5);
    let g3 = b3.xor(g2);
    let g16 = b6.xor(g2);
    let g4 = b5.without(g3);
    let g7 = b2.or(g3);
    let g5 = g4.xor(b4);
    let g8 = b1.or(g7);
    let g6 = g5.xor(g3);
    let g9 = b2.xor(g8);
    let g10 = g6.xor(g9);
    let g11 = b6.without(g10);
    let g17 = g16.xor(g10);
    let g12 = g11.xor(b1);
    let g13 = g7.or(g10);
    let g15 = g12.without(g5);
    let g18 = g17.or(b2);
    let g14 = g13.xor(g12);
    let g19 = g15.and(g18);
    let g20 = g14.xor(g19);
    let g32 = b6.without(g14);
    let g21 = b6.without(g20);
    let g30 = g19.or(b6);
    let g22 = g21.xor(g3);
    let g33 = g12.without(g21);
    let g23 = g9.without(g22);
    let g26 = g22.xor(g18);
    let g34 = g33.xor(g10);
    let g24 = b5.without(g23);
    let g27 = g20.xor(g26);
    let g35 = g32.xor(g34);
    let g38 = g34.and(b5);
    let g25 = g24.without(g12);
    let g28 = g27.xor(b2);
    let g36 = g35.xor(g8);
    let g39 = g38.xor(g26);
    let g29 = g25.xor(g28);
    let g31 = g30.xor(g10);
    let g37 = g36.xor(g24);
    let g40 = g39.xor(b6);
    let n1 = g29.not();
    [l1.xor(n1), l2.xor(g31), l3.xor(g37), l4.xor(g40)]
}
