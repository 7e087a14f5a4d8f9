//! What the issuer's judgement costs beside the bare cryptogram check: `cargo bench --bench judgement`.
//!
//! One side takes the raw fields of a message and DE 55, judges them and moves the state of one of 128 cards in memory; the
//! other verifies the cryptogram of chip data that are parsed already. Rounds alternate, each in the CPU time of this thread,
//! and the ratio is that of the medians. An argument picks the versions whose name has it: `… -- CCD`.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a failure here is a failed run"
)]

#[path = "../tests/judge/mod.rs"]
mod judge;
#[path = "../tests/test_card/mod.rs"]
mod test_card;

use std::hint::black_box;

use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::{Pan, PanSequenceNumber};
use chipcard::issuer::{ChipData, MemoryStore, StateKey, Verdict};

use judge::{Bench, PAN, whole_message};

const ROUNDS: usize = 41;
const CARDS: u8 = 128;
const MESSAGES: usize = 32;

/// CPU time of this thread in nanoseconds.
fn cpu_time() -> f64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the clock exists on every system this bench builds for, and the pointer is to a live timespec.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(status, 0);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// `named`: the host keeps the card's name in the store beside the card.
fn run(version: &'static CryptogramVersion, named: bool) {
    let key = StateKey::new(&[0x5A; 32]);
    let names: Vec<_> = (0..CARDS)
        .map(|issue| {
            let sequence = PanSequenceNumber::from_digits("01").unwrap();
            key.card(&Pan::from_digits(PAN).unwrap(), sequence, issue)
        })
        .collect();
    let mut bench = Bench::new(version);
    let messages: Vec<(String, Vec<u8>)> = (1..=MESSAGES)
        .map(|atc| {
            let sale = bench.sale().atc(u16::try_from(atc).unwrap());
            (sale.stan.clone(), sale.de55(&bench.card).unwrap())
        })
        .collect();
    let parsed: Vec<ChipData<'_>> = messages
        .iter()
        .map(|(_, de55)| ChipData::parse(de55).unwrap())
        .collect();
    let record = bench.card.record();
    let (mut judged, mut verified, mut read) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let store = MemoryStore::new();
        let count = f64::from(CARDS) * MESSAGES as f64;
        let start = cpu_time();
        for (stan, de55) in &messages {
            for card in 0..CARDS {
                // Each is another card to the store, with the same key.
                bench.issued.issue = card;
                bench.issued.index = named.then(|| names[usize::from(card)]);
                let request = whole_message(stan, black_box(de55));
                let assessment = bench.authoriser.assess(&request, &bench.issued, &store);
                let Ok(assessment) = assessment;
                assert_eq!(
                    assessment.verdict,
                    Verdict::Approve,
                    "{:?}",
                    assessment.reasons
                );
            }
        }
        judged.push((cpu_time() - start) / count);
        let start = cpu_time();
        for chip in &parsed {
            for _ in 0..CARDS {
                let issuer = bench.authoriser.issuer();
                let proof = issuer.verify_arqc(black_box(&record), black_box(chip));
                let _proof = black_box(proof.unwrap());
            }
        }
        verified.push((cpu_time() - start) / count);
        let start = cpu_time();
        for (_, de55) in &messages {
            for _ in 0..CARDS {
                let chip = ChipData::parse(black_box(de55)).unwrap();
                let issuer = bench.authoriser.issuer();
                let proof = issuer.verify_arqc(black_box(&record), &chip);
                let _proof = black_box(proof.unwrap());
            }
        }
        read.push((cpu_time() - start) / count);
    }
    let (judged, verified, read) = (median(judged), median(verified), median(read));
    println!(
        "{:.2} of the check, {:.2} of the check with DE 55 read; {judged:5.0} ns, {verified:5.0} ns, {read:5.0} ns  {}{}",
        judged / verified,
        judged / read,
        version.name,
        if named { ", card's name at hand" } else { "" }
    );
}

fn main() {
    // Cargo adds an option of its own.
    let wanted = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with('-'));
    let versions = [
        &CryptogramVersion::VISA_10,
        &CryptogramVersion::VISA_18,
        &CryptogramVersion::MASTERCARD_14,
        &CryptogramVersion::CCD_A5,
        &CryptogramVersion::CCD_A6,
    ];
    for version in versions {
        if wanted
            .as_ref()
            .is_none_or(|part| version.name.to_string().contains(part.as_str()))
        {
            run(version, false);
            run(version, true);
        }
    }
}
