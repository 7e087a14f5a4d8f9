//! What the issuer's judgement costs beside the bare cryptogram check: `cargo bench --bench judgement`.
//!
//! One side takes the raw fields of a message and DE 55, judges them and moves the state of the card in memory; the other verifies the
//! cryptogram of chip data that are parsed already. Rounds alternate, each in the CPU time of this thread, and the ratio is that of the
//! medians. Cards come in no order of memory: 128 of them stay in the processor's caches, 100,000 do not.
//!
//! Arguments: a part of the names of the versions that are wanted, and how many cards. `… -- CCD 100000`.

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
use chipcard::element::Pan;
use chipcard::issuer::{ChipData, IssuedCard, MemoryStore, Verdict};
use chipcard::tag;

use judge::{Bench, whole_message_of};

/// Messages of a round, about.
const MESSAGES: usize = 4096;

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

/// Bytes that look random: SplitMix64 (Steele, Lea, Flood 2014).
fn random(number: u64) -> [u8; 4] {
    let mixed = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((mixed >> 32) as u32).to_be_bytes()
}

/// Cards that were issued one after another under one PAN, and the messages of each, in the order of their counters: trace number and DE 55.
struct Account {
    pan: String,
    issued: IssuedCard<'static>,
    sales: Vec<(String, Vec<u8>)>,
}

/// Cards of an account. Each is another card to the store, with the same key.
const ISSUES: usize = 128;

/// A card, which buys at a terminal of its own.
struct Card {
    account: usize,
    issued: IssuedCard<'static>,
    terminal: String,
}

fn account(bench: &mut Bench, number: usize, sales: usize) -> Account {
    let pan = format!("4761739{number:09}");
    bench.card.pan = Pan::from_digits(&pan).unwrap();
    bench.issued.pan = bench.card.pan.clone();
    bench.issued.record = Some(bench.card.record());
    let sales = (1..=sales).map(|atc| {
        // A good terminal draws another number each time.
        let drawn = random((number << 8 | atc) as u64);
        let sale = bench
            .sale()
            .atc(u16::try_from(atc).unwrap())
            .set(tag::UNPREDICTABLE_NUMBER, &drawn);
        (sale.stan.clone(), sale.de55(&bench.card).unwrap())
    });
    Account {
        pan,
        sales: sales.collect(),
        issued: bench.issued.clone(),
    }
}

/// `named`: the host keeps the card's name in the store beside the card.
fn run(version: &'static CryptogramVersion, count: usize, named: bool) {
    let mut bench = Bench::new(version);
    let sales = (MESSAGES / count).max(2);
    let accounts: Vec<Account> = (0..count.div_ceil(ISSUES))
        .map(|number| account(&mut bench, number, sales))
        .collect();
    let card = |number: usize| {
        let account = number / ISSUES;
        let mut issued = accounts[account].issued.clone();
        issued.issue = (number % ISSUES) as u8;
        if named {
            issued = bench.authoriser.named(issued);
        }
        Card {
            account,
            issued,
            terminal: format!("{number:08}"),
        }
    };
    let cards: Vec<Card> = (0..count).map(card).collect();
    // The first message of each card, then the second of each; an odd number visits all of as many as a power of two or of ten.
    let places: Vec<(usize, usize)> = (0..sales)
        .flat_map(|sale| (0..count).map(move |card| (card * 61_803 % count, sale)))
        .collect();
    let message = |(card, sale): (usize, usize)| {
        let card: &Card = black_box(&cards[card]);
        let account = &accounts[card.account];
        (card, account, &account.sales[sale])
    };
    let parsed: Vec<ChipData<'_>> = places
        .iter()
        .map(|place| ChipData::parse(&message(*place).2.1).unwrap())
        .collect();
    let (mut judged, mut verified, mut read) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..(41 * MESSAGES / places.len()).max(7) {
        let store = MemoryStore::new();
        let each = places.len() as f64;
        let start = cpu_time();
        for place in &places {
            let (card, account, (stan, de55)) = message(*place);
            let mut request = whole_message_of(&account.pan, stan, de55);
            request.terminal_id = Some(&card.terminal);
            let assessment = bench.authoriser.assess(&request, &card.issued, &store);
            let Ok(assessment) = assessment;
            assert_eq!(
                assessment.verdict,
                Verdict::Approve,
                "{:?}",
                assessment.reasons
            );
        }
        judged.push((cpu_time() - start) / each);
        let start = cpu_time();
        for (place, chip) in places.iter().zip(&parsed) {
            let (card, ..) = message(*place);
            let record = card.issued.record.as_ref().unwrap();
            let proof = bench.authoriser.issuer().verify_arqc(record, chip);
            let _proof = black_box(proof.unwrap());
        }
        verified.push((cpu_time() - start) / each);
        let start = cpu_time();
        for place in &places {
            let (card, _, (_, de55)) = message(*place);
            let record = card.issued.record.as_ref().unwrap();
            let chip = ChipData::parse(de55).unwrap();
            let proof = bench.authoriser.issuer().verify_arqc(record, &chip);
            let _proof = black_box(proof.unwrap());
        }
        read.push((cpu_time() - start) / each);
    }
    let (judged, verified, read) = (median(judged), median(verified), median(read));
    println!(
        "{:.2} of the check, {:.2} of the check with DE 55 read; {judged:5.0} ns, {verified:5.0} ns, {read:5.0} ns  {}, {count} cards{}",
        judged / verified,
        judged / read,
        version.name,
        if named { ", names at hand" } else { "" }
    );
}

fn main() {
    // Cargo adds an option of its own.
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let number = |argument: &String| argument.parse::<usize>().ok();
    let count = arguments.iter().find_map(number).unwrap_or(128);
    let wanted = arguments.iter().find(|argument| number(argument).is_none());
    let versions = [
        &CryptogramVersion::VISA_10,
        &CryptogramVersion::VISA_18,
        &CryptogramVersion::MASTERCARD_14,
        &CryptogramVersion::CCD_A5,
        &CryptogramVersion::CCD_A6,
    ];
    for version in versions {
        if wanted.is_none_or(|part| version.name.to_string().contains(part.as_str())) {
            run(version, count, false);
            run(version, count, true);
        }
    }
}
