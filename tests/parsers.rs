//! Every parser against garbage of every length, against every truncation, and against its own writer.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use chipcard::element::{
    AflEntry, Amount, ApplicationFileLocator, ApplicationIdentifier, ApplicationInterchangeProfile,
    ApplicationUsageControl, CountryCode, CurrencyCode, CvmList, CvmResults, Date, IadLayout,
    IadTail, IssuerApplicationData, Pan, PanSequenceNumber, ServiceCode,
    TerminalVerificationResults, Track2EquivalentData, TransactionStatusInformation, YearMonth,
};
use chipcard::issuer::ChipData;
use chipcard::tlv::{self, Reader, Writer};
use chipcard::{Error, ErrorKind, Tag};
use proptest::prelude::*;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

type Outcome = Result<(), Error>;
type Parser = fn(&[u8]) -> Outcome;

/// A parser under its name; what it makes of the input is looked through, so that views that read late read too.
const PARSERS: &[(&str, Parser)] = &[
    ("tag", |b| Tag::parse(b).map(drop)),
    ("TLV", |b| Reader::new(b).try_for_each(|o| o.map(drop))),
    ("TLV with filler", |b| {
        Reader::new(b).zero_filler().try_for_each(|o| o.map(drop))
    }),
    ("TLV of every level", |b| tlv::walk(b, &mut |_, _| Ok(()))),
    ("TLV search", |b| {
        tlv::require(b, Tag::new(0x9F26)).map(drop)
    }),
    ("DE 55", |b| {
        let chip = ChipData::parse(b)?;
        assert!(!format!("{chip:?}").is_empty());
        chip.application_cryptogram()?;
        chip.transaction_counter()?;
        chip.unpredictable_number()?;
        chip.issuer_application_data()?;
        chip.cryptogram_information()?;
        chip.pan()?;
        chip.pan_sequence_number()?;
        chip.get(Tag::new(0xDF01)).map(drop)
    }),
    ("AFL", |b| {
        let afl = ApplicationFileLocator::parse(b)?;
        seen(afl.entries().map(|entry| entry.records()).last())
    }),
    ("AFL entry", |b| seen(AflEntry::parse(array(b)?)?.records())),
    ("AID", |b| seen(ApplicationIdentifier::parse(b)?.product())),
    ("AIP", |b| ApplicationInterchangeProfile::parse(b).map(drop)),
    ("AUC", |b| ApplicationUsageControl::parse(b).map(drop)),
    ("TSI", |b| TransactionStatusInformation::parse(b).map(drop)),
    ("TVR", |b| TerminalVerificationResults::parse(b).map(drop)),
    ("amount", |b| Amount::parse(b).map(drop)),
    ("country", |b| CountryCode::parse(b).map(drop)),
    ("currency", |b| CurrencyCode::parse(b).map(drop)),
    ("CVM list", |b| {
        CvmList::parse(b).map(|list| list.rules().for_each(drop))
    }),
    ("CVM results", |b| seen(CvmResults::parse(b)?.result())),
    ("date", |b| Date::parse(b).map(drop)),
    ("month", |b| YearMonth::parse(b).map(drop)),
    ("PAN in BCD", |b| Pan::from_bcd(b).map(drop)),
    ("PAN as text", |b| Pan::from_digits(b).map(drop)),
    ("sequence number as text", |b| {
        PanSequenceNumber::from_digits(b).map(drop)
    }),
    ("service code", |b| ServiceCode::parse(b).map(drop)),
    ("service code as text", |b| {
        ServiceCode::from_digits(b).map(drop)
    }),
    ("track 2", |b| Track2EquivalentData::parse(b).map(drop)),
    ("issuer application data", |b| {
        let tails = [IadTail::Exact, IadTail::ZeroPadded, IadTail::Any];
        let outcomes = IadLayout::ALL.into_iter().flat_map(|layout| {
            tails.map(|tail| {
                let iad = IssuerApplicationData::parse_with_tail(layout, tail, b)?;
                let facts = iad.cvr().map(|cvr| cvr.fields().count());
                seen((facts, iad.counters(), iad.issuer_discretionary_data()))
            })
        });
        outcomes.fold(Ok(()), Result::and)
    }),
];

/// The value was computed, and means nothing here.
fn seen<T>(_: T) -> Outcome {
    Ok(())
}

fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Error> {
    let found = bytes.len();
    let length = ErrorKind::Length {
        min: N,
        max: N,
        found,
    };
    bytes.try_into().map_err(|_| Error::new(length))
}

/// A refusal says something, and places itself inside the input.
fn check(name: &str, input: &[u8], parser: Parser) {
    if let Err(error) = parser(input) {
        assert!(!error.to_string().is_empty(), "{name}");
        assert!(
            error.offset().unwrap_or(0) <= input.len(),
            "{name}: {error}"
        );
    }
}

#[test]
fn garbage_of_every_length_is_refused_or_read() {
    let mut random = StdRng::seed_from_u64(0x9F26);
    for length in 0..=300 {
        let mut inputs = vec![vec![0x00; length], vec![0xFF; length]];
        inputs.extend((0..8).map(|_| (0..length).map(|_| random.random()).collect::<Vec<u8>>()));
        // Decimal digits, which pass the first check of most text and BCD parsers.
        inputs.push((0..length).map(|place| b'0' + (place % 10) as u8).collect());
        inputs.push(vec![0x12; length]);
        for (name, parser) in PARSERS {
            inputs.iter().for_each(|input| check(name, input, *parser));
        }
    }
}

#[test]
fn uniform_garbage_is_never_chip_data() {
    for length in 1..=300 {
        assert!(
            ChipData::parse(&vec![0x00; length]).is_err(),
            "{length} zeros"
        );
        assert!(
            ChipData::parse(&vec![0xFF; length]).is_err(),
            "{length} times FF"
        );
    }
}

/// DE 55 of a published authorisation request of a test card, with most elements that networks ask for.
const SAMPLE: &str = "5F2A020840820218008407A0000000031010950580000000009A032401019C01009F02060000000001009F03060000000000009F090200969F10\
                      0706010A03A000009F1A0208409F260801020304050607089F2701809F3303E0F8C89F34031E03009F3501229F360200019F3704DEADBEEF";

#[test]
fn a_truncated_message_is_refused_unless_it_ends_between_elements() {
    let whole = hex::decode(SAMPLE.replace(' ', "")).unwrap();
    let ends: Vec<usize> = Reader::new(&whole)
        .map(|object| object.map(|o| o.value_offset + o.value.len()).unwrap())
        .collect();
    for length in 1..=whole.len() {
        let outcome = ChipData::parse(&whole[..length]);
        assert_eq!(outcome.is_ok(), ends.contains(&length), "{length}");
        if let Err(error) = outcome {
            let started = ends.iter().rev().find(|end| **end < length);
            assert_eq!(
                error.offset(),
                Some(*started.unwrap_or(&0)),
                "{length}: {error}"
            );
        }
    }
}

/// A tree of data objects.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Leaf(Tag, Vec<u8>),
    Template(Tag, Vec<Node>),
}

fn tree() -> impl Strategy<Value = Vec<Node>> {
    let leaf = (
        prop::sample::select(&[0x82, 0x9F10, 0x5A, 0xDF01, 0xDF8101][..]),
        prop_oneof![
            prop::collection::vec(any::<u8>(), 0..20),
            prop::collection::vec(any::<u8>(), 120..140),
            prop::collection::vec(any::<u8>(), 250..270),
        ],
    )
        .prop_map(|(tag, value)| Node::Leaf(Tag::new(tag), value));
    let node = leaf.prop_recursive(6, 40, 5, |inner| {
        (
            prop::sample::select(&[0x70, 0x77, 0xA5, 0xBF0C][..]),
            prop::collection::vec(inner, 0..5),
        )
            .prop_map(|(tag, children)| Node::Template(Tag::new(tag), children))
    });
    prop::collection::vec(node, 0..6)
}

fn write(nodes: &[Node], writer: &mut Writer<'_>) -> Outcome {
    nodes.iter().try_for_each(|node| match node {
        Node::Leaf(tag, value) => writer.put(*tag, value),
        Node::Template(tag, children) => writer.template(*tag, |inner| write(children, inner)),
    })
}

fn read(reader: Reader<'_>) -> Result<Vec<Node>, Error> {
    reader
        .map(|object| {
            let object = object?;
            Ok(if object.tag.is_constructed() {
                Node::Template(object.tag, read(object.children())?)
            } else {
                Node::Leaf(object.tag, object.value.to_vec())
            })
        })
        .collect()
}

fn written(nodes: &[Node]) -> Vec<u8> {
    let mut buffer = vec![0; 1 << 17];
    let mut writer = Writer::new(&mut buffer);
    write(nodes, &mut writer).unwrap();
    writer.finish().to_vec()
}

proptest! {
    #[test]
    fn write_then_read_is_the_identity(nodes in tree()) {
        let bytes = written(&nodes);
        prop_assert_eq!(read(Reader::new(&bytes)).unwrap(), nodes);
    }

    #[test]
    fn read_then_write_is_the_identity(
        nodes in tree(),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let mut bytes = written(&nodes);
        for (place, value) in places.iter().filter(|_| !nodes.is_empty()) {
            let place = place.index(bytes.len());
            bytes[place] = *value;
        }
        // Whatever is accepted has one way to be written: the bytes it was read from.
        if let Ok(read) = read(Reader::new(&bytes)) {
            prop_assert_eq!(written(&read), bytes);
        }
    }

    #[test]
    fn elements_write_what_they_read(bytes in prop::collection::vec(any::<u8>(), 0..33)) {
        if let Ok(pan) = Pan::from_bcd(&bytes) {
            prop_assert!(bytes.len() >= pan.digits().len().div_ceil(2));
        }
        if let Ok(amount) = Amount::parse(&bytes) {
            prop_assert_eq!(&amount.to_bytes()[..], &bytes[..]);
        }
        if let Ok(date) = Date::parse(&bytes) {
            prop_assert_eq!(&date.to_bytes()[..], &bytes[..]);
        }
        if let Ok(results) = CvmResults::parse(&bytes) {
            prop_assert_eq!(&results.to_bytes()[..], &bytes[..]);
        }
        if let Ok(aid) = ApplicationIdentifier::parse(&bytes) {
            prop_assert_eq!(aid.as_bytes(), &bytes[..]);
        }
        for layout in IadLayout::ALL {
            if let Ok(iad) = IssuerApplicationData::parse(layout, &bytes) {
                prop_assert_eq!(iad.bytes(), &bytes[..]);
            }
        }
    }

    #[test]
    fn decimal_elements_write_what_they_read(minor_units in 0..1_000_000_000_000_u64, days in 0..36_524_u32) {
        let amount = Amount::new(minor_units).unwrap();
        prop_assert_eq!(Amount::parse(&amount.to_bytes()).unwrap(), amount);
        let (year, month, day) = (1950 + days / 366, 1 + days % 12, 1 + days % 28);
        let date = Date::new(year as u16, month as u8, day as u8).unwrap();
        prop_assert_eq!(Date::parse(&date.to_bytes()).unwrap(), date);
    }
}
