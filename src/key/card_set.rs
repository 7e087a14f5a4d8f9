//! The keys of one card.

use crate::element::{Pan, PanSequenceNumber};
use crate::error::{Error, ErrorKind, Result};
use crate::key::check::same_key;
use crate::key::{Ac, CardKey, CardKeyOption, IssuerKeySet, Smc, Smi};

/// The symmetric keys that a card is personalised with.
///
/// As with an issuer's, a set in which one key serves two purposes cannot be made.
#[derive(Clone, Debug)]
pub struct CardKeySet {
    ac: CardKey<Ac>,
    smi: Option<CardKey<Smi>>,
    smc: Option<CardKey<Smc>>,
}

impl CardKeySet {
    /// A set with the key for application cryptograms.
    pub const fn new(ac: CardKey<Ac>) -> Self {
        Self {
            ac,
            smi: None,
            smc: None,
        }
    }

    /// The keys of one card out of its issuer's: those of the three purposes that the issuer has.
    ///
    /// # Errors
    /// [`ErrorKind::Cipher`] when the option is not for the cipher of the keys.
    pub fn derive(
        issuer: &IssuerKeySet,
        pan: &Pan,
        sequence: PanSequenceNumber,
        option: CardKeyOption,
    ) -> Result<Self> {
        let mut set = Self::new(issuer.ac().card_key(pan, sequence, option)?);
        if let Some(key) = issuer.smi() {
            set = set.with_smi(key.card_key(pan, sequence, option)?)?;
        }
        if let Some(key) = issuer.smc() {
            set = set.with_smc(key.card_key(pan, sequence, option)?)?;
        }
        Ok(set)
    }

    /// Adds or replaces the key for script integrity.
    ///
    /// # Errors
    /// [`ErrorKind::KeyReused`] when another purpose has the same key, parity bits ignored.
    pub fn with_smi(mut self, key: CardKey<Smi>) -> Result<Self> {
        self.smi = Some(key);
        self.checked()
    }

    /// Adds or replaces the key for script confidentiality.
    ///
    /// # Errors
    /// [`ErrorKind::KeyReused`] when another purpose has the same key, parity bits ignored.
    pub fn with_smc(mut self, key: CardKey<Smc>) -> Result<Self> {
        self.smc = Some(key);
        self.checked()
    }

    /// The key for application cryptograms.
    pub const fn ac(&self) -> &CardKey<Ac> {
        &self.ac
    }

    /// The key for script integrity.
    pub const fn smi(&self) -> Option<&CardKey<Smi>> {
        self.smi.as_ref()
    }

    /// The key for script confidentiality.
    pub const fn smc(&self) -> Option<&CardKey<Smc>> {
        self.smc.as_ref()
    }

    fn checked(self) -> Result<Self> {
        let ac = Some(self.ac.secret());
        let smi = self.smi.as_ref().map(CardKey::secret);
        let smc = self.smc.as_ref().map(CardKey::secret);
        let reused = [(ac, smi), (ac, smc), (smi, smc)]
            .into_iter()
            .any(|pair| matches!(pair, (Some(a), Some(b)) if same_key(a, b)));
        if reused {
            Err(Error::new(ErrorKind::KeyReused))
        } else {
            Ok(self)
        }
    }
}
