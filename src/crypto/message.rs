//! A message to sign or encipher, on the stack.

use zeroize::Zeroize;

use crate::error::{Error, ErrorKind, Result};

/// Longest message in bytes: a script command's header, counter, cryptogram and 255 bytes of data, padded.
pub(crate) const CAPACITY: usize = 288;

/// A byte string with a bound, wiped when dropped because it may hold a PIN.
pub(crate) struct Message {
    bytes: [u8; CAPACITY],
    length: usize,
}

impl Message {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; CAPACITY],
            length: 0,
        }
    }

    /// A message of these bytes.
    pub(crate) fn of(parts: &[&[u8]]) -> Result<Self> {
        let mut message = Self::new();
        parts.iter().try_for_each(|part| message.push(part))?;
        Ok(message)
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<()> {
        let end = self.length + bytes.len();
        let room = self
            .bytes
            .get_mut(self.length..end)
            .ok_or(Error::new(ErrorKind::MessageTooLong))?;
        room.copy_from_slice(bytes);
        self.length = end;
        Ok(())
    }

    /// Puts a byte with the length in front.
    pub(crate) fn prefix_length(&mut self) -> Result<()> {
        let length =
            u8::try_from(self.length).map_err(|_| Error::new(ErrorKind::MessageTooLong))?;
        self.push(&[0])?;
        if let Some(used) = self.bytes.get_mut(..self.length) {
            used.rotate_right(1);
            if let Some(first) = used.first_mut() {
                *first = length;
            }
        }
        Ok(())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    pub(crate) fn as_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.length).unwrap_or_default()
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        // A message only grows, so nothing was ever written behind its end.
        self.as_mut().zeroize();
    }
}
