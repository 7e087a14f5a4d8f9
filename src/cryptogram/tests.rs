//! Published answers (identifiers of `tests/vectors`), the table's consistency, and bounds.

extern crate std;

use std::collections::BTreeSet;
use std::format;
use std::vec;
use std::vec::Vec;

use super::{
    ApplicationCryptogram, ChainBlock, CryptogramVersion, DataList, DataSource, IadPart, MacInput,
    PinBlockFormat, ScriptMessage, SignedPart, arpc_method_1, arpc_method_2, assemble, cap_token,
    pin_block,
};
use crate::crypto::{Algorithm, Message, Padding, SecretKey};
use crate::element::{
    ApplicationTransactionCounter, AuthorisationResponseCode, CardStatusUpdate, Pin,
};
use crate::error::{ErrorKind, Result};
use crate::key::{Ac, KeyPolicy, SessionKey};
use crate::tag::{self, Tag};

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

fn session_key(algorithm: Algorithm, text: &str) -> SessionKey<Ac> {
    SessionKey::new(algorithm, &bytes(text), KeyPolicy::PublishedTestKeys).unwrap()
}

fn cryptogram(text: &str) -> ApplicationCryptogram {
    ApplicationCryptogram(bytes(text).try_into().unwrap())
}

/// Every element is there, filled with the number of its place in EMV's list; the rest with `FF`.
struct Numbered<'a> {
    iad: &'a [u8],
    without: Option<Tag>,
}

impl DataSource for Numbered<'_> {
    fn value(&self, tag: Tag) -> Result<Option<&[u8]>> {
        const VALUES: [&[u8]; 10] = [
            &[1; 6], &[2; 6], &[3; 2], &[4; 5], &[5; 2], &[6; 3], &[7; 1], &[8; 4], &[9; 2],
            &[10; 2],
        ];
        if self.without == Some(tag) {
            return Ok(None);
        }
        if tag == tag::ISSUER_APPLICATION_DATA {
            return Ok(Some(self.iad));
        }
        let place = DataList::RECOMMENDED
            .parts()
            .iter()
            .position(|part| *part == SignedPart::Element(tag));
        Ok(place.map(|place| VALUES[place]))
    }
}

#[test]
fn the_recommended_list_is_33_bytes_in_order() {
    let source = Numbered {
        iad: &[],
        without: None,
    };
    let message = assemble(&DataList::RECOMMENDED, &source).unwrap();
    let expected = "010101010101020202020202030304040404040505060606070808080809090A0A";
    assert_eq!(hex::encode_upper(message.as_bytes()), expected);
}

#[test]
fn a_missing_element_is_named() {
    let iad = [0; 32];
    for version in CryptogramVersion::ALL {
        for part in version.data.parts() {
            let tag = match part {
                SignedPart::Element(tag) => *tag,
                SignedPart::Iad(_) => tag::ISSUER_APPLICATION_DATA,
            };
            let source = Numbered {
                iad: &iad,
                without: Some(tag),
            };
            let error = assemble(&version.data, &source).map(|_| ()).unwrap_err();
            assert_eq!((error.kind(), error.tag()), (ErrorKind::Missing, Some(tag)));
        }
    }
}

#[test]
fn parts_of_the_issuer_application_data() {
    let iad: Vec<u8> = (0..32).collect();
    let part = |part, length: usize| {
        let source = Numbered {
            iad: &iad[..length],
            without: None,
        };
        let list = DataList::elements(&[]).then(SignedPart::Iad(part));
        assemble(&list, &source)
            .map(|message| message.as_bytes().to_vec())
            .map_err(|error| (error.kind(), error.tag()))
    };
    let counters = IadPart::MChipCounters;
    for length in [18, 20] {
        assert_eq!(part(counters, length).unwrap(), iad[10..18]);
    }
    for length in [26, 28] {
        assert_eq!(part(counters, length).unwrap(), iad[10..26]);
    }
    let range = IadPart::Range {
        start: 3,
        length: 4,
    };
    assert_eq!(part(range, 7).unwrap(), iad[3..7]);
    assert_eq!(part(IadPart::Whole, 32).unwrap(), iad);
    let short = ErrorKind::Length {
        min: 7,
        max: 32,
        found: 6,
    };
    let named = Some(tag::ISSUER_APPLICATION_DATA);
    assert_eq!(part(range, 6).unwrap_err(), (short, named));
    assert!(part(counters, 17).is_err());
}

#[test]
fn lists_are_bounded() {
    let mut list = DataList::elements(&[]);
    for _ in 0..24 {
        list = list.try_then(SignedPart::Iad(IadPart::Whole)).unwrap();
    }
    let full = list.try_then(SignedPart::Iad(IadPart::Whole)).unwrap_err();
    assert_eq!(full.kind(), ErrorKind::TooMany);
    // As many parts as a list has are longer than a message can be.
    let source = Numbered {
        iad: &[0; 32],
        without: None,
    };
    let long = assemble(&list, &source).map(|_| ()).unwrap_err();
    assert_eq!(long.kind(), ErrorKind::MessageTooLong);
}

#[test]
fn the_table_has_one_row_a_version() {
    let rows = CryptogramVersion::ALL;
    let names: BTreeSet<_> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names.len(), rows.len());
    for row in rows {
        assert_eq!(
            CryptogramVersion::find(row.family, row.identifier),
            Some(row)
        );
    }
}

#[test]
fn responses() {
    let arqc = cryptogram("1234567890ABCDEF");
    let key = session_key(Algorithm::Tdes, "AAAAAAAAAAAAAAAABBBBBBBBBBBBBBBB");
    let arc = AuthorisationResponseCode::new([0, 0]);
    // pyemv-doc-arpc1, pyemv-doc-arpc2
    let arpc = arpc_method_1(&key, arqc, arc).unwrap();
    assert_eq!(hex::encode_upper(arpc), "F5E6F44147E2F1B0");
    let arpc = arpc_method_2(&key, arqc, CardStatusUpdate([0; 4]), &[]).unwrap();
    assert_eq!(hex::encode_upper(arpc), "9308BEBC");
    // cfpp-aes192-arpc2
    let aes = session_key(
        Algorithm::Aes192,
        "0CE2ABD38C3C58F79D92462641A107F2AAB90C26036D58E5",
    );
    let csu = CardStatusUpdate([0xAD, 0x13, 0xBE, 0x45]);
    let arpc = arpc_method_2(&aes, cryptogram("BD3493FC531EFBE1"), csu, &[0x12, 0x34]).unwrap();
    assert_eq!(hex::encode_upper(arpc), "7537093C");
    // Up to eight bytes of proprietary data.
    assert!(arpc_method_2(&key, arqc, csu, &[0; 8]).is_ok());
    let error = arpc_method_2(&key, arqc, csu, &[0; 9]).unwrap_err();
    let expected = ErrorKind::Length {
        min: 0,
        max: 8,
        found: 9,
    };
    assert_eq!(error.kind(), expected);
}

#[test]
fn pin_blocks() {
    let pin = |text| Pin::from_digits(text).unwrap();
    let key = SecretKey::new(Algorithm::Tdes, &bytes("0123456789ABCDEFFEDCBA9876543210")).unwrap();
    let block = |format, new, current: Option<&Pin>, key| {
        pin_block(format, &pin(new), current, key)
            .map(|block| hex::encode_upper(*block))
            .map_err(|error| error.kind())
    };
    // pyemv-doc-iso2, pyemv-doc-visblock
    let iso2 = block(PinBlockFormat::Iso2, "123456789012", None, None);
    assert_eq!(iso2.unwrap(), "2C123456789012FF");
    let visa = block(PinBlockFormat::Visa, "1234", None, Some(&key));
    assert_eq!(visa.unwrap(), "041234FF76543210");
    // What a format needs it asks for.
    let current = pin("8888");
    assert_eq!(
        block(PinBlockFormat::Visa, "1234", None, None),
        Err(ErrorKind::Missing)
    );
    let with = PinBlockFormat::VisaWithCurrent;
    assert_eq!(
        block(with, "1234", Some(&current), None),
        Err(ErrorKind::Missing)
    );
    assert_eq!(
        block(with, "1234", None, Some(&key)),
        Err(ErrorKind::Missing)
    );
    let with = block(with, "1234", Some(&current), Some(&key));
    assert_eq!(
        with.unwrap(),
        "8C9ABCFF76543210".replace("8C9ABC", "8C9A34")
    );
}

#[test]
fn pins() {
    for length in 0..=20 {
        let made = Pin::from_digits(vec![b'7'; length]);
        assert_eq!(made.is_ok(), (4..=12).contains(&length), "{length}");
    }
    let error = Pin::from_digits("12a4").unwrap_err();
    assert_eq!(
        (error.kind(), error.offset()),
        (ErrorKind::NotDecimal, None)
    );
    let shown = format!("{:?}", Pin::from_digits("987654").unwrap());
    assert_eq!(shown, "Pin(redacted)");
}

#[test]
fn script_messages() {
    let message = ScriptMessage {
        header: [0x84, 0x24, 0x00, 0x02, 0x10],
        data: &[0xD1, 0xD2],
        atc: ApplicationTransactionCounter(0xA1A2),
        ac: ApplicationCryptogram([0xC1; 8]),
        chain: ChainBlock::first(ApplicationCryptogram([0xC1; 8])),
    };
    let (header, atc, ac) = ("8424000210", "A1A2", "C1C1C1C1C1C1C1C1");
    for (input, algorithm, expected, padding) in [
        (
            MacInput::HeaderCounterCryptogramData,
            Algorithm::Tdes,
            format!("{header}{atc}{ac}D1D2"),
            Padding::Method2,
        ),
        (
            MacInput::HeaderData,
            Algorithm::Tdes,
            format!("{header}D1D2"),
            Padding::Method2,
        ),
        (
            MacInput::HeaderData,
            Algorithm::Aes256,
            format!("{header}D1D2"),
            Padding::None,
        ),
        (
            MacInput::Format1,
            Algorithm::Tdes,
            format!("{ac}8424000280000000D1D2800000000000"),
            Padding::None,
        ),
        (
            MacInput::Format1,
            Algorithm::Aes128,
            format!(
                "{ac}0000000000000000{}{}",
                "84240002800000000000000000000000", "D1D28000000000000000000000000000"
            ),
            Padding::None,
        ),
    ] {
        let mut assembled = Message::new();
        let found = message.assemble(input, algorithm, &mut assembled).unwrap();
        assert_eq!(
            hex::encode_upper(assembled.as_bytes()),
            expected,
            "{input:?}"
        );
        assert_eq!(found, padding, "{input:?}");
    }
}

#[test]
fn one_time_passwords() {
    // Barclays' card, pythonemv-cap-1.
    let data = bytes("80095F0F9D3798E93F129A060A0A03A49000");
    let bitmap = bytes("8000FF000000000001FFFF00000000000000");
    assert_eq!(cap_token(&data, &bitmap).unwrap(), 46_076_570);
    assert!(cap_token(&data, &bitmap[1..]).is_err());
    assert_eq!(cap_token(&[0xFF; 8], &[0xFF; 8]).unwrap(), u64::MAX);
    let error = cap_token(&[0; 9], &[0xFF; 9]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Value);
    assert_eq!(cap_token(&[], &[]).unwrap(), 0);
}
