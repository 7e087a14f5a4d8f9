//! The file of the rows that are not verified.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::batch::verdict::FailedRow;
use crate::failure::Failure;

/// How failed rows are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FailedFormat {
    Csv,
    JsonLines,
}

impl FailedFormat {
    /// JSON lines for `.json`, `.jsonl` and `.ndjson`, else CSV.
    pub(super) fn of(path: &Path) -> Self {
        match path.extension().and_then(|end| end.to_str()) {
            Some("json" | "jsonl" | "ndjson") => Self::JsonLines,
            _ => Self::Csv,
        }
    }

    fn header(self) -> String {
        match self {
            Self::Csv => FailedRow::COLUMNS.join(",") + "\n",
            Self::JsonLines => String::new(),
        }
    }

    /// Appends one row.
    pub(super) fn write(self, row: &FailedRow, out: &mut Vec<u8>) {
        match self {
            Self::Csv => {
                for (place, cell) in row.cells().iter().enumerate() {
                    if place > 0 {
                        out.push(b',');
                    }
                    write_cell(cell, out);
                }
            }
            Self::JsonLines => {
                // Numbers and strings into memory: there is nothing that can fail.
                let _ = serde_json::to_writer(&mut *out, row);
            }
        }
        out.push(b'\n');
    }
}

/// A cell, in quotes where RFC 4180 asks for them.
fn write_cell(cell: &str, out: &mut Vec<u8>) {
    if cell.contains(['"', ',', '\n', '\r']) {
        out.push(b'"');
        out.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
        out.push(b'"');
    } else {
        out.extend_from_slice(cell.as_bytes());
    }
}

/// The open file.
#[derive(Debug)]
pub(super) struct FailedFile {
    path: PathBuf,
    file: BufWriter<File>,
    length: u64,
}

impl FailedFile {
    /// A new file with its header; one that is there is overwritten.
    pub(super) fn create(path: &Path) -> Result<Self, Failure> {
        let file = File::create(path)
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        let mut failed = Self {
            path: path.to_owned(),
            file: BufWriter::new(file),
            length: 0,
        };
        failed.append(FailedFormat::of(path).header().as_bytes())?;
        Ok(failed)
    }

    /// The file of an earlier run, cut to what that run's state counts.
    pub(super) fn resume(path: &Path, length: u64) -> Result<Self, Failure> {
        let within = |text: String| Failure::new(format!("{}: {text}", path.display()));
        let open = || {
            let mut file = OpenOptions::new().write(true).open(path)?;
            let found = file.metadata()?.len();
            if found >= length {
                file.set_len(length)?;
                file.seek(SeekFrom::Start(length))?;
            }
            Ok::<_, std::io::Error>((file, found))
        };
        let (file, found) = open().map_err(|error| within(error.to_string()))?;
        if found < length {
            return Err(within(format!(
                "the state counts {length} bytes, the file has {found}"
            )));
        }
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::new(file),
            length,
        })
    }

    pub(super) fn append(&mut self, lines: &[u8]) -> Result<(), Failure> {
        self.length += lines.len() as u64;
        self.file
            .write_all(lines)
            .map_err(|error| Failure::new(format!("{}: {error}", self.path.display())))
    }

    /// Brings everything to the disk; returns the length.
    pub(super) fn sync(&mut self) -> Result<u64, Failure> {
        let sync = self
            .file
            .flush()
            .and_then(|()| self.file.get_ref().sync_data());
        sync.map_err(|error| Failure::new(format!("{}: {error}", self.path.display())))?;
        Ok(self.length)
    }
}
