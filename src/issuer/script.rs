//! Issuer scripts: the commands an issuer sends its card, each with a MAC.

use crate::cryptogram::{CommandHeader, MacInput, PinChange};
use crate::element::Pin;
use crate::error::{Error, ErrorKind};
use crate::issuer::{CryptogramEngine, EngineError, VerifiedArqc};
use crate::tag::{self, Tag};
use crate::tlv::Writer;

/// When the terminal delivers a script (EMV Book 3 10.10).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScriptPhase {
    /// Tag 71: before the final GENERATE AC.
    BeforeFinalGenerateAc,
    /// Tag 72: after it.
    AfterFinalGenerateAc,
}

impl ScriptPhase {
    /// The template's tag.
    pub const fn tag(self) -> Tag {
        match self {
            Self::BeforeFinalGenerateAc => tag::ISSUER_SCRIPT_TEMPLATE_1,
            Self::AfterFinalGenerateAc => tag::ISSUER_SCRIPT_TEMPLATE_2,
        }
    }
}

/// Longest data of a command, in bytes.
const MAX_DATA: usize = 255;

/// Adds commands to a script; see [`Issuer::script`](crate::issuer::Issuer::script).
#[derive(Debug)]
pub struct ScriptWriter<'w, 'v, 'b, E: CryptogramEngine + ?Sized> {
    engine: &'w E,
    verified: &'w mut VerifiedArqc<'v, E::AnswerKey>,
    writer: &'w mut Writer<'b>,
    mac_length: usize,
}

impl<'v, E: CryptogramEngine + ?Sized> ScriptWriter<'_, 'v, '_, E> {
    pub(crate) fn write<'b>(
        engine: &E,
        verified: &mut VerifiedArqc<'v, E::AnswerKey>,
        phase: ScriptPhase,
        identifier: [u8; 4],
        buffer: &'b mut [u8],
        fill: impl FnOnce(&mut ScriptWriter<'_, 'v, '_, E>) -> Result<(), EngineError>,
    ) -> Result<&'b [u8], EngineError> {
        let before = verified.scripted;
        let mut writer = Writer::new(buffer);
        let written = writer.template(phase.tag(), |inner| {
            inner.put(tag::ISSUER_SCRIPT_IDENTIFIER, &identifier)?;
            fill(&mut ScriptWriter {
                engine,
                verified: &mut *verified,
                writer: inner,
                mac_length: 8,
            })
        });
        if written.is_err() {
            verified.scripted = before;
        }
        written.map(|()| writer.finish())
    }

    /// Bytes of each MAC from here on, 4 to 8; 8 unless set.
    ///
    /// # Errors
    /// [`ErrorKind::Length`].
    pub fn mac_length(&mut self, length: usize) -> Result<(), EngineError> {
        if !(4..=8).contains(&length) {
            return Err(Error::new(ErrorKind::Length {
                min: 4,
                max: 8,
                found: length,
            })
            .into());
        }
        self.mac_length = length;
        Ok(())
    }

    /// APPLICATION BLOCK (EMV Book 3 6.5.1).
    ///
    /// # Errors
    /// Those of [`ScriptWriter::command`], as for all commands below.
    pub fn application_block(&mut self) -> Result<(), EngineError> {
        self.command(header(0x84, 0x1E, 0, 0), &[])
    }

    /// APPLICATION UNBLOCK (EMV Book 3 6.5.2).
    ///
    /// # Errors
    /// Those of [`ScriptWriter::command`].
    pub fn application_unblock(&mut self) -> Result<(), EngineError> {
        self.command(header(0x84, 0x18, 0, 0), &[])
    }

    /// CARD BLOCK (EMV Book 3 6.5.3).
    ///
    /// # Errors
    /// Those of [`ScriptWriter::command`].
    pub fn card_block(&mut self) -> Result<(), EngineError> {
        self.command(header(0x84, 0x16, 0, 0), &[])
    }

    /// PIN CHANGE/UNBLOCK that resets the try counter (EMV Book 3 6.5.10).
    ///
    /// # Errors
    /// Those of [`ScriptWriter::command`].
    pub fn pin_unblock(&mut self) -> Result<(), EngineError> {
        self.command(header(0x84, 0x24, 0, 0), &[])
    }

    /// PUT DATA for a data element of the card. No EMV book defines it; this is the payment systems' common form.
    ///
    /// # Errors
    /// Those of [`ScriptWriter::command`], and [`ErrorKind::InvalidTag`] for a tag of three bytes.
    pub fn put_data(&mut self, tag: Tag, value: &[u8]) -> Result<(), EngineError> {
        let [p1, p2] = match *tag.as_bytes() {
            [p2] => [0, p2],
            [p1, p2] => [p1, p2],
            _ => return Err(Error::new(ErrorKind::InvalidTag).in_tag(tag).into()),
        };
        self.command(header(0x04, 0xDA, p1, p2), value)
    }

    /// UPDATE RECORD: `sfi` 1 to 30, `record` from 1. No EMV book defines it; this is the payment systems' common form.
    ///
    /// # Errors
    /// Those of [`ScriptWriter::command`], and [`ErrorKind::Value`] for a file or record that cannot be.
    pub fn update_record(&mut self, sfi: u8, record: u8, data: &[u8]) -> Result<(), EngineError> {
        if !(1..=30).contains(&sfi) || record == 0 {
            return Err(Error::new(ErrorKind::Value).into());
        }
        self.command(header(0x04, 0xDC, record, sfi << 3 | 0x04), data)
    }

    /// PIN CHANGE/UNBLOCK with a new PIN, enciphered.
    ///
    /// # Errors
    /// Those of [`ScriptWriter::command`], and when the scheme has no form that uses the current PIN.
    pub fn pin_change(&mut self, new: &Pin, current: Option<&Pin>) -> Result<(), EngineError> {
        let form = if current.is_some() {
            PinChange::WithCurrent
        } else {
            PinChange::WithoutCurrent
        };
        let mut block = [0; 64];
        let length = self.engine.script_pin(
            self.verified,
            self.verified.scripted.0,
            new,
            current,
            &mut block,
        )?;
        self.send(
            form.header(),
            Payload::Enciphered,
            block.get(..length).unwrap_or_default(),
        )
    }

    /// Any command: its data in clear, followed by the MAC.
    ///
    /// # Errors
    /// When the keys cannot be used, or command or script are too long.
    pub fn command(&mut self, header: CommandHeader, data: &[u8]) -> Result<(), EngineError> {
        self.send(header, Payload::Plain, data)
    }

    fn send(
        &mut self,
        header: CommandHeader,
        payload: Payload,
        data: &[u8],
    ) -> Result<(), EngineError> {
        let format_1 = self
            .verified
            .version()
            .script
            .is_some_and(|s| s.mac_input == MacInput::Format1);
        let mut body = [0; MAX_DATA];
        let mut body = Writer::new(&mut body);
        let mut class = header.class;
        let mac_header = if format_1 { 2 } else { 0 };
        if format_1 {
            class |= 0x08;
            payload.put(data, &mut body)?;
        } else {
            body.raw(data)?;
        }
        let length = u8::try_from(body.as_bytes().len() + mac_header + self.mac_length)
            .map_err(|_| Error::new(ErrorKind::MessageTooLong))?;
        let header = [class, header.instruction, header.p1, header.p2, length];
        let (index, chain) = self.verified.scripted;
        let mac = self
            .engine
            .script_mac(self.verified, index, header, body.as_bytes(), chain)?;
        let truncated = mac.0.get(..self.mac_length).unwrap_or_default();
        if format_1 {
            body.put(CRYPTOGRAPHIC_CHECKSUM, truncated)?;
        } else {
            body.raw(truncated)?;
        }
        let mut command = [0; MAX_DATA + 5];
        let mut command = Writer::new(&mut command);
        command.raw(&header)?;
        command.raw(body.as_bytes())?;
        self.writer
            .put(tag::ISSUER_SCRIPT_COMMAND, command.as_bytes())?;
        self.verified.scripted = (index + 1, mac);
        Ok(())
    }
}

/// Data object of format 1 for the MAC (ISO/IEC 7816-4 10.3).
const CRYPTOGRAPHIC_CHECKSUM: Tag = Tag::new(0x8E);

/// What the data of a command are, which format 1 shows by a tag.
enum Payload {
    Plain,
    Enciphered,
}

impl Payload {
    fn put(&self, data: &[u8], body: &mut Writer<'_>) -> Result<(), Error> {
        match self {
            Self::Plain if data.is_empty() => Ok(()),
            Self::Plain => body.put(Tag::new(0x81), data),
            Self::Enciphered => {
                // The leading 01 says: padded by method 2 (ISO/IEC 7816-4 10.4).
                let mut value = [0; MAX_DATA];
                let mut value = Writer::new(&mut value);
                value.raw(&[0x01])?;
                value.raw(data)?;
                body.put(Tag::new(0x87), value.as_bytes())
            }
        }
    }
}

const fn header(class: u8, instruction: u8, p1: u8, p2: u8) -> CommandHeader {
    CommandHeader {
        class,
        instruction,
        p1,
        p2,
    }
}
