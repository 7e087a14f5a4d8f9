//! Records the transactions that the firmware replays, on the machine that builds: the card, a terminal, and the issuer
//! who verifies the card's cryptogram and signs an answer to it. So the firmware holds bytes, and no issuer; the keys are the
//! card's own, derived from published test keys.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed build")]

#[path = "../../tests/common/mod.rs"]
mod common;

use std::path::Path;
use std::{env, fs};

use chipcard::apdu::StatusWord;
use chipcard::card::test_cards::{self, TestCard};
use chipcard::element::{CryptogramType, Pin};
use chipcard::issuer::{ChipData, IssuerResponse, ScriptPhase};
use chipcard::{tag, tlv};
use common::{Bench, Cryptogram, Purchase};

/// A terminal that writes down what it says and hears.
struct Recorder {
    bench: Bench,
    steps: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Recorder {
    fn send(&mut self, command: &[u8]) -> Vec<u8> {
        let (data, status) = self.bench.send(command);
        assert_eq!(status, StatusWord::OK, "{}", hex::encode(command));
        let response = [&data[..], &status.to_bytes()].concat();
        self.steps.push((command.to_vec(), response));
        data
    }

    fn command(&mut self, header: [u8; 4], data: &[u8]) -> Vec<u8> {
        let length = u8::try_from(data.len()).unwrap();
        self.send(&[&header, &[length][..], data, &[0x00]].concat())
    }

    fn generate_ac(&mut self, kind: CryptogramType, values: &[u8]) -> Cryptogram {
        let data = self.command([0x80, 0xAE, kind.to_bits() << 6, 0x00], values);
        let cryptogram = Cryptogram::parse(self.bench.test.profile.format, &data);
        assert_eq!(cryptogram.kind(), kind);
        cryptogram
    }
}

/// From SELECT to an issuer script: a PIN entered, an ARQC verified, the answer accepted, the PIN changed.
fn record(test: &'static TestCard) -> Vec<(Vec<u8>, Vec<u8>)> {
    let purchase = Purchase::new();
    let profile = &test.profile;
    let mut terminal = Recorder {
        bench: Bench::new(test),
        steps: Vec::new(),
    };
    terminal.command([0x00, 0xA4, 0x04, 0x00], profile.aid);
    let pdol = purchase.fill(profile.pdol);
    let options = [&[0x83, u8::try_from(pdol.len()).unwrap()], &pdol[..]].concat();
    terminal.command([0x80, 0xA8, 0x00, 0x00], &options);
    for record in profile.records {
        terminal.send(&[0x00, 0xB2, record.number, record.sfi << 3 | 0x04, 0x00]);
    }
    terminal.send(&[0x80, 0xCA, 0x9F, 0x17, 0x00]);
    terminal.command([0x00, 0x20, 0x00, 0x80], &TestCard::PIN_BLOCK);
    let first = terminal.generate_ac(CryptogramType::Arqc, &purchase.fill(profile.cdol1));

    let bench = &terminal.bench;
    let answer = bench
        .ask_issuer(&purchase, &first, &IssuerResponse::approve())
        .unwrap();
    let de55 = bench.de55(&purchase, &first);
    let chip = ChipData::parse(&de55).unwrap();
    let mut verified = bench.issuer.verify_arqc(&bench.record, &chip).unwrap();
    let mut buffer = [0; 256];
    let phase = ScriptPhase::AfterFinalGenerateAc;
    let pin = Pin::from_digits("765432").unwrap();
    let script = bench
        .issuer
        .script(&mut verified, phase, [0; 4], &mut buffer, |script| {
            script.put_data(tag::LOWER_CONSECUTIVE_OFFLINE_LIMIT, &[0x09])?;
            script.pin_change(&pin, None)
        })
        .unwrap();

    let answered = purchase
        .with(0x8A, b"00")
        .with(0x91, answer.as_bytes())
        .fill(profile.cdol2);
    terminal.generate_ac(CryptogramType::Tc, &answered);
    let template = tlv::require(script, phase.tag()).unwrap();
    for object in template.children().map(Result::unwrap) {
        if object.tag == tag::ISSUER_SCRIPT_COMMAND {
            terminal.send(object.value);
        }
    }
    terminal.steps
}

/// The recording as an expression of Rust.
fn recording(test: &'static TestCard) -> String {
    let keys = test.card_keys().unwrap();
    let (ac, smi, smc) = (keys.ac(), keys.smi().unwrap(), keys.smc().unwrap());
    let array = |key: &[u8]| format!("{key:?}");
    let keys = [ac.reveal(array), smi.reveal(array), smc.reveal(array)].join(", ");
    let steps = record(test)
        .iter()
        .map(|(command, response)| format!("(&{command:?}, &{response:?}), "))
        .collect::<String>();
    format!("Recording {{ keys: [{keys}], steps: &[{steps}] }}")
}

fn main() {
    let out = env::var("OUT_DIR").unwrap();
    let here = env::var("CARGO_MANIFEST_DIR").unwrap();
    for test in [&test_cards::CCD_TDES, &test_cards::CCD_AES] {
        let path = Path::new(&out).join(format!("{}.rs", test.name));
        fs::write(path, recording(test)).unwrap();
    }
    println!("cargo::rustc-link-arg-bins=-T{here}/memory.ld");
    println!("cargo::rerun-if-changed=memory.ld");
    println!("cargo::rerun-if-changed=build.rs");
}
