//! What a card is personalised with, apart from its keys.

use crate::apdu::StatusWord;
use crate::card::{CardState, Flags, ReferencePin};
use crate::cryptogram::CryptogramVersion;
use crate::element::{
    Amount, ApplicationInterchangeProfile, ApplicationTransactionCounter, CountryCode, CurrencyCode,
};
use crate::tag::Tag;

/// One card application as data: what the terminal reads, what the cryptogram signs, how the card decides.
///
/// There is no behaviour of a scheme but what stands here and in the [`CryptogramVersion`]. Ready-made ones
/// for tests are in [`test_cards`](crate::card::test_cards).
#[derive(Clone, Copy, Debug)]
pub struct Profile<'p> {
    /// Application identifier, 5 to 16 bytes, tags 4F and 84.
    pub aid: &'p [u8],
    /// Application label, 1 to 16 characters, tag 50.
    pub label: &'p [u8],
    /// Application priority indicator, tag 87.
    pub priority: Option<u8>,
    /// What the proprietary template `A5` of the FCI holds besides label, priority and PDOL.
    pub fci: &'p [(Tag, &'p [u8])],
    /// Whether the card has a payment system directory, and which.
    pub directories: Directories,
    /// Processing options data object list, tag 9F38; empty for none.
    pub pdol: &'p [u8],
    /// Application interchange profile, tag 82.
    pub aip: ApplicationInterchangeProfile,
    /// Application file locator, tag 94.
    pub afl: &'p [u8],
    /// Records of all files.
    pub records: &'p [Record<'p>],
    /// Card risk management data object list of the first GENERATE AC, tag 8C.
    pub cdol1: &'p [u8],
    /// Of the second, tag 8D.
    pub cdol2: &'p [u8],
    /// Dynamic data object list of INTERNAL AUTHENTICATE, tag 9F49; empty where the terminal's default is to be used.
    pub ddol: &'p [u8],
    /// Form of the answers to GET PROCESSING OPTIONS, INTERNAL AUTHENTICATE and GENERATE AC. A signed GENERATE AC has
    /// format 2 in any case.
    pub format: ResponseFormat,
    /// What the cryptogram signs, and how.
    pub version: &'p CryptogramVersion,
    /// Issuer application data as personalised, 1 to 32 bytes of the version's layout: version, key index
    /// and discretionary data stand; the card fills in the card verification results and the counters.
    pub iad: &'p [u8],
    /// The PIN and how many tries it gives; `None` for a card that knows no PIN.
    pub pin: Option<CardholderPin<'p>>,
    /// Country of the issuer, for tag 5F28.
    pub country: CountryCode,
    /// Currency of the amount limits, tag 9F42.
    pub currency: CurrencyCode,
    /// How the issuer's answer reaches the card and what depends on it.
    pub issuer_authentication: IssuerAuthentication<'p>,
    /// Limits of offline approvals.
    pub limits: Limits,
    /// What GET DATA reads and issuer scripts write, by tag.
    pub parameters: &'p [(Tag, Parameter)],
    /// Bytes of the MAC of script commands, 4 to 8.
    pub script_mac_length: u8,
    /// The transaction log; `None` for a card that keeps none.
    pub log: Option<Log<'p>>,
    /// When the card declines and when it wants to go online.
    pub actions: CardActionCodes<'p>,
}

/// The PIN with which a card leaves personalisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardholderPin<'p> {
    /// The PIN.
    pub reference: &'p ReferencePin,
    /// PIN try limit: tries in a row that may be wrong, 1 to 15.
    pub try_limit: u8,
}

/// A record of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'p> {
    /// Short file identifier, 1 to 30.
    pub sfi: u8,
    /// Record number, from 1.
    pub number: u8,
    /// The record as READ RECORD gives it, at most 254 bytes: with template `70` in files 1 to 10.
    pub data: &'p [u8],
    /// Whether issuer scripts may replace it (UPDATE RECORD).
    pub updatable: bool,
}

/// A log of the transactions that the card approved (EMV Book 3 Annex D).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Log<'p> {
    /// Short file identifier, 11 to 30.
    pub sfi: u8,
    /// Transactions that it keeps.
    pub capacity: u8,
    /// What it keeps of each, at most 64 bytes: the data object list of tag 9F4F.
    pub format: &'p [u8],
}

/// Which directories of applications a card offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Directories {
    /// `1PAY.SYS.DDF01`, over contacts (EMV Book 1 12.2).
    pub pse: bool,
    /// `2PAY.SYS.DDF01`, contactless (EMV Contactless Book B 3.3).
    pub ppse: bool,
}

/// Form of a response that holds several data elements (EMV Book 3 6.5.5.4, 6.5.8.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseFormat {
    /// `80`: the values, without tags and lengths.
    Format1,
    /// `77`: data objects.
    Format2,
}

/// By which command the issuer's answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthenticationCommand {
    /// EXTERNAL AUTHENTICATE, before the second GENERATE AC; bit 3 of the AIP's first byte says so.
    ExternalAuthenticate,
    /// The second GENERATE AC, by tag 91 in CDOL2 (CCD and others).
    SecondGenerateAc,
}

/// How the issuer's answer reaches the card and what depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerAuthentication<'p> {
    /// By which command it comes. The version says how it is signed.
    pub command: AuthenticationCommand,
    /// Whether an online transaction is approved only when there was an answer.
    pub required: bool,
    /// Whether an online transaction is approved only when the answer was right, if there was one.
    pub must_pass: bool,
    /// Whether counters and indicators are reset only after a right answer.
    pub required_for_reset: bool,
    /// Response codes that approve, where the answer carries a code rather than a card status update (ARPC method 1).
    pub approval_codes: &'p [[u8; 2]],
}

/// Limits of offline approvals. A limit is exceeded by a transaction that would pass it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Consecutive offline transactions after which the card wants to go online.
    pub lower_count: u8,
    /// After which it approves none offline.
    pub upper_count: u8,
    /// Amount approved offline after which the card wants to go online, in the application's currency.
    pub lower_amount: Amount,
    /// After which it approves none offline.
    pub upper_amount: Amount,
}

/// A value that issuers change by script (PUT DATA) and read by GET DATA. Which tag has which is the payment
/// system's business.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// [`Limits::lower_count`], one byte.
    LowerCount,
    /// [`Limits::upper_count`], one byte.
    UpperCount,
    /// [`Limits::lower_amount`], six bytes of two digits.
    LowerAmount,
    /// [`Limits::upper_amount`], six bytes of two digits.
    UpperAmount,
}

/// When the card declines and when it wants to go online: masks over the card verification results, as the
/// version's layout has them.
///
/// The form is M/Chip's (card issuer action codes); it expresses the mandatory actions of CCD and Visa's default
/// actions as well. A code shorter than the results is as though zeros followed. The bits of the cryptogram types count for
/// nothing, because they are the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardActionCodes<'p> {
    /// Any of these: AAC.
    pub decline: &'p [u8],
    /// Any of these: ARQC rather than TC, where the terminal can go online.
    pub online: &'p [u8],
    /// Any of these, and no issuer to ask: AAC rather than TC.
    pub default: &'p [u8],
}

impl Profile<'_> {
    /// The state of the card when it leaves personalisation.
    pub fn initial_state(&self) -> CardState {
        CardState {
            atc: ApplicationTransactionCounter(0),
            last_online_atc: ApplicationTransactionCounter(0),
            pin_tries: self.pin.map_or(0, |pin| pin.try_limit),
            pin: self
                .pin
                .map_or_else(ReferencePin::default, |pin| pin.reference.clone()),
            flags: Flags::default(),
            script_counter: 0,
            offline_count: 0,
            offline_amount: Amount::ZERO,
            limits: self.limits,
        }
    }

    /// The parameter whose tag P1 and P2 name.
    pub(super) fn parameter(&self, p1: u8, p2: u8) -> Option<(Tag, Parameter)> {
        let wanted = u32::from(u16::from_be_bytes([p1, p2]));
        let row = self
            .parameters
            .iter()
            .find(|(tag, _)| tag.number() == wanted);
        row.copied()
    }

    /// The record as personalised, if there is one.
    pub(super) fn record(&self, sfi: u8, number: u8) -> Result<&Record<'_>, StatusWord> {
        let mut file = self
            .records
            .iter()
            .filter(|record| record.sfi == sfi)
            .peekable();
        file.peek().ok_or(StatusWord::FILE_NOT_FOUND)?;
        file.find(|record| record.number == number)
            .ok_or(StatusWord::RECORD_NOT_FOUND)
    }
}
