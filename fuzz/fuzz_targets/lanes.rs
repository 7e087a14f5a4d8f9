//! Lanes: every backend that the processor has against the plain `des`, `aes` and `cmac` crates.
//!
//! The input chooses the shape, the number of cards, and which bits are wrong; what it does not say is made from it. Verdicts and
//! answers of every backend, forced, must be those of the plain computation, card by card.

#![no_main]

use chipcard::crypto::lanes::{aes as aes_lanes, des as lanes, single};
use cmac::{Cmac, KeyInit, Mac};
use des::cipher::{BlockCipherDecrypt, BlockCipherEncrypt};
use libfuzzer_sys::fuzz_target;

type Block = [u8; 8];

/// Numbers that the input decides: SplitMix64 (Steele, Lea, Flood 2014), each xored with the next bytes of the input.
struct Source<'i> {
    state: u64,
    rest: &'i [u8],
}

impl Source<'_> {
    fn next(&mut self) -> u64 {
        let (taken, rest) = self.rest.split_at(self.rest.len().min(8));
        self.rest = rest;
        let given = taken
            .iter()
            .fold(0, |word, byte| word << 8 | u64::from(*byte));
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) ^ given
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn block(&mut self) -> Block {
        self.next().to_be_bytes()
    }
}

fn join(left: Block, right: Block) -> [u8; 16] {
    std::array::from_fn(|i| if i < 8 { left[i] } else { right[i - 8] })
}

fn xor(a: Block, b: Block) -> Block {
    std::array::from_fn(|i| a[i] ^ b[i])
}

fn encipher(key: &[u8], block: Block) -> Block {
    let mut block = block.into();
    des::Des::new_from_slice(key)
        .unwrap()
        .encrypt_block(&mut block);
    block.into()
}

fn decipher(key: &[u8], block: Block) -> Block {
    let mut block = block.into();
    des::Des::new_from_slice(key)
        .unwrap()
        .decrypt_block(&mut block);
    block.into()
}

fn tdes(key: &[u8; 16], block: Block) -> Block {
    encipher(&key[..8], decipher(&key[8..], encipher(&key[..8], block)))
}

fn retail_mac(key: &[u8; 16], message: &[Block]) -> Block {
    let last = message.iter().fold([0; 8], |state, block| {
        encipher(&key[..8], xor(state, *block))
    });
    encipher(&key[..8], decipher(&key[8..], last))
}

fn many_tdes(source: &mut Source<'_>) {
    let blocks = 1 + source.below(10);
    let session = [
        None,
        Some(lanes::SessionKey::COMMON),
        Some(lanes::SessionKey::UNIONPAY),
    ][source.below(3)];
    let response = [
        lanes::Response::None,
        lanes::Response::Method1(lanes::ResponseKey::Card),
        lanes::Response::Method1(lanes::ResponseKey::Signing),
        lanes::Response::Method2 { blocks: 1 },
        lanes::Response::Method2 { blocks: 2 },
    ][source.below(5)];
    let shape = lanes::Shape {
        blocks,
        session,
        response,
    };
    // A few cards, a backend's width or one beside it.
    let count = [1, 3, 63, 65, 129, 255, 257][source.below(7)];
    let keys: [[u8; 16]; 3] = std::array::from_fn(|_| join(source.block(), source.block()));
    let one_key = source.below(2) == 0;
    let messages: Vec<Vec<Block>> = (0..count)
        .map(|_| (0..blocks).map(|_| source.block()).collect())
        .collect();
    let (mut items, mut expected) = (Vec::new(), Vec::new());
    for (number, message) in messages.iter().enumerate() {
        let issuer_key = &keys[if one_key { 0 } else { number % 3 }];
        let (card, derivation) = (source.block(), source.block());
        let answer = [source.block(), source.block()];
        let card_key = join(
            tdes(issuer_key, card),
            tdes(issuer_key, card.map(|byte| !byte)),
        );
        let signing = match session {
            None => card_key,
            Some(lanes::SessionKey(difference)) => join(
                tdes(&card_key, derivation),
                tdes(&card_key, xor(derivation, difference)),
            ),
        };
        let mut cryptogram = retail_mac(&signing, message);
        let wrong = source.below(4) == 0;
        if wrong {
            cryptogram[source.below(8)] ^= 1 << source.below(8);
        }
        let arpc = match response {
            _ if wrong => [0; 8],
            lanes::Response::None => [0; 8],
            lanes::Response::Method1(key) => {
                let key = if key == lanes::ResponseKey::Card {
                    &card_key
                } else {
                    &signing
                };
                tdes(key, xor(cryptogram, answer[0]))
            }
            lanes::Response::Method2 { blocks } => {
                let signed = [cryptogram, answer[0], answer[1]];
                let [a, b, c, d, ..] = retail_mac(&signing, &signed[..=blocks]);
                [a, b, c, d, 0, 0, 0, 0]
            }
        };
        expected.push(lanes::Outcome {
            verified: !wrong,
            response: arpc,
        });
        items.push(lanes::Item {
            issuer_key,
            message,
            card,
            session: derivation,
            cryptogram,
            response: answer,
        });
    }
    for backend in lanes::Backend::ALL.into_iter().filter(|b| b.is_available()) {
        let mut outcomes = vec![lanes::Outcome::default(); count];
        backend.verify(&shape, &items, &mut outcomes).unwrap();
        assert_eq!(outcomes, expected, "{backend:?}, {shape:?}");
    }
}

fn one_tdes(source: &mut Source<'_>) {
    let key = join(source.block(), source.block());
    let block = source.block();
    let message: Vec<Block> = (0..1 + source.below(8)).map(|_| source.block()).collect();
    for backend in single::Backend::ALL
        .into_iter()
        .filter(|b| b.is_available())
    {
        let ours = single::Tdes2Key::with_backend(backend, &key);
        assert_eq!(ours.encrypt(block), tdes(&key, block), "{backend:?}");
        assert_eq!(ours.decrypt(tdes(&key, block)), block, "{backend:?}");
        assert_eq!(
            ours.retail_mac(&message),
            retail_mac(&key, &message),
            "{backend:?}"
        );
    }
}

fn aes128(key: [u8; 16], block: [u8; 16]) -> [u8; 16] {
    let mut block = block.into();
    aes::Aes128::new(&key.into()).encrypt_block(&mut block);
    block.into()
}

fn many_aes(source: &mut Source<'_>) {
    let key = join(source.block(), source.block());
    let master = aes_lanes::MasterKey::new(&key).unwrap();
    let count = [1, 2, 5, 17, 33, 40][source.below(6)];
    let messages: Vec<Vec<u8>> = (0..count)
        .map(|_| (0..source.below(80)).map(|_| source.next() as u8).collect())
        .collect();
    let (mut items, mut valid) = (Vec::new(), Vec::new());
    for message in &messages {
        let diversification = join(source.block(), source.block());
        let session = join(source.block(), source.block());
        let signing = aes128(aes128(key, diversification), session);
        let mut mac = Cmac::<aes::Aes128>::new(&signing.into());
        mac.update(message);
        let [a, b, c, d, e, f, g, h, ..]: [u8; 16] = mac.finalize().into_bytes().into();
        let mut cryptogram = [a, b, c, d, e, f, g, h];
        let wrong = source.below(4) == 0;
        if wrong {
            cryptogram[source.below(8)] ^= 1 << source.below(8);
        }
        valid.push(!wrong);
        let response = aes_lanes::Response::None;
        items.push(aes_lanes::Item {
            diversification,
            session,
            message,
            cryptogram,
            response,
        });
    }
    for backend in aes_lanes::Backend::ALL
        .into_iter()
        .filter(|b| b.is_available())
    {
        let mut verdicts = vec![aes_lanes::Verdict::default(); count];
        backend.verify_batch(&master, &items, &mut verdicts);
        let found: Vec<_> = verdicts.iter().map(aes_lanes::Verdict::is_valid).collect();
        assert_eq!(found, valid, "{backend:?}");
    }
}

fuzz_target!(|input: &[u8]| {
    let [choice, rest @ ..] = input else { return };
    let state = rest.len() as u64;
    let source = &mut Source { state, rest };
    match choice % 3 {
        0 => many_tdes(source),
        1 => one_tdes(source),
        _ => many_aes(source),
    }
});
