//! A blank card is personalised by commands, and then is the card of the profile.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod common;

use chipcard::apdu::{MAX_RESPONSE_LENGTH, StatusWord};
use chipcard::card::personalisation::{
    BlankCard, Device, PersonalisationKeys, PersonalisedCard, SecurityLevel,
};
use chipcard::card::test_cards::{self, TestCard};
use chipcard::card::{Applet, Coprocessor, Generator, Profile, VolatileMemory};
use chipcard::tlv::Writer;
use chipcard::{Tag, tag};

type Groups = Vec<(u16, Vec<u8>)>;

const MASTER: [u8; 16] = 0x4041_4243_4445_4647_4849_4A4B_4C4D_4E4F_u128.to_be_bytes();
const KEY_DATA: [u8; 10] = [0, 0, 0x50, 0x71, 0x01, 0x04, 0x6E, 0x6C, 0x8B, 0x70];
const CHALLENGE: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];

const LEVELS: [SecurityLevel; 3] = [
    SecurityLevel::None,
    SecurityLevel::Mac,
    SecurityLevel::MacAndEncipherment,
];

fn keys() -> PersonalisationKeys {
    PersonalisationKeys::derive(&MASTER, &KEY_DATA).unwrap()
}

/// A generator that gives something else each time.
fn generator() -> impl Coprocessor {
    let mut drawn = 0_u8;
    Generator(move |bytes: &mut [u8]| {
        for byte in bytes {
            drawn = drawn.wrapping_add(1);
            *byte = drawn;
        }
    })
}

fn written(fill: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
    let mut buffer = [0; 255];
    let mut writer = Writer::new(&mut buffer);
    fill(&mut writer);
    writer.as_bytes().to_vec()
}

/// What of a profile is not personalised by commands.
fn base(profile: &Profile<'static>) -> Profile<'static> {
    Profile {
        label: b"",
        priority: None,
        fci: &[],
        pdol: &[],
        aip: chipcard::element::ApplicationInterchangeProfile([0, 0]),
        afl: &[],
        cdol1: &[],
        cdol2: &[],
        pin: None,
        ..*profile
    }
}

/// Groups in clear: records, FCI, AIP and AFL, check values, PIN tries.
fn open_groups(test: &TestCard) -> Groups {
    let profile = &test.profile;
    let mut groups: Groups = profile
        .records
        .iter()
        .map(|record| {
            let identifier = u16::from_be_bytes([record.sfi, record.number]);
            (identifier, record.data.to_vec())
        })
        .collect();
    let fci = written(|fci| {
        fci.template(tag::FCI_PROPRIETARY_TEMPLATE, |inner| {
            inner.put(tag::APPLICATION_LABEL, profile.label)?;
            inner.put(
                tag::APPLICATION_PRIORITY_INDICATOR,
                &[profile.priority.unwrap()],
            )?;
            if !profile.pdol.is_empty() {
                inner.put(tag::PDOL, profile.pdol)?;
            }
            inner.template(tag::FCI_ISSUER_DISCRETIONARY_DATA, |data| {
                let log = profile.log.unwrap();
                data.put(tag::LOG_ENTRY, &[log.sfi, log.capacity])
            })
        })
        .unwrap();
    });
    let aip_and_afl = written(|objects| {
        objects
            .put(tag::APPLICATION_INTERCHANGE_PROFILE, &profile.aip.0)
            .unwrap();
        objects
            .put(tag::APPLICATION_FILE_LOCATOR, profile.afl)
            .unwrap();
    });
    let keys = test.card_keys().unwrap();
    let values = [
        keys.ac().check_value().unwrap().0,
        keys.smi().unwrap().check_value().unwrap().0,
        keys.smc().unwrap().check_value().unwrap().0,
    ];
    groups.push((0x9102, fci));
    groups.push((0x9104, aip_and_afl));
    groups.push((0x9000, values.concat()));
    groups.push((0x9010, vec![3, 3]));
    groups
}

/// Groups that are secret: keys and PIN.
fn secret_groups(test: &TestCard) -> Groups {
    let keys = test.card_keys().unwrap();
    let reveal = |key: &[u8]| key.to_vec();
    let all = [
        keys.ac().reveal(reveal),
        keys.smi().unwrap().reveal(reveal),
        keys.smc().unwrap().reveal(reveal),
    ];
    vec![
        (0x8000, all.concat()),
        (0x8010, TestCard::PIN_BLOCK.to_vec()),
    ]
}

/// A blank card, and a device with a channel to it.
struct Bureau<'p, C> {
    card: BlankCard<'p, C>,
    device: Device,
}

fn send(card: &mut BlankCard<'_, impl Coprocessor>, command: &[u8]) -> (Vec<u8>, StatusWord) {
    let mut buffer = [0; MAX_RESPONSE_LENGTH];
    let length = card.process(command, &mut buffer);
    let (data, status) = StatusWord::split(&buffer[..length]).unwrap();
    (data.to_vec(), status)
}

fn select(aid: &[u8]) -> Vec<u8> {
    let length = u8::try_from(aid.len()).unwrap();
    [&[0x00, 0xA4, 0x04, 0x00, length], aid, &[0x00]].concat()
}

fn blank<'p>(base: &'p Profile<'p>) -> BlankCard<'p, impl Coprocessor> {
    BlankCard::new(base, keys(), 0x01, KEY_DATA, generator())
}

/// SELECT and both steps of the authentication.
fn open<'p, C: Coprocessor>(
    mut card: BlankCard<'p, C>,
    aid: &[u8],
    level: SecurityLevel,
) -> Bureau<'p, C> {
    assert_eq!(send(&mut card, &select(aid)).1, StatusWord::OK);
    let (data, status) = send(&mut card, &Device::initialize_update(0x01, CHALLENGE));
    assert_eq!(Device::key_data(&data), Some(&KEY_DATA));
    let response = [&data[..], &status.to_bytes()].concat();
    let (device, command) = Device::open(keys(), CHALLENGE, &response, level).unwrap();
    assert_eq!(send(&mut card, &command), (vec![], StatusWord::OK));
    Bureau { card, device }
}

impl<C: Coprocessor> Bureau<'_, C> {
    fn store(&mut self, groups: &[(u16, &[u8])], enciphered: bool, last: bool) -> StatusWord {
        let command = self.device.store_data(groups, enciphered, last).unwrap();
        let (data, status) = send(&mut self.card, &command);
        assert!(data.is_empty());
        if status != StatusWord::OK {
            self.device.refused();
        }
        status
    }

    fn store_each(&mut self, groups: &Groups, enciphered: bool) {
        for (identifier, data) in groups {
            let status = self.store(&[(*identifier, data)], enciphered, false);
            assert_eq!(status, StatusWord::OK, "{identifier:04X}");
        }
    }
}

fn personalise<'p>(
    test: &TestCard,
    base: &'p Profile<'p>,
    level: SecurityLevel,
) -> PersonalisedCard<'p> {
    let mut bureau = open(blank(base), base.aid, level);
    bureau.store_each(&open_groups(test), false);
    let secrets = secret_groups(test);
    let secrets: Vec<(u16, &[u8])> = secrets.iter().map(|(id, data)| (*id, &data[..])).collect();
    assert_eq!(bureau.store(&secrets, true, true), StatusWord::OK);
    bureau.card.finish().unwrap()
}

/// Everything that a card answers in a transaction, and to a script.
fn answers(
    profile: &Profile<'_>,
    keys: &chipcard::key::CardKeySet,
    test: &'static TestCard,
) -> Vec<Vec<u8>> {
    let mut card = Applet::new(profile, keys.clone(), VolatileMemory::new()).unwrap();
    let mut commands = common_commands(test);
    commands.push(vec![0x00, 0xA4, 0x04, 0x00, 0x00]);
    commands
        .iter()
        .map(|command| {
            let mut buffer = [0; MAX_RESPONSE_LENGTH];
            let length = card.process(command, &mut buffer);
            buffer[..length].to_vec()
        })
        .collect()
}

/// An online transaction, then one with a PIN.
fn common_commands(test: &'static TestCard) -> Vec<Vec<u8>> {
    let mut commands = common::online_transaction(test);
    let mut again = commands[..2].to_vec();
    again.push([&[0x00, 0x20, 0x00, 0x80, 0x08], &TestCard::PIN_BLOCK[..]].concat());
    again.push(commands[5].clone());
    again.push(vec![0x80, 0xCA, 0x9F, 0x4F, 0x00]);
    commands.extend(again);
    commands
}

#[test]
fn a_personalised_card_is_the_card_of_the_profile() {
    for test in TestCard::ALL {
        let base = base(&test.profile);
        for level in LEVELS {
            let card = personalise(test, &base, level);
            let parts = card.parts().unwrap();
            let profile = parts.profile();
            let built = answers(&test.profile, &test.card_keys().unwrap(), test);
            assert!(built[6].ends_with(&[0x90, 0x00]));
            assert_eq!(answers(&profile, card.keys(), test), built, "{}", test.name);
        }
    }
}

#[test]
fn wrong_order_is_refused() {
    let base = base(&test_cards::CCD_TDES.profile);
    let mut card = blank(&base);
    let initialize = Device::initialize_update(0x00, CHALLENGE);
    let authenticate = [&[0x84, 0x82, 0x01, 0x00, 0x10][..], &[0; 16]].concat();
    let store = [0x84, 0xE2, 0x00, 0x00, 0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let not_now = StatusWord::CONDITIONS_NOT_SATISFIED;
    let not_authentic = StatusWord::SECURITY_STATUS_NOT_SATISFIED;
    let mut expect = |command: &[u8], status| assert_eq!(send(&mut card, command).1, status);
    expect(&initialize, not_now);
    expect(&authenticate, not_now);
    expect(&store, not_authentic);
    expect(&select(b"another"), StatusWord::FILE_NOT_FOUND);
    expect(&select(base.aid), StatusWord::OK);
    expect(&authenticate, not_now);
    expect(&store, not_authentic);
    expect(&initialize, StatusWord::OK);
    expect(&store, not_authentic);
    expect(
        &[0x80, 0xA8, 0x00, 0x00, 0x02, 0x83, 0x00],
        StatusWord::INSTRUCTION_NOT_SUPPORTED,
    );
    expect(&[0x90, 0xE2, 0x00, 0x00], StatusWord::CLASS_NOT_SUPPORTED);
    // A cryptogram that is not the device's: and the challenge is used up.
    expect(&authenticate, StatusWord::AUTHENTICATION_FAILED);
    expect(&authenticate, not_now);
    let with_version = Device::initialize_update(0x02, CHALLENGE);
    expect(&with_version, StatusWord::REFERENCED_DATA_NOT_FOUND);
    expect(&initialize[..12], StatusWord::WRONG_LENGTH);
}

#[test]
fn a_cryptogram_with_a_wrong_mac_and_one_from_before_are_refused() {
    let base = base(&test_cards::CCD_TDES.profile);
    let mut card = blank(&base);
    send(&mut card, &select(base.aid));
    let mut first = Vec::new();
    for round in 0..3 {
        let (data, status) = send(&mut card, &Device::initialize_update(0x00, CHALLENGE));
        let response = [&data[..], &status.to_bytes()].concat();
        let opened = Device::open(keys(), CHALLENGE, &response, SecurityLevel::Mac);
        let (_, mut command) = opened.unwrap();
        let expected = match round {
            0 => {
                first.clone_from(&command);
                StatusWord::OK
            }
            1 => {
                // Only the MAC is wrong.
                *command.last_mut().unwrap() ^= 0x01;
                StatusWord::SECURE_MESSAGING_OBJECT_INCORRECT
            }
            _ => {
                command.clone_from(&first);
                StatusWord::AUTHENTICATION_FAILED
            }
        };
        assert_eq!(send(&mut card, &command).1, expected);
    }
    // A device with other keys finds the card wrong.
    let (data, status) = send(&mut card, &Device::initialize_update(0x00, CHALLENGE));
    let response = [&data[..], &status.to_bytes()].concat();
    let others = PersonalisationKeys::new(&MASTER, &MASTER, &MASTER).unwrap();
    let error = Device::open(others, CHALLENGE, &response, SecurityLevel::Mac).unwrap_err();
    assert_eq!(error.kind(), chipcard::ErrorKind::Mac);
}

#[test]
fn a_wrong_mac_closes_the_channel_and_leaves_nothing() {
    let test = &test_cards::CCD_TDES;
    let base = base(&test.profile);
    for level in [SecurityLevel::Mac, SecurityLevel::MacAndEncipherment] {
        let mut bureau = open(blank(&base), base.aid, level);
        bureau.store_each(&open_groups(test), false);
        let secrets = secret_groups(test);
        let groups: Vec<(u16, &[u8])> = secrets.iter().map(|(id, data)| (*id, &data[..])).collect();
        let mut command = bureau.device.store_data(&groups, true, true).unwrap();
        *command.last_mut().unwrap() ^= 0x01;
        let status = send(&mut bureau.card, &command).1;
        assert_eq!(status, StatusWord::SECURE_MESSAGING_OBJECT_INCORRECT);
        *command.last_mut().unwrap() ^= 0x01;
        let status = send(&mut bureau.card, &command).1;
        assert_eq!(status, StatusWord::SECURITY_STATUS_NOT_SATISFIED);
        // A new channel finds nothing of the old one.
        let mut bureau = open(bureau.card, base.aid, level);
        let status = bureau.store(&groups, true, true);
        assert_eq!(status, StatusWord::CONDITIONS_NOT_SATISFIED);
        assert!(bureau.card.finish().is_none());
    }
}

#[test]
fn a_refused_group_changes_nothing() {
    let test = &test_cards::CCD_TDES;
    let base = base(&test.profile);
    let mut bureau = open(blank(&base), base.aid, SecurityLevel::Mac);
    let record: &[u8] = &[0x70, 0x03, 0x5F, 0x34, 0x00];
    let tlv = |tag: u32, value: &[u8]| written(|writer| writer.put(Tag::new(tag), value).unwrap());
    let wrong = StatusWord::INCORRECT_DATA;
    let unknown = StatusWord::REFERENCED_DATA_NOT_FOUND;
    let no_template = tlv(0x57, &[0x99]);
    let no_afl = tlv(0x82, &[0x18, 0x00]);
    let cases: [(u16, &[u8], bool, StatusWord); 16] = [
        (0x0000, record, false, unknown),
        (0x0100, record, false, unknown),
        (0x1F01, record, false, unknown),
        (0x8201, &[0; 8], true, unknown),
        (0x9103, record, false, unknown),
        (0x0301, &no_template, false, wrong),
        (0x0301, &[], false, wrong),
        (0x9102, record, false, wrong),
        (0x9104, &no_afl, false, wrong),
        (0x8000, &[0x11; 40], true, wrong),
        (
            0x8000,
            &[0x11; 48],
            false,
            StatusWord::SECURITY_STATUS_NOT_SATISFIED,
        ),
        (
            0x8010,
            &TestCard::PIN_BLOCK,
            false,
            StatusWord::SECURITY_STATUS_NOT_SATISFIED,
        ),
        (
            0x8010,
            &[0x24, 0x12, 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            true,
            wrong,
        ),
        (0x9010, &[3], false, wrong),
        (0x9000, &[0; 8], false, wrong),
        (0x9000, &[0; 3], false, wrong),
    ];
    for (identifier, data, enciphered, expected) in cases {
        // The good group before the bad one is not taken either; in clear it would be whole blocks no more.
        let good: &[u8] = &[0x70, 0x06, 0x5F, 0x34, 0x01, 0x01, 0x8D, 0x00];
        let groups = [(0x0401, good), (identifier, data)];
        let status = bureau.store(&groups, enciphered, false);
        assert_eq!(status, expected, "{identifier:04X}");
    }
    // It is taken now, and only once.
    assert_eq!(
        bureau.store(&[(0x0401, record)], false, false),
        StatusWord::OK
    );
    assert_eq!(bureau.store(&[(0x0401, record)], false, false), wrong);
    // Malformed: no group, a part of one, a length that goes on.
    let malformed: [&[u8]; 4] = [&[], &[1], &[1, 1, 5, 0x70], &[1, 1, 0xFF, 1]];
    for body in malformed {
        let mut other = open(blank(&base), base.aid, SecurityLevel::None);
        let length = u8::try_from(body.len()).unwrap();
        let command = [&[0x80, 0xE2, 0x00, 0x00, length], body].concat();
        assert_eq!(send(&mut other.card, &command).1, wrong);
    }
    // Parameters: an unknown bit, another number.
    let mut other = open(blank(&base), base.aid, SecurityLevel::None);
    for (p1, p2) in [(0x20, 0x00), (0x01, 0x00), (0x00, 0x01)] {
        let command = [0x80, 0xE2, p1, p2, 0x04, 0x01, 0x01, 0x01, 0x00];
        assert_eq!(
            send(&mut other.card, &command).1,
            StatusWord::INCORRECT_P1_P2
        );
    }
    // Protection that was not agreed on, or too little.
    let command = [0x84, 0xE2, 0x00, 0x00, 0x09, 0x01, 0, 0, 0, 0, 0, 0, 0, 0];
    let status = send(&mut other.card, &command).1;
    assert_eq!(status, StatusWord::SECURITY_STATUS_NOT_SATISFIED);
    let mut other = open(blank(&base), base.aid, SecurityLevel::Mac);
    let command = [0x80, 0xE2, 0x00, 0x00, 0x04, 0x01, 0x01, 0x01, 0x00];
    let status = send(&mut other.card, &command).1;
    assert_eq!(status, StatusWord::SECURITY_STATUS_NOT_SATISFIED);
}

#[test]
fn an_incomplete_or_wrong_card_is_not_finished() {
    let test = &test_cards::CCD_TDES;
    let base = base(&test.profile);
    let mut groups = open_groups(test);
    groups.extend(secret_groups(test));
    let enciphered = |identifier: u16| identifier & 0xF000 == 0x8000;
    let run = |groups: &Groups| {
        let mut bureau = open(blank(&base), base.aid, SecurityLevel::Mac);
        let (last, rest) = groups.split_last().unwrap();
        for (identifier, data) in rest {
            let secret = enciphered(*identifier);
            assert_eq!(
                bureau.store(&[(*identifier, data)], secret, false),
                StatusWord::OK
            );
        }
        let status = bureau.store(&[(last.0, &last.1)], enciphered(last.0), true);
        assert_eq!(bureau.card.is_personalised(), status == StatusWord::OK);
        assert_eq!(bureau.card.finish().is_some(), status == StatusWord::OK);
        status
    };
    assert_eq!(run(&groups), StatusWord::OK);
    for missing in 0..groups.len() {
        let mut fewer = groups.clone();
        let (identifier, _) = fewer.remove(missing);
        // Check values may be left away.
        let expected = match identifier {
            0x9000 => StatusWord::OK,
            _ => StatusWord::CONDITIONS_NOT_SATISFIED,
        };
        assert_eq!(run(&fewer), expected, "without {identifier:04X}");
    }
    let change = |identifier: u16, data: &[u8]| {
        let mut other = groups.clone();
        let group = other.iter_mut().find(|(id, _)| *id == identifier).unwrap();
        group.1 = data.to_vec();
        run(&other)
    };
    // Other check values; one key twice; a try that was used before; a list that the files do not have.
    assert_eq!(change(0x9000, &[0; 9]), StatusWord::INCORRECT_DATA);
    let key = [
        0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 1, 2, 4, 7, 8, 11, 13, 14,
    ];
    assert_eq!(
        change(0x8000, &[key; 3].concat()),
        StatusWord::INCORRECT_DATA
    );
    assert_eq!(
        change(0x9010, &[2, 3]),
        StatusWord::CONDITIONS_NOT_SATISFIED
    );
    let afl = [0x82, 0x02, 0x18, 0x00, 0x94, 0x04, 0x08, 0x01, 0x05, 0x00];
    assert_eq!(change(0x9104, &afl), StatusWord::CONDITIONS_NOT_SATISFIED);
}

#[test]
fn a_finished_card_takes_no_more() {
    let test = &test_cards::CCD_TDES;
    let base = base(&test.profile);
    let mut bureau = open(blank(&base), base.aid, SecurityLevel::Mac);
    bureau.store_each(&open_groups(test), false);
    let secrets = secret_groups(test);
    let groups: Vec<(u16, &[u8])> = secrets.iter().map(|(id, data)| (*id, &data[..])).collect();
    assert_eq!(bureau.store(&groups, true, true), StatusWord::OK);
    bureau.card.reset();
    for command in [
        &select(base.aid)[..],
        &Device::initialize_update(0, CHALLENGE),
    ] {
        let status = send(&mut bureau.card, command).1;
        assert_eq!(status, StatusWord::CONDITIONS_NOT_SATISFIED);
    }
    let shown = format!("{:?} {:?} {:?}", bureau.card, bureau.device, keys());
    assert!(
        !shown.contains("40") && !shown.contains("64, 65"),
        "{shown}"
    );
    let card = bureau.card.finish().unwrap();
    assert!(!format!("{card:?}").contains("0x"));
}
