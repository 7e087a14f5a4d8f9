//! The index key: under which names a store keeps cards.

use std::fmt::Display;
use std::fs;
use std::path::Path;

use chipcard::issuer::StateKey;
use zeroize::Zeroizing;

use crate::error::{Kind, StoreError};

/// What the check value is the hash of. Longer than any merchant's identifier (DE 42, 15 characters).
const CHECKED: &[u8] = b"chipcard index key, check value";

/// The key of a store's names, with the check value by which the store knows it again.
///
/// ```
/// use chipcard_store::IndexKey;
///
/// let key = IndexKey::new(&[7; 32]);
/// assert_ne!(key.check_value(), IndexKey::new(&[8; 32]).check_value());
/// ```
#[derive(Clone, Debug)]
pub struct IndexKey(StateKey);

impl IndexKey {
    /// From 32 random bytes.
    #[must_use]
    pub fn new(key: &[u8; 32]) -> Self {
        Self(StateKey::new(key))
    }

    /// From 64 hexadecimal digits; blanks and line ends between them are skipped.
    ///
    /// # Errors
    /// Says which character is no digit, how many bytes there are, or that all of them are the same; never the key.
    pub fn from_hex(text: &str) -> Result<Self, StoreError> {
        let refused = |detail: String| StoreError::new(Kind::UnusableIndexKey, detail);
        let mut key = Zeroizing::new([0; 32]);
        let mut digits = 0;
        for (place, character) in text.chars().enumerate() {
            if character.is_whitespace() {
                continue;
            }
            let Some(digit) = character.to_digit(16) else {
                let place = place + 1;
                return Err(refused(format!(
                    "character {place} is not a hexadecimal digit"
                )));
            };
            if let Some(byte) = key.get_mut(digits / 2) {
                *byte = *byte << 4 | digit as u8;
            }
            digits += 1;
        }
        if digits % 2 != 0 {
            return Err(refused("an odd number of hexadecimal digits".to_owned()));
        }
        if digits != 64 {
            return Err(refused(format!("expected 32 bytes, found {}", digits / 2)));
        }
        if key.iter().all(|byte| *byte == key[0]) {
            return Err(refused("all bytes are the same".to_owned()));
        }
        Ok(Self::new(&key))
    }

    /// Reads a file of 64 hexadecimal digits.
    ///
    /// # Errors
    /// As [`from_hex`](Self::from_hex), with the file's name, and when it cannot be read.
    pub fn read(path: &Path) -> Result<Self, StoreError> {
        let within = |detail: &dyn Display| {
            let detail = format!("{}: {detail}", path.display());
            StoreError::new(Kind::UnusableIndexKey, detail)
        };
        let text = Zeroizing::new(fs::read_to_string(path).map_err(|error| within(&error))?);
        Self::from_hex(&text).map_err(|error| within(&error.detail()))
    }

    /// The key itself, to name cards and places with.
    #[must_use]
    pub fn state_key(&self) -> &StateKey {
        &self.0
    }

    /// By this a store knows the key again: 16 bytes of a keyed hash of a fixed text.
    #[must_use]
    pub fn check_value(&self) -> [u8; 16] {
        self.0.merchant(&[], CHECKED).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_64_digits() {
        let text = "0123456789abcdef".repeat(4);
        let key = IndexKey::from_hex(&format!(" {}\n{}\n", &text[..20], &text[20..])).unwrap();
        let bytes = [0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF].repeat(4);
        let same = IndexKey::new(&bytes.try_into().unwrap());
        assert_eq!(key.check_value(), same.check_value());
    }

    #[test]
    fn what_is_no_key_is_refused_by_name() {
        let refused = |text: &str| {
            let error = IndexKey::from_hex(text).unwrap_err();
            assert_eq!(error.kind(), Kind::UnusableIndexKey);
            error.to_string()
        };
        let text = "0123456789abcdef".repeat(4);
        assert!(refused(&format!("{text}0")).contains("odd number"));
        assert!(refused(&format!("{text}00")).contains("found 33"));
        assert!(refused("").contains("found 0"));
        assert!(refused(&text.replace('9', "x")).contains("character 10 "));
        assert!(refused(&"7".repeat(64)).contains("all bytes are the same"));
    }
}
