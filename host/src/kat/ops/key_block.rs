//! Key blocks.

use super::Outputs;
use crate::kat::fields::{Bytes, Fields, Problem};
use crate::kat::output::Output;
use crate::key_block::open;

pub(super) fn tr31(fields: &mut Fields) -> Result<Outputs, Problem> {
    let Bytes(protection) = fields.required("kbpk")?;
    let block = fields.plain("block")?;
    let key =
        open(&protection, &block).map_err(|error| fields.refused("block", &error.to_string()))?;
    Ok(vec![("key", Output::Bytes(key.to_vec()))])
}
