//! Issuer scripts: secure messaging (EMV Book 2 9) and the account of what was done.

use crate::apdu::{Command, Instruction, StatusWord};
use crate::card::session::{FirstCryptogram, Phase, ScriptProgress};
use crate::card::{Answer, Applet, CardMemory, CardState, Coprocessor};
use crate::crypto::{Message, constant_time_eq};
use crate::cryptogram::{ChainBlock, MacInput, ScriptMessage, ScriptStyle, decipher};
use crate::element::CryptogramType;
use crate::key::SessionDerivation;
use crate::tag::Tag;
use crate::tlv::Reader;

/// Data objects of format 1 (ISO/IEC 7816-4 10.3, 10.4): plain value, cryptogram, checksum.
const PLAIN_VALUE: Tag = Tag::new(0x81);
const CRYPTOGRAM: Tag = Tag::new(0x87);
const CHECKSUM: Tag = Tag::new(0x8E);

/// What stood before the MAC.
#[derive(Clone, Copy)]
struct Body<'a> {
    /// The bytes that the MAC covers.
    signed: &'a [u8],
    payload: Payload<'a>,
}

#[derive(Clone, Copy)]
enum Payload<'a> {
    Plain(&'a [u8]),
    Enciphered(&'a [u8]),
}

impl<M: CardMemory, C: Coprocessor> Applet<'_, M, C> {
    /// A command of an issuer script: after an ARQC, before or after the second GENERATE AC.
    ///
    /// What it changes and the count of it are stored in one piece. A wrong MAC ends script processing for this
    /// transaction, so that nobody can try many.
    #[inline(never)] // See the module's page: memory.
    pub(super) fn script(&mut self, instruction: Instruction, command: &Command<'_>) -> Answer {
        let Some(style) = &self.profile.version.script else {
            return Err(StatusWord::INSTRUCTION_NOT_SUPPORTED);
        };
        let first = match (self.session.phase, self.session.first) {
            (Phase::Online | Phase::Done, Some(first))
                if first.kind == CryptogramType::Arqc && !self.session.script.closed =>
            {
                first
            }
            _ => return Err(StatusWord::CONDITIONS_NOT_SATISFIED),
        };
        let mut state = self.state.clone();
        let mut data = Message::new();
        let done = self
            .open(style, &first, instruction, command, &mut data)
            .and_then(|()| {
                self.carry_out(instruction, command, data.as_bytes(), style, &mut state)
            });
        match done {
            Ok(()) => state.script_counter = state.script_counter.saturating_add(1).min(0x0F),
            Err(_) => {
                state = CardState {
                    ..self.state.clone()
                };
                state.flags.script_failed = true;
                self.session.script.failed = true;
            }
        }
        self.commit(state)?;
        done.map(|()| StatusWord::OK)
    }

    /// Checks the MAC, and fills `data` with those of the command in clear.
    #[inline(never)] // See the module's page: memory.
    fn open(
        &mut self,
        style: &ScriptStyle,
        first: &FirstCryptogram,
        instruction: Instruction,
        command: &Command<'_>,
        data: &mut Message,
    ) -> Result<(), StatusWord> {
        let format_1 = style.mac_input == MacInput::Format1;
        if (command.class & 0x08 != 0) != format_1 {
            return Err(StatusWord::SECURE_MESSAGING_NOT_SUPPORTED);
        }
        let length = usize::from(self.profile.script_mac_length);
        let (body, mac) = if format_1 {
            format_1_body(command.data, length)?
        } else {
            format_2_body(instruction, command, length)?
        };
        let progress = self.session.script;
        let index = if style.key_per_command {
            progress.index
        } else {
            0
        };
        let derivation = style
            .session_key
            .for_script(self.state.atc, first.ac.0, index);
        let chain = progress.chain.unwrap_or(ChainBlock::first(first.ac));
        let expected = self.script_mac(style, &derivation, chain, first, command, body.signed)?;
        if !constant_time_eq(expected.0.get(..length).unwrap_or_default(), mac) {
            self.session.script.closed = true;
            return Err(StatusWord::SECURE_MESSAGING_OBJECT_INCORRECT);
        }
        self.session.script = ScriptProgress {
            index: progress.index + 1,
            chain: Some(expected),
            ..progress
        };
        match body.payload {
            Payload::Plain(bytes) => data.push(bytes)?,
            Payload::Enciphered(bytes) => {
                data.push(bytes)?;
                self.decipher(style, &derivation, data)?;
            }
        }
        Ok(())
    }

    #[inline(never)] // See the module's page: memory.
    fn decipher(
        &self,
        style: &ScriptStyle,
        derivation: &SessionDerivation,
        data: &mut Message,
    ) -> Result<(), StatusWord> {
        let smc = self.keys.smc().ok_or(StatusWord::FUNCTION_NOT_SUPPORTED)?;
        let key = smc.session_key(derivation)?;
        decipher(style.mode, &key, data)
            .and_then(|()| style.padding.remove(data))
            .map_err(|_| StatusWord::INCORRECT_DATA)
    }

    #[inline(never)] // See the module's page: memory.
    fn script_mac(
        &self,
        style: &ScriptStyle,
        derivation: &SessionDerivation,
        chain: ChainBlock,
        first: &FirstCryptogram,
        command: &Command<'_>,
        data: &[u8],
    ) -> Result<ChainBlock, StatusWord> {
        let smi = self.keys.smi().ok_or(StatusWord::FUNCTION_NOT_SUPPORTED)?;
        let [class, instruction, p1, p2] = command.header();
        // A command has at most 255 bytes of data.
        let lc = command.data.len().to_le_bytes()[0];
        let message = ScriptMessage {
            header: [class, instruction, p1, p2, lc],
            data,
            atc: self.state.atc,
            ac: first.ac,
            chain,
        };
        Ok(message.mac(style.mac_input, &smi.session_key(derivation)?)?)
    }
}

/// Format 2: the data, whose form the command implies, and the MAC behind them.
fn format_2_body<'c>(
    instruction: Instruction,
    command: &Command<'c>,
    mac_length: usize,
) -> Result<(Body<'c>, &'c [u8]), StatusWord> {
    let start = command.data.len().checked_sub(mac_length);
    let (signed, mac) = start
        .and_then(|start| command.data.split_at_checked(start))
        .ok_or(StatusWord::SECURE_MESSAGING_OBJECT_MISSING)?;
    let payload = match instruction {
        Instruction::PinChangeUnblock if command.p2 != 0 => Payload::Enciphered(signed),
        _ => Payload::Plain(signed),
    };
    Ok((Body { signed, payload }, mac))
}

/// Format 1: at most one data object, then the checksum.
fn format_1_body(data: &[u8], mac_length: usize) -> Result<(Body<'_>, &[u8]), StatusWord> {
    let mut objects = Reader::new(data);
    let mut next = || {
        let object = objects.next().transpose();
        object.map_err(|_| StatusWord::SECURE_MESSAGING_OBJECT_INCORRECT)
    };
    let first = next()?.ok_or(StatusWord::SECURE_MESSAGING_OBJECT_MISSING)?;
    let (content, checksum) = if first.tag == CHECKSUM {
        (None, first)
    } else {
        let checksum = next()?.ok_or(StatusWord::SECURE_MESSAGING_OBJECT_MISSING)?;
        (Some(first), checksum)
    };
    if checksum.tag != CHECKSUM || checksum.value.len() != mac_length || next()?.is_some() {
        return Err(StatusWord::SECURE_MESSAGING_OBJECT_INCORRECT);
    }
    let payload = match content.map(|object| (object.tag, object.value)) {
        None => Payload::Plain(&[]),
        Some((PLAIN_VALUE, value)) => Payload::Plain(value),
        // The first byte says how the value was padded; 01 is method 2.
        Some((CRYPTOGRAM, [0x01, value @ ..])) => Payload::Enciphered(value),
        Some(_) => return Err(StatusWord::SECURE_MESSAGING_OBJECT_INCORRECT),
    };
    let signed = data.get(..checksum.offset).unwrap_or_default();
    Ok((Body { signed, payload }, checksum.value))
}
