//! BER-TLV as a tree.

use std::collections::HashSet;

use chipcard::element::{ApplicationIdentifier, Scheme};
use chipcard::tlv::{self, DataObject, MAX_DEPTH, MAX_OBJECTS, Reader};
use chipcard::{Error, ErrorKind, Tag, tag};

use super::context::Context;
use super::element;
use super::node::{Node, bytes};

/// Tags that stand several times in one template by design.
const REPEATED: [u32; 5] = [0x61, 0x71, 0x72, 0x86, 0x9F18];

/// Whether the bytes are data objects to the last byte and the dictionary knows the first tag.
pub(super) fn fits(value: &[u8]) -> bool {
    starts(value) && tlv::walk(value, &mut |_, _| Ok(())).is_ok()
}

/// Whether the bytes begin with a tag that the dictionary knows.
pub(super) fn starts(value: &[u8]) -> bool {
    Tag::parse(value).is_ok_and(|(tag, _)| tag.info().is_some())
}

/// Decodes data objects. A single one is its own tree; several are gathered under one root.
pub(super) fn decode(value: &[u8], context: &Context) -> Node {
    let mut context = *context;
    context.scheme = context.scheme.or_else(|| scheme(value));
    let mut level = Level {
        context: &context,
        whole: value,
        objects: 0,
    };
    let mut root = Node::new("Data objects").with_length(value.len());
    level.read(Reader::new(value), value.len(), 0, &mut root);
    match (root.children.len(), &root.error, root.notes.as_slice()) {
        (1, None, []) => root.children.remove(0),
        _ => root,
    }
}

/// The payment system that an application identifier among the data objects names.
fn scheme(value: &[u8]) -> Option<Scheme> {
    let identifiers = [tag::DEDICATED_FILE_NAME, tag::AID_TERMINAL, tag::ADF_NAME];
    let mut found = None;
    // What is malformed further on does not undo what was found before.
    let _ = tlv::walk(value, &mut |_, object| {
        if found.is_none() && identifiers.contains(&object.tag) {
            found = ApplicationIdentifier::parse(object.value)
                .ok()
                .and_then(|aid| aid.scheme());
        }
        Ok(())
    });
    found
}

struct Level<'c> {
    context: &'c Context<'c>,
    whole: &'c [u8],
    objects: usize,
}

impl Level<'_> {
    /// Adds the objects of one level to `parent`, as far as they can be read.
    fn read(&mut self, reader: Reader, end: usize, depth: usize, parent: &mut Node) {
        let mut seen = HashSet::new();
        let mut filler = 0;
        let start = end.saturating_sub(parent.length.unwrap_or(0));
        let mut expected = start;
        for object in reader.zero_filler() {
            let object = match object {
                Ok(object) => object,
                Err(error) => {
                    parent.children.extend(self.cut(error, end, depth));
                    parent.error = Some(error.to_string());
                    return;
                }
            };
            filler += object.offset.saturating_sub(expected);
            expected = object.value_offset + object.value.len();
            self.objects += 1;
            if self.objects > MAX_OBJECTS {
                let error = Error::new(ErrorKind::TooMany)
                    .in_tag(object.tag)
                    .at(object.offset);
                parent.error = Some(error.to_string());
                return;
            }
            let mut node = self.object(&object, depth);
            if !seen.insert(object.tag) && !REPEATED.contains(&object.tag.number()) {
                node.notes.push("this tag has stood here before".to_owned());
            }
            parent.children.push(node);
        }
        filler += end.saturating_sub(expected);
        if filler > 0 {
            parent.notes.push(format!(
                "{} of filler 00 between or after data objects",
                bytes(filler)
            ));
        }
    }

    /// What is there of a template that says it is longer.
    fn cut(&mut self, error: Error, end: usize, depth: usize) -> Option<Node> {
        let (tag, offset) = (error.tag()?, error.offset()?);
        if error.kind() != ErrorKind::Truncated || !tag.is_constructed() {
            return None;
        }
        let length_offset = offset + tag.as_bytes().len();
        let more = match *self.whole.get(length_offset)? {
            long @ 0x80.. => usize::from(long & 0x7F),
            _ => 0,
        };
        let value_offset = length_offset + 1 + more;
        let value = self.whole.get(value_offset..end)?;
        let object = DataObject {
            tag,
            value,
            offset,
            value_offset,
        };
        (!value.is_empty()).then(|| self.object(&object, depth))
    }

    fn object(&mut self, object: &DataObject, depth: usize) -> Node {
        if !object.tag.is_constructed() {
            return element::node(object.tag, object.value, self.context);
        }
        let mut node = element::named(object.tag).with_length(object.value.len());
        if depth + 1 >= MAX_DEPTH {
            let error = Error::new(ErrorKind::TooDeep)
                .in_tag(object.tag)
                .at(object.offset);
            return node.with_error(error);
        }
        let end = object.value_offset + object.value.len();
        self.read(object.children(), end, depth + 1, &mut node);
        node
    }
}
