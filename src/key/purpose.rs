//! What a key is for.

use core::fmt;

use crate::key::{IssuerKeySet, IssuerMasterKey};

/// What a key is for, as a value: names the key in messages to a key store and in errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyPurpose {
    /// Application cryptograms: ARQC, TC, AAC and ARPC (EMV Book 2 8).
    ApplicationCryptogram,
    /// Secure messaging for integrity: script MACs (EMV Book 2 9.2).
    SecureMessagingIntegrity,
    /// Secure messaging for confidentiality: script encipherment (EMV Book 2 9.3).
    SecureMessagingConfidentiality,
    /// ICC dynamic numbers.
    IccDynamicNumber,
    /// Data authentication codes.
    DataAuthenticationCode,
    /// Dynamic card verification codes of contactless stripe mode (CVC3).
    DynamicCvc3,
}

impl fmt::Display for KeyPurpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApplicationCryptogram => "AC",
            Self::SecureMessagingIntegrity => "SMI",
            Self::SecureMessagingConfidentiality => "SMC",
            Self::IccDynamicNumber => "IDN",
            Self::DataAuthenticationCode => "DAC",
            Self::DynamicCvc3 => "CVC3",
        })
    }
}

mod sealed {
    pub trait Sealed {}
}

/// What a key is for, as a type. Implemented by [`Ac`], [`Smi`], [`Smc`], [`Idn`], [`Dac`] and [`Cvc3`].
pub trait Purpose: sealed::Sealed + 'static {
    /// The same as a value.
    const PURPOSE: KeyPurpose;

    /// The key of this purpose in a set.
    fn of(set: &IssuerKeySet) -> Option<&IssuerMasterKey<Self>>
    where
        Self: Sized;
}

macro_rules! purposes {
    ($($(#[$doc:meta])+ $name:ident = $purpose:ident, $member:expr;)+) => {
        $(
            $(#[$doc])+
            #[derive(Clone, Copy, Debug)]
            pub enum $name {}
            impl sealed::Sealed for $name {}
            impl Purpose for $name {
                const PURPOSE: KeyPurpose = KeyPurpose::$purpose;

                fn of(set: &IssuerKeySet) -> Option<&IssuerMasterKey<Self>> {
                    $member(set)
                }
            }
        )+
    };
}

purposes! {
    /// Keys for application cryptograms.
    Ac = ApplicationCryptogram, IssuerKeySet::always_ac;
    /// Keys for the integrity of issuer scripts.
    Smi = SecureMessagingIntegrity, IssuerKeySet::smi;
    /// Keys for the confidentiality of issuer scripts.
    Smc = SecureMessagingConfidentiality, IssuerKeySet::smc;
    /// Keys for ICC dynamic numbers.
    Idn = IccDynamicNumber, IssuerKeySet::idn;
    /// Keys for data authentication codes.
    Dac = DataAuthenticationCode, IssuerKeySet::dac;
    /// Keys for CVC3.
    Cvc3 = DynamicCvc3, IssuerKeySet::cvc3;
}
