//! Cryptogram information data (tag 9F27) and the types of application cryptogram.

use super::bits::Field;

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

/// Cryptogram information data: one byte, what the card's cryptogram is and why
/// (EMV Book 3 6.5.5.4, Table 15).
///
/// The terminal can alter it unseen, because no common cryptogram version signs it; the card
/// verification results of the issuer application data say the same under the cryptogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "CID")]
#[doc(alias = "9F27")]
pub struct CryptogramInformationData(pub u8);

impl CryptogramInformationData {
    /// What the bits mean.
    pub const FIELDS: &'static [Field] = &[
        Field::code(
            1,
            0xC0,
            "cryptogram type",
            &[(0b00, "AAC"), (0b01, "TC"), (0b10, "ARQC")],
        ),
        Field::number(1, 0x30, "payment system specific cryptogram"),
        Field::flag(1, 0x08, "advice required"),
        Field::code(
            1,
            0x07,
            "reason or advice code",
            &[
                (0, "no information given"),
                (1, "service not allowed"),
                (2, "PIN try limit exceeded"),
                (3, "issuer authentication failed"),
            ],
        ),
    ];

    /// The type of the cryptogram; `None` for the reserved coding `11`.
    pub const fn cryptogram_type(self) -> Option<CryptogramType> {
        CryptogramType::from_bits(self.0 >> 6)
    }

    /// Whether the card wants an advice message to be sent.
    pub const fn advice_required(self) -> bool {
        self.0 & 0x08 != 0
    }

    /// Reason or advice code, 0 to 7.
    pub const fn reason(self) -> u8 {
        self.0 & 0x07
    }

    /// Each field with its value.
    pub fn fields(self) -> impl Iterator<Item = (&'static Field, u8)> {
        Self::FIELDS
            .iter()
            .filter_map(move |field| Some((field, field.value(&[self.0])?)))
    }
}

impl From<CryptogramType> for CryptogramInformationData {
    fn from(cryptogram: CryptogramType) -> Self {
        Self(cryptogram.to_bits() << 6)
    }
}
