//! The `verify` and `diagnose` commands as a user runs them, on published transactions.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failure here is a failed test"
)]

use std::io::Write;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

const PYEMV_VISA_18: &str = "9F02060000000040009F03060000000000009F1A020124950580000480005F2A0201249A031911059C0101\
     9F370452BF4585820218009F3602001C9F100706011203A0B8009F26087A788EA6B8A3E733";
const KEY: &str = "0123456789ABCDEFFEDCBA9876543210";

fn chipcard(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chipcard"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails before it reads closes the pipe.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

const VISA_18: &[&str] = &[
    "verify",
    "--family",
    "visa",
    "--cvn",
    "12",
    "--imk-ac",
    KEY,
    "--pan",
    "1234567890123456",
];

/// A number where text is expected is named, and what stands there is not repeated.
#[test]
fn an_account_number_is_never_quoted() {
    let lines = r#"{"pan":4761739001010010}
{"4761739001010010":"x"}
["4761739001010010"]"#;
    let output = chipcard(&[VISA_18, &["--lines", "-"]].concat(), lines);
    assert_eq!(output.status.code(), Some(2));
    let text = stdout(&output);
    assert!(
        text.contains("pan: invalid type, expected a string"),
        "{text}"
    );
    assert!(!text.contains("4761739001010010"), "{text}");
    assert!(stderr(&output).contains("3 lines could not be understood"));
}

#[test]
fn verified_exits_0_and_answers_when_asked() {
    let silent = chipcard(&[VISA_18, &["-"]].concat(), PYEMV_VISA_18);
    assert_eq!(silent.status.code(), Some(0), "{}", stderr(&silent));
    assert!(stdout(&silent).contains("VERIFIED"));
    assert!(
        !stdout(&silent).contains("91"),
        "no answer was asked for: {}",
        stdout(&silent)
    );

    // The answer is pyemv's for this cryptogram and status update (tests/vectors/responses.json).
    let answers: Value =
        serde_json::from_str(include_str!("../../tests/vectors/responses.json")).unwrap();
    let published = answers["tests"]
        .as_array()
        .unwrap()
        .iter()
        .find(|test| test["id"] == "pyemv-visa18-arpc")
        .expect("the vector file has pyemv's answer");
    let csu = published["csu"].as_str().unwrap();
    let arpc = published["expect"]["arpc"].as_str().unwrap();
    let answered = chipcard(
        &[VISA_18, &["--csu", csu, "--json", "-"]].concat(),
        PYEMV_VISA_18,
    );
    let report: Value = serde_json::from_str(stdout(&answered)).unwrap();
    assert_eq!(report["verdict"], "verified");
    assert_eq!(report["arpc"], arpc);
    assert!(
        report["tag91"]
            .as_str()
            .unwrap()
            .contains(&format!("{arpc}{csu}"))
    );
}

#[test]
fn a_wrong_cryptogram_exits_1_and_gives_no_answer() {
    let wrong = PYEMV_VISA_18.replace("7A788EA6B8A3E733", "7A788EA6B8A3E732");
    let output = chipcard(&[VISA_18, &["--arc", "00", "--json", "-"]].concat(), &wrong);
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(report["verdict"], "refused");
    assert_eq!(report.get("arpc"), None);
    assert_eq!(report.get("tag91"), None);
}

#[test]
fn malformed_input_exits_2_with_tag_and_offset() {
    let twice = format!("{PYEMV_VISA_18}9F0206000000000100");
    let output = chipcard(&[VISA_18, &["-"]].concat(), &twice);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "chipcard: tag 9F02 at offset 80: occurs more than once\n"
    );

    let truncated = &PYEMV_VISA_18[..PYEMV_VISA_18.len() - 2];
    let output = chipcard(&[VISA_18, &["-"]].concat(), truncated);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("tag 9F26 at offset 69"),
        "{}",
        stderr(&output)
    );

    let output = chipcard(&[VISA_18, &["-"]].concat(), "9F0G");
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("character 4"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn lines_are_verified_one_by_one() {
    let line = |de55: &str, pan: &str| format!("{{\"pan\":\"{pan}\",\"de55\":\"{de55}\"}}\n");
    let good = line(PYEMV_VISA_18, "1234567890123456");
    let other_card = line(PYEMV_VISA_18, "1234567890123457");
    let arguments = [
        "verify", "--family", "visa", "--cvn", "12", "--imk-ac", KEY, "--json", "--lines", "-",
    ];

    let output = chipcard(&arguments, &format!("{good}{other_card}{good}"));
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let verdicts: Vec<_> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["verdict"].to_string())
        .collect();
    assert_eq!(verdicts, ["\"verified\"", "\"refused\"", "\"verified\""]);

    let output = chipcard(&arguments, &format!("{good}{{\"nonsense\":1}}\n"));
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn diagnose_names_what_is_wrong() {
    let arguments = [
        "diagnose",
        "--family",
        "visa",
        "--cvn",
        "0A",
        "--imk-ac",
        KEY,
        "--pan",
        "1234567890123456",
        "--psn",
        "07",
        "--json",
        "-",
    ];
    let output = chipcard(&arguments, PYEMV_VISA_18);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(report["version"], "Visa CVN 18");
    let differences: Vec<_> = report["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["what"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        differences,
        [
            "PAN sequence number",
            "session-key method",
            "signed data",
            "padding"
        ]
    );

    let no_such_key = "00112233445566778899AABBCCDDEEFF";
    let arguments = arguments.map(|argument| {
        if argument == KEY {
            no_such_key
        } else {
            argument
        }
    });
    let output = chipcard(&arguments, PYEMV_VISA_18);
    assert_eq!(output.status.code(), Some(1));
}

/// Every published transaction that has a whole 9F10 goes the way of a host: DE 55 in, verdict out.
#[test]
fn published_transactions_verify_from_their_bytes() {
    let file: Value =
        serde_json::from_str(include_str!("../../tests/vectors/cryptograms.json")).unwrap();
    let mut verified = 0;
    for test in file["tests"].as_array().unwrap() {
        let (Some(tags), "scheme-ac") = (test["tags"].as_object(), test["op"].as_str().unwrap())
        else {
            continue;
        };
        if !tags.contains_key("9F10") {
            continue;
        }
        let field = |name: &str| test[name].as_str().unwrap().to_owned();
        let object = |(tag, value): (&String, &Value)| {
            let value = value.as_str().unwrap();
            format!("{tag}{:02X}{value}", value.len() / 2)
        };
        let mut de55: String = tags.iter().map(object).collect();
        de55.push_str(&format!("9F2608{}", test["expect"]["ac"].as_str().unwrap()));
        let (scheme, cvn, key) = (field("scheme"), field("cvn"), field("imk_ac"));
        let (pan, psn, option) = (field("pan"), field("psn"), field("option"));
        let arguments = [
            "verify",
            "--family",
            &scheme,
            "--cvn",
            &cvn,
            "--imk-ac",
            &key,
            "--published-test-keys",
            "--pan",
            &pan,
            "--psn",
            &psn,
            "--option",
            &option,
            "-",
        ];
        let output = chipcard(&arguments, &de55);
        let id = &test["id"];
        assert_eq!(
            output.status.code(),
            Some(0),
            "{id}: {}{}",
            stdout(&output),
            stderr(&output)
        );
        verified += 1;
    }
    assert_eq!(verified, 7, "whole transactions in the vector file");
}
