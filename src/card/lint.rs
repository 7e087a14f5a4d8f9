//! What is wrong with a personalisation, before a card is made of it.

use core::fmt;

use crate::card::log::LOG_ENTRY_LENGTH;
use crate::card::{AuthenticationCommand, Profile, RECORD_LENGTH};
use crate::cryptogram::SignedPart;
use crate::dol::DataObjectList;
use crate::element::{
    ApplicationFileLocator, ApplicationInterchangeProfile as Aip, IssuerApplicationData, Pin,
};
use crate::tag::{self, Tag};
use crate::tlv;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Such a card cannot work.
    Refuse,
    /// It works, but not as anybody should want it to.
    Warn,
}

/// Something wrong with a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The data element, where it is one.
    pub tag: Option<Tag>,
    /// What is wrong.
    pub text: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.severity {
            Severity::Refuse => "error: ",
            Severity::Warn => "warning: ",
        })?;
        if let Some(tag) = self.tag {
            write!(f, "{tag} ")?;
        }
        f.write_str(self.text)
    }
}

/// Elements without which a cryptogram says too little (EMV Book 2 8.1.1): an altered amount, a hidden failure of
/// the terminal's checks, a cryptogram made in advance.
const SHOULD_BE_ASKED: [Tag; 3] = [
    tag::AMOUNT_AUTHORISED_NUMERIC,
    tag::TERMINAL_VERIFICATION_RESULTS,
    tag::UNPREDICTABLE_NUMBER,
];

/// Longest list of values that a GENERATE AC can carry beside nothing else.
const MAX_COMMAND_DATA: usize = 255;

impl Profile<'_> {
    /// Reports everything that is found wrong.
    ///
    /// ```
    /// use chipcard::card::{Profile, test_cards};
    ///
    /// let good = &test_cards::CCD_TDES.profile;
    /// good.lint(&mut |finding| panic!("{finding}"));
    ///
    /// let mut found = Vec::new();
    /// let no_lists = Profile { cdol1: &[], ..*good };
    /// no_lists.lint(&mut |finding| found.push(finding.to_string()));
    /// assert!(found.contains(&"error: 9F02 is signed, but no list asks for it".to_string()));
    /// ```
    pub fn lint(&self, report: &mut dyn FnMut(Finding)) {
        let mut lint = Lint { report };
        lint.names(self);
        lint.lists(self);
        lint.files(self);
        lint.readable(self);
        lint.decisions(self);
    }
}

pub(super) struct Lint<'r> {
    pub(super) report: &'r mut dyn FnMut(Finding),
}

impl Lint<'_> {
    pub(super) fn unless(
        &mut self,
        good: bool,
        severity: Severity,
        tag: Option<Tag>,
        text: &'static str,
    ) {
        if !good {
            (self.report)(Finding {
                severity,
                tag,
                text,
            });
        }
    }

    pub(super) fn refuse_unless(&mut self, good: bool, tag: Tag, text: &'static str) {
        self.unless(good, Severity::Refuse, Some(tag), text);
    }

    fn names(&mut self, profile: &Profile<'_>) {
        let aid = (5..=16).contains(&profile.aid.len());
        self.refuse_unless(aid, tag::ADF_NAME, "does not have 5 to 16 bytes");
        let label = (1..=16).contains(&profile.label.len());
        self.refuse_unless(label, tag::APPLICATION_LABEL, "does not have 1 to 16 bytes");
        let version = profile.version;
        let iad = IssuerApplicationData::parse(version.iad_layout, profile.iad);
        let iad_tag = tag::ISSUER_APPLICATION_DATA;
        self.refuse_unless(iad.is_ok(), iad_tag, "do not have the version's layout");
        if let Ok(iad) = iad {
            let same = iad.cvn().is_none_or(|cvn| cvn == version.identifier);
            self.refuse_unless(same, iad_tag, "name another cryptogram version");
        }
    }

    fn lists(&mut self, profile: &Profile<'_>) {
        let lists = [
            (tag::PDOL, profile.pdol),
            (tag::CDOL1, profile.cdol1),
            (tag::CDOL2, profile.cdol2),
        ]
        .map(|(tag, bytes)| {
            let list = DataObjectList::parse(bytes);
            self.refuse_unless(list.is_ok(), tag, "is not a data object list");
            if let Ok(list) = list {
                // The PDOL's values travel in a template of two or three bytes.
                let room = MAX_COMMAND_DATA - if tag == tag::PDOL { 3 } else { 0 };
                let fits = list.total_length() <= room;
                self.refuse_unless(fits, tag, "asks for more than a command can carry");
            }
            list.ok()
        });
        let [pdol, cdol1, cdol2] = lists;
        let asks = |list: Option<DataObjectList<'_>>, tag| {
            list.is_some_and(|list| list.entries().any(|entry| entry.tag == tag))
        };
        for part in profile.version.data.parts() {
            let SignedPart::Element(tag) = *part else {
                continue;
            };
            let own = matches!(
                tag,
                tag::APPLICATION_INTERCHANGE_PROFILE | tag::APPLICATION_TRANSACTION_COUNTER
            );
            let asked = own || asks(pdol, tag) || asks(cdol1, tag);
            self.refuse_unless(asked, tag, "is signed, but no list asks for it");
        }
        for tag in SHOULD_BE_ASKED {
            let text = "is not asked for before the first GENERATE AC";
            let asked = asks(pdol, tag) || asks(cdol1, tag);
            self.unless(asked, Severity::Warn, Some(tag), text);
            let text = "is not asked for in the second GENERATE AC";
            self.unless(asks(cdol2, tag), Severity::Warn, Some(tag), text);
        }
        let code = tag::AUTHORISATION_RESPONSE_CODE;
        let text =
            "is not in CDOL2: the card cannot know that the terminal was unable to go online";
        self.unless(asks(cdol2, code), Severity::Warn, Some(code), text);
        let rules = &profile.issuer_authentication;
        if rules.command == AuthenticationCommand::SecondGenerateAc {
            let answer = tag::ISSUER_AUTHENTICATION_DATA;
            let text = "is not in CDOL2: the issuer's answer cannot reach the card";
            self.refuse_unless(asks(cdol2, answer), answer, text);
        }
    }

    fn files(&mut self, profile: &Profile<'_>) {
        let afl = ApplicationFileLocator::parse(profile.afl);
        let afl_tag = tag::APPLICATION_FILE_LOCATOR;
        self.refuse_unless(afl.is_ok(), afl_tag, "is not a file locator");
        let named = |sfi, number| profile.record(sfi, number).is_ok();
        if let Ok(afl) = afl {
            let mut records = afl
                .entries()
                .flat_map(|entry| entry.records().map(move |number| (entry.sfi(), number)));
            let there = records.all(|(sfi, number)| named(sfi, number));
            self.refuse_unless(there, afl_tag, "names a record that is not there");
        }
        for record in profile.records {
            let template = tlv::require(record.data, tag::READ_RECORD_RESPONSE_TEMPLATE);
            let good = record.data.len() <= RECORD_LENGTH && (record.sfi > 10 || template.is_ok());
            let text = "is missing in a record of files 1 to 10, or the record is too long";
            self.refuse_unless(good, tag::READ_RECORD_RESPONSE_TEMPLATE, text);
        }
        for (tag, list) in [(tag::CDOL1, profile.cdol1), (tag::CDOL2, profile.cdol2)] {
            let mut values = profile.records.iter().filter_map(|record| {
                let template = tlv::find(record.data, tag::READ_RECORD_RESPONSE_TEMPLATE);
                tlv::find(template.ok()??.value, tag).ok()?
            });
            let first = values.next().map(|object| object.value);
            let same = first == Some(list) && values.next().is_none();
            self.refuse_unless(
                same,
                tag,
                "stands in the files not once or not as the card uses it",
            );
        }
        let log = profile.log.is_none_or(|log| (11..=30).contains(&log.sfi));
        self.refuse_unless(log, tag::LOG_ENTRY, "names a file other than 11 to 30");
        let short = profile.log.is_none_or(|log| {
            let format = DataObjectList::parse(log.format);
            format.is_ok_and(|format| format.total_length() <= LOG_ENTRY_LENGTH)
        });
        let text = "is no list or asks for more than an entry of the log holds";
        self.refuse_unless(short, tag::LOG_FORMAT, text);
    }

    fn decisions(&mut self, profile: &Profile<'_>) {
        let announced = profile.aip.contains(Aip::ISSUER_AUTHENTICATION_SUPPORTED);
        let command = profile.issuer_authentication.command;
        let external = command == AuthenticationCommand::ExternalAuthenticate;
        let aip = tag::APPLICATION_INTERCHANGE_PROFILE;
        let text = "and the profile disagree on EXTERNAL AUTHENTICATE";
        self.refuse_unless(announced == external, aip, text);
        if let Some(pin) = profile.pin {
            let limit = (1..=15).contains(&pin.try_limit);
            self.refuse_unless(limit, tag::PIN_TRY_COUNTER, "does not begin with 1 to 15");
            let digits = Pin::from_plaintext_block(&pin.reference.0).is_ok();
            self.unless(
                digits,
                Severity::Refuse,
                None,
                "the PIN is not 4 to 12 digits",
            );
        }
        let mac = (4..=8).contains(&profile.script_mac_length);
        let text = "script commands have a MAC of other than 4 to 8 bytes";
        self.unless(mac, Severity::Refuse, None, text);
        let rules = &profile.issuer_authentication;
        let text = "online transactions are approved without or against the issuer's answer";
        self.unless(
            rules.required && rules.must_pass,
            Severity::Warn,
            None,
            text,
        );
        let limits = &profile.limits;
        let ordered =
            limits.lower_count <= limits.upper_count && limits.lower_amount <= limits.upper_amount;
        let text = "a lower offline limit is above the upper one";
        self.unless(ordered, Severity::Warn, None, text);
    }
}
