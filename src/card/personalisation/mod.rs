//! Personalisation by commands, after EMV Card Personalization Specification (CPS) 1.1: a blank card takes records, keys and PIN
//! over a secure channel and becomes the card of a [`Profile`].
//!
//! # What is established, and how well
//!
//! The text of the specification was not at hand. What stands here comes from public code and published traces:
//!
//! | fact | known from | confidence |
//! |---|---|---|
//! | INITIALIZE UPDATE `80 50`, its 28 bytes of answer; EXTERNAL AUTHENTICATE `84 82`; security levels `00`, `01`, `03` | three published traces with their keys | high |
//! | session keys, both cryptograms, the MAC, its chaining, encipherment of commands | the same traces, whose every value this module gives | high |
//! | card keys out of a master key by `F0 01`, `0F 01` and the key data's last six bytes | two independent public programs | medium |
//! | STORE DATA `80 E2` or `84 E2`, P1 `80` for the last and `60` for enciphered groups, P2 counts; groups of identifier, length, data | one public program that cites CPS 1.1 3.2.7 | medium |
//! | enciphered groups: TDES ECB under the session key, no padding | the same | medium |
//! | groups `0101` to `1EFF` (records), `9102` (FCI), `9104` (AIP and AFL) | the same | medium |
//! | groups `8000` and `9000` (keys, check values), `8010` and `9010` (PIN, try counter and limit), their inner order | memory alone | **low** |
//! | status words other than `9000` and `6300`; when the sequence counter rises; that a new channel begins anew | this card's choice | none |
//!
//! The chained MAC is described in two ways, as an initial value enciphered by the key's left half and as a block in front of the
//! command. They are the same.
//!
//! What the payment systems' own groups say (limits, action codes, the layout of issuer application data, the log) is not public
//! enough: it comes from the blank card's base profile. RSA keys (groups `8101` to `8205`) are not taken, because a card's
//! private keys are its [`Coprocessor`]'s. A group that does not fit in one command is not taken either.
//!
//! # Commands and states
//!
//! | command | idle | selected | challenged | open | personalised |
//! |---|---|---|---|---|---|
//! | SELECT | → selected | → selected | → selected | → selected | `6985` |
//! | INITIALIZE UPDATE | `6985` | → challenged | → challenged | → challenged | `6985` |
//! | EXTERNAL AUTHENTICATE | `6985` | `6985` | → open, or selected | `6985` | `6985` |
//! | STORE DATA | `6982` | `6982` | `6982` | yes; the last → personalised | `6985` |
//!
//! A STORE DATA that is refused changes nothing, whatever stood before the wrong group in it; after a wrong MAC the channel is closed.
//! Nothing is kept of a channel that did not come to its last STORE DATA.
//!
//! # Example
//!
//! ```
//! use chipcard::apdu::MAX_RESPONSE_LENGTH;
//! use chipcard::card::personalisation::{BlankCard, Device, PersonalisationKeys, SecurityLevel};
//! use chipcard::card::{Generator, test_cards};
//!
//! // A test key that many manuals print. The generator of this example is none.
//! let key = [0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F];
//! let keys = || PersonalisationKeys::derive(&key, &[0; 10]);
//! let generator = Generator(|bytes: &mut [u8]| bytes.fill(0x5A));
//! let mut card = BlankCard::new(&test_cards::CCD_TDES.profile, keys()?, 0x01, [0; 10], generator);
//! let mut response = [0; MAX_RESPONSE_LENGTH];
//!
//! card.process(&hex::decode("00A4040007F000000999010100").unwrap(), &mut response);
//! let challenge = [1, 2, 3, 4, 5, 6, 7, 8];
//! let length = card.process(&Device::initialize_update(0x00, challenge), &mut response);
//! let (mut device, command) = Device::open(keys()?, challenge, &response[..length], SecurityLevel::Mac)?;
//! let length = card.process(&command, &mut response);
//! assert_eq!(response[..length], [0x90, 0x00]);
//!
//! // AIP and AFL; 6A88 for a group that the card does not know.
//! let command = device.store_data(&[(0x9104, &[0x82, 0x02, 0x18, 0x00, 0x94, 0x04, 0x08, 0x01, 0x01, 0x00])], false, false)?;
//! let length = card.process(&command, &mut response);
//! assert_eq!(response[..length], [0x90, 0x00]);
//! let command = device.store_data(&[(0x7FFF, &[0x00])], false, false)?;
//! let length = card.process(&command, &mut response);
//! assert_eq!(response[..length], [0x6A, 0x88]);
//! # Ok::<(), chipcard::Error>(())
//! ```

mod channel;
mod device;
mod groups;
mod image;
#[cfg(test)]
mod tests;

use core::fmt;

use crate::apdu::{Command, StatusWord, respond};
use crate::card::{Answer, Coprocessor, Profile};
use crate::crypto::{Message, constant_time_eq};
use crate::tag;
use crate::tlv::Writer;
use channel::Channel;
pub use channel::{PersonalisationKeys, SecurityLevel};
pub use device::Device;
use image::Image;
pub use image::{Parts, PersonalisedCard};

/// Class and instruction bytes.
const SELECT: (u8, u8) = (0x00, 0xA4);
const INITIALIZE_UPDATE: (u8, u8) = (0x80, 0x50);
const EXTERNAL_AUTHENTICATE: (u8, u8) = (0x84, 0x82);
const STORE_DATA: u8 = 0xE2;

/// P1 of STORE DATA: no other follows.
const LAST: u8 = 0x80;
/// P1 of STORE DATA: all its groups are enciphered.
const ENCIPHERED: u8 = 0x60;

/// Secure channel protocol, in the answer to INITIALIZE UPDATE.
const PROTOCOL: u8 = 0x02;

/// How far personalisation is.
enum State {
    Idle,
    Selected,
    Challenged {
        channel: Channel,
        /// What the device must answer.
        expected: [u8; 8],
    },
    Open(Channel),
    Personalised(image::Complete),
}

/// A card that is not personalised yet.
///
/// Its base profile says what personalisation does not: name, cryptogram version, limits and so on; records, keys, PIN, FCI, AIP
/// and AFL come by commands.
pub struct BlankCard<'p, C> {
    base: &'p Profile<'p>,
    keys: PersonalisationKeys,
    key_version: u8,
    key_data: [u8; 10],
    generator: C,
    /// Channels that were opened.
    counter: u16,
    state: State,
    image: Image,
    /// P2 of the next STORE DATA.
    sequence: u8,
}

impl<'p, C: Coprocessor> BlankCard<'p, C> {
    /// A card with these keys, their version and the data that they were derived with; `generator` draws its challenges.
    pub const fn new(
        base: &'p Profile<'p>,
        keys: PersonalisationKeys,
        key_version: u8,
        key_data: [u8; 10],
        generator: C,
    ) -> Self {
        Self {
            base,
            keys,
            key_version,
            key_data,
            generator,
            counter: 0,
            state: State::Idle,
            image: Image::EMPTY,
            sequence: 0,
        }
    }

    /// Answers a command: writes data and status word to `response` and returns their length.
    pub fn process(&mut self, command: &[u8], response: &mut [u8]) -> usize {
        respond(response, |reply| match Command::parse(command) {
            Ok(command) => self.dispatch(&command, reply),
            Err(_) => Err(StatusWord::WRONG_LENGTH),
        })
    }

    /// Power off and on. What was not finished is forgotten.
    pub fn reset(&mut self) {
        if !self.is_personalised() {
            self.state = State::Idle;
            self.begin_anew();
        }
    }

    /// Whether the last STORE DATA was taken.
    pub const fn is_personalised(&self) -> bool {
        matches!(self.state, State::Personalised(_))
    }

    /// The card that came of it; `None` while it [is not personalised](Self::is_personalised).
    pub fn finish(self) -> Option<PersonalisedCard<'p>> {
        match self.state {
            State::Personalised(complete) => Some(PersonalisedCard::new(self.base, complete)),
            _ => None,
        }
    }

    fn begin_anew(&mut self) {
        self.image = Image::EMPTY;
        self.sequence = 0;
    }

    fn dispatch(&mut self, command: &Command<'_>, reply: &mut Writer<'_>) -> Answer {
        if self.is_personalised() {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        match (command.class, command.instruction) {
            SELECT => self.select(command, reply),
            INITIALIZE_UPDATE => self.initialize_update(command, reply),
            EXTERNAL_AUTHENTICATE => self.external_authenticate(command),
            (0x80 | 0x84, STORE_DATA) => self.store_data(command),
            (0x00 | 0x80 | 0x84, _) => Err(StatusWord::INSTRUCTION_NOT_SUPPORTED),
            _ => Err(StatusWord::CLASS_NOT_SUPPORTED),
        }
    }

    /// By the whole name. The answer names the application and says no more of it.
    fn select(&mut self, command: &Command<'_>, reply: &mut Writer<'_>) -> Answer {
        if (command.p1, command.p2) != (0x04, 0x00) {
            return Err(StatusWord::INCORRECT_P1_P2);
        }
        if command.data != self.base.aid {
            return Err(StatusWord::FILE_NOT_FOUND);
        }
        reply.template(tag::FCI_TEMPLATE, |fci| {
            fci.put(tag::DEDICATED_FILE_NAME, self.base.aid)
        })?;
        self.state = State::Selected;
        self.begin_anew();
        Ok(StatusWord::OK)
    }

    /// The device's challenge in; the card's, and its cryptogram over both, out.
    fn initialize_update(&mut self, command: &Command<'_>, reply: &mut Writer<'_>) -> Answer {
        if matches!(self.state, State::Idle) || self.counter == u16::MAX {
            return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
        }
        if command.p2 != 0 {
            return Err(StatusWord::INCORRECT_P1_P2);
        }
        if command.p1 != 0 && command.p1 != self.key_version {
            return Err(StatusWord::REFERENCED_DATA_NOT_FOUND);
        }
        if command.data.len() != 8 {
            return Err(StatusWord::WRONG_LENGTH);
        }
        let counter = self.counter.to_be_bytes();
        let mut challenge = [0; 6];
        self.generator.draw(&mut challenge)?;
        let channel = Channel::new(&self.keys, counter)?;
        let cryptogram = channel.cryptogram(&[command.data, &counter, &challenge])?;
        let expected = channel.cryptogram(&[&counter, &challenge, command.data])?;
        let parts: [&[u8]; 5] = [
            &self.key_data,
            &[self.key_version, PROTOCOL],
            &counter,
            &challenge,
            &cryptogram,
        ];
        parts.into_iter().try_for_each(|part| reply.raw(part))?;
        self.state = State::Challenged { channel, expected };
        self.begin_anew();
        Ok(StatusWord::OK)
    }

    /// The device's cryptogram, with the channel's first MAC. Whatever is wrong with it ends the attempt.
    fn external_authenticate(&mut self, command: &Command<'_>) -> Answer {
        let (mut channel, expected) = match core::mem::replace(&mut self.state, State::Selected) {
            State::Challenged { channel, expected } => (channel, expected),
            other => {
                self.state = other;
                return Err(StatusWord::CONDITIONS_NOT_SATISFIED);
            }
        };
        let level = SecurityLevel::from_byte(command.p1).filter(|_| command.p2 == 0);
        let level = level.ok_or(StatusWord::INCORRECT_P1_P2)?;
        let (cryptogram, mac) = command
            .data
            .split_last_chunk::<8>()
            .filter(|(cryptogram, _)| cryptogram.len() == 8)
            .ok_or(StatusWord::WRONG_LENGTH)?;
        if !constant_time_eq(&expected, cryptogram) {
            return Err(StatusWord::AUTHENTICATION_FAILED);
        }
        channel.check(command, cryptogram, mac)?;
        channel.set_level(level);
        self.counter += 1;
        self.state = State::Open(channel);
        Ok(StatusWord::OK)
    }

    /// Groups of data. All of a command's are taken, or none.
    fn store_data(&mut self, command: &Command<'_>) -> Answer {
        let State::Open(channel) = &mut self.state else {
            return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED);
        };
        let mut data = Message::new();
        if let Err(status) = channel.open(command, &mut data) {
            self.state = State::Selected;
            self.begin_anew();
            return Err(status);
        }
        let enciphered = match command.p1 & !LAST {
            0 => false,
            ENCIPHERED => true,
            _ => return Err(StatusWord::INCORRECT_P1_P2),
        };
        if command.p2 != self.sequence {
            return Err(StatusWord::INCORRECT_P1_P2);
        }
        let mut image = self.image.clone();
        groups::each(data.as_bytes(), |identifier, bytes| {
            if enciphered {
                let mut clear = Message::of(&[bytes])?;
                channel.decipher(&mut clear)?;
                image.take(identifier, clear.as_bytes(), true, self.base)
            } else {
                image.take(identifier, bytes, false, self.base)
            }
        })?;
        if command.p1 & LAST != 0 {
            let complete = image.complete(self.base)?;
            self.state = State::Personalised(complete);
            self.begin_anew();
        } else {
            self.image = image;
            self.sequence = self.sequence.wrapping_add(1);
        }
        Ok(StatusWord::OK)
    }
}

impl<C> fmt::Debug for BlankCard<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Idle => "Idle",
            State::Selected => "Selected",
            State::Challenged { .. } => "Challenged",
            State::Open(_) => "Open",
            State::Personalised(_) => "Personalised",
        };
        f.debug_struct("BlankCard")
            .field("state", &state)
            .field("counter", &self.counter)
            .finish_non_exhaustive()
    }
}
