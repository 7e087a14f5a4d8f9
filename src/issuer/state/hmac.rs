//! HMAC-SHA-256 of messages that fit in one block: two compressions, and nothing beside them.

use sha2::block_api::compress256;
use zeroize::Zeroize;

/// What SHA-256 starts from (FIPS 180-4, 5.3.3).
const START: [u32; 8] = [
    0x6A09_E667,
    0xBB67_AE85,
    0x3C6E_F372,
    0xA54F_F53A,
    0x510E_527F,
    0x9B05_688C,
    0x1F83_D9AB,
    0x5BE0_CD19,
];

const BLOCK: usize = 64;
const OUTPUT: usize = 32;

/// The key of an HMAC (RFC 2104), as the two states in which its padded key leaves SHA-256.
#[derive(Clone)]
pub(super) struct ShortHmac {
    inner: [u32; 8],
    outer: [u32; 8],
}

impl ShortHmac {
    /// Longest message, in bytes: behind it stand a mark and eight bytes of length.
    const LONGEST: usize = BLOCK - 9;

    pub(super) fn new(key: &[u8; OUTPUT]) -> Self {
        let after = |pad: u8| {
            let mut block = [pad; BLOCK];
            for (byte, key) in block.iter_mut().zip(key) {
                *byte ^= key;
            }
            let mut state = START;
            compress256(&mut state, &[block]);
            block.as_mut_slice().zeroize();
            state
        };
        Self {
            inner: after(0x36),
            outer: after(0x5C),
        }
    }

    /// The HMAC of the first `length` bytes of `message`, behind which zeros stand.
    pub(super) fn mac<const N: usize>(&self, message: &[u8; N], length: usize) -> [u8; OUTPUT] {
        const { assert!(N <= Self::LONGEST) };
        let mut block = [0; BLOCK];
        for (to, from) in block.iter_mut().zip(message) {
            *to = *from;
        }
        let mut state = finished(self.inner, &mut block, length);
        for (to, word) in block.as_chunks_mut().0.iter_mut().zip(&state) {
            *to = word.to_be_bytes();
        }
        state = finished(self.outer, &mut block, OUTPUT);
        block.as_mut_slice().zeroize();
        let mut output = [0; OUTPUT];
        for (to, word) in output.as_chunks_mut().0.iter_mut().zip(&state) {
            *to = word.to_be_bytes();
        }
        output
    }
}

/// The state after a last block that begins with `length` bytes of message: the mark, zeros, and how many bits there were, with the key.
fn finished(mut state: [u32; 8], block: &mut [u8; BLOCK], length: usize) -> [u32; 8] {
    let bits = 8 * (BLOCK + length) as u64;
    if let Some([mark, zeros @ ..]) = block.get_mut(length..) {
        *mark = 0x80;
        zeros.fill(0);
    }
    if let Some(end) = block.last_chunk_mut() {
        *end = bits.to_be_bytes();
    }
    compress256(&mut state, core::slice::from_ref(block));
    state
}

impl Drop for ShortHmac {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};
    use sha2::Sha256;

    use super::ShortHmac;

    /// As the crate `hmac` says, whatever the length.
    #[test]
    fn agrees_with_another_program() {
        for seed in 0..8_u8 {
            let key: [u8; 32] = core::array::from_fn(|place| seed.wrapping_mul(29) ^ place as u8);
            let ours = ShortHmac::new(&key);
            for length in 0..=ShortHmac::LONGEST {
                let mut message = [0; ShortHmac::LONGEST];
                for (place, byte) in message.iter_mut().take(length).enumerate() {
                    *byte = (place as u8).wrapping_mul(37) ^ seed;
                }
                let mut theirs = Hmac::<Sha256>::new_from_slice(&key).unwrap();
                theirs.update(&message[..length]);
                let theirs: [u8; 32] = theirs.finalize().into_bytes().into();
                assert_eq!(ours.mac(&message, length), theirs, "{length}");
            }
        }
    }
}
