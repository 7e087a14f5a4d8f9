//! The chip data of a message: DE 55.

use crate::cryptogram::{ApplicationCryptogram, DataSource};
use crate::element::{
    ApplicationTransactionCounter, CryptogramInformationData, Pan, PanSequenceNumber,
    UnpredictableNumber,
};
use crate::error::{Error, ErrorKind, Result};
use crate::tag::{self, Tag};
use crate::tlv;

/// Longest DE 55 that is read, in bytes. ISO 8583:1987 gives it 255, the 2003 edition 9999.
const MAX_LENGTH: usize = 9999;

/// Elements that a decision rests on: each at most once, on the outermost level, with a length that its
/// format allows. Sorted, because a tag finds its slot by binary search.
const DECISIVE: [Tag; 33] = [
    tag::TRACK_2_EQUIVALENT_DATA,
    tag::APPLICATION_PAN,
    tag::APPLICATION_INTERCHANGE_PROFILE,
    tag::DEDICATED_FILE_NAME,
    tag::AUTHORISATION_RESPONSE_CODE,
    tag::CVM_LIST,
    tag::TERMINAL_VERIFICATION_RESULTS,
    tag::TRANSACTION_DATE,
    tag::TRANSACTION_STATUS_INFORMATION,
    tag::TRANSACTION_TYPE,
    tag::APPLICATION_EXPIRATION_DATE,
    tag::TRANSACTION_CURRENCY_CODE,
    tag::APPLICATION_PAN_SEQUENCE_NUMBER,
    tag::AMOUNT_AUTHORISED_NUMERIC,
    tag::AMOUNT_OTHER_NUMERIC,
    tag::AID_TERMINAL,
    tag::APPLICATION_USAGE_CONTROL,
    tag::APPLICATION_VERSION_NUMBER_TERMINAL,
    tag::ISSUER_APPLICATION_DATA,
    tag::TERMINAL_COUNTRY_CODE,
    tag::INTERFACE_DEVICE_SERIAL_NUMBER,
    tag::TRANSACTION_TIME,
    tag::APPLICATION_CRYPTOGRAM,
    tag::CRYPTOGRAM_INFORMATION_DATA,
    tag::TERMINAL_CAPABILITIES,
    tag::CVM_RESULTS,
    tag::TERMINAL_TYPE,
    tag::APPLICATION_TRANSACTION_COUNTER,
    tag::UNPREDICTABLE_NUMBER,
    tag::TRANSACTION_SEQUENCE_COUNTER,
    tag::TERMINAL_TRANSACTION_QUALIFIERS,
    tag::CARD_TRANSACTION_QUALIFIERS,
    tag::FORM_FACTOR_INDICATOR,
];
