//! Verification values, and how many digits they have.

use core::fmt;

use zeroize::Zeroize;

use crate::crypto::constant_time_eq;
use crate::error::{Error, ErrorKind, Result};

/// Decimal digits that one enciphered DES block gives: each of its 16 nibbles becomes one.
pub(super) const DECIMALISED: usize = 16;

/// How many digits a verification value has: 1 to `MAX`, the most that the method can give. Part of an issuer's
/// profile, never of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DigitCount<const MAX: u8>(u8);

impl<const MAX: u8> DigitCount<MAX> {
    /// Three, as on almost every card. A method that gives fewer has its most.
    pub const THREE: Self = Self(if MAX < 3 { MAX } else { 3 });
    /// As many as the method can give.
    pub const ALL: Self = Self(MAX);

    /// So many digits.
    ///
    /// # Errors
    /// [`ErrorKind::DigitCount`] for 0 or more than `MAX`.
    pub const fn new(count: u8) -> Result<Self> {
        if count == 0 || count > MAX {
            Err(Error::new(ErrorKind::DigitCount))
        } else {
            Ok(Self(count))
        }
    }

    /// The count.
    pub const fn get(self) -> u8 {
        self.0
    }
}

/// A verification value that was computed: at least one decimal digit. Shown by no `Debug`, wiped when dropped.
#[derive(Clone)]
pub struct VerificationValue {
    /// ASCII digits.
    digits: [u8; DECIMALISED],
    length: u8,
}

impl VerificationValue {
    /// The first `count` of `digits`, which are numbers from 0 to 9.
    pub(super) fn leftmost<const MAX: u8>(
        digits: impl Iterator<Item = u8>,
        count: DigitCount<MAX>,
    ) -> Self {
        let mut value = Self {
            digits: [0; DECIMALISED],
            length: count.get(),
        };
        for (to, digit) in value.digits.iter_mut().zip(digits) {
            *to = b'0' + digit;
        }
        value
    }

    fn as_bytes(&self) -> &[u8] {
        self.digits
            .get(..usize::from(self.length))
            .unwrap_or(&self.digits)
    }

    /// Whether `claimed`, decimal digits as text, is this value. It takes a time that depends on the lengths
    /// alone. A claim with more or fewer digits is not this value.
    #[must_use]
    pub fn matches(&self, claimed: impl AsRef<[u8]>) -> bool {
        constant_time_eq(self.as_bytes(), claimed.as_ref())
    }

    /// Shows the digits to `look`: to write them on a card. To check a claim use
    /// [`matches`](Self::matches).
    pub fn reveal<T>(&self, look: impl FnOnce(&str) -> T) -> T {
        look(core::str::from_utf8(self.as_bytes()).unwrap_or_default())
    }
}

impl Drop for VerificationValue {
    fn drop(&mut self) {
        self.digits.zeroize();
    }
}

impl fmt::Debug for VerificationValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerificationValue({} digits, redacted)", self.length)
    }
}

/// The decimal digits of a block in order, then its letters A to F as 0 to 5.
pub(super) fn decimalise(block: &[u8; 8]) -> impl Iterator<Item = u8> {
    let nibbles = || block.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
    let letters = nibbles().filter(|nibble| *nibble > 9);
    nibbles()
        .filter(|nibble| *nibble <= 9)
        .chain(letters.map(|letter| letter - 10))
}
