//! Whose cards a sample holds, as a table.

use chipcard::cryptogram::{CipherFamily, CryptogramVersion};
use chipcard::key::{Ac, IssuerMasterKey, KeyPolicy};

use super::random::Random;
use crate::failure::Failure;
use crate::keys::master_key;

/// Key index of the TDES keys and of the AES keys.
const TDES: u8 = 0x01;
const AES: u8 = 0x02;

/// The key that EMV test cards and the public test suites of payment systems use.
const TDES_KEY: &str = "0123456789ABCDEFFEDCBA9876543210";
/// The example key of FIPS 197, Appendix C.1.
const AES_KEY: &str = "000102030405060708090A0B0C0D0E0F";

/// The key file that verifies every sample.
pub(super) fn key_file() -> String {
    format!(
        "# Published test keys, for samples alone.\n\n\
         [[key-set]]\nindex = \"{TDES:02X}\"\nac = \"{TDES_KEY}\"\n\n\
         [[key-set]]\nindex = \"{AES:02X}\"\ncipher = \"aes\"\nac = \"{AES_KEY}\"\n"
    )
}

/// Cards of one kind.
#[derive(Debug)]
pub struct Profile {
    /// Its name on the command line, e.g. `visa-18`.
    pub name: &'static str,
    /// How the cards sign.
    pub version: CryptogramVersion,
    /// First digits of the PANs: a range of test cards.
    range: &'static str,
    /// Digits of the PANs.
    digits: usize,
    pub(super) key_index: u8,
    pub(super) application: &'static [u8],
    pub(super) iad: &'static [u8],
}

const VISA: (&str, &[u8]) = ("476173", &[0xA0, 0, 0, 0, 3, 0x10, 0x10]);
const MASTERCARD: (&str, &[u8]) = ("541333", &[0xA0, 0, 0, 0, 4, 0x10, 0x10]);
const JCB: (&str, &[u8]) = ("356999", &[0xA0, 0, 0, 0, 0x65, 0x10, 0x10]);
const INTERAC: (&str, &[u8]) = ("450644", &[0xA0, 0, 0, 2, 0x77, 0x10, 0x10]);
const UNIONPAY: (&str, &[u8]) = ("621094", &[0xA0, 0, 0, 3, 0x33, 1, 1, 1]);
/// The Common Core Definitions are nobody's scheme: a number that ISO/IEC 7812-1 leaves to national use.
const CCD: (&str, &[u8]) = ("999999", &[0xF0, 0, 0, 0, 1]);

const fn profile(
    name: &'static str,
    version: CryptogramVersion,
    (range, application): (&'static str, &'static [u8]),
    digits: usize,
    iad: &'static [u8],
) -> Profile {
    let key_index = match version.cipher {
        CipherFamily::Tdes => TDES,
        CipherFamily::Aes => AES,
    };
    Profile {
        name,
        version,
        range,
        digits,
        key_index,
        application,
        iad,
    }
}

type Version = CryptogramVersion;

impl Profile {
    /// All profiles.
    pub const ALL: &'static [Self] = &[
        profile(
            "visa-10",
            Version::VISA_10,
            VISA,
            16,
            &[6, TDES, 0x0A, 3, 0xA0, 0, 0],
        ),
        profile(
            "visa-17",
            Version::VISA_17,
            VISA,
            16,
            &[6, TDES, 0x11, 3, 0xA0, 0, 0],
        ),
        profile(
            "visa-18",
            Version::VISA_18,
            VISA,
            16,
            &[6, TDES, 0x12, 3, 0xA0, 0, 0],
        ),
        profile(
            "visa-18-long",
            Version::VISA_18,
            VISA,
            19,
            &[6, TDES, 0x12, 3, 0xA0, 0, 0],
        ),
        profile("visa-22", Version::VISA_22, VISA, 16, &VISA_22_IAD),
        profile(
            "jcb-01",
            Version::JCB_01,
            JCB,
            16,
            &[7, TDES, 0x01, 3, 0xA0, 0, 0, 0],
        ),
        profile(
            "mastercard-10",
            Version::MASTERCARD_10,
            MASTERCARD,
            16,
            &m_chip::<18>(0x10),
        ),
        profile(
            "mastercard-11",
            Version::MASTERCARD_11,
            MASTERCARD,
            16,
            &m_chip::<18>(0x11),
        ),
        profile(
            "mastercard-14",
            Version::MASTERCARD_14,
            MASTERCARD,
            16,
            &m_chip::<18>(0x14),
        ),
        profile(
            "mastercard-15",
            Version::MASTERCARD_15,
            MASTERCARD,
            16,
            &m_chip::<26>(0x15),
        ),
        profile(
            "interac-85",
            Version::INTERAC_85,
            INTERAC,
            16,
            &[9, TDES, 0x85, 4, 0x80, 0, 0, 0, 0, 0],
        ),
        profile(
            "unionpay-01",
            Version::UNIONPAY_01,
            UNIONPAY,
            19,
            &[7, TDES, 0x01, 3, 0xA0, 0, 0, 1],
        ),
        profile("ccd-a5", Version::CCD_A5, CCD, 16, &ccd(0xA5, TDES)),
        profile("ccd-a6", Version::CCD_A6, CCD, 16, &ccd(0xA6, AES)),
    ];

    /// The profiles of that name; `mix` is all.
    ///
    /// # Errors
    /// Lists the names.
    pub fn named(name: &str) -> Result<Vec<&'static Self>, Failure> {
        if name == "mix" {
            return Ok(Self::ALL.iter().collect());
        }
        let found = Self::ALL.iter().find(|profile| profile.name == name);
        found.map(|profile| vec![profile]).ok_or_else(|| {
            let known: Vec<_> = Self::ALL.iter().map(|profile| profile.name).collect();
            Failure::new(format!(
                "--profile: {name} is not mix and none of {}",
                known.join(", ")
            ))
        })
    }

    pub(super) fn master_key(&self) -> Result<IssuerMasterKey<Ac>, Failure> {
        let (aes, key) = match self.version.cipher {
            CipherFamily::Tdes => (false, TDES_KEY),
            CipherFamily::Aes => (true, AES_KEY),
        };
        master_key("ac", key, aes, KeyPolicy::Strict)
    }

    /// A PAN of the range with its check digit (ISO/IEC 7812-1 Annex B).
    pub(super) fn pan(&self, random: &mut Random) -> String {
        let mut pan = self.range.to_owned();
        while pan.len() + 1 < self.digits {
            pan.push(char::from(b'0' + random.below(10) as u8));
        }
        let sum: u8 = pan
            .bytes()
            .rev()
            .enumerate()
            .map(|(place, digit)| match (place % 2, digit - b'0') {
                (0, digit) if digit > 4 => 2 * digit - 9,
                (0, digit) => 2 * digit,
                (_, digit) => digit,
            })
            .sum();
        pan.push(char::from(b'0' + (10 - sum % 10) % 10));
        pan
    }
}

const VISA_22_IAD: [u8; 32] = {
    let mut iad = [0; 32];
    (iad[0], iad[1], iad[2], iad[4]) = (0x1F, 0x22, TDES, 0xA0);
    iad
};

const fn m_chip<const N: usize>(version: u8) -> [u8; N] {
    let mut iad = [0; N];
    (iad[0], iad[1], iad[2], iad[4]) = (TDES, version, 0xA0, 0x03);
    (iad[8], iad[9], iad[17]) = (0xDA, 0xC1, 0xFF);
    iad
}

const fn ccd(identifier: u8, key_index: u8) -> [u8; 32] {
    let mut iad = [0; 32];
    (iad[0], iad[1], iad[2]) = (0x0F, identifier, key_index);
    (iad[3], iad[4], iad[16]) = (0xA0, 0x30, 0x0F);
    iad
}

#[cfg(test)]
mod tests {
    use super::*;
    use chipcard::element::Pan;

    #[test]
    fn pans_have_a_check_digit() {
        for profile in Profile::ALL {
            for number in 0..20 {
                let pan = profile.pan(&mut Random::new(7, &[number]));
                assert_eq!(pan.len(), profile.digits);
                assert!(
                    Pan::from_digits(&pan).unwrap().has_valid_check_digit(),
                    "{pan}"
                );
            }
        }
    }

    #[test]
    fn every_version_of_the_library_has_a_profile() {
        for version in CryptogramVersion::ALL {
            let name = version.name.as_str();
            assert!(
                Profile::ALL
                    .iter()
                    .any(|profile| profile.version == *version),
                "{name}"
            );
        }
    }
}
