//! What is wrong with a card's private keys and certificates, beside its profile.

use alloc::vec::Vec;

use crate::card::lint::{Finding, Lint, Severity};
use crate::card::lint_files::value;
use crate::card::{CardPrivateKeys, Profile};
use crate::element::{
    ApplicationFileLocator, ApplicationIdentifier, ApplicationInterchangeProfile as Aip, Date, Pan,
};
use crate::error::{Error, Result};
use crate::oda::{
    CaPublicKey, CertificateContext, EcCaPublicKey, KeyFinding, KeyRole, PublicKeyCertificate,
    RsaPublicKey, issuer_certified_card_data, lint_key, lint_signed_answer, static_data,
};
use crate::tag::{self, Tag};

/// Where the parts of a public key stand: certificate, remainder, exponent.
const ISSUER: [Tag; 3] = [
    tag::ISSUER_PUBLIC_KEY_CERTIFICATE,
    tag::ISSUER_PUBLIC_KEY_REMAINDER,
    tag::ISSUER_PUBLIC_KEY_EXPONENT,
];
const ICC: [Tag; 3] = [
    tag::ICC_PUBLIC_KEY_CERTIFICATE,
    tag::ICC_PUBLIC_KEY_REMAINDER,
    tag::ICC_PUBLIC_KEY_EXPONENT,
];
const PIN: [Tag; 3] = [
    tag::ICC_PIN_PUBLIC_KEY_CERTIFICATE,
    tag::ICC_PIN_PUBLIC_KEY_REMAINDER,
    tag::ICC_PIN_PUBLIC_KEY_EXPONENT,
];

/// How bad a finding on a key is, and how to say it.
const fn judge(finding: KeyFinding) -> (Severity, &'static str) {
    match finding {
        KeyFinding::Exponent => (
            Severity::Refuse,
            "has a key whose exponent is neither 3 nor 65537",
        ),
        KeyFinding::Even => (Severity::Refuse, "has a key whose modulus is even"),
        KeyFinding::LeftmostBit => (
            Severity::Refuse,
            "has a key whose modulus does not begin with a set bit",
        ),
        KeyFinding::Short => (
            Severity::Warn,
            "has a key of less than 1024 bits: it can be factored",
        ),
        KeyFinding::Long { .. } => (Severity::Refuse, "has a key too long for record or answer"),
        KeyFinding::Roca => (
            Severity::Refuse,
            "has a key with the fingerprint of CVE-2017-15361: it can be factored",
        ),
    }
}

impl Lint<'_> {
    fn key(&mut self, role: KeyRole, tag: Tag, modulus: &[u8], exponent: &[u8]) {
        for finding in lint_key(role, modulus, exponent) {
            let (severity, text) = judge(finding);
            self.unless(false, severity, Some(tag), text);
        }
    }

    /// A private key of the card against what the profile says of its public one.
    fn own_key(
        &mut self,
        profile: &Profile<'_>,
        role: KeyRole,
        tags: [Tag; 3],
        key: &RsaPublicKey,
    ) {
        let [certificate, remainder, exponent] = tags;
        let exponent_bytes = key.exponent().to_bytes();
        self.key(role, certificate, key.modulus(), exponent_bytes);
        let there = value(profile, certificate).is_some();
        let text = "is missing: no terminal can know the card's key";
        self.unless(there, Severity::Warn, Some(certificate), text);
        if there {
            let same = value(profile, exponent) == Some(exponent_bytes);
            self.refuse_unless(same, exponent, "is not that of the card's key");
            let tail = value(profile, remainder).unwrap_or_default();
            let same = key.modulus().ends_with(tail);
            self.refuse_unless(same, remainder, "is not the end of the card's modulus");
        }
    }
}

impl CardPrivateKeys {
    /// Reports what is found wrong with the keys, alone and beside the profile of the card that has them: keys that are weak or serve two
    /// purposes, that the profile promises and nobody has, and signatures that no answer can hold.
    ///
    /// ```
    /// use chipcard::card::{CardPrivateKeys, test_cards};
    ///
    /// let test = &test_cards::CCD_CDA;
    /// test.private_keys()?.lint(&test.profile, &mut |finding| panic!("{finding}"));
    ///
    /// let mut found = Vec::new();
    /// CardPrivateKeys::new().lint(&test.profile, &mut |finding| found.push(finding.to_string()));
    /// assert_eq!(found[0], "error: 82 offers DDA or CDA, and there is no key for them");
    /// # Ok::<(), chipcard::Error>(())
    /// ```
    pub fn lint(&self, profile: &Profile<'_>, report: &mut dyn FnMut(Finding)) {
        let mut lint = Lint { report };
        let (aip, signed) = (
            tag::APPLICATION_INTERCHANGE_PROFILE,
            tag::SIGNED_DYNAMIC_APPLICATION_DATA,
        );
        let rsa = profile
            .aip
            .intersects(Aip::DDA_SUPPORTED | Aip::CDA_SUPPORTED);
        let text = "offers DDA or CDA, and there is no key for them";
        lint.refuse_unless(!rsa || self.icc().is_some(), aip, text);
        let elliptic = profile.aip.contains(Aip::XDA_SUPPORTED);
        let text = "offers XDA, and there is no key for it";
        lint.refuse_unless(!elliptic || self.ec().is_some(), aip, text);
        let certified = value(profile, tag::ICC_PIN_PUBLIC_KEY_CERTIFICATE).is_some();
        let text = "certifies a key for PINs that the card does not have";
        let good = !certified || self.pin().is_some();
        lint.refuse_unless(good, tag::ICC_PIN_PUBLIC_KEY_CERTIFICATE, text);
        if let Some(key) = self.icc().map(|key| key.public_key()) {
            lint.own_key(profile, KeyRole::Icc, ICC, key);
            let cda = profile.aip.contains(Aip::CDA_SUPPORTED);
            let fits = lint_signed_answer(key.length(), profile.iad.len(), 0).is_none();
            let text = "of CDA would not fit in an answer: the key is too long for it";
            lint.refuse_unless(!cda || fits, signed, text);
        }
        if let Some(key) = self.pin().map(|key| key.public_key()) {
            lint.own_key(profile, KeyRole::IccPin, PIN, key);
            let other = self
                .icc()
                .is_none_or(|icc| icc.public_key().modulus() != key.modulus());
            let text = "has the key of the card's signatures: one key for two purposes";
            lint.refuse_unless(other, tag::ICC_PIN_PUBLIC_KEY_CERTIFICATE, text);
        }
    }
}

impl Profile<'_> {
    /// Verifies the RSA certificates and the signed static data as a terminal would on that day, and looks at the keys in them.
    ///
    /// ```
    /// use chipcard::card::{Profile, test_cards};
    /// use chipcard::element::Date;
    ///
    /// let good = &test_cards::CCD_CDA.profile;
    /// let authority = test_cards::keys::certification_authority([0xF0, 0, 0, 0x09, 0x99])?.public_key();
    /// let today = Date::new(2026, 11, 23)?;
    /// good.lint_certificates(&authority, today, &mut |finding| panic!("{finding}"));
    ///
    /// // Another interchange profile than was signed.
    /// let mut found = Vec::new();
    /// let changed = Profile { aip: test_cards::CCD_DDA.profile.aip, ..*good };
    /// changed.lint_certificates(&authority, today, &mut |finding| found.push(finding.to_string()));
    /// assert!(found.contains(&"error: 9F46 does not verify".to_string()));
    /// # Ok::<(), chipcard::Error>(())
    /// ```
    pub fn lint_certificates(
        &self,
        authority: &CaPublicKey,
        today: Date,
        report: &mut dyn FnMut(Finding),
    ) {
        let mut lint = Lint { report };
        let get = |tag| value(self, tag).unwrap_or_default();
        let parts = |[certificate, remainder, exponent]: [Tag; 3]| {
            PublicKeyCertificate::new(get(certificate), get(remainder), get(exponent))
        };
        let text = "does not verify";
        let Ok(pan) = Pan::from_bcd(get(tag::APPLICATION_PAN)) else {
            return lint.refuse_unless(false, tag::APPLICATION_PAN, "is no account number");
        };
        let index = get(tag::CA_PUBLIC_KEY_INDEX) == [authority.index()]
            && self.aid.starts_with(&authority.rid());
        lint.refuse_unless(index, tag::CA_PUBLIC_KEY_INDEX, "is of another authority");
        let context = CertificateContext::new(&pan, today);
        let issuer = authority.recover_issuer_key(&parts(ISSUER), &context);
        let data = self.signed_data();
        let (Ok(issuer), Ok(data)) = (issuer, data) else {
            return lint.refuse_unless(false, tag::ISSUER_PUBLIC_KEY_CERTIFICATE, text);
        };
        let sda = self.aip.contains(Aip::SDA_SUPPORTED);
        let dynamic = self.aip.intersects(Aip::DDA_SUPPORTED | Aip::CDA_SUPPORTED);
        let role = if dynamic {
            KeyRole::Issuer
        } else {
            KeyRole::IssuerForStaticData
        };
        let key = issuer.key();
        let [tag, ..] = ISSUER;
        lint.key(role, tag, key.modulus(), key.exponent().to_bytes());
        let signed = tag::SIGNED_STATIC_APPLICATION_DATA;
        let good = !sda || issuer.verify_static_data(get(signed), &data).is_ok();
        lint.refuse_unless(good, signed, text);
        if dynamic {
            let [tag, ..] = ICC;
            let icc = issuer.recover_icc_key(&parts(ICC), &data, &context);
            lint.refuse_unless(icc.is_ok(), tag, text);
            if let Ok(icc) = icc {
                let key = icc.key();
                lint.key(KeyRole::Icc, tag, key.modulus(), key.exponent().to_bytes());
            }
        }
        let [tag, ..] = PIN;
        if value(self, tag).is_some() {
            let pin = issuer.recover_pin_key(&parts(PIN), &context);
            lint.refuse_unless(pin.is_ok(), tag, text);
            if let Ok(pin) = pin {
                let key = pin.key();
                lint.key(
                    KeyRole::IccPin,
                    tag,
                    key.modulus(),
                    key.exponent().to_bytes(),
                );
            }
        }
    }

    /// As [`lint_certificates`](Self::lint_certificates), with the elliptic-curve certificates of XDA.
    pub fn lint_ec_certificates(
        &self,
        authority: &EcCaPublicKey,
        today: Date,
        report: &mut dyn FnMut(Finding),
    ) {
        let mut lint = Lint { report };
        let get = |tag| value(self, tag).unwrap_or_default();
        let Ok(pan) = Pan::from_bcd(get(tag::APPLICATION_PAN)) else {
            return lint.refuse_unless(false, tag::APPLICATION_PAN, "is no account number");
        };
        let context = CertificateContext::new(&pan, today);
        let [issuer_tag, ..] = ISSUER;
        let issuer = authority.recover_issuer_key(get(issuer_tag), &context);
        lint.refuse_unless(issuer.is_ok(), issuer_tag, "does not verify");
        if let Ok(issuer) = issuer {
            let [icc_tag, ..] = ICC;
            let certified = self.certified_data();
            let icc =
                certified.and_then(|data| issuer.recover_icc_key(get(icc_tag), &data, &context));
            lint.refuse_unless(icc.is_ok(), icc_tag, "does not verify");
        }
    }

    /// The static data that RSA signatures cover.
    fn signed_data(&self) -> Result<Vec<u8>, Error> {
        let afl = ApplicationFileLocator::parse(self.afl)?;
        let list = value(self, tag::SDA_TAG_LIST);
        static_data(&afl, list, self.aip, |sfi, number| self.stored(sfi, number))
    }

    /// The data that elliptic-curve certificates cover.
    fn certified_data(&self) -> Result<Vec<u8>, Error> {
        let afl = ApplicationFileLocator::parse(self.afl)?;
        let aid = ApplicationIdentifier::parse(self.aid)?;
        let pdol = Some(self.pdol).filter(|list| !list.is_empty());
        issuer_certified_card_data(&afl, self.aip, &aid, pdol, |sfi, number| {
            self.stored(sfi, number)
        })
    }

    fn stored(&self, sfi: u8, number: u8) -> Option<&[u8]> {
        self.record(sfi, number).ok().map(|record| record.data)
    }
}
