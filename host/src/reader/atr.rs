//! The answer to reset of the virtual card.

use std::fmt;

use crate::decode::{self, Kind, Options};
use crate::failure::Failure;

/// The transmission protocol of a card (EMV Book 1 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Protocol {
    /// Byte oriented: `61xx`, `6Cxx`, GET RESPONSE.
    #[default]
    T0,
    /// Block oriented: commands and responses as they are.
    T1,
}

/// An answer to reset, and the protocol that it announces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerToReset {
    bytes: Vec<u8>,
    protocol: Protocol,
}

const HISTORICAL: &[u8; 8] = b"chipcard";

impl AnswerToReset {
    /// The basic answer to reset of EMV Book 1 8.2 for a protocol; its historical bytes spell the project's name.
    pub fn basic(protocol: Protocol) -> Self {
        let bytes = match protocol {
            // TS; T0: TB1, TC1 and 8 historical bytes; TB1: no VPP; TC1: no extra guard time.
            Protocol::T0 => [&[0x3B, 0x68, 0x00, 0x00], &HISTORICAL[..]].concat(),
            // Also TD1 and TD2: T=1; TA3: blocks of 254 bytes; TB3: waiting times. TCK at the end.
            Protocol::T1 => {
                let head = [0x3B, 0xE8, 0x00, 0x00, 0x81, 0x31, 0xFE, 0x45];
                let mut bytes = [&head[..], HISTORICAL].concat();
                bytes.push(bytes.iter().skip(1).fold(0, |check, byte| check ^ byte));
                bytes
            }
        };
        Self { bytes, protocol }
    }

    /// One that was given in hexadecimal digits.
    ///
    /// # Errors
    /// When it is no answer to reset (ISO/IEC 7816-3), or announces neither T=0 nor T=1 first.
    pub fn parse(digits: &str) -> Result<Self, Failure> {
        let bytes = crate::input::hex("atr", digits)?;
        let tree = decode::decode(&hex::encode(&bytes), Some(Kind::Atr), &Options::default())
            .map_err(Failure::new)?
            .tree;
        if let Some(error) = tree.error {
            return Err(Failure::new(format!("atr: {error}")));
        }
        let protocol = match first_protocol(&bytes) {
            0 => Protocol::T0,
            1 => Protocol::T1,
            other => {
                return Err(Failure::new(format!(
                    "atr: the protocol T={other} is not EMV's"
                )));
            }
        };
        Ok(Self { bytes, protocol })
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The protocol that it announces first.
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }
}

/// The low nibble of TD1; T=0 where there is none (ISO/IEC 7816-3 8.2.3).
fn first_protocol(atr: &[u8]) -> u8 {
    let t0 = atr.get(1).copied().unwrap_or_default();
    if t0 & 0x80 == 0 {
        return 0;
    }
    let before = [0x10, 0x20, 0x40].iter().filter(|bit| t0 & **bit != 0);
    atr.get(2 + before.count()).copied().unwrap_or_default() & 0x0F
}

impl fmt::Display for AnswerToReset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode_upper(&self.bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::{AnswerToReset, Protocol};

    #[test]
    fn basic_answers_read_back() {
        for protocol in [Protocol::T0, Protocol::T1] {
            let basic = AnswerToReset::basic(protocol);
            let read = AnswerToReset::parse(&basic.to_string());
            assert_eq!(read.ok(), Some(basic));
        }
    }

    /// Published examples.
    #[test]
    fn announced_protocols() {
        for (atr, protocol) in [
            ("3B6600004 54D5653494D", Protocol::T0),
            ("3BE60000 8131FE45 454D5653494D E4", Protocol::T1),
        ] {
            let atr = AnswerToReset::parse(atr).map(|atr| atr.protocol());
            assert_eq!(atr.ok(), Some(protocol));
        }
        for wrong in ["", "3B", "3B66", "0000", "3BE600008131FE45454D5653494DE5"] {
            assert!(AnswerToReset::parse(wrong).is_err(), "{wrong}");
        }
    }
}
