//! The streams of a command, which know no time limit of their own: threads wait for them, and we wait for the threads.

use std::io::{self, Cursor, ErrorKind, Read, Write};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::thread;
use std::time::Duration;

/// Bytes that are read at once.
const CHUNK: usize = 8192;

fn late(error: RecvTimeoutError) -> io::Error {
    match error {
        RecvTimeoutError::Timeout => ErrorKind::TimedOut.into(),
        RecvTimeoutError::Disconnected => ErrorKind::BrokenPipe.into(),
    }
}

/// A stream to read from, which may keep us waiting so long and no longer: as a socket with a time limit does.
#[derive(Debug)]
pub struct PatientReader {
    chunks: Receiver<io::Result<Vec<u8>>>,
    rest: Cursor<Vec<u8>>,
    patience: Duration,
}

impl PatientReader {
    pub(super) fn new(source: impl Read + Send + 'static, patience: Duration) -> Self {
        // One chunk in stock: whoever writes without end fills no memory.
        let (sender, chunks) = sync_channel(1);
        thread::spawn(move || pump(source, &sender));
        Self {
            chunks,
            rest: Cursor::default(),
            patience,
        }
    }
}

/// Reads until the end, a fault, or until nobody listens.
fn pump(mut source: impl Read, sender: &SyncSender<io::Result<Vec<u8>>>) {
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = match source.read(&mut buffer) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            read => read.map(|count| buffer.iter().copied().take(count).collect::<Vec<_>>()),
        };
        let last = read.as_ref().map_or(true, Vec::is_empty);
        if sender.send(read).is_err() || last {
            return;
        }
    }
}

impl Read for PatientReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.rest.read(buffer)?;
        if read > 0 || buffer.is_empty() {
            return Ok(read);
        }
        self.rest = match self.chunks.recv_timeout(self.patience) {
            Ok(chunk) => Cursor::new(chunk?),
            // The end was told before.
            Err(RecvTimeoutError::Disconnected) => return Ok(0),
            Err(error) => return Err(late(error)),
        };
        self.rest.read(buffer)
    }
}

/// A stream to write to, whose reader may keep us waiting so long and no longer. What is written goes at `flush`.
#[derive(Debug)]
pub struct PatientWriter {
    buffer: Vec<u8>,
    lines: Sender<Vec<u8>>,
    written: Receiver<io::Result<()>>,
    patience: Duration,
}

impl PatientWriter {
    pub(super) fn new(mut target: impl Write + Send + 'static, patience: Duration) -> Self {
        let (lines, waiting) = channel::<Vec<u8>>();
        let (done, written) = channel();
        thread::spawn(move || {
            for line in waiting {
                let result = target.write_all(&line).and_then(|()| target.flush());
                if done.send(result).is_err() {
                    return;
                }
            }
        });
        Self {
            buffer: Vec::new(),
            lines,
            written,
            patience,
        }
    }
}

impl Write for PatientWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.buffer.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let line = std::mem::take(&mut self.buffer);
        if self.lines.send(line).is_err() {
            return Err(ErrorKind::BrokenPipe.into());
        }
        self.written.recv_timeout(self.patience).map_err(late)?
    }
}
