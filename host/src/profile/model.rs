//! The profile file as it stands, table by table.

use chipcard::card::test_cards::{self, TestCard, keys};
use chipcard::card::{AuthenticationCommand, Coprocessor, Parameter, Profile, ResponseFormat};
use chipcard::element::{
    Amount, ApplicationInterchangeProfile as Aip, CountryCode, CurrencyCode, Pan,
    PanSequenceNumber, Pin,
};
use chipcard::oda::{PublicExponent, SecondXda, SignatureSuite};
use chipcard::{Tag, tag, tlv};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::values::{self, Hex, ResponseCode, Secret, Text};
use crate::keys::OwnVersion;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Model {
    pub(super) name: String,
    #[serde(deserialize_with = "values::pan")]
    pub(super) pan: Pan,
    #[serde(default, deserialize_with = "values::sequence")]
    pub(super) sequence: PanSequenceNumber,
    pub(super) aid: Hex,
    pub(super) label: Text,
    pub(super) priority: Option<u8>,
    pub(super) version: Option<String>,
    pub(super) iad: Hex,
    #[serde(deserialize_with = "values::aip")]
    pub(super) aip: Aip,
    pub(super) afl: Hex,
    #[serde(default)]
    pub(super) pdol: Hex,
    pub(super) cdol1: Hex,
    pub(super) cdol2: Hex,
    #[serde(default)]
    pub(super) ddol: Hex,
    #[serde(deserialize_with = "values::format")]
    pub(super) format: ResponseFormat,
    #[serde(deserialize_with = "values::country")]
    pub(super) country: CountryCode,
    #[serde(deserialize_with = "values::currency")]
    pub(super) currency: CurrencyCode,
    pub(super) script_mac_length: u8,
    pub(super) keys: Keys,
    pub(super) pin: Option<CardholderPin>,
    pub(super) directories: Directories,
    #[serde(default)]
    pub(super) fci: Vec<Object>,
    pub(super) issuer_authentication: IssuerAuthentication,
    pub(super) limits: Limits,
    pub(super) actions: Actions,
    pub(super) log: Option<Log>,
    #[serde(default)]
    pub(super) parameter: Vec<ParameterTag>,
    #[serde(default)]
    pub(super) record: Vec<Record>,
    pub(super) own_version: Option<OwnVersion>,
    pub(super) rsa_key: Option<RsaKey>,
    pub(super) rsa_pin_key: Option<RsaKey>,
    pub(super) ec_key: Option<EcKey>,
    #[serde(default)]
    pub(super) ca_key: Vec<CaKey>,
    #[serde(default)]
    pub(super) ec_ca_key: Vec<EcCaKey>,
}

/// A private key of the card.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RsaKey {
    pub(super) p: Secret,
    pub(super) q: Secret,
    #[serde(deserialize_with = "values::exponent")]
    pub(super) exponent: PublicExponent,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EcKey {
    #[serde(deserialize_with = "values::suite")]
    pub(super) suite: SignatureSuite,
    pub(super) number: Secret,
    #[serde(default, deserialize_with = "values::second_xda")]
    pub(super) second: SecondXda,
}

/// A public key of the certification authority, which terminals need.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CaKey {
    #[serde(deserialize_with = "values::rid")]
    pub(super) rid: [u8; 5],
    #[serde(deserialize_with = "values::byte")]
    pub(super) index: u8,
    pub(super) modulus: Hex,
    #[serde(deserialize_with = "values::exponent")]
    pub(super) exponent: PublicExponent,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct EcCaKey {
    #[serde(deserialize_with = "values::rid")]
    pub(super) rid: [u8; 5],
    #[serde(deserialize_with = "values::byte")]
    pub(super) index: u8,
    #[serde(deserialize_with = "values::suite")]
    pub(super) suite: SignatureSuite,
    pub(super) x: Hex,
}

/// The issuer's master keys, from which the card's keys are derived.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    #[serde(deserialize_with = "values::byte")]
    pub(super) index: u8,
    pub(super) ac: Secret,
    pub(super) smi: Option<Secret>,
    pub(super) smc: Option<Secret>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CardholderPin {
    #[serde(deserialize_with = "values::pin")]
    pub(super) digits: Secret,
    pub(super) try_limit: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Directories {
    pub(super) pse: bool,
    pub(super) ppse: bool,
}

/// A data object of the file control information.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Object {
    #[serde(deserialize_with = "values::tag")]
    pub(super) tag: Tag,
    pub(super) value: Hex,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct IssuerAuthentication {
    #[serde(deserialize_with = "values::command")]
    pub(super) command: AuthenticationCommand,
    pub(super) required: bool,
    pub(super) must_pass: bool,
    pub(super) required_for_reset: bool,
    pub(super) approval_codes: Vec<ResponseCode>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Limits {
    pub(super) lower_count: u8,
    pub(super) upper_count: u8,
    #[serde(deserialize_with = "values::amount")]
    pub(super) lower_amount: Amount,
    #[serde(deserialize_with = "values::amount")]
    pub(super) upper_amount: Amount,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Actions {
    #[serde(default)]
    pub(super) decline: Hex,
    #[serde(default)]
    pub(super) online: Hex,
    #[serde(default)]
    pub(super) default: Hex,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Log {
    pub(super) sfi: u8,
    pub(super) capacity: u8,
    pub(super) format: Hex,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ParameterTag {
    #[serde(deserialize_with = "values::tag")]
    pub(super) tag: Tag,
    #[serde(deserialize_with = "values::parameter")]
    pub(super) value: Parameter,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    pub(super) sfi: u8,
    pub(super) number: u8,
    #[serde(default)]
    pub(super) updatable: bool,
    pub(super) data: Hex,
}

fn bytes(bytes: &[u8]) -> Hex {
    Hex(bytes.to_vec())
}

fn secret(digits: String) -> Secret {
    Secret(Zeroizing::new(digits))
}

impl Model {
    /// What a file of this test card would say.
    pub(super) fn of(test: &TestCard) -> chipcard::Result<Self> {
        let Profile {
            aid,
            label,
            priority,
            fci,
            directories,
            pdol,
            aip,
            afl,
            records,
            cdol1,
            cdol2,
            ddol,
            format,
            version,
            iad,
            pin,
            country,
            currency,
            issuer_authentication: rules,
            limits,
            parameters,
            script_mac_length,
            log,
            actions,
        } = test.profile;
        let abilities = test.coprocessor(rand::rng())?.abilities();
        let any_holds = |tag| records.iter().any(|record| holds(record.data, tag));
        let has_pin_key = any_holds(tag::ICC_PIN_PUBLIC_KEY_CERTIFICATE);
        let certified = any_holds(tag::ISSUER_PUBLIC_KEY_CERTIFICATE);
        let rid = aid.first_chunk().copied();
        let rsa = |[p, q]: &[[u8; 64]; 2], exponent| RsaKey {
            p: secret(hex::encode_upper(p)),
            q: secret(hex::encode_upper(q)),
            exponent,
        };
        let key = |key: &[u8; 16]| secret(hex::encode_upper(key));
        let digits = || {
            Pin::from_plaintext_block(&TestCard::PIN_BLOCK)?;
            let length = usize::from(TestCard::PIN_BLOCK[0] & 0x0F);
            let block = hex::encode(TestCard::PIN_BLOCK);
            Ok::<_, chipcard::Error>(secret(block.chars().skip(2).take(length).collect()))
        };
        Ok(Self {
            name: test.name.to_owned(),
            pan: test.pan()?,
            sequence: test.sequence()?,
            aid: bytes(aid),
            label: Text(label.to_vec()),
            priority,
            version: Some(format!("{}:{:02X}", version.family, version.identifier)),
            iad: bytes(iad),
            aip,
            afl: bytes(afl),
            pdol: bytes(pdol),
            cdol1: bytes(cdol1),
            cdol2: bytes(cdol2),
            ddol: bytes(ddol),
            format,
            country,
            currency,
            script_mac_length,
            keys: Keys {
                index: TestCard::KEY_INDEX,
                ac: key(&test_cards::TEST_KEY_AC),
                smi: Some(key(&test_cards::TEST_KEY_SMI)),
                smc: Some(key(&test_cards::TEST_KEY_SMC)),
            },
            pin: pin
                .map(|pin| {
                    Ok::<_, chipcard::Error>(CardholderPin {
                        digits: digits()?,
                        try_limit: pin.try_limit,
                    })
                })
                .transpose()?,
            directories: Directories {
                pse: directories.pse,
                ppse: directories.ppse,
            },
            fci: fci
                .iter()
                .map(|(tag, value)| Object {
                    tag: *tag,
                    value: bytes(value),
                })
                .collect(),
            issuer_authentication: IssuerAuthentication {
                command: rules.command,
                required: rules.required,
                must_pass: rules.must_pass,
                required_for_reset: rules.required_for_reset,
                approval_codes: rules
                    .approval_codes
                    .iter()
                    .copied()
                    .map(ResponseCode)
                    .collect(),
            },
            limits: Limits {
                lower_count: limits.lower_count,
                upper_count: limits.upper_count,
                lower_amount: limits.lower_amount,
                upper_amount: limits.upper_amount,
            },
            actions: Actions {
                decline: bytes(actions.decline),
                online: bytes(actions.online),
                default: bytes(actions.default),
            },
            log: log.map(|log| Log {
                sfi: log.sfi,
                capacity: log.capacity,
                format: bytes(log.format),
            }),
            parameter: parameters
                .iter()
                .map(|&(tag, value)| ParameterTag { tag, value })
                .collect(),
            record: records
                .iter()
                .map(|record| Record {
                    sfi: record.sfi,
                    number: record.number,
                    updatable: record.updatable,
                    data: bytes(record.data),
                })
                .collect(),
            own_version: None,
            rsa_key: abilities
                .rsa_signature
                .then(|| rsa(&keys::ICC, PublicExponent::Three)),
            rsa_pin_key: has_pin_key.then(|| rsa(&keys::PIN, PublicExponent::FermatFour)),
            ec_key: abilities.ec_signature.then(|| EcKey {
                suite: SignatureSuite::P256Sha256,
                number: secret(hex::encode_upper(keys::EC_ICC)),
                second: SecondXda::default(),
            }),
            ca_key: match rid.filter(|_| certified && !abilities.ec_signature) {
                Some(rid) => vec![CaKey::of(rid)?],
                None => Vec::new(),
            },
            ec_ca_key: match rid.filter(|_| certified && abilities.ec_signature) {
                Some(rid) => vec![EcCaKey::of(rid)?],
                None => Vec::new(),
            },
        })
    }
}

/// Whether a record has a data object of this tag.
fn holds(record: &[u8], tag: Tag) -> bool {
    let template = tlv::find(record, tag::READ_RECORD_RESPONSE_TEMPLATE);
    let inside = template.ok().flatten().map(|template| template.value);
    inside.is_some_and(|inside| tlv::find(inside, tag).is_ok_and(|found| found.is_some()))
}

impl CaKey {
    /// The test authority's, as this payment system has it.
    fn of(rid: [u8; 5]) -> chipcard::Result<Self> {
        let authority = keys::certification_authority(rid)?.public_key();
        let key = authority.key();
        Ok(Self {
            rid,
            index: keys::CA_INDEX,
            modulus: bytes(key.modulus()),
            exponent: key.exponent(),
        })
    }
}

impl EcCaKey {
    /// The test authority's, as this payment system has it.
    fn of(rid: [u8; 5]) -> chipcard::Result<Self> {
        let authority = keys::ec_certification_authority(rid)?;
        let key = authority.public_key().key().clone();
        Ok(Self {
            rid,
            index: keys::EC_CA_INDEX,
            suite: key.suite(),
            x: bytes(key.x()),
        })
    }
}
