//! What the card says of itself, read once.

use crate::element::iad::Fact;
use crate::element::{CardVerificationResults, IadLayout};

/// The facts of card verification results that decisions rest on; `None` where the layout has no bit for one.
#[derive(Clone, Copy)]
pub(crate) struct Results<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) offline_pin: Option<bool>,
    pub(crate) offline_pin_failed: Option<bool>,
    pub(crate) pin_tries_exceeded: Option<bool>,
    pub(crate) pin_not_received: Option<bool>,
    pub(crate) pin_wrongly_assumed: Option<bool>,
    /// Whether the holder's device verified him.
    pub(crate) device: Option<bool>,
    pub(crate) answer_missing: Option<bool>,
    pub(crate) answer_failed: Option<bool>,
    pub(crate) script_failed: Option<bool>,
    pub(crate) scripts: Option<u8>,
}

impl<'a> Results<'a> {
    /// Reads them, if they say something: test tools leave them zero, which says "AAC" for both GENERATE AC, what no card can.
    pub(crate) fn read(results: CardVerificationResults<'a>) -> Option<Self> {
        let bytes = results.bytes();
        let mut read = Self {
            bytes,
            offline_pin: None,
            offline_pin_failed: None,
            pin_tries_exceeded: None,
            pin_not_received: None,
            pin_wrongly_assumed: None,
            device: None,
            answer_missing: None,
            answer_failed: None,
            script_failed: None,
            scripts: None,
        };
        let mut made = (None, None);
        results.each_judged(|fact, value| {
            let place = match fact {
                Fact::FirstGenerateAc => {
                    made.0 = Some(value);
                    return;
                }
                Fact::SecondGenerateAc => {
                    made.1 = Some(value);
                    return;
                }
                Fact::ScriptCounter => {
                    read.scripts = Some(value);
                    return;
                }
                Fact::OfflinePinPerformed => &mut read.offline_pin,
                Fact::OfflinePinFailed => &mut read.offline_pin_failed,
                Fact::PinTryLimitExceeded => &mut read.pin_tries_exceeded,
                Fact::ExpectedPinNotReceived => &mut read.pin_not_received,
                Fact::TerminalWronglyAssumesPin => &mut read.pin_wrongly_assumed,
                Fact::ConsumerDeviceCvmPerformed => &mut read.device,
                Fact::IssuerAuthenticationNotPerformed => &mut read.answer_missing,
                Fact::IssuerAuthenticationFailed
                | Fact::IssuerAuthenticationFailedNow
                | Fact::IssuerAuthenticationFailedBefore => &mut read.answer_failed,
                Fact::ScriptFailed => &mut read.script_failed,
                _ => return,
            };
            *place = Some(value != 0 || *place == Some(true));
        });
        read.device = match (results.layout(), bytes) {
            // The sources for these bits do not agree, so any of them counts: entity and method, the bit, the device's bit.
            (IadLayout::Visa24, [method, _, _, _, device, ..]) => read
                .device
                .map(|bit| bit || *method != 0 || device & 0x02 != 0),
            // A phone says it as a card says that it verified a PIN.
            (IadLayout::MChip | IadLayout::Ccd, _) => read
                .offline_pin
                .map(|performed| performed && read.offline_pin_failed != Some(true)),
            _ => None,
        };
        (made != (Some(0), Some(0))).then_some(read)
    }
}
