//! Every parser of data elements takes or refuses any bytes of any length, and what it takes it writes again.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use chipcard::dol::DataObjectList;
use chipcard::element::*;
use chipcard::{ErrorKind, Result, Tag, tlv};

/// Reads bytes as an element; gives what it writes again, where the element has its own bytes.
type Parser = fn(&[u8]) -> Result<Option<Vec<u8>>>;

/// Every parser, with a value that it takes.
const PARSERS: &[(&str, Parser, &str)] = &[
    (
        "Tag",
        |bytes| {
            let (tag, length) = Tag::parse(bytes)?;
            Ok((length == bytes.len()).then(|| tag.as_bytes().to_vec()))
        },
        "9F26",
    ),
    (
        "BER-TLV",
        |bytes| tlv::walk(bytes, &mut |_, _| Ok(())).map(|()| None),
        "7003950101",
    ),
    (
        "DOL",
        |bytes| DataObjectList::parse(bytes).map(|list| Some(list.bytes().to_vec())),
        "9F02069A03",
    ),
    (
        "AFL",
        |bytes| {
            let afl = ApplicationFileLocator::parse(bytes)?;
            Ok(Some(afl.entries().flat_map(AflEntry::to_bytes).collect()))
        },
        "0801020110010100",
    ),
    (
        "AID",
        |bytes| ApplicationIdentifier::parse(bytes).map(|aid| Some(aid.as_bytes().to_vec())),
        "A0000000031010",
    ),
    (
        "AIP",
        |bytes| ApplicationInterchangeProfile::parse(bytes).map(|aip| Some(aip.0.to_vec())),
        "3D00",
    ),
    (
        "amount",
        |bytes| Amount::parse(bytes).map(|amount| Some(amount.to_bytes().to_vec())),
        "000000012345",
    ),
    (
        "country",
        |bytes| CountryCode::parse(bytes).map(|code| Some(code.to_bytes().to_vec())),
        "0392",
    ),
    (
        "currency",
        |bytes| CurrencyCode::parse(bytes).map(|code| Some(code.to_bytes().to_vec())),
        "0978",
    ),
    (
        "CVM list",
        |bytes| CvmList::parse(bytes).map(|_| None),
        "00000000000000004403",
    ),
    (
        "CVM results",
        |bytes| CvmResults::parse(bytes).map(|results| Some(results.to_bytes().to_vec())),
        "410302",
    ),
    (
        "date",
        |bytes| Date::parse(bytes).map(|date| Some(date.to_bytes().to_vec())),
        "280229",
    ),
    (
        "month",
        |bytes| YearMonth::parse(bytes).map(|month| Some(month.to_bytes().to_vec())),
        "2802",
    ),
    (
        "PAN",
        |bytes| Pan::from_bcd(bytes).map(|_| None),
        "4761739001010010",
    ),
    (
        "service code",
        |bytes| ServiceCode::parse(bytes).map(|code| Some(code.to_bytes().to_vec())),
        "0201",
    ),
    (
        "track 2",
        |bytes| Track2EquivalentData::parse(bytes).map(|_| None),
        "4761739001010010D30122010123456F",
    ),
    (
        "TVR",
        |bytes| TerminalVerificationResults::parse(bytes).map(|tvr| Some(tvr.0.to_vec())),
        "8000000000",
    ),
];

#[test]
fn each_takes_its_sample() {
    for (name, parse, sample) in PARSERS {
        let bytes = hex::decode(sample).unwrap();
        let written = parse(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(written.is_none_or(|written| written == bytes), "{name}");
    }
}

#[test]
fn any_bytes_of_any_length() {
    let mut state = 1_u32;
    let mut noise = |length: usize| -> Vec<u8> {
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        };
        std::iter::repeat_with(next).take(length).collect()
    };
    for length in 0..=300 {
        for (name, parse, sample) in PARSERS {
            let sample = hex::decode(sample).unwrap();
            let grown: Vec<u8> = sample.iter().copied().cycle().take(length).collect();
            let digits: Vec<u8> = noise(length).iter().map(|byte| byte & 0x77).collect();
            for bytes in [
                vec![0; length],
                vec![0xFF; length],
                noise(length),
                digits,
                grown,
            ] {
                match parse(&bytes) {
                    Ok(written) => {
                        assert!(written.is_none_or(|written| written == bytes), "{name}")
                    }
                    Err(error) => {
                        let inside = error.offset().is_none_or(|offset| offset <= length);
                        assert!(inside, "{name}: {error}");
                    }
                }
            }
        }
    }
}

#[test]
fn pan() {
    // The usual example of the Luhn formula: the check digit of 7992739871 is 3.
    assert!(
        !Pan::from_digits("79927398710")
            .unwrap()
            .has_valid_check_digit()
    );
    assert!(
        Pan::from_digits("79927398713")
            .unwrap()
            .has_valid_check_digit()
    );
    let padded = Pan::from_bcd(&hex::decode("5413330089020011123F").unwrap()).unwrap();
    assert_eq!(padded, Pan::from_digits("5413330089020011123").unwrap());
    assert_eq!(padded.digits().len(), 19);
    for (text, kind, offset) in [
        ("47617390", None, None),
        ("4761739F", Some(ErrorKind::PanLength), None),
        ("47617390F1", Some(ErrorKind::Padding), Some(4)),
        ("476173A001", Some(ErrorKind::NotDecimal), Some(3)),
        ("54133300890200111234", Some(ErrorKind::PanLength), Some(9)),
    ] {
        let error = Pan::from_bcd(&hex::decode(text).unwrap()).err();
        assert_eq!(error.map(|error| error.kind()), kind, "{text}");
        assert_eq!(error.and_then(|error| error.offset()), offset, "{text}");
    }
}

#[test]
fn a_pan_shows_at_most_ten_digits_and_half_of_a_short_one() {
    for length in 8..=19 {
        let digits = "1234567890123456789".get(..length).unwrap();
        let pan = Pan::from_digits(digits).unwrap();
        for shown in [pan.to_string(), format!("{pan:?}")] {
            let clear = shown.bytes().filter(u8::is_ascii_digit).count();
            assert!(
                clear <= 10 && (length >= 16 || clear <= length / 2),
                "{shown}"
            );
        }
    }
}

#[test]
fn pan_sequence_number() {
    for byte in 0..=0xFF {
        let number = PanSequenceNumber::from_bcd(byte);
        assert_eq!(number.is_ok(), byte >> 4 < 10 && byte & 0x0F < 10);
        if let Ok(number) = number {
            assert_eq!(
                PanSequenceNumber::from_digits(number.to_string()),
                Ok(number)
            );
            assert_eq!(number.to_bcd(), byte);
        }
    }
    assert!(PanSequenceNumber::from_digits("1").is_err());
}

#[test]
fn card_status_update() {
    use CardStatusUpdate as Csu;
    for update in [
        CounterUpdate::Keep,
        CounterUpdate::SetToUpperLimit,
        CounterUpdate::Reset,
        CounterUpdate::AddTransaction,
    ] {
        let csu = Csu::ISSUER_APPROVES | Csu::counters(update) | Csu::pin_try_counter(3);
        assert_eq!(csu.counter_update(), update);
        assert_eq!(csu.new_pin_try_counter(), Some(3));
        assert!(csu.contains(Csu::ISSUER_APPROVES | Csu::UPDATE_PIN_TRY_COUNTER));
        assert!(!csu.intersects(Csu::CARD_BLOCK | Csu::APPLICATION_BLOCK));
    }
}

#[test]
fn cryptogram_types() {
    for bits in 0..=0xFF_u8 {
        let cid = CryptogramInformationData([bits]);
        let expected = match bits >> 6 {
            0 => Some(CryptogramType::Aac),
            1 => Some(CryptogramType::Tc),
            2 => Some(CryptogramType::Arqc),
            _ => None,
        };
        assert_eq!(cid.cryptogram_type(), expected);
    }
    // A card answers with the type asked for or a lesser one (EMV Book 3 9.3).
    assert!(
        CryptogramType::Tc > CryptogramType::Arqc && CryptogramType::Arqc > CryptogramType::Aac
    );
    assert_eq!(
        CryptogramInformationData::from(CryptogramType::Arqc),
        CryptogramInformationData::ARQC
    );
}
