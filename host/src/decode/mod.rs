//! Decodes what cards, terminals and issuers say into a readable tree: BER-TLV, APDUs, issuer application data, bit
//! fields, data object lists, answers to reset, tracks.
//!
//! Nothing here fails or panics: what cannot be read is said in the tree, as [`Node::error`] at its place, and
//! everything before it is still there.
//!
//! # Cardholder data
//! Account numbers, names, tracks and PIN blocks are masked unless [`Options::reveal`] is set, which is for test
//! cards only: of an account number the first six and last four digits are shown, of the others nothing. In bytes whose
//! meaning is not known, digits that could be an account number with a right check digit are masked too.
//!
//! # What input is taken for
//! Without a [`Kind`], the first rule that fits decides:
//! 1. characters: `%` first or `^` anywhere, track 1; `;` first or `=` anywhere, track 2; `/`, a command and its
//!    response; three digits, a service code;
//! 2. bytes: `3B` or `3F` first and all characters that it announces, an answer to reset;
//! 3. a status word alone, or behind data objects of which the first tag is known: a response;
//! 4. such data objects to the last byte: BER-TLV;
//! 5. class and instruction known, lengths right: a command;
//! 6. known tags with lengths: a data object list;
//! 7. digits, `D`, date, service code: track 2 equivalent data;
//! 8. valid entries of four bytes: an application file locator;
//! 9. a layout with fixed bytes reads it: issuer application data;
//! 10. amounts and rules: a CVM list;
//! 11. class and instruction known, or else the first tag known, where that has two bytes or there are more than
//!     five: a command or BER-TLV that is malformed, so that its error is shown.
//!
//! Short bit fields look alike, so they are never guessed: they need a [`Kind`].
//!
//! # JSON
//! [`Decoded`] is written as an object of `kind` (the name that `--as` takes), `rule` (why, when it was detected) and
//! `tree`. A node of the tree is an object of:
//!
//! | field | type | meaning |
//! |---|---|---|
//! | `tag` | string | tag in upper-case hexadecimal, data objects only |
//! | `label` | string | name of the element, field or bit place; always there |
//! | `length` | number | length in bytes |
//! | `source` | string | `card`, `terminal`, `issuer`, `issuer or terminal`, `card or terminal` |
//! | `value` | string | mostly upper-case hexadecimal; `*` and `(hidden)` where masked; binary digits for bits |
//! | `meaning` | string | what the value means |
//! | `notes` | strings | remarks |
//! | `error` | string | why decoding stopped here |
//! | `children` | nodes | the parts |
//!
//! Absent fields are left out.
//!
//! ```
//! use chipcard_host::decode::{Options, render_text, tlv};
//!
//! let tree = tlv(&[0x77, 0x0A, 0x82, 0x02, 0x20, 0x00, 0x94, 0x04, 0x08, 0x01, 0x02, 0x00], &Options::default());
//! let mut text = Vec::new();
//! render_text(&tree, &mut text)?;
//! let text = String::from_utf8(text).unwrap();
//! assert!(text.contains("82 Application Interchange Profile (AIP) [2 bytes, card]: 2000"));
//! assert!(text.contains("DDA is supported"));
//! # Ok::<(), std::io::Error>(())
//! ```

mod afl;
mod answer;
mod atr;
mod bits;
mod codes;
mod command;
mod context;
mod cvm;
mod dol;
mod element;
mod iad;
mod kind;
mod mask;
mod node;
mod response;
mod service_code;
mod text;
mod tlv;
mod track;

use chipcard::element::ServiceCode;
use chipcard::{Tag, tag};
use serde::Serialize;

pub use context::{Family, Options};
pub use kind::Kind;
pub use node::{Node, render_text};

use context::Context;

/// What an input was decoded as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Decoded {
    /// The kind.
    pub kind: Kind,
    /// The rule by which the kind was found, when it was not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<&'static str>,
    /// The tree.
    pub tree: Node,
}

/// Decodes BER-TLV data objects; of several, the root gathers them.
///
/// Filler bytes `00` between objects are skipped and counted in a note (EMV Book 3 Annex B1).
pub fn tlv(bytes: &[u8], options: &Options) -> Node {
    tlv::decode(bytes, &Context::new(options))
}

/// Decodes a command APDU with short length fields.
pub fn command(bytes: &[u8], options: &Options) -> Node {
    command::decode(bytes, &Context::new(options))
}

/// Decodes a response APDU without knowing the command: data in format 1 are read in every way that fits.
pub fn response(bytes: &[u8], options: &Options) -> Node {
    response::decode(bytes, &Context::new(options))
}

/// Decodes a response APDU to `command`.
pub fn response_to(command: &[u8], bytes: &[u8], options: &Options) -> Node {
    let instruction = command.get(1).copied();
    response::decode(
        bytes,
        &Context {
            instruction,
            ..Context::new(options)
        },
    )
}

/// Decodes the value of one primitive data element.
pub fn element(tag: Tag, value: &[u8], options: &Options) -> Node {
    element::node(tag, value, &Context::new(options))
}

/// Decodes what a person typed: characters or hexadecimal digits, blanks and colons between them skipped.
///
/// # Errors
/// A message when a character is no hexadecimal digit, with its position counted from 1, or when no rule tells what the
/// bytes are. Errors of what was decoded are in the tree.
pub fn decode(input: &str, kind: Option<Kind>, options: &Options) -> Result<Decoded, String> {
    let input = input.trim();
    if input.is_empty() {
        return Err("there is nothing to decode".to_owned());
    }
    let bytes = || crate::input::hex("input", input).map_err(|failure| failure.to_string());
    let detected = match kind {
        Some(kind) => (kind, None),
        None => {
            let found = match kind::of_characters(input) {
                Some(found) => Some(found),
                None => kind::of_bytes(&bytes()?),
            };
            let (kind, rule) =
                found.ok_or("no rule says what these bytes are: name it with --as")?;
            (kind, Some(rule))
        }
    };
    let (kind, rule) = detected;
    let context = Context::new(options);
    let tree = match kind {
        Kind::Track1 => track("Track 1", track::track1(input.as_bytes(), &context)),
        Kind::Track2 if kind::of_characters(input).is_some() || bytes().is_err() => {
            track("Track 2", track::track2(input.as_bytes(), &context))
        }
        Kind::ServiceCode if input.len() == 3 => service_code(input),
        Kind::Pair => {
            let (first, second) = input
                .split_once('/')
                .ok_or("a / must stand between command and response")?;
            let hex =
                |text| crate::input::hex("input", text).map_err(|failure| failure.to_string());
            let (first, second) = (hex(first)?, hex(second)?);
            Node::new("Command and response")
                .with_child(command(&first, options))
                .with_child(response_to(&first, &second, options))
        }
        kind => of_bytes(kind, &bytes()?, &context),
    };
    Ok(Decoded { kind, rule, tree })
}

fn track(name: &str, rows: Result<Vec<Node>, String>) -> Node {
    match rows {
        Ok(rows) => Node::new(name).with_children(rows),
        Err(error) => Node::new(name).with_error(error),
    }
}

fn service_code(digits: &str) -> Node {
    let node = Node::new("Service code").with_value(digits);
    match ServiceCode::from_digits(digits) {
        Ok(code) => node.with_children(service_code::rows(code)),
        Err(error) => node.with_error(error),
    }
}

fn of_bytes(kind: Kind, bytes: &[u8], context: &Context) -> Node {
    let element = |tag| element::strict(tag, bytes, context);
    match kind {
        Kind::Tlv | Kind::Track1 | Kind::Pair => tlv::decode(bytes, context),
        Kind::Command => command::decode(bytes, context),
        Kind::Response => response::decode(bytes, context),
        Kind::Iad => {
            let reading = iad::readings(bytes, context);
            let node = Node {
                notes: reading.notes,
                children: reading.children,
                ..Node::new("Issuer application data (IAD)").with_length(bytes.len())
            };
            match node.children.is_empty() {
                true => node.with_error("not issuer application data of a layout asked for"),
                false => node.with_value(mask::plain(bytes)),
            }
        }
        Kind::Cvr => iad::cvr(bytes, context),
        Kind::Tvr => element(tag::TERMINAL_VERIFICATION_RESULTS),
        Kind::Tsi => element(tag::TRANSACTION_STATUS_INFORMATION),
        Kind::Aip => element(tag::APPLICATION_INTERCHANGE_PROFILE),
        Kind::Cid => element(tag::CRYPTOGRAM_INFORMATION_DATA),
        Kind::Auc => element(tag::APPLICATION_USAGE_CONTROL),
        Kind::TerminalType => element(tag::TERMINAL_TYPE),
        Kind::TerminalCapabilities => element(tag::TERMINAL_CAPABILITIES),
        Kind::AdditionalCapabilities => element(tag::ADDITIONAL_TERMINAL_CAPABILITIES),
        Kind::Ctq => element(tag::CARD_TRANSACTION_QUALIFIERS),
        Kind::Ttq => element(tag::TERMINAL_TRANSACTION_QUALIFIERS),
        Kind::Csu => answer::status_update(bytes, context),
        Kind::CvmList => element(tag::CVM_LIST),
        Kind::CvmResults => element(tag::CVM_RESULTS),
        Kind::Afl => element(tag::APPLICATION_FILE_LOCATOR),
        Kind::Track2 => element(tag::TRACK_2_EQUIVALENT_DATA),
        Kind::ServiceCode => element(tag::SERVICE_CODE),
        Kind::Dol => match dol::rows(bytes) {
            Ok(rows) => Node::new("Data object list")
                .with_length(bytes.len())
                .with_children(rows),
            Err(error) => Node::new("Data object list").with_error(error),
        },
        Kind::Atr => atr::decode(bytes),
    }
}
