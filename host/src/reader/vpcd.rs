//! The card's side of vpcd, the virtual reader of the vsmartcard project for PC/SC.
//!
//! vpcd listens; the card connects. Messages go both ways as two bytes of length, the higher first, and as many of data. A message of one
//! byte from the reader is a control; of these GET ATR alone is answered. Longer ones are commands, each answered by its response.

use std::io::{self, ErrorKind, Read, Write};

use super::CardReader;

/// The port where vpcd listens for its first card.
pub const PORT: u16 = 35963;

const POWER_OFF: u8 = 0;
const POWER_ON: u8 = 1;
const RESET: u8 = 2;
const GET_ATR: u8 = 4;

/// Plugs a card into a reader, and returns when the reader closes the connection. The card then has no power.
///
/// # Errors
/// When the connection or the card fails: for the reader the card is pulled out.
pub fn serve(
    mut reader: impl Read + Write,
    atr: &[u8],
    card: &mut dyn CardReader,
) -> io::Result<()> {
    let end = loop {
        match receive(&mut reader) {
            Ok(Some(message)) => {
                if let Err(error) = answer(&mut reader, &message, atr, card) {
                    break Err(error);
                }
            }
            Ok(None) => break Ok(()),
            Err(error) => break Err(error),
        }
    };
    card.reset()?;
    end
}

fn answer(
    reader: &mut impl Write,
    message: &[u8],
    atr: &[u8],
    card: &mut dyn CardReader,
) -> io::Result<()> {
    match *message {
        [] => Ok(()),
        [POWER_OFF | POWER_ON | RESET] => card.reset(),
        [GET_ATR] => send(reader, atr),
        _ => send(reader, &card.transmit(message)?),
    }
}

/// A message; `None` when the connection was closed between two.
fn receive(reader: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 2];
    match reader.read(&mut length)? {
        0 => return Ok(None),
        read => reader.read_exact(length.get_mut(read..).unwrap_or_default())?,
    }
    let mut message = vec![0; usize::from(u16::from_be_bytes(length))];
    reader.read_exact(&mut message)?;
    Ok(Some(message))
}

fn send(reader: &mut impl Write, message: &[u8]) -> io::Result<()> {
    let length = u16::try_from(message.len())
        .map_err(|_| io::Error::new(ErrorKind::InvalidData, "a response of over 65535 bytes"))?;
    // In one write: a length alone would wait for the data behind it.
    reader.write_all(&[&length.to_be_bytes(), message].concat())?;
    reader.flush()
}

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor, Read, Write};

    use super::serve;
    use crate::reader::CardReader;

    /// What the reader sends, and what it got.
    struct Line {
        sent: Cursor<Vec<u8>>,
        got: Vec<u8>,
    }

    impl Read for Line {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            // One byte at a time, as a slow line may.
            let end = buffer.len().min(1);
            self.sent.read(&mut buffer[..end])
        }
    }

    impl Write for Line {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.got.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[derive(Default)]
    struct Card {
        commands: Vec<Vec<u8>>,
        resets: usize,
    }

    impl CardReader for Card {
        fn transmit(&mut self, command: &[u8]) -> io::Result<Vec<u8>> {
            self.commands.push(command.to_vec());
            match command {
                [0xFF, ..] => Err(io::Error::other("pulled out")),
                _ => Ok(vec![0x90, 0x00]),
            }
        }

        fn reset(&mut self) -> io::Result<()> {
            self.resets += 1;
            Ok(())
        }
    }

    fn run(sent: &[u8]) -> (io::Result<()>, Vec<u8>, Card) {
        let mut line = Line {
            sent: Cursor::new(sent.to_vec()),
            got: Vec::new(),
        };
        let mut card = Card::default();
        let end = serve(&mut line, &[0x3B, 0x00], &mut card);
        (end, line.got, card)
    }

    #[test]
    fn controls_and_commands() {
        let (end, got, card) = run(&[
            0, 1, 1, // power on
            0, 1, 4, // ATR
            0, 4, 0x00, 0xA4, 0x04, 0x00, // a command
            0, 1, 2, // reset
            0, 0, // nothing
            0, 1, 0, // power off
        ]);
        assert!(end.is_ok());
        assert_eq!(got, [0, 2, 0x3B, 0x00, 0, 2, 0x90, 0x00]);
        assert_eq!(card.commands, [[0x00, 0xA4, 0x04, 0x00]]);
        assert_eq!(card.resets, 4, "three times by the reader, once at the end");
    }

    #[test]
    fn what_ends_the_connection_ends_the_session() {
        for broken in [&[0][..], &[0, 5, 0x00], &[0, 2, 0xFF, 0x00]] {
            let (end, got, card) = run(broken);
            assert!(end.is_err());
            assert_eq!((got.len(), card.resets), (0, 1));
        }
    }
}
