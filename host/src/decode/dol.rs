//! Data object lists and tag lists, and data that answer a list.

use chipcard::Tag;
use chipcard::dol::DataObjectList;

use super::context::Context;
use super::element;
use super::node::{Node, bytes};

/// Whether the bytes are a list of tags that the dictionary knows.
pub(super) fn fits(value: &[u8]) -> bool {
    let list = DataObjectList::parse(value);
    !value.is_empty() && list.is_ok_and(|list| list.entries().all(|e| e.tag.info().is_some()))
}

fn name(tag: Tag) -> &'static str {
    tag.info().map_or("not in the dictionary", |info| info.name)
}

/// One row an entry, and their sum.
pub(super) fn rows(value: &[u8]) -> Result<Vec<Node>, String> {
    let list = DataObjectList::parse(value).map_err(|error| error.to_string())?;
    let rows = list.entries().map(|entry| {
        let length = bytes(entry.length.into());
        Node::row(entry.tag.to_string(), length, name(entry.tag))
    });
    let sum = Node::row("sum", bytes(list.total_length()), "");
    Ok(rows.chain([sum]).collect())
}

/// A list of tags without lengths.
pub(super) fn tags(value: &[u8]) -> Result<Vec<Node>, String> {
    let mut rest = value;
    let mut rows = Vec::new();
    while !rest.is_empty() {
        let offset = value.len() - rest.len();
        let (tag, used) = Tag::parse(rest).map_err(|error| error.at(offset).to_string())?;
        rows.push(Node::row(tag.to_string(), "", name(tag)));
        rest = rest.get(used..).unwrap_or_default();
    }
    Ok(rows)
}

/// The data elements that data hold which answer `list`.
pub(super) fn answer(list: &[u8], data: &[u8], context: &Context) -> Result<Vec<Node>, String> {
    let list = DataObjectList::parse(list).map_err(|error| format!("the list: {error}"))?;
    let parts = list
        .split(data)
        .map_err(|error| format!("the data do not answer the list: {error}"))?;
    Ok(parts
        .map(|(entry, value)| element::node(entry.tag, value, context))
        .collect())
}
