//! Answers from standards, and properties.

extern crate std;

use std::string::String;
use std::vec;
use std::vec::Vec;

use proptest::prelude::*;

use cipher::{BlockCipherEncrypt, KeyInit};
use cmac::Mac;
use des::{Des, TdesEde2};
use retail_mac::RetailMac;

use super::lanes::single::Tdes2Key;
use super::{
    Algorithm, Cipher, Message, Mode, Padding, SecretKey, full_mac, mac, odd_parity, verify_mac,
};
use crate::error::ErrorKind;

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

fn key(algorithm: Algorithm, text: &str) -> SecretKey {
    SecretKey::new(algorithm, &bytes(text)).unwrap()
}

fn mac_of(key: &SecretKey, padding: Padding, data: &[u8]) -> Result<[u8; 8], ErrorKind> {
    mac(key, padding, data).map_err(|error| error.kind())
}

/// ISO/IEC 9797-1:1999 Annex B, MAC algorithm 3.
#[test]
fn retail_mac() {
    let key = key(Algorithm::Tdes, "0123456789ABCDEFFEDCBA9876543210");
    for (text, padding, expected) in [
        (
            "Now is the time for all ",
            Padding::Method1,
            "A1C72E74EA3FA9B6",
        ),
        (
            "Now is the time for all ",
            Padding::None,
            "A1C72E74EA3FA9B6",
        ),
        (
            "Now is the time for it",
            Padding::Method1,
            "2E2B1428CC78254F",
        ),
        (
            "Now is the time for all ",
            Padding::Method2,
            "E9086230CA3BE796",
        ),
        (
            "Now is the time for it",
            Padding::Method2,
            "5A692CE64F404145",
        ),
    ] {
        let mac = mac_of(&key, padding, text.as_bytes()).unwrap();
        assert_eq!(hex::encode_upper(mac), expected, "{text}, {padding:?}");
    }
    assert_eq!(
        mac_of(&key, Padding::None, b"1234567"),
        Err(ErrorKind::Padding)
    );
    assert_eq!(mac_of(&key, Padding::None, b""), Err(ErrorKind::Padding));
}

/// RFC 4493, and the examples of NIST SP 800-38B for the longer keys.
#[test]
fn cmac() {
    let message = bytes(concat!(
        "6BC1BEE22E409F96E93D7E117393172AAE2D8A571E03AC9C9EB76FAC45AF8E51",
        "30C81C46A35CE411E5FBC1191A0A52EFF69F2445DF4F9B17AD2B417BE66C3710",
    ));
    let answers = [
        (
            Algorithm::Aes128,
            "2B7E151628AED2A6ABF7158809CF4F3C",
            [
                "BB1D6929E95937287FA37D129B756746",
                "070A16B46B4D4144F79BDD9DD04A287C",
                "DFA66747DE9AE63030CA32611497C827",
                "51F0BEBF7E3B9D92FC49741779363CFE",
            ],
        ),
        (
            Algorithm::Aes192,
            "8E73B0F7DA0E6452C810F32B809079E562F8EAD2522C6B7B",
            [
                "D17DDF46ADAACDE531CAC483DE7A9367",
                "9E99A7BF31E710900662F65E617C5184",
                "8A1DE5BE2EB31AAD089A82E6EE908B0E",
                "A1D5DF0EED790F794D77589659F39A11",
            ],
        ),
        (
            Algorithm::Aes256,
            "603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4",
            [
                "028962F61B7BF89EFC6B551F4667D983",
                "28A7023F452E8F82BD4BF28D8C37C35C",
                "AAF3D8F1DE5640C232F5B169B9C911E6",
                "E1992190549F6ED5696A2C056C315410",
            ],
        ),
    ];
    for (algorithm, text, expected) in answers {
        let key = key(algorithm, text);
        for (length, expected) in [0, 16, 40, 64].into_iter().zip(expected) {
            let mac = full_mac(&key, Padding::None, &message[..length]).unwrap();
            assert_eq!(hex::encode_upper(mac), expected, "{algorithm:?}, {length}");
        }
        // CMAC pads by itself: padding before it is a mistake.
        for padding in [Padding::Method1, Padding::Method2] {
            assert_eq!(mac_of(&key, padding, &message), Err(ErrorKind::Padding));
        }
    }
}

/// FIPS 197 Appendix C; NIST SP 800-67 Appendix B is three-key, so TDES has the zeros of published check values.
#[test]
fn one_block() {
    let plain = "00112233445566778899AABBCCDDEEFF";
    for (algorithm, key_text, plain, expected) in [
        (
            Algorithm::Aes128,
            "000102030405060708090A0B0C0D0E0F",
            plain,
            "69C4E0D86A7B0430D8CDB78070B4C55A",
        ),
        (
            Algorithm::Aes192,
            "000102030405060708090A0B0C0D0E0F1011121314151617",
            plain,
            "DDA97CA4864CDFE06EAF70A0EC0D7191",
        ),
        (
            Algorithm::Aes256,
            "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
            plain,
            "8EA2B7CA516745BFEAFC49904B496089",
        ),
        (
            Algorithm::Tdes,
            "0123456789ABCDEFFEDCBA9876543210",
            "0000000000000000",
            "08D7B4FB629D0885",
        ),
    ] {
        let cipher = Cipher::new(algorithm, &bytes(key_text)).unwrap();
        let mut data = bytes(plain);
        cipher.encrypt_blocks(Mode::Ecb, &mut data).unwrap();
        assert_eq!(hex::encode_upper(&data), expected, "{algorithm:?}");
        let key = key(algorithm, key_text);
        key.decrypt_blocks(Mode::Ecb, &mut data).unwrap();
        assert_eq!(hex::encode_upper(&data), plain, "{algorithm:?}");
    }
}

#[test]
fn padding_at_the_edges() {
    use Padding::{LengthMethod2, Method1, Method2, Method2IfNeeded, None};
    for (padding, text, expected) in [
        (None, "", ""),
        (None, "11", "11"),
        (Method1, "", "0000000000000000"),
        (Method1, "11", "1100000000000000"),
        (Method1, "1122334455667788", "1122334455667788"),
        (
            Method1,
            "112233445566778899",
            "11223344556677889900000000000000",
        ),
        (Method2, "", "8000000000000000"),
        (Method2, "11223344556677", "1122334455667780"),
        (
            Method2,
            "1122334455667788",
            "11223344556677888000000000000000",
        ),
        (Method2IfNeeded, "", ""),
        (Method2IfNeeded, "11223344556677", "1122334455667780"),
        (Method2IfNeeded, "1122334455667788", "1122334455667788"),
        (LengthMethod2, "", "0080000000000000"),
        (LengthMethod2, "112233445566", "0611223344556680"),
        (
            LengthMethod2,
            "1122334455667788",
            "08112233445566778880000000000000",
        ),
    ] {
        let mut message = Message::of(&[&bytes(text)]).unwrap();
        padding.apply(&mut message, 8).unwrap();
        let padded = hex::encode_upper(message.as_bytes());
        assert_eq!(padded, expected, "{padding:?} of {text}");
    }
}

#[test]
fn messages_have_a_bound() {
    let most = vec![0; 288];
    assert_eq!(Message::of(&[&most]).unwrap().as_bytes().len(), 288);
    let too_long = Message::of(&[&most, &[0]]).map(|_| ()).unwrap_err();
    assert_eq!(too_long.kind(), ErrorKind::MessageTooLong);
    let mut full = Message::of(&[&most]).unwrap();
    let error = Padding::Method2.apply(&mut full, 8).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MessageTooLong);
    // Its length does not fit in a byte.
    let mut long = Message::of(&[&most[..256]]).unwrap();
    assert!(Padding::LengthMethod2.apply(&mut long, 8).is_err());
}

#[test]
fn keys_have_their_length() {
    for algorithm in [
        Algorithm::Tdes,
        Algorithm::Aes128,
        Algorithm::Aes192,
        Algorithm::Aes256,
    ] {
        for length in 0..=40 {
            let made = SecretKey::new(algorithm, &vec![0x5A; length]);
            assert_eq!(made.is_ok(), length == algorithm.key_length());
            let cipher = Cipher::new(algorithm, &vec![0x5A; length]);
            assert_eq!(cipher.is_ok(), length == algorithm.key_length());
        }
    }
}

#[test]
fn parity_is_odd_and_stays() {
    for byte in 0..=u8::MAX {
        let mut adjusted = [byte];
        odd_parity(&mut adjusted);
        assert_eq!(adjusted[0].count_ones() % 2, 1);
        assert_eq!(adjusted[0] & 0xFE, byte & 0xFE);
    }
}

fn algorithm() -> impl Strategy<Value = Algorithm> {
    prop::sample::select(vec![
        Algorithm::Tdes,
        Algorithm::Aes128,
        Algorithm::Aes192,
        Algorithm::Aes256,
    ])
}

proptest! {
    #[test]
    fn deciphering_undoes_enciphering(
        algorithm in algorithm(),
        key in any::<[u8; 32]>(),
        cbc in any::<bool>(),
        data in prop::collection::vec(any::<u8>(), 0..=100),
    ) {
        let key = &key[..algorithm.key_length()];
        let cipher = Cipher::new(algorithm, key).unwrap();
        let key = SecretKey::new(algorithm, key).unwrap();
        let mode = if cbc { Mode::Cbc } else { Mode::Ecb };
        let mut message = data.clone();
        if !data.len().is_multiple_of(algorithm.block_length()) {
            prop_assert!(cipher.encrypt_blocks(mode, &mut message).is_err());
            prop_assert!(key.decrypt_blocks(mode, &mut message).is_err());
            return Ok(());
        }
        cipher.encrypt_blocks(mode, &mut message).unwrap();
        prop_assert!(data.is_empty() || message != data);
        key.decrypt_blocks(mode, &mut message).unwrap();
        prop_assert_eq!(message, data);
    }

    /// TDES of our own beside the `des` and `retail-mac` crates.
    #[test]
    fn ours_is_tdes(
        key in any::<[u8; 16]>(),
        block in any::<[u8; 8]>(),
        other in any::<[u8; 8]>(),
        blocks in prop::collection::vec(any::<[u8; 8]>(), 1..30),
        flip in any::<prop::sample::Index>(),
    ) {
        let ours = Tdes2Key::new(&key);
        let reference = TdesEde2::new(&key.into());
        let expected = |block: [u8; 8]| {
            let mut block = block.into();
            reference.encrypt_block(&mut block);
            <[u8; 8]>::from(block)
        };
        prop_assert_eq!(ours.encrypt(block), expected(block));
        prop_assert_eq!(ours.encrypt_pair([block, other]), [block, other].map(expected));
        prop_assert_eq!(ours.decrypt(expected(block)), block);

        let mut mac = <RetailMac<Des> as KeyInit>::new(&key.into());
        mac.update(blocks.as_flattened());
        let mut mac: [u8; 8] = mac.finalize().into_bytes().into();
        prop_assert_eq!(ours.retail_mac(&blocks), mac);
        prop_assert!(ours.is_retail_mac(&blocks, mac));
        let bit = flip.index(64);
        mac[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(!ours.is_retail_mac(&blocks, mac));
    }

    /// A MAC verifies exactly if it is the one that is computed.
    #[test]
    fn verifying_is_computing_and_comparing(
        algorithm in algorithm(),
        key in any::<[u8; 32]>(),
        message in prop::collection::vec(any::<u8>(), 0..=96),
        flip in any::<prop::sample::Index>(),
    ) {
        let key = SecretKey::new(algorithm, &key[..algorithm.key_length()]).unwrap();
        for padding in [Padding::None, Padding::Method1, Padding::Method2] {
            let Ok(mut mac) = mac(&key, padding, &message) else {
                prop_assert!(verify_mac(&key, padding, &message, &[0; 8]).is_err());
                continue;
            };
            prop_assert!(verify_mac(&key, padding, &message, &mac).unwrap());
            let bit = flip.index(64);
            mac[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(!verify_mac(&key, padding, &message, &mac).unwrap());
        }
    }

    /// The first block is the same in both modes, and only ECB shows that two blocks are equal.
    #[test]
    fn modes_differ_from_the_second_block_on(key in any::<[u8; 16]>(), block in any::<[u8; 8]>()) {
        let cipher = Cipher::new(Algorithm::Tdes, &key).unwrap();
        let [ecb, cbc] = [Mode::Ecb, Mode::Cbc].map(|mode| {
            let mut data = [block, block].concat();
            cipher.encrypt_blocks(mode, &mut data).unwrap();
            data
        });
        prop_assert_eq!(&ecb[..8], &cbc[..8]);
        prop_assert_eq!(&ecb[..8], &ecb[8..]);
        prop_assert_ne!(&ecb[8..], &cbc[8..]);
    }

    /// Every bit of the message and every key bit but parity enters the MAC.
    #[test]
    fn a_mac_depends_on_every_bit(
        algorithm in algorithm(),
        key in any::<[u8; 32]>(),
        data in prop::collection::vec(any::<u8>(), 1..=64),
        bit in any::<prop::sample::Index>(),
    ) {
        let key = &key[..algorithm.key_length()];
        let padding = Padding::of_mac(algorithm);
        let mac_under = |key: &[u8], data: &[u8]| {
            mac_of(&SecretKey::new(algorithm, key).unwrap(), padding, data).unwrap()
        };
        let right = mac_under(key, &data);
        let mut other = data.clone();
        let place = bit.index(8 * data.len());
        other[place / 8] ^= 1 << (place % 8);
        prop_assert_ne!(mac_under(key, &other), right);

        let mut other = key.to_vec();
        let place = bit.index(8 * key.len());
        other[place / 8] ^= 1 << (place % 8);
        let parity = algorithm == Algorithm::Tdes && place % 8 == 0;
        prop_assert_eq!(mac_under(&other, &data) == right, parity);
    }

    /// What is padded by method 2 can be told from everything else that is: it is one-to-one.
    #[test]
    fn method_2_is_injective(
        a in prop::collection::vec(0..=0x80_u8, 0..=24),
        b in prop::collection::vec(0..=0x80_u8, 0..=24),
    ) {
        let padded = |data: &[u8]| {
            let mut message = Message::of(&[data]).unwrap();
            Padding::Method2.apply(&mut message, 8).unwrap();
            message.as_bytes().to_vec()
        };
        prop_assert_eq!(padded(&a) == padded(&b), a == b);
    }
}

#[test]
fn debug_shows_no_key() {
    let key = key(Algorithm::Tdes, "0123456789ABCDEFFEDCBA9876543210");
    let shown: String = std::format!("{key:?}");
    assert_eq!(shown, "Tdes(redacted)");
}
