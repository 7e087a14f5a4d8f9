//! Derivations against published answers (identifiers of `tests/vectors`), and keys that are refused.

extern crate std;

use std::format;
use std::string::ToString;
use std::vec::Vec;

use proptest::prelude::*;

use super::{
    Ac, CardKey, CardKeyOption, Cvc3, Dac, Emv2000Tree, Idn, IssuerKeySet, IssuerMasterKey,
    KeyPolicy, SessionDerivation, SessionKey, SessionKeyMethod, Smc, Smi,
};
use crate::crypto::{Algorithm, odd_parity};
use crate::element::{ApplicationTransactionCounter, Pan, PanSequenceNumber, UnpredictableNumber};
use crate::error::ErrorKind;

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

const KEY: [u8; 16] = [
    0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10,
];

fn shown(key: &[u8], algorithm: Algorithm) -> Vec<u8> {
    let mut key = key.to_vec();
    if algorithm == Algorithm::Tdes {
        odd_parity(&mut key);
    }
    key
}

/// A card key, TDES with odd parity.
fn card_key(imk: &str, pan: &str, psn: &str, option: CardKeyOption) -> Vec<u8> {
    let imk = bytes(imk);
    let algorithm = match option {
        CardKeyOption::C | CardKeyOption::CTo(_) => Algorithm::aes(imk.len()).unwrap(),
        _ => Algorithm::Tdes,
    };
    let master = IssuerMasterKey::<Ac>::new(algorithm, &imk, KeyPolicy::PublishedTestKeys);
    let pan = Pan::from_digits(pan).unwrap();
    let psn = PanSequenceNumber::from_digits(psn).unwrap();
    let key = master.unwrap().card_key(&pan, psn, option).unwrap();
    shown(key.secret().bytes(), key.algorithm())
}

#[test]
fn card_keys() {
    let imk = "0123456789ABCDEFFEDCBA9876543210";
    let cfpp = "DFADBFEF0123456789866443DFADBFEF";
    for (imk, pan, psn, option, expected) in [
        // pyemv-doc-udkA-17
        (
            imk,
            "99012345678901234",
            "45",
            CardKeyOption::A,
            "67F8292358083E5EA7AB7FDA58D53B6B",
        ),
        // cfpp-aes128-udk
        (
            cfpp,
            "9012345432101232",
            "01",
            CardKeyOption::C,
            "3AD95FE6AD75062DFCF19D834504AC23",
        ),
    ] {
        let key = hex::encode_upper(card_key(imk, pan, psn, option));
        assert_eq!(key, expected);
    }
}

#[test]
fn options_differ_where_they_should() {
    let imk = "0123456789ABCDEFFEDCBA9876543210";
    let key = |pan, option| card_key(imk, pan, "00", option);
    let (short, long) = ("1234567890123456", "12345678901234567");
    assert_eq!(key(short, CardKeyOption::A), key(short, CardKeyOption::B));
    assert_ne!(
        key(short, CardKeyOption::A),
        key(short, CardKeyOption::BEveryLength)
    );
    assert_ne!(key(long, CardKeyOption::A), key(long, CardKeyOption::B));
    assert_eq!(
        key(long, CardKeyOption::B),
        key(long, CardKeyOption::BEveryLength)
    );
    // A counts digits from the right, so that those in front of the last 14 do not matter.
    assert_eq!(
        key(short, CardKeyOption::A),
        key("9934567890123456", CardKeyOption::A)
    );
    // A shorter card key of option C is the beginning of a longer one.
    let to = |algorithm| card_key(imk, short, "00", CardKeyOption::CTo(algorithm));
    let longest = to(Algorithm::Aes256);
    assert_eq!(longest.len(), 32);
    assert_eq!(to(Algorithm::Aes192), longest[..24]);
    assert_eq!(to(Algorithm::Aes128), longest[..16]);
    assert_eq!(to(Algorithm::Aes128), key(short, CardKeyOption::C));
}

#[test]
fn options_are_for_one_cipher() {
    let pan = Pan::from_digits("1234567890123456").unwrap();
    let refused = |key: &IssuerMasterKey<Ac>, option| {
        let derived = key.card_key(&pan, PanSequenceNumber::ZERO, option);
        assert_eq!(derived.unwrap_err().kind(), ErrorKind::Cipher, "{option:?}");
    };
    let tdes = IssuerMasterKey::tdes(&KEY).unwrap();
    let aes = IssuerMasterKey::aes(&KEY).unwrap();
    refused(&tdes, CardKeyOption::C);
    refused(&tdes, CardKeyOption::CTo(Algorithm::Aes128));
    for option in [
        CardKeyOption::A,
        CardKeyOption::B,
        CardKeyOption::BEveryLength,
    ] {
        refused(&aes, option);
    }
    refused(&aes, CardKeyOption::CTo(Algorithm::Tdes));
}

fn session_key(algorithm: Algorithm, key: &[u8], derivation: &SessionDerivation) -> Vec<u8> {
    let key = CardKey::<Ac>::new(algorithm, key, KeyPolicy::Strict).unwrap();
    let session = key.session_key(derivation).unwrap();
    shown(session.secret().bytes(), algorithm)
}

#[test]
fn session_keys() {
    let atc = ApplicationTransactionCounter(0x001C);
    let mastercard = SessionDerivation::from_atc_and_un(
        ApplicationTransactionCounter(0x0016),
        UnpredictableNumber([1, 2, 3, 4]),
    );
    let tree = Emv2000Tree::BRANCH_4;
    for (key, derivation, expected) in [
        // pyemv-doc-csk
        (
            "0123456789ABCDEFFEDCBA9876543210",
            SessionDerivation::from_atc(atc),
            "E9FB384AF807B940FEDCEA613461B0C4",
        ),
        // pyemv-doc-visa-sm
        (
            "0123456789ABCDEFFEDCBA9876543210",
            SessionDerivation::VisaAtcXor { atc },
            "0123456789ABCDF2FEDCBA987654CDF2",
        ),
        // pyemv-doc-emv2000
        (
            "0123456789ABCDEFFEDCBA9876543210",
            SessionDerivation::Emv2000 { atc, tree },
            "E5BF6D1067F194B0A89B7F5D83BC64A2",
        ),
        // atalla-pinscript-sk-AC
        (
            "230B91EFFD6B7FB5F8DCBC257F649DDC",
            mastercard,
            "50D12807D33E8810FBE05314C43299D6",
        ),
    ] {
        let found = session_key(Algorithm::Tdes, &bytes(key), &derivation);
        assert_eq!(
            found,
            shown(&bytes(expected), Algorithm::Tdes),
            "{derivation:?}"
        );
    }
}

#[test]
fn only_emv_common_and_none_are_for_aes() {
    let atc = ApplicationTransactionCounter(1);
    let tree = Emv2000Tree::BRANCH_2;
    let key = CardKey::<Ac>::new(Algorithm::Aes128, &KEY, KeyPolicy::Strict).unwrap();
    for derivation in [
        SessionDerivation::Emv2000 { atc, tree },
        SessionDerivation::VisaAtcXor { atc },
        SessionDerivation::UnionPay { atc },
    ] {
        let refused = key.session_key(&derivation).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Cipher, "{derivation:?}");
    }
    assert!(key.session_key(&SessionDerivation::from_atc(atc)).is_ok());
    assert!(key.session_key(&SessionDerivation::CardKey).is_ok());
}

#[test]
fn trees_span_the_counter() {
    for branch in 0..=u8::MAX {
        for height in 0..=32 {
            let tree = Emv2000Tree::new(branch, height, [0; 16]);
            let known = matches!((branch, height), (4, 8) | (2, 16));
            assert_eq!(tree.is_ok(), known, "{branch}, {height}");
        }
    }
}

#[test]
fn script_keys_count_commands() {
    let atc = ApplicationTransactionCounter(7);
    let script = |method: SessionKeyMethod, ac, index| method.for_script(atc, ac, index);
    let common = SessionKeyMethod::EmvCommon;
    let last = [0xFF; 8];
    assert_eq!(
        script(common, [0; 8], 1),
        SessionDerivation::from_8_bytes([0, 0, 0, 0, 0, 0, 0, 1])
    );
    assert_eq!(script(common, last, 1), script(common, [0; 8], 0));
    assert_eq!(
        script(SessionKeyMethod::Mastercard, last, 0),
        script(common, last, 0)
    );
    let visa = SessionKeyMethod::VisaAtcXor;
    assert_eq!(script(visa, [0; 8], 0), script(visa, last, 5));
}

#[test]
fn check_values() {
    // AWS Payment Cryptography's user guide names this key by its check value.
    let imk = IssuerMasterKey::<Ac>::tdes(&KEY).unwrap();
    assert_eq!(imk.check_value().unwrap().to_string(), "08D7B4");
    // pyemv-kd-b16-udk-kcv
    let pan = Pan::from_digits("1234567890123456").unwrap();
    let card = imk
        .card_key(&pan, PanSequenceNumber::ZERO, CardKeyOption::B)
        .unwrap();
    assert!(card.check_value().unwrap().to_string().starts_with("BAB0"));
    // RFC 4493's key: CMAC of one zero block is E(L0 ^ K1), not E(0), which is its L, 7DF76B0C1AB899B3....
    let aes = IssuerMasterKey::<Ac>::aes(&bytes("2B7E151628AED2A6ABF7158809CF4F3C")).unwrap();
    assert_ne!(aes.check_value().unwrap().to_string(), "7DF76B");
    assert_eq!(aes.check_value().unwrap(), aes.cmac_check_value().unwrap());
    assert_ne!(imk.check_value().unwrap(), imk.cmac_check_value().unwrap());
}

/// The four weak and twelve semi-weak DES keys (FIPS 74; NIST SP 800-67 3.3.2).
const WEAK: [&str; 16] = [
    "0101010101010101",
    "FEFEFEFEFEFEFEFE",
    "E0E0E0E0F1F1F1F1",
    "1F1F1F1F0E0E0E0E",
    "011F011F010E010E",
    "1F011F010E010E01",
    "01E001E001F101F1",
    "E001E001F101F101",
    "01FE01FE01FE01FE",
    "FE01FE01FE01FE01",
    "1FE01FE00EF10EF1",
    "E01FE01FF10EF10E",
    "1FFE1FFE0EFE0EFE",
    "FE1FFE1FFE0EFE0E",
    "E0FEE0FEF1FEF1FE",
    "FEE0FEE0FEF1FEF1",
];

fn refusal(key: &[u8]) -> Option<ErrorKind> {
    let kinds = [
        IssuerMasterKey::<Ac>::new(Algorithm::Tdes, key, KeyPolicy::Strict).err(),
        CardKey::<Smi>::new(Algorithm::Tdes, key, KeyPolicy::Strict).err(),
        SessionKey::<Smc>::new(Algorithm::Tdes, key, KeyPolicy::Strict).err(),
    ]
    .map(|error| error.map(|error| error.kind()));
    assert!(kinds.iter().all(|kind| *kind == kinds[0]), "{kinds:?}");
    assert!(CardKey::<Smi>::new(Algorithm::Tdes, key, KeyPolicy::PublishedTestKeys).is_ok());
    kinds[0]
}

#[test]
fn degenerate_keys_are_refused_each_by_its_name() {
    assert_eq!(refusal(&KEY), None);
    assert_eq!(refusal(&[0; 16]), Some(ErrorKind::ZeroKey));
    assert_eq!(refusal(&[1; 16]), Some(ErrorKind::EqualHalves));
    assert_eq!(refusal(&[0x13; 16]), Some(ErrorKind::EqualHalves));
    // The same halves but for parity.
    let almost = [[0x12; 8], [0x13; 8]].concat();
    assert_eq!(refusal(&almost), Some(ErrorKind::EqualHalves));
    for weak in WEAK {
        for parity in [0, 1] {
            let weak: Vec<_> = bytes(weak)
                .iter()
                .map(|byte| byte & 0xFE | parity)
                .collect();
            for key in [[&weak, &KEY[..8]].concat(), [&KEY[8..], &weak].concat()] {
                assert_eq!(refusal(&key), Some(ErrorKind::WeakKey), "{weak:02X?}");
            }
        }
    }
    for length in [16, 24, 32] {
        let zero = IssuerMasterKey::<Ac>::aes(&[0; 32][..length]).unwrap_err();
        assert_eq!(zero.kind(), ErrorKind::ZeroKey);
        // AES has no weak keys, and no halves.
        assert!(IssuerMasterKey::<Ac>::aes(&[0x13; 32][..length]).is_ok());
    }
    for length in (0..=40).filter(|length| ![16, 24, 32].contains(length)) {
        let error = IssuerMasterKey::<Ac>::aes(&[0x13; 40][..length]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::KeyLength, "{length}");
    }
}

#[test]
fn one_key_has_one_purpose() {
    fn key<P: super::Purpose>(byte: u8, parity: u8) -> IssuerMasterKey<P> {
        let mut bytes = KEY.map(|byte| byte ^ parity);
        bytes[0] = byte << 1 | parity;
        IssuerMasterKey::tdes(&bytes).unwrap()
    }
    let set = || {
        IssuerKeySet::new(1, key::<Ac>(0x10, 0))
            .with_smi(key::<Smi>(0x11, 0))?
            .with_smc(key::<Smc>(0x12, 0))?
            .with_idn(key::<Idn>(0x13, 0))?
            .with_dac(key::<Dac>(0x14, 0))?
            .with_cvc3(key::<Cvc3>(0x15, 0))
    };
    assert!(set().is_ok());
    for parity in [0, 1] {
        for taken in [0x10, 0x11, 0x12, 0x13, 0x14] {
            let error = set().unwrap().with_cvc3(key(taken, parity)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::KeyReused, "{taken:02X}");
        }
        let error = set().unwrap().with_smi(key(0x10, parity)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::KeyReused);
        // Its own key again is no reuse.
        assert!(set().unwrap().with_smi(key(0x11, parity)).is_ok());
    }
}

#[test]
fn debug_shows_no_key() {
    let imk = IssuerMasterKey::<Ac>::tdes(&KEY).unwrap();
    assert_eq!(format!("{imk:?}"), "IssuerMasterKey<AC>(Tdes(redacted))");
    let card = CardKey::<Smi>::new(Algorithm::Tdes, &KEY, KeyPolicy::Strict).unwrap();
    assert_eq!(format!("{card:?}"), "CardKey<SMI>(Tdes(redacted))");
    let session = card.session_key(&SessionDerivation::CardKey).unwrap();
    assert_eq!(format!("{session:?}"), "SessionKey<SMI>(Tdes(redacted))");
    let set = IssuerKeySet::new(1, imk);
    let digits = hex::encode_upper(&KEY[..3]);
    assert!(!format!("{set:?}").to_uppercase().contains(&digits));
}

proptest! {
    /// DES ignores parity bits: a key with any of them derives the same card and session keys.
    #[test]
    fn parity_does_not_matter(key in any::<[u8; 16]>(), flips in any::<u16>(), atc in any::<u16>()) {
        let mut other = key;
        for (place, byte) in other.iter_mut().enumerate() {
            *byte ^= (flips >> place & 1) as u8;
        }
        let pan = Pan::from_digits("4761739001010010").unwrap();
        let atc = ApplicationTransactionCounter(atc);
        let tree = Emv2000Tree::BRANCH_4;
        for derivation in [
            SessionDerivation::CardKey,
            SessionDerivation::from_atc(atc),
            SessionDerivation::Emv2000 { atc, tree },
            SessionDerivation::VisaAtcXor { atc },
            SessionDerivation::UnionPay { atc },
        ] {
            let [a, b] = [key, other].map(|key| {
                let policy = KeyPolicy::PublishedTestKeys;
                let imk = IssuerMasterKey::<Ac>::new(Algorithm::Tdes, &key, policy).unwrap();
                let card = imk.card_key(&pan, PanSequenceNumber::ZERO, CardKeyOption::A).unwrap();
                card.session_key(&derivation).unwrap().check_value().unwrap()
            });
            prop_assert_eq!(a, b);
        }
    }

    /// Cards, counters and unpredictable numbers each have a key of their own.
    #[test]
    fn session_keys_are_apart(a in any::<u16>(), b in any::<u16>(), un in any::<[u8; 4]>()) {
        prop_assume!(a != b);
        let [a, b] = [a, b].map(ApplicationTransactionCounter);
        let un = UnpredictableNumber(un);
        for method in [
            SessionKeyMethod::EmvCommon,
            SessionKeyMethod::Mastercard,
            SessionKeyMethod::Emv2000(Emv2000Tree::BRANCH_2),
            SessionKeyMethod::VisaAtcXor,
            SessionKeyMethod::UnionPay,
        ] {
            let [one, other] = [a, b]
                .map(|atc| session_key(Algorithm::Tdes, &KEY, &method.for_cryptogram(atc, un)));
            // A counter whose lowest bits fall on parity bits cannot be told apart by Visa's xor.
            let hidden = method == SessionKeyMethod::VisaAtcXor && (a.0 ^ b.0) & 0xFEFE == 0;
            prop_assert_eq!(one == other, hidden);
        }
    }
}
