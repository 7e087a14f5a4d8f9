//! Expressing a partly specified function through existing signals with as few gates as possible.

use crate::circuit::{Circuit, Gate};
use crate::rng::Rng;

/// A function wanted only on some inputs: one on `on`, zero on `off`, anything elsewhere.
#[derive(Clone, Copy)]
pub struct Wanted {
    pub on: u64,
    pub off: u64,
}

impl Wanted {
    fn is_mixed(self, cell: u64) -> bool {
        self.on & cell != 0 && self.off & cell != 0
    }
}

/// A signal a new gate may read.
#[derive(Clone, Copy)]
pub struct Signal {
    pub value: u64,
    pub node: u8,
}

/// The signal equal to the wanted function or to its complement (`true`), if there is one.
pub fn existing(want: Wanted, signals: &[Signal]) -> Option<(u8, bool)> {
    signals.iter().find_map(|s| {
        if want.on & !s.value == 0 && want.off & s.value == 0 {
            Some((s.node, false))
        } else if want.on & s.value == 0 && want.off & !s.value == 0 {
            Some((s.node, true))
        } else {
            None
        }
    })
}

/// The table of a gate reading `chosen`; combinations of inputs that never matter are drawn by lot,
/// which keeps a search from always walking the same way.
fn table<const K: usize>(want: Wanted, chosen: &[Signal; K], rng: &mut Rng) -> Gate<K> {
    let lots = rng.next() as u8;
    let mut t = 0;
    for m in 0..1usize << K {
        let cell = (0..K).fold(u64::MAX, |c, j| {
            c & if m >> j & 1 != 0 {
                chosen[j].value
            } else {
                !chosen[j].value
            }
        });
        let bit = match (want.on & cell != 0, want.off & cell != 0) {
            (true, _) => 1,
            (_, true) => 0,
            _ => lots >> m & 1,
        };
        t |= bit << m;
    }
    Gate {
        table: t,
        from: std::array::from_fn(|j| chosen[j].node),
    }
}

/// One gate, over all choices of `K` signals in the order given; `except` is a choice to pass over.
pub fn one_gate<const K: usize>(
    want: Wanted,
    signals: &[Signal],
    except: u128,
    rng: &mut Rng,
) -> Option<Gate<K>> {
    let n = signals.len();
    for i in 0..n {
        let a = signals[i].value;
        let (w1, w0) = ([want.on & a, want.off & a], [want.on & !a, want.off & !a]);
        for j in i + 1..n {
            let b = signals[j].value;
            let cells = [
                [w1[0] & b, w1[1] & b],
                [w1[0] & !b, w1[1] & !b],
                [w0[0] & b, w0[1] & b],
                [w0[0] & !b, w0[1] & !b],
            ];
            if K == 2 {
                if cells.iter().all(|c| c[0] == 0 || c[1] == 0)
                    && (1 << signals[i].node | 1 << signals[j].node) != except
                {
                    return Some(table(
                        want,
                        &std::array::from_fn(|k| signals[[i, j][k]]),
                        rng,
                    ));
                }
                continue;
            }
            if cells.iter().all(|c| c[0] == 0 || c[1] == 0)
                && (1 << signals[i].node | 1 << signals[j].node) != except
            {
                return Some(table(
                    want,
                    &std::array::from_fn(|k| signals[[i, j, i][k]]),
                    rng,
                ));
            }
            // Only the mixed cells of the first two signals are left for the third to separate.
            let mut mixed = [[0u64; 2]; 4];
            let mut count = 0;
            for c in cells {
                mixed[count] = c;
                count += usize::from(c[0] != 0 && c[1] != 0);
            }
            for k in j + 1..n {
                let c = signals[k].value;
                let fits = mixed[..count].iter().all(|m| {
                    (m[0] & c == 0 || m[1] & c == 0) && (m[0] & !c == 0 || m[1] & !c == 0)
                });
                if fits
                    && (1 << signals[i].node | 1 << signals[j].node | 1 << signals[k].node)
                        != except
                {
                    return Some(table(
                        want,
                        &std::array::from_fn(|l| signals[[i, j, k][l]]),
                        rng,
                    ));
                }
            }
        }
    }
    None
}

/// At most `budget` gates appended to `circuit` computing the wanted function; the last of them is
/// returned. With more than one, the last gate reads `K - 1` signals drawn by lot (`tries` times)
/// and one new signal: in every cell of those signals where the wanted function is not constant the
/// new one must equal it or its complement, and is free elsewhere.
pub fn several_gates<const K: usize>(
    circuit: &mut Circuit<K>,
    want: Wanted,
    signals: &[Signal],
    budget: usize,
    tries: usize,
    rng: &mut Rng,
) -> Option<u8> {
    if budget == 1 {
        return one_gate(want, signals, 0, rng).map(|g| circuit.push(g));
    }
    for _ in 0..tries {
        let mut chosen = [signals[0]; K];
        for c in &mut chosen[1..] {
            *c = signals[rng.below(signals.len())];
        }
        let lots = rng.next();
        let mut inner = Wanted { on: 0, off: 0 };
        for m in 0..1usize << (K - 1) {
            let cell = (1..K).fold(u64::MAX, |c, j| {
                c & if m >> (j - 1) & 1 != 0 {
                    chosen[j].value
                } else {
                    !chosen[j].value
                }
            });
            if want.is_mixed(cell) {
                let (on, off) = (want.on & cell, want.off & cell);
                let flip = lots >> m & 1 != 0;
                inner.on |= if flip { off } else { on };
                inner.off |= if flip { on } else { off };
            }
        }
        let before = circuit.len;
        let known = existing(inner, signals);
        let node = match known {
            Some((node, _)) => node,
            None => match several_gates(circuit, inner, signals, budget - 1, tries / 4 + 1, rng) {
                Some(node) => node,
                None => continue,
            },
        };
        let value = match known {
            Some(_) => signals.iter().find(|s| s.node == node)?.value,
            None => circuit.values()[node as usize],
        };
        chosen[0] = Signal { value, node };
        let gate = table(want, &chosen, rng);
        debug_assert!(circuit.len - before < budget);
        return Some(circuit.push(gate));
    }
    None
}
