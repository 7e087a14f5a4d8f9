//! From nothing to all four outputs, and from a good circuit to a better one.

use crate::build;
use crate::circuit::Circuit;
use crate::express::Wanted;
use crate::rng::Rng;
use crate::sbox;
use crate::walk::Walk;

/// Circuits kept between two steps of a search.
pub const POOL: usize = 12;
const ALL_INPUTS: u8 = 63;

/// Truth tables of the outputs in `built`; the others stand for the first input, which costs
/// nothing.
fn partial(full: &[u64; 4], built: [bool; 4]) -> [u64; 4] {
    std::array::from_fn(|o| if built[o] { full[o] } else { sbox::inputs()[0] })
}

/// A walk of `steps`, by turns up to `slack` above the best so far and not above it.
fn polish<const K: usize>(
    start: Circuit<K>,
    target: [u64; 4],
    measure: fn(&Circuit<K>) -> usize,
    steps: usize,
    slack: usize,
    rng: &mut Rng,
) -> Circuit<K> {
    const PERIOD: usize = 4000;
    let mut walk = Walk::new(start, target, measure);
    for s in 0..steps {
        let climbing = s % PERIOD < PERIOD * 2 / 5;
        let best = measure(&walk.best);
        if !climbing && s % PERIOD == PERIOD - 1 && measure(&walk.now) > best {
            walk = Walk::new(walk.best, target, measure);
        }
        let limit = best + if climbing { slack } else { 0 };
        walk.step(limit.max(measure(&walk.now)), rng);
    }
    walk.best
}

fn gates<const K: usize>(c: &Circuit<K>) -> usize {
    c.len
}

fn keep<const K: usize>(pool: &mut Vec<Circuit<K>>, c: Circuit<K>) {
    let at = pool.partition_point(|p| p.len < c.len);
    pool.insert(at, c);
    pool.truncate(POOL);
}

/// Adds output `o` to `tries` circuits drawn from `pool`, each polished, and keeps the smallest.
fn with_output<const K: usize>(
    pool: &[Circuit<K>],
    full: &[u64; 4],
    built: [bool; 4],
    o: usize,
    tries: usize,
    rng: &mut Rng,
) -> Vec<Circuit<K>> {
    let target = partial(full, built);
    let mut kept: Vec<Circuit<K>> = Vec::new();
    for _ in 0..tries {
        let mut c = pool[rng.below(pool.len())].clone();
        let limit = kept.get(POOL - 1).map_or(90, |worst| worst.len + 5);
        let want = Wanted {
            on: full[o],
            off: !full[o],
        };
        let Some(out) = build::add(&mut c, want, ALL_INPUTS, limit, rng) else {
            continue;
        };
        (c.out[o], c.invert[o]) = out;
        c.tidy();
        let smallest = kept.first().map_or(90, |c| c.len);
        let c = polish(c, target, gates, 1200, 0, rng);
        let c = if c.len <= smallest + 2 {
            polish(c, target, gates, 4000, 1, rng)
        } else {
            c
        };
        keep(&mut kept, c);
    }
    kept
}

/// A pool of circuits for the whole S-box, built output by output in an order drawn by lot.
pub fn grow<const K: usize>(full: &[u64; 4], tries: usize, rng: &mut Rng) -> Vec<Circuit<K>> {
    let mut order = [0, 1, 2, 3];
    rng.shuffle(&mut order);
    let mut built = [false; 4];
    let mut pool = vec![Circuit::empty()];
    for o in order {
        built[o] = true;
        let next = with_output(&pool, full, built, o, tries, rng);
        if next.is_empty() {
            return next;
        }
        pool = next;
    }
    pool
}

/// Takes one or two outputs off a circuit of the pool, lets the rest drift, and builds them anew.
pub fn regrow<const K: usize>(
    pool: &[Circuit<K>],
    full: &[u64; 4],
    tries: usize,
    rng: &mut Rng,
) -> Vec<Circuit<K>> {
    let mut order = [0, 1, 2, 3];
    rng.shuffle(&mut order);
    let dropped = &order[..1 + usize::from(rng.below(4) == 0)];
    let mut built = [true; 4];
    dropped.iter().for_each(|&o| built[o] = false);
    let target = partial(full, built);
    let start = pool[rng.below(pool.len())].clone();
    let mut rest: Vec<Circuit<K>> = (0..4)
        .map(|_| {
            let mut c = start.clone();
            dropped
                .iter()
                .for_each(|&o| (c.out[o], c.invert[o]) = (0, false));
            c.tidy();
            let steps = rng.below(3000);
            polish(c, target, gates, steps, rng.below(2), rng)
        })
        .collect();
    for &o in dropped {
        built[o] = true;
        rest = with_output(&rest, full, built, o, tries, rng);
        if rest.is_empty() {
            return rest;
        }
    }
    rest
}

/// A long walk.
pub fn refine<const K: usize>(
    c: Circuit<K>,
    full: &[u64; 4],
    steps: usize,
    rng: &mut Rng,
) -> Circuit<K> {
    let slack = 1 + rng.below(2);
    polish(c, *full, gates, steps, slack, rng)
}

/// A long walk towards a circuit that is also flat.
pub fn flatten<const K: usize>(
    c: Circuit<K>,
    full: &[u64; 4],
    steps: usize,
    rng: &mut Rng,
) -> Circuit<K> {
    let slack = 1 + rng.below(4);
    polish(c, *full, Circuit::cost, steps, slack, rng)
}
