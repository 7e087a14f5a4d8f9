//! A whole conversation with a card: any commands in any order.
//!
//! The input is the number of the card, then commands, each after a byte with its length; length `FF` takes the
//! card out of the reader and puts it in again.

#![no_main]

use chipcard::apdu::MAX_RESPONSE_LENGTH;
use chipcard::card::test_cards::TestCard;
use chipcard::card::{Applet, VolatileMemory};
use libfuzzer_sys::fuzz_target;

const POWER_CYCLE: u8 = 0xFF;

fuzz_target!(|input: &[u8]| {
    let Some((number, mut rest)) = input.split_first() else {
        return;
    };
    let card = &TestCard::ALL[usize::from(*number) % TestCard::ALL.len()];
    let keys = card.card_keys().unwrap();
    let mut applet = Applet::new(&card.profile, keys, VolatileMemory::new()).unwrap();
    let mut response = [0; MAX_RESPONSE_LENGTH];
    while let Some((length, behind)) = rest.split_first() {
        if *length == POWER_CYCLE {
            applet.reset();
            rest = behind;
            continue;
        }
        let (command, behind) = behind.split_at(usize::from(*length).min(behind.len()));
        rest = behind;
        let before = applet.state().atc;
        let length = applet.process(command, &mut response);
        assert!((2..=response.len()).contains(&length));
        let [.., first, second] = response[..length] else {
            unreachable!("at least a status word")
        };
        assert!(matches!(first, 0x61..=0x6F | 0x90..=0x9F), "{first:02X}{second:02X}");
        let after = applet.state().atc;
        assert!(before <= after, "the counter never goes back");
    }
});
