//! Service code.

use chipcard::element::ServiceCode;

use super::node::Node;

/// One row a digit.
pub(super) fn rows(code: ServiceCode) -> Vec<Node> {
    let meanings = [code.interchange(), code.authorisation(), code.services()];
    let labels = ["interchange", "authorisation", "services"];
    labels
        .iter()
        .zip(code.digits())
        .zip(meanings)
        .map(|((label, digit), meaning)| {
            Node::row(*label, digit.to_string(), meaning.unwrap_or("reserved"))
        })
        .collect()
}

/// Of the value of tag 5F30.
pub(super) fn rows_of_tag(value: &[u8]) -> Result<Vec<Node>, String> {
    ServiceCode::parse(value)
        .map(rows)
        .map_err(|error| error.to_string())
}
