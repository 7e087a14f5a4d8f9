//! Dialogues with the card, as data: `tests/dialogues/README.md` describes them.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod common;
#[path = "dialogues/language.rs"]
mod language;
#[path = "dialogues/stage.rs"]
mod stage;
mod stand_in;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use chipcard::apdu::Instruction;
use chipcard::card::test_cards::TestCard;
use language::{Block, Line, Speech};
use stage::Stage;

/// The states of the card, as `src/card/mod.rs` has them in its table.
const STATES: [&str; 6] = [
    "Idle",
    "Directory",
    "Selected",
    "Initiated",
    "Online",
    "Done",
];

/// Command and state of every command that was sent.
type Coverage = BTreeSet<(&'static str, String)>;

/// Runs a block with one card in one state, to its end or the first answer that is not as written.
fn play(
    test: &'static TestCard,
    block: &Block,
    state: &str,
    seen: &mut Coverage,
) -> Result<(), String> {
    let mut stage = Stage::new(test, &block.options);
    stage.bring(state);
    for Line { number, speech } in &block.lines {
        let place = format!("{}:{number} ({}, {state})", block.file, test.name);
        match speech {
            Speech::Reset => stage.reset(),
            Speech::Terminal(tag, value) => stage.terminal(*tag, value),
            Speech::Exchange(command, pattern) => {
                let bytes = stage.bytes(command);
                let phase = stage.phase();
                if let Some(instruction) = known(&bytes) {
                    seen.insert((instruction.name(), phase.clone()));
                }
                let answer = hex::encode_upper(stage.send(&bytes));
                if !language::matches(pattern, &answer) {
                    let command = hex::encode_upper(&bytes);
                    return Err(format!(
                        "{place}, {phase}: {command} was answered\n  {answer}, not\n  {pattern}"
                    ));
                }
            }
        }
    }
    Ok(())
}

/// The command that these bytes are, if the card's class and instruction bytes name one.
fn known(bytes: &[u8]) -> Option<Instruction> {
    let instruction = Instruction::from_byte(*bytes.get(1)?)?;
    instruction.takes(*bytes.first()?).then_some(instruction)
}

#[test]
fn the_card_answers_as_written_and_every_command_is_tried_in_every_state() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialogues");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "dialogue"))
        .collect();
    files.sort();
    let mut seen = Coverage::new();
    let mut wrong = Vec::new();
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        for block in language::parse(&name, &fs::read_to_string(&path).unwrap()) {
            for test in block.cards() {
                for state in &block.states {
                    wrong.extend(play(test, &block, state, &mut seen).err());
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<_> = Instruction::ALL
        .iter()
        .flat_map(|instruction| STATES.map(|state| (instruction.name(), state.to_owned())))
        .filter(|pair| !seen.contains(pair))
        .collect();
    assert!(missing.is_empty(), "no dialogue has {missing:?}");
}

#[test]
fn patterns() {
    for (pattern, answer, expected) in [
        ("9000", "9000", true),
        ("9000", "6985", false),
        ("63C?", "63C2", true),
        ("63C?", "63", false),
        ("*9000", "9000", true),
        ("*9000", "9F90009000", true),
        ("77*9F2701??*9000", "77039F27018001029000", true),
        // Bytes, not digits, are what a star stands for.
        ("*2709000", "0270900009000", false),
        ("*7090", "007090", true),
        ("*0709000", "00709000", false),
        ("", "9000", false),
    ] {
        assert_eq!(
            language::matches(pattern, answer),
            expected,
            "{pattern} {answer}"
        );
    }
}

#[test]
#[should_panic(expected = "lines:2: an answer to no command")]
fn an_answer_without_a_command_is_refused() {
    language::parse("lines", "card ccd\n< 9000\n");
}

#[test]
#[should_panic(expected = "lines:3: no such word: sing")]
fn an_unknown_word_is_refused() {
    language::parse("lines", "card ccd\nstate idle\nsing\n");
}
