//! A card's memory in a file.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use chipcard::card::{CardMemory, CardState, MemoryError, RECORD_LENGTH, Storage, TwoSlots};

use crate::failure::Failure;
use crate::profile::Personalisation;

/// Memory that outlasts the process: the state in a file, and beside it, under the same name with `.records`, what issuer scripts
/// and the log wrote.
///
/// The state takes turns in two slots (see [`TwoSlots`]); the records are replaced as a whole file. So whenever the process or the
/// power ends, the next start finds what was stored last or before that. The file holds the PIN: its owner alone may read it.
/// It belongs to one card, and one process uses it at a time.
#[derive(Debug)]
pub struct FileMemory {
    state: TwoSlots<Area>,
    records: Records,
}

/// What the file begins with: its kind and layout, then [`identity`] of the card, then zeros.
const MAGIC: &[u8; 16] = b"chipcard state 1";
const HEADER: usize = 32;

type Slots = TwoSlots<Area>;

impl FileMemory {
    /// Opens the file of a card, or makes it for a new one.
    ///
    /// # Errors
    /// When it cannot be opened, is another card's or none, or another process uses it.
    pub fn open(path: &Path, card: &Personalisation) -> Result<Self, Failure> {
        let within =
            |error: &dyn std::fmt::Display| Failure::new(format!("{}: {error}", path.display()));
        let file = private().open(path).map_err(|error| within(&error))?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => within(&"another process uses this card"),
            TryLockError::Error(error) => within(&error),
        })?;
        let mut area = Area { file };
        area.prepare(identity(card))
            .map_err(|error| within(&error))?;
        let state = TwoSlots::new(area);
        state.load().map_err(|error| within(&error))?;
        let mut name = path.as_os_str().to_owned();
        name.push(".records");
        let name = PathBuf::from(name);
        let records = Records::read(name.clone())
            .map_err(|error| Failure::new(format!("{}: {error}", name.display())))?;
        Ok(Self { state, records })
    }
}

/// Options that keep others from reading what is made.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Tells cards apart (FNV-1a over PAN, sequence number and application identifier). It is no secret's keeper: the file is.
fn identity(card: &Personalisation) -> [u8; 8] {
    let sequence = [card.sequence().to_bcd()];
    let parts = [card.pan().digits(), &sequence, card.aid()];
    let hash = parts
        .iter()
        .flat_map(|part| part.iter())
        .fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01B3)
        });
    hash.to_be_bytes()
}

/// The part of the file behind its header.
#[derive(Debug)]
struct Area {
    file: File,
}

impl Area {
    /// Checks the header, or writes it where there is none yet.
    fn prepare(&mut self, identity: [u8; 8]) -> io::Result<()> {
        let wrong = |what| Err(io::Error::new(io::ErrorKind::InvalidData, what));
        let mut header = [0; HEADER];
        let (magic, rest) = header.split_at_mut(MAGIC.len());
        magic.copy_from_slice(MAGIC);
        rest.split_at_mut(identity.len())
            .0
            .copy_from_slice(&identity);

        let whole = HEADER + Slots::LENGTH;
        let mut found = Vec::new();
        self.file.seek(SeekFrom::Start(0))?;
        self.file.read_to_end(&mut found)?;
        let blank = found.iter().all(|byte| *byte == 0);
        if blank && (found.is_empty() || found.len() == whole) {
            self.file
                .set_len(u64::try_from(whole).unwrap_or(u64::MAX))?;
            self.file.seek(SeekFrom::Start(0))?;
            self.file.write_all(&header)?;
            return self.file.sync_all();
        }
        match found.get(..HEADER) {
            Some(begin) if found.len() == whole && begin == header => Ok(()),
            Some(begin) if found.len() == whole && begin.starts_with(MAGIC) => {
                wrong("the state of another card")
            }
            _ => wrong("not the state of a card"),
        }
    }

    fn seek(&self, offset: usize) -> io::Result<&File> {
        let place = u64::try_from(HEADER + offset).unwrap_or(u64::MAX);
        (&self.file).seek(SeekFrom::Start(place))?;
        Ok(&self.file)
    }
}

fn failure(_: io::Error) -> MemoryError {
    MemoryError::Failure
}

impl Storage for Area {
    fn read(&self, offset: usize, buffer: &mut [u8]) -> Result<(), MemoryError> {
        let read = self
            .seek(offset)
            .and_then(|mut file| file.read_exact(buffer));
        read.map_err(failure)
    }

    fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), MemoryError> {
        let written = self.seek(offset).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_data()
        });
        written.map_err(failure)
    }
}

/// What a record is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// UPDATE RECORD wrote it under its number.
    Updated,
    /// The log's; the newest stands first and has the number 1.
    Logged,
}

const KINDS: [(u8, Kind); 2] = [(b'U', Kind::Updated), (b'L', Kind::Logged)];

#[derive(Clone, Debug)]
struct Stored {
    kind: Kind,
    sfi: u8,
    number: u8,
    data: Vec<u8>,
}

/// All records, as the file has them: each a letter, file, number, length and data.
#[derive(Debug)]
struct Records {
    path: PathBuf,
    all: Vec<Stored>,
}

impl Records {
    fn read(path: PathBuf) -> io::Result<Self> {
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(error),
        };
        let mut all = Vec::new();
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let (record, after) = Self::split(rest).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidData, "not the records of a card")
            })?;
            all.push(record);
            rest = after;
        }
        Ok(Self { path, all })
    }

    fn split(bytes: &[u8]) -> Option<(Stored, &[u8])> {
        let ([letter, sfi, number, length], rest) = bytes.split_first_chunk()?;
        let (_, kind) = KINDS.iter().find(|(known, _)| known == letter)?;
        let (data, rest) = rest.split_at_checked(usize::from(*length))?;
        let record = Stored {
            kind: *kind,
            sfi: *sfi,
            number: *number,
            data: data.to_vec(),
        };
        Some((record, rest))
    }

    /// Replaces the whole file, and only then what is known of it.
    fn replace(&mut self, all: Vec<Stored>) -> Result<(), MemoryError> {
        let mut bytes = Vec::new();
        for record in &all {
            let length = u8::try_from(record.data.len()).map_err(|_| MemoryError::Full)?;
            let letter = KINDS.iter().find(|(_, kind)| *kind == record.kind);
            let letter = letter.map_or(b'?', |(letter, _)| *letter);
            bytes.extend_from_slice(&[letter, record.sfi, record.number, length]);
            bytes.extend_from_slice(&record.data);
        }
        let mut part = self.path.as_os_str().to_owned();
        part.push(".part");
        let write = || {
            let mut file = private().truncate(true).open(&part)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            fs::rename(&part, &self.path)?;
            // The folder has the name: without this it may still be the old one after a power cut.
            match self
                .path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty())
            {
                Some(folder) => File::open(folder)?.sync_all(),
                None => File::open(".")?.sync_all(),
            }
        };
        write().map_err(failure)?;
        self.all = all;
        Ok(())
    }
}

impl CardMemory for FileMemory {
    fn load(&self) -> Result<Option<CardState>, MemoryError> {
        self.state.load()
    }

    fn store(&mut self, state: &CardState) -> Result<(), MemoryError> {
        self.state.store(state)
    }

    fn record(
        &self,
        sfi: u8,
        number: u8,
        buffer: &mut [u8; RECORD_LENGTH],
    ) -> Result<Option<usize>, MemoryError> {
        let of = |kind| {
            let all = self.records.all.iter();
            all.filter(move |record| (record.kind, record.sfi) == (kind, sfi))
        };
        let updated = of(Kind::Updated).find(|record| record.number == number);
        let place = usize::from(number).checked_sub(1);
        let found = updated.or_else(|| of(Kind::Logged).nth(place?));
        let copied = found.map(|record| {
            let room = buffer.get_mut(..record.data.len());
            let room = room.ok_or(MemoryError::Corrupt)?;
            room.copy_from_slice(&record.data);
            Ok(record.data.len())
        });
        copied.transpose()
    }

    fn update_record(&mut self, sfi: u8, number: u8, data: &[u8]) -> Result<(), MemoryError> {
        let mut all = self.records.all.clone();
        all.retain(|record| {
            (record.kind, record.sfi, record.number) != (Kind::Updated, sfi, number)
        });
        all.push(Stored {
            kind: Kind::Updated,
            sfi,
            number,
            data: data.to_vec(),
        });
        self.records.replace(all)
    }

    fn append_record(&mut self, sfi: u8, capacity: u8, data: &[u8]) -> Result<(), MemoryError> {
        let mut all = self.records.all.clone();
        all.insert(
            0,
            Stored {
                kind: Kind::Logged,
                sfi,
                number: 0,
                data: data.to_vec(),
            },
        );
        let mut kept = 0;
        all.retain(|record| {
            let counts = (record.kind, record.sfi) == (Kind::Logged, sfi);
            kept += usize::from(counts);
            !counts || kept <= usize::from(capacity)
        });
        self.records.replace(all)
    }
}
