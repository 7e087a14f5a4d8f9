//! Card keys and session keys: the pieces that other operations share, and the two operations themselves.

use chipcard::crypto::Algorithm;
use chipcard::cryptogram::CipherFamily;
use chipcard::element::{Pan, PanSequenceNumber};
use chipcard::key::{
    Ac, CardKey, CardKeyOption, Emv2000Tree, IssuerMasterKey, KeyPolicy, Purpose,
    SessionDerivation, SessionKey,
};
use chipcard::laboratory;

use super::Outputs;
use crate::kat::fields::{Bytes, Fields, Problem};
use crate::kat::output::Output;

/// Published test keys are taken as they are, equal halves and all.
pub(super) const POLICY: KeyPolicy = KeyPolicy::PublishedTestKeys;

pub(super) fn cipher(fields: &mut Fields) -> Result<CipherFamily, Problem> {
    fields.choice(
        "cipher",
        &[("tdes", CipherFamily::Tdes), ("aes", CipherFamily::Aes)],
    )
}

/// The algorithm of a cipher with a key of that length; a wrong length of a TDES key is noticed where the key is made.
pub(super) fn algorithm(cipher: CipherFamily, key: &[u8]) -> Result<Algorithm, Problem> {
    Ok(match cipher {
        CipherFamily::Tdes => Algorithm::Tdes,
        CipherFamily::Aes => Algorithm::aes(key.len())?,
    })
}

/// `pan`, `psn`, `option` and `key_bits`: how card keys come from master keys.
pub(super) struct Derivation {
    pan: Pan,
    sequence: PanSequenceNumber,
    option: CardKeyOption,
    cipher: CipherFamily,
}

impl Derivation {
    pub(super) fn read(fields: &mut Fields, cipher: CipherFamily) -> Result<Self, Problem> {
        let pan = fields.required("pan")?;
        let sequence = fields.optional("psn")?.unwrap_or_default();
        let options = [
            ("A", CardKeyOption::A),
            ("B", CardKeyOption::B),
            ("B-hash", CardKeyOption::BEveryLength),
            ("C", CardKeyOption::C),
        ];
        let mut option = fields.choice("option", &options)?;
        if option == CardKeyOption::C
            && let Some(bits) = fields.optional::<u64>("key_bits")?
        {
            option = CardKeyOption::CTo(match bits {
                128 => Algorithm::Aes128,
                192 => Algorithm::Aes192,
                256 => Algorithm::Aes256,
                _ => return Err(fields.refused("key_bits", "is none of 128, 192, 256")),
            });
        }
        Ok(Self {
            pan,
            sequence,
            option,
            cipher,
        })
    }

    /// The card key under the master key in the field `imk`.
    pub(super) fn key<P: Purpose>(
        &self,
        fields: &mut Fields,
        imk: &str,
    ) -> Result<CardKey<P>, Problem> {
        let Bytes(key) = fields.required(imk)?;
        let master = IssuerMasterKey::<P>::new(algorithm(self.cipher, &key)?, &key, POLICY)?;
        Ok(master.card_key(&self.pan, self.sequence, self.option)?)
    }

    pub(super) const fn pan(&self) -> &Pan {
        &self.pan
    }
}

#[derive(Clone, Copy)]
enum Method {
    None,
    EmvCommon,
    Mastercard,
    Emv2000,
    VisaAtcXor,
    UnionPay,
}

/// `method` and what belongs to it.
fn session_derivation(
    fields: &mut Fields,
    cipher: CipherFamily,
) -> Result<SessionDerivation, Problem> {
    let methods = [
        ("none", Method::None),
        ("emv-csk", Method::EmvCommon),
        ("mastercard", Method::Mastercard),
        ("emv2000", Method::Emv2000),
        ("visa-atc-xor", Method::VisaAtcXor),
        ("unionpay", Method::UnionPay),
    ];
    let method = fields.choice("method", &methods)?;
    Ok(match method {
        Method::None => SessionDerivation::CardKey,
        Method::EmvCommon if fields.has("diversifier") => match cipher {
            CipherFamily::Tdes => SessionDerivation::from_8_bytes(fields.required("diversifier")?),
            CipherFamily::Aes => SessionDerivation::EmvCommon {
                diversifier: fields.required("diversifier")?,
            },
        },
        Method::EmvCommon => SessionDerivation::from_atc(fields.required("atc")?),
        Method::Mastercard => {
            SessionDerivation::from_atc_and_un(fields.required("atc")?, fields.required("un")?)
        }
        Method::Emv2000 => {
            // A number that is no byte is no shape of a tree either.
            let [branch, height] = [fields.required("branch")?, fields.required("height")?]
                .map(|number: u64| u8::try_from(number).unwrap_or(0));
            SessionDerivation::Emv2000 {
                atc: fields.required("atc")?,
                tree: Emv2000Tree::new(branch, height, fields.required("iv")?)?,
            }
        }
        Method::VisaAtcXor => SessionDerivation::VisaAtcXor {
            atc: fields.required("atc")?,
        },
        Method::UnionPay => SessionDerivation::UnionPay {
            atc: fields.required("atc")?,
        },
    })
}

/// The finished key of the field `name`, or the one that `session` makes of the card key of `imk`.
pub(super) fn session_key_of<P: Purpose>(
    fields: &mut Fields,
    name: &str,
    imk: &str,
    cipher: CipherFamily,
) -> Result<SessionKey<P>, Problem> {
    if let Some(Bytes(key)) = fields.optional(name)? {
        return Ok(SessionKey::new(algorithm(cipher, &key)?, &key, POLICY)?);
    }
    let derivation = Derivation::read(fields, cipher)?;
    let card_key = derivation.key(fields, imk)?;
    session_key_from(fields, &card_key, cipher)
}

/// The key that the object `session` makes of a card key.
pub(super) fn session_key_from<P: Purpose>(
    fields: &mut Fields,
    card_key: &CardKey<P>,
    cipher: CipherFamily,
) -> Result<SessionKey<P>, Problem> {
    let mut session = fields.object("session")?;
    let derivation = session_derivation(&mut session, cipher)?;
    session.finish()?;
    Ok(card_key.session_key(&derivation)?)
}

/// A key as values to compare.
fn outputs(algorithm: Algorithm, key: &[u8]) -> Result<Outputs, Problem> {
    if algorithm != Algorithm::Tdes {
        return Ok(vec![("key", Output::Bytes(key.to_vec()))]);
    }
    let mut block = [0; 8];
    laboratory::encipher_block(algorithm, key, &mut block)?;
    Ok(vec![
        ("key", Output::TdesKey(key.to_vec())),
        ("kcv", Output::KeyCheckValue(block.to_vec())),
    ])
}

pub(super) fn card_key(fields: &mut Fields) -> Result<Outputs, Problem> {
    let cipher = cipher(fields)?;
    let derivation = Derivation::read(fields, cipher)?;
    let key: CardKey<Ac> = derivation.key(fields, "imk")?;
    key.reveal(|bytes| outputs(key.algorithm(), bytes))
}

pub(super) fn session_key(fields: &mut Fields) -> Result<Outputs, Problem> {
    let cipher = cipher(fields)?;
    let card_key: CardKey<Ac> = if let Some(Bytes(key)) = fields.optional("card_key")? {
        CardKey::new(algorithm(cipher, &key)?, &key, POLICY)?
    } else {
        let derivation = Derivation::read(fields, cipher)?;
        derivation.key(fields, "imk")?
    };
    let key = card_key.session_key(&session_derivation(fields, cipher)?)?;
    key.reveal(|bytes| outputs(key.algorithm(), bytes))
}
