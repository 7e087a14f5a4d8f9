//! PIN verification values.

use zeroize::Zeroizing;

use super::key::PinVerificationKey;
use super::value::{DigitCount, VerificationValue, decimalise};
use crate::element::{Pan, Pin};
use crate::error::{Error, ErrorKind, Result};

impl PinVerificationKey {
    /// Visa's PIN verification value, four digits: the PAN's eleven digits before its check digit, the key index and
    /// the PIN's first four digits, in BCD, enciphered and decimalised as a CVV.
    ///
    /// `key_index` (PVKI) is the digit that stands before the value on the stripe: 1 to 6 in Visa's use, and any 0 to 9
    /// here. (jPOS' documentation calls the method IBM 3624, which it is not.)
    ///
    /// # Errors
    /// [`ErrorKind::Value`] for a PAN of fewer than 12 digits or an index over 9.
    pub fn verification_value(
        &self,
        pan: &Pan,
        key_index: u8,
        pin: &Pin,
    ) -> Result<VerificationValue> {
        let refused = Error::new(ErrorKind::Value);
        let from_pan = match *pan.digits() {
            [.., a, b, c, d, e, f, g, h, i, j, k, _] => [a, b, c, d, e, f, g, h, i, j, k],
            _ => return Err(refused),
        };
        if key_index > 9 {
            return Err(refused);
        }
        let mut block = Zeroizing::new([0; 16]);
        let digits = from_pan.iter().chain([&key_index]).chain(pin.digits());
        for (place, digit) in digits.take(16).enumerate() {
            if let Some(byte) = block.get_mut(place / 2) {
                *byte |= if place % 2 == 0 { digit << 4 } else { *digit };
            }
        }
        let output = Zeroizing::new(self.secret().with_cipher(|cipher| cipher.encrypt(*block))?);
        let [a, b, c, d, e, f, g, h, ..] = *output;
        let value = Zeroizing::new([a, b, c, d, e, f, g, h]);
        Ok(VerificationValue::leftmost(
            decimalise(&value),
            DigitCount::<4>::ALL,
        ))
    }
}
