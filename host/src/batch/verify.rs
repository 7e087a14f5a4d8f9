//! Verification of a whole file.

use std::fs::File;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use chipcard::Issuer;
use chipcard::element::{IadTail, Pan};
use chipcard::issuer::CryptogramEngine;

use crate::batch::cards::{CardFile, Register, Versions};
use crate::batch::csv;
use crate::batch::failed::{FailedFile, FailedFormat};
use crate::batch::input::{Position, TextBlock, TextInput};
use crate::batch::jsonl::Members;
use crate::batch::row::Facts;
use crate::batch::run::{self, Ledger};
use crate::batch::state::{Fingerprint, Identity, State, StateFile};
use crate::batch::verdict::Fault;
use crate::batch::worker::{Plan, Worker};
use crate::batch::{Columns, Counts, Field, FileFormat, Mapping, Summary};
use crate::failure::Failure;
use crate::keys::{KeyFile, Keyring};
use crate::verify::Request;

/// Bytes of a text that a worker takes at a time, for each row of a chunk.
const BYTES_PER_ROW: usize = 256;

/// How a file of transactions is verified.
#[derive(Clone)]
#[non_exhaustive]
pub struct Settings {
    /// Form of the file.
    pub format: FileFormat,
    /// Which column means what; `field=column`.
    pub mapping: Vec<String>,
    /// What is the same in all rows, and whether zeros after the issuer application data are tolerated.
    pub defaults: Request,
    /// File of the cards that were issued.
    pub cards: Option<PathBuf>,
    /// Where the rows go that are not verified.
    pub failed: Option<PathBuf>,
    /// State file: it is made, and where it is there the run goes on.
    pub resume: Option<PathBuf>,
    /// Time between two writes of the state file.
    pub checkpoint: Duration,
    /// Workers.
    pub threads: usize,
    /// Rows that are verified together; up to half as many again where a block of the file has them.
    pub chunk: usize,
}

impl Settings {
    /// All cores, columns by their names, nothing written.
    pub fn new(format: FileFormat) -> Self {
        Self {
            format,
            mapping: Vec::new(),
            defaults: Request::default(),
            cards: None,
            failed: None,
            resume: None,
            checkpoint: Duration::from_secs(1),
            threads: thread::available_parallelism().map_or(1, Into::into),
            chunk: 3584,
        }
    }

    /// Verifies the transactions of a file; `-` is standard input.
    ///
    /// The engine of `issuer` has the keys; `keys` says which there are, and the versions that are known besides.
    ///
    /// # Errors
    /// When a file cannot be read or written, or the input does not have what is needed.
    pub fn verify<E: CryptogramEngine + Sync>(
        &self,
        input: &Path,
        keys: &KeyFile,
        issuer: &Issuer<E>,
    ) -> Result<Summary, Failure> {
        let within = |error: io::Error| Failure::new(format!("{}: {error}", input.display()));
        let standard_input = input.as_os_str() == "-";
        if standard_input && self.resume.is_some() {
            return Err(Failure::new("standard input cannot be resumed"));
        }
        for output in self.failed.iter().chain(&self.resume) {
            if !standard_input && is_same(input, output) {
                return Err(Failure::new(format!(
                    "{}: this is the input",
                    output.display()
                )));
            }
        }
        let mapping = Mapping::new(&self.mapping, self.cards.is_some())?;
        let job = Job {
            settings: self,
            keys,
            issuer,
            path: (!standard_input).then_some(input),
        };
        match self.format {
            FileFormat::Csv | FileFormat::JsonLines => {
                let reader: Box<dyn io::Read + Send> = if standard_input {
                    Box::new(io::stdin())
                } else {
                    Box::new(File::open(input).map_err(within)?)
                };
                let step = self.chunk.saturating_mul(BYTES_PER_ROW).min(1 << 24);
                job.verify_text(TextInput::new(reader, step), &mapping)
            }
            #[cfg(feature = "parquet")]
            FileFormat::Parquet => {
                let file = File::open(input).map_err(within)?;
                job.verify_parquet(file, &mapping)
            }
        }
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// A file to verify.
struct Job<'j, E> {
    settings: &'j Settings,
    keys: &'j KeyFile,
    issuer: &'j Issuer<E>,
    /// The input, unless it is standard input.
    path: Option<&'j Path>,
}

impl<'j, E: CryptogramEngine + Sync> Job<'j, E> {
    /// What is wrong with the input, with its name.
    fn within(&self, failure: &Failure) -> Failure {
        let name = self.path.map(|path| path.display().to_string());
        let name = name.unwrap_or_else(|| "standard input".to_owned());
        Failure::new(format!("{name}: {failure}"))
    }

    fn verify_text(&self, mut input: TextInput, mapping: &Mapping) -> Result<Summary, Failure> {
        let size = self.path.and_then(|path| path.metadata().ok());
        let size = size.map(|metadata| metadata.len());
        let part = |position: Position| Some(position.offset as f64 / size?.max(1) as f64);
        let start = input.start().map_err(|failure| self.within(&failure))?;
        if self.settings.format == FileFormat::JsonLines {
            let members = Members::new(mapping, start);
            let (members, columns) = members.map_err(|failure| self.within(&failure))?;
            let (plan, state) = self.plan(columns)?;
            let reader = || {
                let mut members = members.clone();
                move |block: &TextBlock, worker: &mut Worker<'_, '_, E>| {
                    worker.read_json_lines(&mut members, block.text(), block.line);
                }
            };
            return self.run_text(input, plan, state, reader, part);
        }
        let (names, end) = csv::header(start)
            .ok_or_else(|| self.within(&Failure::new("no header and no rows")))?;
        let columns = mapping.columns(&names);
        let (plan, state) = self.plan(columns.map_err(|failure| self.within(&failure))?)?;
        input.records_after(end);
        let reader = || {
            |block: &TextBlock, worker: &mut Worker<'_, '_, E>| {
                csv::read(block.text(), block.line, worker);
            }
        };
        self.run_text(input, plan, state, reader, part)
    }

    #[cfg(feature = "parquet")]
    fn verify_parquet(&self, file: File, mapping: &Mapping) -> Result<Summary, Failure> {
        use crate::batch::parquet::{TableBlock, TableInput};

        let within = |failure| self.within(&failure);
        let mut input = TableInput::new(file, self.settings.chunk).map_err(within)?;
        let columns = mapping.columns(input.names()).map_err(within)?;
        input.select(&columns).map_err(within)?;
        let (plan, state) = self.plan(columns)?;
        let earlier = state.as_ref().map_or(Ok(None), StateFile::load)?;
        if let Some(earlier) = &earlier {
            if earlier.complete {
                return Ok(summary_of(earlier));
            }
            input.go_to(earlier.position)?;
        }
        let ledger = self.ledger(input.position(), state, earlier)?;
        let rows = input.rows().max(1) as f64;
        let part = |position: Position| Some(position.offset as f64 / rows);
        let reader = || |block: &TableBlock, worker: &mut Worker<'_, '_, E>| block.read(worker);
        let threads = self.settings.threads;
        run::run(input, ledger, &plan, self.issuer, threads, reader, part).map(summarise)
    }

    fn run_text<R: FnMut(&TextBlock, &mut Worker<'_, '_, E>)>(
        &self,
        mut input: TextInput,
        plan: Plan<'_>,
        state: Option<StateFile>,
        reader: impl Fn() -> R + Sync,
        part: impl Fn(Position) -> Option<f64>,
    ) -> Result<Summary, Failure> {
        let earlier = state.as_ref().map_or(Ok(None), StateFile::load)?;
        if let (Some(earlier), Some(path)) = (&earlier, self.path) {
            if earlier.complete {
                return Ok(summary_of(earlier));
            }
            input.go_to(File::open(path)?, earlier.position)?;
        }
        let ledger = self.ledger(input.position(), state, earlier)?;
        let threads = self.settings.threads;
        run::run(input, ledger, &plan, self.issuer, threads, reader, part).map(summarise)
    }

    /// What the workers share, and the state file.
    fn plan(&self, columns: Columns) -> Result<(Plan<'j>, Option<StateFile>), Failure> {
        let settings = self.settings;
        let defaults = facts(&settings.defaults)?;
        let cards = settings.cards.as_deref().map(CardFile::read).transpose()?;
        let only_index = match &self.keys.keys {
            Keyring::One(set) => Some(set.index()),
            Keyring::Sets(sets) => match &sets[..] {
                [only] => Some(only.index()),
                _ => None,
            },
        };
        let said = [
            (Field::Pan, defaults.pan.is_some()),
            (Field::Family, defaults.family.is_some() || cards.is_some()),
            (Field::Cvn, defaults.cvn.is_some() || cards.is_some()),
            (
                Field::KeyIndex,
                defaults.key_index.is_some() || cards.is_some() || only_index.is_some(),
            ),
        ];
        for (field, elsewhere) in said {
            if !elsewhere && !columns.has(field) {
                return Err(Failure::new(format!(
                    "nothing says {field}: neither a column (see --map) nor an option for all rows"
                )));
            }
        }
        let failed = settings.failed.as_deref().map(FailedFormat::of);
        let state = match (&settings.resume, self.path) {
            (Some(state), Some(input)) => {
                let fingerprint = self.fingerprint(&columns, &defaults, cards.as_ref());
                Some(StateFile::new(
                    state.clone(),
                    Identity::of(input)?,
                    fingerprint,
                ))
            }
            _ => None,
        };
        let iad_tail = match settings.defaults.zero_padded_iad {
            Some(true) => IadTail::ZeroPadded,
            _ => IadTail::Exact,
        };
        let plan = Plan {
            register: Register {
                versions: Versions::new(&self.keys.versions),
                cards,
                only_index,
                iad_tail,
            },
            columns,
            defaults,
            chunk: settings.chunk.max(1),
            failed,
        };
        Ok((plan, state))
    }

    /// Of all that decides verdicts and what is written about them. Keys are told by their check values.
    fn fingerprint(&self, columns: &Columns, defaults: &Facts, cards: Option<&CardFile>) -> u64 {
        let mut fingerprint = Fingerprint::default();
        for set in self.keys.keys.sets() {
            let check = set.ac().check_value().map(|value| value.to_string()).ok();
            (set.index(), check).hash(&mut fingerprint);
        }
        let settings = self.settings;
        let text = format!(
            "{:?} {:?} {columns:?} {defaults:?} {:?} {:?} {cards:?}",
            self.keys.versions, settings.format, settings.defaults.zero_padded_iad, settings.failed,
        );
        text.hash(&mut fingerprint);
        defaults
            .pan
            .as_ref()
            .map(Pan::digits)
            .hash(&mut fingerprint);
        fingerprint.finish()
    }

    /// What has been done: nothing, or what an earlier run did.
    fn ledger(
        &self,
        start: Position,
        state: Option<StateFile>,
        earlier: Option<State>,
    ) -> Result<Ledger, Failure> {
        let failed = self.settings.failed.as_deref();
        let now = Instant::now();
        let fresh = earlier.is_none();
        let (position, counts, before, failed) = match earlier {
            None => {
                let failed = failed.map(FailedFile::create).transpose()?;
                (start, Counts::default(), Duration::ZERO, failed)
            }
            Some(earlier) => {
                let failed = failed.map(|path| FailedFile::resume(path, earlier.failed_length));
                let State {
                    position,
                    counts,
                    elapsed,
                    ..
                } = earlier;
                (position, counts, elapsed, failed.transpose()?)
            }
        };
        let mut ledger = Ledger {
            counts,
            position,
            failed,
            state,
            checkpoint: self.settings.checkpoint,
            before,
            started: now,
            saved: now,
        };
        if fresh {
            ledger.save(false)?;
        }
        Ok(ledger)
    }
}

fn summarise(ledger: Ledger) -> Summary {
    Summary {
        elapsed: ledger.elapsed(),
        counts: ledger.counts,
    }
}

fn summary_of(state: &State) -> Summary {
    Summary {
        counts: state.counts.clone(),
        elapsed: state.elapsed,
    }
}

/// What the command line says for all rows.
fn facts(request: &Request) -> Result<Facts, Failure> {
    let mut facts = Facts::default();
    let said = [
        (Field::Family, &request.family),
        (Field::Cvn, &request.cvn),
        (Field::Pan, &request.pan),
        (Field::Psn, &request.psn),
        (Field::KeyIndex, &request.key_index),
        (Field::Option, &request.option),
    ];
    for (field, text) in said {
        if let Some(text) = text {
            facts
                .set(field, text.as_bytes())
                .map_err(|Fault { kind, .. }| Failure::new(format!("{field}: {kind}")))?;
        }
    }
    Ok(facts)
}
