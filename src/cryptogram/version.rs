//! What a row of the table says.

use core::fmt;

use crate::crypto::Padding;
use crate::cryptogram::{ArpcKey, ArpcMethod, DataList, Label, ScriptStyle};
use crate::element::IadLayout;
use crate::key::{CardKeyOption, SessionKeyMethod};

/// Whose cards: the payment system, or the specification where it belongs to none.
///
/// It is known from the application identifier or from the issuer's own record of the card, never from
/// the look of the issuer application data, because the layouts collide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Family {
    /// Visa Integrated Circuit Card Specification.
    Visa,
    /// M/Chip.
    Mastercard,
    /// Interac.
    Interac,
    /// UnionPay, PBOC.
    UnionPay,
    /// JCB.
    Jcb,
    /// EMV Common Core Definitions, Common Payment Application.
    Ccd,
    /// A host's own definition.
    Private,
}

impl Family {
    /// All families.
    pub const ALL: [Self; 7] = [
        Self::Visa,
        Self::Mastercard,
        Self::Interac,
        Self::UnionPay,
        Self::Jcb,
        Self::Ccd,
        Self::Private,
    ];

    /// The family's name in files and on command lines, e.g. `unionpay`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Visa => "visa",
            Self::Mastercard => "mastercard",
            Self::Interac => "interac",
            Self::UnionPay => "unionpay",
            Self::Jcb => "jcb",
            Self::Ccd => "ccd",
            Self::Private => "private",
        }
    }

    /// The family of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name)
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which cipher a version uses; the key length is the key's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CipherFamily {
    /// Two-key TDES.
    Tdes,
    /// AES.
    Aes,
}

/// How well a row is known to be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Attestation {
    /// The library gives the answers that others published for this version.
    Reproduced,
    /// Documented or read in others' code, without a published answer to compare with.
    DocumentedOnly,
    /// A host's own definition.
    Own,
}

/// A cryptogram version: what a card of a family signs, and how.
///
/// The library's own rows are its associated constants and [`CryptogramVersion::ALL`]. A host that knows
/// another makes a row of its own, usually from a similar one:
///
/// ```
/// use chipcard::cryptogram::{Attestation, CryptogramVersion, DataList, Family, Label};
///
/// let own = CryptogramVersion {
///     name: Label::new("our private label 07"),
///     family: Family::Private,
///     identifier: 0x07,
///     data: DataList::RECOMMENDED,
///     attestation: Attestation::Own,
///     ..CryptogramVersion::VISA_18
/// };
/// assert_eq!(own.padding, CryptogramVersion::VISA_18.padding);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CVN")]
#[doc(alias = "CCI")]
pub struct CryptogramVersion {
    /// The name people use, e.g. `Visa CVN 18`.
    pub name: Label,
    /// Whose cards.
    pub family: Family,
    /// The byte in the issuer application data that names the version.
    pub identifier: u8,
    /// Where in the issuer application data the version, the key index and the card verification results stand.
    pub iad_layout: IadLayout,
    /// What is signed, in order.
    pub data: DataList,
    /// How the signed data are brought to whole blocks.
    pub padding: Padding,
    /// The cipher.
    pub cipher: CipherFamily,
    /// How the session key for the cryptogram is made.
    pub session_key: SessionKeyMethod,
    /// How the card key is derived, unless a card's record says otherwise.
    pub card_key: CardKeyOption,
    /// How the issuer's answer is signed; `None` where the version knows no signed answer.
    pub arpc: Option<ArpcMethod>,
    /// The key that signs the issuer's answer.
    pub arpc_key: ArpcKey,
    /// How issuer scripts are protected; `None` where it is not established.
    pub script: Option<ScriptStyle>,
    /// How well the row is known to be right.
    pub attestation: Attestation,
}

impl CryptogramVersion {
    /// The library's row for a family and the identifying byte in its issuer application data.
    ///
    /// ```
    /// use chipcard::cryptogram::{CryptogramVersion, Family};
    ///
    /// let version = CryptogramVersion::find(Family::Visa, 0x12).unwrap();
    /// assert_eq!(version.name.as_str(), "Visa CVN 18");
    /// ```
    pub fn find(family: Family, identifier: u8) -> Option<&'static Self> {
        Self::ALL
            .iter()
            .find(|row| row.family == family && row.identifier == identifier)
    }
}
