//! The data elements of a transaction.

use std::collections::BTreeMap;

use chipcard::dol::DataObjectList;
use chipcard::tlv::Reader;
use chipcard::{Error, ErrorKind, Result, Tag};

/// Data elements by tag: the terminal's own and what the card gave.
#[derive(Clone, Debug, Default)]
pub struct TransactionData {
    values: BTreeMap<Tag, Vec<u8>>,
}

impl TransactionData {
    /// Sets an element of the terminal, which changes as the transaction goes on.
    pub fn set(&mut self, tag: Tag, value: &[u8]) {
        self.values.insert(tag, value.to_vec());
    }

    /// The value of an element.
    pub fn get(&self, tag: Tag) -> Option<&[u8]> {
        self.values.get(&tag).map(Vec::as_slice)
    }

    /// The value of an element that must be there.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`].
    pub fn require(&self, tag: Tag) -> Result<&[u8]> {
        self.get(tag)
            .ok_or(Error::new(ErrorKind::Missing).in_tag(tag))
    }

    /// All elements in the order of their tags.
    pub fn iter(&self) -> impl Iterator<Item = (Tag, &[u8])> {
        self.values
            .iter()
            .map(|(tag, value)| (*tag, value.as_slice()))
    }

    /// Takes the data objects of a template that the card gave. The card gives each once (EMV Book 3 10.2).
    ///
    /// # Errors
    /// What is malformed, and [`ErrorKind::Duplicate`].
    pub(super) fn take(&mut self, template: &[u8]) -> Result<()> {
        for object in Reader::new(template).zero_filler() {
            let object = object?;
            if self
                .values
                .insert(object.tag, object.value.to_vec())
                .is_some()
            {
                return Err(Error::new(ErrorKind::Duplicate).in_tag(object.tag));
            }
        }
        Ok(())
    }

    /// Fills a data object list; `None` stands for an empty one.
    ///
    /// # Errors
    /// When the list is malformed.
    pub(super) fn fill(&self, list: Option<&[u8]>) -> Result<Vec<u8>> {
        let list = DataObjectList::parse(list.unwrap_or_default())?;
        let mut buffer = vec![0; list.total_length()];
        list.fill(&mut buffer, |tag| self.get(tag))?;
        Ok(buffer)
    }
}
