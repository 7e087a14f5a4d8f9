//! Records out of CSV text (RFC 4180).
//!
//! There are three ways through a record. Whoever takes the records may know a short one for those that are as it expects.
//! Else cells are what stands between commas, or between two quotes. Records with doubled quotes, or with something behind a
//! quote, go through `csv-core`. The tests show that the three never disagree.

use csv_core::{ReadRecordResult, Reader};
use memchr::{memchr, memchr_iter, memchr3, memrchr};

/// Takes the records of a text, cell by cell.
pub(super) trait Records {
    /// Takes the record that `text` begins with by a way of its own, if that is a record of one line which is as expected;
    /// returns what comes after it. `None`: it is not, and nothing was taken.
    #[inline]
    fn expected<'t>(&mut self, line: u64, text: &'t [u8]) -> Option<&'t [u8]> {
        let _ = (line, text);
        None
    }
    /// A record begins in this line.
    fn begin(&mut self, line: u64);
    /// Its next cell, without quotes; `column` counts from 0.
    fn cell(&mut self, column: usize, value: &[u8]);
    /// It ends, after so many cells.
    fn end(&mut self, cells: usize);
}

/// Reads whole records; the first stands in `line`. Empty lines are no records.
pub(super) fn read(text: &[u8], mut line: u64, records: &mut impl Records) {
    let (mut careful, mut cells) = (None, Vec::new());
    let mut rest = text;
    loop {
        while let [end @ (b'\r' | b'\n'), later @ ..] = rest {
            line += u64::from(*end == b'\n');
            rest = later;
        }
        if rest.is_empty() {
            return;
        }
        if let Some(later) = records.expected(line, rest) {
            rest = later;
            line += 1;
            continue;
        }
        let before = rest;
        rest = if let Some(later) = split(rest, &mut cells) {
            records.begin(line);
            for (column, cell) in cells.iter().enumerate() {
                records.cell(column, cell);
            }
            records.end(cells.len());
            later
        } else {
            let careful = careful.get_or_insert_with(Careful::new);
            careful.read_record(line, rest, records)
        };
        let taken = before.get(..before.len() - rest.len());
        line += memchr_iter(b'\n', taken.unwrap_or_default()).count() as u64;
    }
}

/// The cells of the record that a text begins with, and what comes after it; `None` where a quote is doubled, is not
/// closed, or has something other than the end of the cell behind it.
fn split<'t>(text: &'t [u8], cells: &mut Vec<&'t [u8]>) -> Option<&'t [u8]> {
    cells.clear();
    let mut rest = text;
    loop {
        let (cell, later) = match rest {
            [b'"', inside @ ..] => {
                let (cell, close) = inside.split_at_checked(memchr(b'"', inside)?)?;
                (cell, close.get(1..)?)
            }
            _ => {
                let end = memchr3(b',', b'\n', b'\r', rest).unwrap_or(rest.len());
                rest.split_at_checked(end)?
            }
        };
        cells.push(cell);
        match later {
            [b',', more @ ..] => rest = more,
            [b'\n' | b'\r', more @ ..] => return Some(more),
            [] => return Some(&[]),
            _ => return None,
        }
    }
}

/// The way for any record.
struct Careful {
    reader: Reader,
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Careful {
    fn new() -> Self {
        let mut reader = Reader::new();
        // The first bytes that a reader sees may be a byte order mark for it; these are not the first of the file.
        reader.read_record(b"\n", &mut [], &mut []);
        Self {
            reader,
            bytes: vec![0; 4096],
            ends: vec![0; 64],
        }
    }

    /// Reads the record that a text begins with; returns what comes after it.
    fn read_record<'t>(
        &mut self,
        line: u64,
        text: &'t [u8],
        records: &mut impl Records,
    ) -> &'t [u8] {
        let Self {
            reader,
            bytes,
            ends,
        } = self;
        let mut rest = text;
        let (mut written, mut cells) = (0, 0);
        loop {
            let (result, read, more, ended) = reader.read_record(
                rest,
                bytes.get_mut(written..).unwrap_or_default(),
                ends.get_mut(cells..).unwrap_or_default(),
            );
            rest = rest.get(read..).unwrap_or_default();
            written += more;
            cells += ended;
            match result {
                // Without more input, the next call ends the record.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => bytes.resize(2 * bytes.len(), 0),
                ReadRecordResult::OutputEndsFull => ends.resize(2 * ends.len(), 0),
                ReadRecordResult::Record | ReadRecordResult::End => break,
            }
        }
        records.begin(line);
        let mut start = 0;
        for (column, end) in ends.iter().take(cells).enumerate() {
            records.cell(column, bytes.get(start..*end).unwrap_or_default());
            start = *end;
        }
        records.end(cells);
        rest
    }
}

/// Where the last whole record of a text that begins with a record ends, its line feed counted in; 0 where
/// none does.
///
/// A quote opens at the start of a cell alone, as RFC 4180 has it; elsewhere it is a character like others.
pub(super) fn end_of_records(text: &[u8]) -> usize {
    let last_line_feed =
        |from: usize, to: usize| memrchr(b'\n', text.get(from..to)?).map(|place| from + place + 1);
    let (mut end, mut outside) = (0, 0);
    let mut seen = 0;
    while let Some(quote) = next_quote(text, seen) {
        seen = quote + 1;
        let starts_cell = quote
            .checked_sub(1)
            .and_then(|before| text.get(before))
            .is_none_or(|before| matches!(before, b',' | b'\n' | b'\r'));
        if !starts_cell {
            continue;
        }
        end = last_line_feed(outside, quote).unwrap_or(end);
        let Some(close) = closing_quote(text, seen) else {
            return end;
        };
        seen = close + 1;
        outside = seen;
    }
    last_line_feed(outside, text.len()).unwrap_or(end)
}

fn next_quote(text: &[u8], from: usize) -> Option<usize> {
    memchr(b'"', text.get(from..)?).map(|place| from + place)
}

/// The quote that ends a quoted cell whose inside starts at `from`: the first one that is not doubled.
fn closing_quote(text: &[u8], mut from: usize) -> Option<usize> {
    loop {
        let quote = next_quote(text, from)?;
        if text.get(quote + 1) != Some(&b'"') {
            return Some(quote);
        }
        from = quote + 2;
    }
}

/// The cells of the first record, as text, and where the record ends; `None` where there is no whole one.
pub(super) fn header(text: &[u8]) -> Option<(Vec<String>, usize)> {
    #[derive(Default)]
    struct First(Vec<String>);
    impl Records for First {
        fn begin(&mut self, _: u64) {}
        fn cell(&mut self, _: usize, value: &[u8]) {
            self.0.push(String::from_utf8_lossy(value).into_owned());
        }
        fn end(&mut self, _: usize) {}
    }
    let mut from = 0;
    loop {
        let end = from + memchr(b'\n', text.get(from..)?)? + 1;
        let record = text.get(..end)?;
        if end_of_records(record) == end {
            let mut first = First::default();
            read(record, 1, &mut first);
            if !first.0.is_empty() {
                return Some((first.0, end));
            }
        }
        from = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Records with the line in which each begins.
    #[derive(Debug, Default, PartialEq)]
    struct Collected(Vec<(u64, Vec<Vec<u8>>)>);

    impl Records for Collected {
        fn begin(&mut self, line: u64) {
            self.0.push((line, Vec::new()));
        }
        fn cell(&mut self, column: usize, value: &[u8]) {
            let (_, cells) = self.0.last_mut().unwrap();
            assert_eq!(cells.len(), column);
            cells.push(value.to_vec());
        }
        fn end(&mut self, cells: usize) {
            assert_eq!(self.0.last().unwrap().1.len(), cells);
        }
    }

    impl Collected {
        fn cells(&self) -> Vec<Vec<Vec<u8>>> {
            self.0.iter().map(|(_, cells)| cells.clone()).collect()
        }
    }

    fn by_the_csv_crate(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text)
            .byte_records()
            .map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect())
            .collect()
    }

    fn ours(text: &[u8]) -> Collected {
        let mut records = Collected::default();
        read(text, 1, &mut records);
        records
    }

    /// All records by `csv-core` alone.
    fn carefully(text: &[u8]) -> Collected {
        let (mut records, mut careful) = (Collected::default(), Careful::new());
        let mut rest = text;
        loop {
            let skipped = rest.iter().take_while(|byte| b"\r\n".contains(byte));
            rest = &rest[skipped.count()..];
            if rest.is_empty() {
                return records;
            }
            let before = &text[..text.len() - rest.len()];
            let line = 1 + memchr_iter(b'\n', before).count() as u64;
            rest = careful.read_record(line, rest, &mut records);
        }
    }

    #[test]
    fn lines_are_counted() {
        let text = b"a,b\n\n\"c\nc\",d\r\ne\n";
        let lines: Vec<_> = ours(text).0.iter().map(|(line, _)| *line).collect();
        assert_eq!(lines, [1, 3, 5]);
        let lines: Vec<_> = ours(b"\na\r\n\r\nb")
            .0
            .iter()
            .map(|(line, _)| *line)
            .collect();
        assert_eq!(lines, [2, 4]);
    }

    #[test]
    fn header_may_be_quoted() {
        let (names, end) = header(b"\r\n\"card\nnumber\",\"de55\"\nx").unwrap();
        assert_eq!(names, ["card\nnumber", "de55"]);
        assert_eq!(end, 23);
        assert_eq!(header(b"\"a\n"), None);
    }

    /// Text in which everything that matters to CSV is frequent.
    fn text() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop::sample::select(vec![
            "a", "bc", ",", ",", "\n", "\n", "\r\n", "\r", "\"", "\"\"", "\",\"", "\"\n\"", " ",
        ]);
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
    }

    fn plain_text() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop::sample::select(vec!["a", "bc", ",", ",", "\n", "\r\n", " ", "\u{e9}"]);
        prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat().into_bytes())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn both_ways_agree_with_each_other(text in prop_oneof![text(), plain_text()]) {
            prop_assert_eq!(ours(&text), carefully(&text));
        }

        #[test]
        fn agrees_with_the_csv_crate(text in prop_oneof![text(), plain_text()]) {
            prop_assert_eq!(ours(&text).cells(), by_the_csv_crate(&text));
        }

        #[test]
        fn cut_anywhere_it_is_the_same(text in text(), places in prop::collection::vec(0..80_usize, 0..6)) {
            let whole = ours(&text);
            let (mut parts, mut line) = (Collected::default(), 1);
            let (mut start, mut places) = (0, places);
            places.sort_unstable();
            for place in places.into_iter().filter(|place| *place <= text.len()) {
                let Some(seen) = text.get(start..place) else { continue };
                let end = start + end_of_records(seen);
                let block = &text[start..end];
                read(block, line, &mut parts);
                line += memchr_iter(b'\n', block).count() as u64;
                start = end;
            }
            read(&text[start..], line, &mut parts);
            prop_assert_eq!(parts, whole);
        }
    }
}
