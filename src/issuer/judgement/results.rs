//! What the card says of itself.

use crate::element::iad::{Fact, bits_in_number};
use crate::element::{CardVerificationResults, IadLayout};

/// Card verification results that say something. Of each fact that decisions rest on: whether it is so; `None` where the layout has
/// no bit for it.
#[derive(Clone, Copy)]
pub(crate) struct Results<'a> {
    pub(crate) bytes: &'a [u8],
    layout: IadLayout,
    number: u64,
    places: &'static Places,
}

/// Where a layout states those facts: bits of the results as one number; 0 where it states none.
struct Places {
    generate_acs: u64,
    offline_pin: u64,
    offline_pin_failed: u64,
    pin_tries_exceeded: u64,
    pin_not_received: u64,
    pin_wrongly_assumed: u64,
    device: u64,
    answer_missing: u64,
    answer_failed: u64,
    script_failed: u64,
    scripts: u64,
}

impl Places {
    const fn of(layout: IadLayout) -> Self {
        Self {
            generate_acs: bits_in_number(layout, &[Fact::FirstGenerateAc, Fact::SecondGenerateAc]),
            offline_pin: bits_in_number(layout, &[Fact::OfflinePinPerformed]),
            offline_pin_failed: bits_in_number(layout, &[Fact::OfflinePinFailed]),
            pin_tries_exceeded: bits_in_number(layout, &[Fact::PinTryLimitExceeded]),
            pin_not_received: bits_in_number(layout, &[Fact::ExpectedPinNotReceived]),
            pin_wrongly_assumed: bits_in_number(layout, &[Fact::TerminalWronglyAssumesPin]),
            device: bits_in_number(layout, &[Fact::ConsumerDeviceCvmPerformed]),
            answer_missing: bits_in_number(layout, &[Fact::IssuerAuthenticationNotPerformed]),
            answer_failed: bits_in_number(
                layout,
                &[
                    Fact::IssuerAuthenticationFailed,
                    Fact::IssuerAuthenticationFailedNow,
                    Fact::IssuerAuthenticationFailedBefore,
                ],
            ),
            script_failed: bits_in_number(layout, &[Fact::ScriptFailed]),
            scripts: bits_in_number(layout, &[Fact::ScriptCounter]),
        }
    }
}

/// By the layout's number, because every judgement asks for them.
static PLACES: [Places; IadLayout::ALL.len()] = {
    let mut places = [const { Places::of(IadLayout::Opaque) }; IadLayout::ALL.len()];
    let mut place = 0;
    while place < places.len() {
        let layout = IadLayout::ALL[place];
        places[layout as usize] = Places::of(layout);
        place += 1;
    }
    places
};

impl<'a> Results<'a> {
    /// Reads them, if they say something: test tools leave them zero, which says "AAC" for both GENERATE AC, what no card can.
    pub(crate) fn read(results: CardVerificationResults<'a>) -> Option<Self> {
        let (bytes, number) = (results.bytes(), results.number());
        let places = PLACES.get(results.layout() as usize)?;
        if places.generate_acs != 0 && number & places.generate_acs == 0 {
            return None;
        }
        Some(Self {
            bytes,
            layout: results.layout(),
            number,
            places,
        })
    }

    /// Whether one of these bits is set.
    #[inline]
    fn any(self, bits: u64) -> Option<bool> {
        (bits != 0).then_some(self.number & bits != 0)
    }

    pub(crate) fn offline_pin(self) -> Option<bool> {
        self.any(self.places.offline_pin)
    }

    pub(crate) fn offline_pin_failed(self) -> Option<bool> {
        self.any(self.places.offline_pin_failed)
    }

    pub(crate) fn pin_tries_exceeded(self) -> Option<bool> {
        self.any(self.places.pin_tries_exceeded)
    }

    pub(crate) fn pin_not_received(self) -> Option<bool> {
        self.any(self.places.pin_not_received)
    }

    pub(crate) fn pin_wrongly_assumed(self) -> Option<bool> {
        self.any(self.places.pin_wrongly_assumed)
    }

    /// Whether the holder's device verified him.
    pub(crate) fn device(self) -> Option<bool> {
        match (self.layout, self.bytes) {
            // The sources for these bits do not agree, so any of them counts: entity and method, the bit, the device's bit.
            (IadLayout::Visa24, [method, _, _, _, device, ..]) => self
                .any(self.places.device)
                .map(|bit| bit || *method != 0 || device & 0x02 != 0),
            // A phone says it as a card says that it verified a PIN.
            (IadLayout::MChip | IadLayout::Ccd, _) => self
                .offline_pin()
                .map(|performed| performed && self.offline_pin_failed() != Some(true)),
            _ => None,
        }
    }

    pub(crate) fn answer_missing(self) -> Option<bool> {
        self.any(self.places.answer_missing)
    }

    pub(crate) fn answer_failed(self) -> Option<bool> {
        self.any(self.places.answer_failed)
    }

    pub(crate) fn script_failed(self) -> Option<bool> {
        self.any(self.places.script_failed)
    }

    /// Script commands that the card counts.
    pub(crate) fn scripts(self) -> Option<u8> {
        let bits = self.places.scripts;
        (bits != 0).then(|| ((self.number & bits) >> bits.trailing_zeros()) as u8)
    }
}

#[cfg(test)]
mod tests {
    use super::Results;
    use crate::element::{CardVerificationResults, IadLayout};

    /// As whoever asks for one fact is told.
    #[test]
    fn agrees_with_each_fact() {
        let mut number = 1_u64;
        for step in 0..4_000 {
            let layout = IadLayout::ALL[step % IadLayout::ALL.len()];
            number = number
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let bytes = (number ^ number >> 29).to_be_bytes();
            let lengths = 0..=bytes.len();
            let Some(results) = lengths
                .filter_map(|length| CardVerificationResults::parse(layout, &bytes[..length]).ok())
                .next()
            else {
                continue;
            };
            let Some(read) = Results::read(results) else {
                assert_ne!(results.first_generate_ac(), None);
                continue;
            };
            let facts = [
                (read.offline_pin(), results.offline_pin_performed()),
                (read.offline_pin_failed(), results.offline_pin_failed()),
                (read.pin_tries_exceeded(), results.pin_try_limit_exceeded()),
                (read.pin_not_received(), results.expected_pin_not_received()),
                (
                    read.pin_wrongly_assumed(),
                    results.terminal_wrongly_assumes_pin(),
                ),
                (
                    read.answer_missing(),
                    results.issuer_authentication_not_performed(),
                ),
                (read.answer_failed(), results.issuer_authentication_failed()),
                (read.script_failed(), results.script_failed()),
            ];
            for (place, (read, asked)) in facts.into_iter().enumerate() {
                assert_eq!(read, asked, "{layout:?} {bytes:02X?} {place}");
            }
            assert_eq!(read.scripts(), results.script_counter(), "{layout:?}");
        }
    }
}
