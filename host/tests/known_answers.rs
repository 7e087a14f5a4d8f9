//! The known answers that others published, and proof that the runner notices a wrong one.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::Path;
use std::process::Command;

use chipcard_host::kat::{self, Report, Status};
use serde_json::{Value, json};

/// Name and text of every file in `tests/vectors`.
fn files() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

/// Every test of every file.
fn tests() -> Vec<Value> {
    let tests_of = |text: &str| {
        let mut file: Value = serde_json::from_str(text).unwrap();
        file["tests"].as_array_mut().map(std::mem::take).unwrap()
    };
    files()
        .iter()
        .flat_map(|(_, text)| tests_of(text))
        .collect()
}

/// The test of that identifier.
fn test(id: &str) -> Value {
    tests().into_iter().find(|test| test["id"] == id).unwrap()
}

fn run_one(test: &Value) -> Result<Report, String> {
    let file = json!({"format": kat::FORMAT, "about": "one", "tests": [test]}).to_string();
    kat::run([("one.json", &*file)]).map_err(|error| error.to_string())
}

#[test]
fn every_file_passes() {
    let files = files();
    assert_eq!(files.len(), 9);
    let pairs = files.iter().map(|(name, text)| (&**name, &**text));
    let report = kat::run(pairs).unwrap();
    let failures: Vec<_> = report
        .tests
        .iter()
        .filter(|test| matches!(test.status, Status::Failed { .. }))
        .collect();
    assert!(failures.is_empty(), "{failures:#?}");
    assert_eq!(report.passed + report.skipped, tests().len());
    let whole = ["cryptograms.json", "disputed.json", "iad.json", "keys.json"];
    let whole = whole
        .into_iter()
        .chain(["magstripe.json", "oda.json"])
        .chain(["responses.json", "scripts.json", "tr31.json"]);
    for name in whole {
        let (_, text) = files.iter().find(|(file, _)| file == name).unwrap();
        let report = kat::run([(name, &**text)]).unwrap();
        assert_eq!((report.failed, report.skipped), (0, 0), "{name}");
        assert!(report.passed > 0, "{name}");
    }
}

/// The value with the character at `place` changed: all bits of a nibble, so that no parity bit hides it.
fn corrupt(value: &str, place: usize, decimal: bool) -> String {
    let mut changed: Vec<_> = value.chars().collect();
    let digit = changed[place].to_digit(16).unwrap();
    let other = if decimal {
        (digit + 1) % 10
    } else {
        digit ^ 0xF
    };
    changed[place] = char::from_digit(other, 16).unwrap();
    changed.into_iter().collect()
}

#[test]
fn no_test_passes_with_a_corrupted_expectation() {
    let mut corrupted = 0;
    for original in tests() {
        let skipped = run_one(&original).unwrap().skipped == 1;
        if skipped {
            continue;
        }
        let object = if original["expect"].is_object() {
            "expect"
        } else {
            "emv"
        };
        for (name, value) in original[object].as_object().unwrap() {
            let value = value.as_str().unwrap();
            for place in 0..value.len() {
                let mut changed = original.clone();
                changed[object][name] = corrupt(value, place, name == "value").into();
                assert_eq!(run_one(&changed).unwrap().failed, 1, "{changed:#}");
                corrupted += 1;
            }
            let mut longer = original.clone();
            longer[object][name] = format!("{value}00").into();
            assert_eq!(run_one(&longer).unwrap().failed, 1, "{longer:#}");
        }
    }
    assert!(corrupted > 4000, "{corrupted}");
}

#[test]
fn a_disputed_value_must_differ() {
    for original in tests()
        .into_iter()
        .filter(|test| test["claimed"].is_object())
    {
        let mut agreed = original.clone();
        agreed["claimed"] = original["emv"].clone();
        let report = run_one(&agreed).unwrap();
        assert_eq!(report.failed, 1, "{agreed:#}");
    }
}

/// Each input matters: with another one the test fails, or the program says why it cannot run.
#[test]
fn inputs_enter_the_result() {
    for (id, field, value) in [
        ("pyemv-doc-udkA-17", "psn", json!("46")),
        ("pyemv-doc-udkA-17", "option", json!("B")),
        (
            "pyemv-doc-emv2000",
            "iv",
            json!("00000000000000000000000000000001"),
        ),
        ("pyemv-doc-emv2000", "atc", json!("001D")),
        ("pyemv-doc-visa-sm", "method", json!("unionpay")),
        ("cfpp-aes128-udk", "key_bits", json!(256)),
        ("pyemv-doc-ac", "padding", json!("method1")),
        ("pyemv-doc-smmac", "length", json!(7)),
        ("pyemv-doc-smenc-mc", "padding", json!("method2")),
        ("pyemv-visa10-arpc", "arc", json!("3035")),
        ("pyemv-visa10-pin0", "new_pin", json!("9998")),
        ("pyemv-visa10-mac", "body", json!("00")),
        ("jpos-dcvv-1", "service_code", json!("227")),
        ("jpos-dcvv-1", "atc", json!("A210")),
        ("jpos-cvc3-iv", "digits", json!(4)),
        ("pyemv-mc17-arqc", "counters", json!("00000000000322FE")),
        ("capk-visa_08", "rid", json!("A000000004")),
        ("capk-visa_08", "index", json!("09")),
        ("cfpp-issuer-92", "ca_exponent", json!("010001")),
        ("openemv-visa94", "ddol_data", json!("7FBC4048")),
        ("openemv-mc-f1-cda", "un", json!("8B55633A")),
    ] {
        let original = test(id);
        assert_eq!(run_one(&original).unwrap().passed, 1, "{id}");
        let mut changed = original.clone();
        assert!(
            changed[field] != value && !changed[field].is_null(),
            "{id} {field}"
        );
        changed[field] = value;
        assert_eq!(run_one(&changed).unwrap().failed, 1, "{id} {field}");
    }
}

#[test]
fn unknown_operations_are_skipped_by_name() {
    let mut unknown = test("pyemv-doc-ac");
    unknown["op"] = "ac-of-tomorrow".into();
    let report = run_one(&unknown).unwrap();
    assert_eq!(report.to_string(), "0 passed, 0 failed, 1 skipped");
    assert_eq!(report.tests[0].op, "ac-of-tomorrow");
    let bare = run_one(&json!({"id": "a", "op": "ac-of-tomorrow"})).unwrap();
    assert_eq!(bare.skipped, 1);
}

/// Exit status and last line, as scripts read them.
#[test]
fn the_command_says_how_it_ended() {
    let good = test("pyemv-doc-ac");
    let mut wrong = good.clone();
    wrong["expect"]["ac"] = "0000000000000000".into();
    let unknown = json!({"id": "a", "op": "tr32"});
    let folder = std::env::temp_dir().join(format!("chipcard-kat-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    for (number, (tests, code, lines)) in [
        (json!([good, unknown]), 0, "skipped: tr32 (a)\n1 passed, 0 failed, 1 skipped\n"),
        (
            json!([wrong, unknown]),
            1,
            concat!(
                "failed: ac (pyemv-doc-ac): ac: expected 0000000000000000, found 3B76CF10FECD8789\n",
                "skipped: tr32 (a)\n",
                "0 passed, 1 failed, 1 skipped\n",
            ),
        ),
        (json!([good, good]), 2, ""),
        (json!([{"id": "b", "op": "ac"}]), 2, ""),
    ]
    .into_iter()
    .enumerate()
    {
        let file = folder.join(format!("{number}.json"));
        let text = json!({"format": kat::FORMAT, "tests": tests}).to_string();
        fs::write(&file, text).unwrap();
        let run = |options: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_chipcard"));
            command.arg("kat").args(options).arg(&file).output().unwrap()
        };
        let output = run(&[]);
        assert_eq!(output.status.code(), Some(code), "{output:?}");
        assert_eq!(String::from_utf8(output.stdout).unwrap(), lines);
        assert_eq!(output.stderr.is_empty(), code != 2);
        let output = run(&["--json"]);
        assert_eq!(output.status.code(), Some(code));
        let report: Result<Value, _> = serde_json::from_slice(&output.stdout);
        assert_eq!(report.is_ok(), code != 2);
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// In the format, but nothing that this program can do: a failure that names the field, never a skip.
#[test]
fn unknown_values_fail() {
    for (id, field, value, problem) in [
        (
            "pyemv-doc-udkA-17",
            "option",
            json!("D"),
            "`D` is none of A, B, B-hash, C",
        ),
        (
            "pyemv-doc-udkA-17",
            "cipher",
            json!("des"),
            "`des` is none of tdes, aes",
        ),
        (
            "pyemv-doc-udkA-17",
            "pan",
            json!("1234567"),
            "a PAN has 8 to 19 digits",
        ),
        (
            "pyemv-doc-udkA-17",
            "imk",
            json!("0123"),
            "wrong key length",
        ),
        (
            "pyemv-doc-udkA-17",
            "key_bits",
            json!(128),
            "has no use in this test",
        ),
        (
            "cfpp-aes128-udk",
            "key_bits",
            json!(129),
            "is none of 128, 192, 256",
        ),
        (
            "pyemv-doc-csk",
            "method",
            json!("jcb"),
            "`jcb` is none of none, emv-csk",
        ),
        ("pyemv-doc-emv2000", "branch", json!(3), "branch factor"),
        (
            "pyemv-doc-ac",
            "padding",
            json!("method3"),
            "`method3` is none of",
        ),
        (
            "pyemv-doc-ac",
            "padding",
            json!("method1a"),
            "field `padding`",
        ),
        ("pyemv-doc-arpc1", "method", json!(3), "is neither 1 nor 2"),
        ("pyemv-doc-smmac", "length", json!(9), "is not 4 to 8"),
        ("pyemv-doc-smmac", "length", json!(3), "is not 4 to 8"),
        (
            "pyemv-visa10-arqc",
            "scheme",
            json!("amex"),
            "`amex` is none of visa",
        ),
        (
            "pyemv-visa10-arqc",
            "cvn",
            json!("0E"),
            "no version 0E of visa",
        ),
        (
            "pyemv-visa18-arqc",
            "cvr",
            json!("03A0B800"),
            "needs tag 9F10 alone",
        ),
        ("jpos-cvc3-iv", "digits", json!(6), "that number of digits"),
        ("jpos-cavv2", "digits", json!(0), "that number of digits"),
        (
            "pyemv-doc-ac",
            "expect",
            json!({"arpc": "00"}),
            "gives no such value",
        ),
        (
            "pyemv-doc-ac",
            "sesion_key",
            json!("00"),
            "field `sesion_key`",
        ),
    ] {
        let mut changed = test(id);
        changed[field] = value;
        let report = run_one(&changed).unwrap();
        let Status::Failed { problems } = &report.tests[0].status else {
            panic!("{id} {field}: {report:?}");
        };
        assert!(problems[0].contains(problem), "{id} {field}: {problems:?}");
    }
}

/// Not in the format: an error that names file, test and field.
#[test]
fn malformed_tests_are_errors() {
    let ac = "pyemv-doc-ac";
    for (id, field, value, error) in [
        (ac, "data", None, "field `data`: is missing"),
        (
            ac,
            "data",
            Some(json!("0")),
            "field `data`: not hexadecimal bytes",
        ),
        (
            ac,
            "data",
            Some(json!("0G")),
            "field `data`: not hexadecimal bytes",
        ),
        (ac, "data", Some(json!("")), "field `data`: is empty"),
        (ac, "data", Some(json!(5)), "field `data`: not a text"),
        (ac, "expect", None, "field `expect`: is missing"),
        (
            ac,
            "expect",
            Some(json!({})),
            "field `expect`: not an object with members",
        ),
        (
            ac,
            "expect",
            Some(json!({"ac": 1})),
            "field `expect.ac`: not a text",
        ),
        (
            ac,
            "expect",
            Some(json!({"ac": ""})),
            "field `expect.ac`: is empty",
        ),
        (ac, "op", None, "field `op`: is missing"),
        (ac, "note", Some(json!(1)), "field `note`: not a text"),
        (
            "pyemv-doc-smmac",
            "length",
            Some(json!("8")),
            "field `length`: not a whole number",
        ),
        (
            "pyemv-doc-csk",
            "diversifier",
            Some(json!("001C")),
            "has 2 bytes, not 8",
        ),
        (
            "pyemv-ac-emv-arqc",
            "session",
            None,
            "field `session`: is missing",
        ),
        (
            "pyemv-ac-emv-arqc",
            "session",
            Some(json!({"method": "emv2000", "atc": "0001", "branch": 4})),
            "field `session.height`: is missing",
        ),
        (
            "jpos-cavv2",
            "expiry",
            Some(json!("11/08")),
            "field `expiry`: not decimal digits",
        ),
        (
            "jpos-iad-mc2",
            "tags",
            Some(json!({"9F1": "00"})),
            "field `tags.9F1`",
        ),
        (
            "jpos-iad-mc2",
            "tags",
            Some(json!({"9F10": "00", "9f10": "00"})),
            "stands here twice",
        ),
        (
            "jpos-iad-mc2",
            "tags",
            Some(json!({})),
            "field `tags.9F10`: is missing",
        ),
        (
            "jpos-data-visa22-vsdc-guide",
            "padded",
            Some(json!("true")),
            "neither true nor false",
        ),
    ] {
        let mut changed = test(id);
        match value {
            Some(value) => changed[field] = value,
            None => drop(changed.as_object_mut().unwrap().remove(field)),
        }
        let found = run_one(&changed).unwrap_err();
        assert!(
            found.starts_with(&format!("one.json: test {id}: ")),
            "{found}"
        );
        assert!(found.contains(error), "{id} {field}: {found}");
    }
}

#[test]
fn malformed_files_are_errors() {
    for (text, error) in [
        ("", "one.json: EOF"),
        ("[]", "one.json: "),
        (r#"{"format": "chipcard-kat/1"}"#, "missing field `tests`"),
        (r#"{"tests": []}"#, "missing field `format`"),
        (
            r#"{"format": "chipcard-kat/2", "tests": []}"#,
            "not `chipcard-kat/1`",
        ),
        (
            r#"{"format": "chipcard-kat/1", "tests": [], "more": 1}"#,
            "unknown field `more`",
        ),
        (
            r#"{"format": "chipcard-kat/1", "tests": [1]}"#,
            "test number 1: not an object",
        ),
        (
            r#"{"format": "chipcard-kat/1", "tests": [{"op": "ac"}]}"#,
            "test number 1: field `id`",
        ),
        (
            r#"{"format": "chipcard-kat/1", "tests": [{"id": null}]}"#,
            "null",
        ),
        (
            r#"{"format": "chipcard-kat/1", "tests": [{"digits": 1.5}]}"#,
            "floating point",
        ),
        (
            r#"{"format": "chipcard-kat/1", "tests": [{"id": "a", "id": "b"}]}"#,
            "twice",
        ),
    ] {
        let found = kat::run([("one.json", text)]).unwrap_err().to_string();
        assert!(found.contains(error), "{text}: {found}");
    }
}

#[test]
fn identifiers_are_unique_over_all_files() {
    let files = files();
    let (name, text) = &files[0];
    let again = kat::run([(&**name, &**text), ("again.json", &**text)]).unwrap_err();
    assert!(
        again.to_string().starts_with("again.json: test "),
        "{again}"
    );
    assert!(again.to_string().ends_with("is not unique"), "{again}");
}
