//! Authorisation response code (tag 8A).

use core::fmt;

/// Authorisation response code: two alphanumeric ASCII characters (EMV Book 3 Annex A, tag 8A).
///
/// The codes that EMV itself fixes are those a terminal makes when it decides without an answer
/// (EMV Book 4 Annex A6); the others are the payment system's, mostly those of ISO 8583 DE 39.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[doc(alias = "ARC")]
#[doc(alias = "8A")]
pub struct AuthorisationResponseCode([u8; 2]);

impl AuthorisationResponseCode {
    /// `00`: approved.
    pub const APPROVED: Self = Self(*b"00");
    /// `01`: refer to the issuer, the merchant is asked to call.
    pub const REFERRAL: Self = Self(*b"01");
    /// `05`: declined.
    pub const DECLINED: Self = Self(*b"05");
    /// `Y1`: offline approved.
    pub const OFFLINE_APPROVED: Self = Self(*b"Y1");
    /// `Z1`: offline declined.
    pub const OFFLINE_DECLINED: Self = Self(*b"Z1");
    /// `Y3`: unable to go online, offline approved.
    pub const UNABLE_ONLINE_APPROVED: Self = Self(*b"Y3");
    /// `Z3`: unable to go online, offline declined.
    pub const UNABLE_ONLINE_DECLINED: Self = Self(*b"Z3");

    /// From the two bytes of tag 8A. Any two bytes are taken, because real networks send other than ASCII too.
    pub const fn new(bytes: [u8; 2]) -> Self {
        Self(bytes)
    }

    /// The two bytes of tag 8A.
    pub const fn to_bytes(self) -> [u8; 2] {
        self.0
    }
}

impl fmt::Display for AuthorisationResponseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b] = self.0;
        if a.is_ascii_graphic() && b.is_ascii_graphic() {
            write!(f, "{}{}", char::from(a), char::from(b))
        } else {
            write!(f, "{a:02X}{b:02X}")
        }
    }
}
