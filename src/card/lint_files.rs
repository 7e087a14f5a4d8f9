//! What is wrong with what a terminal reads: mandatory data, offline data authentication, cardholder verification, track 2.

use crate::card::lint::{Finding, Lint, Severity};
use crate::card::{Profile, Record};
use crate::dol::DataObjectList;
use crate::element::{
    ApplicationFileLocator, ApplicationInterchangeProfile as Aip, CvmList, Track2EquivalentData,
};
use crate::magstripe::{DiscretionaryProfile, Track2};
use crate::tag::{self, Tag};
use crate::tlv::{self, DataObject};

/// Data without which a terminal ends the transaction (EMV Book 3 7.2), beside the lists.
const MANDATORY: [Tag; 2] = [tag::APPLICATION_EXPIRATION_DATE, tag::APPLICATION_PAN];

/// What each method needs (EMV Book 3 7.2, Tables 28 and 29; with XDA, EMV 4.4 Book 2 12).
const NEEDS: [(Aip, &[Tag]); 4] = [
    (
        Aip::SDA_SUPPORTED,
        &[
            tag::CA_PUBLIC_KEY_INDEX,
            tag::ISSUER_PUBLIC_KEY_CERTIFICATE,
            tag::ISSUER_PUBLIC_KEY_EXPONENT,
            tag::SIGNED_STATIC_APPLICATION_DATA,
        ],
    ),
    (Aip::DDA_SUPPORTED, ICC_KEY),
    (Aip::CDA_SUPPORTED, ICC_KEY),
    (
        Aip::XDA_SUPPORTED,
        &[
            tag::CA_PUBLIC_KEY_INDEX,
            tag::ISSUER_PUBLIC_KEY_CERTIFICATE,
            tag::ICC_PUBLIC_KEY_CERTIFICATE,
        ],
    ),
];

const ICC_KEY: &[Tag] = &[
    tag::CA_PUBLIC_KEY_INDEX,
    tag::ISSUER_PUBLIC_KEY_CERTIFICATE,
    tag::ISSUER_PUBLIC_KEY_EXPONENT,
    tag::ICC_PUBLIC_KEY_CERTIFICATE,
    tag::ICC_PUBLIC_KEY_EXPONENT,
];

const EXPONENTS: [Tag; 3] = [
    tag::ISSUER_PUBLIC_KEY_EXPONENT,
    tag::ICC_PUBLIC_KEY_EXPONENT,
    tag::ICC_PIN_PUBLIC_KEY_EXPONENT,
];

/// What the signatures should cover: another number or a later expiry date on a stolen card would be believed.
const SHOULD_BE_SIGNED: [Tag; 2] = [tag::APPLICATION_PAN, tag::APPLICATION_EXPIRATION_DATE];

/// A data object in a record that the file locator names.
struct Read<'p> {
    object: DataObject<'p>,
    authenticated: bool,
}

/// The records that the file locator names, in its order, and whether each is authenticated.
fn records<'p>(profile: &Profile<'p>) -> impl Iterator<Item = (&'p Record<'p>, bool)> {
    let all = profile.records;
    let afl = ApplicationFileLocator::parse(profile.afl).ok();
    let entries = afl.into_iter().flat_map(|afl| afl.entries());
    entries.flat_map(move |entry| {
        let signed = usize::from(entry.authenticated_records());
        let numbers = entry.records().enumerate();
        numbers.filter_map(move |(place, number)| {
            let mut found = all.iter();
            let record = found.find(|record| (record.sfi, record.number) == (entry.sfi(), number));
            record.map(|record| (record, place < signed))
        })
    })
}

fn objects<'p>(profile: &Profile<'p>) -> impl Iterator<Item = Read<'p>> {
    records(profile).flat_map(|(record, authenticated)| {
        let template = tlv::find(record.data, tag::READ_RECORD_RESPONSE_TEMPLATE);
        let inside = template.ok().flatten().map_or(&[][..], |found| found.value);
        let good = tlv::Reader::new(inside).map_while(Result::ok);
        good.map(move |object| Read {
            object,
            authenticated,
        })
    })
}

/// The value of a data object that a terminal reads.
pub(super) fn value<'p>(profile: &Profile<'p>, tag: Tag) -> Option<&'p [u8]> {
    let mut found = objects(profile).filter(|read| read.object.tag == tag);
    found.next().map(|read| read.object.value)
}

impl Lint<'_> {
    pub(super) fn readable(&mut self, profile: &Profile<'_>) {
        // Without a file locator and its records there is nothing to look at, and that has been said.
        if records(profile).next().is_none() {
            return;
        }
        for tag in MANDATORY {
            let there = value(profile, tag).is_some();
            self.refuse_unless(there, tag, "is in no record that the file locator names");
        }
        for (place, read) in objects(profile).enumerate() {
            let tag = read.object.tag;
            let before = objects(profile).take(place);
            let count = before.filter(|other| other.object.tag == tag).count();
            let text = "is read twice: terminals end the transaction (EMV Book 3 10.2)";
            self.refuse_unless(count != 1, tag, text);
        }
        self.authentication(profile);
        self.verification(profile);
    }

    fn authentication(&mut self, profile: &Profile<'_>) {
        for (method, needs) in NEEDS {
            if !profile.aip.contains(method) {
                continue;
            }
            for tag in needs {
                let text = "is needed for a method that tag 82 offers";
                self.refuse_unless(value(profile, *tag).is_some(), *tag, text);
            }
        }
        for tag in EXPONENTS {
            let good = |value: &[u8]| matches!(value, [0x03] | [0x01, 0x00, 0x01]);
            let text = "is neither 3 nor 65537";
            self.refuse_unless(value(profile, tag).is_none_or(good), tag, text);
        }
        let offers =
            Aip::SDA_SUPPORTED | Aip::DDA_SUPPORTED | Aip::CDA_SUPPORTED | Aip::XDA_SUPPORTED;
        let aip = tag::APPLICATION_INTERCHANGE_PROFILE;
        if !profile.aip.intersects(offers) {
            let certificate = tag::ISSUER_PUBLIC_KEY_CERTIFICATE;
            let unused = value(profile, certificate).is_none();
            let text = "is there, but tag 82 offers no method that uses it";
            self.unless(unused, Severity::Warn, Some(certificate), text);
            return;
        }
        for tag in SHOULD_BE_SIGNED {
            let signed = objects(profile).any(|read| read.object.tag == tag && read.authenticated);
            let text = "is in no record that the file locator has authenticated";
            self.unless(signed, Severity::Warn, Some(tag), text);
        }
        let fixed = records(profile).all(|(record, signed)| !(signed && record.updatable));
        let text =
            "has a record authenticated that scripts may change, and no signature would fit then";
        self.unless(
            fixed,
            Severity::Warn,
            Some(tag::APPLICATION_FILE_LOCATOR),
            text,
        );
        let elliptic = profile.aip.contains(Aip::XDA_SUPPORTED);
        match value(profile, tag::SDA_TAG_LIST) {
            None => {
                let text = "is signed by nothing: tag 9F4A does not name it, so anybody can change it on the way";
                self.unless(elliptic, Severity::Warn, Some(aip), text);
            }
            list => self.refuse_unless(
                list == Some(&[0x82]),
                tag::SDA_TAG_LIST,
                "holds other than tag 82",
            ),
        }
        self.dynamic(profile);
    }

    /// The list of INTERNAL AUTHENTICATE, and lengths that must agree.
    fn dynamic(&mut self, profile: &Profile<'_>) {
        let ddol = tag::DDOL;
        let read = value(profile, ddol).unwrap_or_default();
        self.refuse_unless(
            read == profile.ddol,
            ddol,
            "is not read as the card uses it",
        );
        if !profile.ddol.is_empty() {
            let number = |list: DataObjectList<'_>| {
                let mut entries = list.entries();
                entries.any(|entry| entry.tag == tag::UNPREDICTABLE_NUMBER && entry.length == 4)
            };
            let good = DataObjectList::parse(profile.ddol).is_ok_and(number);
            let text = "is no list that asks for the four bytes of the unpredictable number";
            self.refuse_unless(good, ddol, text);
        }
        if profile.aip.contains(Aip::XDA_SUPPORTED) {
            return;
        }
        // All three are signatures of the issuer's key, and so as long as its modulus.
        let signatures = [
            tag::SIGNED_STATIC_APPLICATION_DATA,
            tag::ICC_PUBLIC_KEY_CERTIFICATE,
            tag::ICC_PIN_PUBLIC_KEY_CERTIFICATE,
        ];
        let mut lengths = signatures
            .into_iter()
            .filter_map(|tag| Some((tag, value(profile, tag)?.len())));
        if let Some((_, length)) = lengths.next() {
            for (tag, other) in lengths {
                self.refuse_unless(
                    other == length,
                    tag,
                    "is not as long as the issuer's other signatures",
                );
            }
        }
    }

    /// Methods of cardholder verification that the card cannot carry out.
    fn verification(&mut self, profile: &Profile<'_>) {
        const ENCIPHERED: [u8; 2] = [0x04, 0x05];
        let Some(list) = value(profile, tag::CVM_LIST) else {
            return;
        };
        let list = CvmList::parse(list);
        self.refuse_unless(list.is_ok(), tag::CVM_LIST, "is no CVM list");
        let Ok(list) = list else { return };
        let offline = list.rules().any(|rule| rule.code.is_offline_pin());
        let text = "asks for an offline PIN, and the card knows none";
        let good = !offline || profile.pin.is_some();
        self.unless(good, Severity::Warn, Some(tag::CVM_LIST), text);
        let enciphered = list
            .rules()
            .any(|rule| ENCIPHERED.contains(&rule.code.method()));
        let rsa = !profile.aip.contains(Aip::XDA_SUPPORTED)
            && value(profile, tag::ICC_PUBLIC_KEY_CERTIFICATE).is_some();
        let key = rsa || value(profile, tag::ICC_PIN_PUBLIC_KEY_CERTIFICATE).is_some();
        let text = "asks for an enciphered PIN, and there is no key to encipher it with";
        self.unless(
            !enciphered || key,
            Severity::Warn,
            Some(tag::CVM_LIST),
            text,
        );
    }
}

impl Profile<'_> {
    /// Compares the chip's track 2 equivalent data (tag 57) with the magnetic stripe of the same card.
    ///
    /// A chip that has the stripe's card verification value gives away a stripe: whoever reads the chip can write it. Issuers
    /// therefore give the chip another one, the iCVV.
    ///
    /// ```
    /// use chipcard::card::test_cards;
    /// use chipcard::magstripe::{DiscretionaryProfile, Track2};
    ///
    /// let profile = &test_cards::CCD_TDES.profile;
    /// let stripe = Track2::parse(";9990010000000002=49122010000000000000?")?;
    /// let mut found = Vec::new();
    /// profile.lint_stripe(&stripe, &DiscretionaryProfile::TRACK_2, &mut |finding| {
    ///     found.push(finding.to_string());
    /// });
    /// assert_eq!(found, ["warning: 57 has the card verification value of the stripe: no iCVV"]);
    /// # Ok::<(), chipcard::Error>(())
    /// ```
    pub fn lint_stripe(
        &self,
        stripe: &Track2,
        places: &DiscretionaryProfile,
        report: &mut dyn FnMut(Finding),
    ) {
        let mut lint = Lint { report };
        let Some(chip) = value(self, tag::TRACK_2_EQUIVALENT_DATA) else {
            return;
        };
        let chip = Track2EquivalentData::parse(chip).map(|chip| Track2::from(&chip));
        let track = tag::TRACK_2_EQUIVALENT_DATA;
        lint.refuse_unless(chip.is_ok(), track, "is no track 2 equivalent data");
        let Ok(chip) = chip else { return };
        let same = chip.pan() == stripe.pan() && chip.expiry() == stripe.expiry();
        lint.refuse_unless(
            same,
            track,
            "is another card's than the stripe: number or expiry differ",
        );
        let read = |track: &Track2| {
            let values = places.read(track.discretionary_data()).ok()?;
            <[u8; 3]>::try_from(values.cvv?.as_bytes()).ok()
        };
        let (chip_value, stripe_value) = (read(&chip), read(stripe));
        let differs = chip_value.is_none() || chip_value != stripe_value;
        let text = "has the card verification value of the stripe: no iCVV";
        lint.unless(differs, Severity::Warn, Some(track), text);
        for service_code in [chip.service_code(), stripe.service_code()] {
            let text = "or the stripe has the service code of a card without chip";
            lint.unless(service_code.has_chip(), Severity::Warn, Some(track), text);
        }
    }
}
