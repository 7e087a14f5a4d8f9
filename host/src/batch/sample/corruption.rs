//! The ways in which a row of a sample is made wrong.

use chipcard::tag;

use super::{Element, SampleRow};
use crate::batch::{FileFormat, Reason};

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Corruption {
    /// A bit of the cryptogram is flipped.
    Cryptogram,
    /// The amount is another than the card signed.
    Amount,
    /// The transaction is another card's.
    Pan,
    /// The row names another key index than the card.
    KeyIndex,
    /// Tag 5F34 names another sequence number than the row.
    SequenceNumber,
    /// Tag 9F27 says AAC.
    Aac,
    /// The last byte of the chip data is missing.
    Cut,
    /// The row has no PAN.
    NoPan,
    /// A hexadecimal digit is none.
    NotHex,
}

impl Corruption {
    const ALL: [Self; 9] = [
        Self::Cryptogram,
        Self::Amount,
        Self::Pan,
        Self::KeyIndex,
        Self::SequenceNumber,
        Self::Aac,
        Self::Cut,
        Self::NoPan,
        Self::NotHex,
    ];

    /// Those that a form of file can have, in the order in which samples have them. Chip data that are bytes have no digits.
    pub const fn kinds(format: FileFormat) -> &'static [Self] {
        match format {
            FileFormat::Csv | FileFormat::JsonLines => &Self::ALL,
            #[cfg(feature = "parquet")]
            FileFormat::Parquet => match Self::ALL.split_last() {
                Some((_, bytes)) => bytes,
                None => &[],
            },
        }
    }

    /// Why a verifier is to refuse the row.
    pub const fn reason(self) -> Reason {
        match self {
            Self::Cryptogram | Self::Amount | Self::Pan => Reason::Cryptogram,
            Self::KeyIndex => Reason::KeyIndex,
            Self::SequenceNumber => Reason::SequenceNumber,
            Self::Aac => Reason::NotAnArqc,
            Self::Cut | Self::NoPan | Self::NotHex => Reason::Malformed,
        }
    }

    pub(super) fn apply(self, row: &mut SampleRow<'_>) {
        let mut flip = |tag| {
            let element = row.elements.iter_mut().find(|element| element.tag == tag);
            if let Some(last) =
                element.and_then(|element: &mut Element| element.value_mut().last_mut())
            {
                *last ^= 0x01;
            }
        };
        match self {
            Self::Cryptogram => flip(tag::APPLICATION_CRYPTOGRAM),
            Self::Amount => flip(tag::AMOUNT_AUTHORISED_NUMERIC),
            Self::SequenceNumber => flip(tag::APPLICATION_PAN_SEQUENCE_NUMBER),
            Self::Aac => {
                for element in &mut row.elements {
                    if element.tag == tag::CRYPTOGRAM_INFORMATION_DATA {
                        *element = Element::new(element.tag, &[0x00]);
                    }
                }
            }
            Self::Pan => {
                let last = row.pan.pop();
                row.pan.push(if last == Some('0') { '1' } else { '0' });
            }
            Self::KeyIndex => row.key_index = 0x7F,
            Self::Cut => row.cut = true,
            Self::NoPan => row.pan.clear(),
            Self::NotHex => row.not_hex = true,
        }
    }
}
