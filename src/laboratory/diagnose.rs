//! Why does a cryptogram not verify? The search for the assumption that is wrong.

use core::fmt;

use crate::crypto::{Padding, constant_time_eq};
use crate::cryptogram::{
    CipherFamily, CryptogramVersion, DataList, DataSource, IadPart, SignedPart, assemble,
};
use crate::element::{IadTail, IssuerApplicationData, PanSequenceNumber};
use crate::error::{Error, Result};
use crate::issuer::{CardRecord, ChipData};
use crate::key::{Ac, CardKey, CardKeyOption, Emv2000Tree, IssuerKeySet, SessionKeyMethod};
use crate::tag::{self, Tag};

const TDES_OPTIONS: &[CardKeyOption] = &[
    CardKeyOption::A,
    CardKeyOption::B,
    CardKeyOption::BEveryLength,
];
const AES_OPTIONS: &[CardKeyOption] = &[CardKeyOption::C];

const TDES_SESSION_KEYS: &[SessionKeyMethod] = &[
    SessionKeyMethod::None,
    SessionKeyMethod::EmvCommon,
    SessionKeyMethod::Mastercard,
    SessionKeyMethod::UnionPay,
    SessionKeyMethod::Emv2000(Emv2000Tree::BRANCH_4),
    SessionKeyMethod::Emv2000(Emv2000Tree::BRANCH_2),
    SessionKeyMethod::VisaAtcXor,
];
const AES_SESSION_KEYS: &[SessionKeyMethod] =
    &[SessionKeyMethod::None, SessionKeyMethod::EmvCommon];

const TDES_PADDINGS: &[Padding] = &[Padding::Method1, Padding::Method2];
const AES_PADDINGS: &[Padding] = &[Padding::None];

/// Parts of the issuer application data that are tried in place of the version's own.
const IAD_PARTS: [Option<IadPart>; 5] = [
    Some(IadPart::Whole),
    Some(IadPart::Range {
        start: 3,
        length: 4,
    }),
    Some(IadPart::Range {
        start: 2,
        length: 6,
    }),
    Some(IadPart::Range {
        start: 3,
        length: 5,
    }),
    None,
];

/// Everything that has to be right for a cryptogram to verify, the transaction's own data apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hypothesis {
    /// Derivation key index of the key set.
    pub key_index: u8,
    /// PAN sequence number in the card key.
    pub sequence: PanSequenceNumber,
    /// How the card key is derived.
    pub card_key: CardKeyOption,
    /// How the session key is derived.
    pub session_key: SessionKeyMethod,
    /// What is signed.
    pub data: DataList,
    /// How it is padded.
    pub padding: Padding,
    /// Whether zeros after the end of the issuer application data are cut off before signing.
    pub zero_tail_cut: bool,
}

/// One thing in which the hypothesis that matches differs from what was assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Difference {
    /// The key set.
    KeyIndex,
    /// The PAN sequence number.
    SequenceNumber,
    /// The card-key option.
    CardKey,
    /// The session-key method.
    SessionKey,
    /// The signed data.
    Data,
    /// The padding.
    Padding,
    /// Zeros at the end of the issuer application data.
    ZeroTail,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::KeyIndex => "key set",
            Self::SequenceNumber => "PAN sequence number",
            Self::CardKey => "card-key option",
            Self::SessionKey => "session-key method",
            Self::Data => "signed data",
            Self::Padding => "padding",
            Self::ZeroTail => "zeros after the issuer application data",
        })
    }
}

impl Hypothesis {
    /// What a card's record assumes.
    pub fn assumed(card: &CardRecord<'_>) -> Self {
        let (version, key) = (card.version(), card.key());
        Self {
            key_index: key.index,
            sequence: key.sequence,
            card_key: key.option,
            session_key: version.session_key,
            data: version.data,
            padding: version.padding,
            zero_tail_cut: false,
        }
    }

    /// In what it differs from another hypothesis.
    pub fn differences(&self, other: &Self) -> impl Iterator<Item = Difference> + use<> {
        [
            (self.key_index != other.key_index, Difference::KeyIndex),
            (self.sequence != other.sequence, Difference::SequenceNumber),
            (self.card_key != other.card_key, Difference::CardKey),
            (
                self.session_key != other.session_key,
                Difference::SessionKey,
            ),
            (self.data != other.data, Difference::Data),
            (self.padding != other.padding, Difference::Padding),
            (
                self.zero_tail_cut != other.zero_tail_cut,
                Difference::ZeroTail,
            ),
        ]
        .into_iter()
        .filter_map(|(differs, difference)| differs.then_some(difference))
    }
}

/// The hypothesis that makes a cryptogram match, and how many were tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// Of those that match, the one nearest to what was assumed.
    pub found: Option<Hypothesis>,
    /// Number of cryptograms computed.
    pub tried: u32,
}

/// Tries a bounded set of hypotheses: every key set, every sequence number, card-key options, session-key
/// methods, the data lists of `versions` and of the assumed version with another part of the issuer
/// application data, both paddings, with and without a zero tail. Some 40 000 cryptograms a key set.
///
/// For the laboratory alone. An authorisation host that accepted what any hypothesis explains would let
/// whoever writes the message choose the weakest.
///
/// # Errors
/// When the chip data lack the cryptogram, the counter, the unpredictable number or the issuer application data.
pub fn diagnose(
    card: &CardRecord<'_>,
    chip: &ChipData<'_>,
    keys: &[IssuerKeySet],
    versions: &[CryptogramVersion],
) -> Result<Diagnosis> {
    let mut search = Search {
        card,
        chip,
        assumed: Hypothesis::assumed(card),
        result: Diagnosis {
            found: None,
            tried: 0,
        },
        distance: usize::MAX,
    };
    let iad = chip.issuer_application_data()?;
    chip.application_cryptogram()?;
    let layout = card.version().iad_layout;
    let cut = IssuerApplicationData::parse_with_tail(layout, IadTail::ZeroPadded, iad)
        .map_or(iad, |parsed| parsed.bytes());
    search.over_data(keys, versions, iad, false)?;
    if cut.len() != iad.len() {
        search.over_data(keys, versions, cut, true)?;
    }
    Ok(search.result)
}

struct Search<'a> {
    card: &'a CardRecord<'a>,
    chip: &'a ChipData<'a>,
    assumed: Hypothesis,
    result: Diagnosis,
    distance: usize,
}

impl Search<'_> {
    fn over_data(
        &mut self,
        keys: &[IssuerKeySet],
        versions: &[CryptogramVersion],
        iad: &[u8],
        zero_tail_cut: bool,
    ) -> Result<()> {
        let own = self.assumed.data;
        let lists = || {
            let variants = IAD_PARTS
                .iter()
                .filter_map(move |part| with_part(&own, *part));
            [own]
                .into_iter()
                .chain(versions.iter().map(|row| row.data))
                .chain(variants)
        };
        for (place, data) in lists().enumerate() {
            if lists().take(place).any(|earlier| earlier == data) {
                continue;
            }
            // A list that needs what the message lacks explains nothing.
            let Ok(message) = assemble(
                &data,
                &WithIad {
                    chip: self.chip,
                    iad,
                },
            ) else {
                continue;
            };
            for set in keys {
                let start = Hypothesis {
                    data,
                    zero_tail_cut,
                    key_index: set.index(),
                    ..self.assumed
                };
                self.over_card_keys(set, start, message.as_bytes())?;
            }
        }
        Ok(())
    }

    fn over_card_keys(&mut self, set: &IssuerKeySet, start: Hypothesis, data: &[u8]) -> Result<()> {
        let aes = set.ac().algorithm().is_aes();
        let options = if aes { AES_OPTIONS } else { TDES_OPTIONS };
        for card_key in options.iter().copied() {
            for number in 0..100_u8 {
                let sequence = PanSequenceNumber::from_bcd(((number / 10) << 4) | (number % 10))?;
                let key = set
                    .ac()
                    .card_key(&self.card.key().pan, sequence, card_key)?;
                self.over_session_keys(
                    &key,
                    Hypothesis {
                        card_key,
                        sequence,
                        ..start
                    },
                    data,
                )?;
            }
        }
        Ok(())
    }

    fn over_session_keys(
        &mut self,
        key: &CardKey<Ac>,
        start: Hypothesis,
        data: &[u8],
    ) -> Result<()> {
        let (atc, un) = (
            self.chip.transaction_counter()?,
            self.chip.unpredictable_number()?,
        );
        let claimed = self.chip.application_cryptogram()?;
        let aes = key.algorithm().is_aes();
        let (methods, paddings) = if aes {
            (AES_SESSION_KEYS, AES_PADDINGS)
        } else {
            (TDES_SESSION_KEYS, TDES_PADDINGS)
        };
        for session_key in methods.iter().copied() {
            let key = key.session_key(&session_key.for_cryptogram(atc, un))?;
            for padding in paddings.iter().copied() {
                self.result.tried += 1;
                let mac = key.mac(padding, data)?;
                if constant_time_eq(&mac, &claimed.0) {
                    self.note(Hypothesis {
                        session_key,
                        padding,
                        ..start
                    });
                }
            }
        }
        Ok(())
    }

    /// Keeps the match that differs least from what was assumed.
    fn note(&mut self, found: Hypothesis) {
        let distance = found.differences(&self.assumed).count();
        if distance < self.distance {
            self.distance = distance;
            self.result.found = Some(found);
        }
    }
}

/// The same list with another part of the issuer application data.
fn with_part(list: &DataList, part: Option<IadPart>) -> Option<DataList> {
    let elements = list
        .parts()
        .iter()
        .filter(|part| matches!(part, SignedPart::Element(_)));
    elements
        .copied()
        .chain(part.map(SignedPart::Iad))
        .try_fold(DataList::elements(&[]), |list, part| {
            list.try_then(part).ok()
        })
}

/// Chip data with other issuer application data.
struct WithIad<'a> {
    chip: &'a ChipData<'a>,
    iad: &'a [u8],
}

impl DataSource for WithIad<'_> {
    fn value(&self, tag: Tag) -> Result<Option<&[u8]>, Error> {
        match tag {
            tag::ISSUER_APPLICATION_DATA => Ok(Some(self.iad)),
            _ => self.chip.get(tag),
        }
    }
}

/// The version that is signed exactly so, if it is one of `versions`.
pub fn name_version<'v>(
    found: &Hypothesis,
    versions: &'v [CryptogramVersion],
) -> Option<&'v CryptogramVersion> {
    let aes = found.padding == Padding::None;
    versions.iter().find(|row| {
        row.data == found.data
            && row.padding == found.padding
            && row.session_key == found.session_key
            && (row.cipher == CipherFamily::Aes) == aes
    })
}
