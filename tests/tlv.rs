//! BER-TLV: one input has one meaning, what is malformed is refused where it stands, and what is written is what
//! was read.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use chipcard::tlv::{self, MAX_DEPTH, MAX_OBJECTS, Reader, Writer};
use chipcard::{Error, ErrorKind, Tag};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

/// An answer to SELECT of the structure that EMV Book 1 11.3.4 gives: `6F{84, A5{50, 87, 9F38, 5F2D, 9F11, 9F12,
/// BF0C{9F4D}}}`.
const FCI: &str = "6F468407A0000000031010A53B500B56495341204352454449548701019F38099F3303\
                   9F1A029F35015F2D04656E66729F1101019F120956495341204B524544BF0C059F4D020B0A";

/// The refusal of a whole buffer, as kind, tag and offset.
type Refusal = (ErrorKind, Option<Tag>, Option<usize>);

fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

fn refusal(error: Error) -> Refusal {
    (error.kind(), error.tag(), error.offset())
}

fn walk(input: &[u8]) -> Result<Vec<(usize, Tag, usize)>, Refusal> {
    let mut seen = Vec::new();
    let walked = tlv::walk(input, &mut |depth, object| {
        assert_eq!(
            &input[object.value_offset..][..object.value.len()],
            object.value
        );
        seen.push((depth, object.tag, object.offset));
        Ok(())
    });
    walked.map(|()| seen).map_err(refusal)
}

/// Writes again all that stands in `input`, template by template.
fn rewrite(objects: Reader<'_>, writer: &mut Writer<'_>) -> chipcard::Result<()> {
    for object in objects {
        let object = object?;
        if object.tag.is_constructed() {
            writer.template(object.tag, |writer| rewrite(object.children(), writer))?;
        } else {
            writer.put(object.tag, object.value)?;
        }
    }
    Ok(())
}

#[test]
fn an_fci_from_outside_in() {
    let fci = unhex(FCI);
    let seen = walk(&fci).unwrap();
    let tags: Vec<String> = seen
        .iter()
        .map(|(depth, tag, _)| format!("{depth}:{tag}"))
        .collect();
    assert_eq!(
        tags.join(" "),
        "0:6F 1:84 1:A5 2:50 2:87 2:9F38 2:5F2D 2:9F11 2:9F12 2:BF0C 3:9F4D"
    );
    let template = tlv::require(&fci, Tag::new(0x6F)).unwrap();
    let name = tlv::require(template.value, Tag::new(0x84)).unwrap();
    assert_eq!(name.value, unhex("A0000000031010"));
    // The offsets of children are those of the outermost buffer.
    let name = template.children().next().unwrap().unwrap();
    assert_eq!((name.offset, name.value_offset), (2, 4));
}

#[test]
fn every_truncation_is_refused() {
    let fci = unhex(FCI);
    for length in 1..fci.len() {
        let (kind, _, offset) = walk(&fci[..length]).unwrap_err();
        assert_eq!((kind, offset), (ErrorKind::Truncated, Some(0)), "{length}");
    }
    // Without its template, a cut between two objects leaves whole ones.
    let inside = &fci[2..];
    for length in 1..inside.len() {
        let read = walk(&inside[..length]);
        assert_eq!(read.is_ok(), length == 9, "{length}");
    }
}

#[test]
fn malformed_headers() {
    use ErrorKind as Kind;
    let first = Some(Tag::new(0x9A));
    let second = Some(Tag::new(0x9F10));
    // Each stands behind a whole object of five bytes.
    for (text, kind, tag) in [
        ("9A80", Kind::IndefiniteLength, first),
        ("9A800000", Kind::IndefiniteLength, first),
        ("9A8105FFFFFFFFFF", Kind::NonMinimalLength, first),
        ("9A8100", Kind::NonMinimalLength, first),
        ("9A820005FFFFFFFFFF", Kind::NonMinimalLength, first),
        ("9A8200FF", Kind::NonMinimalLength, first),
        ("9A83000001FF", Kind::LengthTooLong, first),
        ("9A8400000001FF", Kind::LengthTooLong, first),
        ("9AFF", Kind::LengthTooLong, first),
        ("9A", Kind::Truncated, first),
        ("9A81", Kind::Truncated, first),
        ("9A82", Kind::Truncated, first),
        ("9A8201", Kind::Truncated, first),
        ("9A03FFFF", Kind::Truncated, first),
        ("9A82FFFF00", Kind::Truncated, first),
        ("9F", Kind::Truncated, None),
        ("9F10", Kind::Truncated, second),
        ("9F1080", Kind::IndefiniteLength, second),
        ("9F8001", Kind::InvalidTag, None),
        ("9F80", Kind::InvalidTag, None),
        ("9F818000", Kind::TagTooLong, None),
        ("9F81", Kind::Truncated, None),
        ("0000", Kind::InvalidTag, None),
        ("FF00", Kind::InvalidTag, None),
        ("FF810500", Kind::InvalidTag, None),
    ] {
        let input = unhex(&format!("9503800000{text}"));
        assert_eq!(walk(&input).unwrap_err(), (kind, tag, Some(5)), "{text}");
    }
}

#[test]
fn after_an_error_the_reader_ends() {
    let input = unhex("9A80950500000000009A80");
    let mut reader = Reader::new(&input);
    assert!(reader.next().unwrap().is_err());
    assert!(reader.next().is_none());
}

#[test]
fn an_error_inside_a_template_names_the_inner_object() {
    let input = unhex("70069501809A0201");
    let inner = Some(Tag::new(0x9A));
    assert_eq!(
        walk(&input).unwrap_err(),
        (ErrorKind::Truncated, inner, Some(5))
    );
    let object = tlv::require(&unhex("9F1003112233"), Tag::new(0x9F10)).map(|object| {
        let inner = Error::new(ErrorKind::IadLayout).at(1);
        (
            refusal(object.locate(inner)),
            object.array::<2>().map_err(refusal),
        )
    });
    let tag = Some(Tag::new(0x9F10));
    let length = ErrorKind::Length {
        min: 2,
        max: 2,
        found: 3,
    };
    let located = (ErrorKind::IadLayout, tag, Some(4));
    assert_eq!(object.unwrap(), (located, Err((length, tag, Some(0)))));
}

#[test]
fn lengths_at_the_edges() {
    for length in [
        0, 1, 0x7E, 0x7F, 0x80, 0x81, 0xFE, 0xFF, 0x100, 0x101, 0xFFFE, 0xFFFF,
    ] {
        let value = vec![0x5A; length];
        let mut buffer = vec![0; length + 8];
        let mut writer = Writer::new(&mut buffer);
        writer.put(Tag::new(0x9F10), &value).unwrap();
        let written = writer.finish();
        let header = match length {
            0..=0x7F => 3,
            0x80..=0xFF => 4,
            _ => 5,
        };
        assert_eq!(written.len(), header + length);
        let object = tlv::require(written, Tag::new(0x9F10)).unwrap();
        assert_eq!(object.value, value);
    }
}

#[test]
fn duplicates() {
    let tag = Tag::new(0x9F02);
    let input = unhex("9F0201009A009F020101");
    let error = tlv::find(&input, tag).unwrap_err();
    assert_eq!(refusal(error), (ErrorKind::Duplicate, Some(tag), Some(6)));
    assert!(tlv::find(&input, Tag::new(0x9A)).unwrap().is_some());
    let missing = tlv::require(&input, Tag::new(0x95)).unwrap_err();
    assert_eq!(
        refusal(missing),
        (ErrorKind::Missing, Some(Tag::new(0x95)), None)
    );
    // One inside a template is not on this level.
    let input = unhex("9F02010070049F020101");
    assert_eq!(tlv::find(&input, tag).unwrap().unwrap().offset, 0);
}

#[test]
fn a_malformed_neighbour_hides_nothing() {
    let input = unhex("9F0201009A80");
    assert_eq!(
        tlv::find(&input, Tag::new(0x9F02)).unwrap_err().kind(),
        ErrorKind::IndefiniteLength
    );
}

#[test]
fn trailing_bytes_are_no_padding() {
    for tail in ["00", "0000", "FF", "FFFF"] {
        let input = unhex(&format!("9A00{tail}"));
        assert_eq!(
            walk(&input).unwrap_err(),
            (ErrorKind::InvalidTag, None, Some(2))
        );
    }
    let input = unhex("00009A0100000095020000000000");
    let tags: Vec<Tag> = Reader::new(&input)
        .zero_filler()
        .map(|object| object.unwrap().tag)
        .collect();
    assert_eq!(tags, [Tag::new(0x9A), Tag::new(0x95)]);
    assert_eq!(Reader::new(&[0; 300]).zero_filler().count(), 0);
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| {
        let mut input = Vec::new();
        for level in (0..depth).rev() {
            input.extend([0x70, 2 * level as u8]);
        }
        input
    };
    // The innermost template is empty and needs a level of its own to be read.
    assert_eq!(walk(&nested(MAX_DEPTH - 1)).unwrap().len(), MAX_DEPTH - 1);
    let (kind, tag, offset) = walk(&nested(MAX_DEPTH)).unwrap_err();
    assert_eq!((kind, tag), (ErrorKind::TooDeep, Some(Tag::new(0x70))));
    assert_eq!(offset, Some(2 * (MAX_DEPTH - 1)));
    assert_eq!(walk(&nested(60)).unwrap_err().0, ErrorKind::TooDeep);
}

#[test]
fn count_is_bounded() {
    let input = [0x9A, 0x00].repeat(MAX_OBJECTS);
    assert_eq!(walk(&input).unwrap().len(), MAX_OBJECTS);
    let input = [0x9A, 0x00].repeat(MAX_OBJECTS + 1);
    let refused = (
        ErrorKind::TooMany,
        Some(Tag::new(0x9A)),
        Some(2 * MAX_OBJECTS),
    );
    assert_eq!(walk(&input).unwrap_err(), refused);
}

#[test]
fn the_visitor_ends_the_walk() {
    let input = unhex("9A0095009C00");
    let mut seen = 0;
    let stopped = tlv::walk(&input, &mut |_, object| {
        seen += 1;
        match object.tag == Tag::new(0x95) {
            true => Err(Error::new(ErrorKind::Misplaced)),
            false => Ok(()),
        }
    });
    assert_eq!(stopped.unwrap_err().kind(), ErrorKind::Misplaced);
    assert_eq!(seen, 2);
}

#[test]
fn a_full_buffer_leaves_what_was_written() {
    let whole = unhex(FCI);
    for room in 0..whole.len() {
        let mut buffer = vec![0; room];
        let mut writer = Writer::new(&mut buffer);
        let error = rewrite(Reader::new(&whole), &mut writer).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BufferTooSmall);
        assert!(writer.as_bytes().is_empty(), "{room}");
    }
    let mut buffer = vec![0; 70_000];
    let mut writer = Writer::new(&mut buffer);
    writer.put(Tag::new(0x9A), &[]).unwrap();
    let error = writer.put(Tag::new(0x95), &vec![0; 0x1_0000]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LengthTooLong);
    assert_eq!(writer.as_bytes(), [0x9A, 0x00]);
}

#[test]
fn any_bytes_of_any_length_are_read_or_refused() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for length in 0..=300 {
        let noise = proptest::collection::vec(any::<u8>(), length);
        let noise = noise.new_tree(&mut runner).unwrap().current();
        for input in [
            vec![0; length],
            vec![0xFF; length],
            vec![0x70; length],
            noise,
        ] {
            match walk(&input) {
                Ok(seen) => assert!(seen.len() <= MAX_OBJECTS),
                Err((_, _, offset)) => assert!(offset.unwrap() < length),
            }
        }
    }
}

/// Objects as a tree, with tags of one to three bytes.
#[derive(Clone, Debug)]
enum Object {
    Primitive(Tag, Vec<u8>),
    Template(Tag, Vec<Object>),
}

impl Object {
    fn write(&self, writer: &mut Writer<'_>) -> chipcard::Result<()> {
        match self {
            Self::Primitive(tag, value) => writer.put(*tag, value),
            Self::Template(tag, inner) => writer.template(*tag, |writer| {
                inner.iter().try_for_each(|object| object.write(writer))
            }),
        }
    }

    fn same(&self, read: &tlv::DataObject<'_>) -> bool {
        match self {
            Self::Primitive(tag, value) => read.tag == *tag && read.value == value,
            Self::Template(tag, inner) => read.tag == *tag && same(inner, read.children()),
        }
    }
}

fn same(objects: &[Object], read: Reader<'_>) -> bool {
    let read: Vec<_> = read.map(Result::unwrap).collect();
    objects.len() == read.len() && objects.iter().zip(&read).all(|(a, b)| a.same(b))
}

fn objects() -> impl Strategy<Value = Vec<Object>> {
    let primitive = prop::sample::select(vec![0x57, 0x9A, 0x9F10, 0x5F2A, 0xDF8117, 0x9F8102]);
    let template = prop::sample::select(vec![0x70, 0x77, 0xA5, 0xBF0C, 0xBF8102]);
    let leaf = (primitive, prop::collection::vec(any::<u8>(), 0..300))
        .prop_map(|(tag, value)| Object::Primitive(Tag::new(tag), value));
    let tree = leaf.prop_recursive(4, 40, 5, move |inner| {
        (template.clone(), prop::collection::vec(inner, 0..5))
            .prop_map(|(tag, inner)| Object::Template(Tag::new(tag), inner))
    });
    prop::collection::vec(tree, 0..5)
}

fn header_byte() -> impl Strategy<Value = u8> {
    prop::sample::select(vec![
        0x9A, 0x95, 0x70, 0x9F, 0x02, 0x00, 0x01, 0x03, 0x04, 0x80, 0x81,
    ])
}

proptest! {
    #[test]
    fn what_is_written_is_read(objects in objects()) {
        let mut buffer = vec![0; 65_536];
        let mut writer = Writer::new(&mut buffer);
        for object in &objects {
            object.write(&mut writer).unwrap();
        }
        let written = writer.finish();
        prop_assert!(same(&objects, Reader::new(written)));

        let mut again = vec![0; written.len()];
        let mut writer = Writer::new(&mut again);
        rewrite(Reader::new(written), &mut writer).unwrap();
        prop_assert_eq!(writer.finish(), written);
    }

    /// One input has one meaning: what is taken at all is written again byte by byte. Bytes that make headers are
    /// more frequent here than in noise, so that a good part of the inputs is taken.
    #[test]
    fn what_is_read_is_written(input in prop::collection::vec(header_byte(), 0..12)) {
        if walk(&input).is_ok() {
            let mut again = vec![0; input.len()];
            let mut writer = Writer::new(&mut again);
            rewrite(Reader::new(&input), &mut writer).unwrap();
            prop_assert_eq!(writer.finish(), input);
        }
    }

    /// A flipped bit in a real structure is refused or read, and what is read is written again.
    #[test]
    fn a_flipped_bit_changes_what_is_read(place in 0..72_usize, bit in 0..8_u32) {
        let original = unhex(FCI);
        let mut input = original.clone();
        input[place] ^= 1 << bit;
        if walk(&input).is_ok() {
            let mut again = vec![0; input.len()];
            let mut writer = Writer::new(&mut again);
            rewrite(Reader::new(&input), &mut writer).unwrap();
            let written = writer.finish();
            prop_assert_ne!(written, original);
            prop_assert_eq!(written, input);
        }
    }
}
