//! Signed application data: static (SDA), dynamic (DDA), combined with the cryptogram (CDA)
//! (EMV Book 2 5.4, 6.5.2, 6.6.2).

use alloc::vec::Vec;

use super::certificate::{RecoveredIccKey, RecoveredIssuerKey};
use super::recovery::{Format, Recovered, check_algorithm, hash_of};
use super::rsa::RsaPublicKey;
use crate::cryptogram::ApplicationCryptogram;
use crate::element::{CryptogramInformationData, CryptogramType, UnpredictableNumber};
use crate::error::{Error, ErrorKind, Result};
use crate::tag;
use crate::tlv::{self, Reader};

/// Static data that the issuer's signature covers: static data authentication was successful.
///
/// Only [`RecoveredIssuerKey::verify_static_data`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "SDA")]
pub struct VerifiedStaticData {
    dac: [u8; 2],
}

impl VerifiedStaticData {
    /// Data authentication code (tag 9F45).
    #[doc(alias = "DAC")]
    pub const fn data_authentication_code(&self) -> [u8; 2] {
        self.dac
    }
}

impl RecoveredIssuerKey {
    /// Verifies signed static application data (tag 93) over the card's static data (EMV Book 2 5.4).
    ///
    /// # Errors
    /// In tag 93: [`ErrorKind::Length`], [`ErrorKind::Value`], [`ErrorKind::RecoveredTrailer`],
    /// [`ErrorKind::RecoveredHeader`], [`ErrorKind::CertificateFormat`], [`ErrorKind::HashAlgorithm`],
    /// [`ErrorKind::HashResult`].
    pub fn verify_static_data(
        &self,
        signed: &[u8],
        static_data: &[u8],
    ) -> Result<VerifiedStaticData> {
        let contents = StaticContents::open(self.key(), signed, Some(static_data))?;
        Ok(VerifiedStaticData { dac: contents.dac })
    }
}

/// What signed static application data hold.
pub(crate) struct StaticContents {
    pub(crate) dac: [u8; 2],
    #[cfg(feature = "laboratory")]
    pub(crate) hash: [u8; 20],
}

impl StaticContents {
    /// Without static data the hash is not checked: that is for the laboratory.
    pub(crate) fn open(
        issuer: &RsaPublicKey,
        signed: &[u8],
        static_data: Option<&[u8]>,
    ) -> Result<Self> {
        let open = || {
            let recovered = Recovered::open(issuer, signed, Format::StaticData)?;
            let ([algorithm, a, b], _) = recovered
                .fields()
                .split_first_chunk()
                .ok_or(Error::new(ErrorKind::Truncated))?;
            match static_data {
                Some(data) => recovered.check_hash(*algorithm, &[data])?,
                None => check_algorithm(*algorithm)?,
            }
            Ok(Self {
                dac: [*a, *b],
                #[cfg(feature = "laboratory")]
                hash: recovered.hash(),
            })
        };
        open().map_err(|error: Error| error.in_tag(tag::SIGNED_STATIC_APPLICATION_DATA))
    }
}

/// ICC dynamic number: two to eight bytes that the card has never signed before (tag 9F4C).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "9F4C")]
pub struct IccDynamicNumber {
    bytes: [u8; 8],
    length: u8,
}

impl IccDynamicNumber {
    /// From 2 to 8 bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Length`].
    pub fn new(number: &[u8]) -> Result<Self> {
        let found = number.len();
        let mut bytes = [0; 8];
        match bytes.get_mut(..found) {
            Some(room) if found >= 2 => room.copy_from_slice(number),
            _ => {
                let (min, max) = (2, 8);
                return Err(ErrorKind::Length { min, max, found }.into());
            }
        }
        Ok(Self {
            bytes,
            // At most 8.
            length: found as u8,
        })
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.length))
            .unwrap_or(&self.bytes)
    }
}

/// ICC dynamic data that a card signed with its own key: dynamic data authentication was successful.
///
/// Only [`RecoveredIccKey::verify_dynamic_data`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "DDA")]
pub struct VerifiedDynamicData {
    number: IccDynamicNumber,
    additional: Vec<u8>,
}

impl VerifiedDynamicData {
    /// ICC dynamic number (tag 9F4C).
    pub const fn icc_dynamic_number(&self) -> IccDynamicNumber {
        self.number
    }

    /// What the payment system has the card sign after the number.
    pub fn additional(&self) -> &[u8] {
        &self.additional
    }
}

/// What the signature of a GENERATE AC answer covers (EMV Book 2 6.6.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransactionData<'a> {
    /// Values sent in GET PROCESSING OPTIONS, as the PDOL lists them; empty where the card has no PDOL.
    pub pdol_data: &'a [u8],
    /// Data of the first GENERATE AC.
    pub cdol1_data: &'a [u8],
    /// Data of the second GENERATE AC, in the second.
    pub cdol2_data: Option<&'a [u8]>,
    /// The answer: the value of its template 77.
    ///
    /// Signed dynamic application data in it (tag 9F4B) are left out of what is signed.
    pub response: &'a [u8],
}

impl<'a> TransactionData<'a> {
    /// Of the first GENERATE AC.
    pub const fn first(pdol_data: &'a [u8], cdol1_data: &'a [u8], response: &'a [u8]) -> Self {
        Self {
            pdol_data,
            cdol1_data,
            cdol2_data: None,
            response,
        }
    }

    /// Of the second GENERATE AC.
    pub const fn second(
        pdol_data: &'a [u8],
        cdol1_data: &'a [u8],
        cdol2_data: &'a [u8],
        response: &'a [u8],
    ) -> Self {
        Self {
            pdol_data,
            cdol1_data,
            cdol2_data: Some(cdol2_data),
            response,
        }
    }

    /// The data objects of the answer, as they stand there, without tag 9F4B.
    pub(super) fn signed_response(&self) -> Result<Vec<u8>> {
        let mut signed = Vec::with_capacity(self.response.len());
        for object in Reader::new(self.response) {
            let object = object?;
            let end = object.value_offset + object.value.len();
            let bytes = self.response.get(object.offset..end).unwrap_or_default();
            if object.tag != tag::SIGNED_DYNAMIC_APPLICATION_DATA {
                signed.extend_from_slice(bytes);
            }
        }
        Ok(signed)
    }

    /// Transaction data hash code of CDA: SHA-1 over PDOL data, CDOL1 data, CDOL2 data in the second GENERATE AC,
    /// and the answer (EMV Book 2 6.6.1 step 2b).
    ///
    /// # Errors
    /// Those of [`Reader`], in the answer.
    #[doc(alias = "TDHC")]
    pub fn hash_code(&self) -> Result<[u8; 20]> {
        let response = self.signed_response()?;
        let cdol2_data = self.cdol2_data.unwrap_or_default();
        Ok(hash_of(
            self.pdol_data,
            &[self.cdol1_data, cdol2_data, &response],
        ))
    }

    /// The cryptogram information data of the answer, in clear.
    pub(super) fn information(&self) -> Result<CryptogramInformationData> {
        let object = tlv::require(self.response, tag::CRYPTOGRAM_INFORMATION_DATA)?;
        object
            .array()
            .map(|[byte]| CryptogramInformationData([byte]))
    }

    /// The signed dynamic application data of the answer.
    pub(super) fn signature(&self) -> Result<&'a [u8]> {
        tlv::require(self.response, tag::SIGNED_DYNAMIC_APPLICATION_DATA).map(|object| object.value)
    }
}

/// A cryptogram that a card signed with its own key: combined authentication was successful.
///
/// Only [`RecoveredIccKey::verify_combined_data`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[doc(alias = "CDA")]
pub struct VerifiedCombinedData {
    number: IccDynamicNumber,
    information: CryptogramInformationData,
    cryptogram: ApplicationCryptogram,
    additional: Vec<u8>,
}

impl VerifiedCombinedData {
    /// ICC dynamic number (tag 9F4C).
    pub const fn icc_dynamic_number(&self) -> IccDynamicNumber {
        self.number
    }

    /// Cryptogram information data (tag 9F27): those in clear are the same.
    pub const fn cryptogram_information_data(&self) -> CryptogramInformationData {
        self.information
    }

    /// The cryptogram (tag 9F26), TC or ARQC, which the answer does not hold in clear.
    pub const fn cryptogram(&self) -> ApplicationCryptogram {
        self.cryptogram
    }

    /// What the payment system has the card sign after that, e.g. the data of kernel 2's relay resistance protocol.
    pub fn additional(&self) -> &[u8] {
        &self.additional
    }
}

/// What signed dynamic application data hold.
pub(crate) struct DynamicContents {
    pub(crate) number: IccDynamicNumber,
    /// The ICC dynamic data after the number.
    pub(crate) rest: Vec<u8>,
}

impl DynamicContents {
    /// `terminal_data` are the DDOL data, or with CDA the unpredictable number. Without them the hash is not checked:
    /// that is for the laboratory.
    pub(crate) fn open(
        icc: &RsaPublicKey,
        signed: &[u8],
        terminal_data: Option<&[u8]>,
    ) -> Result<Self> {
        let open = || {
            let recovered = Recovered::open(icc, signed, Format::DynamicData)?;
            let fail = Error::new(ErrorKind::IccDynamicData);
            let ([algorithm, length], rest) = recovered
                .fields()
                .split_first_chunk()
                .ok_or(Error::new(ErrorKind::Truncated))?;
            match terminal_data {
                Some(data) => recovered.check_hash(*algorithm, &[data])?,
                None => check_algorithm(*algorithm)?,
            }
            let data = rest.get(..usize::from(*length)).ok_or(fail)?;
            let (length, data) = data.split_first().ok_or(fail)?;
            let (number, rest) = data.split_at_checked(usize::from(*length)).ok_or(fail)?;
            Ok(Self {
                number: IccDynamicNumber::new(number).map_err(|_| fail)?,
                rest: rest.to_vec(),
            })
        };
        open().map_err(|error: Error| error.in_tag(tag::SIGNED_DYNAMIC_APPLICATION_DATA))
    }
}

/// The part of the ICC dynamic data that CDA adds (EMV Book 2 6.6.1, Table 19).
pub(crate) struct CombinedContents {
    pub(crate) number: IccDynamicNumber,
    pub(crate) information: CryptogramInformationData,
    pub(crate) cryptogram: ApplicationCryptogram,
    pub(crate) transaction_hash: [u8; 20],
    pub(crate) additional: Vec<u8>,
}

impl CombinedContents {
    pub(crate) fn open(
        icc: &RsaPublicKey,
        signed: &[u8],
        number: Option<UnpredictableNumber>,
    ) -> Result<Self> {
        let number = number.as_ref().map(|number| &number.0[..]);
        let contents = DynamicContents::open(icc, signed, number)?;
        let read = || {
            let ([information], rest) = contents.rest.split_first_chunk()?;
            let (cryptogram, rest) = rest.split_first_chunk()?;
            let (transaction_hash, additional) = rest.split_first_chunk()?;
            Some(Self {
                number: contents.number,
                information: CryptogramInformationData([*information]),
                cryptogram: ApplicationCryptogram(*cryptogram),
                transaction_hash: *transaction_hash,
                additional: additional.to_vec(),
            })
        };
        read().ok_or(
            Error::new(ErrorKind::IccDynamicData).in_tag(tag::SIGNED_DYNAMIC_APPLICATION_DATA),
        )
    }
}

/// CDA signs a TC or an ARQC, never an AAC (EMV Book 2 6.6.1).
pub(super) fn check_signable(information: CryptogramInformationData) -> Result<()> {
    match information.cryptogram_type() {
        Some(CryptogramType::Tc | CryptogramType::Arqc) => Ok(()),
        _ => {
            Err(Error::new(ErrorKind::CryptogramInformation)
                .in_tag(tag::CRYPTOGRAM_INFORMATION_DATA))
        }
    }
}

impl RecoveredIccKey {
    /// Verifies signed dynamic application data (tag 9F4B) that answer INTERNAL AUTHENTICATE (EMV Book 2 6.5.2).
    ///
    /// `ddol_data` are the data that were sent with the command. They must hold an unpredictable number
    /// ([`check_ddol`](super::check_ddol)): a signature over what anybody could foresee proves nothing.
    ///
    /// # Errors
    /// In tag 9F4B: [`ErrorKind::Length`], [`ErrorKind::Value`], [`ErrorKind::RecoveredTrailer`],
    /// [`ErrorKind::RecoveredHeader`], [`ErrorKind::CertificateFormat`], [`ErrorKind::HashAlgorithm`],
    /// [`ErrorKind::HashResult`], [`ErrorKind::IccDynamicData`].
    pub fn verify_dynamic_data(
        &self,
        signed: &[u8],
        ddol_data: &[u8],
    ) -> Result<VerifiedDynamicData> {
        let contents = DynamicContents::open(self.key(), signed, Some(ddol_data))?;
        Ok(VerifiedDynamicData {
            number: contents.number,
            additional: contents.rest,
        })
    }

    /// Verifies the answer to a GENERATE AC that asked for CDA (EMV Book 2 6.6.2).
    ///
    /// `number` is the unpredictable number that was sent in the CDOL data.
    ///
    /// # Errors
    /// Those of [`verify_dynamic_data`](Self::verify_dynamic_data), and: [`ErrorKind::CryptogramInformation`] when the
    /// cryptogram information data are not those in clear or not of a TC or an ARQC;
    /// [`ErrorKind::TransactionDataHash`]; what is malformed or [`ErrorKind::Missing`] in the answer.
    pub fn verify_combined_data(
        &self,
        transaction: &TransactionData<'_>,
        number: UnpredictableNumber,
    ) -> Result<VerifiedCombinedData> {
        let clear = transaction.information()?;
        let contents = CombinedContents::open(self.key(), transaction.signature()?, Some(number))?;
        check_signable(clear)?;
        if contents.information != clear {
            return Err(Error::new(ErrorKind::CryptogramInformation)
                .in_tag(tag::CRYPTOGRAM_INFORMATION_DATA));
        }
        if contents.transaction_hash != transaction.hash_code()? {
            return Err(Error::new(ErrorKind::TransactionDataHash)
                .in_tag(tag::SIGNED_DYNAMIC_APPLICATION_DATA));
        }
        Ok(VerifiedCombinedData {
            number: contents.number,
            information: contents.information,
            cryptogram: contents.cryptogram,
            additional: contents.additional,
        })
    }
}
