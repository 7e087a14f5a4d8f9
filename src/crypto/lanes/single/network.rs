//! Any permutation of the bits of a word in eleven exchanges: a Beneš network.
//!
//! An exchange at distance `d` swaps some of the pairs of bits `d` apart. Distances 32, 16, 8, 4, 2, 1
//! and back to 32 suffice for every permutation: the outermost two exchanges leave two halves that
//! are networks of half the size, provided that the two bits of each outer pair go through different
//! halves. Going from pair to pair around, at the front and at the back in turn, gives a choice
//! without conflict.

/// The eleven distances.
const DISTANCES: [u32; 11] = [32, 16, 8, 4, 2, 1, 2, 4, 8, 16, 32];

/// A choice of bits of a word, each at most once.
pub(super) struct Network {
    /// For each exchange the lower bits of the pairs that are swapped.
    masks: [u64; 11],
    /// The bits of the result that were chosen; the others are zero.
    chosen: u64,
}

impl Network {
    /// In a selection, a bit of the result that is to be zero.
    pub(super) const NONE: u8 = 64;

    /// Bit `i` of the result is bit `select[i]` of the word.
    pub(super) const fn new(select: [u8; 64]) -> Self {
        let mut network = Self {
            masks: [0; 11],
            chosen: 0,
        };
        let mut source = complete(select);
        let mut i = 0;
        while i < 64 {
            if select[i] != Self::NONE {
                network.chosen |= 1 << i;
            }
            i += 1;
        }
        let mut level = 0;
        while level < 6 {
            let mut base = 0;
            while base < 64 {
                source = network.split(source, level, base);
                base += 64 >> level;
            }
            level += 1;
        }
        network
    }

    /// Sets the outermost exchanges of the part of the network at `base`, and turns its permutation
    /// into those of its two halves.
    const fn split(&mut self, source: [usize; 64], level: usize, base: usize) -> [usize; 64] {
        let half = 32 >> level;
        let mut target = [0; 64];
        let mut out = base;
        while out < base + 2 * half {
            target[source[out]] = out;
            out += 1;
        }
        // Which half (0 lower) an input and an output use; 2 is not yet known.
        let mut enters = [2; 64];
        let mut leaves = [2; 64];
        let mut start = base;
        while start < base + 2 * half {
            let mut out = start;
            while leaves[out] == 2 {
                leaves[out] = 0;
                enters[source[out]] = 0;
                let partner = source[out] ^ half;
                enters[partner] = 1;
                leaves[target[partner]] = 1;
                out = target[partner] ^ half;
            }
            start += 1;
        }
        let mut inner = source;
        let mut i = base;
        while i < base + half {
            if half == 1 {
                // One exchange is both.
                self.masks[5] |= (source[i] != i) as u64 * (1 << i);
            } else {
                self.masks[level] |= (enters[i] as u64) << i;
                self.masks[10 - level] |= (leaves[i] as u64) << i;
            }
            i += 1;
        }
        let mut out = base;
        while out < base + 2 * half {
            let side = base + leaves[out] * half;
            inner[side + (out - base) % half] = side + (source[out] - base) % half;
            out += 1;
        }
        inner
    }

    #[inline]
    pub(super) fn apply(&self, mut word: u64) -> u64 {
        for (mask, distance) in self.masks.iter().zip(DISTANCES) {
            let swapped = (word >> distance ^ word) & mask;
            word ^= swapped ^ swapped << distance;
        }
        word & self.chosen
    }
}

/// Gives the bits that are not chosen to the outputs that choose none.
const fn complete(select: [u8; 64]) -> [usize; 64] {
    let mut used = [false; 64];
    let mut i = 0;
    while i < 64 {
        if select[i] != Network::NONE {
            used[select[i] as usize] = true;
        }
        i += 1;
    }
    let mut source = [0; 64];
    let mut spare = 0;
    let mut i = 0;
    while i < 64 {
        source[i] = select[i] as usize;
        if select[i] == Network::NONE {
            while used[spare] {
                spare += 1;
            }
            source[i] = spare;
            spare += 1;
        }
        i += 1;
    }
    source
}

/// The selection that undoes a permutation.
pub(super) const fn inverse(select: [u8; 64]) -> [u8; 64] {
    let mut inverse = [Network::NONE; 64];
    let mut to = 0;
    while to < 64 {
        if select[to] != Network::NONE {
            inverse[select[to] as usize] = to as u8;
        }
        to += 1;
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_goes_where_it_is_sent() {
        let mut seed = 1u64;
        for round in 0..200 {
            let mut select: [u8; 64] = core::array::from_fn(|i| i as u8);
            for i in (1..64).rev() {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                select.swap(i, (seed >> 33) as usize % (i + 1));
            }
            // The first few are the identity and its neighbours, some leave bits out.
            match round {
                0 => select = core::array::from_fn(|i| i as u8),
                1 => select = core::array::from_fn(|i| 63 - i as u8),
                2 => select = core::array::from_fn(|i| (i as u8 + 1) % 64),
                _ => {}
            }
            for slot in select.iter_mut().take(round % 20) {
                *slot = Network::NONE;
            }
            let network = Network::new(select);
            for bit in 0..64 {
                let expected: u64 = (0..64)
                    .filter(|to| usize::from(select[*to]) == bit)
                    .map(|to| 1u64 << to)
                    .sum();
                assert_eq!(
                    network.apply(1 << bit),
                    expected,
                    "round {round}, bit {bit}"
                );
            }
            if !select.contains(&Network::NONE) {
                let undo = Network::new(inverse(select));
                assert_eq!(undo.apply(network.apply(seed)), seed);
            }
        }
    }
}
