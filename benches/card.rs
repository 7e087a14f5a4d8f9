//! The card alone: a whole contact transaction, and the first GENERATE AC, with TDES and with AES.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;

use chipcard::apdu::MAX_RESPONSE_LENGTH;
use chipcard::card::test_cards;
use chipcard::card::{Applet, VolatileMemory};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

use common::online_transaction;

fn card(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("card");
    group.throughput(Throughput::Elements(1));
    for test in [&test_cards::CCD_TDES, &test_cards::CCD_AES] {
        let keys = test.card_keys().unwrap();
        let new = || Applet::new(&test.profile, keys.clone(), VolatileMemory::new()).unwrap();
        let commands = online_transaction(test);
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
