//! A circuit of gates with two or three inputs, held as truth tables over the six S-box inputs.

use crate::sbox;

/// More gates than any circuit met during a search.
pub const MAX_GATES: usize = 116;
pub const INPUTS: usize = 6;
const NODES: usize = INPUTS + MAX_GATES;

/// Any function of `K` inputs. Bit `m` of `table` is the value where input `j` has bit `j` of `m`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Gate<const K: usize> {
    pub table: u8,
    pub from: [u8; K],
}

impl<const K: usize> Gate<K> {
    /// The gate as one of two inputs (table as above), if one of its three does not matter.
    pub fn two_inputs(&self) -> Option<(u8, [u8; 2])> {
        (0..3.min(K)).find_map(|skip| {
            let kept: [usize; 2] = match skip {
                0 => [1, 2],
                1 => [0, 2],
                _ => [0, 1],
            };
            let mut table = 0;
            for m in 0..1usize << K {
                // Two inputs that are the same signal never differ.
                let real = (0..K).all(|a| {
                    (0..K).all(|b| self.from[a] != self.from[b] || m >> a & 1 == m >> b & 1)
                });
                let (now, cell) = (
                    self.table >> m & 1,
                    (m >> kept[0] & 1) | (m >> kept[1] & 1) << 1,
                );
                if real {
                    table |= (1 + now) << (2 * cell);
                }
            }
            let bits = (0..4).try_fold(0, |t, c| match table >> (2 * c) & 3u8 {
                3 => None,
                2 => Some(t | 1 << c),
                _ => Some(t),
            })?;
            Some((bits, kept.map(|k| self.from[k])))
        })
    }
}

/// Gates in topological order; node 0…5 are the inputs, node 6 + i is gate i. An output is a node,
/// to be complemented where `invert` says so.
#[derive(Clone)]
pub struct Circuit<const K: usize> {
    pub len: usize,
    pub gates: [Gate<K>; MAX_GATES],
    pub out: [u8; 4],
    pub invert: [bool; 4],
}

pub type Values = [u64; NODES];

/// The value of one gate on all 64 inputs.
#[inline(always)]
pub fn eval<const K: usize>(table: u8, v: [u64; K]) -> u64 {
    let mut r = 0;
    for m in 0..1 << K {
        let mut t = if table >> m & 1 != 0 { u64::MAX } else { 0 };
        for (j, &v) in v.iter().enumerate() {
            t &= if m >> j & 1 != 0 { v } else { !v };
        }
        r |= t;
    }
    r
}

impl<const K: usize> Circuit<K> {
    pub fn empty() -> Self {
        Circuit {
            len: 0,
            gates: [Gate {
                table: 0,
                from: [0; K],
            }; MAX_GATES],
            out: [0; 4],
            invert: [false; 4],
        }
    }

    pub fn push(&mut self, gate: Gate<K>) -> u8 {
        self.gates[self.len] = gate;
        self.len += 1;
        (INPUTS + self.len - 1) as u8
    }

    pub fn nodes(&self) -> usize {
        INPUTS + self.len
    }

    pub fn values(&self) -> Values {
        let mut v = [0; NODES];
        v[..INPUTS].copy_from_slice(&sbox::inputs());
        self.evaluate_from(0, &mut v);
        v
    }

    /// Recomputes gates `first`… in place.
    pub fn evaluate_from(&self, first: usize, v: &mut Values) {
        for i in first..self.len {
            let g = &self.gates[i];
            v[INPUTS + i] = eval(g.table, g.from.map(|n| v[n as usize]));
        }
    }

    /// Gates on the longest way from an input to an output.
    pub fn depth(&self) -> usize {
        let mut depth = [0; NODES];
        for (i, gate) in self.gates[..self.len].iter().enumerate() {
            depth[INPUTS + i] = 1 + gate
                .from
                .iter()
                .map(|&n| depth[n as usize])
                .max()
                .unwrap_or(0);
        }
        self.out
            .iter()
            .map(|&n| depth[n as usize])
            .max()
            .unwrap_or(0)
    }

    /// Whether output `o` is a gate of two inputs that nothing else reads. A ternary gate can then
    /// compute it and add it to the left half at once.
    pub fn joins_left_half(&self, o: usize) -> bool {
        let node = self.out[o];
        let others = self.out.iter().filter(|&&n| n == node).count() > 1;
        if K != 3 || (node as usize) < INPUTS || others {
            return false;
        }
        let gate = &self.gates[node as usize - INPUTS];
        gate.two_inputs().is_some()
            && !self.gates[..self.len]
                .iter()
                .any(|g| g.from.contains(&node))
    }

    /// Operations for the S-box and for adding its outputs to the left half.
    pub fn operations(&self) -> usize {
        self.len + (0..4).filter(|&o| !self.joins_left_half(o)).count()
    }

    /// What a circuit costs a processor: every operation is an instruction, but a deep circuit also
    /// keeps instructions waiting for each other. Three levels weigh as much as a gate (measured).
    pub fn cost(&self) -> usize {
        3 * self.operations() + self.depth()
    }

    pub fn computes(&self, target: &[u64; 4]) -> bool {
        let v = self.values();
        (0..4)
            .all(|o| v[self.out[o] as usize] ^ (self.invert[o] as u64).wrapping_neg() == target[o])
    }

    /// Drops gates no output needs and sorts the rest topologically (a rewrite may have let an
    /// earlier gate read a later one).
    pub fn tidy(&mut self) {
        let mut place = [u8::MAX; NODES];
        for (i, p) in place.iter_mut().enumerate().take(INPUTS) {
            *p = i as u8;
        }
        let mut sorted = Circuit::empty();
        for o in 0..4 {
            self.visit(self.out[o], &mut place, &mut sorted);
            sorted.out[o] = place[self.out[o] as usize];
        }
        sorted.invert = self.invert;
        *self = sorted;
    }

    fn visit(&self, node: u8, place: &mut [u8; NODES], sorted: &mut Self) {
        if place[node as usize] != u8::MAX {
            return;
        }
        let mut gate = self.gates[node as usize - INPUTS];
        for f in &mut gate.from {
            self.visit(*f, place, sorted);
            *f = place[*f as usize];
        }
        place[node as usize] = sorted.push(gate);
    }

    /// Replaces every use of `node` by `by`, complemented if `complement`.
    pub fn substitute(&mut self, node: u8, by: u8, complement: bool) {
        for g in &mut self.gates[..self.len] {
            for j in 0..K {
                if g.from[j] == node {
                    g.from[j] = by;
                    if complement {
                        let t = g.table;
                        g.table = (0..1u8 << K).fold(0, |n, m| n | (t >> (m ^ 1 << j) & 1) << m);
                    }
                }
            }
        }
        for o in 0..4 {
            if self.out[o] == node {
                self.out[o] = by;
                self.invert[o] ^= complement;
            }
        }
    }

    /// One line of text: the gates as `table(inputs)` in hexadecimal, then the outputs.
    pub fn to_line(&self) -> String {
        let gates: Vec<String> = self.gates[..self.len]
            .iter()
            .map(|g| {
                let from: Vec<String> = g.from.iter().map(u8::to_string).collect();
                format!("{:x}({})", g.table, from.join(","))
            })
            .collect();
        let outs: Vec<String> = (0..4)
            .map(|o| format!("{}{}", if self.invert[o] { "!" } else { "" }, self.out[o]))
            .collect();
        format!("{} -> {}", gates.join(" "), outs.join(" "))
    }

    /// Reads what [`Self::to_line`] wrote.
    pub fn from_line(line: &str) -> Option<Self> {
        let (gates, outs) = line.split_once("->")?;
        let mut c = Circuit::empty();
        for word in gates.split_whitespace() {
            let (table, from) = word.strip_suffix(')')?.split_once('(')?;
            let from: Vec<u8> = from
                .split(',')
                .map(|n| n.parse().ok())
                .collect::<Option<_>>()?;
            let from: [u8; K] = from.try_into().ok()?;
            if c.len == MAX_GATES || from.iter().any(|&n| n as usize >= c.nodes()) {
                return None;
            }
            c.push(Gate {
                table: u8::from_str_radix(table, 16).ok()?,
                from,
            });
        }
        for (o, word) in outs.split_whitespace().enumerate().take(4) {
            c.invert[o] = word.starts_with('!');
            c.out[o] = word.trim_start_matches('!').parse().ok()?;
            if c.out[o] as usize >= c.nodes() {
                return None;
            }
        }
        Some(c)
    }
}
