//! Adding an output to a circuit after Kwan ("Reducing the gate count of bitslice DES", 2000):
//! the wanted function is looked for among the signals, one gate and two gates away from them, and
//! else split on an input; both halves are again only partly specified and may share everything
//! built so far.

use crate::circuit::{Circuit, Gate};
use crate::express::{Signal, Wanted, existing, several_gates};
use crate::rng::Rng;

/// How many inputs are tried at each split (the best result is kept), from the outermost in.
const BRANCHES: [usize; 6] = [3, 3, 2, 2, 1, 1];

/// Appends gates for `want`; `None` if more than `limit` gates in all would be needed.
pub fn add<const K: usize>(
    circuit: &mut Circuit<K>,
    want: Wanted,
    unused: u8,
    limit: usize,
    rng: &mut Rng,
) -> Option<(u8, bool)> {
    let values = circuit.values();
    let mut signals: Vec<Signal> = (0..circuit.nodes())
        .map(|n| Signal {
            value: values[n],
            node: n as u8,
        })
        .collect();
    rng.shuffle(&mut signals);
    if let Some(found) = existing(want, &signals) {
        return Some(found);
    }
    for budget in 1..=2 {
        if circuit.len + budget > limit {
            return None;
        }
        if let Some(n) = several_gates(circuit, want, &signals, budget, 40, rng) {
            return Some((n, false));
        }
    }
    let mut inputs: Vec<u8> = (0..6).filter(|i| unused >> i & 1 != 0).collect();
    rng.shuffle(&mut inputs);
    let depth = 6 - inputs.len();
    let mut best: Option<(Circuit<K>, (u8, bool))> = None;
    for &x in inputs.iter().take(*BRANCHES.get(depth)?) {
        let limit = best.as_ref().map_or(limit, |(c, _)| c.len - 1);
        let mut trial = circuit.clone();
        if let Some(out) = split(&mut trial, want, x, unused & !(1 << x), limit, rng) {
            best = Some((trial, out));
        }
    }
    let (found, out) = best?;
    *circuit = found;
    Some(out)
}

/// One gate from its truth function and inputs.
fn gate<const K: usize>(f: impl Fn(usize, usize, usize) -> usize, from: [u8; 3]) -> Gate<K> {
    Gate {
        table: (0..1usize << K).fold(0, |t, m| t | (f(m & 1, m >> 1 & 1, m >> 2) as u8) << m),
        from: std::array::from_fn(|j| from[j]),
    }
}

fn split<const K: usize>(
    circuit: &mut Circuit<K>,
    want: Wanted,
    x: u8,
    unused: u8,
    limit: usize,
    rng: &mut Rng,
) -> Option<(u8, bool)> {
    let at = |w: Wanted, mask: u64| Wanted {
        on: w.on & mask,
        off: w.off & mask,
    };
    // Which half is the base and which the correction is drawn by lot.
    let side = rng.below(2);
    let input = circuit.values()[x as usize];
    let half = if side == 0 { input } else { !input };
    let gates_after = if K == 3 { 1 } else { 2 };
    let limit = limit.checked_sub(gates_after)?;
    let (low, low_inverted) = add(circuit, at(want, !half), unused, limit, rng)?;
    let correction = if K == 3 {
        want
    } else {
        let l = circuit.values()[low as usize] ^ u64::from(low_inverted).wrapping_neg();
        Wanted {
            on: want.on & !l | want.off & l,
            off: want.on & l | want.off & !l,
        }
    };
    let (high, high_inverted) = add(circuit, at(correction, half), unused, limit, rng)?;
    let (li, hi) = (usize::from(low_inverted), usize::from(high_inverted));
    if K == 3 {
        let mux = gate(
            |x, l, h| if x != side { h ^ hi } else { l ^ li },
            [x, low, high],
        );
        Some((circuit.push(mux), false))
    } else {
        // f = low ^ (half & (f ^ low))
        let masked = circuit.push(gate(|x, h, _| (x ^ side) & (h ^ hi), [x, high, 0]));
        let sum = circuit.push(gate(|m, l, _| m ^ l, [masked, low, 0]));
        Some((sum, low_inverted))
    }
}
