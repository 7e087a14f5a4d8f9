//! A message to sign or encipher, on the stack.

use core::ops::Range;

use zeroize::Zeroize;

use crate::error::{Error, ErrorKind, Result};

/// Longest message in bytes: a script command's header, counter, cryptogram and 255 bytes of data, padded.
pub(crate) const CAPACITY: usize = 288;

/// A message of any kind.
pub(crate) type Message = Bounded<CAPACITY>;

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
        self.length = push(&mut self.bytes, self.length, bytes)?;
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

/// Writes `bytes` at `start` of `room`, and tells where they end. Most parts of a message are short, and copies of lengths that
/// the compiler knows save a call: both ends of the bytes, which overlap.
#[inline]
pub(crate) fn push(room: &mut [u8], start: usize, bytes: &[u8]) -> Result<usize> {
    let end = start + bytes.len();
    let room = room
        .get_mut(start..end)
        .ok_or(Error::new(ErrorKind::MessageTooLong))?;
    macro_rules! ends {
        ($length:literal) => {
            if let (Some(first), Some(last)) = (bytes.first_chunk::<$length>(), bytes.last_chunk())
            {
                if let Some(to) = room.first_chunk_mut() {
                    *to = *first;
                }
                if let Some(to) = room.last_chunk_mut::<$length>() {
                    *to = *last;
                }
                return Ok(end);
            }
        };
    }
    match bytes.len() {
        33.. => room.copy_from_slice(bytes),
        16.. => ends!(16),
        8.. => ends!(8),
        4.. => ends!(4),
        _ => {
            for (to, from) in room.iter_mut().zip(bytes) {
                *to = *from;
            }
        }
    }
    Ok(end)
}

impl<const N: usize> Drop for Bounded<N> {
    fn drop(&mut self) {
        // What is behind its end was never written, or wiped.
        self.as_mut().zeroize();
    }
}
