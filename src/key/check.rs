//! Key check values, and keys that must not be used.

use core::fmt;

use cipher::{Array, KeyInit};
use cmac::{Cmac, Mac};

use crate::crypto::{Algorithm, SecretKey, constant_time_eq, odd_parity};
use crate::error::{Error, ErrorKind, Result};

/// Which keys are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum KeyPolicy {
    /// Refuses all-zero keys, weak and semi-weak DES halves, and TDES keys with equal halves.
    #[default]
    Strict,
    /// Takes any key. Several published test keys have equal halves; no issuer's key may.
    PublishedTestKeys,
}

/// Refuses degenerate keys, each with its own error. DES parity bits are ignored, as DES does.
pub(crate) fn check_strength(key: &SecretKey, policy: KeyPolicy) -> Result<()> {
    if policy == KeyPolicy::PublishedTestKeys {
        return Ok(());
    }
    if constant_time_eq(
        key.bytes(),
        [0; 32].get(..key.bytes().len()).unwrap_or_default(),
    ) {
        return Err(Error::new(ErrorKind::ZeroKey));
    }
    if key.algorithm() != Algorithm::Tdes {
        return Ok(());
    }
    let mut adjusted = key.clone();
    adjusted.adjust_parity();
    let (left, right) = adjusted.bytes().split_at(8);
    if constant_time_eq(left, right) {
        return Err(Error::new(ErrorKind::EqualHalves));
    }
    des::weak_key_test(adjusted.bytes()).map_err(|_| Error::new(ErrorKind::WeakKey))?;
    Ok(())
}

/// Whether two keys are the same, DES parity bits ignored.
pub(crate) fn same_key(a: &SecretKey, b: &SecretKey) -> bool {
    let (mut a, mut b) = (a.clone(), b.clone());
    a.adjust_parity();
    b.adjust_parity();
    a.algorithm() == b.algorithm() && constant_time_eq(a.bytes(), b.bytes())
}

impl SecretKey {
    /// Sets odd parity on a TDES key; leaves an AES key alone.
    pub(crate) fn adjust_parity(&mut self) {
        if self.algorithm() == Algorithm::Tdes {
            odd_parity(self.bytes_mut());
        }
    }

    /// See [`KeyCheckValue`].
    pub(crate) fn check_value(&self) -> Result<KeyCheckValue> {
        let block = match self.algorithm() {
            Algorithm::Tdes => self.with_cipher(|cipher| cipher.encrypt([0; 16]))?,
            _ => self.cmac_of_zeros()?,
        };
        let [a, b, c, ..] = block;
        Ok(KeyCheckValue([a, b, c]))
    }

    /// See [`KeyCheckValue`].
    pub(crate) fn cmac_check_value(&self) -> Result<KeyCheckValue> {
        let [a, b, c, ..] = self.cmac_of_zeros()?;
        Ok(KeyCheckValue([a, b, c]))
    }

    fn cmac_of_zeros(&self) -> Result<[u8; 16]> {
        let mut output = [0; 16];
        let mut fill = |mac: &[u8]| {
            for (to, from) in output.iter_mut().zip(mac) {
                *to = *from;
            }
        };
        let key = self.bytes();
        match self.algorithm() {
            Algorithm::Tdes => fill(&cmac::<Cmac<des::TdesEde2>>(key, &[0; 8])?),
            Algorithm::Aes128 => fill(&cmac::<Cmac<aes::Aes128>>(key, &[0; 16])?),
            Algorithm::Aes192 => fill(&cmac::<Cmac<aes::Aes192>>(key, &[0; 16])?),
            Algorithm::Aes256 => fill(&cmac::<Cmac<aes::Aes256>>(key, &[0; 16])?),
        }
        Ok(output)
    }
}

fn cmac<M: Mac + KeyInit>(key: &[u8], block: &[u8]) -> Result<Array<u8, M::OutputSize>> {
    let mac = <M as KeyInit>::new_from_slice(key).map_err(|_| Error::new(ErrorKind::KeyLength))?;
    Ok(mac.chain_update(block).finalize().into_bytes())
}

/// Key check value: the leftmost three bytes of what a key makes of zeros, to compare keys without
/// showing them.
///
/// For TDES the block of zeros is enciphered (ISO/TR 14742, ANSI X9.24-1), for AES it goes through CMAC
/// (ANSI X9.24-1:2017 Annex A), because enciphered zeros of an AES key would give away a value that
/// protocols use. HSMs print TDES check values by CMAC too: see [`IssuerMasterKey::cmac_check_value`].
/// Only three bytes are ever given: more would be half of a degenerate key derivation.
///
/// [`IssuerMasterKey::cmac_check_value`]: crate::key::IssuerMasterKey::cmac_check_value
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "KCV")]
pub struct KeyCheckValue(pub [u8; 3]);

impl fmt::Display for KeyCheckValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c] = self.0;
        write!(f, "{a:02X}{b:02X}{c:02X}")
    }
}

impl fmt::Debug for KeyCheckValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyCheckValue({self})")
    }
}
