//! The key file: issuer master keys by derivation key index, and cryptogram versions of one's own.
//!
//! ```toml
//! [[key-set]]
//! index = "01"                             # derivation key index, hexadecimal
//! cipher = "tdes"                          # or "aes"; tdes unless said
//! ac  = "0123456789ABCDEFFEDCBA9876543210" # application cryptograms
//! smi = "FEDCBA98765432100123456789ABCDEF" # script integrity
//! smc = "89ABCDEF0123456776543210FEDCBA98" # script confidentiality
//!
//! [[version]]                              # a version this library does not know
//! name = "Private label 07"
//! family = "private"
//! identifier = "07"                        # its byte in the issuer application data
//! like = "visa:12"                         # everything not said below is as there
//! data = ["9F02", "9F37", "9F36", "9F10[3..7]"]
//! padding = "method2"                      # none, method1, method2
//! session-key = "emv-common"               # none, emv-common, mastercard, unionpay, visa-atc-xor, emv2000-4, emv2000-2
//! card-key = "A"                           # A, B, C
//! arpc = "method1"                         # method1, method2, none
//! arpc-key = "session-key"                 # session-key, card-key
//! iad = "opaque"                           # ccd, mchip, visa013, visa24, unionpay, interac, jcb, opaque
//!
//! [stripe]                                 # card verification values; three digits
//! cvv  = "0123456789ABCDEFFEDCBA9876543210" # CVV, and iCVV unless said
//! icvv = "FEDCBA98765432100123456789ABCDEF" # a key of its own for iCVV
//! cvv2 = "89ABCDEF0123456776543210FEDCBA98" # CVV2
//! cvv2-expiry = "yymm"                      # or "mmyy": the order in which CVV2 takes the expiry date
//! ```
//!
//! The file holds secrets: keep it readable by its owner alone.

use std::path::Path;

use chipcard::crypto::{Algorithm, Padding};
use chipcard::cryptogram::{
    ArpcKey, ArpcMethod, Attestation, CipherFamily, CryptogramVersion, DataList, Family, IadPart,
    Label, SignedPart,
};
use chipcard::element::IadLayout;
use chipcard::issuer::{Cvv2Expiry, KeySets, StripeKeys};
use chipcard::key::{
    CardKeyOption, Emv2000Tree, IssuerKeySet, IssuerMasterKey, KeyPolicy, Purpose, SessionKeyMethod,
};
use chipcard::magstripe::CardVerificationKey;
use chipcard::{Error, Tag};
use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::input;

/// Key sets, or one key for whatever index a message names.
#[derive(Debug)]
pub enum Keyring {
    /// Sets told apart by their derivation key index, as an issuer has them.
    Sets(Vec<IssuerKeySet>),
    /// The one set that was given by hand, without an index.
    One(Box<IssuerKeySet>),
}

impl Keyring {
    /// All sets.
    pub fn sets(&self) -> &[IssuerKeySet] {
        match self {
            Self::Sets(sets) => sets,
            Self::One(set) => std::slice::from_ref(set),
        }
    }
}

impl KeySets for Keyring {
    fn set(&self, index: u8) -> Option<&IssuerKeySet> {
        match self {
            Self::Sets(sets) => sets.set(index),
            Self::One(set) => Some(set),
        }
    }
}

/// Keys and versions of a key file.
#[derive(Debug)]
pub struct KeyFile {
    /// The keys.
    pub keys: Keyring,
    /// The file's own versions.
    pub versions: Vec<CryptogramVersion>,
    /// Keys of card verification values.
    pub stripe: Option<StripeKeys>,
}

impl KeyFile {
    /// Reads a key file.
    ///
    /// # Errors
    /// Names the file, and what in it is wrong; never a key.
    pub fn read(path: &Path, policy: KeyPolicy) -> Result<Self, Failure> {
        let within = |failure: Failure| Failure::new(format!("{}: {failure}", path.display()));
        Self::parse(&input::text(path)?, policy).map_err(within)
    }

    /// Reads the text of a key file.
    ///
    /// # Errors
    /// Names what is wrong; never a key.
    pub fn parse(text: &str, policy: KeyPolicy) -> Result<Self, Failure> {
        let model: Model = input::toml(text)?;
        let sets: Vec<_> = model
            .key_set
            .iter()
            .map(|set| set.build(policy))
            .collect::<Result<_, _>>()?;
        for (place, set) in sets.iter().enumerate() {
            if sets
                .iter()
                .take(place)
                .any(|earlier: &IssuerKeySet| earlier.index() == set.index())
            {
                return Err(Failure::new(format!(
                    "two key sets have the index {:02X}",
                    set.index()
                )));
            }
        }
        let versions = model
            .version
            .iter()
            .map(OwnVersion::build)
            .collect::<Result<Vec<_>, _>>()?;
        let stripe = model
            .stripe
            .map(|stripe| stripe.build(policy))
            .transpose()
            .map_err(|failure| Failure::new(format!("stripe: {failure}")))?;
        if sets.is_empty() && versions.is_empty() && stripe.is_none() {
            return Err(Failure::new("no [[key-set]] is in it"));
        }
        Ok(Self {
            keys: Keyring::Sets(sets),
            versions,
            stripe,
        })
    }
}

/// A version by its family and identifier, among `own` ones first.
///
/// # Errors
/// When neither knows it; lists what the family has.
pub fn find_version(
    own: &[CryptogramVersion],
    family: Family,
    identifier: u8,
) -> Result<&CryptogramVersion, Failure> {
    own.iter()
        .find(|row| row.family == family && row.identifier == identifier)
        .or_else(|| CryptogramVersion::find(family, identifier))
        .ok_or_else(|| {
            let rows = CryptogramVersion::ALL
                .iter()
                .chain(own)
                .filter(|row| row.family == family);
            let known: Vec<_> = rows.map(|row| format!("{:02X}", row.identifier)).collect();
            Failure::new(format!(
                "no version {identifier:02X} is known for {family} (known: {}); \
                 one's own go into the key file",
                known.join(" ")
            ))
        })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Model {
    #[serde(default)]
    key_set: Vec<KeySetModel>,
    #[serde(default)]
    version: Vec<OwnVersion>,
    stripe: Option<StripeModel>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct StripeModel {
    cvv: Secret,
    icvv: Option<Secret>,
    cvv2: Option<Secret>,
    cvv2_expiry: Option<String>,
}

impl StripeModel {
    fn build(&self, policy: KeyPolicy) -> Result<StripeKeys, Failure> {
        let key = |what: &str, secret: &Secret| {
            let bytes = Zeroizing::new(input::hex(what, &secret.0)?);
            CardVerificationKey::new(&bytes, policy)
                .map_err(|error| Failure::new(format!("{what}: {error}")))
        };
        let mut keys = StripeKeys::new(key("cvv", &self.cvv)?);
        if let Some(secret) = &self.icvv {
            keys = keys.with_icvv(key("icvv", secret)?);
        }
        if let Some(secret) = &self.cvv2 {
            let Some(order) = self.cvv2_expiry.as_deref() else {
                return Err(Failure::new(
                    "cvv2-expiry: say whether CVV2 takes the expiry date as yymm or as mmyy",
                ));
            };
            let mut expiry = Cvv2Expiry::YearMonth;
            choose(&mut expiry, "cvv2-expiry", Some(order), CVV2_EXPIRIES)?;
            keys = keys.with_cvv2(key("cvv2", secret)?, expiry);
        }
        Ok(keys)
    }
}

const CVV2_EXPIRIES: Names<Cvv2Expiry> = &[
    ("yymm", Cvv2Expiry::YearMonth),
    ("mmyy", Cvv2Expiry::MonthYear),
];

/// A value that is wiped after use.
struct Secret(Zeroizing<String>);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(Zeroizing::new(text)))
    }
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum CipherName {
    #[default]
    Tdes,
    Aes,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeySetModel {
    index: String,
    #[serde(default)]
    cipher: CipherName,
    ac: Secret,
    smi: Option<Secret>,
    smc: Option<Secret>,
    idn: Option<Secret>,
    dac: Option<Secret>,
    cvc3: Option<Secret>,
}

impl KeySetModel {
    fn build(&self, policy: KeyPolicy) -> Result<IssuerKeySet, Failure> {
        let [index] = input::hex_array("index", &self.index)?;
        let within = |failure: Failure| Failure::new(format!("key set {index:02X}: {failure}"));
        self.fill(index, policy).map_err(within)
    }

    fn fill(&self, index: u8, policy: KeyPolicy) -> Result<IssuerKeySet, Failure> {
        let aes = matches!(self.cipher, CipherName::Aes);
        let mut set = IssuerKeySet::new(index, master_key("ac", &self.ac.0, aes, policy)?);
        if let Some(key) = &self.smi {
            set = set.with_smi(master_key("smi", &key.0, aes, policy)?)?;
        }
        if let Some(key) = &self.smc {
            set = set.with_smc(master_key("smc", &key.0, aes, policy)?)?;
        }
        if let Some(key) = &self.idn {
            set = set.with_idn(master_key("idn", &key.0, aes, policy)?)?;
        }
        if let Some(key) = &self.dac {
            set = set.with_dac(master_key("dac", &key.0, aes, policy)?)?;
        }
        if let Some(key) = &self.cvc3 {
            set = set.with_cvc3(master_key("cvc3", &key.0, aes, policy)?)?;
        }
        Ok(set)
    }
}

/// A master key from hexadecimal digits.
///
/// # Errors
/// Names `what`, never the key.
pub fn master_key<P: Purpose>(
    what: &str,
    text: &str,
    aes: bool,
    policy: KeyPolicy,
) -> Result<IssuerMasterKey<P>, Failure> {
    let bytes = Zeroizing::new(input::hex(what, text)?);
    let within = |error: Error| Failure::new(format!("{what}: {error}"));
    let algorithm = if aes {
        Algorithm::aes(bytes.len()).map_err(within)?
    } else {
        Algorithm::Tdes
    };
    IssuerMasterKey::new(algorithm, &bytes, policy).map_err(within)
}

/// A version of one's own, as a file writes it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct OwnVersion {
    name: String,
    family: String,
    identifier: String,
    like: String,
    data: Option<Vec<String>>,
    padding: Option<String>,
    session_key: Option<String>,
    card_key: Option<String>,
    arpc: Option<String>,
    arpc_key: Option<String>,
    iad: Option<String>,
}

impl OwnVersion {
    pub(crate) fn build(&self) -> Result<CryptogramVersion, Failure> {
        self.fill()
            .map_err(|failure| Failure::new(format!("version {}: {failure}", self.name)))
    }

    fn fill(&self) -> Result<CryptogramVersion, Failure> {
        let mut row = like(&self.like)?;
        row.name = Label::new(&self.name);
        row.family = family(&self.family)?;
        [row.identifier] = input::hex_array("identifier", &self.identifier)?;
        row.attestation = Attestation::Own;
        if let Some(parts) = &self.data {
            row.data = parts
                .iter()
                .try_fold(DataList::elements(&[]), |list, part| {
                    Ok::<_, Failure>(list.try_then(signed_part(part)?)?)
                })?;
        }
        choose(
            &mut row.padding,
            "padding",
            self.padding.as_deref(),
            PADDINGS,
        )?;
        choose(
            &mut row.session_key,
            "session-key",
            self.session_key.as_deref(),
            SESSION_KEYS,
        )?;
        choose(
            &mut row.card_key,
            "card-key",
            self.card_key.as_deref(),
            CARD_KEYS,
        )?;
        choose(&mut row.arpc, "arpc", self.arpc.as_deref(), ARPC_METHODS)?;
        choose(
            &mut row.arpc_key,
            "arpc-key",
            self.arpc_key.as_deref(),
            ARPC_KEYS,
        )?;
        choose(&mut row.iad_layout, "iad", self.iad.as_deref(), IAD_LAYOUTS)?;
        row.cipher = if row.card_key == CardKeyOption::C {
            CipherFamily::Aes
        } else {
            CipherFamily::Tdes
        };
        Ok(row)
    }
}

/// Names in files and what they stand for.
pub type Names<T> = &'static [(&'static str, T)];

const PADDINGS: Names<Padding> = &[
    ("none", Padding::None),
    ("method1", Padding::Method1),
    ("method2", Padding::Method2),
];
const SESSION_KEYS: Names<SessionKeyMethod> = &[
    ("none", SessionKeyMethod::None),
    ("emv-common", SessionKeyMethod::EmvCommon),
    ("mastercard", SessionKeyMethod::Mastercard),
    ("unionpay", SessionKeyMethod::UnionPay),
    ("visa-atc-xor", SessionKeyMethod::VisaAtcXor),
    (
        "emv2000-4",
        SessionKeyMethod::Emv2000(Emv2000Tree::BRANCH_4),
    ),
    (
        "emv2000-2",
        SessionKeyMethod::Emv2000(Emv2000Tree::BRANCH_2),
    ),
];
/// The card-key options by the letters of EMV Book 2 A1.4.
pub const CARD_KEYS: Names<CardKeyOption> = &[
    ("A", CardKeyOption::A),
    ("B", CardKeyOption::B),
    ("C", CardKeyOption::C),
];
const ARPC_METHODS: Names<Option<ArpcMethod>> = &[
    ("method1", Some(ArpcMethod::Method1)),
    ("method2", Some(ArpcMethod::Method2)),
    ("none", None),
];
const ARPC_KEYS: Names<ArpcKey> = &[
    ("session-key", ArpcKey::SessionKey),
    ("card-key", ArpcKey::CardKey),
];
const IAD_LAYOUTS: Names<IadLayout> = &[
    ("ccd", IadLayout::Ccd),
    ("mchip", IadLayout::MChip),
    ("visa013", IadLayout::Visa013),
    ("visa24", IadLayout::Visa24),
    ("unionpay", IadLayout::UnionPay),
    ("interac", IadLayout::Interac),
    ("jcb", IadLayout::Jcb),
    ("opaque", IadLayout::Opaque),
];

/// Sets `place` to what `name` stands for, if there is a name.
///
/// # Errors
/// Names `what` and the names that exist; never the one that is given, which may be something else by mistake.
pub fn choose<T: Copy>(
    place: &mut T,
    what: &str,
    name: Option<&str>,
    names: Names<T>,
) -> Result<(), Failure> {
    let Some(name) = name else { return Ok(()) };
    let found = names.iter().find(|(known, _)| *known == name);
    let (_, value) = found.ok_or_else(|| {
        let known: Vec<_> = names.iter().map(|(known, _)| *known).collect();
        Failure::new(format!("{what}: expected one of {}", known.join(", ")))
    })?;
    *place = *value;
    Ok(())
}

/// A family by its name.
///
/// # Errors
/// Lists the names.
pub fn family(name: &str) -> Result<Family, Failure> {
    Family::from_name(name).ok_or_else(|| {
        let known: Vec<_> = Family::ALL.iter().map(|family| family.name()).collect();
        Failure::new(format!("family: expected one of {}", known.join(", ")))
    })
}

/// The row named as `family:identifier`, e.g. `visa:12`.
pub(crate) fn like(text: &str) -> Result<CryptogramVersion, Failure> {
    let (name, identifier) = text
        .split_once(':')
        .ok_or_else(|| Failure::new("like: expected family:identifier, e.g. visa:12"))?;
    let [identifier] = input::hex_array("like", identifier)?;
    find_version(&[], family(name)?, identifier).copied()
}

/// `9F02`, `9F10`, `9F10[3..7]` or `9F10[counters]`.
fn signed_part(text: &str) -> Result<SignedPart, Failure> {
    let wrong = || {
        Failure::new(format!(
            "data: {text} is no tag, 9F10[start..end] or 9F10[counters]"
        ))
    };
    match text.strip_prefix("9F10") {
        Some("") => Ok(SignedPart::Iad(IadPart::Whole)),
        Some("[counters]") => Ok(SignedPart::Iad(IadPart::MChipCounters)),
        Some(range) => {
            let range = range.strip_prefix('[').and_then(|r| r.strip_suffix(']'));
            let (start, end) = range.and_then(|r| r.split_once("..")).ok_or_else(wrong)?;
            let (start, end): (u8, u8) = (
                start.parse().map_err(|_| wrong())?,
                end.parse().map_err(|_| wrong())?,
            );
            let length = end
                .checked_sub(start)
                .filter(|n| *n > 0 && end <= 32)
                .ok_or_else(wrong)?;
            Ok(SignedPart::Iad(IadPart::Range { start, length }))
        }
        None => {
            let bytes = input::hex("data", text)?;
            match Tag::parse(&bytes) {
                Ok((tag, used)) if used == bytes.len() => Ok(SignedPart::Element(tag)),
                _ => Err(wrong()),
            }
        }
    }
}
