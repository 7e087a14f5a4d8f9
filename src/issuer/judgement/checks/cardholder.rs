//! How the cardholder was verified: what the terminal claims, and what the card says under its cryptogram.
//!
//! The terminal's claims are tag 9F34, tag 9F6C, DE 22 and DE 52; no cryptogram signs them. The card verification results are
//! signed, and so, with almost every version, are the terminal verification results.

use super::amount::is_back;
use super::counter::TRANSIT;
use super::{Context, Finding, tag_reason};
use crate::element::{
    Amount, CardTransactionQualifiers, CvmResult, Scheme, TerminalCapabilities,
    TerminalVerificationResults as Tvr,
};
use crate::issuer::judgement::card::PinExpectation;
use crate::issuer::judgement::facts::Checked;
use crate::issuer::judgement::magnitude;
use crate::issuer::judgement::reason::{Place, Reason, ReasonKind, Value};
use crate::issuer::judgement::request::{ClaimedVerification, OnlinePin};
use crate::issuer::{MessageKind, PosEntryMode, Verdict};
use crate::tag;

/// Merchant category of machines that give cash.
const CASH_MACHINE: u16 = 6011;

impl Context<'_, '_, '_> {
    /// Whether the card says that its holder's device verified him; `None` where it has no way to say so.
    pub(super) fn device_verified(&self) -> Option<bool> {
        self.results?.device()
    }

    /// Tag 9F6C where it says that the consumer's device verified him. Of a Mastercard it says something else.
    fn device_qualifiers(&self) -> Option<CardTransactionQualifiers> {
        let performed = CardTransactionQualifiers::CONSUMER_DEVICE_CVM_PERFORMED;
        let qualifiers = self.chip?.qualifiers;
        qualifiers.filter(|qualifiers| {
            self.card.scheme != Some(Scheme::Mastercard) && qualifiers.contains(performed)
        })
    }

    /// Whether somebody but the card says that the consumer's device verified him.
    fn device_claimed(&self) -> bool {
        let claim = self.request.verification;
        self.device_qualifiers().is_some() || claim == Some(ClaimedVerification::ConsumerDevice)
    }

    /// Whether something proves, or at least states unopposed, that the cardholder was verified.
    pub(super) fn somebody_verified(&self) -> bool {
        let pin = match self.request.pin {
            OnlinePin::Right | OnlinePin::Sent => true,
            OnlinePin::Wrong | OnlinePin::NotSent => false,
            OnlinePin::Unknown => {
                let tvr = self.chip.and_then(|chip| chip.tvr);
                tvr.is_some_and(|tvr| tvr.contains(Tvr::ONLINE_CVM_CAPTURED))
            }
        };
        let card = self.results.is_some_and(|results| {
            results.offline_pin() == Some(true) && results.offline_pin_failed() != Some(true)
        });
        pin || card || self.device_verified() == Some(true)
    }

    /// Whether the message says in so many words that nobody took a PIN.
    pub(super) fn says_no_pin(&self) -> bool {
        match self.chip.and_then(|chip| chip.cvm) {
            Some(cvm) => {
                let pin = cvm.code.is_offline_pin() || cvm.code.is_online_pin();
                !pin || cvm.result() == Some(CvmResult::Failed)
            }
            None => {
                self.request.pin == OnlinePin::NotSent
                    && matches!(
                        self.request.verification,
                        None | Some(ClaimedVerification::Nothing | ClaimedVerification::Signature)
                    )
            }
        }
    }

    /// Whether the message says in so many words that nobody verified the cardholder, not even by a signature.
    fn says_nothing_verified(&self) -> bool {
        let signature = self
            .chip
            .and_then(|chip| chip.cvm)
            .is_some_and(|cvm| cvm.code.is_signature() && cvm.result() != Some(CvmResult::Failed));
        self.says_no_pin()
            && !signature
            && self.request.verification != Some(ClaimedVerification::Signature)
            && self.request.verification != Some(ClaimedVerification::ConsumerDevice)
    }

    /// Whether money leaves the account, or is about to: not where message and cryptogram agree that it comes in, as a deposit.
    pub(super) fn spends(&self) -> bool {
        let comes_in = || {
            let code = self.request.processing_code.map(str::as_bytes);
            matches!(code, Some([b'2', ..]))
                && self.chip.and_then(|chip| chip.kind).is_some_and(is_back)
        };
        self.request.message.moves_money() && !comes_in()
    }

    /// The amount in the account's currency, where that is known.
    pub(super) fn spending(&self) -> Option<Amount> {
        let request = self.request;
        match (self.card.currency, request.billing) {
            (None, _) => Some(request.amount),
            (Some(own), _) if own == request.currency => Some(request.amount),
            (Some(own), Some((amount, currency))) if own == currency => Some(amount),
            _ => None,
        }
    }

    /// Whether the amount is in another currency than the account's.
    fn is_foreign(&self) -> bool {
        self.card
            .currency
            .is_some_and(|own| own != self.request.currency)
    }

    /// Whether the amount is above what is paid without verifying the cardholder. Cash from a machine always is.
    pub(super) fn above_limit(&self) -> bool {
        if self.request.mcc == Some(CASH_MACHINE) {
            return true;
        }
        let limit = self
            .card
            .verification_limit
            .unwrap_or(self.policy.verification_limit);
        let rough = || magnitude::rough(self.request.amount, self.request.currency);
        match (self.spending(), self.card.verification_limit) {
            // The policy's own limit, and nobody knows in what currency the card pays.
            (Some(_), None) if self.card.currency.is_none() => rough() > limit,
            (Some(amount), _) => amount > limit,
            (None, _) => rough() > self.policy.foreign_verification_limit,
        }
    }

    /// Whether the terminal takes PINs, from tag 9F33; `None` where the message does not have it.
    fn takes_pin(&self) -> Option<bool> {
        let able = TerminalCapabilities::PLAINTEXT_PIN
            | TerminalCapabilities::ENCIPHERED_PIN
            | TerminalCapabilities::ONLINE_PIN
            | TerminalCapabilities::ENCIPHERED_PIN_ECC;
        let value = self.chip?.data.get(tag::TERMINAL_CAPABILITIES).ok()??;
        let capabilities = TerminalCapabilities::parse(value).ok()?;
        Some(capabilities.intersects(able))
    }

    fn cvr_bytes(&self) -> Value {
        self.results
            .map_or(Value::None, |results| Value::bytes(results.bytes))
    }

    fn cvm_bytes(&self) -> Value {
        let cvm = self.chip.and_then(|chip| chip.cvm);
        cvm.map_or(Value::None, |cvm| Value::bytes(&cvm.to_bytes()))
    }

    /// Whether the card may have spoken without contacts: the message says so, or does not say how it spoke, or has what a card
    /// gives without contacts alone.
    fn is_contactless(&self) -> bool {
        match self.request.entry_mode {
            PosEntryMode::Contactless | PosEntryMode::Unknown => true,
            PosEntryMode::ContactlessStripe => self.tracks.dynamic == Checked::Right,
            mode if mode.is_contact() => {
                let qualifiers = self.chip.and_then(|chip| chip.qualifiers);
                qualifiers.is_some() && self.card.scheme != Some(Scheme::Mastercard)
            }
            _ => false,
        }
    }

    /// A reason: what the terminal claims against what the card says.
    fn denied(&self, kind: ReasonKind, place: Place, claimed: Value) -> Reason {
        Reason::new(
            kind,
            place,
            claimed,
            Place::CardVerificationResults,
            self.cvr_bytes(),
        )
    }
}

/// A PIN that the card is said to have verified: C02, attacks 4, 5 and 22. "In theory all the data you need to spot the wedge
/// attack will be present", wrote those who found it.
#[inline]
pub(super) fn pin_contradicted(context: &Context<'_, '_, '_>) -> Finding {
    let cvm = context.chip.and_then(|chip| chip.cvm);
    let by_terminal =
        cvm.is_some_and(|cvm| cvm.code.is_offline_pin() && cvm.result() != Some(CvmResult::Failed));
    let by_message = context.request.verification == Some(ClaimedVerification::OfflinePin);
    if !by_terminal && !by_message {
        return Finding::Absent;
    }
    let Some(results) = context.results else {
        return Finding::Absent;
    };
    let Some(performed) = results.offline_pin() else {
        return Finding::Absent;
    };
    let failed = results.offline_pin_failed() == Some(true);
    Finding::unless(!performed || failed, || {
        let (place, claimed) = if by_terminal {
            (Place::Tag(tag::CVM_RESULTS), context.cvm_bytes())
        } else {
            (Place::Element(22), Value::Text("PIN verified by the card"))
        };
        let reason = context.denied(ReasonKind::PinContradicted, place, claimed);
        // A phone that was not unlocked claims it in the same words, and then only that is missing.
        if context.card.is_token() {
            reason.with_verdict(Verdict::StepUp)
        } else {
            reason
        }
    })
}

/// A card that waited for a PIN, over the contacts: C03, a wedge that keeps tag 9F34 back. The card notices that VERIFY did not come
/// (Visa), or that the terminal believes in a PIN that it never saw (M/Chip). Where it has no bit for that, its record tells that it
/// wants a PIN, and that nobody says anything of one is flagged, no more: some networks drop tag 9F34, and what is absent contradicts
/// nothing. A terminal that takes no PIN is no more than flagged either, because the card notices the same there.
#[inline]
pub(super) fn pin_skipped(context: &Context<'_, '_, '_>) -> Finding {
    let Some(results) = context
        .results
        .filter(|_| context.request.entry_mode.is_contact())
        .filter(|_| context.request.message != MessageKind::Refund)
    else {
        return Finding::Absent;
    };
    let silent =
        context.chip.is_some_and(|chip| chip.cvm.is_none()) && !context.somebody_verified();
    let takes_none = || context.takes_pin() == Some(false);
    let noticed = silent && results.pin_not_received() == Some(true);
    let believed = results.pin_wrongly_assumed() == Some(true);
    // A card without that bit says at least that it checked no PIN. One that prefers a PIN would have been asked for it by a terminal
    // that takes one.
    let wanted = silent
        && context.card.pin != PinExpectation::None
        && context.request.pin == OnlinePin::NotSent
        && results.offline_pin() == Some(false)
        && !takes_none();
    Finding::unless(noticed || believed || wanted, || {
        let place = Place::Tag(tag::CVM_RESULTS);
        let reason = context.denied(ReasonKind::PinSkipped, place, context.cvm_bytes());
        if believed || noticed && !takes_none() {
            reason
        } else {
            reason.with_verdict(Verdict::ApproveAndFlag)
        }
    })
}

/// No PIN tries left on the card: C04, attack 17. A PIN for the issuer makes up for it, and nobody asks for one to give money back.
#[inline]
pub(super) fn pin_tries(context: &Context<'_, '_, '_>) -> Finding {
    let Some(exceeded) = context
        .results
        .and_then(|results| results.pin_tries_exceeded())
    else {
        return Finding::Absent;
    };
    Finding::unless(exceeded, || {
        let place = Place::CardVerificationResults;
        let found = context.cvr_bytes();
        let reason = Reason::new(
            ReasonKind::PinTriesExceeded,
            place,
            found,
            place,
            Value::None,
        );
        match (context.request.pin, context.request.message) {
            (OnlinePin::Right | OnlinePin::Sent, _) | (_, MessageKind::Refund) => {
                reason.with_verdict(Verdict::ApproveAndFlag)
            }
            _ => reason,
        }
    })
}

/// The PIN for the issuer, attack 11: that it is right, and that it is there when the terminal says that it took one. No PIN is in what was
/// decided elsewhere or is presented; and none may be stored with a transaction that is sent later, so there one is asked for.
#[inline]
pub(super) fn online_pin(context: &Context<'_, '_, '_>) -> Finding {
    let pin = context.request.pin;
    let element = Place::Element(52);
    if pin == OnlinePin::Wrong {
        let kind = ReasonKind::OnlinePinWrong;
        return Finding::Contradicts(Reason::new(
            kind,
            element,
            Value::None,
            element,
            Value::None,
        ));
    }
    let (Some(chip), OnlinePin::NotSent, true) =
        (context.chip, pin, context.request.message.asks())
    else {
        return Finding::Absent;
    };
    let by_results = chip
        .cvm
        .is_some_and(|cvm| cvm.code.is_online_pin() && cvm.result() != Some(CvmResult::Failed));
    let by_terminal = chip
        .tvr
        .is_some_and(|tvr| tvr.contains(Tvr::ONLINE_CVM_CAPTURED));
    // The message's own claim needs no chip data, but who has no PIN to send makes none.
    let by_message = context.request.verification == Some(ClaimedVerification::OnlinePin);
    Finding::unless(by_results || by_terminal || by_message, || {
        let (place, claimed) = if by_results {
            (tag::CVM_RESULTS, context.cvm_bytes())
        } else {
            let tvr = chip.tvr.map_or(Value::None, |tvr| Value::bytes(&tvr.0));
            (tag::TERMINAL_VERIFICATION_RESULTS, tvr)
        };
        let kind = ReasonKind::OnlinePinMissing;
        let reason = tag_reason(kind, place, claimed, element, Value::None);
        if context.request.deferred {
            reason.with_verdict(Verdict::StepUp)
        } else {
            reason
        }
    })
}

/// A PIN for the issuer that tag 9F34 claims over the contacts, and of which the terminal's own results, which are signed, know nothing:
/// attacks 5 and 14. It matters where the host does not say what became of DE 52.
#[inline]
pub(super) fn online_pin_unseen(context: &Context<'_, '_, '_>) -> Finding {
    let (OnlinePin::Unknown, Some(chip)) = (context.request.pin, context.chip) else {
        return Finding::Absent;
    };
    let (Some(cvm), Some(tvr)) = (chip.cvm, chip.tvr) else {
        return Finding::Absent;
    };
    let claimed = cvm.code.is_online_pin() && cvm.result() != Some(CvmResult::Failed);
    if !claimed || tvr.contains(Tvr::ONLINE_CVM_CAPTURED) {
        return Finding::Agrees;
    }
    let tag = tag::TERMINAL_VERIFICATION_RESULTS;
    let request = context.request;
    if !request.entry_mode.is_contact() || !request.message.moves_money() || !context.signs(tag) {
        return Finding::Absent;
    }
    let (place, found) = (Place::Tag(tag), Value::bytes(&tvr.0));
    let (kind, claimed) = (ReasonKind::OnlinePinMissing, context.cvm_bytes());
    let reason = tag_reason(kind, tag::CVM_RESULTS, claimed, place, found);
    Finding::Contradicts(reason.with_verdict(if context.above_limit() {
        Verdict::StepUp
    } else {
        Verdict::ApproveAndFlag
    }))
}

/// The terminal's own finding that the cardholder was not verified: attacks 5 and 14. The cryptogram covers it, unlike tag 9F34: whoever
/// changes that one on its way cannot change this. Small amounts need no verification.
#[inline]
pub(super) fn verification_failed(context: &Context<'_, '_, '_>) -> Finding {
    let tag = tag::TERMINAL_VERIFICATION_RESULTS;
    let Some((chip, tvr)) = context.chip.and_then(|chip| Some((chip, chip.tvr?))) else {
        return Finding::Absent;
    };
    if !tvr.contains(Tvr::CARDHOLDER_VERIFICATION_FAILED) || context.somebody_verified() {
        return Finding::Agrees;
    }
    if !context.signs(tag) {
        return Finding::Absent;
    }
    let results = chip.cvm.and_then(|cvm| cvm.result());
    let by_message = matches!(
        context.request.verification,
        Some(claim) if claim != ClaimedVerification::Nothing
    );
    let claimed = by_message || results == Some(CvmResult::Successful);
    Finding::unless(claimed || context.above_limit(), || {
        let kind = ReasonKind::VerificationFailed;
        let (place, found) = (Place::Tag(tag), Value::bytes(&tvr.0));
        Reason::new(
            kind,
            Place::Tag(tag::CVM_RESULTS),
            context.cvm_bytes(),
            place,
            found,
        )
    })
}

/// The consumer's own device: L01, L08, attacks 11 and 16. A card of plastic has no means to verify anybody, and no cryptogram
/// signs tag 9F6C.
#[inline]
pub(super) fn device(context: &Context<'_, '_, '_>) -> Finding {
    let qualifiers = context.device_qualifiers();
    if !context.device_claimed() || !context.proved() {
        return Finding::Absent;
    }
    let (place, claimed) = match qualifiers {
        Some(qualifiers) => (
            Place::Tag(tag::CARD_TRANSACTION_QUALIFIERS),
            Value::bytes(&qualifiers.0),
        ),
        _ => (Place::Element(22), Value::Text("consumer device")),
    };
    let kind = ReasonKind::DeviceVerificationContradicted;
    match (context.device_verified(), context.card.is_token()) {
        (Some(true), _) => Finding::Agrees,
        (None, true) => Finding::Absent,
        (Some(false), true) => Finding::Contradicts(context.denied(kind, place, claimed)),
        (_, false) => {
            let found = Value::Text("plastic");
            let reason = Reason::new(kind, place, claimed, Place::Record, found);
            Finding::Contradicts(reason.with_verdict(Verdict::Decline))
        }
    }
}

/// A card that wants a PIN, used over its contacts without one, or in its own country for much money by tap with a signature: C09,
/// attack 14. Whether the terminal could take a PIN tells tag 9F33. Money that goes back needs none.
#[inline]
pub(super) fn signature(context: &Context<'_, '_, '_>) -> Finding {
    let expectation = context.card.pin;
    let Some(cvm) = context.chip.and_then(|chip| chip.cvm) else {
        return Finding::Absent;
    };
    let (card, request) = (context.card, context.request);
    let nothing = !cvm.code.is_signature();
    // By tap a signature alone is a claim of anything, and above the limit alone one is needed.
    let signed_tap = || {
        let home = card.country.is_some() && card.country == request.country;
        request.entry_mode == PosEntryMode::Contactless && !nothing && home && context.above_limit()
    };
    if expectation == PinExpectation::None
        || !(request.entry_mode.is_contact() || signed_tap())
        || !context.spends()
        || !context.proved()
    {
        return Finding::Absent;
    }
    if !context.says_no_pin() || context.somebody_verified() || nothing && !context.above_limit() {
        return Finding::Agrees;
    }
    let takes_pin = context.takes_pin();
    let verdict = match (expectation, takes_pin) {
        (_, Some(false)) | (PinExpectation::None, _) => return Finding::Agrees,
        (PinExpectation::Preferred, None) => Verdict::ApproveAndFlag,
        _ => Verdict::StepUp,
    };
    let kind = ReasonKind::SignatureInsteadOfPin;
    let place = Place::Tag(tag::CVM_RESULTS);
    let reason = Reason::new(kind, place, context.cvm_bytes(), Place::Record, Value::None);
    Finding::Contradicts(reason.with_verdict(verdict))
}

/// A large amount without contacts, be it in stripe mode (attack 8), and without anybody verified: L01, L06, attacks 10 and 16. Transit adds up small ones. Which
/// interface it was, DE 22 alone says, which no cryptogram signs; and a device that says under its cryptogram that its owner was
/// not there needs nobody to repeat it. Cash comes from a machine over no interface without a PIN.
#[inline]
pub(super) fn above_limit(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    let cash = request.mcc == Some(CASH_MACHINE) && request.entry_mode.is_chip();
    let proved = context.proved() || context.tracks.dynamic == Checked::Right;
    if !(context.is_contactless() || cash) || !proved || !context.spends() {
        return Finding::Absent;
    }
    let fare = request.mcc.is_some_and(|mcc| TRANSIT.contains(&mcc))
        && request.entry_mode == PosEntryMode::Contactless
        && context.above_limit()
        && magnitude::rough(request.amount, request.currency) <= context.policy.transit_limit;
    if fare {
        return Finding::Agrees;
    }
    // A device whose card has no bit for it is believed: nothing speaks against it.
    let by_device =
        context.card.is_token() && context.device_claimed() && context.device_verified().is_none();
    if by_device || context.somebody_verified() || !context.above_limit() {
        return Finding::Agrees;
    }
    let unopposed = !context.says_nothing_verified();
    let device = context.card.is_token() && context.device_verified() == Some(false);
    let foreign = match context.spending() {
        None => true,
        Some(_) if unopposed => false,
        Some(_) => {
            let rough = magnitude::rough(request.amount, request.currency);
            context.is_foreign() && rough > context.policy.foreign_verification_limit
        }
    };
    if !foreign && unopposed && !device {
        return Finding::Absent;
    }
    let kind = if foreign {
        ReasonKind::ForeignWithoutVerification
    } else {
        ReasonKind::NoVerificationAboveLimit
    };
    let amount = Value::Number(request.amount.minor_units());
    let (place, found) = if unopposed && device {
        (Place::CardVerificationResults, context.cvr_bytes())
    } else {
        (Place::Tag(tag::CVM_RESULTS), context.cvm_bytes())
    };
    Finding::Contradicts(Reason::new(kind, Place::Element(4), amount, place, found))
}

/// A device that lets transit gates pass without its owner, anywhere else: L03, attack 15. Where money comes back it is flagged.
#[inline]
pub(super) fn express_mode(context: &Context<'_, '_, '_>) -> Finding {
    let request = context.request;
    let (true, PosEntryMode::Contactless | PosEntryMode::Unknown, Some(mcc), Some(verified)) = (
        context.card.is_token(),
        request.entry_mode,
        request.mcc,
        context.device_verified(),
    ) else {
        return Finding::Absent;
    };
    let tvr = context.chip.and_then(|chip| chip.tvr);
    let captured = tvr.is_some_and(|tvr| tvr.contains(Tvr::ONLINE_CVM_CAPTURED))
        && context.signs(tag::TERMINAL_VERIFICATION_RESULTS);
    let pin = match request.pin {
        OnlinePin::Right | OnlinePin::Sent => true,
        OnlinePin::Unknown => captured,
        OnlinePin::NotSent | OnlinePin::Wrong => false,
    };
    Finding::unless(!verified && !pin && !TRANSIT.contains(&mcc), || {
        let reason = context.denied(
            ReasonKind::DeviceNotVerified,
            Place::Element(18),
            Value::Number(u64::from(mcc)),
        );
        if context.above_limit() && request.message != MessageKind::Refund {
            reason
        } else {
            reason.with_verdict(Verdict::ApproveAndFlag)
        }
    })
}
