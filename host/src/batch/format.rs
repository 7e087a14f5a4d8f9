//! The forms that a file of transactions can have.

use std::path::Path;

use clap::ValueEnum;

use crate::failure::Failure;

/// The form of a file of transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FileFormat {
    /// Comma-separated values (RFC 4180) with a header.
    Csv,
    /// A JSON object of strings in each line.
    #[value(name = "jsonl")]
    JsonLines,
    /// Apache Parquet.
    #[cfg(feature = "parquet")]
    Parquet,
}

impl FileFormat {
    /// The form that the name of a file says.
    ///
    /// # Errors
    /// When it says none.
    pub fn of(path: &Path) -> Result<Self, Failure> {
        match path.extension().and_then(|end| end.to_str()) {
            Some("csv") => Ok(Self::Csv),
            Some("json" | "jsonl" | "ndjson") => Ok(Self::JsonLines),
            #[cfg(feature = "parquet")]
            Some("parquet") => Ok(Self::Parquet),
            #[cfg(not(feature = "parquet"))]
            Some("parquet") => Err(Failure::new(format!(
                "{}: this chipcard was built without the feature parquet",
                path.display()
            ))),
            _ => Err(Failure::new(format!(
                "{}: the name does not say the format; say --format",
                path.display()
            ))),
        }
    }
}
