//! Known-answer files: what others computed, run against the library.
//!
//! A test names an operation, its inputs and how they are derived, and what must come out; it is computed exactly so,
//! and no other way is tried. The format is described in `tests/vectors/README.md`.
//!
//! ```
//! let file = r#"{"format": "chipcard-kat/1", "about": "one session key", "tests": [{
//!     "id": "pyemv-doc-csk", "op": "session-key", "source": "pyemv", "provenance": "doctest",
//!     "cipher": "tdes", "card_key": "0123456789ABCDEFFEDCBA9876543210",
//!     "method": "emv-csk", "diversifier": "001C000000000000",
//!     "expect": {"key": "E9FB384AF807B940FEDCEA613461B0C4"}}]}"#;
//! let report = chipcard_host::kat::run([("one.json", file)]).unwrap();
//! assert_eq!(report.to_string(), "1 passed, 0 failed, 0 skipped");
//! ```

mod fields;
mod node;
mod ops;
mod output;

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use fields::{Fields, Malformed, Problem};
use node::{Members, Node};
use output::Output;

/// What the `format` member of a file must be.
pub const FORMAT: &str = "chipcard-kat/1";

/// Why a file is not in the format.
#[derive(Debug, PartialEq, Eq)]
pub struct FormatError {
    file: String,
    /// Its identifier, or its number in the file where it has none.
    test: Option<String>,
    field: Option<String>,
    what: String,
}

impl FormatError {
    fn of_file(file: &str, what: impl ToString) -> Self {
        Self {
            file: file.to_owned(),
            test: None,
            field: None,
            what: what.to_string(),
        }
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file)?;
        if let Some(test) = &self.test {
            write!(f, "test {test}: ")?;
        }
        if let Some(field) = &self.field {
            write!(f, "field `{field}`: ")?;
        }
        f.write_str(&self.what)
    }
}

impl std::error::Error for FormatError {}

/// What became of one test.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "status", rename_all = "lowercase")]
pub enum Status {
    /// Everything that the test asserts is so.
    Passed,
    /// Something is not so, or cannot be computed as the test says.
    Failed {
        /// One line for each.
        problems: Vec<String>,
    },
    /// The operation is not one of this program's.
    Skipped,
}

/// One test and what became of it.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// The test's identifier.
    pub id: String,
    /// The operation it names.
    pub op: String,
    /// What became of it.
    #[serde(flatten)]
    pub status: Status,
}

/// What became of all tests, in order. Displays as the summary line.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Number of tests that passed.
    pub passed: usize,
    /// Number of tests that failed.
    pub failed: usize,
    /// Number of tests whose operation is unknown.
    pub skipped: usize,
    /// Each test.
    pub tests: Vec<Outcome>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            passed,
            failed,
            skipped,
            ..
        } = self;
        write!(f, "{passed} passed, {failed} failed, {skipped} skipped")
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    #[serde(rename = "about")]
    _about: Option<String>,
    tests: Vec<Node>,
}

/// Runs the tests of files, each given by its name and its text.
///
/// # Errors
/// When a file is not in the format, or two tests have the same identifier.
pub fn run<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Report, FormatError> {
    let mut identifiers = BTreeSet::new();
    let mut report = Report {
        passed: 0,
        failed: 0,
        skipped: 0,
        tests: Vec::new(),
    };
    for (name, text) in files {
        let file: File =
            serde_json::from_str(text).map_err(|error| FormatError::of_file(name, error))?;
        if file.format != FORMAT {
            let what = format!("the format is `{}`, not `{FORMAT}`", file.format);
            return Err(FormatError::of_file(name, what));
        }
        for (place, node) in file.tests.into_iter().enumerate() {
            let at = |test, field, what| FormatError {
                file: name.to_owned(),
                test: Some(test),
                field,
                what,
            };
            let number = format!("number {}", place + 1);
            let Node::Object(members) = node else {
                return Err(at(number, None, "not an object".to_owned()));
            };
            let test = Test::new(members).map_err(|(id, error)| {
                let (field, what) = error.into_parts();
                at(id.unwrap_or(number), Some(field), what)
            })?;
            if !identifiers.insert(test.id.clone()) {
                return Err(at(test.id, None, "the identifier is not unique".to_owned()));
            }
            let outcome = test.run().map_err(|(id, error)| {
                let (field, what) = error.into_parts();
                at(id, Some(field), what)
            })?;
            *match outcome.status {
                Status::Passed => &mut report.passed,
                Status::Failed { .. } => &mut report.failed,
                Status::Skipped => &mut report.skipped,
            } += 1;
            report.tests.push(outcome);
        }
    }
    Ok(report)
}

/// What a test asserts.
enum Assertion {
    /// These are the outputs.
    Expect(Members),
    /// A published value that the method does not give, and what it gives instead.
    Disputed { claimed: Members, emv: Members },
}

struct Test {
    id: String,
    op: String,
    fields: Fields,
}

impl Test {
    /// An error comes with the identifier, if that much could be read.
    fn new(members: Members) -> Result<Self, (Option<String>, Malformed)> {
        let mut fields = Fields::new(members);
        let id = fields.plain("id").map_err(|error| (None, error))?;
        match fields.plain("op") {
            Ok(op) => Ok(Self { id, op, fields }),
            Err(error) => Err((Some(id), error)),
        }
    }

    fn run(self) -> Result<Outcome, (String, Malformed)> {
        let Self { id, op, mut fields } = self;
        let problems = match ops::find(&op) {
            None => Ok(None),
            Some(run) => check(run, &mut fields).map(Some),
        };
        let status = match problems {
            Ok(None) => Status::Skipped,
            Ok(Some(problems)) if problems.is_empty() => Status::Passed,
            Ok(Some(problems)) => Status::Failed { problems },
            Err(Problem::Failure(problem)) => Status::Failed {
                problems: vec![problem],
            },
            Err(Problem::Malformed(malformed)) => return Err((id, malformed)),
        };
        Ok(Outcome { id, op, status })
    }
}

/// What of a test is not so.
fn check(run: ops::Run, fields: &mut Fields) -> Result<Vec<String>, Problem> {
    for name in ["source", "provenance", "note", "restates"] {
        if fields.has(name) {
            fields.plain(name)?;
        }
    }
    let assertion = Assertion::read(fields)?;
    let outputs = run(fields)?;
    fields.finish()?;
    assertion.check(&outputs)
}

impl Assertion {
    fn read(fields: &mut Fields) -> Result<Self, Malformed> {
        if !fields.has("dispute") {
            return Ok(Self::Expect(fields.assertion("expect")?));
        }
        fields.plain("dispute")?;
        Ok(Self::Disputed {
            claimed: fields.assertion("claimed")?,
            emv: fields.assertion("emv")?,
        })
    }

    /// What of it is not so.
    fn check(&self, outputs: &[(&'static str, Output)]) -> Result<Vec<String>, Problem> {
        let mut problems = Vec::new();
        match self {
            Self::Expect(values) => {
                for (name, value) in values {
                    problems.extend(find(outputs, name)?.differs("expect", name, value)?);
                }
            }
            Self::Disputed { claimed, emv } => {
                for (name, value) in emv {
                    problems.extend(find(outputs, name)?.differs("emv", name, value)?);
                }
                for (name, value) in claimed {
                    if find(outputs, name)?.is_exactly("claimed", name, value)? {
                        problems.push(format!("{name}: the claimed value is not disputed"));
                    }
                }
            }
        }
        Ok(problems)
    }
}

fn find<'o>(outputs: &'o [(&'static str, Output)], name: &str) -> Result<&'o Output, Problem> {
    let output = outputs.iter().find(|(found, _)| *found == name);
    output
        .map(|(_, output)| output)
        .ok_or_else(|| Problem::Failure(format!("{name}: this test gives no such value")))
}
