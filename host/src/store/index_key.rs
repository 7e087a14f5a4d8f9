//! The index key: under which names a store keeps cards.

use std::fs;
use std::path::Path;

use chipcard::issuer::StateKey;
use zeroize::Zeroizing;

use crate::cli::Failure;
use crate::input;

/// What the check value is the hash of. Longer than any merchant's identifier (DE 42, 15 characters).
const CHECKED: &[u8] = b"chipcard index key, check value";

/// The key of a store's names, with the check value by which the store knows it again.
///
/// ```
/// use chipcard_host::store::IndexKey;
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

    /// Reads a file of 64 hexadecimal digits.
    ///
    /// # Errors
    /// Names the file, and what in it is wrong; never the key.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let within = |failure: Failure| Failure::new(format!("{}: {failure}", path.display()));
        let text = Zeroizing::new(fs::read_to_string(path).map_err(|e| within(e.into()))?);
        let bytes = Zeroizing::new(input::hex_array("index key", &text).map_err(within)?);
        if bytes.iter().all(|byte| *byte == bytes[0]) {
            return Err(within(Failure::new("index key: all bytes are the same")));
        }
        Ok(Self::new(&bytes))
    }

    /// The key itself, to name cards and places with.
    #[must_use]
    pub fn state_key(&self) -> &StateKey {
        &self.0
    }

    /// By this a store knows the key again: 16 bytes of HMAC-SHA-256 of a fixed text.
    #[must_use]
    pub fn check_value(&self) -> [u8; 16] {
        self.0.merchant(&[], CHECKED).0
    }
}
