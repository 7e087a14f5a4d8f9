//! Cryptogram information data (tag 9F27) and the types of application cryptogram.

use super::bits::bit_element;

/// Type of an application cryptogram (EMV Book 3 6.5.5, Table 14).
///
/// The order is how far a card agrees: a card answers with the type asked for or a lesser one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CryptogramType {
    /// Application authentication cryptogram: declined.
    Aac,
    /// Authorisation request cryptogram: ask the issuer.
    Arqc,
    /// Transaction certificate: approved.
    Tc,
}

impl CryptogramType {
    /// From the two bits that code it: `00` AAC, `01` TC, `10` ARQC; `11` is reserved.
    pub const fn from_bits(bits: u8) -> Option<Self> {
        match bits {
            0b00 => Some(Self::Aac),
            0b01 => Some(Self::Tc),
            0b10 => Some(Self::Arqc),
            _ => None,
        }
    }

    /// The two bits that code it.
    pub const fn to_bits(self) -> u8 {
        match self {
            Self::Aac => 0b00,
            Self::Tc => 0b01,
            Self::Arqc => 0b10,
        }
    }
}

const TYPE: &[(u8, &str)] = &[(0b00, "AAC"), (0b01, "TC"), (0b10, "ARQC")];

const REASON: &[(u8, &str)] = &[
    (0, "no information given"),
    (1, "service not allowed"),
    (2, "PIN try limit exceeded"),
    (3, "issuer authentication failed"),
];

bit_element! {
    /// Cryptogram information data: one byte, what the card's cryptogram is and why
    /// (EMV Book 3 6.5.5.4, Table 15).
    ///
    /// The terminal can alter it unseen, because no common cryptogram version signs it; the card verification
    /// results in the issuer application data say the same under the cryptogram.
    #[doc(alias = "CID")]
    #[doc(alias = "9F27")]
    pub struct CryptogramInformationData([u8; 1]);
    1 0xC0 code TYPE: "cryptogram type";
    1 0x30 number: "payment system specific cryptogram";
    1 0x08 flag => ADVICE_REQUIRED: "advice required";
    1 0x07 code REASON: "reason or advice code";
}

impl CryptogramInformationData {
    /// `00`: the cryptogram is an AAC.
    pub const AAC: Self = Self([0x00]);
    /// `40`: the cryptogram is a TC.
    pub const TC: Self = Self([0x40]);
    /// `80`: the cryptogram is an ARQC.
    pub const ARQC: Self = Self([0x80]);

    /// The type of the cryptogram; `None` for the reserved coding `11`.
    pub const fn cryptogram_type(self) -> Option<CryptogramType> {
        CryptogramType::from_bits(self.0[0] >> 6)
    }

    /// Reason or advice code, 0 to 7.
    pub const fn reason(self) -> u8 {
        self.0[0] & 0x07
    }
}

impl From<CryptogramType> for CryptogramInformationData {
    fn from(cryptogram: CryptogramType) -> Self {
        Self([cryptogram.to_bits() << 6])
    }
}
