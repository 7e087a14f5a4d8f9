//! The card's DDA and CDA beside the bare private-key operation of the `rsa` crate: ratios first.
//!
//! All run in one process, interleaved round by round, in thread CPU time; printed are medians [minima]. What the card signed is taken
//! from its answer, and in every round each of the crate's variants must give the very signature that the card gave.

#[path = "../../../../tests/common/mod.rs"]
mod common;

use std::hint::black_box;

use chipcard::apdu::MAX_RESPONSE_LENGTH;
use chipcard::card::test_cards::{CCD_CDA, keys};
use chipcard::card::{Applet, CardPrivateKeys, SoftwareCoprocessor, VolatileMemory};
use chipcard::oda::{IccPrivateKey, PublicExponent, RsaPrivateKey};
use chipcard::{tag, tlv};
use common::Purchase;
use rand::SeedableRng;
use rand::rngs::StdRng;
use rsa::BoxedUint;
use rsa::hazmat::{rsa_decrypt, rsa_decrypt_and_check, rsa_encrypt};
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa_09::BigUint;
use rsa_09::hazmat::{rsa_decrypt as decrypt_09, rsa_decrypt_and_check as decrypt_and_check_09};
use rsa_09::rand_core::OsRng;

const ROUNDS: usize = 301;

type Card<'k> = Applet<'static, VolatileMemory, SoftwareCoprocessor<StdRng, &'k CardPrivateKeys>>;

/// Processor time of this thread, in nanoseconds.
fn thread_ns() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a time of our own.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    assert_eq!(status, 0);
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

fn timed<T>(times: &mut Vec<u64>, run: impl FnOnce() -> T) -> T {
    let start = thread_ns();
    let result = black_box(run());
    times.push(thread_ns() - start);
    result
}

fn with_data(header: [u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u8::try_from(data.len()).unwrap();
    [&header, &[length][..], data, &[0x00]].concat()
}

/// Sends a command that must succeed; gives the data of the answer.
fn send<'b>(
    card: &mut Card<'_>,
    command: &[u8],
    response: &'b mut [u8; MAX_RESPONSE_LENGTH],
) -> &'b [u8] {
    let length = card.process(black_box(command), response);
    let (data, status) = response[..length].split_at(length - 2);
    assert_eq!(status, [0x90, 0x00]);
    data
}

/// Signed dynamic application data (tag 9F4B) of an answer; alone in format 1 of INTERNAL AUTHENTICATE.
fn signature(answer: &[u8]) -> Vec<u8> {
    if let Some(plain) = tlv::find(answer, tag::RESPONSE_TEMPLATE_FORMAT_1).unwrap() {
        return plain.value.to_vec();
    }
    let template = tlv::require(answer, tag::RESPONSE_TEMPLATE_FORMAT_2).unwrap();
    let signed = tlv::require(template.value, tag::SIGNED_DYNAMIC_APPLICATION_DATA);
    signed.unwrap().value.to_vec()
}

/// One key in the hands of all.
struct Keys {
    exponent: PublicExponent,
    card: CardPrivateKeys,
    new: rsa::PrivateKey,
    old: rsa_09::RsaPrivateKey,
}

impl Keys {
    fn new(p: &[u8], q: &[u8], exponent: PublicExponent) -> Self {
        let key = RsaPrivateKey::from_primes(p, q, exponent).unwrap();
        let e = exponent.to_bytes();
        let boxed = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, 8 * bytes.len() as u32).unwrap();
        let big = BigUint::from_bytes_be;
        Self {
            exponent,
            card: CardPrivateKeys::new().with_icc_key(IccPrivateKey::new(key)),
            new: rsa::PrivateKey::from_p_q(boxed(p), boxed(q), BoxedUint::from_be_slice_vartime(e))
                .unwrap(),
            old: rsa_09::RsaPrivateKey::from_p_q(big(p), big(q), big(e)).unwrap(),
        }
    }

    /// Draws one with the public exponent 3.
    fn draw(rng: &mut StdRng, bits: usize) -> Self {
        let drawn = rsa::PrivateKey::new_with_exp(rng, bits, 3_u64.into()).unwrap();
        let [p, q] = drawn.primes() else {
            unreachable!("two primes")
        };
        let bytes = |prime: &BoxedUint| {
            let bytes = prime.to_be_bytes();
            bytes[bytes.len() - bits / 16..].to_vec()
        };
        Self::new(
            &bytes(p.as_ref()),
            &bytes(q.as_ref()),
            PublicExponent::Three,
        )
    }

    /// A signature as a number, and what was signed, which must have the form of EMV: as a number and as bytes.
    fn open(&self, signed: &[u8]) -> (BoxedUint, BoxedUint, Vec<u8>) {
        let number = BoxedUint::from_be_slice(signed, self.new.n().bits_precision()).unwrap();
        let block = rsa_encrypt(&self.new, &number).unwrap();
        let bytes = block.to_be_bytes();
        let (zeros, bytes) = bytes.split_at(bytes.len() - self.new.size());
        assert_eq!(signed.len(), self.new.size());
        assert!(zeros.iter().all(|byte| *byte == 0));
        assert_eq!(
            (&bytes[..2], bytes.last()),
            (&[0x6A, 0x05][..], Some(&0xBC))
        );
        (number, block.clone(), bytes.to_vec())
    }
}

/// CDA is timed where the signature leaves room in the answer for the rest of it.
fn compare(bits: usize, keys: &Keys, rng: &mut StdRng) {
    let purchase = Purchase::new();
    let profile = &CCD_CDA.profile;
    let values = purchase.fill(profile.pdol);
    let pdol = [&[0x83, u8::try_from(values.len()).unwrap()], &values[..]].concat();
    let select = with_data([0x00, 0xA4, 0x04, 0x00], profile.aid);
    let gpo = with_data([0x80, 0xA8, 0x00, 0x00], &pdol);
    let internal = with_data([0x00, 0x88, 0x00, 0x00], &[0x5A, 0x17, 0xC0, 0x3E]);
    let generate = with_data([0x80, 0xAE, 0x90, 0x00], &purchase.fill(profile.cdol1));

    let card = Applet::new(profile, CCD_CDA.card_keys().unwrap(), VolatileMemory::new()).unwrap();
    let coprocessor = SoftwareCoprocessor::new(StdRng::seed_from_u64(2), &keys.card);
    let mut card: Card<'_> = card.with_coprocessor(coprocessor);
    let mut response = [0; MAX_RESPONSE_LENGTH];
    let with_cda = bits / 8 <= 205;

    const NAMES: [&str; 7] = [
        "rsa 0.10, bare: no blinding, no check",
        "rsa 0.10, checked with the public key",
        "rsa 0.10, blinded and checked",
        "rsa 0.9, bare: no blinding, no check",
        "rsa 0.9, blinded and checked",
        "INTERNAL AUTHENTICATE (DDA)",
        "first GENERATE AC (CDA)",
    ];
    let mut all = [(); NAMES.len()].map(|()| Vec::with_capacity(ROUNDS));
    for _ in 0..ROUNDS {
        send(&mut card, &select, &mut response);
        send(&mut card, &gpo, &mut response);
        let [bare, checked, blinded, bare_09, blinded_09, dda, cda] = &mut all;

        let answer = timed(dda, || send(&mut card, &internal, &mut response));
        let signed = signature(answer);
        if with_cda {
            let answer = timed(cda, || send(&mut card, &generate, &mut response));
            let signed = signature(answer);
            let (number, block, _) = keys.open(&signed);
            let again = rsa_decrypt(None::<&mut StdRng>, &keys.new, &block);
            assert_eq!(again.unwrap(), number);
        }

        // Every variant must sign the same the same.
        let (number, block, bytes) = keys.open(&signed);
        let block_09 = BigUint::from_bytes_be(&bytes);

        let results = [
            timed(bare, || {
                rsa_decrypt(None::<&mut StdRng>, &keys.new, black_box(&block))
            }),
            timed(checked, || {
                rsa_decrypt_and_check(&keys.new, None::<&mut StdRng>, black_box(&block))
            }),
            timed(blinded, || {
                rsa_decrypt_and_check(&keys.new, Some(&mut *rng), black_box(&block))
            }),
        ];
        for result in results {
            assert_eq!(result.unwrap(), number);
        }
        let number_09 = BigUint::from_bytes_be(&signed);
        let results = [
            timed(bare_09, || {
                decrypt_09(None::<&mut OsRng>, &keys.old, black_box(&block_09))
            }),
            timed(blinded_09, || {
                let rng = Some(&mut OsRng);
                decrypt_and_check_09(&keys.old, rng, black_box(&block_09))
            }),
        ];
        for result in results {
            assert_eq!(result.unwrap(), number_09);
        }
    }

    let medians = all.map(|mut times| {
        times.sort_unstable();
        (!times.is_empty()).then(|| (times[times.len() / 2] as f64, times[0] as f64))
    });
    println!(
        "\nRSA of {bits} bits, public exponent {}, {ROUNDS} rounds",
        hex::encode(keys.exponent.to_bytes())
    );
    println!(
        "{:>12} {:>11}  {:>8} [minimum]",
        "/ bare 0.10", "/ bare 0.9", "µs"
    );
    let (bare, bare_09) = (medians[0].unwrap().0, medians[3].unwrap().0);
    for (name, median) in NAMES.iter().zip(medians) {
        let Some((time, least)) = median else {
            println!(
                "{:>12} {:>11}  {:>8} {:>9}  {name}: the answer has no room",
                "", "", "", ""
            );
            continue;
        };
        let (new, old) = (time / bare, time / bare_09);
        let (time, least) = (time / 1e3, least / 1e3);
        println!("{new:>12.3} {old:>11.3}  {time:>8.1} [{least:>7.1}]  {name}");
    }
}

fn main() {
    let rng = &mut StdRng::seed_from_u64(1);
    for ([p, q], exponent) in [
        (keys::ICC, PublicExponent::Three),
        (keys::PIN, PublicExponent::FermatFour),
    ] {
        compare(1024, &Keys::new(&p, &q, exponent), rng);
    }
    for bits in [1408, 1984] {
        let drawn = Keys::draw(rng, bits);
        compare(bits, &drawn, rng);
    }
}
