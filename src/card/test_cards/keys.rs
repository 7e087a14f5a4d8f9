//! The private keys of the test cards, of their issuer and of their certification authority.
//!
//! They were drawn once, with OpenSSL, and stand here because drawing RSA keys is slow and because a test card must be the same
//! tomorrow. Everybody can read them: they protect nothing. All test cards have the same keys, and one authority serves
//! all payment systems; no real card may share its key with another.
//!
//! | key | RSA | elliptic curve |
//! |---|---|---|
//! | certification authority, index `C1` and `E1` | 1408 bits, exponent 3 | P-256 |
//! | issuer | 1152 bits, exponent 3 | P-256 |
//! | card | 1024 bits, exponent 3 | P-256 |
//! | card, for PINs | 1024 bits, exponent 65537 | |

use super::template::bytes;
use crate::error::Result;
use crate::oda::{
    CertificationAuthority, EcCertificationAuthority, EcIccPrivateKey, EcIssuerPrivateKey,
    EcPrivateKey, IccPrivateKey, IssuerPrivateKey, PinPrivateKey, PublicExponent, RsaPrivateKey,
    SignatureSuite,
};

/// Index of the RSA authority's key, tag 8F.
pub const CA_INDEX: u8 = 0xC1;
/// Index of the elliptic-curve authority's key, tag 8F.
pub const EC_CA_INDEX: u8 = 0xE1;

const CA: [[u8; 88]; 2] = [
    bytes(
        "EC323CFD46794BD3CD2FD5E5EE37F7F824C42F0696291E6D6871468A2CE70C2F\
         727F8BE2F4DD843899FB2DD2F528456B7A77AE61FA3DDC9EC5A3EB2A3EF7497C\
         F90063536EB10FE9F544B307965276E919FF08D64CB0EE7F",
    ),
    bytes(
        "E09D5BA6E8B60AD8336D1CAC6B5A4784B85878554391EDD428B87C6FD7A54A02\
         F21B431C41FEB905C7B171A163195F1F19BE3976CD88FA9A9A2CFAD3682D536C\
         72D07CDA7384864E1EC35C7B9E6C6F52BCE6D4BD2FDDC6C1",
    ),
];
const ISSUER: [[u8; 72]; 2] = [
    bytes(
        "E19A8B9F1A8EEF2AB1B2FADF23EE6E99A172D67B05AEF867B0C6E8B4948090C6\
         58F3C1F01022CEF0B52F6573ED3F248D38E128C2817299ED3F3D9D19782F8439\
         279F8C2CFCE1CB5F",
    ),
    bytes(
        "E017FB0A1F7E5F2EFAFDCB02793C7ECDC801245B9E7B8A9D49C2B2CEBB8F3ACC\
         E3AD400A8C7B7C92FBC6051D86D50224E916C18DF12CE5CBD11BE339EB7C32DB\
         FAC891408E6EB2FB",
    ),
];
/// The primes of the card's RSA key, exponent 3.
pub const ICC: [[u8; 64]; 2] = [
    bytes(
        "FB3F567B9AD2635005E05BD5F25EEAB34937CFB6D7821491D6A8EF6F742C0F0F\
         7F6EB0FB74961BDD66CD8ED64DCC9AC54E547E6E60C034964A96D24E796DA25F",
    ),
    bytes(
        "D66E2CF6129C0A42D9037F6B01E8D469F30832E60B08C7961D3A6C7D17F0A8BD\
         D66E897A16EFC49D1626E40DE00E12CF74E6B6544B1C264F755D481A183C9F79",
    ),
];
/// The primes of the card's RSA key for PINs, exponent 65537.
pub const PIN: [[u8; 64]; 2] = [
    bytes(
        "FD43EFEC1CCDA67B838E469106872B99B2F709D5692B9E3C77AED5AD75C8CE1E\
         6AA0D8F24DAE3035CC809B0F0DC8B5B0CDFB5A8988112CDABD3BFA9317AFFF3F",
    ),
    bytes(
        "E2147488874ED632BA47238C0CE6B9E32047669FF50B339784FE00F5D7D0BEBA\
         E524050BBB81D804ED4EA4200163104D1FAECA16AA88A87107F5C246ECF368D1",
    ),
];
const EC_CA: [u8; 32] = bytes("392D6F27C50AE653C0F488FA5625894A498C6ED73EAE054DFDA3B88CDDDD404A");
const EC_ISSUER: [u8; 32] =
    bytes("22865FB1961AEAB028C6EB34DADC9309B16E5E0AB33753D74C130C9E0AE13424");
/// The card's number on the curve P-256.
pub const EC_ICC: [u8; 32] =
    bytes("E39DBEC86A33ACEE9A3CC496DF1507B310D807E1B0B925A07257FCE38E3E00C2");

fn rsa<const N: usize>([p, q]: &[[u8; N]; 2], exponent: PublicExponent) -> Result<RsaPrivateKey> {
    RsaPrivateKey::from_primes(p, q, exponent)
}

fn p256(number: &[u8; 32]) -> Result<EcPrivateKey> {
    EcPrivateKey::new(SignatureSuite::P256Sha256, number)
}

/// The certification authority as the payment system with this identifier has it. Its
/// [`public_key`](CertificationAuthority::public_key) is what terminals need.
///
/// ```
/// use chipcard::card::test_cards::keys;
///
/// let authority = keys::certification_authority([0xA0, 0x00, 0x00, 0x00, 0x03])?;
/// assert_eq!(authority.public_key().index(), 0xC1);
/// assert_eq!(authority.public_key().key().length(), 176);
/// # Ok::<(), chipcard::Error>(())
/// ```
///
/// # Errors
/// None, like all functions of this module: the keys are good.
pub fn certification_authority(rid: [u8; 5]) -> Result<CertificationAuthority> {
    let key = rsa(&CA, PublicExponent::Three)?;
    Ok(CertificationAuthority::new(rid, CA_INDEX, key))
}

/// The issuer of all test cards.
///
/// # Errors
/// None.
pub fn issuer() -> Result<IssuerPrivateKey> {
    rsa(&ISSUER, PublicExponent::Three).map(IssuerPrivateKey::new)
}

/// The key of all test cards with DDA or CDA.
///
/// # Errors
/// None.
pub fn icc() -> Result<IccPrivateKey> {
    rsa(&ICC, PublicExponent::Three).map(IccPrivateKey::new)
}

/// Their key for PINs.
///
/// # Errors
/// None.
pub fn pin() -> Result<PinPrivateKey> {
    rsa(&PIN, PublicExponent::FermatFour).map(PinPrivateKey::new)
}

/// The elliptic-curve authority as the payment system with this identifier has it.
///
/// # Errors
/// None.
pub fn ec_certification_authority(rid: [u8; 5]) -> Result<EcCertificationAuthority> {
    Ok(EcCertificationAuthority::new(
        rid,
        EC_CA_INDEX,
        p256(&EC_CA)?,
    ))
}

/// The issuer of all test cards with XDA.
///
/// # Errors
/// None.
pub fn ec_issuer() -> Result<EcIssuerPrivateKey> {
    p256(&EC_ISSUER).map(EcIssuerPrivateKey::new)
}

/// The key of all test cards with XDA.
///
/// # Errors
/// None.
pub fn ec_icc() -> Result<EcIccPrivateKey> {
    p256(&EC_ICC).map(EcIccPrivateKey::new)
}
