//! Hexadecimal digits to bytes.

/// Value of a digit in the low four bits; `0x80` is set for anything that is no digit.
const fn nibble(character: u8) -> u8 {
    let decimal = character.wrapping_sub(b'0');
    let letter = (character | 0x20).wrapping_sub(b'a');
    if decimal < 10 {
        decimal
    } else if letter < 6 {
        letter + 10
    } else {
        0x80
    }
}

/// What is wrong with hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotHex {
    /// Their number is odd.
    Odd,
    /// The character with this number, counted from 1, is no digit.
    Character(usize),
}

/// Appends the bytes that `text` spells, many digits at once where the processor can.
///
/// # Errors
/// What is wrong. `bytes` then ends in bytes that mean nothing.
pub(super) fn decode_onto(text: &[u8], bytes: &mut Vec<u8>) -> Result<(), NotHex> {
    let start = bytes.len();
    bytes.resize(start + text.len() / 2, 0);
    let room = bytes.get_mut(start..).unwrap_or_default();
    match faster_hex::hex_decode(text, room) {
        Ok(_) => Ok(()),
        Err(_) => {
            let first = text.iter().position(|c| nibble(*c) & 0x80 != 0);
            Err(first.map_or(NotHex::Odd, |place| NotHex::Character(place + 1)))
        }
    }
}

/// The one byte that two digits spell.
pub(super) const fn byte(text: &[u8]) -> Option<u8> {
    let [high, low] = *text else { return None };
    let (high, low) = (nibble(high), nibble(low));
    if (high | low) & 0x80 != 0 {
        return None;
    }
    Some(high << 4 | low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_character() {
        for character in 0..=u8::MAX {
            let digit = char::from(character).to_digit(16);
            assert_eq!(
                u32::from(nibble(character)),
                digit.unwrap_or(0x80),
                "{character:02X}"
            );
        }
        assert_eq!(byte(b"aF"), Some(0xAF));
        assert_eq!(byte(b"a"), None);
        assert_eq!(byte(b"ag"), None);
    }

    proptest! {
        #[test]
        fn bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..300), upper: bool) {
            let text = if upper { hex::encode_upper(&bytes) } else { hex::encode(&bytes) };
            let mut out = vec![7];
            decode_onto(text.as_bytes(), &mut out).unwrap();
            prop_assert_eq!(&out[1..], &bytes[..]);
        }

        #[test]
        fn as_the_hex_crate_says(text in "[0-9a-fA-F]{0,90}[ -~]?[0-9a-fA-F]{0,90}") {
            let mut out = Vec::new();
            let ours = decode_onto(text.as_bytes(), &mut out);
            match hex::decode(&text) {
                Ok(bytes) => prop_assert_eq!((ours, out), (Ok(()), bytes)),
                // That crate says "odd" before it looks at the characters.
                Err(_) => match ours {
                    Err(NotHex::Odd) => prop_assert!(text.len() % 2 == 1),
                    Err(NotHex::Character(place)) => {
                        prop_assert!(!text.as_bytes()[place - 1].is_ascii_hexdigit());
                    }
                    Ok(()) => prop_assert!(false, "taken"),
                },
            }
        }
    }
}
