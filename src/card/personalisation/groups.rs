//! Data groups: identifier (DGI), length, data.

use crate::apdu::StatusWord;

/// Keys for cryptograms, script integrity and script confidentiality, 48 bytes.
pub(super) const KEYS: u16 = 0x8000;
/// Their check values, three bytes each.
pub(super) const CHECK_VALUES: u16 = 0x9000;
/// PIN block, eight bytes.
pub(super) const PIN: u16 = 0x8010;
/// PIN try counter and PIN try limit.
pub(super) const PIN_TRIES: u16 = 0x9010;
/// Template `A5` of the FCI.
pub(super) const FCI: u16 = 0x9102;
/// AIP (tag 82) and AFL (tag 94).
pub(super) const AIP_AND_AFL: u16 = 0x9104;

/// A length byte that says that two bytes of length follow.
const LONG: u8 = 0xFF;

/// Reads groups to the last byte.
///
/// # Errors
/// `6A80` when they are malformed or there is none; what `take` says of one.
pub(super) fn each(
    mut bytes: &[u8],
    mut take: impl FnMut(u16, &[u8]) -> Result<(), StatusWord>,
) -> Result<(), StatusWord> {
    loop {
        let (identifier, length, rest) = match *bytes {
            [a, b, LONG, high, low, ref rest @ ..] => {
                let length = u16::from_be_bytes([high, low]);
                (u16::from_be_bytes([a, b]), length, rest)
            }
            [_, _, LONG, ..] => return Err(StatusWord::INCORRECT_DATA),
            [a, b, length, ref rest @ ..] => (u16::from_be_bytes([a, b]), u16::from(length), rest),
            _ => return Err(StatusWord::INCORRECT_DATA),
        };
        let (data, behind) = rest
            .split_at_checked(length.into())
            .ok_or(StatusWord::INCORRECT_DATA)?;
        take(identifier, data)?;
        if behind.is_empty() {
            return Ok(());
        }
        bytes = behind;
    }
}
