//! Issuer master keys.

use core::fmt;
use core::marker::PhantomData;

#[cfg(feature = "simd")]
use crate::crypto::lanes::single::Tdes2Key;
use crate::crypto::{Algorithm, Cipher, SecretKey};
use crate::element::{Pan, PanSequenceNumber};
use crate::error::Result;
use crate::key::check::check_strength;
use crate::key::{CardKey, CardKeyOption, KeyCheckValue, KeyPolicy, Purpose};

/// Issuer master key for one purpose, from which the keys of all its cards are derived
/// (EMV Book 2 A1.4).
///
/// ```
/// use chipcard::ErrorKind;
/// use chipcard::element::{Pan, PanSequenceNumber};
/// use chipcard::key::{Ac, CardKeyOption, IssuerMasterKey};
///
/// let imk = IssuerMasterKey::<Ac>::tdes(&[
///     0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0xFE, 0xDC, 0xBA, 0x98, 0x76, 0x54, 0x32, 0x10,
/// ])?;
/// assert_eq!(imk.check_value()?.to_string(), "08D7B4");
///
/// let pan = Pan::from_digits("9901234567890123")?;
/// let card = imk.card_key(&pan, PanSequenceNumber::from_digits("45")?, CardKeyOption::A)?;
/// assert_eq!(card.check_value()?.to_string()[..4], *"1DA5");
///
/// let single_des = IssuerMasterKey::<Ac>::tdes(&[0x13; 16]).unwrap_err();
/// assert_eq!(single_des.kind(), ErrorKind::EqualHalves);
/// # Ok::<(), chipcard::Error>(())
/// ```
#[doc(alias = "IMK")]
#[doc(alias = "MDK")]
pub struct IssuerMasterKey<P> {
    key: SecretKey,
    /// Scheduled once, because one master key serves a whole portfolio.
    cipher: Cipher,
    purpose: PhantomData<P>,
}

impl<P: Purpose> IssuerMasterKey<P> {
    /// A two-key TDES key of 16 bytes. Parity bits may have any value.
    ///
    /// # Errors
    /// [`ErrorKind::ZeroKey`], [`ErrorKind::EqualHalves`], [`ErrorKind::WeakKey`].
    ///
    /// [`ErrorKind::ZeroKey`]: crate::ErrorKind::ZeroKey
    /// [`ErrorKind::EqualHalves`]: crate::ErrorKind::EqualHalves
    /// [`ErrorKind::WeakKey`]: crate::ErrorKind::WeakKey
    pub fn tdes(key: &[u8; 16]) -> Result<Self> {
        Self::new(Algorithm::Tdes, key, KeyPolicy::Strict)
    }

    /// An AES key of 16, 24 or 32 bytes.
    ///
    /// # Errors
    /// [`ErrorKind::KeyLength`], [`ErrorKind::ZeroKey`].
    ///
    /// [`ErrorKind::KeyLength`]: crate::ErrorKind::KeyLength
    /// [`ErrorKind::ZeroKey`]: crate::ErrorKind::ZeroKey
    pub fn aes(key: &[u8]) -> Result<Self> {
        Self::new(Algorithm::aes(key.len())?, key, KeyPolicy::Strict)
    }

    /// A key under a policy of which keys are taken.
    ///
    /// # Errors
    /// Those of [`IssuerMasterKey::tdes`] and [`IssuerMasterKey::aes`].
    pub fn new(algorithm: Algorithm, key: &[u8], policy: KeyPolicy) -> Result<Self> {
        let key = SecretKey::new(algorithm, key)?;
        check_strength(&key, policy)?;
        let cipher = Cipher::new(algorithm, key.bytes())?;
        Ok(Self {
            key,
            cipher,
            purpose: PhantomData,
        })
    }

    /// The card's key, also called ICC master key or unique derived key.
    ///
    /// # Errors
    /// [`ErrorKind::Cipher`] when the option is not for this key's cipher.
    ///
    /// [`ErrorKind::Cipher`]: crate::ErrorKind::Cipher
    pub fn card_key(
        &self,
        pan: &Pan,
        sequence: PanSequenceNumber,
        option: CardKeyOption,
    ) -> Result<CardKey<P>> {
        option
            .derive(&*self.cipher, self.key.algorithm(), pan, sequence)
            .map(CardKey::from_secret)
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

    /// Check value by CMAC, whatever the cipher.
    ///
    /// # Errors
    /// None in practice: the key's length was checked.
    pub fn cmac_check_value(&self) -> Result<KeyCheckValue> {
        self.key.cmac_check_value()
    }

    pub(crate) const fn secret(&self) -> &SecretKey {
        &self.key
    }

    /// The scheduled key, if it is for TDES.
    #[cfg(feature = "simd")]
    pub(crate) const fn scheduled_tdes(&self) -> Option<&Tdes2Key> {
        match &self.cipher {
            Cipher::Tdes(tdes) => Some(tdes),
            _ => None,
        }
    }
}

impl<P: Purpose> fmt::Debug for IssuerMasterKey<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IssuerMasterKey<{}>({:?})", P::PURPOSE, self.key)
    }
}
