//! Many cryptograms in one call give what one call each gives.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod test_card;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use chipcard::cryptogram::{CipherFamily, CryptogramVersion};
use chipcard::element::IadLayout;
use chipcard::element::{AuthorisationResponseCode, CardStatusUpdate};
use chipcard::issuer::{
    BatchItem, BatchMemory, BatchVerdict, BatchVerifier, CardRecord, ChipData, CryptogramEngine,
    Issuer, IssuerResponse, Refusal,
};
use chipcard::key::{IssuerKeySet, IssuerMasterKey};
use chipcard::tag;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, RngExt, SeedableRng};

use test_card::{TestCard, key_set, master_key};

/// Sizes around the widths of the lanes.
const SIZES: [usize; 19] = [
    0, 1, 2, 5, 6, 7, 63, 64, 65, 255, 256, 257, 511, 512, 513, 1023, 1024, 1025, 2600,
];

/// Counts what each thread asks for, because tests run side by side.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator with the arguments as they came; the counter neither
// allocates nor panics (a constant-initialised cell without destructor). Growing in place is the default: a new
// allocation, which counts.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are the system allocator's conditions.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// How often `work` asks for memory.
fn allocations(work: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    work();
    ALLOCATIONS.get() - before
}

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

/// Samples, their issuer, and their chip data.
fn samples(cipher: CipherFamily, spoil: Spoil, size: usize) -> (Issuer<IssuerKeySet>, Vec<Sample>) {
    let versions: Vec<_> = CryptogramVersion::ALL
        .iter()
        .filter(|row| row.cipher == cipher)
        .collect();
    let issuer = Issuer::new(key_set(versions[0], &master_key(cipher)));
    let mut random = StdRng::seed_from_u64(0x00C4_1BCA_4D00 ^ spoil as u64);
    let one = |place: usize| {
        let spoiled = match spoil {
            Spoil::None => false,
            Spoil::All => true,
            Spoil::Seventh => place % 7 == 3,
        };
        sample(&mut random, &versions, spoiled)
    };
    (issuer, (0..size).map(one).collect())
}

fn items<'a>(samples: &'a [Sample], chips: &'a [ChipData<'a>]) -> Vec<BatchItem<'a>> {
    let item = |(sample, chip): (&'a Sample, &'a ChipData<'a>)| {
        let item = BatchItem::new(&sample.record, chip);
        sample
            .response
            .map_or(item, |response| item.answered(response))
    };
    samples.iter().zip(chips).map(item).collect()
}

fn chips(samples: &[Sample]) -> Vec<ChipData<'_>> {
    samples
        .iter()
        .map(|sample| ChipData::parse(&sample.de55).unwrap())
        .collect()
}

fn alone(issuer: &Issuer<impl CryptogramEngine>, item: &BatchItem<'_>) -> BatchVerdict {
    let verified = issuer.verify_arqc(item.card, item.chip)?;
    let answer = item
        .response
        .map(|response| issuer.authorise(verified, &response));
    Ok(answer.transpose()?)
}

/// Puts items into a queue, and takes out of it their verdicts by the number of the item.
fn queued(
    issuer: &Issuer<IssuerKeySet>,
    capacity: usize,
    items: &[BatchItem<'_>],
) -> Vec<BatchVerdict> {
    let mut verdicts = Vec::new();
    let mut report = |ticket: usize, verdict| {
        assert_eq!(ticket, verdicts.len(), "verdicts come in order");
        verdicts.push(verdict);
    };
    let mut queue = BatchVerifier::new(issuer, capacity);
    for (ticket, item) in items.iter().enumerate() {
        match item.response {
            None => queue.push(ticket, item.card.clone(), item.chip, &mut report),
            Some(response) => {
                queue.push_answered(ticket, item.card.clone(), item.chip, response, &mut report);
            }
        }
        assert!(queue.waiting() < capacity);
    }
    queue.finish(&mut report);
    verdicts
}

fn compare(cipher: CipherFamily, spoil: Spoil) {
    let largest = SIZES[SIZES.len() - 1];
    let (issuer, samples) = samples(cipher, spoil, largest);
    let chips = chips(&samples);
    let items = items(&samples, &chips);
    let expected: Vec<_> = items.iter().map(|item| alone(&issuer, item)).collect();
    let mut memory = BatchMemory::default();
    for size in SIZES {
        let (items, expected) = (&items[..size], &expected[..size]);
        let mut verdicts: Vec<BatchVerdict> = vec![Err(Refusal::Pan); size];
        issuer
            .verify_batch_with(&mut memory, items, &mut verdicts)
            .unwrap();
        assert_eq!(verdicts, expected, "{size} items");
        #[cfg(feature = "rayon")]
        {
            verdicts.fill(Err(Refusal::Pan));
            issuer.par_verify_batch(items, &mut verdicts).unwrap();
            assert_eq!(verdicts, expected, "{size} items on all threads");
        }
        // A queue that holds one item verifies it alone: a few are as good as many.
        for capacity in [1, 64, 1000]
            .into_iter()
            .filter(|capacity| size <= 65 || *capacity > 1)
        {
            assert_eq!(
                queued(&issuer, capacity, items),
                expected,
                "{size} items by {capacity}"
            );
        }
    }
    // A version without a signed answer refuses one.
    let answerable = items
        .iter()
        .filter(|item| item.response.is_none() || item.card.version().arpc.is_some())
        .count();
    let good = expected.iter().filter(|verdict| verdict.is_ok()).count();
    match spoil {
        Spoil::None => assert_eq!(good, answerable),
        Spoil::All => assert_eq!(good, 0),
        Spoil::Seventh => assert!(0 < good && good <= answerable),
    }
}

/// Once its memory is there, a batch and a queue need no more, however many items there are.
#[test]
fn only_the_first_rounds_allocate() {
    for cipher in [CipherFamily::Tdes, CipherFamily::Aes] {
        let (issuer, samples) = samples(cipher, Spoil::Seventh, 700);
        let chips = chips(&samples);
        let items = items(&samples, &chips);
        let mut verdicts: Vec<BatchVerdict> = vec![Err(Refusal::Pan); items.len()];
        let mut memory = BatchMemory::default();
        let mut batch = || {
            allocations(|| {
                issuer
                    .verify_batch_with(&mut memory, &items, &mut verdicts)
                    .unwrap();
            })
        };
        assert!(batch() > 0, "the first one must");
        assert_eq!(batch(), 0);

        // What is sorted apart decides how much a vector grows: give every round the same.
        let mut good = 0;
        let mut report = |_: usize, verdict: BatchVerdict| good += usize::from(verdict.is_ok());
        let mut queue = BatchVerifier::new(&issuer, items.len());
        let mut round = || {
            allocations(|| {
                for (ticket, item) in items.iter().enumerate() {
                    queue.push(ticket, item.card.clone(), item.chip, &mut report);
                }
            })
        };
        assert!(round() > 0);
        assert_eq!((round(), round()), (0, 0));
    }
}

#[test]
fn what_is_dropped_in_the_queue_has_no_verdict() {
    let (issuer, samples) = samples(CipherFamily::Tdes, Spoil::None, 3);
    let chips = chips(&samples);
    let mut queue = BatchVerifier::new(&issuer, 4);
    let mut report = |_: usize, _| panic!("nothing was verified");
    for (ticket, (sample, chip)) in samples.iter().zip(&chips).enumerate() {
        queue.push(ticket, sample.record.clone(), chip, &mut report);
    }
    assert_eq!(queue.waiting(), 3);
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
fn aes_all_wrong() {
    compare(CipherFamily::Aes, Spoil::All);
}

#[test]
fn aes_some_wrong() {
    compare(CipherFamily::Aes, Spoil::Seventh);
}

/// Three keys and both ciphers in one batch, in no order, every third cryptogram wrong.
#[test]
fn ciphers_and_keys_may_be_mixed() {
    let other = master_key(CipherFamily::Tdes).map(|byte| byte ^ 0xA4);
    let sets = || {
        vec![
            (
                CipherFamily::Tdes,
                key_set(&CryptogramVersion::VISA_10, &master_key(CipherFamily::Tdes)),
            ),
            (
                CipherFamily::Tdes,
                IssuerKeySet::new(0x02, IssuerMasterKey::tdes(&other).unwrap()),
            ),
            (
                CipherFamily::Aes,
                IssuerKeySet::new(0xF0, IssuerMasterKey::aes(&other).unwrap()),
            ),
        ]
    };
    let random = &mut StdRng::seed_from_u64(0x00C4_1BCA_4D03);
    let versions = |cipher| {
        CryptogramVersion::ALL
            .iter()
            .filter(move |row| row.cipher == cipher)
    };
    let mut samples = Vec::new();
    for number in 0..800 {
        let (cipher, set) = sets().swap_remove(random.random_range(0..3));
        let version = versions(cipher).nth(random.random_range(0..versions(cipher).count()));
        let (index, pan) = (set.index(), digits(random, 16));
        let mut card = TestCard::new(version.unwrap(), &pan, "01");
        card.keys = set;
        let mut message = card.message();
        let place = match card.version.iad_layout {
            IadLayout::MChip => 0,
            IadLayout::Visa24 | IadLayout::Ccd => 2,
            _ => 1,
        };
        message.get_mut(tag::ISSUER_APPLICATION_DATA)[place] = index;
        card.sign(&mut message);
        if number % 3 == 0 {
            message.get_mut(tag::APPLICATION_CRYPTOGRAM)[number % 8] ^= 0x01;
        }
        let answer = card.version.arpc.is_some() && random.random();
        samples.push(Sample {
            record: CardRecord::new(card.pan.clone(), Some(card.sequence), card.version, index),
            de55: message.bytes(),
            response: answer.then(IssuerResponse::approve),
        });
    }
    let sets: Vec<_> = sets().into_iter().map(|(_, set)| set).collect();
    let issuer = Issuer::new(sets);
    let chips = chips(&samples);
    let items = items(&samples, &chips);
    let mut verdicts: Vec<BatchVerdict> = vec![Err(Refusal::Pan); items.len()];
    issuer.verify_batch(&items, &mut verdicts).unwrap();
    for (number, (item, verdict)) in items.iter().zip(&verdicts).enumerate() {
        assert_eq!(*verdict, alone(&issuer, item), "{number}");
        assert_eq!(verdict.is_ok(), number % 3 != 0, "{number}");
    }
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
