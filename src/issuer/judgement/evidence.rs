//! A record of a judgement for a dispute: what was claimed, what the chip's MAC covered, what was decided and why.

use core::fmt;

use serde::ser::SerializeSeq;
use serde::{Serialize, Serializer};

use super::assessment::Assessment;
use super::card::IssuedCard;
use super::reason::{Language, Place, Reason, Value};
use super::request::AuthorisationRequest;
use crate::cryptogram::{IadPart, SignedPart};
use crate::element::Pan;
use crate::issuer::CardRecord;
use crate::tag::{self, Tag};
use crate::tlv::Reader;

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
/// data elements that hold a PAN. All else of DE 55 is, element by element, each with whether the card's cryptogram covers it: what
/// it covers, the card itself has seen; the rest is what the terminal says.
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
    chip: Option<super::ChipValidation>,
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
    kind: Printed<Kind>,
    deferred: bool,
    pan: Printed<&'a Pan>,
    sequence: Option<Printed<crate::element::PanSequenceNumber>>,
    processing_code: Option<&'a str>,
    amount: u64,
    currency: u16,
    billing_amount: Option<u64>,
    billing_currency: Option<u16>,
    received: Printed<super::Timestamp>,
    local_date: Option<Printed<crate::element::Date>>,
    stan: Option<&'a str>,
    rrn: Option<&'a str>,
    entry_mode: Printed<super::PosEntryMode>,
    mcc: Option<u16>,
    acquirer: Option<&'a str>,
    terminal: Option<&'a str>,
    merchant: Option<&'a str>,
    country: Option<u16>,
}

struct Kind(super::MessageKind);

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

#[derive(Serialize)]
struct Chip<L: Serialize> {
    /// Cryptogram version and key index by which the cryptogram was verified.
    version: Option<Printed<crate::cryptogram::Label>>,
    key_index: Option<Printed<Byte>>,
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
    /// Whether the card's cryptogram covers it: `yes`, `no`, or `part`.
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

/// Elements that hold a PAN, a track or a name.
const SECRET: [Tag; 5] = [
    tag::APPLICATION_PAN,
    tag::TRACK_2_EQUIVALENT_DATA,
    tag::CARDHOLDER_NAME,
    tag::TRACK_1_DATA,
    tag::TRACK_2_DATA,
];

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
                Reader::new(de55)
                    .filter_map(Result::ok)
                    .map(move |object| Element {
                        tag: Printed(object.tag),
                        name: object.tag.info().map(|info| info.name),
                        value: (!SECRET.contains(&object.tag))
                            .then_some(Printed(Hex(object.value))),
                        covered: covered(record, object.tag),
                    })
            })
        });
        Record {
            verdict: judged.verdict.name(),
            response_code: Printed(judged.response_code),
            chip_validation: judged.chip.map(super::ChipValidation::as_mc_obs_code),
            reasons: List(|| judged.reasons.iter().map(Told::of)),
            message: Message {
                kind: Printed(Kind(request.message)),
                deferred: request.deferred,
                pan: Printed(&request.pan),
                sequence: request.sequence.map(Printed),
                processing_code: request.processing_code,
                amount: request.amount.minor_units(),
                currency: request.currency.number(),
                billing_amount: request.billing.map(|(amount, _)| amount.minor_units()),
                billing_currency: request.billing.map(|(_, currency)| currency.number()),
                received: Printed(request.at),
                local_date: request.local_date.map(Printed),
                stan: request.stan,
                rrn: request.rrn,
                entry_mode: Printed(request.entry_mode),
                mcc: request.mcc,
                acquirer: request.acquirer,
                terminal: request.terminal_id,
                merchant: request.merchant,
                country: request.country.map(|country| country.number()),
            },
            chip: elements.map(|elements| Chip {
                version: record.map(|record| Printed(record.version().name)),
                key_index: record.map(|record| Printed(Byte(record.key().index))),
                elements,
            }),
        }
        .serialize(serializer)
    }
}
