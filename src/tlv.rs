//! Strict BER-TLV as EMV Book 3 Annex B cuts it down: borrowed views and a writer over slices.
//!
//! One input has one meaning here. Indefinite lengths, lengths and tags that are not in their shortest
//! form, values that end early and bytes that belong to nothing are errors that name tag and offset.
//! Work is bounded: [`MAX_DEPTH`] and [`MAX_OBJECTS`].
//!
//! Book 3 Annex B1 allows filler bytes `00` before, between and after data objects of a card's files.
//! Messages between hosts have no use for them, so they are refused unless [`Reader::zero_filler`] asks
//! otherwise.

use crate::error::{Error, ErrorKind, Result};
use crate::tag::Tag;

/// Templates may stand this deep inside one another; EMV itself needs four (FCI `6F`, `A5`, `BF0C`, `61`).
pub const MAX_DEPTH: usize = 8;

/// Data objects in one buffer, templates and all levels counted.
pub const MAX_OBJECTS: usize = 256;

/// One data object: a tag and its value, borrowed from the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DataObject<'a> {
    /// The tag.
    pub tag: Tag,
    /// The value, without tag and length.
    pub value: &'a [u8],
    /// Where the tag stands in the outermost buffer, in bytes.
    pub offset: usize,
    /// Where the value starts in the outermost buffer, in bytes.
    pub value_offset: usize,
}

impl<'a> DataObject<'a> {
    /// Reads the data objects inside this one, with offsets of the outermost buffer.
    pub fn children(&self) -> Reader<'a> {
        Reader {
            rest: self.value,
            offset: self.value_offset,
            filler: false,
        }
    }

    /// Names this object in an error of what its value holds.
    pub fn locate(&self, error: Error) -> Error {
        error.at_base(self.value_offset).in_tag(self.tag)
    }

    /// The value as an array.
    ///
    /// # Errors
    /// [`ErrorKind::Length`] when the value has another length.
    pub fn array<const N: usize>(&self) -> Result<[u8; N]> {
        self.value.try_into().map_err(|_| {
            let kind = ErrorKind::Length {
                min: N,
                max: N,
                found: self.value.len(),
            };
            Error::new(kind).in_tag(self.tag).at(self.offset)
        })
    }
}

/// Iterates over the data objects of one level. After an error it ends.
///
/// ```
/// use chipcard::{Tag, tlv::Reader};
///
/// let record = [0x70, 0x06, 0x5F, 0x34, 0x01, 0x02, 0x8D, 0x00];
/// let template = Reader::new(&record).next().unwrap()?;
/// let tags: Vec<Tag> = template.children().map(|object| object.map(|o| o.tag)).collect::<Result<_, _>>()?;
/// assert_eq!(tags, [Tag::new(0x5F34), Tag::new(0x8D)]);
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
    offset: usize,
    filler: bool,
}

impl<'a> Reader<'a> {
    /// Reads `input` from its start.
    pub const fn new(input: &'a [u8]) -> Self {
        Self {
            rest: input,
            offset: 0,
            filler: false,
        }
    }

    /// Skips filler bytes `00` before, between and after data objects (EMV Book 3 Annex B1).
    #[must_use]
    pub const fn zero_filler(mut self) -> Self {
        self.filler = true;
        self
    }

    fn advance(&mut self, count: usize) {
        self.rest = self.rest.get(count..).unwrap_or_default();
        self.offset += count;
    }

    fn read(&mut self) -> Result<DataObject<'a>> {
        let offset = self.offset;
        let (tag, tag_length) = Tag::parse(self.rest).map_err(|error| error.at(offset))?;
        let fail = |kind| Error::new(kind).in_tag(tag).at(offset);
        let after_tag = self.rest.get(tag_length..).unwrap_or_default();
        let (length, length_length) = parse_length(after_tag).map_err(fail)?;
        let header = tag_length + length_length;
        let value = self
            .rest
            .get(header..header + length)
            .ok_or_else(|| fail(ErrorKind::Truncated))?;
        self.advance(header + length);
        Ok(DataObject {
            tag,
            value,
            offset,
            value_offset: offset + header,
        })
    }
}

impl<'a> Iterator for Reader<'a> {
    type Item = Result<DataObject<'a>>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        if self.filler {
            let filler = self.rest.iter().take_while(|&&byte| byte == 0).count();
            self.advance(filler);
        }
        if self.rest.is_empty() {
            return None;
        }
        let object = self.read();
        if object.is_err() {
            self.rest = &[];
        }
        Some(object)
    }
}

/// Reads a length field; returns the length and the number of bytes the field took.
fn parse_length(input: &[u8]) -> Result<(usize, usize), ErrorKind> {
    match *input {
        [] => Err(ErrorKind::Truncated),
        [short @ 0..=0x7F, ..] => Ok((usize::from(short), 1)),
        [0x80, ..] => Err(ErrorKind::IndefiniteLength),
        [0x81, 0..=0x7F, ..] | [0x82, 0, _, ..] => Err(ErrorKind::NonMinimalLength),
        [0x81, long, ..] => Ok((usize::from(long), 2)),
        [0x82, high, low, ..] => Ok((usize::from(u16::from_be_bytes([high, low])), 3)),
        [0x81 | 0x82, ..] => Err(ErrorKind::Truncated),
        _ => Err(ErrorKind::LengthTooLong),
    }
}

/// Visits every data object of every level in order, parents before children, within the bounds.
///
/// `visit` gets the depth, 0 for the outermost level, and the object. Returning an error ends the walk.
///
/// # Errors
/// What is malformed anywhere, [`ErrorKind::TooDeep`], [`ErrorKind::TooMany`], or the error of `visit`.
pub fn walk<'a>(
    input: &'a [u8],
    visit: &mut (impl FnMut(usize, DataObject<'a>) -> Result<()> + ?Sized),
) -> Result<()> {
    let mut levels: [Reader<'a>; MAX_DEPTH] = core::array::from_fn(|_| Reader::new(&[]));
    levels[0] = Reader::new(input);
    let mut depth = 0;
    let mut count = 0;
    while let Some(level) = levels.get_mut(depth) {
        let Some(object) = level.next().transpose()? else {
            let Some(parent) = depth.checked_sub(1) else {
                return Ok(());
            };
            depth = parent;
            continue;
        };
        count += 1;
        let fail = |kind| Error::new(kind).in_tag(object.tag).at(object.offset);
        if count > MAX_OBJECTS {
            return Err(fail(ErrorKind::TooMany));
        }
        visit(depth, object)?;
        if object.tag.is_constructed() {
            depth += 1;
            *levels
                .get_mut(depth)
                .ok_or_else(|| fail(ErrorKind::TooDeep))? = object.children();
        }
    }
    Ok(())
}

/// The one object with this tag on the outermost level, if there is any.
///
/// The whole level is read, so a malformed neighbour is an error too.
///
/// # Errors
/// [`ErrorKind::Duplicate`] when the tag occurs twice, or what is malformed.
pub fn find(input: &[u8], tag: Tag) -> Result<Option<DataObject<'_>>> {
    let mut found = None;
    for object in Reader::new(input) {
        let object = object?;
        if object.tag == tag && found.replace(object).is_some() {
            return Err(Error::new(ErrorKind::Duplicate)
                .in_tag(tag)
                .at(object.offset));
        }
    }
    Ok(found)
}

/// As [`find`], for an object that must be there.
///
/// # Errors
/// [`ErrorKind::Missing`], and those of [`find`].
pub fn require(input: &[u8], tag: Tag) -> Result<DataObject<'_>> {
    find(input, tag)?.ok_or(Error::new(ErrorKind::Missing).in_tag(tag))
}

/// Writes data objects into a caller's buffer, lengths in their shortest form.
///
/// ```
/// use chipcard::{Tag, tlv::Writer};
///
/// let mut buffer = [0; 32];
/// let mut writer = Writer::new(&mut buffer);
/// writer.template(Tag::new(0x77), |inner| {
///     inner.put(Tag::new(0x82), &[0x18, 0x00])?;
///     inner.put(Tag::new(0x94), &[0x08, 0x01, 0x01, 0x00])
/// })?;
/// assert_eq!(writer.finish(), hex::decode("770A82021800940408010100").unwrap());
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Debug)]
pub struct Writer<'b> {
    buffer: &'b mut [u8],
    length: usize,
}

impl<'b> Writer<'b> {
    /// Writes from the start of `buffer`.
    pub const fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, length: 0 }
    }

    /// Appends bytes as they are.
    ///
    /// # Errors
    /// [`ErrorKind::BufferTooSmall`]; nothing is written then.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        let end = self.length + bytes.len();
        let room = self
            .buffer
            .get_mut(self.length..end)
            .ok_or(Error::new(ErrorKind::BufferTooSmall))?;
        room.copy_from_slice(bytes);
        self.length = end;
        Ok(())
    }

    /// Appends one data object.
    ///
    /// # Errors
    /// [`ErrorKind::BufferTooSmall`], or [`ErrorKind::LengthTooLong`] over 65 535 bytes. The output is then as before.
    pub fn put(&mut self, tag: Tag, value: &[u8]) -> Result<()> {
        let start = self.length;
        let (field, used) = length_field(value.len())?;
        let written = self
            .raw(tag.as_bytes())
            .and_then(|()| self.raw(field.get(..used).unwrap_or(&field)))
            .and_then(|()| self.raw(value));
        written.map_err(|error| {
            self.length = start;
            error.in_tag(tag)
        })
    }

    /// Appends a template whose inside `fill` writes.
    ///
    /// # Errors
    /// As [`Writer::put`], or the error of `fill`. The output is then as before.
    pub fn template<E: From<Error>>(
        &mut self,
        tag: Tag,
        fill: impl FnOnce(&mut Self) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = self.length;
        let written = self.raw(tag.as_bytes()).map_err(E::from).and_then(|()| {
            let body = self.length;
            fill(self)?;
            Ok(self
                .close_template(body)
                .map_err(|error| error.in_tag(tag))?)
        });
        if written.is_err() {
            self.length = start;
        }
        written
    }

    /// Puts the length in front of a template's inside, which starts at `body`.
    fn close_template(&mut self, body: usize) -> Result<()> {
        let (field, used) = length_field(self.length - body)?;
        let end = self.length + used;
        if end > self.buffer.len() {
            return Err(Error::new(ErrorKind::BufferTooSmall));
        }
        self.buffer.copy_within(body..self.length, body + used);
        for (to, from) in self.buffer.iter_mut().skip(body).zip(field).take(used) {
            *to = from;
        }
        self.length = end;
        Ok(())
    }

    /// What has been written so far.
    pub fn as_bytes(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }

    /// What has been written, with the lifetime of the buffer.
    pub fn finish(self) -> &'b [u8] {
        let Self { buffer, length } = self;
        buffer.get(..length).unwrap_or_default()
    }
}

/// The length field for `length` bytes in its shortest form, and how many of its bytes count.
fn length_field(length: usize) -> Result<([u8; 3], usize)> {
    match u16::try_from(length).map(u16::to_be_bytes) {
        Ok([0, low @ 0..=0x7F]) => Ok(([low, 0, 0], 1)),
        Ok([0, low]) => Ok(([0x81, low, 0], 2)),
        Ok([high, low]) => Ok(([0x82, high, low], 3)),
        Err(_) => Err(Error::new(ErrorKind::LengthTooLong)),
    }
}
