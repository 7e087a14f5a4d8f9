//! One worker: rows out of a block, and their verdicts.

use chipcard::Issuer;
use chipcard::issuer::{BatchItem, BatchVerdict, CardRecord, ChipData, CryptogramEngine, Refusal};

use crate::batch::cards::Register;
use crate::batch::csv::Records;
use crate::batch::failed::FailedFormat;
use crate::batch::jsonl::Members;
use crate::batch::row::{Cell, Facts, Row, Rows};
use crate::batch::verdict::{FailedRow, Fault, FaultKind, Why};
use crate::batch::{Columns, Counts, Field};

/// What all workers of a run share.
#[derive(Debug)]
pub(super) struct Plan<'v> {
    pub(super) register: Register<'v>,
    pub(super) columns: Columns,
    /// What the command line says for all rows.
    pub(super) defaults: Facts,
    /// Rows that are verified together.
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

/// Takes rows, and verifies them a chunk at a time.
pub(super) struct Worker<'w, 'v, E> {
    plan: &'w Plan<'v>,
    issuer: &'w Issuer<E>,
    rows: Rows,
    verdicts: Vec<BatchVerdict>,
    outcome: Outcome,
}

impl<'w, 'v, E: CryptogramEngine> Worker<'w, 'v, E> {
    pub(super) fn new(plan: &'w Plan<'v>, issuer: &'w Issuer<E>) -> Self {
        Self {
            plan,
            issuer,
            rows: Rows::new(plan.defaults.clone()),
            verdicts: Vec::new(),
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
                members.read(line, &mut self.rows);
                self.end_row();
            }
            line_number += 1;
        }
    }

    /// Begins a row.
    pub(super) fn begin_row(&mut self, line: u64) {
        self.rows.begin(line);
    }

    /// Adds a value to it.
    #[cfg(feature = "parquet")]
    pub(super) fn put(&mut self, field: Field, cell: Cell<'_>) {
        self.rows.put(field, cell);
    }

    /// Ends it.
    pub(super) fn end_row(&mut self) {
        if self.rows.rows().len() >= self.plan.chunk {
            self.verify();
        }
    }

    /// What the rows since the last call came to.
    pub(super) fn finish(&mut self) -> Outcome {
        self.verify();
        std::mem::take(&mut self.outcome)
    }

    /// Verifies the rows that were taken.
    fn verify(&mut self) {
        let rows = self.rows.rows();
        let mut places = Vec::with_capacity(rows.len());
        let mut cards = Vec::with_capacity(rows.len());
        let mut chips = Vec::with_capacity(rows.len());
        let mut refused = Vec::new();
        for (place, row) in rows.iter().enumerate() {
            match prepare(self.plan, &self.rows, row, &mut cards, &mut chips) {
                Ok(()) => places.push(place),
                Err(why) => refused.push((place, why)),
            }
        }
        let items: Vec<_> = cards
            .iter()
            .zip(&chips)
            .map(|(card, chip)| BatchItem::new(card, chip))
            .collect();
        self.verdicts.clear();
        self.verdicts
            .resize_with(items.len(), || Err(Refusal::Cryptogram));
        // There are as many verdicts as items; were there not, each would stay a refusal.
        let _ = self.issuer.verify_batch(&items, &mut self.verdicts);
        for (place, verdict) in places.iter().zip(&self.verdicts) {
            if let Err(refusal) = verdict {
                refused.push((*place, Why::Refused(*refusal)));
            }
        }
        let counts = &mut self.outcome.counts;
        counts.rows += rows.len() as u64;
        counts.verified += (rows.len() - refused.len()) as u64;
        refused.sort_unstable_by_key(|(place, _)| *place);
        for (place, why) in refused {
            let Some(row) = rows.get(place) else { continue };
            counts.refuse(why.reason(), row.line);
            if let Some(format) = self.plan.failed {
                let columns = &self.plan.columns;
                let failed = FailedRow::new(
                    row.line,
                    row.facts.pan.as_ref(),
                    &why,
                    columns.has(Field::De55),
                    |field| columns.name(field),
                );
                format.write(&failed, &mut self.outcome.failed);
            }
        }
        self.rows.clear();
    }
}

/// Adds the two things that verification takes, or neither.
fn prepare<'r, 'v>(
    plan: &Plan<'v>,
    rows: &'r Rows,
    row: &Row,
    cards: &mut Vec<CardRecord<'v>>,
    chips: &mut Vec<ChipData<'r>>,
) -> Result<(), Why> {
    if let Some(fault) = &row.fault {
        return Err(Why::Malformed(Fault::clone(fault)));
    }
    let chip = rows.chip(row);
    if chip.is_empty() {
        let fault = Fault::of(Field::De55, FaultKind::Missing);
        return Err(Why::Malformed(fault));
    }
    let chip = ChipData::parse(chip).map_err(|error| Why::Refused(Refusal::Malformed(error)))?;
    cards.push(plan.register.card(&row.facts)?);
    chips.push(chip);
    Ok(())
}

impl<E: CryptogramEngine> Records for Worker<'_, '_, E> {
    fn begin(&mut self, line: u64) {
        self.begin_row(line);
    }

    fn cell(&mut self, column: usize, value: &[u8]) {
        if let Some(Some(field)) = self.plan.columns.fields().get(column) {
            self.rows.put(*field, Cell::Text(value));
        }
    }

    fn end(&mut self, found: usize) {
        let expected = self.plan.columns.fields().len();
        if found != expected {
            self.rows
                .wrong(Fault::new(FaultKind::Cells { expected, found }));
        }
        self.end_row();
    }
}
