//! One card after another through the `aes` and `cmac` crates.

use super::{Item, KeyLength, MasterKey, Response, Verdict};
use aes::cipher::{BlockCipherEncrypt, KeyInit, consts::U16};
use aes::{Aes128, Aes192, Aes256, Block};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

pub(super) fn verify_batch(imk: &MasterKey, items: &[Item<'_>], verdicts: &mut [Verdict]) {
    match imk.length() {
        KeyLength::Aes128 => under::<Aes128>(imk, items, verdicts),
        KeyLength::Aes192 => under::<Aes192>(imk, items, verdicts),
        KeyLength::Aes256 => under::<Aes256>(imk, items, verdicts),
    }
}

fn under<I: BlockCipherEncrypt<BlockSize = U16> + KeyInit>(
    imk: &MasterKey,
    items: &[Item<'_>],
    verdicts: &mut [Verdict],
) {
    let Ok(issuer) = I::new_from_slice(imk.key()) else {
        return;
    };
    for (item, verdict) in items.iter().zip(verdicts) {
        let found = match imk.card_length() {
            KeyLength::Aes128 => verify::<I, Aes128>(&issuer, imk.card_length(), item),
            KeyLength::Aes192 => verify::<I, Aes192>(&issuer, imk.card_length(), item),
            KeyLength::Aes256 => verify::<I, Aes256>(&issuer, imk.card_length(), item),
        };
        *verdict = found.unwrap_or_default();
    }
}

fn verify<I, C>(issuer: &I, length: KeyLength, item: &Item<'_>) -> Option<Verdict>
where
    I: BlockCipherEncrypt<BlockSize = U16>,
    C: BlockCipherEncrypt<BlockSize = U16> + KeyInit,
{
    let complement = item.diversification.map(|byte| !byte);
    let card: C = derive(issuer, length, item.diversification, complement)?;
    let (left, right) = session_blocks(length, item.session);
    let session: C = derive(&card, length, left, right)?;
    let mut mac = cmac(&session, item.message);
    let valid = mac[..8].ct_eq(&item.cryptogram);
    let [first, second] = item.response.data(&item.cryptogram).map(u128::to_le_bytes);
    let mut answer = match item.response {
        Response::None => Block::default(),
        Response::Method1 { .. } => {
            let mut block = Block::from(first);
            session.encrypt_block(&mut block);
            block
        }
        Response::Method2 { .. } => {
            let data = [first, second];
            cmac(
                &session,
                &data.as_flattened()[..item.response.data_length()],
            )
        }
    };
    let arpc = u128::from_le_bytes(answer.into()) as u64;
    answer.as_mut_slice().zeroize();
    mac.as_mut_slice().zeroize();
    Some(Verdict::new(valid, arpc, item.response.length()))
}

/// NIST SP 800-38B section 6.2.
fn cmac(cipher: &impl BlockCipherEncrypt<BlockSize = U16>, message: &[u8]) -> Block {
    let mut l = Block::default();
    cipher.encrypt_block(&mut l);
    let k1 = double(u128::from_be_bytes(l.into()));
    let (whole, rest) = message.as_chunks::<16>();
    let (last, whole) = match whole.split_last() {
        Some((last, whole)) if rest.is_empty() => (u128::from_be_bytes(*last) ^ k1, whole),
        _ => {
            let mut padded = [0; 16];
            padded[..rest.len()].copy_from_slice(rest);
            padded[rest.len()] = 0x80;
            (u128::from_be_bytes(padded) ^ double(k1), whole)
        }
    };
    let mut state = Block::default();
    for block in whole.iter().copied().chain([last.to_be_bytes()]) {
        for (byte, input) in state.iter_mut().zip(block) {
            *byte ^= input;
        }
        cipher.encrypt_block(&mut state);
    }
    l.as_mut_slice().zeroize();
    state
}

/// Doubling in GF(2^128) modulo x^128 + x^7 + x^2 + x + 1.
const fn double(value: u128) -> u128 {
    (value << 1) ^ (0x87 * (value >> 127))
}

/// EMV Book 2 A1.3.1: for keys longer than a block, byte 2 tells the two halves apart.
pub(super) const fn session_blocks(length: KeyLength, r: [u8; 16]) -> ([u8; 16], [u8; 16]) {
    let (mut left, mut right) = (r, r);
    if !matches!(length, KeyLength::Aes128) {
        left[2] = 0xF0;
        right[2] = 0x0F;
    }
    (left, right)
}

/// The leftmost bits of two enciphered blocks as a new key.
fn derive<I, C>(cipher: &I, length: KeyLength, left: [u8; 16], right: [u8; 16]) -> Option<C>
where
    I: BlockCipherEncrypt<BlockSize = U16>,
    C: KeyInit,
{
    let mut blocks = [Block::from(left), Block::from(right)];
    cipher.encrypt_blocks(&mut blocks);
    let mut key = [0; 32];
    key[..16].copy_from_slice(&blocks[0]);
    key[16..].copy_from_slice(&blocks[1]);
    let derived = C::new_from_slice(&key[..length.bytes()]).ok();
    key.zeroize();
    blocks
        .iter_mut()
        .for_each(|block| block.as_mut_slice().zeroize());
    derived
}
