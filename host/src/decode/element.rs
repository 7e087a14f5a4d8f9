//! What the values of data elements mean, by tag.

use chipcard::Tag;
use chipcard::element::{
    AdditionalTerminalCapabilities, Amount, ApplicationIdentifier, ApplicationInterchangeProfile,
    ApplicationUsageControl, CardTransactionQualifiers, CountryCode, CryptogramInformationData,
    CurrencyCode, Date, Pan, TerminalCapabilities, TerminalTransactionQualifiers, TerminalType,
    TerminalVerificationResults, TransactionStatusInformation, TransactionType,
};
use chipcard::tag::Format;

use super::context::Context;
use super::node::Node;
use super::{
    afl, answer, bits, codes, command, cvm, dol, iad, mask, response, service_code, text, track,
};

/// What a value was read as.
#[derive(Default)]
pub(super) struct Reading {
    meaning: String,
    notes: Vec<String>,
    children: Vec<Node>,
    /// The parts say it all: the value as a whole is left away.
    replaces_value: bool,
    /// The parts are what the value could be, so it is masked as one that is not understood.
    guessed: bool,
}

/// In a few words.
fn said(meaning: impl Into<String>) -> Result<Reading, String> {
    let meaning = meaning.into();
    Ok(Reading {
        meaning,
        ..Reading::default()
    })
}

/// In its parts.
fn parts(children: impl IntoIterator<Item = Node>) -> Result<Reading, String> {
    let children = children.into_iter().collect();
    Ok(Reading {
        children,
        ..Reading::default()
    })
}

/// A primitive data object: name, length, source, value, and what the value means.
pub(super) fn node(tag: Tag, value: &[u8], context: &Context) -> Node {
    match attempt(tag, value, context) {
        (node, None) => node,
        (node, Some(reason)) => node.with_note(format!("not as specified: {reason}")),
    }
}

/// As [`node`], for a value that was asked for as this element: that it is none is an error.
pub(super) fn strict(tag: Tag, value: &[u8], context: &Context) -> Node {
    match attempt(tag, value, context) {
        (node, None) if value.is_empty() => node.with_error("there are no bytes"),
        (node, None) => node,
        (node, Some(reason)) => node.with_error(reason),
    }
}

/// The node, and why its value is not what the tag promises.
fn attempt(tag: Tag, value: &[u8], context: &Context) -> (Node, Option<String>) {
    let mut node = named(tag).with_length(value.len());
    if let Some(info) = tag.info()
        && !info.allows(value.len())
    {
        let lengths = match (info.min_length, info.max_length) {
            (min, max) if min == max => format!("{min}"),
            (min, u16::MAX) => format!("at least {min}"),
            (min, max) => format!("{min} to {max}"),
        };
        node = node.with_note(format!("its length is {lengths} by {}", info.reference));
    }
    let (reading, reason) = match read(tag, value, context) {
        Ok(reading) => (reading, None),
        Err(reason) => (Reading::default(), Some(reason)),
    };
    if !reading.replaces_value && !value.is_empty() {
        let said = !reading.meaning.is_empty() || !reading.children.is_empty();
        let understood =
            said && !reading.guessed && reader(tag).is_some() && text::printable(value).is_none();
        node = node.with_value(mask::element(tag, value, understood, context));
    }
    node.notes.extend(reading.notes);
    let node = node
        .with_meaning(reading.meaning)
        .with_children(reading.children);
    (node, reason)
}

/// A node with the tag's name and source.
pub(super) fn named(tag: Tag) -> Node {
    let info = tag.info();
    Node {
        tag: Some(tag),
        source: info.map(|info| info.source.to_string()),
        ..Node::new(info.map_or("not in the dictionary", |info| info.name))
    }
}

type Read = fn(&[u8], &Context) -> Result<Reading, String>;

/// A data element whose bits have names.
macro_rules! bits {
    ($element:ident $length:literal) => {
        |value, context| parts(bits::fixed($element::FIELDS, $length, value, context)?)
    };
}

/// Who reads which tags.
const READINGS: &[(&[u32], Read)] = &[
    (
        &[
            0x95, 0x9F0D, 0x9F0E, 0x9F0F, 0xDF_8120, 0xDF_8121, 0xDF_8122, 0x9F_820B, 0x9F_820C,
        ],
        bits!(TerminalVerificationResults 5),
    ),
    (&[0x9B], bits!(TransactionStatusInformation 2)),
    (&[0x82], interchange_profile),
    (&[0x9F07], bits!(ApplicationUsageControl 2)),
    (&[0x9F27], bits!(CryptogramInformationData 1)),
    (&[0x9F33], bits!(TerminalCapabilities 3)),
    (&[0x9F35], bits!(TerminalType 1)),
    (&[0x9F40], bits!(AdditionalTerminalCapabilities 5)),
    (&[0x9F66], bits!(TerminalTransactionQualifiers 4)),
    (&[0x9F6C], bits!(CardTransactionQualifiers 2)),
    (&[0x8E], |value, _| parts(cvm::list(value)?)),
    (&[0x9F34], |value, _| parts(cvm::results(value)?)),
    (&[0x94], |value, _| parts(afl::rows(value)?)),
    (
        &[
            0x8C, 0x8D, 0x97, 0x9F38, 0x9F3F, 0x9F49, 0x9F4F, 0xDF_811A, 0x9F_8220,
        ],
        |value, _| parts(dol::rows(value)?),
    ),
    (&[0x9F51], |value, _| match value.len() {
        2 => currency(value),
        _ => parts(dol::rows(value)?),
    }),
    (&[0x9F69], |value, context| match value.first() {
        Some(0x01) => card_authentication(value, context),
        _ => parts(dol::rows(value)?),
    }),
    (&[0x9F5B], |value, _| match dol::rows(value) {
        Ok(rows) => parts(rows),
        Err(_) => parts(answer::script_results(value)?),
    }),
    (&[0x9F4A], |value, _| parts(dol::tags(value)?)),
    (&[0x9F10], |value, context| {
        let reading = iad::readings(value, context);
        Ok(Reading {
            notes: reading.notes,
            children: reading.children,
            ..Reading::default()
        })
    }),
    (&[0x91], |value, context| {
        parts(answer::authentication_data(value, context)?)
    }),
    (&[0x8A], |value, _| said(answer::code(value)?)),
    (&[0x9C], |value, _| match value {
        [code] => said(TransactionType(*code).name().unwrap_or_default()),
        _ => said(""),
    }),
    (&[0x4F, 0x84, 0x9D, 0x9F06], |value, context| {
        said(application(value, context))
    }),
    (&[0x5A], |value, _| {
        let pan = Pan::from_bcd(value).map_err(|error| error.to_string())?;
        let notes = match pan.has_valid_check_digit() {
            true => Vec::new(),
            false => vec!["its check digit is wrong".to_owned()],
        };
        Ok(Reading {
            notes,
            ..Reading::default()
        })
    }),
    (&[0x57, 0x9F6B], |value, context| match value.len() {
        0..8 => said(""),
        _ => parts(track::equivalent(value, context)?),
    }),
    (&[0x56], |value, context| {
        parts(track::track1(value, context)?)
    }),
    (&[0x5F30], |value, _| {
        parts(service_code::rows_of_tag(value)?)
    }),
    (&[0x9A, 0x5F24, 0x5F25], |value, _| {
        said(
            Date::parse(value)
                .map_err(|error| error.to_string())?
                .to_string(),
        )
    }),
    (&[0x9F21], |value, _| match value {
        [hours, minutes, seconds] => said(format!("{hours:02X}:{minutes:02X}:{seconds:02X}")),
        _ => said(""),
    }),
    (
        &[
            0x9F02, 0x9F03, 0x9F50, 0xDF_8123, 0xDF_8124, 0xDF_8125, 0xDF_8126,
        ],
        |value, _| {
            let amount = Amount::parse(value).map_err(|error| error.to_string())?;
            said(minor_units(amount.minor_units()))
        },
    ),
    (&[0x81, 0x9F04, 0x9F1B, 0x9F3A], |value, _| {
        said(minor_units(number(value)?))
    }),
    (&[0x5F2A, 0x9F42, 0x9F3C], |value, _| currency(value)),
    (&[0x5F28, 0x9F1A], |value, _| {
        let code = CountryCode::parse(value).map_err(|error| error.to_string())?;
        said(codes::country(code.number()).unwrap_or_default())
    }),
    (
        &[0x9F36, 0x9F13, 0x9F14, 0x9F23, 0x9F32, 0x9F47, 0x9F2E],
        |value, _| said(number(value)?.to_string()),
    ),
    (&[0x9F17], |value, _| {
        said(format!("{} tries left", number(value)?))
    }),
    (&[0x87], |value, _| match value {
        [byte] => said(priority(*byte)),
        _ => said(""),
    }),
    (&[0x88], |value, _| said(format!("file {}", number(value)?))),
    (&[0x9F4D], |value, _| match value {
        [file, records] => said(format!("file {file}, {records} records at most")),
        _ => said(""),
    }),
    (&[0x9F11], |value, _| {
        said(format!("ISO/IEC 8859-{}", number(value)?))
    }),
    (&[0x86], |value, context| {
        Ok(Reading {
            children: vec![command::decode(value, context)],
            replaces_value: true,
            ..Reading::default()
        })
    }),
    (&[0x80], |value, context| {
        Ok(Reading {
            children: response::format_1(value, context),
            guessed: context.instruction.is_none(),
            ..Reading::default()
        })
    }),
];

/// Who reads the values of a tag.
fn reader(tag: Tag) -> Option<Read> {
    let number = tag.number();
    let row = READINGS.iter().find(|(tags, _)| tags.contains(&number));
    row.map(|(_, read)| *read)
}

fn read(tag: Tag, value: &[u8], context: &Context) -> Result<Reading, String> {
    match reader(tag) {
        _ if value.is_empty() => said(""),
        Some(read) => read(value, context),
        None if mask::is_hidden(tag) && !context.options.reveal => said(""),
        None => by_format(tag, value, context),
    }
}

/// What the format in the dictionary lets one say.
fn by_format(tag: Tag, value: &[u8], context: &Context) -> Result<Reading, String> {
    let quoted = |text: Option<String>| text.map(|text| quoted(&text, context)).unwrap_or_default();
    let Some(info) = tag.info() else {
        return said(quoted(text::printable(value).filter(|text| text.len() > 3)));
    };
    match info.format {
        Format::Alphabetic | Format::Alphanumeric | Format::AlphanumericSpecial => {
            said(quoted(text::latin(value)))
        }
        Format::Numeric if value.len() <= 6 => {
            let digits = mask::plain(value);
            let number = digits
                .parse::<u64>()
                .map_err(|_| "a nibble is not a decimal digit")?;
            let number = number.to_string();
            said(if number == digits {
                String::new()
            } else {
                number
            })
        }
        _ => said(""),
    }
}

/// Text between quotation marks.
fn quoted(text: &str, context: &Context) -> String {
    format!("\"{}\"", mask::text(text, context))
}

/// Up to eight bytes as a number.
fn number(value: &[u8]) -> Result<u64, String> {
    match value.len() {
        0..=8 => Ok(value
            .iter()
            .fold(0, |number, byte| number << 8 | u64::from(*byte))),
        length => Err(format!("{length} bytes are no number")),
    }
}

fn minor_units(amount: u64) -> String {
    format!("{amount} minor unit{}", if amount == 1 { "" } else { "s" })
}

fn currency(value: &[u8]) -> Result<Reading, String> {
    let code = CurrencyCode::parse(value).map_err(|error| error.to_string())?;
    said(codes::currency(code.number()).unwrap_or_default())
}

/// An application identifier: its payment system and product, or the name of a directory.
pub(super) fn application(value: &[u8], context: &Context) -> String {
    if let Some(name) = text::printable(value) {
        return quoted(&name, context);
    }
    let Ok(aid) = ApplicationIdentifier::parse(value) else {
        return String::new();
    };
    match (aid.product(), aid.scheme()) {
        (Some(product), _) => product.to_owned(),
        (None, Some(scheme)) => scheme.to_string(),
        (None, None) => String::new(),
    }
}

/// Application interchange profile: byte 2 is the contactless kernels', so one of zeros says nothing.
fn interchange_profile(value: &[u8], context: &Context) -> Result<Reading, String> {
    let fields = ApplicationInterchangeProfile::FIELDS;
    match value {
        [_, 0] if !context.options.all_bits => {
            let fields = fields.iter().filter(|field| field.byte == 1);
            parts(bits::rows(fields, value, context))
        }
        _ => parts(bits::fixed(fields, 2, value, context)?),
    }
}

/// Application priority indicator (EMV Book 1 12.2.3, Table 48).
fn priority(byte: u8) -> String {
    let order = match byte & 0x0F {
        0 => "no priority".to_owned(),
        order => format!("priority {order}"),
    };
    match byte & 0x80 {
        0 => order,
        _ => format!("{order}, cardholder confirmation needed"),
    }
}

/// Visa's card authentication related data for fDDA: version, unpredictable number, card transaction qualifiers.
fn card_authentication(value: &[u8], context: &Context) -> Result<Reading, String> {
    let [version, un @ ..] = value else {
        return said("");
    };
    let (un, qualifiers) = un
        .split_at_checked(4)
        .ok_or("it ends inside the unpredictable number")?;
    let mut children = vec![
        Node::row("fDDA version", format!("{version:02X}"), ""),
        Node::row("card unpredictable number", mask::plain(un), ""),
    ];
    if let Some(qualifiers) = qualifiers.first_chunk::<2>() {
        let bits = bits::rows(CardTransactionQualifiers::FIELDS, qualifiers, context);
        children.push(
            Node::new("Card transaction qualifiers (CTQ)")
                .with_value(mask::plain(qualifiers))
                .with_children(bits),
        );
    }
    parts(children)
}
