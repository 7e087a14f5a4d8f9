//! DE 55 as an attacker sees it: bytes to cut and join. Order is kept, because honest hosts keep it too.

use std::vec::Vec;

use crate::Tag;
use crate::error::Result;
use crate::tlv::{DataObject, Reader};

fn objects(chip: &[u8]) -> Result<Vec<DataObject<'_>>> {
    Reader::new(chip).collect()
}

/// An object in its shortest form.
pub(super) fn object(tag: Tag, value: &[u8]) -> Vec<u8> {
    let length = value.len().to_be_bytes();
    let length: &[u8] = match value.len() {
        0..=0x7F => &length[length.len() - 1..],
        0x80..=0xFF => &[0x81, length[length.len() - 1]],
        _ => &[0x82, length[length.len() - 2], length[length.len() - 1]],
    };
    [tag.as_bytes(), length, value].concat()
}

fn join<'a>(objects: impl IntoIterator<Item = (Tag, &'a [u8])>) -> Vec<u8> {
    objects
        .into_iter()
        .flat_map(|(tag, value)| object(tag, value))
        .collect()
}

pub(super) fn get(chip: &[u8], tag: Tag) -> Result<Option<Vec<u8>>> {
    let found = objects(chip)?.into_iter().find(|object| object.tag == tag);
    Ok(found.map(|object| object.value.to_vec()))
}

pub(super) fn put(chip: &[u8], tag: Tag, value: &[u8]) -> Result<Vec<u8>> {
    let objects = objects(chip)?;
    let known = objects.iter().any(|object| object.tag == tag);
    let mut bytes = join(objects.iter().map(|object| {
        let value = if object.tag == tag {
            value
        } else {
            object.value
        };
        (object.tag, value)
    }));
    if !known {
        bytes.extend(object(tag, value));
    }
    Ok(bytes)
}

pub(super) fn remove(chip: &[u8], tag: Tag) -> Result<Vec<u8>> {
    let objects = objects(chip)?;
    let others = objects.iter().filter(|object| object.tag != tag);
    Ok(join(others.map(|object| (object.tag, object.value))))
}

pub(super) fn reverse(chip: &[u8]) -> Result<Vec<u8>> {
    let objects = objects(chip)?;
    Ok(join(
        objects
            .iter()
            .rev()
            .map(|object| (object.tag, object.value)),
    ))
}

/// The second half of the objects first.
pub(super) fn rotate(chip: &[u8]) -> Result<Vec<u8>> {
    let mut objects = objects(chip)?;
    let half = objects.len() / 2;
    objects.rotate_left(half);
    Ok(join(
        objects.iter().map(|object| (object.tag, object.value)),
    ))
}

/// The same, with `filler` before, between and behind its objects.
pub(super) fn stuff(chip: &[u8], filler: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = filler.to_vec();
    for found in objects(chip)? {
        bytes.extend(object(found.tag, found.value));
        bytes.extend(filler);
    }
    Ok(bytes)
}

/// The same, the length of one object with other bytes in front.
pub(super) fn lengthen(chip: &[u8], tag: Tag, before: &[u8]) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for found in objects(chip)? {
        let whole = object(found.tag, found.value);
        let (head, tail) = whole.split_at(found.tag.as_bytes().len());
        bytes.extend(head);
        if found.tag == tag {
            bytes.extend(before);
        }
        bytes.extend(tail);
    }
    Ok(bytes)
}
