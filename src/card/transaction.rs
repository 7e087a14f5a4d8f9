//! The data of the transaction as the card sees them: what the terminal sent for its lists.

use crate::apdu::StatusWord;
use crate::cryptogram::DataSource;
use crate::dol::DataObjectList;
use crate::element::{ApplicationInterchangeProfile, ApplicationTransactionCounter};
use crate::error::Result;
use crate::tag::{self, Tag};

/// A data object list of the card and the values that the terminal sent for it.
#[derive(Clone, Copy)]
pub(super) struct Listed<'a> {
    list: DataObjectList<'a>,
    values: &'a [u8],
}

impl<'a> Listed<'a> {
    /// # Errors
    /// `6700` when the values do not have the length that the list asks for.
    pub(super) fn new(list: &'a [u8], values: &'a [u8]) -> Result<Self, StatusWord> {
        let list = DataObjectList::parse(list)?;
        if values.len() != list.total_length() {
            return Err(StatusWord::WRONG_LENGTH);
        }
        Ok(Self { list, values })
    }

    fn value(&self, tag: Tag) -> Result<Option<&'a [u8]>> {
        self.list.value_of(self.values, tag)
    }
}

/// Everything that a cryptogram can sign.
#[derive(Clone, Copy)]
pub(super) struct Transaction<'a> {
    /// The newest values first: of CDOL2 once they have come, of CDOL1, of the PDOL.
    pub(super) lists: [Option<Listed<'a>>; 3],
    pub(super) aip: ApplicationInterchangeProfile,
    pub(super) atc: ApplicationTransactionCounter,
}

impl<'a> Transaction<'a> {
    /// A value that the terminal sent.
    pub(super) fn get(&self, tag: Tag) -> Option<&'a [u8]> {
        self.lists
            .iter()
            .flatten()
            .find_map(|listed| listed.value(tag).ok()?)
    }

    /// A value of a fixed length that the terminal sent.
    pub(super) fn array<const N: usize>(&self, tag: Tag) -> Option<[u8; N]> {
        self.get(tag)?.try_into().ok()
    }
}

/// The signed data: the transaction's, and what the card itself adds.
pub(super) struct Signed<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    pub(super) iad: &'a [u8],
    atc: [u8; 2],
}

impl<'a> Signed<'a> {
    pub(super) fn new(transaction: &'a Transaction<'a>, iad: &'a [u8]) -> Self {
        Self {
            transaction,
            iad,
            atc: transaction.atc.to_bytes(),
        }
    }
}

impl DataSource for Signed<'_> {
    fn value(&self, tag: Tag) -> Result<Option<&[u8]>> {
        Ok(match tag {
            tag::APPLICATION_INTERCHANGE_PROFILE => Some(&self.transaction.aip.0),
            tag::APPLICATION_TRANSACTION_COUNTER => Some(&self.atc),
            tag::ISSUER_APPLICATION_DATA => Some(self.iad),
            _ => self.transaction.get(tag),
        })
    }
}
