//! EC-SDSA, the elliptic-curve Schnorr signature of ISO/IEC 14888-3 in its optimised form, where the x-coordinate
//! alone is hashed (EMV 4.4 Book 2 A2.2, B2.2).
//!
//! A public key is an x-coordinate; of the two points that have it, the one with the lower y counts, and keys
//! are made so that it is theirs (B2.2.1 e, B2.2.4).

use alloc::vec::Vec;
use core::fmt;

use p256::NistP256;
use p256::elliptic_curve::group::{Curve as _, Group};
use p256::elliptic_curve::ops::{MulByGeneratorVartime, Reduce};
use p256::elliptic_curve::point::{AffineCoordinates, DecompactPoint};
use p256::elliptic_curve::{
    AffinePoint, CurveArithmetic, Field, FieldBytes, PrimeField, ProjectivePoint, Scalar,
};
use p521::NistP521;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256, Sha512};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::error::{Error, ErrorKind, Result};

/// Numbers to draw at most. One is usual; a generator that needs this many is broken.
const MAX_DRAWS: usize = 1000;

/// A signature algorithm suite: curve and hash (EMV 4.4 Book 2 B2.4.1).
///
/// Those with SHA-3 (`12`, `13`) are assigned but not used yet, and SM2 (`80`) is specified elsewhere; they are not
/// known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SignatureSuite {
    /// `10`: curve P-256 with SHA-256.
    P256Sha256 = 0x10,
    /// `11`: curve P-521 with SHA-512, for contingency.
    P521Sha512 = 0x11,
}

impl SignatureSuite {
    /// From the public key algorithm suite indicator.
    ///
    /// # Errors
    /// [`ErrorKind::KeyAlgorithm`].
    pub const fn from_indicator(indicator: u8) -> Result<Self> {
        match indicator {
            0x10 => Ok(Self::P256Sha256),
            0x11 => Ok(Self::P521Sha512),
            _ => Err(Error::new(ErrorKind::KeyAlgorithm)),
        }
    }

    /// The public key algorithm suite indicator.
    pub const fn indicator(self) -> u8 {
        self as u8
    }

    /// Bytes of a coordinate, and so of a public key: 32 or 66.
    pub const fn field_length(self) -> usize {
        match self {
            Self::P256Sha256 => 32,
            Self::P521Sha512 => 66,
        }
    }

    /// Bytes of the hash: 32 or 64.
    pub const fn hash_length(self) -> usize {
        match self {
            Self::P256Sha256 => 32,
            Self::P521Sha512 => 64,
        }
    }

    /// Bytes of a signature: 64 or 130.
    pub const fn signature_length(self) -> usize {
        self.hash_length() + self.field_length()
    }
}

/// The public key of an elliptic-curve signature: a suite and an x-coordinate.
///
/// That a value of this type exists says nothing about whose key it is.
#[derive(Clone, PartialEq, Eq)]
pub struct EcPublicKey {
    suite: SignatureSuite,
    x: Vec<u8>,
}

impl EcPublicKey {
    /// From the suite and the x-coordinate, most significant byte first.
    ///
    /// # Errors
    /// [`ErrorKind::Length`]; [`ErrorKind::CurvePoint`] when no point has this coordinate.
    pub fn new(suite: SignatureSuite, x: &[u8]) -> Result<Self> {
        let length = suite.field_length();
        if x.len() != length {
            return Err(Error::new(ErrorKind::Length {
                min: length,
                max: length,
                found: x.len(),
            }));
        }
        let exists = match suite {
            SignatureSuite::P256Sha256 => point::<NistP256>(x).is_some(),
            SignatureSuite::P521Sha512 => point::<NistP521>(x).is_some(),
        };
        if !exists {
            return Err(Error::new(ErrorKind::CurvePoint));
        }
        Ok(Self {
            suite,
            x: x.to_vec(),
        })
    }

    /// The suite.
    pub const fn suite(&self) -> SignatureSuite {
        self.suite
    }

    /// The x-coordinate, 32 or 66 bytes.
    pub fn x(&self) -> &[u8] {
        &self.x
    }

    /// Verifies a signature over a message in parts (EMV 4.4 Book 2 A2.2.3).
    pub(super) fn verify(&self, message: &[&[u8]], signature: &[u8]) -> Result<()> {
        let valid = match self.suite {
            SignatureSuite::P256Sha256 => verify::<NistP256, Sha256>(&self.x, message, signature),
            SignatureSuite::P521Sha512 => verify::<NistP521, Sha512>(&self.x, message, signature),
        };
        valid.ok_or(Error::new(ErrorKind::Signature))
    }
}

impl fmt::Debug for EcPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EcPublicKey({:?})", self.suite)
    }
}

/// The private key of an elliptic-curve signature. Shown nowhere, wiped when dropped.
pub struct EcPrivateKey {
    number: Zeroizing<Vec<u8>>,
    public: EcPublicKey,
}

impl EcPrivateKey {
    /// From the private number, as long as a coordinate, most significant byte first.
    ///
    /// The public point's y-coordinate has to be the lower one; where it is not, the number is replaced by the order
    /// of the curve less the number, which has the same x-coordinate (EMV 4.4 Book 2 B2.2.4).
    ///
    /// # Errors
    /// [`ErrorKind::PrivateKey`] when the number is of another length, 0, or not below the order of the curve.
    pub fn new(suite: SignatureSuite, number: &[u8]) -> Result<Self> {
        let found = match suite {
            SignatureSuite::P256Sha256 => private::<NistP256>(number),
            SignatureSuite::P521Sha512 => private::<NistP521>(number),
        };
        let (number, x) = found.ok_or(Error::new(ErrorKind::PrivateKey))?;
        Ok(Self {
            number,
            public: EcPublicKey { suite, x },
        })
    }

    /// Draws a key.
    ///
    /// # Errors
    /// [`ErrorKind::Randomness`] when the generator is broken.
    pub fn generate(rng: &mut impl CryptoRng, suite: SignatureSuite) -> Result<Self> {
        let mut number = Zeroizing::new(alloc::vec![0; suite.field_length()]);
        for _ in 0..MAX_DRAWS {
            rng.fill_bytes(&mut number);
            if suite == SignatureSuite::P521Sha512 {
                // 521 bits of the 528 are used.
                if let Some(first) = number.first_mut() {
                    *first &= 0x01;
                }
            }
            if let Ok(key) = Self::new(suite, &number) {
                return Ok(key);
            }
        }
        Err(Error::new(ErrorKind::Randomness))
    }

    /// The public key.
    pub const fn public_key(&self) -> &EcPublicKey {
        &self.public
    }

    /// Signs a message in parts (EMV 4.4 Book 2 A2.2.2).
    ///
    /// Two signatures with one random number give the key away, so all hangs on the generator.
    pub(super) fn sign(&self, rng: &mut impl CryptoRng, message: &[&[u8]]) -> Result<Vec<u8>> {
        let number = &self.number;
        let signature = match self.public.suite {
            SignatureSuite::P256Sha256 => sign::<NistP256, Sha256>(rng, number, message),
            SignatureSuite::P521Sha512 => sign::<NistP521, Sha512>(rng, number, message),
        };
        signature.ok_or(Error::new(ErrorKind::Randomness))
    }
}

impl fmt::Debug for EcPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EcPrivateKey({:?}, redacted)", self.public.suite)
    }
}

/// What a curve must have for the functions below.
trait Schnorr:
    CurveArithmetic<
        AffinePoint: DecompactPoint<Self> + AffineCoordinates<FieldRepr = FieldBytes<Self>>,
        Scalar: Reduce<FieldBytes<Self>> + PrimeField<Repr = FieldBytes<Self>>,
    >
{
}

impl Schnorr for NistP256 {}
impl Schnorr for NistP521 {}

/// The point with this x-coordinate and the lower y: `Point4x` (EMV 4.4 Book 2 B2.2.1 e).
fn point<C: Schnorr>(x: &[u8]) -> Option<AffinePoint<C>> {
    let x = FieldBytes::<C>::try_from(x).ok()?;
    AffinePoint::<C>::decompact(&x).into_option()
}

/// A number from 1 to the order of the curve less 1.
fn scalar<C: Schnorr>(bytes: &[u8]) -> Option<Scalar<C>> {
    let bytes = FieldBytes::<C>::try_from(bytes).ok()?;
    let scalar = Scalar::<C>::from_repr(bytes).into_option()?;
    (!bool::from(scalar.is_zero())).then_some(scalar)
}

/// A hash as a number, which must not be 0.
fn challenge<C: Schnorr>(hash: &[u8]) -> Option<Scalar<C>> {
    let mut bytes = FieldBytes::<C>::default();
    for (to, from) in bytes.iter_mut().rev().zip(hash.iter().rev()) {
        *to = *from;
    }
    let scalar = Scalar::<C>::reduce(&bytes);
    (!bool::from(scalar.is_zero())).then_some(scalar)
}

/// The hash of a point's x-coordinate and the message.
fn hash<C: Schnorr, H: Digest>(point: &ProjectivePoint<C>, message: &[&[u8]]) -> Vec<u8> {
    let mut hash = H::new_with_prefix(point.to_affine().x());
    for part in message {
        hash.update(part);
    }
    hash.finalize().to_vec()
}

fn verify<C: Schnorr, H: Digest>(x: &[u8], message: &[&[u8]], signature: &[u8]) -> Option<()> {
    let (r, s) = signature.split_at_checked(<H as Digest>::output_size())?;
    let (factor, s) = (challenge::<C>(r)?, scalar::<C>(s)?);
    let key = ProjectivePoint::<C>::from(point::<C>(x)?);
    let sum = ProjectivePoint::<C>::mul_by_generator_and_mul_add_vartime(&s, &-factor, &key);
    let valid = !bool::from(sum.is_identity()) && hash::<C, H>(&sum, message) == r;
    valid.then_some(())
}

fn sign<C: Schnorr, H: Digest>(
    rng: &mut impl CryptoRng,
    number: &[u8],
    message: &[&[u8]],
) -> Option<Vec<u8>> {
    let mut key = scalar::<C>(number)?;
    let signature = (0..MAX_DRAWS).find_map(|_| {
        let mut nonce = Scalar::<C>::random(rng);
        let signature = sign_with::<C, H>(&key, &nonce, message);
        nonce.zeroize();
        signature
    });
    key.zeroize();
    signature
}

/// A signature with this random number, unless a zero turns up.
fn sign_with<C: Schnorr, H: Digest>(
    key: &Scalar<C>,
    nonce: &Scalar<C>,
    message: &[&[u8]],
) -> Option<Vec<u8>> {
    let r = hash::<C, H>(&ProjectivePoint::<C>::mul_by_generator(nonce), message);
    let s = *nonce + challenge::<C>(&r)? * key;
    let usable = !bool::from(nonce.is_zero() | s.is_zero());
    usable.then(|| [&r[..], &s.to_repr()].concat())
}

/// The private number whose point has the lower y, and the point's x-coordinate.
fn private<C: Schnorr>(number: &[u8]) -> Option<(Zeroizing<Vec<u8>>, Vec<u8>)> {
    let mut key = scalar::<C>(number)?;
    let point = ProjectivePoint::<C>::mul_by_generator(&key).to_affine();
    let x = point.x();
    let lower = AffinePoint::<C>::decompact(&x).into_option()?;
    if !bool::from(lower.ct_eq(&point)) {
        key = -key;
    }
    let number = Zeroizing::new(key.to_repr().to_vec());
    key.zeroize();
    Some((number, x.to_vec()))
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::String;
    use std::vec::Vec;

    use super::{
        EcPrivateKey, EcPublicKey, NistP256, NistP521, Schnorr, SignatureSuite, scalar, sign_with,
    };
    use crate::error::ErrorKind;
    use sha2::{Digest, Sha256, Sha512};

    /// Private number, random number and signature of "abc". The P-256 ones are those of ISO/IEC 14888-3 Annex F; the
    /// P-521 ones have the keys of RFC 4754. Both as in the self-tests of ANSSI's libecc, `ec_self_tests_core.h`.
    const P256: [&str; 3] = [
        "5202A3D8ACAF6909D12C9A774CD886F9FBA61137FFD3E8E76AED363FB47AC492",
        "DE7E0E5E663F24183414B7C72F24546B81E9E5F410BEBF26F3CA5FA82F5192C8",
        "D7FB8135D8EA45E8FB3C9059F146E2630EF4BD51C4006A92EDB4C8B0849963FB\
         B46D1525379E02E232D97928265B7254EA2ED97813454388C1A08F62DCCD70B3",
    ];
    const P521: [&str; 3] = [
        "0108B94C219206B8D8921690A51576AE703D464B71BDF568F9F6709295678580\
         55B916DBCE5DB56A25B7913325F514F72A22BE4EFB4DB79E2F01B571A93F2179\
         82C5",
        "01730300163079949BB6E3603C96F6F09023A6F748C5A6FC41EC39F524045959\
         A8FE4CC19B01475AACC5F392AB50601F398BC3B8014A63911BCE30E7CC0F3D82\
         3B05",
        "BD54E8D7271CCC1E0ADDC3338A99EB945E654018056FAF7EC76C0AA6B4D26289\
         00E05C052495A0917D808514D91E4142C5AE53062431E231058DB5192E3590E3\
         00527BAB84C9AF15CFA7D92529DC15D21745EE048891F5E06A0665E5CB162E62\
         2A0A62C31223CC216D8FFEC33ACDDDE50D58EFE387893A5CBCE2EA076E3B7CE7\
         9500",
    ];

    fn bytes(text: &str) -> Vec<u8> {
        let digits: String = text.split_whitespace().collect();
        hex::decode(digits).unwrap()
    }

    fn check<C: Schnorr, H: Digest>([key, nonce, signature]: [&str; 3]) {
        let key = scalar::<C>(&bytes(key)).unwrap();
        let nonce = scalar::<C>(&bytes(nonce)).unwrap();
        for message in [&[&b"abc"[..]][..], &[b"a", b"", b"bc"]] {
            let found = sign_with::<C, H>(&key, &nonce, message).unwrap();
            assert_eq!(found, bytes(signature));
        }
    }

    #[test]
    fn published_signatures() {
        check::<NistP256, Sha256>(P256);
        check::<NistP521, Sha512>(P521);
        let [number, _, signature] = P256;
        let key = EcPrivateKey::new(SignatureSuite::P256Sha256, &bytes(number)).unwrap();
        // This key has the lower y already.
        assert_eq!(**key.number, bytes(number));
        let public = key.public_key();
        assert_eq!(public.verify(&[b"abc"], &bytes(signature)), Ok(()));
        assert!(public.verify(&[b"abd"], &bytes(signature)).is_err());
    }

    /// The keys of RFC 4754 have the higher y on P-521: the other number with the same x takes their place.
    #[test]
    fn the_lower_point_counts() {
        let [number, ..] = P521;
        let suite = SignatureSuite::P521Sha512;
        let key = EcPrivateKey::new(suite, &bytes(number)).unwrap();
        assert_ne!(**key.number, bytes(number));
        let again = EcPrivateKey::new(suite, &key.number).unwrap();
        assert_eq!(again.number, key.number);
        assert_eq!(again.public_key(), key.public_key());
    }

    #[test]
    fn bounds() {
        let order = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";
        let suite = SignatureSuite::P256Sha256;
        for number in [
            "",
            "00",
            &"00".repeat(32),
            order,
            &"FF".repeat(32),
            &"11".repeat(33),
        ] {
            let error = EcPrivateKey::new(suite, &bytes(number)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::PrivateKey);
        }
        let [number, _, signature] = P256;
        let key = EcPrivateKey::new(suite, &bytes(number)).unwrap();
        let r = &bytes(signature)[..32];
        // s = 0, s = the order, and s above it; r = 0.
        for s in ["00".repeat(32), order.into(), "FF".repeat(32)] {
            let changed = [r, &bytes(&s)].concat();
            assert!(key.public_key().verify(&[b"abc"], &changed).is_err());
        }
        assert!(key.public_key().verify(&[b"abc"], &[0; 64]).is_err());
        // No point of P-256 has x = 0xFF..FF, which is not below the prime either; some small x have none.
        assert!(EcPublicKey::new(suite, &[0xFF; 32]).is_err());
        let without = (1..=20_u8).find(|last| {
            let mut x = [0; 32];
            x[31] = *last;
            EcPublicKey::new(suite, &x).is_err_and(|error| error.kind() == ErrorKind::CurvePoint)
        });
        assert!(without.is_some());
    }
}
