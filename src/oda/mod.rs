//! Offline data authentication: what a terminal verifies of a card without asking its issuer.
//!
//! | method | what is signed | here |
//! |---|---|---|
//! | SDA | the card's static data, once, by the issuer | [`RecoveredIssuerKey::verify_static_data`] |
//! | DDA | a number of the terminal, each time, by the card | [`RecoveredIccKey::verify_dynamic_data`] |
//! | CDA | the cryptogram and the whole transaction, by the card | [`RecoveredIccKey::verify_combined_data`] |
//! | XDA | the same, with elliptic curves (EMV 4.4) | [`RecoveredEcIccKey::verify_answer`] |
//!
//! A key is recovered from the certificate of the level above, and the types see to the order: a
//! [`CaPublicKey`] recovers a [`RecoveredIssuerKey`], that a [`RecoveredIccKey`], and there is no other way to
//! have one. Time comes in with [`CertificateContext`], random numbers with a generator of the caller's.
//!
//! The other side makes all of it: [`CertificationAuthority`], [`IssuerPrivateKey`] and [`IccPrivateKey`], and
//! [`EcCertificationAuthority`], [`EcIssuerPrivateKey`] and [`EcIccPrivateKey`], for test cards.
//!
//! # An example
//!
//! ```
//! # use chipcard::Result;
//! # use chipcard::element::{Date, Pan, YearMonth};
//! # use chipcard::oda::*;
//! # fn run(rng: &mut impl rand_core::CryptoRng) -> Result<()> {
//! let key = |rng: &mut _| RsaPrivateKey::generate(rng, 128, PublicExponent::Three);
//! let authority = CertificationAuthority::new([0xA0, 0, 0, 0, 0x03], 0x99, key(rng)?);
//! let issuer = IssuerPrivateKey::new(key(rng)?);
//! let card = IccPrivateKey::new(key(rng)?);
//! let pan = Pan::from_digits("4761739001010010")?;
//! let static_data = b"the authenticated records";
//!
//! // Personalisation.
//! let expiry = YearMonth::new(2030, 12)?;
//! let identifier = IssuerIdentifier::from_digits("476173")?;
//! let tag_90 = authority.certify_issuer(issuer.public_key(), identifier, expiry, [0, 0, 1])?;
//! let tag_9f46 = issuer.certify_icc(card.public_key(), &pan, expiry, [0, 0, 1], static_data)?;
//!
//! // Terminal and card.
//! let unpredictable_number = [0xDE, 0xAD, 0xBE, 0xEF];
//! let number = IccDynamicNumber::new(&[0, 1])?;
//! let signed = card.sign_dynamic_data(number, &[], &unpredictable_number)?;
//!
//! let today = CertificateContext::new(&pan, Date::new(2026, 7, 1)?);
//! let issuer_key = authority.public_key().recover_issuer_key(&tag_90.parts(), &today)?;
//! let card_key = issuer_key.recover_icc_key(&tag_9f46.parts(), static_data, &today)?;
//! let verified = card_key.verify_dynamic_data(&signed, &unpredictable_number)?;
//! assert_eq!(verified.icc_dynamic_number(), number);
//! # Ok(())
//! # }
//! # use rand::SeedableRng;
//! # run(&mut rand::rngs::StdRng::seed_from_u64(1)).unwrap();
//! ```
//!
//! # What it rests on
//!
//! Large numbers are those of `crypto-bigint`, primes of `crypto-primes`, curves of `p256` and `p521`, hashes of
//! `sha1` and `sha2`. EMV needs the bare RSA function, and its signature scheme is its own, so there is little that a crate
//! for RSA would add; and the one that works in constant time, `rsa` 0.10, is not released yet, while all releases
//! before it tell something of a private key by their timing (RUSTSEC-2023-0071). See [`RsaPrivateKey`] for what
//! is done and what is not.
//!
//! SHA-1 is what EMV prescribes with RSA. Collisions of it can be made; a chain of certificates does not give an
//! attacker a choice of what is hashed, but no new system should use it, and XDA does not.
//!
//! Elliptic-curve encipherment of PINs (EMV 4.4 Book 2 13) is not here.

mod ca;
mod certificate;
mod ec_certificate;
mod ec_issue;
mod icc;
mod issue;
mod lint;
mod private;
mod recovery;
mod rsa;
mod sdsa;
mod signed;
mod static_data;
#[cfg(test)]
mod tests;
mod xda;

#[cfg(feature = "laboratory")]
pub(crate) use certificate::Contents as CertificateContents;
#[cfg(feature = "laboratory")]
pub(crate) use signed::{CombinedContents, DynamicContents, StaticContents};

pub use ca::{CaPublicKey, CaPublicKeys, RevokedCertificate};
pub use certificate::{
    CertificateContext, PublicKeyCertificate, RecoveredIccKey, RecoveredIssuerKey, RecoveredPinKey,
};
pub use ec_certificate::{
    EcCaPublicKey, EcExpiry, IccdHashAlgorithm, RecoveredEcIccKey, RecoveredEcIssuerKey,
};
pub use ec_issue::{EcCertificationAuthority, EcIssuerPrivateKey};
pub use icc::{IccPrivateKey, PinPrivateKey};
pub use issue::{CertificationAuthority, IssuedCertificate, IssuerIdentifier, IssuerPrivateKey};
pub use lint::{KeyFinding, KeyRole, lint_key, lint_signed_answer};
pub use private::RsaPrivateKey;
pub use rsa::{PublicExponent, RsaPublicKey};
pub use sdsa::{EcPrivateKey, EcPublicKey, SignatureSuite};
pub use signed::{
    IccDynamicNumber, TransactionData, VerifiedCombinedData, VerifiedDynamicData,
    VerifiedStaticData,
};
pub use static_data::{check_ddol, issuer_certified_card_data, static_data};
pub use xda::{EcIccPrivateKey, SecondXda, VerifiedXda};
