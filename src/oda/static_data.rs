//! What signatures over static data cover (EMV Book 3 10.3), and what a DDOL must ask for (Book 2 6.5.1).

use alloc::vec::Vec;

use crate::dol::DataObjectList;
use crate::element::{
    ApplicationFileLocator, ApplicationIdentifier, ApplicationInterchangeProfile,
};
use crate::error::{Error, ErrorKind, Result};
use crate::tag::{self, Tag};
use crate::tlv::{self, Reader};

/// The first file whose records are signed with their template's tag and length.
const FIRST_WHOLE_FILE: u8 = 11;

/// Puts together the static data to be authenticated with RSA (EMV Book 3 10.3, Book 2 5.1.1).
///
/// `record` gives the answer to READ RECORD, without status word, by file and record number, for each record that
/// the application file locator has authenticated. Of files 1 to 10 the value of template 70 counts, of
/// files 11 to 30 the template. `tag_list` is tag 9F4A, which can add the application interchange profile.
///
/// # Errors
/// [`ErrorKind::Missing`] in tag 70 when `record` does not have one; [`ErrorKind::InvalidTag`] and other errors of
/// [`Reader`] when one is not exactly a template 70; [`ErrorKind::TagList`].
///
/// ```
/// use chipcard::element::{ApplicationFileLocator, ApplicationInterchangeProfile};
/// use chipcard::oda::static_data;
///
/// let afl = ApplicationFileLocator::parse(&[0x08, 1, 2, 1])?;
/// let aip = ApplicationInterchangeProfile::parse(&[0x40, 0x00])?;
/// let record = [0x70, 0x03, 0x5F, 0x34, 0x00];
/// let data = static_data(&afl, Some(&[0x82]), aip, |file, number| {
///     (file == 1 && number == 1).then_some(&record[..])
/// })?;
/// assert_eq!(data, [0x5F, 0x34, 0x00, 0x40, 0x00]);
/// # Ok::<(), chipcard::Error>(())
/// ```
pub fn static_data<'r>(
    afl: &ApplicationFileLocator<'_>,
    tag_list: Option<&[u8]>,
    aip: ApplicationInterchangeProfile,
    record: impl FnMut(u8, u8) -> Option<&'r [u8]>,
) -> Result<Vec<u8>> {
    let mut data = authenticated_records(afl, record)?;
    match tag_list {
        None => {}
        Some([0x82]) => data.extend_from_slice(&aip.0),
        Some(_) => return Err(Error::new(ErrorKind::TagList).in_tag(tag::SDA_TAG_LIST)),
    }
    Ok(data)
}

/// Puts together the issuer certified card data of XDA (EMV 4.4 Book 3 10.3, Book 2 12.4).
///
/// The authenticated records, as in [`static_data`]; then, with tags and lengths, the application
/// interchange profile (82), the terminal's application identifier (9F06) in full as it was selected, and
/// the PDOL (9F38) of a card that has one. Tag 9F4A has no part in it.
///
/// # Errors
/// Those of [`static_data`] but for the tag list.
#[doc(alias = "ICCD")]
pub fn issuer_certified_card_data<'r>(
    afl: &ApplicationFileLocator<'_>,
    aip: ApplicationInterchangeProfile,
    aid: &ApplicationIdentifier,
    pdol: Option<&[u8]>,
    record: impl FnMut(u8, u8) -> Option<&'r [u8]>,
) -> Result<Vec<u8>> {
    let mut data = authenticated_records(afl, record)?;
    put(&mut data, tag::APPLICATION_INTERCHANGE_PROFILE, &aip.0)?;
    put(&mut data, tag::AID_TERMINAL, aid.as_bytes())?;
    if let Some(pdol) = pdol {
        put(&mut data, tag::PDOL, pdol)?;
    }
    Ok(data)
}

/// The part of the records that counts, joined.
fn authenticated_records<'r>(
    afl: &ApplicationFileLocator<'_>,
    mut record: impl FnMut(u8, u8) -> Option<&'r [u8]>,
) -> Result<Vec<u8>> {
    let mut data = Vec::new();
    for entry in afl.entries() {
        let count = usize::from(entry.authenticated_records());
        for number in entry.records().take(count) {
            let missing = Error::new(ErrorKind::Missing).in_tag(tag::READ_RECORD_RESPONSE_TEMPLATE);
            let bytes = record(entry.sfi(), number).ok_or(missing)?;
            let value = template_value(bytes)?;
            data.extend_from_slice(if entry.sfi() < FIRST_WHOLE_FILE {
                value
            } else {
                bytes
            });
        }
    }
    Ok(data)
}

/// The value of a record that is one template 70 and nothing else.
fn template_value(record: &[u8]) -> Result<&[u8]> {
    let mut objects = Reader::new(record);
    let template = objects
        .next()
        .ok_or(Error::new(ErrorKind::Truncated).in_tag(tag::READ_RECORD_RESPONSE_TEMPLATE))??;
    if template.tag != tag::READ_RECORD_RESPONSE_TEMPLATE {
        return Err(Error::new(ErrorKind::InvalidTag).in_tag(template.tag).at(0));
    }
    let end = template.value_offset + template.value.len();
    if end != record.len() {
        return Err(Error::new(ErrorKind::TrailingBytes).at(end));
    }
    Ok(template.value)
}

/// Refuses a dynamic data object list (tag 9F49) without the four bytes of the unpredictable number
/// (EMV Book 2 6.5.1).
///
/// # Errors
/// [`ErrorKind::Missing`] in tag 9F37; [`ErrorKind::Length`] when it is asked for in another length.
pub fn check_ddol(list: &DataObjectList<'_>) -> Result<()> {
    let number = tag::UNPREDICTABLE_NUMBER;
    let entry = list.entries().find(|entry| entry.tag == number);
    match entry.map(|entry| entry.length) {
        Some(4) => Ok(()),
        Some(length) => Err(Error::new(ErrorKind::Length {
            min: 4,
            max: 4,
            found: length.into(),
        })
        .in_tag(number)),
        None => Err(Error::new(ErrorKind::Missing).in_tag(number)),
    }
}

/// As [`tlv::Writer::put`], into a vector.
fn put(data: &mut Vec<u8>, tag: Tag, value: &[u8]) -> Result<()> {
    // Tag and length take seven bytes at most.
    let mut buffer = alloc::vec![0; value.len() + 7];
    let mut writer = tlv::Writer::new(&mut buffer);
    writer.put(tag, value)?;
    data.extend_from_slice(writer.as_bytes());
    Ok(())
}
