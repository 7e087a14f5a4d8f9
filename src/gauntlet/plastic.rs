//! The cards of a scenario as data, and their personalisation.

use std::string::{String, ToString};
use std::vec::Vec;
use std::{format, vec};

use super::{Contactless, Issued, IssuedChip, Status, TokenDomain, stripe};
use crate::card::test_cards::TestCard;
use crate::card::{Profile, Record};
use crate::cryptogram::Family;
use crate::element::{
    ApplicationInterchangeProfile, IadLayout, Pan, PanSequenceNumber, ServiceCode,
};
use crate::error::Result;
use crate::key::{CardKeySet, IssuerKeySet, IssuerMasterKey};
use crate::tag::{self, Tag};
use crate::tlv::{self, Writer};

/// Which account number a card has. All are in the test range of the scenario's test card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    /// The test card's own.
    Own,
    /// Another of its range.
    Sibling(u8),
    /// The first of the range whose CVV and iCVV are the same: one in a thousand.
    CvvEqualsIcvv,
    /// The first of the range whose CVVs with service codes 101 and 201 are the same.
    CvvIgnoresServiceCode,
}

/// A card of a scenario. The chip, where it has one, is that of the test card the scenario runs with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plastic {
    /// Account number.
    pub number: Number,
    /// Sequence number.
    pub sequence: Option<u8>,
    /// Service code.
    pub service_code: &'static str,
    /// `YYMM`.
    pub expiry: &'static str,
    /// Whether it has a chip.
    pub chip: bool,
    /// Whether the chip has contacts.
    pub contacts: bool,
    /// What it does without contacts.
    pub contactless: Contactless,
    /// Whether it may be used.
    pub status: Status,
    /// Where a token may be used.
    pub token: Option<TokenDomain>,
    /// Whether it does CDA, as its interchange profile says.
    pub cda: bool,
    /// Whether it takes part in the relay resistance protocol.
    pub relay_resistance: bool,
    /// Whether terminals may fill its issuer application data up with zeros.
    pub zero_padded: bool,
    /// Where its holder said that he travels.
    pub travel: Option<u16>,
}

impl Plastic {
    /// A chip card with contacts and contactless EMV mode.
    pub const CHIP: Self = Self {
        number: Number::Own,
        sequence: Some(1),
        service_code: "201",
        expiry: "4912",
        chip: true,
        contacts: true,
        contactless: Contactless::Emv,
        status: Status::Active,
        token: None,
        cda: false,
        relay_resistance: false,
        zero_padded: false,
        travel: None,
    };

    /// A card without chip.
    pub const STRIPE: Self = Self {
        service_code: "101",
        chip: false,
        contacts: false,
        contactless: Contactless::None,
        ..Self::CHIP
    };

    /// A token in a telephone.
    pub const TOKEN: Self = Self {
        number: Number::Sibling(50),
        contacts: false,
        token: Some(TokenDomain::Device),
        ..Self::CHIP
    };

    pub(super) const fn numbered(self, number: u8) -> Self {
        Self {
            number: Number::Sibling(number),
            ..self
        }
    }
}

/// From 50.00 on a contactless payment needs a cardholder verification.
pub(super) const VERIFICATION_LIMIT: u64 = 5_000;

/// A card after personalisation: what its files hold, and what the issuer knows.
pub(super) struct Made {
    pub(super) test: &'static TestCard,
    pub(super) plastic: Plastic,
    pub(super) pan: Pan,
    pub(super) digits: String,
    records: Vec<(Record<'static>, Vec<u8>)>,
}

impl Made {
    pub(super) fn new(test: &'static TestCard, plastic: Plastic) -> Result<Self> {
        let digits = account_number(test.pan, plastic)?;
        let pan = Pan::from_digits(&digits)?;
        let mut made = Self {
            test,
            plastic,
            pan,
            digits,
            records: Vec::new(),
        };
        let track_2 = made.chip_track_2()?;
        for record in test.profile.records {
            let data = personalise(record.data, &made, &track_2)?;
            made.records.push((*record, data));
        }
        Ok(made)
    }

    pub(super) fn sequence(&self) -> Result<Option<PanSequenceNumber>> {
        self.plastic
            .sequence
            .map(|number| PanSequenceNumber::from_digits(format!("{number:02}")))
            .transpose()
    }

    pub(super) fn service_code(&self) -> Result<ServiceCode> {
        ServiceCode::from_digits(self.plastic.service_code)
    }

    /// Track 2 of the stripe, without sentinels.
    pub(super) fn stripe_track_2(&self) -> Result<String> {
        let cvv = stripe::cvv(&self.pan, self.plastic.expiry, self.plastic.service_code)?;
        Ok(self.track_2(&cvv))
    }

    /// What the chip gives in tag 57, as text.
    pub(super) fn chip_track_2(&self) -> Result<String> {
        let icvv = stripe::cvv(&self.pan, self.plastic.expiry, "999")?;
        Ok(self.track_2(&icvv))
    }

    fn track_2(&self, value: &str) -> String {
        let Plastic {
            expiry,
            service_code,
            ..
        } = self.plastic;
        format!("{}={expiry}{service_code}00000{value}000", self.digits)
    }

    /// Track 1 of the stripe, without sentinels.
    pub(super) fn stripe_track_1(&self) -> Result<String> {
        let Plastic {
            expiry,
            service_code,
            ..
        } = self.plastic;
        let cvv = stripe::cvv(&self.pan, expiry, service_code)?;
        let digits = &self.digits;
        Ok(format!(
            "B{digits}^TEST/CARD^{expiry}{service_code}0000000{cvv}000000"
        ))
    }

    pub(super) fn records(&self) -> Vec<Record<'_>> {
        let rows = self.records.iter();
        rows.map(|(record, data)| Record {
            sfi: record.sfi,
            number: record.number,
            data,
            updatable: record.updatable,
        })
        .collect()
    }

    pub(super) fn profile<'p>(&self, records: &'p [Record<'p>]) -> Profile<'p> {
        let mut profile: Profile<'p> = self.test.profile;
        profile.records = records;
        if self.plastic.cda {
            let [first, second] = profile.aip.0;
            profile.aip = ApplicationInterchangeProfile([first | 0x01, second]);
        }
        profile
    }

    /// The card's own keys.
    pub(super) fn keys(&self) -> Result<CardKeySet> {
        let sequence = self.sequence()?.unwrap_or(PanSequenceNumber::ZERO);
        let option = self.test.profile.version.card_key;
        CardKeySet::derive(&self.test.issuer_keys()?, &self.pan, sequence, option)
    }

    pub(super) fn issued(&self) -> Issued {
        let (plastic, profile) = (&self.plastic, &self.test.profile);
        let chip = IssuedChip {
            version: profile.version,
            key_index: TestCard::KEY_INDEX,
            aid: profile.aid.to_vec(),
            contacts: plastic.contacts,
            zero_padded: plastic.zero_padded,
            cda: plastic.cda,
            relay_resistance: plastic.relay_resistance,
            offline_pin: profile.pin.is_some(),
        };
        Issued {
            pan: self.digits.clone(),
            sequence: plastic.sequence,
            expiry: plastic.expiry.to_string(),
            service_code: plastic.service_code.to_string(),
            status: plastic.status,
            chip: plastic.chip.then_some(chip),
            contactless: plastic.contactless,
            token: plastic.token,
            prefers_pin: plastic.chip,
            verification_limit: VERIFICATION_LIMIT,
            currency: profile.currency.number(),
            country: profile.country.number(),
            travel: plastic.travel,
            verification_digits: 3,
            verification_key: stripe::TEST_KEY_CVV,
            cvc3_key: stripe::TEST_KEY_CVC3,
        }
    }

    /// The issuer's keys with the one for CVC3.
    pub(super) fn issuer_keys(&self) -> Result<IssuerKeySet> {
        self.test
            .issuer_keys()?
            .with_cvc3(IssuerMasterKey::tdes(&stripe::TEST_KEY_CVC3)?)
    }
}

/// Whether a version's card verification results are Visa's, with contactless data of Visa's form.
pub(super) fn is_visa(test: &TestCard) -> bool {
    test.profile.version.family == Family::Visa
}

/// Whether the layout says itself where it ends, so that zeros after its end can be told.
pub(super) fn ends_itself(layout: IadLayout) -> bool {
    matches!(layout, IadLayout::Visa013 | IadLayout::UnionPay)
}

/// A record with the values of this card in the place of the test card's.
fn personalise(record: &[u8], made: &Made, track_2: &str) -> Result<Vec<u8>> {
    let template = tlv::Reader::new(record).next().transpose()?;
    let Some(template) = template else {
        return Ok(record.to_vec());
    };
    let mut inside = [0; 254];
    let mut inside = Writer::new(&mut inside);
    for object in template.children() {
        let object = object?;
        let value: Option<Vec<u8>> = match object.tag {
            tag::TRACK_2_EQUIVALENT_DATA => Some(nibbles(&track_2.replace('=', "D"))),
            tag::APPLICATION_PAN => Some(nibbles(&made.digits)),
            tag::APPLICATION_PAN_SEQUENCE_NUMBER => {
                made.sequence()?.map(|number| vec![number.to_bcd()])
            }
            tag::APPLICATION_EXPIRATION_DATE => {
                Some(nibbles(&format!("{}31", made.plastic.expiry)))
            }
            _ => Some(object.value.to_vec()),
        };
        if let Some(value) = value {
            inside.put(object.tag, &value)?;
        }
    }
    let mut whole = [0; 254];
    let mut whole = Writer::new(&mut whole);
    whole.put(template.tag, inside.as_bytes())?;
    Ok(whole.as_bytes().to_vec())
}

/// Hexadecimal digits, two to a byte, an `F` at the end of an odd count.
pub(super) fn nibbles(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|c| u8::try_from(c.to_digit(16)?).ok())
        .collect();
    digits
        .chunks(2)
        .map(|pair| match *pair {
            [high, low] => high << 4 | low,
            [high] => high << 4 | 0x0F,
            _ => 0xFF,
        })
        .collect()
}

fn account_number(own: &str, plastic: Plastic) -> Result<String> {
    let search = |other: &str| {
        for number in 0..100_000_u32 {
            let digits = in_range(own, 6, number);
            let pan = Pan::from_digits(&digits)?;
            let value = |code| stripe::cvv(&pan, plastic.expiry, code);
            if value("201")? == value(other)? {
                return Ok(digits);
            }
        }
        // One in a thousand has it.
        Ok(own.to_string())
    };
    match plastic.number {
        Number::Own => Ok(own.to_string()),
        Number::Sibling(number) => Ok(in_range(own, 3, u32::from(number))),
        Number::CvvEqualsIcvv => search("999"),
        Number::CvvIgnoresServiceCode => search("101"),
    }
}

/// An account number of the same test range: the last `places` digits before the check digit replaced, and the check digit.
fn in_range(own: &str, places: usize, number: u32) -> String {
    let kept = own.len().saturating_sub(places + 1);
    let head: String = own.chars().take(kept).collect();
    let body = format!("{head}{number:0places$}");
    let sum: u32 = body
        .chars()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = digit.to_digit(10).unwrap_or_default();
            match (place % 2, digit) {
                (0, digit) if digit > 4 => 2 * digit - 9,
                (0, digit) => 2 * digit,
                (_, digit) => digit,
            }
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// A data element of the scenarios, by tag.
pub(super) type Value = (Tag, &'static [u8]);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::test_cards;

    #[test]
    fn numbers_of_a_range() {
        assert!(
            Pan::from_digits(in_range("4761739001010010", 3, 7))
                .unwrap()
                .has_valid_check_digit()
        );
        assert_eq!(
            in_range("4761739001010010", 3, 1),
            "4761739001010010"[..12].to_string() + "0010"
        );
    }

    #[test]
    fn searched_numbers_are_what_they_say() {
        let test = &test_cards::VISA_18_LIKE;
        let plastic = Plastic {
            number: Number::CvvEqualsIcvv,
            ..Plastic::CHIP
        };
        let made = Made::new(test, plastic).unwrap();
        assert_eq!(made.stripe_track_2(), made.chip_track_2());
        assert_ne!(made.digits, test.pan);
    }
}
