//! Padding of messages before a MAC or encipherment.

use crate::crypto::{Algorithm, Bounded};
use crate::error::{Error, ErrorKind, Result};

/// How a message is brought to whole blocks.
///
/// The schemes differ here more than anywhere, and the difference shows only in messages that are
/// whole blocks already: method 1 then adds nothing and method 2 adds a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Padding {
    /// Nothing is added: the message is whole blocks, or the MAC (AES-CMAC) pads by itself.
    None,
    /// ISO/IEC 9797-1 method 1: zeros if needed; an empty message becomes one block of zeros.
    Method1,
    /// ISO/IEC 9797-1 method 2: `80`, then zeros, always.
    Method2,
    /// Method 2, but only where the message is not whole blocks (Mastercard's PIN change).
    Method2IfNeeded,
    /// A byte that holds the length of the message, the message, then method 2 (Visa's PIN change).
    LengthMethod2,
}

impl Padding {
    /// How messages that EMV itself defines are padded for a MAC: method 2 with TDES; CMAC pads by itself
    /// (EMV Book 2 A1.2).
    pub const fn of_mac(algorithm: Algorithm) -> Self {
        if algorithm.is_aes() {
            Self::None
        } else {
            Self::Method2
        }
    }

    /// Leaves of whole blocks what was padded. Methods 1 and [`Method2IfNeeded`](Self::Method2IfNeeded) cannot be told from
    /// data, so under them everything is data.
    ///
    /// # Errors
    /// [`ErrorKind::Padding`] when the blocks do not end in this padding.
    pub(crate) fn remove<const N: usize>(self, padded: &mut Bounded<N>) -> Result<()> {
        let wrong = Error::new(ErrorKind::Padding);
        let method_2 = |bytes: &[u8]| {
            let end = bytes.iter().rposition(|byte| *byte != 0x00)?;
            (bytes.get(end) == Some(&0x80)).then_some(end)
        };
        let bytes = padded.as_bytes();
        let data = match self {
            Self::None | Self::Method1 | Self::Method2IfNeeded => 0..bytes.len(),
            Self::Method2 => 0..method_2(bytes).ok_or(wrong)?,
            Self::LengthMethod2 => {
                let end = method_2(bytes).ok_or(wrong)?;
                let length = bytes.first().copied().map(usize::from);
                Some(1..end)
                    .filter(|data| Some(data.len()) == length)
                    .ok_or(wrong)?
            }
        };
        padded.keep(data);
        Ok(())
    }

    /// What stands around `length` bytes of message to bring them to blocks of `block` bytes, at most 16: a
    /// byte in front of them, where there is one, and bytes behind them.
    ///
    /// # Errors
    /// [`ErrorKind::MessageTooLong`] when a length in front does not fit in its byte.
    pub(crate) fn around(self, length: usize, block: usize) -> Result<(Option<u8>, &'static [u8])> {
        const ZEROS: [u8; 16] = [0; 16];
        const MARKED: [u8; 16] = 0x80_u128.to_le_bytes();
        let front = match self {
            Self::LengthMethod2 => {
                let counted = u8::try_from(length);
                Some(counted.map_err(|_| Error::new(ErrorKind::MessageTooLong))?)
            }
            _ => None,
        };
        let used = length + front.iter().len();
        let missing = used.next_multiple_of(block) - used;
        let (source, count) = match self {
            Self::None => (&ZEROS, 0),
            Self::Method1 if length == 0 => (&ZEROS, block),
            Self::Method1 => (&ZEROS, missing),
            Self::Method2IfNeeded => (&MARKED, missing),
            Self::Method2 | Self::LengthMethod2 if missing == 0 => (&MARKED, block),
            Self::Method2 | Self::LengthMethod2 => (&MARKED, missing),
        };
        Ok((front, source.get(..count).unwrap_or(source)))
    }

    /// Pads `message` in place to blocks of `block` bytes, at most 16.
    ///
    /// # Errors
    /// [`ErrorKind::MessageTooLong`].
    pub(crate) fn apply<const N: usize>(
        self,
        message: &mut Bounded<N>,
        block: usize,
    ) -> Result<()> {
        let (front, tail) = self.around(message.as_bytes().len(), block)?;
        if let Some(byte) = front {
            message.put_in_front(byte)?;
        }
        message.push(tail)
    }
}
