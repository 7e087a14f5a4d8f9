//! Application file locator.

use chipcard::element::ApplicationFileLocator;

use super::mask;
use super::node::Node;

/// One row an entry.
pub(super) fn rows(value: &[u8]) -> Result<Vec<Node>, String> {
    let afl = ApplicationFileLocator::parse(value).map_err(|error| error.to_string())?;
    let rows = afl.entries().map(|entry| {
        let (first, last) = (
            entry.records().start().to_owned(),
            entry.records().end().to_owned(),
        );
        let records = match first == last {
            true => format!("record {first}"),
            false => format!("records {first} to {last}"),
        };
        let authenticated = match entry.authenticated_records() {
            0 => "none for offline data authentication".to_owned(),
            1 => format!("record {first} for offline data authentication"),
            count => format!(
                "records {first} to {} for offline data authentication",
                first + (count - 1)
            ),
        };
        Node::row(
            format!("file {}", entry.sfi()),
            mask::plain(&entry.to_bytes()),
            format!("{records}, {authenticated}"),
        )
    });
    Ok(rows.collect())
}
