//! The verification of one group of cards, for any width of register.
//!
//! A vector holds one, two or four AES blocks side by side. A *state* is one or two quadruples of
//! vectors: several, because an AES instruction takes about four cycles and the processor starts one
//! or two in each, and four, because that is what a 4x4 transpose needs.
//!
//! **Key schedules.** FIPS 197 5.2 makes a schedule word by word, and `AESKEYGENASSIST` makes it for
//! one key at a time. Here the four registers of keys are transposed, so that register `j` holds
//! word `j` of every card's key. One step of the schedule is then one XOR for the whole group, and
//! SubWord is one `AESENCLAST`: its SubBytes is wanted, its ShiftRows is undone beforehand by the
//! byte shuffle that also does RotWord, and its AddRoundKey adds Rcon for free. The four words of a
//! round key are transposed back and used at once. The card key's schedule is never stored; the
//! session key's is, because four or more blocks need it.
//!
//! **Chains.** While the session key's schedule is made, it already enciphers the zero block that
//! CMAC's subkeys come from and the first message block. The answer's blocks run beside the later
//! message blocks. Lanes with shorter messages start later, so that all end together.
//!
//! **Comparison.** The first half of the CMAC is compared in the register; only the outcome and the
//! answer, blanked where the cryptogram is wrong, are written to memory.

/// What a group needs of its registers, as FIPS 197 names it.
///
/// Implementations are one instruction per method; they run inside a function that enables the
/// instructions, into which everything here is inlined.
///
/// # Safety
/// Every method may only be called where the implementation's target features are available.
pub(super) unsafe trait Vector: Copy {
    /// Has the beginning of `bytes` brought near.
    fn prefetch(bytes: &[u8]);
    unsafe fn zero() -> Self;
    /// Reads vector `at` of `blocks`.
    unsafe fn load<const N: usize>(blocks: &[[u8; 16]; N], at: usize) -> Self;
    unsafe fn store<const N: usize>(self, blocks: &mut [[u8; 16]; N], at: usize);
    /// One block, in every lane.
    unsafe fn splat(block: &[u8; 16]) -> Self;
    unsafe fn xor(self, other: Self) -> Self;
    unsafe fn and(self, other: Self) -> Self;
    /// SubBytes, ShiftRows, MixColumns, AddRoundKey.
    unsafe fn round(self, key: Self) -> Self;
    /// SubBytes, ShiftRows, AddRoundKey.
    unsafe fn last_round(self, key: Self) -> Self;
    /// Bytes of each block picked by `pattern`.
    unsafe fn shuffle(self, pattern: Self) -> Self;
    unsafe fn unpack_low_32(self, other: Self) -> Self;
    unsafe fn unpack_high_32(self, other: Self) -> Self;
    unsafe fn unpack_low_64(self, other: Self) -> Self;
    unsafe fn unpack_high_64(self, other: Self) -> Self;
    /// Each block as a little-endian number, doubled in GF(2^128) modulo x^128 + x^7 + x^2 + x + 1.
    unsafe fn double(self) -> Self;
    /// All ones in each 64-bit half that is equal, zero in the others.
    unsafe fn equal_64(self, other: Self) -> Self;
}

/// Byte `r + 4c` of the pattern is where ShiftRows takes row `r` of column `c` back to, after the
/// column was rotated up by `rotation` (0 or 1, RotWord).
pub(super) const fn undo_shift_rows(rotation: usize) -> [u8; 16] {
    let mut pattern = [0; 16];
    let mut i = 0;
    while i < 16 {
        let (row, column) = (i % 4, i / 4);
        pattern[row + 4 * ((column + row) % 4)] = ((row + rotation) % 4 + 4 * column) as u8;
        i += 1;
    }
    pattern
}

/// Reverses the bytes of a block: CMAC doubles big-endian numbers.
pub(super) const REVERSE: [u8; 16] = [15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0];

/// Rcon, FIPS 197 5.2, four times so that it meets every word of a register.
pub(super) const RCON: [[u8; 16]; 10] = {
    let mut table = [[0; 16]; 10];
    let (mut i, mut value) = (0, 1u8);
    while i < 10 {
        let mut word = 0;
        while word < 4 {
            table[i][4 * word] = value;
            word += 1;
        }
        value = (value << 1) ^ (0x1B * (value >> 7));
        i += 1;
    }
    table
};

macro_rules! kernel {
    ($name:ident, $vector:ident, $features:literal, $lanes:literal lanes, $groups:literal groups) => {
        pub(super) mod $name {
            use super::$vector as V;
            use crate::crypto::lanes::aes::kernel::{RCON, REVERSE, Vector, undo_shift_rows};
            use crate::crypto::lanes::aes::lanes::{Chain, Lanes, step_block};
            use crate::crypto::lanes::aes::{Item, KeyLength, MasterKey, Verdict};
            use zeroize::Zeroize;

            /// Quadruples of registers that run side by side.
            const G: usize = $groups;
            const N: usize = 4 * G * $lanes;
            type State = [[V; 4]; G];
            /// One word of every lane's key.
            type Word = [V; G];
            type Keys = [State; 15];

            /// Verifies items group by group; `NK` is the key length in words (4, 6 or 8).
            ///
            /// # Safety
            #[doc = concat!("The processor must have ", $features, ".")]
            #[target_feature(enable = $features)]
            pub(super) unsafe fn verify<const NK: usize>(
                imk: &MasterKey,
                items: &[Item<'_>],
                verdicts: &mut [Verdict],
            ) {
                let length = const {
                    match NK {
                        4 => KeyLength::Aes128,
                        6 => KeyLength::Aes192,
                        _ => KeyLength::Aes256,
                    }
                };
                let mut lanes = Lanes::<N>::new();
                // SAFETY: as for `run`.
                let mut keys = unsafe { [[[V::zero(); 4]; G]; 15] };
                let mut next = items.chunks(N).skip(1);
                for (items, verdicts) in items.chunks(N).zip(verdicts.chunks_mut(N)) {
                    lanes.load(length, items);
                    // Messages of the next group arrive while this one is computed.
                    for item in next.next().unwrap_or_default() {
                        V::prefetch(item.message);
                    }
                    // SAFETY: this function has the features.
                    unsafe { run::<NK>(imk.schedule.round_keys(), &mut lanes, &mut keys) };
                    lanes.report(imk, items, verdicts);
                }
                keys.as_flattened_mut()
                    .as_flattened_mut()
                    .iter_mut()
                    .for_each(|key| key.0.zeroize());
            }

            /// Runs a group.
            ///
            /// # Safety
            #[doc = concat!("The processor must have ", $features, ".")]
            #[inline]
            #[target_feature(enable = $features)]
            unsafe fn run<const NK: usize>(
                master: &[[u8; 16]],
                lanes: &mut Lanes<N>,
                keys: &mut Keys,
            ) {
                // SAFETY: this function has the features; all callees are inlined or have them too.
                unsafe {
                    let words = card_keys::<NK>(master, lanes);
                    let words = session_keys::<NK>(words, lanes);
                    let mut state = load(&lanes.message.block[0]);
                    let zero = [[V::zero(); 4]; G];
                    let mut l = zero;
                    // The schedule is made, and used for L and for a first block that needs no
                    // subkey, in one walk.
                    expand::<NK>(words, |round, key| {
                        keys[round] = key;
                        step(&mut l, round, NK + 6, key);
                        step(&mut state, round, NK + 6, key);
                    });
                    let reverse = V::splat(&REVERSE);
                    let (mut k1, mut k2) = (l, l);
                    let subkeys = k1.as_flattened_mut().iter_mut().zip(k2.as_flattened_mut());
                    for (k1, k2) in subkeys {
                        let twice = k1.shuffle(reverse).double();
                        *k1 = twice.shuffle(reverse);
                        *k2 = twice.double().shuffle(reverse);
                    }
                    let mut answer = zero;
                    let mut answered = 0;
                    let first = usize::from(lanes.message.steps > 1);
                    for at in first..lanes.message.steps {
                        if at == 0 {
                            state = zero;
                        }
                        feed(&mut state, &lanes.message, at, &k1, &k2);
                        if answered < lanes.response.steps {
                            feed(&mut answer, &lanes.response, answered, &k1, &k2);
                            answered += 1;
                            for round in 0..=NK + 6 {
                                step(&mut state, round, NK + 6, keys[round]);
                                step(&mut answer, round, NK + 6, keys[round]);
                            }
                        } else {
                            for round in 0..=NK + 6 {
                                step(&mut state, round, NK + 6, keys[round]);
                            }
                        }
                    }
                    while answered < lanes.response.steps {
                        feed(&mut answer, &lanes.response, answered, &k1, &k2);
                        answered += 1;
                        for round in 0..=NK + 6 {
                            step(&mut answer, round, NK + 6, keys[round]);
                        }
                    }
                    // The lower half of the CMAC is the cryptogram; nothing of it is kept.
                    let sent = load(&lanes.cryptogram);
                    let found = state.as_flattened_mut().iter_mut().zip(sent.as_flattened());
                    for ((mac, sent), arpc) in found.zip(answer.as_flattened_mut()) {
                        *mac = mac.equal_64(*sent);
                        *arpc = arpc.and(*mac);
                    }
                    store(state, &mut lanes.valid);
                    store(answer, &mut lanes.arpc);
                }
            }

            /// Option C under the issuer key, whose schedule all lanes share.
            #[inline]
            #[target_feature(enable = $features)]
            unsafe fn card_keys<const NK: usize>(
                master: &[[u8; 16]],
                lanes: &Lanes<N>,
            ) -> [Word; NK] {
                // SAFETY: as for `run`.
                unsafe {
                    let mut left = load(&lanes.card[0]);
                    let mut right = if NK == 4 { left } else { load(&lanes.card[1]) };
                    let last = master.len() - 1;
                    for (round, key) in master.iter().enumerate() {
                        let key = [[V::splat(key); 4]; G];
                        step(&mut left, round, last, key);
                        if NK != 4 {
                            step(&mut right, round, last, key);
                        }
                    }
                    key_words(left, right)
                }
            }

            /// The common session key under each lane's card key.
            #[inline]
            #[target_feature(enable = $features)]
            unsafe fn session_keys<const NK: usize>(
                card: [Word; NK],
                lanes: &Lanes<N>,
            ) -> [Word; NK] {
                // SAFETY: as for `run`.
                unsafe {
                    let mut left = load(&lanes.session[0]);
                    if NK == 4 {
                        expand::<NK>(card, |round, key| step(&mut left, round, NK + 6, key));
                        key_words(left, left)
                    } else {
                        let mut right = load(&lanes.session[1]);
                        expand::<NK>(card, |round, key| {
                            step(&mut left, round, NK + 6, key);
                            step(&mut right, round, NK + 6, key);
                        });
                        key_words(left, right)
                    }
                }
            }

            /// FIPS 197 5.2 on words of all lanes; `visit` gets each round key as blocks.
            #[inline]
            #[target_feature(enable = $features)]
            unsafe fn expand<const NK: usize>(
                mut w: [Word; NK],
                mut visit: impl FnMut(usize, State),
            ) {
                // SAFETY: as for `run`.
                unsafe {
                    let rotate = V::splat(&const { undo_shift_rows(1) });
                    let keep = V::splat(&const { undo_shift_rows(0) });
                    // Words 0.. of the next NK: each is its predecessor NK back XOR its neighbour.
                    let next = |w: &mut [Word; NK], rcon: &[u8; 16]| {
                        for g in 0..G {
                            let mut t = w[NK - 1][g].shuffle(rotate).last_round(V::splat(rcon));
                            // Prefix sums do not wait for t, which is the long way.
                            for i in 1..4 {
                                w[i][g] = w[i][g].xor(w[i - 1][g]);
                            }
                            for word in w.iter_mut().take(4) {
                                word[g] = word[g].xor(t);
                            }
                            if NK == 6 {
                                w[4][g] = w[4][g].xor(w[3][g]);
                                w[5][g] = w[5][g].xor(w[4][g]);
                            } else if NK == 8 {
                                t = w[3][g].shuffle(keep).last_round(V::zero());
                                for i in 5..8 {
                                    w[i][g] = w[i][g].xor(w[i - 1][g]);
                                }
                                for word in w.iter_mut().skip(4) {
                                    word[g] = word[g].xor(t);
                                }
                            }
                        }
                    };
                    visit(0, blocks([w[0], w[1], w[2], w[3]]));
                    match NK {
                        4 => {
                            for round in 1..=10 {
                                next(&mut w, &RCON[round - 1]);
                                visit(round, blocks([w[0], w[1], w[2], w[3]]));
                            }
                        }
                        6 => {
                            // Two advances make twelve words, which are three round keys.
                            for turn in 0..4 {
                                let (a, b) = (w[4], w[5]);
                                next(&mut w, &RCON[2 * turn]);
                                visit(3 * turn + 1, blocks([a, b, w[0], w[1]]));
                                visit(3 * turn + 2, blocks([w[2], w[3], w[4], w[5]]));
                                next(&mut w, &RCON[2 * turn + 1]);
                                visit(3 * turn + 3, blocks([w[0], w[1], w[2], w[3]]));
                            }
                        }
                        _ => {
                            for turn in 0..7 {
                                visit(2 * turn + 1, blocks([w[4], w[5], w[6], w[7]]));
                                next(&mut w, &RCON[turn]);
                                visit(2 * turn + 2, blocks([w[0], w[1], w[2], w[3]]));
                            }
                        }
                    }
                }
            }

            /// Leftmost `NK` words of two blocks, one register per word.
            #[inline]
            #[target_feature(enable = $features)]
            unsafe fn key_words<const NK: usize>(left: State, right: State) -> [Word; NK] {
                // SAFETY: as for `run`.
                unsafe {
                    let mut words = [[V::zero(); G]; NK];
                    for g in 0..G {
                        let (left, right) = (transpose(left[g]), transpose(right[g]));
                        for (i, word) in words.iter_mut().enumerate() {
                            word[g] = if i < 4 { left[i] } else { right[i - 4] };
                        }
                    }
                    words
                }
            }

            /// Four words of every lane's schedule as its round key.
            #[inline]
            #[target_feature(enable = $features)]
            unsafe fn blocks(words: [Word; 4]) -> State {
                // SAFETY: as for `run`.
                unsafe {
                    let mut state = [[V::zero(); 4]; G];
                    for (g, state) in state.iter_mut().enumerate() {
                        *state = transpose([words[0][g], words[1][g], words[2][g], words[3][g]]);
                    }
                    state
                }
            }

            /// Blocks to words and back: 4x4 words inside each quadruple of blocks.
            #[inline]
            #[target_feature(enable = $features)]
            unsafe fn transpose(s: [V; 4]) -> [V; 4] {
                // SAFETY: as for `run`.
                unsafe {
                    let a = s[0].unpack_low_32(s[1]);
                    let b = s[0].unpack_high_32(s[1]);
                    let c = s[2].unpack_low_32(s[3]);
                    let d = s[2].unpack_high_32(s[3]);
                    [
                        a.unpack_low_64(c),
                        a.unpack_high_64(c),
                        b.unpack_low_64(d),
                        b.unpack_high_64(d),
                    ]
                }
            }

            /// Round `round` of the cipher (round 0 is the whitening) that has `last` rounds.
            #[inline]
            #[target_feature(enable = $features)]
            unsafe fn step(state: &mut State, round: usize, last: usize, key: State) {
                // SAFETY: as for `run`.
                unsafe {
                    for (block, key) in state.as_flattened_mut().iter_mut().zip(key.as_flattened())
                    {
                        *block = if round == 0 {
                            block.xor(*key)
                        } else if round == last {
                            block.last_round(*key)
                        } else {
                            block.round(*key)
                        };
                    }
                }
            }

            /// Brings the next block of a chain in; the last is padded and gets its subkey.
            #[inline]
            #[target_feature(enable = $features)]
            unsafe fn feed<const STEPS: usize>(
                state: &mut State,
                chain: &Chain<STEPS, N>,
                at: usize,
                k1: &State,
                k2: &State,
            ) {
                // SAFETY: as for `run`.
                unsafe {
                    let number = V::splat(&step_block(at));
                    let [pattern, padding] = [V::splat(&chain.tail[0]), V::splat(&chain.tail[1])];
                    for (i, block) in state.as_flattened_mut().iter_mut().enumerate() {
                        let dropped = V::load(&chain.start, i).equal_64(number).and(*block);
                        *block = block.xor(dropped);
                        let mut input = V::load(&chain.block[at], i);
                        if at + 1 == chain.steps {
                            let k1 = k1.as_flattened()[i].and(V::load(&chain.k1, i));
                            let k2 = k2.as_flattened()[i].and(V::load(&chain.k2, i));
                            *block = block.xor(k1).xor(k2);
                            input = input.shuffle(pattern).xor(padding);
                        }
                        *block = block.xor(input);
                    }
                }
            }

            #[inline]
            #[target_feature(enable = $features)]
            unsafe fn load(blocks: &[[u8; 16]; N]) -> State {
                // SAFETY: as for `run`.
                unsafe {
                    let mut state = [[V::zero(); 4]; G];
                    for (i, block) in state.as_flattened_mut().iter_mut().enumerate() {
                        *block = V::load(blocks, i);
                    }
                    state
                }
            }

            #[inline]
            #[target_feature(enable = $features)]
            unsafe fn store(state: State, blocks: &mut [[u8; 16]; N]) {
                // SAFETY: as for `run`.
                unsafe {
                    for (i, block) in state.as_flattened().iter().enumerate() {
                        block.store(blocks, i);
                    }
                }
            }
        }
    };
}
pub(super) use kernel;
