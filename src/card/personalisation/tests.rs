//! Published sessions of others' cards and devices, whose keys were published with them.

extern crate std;

use std::format;
use std::vec::Vec;

use cipher::{Array, BlockCipherEncrypt, KeyInit};

use super::channel::{Channel, PersonalisationKeys, SecurityLevel};
use super::{BlankCard, Device};
use crate::apdu::{Command, MAX_RESPONSE_LENGTH, StatusWord};
use crate::card::{Generator, test_cards};
use crate::crypto::{Algorithm, Message, Padding, SecretKey, mac};

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).unwrap()
}

fn array<const N: usize>(text: &str) -> [u8; N] {
    bytes(text).try_into().unwrap()
}

struct Session {
    /// K-ENC, K-MAC, K-DEK.
    keys: [&'static str; 3],
    host_challenge: &'static str,
    /// The card's answer to INITIALIZE UPDATE, without its status word.
    answer: &'static str,
    level: SecurityLevel,
    /// EXTERNAL AUTHENTICATE.
    authenticate: &'static str,
}

const TEST_KEY: &str = "404142434445464748494A4B4C4D4E4F";

/// An EMV personalisation log (xionghuilin.com, "EMV Perso Summary"); its last bytes are not legible in the copy that was at hand.
const EMV: Session = Session {
    keys: [TEST_KEY; 3],
    host_challenge: "0000000000000000",
    answer: "0000507101046E6C8B70 FF02 0007 2503683B31FA B7F4E8D8857D0CB4",
    level: SecurityLevel::Mac,
    authenticate: "8482010010 80F1BB4686D30DF9 A0B8829AF3E8",
};

/// From the same author ("GP External authentication and MAC sending APDU"), with keys of an issuer security domain.
const GLOBAL_PLATFORM: Session = Session {
    keys: [
        "AEA57E0042780CEBBBD7CA2FE63CFF05",
        "888D0508C5AF62E085F7D3FB713DBA33",
        "42C9F4D5271376425FC49D5C7E697CA0",
    ],
    host_challenge: "0B2A4CB667F8713E",
    answer: "00000000000000000000 2302 0001 A52757BF48AD E4D4258C4A993706",
    level: SecurityLevel::Mac,
    authenticate: "8482010010 400B21163F105687 82EDC1FA0F331E10",
};

/// GPShell with a telephone's secure element (globalplatform-users, 2009-09-30): commands enciphered, too.
const GPSHELL: Session = Session {
    keys: [TEST_KEY; 3],
    host_challenge: "C453FA25E5281272",
    answer: "000073204CC7A8545329 2A02 001C 389736801E91 531A9CC29523CDA9",
    level: SecurityLevel::MacAndEncipherment,
    authenticate: "8482030010 11B0FCFA2F4C342C E32AE87469F2C20A",
};

impl Session {
    fn keys(&self) -> PersonalisationKeys {
        let [encipherment, mac, data] = self.keys.map(array);
        PersonalisationKeys::new(&encipherment, &mac, &data).unwrap()
    }

    fn device(&self) -> (Device, Vec<u8>) {
        let response = bytes(&format!("{}9000", self.answer));
        let challenge = array(self.host_challenge);
        Device::open(self.keys(), challenge, &response, self.level).unwrap()
    }
}

#[test]
fn the_device_is_that_of_the_published_sessions() {
    for session in [&EMV, &GLOBAL_PLATFORM, &GPSHELL] {
        let (_, command) = session.device();
        let published = bytes(session.authenticate);
        assert_eq!(command[..published.len()], published);
    }
}

#[test]
fn the_card_is_that_of_the_published_sessions() {
    for session in [&EMV, &GLOBAL_PLATFORM, &GPSHELL] {
        let answer = bytes(session.answer);
        let challenge = answer[14..20].to_vec();
        let generator = Generator(|bytes: &mut [u8]| bytes.copy_from_slice(&challenge));
        let base = &test_cards::CCD_TDES.profile;
        let key_data = answer[..10].try_into().unwrap();
        let mut card = BlankCard::new(base, session.keys(), answer[10], key_data, generator);
        card.counter = u16::from_be_bytes([answer[12], answer[13]]);
        let mut send = |command: &[u8]| {
            let mut response = [0; MAX_RESPONSE_LENGTH];
            let length = card.process(command, &mut response);
            response[..length].to_vec()
        };
        send(&bytes("00A4040007 F0000009990101 00"));
        let command = Device::initialize_update(0, array(session.host_challenge));
        assert_eq!(send(&command), bytes(&format!("{}9000", session.answer)));
        // The published command, where it is whole; what is missing of it is the device's.
        let (_, whole) = session.device();
        assert_eq!(send(&whole), [0x90, 0x00]);
    }
}

/// GET STATUS and DELETE in the last session: the chained MAC and the encipherment.
#[test]
fn commands_are_those_of_the_published_session() {
    let clear = ["80F22000 4F00", "80E40080 4F0AA00000006203010C0101"];
    let published = [
        "84F2200010 DD0DA4CBDB95ABD8 73FB51E99ED8D1F9",
        "84E4008018 66B6144AC33B8B09F5407AE3AF46FD5D 47CED38D3D75296C",
    ];
    let (mut device, command) = GPSHELL.device();
    for (clear, published) in clear.iter().zip(published) {
        let clear = bytes(clear);
        let header = clear[..4].try_into().unwrap();
        let sealed = device.channel.seal(header, &clear[4..]).unwrap();
        assert_eq!(sealed.as_bytes(), bytes(published));
    }

    let mut channel = Channel::new(&GPSHELL.keys(), [0x00, 0x1C]).unwrap();
    let command = Command::parse(&command).unwrap();
    let (cryptogram, mac) = command.data.split_last_chunk().unwrap();
    channel.check(&command, cryptogram, mac).unwrap();
    channel.set_level(GPSHELL.level);
    for (clear, published) in clear.iter().zip(published) {
        let published = bytes(published);
        let command = Command::parse(&published).unwrap();
        let mut data = Message::new();
        channel.open(&command, &mut data).unwrap();
        assert_eq!(data.as_bytes(), &bytes(clear)[4..]);
    }
    // Once more is once too often: the chain has gone on.
    let again = bytes(published[1]);
    let again = channel.open(&Command::parse(&again).unwrap(), &mut Message::new());
    assert_eq!(again, Err(StatusWord::SECURE_MESSAGING_OBJECT_INCORRECT));
}

/// A block in front of the command, and an initial value that the left half of the key enciphers, are the same.
#[test]
fn both_descriptions_of_the_chain_agree() {
    let key = bytes(TEST_KEY);
    let tdes = |key: &[u8], block: [u8; 8]| {
        let mut block = Array(block);
        des::TdesEde2::new_from_slice(key)
            .unwrap()
            .encrypt_block(&mut block);
        block.0
    };
    let before = array::<8>("E32AE87469F2C20A");
    let command = bytes("84F220000A4F00");
    // Left half twice: single DES. The command and its padding are one block, for which algorithm 3 is TDES.
    let initial = tdes(&[&key[..8], &key[..8]].concat(), before);
    let mut block = array::<8>("84F220000A4F0080");
    for (to, from) in block.iter_mut().zip(initial) {
        *to ^= from;
    }
    let secret = SecretKey::new(Algorithm::Tdes, &key).unwrap();
    let message = [&before[..], &command].concat();
    let chained = mac(&secret, Padding::Method2, &message).unwrap();
    assert_eq!(chained, tdes(&key, block));
}
