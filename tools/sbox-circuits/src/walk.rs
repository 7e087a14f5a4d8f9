//! The local search: a random walk over circuits that all compute the S-box.
//!
//! A step picks a gate and finds on which of the 64 inputs its value matters to any output (its
//! care set). Elsewhere it may be anything, so the gate can often be re-expressed
//! ("resubstitution" in logic synthesis): by a signal that already exists, by one gate reading
//! other signals, or together with the gates only it uses by two or three new ones. Steps that keep
//! the size are always taken: they change which gates matter where, and sooner or later a gate
//! nobody reads falls out. Steps that add a gate are taken as long as the limit allows.

use crate::circuit::{Circuit, INPUTS, Values};
use crate::express::{Signal, Wanted, existing, one_gate, several_gates};
use crate::rng::Rng;

pub struct Walk<const K: usize> {
    pub now: Circuit<K>,
    pub best: Circuit<K>,
    measure: fn(&Circuit<K>) -> usize,
    target: [u64; 4],
    values: Values,
}

/// What one gate can be replaced with is decided from these.
struct Cone {
    /// Nodes that read the gate, directly or not, and the gate itself.
    after: u128,
    /// Nodes used by the gate alone, which fall with it (the gate itself not counted).
    only: u128,
    want: Wanted,
}

impl<const K: usize> Walk<K> {
    /// A walk that makes `measure` small.
    pub fn new(start: Circuit<K>, target: [u64; 4], measure: fn(&Circuit<K>) -> usize) -> Self {
        assert!(start.computes(&target));
        let values = start.values();
        Walk {
            best: start.clone(),
            now: start,
            measure,
            target,
            values,
        }
    }

    fn cone(&self, gate: usize) -> Cone {
        let c = &self.now;
        let mut flipped = self.values;
        flipped[INPUTS + gate] = !flipped[INPUTS + gate];
        c.evaluate_from(gate + 1, &mut flipped);
        let care = c
            .out
            .iter()
            .fold(0, |m, &o| m | flipped[o as usize] ^ self.values[o as usize]);

        let mut after = 1u128 << (INPUTS + gate);
        for i in gate + 1..c.len {
            if c.gates[i].from.iter().any(|&n| after >> n & 1 != 0) {
                after |= 1 << (INPUTS + i);
            }
        }

        let mut readers = [0u8; 128];
        for g in &c.gates[..c.len] {
            g.from.iter().for_each(|&n| readers[n as usize] += 1);
        }
        c.out.iter().for_each(|&n| readers[n as usize] += 1);
        let mut only = 1u128 << (INPUTS + gate);
        for i in (0..=gate).rev() {
            if only >> (INPUTS + i) & 1 != 0 {
                for &n in &c.gates[i].from {
                    readers[n as usize] -= 1;
                    if n as usize >= INPUTS && readers[n as usize] == 0 {
                        only |= 1 << n;
                    }
                }
            }
        }
        let v = self.values[INPUTS + gate];
        Cone {
            after,
            only: only & !(1 << (INPUTS + gate)),
            want: Wanted {
                on: v & care,
                off: !v & care,
            },
        }
    }

    fn signals(&self, without: u128, rng: &mut Rng) -> ([Signal; 128], usize) {
        let mut list = [Signal { value: 0, node: 0 }; 128];
        let mut n = 0;
        for node in 0..self.now.nodes() {
            if without >> node & 1 == 0 {
                list[n] = Signal {
                    value: self.values[node],
                    node: node as u8,
                };
                n += 1;
            }
        }
        rng.shuffle(&mut list[..n]);
        (list, n)
    }

    /// One step; circuits whose measure exceeds `limit` are not entered.
    pub fn step(&mut self, limit: usize, rng: &mut Rng) {
        let gate = rng.below(self.now.len);
        let node = (INPUTS + gate) as u8;
        let cone = self.cone(gate);

        let (list, n) = self.signals(cone.after, rng);
        if let Some((by, complement)) = existing(cone.want, &list[..n]) {
            let mut next = self.now.clone();
            next.substitute(node, by, complement);
            return self.enter(next, limit);
        }

        let lone = cone.only.count_ones() as usize;
        let choice = rng.below(16);
        if choice < 12 {
            // One gate for one; half the time without one of the gates that would then fall.
            let mut without = cone.after;
            if lone > 0 && choice.is_multiple_of(2) {
                let mut skip = rng.below(lone);
                let mut only = cone.only;
                while skip > 0 {
                    only &= only - 1;
                    skip -= 1;
                }
                without |= only & only.wrapping_neg();
            }
            let (list, n) = self.signals(without, rng);
            let same = self.now.gates[gate]
                .from
                .iter()
                .fold(0, |m, &f| m | 1u128 << f);
            if let Some(new) = one_gate(cone.want, &list[..n], same, rng) {
                let mut next = self.now.clone();
                next.gates[gate] = new;
                self.enter(next, limit);
            }
        } else {
            let budget = if lone > 1 && choice == 15 { 3 } else { 2 };
            let (list, n) = self.signals(cone.after | cone.only, rng);
            let mut next = self.now.clone();
            let tries = if K == 2 { 60 } else { 12 };
            if next.len + budget < crate::circuit::MAX_GATES
                && let Some(by) =
                    several_gates(&mut next, cone.want, &list[..n], budget, tries, rng)
            {
                next.substitute(node, by, false);
                self.enter(next, limit);
            }
        }
    }

    fn enter(&mut self, mut next: Circuit<K>, limit: usize) {
        next.tidy();
        let size = (self.measure)(&next);
        if size > limit {
            return;
        }
        self.values = next.values();
        debug_assert!(next.computes(&self.target));
        if size <= (self.measure)(&self.best) {
            assert!(next.computes(&self.target), "a step changed the function");
            self.best = next.clone();
        }
        self.now = next;
    }
}
