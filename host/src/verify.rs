//! Verification of a cryptogram from text: what the `verify` command does with one line.

use std::fmt;

use chipcard::cryptogram::CryptogramVersion;
use chipcard::element::{
    AuthorisationResponseCode, CardStatusUpdate, IadTail, IssuerApplicationData, Pan,
    PanSequenceNumber,
};
use chipcard::issuer::{CardRecord, ChipData, EngineError, Issuer, IssuerResponse, Refusal};
use chipcard::key::CardKeyOption;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;
use crate::input;
use crate::keys::{CARD_KEYS, Keyring, choose, family, find_version};

/// One cryptogram to verify. What a line leaves out is taken from the command line.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// Whose card: `visa`, `mastercard`, `interac`, `unionpay`, `jcb`, `ccd`, `private`.
    pub family: Option<String>,
    /// Cryptogram version, two hexadecimal digits.
    pub cvn: Option<String>,
    /// PAN, 8 to 19 digits.
    pub pan: Option<String>,
    /// PAN sequence number, two digits; 00 where there is none.
    pub psn: Option<String>,
    /// Derivation key index, two hexadecimal digits. Without it the only key set is taken.
    pub key_index: Option<String>,
    /// Card-key option, A, B or C; the version's usual one where there is none.
    pub option: Option<String>,
    /// Whether zeros after the end of the issuer application data are tolerated.
    pub zero_padded_iad: Option<bool>,
    /// Chip data in hexadecimal digits.
    pub de55: Option<String>,
    /// Authorisation response code of the answer: two characters, or four hexadecimal digits.
    pub arc: Option<String>,
    /// Card status update of the answer, eight hexadecimal digits.
    pub csu: Option<String>,
    /// Proprietary authentication data of the answer.
    pub proprietary: Option<String>,
}

impl Request {
    /// Takes from `defaults` what is left out here.
    #[must_use]
    pub fn or(self, defaults: &Self) -> Self {
        Self {
            family: self.family.or_else(|| defaults.family.clone()),
            cvn: self.cvn.or_else(|| defaults.cvn.clone()),
            pan: self.pan.or_else(|| defaults.pan.clone()),
            psn: self.psn.or_else(|| defaults.psn.clone()),
            key_index: self.key_index.or_else(|| defaults.key_index.clone()),
            option: self.option.or_else(|| defaults.option.clone()),
            zero_padded_iad: self.zero_padded_iad.or(defaults.zero_padded_iad),
            de55: self.de55.or_else(|| defaults.de55.clone()),
            arc: self.arc.or_else(|| defaults.arc.clone()),
            csu: self.csu.or_else(|| defaults.csu.clone()),
            proprietary: self.proprietary.or_else(|| defaults.proprietary.clone()),
        }
    }

    /// The chip data as bytes.
    ///
    /// # Errors
    /// When there are none, or they are not hexadecimal.
    pub fn de55(&self) -> Result<Vec<u8>, Failure> {
        input::hex("de55", required("de55", self.de55.as_deref())?)
    }

    /// The card's record. `chip` tells the key index where one key was given for every index.
    ///
    /// # Errors
    /// Names the value that is missing or wrong.
    pub fn card<'v>(
        &self,
        keys: &Keyring,
        own: &'v [CryptogramVersion],
        chip: &ChipData<'_>,
    ) -> Result<CardRecord<'v>, Failure> {
        let [cvn] = input::hex_array("cvn", required("cvn", self.cvn.as_deref())?)?;
        let family = family(required("family", self.family.as_deref())?)?;
        let version = find_version(own, family, cvn)?;
        let pan = Pan::from_digits(required("pan", self.pan.as_deref())?)
            .map_err(|error| Failure::new(format!("pan: {error}")))?;
        let psn = self
            .psn
            .as_deref()
            .map(PanSequenceNumber::from_digits)
            .transpose();
        let psn = psn.map_err(|error| Failure::new(format!("psn: {error}")))?;
        let mut option: CardKeyOption = version.card_key;
        choose(&mut option, "option", self.option.as_deref(), CARD_KEYS)?;
        let index = match (self.key_index.as_deref(), keys) {
            (Some(index), _) => input::hex_array::<1>("key_index", index)?[0],
            (None, Keyring::One(_)) => named_index(version, chip).unwrap_or_default(),
            (None, Keyring::Sets(sets)) => match &sets[..] {
                [only] => only.index(),
                _ => {
                    return Err(Failure::new(
                        "key_index: say which, there are several key sets",
                    ));
                }
            },
        };
        let mut card = CardRecord::new(pan, psn, version, index).with_card_key_option(option);
        if self.zero_padded_iad == Some(true) {
            card = card.with_iad_tail(IadTail::ZeroPadded);
        }
        Ok(card)
    }

    /// The answer to sign, where one is asked for.
    fn answer<'a>(&self, proprietary: &'a [u8]) -> Result<Option<IssuerResponse<'a>>, Failure> {
        if self.arc.is_none() && self.csu.is_none() && self.proprietary.is_none() {
            return Ok(None);
        }
        let mut response = match self.arc.as_deref() {
            None | Some("00" | "3030") => IssuerResponse::approve(),
            Some(code) => IssuerResponse::decline(response_code(code)?),
        };
        response = response.with_proprietary(proprietary);
        if let Some(csu) = &self.csu {
            response = response.with_csu(CardStatusUpdate(input::hex_array("csu", csu)?));
        }
        Ok(Some(response))
    }
}

/// The key index that the message itself names.
fn named_index(version: &CryptogramVersion, chip: &ChipData<'_>) -> Option<u8> {
    let iad = chip.issuer_application_data().ok()?;
    IssuerApplicationData::parse_with_tail(version.iad_layout, IadTail::Any, iad)
        .ok()?
        .key_index()
}

fn required<'a>(what: &str, value: Option<&'a str>) -> Result<&'a str, Failure> {
    value.ok_or_else(|| Failure::new(format!("{what}: is missing")))
}

fn response_code(text: &str) -> Result<AuthorisationResponseCode, Failure> {
    match *text.as_bytes() {
        [a, b] => Ok(AuthorisationResponseCode::new([a, b])),
        _ => Ok(AuthorisationResponseCode::new(input::hex_array(
            "arc", text,
        )?)),
    }
}

/// What verification found.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The cryptogram is the card's.
    Verified,
    /// It is not accepted.
    Refused,
    /// The message or the request could not be understood.
    Malformed,
}

/// Verdict, reason and, when asked for, the answer.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is not `verified`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The data element that was wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Where in DE 55 it was wrong, in bytes from its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offset: Option<usize>,
    /// The PAN, masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pan: Option<String>,
    /// Name of the cryptogram version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Application transaction counter, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub atc: Option<String>,
    /// The cryptogram, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arqc: Option<String>,
    /// Response cryptogram, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arpc: Option<String>,
    /// Tag 91 with its value, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag91: Option<String>,
}

impl Report {
    const fn new(verdict: Verdict) -> Self {
        Self {
            verdict,
            reason: None,
            tag: None,
            offset: None,
            pan: None,
            version: None,
            atc: None,
            arqc: None,
            arpc: None,
            tag91: None,
        }
    }

    /// A request that could not be understood.
    pub fn malformed(failure: &Failure) -> Self {
        Self {
            reason: Some(failure.to_string()),
            ..Self::new(Verdict::Malformed)
        }
    }

    fn malformed_data(error: chipcard::Error) -> Self {
        Self {
            reason: Some(error.to_string()),
            tag: error.tag().map(|tag| tag.to_string()),
            offset: error.offset(),
            ..Self::new(Verdict::Malformed)
        }
    }
}

/// Verifies one request.
///
/// # Errors
/// When the request or the keys are wrong, rather than the message: the message's faults are in the report.
pub fn verify(
    request: &Request,
    keys: &Keyring,
    own: &[CryptogramVersion],
) -> Result<Report, Failure> {
    let proprietary = input::hex("proprietary", request.proprietary.as_deref().unwrap_or(""))?;
    let answer = request.answer(&proprietary)?;
    let de55 = request.de55()?;
    let chip = match ChipData::parse(&de55) {
        Ok(chip) => chip,
        Err(error) => return Ok(Report::malformed_data(error)),
    };
    let card = request.card(keys, own, &chip)?;
    let issuer = Issuer::new(keys);
    let facts = Report {
        pan: Some(card.key().pan.to_string()),
        version: Some(card.version().name.to_string()),
        atc: chip.transaction_counter().ok().map(|atc| atc.to_string()),
        arqc: chip
            .application_cryptogram()
            .ok()
            .map(|arqc| arqc.to_string()),
        ..Report::new(Verdict::Refused)
    };
    let verified = match issuer.verify_arqc(&card, &chip) {
        Ok(verified) => verified,
        Err(Refusal::Malformed(error)) => return Ok(Report::malformed_data(error)),
        Err(Refusal::Engine(error)) => return Err(error.into()),
        Err(refusal) => {
            return Ok(Report {
                reason: Some(refusal.to_string()),
                ..facts
            });
        }
    };
    let mut report = Report {
        verdict: Verdict::Verified,
        ..facts
    };
    if let Some(response) = answer {
        let data = issuer
            .authorise(verified, &response)
            .map_err(|error: EngineError| {
                Failure::new(format!("the answer cannot be signed: {error}"))
            })?;
        report.arpc = Some(hex::encode_upper(data.arpc()));
        let mut buffer = [0; 20];
        let mut writer = chipcard::tlv::Writer::new(&mut buffer);
        data.write(&mut writer)?;
        report.tag91 = Some(hex::encode_upper(writer.as_bytes()));
    }
    Ok(report)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Verified => "VERIFIED",
            Verdict::Refused => "REFUSED",
            Verdict::Malformed => "MALFORMED",
        };
        let mut row = |name: &str, value: &Option<String>| match value {
            Some(value) => writeln!(f, "{name:<11}{value}"),
            None => Ok(()),
        };
        row("card", &self.pan)?;
        row("version", &self.version)?;
        row("ATC", &self.atc)?;
        row("ARQC", &self.arqc)?;
        row("verdict", &Some(verdict.to_owned()))?;
        row("reason", &self.reason)?;
        row("ARPC", &self.arpc)?;
        row("tag 91", &self.tag91)
    }
}
