//! The decoder on what others published, on garbage of every length, and on cardholder data.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::process::{Command, Output};

use chipcard::Tag;
use chipcard_host::decode::{self, Decoded, Family, Kind, Node, Options, render_text};
use clap::ValueEnum;
use proptest::prelude::*;
use serde_json::{Value, json};

fn text(tree: &Node) -> String {
    let mut out = Vec::new();
    render_text(tree, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn decoded(input: &str) -> Decoded {
    decode::decode(input, None, &Options::default()).unwrap()
}

fn as_kind(kind: Kind, input: &str) -> Node {
    decode::decode(input, Some(kind), &Options::default())
        .unwrap()
        .tree
}

/// The first node with this label anywhere in the tree.
fn find<'n>(tree: &'n Node, label: &str) -> Option<&'n Node> {
    let inner = || tree.children.iter().find_map(|child| find(child, label));
    if tree.label == label {
        Some(tree)
    } else {
        inner()
    }
}

fn vectors(file: &str) -> Vec<Value> {
    let path = format!("{}/../tests/vectors/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    file["tests"].as_array_mut().map(std::mem::take).unwrap()
}

/// jPOS's issuer application data, part by part.
#[test]
fn issuer_application_data_of_others() {
    let tests = vectors("iad.json");
    assert!(!tests.is_empty());
    for test in tests {
        let family = match test["scheme"].as_str().unwrap() {
            "visa" => Family::Visa,
            "mastercard" => Family::Mastercard,
            "ccd" => Family::Ccd,
            "unionpay" => Family::Unionpay,
            other => panic!("unknown scheme {other}"),
        };
        let options = Options {
            family: Some(family),
            ..Options::default()
        };
        let input = test["tags"]["9F10"].as_str().unwrap();
        let tree = decode::decode(input, Some(Kind::Iad), &options)
            .unwrap()
            .tree;
        assert_eq!(tree.errors(), [""; 0]);
        let labels = [
            ("dki", "key index (DKI)"),
            ("cvn", "cryptogram version (CVN)"),
            ("cvr", "Card verification results (CVR)"),
            ("dac", "data authentication code"),
            ("counters", "counters"),
            ("idd", "issuer discretionary data"),
        ];
        for (name, label) in labels {
            if let Some(expected) = test["expect"][name].as_str() {
                let found = find(&tree, label).unwrap();
                assert_eq!(
                    found.value.as_deref(),
                    Some(expected),
                    "{} {name}",
                    test["id"]
                );
            }
        }
    }
}

/// A Visa IAD whose key index is an M/Chip version has two readings, and the tree says so.
#[test]
fn colliding_layouts_are_all_shown() {
    let tree = as_kind(Kind::Iad, "06100A03A000000A01000000000000000000");
    let readings: Vec<&str> = tree
        .children
        .iter()
        .map(|child| child.label.as_str())
        .collect();
    assert!(readings.contains(&"as M/Chip") && readings.contains(&"as Visa format 0, 1 or 3"));
    assert!(
        tree.notes
            .iter()
            .any(|note| note.starts_with("more than one layout"))
    );

    // An application identifier in the same message decides.
    let message = "9F0607A00000000310109F101206100A03A000000A01000000000000000000";
    let tree = decoded(message).tree;
    assert!(find(&tree, "as Visa format 0, 1 or 3").is_some());
    assert!(find(&tree, "as M/Chip").is_none());
}

/// pyemv's PIN changes: the enciphered PIN is not shown, and is with `reveal`.
#[test]
fn pin_changes_of_others_are_masked() {
    let changes = vectors("scripts.json")
        .into_iter()
        .filter(|test| test["op"] == "pin-change");
    let mut count = 0;
    for test in changes {
        let input = test["expect"]["command"].as_str().unwrap();
        let decoded = decoded(input);
        assert_eq!(decoded.kind, Kind::Command);
        assert_eq!(decoded.tree.label, "Command PIN CHANGE/UNBLOCK");
        let data = &input[10..];
        assert!(!text(&decoded.tree).contains(data));
        let options = Options {
            reveal: true,
            ..Options::default()
        };
        let revealed = decode::decode(input, None, &options).unwrap().tree;
        assert!(text(&revealed).contains(data));
        count += 1;
    }
    assert!(count > 0);
}

/// The basic answers to reset of EMV Book 1 Tables 15 and 16, as accepted by pcscd, opensc and others, and one
/// changed at each rule of section 8.3.
#[test]
fn answers_to_reset() {
    let judged = |input: &str| {
        let tree = as_kind(Kind::Atr, input);
        (
            tree.errors().len(),
            find(&tree, "EMV terminals (Book 1 section 8)").map(|node| node.notes.join(" ")),
        )
    };
    let (errors, judgement) = judged("3B 66 00 00 45 4D 56 53 49 4D");
    assert_eq!(
        (errors, judgement.as_deref()),
        (0, Some("a basic ATR for T=0 only"))
    );
    let (errors, judgement) = judged("3B E6 00 00 81 31 FE 45 45 4D 56 53 49 4D E4");
    assert_eq!(
        (errors, judgement.as_deref()),
        (0, Some("a basic ATR for T=1 only"))
    );

    for (input, rule) in [
        ("3B 60 01 00", "8.3.3.2"),
        ("3B 40 00", "8.3.3.2"),
        ("3B E0 00 00 02 E2", "8.3.3.4"),
        ("3B F0 94 00 00 11 00 75", "8.3.3.5"),
        ("3B F0 94 00 00 10 00", "8.3.3.1"),
        ("3B E0 00 00 20 00", "8.3.3.6"),
        ("3B E0 00 00 40 00", "8.3.3.7"),
        ("3B E0 00 00 40 0B", "8.3.3.7"),
        ("3B E0 00 00 81 32 FE 45 E8", "8.3.3.8"),
        ("3B E0 00 00 81 31 0F 45 1A", "8.3.3.9"),
        ("3B E0 00 00 81 11 FE 8E", "8.3.3.10"),
        ("3B E0 00 00 81 31 FE 55 FB", "8.3.3.10"),
        ("3B E0 00 1F 81 31 FE 45 F4", "8.3.3.10"),
        ("3B E0 00 00 81 71 FE 45 01 AA", "8.3.3.11"),
        ("3B E0 00 00 81 31 FE 45 00", "8.3.4"),
    ] {
        let (_, judgement) = judged(input);
        assert!(
            judgement.as_deref().unwrap_or_default().contains(rule),
            "{input}: {judgement:?}"
        );
    }
    assert_eq!(judged("3B E6 00 00 81 31 FE 45 45 4D 56 53 49 4D E5").0, 1);
    for (input, offset) in [
        ("3B", 1),
        ("3B 66 00", 3),
        ("3B 66 00 00 45", 4),
        ("3B 60 00 00 FF", 4),
    ] {
        let tree = as_kind(Kind::Atr, input);
        assert!(
            tree.errors()[0].starts_with(&format!("offset {offset}: ")),
            "{input}"
        );
    }
}

#[test]
fn kinds_are_detected() {
    for (input, kind) in [
        ("9F3602001C", Kind::Tlv),
        ("7700", Kind::Tlv),
        ("77059F3602001C9000", Kind::Response),
        ("9000", Kind::Response),
        ("6283", Kind::Response),
        ("00A4040007A000000003101000", Kind::Command),
        ("80A80000028300", Kind::Command),
        ("80AE800000", Kind::Command),
        ("84160000081122334455667788", Kind::Command),
        ("80CA9F3600 / 9F3602001C9000", Kind::Pair),
        ("9F37049F02069A03", Kind::Dol),
        ("9F3704", Kind::Dol),
        ("3B66000045 4D5653494D", Kind::Atr),
        ("4761739001010010D30122010123456789", Kind::Track2),
        (";4761739001010010=30122010123456789?", Kind::Track2),
        (
            "%B4761739001010010^DOE/JANE^30122010123456789?",
            Kind::Track1,
        ),
        ("0801020010010100", Kind::Afl),
        ("06010A03A40000", Kind::Iad),
        ("0210A00000000000000000000000000000FF", Kind::Iad),
        ("000000000000000044031F00", Kind::CvmList),
        ("201", Kind::ServiceCode),
        // Malformed, but known by its beginning.
        ("9F020600000000", Kind::Tlv),
        ("00A404000AA00000000310", Kind::Command),
    ] {
        assert_eq!(decoded(input).kind, kind, "{input}");
    }
    for input in ["", "80", "8000048000", "E0F0C8", "4761739001010010"] {
        assert!(
            decode::decode(input, None, &Options::default()).is_err(),
            "{input}"
        );
    }
}

#[test]
fn bits_have_their_names() {
    let tree = as_kind(Kind::Tvr, "8000048000");
    let rows: Vec<(&str, &str)> = tree
        .children
        .iter()
        .map(|row| {
            (
                row.label.as_str(),
                row.meaning.as_deref().unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("byte 1 b8", "offline data authentication was not performed"),
            (
                "byte 3 b3",
                "online PIN entered (EMV 4.4: online CVM captured)"
            ),
            ("byte 4 b8", "transaction exceeds floor limit"),
        ]
    );
    let options = Options {
        all_bits: true,
        ..Options::default()
    };
    let all = decode::decode("8000048000", Some(Kind::Tvr), &options)
        .unwrap()
        .tree;
    assert_eq!(all.children.len(), 40);
    assert_eq!(
        as_kind(Kind::Tsi, "0000").children[0].label,
        "no bit is set"
    );
    assert_eq!(
        as_kind(Kind::Tsi, "0001").children[0].meaning.as_deref(),
        Some("reserved")
    );
    // A coded field fills its bits; zero has a meaning there too.
    let cid = as_kind(Kind::Cid, "00");
    assert_eq!(cid.children[0].label, "b8-b7");
    assert_eq!(
        cid.children[0].meaning.as_deref(),
        Some("cryptogram type: AAC")
    );
}

#[test]
fn a_pair_reads_format_1_by_its_command() {
    let options = Options::default();
    let gpo = hex::decode("80A80000028300").unwrap();
    let answer = hex::decode("800A180008010100100102009000").unwrap();
    let tree = decode::response_to(&gpo, &answer, &options);
    let template = &tree.children[1];
    let tags: Vec<Tag> = template
        .children
        .iter()
        .filter_map(|child| child.tag)
        .collect();
    assert_eq!(tags, [Tag::new(0x82), Tag::new(0x94)]);
    // Without the command, each reading stands under its own name.
    let tree = decode::response(&answer, &options);
    assert_eq!(
        tree.children[1].children[0].label,
        "as the answer to GET PROCESSING OPTIONS"
    );
    // A status word means more when the command is known.
    let tree = decode::response_to(&gpo, &[0x69, 0x85], &options);
    assert!(tree.notes[0].contains("the terminal takes another application"));
}

#[test]
fn a_list_names_the_data_of_a_command() {
    let dol = hex::decode("9F02069F37045A0A").unwrap();
    let options = Options {
        dol: Some(dol),
        ..Options::default()
    };
    let data = "000000001000 12345678 4761739001010010FFFF";
    let tree = decode::decode(&format!("80AE800014 {data}"), None, &options)
        .unwrap()
        .tree;
    assert_eq!(tree.errors(), [""; 0]);
    let amount = find(&tree, "Amount, Authorised (Numeric)").unwrap();
    assert_eq!(amount.meaning.as_deref(), Some("1000 minor units"));
    assert!(text(&tree).contains("476173******0010"));
    let short = decode::decode("80AE8000021234", None, &options)
        .unwrap()
        .tree;
    assert_eq!(short.errors().len(), 1);
}

#[test]
fn json_has_stable_fields() {
    let tree = serde_json::to_value(decoded("9F3602001C 9B020400")).unwrap();
    let expected = json!({
        "kind": "tlv",
        "rule": "it is data objects to the last byte and the first tag is known",
        "tree": {
            "label": "Data objects",
            "length": 9,
            "children": [
                {
                    "tag": "9F36",
                    "label": "Application Transaction Counter (ATC)",
                    "length": 2,
                    "source": "card",
                    "value": "001C",
                    "meaning": "28"
                },
                {
                    "tag": "9B",
                    "label": "Transaction Status Information",
                    "length": 2,
                    "source": "terminal",
                    "value": "0400",
                    "children": [{
                        "label": "byte 1 b3",
                        "value": "1",
                        "meaning": "script processing was performed"
                    }]
                }
            ]
        }
    });
    assert_eq!(tree, expected);
    let broken = serde_json::to_value(decoded("9F360200").tree).unwrap();
    assert_eq!(
        broken["error"],
        "tag 9F36 at offset 0: the value is shorter than its length says"
    );
}

/// Every prefix of a message ends on a data object or is an error with tag and offset of the one that it cuts.
#[test]
fn truncation_names_tag_and_offset() {
    let objects = [
        "9F2608ABCDEF0123456789",
        "9F270180",
        "9F100706010A03A0B000",
        "770A820218009404080101 00",
        "9F3303E0F8C8",
        "5A084761739001010010",
    ];
    let objects: Vec<String> = objects.iter().map(|hex| hex.replace(' ', "")).collect();
    let message = hex::decode(objects.concat()).unwrap();
    let mut starts = vec![0];
    for object in &objects {
        starts.push(starts.last().unwrap() + object.len() / 2);
    }
    for length in 0..=message.len() {
        let tree = decode::tlv(&message[..length], &Options::default());
        let errors = tree.errors();
        if starts.contains(&length) {
            assert_eq!(errors, [""; 0], "{length}");
            continue;
        }
        let start = starts.iter().rfind(|start| **start < length).unwrap();
        // Inside the template, the object that is cut may be named first, but the template too.
        let error = errors.last().unwrap();
        assert!(
            error.contains(&format!("offset {start}: ")),
            "{length}: {error}"
        );
        if length >= start + 2 {
            assert!(error.starts_with("tag "), "{length}: {error}");
        }
    }
    // An error inside a template has the offset of the whole message.
    let tree = decode::tlv(
        &hex::decode("9F27018077049F360300").unwrap(),
        &Options::default(),
    );
    assert_eq!(
        tree.errors(),
        ["tag 9F36 at offset 6: the value is shorter than its length says"]
    );
}

/// What there is of a cut template is decoded, with the offsets of the whole.
#[test]
fn cut_templates_are_decoded_as_far_as_they_go() {
    let fci =
        hex::decode("6F358407A0000000031010A52A500456495341 9F3818".replace(' ', "")).unwrap();
    let tree = decode::tlv(&fci, &Options::default());
    assert_eq!(
        tree.errors(),
        [
            "tag 9F38 at offset 19: the value is shorter than its length says",
            "tag A5 at offset 11: the value is shorter than its length says",
            "tag 6F at offset 0: the value is shorter than its length says",
        ]
    );
    let label = find(&tree, "Application Label").unwrap();
    assert_eq!(label.meaning.as_deref(), Some("\"VISA\""));
}

#[test]
fn nesting_and_counts_are_bounded() {
    let mut nested = Vec::new();
    for _ in 0..40 {
        nested.splice(0..0, [0x70, u8::try_from(nested.len()).unwrap()]);
    }
    let tree = decode::tlv(&nested, &Options::default());
    assert!(tree.errors()[0].contains("nested too deeply"));
    let many: Vec<u8> = [0x9F, 0x27, 0x01, 0x80]
        .into_iter()
        .cycle()
        .take(4 * 300)
        .collect();
    let tree = decode::tlv(&many, &Options::default());
    assert!(tree.errors()[0].contains("too many data objects"));
}

#[test]
fn tracks_are_shown_in_clear_on_demand_only() {
    let options = Options {
        reveal: true,
        ..Options::default()
    };
    for input in [
        "%B4761739001010010^DOE/JANE^30122010123456789?",
        ";4761739001010010=30122010123456789?",
        "57114761739001010010D30122010123456789",
        "562C42343736313733393030313031303031305E444F452F4A414E455E3330313232303130313233343536373839",
    ] {
        let tree = decode::decode(input, None, &options).unwrap().tree;
        assert_eq!(tree.errors(), [""; 0], "{input}");
        let value = |label: &str| find(&tree, label).and_then(|row| row.value.clone());
        assert_eq!(
            value("account number (PAN)").as_deref(),
            Some("4761739001010010")
        );
        assert_eq!(value("expiry").as_deref(), Some("3012"));
        assert_eq!(value("service code").as_deref(), Some("201"));
        assert_eq!(
            value("discretionary data").as_deref(),
            Some("0123456789"),
            "{input}"
        );
        let name = value("name");
        assert!(name.is_none() || name.as_deref() == Some("DOE/JANE"));

        let masked = text(&decoded(input).tree);
        assert!(masked.contains("476173******0010") && !masked.contains("0123456789"));
        assert!(!masked.contains("DOE"));
    }
}

/// Garbage of every length: with beginnings that lead into each decoder, as every kind, with and without options.
#[test]
fn garbage_never_panics() {
    let beginnings: [&[u8]; 14] = [
        &[],
        &[0x00],
        &[0xFF],
        &[0x3B, 0xFF],
        &[0x3F, 0xF0, 0x80, 0x80, 0x80],
        &[0x70, 0x81],
        &[0x6F, 0x82, 0x01],
        &[0x00, 0x20, 0x00, 0x80],
        &[0x80, 0xAE, 0x80, 0x00],
        &[0x0C, 0xDC, 0x01, 0x0C],
        &[0x80, 0xA8, 0x00, 0x00],
        &[0x06, 0x01, 0x0A, 0x03],
        &[0x0F, 0xA5],
        &[0x47, 0x61, 0x73, 0x90, 0x01, 0x01, 0x00, 0x10, 0xD3],
    ];
    let all = [
        Options::default(),
        Options {
            reveal: true,
            all_bits: true,
            family: Some(Family::Visa),
            dol: Some(vec![0x9F, 0x02, 0x06]),
        },
    ];
    let mut state = 1_u32;
    for length in 0..=300 {
        for beginning in beginnings {
            let mut bytes = beginning.to_vec();
            while bytes.len() < length {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // One byte in two is small: lengths that lead somewhere.
                let byte = (state >> 24) as u8;
                bytes.push(if state & 0x10_0000 == 0 {
                    byte & 0x0F
                } else {
                    byte
                });
            }
            bytes.truncate(length);
            let input = hex::encode(&bytes);
            let options = &all[length % 2];
            if let Ok(decoded) = decode::decode(&input, None, options) {
                check(&decoded.tree);
            }
            for kind in Kind::value_variants() {
                if let Ok(decoded) = decode::decode(&input, Some(*kind), options) {
                    check(&decoded.tree);
                }
            }
        }
    }
}

/// It renders in 100 columns.
fn check(tree: &Node) {
    let text = text(tree);
    for line in text.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

/// Garbage characters, where tracks and digits are read.
#[test]
fn garbage_characters_never_panic() {
    let alphabet: Vec<char> = "%B;=^?/ 0123456789DFé:".chars().collect();
    let mut state = 7_u32;
    for length in 0..=300 {
        let mut input = String::new();
        for _ in 0..length {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            input.push(alphabet[(state >> 24) as usize % alphabet.len()]);
        }
        for kind in Kind::value_variants() {
            let _ = decode::decode(&input, Some(*kind), &Options::default());
        }
        let _ = decode::decode(&input, None, &Options::default());
    }
}

/// An account number with a right check digit, in a range of the payment systems.
fn account_number() -> impl Strategy<Value = String> {
    let body = prop_oneof![
        ("4[0-9]{14}"),
        ("4[0-9]{17}"),
        ("5[1-5][0-9]{13}"),
        ("6[0-9]{14,17}"),
        ("3[47][0-9]{12}"),
    ];
    body.prop_map(|body| {
        let digit = (0..10).find(|digit| {
            let number = format!("{body}{digit}");
            chipcard::element::Pan::from_digits(&number)
                .unwrap()
                .has_valid_check_digit()
        });
        format!("{body}{}", digit.unwrap())
    })
}

/// The digits packed as tag 5A packs them.
fn packed(digits: &str) -> String {
    match digits.len() % 2 {
        0 => digits.to_owned(),
        _ => format!("{digits}F"),
    }
}

fn object(tag: &str, value: &str) -> String {
    format!("{tag}{:02X}{value}", value.len() / 2)
}

/// Everything that is shown, without blanks and line ends that could part the digits.
fn shown(input: &str, kind: Option<Kind>) -> String {
    let Ok(decoded) = decode::decode(input, kind, &Options::default()) else {
        return String::new();
    };
    let text: String = text(&decoded.tree).split_whitespace().collect();
    format!("{text}{}", serde_json::to_string(&decoded).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    /// Wherever an account number stands, its middle is not shown; nor in ASCII.
    #[test]
    fn account_numbers_are_masked(pan in account_number(), name in "[A-Z]{8,20}") {
        let middle = &pan[5..pan.len() - 4];
        // Zeros stand elsewhere too.
        prop_assume!(middle.bytes().filter(|digit| *digit != b'0').count() > 2);
        let ascii = hex::encode_upper(&pan);
        let bcd = packed(&pan);
        let track2 = packed(&format!("{pan}D30122019876543210"));
        let track1 = hex::encode_upper(format!("B{pan}^{name}^30122019876543210"));
        let record = object("70", &format!("{}{}", object("5A", &bcd), object("57", &track2)));
        let messages = [
            object("5A", &bcd),
            object("57", &track2),
            object("9F6B", &track2),
            object("56", &track1),
            // A broken one: the separator is not a D.
            object("57", &track2.replace('D', "E")),
            object("5F20", &hex::encode_upper(&pan)),
            object("DF01", &bcd),
            object("DF01", &ascii),
            object("9F05", &format!("AB{bcd}")),
            object("9F4E", &hex::encode_upper(format!("SHOP {pan}"))),
            object("84", &ascii),
            object("83", &format!("00{bcd}")),
            object("80", &bcd),
            object("E1", &object("DF01", &bcd)),
            record.clone(),
            format!("{record}9000"),
            // Cut inside the last data object.
            record[..record.len() - 2].to_owned(),
            format!("80A80000{:02X}{}", 2 + bcd.len() / 2, object("83", &bcd)),
            format!("80AE8000{}", &object("00", &bcd)[2..]),
            format!("04DC010C{}", &object("00", &format!("{record}1122334455667788"))[2..]),
            format!("04DC010C{}", &object("00", &track2)[2..]),
            format!("0CDC010C{}", &object("00", &object("81", &record))[2..]),
            format!("04DA005A{}", &object("00", &bcd)[2..]),
            format!("80E20000{}", &object("00", &track2)[2..]),
            format!("80F20000{}", &object("00", &bcd)[2..]),
            object("72", &object("86", &format!("04DC010C{}", &object("00", &record)[2..]))),
            format!("%B{pan}^{name}^30122019876543210?"),
            format!(";{pan}=30122019876543210?"),
            format!(";{pan}=9913201?"),
            bcd.clone(),
        ];
        let contents = (
            "ISO 9797".to_owned(), // A control: it must be there, or the search below proves nothing.
            shown(&object("50", &hex::encode_upper("ISO 9797")), None),
        );
        prop_assert!(contents.1.contains(&contents.0));
        for message in &messages {
            // Named as a kind that it is not, a value may be cut apart and be shown as what it then is.
            for kind in [None, Some(Kind::Track1), Some(Kind::Track2)] {
                let shown = shown(message, kind);
                prop_assert!(!shown.contains(middle), "{kind:?} {message}: {shown}");
                prop_assert!(!shown.contains(&ascii[10..ascii.len() - 8]), "{kind:?} {message}: {shown}");
            }
            let shown = shown(message, None);
            prop_assert!(!shown.contains(&name), "{message}: {shown}");
        }
        let answer = shown(&format!("{bcd}9000"), Some(Kind::Response));
        prop_assert!(answer.contains("success") && !answer.contains(middle), "{answer}");
    }

    /// An account number needs no check digit to be masked where its tag says what it is.
    #[test]
    fn any_digits_are_masked_in_their_tags(pan in "[0-9]{13,19}") {
        let middle = &pan[if pan.len() < 16 { 0 } else { 6 }..pan.len() - 4];
        // The same digits must not stand elsewhere by chance.
        prop_assume!(middle.bytes().collect::<std::collections::HashSet<_>>().len() > 2);
        for message in [
            object("5A", &packed(&pan)),
            object("57", &packed(&format!("{pan}D3012201"))),
            format!("{pan}=30122010"),
            format!("B{pan}^NAME^30122010"),
        ] {
            let shown = shown(&message, None);
            prop_assert!(!shown.contains(middle), "{message}: {shown}");
        }
    }

    /// No digit of a PIN is shown, in clear or enciphered, alone or in a script.
    #[test]
    fn pin_blocks_are_masked(pin in "[0-9]{4,12}", class in prop::sample::select(vec![0x00_u8, 0x10, 0x04, 0x0C, 0x84, 0x8C])) {
        let block = format!("{:0<2}{pin}{}", format!("2{:X}", pin.len()), "F".repeat(14 - pin.len()));
        let verify = format!("{class:02X}20008008{block}");
        let change = format!("{class:02X}24000210{block}1122334455667788");
        for message in [
            verify.clone(),
            change.clone(),
            object("72", &object("86", &change)),
            object("99", &block),
            // Cut, so that Lc is wrong.
            verify[..verify.len() - 2].to_owned(),
        ] {
            for kind in [None, Some(Kind::Command), Some(Kind::Tlv)] {
                let shown = shown(&message, kind);
                prop_assert!(!shown.contains(&block), "{message}: {shown}");
                prop_assert!(!shown.contains(&block[..block.len() - 2]), "{message}: {shown}");
            }
        }
    }
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chipcard"))
        .arg("decode")
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn the_command_reports_by_exit_status() {
    let good = run(&["9F36", "02", "001C"]);
    assert_eq!(good.status.code(), Some(0));
    let out = String::from_utf8(good.stdout).unwrap();
    assert!(out.contains("9F36 Application Transaction Counter (ATC) [2 bytes, card]: 001C = 28"));

    let malformed = run(&["9F2701809F360200"]);
    assert_eq!(malformed.status.code(), Some(2));
    let error = String::from_utf8(malformed.stderr).unwrap();
    assert!(error.contains("tag 9F36 at offset 4: "), "{error}");
    // What stands before the error is decoded all the same.
    assert!(
        String::from_utf8(malformed.stdout)
            .unwrap()
            .contains("cryptogram type: ARQC")
    );

    let digit = run(&["9F36", "0Z"]);
    assert_eq!(digit.status.code(), Some(2));
    assert!(
        String::from_utf8(digit.stderr)
            .unwrap()
            .contains("character 7 ")
    );

    let json = run(&["--json", "--as", "cid", "80"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(
        json["tree"]["children"][0]["meaning"],
        "cryptogram type: ARQC"
    );
}
