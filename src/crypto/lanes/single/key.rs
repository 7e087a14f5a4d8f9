//! Keys with their schedules, and what is computed under one key or a pair of them.

use super::Backend;
use super::kernel::{Half, Kernel, LANES, Ordered, RoundKeys, State, Step};
use core::fmt;
use zeroize::Zeroize;

const KEEP: Half = [u64::MAX; LANES];
const START: Half = [0; LANES];

/// A single-DES key with its schedule; wiped on drop.
#[derive(Clone)]
pub struct DesKey {
    pub(super) kernel: &'static Kernel,
    keys: RoundKeys,
}

impl DesKey {
    /// Expands a key for [`Backend::active`]. Parity bits are ignored.
    #[must_use]
    pub fn new(key: &[u8; 8]) -> Self {
        Self::with_backend(Backend::active(), key)
    }

    /// Expands a key for `backend`, or for [`Backend::Portable`] where the processor lacks it.
    #[must_use]
    pub fn with_backend(backend: Backend, key: &[u8; 8]) -> Self {
        Self::expand(backend.kernel(), u64::from_be_bytes(*key))
    }

    pub(super) fn expand(kernel: &'static Kernel, key: u64) -> Self {
        let mut expanded = Self::blank(kernel);
        expanded.fill(key);
        expanded
    }

    #[inline(always)]
    const fn blank(kernel: &'static Kernel) -> Self {
        Self {
            kernel,
            keys: RoundKeys([0; 16]),
        }
    }

    #[inline(always)]
    fn fill(&mut self, key: u64) {
        (self.kernel.schedule)(key, &mut self.keys);
    }

    /// Enciphers one block.
    #[must_use]
    pub fn encrypt(&self, block: [u8; 8]) -> [u8; 8] {
        self.one(self.forward(), block)
    }

    /// Deciphers one block.
    #[must_use]
    pub fn decrypt(&self, block: [u8; 8]) -> [u8; 8] {
        self.one(self.backward(), block)
    }

    pub(super) const fn forward(&self) -> Ordered<'_> {
        self.keys.forward()
    }

    pub(super) const fn backward(&self) -> Ordered<'_> {
        self.keys.backward()
    }

    fn one(&self, keys: Ordered<'_>, block: [u8; 8]) -> [u8; 8] {
        let input = inputs(self.kernel, [block]);
        let [out] = run(
            self.kernel,
            &[Step {
                input,
                keep: START,
                keys: [keys; LANES],
            }],
        );
        out
    }
}

/// A double-length Triple-DES key (ISO/IEC 18033-3 keying option 2) with its schedules; wiped on
/// drop.
///
/// ```
/// # #[cfg(all(feature = "simd", feature = "laboratory"))] {
/// use chipcard::crypto::lanes::single::Tdes2Key;
/// // NIST SP 800-20 appendix A: variable plaintext, with both halves equal this is single DES.
/// let key = Tdes2Key::new(&[1; 16]);
/// assert_eq!(key.encrypt(0x8000_0000_0000_0000u64.to_be_bytes()), 0x95F8_A5E5_DD31_D900u64.to_be_bytes());
/// # }
/// ```
#[derive(Clone)]
pub struct Tdes2Key {
    pub(super) left: DesKey,
    pub(super) right: DesKey,
}

impl Tdes2Key {
    /// Expands a key for [`Backend::active`]. Parity bits are ignored.
    #[must_use]
    pub fn new(key: &[u8; 16]) -> Self {
        Self::with_backend(Backend::active(), key)
    }

    /// Expands a key for `backend`, or for [`Backend::Portable`] where the processor lacks it.
    #[must_use]
    pub fn with_backend(backend: Backend, key: &[u8; 16]) -> Self {
        let [left, right] = halves(key);
        Self::expand(backend.kernel(), left, right)
    }

    pub(super) fn expand(kernel: &'static Kernel, left: u64, right: u64) -> Self {
        let mut key = Self::blank(kernel);
        key.left.fill(left);
        key.right.fill(right);
        key
    }

    #[inline(always)]
    const fn blank(kernel: &'static Kernel) -> Self {
        Self {
            left: DesKey::blank(kernel),
            right: DesKey::blank(kernel),
        }
    }

    /// Expands a key for the time that `work` takes. The schedules are made where they stay: they are large, and every move
    /// of one takes its place on the stack again.
    #[inline(never)]
    pub(crate) fn with<T>(key: &[u8; 16], work: impl FnOnce(&Self) -> T) -> T {
        let mut expanded = Self::blank(Backend::active().kernel());
        let [left, right] = halves(key);
        expanded.left.fill(left);
        expanded.right.fill(right);
        work(&expanded)
    }

    pub(super) const fn kernel(&self) -> &'static Kernel {
        self.left.kernel
    }

    /// Enciphers one block: encipher, decipher, encipher.
    #[must_use]
    pub fn encrypt(&self, block: [u8; 8]) -> [u8; 8] {
        let [out] = self.encrypt_each([block]);
        out
    }

    /// Deciphers one block.
    #[must_use]
    pub fn decrypt(&self, block: [u8; 8]) -> [u8; 8] {
        let (left, right) = (&self.left, &self.right);
        let keys = [left.backward(), right.forward(), left.backward()];
        let [out] = triple(self.kernel(), keys.map(|keys| [keys; LANES]), [block]);
        out
    }

    /// Enciphers two blocks side by side, in the time of one.
    #[must_use]
    pub fn encrypt_pair(&self, blocks: [[u8; 8]; 2]) -> [[u8; 8]; 2] {
        self.encrypt_each(blocks)
    }

    /// Enciphers up to four blocks side by side.
    fn encrypt_each<const N: usize>(&self, blocks: [[u8; 8]; N]) -> [[u8; 8]; N] {
        let (left, right) = (&self.left, &self.right);
        let keys = [left.forward(), right.backward(), left.forward()];
        triple(self.kernel(), keys.map(|keys| [keys; LANES]), blocks)
    }

    /// Enciphers a block under each of two keys, in the time of one.
    ///
    /// Keys of different backends are used one after the other.
    #[must_use]
    pub fn encrypt_under_both(keys: [&Self; 2], blocks: [[u8; 8]; 2]) -> [[u8; 8]; 2] {
        let ([first, second], [a, b]) = (keys, blocks);
        if !core::ptr::eq(first.kernel(), second.kernel()) {
            return [first.encrypt(a), second.encrypt(b)];
        }
        let pair = |a, b| core::array::from_fn(|lane| if lane % 2 == 0 { a } else { b });
        let outer = pair(first.left.forward(), second.left.forward());
        let inner = pair(first.right.backward(), second.right.backward());
        triple(first.kernel(), [outer, inner, outer], blocks)
    }

    /// The key that enciphering two blocks makes, left half first: card keys (EMV Book 2 A1.4) and
    /// session keys (A1.3). Its parity is not adjusted.
    #[must_use]
    pub fn derive(&self, blocks: [[u8; 8]; 2]) -> Self {
        let [mut left, mut right] = self.encrypt_each(blocks);
        let key = Self::expand(
            self.kernel(),
            u64::from_be_bytes(left),
            u64::from_be_bytes(right),
        );
        left.zeroize();
        right.zeroize();
        key
    }

    /// Retail MAC (ISO/IEC 9797-1 algorithm 3, initial value zero) over blocks padded by the caller.
    ///
    /// Without blocks it is the MAC of nothing, the final transformation of zero.
    #[must_use]
    pub fn retail_mac(&self, message: &[[u8; 8]]) -> [u8; 8] {
        let kernel = self.kernel();
        let mut state = State::default();
        for block in message {
            let input = inputs(kernel, [*block]);
            let step = Step {
                input,
                keep: KEEP,
                keys: [self.left.forward(); LANES],
            };
            (kernel.run)(&mut state, &[step], 1);
        }
        let step = |keys| Step {
            input: State::default(),
            keep: KEEP,
            keys: [keys; LANES],
        };
        (kernel.run)(
            &mut state,
            &[step(self.right.backward()), step(self.left.forward())],
            1,
        );
        let [mac] = outputs(kernel, &state);
        state.zeroize();
        mac
    }
}

impl fmt::Debug for DesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DesKey").finish_non_exhaustive()
    }
}

impl fmt::Debug for Tdes2Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tdes2Key").finish_non_exhaustive()
    }
}

/// The halves of a double-length key, big-endian.
pub(super) fn halves(key: &[u8; 16]) -> [u64; 2] {
    let key = u128::from_be_bytes(*key);
    [(key >> 64) as u64, key as u64]
}

#[inline(always)] // One frame for all, because steps are large.
fn triple<const N: usize>(
    kernel: &Kernel,
    keys: [[Ordered<'_>; LANES]; 3],
    blocks: [[u8; 8]; N],
) -> [[u8; 8]; N] {
    let mut steps = keys.map(|keys| Step {
        input: State::default(),
        keep: KEEP,
        keys,
    });
    let [start, ..] = &mut steps;
    start.input = inputs(kernel, blocks);
    start.keep = START;
    run(kernel, &steps)
}

#[inline(always)] // As above.
fn run<const N: usize>(kernel: &Kernel, steps: &[Step<'_>]) -> [[u8; 8]; N] {
    let mut state = State::default();
    (kernel.run)(&mut state, steps, N);
    let out = outputs(kernel, &state);
    state.zeroize();
    out
}

fn inputs<const N: usize>(kernel: &Kernel, blocks: [[u8; 8]; N]) -> State {
    const { assert!(N <= LANES) };
    let mut state = State::default();
    for (lane, block) in blocks.into_iter().enumerate() {
        (state.left[lane], state.right[lane]) = (kernel.spread)(u64::from_be_bytes(block));
    }
    state
}

fn outputs<const N: usize>(kernel: &Kernel, state: &State) -> [[u8; 8]; N] {
    const { assert!(N <= LANES) };
    core::array::from_fn(|lane| (kernel.gather)(state.left[lane], state.right[lane]).to_be_bytes())
}
