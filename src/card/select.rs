//! SELECT and the file control information (EMV Book 1 11.3, 12).

use crate::apdu::{Command, StatusWord};
use crate::card::session::{Phase, Session};
use crate::card::{Answer, Applet, CardMemory, Coprocessor, Profile};
use crate::error::Result;
use crate::tag;
use crate::tlv::Writer;

const PSE: &[u8] = b"1PAY.SYS.DDF01";
const PPSE: &[u8] = b"2PAY.SYS.DDF01";

/// Short file identifier of the PSE's directory.
pub(super) const PSE_SFI: u8 = 1;

impl<M: CardMemory, C: Coprocessor> Applet<'_, M, C> {
    /// By name, the first or only or the next occurrence. There is one application, so there is never a next one.
    pub(super) fn select(&mut self, command: &Command<'_>, reply: &mut Writer<'_>) -> Answer {
        let profile = self.profile;
        if command.p1 != 0x04 || !matches!(command.p2, 0x00 | 0x02) {
            return Err(StatusWord::INCORRECT_P1_P2);
        }
        if !(5..=16).contains(&command.data.len()) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        if self.state.flags.card_blocked {
            return Err(StatusWord::FUNCTION_NOT_SUPPORTED);
        }
        if command.p2 == 0x02 {
            return Err(StatusWord::FILE_NOT_FOUND);
        }
        if profile.directories.pse && command.data == PSE {
            self.session = Session::new(Phase::Directory);
            pse(reply)?;
            return Ok(StatusWord::OK);
        }
        if profile.directories.ppse && command.data == PPSE {
            self.session = Session::new(Phase::Idle);
            ppse(profile, reply)?;
            return Ok(StatusWord::OK);
        }
        if !profile.aid.starts_with(command.data) {
            return Err(StatusWord::FILE_NOT_FOUND);
        }
        self.session = Session::new(Phase::Selected);
        application(profile, reply)?;
        Ok(if self.state.flags.application_blocked {
            StatusWord::SELECTED_FILE_INVALIDATED
        } else {
            StatusWord::OK
        })
    }
}

fn application(profile: &Profile<'_>, reply: &mut Writer<'_>) -> Result<()> {
    reply.template(tag::FCI_TEMPLATE, |fci| {
        fci.put(tag::DEDICATED_FILE_NAME, profile.aid)?;
        fci.template(tag::FCI_PROPRIETARY_TEMPLATE, |proprietary| {
            proprietary.put(tag::APPLICATION_LABEL, profile.label)?;
            if let Some(priority) = profile.priority {
                proprietary.put(tag::APPLICATION_PRIORITY_INDICATOR, &[priority])?;
            }
            if !profile.pdol.is_empty() {
                proprietary.put(tag::PDOL, profile.pdol)?;
            }
            profile
                .fci
                .iter()
                .try_for_each(|(tag, value)| proprietary.put(*tag, value))?;
            match profile.log {
                Some(log) => proprietary.template(tag::FCI_ISSUER_DISCRETIONARY_DATA, |data| {
                    data.put(tag::LOG_ENTRY, &[log.sfi, log.capacity])
                }),
                None => Ok(()),
            }
        })
    })
}

/// The application's entry in a directory.
fn entry(profile: &Profile<'_>, writer: &mut Writer<'_>) -> Result<()> {
    writer.template(tag::APPLICATION_TEMPLATE, |entry| {
        entry.put(tag::ADF_NAME, profile.aid)?;
        entry.put(tag::APPLICATION_LABEL, profile.label)?;
        match profile.priority {
            Some(priority) => entry.put(tag::APPLICATION_PRIORITY_INDICATOR, &[priority]),
            None => Ok(()),
        }
    })
}

fn pse(reply: &mut Writer<'_>) -> Result<()> {
    reply.template(tag::FCI_TEMPLATE, |fci| {
        fci.put(tag::DEDICATED_FILE_NAME, PSE)?;
        fci.template(tag::FCI_PROPRIETARY_TEMPLATE, |inner| {
            inner.put(tag::SHORT_FILE_IDENTIFIER, &[PSE_SFI])
        })
    })
}

fn ppse(profile: &Profile<'_>, reply: &mut Writer<'_>) -> Result<()> {
    reply.template(tag::FCI_TEMPLATE, |fci| {
        fci.put(tag::DEDICATED_FILE_NAME, PPSE)?;
        fci.template(tag::FCI_PROPRIETARY_TEMPLATE, |inner| {
            inner.template(tag::FCI_ISSUER_DISCRETIONARY_DATA, |list| {
                entry(profile, list)
            })
        })
    })
}

/// The only record of the PSE's directory.
pub(super) fn directory_record(profile: &Profile<'_>, reply: &mut Writer<'_>) -> Result<()> {
    reply.template(tag::READ_RECORD_RESPONSE_TEMPLATE, |record| {
        entry(profile, record)
    })
}
