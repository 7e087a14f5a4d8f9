//! Key blocks: keys as HSMs hand them over, enciphered and bound to what they are for (ANSI X9.143, before that TR-31; ISO 20038).
//!
//! A block is text: a header of 16 characters, perhaps optional blocks, the enciphered key and a MAC over all of it. It is opened under the key
//! block protection key that both sides have. Versions `A` and `C` (TDES, variants of the key), `B` (TDES, derived keys) and `D` (AES, derived
//! keys).
//!
//! ```
//! // Published by openemv/tr31, made by a payShield 10k.
//! let protection = hex::decode("EFE0853B256B583D868F251CE99EA1D9").unwrap();
//! let block = "B0080K0TN00N00001C414014375212C24995E405B5EE052CB92B67F455EA2680F6751088F9F1C228";
//! let key = chipcard_host::key_block::open(&protection, block).unwrap();
//! assert_eq!(hex::encode_upper(&*key), "5DB50B454F8389ADCE573BE50861F2BF");
//! ```

mod cipher;

use std::fmt;

use zeroize::Zeroizing;

use cipher::Cipher;

/// Characters of the header.
const HEADER: usize = 16;

/// Why a key block does not open. It says nothing of the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyBlockError {
    /// The text is not as long as its header says.
    Length,
    /// The header, or an optional block, is not of its form.
    Header,
    /// The version is none of `A`, `B`, `C`, `D`.
    Version,
    /// The protection key has not the length of one for this version.
    ProtectionKey,
    /// Enciphered key or MAC are not hexadecimal, or not of whole blocks.
    Payload,
    /// The MAC is wrong: another protection key, or a changed block.
    Mac,
    /// What was opened says that the key is longer than it is, or not of whole bytes.
    Key,
}

impl fmt::Display for KeyBlockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Length => "the key block is not as long as its header says",
            Self::Header => "the header of the key block is not of its form",
            Self::Version => "the version of the key block is none of A, B, C, D",
            Self::ProtectionKey => "the protection key has not the length for this version",
            Self::Payload => "the key block does not end with whole blocks in hexadecimal",
            Self::Mac => "the MAC of the key block is wrong",
            Self::Key => "the key block holds no whole key",
        })
    }
}

impl std::error::Error for KeyBlockError {}

/// How a version protects.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Protection {
    /// Two variants of the protection key; the MAC covers what is enciphered.
    Variant,
    /// Two keys derived from it; the MAC covers the clear key, and is the initial value of its encipherment.
    Derived,
}

/// What a version letter stands for: protection, bytes of a cipher block, bytes of the MAC.
const fn version(letter: u8) -> Option<(Protection, usize, usize)> {
    match letter {
        b'A' | b'C' => Some((Protection::Variant, 8, 4)),
        b'B' => Some((Protection::Derived, 8, 8)),
        b'D' => Some((Protection::Derived, 16, 16)),
        _ => None,
    }
}

/// Opens a key block; gives the key in it.
///
/// # Errors
/// [`KeyBlockError`].
pub fn open(protection_key: &[u8], block: &str) -> Result<Zeroizing<Vec<u8>>, KeyBlockError> {
    let text = block.as_bytes();
    let (header, _) = text
        .split_first_chunk::<HEADER>()
        .ok_or(KeyBlockError::Length)?;
    let (protection, size, mac_length) = version(header[0]).ok_or(KeyBlockError::Version)?;
    if decimal(&header[1..5])? != text.len() {
        return Err(KeyBlockError::Length);
    }
    let optional = optional_blocks(text, decimal(&header[12..14])?)?;
    let (covered, payload) = text.split_at(optional);
    let payload = hex::decode(payload).map_err(|_| KeyBlockError::Payload)?;
    let key_length = payload.len().checked_sub(mac_length);
    let key_length = key_length.filter(|length| *length >= size && length.is_multiple_of(size));
    let (enciphered, mac) = payload.split_at(key_length.ok_or(KeyBlockError::Payload)?);
    let keys = Keys::new(protection, size, protection_key)?;
    let clear = match protection {
        Protection::Variant => {
            let message = [covered, enciphered].concat();
            same(&keys.authentication.cbc_mac(&message), mac)?;
            keys.encipherment.cbc_decrypt(&header[..size], enciphered)
        }
        Protection::Derived => {
            let clear = keys.encipherment.cbc_decrypt(mac, enciphered);
            let message = Zeroizing::new([covered, &*clear].concat());
            same(&keys.authentication.cmac(&message), mac)?;
            clear
        }
    };
    unpack(&clear)
}

/// The two keys that a protection key gives.
struct Keys {
    encipherment: Cipher,
    authentication: Cipher,
}

impl Keys {
    fn new(protection: Protection, size: usize, key: &[u8]) -> Result<Self, KeyBlockError> {
        let make = |key: &[u8]| Cipher::new(size, key).ok_or(KeyBlockError::ProtectionKey);
        let (encipherment, authentication) = match protection {
            Protection::Variant => {
                let variant = |letter: u8| {
                    Zeroizing::new(key.iter().map(|byte| byte ^ letter).collect::<Vec<_>>())
                };
                (variant(b'E'), variant(b'M'))
            }
            Protection::Derived => {
                if key.len() < 16 {
                    return Err(KeyBlockError::ProtectionKey);
                }
                let master = make(key)?;
                (
                    derive(&master, size, key.len(), 0),
                    derive(&master, size, key.len(), 1),
                )
            }
        };
        Ok(Self {
            encipherment: make(&encipherment)?,
            authentication: make(&authentication)?,
        })
    }
}

/// A key of `length` bytes: CMACs over a counter, what the key is for, its algorithm and its length.
fn derive(master: &Cipher, size: usize, length: usize, usage: u8) -> Zeroizing<Vec<u8>> {
    let algorithm = match (size, length) {
        (8, 16) => 0,
        (8, _) => 1,
        (_, 16) => 2,
        (_, 24) => 3,
        _ => 4,
    };
    // At most 256 bits.
    let [high, low] = (length as u16 * 8).to_be_bytes();
    let mut key = Zeroizing::new(Vec::new());
    for counter in 1..=length.div_ceil(size) as u8 {
        key.extend(master.cmac(&[counter, 0, usage, 0, 0, algorithm, high, low]));
    }
    key.truncate(length);
    key
}

/// Decimal digits as a number.
fn decimal(digits: &[u8]) -> Result<usize, KeyBlockError> {
    digits.iter().try_fold(0, |number, digit| match digit {
        b'0'..=b'9' => Ok(number * 10 + usize::from(digit - b'0')),
        _ => Err(KeyBlockError::Header),
    })
}

fn hexadecimal(digits: &[u8]) -> Result<usize, KeyBlockError> {
    digits.iter().try_fold(0_usize, |number, digit| {
        let value = char::from(*digit)
            .to_digit(16)
            .ok_or(KeyBlockError::Header)?;
        Ok(number << 4 | value as usize)
    })
}

/// Where the optional blocks end: each has an identifier of two characters and its whole length in two hexadecimal digits; `00` there means
/// that the number of the length's bytes follows, and then the length.
fn optional_blocks(text: &[u8], count: usize) -> Result<usize, KeyBlockError> {
    let mut end = HEADER;
    let part =
        |from: usize, length: usize| text.get(from..from + length).ok_or(KeyBlockError::Header);
    for _ in 0..count {
        let mut length = hexadecimal(part(end + 2, 2)?)?;
        let mut least = 4;
        if length == 0 {
            let digits = hexadecimal(part(end + 4, 2)?)? * 2;
            if !(2..=4).contains(&digits) {
                return Err(KeyBlockError::Header);
            }
            length = hexadecimal(part(end + 6, digits)?)?;
            least = 6 + digits;
        }
        if length < least {
            return Err(KeyBlockError::Header);
        }
        part(end, length)?;
        end += length;
    }
    Ok(end)
}

/// In constant time, because the MAC is what a forger would guess.
fn same(computed: &[u8], found: &[u8]) -> Result<(), KeyBlockError> {
    let differences = computed
        .iter()
        .zip(found)
        .fold(0, |all, (a, b)| all | (a ^ b));
    if differences == 0 {
        Ok(())
    } else {
        Err(KeyBlockError::Mac)
    }
}

/// The clear key stands behind its length in bits, and before random bytes.
fn unpack(clear: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeyBlockError> {
    let (bits, rest) = clear.split_first_chunk().ok_or(KeyBlockError::Key)?;
    let bits = usize::from(u16::from_be_bytes(*bits));
    let key = rest
        .get(..bits / 8)
        .filter(|key| bits % 8 == 0 && !key.is_empty());
    Ok(Zeroizing::new(key.ok_or(KeyBlockError::Key)?.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::{KeyBlockError, open};

    /// Published by openemv/tr31.
    const KEY: &str = "EFE0853B256B583D868F251CE99EA1D9";
    const BLOCK: &str =
        "B0080K0TN00N00001C414014375212C24995E405B5EE052CB92B67F455EA2680F6751088F9F1C228";

    fn opened(block: &str) -> Result<(), KeyBlockError> {
        open(&hex::decode(KEY).unwrap(), block).map(|_| ())
    }

    #[test]
    fn a_changed_block_does_not_open() {
        assert_eq!(opened(BLOCK), Ok(()));
        for place in 0..BLOCK.len() {
            for other in ["0", "1", "A", "Z", "\u{e9}"] {
                let mut changed = BLOCK.to_owned();
                changed.replace_range(place..=place, other);
                assert_eq!(opened(&changed).is_ok(), changed == BLOCK, "{changed}");
            }
            assert_eq!(opened(&BLOCK[..place]), Err(KeyBlockError::Length));
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (block, error) in [
            ("", KeyBlockError::Length),
            ("E0080K0TN00N0000", KeyBlockError::Version),
            ("B0016K0TN00N0000", KeyBlockError::Payload),
            ("B00x6K0TN00N0000", KeyBlockError::Header),
            ("B0020K0TN00N0100KS03", KeyBlockError::Header),
            ("B0020K0TN00N0100KS0x", KeyBlockError::Header),
            ("B0020K0TN00N0100KS00", KeyBlockError::Header),
            ("B0020K0TN00N0100KSFF", KeyBlockError::Header),
        ] {
            assert_eq!(opened(block), Err(error), "{block}");
        }
        for length in [0, 8, 15, 32] {
            let key = vec![1; length];
            let opened = open(&key, BLOCK).map(|_| ());
            assert_eq!(opened, Err(KeyBlockError::ProtectionKey), "{length}");
        }
    }
}
