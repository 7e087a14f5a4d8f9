//! Making elliptic-curve certificates: a certification authority and an issuer of test cards.

use alloc::vec::Vec;

use rand_core::CryptoRng;

use super::ec_certificate::{
    CA_CERTIFICATE, ENCODING, EcCaPublicKey, EcExpiry, ICC_CERTIFICATE, ISSUER_CERTIFICATE,
    IccdHashAlgorithm,
};
use super::issue::IssuerIdentifier;
use super::sdsa::{EcPrivateKey, EcPublicKey};
use crate::error::Result;

/// An elliptic-curve certification authority with its private key: for test payment systems.
#[derive(Debug)]
pub struct EcCertificationAuthority {
    rid: [u8; 5],
    index: u8,
    key: EcPrivateKey,
}

impl EcCertificationAuthority {
    /// From the payment system's registered identifier, the key's index and the key.
    pub const fn new(rid: [u8; 5], index: u8, key: EcPrivateKey) -> Self {
        Self { rid, index, key }
    }

    /// What terminals get.
    pub fn public_key(&self) -> EcCaPublicKey {
        EcCaPublicKey::new(self.rid, self.index, self.key.public_key().clone())
    }

    /// The public key in a certificate signed by itself (EMV 4.4 Book 2 Table 29).
    ///
    /// # Errors
    /// None in practice.
    pub fn self_signed(&self, rng: &mut impl CryptoRng) -> Result<Vec<u8>> {
        let public = self.key.public_key();
        let mut certificate = alloc::vec![CA_CERTIFICATE, ENCODING];
        certificate.extend(self.rid);
        certificate.extend([self.index, public.suite().indicator()]);
        certificate.extend_from_slice(public.x());
        append_signature(certificate, &self.key, rng)
    }

    /// Certifies an issuer's key (EMV 4.4 Book 2 12.3, Table 35): tag 90. Of `expiry` the date counts.
    ///
    /// # Errors
    /// None in practice.
    pub fn certify_issuer(
        &self,
        rng: &mut impl CryptoRng,
        issuer: &EcPublicKey,
        identifier: IssuerIdentifier,
        expiry: EcExpiry,
        serial: [u8; 3],
    ) -> Result<Vec<u8>> {
        let mut certificate = alloc::vec![ISSUER_CERTIFICATE, ENCODING];
        certificate.extend(identifier.to_bytes());
        certificate.push(issuer.suite().indicator());
        certificate.extend(expiry.date);
        certificate.extend(serial);
        certificate.extend(self.rid);
        certificate.push(self.index);
        certificate.extend_from_slice(issuer.x());
        append_signature(certificate, &self.key, rng)
    }
}

/// An issuer's elliptic-curve private key.
#[derive(Debug)]
pub struct EcIssuerPrivateKey(EcPrivateKey);

impl EcIssuerPrivateKey {
    /// For issuing cards alone.
    pub const fn new(key: EcPrivateKey) -> Self {
        Self(key)
    }

    /// The public key, to be certified by a certification authority.
    pub const fn public_key(&self) -> &EcPublicKey {
        self.0.public_key()
    }

    /// Certifies a card's key together with its certified data (EMV 4.4 Book 2 12.4, Table 36): tag 9F46.
    ///
    /// # Errors
    /// None in practice.
    pub fn certify_icc(
        &self,
        rng: &mut impl CryptoRng,
        icc: &EcPublicKey,
        expiry: EcExpiry,
        serial: [u8; 6],
        (algorithm, certified): (IccdHashAlgorithm, &[u8]),
    ) -> Result<Vec<u8>> {
        let mut certificate = alloc::vec![ICC_CERTIFICATE, ENCODING, icc.suite().indicator()];
        certificate.extend(expiry.date);
        certificate.extend(expiry.time);
        certificate.extend(serial);
        certificate.extend([ENCODING, algorithm as u8]);
        certificate.extend(algorithm.hash(certified));
        certificate.extend_from_slice(icc.x());
        append_signature(certificate, &self.0, rng)
    }
}

fn append_signature(
    mut certificate: Vec<u8>,
    key: &EcPrivateKey,
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>> {
    let signature = key.sign(rng, &[&certificate])?;
    certificate.extend(signature);
    Ok(certificate)
}
