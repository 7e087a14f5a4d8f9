//! Reads dialogues.

use chipcard::card::test_cards::TestCard;

/// What is said to some cards in some states.
pub(crate) struct Block {
    pub(crate) file: String,
    names: Vec<String>,
    pub(crate) options: Vec<String>,
    pub(crate) states: Vec<String>,
    pub(crate) lines: Vec<Line>,
}

/// A line and its number.
pub(crate) struct Line {
    pub(crate) number: usize,
    pub(crate) speech: Speech,
}

pub(crate) enum Speech {
    Reset,
    Terminal(u32, String),
    /// A command and the pattern of its answer.
    Exchange(String, String),
}

impl Block {
    /// The test cards.
    pub(crate) fn cards(&self) -> Vec<&'static TestCard> {
        let find = |name: &String| {
            TestCard::find(name).unwrap_or_else(|| panic!("{}: no card {name}", self.file))
        };
        match &self.names[..] {
            [all] if all == "all" => TestCard::ALL.iter().collect(),
            names => names.iter().map(find).collect(),
        }
    }
}

/// Reads a file. What it does not understand ends the test with file and line.
pub(crate) fn parse(file: &str, text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let (mut names, mut options) = (Vec::new(), Vec::new());
    let mut command: Option<String> = None;
    for (number, line) in joined(text) {
        let wrong = |what: &str| -> ! { panic!("{file}:{number}: {what}") };
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        if command.is_some() && word != "<" {
            wrong("a command without an answer");
        }
        let words = || rest.split_whitespace().map(str::to_owned);
        let speech = match word {
            "card" => {
                let is_card = |word: &String| word == "all" || TestCard::find(word).is_some();
                (names, options) = words().partition(is_card);
                if names.is_empty() {
                    wrong("no such card");
                }
                continue;
            }
            "state" => {
                if names.is_empty() {
                    wrong("a state of no card");
                }
                blocks.push(Block {
                    file: file.to_owned(),
                    names: names.clone(),
                    options: options.clone(),
                    states: words().collect(),
                    lines: Vec::new(),
                });
                continue;
            }
            ">" => {
                command = Some(rest.to_owned());
                continue;
            }
            "<" => match command.take() {
                Some(command) => Speech::Exchange(command, rest.replace(' ', "")),
                None => wrong("an answer to no command"),
            },
            "reset" => Speech::Reset,
            "terminal" => match rest.split_once(' ') {
                Some((tag, value)) => Speech::Terminal(
                    u32::from_str_radix(tag, 16).unwrap_or_else(|_| wrong("no tag")),
                    value.to_owned(),
                ),
                None => wrong("a data element without a value"),
            },
            _ => wrong(&format!("no such word: {word}")),
        };
        match blocks.last_mut() {
            Some(block) => block.lines.push(Line { number, speech }),
            None => wrong("no state yet"),
        }
    }
    blocks
}

/// Lines with their numbers, without comments, those that begin with spaces at the end of the one before.
fn joined(text: &str) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (place, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        match lines.last_mut() {
            Some((_, before)) if line.starts_with(' ') => {
                before.push(' ');
                before.push_str(line.trim());
            }
            _ => lines.push((place + 1, line.trim().to_owned())),
        }
    }
    lines
}

/// Whether an answer, in digits, is what the pattern describes.
pub(crate) fn matches(pattern: &str, answer: &str) -> bool {
    let Some(first) = pattern.chars().next() else {
        return answer.is_empty();
    };
    let rest = &pattern[1..];
    if first == '*' {
        return (0..=answer.len())
            .step_by(2)
            .any(|skipped| matches(rest, &answer[skipped..]));
    }
    match answer.chars().next() {
        Some(digit) => (first == '?' || first == digit) && matches(rest, &answer[1..]),
        None => false,
    }
}
