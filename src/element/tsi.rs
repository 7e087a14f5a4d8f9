//! Transaction status information (tag 9B).

use super::bits::bit_element;

bit_element! {
    /// Transaction status information: two bytes, which functions the terminal performed
    /// (EMV Book 3 Annex C6, Table 43). The second byte is reserved.
    #[doc(alias = "TSI")]
    #[doc(alias = "9B")]
    pub struct TransactionStatusInformation([u8; 2]);
    1 0x80 flag => ODA_PERFORMED: "offline data authentication was performed";
    1 0x40 flag => CARDHOLDER_VERIFICATION_PERFORMED: "cardholder verification was performed";
    1 0x20 flag => CARD_RISK_MANAGEMENT_PERFORMED: "card risk management was performed";
    1 0x10 flag => ISSUER_AUTHENTICATION_PERFORMED: "issuer authentication was performed";
    1 0x08 flag => TERMINAL_RISK_MANAGEMENT_PERFORMED: "terminal risk management was performed";
    1 0x04 flag => SCRIPT_PROCESSING_PERFORMED: "script processing was performed";
}
