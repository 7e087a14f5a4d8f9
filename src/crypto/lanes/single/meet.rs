//! Retail MACs, verified from both ends.
//!
//! A retail MAC need not be recomputed to verify it: whoever has the key and the message can undo it block by block. Starting from the MAC that the card sent, its last transformation is taken
//! back (decipher left, encipher right) and then the last message blocks, while the first ones are
//! chained as usual; the MAC is right exactly if both meet in the same intermediate value,
//! because every step is a permutation. On a processor that computes two side by side that is
//! half of the work, and it leaks no more than a comparison at the end, being one itself.

use super::kernel::{Half, LANES, Ordered, State, Step};
use super::key::Tdes2Key;
use subtle::{Choice, ConstantTimeEq};
use zeroize::Zeroize;

impl Tdes2Key {
    /// Whether `mac` is the [`retail_mac`](Self::retail_mac) of `message`, in constant time and in half of its time. No
    /// MAC is right over no blocks at all.
    #[must_use]
    pub fn is_retail_mac(&self, message: &[[u8; 8]], mac: [u8; 8]) -> bool {
        meet(self, message, mac, &Answer::NONE).0.into()
    }
}

/// The blocks of the answer. Enciphering one block (method 1) is its retail MAC.
pub(super) struct Answer {
    pub(super) blocks: [u64; 3],
    pub(super) used: usize,
}

impl Answer {
    /// No answer.
    pub(super) const NONE: Self = Self {
        blocks: [0; 3],
        used: 0,
    };

    /// Chained DES computations.
    const fn steps(&self) -> usize {
        if self.used == 0 { 0 } else { self.used + 2 }
    }
}

/// Lane 0 chains forward, lane 1 backward, lane 2 answers.
const FORWARD: usize = 0;
const BACKWARD: usize = 1;
const ANSWER: usize = 2;

/// Steps handed to a kernel at once.
const CHUNK: usize = 2;

/// Whether message and MAC meet, and the answer that was computed beside.
#[inline(never)] // Its steps have a stack frame of their own.
pub(super) fn meet(
    key: &Tdes2Key,
    message: &[[u8; 8]],
    mac: [u8; 8],
    answer: &Answer,
) -> (Choice, u64) {
    let kernel = key.kernel();
    // The backward lane has two steps more than blocks: it undoes the MAC's last transformation.
    let forward = message.len().min((message.len() + 2).div_ceil(2));
    let backward = message.len() + 2 - forward;
    let lengths = [forward, backward, answer.steps()];
    let depth = lengths.into_iter().max().unwrap_or(0);
    let block = |index: usize| {
        message
            .get(index)
            .map_or(0, |block| u64::from_be_bytes(*block))
    };
    // What lane `lane` reads, and under which key, in its step `at`.
    let program = |lane: usize, at: usize| -> (u64, Ordered<'_>) {
        match (lane, at) {
            (FORWARD, at) => (block(at), key.left.forward()),
            (BACKWARD, 0) => (u64::from_be_bytes(mac), key.left.backward()),
            (BACKWARD, 1) => (0, key.right.forward()),
            (BACKWARD, 2) => (0, key.left.backward()),
            (BACKWARD, at) => (block(message.len() + 2 - at), key.left.backward()),
            (_, at) if at < answer.used => (answer.blocks[at], key.left.forward()),
            (_, at) if at == answer.used => (0, key.right.backward()),
            _ => (0, key.left.forward()),
        }
    };
    let idle = Step {
        input: State::default(),
        keep: [0; LANES],
        keys: [key.left.forward(); LANES],
    };
    // Only vector registers have a third lane, and only what runs in them asks for answers.
    let used = if answer.used == 0 {
        ANSWER
    } else {
        LANES.min(ANSWER + 1)
    };
    let mut state = State::default();
    let mut done = 0;
    while done < depth {
        let mut steps = [idle; CHUNK];
        let count = CHUNK.min(depth - done);
        for (offset, step) in steps.iter_mut().take(count).enumerate() {
            for (lane, length) in lengths.into_iter().enumerate().take(used) {
                // Lanes end together, so that no result has to be kept aside.
                let Some(at) = (done + offset + length).checked_sub(depth) else {
                    continue;
                };
                let (input, keys) = program(lane, at);
                (step.input.left[lane], step.input.right[lane]) = (kernel.spread)(input);
                step.keep[lane] = if at == 0 { 0 } else { u64::MAX };
                step.keys[lane] = keys;
            }
        }
        (kernel.run)(&mut state, &steps[..count], used);
        done += count;
    }
    let differ = |half: &Half, block: u64| half[FORWARD] ^ half[BACKWARD] ^ block;
    let (left, right) = match backward {
        ..=2 => (0, 0),
        _ => (kernel.spread)(block(forward)),
    };
    let valid = (differ(&state.left, left) | differ(&state.right, right)).ct_eq(&0);
    let valid = valid & Choice::from(u8::from(!message.is_empty()));
    let answered = state.left.get(ANSWER).zip(state.right.get(ANSWER));
    let arpc = answered.map_or(0, |(left, right)| (kernel.gather)(*left, *right));
    state.zeroize();
    (valid, arpc.swap_bytes())
}
