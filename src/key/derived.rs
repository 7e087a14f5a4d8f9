//! Keys that are derived: of a card, and of one of its transactions.

use core::fmt;
use core::marker::PhantomData;

use crate::crypto::{Algorithm, Padding, SecretKey, mac};
use crate::error::Result;
use crate::key::{KeyCheckValue, KeyPolicy, Purpose, SessionDerivation, check};

mod sealed {
    pub trait Sealed {}
}

/// Where a derived key stands below the issuer master key: [`OfCard`] or [`OfSession`].
pub trait Level: sealed::Sealed + 'static {
    /// The name of such keys in `Debug`.
    const NAME: &'static str;
}

/// The level of [`CardKey`].
#[derive(Clone, Copy, Debug)]
pub enum OfCard {}
/// The level of [`SessionKey`].
#[derive(Clone, Copy, Debug)]
pub enum OfSession {}

impl sealed::Sealed for OfCard {}
impl sealed::Sealed for OfSession {}
impl Level for OfCard {
    const NAME: &'static str = "CardKey";
}
impl Level for OfSession {
    const NAME: &'static str = "SessionKey";
}

/// A card's own key for one purpose: ICC master key, also called unique derived key (UDK).
#[doc(alias = "UDK")]
pub type CardKey<P> = DerivedKey<OfCard, P>;

/// A session key for one purpose.
pub type SessionKey<P> = DerivedKey<OfSession, P>;

/// A key below the issuer master key, for one purpose: see [`CardKey`] and [`SessionKey`].
///
/// ```
/// use chipcard::crypto::Algorithm;
/// use chipcard::key::{Ac, CardKey, KeyPolicy};
///
/// let half = [0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE];
/// let key = CardKey::<Ac>::new(Algorithm::Tdes, &[half, half.map(|byte| !byte)].concat(), KeyPolicy::PublishedTestKeys)?;
/// assert!(format!("{key:?}").starts_with("CardKey<AC>"));
/// # Ok::<(), chipcard::Error>(())
/// ```
pub struct DerivedKey<L, P> {
    key: SecretKey,
    kind: PhantomData<(L, P)>,
}

impl<L: Level, P: Purpose> DerivedKey<L, P> {
    /// A key that is known already, as on the card itself.
    ///
    /// # Errors
    /// [`ErrorKind::KeyLength`](crate::ErrorKind::KeyLength), and the policy's refusals.
    pub fn new(algorithm: Algorithm, key: &[u8], policy: KeyPolicy) -> Result<Self> {
        let key = SecretKey::new(algorithm, key)?;
        check::check_strength(&key, policy)?;
        Ok(Self::from_secret(key))
    }

    pub(crate) const fn from_secret(key: SecretKey) -> Self {
        Self {
            key,
            kind: PhantomData,
        }
    }

    /// Cipher and key length.
    pub const fn algorithm(&self) -> Algorithm {
        self.key.algorithm()
    }

    /// Check value by the cipher's usual method.
    ///
    /// # Errors
    /// None in practice: the key's length was checked.
    pub fn check_value(&self) -> Result<KeyCheckValue> {
        self.key.check_value()
    }

    /// Shows the key bytes to `look`, TDES keys with odd parity. For test benches.
    #[cfg(feature = "laboratory")]
    pub fn reveal<T>(&self, look: impl FnOnce(&[u8]) -> T) -> T {
        let mut key = self.key.clone();
        key.adjust_parity();
        look(key.bytes())
    }

    pub(crate) const fn secret(&self) -> &SecretKey {
        &self.key
    }
}

impl<P: Purpose> CardKey<P> {
    /// The session key of one transaction or script command.
    ///
    /// # Errors
    /// [`ErrorKind::Cipher`](crate::ErrorKind::Cipher) when the derivation is not for this key's cipher.
    pub fn session_key(&self, derivation: &SessionDerivation) -> Result<SessionKey<P>> {
        derivation.derive(&self.key).map(SessionKey::from_secret)
    }
}

impl<P: Purpose> SessionKey<P> {
    /// The MAC of a message under this key: see the module of the purpose for what enters it.
    pub(crate) fn mac(&self, padding: Padding, message: &[u8]) -> Result<[u8; 8]> {
        mac(&self.key, padding, message)
    }
}

/// A card keeps its keys for as long as it lives; a session key is used and wiped.
impl<P> Clone for CardKey<P> {
    fn clone(&self) -> Self {
        Self {
            key: self.key.clone(),
            kind: PhantomData,
        }
    }
}

impl<L: Level, P: Purpose> fmt::Debug for DerivedKey<L, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}<{}>({:?})", L::NAME, P::PURPOSE, self.key)
    }
}
