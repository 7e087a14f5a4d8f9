//! What the issuer's side costs, step by step: `cargo bench --bench issuer`.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a failure here is a failed run"
)]

#[path = "../tests/test_card/mod.rs"]
mod test_card;

use std::hint::black_box;

use chipcard::cryptogram::{CipherFamily, CryptogramVersion};
use chipcard::element::{ApplicationTransactionCounter, Pan, PanSequenceNumber};
use chipcard::issuer::{ChipData, IssuerResponse};
use chipcard::key::{Ac, CardKeyOption, IssuerMasterKey, SessionDerivation};
use chipcard::tlv;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

use test_card::{TestCard, master_key};

const SHORT: &str = "4123456789012345";
const LONG: &str = "4123456789012345678";

fn keys(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("key derivation");
    let tdes = IssuerMasterKey::<Ac>::tdes(&master_key(CipherFamily::Tdes)).unwrap();
    let aes = IssuerMasterKey::<Ac>::aes(&master_key(CipherFamily::Aes)).unwrap();
    for (name, master, pan, option) in [
        ("card key, option A", &tdes, SHORT, CardKeyOption::A),
        (
            "card key, option B, 16 digits",
            &tdes,
            SHORT,
            CardKeyOption::B,
        ),
        (
            "card key, option B, 19 digits",
            &tdes,
            LONG,
            CardKeyOption::B,
        ),
        ("card key, option C, AES-128", &aes, SHORT, CardKeyOption::C),
    ] {
        let pan = Pan::from_digits(pan).unwrap();
        group.bench_function(name, |bencher| {
            bencher.iter(|| master.card_key(black_box(&pan), PanSequenceNumber::ZERO, option));
        });
    }
    let derivation = SessionDerivation::from_atc(ApplicationTransactionCounter(0x001C));
    for (name, master, option) in [
        ("EMV common session key, TDES", &tdes, CardKeyOption::A),
        ("EMV common session key, AES-128", &aes, CardKeyOption::C),
    ] {
        let pan = Pan::from_digits(SHORT).unwrap();
        let card = master
            .card_key(&pan, PanSequenceNumber::ZERO, option)
            .unwrap();
        group.bench_function(name, |bencher| {
            bencher.iter(|| card.session_key(black_box(&derivation)));
        });
    }
    group.finish();
}

fn versions(criterion: &mut Criterion) {
    for version in CryptogramVersion::ALL {
        let card = TestCard::new(version, SHORT, "01");
        let (issuer, record) = (card.issuer(), card.record());
        let de55 = card.message().bytes();
        let chip = ChipData::parse(&de55).unwrap();
        let verify = || {
            issuer
                .verify_arqc(black_box(&record), black_box(&chip))
                .unwrap()
        };

        criterion
            .benchmark_group("verification from parsed chip data")
            .throughput(Throughput::Elements(1))
            .bench_function(version.name.as_str(), |bencher| bencher.iter(verify));
        criterion
            .benchmark_group("bytes of DE 55 to verdict")
            .throughput(Throughput::Elements(1))
            .bench_function(version.name.as_str(), |bencher| {
                bencher.iter(|| {
                    let chip = ChipData::parse(black_box(&de55))?;
                    issuer.verify_arqc(black_box(&record), &chip).map(drop)
                });
            });
        if version.arpc.is_some() {
            criterion
                .benchmark_group("answer (ARPC and tag 91)")
                .bench_function(version.name.as_str(), |bencher| {
                    bencher.iter_batched(
                        verify,
                        |proof| issuer.authorise(proof, &IssuerResponse::approve()),
                        BatchSize::SmallInput,
                    );
                });
        }
    }
}

fn parsing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parsing");
    let de55 = TestCard::new(&CryptogramVersion::VISA_18, SHORT, "01")
        .message()
        .bytes();
    group.throughput(Throughput::Bytes(de55.len() as u64));
    group.bench_function("every data object of DE 55", |bencher| {
        bencher.iter(|| {
            tlv::walk(black_box(&de55), &mut |_, object| {
                black_box(object);
                Ok(())
            })
        });
    });
    group.bench_function("chip data of DE 55", |bencher| {
        bencher.iter(|| ChipData::parse(black_box(&de55)).map(drop));
    });
    group.finish();
}

criterion_group!(benches, keys, versions, parsing);
criterion_main!(benches);
