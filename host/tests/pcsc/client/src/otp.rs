//! One-time passwords, as the issuer works them out.

use chipcard::card::{Applet, VolatileMemory};
use chipcard::cryptogram::cap_token;
use chipcard::dol::DataObjectList;
use chipcard::element::Pin;
use chipcard::issuer::{ChipData, Issuer};
use chipcard::tlv::Writer;
use chipcard::{Tag, tag};
use chipcard_host::profile::Personalisation;
use chipcard_host::terminal::CardReader;

use crate::{Error, expect, load, named};

/// What a reader for one-time passwords puts into the lists: date and verification results are fixed, the rest is zero.
const FIXED: [(Tag, &[u8]); 2] = [
    (tag::TRANSACTION_DATE, &[0x01, 0x01, 0x01]),
    (
        tag::TERMINAL_VERIFICATION_RESULTS,
        &[0x80, 0x00, 0x00, 0x00, 0x00],
    ),
];

/// Which bits of the cryptogram's answer the password takes.
const ISSUER_PROPRIETARY_BITMAP: u32 = 0x9F56;

/// Prints a password a line.
pub(crate) fn expected(profile: &str, pin: &str, challenges: &[&str]) -> Result<(), Error> {
    let card = load(profile)?;
    let views = card.views();
    let made = views.profile();
    let keys = card.card_keys().map_err(|failure| failure.to_string())?;
    let mut applet = Applet::new(&made, keys, VolatileMemory::new())?;
    println!("{}", password(&card, &mut applet, pin, None)?);
    for challenge in challenges {
        println!("{}", password(&card, &mut applet, pin, Some(challenge))?);
    }
    Ok(())
}

fn password(
    card: &Personalisation,
    reader: &mut dyn CardReader,
    pin: &str,
    challenge: Option<&str>,
) -> Result<u64, Error> {
    let mut send = |head: [u8; 4], data: &[u8]| -> Result<Vec<u8>, Error> {
        let length = u8::try_from(data.len())?;
        let command = match data {
            [] => [&head[..], &[0x00]].concat(),
            _ => [&head[..], &[length], data, &[0x00]].concat(),
        };
        let response = reader.transmit(&command)?;
        let data = response.strip_suffix(&[0x90, 0x00]);
        Ok(data
            .ok_or_else(|| format!("the card refused {head:02X?}"))?
            .to_vec())
    };
    send([0x00, 0xA4, 0x04, 0x00], card.aid())?;
    let options = values(
        &send([0x80, 0xA8, 0x00, 0x00], &[0x83, 0x00])?,
        &[0x82, 0x94],
    )?;
    let aip = options.get(..2).unwrap_or_default();
    let mut found = [const { None }; 2];
    for [number, file] in [[1, 0x0C], [1, 0x14], [2, 0x14]] {
        let record = send([0x00, 0xB2, number, file], &[])?;
        for (tag, place) in [ISSUER_PROPRIETARY_BITMAP, 0x8C]
            .into_iter()
            .zip(&mut found)
        {
            if let Ok(value) = named(&record, &[0x70, tag]) {
                *place = Some(value);
            }
        }
    }
    let [Some(bitmap), Some(list)] = found else {
        return Err("the card makes no one-time passwords".into());
    };
    send(
        [0x00, 0x20, 0x00, 0x80],
        &*Pin::from_digits(pin)?.plaintext_block(),
    )?;

    let number = challenge.map(hex::decode).transpose()?;
    let list = DataObjectList::parse(&list)?;
    let mut filled = vec![0; list.total_length()];
    list.fill(&mut filled, |tag| match &number {
        Some(number) if tag == tag::UNPREDICTABLE_NUMBER => Some(number),
        _ => FIXED
            .iter()
            .find(|(known, _)| *known == tag)
            .map(|(_, value)| *value),
    })?;
    let answer = send([0x80, 0xAE, 0x80, 0x00], &filled)?;
    let answer = values(&answer, &[0x9F27, 0x9F36, 0x9F26, 0x9F10])?;

    // The issuer believes nothing before the cryptogram is right.
    let mut buffer = [0; 255];
    let mut de55 = Writer::new(&mut buffer);
    let mut rest = &filled[..];
    for entry in list.entries() {
        let (value, after) = rest.split_at(entry.length.into());
        de55.put(entry.tag, value)?;
        rest = after;
    }
    de55.put(tag::APPLICATION_INTERCHANGE_PROFILE, aip)?;
    let mut rest = &answer[..];
    for (tag, length) in [
        (tag::CRYPTOGRAM_INFORMATION_DATA, 1),
        (tag::APPLICATION_TRANSACTION_COUNTER, 2),
        (tag::APPLICATION_CRYPTOGRAM, 8),
        (tag::ISSUER_APPLICATION_DATA, answer.len() - 11),
    ] {
        let (value, after) = rest.split_at(length);
        de55.put(tag, value)?;
        rest = after;
    }
    expect("rest of the answer", rest, &[])?;
    let keys = card.issuer_keys().map_err(|failure| failure.to_string())?;
    let chip = ChipData::parse(de55.as_bytes())?;
    // No answer to it: a reader of one-time passwords stops here.
    let _verified = Issuer::new(keys).verify_arqc(&card.record(), &chip)?;
    Ok(cap_token(&answer, &bitmap)?)
}

/// The values of a response in format 1, or those of these tags in format 2.
fn values(response: &[u8], tags: &[u32]) -> Result<Vec<u8>, Error> {
    if let Ok(values) = named(response, &[0x80]) {
        return Ok(values);
    }
    let values: Result<Vec<_>, _> = tags
        .iter()
        .map(|tag| named(response, &[0x77, *tag]))
        .collect();
    Ok(values?.concat())
}
