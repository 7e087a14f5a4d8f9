//! Offline data authentication.

mod ca;
mod certificate;
mod private;
mod recovery;
mod rsa;
mod signed;
mod static_data;

#[cfg(feature = "laboratory")]
pub(crate) use certificate::Contents as CertificateContents;
#[cfg(feature = "laboratory")]
pub(crate) use signed::{CombinedContents, DynamicContents, StaticContents};

pub use ca::{CaPublicKey, CaPublicKeys, RevokedCertificate};
pub use certificate::{
    CertificateContext, PublicKeyCertificate, RecoveredIccKey, RecoveredIssuerKey, RecoveredPinKey,
};
pub use private::RsaPrivateKey;
pub use rsa::{PublicExponent, RsaPublicKey};
pub use signed::{
    IccDynamicNumber, TransactionData, VerifiedCombinedData, VerifiedDynamicData,
    VerifiedStaticData,
};
pub use static_data::{check_ddol, static_data};
