//! The `assess` command as a user runs it, on a published transaction.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a failure here is a failed test"
)]

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

const DE55: &str = "9F02060000000040009F03060000000000009F1A020124950580000480005F2A0201249A031911059C0101\
     9F370452BF4585820218009F3602001C9F100706011203A0B8009F26087A788EA6B8A3E733";

const KEYS: &str = r#"
[[key-set]]
index = "01"
ac = "0123456789ABCDEFFEDCBA9876543210"

[stripe]
cvv = "0123456789ABCDEFFEDCBA9876543210"
"#;

const CARDS: &str = r#"
[[card]]
pan = "1234567890123456"
expiry = "2512"
service-code = "201"
family = "visa"
cvn = "12"
key-index = "01"
country = 124
"#;

/// A folder of this test's own with the key file and the card file.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, cards: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("keys.toml"), KEYS).unwrap();
        fs::write(folder.join("cards.toml"), cards).unwrap();
        Self(folder)
    }

    /// The command with the files of this folder.
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_chipcard"));
        command
            .arg("assess")
            .arg("--keys")
            .arg(self.0.join("keys.toml"))
            .arg("--cards")
            .arg(self.0.join("cards.toml"));
        command
    }

    fn assess(&self, more: &[&str], lines: &[Value]) -> Output {
        let mut child = self
            .command()
            .args(more)
            .arg("-")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = String::new();
        for line in lines {
            input.push_str(&line.to_string());
            input.push('\n');
        }
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }
}

fn sale(stan: u32) -> Value {
    json!({
        "mti": "0100", "de2": "1234567890123456", "de3": "000000", "de4": 4000, "de11": stan, "de13": "1105",
        "de22": "051", "de43_country": 124, "de49": 124, "received": 1_572_955_200_u32, "de55": DE55,
    })
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn a_replay_is_told_in_two_languages() {
    let folder = Folder::new("assess-replay", CARDS);
    let output = folder.assess(&[], &[sale(1), sale(1), sale(2)]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let lines = text(&output.stdout);
    assert!(lines.contains("1: 123456******3456 approve"), "{lines}");
    assert!(lines.contains("2: 123456******3456 approve"), "{lines}");
    assert!(
        lines.contains("3: 123456******3456 decline  DE 39 59  E"),
        "{lines}"
    );
    assert!(lines.contains("this is a replay"), "{lines}");
    let output = folder.assess(&["--lang", "ja"], &[sale(1), sale(2)]);
    assert!(text(&output.stdout).contains("承認拒否"));
    assert!(text(&output.stdout).contains("リプレイ"));
}

/// A sale at a shop that has a name.
fn sale_at_shop(stan: u32) -> Value {
    let mut sale = sale(stan);
    sale["de32"] = json!("123456");
    sale["de42"] = json!("MERCHANT0000001");
    sale
}

fn report() -> Value {
    json!({ "compromised": "1234567890123456", "since": 1_572_960_000_u32 })
}

#[test]
fn a_compromised_card_counts_at_the_shop_where_it_was_used() {
    let folder = Folder::new("assess-compromised", CARDS);
    let output = folder.assess(&[], &[report(), sale_at_shop(1), report()]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let lines: Vec<_> = text(&output.stdout).lines().collect();
    assert_eq!(
        lines[0],
        "1: 123456******3456 compromised; it counts at 0 shops"
    );
    assert_eq!(
        lines[lines.len() - 1],
        "3: 123456******3456 compromised; it counts at 1 shop"
    );
    let output = folder.assess(&["--lang", "ja"], &[sale_at_shop(1), report()]);
    assert!(text(&output.stdout).contains("情報流出カードとして登録（計上した加盟店：1件）"));
    let mut unknown = report();
    unknown["compromised"] = json!("4761739001010010");
    let output = folder.assess(&[], &[unknown]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("line 1: compromised: no card 476173******0010"),
        "{}",
        text(&output.stderr)
    );
}

/// Another process finds the counter used, and knows where the card was.
#[cfg(feature = "redb")]
#[test]
fn a_store_remembers_from_run_to_run() {
    let folder = Folder::new("assess-store", CARDS);
    let path = |name: &str| folder.0.join(name).to_str().unwrap().to_owned();
    let (store, key) = (path("cards.redb"), path("index.key"));
    let _ = fs::remove_file(&store);
    fs::write(&key, "0123456789abcdef".repeat(4)).unwrap();
    let durable = ["--redb", &store, "--index-key", &key];
    let missing = folder.assess(&durable, &[sale_at_shop(1)]);
    assert_eq!(missing.status.code(), Some(2), "nobody made the store");
    let made = Command::new(env!("CARGO_BIN_EXE_chipcard"))
        .args(["store", "init"])
        .args(durable)
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", text(&made.stderr));

    let first = folder.assess(&durable, &[sale_at_shop(1)]);
    assert_eq!(first.status.code(), Some(0), "{}", text(&first.stderr));
    let second = folder.assess(&durable, &[sale_at_shop(2), report()]);
    let lines = text(&second.stdout);
    assert!(lines.contains("this is a replay"), "{lines}");
    assert!(lines.contains("it counts at 1 shop\n"), "{lines}");
}

#[test]
fn json_is_a_record_of_each_judgement() {
    let folder = Folder::new("assess-json", CARDS);
    let wrapped = json!({ "label": "honest", "message": sale(1) });
    let mut raised = sale(2);
    raised["de4"] = json!(400_000);
    let output = folder.assess(&["--json"], &[wrapped, raised]);
    let records: Vec<Value> = text(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(records.len(), 2);
    assert_eq!(records[0]["chip_validation"], "C");
    let kinds: Vec<_> = records[1]["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["kind"])
        .collect();
    assert!(kinds.contains(&&json!("amount-raised")), "{kinds:?}");
    assert!(!text(&output.stdout).contains("1234567890123456"));
}

/// The value of the published algorithm for this card is not on the stripe.
#[test]
fn a_swipe_is_judged_with_the_keys_of_the_stripe() {
    let folder = Folder::new("assess-swipe", CARDS);
    let mut swipe = sale(1);
    swipe.as_object_mut().unwrap().remove("de55");
    swipe["de22"] = json!("901");
    swipe["de35"] = json!("1234567890123456=251220112345000");
    let output = folder.assess(&[], &[swipe]);
    assert!(
        text(&output.stdout).contains("card verification value"),
        "{}",
        text(&output.stdout)
    );
}

#[test]
fn what_is_wrong_is_named_and_never_quoted() {
    let folder = Folder::new("assess-wrong", CARDS);
    let mut unknown = sale(1);
    unknown["de2"] = json!("4761739001010010");
    let output = folder.assess(&[], &[unknown]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("line 1: de2: no card 476173******0010"));
    let mut wrong = sale(1);
    wrong["de35"] = json!(1_234_567_890_123_456_u64);
    let output = folder.assess(&[], &[wrong]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        !text(&output.stderr).contains("1234567890123456"),
        "{}",
        text(&output.stderr)
    );
    let mut milliseconds = sale(1);
    milliseconds["received"] = json!(1_572_955_200_000_u64);
    let mut pan = sale(1);
    pan["de2"] = json!(1_234_567_890_123_456_u64);
    for (line, complaint) in [
        (
            milliseconds,
            "standard input: line 2: received: expected seconds",
        ),
        (
            pan,
            "standard input: line 2: de2: invalid type, expected a string",
        ),
        (
            json!({"compromised": 4_761_739_001_010_010_u64, "since": 0}),
            "line 2: compromised: ",
        ),
        (json!([]), "line 2: not a JSON object"),
    ] {
        let output = folder.assess(&[], &[sale(1), line]);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(complaint), "{error}");
        assert!(!error.contains("1234567890123456") && !error.contains("4761739001010010"));
        // What came before it was judged.
        assert_eq!(text(&output.stdout).matches("approve").count(), 1);
    }
}

#[test]
fn what_is_wrong_in_a_file_is_named_and_never_quoted() {
    for (name, from, to, complaint) in [
        (
            "expiry",
            "\"2512\"",
            "\"2513\"",
            "cards.toml: card 1: expiry",
        ),
        (
            "pan",
            "\"1234567890123456\"",
            "1234567890123456",
            "cards.toml: line 3, pan: invalid type",
        ),
        (
            "status",
            "country = 124",
            "country = 124\nstatus = \"1234567890123456\"",
            "cards.toml: card 1: status",
        ),
    ] {
        let folder = Folder::new(&format!("assess-cards-{name}"), &CARDS.replace(from, to));
        let output = folder.assess(&[], &[sale(1)]);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(complaint), "{error}");
        assert!(!error.contains("1234567890123456"), "{error}");
    }
    for (name, bytes, complaint) in [
        ("folder", None, ": Is a directory"),
        ("bytes", Some(&b"\n\xFF\n"[..]), ": line 2: not UTF-8"),
    ] {
        let folder = Folder::new(&format!("assess-messages-{name}"), CARDS);
        let messages = folder.0.join("messages");
        match bytes {
            Some(bytes) => fs::write(&messages, bytes).unwrap(),
            None => fs::create_dir_all(&messages).unwrap(),
        }
        let output = folder.command().arg(&messages).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
        let error = text(&output.stderr);
        assert!(error.contains(&format!("messages{complaint}")), "{error}");
    }
}

/// As under `chipcard assess … 2>&1 | head`.
#[test]
fn whoever_stops_reading_is_not_answered_with_a_panic() {
    let folder = Folder::new("assess-head", CARDS);
    let lines: String = (0..2_000).map(|_| sale(1).to_string() + "\n").collect();
    fs::write(folder.0.join("messages"), lines).unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = folder.command();
    command
        .arg(folder.0.join("messages"))
        .stdout(writer.try_clone().unwrap())
        .stderr(writer);
    assert_eq!(command.status().unwrap().code(), Some(2));
}
