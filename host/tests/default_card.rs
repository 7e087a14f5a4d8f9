//! The default card, served as it is, in a terminal that others wrote: the kernel of the crate `emv`, which knows of the card what its
//! exported profile says, and no more.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

mod kernel;
mod virtual_reader;

use std::process::Command;

use chipcard::card::AuthenticationCommand;
use chipcard::dol::DataObjectList;
use chipcard::issuer::{ChipData, Issuer, IssuerResponse};
use chipcard::tag;
use chipcard::tlv::Writer;
use chipcard_host::profile::Personalisation;
use emv::contact::online_processing::{OnlineAuthorisationOutcome, OnlineAuthorisationResponse};
use emv::contact::transaction_driver::Transaction;
use emv::contact::transaction_flow::{
    HostMediated, TransactionFlowStep as Step, start, submit_authorisation_response, submit_pin,
};
use emv::core::apdu::{Command as CardCommand, Response};
use emv::core::card_reader::CardReader;
use emv::core::oda::CaPublicKey;
use emv::core::tags;
use emv::de::authorisation_response_code::AuthorisationResponseCode;
use kernel::{EVERY_CVM, inputs, terminal};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use virtual_reader::{Slot, VirtualReader};

/// What `chipcard card profile --export` tells a terminal's owner.
struct Export {
    aid: Vec<u8>,
    pin: Vec<u8>,
    authority: CaPublicKey,
    card: Personalisation,
}

fn export() -> Export {
    let output = Command::new(env!("CARGO_BIN_EXE_chipcard"))
        .args(["card", "profile", "--export"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let table: toml::Table = text.parse().unwrap();
    let bytes = |value: &toml::Value| hex::decode(value.as_str().unwrap()).unwrap();
    let key = &table["ca-key"][0];
    Export {
        aid: bytes(&table["aid"]),
        pin: table["pin"]["digits"]
            .as_str()
            .unwrap()
            .bytes()
            .map(|digit| digit - b'0')
            .collect(),
        authority: CaPublicKey {
            rid: bytes(&key["rid"]).try_into().unwrap(),
            index: bytes(&key["index"])[0],
            modulus: bytes(&key["modulus"]),
            exponent: vec![u8::try_from(key["exponent"].as_integer().unwrap()).unwrap()],
        },
        card: Personalisation::parse(&text).unwrap(),
    }
}

/// The card behind the protocol of the virtual reader, its commands noted.
struct Reader {
    slot: Slot,
    commands: Vec<Vec<u8>>,
}

impl CardReader for &mut Reader {
    type Error = emv::Error;

    fn transmit(&mut self, command: &CardCommand) -> Result<Response, emv::Error> {
        let command = command.to_bytes()?;
        let response = self.slot.exchange(&command).unwrap();
        self.commands.push(command);
        Response::parse(&response)
    }
}

type Kernel<'t, 'r> = Transaction<'t, &'r mut Reader, HostMediated>;

/// From selection to the first GENERATE AC, with the PIN.
fn until_decision(tx: &mut Kernel<'_, '_>, export: &Export) -> Step {
    let authorities = [export.authority.clone()];
    let mut step = start(tx, &authorities, &[], &[], None).unwrap();
    if let Step::CardholderVerification { .. } = step {
        let mut rng = StdRng::seed_from_u64(7);
        let fill = |bytes: &mut [u8]| {
            rng.fill_bytes(bytes);
            true
        };
        step = submit_pin(tx, &authorities, None, &export.pin, fill).unwrap();
    }
    step
}

fn results(tx: &Kernel<'_, '_>) -> [String; 3] {
    let cvm = tx.ctx.tag_store.get(tags::CVM_RESULTS).unwrap();
    [
        hex::encode_upper(tx.ctx.tvr.to_bytes()),
        hex::encode_upper(tx.ctx.tsi.to_bytes()),
        hex::encode_upper(cvm),
    ]
}

fn served() -> (VirtualReader, Reader) {
    let reader = VirtualReader::with_card(&["--t", "1"]);
    let slot = reader.slot();
    let commands = Vec::new();
    (reader, Reader { slot, commands })
}

/// SDA, DDA and CDA below the floor limit: the kernel verifies the signatures, the card its enciphered PIN, and both approve.
#[test]
fn approved_offline() {
    let export = export();
    let (_reader, mut card) = served();
    for (security, tvr) in [
        (0x80, "0200000000"),
        (0xC0, "0000000000"),
        (0xC8, "0000000000"),
    ] {
        let terminal = terminal(&export.aid, EVERY_CVM, security, 5000);
        let mut tx = Transaction::new(
            &mut card,
            &terminal,
            inputs([0x5A, 0x17, 0xC0, 0x3E]),
            HostMediated,
        );
        let step = until_decision(&mut tx, &export);
        assert!(
            matches!(step, Step::Approved { .. }),
            "{security:02X}: {step:?}"
        );
        // The PIN enciphered with the key that it has of its own.
        assert_eq!(results(&tx), [tvr, "E800", "440302"], "{security:02X}");
    }
}

/// Above the floor limit the issuer answers, and the card checks the answer.
#[test]
fn approved_online() {
    let export = export();
    let (_reader, mut card) = served();
    let terminal = terminal(&export.aid, EVERY_CVM, 0xC0, 0);
    let mut tx = Transaction::new(
        &mut card,
        &terminal,
        inputs([0x5A, 0x17, 0xC0, 0x3E]),
        HostMediated,
    );
    let step = until_decision(&mut tx, &export);
    let Step::OnlineRequest { first_generate_ac } = step else {
        panic!("{step:?}")
    };

    let views = export.card.views();
    let profile = views.profile();
    let command = profile.issuer_authentication.command;
    assert_eq!(command, AuthenticationCommand::ExternalAuthenticate);
    let generate_ac = tx.card.commands.iter().rfind(|command| command[1] == 0xAE);
    let sent = generate_ac.unwrap();
    let sent = &sent[5..5 + usize::from(sent[4])];
    let mut buffer = [0; 512];
    let mut de55 = Writer::new(&mut buffer);
    let list = DataObjectList::parse(profile.cdol1).unwrap();
    for entry in list.entries() {
        let value = list.value_of(sent, entry.tag).unwrap().unwrap();
        de55.put(entry.tag, value).unwrap();
    }
    let made = &first_generate_ac;
    let cid = [made.cid.to_byte()];
    for (tag, value) in [
        (tag::APPLICATION_CRYPTOGRAM, &made.ac.unwrap()[..]),
        (tag::CRYPTOGRAM_INFORMATION_DATA, &cid),
        (tag::APPLICATION_TRANSACTION_COUNTER, &made.atc[..]),
        (tag::ISSUER_APPLICATION_DATA, made.iad.as_ref().unwrap()),
        (tag::APPLICATION_INTERCHANGE_PROFILE, &profile.aip.0),
    ] {
        de55.put(tag, value).unwrap();
    }
    let issuer = Issuer::new(export.card.issuer_keys().unwrap());
    let chip = ChipData::parse(de55.as_bytes()).unwrap();
    let verified = issuer.verify_arqc(&export.card.record(), &chip).unwrap();
    let answer = issuer
        .authorise(verified, &IssuerResponse::approve())
        .unwrap();
    let response = OnlineAuthorisationResponse {
        authorisation_response_code: AuthorisationResponseCode(*b"00"),
        issuer_authentication_data: Some(answer.as_bytes().to_vec()),
        issuer_scripts: Vec::new(),
    };
    let approved = OnlineAuthorisationOutcome::Approved;
    let step = submit_authorisation_response(&mut tx, made, &response, approved).unwrap();
    assert!(matches!(step, Step::Approved { .. }), "{step:?}");
    assert_eq!(results(&tx)[..2], ["0000008000", "F800"]);
}
