//! A record of a judgement for a dispute: what was claimed, what the chip's MAC covered, what was decided and why.

use core::fmt;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::assessment::Assessment;
use super::card::IssuedCard;
use super::reason::{Language, Place, Reason, Value};
use super::request::AuthorisationRequest;
use super::verdict::ChipValidation;
use crate::cryptogram::{IadPart, SignedPart};
use crate::element::Pan;
use crate::issuer::CardRecord;
use crate::tag::{self, Tag};
use crate::tlv::{DataObject, Reader};

/// Serialises a value as it prints.
struct Printed<T>(T);

impl<T: fmt::Display> Serialize for Printed<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

/// Bytes in hexadecimal digits.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

/// Serialises an iterator that can be made again.
struct List<F>(F);

impl<F: Fn() -> I, I: Iterator<Item = T>, T: Serialize> Serialize for List<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        for item in (self.0)() {
            list.serialize_element(&item)?;
        }
        list.end()
    }
}

/// What a dispute needs of a judgement, in one self-contained record that serialises with `serde`.
///
/// The PAN is masked as it prints; tracks, PINs and card verification values are not in it, and neither are the values of the chip's
/// data elements that hold one of them, nor templates and elements in which the PAN is found. All else of DE 55 is, element by element,
/// each with whether the card's cryptogram covers it. Where the cryptogram is right (`proved`), the card itself has seen what it covers; the
/// rest, and all of it where the cryptogram is wrong, is what the terminal says.
#[derive(Clone, Copy)]
pub struct Evidence<'a> {
    request: &'a AuthorisationRequest<'a>,
    card: &'a IssuedCard<'a>,
    judged: Judged<'a>,
}

/// The parts of an assessment that do not depend on the engine.
#[derive(Clone, Copy)]
struct Judged<'a> {
    verdict: super::Verdict,
    response_code: crate::element::AuthorisationResponseCode,
    chip: Option<ChipValidation>,
    reasons: &'a super::Reasons,
}

impl<K> Assessment<'_, K> {
    /// The record of this judgement; `request` and `card` are those that were judged.
    pub fn evidence<'a>(
        &'a self,
        request: &'a AuthorisationRequest<'a>,
        card: &'a IssuedCard<'a>,
    ) -> Evidence<'a> {
        Evidence {
            request,
            card,
            judged: Judged {
                verdict: self.verdict,
                response_code: self.response_code(),
                chip: self.chip,
                reasons: &self.reasons,
            },
        }
    }
}

impl fmt::Debug for Evidence<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evidence")
            .field("request", self.request)
            .field("verdict", &self.judged.verdict)
            .finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct Record<'a, R: Serialize, C: Serialize> {
    verdict: &'static str,
    response_code: Printed<crate::element::AuthorisationResponseCode>,
    chip_validation: Option<char>,
    reasons: R,
    message: Message<'a>,
    chip: Option<C>,
}

#[derive(Serialize)]
struct Message<'a> {
    kind: Printed<Word<super::MessageKind>>,
    deferred: bool,
    estimated: bool,
    repeated_with_pin: bool,
    pan: Printed<&'a Pan>,
    sequence: Option<Printed<crate::element::PanSequenceNumber>>,
    processing_code: Option<&'a str>,
    amount: u64,
    currency: u16,
    billing_amount: Option<u64>,
    billing_currency: Option<u16>,
    received: Printed<super::Timestamp>,
    transmitted: Option<Printed<super::Timestamp>>,
    local_date: Option<Printed<crate::element::Date>>,
    local_time: Option<Printed<Time>>,
    expiry: Option<Printed<crate::element::YearMonth>>,
    stan: Option<&'a str>,
    rrn: Option<&'a str>,
    entry_mode: Printed<super::PosEntryMode>,
    terminal_capability: Printed<Word<super::TerminalCapability>>,
    verification: Option<Printed<Word<super::ClaimedVerification>>>,
    online_pin: Printed<Word<super::OnlinePin>>,
    mcc: Option<u16>,
    acquirer: Option<&'a str>,
    terminal: Option<&'a str>,
    merchant: Option<&'a str>,
    country: Option<u16>,
}

impl<'a> Message<'a> {
    fn of(request: &'a AuthorisationRequest<'a>) -> Self {
        Self {
            kind: Printed(Word(request.message)),
            deferred: request.deferred,
            estimated: request.estimated,
            repeated_with_pin: request.repeated_with_pin,
            pan: Printed(&request.pan),
            sequence: request.sequence.map(Printed),
            processing_code: request.processing_code,
            amount: request.amount.minor_units(),
            currency: request.currency.number(),
            billing_amount: request.billing.map(|(amount, _)| amount.minor_units()),
            billing_currency: request.billing.map(|(_, currency)| currency.number()),
            received: Printed(request.at),
            transmitted: request.transmitted.map(Printed),
            local_date: request.local_date.map(Printed),
            local_time: request.local_time.map(|time| Printed(Time(time))),
            expiry: request.expiry.map(Printed),
            stan: request.stan,
            rrn: request.rrn,
            entry_mode: Printed(request.entry_mode),
            terminal_capability: Printed(Word(request.terminal)),
            verification: request.verification.map(|claim| Printed(Word(claim))),
            online_pin: Printed(Word(request.pin)),
            mcc: request.mcc,
            acquirer: request.acquirer,
            terminal: request.terminal_id,
            merchant: request.merchant,
            country: request.country.map(|country| country.number()),
        }
    }
}

/// One of a few names, as the library has them.
struct Word<T>(T);

impl<T: fmt::Debug> fmt::Display for Word<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

struct Time([u8; 3]);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [hours, minutes, seconds] = self.0;
        write!(f, "{hours:02}:{minutes:02}:{seconds:02}")
    }
}

#[derive(Serialize)]
struct Chip<L: Serialize> {
    /// Cryptogram version and key index that were issued, by which the cryptogram was verified.
    version: Option<Printed<crate::cryptogram::Label>>,
    key_index: Option<Printed<Byte>>,
    /// Whether the cryptogram is right. If not, nothing is covered that anybody signed.
    proved: bool,
    elements: L,
}

struct Byte(u8);

impl fmt::Display for Byte {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

#[derive(Serialize)]
struct Element<'a> {
    tag: Printed<Tag>,
    name: Option<&'static str>,
    value: Option<Printed<Hex<'a>>>,
    /// Whether a cryptogram of the card's version covers it: `yes`, `no`, or `part`.
    covered: &'static str,
}

#[derive(Serialize)]
struct Told {
    kind: &'static str,
    verdict: &'static str,
    place: Printed<Place>,
    claimed: Option<Printed<Value>>,
    against: Printed<Place>,
    found: Option<Printed<Value>>,
    english: Printed<super::Explanation>,
    japanese: Printed<super::Explanation>,
}

impl Told {
    fn of(reason: &Reason) -> Self {
        let value = |value: Value| (value != Value::None).then_some(Printed(value));
        Self {
            kind: reason.kind.id(),
            verdict: reason.verdict.name(),
            place: Printed(reason.place),
            claimed: value(reason.claimed),
            against: Printed(reason.against),
            found: value(reason.found),
            english: Printed(reason.text(Language::English)),
            japanese: Printed(reason.text(Language::Japanese)),
        }
    }
}

/// Elements that hold a PAN, a track or the end of one, a PIN or a name.
const SECRET: [Tag; 12] = [
    tag::APPLICATION_PAN,
    tag::TRACK_2_EQUIVALENT_DATA,
    tag::CARDHOLDER_NAME,
    tag::CARDHOLDER_NAME_EXTENDED,
    tag::TRACK_1_DATA,
    tag::TRACK_2_DATA,
    tag::TRACK_1_DISCRETIONARY_DATA,
    tag::TRACK_2_DISCRETIONARY_DATA,
    tag::TRANSACTION_PIN_DATA,
    tag::IBAN,
    tag::KERNEL_2_DD_CARD_TRACK_1,
    tag::KERNEL_2_DD_CARD_TRACK_2,
];

/// Whether a value may be shown.
fn is_shown(object: &DataObject<'_>, pan: &Pan) -> bool {
    !SECRET.contains(&object.tag)
        && !object.tag.is_constructed()
        && !holds(object.value, pan.digits())
}

/// Whether these digits stand somewhere in a value, two a byte or as characters.
fn holds(value: &[u8], digits: &[u8]) -> bool {
    let packed = |start| {
        let nibbles = value.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]);
        nibbles
            .skip(start)
            .take(digits.len())
            .eq(digits.iter().copied())
    };
    let is_text = |text: &[u8]| text.iter().zip(digits).all(|(c, digit)| *c == b'0' + digit);
    (0..2 * value.len()).any(packed) || value.windows(digits.len()).any(is_text)
}

/// Whether a version's cryptogram covers an element.
fn covered(record: Option<&CardRecord<'_>>, tag: Tag) -> &'static str {
    let Some(record) = record else { return "no" };
    let parts = record.version().data.parts();
    let whole = |part: &SignedPart| match part {
        SignedPart::Element(covered) => *covered == tag,
        SignedPart::Iad(IadPart::Whole) => tag == tag::ISSUER_APPLICATION_DATA,
        SignedPart::Iad(_) => false,
    };
    if parts.iter().any(whole) {
        "yes"
    } else if tag == tag::ISSUER_APPLICATION_DATA
        && parts.iter().any(|part| matches!(part, SignedPart::Iad(_)))
    {
        "part"
    } else {
        "no"
    }
}

impl Serialize for Evidence<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (request, judged) = (self.request, self.judged);
        let record = self.card.record.as_ref();
        let elements = request.chip.map(|de55| {
            List(move || {
                let objects = Reader::new(de55).filter_map(Result::ok);
                objects.map(move |object| Element {
                    tag: Printed(object.tag),
                    name: object.tag.info().map(|info| info.name),
                    value: is_shown(&object, &request.pan).then_some(Printed(Hex(object.value))),
                    covered: covered(record, object.tag),
                })
            })
        });
        let proved = judged.chip.is_some_and(ChipValidation::proves);
        Record {
            verdict: judged.verdict.name(),
            response_code: Printed(judged.response_code),
            chip_validation: judged.chip.map(ChipValidation::as_mc_obs_code),
            reasons: List(|| judged.reasons.iter().map(Told::of)),
            message: Message::of(request),
            chip: elements.map(|elements| Chip {
                version: record.map(|record| Printed(record.version().name)),
                key_index: record.map(|record| Printed(Byte(record.key().index))),
                proved,
                elements,
            }),
        }
        .serialize(serializer)
    }
}
