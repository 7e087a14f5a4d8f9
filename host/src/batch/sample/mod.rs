//! Sample files: made-up transactions with right cryptograms, and a stated share of wrong ones.
//!
//! A sample is decided by its seed alone: row and seed give the same transaction in every form of file. Keys are
//! published test keys, PANs lie in ranges that payment systems use for test cards.

mod corruption;
mod profile;
mod random;
mod write;

pub use corruption::Corruption;
pub use profile::Profile;

use std::path::{Path, PathBuf};

use chipcard::cryptogram::{CryptogramVersion, DataSource};
use chipcard::element::{
    ApplicationTransactionCounter, Pan, PanSequenceNumber, UnpredictableNumber,
};
use chipcard::key::{Ac, CardKey, IssuerMasterKey};
use chipcard::{Error, Tag, laboratory, tag};

use crate::batch::FileFormat;
use crate::failure::Failure;
use random::Random;
#[cfg(feature = "parquet")]
pub(super) use write::{CARD_COLUMNS, chip_columns};

/// Cards of each profile in a sample: a file has many transactions of few cards.
const CARDS: u64 = 256;

/// What a sample file is to hold.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sample {
    /// Number of rows.
    pub rows: u64,
    /// Decides everything else.
    pub seed: u64,
    /// Whose cards.
    pub profiles: Vec<&'static Profile>,
    /// Share of rows that are made wrong: so many of so many.
    pub corrupt: Option<(u64, u64)>,
    /// A column for each data element in place of `de55`.
    pub by_tag: bool,
}

impl Sample {
    /// So many rows of all profiles, all right.
    pub fn new(rows: u64) -> Self {
        Self {
            rows,
            seed: 0,
            profiles: Profile::ALL.iter().collect(),
            corrupt: None,
            by_tag: false,
        }
    }

    /// What is wrong with row `index`, counted from 0. The wrong ones are spread evenly, all kinds in turn.
    pub fn corruption(&self, index: u64, format: FileFormat) -> Option<Corruption> {
        let (wrong, of) = self.corrupt?;
        let before = |rows: u64| u128::from(rows) * u128::from(wrong) / u128::from(of.max(1));
        if before(index + 1) == before(index) {
            return None;
        }
        let kinds = Corruption::kinds(format);
        let turn = before(index) % kinds.len().max(1) as u128;
        kinds.get(usize::try_from(turn).ok()?).copied()
    }

    /// Writes the sample to `path` and the key file that verifies it beside it; returns the path of the latter.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, path: &Path, format: FileFormat) -> Result<PathBuf, Failure> {
        let keys = path.with_extension("keys.toml");
        let within = |path: &Path, error: &dyn std::fmt::Display| -> Failure {
            Failure::new(format!("{}: {error}", path.display()))
        };
        std::fs::write(&keys, profile::key_file()).map_err(|error| within(&keys, &error))?;
        write::write(self, path, format).map_err(|error| within(path, &error))?;
        Ok(keys)
    }
}

/// A card that makes transactions.
struct Card {
    profile: &'static Profile,
    pan: String,
    psn: PanSequenceNumber,
    key: CardKey<Ac>,
}

/// One data element.
#[derive(Clone, Copy)]
struct Element {
    tag: Tag,
    bytes: [u8; 32],
    length: usize,
}

impl Element {
    fn new(tag: Tag, value: &[u8]) -> Self {
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(value) {
            *to = *from;
        }
        Self {
            tag,
            bytes,
            length: value.len().min(32),
        }
    }

    fn value(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    fn value_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.length).unwrap_or_default()
    }
}

/// A row as it is written.
pub(super) struct SampleRow<'c> {
    card: &'c Card,
    pan: String,
    key_index: u8,
    elements: Vec<Element>,
    /// Whether its hexadecimal digits are to have one that is none.
    not_hex: bool,
    /// Whether the last byte is to be missing.
    cut: bool,
}

/// The data elements of a row in their order; 9F36 is last.
const TAGS: [Tag; 17] = [
    tag::APPLICATION_INTERCHANGE_PROFILE,
    tag::DEDICATED_FILE_NAME,
    tag::TERMINAL_VERIFICATION_RESULTS,
    tag::TRANSACTION_DATE,
    tag::TRANSACTION_TYPE,
    tag::TRANSACTION_CURRENCY_CODE,
    tag::APPLICATION_PAN_SEQUENCE_NUMBER,
    tag::AMOUNT_AUTHORISED_NUMERIC,
    tag::AMOUNT_OTHER_NUMERIC,
    tag::ISSUER_APPLICATION_DATA,
    tag::TERMINAL_COUNTRY_CODE,
    tag::APPLICATION_CRYPTOGRAM,
    tag::CRYPTOGRAM_INFORMATION_DATA,
    tag::TERMINAL_CAPABILITIES,
    tag::CVM_RESULTS,
    tag::UNPREDICTABLE_NUMBER,
    tag::APPLICATION_TRANSACTION_COUNTER,
];

struct Elements<'e>(&'e [Element]);

impl DataSource for Elements<'_> {
    fn value(&self, tag: Tag) -> Result<Option<&[u8]>, Error> {
        Ok(self
            .0
            .iter()
            .find(|element| element.tag == tag)
            .map(Element::value))
    }
}

/// Makes the rows of a sample.
pub(super) struct Generator<'s> {
    sample: &'s Sample,
    format: FileFormat,
    cards: Vec<Card>,
}

impl<'s> Generator<'s> {
    #[cfg(feature = "parquet")]
    pub(super) const fn sample(&self) -> &'s Sample {
        self.sample
    }

    fn new(sample: &'s Sample, format: FileFormat) -> Result<Self, Failure> {
        let mut cards = Vec::new();
        for profile in &sample.profiles {
            let master: IssuerMasterKey<Ac> = profile.master_key()?;
            for number in 0..CARDS {
                let pan = profile.pan(&mut Random::new(sample.seed, &[number]));
                let psn = PanSequenceNumber::from_digits(format!("{:02}", number % 3))?;
                let option = profile.version.card_key;
                let key = master.card_key(&Pan::from_digits(&pan)?, psn, option)?;
                cards.push(Card {
                    profile,
                    pan,
                    psn,
                    key,
                });
            }
        }
        if cards.is_empty() {
            return Err(Failure::new("a sample needs a profile"));
        }
        Ok(Self {
            sample,
            format,
            cards,
        })
    }

    pub(super) fn row(&self, index: u64) -> Result<SampleRow<'_>, Failure> {
        let mut random = Random::new(self.sample.seed, &[index, 1]);
        let place = random.below(self.cards.len() as u64);
        let card = self
            .cards
            .get(usize::try_from(place)?)
            .ok_or_else(|| Failure::new("a sample needs a profile"))?;
        let mut row = SampleRow {
            card,
            pan: card.pan.clone(),
            key_index: card.profile.key_index,
            elements: transaction(card, &mut random),
            not_hex: false,
            cut: false,
        };
        sign(card, &mut row.elements)?;
        if let Some(corruption) = self.sample.corruption(index, self.format) {
            corruption.apply(&mut row);
        }
        Ok(row)
    }
}

/// The transaction's data, with a cryptogram of zeros.
fn transaction(card: &Card, random: &mut Random) -> Vec<Element> {
    let number = |number: u64, digits: usize| {
        let text = format!("{number:0digits$}");
        hex::decode(text).unwrap_or_default()
    };
    let value = |tag: Tag| match tag {
        tag::APPLICATION_INTERCHANGE_PROFILE => vec![0x39, 0x00],
        tag::DEDICATED_FILE_NAME => card.profile.application.to_vec(),
        tag::TERMINAL_VERIFICATION_RESULTS => vec![0x00, 0x00, random.byte() & 0x80, 0x80, 0x00],
        tag::TRANSACTION_DATE => {
            let (year, month, day) = (
                20 + random.below(7),
                1 + random.below(12),
                1 + random.below(28),
            );
            number(year * 10_000 + month * 100 + day, 6)
        }
        tag::TRANSACTION_TYPE => vec![0x00],
        tag::TRANSACTION_CURRENCY_CODE => vec![0x09, 0x78],
        tag::APPLICATION_PAN_SEQUENCE_NUMBER => vec![card.psn.to_bcd()],
        tag::AMOUNT_AUTHORISED_NUMERIC => number(1 + random.below(99_999), 12),
        tag::AMOUNT_OTHER_NUMERIC => vec![0; 6],
        tag::ISSUER_APPLICATION_DATA => card.profile.iad.to_vec(),
        tag::TERMINAL_COUNTRY_CODE => vec![0x02, 0x76],
        tag::APPLICATION_CRYPTOGRAM => vec![0; 8],
        tag::CRYPTOGRAM_INFORMATION_DATA => vec![0x80],
        tag::TERMINAL_CAPABILITIES => vec![0xE0, 0xF8, 0xC8],
        tag::CVM_RESULTS => vec![0x1F, 0x03, 0x02],
        tag::UNPREDICTABLE_NUMBER => (0..4).map(|_| random.byte()).collect(),
        _ => vec![random.byte() & 0x0F, random.byte()],
    };
    TAGS.iter()
        .copied()
        .zip(TAGS.map(value))
        .map(|(tag, value)| Element::new(tag, &value))
        .collect()
}

/// Puts the right cryptogram in.
fn sign(card: &Card, elements: &mut [Element]) -> Result<(), Failure> {
    let version: &CryptogramVersion = &card.profile.version;
    let source = Elements(elements);
    let read = |tag| Ok::<_, Error>(source.value(tag)?.unwrap_or_default());
    let atc: [u8; 2] = read(tag::APPLICATION_TRANSACTION_COUNTER)?.try_into()?;
    let un: [u8; 4] = read(tag::UNPREDICTABLE_NUMBER)?.try_into()?;
    let derivation = version.session_key.for_cryptogram(
        ApplicationTransactionCounter::from_bytes(atc),
        UnpredictableNumber(un),
    );
    let key = card.key.session_key(&derivation)?;
    let cryptogram = laboratory::sign(version, &key, &source)?;
    for element in elements {
        if element.tag == tag::APPLICATION_CRYPTOGRAM {
            *element = Element::new(element.tag, &cryptogram.0);
        }
    }
    Ok(())
}
