//! Session keys.

use crate::crypto::{Algorithm, SecretKey};
use crate::element::{ApplicationTransactionCounter, UnpredictableNumber};
use crate::error::{Error, ErrorKind, Result};
use crate::key::Emv2000Tree;

/// How a scheme makes session keys. What it is given, the transaction's data, makes of it a
/// [`SessionDerivation`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionKeyMethod {
    /// The card key itself signs.
    None,
    /// EMV common session key derivation (EMV Book 2 A1.3.1), TDES or AES.
    EmvCommon,
    /// Mastercard's proprietary derivation: as EMV common, with the unpredictable number in it. TDES.
    Mastercard,
    /// The tree of EMV2000. TDES.
    Emv2000(Emv2000Tree),
    /// Visa's script session keys: the counter xored into the card key. TDES.
    VisaAtcXor,
    /// UnionPay's (PBOC): the counter and its complement enciphered. TDES.
    ///
    /// One public HSM adapter takes the EMV2000 tree for it; the published answers contradict that.
    UnionPay,
}

impl SessionKeyMethod {
    /// The derivation for the application cryptogram and the ARPC of a transaction.
    #[inline]
    pub const fn for_cryptogram(
        self,
        atc: ApplicationTransactionCounter,
        un: UnpredictableNumber,
    ) -> SessionDerivation {
        match self {
            Self::None => SessionDerivation::CardKey,
            Self::EmvCommon => SessionDerivation::from_atc(atc),
            Self::Mastercard => SessionDerivation::from_atc_and_un(atc, un),
            Self::Emv2000(tree) => SessionDerivation::Emv2000 { atc, tree },
            Self::VisaAtcXor => SessionDerivation::VisaAtcXor { atc },
            Self::UnionPay => SessionDerivation::UnionPay { atc },
        }
    }

    /// The derivation for the script command number `index`, counted from 0, after the application
    /// cryptogram `ac` of the first GENERATE AC.
    ///
    /// EMV common (and Mastercard, whose scripts use it too) diversifies with the cryptogram. Book 2 A1.3
    /// derives once per transaction; Mastercard's practice adds one to it with every further command.
    /// Which of the two, the caller decides by what he passes as `index`.
    pub const fn for_script(
        self,
        atc: ApplicationTransactionCounter,
        ac: [u8; 8],
        index: u64,
    ) -> SessionDerivation {
        match self {
            Self::EmvCommon | Self::Mastercard => {
                let value = u64::from_be_bytes(ac).wrapping_add(index);
                SessionDerivation::from_8_bytes(value.to_be_bytes())
            }
            _ => self.for_cryptogram(atc, UnpredictableNumber([0; 4])),
        }
    }
}

/// One derivation of a session key from a card key, all its inputs given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionDerivation {
    /// The card key itself.
    CardKey,
    /// EMV common with the diversification value R: the first eight bytes for TDES, all 16 for AES.
    ///
    /// TDES, AES-192 and AES-256 encipher R twice, its third byte once replaced by `F0` and once by `0F`,
    /// and take the leftmost bytes; AES-128 enciphers R as it is (EMV Book 2 A1.3.1).
    EmvCommon {
        /// The diversification value.
        diversifier: [u8; 16],
    },
    /// The tree of EMV2000.
    Emv2000 {
        /// The transaction's counter.
        atc: ApplicationTransactionCounter,
        /// The tree's shape.
        tree: Emv2000Tree,
    },
    /// Visa's script session keys.
    VisaAtcXor {
        /// The transaction's counter.
        atc: ApplicationTransactionCounter,
    },
    /// UnionPay's.
    UnionPay {
        /// The transaction's counter.
        atc: ApplicationTransactionCounter,
    },
}

impl SessionDerivation {
    /// EMV common for cryptograms: R = ATC, then zeros.
    #[inline]
    pub const fn from_atc(atc: ApplicationTransactionCounter) -> Self {
        let [a, b] = atc.to_bytes();
        Self::from_8_bytes([a, b, 0, 0, 0, 0, 0, 0])
    }

    /// Mastercard's: R = ATC || `0000` || unpredictable number.
    #[inline]
    pub const fn from_atc_and_un(
        atc: ApplicationTransactionCounter,
        un: UnpredictableNumber,
    ) -> Self {
        let ([a, b], [e, f, g, h]) = (atc.to_bytes(), un.0);
        Self::from_8_bytes([a, b, 0, 0, e, f, g, h])
    }

    /// EMV common with R = these bytes, then zeros for AES.
    #[inline]
    pub const fn from_8_bytes(bytes: [u8; 8]) -> Self {
        let [a, b, c, d, e, f, g, h] = bytes;
        Self::EmvCommon {
            diversifier: [a, b, c, d, e, f, g, h, 0, 0, 0, 0, 0, 0, 0, 0],
        }
    }

    pub(crate) fn derive(&self, card_key: &SecretKey) -> Result<SecretKey> {
        let algorithm = card_key.algorithm();
        match *self {
            Self::CardKey => Ok(card_key.clone()),
            Self::EmvCommon { diversifier } if algorithm == Algorithm::Aes128 => {
                let block = card_key.with_cipher(|cipher| cipher.encrypt(diversifier))?;
                Ok(SecretKey::from_blocks(algorithm, block, [0; 16]))
            }
            Self::EmvCommon { diversifier } => {
                let inputs = [0xF0, 0x0F].map(|third| {
                    let mut input = diversifier;
                    input[2] = third;
                    input
                });
                enciphered(card_key, inputs)
            }
            _ if algorithm != Algorithm::Tdes => Err(Error::new(ErrorKind::Cipher)),
            Self::Emv2000 { atc, tree } => tree.derive(card_key, atc),
            Self::VisaAtcXor { atc } => {
                let mut key = card_key.clone();
                for (byte, pad) in key.bytes_mut().iter_mut().zip(counter_and_complement(atc)) {
                    *byte ^= pad;
                }
                Ok(key)
            }
            Self::UnionPay { atc } => enciphered(card_key, halves(counter_and_complement(atc))),
        }
    }
}

/// The key of two blocks that the card key enciphers.
fn enciphered(card_key: &SecretKey, inputs: [[u8; 16]; 2]) -> Result<SecretKey> {
    let [left, right] = card_key.with_cipher(|cipher| cipher.encrypt_pair(inputs))?;
    Ok(SecretKey::from_blocks(card_key.algorithm(), left, right))
}

/// Six zero bytes and the counter, then six zero bytes and its complement.
const fn counter_and_complement(atc: ApplicationTransactionCounter) -> [u8; 16] {
    let [a, b] = atc.to_bytes();
    [0, 0, 0, 0, 0, 0, a, b, 0, 0, 0, 0, 0, 0, !a, !b]
}

/// Both halves, each in a block of its own.
fn halves(bytes: [u8; 16]) -> [[u8; 16]; 2] {
    let mut blocks = [[0; 16]; 2];
    for (block, half) in blocks.iter_mut().zip(bytes.chunks_exact(8)) {
        for (to, from) in block.iter_mut().zip(half) {
            *to = *from;
        }
    }
    blocks
}
