//! The T=0 protocol in front of a card.

use std::io;

use chipcard::apdu::{MAX_RESPONSE_LENGTH, T0};

use super::CardReader;

/// A card as it looks over T=0: `61xx`, `6Cxx` and GET RESPONSE (see [`T0`]).
///
/// A command with data may come with Le or without: some terminals strip it, some do not.
#[derive(Debug)]
pub struct OverT0<C> {
    card: C,
    layer: T0,
}

impl<C> OverT0<C> {
    /// In front of this card.
    pub const fn new(card: C) -> Self {
        let layer = T0::new();
        Self { card, layer }
    }
}

impl<C: CardReader> CardReader for OverT0<C> {
    fn transmit(&mut self, command: &[u8]) -> io::Result<Vec<u8>> {
        let mut failure = None;
        let mut buffer = [0; MAX_RESPONSE_LENGTH];
        let card = &mut self.card;
        let length = self
            .layer
            .transmit(command, &mut buffer, &mut |command, response| {
                let answer = card.transmit(command).and_then(|answer| {
                    let room = response.get_mut(..answer.len());
                    let room = room.ok_or_else(|| {
                        io::Error::new(io::ErrorKind::InvalidData, "a response of over 258 bytes")
                    })?;
                    room.copy_from_slice(&answer);
                    Ok(answer.len())
                });
                answer.unwrap_or_else(|error| {
                    failure = Some(error);
                    0
                })
            });
        match failure {
            Some(error) => Err(error),
            None => Ok(buffer.get(..length).unwrap_or_default().to_vec()),
        }
    }

    fn reset(&mut self) -> io::Result<()> {
        self.layer = T0::new();
        self.card.reset()
    }
}
