//! The transaction log (EMV Book 3 Annex D).

use crate::apdu::StatusWord;
use crate::card::session::Phase;
use crate::card::transaction::Signed;
use crate::card::{Applet, CardMemory, Coprocessor};
use crate::cryptogram::DataSource;
use crate::dol::DataObjectList;
use crate::element::{CryptogramInformationData, CryptogramType};
use crate::tag;

/// Most bytes of an entry: the card puts it together while it makes the cryptogram.
pub(super) const LOG_ENTRY_LENGTH: usize = 64;

impl<M: CardMemory, C: Coprocessor> Applet<'_, M, C> {
    /// The entry of a transaction whose final cryptogram is this, and its length: approvals are logged.
    pub(super) fn log_entry(
        &self,
        kind: CryptogramType,
        signed: &Signed<'_>,
        entry: &mut [u8; LOG_ENTRY_LENGTH],
    ) -> Result<usize, StatusWord> {
        let Some(log) = self.profile.log.filter(|_| kind == CryptogramType::Tc) else {
            return Ok(0);
        };
        let list = DataObjectList::parse(log.format)?;
        let filled = list.fill(entry, |tag| match tag {
            tag::CRYPTOGRAM_INFORMATION_DATA => Some(&CryptogramInformationData::TC.0),
            _ => signed.value(tag).ok().flatten(),
        })?;
        Ok(filled.len())
    }

    /// Appends the entry, if there is one: after the state and before the cryptogram leaves the card.
    pub(super) fn append(&mut self, entry: &[u8]) -> Result<(), StatusWord> {
        let Some(log) = self.profile.log.filter(|_| !entry.is_empty()) else {
            return Ok(());
        };
        self.memory
            .append_record(log.sfi, log.capacity, entry)
            .map_err(|_| {
                self.session.phase = Phase::Done;
                StatusWord::MEMORY_FAILURE
            })
    }
}
