//! One worker: rows out of a block, and their verdicts.

use chipcard::Issuer;
use chipcard::element::Pan;
use chipcard::issuer::{BatchVerdict, BatchVerifier, ChipLayouts, CryptogramEngine, Refusal};

use crate::batch::cards::Register;
use crate::batch::csv::Records;
use crate::batch::expected;
use crate::batch::failed::FailedFormat;
use crate::batch::jsonl::Members;
use crate::batch::row::{Cell, Facts, Row};
use crate::batch::verdict::{FailedRow, Fault, FaultKind, Why};
use crate::batch::{Columns, Counts, Field};

/// What all workers of a run share.
#[derive(Debug)]
pub(super) struct Plan<'v> {
    pub(super) register: Register<'v>,
    pub(super) columns: Columns,
    /// What the command line says for all rows.
    pub(super) defaults: Facts,
    /// Rows that are verified together, about.
    pub(super) chunk: usize,
    /// How failed rows are written, where they are wanted.
    pub(super) failed: Option<FailedFormat>,
}

/// What a block came to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) counts: Counts,
    /// Lines of the failed-rows file.
    pub(super) failed: Vec<u8>,
}

/// By what a row is known when its verdict comes: its line, and its PAN if failed rows are written.
struct Ticket {
    line: u64,
    pan: Option<Pan>,
}

/// A row that is not verified.
struct Refused {
    ticket: Ticket,
    why: Why,
}

/// Takes rows, and verifies them a chunk at a time.
pub(super) struct Worker<'w, 'v, E> {
    plan: &'w Plan<'v>,
    row: Row,
    layouts: ChipLayouts,
    batch: BatchVerifier<'w, E, Ticket>,
    /// Since the last time the queue was empty, in any order.
    refused: Vec<Refused>,
    outcome: Outcome,
}

impl<'w, 'v, E: CryptogramEngine> Worker<'w, 'v, E> {
    pub(super) fn new(plan: &'w Plan<'v>, issuer: &'w Issuer<E>) -> Self {
        Self {
            plan,
            row: Row::new(plan.defaults.clone()),
            layouts: ChipLayouts::default(),
            // A block has about a chunk of rows, and is verified at once: a rest of it would leave most lanes empty.
            batch: BatchVerifier::new(issuer, plan.chunk.saturating_add(plan.chunk / 2)),
            refused: Vec::new(),
            outcome: Outcome::default(),
        }
    }

    /// Reads the JSON lines of a text.
    pub(super) fn read_json_lines(&mut self, members: &mut Members, text: &[u8], first: u64) {
        let mut rest = text;
        let mut line_number = first;
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let (line, later) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            rest = later.get(1..).unwrap_or_default();
            if !line.trim_ascii().is_empty() {
                self.begin_row(line_number);
                members.read(line, &mut self.row);
                self.end_row();
            }
            line_number += 1;
        }
    }

    /// Begins a row.
    pub(super) fn begin_row(&mut self, line: u64) {
        self.row.begin(line);
    }

    /// Adds a value to it.
    #[cfg(feature = "parquet")]
    pub(super) fn put(&mut self, field: Field, cell: Cell<'_>) {
        self.row.put(field, cell);
    }

    /// Ends it: it goes to the queue, unless there is nothing to verify in it.
    pub(super) fn end_row(&mut self) {
        self.outcome.counts.rows += 1;
        let Row {
            line,
            facts,
            chip,
            fault,
            ..
        } = &mut self.row;
        let ticket = Ticket {
            line: *line,
            pan: self.plan.failed.and_then(|_| facts.pan.clone()),
        };
        if let Some(fault) = fault.take() {
            return self.refuse(ticket, Why::Malformed(fault));
        }
        if chip.as_slice().is_empty() {
            let fault = Fault::of(Field::De55, FaultKind::Missing);
            return self.refuse(ticket, Why::Malformed(fault));
        }
        let chip = match self.layouts.parse(chip.as_slice()) {
            Ok(chip) => chip,
            Err(error) => return self.refuse(ticket, Why::Refused(Refusal::Malformed(error))),
        };
        let card = match self.plan.register.card(facts) {
            Ok(card) => card,
            Err(why) => return self.refuse(ticket, why),
        };
        let (counts, refused) = (&mut self.outcome.counts, &mut self.refused);
        self.batch
            .push(ticket, card, &chip, &mut |ticket, verdict| {
                note(counts, refused, ticket, verdict);
            });
        if self.batch.waiting() == 0 {
            self.settle();
        }
    }

    #[cold]
    fn refuse(&mut self, ticket: Ticket, why: Why) {
        self.refused.push(Refused { ticket, why });
    }

    /// What the rows since the last call came to.
    pub(super) fn finish(&mut self) -> Outcome {
        let (counts, refused) = (&mut self.outcome.counts, &mut self.refused);
        self.batch
            .flush(&mut |ticket, verdict| note(counts, refused, ticket, verdict));
        self.settle();
        std::mem::take(&mut self.outcome)
    }

    /// Writes down the rows that were refused, when no row before them waits for its verdict.
    fn settle(&mut self) {
        let counts = &mut self.outcome.counts;
        self.refused
            .sort_unstable_by_key(|refused| refused.ticket.line);
        for Refused { ticket, why } in self.refused.drain(..) {
            counts.refuse(why.reason(), ticket.line);
            if let Some(format) = self.plan.failed {
                let columns = &self.plan.columns;
                let failed = FailedRow::new(
                    ticket.line,
                    ticket.pan.as_ref(),
                    &why,
                    columns.has(Field::De55),
                    |field| columns.name(field),
                );
                format.write(&failed, &mut self.outcome.failed);
            }
        }
    }
}

/// Counts a row that is verified, and keeps one that is not.
fn note(counts: &mut Counts, refused: &mut Vec<Refused>, ticket: Ticket, verdict: BatchVerdict) {
    match verdict {
        Ok(_) => counts.verified += 1,
        Err(refusal) => refused.push(Refused {
            ticket,
            why: Why::Refused(refusal),
        }),
    }
}

impl<E: CryptogramEngine> Records for Worker<'_, '_, E> {
    #[inline]
    fn expected<'t>(&mut self, line: u64, text: &'t [u8]) -> Option<&'t [u8]> {
        self.begin_row(line);
        let rest = expected::read_row(self.plan.columns.fields(), text, &mut self.row)?;
        self.end_row();
        Some(rest)
    }

    fn begin(&mut self, line: u64) {
        self.begin_row(line);
    }

    #[inline]
    fn cell(&mut self, column: usize, value: &[u8]) {
        if let Some(Some(field)) = self.plan.columns.fields().get(column) {
            self.row.put(*field, Cell::Text(value));
        }
    }

    fn end(&mut self, found: usize) {
        let expected = self.plan.columns.fields().len();
        if found != expected {
            self.row
                .wrong(Fault::new(FaultKind::Cells { expected, found }));
        }
        self.end_row();
    }
}
