//! Answers that others published, and what must not verify or parse.

extern crate std;

use std::format;
use std::string::{String, ToString};
use std::vec::Vec;

use super::{
    CardVerificationKey, Cvc3Digits, CvvDigits, CvvInput, DiscretionaryProfile, ExpiryDigits,
    Ivcvc3, PinVerificationKey, Track1, Track2, cvc3, dcvv,
};
use crate::element::{
    ApplicationTransactionCounter, Pan, PanSequenceNumber, Pin, ServiceCode, UnpredictableNumber,
    YearMonth,
};
use crate::error::ErrorKind;
use crate::key::{Ac, CardKeyOption, Cvc3, IssuerMasterKey, KeyPolicy};

fn key(text: &str) -> [u8; 16] {
    hex::decode(text).unwrap().try_into().unwrap()
}

/// jPOS' clear test key for cards: equal halves, as its tests have it.
const JPOS_KEY: &str = "13345779133457791334577913345779";

fn cvk() -> CardVerificationKey {
    CardVerificationKey::tdes(&key("0123456789ABCDEFFEDCBA9876543210")).unwrap()
}

fn pan(digits: &str) -> Pan {
    Pan::from_digits(digits).unwrap()
}

fn expiry(digits: &str) -> ExpiryDigits {
    ExpiryDigits::from_digits(digits).unwrap()
}

#[test]
fn cvv_icvv_and_cvv2() {
    // HSM manuals, and elements' GenerateCVVTest.
    let pan = pan("4123456789012345");
    let date = expiry("8701");
    let stripe = CvvInput::new(&pan, date, ServiceCode::from_digits("101").unwrap());
    let inputs = [
        (stripe, "561"),
        (CvvInput::icvv(&pan, date), "651"),
        (CvvInput::cvv2(&pan, date), "636"),
    ];
    for (input, expected) in inputs {
        let value = cvk().verification_value(&input, CvvDigits::THREE).unwrap();
        assert_eq!(value.reveal(str::to_string), expected);
        assert!(value.matches(expected));
    }
    // psec's tests.
    let cvk = CardVerificationKey::tdes(&key("99999999999999998888888888888888")).unwrap();
    let pan = super::tests::pan("2222222222222222");
    let input = CvvInput::new(
        &pan,
        expiry("3333"),
        ServiceCode::from_digits("111").unwrap(),
    );
    let value = cvk.verification_value(&input, CvvDigits::THREE).unwrap();
    assert!(value.matches("361"));
}

#[test]
fn cavv() {
    let cvk = CardVerificationKey::new(&key(JPOS_KEY), KeyPolicy::PublishedTestKeys).unwrap();
    let pan = pan("123456789012");
    let input = CvvInput::cavv(&pan, "1108", "1", "00").unwrap();
    let value = cvk.verification_value(&input, CvvDigits::THREE).unwrap();
    assert!(value.matches("439"));
    for (number, result, factor) in [("110", "1", "00"), ("1108", "", "00"), ("1108", "1", "0A")] {
        assert!(CvvInput::cavv(&pan, number, result, factor).is_err());
    }
}

#[test]
fn dcvv_and_cvc3() {
    // jPOS' JCESecurityModuleTest.
    let pan = pan("1234567890123456");
    let policy = KeyPolicy::PublishedTestKeys;
    let imk = IssuerMasterKey::<Ac>::new(crate::crypto::Algorithm::Tdes, &key(JPOS_KEY), policy);
    let card = imk
        .unwrap()
        .card_key(&pan, PanSequenceNumber::ZERO, CardKeyOption::A)
        .unwrap();
    let input = CvvInput::new(
        &pan,
        expiry("1310"),
        ServiceCode::from_digits("226").unwrap(),
    );
    let atc = ApplicationTransactionCounter(0x3210);
    let value = dcvv(&card, &input, atc, CvvDigits::THREE).unwrap();
    assert!(value.matches("422"));

    let imk = IssuerMasterKey::<Cvc3>::new(crate::crypto::Algorithm::Tdes, &key(JPOS_KEY), policy);
    let card = imk
        .unwrap()
        .card_key(&pan, PanSequenceNumber::ZERO, CardKeyOption::A)
        .unwrap();
    let un = UnpredictableNumber([0x00, 0x00, 0x27, 0x10]);
    let atc = ApplicationTransactionCounter(0x2710);
    let value = |digits| cvc3(&card, Ivcvc3([0xCD, 0x76]), un, atc, digits).unwrap();
    assert!(value(Cvc3Digits::ALL).matches("39464"));
    assert!(value(Cvc3Digits::THREE).matches("464"));
    let track = hex::decode("1234567890123456D12012061000110000000F").unwrap();
    let initial = Ivcvc3::of_track(&card, &track).unwrap();
    let value = cvc3(&card, initial, un, atc, Cvc3Digits::THREE).unwrap();
    assert!(value.matches("464"));
}

/// The number of digits is the profile's: nothing but the whole value verifies.
#[test]
fn only_the_whole_value_matches() {
    let pan = pan("4123456789012345");
    let input = CvvInput::icvv(&pan, expiry("8701"));
    for count in 1..=16 {
        let digits = CvvDigits::new(count).unwrap();
        let value = cvk().verification_value(&input, digits).unwrap();
        let text = value.reveal(str::to_string);
        assert_eq!(text.len(), usize::from(count));
        assert!(text.bytes().all(|byte| byte.is_ascii_digit()));
        assert!(value.matches(&text));
        for length in 0..text.len() {
            assert!(!value.matches(&text[..length]));
        }
        assert!(!value.matches(format!("{text}0")));
        assert!(!value.matches(format!("{text}\0")));
        assert!(!value.matches([0; 16]));
        assert!(!format!("{value:?}").contains(&text[..]) || count < 3);
    }
    for count in [0, 17] {
        let error = CvvDigits::new(count).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::DigitCount);
    }
    assert!(Cvc3Digits::new(6).is_err());
}

#[test]
fn date_order_is_the_callers() {
    let month = YearMonth::new(2030, 12).unwrap();
    assert_eq!(ExpiryDigits::yymm(month), expiry("3012"));
    assert_eq!(ExpiryDigits::mmyy(month), expiry("1230"));
    for text in ["", "301", "30123", "3O12"] {
        assert!(ExpiryDigits::from_digits(text).is_err(), "{text}");
    }
}

#[test]
fn pvv() {
    // cfpp's, as in tests/vectors.
    let pvk = PinVerificationKey::tdes(&key("233220CCDDCC322315C44C2A51A2DFFD")).unwrap();
    let pin = Pin::from_digits("1234").unwrap();
    let value = pvk
        .verification_value(&pan("4444333322221111"), 1, &pin)
        .unwrap();
    assert!(value.matches("7211"));
    assert!(!value.matches("721") && !value.matches("") && !value.matches("72110"));
    // The first four digits of a longer PIN count.
    let longer = Pin::from_digits("12345").unwrap();
    let value = pvk
        .verification_value(&pan("4444333322221111"), 1, &longer)
        .unwrap();
    assert!(value.matches("7211"));
    let refused = pvk.verification_value(&pan("4444333322221111"), 10, &pin);
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Value);
    let refused = pvk.verification_value(&pan("44443333222"), 1, &pin);
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::Value);
}

#[test]
fn keys_refuse_and_hide() {
    let refused = |bytes: [u8; 16]| {
        let kind = CardVerificationKey::tdes(&bytes).unwrap_err().kind();
        assert_eq!(PinVerificationKey::tdes(&bytes).unwrap_err().kind(), kind);
        kind
    };
    assert_eq!(refused([0; 16]), ErrorKind::ZeroKey);
    assert_eq!(refused([0x13; 16]), ErrorKind::EqualHalves);
    let weak = key("FEFEFEFEFEFEFEFE0123456789ABCDEF");
    assert_eq!(refused(weak), ErrorKind::WeakKey);
    assert_eq!(cvk().check_value().unwrap().to_string(), "08D7B4");
    assert_eq!(
        format!("{:?}", cvk()),
        "CardVerificationKey(Tdes(redacted))"
    );
}

const T1: &str = "B4761739001010010^DOE/JANE^30122011234500561";
const T2: &str = "4761739001010010=30122011234556100";

/// The check character: all characters to the end sentinel add up to it, bit by bit.
fn with_check(framed: &str, zero: u8) -> String {
    let sum = framed.bytes().fold(0, |sum, byte| sum ^ (byte - zero));
    format!("{framed}{}", char::from(zero + sum))
}

#[test]
fn tracks_with_and_without_frame() {
    let framed = format!("%{T1}?");
    let bare = Track1::parse(T1).unwrap();
    assert_eq!(Track1::parse(&framed).unwrap(), bare);
    assert_eq!(Track1::parse(with_check(&framed, 0x20)).unwrap(), bare);
    assert_eq!(bare.name(), "DOE/JANE");
    let values = DiscretionaryProfile::TRACK_1
        .read(bare.discretionary_data())
        .unwrap();
    assert_eq!(
        (values.pvki, values.pvv, values.cvv),
        (Some(1), Some("2345"), Some("561"))
    );

    let framed = format!(";{T2}?");
    let bare = Track2::parse(T2).unwrap();
    assert_eq!(Track2::parse(&framed).unwrap(), bare);
    assert_eq!(Track2::parse(with_check(&framed, 0x30)).unwrap(), bare);
    assert_eq!(Track2::parse(T2.replace('=', "D")).unwrap(), bare);
    assert_eq!(bare.expiry(), YearMonth::new(2030, 12).unwrap());
    assert_eq!(bare.service_code().digits(), [2, 0, 1]);
    assert_eq!(bare.discretionary_data(), b"1234556100");
}

#[test]
fn one_check_character_agrees() {
    // The worked examples of MagTek's manual for TTL readers, section 3.
    for text in [";0?4", ";01?5"] {
        assert!(
            super::track::TRACK_2.open(text.as_bytes()).is_ok(),
            "{text}"
        );
    }
    let framed = ";4761739001010010=30122011234556100?";
    let good = with_check(framed, 0x30);
    for character in 0x30..=0x3F_u8 {
        let text = format!("{framed}{}", char::from(character));
        match Track2::parse(&text) {
            Ok(_) => assert_eq!(text, good),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::CheckCharacter);
                assert_eq!(error.offset(), Some(framed.len()));
            }
        }
    }
}

#[test]
fn tracks_refused() {
    use ErrorKind::{Date, NotDecimal, PanLength, Track, TrailingBytes};
    for (text, kind, offset) in [
        ("", Track, 0),
        (";4761739001010010=30122011234556100", Track, 35),
        ("4761739001010010=30122011234556100?", NotDecimal, 34),
        (";4761739001010010D30122011234556100?", Track, 35),
        (";4761739001010010=3012201?AA", TrailingBytes, 27),
        ("4761739001010010=301320112345", Date, 17),
        ("4761739001010010=3O12201", NotDecimal, 18),
        ("4761739001010010=30122O1", NotDecimal, 22),
        ("4761739001010010=301220", Track, 23),
        ("4761739001010010==30122011", NotDecimal, 17),
        ("476173900101001A=3012201", NotDecimal, 15),
        ("4761739=3012201", PanLength, 0),
        ("47617390010100100000=3012201", PanLength, 19),
        ("4761739001010010=3012201=1", NotDecimal, 24),
        ("4761739001010010=301220112345678901234", Track, 37),
    ] {
        let error = Track2::parse(text).unwrap_err();
        let offset = if (kind, offset) == (PanLength, 0) {
            error.offset()
        } else {
            Some(offset)
        };
        assert_eq!((error.kind(), error.offset()), (kind, offset), "{text}");
    }
    for (text, kind, offset) in [
        ("%A4761739001010010^DOE/JANE^3012201?", Track, 1),
        ("%B4761739001010010DOE/JANE3012201?", Track, 33),
        ("%B4761739001010010^DOE/JANE3012201?", Track, 34),
        ("%B4761739001010010^D^3012201?", Track, 19),
        (
            "%B4761739001010010^ABCDEFGHIJKLMNOPQRSTUVWXYZA^3012201?",
            Track,
            45,
        ),
        ("%B4761739001010010^doe/jane^3012201?", Track, 19),
        ("%B4761739001010010^DOE/JANE^30122?", Track, 33),
        ("%B4761739001010010^DOE/JANE^3012201^?", Track, 35),
        ("%B47617390010100I0^DOE/JANE^3012201?", NotDecimal, 16),
    ] {
        let error = Track1::parse(text).unwrap_err();
        assert_eq!(
            (error.kind(), error.offset()),
            (kind, Some(offset)),
            "{text}"
        );
    }
}

#[test]
fn tracks_hide_what_they_hold() {
    let one = format!("{:?}", Track1::parse(T1).unwrap());
    let two = format!("{:?}", Track2::parse(T2).unwrap());
    for shown in [one, two] {
        assert!(shown.contains("476173******0010"), "{shown}");
        assert!(!shown.contains("JANE") && !shown.contains("561"), "{shown}");
    }
}

#[test]
fn positions_past_the_end() {
    let error = DiscretionaryProfile::TRACK_2.read(b"1234556").unwrap_err();
    assert_eq!((error.kind(), error.offset()), (ErrorKind::Track, Some(7)));
    let error = DiscretionaryProfile::TRACK_2.read(b"12345A61").unwrap_err();
    assert_eq!(
        (error.kind(), error.offset()),
        (ErrorKind::NotDecimal, Some(5))
    );
    let far = DiscretionaryProfile {
        pvki: Some(usize::MAX),
        pvv: None,
        cvv: None,
    };
    assert!(far.read(b"1234").is_err());
}

#[test]
fn any_text() {
    let samples = [
        format!("%{T1}?"),
        format!(";{T2}?"),
        T1.to_string(),
        T2.to_string(),
    ];
    for length in 0..=300 {
        for sample in &samples {
            let grown: Vec<u8> = sample.bytes().cycle().take(length).collect();
            for bytes in [grown, std::vec![0; length], std::vec![0xFF; length]] {
                assert!(Track1::parse(&bytes).is_err() || bytes.len() <= 79);
                assert!(Track2::parse(&bytes).is_err() || bytes.len() <= 40);
            }
        }
    }
}
