//! One row, out of its cells.

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
                let mut known = Family::ALL.into_iter();
                let family = known.find(|family| family.name().as_bytes() == text);
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

/// One row: what it says of the card, its chip data, and the first thing that is wrong with it. Its memory serves for
/// one row after the other.
#[derive(Debug)]
pub(super) struct Row {
    defaults: Facts,
    pub(super) line: u64,
    pub(super) facts: Facts,
    pub(super) chip: Vec<u8>,
    pub(super) fault: Option<Fault>,
}

impl Row {
    /// What a row leaves out is as in `defaults`.
    pub(super) fn new(defaults: Facts) -> Self {
        Self {
            line: 0,
            facts: defaults.clone(),
            defaults,
            chip: Vec::new(),
            fault: None,
        }
    }

    /// Begins a row.
    pub(super) fn begin(&mut self, line: u64) {
        self.line = line;
        self.facts.clone_from(&self.defaults);
        self.chip.clear();
        self.fault = None;
    }

    /// Adds a value. An empty one is as if it were not there.
    #[inline]
    pub(super) fn put(&mut self, field: Field, cell: Cell<'_>) {
        if cell.raw().is_empty() {
            return;
        }
        let put = match field {
            Field::De55 => append(&mut self.chip, cell).map_err(|wrong| Fault::of(field, wrong)),
            Field::Element(tag) => {
                append_element(&mut self.chip, tag, cell).map_err(|wrong| Fault::of(field, wrong))
            }
            _ => self.facts.set(field, cell.raw()),
        };
        if let Err(fault) = put {
            self.wrong(fault);
        }
    }

    /// Says that the row is wrong, unless something is wrong with it already.
    #[cold]
    pub(super) fn wrong(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
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
