//! The `load` command.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::process::Command;

use chipcard::card::test_cards::TestCard;
use serde_json::Value;

fn load(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_chipcard"))
        .arg("load")
        .args(arguments)
        .output()
        .unwrap();
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code(), text)
}

#[test]
fn every_card_makes_as_many_as_were_asked_for() {
    for card in TestCard::ALL {
        let (status, text) = load(&["--card", card.name, "--transactions", "70", "--json"]);
        assert_eq!(status, Some(0), "{text}");
        let report: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(report["transactions"], 70);
        let external = card.profile.issuer_authentication.command
            == chipcard::card::AuthenticationCommand::ExternalAuthenticate;
        let each = 4 + card.profile.records.len() as u64 + u64::from(external);
        assert_eq!(report["commands"], 70 * each, "{}", card.name);
    }
}

#[test]
fn threads_have_cards_of_their_own() {
    let (status, text) = load(&["--threads", "3", "--transactions", "5"]);
    assert_eq!(status, Some(0));
    assert!(
        text.contains("15 transactions (105 commands), all approved"),
        "{text}"
    );
}

#[test]
fn nonsense_is_refused() {
    for arguments in [
        &["--card", "nobody"][..],
        &["--threads", "0"],
        &["--seconds", "-1"],
        &["--seconds", "1", "--transactions", "1"],
    ] {
        assert_eq!(load(arguments).0, Some(2), "{arguments:?}");
    }
}
