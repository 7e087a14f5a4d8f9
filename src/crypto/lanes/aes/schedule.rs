//! An issuer key's round keys, expanded once for all lanes.

use aes::{Block, hazmat};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// Round keys of a key of 16, 24 or 32 bytes; wiped on drop.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(super) struct Schedule {
    round_keys: [[u8; 16]; 15],
    rounds: usize,
}

impl Schedule {
    /// FIPS 197 section 5.2, with the constant-time S-box of the `aes` crate.
    ///
    /// Of a key of no such length nothing is expanded.
    pub(super) fn new(key: &[u8]) -> Self {
        let (words, _) = key.as_chunks::<4>();
        let rounds = words.len() + 6;
        let mut round_keys = [[0; 16]; 15];
        if !matches!(words.len(), 4 | 6 | 8) {
            return Self {
                round_keys,
                rounds: 0,
            };
        }
        let mut rcon = 1u8;
        let mut temp = [0; 4];
        for i in 0..4 * (rounds + 1) {
            let back = match i.checked_sub(words.len()) {
                None => words[i],
                Some(back) => {
                    if i % words.len() == 0 {
                        temp.rotate_left(1);
                        temp = sub_word(temp);
                        temp[0] ^= rcon;
                        rcon = (rcon << 1) ^ (0x1B * (rcon >> 7));
                    } else if words.len() > 6 && i % words.len() == 4 {
                        temp = sub_word(temp);
                    }
                    let back: [u8; 4] = round_keys.as_flattened().as_chunks().0[back];
                    core::array::from_fn(|byte| temp[byte] ^ back[byte])
                }
            };
            temp = back;
            round_keys[i / 4][i % 4 * 4..][..4].copy_from_slice(&temp);
        }
        temp.zeroize();
        Self { round_keys, rounds }
    }

    /// One key more than rounds.
    pub(super) fn round_keys(&self) -> &[[u8; 16]] {
        &self.round_keys[..=self.rounds]
    }
}

/// SubWord by one cipher round: with four equal columns ShiftRows does nothing, and MixColumns is
/// undone.
fn sub_word(word: [u8; 4]) -> [u8; 4] {
    let mut block = Block::default();
    for column in block.chunks_exact_mut(4) {
        column.copy_from_slice(&word);
    }
    hazmat::cipher_round(&mut block, &Block::default());
    hazmat::inv_mix_columns(&mut block);
    let mut out = [0; 4];
    out.copy_from_slice(&block[..4]);
    block.as_mut_slice().zeroize();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    /// FIPS 197 appendix A.1 to A.3: the last round key of each example.
    #[test]
    fn schedules_of_the_standard() {
        let hex = |text: &str| -> Vec<u8> {
            (0..text.len() / 2)
                .map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap())
                .collect()
        };
        for (key, last, round) in [
            (
                "2b7e151628aed2a6abf7158809cf4f3c",
                "d014f9a8c9ee2589e13f0cc8b6630ca6",
                10,
            ),
            (
                "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
                "e98ba06f448c773c8ecc720401002202",
                12,
            ),
            (
                "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
                "fe4890d1e6188d0b046df344706c631e",
                14,
            ),
        ] {
            let schedule = Schedule::new(&hex(key));
            assert_eq!(
                schedule.round_keys()[round].as_slice(),
                hex(last).as_slice()
            );
        }
    }
}
