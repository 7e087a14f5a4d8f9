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

/// [`nibble`] of every character.
static NIBBLES: [u8; 256] = {
    let mut nibbles = [0; 256];
    let mut character = 0;
    while character < 256 {
        nibbles[character] = nibble(character as u8);
        character += 1;
    }
    nibbles
};

/// What is wrong with hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NotHex {
    /// Their number is odd.
    Odd,
    /// The character with this number, counted from 1, is no digit.
    Character(usize),
}

/// Writes the bytes that `text` spells to the start of `room`, many digits at once where the processor can; `room` has at
/// least half as many bytes as there are digits. `None`: [`what_is_wrong`] says why, and `room` has lost its meaning.
#[inline]
pub(super) fn decode(text: &[u8], room: &mut [u8]) -> Option<()> {
    faster_hex::hex_decode(text, room).ok().map(|_| ())
}

/// Why a text is not decoded.
pub(super) fn what_is_wrong(text: &[u8]) -> NotHex {
    let first = text.iter().position(|c| nibble(*c) & 0x80 != 0);
    first.map_or(NotHex::Odd, |place| NotHex::Character(place + 1))
}

/// The one byte that two digits spell.
#[inline]
pub(super) fn byte(text: &[u8]) -> Option<u8> {
    let [high, low] = *text else { return None };
    let (high, low) = (NIBBLES[usize::from(high)], NIBBLES[usize::from(low)]);
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
            let mut out = vec![7; bytes.len() + 1];
            decode(text.as_bytes(), &mut out).unwrap();
            prop_assert_eq!(out.pop(), Some(7));
            prop_assert_eq!(out, bytes);
        }

        #[test]
        fn as_the_hex_crate_says(text in "[0-9a-fA-F]{0,90}[ -~]?[0-9a-fA-F]{0,90}") {
            let mut out = vec![0; text.len() / 2];
            let ours = decode(text.as_bytes(), &mut out);
            match hex::decode(&text) {
                Ok(bytes) => prop_assert_eq!((ours, out), (Some(()), bytes)),
                // That crate says "odd" before it looks at the characters.
                Err(_) => {
                    prop_assert_eq!(ours, None);
                    match what_is_wrong(text.as_bytes()) {
                        NotHex::Odd => prop_assert!(text.len() % 2 == 1),
                        NotHex::Character(place) => {
                            prop_assert!(!text.as_bytes()[place - 1].is_ascii_hexdigit());
                        }
                    }
                }
            }
        }
    }
}
