//! Cards in every state, and tables of what they answer there.

#![allow(
    unreachable_pub,
    dead_code,
    clippy::unwrap_used,
    reason = "a module that several test programs use in part"
)]

use chipcard::apdu::StatusWord;
use chipcard::card::test_cards::TestCard;
use chipcard::card::{CardMemory, Coprocessor, Profile};
use chipcard::element::CryptogramType;

use crate::common::{Bench, Purchase};

/// How far a card has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Idle,
    Directory,
    Selected,
    Initiated,
    Online,
    Done,
}

pub const STATES: [State; 6] = [
    State::Idle,
    State::Directory,
    State::Selected,
    State::Initiated,
    State::Online,
    State::Done,
];

/// Brings a new card into a state.
pub fn bring<M: CardMemory, C: Coprocessor>(mut bench: Bench<M, C>, state: State) -> Bench<M, C> {
    let purchase = Purchase::new();
    match state {
        State::Idle => {}
        State::Directory => {
            let (_, status) = bench.command([0x00, 0xA4, 0x04, 0x00], b"1PAY.SYS.DDF01");
            assert_eq!(status, StatusWord::OK);
        }
        State::Selected => assert_eq!(bench.select(), StatusWord::OK),
        State::Initiated => bench.begin(&purchase),
        State::Online => {
            bench.begin(&purchase);
            let first = bench.first(&purchase, CryptogramType::Arqc);
            assert_eq!(first.kind(), CryptogramType::Arqc);
        }
        State::Done => {
            bench.approved_online(&purchase);
        }
    }
    bench
}

/// A command's bytes. Lower-case letters stand for what this card needs, with its length: names, values of lists, the PIN; `noise` for
/// 128 bytes that are no enciphered PIN.
pub fn command(profile: &Profile<'_>, text: &str) -> Vec<u8> {
    let purchase = Purchase::new();
    let pdol = purchase.fill(profile.pdol);
    let pdol_length = u8::try_from(pdol.len()).unwrap();
    let words: [(&str, &[u8]); 8] = [
        ("aid", profile.aid),
        ("rid", &profile.aid[..5]),
        ("pse", b"1PAY.SYS.DDF01"),
        ("pdol", &[&[0x83, pdol_length], &pdol[..]].concat()),
        ("pin", &TestCard::PIN_BLOCK),
        ("noise", &[0x5A; 128]),
        ("cdolx", &purchase.fill(profile.cdol1)),
        ("cdoly", &purchase.fill(profile.cdol2)),
    ];
    let text = words.iter().fold(text.to_owned(), |text, (word, value)| {
        let length = u8::try_from(value.len()).unwrap();
        text.replace(word, &hex::encode_upper([&[length], *value].concat()))
    });
    hex::decode(text.replace(' ', "")).unwrap()
}

/// A command, then the status words in the order of the states.
pub type Row = (&'static str, [u16; 6]);

/// Sends every command to a new card in every state.
pub fn walk<M: CardMemory, C: Coprocessor>(new: impl Fn() -> Bench<M, C>, table: &[Row]) {
    for (text, expected) in table {
        for (state, expected) in STATES.into_iter().zip(expected) {
            let mut bench = bring(new(), state);
            let (data, status) = bench.send(&command(&bench.test.profile, text));
            let name = bench.test.name;
            assert_eq!(status, StatusWord(*expected), "{name}: {text} {state:?}");
            if *expected != 0x9000 {
                assert!(data.is_empty());
            }
        }
    }
}
