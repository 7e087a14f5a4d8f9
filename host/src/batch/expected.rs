//! The short way through a CSV row that is as the header lets expect: as many cells, no quotes, every value right.
//!
//! A value that is right has no comma, line end or quote in it, be it digits or one of a few names. So where each cell ends at
//! the next comma, the last one at the next line feed, and all values are right, the row can be read in no other way, and
//! nobody has to look for quotes and line ends in front. Any other row is left to [`csv::read`](super::csv::read).

use memchr::memchr;

use crate::batch::Field;
use crate::batch::row::{Cell, Row, starting_family};

/// The longest cell of such a row, so that a look for its end does not go far astray.
const LONGEST: usize = 4096;

/// Reads the row that `text` begins with into `row`, which was begun; returns what comes after it. `None` for any other row,
/// of which `row` may then have traces.
#[inline]
pub(super) fn read_row<'t>(
    columns: &[Option<Field>],
    text: &'t [u8],
    row: &mut Row,
) -> Option<&'t [u8]> {
    let (last, columns) = columns.split_last()?;
    let mut rest = text;
    for column in columns {
        rest = read_cell::<b','>(*column, rest, row)?;
    }
    read_cell::<b'\n'>(*last, rest, row)
}

/// Reads the cell that `text` begins with and that ends before the first `END`; returns what comes after that.
#[inline(always)]
fn read_cell<'t, const END: u8>(
    column: Option<Field>,
    text: &'t [u8],
    row: &mut Row,
) -> Option<&'t [u8]> {
    // Values of one length, or one of a few, or of a likely one, need no search for their end: only right ones are taken.
    if let Some(end) = match column {
        Some(Field::Family) => known_family::<END>(text, row),
        Some(field @ (Field::Cvn | Field::Psn | Field::KeyIndex)) => {
            two_digits::<END>(field, text, row)
        }
        Some(Field::De55) => likely_chip::<END>(text, row),
        _ => None,
    } {
        return text.get(end + 1..);
    }
    let (mut cell, later) = cut(text, end_of_cell::<END>(column, text)?)?;
    if END == b'\n' {
        cell = cell.strip_suffix(b"\r").unwrap_or(cell);
    }
    match column {
        Some(field) => {
            row.take(field, Cell::Text(cell))?;
            if field == Field::De55 {
                row.note_digits(cell.len());
            }
        }
        // Nobody looks at the value, so it may be anything.
        None => {
            let other = |byte: &u8| matches!(byte, b',' | b'\n' | b'\r' | b'"');
            let unusual = cell.iter().fold(false, |any, byte| any | other(byte));
            (!unusual).then_some(())?;
        }
    }
    Some(later)
}

/// What stands before and after the byte at `end`.
#[inline]
fn cut(text: &[u8], end: usize) -> Option<(&[u8], &[u8])> {
    let (cell, later) = text.split_at_checked(end)?;
    Some((cell, later.get(1..)?))
}

/// Takes the name of a family; returns where it ends.
#[inline(always)]
fn known_family<const END: u8>(text: &[u8], row: &mut Row) -> Option<usize> {
    let (family, length) = starting_family(text.first_chunk()?)?;
    if *text.get(length)? != END {
        return None;
    }
    row.facts.family = Some(family);
    Some(length)
}

/// Takes two digits; returns where they end.
#[inline(always)]
fn two_digits<const END: u8>(field: Field, text: &[u8], row: &mut Row) -> Option<usize> {
    let &[high, low, end] = text.first_chunk()?;
    if end != END {
        return None;
    }
    row.take(field, Cell::Text(&[high, low]))?;
    Some(2)
}

/// Takes chip data that are as long as the last ones of their version; returns where they end, a carriage return counted in.
#[inline(always)]
fn likely_chip<const END: u8>(text: &[u8], row: &mut Row) -> Option<usize> {
    let length = row.likely_digits();
    let (cell, later) = text.split_at_checked(length)?;
    let end = match later {
        [end, ..] if *end == END => length,
        [b'\r', b'\n', ..] if END == b'\n' => length + 1,
        _ => return None,
    };
    // They are digits alone, so no end comes before.
    row.take(Field::De55, Cell::Text(cell))?;
    Some(end)
}

/// Where the first `END` stands.
///
/// Most cells are short, and words of eight bytes are looked at sooner than a search in vector registers is set up.
#[inline(always)]
fn end_of_cell<const END: u8>(column: Option<Field>, text: &[u8]) -> Option<usize> {
    /// A PAN and what ends it.
    const SHORT: usize = 24;
    const ONES: u64 = 0x0101_0101_0101_0101;
    let mut from = 0;
    if !matches!(column, Some(Field::De55))
        && let Some(start) = text.first_chunk::<SHORT>()
    {
        for word in start.as_chunks::<8>().0 {
            // A byte of zeros is what is looked for. Only bytes after the first of them can be taken for one in error.
            let word = u64::from_le_bytes(*word) ^ (ONES * END as u64);
            let found = word.wrapping_sub(ONES) & !word & (ONES << 7);
            if found != 0 {
                return Some(from + found.trailing_zeros() as usize / 8);
            }
            from += 8;
        }
    }
    let rest = text.get(from..text.len().min(LONGEST))?;
    memchr(END, rest).map(|place| from + place)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batch::csv::{self, Records};
    use crate::batch::row::Facts;
    use crate::batch::verdict::{Fault, FaultKind};
    use chipcard::Tag;
    use proptest::prelude::*;

    /// What rows came to, as text.
    struct Rows {
        columns: Vec<Option<Field>>,
        row: Row,
        short: bool,
        taken: usize,
        all: Vec<String>,
    }

    impl Rows {
        fn of(columns: &[Option<Field>], text: &[u8], short: bool) -> Self {
            let mut rows = Self {
                columns: columns.to_vec(),
                row: Row::new(Facts::default()),
                short,
                taken: 0,
                all: Vec::new(),
            };
            csv::read(text, 1, &mut rows);
            rows
        }

        fn note(&mut self) {
            let Row {
                line,
                facts,
                chip,
                fault,
                ..
            } = &self.row;
            let pan = facts.pan.as_ref().map(|pan| pan.digits().to_vec());
            // What is wrong leaves traces behind.
            let rest = fault.is_none().then(|| (facts, pan, chip.as_slice()));
            self.all.push(format!("{line} {fault:?} {rest:?}"));
        }
    }

    impl Records for Rows {
        fn expected<'t>(&mut self, line: u64, text: &'t [u8]) -> Option<&'t [u8]> {
            if !self.short {
                return None;
            }
            self.row.begin(line);
            let rest = read_row(&self.columns, text, &mut self.row)?;
            self.taken += 1;
            self.note();
            Some(rest)
        }
        fn begin(&mut self, line: u64) {
            self.row.begin(line);
        }
        fn cell(&mut self, column: usize, value: &[u8]) {
            if let Some(Some(field)) = self.columns.get(column) {
                self.row.put(*field, Cell::Text(value));
            }
        }
        fn end(&mut self, found: usize) {
            let expected = self.columns.len();
            if found != expected {
                self.row
                    .wrong(Fault::new(FaultKind::Cells { expected, found }));
            }
            self.note();
        }
    }

    const FIELDS: [Option<Field>; 8] = [
        Some(Field::Family),
        Some(Field::Cvn),
        None,
        Some(Field::Pan),
        Some(Field::Psn),
        Some(Field::Option),
        Some(Field::De55),
        Some(Field::Element(Tag::new(0x9F36))),
    ];

    /// A right value for a field, and now and then something else.
    fn value(field: Option<Field>) -> BoxedStrategy<String> {
        let right = match field {
            Some(Field::Family) => "visa|mastercard|jcb|",
            Some(Field::Cvn) => "[0-9a-fA-F]{2}",
            Some(Field::Pan) => "[0-9]{16,19}",
            Some(Field::Psn) => "[0-9]{2}|",
            Some(Field::Option) => "[ABC]",
            Some(Field::De55) => "([0-9A-F]{2}){0,60}",
            Some(_) => "([0-9A-F]{2}){0,3}",
            None => "[a-z.;\u{e9}]{0,40}",
        };
        prop_oneof![
            60 => right,
            1 => "[a-f0-9,]{0,4}\"?[\r\n\",a0]{0,3}",
            1 => "\"[a-f0-9,\n]{0,6}\"",
            1 => "[0-9A-F]{1,50}",
        ]
        .boxed()
    }

    fn rows() -> impl Strategy<Value = (Vec<Option<Field>>, String)> {
        let columns = prop::sample::subsequence(FIELDS.to_vec(), 1..=FIELDS.len()).prop_shuffle();
        columns.prop_flat_map(|columns| {
            let cells: Vec<_> = columns.iter().map(|field| value(*field)).collect();
            let end = prop::sample::select(vec!["\n", "\n", "\n", "\r\n", "\n\n", "\r", ""]);
            let rows = prop::collection::vec((cells, end), 1..8);
            let text = rows.prop_map(|rows| {
                let rows = rows.iter().map(|(cells, end)| cells.join(",") + end);
                rows.collect::<String>()
            });
            (Just(columns), text)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn the_short_way_comes_to_the_same((columns, text) in rows()) {
            let short = Rows::of(&columns, text.as_bytes(), true);
            let long = Rows::of(&columns, text.as_bytes(), false);
            prop_assert_eq!(short.all, long.all);
        }

        #[test]
        fn the_end_is_found_wherever_it_is(
            text in prop::collection::vec(prop::sample::select(&b",,-\xAC\x2B\xFF\0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"[..]), 0..60),
        ) {
            let expected = text.iter().position(|byte| *byte == b',');
            prop_assert_eq!(end_of_cell::<b','>(None, &text), expected);
            prop_assert_eq!(end_of_cell::<b','>(Some(Field::De55), &text), expected);
        }
    }

    #[test]
    fn usual_rows_take_the_short_way() {
        let columns = [Some(Field::Pan), None, Some(Field::De55)];
        let rows = Rows::of(
            &columns,
            b"4761739001010010,anything,9F3600\n4761739001010010,,00\r\n\n4761739001010010,,\n",
            true,
        );
        assert_eq!((rows.taken, rows.all.len()), (3, 3));
        // The last line of a file may have no end: that is left to the long way.
        let rows = Rows::of(&columns, b"4761739001010010,,00", true);
        assert_eq!((rows.taken, rows.all.len()), (0, 1));
    }
}
