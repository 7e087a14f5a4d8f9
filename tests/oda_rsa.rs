//! Offline data authentication with RSA: what is made verifies, and nothing else does.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::ops::Range;
use std::sync::LazyLock;

use chipcard::cryptogram::ApplicationCryptogram;
use chipcard::dol::DataObjectList;
use chipcard::element::{
    ApplicationFileLocator, ApplicationInterchangeProfile, Date, Pan, UnpredictableNumber,
    YearMonth,
};
use chipcard::oda::{
    CaPublicKey, CaPublicKeys, CertificateContext, CertificationAuthority, IccDynamicNumber,
    IccPrivateKey, IssuedCertificate, IssuerIdentifier, IssuerPrivateKey, PinPrivateKey,
    PublicExponent, PublicKeyCertificate, RecoveredIccKey, RecoveredIssuerKey, RevokedCertificate,
    RsaPrivateKey, RsaPublicKey, TransactionData, check_ddol, static_data,
};
use chipcard::{ErrorKind, Result, tag};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;

const RID: [u8; 5] = [0xA0, 0x00, 0x00, 0x00, 0x03];
const INDEX: u8 = 0x99;
const SERIAL: [u8; 3] = [0x01, 0x02, 0x03];
const STATIC_DATA: [u8; 40] = [0x5A; 40];

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

fn pan() -> Pan {
    Pan::from_digits("4761739001010010").unwrap()
}

fn today() -> Date {
    Date::new(2026, 7, 1).unwrap()
}

fn expiry() -> YearMonth {
    YearMonth::new(2030, 12).unwrap()
}

fn key(seed: u64, length: usize, exponent: PublicExponent) -> RsaPrivateKey {
    RsaPrivateKey::generate(&mut rng(seed), length, exponent).unwrap()
}

/// A payment system, an issuer and a card, and what the card stores.
struct Chain {
    ca: CaPublicKey,
    issuer_key: IssuerPrivateKey,
    icc_key: IccPrivateKey,
    pin_key: PinPrivateKey,
    issuer: IssuedCertificate,
    icc: IssuedCertificate,
    pin: IssuedCertificate,
    signed_static_data: Vec<u8>,
}

impl Chain {
    fn new([ca, issuer, icc]: [usize; 3], exponent: PublicExponent) -> Result<Self> {
        let authority = CertificationAuthority::new(RID, INDEX, key(1, ca, exponent));
        let issuer_key = IssuerPrivateKey::new(key(2, issuer, exponent));
        let icc_key = IccPrivateKey::new(key(3, icc, exponent));
        let pin_key = PinPrivateKey::new(key(4, icc, exponent));
        let identifier = IssuerIdentifier::from_digits("476173")?;
        let (pan, expiry) = (pan(), expiry());
        Ok(Self {
            ca: authority.public_key(),
            issuer: authority.certify_issuer(
                issuer_key.public_key(),
                identifier,
                expiry,
                SERIAL,
            )?,
            icc: issuer_key.certify_icc(
                icc_key.public_key(),
                &pan,
                expiry,
                SERIAL,
                &STATIC_DATA,
            )?,
            pin: issuer_key.certify_pin_key(pin_key.public_key(), &pan, expiry, SERIAL)?,
            signed_static_data: issuer_key.sign_static_data([0xDA, 0xC0], &STATIC_DATA)?,
            issuer_key,
            icc_key,
            pin_key,
        })
    }

    fn recovered_issuer(&self) -> Result<RecoveredIssuerKey> {
        let pan = pan();
        let context = CertificateContext::new(&pan, today());
        self.ca.recover_issuer_key(&self.issuer.parts(), &context)
    }

    fn recovered_icc(&self) -> Result<RecoveredIccKey> {
        let pan = pan();
        let context = CertificateContext::new(&pan, today());
        self.recovered_issuer()?
            .recover_icc_key(&self.icc.parts(), &STATIC_DATA, &context)
    }
}

static CHAIN: LazyLock<Chain> =
    LazyLock::new(|| Chain::new([112, 104, 96], PublicExponent::Three).unwrap());

fn number() -> IccDynamicNumber {
    IccDynamicNumber::new(&[1, 2, 3, 4, 5, 6, 7, 8]).unwrap()
}

const UN: UnpredictableNumber = UnpredictableNumber([0xDE, 0xAD, 0xBE, 0xEF]);
const AC: ApplicationCryptogram = ApplicationCryptogram([0xAC; 8]);

/// The answer of a GENERATE AC with CDA, signature and all.
fn answer(
    chain: &Chain,
    information: u8,
    pdol: &[u8],
    cdol1: &[u8],
    cdol2: Option<&[u8]>,
) -> Vec<u8> {
    let mut answer = vec![0x9F, 0x27, 0x01, information, 0x9F, 0x36, 0x02, 0x00, 0x2A];
    let transaction = transaction(pdol, cdol1, cdol2, &answer);
    let signed = chain
        .icc_key
        .sign_combined_data(&transaction, AC, number(), UN, &[])
        .unwrap();
    // Not last, so that leaving it out means more than cutting the end off.
    answer.extend([0x9F, 0x4B]);
    if signed.len() > 127 {
        answer.push(0x81);
    }
    answer.push(signed.len() as u8);
    answer.extend(signed);
    answer
}

fn transaction<'a>(
    pdol: &'a [u8],
    cdol1: &'a [u8],
    cdol2: Option<&'a [u8]>,
    response: &'a [u8],
) -> TransactionData<'a> {
    match cdol2 {
        None => TransactionData::first(pdol, cdol1, response),
        Some(cdol2) => TransactionData::second(pdol, cdol1, cdol2, response),
    }
}

fn check_chain(chain: &Chain) {
    let issuer = chain.recovered_issuer().unwrap();
    assert_eq!(issuer.key(), chain.issuer_key.public_key());
    assert_eq!((issuer.serial(), issuer.expiry()), (SERIAL, expiry()));
    let verified = issuer
        .verify_static_data(&chain.signed_static_data, &STATIC_DATA)
        .unwrap();
    assert_eq!(verified.data_authentication_code(), [0xDA, 0xC0]);

    let icc = chain.recovered_icc().unwrap();
    assert_eq!(icc.key(), chain.icc_key.public_key());
    let signed = chain
        .icc_key
        .sign_dynamic_data(number(), &[0x11], &UN.0)
        .unwrap();
    let verified = icc.verify_dynamic_data(&signed, &UN.0).unwrap();
    assert_eq!(verified.icc_dynamic_number(), number());
    assert_eq!(verified.additional(), [0x11]);

    for cdol2 in [None, Some(&[0x02; 20][..])] {
        let answer = answer(chain, 0x80, &[0x00], &[0x01; 33], cdol2);
        let transaction = transaction(&[0x00], &[0x01; 33], cdol2, &answer);
        let verified = icc.verify_combined_data(&transaction, UN).unwrap();
        assert_eq!(verified.cryptogram(), AC);
        assert_eq!(verified.icc_dynamic_number(), number());
        assert_eq!(verified.cryptogram_information_data().0, [0x80]);
    }

    let pan = pan();
    let context = CertificateContext::new(&pan, today());
    let pin = issuer
        .recover_pin_key(&chain.pin.parts(), &context)
        .unwrap();
    assert_eq!(pin.key(), chain.pin_key.public_key());
    let block = [0x24, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
    let challenge = [0xC4; 8];
    let enciphered = pin.encipher_pin(&block, challenge, &mut rng(9)).unwrap();
    let found = chain.pin_key.decipher_pin(&enciphered, challenge).unwrap();
    assert_eq!(*found, block);
    let enciphered = icc
        .for_pin()
        .encipher_pin(&block, challenge, &mut rng(9))
        .unwrap();
    let found = chain.icc_key.decipher_pin(&enciphered, challenge).unwrap();
    assert_eq!(*found, block);
    let error = chain.icc_key.decipher_pin(&enciphered, [0; 8]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PinRecovery);
}

/// The limits of EMV Book 2 B2.1 and D1, keys with and without remainder, and odd lengths.
#[test]
fn key_sizes() {
    for (lengths, exponent) in [
        ([248, 248, 248], PublicExponent::Three),
        ([248, 247, 205], PublicExponent::FermatFour),
        ([176, 144, 112], PublicExponent::Three),
        ([144, 108, 66], PublicExponent::Three),
        ([144, 109, 67], PublicExponent::FermatFour),
        ([128, 92, 64], PublicExponent::FermatFour),
        ([112, 111, 96], PublicExponent::Three),
    ] {
        let chain = Chain::new(lengths, exponent).unwrap();
        let [ca, issuer, icc] = lengths;
        assert_eq!(chain.issuer.certificate.len(), ca);
        assert_eq!(chain.icc.certificate.len(), issuer);
        let remainder = |length: usize, room: usize| length.saturating_sub(room);
        assert_eq!(chain.issuer.remainder.len(), remainder(issuer, ca - 36));
        assert_eq!(chain.icc.remainder.len(), remainder(icc, issuer - 42));
        check_chain(&chain);
    }
    for lengths in [[112, 113, 96], [112, 104, 105]] {
        let error = Chain::new(lengths, PublicExponent::Three).err().unwrap();
        assert_eq!(error.kind(), ErrorKind::CertifiedKeyLength);
    }
    for length in [0, 63, 249] {
        assert!(RsaPrivateKey::generate(&mut rng(1), length, PublicExponent::Three).is_err());
    }
}

/// With short keys all that CDA has to sign does not fit.
#[test]
fn the_dynamic_data_must_fit() {
    let key = IccPrivateKey::new(key(5, 64, PublicExponent::Three));
    let room = 64 - 25 - 9;
    assert!(key.sign_dynamic_data(number(), &vec![0; room], &[]).is_ok());
    for length in [room + 1, 246, 247, 300] {
        let error = key
            .sign_dynamic_data(number(), &vec![0; length], &[])
            .unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Length { .. }));
    }
}

/// What verification says to `original` with each byte changed, and cut short, and longer.
fn refuses_changes<T>(
    original: &[u8],
    range: Range<usize>,
    mut verify: impl FnMut(&[u8]) -> Result<T>,
) {
    assert!(verify(original).is_ok());
    for place in range {
        for mask in [0x01, 0x80, 0xFF] {
            let mut changed = original.to_vec();
            changed[place] ^= mask;
            assert!(verify(&changed).is_err(), "byte {place}");
        }
    }
    for length in 0..original.len() {
        assert!(verify(&original[..length]).is_err(), "{length} bytes");
    }
    for byte in [0x00, 0xBB] {
        let longer = [original, &[byte]].concat();
        assert!(verify(&longer).is_err());
    }
}

fn all(bytes: &[u8]) -> Range<usize> {
    0..bytes.len()
}

#[test]
fn each_byte_of_the_issuer_certificate_counts() {
    let chain = &*CHAIN;
    let (pan, stored) = (pan(), &chain.issuer);
    let context = CertificateContext::new(&pan, today());
    let exponent = stored.exponent.to_bytes();
    let recover = |certificate: &[u8], remainder: &[u8], exponent: &[u8]| {
        let parts = PublicKeyCertificate::new(certificate, remainder, exponent);
        chain.ca.recover_issuer_key(&parts, &context)
    };
    let (certificate, remainder) = (&stored.certificate, &stored.remainder);
    assert!(!remainder.is_empty());
    refuses_changes(certificate, all(certificate), |b| {
        recover(b, remainder, exponent)
    });
    refuses_changes(remainder, all(remainder), |b| {
        recover(certificate, b, exponent)
    });
    refuses_changes(exponent, all(exponent), |b| {
        recover(certificate, remainder, b)
    });
    let other = recover(certificate, remainder, &[1, 0, 1]).unwrap_err();
    assert_eq!(other.kind(), ErrorKind::HashResult);
    assert_eq!(other.tag(), Some(tag::ISSUER_PUBLIC_KEY_CERTIFICATE));
}

#[test]
fn each_byte_of_the_card_certificates_counts() {
    let chain = &*CHAIN;
    let pan = pan();
    let context = CertificateContext::new(&pan, today());
    let issuer = chain.recovered_issuer().unwrap();
    let exponent = chain.icc.exponent.to_bytes();
    let recover = |certificate: &[u8], remainder: &[u8], data: &[u8]| {
        let parts = PublicKeyCertificate::new(certificate, remainder, exponent);
        issuer.recover_icc_key(&parts, data, &context)
    };
    let (certificate, remainder) = (&chain.icc.certificate, &chain.icc.remainder);
    refuses_changes(certificate, all(certificate), |b| {
        recover(b, remainder, &STATIC_DATA)
    });
    refuses_changes(remainder, all(remainder), |b| {
        recover(certificate, b, &STATIC_DATA)
    });
    refuses_changes(&STATIC_DATA, all(&STATIC_DATA), |b| {
        recover(certificate, remainder, b)
    });
    refuses_changes(&chain.pin.certificate, all(&chain.pin.certificate), |b| {
        let parts = PublicKeyCertificate::new(b, &chain.pin.remainder, exponent);
        issuer.recover_pin_key(&parts, &context)
    });
    // One certificate does not pass for the other.
    assert!(
        issuer
            .recover_pin_key(&chain.icc.parts(), &context)
            .is_err()
    );
    let swapped = issuer.recover_icc_key(&chain.pin.parts(), &STATIC_DATA, &context);
    assert_eq!(swapped.unwrap_err().kind(), ErrorKind::HashResult);
}

#[test]
fn each_byte_of_the_signed_data_counts() {
    let chain = &*CHAIN;
    let issuer = chain.recovered_issuer().unwrap();
    let signed = &chain.signed_static_data;
    refuses_changes(signed, all(signed), |b| {
        issuer.verify_static_data(b, &STATIC_DATA)
    });
    refuses_changes(&STATIC_DATA, all(&STATIC_DATA), |b| {
        issuer.verify_static_data(signed, b)
    });

    let icc = chain.recovered_icc().unwrap();
    let signed = chain
        .icc_key
        .sign_dynamic_data(number(), &[], &UN.0)
        .unwrap();
    refuses_changes(&signed, all(&signed), |b| icc.verify_dynamic_data(b, &UN.0));
    refuses_changes(&UN.0, all(&UN.0), |b| icc.verify_dynamic_data(&signed, b));
}

#[test]
fn each_byte_of_the_transaction_counts() {
    let chain = &*CHAIN;
    let icc = chain.recovered_icc().unwrap();
    let (pdol, cdol1, cdol2) = ([0x10; 3], [0x11; 33], [0x12; 20]);
    for second in [None, Some(&cdol2[..])] {
        let answer = answer(chain, 0x40, &pdol, &cdol1, second);
        let verify = |pdol: &[u8], cdol1: &[u8], second: Option<&[u8]>, answer: &[u8]| {
            icc.verify_combined_data(&transaction(pdol, cdol1, second, answer), UN)
        };
        refuses_changes(&pdol, all(&pdol), |b| verify(b, &cdol1, second, &answer));
        refuses_changes(&cdol1, all(&cdol1), |b| verify(&pdol, b, second, &answer));
        refuses_changes(&answer, all(&answer), |b| verify(&pdol, &cdol1, second, b));
        if second.is_some() {
            refuses_changes(&cdol2, all(&cdol2), |b| {
                verify(&pdol, &cdol1, Some(b), &answer)
            });
        }
        let number = UnpredictableNumber([0; 4]);
        let other = icc.verify_combined_data(&transaction(&pdol, &cdol1, second, &answer), number);
        assert_eq!(other.unwrap_err().kind(), ErrorKind::HashResult);
    }
}

/// A wedge between card and terminal changes what is in clear.
#[test]
fn the_cryptogram_information_is_the_signed_one() {
    let chain = &*CHAIN;
    let icc = chain.recovered_icc().unwrap();
    let mut answer = answer(chain, 0x80, &[], &[], None);
    answer[3] = 0x40;
    let error = icc
        .verify_combined_data(&TransactionData::first(&[], &[], &answer), UN)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CryptogramInformation);
    answer[3] = 0x80;
    answer[8] ^= 1;
    let error = icc
        .verify_combined_data(&TransactionData::first(&[], &[], &answer), UN)
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TransactionDataHash);
    // An AAC is not signed.
    let aac = [0x9F, 0x27, 0x01, 0x00];
    let error = chain
        .icc_key
        .sign_combined_data(
            &TransactionData::first(&[], &[], &aac),
            AC,
            number(),
            UN,
            &[],
        )
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CryptogramInformation);
}

#[test]
fn context() {
    let chain = &*CHAIN;
    let recover = |pan: &str, year, month, day, revoked: &[RevokedCertificate]| {
        let pan = Pan::from_digits(pan).unwrap();
        let context = CertificateContext::new(&pan, Date::new(year, month, day).unwrap())
            .with_revoked(revoked);
        let issuer = chain.ca.recover_issuer_key(&chain.issuer.parts(), &context);
        issuer
            .and_then(|key| key.recover_icc_key(&chain.icc.parts(), &STATIC_DATA, &context))
            .map(|_| ())
            .map_err(|error| (error.kind(), error.tag()))
    };
    let issuer = Some(tag::ISSUER_PUBLIC_KEY_CERTIFICATE);
    let icc = Some(tag::ICC_PUBLIC_KEY_CERTIFICATE);
    let good = "4761739001010010";
    assert_eq!(recover(good, 2030, 12, 31, &[]), Ok(()));
    assert_eq!(
        recover(good, 2031, 1, 1, &[]),
        Err((ErrorKind::CertificateExpired, issuer))
    );
    assert_eq!(
        recover("4761749001010010", 2026, 1, 1, &[]),
        Err((ErrorKind::IssuerIdentifier, issuer))
    );
    assert_eq!(
        recover("4761739001010011", 2026, 1, 1, &[]),
        Err((ErrorKind::CertificatePan, icc))
    );
    let entry = RevokedCertificate {
        rid: RID,
        index: INDEX,
        serial: SERIAL,
    };
    assert_eq!(
        recover(good, 2026, 1, 1, &[entry]),
        Err((ErrorKind::CertificateRevoked, issuer))
    );
    let other = [
        RevokedCertificate { index: 1, ..entry },
        RevokedCertificate {
            rid: [0; 5],
            ..entry
        },
        RevokedCertificate {
            serial: [0; 3],
            ..entry
        },
    ];
    assert_eq!(recover(good, 2026, 1, 1, &other), Ok(()));
    let pan = pan();
    let ca = chain
        .ca
        .clone()
        .with_expiry(Date::new(2026, 6, 30).unwrap());
    let error = ca
        .recover_issuer_key(
            &chain.issuer.parts(),
            &CertificateContext::new(&pan, today()),
        )
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::CaKeyExpired);
}

#[test]
fn issuer_identifiers() {
    let authority = CertificationAuthority::new(RID, INDEX, key(1, 112, PublicExponent::Three));
    let (pan, issuer) = (pan(), CHAIN.issuer_key.public_key());
    let context = CertificateContext::new(&pan, today());
    for (digits, expected) in [
        ("476", true),
        ("4761", true),
        ("47617390", true),
        ("477", false),
        ("47617391", false),
    ] {
        let identifier = IssuerIdentifier::from_digits(digits).unwrap();
        let stored = authority
            .certify_issuer(issuer, identifier, expiry(), SERIAL)
            .unwrap();
        let found = authority
            .public_key()
            .recover_issuer_key(&stored.parts(), &context);
        assert_eq!(found.is_ok(), expected, "{digits}");
    }
    let long = IssuerIdentifier::from_digits("476173900").unwrap();
    assert!(
        authority
            .certify_issuer(issuer, long, expiry(), SERIAL)
            .is_err()
    );
    for digits in ["", "47", "47617390010", "47F"] {
        assert!(IssuerIdentifier::from_digits(digits).is_err());
    }
}

#[test]
fn what_makes_no_key() {
    let composite = [0xFF; 32];
    let error = RsaPrivateKey::from_primes(&composite, &composite, PublicExponent::Three);
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Primes);
    assert!(RsaPrivateKey::from_primes(&[], &[], PublicExponent::Three).is_err());
    assert!(RsaPrivateKey::from_primes(&[3; 32], &[3; 33], PublicExponent::Three).is_err());
    for modulus in [
        vec![],
        vec![0xFF; 63],
        vec![0xFF; 249],
        vec![0x7F; 64],
        vec![0xFE; 64],
    ] {
        let error = RsaPublicKey::new(&modulus, PublicExponent::Three).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Modulus);
    }
    for exponent in [&[][..], &[2], &[0, 3], &[1, 0, 0], &[0, 1, 0, 1]] {
        assert!(PublicExponent::parse(exponent).is_err());
    }
}

#[test]
fn trusted_keys() {
    let mut keys = CaPublicKeys::new();
    let ca = CHAIN.ca.clone();
    assert_eq!(ca.verify_check_value(ca.check_value()), Ok(()));
    let wrong = ca.verify_check_value([0; 20]).unwrap_err();
    assert_eq!(wrong.kind(), ErrorKind::CheckValue);
    assert_eq!(
        keys.find(RID, INDEX).unwrap_err().kind(),
        ErrorKind::Missing
    );
    keys.add(ca.clone()).unwrap();
    keys.add(CaPublicKey::new(RID, 1, ca.key().clone()))
        .unwrap();
    let twice = keys.add(ca.clone().with_expiry(today())).unwrap_err();
    assert_eq!(twice.kind(), ErrorKind::Duplicate);
    assert_eq!(keys.find(RID, INDEX), Ok(&ca));
    assert_ne!(keys.find(RID, 1).unwrap().check_value(), ca.check_value());
    assert!(keys.find([0xA0, 0, 0, 0, 4], INDEX).is_err());
}

/// EMV Book 3 10.3: of files 1 to 10 the value, of the others the template; a record that is no template 70 fails.
#[test]
fn static_data_of_records() {
    let aip = ApplicationInterchangeProfile::parse(&[0x58, 0x00]).unwrap();
    let good = [0x70, 0x03, 0x5F, 0x34, 0x01];
    let join = |entries: &[u8], tag_list: Option<&[u8]>, record: &[u8]| {
        let afl = ApplicationFileLocator::parse(entries).unwrap();
        static_data(&afl, tag_list, aip, |_, _| Some(record)).map_err(|error| error.kind())
    };
    let whole = good.to_vec();
    let value = good[2..].to_vec();
    assert_eq!(join(&[0x08, 1, 3, 0], None, &good), Ok(vec![]));
    assert_eq!(join(&[0x50, 1, 3, 2], None, &good), Ok(value.repeat(2)));
    assert_eq!(join(&[0x58, 1, 1, 1], None, &good), Ok(whole.clone()));
    let both = [&value[..], &whole, &[0x58, 0x00]].concat();
    let entries = [0x08, 1, 2, 1, 0xF0, 7, 7, 1];
    assert_eq!(join(&entries, Some(&[0x82]), &good), Ok(both));
    for tag_list in [&[][..], &[0x5A], &[0x82, 0x82], &[0x82, 0x5A]] {
        let found = join(&entries, Some(tag_list), &good);
        assert_eq!(found, Err(ErrorKind::TagList));
    }
    for (record, kind) in [
        (&[][..], ErrorKind::Truncated),
        (&[0x77, 0x00], ErrorKind::InvalidTag),
        (&[0x70, 0x00, 0x00], ErrorKind::TrailingBytes),
        (&[0x70, 0x00, 0x70, 0x00], ErrorKind::TrailingBytes),
    ] {
        assert_eq!(join(&[0x08, 1, 1, 1], None, record), Err(kind));
        assert_eq!(join(&[0x58, 1, 1, 1], None, record), Err(kind));
    }
    for length in 0..good.len() {
        assert!(join(&[0x08, 1, 1, 1], None, &good[..length]).is_err());
    }
    let afl = ApplicationFileLocator::parse(&[0x08, 1, 1, 1]).unwrap();
    let missing = static_data(&afl, None, aip, |_, _| None).unwrap_err();
    assert_eq!(missing.kind(), ErrorKind::Missing);
}

#[test]
fn a_ddol_asks_for_the_unpredictable_number() {
    for (list, expected) in [
        (&[0x9F, 0x37, 0x04][..], None),
        (&[0x9A, 0x03, 0x9F, 0x37, 0x04], None),
        (&[0x9A, 0x03], Some(ErrorKind::Missing)),
        (&[], Some(ErrorKind::Missing)),
        (
            &[0x9F, 0x37, 0x02],
            Some(ErrorKind::Length {
                min: 4,
                max: 4,
                found: 2,
            }),
        ),
    ] {
        let list = DataObjectList::parse(list).unwrap();
        assert_eq!(check_ddol(&list).err().map(|error| error.kind()), expected);
    }
}

/// A generator that repeats itself ends in an error, not in a loop.
#[test]
fn broken_generators() {
    struct Constant(u8);
    impl rand_core::TryRng for Constant {
        type Error = core::convert::Infallible;
        fn try_next_u32(&mut self) -> core::result::Result<u32, Self::Error> {
            Ok(u32::from_ne_bytes([self.0; 4]))
        }
        fn try_next_u64(&mut self) -> core::result::Result<u64, Self::Error> {
            Ok(u64::from_ne_bytes([self.0; 8]))
        }
        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> core::result::Result<(), Self::Error> {
            bytes.fill(self.0);
            Ok(())
        }
    }
    impl rand_core::TryCryptoRng for Constant {}
    let error = RsaPrivateKey::generate(&mut Constant(0xB7), 64, PublicExponent::FermatFour);
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Randomness);
}

#[test]
fn nothing_secret_is_shown() {
    let key = key(6, 64, PublicExponent::Three);
    let shown = format!(
        "{key:?} {:?}",
        IccPrivateKey::new(self::key(6, 64, PublicExponent::Three))
    );
    assert_eq!(
        shown,
        "RsaPrivateKey(64 bytes, redacted) IccPrivateKey(RsaPrivateKey(64 bytes, redacted))"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Any bytes in any place: an error, never a panic.
    #[test]
    fn any_bytes(
        certificate in proptest::collection::vec(any::<u8>(), 0..260),
        remainder in proptest::collection::vec(any::<u8>(), 0..60),
        exponent in proptest::collection::vec(any::<u8>(), 0..5),
    ) {
        let chain = &*CHAIN;
        let pan = pan();
        let context = CertificateContext::new(&pan, today());
        let exact = |length| {
            let mut bytes = certificate.clone();
            bytes.resize(length, 0x5A);
            bytes
        };
        let issuer = chain.recovered_issuer().unwrap();
        let icc = chain.recovered_icc().unwrap();
        for certificate in [certificate.clone(), exact(112), exact(104), exact(96)] {
            let parts = PublicKeyCertificate::new(&certificate, &remainder, &exponent);
            prop_assert!(chain.ca.recover_issuer_key(&parts, &context).is_err());
            prop_assert!(issuer.recover_icc_key(&parts, &remainder, &context).is_err());
            prop_assert!(issuer.recover_pin_key(&parts, &context).is_err());
            prop_assert!(issuer.verify_static_data(&certificate, &remainder).is_err());
            prop_assert!(icc.verify_dynamic_data(&certificate, &remainder).is_err());
            let transaction = TransactionData::first(&remainder, &exponent, &certificate);
            prop_assert!(icc.verify_combined_data(&transaction, UN).is_err());
            prop_assert!(chain.icc_key.decipher_pin(&certificate, [0; 8]).is_err());
        }
    }
}
