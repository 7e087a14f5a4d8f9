//! Offline data authentication with elliptic curves: what is made verifies, and nothing else does.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::sync::LazyLock;

use chipcard::element::{
    ApplicationFileLocator, ApplicationIdentifier, ApplicationInterchangeProfile, Date, Pan,
};
use chipcard::oda::{
    CertificateContext, EcCaPublicKey, EcCertificationAuthority, EcExpiry, EcIccPrivateKey,
    EcIssuerPrivateKey, EcPrivateKey, EcPublicKey, IccdHashAlgorithm, IssuerIdentifier,
    RecoveredEcIccKey, RecoveredEcIssuerKey, RevokedCertificate, SecondXda, SignatureSuite,
    TransactionData, issuer_certified_card_data,
};
use chipcard::{ErrorKind, Result, tag};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

const RID: [u8; 5] = [0xA0, 0x00, 0x00, 0x00, 0x03];
const INDEX: u8 = 0xE1;
const SERIAL: [u8; 3] = [0x01, 0x02, 0x03];
const CERTIFIED: [u8; 30] = [0x5A; 30];
const SUITES: [SignatureSuite; 2] = [SignatureSuite::P256Sha256, SignatureSuite::P521Sha512];

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

fn key(seed: u64, suite: SignatureSuite) -> EcPrivateKey {
    EcPrivateKey::generate(&mut rng(seed), suite).unwrap()
}

fn pan() -> Pan {
    Pan::from_digits("4761739001010010").unwrap()
}

fn context(pan: &Pan) -> CertificateContext<'_> {
    CertificateContext::new(pan, Date::new(2026, 7, 1).unwrap())
}

struct Chain {
    ca: EcCaPublicKey,
    icc_key: EcIccPrivateKey,
    issuer: Vec<u8>,
    icc: Vec<u8>,
}

impl Chain {
    fn new([ca, issuer, icc]: [SignatureSuite; 3], hash: IccdHashAlgorithm) -> Self {
        let rng = &mut rng(7);
        let authority = EcCertificationAuthority::new(RID, INDEX, key(1, ca));
        let issuer_key = EcIssuerPrivateKey::new(key(2, issuer));
        let icc_key = EcIccPrivateKey::new(key(3, icc));
        let identifier = IssuerIdentifier::from_digits("4761739001").unwrap();
        let expiry = EcExpiry::from_bcd([0x20, 0x30, 0x12, 0x31], [0x23, 0x59]).unwrap();
        let issuer = authority
            .certify_issuer(rng, issuer_key.public_key(), identifier, expiry, SERIAL)
            .unwrap();
        let icc = issuer_key
            .certify_icc(
                rng,
                icc_key.public_key(),
                expiry,
                [9; 6],
                (hash, &CERTIFIED),
            )
            .unwrap();
        Self {
            ca: authority.public_key(),
            icc_key,
            issuer,
            icc,
        }
    }

    fn of(suite: SignatureSuite) -> Self {
        Self::new([suite; 3], IccdHashAlgorithm::Sha256)
    }

    fn recovered_issuer(&self) -> RecoveredEcIssuerKey {
        let pan = pan();
        self.ca
            .recover_issuer_key(&self.issuer, &context(&pan))
            .unwrap()
    }

    fn recovered_icc(&self) -> RecoveredEcIccKey {
        let pan = pan();
        self.recovered_issuer()
            .recover_icc_key(&self.icc, &CERTIFIED, &context(&pan))
            .unwrap()
    }
}

static CHAINS: LazyLock<[Chain; 2]> = LazyLock::new(|| SUITES.map(Chain::of));

/// The answer to a GENERATE AC with its signature.
fn answer(chain: &Chain, transaction: &TransactionData<'_>, second: SecondXda) -> Vec<u8> {
    let signed = chain
        .icc_key
        .sign_answer(&mut rng(11), transaction, second)
        .unwrap();
    let mut answer = vec![0x9F, 0x4B];
    if signed.len() > 127 {
        answer.push(0x81);
    }
    answer.push(signed.len() as u8);
    answer.extend(signed);
    // First, so that leaving it out means more than cutting the end off.
    answer.extend_from_slice(transaction.response);
    answer
}

fn unsigned(information: u8) -> Vec<u8> {
    let mut answer = vec![0x9F, 0x27, 0x01, information, 0x9F, 0x36, 0x02, 0x00, 0x2A];
    answer.extend([0x9F, 0x26, 0x08]);
    answer.extend([0xAC; 8]);
    answer
}

/// The lengths of EMV 4.4 Book 2 tables 35, 36 and 39.
#[test]
fn lengths() {
    for (suite, issuer, icc, signed) in [
        (SignatureSuite::P256Sha256, 117, 145, 65),
        (SignatureSuite::P521Sha512, 217, 245, 131),
    ] {
        let chain = Chain::of(suite);
        assert_eq!(chain.issuer.len(), issuer);
        assert_eq!(chain.icc.len(), icc);
        let response = unsigned(0x80);
        let transaction = TransactionData::first(&[], &[], &response);
        let found = chain
            .icc_key
            .sign_answer(&mut rng(1), &transaction, SecondXda::Cdol2Alone)
            .unwrap();
        assert_eq!((found.len(), found[0]), (signed, 0x15));
    }
}

#[test]
fn chains_of_all_suites_and_hashes() {
    for ca in SUITES {
        for issuer in SUITES {
            for icc in SUITES {
                for hash in [IccdHashAlgorithm::Sha256, IccdHashAlgorithm::Sha512] {
                    let chain = Chain::new([ca, issuer, icc], hash);
                    let key = chain.recovered_icc();
                    assert_eq!(key.key(), chain.icc_key.public_key());
                    let response = unsigned(0x40);
                    let transaction = TransactionData::first(&[1], &[2], &response);
                    let answer = answer(&chain, &transaction, SecondXda::Cdol2Alone);
                    let verified = key
                        .verify_answer(
                            &TransactionData::first(&[1], &[2], &answer),
                            SecondXda::Cdol2Alone,
                        )
                        .unwrap();
                    assert_eq!(verified.cryptogram().0, [0xAC; 8]);
                    assert_eq!(verified.cryptogram_information_data().0, [0x40]);
                }
            }
        }
    }
}

/// What verification says to `original` with each byte changed, and cut short, and longer.
fn refuses_changes<T>(original: &[u8], mut verify: impl FnMut(&[u8]) -> Result<T>) {
    assert!(verify(original).is_ok());
    for place in 0..original.len() {
        let mut changed = original.to_vec();
        changed[place] ^= if place % 2 == 0 { 0x01 } else { 0xFF };
        assert!(verify(&changed).is_err(), "byte {place}");
    }
    for length in 0..original.len() {
        assert!(verify(&original[..length]).is_err(), "{length} bytes");
    }
    assert!(verify(&[original, &[0]].concat()).is_err());
}

#[test]
fn each_byte_of_the_certificates_counts() {
    let pan = pan();
    let context = context(&pan);
    for suite in SUITES {
        let chain = Chain::of(suite);
        let issuer = chain.recovered_issuer();
        refuses_changes(&chain.issuer, |b| chain.ca.recover_issuer_key(b, &context));
        refuses_changes(&CERTIFIED, |b| {
            issuer.recover_icc_key(&chain.icc, b, &context)
        });
        // The serial number of a card's certificate has no meaning of its own, but is signed.
        refuses_changes(&chain.icc, |b| {
            issuer.recover_icc_key(b, &CERTIFIED, &context)
        });
    }
}

#[test]
fn each_byte_of_the_answer_counts() {
    let (pdol, cdol1, cdol2) = ([0x10; 3], [0x11; 12], [0x12; 8]);
    for suite in SUITES {
        let chain = Chain::of(suite);
        let key = chain.recovered_icc();
        let response = unsigned(0x80);
        for (second, coverage) in [
            (None, SecondXda::Cdol2Alone),
            (Some(&cdol2[..]), SecondXda::Cdol2Alone),
            (Some(&cdol2[..]), SecondXda::AllData),
        ] {
            let verify = |pdol: &[u8], cdol1: &[u8], second: Option<&[u8]>, answer: &[u8]| {
                let transaction = match second {
                    None => TransactionData::first(pdol, cdol1, answer),
                    Some(cdol2) => TransactionData::second(pdol, cdol1, cdol2, answer),
                };
                key.verify_answer(&transaction, coverage)
            };
            let plain = match second {
                None => TransactionData::first(&pdol, &cdol1, &response),
                Some(cdol2) => TransactionData::second(&pdol, &cdol1, cdol2, &response),
            };
            let answer = answer(&chain, &plain, coverage);
            refuses_changes(&answer, |b| verify(&pdol, &cdol1, second, b));
            if second.is_some() {
                refuses_changes(&cdol2, |b| verify(&pdol, &cdol1, Some(b), &answer));
            }
            // EMV 4.4 Book 2 Table 37: PDOL and CDOL1 data enter the first signature alone.
            if coverage == SecondXda::Cdol2Alone && second.is_some() {
                assert!(verify(&[], &[], second, &answer).is_ok());
            } else {
                refuses_changes(&pdol, |b| verify(b, &cdol1, second, &answer));
                refuses_changes(&cdol1, |b| verify(&pdol, b, second, &answer));
            }
        }
    }
}

#[test]
fn wrong_keys_and_formats() {
    let chain = Chain::of(SignatureSuite::P256Sha256);
    let (pan, response) = (pan(), unsigned(0x80));
    let transaction = TransactionData::first(&[], &[], &response);
    let other = Chain::new([SignatureSuite::P256Sha256; 3], IccdHashAlgorithm::Sha512);
    // Another card's key.
    let stranger = EcIccPrivateKey::new(key(99, SignatureSuite::P256Sha256));
    let signed = stranger
        .sign_answer(&mut rng(1), &transaction, SecondXda::Cdol2Alone)
        .unwrap();
    let forged = [&[0x9F, 0x4B, 65][..], &signed, &response].concat();
    let error = chain
        .recovered_icc()
        .verify_answer(
            &TransactionData::first(&[], &[], &forged),
            SecondXda::Cdol2Alone,
        )
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Signature);
    assert_eq!(error.tag(), Some(tag::SIGNED_DYNAMIC_APPLICATION_DATA));
    // One certificate in place of the other.
    let error = chain
        .ca
        .recover_issuer_key(&chain.icc, &context(&pan))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CertificateFormat);
    // Another certification authority key of the same name.
    let impostor = EcCaPublicKey::new(
        RID,
        INDEX,
        key(98, SignatureSuite::P256Sha256).public_key().clone(),
    );
    let error = impostor
        .recover_issuer_key(&chain.issuer, &context(&pan))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Signature);
    let renamed = EcCaPublicKey::new(RID, 1, chain.ca.key().clone());
    let error = renamed
        .recover_issuer_key(&chain.issuer, &context(&pan))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CertificateIssuer);
    assert_eq!(
        chain.recovered_issuer().key(),
        other.recovered_issuer().key()
    );
    // Suites and hashes that are assigned but not known here.
    for (place, value, kind) in [
        (2, 0x12, ErrorKind::KeyAlgorithm),
        (2, 0x00, ErrorKind::KeyAlgorithm),
        (15, 0x01, ErrorKind::CertificateFormat),
        (16, 0x04, ErrorKind::HashAlgorithm),
        (16, 0x01, ErrorKind::HashAlgorithm),
        (17, 0x00, ErrorKind::HashResult),
    ] {
        let mut changed = chain.icc.clone();
        changed[place] = value;
        let error = chain
            .recovered_issuer()
            .recover_icc_key(&changed, &CERTIFIED, &context(&pan))
            .unwrap_err();
        assert_eq!(error.kind(), kind, "byte {place}");
    }
}

#[test]
fn dates_and_revocation() {
    let chain = Chain::of(SignatureSuite::P256Sha256);
    let pan = pan();
    let recover = |year, month, day, time: (u8, u8), revoked: &[RevokedCertificate]| {
        let context = CertificateContext::new(&pan, Date::new(year, month, day).unwrap())
            .with_time(time.0, time.1)
            .with_revoked(revoked);
        let issuer = chain.ca.recover_issuer_key(&chain.issuer, &context);
        issuer
            .and_then(|key| key.recover_icc_key(&chain.icc, &CERTIFIED, &context))
            .map(|_| ())
            .map_err(|error| (error.kind(), error.tag()))
    };
    let expired = |tag| Err((ErrorKind::CertificateExpired, Some(tag)));
    assert_eq!(recover(2030, 12, 31, (23, 58), &[]), Ok(()));
    // The card's certificate must expire later than now, the issuer's today or later.
    assert_eq!(
        recover(2030, 12, 31, (23, 59), &[]),
        expired(tag::ICC_PUBLIC_KEY_CERTIFICATE)
    );
    assert_eq!(
        recover(2031, 1, 1, (0, 0), &[]),
        expired(tag::ISSUER_PUBLIC_KEY_CERTIFICATE)
    );
    let revoked = RevokedCertificate {
        rid: RID,
        index: INDEX,
        serial: SERIAL,
    };
    assert_eq!(
        recover(2026, 1, 1, (0, 0), &[revoked]),
        Err((
            ErrorKind::CertificateRevoked,
            Some(tag::ISSUER_PUBLIC_KEY_CERTIFICATE)
        ))
    );
    let stranger = Pan::from_digits("4761739002010010").unwrap();
    let error = chain
        .ca
        .recover_issuer_key(&chain.issuer, &context(&stranger))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::IssuerIdentifier);
    assert!(EcExpiry::from_bcd([0x20, 0x3A, 0x12, 0x31], [0, 0]).is_err());
}

#[test]
fn self_signed_authority_keys() {
    for suite in SUITES {
        let authority = EcCertificationAuthority::new(RID, INDEX, key(5, suite));
        let certificate = authority.self_signed(&mut rng(5)).unwrap();
        let found = EcCaPublicKey::from_self_signed(&certificate).unwrap();
        assert_eq!(found, authority.public_key());
        refuses_changes(&certificate, EcCaPublicKey::from_self_signed);
    }
}

/// EMV 4.4 Book 3 10.3: records, then tags 82, 9F06 and, where the card has one, 9F38, with tags and lengths.
#[test]
fn certified_card_data() {
    let afl = ApplicationFileLocator::parse(&[0x08, 1, 2, 1, 0x58, 1, 1, 1]).unwrap();
    let aip = ApplicationInterchangeProfile::parse(&[0x80, 0x00]).unwrap();
    let aid = ApplicationIdentifier::parse(&[0xA0, 0, 0, 0, 0x03, 0x10, 0x10]).unwrap();
    let record = [0x70, 0x03, 0x5F, 0x34, 0x00];
    let read = |file, number| match (file, number) {
        (1 | 11, 1) => Some(&record[..]),
        _ => None,
    };
    let with = issuer_certified_card_data(&afl, aip, &aid, Some(&[0x9F, 0x37, 4]), read).unwrap();
    let expected = "5F34007003_5F3400_82028000_9F0607A0000000031010_9F38039F3704";
    assert_eq!(with, hex::decode(expected.replace('_', "")).unwrap());
    let without = issuer_certified_card_data(&afl, aip, &aid, None, read).unwrap();
    assert_eq!(without, with[..with.len() - 6]);
    let error = issuer_certified_card_data(&afl, aip, &aid, None, |_, _| None).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Missing);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Any bytes behind a right beginning: an error, never a panic.
    #[test]
    fn any_bytes(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        suite in 0..2_usize,
    ) {
        let pan = pan();
        let chain = &CHAINS[suite];
        let context = context(&pan);
        let issuer = chain.recovered_issuer();
        for (start, length) in [(&chain.issuer, 21), (&chain.icc, 17)] {
            let mut changed = start[..length].to_vec();
            changed.extend_from_slice(&bytes);
            changed.truncate(start.len());
            prop_assert!(chain.ca.recover_issuer_key(&changed, &context).is_err());
            prop_assert!(issuer.recover_icc_key(&changed, &bytes, &context).is_err());
        }
        let transaction = TransactionData::first(&[], &[], &bytes);
        prop_assert!(
            chain.recovered_icc().verify_answer(&transaction, SecondXda::Cdol2Alone).is_err()
        );
        prop_assert!(EcCaPublicKey::from_self_signed(&bytes).is_err());
        for suite in SUITES {
            // Half of all x-coordinates have a point.
            let _ = EcPublicKey::new(suite, &bytes);
            let _ = EcPrivateKey::new(suite, &bytes);
        }
    }
}
