//! Public key certificates: issuer, card, PIN encipherment (EMV Book 2 5.3, 6.3, 6.4, 7.1).

use alloc::vec::Vec;

use super::ca::{CaPublicKey, RevokedCertificate};
use super::ec_certificate::EcExpiry;
use super::recovery::{Format, OVERHEAD, Recovered, check_algorithm};
use super::rsa::{PublicExponent, RsaPublicKey};
use crate::element::{Date, Pan, YearMonth};
use crate::error::{Error, ErrorKind, Result};
use crate::tag::{self, Tag};

/// Public key algorithm indicator of RSA (EMV Book 2 B2.4).
pub(super) const RSA: u8 = 0x01;

/// A certificate as a card stores it, in three data elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PublicKeyCertificate<'a> {
    /// Tag 90, 9F46 or 9F2D.
    pub certificate: &'a [u8],
    /// Tag 92, 9F48 or 9F2F; empty where the card has none.
    pub remainder: &'a [u8],
    /// Tag 9F32, 9F47 or 9F2E.
    pub exponent: &'a [u8],
}

impl<'a> PublicKeyCertificate<'a> {
    /// From the certificate, the remainder, empty where the card has none, and the exponent.
    pub const fn new(certificate: &'a [u8], remainder: &'a [u8], exponent: &'a [u8]) -> Self {
        Self {
            certificate,
            remainder,
            exponent,
        }
    }
}

/// What certificates are checked against.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct CertificateContext<'a> {
    /// The account number read from the card (tag 5A).
    pub pan: &'a Pan,
    /// Today.
    pub date: Date,
    /// Hour and minute, in coordinated universal time: certificates of elliptic-curve cards expire to the minute.
    /// Midnight unless set.
    pub time: (u8, u8),
    /// Issuer certificates that are no longer good; none unless set.
    pub revoked: &'a [RevokedCertificate],
}

impl<'a> CertificateContext<'a> {
    /// For the card with this account number, today, with no certificate revoked.
    pub const fn new(pan: &'a Pan, date: Date) -> Self {
        Self {
            pan,
            date,
            time: (0, 0),
            revoked: &[],
        }
    }

    /// Sets the certification revocation list.
    #[must_use]
    pub const fn with_revoked(mut self, revoked: &'a [RevokedCertificate]) -> Self {
        self.revoked = revoked;
        self
    }

    /// Sets the time of the day, in coordinated universal time.
    #[must_use]
    pub const fn with_time(mut self, hour: u8, minute: u8) -> Self {
        self.time = (hour, minute);
        self
    }

    /// Now, in the form of an elliptic-curve certificate.
    pub(super) fn now(&self) -> EcExpiry {
        EcExpiry::at(self.date, self.time)
    }

    fn check_expiry(&self, expiry: YearMonth) -> Result<()> {
        if expiry.last_day() < self.date {
            Err(Error::new(ErrorKind::CertificateExpired))
        } else {
            Ok(())
        }
    }
}

/// What a certificate holds: `N` bytes of identifier (4 of an issuer, 10 of an account), then the same for all.
pub(crate) struct Contents<const N: usize> {
    pub(crate) identifier: [u8; N],
    pub(crate) expiry: YearMonth,
    pub(crate) serial: [u8; 3],
    pub(crate) key: RsaPublicKey,
    #[cfg(feature = "laboratory")]
    pub(crate) hash: [u8; 20],
}

impl<const N: usize> Contents<N> {
    /// Bytes of the signature that are not of the certified key: 36 of an issuer certificate, 42 of a card's.
    pub(super) const OVERHEAD: usize = OVERHEAD + 1 + N + 9;

    /// Recovers and checks a certificate.
    ///
    /// `static_data` ends the hashed message. Without it the hash is not checked: that is for the laboratory.
    pub(super) fn open(
        signer: &RsaPublicKey,
        format: Format,
        parts: &PublicKeyCertificate<'_>,
        static_data: Option<&[u8]>,
    ) -> Result<Self> {
        let recovered = Recovered::open(signer, parts.certificate, format)?;
        let short = Error::new(ErrorKind::Truncated);
        let (identifier, rest) = recovered.fields().split_first_chunk().ok_or(short)?;
        let ([month, year, a, b, c], rest) = rest.split_first_chunk().ok_or(short)?;
        let ([hash_algorithm, key_algorithm, length, exponent_length], key) =
            rest.split_first_chunk().ok_or(short)?;
        match static_data {
            Some(data) => {
                recovered.check_hash(*hash_algorithm, &[parts.remainder, parts.exponent, data])?
            }
            None => check_algorithm(*hash_algorithm)?,
        }
        if *key_algorithm != RSA {
            return Err(Error::new(ErrorKind::KeyAlgorithm));
        }
        let exponent = PublicExponent::parse(parts.exponent)?;
        if usize::from(*exponent_length) != parts.exponent.len() {
            return Err(Error::new(ErrorKind::PublicExponent));
        }
        let length = usize::from(*length);
        if length > signer.length() {
            return Err(Error::new(ErrorKind::CertifiedKeyLength));
        }
        let leftmost = key.get(..length.min(key.len())).unwrap_or_default();
        let expected = length - leftmost.len();
        if parts.remainder.len() != expected {
            return Err(Error::new(ErrorKind::Length {
                min: expected,
                max: expected,
                found: parts.remainder.len(),
            }));
        }
        Ok(Self {
            identifier: *identifier,
            expiry: YearMonth::parse(&[*year, *month])?,
            serial: [*a, *b, *c],
            key: RsaPublicKey::new(&[leftmost, parts.remainder].concat(), exponent)?,
            #[cfg(feature = "laboratory")]
            hash: recovered.hash(),
        })
    }
}

impl Contents<4> {
    pub(crate) fn issuer(ca: &RsaPublicKey, parts: &PublicKeyCertificate<'_>) -> Result<Self> {
        Self::open(ca, Format::IssuerCertificate, parts, Some(&[]))
            .map_err(|error| error.in_tag(tag::ISSUER_PUBLIC_KEY_CERTIFICATE))
    }
}

impl Contents<10> {
    pub(crate) fn icc(
        issuer: &RsaPublicKey,
        tag: Tag,
        parts: &PublicKeyCertificate<'_>,
        static_data: Option<&[u8]>,
    ) -> Result<Self> {
        Self::open(issuer, Format::IccCertificate, parts, static_data)
            .map_err(|error| error.in_tag(tag))
    }

    fn check(&self, context: &CertificateContext<'_>) -> Result<()> {
        if Pan::from_bcd(&self.identifier)? != *context.pan {
            return Err(Error::new(ErrorKind::CertificatePan));
        }
        context.check_expiry(self.expiry)
    }
}

/// Whether `identifier`, `min` digits or more and `F` to fill it up, begins the account number.
pub(super) fn identifies(identifier: &[u8], min: usize, pan: &Pan) -> bool {
    let nibbles: Vec<u8> = identifier
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0x0F])
        .collect();
    let digits = nibbles.iter().take_while(|nibble| **nibble != 0xF).count();
    let (digits, padding) = nibbles.split_at(digits);
    digits.len() >= min
        && padding.iter().all(|nibble| *nibble == 0xF)
        && pan.digits().starts_with(digits)
}

/// An issuer's public key that a certification authority's signature vouches for.
///
/// Only [`CaPublicKey::recover_issuer_key`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveredIssuerKey {
    key: RsaPublicKey,
    serial: [u8; 3],
    expiry: YearMonth,
}

impl CaPublicKey {
    /// Verifies an issuer certificate (tags 90, 92, 9F32) and recovers the issuer's key (EMV Book 2 5.3, 6.3).
    ///
    /// # Errors
    /// In tag 90: [`ErrorKind::Length`], [`ErrorKind::Value`], [`ErrorKind::RecoveredTrailer`],
    /// [`ErrorKind::RecoveredHeader`], [`ErrorKind::CertificateFormat`], [`ErrorKind::HashAlgorithm`],
    /// [`ErrorKind::HashResult`], [`ErrorKind::KeyAlgorithm`], [`ErrorKind::PublicExponent`],
    /// [`ErrorKind::CertifiedKeyLength`], [`ErrorKind::Modulus`], an expiry date that is none,
    /// [`ErrorKind::IssuerIdentifier`], [`ErrorKind::CertificateExpired`], [`ErrorKind::CertificateRevoked`].
    /// Without a tag: [`ErrorKind::CaKeyExpired`].
    pub fn recover_issuer_key(
        &self,
        certificate: &PublicKeyCertificate<'_>,
        context: &CertificateContext<'_>,
    ) -> Result<RecoveredIssuerKey> {
        self.check_expiry(context.date)?;
        let contents = Contents::issuer(self.key(), certificate)?;
        self.check_issuer(&contents, context)
            .map_err(|error| error.in_tag(tag::ISSUER_PUBLIC_KEY_CERTIFICATE))?;
        Ok(RecoveredIssuerKey {
            key: contents.key,
            serial: contents.serial,
            expiry: contents.expiry,
        })
    }

    fn check_issuer(&self, contents: &Contents<4>, context: &CertificateContext<'_>) -> Result<()> {
        if !identifies(&contents.identifier, 3, context.pan) {
            return Err(Error::new(ErrorKind::IssuerIdentifier));
        }
        context.check_expiry(contents.expiry)?;
        let revoked = RevokedCertificate {
            rid: self.rid(),
            index: self.index(),
            serial: contents.serial,
        };
        if context.revoked.contains(&revoked) {
            return Err(Error::new(ErrorKind::CertificateRevoked));
        }
        Ok(())
    }
}

impl RecoveredIssuerKey {
    /// The key.
    pub const fn key(&self) -> &RsaPublicKey {
        &self.key
    }

    /// Serial number of the certificate.
    pub const fn serial(&self) -> [u8; 3] {
        self.serial
    }

    /// Month in which the certificate expires.
    pub const fn expiry(&self) -> YearMonth {
        self.expiry
    }

    /// Verifies a card's certificate (tags 9F46, 9F48, 9F47) over its static data and recovers the card's key
    /// (EMV Book 2 6.4).
    ///
    /// `static_data` is what [`static_data`](super::static_data) puts together.
    ///
    /// # Errors
    /// In tag 9F46: those of [`CaPublicKey::recover_issuer_key`], with [`ErrorKind::CertificatePan`] for the issuer's
    /// identifier and without revocation.
    pub fn recover_icc_key(
        &self,
        certificate: &PublicKeyCertificate<'_>,
        static_data: &[u8],
        context: &CertificateContext<'_>,
    ) -> Result<RecoveredIccKey> {
        let tag = tag::ICC_PUBLIC_KEY_CERTIFICATE;
        self.recover(tag, certificate, static_data, context)
            .map(|key| RecoveredIccKey { key })
    }

    /// Verifies a certificate of PIN encipherment (tags 9F2D, 9F2F, 9F2E) and recovers the key (EMV Book 2 7.1).
    ///
    /// It does not cover the static data.
    ///
    /// # Errors
    /// As [`recover_icc_key`](Self::recover_icc_key), in tag 9F2D.
    pub fn recover_pin_key(
        &self,
        certificate: &PublicKeyCertificate<'_>,
        context: &CertificateContext<'_>,
    ) -> Result<RecoveredPinKey> {
        let tag = tag::ICC_PIN_PUBLIC_KEY_CERTIFICATE;
        self.recover(tag, certificate, &[], context)
            .map(|key| RecoveredPinKey { key })
    }

    fn recover(
        &self,
        tag: Tag,
        certificate: &PublicKeyCertificate<'_>,
        static_data: &[u8],
        context: &CertificateContext<'_>,
    ) -> Result<RsaPublicKey> {
        let contents = Contents::icc(&self.key, tag, certificate, Some(static_data))?;
        contents.check(context).map_err(|error| error.in_tag(tag))?;
        Ok(contents.key)
    }
}

/// A card's public key that its issuer's signature vouches for, along with the card's static data.
///
/// Only [`RecoveredIssuerKey::recover_icc_key`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveredIccKey {
    key: RsaPublicKey,
}

impl RecoveredIccKey {
    /// The key.
    pub const fn key(&self) -> &RsaPublicKey {
        &self.key
    }

    /// The key for PIN encipherment, when the card has none of its own for that (EMV Book 2 7.1).
    pub fn for_pin(self) -> RecoveredPinKey {
        RecoveredPinKey { key: self.key }
    }
}

/// A card's public key for PIN encipherment that its issuer's signature vouches for.
///
/// Made by [`RecoveredIssuerKey::recover_pin_key`] and [`RecoveredIccKey::for_pin`] alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveredPinKey {
    key: RsaPublicKey,
}

impl RecoveredPinKey {
    /// The key.
    pub const fn key(&self) -> &RsaPublicKey {
        &self.key
    }
}
