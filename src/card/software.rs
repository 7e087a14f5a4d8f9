//! A coprocessor in software: private keys of `oda` and the caller's generator.

use core::borrow::Borrow;
use core::fmt;

use rand_core::CryptoRng;

use crate::card::{
    Abilities, AnswerSignature, AnswerToSign, Coprocessor, MAX_SIGNATURE_LENGTH, ReferencePin,
};
use crate::error::{Error, ErrorKind, Result};
use crate::oda::{
    EcIccPrivateKey, IccDynamicNumber, IccPrivateKey, PinPrivateKey, SecondXda, TransactionData,
};

/// The private keys of one card.
#[derive(Debug, Default)]
pub struct CardPrivateKeys {
    icc: Option<IccPrivateKey>,
    pin: Option<PinPrivateKey>,
    ec: Option<(EcIccPrivateKey, SecondXda)>,
}

impl CardPrivateKeys {
    /// None yet.
    pub const fn new() -> Self {
        Self {
            icc: None,
            pin: None,
            ec: None,
        }
    }

    pub(super) const fn icc(&self) -> Option<&IccPrivateKey> {
        self.icc.as_ref()
    }

    pub(super) const fn pin(&self) -> Option<&PinPrivateKey> {
        self.pin.as_ref()
    }

    pub(super) const fn ec(&self) -> Option<&(EcIccPrivateKey, SecondXda)> {
        self.ec.as_ref()
    }

    /// With a key for DDA and CDA, and for PINs unless there is one of their own: tag 9F46 certifies it.
    #[must_use]
    pub fn with_icc_key(mut self, key: IccPrivateKey) -> Self {
        self.icc = Some(key);
        self
    }

    /// With a key for PINs alone: tag 9F2D certifies it.
    #[must_use]
    pub fn with_pin_key(mut self, key: PinPrivateKey) -> Self {
        self.pin = Some(key);
        self
    }

    /// With an elliptic-curve key for XDA, and what its signature covers in the second GENERATE AC, on which specification
    /// and terminals differ: see [`SecondXda`].
    #[must_use]
    pub fn with_ec_key(mut self, key: EcIccPrivateKey, second: SecondXda) -> Self {
        self.ec = Some((key, second));
        self
    }
}

/// A generator of random numbers and a card's private keys, in software (feature `oda`; needs a heap).
///
/// Many cards of one making can share the keys: `K` is [`CardPrivateKeys`], a reference to them or an `Arc`.
pub struct SoftwareCoprocessor<R, K = CardPrivateKeys> {
    rng: R,
    keys: K,
}

impl<R: CryptoRng, K: Borrow<CardPrivateKeys>> SoftwareCoprocessor<R, K> {
    /// With this generator and these keys.
    pub const fn new(rng: R, keys: K) -> Self {
        Self { rng, keys }
    }
}

impl<R, K> fmt::Debug for SoftwareCoprocessor<R, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SoftwareCoprocessor(redacted)")
    }
}

impl<R: CryptoRng, K: Borrow<CardPrivateKeys>> Coprocessor for SoftwareCoprocessor<R, K> {
    fn abilities(&self) -> Abilities {
        let keys = self.keys.borrow();
        Abilities {
            randomness: true,
            rsa_signature: keys.icc.is_some(),
            ec_signature: keys.ec.is_some(),
            pin_decipherment: keys.icc.is_some() || keys.pin.is_some(),
        }
    }

    fn draw(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.rng.fill_bytes(bytes);
        Ok(())
    }

    fn sign_dynamic_data(
        &mut self,
        icc_dynamic_number: &[u8],
        ddol_data: &[u8],
        signature: &mut [u8; MAX_SIGNATURE_LENGTH],
    ) -> Result<usize> {
        let key = self.keys.borrow().icc.as_ref().ok_or(NO_KEY)?;
        let number = IccDynamicNumber::new(icc_dynamic_number)?;
        copy(&key.sign_dynamic_data(number, &[], ddol_data)?, signature)
    }

    fn sign_answer(
        &mut self,
        answer: &AnswerToSign<'_>,
        signature: &mut [u8; MAX_SIGNATURE_LENGTH],
    ) -> Result<usize> {
        let (pdol, cdol1) = (answer.pdol_data, answer.cdol1_data);
        let transaction = match answer.cdol2_data {
            None => TransactionData::first(pdol, cdol1, answer.response),
            Some(cdol2) => TransactionData::second(pdol, cdol1, cdol2, answer.response),
        };
        let keys = self.keys.borrow();
        let signed = match answer.method {
            AnswerSignature::Cda => {
                let key = keys.icc.as_ref().ok_or(NO_KEY)?;
                key.sign_combined_data(
                    &transaction,
                    answer.cryptogram,
                    IccDynamicNumber::new(answer.icc_dynamic_number)?,
                    answer.unpredictable_number,
                    &[],
                )?
            }
            AnswerSignature::Xda => {
                let (key, second) = keys.ec.as_ref().ok_or(NO_KEY)?;
                key.sign_answer(&mut self.rng, &transaction, *second)?
            }
        };
        copy(&signed, signature)
    }

    fn decipher_pin(&mut self, enciphered: &[u8], challenge: [u8; 8]) -> Result<ReferencePin> {
        let keys = self.keys.borrow();
        let public = keys.pin.as_ref().map(PinPrivateKey::public_key);
        let public = public.or(keys.icc.as_ref().map(IccPrivateKey::public_key));
        let length = public.ok_or(NO_KEY)?.length();
        if enciphered.len() != length {
            return Err(Error::new(ErrorKind::Length {
                min: length,
                max: length,
                found: enciphered.len(),
            }));
        }
        let block = match (&keys.pin, &keys.icc) {
            (Some(key), _) => key.decipher_pin(enciphered, challenge),
            (None, Some(key)) => key.decipher_pin(enciphered, challenge),
            (None, None) => Err(NO_KEY),
        }?;
        Ok(ReferencePin::from_block(*block))
    }
}

const NO_KEY: Error = Error::new(ErrorKind::PrivateKey);

fn copy(signed: &[u8], signature: &mut [u8; MAX_SIGNATURE_LENGTH]) -> Result<usize> {
    let room = signature.get_mut(..signed.len());
    room.ok_or(Error::new(ErrorKind::BufferTooSmall))?
        .copy_from_slice(signed);
    Ok(signed.len())
}
