//! The data of the transaction as the card sees them: what the terminal sent for its lists.

use crate::cryptogram::DataSource;
use crate::element::{ApplicationInterchangeProfile, ApplicationTransactionCounter};
use crate::error::Result;
use crate::tag::{self, Tag};

/// A data object list of the card and the values that the terminal sent for it.
#[derive(Clone, Copy)]
pub(super) struct Listed<'a> {
    pub(super) list: &'a [u8],
    pub(super) values: &'a [u8],
}

/// Tag and length of each entry of a data object list (EMV Book 3 5.4), up to the first that is malformed.
pub(super) fn entries(list: &[u8]) -> impl Iterator<Item = (Tag, usize)> {
    let mut rest = list;
    core::iter::from_fn(move || {
        let (tag, used) = Tag::parse(rest).ok()?;
        let (length, after) = rest.get(used..)?.split_first()?;
        rest = after;
        Some((tag, usize::from(*length)))
    })
}

/// Bytes that a terminal sends for a list.
pub(super) fn total_length(list: &[u8]) -> usize {
    entries(list).map(|(_, length)| length).sum()
}

impl<'a> Listed<'a> {
    fn value(self, tag: Tag) -> Option<&'a [u8]> {
        let mut start = 0;
        for (entry, length) in entries(self.list) {
            if entry == tag {
                return self.values.get(start..start + length);
            }
            start += length;
        }
        None
    }
}

/// Everything that a cryptogram can sign.
#[derive(Clone, Copy)]
pub(super) struct Transaction<'a> {
    /// The newest values first: of CDOL2, of CDOL1, of the PDOL.
    pub(super) lists: [Listed<'a>; 3],
    pub(super) aip: ApplicationInterchangeProfile,
    pub(super) atc: ApplicationTransactionCounter,
}

impl<'a> Transaction<'a> {
    /// A value that the terminal sent.
    pub(super) fn get(&self, tag: Tag) -> Option<&'a [u8]> {
        self.lists.iter().find_map(|listed| listed.value(tag))
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
