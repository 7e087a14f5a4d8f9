//! The layers between card and terminal: T=0, trace, faults, the man in the middle, the state file.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use std::cell::RefCell;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::rc::Rc;

use chipcard::card::{Applet, CardMemory, VolatileMemory};
use chipcard_host::profile::Personalisation;
use chipcard_host::reader::{
    Attacker, CardReader, Fault, FaultInjector, FileMemory, Forward, ManInTheMiddle, OverT0, Rule,
    Tampering, Tracer, rules,
};

/// A card of which one sees what came to it.
#[derive(Clone, Default)]
struct Spy {
    commands: Rc<RefCell<Vec<Vec<u8>>>>,
    resets: Rc<RefCell<usize>>,
}

impl CardReader for Spy {
    fn transmit(&mut self, command: &[u8]) -> io::Result<Vec<u8>> {
        self.commands.borrow_mut().push(command.to_vec());
        Ok(vec![0x70, 0x02, 0xAA, 0xBB, 0x90, 0x00])
    }

    fn reset(&mut self) -> io::Result<()> {
        *self.resets.borrow_mut() += 1;
        Ok(())
    }
}

const READ: [u8; 5] = [0x00, 0xB2, 0x01, 0x0C, 0x00];
const VERIFY: [u8; 13] = [
    0x00, 0x20, 0x00, 0x80, 0x08, 0x24, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
];

fn faulty(spy: &Spy, texts: &[&str]) -> FaultInjector<Spy> {
    FaultInjector::new(spy.clone(), rules::<Fault>(texts).unwrap())
}

#[test]
fn each_fault() {
    let good = vec![0x70, 0x02, 0xAA, 0xBB, 0x90, 0x00];
    let spy = Spy::default();
    let mut card = faulty(
        &spy,
        &[
            "read-record#1:status=6F00",
            "read-record#2:cut=3",
            "B2#3:flip=2",
            "any#4:mute",
            "read-record#5:tear",
            "b2#6:flip=99",
            "b2#7:delay=1",
        ],
    );
    assert_eq!(card.transmit(&READ).unwrap(), [0x6F, 0x00]);
    assert!(spy.commands.borrow().is_empty(), "the card saw nothing");
    assert_eq!(card.transmit(&READ).unwrap(), [0x70, 0x02, 0xAA]);
    assert_eq!(card.transmit(&READ).unwrap()[2], 0xAB);
    assert_eq!(
        card.transmit(&READ).unwrap_err().kind(),
        io::ErrorKind::TimedOut
    );
    assert_eq!(spy.commands.borrow().len(), 3, "the card took the command");
    assert_eq!(*spy.resets.borrow(), 0);
    assert!(card.transmit(&READ).is_err());
    assert_eq!(*spy.resets.borrow(), 1, "the power failed");
    assert_eq!(card.transmit(&READ).unwrap(), good);
    assert_eq!(card.transmit(&READ).unwrap(), good);
    assert_eq!(card.transmit(&VERIFY).unwrap(), good);
}

#[test]
fn a_man_in_the_middle_by_rules() {
    let spy = Spy::default();
    let tampering = rules::<Tampering>([
        "verify:answer=9000",
        "read-record#2:command=010C/0214",
        "read-record:response=AABB/CCDD",
    ])
    .unwrap();
    let mut card = ManInTheMiddle::new(spy.clone(), tampering);
    assert_eq!(card.transmit(&VERIFY).unwrap(), [0x90, 0x00]);
    assert!(spy.commands.borrow().is_empty());
    assert_eq!(card.transmit(&READ).unwrap()[2..4], [0xCC, 0xDD]);
    assert_eq!(card.transmit(&READ).unwrap()[2..4], [0xCC, 0xDD]);
    card.reset().unwrap();
    assert_eq!(*spy.resets.borrow(), 1);
    let changed = [0x00, 0xB2, 0x02, 0x14, 0x00];
    assert_eq!(*spy.commands.borrow(), [READ.to_vec(), changed.to_vec()]);
}

#[test]
fn a_man_in_the_middle_in_code() {
    /// Keeps what the card said, and asks for a better cryptogram than the terminal.
    #[derive(Default)]
    struct Upgrade(Vec<u8>);

    impl Attacker for Upgrade {
        fn command(&mut self, command: &[u8]) -> Forward {
            let mut command = command.to_vec();
            if command[1] == 0xAE {
                command[2] = 0x40;
            }
            Forward::Card(command)
        }

        fn response(&mut self, command: &[u8], response: Vec<u8>) -> Vec<u8> {
            assert_eq!(command[2], 0x00, "as the terminal sent it");
            self.0.clone_from(&response);
            response
        }
    }

    let spy = Spy::default();
    let mut card = ManInTheMiddle::new(spy.clone(), Upgrade::default());
    card.transmit(&[0x80, 0xAE, 0x00, 0x00]).unwrap();
    assert_eq!(spy.commands.borrow()[0][2], 0x40);
}

#[test]
fn wrong_rules_are_said() {
    let fault = |text| rules::<Fault>([text]).unwrap_err().to_string();
    let tampering = |text| rules::<Tampering>([text]).unwrap_err().to_string();
    for (message, expected) in [
        (fault("verify"), "rule verify: expected COMMAND[#N]:ACTION"),
        (fault("verify#0:mute"), "after # a number from 1"),
        (fault("verify#x:mute"), "after # a number from 1"),
        (
            fault("verfy:mute"),
            "verfy is no instruction byte and none of any, select",
        ),
        (fault("2:mute"), "2 is no instruction byte"),
        (
            fault("verify:explode"),
            "explode is none of mute, tear, status, cut, flip, delay",
        ),
        (fault("verify:status=90"), "status: expected two bytes"),
        (
            fault("verify:status=9x00"),
            "status: character 2 is not a hexadecimal digit",
        ),
        (fault("verify:cut"), "cut: expected a number"),
        (
            tampering("verify:forget"),
            "forget is none of answer, command, response",
        ),
        (tampering("verify:command=00"), "command: expected HEX/HEX"),
        (
            tampering("verify:command=00/0000"),
            "as many bytes after / as before it",
        ),
        (tampering("verify:command=/"), "at least one"),
    ] {
        assert!(message.contains(expected), "{message}");
    }
    assert!("pin-change-unblock:mute".parse::<Rule<Fault>>().is_ok());
}

#[test]
fn t0_hands_failures_on_and_forgets_at_reset() {
    let spy = Spy::default();
    let mut card = OverT0::new(faulty(&spy, &["any#3:mute"]));
    // With data, with and without Le.
    for command in [&[0x80, 0xA8, 0, 0, 1, 0][..], &[0x80, 0xA8, 0, 0, 1, 0, 0]] {
        assert_eq!(card.transmit(command).unwrap(), [0x61, 0x04]);
    }
    card.reset().unwrap();
    let fetch = [0x00, 0xC0, 0x00, 0x00, 0x04];
    assert_eq!(
        card.transmit(&fetch).unwrap(),
        [0x6F, 0x00],
        "nothing to fetch"
    );
    assert!(card.transmit(&READ).is_err());
    assert_eq!(card.transmit(&READ).unwrap(), [0x6C, 0x04]);
}

/// The text of a trace of commands to a card.
fn trace(name: &str, commands: &[&str]) -> String {
    let card = Personalisation::load(name).unwrap();
    let views = card.views();
    let profile = views.profile();
    let applet = Applet::new(&profile, card.card_keys().unwrap(), VolatileMemory::new()).unwrap();
    let mut out = Vec::new();
    let mut tracer = Tracer::new(applet, &card, &mut out);
    tracer.reset().unwrap();
    for command in commands {
        let command = hex::decode(command.replace(' ', "")).unwrap();
        tracer.transmit(&command).unwrap();
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn a_trace_is_decoded_and_masked() {
    let text = trace(
        "visa-18",
        &[
            "00A40400 07A0000000031010 00",
            "80A80000 028300 00",
            "00B2010C 00",
            "00B20114 00",
            "00B20214 00",
            "00200080 08249753FFFFFFFFFF",
            "00200088 08A1B2C3D4E5F60718",
            "80AE8000 21 000000001000 000000000000 0840 8000000000 0840 261123 00 5A17C03E 22 410302 00",
            // Odd ones: wrong class, cut, no data, a PIN block where none belongs.
            "80200080 08249753FFFFFFFFFF",
            "00200080 08249753",
            "00200080",
            "80FF0000 08249753FFFFFFFFFF",
        ],
    );
    for expected in [
        "Reset",
        "Command SELECT",
        "Response to GENERATE AC",
        "5A17C03E",
        "476173******0010",
        "(hidden)",
        "63C2",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    // The rest of the account number, its track, the cardholder's name, PINs plain and enciphered.
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    for secret in [
        "9001010010",
        "4761739001",
        "2F43415244",
        "TEST/CARD",
        "9753",
        "A1B2C3D4",
    ] {
        assert!(!bare.contains(secret), "{secret} is in\n{text}");
    }
}

#[test]
fn a_trace_says_when_nothing_came() {
    struct Pulled;
    impl CardReader for Pulled {
        fn transmit(&mut self, _: &[u8]) -> io::Result<Vec<u8>> {
            Err(io::Error::other("pulled out"))
        }
    }
    let card = Personalisation::load("ccd").unwrap();
    let mut out = Vec::new();
    assert!(
        Tracer::new(Pulled, &card, &mut out)
            .transmit(&READ)
            .is_err()
    );
    assert!(
        String::from_utf8(out)
            .unwrap()
            .contains("No response: pulled out")
    );
}

/// A folder of its own that is removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("chipcard-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_file_remembers_state_records_and_log() {
    let folder = Folder::new("memory");
    let path = folder.file("card.state");
    let card = Personalisation::load("ccd").unwrap();
    let mut buffer = [0; 254];

    let mut memory = FileMemory::open(&path, &card).unwrap();
    assert_eq!(memory.load(), Ok(None));
    assert_eq!(memory.record(1, 1, &mut buffer), Ok(None));
    let mut state = card.views().profile().initial_state();
    state.atc.0 = 7;
    memory.store(&state).unwrap();
    state.atc.0 = 8;
    memory.store(&state).unwrap();
    memory.update_record(1, 1, &[0x70, 0x00]).unwrap();
    memory.update_record(1, 1, &[0x70, 0x01, 0xAB]).unwrap();
    for entry in 1..=4 {
        memory.append_record(11, 3, &[entry]).unwrap();
    }
    let busy = FileMemory::open(&path, &card).unwrap_err().to_string();
    assert!(busy.contains("another process uses this card"), "{busy}");
    drop(memory);

    let memory = FileMemory::open(&path, &card).unwrap();
    assert_eq!(memory.load(), Ok(Some(state)));
    let length = memory.record(1, 1, &mut buffer).unwrap().unwrap();
    assert_eq!(buffer[..length], [0x70, 0x01, 0xAB]);
    for (number, entry) in [(1, Some(4)), (2, Some(3)), (3, Some(2)), (4, None)] {
        let found = memory.record(11, number, &mut buffer).unwrap();
        assert_eq!(found.map(|_| buffer[0]), entry, "{number}");
    }
    #[cfg(unix)]
    for name in ["card.state", "card.state.records"] {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(folder.file(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{name} holds secrets");
    }
}

#[test]
fn a_file_that_is_another_cards_or_none_is_left_alone() {
    let folder = Folder::new("other");
    let path = folder.file("card.state");
    let card = Personalisation::load("ccd").unwrap();
    drop(FileMemory::open(&path, &card).unwrap());
    let before = fs::read(&path).unwrap();
    let open = |name: &str| {
        let card = Personalisation::load(name).unwrap();
        FileMemory::open(&path, &card).unwrap_err().to_string()
    };
    assert!(open("visa-18").contains("the state of another card"));
    assert_eq!(fs::read(&path).unwrap(), before);

    for (content, expected) in [
        (&b"shopping list"[..], "not the state of a card"),
        (&before[..before.len() - 1], "not the state of a card"),
    ] {
        fs::write(&path, content).unwrap();
        assert!(open("ccd").contains(expected));
        assert_eq!(fs::read(&path).unwrap(), content);
    }
    // Both slots spoiled: a card must not begin anew.
    let spoiled: Vec<_> = before
        .iter()
        .enumerate()
        .map(|(place, byte)| if place < 32 { *byte } else { 0x55 })
        .collect();
    fs::write(&path, spoiled).unwrap();
    assert!(open("ccd").contains("no whole state"));

    fs::write(&path, &before).unwrap();
    fs::write(folder.file("card.state.records"), b"U\x01\x01\x09short").unwrap();
    let records = open("ccd");
    assert!(
        records.contains("card.state.records: not the records of a card"),
        "{records}"
    );
}

/// A state file cut off by a full disk or a kill at its very beginning is a new card's.
#[test]
fn a_file_that_was_not_yet_begun_is_begun() {
    let folder = Folder::new("begun");
    let card = Personalisation::load("ccd").unwrap();
    let path = folder.file("card.state");
    drop(FileMemory::open(&path, &card).unwrap());
    let zeros = vec![0; fs::read(&path).unwrap().len()];
    for content in [&zeros[..], &[]] {
        let mut file = fs::File::create(&path).unwrap();
        file.write_all(content).unwrap();
        drop(file);
        let memory = FileMemory::open(&path, &card).unwrap();
        assert_eq!(memory.load(), Ok(None));
    }
}
