//! Single steps of the method on bare values, for test benches, known answers and diagnosis.
//!
//! Everything the issuer's side guards with proof types stands open here: these functions sign whatever
//! they are given. They exist so that a laboratory can compare each step with an HSM's, and are behind the
//! feature `laboratory`, which an authorisation host leaves off.

mod diagnose;
#[cfg(feature = "oda")]
pub mod oda;

pub use diagnose::{Diagnosis, Difference, Hypothesis, diagnose, name_version};

use crate::crypto::{Algorithm, Cipher, Message, Mode, Padding};
use crate::cryptogram::{
    self, ApplicationCryptogram, ChainBlock, CryptogramVersion, DataSource, MacInput,
    PinBlockFormat, ScriptMessage, arpc_method_1, arpc_method_2, assemble,
};
use crate::element::{
    ApplicationTransactionCounter, AuthorisationResponseCode, CardStatusUpdate, Pin,
};
use crate::error::{Error, ErrorKind, Result};
use crate::key::{Ac, CardKey, Purpose, SessionKey, Smc, Smi};

/// The MAC of `data` under a session key, its leftmost eight bytes. With [`Ac`] it is an application cryptogram.
///
/// # Errors
/// [`ErrorKind::Padding`] when the padding leaves no whole blocks, or is other than none with AES;
/// [`ErrorKind::MessageTooLong`] when a padding with a length byte gets more than 255 bytes.
pub fn mac<P: Purpose>(key: &SessionKey<P>, padding: Padding, data: &[u8]) -> Result<[u8; 8]> {
    key.mac(padding, data)
}

/// What a version signs, joined; with `padded`, including its padding. Returns the length written.
///
/// # Errors
/// [`ErrorKind::Missing`] with the tag of a value that the source does not have; [`ErrorKind::BufferTooSmall`].
pub fn signed_data(
    version: &CryptogramVersion,
    source: &dyn DataSource,
    padded: bool,
    output: &mut [u8],
) -> Result<usize> {
    let mut message = Message::of(&[assemble(&version.data, source)?.as_bytes()])?;
    if padded {
        version.padding.apply(&mut message, 8)?;
    }
    copy(message.as_bytes(), output)
}

/// The application cryptogram over what a version signs.
///
/// # Errors
/// Those of [`signed_data`] and [`mac`].
pub fn sign(
    version: &CryptogramVersion,
    key: &SessionKey<Ac>,
    source: &dyn DataSource,
) -> Result<ApplicationCryptogram> {
    let message = assemble(&version.data, source)?;
    key.mac(version.padding, message.as_bytes())
        .map(ApplicationCryptogram)
}

/// ARPC by method 1 (EMV Book 2 8.2.1).
///
/// # Errors
/// None in practice.
pub fn arpc_1(
    key: &SessionKey<Ac>,
    arqc: ApplicationCryptogram,
    arc: AuthorisationResponseCode,
) -> Result<[u8; 8]> {
    arpc_method_1(key, arqc, arc)
}

/// ARPC by method 2 (EMV Book 2 8.2.2), with up to eight bytes of proprietary data.
///
/// # Errors
/// [`ErrorKind::Length`].
pub fn arpc_2(
    key: &SessionKey<Ac>,
    arqc: ApplicationCryptogram,
    csu: CardStatusUpdate,
    proprietary: &[u8],
) -> Result<[u8; 4]> {
    arpc_method_2(key, arqc, csu, proprietary)
}

/// The MAC of a script command of a scheme, eight bytes.
///
/// `header` has five bytes, with the Lc of the finished command; `body` is the data before the MAC.
///
/// # Errors
/// [`ErrorKind::MessageTooLong`].
pub fn script_mac(
    input: MacInput,
    key: &SessionKey<Smi>,
    header: [u8; 5],
    body: &[u8],
    atc: ApplicationTransactionCounter,
    ac: ApplicationCryptogram,
) -> Result<[u8; 8]> {
    let message = ScriptMessage {
        header,
        data: body,
        atc,
        ac,
        chain: ChainBlock::first(ac),
    };
    let ChainBlock([a, b, c, d, e, f, g, h, ..]) = message.mac(input, key)?;
    Ok([a, b, c, d, e, f, g, h])
}

/// Pads and enciphers script data into `output`; returns the length written.
///
/// # Errors
/// [`ErrorKind::Padding`], [`ErrorKind::MessageTooLong`], [`ErrorKind::BufferTooSmall`].
pub fn encipher(
    key: &SessionKey<Smc>,
    mode: Mode,
    padding: Padding,
    data: &[u8],
    output: &mut [u8],
) -> Result<usize> {
    copy(
        cryptogram::encipher(mode, padding, key, data)?.as_bytes(),
        output,
    )
}

/// The block of a PIN change before encipherment, eight bytes. `card_key` is what Visa's formats mix in.
///
/// # Errors
/// [`ErrorKind::Missing`] when the format needs the current PIN or a card key and gets none.
pub fn pin_block<P: Purpose>(
    format: PinBlockFormat,
    new: &Pin,
    current: Option<&Pin>,
    card_key: Option<&CardKey<P>>,
) -> Result<[u8; 8]> {
    Ok(*cryptogram::pin_block(
        format,
        new,
        current,
        card_key.map(CardKey::secret),
    )?)
}

/// One block under a key: eight bytes for TDES, 16 for AES.
///
/// # Errors
/// [`ErrorKind::Length`], [`ErrorKind::KeyLength`].
pub fn encipher_block(algorithm: Algorithm, key: &[u8], block: &mut [u8]) -> Result<()> {
    let length = algorithm.block_length();
    if block.len() != length {
        let kind = ErrorKind::Length {
            min: length,
            max: length,
            found: block.len(),
        };
        return Err(Error::new(kind));
    }
    Cipher::new(algorithm, key)?.encrypt_blocks(Mode::Ecb, block)
}

fn copy(bytes: &[u8], output: &mut [u8]) -> Result<usize> {
    let room = output
        .get_mut(..bytes.len())
        .ok_or(Error::new(ErrorKind::BufferTooSmall))?;
    room.copy_from_slice(bytes);
    Ok(bytes.len())
}
