//! The file in blocks: what one worker takes at a time.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use memchr::{memchr, memchr_iter, memrchr};
use serde::{Deserialize, Serialize};

use crate::batch::csv;
use crate::failure::Failure;

/// Longest record. A quote that is never closed makes the rest of a file one record, and ends here.
const MAX_RECORD: usize = 1 << 20;

/// How far a file has been read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// Where the next record starts: a byte of a text, a row of a table.
    pub(super) offset: u64,
    /// In which line that is, counted from 1.
    pub(super) line: u64,
}

/// Where blocks of rows come from, one after the other.
pub(super) trait Input: Send {
    /// Some rows.
    type Block: Default + Send;

    /// Reads the next block; returns the position after it, or `None` where there is no more.
    ///
    /// # Errors
    /// When the file cannot be read, or not be cut into records.
    fn next(&mut self, block: &mut Self::Block) -> Result<Option<Position>, Failure>;
}

/// Whole records of a text.
#[derive(Debug, Default)]
pub(super) struct TextBlock {
    bytes: Vec<u8>,
    used: usize,
    /// Line in which the first record stands.
    pub(super) line: u64,
}

impl TextBlock {
    pub(super) fn text(&self) -> &[u8] {
        self.bytes.get(..self.used).unwrap_or_default()
    }
}

/// Bytes that are read and looked at in one go, while they are in the cache next to the processor.
const PIECE: usize = 1 << 15;

/// Where a text can be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// Behind any line feed.
    Lines,
    /// Behind a line feed that no quotes enclose.
    Records,
}

/// What is to be known of a text before it is cut, found piece by piece.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    line_feeds: u64,
    quote: bool,
}

impl Seen {
    fn look_at(&mut self, piece: &[u8]) {
        self.line_feeds += memchr_iter(b'\n', piece).count() as u64;
        self.quote = self.quote || memchr(b'"', piece).is_some();
    }

    /// Where the last record ends in a text of which all was seen, and how many line feeds stand before it.
    fn cut(self, cut: Cut, text: &[u8]) -> (usize, u64) {
        if cut == Cut::Lines || !self.quote {
            let end = memrchr(b'\n', text).map_or(0, |place| place + 1);
            return (end, self.line_feeds);
        }
        let end = csv::end_of_records(text);
        let records = text.get(..end).unwrap_or_default();
        (end, memchr_iter(b'\n', records).count() as u64)
    }
}

/// A text, as CSV or JSON lines.
pub(super) struct TextInput {
    reader: Box<dyn Read + Send>,
    /// What was read after the end of the last whole record.
    carry: Vec<u8>,
    cut: Cut,
    /// Bytes that are read at a time.
    step: usize,
    position: Position,
    ended: bool,
}

impl TextInput {
    /// Blocks of about `step` bytes from a reader.
    pub(super) fn new(reader: Box<dyn Read + Send>, step: usize) -> Self {
        Self {
            reader,
            carry: Vec::new(),
            cut: Cut::Lines,
            step: step.max(1),
            position: Position { offset: 0, line: 1 },
            ended: false,
        }
    }

    /// The first bytes of the text, without a byte order mark, for a look at the header or the first row.
    pub(super) fn start(&mut self) -> Result<&[u8], Failure> {
        let mut start = vec![0; MAX_RECORD.min(self.step.max(1 << 16))];
        let used = fill(&mut self.reader, &mut start)?;
        start.truncate(used);
        if start.starts_with(b"\xEF\xBB\xBF") {
            self.position.offset = 3;
            start.drain(..3);
        }
        self.carry = start;
        Ok(&self.carry)
    }

    /// Reads records, which a quoted cell may stretch over lines, after a header of so many bytes.
    pub(super) fn records_after(&mut self, header: usize) {
        self.cut = Cut::Records;
        let read: Vec<u8> = self.carry.drain(..header.min(self.carry.len())).collect();
        self.advance(&read);
    }

    /// Goes to a position of an earlier run.
    pub(super) fn go_to(&mut self, mut file: File, position: Position) -> Result<(), Failure> {
        file.seek(SeekFrom::Start(position.offset))?;
        self.reader = Box::new(file);
        self.carry.clear();
        self.position = position;
        Ok(())
    }

    /// Where the next record starts.
    pub(super) const fn position(&self) -> Position {
        self.position
    }

    /// Reads a step more behind the first `length` bytes of a block, and looks at it; returns the length then.
    fn read_on(
        &mut self,
        block: &mut TextBlock,
        mut length: usize,
        seen: &mut Seen,
    ) -> io::Result<usize> {
        let goal = length + self.step;
        if block.bytes.len() < goal {
            block.bytes.resize(goal, 0);
        }
        let room = block.bytes.get_mut(length..goal).unwrap_or_default();
        for piece in room.chunks_mut(PIECE) {
            let more = fill(&mut self.reader, piece)?;
            seen.look_at(piece.get(..more).unwrap_or_default());
            length += more;
            self.ended = more < piece.len();
            if self.ended {
                break;
            }
        }
        Ok(length)
    }

    fn advance(&mut self, read: &[u8]) {
        self.position.offset += read.len() as u64;
        self.position.line += memchr_iter(b'\n', read).count() as u64;
    }
}

/// Fills `room` as far as the reader has bytes; returns how many.
fn fill(reader: &mut dyn Read, room: &mut [u8]) -> io::Result<usize> {
    let mut used = 0;
    while let Some(rest) = room.get_mut(used..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(more) => used += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(used)
}

impl Input for TextInput {
    type Block = TextBlock;

    fn next(&mut self, block: &mut TextBlock) -> Result<Option<Position>, Failure> {
        block.line = self.position.line;
        let mut length = self.carry.len();
        if block.bytes.len() < length {
            block.bytes.resize(length, 0);
        }
        if let Some(start) = block.bytes.get_mut(..length) {
            start.copy_from_slice(&self.carry);
        }
        let mut seen = Seen::default();
        seen.look_at(&self.carry);
        self.carry.clear();
        let line_feeds = loop {
            if !self.ended {
                length = self.read_on(block, length, &mut seen)?;
            }
            let text = block.bytes.get(..length).unwrap_or_default();
            let (end, line_feeds) = match self.ended {
                true => (length, seen.line_feeds),
                false => seen.cut(self.cut, text),
            };
            if end > 0 || self.ended {
                self.carry
                    .extend_from_slice(text.get(end..).unwrap_or_default());
                block.used = end;
                break line_feeds;
            }
            if length > MAX_RECORD {
                return Err(Failure::new(format!(
                    "line {}: the record is longer than {MAX_RECORD} bytes; is a quote not closed?",
                    block.line
                )));
            }
        };
        if block.used == 0 {
            return Ok(None);
        }
        self.position.offset += block.used as u64;
        self.position.line += line_feeds;
        Ok(Some(self.position))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn blocks_are_the_text(text in "[a\",\n]{0,200}", step in 1..50_usize) {
            let mut input = TextInput::new(Box::new(io::Cursor::new(text.clone().into_bytes())), step);
            input.records_after(0);
            let (mut block, mut all, mut line) = (TextBlock::default(), Vec::new(), 1);
            while let Some(position) = input.next(&mut block).unwrap() {
                prop_assert_eq!(block.line, line);
                all.extend_from_slice(block.text());
                prop_assert_eq!(position.offset, all.len() as u64);
                line = position.line;
                prop_assert_eq!(line, 1 + memchr_iter(b'\n', &all).count() as u64);
            }
            prop_assert_eq!(String::from_utf8(all).unwrap(), text);
        }
    }

    #[test]
    fn a_block_of_many_pieces_is_cut_and_counted_like_one() {
        for quoted in [false, true] {
            let record = if quoted { "a,\"b\nc\"\n" } else { "a,bcde\n" };
            let text = record.repeat(4 * PIECE / record.len());
            let step = 3 * PIECE + 1;
            let reader = Box::new(io::Cursor::new(text.clone().into_bytes()));
            let mut input = TextInput::new(reader, step);
            input.records_after(0);
            let mut block = TextBlock::default();
            let position = input.next(&mut block).unwrap().unwrap();
            let end = step - step % record.len();
            assert_eq!(block.text(), &text.as_bytes()[..end]);
            let lines = end / record.len() * (1 + usize::from(quoted));
            assert_eq!(position.line, 1 + lines as u64);
            let position = input.next(&mut block).unwrap().unwrap();
            assert_eq!(position.offset, text.len() as u64);
            assert_eq!(input.next(&mut block).unwrap(), None);
        }
    }
}
