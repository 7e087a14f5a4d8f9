//! Authorisation response cryptograms (EMV Book 2 8.2).

use crate::crypto::{Cipher, Message, Padding};
use crate::cryptogram::ApplicationCryptogram;
use crate::element::{AuthorisationResponseCode, CardStatusUpdate};
use crate::error::{Error, ErrorKind, Result};
use crate::key::{Ac, SessionKey};

/// How the issuer signs its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArpcMethod {
    /// EMV Book 2 8.2.1: the cryptogram, the response code xored into its first two bytes, enciphered.
    /// Eight bytes; tag 91 holds them and the response code.
    Method1,
    /// EMV Book 2 8.2.2: the leftmost four bytes of a MAC over the cryptogram, the card status update and
    /// up to eight bytes of proprietary data; tag 91 holds the four bytes and what the MAC covers after the
    /// cryptogram.
    Method2,
}

/// The key that signs the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArpcKey {
    /// The card key, whatever the cryptogram's own session key is.
    CardKey,
    /// The session key of the cryptogram.
    SessionKey,
}

/// Method 1: `T(K, ARQC ^ (ARC || 0...))`; with AES the leftmost half of the block enciphered with eight
/// zero bytes after it.
pub(crate) fn arpc_method_1(
    key: &SessionKey<Ac>,
    arqc: ApplicationCryptogram,
    arc: AuthorisationResponseCode,
) -> Result<[u8; 8]> {
    let mut block = [0; 16];
    for (to, from) in block.iter_mut().zip(arqc.0) {
        *to = from;
    }
    for (to, from) in block.iter_mut().zip(arc.to_bytes()) {
        *to ^= from;
    }
    let [a, b, c, d, e, f, g, h, ..] =
        Cipher::new(key.algorithm(), key.secret().bytes())?.encrypt(block);
    Ok([a, b, c, d, e, f, g, h])
}

/// Method 2. `proprietary` has at most eight bytes.
pub(crate) fn arpc_method_2(
    key: &SessionKey<Ac>,
    arqc: ApplicationCryptogram,
    csu: CardStatusUpdate,
    proprietary: &[u8],
) -> Result<[u8; 4]> {
    if proprietary.len() > 8 {
        let kind = ErrorKind::Length { min: 0, max: 8, found: proprietary.len() };
        return Err(Error::new(kind));
    }
    let padding = if key.algorithm().is_aes() { Padding::None } else { Padding::Method2 };
    let mut message = Message::of(&[&arqc.0, &csu.0, proprietary])?;
    let [a, b, c, d, ..] = key.mac(padding, &mut message)?;
    Ok([a, b, c, d])
}
