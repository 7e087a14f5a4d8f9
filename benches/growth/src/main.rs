//! How the cost of a verification grows with the size of the batch, the length of the message and the number of cores;
//! and single workloads for `benches/instructions`, which counts their instructions.
//!
//! `growth` prints the tables, `growth WORKLOAD COUNT` does one workload so many times.

use std::convert::Infallible;
use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use chipcard::Tag;
use chipcard::crypto::lanes::des::{
    Backend, Item, Outcome, Response, ResponseKey, SessionKey, Shape,
};
use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::{
    Amount, ApplicationTransactionCounter, CountryCode, CurrencyCode, Date, Pan, PanSequenceNumber,
    ServiceCode, UnpredictableNumber, YearMonth,
};
use chipcard::issuer::{
    AuthorisationRequest, Authoriser, BatchItem, BatchMemory, BatchVerdict, CardEvent, CardIndex,
    CardRecord, CardState, CardStateStore, ChipData, IssuedCard, Issuer, IssuerResponse,
    MessageKind, PlaceEvent, PlaceIndex, PlaceState, PosEntryMode, Recorded, Refusal, StateKey,
    TerminalCapability, Timestamp, Verdict,
};
use chipcard::key::{Ac, IssuerKeySet, IssuerMasterKey};
use chipcard::{laboratory, tag};

type Outcomes<T = ()> = Result<T, Box<dyn Error>>;

/// A published test key.
const KEY: [u8; 16] = 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210_u128.to_be_bytes();
const INDEX: u8 = 0x01;

/// Distinct transactions; larger batches have them again and again.
const DISTINCT: usize = 1 << 16;

/// Numbers that look random and are the same in every run: SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            (mixed >> 56) as u8
        })
    }
}

/// One kind of card, its issuer, and transactions that verify.
struct Cards {
    issuer: Issuer<IssuerKeySet>,
    records: Vec<CardRecord<'static>>,
    messages: Vec<Vec<u8>>,
}

impl Cards {
    fn new(version: &'static CryptogramVersion, iad: &[u8], count: usize) -> Outcomes<Self> {
        let master: IssuerMasterKey<Ac> = match version.cipher {
            chipcard::cryptogram::CipherFamily::Tdes => IssuerMasterKey::tdes(&KEY)?,
            chipcard::cryptogram::CipherFamily::Aes => IssuerMasterKey::aes(&KEY)?,
        };
        let mut random = Random(1);
        let (mut records, mut messages) = (Vec::new(), Vec::new());
        for number in 0..count {
            let pan = Pan::from_digits(format!("4761739{:09}", number % 100_000))?;
            let psn = PanSequenceNumber::from_bcd(0x01)?;
            let (atc, un) = (random.bytes::<2>(), random.bytes::<4>());
            let elements: [(Tag, &[u8]); 15] = [
                (tag::APPLICATION_INTERCHANGE_PROFILE, &[0x39, 0x00]),
                (tag::TERMINAL_VERIFICATION_RESULTS, &[0, 0, 0, 0x80, 0]),
                (tag::TRANSACTION_DATE, &[0x26, 0x11, 0x24]),
                (tag::TRANSACTION_TYPE, &[0x00]),
                (tag::TRANSACTION_CURRENCY_CODE, &[0x09, 0x78]),
                (tag::APPLICATION_PAN_SEQUENCE_NUMBER, &[0x01]),
                (tag::AMOUNT_AUTHORISED_NUMERIC, &[0, 0, 0, 0, 0x12, 0x34]),
                (tag::AMOUNT_OTHER_NUMERIC, &[0; 6]),
                (tag::ISSUER_APPLICATION_DATA, iad),
                (tag::TERMINAL_COUNTRY_CODE, &[0x02, 0x76]),
                (tag::CRYPTOGRAM_INFORMATION_DATA, &[0x80]),
                (tag::CVM_RESULTS, &[0x1F, 0x03, 0x02]),
                (tag::APPLICATION_TRANSACTION_COUNTER, &atc),
                (tag::UNPREDICTABLE_NUMBER, &un),
                (tag::APPLICATION_CRYPTOGRAM, &[0; 8]),
            ];
            let mut message = Vec::new();
            for (tag, value) in elements {
                message.extend_from_slice(tag.as_bytes());
                message.push(value.len() as u8);
                message.extend_from_slice(value);
            }
            let derivation = version.session_key.for_cryptogram(
                ApplicationTransactionCounter::from_bytes(atc),
                UnpredictableNumber(un),
            );
            let key = master
                .card_key(&pan, psn, version.card_key)?
                .session_key(&derivation)?;
            let cryptogram = laboratory::sign(version, &key, &ChipData::parse(&message)?)?;
            let end = message.len();
            message[end - 8..].copy_from_slice(&cryptogram.0);
            records.push(CardRecord::new(pan, Some(psn), version, INDEX));
            messages.push(message);
        }
        Ok(Self {
            issuer: Issuer::new(IssuerKeySet::new(INDEX, master)),
            records,
            messages,
        })
    }

    fn tdes(count: usize) -> Outcomes<Self> {
        let iad = [0x06, INDEX, 0x12, 0x03, 0xA0, 0x00, 0x00];
        Self::new(&CryptogramVersion::VISA_18, &iad, count)
    }

    fn aes(count: usize) -> Outcomes<Self> {
        let mut iad = [0; 32];
        (iad[0], iad[1], iad[2]) = (0x0F, 0xA6, INDEX);
        (iad[3], iad[4], iad[16]) = (0xA0, 0x30, 0x0F);
        Self::new(&CryptogramVersion::CCD_A6, &iad, count)
    }

    fn chips(&self) -> Outcomes<Vec<ChipData<'_>>> {
        let chips = self.messages.iter().map(|message| ChipData::parse(message));
        Ok(chips.collect::<Result<_, _>>()?)
    }

    fn items<'a>(
        &'a self,
        chips: &'a [ChipData<'a>],
        count: usize,
        answer: bool,
    ) -> Vec<BatchItem<'a>> {
        let all = self.records.iter().zip(chips).cycle().take(count);
        all.map(|(card, chip)| {
            let item = BatchItem::new(card, chip);
            if answer {
                item.answered(IssuerResponse::approve())
            } else {
                item
            }
        })
        .collect()
    }
}

fn places(count: usize) -> Vec<BatchVerdict> {
    vec![Err(Refusal::Cryptogram); count]
}

/// Nanoseconds of the thread's processor time.
fn thread_time() -> f64 {
    #[repr(C)]
    struct Timespec {
        seconds: i64,
        nanoseconds: i64,
    }
    unsafe extern "C" {
        fn clock_gettime(clock: i32, time: *mut Timespec) -> i32;
    }
    const CLOCK_THREAD_CPUTIME_ID: i32 = 3;
    let mut time = Timespec {
        seconds: 0,
        nanoseconds: 0,
    };
    // SAFETY: the clock exists on Linux and `time` has the layout of a 64-bit timespec.
    unsafe { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.seconds as f64 * 1e9 + time.nanoseconds as f64
}

/// The median of some rounds, per item.
fn median(items: usize, mut round: impl FnMut()) -> f64 {
    let rounds = (200_000 / items.max(1)).clamp(3, 21);
    let repeat = (4096 / items.max(1)).max(1);
    let mut times: Vec<f64> = (0..rounds)
        .map(|_| {
            let start = thread_time();
            (0..repeat).for_each(|_| round());
            (thread_time() - start) / (repeat * items.max(1)) as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn by_batch_size(name: &str, cards: &Cards) -> Outcomes {
    println!("\n{name}: ns for each item, by the size of the batch (1: verify_arqc)");
    let chips = cards.chips()?;
    let sizes = [1, 4, 16, 64, 256, 1024, 4096, 1 << 16, 1 << 20];
    for size in sizes {
        let items = cards.items(&chips, size, false);
        let mut verdicts = places(size);
        let mut memory = BatchMemory::default();
        let time = if size == 1 {
            median(1, || {
                black_box(
                    cards
                        .issuer
                        .verify_arqc(items[0].card, items[0].chip)
                        .is_ok(),
                );
            })
        } else {
            median(size, || {
                let issuer = &cards.issuer;
                let done = issuer.verify_batch_with(&mut memory, &items, &mut verdicts);
                assert!(done.is_ok());
            })
        };
        if size > 1 && !verdicts.iter().all(Result::is_ok) {
            return Err("a genuine item does not verify".into());
        }
        println!("{size:>9}  {time:7.1}");
    }
    Ok(())
}

/// Records for the kernel alone, with a cryptogram that is wrong: it takes the same time.
fn kernel_items<'k>(key: &'k [u8; 16], messages: &'k [Vec<[u8; 8]>]) -> Vec<Item<'k>> {
    let mut random = Random(2);
    let item = |message: &'k Vec<[u8; 8]>| Item {
        issuer_key: key,
        message,
        card: random.bytes(),
        session: random.bytes(),
        cryptogram: random.bytes(),
        response: [random.bytes(), random.bytes()],
    };
    messages.iter().map(item).collect()
}

fn kernel_shape(blocks: usize) -> Shape {
    Shape {
        blocks,
        session: Some(SessionKey::COMMON),
        response: Response::Method1(ResponseKey::Signing),
    }
}

fn by_message_length() {
    let backends: Vec<_> = Backend::ALL
        .into_iter()
        .filter(|b| b.is_available())
        .collect();
    println!(
        "\nTDES kernel, answer included: ns for each item, by blocks of the message, batch of 1024"
    );
    println!(
        "   blocks  {}",
        backends
            .iter()
            .map(|b| format!("{b:?}  "))
            .collect::<String>()
    );
    for blocks in [1, 2, 4, 6, 8, 9] {
        let messages = vec![vec![[0x5A; 8]; blocks]; 1024];
        let items = kernel_items(&KEY, &messages);
        let mut outcomes = vec![Outcome::default(); items.len()];
        print!("{blocks:>9}  ");
        for backend in &backends {
            let time = median(items.len(), || {
                assert!(
                    backend
                        .verify(&kernel_shape(blocks), &items, &mut outcomes)
                        .is_ok()
                );
            });
            print!("{time:7.1}  ");
        }
        println!();
    }
}

fn by_cores(name: &str, cards: &Cards) -> Outcomes {
    println!("\n{name}: million items a second by the clock, 2^18 items, by threads");
    let chips = cards.chips()?;
    let items = cards.items(&chips, 1 << 18, false);
    let mut verdicts = places(items.len());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for threads in (0..)
        .map(|power| 1 << power)
        .take_while(|threads| *threads <= cores)
    {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()?;
        let mut best = f64::MAX;
        for _ in 0..7 {
            let start = Instant::now();
            pool.install(|| cards.issuer.par_verify_batch(&items, &mut verdicts))?;
            best = best.min(start.elapsed().as_secs_f64());
        }
        println!("{threads:>9}  {:7.2}", items.len() as f64 / best / 1e6);
    }
    Ok(())
}

/// A store in which every card and every place is new.
struct Forgetful;

impl CardStateStore for Forgetful {
    type Error = Infallible;

    fn record(&self, _card: &CardIndex, event: &CardEvent) -> Result<Recorded, Infallible> {
        Ok(CardState::default().apply(event))
    }

    fn observe(
        &self,
        _place: &PlaceIndex,
        event: &PlaceEvent,
    ) -> Result<Option<PlaceState>, Infallible> {
        Ok(Some(PlaceState::default().apply(event)))
    }
}

/// The whole message around chip data of [`Cards`].
fn sale<'a>(card: &IssuedCard<'_>, de55: &'a [u8]) -> Outcomes<AuthorisationRequest<'a>> {
    let noon = 1_795_521_600;
    let mut request = AuthorisationRequest::new(
        MessageKind::Authorisation,
        card.pan.clone(),
        Amount::new(1_234)?,
        CurrencyCode::new(978)?,
        PosEntryMode::Contact,
        Timestamp(noon),
    );
    request.local_date = Some(Date::new(2026, 11, 24)?);
    request.country = Some(CountryCode::new(276)?);
    request.terminal = TerminalCapability::ChipAndContactless;
    request.mcc = Some(5411);
    request.stan = Some("000001");
    request.rrn = Some("632812000001");
    request.acquirer = Some("123456");
    request.merchant = Some("MERCHANT0000001");
    request.terminal_id = Some("TERM0001");
    request.chip = Some(de55);
    Ok(request)
}

/// Does one workload `count` times.
fn once(workload: &str, count: usize) -> Outcomes {
    let batch = |cards: &Cards, answer: bool| -> Outcomes {
        let chips = cards.chips()?;
        let items = cards.items(&chips, 1024, answer);
        let mut verdicts = places(items.len());
        let mut memory = BatchMemory::default();
        for _ in 0..count {
            cards
                .issuer
                .verify_batch_with(&mut memory, &items, &mut verdicts)?;
        }
        assert!(verdicts.iter().all(Result::is_ok));
        Ok(())
    };
    let alone = |cards: &Cards, answer: bool| -> Outcomes {
        let chips = cards.chips()?;
        for _ in 0..count {
            let verified = cards.issuer.verify_arqc(&cards.records[0], &chips[0])?;
            if answer {
                black_box(
                    cards
                        .issuer
                        .authorise(verified, &IssuerResponse::approve())?,
                );
            } else {
                let _ = black_box(verified);
            }
        }
        Ok(())
    };
    let judged = |cards: Cards| -> Outcomes {
        let expiry = YearMonth::new(2030, 12)?;
        let card = IssuedCard::chip(
            cards.records[0].clone(),
            expiry,
            ServiceCode::from_digits("201")?,
        );
        let authoriser = Authoriser::new(cards.issuer, StateKey::new(&[0x5A; 32]));
        let card = authoriser.named(card);
        for _ in 0..count {
            let request = sale(&card, &cards.messages[0])?;
            let Ok(assessment) = authoriser.assess(black_box(&request), &card, &Forgetful);
            assert_eq!(black_box(assessment).verdict, Verdict::Approve);
        }
        Ok(())
    };
    let kernel = |backend: Backend| -> Outcomes {
        let messages = vec![vec![[0x5A; 8]; 6]; backend.lanes()];
        let items = kernel_items(&KEY, &messages);
        let mut outcomes = vec![Outcome::default(); items.len()];
        for _ in 0..count {
            backend.verify(&kernel_shape(6), &items, &mut outcomes)?;
        }
        Ok(())
    };
    match workload {
        "read-de55" => {
            let cards = Cards::tdes(1)?;
            for _ in 0..count {
                black_box(ChipData::parse(black_box(&cards.messages[0]))?);
            }
            Ok(())
        }
        "tdes-verified" => alone(&Cards::tdes(1)?, false),
        "tdes-answered" => alone(&Cards::tdes(1)?, true),
        "aes-verified" => alone(&Cards::aes(1)?, false),
        "aes-answered" => alone(&Cards::aes(1)?, true),
        "tdes-judged" => judged(Cards::tdes(1)?),
        "aes-judged" => judged(Cards::aes(1)?),
        "tdes-batch-of-1024" => batch(&Cards::tdes(1024)?, false),
        "tdes-batch-of-1024-answered" => batch(&Cards::tdes(1024)?, true),
        "aes-batch-of-1024" => batch(&Cards::aes(1024)?, false),
        "kernel-portable-64" => kernel(Backend::Portable64),
        "kernel-avx2-256" => kernel(Backend::Avx2),
        _ => Err("no such workload".into()),
    }
}

fn main() -> Outcomes {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if let [workload, count] = &arguments[..] {
        return once(workload, count.parse()?);
    }
    let (tdes, aes) = (Cards::tdes(DISTINCT)?, Cards::aes(DISTINCT)?);
    by_batch_size("TDES (Visa CVN 18)", &tdes)?;
    by_batch_size("AES-128 (CCD A6)", &aes)?;
    by_message_length();
    by_cores("TDES (Visa CVN 18)", &tdes)?;
    by_cores("AES-128 (CCD A6)", &aes)
}
