//! One-time passwords of card readers (CAP, DPA).

use crate::error::{Error, ErrorKind, Result};

/// The number that a card reader for one-time passwords shows: the bits of `data` that `bitmap` selects, read as one
/// binary number, most significant first.
///
/// `data` is CID || ATC || application cryptogram || issuer application data, `bitmap` the card's issuer
/// proprietary bitmap over them (tag 9F56 in the field's usage; the programme itself is not public, this
/// reading is attested by the published codes of real cards).
///
/// # Errors
/// [`ErrorKind::Length`] when the bitmap is not as long as the data, [`ErrorKind::Value`] when it selects
/// more than 64 bits.
///
/// ```
/// let token = chipcard::cryptogram::cap_token(&[0x80, 0x01, 0x2C, 0xFF], &[0x00, 0x00, 0xFF, 0x0F])?;
/// assert_eq!(token, 0x2CF);
/// # Ok::<(), chipcard::Error>(())
/// ```
pub fn cap_token(data: &[u8], bitmap: &[u8]) -> Result<u64> {
    if data.len() != bitmap.len() {
        let kind = ErrorKind::Length {
            min: data.len(),
            max: data.len(),
            found: bitmap.len(),
        };
        return Err(Error::new(kind));
    }
    let mut token = 0_u64;
    let mut selected = 0;
    for (byte, mask) in data.iter().zip(bitmap) {
        for bit in (0..8).rev().filter(|bit| mask >> bit & 1 == 1) {
            selected += 1;
            if selected > 64 {
                return Err(Error::new(ErrorKind::Value));
            }
            token = token << 1 | u64::from(byte >> bit & 1);
        }
    }
    Ok(token)
}
