//! The card alone: a whole contact transaction, and the first GENERATE AC, with TDES and with AES; with the feature `oda` its
//! signatures too, and what they cost beside the bare operation with the private key.

#![allow(clippy::unwrap_used, missing_docs, reason = "a benchmark")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::hint::black_box;

use chipcard::apdu::MAX_RESPONSE_LENGTH;
use chipcard::card::test_cards;
use chipcard::card::{Applet, Coprocessor, VolatileMemory};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

use common::online_transaction;

/// Sends commands that must all succeed.
fn run<C: Coprocessor>(
    card: &mut Applet<'_, VolatileMemory, C>,
    commands: &[Vec<u8>],
) -> [u8; MAX_RESPONSE_LENGTH] {
    let mut response = [0; MAX_RESPONSE_LENGTH];
    for command in commands {
        let length = card.process(black_box(command), &mut response);
        assert_eq!(response[length - 2..length], [0x90, 0x00]);
    }
    response
}

fn card(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("card");
    group.throughput(Throughput::Elements(1));
    for test in [&test_cards::CCD_TDES, &test_cards::CCD_AES] {
        let keys = test.card_keys().unwrap();
        let new = || Applet::new(&test.profile, keys.clone(), VolatileMemory::new()).unwrap();
        let commands = online_transaction(test);
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

#[cfg(feature = "oda")]
mod signing {
    use super::*;

    use std::time::{Duration, Instant};

    use chipcard::card::test_cards::{TestCard, keys};
    use chipcard::card::{CardPrivateKeys, SoftwareCoprocessor};
    use common::Purchase;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    type Signing<'k> =
        Applet<'static, VolatileMemory, SoftwareCoprocessor<StdRng, &'k CardPrivateKeys>>;

    fn new<'k>(test: &'static TestCard, keys: &'k CardPrivateKeys) -> Signing<'k> {
        let (card, memory) = (test.card_keys().unwrap(), VolatileMemory::new());
        let card = Applet::new(&test.profile, card, memory).unwrap();
        card.with_coprocessor(SoftwareCoprocessor::new(StdRng::seed_from_u64(1), keys))
    }

    /// SELECT, GET PROCESSING OPTIONS, and the first GENERATE AC with these bits for the signature.
    fn commands(test: &TestCard, signature: u8) -> (Vec<Vec<u8>>, Vec<u8>) {
        let purchase = Purchase::new();
        let with_data = |header: [u8; 4], data: &[u8]| {
            let length = u8::try_from(data.len()).unwrap();
            [&header, &[length][..], data, &[0x00]].concat()
        };
        let values = purchase.fill(test.profile.pdol);
        let pdol = [&[0x83, u8::try_from(values.len()).unwrap()], &values[..]].concat();
        let before = vec![
            with_data([0x00, 0xA4, 0x04, 0x00], test.profile.aid),
            with_data([0x80, 0xA8, 0x00, 0x00], &pdol),
        ];
        let cdol1 = purchase.fill(test.profile.cdol1);
        (
            before,
            with_data([0x80, 0xAE, 0x80 | signature, 0x00], &cdol1),
        )
    }

    pub(super) fn signatures(criterion: &mut Criterion) {
        let mut group = criterion.benchmark_group("card");
        group.throughput(Throughput::Elements(1));
        for (test, signature, name) in [
            (&test_cards::CCD_CDA, 0x10, "CDA, RSA of 1024 bits"),
            (&test_cards::CCD_XDA, 0x08, "XDA, P-256"),
        ] {
            let keys = test.private_keys().unwrap();
            let (before, generate_ac) = commands(test, signature);
            let generate_ac = [generate_ac];
            group.bench_function(format!("first GENERATE AC/{name}"), |bencher| {
                let initiated = || {
                    let mut card = new(test, &keys);
                    run(&mut card, &before);
                    card
                };
                bencher.iter_batched_ref(
                    initiated,
                    |card| run(card, &generate_ac),
                    BatchSize::SmallInput,
                );
            });
        }
        group.finish();
        ratios();
    }

    fn median(mut times: Vec<Duration>) -> Duration {
        times.sort();
        times[times.len() / 2]
    }

    /// DDA and CDA beside the bare operation, in alternating rounds. The bare one is deciphering: the same arithmetic on the same key, with
    /// nothing after it but a comparison of nine bytes, which fails.
    fn ratios() {
        const ROUNDS: usize = 400;
        let test = &test_cards::CCD_CDA;
        let (icc, all) = (keys::icc().unwrap(), test.private_keys().unwrap());
        let (before, generate_ac) = commands(test, 0x10);
        let generate_ac = [generate_ac];
        let internal = [vec![
            0x00, 0x88, 0x00, 0x00, 0x04, 0x5A, 0x17, 0xC0, 0x3E, 0x00,
        ]];
        let mut card = new(test, &all);
        let mut times = [(); 3].map(|()| Vec::with_capacity(ROUNDS));
        for round in 0..ROUNDS {
            run(&mut card, &before);
            let [bare, dda, cda] = &mut times;
            let start = Instant::now();
            let deciphered = icc.decipher_pin(black_box(&[round as u8 >> 1; 128]), [0; 8]);
            bare.push(start.elapsed());
            assert!(deciphered.is_err());
            let start = Instant::now();
            run(&mut card, &internal);
            dda.push(start.elapsed());
            let start = Instant::now();
            run(&mut card, &generate_ac);
            cda.push(start.elapsed());
        }
        let [bare, dda, cda] = times.map(median);
        let ratio = |time: Duration| time.as_secs_f64() / bare.as_secs_f64();
        println!("bare private-key operation, 1024 bits: {bare:?}");
        println!(
            "INTERNAL AUTHENTICATE (DDA): {dda:?}, {:.3} times that",
            ratio(dda)
        );
        println!(
            "first GENERATE AC with CDA:  {cda:?}, {:.3} times that",
            ratio(cda)
        );
    }
}

criterion_group!(benches, card);
#[cfg(feature = "oda")]
criterion_group!(signatures, signing::signatures);

#[cfg(feature = "oda")]
criterion_main!(benches, signatures);
#[cfg(not(feature = "oda"))]
criterion_main!(benches);
