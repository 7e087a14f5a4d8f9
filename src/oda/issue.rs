//! Making certificates and signed static data: a certification authority and an issuer of test cards.

use alloc::vec::Vec;

use super::ca::CaPublicKey;
use super::certificate::{Contents, PublicKeyCertificate, RSA};
use super::private::RsaPrivateKey;
use super::recovery::{Format, SHA_1, seal};
use super::rsa::{PublicExponent, RsaPublicKey};
use crate::element::{Pan, YearMonth};
use crate::error::{Error, ErrorKind, Result};

/// The three data elements of a certificate, ready to be stored in a card.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct IssuedCertificate {
    /// Tag 90, 9F46 or 9F2D.
    pub certificate: Vec<u8>,
    /// Tag 92, 9F48 or 9F2F; not stored when it is empty.
    pub remainder: Vec<u8>,
    /// Tag 9F32, 9F47 or 9F2E.
    pub exponent: PublicExponent,
}

impl IssuedCertificate {
    /// As read from a card.
    pub fn parts(&self) -> PublicKeyCertificate<'_> {
        let exponent = self.exponent.to_bytes();
        PublicKeyCertificate::new(&self.certificate, &self.remainder, exponent)
    }
}

/// Issuer identifier: the first 3 to 8 digits of the account numbers that an issuer certificate is for; in
/// certificates of EMV 4.4's elliptic curves 3 to 10 (EMV Book 2 6.1, 12.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerIdentifier {
    /// Two digits a byte, filled up with `F`.
    bytes: [u8; 5],
}

impl IssuerIdentifier {
    /// From 3 to 10 decimal digits as text.
    ///
    /// # Errors
    /// [`ErrorKind::Length`], in digits; [`ErrorKind::NotDecimal`] with the offset of the character.
    pub fn from_digits(text: impl AsRef<[u8]>) -> Result<Self> {
        let digits = text.as_ref();
        let (min, max, found) = (3, 10, digits.len());
        if !(min..=max).contains(&found) {
            return Err(ErrorKind::Length { min, max, found }.into());
        }
        let mut bytes = [0xFF; 5];
        for (offset, digit) in digits.iter().enumerate() {
            if !digit.is_ascii_digit() {
                return Err(Error::new(ErrorKind::NotDecimal).at(offset));
            }
            if let Some(byte) = bytes.get_mut(offset / 2) {
                let nibble = digit - b'0';
                *byte = match offset % 2 {
                    0 => nibble << 4 | 0x0F,
                    _ => *byte & 0xF0 | nibble,
                };
            }
        }
        Ok(Self { bytes })
    }

    /// The five bytes of an elliptic-curve certificate.
    pub const fn to_bytes(self) -> [u8; 5] {
        self.bytes
    }

    /// The four bytes of an RSA certificate.
    fn to_short(self) -> Result<[u8; 4]> {
        match self.bytes {
            [a, b, c, d, 0xFF] => Ok([a, b, c, d]),
            _ => Err(Error::new(ErrorKind::IssuerIdentifier)),
        }
    }
}

/// A certification authority with its private key: for test payment systems.
#[derive(Debug)]
pub struct CertificationAuthority {
    rid: [u8; 5],
    index: u8,
    key: RsaPrivateKey,
}

impl CertificationAuthority {
    /// From the payment system's registered identifier, the key's index and the key.
    pub const fn new(rid: [u8; 5], index: u8, key: RsaPrivateKey) -> Self {
        Self { rid, index, key }
    }

    /// What terminals get.
    pub fn public_key(&self) -> CaPublicKey {
        CaPublicKey::new(self.rid, self.index, self.key.public_key().clone())
    }

    /// Certifies an issuer's key (EMV Book 2 6.1, Table 10).
    ///
    /// # Errors
    /// [`ErrorKind::CertifiedKeyLength`] when it is longer than the authority's key;
    /// [`ErrorKind::IssuerIdentifier`] of more than 8 digits.
    pub fn certify_issuer(
        &self,
        issuer: &RsaPublicKey,
        identifier: IssuerIdentifier,
        expiry: YearMonth,
        serial: [u8; 3],
    ) -> Result<IssuedCertificate> {
        let subject = Subject {
            identifier: identifier.to_short()?,
            expiry,
            serial,
            key: issuer,
        };
        subject.certify(&self.key, Format::IssuerCertificate, &[])
    }
}

/// What a certificate says of a key.
struct Subject<'a, const N: usize> {
    identifier: [u8; N],
    expiry: YearMonth,
    serial: [u8; 3],
    key: &'a RsaPublicKey,
}

impl<const N: usize> Subject<'_, N> {
    fn certify(
        &self,
        signer: &RsaPrivateKey,
        format: Format,
        static_data: &[u8],
    ) -> Result<IssuedCertificate> {
        let (signer_length, length) = (signer.public_key().length(), self.key.length());
        if length > signer_length {
            return Err(Error::new(ErrorKind::CertifiedKeyLength));
        }
        let room = signer_length - Contents::<N>::OVERHEAD;
        let (leftmost, remainder) = self.key.modulus().split_at(length.min(room));
        let exponent = self.key.exponent();
        let [year, month] = self.expiry.to_bytes();
        let [a, b, c] = self.serial;
        // Neither has more than 248 bytes.
        let lengths = [length as u8, exponent.to_bytes().len() as u8];
        let [length, exponent_length] = lengths;
        let certificate = seal(
            signer,
            format,
            &[
                &self.identifier,
                &[month, year, a, b, c, SHA_1, RSA, length, exponent_length],
                leftmost,
            ],
            &[remainder, exponent.to_bytes(), static_data],
        )?;
        Ok(IssuedCertificate {
            certificate,
            remainder: remainder.to_vec(),
            exponent,
        })
    }
}

/// An issuer's private key.
#[derive(Debug)]
pub struct IssuerPrivateKey(RsaPrivateKey);

impl IssuerPrivateKey {
    /// For issuing cards alone.
    pub const fn new(key: RsaPrivateKey) -> Self {
        Self(key)
    }

    /// The public key, to be certified by a certification authority.
    pub const fn public_key(&self) -> &RsaPublicKey {
        self.0.public_key()
    }

    /// Certifies a card's key together with its static data (EMV Book 2 6.1, Table 11): tags 9F46, 9F48, 9F47.
    ///
    /// # Errors
    /// [`ErrorKind::CertifiedKeyLength`] when it is longer than the issuer's key.
    pub fn certify_icc(
        &self,
        icc: &RsaPublicKey,
        pan: &Pan,
        expiry: YearMonth,
        serial: [u8; 3],
        static_data: &[u8],
    ) -> Result<IssuedCertificate> {
        let subject = Subject {
            identifier: padded(pan),
            expiry,
            serial,
            key: icc,
        };
        subject.certify(&self.0, Format::IccCertificate, static_data)
    }

    /// Certifies a card's key for PIN encipherment (EMV Book 2 7.1, Table 23): tags 9F2D, 9F2F, 9F2E.
    ///
    /// # Errors
    /// As [`certify_icc`](Self::certify_icc).
    pub fn certify_pin_key(
        &self,
        key: &RsaPublicKey,
        pan: &Pan,
        expiry: YearMonth,
        serial: [u8; 3],
    ) -> Result<IssuedCertificate> {
        self.certify_icc(key, pan, expiry, serial, &[])
    }

    /// Signs static data (EMV Book 2 5.1, Table 3): tag 93. `dac` is the data authentication code.
    ///
    /// # Errors
    /// [`ErrorKind::Fault`].
    pub fn sign_static_data(&self, dac: [u8; 2], static_data: &[u8]) -> Result<Vec<u8>> {
        let [a, b] = dac;
        seal(
            &self.0,
            Format::StaticData,
            &[&[SHA_1, a, b]],
            &[static_data],
        )
    }
}

/// The account number in ten bytes, filled up with `F`.
fn padded(pan: &Pan) -> [u8; 10] {
    let mut bytes = [0xFF; 10];
    for (byte, pair) in bytes.iter_mut().zip(pan.digits().chunks(2)) {
        *byte = match *pair {
            [high, low] => high << 4 | low,
            [high] => high << 4 | 0x0F,
            _ => 0xFF,
        };
    }
    bytes
}
