//! Verifications of one core beside OpenSSL's low-level DES: common session key, retail MAC over 40
//! bytes padded to 6 blocks, ARPC method 1; one issuer key; transposition in and out included.
//!
//! Every contender works on the same records in one process, in turns; what counts is the thread's
//! CPU time, the median over all rounds; ratios first.
//!
//! `peers [ROUNDS [BACKEND]]`

use chipcard::crypto::lanes::des::{Backend, Item, Outcome, Response, ResponseKey, SessionKey, Shape};

#[repr(C)]
#[derive(Clone, Copy)]
struct Record {
    card: [u8; 8],
    session: [u8; 8],
    message: [[u8; 8]; 6],
    cryptogram: [u8; 8],
    arc: [u8; 8],
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct PeerOutcome {
    verified: u8,
    mac: [u8; 8],
    response: [u8; 8],
}

#[repr(C)]
struct PeerIssuer([u64; 64]);

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

unsafe extern "C" {
    fn openssl_issuer(issuer: *mut PeerIssuer, key: *const u8);
    fn openssl_verify(
        issuer: *mut PeerIssuer,
        records: *const Record,
        outcomes: *mut PeerOutcome,
        count: usize,
    );
    fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
}

fn thread_time() -> f64 {
    const CLOCK_THREAD_CPUTIME_ID: i32 = 3;
    let mut time = Timespec {
        seconds: 0,
        nanoseconds: 0,
    };
    // SAFETY: the clock exists on Linux and `time` has the layout of a 64-bit timespec.
    unsafe { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.seconds as f64 * 1e9 + time.nanoseconds as f64
}

struct Random(u64);

impl Random {
    fn block(&mut self) -> [u8; 8] {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ z >> 31).to_be_bytes()
    }
}

const COUNT: usize = 1024;

fn main() {
    let rounds: usize = std::env::args()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or(41);
    let only = std::env::args().nth(2).unwrap_or_default();
    let key = 0x0123456789abcdeffedcba9876543210_u128.to_be_bytes();
    let mut random = Random(1);
    let mut records = vec![
        Record {
            card: [0; 8],
            session: [0; 8],
            message: [[0; 8]; 6],
            cryptogram: [0; 8],
            arc: [0; 8]
        };
        COUNT
    ];
    for r in &mut records {
        r.card = random.block();
        let atc = random.block();
        r.session = [atc[0], atc[1], 0xf0, 0, 0, 0, 0, 0];
        r.message = std::array::from_fn(|_| random.block());
        r.arc = *b"00\0\0\0\0\0\0";
    }
    let shape = Shape {
        blocks: 6,
        session: Some(SessionKey::COMMON),
        response: Response::Method1(ResponseKey::Signing),
    };
    let mut issuer = PeerIssuer([0; 64]);
    // SAFETY: 512 bytes hold two schedules of 128.
    unsafe { openssl_issuer(&mut issuer, key.as_ptr()) };
    let mut peer = vec![PeerOutcome::default(); COUNT];
    // SAFETY: as many records and outcomes as said are there, in the layout of the C file.
    let mut openssl = |records: &[Record], peer: &mut [PeerOutcome]| unsafe {
        openssl_verify(&mut issuer, records.as_ptr(), peer.as_mut_ptr(), COUNT);
    };
    openssl(&records, &mut peer);
    for (n, (record, outcome)) in records.iter_mut().zip(&peer).enumerate() {
        record.cryptogram = outcome.mac;
        record.cryptogram[n % 8] ^= u8::from(n % 7 == 0);
    }

    let items: Vec<Item> = records
        .iter()
        .map(|r| Item {
            issuer_key: &key,
            card: r.card,
            session: r.session,
            message: &r.message,
            cryptogram: r.cryptogram,
            response: [r.arc, [0; 8]],
        })
        .collect();
    let mut outcomes = vec![Outcome::default(); COUNT];
    let contenders: Vec<(Backend, usize)> = Backend::ALL
        .into_iter()
        .filter(|b| b.is_available() && format!("{b:?}").contains(&only))
        .flat_map(|b| {
            let sizes: &[usize] = match b {
                Backend::Portable64 => &[64],
                Backend::Avx512 => &[512, 1024],
                _ => &[256],
            };
            sizes.iter().map(move |&n| (b, n))
        })
        .collect();
    let mut times = vec![Vec::new(); contenders.len() + 1];
    for _ in 0..rounds {
        let start = thread_time();
        openssl(&records, &mut peer);
        times[0].push((thread_time() - start) / COUNT as f64);
        for (c, &(backend, size)) in contenders.iter().enumerate() {
            let turns = 16 * 1024 / size;
            let start = thread_time();
            for turn in 0..turns {
                let at = turn * size % COUNT;
                backend
                    .verify(&shape, &items[at..at + size], &mut outcomes[at..at + size])
                    .expect("available and well formed");
            }
            times[c + 1].push((thread_time() - start) / (turns * size) as f64);
        }
    }
    for (n, (ours, theirs)) in outcomes.iter().zip(&peer).enumerate() {
        assert_eq!(ours.verified, n % 7 != 0);
        assert_eq!(ours.verified, theirs.verified != 0);
        assert!(!ours.verified || ours.response == theirs.response);
    }

    let summary: Vec<(f64, f64)> = times
        .iter_mut()
        .map(|t| {
            t.sort_by(f64::total_cmp);
            (t[t.len() / 2], t[0])
        })
        .collect();
    let (reference, _) = summary[0];
    println!("ratio  ns/verification [least]  contender");
    for (c, (median, least)) in summary.iter().enumerate() {
        let name = match c.checked_sub(1) {
            None => "OpenSSL DES_*, issuer key schedule cached".into(),
            Some(c) => format!("{:?}, batch {}", contenders[c].0, contenders[c].1),
        };
        println!(
            "{:5.1}  {median:8.1} [{least:8.1}]     {name}",
            reference / median
        );
    }
}
