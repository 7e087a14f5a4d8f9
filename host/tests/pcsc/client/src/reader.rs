//! A PC/SC reader as the terminal's.

use std::ffi::CString;
use std::io;
use std::time::{Duration, Instant};

use chipcard::apdu::{Command, StatusWord};
use chipcard_host::reader::{AnswerToReset, Protocol};
use chipcard_host::terminal::CardReader;
use pcsc::{Card, Context, Disposition, MAX_BUFFER_SIZE, Protocols, Scope, ShareMode};

use crate::Error;

pub(crate) struct PcscReader {
    card: Card,
    protocol: Protocol,
}

/// How long the card may take into the reader.
const PATIENCE: Duration = Duration::from_secs(20);

fn protocols(protocol: Protocol) -> Protocols {
    match protocol {
        Protocol::T0 => Protocols::T0,
        Protocol::T1 => Protocols::T1,
    }
}

impl PcscReader {
    /// The first reader with a card in it.
    pub(crate) fn connect(protocol: Protocol) -> Result<Self, Error> {
        let start = Instant::now();
        let card = loop {
            match Self::try_connect(protocol) {
                Ok(card) => break card,
                Err(error) if start.elapsed() > PATIENCE => return Err(error.into()),
                Err(_) => std::thread::sleep(Duration::from_millis(100)),
            }
        };
        let status = card.status2_owned()?;
        let expected = AnswerToReset::basic(protocol);
        crate::expect("answer to reset", status.atr(), expected.as_bytes())?;
        crate::expect(
            "protocol",
            status.protocol2(),
            Some(match protocol {
                Protocol::T0 => pcsc::Protocol::T0,
                Protocol::T1 => pcsc::Protocol::T1,
            }),
        )?;
        Ok(Self { card, protocol })
    }

    fn try_connect(protocol: Protocol) -> Result<Card, pcsc::Error> {
        let context = Context::establish(Scope::User)?;
        let names: Vec<CString> = context.list_readers_owned()?;
        let mut last = pcsc::Error::NoReadersAvailable;
        for name in names {
            match context.connect(&name, ShareMode::Exclusive, protocols(protocol)) {
                Ok(card) => return Ok(card),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The data of a response and its status word.
    pub(crate) fn answer(&mut self, command: &[u8]) -> Result<(Vec<u8>, StatusWord), Error> {
        let response = self.transmit(command)?;
        let (data, status) =
            StatusWord::split(&response).ok_or("a response without status word")?;
        Ok((data.to_vec(), status))
    }

    fn send(&mut self, command: &[u8]) -> io::Result<Vec<u8>> {
        let mut buffer = [0; MAX_BUFFER_SIZE];
        let response = self.card.transmit(command, &mut buffer);
        response.map(<[u8]>::to_vec).map_err(io::Error::other)
    }
}

impl CardReader for PcscReader {
    /// Over T=0 as a terminal's transport layer does it (EMV Book 1 9.3.1): no Le behind data, then what the card says.
    fn transmit(&mut self, command: &[u8]) -> io::Result<Vec<u8>> {
        if self.protocol == Protocol::T1 {
            return self.send(command);
        }
        let parsed = Command::parse(command).map_err(io::Error::other)?;
        let command = match (parsed.data, parsed.le) {
            ([], _) | (_, None) => command,
            (_, Some(_)) => command.get(..command.len() - 1).unwrap_or_default(),
        };
        let mut response = self.send(command)?;
        let mut data = Vec::new();
        loop {
            let (part, status) = response.split_at(response.len().saturating_sub(2));
            data.extend_from_slice(part);
            let next = match *status {
                [0x61, length] => [0x00, 0xC0, 0x00, 0x00, length],
                [0x6C, length] => match *command {
                    [class, instruction, p1, p2, ..] => [class, instruction, p1, p2, length],
                    _ => return Ok(response),
                },
                _ => return Ok([&data, status].concat()),
            };
            response = self.send(&next)?;
        }
    }

    fn reset(&mut self) -> io::Result<()> {
        let (mode, protocols) = (ShareMode::Exclusive, protocols(self.protocol));
        let again = self.card.reconnect(mode, protocols, Disposition::ResetCard);
        again.map_err(io::Error::other)
    }
}
