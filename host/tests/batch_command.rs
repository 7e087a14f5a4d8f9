//! `chipcard batch` on files that it makes itself: every form, every kind of wrong row, killed and resumed.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use chipcard_host::batch::{FileFormat, Reason, Sample};
use serde_json::Value;

/// A folder of one test, empty at its start.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("batch")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn chipcard(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chipcard"))
        .arg("batch")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap()
}

fn summary(output: &Output) -> Value {
    let mut summary: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    for time in ["elapsed_seconds", "rows_per_second"] {
        summary.as_object_mut().unwrap().remove(time).unwrap();
    }
    summary
}

/// Line and reason of each row that the sample has wrong.
fn expected(sample: &Sample, format: FileFormat, first_line: u64) -> BTreeMap<u64, Reason> {
    (0..sample.rows)
        .filter_map(|index| {
            Some((
                index + first_line,
                sample.corruption(index, format)?.reason(),
            ))
        })
        .collect()
}

fn failed_csv(path: &Path) -> BTreeMap<u64, String> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header: Vec<_> = reader
        .headers()
        .unwrap()
        .iter()
        .map(str::to_owned)
        .collect();
    assert_eq!(
        header,
        [
            "line", "pan", "verdict", "reason", "tag", "offset", "detail"
        ]
    );
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        assert!(!record[6].is_empty());
        (record[0].parse().unwrap(), record[3].to_owned())
    });
    rows.collect()
}

fn corrupted_rows_are_found(file: &str, format: FileFormat, by_tag: bool, first_line: u64) {
    const ROWS: u64 = 700;
    let folder = folder(&format!("{file}-{by_tag}"));
    let mut sample = Sample::new(ROWS);
    (sample.corrupt, sample.seed, sample.by_tag) = (Some((1, 7)), 5, by_tag);
    sample.write(&folder.join(file), format).unwrap();
    let keys = folder.join(file).with_extension("keys.toml");
    let output = chipcard(
        &folder,
        &[
            "--keys",
            keys.to_str().unwrap(),
            "--chunk",
            "32",
            "--failed",
            "failed.csv",
            "--json",
            file,
        ],
    );
    assert_eq!(output.status.code(), Some(1));
    let expected = expected(&sample, format, first_line);
    let found = failed_csv(&folder.join("failed.csv"));
    let codes: BTreeMap<_, _> = expected
        .iter()
        .map(|(line, reason)| (*line, reason.code().to_owned()))
        .collect();
    assert_eq!(found, codes);
    let summary = summary(&output);
    assert_eq!(summary["rows"], ROWS);
    assert_eq!(summary["verified"], ROWS - expected.len() as u64);
    for refused in summary["refused"].as_array().unwrap() {
        let of = |reason: &&Reason| reason.code() == refused["reason"];
        let lines: Vec<_> = expected
            .iter()
            .filter(|(_, reason)| of(reason))
            .map(|(line, _)| *line)
            .collect();
        assert_eq!(refused["rows"], lines.len());
        assert_eq!(refused["first_line"], lines[0]);
    }
}

#[test]
fn corrupted_rows_of_csv_are_found() {
    corrupted_rows_are_found("s.csv", FileFormat::Csv, false, 2);
    corrupted_rows_are_found("s.csv", FileFormat::Csv, true, 2);
}

#[test]
fn corrupted_rows_of_json_lines_are_found() {
    corrupted_rows_are_found("s.jsonl", FileFormat::JsonLines, false, 1);
    corrupted_rows_are_found("s.jsonl", FileFormat::JsonLines, true, 1);
}

#[cfg(feature = "parquet")]
#[test]
fn corrupted_rows_of_parquet_are_found() {
    corrupted_rows_are_found("s.parquet", FileFormat::Parquet, false, 1);
    corrupted_rows_are_found("s.parquet", FileFormat::Parquet, true, 1);
}

/// A sample without wrong rows, and its lines.
fn right_rows(folder: &Path, rows: u64) -> Vec<String> {
    let path = folder.join("s.csv");
    Sample::new(rows).write(&path, FileFormat::Csv).unwrap();
    fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

#[test]
fn all_verified_is_exit_status_0_whatever_the_quotes_and_line_ends() {
    let folder = folder("forms");
    let lines = right_rows(&folder, 40);
    let quoted: Vec<_> = lines
        .iter()
        .map(|line| {
            let cells: Vec<_> = line.split(',').map(|cell| format!("\"{cell}\"")).collect();
            cells.join(",")
        })
        .collect();
    let texts = [
        lines.join("\n"),
        format!("\u{FEFF}{}\r\n", lines.join("\r\n")),
        format!("{}\n\n\n", lines.join("\n\n")),
        quoted.join("\r\n"),
        format!(
            "\u{FEFF}{}\n{}\n",
            quoted[..20].join("\n"),
            lines[20..].join("\n")
        ),
    ];
    for text in texts {
        fs::write(folder.join("t.csv"), text).unwrap();
        let output = chipcard(
            &folder,
            &["--keys", "s.keys.toml", "--chunk", "3", "--json", "t.csv"],
        );
        assert_eq!(output.status.code(), Some(0));
        assert_eq!(summary(&output)["verified"], 40);
    }
}

/// Cells over several lines, doubled quotes, a cell longer than a block, both line ends, no last one, wrong rows at the start and the
/// end: however the file is cut into blocks, the same rows fail for the same reasons in the same lines.
#[test]
fn wherever_the_blocks_end_rows_are_the_same() {
    let folder = folder("blocks");
    let lines = right_rows(&folder, 24);
    let mut text = format!("\u{FEFF}note,{}\r\n", lines[0]);
    let mut expected = BTreeMap::new();
    for (place, line) in lines.iter().skip(1).enumerate() {
        let note = match place % 6 {
            0 => "\"two\nlines, and \"\"quotes\"\"\"".to_owned(),
            1 => "n".repeat(5000),
            2 => "\"in\r\nquotes\"".to_owned(),
            3 => "\n\n".to_owned() + "5 \" of it",
            4 => String::new(),
            _ => "note".to_owned(),
        };
        let blank = note.chars().take_while(|c| *c == '\n').count();
        let number = text.matches('\n').count() + 1 + blank;
        let mut line = line.to_owned();
        let wrong = match place {
            0 => {
                line.insert(line.len() - 4, 'x');
                Some("malformed")
            }
            9 => {
                line += ",";
                Some("malformed")
            }
            22 => {
                let last = if line.ends_with('0') { "1" } else { "0" };
                line.replace_range(line.len() - 1.., last);
                Some("cryptogram")
            }
            23 => {
                line.pop();
                Some("malformed")
            }
            _ => None,
        };
        if let Some(reason) = wrong {
            expected.insert(number as u64, reason.to_owned());
        }
        let end = match place {
            23 => "",
            place if place % 2 == 0 => "\n",
            _ => "\r\n",
        };
        text += &format!("{note},{line}{end}");
    }
    fs::write(folder.join("t.csv"), text).unwrap();
    let run = |chunk: &str, threads: &str| {
        let arguments = [
            "--keys",
            "s.keys.toml",
            "--failed",
            "failed.csv",
            "--chunk",
            chunk,
            "--threads",
            threads,
            "--json",
            "t.csv",
        ];
        let output = chipcard(&folder, &arguments);
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(failed_csv(&folder.join("failed.csv")), expected, "{chunk}");
        (
            summary(&output),
            fs::read(folder.join("failed.csv")).unwrap(),
        )
    };
    let whole = run("2048", "1");
    assert_eq!(whole.0["rows"], 24);
    for chunk in ["1", "2", "3", "5", "16"] {
        assert_eq!(run(chunk, "2"), whole, "{chunk}");
    }
}

#[test]
fn columns_constants_and_a_card_file() {
    let folder = folder("columns");
    let path = folder.join("s.csv");
    let mut sample = Sample::new(30);
    sample.profiles = chipcard_host::batch::Profile::named("visa-18").unwrap();
    sample.write(&path, FileFormat::Csv).unwrap();
    let lines: Vec<Vec<String>> = fs::read_to_string(&path)
        .unwrap()
        .lines()
        .skip(1)
        .map(|line| line.split(',').map(str::to_owned).collect())
        .collect();

    let mut text = "note,Card Number,seq,chip\n".to_owned();
    let mut cards = BTreeMap::new();
    for cells in &lines {
        text += &format!("\"a, b\",{},{},{}\n", cells[2], cells[3], cells[5]);
        cards.insert(
            (cells[2].clone(), cells[3].clone()),
            format!("{},{},visa,12,01\n", cells[2], cells[3]),
        );
    }
    fs::write(folder.join("t.csv"), text).unwrap();
    let map = [
        "--map",
        "pan=Card Number",
        "--map",
        "psn=seq",
        "--map",
        "de55=chip",
    ];
    let constants = [
        "--keys",
        "s.keys.toml",
        "--family",
        "visa",
        "--cvn",
        "12",
        "--key-index",
        "01",
    ];
    let run = |more: &[&[&str]]| chipcard(&folder, &more.concat());
    let output = run(&[&constants, &map, &["t.csv"]]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");

    // The card file has all cards but one.
    let (missing, _) = cards.pop_first().unwrap();
    let all: String = cards.values().cloned().collect();
    fs::write(
        folder.join("cards.csv"),
        format!("pan,psn,family,cvn,key_index\n{all}"),
    )
    .unwrap();
    let output = run(&[
        &["--keys", "s.keys.toml", "--cards", "cards.csv", "--json"],
        &map,
        &["t.csv"],
    ]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let of_missing = lines
        .iter()
        .filter(|cells| (&cells[2], &cells[3]) == (&missing.0, &missing.1));
    let summary = summary(&output);
    assert_eq!(summary["refused"][0]["reason"], "unknown-card");
    assert_eq!(summary["refused"][0]["rows"], of_missing.count());
}

#[test]
fn what_is_not_understood_is_exit_status_2() {
    let folder = folder("wrong");
    right_rows(&folder, 3);
    fs::write(folder.join("empty.csv"), "").unwrap();
    fs::write(folder.join("t.csv"), "pan,de55\n1,2\n").unwrap();
    fs::write(folder.join("t.jsonl"), "pan,de55\n1,2\n").unwrap();
    fs::write(
        folder.join("open.csv"),
        format!("pan,de55\n\"{}\n", "1\n".repeat(1 << 20)),
    )
    .unwrap();
    let keys = ["--keys", "s.keys.toml"];
    let known = ["--family", "visa", "--cvn", "12", "--key-index", "01"];
    let says = |arguments: &[&[&str]], text: &str| {
        let output = chipcard(&folder, &arguments.concat());
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(text), "{error}");
    };
    says(&[&["s.csv"]], "--keys");
    says(&[&keys, &["none.csv"]], "none.csv");
    says(&[&keys, &["empty.csv"]], "no header");
    says(&[&keys, &["t.csv"]], "nothing says family");
    says(&[&keys, &known, &["t.jsonl"]], "no line is a JSON object");
    says(
        &[&keys, &known, &["--map", "pan=card", "t.csv"]],
        "no column card for pan",
    );
    says(
        &[&keys, &known, &["open.csv"]],
        "line 2: the record is longer",
    );
    says(
        &[&keys, &["--failed", "s.csv", "s.csv"]],
        "this is the input",
    );
}

#[test]
fn messages_and_failed_rows_show_no_whole_pan() {
    let folder = folder("masked");
    let lines = right_rows(&folder, 20);
    let pan = lines[1].split(',').nth(2).unwrap();
    let json = format!(
        "{{\"family\":\"visa\",\"cvn\":\"12\",\"pan\":{pan},\"key_index\":\"01\",\"de55\":\"9F2600\"}}\n\
         {{\"family\":\"visa\",\"cvn\":\"12\",\"pan\":\"{pan}\",\"key_index\":\"{pan}\",\"de55\":\"{pan}\"}}\n\
         {{\"pan\":\"{pan}\",{pan}\n"
    );
    fs::write(folder.join("t.jsonl"), json).unwrap();
    let arguments = [
        "--keys",
        "s.keys.toml",
        "--failed",
        "failed.jsonl",
        "t.jsonl",
    ];
    let output = chipcard(&folder, &arguments);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let failed = fs::read_to_string(folder.join("failed.jsonl")).unwrap();
    assert_eq!(failed.lines().count(), 3);
    for text in [failed, format!("{output:?}")] {
        assert!(!text.contains(pan), "{text}");
    }
}

/// Kills a run with a state file as soon as it has come some way, and says whether it had not ended before.
fn kill_half_way(folder: &Path, arguments: &[&str]) -> bool {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chipcard"))
        .arg("batch")
        .args(arguments)
        .current_dir(folder)
        .spawn()
        .unwrap();
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(60) {
        let state = fs::read(folder.join("state")).unwrap_or_default();
        let rows = serde_json::from_slice::<Value>(&state).ok();
        if rows.is_some_and(|state| state["counts"]["rows"].as_u64() > Some(100)) {
            break;
        }
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let state: Value = serde_json::from_slice(&fs::read(folder.join("state")).unwrap()).unwrap();
    state["complete"] == false
}

fn resumed_is_as_uninterrupted(file: &str, format: FileFormat) {
    let folder = folder(&format!("resume-{file}"));
    let mut sample = Sample::new(6_000);
    sample.corrupt = Some((1, 9));
    let keys = sample.write(&folder.join(file), format).unwrap();
    let keys = keys.to_str().unwrap();
    let plain = ["--keys", keys, "--failed", "whole.csv", "--json", file];
    let whole = chipcard(&folder, &plain);
    let arguments = [
        "--keys",
        keys,
        "--failed",
        "failed.csv",
        "--resume",
        "state",
        "--checkpoint",
        "0",
        "--chunk",
        "16",
        "--json",
        file,
    ];
    // Twice: from the start, and from where the first run was killed.
    for _ in 0..2 {
        assert!(
            kill_half_way(&folder, &arguments),
            "the run ended before it was killed"
        );
        // What a killed run wrote after its last state must not be there twice.
        let failed = folder.join("failed.csv");
        let mut text = fs::read(&failed).unwrap();
        text.extend_from_slice(b"99999999,half a li");
        fs::write(&failed, text).unwrap();
    }
    for _ in 0..2 {
        let resumed = chipcard(&folder, &arguments);
        assert_eq!(resumed.status.code(), Some(1), "{resumed:?}");
        assert_eq!(summary(&resumed), summary(&whole));
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        assert_eq!(read("failed.csv"), read("whole.csv"));
    }

    let mut other = arguments.to_vec();
    other.extend(["--family", "visa"]);
    assert_eq!(chipcard(&folder, &other).status.code(), Some(2));
}

#[test]
fn killed_csv_goes_on() {
    resumed_is_as_uninterrupted("s.csv", FileFormat::Csv);
}

#[test]
fn killed_json_lines_go_on() {
    resumed_is_as_uninterrupted("s.jsonl", FileFormat::JsonLines);
}

#[cfg(feature = "parquet")]
#[test]
fn killed_parquet_goes_on() {
    resumed_is_as_uninterrupted("s.parquet", FileFormat::Parquet);
}

#[test]
fn samples_are_decided_by_their_seed() {
    let folder = folder("seed");
    let write = |name: &str, seed: &str| {
        let output = chipcard(
            &folder,
            &["--generate", "50", "--seed", seed, "--corrupt", "1/7", name],
        );
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        fs::read(folder.join(name)).unwrap()
    };
    let (one, again, other) = (
        write("a.csv", "1"),
        write("b.csv", "1"),
        write("c.csv", "2"),
    );
    assert_eq!(one, again);
    assert_ne!(one, other);
}
