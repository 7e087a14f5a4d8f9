//! Tracks 1 and 2, as text and as data elements.

use chipcard::element::{Pan, ServiceCode, Track2EquivalentData, YearMonth};
use chipcard::magstripe::{Track1, Track2};

use super::context::Context;
use super::mask::HIDDEN_VALUE;
use super::node::Node;
use super::service_code;

/// The fields of a track.
struct Fields<'t> {
    pan: &'t Pan,
    name: Option<&'t str>,
    expiry: YearMonth,
    service_code: ServiceCode,
    discretionary: String,
}

/// Track 1 as characters, with or without sentinels, also the value of tag 56.
pub(super) fn track1(text: &[u8], context: &Context) -> Result<Vec<Node>, String> {
    let track = Track1::parse(text).map_err(|error| error.to_string())?;
    let fields = Fields {
        pan: track.pan(),
        name: Some(track.name()),
        expiry: track.expiry(),
        service_code: track.service_code(),
        discretionary: characters(track.discretionary_data()),
    };
    Ok(rows(&fields, context))
}

/// Track 2 as characters, with or without sentinels.
pub(super) fn track2(text: &[u8], context: &Context) -> Result<Vec<Node>, String> {
    let track = Track2::parse(text).map_err(|error| error.to_string())?;
    let fields = Fields {
        pan: track.pan(),
        name: None,
        expiry: track.expiry(),
        service_code: track.service_code(),
        discretionary: characters(track.discretionary_data()),
    };
    Ok(rows(&fields, context))
}

/// The value of tag 57.
pub(super) fn equivalent(value: &[u8], context: &Context) -> Result<Vec<Node>, String> {
    let track = Track2EquivalentData::parse(value).map_err(|error| error.to_string())?;
    let fields = Fields {
        pan: track.pan(),
        name: None,
        expiry: track.expiry(),
        service_code: track.service_code(),
        discretionary: digits(track.discretionary_data()),
    };
    Ok(rows(&fields, context))
}

fn characters(ascii: &[u8]) -> String {
    ascii.iter().copied().map(char::from).collect()
}

/// Numbers from 0 to 9 as characters.
fn digits(digits: &[u8]) -> String {
    digits
        .iter()
        .map(|digit| char::from(b'0' + digit % 10))
        .collect()
}

fn rows(fields: &Fields, context: &Context) -> Vec<Node> {
    let reveal = context.options.reveal;
    let hidden = |text: &str| match reveal {
        true => text.to_owned(),
        false => format!("{HIDDEN_VALUE}, {} characters", text.chars().count()),
    };
    let pan = match reveal {
        true => digits(fields.pan.digits()),
        false => fields.pan.to_string(),
    };
    let check = match fields.pan.has_valid_check_digit() {
        true => "",
        false => "its check digit is wrong",
    };
    let mut rows = vec![Node::row("account number (PAN)", pan, check)];
    if let Some(name) = fields.name {
        rows.push(Node::row("name", hidden(name), ""));
    }
    let expiry = hex::encode(fields.expiry.to_bytes());
    rows.push(Node::row("expiry", expiry, fields.expiry.to_string()));
    rows.push(Node::row(
        "service code",
        fields.service_code.to_string(),
        "",
    ));
    let parts = service_code::rows(fields.service_code).into_iter();
    rows.extend(parts.map(|row| Node {
        label: format!("  {}", row.label),
        ..row
    }));
    if !fields.discretionary.is_empty() {
        rows.push(Node::row(
            "discretionary data",
            hidden(&fields.discretionary),
            "",
        ));
    }
    rows
}
