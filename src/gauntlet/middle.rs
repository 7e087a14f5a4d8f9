//! Who sits between terminal and card.

use std::vec::Vec;

use crate::Tag;
use crate::apdu::{Command, Instruction, StatusWord};
use crate::dol::DataObjectList;
use crate::tag;
use crate::tlv::{self, Writer};

/// One man in the middle. Several stack: the first is next to the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Middle {
    /// Answers VERIFY himself with success; the card never sees it.
    AcceptsAnyPin,
    /// Tells the card other CVM results than the terminal's, in the data of GENERATE AC.
    TellsCard(Tag, &'static [u8]),
    /// Gives the terminal another value of a data object in a record.
    ShowsTerminal(Tag, &'static [u8]),
    /// Asks the card for another cryptogram than the terminal (the bits of P1).
    AsksFor(u8),
    /// Changes a bit of the issuer's answer on its way to the card.
    TampersAnswer,
    /// Keeps the issuer's answer back: the card hears only that the terminal approves or not.
    DropsAnswer,
}

/// What the middle may look at.
pub(super) struct Lists<'a> {
    /// The data object list of the coming GENERATE AC.
    pub(super) cdol: &'a [u8],
}

impl Middle {
    /// An answer of his own, without the card.
    pub(super) fn intercepts(self, command: &Command<'_>) -> Option<Vec<u8>> {
        (self == Self::AcceptsAnyPin && Instruction::of(command) == Some(Instruction::Verify))
            .then(|| StatusWord::OK.to_bytes().to_vec())
    }

    /// The command as he passes it on.
    pub(super) fn towards_card(self, bytes: Vec<u8>, lists: &Lists<'_>) -> Vec<u8> {
        let Ok(command) = Command::parse(&bytes) else {
            return bytes;
        };
        if Instruction::of(&command) != Some(Instruction::GenerateAc) {
            return bytes;
        }
        match self {
            Self::TellsCard(tag, value) => {
                let place = place_in_list(lists.cdol, tag);
                replace(bytes, place.map(|place| place + 5), value)
            }
            Self::AsksFor(bits) => replace(bytes, Some(2), &[bits]),
            _ => bytes,
        }
    }

    /// The response as he passes it on.
    pub(super) fn towards_terminal(self, command: &Command<'_>, response: Vec<u8>) -> Vec<u8> {
        let Self::ShowsTerminal(tag, value) = self else {
            return response;
        };
        if Instruction::of(command) != Some(Instruction::ReadRecord) {
            return response;
        }
        rewrite(&response, tag, value).unwrap_or(response)
    }
}

/// Where the value of a tag stands in the data that answer a list.
fn place_in_list(list: &[u8], tag: Tag) -> Option<usize> {
    let mut place = 0;
    for entry in DataObjectList::parse(list).ok()?.entries() {
        if entry.tag == tag {
            return Some(place);
        }
        place += usize::from(entry.length);
    }
    None
}

fn replace(mut bytes: Vec<u8>, place: Option<usize>, value: &[u8]) -> Vec<u8> {
    let target = place.and_then(|place| bytes.get_mut(place..place + value.len()));
    if let Some(target) = target {
        target.copy_from_slice(value);
    }
    bytes
}

/// A record with another value of one object.
fn rewrite(response: &[u8], tag: Tag, value: &[u8]) -> Option<Vec<u8>> {
    let (data, status) = StatusWord::split(response)?;
    let template = tlv::find(data, tag::READ_RECORD_RESPONSE_TEMPLATE).ok()??;
    let mut buffer = [0; 254];
    let mut inside = Writer::new(&mut buffer);
    let mut found = false;
    for object in template.children() {
        let object = object.ok()?;
        found |= object.tag == tag;
        let value = if object.tag == tag {
            value
        } else {
            object.value
        };
        inside.put(object.tag, value).ok()?;
    }
    let mut buffer = [0; 256];
    let mut whole = Writer::new(&mut buffer);
    whole.put(template.tag, inside.as_bytes()).ok()?;
    whole.raw(&status.to_bytes()).ok()?;
    found.then(|| whole.as_bytes().to_vec())
}
