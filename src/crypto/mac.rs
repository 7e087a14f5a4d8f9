//! Message authentication codes: the retail MAC for TDES, CMAC for AES.

use aes::{Aes128Enc, Aes192Enc, Aes256Enc};
use cipher::consts::U16;
use cipher::{
    Array, BlockCipherEncBackend, BlockCipherEncClosure, BlockCipherEncrypt, BlockSizeUser, KeyInit,
};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::crypto::cipher::{sized, widened};
use crate::crypto::lanes::single::Tdes2Key;
use crate::crypto::message::{Bounded, CAPACITY};
use crate::crypto::{Algorithm, Padding, SecretKey};
use crate::error::{Error, ErrorKind, Result};

/// The MAC of `message`, its leftmost eight bytes: ISO/IEC 9797-1 algorithm 3 with TDES (EMV Book 2 A1.2.1), the
/// leftmost eight bytes of CMAC with AES (Book 2 A1.2.2).
///
/// # Errors
/// [`ErrorKind::Padding`] when `padding` leaves a TDES message that is not whole blocks, or is other than
/// none with AES; [`ErrorKind::MessageTooLong`] when a length in front does not fit in its byte.
pub(crate) fn mac(key: &SecretKey, padding: Padding, message: &[u8]) -> Result<[u8; 8]> {
    full_mac(key, padding, message).map(leftmost)
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

/// Whether `claimed` is [`mac`], compared in constant time.
///
/// # Errors
/// Those of [`mac`].
pub(crate) fn verify_mac(
    key: &SecretKey,
    padding: Padding,
    message: &[u8],
    claimed: &[u8; 8],
) -> Result<bool> {
    match key.algorithm() {
        Algorithm::Tdes => verify_retail_mac(key, padding, message, claimed),
        _ => {
            let [computed, claimed] =
                [mac(key, padding, message)?, *claimed].map(u64::from_ne_bytes);
            Ok(computed.ct_eq(&claimed).into())
        }
    }
}

const fn leftmost(mac: [u8; 16]) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = mac;
    [a, b, c, d, e, f, g, h]
}

/// ISO/IEC 9797-1 MAC algorithm 3: a CBC-MAC with the left key, whose result goes through `D` with the right
/// key and `E` with the left.
#[inline(never)] // The padded message has a stack frame of its own.
fn retail_mac(key: &SecretKey, padding: Padding, message: &[u8]) -> Result<[u8; 16]> {
    let mut padded = Bounded::new();
    let blocks = pad(&mut padded, padding, message)?;
    let mac = Tdes2Key::with(sized(key.bytes())?, |key| key.retail_mac(blocks));
    Ok(widened(mac))
}

#[inline(never)] // As above.
fn verify_retail_mac(
    key: &SecretKey,
    padding: Padding,
    message: &[u8],
    claimed: &[u8; 8],
) -> Result<bool> {
    let mut padded = Bounded::new();
    let blocks = pad(&mut padded, padding, message)?;
    let verify = |key: &Tdes2Key| key.is_retail_mac(blocks, *claimed);
    Ok(Tdes2Key::with(sized(key.bytes())?, verify))
}

/// A block longer than a message is: its padding.
type Padded = Bounded<{ CAPACITY + 16 }>;

/// The message in whole blocks, at least one, written into `padded`.
fn pad<'p>(padded: &'p mut Padded, padding: Padding, message: &[u8]) -> Result<&'p [[u8; 8]]> {
    let (front, tail) = padding.around(message.len(), 8)?;
    for part in [front.as_slice(), message, tail] {
        padded.push(part)?;
    }
    match padded.as_bytes().as_chunks() {
        (blocks @ [_, ..], []) => Ok(blocks),
        _ => Err(Error::new(ErrorKind::Padding)),
    }
}

fn cmac(key: &SecretKey, message: &[u8]) -> Result<[u8; 16]> {
    let key = key.bytes();
    match key.len() {
        16 => Ok(cmac_under::<Aes128Enc>(sized(key)?, message)),
        24 => Ok(cmac_under::<Aes192Enc>(sized(key)?, message)),
        _ => Ok(cmac_under::<Aes256Enc>(sized(key)?, message)),
    }
}

#[inline(never)] // The schedule has a stack frame of its own.
fn cmac_under<C>(key: &Array<u8, C::KeySize>, message: &[u8]) -> [u8; 16]
where
    C: KeyInit + BlockCipherEncrypt<BlockSize = U16>,
{
    let mut output = [0; 16];
    C::new(key).encrypt_with_backend(Cmac {
        message,
        output: &mut output,
    });
    output
}

/// CMAC (NIST SP 800-38B, RFC 4493). Written out as work for the cipher's backend, because there it takes one schedule
/// and stays in registers, where a MAC object moves its own about.
struct Cmac<'a> {
    message: &'a [u8],
    output: &'a mut [u8; 16],
}

impl BlockSizeUser for Cmac<'_> {
    type BlockSize = U16;
}

impl BlockCipherEncClosure for Cmac<'_> {
    #[inline(always)]
    fn call<B: BlockCipherEncBackend<BlockSize = U16>>(self, backend: &B) {
        let encrypt = |block: [u8; 16]| {
            let mut block = Array(block);
            backend.encrypt_block((&mut block).into());
            block.0
        };
        let before_last = self.message.len().div_ceil(16).saturating_sub(1) * 16;
        let (blocks, last) = self.message.split_at(before_last);
        let mut mask = double(u128::from_be_bytes(encrypt([0; 16])));
        let mut end = [0; 16];
        if let Ok(whole) = last.try_into() {
            end = whole;
        } else {
            mask = double(mask);
            for (to, from) in end.iter_mut().zip(last.iter().chain(&[0x80])) {
                *to = *from;
            }
        }
        let (blocks, _) = blocks.as_chunks();
        let chain = blocks
            .iter()
            .fold([0; 16], |chain, block| encrypt(xor(chain, *block)));
        *self.output = encrypt(xor(xor(chain, end), mask.to_be_bytes()));
        mask.zeroize();
    }
}

#[inline(always)]
fn xor(mut block: [u8; 16], other: [u8; 16]) -> [u8; 16] {
    for (byte, other) in block.iter_mut().zip(other) {
        *byte ^= other;
    }
    block
}

/// Multiplication by x in the field of CMAC's subkeys, without a branch on the key.
const fn double(block: u128) -> u128 {
    (block << 1) ^ (0x87 * (block >> 127))
}

/// Compares in a time that depends on the lengths alone.
pub(crate) fn constant_time_eq(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}
