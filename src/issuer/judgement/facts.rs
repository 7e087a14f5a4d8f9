//! What the message says, read once.

use super::card::{DynamicLayout, DynamicValue, IssuedCard};
use super::request::AuthorisationRequest;
use super::stripe::{StripeClaim, StripeValue, StripeVerifier};
use crate::element::{
    Amount, ApplicationInterchangeProfile, ApplicationTransactionCounter,
    CardTransactionQualifiers, CardVerificationResults, CountryCode, CurrencyCode, CvmResults,
    Date, IssuerApplicationData, PanSequenceNumber, ServiceCode, TerminalVerificationResults,
    Track2EquivalentData, TransactionType, UnpredictableNumber, YearMonth,
};
use crate::error::{ErrorKind, Result};
use crate::issuer::ChipData;
use crate::issuer::shared_layouts::SharedLayouts;
use crate::magstripe::{Track1, Track2};
use crate::tag::{self, Tag};

/// What DE 55 says. What it leaves out is `None`.
pub(crate) struct ChipFacts<'a> {
    pub(crate) data: ChipData<'a>,
    /// Nothing of that layout was read before.
    pub(crate) has_new_layout: bool,
    pub(crate) iad: Option<IssuerApplicationData<'a>>,
    pub(crate) un: Option<UnpredictableNumber>,
    pub(crate) amount: Option<Amount>,
    pub(crate) currency: Option<CurrencyCode>,
    pub(crate) country: Option<CountryCode>,
    pub(crate) date: Option<Date>,
    pub(crate) kind: Option<TransactionType>,
    pub(crate) tvr: Option<TerminalVerificationResults>,
    pub(crate) cvm: Option<CvmResults>,
    pub(crate) qualifiers: Option<CardTransactionQualifiers>,
    pub(crate) profile: Option<ApplicationInterchangeProfile>,
}

impl<'a> ChipFacts<'a> {
    /// Of no message.
    pub(crate) const EMPTY: Self = Self {
        data: ChipData::EMPTY,
        has_new_layout: false,
        iad: None,
        un: None,
        amount: None,
        currency: None,
        country: None,
        date: None,
        kind: None,
        tvr: None,
        cvm: None,
        qualifiers: None,
        profile: None,
    };

    /// Reads them, where they are [`EMPTY`](Self::EMPTY): they are large, and stay where they are.
    pub(crate) fn read(
        &mut self,
        de55: &'a [u8],
        card: &IssuedCard<'_>,
        layouts: &SharedLayouts,
    ) -> Result<()> {
        self.has_new_layout = !layouts.read(&mut self.data, de55)?;
        let data = &self.data;
        if let Some(record) = &card.record {
            let iad = data.get(tag::ISSUER_APPLICATION_DATA)?;
            self.iad = iad.and_then(|iad| record.issuer_application_data(iad).ok());
        }
        // A PAN that is none is a fault of the format, whoever's card it is.
        data.pan()?;
        data.pan_sequence_number()?;
        self.un = data
            .array(tag::UNPREDICTABLE_NUMBER)
            .map(UnpredictableNumber);
        self.amount = read(data, tag::AMOUNT_AUTHORISED_NUMERIC, |value: &[u8; 6]| {
            Amount::parse(value)
        })?;
        self.currency = digits(data, tag::TRANSACTION_CURRENCY_CODE, |value: &[u8; 2]| {
            CurrencyCode::parse(value)
        })?;
        self.country = digits(data, tag::TERMINAL_COUNTRY_CODE, |value: &[u8; 2]| {
            CountryCode::parse(value)
        })?;
        self.date = digits(data, tag::TRANSACTION_DATE, |value: &[u8; 3]| {
            Date::parse(value)
        })?;
        self.kind = data
            .array(tag::TRANSACTION_TYPE)
            .map(|[kind]| TransactionType(kind));
        self.tvr = data
            .array(tag::TERMINAL_VERIFICATION_RESULTS)
            .map(TerminalVerificationResults);
        self.cvm = read(data, tag::CVM_RESULTS, |value: &[u8; 3]| {
            CvmResults::parse(value)
        })?;
        self.qualifiers = data
            .array(tag::CARD_TRANSACTION_QUALIFIERS)
            .map(CardTransactionQualifiers);
        self.profile = data
            .array(tag::APPLICATION_INTERCHANGE_PROFILE)
            .map(ApplicationInterchangeProfile);
        Ok(())
    }

    pub(crate) fn cvr(&self) -> Option<CardVerificationResults<'a>> {
        self.iad.as_ref()?.cvr()
    }
}

/// What an element says whose length was checked.
fn read<T, const N: usize>(
    data: &ChipData<'_>,
    tag: Tag,
    parse: impl FnOnce(&[u8; N]) -> Result<T>,
) -> Result<Option<T>> {
    match data.bytes(tag).map(parse) {
        None => Ok(None),
        Some(Ok(value)) => Ok(Some(value)),
        Some(Err(error)) => Err(error.in_tag(tag)),
    }
}

/// A code or date of decimal digits: letters break the format; digits that name nothing say nothing, because honest terminals
/// send them (a clock that was never set, a country 000).
fn digits<T, const N: usize>(
    data: &ChipData<'_>,
    tag: Tag,
    parse: impl FnOnce(&[u8; N]) -> Result<T>,
) -> Result<Option<T>> {
    match read(data, tag, parse) {
        Err(error) if matches!(error.kind(), ErrorKind::Date | ErrorKind::Value) => Ok(None),
        other => other,
    }
}

/// What became of a verification value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checked {
    /// There is no place for one, or nobody can tell.
    Unknown,
    /// There is a place for one, and it is empty or ends early.
    Missing,
    Right,
    Wrong,
}

impl From<Option<bool>> for Checked {
    fn from(answer: Option<bool>) -> Self {
        match answer {
            None => Self::Unknown,
            Some(true) => Self::Right,
            Some(false) => Self::Wrong,
        }
    }
}

/// What the tracks say.
pub(crate) struct TrackFacts {
    pub(crate) track1: Option<Track1>,
    pub(crate) track2: Option<Track2>,
    /// The value as CVV, over the track's own service code.
    pub(crate) cvv: Checked,
    /// The value as iCVV.
    pub(crate) icvv: Checked,
    /// The value in tag 57 as CVV and as iCVV, where no track came.
    pub(crate) in_chip: (Checked, Checked),
    /// Service code and expiry date in tag 57, there as well.
    pub(crate) chip_track: Option<(ServiceCode, YearMonth)>,
    /// The value of contactless stripe mode, and the counter that it proves.
    pub(crate) dynamic: Checked,
    pub(crate) counter: Option<ApplicationTransactionCounter>,
    /// CVV2.
    pub(crate) cvv2: Checked,
}

impl TrackFacts {
    /// Of no message.
    pub(crate) const EMPTY: Self = Self {
        track1: None,
        track2: None,
        cvv: Checked::Unknown,
        icvv: Checked::Unknown,
        in_chip: (Checked::Unknown, Checked::Unknown),
        chip_track: None,
        dynamic: Checked::Unknown,
        counter: None,
        cvv2: Checked::Unknown,
    };

    /// Reads them, where they are [`EMPTY`](Self::EMPTY): they are large, and stay where they are.
    pub(crate) fn read(
        &mut self,
        request: &AuthorisationRequest<'_>,
        card: &IssuedCard<'_>,
        verifier: &impl StripeVerifier,
        chip: Option<&ChipFacts<'_>>,
    ) -> Result<()> {
        let none = request.track1.is_none() && request.track2.is_none();
        // As of nearly every chip: nothing to read but tag 57.
        if none && request.cvv2.is_none() {
            self.read_chip(request, card, verifier, chip);
            return Ok(());
        }
        self.track1 = request.track1.map(Track1::parse).transpose()?;
        self.track2 = request.track2.map(bare_track2).transpose()?;
        self.read_chip(request, card, verifier, chip);
        if request.cvv2.is_some() {
            self.cvv2 = cvv2(request, card, verifier);
        }
        if request.entry_mode == super::PosEntryMode::ContactlessStripe {
            (self.dynamic, self.counter) = self.dynamic(card, verifier);
        } else {
            (self.cvv, self.icvv) = self.static_values(card, verifier);
        }
        Ok(())
    }

    /// What tag 57 says, which is the chip's own track. DE 35 is its copy, and goes first. A track that cannot be read says nothing.
    fn read_chip(
        &mut self,
        request: &AuthorisationRequest<'_>,
        card: &IssuedCard<'_>,
        verifier: &impl StripeVerifier,
        chip: Option<&ChipFacts<'_>>,
    ) {
        let mode = request.entry_mode;
        let track = chip
            .filter(|_| request.track1.is_none() && request.track2.is_none())
            .filter(|_| mode.is_chip() || mode == super::PosEntryMode::Unknown)
            .and_then(|chip| chip.data.get(tag::TRACK_2_EQUIVALENT_DATA).ok()?)
            .and_then(|track| Track2EquivalentData::parse(track).ok());
        let Some(track) = track else {
            return;
        };
        self.chip_track = Some((track.service_code(), track.expiry()));
        let alone = Self {
            track2: Some(Track2::from(&track)),
            ..Self::EMPTY
        };
        self.in_chip = alone.static_values(card, verifier);
    }

    /// The static value, which stands on either track, read as CVV and as iCVV.
    fn static_values(
        &self,
        card: &IssuedCard<'_>,
        verifier: &impl StripeVerifier,
    ) -> (Checked, Checked) {
        let (values, discretionary, pan, expiry, service_code) = match (
            &self.track2,
            &self.track1,
            card.track2_values,
            card.track1_values,
        ) {
            (Some(track), _, Some(values), _) => (
                values,
                track.discretionary_data(),
                track.pan(),
                track.expiry(),
                track.service_code(),
            ),
            (None, Some(track), _, Some(values)) => (
                values,
                track.discretionary_data(),
                track.pan(),
                track.expiry(),
                track.service_code(),
            ),
            _ => return (Checked::Unknown, Checked::Unknown),
        };
        let Some(start) = values.cvv else {
            return (Checked::Unknown, Checked::Unknown);
        };
        let digits = discretionary.get(start..start + 3).unwrap_or_default();
        if !(digits.len() == 3 && digits.iter().all(u8::is_ascii_digit)) {
            return (Checked::Missing, Checked::Missing);
        }
        let check = |value| {
            Checked::from(verifier.verify(&StripeClaim {
                pan,
                sequence: card.sequence.unwrap_or(PanSequenceNumber::ZERO),
                expiry,
                service_code,
                value,
                digits,
            }))
        };
        (check(StripeValue::Cvv), check(StripeValue::Icvv))
    }

    fn dynamic(
        &self,
        card: &IssuedCard<'_>,
        verifier: &impl StripeVerifier,
    ) -> (Checked, Option<ApplicationTransactionCounter>) {
        let (Some(track), Some((kind, layout))) = (&self.track2, card.dynamic_value) else {
            return (Checked::Unknown, None);
        };
        let discretionary = track.discretionary_data();
        let (Some(value), Some(counter), Some(number)) = (
            span(discretionary, layout.value),
            span(discretionary, layout.counter),
            span(discretionary, layout.number),
        ) else {
            return (Checked::Missing, None);
        };
        // Whoever makes a card take a number of fewer digits needs fewer answers of it. A device that verified its owner adds five.
        let says = layout
            .number_length
            .and_then(|place| discretionary.get(usize::from(place)));
        if says.is_some_and(|digit| (digit & 0x0F) % 5 != layout.number.1 % 5) {
            return (Checked::Missing, None);
        }
        let un = numeric(number);
        let (coded, length) = static_track(track, &layout);
        let coded = coded.get(..length).unwrap_or_default();
        let mut checked = Checked::Unknown;
        for atc in counters(counter) {
            let value_kind = match kind {
                DynamicValue::Cvc3 => StripeValue::Cvc3 {
                    track: coded,
                    un,
                    atc,
                },
                DynamicValue::Dcvv => StripeValue::Dcvv { atc },
            };
            checked = Checked::from(verifier.verify(&StripeClaim {
                pan: track.pan(),
                sequence: card.sequence.unwrap_or(PanSequenceNumber::ZERO),
                expiry: track.expiry(),
                service_code: track.service_code(),
                value: value_kind,
                digits: value,
            }));
            match checked {
                Checked::Right => return (checked, Some(atc)),
                Checked::Unknown | Checked::Missing => return (Checked::Unknown, None),
                Checked::Wrong => {}
            }
        }
        (checked, None)
    }
}

/// Track 2 as DE 35 has it, perhaps filled up with `F`.
fn bare_track2(text: &str) -> Result<Track2> {
    Track2::parse(text.strip_suffix(['F', 'f']).unwrap_or(text))
}

fn cvv2(
    request: &AuthorisationRequest<'_>,
    card: &IssuedCard<'_>,
    verifier: &impl StripeVerifier,
) -> Checked {
    let Some(digits) = request.cvv2.map(str::as_bytes) else {
        return Checked::Unknown;
    };
    Checked::from(verifier.verify(&StripeClaim {
        pan: &request.pan,
        sequence: card.sequence.unwrap_or(PanSequenceNumber::ZERO),
        expiry: request.expiry.unwrap_or(card.expiry),
        service_code: card.service_code,
        value: StripeValue::Cvv2,
        digits,
    }))
}

fn span(digits: &[u8], (start, count): (u8, u8)) -> Option<&[u8]> {
    let start = usize::from(start);
    digits.get(start..start + usize::from(count))
}

/// Decimal digits as nibbles of a number of four bytes.
fn numeric(digits: &[u8]) -> UnpredictableNumber {
    let number = digits
        .iter()
        .fold(0_u32, |number, digit| number << 4 | u32::from(digit & 0x0F));
    UnpredictableNumber(number.to_be_bytes())
}

/// Counters that end in these decimal digits; none when they are so few that too many end so.
fn counters(digits: &[u8]) -> impl Iterator<Item = ApplicationTransactionCounter> {
    let end = digits.iter().fold(0_u32, |number, digit| {
        number * 10 % 1_000_000 + u32::from(digit & 0x0F)
    });
    let step = match digits.len() {
        0..=3 => None,
        4 => Some(10_000),
        _ => Some(100_000),
    };
    step.into_iter()
        .flat_map(move |step| (0..7).map(move |place| end + place * step))
        .filter_map(|counter| u16::try_from(counter).ok())
        .map(ApplicationTransactionCounter)
}

/// Track 2 with zeros where its dynamic digits stand, coded as on the card: two digits a byte, `D`, filled up with `F`.
fn static_track(track: &Track2, layout: &DynamicLayout) -> ([u8; 19], usize) {
    let (mut coded, mut length) = ([0; 19], 0);
    let mut put = |nibble: u8| {
        if let Some(byte) = coded.get_mut(length / 2) {
            *byte |= if length % 2 == 0 { nibble << 4 } else { nibble };
            length += 1;
        }
    };
    track.pan().digits().iter().for_each(|digit| put(*digit));
    put(0xD);
    let expiry = track.expiry().to_bytes();
    expiry
        .iter()
        .for_each(|byte| [byte >> 4, byte & 0x0F].into_iter().for_each(&mut put));
    track.service_code().digits().into_iter().for_each(&mut put);
    let within = |(start, count): (u8, u8), place: usize| {
        (usize::from(start)..usize::from(start) + usize::from(count)).contains(&place)
    };
    for (place, digit) in track.discretionary_data().iter().enumerate() {
        let dynamic = within(layout.value, place)
            || within(layout.counter, place)
            || within(layout.number, place)
            || layout
                .number_length
                .is_some_and(|length| usize::from(length) == place);
        put(if dynamic { 0 } else { digit & 0x0F });
    }
    if length % 2 == 1
        && let Some(byte) = coded.get_mut(length / 2)
    {
        *byte |= 0xF;
        length += 1;
    }
    (coded, length / 2)
}
