//! Verifies one published cryptogram and signs the answer, without `std` and without a heap.
//!
//! That it links is the proof: `std` would bring a second panic handler, `alloc` would ask for a global allocator, and
//! there is neither here. The C library gives the entry point and `memcpy`. Exit status 0 says that it also works.

#![no_std]
#![no_main]

use core::ffi::c_int;
use core::panic::PanicInfo;

use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::{Pan, PanSequenceNumber};
use chipcard::issuer::{CardRecord, ChipData, Issuer, IssuerResponse, Refusal};
use chipcard::key::{IssuerKeySet, IssuerMasterKey};

#[link(name = "c")]
unsafe extern "C" {
    fn abort() -> !;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    // SAFETY: `abort` takes nothing, returns never and may be called at any time (C11 7.22.4.1).
    unsafe { abort() }
}

/// A transaction of the public test suite of pyemv 1.5.0 (Visa CVN 18), with the published test key.
const DE55: [u8; 84] = [
    0x9F, 0x02, 0x06, 0x00, 0x00, 0x00, 0x00, 0x40, 0x00, 0x9F, 0x03, 0x06, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x9F, 0x1A, 0x02, 0x01, 0x24, 0x95, 0x05, 0x80, 0x00, 0x04, 0x80, 0x00, 0x5F, 0x2A,
    0x02, 0x01, 0x24, 0x9A, 0x03, 0x19, 0x11, 0x05, 0x9C, 0x01, 0x01, 0x9F, 0x37, 0x04, 0x52, 0xBF,
    0x45, 0x85, 0x82, 0x02, 0x18, 0x00, 0x9F, 0x36, 0x02, 0x00, 0x1C, 0x9F, 0x10, 0x07, 0x06, 0x01,
    0x12, 0x03, 0xA0, 0xB8, 0x00, 0x9F, 0x26, 0x08, 0x7A, 0x78, 0x8E, 0xA6, 0xB8, 0xA3, 0xE7, 0x33,
    0x9F, 0x27, 0x01, 0x80,
];
const MASTER_KEY: [u8; 16] = 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210_u128.to_be_bytes();

fn answered(de55: &[u8]) -> Result<usize, Refusal> {
    let issuer = Issuer::new(IssuerKeySet::new(0x01, IssuerMasterKey::tdes(&MASTER_KEY)?));
    let pan = Pan::from_digits("1234567890123456")?;
    let card = CardRecord::new(
        pan,
        Some(PanSequenceNumber::ZERO),
        &CryptogramVersion::VISA_18,
        0x01,
    );
    let chip = ChipData::parse(de55)?;
    let verified = issuer.verify_arqc(&card, &chip)?;
    let answer = issuer.authorise(verified, &IssuerResponse::approve())?;
    Ok(answer.as_bytes().len())
}

#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    let mut tampered = DE55;
    tampered[7] ^= 0x01;
    match (answered(&DE55), answered(&tampered)) {
        (Ok(8), Err(Refusal::Cryptogram)) => 0,
        _ => 1,
    }
}
