//! One row, out of its cells.

use std::ops::Range;

use chipcard::Tag;
use chipcard::cryptogram::Family;
use chipcard::element::{Pan, PanSequenceNumber};
use chipcard::key::CardKeyOption;

use crate::batch::Field;
use crate::batch::digits;
use crate::batch::verdict::{Fault, FaultKind};
use crate::keys::CARD_KEYS;

/// What the value of a cell is made of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cell<'c> {
    /// Characters.
    Text(&'c [u8]),
    /// The bytes of chip data themselves.
    #[cfg_attr(
        not(feature = "parquet"),
        allow(dead_code, reason = "no text format has bytes")
    )]
    Bytes(&'c [u8]),
}

impl<'c> Cell<'c> {
    const fn raw(self) -> &'c [u8] {
        match self {
            Self::Text(bytes) | Self::Bytes(bytes) => bytes,
        }
    }
}

/// What a row, or the command line for all rows, says of the card.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) family: Option<Family>,
    pub(super) cvn: Option<u8>,
    pub(super) pan: Option<Pan>,
    pub(super) psn: Option<PanSequenceNumber>,
    pub(super) key_index: Option<u8>,
    pub(super) option: Option<CardKeyOption>,
}

impl Facts {
    /// Notes the value of a field that is not chip data.
    pub(super) fn set(&mut self, field: Field, text: &[u8]) -> Result<(), Fault> {
        let wrong = |kind| Fault::of(field, kind);
        let expected = |what| wrong(FaultKind::Expected(what));
        let hex = || digits::byte(text).ok_or_else(|| expected("two hexadecimal digits"));
        match field {
            Field::Family => {
                let name = str::from_utf8(text).ok();
                let family = name.and_then(Family::from_name);
                self.family = Some(family.ok_or_else(|| {
                    expected("visa, mastercard, interac, unionpay, jcb, ccd or private")
                })?);
            }
            Field::Cvn => self.cvn = Some(hex()?),
            Field::KeyIndex => self.key_index = Some(hex()?),
            Field::Pan => {
                let pan = Pan::from_digits(text).map_err(|error| wrong(FaultKind::Value(error)))?;
                self.pan = Some(pan);
            }
            Field::Psn => {
                let psn = PanSequenceNumber::from_digits(text);
                self.psn = Some(psn.map_err(|_| expected("two decimal digits"))?);
            }
            Field::Option => {
                let known = CARD_KEYS.iter().find(|(name, _)| name.as_bytes() == text);
                let (_, option) = known.ok_or_else(|| expected("A, B or C"))?;
                self.option = Some(*option);
            }
            Field::De55 | Field::Element(_) => {}
        }
        Ok(())
    }
}

/// A row: what it says of the card, where its chip data are, and the first thing that is wrong with it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) facts: Facts,
    pub(super) chip: Range<usize>,
    /// In a box, so that the rows that have none are small.
    pub(super) fault: Option<Box<Fault>>,
}

/// Rows whose chip data share one buffer, so that a row needs no memory of its own.
#[derive(Debug)]
pub(super) struct Rows {
    defaults: Facts,
    rows: Vec<Row>,
    chip: Vec<u8>,
}

impl Rows {
    /// No rows yet; what a row leaves out is as in `defaults`.
    pub(super) const fn new(defaults: Facts) -> Self {
        Self {
            defaults,
            rows: Vec::new(),
            chip: Vec::new(),
        }
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The chip data of a row.
    pub(super) fn chip(&self, row: &Row) -> &[u8] {
        self.chip.get(row.chip.clone()).unwrap_or_default()
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.chip.clear();
    }

    /// Begins a row.
    pub(super) fn begin(&mut self, line: u64) {
        let start = self.chip.len();
        self.rows.push(Row {
            line,
            facts: self.defaults.clone(),
            chip: start..start,
            fault: None,
        });
    }

    /// Adds a value to the row that was begun last. An empty one is as if it were not there.
    pub(super) fn put(&mut self, field: Field, cell: Cell<'_>) {
        let Some(row) = self.rows.last_mut() else {
            return;
        };
        if cell.raw().is_empty() {
            return;
        }
        let put = match field {
            Field::De55 => append(&mut self.chip, cell).map_err(|wrong| Fault::of(field, wrong)),
            Field::Element(tag) => {
                append_element(&mut self.chip, tag, cell).map_err(|wrong| Fault::of(field, wrong))
            }
            _ => row.facts.set(field, cell.raw()),
        };
        if let Err(fault) = put {
            row.fault.get_or_insert_with(|| Box::new(fault));
        }
        row.chip.end = self.chip.len();
    }

    /// Says that the row that was begun last is wrong, unless something is wrong with it already.
    pub(super) fn wrong(&mut self, fault: Fault) {
        if let Some(row) = self.rows.last_mut() {
            row.fault.get_or_insert_with(|| Box::new(fault));
        }
    }
}

fn append(chip: &mut Vec<u8>, cell: Cell<'_>) -> Result<(), FaultKind> {
    match cell {
        Cell::Text(text) => digits::decode_onto(text, chip).map_err(FaultKind::NotHex),
        Cell::Bytes(bytes) => {
            chip.extend_from_slice(bytes);
            Ok(())
        }
    }
}

/// Appends tag, length in its shortest form, and value.
fn append_element(chip: &mut Vec<u8>, tag: Tag, cell: Cell<'_>) -> Result<(), FaultKind> {
    let length = match cell {
        Cell::Text(text) => text.len() / 2,
        Cell::Bytes(bytes) => bytes.len(),
    };
    chip.extend_from_slice(tag.as_bytes());
    match u16::try_from(length).map(u16::to_be_bytes) {
        Ok([0, low @ 0..=0x7F]) => chip.push(low),
        Ok([0, low]) => chip.extend([0x81, low]),
        Ok([high, low]) => chip.extend([0x82, high, low]),
        Err(_) => {
            return Err(FaultKind::Value(chipcard::Error::new(
                chipcard::ErrorKind::LengthTooLong,
            )));
        }
    }
    append(chip, cell)
}
