//! Defects of cards with offline data authentication: in their files, their keys, their certificates.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use chipcard::card::test_cards::{self, TestCard, keys};
use chipcard::card::{CardPrivateKeys, Profile, Record};
use chipcard::element::{ApplicationInterchangeProfile as Aip, Date};
use chipcard::oda::{IccPrivateKey, PinPrivateKey, PublicExponent, RsaPrivateKey, SecondXda};
use rand::SeedableRng;
use rand::rngs::StdRng;

const GOOD: Profile<'_> = test_cards::CCD_CDA.profile;

fn findings(profile: &Profile<'_>) -> Vec<String> {
    let mut found = Vec::new();
    profile.lint(&mut |finding| found.push(finding.to_string()));
    found
}

/// The good card's records, and one more, in file 4.
fn with_record(data: &[u8]) -> (Vec<Record<'_>>, Vec<u8>) {
    let mut records = GOOD.records.to_vec();
    records.push(Record {
        sfi: 4,
        number: 1,
        data,
        updatable: false,
    });
    let afl = [GOOD.afl, &[0x20, 0x01, 0x01, 0x00]].concat();
    (records, afl)
}

/// The good card's records, of which this one's data objects lose one tag.
fn without_record(sfi: u8, number: u8) -> Vec<Record<'static>> {
    let mut records = GOOD.records.to_vec();
    for record in &mut records {
        if (record.sfi, record.number) == (sfi, number) {
            record.data = &[0x70, 0x00];
        }
    }
    records
}

#[test]
fn files() {
    let updatable: Vec<Record<'_>> = GOOD
        .records
        .iter()
        .map(|record| Record {
            updatable: true,
            ..*record
        })
        .collect();
    let mut nothing_signed = GOOD.afl.to_vec();
    nothing_signed[7] = 0;
    let twice = [GOOD.afl, &[0x08, 0x01, 0x01, 0x00]].concat();
    let no_issuer = without_record(3, 1);
    let no_icc = without_record(3, 2);
    let no_static = without_record(3, 3);
    let no_pin_key = without_record(3, 4);
    let no_identity = without_record(2, 1);
    let cases: Vec<(Profile<'_>, &str)> = vec![
        (
            Profile {
                records: &no_issuer,
                ..GOOD
            },
            "error: 90 is needed for a method that tag 82 offers",
        ),
        (
            Profile {
                records: &no_issuer,
                ..GOOD
            },
            "error: 8F is needed for a method that tag 82 offers",
        ),
        (
            Profile {
                records: &no_icc,
                ..GOOD
            },
            "error: 9F46 is needed for a method that tag 82 offers",
        ),
        (
            Profile {
                records: &no_icc,
                ..GOOD
            },
            "warning: 82 is signed by nothing: tag 9F4A does not name it, so anybody can change it on the way",
        ),
        (
            Profile {
                records: &no_icc,
                ..GOOD
            },
            "error: 9F49 is not read as the card uses it",
        ),
        (
            Profile {
                records: &no_static,
                ..GOOD
            },
            "error: 93 is needed for a method that tag 82 offers",
        ),
        (
            Profile {
                records: &no_identity,
                ..GOOD
            },
            "error: 5A is in no record that the file locator names",
        ),
        (
            Profile {
                afl: &nothing_signed,
                ..GOOD
            },
            "warning: 5A is in no record that the file locator has authenticated",
        ),
        (
            Profile {
                afl: &nothing_signed,
                ..GOOD
            },
            "warning: 5F24 is in no record that the file locator has authenticated",
        ),
        (
            Profile {
                afl: &twice,
                ..GOOD
            },
            "error: 57 is read twice: terminals end the transaction (EMV Book 3 10.2)",
        ),
        (
            Profile {
                records: &updatable,
                ..GOOD
            },
            "warning: 94 has a record authenticated that scripts may change, and no signature would fit then",
        ),
        (
            Profile {
                aip: Aip([0x18, 0x00]),
                ..GOOD
            },
            "warning: 90 is there, but tag 82 offers no method that uses it",
        ),
        (
            Profile {
                aip: Aip([0x58, 0x00]),
                ..test_cards::CCD_TDES.profile
            },
            "error: 93 is needed for a method that tag 82 offers",
        ),
        (
            Profile {
                ddol: &[0x9F, 0x37, 0x02],
                ..GOOD
            },
            "error: 9F49 is no list that asks for the four bytes of the unpredictable number",
        ),
        (
            Profile { pin: None, ..GOOD },
            "warning: 8E asks for an offline PIN, and the card knows none",
        ),
        (
            Profile {
                cdol1: &[0x9F, 0x02, 0x06],
                pdol: &[],
                ..GOOD
            },
            "warning: 9F37 is not asked for before the first GENERATE AC",
        ),
    ];
    for (profile, expected) in cases {
        let found = findings(&profile);
        assert!(
            found.iter().any(|text| text == expected),
            "{expected}: {found:#?}"
        );
    }
    // One that has none of these keys left.
    let keyless: Vec<Record<'_>> = no_pin_key
        .iter()
        .zip(&no_icc)
        .map(|(a, b)| if a.data.len() == 2 { *a } else { *b })
        .collect();
    let found = findings(&Profile {
        records: &keyless,
        ..GOOD
    });
    let expected =
        "warning: 8E asks for an enciphered PIN, and there is no key to encipher it with";
    assert!(found.iter().any(|text| text == expected), "{found:#?}");
}

#[test]
fn values() {
    let cases: [(&[u8], &str); 4] = [
        (
            &[0x70, 0x04, 0x9F, 0x2E, 0x01, 0x05],
            "error: 9F2E is neither 3 nor 65537",
        ),
        (
            &[0x70, 0x04, 0x9F, 0x4A, 0x01, 0x95],
            "error: 9F4A holds other than tag 82",
        ),
        (
            &[0x70, 0x04, 0x9F, 0x2D, 0x01, 0x00],
            "error: 9F2D is not as long as the issuer's other signatures",
        ),
        (&[0x70, 0x03, 0x8E, 0x01, 0x00], "error: 8E is no CVM list"),
    ];
    for (data, expected) in cases {
        // The new record stands before the others, whose objects of the same tag are then the second ones.
        let (mut records, _) = with_record(data);
        records.rotate_right(1);
        let afl = [&[0x20, 0x01, 0x01, 0x00], GOOD.afl].concat();
        let profile = Profile {
            records: &records,
            afl: &afl,
            ..GOOD
        };
        let found = findings(&profile);
        assert!(
            found.iter().any(|text| text == expected),
            "{expected}: {found:#?}"
        );
    }
}

fn key(length: usize) -> RsaPrivateKey {
    let rng = &mut StdRng::seed_from_u64(length as u64);
    RsaPrivateKey::generate(rng, length, PublicExponent::Three).unwrap()
}

#[test]
fn private_keys() {
    let lint = |keys: &CardPrivateKeys, test: &TestCard| {
        let mut found = Vec::new();
        keys.lint(&test.profile, &mut |finding| {
            found.push(finding.to_string())
        });
        found
    };
    for test in TestCard::every() {
        assert_eq!(
            lint(&test.private_keys().unwrap(), test),
            [""; 0],
            "{}",
            test.name
        );
    }
    let (cda, xda) = (&test_cards::CCD_CDA, &test_cards::CCD_XDA);
    let none = CardPrivateKeys::new();
    assert_eq!(
        lint(&none, cda),
        [
            "error: 82 offers DDA or CDA, and there is no key for them",
            "error: 9F2D certifies a key for PINs that the card does not have",
        ]
    );
    assert_eq!(
        lint(&none, xda),
        ["error: 82 offers XDA, and there is no key for it"]
    );
    let elliptic =
        CardPrivateKeys::new().with_ec_key(keys::ec_icc().unwrap(), SecondXda::default());
    assert_eq!(lint(&elliptic, xda), [""; 0]);

    let with = |icc, pin| {
        CardPrivateKeys::new()
            .with_icc_key(IccPrivateKey::new(icc))
            .with_pin_key(PinPrivateKey::new(pin))
    };
    let short = lint(&with(key(80), key(80)), cda);
    for expected in [
        "warning: 9F46 has a key of less than 1024 bits: it can be factored",
        "warning: 9F2D has a key of less than 1024 bits: it can be factored",
        "error: 9F48 is not the end of the card's modulus",
        "error: 9F2E is not that of the card's key",
        "error: 9F2D has the key of the card's signatures: one key for two purposes",
    ] {
        assert!(
            short.iter().any(|text| text == expected),
            "{expected}: {short:#?}"
        );
    }
    // 205 bytes are the most beside issuer application data of 32.
    let long = lint(&with(key(206), key(80)), cda);
    let expected = "error: 9F4B of CDA would not fit in an answer: the key is too long for it";
    assert!(long.iter().any(|text| text == expected), "{long:#?}");
}

#[test]
fn certificates() {
    let today = Date::new(2026, 11, 23).unwrap();
    let rid = |profile: &Profile<'_>| profile.aid[..5].try_into().unwrap();
    let lint = |profile: &Profile<'_>, today, rid| {
        let mut found = Vec::new();
        let mut report = |finding: chipcard::card::Finding| found.push(finding.to_string());
        if profile.aip.contains(Aip::XDA_SUPPORTED) {
            let authority = keys::ec_certification_authority(rid).unwrap();
            profile.lint_ec_certificates(&authority.public_key(), today, &mut report);
        } else {
            let authority = keys::certification_authority(rid).unwrap();
            profile.lint_certificates(&authority.public_key(), today, &mut report);
        }
        found
    };
    for test in TestCard::SIGNING {
        let profile = &test.profile;
        assert_eq!(lint(profile, today, rid(profile)), [""; 0], "{}", test.name);
    }
    let issuer = "error: 90 does not verify";
    let (cda, xda) = (&GOOD, &test_cards::CCD_XDA.profile);
    let other = lint(cda, today, [0xA0, 0x00, 0x00, 0x00, 0x03]);
    assert_eq!(other, ["error: 8F is of another authority"]);
    assert_eq!(lint(xda, today, [0xA0, 0x00, 0x00, 0x00, 0x03]), [issuer]);
    // Another list of processing options than was certified.
    let changed = Profile { pdol: &[], ..*xda };
    assert_eq!(
        lint(&changed, today, rid(xda)),
        ["error: 9F46 does not verify"]
    );
    let changed = Profile {
        aip: Aip([0x78, 0x00]),
        ..*cda
    };
    assert_eq!(
        lint(&changed, today, rid(cda)),
        ["error: 93 does not verify", "error: 9F46 does not verify"]
    );
}
