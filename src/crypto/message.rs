//! A message to sign or encipher, on the stack.

use core::ops::Range;

use zeroize::Zeroize;

use crate::error::{Error, ErrorKind, Result};

/// Longest message in bytes: a script command's header, counter, cryptogram and 255 bytes of data, padded.
pub(crate) const CAPACITY: usize = 288;

/// A message of any kind.
pub(crate) type Message = Bounded<CAPACITY>;

/// What an application cryptogram signs: EMV's own lists need 65 bytes; a host's own may need more.
pub(crate) type SignedData = Bounded<96>;

/// A byte string with a bound, wiped when dropped because it may hold a PIN.
pub(crate) struct Bounded<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Bounded<N> {
    pub(crate) const fn new() -> Self {
        Self {
            bytes: [0; N],
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
        copy(room, bytes);
        self.length = end;
        Ok(())
    }

    pub(crate) fn put_in_front(&mut self, byte: u8) -> Result<()> {
        self.push(&[byte])?;
        self.as_mut().rotate_right(1);
        Ok(())
    }

    /// Keeps these bytes alone, and wipes the others. A range that is not there keeps none.
    pub(crate) fn keep(&mut self, range: Range<usize>) {
        let kept = if range.start <= range.end && range.end <= self.length {
            range.len()
        } else {
            0
        };
        let whole = self.as_mut();
        if kept != 0 {
            whole.copy_within(range, 0);
        }
        if let Some(rest) = whole.get_mut(kept..) {
            rest.zeroize();
        }
        self.length = kept;
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }

    pub(crate) fn as_mut(&mut self) -> &mut [u8] {
        self.bytes.get_mut(..self.length).unwrap_or_default()
    }
}

/// Copies between slices of one length. Most parts of what is signed are short, and a length that the compiler knows saves a call.
fn copy(to: &mut [u8], from: &[u8]) {
    macro_rules! by_length {
        ($($length:literal)+) => {
            match to.len() {
                $($length => {
                    if let (Some(to), Some(from)) = (to.first_chunk_mut::<$length>(), from.first_chunk()) {
                        *to = *from;
                    }
                })+
                _ => to.copy_from_slice(from),
            }
        };
    }
    by_length!(1 2 3 4 5 6 8);
}

impl<const N: usize> Drop for Bounded<N> {
    fn drop(&mut self) {
        // What is behind its end was never written, or wiped.
        self.as_mut().zeroize();
    }
}
