//! The tag dictionary: the elements of EMV Book 3 Annex A.
//!
//! Checked against the text of version 4.3 and, for what 4.4 added, against the public constants of openemv/emv-utils
//! and Digrol/Denom. Lengths in bytes; "up to" the length of a key of the certification authority is 248 bytes.

use super::info::{UNBOUNDED, rows};

const BOOK_3: &str = "EMV Book 3 Annex A";
const EMV_4_4: &str = "EMV 4.4 Book 3 Annex A";

rows! {
    0x42 ISSUER_IDENTIFICATION_NUMBER "Issuer Identification Number (IIN)":
        Numeric 3 3 Card [0xBF0C 0x73] BOOK_3;
    0x4F ADF_NAME "Application Dedicated File (ADF) Name":
        Binary 5 16 Card [0x61] BOOK_3;
    0x50 APPLICATION_LABEL "Application Label":
        AlphanumericSpecial 1 16 Card [0x61 0xA5] BOOK_3;
    0x57 TRACK_2_EQUIVALENT_DATA "Track 2 Equivalent Data":
        Binary 0 19 Card [0x70 0x77] BOOK_3;
    0x5A APPLICATION_PAN "Application Primary Account Number (PAN)":
        CompressedNumeric 0 10 Card [0x70 0x77] BOOK_3;
    0x5F20 CARDHOLDER_NAME "Cardholder Name":
        AlphanumericSpecial 2 26 Card [0x70 0x77] BOOK_3;
    0x5F24 APPLICATION_EXPIRATION_DATE "Application Expiration Date":
        Numeric 3 3 Card [0x70 0x77] BOOK_3;
    0x5F25 APPLICATION_EFFECTIVE_DATE "Application Effective Date":
        Numeric 3 3 Card [0x70 0x77] BOOK_3;
    0x5F28 ISSUER_COUNTRY_CODE "Issuer Country Code":
        Numeric 2 2 Card [0x70 0x77] BOOK_3;
    0x5F2A TRANSACTION_CURRENCY_CODE "Transaction Currency Code":
        Numeric 2 2 Terminal [] BOOK_3;
    0x5F2D LANGUAGE_PREFERENCE "Language Preference":
        Alphanumeric 2 8 Card [0xA5] BOOK_3;
    0x5F30 SERVICE_CODE "Service Code":
        Numeric 2 2 Card [0x70 0x77] BOOK_3;
    0x5F34 APPLICATION_PAN_SEQUENCE_NUMBER "Application Primary Account Number (PAN) Sequence Number":
        Numeric 1 1 Card [0x70 0x77] BOOK_3;
    0x5F36 TRANSACTION_CURRENCY_EXPONENT "Transaction Currency Exponent":
        Numeric 1 1 Terminal [] BOOK_3;
    0x5F50 ISSUER_URL "Issuer URL":
        AlphanumericSpecial 0 UNBOUNDED Card [0xBF0C 0x73] BOOK_3;
    0x5F53 IBAN "International Bank Account Number (IBAN)":
        Variable 0 34 Card [0xBF0C 0x73] BOOK_3;
    0x5F54 BANK_IDENTIFIER_CODE "Bank Identifier Code (BIC)":
        Variable 8 11 Card [0xBF0C 0x73] BOOK_3;
    0x5F55 ISSUER_COUNTRY_CODE_ALPHA2 "Issuer Country Code (alpha2 format)":
        Alphabetic 2 2 Card [0xBF0C 0x73] BOOK_3;
    0x5F56 ISSUER_COUNTRY_CODE_ALPHA3 "Issuer Country Code (alpha3 format)":
        Alphabetic 3 3 Card [0xBF0C 0x73] BOOK_3;
    0x5F57 ACCOUNT_TYPE "Account Type":
        Numeric 1 1 Terminal [] BOOK_3;
    0x61 APPLICATION_TEMPLATE "Application Template":
        Binary 0 252 Card [0x70] BOOK_3;
    0x6F FCI_TEMPLATE "File Control Information (FCI) Template":
        Variable 0 252 Card [] BOOK_3;
    0x70 READ_RECORD_RESPONSE_TEMPLATE "READ RECORD Response Message Template":
        Variable 0 252 Card [] BOOK_3;
    0x71 ISSUER_SCRIPT_TEMPLATE_1 "Issuer Script Template 1":
        Binary 0 UNBOUNDED Issuer [] BOOK_3;
    0x72 ISSUER_SCRIPT_TEMPLATE_2 "Issuer Script Template 2":
        Binary 0 UNBOUNDED Issuer [] BOOK_3;
    0x73 DIRECTORY_DISCRETIONARY_TEMPLATE "Directory Discretionary Template":
        Variable 0 252 Card [0x61] BOOK_3;
    0x77 RESPONSE_TEMPLATE_FORMAT_2 "Response Message Template Format 2":
        Variable 0 UNBOUNDED Card [] BOOK_3;
    0x7F60 BIOMETRIC_INFORMATION_TEMPLATE "Biometric Information Template (BIT)":
        Binary 0 UNBOUNDED CardOrTerminal [0xBF4A 0xBF4B] EMV_4_4;
    0x80 RESPONSE_TEMPLATE_FORMAT_1 "Response Message Template Format 1":
        Variable 0 UNBOUNDED Card [] BOOK_3;
    0x81 AMOUNT_AUTHORISED_BINARY "Amount, Authorised (Binary)":
        Binary 4 4 Terminal [] BOOK_3;
    0x82 APPLICATION_INTERCHANGE_PROFILE "Application Interchange Profile (AIP)":
        Binary 2 2 Card [0x77 0x80] BOOK_3;
    0x83 COMMAND_TEMPLATE "Command Template":
        Binary 0 UNBOUNDED Terminal [] BOOK_3;
    0x84 DEDICATED_FILE_NAME "Dedicated File (DF) Name":
        Binary 5 16 Card [0x6F] BOOK_3;
    0x86 ISSUER_SCRIPT_COMMAND "Issuer Script Command":
        Binary 0 261 Issuer [0x71 0x72] BOOK_3;
    0x87 APPLICATION_PRIORITY_INDICATOR "Application Priority Indicator":
        Binary 1 1 Card [0x61 0xA5] BOOK_3;
    0x88 SHORT_FILE_IDENTIFIER "Short File Identifier (SFI)":
        Binary 1 1 Card [0xA5] BOOK_3;
    0x89 AUTHORISATION_CODE "Authorisation Code":
        Variable 6 6 Issuer [] BOOK_3;
    0x8A AUTHORISATION_RESPONSE_CODE "Authorisation Response Code":
        Alphanumeric 2 2 IssuerOrTerminal [] BOOK_3;
    0x8C CDOL1 "Card Risk Management Data Object List 1 (CDOL1)":
        Binary 0 252 Card [0x70 0x77] BOOK_3;
    0x8D CDOL2 "Card Risk Management Data Object List 2 (CDOL2)":
        Binary 0 252 Card [0x70 0x77] BOOK_3;
    0x8E CVM_LIST "Cardholder Verification Method (CVM) List":
        Binary 10 252 Card [0x70 0x77] BOOK_3;
    0x8F CA_PUBLIC_KEY_INDEX "Certification Authority Public Key Index":
        Binary 1 1 Card [0x70 0x77] BOOK_3;
    0x90 ISSUER_PUBLIC_KEY_CERTIFICATE "Issuer Public Key Certificate":
        Binary 0 248 Card [0x70 0x77] BOOK_3;
    0x91 ISSUER_AUTHENTICATION_DATA "Issuer Authentication Data":
        Binary 8 16 Issuer [] BOOK_3;
    0x92 ISSUER_PUBLIC_KEY_REMAINDER "Issuer Public Key Remainder":
        Binary 0 248 Card [0x70 0x77] BOOK_3;
    0x93 SIGNED_STATIC_APPLICATION_DATA "Signed Static Application Data":
        Binary 0 248 Card [0x70 0x77] BOOK_3;
    0x94 APPLICATION_FILE_LOCATOR "Application File Locator (AFL)":
        Variable 0 252 Card [0x77 0x80] BOOK_3;
    0x95 TERMINAL_VERIFICATION_RESULTS "Terminal Verification Results":
        Binary 5 5 Terminal [] BOOK_3;
    0x97 TDOL "Transaction Certificate Data Object List (TDOL)":
        Binary 0 252 Card [0x70 0x77] BOOK_3;
    0x98 TC_HASH_VALUE "Transaction Certificate (TC) Hash Value":
        Binary 20 20 Terminal [] BOOK_3;
    0x99 TRANSACTION_PIN_DATA "Transaction Personal Identification Number (PIN) Data":
        Binary 0 UNBOUNDED Terminal [] BOOK_3;
    0x9A TRANSACTION_DATE "Transaction Date":
        Numeric 3 3 Terminal [] BOOK_3;
    0x9B TRANSACTION_STATUS_INFORMATION "Transaction Status Information":
        Binary 2 2 Terminal [] BOOK_3;
    0x9C TRANSACTION_TYPE "Transaction Type":
        Numeric 1 1 Terminal [] BOOK_3;
    0x9D DDF_NAME "Directory Definition File (DDF) Name":
        Binary 5 16 Card [0x61] BOOK_3;
    0x9F01 ACQUIRER_IDENTIFIER "Acquirer Identifier":
        Numeric 6 6 Terminal [] BOOK_3;
    0x9F02 AMOUNT_AUTHORISED_NUMERIC "Amount, Authorised (Numeric)":
        Numeric 6 6 Terminal [] BOOK_3;
    0x9F03 AMOUNT_OTHER_NUMERIC "Amount, Other (Numeric)":
        Numeric 6 6 Terminal [] BOOK_3;
    0x9F04 AMOUNT_OTHER_BINARY "Amount, Other (Binary)":
        Binary 4 4 Terminal [] BOOK_3;
    0x9F05 APPLICATION_DISCRETIONARY_DATA "Application Discretionary Data":
        Binary 1 32 Card [0x70 0x77] BOOK_3;
    0x9F06 AID_TERMINAL "Application Identifier (AID) - terminal":
        Binary 5 16 Terminal [] BOOK_3;
    0x9F07 APPLICATION_USAGE_CONTROL "Application Usage Control":
        Binary 2 2 Card [0x70 0x77] BOOK_3;
    0x9F08 APPLICATION_VERSION_NUMBER "Application Version Number":
        Binary 2 2 Card [0x70 0x77] BOOK_3;
    0x9F09 APPLICATION_VERSION_NUMBER_TERMINAL "Application Version Number - terminal":
        Binary 2 2 Terminal [] BOOK_3;
    0x9F0A ASRPD "Application Selection Registered Proprietary Data (ASRPD)":
        Binary 0 UNBOUNDED Card [0x73 0xBF0C] EMV_4_4;
    0x9F0B CARDHOLDER_NAME_EXTENDED "Cardholder Name Extended":
        AlphanumericSpecial 27 45 Card [0x70 0x77] BOOK_3;
    0x9F0C IINE "Issuer Identification Number Extended (IINE)":
        Numeric 3 4 Card [0xBF0C 0x73] EMV_4_4;
    0x9F0D ISSUER_ACTION_CODE_DEFAULT "Issuer Action Code - Default":
        Binary 5 5 Card [0x70 0x77] BOOK_3;
    0x9F0E ISSUER_ACTION_CODE_DENIAL "Issuer Action Code - Denial":
        Binary 5 5 Card [0x70 0x77] BOOK_3;
    0x9F0F ISSUER_ACTION_CODE_ONLINE "Issuer Action Code - Online":
        Binary 5 5 Card [0x70 0x77] BOOK_3;
    0x9F10 ISSUER_APPLICATION_DATA "Issuer Application Data":
        Binary 0 32 Card [0x77 0x80] BOOK_3;
    0x9F11 ISSUER_CODE_TABLE_INDEX "Issuer Code Table Index":
        Numeric 1 1 Card [0xA5] BOOK_3;
    0x9F12 APPLICATION_PREFERRED_NAME "Application Preferred Name":
        AlphanumericSpecial 1 16 Card [0x61 0xA5] BOOK_3;
    0x9F13 LAST_ONLINE_ATC_REGISTER "Last Online Application Transaction Counter (ATC) Register":
        Binary 2 2 Card [] BOOK_3;
    0x9F14 LOWER_CONSECUTIVE_OFFLINE_LIMIT "Lower Consecutive Offline Limit":
        Binary 1 1 Card [0x70 0x77] BOOK_3;
    0x9F15 MERCHANT_CATEGORY_CODE "Merchant Category Code":
        Numeric 2 2 Terminal [] BOOK_3;
    0x9F16 MERCHANT_IDENTIFIER "Merchant Identifier":
        AlphanumericSpecial 15 15 Terminal [] BOOK_3;
    0x9F17 PIN_TRY_COUNTER "Personal Identification Number (PIN) Try Counter":
        Binary 1 1 Card [] BOOK_3;
    0x9F18 ISSUER_SCRIPT_IDENTIFIER "Issuer Script Identifier":
        Binary 4 4 Issuer [0x71 0x72] BOOK_3;
    0x9F19 TOKEN_REQUESTOR_ID "Token Requestor ID":
        Numeric 6 6 Card [0x70 0x77] EMV_4_4;
    0x9F1A TERMINAL_COUNTRY_CODE "Terminal Country Code":
        Numeric 2 2 Terminal [] BOOK_3;
    0x9F1B TERMINAL_FLOOR_LIMIT "Terminal Floor Limit":
        Binary 4 4 Terminal [] BOOK_3;
    0x9F1C TERMINAL_IDENTIFICATION "Terminal Identification":
        Alphanumeric 8 8 Terminal [] BOOK_3;
    0x9F1D TERMINAL_RISK_MANAGEMENT_DATA "Terminal Risk Management Data":
        Binary 1 8 Terminal [] BOOK_3;
    0x9F1E IFD_SERIAL_NUMBER "Interface Device (IFD) Serial Number":
        Alphanumeric 8 8 Terminal [] BOOK_3;
    0x9F1F TRACK_1_DISCRETIONARY_DATA "Track 1 Discretionary Data":
        AlphanumericSpecial 0 UNBOUNDED Card [0x70 0x77] BOOK_3;
    0x9F20 TRACK_2_DISCRETIONARY_DATA "Track 2 Discretionary Data":
        CompressedNumeric 0 UNBOUNDED Card [0x70 0x77] BOOK_3;
    0x9F21 TRANSACTION_TIME "Transaction Time":
        Numeric 3 3 Terminal [] BOOK_3;
    0x9F22 CA_PUBLIC_KEY_INDEX_TERMINAL "Certification Authority Public Key Index - terminal":
        Binary 1 1 Terminal [] BOOK_3;
    0x9F23 UPPER_CONSECUTIVE_OFFLINE_LIMIT "Upper Consecutive Offline Limit":
        Binary 1 1 Card [0x70 0x77] BOOK_3;
    0x9F24 PAYMENT_ACCOUNT_REFERENCE "Payment Account Reference (PAR)":
        Alphanumeric 29 29 Card [0x70 0x77] EMV_4_4;
    0x9F25 LAST_4_DIGITS_OF_PAN "Last 4 Digits of PAN":
        Numeric 2 2 Card [0x70 0x77] EMV_4_4;
    0x9F26 APPLICATION_CRYPTOGRAM "Application Cryptogram":
        Binary 8 8 Card [0x77 0x80] BOOK_3;
    0x9F27 CRYPTOGRAM_INFORMATION_DATA "Cryptogram Information Data":
        Binary 1 1 Card [0x77 0x80] BOOK_3;
    0x9F2D ICC_PIN_PUBLIC_KEY_CERTIFICATE "Integrated Circuit Card (ICC) PIN Encipherment Public Key Certificate":
        Binary 0 248 Card [0x70 0x77] BOOK_3;
    0x9F2E ICC_PIN_PUBLIC_KEY_EXPONENT "Integrated Circuit Card (ICC) PIN Encipherment Public Key Exponent":
        Binary 1 3 Card [0x70 0x77] BOOK_3;
    0x9F2F ICC_PIN_PUBLIC_KEY_REMAINDER "Integrated Circuit Card (ICC) PIN Encipherment Public Key Remainder":
        Binary 0 248 Card [0x70 0x77] BOOK_3;
    0x9F30 BIOMETRIC_TERMINAL_CAPABILITIES "Biometric Terminal Capabilities":
        Binary 3 3 Terminal [] EMV_4_4;
    0x9F31 CARD_BIT_GROUP_TEMPLATE "Card BIT Group Template":
        Binary 0 UNBOUNDED Card [0x70] EMV_4_4;
    0x9F32 ISSUER_PUBLIC_KEY_EXPONENT "Issuer Public Key Exponent":
        Binary 1 3 Card [0x70 0x77] BOOK_3;
    0x9F33 TERMINAL_CAPABILITIES "Terminal Capabilities":
        Binary 3 3 Terminal [] BOOK_3;
    0x9F34 CVM_RESULTS "Cardholder Verification Method (CVM) Results":
        Binary 3 3 Terminal [] BOOK_3;
    0x9F35 TERMINAL_TYPE "Terminal Type":
        Numeric 1 1 Terminal [] BOOK_3;
    0x9F36 APPLICATION_TRANSACTION_COUNTER "Application Transaction Counter (ATC)":
        Binary 2 2 Card [0x77 0x80] BOOK_3;
    0x9F37 UNPREDICTABLE_NUMBER "Unpredictable Number":
        Binary 4 4 Terminal [] BOOK_3;
    0x9F38 PDOL "Processing Options Data Object List (PDOL)":
        Binary 0 UNBOUNDED Card [0xA5] BOOK_3;
    0x9F39 POS_ENTRY_MODE "Point-of-Service (POS) Entry Mode":
        Numeric 1 1 Terminal [] BOOK_3;
    0x9F3A AMOUNT_REFERENCE_CURRENCY "Amount, Reference Currency":
        Binary 4 4 Terminal [] BOOK_3;
    0x9F3B APPLICATION_REFERENCE_CURRENCY "Application Reference Currency":
        Numeric 2 8 Card [0x70 0x77] BOOK_3;
    0x9F3C TRANSACTION_REFERENCE_CURRENCY_CODE "Transaction Reference Currency Code":
        Numeric 2 2 Terminal [] BOOK_3;
    0x9F3D TRANSACTION_REFERENCE_CURRENCY_EXPONENT "Transaction Reference Currency Exponent":
        Numeric 1 1 Terminal [] BOOK_3;
    0x9F40 ADDITIONAL_TERMINAL_CAPABILITIES "Additional Terminal Capabilities":
        Binary 5 5 Terminal [] BOOK_3;
    0x9F41 TRANSACTION_SEQUENCE_COUNTER "Transaction Sequence Counter":
        Numeric 2 4 Terminal [] BOOK_3;
    0x9F42 APPLICATION_CURRENCY_CODE "Application Currency Code":
        Numeric 2 2 Card [0x70 0x77] BOOK_3;
    0x9F43 APPLICATION_REFERENCE_CURRENCY_EXPONENT "Application Reference Currency Exponent":
        Numeric 1 4 Card [0x70 0x77] BOOK_3;
    0x9F44 APPLICATION_CURRENCY_EXPONENT "Application Currency Exponent":
        Numeric 1 1 Card [0x70 0x77] BOOK_3;
    0x9F45 DATA_AUTHENTICATION_CODE "Data Authentication Code":
        Binary 2 2 Card [] BOOK_3;
    0x9F46 ICC_PUBLIC_KEY_CERTIFICATE "Integrated Circuit Card (ICC) Public Key Certificate":
        Binary 0 248 Card [0x70 0x77] BOOK_3;
    0x9F47 ICC_PUBLIC_KEY_EXPONENT "Integrated Circuit Card (ICC) Public Key Exponent":
        Binary 1 3 Card [0x70 0x77] BOOK_3;
    0x9F48 ICC_PUBLIC_KEY_REMAINDER "Integrated Circuit Card (ICC) Public Key Remainder":
        Binary 0 248 Card [0x70 0x77] BOOK_3;
    0x9F49 DDOL "Dynamic Data Authentication Data Object List (DDOL)":
        Binary 0 252 Card [0x70 0x77] BOOK_3;
    0x9F4A SDA_TAG_LIST "Static Data Authentication Tag List":
        Variable 0 UNBOUNDED Card [0x70 0x77] BOOK_3;
    0x9F4B SIGNED_DYNAMIC_APPLICATION_DATA "Signed Dynamic Application Data":
        Binary 0 248 Card [0x77 0x80] BOOK_3;
    0x9F4C ICC_DYNAMIC_NUMBER "ICC Dynamic Number":
        Binary 2 8 Card [] BOOK_3;
    0x9F4D LOG_ENTRY "Log Entry":
        Binary 2 2 Card [0xBF0C 0x73] BOOK_3;
    0x9F4E MERCHANT_NAME_AND_LOCATION "Merchant Name and Location":
        AlphanumericSpecial 0 UNBOUNDED Terminal [] BOOK_3;
    0x9F4F LOG_FORMAT "Log Format":
        Binary 0 UNBOUNDED Card [] BOOK_3;
    0xA1 BIOMETRIC_HEADER_TEMPLATE "Biometric Header Template (BHT)":
        Binary 0 UNBOUNDED CardOrTerminal [0x7F60] EMV_4_4;
    0xA5 FCI_PROPRIETARY_TEMPLATE "File Control Information (FCI) Proprietary Template":
        Variable 0 UNBOUNDED Card [0x6F] BOOK_3;
    0xBF0C FCI_ISSUER_DISCRETIONARY_DATA "File Control Information (FCI) Issuer Discretionary Data":
        Variable 0 222 Card [0xA5] BOOK_3;
    0xBF4A OFFLINE_BIT_GROUP_TEMPLATE "Offline BIT Group Template":
        Binary 0 UNBOUNDED Card [0x9F31] EMV_4_4;
    0xBF4B ONLINE_BIT_GROUP_TEMPLATE "Online BIT Group Template":
        Binary 0 UNBOUNDED Card [0x9F31] EMV_4_4;
    0xBF4C BIOMETRIC_TRY_COUNTERS_TEMPLATE "Biometric Try Counters Template":
        Binary 0 UNBOUNDED Card [] EMV_4_4;
    0xBF4D PREFERRED_ATTEMPTS_TEMPLATE "Preferred Attempts Template":
        Binary 0 UNBOUNDED Card [] EMV_4_4;
    0xBF4E BIOMETRIC_VERIFICATION_DATA_TEMPLATE "Biometric Verification Data Template":
        Binary 0 UNBOUNDED Terminal [] EMV_4_4;
}
