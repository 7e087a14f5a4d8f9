//! The best circuits known, and their file: one line per circuit, `S<n>/<inputs of a gate>: …`.

use crate::circuit::Circuit;
use crate::grow::{self, POOL};
use crate::rng::Rng;
use crate::sbox;

/// Circuits for one S-box, cheapest first.
#[derive(Default)]
pub struct Pool<const K: usize>(pub Vec<Circuit<K>>);

#[derive(Default)]
pub struct Pools {
    pub two_input: [Pool<2>; 8],
    pub ternary: [Pool<3>; 8],
}

impl<const K: usize> Pool<K> {
    /// The circuit to use. A pool that was searched is not empty.
    pub fn best(&self) -> &Circuit<K> {
        self.0.iter().min_by_key(|c| c.cost()).expect("not empty")
    }

    fn smallest(&self) -> usize {
        self.0.iter().map(|c| c.len).min().unwrap_or(usize::MAX)
    }

    /// Keeps circuits at most one gate larger than the smallest, no two alike; of too many the most
    /// expensive goes, but not the last of the smallest ones.
    fn add(&mut self, c: Circuit<K>) {
        if self.0.iter().any(|p| p.to_line() == c.to_line()) {
            return;
        }
        self.0.push(c);
        self.0.sort_by_key(Circuit::cost);
        let smallest = self.smallest();
        self.0.retain(|c| c.len <= smallest + 1);
        if self.0.len() > 2 * POOL {
            let spare = self
                .0
                .iter()
                .rposition(|c| c.len > smallest)
                .unwrap_or(2 * POOL);
            self.0.remove(spare);
        }
    }

    /// One round of six: from nothing, from the pool for flatness, anew in part, or for size.
    pub fn improve(&mut self, index: usize, round: u64, rng: &mut Rng) {
        let full = sbox::outputs(index);
        let found = match round % 6 {
            _ if self.0.is_empty() => grow::grow(&full, 48, rng),
            0 => grow::grow(&full, 48, rng),
            1 | 4 => {
                let start = self.0[rng.below(self.0.len())].clone();
                vec![grow::flatten(start, &full, 60_000, rng)]
            }
            3 => {
                let start = self.0[rng.below(self.0.len())].clone();
                vec![grow::refine(start, &full, 60_000, rng)]
            }
            _ => grow::regrow(&self.0, &full, 48, rng),
        };
        for c in found {
            assert!(c.computes(&full), "a circuit for S{} is wrong", index + 1);
            self.add(c);
        }
    }
}

impl Pools {
    /// Reads a file written by [`Self::write`]; a file that does not exist is empty. Circuits that
    /// do not compute their S-box are refused.
    pub fn read(file: &str) -> Result<Self, String> {
        let mut pools = Self::default();
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(pools),
            Err(e) => return Err(format!("{file}: {e}")),
        };
        for (number, line) in text.lines().enumerate() {
            pools
                .read_line(line)
                .ok_or(format!("{file}:{}: not a circuit", number + 1))?;
        }
        Ok(pools)
    }

    fn read_line(&mut self, line: &str) -> Option<()> {
        let (head, circuit) = line.split_once(": ")?;
        let (name, inputs) = head.strip_prefix('S')?.split_once('/')?;
        let index = name
            .parse::<usize>()
            .ok()?
            .checked_sub(1)
            .filter(|&i| i < 8)?;
        let target = sbox::outputs(index);
        match inputs {
            "2" => {
                let c = Circuit::from_line(circuit).filter(|c| c.computes(&target))?;
                self.two_input[index].0.push(c);
            }
            "3" => {
                let c = Circuit::from_line(circuit).filter(|c| c.computes(&target))?;
                self.ternary[index].0.push(c);
            }
            _ => return None,
        }
        Some(())
    }

    /// Written to a neighbour first, so that stopping never loses circuits.
    pub fn write(&self, file: &str) -> Result<(), String> {
        let mut text = String::new();
        for i in 0..8 {
            for c in &self.two_input[i].0 {
                text += &format!("S{}/2: {}\n", i + 1, c.to_line());
            }
            for c in &self.ternary[i].0 {
                text += &format!("S{}/3: {}\n", i + 1, c.to_line());
            }
        }
        let neighbour = format!("{file}.new");
        std::fs::write(&neighbour, text)
            .and_then(|()| std::fs::rename(&neighbour, file))
            .map_err(|e| format!("{file}: {e}"))
    }

    /// Gate counts per S-box and their averages.
    pub fn summary(&self) -> String {
        let row = |counts: [usize; 8]| {
            let list: Vec<String> = counts.iter().map(usize::to_string).collect();
            format!(
                "{} = {:.3}",
                list.join(" "),
                counts.iter().sum::<usize>() as f64 / 8.0
            )
        };
        let known = |n: usize| if n == usize::MAX { 0 } else { n };
        let two = std::array::from_fn(|i| known(self.two_input[i].smallest()));
        let three = std::array::from_fn(|i| known(self.ternary[i].smallest()));
        let best = |d: [(usize, usize); 8]| {
            let list: Vec<String> = d.iter().map(|(n, depth)| format!("{n}/{depth}")).collect();
            list.join(" ")
        };
        let cheapest_two =
            std::array::from_fn(|i| self.two_input[i].best()).map(|c| (c.operations(), c.depth()));
        let cheapest_three =
            std::array::from_fn(|i| self.ternary[i].best()).map(|c| (c.operations(), c.depth()));
        format!(
            "two-input {}, operations/depth {}; ternary {}, {}",
            row(two),
            best(cheapest_two),
            row(three),
            best(cheapest_three),
        )
    }
}
