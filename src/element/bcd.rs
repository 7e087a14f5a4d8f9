//! Numeric format: two decimal digits a byte, right justified (EMV Book 3 4.3, format n).

use crate::error::{Error, ErrorKind, Result};

/// The number that the digits make. Up to nine bytes fit.
pub(super) fn read(bytes: &[u8]) -> Result<u64> {
    let mut number: u64 = 0;
    for (offset, byte) in bytes.iter().enumerate() {
        let (tens, ones) = (byte >> 4, byte & 0x0F);
        if tens > 9 || ones > 9 {
            return Err(Error::new(ErrorKind::NotDecimal).at(offset));
        }
        number = number
            .checked_mul(100)
            .and_then(|number| number.checked_add(u64::from(10 * tens + ones)))
            .ok_or(Error::new(ErrorKind::Value).at(offset))?;
    }
    Ok(number)
}

/// The low `2 * N` digits of `number`.
pub(super) fn write<const N: usize>(mut number: u64) -> [u8; N] {
    let mut bytes = [0; N];
    for byte in bytes.iter_mut().rev() {
        // A remainder by 100 is less than 100.
        let pair = (number % 100) as u8;
        *byte = ((pair / 10) << 4) | (pair % 10);
        number /= 100;
    }
    bytes
}

/// Takes exactly `N` bytes.
pub(super) fn exactly<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| {
        Error::new(ErrorKind::Length {
            min: N,
            max: N,
            found: bytes.len(),
        })
    })
}
