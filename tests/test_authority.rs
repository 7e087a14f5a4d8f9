//! The certificates of the test cards: what their test authority and issuer make, bit by bit where that is one thing only.
//!
//! When a profile changes, this test fails and prints what belongs into `src/card/test_cards/certificates.rs`.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::collections::BTreeMap;

use chipcard::card::test_cards::{TestCard, keys};
use chipcard::card::{Finding, Profile};
use chipcard::element::{
    ApplicationFileLocator, ApplicationIdentifier, ApplicationInterchangeProfile as Aip, Date, Pan,
    YearMonth,
};
use chipcard::oda::{
    CertificateContext, EcExpiry, IccdHashAlgorithm, IssuedCertificate, IssuerIdentifier,
    PublicKeyCertificate, issuer_certified_card_data, static_data,
};
use chipcard::{Tag, tag, tlv};
use rand::SeedableRng;
use rand::rngs::StdRng;

/// Data authentication code.
const DAC: [u8; 2] = [0xDA, 0xC1];

fn record<'p>(profile: &Profile<'p>, sfi: u8, number: u8) -> Option<&'p [u8]> {
    let mut records = profile.records.iter();
    let found = records.find(|record| (record.sfi, record.number) == (sfi, number));
    found.map(|record| record.data)
}

/// All data objects of all records.
fn objects(profile: &Profile<'_>) -> BTreeMap<Tag, Vec<u8>> {
    let mut all = BTreeMap::new();
    for record in profile.records {
        let template = tlv::require(record.data, tag::READ_RECORD_RESPONSE_TEMPLATE).unwrap();
        for object in template.children() {
            let object = object.unwrap();
            let before = all.insert(object.tag, object.value.to_vec());
            assert_eq!(before, None, "{} twice", object.tag);
        }
    }
    all
}

fn rid(profile: &Profile<'_>) -> [u8; 5] {
    profile.aid[..5].try_into().unwrap()
}

fn signed_data(profile: &Profile<'_>) -> Vec<u8> {
    let afl = ApplicationFileLocator::parse(profile.afl).unwrap();
    static_data(&afl, Some(&[0x82]), profile.aip, |sfi, number| {
        record(profile, sfi, number)
    })
    .unwrap()
}

fn certified_data(profile: &Profile<'_>) -> Vec<u8> {
    let afl = ApplicationFileLocator::parse(profile.afl).unwrap();
    let aid = ApplicationIdentifier::parse(profile.aid).unwrap();
    let pdol = Some(profile.pdol).filter(|list| !list.is_empty());
    issuer_certified_card_data(&afl, profile.aip, &aid, pdol, |sfi, number| {
        record(profile, sfi, number)
    })
    .unwrap()
}

/// What the authority and the issuer make for a card, by tag.
fn issue(test: &TestCard) -> BTreeMap<Tag, Vec<u8>> {
    let profile = &test.profile;
    let (pan, expiry) = (test.pan().unwrap(), YearMonth::new(2049, 12).unwrap());
    let identifier = IssuerIdentifier::from_digits(&test.pan[..6]).unwrap();
    let mut made = BTreeMap::new();
    if profile.aip.contains(Aip::XDA_SUPPORTED) {
        let rng = &mut StdRng::seed_from_u64(44);
        let expiry = EcExpiry::from_bcd([0x20, 0x49, 0x12, 0x31], [0x23, 0x59]).unwrap();
        let authority = keys::ec_certification_authority(rid(profile)).unwrap();
        let issuer = keys::ec_issuer().unwrap();
        let hashed = (IccdHashAlgorithm::Sha256, &certified_data(profile)[..]);
        let key = keys::ec_icc().unwrap();
        let certificate = authority
            .certify_issuer(rng, issuer.public_key(), identifier, expiry, [0, 0, 1])
            .unwrap();
        made.insert(tag::ISSUER_PUBLIC_KEY_CERTIFICATE, certificate);
        let certificate = issuer
            .certify_icc(rng, key.public_key(), expiry, [0, 0, 0, 0, 0, 2], hashed)
            .unwrap();
        made.insert(tag::ICC_PUBLIC_KEY_CERTIFICATE, certificate);
        return made;
    }
    let authority = keys::certification_authority(rid(profile)).unwrap();
    let issuer = keys::issuer().unwrap();
    let data = signed_data(profile);
    let mut put = |tags: [Tag; 3], issued: IssuedCertificate| {
        let exponent = issued.exponent.to_bytes().to_vec();
        let values = [issued.certificate, issued.remainder, exponent];
        made.extend(tags.into_iter().zip(values));
    };
    put(
        [
            tag::ISSUER_PUBLIC_KEY_CERTIFICATE,
            tag::ISSUER_PUBLIC_KEY_REMAINDER,
            tag::ISSUER_PUBLIC_KEY_EXPONENT,
        ],
        authority
            .certify_issuer(issuer.public_key(), identifier, expiry, [0, 0, 1])
            .unwrap(),
    );
    if profile.aip.contains(Aip::DDA_SUPPORTED) {
        let key = keys::icc().unwrap();
        put(
            [
                tag::ICC_PUBLIC_KEY_CERTIFICATE,
                tag::ICC_PUBLIC_KEY_REMAINDER,
                tag::ICC_PUBLIC_KEY_EXPONENT,
            ],
            issuer
                .certify_icc(key.public_key(), &pan, expiry, [0, 0, 2], &data)
                .unwrap(),
        );
    }
    if profile.aip.contains(Aip::CDA_SUPPORTED) {
        let key = keys::pin().unwrap();
        put(
            [
                tag::ICC_PIN_PUBLIC_KEY_CERTIFICATE,
                tag::ICC_PIN_PUBLIC_KEY_REMAINDER,
                tag::ICC_PIN_PUBLIC_KEY_EXPONENT,
            ],
            issuer
                .certify_pin_key(key.public_key(), &pan, expiry, [0, 0, 3])
                .unwrap(),
        );
    }
    let signed = issuer.sign_static_data(DAC, &data).unwrap();
    made.insert(tag::SIGNED_STATIC_APPLICATION_DATA, signed);
    made
}

/// RSA certificates are one thing only: those in the profiles are what the keys make today.
#[test]
fn the_rsa_certificates_are_what_the_issuer_makes() {
    let mut wrong = String::new();
    for test in TestCard::SIGNING {
        let stored = objects(&test.profile);
        for (tag, value) in issue(test) {
            let random = test.profile.aip.contains(Aip::XDA_SUPPORTED);
            let verified = random && verify_elliptic(test, &stored).is_some();
            if stored.get(&tag) != Some(&value) && !verified {
                wrong += &format!("{} {tag} {}\n", test.name, hex::encode_upper(value));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn context(pan: &Pan) -> CertificateContext<'_> {
    CertificateContext::new(pan, Date::new(2049, 12, 30).unwrap())
}

fn verify_elliptic(test: &TestCard, stored: &BTreeMap<Tag, Vec<u8>>) -> Option<()> {
    let profile = &test.profile;
    let (pan, authority) = (
        test.pan().unwrap(),
        keys::ec_certification_authority(rid(profile)),
    );
    let certificate = stored.get(&tag::ISSUER_PUBLIC_KEY_CERTIFICATE)?;
    let issuer = authority
        .unwrap()
        .public_key()
        .recover_issuer_key(certificate, &context(&pan));
    let certificate = stored.get(&tag::ICC_PUBLIC_KEY_CERTIFICATE)?;
    let icc = issuer
        .ok()?
        .recover_icc_key(certificate, &certified_data(profile), &context(&pan));
    (icc.ok()?.key() == keys::ec_icc().unwrap().public_key()).then_some(())
}

/// As a terminal sees them: every chain verifies from the authority's key down to the card's.
#[test]
fn every_chain_verifies() {
    for test in TestCard::SIGNING {
        let (profile, pan) = (&test.profile, test.pan().unwrap());
        let (context, stored) = (context(&pan), objects(profile));
        if profile.aip.contains(Aip::XDA_SUPPORTED) {
            assert_eq!(stored[&tag::CA_PUBLIC_KEY_INDEX], [keys::EC_CA_INDEX]);
            assert!(verify_elliptic(test, &stored).is_some(), "{}", test.name);
            continue;
        }
        assert_eq!(stored[&tag::CA_PUBLIC_KEY_INDEX], [keys::CA_INDEX]);
        let parts = |[certificate, remainder, exponent]: [Tag; 3]| {
            PublicKeyCertificate::new(
                &stored[&certificate],
                &stored[&remainder],
                &stored[&exponent],
            )
        };
        let authority = keys::certification_authority(rid(profile)).unwrap();
        let certificate = parts([
            tag::ISSUER_PUBLIC_KEY_CERTIFICATE,
            tag::ISSUER_PUBLIC_KEY_REMAINDER,
            tag::ISSUER_PUBLIC_KEY_EXPONENT,
        ]);
        let issuer = authority
            .public_key()
            .recover_issuer_key(&certificate, &context)
            .unwrap();
        let data = signed_data(profile);
        let verified = issuer
            .verify_static_data(&stored[&tag::SIGNED_STATIC_APPLICATION_DATA], &data)
            .unwrap();
        assert_eq!(verified.data_authentication_code(), DAC);
        if profile.aip.contains(Aip::DDA_SUPPORTED) {
            let certificate = parts([
                tag::ICC_PUBLIC_KEY_CERTIFICATE,
                tag::ICC_PUBLIC_KEY_REMAINDER,
                tag::ICC_PUBLIC_KEY_EXPONENT,
            ]);
            let icc = issuer
                .recover_icc_key(&certificate, &data, &context)
                .unwrap();
            assert_eq!(icc.key(), keys::icc().unwrap().public_key());
        }
        if profile.aip.contains(Aip::CDA_SUPPORTED) {
            let certificate = parts([
                tag::ICC_PIN_PUBLIC_KEY_CERTIFICATE,
                tag::ICC_PIN_PUBLIC_KEY_REMAINDER,
                tag::ICC_PIN_PUBLIC_KEY_EXPONENT,
            ]);
            let pin = issuer.recover_pin_key(&certificate, &context).unwrap();
            assert_eq!(pin.key(), keys::pin().unwrap().public_key());
        }
    }
}

#[test]
fn the_signing_cards_are_good() {
    for test in TestCard::SIGNING {
        let mut found: Vec<Finding> = Vec::new();
        test.profile.lint(&mut |finding| found.push(finding));
        assert_eq!(found, [], "{}", test.name);
    }
}
