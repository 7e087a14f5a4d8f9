//! Authorisation response cryptograms (EMV Book 2 8.2).

use crate::crypto::{Bounded, Padding};
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

/// What method 1 enciphers: the cryptogram, the response code xored into its first two bytes, then zeros of
/// which TDES takes none and AES the whole second half.
pub(crate) fn method_1_block(
    arqc: ApplicationCryptogram,
    arc: AuthorisationResponseCode,
) -> [u8; 16] {
    let mut block = [0; 16];
    for (to, from) in block.iter_mut().zip(arqc.0) {
        *to = from;
    }
    for (to, from) in block.iter_mut().zip(arc.to_bytes()) {
        *to ^= from;
    }
    block
}

/// Cryptogram, card status update, at most eight bytes of proprietary data.
const METHOD_2_LENGTH: usize = 8 + 4 + 8;

/// What method 2 signs. `proprietary` has at most eight bytes.
pub(crate) fn method_2_message(
    arqc: ApplicationCryptogram,
    csu: CardStatusUpdate,
    proprietary: &[u8],
) -> Result<Bounded<METHOD_2_LENGTH>> {
    if proprietary.len() > 8 {
        let kind = ErrorKind::Length {
            min: 0,
            max: 8,
            found: proprietary.len(),
        };
        return Err(Error::new(kind));
    }
    Bounded::of(&[&arqc.0, &csu.0, proprietary])
}

/// The response cryptogram of method 1.
pub(crate) fn arpc_method_1(
    key: &SessionKey<Ac>,
    arqc: ApplicationCryptogram,
    arc: AuthorisationResponseCode,
) -> Result<[u8; 8]> {
    let block = method_1_block(arqc, arc);
    let output = key.secret().with_cipher(|cipher| cipher.encrypt(block))?;
    let [a, b, c, d, e, f, g, h, ..] = output;
    Ok([a, b, c, d, e, f, g, h])
}

/// The response cryptogram of method 2.
pub(crate) fn arpc_method_2(
    key: &SessionKey<Ac>,
    arqc: ApplicationCryptogram,
    csu: CardStatusUpdate,
    proprietary: &[u8],
) -> Result<[u8; 4]> {
    let message = method_2_message(arqc, csu, proprietary)?;
    let [a, b, c, d, ..] = key.mac(Padding::of_mac(key.algorithm()), message.as_bytes())?;
    Ok([a, b, c, d])
}
