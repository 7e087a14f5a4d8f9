//! What is wrong with an RSA key before a card is made with it.

use core::fmt;

use alloc::vec::Vec;

use crypto_bigint::{BoxedUint, Limb, NonZero};

use super::rsa::{MAX_MODULUS, PublicExponent};

/// Moduli under 1024 bits have been factored: RSA-250, 829 bits, in 2020.
const SHORTEST: usize = 128;

/// Whose key it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KeyRole {
    /// A certification authority's.
    CertificationAuthority,
    /// The issuer's, of cards with SDA alone.
    IssuerForStaticData,
    /// The issuer's, of cards with a key of their own.
    Issuer,
    /// A card's.
    Icc,
    /// A card's, for PIN encipherment.
    IccPin,
}

impl KeyRole {
    /// Most bytes of the modulus (EMV Book 2 B2.1, Table 43): a certificate fits in a record of 254 bytes.
    pub const fn longest(self) -> usize {
        match self {
            Self::CertificationAuthority | Self::IssuerForStaticData => MAX_MODULUS,
            Self::Issuer | Self::Icc | Self::IccPin => MAX_MODULUS - 1,
        }
    }
}

/// One thing wrong with a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyFinding {
    /// The public exponent is neither 3 nor 65537 (EMV Book 2 6.1).
    Exponent,
    /// The modulus is even.
    Even,
    /// The leftmost bit of the modulus is not set (EMV Book 2 6.1).
    LeftmostBit,
    /// The modulus is under 1024 bits long.
    Short,
    /// The modulus is longer than its certificate, record or answer allows, in bytes.
    Long {
        /// Most bytes.
        max: usize,
    },
    /// The modulus has the fingerprint of keys made by the flawed library of CVE-2017-15361 ("ROCA"), which can be
    /// factored. One modulus in 240 million has it by chance.
    Roca,
}

impl fmt::Display for KeyFinding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exponent => f.write_str("the public exponent is neither 3 nor 65537"),
            Self::Even => f.write_str("the modulus is even"),
            Self::LeftmostBit => f.write_str("the leftmost bit of the modulus is not set"),
            Self::Short => f.write_str("the modulus is under 1024 bits long"),
            Self::Long { max } => write!(f, "the modulus is longer than {max} bytes"),
            Self::Roca => f.write_str("the modulus has the fingerprint of CVE-2017-15361 (ROCA)"),
        }
    }
}

/// What is wrong with a public key, all of it; nothing when the list is empty.
///
/// Modulus and exponent are the bytes as they would be stored, for a key that is wrong has no other form.
///
/// ```
/// use chipcard::oda::{KeyFinding, KeyRole, lint_key};
///
/// let found = lint_key(KeyRole::Icc, &[0x55; 128], &[0x11]);
/// assert_eq!(found, [KeyFinding::Exponent, KeyFinding::LeftmostBit]);
/// ```
pub fn lint_key(role: KeyRole, modulus: &[u8], exponent: &[u8]) -> Vec<KeyFinding> {
    let max = role.longest();
    let leftmost = modulus.first().copied().unwrap_or_default();
    let rightmost = modulus.last().copied().unwrap_or_default();
    [
        (
            PublicExponent::parse(exponent).is_err(),
            KeyFinding::Exponent,
        ),
        (rightmost & 0x01 == 0, KeyFinding::Even),
        (leftmost & 0x80 == 0, KeyFinding::LeftmostBit),
        (modulus.len() < SHORTEST, KeyFinding::Short),
        (modulus.len() > max, KeyFinding::Long { max }),
        (is_roca(modulus), KeyFinding::Roca),
    ]
    .into_iter()
    .filter_map(|(wrong, finding)| wrong.then_some(finding))
    .collect()
}

/// Whether the answer to GENERATE AC with CDA holds the signature of a card's key of `length` bytes, in its 256 bytes
/// (EMV Book 2 D1.2.1).
///
/// `issuer_data` is the length of the issuer application data (tag 9F10) in the answer, 0 when they are not in it;
/// `others` the length of all further data objects with their tags and lengths.
///
/// ```
/// use chipcard::oda::{KeyFinding, lint_signed_answer};
///
/// assert_eq!(lint_signed_answer(205, 32, 0), None);
/// assert_eq!(lint_signed_answer(206, 32, 0), Some(KeyFinding::Long { max: 205 }));
/// assert_eq!(lint_signed_answer(240, 0, 0), None);
/// ```
pub fn lint_signed_answer(length: usize, issuer_data: usize, others: usize) -> Option<KeyFinding> {
    // Template 77, 9F27, 9F36, and tag and length of 9F4B.
    let fixed: usize = 3 + 4 + 5 + 4;
    let issuer_data = match issuer_data {
        0 => 0,
        value => value.saturating_add(3),
    };
    let taken = fixed.saturating_add(issuer_data).saturating_add(others);
    let max = 256_usize.saturating_sub(taken);
    (length > max).then_some(KeyFinding::Long { max })
}

/// The odd primes up to 167, whose product divides that of the flawed library for every length of key.
const PRIMES: [u8; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97,
    101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// Whether the modulus is a power of 65537 modulo each of the small primes, as the product of two primes of the
/// form k·M + (65537^a mod M) is (Nemec, Sys, Svenda, Klinec and Matyas, "The Return of Coppersmith's Attack", 2017).
fn is_roca(modulus: &[u8]) -> bool {
    if modulus.is_empty() {
        return false;
    }
    let modulus = BoxedUint::from_be_slice_vartime(modulus);
    PRIMES.iter().all(|&prime| {
        let Some(divisor) = NonZero::new(Limb::from(prime)).into_option() else {
            return false;
        };
        // Below the prime, so it fits.
        let residue = modulus.rem_limb(divisor).0 as u32;
        let prime = u32::from(prime);
        let generator = 65537 % prime;
        core::iter::successors(Some(1), |power| Some(power * generator % prime))
            .take(prime as usize)
            .any(|power| power == residue)
    })
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::{KeyFinding, KeyRole, is_roca, lint_key};

    /// A vulnerable modulus as published with the detector of those who found the flaw: crocs-muni/roca,
    /// `roca/tests/data/mod01.txt`.
    const VULNERABLE: &str = "944E13208A280C37EFC31C3114485E590192ADBB8E11C87CAD60CDEF0037CE99\
                              278330D3F471A2538FA667802ED2A3C44A8B7DEA826E888D0AA341FD664F7FA7";

    #[test]
    fn the_published_modulus_is_found() {
        let mut modulus = hex::decode(VULNERABLE).unwrap();
        assert!(is_roca(&modulus));
        let found = lint_key(KeyRole::Icc, &modulus, &[1, 0, 1]);
        assert_eq!(found, [KeyFinding::Short, KeyFinding::Roca]);
        // Neighbours are not.
        for change in 1..=20 {
            modulus[60] = modulus[60].wrapping_add(change);
            assert!(!is_roca(&modulus));
        }
        assert!(!is_roca(&[]));
        assert!(!is_roca(&[0]));
    }

    #[test]
    fn findings() {
        let good = |length| {
            let mut modulus: Vec<u8> = (0..length).map(|place| place as u8 ^ 0xC3).collect();
            modulus[length - 1] |= 1;
            modulus
        };
        let long = |max| KeyFinding::Long { max };
        for (role, longest) in [
            (KeyRole::CertificationAuthority, 248),
            (KeyRole::IssuerForStaticData, 248),
            (KeyRole::Issuer, 247),
            (KeyRole::Icc, 247),
            (KeyRole::IccPin, 247),
        ] {
            assert_eq!(lint_key(role, &good(longest), &[3]), []);
            assert_eq!(lint_key(role, &good(longest + 1), &[3]), [long(longest)]);
            assert_eq!(lint_key(role, &good(128), &[1, 0, 1]), []);
            assert_eq!(lint_key(role, &good(127), &[3]), [KeyFinding::Short]);
        }
        let mut even = good(128);
        even[127] = 2;
        assert_eq!(lint_key(KeyRole::Icc, &even, &[3]), [KeyFinding::Even]);
        for exponent in [&[][..], &[2], &[5], &[0, 3]] {
            assert_eq!(
                lint_key(KeyRole::Icc, &good(128), exponent),
                [KeyFinding::Exponent]
            );
        }
    }
}
