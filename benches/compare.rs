//! The library beside the plain RustCrypto crates in one run: `cargo bench -p chipcard --bench compare --features laboratory [-- NAME…]`.
//!
//! Both do the same work on the same inputs and are compared before they are timed. Rounds alternate, each in the CPU
//! time of this thread, and the ratio is that of the medians, so that a busy machine disturbs both alike. The ratio is the result; the
//! nanoseconds are this machine's.

#![allow(
    clippy::unwrap_used,
    missing_docs,
    reason = "a failure here is a failed run"
)]

mod plain;
#[path = "../tests/test_card/mod.rs"]
mod test_card;

use std::hint::black_box;

use chipcard::cryptogram::{ArpcMethod, CipherFamily, CryptogramVersion};
use chipcard::issuer::{CardRecord, ChipData, CryptogramEngine, Issuer, IssuerResponse};
use chipcard::{laboratory, tag};

use plain::{PlainAes, PlainTdes, answer_1, answer_2, answer_2_aes};
use test_card::{Elements, TestCard, master_key, signed_bytes};

const ROUNDS: usize = 61;
const PER_ROUND: usize = 2000;

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

fn round(work: &mut dyn FnMut()) -> f64 {
    let start = cpu_time();
    for _ in 0..PER_ROUND {
        work();
    }
    (cpu_time() - start) / PER_ROUND as f64
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Times alternating rounds; prints the ratio of the medians first.
fn compare(name: &str, library: &mut dyn FnMut(), plain: &mut dyn FnMut()) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(round(library));
        theirs.push(round(plain));
    }
    let (ours, theirs) = (median(ours), median(theirs));
    println!(
        "{:.3}  {ours:7.0} ns  {theirs:7.0} ns  {name}",
        ours / theirs
    );
}

/// From parsed chip data to the answer's response cryptogram, as far as both methods give it.
fn answered<E: CryptogramEngine>(
    issuer: &Issuer<E>,
    record: &CardRecord<'_>,
    chip: &ChipData<'_>,
) -> [u8; 4] {
    let verified = issuer.verify_arqc(record, chip).unwrap();
    let answer = issuer.authorise(verified, &IssuerResponse::approve());
    *answer.unwrap().arpc().first_chunk().unwrap()
}

type Key = [u8; 16];

/// The values that the version signs, each on its own.
fn signed_values(version: &CryptogramVersion, elements: &Elements) -> Vec<Vec<u8>> {
    let mut values: Vec<(chipcard::Tag, Vec<u8>)> = Vec::new();
    for (tag, offset) in signed_bytes(version, elements) {
        let byte = elements.get(tag).unwrap()[offset];
        match values.last_mut() {
            Some((last, value)) if *last == tag => value.push(byte),
            _ => values.push((tag, vec![byte])),
        }
    }
    values.into_iter().map(|(_, value)| value).collect()
}

/// One version by the plain crates: verification, which gives the key, and the answer.
struct Plain<'a> {
    verify: &'a dyn Fn(&Case) -> Option<Key>,
    answer: &'a dyn Fn(&Key, [u8; 8]) -> [u8; 8],
}

struct Case {
    card: TestCard,
    elements: Elements,
    /// What is signed, value by value.
    values: Vec<Vec<u8>>,
    padded: Vec<u8>,
}

impl Case {
    fn new(version: &'static CryptogramVersion) -> Self {
        let card = TestCard::new(version, PAN, SEQUENCE);
        let elements = card.message();
        let mut buffer = [0; 128];
        let padded = version.cipher == CipherFamily::Tdes;
        let length = laboratory::signed_data(version, &elements, padded, &mut buffer).unwrap();
        let values = signed_values(version, &elements);
        Self {
            card,
            elements,
            values,
            padded: buffer[..length].to_vec(),
        }
    }

    fn array<const N: usize>(&self, tag: chipcard::Tag) -> [u8; N] {
        self.elements
            .get(tag)
            .unwrap()
            .as_slice()
            .try_into()
            .unwrap()
    }

    /// The values, without a heap.
    fn slices(&self) -> [&[u8]; 11] {
        std::array::from_fn(|place| self.values.get(place).map_or(&[][..], Vec::as_slice))
    }

    fn arqc(&self) -> [u8; 8] {
        self.array(tag::APPLICATION_CRYPTOGRAM)
    }

    fn atc(&self) -> [u8; 2] {
        self.array(tag::APPLICATION_TRANSACTION_COUNTER)
    }

    /// One line for the programs that time other libraries on the same inputs.
    fn show_inputs(&self, arpc: &[u8; 8]) {
        let version = self.card.version;
        let (number, signed) = match version.arpc {
            Some(ArpcMethod::Method1) => (version.identifier, &b"00"[..]),
            _ => (version.identifier, &CSU[..]),
        };
        let method_2 = version.arpc == Some(ArpcMethod::Method2);
        let arpc = &arpc[..if method_2 { 4 } else { 8 }];
        let inputs: [&[u8]; 7] = [
            &master_key(version.cipher),
            &DIGITS,
            &self.atc(),
            &self.padded,
            &self.arqc(),
            signed,
            arpc,
        ];
        let inputs = inputs.map(hex::encode_upper).join(" ");
        println!("inputs {number} {PAN} {SEQUENCE} {inputs}");
    }

    fn run(&self, plain: &Plain<'_>) {
        let name = self.card.version.name;
        let mut asked = std::env::args()
            .skip(1)
            .filter(|word| !word.starts_with('-'))
            .peekable();
        if asked.peek().is_some() && !asked.any(|word| name.as_str().contains(&word)) {
            return;
        }
        let (issuer, record) = (self.card.issuer(), self.card.record());
        let de55 = self.elements.bytes();
        let chip = ChipData::parse(&de55).unwrap();
        let plain_answered = || {
            let key = (plain.verify)(black_box(self)).unwrap();
            (plain.answer)(&key, self.arqc())
        };
        let alike = plain_answered().starts_with(&answered(&issuer, &record, &chip));
        assert!(alike, "{name}: both answer alike");

        if std::env::args().any(|word| word == "--peers") {
            self.show_inputs(&plain_answered());
        }
        compare(
            &format!("{name}: verification from parsed chip data"),
            &mut || {
                let verified = issuer.verify_arqc(black_box(&record), black_box(&chip));
                let _proof = black_box(verified.unwrap());
            },
            &mut || {
                black_box((plain.verify)(black_box(self)).unwrap());
            },
        );
        compare(
            &format!("{name}: verification and answer"),
            &mut || {
                black_box(answered(&issuer, black_box(&record), black_box(&chip)));
            },
            &mut || {
                black_box(plain_answered());
            },
        );
        compare(
            &format!("{name}: from the bytes of DE 55 to the answer"),
            &mut || {
                let chip = ChipData::parse(black_box(&de55)).unwrap();
                black_box(answered(&issuer, black_box(&record), &chip));
            },
            &mut || {
                black_box(plain_answered());
            },
        );
    }
}

const PAN: &str = "4123456789012345";
const SEQUENCE: &str = "01";
/// The card status update of an approval.
const CSU: [u8; 4] = [0x00, 0x80, 0x00, 0x00];
/// The rightmost 16 digits of the card's PAN and sequence number.
const DIGITS: [u8; 8] = 0x2345_6789_0123_4501_u64.to_be_bytes();

fn main() {
    let tdes = PlainTdes::new(&master_key(CipherFamily::Tdes));
    let aes = PlainAes::new(&master_key(CipherFamily::Aes));
    println!("ratio     chipcard   plain crates");
    Case::new(&CryptogramVersion::VISA_10).run(&Plain {
        verify: &|case| tdes.verify_visa_10((PAN, SEQUENCE), &case.slices(), case.arqc()),
        answer: &|key, arqc| answer_1(key, arqc, *b"00"),
    });
    Case::new(&CryptogramVersion::VISA_18).run(&Plain {
        verify: &|case| {
            tdes.verify_visa_18((PAN, SEQUENCE), case.atc(), &case.slices(), case.arqc())
        },
        answer: &|key, arqc| answer_2(key, arqc, CSU),
    });
    Case::new(&CryptogramVersion::CCD_A6).run(&Plain {
        verify: &|case| aes.verify_ccd_6((PAN, SEQUENCE), case.atc(), &case.slices(), case.arqc()),
        answer: &|key, arqc| answer_2_aes(key, arqc, CSU),
    });
}
