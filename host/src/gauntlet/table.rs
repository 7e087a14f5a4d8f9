//! The report.

use std::io::{self, Write};

use chipcard::gauntlet::{
    Check, Class, Detectable, Expectation, Outcome, Report, Row, Run, Verdict,
};
use serde_json::{Value, json};

use super::emit::detectable;
use super::names::Named;

/// What was expected, in a few letters: `>= decline`, `<= approve`, and what else.
fn expected(expectation: &Expectation) -> String {
    let Expectation {
        least,
        most,
        unanswered,
        same_as,
        ..
    } = expectation;
    let mut text = match (least, most) {
        (Verdict::Approve, Verdict::Reject) => "any".to_owned(),
        (least, Verdict::Reject) => format!(">= {}", least.name_of()),
        (_, Verdict::Approve) => "approve".to_owned(),
        (_, most) => format!("<= {}", most.name_of()),
    };
    if *unanswered {
        text.push_str(", no tag 91");
    }
    if let Some(place) = same_as {
        text.push_str(&format!(", as message {place}"));
    }
    text
}

fn columns(check: &Check) -> (String, String) {
    match (&check.expected, check.seen) {
        (Some(expectation), Some(seen)) => (expected(expectation), seen.name_of().to_owned()),
        _ if check.passed => (check.what.clone(), "yes".to_owned()),
        _ => (check.what.clone(), "no".to_owned()),
    }
}

fn write_row(row: &Row, explain: bool, out: &mut dyn Write) -> io::Result<()> {
    let scenario = row.scenario;
    let outcome = row.outcome();
    let (wanted, seen) = row
        .telling()
        .and_then(Run::telling)
        .map(columns)
        .unwrap_or_default();
    let cards = match row.runs.len() {
        1 => row.runs[0].profile.to_owned(),
        count => format!("{count} cards"),
    };
    let outcome_name = outcome.name_of();
    writeln!(
        out,
        "  {}  {outcome_name:7}  {wanted:28}  {seen:16}  {cards:11}  {}",
        scenario.id, scenario.title
    )?;
    if explain {
        writeln!(out, "         {}", scenario.reference)?;
        let detectable = detectable(scenario.detectable);
        writeln!(out, "         {detectable}: {}", scenario.why)?;
    }
    for run in row.runs.iter().filter(|run| !run.passed()) {
        if let Some(trouble) = &run.trouble {
            writeln!(out, "         {}: went astray: {trouble}", run.profile)?;
        }
        for check in run.checks.iter().filter(|check| !check.passed) {
            let (wanted, seen) = columns(check);
            writeln!(
                out,
                "         {}: {}: expected {wanted}, seen {seen}",
                run.profile, check.what
            )?;
            for reason in &check.reasons {
                writeln!(out, "           {reason}")?;
            }
        }
    }
    Ok(())
}

/// Writes a table a class, with `explain` the publication and the reason of each scenario, and the last line `N passed, N failed`.
///
/// # Errors
/// Those of the writer.
pub fn write_table(report: &Report, explain: bool, out: &mut dyn Write) -> io::Result<()> {
    for class in Class::ALL {
        let rows: Vec<_> = report
            .rows
            .iter()
            .filter(|row| row.scenario.class() == *class)
            .collect();
        if rows.is_empty() {
            continue;
        }
        writeln!(out, "{}  {class}", class.letter())?;
        for row in rows {
            write_row(row, explain, out)?;
        }
        writeln!(out)?;
    }
    let scenarios = report.rows.iter().map(|row| row.scenario);
    let unseen: Vec<_> = scenarios
        .filter(|scenario| scenario.detectable == Detectable::No)
        .map(|scenario| scenario.id)
        .collect();
    if !unseen.is_empty() {
        writeln!(
            out,
            "not to be told from honest traffic by a host alone: {}",
            unseen.join(", ")
        )?;
    }
    writeln!(
        out,
        "{} passed, {} failed",
        report.count(Outcome::Passed),
        report.count(Outcome::Failed)
    )
}

/// The report for programs.
#[must_use]
pub fn json(report: &Report) -> Value {
    let check = |check: &Check| {
        json!({
            "what": check.what,
            "expected": check.expected.as_ref().map(expected),
            "seen": check.seen.map(Named::name_of),
            "passed": check.passed,
            "reasons": check.reasons,
        })
    };
    let run = |run: &Run| {
        json!({
            "card": run.profile,
            "passed": run.passed(),
            "trouble": run.trouble,
            "checks": run.checks.iter().map(check).collect::<Vec<_>>(),
        })
    };
    let row = |row: &Row| {
        let scenario = row.scenario;
        json!({
            "id": scenario.id,
            "class": scenario.class().title(),
            "title": scenario.title,
            "reference": {
                "title": scenario.reference.title,
                "authors": scenario.reference.authors,
                "venue": scenario.reference.venue,
                "year": scenario.reference.year,
            },
            "detectable": detectable(scenario.detectable),
            "why": scenario.why,
            "outcome": row.outcome().name_of(),
            "runs": row.runs.iter().map(run).collect::<Vec<_>>(),
        })
    };
    json!({
        "passed": report.count(Outcome::Passed),
        "failed": report.count(Outcome::Failed),
        "scenarios": report.rows.iter().map(row).collect::<Vec<_>>(),
    })
}
