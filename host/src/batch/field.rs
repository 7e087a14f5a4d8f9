//! What a column of a row can mean.

use std::fmt;

use chipcard::Tag;

use crate::failure::Failure;

/// What a column of a row means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `family`: whose card, by name.
    Family,
    /// `cvn`: cryptogram version, two hexadecimal digits.
    Cvn,
    /// `pan`: 8 to 19 digits.
    Pan,
    /// `psn`: PAN sequence number, two digits.
    Psn,
    /// `key_index`: derivation key index, two hexadecimal digits.
    KeyIndex,
    /// `option`: card-key option, `A`, `B` or `C`.
    Option,
    /// `de55`: chip data as the message had them.
    De55,
    /// A data element of its own, by its tag in hexadecimal digits.
    Element(Tag),
}

/// The fields that have a name rather than a tag.
const NAMED: [(&str, Field); 7] = [
    ("family", Field::Family),
    ("cvn", Field::Cvn),
    ("pan", Field::Pan),
    ("psn", Field::Psn),
    ("key_index", Field::KeyIndex),
    ("option", Field::Option),
    ("de55", Field::De55),
];

impl Field {
    /// The field with this name or tag, in letters of either case; `-` counts as `_`.
    pub fn from_name(name: &str) -> Option<Self> {
        let plain = name.trim().to_ascii_lowercase().replace('-', "_");
        let named = NAMED.iter().find(|(known, _)| *known == plain);
        named.map(|(_, field)| *field).or_else(|| {
            let bytes = hex::decode(&plain).ok()?;
            let (tag, used) = Tag::parse(&bytes).ok()?;
            (used == bytes.len()).then_some(Self::Element(tag))
        })
    }

    /// As [`Field::from_name`], for a name that someone typed.
    ///
    /// # Errors
    /// Lists the names that exist.
    pub fn named(name: &str) -> Result<Self, Failure> {
        Self::from_name(name).ok_or_else(|| {
            let known: Vec<_> = NAMED.iter().map(|(known, _)| *known).collect();
            Failure::new(format!("{name} is no tag and none of {}", known.join(", ")))
        })
    }

    /// Whether the field says what the card is, which a card file says instead.
    pub(super) const fn is_of_record(self) -> bool {
        matches!(
            self,
            Self::Family | Self::Cvn | Self::KeyIndex | Self::Option
        )
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Element(tag) => tag.fmt(f),
            field => {
                let named = NAMED.iter().find(|(_, known)| known == field);
                f.write_str(named.map_or("", |(name, _)| name))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_tags() {
        for (name, field) in NAMED {
            assert_eq!(Field::from_name(name), Some(field));
            assert_eq!(field.to_string(), name);
        }
        assert_eq!(Field::from_name(" Key-Index "), Some(Field::KeyIndex));
        let arqc = Field::Element(Tag::new(0x9F26));
        assert_eq!(Field::from_name("9f26"), Some(arqc));
        assert_eq!(arqc.to_string(), "9F26");
        for wrong in ["", "amount", "9F", "9F2", "9F2600", "00"] {
            assert_eq!(Field::from_name(wrong), None, "{wrong}");
        }
    }
}
