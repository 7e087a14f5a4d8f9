//! Keys in memory.

use zeroize::Zeroizing;

use crate::crypto::{Algorithm, BlockCipher, Mode, Padding, full_mac, verify_mac};
use crate::cryptogram::{PinBlockFormat, pin_block};
use crate::element::Pin;
#[cfg(feature = "simd")]
use crate::issuer::{BatchMemory, BatchOutcome, BatchRequest, vector};
use crate::issuer::{CardKeys, EngineError, KeyReference};
use crate::key::{
    Ac, CardKey, IssuerKeySet, KeyPurpose, Purpose, SessionDerivation, SessionKey, Smc,
};

/// Where the software engine finds its master keys: one set, or several told apart by their index.
///
/// Implemented for a set, and for arrays, slices, vectors and references of sets. Whoever implements it
/// has [`CardKeys`] and [`CryptogramEngine`](crate::issuer::CryptogramEngine) for free.
pub trait KeySets {
    /// The set with this derivation key index.
    fn set(&self, index: u8) -> Option<&IssuerKeySet>;
}

impl KeySets for IssuerKeySet {
    fn set(&self, index: u8) -> Option<&IssuerKeySet> {
        Some(self).filter(|set| set.index() == index)
    }
}

impl KeySets for [IssuerKeySet] {
    fn set(&self, index: u8) -> Option<&IssuerKeySet> {
        self.iter().find(|set| set.index() == index)
    }
}

impl<const N: usize> KeySets for [IssuerKeySet; N] {
    fn set(&self, index: u8) -> Option<&IssuerKeySet> {
        self.as_slice().set(index)
    }
}

#[cfg(feature = "alloc")]
impl KeySets for alloc::vec::Vec<IssuerKeySet> {
    fn set(&self, index: u8) -> Option<&IssuerKeySet> {
        self.as_slice().set(index)
    }
}

impl<T: KeySets + ?Sized> KeySets for &T {
    fn set(&self, index: u8) -> Option<&IssuerKeySet> {
        (**self).set(index)
    }
}

fn card_key<P: Purpose>(
    keys: &(impl KeySets + ?Sized),
    card: &KeyReference,
) -> Result<CardKey<P>, EngineError> {
    let set = keys
        .set(card.index)
        .ok_or(EngineError::UnknownKeyIndex(card.index))?;
    let master = P::of(set).ok_or(EngineError::NoKey(P::PURPOSE))?;
    Ok(master.card_key(&card.pan, card.sequence, card.option)?)
}

impl<T: KeySets + ?Sized> CardKeys for T {
    type Handle<P: Purpose> = SessionKey<P>;

    fn session_key<P: Purpose>(
        &self,
        card: &KeyReference,
        derivation: &SessionDerivation,
    ) -> Result<SessionKey<P>, EngineError> {
        Ok(card_key::<P>(self, card)?.session_key(derivation)?)
    }

    fn algorithm<P: Purpose>(&self, key: &SessionKey<P>) -> Algorithm {
        key.algorithm()
    }

    fn mac<P: Purpose>(
        &self,
        key: &SessionKey<P>,
        padding: Padding,
        message: &[u8],
    ) -> Result<[u8; 16], EngineError> {
        Ok(full_mac(key.secret(), padding, message)?)
    }

    fn verify_mac<P: Purpose>(
        &self,
        key: &SessionKey<P>,
        padding: Padding,
        message: &[u8],
        claimed: &[u8; 8],
    ) -> Result<bool, EngineError> {
        Ok(verify_mac(key.secret(), padding, message, claimed)?)
    }

    fn encipher<P: Purpose>(
        &self,
        key: &SessionKey<P>,
        mode: Mode,
        data: &mut [u8],
    ) -> Result<(), EngineError> {
        let work = |cipher: &dyn BlockCipher| cipher.encrypt_blocks(mode, data);
        Ok(key.secret().with_cipher(work)??)
    }

    #[cfg(feature = "simd")]
    fn verify_many(
        &self,
        requests: &[BatchRequest<'_>],
        outcomes: &mut [BatchOutcome],
        memory: &mut BatchMemory,
    ) {
        vector::verify_many(self, requests, outcomes, &mut memory.lanes);
    }

    fn pin_block(
        &self,
        card: &KeyReference,
        purpose: KeyPurpose,
        format: PinBlockFormat,
        new: &Pin,
        current: Option<&Pin>,
    ) -> Result<Zeroizing<[u8; 8]>, EngineError> {
        let block = |key| pin_block(format, new, current, key);
        Ok(match (format, purpose) {
            (PinBlockFormat::Iso2, _) => block(None),
            (_, KeyPurpose::SecureMessagingConfidentiality) => {
                block(Some(card_key::<Smc>(self, card)?.secret()))
            }
            _ => block(Some(card_key::<Ac>(self, card)?.secret())),
        }?)
    }
}
