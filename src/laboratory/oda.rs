//! Single steps of offline data authentication: one object, one key, no chain and no proof.
//!
//! The signature's own form is always checked. Its hash is checked when the data it covers are given; a test bench
//! that does not have them can still look inside. Nothing is compared with a PAN, a date or a revocation list.

use alloc::vec::Vec;

use crate::cryptogram::ApplicationCryptogram;
use crate::element::{CryptogramInformationData, UnpredictableNumber, YearMonth};
use crate::error::Result;
use crate::oda::{
    CertificateContents, CombinedContents, DynamicContents, IccDynamicNumber, PublicKeyCertificate,
    RsaPublicKey, StaticContents,
};
use crate::tag;

/// What a public key certificate holds. `N` is 4 for an issuer identifier, 10 for a PAN, both filled up with `F`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Certificate<const N: usize> {
    /// Issuer identifier or PAN.
    pub identifier: [u8; N],
    /// Month in which the certificate expires.
    pub expiry: YearMonth,
    /// Serial number.
    pub serial: [u8; 3],
    /// The certified key.
    pub key: RsaPublicKey,
    /// The hash as it stands in the certificate.
    pub hash: [u8; 20],
}

impl<const N: usize> From<CertificateContents<N>> for Certificate<N> {
    fn from(contents: CertificateContents<N>) -> Self {
        Self {
            identifier: contents.identifier,
            expiry: contents.expiry,
            serial: contents.serial,
            key: contents.key,
            hash: contents.hash,
        }
    }
}

/// Opens an issuer certificate (tags 90, 92, 9F32) with the key that signed it.
///
/// # Errors
/// Those of [`CaPublicKey::recover_issuer_key`](crate::oda::CaPublicKey::recover_issuer_key) that concern the
/// certificate alone.
pub fn issuer_certificate(
    ca: &RsaPublicKey,
    certificate: &PublicKeyCertificate<'_>,
) -> Result<Certificate<4>> {
    CertificateContents::issuer(ca, certificate).map(Into::into)
}

/// Opens a card's certificate (tags 9F46, 9F48, 9F47).
///
/// # Errors
/// As [`issuer_certificate`].
pub fn icc_certificate(
    issuer: &RsaPublicKey,
    certificate: &PublicKeyCertificate<'_>,
    static_data: Option<&[u8]>,
) -> Result<Certificate<10>> {
    let tag = tag::ICC_PUBLIC_KEY_CERTIFICATE;
    CertificateContents::icc(issuer, tag, certificate, static_data).map(Into::into)
}

/// What signed static application data hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StaticData {
    /// Data authentication code (tag 9F45).
    pub data_authentication_code: [u8; 2],
    /// The hash as it stands there.
    pub hash: [u8; 20],
}

/// Opens signed static application data (tag 93).
///
/// # Errors
/// Those of [`RecoveredIssuerKey::verify_static_data`](crate::oda::RecoveredIssuerKey::verify_static_data).
pub fn signed_static_data(
    issuer: &RsaPublicKey,
    signed: &[u8],
    static_data: Option<&[u8]>,
) -> Result<StaticData> {
    let contents = StaticContents::open(issuer, signed, static_data)?;
    Ok(StaticData {
        data_authentication_code: contents.dac,
        hash: contents.hash,
    })
}

/// What signed dynamic application data hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DynamicData {
    /// ICC dynamic number (tag 9F4C).
    pub icc_dynamic_number: IccDynamicNumber,
    /// The ICC dynamic data after the number.
    pub rest: Vec<u8>,
}

/// Opens signed dynamic application data (tag 9F4B).
///
/// # Errors
/// Those of [`RecoveredIccKey::verify_dynamic_data`](crate::oda::RecoveredIccKey::verify_dynamic_data).
pub fn signed_dynamic_data(
    icc: &RsaPublicKey,
    signed: &[u8],
    ddol_data: Option<&[u8]>,
) -> Result<DynamicData> {
    let contents = DynamicContents::open(icc, signed, ddol_data)?;
    Ok(DynamicData {
        icc_dynamic_number: contents.number,
        rest: contents.rest,
    })
}

/// What signed dynamic application data of CDA hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CombinedData {
    /// ICC dynamic number (tag 9F4C).
    pub icc_dynamic_number: IccDynamicNumber,
    /// Cryptogram information data (tag 9F27).
    pub information: CryptogramInformationData,
    /// The cryptogram (tag 9F26).
    pub cryptogram: ApplicationCryptogram,
    /// Transaction data hash code, compared with nothing.
    pub transaction_hash: [u8; 20],
    /// What follows.
    pub additional: Vec<u8>,
}

/// Opens signed dynamic application data (tag 9F4B) of CDA.
///
/// # Errors
/// As [`signed_dynamic_data`].
pub fn signed_combined_data(
    icc: &RsaPublicKey,
    signed: &[u8],
    number: Option<UnpredictableNumber>,
) -> Result<CombinedData> {
    let contents = CombinedContents::open(icc, signed, number)?;
    Ok(CombinedData {
        icc_dynamic_number: contents.number,
        information: contents.information,
        cryptogram: contents.cryptogram,
        transaction_hash: contents.transaction_hash,
        additional: contents.additional,
    })
}
