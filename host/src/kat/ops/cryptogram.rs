//! Cryptograms over data that the test gives, and codes made of them.

use chipcard::crypto::Padding;
use chipcard::cryptogram::{ArpcMethod, cap_token};
use chipcard::key::{Ac, SessionKey};
use chipcard::laboratory;

use super::Outputs;
use super::keys::{cipher, session_key_of};
use crate::kat::fields::{Bytes, Fields, Problem};
use crate::kat::output::Output;

pub(super) fn padding(fields: &mut Fields) -> Result<Padding, Problem> {
    fields.choice(
        "padding",
        &[
            ("none", Padding::None),
            ("method1", Padding::Method1),
            ("method2", Padding::Method2),
            ("method2-if-needed", Padding::Method2IfNeeded),
            ("length-method2", Padding::LengthMethod2),
        ],
    )
}

pub(super) fn ac(fields: &mut Fields) -> Result<Outputs, Problem> {
    let cipher = cipher(fields)?;
    let key: SessionKey<Ac> = session_key_of(fields, "session_key", "imk", cipher)?;
    let Bytes(data) = fields.required("data")?;
    let ac = laboratory::mac(&key, padding(fields)?, &data)?;
    Ok(vec![("ac", Output::Bytes(ac.to_vec()))])
}

pub(super) fn arpc(fields: &mut Fields) -> Result<Outputs, Problem> {
    let cipher = cipher(fields)?;
    let method = match fields.required::<u64>("method")? {
        1 => ArpcMethod::Method1,
        2 => ArpcMethod::Method2,
        _ => return Err(fields.refused("method", "is neither 1 nor 2")),
    };
    let key = session_key_of(fields, "key", "imk", cipher)?;
    arpc_of(fields, method, &key)
}

/// `arqc`, and `arc` or `csu` and `proprietary`.
pub(super) fn arpc_of(
    fields: &mut Fields,
    method: ArpcMethod,
    key: &SessionKey<Ac>,
) -> Result<Outputs, Problem> {
    let arqc = fields.required("arqc")?;
    let arpc = match method {
        ArpcMethod::Method1 => laboratory::arpc_1(key, arqc, fields.required("arc")?)?.to_vec(),
        ArpcMethod::Method2 => {
            let csu = fields.required("csu")?;
            let proprietary = fields.optional("proprietary")?;
            let proprietary = proprietary.map_or_else(Vec::new, |Bytes(bytes)| bytes);
            laboratory::arpc_2(key, arqc, csu, &proprietary)?.to_vec()
        }
    };
    Ok(vec![("arpc", Output::Bytes(arpc))])
}

pub(super) fn cap(fields: &mut Fields) -> Result<Outputs, Problem> {
    let mut data = Vec::new();
    data.extend(fields.required::<[u8; 1]>("cid")?);
    data.extend(fields.required::<[u8; 2]>("atc")?);
    data.extend(fields.required::<[u8; 8]>("ac")?);
    data.extend(fields.required::<Bytes>("iad")?.0);
    let Bytes(bitmap) = fields.required("ipb")?;
    let token = cap_token(&data, &bitmap)?;
    Ok(vec![("value", Output::Digits(token.to_string()))])
}
