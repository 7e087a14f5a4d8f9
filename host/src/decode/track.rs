//! Tracks 1 and 2, as text and as data elements.

use chipcard::element::{Pan, ServiceCode, Track2EquivalentData, YearMonth};

use super::context::Context;
use super::mask::HIDDEN_VALUE;
use super::node::Node;
use super::service_code;

/// The fields of a track.
struct Fields<'t> {
    pan: &'t str,
    name: Option<&'t str>,
    /// Expiry, service code, discretionary data.
    rest: &'t str,
}

/// Track 1 as characters, with or without sentinels (ISO/IEC 7813: format B, PAN, `^`, name, `^`, the rest), also the
/// value of tag 56.
pub(super) fn track1(characters: &[u8], context: &Context) -> Result<Vec<Node>, String> {
    let text = str::from_utf8(characters).map_err(|_| "not characters")?;
    let text = text.strip_prefix('%').unwrap_or(text);
    let text = text
        .strip_prefix('B')
        .ok_or("track 1 of a payment card begins with B")?;
    let mut fields = before_sentinel(text).splitn(3, '^');
    let (Some(pan), Some(name), Some(rest)) = (fields.next(), fields.next(), fields.next()) else {
        return Err("track 1 has two separators ^".to_owned());
    };
    rows(
        &Fields {
            pan,
            name: Some(name),
            rest,
        },
        context,
    )
}

/// Track 2 as characters, with or without sentinels (ISO/IEC 7813: PAN, `=` or `D`, the rest).
pub(super) fn track2(text: &str, context: &Context) -> Result<Vec<Node>, String> {
    let text = before_sentinel(text.strip_prefix(';').unwrap_or(text));
    let separated = text.split_once(['=', 'D', 'd']);
    let (pan, rest) = separated.ok_or("track 2 has a separator = or D")?;
    rows(
        &Fields {
            pan,
            name: None,
            rest: rest.trim_end_matches(['F', 'f']),
        },
        context,
    )
}

/// What stands before the end sentinel; after it there is the check character at most.
fn before_sentinel(text: &str) -> &str {
    text.split_once('?').map_or(text, |(before, _)| before)
}

/// The value of tag 57.
pub(super) fn equivalent(value: &[u8], context: &Context) -> Result<Vec<Node>, String> {
    let track = Track2EquivalentData::parse(value).map_err(|error| error.to_string())?;
    let digits = |digits: &[u8]| -> String {
        digits
            .iter()
            .map(|digit| char::from(b'0' + (digit % 10)))
            .collect()
    };
    let rest = format!(
        "{}{}{}",
        hex::encode(track.expiry().to_bytes()),
        track.service_code(),
        digits(track.discretionary_data())
    );
    let pan = digits(track.pan().digits());
    rows(
        &Fields {
            pan: &pan,
            name: None,
            rest: &rest,
        },
        context,
    )
}

fn rows(fields: &Fields, context: &Context) -> Result<Vec<Node>, String> {
    let reveal = context.options.reveal;
    let hidden = |text: &str| match reveal {
        true => text.to_owned(),
        false => format!("{HIDDEN_VALUE}, {} characters", text.chars().count()),
    };
    // Some tracks group the digits.
    let digits: String = fields.pan.split_whitespace().collect();
    let pan = Pan::from_digits(&digits).map_err(|error| format!("account number: {error}"))?;
    let shown = if reveal { digits } else { pan.to_string() };
    let check = if pan.has_valid_check_digit() {
        ""
    } else {
        "its check digit is wrong"
    };
    let mut rows = vec![Node::row("account number (PAN)", shown, check)];
    if let Some(name) = fields.name {
        rows.push(Node::row("name", hidden(name), ""));
    }

    // A separator stands for a field that is left out.
    let mut rest = fields.rest;
    match rest.strip_prefix(['^', '=']) {
        Some(after) => rest = after,
        None => {
            let (expiry, after) = rest
                .split_at_checked(4)
                .ok_or("it ends inside the expiry date")?;
            let date = hex::decode(expiry)
                .ok()
                .and_then(|bytes| YearMonth::parse(&bytes).ok());
            let date = date.ok_or("the expiry date is no month")?;
            rows.push(Node::row("expiry", expiry, date.to_string()));
            rest = after;
        }
    }
    match rest.strip_prefix(['^', '=']) {
        Some(after) => rest = after,
        None => {
            let (code, after) = rest
                .split_at_checked(3)
                .ok_or("it ends inside the service code")?;
            let parsed =
                ServiceCode::from_digits(code).map_err(|error| format!("service code: {error}"))?;
            rows.push(Node::row("service code", code, ""));
            rows.extend(service_code::rows(parsed).into_iter().map(|row| Node {
                label: format!("  {}", row.label),
                ..row
            }));
            rest = after;
        }
    }
    if !rest.is_empty() {
        rows.push(Node::row("discretionary data", hidden(rest), ""));
    }
    Ok(rows)
}
