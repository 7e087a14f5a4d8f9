//! The same work by the plain RustCrypto crates: what a host would write without this library.
//!
//! It gets the values of the data elements ready to hand: it packs the PAN and joins what is signed, but has no DE 55 to
//! read, and no version, key index or card verification results to check.

use aes::Aes128;
use cbc_mac::{KeyInit, Mac};
use cipher::{Array, BlockCipherEncrypt};
use cmac::Cmac;
use des::{Des, TdesEde2};
use retail_mac::RetailMac;
use subtle::ConstantTimeEq;

/// PAN and sequence number, right-aligned in 32 digits.
pub(crate) fn pack(pan: &str, sequence: &str) -> [u8; 16] {
    let mut packed = [0; 16];
    let digits = pan.bytes().chain(sequence.bytes()).rev();
    for (place, digit) in digits.enumerate() {
        packed[15 - place / 2] |= (digit - b'0') << (place % 2 * 4);
    }
    packed
}

/// The rightmost 16 digits: option A.
fn option_a(pan: &str, sequence: &str) -> [u8; 8] {
    let [_, _, _, _, _, _, _, _, i, j, k, l, m, n, o, p] = pack(pan, sequence);
    [i, j, k, l, m, n, o, p]
}

/// What is signed, joined and followed by `tail`, then zeros to whole blocks.
fn join_values<'b>(values: &[&[u8]], tail: &[u8], buffer: &'b mut [u8; 80]) -> &'b [u8] {
    let mut length = 0;
    for part in values.iter().chain([&tail]) {
        buffer[length..length + part.len()].copy_from_slice(part);
        length += part.len();
    }
    let padded = if tail.is_empty() {
        length
    } else {
        length.next_multiple_of(8)
    };
    &buffer[..padded]
}

/// The issuer's side of Visa CVN 10 and 18, over a master key that is scheduled once.
pub(crate) struct PlainTdes {
    master: TdesEde2,
}

fn tdes(cipher: &TdesEde2, block: [u8; 8]) -> [u8; 8] {
    let mut block = Array(block);
    cipher.encrypt_block(&mut block);
    block.0
}

fn join(left: [u8; 8], right: [u8; 8]) -> [u8; 16] {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&left);
    key[8..].copy_from_slice(&right);
    key
}

/// `padded` is whole blocks: the crate pads by zeros if it must.
fn retail_mac(key: &[u8; 16], padded: &[u8]) -> [u8; 8] {
    let mut mac = <RetailMac<Des> as KeyInit>::new(&Array(*key));
    mac.update(padded);
    mac.finalize().into_bytes().0
}

impl PlainTdes {
    pub(crate) fn new(master: &[u8; 16]) -> Self {
        Self {
            master: TdesEde2::new(&Array(*master)),
        }
    }

    fn card_key(&self, digits: [u8; 8]) -> [u8; 16] {
        join(
            tdes(&self.master, digits),
            tdes(&self.master, digits.map(|byte| !byte)),
        )
    }

    /// CVN 10: the card key signs.
    pub(crate) fn verify_visa_10(
        &self,
        (pan, sequence): (&str, &str),
        values: &[&[u8]],
        arqc: [u8; 8],
    ) -> Option<[u8; 16]> {
        let key = self.card_key(option_a(pan, sequence));
        // The crate fills up with zeros by itself.
        let mut buffer = [0; 80];
        let data = join_values(values, &[], &mut buffer);
        bool::from(retail_mac(&key, data).ct_eq(&arqc)).then_some(key)
    }

    /// CVN 18: an EMV common session key signs.
    pub(crate) fn verify_visa_18(
        &self,
        (pan, sequence): (&str, &str),
        atc: [u8; 2],
        values: &[&[u8]],
        arqc: [u8; 8],
    ) -> Option<[u8; 16]> {
        let card = TdesEde2::new(&Array(self.card_key(option_a(pan, sequence))));
        let half = |third| tdes(&card, [atc[0], atc[1], third, 0, 0, 0, 0, 0]);
        let key = join(half(0xF0), half(0x0F));
        let mut buffer = [0; 80];
        let padded = join_values(values, &[0x80], &mut buffer);
        bool::from(retail_mac(&key, padded).ct_eq(&arqc)).then_some(key)
    }
}

/// ARPC by method 1.
pub(crate) fn answer_1(key: &[u8; 16], arqc: [u8; 8], arc: [u8; 2]) -> [u8; 8] {
    let mut block = arqc;
    block[0] ^= arc[0];
    block[1] ^= arc[1];
    tdes(&TdesEde2::new(&Array(*key)), block)
}

/// ARPC by method 2.
pub(crate) fn answer_2(key: &[u8; 16], arqc: [u8; 8], csu: [u8; 4]) -> [u8; 8] {
    let mut message = [0; 16];
    message[..8].copy_from_slice(&arqc);
    message[8..12].copy_from_slice(&csu);
    message[12] = 0x80;
    retail_mac(key, &message)
}

/// The issuer's side of CCD version 6 with AES-128.
pub(crate) struct PlainAes {
    master: Aes128,
}

fn aes(cipher: &Aes128, block: [u8; 16]) -> [u8; 16] {
    let mut block = Array(block);
    cipher.encrypt_block(&mut block);
    block.0
}

fn cmac(key: &[u8; 16], message: &[u8]) -> [u8; 8] {
    let mut mac = <Cmac<Aes128> as KeyInit>::new(&Array(*key));
    mac.update(message);
    let [a, b, c, d, e, f, g, h, ..] = mac.finalize().into_bytes().0;
    [a, b, c, d, e, f, g, h]
}

impl PlainAes {
    pub(crate) fn new(master: &[u8; 16]) -> Self {
        Self {
            master: Aes128::new(&Array(*master)),
        }
    }

    /// Card key by option C, EMV common session key.
    pub(crate) fn verify_ccd_6(
        &self,
        (pan, sequence): (&str, &str),
        atc: [u8; 2],
        values: &[&[u8]],
        arqc: [u8; 8],
    ) -> Option<[u8; 16]> {
        let card = Aes128::new(&Array(aes(&self.master, pack(pan, sequence))));
        let mut diversifier = [0; 16];
        diversifier[..2].copy_from_slice(&atc);
        let key = aes(&card, diversifier);
        let mut buffer = [0; 80];
        let message = join_values(values, &[], &mut buffer);
        bool::from(cmac(&key, message).ct_eq(&arqc)).then_some(key)
    }
}

/// ARPC by method 2 with AES.
pub(crate) fn answer_2_aes(key: &[u8; 16], arqc: [u8; 8], csu: [u8; 4]) -> [u8; 8] {
    let mut message = [0; 12];
    message[..8].copy_from_slice(&arqc);
    message[8..].copy_from_slice(&csu);
    cmac(key, &message)
}
