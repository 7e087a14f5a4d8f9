//! Samples as files.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use chipcard::Tag;

use super::{Generator, Sample, SampleRow, TAGS};
use crate::batch::FileFormat;
use crate::failure::Failure;

/// The columns that say whose card it is.
pub(in crate::batch) const CARD_COLUMNS: [&str; 5] = ["family", "cvn", "pan", "psn", "key_index"];

pub(super) fn write(sample: &Sample, path: &Path, format: FileFormat) -> Result<(), Failure> {
    let generator = Generator::new(sample, format)?;
    let file = File::create(path)?;
    match format {
        FileFormat::Csv => write_csv(&generator, BufWriter::with_capacity(1 << 20, file)),
        FileFormat::JsonLines => write_json(&generator, BufWriter::with_capacity(1 << 20, file)),
        #[cfg(feature = "parquet")]
        FileFormat::Parquet => crate::batch::parquet::write_sample(&generator, file),
    }
}

/// The columns after those of the card.
pub(in crate::batch) fn chip_columns(sample: &Sample) -> Vec<String> {
    if sample.by_tag {
        TAGS.iter().map(Tag::to_string).collect()
    } else {
        vec!["de55".to_owned()]
    }
}

impl SampleRow<'_> {
    /// The values of [`CARD_COLUMNS`].
    pub(in crate::batch) fn card_cells(&self) -> [String; 5] {
        let profile = self.card.profile;
        [
            profile.version.family.name().to_owned(),
            format!("{:02X}", profile.version.identifier),
            self.pan.clone(),
            self.card.psn.to_string(),
            format!("{:02X}", self.key_index),
        ]
    }

    /// The values of the chip columns, as bytes.
    pub(in crate::batch) fn chip_bytes(&self, by_tag: bool) -> Vec<Vec<u8>> {
        let mut cells: Vec<Vec<u8>> = if by_tag {
            let values = self.elements.iter().map(|element| element.value());
            values.map(<[u8]>::to_vec).collect()
        } else {
            let mut whole = Vec::with_capacity(192);
            for element in &self.elements {
                whole.extend_from_slice(element.tag.as_bytes());
                // No element is longer than 32 bytes.
                whole.push(element.length as u8);
                whole.extend_from_slice(element.value());
            }
            vec![whole]
        };
        if let Some(last) = cells.last_mut().filter(|_| self.cut) {
            last.pop();
        }
        cells
    }

    /// The values of the chip columns, as digits.
    fn chip_cells(&self, by_tag: bool) -> Vec<String> {
        let bytes = self.chip_bytes(by_tag);
        let mut cells: Vec<_> = bytes.iter().map(hex::encode_upper).collect();
        if let Some(first) = cells.first_mut().filter(|_| self.not_hex) {
            first.replace_range(..1, "G");
        }
        cells
    }
}

fn write_csv(generator: &Generator<'_>, mut out: impl Write) -> Result<(), Failure> {
    let sample = generator.sample;
    let chip = chip_columns(sample).join(",");
    writeln!(out, "{},{chip}", CARD_COLUMNS.join(","))?;
    for index in 0..sample.rows {
        let row = generator.row(index)?;
        let chip = row.chip_cells(sample.by_tag).join(",");
        writeln!(out, "{},{chip}", row.card_cells().join(","))?;
    }
    Ok(out.flush()?)
}

fn write_json(generator: &Generator<'_>, mut out: impl Write) -> Result<(), Failure> {
    let sample = generator.sample;
    let chip = chip_columns(sample);
    let names = CARD_COLUMNS
        .iter()
        .copied()
        .chain(chip.iter().map(String::as_str));
    for index in 0..sample.rows {
        let row = generator.row(index)?;
        let cells = row
            .card_cells()
            .into_iter()
            .chain(row.chip_cells(sample.by_tag));
        for (place, (name, cell)) in names.clone().zip(cells).enumerate() {
            // Names and values are letters and digits, which JSON takes as they are.
            let before = if place == 0 { '{' } else { ',' };
            write!(out, "{before}\"{name}\":\"{cell}\"")?;
        }
        out.write_all(b"}\n")?;
    }
    Ok(out.flush()?)
}
