//! Odd parity of DES keys.

/// Sets bit 1 of each byte so that the byte has an odd number of ones (FIPS 46-3).
///
/// DES ignores that bit, so no cryptogram depends on it: it matters only where a key is printed or compared.
pub(crate) fn odd_parity(key: &mut [u8]) {
    for byte in key {
        *byte ^= u8::from(byte.count_ones().is_multiple_of(2));
    }
}
