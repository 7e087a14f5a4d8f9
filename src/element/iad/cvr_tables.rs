//! The bits of card verification results, one table for each layout.

use super::layout::IadLayout;
use crate::element::bits::Field;

/// What a card has to say of a transaction and of those before, whatever bits its layout has for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    FirstGenerateAc,
    SecondGenerateAc,
    OfflinePinPerformed,
    OfflinePinNotPerformed,
    OfflineEncipheredPinPerformed,
    OfflinePinFailed,
    OfflinePinSuccessful,
    TerminalWronglyAssumesPin,
    ExpectedPinNotReceived,
    ConsumerDeviceCvmPerformed,
    PinTryLimitExceeded,
    PinTriesRemaining,
    IssuerAuthenticationPerformed,
    IssuerAuthenticationNotPerformed,
    /// In this transaction or an earlier one.
    IssuerAuthenticationFailed,
    /// In this transaction, where the layout tells it from earlier ones.
    IssuerAuthenticationFailedNow,
    /// In an earlier transaction, where the layout tells it from this one.
    IssuerAuthenticationFailedBefore,
    LastOnlineNotCompleted,
    /// SDA, DDA or CDA, in the previous transaction.
    OfflineDataAuthenticationFailed,
    SdaFailed,
    DdaFailed,
    DdaPerformed,
    /// By DDA or CDA, where the layout does not tell them apart.
    DynamicAuthenticationPerformed,
    /// In either GENERATE AC, where the layout does not tell them apart.
    CdaPerformed,
    CdaPerformedFirst,
    CdaPerformedSecond,
    ScriptReceived,
    ScriptFailed,
    ScriptCounter,
    UnableToGoOnline,
    GoOnlineNext,
    NewCard,
    LowerCountExceeded,
    UpperCountExceeded,
    LowerAmountExceeded,
    UpperAmountExceeded,
    LowerSecondLimitExceeded,
    UpperSecondLimitExceeded,
    VelocityLimitExceeded,
    International,
    Domestic,
}

/// A field, and the fact it states if that is one of the shared ones.
pub(crate) struct Row {
    pub(crate) fact: Option<Fact>,
    pub(crate) field: Field,
}

/// Rows of byte, mask, coding, shared fact if any, and name.
macro_rules! rows {
    ($(#[$doc:meta])+ $table:ident:
        $($byte:literal $mask:literal $kind:ident $($values:ident)? $(=> $fact:ident)?: $name:literal;)+) => {
        $(#[$doc])+
        const $table: &[Row] = &[$(Row {
            fact: rows!(@fact $($fact)?),
            field: Field::$kind($byte, $mask, $name $(, $values)?),
        },)+];
    };
    (@fact) => { None };
    (@fact $fact:ident) => { Some(Fact::$fact) };
}

const FIRST: &[(u8, &str)] = &[(0b00, "AAC"), (0b01, "TC"), (0b10, "ARQC")];
const SECOND: &[(u8, &str)] = &[(0b00, "AAC"), (0b01, "TC"), (0b10, "not requested")];

rows! {
    /// EMV Book 3 Annex C7.3 (version 4.3; C9.3 in 4.4), Table CCD 10.
    CCD:
    1 0xC0 code SECOND => SecondGenerateAc: "second GENERATE AC";
    1 0x30 code FIRST => FirstGenerateAc: "first GENERATE AC";
    1 0x08 flag => CdaPerformed: "CDA performed";
    1 0x04 flag => DdaPerformed: "offline DDA performed";
    1 0x02 flag => IssuerAuthenticationNotPerformed: "issuer authentication not performed";
    1 0x01 flag => IssuerAuthenticationFailed: "issuer authentication failed";
    2 0xF0 number => PinTriesRemaining: "low nibble of the PIN try counter";
    2 0x08 flag => OfflinePinPerformed: "offline PIN verification performed";
    2 0x04 flag => OfflinePinFailed: "offline PIN verification performed and PIN not successfully verified";
    2 0x02 flag => PinTryLimitExceeded: "PIN try limit exceeded";
    2 0x01 flag => LastOnlineNotCompleted: "last online transaction not completed";
    3 0x80 flag => LowerCountExceeded: "lower offline transaction count limit exceeded";
    3 0x40 flag => UpperCountExceeded: "upper offline transaction count limit exceeded";
    3 0x20 flag => LowerAmountExceeded: "lower cumulative offline amount limit exceeded";
    3 0x10 flag => UpperAmountExceeded: "upper cumulative offline amount limit exceeded";
    3 0x08 flag: "issuer discretionary bit 1";
    3 0x04 flag: "issuer discretionary bit 2";
    3 0x02 flag: "issuer discretionary bit 3";
    3 0x01 flag: "issuer discretionary bit 4";
    4 0xF0 number => ScriptCounter: "successfully processed script commands with secure messaging";
    4 0x08 flag => ScriptFailed: "issuer script processing failed";
    4 0x04 flag => OfflineDataAuthenticationFailed: "offline data authentication failed on previous transaction";
    4 0x02 flag => GoOnlineNext: "go online on next transaction was set";
    4 0x01 flag => UnableToGoOnline: "unable to go online";
}

rows! {
    /// openemv/emv-utils, citing "M/Chip Requirements" 2022 Appendix B. Byte 6 is M/Chip Advance's.
    M_CHIP:
    1 0xC0 code SECOND => SecondGenerateAc: "second GENERATE AC";
    1 0x30 code FIRST => FirstGenerateAc: "first GENERATE AC";
    1 0x08 flag: "date check failed";
    1 0x04 flag => OfflinePinPerformed: "offline PIN verification performed";
    1 0x02 flag => OfflineEncipheredPinPerformed: "offline encrypted PIN verification performed";
    1 0x01 flag => OfflinePinSuccessful: "offline PIN verification successful";
    2 0x80 flag => DdaPerformed: "DDA returned";
    2 0x40 flag => CdaPerformedFirst: "CDA returned in first GENERATE AC";
    2 0x20 flag => CdaPerformedSecond: "CDA returned in second GENERATE AC";
    2 0x10 flag => IssuerAuthenticationPerformed: "issuer authentication performed";
    2 0x08 flag: "CIAC default skipped on CAT3";
    2 0x04 flag: "offline change PIN successful";
    2 0x03 number: "issuer discretionary";
    3 0xF0 number => ScriptCounter: "low nibble of the script counter";
    3 0x0F number => PinTriesRemaining: "low nibble of the PIN try counter";
    4 0x80 flag => LastOnlineNotCompleted: "last online transaction not completed";
    4 0x40 flag => UnableToGoOnline: "unable to go online";
    4 0x20 flag => OfflinePinNotPerformed: "offline PIN verification not performed";
    4 0x10 flag => OfflinePinFailed: "offline PIN verification failed";
    4 0x08 flag => PinTryLimitExceeded: "PIN try limit exceeded";
    4 0x04 flag => International: "international transaction";
    4 0x02 flag => Domestic: "domestic transaction";
    4 0x01 flag => TerminalWronglyAssumesPin: "terminal erroneously considers offline PIN OK";
    5 0x80 flag => LowerCountExceeded: "lower consecutive offline limit (counter 1) exceeded";
    5 0x40 flag => UpperCountExceeded: "upper consecutive offline limit (counter 1) exceeded";
    5 0x20 flag => LowerAmountExceeded: "lower cumulative offline limit (accumulator 1) exceeded";
    5 0x10 flag => UpperAmountExceeded: "upper cumulative offline limit (accumulator 1) exceeded";
    5 0x08 flag => GoOnlineNext: "go online on next transaction was set";
    5 0x04 flag => IssuerAuthenticationFailed: "issuer authentication failed";
    5 0x02 flag => ScriptReceived: "script received";
    5 0x01 flag => ScriptFailed: "script failed";
    6 0x80 flag => LowerSecondLimitExceeded: "lower limit of counter 2 exceeded";
    6 0x40 flag => UpperSecondLimitExceeded: "upper limit of counter 2 exceeded";
    6 0x20 flag => LowerSecondLimitExceeded: "lower limit of accumulator 2 exceeded";
    6 0x10 flag => UpperSecondLimitExceeded: "upper limit of accumulator 2 exceeded";
    6 0x08 flag: "maximum transaction amount exceeded";
    6 0x04 flag: "number of days offline limit exceeded";
    6 0x02 flag: "match found in additional check table";
    6 0x01 flag: "no match found in additional check table";
}

rows! {
    /// Visa formats 0, 1 and 3; openemv/emv-utils, citing VCPS 2.2 Appendix M.
    VISA_0_1_3:
    1 0xFF number: "length of what follows";
    2 0xC0 code SECOND => SecondGenerateAc: "second GENERATE AC";
    2 0x30 code FIRST => FirstGenerateAc: "first GENERATE AC";
    2 0x08 flag => IssuerAuthenticationFailedNow: "issuer authentication performed and failed";
    2 0x04 flag => OfflinePinPerformed: "offline PIN verification performed";
    2 0x02 flag => OfflinePinFailed: "offline PIN verification failed";
    2 0x01 flag => UnableToGoOnline: "unable to go online";
}

const VERIFYING_ENTITY: &[(u8, &str)] = &[
    (0, "nobody"),
    (1, "Visa mobile payment application"),
    (3, "co-residing secure element application"),
    (4, "trusted execution environment application"),
    (5, "mobile application"),
    (6, "terminal"),
    (7, "cloud"),
    (8, "operating system of the mobile device"),
];

const VERIFICATION_TYPE: &[(u8, &str)] = &[
    (0x0, "none"),
    (0x1, "passcode"),
    (0x2, "finger"),
    (0x3, "mobile device pattern"),
    (0x4, "face"),
    (0x5, "iris"),
    (0x6, "voice"),
    (0x7, "palm"),
    (0xD, "signature"),
    (0xE, "online PIN"),
];

rows! {
    /// Visa formats 2 and 4; the same library, which calls its sources for bytes 1 and 5 unverified.
    VISA_2_4:
    1 0xF0 code VERIFYING_ENTITY: "entity that verified the consumer";
    1 0x0F code VERIFICATION_TYPE: "how the consumer was verified";
    2 0xC0 code SECOND => SecondGenerateAc: "second GENERATE AC";
    2 0x30 code FIRST => FirstGenerateAc: "first GENERATE AC";
    2 0x08 flag => IssuerAuthenticationFailedNow: "issuer authentication performed and failed";
    2 0x04 flag => ConsumerDeviceCvmPerformed: "consumer device CVM successfully performed";
    2 0x01 flag => UnableToGoOnline: "unable to go online";
    5 0x80 flag: "consumer device is not in debug mode";
    5 0x40 flag: "consumer device is not rooted";
    5 0x20 flag: "mobile application is not hooked";
    5 0x10 flag: "mobile application integrity is intact";
    5 0x08 flag: "consumer device has data connectivity";
    5 0x04 flag: "consumer device is genuine";
    5 0x02 flag: "consumer device CVM successfully performed (device's bit)";
    5 0x01 flag: "secure messaging uses EMV session keys";
}

rows! {
    /// Bytes 3 and 4 of every Visa format; the same library, which calls its sources for them unverified.
    VISA:
    3 0x80 flag => LastOnlineNotCompleted: "last online transaction not completed";
    3 0x40 flag => PinTryLimitExceeded: "PIN try limit exceeded";
    3 0x20 flag => VelocityLimitExceeded: "exceeded velocity checking counters";
    3 0x10 flag => NewCard: "new card";
    3 0x08 flag => IssuerAuthenticationFailedBefore: "issuer authentication failure on last online transaction";
    3 0x04 flag => IssuerAuthenticationNotPerformed: "issuer authentication not performed after online authorisation";
    3 0x02 flag: "application blocked by card because PIN try limit exceeded";
    3 0x01 flag => SdaFailed: "offline static data authentication failed on last transaction";
    4 0xF0 number => ScriptCounter: "issuer script commands";
    4 0x08 flag => ScriptFailed: "issuer script processing failed";
    4 0x04 flag => DdaFailed: "offline dynamic data authentication failed on last transaction";
    4 0x02 flag => DynamicAuthenticationPerformed: "offline dynamic data authentication performed";
    4 0x01 flag => ExpectedPinNotReceived: "PIN verification command not received for a PIN-expecting card";
}

/// The bits of one layout; none where they are not known.
pub(crate) fn rows(layout: IadLayout) -> impl Iterator<Item = &'static Row> {
    tables(layout).into_iter().flatten()
}

/// The same as they stand: bits that layouts share are in a table of their own.
const fn tables(layout: IadLayout) -> [&'static [Row]; 2] {
    match layout {
        IadLayout::Ccd => [CCD, &[]],
        IadLayout::MChip => [M_CHIP, &[]],
        IadLayout::Visa013 | IadLayout::UnionPay => [VISA_0_1_3, VISA],
        IadLayout::Visa24 => [VISA_2_4, VISA],
        IadLayout::Interac | IadLayout::Jcb | IadLayout::Opaque => [&[], &[]],
    }
}

/// The bits that state a fact, without names: what a card needs of a row.
#[derive(Clone, Copy)]
pub(crate) struct Bits {
    pub(crate) fact: Fact,
    /// Byte, counted from 1.
    pub(crate) byte: u8,
    pub(crate) mask: u8,
}

const fn compact<const N: usize>(rows: &[Row]) -> [Option<Bits>; N] {
    let mut bits = [None; N];
    let mut place = 0;
    while place < N {
        let Row { fact, field } = &rows[place];
        if let Some(fact) = *fact {
            bits[place] = Some(Bits {
                fact,
                byte: field.byte as u8,
                mask: field.mask,
            });
        }
        place += 1;
    }
    bits
}

static CCD_BITS: [Option<Bits>; CCD.len()] = compact(CCD);
static M_CHIP_BITS: [Option<Bits>; M_CHIP.len()] = compact(M_CHIP);
static VISA_0_1_3_BITS: [Option<Bits>; VISA_0_1_3.len()] = compact(VISA_0_1_3);
static VISA_2_4_BITS: [Option<Bits>; VISA_2_4.len()] = compact(VISA_2_4);
static VISA_BITS: [Option<Bits>; VISA.len()] = compact(VISA);

/// As [`rows`], without names.
pub(crate) fn bits(layout: IadLayout) -> impl Iterator<Item = Bits> {
    let tables: [&'static [Option<Bits>]; 2] = match layout {
        IadLayout::Ccd => [&CCD_BITS, &[]],
        IadLayout::MChip => [&M_CHIP_BITS, &[]],
        IadLayout::Visa013 | IadLayout::UnionPay => [&VISA_0_1_3_BITS, &VISA_BITS],
        IadLayout::Visa24 => [&VISA_2_4_BITS, &VISA_BITS],
        IadLayout::Interac | IadLayout::Jcb | IadLayout::Opaque => [&[], &[]],
    };
    tables.into_iter().flatten().copied().flatten()
}

/// The bits that state one of these facts, in the card verification results as one number: their first byte is its most significant
/// one. 0: the layout states none of them.
pub(crate) const fn bits_in_number(layout: IadLayout, wanted: &[Fact]) -> u64 {
    let (mut found, tables) = (0, tables(layout));
    let mut table = 0;
    while table < tables.len() {
        let mut place = 0;
        while place < tables[table].len() {
            let Row { fact, field } = &tables[table][place];
            if let Some(fact) = fact
                && contains(wanted, *fact)
            {
                assert!(field.byte >= 1 && field.byte <= 8);
                found |= (field.mask as u64) << (8 * (8 - field.byte));
            }
            place += 1;
        }
        table += 1;
    }
    found
}

const fn contains(facts: &[Fact], wanted: Fact) -> bool {
    let mut place = 0;
    while place < facts.len() {
        if facts[place] as u8 == wanted as u8 {
            return true;
        }
        place += 1;
    }
    false
}

/// Where a layout states the answers to both GENERATE ACs: in the same byte, counted from 0, two bits each, so far from its
/// right end.
pub(super) struct GenerateAcPlace {
    pub(super) byte: usize,
    pub(super) first: u8,
    pub(super) second: u8,
}

const fn generate_ac_place(layout: IadLayout) -> Option<GenerateAcPlace> {
    let (first, second) = (
        bits_of(layout, Fact::FirstGenerateAc),
        bits_of(layout, Fact::SecondGenerateAc),
    );
    let ((byte, first), (same, second)) = match (first, second) {
        (Some(first), Some(second)) => (first, second),
        (None, None) => return None,
        _ => panic!("both or none"),
    };
    assert!(byte == same && first.count_ones() == 2 && second.count_ones() == 2);
    Some(GenerateAcPlace {
        byte: byte - 1,
        first: first.trailing_zeros() as u8,
        second: second.trailing_zeros() as u8,
    })
}

/// Byte, counted from 1, and mask of the one field that states a fact.
const fn bits_of(layout: IadLayout, wanted: Fact) -> Option<(usize, u8)> {
    let mut found = None;
    let tables = tables(layout);
    let mut table = 0;
    while table < tables.len() {
        let mut place = 0;
        while place < tables[table].len() {
            let Row { fact, field } = &tables[table][place];
            if let Some(fact) = fact
                && *fact as u8 == wanted as u8
            {
                assert!(found.is_none(), "stated once");
                found = Some((field.byte, field.mask));
            }
            place += 1;
        }
        table += 1;
    }
    found
}

/// By the layout's number, because every cryptogram that is verified asks for them.
pub(super) static GENERATE_ACS: [Option<GenerateAcPlace>; IadLayout::ALL.len()] = {
    let mut places = [const { None }; IadLayout::ALL.len()];
    let mut place = 0;
    while place < places.len() {
        let layout = IadLayout::ALL[place];
        places[layout as usize] = generate_ac_place(layout);
        place += 1;
    }
    places
};
