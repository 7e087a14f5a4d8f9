//! Public keys of certification authorities (EMV Book 2 5.2, 11.2.2; Book 2 5.1.2 for revocation).

use alloc::vec::Vec;

use super::recovery::hash_of;
use super::rsa::RsaPublicKey;
use crate::element::Date;
use crate::error::{Error, ErrorKind, Result};
use crate::tag;

/// A payment system's public key, on which all trust in a card's certificates rests.
///
/// Nothing vouches for it but the way it came here. Compare its check value with one that came another way.
///
/// ```
/// use chipcard::oda::{CaPublicKey, PublicExponent, RsaPublicKey};
///
/// let key = RsaPublicKey::new(&[0xAB; 128], PublicExponent::Three)?;
/// let ca = CaPublicKey::new([0xA0, 0, 0, 0, 0x03], 0x99, key);
/// assert!(ca.verify_check_value([0; 20]).is_err());
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "CAPK")]
pub struct CaPublicKey {
    rid: [u8; 5],
    index: u8,
    key: RsaPublicKey,
    expiry: Option<Date>,
}

impl CaPublicKey {
    /// From the registered identifier of the payment system, the key's index (tag 8F) and the key.
    pub const fn new(rid: [u8; 5], index: u8, key: RsaPublicKey) -> Self {
        Self {
            rid,
            index,
            key,
            expiry: None,
        }
    }

    /// Sets the last day on which the key may be used.
    #[must_use]
    pub const fn with_expiry(mut self, last_day: Date) -> Self {
        self.expiry = Some(last_day);
        self
    }

    /// Registered identifier of the payment system.
    #[doc(alias = "RID")]
    pub const fn rid(&self) -> [u8; 5] {
        self.rid
    }

    /// Index of the key among those of the payment system: tag 8F of its cards.
    pub const fn index(&self) -> u8 {
        self.index
    }

    /// The key.
    pub const fn key(&self) -> &RsaPublicKey {
        &self.key
    }

    /// The last day on which the key may be used, where one is set.
    pub const fn expiry(&self) -> Option<Date> {
        self.expiry
    }

    /// Check value: SHA-1 over identifier, index, modulus and exponent (EMV Book 2 11.2.2, Table 30).
    pub fn check_value(&self) -> [u8; 20] {
        let parts = [
            &[self.index][..],
            self.key.modulus(),
            self.key.exponent().to_bytes(),
        ];
        hash_of(&self.rid, &parts)
    }

    /// Compares the check value with one that was published with the key.
    ///
    /// # Errors
    /// [`ErrorKind::CheckValue`].
    pub fn verify_check_value(&self, published: [u8; 20]) -> Result<()> {
        if self.check_value() == published {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::CheckValue))
        }
    }

    pub(super) fn check_expiry(&self, today: Date) -> Result<()> {
        match self.expiry {
            Some(last_day) if last_day < today => Err(Error::new(ErrorKind::CaKeyExpired)),
            _ => Ok(()),
        }
    }
}

/// The public keys that a terminal trusts, by payment system and index.
#[derive(Clone, Debug, Default)]
pub struct CaPublicKeys {
    keys: Vec<CaPublicKey>,
}

impl CaPublicKeys {
    /// None yet.
    pub const fn new() -> Self {
        Self { keys: Vec::new() }
    }

    /// Adds a key.
    ///
    /// # Errors
    /// [`ErrorKind::Duplicate`] when there is a key of the same payment system and index.
    pub fn add(&mut self, key: CaPublicKey) -> Result<()> {
        if self.find(key.rid, key.index).is_ok() {
            return Err(Error::new(ErrorKind::Duplicate).in_tag(tag::CA_PUBLIC_KEY_INDEX));
        }
        self.keys.push(key);
        Ok(())
    }

    /// The key that a card names by the first five bytes of its application identifier and tag 8F.
    ///
    /// # Errors
    /// [`ErrorKind::Missing`].
    pub fn find(&self, rid: [u8; 5], index: u8) -> Result<&CaPublicKey> {
        self.keys
            .iter()
            .find(|key| key.rid == rid && key.index == index)
            .ok_or(Error::new(ErrorKind::Missing).in_tag(tag::CA_PUBLIC_KEY_INDEX))
    }
}

/// One entry of a certification revocation list (EMV Book 2 5.1.2, Table 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "CRL")]
pub struct RevokedCertificate {
    /// Registered identifier of the payment system.
    pub rid: [u8; 5],
    /// Index of the key that signed the issuer certificate.
    pub index: u8,
    /// Serial number of the issuer certificate.
    pub serial: [u8; 3],
}
