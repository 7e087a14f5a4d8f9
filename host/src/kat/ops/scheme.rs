//! What a scheme's version prescribes, taken from the library's table of versions.

use chipcard::cryptogram::{
    ApplicationCryptogram, ArpcKey, CryptogramVersion, Family, IadPart, PinChange, ScriptStyle,
    SignedPart,
};
use chipcard::element::{ApplicationTransactionCounter, IadLayout, Pin, UnpredictableNumber};
use chipcard::key::{
    Ac, CardKey, KeyPurpose, SessionDerivation, SessionKey, SessionKeyMethod, Smc, Smi,
};
use chipcard::laboratory;
use chipcard::tag;

use super::Outputs;
use super::cryptogram::arpc_of;
use super::keys::Derivation;
use super::script::{enciphered, truncated};
use crate::kat::fields::{Bytes, Fields, MaybeEmpty, Problem, Tags};
use crate::kat::output::Output;

/// Payment systems that the format names, and JCB, of which the library has a version too.
pub(super) const SCHEMES: [(&str, Family); 6] = [
    ("visa", Family::Visa),
    ("mastercard", Family::Mastercard),
    ("interac", Family::Interac),
    ("unionpay", Family::UnionPay),
    ("ccd", Family::Ccd),
    ("jcb", Family::Jcb),
];

/// `scheme` and `cvn`.
fn version(fields: &mut Fields) -> Result<&'static CryptogramVersion, Problem> {
    let family = fields.choice("scheme", &SCHEMES)?;
    let [identifier] = fields.required("cvn")?;
    CryptogramVersion::find(family, identifier).ok_or_else(|| {
        let what = format!("the library has no version {identifier:02X} of {family}");
        fields.refused("cvn", &what)
    })
}

fn script_style(fields: &Fields, version: &CryptogramVersion) -> Result<ScriptStyle, Problem> {
    let what = "the library does not know how this version protects scripts";
    version.script.ok_or_else(|| fields.refused("cvn", what))
}

/// `tags`; with `cvr` and `counters` in the place of 9F10, issuer application data that are zero elsewhere.
fn source(fields: &mut Fields, version: &CryptogramVersion) -> Result<Tags, Problem> {
    let mut tags = fields.object("tags")?.tags()?;
    if !fields.has("cvr") {
        return Ok(tags);
    }
    let signs = |part| version.data.parts().contains(&SignedPart::Iad(part));
    if tags.get(tag::ISSUER_APPLICATION_DATA).is_some() || signs(IadPart::Whole) {
        return Err(fields.refused("cvr", "this test needs tag 9F10 alone"));
    }
    let Bytes(cvr) = fields.required("cvr")?;
    let start = match version.iad_layout {
        IadLayout::MChip => 2,
        _ => 3,
    };
    let length = match version.iad_layout {
        IadLayout::MChip => 6,
        IadLayout::Ccd | IadLayout::Visa24 => 5,
        _ => 4,
    };
    if cvr.len() != length {
        let what = format!("has {} bytes, not {length}", cvr.len());
        return Err(fields.refused("cvr", &what));
    }
    let mut iad = vec![0; start];
    iad.extend(cvr);
    if signs(IadPart::MChipCounters) {
        let Bytes(counters) = fields.required("counters")?;
        if !matches!(counters.len(), 8 | 16) {
            return Err(fields.refused("counters", "has neither 8 nor 16 bytes"));
        }
        iad.extend([0; 2]);
        iad.extend(counters);
    }
    tags.insert(tag::ISSUER_APPLICATION_DATA, iad);
    Ok(tags)
}

pub(super) fn ac_input(fields: &mut Fields) -> Result<Outputs, Problem> {
    let version = version(fields)?;
    let source = source(fields, version)?;
    let mut data = [0; 512];
    let length = laboratory::signed_data(version, &source, fields.required("padded")?, &mut data)?;
    let data = data.get(..length).unwrap_or(&data);
    Ok(vec![("data", Output::Bytes(data.to_vec()))])
}

pub(super) fn ac(fields: &mut Fields) -> Result<Outputs, Problem> {
    let version = version(fields)?;
    let source = source(fields, version)?;
    let card_key: CardKey<Ac> = Derivation::read(fields, version.cipher)?.key(fields, "imk_ac")?;
    let atc = source.array(tag::APPLICATION_TRANSACTION_COUNTER)?;
    let un = source.array(tag::UNPREDICTABLE_NUMBER)?;
    let key = card_key.session_key(&version.session_key.for_cryptogram(
        ApplicationTransactionCounter::from_bytes(atc),
        UnpredictableNumber(un),
    ))?;
    let ac = laboratory::sign(version, &key, &source)?;
    Ok(vec![("ac", Output::Bytes(ac.0.to_vec()))])
}

pub(super) fn arpc(fields: &mut Fields) -> Result<Outputs, Problem> {
    let version = version(fields)?;
    let method = version
        .arpc
        .ok_or_else(|| fields.refused("cvn", "this version knows no signed answer"))?;
    let card_key: CardKey<Ac> = Derivation::read(fields, version.cipher)?.key(fields, "imk_ac")?;
    let derivation = match version.arpc_key {
        ArpcKey::CardKey => {
            fields.unused(&["atc", "un"])?;
            SessionDerivation::CardKey
        }
        ArpcKey::SessionKey => {
            let atc = fields.required("atc")?;
            let un = if version.session_key == SessionKeyMethod::Mastercard {
                fields.required("un")?
            } else {
                fields.unused(&["un"])?;
                UnpredictableNumber::default()
            };
            version.session_key.for_cryptogram(atc, un)
        }
    };
    arpc_of(fields, method, &card_key.session_key(&derivation)?)
}

pub(super) fn script_mac(fields: &mut Fields) -> Result<Outputs, Problem> {
    let version = version(fields)?;
    let style = script_style(fields, version)?;
    let card_key: CardKey<Smi> =
        Derivation::read(fields, version.cipher)?.key(fields, "imk_smi")?;
    let transaction = Transaction::read(fields)?;
    let key = card_key.session_key(&transaction.derivation(&style))?;
    let header = fields.required("header")?;
    let MaybeEmpty(body) = fields.required("body")?;
    let mac = transaction.mac(&style, &key, header, &body)?;
    truncated(fields, &mac)
}

pub(super) fn pin_change(fields: &mut Fields) -> Result<Outputs, Problem> {
    let version = version(fields)?;
    let style = script_style(fields, version)?;
    let derivation = Derivation::read(fields, version.cipher)?;
    let ac_key: CardKey<Ac> = derivation.key(fields, "imk_ac")?;
    let smi_key: CardKey<Smi> = derivation.key(fields, "imk_smi")?;
    let smc_key: CardKey<Smc> = derivation.key(fields, "imk_smc")?;
    let transaction = Transaction::read(fields)?;
    let new: Pin = fields.required("new_pin")?;
    let current: Option<Pin> = fields.optional("current_pin")?;
    let (form, format) = match &current {
        None => (PinChange::WithoutCurrent, style.pin_block),
        Some(_) => {
            let what = "the version has no form that uses the current PIN";
            let format = style.pin_block_with_current;
            (
                PinChange::WithCurrent,
                format.ok_or_else(|| fields.refused("current_pin", what))?,
            )
        }
    };
    let block = match style.pin_mask {
        KeyPurpose::SecureMessagingConfidentiality => {
            laboratory::pin_block(format, &new, current.as_ref(), Some(&smc_key))?
        }
        _ => laboratory::pin_block(format, &new, current.as_ref(), Some(&ac_key))?,
    };
    let session = transaction.derivation(&style);
    let body = enciphered(
        &smc_key.session_key(&session)?,
        style.mode,
        style.padding,
        &block,
    )?;
    let [class, instruction, p1, p2] = form.header().to_bytes();
    // At most two cipher blocks and a MAC.
    let header = [class, instruction, p1, p2, (body.len() + 8) as u8];
    let mac = transaction.mac(&style, &smi_key.session_key(&session)?, header, &body)?;
    let command = [&header[..], &body, &mac].concat();
    Ok(vec![("command", Output::Bytes(command))])
}

/// `atc` and `arqc`: the transaction that a script belongs to.
struct Transaction {
    atc: ApplicationTransactionCounter,
    arqc: ApplicationCryptogram,
}

impl Transaction {
    fn read(fields: &mut Fields) -> Result<Self, Problem> {
        Ok(Self {
            atc: fields.required("atc")?,
            arqc: fields.required("arqc")?,
        })
    }

    /// Of the session keys of the first command.
    fn derivation(&self, style: &ScriptStyle) -> SessionDerivation {
        style.session_key.for_script(self.atc, self.arqc.0, 0)
    }

    fn mac(
        &self,
        style: &ScriptStyle,
        key: &SessionKey<Smi>,
        header: [u8; 5],
        body: &[u8],
    ) -> Result<[u8; 8], Problem> {
        let input = style.mac_input;
        Ok(laboratory::script_mac(
            input, key, header, body, self.atc, self.arqc,
        )?)
    }
}
