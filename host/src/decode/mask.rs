//! Cardholder data and PINs, kept out of what is printed.

use chipcard::Tag;
use chipcard::element::{Pan, Track2EquivalentData};

use super::context::Context;

/// Data elements that hold account numbers, names, tracks or PINs.
///
/// EMV Book 3 Annex A; `9F6B`, `DF812A` and `DF812B` are Book C-2's. The discretionary data of the tracks hold the card
/// verification value.
const HIDDEN: [u32; 12] = [
    0x56, 0x57, 0x5A, 0x99, 0x5F20, 0x5F53, 0x9F0B, 0x9F1F, 0x9F20, 0x9F6B, 0xDF_812A, 0xDF_812B,
];

/// Whether the value of this tag is cardholder data or a PIN.
pub(super) fn is_hidden(tag: Tag) -> bool {
    HIDDEN.contains(&tag.number())
}

/// What stands for a value that is not shown.
pub(super) const HIDDEN_VALUE: &str = "(hidden)";

/// Upper-case hexadecimal, nothing masked.
pub(super) fn plain(bytes: &[u8]) -> String {
    hex::encode_upper(bytes)
}

/// The value of a known data element.
pub(super) fn element(tag: Tag, value: &[u8], context: &Context) -> String {
    if context.options.reveal || !is_hidden(tag) {
        return plain(value);
    }
    let masked = match tag.number() {
        0x5A => Pan::from_bcd(value).ok().map(|pan| pan.to_string()),
        0x57 | 0x9F6B => track2(value),
        _ => None,
    };
    masked.unwrap_or_else(|| HIDDEN_VALUE.to_owned())
}

/// Track 2 equivalent data: the PAN masks itself, the discretionary data are all stars.
fn track2(value: &[u8]) -> Option<String> {
    let track = Track2EquivalentData::parse(value).ok()?;
    let expiry = plain(&track.expiry().to_bytes());
    let stars = "*".repeat(track.discretionary_data().len());
    Some(format!(
        "{}D{expiry}{}{stars}",
        track.pan(),
        track.service_code()
    ))
}

/// Bytes whose meaning is not known: what could be an account number in them is masked.
///
/// That is a number of 13 to 19 digits that starts and ends on a byte, or ends before a filler, with a right check
/// digit; coded in nibbles or as characters.
pub(super) fn unknown(bytes: &[u8], context: &Context) -> String {
    let mut digits: Vec<char> = plain(bytes).chars().collect();
    if !context.options.reveal {
        let nibbles: Vec<u8> = bytes.iter().flat_map(|b| [b >> 4, b & 0x0F]).collect();
        hide(&nibbles, 2, |place| {
            if let Some(digit) = digits.get_mut(place) {
                *digit = '*';
            }
        });
        let characters: Vec<u8> = bytes.iter().map(|byte| byte.wrapping_sub(b'0')).collect();
        hide(&characters, 1, |place| {
            for digit in digits.iter_mut().skip(2 * place).take(2) {
                *digit = '*';
            }
        });
    }
    digits.into_iter().collect()
}

/// Text whose meaning is not known, as [`unknown`].
pub(super) fn text(text: &str, context: &Context) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    if !context.options.reveal {
        let digits: Vec<u8> = characters
            .iter()
            .map(|c| {
                c.to_digit(10)
                    .and_then(|d| u8::try_from(d).ok())
                    .unwrap_or(0xFF)
            })
            .collect();
        hide(&digits, 1, |place| {
            if let Some(character) = characters.get_mut(place) {
                *character = '*';
            }
        });
    }
    characters.into_iter().collect()
}

/// Calls `star` for each place inside what could be an account number, which starts at a multiple of `step`.
fn hide(digits: &[u8], step: usize, mut star: impl FnMut(usize)) {
    for start in (0..digits.len()).step_by(step) {
        let rest = digits.get(start..).unwrap_or_default();
        let run = rest.iter().take_while(|&&digit| digit <= 9).count();
        for length in 13..=run.min(19) {
            let number = rest.get(..length).unwrap_or_default();
            let ends = length % step == 0 || rest.get(length) == Some(&0xF);
            if ends && number.first() != Some(&0) && has_check_digit(number) {
                for place in start + 6..start + length - 4 {
                    star(place);
                }
            }
        }
    }
}

/// ISO/IEC 7812-1 Annex B.
fn has_check_digit(digits: &[u8]) -> bool {
    let text: String = digits
        .iter()
        .map(|digit| char::from(b'0' + digit))
        .collect();
    Pan::from_digits(text).is_ok_and(|pan| pan.has_valid_check_digit())
}
