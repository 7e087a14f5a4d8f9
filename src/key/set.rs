//! The keys of one issuer portfolio.

use crate::error::{Error, ErrorKind, Result};
use crate::key::check::same_key;
use crate::key::{Ac, Cvc3, Dac, Idn, IssuerMasterKey, Smc, Smi};

/// The issuer master keys behind one derivation key index.
///
/// A set in which one key serves two purposes cannot be made: a script MAC key that is also the
/// cryptogram key lets whoever can ask for the one forge the other.
///
/// ```
/// use chipcard::ErrorKind;
/// use chipcard::key::{IssuerKeySet, IssuerMasterKey};
///
/// let key = hex::decode("0123456789ABCDEFFEDCBA9876543210").unwrap().try_into().unwrap();
/// let set = IssuerKeySet::new(0x01, IssuerMasterKey::tdes(&key)?);
/// let error = set.with_smi(IssuerMasterKey::tdes(&key)?).unwrap_err();
/// assert_eq!(error.kind(), ErrorKind::KeyReused);
/// # Ok::<(), chipcard::Error>(())
/// ```
#[derive(Debug)]
pub struct IssuerKeySet {
    index: u8,
    ac: IssuerMasterKey<Ac>,
    smi: Option<IssuerMasterKey<Smi>>,
    smc: Option<IssuerMasterKey<Smc>>,
    idn: Option<IssuerMasterKey<Idn>>,
    dac: Option<IssuerMasterKey<Dac>>,
    cvc3: Option<IssuerMasterKey<Cvc3>>,
}

macro_rules! members {
    ($($(#[$doc:meta])+ $member:ident, $with:ident: $purpose:ident;)+) => {
        $(
            $(#[$doc])+
            pub const fn $member(&self) -> Option<&IssuerMasterKey<$purpose>> {
                self.$member.as_ref()
            }

            /// Adds or replaces that key.
            ///
            /// # Errors
            /// [`ErrorKind::KeyReused`] when another purpose has the same key, parity bits ignored.
            pub fn $with(mut self, key: IssuerMasterKey<$purpose>) -> Result<Self> {
                self.$member = Some(key);
                self.checked()
            }
        )+
    };
}

impl IssuerKeySet {
    /// A set with the key for application cryptograms.
    pub const fn new(index: u8, ac: IssuerMasterKey<Ac>) -> Self {
        Self {
            index,
            ac,
            smi: None,
            smc: None,
            idn: None,
            dac: None,
            cvc3: None,
        }
    }

    /// Derivation key index, as the issuer application data name it.
    #[doc(alias = "DKI")]
    #[inline]
    pub const fn index(&self) -> u8 {
        self.index
    }

    /// The key for application cryptograms.
    #[inline]
    pub const fn ac(&self) -> &IssuerMasterKey<Ac> {
        &self.ac
    }

    pub(crate) const fn always_ac(&self) -> Option<&IssuerMasterKey<Ac>> {
        Some(&self.ac)
    }

    members! {
        /// The key for script integrity.
        smi, with_smi: Smi;
        /// The key for script confidentiality.
        smc, with_smc: Smc;
        /// The key for ICC dynamic numbers.
        idn, with_idn: Idn;
        /// The key for data authentication codes.
        dac, with_dac: Dac;
        /// The key for CVC3.
        cvc3, with_cvc3: Cvc3;
    }

    fn checked(self) -> Result<Self> {
        let keys = [
            Some(self.ac.secret()),
            self.smi.as_ref().map(IssuerMasterKey::secret),
            self.smc.as_ref().map(IssuerMasterKey::secret),
            self.idn.as_ref().map(IssuerMasterKey::secret),
            self.dac.as_ref().map(IssuerMasterKey::secret),
            self.cvc3.as_ref().map(IssuerMasterKey::secret),
        ];
        for (place, key) in keys.iter().enumerate() {
            for other in keys.iter().skip(place + 1) {
                if let (Some(key), Some(other)) = (key, other)
                    && same_key(key, other)
                {
                    return Err(Error::new(ErrorKind::KeyReused));
                }
            }
        }
        Ok(self)
    }
}
