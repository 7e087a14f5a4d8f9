//! Whole conversations with a card: `tests/conversation` says what the bytes mean and what the card keeps.

#![no_main]
#![allow(dead_code, reason = "shared with tests")]

#[path = "../../tests/common/mod.rs"]
mod common;
#[path = "../../tests/conversation/mod.rs"]
mod conversation;
#[path = "../../tests/stand_in/mod.rs"]
mod stand_in;
#[path = "../../tests/torn_storage/mod.rs"]
mod torn_storage;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    conversation::converse(input);
});
