//! A card for tests: it signs a message by any row of the table, with published test keys.
//!
//! It signs through the library's own laboratory functions, so it shows that verification holds
//! together; that the cryptograms are the right ones is what the known answers and the differential test show.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "several tests and benches share this, each a part of it; a failure here is a failed test"
)]

use chipcard::cryptogram::{
    ApplicationCryptogram, CipherFamily, CryptogramVersion, DataSource, IadPart, SignedPart,
};
use chipcard::element::{ApplicationTransactionCounter, IadLayout, Pan, PanSequenceNumber};
use chipcard::element::{CryptogramType, UnpredictableNumber};
use chipcard::issuer::{CardRecord, Issuer};
use chipcard::key::{IssuerKeySet, IssuerMasterKey};
use chipcard::{Result, Tag, laboratory, tag};

/// A data element that no cryptogram covers.
pub(crate) const TERMINAL_CAPABILITIES: Tag = Tag::new(0x9F33);

/// Derivation key index of every test card.
pub(crate) const KEY_INDEX: u8 = 0x01;

/// The AC master key of published TDES test vectors; the bytes 00 to 0F for AES.
pub(crate) const fn master_key(cipher: CipherFamily) -> [u8; 16] {
    match cipher {
        CipherFamily::Tdes => 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210_u128.to_be_bytes(),
        CipherFamily::Aes => 0x0001_0203_0405_0607_0809_0A0B_0C0D_0E0F_u128.to_be_bytes(),
    }
}

pub(crate) fn key_set(version: &CryptogramVersion, key: &[u8; 16]) -> IssuerKeySet {
    let master = match version.cipher {
        CipherFamily::Tdes => IssuerMasterKey::tdes(key),
        CipherFamily::Aes => IssuerMasterKey::aes(key),
    };
    IssuerKeySet::new(KEY_INDEX, master.unwrap())
}

/// Data elements in order: what a message carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Elements(pub(crate) Vec<(Tag, Vec<u8>)>);

impl Elements {
    pub(crate) fn get(&self, tag: Tag) -> Option<&Vec<u8>> {
        self.0.iter().find(|(t, _)| *t == tag).map(|(_, v)| v)
    }

    pub(crate) fn get_mut(&mut self, tag: Tag) -> &mut Vec<u8> {
        self.set_default(tag);
        let place = self.0.iter().position(|(t, _)| *t == tag).unwrap();
        &mut self.0[place].1
    }

    fn set_default(&mut self, tag: Tag) {
        if self.get(tag).is_none() {
            self.0.push((tag, Vec::new()));
        }
    }

    pub(crate) fn set(&mut self, tag: Tag, value: &[u8]) {
        *self.get_mut(tag) = value.to_vec();
    }

    pub(crate) fn remove(&mut self, tag: Tag) {
        self.0.retain(|(t, _)| *t != tag);
    }

    /// DE 55.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut buffer = [0; 1024];
        let mut writer = chipcard::tlv::Writer::new(&mut buffer);
        for (tag, value) in &self.0 {
            writer.put(*tag, value).unwrap();
        }
        writer.finish().to_vec()
    }
}

impl DataSource for Elements {
    fn value(&self, tag: Tag) -> Result<Option<&[u8]>> {
        Ok(self.get(tag).map(Vec::as_slice))
    }
}

/// A card that makes cryptograms by one row of the table.
#[derive(Debug)]
pub(crate) struct TestCard {
    pub(crate) version: &'static CryptogramVersion,
    pub(crate) keys: IssuerKeySet,
    pub(crate) pan: Pan,
    pub(crate) sequence: PanSequenceNumber,
}

impl TestCard {
    pub(crate) fn new(version: &'static CryptogramVersion, pan: &str, sequence: &str) -> Self {
        Self {
            version,
            keys: key_set(version, &master_key(version.cipher)),
            pan: Pan::from_digits(pan).unwrap(),
            sequence: PanSequenceNumber::from_digits(sequence).unwrap(),
        }
    }

    /// What the issuer knows of this card.
    pub(crate) fn record(&self) -> CardRecord<'static> {
        CardRecord::new(
            self.pan.clone(),
            Some(self.sequence),
            self.version,
            KEY_INDEX,
        )
    }

    pub(crate) fn issuer(&self) -> Issuer<&IssuerKeySet> {
        Issuer::new(&self.keys)
    }

    /// A usual message of a purchase, signed.
    pub(crate) fn message(&self) -> Elements {
        let mut elements = Elements(vec![
            (tag::APPLICATION_INTERCHANGE_PROFILE, vec![0x18, 0x00]),
            (tag::APPLICATION_TRANSACTION_COUNTER, vec![0x00, 0x1C]),
            (tag::CRYPTOGRAM_INFORMATION_DATA, vec![0x80]),
            (
                tag::ISSUER_APPLICATION_DATA,
                iad(self.version, CryptogramType::Arqc),
            ),
            (
                tag::TERMINAL_VERIFICATION_RESULTS,
                vec![0x80, 0, 0, 0x80, 0],
            ),
            (tag::TRANSACTION_DATE, vec![0x26, 0x01, 0x31]),
            (tag::TRANSACTION_TYPE, vec![0x00]),
            (tag::AMOUNT_AUTHORISED_NUMERIC, vec![0, 0, 0, 0, 0x12, 0x34]),
            (tag::AMOUNT_OTHER_NUMERIC, vec![0; 6]),
            (tag::TRANSACTION_CURRENCY_CODE, vec![0x09, 0x78]),
            (tag::TERMINAL_COUNTRY_CODE, vec![0x02, 0x50]),
            (tag::UNPREDICTABLE_NUMBER, vec![0x9A, 0x3F, 0x00, 0xC1]),
            (TERMINAL_CAPABILITIES, vec![0xE0, 0xF8, 0xC8]),
            (tag::CVM_RESULTS, vec![0x42, 0x03, 0x00]),
        ]);
        self.sign(&mut elements);
        elements
    }

    /// Puts the card's cryptogram over the elements into tag 9F26.
    pub(crate) fn sign(&self, elements: &mut Elements) {
        let array = |tag| -> Vec<u8> { elements.get(tag).unwrap().clone() };
        let atc = array(tag::APPLICATION_TRANSACTION_COUNTER);
        let atc = ApplicationTransactionCounter::from_bytes(atc.try_into().unwrap());
        let un = UnpredictableNumber(array(tag::UNPREDICTABLE_NUMBER).try_into().unwrap());
        let derivation = self.version.session_key.for_cryptogram(atc, un);
        let session_key = self
            .keys
            .ac()
            .card_key(&self.pan, self.sequence, self.version.card_key)
            .and_then(|key| key.session_key(&derivation))
            .unwrap();
        let ApplicationCryptogram(ac) =
            laboratory::sign(self.version, &session_key, elements).unwrap();
        elements.set(tag::APPLICATION_CRYPTOGRAM, &ac);
    }
}

/// Issuer application data of the version's layout, with card verification results that say what the first
/// GENERATE AC gave and that there was no second.
pub(crate) fn iad(version: &CryptogramVersion, first: CryptogramType) -> Vec<u8> {
    let second_not_requested = 0x80;
    let made = second_not_requested
        | match first {
            CryptogramType::Aac => 0x00,
            CryptogramType::Tc => 0x10,
            CryptogramType::Arqc => 0x20,
        };
    let id = version.identifier;
    let (head, length): (&[u8], usize) = match version.iad_layout {
        IadLayout::Visa013 | IadLayout::Jcb => (&[0x06, KEY_INDEX, id, 0x03, made], 7),
        IadLayout::Visa24 => (&[0x1F, id, KEY_INDEX, 0x00, made], 32),
        IadLayout::MChip => (&[KEY_INDEX, id, made], 18),
        IadLayout::Interac => (&[0x0E, KEY_INDEX, id, 0x04, made], 15),
        IadLayout::UnionPay => (&[0x07, KEY_INDEX, id, 0x03, made], 8),
        IadLayout::Ccd => (&[0x0F, id, KEY_INDEX, made], 32),
        layout => panic!("no sample of {layout}"),
    };
    let mut bytes = vec![0; length];
    bytes[..head.len()].copy_from_slice(head);
    if version.iad_layout == IadLayout::Ccd {
        bytes[16] = 0x0F;
    }
    bytes
}

/// Every byte that the version's cryptogram covers: tag and offset in its value.
pub(crate) fn signed_bytes(version: &CryptogramVersion, elements: &Elements) -> Vec<(Tag, usize)> {
    let of = |part: &SignedPart| {
        let (tag, range) = match *part {
            SignedPart::Element(tag) => (tag, 0..elements.get(tag).unwrap().len()),
            SignedPart::Iad(part) => {
                let tag = tag::ISSUER_APPLICATION_DATA;
                let length = elements.get(tag).unwrap().len();
                let range = match part {
                    IadPart::Whole => 0..length,
                    IadPart::Range { start, length } => {
                        usize::from(start)..usize::from(start + length)
                    }
                    IadPart::MChipCounters if length >= 26 => 10..26,
                    IadPart::MChipCounters => 10..18,
                };
                (tag, range)
            }
        };
        range.map(move |offset| (tag, offset))
    };
    version.data.parts().iter().flat_map(of).collect()
}
