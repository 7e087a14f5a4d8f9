//! Many cryptograms in one call give what one call each gives.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod test_card;

use chipcard::cryptogram::{CipherFamily, CryptogramVersion};
use chipcard::element::{AuthorisationResponseCode, CardStatusUpdate};
use chipcard::issuer::{
    BatchItem, BatchVerdict, CardRecord, ChipData, Issuer, IssuerResponse, Refusal,
};
use chipcard::tag;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};

use test_card::{TestCard, key_set, master_key};

/// Sizes around the widths of the lanes.
const SIZES: [usize; 19] = [
    0, 1, 2, 5, 6, 7, 63, 64, 65, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 4099,
];

/// What one item is made of.
struct Sample {
    record: CardRecord<'static>,
    de55: Vec<u8>,
    response: Option<IssuerResponse<'static>>,
}

#[derive(Clone, Copy)]
enum Spoil {
    None,
    All,
    Seventh,
}

fn digits(random: &mut StdRng, count: usize) -> String {
    (0..count)
        .map(|_| char::from(b'0' + random.random_range(0..10)))
        .collect()
}

fn sample(random: &mut StdRng, versions: &[&'static CryptogramVersion], spoil: bool) -> Sample {
    let version = versions.choose(random).unwrap();
    let length = random.random_range(13..=19);
    let card = TestCard::new(version, &digits(random, length), &digits(random, 2));
    let mut message = card.message();
    for tag in [
        tag::AMOUNT_AUTHORISED_NUMERIC,
        tag::UNPREDICTABLE_NUMBER,
        tag::TRANSACTION_DATE,
    ] {
        random.fill_bytes(message.get_mut(tag));
    }
    random.fill_bytes(message.get_mut(tag::APPLICATION_TRANSACTION_COUNTER));
    card.sign(&mut message);
    if spoil {
        // Wrong in the cryptogram, in what it covers, in what the record pins, or missing.
        match random.random_range(0..5) {
            0 => message.get_mut(tag::APPLICATION_CRYPTOGRAM)[random.random_range(0..8)] ^= 0x10,
            1 => message.get_mut(tag::AMOUNT_AUTHORISED_NUMERIC)[5] ^= 0x01,
            2 => message.get_mut(tag::UNPREDICTABLE_NUMBER)[0] ^= 0x80,
            3 => message.set(tag::CRYPTOGRAM_INFORMATION_DATA, &[0x40]),
            _ => message.remove(tag::APPLICATION_TRANSACTION_COUNTER),
        }
    }
    let response = match random.random_range(0..4) {
        0 => None,
        1 => Some(IssuerResponse::approve()),
        2 => Some(IssuerResponse::decline(AuthorisationResponseCode::DECLINED)),
        _ => {
            let data: &'static [u8] = &[0xA1, 0xB2, 0xC3, 0xD4, 0xE5, 0xF6, 0x07, 0x18];
            let proprietary = &data[..random.random_range(0..=8)];
            let csu = CardStatusUpdate(random.random());
            Some(
                IssuerResponse::approve()
                    .with_csu(csu)
                    .with_proprietary(proprietary),
            )
        }
    };
    Sample {
        record: card.record(),
        de55: message.bytes(),
        response,
    }
}

fn compare(cipher: CipherFamily, spoil: Spoil) {
    let versions: Vec<_> = CryptogramVersion::ALL
        .iter()
        .filter(|row| row.cipher == cipher)
        .collect();
    let issuer = Issuer::new(key_set(versions[0], &master_key(cipher)));
    let mut random = StdRng::seed_from_u64(0x00C4_1BCA_4D00 ^ spoil as u64);
    for size in SIZES {
        let samples: Vec<_> = (0..size)
            .map(|place| {
                let spoiled = match spoil {
                    Spoil::None => false,
                    Spoil::All => true,
                    Spoil::Seventh => place % 7 == 3,
                };
                sample(&mut random, &versions, spoiled)
            })
            .collect();
        let chips: Vec<_> = samples
            .iter()
            .map(|sample| ChipData::parse(&sample.de55).unwrap())
            .collect();
        let items: Vec<_> = samples
            .iter()
            .zip(&chips)
            .map(|(sample, chip)| {
                let item = BatchItem::new(&sample.record, chip);
                sample
                    .response
                    .map_or(item, |response| item.answered(response))
            })
            .collect();
        let mut verdicts: Vec<BatchVerdict> = vec![Err(Refusal::Pan); size];
        issuer.verify_batch(&items, &mut verdicts).unwrap();
        for (place, (item, verdict)) in items.iter().zip(&verdicts).enumerate() {
            let alone = issuer
                .verify_arqc(item.card, item.chip)
                .and_then(|verified| {
                    let answer = item
                        .response
                        .map(|response| issuer.authorise(verified, &response));
                    Ok(answer.transpose()?)
                });
            assert_eq!(*verdict, alone, "item {place} of {size}: {:?}", item.card);
        }
        // A version without a signed answer refuses one.
        let answerable = items
            .iter()
            .filter(|item| item.response.is_none() || item.card.version().arpc.is_some())
            .count();
        let good = verdicts.iter().filter(|verdict| verdict.is_ok()).count();
        match spoil {
            Spoil::None => assert_eq!(good, answerable),
            Spoil::All => assert_eq!(good, 0),
            Spoil::Seventh => assert!(good <= answerable),
        }
    }
}

#[test]
fn tdes_all_right() {
    compare(CipherFamily::Tdes, Spoil::None);
}

#[test]
fn tdes_all_wrong() {
    compare(CipherFamily::Tdes, Spoil::All);
}

#[test]
fn tdes_some_wrong() {
    compare(CipherFamily::Tdes, Spoil::Seventh);
}

#[test]
fn aes_all_right() {
    compare(CipherFamily::Aes, Spoil::None);
}

#[test]
fn aes_some_wrong() {
    compare(CipherFamily::Aes, Spoil::Seventh);
}

#[test]
fn places_for_verdicts_must_fit() {
    let issuer = Issuer::new(key_set(
        &CryptogramVersion::VISA_10,
        &master_key(CipherFamily::Tdes),
    ));
    let mut verdicts: Vec<BatchVerdict> = vec![Err(Refusal::Pan); 1];
    assert!(issuer.verify_batch(&[], &mut verdicts).is_err());
    assert_eq!(verdicts, [Err(Refusal::Pan)]);
}
