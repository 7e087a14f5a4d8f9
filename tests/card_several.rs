//! A card with several applications: names, next occurrences, directories, and what one application does to the others.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use chipcard::apdu::{MAX_RESPONSE_LENGTH, StatusWord};
use chipcard::card::test_cards::{self, TestCard};
use chipcard::card::{Applet, Card, CardMemory, Directories, Profile, VolatileMemory};
use chipcard::{tag, tlv};

/// Two credit applications of one payment system, the second with a longer name, and another system's.
static SECOND: Profile<'static> = Profile {
    aid: &[0xA0, 0x00, 0x00, 0x00, 0x03, 0x10, 0x10, 0x02],
    label: b"SECOND",
    priority: Some(2),
    directories: BOTH,
    ..test_cards::VISA_18_LIKE.profile
};
static FIRST: Profile<'static> = Profile {
    directories: BOTH,
    ..test_cards::VISA_18_LIKE.profile
};
/// Not in the directory.
static HIDDEN: Profile<'static> = Profile {
    directories: Directories {
        pse: false,
        ppse: true,
    },
    ..test_cards::M_CHIP_14_LIKE.profile
};
const BOTH: Directories = Directories {
    pse: true,
    ppse: true,
};

type Three = Card<'static, VolatileMemory, 3>;

fn applet(profile: &'static Profile<'static>, test: &TestCard) -> Applet<'static, VolatileMemory> {
    Applet::new(profile, test.card_keys().unwrap(), VolatileMemory::new()).unwrap()
}

fn card() -> Three {
    let visa = &test_cards::VISA_18_LIKE;
    Card::new([
        applet(&FIRST, visa),
        applet(&HIDDEN, &test_cards::M_CHIP_14_LIKE),
        applet(&SECOND, visa),
    ])
}

fn send<M: CardMemory, const N: usize>(
    card: &mut Card<'_, M, N>,
    command: &[u8],
) -> (Vec<u8>, u16) {
    let mut buffer = [0; MAX_RESPONSE_LENGTH];
    let length = card.process(command, &mut buffer);
    let (data, status) = StatusWord::split(&buffer[..length]).unwrap();
    (data.to_vec(), status.0)
}

/// SELECT with this P2: the name that the answer gives, or the status word.
fn select(card: &mut Three, p2: u8, name: &[u8]) -> Result<Vec<u8>, u16> {
    let length = u8::try_from(name.len()).unwrap();
    let command = [&[0x00, 0xA4, 0x04, p2, length], name, &[0x00]].concat();
    match send(card, &command) {
        (fci, 0x9000) => {
            let template = tlv::require(&fci, tag::FCI_TEMPLATE).unwrap();
            Ok(tlv::require(template.value, tag::DEDICATED_FILE_NAME)
                .unwrap()
                .value
                .to_vec())
        }
        (_, status) => Err(status),
    }
}

#[test]
fn full_and_partial_names() {
    let mut card = card();
    let rid = &FIRST.aid[..5];
    for (p2, name, expected) in [
        (0x00, rid, Ok(FIRST.aid)),
        (0x02, rid, Ok(SECOND.aid)),
        (0x02, rid, Err(0x6A82)),
        // The one selected stays: the next after it is still none, and the first is the first again.
        (0x02, rid, Err(0x6A82)),
        (0x00, rid, Ok(FIRST.aid)),
        // A full name that is the beginning of another one.
        (0x00, FIRST.aid, Ok(FIRST.aid)),
        (0x02, FIRST.aid, Ok(SECOND.aid)),
        (0x00, SECOND.aid, Ok(SECOND.aid)),
        (0x02, SECOND.aid, Err(0x6A82)),
        (0x00, HIDDEN.aid, Ok(HIDDEN.aid)),
        // Longer than any name, another's, the next of a directory.
        (
            0x00,
            &[0xA0, 0x00, 0x00, 0x00, 0x04, 0x10, 0x10, 0x01],
            Err(0x6A82),
        ),
        (0x00, &[0xA0, 0x00, 0x00, 0x00, 0x25], Err(0x6A82)),
        (0x02, b"1PAY.SYS.DDF01", Err(0x6A82)),
        (0x0C, rid, Err(0x6A86)),
        (0x00, &rid[..4], Err(0x6700)),
    ] {
        let expected = expected.map(<[u8]>::to_vec);
        assert_eq!(
            select(&mut card, p2, name),
            expected,
            "{p2:02X} {name:02X?}"
        );
    }
    // Nothing selected: the next is the first.
    card.reset();
    assert_eq!(select(&mut card, 0x02, rid), Ok(FIRST.aid.to_vec()));
}

#[test]
fn directories() {
    let mut card = card();
    assert_eq!(
        select(&mut card, 0, b"1PAY.SYS.DDF01"),
        Ok(b"1PAY.SYS.DDF01".to_vec())
    );
    let names = [1, 2, 3].map(|number| {
        let (record, status) = send(&mut card, &[0x00, 0xB2, number, 0x0C, 0x00]);
        if status != 0x9000 {
            return Err(status);
        }
        let record = tlv::require(&record, tag::READ_RECORD_RESPONSE_TEMPLATE).unwrap();
        let entry = tlv::require(record.value, tag::APPLICATION_TEMPLATE).unwrap();
        Ok(tlv::require(entry.value, tag::ADF_NAME)
            .unwrap()
            .value
            .to_vec())
    });
    assert_eq!(
        names,
        [Ok(FIRST.aid.to_vec()), Ok(SECOND.aid.to_vec()), Err(0x6A83)]
    );
    for (command, expected) in [
        ([0x00, 0xB2, 0x01, 0x14, 0x00], 0x6A82),
        ([0x00, 0xB2, 0x00, 0x0C, 0x00], 0x6A86),
        ([0x80, 0xCA, 0x9F, 0x36, 0x00], 0x6985),
    ] {
        assert_eq!(send(&mut card, &command).1, expected);
    }
    let (fci, _) = send(&mut card, b"\x00\xA4\x04\x00\x0E2PAY.SYS.DDF01\x00");
    let mut names = Vec::new();
    tlv::walk(&fci, &mut |_, object| {
        if object.tag == tag::ADF_NAME {
            names.push(object.value.to_vec());
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(names, [FIRST.aid, HIDDEN.aid, SECOND.aid]);
    // It has no file.
    assert_eq!(send(&mut card, &[0x00, 0xB2, 0x01, 0x0C, 0x00]).1, 0x6985);
}

/// Each application counts for itself; selecting another ends the transaction of the one before.
#[test]
fn applications_are_apart() {
    let mut card = card();
    let options = [0x80, 0xA8, 0x00, 0x00, 0x02, 0x83, 0x00, 0x00];
    for name in [FIRST.aid, SECOND.aid, FIRST.aid] {
        assert_eq!(send(&mut card, &options).1, 0x6985);
        select(&mut card, 0x00, name).unwrap();
        assert_eq!(send(&mut card, &options).1, 0x9000);
    }
    let counters = card.applets().each_ref().map(|applet| applet.state().atc.0);
    assert_eq!(counters, [2, 0, 1]);
    select(&mut card, 0x00, HIDDEN.aid).unwrap();
    select(&mut card, 0x00, FIRST.aid).unwrap();
    assert_eq!(
        send(
            &mut card,
            &[
                0x00, 0x20, 0x00, 0x80, 0x08, 0x24, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF
            ]
        )
        .1,
        0x6985
    );
    let applets = card.into_applets();
    assert_eq!(applets.len(), 3);
}

#[test]
fn one_blocks_all() {
    let visa = &test_cards::VISA_18_LIKE;
    let mut memory = VolatileMemory::new();
    let mut state = SECOND.initial_state();
    state.flags.card_blocked = true;
    memory.store(&state).unwrap();
    let blocked = Applet::new(&SECOND, visa.card_keys().unwrap(), memory).unwrap();
    let hidden = applet(&HIDDEN, &test_cards::M_CHIP_14_LIKE);
    let mut card = Card::new([applet(&FIRST, visa), hidden, blocked]);
    for name in [
        FIRST.aid,
        HIDDEN.aid,
        SECOND.aid,
        b"1PAY.SYS.DDF01",
        b"2PAY.SYS.DDF01",
    ] {
        assert_eq!(select(&mut card, 0x00, name), Err(0x6A81));
    }
}

#[test]
fn a_card_without_applications() {
    let mut card: Card<'_, VolatileMemory, 0> = Card::new([]);
    assert_eq!(
        send(&mut card, b"\x00\xA4\x04\x00\x0E1PAY.SYS.DDF01\x00").1,
        0x6A82
    );
    assert_eq!(send(&mut card, &[0x80, 0xCA, 0x9F, 0x36, 0x00]).1, 0x6985);
}
