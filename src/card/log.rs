//! The transaction log (EMV Book 3 Annex D).

use crate::apdu::StatusWord;
use crate::card::session::Phase;
use crate::card::transaction::Signed;
use crate::card::{Applet, CardMemory, RECORD_LENGTH};
use crate::cryptogram::DataSource;
use crate::dol::DataObjectList;
use crate::element::{CryptogramInformationData, CryptogramType};
use crate::tag;

/// What the log is to keep of a transaction.
pub(super) struct LogEntry {
    bytes: [u8; RECORD_LENGTH],
    length: usize,
    sfi: u8,
    capacity: u8,
}

impl<M: CardMemory> Applet<'_, M> {
    /// The entry of a transaction whose final cryptogram is this: approvals are logged.
    pub(super) fn log_entry(
        &self,
        kind: CryptogramType,
        signed: &Signed<'_>,
    ) -> Result<Option<LogEntry>, StatusWord> {
        let Some(log) = self.profile.log.filter(|_| kind == CryptogramType::Tc) else {
            return Ok(None);
        };
        let mut bytes = [0; RECORD_LENGTH];
        let list = DataObjectList::parse(log.format)?;
        let filled = list.fill(&mut bytes, |tag| match tag {
            tag::CRYPTOGRAM_INFORMATION_DATA => Some(&CryptogramInformationData::TC.0),
            _ => signed.value(tag).ok().flatten(),
        })?;
        let length = filled.len();
        Ok(Some(LogEntry {
            bytes,
            length,
            sfi: log.sfi,
            capacity: log.capacity,
        }))
    }

    /// Appends the entry, after the state and before the cryptogram leaves the card.
    pub(super) fn append(&mut self, entry: Option<LogEntry>) -> Result<(), StatusWord> {
        let Some(entry) = entry else { return Ok(()) };
        let data = entry.bytes.get(..entry.length).unwrap_or(&entry.bytes);
        self.memory
            .append_record(entry.sfi, entry.capacity, data)
            .map_err(|_| {
                self.session.phase = Phase::Done;
                StatusWord::MEMORY_FAILURE
            })
    }
}
