//! The terminal of the crate `emv`'s kernel, and what it is asked to do.

use emv::contact::terminal::{Terminal, TerminalApplication};
use emv::contact::transaction::TransactionInputs;
use emv::de::additional_terminal_capabilities::AdditionalTerminalCapabilities;
use emv::de::terminal_capabilities::TerminalCapabilities;
use emv::de::terminal_type::TerminalType;

/// All the ways of verifying a cardholder.
pub(crate) const EVERY_CVM: u8 = 0xF8;

/// A terminal for one application: with these cardholder verification methods and security capabilities, bytes 2 and 3 of tag 9F33.
pub(crate) fn terminal(aid: &[u8], cvm: u8, security: u8, floor_limit: u32) -> Terminal {
    let action_code = Some([0; 5]);
    Terminal {
        terminal_type: TerminalType(0x22),
        terminal_capabilities: TerminalCapabilities::parse(&[0xE0, cvm, security]).unwrap(),
        additional_terminal_capabilities: AdditionalTerminalCapabilities::parse(&[
            0x60, 0x00, 0xF0, 0xA0, 0x01,
        ])
        .unwrap(),
        terminal_country_code: 840,
        terminal_identification: *b"TERMINAL",
        ifd_serial_number: *b"12345678",
        merchant_category_code: 5999,
        merchant_identifier: *b"MERCHANT       ",
        merchant_name_and_location: b"Test".to_vec(),
        acquirer_identifier: None,
        cardholder_selection_and_confirmation_supported: false,
        applications: vec![TerminalApplication {
            aid: aid.to_vec(),
            partial_match_allowed: false,
            application_version_number: [0, 1],
            terminal_floor_limit: floor_limit,
            terminal_risk_management_data: None,
            default_ddol: None,
            default_tdol: None,
            tac_denial: action_code,
            tac_online: action_code,
            tac_default: action_code,
            rts_target_percentage: None,
            rts_max_target_percentage: None,
            rts_threshold_value: None,
        }],
    }
}

/// A purchase of 10.00 dollars.
pub(crate) fn inputs(unpredictable_number: [u8; 4]) -> TransactionInputs {
    TransactionInputs {
        amount_authorised: 1000,
        amount_other: 0,
        transaction_currency_code: 840,
        transaction_currency_exponent: 2,
        transaction_date: [0x26, 0x11, 0x23],
        transaction_time: [0x12, 0x00, 0x00],
        transaction_type: 0,
        transaction_sequence_counter: 1,
        unpredictable_number,
    }
}
