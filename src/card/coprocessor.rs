//! What a card has beside its processor: a generator of random numbers, and private keys.

use crate::card::ReferencePin;
use crate::cryptogram::ApplicationCryptogram;
use crate::element::UnpredictableNumber;
use crate::error::{Error, ErrorKind, Result};

/// Most bytes of signed dynamic application data (tag 9F4B): those of the longest RSA modulus (EMV Book 2 6.1).
pub const MAX_SIGNATURE_LENGTH: usize = 248;

/// What a [`Coprocessor`] can do. A card refuses the commands that need what it cannot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Abilities {
    /// Random numbers: GET CHALLENGE.
    pub randomness: bool,
    /// RSA signatures with the card's own key: DDA and CDA.
    pub rsa_signature: bool,
    /// Elliptic-curve signatures with the card's own key: XDA.
    pub ec_signature: bool,
    /// Deciphering PINs, with a key of their own or the one for signatures.
    pub pin_decipherment: bool,
}

impl Abilities {
    /// None.
    pub const NONE: Self = Self {
        randomness: false,
        rsa_signature: false,
        ec_signature: false,
        pin_decipherment: false,
    };

    /// With random numbers.
    #[must_use]
    pub const fn with_randomness(mut self) -> Self {
        self.randomness = true;
        self
    }

    /// With RSA signatures.
    #[must_use]
    pub const fn with_rsa_signature(mut self) -> Self {
        self.rsa_signature = true;
        self
    }

    /// With elliptic-curve signatures.
    #[must_use]
    pub const fn with_ec_signature(mut self) -> Self {
        self.ec_signature = true;
        self
    }

    /// With deciphering PINs.
    #[must_use]
    pub const fn with_pin_decipherment(mut self) -> Self {
        self.pin_decipherment = true;
        self
    }
}

/// How an answer to GENERATE AC is signed, as bits 5 and 4 of P1 ask for it (EMV 4.4 Book 3 6.5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnswerSignature {
    /// `10`: combined data authentication, by RSA. The cryptogram stands inside the signature alone.
    Cda,
    /// `08`: extended data authentication, by elliptic curves. The cryptogram stands in the answer. This card leaves an AAC unsigned, as with CDA;
    /// sources differ on whether XDA signs it, and terminals do not verify it (EMV 4.4 Book 2 12.5.3).
    Xda,
}

/// An answer to GENERATE AC that is to be signed, and the transaction that it belongs to.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AnswerToSign<'a> {
    /// How.
    pub method: AnswerSignature,
    /// Values of the PDOL; empty where the card has none.
    pub pdol_data: &'a [u8],
    /// Data of the first GENERATE AC.
    pub cdol1_data: &'a [u8],
    /// Data of the second GENERATE AC, in the second.
    pub cdol2_data: Option<&'a [u8]>,
    /// The data objects of the answer in order, without the signature.
    pub response: &'a [u8],
    /// The cryptogram: a TC or an ARQC.
    pub cryptogram: ApplicationCryptogram,
    /// The terminal's number in this command's data.
    pub unpredictable_number: UnpredictableNumber,
    /// ICC dynamic number, 2 to 8 bytes.
    pub icc_dynamic_number: &'a [u8],
}

/// What a card has beside its processor: a generator of random numbers, and private keys that never leave it.
///
/// The applet itself draws no number and holds no private key; a card with neither has [`NoCoprocessor`], and one with a
/// generator alone [`Generator`]. With the feature `oda`, `SoftwareCoprocessor` has it all. On a microcontroller this is
/// where the real one is plugged in.
///
/// A method that is not among the [`abilities`](Self::abilities) is never called.
pub trait Coprocessor {
    /// What it can do. The same at all times.
    fn abilities(&self) -> Abilities;

    /// Fills `bytes` with random numbers that nobody can foretell.
    ///
    /// # Errors
    /// When the generator is broken. The card answers `6F00`.
    fn draw(&mut self, bytes: &mut [u8]) -> Result<()> {
        let _ = bytes;
        Err(Error::new(ErrorKind::Randomness))
    }

    /// Signs the answer to INTERNAL AUTHENTICATE (EMV Book 2 6.5.1) and gives the length of the signature.
    ///
    /// # Errors
    /// When it cannot. The card answers `6F00`.
    fn sign_dynamic_data(
        &mut self,
        icc_dynamic_number: &[u8],
        ddol_data: &[u8],
        signature: &mut [u8; MAX_SIGNATURE_LENGTH],
    ) -> Result<usize> {
        let _ = (icc_dynamic_number, ddol_data, signature);
        Err(Error::new(ErrorKind::PrivateKey))
    }

    /// Signs an answer to GENERATE AC (EMV Book 2 6.6.1; EMV 4.4 Book 2 12.5.2) and gives the length of the signature.
    ///
    /// # Errors
    /// When it cannot. The card answers `6F00` and gives no cryptogram.
    fn sign_answer(
        &mut self,
        answer: &AnswerToSign<'_>,
        signature: &mut [u8; MAX_SIGNATURE_LENGTH],
    ) -> Result<usize> {
        let _ = (answer, signature);
        Err(Error::new(ErrorKind::PrivateKey))
    }

    /// Recovers the PIN block of VERIFY (EMV Book 2 7.2), which must hold `challenge`.
    ///
    /// # Errors
    /// [`ErrorKind::Length`] when the data are not as long as the key: the card answers `6700`. Any other when nothing can
    /// be recovered: the card answers `6984`, and no try is lost.
    fn decipher_pin(&mut self, enciphered: &[u8], challenge: [u8; 8]) -> Result<ReferencePin> {
        let _ = (enciphered, challenge);
        Err(Error::new(ErrorKind::PinRecovery))
    }
}

/// A card without random numbers and private keys: no GET CHALLENGE, no enciphered PIN, no dynamic signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct NoCoprocessor;

impl Coprocessor for NoCoprocessor {
    fn abilities(&self) -> Abilities {
        Abilities::NONE
    }
}

/// A generator of random numbers alone: a function that fills the bytes.
///
/// ```
/// use chipcard::apdu::MAX_RESPONSE_LENGTH;
/// use chipcard::card::{Applet, Generator, VolatileMemory, test_cards};
///
/// let test = &test_cards::CCD_TDES;
/// // The caller's generator; this one is none.
/// let generator = Generator(|bytes: &mut [u8]| bytes.fill(0x5A));
/// let mut card = Applet::new(&test.profile, test.card_keys()?, VolatileMemory::new())?
///     .with_coprocessor(generator);
/// let mut response = [0; MAX_RESPONSE_LENGTH];
/// card.process(&hex::decode("00A4040005F00000099900").unwrap(), &mut response);
/// card.process(&hex::decode("80A80000088306226000F0A00100").unwrap(), &mut response);
/// let length = card.process(&[0x00, 0x84, 0x00, 0x00, 0x00], &mut response);
/// assert_eq!(response[..length], [0x5A, 0x5A, 0x5A, 0x5A, 0x5A, 0x5A, 0x5A, 0x5A, 0x90, 0x00]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Generator<F>(pub F);

impl<F: FnMut(&mut [u8])> Coprocessor for Generator<F> {
    fn abilities(&self) -> Abilities {
        Abilities::NONE.with_randomness()
    }

    fn draw(&mut self, bytes: &mut [u8]) -> Result<()> {
        (self.0)(bytes);
        Ok(())
    }
}

impl<C: Coprocessor + ?Sized> Coprocessor for &mut C {
    fn abilities(&self) -> Abilities {
        (**self).abilities()
    }

    fn draw(&mut self, bytes: &mut [u8]) -> Result<()> {
        (**self).draw(bytes)
    }

    fn sign_dynamic_data(
        &mut self,
        icc_dynamic_number: &[u8],
        ddol_data: &[u8],
        signature: &mut [u8; MAX_SIGNATURE_LENGTH],
    ) -> Result<usize> {
        (**self).sign_dynamic_data(icc_dynamic_number, ddol_data, signature)
    }

    fn sign_answer(
        &mut self,
        answer: &AnswerToSign<'_>,
        signature: &mut [u8; MAX_SIGNATURE_LENGTH],
    ) -> Result<usize> {
        (**self).sign_answer(answer, signature)
    }

    fn decipher_pin(&mut self, enciphered: &[u8], challenge: [u8; 8]) -> Result<ReferencePin> {
        (**self).decipher_pin(enciphered, challenge)
    }
}
