//! What a kernel reads and writes: one group of `N` cards, transposed for whole-register loads.

use super::portable::{self, session_blocks};
use super::{Item, KeyLength, MasterKey, Response, Verdict};
use core::slice::{from_mut, from_ref};

/// Longest message, in bytes, that runs in lanes; longer ones are verified one by one.
///
/// EMV limits the data of a GENERATE AC command to 252 bytes (Book 3 9.3.6).
pub(super) const MAX_MESSAGE: usize = 256;

const MAX_STEPS: usize = MAX_MESSAGE / 16;
const BLOCK: usize = 16;
const NONE: [u8; 16] = [0; 16];

/// A CBC chain that every lane finishes in its last step: lanes with fewer blocks start later.
#[repr(C, align(64))]
pub(super) struct Chain<const STEPS: usize, const N: usize> {
    /// What enters each step.
    pub(super) block: [[[u8; 16]; N]; STEPS],
    /// The step in which the lane's chain starts, as two 64-bit numbers.
    pub(super) start: [[u8; 16]; N],
    /// All ones where the last block takes the CMAC subkey K1 (it is complete).
    pub(super) k1: [[u8; 16]; N],
    /// All ones where the last block takes the CMAC subkey K2 (it was padded).
    pub(super) k2: [[u8; 16]; N],
    /// Applied to the last block of every lane: a byte shuffle, and what is added then.
    pub(super) tail: [[u8; 16]; 2],
    /// Length of the chain.
    pub(super) steps: usize,
}

/// A tail that changes nothing.
const PLAIN: [[u8; BLOCK]; 2] = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], NONE];

/// Moves the last `count` bytes of a block to its front and puts `80 00..` behind them.
const fn tail(count: usize) -> [[u8; BLOCK]; 2] {
    // A shuffle index with its top bit set gives zero.
    let (mut pattern, mut padding) = ([0x80; BLOCK], NONE);
    let mut i = 0;
    while i < count {
        pattern[i] = (BLOCK - count + i) as u8;
        i += 1;
    }
    padding[count] = 0x80;
    [pattern, padding]
}

/// One group of cards.
#[repr(C, align(64))]
pub(super) struct Lanes<const N: usize> {
    /// Plaintexts of the card key: Y and its complement.
    pub(super) card: [[[u8; 16]; N]; 2],
    /// Plaintexts of the session key.
    pub(super) session: [[[u8; 16]; N]; 2],
    pub(super) message: Chain<MAX_STEPS, N>,
    pub(super) response: Chain<2, N>,
    /// The cryptograms to compare with, in the lower half.
    pub(super) cryptogram: [[u8; 16]; N],
    /// All ones in the lower half where the cryptogram is right, otherwise zero there.
    pub(super) valid: [[u8; 16]; N],
    /// The response, leftmost byte first, zero in the lower half where the cryptogram is wrong.
    pub(super) arpc: [[u8; 16]; N],
    /// What the masks are made for, and whether that is the same shape in all lanes.
    shapes: [Shape; N],
    alike: Option<Shape>,
}

/// Everything the masks of a lane depend on; all of it is public.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shape {
    message: u16,
    response: u16,
}

impl Shape {
    const EMPTY: Self = Self {
        message: u16::MAX,
        response: u16::MAX,
    };
    /// Method 1 has no subkey; as a length of its own it is told from method 2 over 16 bytes.
    const METHOD_1: u16 = 0x100;

    #[inline(always)]
    fn of(item: &Item<'_>) -> Self {
        let response = match item.response {
            Response::Method1 { .. } => Self::METHOD_1,
            _ => item.response.data_length() as u16,
        };
        Self {
            message: item.message.len().min(MAX_MESSAGE + 1) as u16,
            response,
        }
    }

    /// Whether the message is short enough for a lane.
    const fn fits(self) -> bool {
        self.message as usize <= MAX_MESSAGE
    }

    /// The shape of a lane that is left empty if the message does not fit.
    const fn or_empty(self) -> Self {
        if self.fits() {
            self
        } else {
            Self { message: 0, ..self }
        }
    }

    const fn message_steps(self) -> usize {
        if self.message == 0 {
            1
        } else {
            (self.message as usize).div_ceil(BLOCK)
        }
    }

    const fn response_steps(self) -> usize {
        if self.response == Self::METHOD_1 {
            1
        } else {
            (self.response as usize).div_ceil(BLOCK)
        }
    }
}

impl<const N: usize> Lanes<N> {
    pub(super) const fn new() -> Self {
        Self {
            card: [[NONE; N]; 2],
            session: [[NONE; N]; 2],
            message: Chain::new(),
            response: Chain::new(),
            cryptogram: [NONE; N],
            valid: [NONE; N],
            arpc: [NONE; N],
            shapes: [Shape::EMPTY; N],
            alike: None,
        }
    }

    /// Brings at most `N` items in; lanes without an item keep what they had.
    #[inline(always)]
    pub(super) fn load(&mut self, length: KeyLength, items: &[Item<'_>]) {
        let Some(first) = items.first() else { return };
        let shape = Shape::of(first);
        if shape.fits() && self.load_alike(length, shape, items) {
            if self.alike != Some(shape) {
                self.alike = Some(shape);
                self.mask([shape; N]);
            }
            return;
        }
        self.alike = None;
        self.message.tail = PLAIN;
        let mut shapes = [shape.or_empty(); N];
        for (shape, item) in shapes.iter_mut().zip(items) {
            *shape = Shape::of(item).or_empty();
        }
        if self.shapes != shapes {
            self.mask(shapes);
        }
        for (lane, (item, shape)) in items.iter().zip(shapes).enumerate() {
            self.load_keys(length, lane, item);
            if Shape::of(item).fits() {
                self.message.load(lane, item.message, shape.message_steps());
            }
            let start = self.response.steps - shape.response_steps();
            let blocks = item.response.data(&item.cryptogram);
            for (step, block) in self.response.block.iter_mut().skip(start).zip(blocks) {
                step[lane] = block.to_le_bytes();
            }
        }
    }

    /// The common case, worth loops of its own: all items have `shape`. If not, tells so, halfway.
    #[inline(always)]
    fn load_alike(&mut self, length: KeyLength, shape: Shape, items: &[Item<'_>]) -> bool {
        let [first, second] = &mut self.response.block;
        for (lane, item) in items.iter().enumerate().take(N) {
            if Shape::of(item) != shape {
                return false;
            }
            let blocks = item.response.data(&item.cryptogram);
            first[lane] = blocks[0].to_le_bytes();
            if shape.response_steps() > 1 {
                second[lane] = blocks[1].to_le_bytes();
            }
        }
        for (lane, item) in items.iter().enumerate().take(N) {
            self.load_keys(length, lane, item);
        }
        let length = usize::from(shape.message);
        let (whole, count) = (length / BLOCK, length % BLOCK);
        for (at, step) in self.message.block.iter_mut().enumerate().take(whole) {
            for (slot, item) in step.iter_mut().zip(items) {
                if let Some(block) = item.message.get(BLOCK * at..BLOCK * at + BLOCK) {
                    slot.copy_from_slice(block);
                }
            }
        }
        self.message.tail = PLAIN;
        if let Some(step) = self
            .message
            .block
            .get_mut(whole)
            .filter(|_| count > 0 || whole == 0)
        {
            for (slot, item) in step.iter_mut().zip(items) {
                *slot = match item.message.last_chunk() {
                    Some(last) => *last,
                    None => padded(item.message),
                };
            }
            if whole > 0 {
                self.message.tail = tail(count);
            }
        }
        true
    }

    #[inline(always)]
    fn load_keys(&mut self, length: KeyLength, lane: usize, item: &Item<'_>) {
        self.card[0][lane] = item.diversification;
        if matches!(length, KeyLength::Aes128) {
            self.session[0][lane] = item.session;
        } else {
            self.card[1][lane] = item.diversification.map(|byte| !byte);
            (self.session[0][lane], self.session[1][lane]) = session_blocks(length, item.session);
        }
        self.cryptogram[lane][..8].copy_from_slice(&item.cryptogram);
    }

    /// Tells what the kernel found; verifies alone what did not fit.
    #[inline(always)]
    pub(super) fn report(&self, imk: &MasterKey, items: &[Item<'_>], verdicts: &mut [Verdict]) {
        let low = |block: &[u8; BLOCK]| u128::from_le_bytes(*block) as u64;
        let found = self.valid.iter().zip(&self.arpc);
        if let (Some(_), Some(first)) = (self.alike, items.first()) {
            let length = first.response.length();
            for (verdict, (valid, arpc)) in verdicts.iter_mut().zip(found) {
                *verdict = Verdict::from_mask(low(valid), low(arpc), length);
            }
            return;
        }
        for ((item, verdict), (valid, arpc)) in items.iter().zip(verdicts).zip(found) {
            if Shape::of(item).fits() {
                *verdict = Verdict::from_mask(low(valid), low(arpc), item.response.length());
            } else {
                portable::verify_batch(imk, from_ref(item), from_mut(verdict));
            }
        }
    }

    /// The masks follow from the shapes alone, so they last as long as the shapes do.
    #[cold]
    fn mask(&mut self, shapes: [Shape; N]) {
        self.shapes = shapes;
        self.message.steps = shapes.iter().map(|s| s.message_steps()).max().unwrap_or(1);
        self.response.steps = shapes.iter().map(|s| s.response_steps()).max().unwrap_or(0);
        for (lane, shape) in shapes.into_iter().enumerate() {
            let complete = shape.message != 0 && usize::from(shape.message).is_multiple_of(BLOCK);
            self.message
                .mask(lane, shape.message_steps(), Some(complete));
            let complete = match shape.response {
                Shape::METHOD_1 => None,
                bytes => Some(usize::from(bytes).is_multiple_of(BLOCK)),
            };
            self.response.mask(lane, shape.response_steps(), complete);
        }
    }
}

/// A step's number in the form of [`Chain::start`].
pub(super) const fn step_block(step: usize) -> [u8; BLOCK] {
    (step as u128 | (step as u128) << 64).to_le_bytes()
}

/// `rest || 80 || 00..`, where `rest` is shorter than a block.
#[inline(never)]
fn padded(rest: &[u8]) -> [u8; BLOCK] {
    let mut block = NONE;
    for (slot, byte) in block.iter_mut().zip(rest.iter().chain(&[0x80])) {
        *slot = *byte;
    }
    block
}

impl<const STEPS: usize, const N: usize> Chain<STEPS, N> {
    const fn new() -> Self {
        Self {
            block: [[NONE; N]; STEPS],
            start: [NONE; N],
            k1: [NONE; N],
            k2: [NONE; N],
            tail: PLAIN,
            steps: 0,
        }
    }

    /// Lays `data` into the last `steps` steps of the lane, with CMAC's padding if it is needed.
    #[inline(always)]
    fn load(&mut self, lane: usize, data: &[u8], steps: usize) {
        let (whole, rest) = data.as_chunks::<BLOCK>();
        let start = self.steps - steps;
        for (step, block) in self.block[start..].iter_mut().zip(whole) {
            step[lane] = *block;
        }
        if whole.len() < steps {
            self.block[self.steps - 1][lane] = padded(rest);
        }
    }

    fn mask(&mut self, lane: usize, steps: usize, complete: Option<bool>) {
        self.start[lane] = step_block(self.steps - steps);
        self.k1[lane] = if complete == Some(true) {
            [0xFF; BLOCK]
        } else {
            NONE
        };
        self.k2[lane] = if complete == Some(false) {
            [0xFF; BLOCK]
        } else {
            NONE
        };
    }
}
