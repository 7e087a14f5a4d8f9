//! RSA public keys and the recovery function (EMV Book 2 B2.1).

use alloc::vec::Vec;
use core::fmt;

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};

use crate::error::{Error, ErrorKind, Result};

/// Fewest bytes of a modulus: what CDA signs needs up to 63. EMV sets no lower bound.
pub(super) const MIN_MODULUS: usize = 64;

/// Most bytes of a modulus (EMV Book 2 6.1).
pub(super) const MAX_MODULUS: usize = 248;

/// A public exponent: EMV allows 3 and 65537 (EMV Book 2 6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PublicExponent {
    /// 3, one byte.
    Three,
    /// 2^16 + 1 = 65537, three bytes.
    FermatFour,
}

impl PublicExponent {
    /// From the value of tag 9F32, 9F47 or 9F2E: `03` or `010001`.
    ///
    /// # Errors
    /// [`ErrorKind::PublicExponent`].
    pub const fn parse(bytes: &[u8]) -> Result<Self> {
        match bytes {
            [0x03] => Ok(Self::Three),
            [0x01, 0x00, 0x01] => Ok(Self::FermatFour),
            _ => Err(Error::new(ErrorKind::PublicExponent)),
        }
    }

    /// The value of tag 9F32, 9F47 or 9F2E.
    pub const fn to_bytes(self) -> &'static [u8] {
        match self {
            Self::Three => &[0x03],
            Self::FermatFour => &[0x01, 0x00, 0x01],
        }
    }

    /// Both are 2^k + 1: k squarings and one multiplication.
    const fn squarings(self) -> u32 {
        match self {
            Self::Three => 1,
            Self::FermatFour => 16,
        }
    }

    pub(super) const fn value(self) -> u32 {
        2_u32.pow(self.squarings()) + 1
    }
}

/// An RSA public key as EMV allows it: 64 to 248 bytes, odd, the leftmost bit set (EMV Book 2 6.1).
///
/// That a value of this type exists says nothing about whose key it is; [`RecoveredIssuerKey`] and
/// [`RecoveredIccKey`] do.
///
/// [`RecoveredIssuerKey`]: super::RecoveredIssuerKey
/// [`RecoveredIccKey`]: super::RecoveredIccKey
#[derive(Clone)]
pub struct RsaPublicKey {
    modulus: Vec<u8>,
    exponent: PublicExponent,
    params: BoxedMontyParams,
}

impl RsaPublicKey {
    /// From the modulus, most significant byte first, and the exponent.
    ///
    /// # Errors
    /// [`ErrorKind::Modulus`].
    pub fn new(modulus: &[u8], exponent: PublicExponent) -> Result<Self> {
        let fail = Error::new(ErrorKind::Modulus);
        let leftmost = modulus.first().copied().unwrap_or_default();
        if !(MIN_MODULUS..=MAX_MODULUS).contains(&modulus.len()) || leftmost & 0x80 == 0 {
            return Err(fail);
        }
        let number = BoxedUint::from_be_slice_vartime(modulus);
        let odd = Odd::new(number).into_option().ok_or(fail)?;
        Ok(Self {
            modulus: modulus.to_vec(),
            exponent,
            params: BoxedMontyParams::new_vartime(odd),
        })
    }

    /// The modulus, most significant byte first.
    pub fn modulus(&self) -> &[u8] {
        &self.modulus
    }

    /// The exponent.
    pub const fn exponent(&self) -> PublicExponent {
        self.exponent
    }

    /// Length of the modulus in bytes: `N` of the specification.
    pub fn length(&self) -> usize {
        self.modulus.len()
    }

    /// `data` to the power of the exponent: the RSA recovery function (EMV Book 2 B2.1.3).
    ///
    /// As long as the modulus, both in and out.
    pub(super) fn recover(&self, data: &[u8]) -> Result<Vec<u8>> {
        let length = self.length();
        if data.len() != length {
            return Err(Error::new(ErrorKind::Length {
                min: length,
                max: length,
                found: data.len(),
            }));
        }
        let number = BoxedUint::from_be_slice_vartime(data);
        // EMV Book 2 leaves open what becomes of a number above the modulus. No signer makes one.
        if number >= *self.params.modulus().as_ref() {
            return Err(Error::new(ErrorKind::Value));
        }
        Ok(to_bytes(&self.raise(number), length))
    }

    /// `number`, which is below the modulus, to the power of the exponent.
    pub(super) fn raise(&self, number: BoxedUint) -> BoxedUint {
        let base = BoxedMontyForm::new(number, &self.params);
        let mut power = base.clone();
        for _ in 0..self.exponent.squarings() {
            power = power.square();
        }
        power.mul(&base).retrieve()
    }

    pub(super) const fn params(&self) -> &BoxedMontyParams {
        &self.params
    }
}

impl PartialEq for RsaPublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.modulus == other.modulus && self.exponent == other.exponent
    }
}

impl Eq for RsaPublicKey {}

impl fmt::Debug for RsaPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RsaPublicKey")
            .field("length", &self.length())
            .field("exponent", &self.exponent)
            .finish_non_exhaustive()
    }
}

/// The lowest `length` bytes of a number, most significant first.
pub(super) fn to_bytes(number: &BoxedUint, length: usize) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let spare = bytes.len().saturating_sub(length);
    bytes.get(spare..).unwrap_or_default().to_vec()
}
