//! Issuer application data taken apart.

use chipcard::cryptogram::Family;
use chipcard::element::{IadLayout, IadTail, IssuerApplicationData};
use chipcard::tag;

use super::Outputs;
use super::scheme::SCHEMES;
use crate::kat::fields::{Fields, Malformed, Problem};
use crate::kat::output::Output;

pub(super) fn iad(fields: &mut Fields) -> Result<Outputs, Problem> {
    let family = fields.choice("scheme", &SCHEMES)?;
    let tags = fields.object("tags")?.tags()?;
    let bytes = tags
        .get(tag::ISSUER_APPLICATION_DATA)
        .ok_or_else(|| Malformed::new("tags.9F10", "is missing"))?;
    let layout = match family {
        // Visa's two layouts begin with different lengths.
        Family::Visa if bytes.first() == Some(&0x1F) => IadLayout::Visa24,
        Family::Visa => IadLayout::Visa013,
        Family::Mastercard => IadLayout::MChip,
        Family::Interac => IadLayout::Interac,
        Family::UnionPay => IadLayout::UnionPay,
        Family::Jcb => IadLayout::Jcb,
        _ => IadLayout::Ccd,
    };
    // Published samples may break off or go on where a host would refuse them; their parts can still be compared.
    let iad = IssuerApplicationData::parse(layout, bytes)
        .or_else(|_| IssuerApplicationData::parse_with_tail(layout, IadTail::Any, bytes))?;
    let parts = [
        ("cvn", iad.cvn().map(|byte| vec![byte])),
        ("dki", iad.key_index().map(|byte| vec![byte])),
        ("cvr", iad.cvr().map(|cvr| cvr.bytes().to_vec())),
        ("dac", iad.dac().map(|dac| dac.to_vec())),
        ("counters", iad.counters().map(<[u8]>::to_vec)),
        ("idd", iad.issuer_discretionary_data().map(<[u8]>::to_vec)),
    ];
    let present = parts
        .into_iter()
        .filter_map(|(name, part)| Some((name, Output::Bytes(part?))));
    Ok(present.collect())
}
