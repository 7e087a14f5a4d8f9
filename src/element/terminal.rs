//! What the terminal is and can do (tags 9F35, 9F33, 9F40).

use super::bits::bit_element;

const CONTROLLED_BY: &[(u8, &str)] = &[
    (1, "financial institution"),
    (2, "merchant"),
    (3, "cardholder"),
];

const ENVIRONMENT: &[(u8, &str)] = &[
    (1, "attended, online only"),
    (2, "attended, offline with online capability"),
    (3, "attended, offline only"),
    (4, "unattended, online only"),
    (5, "unattended, offline with online capability"),
    (6, "unattended, offline only"),
];

bit_element! {
    /// Terminal type: one byte of two digits (EMV Book 4 Annex A1, Table 24).
    #[doc(alias = "9F35")]
    pub struct TerminalType([u8; 1]);
    1 0xF0 code CONTROLLED_BY: "operational control";
    1 0x0F code ENVIRONMENT: "environment";
}

impl TerminalType {
    /// Whether the terminal can never ask the issuer.
    pub const fn is_offline_only(self) -> bool {
        matches!(self.0[0] & 0x0F, 3 | 6)
    }

    /// Whether the terminal asks the issuer about every transaction.
    pub const fn is_online_only(self) -> bool {
        matches!(self.0[0] & 0x0F, 1 | 4)
    }
}

bit_element! {
    /// Terminal capabilities: three bytes, how the terminal reads cards, verifies cardholders and authenticates
    /// (EMV Book 4 Annex A2, Tables 25 to 27; biometrics, ECC and XDA are EMV 4.4's).
    #[doc(alias = "9F33")]
    pub struct TerminalCapabilities([u8; 3]);
    1 0x80 flag => MANUAL_KEY_ENTRY: "manual key entry";
    1 0x40 flag => MAGNETIC_STRIPE: "magnetic stripe";
    1 0x20 flag => IC_WITH_CONTACTS: "IC with contacts";
    2 0x80 flag => PLAINTEXT_PIN: "plaintext PIN for ICC verification";
    2 0x40 flag => ONLINE_PIN: "enciphered PIN for online verification";
    2 0x20 flag => SIGNATURE: "signature (paper)";
    2 0x10 flag => ENCIPHERED_PIN: "enciphered PIN for offline verification";
    2 0x08 flag => NO_CVM_REQUIRED: "no CVM required";
    2 0x04 flag => ONLINE_BIOMETRIC: "online biometric";
    2 0x02 flag => OFFLINE_BIOMETRIC: "offline biometric";
    2 0x01 flag => ENCIPHERED_PIN_ECC: "enciphered PIN for offline verification (ECC)";
    3 0x80 flag => SDA: "SDA";
    3 0x40 flag => DDA: "DDA";
    3 0x20 flag => CARD_CAPTURE: "card capture";
    3 0x08 flag => CDA: "CDA";
    3 0x04 flag => XDA: "XDA";
}

bit_element! {
    /// Additional terminal capabilities: five bytes, the terminal's transaction types, keys and outputs
    /// (EMV Book 4 Annex A3, Tables 28 to 32). Code tables are the parts of ISO/IEC 8859.
    #[doc(alias = "9F40")]
    pub struct AdditionalTerminalCapabilities([u8; 5]);
    1 0x80 flag => CASH: "cash";
    1 0x40 flag => GOODS: "goods";
    1 0x20 flag => SERVICES: "services";
    1 0x10 flag => CASHBACK: "cashback";
    1 0x08 flag => INQUIRY: "inquiry";
    1 0x04 flag => TRANSFER: "transfer";
    1 0x02 flag => PAYMENT: "payment";
    1 0x01 flag => ADMINISTRATIVE: "administrative";
    2 0x80 flag => CASH_DEPOSIT: "cash deposit";
    3 0x80 flag => NUMERIC_KEYS: "numeric keys";
    3 0x40 flag => ALPHABETIC_KEYS: "alphabetic and special characters keys";
    3 0x20 flag => COMMAND_KEYS: "command keys";
    3 0x10 flag => FUNCTION_KEYS: "function keys";
    4 0x80 flag => PRINT_ATTENDANT: "print, attendant";
    4 0x40 flag => PRINT_CARDHOLDER: "print, cardholder";
    4 0x20 flag => DISPLAY_ATTENDANT: "display, attendant";
    4 0x10 flag => DISPLAY_CARDHOLDER: "display, cardholder";
    4 0x02 flag => CODE_TABLE_10: "code table 10";
    4 0x01 flag => CODE_TABLE_9: "code table 9";
    5 0x80 flag => CODE_TABLE_8: "code table 8";
    5 0x40 flag => CODE_TABLE_7: "code table 7";
    5 0x20 flag => CODE_TABLE_6: "code table 6";
    5 0x10 flag => CODE_TABLE_5: "code table 5";
    5 0x08 flag => CODE_TABLE_4: "code table 4";
    5 0x04 flag => CODE_TABLE_3: "code table 3";
    5 0x02 flag => CODE_TABLE_2: "code table 2";
    5 0x01 flag => CODE_TABLE_1: "code table 1";
}
