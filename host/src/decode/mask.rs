//! Cardholder data and PINs, kept out of what is printed.

use std::ops::RangeInclusive;

use chipcard::Tag;
use chipcard::element::{Pan, Track2EquivalentData};
use chipcard::tag::Format;

use super::context::Context;
use super::node::Node;

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

/// Signatures, certificates and their remainders: any digits in them are chance.
const SIGNED: [u32; 8] = [0x90, 0x92, 0x93, 0x9F2D, 0x9F2F, 0x9F46, 0x9F48, 0x9F4B];

/// The value of a data element. `understood` says that it was read as what its tag promises.
pub(super) fn element(tag: Tag, value: &[u8], understood: bool, context: &Context) -> String {
    if context.options.reveal {
        return plain(value);
    }
    if is_hidden(tag) {
        let masked = match tag.number() {
            0x5A => Pan::from_bcd(value).ok().map(|pan| pan.to_string()),
            0x57 | 0x9F6B => track2(value),
            _ => None,
        };
        return masked.unwrap_or_else(|| HIDDEN_VALUE.to_owned());
    }
    // An element of one length only, such as a cryptogram, has no room for an account number.
    let fixed = tag
        .info()
        .is_some_and(|info| info.min_length == info.max_length && info.allows(value.len()));
    let format = tag.info().map(|info| info.format);
    match format {
        _ if understood || fixed || SIGNED.contains(&tag.number()) => plain(value),
        Some(Format::Alphabetic | Format::Alphanumeric | Format::AlphanumericSpecial) => {
            starred(value, &[characters])
        }
        _ => unknown(value, context),
    }
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

/// Bytes whose meaning is not known: what could be a plaintext PIN block or an account number in them is masked.
///
/// The latter is a number that starts on a byte and ends on one or before a filler, in the ranges and lengths of the payment
/// systems, with a right check digit; coded in nibbles or as characters.
pub(super) fn unknown(bytes: &[u8], context: &Context) -> String {
    match context.options.reveal {
        true => plain(bytes),
        false => starred(bytes, &[nibbles, characters]),
    }
}

/// Gives a node the value of bytes whose meaning is not known, and says so when something was masked.
pub(super) fn put(node: Node, bytes: &[u8], context: &Context) -> Node {
    let shown = unknown(bytes, context);
    let masked = shown.contains('*');
    let node = node.with_value(shown);
    match masked {
        true => {
            node.with_note("digits that could be an account number or a PIN are masked (--reveal)")
        }
        false => node,
    }
}

/// Finds account numbers in one coding and calls back with the places of the hexadecimal digits to mask.
type Coding = fn(&[u8], &mut dyn FnMut(usize));

/// Hexadecimal digits, with stars where one of the codings finds an account number.
fn starred(bytes: &[u8], codings: &[Coding]) -> String {
    let mut digits: Vec<char> = plain(bytes).chars().collect();
    for coding in codings {
        coding(bytes, &mut |place| {
            if let Some(digit) = digits.get_mut(place) {
                *digit = '*';
            }
        });
    }
    digits.into_iter().collect()
}

/// Two digits a byte.
fn nibbles(bytes: &[u8], star: &mut dyn FnMut(usize)) {
    let nibbles: Vec<u8> = bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 0x0F])
        .collect();
    hide(&nibbles, 2, &mut *star);
    for (place, block) in nibbles.windows(16).enumerate().step_by(2) {
        if is_pin_block(block) {
            (place + 2..place + 16).for_each(&mut *star);
        }
    }
}

/// A plaintext PIN block: `2`, the number of digits, the digits, `F` up to 8 bytes (EMV Book 3 6.5.12, Table 24).
fn is_pin_block(nibbles: &[u8]) -> bool {
    let [2, length @ 4..=12, rest @ ..] = nibbles else {
        return false;
    };
    let digits = rest.iter().take_while(|&&digit| digit <= 9).count();
    digits == usize::from(*length) && rest.iter().skip(digits).all(|&filler| filler == 0xF)
}

/// One digit a byte, in ASCII.
fn characters(bytes: &[u8], star: &mut dyn FnMut(usize)) {
    let digits: Vec<u8> = bytes.iter().map(|byte| byte.wrapping_sub(b'0')).collect();
    hide(&digits, 1, |place| {
        star(2 * place);
        star(2 * place + 1);
    });
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

/// First four digits, from and to, and lengths of account numbers (ISO/IEC 7812-1, as the payment systems use it).
const RANGES: [(u16, u16, RangeInclusive<usize>); 9] = [
    (2200, 2204, 16..=19),
    (2221, 2720, 16..=16),
    (3000, 3999, 14..=19),
    (4000, 4999, 13..=19),
    (5000, 5099, 13..=19),
    (5100, 5599, 16..=16),
    (5600, 6999, 13..=19),
    (8100, 8299, 16..=19),
    (9792, 9792, 16..=16),
];

/// Calls `star` for each place inside what could be an account number, which starts at a multiple of `step`.
fn hide(digits: &[u8], step: usize, mut star: impl FnMut(usize)) {
    for start in (0..digits.len()).step_by(step) {
        let rest = digits.get(start..).unwrap_or_default();
        let run = rest.iter().take_while(|&&digit| digit <= 9).count();
        let prefix = rest
            .iter()
            .take(4)
            .fold(0, |number, &digit| 10 * number + u16::from(digit & 0xF));
        let ranges = RANGES
            .iter()
            .filter(|(from, to, _)| (*from..=*to).contains(&prefix));
        for length in ranges.flat_map(|(_, _, lengths)| lengths.clone()) {
            let ends = length % step == 0 || rest.get(length) == Some(&0xF);
            let number = rest.get(..length).unwrap_or_default();
            if length <= run && ends && has_check_digit(number) {
                (start + 6..start + length - 4).for_each(&mut star);
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
