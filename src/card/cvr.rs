//! Issuer application data of a transaction: the template with the card verification results and counters in it.

use crate::card::issuer_authentication::Outcome;
use crate::card::session::{PinVerification, Session};
use crate::card::transaction::Transaction;
use crate::card::{AnswerSignature, CardState, Profile};
use crate::element::iad::{Fact, counters_mut, dac_mut, write_cvr};
use crate::element::{
    CountryCode, CryptogramType, CvmResult, CvmResults, IadLayout, IssuerApplicationData,
};
use crate::tag;

/// What the card verification results are made of.
pub(super) struct Report<'a> {
    pub(super) profile: &'a Profile<'a>,
    pub(super) state: &'a CardState,
    pub(super) session: &'a Session,
    pub(super) transaction: &'a Transaction<'a>,
    pub(super) first: CryptogramType,
    /// The answer to the second GENERATE AC, if it is this one.
    pub(super) second: Option<CryptogramType>,
    pub(super) unable_to_go_online: bool,
}

/// Issuer application data, tag 9F10.
pub(super) struct Iad {
    bytes: [u8; 32],
    length: usize,
    layout: IadLayout,
}

impl Iad {
    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or(&self.bytes)
    }

    /// The card verification results without the types of cryptogram, for action analysis.
    pub(super) fn cvr_for_analysis(&self) -> [u8; 8] {
        let mut copy = self.bytes;
        write_cvr(self.layout, &mut copy, |fact| match fact {
            Fact::FirstGenerateAc | Fact::SecondGenerateAc => Some(0),
            _ => None,
        });
        let mut cvr = [0; 8];
        let used = copy.get(..self.length).unwrap_or(&copy);
        if let Ok(iad) = IssuerApplicationData::parse(self.layout, used) {
            let results = iad.cvr().map_or(&[][..], |cvr| cvr.bytes());
            for (to, from) in cvr.iter_mut().zip(results) {
                *to = *from;
            }
        }
        cvr
    }
}

impl Report<'_> {
    /// The issuer application data that say so.
    pub(super) fn iad(&self) -> Iad {
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(self.profile.iad) {
            *to = *from;
        }
        let length = self.profile.iad.len().min(32);
        let layout = self.profile.version.iad_layout;
        let used = bytes.get_mut(..length).unwrap_or_default();
        write_cvr(layout, used, |fact| Some(self.value(fact)));
        if let Some(counters) = counters_mut(layout, used) {
            let amount = self.state.offline_amount.to_bytes();
            let values = amount.into_iter().chain([self.state.offline_count, 0xFF]);
            for (to, from) in counters.iter_mut().zip(values) {
                *to = from;
            }
        }
        let number = self.session.icc_dynamic_number;
        let dynamic = self.dynamic_authentication();
        if let (true, Some(number), Some(place)) = (dynamic, number, dac_mut(layout, used)) {
            for (to, from) in place.iter_mut().zip(number.as_bytes()) {
                *to = *from;
            }
        }
        Iad {
            bytes,
            length,
            layout,
        }
    }

    /// What the card says of each fact. What it cannot know or do, it does not claim.
    fn value(&self, fact: Fact) -> u8 {
        const NOT_REQUESTED: u8 = 0b10;
        let Self { state, session, .. } = *self;
        let (flags, velocity) = (state.flags, session.velocity);
        let domestic = || {
            let country = self.transaction.get(tag::TERMINAL_COUNTRY_CODE)?;
            Some(CountryCode::parse(country).ok()? == self.profile.country)
        };
        let is = match fact {
            Fact::FirstGenerateAc => return self.first.to_bits(),
            Fact::SecondGenerateAc => {
                return self.second.map_or(NOT_REQUESTED, CryptogramType::to_bits);
            }
            Fact::PinTriesRemaining => return state.pin_tries,
            Fact::ScriptCounter => return state.script_counter,
            Fact::OfflinePinPerformed => session.pin != PinVerification::NotPerformed,
            Fact::OfflinePinNotPerformed => session.pin == PinVerification::NotPerformed,
            Fact::OfflineEncipheredPinPerformed => {
                session.pin != PinVerification::NotPerformed && session.pin_was_enciphered
            }
            Fact::OfflinePinFailed => session.pin == PinVerification::Failed,
            Fact::OfflinePinSuccessful => session.pin == PinVerification::Successful,
            Fact::TerminalWronglyAssumesPin => {
                self.terminal_assumes_pin() && session.pin != PinVerification::Successful
            }
            Fact::PinTryLimitExceeded => self.profile.pin.is_some() && state.pin_tries == 0,
            Fact::IssuerAuthenticationPerformed => session.authentication != Outcome::NotPerformed,
            Fact::IssuerAuthenticationNotPerformed if self.second.is_some() => {
                session.authentication == Outcome::NotPerformed
            }
            Fact::IssuerAuthenticationNotPerformed => flags.issuer_authentication_not_performed,
            Fact::IssuerAuthenticationFailedNow => session.authentication == Outcome::Failed,
            Fact::IssuerAuthenticationFailed | Fact::IssuerAuthenticationFailedBefore => {
                flags.issuer_authentication_failed
            }
            Fact::LastOnlineNotCompleted => flags.last_online_not_completed,
            Fact::OfflineDataAuthenticationFailed => flags.sda_failed || flags.dda_failed,
            Fact::SdaFailed => flags.sda_failed,
            Fact::DdaFailed => flags.dda_failed,
            Fact::ScriptReceived => state.script_counter != 0 || flags.script_failed,
            Fact::ScriptFailed => flags.script_failed,
            Fact::UnableToGoOnline => self.unable_to_go_online,
            Fact::GoOnlineNext => flags.go_online_next,
            Fact::NewCard => !flags.used_online,
            Fact::LowerCountExceeded => velocity.lower_count,
            Fact::UpperCountExceeded => velocity.upper_count,
            Fact::LowerAmountExceeded => velocity.lower_amount,
            Fact::UpperAmountExceeded => velocity.upper_amount,
            Fact::VelocityLimitExceeded => velocity.any(),
            Fact::Domestic => domestic() == Some(true),
            Fact::International => domestic() == Some(false),
            Fact::DdaPerformed => session.dda_performed,
            Fact::DynamicAuthenticationPerformed => self.dynamic_authentication(),
            Fact::CdaPerformed => self.cda_first() || self.cda_second(),
            Fact::CdaPerformedFirst => self.cda_first(),
            Fact::CdaPerformedSecond => self.cda_second(),
            Fact::ExpectedPinNotReceived
            | Fact::ConsumerDeviceCvmPerformed
            | Fact::LowerSecondLimitExceeded
            | Fact::UpperSecondLimitExceeded => false,
        };
        u8::from(is)
    }

    /// By DDA or CDA.
    fn dynamic_authentication(&self) -> bool {
        self.session.dda_performed || self.cda_first() || self.cda_second()
    }

    /// The first GENERATE AC was answered with CDA. What XDA is in the results of any layout is not public.
    fn cda_first(&self) -> bool {
        let [first, _] = self.session.signature_asked;
        first == Some(AnswerSignature::Cda) && self.first != CryptogramType::Aac
    }

    /// The second is.
    fn cda_second(&self) -> bool {
        let [_, second] = self.session.signature_asked;
        second == Some(AnswerSignature::Cda)
            && self.second.is_some_and(|kind| kind != CryptogramType::Aac)
    }

    /// Whether the CVM results (tag 9F34), where a list asks for them, say that the card has accepted a PIN.
    fn terminal_assumes_pin(&self) -> bool {
        let results = self.transaction.get(tag::CVM_RESULTS);
        results
            .and_then(|results| CvmResults::parse(results).ok())
            .is_some_and(|results| {
                results.code.is_offline_pin() && results.result() == Some(CvmResult::Successful)
            })
    }
}
