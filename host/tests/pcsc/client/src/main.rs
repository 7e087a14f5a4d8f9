//! A terminal at a PC/SC reader: finds the card as terminals do, pays with it, and says what is not as it should be.
//!
//! `pcsc-client pay PROFILE 0|1 ATC`: with the card of this profile over this protocol; the counter of its next transaction.
//! `pcsc-client cap PROFILE PIN CHALLENGE...`: the one-time passwords that the card's issuer expects, from a new card in
//! this process, for a transaction without a challenge and then each challenge.

mod otp;
mod reader;

use std::process::ExitCode;

use chipcard::apdu::StatusWord;
use chipcard::element::{Amount, CountryCode, CurrencyCode, Date, Pin, UnpredictableNumber};
use chipcard::issuer::{ChipData, Issuer, IssuerResponse};
use chipcard::tag;
use chipcard::tlv::{self, Writer};
use chipcard_host::profile::Personalisation;
use chipcard_host::reader::Protocol;
use chipcard_host::terminal::{CardReader, OnlineAnswer, Outcome, Sale, Terminal, run};

use reader::PcscReader;

type Error = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["pay", profile, "0", atc] => pay(profile, Protocol::T0, atc),
        ["pay", profile, "1", atc] => pay(profile, Protocol::T1, atc),
        ["cap", profile, pin, ref challenges @ ..] => otp::expected(profile, pin, challenges),
        _ => Err("pcsc-client pay PROFILE 0|1 ATC, or cap PROFILE PIN CHALLENGE...".into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("pcsc-client: {error}");
            ExitCode::FAILURE
        }
    }
}

fn expect<T: PartialEq + std::fmt::Debug>(what: &str, found: T, expected: T) -> Result<(), Error> {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{what}: found {found:?}, expected {expected:?}").into()),
    }
}

fn pay(profile: &str, protocol: Protocol, atc: &str) -> Result<(), Error> {
    let card = load(profile)?;
    let first: u16 = atc.parse()?;
    let mut reader = PcscReader::connect(protocol)?;
    find(&card, &mut reader)?;
    for atc in [first, first + 1] {
        buy(&card, &mut reader, atc)?;
        // Power off and on: the transaction is gone, the counter is not.
        reader.reset()?;
        let (_, status) = reader.answer(&[0x80, 0xCA, 0x9F, 0x36, 0x00])?;
        expect(
            "GET DATA after a reset",
            status,
            StatusWord::CONDITIONS_NOT_SATISFIED,
        )?;
    }
    println!("{profile} over {protocol:?}: found by PSE, PPSE and name; two purchases approved online");
    Ok(())
}

fn load(profile: &str) -> Result<Personalisation, Error> {
    Personalisation::load(profile).map_err(|failure| failure.to_string().into())
}

/// By the directories, by the whole name and by its beginning.
fn find(card: &Personalisation, reader: &mut PcscReader) -> Result<(), Error> {
    let mut select = |name: &[u8]| -> Result<Vec<u8>, Error> {
        let length = u8::try_from(name.len())?;
        let command = [&[0x00, 0xA4, 0x04, 0x00, length], name, &[0x00]].concat();
        let (data, status) = reader.answer(&command)?;
        expect("SELECT", status, StatusWord::OK)?;
        Ok(data)
    };
    let fci = select(card.aid())?;
    expect("by name", named(&fci, &[0x6F, 0x84])?, card.aid().to_vec())?;
    let fci = select(card.aid().get(..5).unwrap_or_default())?;
    expect("by RID", named(&fci, &[0x6F, 0x84])?, card.aid().to_vec())?;
    let fci = select(b"2PAY.SYS.DDF01")?;
    expect(
        "PPSE",
        named(&fci, &[0x6F, 0xA5, 0xBF0C, 0x61, 0x4F])?,
        card.aid().to_vec(),
    )?;
    let fci = select(b"1PAY.SYS.DDF01")?;
    let file = named(&fci, &[0x6F, 0xA5, 0x88])?;
    let sfi = file.first().copied().unwrap_or_default();
    let (record, status) = reader.answer(&[0x00, 0xB2, 0x01, sfi << 3 | 4, 0x00])?;
    expect("directory", status, StatusWord::OK)?;
    expect(
        "PSE",
        named(&record, &[0x70, 0x61, 0x4F])?,
        card.aid().to_vec(),
    )?;
    let (_, status) = reader.answer(&[0x00, 0xB2, 0x02, sfi << 3 | 4, 0x00])?;
    expect("end of directory", status, StatusWord::RECORD_NOT_FOUND)
}

/// The value at the end of a path of tags.
fn named(data: &[u8], path: &[u32]) -> Result<Vec<u8>, Error> {
    let mut value = data;
    for tag in path {
        value = tlv::require(value, chipcard::Tag::new(*tag))?.value;
    }
    Ok(value.to_vec())
}

fn buy(card: &Personalisation, reader: &mut PcscReader, atc: u16) -> Result<(), Error> {
    let terminal = Terminal::attended(CountryCode::new(840)?, vec![card.aid().to_vec()]);
    let sale = Sale {
        amount: Amount::new(4200)?,
        currency: CurrencyCode::new(840)?,
        date: Date::new(2026, 11, 23)?,
        unpredictable_number: UnpredictableNumber([0x5A, 0x17, 0xC0, atc.to_be_bytes()[1]]),
        pin: Some(Pin::from_digits("1234")?),
        force_online: true,
    };
    let keys = card.issuer_keys().map_err(|failure| failure.to_string())?;
    let issuer = Issuer::new(keys);
    let mut refusal = None;
    let mut acquirer = |de55: &[u8]| {
        let answer = || -> Result<OnlineAnswer, Error> {
            let chip = ChipData::parse(de55)?;
            let verified = issuer.verify_arqc(&card.record(), &chip)?;
            let response = IssuerResponse::approve();
            let answer = issuer.authorise(verified, &response)?;
            let mut buffer = [0; 32];
            let mut chip_data = Writer::new(&mut buffer);
            answer.write(&mut chip_data)?;
            Ok(OnlineAnswer {
                response_code: response.arc(),
                chip_data: chip_data.finish().to_vec(),
            })
        };
        answer().map_err(|error| refusal = Some(error)).ok()
    };
    let completed = run(&terminal, &sale, reader, &mut acquirer, &mut |_| {})?;
    if let Some(error) = refusal {
        return Err(error);
    }
    expect("outcome", completed.outcome, Outcome::ApprovedOnline)?;
    expect("TVR", completed.tvr.to_string(), "8000008800".to_owned())?;
    let counter = completed.data.get(tag::APPLICATION_TRANSACTION_COUNTER);
    expect("ATC", counter, Some(&atc.to_be_bytes()[..]))?;
    let pin = completed
        .data
        .get(tag::CVM_RESULTS)
        .and_then(|results| results.last());
    expect("CVM result", pin, Some(&0x02))
}
