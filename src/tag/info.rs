//! What a row of the tag dictionary says.

use core::fmt;

use super::{Tag, contactless, emv};

/// Longest value of an element to which its specification sets no bound.
pub(super) const UNBOUNDED: u16 = u16::MAX;

/// Format of a data element (EMV Book 3 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// a: letters, one a byte.
    Alphabetic,
    /// an: letters and digits, one a byte.
    Alphanumeric,
    /// ans: characters of ISO/IEC 8859, one a byte.
    AlphanumericSpecial,
    /// b: bits, numbers or other data objects.
    Binary,
    /// cn: two digits a byte, left justified, `F` nibbles behind.
    CompressedNumeric,
    /// n: two digits a byte, right justified, zeros before.
    Numeric,
    /// var.: of its own structure, or not defined by EMV.
    Variable,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alphabetic => "a",
            Self::Alphanumeric => "an",
            Self::AlphanumericSpecial => "ans",
            Self::Binary => "b",
            Self::CompressedNumeric => "cn",
            Self::Numeric => "n",
            Self::Variable => "var.",
        })
    }
}

/// Who makes a data element.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    /// The card.
    Card,
    /// The terminal, its reader or its kernel.
    Terminal,
    /// The issuer.
    Issuer,
    /// The issuer or, when it is not asked, the terminal.
    IssuerOrTerminal,
    /// The card or the terminal: one tag with two meanings, or an element that both make.
    CardOrTerminal,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Card => "card",
            Self::Terminal => "terminal",
            Self::Issuer => "issuer",
            Self::IssuerOrTerminal => "issuer or terminal",
            Self::CardOrTerminal => "card or terminal",
        })
    }
}

/// A row of the tag dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TagInfo {
    /// The tag.
    pub tag: Tag,
    /// What the specification calls the element; where payment systems give one tag several meanings, all of them.
    pub name: &'static str,
    /// Its format.
    pub format: Format,
    /// Fewest bytes of its value.
    pub min_length: u16,
    /// Most bytes of its value; 65 535 where the specification sets no bound.
    pub max_length: u16,
    /// Who makes it.
    pub source: Source,
    /// Templates in which it stands; none where it has none of its own. `80` means a response without tags and lengths.
    pub templates: &'static [Tag],
    /// Where it is defined.
    pub reference: &'static str,
}

impl TagInfo {
    /// Whether a value of `length` bytes is one.
    pub fn allows(&self, length: usize) -> bool {
        (usize::from(self.min_length)..=usize::from(self.max_length)).contains(&length)
    }
}

/// Every row of the dictionary: those of EMV in the order of their tags, then those of the contactless kernels
/// and payment systems.
pub fn dictionary() -> impl Iterator<Item = &'static TagInfo> {
    emv::TABLE.iter().chain(contactless::TABLE)
}

impl Tag {
    /// What the dictionary says of this tag.
    ///
    /// ```
    /// use chipcard::tag::{self, Format};
    ///
    /// let info = tag::AMOUNT_AUTHORISED_NUMERIC.info().unwrap();
    /// assert_eq!(info.name, "Amount, Authorised (Numeric)");
    /// assert_eq!((info.format, info.min_length, info.max_length), (Format::Numeric, 6, 6));
    /// ```
    pub fn info(self) -> Option<&'static TagInfo> {
        [emv::TABLE, contactless::TABLE]
            .into_iter()
            .find_map(|table| {
                let index = table.binary_search_by_key(&self, |info| info.tag).ok()?;
                table.get(index)
            })
    }

    /// What the dictionary says of this tag's format. A program that asks for nothing else of it, as a card does, carries
    /// none of its names.
    pub fn format(self) -> Option<Format> {
        [emv::FORMATS, contactless::FORMATS]
            .into_iter()
            .find_map(|table| {
                let index = table.binary_search_by_key(&self, |(tag, _)| *tag).ok()?;
                table.get(index).map(|(_, format)| *format)
            })
    }
}

/// Makes a table of the dictionary and a constant for each row.
///
/// A row is tag, constant, name, format, fewest and most bytes, source, templates, reference.
macro_rules! rows {
    ($(
        $number:literal $constant:ident $name:literal:
        $format:ident $min:literal $max:tt $source:ident [$($template:literal)*] $reference:ident;
    )+) => {
        $(
            #[doc = concat!($name, ".")]
            pub const $constant: $crate::tag::Tag = $crate::tag::Tag::new($number);
        )+

        pub(super) const TABLE: &[$crate::tag::TagInfo] = &[$($crate::tag::TagInfo {
            tag: $constant,
            name: $name,
            format: $crate::tag::Format::$format,
            min_length: $min,
            max_length: $max,
            source: $crate::tag::Source::$source,
            templates: &[$($crate::tag::Tag::new($template)),*],
            reference: $reference,
        },)+];

        pub(super) const FORMATS: &[($crate::tag::Tag, $crate::tag::Format)] =
            &[$(($constant, $crate::tag::Format::$format),)+];
    };
}

pub(super) use rows;
