//! The other end: the machine that personalises cards.

use alloc::vec::Vec;
use core::fmt;

use crate::apdu::StatusWord;
use crate::card::personalisation::channel::Channel;
use crate::card::personalisation::{
    ENCIPHERED, EXTERNAL_AUTHENTICATE, INITIALIZE_UPDATE, LAST, PROTOCOL, PersonalisationKeys,
    STORE_DATA, SecurityLevel,
};
use crate::crypto::{Message, constant_time_eq};
use crate::error::{Error, ErrorKind, Result};

/// A personalisation device with an open channel to a blank card. It makes the commands; to bring them to the card is the caller's.
pub struct Device {
    pub(super) channel: Channel,
    sequence: u8,
}

impl Device {
    /// INITIALIZE UPDATE for the keys of this version, 0 for any, with eight random bytes.
    pub const fn initialize_update(key_version: u8, challenge: [u8; 8]) -> [u8; 14] {
        let (class, instruction) = INITIALIZE_UPDATE;
        let [a, b, c, d, e, f, g, h] = challenge;
        [
            class,
            instruction,
            key_version,
            0x00,
            0x08,
            a,
            b,
            c,
            d,
            e,
            f,
            g,
            h,
            0x00,
        ]
    }

    /// The data with which the keys of the card were derived, out of its answer to INITIALIZE UPDATE.
    pub fn key_data(response: &[u8]) -> Option<&[u8; 10]> {
        response.first_chunk()
    }

    /// Verifies the card's answer to INITIALIZE UPDATE, its status word included, and opens the channel: gives the device and EXTERNAL
    /// AUTHENTICATE.
    ///
    /// # Errors
    /// [`ErrorKind::Length`] or [`ErrorKind::Value`] when the answer is none, [`ErrorKind::Mac`] when the cryptogram is not that of
    /// a card with these keys.
    pub fn open(
        keys: PersonalisationKeys,
        challenge: [u8; 8],
        response: &[u8],
        level: SecurityLevel,
    ) -> Result<(Self, Vec<u8>)> {
        let (data, status) = StatusWord::split(response).ok_or(Error::new(ErrorKind::Truncated))?;
        let data: &[u8; 28] = data.try_into().map_err(|_| {
            Error::new(ErrorKind::Length {
                min: 28,
                max: 28,
                found: data.len(),
            })
        })?;
        let [_, _, _, _, _, _, _, _, _, _, _, protocol, c0, c1, r @ ..] = *data;
        let [r0, r1, r2, r3, r4, r5, cryptogram @ ..] = r;
        if status != StatusWord::OK || protocol != PROTOCOL {
            return Err(Error::new(ErrorKind::Value));
        }
        let (counter, card_challenge) = ([c0, c1], [r0, r1, r2, r3, r4, r5]);
        let mut channel = Channel::new(&keys, counter)?;
        let expected = channel.cryptogram(&[&challenge, &counter, &card_challenge])?;
        if !constant_time_eq(&expected, &cryptogram) {
            return Err(Error::new(ErrorKind::Mac));
        }
        let answer = channel.cryptogram(&[&counter, &card_challenge, &challenge])?;
        let (class, instruction) = EXTERNAL_AUTHENTICATE;
        let header = [class, instruction, level.to_byte(), 0x00];
        // Itself it has a MAC and is not enciphered, whatever comes after it.
        let command = channel.seal(header, &answer)?.as_bytes().to_vec();
        channel.set_level(level);
        let device = Self {
            channel,
            sequence: 0,
        };
        Ok((device, command))
    }

    /// STORE DATA with these groups, the next in order. Keys and PIN must be enciphered, and then are whole blocks of eight bytes.
    ///
    /// # Errors
    /// [`ErrorKind::MessageTooLong`] for more than a command holds, [`ErrorKind::Padding`] when a group to be enciphered is not whole
    /// blocks.
    pub fn store_data(
        &mut self,
        groups: &[(u16, &[u8])],
        enciphered: bool,
        last: bool,
    ) -> Result<Vec<u8>> {
        let mut data = Message::new();
        for (identifier, bytes) in groups {
            let mut group = Message::of(&[bytes])?;
            if enciphered {
                self.channel.encipher(&mut group)?;
            }
            data.push(&identifier.to_be_bytes())?;
            match u16::try_from(group.as_bytes().len()).map(u16::to_be_bytes) {
                Ok([0, low]) if low != 0xFF => data.push(&[low])?,
                Ok([high, low]) => data.push(&[0xFF, high, low])?,
                Err(_) => return Err(Error::new(ErrorKind::MessageTooLong)),
            }
            data.push(group.as_bytes())?;
        }
        let mut p1 = 0;
        if enciphered {
            p1 |= ENCIPHERED;
        }
        if last {
            p1 |= LAST;
        }
        let header = [0x80, STORE_DATA, p1, self.sequence];
        let command = self.channel.seal(header, data.as_bytes())?;
        self.sequence = self.sequence.wrapping_add(1);
        Ok(command.as_bytes().to_vec())
    }

    /// Says that the card has refused the last STORE DATA, so that the next takes its number.
    pub const fn refused(&mut self) {
        self.sequence = self.sequence.wrapping_sub(1);
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("sequence", &self.sequence)
            .finish_non_exhaustive()
    }
}
