//! Commands to the card and its responses.

use std::io;

use chipcard::Tag;
use chipcard::apdu::{Instruction, MAX_RESPONSE_LENGTH, StatusWord};
use chipcard::card::{Applet, CardMemory, Coprocessor};

use super::{Event, TerminalError};

/// A card in a reader, or a layer in front of one.
///
/// The one trait between those who send commands and those who answer them: layers that
/// [trace](crate::reader::Tracer), [fail](crate::reader::FaultInjector) or [cheat](crate::reader::ManInTheMiddle) stack over it.
pub trait CardReader {
    /// Sends a command; gives the response with its status word.
    ///
    /// # Errors
    /// When the card does not answer.
    fn transmit(&mut self, command: &[u8]) -> io::Result<Vec<u8>>;

    /// Takes the power from the card and gives it back.
    ///
    /// # Errors
    /// When the card does not come back.
    fn reset(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<M: CardMemory, C: Coprocessor> CardReader for Applet<'_, M, C> {
    fn transmit(&mut self, command: &[u8]) -> io::Result<Vec<u8>> {
        let mut buffer = [0; MAX_RESPONSE_LENGTH];
        let length = self.process(command, &mut buffer);
        Ok(buffer.get(..length).unwrap_or_default().to_vec())
    }

    fn reset(&mut self) -> io::Result<()> {
        Applet::reset(self);
        Ok(())
    }
}

impl<C: CardReader + ?Sized> CardReader for &mut C {
    fn transmit(&mut self, command: &[u8]) -> io::Result<Vec<u8>> {
        (**self).transmit(command)
    }

    fn reset(&mut self) -> io::Result<()> {
        (**self).reset()
    }
}

impl<C: CardReader + ?Sized> CardReader for Box<C> {
    fn transmit(&mut self, command: &[u8]) -> io::Result<Vec<u8>> {
        (**self).transmit(command)
    }

    fn reset(&mut self) -> io::Result<()> {
        (**self).reset()
    }
}

/// A card under observation.
pub(super) struct Exchange<'a> {
    card: &'a mut dyn CardReader,
    observer: &'a mut dyn FnMut(Event<'_>),
}

/// Data of a response and its status word.
pub(super) type Answer = (Vec<u8>, StatusWord);

impl<'a> Exchange<'a> {
    pub(super) fn new(
        card: &'a mut dyn CardReader,
        observer: &'a mut dyn FnMut(Event<'_>),
    ) -> Self {
        Self { card, observer }
    }

    pub(super) fn report(&mut self, event: Event<'_>) {
        (self.observer)(event);
    }

    /// Sends command bytes.
    pub(super) fn send(&mut self, command: &[u8]) -> Result<Answer, TerminalError> {
        let response = self.card.transmit(command)?;
        self.report(Event::Exchange {
            command,
            response: &response,
        });
        let (data, status) = StatusWord::split(&response).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, "a response without status word")
        })?;
        Ok((data.to_vec(), status))
    }

    /// Sends a command with data, which asks for all data back.
    pub(super) fn command(
        &mut self,
        instruction: Instruction,
        [p1, p2]: [u8; 2],
        data: &[u8],
    ) -> Result<Answer, TerminalError> {
        let class = if instruction.takes(0x80) { 0x80 } else { 0x00 };
        let mut command = vec![class, instruction.byte(), p1, p2];
        if !data.is_empty() {
            let length = u8::try_from(data.len())
                .map_err(|_| chipcard::Error::new(chipcard::ErrorKind::MessageTooLong))?;
            command.push(length);
            command.extend_from_slice(data);
        }
        if expects_data(instruction) {
            command.push(0x00);
        }
        self.send(&command)
    }

    /// As [`command`](Self::command), for one that must succeed.
    pub(super) fn require(
        &mut self,
        instruction: Instruction,
        parameters: [u8; 2],
        data: &[u8],
    ) -> Result<Vec<u8>, TerminalError> {
        match self.command(instruction, parameters, data)? {
            (data, StatusWord::OK) => Ok(data),
            (_, status) => Err(TerminalError::Refused {
                command: instruction.name(),
                status,
            }),
        }
    }

    /// GET DATA: the value of the object, if the card gives it.
    pub(super) fn get_data(&mut self, tag: Tag) -> Result<Option<Vec<u8>>, TerminalError> {
        let parameters = match *tag.as_bytes() {
            [p2] => [0, p2],
            [p1, p2, ..] => [p1, p2],
            [] => [0, 0],
        };
        let (data, status) = self.command(Instruction::GetData, parameters, &[])?;
        if status != StatusWord::OK {
            return Ok(None);
        }
        Ok(chipcard::tlv::find(&data, tag)?.map(|object| object.value.to_vec()))
    }
}

/// Whether the response of a command has data: cases 2 and 4.
const fn expects_data(instruction: Instruction) -> bool {
    !matches!(
        instruction,
        Instruction::Verify | Instruction::ExternalAuthenticate
    )
}
