//! The card's side: dynamic signatures and PIN decipherment (EMV Book 2 6.5.1, 6.6.1, 7.2).

use alloc::vec::Vec;

use rand_core::CryptoRng;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::certificate::RecoveredPinKey;
use super::private::RsaPrivateKey;
use super::recovery::{Format, SHA_1, seal};
use super::rsa::RsaPublicKey;
use super::signed::{IccDynamicNumber, TransactionData, check_signable};
use crate::cryptogram::ApplicationCryptogram;
use crate::element::UnpredictableNumber;
use crate::error::{Error, ErrorKind, Result};

/// Data header of an enciphered PIN (EMV Book 2 7.2, Table 25).
const PIN_HEADER: u8 = 0x7F;

/// A card's private key, for dynamic signatures, and for PINs when it has no key of its own for them.
#[derive(Debug)]
pub struct IccPrivateKey(RsaPrivateKey);

impl IccPrivateKey {
    /// For one card alone.
    pub const fn new(key: RsaPrivateKey) -> Self {
        Self(key)
    }

    /// The public key, to be certified by the issuer.
    pub const fn public_key(&self) -> &RsaPublicKey {
        self.0.public_key()
    }

    /// Signs the answer to INTERNAL AUTHENTICATE (EMV Book 2 6.5.1, Table 15): tag 9F4B.
    ///
    /// `additional` follows the number in the ICC dynamic data, where the payment system defines something; else
    /// it is empty.
    ///
    /// # Errors
    /// [`ErrorKind::Length`] when that is too long for the key; [`ErrorKind::Fault`].
    pub fn sign_dynamic_data(
        &self,
        number: IccDynamicNumber,
        additional: &[u8],
        ddol_data: &[u8],
    ) -> Result<Vec<u8>> {
        self.sign(number, &[additional], ddol_data)
    }

    /// Signs a cryptogram, TC or ARQC, and its transaction (EMV Book 2 6.6.1, Table 18): tag 9F4B.
    ///
    /// The answer in `transaction` holds the cryptogram information data, but not the cryptogram, for that would
    /// let a terminal skip the signature. `additional` follows the hash, where the payment system defines something.
    ///
    /// # Errors
    /// [`ErrorKind::CryptogramInformation`] for an AAC; what is malformed or [`ErrorKind::Missing`] in the answer;
    /// [`ErrorKind::Length`] when it is all too long for the key; [`ErrorKind::Fault`].
    pub fn sign_combined_data(
        &self,
        transaction: &TransactionData<'_>,
        cryptogram: ApplicationCryptogram,
        number: IccDynamicNumber,
        unpredictable: UnpredictableNumber,
        additional: &[u8],
    ) -> Result<Vec<u8>> {
        let information = transaction.information()?;
        check_signable(information)?;
        let hash = transaction.hash_code()?;
        let parts = [&information.0[..], &cryptogram.0, &hash, additional];
        self.sign(number, &parts, &unpredictable.0)
    }

    fn sign(
        &self,
        number: IccDynamicNumber,
        parts: &[&[u8]],
        terminal_data: &[u8],
    ) -> Result<Vec<u8>> {
        let number = number.as_bytes();
        // At most 8.
        let mut data = alloc::vec![number.len() as u8];
        data.extend_from_slice(number);
        for part in parts {
            data.extend_from_slice(part);
        }
        let max = usize::from(u8::MAX);
        let length = u8::try_from(data.len()).map_err(|_| {
            let (min, found) = (3, data.len());
            Error::new(ErrorKind::Length { min, max, found })
        })?;
        seal(
            &self.0,
            Format::DynamicData,
            &[&[SHA_1, length], &data],
            &[terminal_data],
        )
    }

    /// As [`PinPrivateKey::decipher_pin`], for a card without a key of its own for PINs (EMV Book 2 7.1).
    ///
    /// # Errors
    /// As there.
    pub fn decipher_pin(
        &self,
        enciphered: &[u8],
        challenge: [u8; 8],
    ) -> Result<Zeroizing<[u8; 8]>> {
        decipher(&self.0, enciphered, challenge)
    }
}

/// A card's private key for PIN encipherment alone.
#[derive(Debug)]
pub struct PinPrivateKey(RsaPrivateKey);

impl PinPrivateKey {
    /// For one card alone.
    pub const fn new(key: RsaPrivateKey) -> Self {
        Self(key)
    }

    /// The public key, to be certified by the issuer.
    pub const fn public_key(&self) -> &RsaPublicKey {
        self.0.public_key()
    }

    /// Deciphers the data of VERIFY (EMV Book 2 7.2 steps 6 to 8) and gives the PIN block (Book 3 6.5.12).
    ///
    /// `challenge` is what the card's last answer to GET CHALLENGE was; the card forgets it with this call.
    ///
    /// # Errors
    /// [`ErrorKind::PinRecovery`], whatever was wrong: a card that told what would help to guess. The PIN itself is not
    /// compared, so the try counter stays.
    pub fn decipher_pin(
        &self,
        enciphered: &[u8],
        challenge: [u8; 8],
    ) -> Result<Zeroizing<[u8; 8]>> {
        decipher(&self.0, enciphered, challenge)
    }
}

fn decipher(
    key: &RsaPrivateKey,
    enciphered: &[u8],
    challenge: [u8; 8],
) -> Result<Zeroizing<[u8; 8]>> {
    let fail = Error::new(ErrorKind::PinRecovery);
    let plain = key.sign(enciphered).map_err(|_| fail)?;
    let ([header], rest) = plain.split_first_chunk().ok_or(fail)?;
    let (block, rest) = rest.split_first_chunk().ok_or(fail)?;
    let (number, _): (&[u8; 8], _) = rest.split_first_chunk().ok_or(fail)?;
    if bool::from(number.ct_eq(&challenge) & header.ct_eq(&PIN_HEADER)) {
        Ok(Zeroizing::new(*block))
    } else {
        Err(fail)
    }
}

impl RecoveredPinKey {
    /// Enciphers a PIN block for VERIFY: the terminal's side (EMV Book 2 7.2 steps 3 and 4).
    ///
    /// `challenge` is the card's answer to GET CHALLENGE.
    ///
    /// # Errors
    /// None in practice.
    pub fn encipher_pin(
        &self,
        block: &[u8; 8],
        challenge: [u8; 8],
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>> {
        let mut plain = Zeroizing::new(alloc::vec![0; self.key().length()]);
        rng.fill_bytes(&mut plain);
        let fixed = [PIN_HEADER].into_iter().chain(*block).chain(challenge);
        for (to, from) in plain.iter_mut().zip(fixed) {
            *to = from;
        }
        self.key().recover(&plain)
    }
}
