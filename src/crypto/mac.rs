//! Message authentication codes: the retail MAC for TDES, CMAC for AES.

use aes::{Aes128, Aes192, Aes256};
use cbc_mac::CbcMac;
use cipher::common::InnerInit;
use cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt};
use cmac::{Cmac, KeyInit, Mac};
use des::Des;
use subtle::ConstantTimeEq;

use crate::crypto::cipher::tdes_pair;
use crate::crypto::{Algorithm, Message, Padding, SecretKey};
use crate::error::{Error, ErrorKind, Result};

/// The MAC of `message`, its leftmost eight bytes: ISO/IEC 9797-1 algorithm 3 with TDES (EMV Book 2 A1.2.1), the
/// leftmost eight bytes of CMAC with AES (Book 2 A1.2.2).
///
/// # Errors
/// [`ErrorKind::Padding`] when `padding` leaves a TDES message that is not whole blocks, or is other than
/// none with AES; [`ErrorKind::MessageTooLong`].
pub(crate) fn mac(key: &SecretKey, padding: Padding, message: &mut Message) -> Result<[u8; 8]> {
    let [a, b, c, d, e, f, g, h, ..] = full_mac(key, padding, message)?;
    Ok([a, b, c, d, e, f, g, h])
}

/// The MAC before truncation: eight bytes and zeros after them with TDES, 16 bytes with AES.
///
/// # Errors
/// Those of [`mac`].
pub(crate) fn full_mac(
    key: &SecretKey,
    padding: Padding,
    message: &mut Message,
) -> Result<[u8; 16]> {
    match key.algorithm() {
        Algorithm::Tdes => {
            padding.apply(message, 8)?;
            retail_mac(key, message.as_bytes())
        }
        _ if padding != Padding::None => Err(Error::new(ErrorKind::Padding)),
        Algorithm::Aes128 => cmac::<Cmac<Aes128>>(key, message.as_bytes()),
        Algorithm::Aes192 => cmac::<Cmac<Aes192>>(key, message.as_bytes()),
        Algorithm::Aes256 => cmac::<Cmac<Aes256>>(key, message.as_bytes()),
    }
}

/// ISO/IEC 9797-1 MAC algorithm 3 over whole blocks: a CBC-MAC with the left key, whose result goes
/// through `D` with the right key and `E` with the left.
fn retail_mac(key: &SecretKey, padded: &[u8]) -> Result<[u8; 16]> {
    if padded.is_empty() || !padded.len().is_multiple_of(8) {
        return Err(Error::new(ErrorKind::Padding));
    }
    let key = key
        .bytes()
        .try_into()
        .map_err(|_| Error::new(ErrorKind::KeyLength))?;
    let (left, right) = tdes_pair(key);
    let mut chain = CbcMac::<Des>::inner_init(left.clone());
    chain.update(padded);
    let mut block = chain.finalize().into_bytes();
    right.decrypt_block(&mut block);
    left.encrypt_block(&mut block);
    let Array([a, b, c, d, e, f, g, h]) = block;
    Ok([a, b, c, d, e, f, g, h, 0, 0, 0, 0, 0, 0, 0, 0])
}

#[inline(never)] // Keeps the AES schedules out of the stack frame of a TDES verification.
fn cmac<M: Mac + KeyInit>(key: &SecretKey, message: &[u8]) -> Result<[u8; 16]> {
    let mac = <M as KeyInit>::new_from_slice(key.bytes())
        .map_err(|_| Error::new(ErrorKind::KeyLength))?
        .chain_update(message)
        .finalize()
        .into_bytes();
    let output = mac.first_chunk().ok_or(Error::new(ErrorKind::Cipher))?;
    Ok(*output)
}

/// Compares in a time that depends on the lengths alone.
pub(crate) fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}
