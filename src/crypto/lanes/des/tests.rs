//! Every backend against published answers and against the plain computation on the `des` crate.

use super::wiring::position;
use super::*;
use crate::crypto::lanes::fips46::{IP, S};
use des::Des;
use des::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use std::vec::Vec;

/// A circuit on all 64 inputs at once, lane `x` for input `x`, against the table.
fn circuit_is_sbox(s: usize, complemented: u32, circuit: impl Fn([u64; 6], [u64; 4]) -> [u64; 4]) {
    let inputs = core::array::from_fn(|j| {
        let flip = complemented >> wiring::expansion(s, j) & 1 != 0;
        (0..64u64).fold(0, |w, x| w | ((x >> (5 - j) & 1) ^ u64::from(flip)) << x)
    });
    let left = [0, u64::MAX, 0x0123_4567_89ab_cdef, 0xaaaa_aaaa_aaaa_aaaa];
    let added = circuit(inputs, left);
    let outputs: [u64; 4] = core::array::from_fn(|o| added[o] ^ left[o]);
    for x in 0..64usize {
        let got = outputs.iter().fold(0, |v, w| v << 1 | (w >> x & 1) as u8);
        let row = (x >> 5) * 2 + (x & 1);
        assert_eq!(
            got,
            S[s][row * 16 + (x >> 1 & 15)],
            "S{} input {x:06b}",
            s + 1
        );
    }
}

#[test]
fn two_input_circuits_are_the_sboxes() {
    macro_rules! check {
        ($($s:literal)*) => {
            $(circuit_is_sbox($s, sbox_two_input::COMPLEMENTED, sbox_two_input::substitute::<u64, $s>);)*
        };
    }
    check!(0 1 2 3 4 5 6 7);
}

#[cfg(target_arch = "x86_64")]
impl word::TernaryLogic for u64 {
    fn ternary<const TABLE: i32>(a: u64, b: u64, c: u64) -> u64 {
        (0..64).fold(0, |w, x| {
            let m = (a >> x & 1) << 2 | (b >> x & 1) << 1 | (c >> x & 1);
            w | (TABLE as u64 >> m & 1) << x
        })
    }
}

#[cfg(target_arch = "x86_64")]
#[test]
fn ternary_circuits_are_the_sboxes() {
    macro_rules! check {
        ($($s:literal)*) => { $(circuit_is_sbox($s, 0, sbox_ternary::substitute::<u64, $s>);)* };
    }
    check!(0 1 2 3 4 5 6 7);
}

/// FIPS 46-3: the initial permutation as printed.
#[test]
fn positions_are_the_initial_permutation() {
    for (i, n) in IP.into_iter().map(usize::from).enumerate() {
        assert_eq!(position(i), (n - 1) / 8 * 8 + 7 - (n - 1) % 8);
    }
}

#[test]
fn transposition_is_its_own_inverse_and_permutes() {
    let mut random = Random(7);
    let rows: [u64; 64] = core::array::from_fn(|_| random.next());
    let mut slices = rows;
    transpose::network(&mut slices);
    for (i, slice) in slices.iter().enumerate() {
        for (row, block) in rows.iter().enumerate() {
            assert_eq!(slice >> position(row) & 1, block >> position(i) & 1);
        }
    }
    transpose::network(&mut slices);
    assert_eq!(slices, rows);
}

/// The first and last round key of the widely published walk-through of key 133457799BBCDFF1
/// (J. O. Grabbe, "The DES algorithm illustrated").
#[test]
fn schedule_gives_published_round_keys() {
    let key = u64::from_le_bytes([0x13, 0x34, 0x57, 0x79, 0x9b, 0xbc, 0xdf, 0xf1]);
    let words = wiring::EXPANSION_OF_KEY.map(|i| key >> position(i) & 1);
    let first = |direction| {
        let [rotation, _] = wiring::rotations(direction).next().unwrap();
        let window = wiring::window(&words, rotation);
        (0..48).fold(0, |k, bit| k << 1 | window[wiring::key_word(bit)])
    };
    let k1 = 0b000110_110000_001011_101111_111111_000111_000001_110010;
    let k16 = 0b110010_110011_110110_001011_000011_100001_011111_110101;
    assert_eq!(first(wiring::Direction::Encipher), k1);
    assert_eq!(first(wiring::Direction::Decipher), k16);
}

/// The portable word has two compilations of its rounds; this processor may use only one of them.
#[cfg(all(target_arch = "x86_64", feature = "std"))]
#[test]
fn portable_rounds_agree() {
    if !std::arch::is_x86_feature_detected!("bmi1") {
        return;
    }
    let mut random = Random(11);
    let key = core::array::from_fn(|_| random.next());
    let halves: [[u64; 32]; 2] = core::array::from_fn(|_| core::array::from_fn(|_| random.next()));
    for direction in [wiring::Direction::Encipher, wiring::Direction::Decipher] {
        let [mut a, mut b] = [halves; 2];
        let [left, right] = &mut a;
        portable::sixteen_rounds(
            &mut [rounds::Stream {
                left,
                right,
                key: &key,
            }],
            direction,
        );
        let [left, right] = &mut b;
        // SAFETY: BMI1 was found.
        unsafe {
            portable::sixteen_rounds_bmi1(
                &mut [rounds::Stream {
                    left,
                    right,
                    key: &key,
                }],
                direction,
            );
        }
        assert_eq!(a, b);
        assert_ne!(a, halves);
    }
}

/// Known answers of single DES: the walk-through of 1977's FIPS 46 key schedule by J. O. Grabbe,
/// FIPS 81 Table B1 ("Now is the time for all " in ECB mode), NBS SP 500-20.
///
/// A session key whose halves are equal makes TDES and a one-block retail MAC DES. So the session
/// block is chosen as what deciphers to the wanted key under the card key.
#[test]
fn des_known_answers() {
    const KNOWN: [(u64, u64, u64); 6] = [
        (0x133457799bbcdff1, 0x0123456789abcdef, 0x85e813540f0ab405),
        (0x0123456789abcdef, 0x4e6f772069732074, 0x3fa40e8a984d4815),
        (0x0123456789abcdef, 0x68652074696d6520, 0x6a271787ab8883f9),
        (0x0123456789abcdef, 0x666f7220616c6c20, 0x893d51ec4b563b53),
        (0x0101010101010101, 0x8000000000000000, 0x95f8a5e5dd31d900),
        (0x8001010101010101, 0x0000000000000000, 0x95a8d72813daa94d),
    ];
    let (issuer_key, card) = (*b"an issuer's key!", *b"a card's");
    for backend in available() {
        for (key, plain, cipher) in
            KNOWN.map(|(k, p, c)| (k.to_be_bytes(), p.to_be_bytes(), c.to_be_bytes()))
        {
            assert_eq!(des(&key, plain), cipher, "the plain path");
            let shape = Shape {
                blocks: 1,
                session: Some(SessionKey([0; 8])),
                response: Response::Method1(ResponseKey::Signing),
            };
            let item = Item {
                issuer_key: &issuer_key,
                message: &[plain],
                card,
                session: tdes_inverse(&card_key(&issuer_key, card), key),
                cryptogram: cipher,
                response: [xor(cipher, plain), [0; 8]],
            };
            let mut outcomes = [Outcome::default()];
            backend.verify(&shape, &[item], &mut outcomes).unwrap();
            assert_eq!(
                outcomes,
                [Outcome {
                    verified: true,
                    response: cipher
                }],
                "{backend:?}"
            );
        }
    }
}

/// Published application cryptograms. The IMK of all three is 0123456789ABCDEFFEDCBA9876543210.
#[test]
fn emv_known_answers() {
    const IMK: [u8; 16] = 0x0123456789abcdeffedcba9876543210_u128.to_be_bytes();
    struct Known {
        card: u64,
        session: Option<u64>,
        message: &'static str,
        cryptogram: u64,
    }
    let known = [
        // pyemv tests/test_cvn_hsm.py, Visa CVN 10: PAN 1234567890123456, PSN 00, zero padding.
        Known {
            card: 0x3456789012345600,
            session: None,
            message: "0000000040000000000000000124800004800001241911050152BF45851800001C03A0601\
                      0000000",
            cryptogram: 0x29cca15ae665fa2e,
        },
        // pyemv tests/test_cvn_hsm.py, Visa CVN 18: common session key, ATC 001C, padding method 2.
        Known {
            card: 0x3456789012345600,
            session: Some(0x001cf00000000000),
            message: "0000000040000000000000000124800004800001241911050152BF45851800001C06011203A\
                      0B8008000000000000000",
            cryptogram: 0x7a788ea6b8a3e733,
        },
        // AWS Payment Cryptography user guide, Visa CVN 10: PAN 9137631040001422, PSN 01.
        Known {
            card: 0x3763104000142201,
            session: None,
            message: "00000000170000000000000008400080008000084016051700000000093800000B030112030\
                      00000",
            cryptogram: 0xd791093c8a921769,
        },
    ];
    for backend in available() {
        for k in &known {
            let bytes: Vec<u8> = (0..k.message.len() / 2)
                .map(|i| u8::from_str_radix(&k.message[2 * i..2 * i + 2], 16).unwrap())
                .collect();
            let (message, rest) = bytes.as_chunks::<8>();
            assert!(rest.is_empty());
            let shape = Shape {
                blocks: message.len(),
                session: k.session.map(|_| SessionKey::COMMON),
                response: Response::None,
            };
            let item = Item {
                issuer_key: &IMK,
                card: k.card.to_be_bytes(),
                session: k.session.unwrap_or(0).to_be_bytes(),
                message,
                cryptogram: k.cryptogram.to_be_bytes(),
                response: [[0; 8]; 2],
            };
            let wrong = Item {
                cryptogram: (k.cryptogram ^ 1 << 17).to_be_bytes(),
                ..item
            };
            let mut outcomes = [Outcome::default(); 2];
            backend
                .verify(&shape, &[item, wrong], &mut outcomes)
                .unwrap();
            assert_eq!(outcomes.map(|o| o.verified), [true, false], "{backend:?}");
        }
    }
}

const SESSIONS: [Option<SessionKey>; 3] =
    [None, Some(SessionKey::COMMON), Some(SessionKey::UNIONPAY)];
const RESPONSES: [Response; 5] = [
    Response::None,
    Response::Method1(ResponseKey::Card),
    Response::Method1(ResponseKey::Signing),
    Response::Method2 { blocks: 1 },
    Response::Method2 { blocks: 2 },
];

/// Every backend, every shape, ragged sizes, a seventh of the cryptograms corrupted by one bit.
#[test]
fn backends_agree_with_the_plain_computation() {
    let mut random = Random(1);
    let sizes = [
        0, 1, 2, 63, 64, 65, 127, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 1536, 1537, 2049,
    ];
    for (turn, &size) in sizes.iter().enumerate() {
        for (n, session) in SESSIONS.into_iter().enumerate() {
            let response = RESPONSES[(turn + n) % RESPONSES.len()];
            let shape = Shape {
                blocks: 1 + (turn + 3 * n) % 9,
                session,
                response,
            };
            compare(&shape, size, Keys::Common, Fate::Mixed, &mut random);
            compare(&shape, size, Keys::Several, Fate::Mixed, &mut random);
        }
    }
}

#[test]
fn every_shape() {
    let mut random = Random(2);
    for blocks in 1..=6 {
        for session in SESSIONS {
            for response in RESPONSES {
                let shape = Shape {
                    blocks,
                    session,
                    response,
                };
                compare(&shape, 70, Keys::Several, Fate::Mixed, &mut random);
            }
        }
    }
}

/// `cargo test --release -- --ignored`: a million items for every backend.
#[test]
#[ignore = "takes a minute"]
fn a_million_random_items() {
    let mut random = Random(4);
    for _ in 0..500 {
        let shape = Shape {
            blocks: 1 + random.next() as usize % 20,
            session: SESSIONS[random.next() as usize % SESSIONS.len()],
            response: RESPONSES[random.next() as usize % RESPONSES.len()],
        };
        let keys = if random.next().is_multiple_of(2) {
            Keys::Common
        } else {
            Keys::Several
        };
        let size = 1000 + random.next() as usize % 2000;
        compare(&shape, size, keys, Fate::Mixed, &mut random);
    }
}

#[test]
fn all_pass_and_all_fail() {
    let mut random = Random(3);
    let shape = Shape {
        blocks: 6,
        session: Some(SessionKey::COMMON),
        response: Response::Method1(ResponseKey::Signing),
    };
    for size in [64, 256, 512, 1024, 1025] {
        compare(&shape, size, Keys::Common, Fate::Pass, &mut random);
        compare(&shape, size, Keys::Common, Fate::Fail, &mut random);
    }
}

/// Each of the 64 bits of the cryptogram counts, in each lane of a word.
#[test]
fn every_bit_and_every_lane_counts() {
    let shape = Shape {
        blocks: 1,
        session: None,
        response: Response::None,
    };
    let (issuer, card, message) = ([0x5a; 16], *b"lanes!!!", [*b"12345678"]);
    let good = retail_mac(&card_key(&issuer, card), &message);
    for backend in available() {
        for bit in 0..64 {
            let items: Vec<Item> = (0..backend.lanes())
                .map(|lane| {
                    let flip = if lane % 64 == bit { 1u64 << bit } else { 0 };
                    let cryptogram = (u64::from_be_bytes(good) ^ flip).to_be_bytes();
                    Item {
                        issuer_key: &issuer,
                        card,
                        session: [0; 8],
                        message: &message,
                        cryptogram,
                        response: [[0; 8]; 2],
                    }
                })
                .collect();
            let mut outcomes = std::vec![Outcome::default(); items.len()];
            backend.verify(&shape, &items, &mut outcomes).unwrap();
            for (lane, outcome) in outcomes.iter().enumerate() {
                assert_eq!(
                    outcome.verified,
                    lane % 64 != bit,
                    "{backend:?} lane {lane}"
                );
            }
        }
    }
}

#[test]
fn refusals() {
    let message = [[0; 8]; 2];
    let item = Item {
        issuer_key: &[0; 16],
        card: [0; 8],
        session: [0; 8],
        message: &message,
        cryptogram: [0; 8],
        response: [[0; 8]; 2],
    };
    let shape = Shape {
        blocks: 2,
        session: None,
        response: Response::None,
    };
    let run = |shape: &Shape, items: &[Item], outcomes: usize| {
        Backend::Portable64.verify(shape, items, &mut std::vec![Outcome::default(); outcomes])
    };
    assert_eq!(run(&shape, &[item], 1), Ok(()));
    assert_eq!(run(&shape, &[item], 2), Err(BatchError::Lengths));
    assert_eq!(
        run(&Shape { blocks: 0, ..shape }, &[], 0),
        Err(BatchError::Shape)
    );
    for blocks in [0, 3] {
        let shape = Shape {
            response: Response::Method2 { blocks },
            ..shape
        };
        assert_eq!(run(&shape, &[item], 1), Err(BatchError::Shape));
    }
    let mut stale = [Outcome {
        verified: true,
        response: [1; 8],
    }; 2];
    assert_eq!(
        Backend::Portable64.verify(&shape, &[item], &mut stale),
        Err(BatchError::Lengths)
    );
    assert_eq!(stale, [Outcome::default(); 2]);
    let short = Item {
        message: &message[..1],
        ..item
    };
    assert_eq!(run(&shape, &[item, short], 2), Err(BatchError::Message(1)));
}

#[derive(Clone, Copy, PartialEq)]
enum Keys {
    Common,
    Several,
}

#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Pass,
    Fail,
    Mixed,
}

fn compare(shape: &Shape, size: usize, keys: Keys, fate: Fate, random: &mut Random) {
    let issuers: [[u8; 16]; 3] = core::array::from_fn(|_| {
        ((random.next() as u128) << 64 | random.next() as u128).to_be_bytes()
    });
    let messages: Vec<Vec<[u8; 8]>> = (0..size)
        .map(|_| (0..shape.blocks).map(|_| random.block()).collect())
        .collect();
    let mut items = Vec::new();
    let mut expected = Vec::new();
    for message in &messages {
        let which = if keys == Keys::Common {
            0
        } else {
            random.next() as usize % 3
        };
        let mut item = Item {
            issuer_key: &issuers[which],
            card: random.block(),
            session: random.block(),
            message,
            cryptogram: [0; 8],
            response: [random.block(), random.block()],
        };
        let (mac, answer) = plain(shape, &item);
        let spoil = fate == Fate::Fail || fate == Fate::Mixed && random.next().is_multiple_of(7);
        let flip = if spoil { 1 << (random.next() % 64) } else { 0 };
        item.cryptogram = (u64::from_be_bytes(mac) ^ flip).to_be_bytes();
        items.push(item);
        expected.push(Outcome {
            verified: !spoil,
            response: if spoil { [0; 8] } else { answer },
        });
    }
    for backend in available() {
        let stale = Outcome {
            verified: true,
            response: [0xee; 8],
        };
        let mut outcomes = std::vec![stale; size];
        backend.verify(shape, &items, &mut outcomes).unwrap();
        assert_eq!(outcomes, expected, "{backend:?} {shape:?} {size}");
    }
}

/// One at a time: the right cryptogram and the response to it.
fn plain(shape: &Shape, item: &Item) -> ([u8; 8], [u8; 8]) {
    let card = card_key(item.issuer_key, item.card);
    let signing = match shape.session {
        None => card,
        Some(SessionKey(difference)) => [
            tdes(&card, item.session),
            tdes(&card, xor(item.session, difference)),
        ],
    };
    let mac = retail_mac(&signing, item.message);
    let answer = match shape.response {
        Response::None => [0; 8],
        Response::Method1(key) => {
            let key = if key == ResponseKey::Card {
                card
            } else {
                signing
            };
            tdes(&key, xor(mac, item.response[0]))
        }
        Response::Method2 { blocks } => {
            let message = [mac, item.response[0], item.response[1]];
            let mut full = retail_mac(&signing, &message[..1 + blocks]);
            full[4..].fill(0);
            full
        }
    };
    (mac, answer)
}

fn available() -> impl Iterator<Item = Backend> {
    Backend::ALL
        .into_iter()
        .filter(|backend| backend.is_available())
}

fn card_key(issuer: &[u8; 16], card: [u8; 8]) -> [[u8; 8]; 2] {
    let issuer = [
        issuer[..8].try_into().unwrap(),
        issuer[8..].try_into().unwrap(),
    ];
    [tdes(&issuer, card), tdes(&issuer, xor(card, [0xff; 8]))]
}

fn retail_mac(key: &[[u8; 8]; 2], message: &[[u8; 8]]) -> [u8; 8] {
    let chained = message
        .iter()
        .fold([0; 8], |mac, block| des(&key[0], xor(mac, *block)));
    des(&key[0], des_inverse(&key[1], chained))
}

fn tdes(key: &[[u8; 8]; 2], block: [u8; 8]) -> [u8; 8] {
    des(&key[0], des_inverse(&key[1], des(&key[0], block)))
}

fn tdes_inverse(key: &[[u8; 8]; 2], block: [u8; 8]) -> [u8; 8] {
    des_inverse(&key[0], des(&key[1], des_inverse(&key[0], block)))
}

fn des(key: &[u8; 8], block: [u8; 8]) -> [u8; 8] {
    let mut block = block.into();
    Des::new(&(*key).into()).encrypt_block(&mut block);
    block.into()
}

fn des_inverse(key: &[u8; 8], block: [u8; 8]) -> [u8; 8] {
    let mut block = block.into();
    Des::new(&(*key).into()).decrypt_block(&mut block);
    block.into()
}

fn xor(a: [u8; 8], b: [u8; 8]) -> [u8; 8] {
    core::array::from_fn(|i| a[i] ^ b[i])
}

/// SplitMix64, so that failures repeat.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn block(&mut self) -> [u8; 8] {
        self.next().to_be_bytes()
    }
}
