//! Command APDUs.

use chipcard::apdu::{Command, Instruction};
use chipcard::tlv::Reader;
use chipcard::{Tag, tag};

use super::context::Context;
use super::node::{Node, bytes};
use super::{dol, element, mask, tlv};

/// Commands of the contactless kernels and of personalisation: instruction byte and name (EMV Contactless Book C-2
/// 5; EMV Card Personalization Specification).
const OTHERS: [(u8, &str); 4] = [
    (CHECKSUM, "COMPUTE CRYPTOGRAPHIC CHECKSUM"),
    (RECOVER_AC, "RECOVER AC"),
    (STORE_DATA, "STORE DATA"),
    (0xEA, "EXCHANGE RELAY RESISTANCE DATA"),
];

const CHECKSUM: u8 = 0x2A;
const RECOVER_AC: u8 = 0xD0;
const STORE_DATA: u8 = 0xE2;

/// What the specification calls the command.
pub(super) fn name(instruction: u8) -> Option<&'static str> {
    let other = || OTHERS.iter().find(|(byte, _)| *byte == instruction);
    Instruction::from_byte(instruction)
        .map(Instruction::name)
        .or_else(|| other().map(|(_, name)| *name))
}

/// Whether the bytes are a whole command in a class that EMV uses.
pub(super) fn fits(value: &[u8]) -> bool {
    Command::parse(value).is_ok_and(|command| {
        let class = matches!(
            command.class & !0x10,
            0x00 | 0x04 | 0x0C | 0x80 | 0x84 | 0x8C
        );
        class && name(command.instruction).is_some()
    })
}

/// Whether the bytes begin as a command of EMV does.
pub(super) fn starts(value: &[u8]) -> bool {
    let header = value.get(..4).unwrap_or_default();
    Command::parse(header).is_ok_and(|header| {
        // Tags 84 and 8C of a broken message look like commands of scripts, but for their parameters.
        let parameters = header.class & 0x04 == 0 || header.p1 == 0;
        parameters && Instruction::of(&header).is_some()
    })
}

/// Decodes a command.
pub(super) fn decode(value: &[u8], context: &Context) -> Node {
    let instruction = value.get(1).copied().and_then(name);
    let node = Node::new(match instruction {
        Some(name) => format!("Command {name}"),
        None => "Command".to_owned(),
    });
    let node = node.with_length(value.len());
    let command = match Command::parse(value) {
        Ok(command) => command,
        Err(error) => return node.with_error(error),
    };
    let row =
        |label: &str, byte: u8, meaning: String| Node::row(label, format!("{byte:02X}"), meaning);
    let mut rows = vec![
        row("CLA", command.class, class(command.class)),
        row(
            "INS",
            command.instruction,
            instruction.unwrap_or("not EMV's").to_owned(),
        ),
        row("P1", command.p1, p1(&command)),
        row("P2", command.p2, p2(&command)),
    ];
    if !command.data.is_empty() {
        // Short length fields: at most 255.
        rows.push(Node::row(
            "Lc",
            format!("{:02X}", command.data.len()),
            bytes(command.data.len()),
        ));
    }
    if let Some(le) = command.le {
        let meaning = match le {
            256 => "as many as there are".to_owned(),
            count => bytes(count.into()),
        };
        rows.push(Node::row("Le", format!("{:02X}", le & 0xFF), meaning));
    }
    let node = node.with_children(rows);
    match command.data {
        [] => node,
        _ => node.with_child(data(&command, context)),
    }
}

fn class(class: u8) -> String {
    let kind = match class >> 4 {
        0x0 | 0x1 => "interindustry",
        0x8 | 0x9 => "proprietary",
        _ => "not EMV's",
    };
    let secured = match class & 0x0C {
        0x04 => ", secure messaging format 2",
        0x0C => ", secure messaging format 1: header authenticated",
        _ => "",
    };
    let chained = if matches!(class >> 4, 1 | 9) {
        ", more of the chain follows"
    } else {
        ""
    };
    format!("{kind}{secured}{chained}")
}

fn p1(command: &Command) -> String {
    use Instruction as I;
    match Instruction::from_byte(command.instruction) {
        Some(I::Select) if command.p1 == 0x04 => "by name".to_owned(),
        Some(I::ReadRecord | I::UpdateRecord) => format!("record {}", command.p1),
        Some(I::GenerateAc) => {
            let cryptogram = match command.p1 >> 6 {
                0b00 => "AAC asked for",
                0b01 => "TC asked for",
                0b10 => "ARQC asked for",
                _ => "reserved",
            };
            let signature = match command.p1 >> 3 & 0b11 {
                0b00 => "",
                0b10 => ", with CDA signature",
                0b01 => ", with XDA signature",
                _ => ", reserved signature",
            };
            format!("{cryptogram}{signature}")
        }
        Some(I::GetData | I::PutData) => match data_tag(command) {
            Some(tag) => format!("with P2, tag {tag}"),
            None => String::new(),
        },
        _ => String::new(),
    }
}

/// The tag that P1 and P2 name.
fn data_tag(command: &Command) -> Option<Tag> {
    let both = [command.p1, command.p2];
    let used = if command.p1 == 0 {
        &both[1..]
    } else {
        &both[..]
    };
    Tag::parse(used)
        .ok()
        .filter(|(_, length)| *length == used.len())
        .map(|(tag, _)| tag)
}

fn p2(command: &Command) -> String {
    use Instruction as I;
    let meaning = match (Instruction::from_byte(command.instruction), command.p2) {
        (Some(I::Select), 0x00) => "first or only occurrence",
        (Some(I::Select), 0x02) => "next occurrence",
        (Some(I::ReadRecord | I::UpdateRecord), p2) if p2 & 0x07 == 0x04 => {
            return format!("file {}, P1 is a record number", p2 >> 3);
        }
        (Some(I::GetData | I::PutData), _) => {
            let info = data_tag(command).and_then(Tag::info);
            info.map_or("", |info| info.name)
        }
        (Some(I::Verify), 0x80) => "plaintext PIN",
        (Some(I::Verify), 0x88) => "enciphered PIN (RSA)",
        (Some(I::Verify), 0x89) => "enciphered biometric (RSA, EMV 4.4)",
        (Some(I::Verify), 0x8A) => "enciphered PIN (ECC, EMV 4.4)",
        (Some(I::Verify), 0x8B) => "enciphered biometric (ECC, EMV 4.4)",
        (Some(I::PinChangeUnblock), 0x00) => "unblock the PIN",
        (Some(I::PinChangeUnblock), 0x01 | 0x02) => {
            "change the PIN, in the payment system's format"
        }
        (Some(I::PinChangeUnblock), 0x03) => "unblock the biometric (EMV 4.4)",
        (Some(I::PinChangeUnblock), 0x04) => "payment system's (EMV 4.4)",
        _ => "",
    };
    meaning.to_owned()
}

fn data(command: &Command, context: &Context) -> Node {
    use Instruction as I;
    let node = Node::new("Data").with_length(command.data.len());
    match Instruction::from_byte(command.instruction) {
        Some(I::Verify | I::PinChangeUnblock) => pin(command, node, context),
        _ if command.class & 0x0C == 0x0C => secured(command, node, context),
        Some(I::Select) => mask::put(node, command.data, context)
            .with_meaning(element::application(command.data, context)),
        Some(I::ExternalAuthenticate) if command.class == 0x00 => {
            element::node(tag::ISSUER_AUTHENTICATION_DATA, command.data, context)
        }
        Some(I::GetProcessingOptions) => processing_options(command.data, node, context),
        Some(I::GenerateAc | I::InternalAuthenticate) => list_data(command.data, node, context),
        Some(I::ApplicationBlock | I::ApplicationUnblock | I::CardBlock) => {
            mask::put(node, command.data, context).with_meaning("MAC")
        }
        Some(I::UpdateRecord) => record(command.data, node, context),
        _ if writes_hidden(command) && !context.options.reveal => node
            .with_value(mask::HIDDEN_VALUE)
            .with_note("cardholder or personalisation data, shown with --reveal only"),
        Some(I::PutData) => mask::put(node, command.data, context).with_meaning("value and MAC"),
        None if matches!(command.instruction, CHECKSUM | RECOVER_AC) => {
            list_data(command.data, node, context)
        }
        _ if tlv::fits(command.data) => node.with_child(tlv::decode(command.data, context)),
        _ => mask::put(node, command.data, context),
    }
}

/// Whether the command may write cardholder data, PINs or keys into the card.
fn writes_hidden(command: &Command) -> bool {
    match Instruction::from_byte(command.instruction) {
        Some(Instruction::UpdateRecord) => true,
        Some(Instruction::PutData) => data_tag(command).is_none_or(mask::is_hidden),
        _ => command.instruction == STORE_DATA,
    }
}

/// PIN blocks, plain or enciphered, and a MAC behind them.
fn pin(command: &Command, node: Node, context: &Context) -> Node {
    let unblocks =
        command.instruction == Instruction::PinChangeUnblock.byte() && command.p2 == 0x00;
    if unblocks {
        return node
            .with_value(mask::plain(command.data))
            .with_meaning("MAC");
    }
    if context.options.reveal {
        return node
            .with_value(mask::plain(command.data))
            .with_meaning(pin_block(command));
    }
    node.with_value(mask::HIDDEN_VALUE)
        .with_note("PIN data, shown with --reveal only")
}

/// The digits of a plaintext PIN block (EMV Book 3 6.5.12, Table 24).
fn pin_block(command: &Command) -> String {
    let digits = hex::encode(command.data);
    let length = command
        .data
        .first()
        .filter(|byte| *byte >> 4 == 2)
        .map(|byte| usize::from(byte & 0x0F));
    match (command.p2, command.data.len(), length) {
        (0x80, 8, Some(length)) if (4..=12).contains(&length) => {
            format!("PIN {}", digits.get(2..2 + length).unwrap_or_default())
        }
        _ => String::new(),
    }
}

/// Data objects of secure messaging format 1 (EMV Book 2 9.2.1); their tags mean something else elsewhere.
fn secured(command: &Command, node: Node, context: &Context) -> Node {
    let names = [
        (0x81, "plain value"),
        (0x85, "cryptogram of data objects"),
        (0x87, "padding indicator and cryptogram"),
        (0x8E, "MAC"),
        (0x97, "Le"),
        (0xB3, "plain data objects"),
    ];
    let objects: Result<Vec<_>, _> = Reader::new(command.data).collect();
    let objects = match objects {
        Ok(objects) => objects,
        Err(error) => return node.with_error(format!("in the command data, {error}")),
    };
    node.with_children(objects.iter().map(|object| {
        let number = object.tag.number();
        let name = names
            .iter()
            .find(|(tag, _)| *tag == number)
            .map_or("", |(_, name)| *name);
        let value = match number {
            0x81 | 0xB3 if writes_hidden(command) && !context.options.reveal => {
                mask::HIDDEN_VALUE.to_owned()
            }
            0x81 | 0xB3 => mask::unknown(object.value, context),
            _ => mask::plain(object.value),
        };
        Node::row(format!("{} {name}", object.tag), value, "")
    }))
}

/// Data that answer a list, under the list of the options if there is one.
fn list_data(data: &[u8], node: Node, context: &Context) -> Node {
    match &context.options.dol {
        None => mask::put(node, data, context),
        Some(list) => match dol::answer(list, data, context) {
            Ok(elements) => node.with_children(elements),
            Err(error) => node
                .with_value(mask::unknown(data, context))
                .with_error(error),
        },
    }
}

/// Command template `83` around the answer to the PDOL.
fn processing_options(data: &[u8], node: Node, context: &Context) -> Node {
    let object = Reader::new(data).next();
    match object {
        Some(Ok(object)) if object.tag == tag::COMMAND_TEMPLATE => {
            let whole = object.value_offset + object.value.len() == data.len();
            let template = element::named(object.tag).with_length(object.value.len());
            let template = match object.value {
                [] => template,
                answer => list_data(answer, template, context),
            };
            match whole {
                true => node.with_child(template),
                false => node
                    .with_child(template)
                    .with_error("bytes behind the command template"),
            }
        }
        Some(Err(error)) => node.with_error(format!("in the command data, {error}")),
        _ => node
            .with_value(mask::unknown(data, context))
            .with_error("no command template 83"),
    }
}

/// A record and, behind it, a MAC.
fn record(data: &[u8], node: Node, context: &Context) -> Node {
    match Reader::new(data).next() {
        Some(Ok(object)) if object.tag == tag::READ_RECORD_RESPONSE_TEMPLATE => {
            let end = object.value_offset + object.value.len();
            let (record, mac) = data.split_at_checked(end).unwrap_or((data, &[]));
            let node = node.with_child(tlv::decode(record, context));
            match mac {
                [] => node,
                mac => node.with_child(
                    Node::new("MAC")
                        .with_length(mac.len())
                        .with_value(mask::plain(mac)),
                ),
            }
        }
        _ if context.options.reveal => node.with_value(mask::plain(data)),
        _ => node
            .with_value(mask::HIDDEN_VALUE)
            .with_note("a record that is not template 70 may hold an account number"),
    }
}
