//! The session key tree of EMV2000, older than EMV 4.2 and still in HSMs.

use crate::crypto::{Algorithm, SecretKey};
use crate::element::ApplicationTransactionCounter;
use crate::error::{Error, ErrorKind, Result};

/// Shape of the EMV2000 session key tree: branch factor, height, initial value (EMV2000 Book 2 A1.3.1).
///
/// The counter, written in base *branch* with *height* digits, is the path from the root to the
/// session key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Emv2000Tree {
    branch: u8,
    height: u8,
    initial: [u8; 16],
}

impl Emv2000Tree {
    /// Branch factor 4, height 8, initial value zero.
    pub const BRANCH_4: Self = Self {
        branch: 4,
        height: 8,
        initial: [0; 16],
    };
    /// Branch factor 2, height 16, initial value zero.
    pub const BRANCH_2: Self = Self {
        branch: 2,
        height: 16,
        initial: [0; 16],
    };

    /// A tree with this initial value.
    ///
    /// # Errors
    /// [`ErrorKind::TreeParameters`] for other than (4, 8) and (2, 16), the pairs that the public
    /// sources attest.
    pub const fn new(branch: u8, height: u8, initial: [u8; 16]) -> Result<Self> {
        match (branch, height) {
            (4, 8) | (2, 16) => Ok(Self {
                branch,
                height,
                initial,
            }),
            _ => Err(Error::new(ErrorKind::TreeParameters)),
        }
    }

    pub(crate) fn derive(
        &self,
        card_key: &SecretKey,
        atc: ApplicationTransactionCounter,
    ) -> Result<SecretKey> {
        if card_key.algorithm() != Algorithm::Tdes {
            return Err(Error::new(ErrorKind::Cipher));
        }
        let mut grandparent = self.initial;
        let mut parent = card_key.clone();
        for level in (1..self.height).rev() {
            let child = self.child(&parent, &grandparent, self.digit(atc, level))?;
            grandparent = to_array(&parent);
            parent = SecretKey::new(Algorithm::Tdes, &child)?;
        }
        let mut key = self.child(&parent, &grandparent, self.digit(atc, 0))?;
        for (to, from) in key.iter_mut().zip(grandparent) {
            *to ^= from;
        }
        SecretKey::new(Algorithm::Tdes, &key)
    }

    /// Digit of the counter in base *branch*; place 0 is the least significant.
    fn digit(&self, atc: ApplicationTransactionCounter, place: u8) -> u8 {
        let shift = u32::from(place) * u32::from(self.branch).ilog2();
        let digit = u32::from(atc.0) >> shift & (u32::from(self.branch) - 1);
        digit.to_le_bytes()[0]
    }

    /// F(X, Y, j) = T(X, Y left ^ j) || T(X, Y right ^ j ^ F0), with X the key.
    fn child(&self, key: &SecretKey, data: &[u8; 16], j: u8) -> Result<[u8; 16]> {
        let [a, b, c, d, e, f, g, h, s, t, u, v, w, x, y, z] = *data;
        let left = left_block([a, b, c, d, e, f, g, h ^ j]);
        let right = left_block([s, t, u, v, w, x, y, z ^ j ^ 0xF0]);
        let [left, right] = key.with_cipher(|cipher| cipher.encrypt_pair([left, right]))?;
        Ok(to_array(&SecretKey::from_blocks(
            Algorithm::Tdes,
            left,
            right,
        )))
    }
}

fn left_block(half: [u8; 8]) -> [u8; 16] {
    let mut block = [0; 16];
    for (to, from) in block.iter_mut().zip(half) {
        *to = from;
    }
    block
}

fn to_array(key: &SecretKey) -> [u8; 16] {
    let mut array = [0; 16];
    for (to, from) in array.iter_mut().zip(key.bytes()) {
        *to = *from;
    }
    array
}
