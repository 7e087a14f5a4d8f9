//! `chipcard card`, with this test as the reader.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod virtual_reader;

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chipcard::element::{Amount, CountryCode, CurrencyCode, Date, Pin, UnpredictableNumber};
use chipcard::issuer::{ChipData, Issuer, IssuerResponse};
use chipcard::tag;
use chipcard::tlv::Writer;
use chipcard_host::profile::{DEFAULT, Personalisation, names};
use chipcard_host::terminal::{CardReader, Completed, OnlineAnswer, Outcome, Sale, Terminal, run};
use virtual_reader::{Slot, VirtualReader as Reader};

fn chipcard(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_chipcard"))
        .arg("card")
        .args(arguments)
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Exit status 2 and what was said.
fn complaint(arguments: &[&str]) -> String {
    let output = chipcard(arguments);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}");
    assert!(output.stdout.is_empty(), "{arguments:?}");
    text(&output.stderr)
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("chipcard-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A whole transaction, which the issuer approves.
fn buy(card: &Personalisation, pin: &str, slot: &mut Slot) -> Completed {
    let country = CountryCode::new(840).unwrap();
    let terminal = Terminal::attended(country, vec![card.aid().to_vec()]);
    let sale = Sale {
        amount: Amount::new(1000).unwrap(),
        currency: CurrencyCode::new(840).unwrap(),
        date: Date::new(2026, 11, 23).unwrap(),
        unpredictable_number: UnpredictableNumber([0x5A, 0x17, 0xC0, 0x3E]),
        pin: Some(Pin::from_digits(pin).unwrap()),
        force_online: true,
    };
    let issuer = Issuer::new(card.issuer_keys().unwrap());
    let mut acquirer = |de55: &[u8]| {
        let chip = ChipData::parse(de55).unwrap();
        let verified = issuer.verify_arqc(&card.record(), &chip).unwrap();
        let response = IssuerResponse::approve();
        let answer = issuer.authorise(verified, &response).unwrap();
        let mut buffer = [0; 32];
        let mut chip_data = Writer::new(&mut buffer);
        answer.write(&mut chip_data).unwrap();
        Some(OnlineAnswer {
            response_code: response.arc(),
            chip_data: chip_data.finish().to_vec(),
        })
    };
    run(&terminal, &sale, slot, &mut acquirer, &mut |_| {}).unwrap()
}

fn counter(completed: &Completed) -> &[u8] {
    completed
        .data
        .get(tag::APPLICATION_TRANSACTION_COUNTER)
        .unwrap()
}

#[test]
fn cards_of_every_kind_buy_over_both_protocols() {
    for name in [DEFAULT, "cap", "ccd-aes-xda", "mchip-14-cda", "unionpay-01"] {
        let card = Personalisation::load(name).unwrap();
        for (t0, protocol, atr) in [
            (true, "0", "3B6800006368697063617264"),
            (false, "1", "3BE800008131FE456368697063617264"),
        ] {
            let reader = Reader::with_card(&["--profile", name, "--t", protocol]);
            let mut slot = Slot {
                t0,
                ..reader.slot()
            };
            assert!(slot.atr().starts_with(atr));
            let completed = buy(&card, "1234", &mut slot);
            assert_eq!(
                completed.outcome,
                Outcome::ApprovedOnline,
                "{name} {protocol}"
            );
            reader.kill();
        }
    }
}

/// Without options: the default card over T=0, found by its directories and by its name.
#[test]
fn the_default_card_is_found_in_every_way() {
    let card = Personalisation::load(DEFAULT).unwrap();
    let reader = Reader::with_card(&[]);
    let mut slot = Slot {
        t0: true,
        ..reader.slot()
    };
    let select = |name: &[u8]| {
        let length = u8::try_from(name.len()).unwrap();
        [&[0x00, 0xA4, 0x04, 0x00, length], name].concat()
    };
    let contains = |response: &[u8]| {
        let found = response
            .windows(card.aid().len())
            .any(|window| window == card.aid());
        found && response.ends_with(&[0x90, 0x00])
    };
    let pse = slot.transmit(&select(b"1PAY.SYS.DDF01")).unwrap();
    assert!(pse.ends_with(&[0x90, 0x00]));
    assert!(contains(
        &slot.transmit(&[0x00, 0xB2, 0x01, 0x0C, 0x00]).unwrap()
    ));
    assert!(contains(
        &slot.transmit(&select(b"2PAY.SYS.DDF01")).unwrap()
    ));
    assert!(contains(&slot.transmit(&select(card.aid())).unwrap()));
    assert!(contains(&slot.transmit(&select(&card.aid()[..5])).unwrap()));
    reader.kill();
}

#[test]
fn a_card_goes_back_into_the_reader() {
    let card = Personalisation::load("ccd").unwrap();
    let reader = Reader::with_card(&["--profile", "ccd", "--t", "1"]);
    for atc in 1..=3_u16 {
        let mut slot = reader.slot();
        let completed = buy(&card, "1234", &mut slot);
        assert_eq!(counter(&completed), atc.to_be_bytes());
    }
    // Nonsense from the reader ends the connection, not the card.
    let mut slot = reader.slot();
    slot.stream.write_all(&[0xFF]).unwrap();
    drop(slot);
    assert_eq!(counter(&buy(&card, "1234", &mut reader.slot())), [0, 4]);
    reader.kill();
}

#[test]
fn a_state_file_survives_a_kill() {
    let folder = Folder::new("state");
    let state = folder.file("card");
    let card = Personalisation::load("visa-18").unwrap();
    let arguments = ["--profile", "visa-18", "--t", "1", "--state", &state];
    for atc in 1..=3_u16 {
        let reader = Reader::with_card(&arguments);
        let mut slot = reader.slot();
        let completed = buy(&card, "1234", &mut slot);
        assert_eq!(completed.outcome, Outcome::ApprovedOnline);
        assert_eq!(counter(&completed), atc.to_be_bytes());
        reader.kill();
    }
    let other = complaint(&["serve", "--profile", "ccd", "--state", &state]);
    assert!(other.contains("the state of another card"), "{other}");
}

/// A card with a PIN whose digits stand nowhere else.
fn own_card(folder: &Folder) -> String {
    let path = folder.file("own.toml");
    let export = text(&chipcard(&["profile", "--export", "visa-18"]).stdout);
    let own = export
        .replace("\"1234\"", "\"97531\"")
        .replace("0123456789ABCDEFF", "1123456789ABCDEFF");
    fs::write(Path::new(&path), own).unwrap();
    path
}

#[test]
fn a_trace_shows_the_transaction_and_no_secret() {
    let folder = Folder::new("trace");
    let path = own_card(&folder);
    let card = Personalisation::load(&path).unwrap();
    for t0 in [true, false] {
        let protocol = if t0 { "0" } else { "1" };
        let reader = Reader::with_card(&["--profile", &path, "--t", protocol, "--trace"]);
        let mut slot = Slot {
            t0,
            ..reader.slot()
        };
        assert_eq!(
            buy(&card, "97531", &mut slot).outcome,
            Outcome::ApprovedOnline
        );
        let trace = reader.kill();
        for expected in [
            "SELECT",
            "READ RECORD",
            "VERIFY",
            "GENERATE AC",
            "476173******0010",
        ] {
            assert!(trace.contains(expected), "{expected} is not in\n{trace}");
        }
        let bare: String = trace.chars().filter(|c| !c.is_whitespace()).collect();
        for secret in [
            "97531",
            "9001010010",
            "123456789ABCDEF",
            "FEDCBA98",
            "TEST/CARD",
        ] {
            assert!(!bare.contains(secret), "{secret} is in\n{trace}");
        }
    }
    // Nor does the told transaction: the keys are not the published ones.
    let output = Command::new(env!("CARGO_BIN_EXE_chipcard"))
        .args(["transact", "--pin", "97531", "--profile", &path])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    let told = text(&output.stdout);
    assert!(told.contains("approved online"), "{told}");
    let key = card.issuer_keys().unwrap();
    let key = key
        .ac()
        .card_key(card.pan(), card.sequence(), card.version().card_key);
    let key = key.unwrap().reveal(|bytes| hex::encode_upper(bytes));
    for secret in ["97531", "9001010010", "123456789ABCDEF", &key] {
        assert!(!told.contains(secret), "{secret} is in\n{told}");
    }
}

#[test]
fn rules_put_a_wedge_and_a_fault_between() {
    let card = Personalisation::load("visa-18").unwrap();
    let wedge = [
        "--profile",
        "visa-18",
        "--t",
        "1",
        "--middle",
        "verify:answer=9000",
    ];
    let reader = Reader::with_card(&wedge);
    let mut slot = reader.slot();
    // The terminal believes in a PIN that the card never saw.
    let completed = buy(&card, "9999", &mut slot);
    assert_eq!(completed.tvr.to_string(), "8000008800");
    let tries = slot.exchange(&[0x80, 0xCA, 0x9F, 0x17, 0x00]).unwrap();
    assert_eq!(tries, [0x9F, 0x17, 0x01, 0x03, 0x90, 0x00]);
    reader.kill();

    let reader = Reader::with_card(&["--profile", "visa-18", "--t", "1", "--fault", "any#2:mute"]);
    let mut slot = reader.slot();
    let challenge = [0x00, 0xA4, 0x04, 0x00, 0x05, 0xA0, 0x00, 0x00, 0x00, 0x03];
    assert!(slot.exchange(&challenge).is_ok());
    assert!(slot.exchange(&challenge).is_err(), "pulled out");
    assert!(reader.slot().exchange(&challenge).is_ok(), "and back");
    reader.kill();
}

#[test]
fn serve_says_what_is_wrong() {
    let folder = Folder::new("wrong");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closed.local_addr().unwrap().port().to_string();
    drop(closed);
    let nobody = complaint(&["serve", "--port", &port, "--attempts", "2"]);
    assert!(
        nobody.contains(&format!("no reader at 127.0.0.1:{port}")),
        "{nobody}"
    );

    let bad = folder.file("bad.toml");
    let export = text(&chipcard(&["profile", "--export"]).stdout);
    fs::write(
        &bad,
        export.replace("try-limit          = 3", "try-limit          = 0"),
    )
    .unwrap();
    for (arguments, expected) in [
        (&["serve", "--t", "2"][..], "--t"),
        (&["serve", "--t", "1", "--atr", "3B00"], "--atr"),
        (&["serve", "--atr", "3B80"], "atr: offset 2"),
        (&["serve", "--atr", "3B800E8E"], "atr: the protocol T=14"),
        (
            &["serve", "--fault", "verify:explode"],
            "rule verify:explode",
        ),
        (&["serve", "--middle", "verify:"], "rule verify:"),
        (
            &["serve", "--profile", "nobody"],
            "nobody is neither a file nor one of the cards default, cap, ccd",
        ),
        (&["serve", "--profile", "nobody.toml"], "nobody.toml: "),
        (
            &["serve", "--profile", &bad],
            "cannot work: error: 9F17 does not begin with 1 to 15",
        ),
        (
            &[
                "serve",
                "--profile",
                &bad,
                "--unchecked",
                "--port",
                &port,
                "--attempts",
                "1",
            ],
            "no reader",
        ),
    ] {
        let message = complaint(arguments);
        assert!(message.contains(expected), "{arguments:?}: {message}");
    }
}

#[test]
fn once_ends_with_the_connection() {
    let reader = Reader::with_card(&["--once"]);
    drop(reader.slot());
    assert_eq!(reader.wait().code(), Some(0));
}

#[test]
fn profiles_are_listed_exported_and_checked() {
    let list = chipcard(&["profile", "list"]);
    assert_eq!(list.status.code(), Some(0));
    let list = text(&list.stdout);
    for name in names() {
        assert!(list.contains(name), "{name} is not in\n{list}");
    }
    let json = text(&chipcard(&["profile", "list", "--json"]).stdout);
    let rows: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), names().count());
    assert_eq!(rows[0]["pan"], "476173******0010");

    let export = chipcard(&["profile", "--export"]);
    assert_eq!(export.status.code(), Some(0));
    let card = Personalisation::parse(&text(&export.stdout)).unwrap();
    assert_eq!(card.name(), DEFAULT);
    let named = chipcard(&["profile", "--export", "cap"]);
    assert!(text(&named.stdout).contains("A0000000038002"));

    let folder = Folder::new("profiles");
    let (good, bad, broken) = (
        folder.file("good"),
        folder.file("bad"),
        folder.file("broken"),
    );
    let export = text(&export.stdout);
    fs::write(&good, &export).unwrap();
    fs::write(
        &bad,
        export.replace("try-limit          = 3", "try-limit          = 0"),
    )
    .unwrap();
    fs::write(&broken, export.replace("[pin]", "[pin")).unwrap();
    let check = |path: &str| {
        let output = chipcard(&["profile", "--check", path]);
        (output.status.code(), text(&output.stdout))
    };
    assert_eq!(check(&good).0, Some(0));
    let (status, findings) = check(&bad);
    assert_eq!(status, Some(1));
    assert!(
        findings.contains("error: 9F17 does not begin with 1 to 15"),
        "{findings}"
    );
    let json = chipcard(&["profile", "--check", &bad, "--json"]);
    let rows: serde_json::Value = serde_json::from_str(&text(&json.stdout)).unwrap();
    assert_eq!(
        (&rows[0]["severity"], &rows[0]["tag"]),
        (&"error".into(), &"9F17".into())
    );
    let message = complaint(&["profile", "--check", &broken]);
    assert!(message.contains("broken: line "), "{message}");
    for arguments in [
        &["profile"][..],
        &["profile", "--export", "--check", &good],
        &["profile", "every"],
    ] {
        complaint(arguments);
    }
}
