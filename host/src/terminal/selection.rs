//! Application selection by the terminal's list (EMV Book 1 12.3.3).

use chipcard::apdu::{Instruction, StatusWord};
use chipcard::{tag, tlv};

use super::exchange::Exchange;
use super::{Terminal, TerminalError, TransactionData};

/// Selects the first of the terminal's applications that the card has and that is not blocked, and takes its
/// file control information.
pub(super) fn select(
    terminal: &Terminal,
    exchange: &mut Exchange<'_>,
    data: &mut TransactionData,
) -> Result<(), TerminalError> {
    for aid in &terminal.applications {
        let (fci, status) = exchange.command(Instruction::Select, [0x04, 0x00], aid)?;
        if status == StatusWord::FUNCTION_NOT_SUPPORTED {
            // The card is blocked, or knows no selection by name.
            break;
        }
        if status != StatusWord::OK {
            continue;
        }
        let template = tlv::require(&fci, tag::FCI_TEMPLATE)?;
        data.take(template.value)?;
        let proprietary = data.require(tag::FCI_PROPRIETARY_TEMPLATE)?.to_vec();
        data.take(&proprietary)?;
        let name = data.require(tag::DEDICATED_FILE_NAME)?.to_vec();
        data.set(tag::AID_TERMINAL, &name);
        return Ok(());
    }
    Err(TerminalError::NoApplication)
}
