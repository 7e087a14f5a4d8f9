//! Response APDUs.

use chipcard::apdu::{Instruction, StatusWord};
use chipcard::element::ApplicationFileLocator;
use chipcard::tag;

use super::context::Context;
use super::node::Node;
use super::{command, element, mask, tlv};

/// EXCHANGE RELAY RESISTANCE DATA (EMV Contactless Book C-2).
const RELAY_RESISTANCE: u8 = 0xEA;

/// Whether the bytes are a lone status word, or known data objects and a status word.
pub(super) fn fits(value: &[u8]) -> bool {
    StatusWord::split(value).is_some_and(|(data, status)| {
        let plausible = matches!(status.0, 0x6100..=0x6FFF | 0x9000);
        plausible && (data.is_empty() || tlv::fits(data))
    })
}

/// Decodes a response.
pub(super) fn decode(value: &[u8], context: &Context) -> Node {
    let answered = context.instruction.and_then(command::name);
    let node = Node::new(match answered {
        Some(name) => format!("Response to {name}"),
        None => "Response".to_owned(),
    });
    let node = node.with_length(value.len());
    let Some((data, status)) = StatusWord::split(value) else {
        return node.with_error("shorter than a status word, which has two bytes");
    };
    let said = status.to_string();
    let meaning = said
        .split_once(": ")
        .map_or(said.as_str(), |(_, meaning)| meaning);
    let node = node.with_child(Node::row(
        "status word",
        format!("{:04X}", status.0),
        meaning,
    ));
    let node = match in_context(status, context.instruction) {
        "" => node,
        remark => node.with_note(remark),
    };
    match data {
        [] => node,
        data => node.with_child(body(data, context)),
    }
}

/// What a status word means after this command (EMV Book 3 6.5 and 6.3.5, Book 1 11.3).
fn in_context(status: StatusWord, instruction: Option<u8>) -> &'static str {
    use Instruction as I;
    let instruction = instruction.and_then(Instruction::from_byte);
    match (instruction, status.0) {
        (Some(I::Select), 0x6283) => {
            "the application is blocked; it makes declining cryptograms only"
        }
        (Some(I::Select), 0x6A81) => "the card is blocked, or does not know SELECT",
        (Some(I::Select), 0x6A82) => "no such application, or no further one",
        (Some(I::GetProcessingOptions), 0x6985) => {
            "not with these terminal data: the terminal takes another application"
        }
        (Some(I::ReadRecord), 0x6A83) => "no such record: the end of a directory file",
        (Some(I::GenerateAc), 0x6985) => "not now, e.g. a third GENERATE AC in one transaction",
        (Some(I::ExternalAuthenticate), 0x6300) => "the issuer's cryptogram is wrong",
        (Some(I::ExternalAuthenticate), 0x6985) => "the second one in this transaction",
        (Some(I::Verify), 0x6983 | 0x6984) => "the PIN is blocked",
        (Some(I::Verify), 0x63C0) => "wrong PIN, and that was the last try",
        _ => "",
    }
}

fn body(data: &[u8], context: &Context) -> Node {
    let instruction = context.instruction.and_then(Instruction::from_byte);
    let node = Node::new("Data").with_length(data.len());
    match instruction {
        Some(Instruction::GetChallenge) => node
            .with_value(mask::plain(data))
            .with_meaning("unpredictable number of the card"),
        _ if tlv::starts(data) => tlv::decode(data, context),
        _ => mask::put(node, data, context),
    }
}

/// The value of a response in format 1: values without tags and lengths, which only the command tells apart.
pub(super) fn format_1(value: &[u8], context: &Context) -> Vec<Node> {
    let readings: [(u8, Option<Vec<Node>>); 4] = [
        (
            Instruction::GetProcessingOptions.byte(),
            processing_options(value, context),
        ),
        (Instruction::GenerateAc.byte(), cryptogram(value, context)),
        (
            Instruction::InternalAuthenticate.byte(),
            signature(value, context),
        ),
        (RELAY_RESISTANCE, relay_resistance(value)),
    ];
    if let Some(instruction) = context.instruction {
        let asked = readings.into_iter().find(|(byte, _)| *byte == instruction);
        return asked.and_then(|(_, reading)| reading).unwrap_or_default();
    }
    let fitting = readings
        .into_iter()
        .filter_map(|(byte, reading)| Some((byte, reading?)));
    fitting
        .map(|(byte, reading)| {
            let name = command::name(byte).unwrap_or_default();
            Node::new(format!("as the answer to {name}")).with_children(reading)
        })
        .collect()
}

/// EMV Book 3 6.5.8.4.
fn processing_options(value: &[u8], context: &Context) -> Option<Vec<Node>> {
    let (profile, locator) = value.split_at_checked(2)?;
    ApplicationFileLocator::parse(locator).ok()?;
    Some(vec![
        element::node(tag::APPLICATION_INTERCHANGE_PROFILE, profile, context),
        element::node(tag::APPLICATION_FILE_LOCATOR, locator, context),
    ])
}

/// EMV Book 3 6.5.5.4.
fn cryptogram(value: &[u8], context: &Context) -> Option<Vec<Node>> {
    let (information, rest) = value.split_at_checked(1)?;
    let (counter, rest) = rest.split_at_checked(2)?;
    let (cryptogram, issuer) = rest.split_at_checked(8)?;
    if issuer.len() > 32 {
        return None;
    }
    let elements = [
        (tag::CRYPTOGRAM_INFORMATION_DATA, information),
        (tag::APPLICATION_TRANSACTION_COUNTER, counter),
        (tag::APPLICATION_CRYPTOGRAM, cryptogram),
        (tag::ISSUER_APPLICATION_DATA, issuer),
    ];
    let present = elements.into_iter().filter(|(_, value)| !value.is_empty());
    Some(
        present
            .map(|(tag, value)| element::node(tag, value, context))
            .collect(),
    )
}

/// EMV Book 3 6.5.9.4. Shorter than 64 bytes no signature is.
fn signature(value: &[u8], context: &Context) -> Option<Vec<Node>> {
    (value.len() >= 64).then(|| {
        vec![element::node(
            tag::SIGNED_DYNAMIC_APPLICATION_DATA,
            value,
            context,
        )]
    })
}

/// Entropy and times in units of 100 microseconds.
fn relay_resistance(value: &[u8]) -> Option<Vec<Node>> {
    let (entropy, times) = value.split_at_checked(4)?;
    let (times, rest) = times.as_chunks::<2>();
    let labels = [
        "minimum time",
        "maximum time",
        "estimated transmission time",
    ];
    if !rest.is_empty() || times.len() != labels.len() {
        return None;
    }
    let times = labels.iter().zip(times).map(|(label, time)| {
        let count = u32::from(u16::from_be_bytes(*time));
        Node::row(*label, mask::plain(time), format!("{} us", 100 * count))
    });
    let entropy = Node::row("device entropy", mask::plain(entropy), "");
    Some([entropy].into_iter().chain(times).collect())
}
