//! The secure channel: session keys, cryptograms, MAC and encipherment of commands.

use core::fmt;

use crate::apdu::{Command, StatusWord};
use crate::crypto::{Algorithm, Message, Mode, Padding, SecretKey, constant_time_eq, mac};
use crate::error::{Error, ErrorKind, Result};
use crate::key::{KeyPolicy, check_strength};

/// How commands are protected once the channel is open: P1 of EXTERNAL AUTHENTICATE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecurityLevel {
    /// `00`: they are not.
    None,
    /// `01`: each has a MAC, and the MAC before it goes into it.
    Mac,
    /// `03`: and its data are enciphered.
    MacAndEncipherment,
}

impl SecurityLevel {
    /// P1.
    pub const fn to_byte(self) -> u8 {
        match self {
            Self::None => 0x00,
            Self::Mac => 0x01,
            Self::MacAndEncipherment => 0x03,
        }
    }

    /// From P1; `None` for others.
    pub const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0x00 => Some(Self::None),
            0x01 => Some(Self::Mac),
            0x03 => Some(Self::MacAndEncipherment),
            _ => None,
        }
    }
}

/// The three TDES keys with which a blank card leaves its maker: for cryptograms and encipherment of commands, for their MAC, and
/// for the encipherment of keys and PIN. Wiped when dropped, shown nowhere.
#[derive(Clone)]
pub struct PersonalisationKeys {
    encipherment: SecretKey,
    mac: SecretKey,
    data: SecretKey,
}

impl PersonalisationKeys {
    /// Keys that are known: K-ENC, K-MAC and K-DEK. That they are one and the same is usual with test keys, so it is allowed.
    ///
    /// # Errors
    /// [`ErrorKind::ZeroKey`], [`ErrorKind::EqualHalves`], [`ErrorKind::WeakKey`].
    pub fn new(encipherment: &[u8; 16], mac: &[u8; 16], data: &[u8; 16]) -> Result<Self> {
        Ok(Self {
            encipherment: strong(encipherment)?,
            mac: strong(mac)?,
            data: strong(data)?,
        })
    }

    /// The keys of one card out of the master key of its maker (KMC) and the card's key data: each the master key's TDES of the last
    /// six bytes of them with `F0` and the key's number, and with `0F` and the number.
    ///
    /// # Errors
    /// Those of [`PersonalisationKeys::new`].
    pub fn derive(master: &[u8; 16], key_data: &[u8; 10]) -> Result<Self> {
        let master = strong(master)?;
        let [_, _, _, _, a, b, c, d, e, f] = *key_data;
        let block = |half, number| [a, b, c, d, e, f, half, number, 0, 0, 0, 0, 0, 0, 0, 0];
        let key = |number| {
            master.with_cipher(|cipher| {
                let left = cipher.encrypt(block(0xF0, number));
                let right = cipher.encrypt(block(0x0F, number));
                SecretKey::from_blocks(Algorithm::Tdes, left, right)
            })
        };
        Ok(Self {
            encipherment: key(1)?,
            mac: key(2)?,
            data: key(3)?,
        })
    }
}

fn strong(key: &[u8; 16]) -> Result<SecretKey> {
    let key = SecretKey::new(Algorithm::Tdes, key)?;
    check_strength(&key, KeyPolicy::Strict)?;
    Ok(key)
}

impl fmt::Debug for PersonalisationKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonalisationKeys(redacted)")
    }
}

/// Session keys, and the last MAC.
pub(super) struct Channel {
    encipherment: SecretKey,
    mac: SecretKey,
    data: SecretKey,
    chain: Option<[u8; 8]>,
    level: SecurityLevel,
}

impl Channel {
    /// Session keys of this number: each its key's TDES in CBC mode over two bytes that name it, the counter and zeros.
    pub(super) fn new(keys: &PersonalisationKeys, counter: [u8; 2]) -> Result<Self> {
        let session = |key: &SecretKey, name: [u8; 2]| -> Result<SecretKey> {
            let ([a, b], [c, d]) = (name, counter);
            let mut bytes = [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
            key.with_cipher(|cipher| cipher.encrypt_blocks(Mode::Cbc, &mut bytes))??;
            SecretKey::new(Algorithm::Tdes, &bytes)
        };
        Ok(Self {
            encipherment: session(&keys.encipherment, [0x01, 0x82])?,
            mac: session(&keys.mac, [0x01, 0x01])?,
            data: session(&keys.data, [0x01, 0x81])?,
            chain: None,
            level: SecurityLevel::Mac,
        })
    }

    pub(super) const fn set_level(&mut self, level: SecurityLevel) {
        self.level = level;
    }

    /// A cryptogram of card or device: the last block of TDES in CBC mode (ISO/IEC 9797-1 MAC algorithm 1, padding method 2).
    pub(super) fn cryptogram(&self, parts: &[&[u8]]) -> Result<[u8; 8]> {
        let mut message = Message::of(parts)?;
        Padding::Method2.apply(&mut message, 8)?;
        self.encipherment
            .with_cipher(|cipher| cipher.encrypt_blocks(Mode::Cbc, message.as_mut()))??;
        let last = message.as_bytes().last_chunk();
        last.copied().ok_or(Error::new(ErrorKind::Padding))
    }

    /// The MAC of a command: of the MAC before it, the header with the length that the MAC makes it, and the data in clear
    /// (ISO/IEC 9797-1 MAC algorithm 3, padding method 2).
    fn command_mac(&self, [class, instruction, p1, p2]: [u8; 4], data: &[u8]) -> Result<[u8; 8]> {
        // Commands have at most 255 bytes of data.
        let length = (data.len() + 8).to_le_bytes()[0];
        let before = self.chain.as_ref().map_or(&[][..], |mac| mac);
        let header = [class, instruction, p1, p2, length];
        let message = Message::of(&[before, &header, data])?;
        mac(&self.mac, Padding::Method2, message.as_bytes())
    }

    /// Checks the MAC of a command whose data in clear are these.
    ///
    /// # Errors
    /// `6988`.
    pub(super) fn check(
        &mut self,
        command: &Command<'_>,
        data: &[u8],
        mac: &[u8; 8],
    ) -> Result<(), StatusWord> {
        let expected = self.command_mac(command.header(), data)?;
        if !constant_time_eq(&expected, mac) {
            return Err(StatusWord::SECURE_MESSAGING_OBJECT_INCORRECT);
        }
        self.chain = Some(expected);
        Ok(())
    }

    /// Takes the protection off a command.
    ///
    /// # Errors
    /// `6982` when it has not the protection that was agreed on, `6987` without a MAC, `6988` with a wrong one or when the data
    /// cannot be deciphered.
    pub(super) fn open(
        &mut self,
        command: &Command<'_>,
        data: &mut Message,
    ) -> Result<(), StatusWord> {
        let protected = self.level != SecurityLevel::None;
        if command.is_secured() != protected {
            return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED);
        }
        if !protected {
            data.push(command.data)?;
            return Ok(());
        }
        let (body, mac) = command
            .data
            .split_last_chunk()
            .ok_or(StatusWord::SECURE_MESSAGING_OBJECT_MISSING)?;
        data.push(body)?;
        if self.level == SecurityLevel::MacAndEncipherment && !body.is_empty() {
            self.encipherment
                .decrypt_blocks(Mode::Cbc, data.as_mut())
                .and_then(|()| Padding::Method2.remove(data))
                .map_err(|_| StatusWord::SECURE_MESSAGING_OBJECT_INCORRECT)?;
        }
        self.check(command, data.as_bytes(), mac)
    }

    /// A command with its protection.
    ///
    /// # Errors
    /// [`ErrorKind::MessageTooLong`].
    pub(super) fn seal(&mut self, header: [u8; 4], data: &[u8]) -> Result<Message> {
        let [class, instruction, p1, p2] = header;
        let mut body = Message::of(&[data])?;
        let (mut class, mut chain) = (class, self.chain);
        if self.level != SecurityLevel::None {
            class |= 0x04;
            let mac = self.command_mac([class, instruction, p1, p2], data)?;
            if self.level == SecurityLevel::MacAndEncipherment && !data.is_empty() {
                Padding::Method2.apply(&mut body, 8)?;
                self.encipherment
                    .with_cipher(|cipher| cipher.encrypt_blocks(Mode::Cbc, body.as_mut()))??;
            }
            body.push(&mac)?;
            chain = Some(mac);
        }
        let length = u8::try_from(body.as_bytes().len());
        let length = length.map_err(|_| Error::new(ErrorKind::MessageTooLong))?;
        let command = Message::of(&[&[class, instruction, p1, p2, length], body.as_bytes()])?;
        self.chain = chain;
        Ok(command)
    }

    /// Deciphers a group.
    ///
    /// # Errors
    /// `6A80` when it is not whole blocks.
    pub(super) fn decipher(&self, group: &mut Message) -> Result<(), StatusWord> {
        self.data
            .decrypt_blocks(Mode::Ecb, group.as_mut())
            .map_err(|_| StatusWord::INCORRECT_DATA)
    }

    /// Enciphers a group.
    ///
    /// # Errors
    /// [`ErrorKind::Padding`] when it is not whole blocks.
    pub(super) fn encipher(&self, group: &mut Message) -> Result<()> {
        self.data
            .with_cipher(|cipher| cipher.encrypt_blocks(Mode::Ecb, group.as_mut()))?
    }
}
