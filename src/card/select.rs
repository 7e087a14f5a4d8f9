//! SELECT and the file control information (EMV Book 1 11.3, 12).

use crate::apdu::{Command, StatusWord};
use crate::card::session::{Phase, Session};
use crate::card::{Answer, Applet, CardMemory, Coprocessor, Profile};
use crate::error::Result;
use crate::tag;
use crate::tlv::Writer;

/// The two payment system directories.
const PSE: &[u8] = b"1PAY.SYS.DDF01";
const PPSE: &[u8] = b"2PAY.SYS.DDF01";

/// Short file identifier of the PSE's directory.
pub(super) const PSE_SFI: u8 = 1;

/// What a SELECT asks for.
#[derive(Clone, Copy)]
pub(super) enum Wanted<'c> {
    Pse,
    Ppse,
    /// An application by its name or the beginning of it.
    Application {
        name: &'c [u8],
        next: bool,
    },
}

impl<'c> Wanted<'c> {
    /// By name, the first or only or the next occurrence.
    pub(super) fn parse(command: &Command<'c>) -> Result<Self, StatusWord> {
        if command.p1 != 0x04 || !matches!(command.p2, 0x00 | 0x02) {
            return Err(StatusWord::INCORRECT_P1_P2);
        }
        if !(5..=16).contains(&command.data.len()) {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let next = command.p2 == 0x02;
        Ok(match command.data {
            PSE if !next => Self::Pse,
            PPSE if !next => Self::Ppse,
            name => Self::Application { name, next },
        })
    }
}

impl<M: CardMemory, C: Coprocessor> Applet<'_, M, C> {
    /// A card with this application alone: there is never a next one. [`Card`](crate::card::Card) has several.
    pub(super) fn select(&mut self, command: &Command<'_>, reply: &mut Writer<'_>) -> Answer {
        let profile = self.profile;
        let wanted = Wanted::parse(command)?;
        if self.state.flags.card_blocked {
            return Err(StatusWord::FUNCTION_NOT_SUPPORTED);
        }
        match wanted {
            Wanted::Pse if profile.directories.pse => {
                self.session = Session::new(Phase::Directory);
                pse(reply)?;
                Ok(StatusWord::OK)
            }
            Wanted::Ppse if profile.directories.ppse => {
                self.reset();
                ppse([profile].into_iter(), reply)?;
                Ok(StatusWord::OK)
            }
            Wanted::Application { name, next: false } if profile.aid.starts_with(name) => {
                self.enter(reply)
            }
            _ => Err(StatusWord::FILE_NOT_FOUND),
        }
    }

    /// Selects the application.
    pub(super) fn enter(&mut self, reply: &mut Writer<'_>) -> Answer {
        self.session = Session::new(Phase::Selected);
        application(self.profile, reply)?;
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

pub(super) fn pse(reply: &mut Writer<'_>) -> Result<()> {
    reply.template(tag::FCI_TEMPLATE, |fci| {
        fci.put(tag::DEDICATED_FILE_NAME, PSE)?;
        fci.template(tag::FCI_PROPRIETARY_TEMPLATE, |inner| {
            inner.put(tag::SHORT_FILE_IDENTIFIER, &[PSE_SFI])
        })
    })
}

pub(super) fn ppse<'p>(
    mut profiles: impl Iterator<Item = &'p Profile<'p>>,
    reply: &mut Writer<'_>,
) -> Result<()> {
    reply.template(tag::FCI_TEMPLATE, |fci| {
        fci.put(tag::DEDICATED_FILE_NAME, PPSE)?;
        fci.template(tag::FCI_PROPRIETARY_TEMPLATE, |inner| {
            inner.template(tag::FCI_ISSUER_DISCRETIONARY_DATA, |list| {
                profiles.try_for_each(|profile| entry(profile, list))
            })
        })
    })
}

/// A record of the PSE's directory: there is one for each application.
pub(super) fn directory_record(profile: &Profile<'_>, reply: &mut Writer<'_>) -> Result<()> {
    reply.template(tag::READ_RECORD_RESPONSE_TEMPLATE, |record| {
        entry(profile, record)
    })
}
