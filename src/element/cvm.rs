//! Cardholder verification: the card's list (tag 8E) and what came of it (tag 9F34).

use core::fmt;

use super::bcd;
use crate::error::{Error, ErrorKind, Result};

/// A cardholder verification method: the first byte of a rule and of the results
/// (EMV Book 3 Annex C3, Table 39; faces, fingers, palms, irises and voices are EMV 4.4's, Table 43).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CvmCode(pub u8);

/// Names of the methods, by the low six bits: from, to, name.
const METHODS: &[(u8, u8, &str)] = &[
    (0x00, 0x00, "fail CVM processing"),
    (0x01, 0x01, "plaintext PIN verified by the card"),
    (0x02, 0x02, "enciphered PIN verified online"),
    (
        0x03,
        0x03,
        "plaintext PIN verified by the card, and signature",
    ),
    (0x04, 0x04, "enciphered PIN verified by the card"),
    (
        0x05,
        0x05,
        "enciphered PIN verified by the card, and signature",
    ),
    (0x06, 0x06, "face verified by the card"),
    (0x07, 0x07, "face verified online"),
    (0x08, 0x08, "finger verified by the card"),
    (0x09, 0x09, "finger verified online"),
    (0x0A, 0x0A, "palm verified by the card"),
    (0x0B, 0x0B, "palm verified online"),
    (0x0C, 0x0C, "iris verified by the card"),
    (0x0D, 0x0D, "iris verified online"),
    (0x0E, 0x0E, "voice verified by the card"),
    (0x0F, 0x0F, "voice verified online"),
    (0x10, 0x1D, "reserved"),
    (0x1E, 0x1E, "signature (paper)"),
    (0x1F, 0x1F, "no CVM required"),
    (0x20, 0x2F, "payment system's own method"),
    (0x30, 0x3E, "issuer's own method"),
    (0x3F, 0x3F, "no CVM performed"),
];

impl CvmCode {
    /// The method alone: the low six bits.
    pub const fn method(self) -> u8 {
        self.0 & 0x3F
    }

    /// Whether the next rule applies when this method does not succeed (bit 7).
    pub const fn try_next_if_unsuccessful(self) -> bool {
        self.0 & 0x40 != 0
    }

    /// Whether the card verifies a PIN in it, by VERIFY.
    pub const fn is_offline_pin(self) -> bool {
        matches!(self.method(), 0x01 | 0x03..=0x05)
    }

    /// Whether the issuer verifies a PIN in it.
    pub const fn is_online_pin(self) -> bool {
        self.method() == 0x02
    }

    /// Whether a signature is taken in it, alone or beside a PIN.
    pub const fn is_signature(self) -> bool {
        matches!(self.method(), 0x03 | 0x05 | 0x1E)
    }

    /// What the method is called.
    pub fn name(self) -> &'static str {
        let method = self.method();
        METHODS
            .iter()
            .find(|(from, to, _)| (*from..=*to).contains(&method))
            .map_or("reserved", |(_, _, name)| name)
    }
}

impl fmt::Debug for CvmCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CvmCode({:02X}: {})", self.0, self.name())
    }
}

/// When a rule applies: its second byte (EMV Book 3 Annex C3, Table 40).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CvmCondition(pub u8);

/// Names of the conditions, in the order of their codes.
const CONDITIONS: [&str; 10] = [
    "always",
    "if unattended cash",
    "if not unattended cash, not manual cash and not purchase with cashback",
    "if terminal supports the CVM",
    "if manual cash",
    "if purchase with cashback",
    "if in the application currency and under X",
    "if in the application currency and over X",
    "if in the application currency and under Y",
    "if in the application currency and over Y",
];

impl CvmCondition {
    /// What the condition is called.
    pub fn name(self) -> &'static str {
        match self.0 {
            0x80.. => "payment system's own condition",
            code => CONDITIONS
                .get(usize::from(code))
                .copied()
                .unwrap_or("reserved"),
        }
    }
}

impl fmt::Debug for CvmCondition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CvmCondition({:02X}: {})", self.0, self.name())
    }
}

/// A rule of the card's list: a method, and when it applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CvmRule {
    /// The method.
    pub code: CvmCode,
    /// When it applies.
    pub condition: CvmCondition,
}

/// Cardholder verification method list: two amounts and the rules in the order in which the terminal tries
/// them, 8 to 252 bytes (EMV Book 3 10.5, Annex C3).
///
/// ```
/// use chipcard::element::CvmList;
///
/// let list = CvmList::parse(&[0, 0, 0, 0, 0, 0, 0, 0, 0x44, 0x03, 0x1F, 0x00])?;
/// let names: Vec<&str> = list.rules().map(|rule| rule.code.name()).collect();
/// assert_eq!(names, ["enciphered PIN verified by the card", "no CVM required"]);
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "8E")]
pub struct CvmList<'a> {
    x: u32,
    y: u32,
    rules: &'a [[u8; 2]],
}

impl<'a> CvmList<'a> {
    /// Reads the value of tag 8E. A list without rules is taken, as a terminal takes it for no list (Book 3 10.5).
    ///
    /// # Errors
    /// [`ErrorKind::Length`]; [`ErrorKind::Truncated`] with the offset of half a rule.
    pub fn parse(bytes: &'a [u8]) -> Result<Self> {
        let found = bytes.len();
        let fail = Error::new(ErrorKind::Length {
            min: 8,
            max: 252,
            found,
        });
        if found > 252 {
            return Err(fail);
        }
        let (x, rest) = bytes.split_first_chunk().ok_or(fail)?;
        let (y, rest) = rest.split_first_chunk().ok_or(fail)?;
        let (rules, half) = rest.as_chunks();
        if !half.is_empty() {
            return Err(Error::new(ErrorKind::Truncated).at(found - 1));
        }
        Ok(Self {
            x: u32::from_be_bytes(*x),
            y: u32::from_be_bytes(*y),
            rules,
        })
    }

    /// The amount that conditions 06 and 07 compare with, in units of the smallest coin of the application currency.
    pub const fn amount_x(&self) -> u32 {
        self.x
    }

    /// The amount that conditions 08 and 09 compare with, in units of the smallest coin of the application currency.
    pub const fn amount_y(&self) -> u32 {
        self.y
    }

    /// The rules in their order.
    pub fn rules(&self) -> impl Iterator<Item = CvmRule> + use<'a> {
        self.rules.iter().map(|[code, condition]| CvmRule {
            code: CvmCode(*code),
            condition: CvmCondition(*condition),
        })
    }
}

/// What came of the last method tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CvmResult {
    /// Not known, as with a signature or an online PIN.
    Unknown,
    /// It failed, or no condition was met.
    Failed,
    /// It succeeded.
    Successful,
}

/// Cardholder verification method results: the last method tried, its condition and what came of it, three bytes
/// (EMV Book 4 Annex A4).
///
/// The terminal's claim: nothing signs it, so the issuer compares it with the card verification results.
///
/// ```
/// use chipcard::element::{CvmResult, CvmResults};
///
/// let results = CvmResults::parse(&[0x41, 0x03, 0x02])?;
/// assert!(results.code.is_offline_pin());
/// assert_eq!(results.result(), Some(CvmResult::Successful));
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "9F34")]
pub struct CvmResults {
    /// The method, as the card's rule has it.
    pub code: CvmCode,
    /// The condition, as the card's rule has it.
    pub condition: CvmCondition,
    result: u8,
}

impl CvmResults {
    /// From a method, its condition and what came of it.
    pub const fn new(code: CvmCode, condition: CvmCondition, result: CvmResult) -> Self {
        Self {
            code,
            condition,
            result: match result {
                CvmResult::Unknown => 0,
                CvmResult::Failed => 1,
                CvmResult::Successful => 2,
            },
        }
    }

    /// Reads the value of tag 9F34.
    ///
    /// # Errors
    /// [`ErrorKind::Length`].
    #[inline]
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let [code, condition, result] = bcd::exactly(bytes)?;
        Ok(Self {
            code: CvmCode(code),
            condition: CvmCondition(condition),
            result,
        })
    }

    /// The three bytes.
    pub const fn to_bytes(self) -> [u8; 3] {
        [self.code.0, self.condition.0, self.result]
    }

    /// What came of it; `None` for a reserved value.
    pub const fn result(self) -> Option<CvmResult> {
        match self.result {
            0 => Some(CvmResult::Unknown),
            1 => Some(CvmResult::Failed),
            2 => Some(CvmResult::Successful),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{CvmCode, CvmCondition, CvmList, CvmResult, CvmResults, METHODS};
    use crate::error::ErrorKind;

    #[test]
    fn every_method_has_one_name() {
        for method in 0..0x40 {
            let names = METHODS
                .iter()
                .filter(|(from, to, _)| (*from..=*to).contains(&method));
            assert_eq!(names.count(), 1, "{method:02X}");
            assert_eq!(CvmCode(method).name(), CvmCode(method | 0xC0).name());
        }
        assert_eq!(
            CvmCondition(0x09).name(),
            "if in the application currency and over Y"
        );
        assert_eq!(CvmCondition(0x0A).name(), "reserved");
        assert_eq!(CvmCondition(0x80).name(), "payment system's own condition");
    }

    #[test]
    fn lists_of_every_length() {
        let bytes = [0x1E; 300];
        for length in 0..=300 {
            let list = CvmList::parse(&bytes[..length]);
            assert_eq!(list.is_ok(), (8..=252).contains(&length) && length % 2 == 0);
            if let Ok(list) = list {
                assert_eq!(list.rules().count(), (length - 8) / 2);
            }
        }
        let error = CvmList::parse(&bytes[..11]).unwrap_err();
        assert_eq!(
            (error.kind(), error.offset()),
            (ErrorKind::Truncated, Some(10))
        );
    }

    #[test]
    fn amounts() {
        let list = CvmList::parse(&[0, 0, 0x13, 0x88, 0, 1, 0, 0, 0x02, 0x06]).unwrap();
        assert_eq!((list.amount_x(), list.amount_y()), (5000, 65_536));
    }

    #[test]
    fn results_round_trip() {
        for result in [CvmResult::Unknown, CvmResult::Failed, CvmResult::Successful] {
            let results = CvmResults::new(CvmCode(0x5E), CvmCondition(0x03), result);
            assert_eq!(results.result(), Some(result));
            assert_eq!(CvmResults::parse(&results.to_bytes()), Ok(results));
        }
        assert_eq!(
            CvmResults::parse(&[0x3F, 0x00, 0x03]).unwrap().result(),
            None
        );
        assert!(CvmResults::parse(&[0x3F, 0x00]).is_err());
    }
}
