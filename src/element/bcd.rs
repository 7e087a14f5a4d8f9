//! Numeric format: two decimal digits a byte, right justified (EMV Book 3 4.3, format n).

use crate::error::{Error, ErrorKind, Result};

/// The number that the digits make. Up to nine bytes fit.
#[inline]
pub(super) fn read(bytes: &[u8]) -> Result<u64> {
    match read_at_once(bytes) {
        Some(number) => Ok(number),
        None => read_each(bytes),
    }
}

/// The number of up to eight bytes, if they are digits: neighbours are joined, first two digits, then four, then eight.
#[inline]
const fn read_at_once(bytes: &[u8]) -> Option<u64> {
    if bytes.len() > 8 {
        return None;
    }
    let mut number = side_by_side(bytes);
    if !are_digits(number) {
        return None;
    }
    number = (number & 0x0F0F_0F0F_0F0F_0F0F) + 10 * (number >> 4 & 0x0F0F_0F0F_0F0F_0F0F);
    number = (number & 0x00FF_00FF_00FF_00FF) + 100 * (number >> 8 & 0x00FF_00FF_00FF_00FF);
    number = (number & 0x0000_FFFF_0000_FFFF) + 10_000 * (number >> 16 & 0x0000_FFFF_0000_FFFF);
    Some((number & 0xFFFF_FFFF) + 100_000_000 * (number >> 32))
}

/// Up to eight bytes in one number, in as few loads as there are.
#[inline]
const fn side_by_side(mut bytes: &[u8]) -> u64 {
    let mut number = 0;
    while let Some((four, rest)) = bytes.split_first_chunk() {
        number = number << 32 | u32::from_be_bytes(*four) as u64;
        bytes = rest;
    }
    if let Some((two, rest)) = bytes.split_first_chunk() {
        number = number << 16 | u16::from_be_bytes(*two) as u64;
        bytes = rest;
    }
    if let [one] = bytes {
        number = number << 8 | *one as u64;
    }
    number
}

/// Whether each nibble is a digit: one above 9 has its highest bit and one of the two in the middle.
#[inline]
const fn are_digits(number: u64) -> bool {
    number & (number << 1 | number << 2) & 0x8888_8888_8888_8888 == 0
}

/// The number of two digits that each byte is.
#[inline]
pub(super) fn pairs<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    let bytes = exactly(bytes)?;
    if N > 8 || !are_digits(side_by_side(&bytes)) {
        read_each(&bytes)?;
    }
    Ok(bytes.map(|byte| 10 * (byte >> 4) + (byte & 0x0F)))
}

/// The same for any bytes, or what is wrong with them.
#[cold]
fn read_each(bytes: &[u8]) -> Result<u64> {
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
#[inline]
pub(super) fn exactly<const N: usize>(bytes: &[u8]) -> Result<[u8; N]> {
    bytes.try_into().map_err(|_| {
        Error::new(ErrorKind::Length {
            min: N,
            max: N,
            found: bytes.len(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{read_at_once, read_each};

    #[test]
    fn both_ways_read_the_same() {
        let mut number = 1_u64;
        for step in 0..200_000_usize {
            number = number
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let mut bytes = number.to_be_bytes();
            // Mostly digits.
            for byte in bytes.iter_mut().skip(step % 3) {
                *byte = (((*byte >> 4) % 10) << 4) | ((*byte & 0x0F) % 10);
            }
            let bytes = &bytes[..step % 9];
            assert_eq!(read_at_once(bytes), read_each(bytes).ok(), "{bytes:02X?}");
        }
        for pair in 0..=u16::MAX {
            let bytes = pair.to_be_bytes();
            assert_eq!(read_at_once(&bytes), read_each(&bytes).ok());
        }
    }
}
