//! The digital signature scheme giving message recovery (EMV Book 2 A2.1).
//!
//! What is signed is `6A`, as much of the message as fits, the SHA-1 hash of the whole message, and `BC`.

use alloc::vec::Vec;

use sha1::{Digest, Sha1};

use super::private::RsaPrivateKey;
use super::rsa::RsaPublicKey;
use crate::error::{Error, ErrorKind, Result};

const HEADER: u8 = 0x6A;
const TRAILER: u8 = 0xBC;
const PADDING: u8 = 0xBB;
const HASH_LENGTH: usize = 20;

/// Hash algorithm indicator of SHA-1, the only one of the scheme (EMV Book 2 B2.3).
pub(super) const SHA_1: u8 = 0x01;

/// Bytes of the signature that are not the message's: header, hash, trailer.
pub(super) const OVERHEAD: usize = 1 + HASH_LENGTH + 1;

/// What each object begins with after the header.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    IssuerCertificate = 0x02,
    StaticData = 0x03,
    IccCertificate = 0x04,
    DynamicData = 0x05,
}

/// A message that a signature gave back, and its hash, not yet compared.
pub(super) struct Recovered {
    /// From the format on, without hash and trailer.
    message: Vec<u8>,
    hash: [u8; HASH_LENGTH],
}

impl Recovered {
    /// Opens a signature, and checks its length, trailer, header and format, in the order of the specification.
    pub(super) fn open(key: &RsaPublicKey, signature: &[u8], format: Format) -> Result<Self> {
        let mut message = key.recover(signature)?;
        if message.pop() != Some(TRAILER) {
            return Err(Error::new(ErrorKind::RecoveredTrailer));
        }
        if message.first() != Some(&HEADER) {
            return Err(Error::new(ErrorKind::RecoveredHeader));
        }
        message.remove(0);
        if message.first() != Some(&(format as u8)) {
            return Err(Error::new(ErrorKind::CertificateFormat));
        }
        // A modulus has 64 bytes or more, so there is a hash.
        let (_, hash) = message
            .split_last_chunk()
            .ok_or(Error::new(ErrorKind::Truncated))?;
        let hash = *hash;
        message.truncate(message.len() - HASH_LENGTH);
        Ok(Self { message, hash })
    }

    /// What follows the format byte.
    pub(super) fn fields(&self) -> &[u8] {
        self.message.get(1..).unwrap_or_default()
    }

    /// The hash as it stands there.
    #[cfg(feature = "laboratory")]
    pub(super) const fn hash(&self) -> [u8; HASH_LENGTH] {
        self.hash
    }

    /// Compares the hash with that of the message, of which `rest` is the part that is not recovered.
    pub(super) fn check_hash(&self, algorithm: u8, rest: &[&[u8]]) -> Result<()> {
        check_algorithm(algorithm)?;
        if hash_of(&self.message, rest) == self.hash {
            Ok(())
        } else {
            Err(Error::new(ErrorKind::HashResult))
        }
    }
}

/// Refuses all but SHA-1.
pub(super) const fn check_algorithm(indicator: u8) -> Result<()> {
    match indicator {
        SHA_1 => Ok(()),
        _ => Err(Error::new(ErrorKind::HashAlgorithm)),
    }
}

/// Signs a message whose first part, from the format on, can be recovered, and whose `rest` cannot.
///
/// The first part is filled up with `BB`. Fails when it is too long for the key.
pub(super) fn seal(
    key: &RsaPrivateKey,
    format: Format,
    fields: &[&[u8]],
    rest: &[&[u8]],
) -> Result<Vec<u8>> {
    let length = key.public_key().length();
    let room = length - OVERHEAD;
    let mut block = Vec::with_capacity(length);
    block.extend([HEADER, format as u8]);
    for field in fields {
        block.extend_from_slice(field);
    }
    let found = block.len() - 1;
    if found > room {
        let kind = ErrorKind::Length {
            min: 1,
            max: room,
            found,
        };
        return Err(kind.into());
    }
    block.resize(1 + room, PADDING);
    let hash = hash_of(block.get(1..).unwrap_or_default(), rest);
    block.extend_from_slice(&hash);
    block.push(TRAILER);
    key.sign(&block).map(|signature| signature.to_vec())
}

/// SHA-1 over a message in parts.
pub(super) fn hash_of(message: &[u8], rest: &[&[u8]]) -> [u8; HASH_LENGTH] {
    let mut hash = Sha1::new_with_prefix(message);
    for part in rest {
        hash.update(part);
    }
    hash.finalize().into()
}
