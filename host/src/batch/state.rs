//! The state file: how far a run has come, so that a killed one goes on.

use std::fs::{self, File};
use std::hash::Hasher;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::batch::Counts;
use crate::batch::input::Position;
use crate::failure::Failure;

/// Bytes at the start of the input that tell it from another.
const HEAD: u64 = 1 << 16;

/// The FNV-1a hash, 64 bits: the same in every build, which the standard library's does not promise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0xCBF2_9CE4_8422_2325)
    }
}

impl Hasher for Fingerprint {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
        }
    }
}

/// What an input file is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    size: u64,
    /// Time of the last change, in nanoseconds since 1970, where the file system knows it.
    modified: Option<u64>,
    /// Fingerprint of the first 65 536 bytes.
    head: u64,
}

impl Identity {
    pub(super) fn of(path: &Path) -> Result<Self, Failure> {
        let file = File::open(path)?;
        let metadata = file.metadata()?;
        let modified = metadata.modified().ok();
        let modified = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let mut head = Vec::new();
        file.take(HEAD).read_to_end(&mut head)?;
        let mut fingerprint = Fingerprint::default();
        fingerprint.write(&head);
        Ok(Self {
            size: metadata.len(),
            modified: modified.and_then(|time| u64::try_from(time.as_nanos()).ok()),
            head: fingerprint.finish(),
        })
    }
}

/// What the state file holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct State {
    input: Identity,
    /// Fingerprint of all that decides verdicts and the form of the failed-rows file.
    settings: u64,
    pub(super) position: Position,
    pub(super) counts: Counts,
    /// Length of the failed-rows file, in bytes.
    pub(super) failed_length: u64,
    /// Time that the work has taken so far.
    pub(super) elapsed: Duration,
    /// Whether there is nothing left to do.
    pub(super) complete: bool,
}

/// A state file and what it must fit.
#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
    input: Identity,
    settings: u64,
}

impl StateFile {
    pub(super) const fn new(path: PathBuf, input: Identity, settings: u64) -> Self {
        Self {
            path,
            input,
            settings,
        }
    }

    /// The state of an earlier run; `None` where there was none.
    ///
    /// # Errors
    /// When the file cannot be read, or is about another input or another way to read it.
    pub(super) fn load(&self) -> Result<Option<State>, Failure> {
        let within = |text: &str| Failure::new(format!("{}: {text}", self.path.display()));
        let text = match fs::read(&self.path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|error| within(&error.to_string()))?,
        };
        let state: State =
            serde_json::from_slice(&text).map_err(|_| within("this is no state of a run"))?;
        if state.input != self.input {
            return Err(within(
                "the state is about another input, or it has changed",
            ));
        }
        if state.settings != self.settings {
            return Err(within(
                "the state is of a run with other keys, columns, cards or output",
            ));
        }
        Ok(Some(state))
    }

    /// Replaces the state in one step: whoever reads it finds the old one or the new one.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(super) fn save(
        &self,
        position: Position,
        counts: &Counts,
        failed_length: u64,
        elapsed: Duration,
        complete: bool,
    ) -> Result<(), Failure> {
        let within =
            |error: std::io::Error| Failure::new(format!("{}: {error}", self.path.display()));
        let state = State {
            input: self.input.clone(),
            settings: self.settings,
            position,
            counts: counts.clone(),
            failed_length,
            elapsed,
            complete,
        };
        let mut aside = self.path.clone().into_os_string();
        aside.push(".new");
        let aside = PathBuf::from(aside);
        let write = || {
            let mut file = File::create(&aside)?;
            file.write_all(&serde_json::to_vec(&state)?)?;
            file.sync_data()?;
            fs::rename(&aside, &self.path)
        };
        write().map_err(within)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprint_is_fnv_1a() {
        // Vectors of the function's authors (Fowler, Noll, Vo: test_fnv.c).
        for (text, hash) in [
            ("", 0xCBF2_9CE4_8422_2325),
            ("a", 0xAF63_DC4C_8601_EC8C),
            ("foobar", 0x8594_4171_F739_67E8),
        ] {
            let mut fingerprint = Fingerprint::default();
            fingerprint.write(text.as_bytes());
            assert_eq!(fingerprint.finish(), hash, "{text}");
        }
    }
}
