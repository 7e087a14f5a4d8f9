extern crate std;

use std::vec::Vec;

use super::{CardVerificationResults, IadLayout, IadTail, IssuerApplicationData, SecondGenerateAc};
use crate::element::CryptogramType;
use crate::error::ErrorKind;

fn unhex(text: &str) -> Vec<u8> {
    hex::decode(text).unwrap()
}

/// jPOS, IssuerApplicationDataTest.java: asserted there.
const JPOS_MC2: &str = "0210A00000000000000000000000000000FF";
const JPOS_VIS1: &str = "06010A03A40000";
const JPOS_VIS2: &str = "1F22010020000000000000000007717300000000000000000000000000000000";
const JPOS_CCD: &str = "0FA506A231C0020000000000000000000F110601010000000000000000000000";
/// pyemv, the test of its Interac version 133.
const PYEMV_INTERAC: &str = "1501850440B100000000B00000000000000000000000";
/// A PBOC transaction published on the web with its keys and cryptogram.
const PBOC: &str = "07000103A04002010A010000001000D1F61152";

#[test]
fn jpos_m_chip() {
    let bytes = unhex(JPOS_MC2);
    let iad = IssuerApplicationData::parse(IadLayout::MChip, &bytes).unwrap();
    assert_eq!(iad.key_index(), Some(0x02));
    assert_eq!(iad.cvn(), Some(0x10));
    assert_eq!(iad.cvr().unwrap().bytes(), unhex("A00000000000"));
    assert_eq!(iad.dac(), Some([0, 0]));
    assert_eq!(iad.counters().unwrap(), unhex("00000000000000FF"));
    assert_eq!(iad.issuer_discretionary_data(), None);
    assert_eq!(iad.bytes(), bytes);
}

#[test]
fn jpos_visa_format_0() {
    let bytes = unhex(JPOS_VIS1);
    let iad = IssuerApplicationData::parse(IadLayout::Visa013, &bytes).unwrap();
    assert_eq!((iad.key_index(), iad.cvn()), (Some(0x01), Some(0x0A)));
    assert_eq!(iad.cvr().unwrap().bytes(), unhex("03A40000"));
    assert_eq!((iad.dac(), iad.counters()), (None, None));
    assert_eq!(iad.issuer_discretionary_data(), None);
}

#[test]
fn jpos_visa_format_2() {
    let bytes = unhex(JPOS_VIS2);
    let iad = IssuerApplicationData::parse(IadLayout::Visa24, &bytes).unwrap();
    assert_eq!((iad.key_index(), iad.cvn()), (Some(0x01), Some(0x22)));
    assert_eq!(iad.cvr().unwrap().bytes(), unhex("0020000000"));
    assert_eq!(
        iad.issuer_discretionary_data().unwrap(),
        unhex("000000000007717300000000000000000000000000000000")
    );
}

#[test]
fn jpos_ccd() {
    let bytes = unhex(JPOS_CCD);
    let iad = IssuerApplicationData::parse(IadLayout::Ccd, &bytes).unwrap();
    assert_eq!((iad.key_index(), iad.cvn()), (Some(0x06), Some(0xA5)));
    assert_eq!(iad.cvr().unwrap().bytes(), unhex("A231C00200"));
    assert_eq!(iad.counters().unwrap(), [0; 8]);
    assert_eq!(
        iad.issuer_discretionary_data().unwrap(),
        unhex("110601010000000000000000000000")
    );
}

#[test]
fn pyemv_interac() {
    let bytes = unhex(PYEMV_INTERAC);
    let iad = IssuerApplicationData::parse(IadLayout::Interac, &bytes).unwrap();
    assert_eq!((iad.key_index(), iad.cvn()), (Some(0x01), Some(0x85)));
    assert_eq!(iad.cvr().unwrap().bytes(), unhex("40B10000"));
    assert_eq!(iad.cvr().unwrap().first_generate_ac(), None);
    assert_eq!(iad.cvr().unwrap().fields().count(), 0);
}

#[test]
fn pboc() {
    let bytes = unhex(PBOC);
    let iad = IssuerApplicationData::parse(IadLayout::UnionPay, &bytes).unwrap();
    assert_eq!((iad.key_index(), iad.cvn()), (Some(0x00), Some(0x01)));
    assert_eq!(iad.cvr().unwrap().bytes(), unhex("03A04002"));
    assert_eq!(
        iad.issuer_discretionary_data().unwrap(),
        unhex("010000001000D1F61152")
    );
}

#[test]
fn m_chip_counters_go_with_the_length() {
    for (length, counters) in [(18, 8), (20, 8), (26, 16), (28, 16)] {
        let mut bytes = std::vec![0; length];
        bytes[1] = 0x15;
        let iad = IssuerApplicationData::parse(IadLayout::MChip, &bytes).unwrap();
        assert_eq!(iad.counters().unwrap().len(), counters, "{length}");
    }
    for length in [1, 2, 10, 17, 19, 21, 25, 27, 29, 32] {
        let mut bytes = std::vec![0; length];
        if let Some(cvn) = bytes.get_mut(1) {
            *cvn = 0x15;
        }
        assert!(
            IssuerApplicationData::parse(IadLayout::MChip, &bytes).is_err(),
            "{length}"
        );
    }
}

#[test]
fn layouts_collide() {
    // A Visa IAD with derivation key index 10 and ten discretionary bytes is an M/Chip IAD of version 10.
    let bytes = unhex("06101203A000000A00000000000000000000");
    assert!(IssuerApplicationData::parse(IadLayout::Visa013, &bytes).is_ok());
    assert!(IssuerApplicationData::parse(IadLayout::MChip, &bytes).is_ok());
}

fn fail(layout: IadLayout, text: &str) -> (ErrorKind, Option<usize>) {
    let error = IssuerApplicationData::parse(layout, &unhex(text)).unwrap_err();
    (error.kind(), error.offset())
}

#[test]
fn errors_name_the_byte() {
    use ErrorKind::{IadLayout as Layout, Length};
    use IadLayout::{Ccd, Interac, MChip, Opaque, UnionPay, Visa013, Visa24};
    let ccd_without_second_0f = JPOS_CCD.replace("0F11", "0E11");
    let ccd_unknown_identifier = JPOS_CCD.replace("0FA5", "0FA7");
    for (layout, text, kind, offset) in [
        (
            Opaque,
            "",
            Length {
                min: 1,
                max: 32,
                found: 0,
            },
            None,
        ),
        (
            Opaque,
            &"00".repeat(33),
            Length {
                min: 1,
                max: 32,
                found: 33,
            },
            None,
        ),
        (
            Visa013,
            "06010A03A400",
            Length {
                min: 7,
                max: 32,
                found: 6,
            },
            None,
        ),
        (Visa013, "07010A03A40000", Layout, Some(0)),
        (Visa013, "06012203A40000", Layout, Some(2)),
        (Visa013, "06010A04A40000", Layout, Some(3)),
        (Visa013, "06010A03A4000002AA", Layout, Some(7)),
        (Visa013, "06010A03A4000001AABB", Layout, Some(7)),
        (Visa24, JPOS_CCD, Layout, Some(0)),
        (Visa24, &JPOS_VIS2.replace("1F22", "1F12"), Layout, Some(1)),
        (
            Ccd,
            &JPOS_CCD[2..],
            Length {
                min: 32,
                max: 32,
                found: 31,
            },
            None,
        ),
        (Ccd, &ccd_unknown_identifier, Layout, Some(1)),
        (Ccd, &ccd_without_second_0f, Layout, Some(16)),
        (MChip, &JPOS_MC2.replace("0210", "0212"), Layout, Some(1)),
        (UnionPay, &PBOC[..36], Layout, Some(8)),
        (Interac, &PYEMV_INTERAC[..42], Layout, Some(0)),
    ] {
        assert_eq!(fail(layout, text), (kind, offset), "{layout} {text}");
    }
}

#[test]
fn tails() {
    let exact = IadTail::Exact;
    let parse = |tail, text: &str| {
        IssuerApplicationData::parse_with_tail(IadLayout::Visa013, tail, &unhex(text))
            .map(|iad| {
                (
                    iad.bytes().len(),
                    iad.issuer_discretionary_data().map(<[u8]>::len),
                )
            })
            .map_err(|error| error.kind())
    };
    let padded = std::format!("{JPOS_VIS1}{}", "00".repeat(25));
    assert_eq!(parse(exact, &padded), Err(ErrorKind::IadLayout));
    assert_eq!(parse(IadTail::ZeroPadded, &padded), Ok((7, None)));
    assert_eq!(parse(IadTail::Any, &padded), Ok((32, Some(25))));
    let with_data = std::format!("{JPOS_VIS1}02AABB");
    assert_eq!(parse(exact, &with_data), Ok((10, Some(2))));
    let padded = std::format!("{with_data}{}", "00".repeat(22));
    assert_eq!(parse(exact, &padded), Err(ErrorKind::IadLayout));
    assert_eq!(parse(IadTail::ZeroPadded, &padded), Ok((10, Some(2))));
    // The padding does not hide a length that lies.
    let lie = std::format!("{JPOS_VIS1}20AABB{}", "00".repeat(22));
    assert_eq!(parse(IadTail::ZeroPadded, &lie), Err(ErrorKind::IadLayout));
    let not_zero = std::format!("{with_data}00000001");
    assert_eq!(
        parse(IadTail::ZeroPadded, &not_zero),
        Err(ErrorKind::IadLayout)
    );
    // A length of zero that leads to the end is a length.
    assert_eq!(parse(exact, "06010A03A4000000"), Ok((8, Some(0))));
}

fn cvr(layout: IadLayout, bytes: &[u8]) -> CardVerificationResults<'_> {
    CardVerificationResults::new(layout, bytes)
}

#[test]
fn facts_of_each_layout() {
    let ccd = unhex("A231C00200");
    let ccd = cvr(IadLayout::Ccd, &ccd);
    assert_eq!(ccd.first_generate_ac(), Some(CryptogramType::Arqc));
    assert_eq!(
        ccd.second_generate_ac(),
        Some(SecondGenerateAc::NotRequested)
    );
    assert_eq!(ccd.issuer_authentication_not_performed(), Some(true));
    assert_eq!(ccd.issuer_authentication_failed(), Some(false));
    assert_eq!(ccd.issuer_authentication_performed(), None);
    assert_eq!(ccd.pin_tries_remaining(), Some(3));
    assert_eq!(ccd.last_online_not_completed(), Some(true));
    assert_eq!(ccd.lower_offline_limit_exceeded(), Some(true));
    assert_eq!(ccd.upper_offline_limit_exceeded(), Some(true));
    assert_eq!(ccd.go_online_next(), Some(true));
    assert_eq!(ccd.new_card(), None);

    let m_chip = [0x65, 0x20, 0x52, 0x89, 0x07, 0x10];
    let m_chip = cvr(IadLayout::MChip, &m_chip);
    assert_eq!(m_chip.first_generate_ac(), Some(CryptogramType::Arqc));
    assert_eq!(m_chip.second_generate_ac(), Some(SecondGenerateAc::Tc));
    assert_eq!(m_chip.offline_pin_performed(), Some(true));
    assert_eq!(m_chip.offline_pin_successful(), Some(true));
    assert_eq!(m_chip.offline_pin_failed(), Some(false));
    assert_eq!(m_chip.cda_performed(), Some(true));
    assert_eq!(m_chip.script_counter(), Some(5));
    assert_eq!(m_chip.pin_tries_remaining(), Some(2));
    assert_eq!(m_chip.pin_try_limit_exceeded(), Some(true));
    assert_eq!(m_chip.last_online_not_completed(), Some(true));
    assert_eq!(m_chip.terminal_wrongly_assumes_pin(), Some(true));
    assert_eq!(m_chip.issuer_authentication_failed(), Some(true));
    assert_eq!(m_chip.script_failed(), Some(true));
    assert_eq!(m_chip.lower_offline_limit_exceeded(), Some(false));
    assert_eq!(m_chip.upper_offline_limit_exceeded(), Some(true));

    let visa = [0x03, 0xB6, 0x5D, 0x3F];
    let visa = cvr(IadLayout::Visa013, &visa);
    assert_eq!(visa.first_generate_ac(), None, "11 is reserved");
    assert_eq!(
        visa.second_generate_ac(),
        Some(SecondGenerateAc::NotRequested)
    );
    assert_eq!(visa.offline_pin_failed(), Some(true));
    assert_eq!(visa.pin_try_limit_exceeded(), Some(true));
    assert_eq!(visa.pin_tries_remaining(), None);
    assert_eq!(visa.new_card(), Some(true));
    assert_eq!(visa.issuer_authentication_failed(), Some(true));
    assert_eq!(visa.offline_data_authentication_failed(), Some(true));
    assert_eq!(visa.script_counter(), Some(3));
    assert_eq!(visa.expected_pin_not_received(), Some(true));
    assert_eq!(visa.velocity_limit_exceeded(), Some(false));

    let device = [0x12, 0xA4, 0x00, 0x00, 0x00];
    let device = cvr(IadLayout::Visa24, &device);
    assert_eq!(device.consumer_device_cvm_performed(), Some(true));
    assert_eq!(device.offline_pin_performed(), None);
}

#[test]
fn no_bit_has_two_names() {
    for layout in IadLayout::ALL {
        let mut seen = [0_u8; 8];
        for (field, _) in cvr(layout, &[0; 8]).fields() {
            assert_eq!(seen[field.byte] & field.mask, 0, "{layout}: {}", field.name);
            assert_ne!(field.mask, 0);
            seen[field.byte] |= field.mask;
        }
    }
}

#[test]
fn truncations() {
    for (layout, text, shorter) in [
        (IadLayout::Ccd, JPOS_CCD, &[][..]),
        (IadLayout::MChip, JPOS_MC2, &[]),
        (IadLayout::Visa24, JPOS_VIS2, &[]),
        (IadLayout::Interac, PYEMV_INTERAC, &[]),
        // These may end where their discretionary data would begin.
        (IadLayout::Visa013, "06010A03A4000002AABB", &[7]),
        (IadLayout::UnionPay, PBOC, &[8]),
    ] {
        let bytes = unhex(text);
        assert!(
            IssuerApplicationData::parse(layout, &bytes).is_ok(),
            "{layout}"
        );
        for length in 0..bytes.len() {
            let parsed = IssuerApplicationData::parse(layout, &bytes[..length]);
            assert_eq!(
                parsed.is_ok(),
                shorter.contains(&length),
                "{layout} {length}"
            );
        }
    }
}

#[test]
fn any_bytes_of_any_length_are_read_or_refused() {
    let mut state = 0x9F10_u32;
    for length in 0..=300 {
        let noise: Vec<u8> = (0..length)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8
            })
            .collect();
        let samples = [
            JPOS_MC2,
            JPOS_VIS1,
            JPOS_VIS2,
            JPOS_CCD,
            PYEMV_INTERAC,
            PBOC,
        ];
        let grown = samples.map(|text| {
            let mut bytes = unhex(text);
            bytes.resize(length, 0);
            bytes
        });
        let plain = [std::vec![0; length], std::vec![0xFF; length], noise];
        for bytes in plain.iter().chain(&grown) {
            for layout in IadLayout::ALL {
                for tail in [IadTail::Exact, IadTail::ZeroPadded, IadTail::Any] {
                    let Ok(iad) = IssuerApplicationData::parse_with_tail(layout, tail, bytes)
                    else {
                        continue;
                    };
                    assert!((1..=32).contains(&length));
                    assert!(bytes.starts_with(iad.bytes()));
                    assert!(bytes[iad.bytes().len()..].iter().all(|&byte| byte == 0));
                    if layout != IadLayout::Opaque {
                        assert!(iad.cvn().is_some() && iad.key_index().is_some());
                        assert!(iad.cvr().is_some());
                    }
                    let _ = (iad.dac(), iad.counters(), iad.issuer_discretionary_data());
                }
            }
        }
    }
}

#[test]
fn results_that_stand_alone_read_as_those_inside() {
    let bytes = [0x06, 0x01, 0x0A, 0x03, 0xA4, 0xA0, 0x00];
    let iad = IssuerApplicationData::parse(IadLayout::Visa013, &bytes).unwrap();
    let alone = CardVerificationResults::parse(IadLayout::Visa013, &bytes[3..]);
    assert_eq!(alone.ok(), iad.cvr());
    for layout in IadLayout::ALL {
        let lengths: Vec<usize> = (0..=300)
            .filter(|length| CardVerificationResults::parse(layout, &[0; 300][..*length]).is_ok())
            .collect();
        let expected: &[usize] = match layout {
            IadLayout::Opaque => &[],
            IadLayout::MChip => &[6],
            IadLayout::Ccd | IadLayout::Visa24 => &[5],
            _ => &[4],
        };
        assert_eq!(lengths, expected, "{layout}");
    }
}
