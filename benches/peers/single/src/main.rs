//! Verification speed beside OpenSSL and the plain crates: ratios first.
//!
//! All variants run in one process, interleaved round by round, in thread CPU time; printed is the
//! median [minimum] of the rounds. Every variant is first checked on every record.

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use cmac::{Cmac, Mac};
use des::cipher::BlockCipherDecrypt;
use chipcard::crypto::lanes::aes::{self as aes_lanes, Item, MasterKey, Response};
use chipcard::crypto::lanes::single::{self, ResponseKey, SessionKey, Shape, Tdes2Key};

unsafe extern "C" {
    fn peer_thread_ns() -> u64;
    fn peer_des_imk(key: *const u8);
    fn peer_des_verify(
        y: *const u8,
        atc: *const u8,
        message: *const u8,
        length: usize,
        arqc: *const u8,
        arc: *const u8,
        arpc: *mut u8,
    ) -> i32;
    fn peer_aes_imk(key: *const u8) -> i32;
    fn peer_aes_verify(
        y: *const u8,
        atc: *const u8,
        message: *const u8,
        length: usize,
        arqc: *const u8,
        csu: *const u8,
        arpc: *mut u8,
    ) -> i32;
}

const ROUNDS: usize = 31;
/// Processor time of a variant in each round, in nanoseconds, unless `PEERS_COLD` is set: then a
/// variant makes one pass over the records in each round, after the others have used the caches.
const SLICE: u64 = 2_000_000;

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

/// A way to verify all records: tells how many are valid, and a sum over the answers.
type Run<'a> = Box<dyn FnMut() -> (usize, u64) + 'a>;

/// `peers TEXT` keeps the first variant of a table and those whose name holds TEXT.
fn compare(title: &str, count: usize, mut runs: Vec<(String, Run<'_>)>) {
    let filter = std::env::args().nth(1).unwrap_or_default();
    let mut first = true;
    runs.retain(|(name, _)| std::mem::take(&mut first) || name.contains(&filter));
    let expected = runs[0].1();
    for (name, run) in runs.iter_mut() {
        assert_eq!(run(), expected, "{name} disagrees");
    }
    let time = |run: &mut Run<'_>, passes: u64| {
        // SAFETY: reads a clock.
        let start = unsafe { peer_thread_ns() };
        for _ in 0..passes {
            std::hint::black_box(run());
        }
        // SAFETY: reads a clock.
        unsafe { peer_thread_ns() - start }
    };
    let slice = if std::env::var_os("PEERS_COLD").is_some() {
        1
    } else {
        SLICE
    };
    let passes: Vec<u64> = runs
        .iter_mut()
        .map(|(_, run)| slice.div_ceil(time(run, 1).max(1)))
        .collect();
    let mut times = vec![vec![]; runs.len()];
    for _ in 0..ROUNDS {
        for ((times, passes), (_, run)) in times.iter_mut().zip(&passes).zip(runs.iter_mut()) {
            times.push(time(run, *passes) as f64 / (*passes as f64 * count as f64));
        }
    }
    println!("\n{title} ({count} records, {} valid)", expected.0);
    println!(
        "{:>7}  {:>9}  {:>11}  variant",
        "ratio", "ns each", "[minimum]"
    );
    let medians: Vec<(f64, f64)> = times
        .iter_mut()
        .map(|times| {
            times.sort_by(f64::total_cmp);
            (times[times.len() / 2], times[0])
        })
        .collect();
    for ((median, minimum), (name, _)) in medians.iter().zip(runs.iter()) {
        let ratio = medians[0].0 / median;
        println!("{ratio:>6.2}x  {median:>9.1}  [{minimum:>9.1}]  {name}");
    }
}

fn aes_batches() {
    const COUNT: usize = 4096;
    let random = &mut Random(1);
    let imk: [u8; 16] = random.bytes();
    struct Record {
        y: [u8; 16],
        r: [u8; 16],
        message: [u8; 40],
        arqc: [u8; 8],
        csu: [u8; 4],
    }
    let key = |key: &[u8; 16]| aes::Aes128::new(&(*key).into());
    let block = |cipher: &aes::Aes128, input: [u8; 16]| -> [u8; 16] {
        let mut block = input.into();
        cipher.encrypt_block(&mut block);
        block.into()
    };
    let mac = |key: &[u8; 16], data: &[u8]| -> [u8; 16] {
        let mut mac = <Cmac<aes::Aes128> as KeyInit>::new(&(*key).into());
        mac.update(data);
        mac.finalize().into_bytes().into()
    };
    let issuer = key(&imk);
    let records: Vec<Record> = (0..COUNT)
        .map(|i| {
            let mut r = [0; 16];
            r[..2].copy_from_slice(&random.bytes::<2>());
            let (y, message) = (random.bytes(), random.bytes::<40>());
            let sk = block(&key(&block(&issuer, y)), r);
            let mut arqc: [u8; 8] = mac(&sk, &message)[..8].try_into().unwrap();
            if i % 7 == 0 {
                arqc[i % 8] ^= 1 << (i % 5);
            }
            Record {
                y,
                r,
                message,
                arqc,
                csu: random.bytes(),
            }
        })
        .collect();
    let word = |arpc: &[u8]| u64::from(u32::from_le_bytes(arpc[..4].try_into().unwrap()));
    let master = MasterKey::new(&imk).unwrap();
    let items: Vec<Item<'_>> = records
        .iter()
        .map(|record| Item {
            diversification: record.y,
            session: record.r,
            message: &record.message,
            cryptogram: record.arqc,
            response: Response::Method2 {
                csu: record.csu,
                proprietary: &[],
            },
        })
        .collect();
    let mut runs: Vec<(String, Run<'_>)> = vec![(
        "OpenSSL EVP (AES-128-ECB and CMAC fetched once, contexts reused)".into(),
        Box::new(|| {
            let mut total = (0, 0u64);
            for record in &records {
                let mut arpc = [0; 4];
                // SAFETY: the pointers cover what the C side reads and writes.
                let valid = unsafe {
                    peer_aes_verify(
                        record.y.as_ptr(),
                        record.r.as_ptr(),
                        record.message.as_ptr(),
                        record.message.len(),
                        record.arqc.as_ptr(),
                        record.csu.as_ptr(),
                        arpc.as_mut_ptr(),
                    )
                };
                if valid == 1 {
                    total = (total.0 + 1, total.1.wrapping_add(word(&arpc)));
                }
            }
            total
        }),
    )];
    // SAFETY: 16 readable bytes.
    assert_eq!(unsafe { peer_aes_imk(imk.as_ptr()) }, 1);
    runs.push((
        "plain crates aes 0.9 + cmac 0.8".into(),
        Box::new(|| {
            let mut total = (0, 0u64);
            for record in &records {
                let sk = block(&key(&block(&issuer, record.y)), record.r);
                let valid = mac(&sk, &record.message)[..8] == record.arqc;
                let mut data = [0; 12];
                data[..8].copy_from_slice(&record.arqc);
                data[8..].copy_from_slice(&record.csu);
                let arpc = mac(&sk, &data);
                if valid {
                    total = (total.0 + 1, total.1.wrapping_add(word(&arpc)));
                }
            }
            total
        }),
    ));
    for backend in aes_lanes::Backend::ALL
        .into_iter()
        .filter(|b| b.is_available())
    {
        for batch in [1, 16, 1024] {
            let (master, items) = (&master, &items);
            let mut verdicts = vec![aes_lanes::Verdict::default(); COUNT];
            runs.push((
                format!("aes {backend:?}, batches of {batch}"),
                Box::new(move || {
                    for (items, verdicts) in items.chunks(batch).zip(verdicts.chunks_mut(batch)) {
                        backend.verify_batch(master, items, verdicts);
                    }
                    std::hint::black_box(&mut verdicts);
                    let mut total = (0, 0u64);
                    for verdict in &verdicts {
                        if verdict.is_valid() {
                            let arpc = word(verdict.arpc().unwrap());
                            total = (total.0 + 1, total.1.wrapping_add(arpc));
                        }
                    }
                    total
                }),
            ));
        }
    }
    compare(
        "AES-128: card key, session key, CMAC over 40 bytes, ARPC method 2",
        COUNT,
        runs,
    );
}

struct DesRecord {
    y: [u8; 8],
    atc: [u8; 2],
    message: [[u8; 8]; 6],
    arqc: [u8; 8],
    arc: [u8; 2],
}

/// The recipe on the plain crate; `issuer` is expanded once.
fn plain_des(issuer: &des::TdesEde2, record: &DesRecord) -> (bool, [u8; 8]) {
    let block = |cipher: &des::TdesEde2, input: [u8; 8]| -> [u8; 8] {
        let mut block = input.into();
        cipher.encrypt_block(&mut block);
        block.into()
    };
    let derive = |cipher: &des::TdesEde2, left, right| {
        let mut key = [0; 16];
        key[..8].copy_from_slice(&block(cipher, left));
        key[8..].copy_from_slice(&block(cipher, right));
        key
    };
    let card = derive(issuer, record.y, record.y.map(|byte| !byte));
    let [high, low] = record.atc;
    let r = |byte| [high, low, byte, 0, 0, 0, 0, 0];
    let key = derive(&des::TdesEde2::new(&card.into()), r(0xF0), r(0x0F));
    let left = des::Des::new_from_slice(&key[..8]).unwrap();
    let right = des::Des::new_from_slice(&key[8..]).unwrap();
    let mut state = des::cipher::Block::<des::Des>::default();
    for block in &record.message {
        for (byte, input) in state.iter_mut().zip(block) {
            *byte ^= input;
        }
        left.encrypt_block(&mut state);
    }
    right.decrypt_block(&mut state);
    left.encrypt_block(&mut state);
    let mut arpc = des::cipher::Block::<des::Des>::from(record.arqc);
    arpc[0] ^= record.arc[0];
    arpc[1] ^= record.arc[1];
    left.encrypt_block(&mut arpc);
    right.decrypt_block(&mut arpc);
    left.encrypt_block(&mut arpc);
    (state[..] == record.arqc, arpc.into())
}

fn single_shots() {
    const COUNT: usize = 512;
    let random = &mut Random(2);
    let imk: [u8; 16] = random.bytes();
    let issuer = &des::TdesEde2::new(&imk.into());
    let records: Vec<DesRecord> = (0..COUNT)
        .map(|i| {
            let mut message = [[0; 8]; 6];
            message.as_flattened_mut()[..40].copy_from_slice(&random.bytes::<40>());
            message[5][0] = 0x80;
            let mut record = DesRecord {
                y: random.bytes(),
                atc: random.bytes(),
                message,
                arqc: [0; 8],
                arc: *b"00",
            };
            let reference = Tdes2Key::with_backend(single::Backend::Portable, &imk);
            let [high, low] = record.atc;
            let r = |byte| [high, low, byte, 0, 0, 0, 0, 0];
            let card = reference.derive([record.y, record.y.map(|byte| !byte)]);
            record.arqc = card.derive([r(0xF0), r(0x0F)]).retail_mac(&record.message);
            if i % 7 == 0 {
                record.arqc[i % 8] ^= 1 << (i % 5);
            }
            record
        })
        .collect();
    let records = &records;
    fn sum(results: impl Iterator<Item = (bool, [u8; 8])>) -> (usize, u64) {
        results
            .filter(|(valid, _)| *valid)
            .fold((0, 0), |(count, sum), (_, arpc)| {
                (count + 1, u64::wrapping_add(sum, u64::from_le_bytes(arpc)))
            })
    }
    // SAFETY: 16 readable bytes.
    unsafe { peer_des_imk(imk.as_ptr()) };
    let mut runs: Vec<(String, Run<'_>)> = vec![
        (
            "OpenSSL DES_* (tables), issuer key schedule cached".into(),
            Box::new(|| {
                sum(records.iter().map(|record| {
                    let mut arpc = [0; 8];
                    // SAFETY: the pointers cover what the C side reads and writes.
                    let valid = unsafe {
                        peer_des_verify(
                            record.y.as_ptr(),
                            record.atc.as_ptr(),
                            record.message.as_ptr().cast(),
                            48,
                            record.arqc.as_ptr(),
                            record.arc.as_ptr(),
                            arpc.as_mut_ptr(),
                        )
                    };
                    (valid == 1, arpc)
                }))
            }),
        ),
        (
            "plain crate des 0.9 (tables), issuer key schedule cached".into(),
            Box::new(move || sum(records.iter().map(|record| plain_des(issuer, record)))),
        ),
    ];
    // Calls that depend on each other cannot overlap: their time is the latency of one.
    let zero = std::hint::black_box(0u8);
    for backend in single::Backend::ALL
        .into_iter()
        .filter(|b| b.is_available())
    {
        for (name, link) in [("", false), (", each waiting for the one before", true)] {
            let key = Tdes2Key::with_backend(backend, &imk);
            runs.push((
                format!("single {backend:?}{name}"),
                Box::new(move || {
                    let mut before = 0;
                    sum(records.iter().map(|record| {
                        let mut diversification = record.y;
                        if link {
                            diversification[0] ^= before & zero;
                        }
                        let [a, b] = record.atc;
                        let item = single::Item {
                            issuer_key: &imk,
                            card: diversification,
                            session: [a, b, 0xF0, 0, 0, 0, 0, 0],
                            message: &record.message,
                            cryptogram: record.arqc,
                            response: [[record.arc[0], record.arc[1], 0, 0, 0, 0, 0, 0], [0; 8]],
                        };
                        let shape = Shape {
                            blocks: record.message.len(),
                            session: Some(SessionKey::COMMON),
                            response: single::Response::Method1(ResponseKey::Signing),
                        };
                        let outcome = single::verify(&key, &shape, &item);
                        let arpc = outcome.response;
                        before = arpc[0];
                        (outcome.verified, arpc)
                    }))
                }),
            ));
        }
    }
    compare(
        "Triple DES, one at a time: card key, session key, retail MAC over 6 blocks, ARPC method 1",
        COUNT,
        runs,
    );
}

fn main() {
    single_shots();
    aes_batches();
}
