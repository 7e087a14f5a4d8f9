//! What is verified with TDES, many at once (`des`) or one at a time (`single`): the shape of the computation, items and their
//! outcomes.

/// The computation all the items of a batch have in common.
///
/// The card key is derived with option A: TDES of [`Item::card`] and of its complement under the
/// issuer master key (EMV 4.4 Book 2, A1.4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// How many 8-byte blocks each item's padded message has, at least one.
    pub blocks: usize,
    /// How the session key comes from the card key; `None` when the card key itself signs.
    pub session: Option<SessionKey>,
    /// The issuer's answer to compute beside the verdict.
    pub response: Response,
}

/// A session key of two TDES encipherments under the card key: of [`Item::session`], and of the
/// same block with the bits set in this one complemented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionKey(pub [u8; 8]);

impl SessionKey {
    /// EMV common session key derivation (EMV 4.4 Book 2, A1.3.1) and Mastercard's: the third byte
    /// of [`Item::session`] is F0 for the first half and becomes 0F for the second.
    pub const COMMON: Self = SessionKey([0, 0, 0xff, 0, 0, 0, 0, 0]);
    /// UnionPay/PBOC: [`Item::session`] is six zero bytes and the ATC, whose complement gives the
    /// second half.
    pub const UNIONPAY: Self = SessionKey([0, 0, 0, 0, 0, 0, 0xff, 0xff]);

    /// The two blocks that are enciphered, of which [`Item::session`] is the first.
    #[must_use]
    pub fn blocks(self, first: [u8; 8]) -> [[u8; 8]; 2] {
        let mut second = first;
        for (byte, change) in second.iter_mut().zip(self.0) {
            *byte ^= change;
        }
        [first, second]
    }
}

/// The authorisation response cryptogram wanted (EMV 4.4 Book 2, 8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response {
    /// None.
    None,
    /// Method 1: TDES of the application cryptogram XOR `Item::response[0]`.
    Method1(ResponseKey),
    /// Method 2: retail MAC, under the key that signs, of the application cryptogram followed by
    /// this many blocks of [`Item::response`] (1 or 2, padding included); the first four bytes of
    /// the result are the ARPC.
    Method2 {
        /// Blocks after the cryptogram.
        blocks: usize,
    },
}

/// The key of ARPC method 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResponseKey {
    /// The card key.
    Card,
    /// The key that signs: the session key, or the card key where there is none.
    Signing,
}

/// One cryptogram to verify.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Item<'a> {
    /// Issuer master key for application cryptograms. Where all the items of a batch point at the
    /// same sixteen bytes in memory, they are transposed once. One at a time the key comes scheduled, and this one is
    /// not looked at.
    pub issuer_key: &'a [u8; 16],
    /// The message signed, padded: [`Shape::blocks`] blocks.
    pub message: &'a [[u8; 8]],
    /// The option A (or B) diversification block Y made of PAN and PAN sequence number.
    pub card: [u8; 8],
    /// The first block of the session key derivation; unused where [`Shape::session`] is `None`.
    pub session: [u8; 8],
    /// The application cryptogram as received.
    pub cryptogram: [u8; 8],
    /// Method 1: ARC and six zero bytes, then unused. Method 2: CSU, proprietary data and padding.
    pub response: [[u8; 8]; 2],
}

impl Response {
    /// How much of what the key makes is the answer.
    pub(super) const fn mask(self) -> u64 {
        match self {
            Self::None => 0,
            Self::Method1(_) => u64::MAX,
            Self::Method2 { .. } => 0xffff_ffff,
        }
    }
}

impl Item<'_> {
    /// `card`, `session`, `cryptogram` and the first block of `response`.
    #[inline(always)]
    pub(super) fn fields(&self) -> &[[u8; 8]] {
        const FIRST: usize = core::mem::offset_of!(Item, card);
        const {
            assert!(core::mem::offset_of!(Item, session) == FIRST + 8);
            assert!(core::mem::offset_of!(Item, cryptogram) == FIRST + 16);
            assert!(core::mem::offset_of!(Item, response) == FIRST + 24);
        }
        // SAFETY: the four blocks lie one after the other inside `self`.
        unsafe { core::slice::from_raw_parts((&raw const *self).cast::<u8>().add(FIRST).cast(), 4) }
    }
}

/// What became of an [`Item`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The cryptogram is the one the key and the message give.
    pub verified: bool,
    /// The response cryptogram. Zero if none was wanted or the item did not verify: answering a
    /// cryptogram that does not verify would make the issuer an oracle.
    pub response: [u8; 8],
}

/// Why a batch was refused as a whole, before anything was computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BatchError {
    /// `items` and `outcomes` differ in length.
    Lengths,
    /// The shape has no message block, or a method 2 with other than one or two blocks.
    Shape,
    /// The item with this number has a message of another length than the shape's.
    Message(usize),
    /// The processor lacks this backend's instructions.
    Unavailable,
}

impl core::fmt::Display for BatchError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Lengths => f.write_str("as many outcomes as items are needed"),
            Self::Shape => f.write_str("the shape is not computable"),
            Self::Message(n) => write!(f, "the message of item {n} does not fit the shape"),
            Self::Unavailable => f.write_str("the processor lacks the backend's instructions"),
        }
    }
}

impl core::error::Error for BatchError {}

impl Shape {
    /// Whether items and outcomes fit this shape.
    pub(super) fn check(&self, items: &[Item], outcomes: &[Outcome]) -> Result<(), BatchError> {
        let answer =
            matches!(self.response, Response::Method2 { blocks } if !(1..=2).contains(&blocks));
        if items.len() != outcomes.len() {
            return Err(BatchError::Lengths);
        }
        if self.blocks == 0 || answer {
            return Err(BatchError::Shape);
        }
        match items
            .iter()
            .position(|item| item.message.len() != self.blocks)
        {
            Some(n) => Err(BatchError::Message(n)),
            None => Ok(()),
        }
    }
}
