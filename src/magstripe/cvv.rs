//! Card verification values.

use core::fmt;

use zeroize::{Zeroize, Zeroizing};

use super::key::CardVerificationKey;
use super::value::{DigitCount, VerificationValue, decimalise};
use crate::crypto::{Padding, SecretKey, mac};
use crate::element::{ApplicationTransactionCounter, Pan, ServiceCode, YearMonth};
use crate::error::{Error, ErrorKind, Result};
use crate::key::{Ac, CardKey};

/// Digits of a card verification value, 1 to 16; cards have three.
pub type CvvDigits = DigitCount<16>;

/// Four digits that say when a card expires, in the order in which they are fed in.
///
/// The stripe's own order is YYMM. For CVV2 some systems feed in MMYY (one cloud HSM's documentation says so), others
/// YYMM. The results of both look alike, so no default exists.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ExpiryDigits([u8; 4]);

impl ExpiryDigits {
    /// Any four decimal digits as text, used as they are.
    ///
    /// # Errors
    /// [`ErrorKind::Length`], [`ErrorKind::NotDecimal`] with the offset of the character.
    pub fn from_digits(text: impl AsRef<[u8]>) -> Result<Self> {
        digits(text.as_ref()).map(Self)
    }

    /// Year, then month, as on the stripe.
    pub fn yymm(expiry: YearMonth) -> Self {
        let [year, month] = expiry.to_bytes();
        Self([year >> 4, year & 0x0F, month >> 4, month & 0x0F])
    }

    /// Month, then year, as printed on the card.
    pub fn mmyy(expiry: YearMonth) -> Self {
        let [a, b, c, d] = Self::yymm(expiry).0;
        Self([c, d, a, b])
    }
}

impl fmt::Debug for ExpiryDigits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExpiryDigits(")?;
        self.0.iter().try_for_each(|digit| write!(f, "{digit}"))?;
        f.write_str(")")
    }
}

/// Exactly `N` decimal digits as text.
fn digits<const N: usize>(text: &[u8]) -> Result<[u8; N]> {
    let found = text.len();
    let length = ErrorKind::Length {
        min: N,
        max: N,
        found,
    };
    let text: [u8; N] = text.try_into().map_err(|_| Error::new(length))?;
    match text.iter().position(|byte| !byte.is_ascii_digit()) {
        Some(offset) => Err(Error::new(ErrorKind::NotDecimal).at(offset)),
        None => Ok(text.map(|byte| byte - b'0')),
    }
}

/// What a card verification value is computed over: PAN, four digits, three digits.
pub struct CvvInput<'a> {
    pan: &'a Pan,
    tail: [u8; 7],
}

impl<'a> CvvInput<'a> {
    /// CVV of the stripe, also called CVC1: the service code is the stripe's.
    ///
    /// With other service codes it is every other static value; [`icvv`](Self::icvv) and [`cvv2`](Self::cvv2) are
    /// the usual ones.
    pub fn new(pan: &'a Pan, expiry: ExpiryDigits, service_code: ServiceCode) -> Self {
        Self::with_tail(pan, expiry.0, service_code.digits())
    }

    /// iCVV, also called chip CVC: service code 999. It stands in the chip's track 2 equivalent data, so that they
    /// cannot be written to a stripe.
    pub fn icvv(pan: &'a Pan, expiry: ExpiryDigits) -> Self {
        Self::with_tail(pan, expiry.0, [9; 3])
    }

    /// CVV2, also called CVC2: service code 000. It is printed on the card.
    pub fn cvv2(pan: &'a Pan, expiry: ExpiryDigits) -> Self {
        Self::with_tail(pan, expiry.0, [0; 3])
    }

    /// CAVV of 3-D Secure: `unpredictable_number` (four digits, of the transaction's identifier) in the place of
    /// the expiry date, `authentication_result` (one digit) and `second_factor` (two digits) in that of the service
    /// code, all as text. After jPOS, whose answers the tests reproduce.
    ///
    /// # Errors
    /// [`ErrorKind::Length`], [`ErrorKind::NotDecimal`].
    pub fn cavv(
        pan: &'a Pan,
        unpredictable_number: impl AsRef<[u8]>,
        authentication_result: impl AsRef<[u8]>,
        second_factor: impl AsRef<[u8]>,
    ) -> Result<Self> {
        let [result] = digits(authentication_result.as_ref())?;
        let [tens, ones] = digits(second_factor.as_ref())?;
        let number = digits(unpredictable_number.as_ref())?;
        Ok(Self::with_tail(pan, number, [result, tens, ones]))
    }

    const fn with_tail(pan: &'a Pan, first: [u8; 4], then: [u8; 3]) -> Self {
        let ([a, b, c, d], [e, f, g]) = (first, then);
        Self {
            pan,
            tail: [a, b, c, d, e, f, g],
        }
    }

    /// The value under a key: the digits in BCD, zeros on the right to 16 bytes, a retail MAC over them, decimalised.
    /// `first` takes the place of the PAN's first digits.
    fn value(&self, key: &SecretKey, first: &[u8], count: CvvDigits) -> Result<VerificationValue> {
        let pan = self.pan.digits().get(first.len()..).unwrap_or_default();
        let mut block = Zeroizing::new([0; 16]);
        for (place, digit) in first.iter().chain(pan).chain(&self.tail).enumerate() {
            if let Some(byte) = block.get_mut(place / 2) {
                *byte |= if place % 2 == 0 { digit << 4 } else { *digit };
            }
        }
        let mut mac = mac(key, Padding::None, &*block)?;
        let value = VerificationValue::leftmost(decimalise(&mac), count);
        mac.zeroize();
        Ok(value)
    }
}

impl fmt::Debug for CvvInput<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CvvInput")
            .field("pan", self.pan)
            .finish_non_exhaustive()
    }
}

impl CardVerificationKey {
    /// The card verification value over `input`: CVV, iCVV, CVV2 or CAVV, as the input says.
    ///
    /// The algorithm is IBM's CVV, on which HSM manuals, jPOS, psec and pyemv agree (IBM CCA Application Programmer's
    /// Guide, Appendix E). Values with letters need more digits than the first few times: decimal digits are
    /// taken first, then letters A to F as 0 to 5.
    ///
    /// # Errors
    /// None in practice: key and input have their lengths.
    pub fn verification_value(
        &self,
        input: &CvvInput<'_>,
        digits: CvvDigits,
    ) -> Result<VerificationValue> {
        input.value(self.secret(), &[], digits)
    }
}

/// dCVV of Visa's contactless stripe mode: the CVV algorithm under the card's key for cryptograms, the PAN's first four
/// digits replaced by the transaction counter's four hexadecimal digits, letters kept as nibbles.
///
/// After jPOS, whose answers the tests reproduce. Others differ: one HSM's host command feeds in service code 998 and
/// a counter of six decimal digits, one public library leaves the service code out. The service code is the
/// caller's to choose; the other two are not offered.
///
/// # Errors
/// [`ErrorKind::Cipher`] when the card key is not TDES.
pub fn dcvv(
    key: &CardKey<Ac>,
    input: &CvvInput<'_>,
    atc: ApplicationTransactionCounter,
    digits: CvvDigits,
) -> Result<VerificationValue> {
    if key.algorithm().is_aes() {
        return Err(Error::new(ErrorKind::Cipher));
    }
    let [high, low] = atc.to_bytes();
    let nibbles = [high >> 4, high & 0x0F, low >> 4, low & 0x0F];
    input.value(key.secret(), &nibbles, digits)
}
