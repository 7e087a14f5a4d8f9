//! Stands in for a card's generator and private keys, where RSA itself is not what is tested.

use chipcard::card::{
    Abilities, AnswerToSign, Coprocessor, MAX_SIGNATURE_LENGTH, Profile, ReferencePin,
};
use chipcard::element::ApplicationInterchangeProfile as Aip;
use chipcard::{Error, ErrorKind};

/// Bytes of a signature, and of a PIN that counts as enciphered.
pub(crate) const KEY_LENGTH: usize = 128;

/// Numbers that count up, signatures of `5A`, PINs that are "enciphered" by being longer.
#[derive(Clone, Debug)]
pub(crate) struct StandIn {
    abilities: Abilities,
    drawn: u8,
}

impl StandIn {
    /// One that can do everything, or nothing.
    pub(crate) fn new(able: bool) -> Self {
        let all = Abilities::NONE
            .with_randomness()
            .with_rsa_signature()
            .with_ec_signature()
            .with_pin_decipherment();
        Self {
            abilities: if able { all } else { Abilities::NONE },
            drawn: 0,
        }
    }

    /// What a card with it announces.
    pub(crate) fn announce(profile: &mut Profile<'_>) {
        profile.aip = profile.aip | Aip::DDA_SUPPORTED | Aip::CDA_SUPPORTED | Aip::XDA_SUPPORTED;
        profile.ddol = &[0x9F, 0x37, 0x04];
    }

    /// PIN block and challenge, then anything.
    pub(crate) fn encipher(block: [u8; 8], challenge: [u8; 8]) -> [u8; KEY_LENGTH] {
        let mut enciphered = [0; KEY_LENGTH];
        enciphered[..8].copy_from_slice(&block);
        enciphered[8..16].copy_from_slice(&challenge);
        enciphered
    }
}

impl Coprocessor for StandIn {
    fn abilities(&self) -> Abilities {
        self.abilities
    }

    fn draw(&mut self, bytes: &mut [u8]) -> chipcard::Result<()> {
        for byte in bytes {
            self.drawn = self.drawn.wrapping_add(1);
            *byte = self.drawn;
        }
        Ok(())
    }

    fn sign_dynamic_data(
        &mut self,
        _: &[u8],
        _: &[u8],
        signature: &mut [u8; MAX_SIGNATURE_LENGTH],
    ) -> chipcard::Result<usize> {
        signature[..KEY_LENGTH].fill(0x5A);
        Ok(KEY_LENGTH)
    }

    fn sign_answer(
        &mut self,
        _: &AnswerToSign<'_>,
        signature: &mut [u8; MAX_SIGNATURE_LENGTH],
    ) -> chipcard::Result<usize> {
        self.sign_dynamic_data(&[], &[], signature)
    }

    fn decipher_pin(&mut self, data: &[u8], challenge: [u8; 8]) -> chipcard::Result<ReferencePin> {
        if data.len() != KEY_LENGTH {
            return Err(Error::new(ErrorKind::Length {
                min: KEY_LENGTH,
                max: KEY_LENGTH,
                found: data.len(),
            }));
        }
        if data[8..16] != challenge {
            return Err(Error::new(ErrorKind::PinRecovery));
        }
        Ok(ReferencePin::from_block(data[..8].try_into().unwrap()))
    }
}
