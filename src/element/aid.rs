//! Application identifiers (tags 4F, 84, 9F06) and the payment systems they belong to.

use core::fmt;

use super::iad::IadLayout;
use crate::error::{ErrorKind, Result};

const MIN: usize = 5;
const MAX: usize = 16;

/// Application identifier: the registered identifier of a payment system, 5 bytes, and its own extension of 0 to
/// 11 bytes (ISO/IEC 7816-4; EMV Book 1 12.2.1).
///
/// ```
/// use chipcard::element::{ApplicationIdentifier, IadLayout, Scheme};
///
/// let aid = ApplicationIdentifier::parse(&[0xA0, 0, 0, 0, 0x03, 0x10, 0x10])?;
/// assert_eq!(aid.to_string(), "A0000000031010");
/// assert_eq!(aid.scheme(), Some(Scheme::Visa));
/// assert_eq!(aid.product(), Some("Visa credit or debit"));
/// assert!(Scheme::Visa.iad_layouts().contains(&IadLayout::Visa013));
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[doc(alias = "AID")]
#[doc(alias = "4F")]
#[doc(alias = "84")]
#[doc(alias = "9F06")]
pub struct ApplicationIdentifier {
    bytes: [u8; MAX],
    length: u8,
}

impl ApplicationIdentifier {
    /// From 5 to 16 bytes.
    ///
    /// # Errors
    /// [`ErrorKind::Length`].
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let found = bytes.len();
        let mut padded = [0; MAX];
        match padded.get_mut(..found) {
            Some(room) if found >= MIN => room.copy_from_slice(bytes),
            _ => {
                let (min, max) = (MIN, MAX);
                return Err(ErrorKind::Length { min, max, found }.into());
            }
        }
        Ok(Self {
            bytes: padded,
            // At most 16.
            length: found as u8,
        })
    }

    /// All bytes.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.length))
            .unwrap_or(&self.bytes)
    }

    /// Registered application provider identifier: whose application it is.
    #[doc(alias = "RID")]
    pub const fn rid(&self) -> [u8; 5] {
        let [a, b, c, d, e, ..] = self.bytes;
        [a, b, c, d, e]
    }

    /// The provider's own extension.
    #[doc(alias = "PIX")]
    pub fn pix(&self) -> &[u8] {
        self.as_bytes().get(MIN..).unwrap_or_default()
    }

    /// The payment system that has registered the first five bytes, if it is one of those known here.
    pub fn scheme(&self) -> Option<Scheme> {
        let rid = self.rid();
        RIDS.iter()
            .find(|(known, _)| *known == rid)
            .map(|(_, scheme)| *scheme)
    }

    /// The product that the identifier begins with, if it is one of those known here.
    pub fn product(&self) -> Option<&'static str> {
        PRODUCTS
            .iter()
            .find(|(rid, pix, _)| *rid == self.rid() && self.pix().starts_with(pix))
            .map(|(_, _, name)| *name)
    }
}

impl fmt::Display for ApplicationIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes()
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for ApplicationIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ApplicationIdentifier({self})")
    }
}

macro_rules! schemes {
    ($($scheme:ident $name:literal: $($rid:literal)+;)+) => {
        /// A payment system.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Scheme {
            $(#[doc = concat!($name, ".")] $scheme,)+
        }

        /// Registered identifiers and whose they are.
        const RIDS: &[([u8; 5], Scheme)] = &[$($((rid($rid), Scheme::$scheme),)+)+];

        impl fmt::Display for Scheme {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$scheme => $name,)+
                })
            }
        }
    };
}

const fn rid(number: u64) -> [u8; 5] {
    let [_, _, _, bytes @ ..] = number.to_be_bytes();
    bytes
}

schemes! {
    Visa "Visa": 0xA000000003 0xA000000098;
    Mastercard "Mastercard": 0xA000000004 0xA000000005 0xB012345678;
    AmericanExpress "American Express": 0xA000000025 0xA000000790;
    Discover "Discover": 0xA000000152 0xA000000324;
    Jcb "JCB": 0xA000000065;
    UnionPay "UnionPay": 0xA000000333;
    Interac "Interac": 0xA000000277;
    CartesBancaires "Cartes Bancaires": 0xA000000042;
    Dankort "Dankort": 0xA000000121;
    PagoBancomat "PagoBANCOMAT": 0xA000000141;
    Mada "mada": 0xA000000228;
    GimUemoa "GIM-UEMOA": 0xA000000337;
    Girocard "girocard": 0xA000000359;
    Verve "Verve": 0xA000000371;
    Eftpos "eftpos Australia": 0xA000000384;
    RuPay "RuPay": 0xA000000524;
    Mir "Mir": 0xA000000658;
    Troy "Troy": 0xA000000672;
    Meeza "Meeza": 0xA000000732;
}

impl Scheme {
    /// The layouts of issuer application data that the system's own card applications have; none where they are
    /// not public. A card of the Common Payment Application has [`IadLayout::Ccd`] under any identifier, so the card's
    /// record decides, not this.
    pub const fn iad_layouts(self) -> &'static [IadLayout] {
        match self {
            Self::Visa => &[IadLayout::Visa013, IadLayout::Visa24],
            Self::Mastercard => &[IadLayout::MChip],
            Self::Jcb => &[IadLayout::Jcb],
            Self::UnionPay => &[IadLayout::UnionPay],
            Self::Interac => &[IadLayout::Interac],
            _ => &[],
        }
    }
}

/// Well-known identifiers: registered identifier, beginning of the extension, name.
const PRODUCTS: &[([u8; 5], &[u8], &str)] = &[
    (rid(0xA000000003), &[0x10, 0x10], "Visa credit or debit"),
    (rid(0xA000000003), &[0x20, 0x10], "Visa Electron"),
    (rid(0xA000000003), &[0x20, 0x20], "V PAY"),
    (rid(0xA000000003), &[0x30, 0x10], "Visa Interlink"),
    (rid(0xA000000003), &[0x80, 0x10], "Visa Plus"),
    (rid(0xA000000098), &[0x08, 0x40], "Visa U.S. common debit"),
    (
        rid(0xA000000004),
        &[0x10, 0x10],
        "Mastercard credit or debit",
    ),
    (
        rid(0xA000000004),
        &[0x22, 0x03],
        "Mastercard U.S. common debit",
    ),
    (rid(0xA000000004), &[0x30, 0x60], "Maestro"),
    (rid(0xA000000004), &[0x60, 0x00], "Cirrus"),
    (rid(0xA000000005), &[], "Maestro UK"),
    (rid(0xB012345678), &[], "Mastercard test card"),
    (rid(0xA000000025), &[], "American Express"),
    (rid(0xA000000790), &[], "American Express China"),
    (rid(0xA000000152), &[0x30, 0x10], "Discover"),
    (
        rid(0xA000000152),
        &[0x40, 0x10],
        "Discover U.S. common debit",
    ),
    (rid(0xA000000324), &[], "Discover Zip"),
    (rid(0xA000000065), &[], "JCB"),
    (rid(0xA000000333), &[0x01, 0x01, 0x01], "UnionPay debit"),
    (rid(0xA000000333), &[0x01, 0x01, 0x02], "UnionPay credit"),
    (
        rid(0xA000000333),
        &[0x01, 0x01, 0x03],
        "UnionPay quasi credit",
    ),
    (
        rid(0xA000000333),
        &[0x01, 0x01, 0x06],
        "UnionPay electronic cash",
    ),
    (
        rid(0xA000000333),
        &[0x01, 0x01, 0x08],
        "UnionPay U.S. common debit",
    ),
    (rid(0xA000000042), &[0x10, 0x10], "CB credit or debit"),
    (rid(0xA000000042), &[0x20, 0x10], "CB debit"),
    (rid(0xA000000121), &[0x47, 0x11], "Visa/Dankort"),
    (rid(0xA000000121), &[0x47, 0x12], "Dankort (J/Speedy)"),
    (rid(0xA000000384), &[0x10], "eftpos savings"),
    (rid(0xA000000384), &[0x20], "eftpos cheque"),
    (rid(0xA000000658), &[0x10, 0x10], "Mir credit"),
    (rid(0xA000000658), &[0x20, 0x10], "Mir debit"),
];

#[cfg(test)]
mod tests {
    use super::{ApplicationIdentifier, PRODUCTS, RIDS, Scheme};

    #[test]
    fn lengths() {
        let bytes = [0xA0; 300];
        for length in 0..=300 {
            let aid = ApplicationIdentifier::parse(&bytes[..length]);
            assert_eq!(aid.is_ok(), (5..=16).contains(&length));
            if let Ok(aid) = aid {
                assert_eq!(aid.as_bytes(), &bytes[..length]);
                assert_eq!(aid.pix().len(), length - 5);
            }
        }
    }

    #[test]
    fn each_identifier_is_registered_once() {
        for (index, (rid, scheme)) in RIDS.iter().enumerate() {
            assert!(
                RIDS[..index].iter().all(|(other, _)| other != rid),
                "{scheme}"
            );
        }
        for (rid, _, name) in PRODUCTS {
            assert!(RIDS.iter().any(|(known, _)| known == rid), "{name}");
        }
    }

    #[test]
    fn an_unknown_extension_is_still_of_its_scheme() {
        let aid = ApplicationIdentifier::parse(&[0xA0, 0, 0, 0, 0x04, 0x99]).unwrap();
        assert_eq!(
            (aid.scheme(), aid.product()),
            (Some(Scheme::Mastercard), None)
        );
        let aid = ApplicationIdentifier::parse(&[0xD2, 0x76, 0, 0, 0x85]).unwrap();
        assert_eq!((aid.scheme(), aid.product()), (None, None));
    }
}
