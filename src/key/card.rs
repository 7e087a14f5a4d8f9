//! Card keys: options A, B and C of EMV Book 2 A1.4.

use core::fmt;
use core::marker::PhantomData;

use sha1::{Digest, Sha1};

use crate::crypto::{Algorithm, BlockCipher, SecretKey};
use crate::element::{Pan, PanSequenceNumber};
use crate::error::{Error, ErrorKind, Result};
use crate::key::{KeyCheckValue, KeyPolicy, Purpose, SessionDerivation, SessionKey, check};

/// How a card's key is derived from the issuer master key (EMV Book 2 A1.4).
///
/// All options join the PAN and the sequence number (00 where the card has none) to
/// X = PAN digits || two digits, and encipher a block made of it and its complement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CardKeyOption {
    /// The rightmost 16 digits of X, zeros on the **left** where X is shorter. TDES.
    ///
    /// Two public libraries pad short PANs on the right instead; every HSM's answer contradicts them.
    A,
    /// As A for PANs of up to 16 digits. For longer ones the first 16 decimal digits in the SHA-1 hash of X
    /// (in BCD, a zero in front of an odd count), then, if those are fewer, its letters A to F as 0 to 5. TDES.
    B,
    /// The hash of option B for PANs of every length, as one HSM interface does it for dCVV and CVC3. TDES.
    BEveryLength,
    /// X to 32 digits with zeros on the left. AES; the card key is as long as the master key.
    C,
    /// As C, with a card key of a length of its own, as one public library has it. AES.
    CTo(Algorithm),
}

impl CardKeyOption {
    /// The block that is enciphered for the key's left half; eight bytes with TDES.
    pub(crate) fn diversifier(self, pan: &Pan, sequence: PanSequenceNumber) -> [u8; 16] {
        let digits = Digits::new(pan, sequence);
        match self {
            Self::A => digits.rightmost_16(),
            Self::B if pan.digits().len() <= 16 => digits.rightmost_16(),
            Self::B | Self::BEveryLength => digits.hashed_16(),
            Self::C | Self::CTo(_) => digits.packed(),
        }
    }

    pub(crate) fn derive(
        self,
        master: &dyn BlockCipher,
        algorithm: Algorithm,
        pan: &Pan,
        sequence: PanSequenceNumber,
    ) -> Result<SecretKey> {
        let target = match self {
            Self::CTo(target) => target,
            _ => algorithm,
        };
        let for_aes = matches!(self, Self::C | Self::CTo(_));
        if for_aes != algorithm.is_aes() || for_aes != target.is_aes() {
            return Err(Error::new(ErrorKind::Cipher));
        }
        let block = self.diversifier(pan, sequence);
        let complement = block.map(|byte| !byte);
        Ok(SecretKey::from_blocks(
            target,
            master.encrypt(block),
            master.encrypt(complement),
        ))
    }
}

/// PAN and sequence number, 10 to 21 digits, right-aligned in 32, two to a byte.
struct Digits {
    packed: [u8; 16],
    length: usize,
}

impl Digits {
    fn new(pan: &Pan, sequence: PanSequenceNumber) -> Self {
        let mut packed = [0; 16];
        let [pairs @ .., last] = &mut packed;
        *last = sequence.to_bcd();
        for (byte, pair) in pairs.iter_mut().rev().zip(pan.digits().rchunks(2)) {
            *byte = pair.iter().fold(0, |high, low| high << 4 | low);
        }
        Self {
            packed,
            length: pan.digits().len() + 2,
        }
    }

    /// All 32 digits in 16 bytes.
    fn packed(&self) -> [u8; 16] {
        self.packed
    }

    /// The last 16 digits in eight bytes, and zeros after them.
    fn rightmost_16(&self) -> [u8; 16] {
        let [_, _, _, _, _, _, _, _, i, j, k, l, m, n, o, p] = self.packed;
        [i, j, k, l, m, n, o, p, 0, 0, 0, 0, 0, 0, 0, 0]
    }

    /// Sixteen digits out of the hash, in eight bytes.
    fn hashed_16(&self) -> [u8; 16] {
        let used = self.length.div_ceil(2);
        let hash = Sha1::digest(self.packed.get(16 - used..).unwrap_or(&self.packed));
        let nibbles = || hash.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
        let decimal = nibbles().filter(|nibble| *nibble < 10);
        let letters = nibbles()
            .filter(|nibble| *nibble >= 10)
            .map(|letter| letter - 10);
        let mut block = [0; 16];
        for (place, digit) in decimal.chain(letters).take(16).enumerate() {
            if let Some(byte) = block.get_mut(place / 2) {
                *byte = *byte << 4 | digit;
            }
        }
        block
    }
}

/// A card's own key for one purpose: ICC master key, also called unique derived key (UDK).
#[doc(alias = "UDK")]
#[derive(Clone)]
pub struct CardKey<P> {
    key: SecretKey,
    purpose: PhantomData<P>,
}

impl<P: Purpose> CardKey<P> {
    /// A card key that is known already, as on the card itself.
    ///
    /// # Errors
    /// [`ErrorKind::KeyLength`], and the policy's refusals.
    pub fn new(algorithm: Algorithm, key: &[u8], policy: KeyPolicy) -> Result<Self> {
        let key = SecretKey::new(algorithm, key)?;
        check::check_strength(&key, policy)?;
        Ok(Self::from_secret(key))
    }

    pub(crate) const fn from_secret(key: SecretKey) -> Self {
        Self {
            key,
            purpose: PhantomData,
        }
    }

    /// The session key of one transaction or script command.
    ///
    /// # Errors
    /// [`ErrorKind::Cipher`] when the derivation is not for this key's cipher.
    pub fn session_key(&self, derivation: &SessionDerivation) -> Result<SessionKey<P>> {
        derivation.derive(&self.key).map(SessionKey::from_secret)
    }

    /// Cipher and key length.
    pub const fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    /// Check value by the cipher's usual method.
    ///
    /// # Errors
    /// None in practice: the key's length was checked.
    pub fn check_value(&self) -> Result<KeyCheckValue> {
        self.key.check_value()
    }

    /// Shows the key bytes to `look`, TDES keys with odd parity. For test benches.
    #[cfg(feature = "laboratory")]
    pub fn reveal<T>(&self, look: impl FnOnce(&[u8]) -> T) -> T {
        let mut key = self.key.clone();
        key.adjust_parity();
        look(key.bytes())
    }

    pub(crate) const fn secret(&self) -> &SecretKey {
        &self.key
    }
}

impl<P: Purpose> fmt::Debug for CardKey<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CardKey<{}>({:?})", P::PURPOSE, self.key)
    }
}
