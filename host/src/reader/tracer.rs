//! A trace of what passes between terminal and card.

use std::io::{self, Write};

use super::CardReader;
use crate::decode::{self, Options, render_text};
use crate::profile::{Lists, Personalisation};

/// Writes every command and response, decoded, to `out`: account numbers masked, PINs hidden, as [`decode`] does it.
///
/// It belongs in front of the T=0 layer, not behind it: half of a record that GET RESPONSE fetches would hide from the decoder
/// what is to be masked.
#[derive(Debug)]
pub struct Tracer<'a, C, W> {
    card: C,
    options: Options,
    lists: Lists<'a>,
    out: W,
}

impl<'a, C, W: Write> Tracer<'a, C, W> {
    /// In front of a card that was made from `profile`, whose lists tell what GENERATE AC brings.
    pub fn new(card: C, profile: &'a Personalisation, out: W) -> Self {
        Self {
            card,
            options: profile.decode_options(),
            lists: profile.lists(),
            out,
        }
    }

    fn write(&mut self, command: &[u8], response: &io::Result<Vec<u8>>) -> io::Result<()> {
        let options = Options {
            dol: self.lists.of(command).map(<[u8]>::to_vec),
            ..self.options.clone()
        };
        render_text(&decode::command(command, &options), &mut self.out)?;
        match response {
            Ok(response) => {
                let node = decode::response_to(command, response, &options);
                render_text(&node, &mut self.out)?;
            }
            Err(error) => writeln!(self.out, "No response: {error}")?,
        }
        writeln!(self.out)?;
        self.out.flush()
    }
}

impl<C: CardReader, W: Write> CardReader for Tracer<'_, C, W> {
    fn transmit(&mut self, command: &[u8]) -> io::Result<Vec<u8>> {
        let response = self.card.transmit(command);
        self.write(command, &response)?;
        response
    }

    fn reset(&mut self) -> io::Result<()> {
        writeln!(self.out, "Reset\n")?;
        self.out.flush()?;
        self.card.reset()
    }
}
