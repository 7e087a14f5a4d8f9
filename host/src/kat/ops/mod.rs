//! The operations of the format.

mod cryptogram;
mod iad;
mod key_block;
mod keys;
mod oda;
mod scheme;
mod script;
mod stripe;

use super::fields::{Fields, Problem};
use super::output::Output;

/// The values that a test may assert, by name.
type Outputs = Vec<(&'static str, Output)>;

/// Reads the fields of a test and computes what it describes.
pub(super) type Run = fn(&mut Fields) -> Result<Outputs, Problem>;

/// The operations by name.
const OPS: &[(&str, Run)] = &[
    ("card-key", keys::card_key),
    ("session-key", keys::session_key),
    ("ac", cryptogram::ac),
    ("ac-input", scheme::ac_input),
    ("scheme-ac", scheme::ac),
    ("arpc", cryptogram::arpc),
    ("scheme-arpc", scheme::arpc),
    ("script-mac", script::mac),
    ("scheme-script-mac", scheme::script_mac),
    ("script-encipher", script::encipher),
    ("pin-block", script::pin_block),
    ("pin-encipher", script::pin_encipher),
    ("pin-change", scheme::pin_change),
    ("cvv", stripe::cvv),
    ("dcvv", stripe::dcvv),
    ("cvc3", stripe::cvc3),
    ("pvv", stripe::pvv),
    ("cap", cryptogram::cap),
    ("iad", iad::iad),
    ("ca-key", oda::ca_key),
    ("issuer-certificate", oda::issuer_certificate),
    ("icc-certificate", oda::icc_certificate),
    ("sda", oda::sda),
    ("dda", oda::dda),
    ("cda", oda::cda),
    ("tr31", key_block::tr31),
];

/// The operation of that name.
pub(super) fn find(name: &str) -> Option<Run> {
    let found = OPS.iter().find(|(op, _)| *op == name);
    found.map(|(_, run)| *run)
}
