//! The issuer's answer: response code, authentication data, and what became of its scripts.

use chipcard::element::{AuthorisationResponseCode, CardStatusUpdate};

use super::context::Context;
use super::node::Node;
use super::{bits, mask};

/// Authorisation response code and, where EMV or ISO 8583 fix it, its meaning.
pub(super) fn code(value: &[u8]) -> Result<String, String> {
    use AuthorisationResponseCode as Arc;
    let code = <[u8; 2]>::try_from(value)
        .map_err(|_| format!("expected 2 bytes, found {}", value.len()))?;
    let code = Arc::new(code);
    let known = [
        (Arc::APPROVED, "approved"),
        (Arc::REFERRAL, "refer to issuer"),
        (Arc::DECLINED, "declined"),
        (Arc::OFFLINE_APPROVED, "offline approved"),
        (Arc::OFFLINE_DECLINED, "offline declined"),
        (
            Arc::UNABLE_ONLINE_APPROVED,
            "unable to go online, offline approved",
        ),
        (
            Arc::UNABLE_ONLINE_DECLINED,
            "unable to go online, offline declined",
        ),
    ];
    let meaning = known
        .iter()
        .find(|(known, _)| *known == code)
        .map(|(_, meaning)| *meaning);
    Ok(match meaning {
        Some(meaning) => format!("\"{code}\" {meaning}"),
        None => format!("\"{code}\""),
    })
}

/// Issuer authentication data under both ARPC methods: the bytes do not say which (EMV Book 2 8.2).
pub(super) fn authentication_data(value: &[u8], context: &Context) -> Result<Vec<Node>, String> {
    if !(8..=16).contains(&value.len()) {
        return Err(format!("expected 8 to 16 bytes, found {}", value.len()));
    }
    let mut children = Vec::new();
    if let Some((arpc, code)) = value.split_at_checked(8)
        && code.len() == 2
    {
        children.push(Node::new("as ARPC method 1").with_children([
            Node::row("ARPC", mask::plain(arpc), ""),
            Node::row(
                "authorisation response code",
                mask::plain(code),
                self::code(code)?,
            ),
        ]));
    }
    if let Some((arpc, rest)) = value.split_at_checked(4)
        && let Some((csu, proprietary)) = rest.split_at_checked(4)
    {
        let mut node =
            Node::new("as ARPC method 2").with_child(Node::row("ARPC", mask::plain(arpc), ""));
        if !proprietary.is_empty() {
            node = node.with_child(Node::row(
                "proprietary authentication data",
                mask::plain(proprietary),
                "",
            ));
        }
        children.push(node.with_child(status_update(csu, context)));
    }
    Ok(children)
}

/// Card status update.
pub(super) fn status_update(value: &[u8], context: &Context) -> Node {
    let node = Node::new("Card status update (CSU)").with_length(value.len());
    match bits::fixed(CardStatusUpdate::FIELDS, 4, value, context) {
        Ok(rows) => node.with_value(mask::plain(value)).with_children(rows),
        Err(error) => node.with_error(error),
    }
}

/// Issuer script results: five bytes a script (EMV Book 4 Annex A5).
pub(super) fn script_results(value: &[u8]) -> Result<Vec<Node>, String> {
    let (scripts, rest) = value.as_chunks::<5>();
    if !rest.is_empty() {
        return Err("neither a data object list nor five bytes a script".to_owned());
    }
    let rows = scripts.iter().map(|[result, identifier @ ..]| {
        let command = result & 0x0F;
        let meaning = match (result >> 4, command) {
            (0, _) => "script not performed".to_owned(),
            (1, 0) => "script failed".to_owned(),
            (1, command) => format!("script failed at command {command}"),
            (2, _) => "script successful".to_owned(),
            _ => "reserved".to_owned(),
        };
        Node::row(
            format!("script {}", mask::plain(identifier)),
            format!("{result:02X}"),
            meaning,
        )
    });
    Ok(rows.collect())
}
