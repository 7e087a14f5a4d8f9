//! What `MemoryStore` takes of memory, and that threads share it well.
//!
//! `cargo test --test state_memory -- --nocapture` prints the number.

#![cfg(feature = "std")]
#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use chipcard::element::ApplicationTransactionCounter as Atc;
use chipcard::issuer::{
    CardEvent, CardIndex, CardState, CardStateStore, Happened, MemoryStore, Outcome,
};

/// Counts what is held at the moment.
struct Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator with the arguments as they came; the counter is a plain atomic.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's contract is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn sale(transaction: u64, atc: u16) -> CardEvent {
    CardEvent {
        at: 1_700_000_000,
        transaction,
        atc: Some(Atc(atc)),
        happened: Happened::CONTACT_READ,
    }
}

/// As good as random, as the names of cards are.
fn card(number: u64) -> CardIndex {
    let spread = u128::from(number).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835);
    CardIndex((spread ^ spread >> 67).to_be_bytes())
}

/// Looked at after every thousand cards, for a table is largest beside its content when it has just grown. The other tests
/// of this file hold next to nothing meanwhile.
#[test]
fn a_card_takes_at_most_128_bytes() {
    const CARDS: u64 = 420_000;
    let before = HELD.load(Ordering::Relaxed);
    let store = MemoryStore::new();
    let (mut most, mut when) = (0, 0);
    for number in 1..=CARDS {
        let recorded = store.record(&card(number), &sale(number, 1)).unwrap();
        assert_eq!(recorded.outcome, Outcome::New);
        if number >= 100_000 && number % 1_000 == 0 {
            let each = (HELD.load(Ordering::Relaxed) - before) / number as usize;
            if each > most {
                (most, when) = (each, number);
            }
        }
    }
    println!("at most {most} bytes a card, with {when} cards");
    assert!(most <= 128, "{most} bytes a card with {when} cards");
    for number in [1, 77_777, CARDS] {
        let mut expected = CardState::default();
        expected.apply(&sale(number, 1));
        assert_eq!(store.card(&card(number)), Some(expected));
        let replay = store.record(&card(number), &sale(number + 1, 1)).unwrap();
        assert_eq!(replay.outcome, Outcome::Seen);
    }
}

/// Eight threads record the same counters of some cards at the same moments: each is new to one of them.
#[test]
fn one_of_eight_threads_finds_a_counter_new() {
    const THREADS: u64 = 8;
    const COUNTERS: u16 = 2_000;
    let store = MemoryStore::new();
    let start = Barrier::new(THREADS as usize);
    let new: Vec<Vec<u16>> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (store, start) = (&store, &start);
                scope.spawn(move || {
                    let new = |atc: &u16| {
                        if atc.is_multiple_of(16) {
                            start.wait();
                        }
                        let event = sale(thread << 32 | u64::from(*atc), *atc);
                        let recorded = store.record(&card(5), &event).unwrap();
                        recorded.outcome == Outcome::New
                    };
                    (1..=COUNTERS).filter(new).collect()
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    let mut new = new.concat();
    new.sort_unstable();
    assert_eq!(new, (1..=COUNTERS).collect::<Vec<_>>());
}
