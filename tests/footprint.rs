//! What one verification needs of memory: no heap, and less than 4 KiB of stack. And a card: no
//! heap, and 8 KiB for everything.
//!
//! `cargo test --release --features laboratory --test footprint -- --nocapture` prints the numbers. The stack is measured
//! in release builds alone: without optimisation every move of a value has a place of its own.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod common;
mod test_card;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use chipcard::apdu::MAX_RESPONSE_LENGTH;
use chipcard::card::{Applet, VolatileMemory, test_cards as card};
use chipcard::cryptogram::CryptogramVersion;
use chipcard::issuer::{CardRecord, ChipData, Issuer, IssuerResponse};
use chipcard::key::{CardKeySet, IssuerKeySet};

use test_card::TestCard;

/// Counts what the current thread asks for.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator with the arguments as they came; the counter neither
// allocates nor panics (a constant-initialised cell without destructor).
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's contract is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// From the bytes of DE 55 to tag 91, where the version has a signed answer.
#[inline(never)]
fn authorise(issuer: &Issuer<&IssuerKeySet>, record: &CardRecord<'_>, de55: &[u8]) -> usize {
    let chip = ChipData::parse(de55).unwrap();
    let verified = issuer.verify_arqc(record, &chip).unwrap();
    if record.version().arpc.is_none() {
        return 0;
    }
    let answer = issuer.authorise(verified, &IssuerResponse::approve());
    answer.unwrap().as_bytes().len()
}

fn cards() -> impl Iterator<Item = (TestCard, Vec<u8>)> {
    CryptogramVersion::ALL.iter().map(|version| {
        let card = TestCard::new(version, "4123456789012345678", "01");
        let de55 = card.message().bytes();
        (card, de55)
    })
}

#[test]
fn a_verification_allocates_nothing() {
    let before = ALLOCATIONS.get();
    drop(Box::new(1));
    assert_eq!(ALLOCATIONS.get(), before + 1, "the counter counts");
    for (card, de55) in cards() {
        let (issuer, record) = (card.issuer(), card.record());
        let before = ALLOCATIONS.get();
        authorise(&issuer, &record, &de55);
        assert_eq!(ALLOCATIONS.get(), before, "{}", card.version.name);
    }
}

/// A whole online transaction at a new card.
#[inline(never)]
fn transact(
    card: &mut Applet<'_, VolatileMemory>,
    response: &mut [u8; MAX_RESPONSE_LENGTH],
    commands: &[Vec<u8>],
) {
    for command in commands {
        let length = card.process(command, response);
        assert_eq!(response[length - 2..length], [0x90, 0x00]);
    }
}

fn new_card<'p>(test: &'p card::TestCard, keys: &CardKeySet) -> Applet<'p, VolatileMemory> {
    Applet::new(&test.profile, keys.clone(), VolatileMemory::new()).unwrap()
}

#[test]
fn a_card_allocates_nothing() {
    for test in card::TestCard::ALL {
        let commands = common::online_transaction(test);
        let keys = test.card_keys().unwrap();
        let mut response = [0; MAX_RESPONSE_LENGTH];
        let before = ALLOCATIONS.get();
        transact(&mut new_card(test, &keys), &mut response, &commands);
        assert_eq!(ALLOCATIONS.get(), before, "{}", test.name);
    }
}

#[cfg(all(unix, not(debug_assertions)))]
mod stack {
    use super::*;

    use std::cell::RefCell;
    use std::ffi::c_void;
    use std::ptr;

    const PAINT: u8 = 0xA5;
    const STACK: usize = 256 * 1024;
    /// What the painter itself stands on.
    const MARGIN: usize = 512;

    struct Job<'a> {
        work: &'a dyn Fn(),
        stack: *mut u8,
        used: usize,
    }

    /// Runs the work twice, so that what happens once in a process is over, with fresh paint under the second run.
    extern "C" fn run(job: *mut c_void) -> *mut c_void {
        // SAFETY: `depth` passes a job that lives until this thread has been joined, and touches it only then.
        let job = unsafe { &mut *job.cast::<Job<'_>>() };
        (job.work)();
        let here = 0_u8;
        let here = ptr::from_ref(&here) as usize - job.stack as usize;
        // SAFETY: from its start to below this frame, the stack is memory of `depth` that no live frame uses.
        unsafe { ptr::write_bytes(job.stack, PAINT, here - MARGIN) };
        (job.work)();
        // SAFETY: all of it was written above.
        let touched = (0..here).find(|at| unsafe { job.stack.add(*at).read_volatile() } != PAINT);
        job.used = here - touched.unwrap_or(here);
        ptr::null_mut()
    }

    /// Bytes of stack below the caller that `work` touches, on a thread whose stack is painted beforehand.
    fn depth(work: &dyn Fn()) -> usize {
        let mut stack = vec![0_u128; STACK / 16];
        let start = stack.as_mut_ptr().cast::<u8>();
        let mut job = Job {
            work,
            stack: start,
            used: 0,
        };
        // SAFETY: the attributes are initialised before use; the stack is aligned, large enough and outlives the thread,
        // which is joined; the job likewise.
        unsafe {
            let mut attributes = std::mem::zeroed();
            assert_eq!(libc::pthread_attr_init(&raw mut attributes), 0);
            assert_eq!(
                libc::pthread_attr_setstack(&raw mut attributes, start.cast(), STACK),
                0
            );
            let mut thread = std::mem::zeroed();
            let argument = (&raw mut job).cast();
            assert_eq!(
                libc::pthread_create(&raw mut thread, &raw const attributes, run, argument),
                0
            );
            assert_eq!(libc::pthread_join(thread, ptr::null_mut()), 0);
            libc::pthread_attr_destroy(&raw mut attributes);
        }
        job.used
    }

    /// With AES, the `aes` crate spreads the round keys over wide registers, on the stack, where the processor has AVX-512 and
    /// VAES. With the feature `simd`, TDES keeps room for four computations at once.
    const LIMIT: usize = if cfg!(feature = "simd") { 6144 } else { 4096 };

    #[inline(never)]
    fn write_deep<const N: usize>() {
        std::hint::black_box(&mut [1_u8; N]);
    }

    #[test]
    fn a_verification_takes_little_stack() {
        let known = depth(&write_deep::<3000>);
        assert!(
            (3000..3000 + MARGIN).contains(&known),
            "the ruler measures: {known}"
        );
        for (card, de55) in cards() {
            let (issuer, record) = (card.issuer(), card.record());
            let used = depth(&|| {
                authorise(&issuer, &record, &de55);
            });
            println!("{:28} {used} bytes of stack", card.version.name.as_str());
            assert!(used < LIMIT, "{}: {used}", card.version.name);
        }
    }

    /// The card itself with its volatile memory (log and records among it), a response, and the stack of its deepest
    /// command.
    #[test]
    fn a_card_takes_less_than_8_kib_of_memory() {
        let at_rest = size_of::<Applet<'_, VolatileMemory>>() + MAX_RESPONSE_LENGTH;
        for test in card::TestCard::ALL {
            let commands = common::online_transaction(test);
            let keys = test.card_keys().unwrap();
            let card = RefCell::new(new_card(test, &keys));
            let response = RefCell::new([0; MAX_RESPONSE_LENGTH]);
            // The second run finds another counter, so its answer is wrong, which costs the card no less.
            let used = depth(&|| {
                let (mut card, mut response) = (card.borrow_mut(), response.borrow_mut());
                for command in &commands {
                    card.process(command, &mut *response);
                }
            });
            let name = test.name;
            println!("{name:28} {used} bytes of stack, {at_rest} at rest");
            assert!(used + at_rest < 8192, "{name}: {used}");
        }
    }
}
