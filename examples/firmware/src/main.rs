//! The card without an operating system: whole transactions on a Cortex-M4 in 64 KiB of code and 8 KiB of memory.
//!
//! `./run` builds it and runs it in QEMU (`mps2-an386`). It replays the transactions that the build has recorded with a terminal
//! and an issuer on the machine that built it (see `build.rs`), compares every answer, and says how much stack that
//! took. There is no heap and no static memory: the card, its memory and its keys are on the stack.

#![no_std]
#![no_main]

mod semihosting;
mod stack;

use core::panic::PanicInfo;

use chipcard::apdu::MAX_RESPONSE_LENGTH;
use chipcard::card::test_cards::{self, TestCard};
use chipcard::card::{Applet, VolatileMemory};
use chipcard::crypto::Algorithm;
use chipcard::cryptogram::CipherFamily;
use chipcard::key::{CardKey, CardKeySet, KeyPolicy};

use semihosting::{print, print_number};

/// What the build has recorded of one card.
struct Recording {
    /// Its keys for cryptograms, script integrity and script confidentiality.
    keys: [[u8; 16]; 3],
    /// Each command, and what the card answers.
    steps: &'static [(&'static [u8], &'static [u8])],
}

static TRANSACTIONS: [(&TestCard, Recording); 2] = [
    (
        &test_cards::CCD_TDES,
        include!(concat!(env!("OUT_DIR"), "/ccd.rs")),
    ),
    (
        &test_cards::CCD_AES,
        include!(concat!(env!("OUT_DIR"), "/ccd-aes.rs")),
    ),
];

/// Why a transaction did not go as recorded.
enum Failure {
    /// The keys or the memory.
    Card,
    /// The answer to this command, counted from 0.
    Step(usize),
}

#[inline(never)]
fn keys(cipher: CipherFamily, recording: &Recording) -> chipcard::Result<CardKeySet> {
    let algorithm = match cipher {
        CipherFamily::Tdes => Algorithm::Tdes,
        CipherFamily::Aes => Algorithm::Aes128,
    };
    let [ac, smi, smc] = &recording.keys;
    let policy = KeyPolicy::Strict;
    CardKeySet::new(CardKey::new(algorithm, ac, policy)?)
        .with_smi(CardKey::new(algorithm, smi, policy)?)?
        .with_smc(CardKey::new(algorithm, smc, policy)?)
}

/// One card from its making to the end of its transaction.
#[inline(never)]
fn replay(test: &'static TestCard, recording: &Recording) -> Result<(), Failure> {
    let keys = keys(test.profile.version.cipher, recording).map_err(|_| Failure::Card)?;
    // Borrowed by the card, because moving it there would take its place twice.
    let mut memory = VolatileMemory::new();
    let mut card = Applet::new(&test.profile, keys, &mut memory).map_err(|_| Failure::Card)?;
    let mut response = [0; MAX_RESPONSE_LENGTH];
    for (place, (command, expected)) in recording.steps.iter().enumerate() {
        let length = card.process(command, &mut response);
        if response.get(..length) != Some(*expected) {
            return Err(Failure::Step(place));
        }
    }
    Ok(())
}

// From the linker: their addresses are the numbers.
unsafe extern "C" {
    static CODE_SIZE: u8;
    static CONSTANTS_SIZE: u8;
}

#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    print_number("bytes of code ", &raw const CODE_SIZE as usize);
    print_number(", of constants ", &raw const CONSTANTS_SIZE as usize);
    print("\n");
    let mut good = true;
    for (test, recording) in &TRANSACTIONS {
        print(test.name);
        stack::paint();
        let result = replay(test, recording);
        let used = stack::used();
        match result {
            Ok(()) => {
                print_number(": commands answered as recorded ", recording.steps.len());
                print_number(", bytes of memory used ", used);
            }
            Err(Failure::Card) => print(": no card"),
            Err(Failure::Step(place)) => {
                print_number(": another answer than recorded to command ", place)
            }
        }
        print("\n");
        // QEMU gives the board more memory than the card may have, so too deep a stack does not fault there.
        if used == stack::size() {
            print("the stack has used up its memory\n");
        }
        good &= result.is_ok() && used < stack::size();
    }
    semihosting::exit(good)
}

/// A fault of the processor.
#[unsafe(no_mangle)]
extern "C" fn fault() -> ! {
    print("fault\n");
    semihosting::exit(false)
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    print("panic\n");
    semihosting::exit(false)
}
