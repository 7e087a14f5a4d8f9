//! Whose card a row is: the record that its cryptogram is verified against.

use std::fs;
use std::path::Path;

use chipcard::cryptogram::{CryptogramVersion, Family};
use chipcard::element::{IadTail, Pan, PanSequenceNumber};
use chipcard::issuer::CardRecord;
use chipcard::key::CardKeyOption;

use crate::batch::csv;
use crate::batch::row::{Cell, Facts, Row};
use crate::batch::verdict::{Fault, FaultKind, Why};
use crate::batch::{Columns, Field, Mapping};
use crate::failure::Failure;

/// Cryptogram versions by family and number.
#[derive(Debug)]
pub(super) struct Versions<'v>(Vec<Option<&'v CryptogramVersion>>);

impl<'v> Versions<'v> {
    /// A host's own versions, and after them the library's.
    pub(super) fn new(own: &'v [CryptogramVersion]) -> Self {
        let mut versions = vec![None; Family::ALL.len() << 8];
        for version in own.iter().chain(CryptogramVersion::ALL) {
            if let Some(room) = versions.get_mut(Self::place(version.family, version.identifier)) {
                room.get_or_insert(version);
            }
        }
        Self(versions)
    }

    const fn place(family: Family, identifier: u8) -> usize {
        (family as usize) << 8 | identifier as usize
    }

    #[inline]
    fn find(&self, family: Family, identifier: u8) -> Result<&'v CryptogramVersion, Fault> {
        let found = self.0.get(Self::place(family, identifier));
        found
            .copied()
            .flatten()
            .ok_or_else(|| Fault::of(Field::Cvn, FaultKind::UnknownVersion(identifier)))
    }
}

/// The digits of a PAN as a number, which 19 digits fit into, and how many there are.
type PanNumber = (u64, usize);

fn number(pan: &Pan) -> PanNumber {
    let digits = pan.digits();
    let number = digits
        .iter()
        .fold(0_u64, |number, digit| 10 * number + u64::from(*digit));
    (number, digits.len())
}

/// A card that was issued.
#[derive(Clone, Copy, Debug)]
struct Issued {
    pan: PanNumber,
    psn: Option<PanSequenceNumber>,
    family: Family,
    cvn: u8,
    key_index: Option<u8>,
    option: Option<CardKeyOption>,
}

/// The cards that were issued, from a file, sorted by PAN.
#[derive(Debug)]
pub struct CardFile(Vec<Issued>);

impl CardFile {
    /// Reads a CSV file with the columns `pan`, `family` and `cvn`, and maybe `psn`, `key_index` and `option`.
    ///
    /// # Errors
    /// Names file, line and column of the first thing that is wrong; a card must not be there twice.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let within = |text: String| Failure::new(format!("{}: {text}", path.display()));
        let text = fs::read(path).map_err(|error| within(error.to_string()))?;
        Self::parse(&text).map_err(within)
    }

    fn parse(text: &[u8]) -> Result<Self, String> {
        let text = text.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(text);
        let (names, end) = csv::header(text).ok_or("the file has no header and no rows")?;
        let mut reader = Reader {
            columns: Mapping::record_columns(&names).map_err(|failure| failure.to_string())?,
            row: Row::new(Facts::default()),
            cards: Vec::new(),
            wrong: None,
        };
        for needed in [Field::Pan, Field::Family, Field::Cvn] {
            if !reader.columns.has(needed) {
                return Err(format!("the header has no column {needed}"));
            }
        }
        let (header, rest) = text.split_at_checked(end).unwrap_or_default();
        let line = 1 + header.iter().filter(|byte| **byte == b'\n').count() as u64;
        csv::read(rest, line, &mut reader);
        let Reader {
            mut cards, wrong, ..
        } = reader;
        if let Some((line, fault)) = wrong {
            let column = fault.field.map(|field| format!("column {field}: "));
            let column = column.unwrap_or_default();
            return Err(format!("line {line}: {column}{}", fault.kind));
        }
        cards.sort_unstable_by_key(|card| (card.pan, card.psn.map(PanSequenceNumber::to_bcd)));
        let twice = |pair: &[Issued]| matches!(pair, [a, b] if a.pan == b.pan && a.psn == b.psn);
        if cards.windows(2).any(twice) {
            return Err("a card is there twice".to_owned());
        }
        Ok(Self(cards))
    }

    /// The card with this PAN and, where the row names one, sequence number.
    fn find(&self, pan: &Pan, psn: Option<PanSequenceNumber>) -> Result<&Issued, Why> {
        let pan = number(pan);
        let start = self.0.partition_point(|card| card.pan < pan);
        let rest = self.0.get(start..).unwrap_or_default();
        let mut of_pan = rest.iter().take_while(|card| card.pan == pan);
        match psn {
            Some(_) => of_pan.find(|card| card.psn == psn).ok_or(Why::UnknownCard),
            None => match (of_pan.next(), of_pan.next()) {
                (Some(only), None) => Ok(only),
                (None, _) => Err(Why::UnknownCard),
                _ => Err(Why::Malformed(Fault::of(Field::Psn, FaultKind::WhichCard))),
            },
        }
    }
}

impl Issued {
    fn new(facts: &Facts) -> Result<Self, Fault> {
        Ok(Self {
            pan: number(required(Field::Pan, facts.pan.as_ref())?),
            psn: facts.psn,
            family: required(Field::Family, facts.family)?,
            cvn: required(Field::Cvn, facts.cvn)?,
            key_index: facts.key_index,
            option: facts.option,
        })
    }
}

struct Reader {
    columns: Columns,
    row: Row,
    cards: Vec<Issued>,
    /// The first line that is wrong, and what is wrong with it.
    wrong: Option<(u64, Fault)>,
}

impl csv::Records for Reader {
    fn begin(&mut self, line: u64) {
        self.row.begin(line);
    }

    fn cell(&mut self, column: usize, value: &[u8]) {
        if let Some(Some(field)) = self.columns.fields().get(column) {
            self.row.put(*field, Cell::Text(value));
        }
    }

    fn end(&mut self, found: usize) {
        let expected = self.columns.fields().len();
        if found != expected {
            self.row
                .wrong(Fault::new(FaultKind::Cells { expected, found }));
        }
        let issued = match self.row.fault.take() {
            Some(fault) => Err(fault),
            None => Issued::new(&self.row.facts),
        };
        match issued {
            Ok(issued) => self.cards.push(issued),
            Err(fault) => {
                self.wrong.get_or_insert((self.row.line, fault));
            }
        }
    }
}

fn required<T>(field: Field, value: Option<T>) -> Result<T, Fault> {
    value.ok_or_else(|| Fault::of(field, FaultKind::Missing))
}

/// Finds the record of a row's card.
#[derive(Debug)]
pub(super) struct Register<'v> {
    pub(super) versions: Versions<'v>,
    pub(super) cards: Option<CardFile>,
    /// The index of the only key set, for rows that name none.
    pub(super) only_index: Option<u8>,
    pub(super) iad_tail: IadTail,
}

impl<'v> Register<'v> {
    /// The record of the card that a row names, which gives away its PAN.
    #[inline]
    pub(super) fn card(&self, facts: &mut Facts) -> Result<CardRecord<'v>, Why> {
        let pan = required(Field::Pan, facts.pan.take()).map_err(Why::Malformed)?;
        match &self.cards {
            Some(cards) => {
                let issued = cards.find(&pan, facts.psn)?;
                let known = Facts {
                    family: Some(issued.family),
                    cvn: Some(issued.cvn),
                    pan: None,
                    psn: issued.psn,
                    key_index: issued.key_index,
                    option: issued.option,
                };
                self.record(pan, &known)
            }
            None => self.record(pan, facts),
        }
        .map_err(Why::Malformed)
    }

    #[inline(always)]
    fn record(&self, pan: Pan, facts: &Facts) -> Result<CardRecord<'v>, Fault> {
        let family = required(Field::Family, facts.family)?;
        let version = self
            .versions
            .find(family, required(Field::Cvn, facts.cvn)?)?;
        let index = required(Field::KeyIndex, facts.key_index.or(self.only_index))?;
        let record = CardRecord::new(pan, facts.psn, version, index).with_iad_tail(self.iad_tail);
        Ok(match facts.option {
            Some(option) => record.with_card_key_option(option),
            None => record,
        })
    }
}
