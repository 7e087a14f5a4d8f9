//! Elliptic-curve certificates: certification authority, issuer, card (EMV 4.4 Book 2 11.2, 12.3, 12.4).

use alloc::vec::Vec;

use sha2::{Digest, Sha256, Sha512};

use super::ca::RevokedCertificate;
use super::certificate::{CertificateContext, identifies};
use super::sdsa::{EcPublicKey, SignatureSuite};
use crate::element::Date;
use crate::error::{Error, ErrorKind, Result};
use crate::tag;

pub(super) const CA_CERTIFICATE: u8 = 0x20;
pub(super) const ISSUER_CERTIFICATE: u8 = 0x12;
pub(super) const ICC_CERTIFICATE: u8 = 0x14;

/// The one certificate encoding, and the one encoding of what the ICCD hash covers.
pub(super) const ENCODING: u8 = 0x00;

/// Hash algorithm of the ICCD hash (EMV 4.4 Book 2 B2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IccdHashAlgorithm {
    /// `02`: SHA-256.
    Sha256 = 0x02,
    /// `03`: SHA-512. Too long for a certificate of a P-521 key signed by a P-521 key.
    Sha512 = 0x03,
}

impl IccdHashAlgorithm {
    const fn from_indicator(indicator: u8) -> Result<Self> {
        match indicator {
            0x02 => Ok(Self::Sha256),
            0x03 => Ok(Self::Sha512),
            _ => Err(Error::new(ErrorKind::HashAlgorithm)),
        }
    }

    const fn length(self) -> usize {
        match self {
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    pub(super) fn hash(self, data: &[u8]) -> Vec<u8> {
        match self {
            Self::Sha256 => Sha256::digest(data).to_vec(),
            Self::Sha512 => Sha512::digest(data).to_vec(),
        }
    }
}

/// Date and time at which an elliptic-curve certificate expires, in coordinated universal time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EcExpiry {
    pub(super) date: [u8; 4],
    pub(super) time: [u8; 2],
}

impl EcExpiry {
    /// From decimal digits, two a byte: YYYYMMDD, and HHMM, which issuer certificates do not have.
    ///
    /// # Errors
    /// [`ErrorKind::Date`] for other than digits.
    pub const fn from_bcd(date: [u8; 4], time: [u8; 2]) -> Result<Self> {
        let [a, b, c, d] = date;
        let [e, f] = time;
        let mut rest: &[u8] = &[a, b, c, d, e, f];
        while let [byte, behind @ ..] = rest {
            if *byte >> 4 > 9 || *byte & 0x0F > 9 {
                return Err(Error::new(ErrorKind::Date));
            }
            rest = behind;
        }
        Ok(Self { date, time })
    }

    /// At a minute of a day.
    pub(super) fn at(date: Date, (hour, minute): (u8, u8)) -> Self {
        let bcd = |number: u8| ((number / 10 % 10) << 4) | (number % 10);
        // Years have four digits, so each half has two.
        let half = |number: u16| bcd((number % 100) as u8);
        Self {
            date: [
                half(date.year() / 100),
                half(date.year()),
                bcd(date.month()),
                bcd(date.day()),
            ],
            time: [bcd(hour), bcd(minute)],
        }
    }
}

/// A payment system's elliptic-curve public key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EcCaPublicKey {
    rid: [u8; 5],
    index: u8,
    key: EcPublicKey,
}

impl EcCaPublicKey {
    /// From the registered identifier of the payment system, the key's index (tag 8F) and the key.
    pub const fn new(rid: [u8; 5], index: u8, key: EcPublicKey) -> Self {
        Self { rid, index, key }
    }

    /// From the self-signed certificate in which such keys are handed out (EMV 4.4 Book 2 11.2.1, Table 29).
    ///
    /// The signature shows that the bytes are whole and that somebody has the private key, not who.
    ///
    /// # Errors
    /// [`ErrorKind::Truncated`], [`ErrorKind::CertificateFormat`], [`ErrorKind::KeyAlgorithm`],
    /// [`ErrorKind::Length`], [`ErrorKind::CurvePoint`], [`ErrorKind::Signature`].
    pub fn from_self_signed(certificate: &[u8]) -> Result<Self> {
        let mut fields = Fields(certificate);
        fields.format(CA_CERTIFICATE)?;
        let (rid, [index, suite]) = (fields.take()?, fields.take()?);
        let suite = SignatureSuite::from_indicator(suite)?;
        fields.expect(suite.field_length() + suite.signature_length(), certificate)?;
        let x = fields.bytes(suite.field_length())?;
        let key = EcPublicKey::new(suite, x)?;
        key.verify(&[signed_part(certificate, fields)], fields.0)?;
        Ok(Self { rid, index, key })
    }

    /// Registered identifier of the payment system.
    pub const fn rid(&self) -> [u8; 5] {
        self.rid
    }

    /// Index of the key: tag 8F of the payment system's cards. No RSA key of it has the same index.
    pub const fn index(&self) -> u8 {
        self.index
    }

    /// The key.
    pub const fn key(&self) -> &EcPublicKey {
        &self.key
    }

    /// Verifies an issuer certificate (tag 90) and recovers the issuer's key (EMV 4.4 Book 2 12.3).
    ///
    /// # Errors
    /// In tag 90: [`ErrorKind::Truncated`], [`ErrorKind::CertificateFormat`], [`ErrorKind::IssuerIdentifier`],
    /// [`ErrorKind::Date`], [`ErrorKind::CertificateExpired`], [`ErrorKind::CertificateIssuer`],
    /// [`ErrorKind::CertificateRevoked`], [`ErrorKind::KeyAlgorithm`], [`ErrorKind::Length`],
    /// [`ErrorKind::Signature`], [`ErrorKind::CurvePoint`].
    pub fn recover_issuer_key(
        &self,
        certificate: &[u8],
        context: &CertificateContext<'_>,
    ) -> Result<RecoveredEcIssuerKey> {
        self.open_issuer(certificate, context)
            .map_err(|error| error.in_tag(tag::ISSUER_PUBLIC_KEY_CERTIFICATE))
    }

    fn open_issuer(
        &self,
        certificate: &[u8],
        context: &CertificateContext<'_>,
    ) -> Result<RecoveredEcIssuerKey> {
        let mut fields = Fields(certificate);
        fields.format(ISSUER_CERTIFICATE)?;
        let identifier: [u8; 5] = fields.take()?;
        let [suite] = fields.take()?;
        let expiry = EcExpiry::from_bcd(fields.take()?, [0, 0])?;
        let serial = fields.take()?;
        let (rid, [index]) = (fields.take()?, fields.take()?);
        if !identifies(&identifier, 3, context.pan) {
            return Err(Error::new(ErrorKind::IssuerIdentifier));
        }
        if expiry.date < context.now().date {
            return Err(Error::new(ErrorKind::CertificateExpired));
        }
        if (rid, index) != (self.rid, self.index) {
            return Err(Error::new(ErrorKind::CertificateIssuer));
        }
        if context
            .revoked
            .contains(&RevokedCertificate { rid, index, serial })
        {
            return Err(Error::new(ErrorKind::CertificateRevoked));
        }
        let suite = SignatureSuite::from_indicator(suite)?;
        let signature = self.key.suite().signature_length();
        fields.expect(suite.field_length() + signature, certificate)?;
        let x = fields.bytes(suite.field_length())?;
        self.key
            .verify(&[signed_part(certificate, fields)], fields.0)?;
        Ok(RecoveredEcIssuerKey {
            key: EcPublicKey::new(suite, x)?,
        })
    }
}

/// An issuer's elliptic-curve key that a certification authority's signature vouches for.
///
/// Only [`EcCaPublicKey::recover_issuer_key`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveredEcIssuerKey {
    key: EcPublicKey,
}

impl RecoveredEcIssuerKey {
    /// The key.
    pub const fn key(&self) -> &EcPublicKey {
        &self.key
    }

    /// Verifies a card's certificate (tag 9F46) over its certified data and recovers the card's key
    /// (EMV 4.4 Book 2 12.4).
    ///
    /// `certified` is what [`issuer_certified_card_data`](super::issuer_certified_card_data) puts together. The account number is part of it.
    ///
    /// # Errors
    /// In tag 9F46: [`ErrorKind::Truncated`], [`ErrorKind::CertificateFormat`], [`ErrorKind::Date`],
    /// [`ErrorKind::CertificateExpired`], [`ErrorKind::KeyAlgorithm`], [`ErrorKind::HashAlgorithm`],
    /// [`ErrorKind::Length`], [`ErrorKind::HashResult`], [`ErrorKind::Signature`], [`ErrorKind::CurvePoint`].
    pub fn recover_icc_key(
        &self,
        certificate: &[u8],
        certified: &[u8],
        context: &CertificateContext<'_>,
    ) -> Result<RecoveredEcIccKey> {
        self.open_icc(certificate, certified, context)
            .map_err(|error| error.in_tag(tag::ICC_PUBLIC_KEY_CERTIFICATE))
    }

    fn open_icc(
        &self,
        certificate: &[u8],
        certified: &[u8],
        context: &CertificateContext<'_>,
    ) -> Result<RecoveredEcIccKey> {
        let mut fields = Fields(certificate);
        fields.format(ICC_CERTIFICATE)?;
        let [suite] = fields.take()?;
        let expiry = EcExpiry::from_bcd(fields.take()?, fields.take()?)?;
        let _serial: [u8; 6] = fields.take()?;
        let [encoding, algorithm] = fields.take()?;
        // Not "or equal", unlike the day of an issuer certificate.
        if expiry <= context.now() {
            return Err(Error::new(ErrorKind::CertificateExpired));
        }
        let suite = SignatureSuite::from_indicator(suite)?;
        if encoding != ENCODING {
            return Err(Error::new(ErrorKind::CertificateFormat));
        }
        let algorithm = IccdHashAlgorithm::from_indicator(algorithm)?;
        let lengths = algorithm.length() + suite.field_length();
        fields.expect(lengths + self.key.suite().signature_length(), certificate)?;
        if fields.bytes(algorithm.length())? != algorithm.hash(certified) {
            return Err(Error::new(ErrorKind::HashResult));
        }
        let x = fields.bytes(suite.field_length())?;
        self.key
            .verify(&[signed_part(certificate, fields)], fields.0)?;
        Ok(RecoveredEcIccKey {
            key: EcPublicKey::new(suite, x)?,
        })
    }
}

/// A card's elliptic-curve key that its issuer's signature vouches for, along with the card's certified data.
///
/// Only [`RecoveredEcIssuerKey::recover_icc_key`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveredEcIccKey {
    key: EcPublicKey,
}

impl RecoveredEcIccKey {
    /// The key.
    pub const fn key(&self) -> &EcPublicKey {
        &self.key
    }
}

/// The fields of a certificate that are not read yet.
#[derive(Clone, Copy)]
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N]> {
        let short = Error::new(ErrorKind::Truncated);
        let (field, rest) = self.0.split_first_chunk().ok_or(short)?;
        self.0 = rest;
        Ok(*field)
    }

    fn bytes(&mut self, length: usize) -> Result<&'a [u8]> {
        let short = Error::new(ErrorKind::Truncated);
        let (field, rest) = self.0.split_at_checked(length).ok_or(short)?;
        self.0 = rest;
        Ok(field)
    }

    fn format(&mut self, format: u8) -> Result<()> {
        if self.take()? == [format, ENCODING] {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::CertificateFormat))
        }
    }

    /// Refuses a certificate that has other than `length` bytes left; its whole length is in the error.
    fn expect(&self, length: usize, certificate: &[u8]) -> Result<()> {
        let expected = certificate.len() - self.0.len() + length;
        if self.0.len() == length {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Length {
            min: expected,
            max: expected,
            found: certificate.len(),
        }))
    }
}

/// What stands before the signature.
fn signed_part<'a>(certificate: &'a [u8], signature: Fields<'_>) -> &'a [u8] {
    let end = certificate.len() - signature.0.len();
    certificate.get(..end).unwrap_or_default()
}
