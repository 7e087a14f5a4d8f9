//! Test cards with offline data authentication: certificates in file 3, and private keys.

use rand_core::CryptoRng;

use super::certificates as data;
use super::template::Template;
use super::{
    CCD_AES, CCD_IDENTITY, CCD_TDES, CCD_TRACK_2, CDOL2_CODE_ONLY, CDOL2_METHOD_1, CDOL2_METHOD_2,
    M_CHIP_10_LIKE, M_CHIP_11_LIKE, M_CHIP_14_LIKE, M_CHIP_15_LIKE, M_CHIP_IDENTITY,
    M_CHIP_TRACK_2, TestCard, UNIONPAY_01_LIKE, UNIONPAY_IDENTITY, UNIONPAY_TRACK_2, VISA_10_LIKE,
    VISA_18_LIKE, VISA_22_LIKE, VISA_IDENTITY, VISA_TRACK_2, keys, record, rules_with,
};
use crate::card::{CardPrivateKeys, Profile, Record, SoftwareCoprocessor};
use crate::element::ApplicationInterchangeProfile as Aip;
use crate::error::Result;
use crate::oda::SecondXda;
use crate::tag;
use crate::tlv;

impl TestCard {
    /// Those with certificates and private keys.
    pub const SIGNING: &'static [Self] = &[
        CCD_SDA,
        CCD_DDA,
        CCD_CDA,
        CCD_XDA,
        CCD_AES_CDA,
        CCD_AES_XDA,
        VISA_10_CDA,
        VISA_18_CDA,
        VISA_22_CDA,
        M_CHIP_10_CDA,
        M_CHIP_11_CDA,
        M_CHIP_14_CDA,
        M_CHIP_15_CDA,
        UNIONPAY_01_CDA,
    ];

    /// The private keys that the card's profile tells of, none for most cards of [`ALL`](Self::ALL).
    ///
    /// # Errors
    /// None for the cards of this module.
    pub fn private_keys(&self) -> Result<CardPrivateKeys> {
        let aip = self.profile.aip;
        let mut all = CardPrivateKeys::new();
        if aip.intersects(Aip::DDA_SUPPORTED | Aip::CDA_SUPPORTED) {
            all = all.with_icc_key(keys::icc()?);
        }
        if aip.contains(Aip::XDA_SUPPORTED) {
            all = all.with_ec_key(keys::ec_icc()?, SecondXda::default());
        }
        let has_pin_key = |record: &Record<'_>| {
            let template = tlv::find(record.data, tag::READ_RECORD_RESPONSE_TEMPLATE).ok()??;
            let found = tlv::find(template.value, tag::ICC_PIN_PUBLIC_KEY_CERTIFICATE);
            found.ok()?.map(drop)
        };
        let mut records = self.profile.records.iter();
        if records.any(|record| has_pin_key(record).is_some()) {
            all = all.with_pin_key(keys::pin()?);
        }
        Ok(all)
    }

    /// A coprocessor with the card's private keys and the caller's generator.
    ///
    /// ```
    /// use chipcard::card::{Applet, VolatileMemory, test_cards};
    /// # use rand::SeedableRng;
    ///
    /// let test = &test_cards::CCD_CDA;
    /// let rng = rand::rngs::StdRng::seed_from_u64(1); // A test's; a card needs one that nobody can foretell.
    /// let card = Applet::new(&test.profile, test.card_keys()?, VolatileMemory::new())?
    ///     .with_coprocessor(test.coprocessor(rng)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// None for the cards of this module.
    pub fn coprocessor<R: CryptoRng>(&self, rng: R) -> Result<SoftwareCoprocessor<R>> {
        Ok(SoftwareCoprocessor::new(rng, self.private_keys()?))
    }
}

/// If the terminal supports it: PIN enciphered to the card, in clear to the card, online PIN, signature; else no CVM.
const CVM_LIST: &str = "00000000000000004403410342035E031F03";

/// Offline data authentication that failed or was not done is a reason to go online, and without the issuer to decline.
const ACTIONS: [&str; 2] = ["FC50808800", "FC70809800"];
/// With XDA, whose failures have bits of their own.
const XDA_ACTIONS: [&str; 2] = ["FC50808906", "FC70809906"];

const RULES_METHOD_1: Template = rules_with(&CDOL2_METHOD_1, CVM_LIST, ACTIONS);
const RULES_METHOD_2: Template = rules_with(&CDOL2_METHOD_2, CVM_LIST, ACTIONS);
const RULES_CODE_ONLY: Template = rules_with(&CDOL2_CODE_ONLY, CVM_LIST, ACTIONS);
/// These cards have no RSA key, so nothing is enciphered to them.
const RULES_SDA: Template = rules_with(&CDOL2_METHOD_2, super::CVM_LIST, ACTIONS);
const RULES_XDA: Template = rules_with(&CDOL2_METHOD_2, super::CVM_LIST, XDA_ACTIONS);

/// Both records of file 2 are authenticated; file 3 has the certificates.
const fn afl(certificates: u8) -> [u8; 12] {
    [
        0x08,
        0x01,
        0x01,
        0x00,
        0x10,
        0x01,
        0x02,
        0x02,
        0x18,
        0x01,
        certificates,
        0x00,
    ]
}

const AFL_OF_TWO: [u8; 12] = afl(2);
const AFL_OF_THREE: [u8; 12] = afl(3);
const AFL_OF_FOUR: [u8; 12] = afl(4);

/// The list of INTERNAL AUTHENTICATE: the unpredictable number.
const DDOL: [u8; 3] = [0x9F, 0x37, 0x04];

/// The issuer's key.
const fn issuer(certificate: &str) -> Template {
    Template::new()
        .put_bytes(0x8F, &[keys::CA_INDEX])
        .put(0x90, certificate)
        .put(0x9F32, "03")
        .put(0x92, data::ISSUER_REMAINDER)
        .wrapped(0x70)
}

/// The card's key. The signatures over the static data cover the application interchange profile too.
const fn icc(certificate: &str) -> Template {
    Template::new()
        .put(0x9F46, certificate)
        .put(0x9F47, "03")
        .put(0x9F48, data::ICC_REMAINDER)
        .put_bytes(0x9F49, &DDOL)
        .put(0x9F4A, "82")
        .wrapped(0x70)
}

/// The card's key for PINs.
const fn pin(certificate: &str) -> Template {
    Template::new()
        .put(0x9F2D, certificate)
        .put(0x9F2E, "010001")
        .put(0x9F2F, data::PIN_REMAINDER)
        .wrapped(0x70)
}

const fn static_data(signature: &str) -> Template {
    Template::new().put(0x93, signature).wrapped(0x70)
}

const CCD_ISSUER: Template = issuer(data::ISSUER_CCD);
const CCD_PIN: Template = pin(data::PIN_CCD);
const CCD_SDA_STATIC: Template = Template::new()
    .put(0x93, data::STATIC_CCD_SDA)
    .put(0x9F4A, "82")
    .wrapped(0x70);
const CCD_DDA_ICC: Template = icc(data::ICC_CCD_DDA);
const CCD_DDA_STATIC: Template = static_data(data::STATIC_CCD_DDA);
const CCD_CDA_ICC: Template = icc(data::ICC_CCD_CDA);
const CCD_CDA_STATIC: Template = static_data(data::STATIC_CCD_CDA);

/// As [`CCD_TDES`], with SDA. It has no key of its own.
pub const CCD_SDA: TestCard = TestCard {
    name: "ccd-sda",
    profile: Profile {
        label: b"CCD SDA TEST",
        aip: Aip([0x58, 0x00]),
        afl: &AFL_OF_TWO,
        records: &[
            record(1, 1, &CCD_TRACK_2),
            record(2, 1, &CCD_IDENTITY),
            record(2, 2, &RULES_SDA),
            record(3, 1, &CCD_ISSUER),
            record(3, 2, &CCD_SDA_STATIC),
        ],
        ..CCD_TDES.profile
    },
    ..CCD_TDES
};

/// As [`CCD_TDES`], with SDA and DDA. PINs are enciphered with the key of its signatures.
pub const CCD_DDA: TestCard = TestCard {
    name: "ccd-dda",
    profile: Profile {
        label: b"CCD DDA TEST",
        aip: Aip([0x78, 0x00]),
        afl: &AFL_OF_THREE,
        records: &[
            record(1, 1, &CCD_TRACK_2),
            record(2, 1, &CCD_IDENTITY),
            record(2, 2, &RULES_METHOD_2),
            record(3, 1, &CCD_ISSUER),
            record(3, 2, &CCD_DDA_ICC),
            record(3, 3, &CCD_DDA_STATIC),
        ],
        ddol: &DDOL,
        ..CCD_TDES.profile
    },
    ..CCD_TDES
};

/// As [`CCD_TDES`], with SDA, DDA and CDA, and a key of its own for PINs: the card that has most, and the one that the command
/// line takes unless told otherwise.
pub const CCD_CDA: TestCard = TestCard {
    name: "ccd-cda",
    profile: Profile {
        label: b"CCD CDA TEST",
        aip: Aip([0x79, 0x00]),
        afl: &AFL_OF_FOUR,
        records: &[
            record(1, 1, &CCD_TRACK_2),
            record(2, 1, &CCD_IDENTITY),
            record(2, 2, &RULES_METHOD_2),
            record(3, 1, &CCD_ISSUER),
            record(3, 2, &CCD_CDA_ICC),
            record(3, 3, &CCD_CDA_STATIC),
            record(3, 4, &CCD_PIN),
        ],
        ddol: &DDOL,
        ..CCD_TDES.profile
    },
    ..CCD_TDES
};

/// As [`CCD_AES`], with SDA, DDA and CDA.
pub const CCD_AES_CDA: TestCard = TestCard {
    name: "ccd-aes-cda",
    profile: Profile {
        label: b"CCD AES CDA TEST",
        version: CCD_AES.profile.version,
        iad: CCD_AES.profile.iad,
        ..CCD_CDA.profile
    },
    ..CCD_CDA
};

const fn ec_issuer(certificate: &str) -> Template {
    Template::new()
        .put_bytes(0x8F, &[keys::EC_CA_INDEX])
        .put(0x90, certificate)
        .wrapped(0x70)
}

const fn ec_icc(certificate: &str) -> Template {
    Template::new().put(0x9F46, certificate).wrapped(0x70)
}

const CCD_EC_ISSUER: Template = ec_issuer(data::EC_ISSUER_CCD);
const CCD_XDA_ICC: Template = ec_icc(data::EC_ICC_CCD_XDA);
const CCD_AES_XDA_ICC: Template = ec_icc(data::EC_ICC_CCD_AES_XDA);

/// As [`CCD_TDES`], with XDA on P-256 (EMV 4.4).
pub const CCD_XDA: TestCard = TestCard {
    name: "ccd-xda",
    profile: Profile {
        label: b"CCD XDA TEST",
        aip: Aip([0x98, 0x00]),
        afl: &AFL_OF_TWO,
        records: &[
            record(1, 1, &CCD_TRACK_2),
            record(2, 1, &CCD_IDENTITY),
            record(2, 2, &RULES_XDA),
            record(3, 1, &CCD_EC_ISSUER),
            record(3, 2, &CCD_XDA_ICC),
        ],
        ..CCD_TDES.profile
    },
    ..CCD_TDES
};

/// As [`CCD_AES`], with XDA on P-256 and without a PDOL.
pub const CCD_AES_XDA: TestCard = TestCard {
    name: "ccd-aes-xda",
    profile: Profile {
        label: b"CCD AES XDA TEST",
        pdol: &[],
        records: &[
            record(1, 1, &CCD_TRACK_2),
            record(2, 1, &CCD_IDENTITY),
            record(2, 2, &RULES_XDA),
            record(3, 1, &CCD_EC_ISSUER),
            record(3, 2, &CCD_AES_XDA_ICC),
        ],
        version: CCD_AES.profile.version,
        iad: CCD_AES.profile.iad,
        ..CCD_XDA.profile
    },
    ..CCD_XDA
};

const VISA_ISSUER: Template = issuer(data::ISSUER_VISA);
const VISA_PIN: Template = pin(data::PIN_VISA);
const VISA_18_ICC: Template = icc(data::ICC_VISA_18);
const VISA_18_STATIC: Template = static_data(data::STATIC_VISA_18);
const VISA_10_22_ICC: Template = icc(data::ICC_VISA_10_22);
const VISA_10_22_STATIC: Template = static_data(data::STATIC_VISA_10_22);

/// As [`VISA_18_LIKE`], with SDA, DDA and CDA.
pub const VISA_18_CDA: TestCard = TestCard {
    name: "visa-18-cda",
    profile: Profile {
        aip: Aip([0x79, 0x00]),
        afl: &AFL_OF_FOUR,
        records: &[
            record(1, 1, &VISA_TRACK_2),
            record(2, 1, &VISA_IDENTITY),
            record(2, 2, &RULES_METHOD_2),
            record(3, 1, &VISA_ISSUER),
            record(3, 2, &VISA_18_ICC),
            record(3, 3, &VISA_18_STATIC),
            record(3, 4, &VISA_PIN),
        ],
        ddol: &DDOL,
        ..VISA_18_LIKE.profile
    },
    ..VISA_18_LIKE
};

/// As [`VISA_10_LIKE`], with SDA, DDA and CDA.
pub const VISA_10_CDA: TestCard = TestCard {
    name: "visa-10-cda",
    profile: Profile {
        aip: Aip([0x7D, 0x00]),
        afl: &AFL_OF_FOUR,
        records: &[
            record(1, 1, &VISA_TRACK_2),
            record(2, 1, &VISA_IDENTITY),
            record(2, 2, &RULES_CODE_ONLY),
            record(3, 1, &VISA_ISSUER),
            record(3, 2, &VISA_10_22_ICC),
            record(3, 3, &VISA_10_22_STATIC),
            record(3, 4, &VISA_PIN),
        ],
        ddol: &DDOL,
        ..VISA_10_LIKE.profile
    },
    ..VISA_10_LIKE
};

/// As [`VISA_22_LIKE`], with SDA, DDA and CDA.
pub const VISA_22_CDA: TestCard = TestCard {
    name: "visa-22-cda",
    profile: Profile {
        version: VISA_22_LIKE.profile.version,
        iad: VISA_22_LIKE.profile.iad,
        ..VISA_10_CDA.profile
    },
    ..VISA_10_CDA
};

const M_CHIP_ISSUER: Template = issuer(data::ISSUER_M_CHIP);
const M_CHIP_PIN: Template = pin(data::PIN_M_CHIP);
const M_CHIP_ICC: Template = icc(data::ICC_M_CHIP);
const M_CHIP_STATIC: Template = static_data(data::STATIC_M_CHIP);

/// Data authentication code of all signed static data, and of the issuer application data that tell of it.
const DATA_AUTHENTICATION_CODE: [u8; 2] = [0xDA, 0xC1];

const fn m_chip_iad(version: u8) -> [u8; 18] {
    let mut iad = super::m_chip_iad(version);
    [iad[8], iad[9]] = DATA_AUTHENTICATION_CODE;
    iad
}

const M_CHIP_10_IAD: [u8; 18] = m_chip_iad(0x10);
const M_CHIP_11_IAD: [u8; 18] = m_chip_iad(0x11);
const M_CHIP_14_IAD: [u8; 18] = m_chip_iad(0x14);
const M_CHIP_15_IAD: [u8; 18] = m_chip_iad(0x15);

/// As [`M_CHIP_14_LIKE`], with SDA, DDA and CDA. The issuer application data tell of the data authentication code, or of
/// the ICC dynamic number of a transaction with DDA or CDA.
pub const M_CHIP_14_CDA: TestCard = TestCard {
    name: "mchip-14-cda",
    profile: Profile {
        aip: Aip([0x79, 0x00]),
        afl: &AFL_OF_FOUR,
        records: &[
            record(1, 1, &M_CHIP_TRACK_2),
            record(2, 1, &M_CHIP_IDENTITY),
            record(2, 2, &RULES_METHOD_1),
            record(3, 1, &M_CHIP_ISSUER),
            record(3, 2, &M_CHIP_ICC),
            record(3, 3, &M_CHIP_STATIC),
            record(3, 4, &M_CHIP_PIN),
        ],
        ddol: &DDOL,
        iad: &M_CHIP_14_IAD,
        ..M_CHIP_14_LIKE.profile
    },
    ..M_CHIP_14_LIKE
};

/// As [`M_CHIP_10_LIKE`], with SDA, DDA and CDA.
pub const M_CHIP_10_CDA: TestCard = TestCard {
    name: "mchip-10-cda",
    profile: Profile {
        version: M_CHIP_10_LIKE.profile.version,
        iad: &M_CHIP_10_IAD,
        ..M_CHIP_14_CDA.profile
    },
    ..M_CHIP_14_CDA
};

/// As [`M_CHIP_11_LIKE`], with SDA, DDA and CDA.
pub const M_CHIP_11_CDA: TestCard = TestCard {
    name: "mchip-11-cda",
    profile: Profile {
        version: M_CHIP_11_LIKE.profile.version,
        iad: &M_CHIP_11_IAD,
        ..M_CHIP_14_CDA.profile
    },
    ..M_CHIP_14_CDA
};

/// As [`M_CHIP_15_LIKE`], with SDA, DDA and CDA.
pub const M_CHIP_15_CDA: TestCard = TestCard {
    name: "mchip-15-cda",
    profile: Profile {
        version: M_CHIP_15_LIKE.profile.version,
        iad: &M_CHIP_15_IAD,
        ..M_CHIP_14_CDA.profile
    },
    ..M_CHIP_14_CDA
};

const UNIONPAY_ISSUER: Template = issuer(data::ISSUER_UNIONPAY);
const UNIONPAY_PIN: Template = pin(data::PIN_UNIONPAY);
const UNIONPAY_ICC: Template = icc(data::ICC_UNIONPAY);
const UNIONPAY_STATIC: Template = static_data(data::STATIC_UNIONPAY);

/// As [`UNIONPAY_01_LIKE`], with SDA, DDA and CDA.
pub const UNIONPAY_01_CDA: TestCard = TestCard {
    name: "unionpay-01-cda",
    profile: Profile {
        aip: Aip([0x7D, 0x00]),
        afl: &AFL_OF_FOUR,
        records: &[
            record(1, 1, &UNIONPAY_TRACK_2),
            record(2, 1, &UNIONPAY_IDENTITY),
            record(2, 2, &RULES_CODE_ONLY),
            record(3, 1, &UNIONPAY_ISSUER),
            record(3, 2, &UNIONPAY_ICC),
            record(3, 3, &UNIONPAY_STATIC),
            record(3, 4, &UNIONPAY_PIN),
        ],
        ddol: &DDOL,
        ..UNIONPAY_01_LIKE.profile
    },
    ..UNIONPAY_01_LIKE
};
