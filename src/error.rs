//! The one error of the library: what was wrong, in which data element, where.

use core::fmt;

use crate::tag::Tag;

/// Result of a fallible operation of this crate.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// What was wrong, and, where it is known, the tag of the data element and the byte offset.
///
/// The offset counts bytes from the start of the buffer that the caller handed in. Parsers of inner
/// structures report offsets relative to what they were given, and the layers above add their own
/// position as the error passes through them (see [`Error::at_base`]).
///
/// ```
/// use chipcard::{ErrorKind, tlv};
///
/// // 9F02 announces six bytes and carries two.
/// let error = tlv::Reader::new(&[0x9F, 0x02, 0x06, 0x00, 0x01]).next().unwrap().unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::Truncated);
/// assert_eq!(error.to_string(), "tag 9F02 at offset 0: the value is shorter than its length says");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    tag: Option<Tag>,
    offset: Option<usize>,
}

impl Error {
    /// An error without position.
    pub const fn new(kind: ErrorKind) -> Self {
        Self {
            kind,
            tag: None,
            offset: None,
        }
    }

    /// What was wrong.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The tag of the data element that was wrong, where known.
    pub const fn tag(&self) -> Option<Tag> {
        self.tag
    }

    /// Offset in bytes into the buffer that was handed in, where known.
    pub const fn offset(&self) -> Option<usize> {
        self.offset
    }

    /// Names the data element, unless a deeper layer has named a more exact one.
    #[must_use]
    pub const fn in_tag(mut self, tag: Tag) -> Self {
        if self.tag.is_none() {
            self.tag = Some(tag);
        }
        self
    }

    /// Sets the offset, replacing any.
    #[must_use]
    pub const fn at(mut self, offset: usize) -> Self {
        self.offset = Some(offset);
        self
    }

    /// Adds `base` to the offset: the inner structure starts there in the outer one.
    #[must_use]
    pub const fn at_base(mut self, base: usize) -> Self {
        self.offset = Some(match self.offset {
            Some(inner) => base.saturating_add(inner),
            None => base,
        });
        self
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.tag, self.offset) {
            (Some(tag), Some(offset)) => write!(f, "tag {tag} at offset {offset}: ")?,
            (Some(tag), None) => write!(f, "tag {tag}: ")?,
            (None, Some(offset)) => write!(f, "offset {offset}: ")?,
            (None, None) => {}
        }
        fmt::Display::fmt(&self.kind, f)
    }
}

impl core::error::Error for Error {}

macro_rules! kinds {
    ($($(#[$doc:meta])+ $name:ident = $text:literal,)+) => {
        /// What was wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$doc])+ $name,)+
            /// A value has a length that its format does not allow. Lengths in bytes.
            Length {
                /// Fewest bytes allowed.
                min: usize,
                /// Most bytes allowed.
                max: usize,
                /// Bytes found.
                found: usize,
            },
        }

        impl fmt::Display for ErrorKind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match *self {
                    $(Self::$name => f.write_str($text),)+
                    Self::Length { min, max, found } if min == max => {
                        write!(f, "expected {min} bytes, found {found}")
                    }
                    Self::Length { min, max, found } => {
                        write!(f, "expected {min} to {max} bytes, found {found}")
                    }
                }
            }
        }
    };
}

kinds! {
    /// The buffer ends inside a tag, a length or a value.
    Truncated = "the value is shorter than its length says",
    /// A tag of more than three bytes, or one that does not end.
    TagTooLong = "the tag is longer than three bytes",
    /// A tag with leading zero bits in its number (`xx80`), or the reserved `00`/`FF` first byte.
    InvalidTag = "not a valid tag",
    /// Length byte `80`: EMV has no indefinite lengths (Book 3 Annex B2).
    IndefiniteLength = "indefinite length is not allowed",
    /// A length in more bytes than it needs, e.g. `81 05`.
    NonMinimalLength = "the length is not in its shortest form",
    /// A length of more than two bytes after the first.
    LengthTooLong = "the length has too many bytes",
    /// Nested deeper than the bound.
    TooDeep = "nested too deeply",
    /// A command with extended length fields (ISO/IEC 7816-4 5.1), which EMV does not use.
    ExtendedLength = "extended length fields are not supported",
    /// More data objects than the bound.
    TooMany = "too many data objects",
    /// Bytes that belong to no data object.
    TrailingBytes = "trailing bytes",
    /// A data element that must be unique occurs again.
    Duplicate = "occurs more than once",
    /// A data element that is needed is not there.
    Missing = "is missing",
    /// A data element inside a template where it must stand outside one, or the other way round.
    Misplaced = "stands where it must not",
    /// The output does not fit in the caller's buffer.
    BufferTooSmall = "the output buffer is too small",
    /// A nibble that is not a decimal digit (and not padding where padding is allowed).
    NotDecimal = "not a decimal digit",
    /// Padding other than the format demands.
    Padding = "wrong padding",
    /// A calendar date that does not exist.
    Date = "not a calendar date",
    /// A value outside of what its format allows.
    Value = "the value is not allowed here",
    /// A primary account number with a wrong number of digits.
    PanLength = "a PAN has 8 to 19 digits",
    /// A PIN with a wrong number of digits.
    PinLength = "a PIN has 4 to 12 digits",
    /// The issuer application data do not have the layout of the card's family.
    IadLayout = "the issuer application data do not have this layout",
    /// Key bytes of a length that the cipher does not have.
    KeyLength = "wrong key length for the cipher",
    /// An all-zero key.
    ZeroKey = "the key is all zero",
    /// A DES key half on the list of weak and semi-weak keys.
    WeakKey = "a half of the key is a weak or semi-weak DES key",
    /// A two-key TDES key with equal halves: single DES.
    EqualHalves = "the two halves of the key are equal",
    /// One key for two purposes.
    KeyReused = "one key is used for two purposes",
    /// The operation does not exist for this cipher.
    Cipher = "this operation does not exist for this cipher",
    /// A MAC input longer than the bound.
    MessageTooLong = "the message to sign is too long",
    /// EMV2000 tree parameters outside (4, 8) and (2, 16).
    TreeParameters = "the branch factor and height do not span the transaction counter",
    /// A digit count that the method cannot give.
    DigitCount = "the method cannot give that number of digits",
    /// A track that breaks its format.
    Track = "not a valid track",
    /// A track whose longitudinal redundancy check is another than its characters give.
    CheckCharacter = "the check character does not agree with the track",
    /// A modulus that EMV does not allow: even, under 64 or over 248 bytes, or its leftmost bit not set.
    Modulus = "not a modulus of EMV: odd, 64 to 248 bytes, its leftmost bit set",
    /// A public exponent other than 3 and 65537.
    PublicExponent = "the public exponent is neither 3 nor 65537",
    /// Primes that do not make a key with the exponent.
    Primes = "the primes do not make a key with this exponent",
    /// A generator of random numbers that gives nothing usable, however often it is asked.
    Randomness = "the random numbers are not random",
    /// A private-key operation whose result the public key does not confirm. The result is withheld.
    Fault = "the private-key operation went wrong",
    /// A certification authority's public key with another check value.
    CheckValue = "the check value is not that of the key",
    /// A certification authority's public key after its expiry date.
    CaKeyExpired = "the public key of the certification authority has expired",
    /// Recovered data that do not begin with `6A`.
    RecoveredHeader = "the recovered data do not begin with 6A",
    /// Recovered data that do not end with `BC`.
    RecoveredTrailer = "the recovered data do not end with BC",
    /// Recovered data or a certificate of another format.
    CertificateFormat = "the recovered data have another format",
    /// A hash algorithm indicator other than the one for the object.
    HashAlgorithm = "the hash algorithm is not known here",
    /// A public key algorithm or algorithm suite indicator that is not known.
    KeyAlgorithm = "the public key algorithm is not known here",
    /// Recovered data whose hash is another one.
    HashResult = "the hash is not the one that was signed",
    /// A certified key that is longer than the key that certifies it.
    CertifiedKeyLength = "the certified key is longer than the key that certifies it",
    /// An issuer certificate for other account numbers.
    IssuerIdentifier = "the issuer identifier is not the beginning of the PAN",
    /// A card's certificate for another account number.
    CertificatePan = "the certificate is for another PAN",
    /// A certificate for another application provider or certification authority key.
    CertificateIssuer = "the certificate names another certification authority key",
    /// A certificate after its expiry date.
    CertificateExpired = "the certificate has expired",
    /// A certificate on the revocation list.
    CertificateRevoked = "the certificate is revoked",
    /// ICC dynamic data that break their format.
    IccDynamicData = "the ICC dynamic data do not have their format",
    /// Cryptogram information data that differ from the signed ones, or that do not allow a signature.
    CryptogramInformation = "the cryptogram information data are not the signed ones",
    /// Transaction data other than those that the card signed.
    TransactionDataHash = "the transaction data are not those that the card signed",
    /// A static data authentication tag list with other tags than 82.
    TagList = "the tag list may hold tag 82 alone",
    /// An enciphered PIN that cannot be recovered, or is for another challenge.
    PinRecovery = "no PIN for this challenge can be recovered",
    /// An elliptic-curve signature that the key did not make over this message.
    Signature = "the signature is not the key's over this message",
    /// A message authentication code, or a cryptogram that is one, that the key did not make over this message.
    Mac = "the message authentication code is not the key's over this message",
    /// A coordinate of no point of the curve.
    CurvePoint = "no point of the curve has this coordinate",
    /// A number that is no private key of the curve.
    PrivateKey = "not a private key of the curve",
}
