//! Rows out of Parquet, and samples as Parquet.
//!
//! A column is of byte arrays. Those that are marked as strings hold characters, as in the other forms; of the others,
//! `de55` and data elements hold the bytes themselves.

use std::fs::File;
use std::sync::Arc;

use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::column::reader::ColumnReader;
use parquet::data_type::{ByteArray, ByteArrayType, FixedLenByteArray};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnDescriptor;

use chipcard::issuer::CryptogramEngine;

use crate::batch::input::{Input, Position};
use crate::batch::row::Cell;
use crate::batch::sample::{CARD_COLUMNS, Generator, chip_columns};
use crate::batch::worker::Worker;
use crate::batch::{Columns, Field};
use crate::failure::Failure;

/// Rows of a sample's row group.
const GROUP: u64 = 1 << 16;

/// The values of one column in a block.
#[derive(Default)]
struct Values {
    /// A level for each row, 1 where there is a value; empty where every row has one.
    levels: Vec<i16>,
    variable: Vec<ByteArray>,
    fixed: Vec<FixedLenByteArray>,
}

impl Values {
    fn clear(&mut self) {
        self.levels.clear();
        self.variable.clear();
        self.fixed.clear();
    }

    /// The values that are there, in order.
    fn present(&self) -> impl Iterator<Item = &[u8]> {
        let variable = self.variable.iter().map(ByteArray::data);
        variable.chain(self.fixed.iter().map(|value| value.data()))
    }
}

/// Some rows, column by column.
#[derive(Default)]
pub(super) struct TableBlock {
    first: u64,
    rows: usize,
    columns: Vec<(Column, Values)>,
}

/// A column that is used.
#[derive(Clone, Copy)]
struct Column {
    place: usize,
    field: Field,
    text: bool,
}

impl TableBlock {
    /// Gives the rows to a worker.
    pub(super) fn read<E: CryptogramEngine>(&self, worker: &mut Worker<'_, '_, E>) {
        let mut columns: Vec<_> = self
            .columns
            .iter()
            .map(|(column, values)| (column, values.levels.iter(), values.present()))
            .collect();
        for row in 0..self.rows {
            worker.begin_row(self.first + row as u64);
            for (column, levels, values) in &mut columns {
                if levels.next().is_some_and(|level| *level == 0) {
                    continue;
                }
                let Some(value) = values.next() else { continue };
                let cell = if column.text {
                    Cell::Text(value)
                } else {
                    Cell::Bytes(value)
                };
                worker.put(column.field, cell);
            }
            worker.end_row();
        }
    }
}

/// A Parquet file.
pub(super) struct TableInput {
    file: SerializedFileReader<File>,
    names: Vec<String>,
    columns: Vec<Column>,
    /// Rows that a block has at most.
    step: usize,
    group: usize,
    /// What is left of the current row group, and its columns.
    left: u64,
    readers: Vec<ColumnReader>,
    position: Position,
}

impl TableInput {
    pub(super) fn new(file: File, step: usize) -> Result<Self, Failure> {
        let file = SerializedFileReader::new(file)?;
        let schema = file.metadata().file_metadata().schema_descr();
        let names = schema.columns().iter().map(|column| column.path().string());
        Ok(Self {
            names: names.collect(),
            file,
            columns: Vec::new(),
            step: step.max(1),
            group: 0,
            left: 0,
            readers: Vec::new(),
            position: Position { offset: 0, line: 1 },
        })
    }

    /// Names of the columns.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> u64 {
        let rows = self.file.metadata().file_metadata().num_rows();
        u64::try_from(rows).unwrap_or_default()
    }

    pub(super) const fn position(&self) -> Position {
        self.position
    }

    /// Reads these columns.
    ///
    /// # Errors
    /// When one of them is not of byte arrays.
    pub(super) fn select(&mut self, columns: &Columns) -> Result<(), Failure> {
        let schema = self.file.metadata().file_metadata().schema_descr_ptr();
        for (place, field) in columns.fields().iter().enumerate() {
            let Some(field) = *field else { continue };
            let column = schema.column(place);
            let flat = column.max_rep_level() == 0 && column.max_def_level() <= 1;
            let bytes = matches!(
                column.physical_type(),
                Physical::BYTE_ARRAY | Physical::FIXED_LEN_BYTE_ARRAY
            );
            if !flat || !bytes {
                return Err(Failure::new(format!(
                    "column {}: expected strings or byte arrays, found {}{}",
                    column.name(),
                    if flat { "" } else { "nested " },
                    column.physical_type()
                )));
            }
            let chip = matches!(field, Field::De55 | Field::Element(_));
            self.columns.push(Column {
                place,
                field,
                text: !chip || is_text(&column),
            });
        }
        Ok(())
    }

    /// Goes to the position of an earlier run.
    pub(super) fn go_to(&mut self, position: Position) -> Result<(), Failure> {
        while self.position.offset < position.offset {
            if self.left == 0 && !self.open_group()? {
                break;
            }
            let skipped = self.left.min(position.offset - self.position.offset);
            for reader in &mut self.readers {
                let rows = usize::try_from(skipped)?;
                match reader {
                    ColumnReader::ByteArrayColumnReader(reader) => reader.skip_records(rows)?,
                    ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                        reader.skip_records(rows)?
                    }
                    _ => 0,
                };
            }
            self.advance(skipped);
        }
        Ok(())
    }

    fn advance(&mut self, rows: u64) {
        self.left -= rows;
        self.position.offset += rows;
        self.position.line += rows;
    }

    /// Opens the next row group; `false` where there is none.
    fn open_group(&mut self) -> Result<bool, Failure> {
        if self.group >= self.file.num_row_groups() {
            return Ok(false);
        }
        let group = self.file.get_row_group(self.group)?;
        self.group += 1;
        self.left = u64::try_from(group.metadata().num_rows()).unwrap_or_default();
        self.readers.clear();
        for column in &self.columns {
            self.readers.push(group.get_column_reader(column.place)?);
        }
        Ok(true)
    }
}

fn is_text(column: &ColumnDescriptor) -> bool {
    matches!(column.logical_type_ref(), Some(LogicalType::String))
        || column.converted_type() == ConvertedType::UTF8
}

impl Input for TableInput {
    type Block = TableBlock;

    fn next(&mut self, block: &mut TableBlock) -> Result<Option<Position>, Failure> {
        while self.left == 0 {
            if !self.open_group()? {
                return Ok(None);
            }
        }
        let rows = self.step.min(usize::try_from(self.left)?);
        block.first = self.position.line;
        block.rows = rows;
        if block.columns.is_empty() {
            let columns = self.columns.iter();
            block.columns = columns.map(|column| (*column, Values::default())).collect();
        }
        for ((column, values), reader) in block.columns.iter_mut().zip(&mut self.readers) {
            values.clear();
            let levels = Some(&mut values.levels);
            let (read, _, _) = match reader {
                ColumnReader::ByteArrayColumnReader(reader) => {
                    reader.read_records(rows, levels, None, &mut values.variable)?
                }
                ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                    reader.read_records(rows, levels, None, &mut values.fixed)?
                }
                _ => (0, 0, 0),
            };
            if read != rows {
                return Err(Failure::new(format!(
                    "row {}: column {} ends early",
                    block.first, column.field
                )));
            }
        }
        self.advance(rows as u64);
        Ok(Some(self.position))
    }
}

/// Writes a sample: strings, and chip data as bytes. What is empty is null.
pub(super) fn write_sample(generator: &Generator<'_>, file: File) -> Result<(), Failure> {
    let sample = generator.sample();
    let text = |name: &&str| format!("{} binary {name} (STRING);", Repetition::OPTIONAL);
    let bytes = |name: &String| format!("{} binary {name};", Repetition::OPTIONAL);
    let mut fields: Vec<_> = CARD_COLUMNS.iter().map(text).collect();
    fields.extend(chip_columns(sample).iter().map(bytes));
    let schema = parse_message_type(&format!("message sample {{ {} }}", fields.join(" ")))?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .build();
    let mut writer = SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties))?;
    for start in (0..sample.rows).step_by(1 << 16) {
        let mut columns: Vec<(Vec<ByteArray>, Vec<i16>)> = vec![Default::default(); fields.len()];
        for index in start..sample.rows.min(start + GROUP) {
            let row = generator.row(index)?;
            let card = row.card_cells().into_iter().map(String::into_bytes);
            let cells = card.chain(row.chip_bytes(sample.by_tag));
            for ((values, levels), cell) in columns.iter_mut().zip(cells) {
                levels.push(i16::from(!cell.is_empty()));
                if !cell.is_empty() {
                    values.push(cell.into());
                }
            }
        }
        let mut group = writer.next_row_group()?;
        for (values, levels) in &columns {
            let Some(mut column) = group.next_column()? else {
                break;
            };
            column
                .typed::<ByteArrayType>()
                .write_batch(values, Some(levels), None)?;
            column.close()?;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(())
}
