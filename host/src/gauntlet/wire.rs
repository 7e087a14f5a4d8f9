//! What goes over the line: one JSON object a line.

use chipcard::crypto::Algorithm;
use chipcard::cryptogram::CryptogramVersion;
use chipcard::gauntlet::{Answer, Issued, IssuedChip, KeyOffer, Message};
use serde::{Deserialize, Serialize};

use super::names::Named;

/// To the host.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "lowercase")]
pub enum Request {
    /// Forget everything: a new scenario.
    Begin {
        /// Its id.
        scenario: String,
    },
    /// Take master keys, or refuse them.
    Keys(WireKeys),
    /// A card was issued, or something about it changed.
    Issue {
        /// The card.
        card: Box<WireCard>,
    },
    /// Answer messages, all of which are on their way at the same time.
    Submit {
        /// The messages.
        messages: Vec<WireMessage>,
    },
}

impl Request {
    /// Its member `do`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Begin { .. } => "begin",
            Self::Keys(_) => "keys",
            Self::Issue { .. } => "issue",
            Self::Submit { .. } => "submit",
        }
    }
}

/// From the host.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Reply {
    /// To `submit`.
    Answers {
        /// In the order of the messages.
        answers: Vec<WireAnswer>,
    },
    /// To the others.
    Done {
        /// Whether it did so.
        ok: bool,
        /// Why not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// Master keys.
#[derive(Debug, Serialize, Deserialize)]
pub struct WireKeys {
    /// Derivation key index.
    pub index: u8,
    /// `tdes` or `aes-128`.
    pub cipher: String,
    /// For cryptograms, hexadecimal.
    pub ac: String,
    /// For the integrity of scripts.
    pub smi: String,
    /// For their confidentiality.
    pub smc: String,
}

/// A card.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WireCard {
    /// PAN or token.
    pub pan: String,
    /// Sequence number; absent where it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u8>,
    /// `YYMM`.
    pub expiry: String,
    /// Three digits.
    pub service_code: String,
    /// `active`, `lost`, `stolen`, `blocked`, `replaced`.
    pub status: String,
    /// The chip; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub chip: Option<WireChip>,
    /// `none`, `emv`, `cvc3`, `dcvv`.
    pub contactless: String,
    /// `device` or `merchant`; absent where it is no token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Whether its CVM list asks for a PIN first.
    pub prefers_pin: bool,
    /// From this amount on a contactless payment needs a cardholder verification.
    pub verification_limit: u64,
    /// The account's currency.
    pub currency: u16,
    /// The issuer's country.
    pub country: u16,
    /// Where its holder said that he travels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub travel: Option<u16>,
    /// Digits of card verification values.
    pub verification_digits: u8,
    /// Key pair of CVV, iCVV and CVV2, hexadecimal.
    pub verification_key: String,
    /// Master key of CVC3.
    pub cvc3_key: String,
}

/// A chip.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WireChip {
    /// Name of the cryptogram version.
    pub version: String,
    /// Its identifier, hexadecimal: `12` for Visa's 18.
    pub cvn: String,
    /// Derivation key index.
    pub key_index: u8,
    /// Application identifier, hexadecimal.
    pub aid: String,
    /// Whether it has contacts.
    pub contacts: bool,
    /// Whether terminals may fill its issuer application data up with zeros.
    pub zero_padded: bool,
    /// Whether it does CDA.
    pub cda: bool,
    /// Whether it takes part in the relay resistance protocol.
    pub relay_resistance: bool,
    /// Whether it checks a PIN itself.
    pub offline_pin: bool,
}

/// A message: fields by the number of their data element.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WireMessage {
    /// Message type.
    pub mti: String,
    /// PAN.
    pub de2: String,
    /// Processing code.
    pub de3: String,
    /// Amount, minor units.
    pub de4: u64,
    /// The host's clock, seconds since 1970.
    pub received: u64,
    /// Transmitted, `MMDDhhmmss`.
    pub de7: String,
    /// Trace number.
    pub de11: u32,
    /// Local time, `hhmmss`.
    pub de12: String,
    /// Local date, `MMDD`.
    pub de13: String,
    /// Expiry, `YYMM`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub de14: Option<String>,
    /// Merchant category.
    pub de18: u16,
    /// Entry mode.
    pub de22: String,
    /// Sequence number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub de23: Option<u8>,
    /// Acquirer.
    pub de32: String,
    /// Track 2.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub de35: Option<String>,
    /// Reference.
    pub de37: String,
    /// Terminal.
    pub de41: String,
    /// Merchant.
    pub de42: String,
    /// The merchant's country, three digits.
    pub de43_country: u16,
    /// Track 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub de45: Option<String>,
    /// Currency.
    pub de49: u16,
    /// Billing currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub de51: Option<u16>,
    /// What was found about the PIN in DE 52: `right` or `wrong`; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub de52: Option<String>,
    /// Chip data, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub de55: Option<String>,
    /// What the terminal reads.
    pub capability: String,
    /// How the message says that the cardholder was verified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verification: Option<String>,
    /// Stored and sent later.
    pub deferred: bool,
    /// The amount is not final.
    pub estimated: bool,
    /// Printed value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cvv2: Option<String>,
    /// Trace number of a reversal's original.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub de90: Option<u32>,
}

/// An answer. The response code alone is enough.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct WireAnswer {
    /// `approve`, `approve-and-flag`, `step-up`, `refer`, `decline`, `reject`; absent where the host has no such word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<String>,
    /// Response code.
    pub de39: String,
    /// Issuer authentication data, hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag91: Option<String>,
    /// Why, for people.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

fn bytes<const N: usize>(name: &str, text: &str) -> Result<[u8; N], String> {
    let bytes = hex::decode(text).map_err(|error| format!("{name}: {error}"))?;
    let found = bytes.len();
    bytes
        .try_into()
        .map_err(|_| format!("{name}: {found} bytes, not {N}"))
}

impl From<&KeyOffer> for WireKeys {
    fn from(offer: &KeyOffer) -> Self {
        let cipher = if offer.algorithm.is_aes() {
            "aes-128"
        } else {
            "tdes"
        };
        Self {
            index: offer.index,
            cipher: cipher.to_owned(),
            ac: hex::encode_upper(offer.ac),
            smi: hex::encode_upper(offer.smi),
            smc: hex::encode_upper(offer.smc),
        }
    }
}

impl WireKeys {
    /// The same for the library.
    ///
    /// # Errors
    /// What is not understood.
    pub fn read(&self) -> Result<KeyOffer, String> {
        Ok(KeyOffer {
            index: self.index,
            algorithm: match self.cipher.as_str() {
                "tdes" => Algorithm::Tdes,
                "aes-128" => Algorithm::Aes128,
                other => return Err(format!("cipher: {other:?} is none of tdes, aes-128")),
            },
            ac: bytes("ac", &self.ac)?,
            smi: bytes("smi", &self.smi)?,
            smc: bytes("smc", &self.smc)?,
        })
    }
}

impl From<&Issued> for WireCard {
    fn from(card: &Issued) -> Self {
        Self {
            pan: card.pan.clone(),
            sequence: card.sequence,
            expiry: card.expiry.clone(),
            service_code: card.service_code.clone(),
            status: card.status.name_of().to_owned(),
            chip: card.chip.as_ref().map(|chip| WireChip {
                version: chip.version.name.to_string(),
                cvn: format!("{:02X}", chip.version.identifier),
                key_index: chip.key_index,
                aid: hex::encode_upper(&chip.aid),
                contacts: chip.contacts,
                zero_padded: chip.zero_padded,
                cda: chip.cda,
                relay_resistance: chip.relay_resistance,
                offline_pin: chip.offline_pin,
            }),
            contactless: card.contactless.name_of().to_owned(),
            token: card.token.map(|token| token.name_of().to_owned()),
            prefers_pin: card.prefers_pin,
            verification_limit: card.verification_limit,
            currency: card.currency,
            country: card.country,
            travel: card.travel,
            verification_digits: card.verification_digits,
            verification_key: hex::encode_upper(card.verification_key),
            cvc3_key: hex::encode_upper(card.cvc3_key),
        }
    }
}

impl WireCard {
    /// The same for the library.
    ///
    /// # Errors
    /// What is not understood.
    pub fn read(&self) -> Result<Issued, String> {
        let mut card = Issued::new(self.pan.clone());
        card.sequence = self.sequence;
        card.expiry.clone_from(&self.expiry);
        card.service_code.clone_from(&self.service_code);
        card.status = Named::named(&self.status)?;
        card.chip = self.chip.as_ref().map(WireChip::read).transpose()?;
        card.contactless = Named::named(&self.contactless)?;
        card.token = self.token.as_deref().map(Named::named).transpose()?;
        card.prefers_pin = self.prefers_pin;
        card.verification_limit = self.verification_limit;
        card.currency = self.currency;
        card.country = self.country;
        card.travel = self.travel;
        card.verification_digits = self.verification_digits;
        card.verification_key = bytes("verification_key", &self.verification_key)?;
        card.cvc3_key = bytes("cvc3_key", &self.cvc3_key)?;
        Ok(card)
    }
}

impl WireChip {
    fn read(&self) -> Result<IssuedChip, String> {
        let version = CryptogramVersion::ALL
            .iter()
            .find(|version| version.name.to_string() == self.version)
            .ok_or_else(|| format!("no cryptogram version {:?}", self.version))?;
        let aid = hex::decode(&self.aid).map_err(|error| format!("aid: {error}"))?;
        let mut chip = IssuedChip::new(version, self.key_index, aid);
        chip.contacts = self.contacts;
        chip.zero_padded = self.zero_padded;
        chip.cda = self.cda;
        chip.relay_resistance = self.relay_resistance;
        chip.offline_pin = self.offline_pin;
        Ok(chip)
    }
}

impl From<&Message> for WireMessage {
    fn from(message: &Message) -> Self {
        let message = message.clone();
        Self {
            mti: message.mti,
            de2: message.pan,
            de3: message.processing_code,
            de4: message.amount,
            received: message.at,
            de7: message.transmitted,
            de11: message.stan,
            de12: message.local_time,
            de13: message.local_date,
            de14: message.expiry,
            de18: message.mcc,
            de22: message.entry_mode,
            de23: message.sequence,
            de32: message.acquirer,
            de35: message.track_2,
            de37: message.rrn,
            de41: message.terminal,
            de42: message.merchant,
            de43_country: message.country,
            de45: message.track_1,
            de49: message.currency,
            de51: message.billing_currency,
            de52: message.pin.map(|pin| pin.name_of().to_owned()),
            de55: message.chip.map(hex::encode_upper),
            capability: message.capability.name_of().to_owned(),
            verification: message.verification.map(|claim| claim.name_of().to_owned()),
            deferred: message.deferred,
            estimated: message.estimated,
            cvv2: message.cvv2,
            de90: message.original,
        }
    }
}

impl WireMessage {
    /// The same for the library.
    ///
    /// # Errors
    /// What is not understood.
    pub fn read(&self) -> Result<Message, String> {
        let wire = self.clone();
        let mut message = Message::new(wire.de2);
        message.mti = wire.mti;
        message.processing_code = wire.de3;
        message.amount = wire.de4;
        message.at = wire.received;
        message.transmitted = wire.de7;
        message.stan = wire.de11;
        message.local_time = wire.de12;
        message.local_date = wire.de13;
        message.expiry = wire.de14;
        message.mcc = wire.de18;
        message.entry_mode = wire.de22;
        message.sequence = wire.de23;
        message.acquirer = wire.de32;
        message.track_2 = wire.de35;
        message.rrn = wire.de37;
        message.terminal = wire.de41;
        message.merchant = wire.de42;
        message.country = wire.de43_country;
        message.track_1 = wire.de45;
        message.currency = wire.de49;
        message.billing_currency = wire.de51;
        message.pin = wire.de52.as_deref().map(Named::named).transpose()?;
        let chip = wire.de55.map(hex::decode).transpose();
        message.chip = chip.map_err(|error| format!("de55: {error}"))?;
        message.capability = Named::named(&wire.capability)?;
        message.verification = wire.verification.as_deref().map(Named::named).transpose()?;
        message.deferred = wire.deferred;
        message.estimated = wire.estimated;
        message.cvv2 = wire.cvv2;
        message.original = wire.de90;
        Ok(message)
    }
}

impl From<&Answer> for WireAnswer {
    fn from(answer: &Answer) -> Self {
        Self {
            verdict: answer.verdict.map(|verdict| verdict.name_of().to_owned()),
            de39: answer.response_code.clone(),
            tag91: answer
                .issuer_authentication_data
                .as_ref()
                .map(hex::encode_upper),
            reasons: answer.reasons.clone(),
        }
    }
}

impl WireAnswer {
    /// The same for the library.
    ///
    /// # Errors
    /// What is not understood.
    pub fn read(self) -> Result<Answer, String> {
        if self.de39.len() != 2 {
            return Err(format!("de39: {:?} has not two characters", self.de39));
        }
        let tag91 = self.tag91.map(hex::decode).transpose();
        Ok(Answer {
            verdict: self.verdict.as_deref().map(Named::named).transpose()?,
            response_code: self.de39,
            issuer_authentication_data: tag91.map_err(|error| format!("tag91: {error}"))?,
            reasons: self.reasons,
        })
    }
}
