//! Objects that are signed rightly and say something wrong: each check has its own error.

extern crate std;

use std::vec::Vec;

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::issue::{CertificationAuthority, IssuerIdentifier, IssuerPrivateKey};
use super::recovery::hash_of;
use super::{
    CertificateContext, IccDynamicNumber, IccPrivateKey, PublicExponent, PublicKeyCertificate,
    RsaPrivateKey, TransactionData,
};
use crate::cryptogram::ApplicationCryptogram;
use crate::element::{Date, Pan, UnpredictableNumber, YearMonth};
use crate::error::{ErrorKind, Result};

const UN: UnpredictableNumber = UnpredictableNumber([1, 2, 3, 4]);
const RESPONSE: [u8; 4] = [0x9F, 0x27, 0x01, 0x80];

fn key(seed: u64, length: usize) -> RsaPrivateKey {
    let rng = &mut StdRng::seed_from_u64(seed);
    RsaPrivateKey::generate(rng, length, PublicExponent::Three).unwrap()
}

/// Opens a signature, changes the block, and signs it again; with `rest`, under a hash that is right again.
fn forge(
    key: &RsaPrivateKey,
    signature: &[u8],
    rest: Option<&[&[u8]]>,
    change: impl FnOnce(&mut Vec<u8>),
) -> Vec<u8> {
    let mut block = key.public_key().recover(signature).unwrap();
    change(&mut block);
    if let Some(rest) = rest {
        let start = block.len() - 21;
        let hash = hash_of(&block[1..start], rest);
        block[start..start + 20].copy_from_slice(&hash);
    }
    key.sign(&block).unwrap().to_vec()
}

fn kind<T>(result: Result<T>) -> Option<ErrorKind> {
    result.err().map(|error| error.kind())
}

fn length(expected: usize, found: usize) -> ErrorKind {
    ErrorKind::Length {
        min: expected,
        max: expected,
        found,
    }
}

#[test]
fn certificates() {
    let (pan, expiry) = (
        Pan::from_digits("4761739001010010").unwrap(),
        YearMonth::new(2030, 12).unwrap(),
    );
    let context = CertificateContext::new(&pan, Date::new(2026, 7, 1).unwrap());
    let authority = CertificationAuthority::new([0xA0, 0, 0, 0, 3], 0x99, key(1, 112));
    let (ca, issuer_key) = (key(1, 112), key(2, 104));
    let identifier = IssuerIdentifier::from_digits("476173").unwrap();
    let issuer = authority
        .certify_issuer(issuer_key.public_key(), identifier, expiry, [0; 3])
        .unwrap();
    // The remainder has 28 bytes.
    let rest = [&issuer.remainder[..], &[3], &[]];
    for (place, value, expected) in [
        (0, 0x6B, Some(ErrorKind::RecoveredHeader)),
        (111, 0xBD, Some(ErrorKind::RecoveredTrailer)),
        (1, 0x04, Some(ErrorKind::CertificateFormat)),
        (2, 0x48, Some(ErrorKind::IssuerIdentifier)),
        (4, 0xF3, Some(ErrorKind::IssuerIdentifier)),
        (6, 0x13, Some(ErrorKind::Date)),
        (6, 0x1A, Some(ErrorKind::NotDecimal)),
        (7, 0x25, Some(ErrorKind::CertificateExpired)),
        (8, 0x01, None),
        (11, 0x02, Some(ErrorKind::HashAlgorithm)),
        (12, 0x02, Some(ErrorKind::KeyAlgorithm)),
        (13, 113, Some(ErrorKind::CertifiedKeyLength)),
        (13, 105, Some(length(29, 28))),
        (13, 103, Some(length(27, 28))),
        (13, 0, Some(length(0, 28))),
        (14, 3, Some(ErrorKind::PublicExponent)),
        (15, 0x7F, Some(ErrorKind::Modulus)),
    ] {
        let changed = forge(&ca, &issuer.certificate, Some(&rest), |b| b[place] = value);
        let parts = PublicKeyCertificate::new(&changed, &issuer.remainder, &[3]);
        let found = authority.public_key().recover_issuer_key(&parts, &context);
        assert_eq!(kind(found), expected, "byte {place}");
    }
    let changed = forge(&ca, &issuer.certificate, None, |block| block[8] ^= 1);
    let parts = PublicKeyCertificate::new(&changed, &issuer.remainder, &[3]);
    let found = authority.public_key().recover_issuer_key(&parts, &context);
    assert_eq!(kind(found), Some(ErrorKind::HashResult));

    let recovered = authority
        .public_key()
        .recover_issuer_key(&issuer.parts(), &context)
        .unwrap();
    let icc_key = key(3, 96);
    let icc = IssuerPrivateKey::new(key(2, 104))
        .certify_icc(icc_key.public_key(), &pan, expiry, [0; 3], &[0x55])
        .unwrap();
    let rest = [&icc.remainder[..], &[3], &[0x55]];
    for (place, value, expected) in [
        (1, 0x02, Some(ErrorKind::CertificateFormat)),
        (2, 0x48, Some(ErrorKind::CertificatePan)),
        (10, 0x1F, Some(ErrorKind::CertificatePan)),
        (11, 0xF0, Some(ErrorKind::Padding)),
        (13, 0x25, Some(ErrorKind::CertificateExpired)),
        (17, 0x00, Some(ErrorKind::HashAlgorithm)),
        (18, 0x00, Some(ErrorKind::KeyAlgorithm)),
        (19, 105, Some(ErrorKind::CertifiedKeyLength)),
        (20, 0, Some(ErrorKind::PublicExponent)),
    ] {
        let changed = forge(&issuer_key, &icc.certificate, Some(&rest), |b| {
            b[place] = value;
        });
        let parts = PublicKeyCertificate::new(&changed, &icc.remainder, &[3]);
        let found = recovered.recover_icc_key(&parts, &[0x55], &context);
        assert_eq!(kind(found), expected, "byte {place}");
    }

    let signed = IssuerPrivateKey::new(key(2, 104))
        .sign_static_data([0xDA, 0xC0], &[0x55])
        .unwrap();
    for (place, value, expected) in [
        (0, 0x00, Some(ErrorKind::RecoveredHeader)),
        (1, 0x05, Some(ErrorKind::CertificateFormat)),
        (2, 0x02, Some(ErrorKind::HashAlgorithm)),
        (3, 0x00, None),
        (103, 0x00, Some(ErrorKind::RecoveredTrailer)),
    ] {
        let changed = forge(&issuer_key, &signed, Some(&[&[0x55]]), |b| b[place] = value);
        let found = recovered.verify_static_data(&changed, &[0x55]);
        assert_eq!(kind(found), expected, "byte {place}");
    }
}

#[test]
fn dynamic_data() {
    let pan = Pan::from_digits("4761739001010010").unwrap();
    let context = CertificateContext::new(&pan, Date::new(2026, 7, 1).unwrap());
    let expiry = YearMonth::new(2030, 12).unwrap();
    let authority = CertificationAuthority::new([0xA0, 0, 0, 0, 3], 0x99, key(1, 112));
    let issuer_key = IssuerPrivateKey::new(key(2, 104));
    let identifier = IssuerIdentifier::from_digits("476173").unwrap();
    let issuer = authority
        .certify_issuer(issuer_key.public_key(), identifier, expiry, [0; 3])
        .unwrap();
    let (secret, card) = (key(3, 96), IccPrivateKey::new(key(3, 96)));
    let icc = issuer_key
        .certify_icc(card.public_key(), &pan, expiry, [0; 3], &[])
        .unwrap();
    let icc = authority
        .public_key()
        .recover_issuer_key(&issuer.parts(), &context)
        .and_then(|key| key.recover_icc_key(&icc.parts(), &[], &context))
        .unwrap();

    let number = IccDynamicNumber::new(&[7; 8]).unwrap();
    let signed = card.sign_dynamic_data(number, &[], &UN.0).unwrap();
    // Header, format, hash algorithm, length of the data, length of the number, number.
    for (place, value, expected) in [
        (1, 0x03, Some(ErrorKind::CertificateFormat)),
        (2, 0x02, Some(ErrorKind::HashAlgorithm)),
        (3, 0, Some(ErrorKind::IccDynamicData)),
        (3, 8, Some(ErrorKind::IccDynamicData)),
        (3, 96 - 25, None),
        (3, 96 - 24, Some(ErrorKind::IccDynamicData)),
        (3, 255, Some(ErrorKind::IccDynamicData)),
        (4, 0, Some(ErrorKind::IccDynamicData)),
        (4, 1, Some(ErrorKind::IccDynamicData)),
        (4, 2, None),
        (4, 9, Some(ErrorKind::IccDynamicData)),
        (4, 255, Some(ErrorKind::IccDynamicData)),
    ] {
        let changed = forge(&secret, &signed, Some(&[&UN.0]), |b| b[place] = value);
        let found = icc.verify_dynamic_data(&changed, &UN.0);
        assert_eq!(kind(found), expected, "byte {place}, {value}");
    }

    let answer = |signed: &[u8]| [&RESPONSE[..], &[0x9F, 0x4B, 96], signed].concat();
    let transaction = TransactionData::first(&[1], &[2], &RESPONSE);
    let ac = ApplicationCryptogram([0xAC; 8]);
    let signed = card
        .sign_combined_data(&transaction, ac, number, UN, &[])
        .unwrap();
    for (place, value, expected) in [
        (3, 38, None),
        // All but the last byte of the transaction data hash code.
        (3, 37, Some(ErrorKind::IccDynamicData)),
        (13, 0x40, Some(ErrorKind::CryptogramInformation)),
        (14, 0x00, None),
        (22, 0x00, Some(ErrorKind::TransactionDataHash)),
    ] {
        let changed = forge(&secret, &signed, Some(&[&UN.0]), |b| b[place] = value);
        let answer = answer(&changed);
        let found = icc.verify_combined_data(&TransactionData::first(&[1], &[2], &answer), UN);
        assert_eq!(kind(found), expected, "byte {place}, {value}");
    }
    // A signature of DDA is none of CDA, even over the same unpredictable number.
    let dynamic = card.sign_dynamic_data(number, &[], &UN.0).unwrap();
    let answer = answer(&dynamic);
    let found = icc.verify_combined_data(&TransactionData::first(&[1], &[2], &answer), UN);
    assert_eq!(kind(found), Some(ErrorKind::IccDynamicData));
}
