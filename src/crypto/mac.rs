//! Message authentication codes: the retail MAC for TDES, CMAC for AES.

use subtle::ConstantTimeEq;
use zeroize::Zeroize;

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
        _ => cmac(key, message),
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

/// CMAC (NIST SP 800-38B, RFC 4493). Written out, because it needs one schedule on the stack where a MAC object
/// moves its own about.
#[inline(never)] // As above.
fn cmac(key: &SecretKey, message: &[u8]) -> Result<[u8; 16]> {
    key.with_cipher(|cipher| {
        let encrypt = |block: u128| u128::from_be_bytes(cipher.encrypt(block.to_be_bytes()));
        let whole = !message.is_empty() && message.len().is_multiple_of(16);
        let before_last = message.len().div_ceil(16).saturating_sub(1) * 16;
        let (blocks, last) = message.split_at(before_last);
        let mut mask = double(encrypt(0));
        let mut end = [0; 16];
        for (to, from) in end.iter_mut().zip(last) {
            *to = *from;
        }
        if !whole {
            mask = double(mask);
            if let Some(byte) = end.get_mut(last.len()) {
                *byte = 0x80;
            }
        }
        let (blocks, _) = blocks.as_chunks();
        let chain = blocks.iter().fold(0, |chain, block| {
            encrypt(chain ^ u128::from_be_bytes(*block))
        });
        let output = encrypt(chain ^ u128::from_be_bytes(end) ^ mask).to_be_bytes();
        mask.zeroize();
        output
    })
}

/// Multiplication by x in the field of CMAC's subkeys, without a branch on the key.
const fn double(block: u128) -> u128 {
    (block << 1) ^ (0x87 * (block >> 127))
}

/// Compares in a time that depends on the lengths alone.
pub(crate) fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}
