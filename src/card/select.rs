//! SELECT and the file control information (EMV Book 1 11.3, 12).

use crate::apdu::{Command, StatusWord};
use crate::card::session::{Phase, Session};
use crate::card::{Answer, Applet, CardMemory, Profile};
use crate::error::Result;
use crate::tag::Tag;
use crate::tlv::Writer;

const FCI_TEMPLATE: Tag = Tag::new(0x6F);
const FCI_PROPRIETARY: Tag = Tag::new(0xA5);
const FCI_DISCRETIONARY: Tag = Tag::new(0xBF0C);
const APPLICATION_TEMPLATE: Tag = Tag::new(0x61);
const DF_NAME: Tag = Tag::new(0x84);
const ADF_NAME: Tag = Tag::new(0x4F);
const LABEL: Tag = Tag::new(0x50);
const PRIORITY: Tag = Tag::new(0x87);
const PDOL: Tag = Tag::new(0x9F38);
const DIRECTORY_SFI: Tag = Tag::new(0x88);
const RECORD_TEMPLATE: Tag = Tag::new(0x70);

const PSE: &[u8] = b"1PAY.SYS.DDF01";
const PPSE: &[u8] = b"2PAY.SYS.DDF01";

/// Short file identifier of the PSE's directory.
pub(super) const PSE_SFI: u8 = 1;

impl<M: CardMemory> Applet<'_, M> {
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
    reply.template(FCI_TEMPLATE, |fci| {
        fci.put(DF_NAME, profile.aid)?;
        fci.template(FCI_PROPRIETARY, |proprietary| {
            proprietary.put(LABEL, profile.label)?;
            if let Some(priority) = profile.priority {
                proprietary.put(PRIORITY, &[priority])?;
            }
            if !profile.pdol.is_empty() {
                proprietary.put(PDOL, profile.pdol)?;
            }
            profile
                .fci
                .iter()
                .try_for_each(|(tag, value)| proprietary.put(*tag, value))
        })
    })
}

/// The application's entry in a directory.
fn entry(profile: &Profile<'_>, writer: &mut Writer<'_>) -> Result<()> {
    writer.template(APPLICATION_TEMPLATE, |entry| {
        entry.put(ADF_NAME, profile.aid)?;
        entry.put(LABEL, profile.label)?;
        match profile.priority {
            Some(priority) => entry.put(PRIORITY, &[priority]),
            None => Ok(()),
        }
    })
}

fn pse(reply: &mut Writer<'_>) -> Result<()> {
    reply.template(FCI_TEMPLATE, |fci| {
        fci.put(DF_NAME, PSE)?;
        fci.template(FCI_PROPRIETARY, |inner| {
            inner.put(DIRECTORY_SFI, &[PSE_SFI])
        })
    })
}

fn ppse(profile: &Profile<'_>, reply: &mut Writer<'_>) -> Result<()> {
    reply.template(FCI_TEMPLATE, |fci| {
        fci.put(DF_NAME, PPSE)?;
        fci.template(FCI_PROPRIETARY, |inner| {
            inner.template(FCI_DISCRETIONARY, |list| entry(profile, list))
        })
    })
}

/// The only record of the PSE's directory.
pub(super) fn directory_record(profile: &Profile<'_>, reply: &mut Writer<'_>) -> Result<()> {
    reply.template(RECORD_TEMPLATE, |record| entry(profile, record))
}
