//! The `transact` command, for every test card and every way in which the issuer may answer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failure here is a failed test"
)]

use std::process::Command;

use chipcard::card::test_cards::TestCard;
use serde_json::Value;

fn transact(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_chipcard"))
        .arg("transact")
        .args(arguments)
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
    )
}

#[test]
fn a_newcomer_sees_an_approved_transaction() {
    let (status, text) = transact(&[]);
    assert_eq!(status, Some(0));
    for expected in [
        "SELECT",
        "GET PROCESSING OPTIONS",
        "GENERATE AC",
        "VERIFIED",
        "Outcome: approved online",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
}

#[test]
fn every_card_ends_as_the_issuer_answers() {
    for card in TestCard::every() {
        for (answer, outcome) in [
            ("approve", "approved online"),
            ("decline", "declined online"),
            ("tampered", "declined online"),
            ("unreachable", "declined offline"),
        ] {
            let (status, text) = transact(&["--card", card.name, "--answer", answer, "--json"]);
            let report: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(report["outcome"], outcome, "{} {answer}", card.name);
            assert_eq!(status, Some(0), "{} {answer}", card.name);
        }
    }
}

#[test]
fn the_pin_is_never_shown() {
    // A PIN whose digits stand nowhere else.
    let (_, text) = transact(&["--pin", "9753", "--un", "11223344", "--date", "260101"]);
    assert!(text.contains("VERIFY"), "{text}");
    assert!(!text.contains("9753"), "{text}");
}

#[test]
fn a_wrong_option_is_said() {
    assert_eq!(transact(&["--card", "nobody"]).0, Some(2));
    assert_eq!(transact(&["--date", "261332"]).0, Some(2));
    assert_eq!(transact(&["--un", "1122"]).0, Some(2));
}
