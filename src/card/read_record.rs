//! READ RECORD (EMV Book 1 11.2, Book 3 6.5.11).

use crate::apdu::{Command, StatusWord};
use crate::card::select::{PSE_SFI, directory_record};
use crate::card::session::Phase;
use crate::card::{Answer, Applet, CardMemory, Coprocessor, RECORD_LENGTH};
use crate::tlv::Writer;

/// From here on, files are the payment system's and the issuer's own: the log stands here.
const FIRST_PRIVATE_SFI: u8 = 11;

impl<M: CardMemory, C: Coprocessor> Applet<'_, M, C> {
    /// By record number, P2 = file and `100`.
    pub(super) fn read_record(&mut self, command: &Command<'_>, reply: &mut Writer<'_>) -> Answer {
        let (number, sfi) = (command.p1, command.p2 >> 3);
        if number == 0 || command.p2 & 0x07 != 0x04 || !(1..=30).contains(&sfi) {
            return Err(StatusWord::INCORRECT_P1_P2);
        }
        match self.session.phase {
            Phase::Idle => return Err(StatusWord::CONDITIONS_NOT_SATISFIED),
            Phase::Directory if (sfi, number) == (PSE_SFI, 1) => {
                directory_record(self.profile, reply)?;
            }
            Phase::Directory if sfi == PSE_SFI => return Err(StatusWord::RECORD_NOT_FOUND),
            Phase::Directory => return Err(StatusWord::FILE_NOT_FOUND),
            Phase::Selected if sfi < FIRST_PRIVATE_SFI => {
                return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
            }
            Phase::Selected | Phase::Initiated | Phase::Online | Phase::Done => {
                self.write_record(sfi, number, reply)?;
            }
        }
        Ok(StatusWord::OK)
    }

    /// The record as it was updated or logged, else as it was personalised.
    #[inline(never)] // See the module's page: memory.
    fn write_record(&self, sfi: u8, number: u8, reply: &mut Writer<'_>) -> Result<(), StatusWord> {
        let log = self.profile.log.filter(|log| log.sfi == sfi);
        let personalised = match log {
            Some(log) if number > log.capacity => return Err(StatusWord::RECORD_NOT_FOUND),
            Some(_) => None,
            None => Some(self.profile.record(sfi, number)?),
        };
        if personalised.is_none_or(|record| record.updatable) {
            let mut buffer = [0; RECORD_LENGTH];
            let stored = self.memory.record(sfi, number, &mut buffer);
            if let Some(length) = stored.map_err(|_| StatusWord::MEMORY_FAILURE)? {
                reply.raw(buffer.get(..length).unwrap_or_default())?;
                return Ok(());
            }
        }
        reply.raw(personalised.ok_or(StatusWord::RECORD_NOT_FOUND)?.data)?;
        Ok(())
    }
}
