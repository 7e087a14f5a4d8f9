//! AES batches on every backend this processor has.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    unused_qualifications,
    missing_docs,
    reason = "a failure here is a failed test"
)]

mod random;

use aes::cipher::{BlockCipherEncrypt, KeyInit};
use aes::{Aes128, Aes192, Aes256, Block};
use chipcard::crypto::lanes::aes::{Backend, Item, MasterKey, Response, Verdict};
use cmac::{Cmac, Mac};
use random::Random;

macro_rules! with_aes {
    ($key:expr, $cipher:ident => $body:expr) => {
        match $key.len() {
            16 => {
                type $cipher = Aes128;
                $body
            }
            24 => {
                type $cipher = Aes192;
                $body
            }
            _ => {
                type $cipher = Aes256;
                $body
            }
        }
    };
}

fn aes(key: &[u8], block: [u8; 16]) -> [u8; 16] {
    let mut block = Block::from(block);
    with_aes!(key, C => C::new_from_slice(key).unwrap().encrypt_block(&mut block));
    block.into()
}

fn cmac(key: &[u8], data: &[u8]) -> [u8; 16] {
    with_aes!(key, C => {
        let mut mac = <Cmac<C> as KeyInit>::new_from_slice(key).unwrap();
        mac.update(data);
        mac.finalize().into_bytes().into()
    })
}

/// The recipe straight from its text, on the plain crates.
fn plain(imk: &[u8], record: &Record) -> ([u8; 8], Vec<u8>) {
    let mut udk = aes(imk, record.y).to_vec();
    udk.extend(aes(imk, record.y.map(|b| b ^ 0xFF)));
    udk.truncate(imk.len());
    let sk = if imk.len() == 16 {
        aes(&udk, record.r).to_vec()
    } else {
        let (mut left, mut right) = (record.r, record.r);
        left[2] = 0xF0;
        right[2] = 0x0F;
        let mut sk = aes(&udk, left).to_vec();
        sk.extend(aes(&udk, right));
        sk.truncate(imk.len());
        sk
    };
    let mac: [u8; 8] = cmac(&sk, &record.message)[..8].try_into().unwrap();
    let arqc = record.cryptogram.unwrap_or(mac);
    let arpc = match record.response {
        0 => vec![],
        1 => {
            let mut block = [0; 16];
            block[..8].copy_from_slice(&arqc);
            block[0] ^= record.arc[0];
            block[1] ^= record.arc[1];
            aes(&sk, block)[..8].to_vec()
        }
        _ => {
            let mut data = arqc.to_vec();
            data.extend(record.csu);
            data.extend(&record.proprietary);
            cmac(&sk, &data)[..4].to_vec()
        }
    };
    (mac, arpc)
}

struct Record {
    y: [u8; 16],
    r: [u8; 16],
    message: Vec<u8>,
    response: usize,
    arc: [u8; 2],
    csu: [u8; 4],
    proprietary: Vec<u8>,
    cryptogram: Option<[u8; 8]>,
}

impl Record {
    fn random(random: &mut Random, length: Option<usize>) -> Self {
        let length = length.unwrap_or_else(|| random.below(80));
        let mut r = [0; 16];
        r[..2].copy_from_slice(&random.bytes::<2>());
        Self {
            y: random.bytes(),
            r,
            message: (0..length).map(|_| random.next() as u8).collect(),
            response: random.below(3),
            arc: random.bytes(),
            csu: random.bytes(),
            proprietary: (0..random.below(9)).map(|_| random.next() as u8).collect(),
            cryptogram: None,
        }
    }

    fn item(&self) -> Item<'_> {
        Item {
            diversification: self.y,
            session: self.r,
            message: &self.message,
            cryptogram: self.cryptogram.unwrap(),
            response: match self.response {
                0 => Response::None,
                1 => Response::Method1 { arc: self.arc },
                _ => Response::Method2 {
                    csu: self.csu,
                    proprietary: &self.proprietary,
                },
            },
        }
    }
}

fn available() -> Vec<Backend> {
    let backends: Vec<_> = Backend::ALL
        .into_iter()
        .filter(|b| b.is_available())
        .collect();
    assert!(backends.contains(&Backend::Portable));
    assert_eq!(Some(&Backend::active()), backends.first());
    backends
}

/// `corrupt` gets the index and may spoil the cryptogram, the message or a key input.
fn check(
    backend: Backend,
    imk: &[u8],
    records: &mut [Record],
    corrupt: impl Fn(usize, &mut Record) -> bool,
) {
    let mut expected = vec![];
    for (index, record) in records.iter_mut().enumerate() {
        record.cryptogram = None;
        record.cryptogram = Some(plain(imk, record).0);
        let spoilt = corrupt(index, record);
        expected.push((!spoilt).then(|| plain(imk, record).1));
    }
    let items: Vec<_> = records.iter().map(Record::item).collect();
    let mut verdicts = vec![Verdict::default(); items.len()];
    backend.verify_batch(&MasterKey::new(imk).unwrap(), &items, &mut verdicts);
    for (index, (verdict, expected)) in verdicts.iter().zip(&expected).enumerate() {
        assert_eq!(
            verdict.is_valid(),
            expected.is_some(),
            "{backend:?} item {index}"
        );
        let arpc = expected.as_ref().filter(|arpc| !arpc.is_empty());
        assert_eq!(
            verdict.arpc(),
            arpc.map(Vec::as_slice),
            "{backend:?} item {index}"
        );
    }
}

fn spoil_a_seventh(index: usize, record: &mut Record) -> bool {
    match index % 21 {
        0 => record.cryptogram.as_mut().unwrap()[index / 21 % 8] ^= 1 << (index % 8),
        7 => record.r[1] ^= 0x80,
        14 if record.message.is_empty() => record.message.push(0),
        14 => *record.message.last_mut().unwrap() ^= 1,
        _ => return false,
    }
    true
}

#[test]
fn mixed_records_match_the_plain_crates() {
    let random = &mut Random(1);
    for backend in available() {
        for length in [16, 24, 32] {
            let imk = random.bytes::<32>();
            let mut records: Vec<_> = (0..600).map(|_| Record::random(random, None)).collect();
            check(backend, &imk[..length], &mut records, spoil_a_seventh);
        }
    }
}

#[test]
fn one_shape_matches_the_plain_crates() {
    let random = &mut Random(2);
    for backend in available() {
        for length in [16, 24, 32] {
            for message in [0, 1, 15, 16, 17, 32, 40, 48, 255, 256, 257, 300] {
                let imk = random.bytes::<32>();
                let mut records: Vec<_> = (0..50)
                    .map(|_| Record::random(random, Some(message)))
                    .collect();
                check(backend, &imk[..length], &mut records, spoil_a_seventh);
            }
        }
    }
}

#[test]
fn ragged_batches() {
    let random = &mut Random(3);
    for backend in available() {
        for count in [
            0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 1023, 1024, 1025,
        ] {
            let imk = random.bytes::<16>();
            let mut records: Vec<_> = (0..count)
                .map(|_| Record::random(random, Some(40)))
                .collect();
            check(backend, &imk, &mut records, |_, _| false);
            check(backend, &imk, &mut records, |_, record| {
                record.cryptogram.as_mut().unwrap()[7] ^= 1;
                true
            });
        }
    }
}

#[test]
fn long_messages_between_short_ones() {
    let random = &mut Random(4);
    for backend in available() {
        let imk = random.bytes::<16>();
        let mut records: Vec<_> = (0..90)
            .map(|i| Record::random(random, Some(if i % 23 < 3 { 257 + i } else { 40 })))
            .collect();
        check(backend, &imk, &mut records, spoil_a_seventh);
    }
}

#[test]
fn counts_that_differ_are_cut_to_the_shorter() {
    for backend in available() {
        let random = &mut Random(5);
        let imk = random.bytes::<16>();
        let mut records: Vec<_> = (0..20).map(|_| Record::random(random, Some(40))).collect();
        records
            .iter_mut()
            .for_each(|r| r.cryptogram = Some(plain(&imk, r).0));
        let items: Vec<_> = records.iter().map(Record::item).collect();
        let master = MasterKey::new(&imk).unwrap();
        let mut verdicts = vec![Verdict::default(); 30];
        backend.verify_batch(&master, &items, &mut verdicts);
        assert!(verdicts[..20].iter().all(Verdict::is_valid));
        assert!(verdicts[20..].iter().all(|v| *v == Verdict::default()));
        let mut verdicts = vec![Verdict::default(); 7];
        backend.verify_batch(&master, &items, &mut verdicts);
        assert!(verdicts.iter().all(Verdict::is_valid));
    }
}

#[test]
fn keys_of_other_lengths_are_refused() {
    for length in 0..40 {
        let accepted = MasterKey::new(&[7; 40][..length]).is_some();
        assert_eq!(accepted, matches!(length, 16 | 24 | 32), "{length} bytes");
    }
}
