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

    /// Length of the chip data that it is.
    const fn length(self) -> usize {
        match self {
            Self::Text(text) => text.len() / 2,
            Self::Bytes(bytes) => bytes.len(),
        }
    }
}

/// A family's name as it stands at the start of sixteen bytes.
#[derive(Clone, Copy)]
struct Name {
    family: Family,
    length: usize,
    /// As a little-endian number, and ones where it stands.
    bytes: u128,
    mask: u128,
}

/// Names by the lower five bits of their first letters, which no two share.
static NAMES: [Option<Name>; 32] = {
    let mut names = [None; 32];
    let mut place = 0;
    while place < Family::ALL.len() {
        let family = Family::ALL[place];
        let name = family.name().as_bytes();
        let (mut bytes, mut mask) = (0, 0);
        let mut at = 0;
        while at < name.len() {
            bytes |= (name[at] as u128) << (8 * at);
            mask |= 0xFF << (8 * at);
            at += 1;
        }
        let letter = name[0] as usize % 32;
        assert!(names[letter].is_none() && name.len() <= 16);
        names[letter] = Some(Name {
            family,
            length: name.len(),
            bytes,
            mask,
        });
        place += 1;
    }
    names
};

/// The family whose name sixteen bytes begin with, and how long it is.
#[inline]
pub(super) fn starting_family(text: &[u8; 16]) -> Option<(Family, usize)> {
    let name = NAMES[usize::from(text[0] % 32)]?;
    let agrees = u128::from_le_bytes(*text) & name.mask == name.bytes;
    agrees.then_some((name.family, name.length))
}

/// The family of that name.
fn family(name: &[u8]) -> Option<Family> {
    let mut start = [0; 16];
    start.get_mut(..name.len())?.copy_from_slice(name);
    let (family, length) = starting_family(&start)?;
    (length == name.len()).then_some(family)
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
    /// Notes the value of a field that is not chip data, if it is one.
    #[inline(always)] // It is a jump to a few instructions.
    fn note(&mut self, field: Field, text: &[u8]) -> Option<()> {
        match field {
            Field::Family => self.family = Some(family(text)?),
            Field::Cvn => self.cvn = Some(digits::byte(text)?),
            Field::KeyIndex => self.key_index = Some(digits::byte(text)?),
            Field::Pan => self.pan = Some(Pan::from_digits(text).ok()?),
            Field::Psn => self.psn = Some(PanSequenceNumber::from_digits(text).ok()?),
            Field::Option => {
                let mut known = CARD_KEYS.iter();
                let (_, option) = known.find(|(name, _)| name.as_bytes() == text)?;
                self.option = Some(*option);
            }
            Field::De55 | Field::Element(_) => {}
        }
        Some(())
    }

    /// As `note`.
    ///
    /// # Errors
    /// Says what is wrong with the value.
    pub(super) fn set(&mut self, field: Field, text: &[u8]) -> Result<(), Fault> {
        self.note(field, text)
            .ok_or_else(|| what_is_wrong(field, Cell::Text(text)))
    }
}

/// What is wrong with a value that could not be taken.
#[cold]
fn what_is_wrong(field: Field, cell: Cell<'_>) -> Fault {
    let kind = match (field, cell) {
        (Field::Family, _) => {
            FaultKind::Expected("visa, mastercard, interac, unionpay, jcb, ccd or private")
        }
        (Field::Cvn | Field::KeyIndex, _) => FaultKind::Expected("two hexadecimal digits"),
        (Field::Psn, _) => FaultKind::Expected("two decimal digits"),
        (Field::Option, _) => FaultKind::Expected("A, B or C"),
        (Field::Pan, cell) => match Pan::from_digits(cell.raw()) {
            Err(error) => FaultKind::Value(error),
            Ok(_) => FaultKind::Expected("a PAN"),
        },
        (Field::Element(_), cell) if cell.length() > usize::from(u16::MAX) => {
            FaultKind::Value(chipcard::Error::new(chipcard::ErrorKind::LengthTooLong))
        }
        (Field::De55 | Field::Element(_), cell) => {
            FaultKind::NotHex(digits::what_is_wrong(cell.raw()))
        }
    };
    Fault::of(field, kind)
}

/// One row: what it says of the card, its chip data, and the first thing that is wrong with it. Its memory serves for
/// one row after the other.
#[derive(Debug)]
pub(super) struct Row {
    defaults: Facts,
    pub(super) line: u64,
    pub(super) facts: Facts,
    pub(super) chip: Bytes,
    pub(super) fault: Option<Fault>,
    /// By cryptogram version, how many digits the last chip data of it had: most have as many again.
    digits: [u16; 256],
}

impl Row {
    /// What a row leaves out is as in `defaults`.
    pub(super) fn new(defaults: Facts) -> Self {
        Self {
            line: 0,
            facts: defaults.clone(),
            defaults,
            chip: Bytes::default(),
            fault: None,
            digits: [0; 256],
        }
    }

    /// How many digits the chip data of this row probably have.
    #[inline]
    pub(super) fn likely_digits(&self) -> usize {
        let digits = self.digits.get(self.version());
        digits.copied().unwrap_or_default().into()
    }

    /// Takes note of how many there were.
    #[inline]
    pub(super) fn note_digits(&mut self, digits: usize) {
        let version = self.version();
        if let Some(noted) = self.digits.get_mut(version) {
            *noted = digits.try_into().unwrap_or_default();
        }
    }

    fn version(&self) -> usize {
        self.facts.cvn.unwrap_or_default().into()
    }

    /// Begins a row.
    #[inline]
    pub(super) fn begin(&mut self, line: u64) {
        self.line = line;
        self.facts.clone_from(&self.defaults);
        self.chip.length = 0;
        self.fault = None;
    }

    /// Adds a value. An empty one is as if it were not there.
    #[inline]
    pub(super) fn put(&mut self, field: Field, cell: Cell<'_>) {
        if self.take(field, cell).is_none() {
            self.wrong(what_is_wrong(field, cell));
        }
    }

    /// Adds a value that is right; of a wrong one there may be traces.
    #[inline(always)] // So that the kind of cell is no question any more.
    pub(super) fn take(&mut self, field: Field, cell: Cell<'_>) -> Option<()> {
        if cell.raw().is_empty() {
            return Some(());
        }
        match field {
            Field::De55 => self.chip.append(cell),
            Field::Element(tag) => self.chip.append_element(tag, cell),
            _ => self.facts.note(field, cell.raw()),
        }
    }

    /// Says that the row is wrong, unless something is wrong with it already.
    #[cold]
    pub(super) fn wrong(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
    }
}

/// Bytes in memory that stays as it is when others take their place.
#[derive(Debug, Default)]
pub(super) struct Bytes {
    memory: Vec<u8>,
    length: usize,
}

impl Bytes {
    pub(super) fn as_slice(&self) -> &[u8] {
        self.memory.get(..self.length).unwrap_or_default()
    }

    /// Room for so many more bytes.
    #[inline]
    fn room(&mut self, more: usize) -> &mut [u8] {
        let (start, end) = (self.length, self.length + more);
        self.length = end;
        if end > self.memory.len() {
            self.grow();
        }
        self.memory.get_mut(start..end).unwrap_or_default()
    }

    #[cold]
    fn grow(&mut self) {
        self.memory.resize(self.length.next_power_of_two(), 0);
    }

    fn push(&mut self, bytes: &[u8]) {
        self.room(bytes.len()).copy_from_slice(bytes);
    }

    #[inline(always)]
    fn append(&mut self, cell: Cell<'_>) -> Option<()> {
        match cell {
            Cell::Text(text) => {
                let start = self.length;
                let done = digits::decode(text, self.room(cell.length()));
                if done.is_none() {
                    self.length = start;
                }
                done
            }
            Cell::Bytes(bytes) => {
                self.push(bytes);
                Some(())
            }
        }
    }

    /// Appends tag, length in its shortest form, and value.
    fn append_element(&mut self, tag: Tag, cell: Cell<'_>) -> Option<()> {
        let length = u16::try_from(cell.length()).ok()?;
        self.push(tag.as_bytes());
        match length.to_be_bytes() {
            [0, low @ 0..=0x7F] => self.push(&[low]),
            [0, low] => self.push(&[0x81, low]),
            [high, low] => self.push(&[0x82, high, low]),
        }
        self.append(cell)
    }
}
