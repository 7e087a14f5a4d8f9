//! Extended data authentication (XDA): the elliptic-curve signature of an answer to GENERATE AC
//! (EMV 4.4 Book 2 12.5).

use alloc::vec::Vec;

use rand_core::CryptoRng;

use super::ec_certificate::RecoveredEcIccKey;
use super::sdsa::{EcPrivateKey, EcPublicKey};
use super::signed::TransactionData;
use crate::cryptogram::ApplicationCryptogram;
use crate::element::CryptogramInformationData;
use crate::error::{Error, ErrorKind, Result};
use crate::tag;
use crate::tlv;

/// Signed data format.
const SIGNED_DATA: u8 = 0x15;

/// What a signature of the second GENERATE AC covers besides CDOL2 data and answer.
///
/// EMV 4.4 Book 2 12.5.2, Table 37 has PDOL data and CDOL1 data "1st GEN AC only". The kernel `emv` 0.1.1 takes them in
/// the second too, as CDA does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum SecondXda {
    /// Nothing, as the specification says.
    #[default]
    Cdol2Alone,
    /// PDOL data and CDOL1 data, before the CDOL2 data.
    AllData,
}

/// An answer to GENERATE AC that a card signed with its own key: the signature of XDA was verified.
///
/// Only [`RecoveredEcIccKey::verify_answer`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "XDA")]
pub struct VerifiedXda {
    information: CryptogramInformationData,
    cryptogram: ApplicationCryptogram,
}

impl VerifiedXda {
    /// Cryptogram information data (tag 9F27).
    pub const fn cryptogram_information_data(&self) -> CryptogramInformationData {
        self.information
    }

    /// The cryptogram (tag 9F26).
    pub const fn cryptogram(&self) -> ApplicationCryptogram {
        self.cryptogram
    }
}

impl RecoveredEcIccKey {
    /// Verifies the answer to a GENERATE AC that asked for XDA (EMV 4.4 Book 2 12.5.3).
    ///
    /// A terminal does so for a TC or ARQC. Cards sign an AAC too; it means the same without.
    ///
    /// # Errors
    /// In tag 9F4B: [`ErrorKind::CertificateFormat`], [`ErrorKind::Signature`]. What is malformed or
    /// [`ErrorKind::Missing`] in the answer.
    pub fn verify_answer(
        &self,
        transaction: &TransactionData<'_>,
        second: SecondXda,
    ) -> Result<VerifiedXda> {
        let information = transaction.information()?;
        let cryptogram = tlv::require(transaction.response, tag::APPLICATION_CRYPTOGRAM)?;
        let cryptogram = ApplicationCryptogram(cryptogram.array()?);
        let signed = transaction.signature()?;
        let message = message(transaction, second)?;
        let verified = match signed.split_first() {
            Some((&SIGNED_DATA, signature)) => self.key().verify(&[&message], signature),
            _ => Err(Error::new(ErrorKind::CertificateFormat)),
        };
        verified.map_err(|error| error.in_tag(tag::SIGNED_DYNAMIC_APPLICATION_DATA))?;
        Ok(VerifiedXda {
            information,
            cryptogram,
        })
    }
}

/// What XDA signs (EMV 4.4 Book 2 12.5.2, Table 37).
fn message(transaction: &TransactionData<'_>, second: SecondXda) -> Result<Vec<u8>> {
    let first = [transaction.pdol_data, transaction.cdol1_data].concat();
    let mut message = alloc::vec![SIGNED_DATA];
    match (transaction.cdol2_data, second) {
        (None, _) => message.extend(first),
        (Some(data), SecondXda::Cdol2Alone) => message.extend_from_slice(data),
        (Some(data), SecondXda::AllData) => {
            message.extend(first);
            message.extend_from_slice(data);
        }
    }
    message.extend(transaction.signed_response()?);
    Ok(message)
}

/// A card's elliptic-curve private key.
#[derive(Debug)]
pub struct EcIccPrivateKey(EcPrivateKey);

impl EcIccPrivateKey {
    /// For one card alone.
    pub const fn new(key: EcPrivateKey) -> Self {
        Self(key)
    }

    /// The public key, to be certified by the issuer.
    pub const fn public_key(&self) -> &EcPublicKey {
        self.0.public_key()
    }

    /// Signs the answer to a GENERATE AC that asks for XDA (EMV 4.4 Book 2 12.5.2): tag 9F4B.
    ///
    /// The answer holds the cryptogram in clear. An AAC can be signed like the others; the applet of this library does not.
    ///
    /// # Errors
    /// What is malformed in the answer.
    pub fn sign_answer(
        &self,
        rng: &mut impl CryptoRng,
        transaction: &TransactionData<'_>,
        second: SecondXda,
    ) -> Result<Vec<u8>> {
        let message = message(transaction, second)?;
        let mut signed = alloc::vec![SIGNED_DATA];
        signed.extend(self.0.sign(rng, &[&message])?);
        Ok(signed)
    }
}
