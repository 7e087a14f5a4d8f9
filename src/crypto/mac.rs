//! Message authentication codes: the retail MAC for TDES, CMAC for AES.

use aes::{Aes128, Aes192, Aes256};
use cmac::{Cmac, KeyInit, Mac};
use subtle::ConstantTimeEq;

use crate::crypto::cipher::tdes;
use crate::crypto::{Algorithm, Padding, SecretKey};
use crate::error::{Error, ErrorKind, Result};

/// The MAC of `message`, its leftmost eight bytes: ISO/IEC 9797-1 algorithm 3 with TDES (EMV Book 2 A1.2.1), the
/// leftmost eight bytes of CMAC with AES (Book 2 A1.2.2).
///
/// # Errors
/// [`ErrorKind::Padding`] when `padding` leaves a TDES message that is not whole blocks, or is other than
/// none with AES; [`ErrorKind::MessageTooLong`] when a length in front does not fit in its byte.
pub(crate) fn mac(key: &SecretKey, padding: Padding, message: &[u8]) -> Result<[u8; 8]> {
    let [a, b, c, d, e, f, g, h, ..] = full_mac(key, padding, message)?;
    Ok([a, b, c, d, e, f, g, h])
}

/// The MAC before truncation: eight bytes and zeros after them with TDES, 16 bytes with AES.
///
/// # Errors
/// Those of [`mac`].
pub(crate) fn full_mac(key: &SecretKey, padding: Padding, message: &[u8]) -> Result<[u8; 16]> {
    match key.algorithm() {
        Algorithm::Tdes => retail_mac(key, padding, message),
        _ if padding != Padding::None => Err(Error::new(ErrorKind::Padding)),
        Algorithm::Aes128 => cmac::<Cmac<Aes128>>(key, message),
        Algorithm::Aes192 => cmac::<Cmac<Aes192>>(key, message),
        Algorithm::Aes256 => cmac::<Cmac<Aes256>>(key, message),
    }
}

/// ISO/IEC 9797-1 MAC algorithm 3: a CBC-MAC with the left key, whose result goes through `D` with the right
/// key and `E` with the left.
#[inline(never)] // The schedules have a stack frame of their own.
fn retail_mac(key: &SecretKey, padding: Padding, message: &[u8]) -> Result<[u8; 16]> {
    let (front, tail) = padding.around(message.len(), 8)?;
    let length = front.iter().len() + message.len() + tail.len();
    if length == 0 || !length.is_multiple_of(8) {
        return Err(Error::new(ErrorKind::Padding));
    }
    let [a, b, c, d, e, f, g, h] =
        tdes(key.bytes())?.retail_mac(&[front.as_slice(), message, tail])?;
    Ok([a, b, c, d, e, f, g, h, 0, 0, 0, 0, 0, 0, 0, 0])
}

#[inline(never)] // As above.
fn cmac<M: Mac + KeyInit>(key: &SecretKey, message: &[u8]) -> Result<[u8; 16]> {
    let mut mac = <M as KeyInit>::new_from_slice(key.bytes())
        .map_err(|_| Error::new(ErrorKind::KeyLength))?;
    mac.update(message);
    let mac = mac.finalize().into_bytes();
    let output = mac.first_chunk().ok_or(Error::new(ErrorKind::Cipher))?;
    Ok(*output)
}

/// Compares in a time that depends on the lengths alone.
pub(crate) fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}
