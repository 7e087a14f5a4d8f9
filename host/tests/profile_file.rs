//! The profile file: read and written without loss, and refused with a reason.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use chipcard::apdu::MAX_RESPONSE_LENGTH;
use chipcard::card::{Applet, Severity, VolatileMemory};
use chipcard::element::Date;
use chipcard_host::profile::{DEFAULT, Personalisation, names};
use proptest::prelude::*;

fn exported(name: &str) -> String {
    let card = Personalisation::load(name).unwrap();
    card.to_toml().unwrap().to_string()
}

/// The file of `name` with the line of a key replaced; an empty line leaves the key out.
fn with_line(name: &str, key: &str, line: &str) -> String {
    let start = format!("{key} ");
    let mut found = 0;
    let lines: Vec<_> = exported(name)
        .lines()
        .map(|old| {
            if old.starts_with(&start) {
                found += 1;
                line.to_owned()
            } else {
                old.to_owned()
            }
        })
        .collect();
    assert!(found > 0, "{key}");
    lines.join("\n")
}

fn complaint(text: &str) -> String {
    Personalisation::parse(text).unwrap_err().to_string()
}

/// What a card answers to a whole transaction and some commands outside of one.
fn behaviour(card: &Personalisation) -> Vec<Vec<u8>> {
    let views = card.views();
    let profile = views.profile();
    let keys = card.card_keys().unwrap();
    let mut applet = Applet::new(&profile, keys, VolatileMemory::new()).unwrap();
    let mut buffer = [0; MAX_RESPONSE_LENGTH];
    let mut answers = Vec::new();
    let mut send = |command: &[u8]| {
        let length = applet.process(command, &mut buffer);
        answers.push(buffer[..length].to_vec());
    };
    let with_data = |head: [u8; 4], data: &[u8]| {
        let length = u8::try_from(data.len()).unwrap();
        [&head[..], &[length], data, &[0]].concat()
    };
    let values = |list: &[u8]| {
        let list = chipcard::dol::DataObjectList::parse(list);
        vec![0x11; list.map_or(0, |list| list.total_length()).min(200)]
    };
    for name in [&b"1PAY.SYS.DDF01"[..], b"2PAY.SYS.DDF01", profile.aid] {
        send(&with_data([0x00, 0xA4, 0x04, 0x00], name));
        send(&[0x00, 0xB2, 0x01, 0x0C, 0x00]);
    }
    for tag in [
        0x9F36, 0x9F17, 0x9F13, 0x9F4F, 0x9F14, 0x9F23, 0x00CA, 0x00CB_u16,
    ] {
        let [p1, p2] = tag.to_be_bytes();
        send(&[0x80, 0xCA, p1, p2, 0x00]);
    }
    let pdol = values(profile.pdol);
    let length = u8::try_from(pdol.len()).unwrap();
    send(&with_data(
        [0x80, 0xA8, 0x00, 0x00],
        &[&[0x83, length], &pdol[..]].concat(),
    ));
    for sfi in 1..=30_u8 {
        for number in 1..=3 {
            send(&[0x00, 0xB2, number, sfi << 3 | 4, 0x00]);
        }
    }
    for pin in ["241235FFFFFFFFFF", "241234FFFFFFFFFF", "25123456FFFFFFFF"] {
        let block = hex::decode(pin).unwrap();
        send(&with_data([0x00, 0x20, 0x00, 0x80], &block));
    }
    send(&with_data([0x80, 0xAE, 0x80, 0x00], &values(profile.cdol1)));
    send(&with_data([0x00, 0x82, 0x00, 0x00], &[0x22; 10]));
    send(&with_data([0x80, 0xAE, 0x40, 0x00], &values(profile.cdol2)));
    answers
}

#[test]
fn every_built_in_card_can_be_written_and_read() {
    for name in names() {
        let card = Personalisation::load(name).unwrap();
        assert_eq!(card.name(), name);
        let read = Personalisation::parse(&card.to_toml().unwrap()).unwrap();
        assert_eq!(read, card, "{name}");
        assert_eq!(behaviour(&read), behaviour(&card), "{name}");
        let day = Date::new(2026, 11, 23).unwrap();
        let found = card.lint(Some(day));
        let refused = found
            .iter()
            .find(|finding| finding.severity == Severity::Refuse);
        assert_eq!(refused, None, "{name}");
    }
    assert!(names().any(|name| name == DEFAULT));
}

/// A file with random values in the form that the writer gives them.
fn files() -> impl Strategy<Value = String> {
    let bytes = |range| proptest::collection::vec(any::<u8>(), range);
    let names: Vec<_> = names().collect();
    let head = (
        proptest::sample::select(names),
        bytes(5..17),
        proptest::collection::vec(any::<char>(), 0..8),
        proptest::option::of(any::<u8>()),
        proptest::option::of(("[0-9]{4,12}", 1..16_u8)),
        any::<(bool, bool, bool)>(),
    );
    let rest = (
        any::<(u8, u8)>(),
        (0..1_000_000_000_000_u64, 0..1_000_000_000_000_u64),
        proptest::collection::vec(("[0-9A-Z]{2}|[0-9A-F]{4}", bytes(0..9)), 0..4),
        proptest::collection::vec((11..31_u8, 1..4_u8, any::<bool>(), bytes(0..254)), 0..4),
        "[0-9]{8,19}",
        1..1000_u16,
    );
    (head, rest).prop_map(
        |(
            (name, aid, text, priority, pin, (pse, ppse, required)),
            ((lower, upper), (small, large), objects, records, pan, country),
        )| {
            let quoted =
                |text: &str| toml::Value::String(text.to_owned()).to_string();
            let mut file = String::new();
            for line in exported(name).lines() {
                let key = line.split(' ').next().unwrap_or_default();
                let new = match key {
                    "aid" => format!("aid = \"{}\"", hex::encode(&aid)),
                    "name" => format!("name = {}", quoted(&text.iter().collect::<String>())),
                    "label" => format!("label = \"hex: {}\"", hex::encode(&aid)),
                    "pan" => format!("pan = \"{pan}\""),
                    "priority" => priority.map_or(String::new(), |priority| {
                        format!("priority = {priority}")
                    }),
                    "digits" => match &pin {
                        Some((digits, _)) => format!("digits = \"{digits}\""),
                        None => line.to_owned(),
                    },
                    "try-limit" => match &pin {
                        Some((_, limit)) => format!("try-limit = {limit}"),
                        None => line.to_owned(),
                    },
                    "pse" => format!("pse = {pse}"),
                    "ppse" => format!("ppse = {ppse}"),
                    "required" => format!("required = {required}"),
                    "lower-count" => format!("lower-count = {lower}"),
                    "upper-count" => format!("upper-count = {upper}"),
                    "lower-amount" => format!("lower-amount = {small}"),
                    "upper-amount" => format!("upper-amount = {large}"),
                    "country" => format!("country = {country}"),
                    "approval-codes" => {
                        let codes = objects.iter().map(|(code, _)| quoted(code));
                        format!("approval-codes = [{}]", codes.collect::<Vec<_>>().join(","))
                    }
                    _ => line.to_owned(),
                };
                file.push_str(&new);
                file.push('\n');
            }
            for (_, value) in &objects {
                let value = hex::encode(value);
                file.push_str(&format!("[[fci]]\ntag = \"9F11\"\nvalue = \"{value}\"\n"));
            }
            for (sfi, number, updatable, data) in &records {
                file.push_str(&format!(
                    "[[record]]\nsfi = {sfi}\nnumber = {number}\nupdatable = {updatable}\ndata = \"{}\"\n",
                    hex::encode(data)
                ));
            }
            file
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_was_read_is_written_and_read_the_same(file in files()) {
        let card = Personalisation::parse(&file).map_err(|error| {
            TestCaseError::fail(format!("{error}\n{file}"))
        })?;
        let text = card.to_toml().unwrap();
        let again = Personalisation::parse(&text).map_err(|error| {
            TestCaseError::fail(format!("{error}\n{}", &*text))
        })?;
        prop_assert_eq!(&again, &card);
        prop_assert_eq!(&*again.to_toml().unwrap(), &*text);
        prop_assert_eq!(behaviour(&again), behaviour(&card));
    }

    /// A file cut or spoiled anywhere is refused or read, and nothing else.
    #[test]
    fn a_spoiled_file_is_an_error_and_no_panic(place in any::<prop::sample::Index>(), with in any::<char>()) {
        let mut text: Vec<char> = exported(DEFAULT).chars().collect();
        let place = place.index(text.len());
        text[place] = with;
        let text: String = text.into_iter().collect();
        let _ = Personalisation::parse(&text);
    }
}

#[test]
fn a_version_of_ones_own() {
    let file = with_line("visa-10", "version", "")
        + r#"
[own-version]
name = "Private label 07"
family = "private"
identifier = "07"
like = "visa:12"
data = ["9F02", "9F37", "9F36", "9F10[3..7]"]
iad = "opaque"
"#;
    let card = Personalisation::parse(&file).unwrap();
    assert_eq!(card.version().name.as_str(), "Private label 07");
    let again = Personalisation::parse(&card.to_toml().unwrap()).unwrap();
    assert_eq!(again, card);
    assert_eq!(behaviour(&again), behaviour(&card));

    let both = exported("visa-10")
        + "[own-version]\nname = \"x\"\nfamily = \"private\"\nidentifier = \"07\"\nlike = \"visa:12\"\n";
    assert_eq!(complaint(&both), "expected either version or [own-version]");
}

#[test]
fn complaints_name_line_and_key() {
    for (key, line, expected) in [
        (
            "aid",
            "aid = \"F000\u{FC}\"",
            "line LINE, aid: character 5 is not a hexadecimal digit",
        ),
        (
            "aid",
            "aid = \"F00\"",
            "line LINE, aid: an odd number of hexadecimal digits",
        ),
        (
            "aid",
            "aid = 5",
            "line LINE, aid: invalid type: integer `5`, expected a string",
        ),
        (
            "aip",
            "aip = \"18\"",
            "line LINE, aip: expected 2 bytes, found 1",
        ),
        (
            "format",
            "format = 3",
            "line LINE, format: a response format is 1 or 2",
        ),
        ("country", "country = 1000", "line LINE, country: "),
        ("sequence", "sequence = \"123\"", "line LINE, sequence: "),
        (
            "command",
            "command = \"telepathy\"",
            "telepathy is none of external-authenticate, second-generate-ac",
        ),
        (
            "label",
            "label = \"\u{E9}\"",
            "expected ASCII characters, or hex: and digits",
        ),
        (
            "lower-amount",
            "lower-amount = 1000000000000",
            "lower-amount: ",
        ),
        (
            "priority",
            "priority = 256",
            "priority: invalid value: integer `256`, expected u8",
        ),
        (
            "priority",
            "prioroty = 1",
            "line LINE, prioroty: unknown field `prioroty`",
        ),
        ("afl", "", "missing field `afl`"),
        (
            "smi",
            "smi = 7",
            "line LINE, smi: invalid type: a number, expected digits between quotation marks",
        ),
        (
            "version",
            "version = \"visa:99\"",
            "no version 99 is known for visa",
        ),
        (
            "version",
            "version = \"visa\"",
            "version: expected family:identifier",
        ),
        ("version", "", "expected either version or [own-version]"),
        ("tag", "tag = \"9F1401\"", "tag: bytes behind the tag"),
        (
            "value",
            "value = \"lower-cunt\"",
            "value: lower-cunt is none of lower-count, upper-count",
        ),
        (
            "approval-codes",
            "approval-codes = [\"1\"]",
            "approval-codes: expected two characters or four hexadecimal digits",
        ),
    ] {
        let file = with_line("visa-10", key, line);
        let number = file.lines().position(|found| found == line).unwrap_or(0) + 1;
        let expected = expected.replace("LINE", &number.to_string());
        let message = complaint(&file);
        assert!(message.contains(&expected), "{line}: {message}");
    }
}

/// Whatever is wrong with a secret, the message does not repeat it.
#[test]
fn complaints_repeat_no_secret() {
    for (key, value) in [
        ("pan", "\"4761739001010010999999\""),
        ("pan", "4761739001010010"),
        ("pan", "476173900101.0010"),
        ("pan", "[\"4761739001010010\"]"),
        ("digits", "\"97531x\""),
        ("digits", "97531"),
        ("digits", "1979-05-27"),
        ("ac", "\"4761739001010010\""),
        ("ac", "\"4761739001010010476173900101001Z\""),
        ("ac", "0x4761739001010010"),
        ("ac", "{ key = \"4761739001010010\" }"),
        ("ac", "\"0123456789ABCDEF0123456789ABCDEF\""),
        ("smi", "\"0123456789ABCDEFFEDCBA9876543210\""),
        ("ac", "\"4761739001010010"),
    ] {
        let message = complaint(&with_line("visa-10", key, &format!("{key} = {value}")));
        for secret in ["4761739", "9753", "1979", "0123456789", "5139"] {
            assert!(!message.contains(secret), "{key} = {value}: {message}");
        }
    }
    let card = Personalisation::load(DEFAULT).unwrap();
    let shown = format!("{card:?}");
    for secret in [
        "0123456789ABCDEF",
        "4761739001010010\"",
        "\"1234\"",
        "FB3F567B",
        "D66E2CF6",
    ] {
        assert!(!shown.contains(secret), "{secret} is in {shown}");
    }
}

#[test]
fn keys_that_nobody_may_use_are_refused_at_once() {
    let weak = with_line("ccd", "ac", "ac = \"0123456789ABCDEF0123456789ABCDEF\"");
    assert!(
        complaint(&weak).starts_with("[keys] ac: "),
        "{}",
        complaint(&weak)
    );
    let twice = with_line("ccd", "smi", "smi = \"0123456789ABCDEFFEDCBA9876543210\"");
    assert!(
        complaint(&twice).starts_with("[keys] "),
        "{}",
        complaint(&twice)
    );
}

#[test]
fn only_the_published_keys_may_be_shown() {
    assert!(Personalisation::load("ccd").unwrap().has_published_keys());
    let other = with_line("ccd", "ac", "ac = \"1123456789ABCDEFFEDCBA9876543210\"");
    assert!(!Personalisation::parse(&other).unwrap().has_published_keys());
    let without = with_line("ccd", "smi", "");
    assert!(
        Personalisation::parse(&without)
            .unwrap()
            .has_published_keys()
    );
}

/// What the documentation promises of the default card: approvals without the issuer, three in a row.
#[test]
fn the_default_card_approves_without_the_issuer() {
    let card = Personalisation::load(DEFAULT).unwrap();
    let views = card.views();
    let profile = views.profile();
    let keys = card.card_keys().unwrap();
    let mut applet = Applet::new(&profile, keys, VolatileMemory::new()).unwrap();
    let mut types = Vec::new();
    for _ in 0..4 {
        let mut answer = Vec::new();
        for command in [
            "00A4040007A000000003101000",
            "80A8000002830000",
            // GENERATE AC: a TC for 10.00 US dollar, all of the terminal's checks passed.
            "80AE400021000000001000000000000000084000000000000840261123005A17C03E2203000200",
        ] {
            let mut buffer = [0; MAX_RESPONSE_LENGTH];
            let length = applet.process(&hex::decode(command).unwrap(), &mut buffer);
            answer = buffer[..length].to_vec();
            assert!(answer.ends_with(&[0x90, 0x00]), "{command}");
        }
        assert_eq!(answer[2..5], [0x9F, 0x27, 0x01]);
        types.push(answer[5]);
    }
    assert_eq!(types, [0x40, 0x40, 0x40, 0x80]);
}

/// What fits together in the file alone is looked at too.
#[test]
fn the_lint_knows_the_whole_file() {
    let other = "4761739001010028";
    let day = Date::new(2026, 11, 23).unwrap();
    for (key, line, expected) in [
        (
            "pan",
            format!("pan = \"{other}\""),
            "error: 5A is not the pan of which the keys are derived",
        ),
        (
            "sequence",
            "sequence = \"02\"".to_owned(),
            "error: 5F34 is not the sequence of which the keys are derived",
        ),
        (
            "index",
            "index = \"02\"".to_owned(),
            "error: 9F10 name another key index than [keys]",
        ),
        (
            "aip",
            "aip = \"7900\"".to_owned(),
            "error: 93 does not verify",
        ),
        (
            "rid",
            "rid = \"A000000004\"".to_owned(),
            "error: 8F is of another authority",
        ),
    ] {
        let file = with_line(DEFAULT, key, &line);
        let found = Personalisation::parse(&file).unwrap().lint(Some(day));
        let found: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert!(
            found.iter().any(|text| text == expected),
            "{line}: {found:?}"
        );
    }
    let text = exported(DEFAULT);
    let (before, rest) = text.split_once("[rsa-key]").unwrap();
    let (_, after) = rest.split_once("[rsa-pin-key]").unwrap();
    let keyless = Personalisation::parse(&format!("{before}[rsa-pin-key]{after}")).unwrap();
    let refused = keyless.check().unwrap_err().to_string();
    assert!(
        refused.contains("82 offers DDA or CDA, and there is no key for them"),
        "{refused}"
    );
}

/// No private key is repeated, nor shown.
#[test]
fn private_keys_stay_private() {
    for (key, value) in [
        ("p", "\"FB3F567B\""),
        ("p", "\"FB3F567BZZ\""),
        ("q", "12345678"),
    ] {
        let message = complaint(&with_line(DEFAULT, key, &format!("{key} = {value}")));
        for secret in ["FB3F", "1234"] {
            assert!(!message.contains(secret), "{key} = {value}: {message}");
        }
        assert!(
            message.contains("key") || message.contains("line"),
            "{message}"
        );
    }
}
