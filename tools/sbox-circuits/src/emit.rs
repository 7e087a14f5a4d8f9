//! Circuits as Rust source.

use crate::circuit::{Circuit, INPUTS};
use crate::pool::Pools;
use crate::sbox;
use std::fmt::Write;

/// For each S-box the inputs (b1 most significant) its two-input circuit takes complemented.
///
/// A gate of the set {and, or, xor, and-not} gives 0 for two zeros; so a circuit of such gates gives
/// 0 for six zeros, and any circuit of two-input gates becomes one of that set, without negations,
/// once every signal is replaced by itself XOR its value at one chosen input. The chosen input is
/// the one given here: all of S-box inputs read complemented where it has ones. Neighbours share
/// two bits of R, so the choices hang together. Of all that do, these leave the fewest ones in the
/// eight outputs: one, the last of S8, which takes the only NOT.
pub const ORIGIN: [usize; 8] = origins();

/// The best chain of origins, each sharing its last two bits with the next one's first two.
const fn origins() -> [usize; 8] {
    let mut best = [0; 8];
    let mut fewest = u32::MAX;
    let mut first = 0;
    while first < 64 {
        // cost[b][p]: ones in the outputs of S1…Sb+1 when the latter's origin is p.
        let mut cost = [[u32::MAX; 64]; 8];
        let mut before = [[0; 64]; 8];
        cost[0][first] = sbox::value(0, first).count_ones();
        let mut b = 1;
        while b < 8 {
            let mut p = 0;
            while p < 64 {
                let mut q = p >> 4;
                while q < 64 {
                    if cost[b - 1][q] != u32::MAX {
                        let c = cost[b - 1][q] + sbox::value(b, p).count_ones();
                        if c < cost[b][p] {
                            cost[b][p] = c;
                            before[b][p] = q;
                        }
                    }
                    q += 4;
                }
                p += 1;
            }
            b += 1;
        }
        let mut last = first >> 4;
        while last < 64 {
            if cost[7][last] < fewest {
                fewest = cost[7][last];
                let (mut b, mut p) = (7, last);
                while b > 0 {
                    best[b] = p;
                    p = before[b][p];
                    b -= 1;
                }
                best[0] = p;
            }
            last += 4;
        }
        first += 1;
    }
    best
}

/// The 32 bits of R that the two-input circuits want complemented, bit 0 for the first of R.
fn complemented() -> u32 {
    (0..8 * INPUTS).fold(0, |mask, k| {
        let (s, j) = (k / INPUTS, k % INPUTS);
        mask | ((ORIGIN[s] >> (5 - j) & 1) as u32) << ((4 * s + j + 31) % 32)
    })
}

const HEAD: &str = "// Written by tools/sbox-circuits from its circuits.txt; not to be edited.\n";

fn counts(title: &str, counts: &[usize; 8]) -> String {
    let list: Vec<String> = counts.iter().map(usize::to_string).collect();
    let average = counts.iter().sum::<usize>() as f64 / 8.0;
    format!(
        "//! {title} S1 to S8: {}; {average} on average.\n",
        list.join(", ")
    )
}

fn dispatch(bound: &str) -> String {
    let mut text = format!(
        "/// S-box `S` (0 is S1) of `inputs`, added to `left`.\n#[inline(always)]\n\
         pub(super) fn substitute<W: {bound}, const S: usize>(inputs: [W; 6], left: [W; 4]) -> \
         [W; 4] {{\n    match S {{\n"
    );
    for s in 0..8 {
        let arm = if s == 7 { "_".into() } else { s.to_string() };
        writeln!(text, "        {arm} => s{}(inputs, left),", s + 1).unwrap();
    }
    text + "    }\n}\n"
}

fn function(s: usize, bound: &str, count: usize, gates: &[String], outputs: &[String]) -> String {
    let mut text = format!(
        "\n/// {} gates.\n#[inline(always)]\nfn s{}<W: {bound}>([b1, b2, b3, b4, b5, b6]: [W; 6], [l1, l2, l3, l4]: [W; 4]) -> \
         [W; 4] {{\n",
        count,
        s + 1
    );
    for g in gates {
        writeln!(text, "    {g}").unwrap();
    }
    text + &format!("    [{}]\n}}\n", outputs.join(", "))
}

/// The gates in an order that feeds two at a time to the processor, those with the longest way to
/// an output first. The compiler mostly keeps it.
fn in_order<const K: usize>(circuit: &Circuit<K>) -> Vec<usize> {
    let n = circuit.len;
    let mut height = vec![0; n];
    for i in (0..n).rev() {
        for &f in &circuit.gates[i].from {
            if f as usize >= INPUTS {
                let f = f as usize - INPUTS;
                height[f] = height[f].max(height[i] + 1);
            }
        }
    }
    let mut order = Vec::new();
    let mut started = vec![usize::MAX; n];
    for turn in 0.. {
        let ready = |i: &usize| {
            started[*i] == usize::MAX
                && circuit.gates[*i]
                    .from
                    .iter()
                    .all(|&f| (f as usize) < INPUTS || started[f as usize - INPUTS] < turn)
        };
        let mut ready: Vec<usize> = (0..n).filter(ready).collect();
        ready.sort_by_key(|&i| std::cmp::Reverse(height[i]));
        for &i in ready.iter().take(2) {
            started[i] = turn;
            order.push(i);
        }
        if order.len() == n {
            break;
        }
    }
    order
}

fn name(node: u8) -> String {
    match node as usize {
        n if n < INPUTS => format!("b{}", n + 1),
        n => format!("g{}", n - INPUTS + 1),
    }
}

/// `sbox_two_input.rs`
pub fn two_input(pools: &Pools) -> String {
    let mut sizes = [0; 8];
    let mut functions = String::new();
    for (s, pool) in pools.two_input.iter().enumerate() {
        let circuit = pool.best();
        let (mut gates, mut outputs) = (Vec::new(), Vec::new());
        let values = circuit.values();
        let at_origin = |node: u8| values[node as usize] >> ORIGIN[s] & 1;
        for i in in_order(circuit) {
            let gate = &circuit.gates[i];
            let [a, b] = gate.from;
            // The table on signals that are zero at the origin.
            let flips = at_origin(a) | at_origin(b) << 1;
            let flip = at_origin((INPUTS + i) as u8) as u8;
            let table = (0..4).fold(0u8, |t, m| {
                t | ((gate.table >> (m ^ flips) & 1) ^ flip) << m
            });
            let (a, b) = (name(a), name(b));
            let call = match table {
                0b1000 => format!("{a}.and({b})"),
                0b1110 => format!("{a}.or({b})"),
                0b0110 => format!("{a}.xor({b})"),
                0b0010 => format!("{a}.without({b})"),
                0b0100 => format!("{b}.without({a})"),
                other => panic!("S{} has a gate with one input or none: {other:04b}", s + 1),
            };
            gates.push(format!("let g{} = {call};", i + 1));
        }
        for o in 0..4 {
            let mut output = name(circuit.out[o]);
            if at_origin(circuit.out[o]) ^ u64::from(circuit.invert[o]) != 0 {
                gates.push(format!("let n{} = {output}.not();", o + 1));
                output = format!("n{}", o + 1);
            }
            outputs.push(format!("l{}.xor({output})", o + 1));
        }
        sizes[s] = gates.len();
        functions += &function(s, "Logic", gates.len(), &gates, &outputs);
    }
    format!(
        "{HEAD}//! The S-boxes of FIPS 46-3 in gates with two inputs: and, or, xor, and-not.\n//!\n\
         //! Every such gate gives 0 for two zeros, and so does a circuit for six. The inputs of each\n\
         //! S-box are therefore taken complemented where [`COMPLEMENTED`] says so, at such places that\n\
         //! the outputs for those inputs are zero (but one, which takes a NOT, counted as a gate).\n//!\n\
         {}\nuse super::word::Logic;\n\n\
         /// The bits of R taken complemented (bit 0 is the first of R).\n\
         pub(super) const COMPLEMENTED: u32 = 0x{:08x};\n\n{}{functions}",
        counts("Gates of", &sizes),
        complemented(),
        dispatch("Logic"),
    )
}

/// `sbox_ternary.rs`
pub fn ternary(pools: &Pools) -> String {
    let mut sizes = [0; 8];
    let mut joins = 0;
    let mut functions = String::new();
    for (s, pool) in pools.ternary.iter().enumerate() {
        let circuit = pool.best();
        sizes[s] = circuit.len;
        joins += 4 + circuit.len - circuit.operations();
        let mut complement = [false; 256];
        for o in 0..4 {
            complement[circuit.out[o] as usize] = circuit.invert[o];
        }
        let joined: Vec<u8> = (0..4)
            .filter(|&o| circuit.joins_left_half(o))
            .map(|o| circuit.out[o])
            .collect();
        let mut gates: Vec<String> = Vec::new();
        for i in in_order(circuit) {
            let gate = &circuit.gates[i];
            if joined.contains(&((INPUTS + i) as u8)) {
                continue;
            }
            let flips = (0..3).fold(0, |f, j| {
                f | usize::from(complement[gate.from[j] as usize]) << j
            });
            let flip = u8::from(complement[INPUTS + i]);
            // The instruction's table has its first input as the most significant bit.
            let value = |m: usize| (gate.table >> (m ^ flips) & 1) ^ flip;
            let table = (0..8usize).fold(0, |t, m| {
                t | value((m >> 2 & 1) | (m & 2) | (m & 1) << 2) << m
            });
            let [a, b, c] = gate.from.map(name);
            gates.push(format!(
                "let g{} = W::ternary::<0x{table:02x}>({a}, {b}, {c});",
                i + 1
            ));
        }
        assert!((0..4).all(|o| complement[circuit.out[o] as usize] == circuit.invert[o]));
        let outputs: Vec<String> = (0..4)
            .map(|o| {
                let node = circuit.out[o];
                let left = format!("l{}", o + 1);
                if !circuit.joins_left_half(o) {
                    return format!("{left}.xor({})", name(node));
                }
                let gate = &circuit.gates[node as usize - INPUTS];
                let (bits, [a, b]) = gate.two_inputs().expect("it joins");
                let flips =
                    usize::from(complement[a as usize]) | usize::from(complement[b as usize]) << 1;
                let flip = u8::from(complement[node as usize]);
                let table = (0..8usize).fold(0, |t, m| {
                    let inputs = (m >> 2 & 1) | (m & 2);
                    t | ((bits >> (inputs ^ flips) & 1) ^ flip ^ (m & 1) as u8) << m
                });
                format!(
                    "W::ternary::<0x{table:02x}>({}, {}, {left})",
                    name(a),
                    name(b)
                )
            })
            .collect();
        functions += &function(s, "TernaryLogic", circuit.len, &gates, &outputs);
    }
    format!(
        "{HEAD}//! The S-boxes of FIPS 46-3 in gates with three inputs, each any function of them\n\
         //! (`vpternlog`).\n//!\n{}//! An output that is a gate of two inputs is added to the left half by that same gate: {joins}\n\
         //! of the 32 additions cost nothing.\n\nuse super::word::TernaryLogic;\n\n{}{functions}",
        counts("Gates of", &sizes),
        dispatch("TernaryLogic"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_cost_one_negation() {
        let ones: u32 = (0..8).map(|s| sbox::value(s, ORIGIN[s]).count_ones()).sum();
        assert_eq!(ones, 1);
        assert!((0..8).all(|s| ORIGIN[s] & 3 == ORIGIN[(s + 1) % 8] >> 4));
    }
}
