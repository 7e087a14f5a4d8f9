//! Dynamic CVC3 of Mastercard's contactless stripe mode.

use super::value::{DigitCount, VerificationValue};
use crate::crypto::{Padding, mac};
use crate::element::{ApplicationTransactionCounter, UnpredictableNumber};
use crate::error::{Error, ErrorKind, Result};
use crate::key::{CardKey, Cvc3};

/// Digits of a CVC3, 1 to 5: it is a number of two bytes.
pub type Cvc3Digits = DigitCount<5>;

/// The initial vector of CVC3: two bytes that stand for the static data of one track.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "IVCVC3")]
pub struct Ivcvc3(pub [u8; 2]);

impl Ivcvc3 {
    /// From the track's static data, at most 280 bytes, as they are coded (track 1 in ASCII, track 2 in nibbles with
    /// `D` for the separator): the last two bytes of the retail MAC, with method 2 padding.
    ///
    /// # Errors
    /// [`ErrorKind::Cipher`] when the card key is not TDES.
    pub fn of_track(key: &CardKey<Cvc3>, track: &[u8]) -> Result<Self> {
        if key.algorithm().is_aes() {
            return Err(Error::new(ErrorKind::Cipher));
        }
        let [.., high, low] = mac(key.secret(), Padding::Method2, track)?;
        Ok(Self([high, low]))
    }
}

/// CVC3: the last two bytes of the enciphered initial vector, unpredictable number and transaction counter, read as a
/// number 0 to 65535, of whose five decimal digits the rightmost are taken.
///
/// Leading zeros belong to the value, as in jPOS; pyemv drops them. On the track, the card's bit maps (tags 9F62 to
/// 9F67) say where its digits, those of the number and those of the counter stand.
///
/// # Errors
/// [`ErrorKind::Cipher`] when the card key is not TDES.
pub fn cvc3(
    key: &CardKey<Cvc3>,
    initial: Ivcvc3,
    un: UnpredictableNumber,
    atc: ApplicationTransactionCounter,
    digits: Cvc3Digits,
) -> Result<VerificationValue> {
    if key.algorithm().is_aes() {
        return Err(Error::new(ErrorKind::Cipher));
    }
    let ([i, j], [k, l, m, n], [o, p]) = (initial.0, un.0, atc.to_bytes());
    let input = [i, j, k, l, m, n, o, p, 0, 0, 0, 0, 0, 0, 0, 0];
    let output = key.secret().with_cipher(|cipher| cipher.encrypt(input))?;
    let [_, _, _, _, _, _, high, low, ..] = output;
    let number = u16::from_be_bytes([high, low]);
    let decimal = [10_000, 1_000, 100, 10, 1].map(|place| (number / place % 10) as u8);
    let skipped = decimal.len() - usize::from(digits.get());
    Ok(VerificationValue::leftmost(
        decimal.into_iter().skip(skipped),
        digits,
    ))
}
