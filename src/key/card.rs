//! Card keys: options A, B and C of EMV Book 2 A1.4.

use sha1::{Digest, Sha1};

use crate::crypto::{Algorithm, BlockCipher, SecretKey};
use crate::element::{Pan, PanSequenceNumber};
use crate::error::{Error, ErrorKind, Result};

/// How a card's key is derived from the issuer master key (EMV Book 2 A1.4).
///
/// All options join the PAN and the sequence number (00 where the card has none) to
/// X = PAN digits || two digits, and encipher a block made of it and its complement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CardKeyOption {
    /// The rightmost 16 digits of X, zeros on the **left** where X is shorter. TDES.
    ///
    /// Two public libraries pad short PANs on the right instead; every HSM's answer contradicts them.
    A,
    /// As A for PANs of up to 16 digits. For longer ones the first 16 decimal digits in the SHA-1 hash of X
    /// (in BCD, a zero in front of an odd count), then, if those are fewer, its letters A to F as 0 to 5. TDES.
    B,
    /// The hash of option B for PANs of every length, as one HSM interface does it for dCVV and CVC3. TDES.
    BEveryLength,
    /// X to 32 digits with zeros on the left. AES; the card key is as long as the master key.
    C,
    /// As C, with a card key of a length of its own, as one public library has it. AES.
    CTo(Algorithm),
}

impl CardKeyOption {
    /// The block that is enciphered for the key's left half; eight bytes with TDES.
    #[inline(always)] // Of options A and C it is a dozen instructions.
    pub(crate) fn diversifier(self, pan: &Pan, sequence: PanSequenceNumber) -> [u8; 16] {
        let digits = Digits::new(pan, sequence);
        match self {
            Self::A => digits.rightmost_16(),
            Self::B if pan.digits().len() <= 16 => digits.rightmost_16(),
            Self::B | Self::BEveryLength => digits.hashed_16(),
            Self::C | Self::CTo(_) => digits.packed(),
        }
    }

    pub(crate) fn derive(
        self,
        master: &dyn BlockCipher,
        algorithm: Algorithm,
        pan: &Pan,
        sequence: PanSequenceNumber,
    ) -> Result<SecretKey> {
        let target = match self {
            Self::CTo(target) => target,
            _ => algorithm,
        };
        let for_aes = matches!(self, Self::C | Self::CTo(_));
        if for_aes != algorithm.is_aes() || for_aes != target.is_aes() {
            return Err(Error::new(ErrorKind::Cipher));
        }
        let left = self.diversifier(pan, sequence);
        // AES-128 needs no second block.
        if target == Algorithm::Aes128 {
            return Ok(SecretKey::from_blocks(
                target,
                master.encrypt(left),
                [0; 16],
            ));
        }
        let right = left.map(|byte| !byte);
        let [left, right] = master.encrypt_pair([left, right]);
        Ok(SecretKey::from_blocks(target, left, right))
    }
}

/// PAN and sequence number, 10 to 21 digits, right-aligned in 32, two to a byte.
struct Digits {
    number: u128,
    length: usize,
}

impl Digits {
    #[inline]
    fn new(pan: &Pan, sequence: PanSequenceNumber) -> Self {
        if let Ok(&sixteen) = pan.digits().try_into() {
            return Self::of_sixteen(sixteen, sequence);
        }
        Self::of_any(pan, sequence)
    }

    /// As nearly all PANs are: nothing has to be moved.
    #[inline(always)]
    fn of_sixteen(digits: [u8; 16], sequence: PanSequenceNumber) -> Self {
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = digits;
        let halves = [[a, b, c, d, e, f, g, h], [i, j, k, l, m, n, o, p]];
        let [first, second] = halves.map(|eight| u128::from(pack_8(eight)));
        let number = first << 40 | second << 8 | u128::from(sequence.to_bcd());
        Self { number, length: 18 }
    }

    #[inline(never)]
    fn of_any(pan: &Pan, sequence: PanSequenceNumber) -> Self {
        let length = pan.digits().len();
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s] = *pan.padded_digits();
        // All 19 places with digits from the left, then only those that there are, and the sequence number.
        let places = [
            [a, b, c, d, e, f, g, h],
            [i, j, k, l, m, n, o, p],
            [0, 0, 0, 0, 0, q, r, s],
        ];
        let [first, second, last] = places.map(|eight| u128::from(pack_8(eight)));
        let from_left = first << 44 | second << 12 | last;
        let digits = from_left >> (4 * (pan.padded_digits().len() - length));
        let number = digits << 8 | u128::from(sequence.to_bcd());
        Self {
            number,
            length: length + 2,
        }
    }

    /// All 32 digits in 16 bytes.
    #[inline]
    fn packed(&self) -> [u8; 16] {
        self.number.to_be_bytes()
    }

    /// The last 16 digits in eight bytes, and zeros after them.
    #[inline]
    fn rightmost_16(&self) -> [u8; 16] {
        let [i, j, k, l, m, n, o, p] = (self.number as u64).to_be_bytes();
        [i, j, k, l, m, n, o, p, 0, 0, 0, 0, 0, 0, 0, 0]
    }

    /// Sixteen digits out of the hash, in eight bytes.
    #[inline(never)]
    fn hashed_16(&self) -> [u8; 16] {
        let (used, packed) = (self.length.div_ceil(2), self.packed());
        let hash = Sha1::digest(packed.get(16 - used..).unwrap_or(&packed));
        let [a, b, c, d, e, f, g, h] = sixteen_digits(&hash).to_be_bytes();
        [a, b, c, d, e, f, g, h, 0, 0, 0, 0, 0, 0, 0, 0]
    }
}

/// Sixteen digits out of a hash of forty nibbles: the decimal ones in their order, and if those are fewer, behind them the
/// letters A to F in theirs, as 0 to 5.
#[inline]
fn sixteen_digits(hash: &[u8]) -> u64 {
    let (decimal, count) = first_16(hash, |nibble| nibble < 10);
    if count == 16 {
        return decimal;
    }
    // One hash in a thousand. More than sixteen of its nibbles are letters.
    let (letters, _) = first_16(hash, |nibble| nibble >= 10);
    let letters = letters.wrapping_sub(0xAAAA_AAAA_AAAA_AAAA);
    decimal.unbounded_shl(4 * (16 - count)) | letters.unbounded_shr(4 * count)
}

/// The first sixteen nibbles of a kind, one after the other, and how many there are.
///
/// Which nibbles of a hash are decimal digits nobody can foresee, a processor's branch prediction neither: so each is
/// put at its place, and stays there if it counts.
#[inline]
fn first_16(hash: &[u8], counts: impl Fn(u8) -> bool) -> (u64, u32) {
    let (mut found, mut number) = (0_u64, 0_u32);
    for byte in hash {
        for nibble in [byte >> 4, byte & 0x0F] {
            let taken = u32::from(counts(nibble) & (number < 16));
            let kept = u64::from(nibble) & u64::from(taken).wrapping_neg();
            found = found << (4 * taken) | kept;
            number += taken;
        }
    }
    (found, number)
}

/// Eight digits, four bits each: each digit joins the one after it, and the bytes that hold both draw together.
const fn pack_8(digits: [u8; 8]) -> u32 {
    let digits = u64::from_be_bytes(digits);
    let pairs = (digits | digits >> 4) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs | pairs >> 8) & 0x0000_FFFF_0000_FFFF;
    (fours | fours >> 16) as u32
}

#[cfg(test)]
mod tests {
    extern crate std;

    use proptest::prelude::*;
    use std::vec::Vec;

    use super::*;

    proptest! {
        #[test]
        fn digits_of_a_hash_are_as_the_book_says(
            hash: [u8; 20],
            letters in prop::collection::vec(0..20_usize, 0..30),
        ) {
            // Some with fewer decimal digits than sixteen.
            let mut hash = hash;
            for place in letters {
                hash[place] |= 0xCC;
            }
            let nibbles = hash.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
            let decimal = nibbles.clone().filter(|nibble| *nibble < 10);
            let letters = nibbles.filter(|nibble| *nibble >= 10).map(|letter| letter - 10);
            let expected: Vec<_> = decimal.chain(letters).take(16).collect();
            let expected = expected.iter().fold(0, |number, digit| number << 4 | u64::from(*digit));
            prop_assert_eq!(sixteen_digits(&hash), expected);
        }
    }
}
