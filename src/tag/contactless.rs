//! The tag dictionary: what the contactless kernels and payment systems add.
//!
//! They give some tags several meanings; such a row names them all, its lengths span them, and its constant is named
//! after the first. Kernel 8's rows are from Digrol/Denom, which cites Book C-8 1.1; the others are those on which
//! openemv/emv-utils and other public lists agree. Templates are given where a public source names them.

use super::info::{UNBOUNDED, rows};

const BOOK_A: &str = "EMV Contactless Book A 5.7, Book C-2";
const BOOK_B: &str = "EMV Contactless Book B Annex A";
const KERNEL_2: &str = "EMV Contactless Book C-2 (Mastercard)";
const KERNEL_3: &str = "EMV Contactless Book C-3 (Visa)";
const KERNELS_2_3: &str = "EMV Contactless Books C-2 (Mastercard), C-3 (Visa)";
const KERNELS_2_4: &str = "EMV Contactless Books C-2 (Mastercard), C-4 (American Express)";
const KERNELS_2_7: &str = "EMV Contactless Books C-2 (Mastercard), C-7 (UnionPay)";
const KERNELS_3_7: &str = "EMV Contactless Books C-3 (Visa), C-7 (UnionPay)";
const KERNELS_2_3_4: &str =
    "EMV Contactless Books C-2 (Mastercard), C-3 (Visa), C-4 (American Express)";
const KERNEL_8: &str = "EMV Contactless Book C-8";

rows! {
    0x56 TRACK_1_DATA "Track 1 Data":
        AlphanumericSpecial 0 76 Card [0x70] KERNEL_2;
    0x8B POI_INFORMATION "POI Information":
        Binary 0 UNBOUNDED Terminal [] BOOK_B;
    0x96 KERNEL_IDENTIFIER_TERMINAL "Kernel Identifier - terminal":
        Binary 0 UNBOUNDED Terminal [] BOOK_B;
    0x9E KERNEL_8_KERNEL_KEY_DATA "Kernel Key Data":
        Binary 0 132 Terminal [] KERNEL_8;
    0x9F29 EXTENDED_SELECTION "Extended Selection":
        Binary 0 11 Card [0x61] BOOK_B;
    0x9F2A KERNEL_IDENTIFIER "Kernel Identifier":
        Binary 1 8 Card [0x61] BOOK_B;
    0x9F2B KERNEL_8_KERNEL_QUALIFIER "Kernel Qualifier":
        Binary 8 8 Terminal [] KERNEL_8;
    0x9F2C KERNEL_8_CARD_QUALIFIER "Card Qualifier":
        Binary 7 7 Card [0xBF0C] KERNEL_8;
    0x9F3E TERMINAL_CATEGORIES_SUPPORTED_LIST "Terminal Categories Supported List":
        Binary 0 UNBOUNDED Card [0xBF0C] BOOK_B;
    0x9F3F SDOL "Selection Data Object List (SDOL)":
        Binary 0 UNBOUNDED Card [0xBF0C] BOOK_B;
    0x9F50 OFFLINE_ACCUMULATOR_BALANCE "Offline Accumulator Balance":
        Numeric 6 6 Card [] KERNEL_2;
    0x9F51 DRDOL "Data Recovery Data Object List (DRDOL)":
        Binary 0 250 Card [0x70] KERNEL_2;
    0x9F53 TRANSACTION_CATEGORY_CODE "Transaction Category Code":
        Alphanumeric 1 1 Terminal [] KERNEL_2;
    0x9F54 DS_ODS_CARD "DS ODS Card":
        Binary 0 160 Card [] KERNEL_2;
    0x9F5B DSDOL "Data Storage Data Object List (DSDOL)":
        Binary 0 250 Card [0x70] KERNEL_2;
    0x9F5C DS_REQUESTED_OPERATOR_ID "DS Requested Operator ID":
        Binary 8 8 Terminal [] KERNEL_2;
    0x9F5D APPLICATION_CAPABILITIES_INFORMATION "Application Capabilities Information (Mastercard), Available Offline Spending Amount (Visa)":
        Binary 3 6 Card [0xBF0C] KERNELS_2_3;
    0x9F5E DS_ID "DS ID":
        Numeric 8 11 Card [] KERNEL_2;
    0x9F5F DS_SLOT_AVAILABILITY "DS Slot Availability":
        Binary 1 1 Card [] KERNEL_2;
    0x9F60 CVC3_TRACK_1 "CVC3 (Track1)":
        Binary 2 2 Card [0x77] KERNEL_2;
    0x9F61 CVC3_TRACK_2 "CVC3 (Track2)":
        Binary 2 2 Card [0x77] KERNEL_2;
    0x9F62 PCVC3_TRACK_1 "PCVC3(Track1)":
        Binary 6 6 Card [0x70] KERNEL_2;
    0x9F63 PUNATC_TRACK_1 "PUNATC(Track1) (Mastercard), Product Identification Information (UnionPay)":
        Binary 6 16 Card [0x70] KERNELS_2_7;
    0x9F64 NATC_TRACK_1 "NATC(Track1)":
        Binary 1 1 Card [0x70] KERNEL_2;
    0x9F65 PCVC3_TRACK_2 "PCVC3(Track2)":
        Binary 2 2 Card [0x70] KERNEL_2;
    0x9F66 TERMINAL_TRANSACTION_QUALIFIERS "Terminal Transaction Qualifiers (TTQ), PUNATC(Track2) (Mastercard)":
        Binary 2 4 CardOrTerminal [] BOOK_A;
    0x9F67 NATC_TRACK_2 "NATC(Track2) (Mastercard), Form Factor (American Express)":
        Binary 0 UNBOUNDED Card [0x70] KERNELS_2_4;
    0x9F68 CARD_ADDITIONAL_PROCESSES "Card Additional Processes":
        Binary 4 4 Card [] KERNEL_3;
    0x9F69 UDOL "UDOL (Mastercard), Card Authentication Related Data (Visa)":
        Binary 0 250 Card [0x70] KERNELS_2_3;
    0x9F6A UNPREDICTABLE_NUMBER_NUMERIC "Unpredictable Number (Numeric)":
        Numeric 4 4 Terminal [] KERNEL_2;
    0x9F6B TRACK_2_DATA "Track 2 Data (Mastercard), Card CVM Limit (Visa)":
        Binary 0 19 Card [0x70] KERNELS_2_3;
    0x9F6C CARD_TRANSACTION_QUALIFIERS "Card Transaction Qualifiers (CTQ)":
        Binary 2 2 Card [] KERNELS_3_7;
    0x9F6D MAG_STRIPE_VERSION_READER "Mag-stripe Application Version Number - reader (Mastercard), Contactless Reader Capabilities (American Express)":
        Binary 1 2 Terminal [] KERNELS_2_4;
    0x9F6E THIRD_PARTY_DATA "Third Party Data (Mastercard), Form Factor Indicator (Visa), Enhanced Contactless Reader Capabilities (American Express)":
        Binary 4 32 CardOrTerminal [0xBF0C 0x70] KERNELS_2_3_4;
    0x9F6F DS_SLOT_MANAGEMENT_CONTROL "DS Slot Management Control":
        Binary 1 1 Card [] KERNEL_2;
    0x9F70 PROTECTED_DATA_ENVELOPE_1 "Protected Data Envelope 1":
        Binary 0 192 Card [] KERNEL_2;
    0x9F71 PROTECTED_DATA_ENVELOPE_2 "Protected Data Envelope 2":
        Binary 0 192 Card [] KERNEL_2;
    0x9F72 PROTECTED_DATA_ENVELOPE_3 "Protected Data Envelope 3":
        Binary 0 192 Card [] KERNEL_2;
    0x9F73 PROTECTED_DATA_ENVELOPE_4 "Protected Data Envelope 4":
        Binary 0 192 Card [] KERNEL_2;
    0x9F74 PROTECTED_DATA_ENVELOPE_5 "Protected Data Envelope 5":
        Binary 0 192 Card [] KERNEL_2;
    0x9F75 UNPROTECTED_DATA_ENVELOPE_1 "Unprotected Data Envelope 1":
        Binary 0 192 Card [] KERNEL_2;
    0x9F76 UNPROTECTED_DATA_ENVELOPE_2 "Unprotected Data Envelope 2":
        Binary 0 192 Card [] KERNEL_2;
    0x9F77 UNPROTECTED_DATA_ENVELOPE_3 "Unprotected Data Envelope 3":
        Binary 0 192 Card [] KERNEL_2;
    0x9F78 UNPROTECTED_DATA_ENVELOPE_4 "Unprotected Data Envelope 4":
        Binary 0 192 Card [] KERNEL_2;
    0x9F79 UNPROTECTED_DATA_ENVELOPE_5 "Unprotected Data Envelope 5":
        Binary 0 192 Card [] KERNEL_2;
    0x9F7C MERCHANT_CUSTOM_DATA "Merchant Custom Data (Mastercard), Customer Exclusive Data (Visa)":
        Binary 0 32 CardOrTerminal [] KERNELS_2_3;
    0x9F7D DS_SUMMARY_1 "DS Summary 1":
        Binary 8 16 Card [] KERNEL_2;
    0x9F7E MOBILE_SUPPORT_INDICATOR "Mobile Support Indicator":
        Binary 1 1 Terminal [] KERNEL_2;
    0x9F7F DS_UNPREDICTABLE_NUMBER "DS Unpredictable Number":
        Binary 4 4 Card [] KERNEL_2;
    0x9F8102 KERNEL_8_CARDHOLDER_VERIFICATION_DECISION "Cardholder Verification Decision":
        Binary 1 1 Card [] KERNEL_8;
    0x9F8103 KERNEL_8_CARD_KEY_DATA "Card Key Data":
        Binary 64 132 Card [] KERNEL_8;
    0x9F8104 KERNEL_8_CARD_TVR "Card TVR":
        Binary 5 5 Card [] KERNEL_8;
    0x9F8105 KERNEL_8_EDA_MAC "Enhanced Data Authentication MAC":
        Binary 8 8 Card [] KERNEL_8;
    0x9F8106 KERNEL_8_AUTHENTICATED_APPLICATION_DATA "Authenticated Application Data":
        Binary 0 128 Card [] KERNEL_8;
    0x9F8107 KERNEL_8_IAD_MAC_OFFSET "IAD MAC Offset":
        Binary 1 1 Card [] KERNEL_8;
    0x9F8108 KERNEL_8_RESTART_INDICATOR "Restart Indicator":
        Binary 2 5 Card [] KERNEL_8;
    0x9F8109 KERNEL_8_IAD_MAC "Issuer Application Data MAC":
        Binary 8 8 Terminal [] KERNEL_8;
    0x9F810A KERNEL_8_EXTENDED_SDA_TAG_LIST "Extended SDA Tag List":
        Binary 0 UNBOUNDED Card [] KERNEL_8;
    0x9F810B KERNEL_8_ICC_ECC_PUBLIC_KEY "ICC ECC Public Key (for RSA Certificates)":
        Binary 32 66 Card [] KERNEL_8;
    0x9F810C KERNEL_8_RELAY_RESISTANCE_TIME_EXCESS "Relay Resistance Time Excess":
        Binary 2 2 Card [] KERNEL_8;
    0x9F810D KERNEL_8_CARD_CAPABILITIES_INFORMATION "Card Capabilities Information":
        Binary 2 2 Card [] KERNEL_8;
    0x9F8111 KERNEL_8_DATA_ENVELOPE_1 "Data Envelope 1":
        Binary 0 243 Card [] KERNEL_8;
    0x9F8201 KERNEL_8_DATA_NEEDED "Data Needed":
        Binary 0 UNBOUNDED Terminal [] KERNEL_8;
    0x9F8202 KERNEL_8_PROCEED_TO_FIRST_WRITE_FLAG "Proceed To First Write Flag":
        Binary 1 1 Terminal [] KERNEL_8;
    0x9F8203 KERNEL_8_TAGS_TO_READ "Tags To Read":
        Binary 0 UNBOUNDED Terminal [] KERNEL_8;
    0x9F8204 KERNEL_8_ERROR_INDICATION "Error Indication":
        Binary 6 6 Terminal [] KERNEL_8;
    0x9F8205 KERNEL_8_USER_INTERFACE_REQUEST_DATA_1 "User Interface Request Data 1":
        Binary 13 13 Terminal [] KERNEL_8;
    0x9F8206 KERNEL_8_CARD_DATA_INPUT_CAPABILITY "Card Data Input Capability":
        Binary 1 1 Terminal [] KERNEL_8;
    0x9F8207 KERNEL_8_CVM_CAPABILITY_CVM_REQUIRED "CVM Capability - CVM Required":
        Binary 1 1 Terminal [] KERNEL_8;
    0x9F8208 KERNEL_8_CVM_CAPABILITY_NO_CVM_REQUIRED "CVM Capability - No CVM Required":
        Binary 1 1 Terminal [] KERNEL_8;
    0x9F8209 KERNEL_8_KERNEL_CONFIGURATION "Kernel Configuration":
        Binary 2 2 Terminal [] KERNEL_8;
    0x9F820A KERNEL_8_SECURITY_CAPABILITY "Security Capability":
        Binary 1 1 Terminal [] KERNEL_8;
    0x9F820B KERNEL_8_TERMINAL_ACTION_CODE_DENIAL "Terminal Action Code - Denial":
        Binary 5 5 Terminal [] KERNEL_8;
    0x9F820C KERNEL_8_TERMINAL_ACTION_CODE_ONLINE "Terminal Action Code - Online":
        Binary 5 5 Terminal [] KERNEL_8;
    0x9F820D KERNEL_8_READER_CONTACTLESS_FLOOR_LIMIT "Reader Contactless Floor Limit":
        Numeric 6 6 Terminal [] KERNEL_8;
    0x9F820E KERNEL_8_READER_CVM_REQUIRED_LIMIT "Reader CVM Required Limit":
        Numeric 6 6 Terminal [] KERNEL_8;
    0x9F820F KERNEL_8_TIMEOUT_VALUE "Timeout Value":
        Binary 2 2 Terminal [] KERNEL_8;
    0x9F8210 KERNEL_8_OUTCOME_PARAMETER_SET "Outcome Parameter Set":
        Binary 8 8 Terminal [] KERNEL_8;
    0x9F8211 KERNEL_8_MESSAGE_HOLD_TIME "Message Hold Time":
        Numeric 3 3 Terminal [] KERNEL_8;
    0x9F8212 KERNEL_8_HOLD_TIME_VALUE "Hold Time Value":
        Binary 1 1 Terminal [] KERNEL_8;
    0x9F8213 KERNEL_8_MINIMUM_RELAY_RESISTANCE_GRACE_PERIOD "Minimum Relay Resistance Grace Period":
        Binary 2 2 Terminal [] KERNEL_8;
    0x9F8214 KERNEL_8_MAXIMUM_RELAY_RESISTANCE_GRACE_PERIOD "Maximum Relay Resistance Grace Period":
        Binary 2 2 Terminal [] KERNEL_8;
    0x9F8215 KERNEL_8_EXPECTED_TIME_C_APDU "Terminal Expected Transmission Time For Relay Resistance C-APDU":
        Binary 2 2 Terminal [] KERNEL_8;
    0x9F8216 KERNEL_8_EXPECTED_TIME_R_APDU "Terminal Expected Transmission Time For Relay Resistance R-APDU":
        Binary 2 2 Terminal [] KERNEL_8;
    0x9F8217 KERNEL_8_RELAY_RESISTANCE_ACCURACY_THRESHOLD "Relay Resistance Accuracy Threshold":
        Binary 2 2 Terminal [] KERNEL_8;
    0x9F8218 KERNEL_8_RELAY_RESISTANCE_MISMATCH_THRESHOLD "Relay Resistance Transmission Time Mismatch Threshold":
        Binary 2 2 Terminal [] KERNEL_8;
    0x9F8219 KERNEL_8_USER_INTERFACE_REQUEST_DATA_2 "User Interface Request Data 2":
        Binary 13 13 Terminal [] KERNEL_8;
    0x9F821A KERNEL_8_KERNEL_RESERVED_TVR_MASK "Kernel Reserved TVR Mask":
        Binary 5 5 Terminal [] KERNEL_8;
    0x9F821B KERNEL_8_WRITE_DATA_STATUS "Write Data Status":
        Binary 1 1 Terminal [] KERNEL_8;
    0x9F821C KERNEL_8_READ_DATA_STATUS "Read Data Status":
        Binary 1 1 Terminal [] KERNEL_8;
    0x9F821D KERNEL_8_MESSAGE_IDENTIFIERS_ON_RESTART "Message Identifiers On Restart":
        Binary 0 32 Terminal [] KERNEL_8;
    0x9F821E KERNEL_8_DEFAULT_IAD_MAC_OFFSET "Default IAD MAC Offset":
        Binary 1 1 Terminal [] KERNEL_8;
    0x9F821F KERNEL_8_DISCRETIONARY_DATA_TAG_LIST "Discretionary Data Tag List":
        Binary 0 UNBOUNDED Terminal [] KERNEL_8;
    0x9F8220 KERNEL_8_DEFAULT_CDOL1 "Default CDOL1":
        Binary 0 250 Terminal [] KERNEL_8;
    0x9F8221 KERNEL_8_TAG_MAPPING_LIST "Tag Mapping List":
        Binary 0 UNBOUNDED Terminal [] KERNEL_8;
    0xBF8101 KERNEL_8_DATA_TO_SEND "Data To Send":
        Binary 0 UNBOUNDED Terminal [] KERNEL_8;
    0xBF8102 KERNEL_8_DATA_RECORD "Data Record":
        Binary 0 UNBOUNDED Terminal [] KERNEL_8;
    0xBF8103 KERNEL_8_DISCRETIONARY_DATA "Discretionary Data":
        Binary 0 UNBOUNDED Terminal [] KERNEL_8;
    0xBF8104 KERNEL_8_DATA_ENVELOPES_TO_WRITE "Data Envelopes To Write":
        Binary 0 UNBOUNDED Terminal [] KERNEL_8;
    0xDA KERNEL_8_ENCRYPTED_RECORD "Encrypted record":
        Binary 0 UNBOUNDED Card [] KERNEL_8;
    0xDF8104 KERNEL_2_BALANCE_BEFORE_GEN_AC "Balance Read Before Gen AC":
        Numeric 6 6 Card [] KERNEL_2;
    0xDF8105 KERNEL_2_BALANCE_AFTER_GEN_AC "Balance Read After Gen AC":
        Numeric 6 6 Card [] KERNEL_2;
    0xDF8106 KERNEL_2_DATA_NEEDED "Data Needed":
        Binary 0 UNBOUNDED Terminal [] KERNEL_2;
    0xDF810C KERNEL_2_KERNEL_ID "Kernel ID":
        Binary 1 1 Terminal [] KERNEL_2;
    0xDF8115 KERNEL_2_ERROR_INDICATION "Error Indication":
        Binary 6 6 Terminal [] KERNEL_2;
    0xDF8116 KERNEL_2_USER_INTERFACE_REQUEST_DATA "User Interface Request Data":
        Binary 22 22 Terminal [] KERNEL_2;
    0xDF8117 KERNEL_2_CARD_DATA_INPUT_CAPABILITY "Card Data Input Capability":
        Binary 1 1 Terminal [] KERNEL_2;
    0xDF8118 KERNEL_2_CVM_CAPABILITY_CVM_REQUIRED "CVM Capability - CVM Required":
        Binary 1 1 Terminal [] KERNEL_2;
    0xDF8119 KERNEL_2_CVM_CAPABILITY_NO_CVM_REQUIRED "CVM Capability - No CVM Required":
        Binary 1 1 Terminal [] KERNEL_2;
    0xDF811A KERNEL_2_DEFAULT_UDOL "Default UDOL":
        Binary 3 3 Terminal [] KERNEL_2;
    0xDF811B KERNEL_2_KERNEL_CONFIGURATION "Kernel Configuration":
        Binary 1 1 Terminal [] KERNEL_2;
    0xDF811E KERNEL_2_MAG_STRIPE_CVM_CAPABILITY_CVM_REQUIRED "Mag-stripe CVM Capability - CVM Required":
        Binary 1 1 Terminal [] KERNEL_2;
    0xDF811F KERNEL_2_SECURITY_CAPABILITY "Security Capability":
        Binary 1 1 Terminal [] KERNEL_2;
    0xDF8120 KERNEL_2_TERMINAL_ACTION_CODE_DEFAULT "Terminal Action Code - Default":
        Binary 5 5 Terminal [] KERNEL_2;
    0xDF8121 KERNEL_2_TERMINAL_ACTION_CODE_DENIAL "Terminal Action Code - Denial":
        Binary 5 5 Terminal [] KERNEL_2;
    0xDF8122 KERNEL_2_TERMINAL_ACTION_CODE_ONLINE "Terminal Action Code - Online":
        Binary 5 5 Terminal [] KERNEL_2;
    0xDF8123 KERNEL_2_READER_CONTACTLESS_FLOOR_LIMIT "Reader Contactless Floor Limit":
        Numeric 6 6 Terminal [] KERNEL_2;
    0xDF8124 KERNEL_2_TRANSACTION_LIMIT_NO_ON_DEVICE_CVM "Reader Contactless Transaction Limit (No On-device CVM)":
        Numeric 6 6 Terminal [] KERNEL_2;
    0xDF8125 KERNEL_2_TRANSACTION_LIMIT_ON_DEVICE_CVM "Reader Contactless Transaction Limit (On-device CVM)":
        Numeric 6 6 Terminal [] KERNEL_2;
    0xDF8126 KERNEL_2_READER_CVM_REQUIRED_LIMIT "Reader CVM Required Limit":
        Numeric 6 6 Terminal [] KERNEL_2;
    0xDF8127 KERNEL_2_TIME_OUT_VALUE "Time Out Value":
        Binary 2 2 Terminal [] KERNEL_2;
    0xDF8129 KERNEL_2_OUTCOME_PARAMETER_SET "Outcome Parameter Set":
        Binary 8 8 Terminal [] KERNEL_2;
    0xDF812A KERNEL_2_DD_CARD_TRACK_1 "DD Card (Track1)":
        AlphanumericSpecial 0 56 Terminal [] KERNEL_2;
    0xDF812B KERNEL_2_DD_CARD_TRACK_2 "DD Card (Track2)":
        CompressedNumeric 0 11 Terminal [] KERNEL_2;
    0xDF812C KERNEL_2_MAG_STRIPE_CVM_CAPABILITY_NO_CVM_REQUIRED "Mag-stripe CVM Capability - No CVM Required":
        Binary 1 1 Terminal [] KERNEL_2;
    0xDF812D KERNEL_2_MESSAGE_HOLD_TIME "Message Hold Time":
        Numeric 3 3 Terminal [] KERNEL_2;
    0xDF8130 KERNEL_2_HOLD_TIME_VALUE "Hold Time Value":
        Binary 1 1 Terminal [] KERNEL_2;
    0xDF8131 KERNEL_2_PHONE_MESSAGE_TABLE "Phone Message Table":
        Binary 0 UNBOUNDED Terminal [] KERNEL_2;
}

/// Form Factor Indicator (Visa): the tag of [`THIRD_PARTY_DATA`].
pub const FORM_FACTOR_INDICATOR: super::Tag = THIRD_PARTY_DATA;
/// Card Authentication Related Data (Visa): the tag of [`UDOL`].
pub const CARD_AUTHENTICATION_RELATED_DATA: super::Tag = UDOL;
/// Customer Exclusive Data (Visa): the tag of [`MERCHANT_CUSTOM_DATA`].
pub const CUSTOMER_EXCLUSIVE_DATA: super::Tag = MERCHANT_CUSTOM_DATA;
