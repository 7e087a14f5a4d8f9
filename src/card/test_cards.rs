//! Ready-made cards for tests: published keys, account numbers of test ranges.
//!
//! Nothing here may ever be issued. The master keys are the example keys of many manuals, in this file for
//! everybody to read; the PANs are those that test tools of the schemes commonly carry, or begin with 999, which
//! ISO/IEC 7812 leaves to national use; the application identifier of the CCD cards is of the unregistered
//! category (`F0`).
//!
//! The profiles whose names end in "like" follow what is public of a scheme's card (see
//! [`CryptogramVersion`]); a real card of that scheme has more.
//!
//! # Master keys, key index 1
//!
//! | purpose | key (TDES, and AES-128 for [`CCD_AES`] and its like) |
//! |---|---|
//! | AC | `0123456789ABCDEFFEDCBA9876543210` |
//! | SMI | `FEDCBA98765432100123456789ABCDEF` |
//! | SMC | `89ABCDEF0123456776543210FEDCBA98` |
//!
//! With the feature `oda` there are cards with certificates and private keys too ([`TestCard::every`]); their keys and those of
//! the authority that certified them are in `test_cards::keys`.
//!
//! PIN 1234, three tries; expiry December 2049; issuer country and currency 840 (USA, US dollar).

#[cfg(feature = "oda")]
mod certificates;
#[cfg(feature = "oda")]
pub mod keys;
#[cfg(feature = "oda")]
mod signing;
mod template;

#[cfg(feature = "oda")]
pub use signing::*;

use crate::card::test_cards::template::Template;
use crate::card::{
    AuthenticationCommand, CardActionCodes, CardholderPin, Directories, IssuerAuthentication,
    Limits, Log, Parameter, Profile, Record, ReferencePin, ResponseFormat,
};
use crate::crypto::Algorithm;
use crate::cryptogram::{CipherFamily, CryptogramVersion};
use crate::element::{
    Amount, ApplicationInterchangeProfile as Aip, CountryCode, CurrencyCode, Pan, PanSequenceNumber,
};
use crate::error::Result;
use crate::key::{CardKeySet, IssuerKeySet, IssuerMasterKey, KeyPolicy};
use crate::tag::{self, Tag};

/// Master key for application cryptograms.
pub const TEST_KEY_AC: [u8; 16] = 0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3210_u128.to_be_bytes();
/// Master key for script integrity.
pub const TEST_KEY_SMI: [u8; 16] = 0xFEDC_BA98_7654_3210_0123_4567_89AB_CDEF_u128.to_be_bytes();
/// Master key for script confidentiality.
pub const TEST_KEY_SMC: [u8; 16] = 0x89AB_CDEF_0123_4567_7654_3210_FEDC_BA98_u128.to_be_bytes();

/// A card for tests: its profile, and who it is.
#[derive(Clone, Copy, Debug)]
pub struct TestCard {
    /// Its name on command lines, e.g. `ccd`.
    pub name: &'static str,
    /// What it is.
    pub profile: Profile<'static>,
    /// Its PAN, as digits.
    pub pan: &'static str,
}

impl TestCard {
    /// Those without a private key.
    pub const ALL: &'static [Self] = &[
        CCD_TDES,
        CCD_AES,
        VISA_18_LIKE,
        VISA_10_LIKE,
        VISA_22_LIKE,
        M_CHIP_10_LIKE,
        M_CHIP_11_LIKE,
        M_CHIP_14_LIKE,
        M_CHIP_15_LIKE,
        UNIONPAY_01_LIKE,
    ];

    /// Derivation key index of every test card.
    pub const KEY_INDEX: u8 = 0x01;

    /// The PIN of every test card, as VERIFY brings it.
    pub const PIN_BLOCK: [u8; 8] = [0x24, 0x12, 0x34, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    /// The card of that name.
    pub fn find(name: &str) -> Option<&'static Self> {
        Self::every().find(|card| card.name == name)
    }

    /// All test cards: [`ALL`](Self::ALL), and with the feature `oda` those that have certificates and keys for offline data
    /// authentication (`SIGNING`).
    pub fn every() -> impl Iterator<Item = &'static Self> {
        #[cfg(feature = "oda")]
        let signing = Self::SIGNING;
        #[cfg(not(feature = "oda"))]
        let signing: &[Self] = &[];
        Self::ALL.iter().chain(signing)
    }

    /// PAN.
    ///
    /// # Errors
    /// None for the cards of this module.
    pub fn pan(&self) -> Result<Pan> {
        Pan::from_digits(self.pan)
    }

    /// PAN sequence number: 01.
    ///
    /// # Errors
    /// None.
    pub fn sequence(&self) -> Result<PanSequenceNumber> {
        PanSequenceNumber::from_bcd(0x01)
    }

    /// The issuer's master keys.
    ///
    /// # Errors
    /// None for the cards of this module.
    pub fn issuer_keys(&self) -> Result<IssuerKeySet> {
        let algorithm = match self.profile.version.cipher {
            CipherFamily::Tdes => Algorithm::Tdes,
            CipherFamily::Aes => Algorithm::Aes128,
        };
        let policy = KeyPolicy::Strict;
        IssuerKeySet::new(
            Self::KEY_INDEX,
            IssuerMasterKey::new(algorithm, &TEST_KEY_AC, policy)?,
        )
        .with_smi(IssuerMasterKey::new(algorithm, &TEST_KEY_SMI, policy)?)?
        .with_smc(IssuerMasterKey::new(algorithm, &TEST_KEY_SMC, policy)?)
    }

    /// The card's own keys, derived from the issuer's.
    ///
    /// # Errors
    /// None for the cards of this module.
    pub fn card_keys(&self) -> Result<CardKeySet> {
        let option = self.profile.version.card_key;
        CardKeySet::derive(&self.issuer_keys()?, &self.pan()?, self.sequence()?, option)
    }
}

/// Amounts, country, verification results, currency, date, type and unpredictable number, 29 bytes; then terminal
/// type and CVM results, which no cryptogram version signs.
const CDOL1: Template = Template::new()
    .dol(0x9F02, 6)
    .dol(0x9F03, 6)
    .dol(0x9F1A, 2)
    .dol(0x95, 5)
    .dol(0x5F2A, 2)
    .dol(0x9A, 3)
    .dol(0x9C, 1)
    .dol(0x9F37, 4)
    .dol(0x9F35, 1)
    .dol(0x9F34, 3);

/// As CDOL1 after an answer of this many bytes and the response code.
const fn cdol2(answer_length: u8) -> Template {
    Template::new()
        .dol(0x91, answer_length)
        .dol(0x8A, 2)
        .then(&CDOL1)
}

const CDOL2_METHOD_1: Template = cdol2(10);
const CDOL2_METHOD_2: Template = cdol2(8);
/// The answer comes by EXTERNAL AUTHENTICATE.
const CDOL2_CODE_ONLY: Template = Template::new().dol(0x8A, 2).then(&CDOL1);

/// If the terminal supports it: PIN in clear to the card, online PIN, signature; else no CVM.
const CVM_LIST: &str = "0000000000000000410342035E031F03";

/// The record of file 1: track 2 equivalent data and cardholder name.
const fn track_2(value: &str) -> Template {
    Template::new()
        .put(0x57, value)
        .put(0x5F20, "544553542F43415244")
        .wrapped(0x70)
}

/// The record of file 2 that says who the card is.
const fn identity(pan: &str) -> Template {
    Template::new()
        .put(0x5A, pan)
        .put(0x5F34, "01")
        .put(0x5F24, "491231")
        .put(0x5F25, "240101")
        .put(0x5F28, "0840")
        .put(0x9F07, "FF00")
        .put(0x9F08, "0001")
        .put(0x9F42, "0840")
        .put(0x9F44, "02")
        .wrapped(0x70)
}

/// The record of file 2 that says what the terminal is to do. Offline data authentication, which these cards do
/// not have, is no reason to go online.
const fn rules(cdol2: &Template) -> Template {
    rules_with(cdol2, CVM_LIST, ["7C50808800", "7C70809800"])
}

/// With this CVM list and these issuer action codes, default and online.
const fn rules_with(cdol2: &Template, cvm_list: &str, [default, online]: [&str; 2]) -> Template {
    Template::new()
        .put(0x8E, cvm_list)
        .put(0x9F0D, default)
        .put(0x9F0E, "0000000000")
        .put(0x9F0F, online)
        .put_bytes(0x8C, CDOL1.as_bytes())
        .put_bytes(0x8D, cdol2.as_bytes())
        .wrapped(0x70)
}

const RULES_METHOD_1: Template = rules(&CDOL2_METHOD_1);
const RULES_METHOD_2: Template = rules(&CDOL2_METHOD_2);
const RULES_CODE_ONLY: Template = rules(&CDOL2_CODE_ONLY);

static PIN: ReferencePin = ReferencePin::from_block(TestCard::PIN_BLOCK);

const AFL: [u8; 8] = [0x08, 0x01, 0x01, 0x00, 0x10, 0x01, 0x02, 0x00];

const fn record(sfi: u8, number: u8, data: &'static Template) -> Record<'static> {
    Record {
        sfi,
        number,
        data: data.as_bytes(),
        updatable: sfi == 1,
    }
}

const fn currency() -> CurrencyCode {
    match CurrencyCode::new(840) {
        Ok(code) => code,
        Err(_) => panic!("a code of three digits"),
    }
}

const fn country() -> CountryCode {
    match CountryCode::new(840) {
        Ok(code) => code,
        Err(_) => panic!("a code of three digits"),
    }
}

const fn amount(minor_units: u64) -> Amount {
    match Amount::new(minor_units) {
        Ok(amount) => amount,
        Err(_) => panic!("an amount of twelve digits"),
    }
}

/// Three offline in a row or 100.00 in sum before the card wants to go online, six or 200.00 before it must.
const LIMITS: Limits = Limits {
    lower_count: 3,
    upper_count: 6,
    lower_amount: amount(10_000),
    upper_amount: amount(20_000),
};

/// The tags of EMV Book 3 for the counts; for the amounts those of M/Chip, which every test card takes.
const PARAMETERS: &[(Tag, Parameter)] = &[
    (tag::LOWER_CONSECUTIVE_OFFLINE_LIMIT, Parameter::LowerCount),
    (tag::UPPER_CONSECUTIVE_OFFLINE_LIMIT, Parameter::UpperCount),
    (Tag::new(0xCA), Parameter::LowerAmount),
    (Tag::new(0xCB), Parameter::UpperAmount),
];

/// Date, amount, currency, type, counter and cryptogram information of the last ten.
const LOG_FORMAT: Template = Template::new()
    .dol(0x9A, 3)
    .dol(0x9F02, 6)
    .dol(0x5F2A, 2)
    .dol(0x9C, 1)
    .dol(0x9F36, 2)
    .dol(0x9F27, 1);

const LOG: Log<'_> = Log {
    sfi: 11,
    capacity: 10,
    format: LOG_FORMAT.as_bytes(),
};

/// The issuer's answer comes in the second GENERATE AC, and must be there and right.
const IN_GENERATE_AC: IssuerAuthentication<'_> = IssuerAuthentication {
    command: AuthenticationCommand::SecondGenerateAc,
    required: true,
    must_pass: true,
    required_for_reset: true,
    approval_codes: &[*b"00", *b"08", *b"10", *b"11"],
};

/// It comes by EXTERNAL AUTHENTICATE.
const EXTERNAL: IssuerAuthentication<'_> = IssuerAuthentication {
    command: AuthenticationCommand::ExternalAuthenticate,
    ..IN_GENERATE_AC
};

/// The mandatory actions of CCD over its five bytes of card verification results: online after a transaction
/// that was not completed, over a lower limit or when the issuer said so; no offline approval over an upper limit.
const CCD_ACTIONS: CardActionCodes<'_> = CardActionCodes {
    decline: &[],
    online: &[0x01, 0x01, 0xF0, 0x0A, 0x00],
    default: &[0x00, 0x00, 0x50, 0x00, 0x00],
};

/// Over Visa's four bytes, the length first: online after a failed or missing issuer authentication, an uncompleted
/// transaction, over a limit and with a new card. Visa has one bit for all limits. In the five bytes of format 2
/// the second to fourth mean the same.
const VISA_ACTIONS: CardActionCodes<'_> = CardActionCodes {
    decline: &[],
    online: &[0x00, 0x00, 0xB8, 0x08],
    default: &[0x00, 0x00, 0x30, 0x00],
};

/// Over M/Chip's six bytes: online after an uncompleted transaction, a wrongly assumed PIN, over a limit, when the issuer said so,
/// after a failed issuer authentication or script.
const M_CHIP_ACTIONS: CardActionCodes<'_> = CardActionCodes {
    decline: &[0x00, 0x00, 0x00, 0x01, 0x00, 0x00],
    online: &[0x00, 0x00, 0x00, 0x80, 0xFD, 0x00],
    default: &[0x00, 0x00, 0x00, 0x00, 0x50, 0x00],
};

const CARDHOLDER_VERIFICATION: Aip = Aip([0x18, 0x00]);
const CARDHOLDER_VERIFICATION_AND_EXTERNAL: Aip = Aip([0x1C, 0x00]);

/// The whole list of processing options that a card could want would be longer; terminal type and capabilities
/// are what CCD uses to know a terminal that cannot handle long issuer application data.
const CCD_PDOL: Template = Template::new().dol(0x9F35, 1).dol(0x9F40, 5);

const CCD_TRACK_2: Template = track_2("9990010000000002D491220100000000000F");
const CCD_IDENTITY: Template = identity("9990010000000002");
const CCD_IAD: [u8; 32] = ccd_iad(0xA5);
const CCD_AES_IAD: [u8; 32] = ccd_iad(0xA6);

const fn ccd_iad(identifier: u8) -> [u8; 32] {
    let mut iad = [0; 32];
    iad[0] = 0x0F;
    iad[1] = identifier;
    iad[2] = TestCard::KEY_INDEX;
    iad[16] = 0x0F;
    iad
}

/// EMV Common Core Definitions with TDES (CCI `A5`), of no scheme.
pub const CCD_TDES: TestCard = TestCard {
    name: "ccd",
    profile: Profile {
        aid: &[0xF0, 0x00, 0x00, 0x09, 0x99, 0x01, 0x01],
        label: b"CCD TEST",
        priority: Some(1),
        fci: &[],
        directories: Directories {
            pse: true,
            ppse: true,
        },
        pdol: CCD_PDOL.as_bytes(),
        aip: CARDHOLDER_VERIFICATION,
        afl: &AFL,
        records: &[
            record(1, 1, &CCD_TRACK_2),
            record(2, 1, &CCD_IDENTITY),
            record(2, 2, &RULES_METHOD_2),
        ],
        cdol1: CDOL1.as_bytes(),
        cdol2: CDOL2_METHOD_2.as_bytes(),
        ddol: &[],
        format: ResponseFormat::Format2,
        version: &CryptogramVersion::CCD_A5,
        iad: &CCD_IAD,
        pin: Some(CardholderPin {
            reference: &PIN,
            try_limit: 3,
        }),
        country: country(),
        currency: currency(),
        issuer_authentication: IN_GENERATE_AC,
        limits: LIMITS,
        parameters: PARAMETERS,
        script_mac_length: 8,
        log: Some(LOG),
        actions: CCD_ACTIONS,
    },
    pan: "9990010000000002",
};

/// EMV Common Core Definitions with AES (CCI `A6`), of no scheme.
pub const CCD_AES: TestCard = TestCard {
    name: "ccd-aes",
    profile: Profile {
        label: b"CCD AES TEST",
        version: &CryptogramVersion::CCD_A6,
        iad: &CCD_AES_IAD,
        ..CCD_TDES.profile
    },
    ..CCD_TDES
};

const VISA_TRACK_2: Template = track_2("4761739001010010D491220100000000000F");
const VISA_IDENTITY: Template = identity("4761739001010010");

/// As a Visa card with cryptogram version 18; the issuer's answer comes in the second GENERATE AC.
pub const VISA_18_LIKE: TestCard = TestCard {
    name: "visa-18",
    profile: Profile {
        aid: &[0xA0, 0x00, 0x00, 0x00, 0x03, 0x10, 0x10],
        label: b"VISA TEST",
        pdol: &[],
        records: &[
            record(1, 1, &VISA_TRACK_2),
            record(2, 1, &VISA_IDENTITY),
            record(2, 2, &RULES_METHOD_2),
        ],
        format: ResponseFormat::Format1,
        version: &CryptogramVersion::VISA_18,
        iad: &[0x06, TestCard::KEY_INDEX, 0x12, 0x03, 0x00, 0x00, 0x00],
        actions: VISA_ACTIONS,
        ..CCD_TDES.profile
    },
    pan: "4761739001010010",
};

/// As a Visa card with cryptogram version 10; the issuer's answer comes by EXTERNAL AUTHENTICATE.
pub const VISA_10_LIKE: TestCard = TestCard {
    name: "visa-10",
    profile: Profile {
        aip: CARDHOLDER_VERIFICATION_AND_EXTERNAL,
        records: &[
            record(1, 1, &VISA_TRACK_2),
            record(2, 1, &VISA_IDENTITY),
            record(2, 2, &RULES_CODE_ONLY),
        ],
        cdol2: CDOL2_CODE_ONLY.as_bytes(),
        version: &CryptogramVersion::VISA_10,
        iad: &[0x06, TestCard::KEY_INDEX, 0x0A, 0x03, 0x00, 0x00, 0x00],
        issuer_authentication: EXTERNAL,
        ..VISA_18_LIKE.profile
    },
    ..VISA_18_LIKE
};

const VISA_22_IAD: [u8; 32] = {
    let mut iad = [0; 32];
    iad[0] = 0x1F;
    iad[1] = 0x22;
    iad[2] = TestCard::KEY_INDEX;
    iad
};

/// As a Visa card with cryptogram version '22'; a method 2 answer comes by EXTERNAL AUTHENTICATE.
pub const VISA_22_LIKE: TestCard = TestCard {
    name: "visa-22",
    profile: Profile {
        version: &CryptogramVersion::VISA_22,
        iad: &VISA_22_IAD,
        ..VISA_10_LIKE.profile
    },
    ..VISA_18_LIKE
};

const M_CHIP_TRACK_2: Template = track_2("5413330089010434D491220100000000000F");
const M_CHIP_IDENTITY: Template = identity("5413330089010434");

/// Key index, version, card verification results (6), data authentication code (2), counters (8).
const fn m_chip_iad(version: u8) -> [u8; 18] {
    let mut iad = [0; 18];
    iad[0] = TestCard::KEY_INDEX;
    iad[1] = version;
    iad
}

const M_CHIP_10_IAD: [u8; 18] = m_chip_iad(0x10);
const M_CHIP_11_IAD: [u8; 18] = m_chip_iad(0x11);
const M_CHIP_14_IAD: [u8; 18] = m_chip_iad(0x14);
const M_CHIP_15_IAD: [u8; 18] = m_chip_iad(0x15);

/// As an M/Chip card with cryptogram version `14`; the issuer's answer comes in the second GENERATE AC.
pub const M_CHIP_14_LIKE: TestCard = TestCard {
    name: "mchip-14",
    profile: Profile {
        aid: &[0xA0, 0x00, 0x00, 0x00, 0x04, 0x10, 0x10],
        label: b"MASTERCARD TEST",
        pdol: &[],
        records: &[
            record(1, 1, &M_CHIP_TRACK_2),
            record(2, 1, &M_CHIP_IDENTITY),
            record(2, 2, &RULES_METHOD_1),
        ],
        cdol2: CDOL2_METHOD_1.as_bytes(),
        version: &CryptogramVersion::MASTERCARD_14,
        iad: &M_CHIP_14_IAD,
        actions: M_CHIP_ACTIONS,
        ..CCD_TDES.profile
    },
    pan: "5413330089010434",
};

/// As an M/Chip card with cryptogram version `10`: session keys with the unpredictable number in them.
pub const M_CHIP_10_LIKE: TestCard = TestCard {
    name: "mchip-10",
    profile: Profile {
        version: &CryptogramVersion::MASTERCARD_10,
        iad: &M_CHIP_10_IAD,
        ..M_CHIP_14_LIKE.profile
    },
    ..M_CHIP_14_LIKE
};

/// As an M/Chip card with cryptogram version `11`: as `10`, and the cryptogram covers the counters.
pub const M_CHIP_11_LIKE: TestCard = TestCard {
    name: "mchip-11",
    profile: Profile {
        version: &CryptogramVersion::MASTERCARD_11,
        iad: &M_CHIP_11_IAD,
        ..M_CHIP_14_LIKE.profile
    },
    ..M_CHIP_14_LIKE
};

/// As an M/Chip card with cryptogram version `15`: as `14`, and the cryptogram covers the counters.
pub const M_CHIP_15_LIKE: TestCard = TestCard {
    name: "mchip-15",
    profile: Profile {
        version: &CryptogramVersion::MASTERCARD_15,
        iad: &M_CHIP_15_IAD,
        ..M_CHIP_14_LIKE.profile
    },
    ..M_CHIP_14_LIKE
};

const UNIONPAY_TRACK_2: Template = track_2("6212340000000001D491220100000000000F");
const UNIONPAY_IDENTITY: Template = identity("6212340000000001");

/// As a UnionPay card with cryptogram version 01; the issuer's answer comes by EXTERNAL AUTHENTICATE.
pub const UNIONPAY_01_LIKE: TestCard = TestCard {
    name: "unionpay-01",
    profile: Profile {
        aid: &[0xA0, 0x00, 0x00, 0x03, 0x33, 0x01, 0x01, 0x01],
        label: b"UNIONPAY TEST",
        records: &[
            record(1, 1, &UNIONPAY_TRACK_2),
            record(2, 1, &UNIONPAY_IDENTITY),
            record(2, 2, &RULES_CODE_ONLY),
        ],
        version: &CryptogramVersion::UNIONPAY_01,
        // The last byte names the algorithm; 01 as in the published transaction.
        iad: &[
            0x07,
            TestCard::KEY_INDEX,
            0x01,
            0x03,
            0x00,
            0x00,
            0x00,
            0x01,
        ],
        ..VISA_10_LIKE.profile
    },
    pan: "6212340000000001",
};
