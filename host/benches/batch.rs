//! Rates of `chipcard batch`, from file to verdict: with the keys in memory, and with an engine that says yes to
//! everything, which leaves reading, parsing and assembling.
//!
//! `cargo bench -p chipcard-host --bench batch [-- ROWS [FILE]]`, where FILE is one of those that it prints.

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use chipcard::Issuer;
use chipcard::cryptogram::ChainBlock;
use chipcard::element::Pin;
use chipcard::issuer::{
    CryptogramEngine, CryptogramRequest, EngineError, IssuerResponse, VerifiedArqc,
};
use chipcard::key::KeyPolicy;
use chipcard_host::batch::{FileFormat, Sample, Settings};
use chipcard_host::keys::KeyFile;

/// Says yes to everything.
struct Yes;

const NO: EngineError = EngineError::Unsupported("only yes is said here");

impl CryptogramEngine for Yes {
    type AnswerKey = ();

    fn verify_cryptogram(&self, _: &CryptogramRequest<'_>) -> Result<Option<()>, EngineError> {
        Ok(Some(()))
    }

    fn response_cryptogram(
        &self,
        _: &VerifiedArqc<'_, ()>,
        _: &IssuerResponse<'_>,
    ) -> Result<[u8; 8], EngineError> {
        Err(NO)
    }

    fn script_mac(
        &self,
        _: &VerifiedArqc<'_, ()>,
        _: u64,
        _: [u8; 5],
        _: &[u8],
        _: ChainBlock,
    ) -> Result<ChainBlock, EngineError> {
        Err(NO)
    }

    fn script_encipher(
        &self,
        _: &VerifiedArqc<'_, ()>,
        _: u64,
        _: &[u8],
        _: &mut [u8],
    ) -> Result<usize, EngineError> {
        Err(NO)
    }

    fn script_pin(
        &self,
        _: &VerifiedArqc<'_, ()>,
        _: u64,
        _: &Pin,
        _: Option<&Pin>,
        _: &mut [u8],
    ) -> Result<usize, EngineError> {
        Err(NO)
    }
}

/// What a run took: by the clock, and of all processors together.
#[derive(Clone, Copy)]
struct Cost {
    clock: Duration,
    processor: Duration,
}

/// Processor time of this process so far, as Linux counts it; zero elsewhere.
fn processor_time() -> Duration {
    let status = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name in parentheses may have blanks; user and system time are the 12th and 13th value after it.
    let values = status.rsplit(')').next().unwrap_or_default();
    let ticks: u64 = values
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|value| value.parse::<u64>().ok())
        .sum();
    Duration::from_millis(10 * ticks)
}

/// The best of some runs, which a busy machine disturbs least.
fn best<E: CryptogramEngine + Sync>(
    runs: usize,
    settings: &Settings,
    path: &Path,
    keys: &KeyFile,
    issuer: &Issuer<E>,
) -> Result<Cost, Box<dyn Error>> {
    let mut best = Cost {
        clock: Duration::MAX,
        processor: Duration::MAX,
    };
    for _ in 0..runs {
        let before = processor_time();
        let summary = settings.verify(path, keys, issuer);
        let summary = summary.map_err(|failure| failure.to_string())?;
        if !summary.all_verified() {
            return Err("the sample does not verify".into());
        }
        best.clock = best.clock.min(summary.elapsed);
        best.processor = best.processor.min(processor_time() - before);
    }
    Ok(best)
}

fn measure(
    path: &Path,
    format: FileFormat,
    keys: &KeyFile,
    rows: u64,
) -> Result<(), Box<dyn Error>> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    for threads in [1, 2] {
        let mut settings = Settings::new(format);
        settings.threads = threads;
        let show = |what: &str, cost: Cost| {
            let rate = rows as f64 / cost.clock.as_secs_f64() / 1e6;
            let nanoseconds = cost.processor.as_nanos() as f64 / rows as f64;
            println!(
                "{name:<16} {threads} threads {what:<18} {rate:6.2} million rows a second, \
                 {nanoseconds:5.0} ns of a processor a row"
            );
        };
        let yes = Issuer::new(Yes);
        show("without the cipher", best(5, &settings, path, keys, &yes)?);
        let issuer = Issuer::new(&keys.keys);
        show("with the cipher", best(2, &settings, path, keys, &issuer)?);
    }
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args()
        .skip(1)
        .filter(|text| text != "--bench")
        .collect();
    let rows = arguments.first().map_or(Ok(500_000), |rows| rows.parse())?;
    let only = arguments.get(1);
    let folder = std::env::temp_dir().join(format!("chipcard-batch-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut files = vec![("csv", FileFormat::Csv), ("jsonl", FileFormat::JsonLines)];
    if cfg!(feature = "parquet") {
        files.push((
            "parquet",
            FileFormat::of(Path::new("x.parquet")).map_err(|e| e.to_string())?,
        ));
    }
    for (extension, format) in files {
        for by_tag in [false, true] {
            let mut sample = Sample::new(rows);
            sample.by_tag = by_tag;
            let name = if by_tag { "by-tag" } else { "de55" };
            let name = format!("{name}.{extension}");
            if only.as_ref().is_some_and(|only| **only != name) {
                continue;
            }
            let path = folder.join(name);
            let keys = sample.write(&path, format).map_err(|e| e.to_string())?;
            let keys = KeyFile::read(&keys, KeyPolicy::Strict).map_err(|e| e.to_string())?;
            measure(&path, format, &keys, rows)?;
        }
    }
    std::fs::remove_dir_all(folder)?;
    Ok(())
}
