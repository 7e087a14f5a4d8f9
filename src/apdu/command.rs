//! Command APDUs.

use core::fmt;

use crate::apdu::Instruction;
use crate::error::{Error, ErrorKind, Result};

/// A command, borrowed from its bytes: cases 1 to 4 with short length fields
/// (EMV Book 1 9.4.1; ISO/IEC 7816-4 5.1).
///
/// ```
/// use chipcard::apdu::{Command, Instruction};
///
/// let select = Command::parse(&[0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x00, 0x03, 0x00])?;
/// assert_eq!(Instruction::of(&select), Some(Instruction::Select));
/// assert_eq!(select.data, [0xA0, 0x00, 0x00, 0x00, 0x03]);
/// assert_eq!(select.le, Some(256));
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Command<'a> {
    /// Class byte (CLA).
    pub class: u8,
    /// Instruction byte (INS).
    pub instruction: u8,
    /// Parameter 1.
    pub p1: u8,
    /// Parameter 2.
    pub p2: u8,
    /// Command data, 0 to 255 bytes.
    pub data: &'a [u8],
    /// Number of bytes expected back (Le), 1 to 256; `None` where the command has no such field.
    pub le: Option<u16>,
}

impl<'a> Command<'a> {
    /// Reads a command to its last byte.
    ///
    /// Over T=0 the terminal leaves Le away where it sends data, so its absence is no error.
    ///
    /// # Errors
    /// [`ErrorKind::Truncated`] for fewer than four bytes or less data than Lc says, [`ErrorKind::TrailingBytes`] with
    /// the offset of the first byte after Le, [`ErrorKind::ExtendedLength`] for a length field that begins with `00`
    /// and goes on.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let [class, instruction, p1, p2, body @ ..] = bytes else {
            return Err(Error::new(ErrorKind::Truncated).at(bytes.len()));
        };
        let (data, le): (&[u8], _) = match body {
            [] => (&[], None),
            [le] => (&[], Some(*le)),
            [0, ..] => return Err(Error::new(ErrorKind::ExtendedLength).at(4)),
            [lc, rest @ ..] => {
                let (data, tail) = rest
                    .split_at_checked(usize::from(*lc))
                    .ok_or(Error::new(ErrorKind::Truncated).at(4))?;
                match tail {
                    [] => (data, None),
                    [le] => (data, Some(*le)),
                    _ => {
                        let after = bytes.len() - tail.len() + 1;
                        return Err(Error::new(ErrorKind::TrailingBytes).at(after));
                    }
                }
            }
        };
        Ok(Self {
            class: *class,
            instruction: *instruction,
            p1: *p1,
            p2: *p2,
            data,
            le: le.map(|le| if le == 0 { 256 } else { u16::from(le) }),
        })
    }

    /// Class, instruction and parameters.
    pub const fn header(&self) -> [u8; 4] {
        [self.class, self.instruction, self.p1, self.p2]
    }

    /// Whether the class announces secure messaging: in format 1 (`8C`, `0C`, the header authenticated) or
    /// format 2 (`84`, `04`) of EMV Book 2 9.
    pub const fn is_secured(&self) -> bool {
        self.class & 0x04 != 0
    }
}

impl fmt::Debug for Command<'_> {
    /// Without the data, which may hold a PIN.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let header = u32::from_be_bytes(self.header());
        let name = Instruction::of(self).map_or("", Instruction::name);
        write!(f, "Command({header:08X} {name}, {} bytes", self.data.len())?;
        match self.le {
            Some(le) => write!(f, ", Le {le})"),
            None => f.write_str(")"),
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec;

    use super::Command;
    use crate::error::ErrorKind;

    #[test]
    fn four_cases() {
        let cases: [(&[u8], usize, Option<u16>); 5] = [
            (&[0x00, 0xA4, 0x04, 0x00], 0, None),
            (&[0x00, 0xB2, 0x01, 0x0C, 0x00], 0, Some(256)),
            (&[0x80, 0xA8, 0x00, 0x00, 0x02, 0x83, 0x00], 2, None),
            (
                &[0x80, 0xA8, 0x00, 0x00, 0x02, 0x83, 0x00, 0x00],
                2,
                Some(256),
            ),
            (&[0x80, 0xCA, 0x9F, 0x36, 0x05], 0, Some(5)),
        ];
        for (bytes, length, le) in cases {
            let command = Command::parse(bytes).unwrap();
            assert_eq!(
                (command.data.len(), command.le),
                (length, le),
                "{bytes:02X?}"
            );
            assert_eq!(command.header(), bytes[..4]);
        }
    }

    #[test]
    fn every_length_has_one_meaning() {
        for length in 0..=300 {
            for lc in [0, 1, 5, 0x80, 0xFF] {
                let mut bytes = vec![0x80; length];
                if let Some(place) = bytes.get_mut(4) {
                    *place = lc;
                }
                let whole = 5 + usize::from(lc);
                let kind = Command::parse(&bytes).map_err(|error| error.kind());
                match length {
                    0..=3 => assert_eq!(kind.unwrap_err(), ErrorKind::Truncated),
                    4 | 5 => assert!(kind.is_ok()),
                    _ if lc == 0 => assert_eq!(kind.unwrap_err(), ErrorKind::ExtendedLength),
                    _ if length < whole => assert_eq!(kind.unwrap_err(), ErrorKind::Truncated),
                    _ if length <= whole + 1 => assert!(kind.is_ok()),
                    _ => assert_eq!(kind.unwrap_err(), ErrorKind::TrailingBytes),
                }
            }
        }
    }
}
