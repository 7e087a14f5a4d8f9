//! The online request and what comes back (EMV Book 3 10.9, 10.10).

use chipcard::apdu::StatusWord;
use chipcard::tlv::{Reader, Writer};
use chipcard::{Result, Tag, tag};

use super::exchange::Exchange;
use super::{TerminalError, TransactionData};

/// What DE 55 of a request carries, where it is known.
const REQUEST: [Tag; 19] = [
    tag::APPLICATION_CRYPTOGRAM,
    tag::CRYPTOGRAM_INFORMATION_DATA,
    tag::ISSUER_APPLICATION_DATA,
    tag::UNPREDICTABLE_NUMBER,
    tag::APPLICATION_TRANSACTION_COUNTER,
    tag::TERMINAL_VERIFICATION_RESULTS,
    tag::TRANSACTION_DATE,
    tag::TRANSACTION_TYPE,
    tag::AMOUNT_AUTHORISED_NUMERIC,
    tag::TRANSACTION_CURRENCY_CODE,
    tag::APPLICATION_INTERCHANGE_PROFILE,
    tag::TERMINAL_COUNTRY_CODE,
    tag::AMOUNT_OTHER_NUMERIC,
    tag::TERMINAL_CAPABILITIES,
    tag::CVM_RESULTS,
    tag::TERMINAL_TYPE,
    tag::DEDICATED_FILE_NAME,
    tag::APPLICATION_PAN_SEQUENCE_NUMBER,
    tag::AID_TERMINAL,
];

/// DE 55 of the request.
pub(super) fn request(data: &TransactionData) -> Result<Vec<u8>> {
    let mut buffer = [0; 512];
    let mut writer = Writer::new(&mut buffer);
    for tag in REQUEST {
        if let Some(value) = data.get(tag) {
            writer.put(tag, value)?;
        }
    }
    Ok(writer.finish().to_vec())
}

/// A script's commands, and its identifier if it has one.
struct Script<'a> {
    identifier: [u8; 4],
    commands: Vec<&'a [u8]>,
}

impl<'a> Script<'a> {
    fn parse(template: &'a [u8]) -> Result<Self> {
        let mut script = Self {
            identifier: [0; 4],
            commands: Vec::new(),
        };
        for object in Reader::new(template) {
            let object = object?;
            match object.tag {
                tag::ISSUER_SCRIPT_IDENTIFIER => script.identifier = object.array()?,
                tag::ISSUER_SCRIPT_COMMAND => script.commands.push(object.value),
                _ => {}
            }
        }
        Ok(script)
    }
}

/// Sends the commands of all scripts with this tag. Each script ends at the first command that the card refuses.
/// Gives the results (EMV Book 4 Annex A5).
pub(super) fn run_scripts(
    answer: &[u8],
    phase: Tag,
    exchange: &mut Exchange<'_>,
) -> Result<Vec<[u8; 5]>, TerminalError> {
    let mut results = Vec::new();
    for object in Reader::new(answer) {
        let object = object?;
        if object.tag != phase {
            continue;
        }
        let script = Script::parse(object.value)?;
        let mut result = 0x20;
        for (command, number) in script.commands.iter().zip(1_u8..) {
            let (_, status) = exchange.send(command)?;
            let warning = matches!(status.0 >> 8, 0x62 | 0x63);
            if status != StatusWord::OK && !warning {
                result = 0x10 | number.min(0x0F);
                break;
            }
        }
        let [a, b, c, d] = script.identifier;
        results.push([result, a, b, c, d]);
    }
    Ok(results)
}

/// Whether every script ended well.
pub(super) fn all_succeeded(results: &[[u8; 5]]) -> bool {
    results.iter().all(|result| result[0] & 0xF0 == 0x20)
}
