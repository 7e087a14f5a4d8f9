//! An authorisation host's work for one chip transaction: verify, decide, sign the answer, block a stolen card.
//!
//! `cargo run --example authorise`

use std::error::Error;

use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::{AuthorisationResponseCode, Pan, PanSequenceNumber};
use chipcard::issuer::{CardRecord, ChipData, Issuer, IssuerResponse, ScriptPhase};
use chipcard::key::{IssuerKeySet, IssuerMasterKey};
use chipcard::tlv::Writer;

// A transaction of the public test suite of pyemv, with the published test keys.
const DE55: &str = "9F02060000000040009F03060000000000009F1A020124950580000480005F2A0201249A031911059C01019F370452BF4585\
                    820218009F3602001C9F100706011203A0B8009F26087A788EA6B8A3E733";

fn main() -> Result<(), Box<dyn Error>> {
    let keys = IssuerKeySet::new(
        0x01,
        IssuerMasterKey::tdes(&key("0123456789ABCDEFFEDCBA9876543210")?)?,
    )
    .with_smi(IssuerMasterKey::tdes(&key(
        "FEDCBA98765432100123456789ABCDEF",
    )?)?)?;
    let issuer = Issuer::new(keys);
    let card = CardRecord::new(
        Pan::from_digits("1234567890123456")?,
        Some(PanSequenceNumber::from_digits("00")?),
        &CryptogramVersion::VISA_18,
        0x01,
    );
    let reported_stolen = true;

    let de55 = hex::decode(DE55)?;
    let chip = ChipData::parse(&de55)?;
    let mut verified = match issuer.verify_arqc(&card, &chip) {
        Ok(verified) => verified,
        Err(refusal) => {
            println!("{}: declined without tag 91: {refusal}", card.key().pan);
            return Ok(());
        }
    };
    println!(
        "{}: cryptogram {} at counter {}",
        card.key().pan,
        verified.arqc(),
        verified.atc()
    );

    // The script is written while the proof is there; the answer uses the proof up.
    let mut script = [0; 128];
    let script = if reported_stolen {
        let phase = ScriptPhase::AfterFinalGenerateAc;
        issuer.script(&mut verified, phase, [0, 0, 0, 1], &mut script, |s| {
            s.application_block()
        })?
    } else {
        &[]
    };
    let response = if reported_stolen {
        IssuerResponse::decline(AuthorisationResponseCode::new(*b"43"))
    } else {
        IssuerResponse::approve()
    };
    let answer = issuer.authorise(verified, &response)?;

    let mut buffer = [0; 160];
    let mut de55 = Writer::new(&mut buffer);
    answer.write(&mut de55)?;
    de55.raw(script)?;
    println!(
        "DE 39 {}, DE 55 {}",
        response.arc(),
        hex::encode_upper(de55.as_bytes())
    );
    Ok(())
}

fn key(text: &str) -> Result<[u8; 16], Box<dyn Error>> {
    Ok(hex::decode(text)?
        .try_into()
        .map_err(|_| "a key has 16 bytes")?)
}
