//! What happens to a message on its way to the host: by an attacker, or by an honest acquirer.

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::message::{OnlinePin, Verification};
use super::plastic::Made;
use super::world::Script;
use super::{Capability, Message, chip_bytes, stripe};
use crate::Tag;
use crate::element::{IadLayout, Pan};
use crate::error::Result;
use crate::tag;

/// One change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Message type.
    Mti(&'static str),
    /// DE 3.
    ProcessingCode(&'static str),
    /// DE 4.
    Amount(u64),
    /// DE 49.
    Currency(u16),
    /// DE 51.
    BillingCurrency(u16),
    /// DE 43.
    Country(u16),
    /// DE 22.
    EntryMode(&'static str),
    /// DE 60 or 61.
    Capability(Capability),
    /// DE 2, DE 14 and DE 23 of another card.
    Account(usize),
    /// DE 23.
    Sequence(Option<u8>),
    /// DE 13.
    LocalDate(&'static str),
    /// DE 52.
    Pin(Option<OnlinePin>),
    /// How the message says that the cardholder was verified.
    Verification(Verification),
    /// The network's mark of a transaction sent later.
    Deferred,
    /// The network's mark of an amount that is not final.
    Estimated,
    /// DE 35: the genuine stripe of this card.
    StripeTrack(usize),
    /// DE 35: what this card's chip gives in tag 57.
    ChipTrack(usize),
    /// Another PAN on track 2: that of this card.
    TrackPan(usize),
    /// Another service code on track 2.
    TrackServiceCode(&'static str),
    /// Another expiry on track 2.
    TrackExpiry(&'static str),
    /// Another card verification value on track 2, of any length.
    TrackValue(&'static str),
    /// Another dynamic value (CVC3) on track 2, of any length.
    TapValue(&'static str),
    /// The dynamic value of track 2 computed with another service code, as one public library does.
    TapValueWithoutServiceCode,
    /// No DE 35.
    NoTrack,
    /// DE 45 of this card.
    Track1(usize),
    /// The printed value, right.
    PrintedValue,
    /// The printed value guessed: a new one each round, never the right one.
    GuessedValue,
    /// The n-th of so many merchants, by round.
    MerchantByRound(u16),
    /// A new trace number, reference and time.
    New,
    /// DE 90 names the message in this place.
    Original(usize),
    /// DE 90 names a message that never was.
    NoOriginal,
    /// No DE 55.
    NoChip,
    /// DE 55 of the message in this place.
    ChipOf(usize),
    /// An object of DE 55, in its place or at the end.
    Put(Tag, &'static [u8]),
    /// An object of DE 55 taken out.
    Remove(Tag),
    /// Bits of an object flipped: offset in the value, mask.
    Flip(Tag, usize, u8),
    /// The value cut to this length.
    Cut(Tag, usize),
    /// Zeros behind the value to this length.
    Pad(Tag, usize),
    /// Bytes behind the value.
    Extend(Tag, &'static [u8]),
    /// Application and kernel of another payment system: Visa's, or for a Visa card Mastercard's.
    OtherBrand,
    /// Bytes before all objects.
    Before(&'static [u8]),
    /// Bytes after all objects.
    After(&'static [u8]),
    /// The length of an object written with these bytes in front of the length byte, e.g. `81`.
    Length(Tag, &'static [u8]),
    /// The objects in reverse order.
    Reverse,
    /// The cryptogram version in the issuer application data.
    Version(u8),
    /// The key index there.
    KeyIndex(u8),
    /// Random bytes for the cryptogram.
    RandomCryptogram,
}

/// Where the issuer application data have key index and version.
pub(super) const fn iad_places(layout: IadLayout) -> (usize, usize) {
    match layout {
        IadLayout::MChip => (0, 1),
        IadLayout::Visa24 | IadLayout::Ccd => (2, 1),
        _ => (1, 2),
    }
}

impl Edit {
    /// Makes the change.
    pub(super) fn apply(self, message: &mut Message, script: &mut Script<'_>) -> Result<()> {
        match self {
            Self::Mti(value) => message.mti = value.to_string(),
            Self::ProcessingCode(value) => message.processing_code = value.to_string(),
            Self::Amount(value) => message.amount = value,
            Self::Currency(value) => message.currency = value,
            Self::BillingCurrency(value) => message.billing_currency = Some(value),
            Self::Country(value) => message.country = value,
            Self::EntryMode(value) => message.entry_mode = value.to_string(),
            Self::Capability(value) => message.capability = value,
            Self::Account(card) => {
                let made = script.made(card);
                message.pan = made.digits.clone();
                message.sequence = message.sequence.and(made.plastic.sequence);
                message.expiry = Some(made.plastic.expiry.to_string());
            }
            Self::Sequence(value) => message.sequence = value,
            Self::LocalDate(value) => message.local_date = value.to_string(),
            Self::Pin(value) => message.pin = value,
            Self::Verification(value) => message.verification = Some(value),
            Self::Deferred => message.deferred = true,
            Self::Estimated => message.estimated = true,
            Self::StripeTrack(card) => {
                message.track_2 = Some(script.made(card).stripe_track_2()?);
            }
            Self::ChipTrack(card) => message.track_2 = Some(script.made(card).chip_track_2()?),
            Self::TrackPan(card) => {
                let digits = &script.made(card).digits;
                let tail = |track: &str| track.split('=').nth(1).unwrap_or_default().to_string();
                edit_track(message, |track| format!("{digits}={}", tail(track)));
            }
            Self::TrackServiceCode(code) => splice(message, 4..7, code),
            Self::TrackExpiry(expiry) => splice(message, 0..4, expiry),
            Self::TrackValue(value) => edit_track(message, |track| {
                let head = track.find('=').map_or(0, |place| place + 13);
                format!("{}{value}", track.get(..head).unwrap_or(track))
            }),
            Self::TapValue(value) => splice(message, 7..10, value),
            Self::TapValueWithoutServiceCode => {
                let value = without_service_code(script.made(0), script.counter(0))?;
                splice(message, 12..15, &value);
            }
            Self::NoTrack => message.track_2 = None,
            Self::Track1(card) => message.track_1 = Some(script.made(card).stripe_track_1()?),
            Self::PrintedValue => message.cvv2 = Some(printed_value(message, script)?),
            Self::GuessedValue => {
                let right = printed_value(message, script)?;
                let guess = format!("{:03}", script.round() % 1_000);
                let guess = if guess == right { "999".into() } else { guess };
                message.cvv2 = Some(guess);
            }
            Self::MerchantByRound(count) => {
                let shop = script.round() % count;
                message.merchant = format!("WEBSHOP{shop:08}");
                message.terminal = format!("WEBS{shop:04}");
            }
            Self::New => script.number(message),
            Self::Original(place) => message.original = script.message(place).map(|m| m.stan),
            Self::NoOriginal => message.original = Some(999_999),
            Self::NoChip => message.chip = None,
            Self::ChipOf(place) => {
                message.chip = script.message(place).and_then(|m| m.chip.clone());
            }
            Self::Put(tag, value) => edit_chip(message, |chip| chip_bytes::put(chip, tag, value))?,
            Self::Remove(tag) => edit_chip(message, |chip| chip_bytes::remove(chip, tag))?,
            Self::Flip(tag, offset, mask) => change(message, tag, |value| {
                if let Some(byte) = value.get_mut(offset) {
                    *byte ^= mask;
                }
            })?,
            Self::Cut(tag, length) => change(message, tag, |value| value.truncate(length))?,
            Self::Pad(tag, length) => change(message, tag, |value| value.resize(length, 0))?,
            Self::Extend(tag, bytes) => change(message, tag, |value| value.extend(bytes))?,
            Self::OtherBrand => {
                let visa: &[u8] = &[0xA0, 0x00, 0x00, 0x00, 0x03, 0x10, 0x10];
                let other: &[u8] = &[0xA0, 0x00, 0x00, 0x00, 0x04, 0x10, 0x10];
                let brand = if script.made(0).test.profile.aid == visa {
                    other
                } else {
                    visa
                };
                for tag in [tag::DEDICATED_FILE_NAME, tag::AID_TERMINAL] {
                    edit_chip(message, |chip| chip_bytes::put(chip, tag, brand))?;
                }
            }
            Self::Before(bytes) => edit_chip(message, |chip| Ok([bytes, chip].concat()))?,
            Self::After(bytes) => edit_chip(message, |chip| Ok([chip, bytes].concat()))?,
            Self::Length(tag, bytes) => {
                edit_chip(message, |chip| chip_bytes::lengthen(chip, tag, bytes))?;
            }
            Self::Reverse => edit_chip(message, chip_bytes::reverse)?,
            Self::Version(version) => {
                let (_, place) = iad_places(script.layout());
                set_iad(message, place, version)?;
            }
            Self::KeyIndex(index) => {
                let (place, _) = iad_places(script.layout());
                set_iad(message, place, index)?;
            }
            Self::RandomCryptogram => {
                let bytes = script.random().to_be_bytes();
                let tag = tag::APPLICATION_CRYPTOGRAM;
                edit_chip(message, |chip| chip_bytes::put(chip, tag, &bytes))?;
            }
        }
        Ok(())
    }
}

fn edit_chip(message: &mut Message, edit: impl FnOnce(&[u8]) -> Result<Vec<u8>>) -> Result<()> {
    let edited = edit(message.chip.as_deref().unwrap_or_default())?;
    message.chip = Some(edited);
    Ok(())
}

fn change(message: &mut Message, tag: Tag, edit: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
    edit_chip(message, |chip| {
        let Some(mut value) = chip_bytes::get(chip, tag)? else {
            return Ok(chip.to_vec());
        };
        edit(&mut value);
        chip_bytes::put(chip, tag, &value)
    })
}

fn set_iad(message: &mut Message, place: usize, byte: u8) -> Result<()> {
    change(message, tag::ISSUER_APPLICATION_DATA, |iad| {
        if let Some(at) = iad.get_mut(place) {
            *at = byte;
        }
    })
}

fn edit_track(message: &mut Message, edit: impl FnOnce(&str) -> String) {
    if let Some(track) = message.track_2.take() {
        message.track_2 = Some(edit(&track));
    }
}

/// Replaces characters after the separator of track 2.
fn splice(message: &mut Message, range: core::ops::Range<usize>, value: &str) {
    edit_track(message, |track| {
        let mut track = track.to_string();
        if let Some(after) = track.find('=').map(|place| place + 1) {
            let end = after + range.end;
            if end <= track.len() {
                track.replace_range(after + range.start..end, value);
            }
        }
        track
    });
}

fn printed_value(message: &Message, script: &Script<'_>) -> Result<String> {
    let pan = Pan::from_digits(&message.pan)?;
    let expiry = script.made(0).plastic.expiry;
    stripe::cvv(&pan, expiry, "000")
}

/// dCVV over zeros in the place of the service code.
fn without_service_code(made: &Made, atc: u16) -> Result<String> {
    use crate::element::{ApplicationTransactionCounter, PanSequenceNumber, ServiceCode};
    use crate::magstripe::{CvvDigits, CvvInput, ExpiryDigits, dcvv};
    let sequence = made.sequence()?.unwrap_or(PanSequenceNumber::ZERO);
    let keys = made.issuer_keys()?;
    let key = keys
        .ac()
        .card_key(&made.pan, sequence, crate::key::CardKeyOption::A)?;
    let expiry = ExpiryDigits::from_digits(made.plastic.expiry)?;
    let input = CvvInput::new(&made.pan, expiry, ServiceCode::from_digits("000")?);
    let value = dcvv(
        &key,
        &input,
        ApplicationTransactionCounter(atc),
        CvvDigits::THREE,
    )?;
    Ok(value.reveal(str::to_string))
}
