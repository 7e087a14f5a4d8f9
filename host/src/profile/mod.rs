//! The profile file: everything that a card is personalised with, as documented TOML.
//!
//! `chipcard card profile --export NAME` writes the file of a built-in card, with a remark at every line; that file is
//! the description of the format. Reading it gives a card that behaves the same to the last bit.
//!
//! Keys of the file that are not known are refused, and every complaint names the line and the key, but never a value of
//! a PAN, a PIN or a key.

mod bundled;
mod lists;
mod model;
mod values;
mod write;

use std::path::Path;

use chipcard::card::test_cards::{self, TestCard};
use chipcard::card::{
    CardActionCodes, CardPrivateKeys, CardholderPin, Directories, Finding, IssuerAuthentication,
    Limits, Log, Parameter, Profile, Record, ReferencePin, Severity, SoftwareCoprocessor,
};
use chipcard::cryptogram::{CipherFamily, CryptogramVersion, Family};
use chipcard::element::{Date, IssuerApplicationData, Pan, PanSequenceNumber, Pin};
use chipcard::issuer::CardRecord;
use chipcard::key::{CardKeySet, IssuerKeySet, KeyPolicy};
use chipcard::oda::{
    CaPublicKey, EcCaPublicKey, EcIccPrivateKey, EcPrivateKey, EcPublicKey, IccPrivateKey,
    PinPrivateKey, RsaPrivateKey, RsaPublicKey,
};
use chipcard::{Tag, tag, tlv};
use rand::rngs::ThreadRng;
use zeroize::Zeroizing;

pub use bundled::{DEFAULT, names};
pub use lists::Lists;

use crate::decode::{self, Options};
use crate::failure::Failure;
use crate::input;
use crate::keys::{like, master_key};
use model::{Model, RsaKey};
use values::Secret;

/// A card to be made: its profile, who it is, and its issuer's keys.
///
/// ```
/// use chipcard::card::{Applet, VolatileMemory};
/// use chipcard_host::profile::Personalisation;
///
/// let card = Personalisation::load("ccd")?;
/// let views = card.views();
/// let profile = views.profile();
/// let applet = Applet::new(&profile, card.card_keys()?, VolatileMemory::new())?;
/// assert_eq!(applet.state().pin_tries, 3);
/// assert_eq!(Personalisation::parse(&card.to_toml()?)?, card);
/// # Ok::<(), chipcard_host::failure::Failure>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Personalisation {
    model: Model,
    version: CryptogramVersion,
    pin: Option<ReferencePin>,
    approval_codes: Vec<[u8; 2]>,
    parameters: Vec<(Tag, Parameter)>,
}

/// The parts of a [`Personalisation`] in the form in which a [`Profile`] borrows them.
#[derive(Debug)]
pub struct Views<'a> {
    card: &'a Personalisation,
    records: Vec<Record<'a>>,
    fci: Vec<(Tag, &'a [u8])>,
}

impl Personalisation {
    /// The built-in card of that name, or the one of a file.
    ///
    /// # Errors
    /// Names the file and what is wrong in it; lists the names when there is neither.
    pub fn load(name_or_file: &str) -> Result<Self, Failure> {
        if let Some(card) = bundled::find(name_or_file) {
            return card;
        }
        let path = Path::new(name_or_file);
        if path.extension().is_none() && !path.exists() {
            let known: Vec<_> = names().collect();
            return Err(Failure::new(format!(
                "{name_or_file} is neither a file nor one of the cards {}",
                known.join(", ")
            )));
        }
        let within = |failure: Failure| Failure::new(format!("{name_or_file}: {failure}"));
        Self::parse(&input::text(path)?).map_err(within)
    }

    /// Reads the text of a profile file.
    ///
    /// # Errors
    /// Names the line and the key, never a secret.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        Self::new(input::toml(text)?)
    }

    fn new(model: Model) -> Result<Self, Failure> {
        let version = match (&model.version, &model.own_version) {
            (None, Some(own)) => own.build()?,
            (Some(name), None) => like(name).map_err(|failure| {
                let what = failure.to_string();
                Failure::new(what.replacen("like:", "version:", 1))
            })?,
            _ => return Err(Failure::new("expected either version or [own-version]")),
        };
        let pin = model.pin.as_ref().map(|pin| {
            let digits = Pin::from_digits(&*pin.digits.0)?;
            Ok::<_, chipcard::Error>(ReferencePin::new(&digits))
        });
        let rules = &model.issuer_authentication;
        let card = Self {
            version,
            pin: pin.transpose()?,
            approval_codes: rules.approval_codes.iter().map(|code| code.0).collect(),
            parameters: model
                .parameter
                .iter()
                .map(|parameter| (parameter.tag, parameter.value))
                .collect(),
            model,
        };
        // Keys that no card can have are the file's mistake, not the later user's.
        card.card_keys()
            .map_err(|failure| Failure::new(format!("[keys] {failure}")))?;
        card.private_keys()?;
        for key in &card.model.ca_key {
            RsaPublicKey::new(&key.modulus.0, key.exponent)
                .map_err(|error| Failure::new(format!("[[ca-key]] {:02X}: {error}", key.index)))?;
        }
        for key in &card.model.ec_ca_key {
            EcPublicKey::new(key.suite, &key.x.0).map_err(|error| {
                Failure::new(format!("[[ec-ca-key]] {:02X}: {error}", key.index))
            })?;
        }
        Ok(card)
    }

    /// A built-in test card.
    ///
    /// # Errors
    /// None for the cards of [`test_cards`].
    pub fn of_test_card(test: &TestCard) -> Result<Self, Failure> {
        Self::new(Model::of(test)?)
    }

    /// The profile as a file that explains itself.
    ///
    /// # Errors
    /// None in practice.
    pub fn to_toml(&self) -> Result<Zeroizing<String>, Failure> {
        write::toml(&self.model)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.model.name
    }

    /// The account number.
    pub const fn pan(&self) -> &Pan {
        &self.model.pan
    }

    /// Its sequence number.
    pub const fn sequence(&self) -> PanSequenceNumber {
        self.model.sequence
    }

    /// The cryptogram version.
    pub const fn version(&self) -> &CryptogramVersion {
        &self.version
    }

    /// Application identifier.
    pub fn aid(&self) -> &[u8] {
        &self.model.aid.0
    }

    /// The lists of the card whose values commands bring.
    pub fn lists(&self) -> Lists<'_> {
        let Model {
            pdol, cdol1, cdol2, ..
        } = &self.model;
        Lists::new(&pdol.0, &cdol1.0, &cdol2.0)
    }

    /// How the card's issuer application data are to be decoded.
    pub fn decode_options(&self) -> Options {
        let family = match self.version.family {
            Family::Visa => Some(decode::Family::Visa),
            Family::Mastercard => Some(decode::Family::Mastercard),
            Family::UnionPay => Some(decode::Family::Unionpay),
            Family::Interac => Some(decode::Family::Interac),
            Family::Jcb => Some(decode::Family::Jcb),
            Family::Ccd => Some(decode::Family::Ccd),
            _ => None,
        };
        Options {
            family,
            ..Options::default()
        }
    }

    /// The issuer's master keys.
    ///
    /// # Errors
    /// For keys that nobody may use: weak ones, or one for two purposes.
    pub fn issuer_keys(&self) -> Result<IssuerKeySet, Failure> {
        let aes = self.version.cipher == CipherFamily::Aes;
        let policy = KeyPolicy::Strict;
        let keys = &self.model.keys;
        let mut set = IssuerKeySet::new(keys.index, master_key("ac", &keys.ac.0, aes, policy)?);
        if let Some(Secret(key)) = &keys.smi {
            set = set.with_smi(master_key("smi", key, aes, policy)?)?;
        }
        if let Some(Secret(key)) = &keys.smc {
            set = set.with_smc(master_key("smc", key, aes, policy)?)?;
        }
        Ok(set)
    }

    /// The card's own keys.
    ///
    /// # Errors
    /// As [`issuer_keys`](Self::issuer_keys).
    pub fn card_keys(&self) -> Result<CardKeySet, Failure> {
        let option = self.version.card_key;
        let issuer = self.issuer_keys()?;
        Ok(CardKeySet::derive(
            &issuer,
            self.pan(),
            self.sequence(),
            option,
        )?)
    }

    /// The card's generator of random numbers and its private keys.
    ///
    /// # Errors
    /// For keys that are none.
    pub fn coprocessor(&self) -> Result<SoftwareCoprocessor<ThreadRng>, Failure> {
        Ok(SoftwareCoprocessor::new(rand::rng(), self.private_keys()?))
    }

    fn private_keys(&self) -> Result<CardPrivateKeys, Failure> {
        let mut all = CardPrivateKeys::new();
        if let Some(key) = &self.model.rsa_key {
            all = all.with_icc_key(IccPrivateKey::new(rsa("rsa-key", key)?));
        }
        if let Some(key) = &self.model.rsa_pin_key {
            all = all.with_pin_key(PinPrivateKey::new(rsa("rsa-pin-key", key)?));
        }
        if let Some(key) = &self.model.ec_key {
            let number = secret_bytes("[ec-key] number", &key.number)?;
            let private = EcPrivateKey::new(key.suite, &number)
                .map_err(|error| Failure::new(format!("[ec-key] {error}")))?;
            all = all.with_ec_key(EcIccPrivateKey::new(private), key.second);
        }
        Ok(all)
    }

    /// What the issuer has on file of the card.
    pub fn record(&self) -> CardRecord<'_> {
        let (pan, sequence) = (self.pan().clone(), Some(self.sequence()));
        CardRecord::new(pan, sequence, &self.version, self.model.keys.index)
    }

    /// Whether the keys are the published ones of the [`test_cards`], so that they, and what comes of them, may be shown.
    pub fn has_published_keys(&self) -> bool {
        let is = |key: &Secret, published: &[u8; 16]| {
            input::digits(&key.0).is_ok_and(|bytes| Zeroizing::new(bytes)[..] == published[..])
        };
        let keys = &self.model.keys;
        let others = [
            (&keys.smi, &test_cards::TEST_KEY_SMI),
            (&keys.smc, &test_cards::TEST_KEY_SMC),
        ];
        is(&keys.ac, &test_cards::TEST_KEY_AC)
            && others
                .into_iter()
                .all(|(key, published)| key.as_ref().is_none_or(|key| is(key, published)))
    }

    /// What is found wrong, the worst first: with profile and private keys, and, given the day, with the certificates as a terminal
    /// verifies them under the authority's keys of the file.
    pub fn lint(&self, today: Option<Date>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let views = self.views();
        let profile = views.profile();
        let mut report = |finding| findings.push(finding);
        profile.lint(&mut report);
        self.lint_identity(&profile, &mut report);
        if let Ok(keys) = self.private_keys() {
            keys.lint(&profile, &mut report);
        }
        if let Some(today) = today {
            for key in &self.model.ca_key {
                if let Ok(public) = RsaPublicKey::new(&key.modulus.0, key.exponent) {
                    let authority = CaPublicKey::new(key.rid, key.index, public);
                    profile.lint_certificates(&authority, today, &mut report);
                }
            }
            for key in &self.model.ec_ca_key {
                if let Ok(public) = EcPublicKey::new(key.suite, &key.x.0) {
                    let authority = EcCaPublicKey::new(key.rid, key.index, public);
                    profile.lint_ec_certificates(&authority, today, &mut report);
                }
            }
        }
        findings.sort_by_key(|finding| finding.severity != Severity::Refuse);
        findings
    }

    /// The file's own account number, sequence number and key index, from which the keys come, against what terminals and issuer read.
    fn lint_identity(&self, profile: &Profile<'_>, report: &mut dyn FnMut(Finding)) {
        let mut refuse_unless = |good: bool, tag, text| {
            if !good {
                report(Finding {
                    severity: Severity::Refuse,
                    tag: Some(tag),
                    text,
                });
            }
        };
        let values = |tag| {
            let records = profile.records.iter();
            records.filter_map(move |record| {
                let template = tlv::find(record.data, tag::READ_RECORD_RESPONSE_TEMPLATE);
                let inside = template.ok()??.value;
                tlv::find(inside, tag).ok()?.map(|object| object.value)
            })
        };
        let same = values(tag::APPLICATION_PAN)
            .all(|value| Pan::from_bcd(value).is_ok_and(|pan| pan == *self.pan()));
        let text = "is not the pan of which the keys are derived";
        refuse_unless(same, tag::APPLICATION_PAN, text);
        let sequence = [self.sequence().to_bcd()];
        let same = values(tag::APPLICATION_PAN_SEQUENCE_NUMBER).all(|value| value == sequence);
        let text = "is not the sequence of which the keys are derived";
        refuse_unless(same, tag::APPLICATION_PAN_SEQUENCE_NUMBER, text);
        let iad = IssuerApplicationData::parse(self.version.iad_layout, profile.iad);
        let index = iad.ok().and_then(|iad| iad.key_index());
        let same = index.is_none_or(|index| index == self.model.keys.index);
        let text = "name another key index than [keys]";
        refuse_unless(same, tag::ISSUER_APPLICATION_DATA, text);
    }

    /// Refuses a card that cannot work, whatever the day.
    ///
    /// # Errors
    /// With all that the lint refuses.
    pub fn check(&self) -> Result<(), Failure> {
        let refused: Vec<_> = self
            .lint(None)
            .iter()
            .filter(|finding| finding.severity == Severity::Refuse)
            .map(ToString::to_string)
            .collect();
        match refused.is_empty() {
            true => Ok(()),
            false => Err(Failure::new(format!(
                "the card {} cannot work: {}",
                self.name(),
                refused.join("; ")
            ))),
        }
    }

    /// The parts in the form in which a profile borrows them.
    pub fn views(&self) -> Views<'_> {
        Views {
            card: self,
            records: self
                .model
                .record
                .iter()
                .map(|record| Record {
                    sfi: record.sfi,
                    number: record.number,
                    data: &record.data.0,
                    updatable: record.updatable,
                })
                .collect(),
            fci: self
                .model
                .fci
                .iter()
                .map(|object| (object.tag, &object.value.0[..]))
                .collect(),
        }
    }
}

impl Views<'_> {
    /// The profile.
    pub fn profile(&self) -> Profile<'_> {
        let card = self.card;
        let model = &card.model;
        let rules = &model.issuer_authentication;
        Profile {
            aid: &model.aid.0,
            label: &model.label.0,
            priority: model.priority,
            fci: &self.fci,
            directories: Directories {
                pse: model.directories.pse,
                ppse: model.directories.ppse,
            },
            pdol: &model.pdol.0,
            aip: model.aip,
            afl: &model.afl.0,
            records: &self.records,
            cdol1: &model.cdol1.0,
            cdol2: &model.cdol2.0,
            ddol: &model.ddol.0,
            format: model.format,
            version: &card.version,
            iad: &model.iad.0,
            pin: card
                .pin
                .as_ref()
                .zip(model.pin.as_ref())
                .map(|(reference, pin)| CardholderPin {
                    reference,
                    try_limit: pin.try_limit,
                }),
            country: model.country,
            currency: model.currency,
            issuer_authentication: IssuerAuthentication {
                command: rules.command,
                required: rules.required,
                must_pass: rules.must_pass,
                required_for_reset: rules.required_for_reset,
                approval_codes: &card.approval_codes,
            },
            limits: Limits {
                lower_count: model.limits.lower_count,
                upper_count: model.limits.upper_count,
                lower_amount: model.limits.lower_amount,
                upper_amount: model.limits.upper_amount,
            },
            parameters: &card.parameters,
            script_mac_length: model.script_mac_length,
            log: model.log.as_ref().map(|log| Log {
                sfi: log.sfi,
                capacity: log.capacity,
                format: &log.format.0,
            }),
            actions: CardActionCodes {
                decline: &model.actions.decline.0,
                online: &model.actions.online.0,
                default: &model.actions.default.0,
            },
        }
    }
}

fn secret_bytes(what: &str, Secret(digits): &Secret) -> Result<Zeroizing<Vec<u8>>, Failure> {
    input::hex(what, digits).map(Zeroizing::new)
}

fn rsa(table: &str, key: &RsaKey) -> Result<RsaPrivateKey, Failure> {
    let p = secret_bytes(&format!("[{table}] p"), &key.p)?;
    let q = secret_bytes(&format!("[{table}] q"), &key.q)?;
    RsaPrivateKey::from_primes(&p, &q, key.exponent)
        .map_err(|error| Failure::new(format!("[{table}] {error}")))
}
