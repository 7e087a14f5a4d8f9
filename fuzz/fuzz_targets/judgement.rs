//! Judgement: no message that was changed on its way is approved, and none of them hurts the honest card afterwards.
//!
//! The input chooses a version, how the card was read and what the message wants, and then changes elements of a signed
//! purchase, or is the whole of DE 55. The check of the cryptogram alone says whether the judgement may approve.

#![no_main]
#![allow(dead_code, reason = "shared with tests")]

#[path = "../../tests/judge/mod.rs"]
mod judge;
#[path = "../../tests/test_card/mod.rs"]
mod test_card;

use chipcard::Tag;
use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::CryptogramType;
use chipcard::issuer::{
    AuthorisationRequest, ChipData, Language, MessageKind, PosEntryMode, TerminalCapability,
    Verdict,
};
use judge::{Bench, PAN, Sale};
use libfuzzer_sys::fuzz_target;
use test_card::Elements;

/// Ways to read a chip, and not to say which. A stripe needs no cryptogram.
const MODES: [PosEntryMode; 4] = [
    PosEntryMode::Contact,
    PosEntryMode::Contactless,
    PosEntryMode::ContactTrack,
    PosEntryMode::Unknown,
];

const KINDS: [MessageKind; 4] = [
    MessageKind::Authorisation,
    MessageKind::Refund,
    MessageKind::AccountStatus,
    MessageKind::AtcUpdate,
];

/// One in a row of numbers that a byte chooses.
fn pick<T: Copy>(row: &[T], byte: u8) -> T {
    row[usize::from(byte) % row.len()]
}

/// Each change is the place of an element, a length and so many bytes; length 255 takes the element away, and a place
/// after the last adds one of a private tag.
fn change(elements: &mut Elements, mut changes: &[u8]) {
    while let [place, length, rest @ ..] = changes {
        let place = usize::from(*place) % (elements.0.len() + 1);
        let (value, rest) = rest.split_at(rest.len().min(usize::from(*length % 33)));
        let elements = &mut elements.0;
        if place == elements.len() {
            elements.push((Tag::new(0xDF01), value.to_vec()));
        } else if *length == 255 {
            elements.remove(place);
        } else {
            elements[place].1 = value.to_vec();
        }
        changes = rest;
    }
}

fn judged(bench: &Bench, sale: &Sale, de55: &[u8]) -> Verdict {
    let mut request: AuthorisationRequest<'_> = sale.request.clone();
    request.chip = Some(de55);
    request.stan = Some(&sale.stan);
    let assessment = bench.judge(&request);
    for reason in assessment.reasons.iter() {
        for language in [Language::English, Language::Japanese] {
            let text = reason.text(language).to_string();
            assert!(!text.is_empty() && !text.contains(PAN), "{text}");
        }
    }
    assessment.verdict
}

fuzz_target!(|input: &[u8]| {
    let [version, mode, kind, flags, rest @ ..] = input else {
        return;
    };
    let version = &CryptogramVersion::ALL[usize::from(*version) % CryptogramVersion::ALL.len()];
    let bench = Bench::new(version);
    let honest = bench.sale();
    let mut elements = honest.elements.clone().unwrap();
    bench.card.sign(&mut elements);
    let signed = elements.bytes();

    let de55 = if flags & 0x80 == 0 {
        change(&mut elements, rest);
        elements.bytes()
    } else {
        rest.to_vec()
    };
    let sale = honest.clone().with(|request| {
        request.entry_mode = pick(&MODES, *mode);
        request.message = pick(&KINDS, *kind);
        request.deferred = flags & 0x01 != 0;
        request.estimated = flags & 0x02 != 0;
        request.repeated_with_pin = flags & 0x04 != 0;
        if flags & 0x08 != 0 {
            request.terminal = TerminalCapability::Unknown;
        }
    });
    let proved = ChipData::parse(&de55).is_ok_and(|chip| {
        let (issuer, record) = (bench.card.issuer(), bench.card.record());
        // Terminals may end a refund with an AAC; what tag 9F27 says of a card that does not say it itself is believed.
        let ended = sale.request.message == MessageKind::Refund
            && issuer.verify_record(&record, &chip) == Ok(CryptogramType::Aac);
        ended || issuer.verify_arqc(&record, &chip).is_ok()
    });
    let verdict = judged(&bench, &sale, &de55);
    if !proved {
        assert!(verdict >= Verdict::Decline, "{} {verdict:?}", version.name);
        // The card itself is not locked out.
        let later = honest.at(86_400).with(|request| request.local_date = None);
        assert!(
            judged(&bench, &later, &signed).is_approval(),
            "{}",
            version.name
        );
    } else if verdict.is_approval() {
        assert_eq!(
            judged(&bench, &sale, &de55),
            verdict,
            "the same message again"
        );
    }
});
