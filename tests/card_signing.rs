//! Cards with a coprocessor: challenges, enciphered PINs, DDA, CDA, XDA; what they answer in every state, and what their signatures and
//! their card verification results say.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod common;
mod states;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use chipcard::apdu::StatusWord;
use chipcard::card::test_cards::{self, TestCard, keys};
use chipcard::card::{
    Abilities, AnswerToSign, CardMemory, CardPrivateKeys, CardState, Coprocessor, Generator,
    MAX_SIGNATURE_LENGTH, MemoryError, NoCoprocessor, Profile, SoftwareCoprocessor, VolatileMemory,
};
use chipcard::cryptogram::ApplicationCryptogram;
use chipcard::element::{
    ApplicationFileLocator, ApplicationIdentifier, ApplicationInterchangeProfile as Aip,
    CryptogramInformationData, CryptogramType, Date, IssuerApplicationData, UnpredictableNumber,
};
use chipcard::issuer::IssuerResponse;
use chipcard::oda::{
    CertificateContext, PublicKeyCertificate, RecoveredEcIccKey, RecoveredIccKey, RecoveredPinKey,
    SecondXda, TransactionData, issuer_certified_card_data, static_data,
};
use chipcard::{Error, ErrorKind, Tag, tag, tlv};
use common::{Bench, Cryptogram, Purchase};
use proptest::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;
use states::{Row, command, walk};

type Signing = Bench<VolatileMemory, SoftwareCoprocessor<StdRng, &'static CardPrivateKeys>>;

/// Primes are tested once for all cards.
static KEYS: LazyLock<BTreeMap<&str, CardPrivateKeys>> = LazyLock::new(|| {
    let keys = TestCard::every().map(|test| (test.name, test.private_keys().unwrap()));
    keys.collect()
});

const UN: [u8; 4] = [0x5A, 0x17, 0xC0, 0x3E];

fn bench(test: &'static TestCard) -> Signing {
    let coprocessor = SoftwareCoprocessor::new(StdRng::seed_from_u64(23), &KEYS[test.name]);
    Bench::with_coprocessor(test, VolatileMemory::new(), coprocessor)
}

/// A card after GET PROCESSING OPTIONS.
fn initiated(test: &'static TestCard) -> Signing {
    let mut bench = bench(test);
    bench.begin(&Purchase::new());
    bench
}

const TABLE: &[Row] = &[
    // GET CHALLENGE: right, with data, with parameters.
    (
        "00840000 00",
        [0x6985, 0x6985, 0x6985, 0x9000, 0x6985, 0x6985],
    ),
    (
        "00840000 0101 00",
        [0x6985, 0x6985, 0x6985, 0x6700, 0x6985, 0x6985],
    ),
    ("00840001 00", [0x6A86; 6]),
    // INTERNAL AUTHENTICATE: right, of another length, without data, with parameters.
    (
        "00880000 045A17C03E 00",
        [0x6985, 0x6985, 0x6985, 0x9000, 0x6985, 0x6985],
    ),
    (
        "00880000 035A17C0 00",
        [0x6985, 0x6985, 0x6985, 0x6700, 0x6985, 0x6985],
    ),
    (
        "00880000 00",
        [0x6985, 0x6985, 0x6985, 0x6700, 0x6985, 0x6985],
    ),
    ("00880100 045A17C03E 00", [0x6A86; 6]),
    // VERIFY, enciphered, without a challenge before it; another way of enciphering.
    ("00200088 noise", [0x6985; 6]),
    ("0020008A noise", [0x6A86; 6]),
    // GENERATE AC with CDA: each type with each list.
    (
        "80AE9000 cdolx 00",
        [0x6985, 0x6985, 0x6985, 0x9000, 0x6A86, 0x6985],
    ),
    (
        "80AE5000 cdolx 00",
        [0x6985, 0x6985, 0x6985, 0x9000, 0x6700, 0x6985],
    ),
    (
        "80AE1000 cdolx 00",
        [0x6985, 0x6985, 0x6985, 0x9000, 0x6700, 0x6985],
    ),
    (
        "80AE5000 cdoly 00",
        [0x6985, 0x6985, 0x6985, 0x6700, 0x9000, 0x6985],
    ),
    (
        "80AE1000 cdoly 00",
        [0x6985, 0x6985, 0x6985, 0x6700, 0x9000, 0x6985],
    ),
    // With XDA, which this card does not have, with both, with a reserved bit.
    ("80AE8800 cdolx 00", [0x6A86; 6]),
    ("80AE9800 cdolx 00", [0x6A86; 6]),
    ("80AE9100 cdolx 00", [0x6A86; 6]),
];

#[test]
fn every_command_in_every_state() {
    for test in [&test_cards::CCD_CDA, &test_cards::VISA_10_CDA] {
        walk(|| bench(test), TABLE);
    }
}

/// What a card has no key for, it does not know.
#[test]
fn cards_without_the_key() {
    let asked = |bench: &mut Signing| {
        let profile = &bench.test.profile;
        [
            "00880000 045A17C03E 00",
            "00200088 noise",
            "80AE9000 cdolx 00",
            "80AE8800 cdolx 00",
        ]
        .map(|text| command(profile, text))
        .map(|command| bench.send(&command).1.0)
    };
    let cases: [(&TestCard, [u16; 4]); 4] = [
        (&test_cards::CCD_TDES, [0x6D00, 0x6A86, 0x6A86, 0x6A86]),
        (&test_cards::CCD_SDA, [0x6D00, 0x6A86, 0x6A86, 0x6A86]),
        (&test_cards::CCD_DDA, [0x9000, 0x6985, 0x6A86, 0x6A86]),
        (&test_cards::CCD_XDA, [0x6D00, 0x6A86, 0x6A86, 0x9000]),
    ];
    for (test, expected) in cases {
        assert_eq!(asked(&mut initiated(test)), expected, "{}", test.name);
    }
    // A profile that promises what the coprocessor cannot do.
    let (test, memory) = (&test_cards::CCD_CDA, VolatileMemory::new());
    let mut bench = Bench::with_coprocessor(test, memory, NoCoprocessor);
    bench.begin(&Purchase::new());
    for (text, expected) in [
        ("00840000 00", 0x6D00),
        ("00880000 045A17C03E 00", 0x6D00),
        ("00200088 noise", 0x6A86),
        ("80AE9000 cdolx 00", 0x6A86),
        ("80AE8000 cdolx 00", 0x9000),
    ] {
        let (_, status) = bench.send(&command(&test.profile, text));
        assert_eq!(status, StatusWord(expected), "{text}");
    }
}

/// All data objects of all records, as a terminal has read them.
fn read(profile: &Profile<'_>, wanted: Tag) -> Vec<u8> {
    let mut found = profile.records.iter().filter_map(|record| {
        let template = tlv::require(record.data, tag::READ_RECORD_RESPONSE_TEMPLATE).unwrap();
        tlv::find(template.value, wanted).unwrap()
    });
    found.next().unwrap().value.to_vec()
}

fn record<'p>(profile: &Profile<'p>, sfi: u8, number: u8) -> Option<&'p [u8]> {
    let mut records = profile.records.iter();
    let found = records.find(|record| (record.sfi, record.number) == (sfi, number));
    found.map(|record| record.data)
}

/// The keys of a card, recovered as a terminal does: for signatures, and for PINs.
fn recover(test: &TestCard) -> (RecoveredIccKey, RecoveredPinKey) {
    let (profile, pan) = (&test.profile, test.pan().unwrap());
    let context = CertificateContext::new(&pan, Date::new(2026, 11, 23).unwrap());
    let values = |tags: [Tag; 3]| tags.map(|tag| read(profile, tag));
    let authority = keys::certification_authority(profile.aid[..5].try_into().unwrap()).unwrap();
    let [certificate, remainder, exponent] = values([
        tag::ISSUER_PUBLIC_KEY_CERTIFICATE,
        tag::ISSUER_PUBLIC_KEY_REMAINDER,
        tag::ISSUER_PUBLIC_KEY_EXPONENT,
    ]);
    let parts = PublicKeyCertificate::new(&certificate, &remainder, &exponent);
    let issuer = authority
        .public_key()
        .recover_issuer_key(&parts, &context)
        .unwrap();
    let afl = ApplicationFileLocator::parse(profile.afl).unwrap();
    let data = static_data(&afl, Some(&[0x82]), profile.aip, |sfi, number| {
        record(profile, sfi, number)
    });
    let [certificate, remainder, exponent] = values([
        tag::ICC_PUBLIC_KEY_CERTIFICATE,
        tag::ICC_PUBLIC_KEY_REMAINDER,
        tag::ICC_PUBLIC_KEY_EXPONENT,
    ]);
    let parts = PublicKeyCertificate::new(&certificate, &remainder, &exponent);
    let icc = issuer
        .recover_icc_key(&parts, &data.unwrap(), &context)
        .unwrap();
    if test.name == "ccd-dda" {
        return (icc.clone(), icc.for_pin());
    }
    let [certificate, remainder, exponent] = values([
        tag::ICC_PIN_PUBLIC_KEY_CERTIFICATE,
        tag::ICC_PIN_PUBLIC_KEY_REMAINDER,
        tag::ICC_PIN_PUBLIC_KEY_EXPONENT,
    ]);
    let parts = PublicKeyCertificate::new(&certificate, &remainder, &exponent);
    (icc, issuer.recover_pin_key(&parts, &context).unwrap())
}

const GET_CHALLENGE: [u8; 5] = [0x00, 0x84, 0x00, 0x00, 0x00];

fn challenge(bench: &mut Signing) -> [u8; 8] {
    let (data, status) = bench.send(&GET_CHALLENGE);
    assert_eq!(status, StatusWord::OK);
    data.try_into().unwrap()
}

fn verify(bench: &mut Signing, enciphered: &[u8]) -> u16 {
    bench.command([0x00, 0x20, 0x00, 0x88], enciphered).1.0
}

#[test]
fn enciphered_pins() {
    for test in [
        &test_cards::CCD_DDA,
        &test_cards::CCD_CDA,
        &test_cards::M_CHIP_14_CDA,
    ] {
        let (_, key) = recover(test);
        let rng = &mut StdRng::seed_from_u64(5);
        let mut encipher =
            |block: [u8; 8], challenge| key.encipher_pin(&block, challenge, rng).unwrap();
        let right = TestCard::PIN_BLOCK;
        let wrong = [0x24, 0x99, 0x99, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        let mut bench = initiated(test);
        let number = challenge(&mut bench);
        assert_eq!(verify(&mut bench, &encipher(wrong, number)), 0x63C2);
        let number = challenge(&mut bench);
        assert_eq!(verify(&mut bench, &encipher(right, number)), 0x9000);
        assert_eq!(bench.card.state().pin_tries, 3);

        // A challenge is for the next command, whatever that is, and once.
        assert_eq!(verify(&mut bench, &encipher(right, number)), 0x6985);
        let number = challenge(&mut bench);
        bench.send(&[0x80, 0xCA, 0x9F, 0x17, 0x00]);
        assert_eq!(verify(&mut bench, &encipher(right, number)), 0x6985);
        let number = challenge(&mut bench);
        bench.send(&[0xFF]);
        assert_eq!(verify(&mut bench, &encipher(right, number)), 0x6985);
        let first = challenge(&mut bench);
        let second = challenge(&mut bench);
        assert_ne!(first, second);

        // Another challenge's, another key's, another length: nothing is recovered, and no try is lost.
        assert_eq!(verify(&mut bench, &encipher(right, first)), 0x6984);
        challenge(&mut bench);
        assert_eq!(verify(&mut bench, &[0x5A; 128]), 0x6984);
        challenge(&mut bench);
        assert_eq!(verify(&mut bench, &[0xFF; 128]), 0x6984);
        challenge(&mut bench);
        assert_eq!(verify(&mut bench, &[0x5A; 127]), 0x6700);
        assert_eq!(bench.card.state().pin_tries, 3);

        // Three tries, then none, even for the right one; the blocked PIN is found first.
        for left in [0x63C2, 0x63C1, 0x63C0] {
            let number = challenge(&mut bench);
            assert_eq!(verify(&mut bench, &encipher(wrong, number)), left);
        }
        let number = challenge(&mut bench);
        assert_eq!(verify(&mut bench, &encipher(right, number)), 0x6983);
        assert_eq!(verify(&mut bench, &[0x5A; 128]), 0x6983);
        let (_, status) = bench.command([0x00, 0x20, 0x00, 0x80], &right);
        assert_eq!(status, StatusWord::AUTHENTICATION_METHOD_BLOCKED);
    }
}

/// The value of the template of INTERNAL AUTHENTICATE's answer, by the card's format.
fn dynamic_data(bench: &mut Signing) -> Vec<u8> {
    let (data, status) = bench.command([0x00, 0x88, 0x00, 0x00], &UN);
    assert_eq!(status, StatusWord::OK);
    if let Some(template) = tlv::find(&data, tag::RESPONSE_TEMPLATE_FORMAT_1).unwrap() {
        return template.value.to_vec();
    }
    let template = tlv::require(&data, tag::RESPONSE_TEMPLATE_FORMAT_2).unwrap();
    let signed = tlv::require(template.value, tag::SIGNED_DYNAMIC_APPLICATION_DATA).unwrap();
    signed.value.to_vec()
}

#[test]
fn dynamic_data_authentication() {
    for test in TestCard::SIGNING {
        if !test.profile.aip.contains(Aip::DDA_SUPPORTED) {
            continue;
        }
        let (icc, _) = recover(test);
        let mut bench = initiated(test);
        let signed = dynamic_data(&mut bench);
        let verified = icc.verify_dynamic_data(&signed, &UN).unwrap();
        let number = verified.icc_dynamic_number();
        assert_eq!(number.as_bytes().len(), 8);
        assert!(icc.verify_dynamic_data(&signed, &[0; 4]).is_err());
        // The card's results say so, in every layout that has the bit, and M/Chip's data carry the number.
        let first = bench.first(&Purchase::new(), CryptogramType::Arqc);
        let cvr = bench.cvr(&first);
        assert_eq!(cvr.dda_performed(), Some(true), "{}", test.name);
        assert_ne!(cvr.cda_performed(), Some(true));
        let iad = first.iad.clone();
        if let Some(dac) = dac(test, &iad) {
            assert_eq!(dac, number.as_bytes()[..2]);
        }
        assert_issuer_agrees(&bench, &first);

        // In the next transaction it is another number, and the results say nothing.
        bench.begin(&Purchase::new());
        let first = bench.first(&Purchase::new(), CryptogramType::Arqc);
        assert_eq!(bench.cvr(&first).dda_performed(), Some(false));
        if let Some(dac) = dac(test, &first.iad) {
            assert_eq!(dac, [0xDA, 0xC1], "the data authentication code again");
        }
        bench.begin(&Purchase::new());
        let signed = dynamic_data(&mut bench);
        let verified = icc.verify_dynamic_data(&signed, &UN).unwrap();
        assert_ne!(verified.icc_dynamic_number(), number);
    }
}

fn dac(test: &TestCard, iad: &[u8]) -> Option<[u8; 2]> {
    let layout = test.profile.version.iad_layout;
    IssuerApplicationData::parse(layout, iad).unwrap().dac()
}

fn assert_issuer_agrees(bench: &Signing, first: &Cryptogram) {
    let answer = bench.ask_issuer(&Purchase::new(), first, &IssuerResponse::approve());
    assert!(answer.is_ok(), "{}: {answer:?}", bench.test.name);
}

/// An answer to GENERATE AC: the value of its template 77.
fn signed_answer<C: Coprocessor>(
    bench: &mut Bench<VolatileMemory, C>,
    p1: u8,
    data: &[u8],
) -> Vec<u8> {
    let (answer, status) = bench.command([0x80, 0xAE, p1, 0x00], data);
    assert_eq!(status, StatusWord::OK, "{}", bench.test.name);
    tlv::require(&answer, tag::RESPONSE_TEMPLATE_FORMAT_2)
        .unwrap()
        .value
        .to_vec()
}

fn value(answer: &[u8], tag: Tag) -> Vec<u8> {
    tlv::require(answer, tag).unwrap().value.to_vec()
}

fn cryptogram(answer: &[u8], ac: ApplicationCryptogram) -> Cryptogram {
    let atc = value(answer, tag::APPLICATION_TRANSACTION_COUNTER);
    let cid = value(answer, tag::CRYPTOGRAM_INFORMATION_DATA);
    Cryptogram {
        cid: CryptogramInformationData(cid.try_into().unwrap()),
        atc: u16::from_be_bytes(atc.try_into().unwrap()),
        ac,
        iad: value(answer, tag::ISSUER_APPLICATION_DATA),
    }
}

/// The values of CDOL2 with the issuer's answer.
fn second_data<C: Coprocessor>(
    bench: &mut Bench<VolatileMemory, C>,
    first: &Cryptogram,
) -> Vec<u8> {
    let purchase = Purchase::new();
    let answer = bench
        .ask_issuer(&purchase, first, &IssuerResponse::approve())
        .unwrap();
    let (_, status) = bench.command([0x00, 0x82, 0x00, 0x00], answer.as_bytes());
    let purchase = purchase.with(0x8A, b"00");
    let purchase = match status {
        StatusWord::OK => purchase,
        _ => purchase.with(0x91, answer.as_bytes()),
    };
    purchase.fill(bench.test.profile.cdol2)
}

#[test]
fn combined_data_authentication() {
    for test in TestCard::SIGNING {
        if !test.profile.aip.contains(Aip::CDA_SUPPORTED) {
            continue;
        }
        let (icc, _) = recover(test);
        let (mut bench, purchase) = (initiated(test), Purchase::new());
        let pdol = purchase.fill(test.profile.pdol);
        let cdol1 = purchase.fill(test.profile.cdol1);
        let answer = signed_answer(&mut bench, 0x90, &cdol1);
        assert!(
            tlv::find(&answer, tag::APPLICATION_CRYPTOGRAM)
                .unwrap()
                .is_none()
        );
        let transaction = TransactionData::first(&pdol, &cdol1, &answer);
        let verified = icc
            .verify_combined_data(&transaction, UnpredictableNumber(UN))
            .unwrap();
        let first = cryptogram(&answer, verified.cryptogram());
        assert_eq!(first.kind(), CryptogramType::Arqc);
        let cvr = bench.cvr(&first);
        let family = cvr.cda_performed();
        // Visa's results, and those after them, have one bit for DDA and CDA.
        let apart = family.is_some();
        assert_eq!(cvr.dda_performed(), Some(!apart), "{}", test.name);
        assert_ne!(family, Some(false), "{}", test.name);
        if let Some(dac) = dac(test, &first.iad) {
            assert_eq!(dac, verified.icc_dynamic_number().as_bytes()[..2]);
        }

        // The issuer verifies the cryptogram of the signature; the second signature covers all of the transaction.
        let cdol2 = second_data(&mut bench, &first);
        let answer = signed_answer(&mut bench, 0x50, &cdol2);
        let transaction = TransactionData::second(&pdol, &cdol1, &cdol2, &answer);
        let verified = icc
            .verify_combined_data(&transaction, UnpredictableNumber(UN))
            .unwrap();
        let last = cryptogram(&answer, verified.cryptogram());
        assert_eq!(last.kind(), CryptogramType::Tc, "{}", test.name);
        assert_eq!(bench.cvr(&last).cda_performed(), family);
        assert_ne!(first.ac, last.ac);
    }
}

/// In M/Chip's results each GENERATE AC has its own bit; in CCD's one bit stands for both.
#[test]
fn which_generate_ac_was_signed() {
    let results = |test: &'static TestCard, p1: [u8; 2]| {
        let (mut bench, purchase) = (initiated(test), Purchase::new());
        let (icc, _) = recover(test);
        let pdol = purchase.fill(test.profile.pdol);
        let cdol1 = purchase.fill(test.profile.cdol1);
        let answer = signed_answer(&mut bench, p1[0], &cdol1);
        let transaction = TransactionData::first(&pdol, &cdol1, &answer);
        let number = UnpredictableNumber(UN);
        let ac = match tlv::find(&answer, tag::APPLICATION_CRYPTOGRAM).unwrap() {
            Some(object) => ApplicationCryptogram(object.array().unwrap()),
            None => icc
                .verify_combined_data(&transaction, number)
                .unwrap()
                .cryptogram(),
        };
        let first = cryptogram(&answer, ac);
        let cdol2 = second_data(&mut bench, &first);
        let answer = signed_answer(&mut bench, p1[1], &cdol2);
        let last = cryptogram(&answer, ac);
        let byte = |cryptogram: &Cryptogram| match test.name {
            "mchip-14-cda" => bench.cvr(cryptogram).bytes()[1] & 0x60,
            _ => bench.cvr(cryptogram).bytes()[0] & 0x08,
        };
        [byte(&first), byte(&last)]
    };
    let m_chip = &test_cards::M_CHIP_14_CDA;
    assert_eq!(results(m_chip, [0x80, 0x40]), [0x00, 0x00]);
    assert_eq!(results(m_chip, [0x90, 0x40]), [0x40, 0x40]);
    assert_eq!(results(m_chip, [0x80, 0x50]), [0x00, 0x20]);
    assert_eq!(results(m_chip, [0x90, 0x50]), [0x40, 0x60]);
    // A signature asked for, and an AAC that has none.
    assert_eq!(results(m_chip, [0x90, 0x10]), [0x40, 0x40]);
    let ccd = &test_cards::CCD_CDA;
    assert_eq!(results(ccd, [0x80, 0x40]), [0x00, 0x00]);
    assert_eq!(results(ccd, [0x90, 0x40]), [0x08, 0x08]);
    assert_eq!(results(ccd, [0x80, 0x50]), [0x00, 0x08]);
}

#[test]
fn an_aac_is_not_signed() {
    for (test, bit) in [(&test_cards::CCD_CDA, 0x10), (&test_cards::CCD_XDA, 0x08)] {
        let mut bench = initiated(test);
        let cdol1 = Purchase::new().fill(test.profile.cdol1);
        let answer = signed_answer(&mut bench, bit, &cdol1);
        assert_eq!(value(&answer, tag::CRYPTOGRAM_INFORMATION_DATA), [0x00]);
        assert_eq!(value(&answer, tag::APPLICATION_CRYPTOGRAM).len(), 8);
        let signed = tlv::find(&answer, tag::SIGNED_DYNAMIC_APPLICATION_DATA).unwrap();
        assert!(signed.is_none());
        let declined = cryptogram(&answer, ApplicationCryptogram([0; 8]));
        assert_ne!(bench.cvr(&declined).cda_performed(), Some(true));
    }
    // Format 1 stays for it where the profile has it.
    let test = &test_cards::VISA_18_CDA;
    let mut bench = initiated(test);
    let cdol1 = Purchase::new().fill(test.profile.cdol1);
    let (answer, _) = bench.command([0x80, 0xAE, 0x10, 0x00], &cdol1);
    assert_eq!(answer[0], 0x80);
}

fn recover_elliptic(test: &TestCard) -> RecoveredEcIccKey {
    let (profile, pan) = (&test.profile, test.pan().unwrap());
    let context = CertificateContext::new(&pan, Date::new(2026, 11, 23).unwrap());
    let rid = profile.aid[..5].try_into().unwrap();
    let authority = keys::ec_certification_authority(rid).unwrap().public_key();
    let certificate = read(profile, tag::ISSUER_PUBLIC_KEY_CERTIFICATE);
    let issuer = authority
        .recover_issuer_key(&certificate, &context)
        .unwrap();
    let afl = ApplicationFileLocator::parse(profile.afl).unwrap();
    let aid = ApplicationIdentifier::parse(profile.aid).unwrap();
    let pdol = Some(profile.pdol).filter(|list| !list.is_empty());
    let data = issuer_certified_card_data(&afl, profile.aip, &aid, pdol, |sfi, number| {
        record(profile, sfi, number)
    });
    let certificate = read(profile, tag::ICC_PUBLIC_KEY_CERTIFICATE);
    issuer
        .recover_icc_key(&certificate, &data.unwrap(), &context)
        .unwrap()
}

#[test]
fn extended_data_authentication() {
    for test in [&test_cards::CCD_XDA, &test_cards::CCD_AES_XDA] {
        let icc = recover_elliptic(test);
        for coverage in [SecondXda::Cdol2Alone, SecondXda::AllData] {
            let keys = CardPrivateKeys::new().with_ec_key(keys::ec_icc().unwrap(), coverage);
            let coprocessor = SoftwareCoprocessor::new(StdRng::seed_from_u64(9), keys);
            let mut bench = Bench::with_coprocessor(test, VolatileMemory::new(), coprocessor);
            let purchase = Purchase::new();
            bench.begin(&purchase);
            let pdol = purchase.fill(test.profile.pdol);
            let cdol1 = purchase.fill(test.profile.cdol1);
            let answer = signed_answer(&mut bench, 0x88, &cdol1);
            let transaction = TransactionData::first(&pdol, &cdol1, &answer);
            let verified = icc.verify_answer(&transaction, coverage).unwrap();
            assert_eq!(
                value(&answer, tag::SIGNED_DYNAMIC_APPLICATION_DATA)[0],
                0x15
            );
            assert_eq!(
                value(&answer, tag::APPLICATION_CRYPTOGRAM),
                verified.cryptogram().0
            );
            let first = cryptogram(&answer, verified.cryptogram());
            let cdol2 = second_data(&mut bench, &first);
            let answer = signed_answer(&mut bench, 0x48, &cdol2);
            let transaction = TransactionData::second(&pdol, &cdol1, &cdol2, &answer);
            assert!(icc.verify_answer(&transaction, coverage).is_ok());
            let other = match coverage {
                SecondXda::AllData => SecondXda::Cdol2Alone,
                SecondXda::Cdol2Alone => SecondXda::AllData,
            };
            assert!(icc.verify_answer(&transaction, other).is_err());
            assert_eq!(value(&answer, tag::CRYPTOGRAM_INFORMATION_DATA), [0x40]);
        }
    }
}

/// A card with a generator, or without, numbers its signatures; without, by the transaction counter.
#[test]
fn the_number_without_a_generator() {
    struct KeysAlone(SoftwareCoprocessor<StdRng>);
    impl Coprocessor for KeysAlone {
        fn abilities(&self) -> Abilities {
            Abilities::NONE.with_rsa_signature()
        }
        fn sign_dynamic_data(
            &mut self,
            number: &[u8],
            ddol_data: &[u8],
            signature: &mut [u8; MAX_SIGNATURE_LENGTH],
        ) -> chipcard::Result<usize> {
            self.0.sign_dynamic_data(number, ddol_data, signature)
        }
    }
    let test = &test_cards::CCD_DDA;
    let keys = KeysAlone(test.coprocessor(StdRng::seed_from_u64(1)).unwrap());
    let mut bench = Bench::with_coprocessor(test, VolatileMemory::new(), keys);
    bench.begin(&Purchase::new());
    let (data, _) = bench.command([0x00, 0x88, 0x00, 0x00], &UN);
    let template = tlv::require(&data, tag::RESPONSE_TEMPLATE_FORMAT_2).unwrap();
    let signed = value(template.value, tag::SIGNED_DYNAMIC_APPLICATION_DATA);
    let verified = recover(test).0.verify_dynamic_data(&signed, &UN).unwrap();
    assert_eq!(verified.icc_dynamic_number().as_bytes(), [0x00, 0x01]);
    assert_eq!(
        bench.send(&GET_CHALLENGE).1,
        StatusWord::INSTRUCTION_NOT_SUPPORTED
    );
}

/// A coprocessor that fails: no answer, no cryptogram, no state that one would have led to.
#[test]
fn a_broken_coprocessor() {
    struct Broken;
    impl Coprocessor for Broken {
        fn abilities(&self) -> Abilities {
            Abilities::NONE
                .with_randomness()
                .with_rsa_signature()
                .with_ec_signature()
                .with_pin_decipherment()
        }
        fn sign_answer(
            &mut self,
            _: &AnswerToSign<'_>,
            _: &mut [u8; MAX_SIGNATURE_LENGTH],
        ) -> chipcard::Result<usize> {
            Err(Error::new(ErrorKind::Fault))
        }
    }
    for (test, p1) in [(&test_cards::CCD_CDA, "90"), (&test_cards::CCD_XDA, "88")] {
        let mut bench = Bench::with_coprocessor(test, VolatileMemory::new(), Broken);
        bench.begin(&Purchase::new());
        let before = bench.card.state().clone();
        for text in ["00840000 00", &format!("80AE{p1}00 cdolx 00")] {
            let (data, status) = bench.send(&command(&test.profile, text));
            assert_eq!(
                (data, status),
                (Vec::new(), StatusWord::NO_PRECISE_DIAGNOSIS)
            );
        }
        assert_eq!(*bench.card.state(), before);
        // Without a signature the transaction goes on.
        bench.first(&Purchase::new(), CryptogramType::Arqc);
    }
}

/// Memory that fails from the second write on: the signature was made, but leaves the card no more than the cryptogram does.
#[test]
fn no_signature_without_the_state() {
    struct Failing(VolatileMemory, u8);
    impl CardMemory for Failing {
        fn load(&self) -> Result<Option<CardState>, MemoryError> {
            self.0.load()
        }
        fn store(&mut self, state: &CardState) -> Result<(), MemoryError> {
            self.1 = self.1.checked_sub(1).ok_or(MemoryError::Failure)?;
            self.0.store(state)
        }
    }
    let test = &test_cards::CCD_CDA;
    let coprocessor = test.coprocessor(StdRng::seed_from_u64(2)).unwrap();
    let mut bench = Bench::with_coprocessor(test, Failing(VolatileMemory::new(), 1), coprocessor);
    bench.begin(&Purchase::new());
    let (data, status) = bench.send(&command(&test.profile, "80AE9000 cdolx 00"));
    assert_eq!((data, status), (Vec::new(), StatusWord::MEMORY_FAILURE));
}

/// Challenges alone, without any key and without the feature that brings them.
#[test]
fn a_generator_alone() {
    let mut next = 0;
    let generator = Generator(move |bytes: &mut [u8]| {
        next += 1;
        bytes.fill(next);
    });
    let test = &test_cards::CCD_TDES;
    let mut bench = Bench::with_coprocessor(test, VolatileMemory::new(), generator);
    bench.begin(&Purchase::new());
    for expected in 1..=3 {
        let (data, status) = bench.send(&GET_CHALLENGE);
        assert_eq!((data, status), (vec![expected; 8], StatusWord::OK));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever comes in whatever order: a counter that only rises, never more PIN tries than personalised, no part of a key or of the PIN
    /// in an answer, no two cryptograms of one type for one counter, no signature over an AAC.
    #[test]
    fn an_honest_signing_card(
        card in 0..TestCard::SIGNING.len(),
        steps in prop::collection::vec((0..TABLE.len() + 4, any::<u8>()), 1..40),
    ) {
        let test = &TestCard::SIGNING[card];
        let mut bench = bench(test);
        let profile = &test.profile;
        let mut counter = 0;
        let mut made = std::collections::BTreeSet::new();
        for (row, change) in steps {
            let text = match row.checked_sub(TABLE.len()) {
                None => TABLE[row].0,
                Some(0) => "00B2011C 00",
                Some(1) => "80AE8000 cdolx 00",
                Some(2) => {
                    bench.select();
                    continue;
                }
                Some(_) => {
                    bench.processing_options(&Purchase::new());
                    continue;
                }
            };
            let mut command = command(profile, text);
            if change < 32 {
                let place = usize::from(change) % command.len();
                command[place] ^= 1 << (change % 8);
            }
            let (data, status) = bench.send(&command);
            let state = bench.card.state();
            prop_assert!(state.atc.0 >= counter);
            counter = state.atc.0;
            prop_assert!(state.pin_tries <= 3);
            for secret in [&TestCard::PIN_BLOCK[..4], &test_cards::TEST_KEY_AC[..8]] {
                prop_assert!(!data.windows(secret.len()).any(|window| window == secret));
            }
            let is_cryptogram = command[1] == 0xAE && status == StatusWord::OK;
            if let (true, Ok(Some(template))) = (is_cryptogram, tlv::find(&data, tag::RESPONSE_TEMPLATE_FORMAT_2)) {
                let cid = value(template.value, tag::CRYPTOGRAM_INFORMATION_DATA)[0];
                prop_assert!(made.insert((counter, cid)), "two of one type for one counter");
                let signed = tlv::find(template.value, tag::SIGNED_DYNAMIC_APPLICATION_DATA).unwrap();
                let clear = tlv::find(template.value, tag::APPLICATION_CRYPTOGRAM).unwrap();
                prop_assert!(cid != 0x00 || signed.is_none());
                prop_assert!(signed.is_some() || clear.is_some());
            }
        }
    }
}
