//! What personalisation has brought so far, and the card that comes of it.

use alloc::vec::Vec;
use core::fmt;

use crate::apdu::StatusWord;
use crate::card::personalisation::groups;
use crate::card::{CardholderPin, Profile, RECORD_LENGTH, Record, ReferencePin, Severity};
use crate::crypto::{Algorithm, SecretKey};
use crate::cryptogram::CipherFamily;
use crate::element::{ApplicationInterchangeProfile as Aip, Pin};
use crate::key::{CardKey, CardKeySet, KeyPolicy};
use crate::tag::{self, Tag};
use crate::tlv::{self, Reader, Writer};

/// Most records, so that a card's memory has an end.
const MOST_RECORDS: usize = 64;

#[derive(Clone)]
struct StoredRecord {
    sfi: u8,
    number: u8,
    data: Vec<u8>,
}

/// The groups that have come.
#[derive(Clone)]
pub(super) struct Image {
    records: Vec<StoredRecord>,
    fci: Option<Vec<u8>>,
    aip_and_afl: Option<(Aip, Vec<u8>)>,
    keys: Option<[SecretKey; 3]>,
    check_values: Option<[[u8; 3]; 3]>,
    pin: Option<ReferencePin>,
    pin_tries: Option<[u8; 2]>,
}

/// An image that makes a card.
pub(super) struct Complete {
    image: Image,
    keys: CardKeySet,
}

/// Puts a value where there is none.
fn once<T>(place: &mut Option<T>, value: T) -> Result<(), StatusWord> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(StatusWord::INCORRECT_DATA),
    }
}

impl Image {
    pub(super) const EMPTY: Self = Self {
        records: Vec::new(),
        fci: None,
        aip_and_afl: None,
        keys: None,
        check_values: None,
        pin: None,
        pin_tries: None,
    };

    /// Takes a group, once.
    ///
    /// # Errors
    /// `6A88` when it is not known, `6982` for keys or a PIN that were not enciphered, `6A80` when its data are not what they
    /// should be or it has come before, `6A84` when there are too many.
    pub(super) fn take(
        &mut self,
        identifier: u16,
        data: &[u8],
        enciphered: bool,
        base: &Profile<'_>,
    ) -> Result<(), StatusWord> {
        let secret = matches!(identifier, groups::KEYS | groups::PIN);
        if secret && !enciphered {
            return Err(StatusWord::SECURITY_STATUS_NOT_SATISFIED);
        }
        let wrong = StatusWord::INCORRECT_DATA;
        match identifier {
            groups::KEYS => {
                let algorithm = match base.version.cipher {
                    CipherFamily::Tdes => Algorithm::Tdes,
                    CipherFamily::Aes => Algorithm::Aes128,
                };
                let (keys, []) = data.as_chunks::<16>() else {
                    return Err(wrong);
                };
                let [ac, smi, smc] = keys else {
                    return Err(wrong);
                };
                let key = |bytes| SecretKey::new(algorithm, bytes);
                once(&mut self.keys, [key(ac)?, key(smi)?, key(smc)?])
            }
            groups::CHECK_VALUES => {
                let (values, []) = data.as_chunks::<3>() else {
                    return Err(wrong);
                };
                let values = values.try_into().map_err(|_| wrong)?;
                once(&mut self.check_values, values)
            }
            groups::PIN => {
                let block = data.try_into().map_err(|_| wrong)?;
                Pin::from_plaintext_block(&block).map_err(|_| wrong)?;
                once(&mut self.pin, ReferencePin::from_block(block))
            }
            groups::PIN_TRIES => {
                let tries = data.try_into().map_err(|_| wrong)?;
                once(&mut self.pin_tries, tries)
            }
            groups::FCI => {
                let template = alone(data, tag::FCI_PROPRIETARY_TEMPLATE)?;
                once(&mut self.fci, template.to_vec())
            }
            groups::AIP_AND_AFL => {
                let aip = tlv::require(data, tag::APPLICATION_INTERCHANGE_PROFILE);
                let afl = tlv::require(data, tag::APPLICATION_FILE_LOCATOR);
                let (aip, afl) = (aip.map_err(|_| wrong)?, afl.map_err(|_| wrong)?);
                if Reader::new(data).count() != 2 {
                    return Err(wrong);
                }
                let aip = aip.array().map(Aip).map_err(|_| wrong)?;
                once(&mut self.aip_and_afl, (aip, afl.value.to_vec()))
            }
            _ => self.take_record(identifier.to_be_bytes(), data),
        }
    }

    fn take_record(&mut self, [sfi, number]: [u8; 2], data: &[u8]) -> Result<(), StatusWord> {
        if !(1..=30).contains(&sfi) || number == 0 {
            return Err(StatusWord::REFERENCED_DATA_NOT_FOUND);
        }
        if sfi <= 10 {
            alone(data, tag::READ_RECORD_RESPONSE_TEMPLATE)?;
        }
        let known = self
            .records
            .iter()
            .any(|record| (record.sfi, record.number) == (sfi, number));
        if known || data.is_empty() || data.len() > RECORD_LENGTH {
            return Err(StatusWord::INCORRECT_DATA);
        }
        if self.records.len() == MOST_RECORDS {
            return Err(StatusWord::NOT_ENOUGH_MEMORY);
        }
        self.records.push(StoredRecord {
            sfi,
            number,
            data: data.to_vec(),
        });
        Ok(())
    }

    /// Whether it makes a card: all that must be there is there, the keys have the check values that came with them, and the
    /// [lint](Profile::lint) refuses nothing.
    ///
    /// # Errors
    /// `6985` when something is missing or the card would not work, `6A80` for keys that are weak, or other than their check values
    /// say.
    pub(super) fn complete(self, base: &Profile<'_>) -> Result<Complete, StatusWord> {
        let missing = StatusWord::CONDITIONS_NOT_SATISFIED;
        let [ac, smi, smc] = self.keys.as_ref().ok_or(missing)?;
        let wrong = |_| StatusWord::INCORRECT_DATA;
        if let Some(values) = self.check_values {
            for (key, value) in [ac, smi, smc].into_iter().zip(values) {
                if key.check_value()?.0 != value {
                    return Err(StatusWord::INCORRECT_DATA);
                }
            }
        }
        let policy = KeyPolicy::Strict;
        let algorithm = ac.algorithm();
        let keys = CardKeySet::new(CardKey::new(algorithm, ac.bytes(), policy).map_err(wrong)?)
            .with_smi(CardKey::new(algorithm, smi.bytes(), policy).map_err(wrong)?)
            .map_err(wrong)?
            .with_smc(CardKey::new(algorithm, smc.bytes(), policy).map_err(wrong)?)
            .map_err(wrong)?;
        // A counter other than the limit is a card whose PIN somebody has tried already.
        let tries_fit = match (&self.pin, self.pin_tries) {
            (Some(_), Some([counter, limit])) => counter == limit,
            (None, None) => true,
            _ => false,
        };
        if !tries_fit {
            return Err(missing);
        }
        let parts = Parts::new(base, &self).ok_or(missing)?;
        let mut refused = false;
        parts
            .profile()
            .lint(&mut |finding| refused |= finding.severity == Severity::Refuse);
        if refused {
            return Err(missing);
        }
        Ok(Complete { image: self, keys })
    }
}

/// The value of a template that is all of the data.
fn alone(data: &[u8], template: Tag) -> Result<&[u8], StatusWord> {
    let mut objects = Reader::new(data);
    match (objects.next(), objects.next()) {
        (Some(Ok(object)), None) if object.tag == template => Ok(object.value),
        _ => Err(StatusWord::INCORRECT_DATA),
    }
}

/// A card that was personalised by commands. It owns what came.
pub struct PersonalisedCard<'p> {
    base: &'p Profile<'p>,
    complete: Complete,
}

impl<'p> PersonalisedCard<'p> {
    pub(super) const fn new(base: &'p Profile<'p>, complete: Complete) -> Self {
        Self { base, complete }
    }

    /// What its [`Profile`] is made of.
    ///
    /// ```no_run
    /// # use chipcard::card::personalisation::PersonalisedCard;
    /// # use chipcard::card::{Applet, VolatileMemory};
    /// # fn use_it(personalised: &PersonalisedCard<'_>) -> Result<(), Box<dyn std::error::Error>> {
    /// let parts = personalised.parts().ok_or("not a card")?;
    /// let profile = parts.profile();
    /// let card = Applet::new(&profile, personalised.keys().clone(), VolatileMemory::new())?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Never `None` for a card that [`BlankCard::finish`](super::BlankCard::finish) gave.
    pub fn parts(&self) -> Option<Parts<'_>> {
        Parts::new(self.base, &self.complete.image)
    }

    /// Its keys.
    pub const fn keys(&self) -> &CardKeySet {
        &self.complete.keys
    }
}

impl fmt::Debug for PersonalisedCard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonalisedCard")
            .field("keys", &self.complete.keys)
            .finish_non_exhaustive()
    }
}

/// What the profile of a personalised card borrows.
#[derive(Debug)]
pub struct Parts<'i> {
    base: &'i Profile<'i>,
    label: &'i [u8],
    priority: Option<u8>,
    pdol: &'i [u8],
    fci: Vec<(Tag, &'i [u8])>,
    aip: Aip,
    afl: &'i [u8],
    records: Vec<Record<'i>>,
    lists: [&'i [u8]; 3],
    pin: Option<CardholderPin<'i>>,
}

impl<'i> Parts<'i> {
    /// `None` when something is missing.
    fn new(base: &'i Profile<'i>, image: &'i Image) -> Option<Self> {
        let mut parts = Self {
            base,
            label: &[],
            priority: None,
            pdol: &[],
            fci: Vec::new(),
            aip: image.aip_and_afl.as_ref()?.0,
            afl: &image.aip_and_afl.as_ref()?.1,
            records: image
                .records
                .iter()
                .map(|record| stored(base, record))
                .collect(),
            lists: [&[]; 3],
            pin: None,
        };
        for object in Reader::new(image.fci.as_ref()?) {
            let object = object.ok()?;
            match object.tag {
                tag::APPLICATION_LABEL => parts.label = object.value,
                tag::APPLICATION_PRIORITY_INDICATOR => {
                    let [priority] = object.value else {
                        return None;
                    };
                    parts.priority = Some(*priority);
                }
                tag::PDOL => parts.pdol = object.value,
                // The card writes the place of its log itself.
                tag::FCI_ISSUER_DISCRETIONARY_DATA if is_log_entry(base, object.value) => {}
                _ => parts.fci.push((object.tag, object.value)),
            }
        }
        let lists = [tag::CDOL1, tag::CDOL2, tag::DDOL];
        for (place, list) in parts.lists.iter_mut().zip(lists) {
            let found = image.records.iter().find_map(|record| {
                let template =
                    tlv::find(&record.data, tag::READ_RECORD_RESPONSE_TEMPLATE).ok()??;
                tlv::find(template.value, list).ok()?
            });
            *place = found.map_or(&[], |object| object.value);
        }
        if let (Some(reference), Some([_, try_limit])) = (&image.pin, image.pin_tries) {
            parts.pin = Some(CardholderPin {
                reference,
                try_limit,
            });
        }
        Some(parts)
    }

    /// The profile: what came by commands, and for the rest the base profile's.
    pub fn profile(&self) -> Profile<'_> {
        let [cdol1, cdol2, ddol] = self.lists;
        Profile {
            label: self.label,
            priority: self.priority,
            fci: &self.fci,
            pdol: self.pdol,
            aip: self.aip,
            afl: self.afl,
            records: &self.records,
            cdol1,
            cdol2,
            ddol,
            pin: self.pin,
            ..*self.base
        }
    }
}

/// A record; whether scripts may replace it is the base profile's to say.
fn stored<'i>(base: &Profile<'_>, record: &'i StoredRecord) -> Record<'i> {
    let same = base
        .records
        .iter()
        .find(|other| (other.sfi, other.number) == (record.sfi, record.number));
    Record {
        sfi: record.sfi,
        number: record.number,
        data: &record.data,
        updatable: same.is_some_and(|other| other.updatable),
    }
}

/// Whether these are issuer discretionary data that name the base profile's log, and nothing else.
fn is_log_entry(base: &Profile<'_>, value: &[u8]) -> bool {
    let Some(log) = base.log else {
        return false;
    };
    let mut buffer = [0; 8];
    let mut entry = Writer::new(&mut buffer);
    entry.put(tag::LOG_ENTRY, &[log.sfi, log.capacity]).is_ok() && entry.as_bytes() == value
}
