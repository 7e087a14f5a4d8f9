//! Does time tell secrets? A measurement in the manner of dudect (Reparaz, Balasch, Verbauwhede,
//! "dude, is my code constant time?", 2017).
//!
//! Each experiment times single calls with inputs of two classes in random order and asks by Welch's
//! t-test whether the two samples have one mean. The test is repeated on the fastest shares of both
//! samples, because interrupts drown small differences; the largest |t| is reported. Below 4.5 no
//! difference was found in that many samples, which is not a proof; above 10 there is one.
//!
//! Two contrasts run beside. A comparison that stops at the first difference must be found out, or
//! the measurement is blind. The plain `des` crate looks its S-boxes up in memory, but its tables
//! are so small (512 bytes) that every call touches all their cache lines: the time of a whole call
//! need not show it, and finding nothing there does not make it constant time. Who shares the
//! processor sees more than the time of a call.
//!
//! `cargo bench --bench constant_time -- [SAMPLES]`

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    unused_qualifications,
    missing_docs,
    reason = "a failure here is a failed test"
)]

use chipcard::crypto::lanes::single::{
    Backend, Item, Outcome, Response, ResponseKey, SessionKey, Shape, Tdes2Key, verify,
};
use des::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use std::hint::black_box;
use std::time::Instant;

/// Shares of the samples, fastest first, that are tested.
const SHARES: [f64; 8] = [1.0, 0.99, 0.95, 0.9, 0.75, 0.5, 0.25, 0.1];

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.next() as u8)
    }
}

/// Everything a verification reads, in one place for both classes.
#[derive(Clone)]
struct Input {
    imk: [u8; 16],
    y: [u8; 8],
    atc: [u8; 2],
    message: [[u8; 8]; 6],
    arqc: [u8; 8],
}

impl Input {
    fn random(random: &mut Random) -> Self {
        let mut message = [[0; 8]; 6];
        message
            .as_flattened_mut()
            .copy_from_slice(&random.bytes::<48>());
        Self {
            imk: random.bytes(),
            y: random.bytes(),
            atc: random.bytes(),
            message,
            arqc: random.bytes(),
        }
    }

    /// The first block of the common session key.
    const fn session(&self) -> [u8; 8] {
        let [a, b] = self.atc;
        [a, b, 0xF0, 0, 0, 0, 0, 0]
    }

    fn verify(&self, imk: &Tdes2Key) -> Outcome {
        let shape = Shape {
            blocks: self.message.len(),
            session: Some(SessionKey::COMMON),
            response: Response::Method1(ResponseKey::Signing),
        };
        let item = Item {
            issuer_key: &self.imk,
            message: &self.message,
            card: self.y,
            session: self.session(),
            cryptogram: self.arqc,
            response: [*b"00\0\0\0\0\0\0", [0; 8]],
        };
        verify(imk, &shape, &item)
    }

    fn sign(&mut self) {
        let imk = Tdes2Key::new(&self.imk);
        let card = imk.derive([self.y, self.y.map(|byte| !byte)]);
        let blocks = SessionKey::COMMON.blocks(self.session());
        self.arqc = card.derive(blocks).retail_mac(&self.message);
    }
}

fn welch(a: &[f64], b: &[f64]) -> f64 {
    let moments = |sample: &[f64]| {
        let n = sample.len() as f64;
        let mean = sample.iter().sum::<f64>() / n;
        let variance = sample.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean, variance / n)
    };
    let ((mean_a, error_a), (mean_b, error_b)) = (moments(a), moments(b));
    let error = (error_a + error_b).sqrt();
    if error == 0.0 {
        0.0
    } else {
        (mean_a - mean_b) / error
    }
}

/// Times `call` on inputs from `make`, which gets the class of each.
fn experiment<I>(
    name: &str,
    samples: usize,
    mut make: impl FnMut(bool, &mut Random) -> I,
    mut before: impl FnMut(),
    mut call: impl FnMut(&I),
) -> f64 {
    let random = &mut Random(0xD0DEC7);
    let mut times = [vec![], vec![]];
    // In rounds, so that generating inputs neither disturbs the timing nor needs much memory.
    const ROUND: usize = 1000;
    for _ in 0..samples.div_ceil(ROUND) {
        let inputs: Vec<(bool, I)> = (0..ROUND)
            .map(|_| {
                let class = random.next() & 1 == 1;
                (class, make(class, random))
            })
            .collect();
        for (class, input) in &inputs {
            let input = black_box(input);
            before();
            let start = Instant::now();
            call(input);
            times[usize::from(*class)].push(start.elapsed().as_nanos() as f64);
        }
    }
    let mut all: Vec<f64> = times.concat();
    all.sort_by(f64::total_cmp);
    let mut worst = 0.0f64;
    for share in SHARES {
        let limit = all[((all.len() - 1) as f64 * share) as usize];
        let [a, b] = times.each_ref().map(|sample| {
            sample
                .iter()
                .copied()
                .filter(|time| *time <= limit)
                .collect::<Vec<_>>()
        });
        if a.len() > 500 && b.len() > 500 {
            let t = welch(&a, &b);
            if t.abs() > worst.abs() {
                worst = t;
            }
        }
    }
    let verdict = match worst.abs() {
        ..4.5 => "nothing found",
        ..10.0 => "suspicious",
        _ => "LEAKS",
    };
    println!(
        "{:>8.2}  {:>7.0}  {verdict:<14} {name}",
        worst,
        all[all.len() / 2]
    );
    worst
}

/// The recipe on the plain crate.
fn plain(input: &Input) -> bool {
    let pair = |key: [u8; 16], left: [u8; 8], right: [u8; 8]| {
        let cipher = des::TdesEde2::new(&key.into());
        let mut blocks = [left.into(), right.into()];
        cipher.encrypt_blocks(&mut blocks);
        let mut key = [0; 16];
        key[..8].copy_from_slice(&blocks[0]);
        key[8..].copy_from_slice(&blocks[1]);
        key
    };
    let card = pair(input.imk, input.y, input.y.map(|byte| !byte));
    let [left, right] = SessionKey::COMMON.blocks(input.session());
    let key = pair(card, left, right);
    let (Ok(left), Ok(right)) = (
        des::Des::new_from_slice(&key[..8]),
        des::Des::new_from_slice(&key[8..]),
    ) else {
        return false;
    };
    let mut state = des::cipher::Block::<des::Des>::default();
    for block in &input.message {
        for (byte, input) in state.iter_mut().zip(block) {
            *byte ^= input;
        }
        left.encrypt_block(&mut state);
    }
    right.decrypt_block(&mut state);
    left.encrypt_block(&mut state);
    state[..] == input.arqc
}

/// Pushes tables out of the first-level cache.
fn evict(buffer: &[u8]) {
    let mut sum = 0u64;
    for line in buffer.chunks(64) {
        sum = sum.wrapping_add(u64::from(line[0]));
    }
    black_box(sum);
}

fn main() {
    let samples = std::env::args()
        .skip(1)
        .find_map(|text| text.parse().ok())
        .unwrap_or(100_000);
    let seed = &mut Random(7);
    let mut fixed = Input::random(seed);
    fixed.sign();
    let fixed = &fixed;
    let buffer = vec![1u8; 1 << 18];
    println!("{samples} samples each; t, median ns, finding, experiment");

    // Classes: one fixed input, or random ones of which only the named part differs.
    type Vary = fn(&mut Input, Input);
    let parts: [(&str, Vary); 4] = [
        ("issuer key", |input, random| input.imk = random.imk),
        ("derivation data", |input, random| {
            (input.y, input.atc) = (random.y, random.atc)
        }),
        ("message", |input, random| input.message = random.message),
        ("cryptogram, right or wrong", |input, random| {
            input.arqc = random.arqc
        }),
    ];
    let make = |vary: Vary| {
        move |class: bool, random: &mut Random| {
            let (mut input, mut other) = (fixed.clone(), Input::random(random));
            if !class {
                other = fixed.clone();
            }
            vary(&mut input, other);
            input
        }
    };
    for backend in Backend::ALL
        .into_iter()
        .filter(|backend| backend.is_available())
    {
        for (part, vary) in parts {
            let name = format!("single {backend:?}: {part}");
            experiment(
                &name,
                samples,
                make(vary),
                || {},
                |input| {
                    let imk = Tdes2Key::with_backend(backend, &input.imk);
                    black_box(input.verify(&imk));
                },
            );
        }
    }
    for (part, vary) in parts {
        let name = format!("contrast, plain des crate: {part}");
        experiment(
            &name,
            samples,
            make(vary),
            || {},
            |input| {
                black_box(plain(input));
            },
        );
    }
    // One block only, tables not in the cache: how many lines are fetched depends on the data.
    let name = "contrast, plain des crate: one block, tables evicted";
    experiment(
        name,
        samples / 4,
        make(parts[1].1),
        || evict(&buffer),
        |input| {
            let Ok(cipher) = des::Des::new_from_slice(&input.imk[..8]) else {
                return;
            };
            let mut block = input.y.into();
            cipher.encrypt_block(&mut block);
            black_box(block);
        },
    );
    let found = experiment(
        "contrast, comparison that stops at the first difference",
        samples,
        |class, random| {
            let mut bytes = [1u8; 4096];
            let at = if class {
                4095
            } else {
                random.next() as usize % 4096
            };
            bytes[at] = 0;
            bytes
        },
        || {},
        |bytes| {
            black_box(bytes.iter().position(|byte| *byte != 1));
        },
    );
    assert!(found.abs() > 10.0, "the measurement is blind");
}
