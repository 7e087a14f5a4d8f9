//! Single-shot DES, Triple DES and whole verifications on every backend this processor has.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    unused_qualifications,
    missing_docs,
    reason = "a failure here is a failed test"
)]

mod random;

use chipcard::crypto::lanes::single::{
    Backend, DesKey, Item, Outcome, Response, ResponseKey, SessionKey, Shape, Tdes2Key, verify,
};
use des::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::{Des, TdesEde2};
use random::Random;

type Block = [u8; 8];

fn des(key: &[u8], block: Block) -> Block {
    let mut block = block.into();
    Des::new_from_slice(key).unwrap().encrypt_block(&mut block);
    block.into()
}

fn undo_des(key: &[u8], block: Block) -> Block {
    let mut block = block.into();
    Des::new_from_slice(key).unwrap().decrypt_block(&mut block);
    block.into()
}

fn tdes(key: &[u8; 16], block: Block) -> Block {
    let mut block = block.into();
    TdesEde2::new(&(*key).into()).encrypt_block(&mut block);
    block.into()
}

fn undo_tdes(key: &[u8; 16], block: Block) -> Block {
    let mut block = block.into();
    TdesEde2::new(&(*key).into()).decrypt_block(&mut block);
    block.into()
}

fn xor(a: Block, b: Block) -> Block {
    std::array::from_fn(|i| a[i] ^ b[i])
}

fn join(a: Block, b: Block) -> [u8; 16] {
    std::array::from_fn(|i| if i < 8 { a[i] } else { b[i - 8] })
}

fn retail_mac(key: &[u8; 16], message: &[Block]) -> Block {
    let state = message
        .iter()
        .fold([0; 8], |state, block| des(&key[..8], xor(state, *block)));
    des(&key[..8], undo_des(&key[8..], state))
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

/// NIST SP 800-20 (and SP 500-20) tables, read as (key, plaintext, ciphertext).
#[test]
fn nist_known_answers() {
    for backend in available() {
        let check = |key: u64, plain: u64, cipher: u64| {
            let (key, plain, cipher) =
                (key.to_be_bytes(), plain.to_be_bytes(), cipher.to_be_bytes());
            let des = DesKey::with_backend(backend, &key);
            assert_eq!(des.encrypt(plain), cipher, "{backend:?}");
            assert_eq!(des.decrypt(cipher), plain, "{backend:?}");
            let tdes = Tdes2Key::with_backend(backend, &join(key, key));
            assert_eq!(tdes.encrypt(plain), cipher, "{backend:?}");
            assert_eq!(tdes.decrypt(cipher), plain, "{backend:?}");
        };
        // Variable plaintext.
        check(0x0101010101010101, 0x8000000000000000, 0x95F8A5E5DD31D900);
        check(0x0101010101010101, 0x4000000000000000, 0xDD7F121CA5015619);
        check(0x0101010101010101, 0x0000000000000001, 0x166B40B44ABA4BD6);
        // Variable key.
        check(0x8001010101010101, 0, 0x95A8D72813DAA94D);
        check(0x0101010101010102, 0, 0x869EFD7F9F265A09);
        // Permutation operation.
        check(0x1046913489980131, 0, 0x88D55E54F54C97B4);
        // Substitution table.
        check(0x7CA110454A1A6E57, 0x01A1D6D039776742, 0x690F5B0D9A26939B);
        check(0x0131D9619DC1376E, 0x5CD54CA83DEF57DA, 0x7A389D10354BD271);
        check(0x07A1133E4A0B2686, 0x0248D43806F67172, 0x868EBB51CAB4599A);
        check(0x3849674C2602319E, 0x51454B582DDF440A, 0x7178876E01F19B2A);
        check(0x04B915BA43FEB5B6, 0x42FD443059577FA2, 0xAF37FB421F8C4095);
        check(0x0113B970FD34F2CE, 0x059B5E0851CF143A, 0x86A560F10EC6D85B);
        check(0x0170F175468FB5E6, 0x0756D8E0774761D2, 0x0CD3DA020021DC09);
        check(0x43297FAD38E373FE, 0x762514B829BF486A, 0xEA676B2CB7DB2B7A);
        check(0x07A7137045DA2A16, 0x3BDD119049372802, 0xDFD64A815CAF1A0F);
        check(0x04689104C2FD3B2F, 0x26955F6835AF609A, 0x5C513C9C4886C088);
        check(0x37D06BB516CB7546, 0x164D5E404F275232, 0x0A2AEEAE3FF4AB77);
        check(0x1F08260D1AC2465E, 0x6B056E18759F5CCA, 0xEF1BF03E5DFA575A);
        check(0x584023641ABA6176, 0x004BD6EF09176062, 0x88BF0DB6D70DEE56);
        check(0x025816164629B007, 0x480D39006EE762F2, 0xA1F9915541020B56);
        check(0x49793EBC79B3258F, 0x437540C8698F3CFA, 0x6FBF1CAFCFFD0556);
        check(0x4FB05E1515AB73A7, 0x072D43A077075292, 0x2F22E49BAB7CA1AC);
        check(0x49E95D6D4CA229BF, 0x02FE55778117F12A, 0x5A6B612CC26CCE4A);
        check(0x018310DC409B26D6, 0x1D9D5C5018F728C2, 0x5F4C038ED12B2E41);
        check(0x1C587F1C13924FEF, 0x305532286D6F295A, 0x63FAC0D034D9F793);
    }
}

#[test]
fn blocks_match_the_plain_crate() {
    let random = &mut Random(11);
    for backend in available() {
        for _ in 0..2000 {
            let (key, other) = (random.bytes::<16>(), random.bytes::<16>());
            let (a, b) = (random.bytes(), random.bytes());
            let single = DesKey::with_backend(backend, &key[..8].try_into().unwrap());
            assert_eq!(single.encrypt(a), des(&key[..8], a));
            assert_eq!(single.decrypt(a), undo_des(&key[..8], a));
            let double = Tdes2Key::with_backend(backend, &key);
            let second = Tdes2Key::with_backend(backend, &other);
            assert_eq!(double.encrypt(a), tdes(&key, a));
            assert_eq!(double.decrypt(a), undo_tdes(&key, a));
            assert_eq!(double.encrypt_pair([a, b]), [tdes(&key, a), tdes(&key, b)]);
            let both = Tdes2Key::encrypt_under_both([&double, &second], [a, b]);
            assert_eq!(both, [tdes(&key, a), tdes(&other, b)]);
            let derived = join(tdes(&key, a), tdes(&key, b));
            assert_eq!(double.derive([a, b]).encrypt(b), tdes(&derived, b));
        }
    }
}

#[test]
fn keys_of_different_backends_work_together() {
    let random = &mut Random(12);
    for first in available() {
        for second in available() {
            let (key, other) = (random.bytes(), random.bytes());
            let blocks = [random.bytes(), random.bytes()];
            let both = Tdes2Key::encrypt_under_both(
                [
                    &Tdes2Key::with_backend(first, &key),
                    &Tdes2Key::with_backend(second, &other),
                ],
                blocks,
            );
            assert_eq!(both, [tdes(&key, blocks[0]), tdes(&other, blocks[1])]);
        }
    }
}

#[test]
fn retail_macs_match_the_plain_crate() {
    let random = &mut Random(13);
    for backend in available() {
        for length in 0..40 {
            let key = random.bytes();
            let message: Vec<Block> = (0..length).map(|_| random.bytes()).collect();
            let mac = Tdes2Key::with_backend(backend, &key).retail_mac(&message);
            assert_eq!(
                mac,
                retail_mac(&key, &message),
                "{backend:?} {length} blocks"
            );
        }
    }
}

struct Record {
    y: Block,
    session_key: Option<SessionKey>,
    session: Block,
    message: Vec<Block>,
    cryptogram: Block,
    response: Response,
    response_key: ResponseKey,
    arc: [u8; 2],
    csu: [u8; 4],
    proprietary: Vec<u8>,
}

/// The key that signs: of the session, or the card's where there is none.
const RESPONSE_KEYS: [ResponseKey; 2] = [ResponseKey::Signing, ResponseKey::Card];

impl Record {
    fn random(random: &mut Random, length: usize) -> Self {
        let proprietary: Vec<u8> = (0..random.below(9)).map(|_| random.next() as u8).collect();
        let response_key = RESPONSE_KEYS[random.below(2)];
        Self {
            y: random.bytes(),
            session_key: match random.below(4) {
                0 => None,
                1 => Some(SessionKey(random.bytes())),
                _ => Some(SessionKey::COMMON),
            },
            session: random.bytes(),
            message: (0..length).map(|_| random.bytes()).collect(),
            cryptogram: [0; 8],
            response: match random.below(3) {
                0 => Response::None,
                1 => Response::Method1(response_key),
                _ => Response::Method2 {
                    blocks: 1 + usize::from(proprietary.len() > 3),
                },
            },
            response_key,
            arc: random.bytes(),
            csu: random.bytes(),
            proprietary,
        }
    }

    /// On the library.
    fn verify(&self, key: &Tdes2Key) -> Outcome {
        let shape = Shape {
            blocks: self.message.len(),
            session: self.session_key,
            response: self.response,
        };
        let mut response = match self.response {
            Response::Method1(_) => self.arc.to_vec(),
            _ => [&self.csu, &self.proprietary[..], &[0x80]].concat(),
        };
        response.resize(16, 0);
        let item = Item {
            issuer_key: &[0; 16],
            message: &self.message,
            card: self.y,
            session: self.session,
            cryptogram: self.cryptogram,
            response: response.as_chunks().0.try_into().unwrap(),
        };
        verify(key, &shape, &item)
    }

    /// The recipe straight from its text, on the plain crate.
    fn plain(&self, imk: &[u8; 16]) -> (Block, Block) {
        let card = join(tdes(imk, self.y), tdes(imk, self.y.map(|b| b ^ 0xFF)));
        let session = match self.session_key {
            Some(SessionKey(difference)) => {
                let second = core::array::from_fn(|i| self.session[i] ^ difference[i]);
                join(tdes(&card, self.session), tdes(&card, second))
            }
            None => card,
        };
        let key = match self.response_key {
            ResponseKey::Card => card,
            ResponseKey::Signing => session,
        };
        let arpc = match self.response {
            Response::None => [0; 8],
            Response::Method1(_) => {
                let mut block = self.cryptogram;
                block[0] ^= self.arc[0];
                block[1] ^= self.arc[1];
                tdes(&key, block)
            }
            Response::Method2 { .. } => {
                let mut data = self.cryptogram.to_vec();
                data.extend(self.csu);
                data.extend(&self.proprietary);
                data.push(0x80);
                data.resize(data.len().next_multiple_of(8), 0);
                let [a, b, c, d, ..] = retail_mac(&session, data.as_chunks().0);
                [a, b, c, d, 0, 0, 0, 0]
            }
        };
        (retail_mac(&session, &self.message), arpc)
    }
}

#[test]
fn verifications_match_the_plain_crate() {
    let random = &mut Random(14);
    for backend in available() {
        for round in 0..4000 {
            let imk = random.bytes();
            let key = Tdes2Key::with_backend(backend, &imk);
            let mut record = Record::random(random, 1 + round % 12);
            record.cryptogram = record.plain(&imk).0;
            let expected = record.plain(&imk).1;
            let outcome = record.verify(&key);
            assert!(outcome.verified, "{backend:?} {round}");
            assert_eq!(outcome.response, expected, "{backend:?} {round}");
            let bit = 1 << random.below(8);
            match random.below(3) {
                0 => record.cryptogram[random.below(8)] ^= bit,
                1 => {
                    let block = random.below(record.message.len());
                    record.message[block][random.below(8)] ^= bit;
                }
                _ => record.y[random.below(8)] ^= bit,
            }
            assert_eq!(
                record.verify(&key),
                Outcome::default(),
                "{backend:?} {round}"
            );
        }
    }
}

#[test]
fn long_and_empty_messages() {
    let random = &mut Random(15);
    for backend in available() {
        for length in [0, 1, 2, 3, 31, 32, 33, 64, 100] {
            let imk = random.bytes();
            let mut record = Record::random(random, length);
            record.cryptogram = record.plain(&imk).0;
            let outcome = record.verify(&Tdes2Key::with_backend(backend, &imk));
            assert_eq!(outcome.verified, length > 0, "{backend:?} {length}");
        }
    }
}

#[test]
fn keys_do_not_show_themselves() {
    let key = Tdes2Key::new(&[0x5A; 16]);
    assert_eq!(format!("{key:?}"), "Tdes2Key { .. }");
    assert_eq!(format!("{:?}", DesKey::new(&[0x5A; 8])), "DesKey { .. }");
}
