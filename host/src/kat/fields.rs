//! Reading the fields of a test, each once, so that one that nothing reads is noticed.

use std::collections::BTreeMap;

use chipcard::Tag;
use chipcard::cryptogram::{ApplicationCryptogram, DataSource};
use chipcard::element::{
    ApplicationTransactionCounter, AuthorisationResponseCode, CardStatusUpdate, Pan,
    PanSequenceNumber, Pin, ServiceCode, UnpredictableNumber,
};

use super::node::{Members, Node};

/// A field is missing, or not of its form: the file is not in the format.
#[derive(Debug)]
pub(super) struct Malformed {
    field: String,
    what: String,
}

impl Malformed {
    pub(super) fn new(field: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            what: what.into(),
        }
    }

    /// The field, and what is wrong with it.
    pub(super) fn into_parts(self) -> (String, String) {
        (self.field, self.what)
    }
}

/// Why a test gives no result.
#[derive(Debug)]
pub(super) enum Problem {
    Malformed(Malformed),
    /// The test is in the format but asks for what the library does not do: it fails.
    Failure(String),
}

impl From<Malformed> for Problem {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<chipcard::Error> for Problem {
    fn from(error: chipcard::Error) -> Self {
        Self::Failure(format!("the library refuses: {error}"))
    }
}

/// What is wrong with a value.
pub(super) enum Wrong {
    /// Its form.
    Form(String),
    /// Its form is right, but the library does not take it.
    Value(String),
}

impl From<chipcard::Error> for Wrong {
    fn from(error: chipcard::Error) -> Self {
        Self::Value(error.to_string())
    }
}

/// A value of a field.
pub(super) trait Read: Sized {
    fn read(node: Node) -> Result<Self, Wrong>;
}

/// The fields of a test or of an object in it that are not read yet.
pub(super) struct Fields {
    prefix: String,
    members: Members,
}

impl Fields {
    pub(super) const fn new(members: Members) -> Self {
        Self {
            prefix: String::new(),
            members,
        }
    }

    fn path(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    fn missing(&self, name: &str) -> Malformed {
        Malformed::new(self.path(name), "is missing")
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// A text of any form.
    pub(super) fn plain(&mut self, name: &str) -> Result<String, Malformed> {
        match self.members.remove(name) {
            Some(Node::Text(text)) if !text.is_empty() => Ok(text),
            Some(_) => Err(Malformed::new(self.path(name), "not a text")),
            None => Err(self.missing(name)),
        }
    }

    /// The values that a test asserts: at least one.
    pub(super) fn assertion(&mut self, name: &str) -> Result<Members, Malformed> {
        match self.members.remove(name) {
            Some(Node::Object(values)) if !values.is_empty() => Ok(values),
            Some(_) => Err(Malformed::new(
                self.path(name),
                "not an object with members",
            )),
            None => Err(self.missing(name)),
        }
    }

    pub(super) fn optional<T: Read>(&mut self, name: &str) -> Result<Option<T>, Problem> {
        let Some(node) = self.members.remove(name) else {
            return Ok(None);
        };
        match T::read(node) {
            Ok(value) => Ok(Some(value)),
            Err(Wrong::Form(what)) => Err(Malformed::new(self.path(name), what).into()),
            Err(Wrong::Value(what)) => Err(self.refused(name, &what)),
        }
    }

    pub(super) fn required<T: Read>(&mut self, name: &str) -> Result<T, Problem> {
        self.optional(name)?
            .ok_or_else(|| self.missing(name).into())
    }

    /// One of some words. Another word fails the test: it may be of a newer version of the format.
    pub(super) fn choice<T: Copy>(
        &mut self,
        name: &str,
        words: &[(&str, T)],
    ) -> Result<T, Problem> {
        let text = self.plain(name)?;
        let found = words.iter().find(|(word, _)| *word == text);
        found.map(|(_, value)| *value).ok_or_else(|| {
            let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.refused(name, &format!("`{text}` is none of {}", known.join(", ")))
        })
    }

    /// The failure of the test because of a field's value.
    pub(super) fn refused(&self, name: &str, what: &str) -> Problem {
        Problem::Failure(format!("field `{}`: {what}", self.path(name)))
    }

    pub(super) fn object(&mut self, name: &str) -> Result<Self, Problem> {
        match self.members.remove(name) {
            Some(Node::Object(members)) => Ok(Self {
                prefix: format!("{}{name}.", self.prefix),
                members,
            }),
            Some(_) => Err(Malformed::new(self.path(name), "not an object").into()),
            None => Err(self.missing(name).into()),
        }
    }

    /// Passes over byte strings and digits that the format allows here and this test has no use for.
    pub(super) fn unused(&mut self, names: &[&str]) -> Result<(), Problem> {
        for name in names
            .iter()
            .filter(|name| self.has(name))
            .copied()
            .collect::<Vec<_>>()
        {
            self.plain(name)?;
        }
        Ok(())
    }

    /// All members as data elements by tag.
    pub(super) fn tags(mut self) -> Result<Tags, Problem> {
        let mut tags = Tags::default();
        for (name, value) in std::mem::take(&mut self.members) {
            let at = |what: &str| Malformed::new(self.path(&name), what);
            let tag = hex::decode(&name).map_err(|_| at("the name is not a tag"))?;
            let value = match Bytes::read(value) {
                Ok(Bytes(value)) => value,
                Err(Wrong::Form(what) | Wrong::Value(what)) => return Err(at(&what).into()),
            };
            if tags.0.insert(tag, value).is_some() {
                return Err(at("the tag stands here twice").into());
            }
        }
        Ok(tags)
    }

    /// Fails the test when a field is left: it means something that was not done.
    pub(super) fn finish(&self) -> Result<(), Problem> {
        match self.members.keys().next() {
            Some(name) => Err(self.refused(name, "has no use in this test")),
            None => Ok(()),
        }
    }
}

/// Data elements by tag.
#[derive(Default)]
pub(super) struct Tags(BTreeMap<Vec<u8>, Vec<u8>>);

impl Tags {
    pub(super) fn insert(&mut self, tag: Tag, value: Vec<u8>) {
        self.0.insert(tag.as_bytes().to_vec(), value);
    }

    pub(super) fn get(&self, tag: Tag) -> Option<&[u8]> {
        self.0.get(tag.as_bytes()).map(Vec::as_slice)
    }

    /// A value of `N` bytes that must be there.
    pub(super) fn array<const N: usize>(&self, tag: Tag) -> Result<[u8; N], Problem> {
        let field = format!("tags.{tag}");
        let value = self
            .get(tag)
            .ok_or_else(|| Malformed::new(field.clone(), "is missing"))?;
        let what = || format!("has {} bytes, not {N}", value.len());
        value
            .try_into()
            .map_err(|_| Malformed::new(field, what()).into())
    }
}

impl DataSource for Tags {
    fn value(&self, tag: Tag) -> chipcard::Result<Option<&[u8]>> {
        Ok(self.get(tag))
    }
}

fn text(node: Node) -> Result<String, Wrong> {
    match node {
        Node::Text(text) => Ok(text),
        _ => Err(Wrong::Form("not a text".to_owned())),
    }
}

/// A byte string in hexadecimal; upper and lower case are the same.
pub(super) struct Bytes(pub(super) Vec<u8>);

/// A byte string that may be empty.
pub(super) struct MaybeEmpty(pub(super) Vec<u8>);

/// Decimal digits, at least one.
pub(super) struct Digits(pub(super) String);

impl Read for MaybeEmpty {
    fn read(node: Node) -> Result<Self, Wrong> {
        hex::decode(text(node)?)
            .map(Self)
            .map_err(|error| Wrong::Form(format!("not hexadecimal bytes: {error}")))
    }
}

impl Read for Bytes {
    fn read(node: Node) -> Result<Self, Wrong> {
        match MaybeEmpty::read(node)?.0 {
            bytes if bytes.is_empty() => Err(Wrong::Form("is empty".to_owned())),
            bytes => Ok(Self(bytes)),
        }
    }
}

impl<const N: usize> Read for [u8; N] {
    fn read(node: Node) -> Result<Self, Wrong> {
        let Bytes(bytes) = Bytes::read(node)?;
        let found = bytes.len();
        let what = || Wrong::Form(format!("has {found} bytes, not {N}"));
        bytes.try_into().map_err(|_| what())
    }
}

impl Read for Digits {
    fn read(node: Node) -> Result<Self, Wrong> {
        let digits = text(node)?;
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Wrong::Form("not decimal digits".to_owned()));
        }
        Ok(Self(digits))
    }
}

impl Read for u64 {
    fn read(node: Node) -> Result<Self, Wrong> {
        match node {
            Node::Number(number) => Ok(number),
            _ => Err(Wrong::Form("not a whole number".to_owned())),
        }
    }
}

impl Read for bool {
    fn read(node: Node) -> Result<Self, Wrong> {
        match node {
            Node::Flag(flag) => Ok(flag),
            _ => Err(Wrong::Form("neither true nor false".to_owned())),
        }
    }
}

/// Types of the library that are made of bytes of a fixed number.
macro_rules! read_from_bytes {
    ($($name:ty = $make:expr;)+) => {$(
        impl Read for $name {
            fn read(node: Node) -> Result<Self, Wrong> {
                <_ as Read>::read(node).map($make)
            }
        }
    )+};
}

read_from_bytes! {
    ApplicationCryptogram = ApplicationCryptogram;
    ApplicationTransactionCounter = ApplicationTransactionCounter::from_bytes;
    AuthorisationResponseCode = AuthorisationResponseCode::new;
    CardStatusUpdate = CardStatusUpdate;
    UnpredictableNumber = UnpredictableNumber;
}

/// Types of the library that are made of decimal digits.
macro_rules! read_from_digits {
    ($($name:ty)+) => {$(
        impl Read for $name {
            fn read(node: Node) -> Result<Self, Wrong> {
                let Digits(digits) = Digits::read(node)?;
                Ok(Self::from_digits(digits)?)
            }
        }
    )+};
}

read_from_digits! { Pan PanSequenceNumber Pin ServiceCode chipcard::magstripe::ExpiryDigits }
