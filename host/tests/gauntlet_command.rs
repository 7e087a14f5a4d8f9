//! The `gauntlet` command: against our own host in this process, in a second one, and over TCP.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

const PROGRAM: &str = env!("CARGO_BIN_EXE_chipcard");

fn gauntlet(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(PROGRAM)
        .arg("gauntlet")
        .args(arguments)
        .output()
        .unwrap();
    (
        output.status.code(),
        String::from_utf8(output.stdout).unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn the_report_is_for_people_and_for_programs() {
    let (status, text, _) = gauntlet(&["--profile", "visa-18"]);
    assert_eq!(status, Some(0), "{text}");
    assert!(!text.contains("waiting"), "{text}");
    let last = text.lines().last().unwrap();
    assert!(last.ends_with(" passed, 0 failed"), "{last}");

    let (_, text, _) = gauntlet(&["--only", "C02", "--profile", "visa-18", "--explain"]);
    for expected in ["Chip and PIN is Broken", "2010", "certain: "] {
        assert!(text.contains(expected), "{text}");
    }

    let arguments = [
        "--only",
        "C02",
        "--only",
        "T",
        "--profile",
        "mchip-14",
        "--json",
    ];
    let (status, text, _) = gauntlet(&arguments);
    assert_eq!(status, Some(0));
    let report: Value = serde_json::from_str(&text).unwrap();
    let ids: Vec<_> = report["scenarios"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["C02", "T01", "T02", "T03", "T04"]);
    let wedge = &report["scenarios"][0];
    assert_eq!(wedge["reference"]["year"], 2010);
    assert_eq!(wedge["runs"][0]["checks"][0]["seen"], "decline");
}

#[test]
fn a_host_in_a_second_process() {
    let host = format!("'{PROGRAM}' gauntlet --serve-host");
    let arguments = ["--profile", "visa-22", "--host-command", &host, "--json"];
    let (status, text, error) = gauntlet(&arguments);
    assert_eq!(status, Some(0), "{text}{error}");
    let (_, own, _) = gauntlet(&["--profile", "visa-22", "--json"]);
    assert_eq!(text, own, "the line changes nothing");
}

#[test]
fn a_host_over_tcp() {
    let mut host = Command::new(PROGRAM)
        .args(["gauntlet", "--serve-host-tcp", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(host.stderr.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line.trim().strip_prefix("listening on ").unwrap();
    let result = gauntlet(&["--profile", "ccd", "--only", "R", "--host-tcp", address]);
    host.kill().unwrap();
    host.wait().unwrap();
    assert_eq!(result.0, Some(0), "{}{}", result.1, result.2);
}

#[test]
fn a_host_that_approves_everything_fails() {
    let host = r#"while read line; do case "$line" in
        *'"do":"submit"'*) echo '{"answers":[{"de39":"00"}]}' ;;
        *) echo '{"ok":true}' ;;
    esac; done"#;
    let arguments = ["--profile", "ccd", "--only", "C01", "--only", "H01"];
    let (status, text, _) = gauntlet(&[&arguments[..], &["--host-command", host]].concat());
    assert_eq!(status, Some(1), "{text}");
    assert_eq!(text.lines().last(), Some("1 passed, 1 failed"));
}

#[test]
fn a_host_that_breaks_the_protocol_is_no_verdict() {
    for (host, complaint) in [
        ("true", "the host"),
        ("echo nonsense; cat >/dev/null", "not understood"),
        (
            r#"while read l; do echo '{"answers":[]}'; done"#,
            "nobody asked",
        ),
    ] {
        let (status, _, error) = gauntlet(&["--only", "C01", "--host-command", host]);
        assert_eq!(status, Some(2), "{host}");
        assert!(error.contains(complaint), "{host}: {error}");
    }
}

/// Before anything is played or written.
#[test]
fn what_cannot_be_played_is_named() {
    let file = std::env::temp_dir().join(format!("chipcard-nothing-{}", std::process::id()));
    for (arguments, complaint) in [
        (vec!["--only", "C01", "--only", "Z99"], "\"Z99\""),
        (vec!["--only", "L01", "--profile", "mchip-14"], "mchip-14"),
        (vec!["--profile", "nobody"], "there are ccd, "),
        (vec!["--variation", "upside-down"], "reversed, "),
    ] {
        let emit = ["--emit", file.to_str().unwrap()];
        let (status, _, error) = gauntlet(&[&arguments[..], &emit].concat());
        assert_eq!(status, Some(2), "{arguments:?}");
        assert!(error.contains(complaint), "{error}");
        assert!(!file.exists(), "{arguments:?}");
    }
}

#[test]
fn messages_are_written_with_labels() {
    let file = std::env::temp_dir().join(format!("chipcard-gauntlet-{}", std::process::id()));
    let name = file.to_str().unwrap();
    let arguments = ["--only", "R01", "--profile", "ccd", "--emit", name];
    let (status, _, error) = gauntlet(&arguments);
    let text = fs::read_to_string(&file).unwrap();
    fs::remove_file(&file).unwrap();
    assert_eq!(status, Some(0), "{error}");
    let lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let labels: Vec<_> = lines.iter().map(|line| &line["label"]).collect();
    assert_eq!(labels, ["honest", "attack"]);
    for line in &lines {
        assert_eq!(line["scenario"], "R01");
        let chip = line["message"]["de55"].as_str().unwrap();
        assert!(chip.contains("9F2608"));
    }
    assert_eq!(lines[0]["message"]["de55"], lines[1]["message"]["de55"]);
}
