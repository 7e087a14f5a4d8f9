//! What an operation gives, and how it is compared.

use super::fields::{Bytes, Digits, Malformed, Read, Wrong};
use super::node::Node;

/// One value that an operation gives.
pub(super) enum Output {
    Bytes(Vec<u8>),
    /// A TDES key with odd parity, which is the same key with any other.
    TdesKey(Vec<u8>),
    /// An enciphered block of zeros, of which any leading part is expected.
    KeyCheckValue(Vec<u8>),
    Digits(String),
}

impl Output {
    fn decode(&self, object: &str, name: &str, node: &Node) -> Result<Vec<u8>, Malformed> {
        let node = match node {
            Node::Text(text) => Node::Text(text.clone()),
            _ => Node::List,
        };
        let read = match self {
            Self::Digits(_) => Digits::read(node).map(|Digits(digits)| digits.into_bytes()),
            _ => Bytes::read(node).map(|Bytes(bytes)| bytes),
        };
        read.map_err(|wrong| match wrong {
            Wrong::Form(what) | Wrong::Value(what) => {
                Malformed::new(format!("{object}.{name}"), what)
            }
        })
    }

    fn found(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) | Self::TdesKey(bytes) | Self::KeyCheckValue(bytes) => bytes,
            Self::Digits(digits) => digits.as_bytes(),
        }
    }

    fn show(&self, value: &[u8]) -> String {
        match self {
            Self::Digits(_) => String::from_utf8_lossy(value).into_owned(),
            _ => hex::encode_upper(value),
        }
    }

    /// What to say when the value is not the expected one.
    pub(super) fn differs(
        &self,
        object: &str,
        name: &str,
        expected: &Node,
    ) -> Result<Option<String>, Malformed> {
        let expected = self.decode(object, name, expected)?;
        let found = self.found();
        let same = match self {
            Self::TdesKey(key) => without_parity(key).eq(without_parity(&expected)),
            Self::KeyCheckValue(block) => block.starts_with(&expected),
            Self::Bytes(_) | Self::Digits(_) => found == expected,
        };
        let (expected, found) = (self.show(&expected), self.show(found));
        Ok((!same).then(|| format!("{name}: expected {expected}, found {found}")))
    }

    /// Whether `claimed` is the value to the last bit, parity bits included.
    pub(super) fn is_exactly(
        &self,
        object: &str,
        name: &str,
        claimed: &Node,
    ) -> Result<bool, Malformed> {
        let claimed = self.decode(object, name, claimed)?;
        Ok(self.found().starts_with(&claimed))
    }
}

/// DES ignores the lowest bit of each byte.
fn without_parity(key: &[u8]) -> impl Iterator<Item = u8> {
    key.iter().map(|byte| byte & 0xFE)
}
