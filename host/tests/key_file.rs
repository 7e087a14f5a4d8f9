//! The key file: what it takes, what it refuses, and that it never repeats a key.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use chipcard::cryptogram::{ArpcMethod, Attestation, CipherFamily, Family, IadPart, SignedPart};
use chipcard::element::IadLayout;
use chipcard::issuer::KeySets;
use chipcard::key::{CardKeyOption, KeyPolicy, SessionKeyMethod};
use chipcard::{Tag, crypto::Padding};
use chipcard_host::keys::{KeyFile, find_version};

const KEYS: &str = r#"
[[key-set]]
index = "01"
ac  = "0123456789ABCDEFFEDCBA9876543210"
smi = "FEDCBA98765432100123456789ABCDEF"

[[key-set]]
index = "A2"
cipher = "aes"
ac = "000102030405060708090A0B0C0D0E0F1011121314151617"
"#;

fn parse(text: &str) -> Result<KeyFile, String> {
    KeyFile::parse(text, KeyPolicy::Strict).map_err(|failure| failure.to_string())
}

#[test]
fn keys_are_found_by_their_index() {
    let file = parse(KEYS).unwrap();
    // Check value of the published key, as HSM manuals print it.
    assert_eq!(
        file.keys
            .set(0x01)
            .unwrap()
            .ac()
            .check_value()
            .unwrap()
            .to_string(),
        "08D7B4"
    );
    assert!(file.keys.set(0x01).unwrap().smi().is_some());
    assert!(file.keys.set(0xA2).unwrap().ac().algorithm().is_aes());
    assert!(file.keys.set(0x02).is_none());
}

#[test]
fn a_version_of_ones_own_is_like_another_but_for_what_it_says() {
    let file = parse(
        r#"
        [[version]]
        name = "Private label 07"
        family = "private"
        identifier = "07"
        like = "visa:12"
        data = ["9F02", "9F36", "9F10[3..7]", "9F10[counters]", "9F10"]
        padding = "method1"
        session-key = "mastercard"
        card-key = "A"
        arpc = "method1"
        iad = "opaque"
        "#,
    )
    .unwrap();
    let own = find_version(&file.versions, Family::Private, 0x07).unwrap();
    assert_eq!(own.name.as_str(), "Private label 07");
    assert_eq!(
        own.data.parts(),
        [
            SignedPart::Element(Tag::new(0x9F02)),
            SignedPart::Element(Tag::new(0x9F36)),
            SignedPart::Iad(IadPart::Range {
                start: 3,
                length: 4
            }),
            SignedPart::Iad(IadPart::MChipCounters),
            SignedPart::Iad(IadPart::Whole),
        ]
    );
    assert_eq!(own.padding, Padding::Method1);
    assert_eq!(own.session_key, SessionKeyMethod::Mastercard);
    assert_eq!(own.card_key, CardKeyOption::A);
    assert_eq!(own.arpc, Some(ArpcMethod::Method1));
    assert_eq!(own.iad_layout, IadLayout::Opaque);
    assert_eq!(own.cipher, CipherFamily::Tdes);
    assert_eq!(own.attestation, Attestation::Own);
    assert!(find_version(&[], Family::Private, 0x07).is_err());
}

#[test]
fn what_is_wrong_is_named_and_no_key_is_repeated() {
    let key = "0123456789ABCDEFFEDCBA9876543210";
    for (text, expected) in [
        (
            format!("[[key-set]]\nindex = \"01\"\nac = \"{key}\"\nsmi = \"{key}\""),
            "two purposes",
        ),
        (
            format!("[[key-set]]\nindex = \"01\"\nac = \"{}\"", &key[..30]),
            "key length",
        ),
        (
            format!("[[key-set]]\nindex = \"01\"\nac = \"{}\"", &key[..31]),
            "odd number",
        ),
        (
            format!("[[key-set]]\nindex = \"01\"\nac = \"{key}X\""),
            "character 33",
        ),
        (
            format!("[[key-set]]\nindex = \"1\"\nac = \"{key}\""),
            "index",
        ),
        (
            format!("[[key-set]]\nindex = \"01\"\nac = \"{key}\"\nak = \"{key}\""),
            "line 4",
        ),
        (format!("[[key-set]]\nindex = \"01\"\nac = {key}"), "line 3"),
        (
            format!("[[key-set]]\nindex = \"01\"\nac = {}", &key[1..10]),
            "line 3, ac: invalid type",
        ),
        (
            format!("[[key-set]]\nindex = \"01\"\ncipher = \"{key}\""),
            "line 3, cipher: unknown variant, expected `tdes` or `aes`",
        ),
        (String::new(), "no [[key-set]]"),
        (
            format!("[[key-set]]\nindex = \"01\"\nac = \"{}\"", "13".repeat(16)),
            "equal",
        ),
        (
            format!("[[key-set]]\nindex = \"01\"\nac = \"{}\"", "00".repeat(16)),
            "all zero",
        ),
        (KEYS.replace("A2", "01"), "two key sets have the index 01"),
    ] {
        let failure = parse(&text).unwrap_err();
        assert!(
            failure.contains(expected),
            "{expected} is not in: {failure}"
        );
        assert!(!failure.contains(&key[1..8]), "{failure}");
    }
    for (member, value, expected) in [
        ("like", "visa", "family:identifier"),
        ("like", "visa:77", "no version 77 is known for visa"),
        (
            "padding",
            "zeros",
            "padding: expected one of none, method1, method2",
        ),
        ("family", "nobody", "family: expected one of visa"),
    ] {
        let good = [
            ("name", "x"),
            ("family", "private"),
            ("identifier", "07"),
            ("like", "visa:12"),
        ];
        let mut lines: Vec<_> = good.iter().filter(|(name, _)| *name != member).collect();
        let wrong = (member, value);
        lines.push(&wrong);
        let lines: String = lines
            .iter()
            .map(|(n, v)| format!("{n} = \"{v}\"\n"))
            .collect();
        let failure = parse(&format!("[[version]]\n{lines}")).unwrap_err();
        assert!(
            failure.contains(expected),
            "{expected} is not in: {failure}"
        );
    }
}

#[test]
fn published_test_keys_are_taken_when_asked() {
    let text = format!("[[key-set]]\nindex = \"01\"\nac = \"{}\"", "13".repeat(16));
    assert!(KeyFile::parse(&text, KeyPolicy::PublishedTestKeys).is_ok());
}
