//! Certificates and signatures of ours before a kernel that others wrote: the `emv` crate, with large numbers and
//! curves of another making.

#![allow(clippy::unwrap_used, reason = "a failure here is a failed test")]

use chipcard::cryptogram::ApplicationCryptogram;
use chipcard::element::{Pan, UnpredictableNumber, YearMonth};
use chipcard::oda::{
    CertificationAuthority, EcCertificationAuthority, EcExpiry, EcIccPrivateKey,
    EcIssuerPrivateKey, EcPrivateKey, IccDynamicNumber, IccPrivateKey, IccdHashAlgorithm,
    IssuedCertificate, IssuerIdentifier, IssuerPrivateKey, PinPrivateKey, PublicExponent,
    RsaPrivateKey, SecondXda, SignatureSuite, TransactionData,
};
use emv::core::{ecc_oda, oda};
use rand::SeedableRng;
use rand::rngs::StdRng;

const RID: [u8; 5] = [0xA0, 0x00, 0x00, 0x00, 0x03];
const INDEX: u8 = 0x99;
const PAN_BYTES: [u8; 8] = [0x47, 0x61, 0x73, 0x90, 0x01, 0x01, 0x00, 0x10];
const STATIC_DATA: [u8; 50] = [0x5A; 50];
const UN: [u8; 4] = [0xDE, 0xAD, 0xBE, 0xEF];
const RESPONSE: [u8; 9] = [0x9F, 0x27, 0x01, 0x80, 0x9F, 0x36, 0x02, 0x00, 0x2A];

fn pan() -> Pan {
    Pan::from_bcd(&PAN_BYTES).unwrap()
}

fn remainder(stored: &IssuedCertificate) -> Option<&[u8]> {
    Some(&stored.remainder[..]).filter(|bytes| !bytes.is_empty())
}

#[test]
fn rsa() {
    let rng = &mut StdRng::seed_from_u64(1);
    for (lengths, exponent) in [
        ([248, 247, 205], PublicExponent::Three),
        ([144, 128, 80], PublicExponent::FermatFour),
    ] {
        let [ca, issuer, icc] =
            lengths.map(|length| RsaPrivateKey::generate(rng, length, exponent).unwrap());
        let pin = RsaPrivateKey::generate(rng, lengths[2], exponent).unwrap();
        let authority = CertificationAuthority::new(RID, INDEX, ca);
        let issuer_key = IssuerPrivateKey::new(issuer);
        let (icc_key, pin_key) = (IccPrivateKey::new(icc), PinPrivateKey::new(pin));
        let expiry = YearMonth::new(2030, 12).unwrap();
        let identifier = IssuerIdentifier::from_digits("476173").unwrap();
        let tag_90 = authority
            .certify_issuer(issuer_key.public_key(), identifier, expiry, [0, 0, 1])
            .unwrap();
        let tag_9f46 = issuer_key
            .certify_icc(
                icc_key.public_key(),
                &pan(),
                expiry,
                [0, 0, 2],
                &STATIC_DATA,
            )
            .unwrap();
        let tag_9f2d = issuer_key
            .certify_pin_key(pin_key.public_key(), &pan(), expiry, [0, 0, 3])
            .unwrap();
        let tag_93 = issuer_key
            .sign_static_data([0xDA, 0xC0], &STATIC_DATA)
            .unwrap();

        let today = [0x07, 0x26];
        let ca_key = authority.public_key();
        let their_ca = oda::CaPublicKey {
            rid: RID,
            index: INDEX,
            modulus: ca_key.key().modulus().to_vec(),
            exponent: exponent.to_bytes().to_vec(),
        };
        let their_issuer = oda::recover_issuer_public_key(
            &their_ca,
            &tag_90.certificate,
            remainder(&tag_90),
            exponent.to_bytes(),
            &PAN_BYTES,
            today,
        )
        .unwrap();
        assert_eq!(their_issuer.modulus, issuer_key.public_key().modulus());
        let dac = oda::verify_sda(&their_issuer, &tag_93, &STATIC_DATA).unwrap();
        assert_eq!(dac, [0xDA, 0xC0]);
        let their_icc = oda::recover_icc_public_key(
            &their_issuer,
            &tag_9f46.certificate,
            remainder(&tag_9f46),
            exponent.to_bytes(),
            &STATIC_DATA,
            &PAN_BYTES,
            today,
        )
        .unwrap();
        assert_eq!(their_icc.modulus, icc_key.public_key().modulus());
        let their_pin = oda::recover_icc_pin_encipherment_public_key(
            &their_issuer,
            &tag_9f2d.certificate,
            remainder(&tag_9f2d),
            exponent.to_bytes(),
            &PAN_BYTES,
            today,
        )
        .unwrap();
        assert_eq!(their_pin.modulus, pin_key.public_key().modulus());

        let number = IccDynamicNumber::new(&[1, 2, 3]).unwrap();
        let signed = icc_key.sign_dynamic_data(number, &[], &UN).unwrap();
        let found = oda::verify_dda(&their_icc, &signed, &UN).unwrap();
        assert_eq!(found, [1, 2, 3]);
        let ac = ApplicationCryptogram([0xAC; 8]);
        for cdol2 in [None, Some(&[0x12; 9][..])] {
            let transaction = match cdol2 {
                None => TransactionData::first(&[0x10], &[0x11; 5], &RESPONSE),
                Some(data) => TransactionData::second(&[0x10], &[0x11; 5], data, &RESPONSE),
            };
            let un = UnpredictableNumber(UN);
            let signed = icc_key
                .sign_combined_data(&transaction, ac, number, un, &[])
                .unwrap();
            let data = [
                &[0x10],
                &[0x11; 5][..],
                cdol2.unwrap_or_default(),
                &RESPONSE,
            ]
            .concat();
            let found = oda::verify_cda(&their_icc, &signed, UN, &data, 0x80).unwrap();
            assert_eq!(found.application_cryptogram, ac.0);
        }
    }
}

/// P-256 alone. The kernel writes the order of P-521 with 505 bits instead of 521 (`core/ec_sdsa.rs`), reduces the hash
/// modulo that number, and so refuses right signatures on P-521. Those are checked against the known answers of ANSSI's
/// libecc, in the library's `oda/sdsa.rs`.
#[test]
fn elliptic_curves() {
    let rng = &mut StdRng::seed_from_u64(2);
    let suite = SignatureSuite::P256Sha256;
    // Several keys, so that both halves of the curve are met.
    for round in 0..8 {
        let mut key = || EcPrivateKey::generate(rng, suite).unwrap();
        let authority = EcCertificationAuthority::new(RID, INDEX, key());
        let issuer_key = EcIssuerPrivateKey::new(key());
        let icc_key = EcIccPrivateKey::new(key());
        let expiry = EcExpiry::from_bcd([0x20, 0x30, 0x12, 0x31], [0x12, 0x00]).unwrap();
        let identifier = IssuerIdentifier::from_digits("4761739001").unwrap();
        let certified = [round; 60];
        let tag_90 = authority
            .certify_issuer(rng, issuer_key.public_key(), identifier, expiry, [0, 0, 1])
            .unwrap();
        let hashed = (IccdHashAlgorithm::Sha256, &certified[..]);
        let tag_9f46 = issuer_key
            .certify_icc(rng, icc_key.public_key(), expiry, [2; 6], hashed)
            .unwrap();

        let their_ca = ecc_oda::EccCaPublicKey {
            rid: RID,
            index: INDEX,
            x_coord: authority.public_key().key().x().to_vec(),
            algorithm_suite: suite.indicator(),
        };
        let today = [0x20, 0x26, 0x07, 0x01];
        let their_issuer =
            ecc_oda::recover_issuer_public_key_ecc(&their_ca, &tag_90, &PAN_BYTES, today).unwrap();
        let their_icc = ecc_oda::recover_icc_public_key_ecc(
            &their_issuer,
            &tag_9f46,
            &certified,
            today,
            [0x12, 0x00],
        )
        .unwrap();
        assert_eq!(their_icc.x_coord, icc_key.public_key().x());

        let response = [&RESPONSE[..], &[0x9F, 0x26, 0x08], &[0xAC; 8]].concat();
        let first = TransactionData::first(&[0x10], &[0x11; 5], &response);
        let second = TransactionData::second(&[0x10], &[0x11; 5], &[0x12; 9], &response);
        // The kernel leaves it to its caller what is signed in the second GENERATE AC.
        for (transaction, coverage, signed_data) in [
            (
                &first,
                SecondXda::Cdol2Alone,
                vec![0x10, 0x11, 0x11, 0x11, 0x11, 0x11],
            ),
            (&second, SecondXda::Cdol2Alone, vec![0x12; 9]),
            (
                &second,
                SecondXda::AllData,
                [&[0x10], &[0x11; 5][..], &[0x12; 9]].concat(),
            ),
        ] {
            let signed = icc_key.sign_answer(rng, transaction, coverage).unwrap();
            let message = [&[0x15], &signed_data[..], &response].concat();
            ecc_oda::verify_xda(&their_icc, &signed, &message).unwrap();
        }
    }
}
