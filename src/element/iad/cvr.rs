//! Card verification results inside issuer application data.

use super::cvr_tables::{self, Fact};
use super::layout::IadLayout;
use crate::element::bits::Field;
use crate::element::cid::CryptogramType;
use crate::error::{Error, ErrorKind, Result};

/// What the card answered to the second GENERATE AC of this transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecondGenerateAc {
    /// There was none yet: these results belong to the first.
    NotRequested,
    /// A declining cryptogram.
    Aac,
    /// An approving cryptogram.
    Tc,
}

/// The answers to both GENERATE ACs, each two bits or [`UNKNOWN`](Self::UNKNOWN): what they mean is asked of few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct GenerateAcs {
    first: u8,
    second: u8,
}

impl GenerateAcs {
    /// A layout without such bits.
    pub(crate) const UNKNOWN: Self = Self {
        first: u8::MAX,
        second: u8::MAX,
    };
    /// An ARQC, and no second GENERATE AC yet.
    pub(crate) const ONLY_ARQC: Self = Self {
        first: 0b10,
        second: 0b10,
    };

    fn first(self) -> Option<CryptogramType> {
        CryptogramType::from_bits(self.first)
    }

    fn second(self) -> Option<SecondGenerateAc> {
        match self.second {
            0b00 => Some(SecondGenerateAc::Aac),
            0b01 => Some(SecondGenerateAc::Tc),
            0b10 => Some(SecondGenerateAc::NotRequested),
            _ => None,
        }
    }

    /// What they mean; `None` for the reserved coding too.
    pub(crate) fn types(self) -> (Option<CryptogramType>, Option<SecondGenerateAc>) {
        (self.first(), self.second())
    }
}

/// Card verification results: what the card saw and did, signed by its cryptogram.
///
/// Each family of cards has its own bits. The accessors give the facts that several families share, and
/// `None` where this family has no such bit, which is no statement about the card. All bits of the layout with their
/// names are in [`fields`](Self::fields).
///
/// Sources and how sure: CCD, EMV Book 3 Annex C7.3 (version 4.3; C9.3 in 4.4), certain. M/Chip, openemv/emv-utils citing "M/Chip Requirements"
/// 2022 Appendix B, likely. Visa, the same library, which calls its own sources for bytes 3 and 4 and the whole of
/// format 2 and 4's bytes 1 and 5 unverified. UnionPay after PBOC, which took the bits from Visa's format 0. Interac and
/// JCB: unknown, every fact is `None`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "CVR")]
pub struct CardVerificationResults<'a> {
    layout: IadLayout,
    bytes: &'a [u8],
}

impl<'a> CardVerificationResults<'a> {
    pub(super) const fn new(layout: IadLayout, bytes: &'a [u8]) -> Self {
        Self { layout, bytes }
    }

    /// Reads card verification results that stand alone, outside issuer application data.
    ///
    /// # Errors
    /// [`ErrorKind::Length`] unless they are as long as the layout's; [`ErrorKind::IadLayout`] for [`IadLayout::Opaque`],
    /// which has none.
    pub fn parse(layout: IadLayout, bytes: &'a [u8]) -> Result<Self> {
        let (start, end) = layout.shape().cvr.ok_or(Error::new(ErrorKind::IadLayout))?;
        let (length, found) = (end - start, bytes.len());
        if found != length {
            let (min, max) = (length, length);
            return Err(ErrorKind::Length { min, max, found }.into());
        }
        Ok(Self::new(layout, bytes))
    }

    /// The bytes as they stand in the issuer application data, and as cryptogram versions that sign the CVR sign them.
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Every named bit and field of this layout with its value.
    pub fn fields(&self) -> impl Iterator<Item = (&'static Field, u8)> + use<'a> {
        let bytes = self.bytes;
        cvr_tables::rows(self.layout)
            .filter_map(move |row| Some((&row.field, row.field.value(bytes)?)))
    }

    /// The layout.
    pub(crate) const fn layout(&self) -> IadLayout {
        self.layout
    }

    /// The bytes as one number, for [`bits_in_number`](cvr_tables::bits_in_number).
    #[inline]
    pub(crate) fn number(&self) -> u64 {
        let join = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        let number = self.bytes.iter().take(8).fold(0, join);
        // None of no bytes.
        number
            .checked_shl(64 - 8 * self.bytes.len().min(8) as u32)
            .unwrap_or_default()
    }

    fn values(&self, facts: &[Fact]) -> impl Iterator<Item = u8> {
        cvr_tables::rows(self.layout)
            .filter(|row| row.fact.is_some_and(|fact| facts.contains(&fact)))
            .filter_map(|row| row.field.value(self.bytes))
    }

    fn value(&self, fact: Fact) -> Option<u8> {
        self.values(&[fact]).next()
    }

    /// Whether one of the bits that say one of these facts is set.
    fn any(&self, facts: &[Fact]) -> Option<bool> {
        self.values(facts)
            .map(|value| value != 0)
            .reduce(|a, b| a || b)
    }

    /// What the card answered to the first GENERATE AC, or, without contacts, to GET PROCESSING OPTIONS.
    /// `None` for the reserved coding too.
    pub fn first_generate_ac(&self) -> Option<CryptogramType> {
        self.generate_acs().first()
    }

    /// What the card answered to the second GENERATE AC. `None` for the reserved coding too.
    pub fn second_generate_ac(&self) -> Option<SecondGenerateAc> {
        self.generate_acs().second()
    }

    /// What the card answered to both, as it stands.
    #[inline(always)]
    pub(super) fn generate_acs(&self) -> GenerateAcs {
        let Some(place) = &cvr_tables::GENERATE_ACS[self.layout as usize] else {
            return GenerateAcs::UNKNOWN;
        };
        match self.bytes.get(place.byte) {
            Some(byte) => GenerateAcs {
                first: byte >> place.first & 0b11,
                second: byte >> place.second & 0b11,
            },
            None => GenerateAcs::UNKNOWN,
        }
    }

    /// The card checked a PIN itself.
    pub fn offline_pin_performed(&self) -> Option<bool> {
        self.any(&[Fact::OfflinePinPerformed])
    }

    /// The card checked a PIN itself and it was wrong.
    pub fn offline_pin_failed(&self) -> Option<bool> {
        self.any(&[Fact::OfflinePinFailed])
    }

    /// The card checked a PIN itself and it was right. M/Chip only.
    pub fn offline_pin_successful(&self) -> Option<bool> {
        self.any(&[Fact::OfflinePinSuccessful])
    }

    /// The terminal behaves as though the card had accepted a PIN, which it has not: the mark of a man in the
    /// middle who answers VERIFY himself. M/Chip: "terminal erroneously considers offline PIN OK".
    pub fn terminal_wrongly_assumes_pin(&self) -> Option<bool> {
        self.any(&[Fact::TerminalWronglyAssumesPin])
    }

    /// A card that expects a PIN got no VERIFY. Visa formats 0 to 4.
    pub fn expected_pin_not_received(&self) -> Option<bool> {
        self.any(&[Fact::ExpectedPinNotReceived])
    }

    /// The consumer was verified on his own device. Visa formats 2 and 4.
    #[doc(alias = "CDCVM")]
    pub fn consumer_device_cvm_performed(&self) -> Option<bool> {
        self.any(&[Fact::ConsumerDeviceCvmPerformed])
    }

    /// No PIN tries are left.
    pub fn pin_try_limit_exceeded(&self) -> Option<bool> {
        self.any(&[Fact::PinTryLimitExceeded])
    }

    /// PIN tries that are left: the low four bits of the PIN try counter. CCD and M/Chip.
    pub fn pin_tries_remaining(&self) -> Option<u8> {
        self.value(Fact::PinTriesRemaining)
    }

    /// The card has checked the issuer's answer in this transaction, whatever came out. M/Chip only.
    pub fn issuer_authentication_performed(&self) -> Option<bool> {
        self.any(&[Fact::IssuerAuthenticationPerformed])
    }

    /// The card got no issuer's answer to check, CCD: in this transaction or, at the first GENERATE AC, in the one before;
    /// Visa: after the last online authorisation. An issuer that did answer learns here that someone kept it back.
    pub fn issuer_authentication_not_performed(&self) -> Option<bool> {
        self.any(&[Fact::IssuerAuthenticationNotPerformed])
    }

    /// The card has found the issuer's answer wrong, in this transaction or in an earlier one that it still remembers.
    pub fn issuer_authentication_failed(&self) -> Option<bool> {
        self.any(&[
            Fact::IssuerAuthenticationFailed,
            Fact::IssuerAuthenticationFailedNow,
            Fact::IssuerAuthenticationFailedBefore,
        ])
    }

    /// The last transaction that asked to go online never came to its second GENERATE AC.
    pub fn last_online_not_completed(&self) -> Option<bool> {
        self.any(&[Fact::LastOnlineNotCompleted])
    }

    /// Offline data authentication failed in the previous transaction. CCD and Visa.
    pub fn offline_data_authentication_failed(&self) -> Option<bool> {
        self.any(&[
            Fact::OfflineDataAuthenticationFailed,
            Fact::SdaFailed,
            Fact::DdaFailed,
        ])
    }

    /// The card signed dynamic data for the terminal (DDA). Visa's bit says "offline dynamic data authentication", which in EMV's books is the
    /// name of DDA and CDA together; that it stands for both here is an assumption.
    pub fn dda_performed(&self) -> Option<bool> {
        self.any(&[Fact::DdaPerformed, Fact::DynamicAuthenticationPerformed])
    }

    /// The card signed its cryptogram for the terminal (CDA), in one of the two GENERATE AC. CCD and M/Chip.
    pub fn cda_performed(&self) -> Option<bool> {
        self.any(&[
            Fact::CdaPerformed,
            Fact::CdaPerformedFirst,
            Fact::CdaPerformedSecond,
        ])
    }

    /// A script command failed.
    pub fn script_failed(&self) -> Option<bool> {
        self.any(&[Fact::ScriptFailed])
    }

    /// Script commands counted, 0 to 15: CCD counts those with secure messaging that succeeded; what M/Chip and Visa
    /// count exactly, and when they begin anew, is not public.
    pub fn script_counter(&self) -> Option<u8> {
        self.value(Fact::ScriptCounter)
    }

    /// The terminal could not go online.
    pub fn unable_to_go_online(&self) -> Option<bool> {
        self.any(&[Fact::UnableToGoOnline])
    }

    /// The issuer had told the card to go online with its next transaction. CCD and M/Chip.
    pub fn go_online_next(&self) -> Option<bool> {
        self.any(&[Fact::GoOnlineNext])
    }

    /// The card has not yet completed an online transaction. Visa.
    pub fn new_card(&self) -> Option<bool> {
        self.any(&[Fact::NewCard])
    }

    /// A lower offline limit, of count or of amount, is exceeded. CCD and M/Chip.
    pub fn lower_offline_limit_exceeded(&self) -> Option<bool> {
        self.any(&[
            Fact::LowerCountExceeded,
            Fact::LowerAmountExceeded,
            Fact::LowerSecondLimitExceeded,
        ])
    }

    /// An upper offline limit, of count or of amount, is exceeded. CCD and M/Chip.
    pub fn upper_offline_limit_exceeded(&self) -> Option<bool> {
        self.any(&[
            Fact::UpperCountExceeded,
            Fact::UpperAmountExceeded,
            Fact::UpperSecondLimitExceeded,
        ])
    }

    /// Some velocity counter has passed its limit. Visa, which does not say which.
    pub fn velocity_limit_exceeded(&self) -> Option<bool> {
        self.any(&[Fact::VelocityLimitExceeded])
    }
}
