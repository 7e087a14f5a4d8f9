//! Bit by bit.

use chipcard::element::{Coding, Field};

use super::context::Context;
use super::node::Node;

/// The named bits of `bytes` and the reserved ones that are set; with `all_bits`, every bit.
///
/// A coded field is shown whatever its value, because zero means something there too.
pub(super) fn rows<'f>(
    fields: impl IntoIterator<Item = &'f Field>,
    bytes: &[u8],
    context: &Context,
) -> Vec<Node> {
    let fields: Vec<&Field> = fields.into_iter().collect();
    let all = context.options.all_bits;
    let mut rows = Vec::new();
    for (place, &byte) in bytes.iter().enumerate() {
        let mut bit = 8;
        while bit > 0 {
            let starts =
                |field: &&&Field| field.byte == place + 1 && 8 - field.mask.leading_zeros() == bit;
            let field = fields.iter().find(starts);
            let width = field
                .map_or(1, |field| field.mask.count_ones())
                .clamp(1, bit);
            let low = bit - width;
            let value = (u16::from(byte) >> low & ((1 << width) - 1)) as u8;
            let meaning = match field {
                None => (all || value != 0).then(|| "reserved".to_owned()),
                Some(field) => meaning(field, value, all),
            };
            if let Some(meaning) = meaning {
                let digits = format!("{value:0width$b}", width = width as usize);
                rows.push(Node::row(
                    label(bytes.len(), place + 1, bit, low),
                    digits,
                    meaning,
                ));
            }
            bit = low;
        }
    }
    if rows.is_empty() {
        rows.push(Node::new("no bit is set"));
    }
    rows
}

fn meaning(field: &Field, value: u8, all: bool) -> Option<String> {
    match field.coding {
        Coding::Code(_) => {
            let meaning = field.meaning(value).unwrap_or("reserved");
            Some(format!("{}: {meaning}", field.name))
        }
        Coding::Number if all || value != 0 => Some(format!("{}: {value}", field.name)),
        Coding::Flag if all || value != 0 => Some(field.name.to_owned()),
        Coding::Number | Coding::Flag => None,
    }
}

/// Place of the bits from `high` down to above `low`, counted as the specifications count.
fn label(length: usize, byte: usize, high: u32, low: u32) -> String {
    let bits = match low + 1 {
        lowest if lowest == high => format!("b{high}"),
        lowest => format!("b{high}-b{lowest}"),
    };
    match length {
        1 => bits,
        _ => format!("byte {byte} {bits}"),
    }
}

/// A data element of named bits and fixed length.
pub(super) fn fixed(
    fields: &[Field],
    length: usize,
    bytes: &[u8],
    context: &Context,
) -> Result<Vec<Node>, String> {
    if bytes.len() == length {
        Ok(rows(fields, bytes, context))
    } else {
        Err(format!("expected {length} bytes, found {}", bytes.len()))
    }
}
