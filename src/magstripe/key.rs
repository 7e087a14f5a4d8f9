//! Keys of the magnetic stripe.

use core::fmt;

use crate::crypto::{Algorithm, SecretKey};
use crate::error::Result;
use crate::key::{KeyCheckValue, KeyPolicy, check_strength};

macro_rules! keys {
    ($($(#[$doc:meta])+ $name:ident;)+) => {
        $(
            $(#[$doc])+
            ///
            /// Two-key TDES, the two halves being the pair's keys A and B. Shown nowhere, wiped when dropped.
            #[derive(Clone)]
            pub struct $name(SecretKey);

            impl $name {
                /// A key of 16 bytes. Parity bits may have any value.
                ///
                /// # Errors
                /// [`ErrorKind::ZeroKey`](crate::ErrorKind::ZeroKey),
                /// [`ErrorKind::EqualHalves`](crate::ErrorKind::EqualHalves),
                /// [`ErrorKind::WeakKey`](crate::ErrorKind::WeakKey).
                pub fn tdes(key: &[u8; 16]) -> Result<Self> {
                    Self::new(key, KeyPolicy::Strict)
                }

                /// A key under a policy of which keys are taken.
                ///
                /// # Errors
                /// [`ErrorKind::KeyLength`](crate::ErrorKind::KeyLength) for other than 16 bytes, and those of
                #[doc = concat!("[`", stringify!($name), "::tdes`].")]
                pub fn new(key: &[u8], policy: KeyPolicy) -> Result<Self> {
                    let key = SecretKey::new(Algorithm::Tdes, key)?;
                    check_strength(&key, policy)?;
                    Ok(Self(key))
                }

                /// Check value: the leftmost three bytes of an enciphered block of zeros.
                ///
                /// # Errors
                /// None in practice: the key's length was checked.
                pub fn check_value(&self) -> Result<KeyCheckValue> {
                    self.0.check_value()
                }

                pub(super) const fn secret(&self) -> &SecretKey {
                    &self.0
                }
            }

            impl fmt::Debug for $name {
                fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    write!(f, concat!(stringify!($name), "({:?})"), self.0)
                }
            }
        )+
    };
}

keys! {
    /// Card verification key pair, for CVV, iCVV, CVV2 and CAVV.
    ///
    /// Payment systems advise a pair of its own for each of them. This library cannot see across the pairs of an
    /// issuer, so it does not enforce it.
    #[doc(alias = "CVK")]
    CardVerificationKey;
    /// PIN verification key pair, for PVV.
    #[doc(alias = "PVK")]
    PinVerificationKey;
}
