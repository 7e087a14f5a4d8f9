//! The card alone: a whole contact transaction, and the first GENERATE AC, with TDES and with AES.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;

use chipcard::apdu::MAX_RESPONSE_LENGTH;
use chipcard::card::test_cards::{self, TestCard};
use chipcard::card::{Applet, VolatileMemory};
use chipcard::element::CryptogramType;
use chipcard::issuer::IssuerResponse;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

use common::{Bench, Purchase};

/// The commands of a new card's first transaction, from SELECT to the second GENERATE AC, with the issuer's answer.
fn commands(test: &'static TestCard) -> Vec<Vec<u8>> {
    let (mut bench, purchase) = (Bench::new(test), Purchase::new());
    bench.begin(&purchase);
    let first = bench.first(&purchase, CryptogramType::Arqc);
    let answer = bench
        .ask_issuer(&purchase, &first, &IssuerResponse::approve())
        .unwrap();
    let with_data = |header: [u8; 4], data: &[u8]| {
        let length = u8::try_from(data.len()).unwrap();
        [&header, &[length][..], data, &[0x00]].concat()
    };
    let profile = &test.profile;
    let values = purchase.fill(profile.pdol);
    let pdol = [&[0x83, u8::try_from(values.len()).unwrap()], &values[..]].concat();
    let answered = purchase
        .clone()
        .with(0x8A, b"00")
        .with(0x91, answer.as_bytes());
    vec![
        with_data([0x00, 0xA4, 0x04, 0x00], profile.aid),
        with_data([0x80, 0xA8, 0x00, 0x00], &pdol),
        vec![0x00, 0xB2, 0x01, 0x0C, 0x00],
        vec![0x00, 0xB2, 0x01, 0x14, 0x00],
        vec![0x00, 0xB2, 0x02, 0x14, 0x00],
        with_data([0x80, 0xAE, 0x80, 0x00], &purchase.fill(profile.cdol1)),
        with_data([0x80, 0xAE, 0x40, 0x00], &answered.fill(profile.cdol2)),
    ]
}

fn card(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("card");
    group.throughput(Throughput::Elements(1));
    for test in [&test_cards::CCD_TDES, &test_cards::CCD_AES] {
        let keys = test.card_keys().unwrap();
        let new = || Applet::new(&test.profile, keys.clone(), VolatileMemory::new()).unwrap();
        let commands = commands(test);
        let run = |card: &mut Applet<'_, VolatileMemory>, commands: &[Vec<u8>]| {
            let mut response = [0; MAX_RESPONSE_LENGTH];
            for command in commands {
                let length = card.process(black_box(command), &mut response);
                assert_eq!(response[length - 2..length], [0x90, 0x00]);
            }
            response
        };
        group.bench_function(format!("transaction/{}", test.name), |bencher| {
            bencher.iter_batched_ref(new, |card| run(card, &commands), BatchSize::SmallInput);
        });
        let (before, after) = commands.split_at(5);
        group.bench_function(format!("first GENERATE AC/{}", test.name), |bencher| {
            let initiated = || {
                let mut card = new();
                run(&mut card, before);
                card
            };
            bencher.iter_batched_ref(
                initiated,
                |card| run(card, &after[..1]),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, card);
criterion_main!(benches);
