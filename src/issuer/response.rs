//! The issuer's answer.

use crate::crypto::push;
use crate::cryptogram::ArpcMethod;
use crate::element::{AuthorisationResponseCode, CardStatusUpdate};
use crate::error::{Error, ErrorKind, Result};
use crate::tag;
use crate::tlv::Writer;

/// What the issuer answers. The version's ARPC method decides what of it is signed: the response code
/// by method 1; the card status update and the proprietary data by method 2.
///
/// ```
/// use chipcard::element::AuthorisationResponseCode;
/// use chipcard::issuer::IssuerResponse;
///
/// let response = IssuerResponse::decline(AuthorisationResponseCode::REFERRAL);
/// assert_eq!(response.arc().to_bytes(), *b"01");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerResponse<'a> {
    arc: AuthorisationResponseCode,
    csu: CardStatusUpdate,
    proprietary: &'a [u8],
}

impl<'a> IssuerResponse<'a> {
    /// Approved: code `00`; the card status update says "issuer approves online transaction" (byte 2, bit 8) and no more.
    pub const fn approve() -> Self {
        Self {
            arc: AuthorisationResponseCode::APPROVED,
            csu: CardStatusUpdate([0x00, 0x80, 0x00, 0x00]),
            proprietary: &[],
        }
    }

    /// Not approved, with this code; the card status update is all zero.
    pub const fn decline(arc: AuthorisationResponseCode) -> Self {
        Self {
            arc,
            csu: CardStatusUpdate([0; 4]),
            proprietary: &[],
        }
    }

    /// The same answer with this card status update.
    #[must_use]
    pub const fn with_csu(mut self, csu: CardStatusUpdate) -> Self {
        self.csu = csu;
        self
    }

    /// The same answer with this response code.
    #[must_use]
    pub const fn with_arc(mut self, arc: AuthorisationResponseCode) -> Self {
        self.arc = arc;
        self
    }

    /// The same answer with proprietary authentication data, at most eight bytes (EMV Book 2 8.2.2). It sets byte 1,
    /// bit 8 of the card status update, "proprietary authentication data included", unless there are none: a card may
    /// pass over data that the update does not announce (Book 3 Annex C10). A later [`with_csu`](Self::with_csu) decides
    /// otherwise.
    #[must_use]
    pub const fn with_proprietary(mut self, data: &'a [u8]) -> Self {
        self.proprietary = data;
        if !data.is_empty() {
            self.csu.0[0] |= 0x80;
        }
        self
    }

    /// Authorisation response code, for tag 8A and DE 39.
    #[inline]
    pub const fn arc(&self) -> AuthorisationResponseCode {
        self.arc
    }

    /// Card status update.
    #[inline]
    pub const fn csu(&self) -> CardStatusUpdate {
        self.csu
    }

    /// Proprietary authentication data.
    #[inline]
    pub const fn proprietary(&self) -> &'a [u8] {
        self.proprietary
    }
}

/// Issuer authentication data: the value of tag 91, 8 to 16 bytes (EMV Book 3 Annex A).
///
/// Method 1: the response cryptogram (8) and the response code (2). Method 2: the response cryptogram (4), the card status
/// update (4) and the proprietary data (0 to 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[doc(alias = "91")]
pub struct IssuerAuthenticationData {
    bytes: [u8; 16],
    length: u8,
    arpc_length: u8,
}

impl IssuerAuthenticationData {
    pub(crate) fn new(
        method: ArpcMethod,
        cryptogram: [u8; 8],
        response: &IssuerResponse<'_>,
    ) -> Result<Self> {
        let mut data = Self {
            bytes: [0; 16],
            length: 0,
            arpc_length: 0,
        };
        match method {
            ArpcMethod::Method1 => {
                data.push(&cryptogram)?;
                data.arpc_length = data.length;
                data.push(&response.arc.to_bytes())?;
            }
            ArpcMethod::Method2 => {
                data.push(cryptogram.first_chunk::<4>().unwrap_or(&[0; 4]))?;
                data.arpc_length = data.length;
                data.push(&response.csu.0)?;
                data.push(response.proprietary)?;
            }
        }
        Ok(data)
    }

    fn push(&mut self, bytes: &[u8]) -> Result<()> {
        let end = push(&mut self.bytes, usize::from(self.length), bytes)
            .map_err(|_| Error::new(ErrorKind::BufferTooSmall))?;
        // At most the 16 bytes that there are.
        self.length = end as u8;
        Ok(())
    }

    /// The value of tag 91.
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.length))
            .unwrap_or(&self.bytes)
    }

    /// The response cryptogram alone: eight bytes by method 1, four by method 2.
    pub fn arpc(&self) -> &[u8] {
        self.bytes
            .get(..usize::from(self.arpc_length))
            .unwrap_or(&self.bytes)
    }

    /// Writes tag 91 for the response's DE 55.
    ///
    /// # Errors
    /// [`ErrorKind::BufferTooSmall`].
    pub fn write(&self, writer: &mut Writer<'_>) -> Result<()> {
        writer.put(tag::ISSUER_AUTHENTICATION_DATA, self.as_bytes())
    }
}
