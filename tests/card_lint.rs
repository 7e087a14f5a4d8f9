//! Every defect of a profile is found, and good profiles have none.

use chipcard::card::test_cards::{self, TestCard};
use chipcard::card::{
    AuthenticationCommand, IssuerAuthentication, Limits, Log, Profile, Record, ReferencePin,
};
use chipcard::card::{CardholderPin, Severity};
use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::ApplicationInterchangeProfile as Aip;

const GOOD: Profile<'_> = test_cards::CCD_TDES.profile;
static PIN: ReferencePin = ReferencePin::from_block(TestCard::PIN_BLOCK);
static NO_PIN: ReferencePin = ReferencePin::from_block([0x24; 8]);

fn findings(profile: &Profile<'_>) -> Vec<(Severity, String)> {
    let mut found = Vec::new();
    profile.lint(&mut |finding| found.push((finding.severity, finding.to_string())));
    found
}

#[test]
fn the_test_cards_are_good() {
    for test in TestCard::ALL {
        assert_eq!(findings(&test.profile), [], "{}", test.name);
    }
}

#[test]
fn each_defect_is_named() {
    let no_template = [Record {
        data: &[0x9F, 0x02, 0x00],
        ..GOOD.records[0]
    }];
    let lenient = IssuerAuthentication {
        required: false,
        ..GOOD.issuer_authentication
    };
    let external = IssuerAuthentication {
        command: AuthenticationCommand::ExternalAuthenticate,
        ..GOOD.issuer_authentication
    };
    let limits = Limits {
        lower_count: 9,
        ..GOOD.limits
    };
    let long = [0x5F, 0x2A, 0xFF, 0x9C, 0x01];
    let cases: [(Profile<'_>, &str); 17] = [
        (
            Profile {
                aid: &[0xA0],
                ..GOOD
            },
            "error: 4F ",
        ),
        (Profile { label: &[], ..GOOD }, "error: 50 "),
        (
            Profile {
                iad: &[0x06],
                ..GOOD
            },
            "error: 9F10 do not have",
        ),
        (
            Profile {
                version: &CryptogramVersion::CCD_A6,
                ..GOOD
            },
            "error: 9F10 name another",
        ),
        (
            Profile {
                pdol: &[0x9F],
                ..GOOD
            },
            "error: 9F38 is not",
        ),
        (
            Profile {
                pdol: &long,
                ..GOOD
            },
            "error: 9F38 asks for more",
        ),
        (Profile { cdol1: &[], ..GOOD }, "error: 9F37 is signed"),
        (Profile { cdol2: &[], ..GOOD }, "error: 91 is not in CDOL2"),
        (
            Profile { cdol2: &[], ..GOOD },
            "warning: 8A is not in CDOL2",
        ),
        (Profile { cdol2: &[], ..GOOD }, "warning: 9F02 is not asked"),
        (
            Profile {
                afl: &[0x08],
                ..GOOD
            },
            "error: 94 is not",
        ),
        (
            Profile {
                records: &[],
                ..GOOD
            },
            "error: 94 names a record",
        ),
        (
            Profile {
                records: &no_template,
                ..GOOD
            },
            "error: 70 ",
        ),
        (
            Profile {
                issuer_authentication: external,
                ..GOOD
            },
            "error: 82 and the profile",
        ),
        (
            Profile {
                issuer_authentication: lenient,
                ..GOOD
            },
            "warning: online transactions",
        ),
        (Profile { limits, ..GOOD }, "warning: a lower offline"),
        (
            Profile {
                script_mac_length: 3,
                ..GOOD
            },
            "error: script commands",
        ),
    ];
    for (profile, expected) in cases {
        let found = findings(&profile);
        let hit = found.iter().any(|(_, text)| text.starts_with(expected));
        assert!(hit, "{expected}: {found:?}");
    }
    let log = Some(Log {
        sfi: 10,
        capacity: 1,
        format: &[],
    });
    assert_eq!(findings(&Profile { log, ..GOOD }).len(), 1);
    let pin = Some(CardholderPin {
        reference: &PIN,
        try_limit: 0,
    });
    assert_eq!(findings(&Profile { pin, ..GOOD }).len(), 1);
    let pin = Some(CardholderPin {
        reference: &NO_PIN,
        try_limit: 3,
    });
    assert_eq!(findings(&Profile { pin, ..GOOD }).len(), 1);
    let aip = GOOD.aip | Aip::ISSUER_AUTHENTICATION_SUPPORTED;
    assert_eq!(findings(&Profile { aip, ..GOOD }).len(), 1);
}
