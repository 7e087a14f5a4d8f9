//! Many cards at once: verification of application cryptograms with one card in every lane of a
//! register, in constant time.
//!
//! Verifying one cryptogram takes 23 DES encipherments and four key schedules (card key, session
//! key, retail MAC over six blocks, response). A processor that does them for one card after the
//! other spends its time looking up tables. Here 64 to 1024 cards are verified together instead, in
//! instructions that have no idea which card they work for.
//!
//! ```
//! # #[cfg(all(feature = "simd", feature = "laboratory"))] {
//! # let example = || {
//! use chipcard::crypto::lanes::des::{Backend, Item, Outcome, Response, SessionKey, Shape};
//!
//! // Visa CVN 18, known answer of pyemv (tests/test_cvn_hsm.py): PAN 1234567890123456, ATC 001C.
//! let issuer_key = 0x0123456789abcdef_fedcba9876543210_u128.to_be_bytes();
//! let message = [
//!     0x0000000040000000_u64, 0x0000000001248000, 0x0480000124191105, 0x0152bf4585180000,
//!     0x1c06011203a0b800, 0x8000000000000000,
//! ]
//! .map(u64::to_be_bytes);
//! let item = Item {
//!     issuer_key: &issuer_key,
//!     message: &message,
//!     card: 0x3456789012345600_u64.to_be_bytes(),
//!     session: 0x001cf00000000000_u64.to_be_bytes(),
//!     cryptogram: 0x7a788ea6b8a3e733_u64.to_be_bytes(),
//!     response: [[0; 8]; 2],
//! };
//! let shape = Shape { blocks: 6, session: Some(SessionKey::COMMON), response: Response::None };
//! let mut outcomes = [Outcome::default(); 1];
//! Backend::active().verify(&shape, &[item], &mut outcomes)?;
//! assert!(outcomes[0].verified);
//! # Ok::<(), chipcard::crypto::lanes::des::BatchError>(())
//! # };
//! # example().unwrap();
//! # }
//! ```
//!
//! # Bitslicing
//!
//! Write the blocks of 512 cards one below the other, as 512 rows of 64 bits, and read the columns
//! instead: 64 words of 512 bits, the first with the first bit of every card, and so on (Biham, *A
//! fast new DES implementation in software*, 1997). A *lane* is one bit position of all those words;
//! it belongs to one card. An XOR of two words is the XOR of two bits for all the cards at once, and a
//! program made of and, or and xor of single bits, a circuit, runs for all of them. Such a program
//! has no branches and no table look-ups that could depend on a key, so it takes the same time
//! whatever the keys are: constant time is not an effort here but a by-product.
//!
//! # What is free
//!
//! *Permutations.* A bit is a word, so moving bits is choosing which word to read. E, P and the
//! initial and final permutation cost nothing; blocks stay in the order of L0 R0 throughout, in which
//! the permutations between two encipherments cancel (`wiring`).
//!
//! *The key schedule.* Each round key bit is a bit of the key, so the schedule moves bits only.
//! Every lane may have its own key at no cost, which is just what card keys need: the ciphertext that
//! is the card key becomes a sliced key with no more than a copy. The schedule rotates two halves, C
//! and D; with both stored twice over, a round key is what is seen through a window at a constant
//! distance from the round's rotation (`wiring::window`).
//!
//! What costs is: the S-boxes, 48 XORs with the key and 32 with the left half in each round, and
//! turning rows into columns at both ends (`transpose`, about a fifteenth).
//!
//! # S-boxes as circuits
//!
//! A processor without tables needs each S-box as a circuit of few gates: the better the circuit, the
//! faster everything. `tools/sbox-circuits` searches them, `sbox_two_input.rs` and `sbox_ternary.rs`
//! are what it wrote. AVX-512 computes any function of three inputs in one instruction
//! (`vpternlog`); other instruction sets have gates of two. An output of two inputs is added to the
//! left half by the gate that computes it.
//!
//! NOT is no gate worth an instruction. And, or, xor and and-not give 0 where both inputs are 0, so
//! a circuit of them gives 0 for the input 000000, which no S-box does. But replace each signal by its
//! XOR with the value it has at some chosen input, and all gates become gates of that set. The inputs
//! are then wanted complemented where the chosen input has ones (`word::Word::COMPLEMENTED`): so the
//! state is held complemented in those places all along, and only changed on the way in and out. With
//! inputs chosen for all eight S-boxes such that neighbours agree about the bits they share, 31 of
//! the 32 outputs need no NOT.
//!
//! # What the processor waits for
//!
//! Gates depend on each other, and a round needs nearly all of the round before, so a single stream of
//! rounds leaves the processor waiting. Hence circuits are searched for little depth as well as few
//! gates, and blocks that do not depend on each other go through their rounds together: both halves
//! of a key, the end of the MAC and the response, and, where there are items enough, two sets of lanes
//! (`rounds`). Looking up round key bits in an index table would add 48 loads to each round; with the
//! window there are none. Sixteen rounds unrolled would outgrow the instruction cache, so it is two at
//! a time.
//!
//! # Where the constants come from
//!
//! FIPS 46-3, Appendix 1, whose tables stand once for the whole folder (`fips46`): PC-1, PC-2, shifts, P, and (in closed
//! form, with a test against the printed tables) E and IP. The S-boxes are in the circuits; a test computes all 64 inputs of each and
//! compares with the printed ones. The masks of [`SessionKey`] are EMV 4.4 Book 2, A1.3.1 and PBOC 3.0.
//!
//! # Secrets
//!
//! Keys, and all that was computed with them, are wiped from memory before the kernel returns; what
//! registers, and words the compiler spilled, hold afterwards is not. Failed lanes never yield a
//! response.
//!
//! # Adding a backend
//!
//! A backend is a type of word. 1. Implement `word::Logic` (xor, and, or, and-not, shifts within
//! columns of 64 bits) and `word::Word` (which S-boxes; the two hot functions, compiled for the
//! features: wrap them in `#[target_feature]` functions, as an intrinsic that is not inlined costs a
//! call); `x86.rs` shows how, and `neon.rs` for instructions that the target always has. 2. Add a variant to [`Backend`] with its detection. 3. Run the tests:
//! they force every available backend through every case.
//!
//! # Files
//!
//! | file | idea |
//! |---|---|
//! | `super::tdes` | what is verified, here and one at a time: shape, items, outcomes |
//! | `backend` | which instructions, found at run time |
//! | `kernel` | one verification per lane, from items to outcomes |
//! | `sliced` | sliced blocks and keys; TDES, chaining and key derivation on them |
//! | `rounds` | the sixteen rounds |
//! | `wiring` | FIPS 46-3's tables in the numbering used here |
//! | `transpose`, `gather` | from items in memory to slices and back |
//! | `slot` | memory for large values, made in place |
//! | `word` | what a backend provides |
//! | `portable`, `neon`, `x86` | words: `u64`; NEON; AVX2, AVX-512 |
//! | `sbox_two_input`, `sbox_ternary` | the circuits |

mod backend;
mod gather;
mod kernel;
#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
mod neon;
mod portable;
mod rounds;
#[cfg(target_arch = "x86_64")]
mod sbox_ternary;
mod sbox_two_input;
mod sliced;
mod slot;
mod transpose;
mod wiring;
mod word;
#[cfg(target_arch = "x86_64")]
mod x86;

pub use crate::crypto::lanes::tdes::{
    BatchError, Item, Outcome, Response, ResponseKey, SessionKey, Shape,
};
pub use backend::Backend;

#[cfg(test)]
mod tests;
