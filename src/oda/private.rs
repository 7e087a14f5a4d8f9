//! RSA private keys (EMV Book 2 B2.1.2).

use alloc::vec::Vec;
use core::fmt;

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, ConcatenatingMul, Limb, NonZero, Odd, Resize};
use crypto_primes::{Flavor, is_prime, random_prime};
use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

use super::rsa::{MAX_MODULUS, MIN_MODULUS, PublicExponent, RsaPublicKey, to_bytes};
use crate::error::{Error, ErrorKind, Result};

/// Primes to draw at most for one key. Seven are usual; a generator that needs this many is broken.
const MAX_DRAWS: usize = 1000;

/// An RSA private key. Shown nowhere, wiped when dropped.
///
/// It has no operation of its own: [`CertificationAuthority`], [`IssuerPrivateKey`] and [`IccPrivateKey`] say what
/// it signs.
///
/// The exponentiations are those of `crypto-bigint`, in constant time for a given size of key: no branch and no
/// address depends on a key or on what is signed. They work by the Chinese remainder theorem, so one wrong half
/// would give the primes away (Boneh, DeMillo and Lipton 1997); each result is therefore checked with the public
/// key before it leaves. There is no blinding, and with constant time no need for it against timing; a chip that
/// must resist its power being measured needs more than software can give.
///
/// The primes and exponents are wiped when the key is dropped. What is not: the parameters of `crypto-bigint`'s Montgomery
/// multiplication, which hold the primes and are shared in a way that cannot be wiped, and its intermediate results.
/// Freed memory may keep them.
///
/// [`CertificationAuthority`]: super::CertificationAuthority
/// [`IssuerPrivateKey`]: super::IssuerPrivateKey
/// [`IccPrivateKey`]: super::IccPrivateKey
pub struct RsaPrivateKey {
    public: RsaPublicKey,
    p: Half,
    q: Half,
    /// The inverse of q modulo p.
    q_inverse: BoxedMontyForm,
}

/// One prime and the private exponent modulo the prime less one.
struct Half {
    prime: NonZero<BoxedUint>,
    params: BoxedMontyParams,
    exponent: BoxedUint,
}

impl Half {
    fn new(prime: BoxedUint, exponent: PublicExponent) -> Option<Self> {
        let odd = Odd::new(prime.clone()).into_option()?;
        let mut below = NonZero::new(prime.wrapping_sub(BoxedUint::one())).into_option()?;
        let precision = prime.bits_precision();
        let public = BoxedUint::from(exponent.value()).resize_unchecked(precision);
        let private = public.invert_mod(&below).into_option();
        below.zeroize();
        Some(Self {
            exponent: private?,
            prime: NonZero::new(prime).into_option()?,
            params: BoxedMontyParams::new(odd),
        })
    }

    /// `number`, of any size, modulo the prime.
    fn reduce(&self, number: &BoxedUint) -> BoxedMontyForm {
        let reduced = number
            .rem(&self.prime)
            .resize_unchecked(self.params.bits_precision());
        BoxedMontyForm::new(reduced, &self.params)
    }

    fn raise(&self, number: &BoxedUint) -> BoxedMontyForm {
        self.reduce(number).pow(&self.exponent)
    }
}

impl Drop for Half {
    fn drop(&mut self) {
        self.prime.zeroize();
        self.exponent.zeroize();
    }
}

impl Drop for RsaPrivateKey {
    fn drop(&mut self) {
        self.q_inverse.zeroize();
    }
}

impl RsaPrivateKey {
    /// From two primes of the same length, most significant byte first, and the public exponent.
    ///
    /// # Errors
    /// [`ErrorKind::Primes`] when one is not prime, they are equal or of different lengths, or the exponent has no
    /// inverse; [`ErrorKind::Modulus`] when their product is not a modulus that EMV allows.
    pub fn from_primes(p: &[u8], q: &[u8], exponent: PublicExponent) -> Result<Self> {
        let fail = Error::new(ErrorKind::Primes);
        if p.len() != q.len() || p.len() > MAX_MODULUS / 2 {
            return Err(fail);
        }
        // A precision known from the length alone: leading zeros of a prime are no secret, but cost nothing.
        let bits = 8 * p.len() as u32;
        let number = |bytes| BoxedUint::from_be_slice(bytes, bits).map_err(|_| fail);
        let (p, q) = (number(p)?, number(q)?);
        if !is_prime(Flavor::Any, &p) || !is_prime(Flavor::Any, &q) {
            return Err(fail);
        }
        Self::from_numbers(p, q, exponent)
    }

    /// Draws a key whose modulus has `length` bytes, 64 to 248.
    ///
    /// # Errors
    /// [`ErrorKind::Length`]; [`ErrorKind::Randomness`] when the generator is broken.
    pub fn generate(
        rng: &mut impl CryptoRng,
        length: usize,
        exponent: PublicExponent,
    ) -> Result<Self> {
        if !(MIN_MODULUS..=MAX_MODULUS).contains(&length) {
            return Err(Error::new(ErrorKind::Length {
                min: MIN_MODULUS,
                max: MAX_MODULUS,
                found: length,
            }));
        }
        // Half the bits of the modulus: 4 for each of its bytes, at most 992.
        let bits = 4 * length as u32;
        let value = NonZero::new(exponent.value().into()).into_option();
        let divisor = value.ok_or(Error::new(ErrorKind::PublicExponent))?;
        let mut primes = (0..MAX_DRAWS)
            .map(|_| random_prime::<BoxedUint, _>(rng, Flavor::Any, bits))
            // The exponent has no inverse modulo a prime less one that it divides.
            .filter(|prime| prime.rem_limb(divisor) != Limb::ONE);
        while let (Some(p), Some(q)) = (primes.next(), primes.next()) {
            match Self::from_numbers(p, q, exponent) {
                // Two products in five are a bit short.
                Err(error) if matches!(error.kind(), ErrorKind::Primes | ErrorKind::Modulus) => {}
                done => return done,
            }
        }
        Err(Error::new(ErrorKind::Randomness))
    }

    fn from_numbers(p: BoxedUint, q: BoxedUint, exponent: PublicExponent) -> Result<Self> {
        let fail = || Error::new(ErrorKind::Primes);
        if p == q {
            return Err(fail());
        }
        let modulus = p.concatenating_mul(&q);
        let length = p.bits().max(q.bits()).div_ceil(4) as usize;
        if modulus.bits() as usize != 8 * length {
            return Err(Error::new(ErrorKind::Modulus));
        }
        let public = RsaPublicKey::new(&to_bytes(&modulus, length), exponent)?;
        let p = Half::new(p, exponent).ok_or_else(fail)?;
        let q = Half::new(q, exponent).ok_or_else(fail)?;
        let q_inverse = p.reduce(&q.prime).invert().into_option().ok_or_else(fail)?;
        Ok(Self {
            public,
            p,
            q,
            q_inverse,
        })
    }

    /// The public key.
    pub const fn public_key(&self) -> &RsaPublicKey {
        &self.public
    }

    /// `data` to the power of the private exponent: the RSA signing function (EMV Book 2 B2.1.2).
    ///
    /// As long as the modulus, both in and out. An error when `data` is another length or not below the modulus.
    pub(super) fn sign(&self, data: &[u8]) -> Result<Zeroizing<Vec<u8>>> {
        let length = self.public.length();
        if data.len() != length {
            return Err(Error::new(ErrorKind::Length {
                min: length,
                max: length,
                found: data.len(),
            }));
        }
        let precision = self.public.params().bits_precision();
        let number =
            BoxedUint::from_be_slice(data, precision).map_err(|_| Error::new(ErrorKind::Value))?;
        if number >= *self.public.params().modulus().as_ref() {
            return Err(Error::new(ErrorKind::Value));
        }
        let (p, q) = (self.p.raise(&number), self.q.raise(&number));
        // Garner: q's part, and as many times q as it takes to be right modulo p.
        let low = Zeroizing::new(q.retrieve());
        let times = p.sub(&self.p.reduce(&low)).mul(&self.q_inverse);
        let times = Zeroizing::new(times.retrieve());
        let high = Zeroizing::new(times.concatenating_mul(&*self.q.prime));
        let result = Zeroizing::new(high.wrapping_add(&*low).resize_unchecked(precision));
        if self.public.raise(BoxedUint::clone(&result)) != number {
            return Err(Error::new(ErrorKind::Fault));
        }
        Ok(Zeroizing::new(to_bytes(&result, length)))
    }
}

impl fmt::Debug for RsaPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaPrivateKey({} bytes, redacted)", self.public.length())
    }
}
