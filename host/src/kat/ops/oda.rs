//! Offline data authentication with RSA: one object, or the chain of certificates down to it.

use chipcard::Tag;
use chipcard::element::{UnpredictableNumber, YearMonth};
use chipcard::laboratory::oda;
use chipcard::oda::{
    CaPublicKey, PublicExponent, PublicKeyCertificate, RsaPublicKey, TransactionData,
};
use chipcard::tag;

use super::Outputs;
use crate::kat::fields::{Bytes, Fields, Malformed, MaybeEmpty, Problem, Tags};
use crate::kat::output::Output;

const ISSUER_CERTIFICATE: [Tag; 3] = [
    tag::ISSUER_PUBLIC_KEY_CERTIFICATE,
    tag::ISSUER_PUBLIC_KEY_REMAINDER,
    tag::ISSUER_PUBLIC_KEY_EXPONENT,
];

const ICC_CERTIFICATE: [Tag; 3] = [
    tag::ICC_PUBLIC_KEY_CERTIFICATE,
    tag::ICC_PUBLIC_KEY_REMAINDER,
    tag::ICC_PUBLIC_KEY_EXPONENT,
];

pub(super) fn ca_key(fields: &mut Fields) -> Result<Outputs, Problem> {
    let (rid, [index]) = (fields.required("rid")?, fields.required("index")?);
    let ca = CaPublicKey::new(rid, index, key(fields, "modulus", "exponent")?);
    Ok(vec![("sha1", Output::Bytes(ca.check_value().to_vec()))])
}

pub(super) fn issuer_certificate(fields: &mut Fields) -> Result<Outputs, Problem> {
    let ca = ca(fields)?;
    let tags = fields.object("tags")?.tags()?;
    let issuer = oda::issuer_certificate(&ca, &certificate(&tags, ISSUER_CERTIFICATE)?)?;
    let mut outputs = certificate_outputs(&issuer.key, issuer.expiry, issuer.serial);
    outputs.push(("issuer_id", Output::Bytes(issuer.identifier.to_vec())));
    Ok(outputs)
}

pub(super) fn icc_certificate(fields: &mut Fields) -> Result<Outputs, Problem> {
    let issuer = key(fields, "issuer_modulus", "issuer_exponent")?;
    let tags = fields.object("tags")?.tags()?;
    let data = hashed(fields, "hash_checked", "static_data")?;
    let parts = certificate(&tags, ICC_CERTIFICATE)?;
    let icc = oda::icc_certificate(&issuer, &parts, data.as_deref())?;
    let mut outputs = certificate_outputs(&icc.key, icc.expiry, icc.serial);
    outputs.push(("pan", Output::Bytes(icc.identifier.to_vec())));
    outputs.push(("hash", Output::Bytes(icc.hash.to_vec())));
    Ok(outputs)
}

pub(super) fn sda(fields: &mut Fields) -> Result<Outputs, Problem> {
    let mut outputs = Outputs::new();
    let tags = fields.object("tags")?.tags()?;
    let issuer = issuer(fields, &tags, &mut outputs)?;
    let data = hashed(fields, "hash_checked", "static_data")?;
    let signed = value(&tags, tag::SIGNED_STATIC_APPLICATION_DATA)?;
    let found = oda::signed_static_data(&issuer, signed, data.as_deref())?;
    let dac = found.data_authentication_code;
    outputs.push(("dac", Output::Bytes(dac.to_vec())));
    outputs.push(("hash", Output::Bytes(found.hash.to_vec())));
    Ok(outputs)
}

pub(super) fn dda(fields: &mut Fields) -> Result<Outputs, Problem> {
    let mut outputs = Outputs::new();
    let tags = fields.object("tags")?.tags()?;
    let icc = icc(fields, &tags, &mut outputs)?;
    let data = hashed(fields, "hash_checked", "ddol_data")?;
    let signed = value(&tags, tag::SIGNED_DYNAMIC_APPLICATION_DATA)?;
    let found = oda::signed_dynamic_data(&icc, signed, data.as_deref())?;
    let number = found.icc_dynamic_number.as_bytes().to_vec();
    outputs.push(("icc_dynamic_number", Output::Bytes(number)));
    Ok(outputs)
}

pub(super) fn cda(fields: &mut Fields) -> Result<Outputs, Problem> {
    let mut outputs = Outputs::new();
    let tags = fields.object("tags")?.tags()?;
    let icc = icc(fields, &tags, &mut outputs)?;
    let number: Option<UnpredictableNumber> = match fields.required("hash_checked")? {
        true => Some(fields.required("un")?),
        false => fields.optional::<UnpredictableNumber>("un")?.and(None),
    };
    let signed = value(&tags, tag::SIGNED_DYNAMIC_APPLICATION_DATA)?;
    let found = oda::signed_combined_data(&icc, signed, number)?;
    if fields.required("transaction_hash_checked")? {
        let Bytes(cdol1_data) = fields.required("cdol1_data")?;
        let Bytes(response) = fields.required("response")?;
        let transaction = TransactionData::first(&[], &cdol1_data, &response);
        if transaction.hash_code()? != found.transaction_hash {
            return Err(Problem::Failure(
                "the transaction data hash code is another one".to_owned(),
            ));
        }
    }
    outputs.extend([
        (
            "icc_dynamic_number",
            Output::Bytes(found.icc_dynamic_number.as_bytes().to_vec()),
        ),
        ("cid", Output::Bytes(found.information.0.to_vec())),
        ("ac", Output::Bytes(found.cryptogram.0.to_vec())),
        (
            "transaction_hash",
            Output::Bytes(found.transaction_hash.to_vec()),
        ),
    ]);
    Ok(outputs)
}

fn key(fields: &mut Fields, modulus: &str, exponent: &str) -> Result<RsaPublicKey, Problem> {
    let Bytes(modulus) = fields.required(modulus)?;
    let Bytes(exponent) = fields.required(exponent)?;
    let exponent = PublicExponent::parse(&exponent)?;
    Ok(RsaPublicKey::new(&modulus, exponent)?)
}

/// The key of a chain's certification authority.
fn ca(fields: &mut Fields) -> Result<RsaPublicKey, Problem> {
    fields.unused(&["rid", "index"])?;
    key(fields, "ca_modulus", "ca_exponent")
}

/// The issuer's key: as it is, or from its certificate.
fn issuer(
    fields: &mut Fields,
    tags: &Tags,
    outputs: &mut Outputs,
) -> Result<RsaPublicKey, Problem> {
    fields.unused(&["rid", "index"])?;
    if fields.has("issuer_modulus") {
        return key(fields, "issuer_modulus", "issuer_exponent");
    }
    let parts = certificate(tags, ISSUER_CERTIFICATE)?;
    let key = oda::issuer_certificate(&ca(fields)?, &parts)?.key;
    outputs.push(("issuer_modulus", Output::Bytes(key.modulus().to_vec())));
    Ok(key)
}

/// The card's key: as it is, or from the chain of certificates.
fn icc(fields: &mut Fields, tags: &Tags, outputs: &mut Outputs) -> Result<RsaPublicKey, Problem> {
    fields.unused(&["rid", "index"])?;
    if fields.has("icc_modulus") {
        return key(fields, "icc_modulus", "icc_exponent");
    }
    let issuer = issuer(fields, tags, outputs)?;
    let MaybeEmpty(data) = fields.required("static_data")?;
    let parts = certificate(tags, ICC_CERTIFICATE)?;
    let key = oda::icc_certificate(&issuer, &parts, Some(&data))?.key;
    outputs.push(("icc_modulus", Output::Bytes(key.modulus().to_vec())));
    Ok(key)
}

/// The data that a hash covers, when the test has it checked.
fn hashed(fields: &mut Fields, flag: &str, name: &str) -> Result<Option<Vec<u8>>, Problem> {
    if fields.required(flag)? {
        let MaybeEmpty(data) = fields.required(name)?;
        Ok(Some(data))
    } else {
        fields.unused(&[name])?;
        Ok(None)
    }
}

fn certificate(
    tags: &Tags,
    [certificate, remainder, exponent]: [Tag; 3],
) -> Result<PublicKeyCertificate<'_>, Problem> {
    Ok(PublicKeyCertificate::new(
        value(tags, certificate)?,
        tags.get(remainder).unwrap_or_default(),
        value(tags, exponent)?,
    ))
}

fn value(tags: &Tags, tag: Tag) -> Result<&[u8], Problem> {
    tags.get(tag)
        .ok_or_else(|| Malformed::new(format!("tags.{tag}"), "is missing").into())
}

fn certificate_outputs(key: &RsaPublicKey, expiry: YearMonth, serial: [u8; 3]) -> Outputs {
    let [year, month] = expiry.to_bytes();
    vec![
        ("modulus", Output::Bytes(key.modulus().to_vec())),
        ("expiry", Output::Bytes(vec![month, year])),
        ("serial", Output::Bytes(serial.to_vec())),
    ]
}
