//! Numbers that look random and are the same in every build: SplitMix64 (Steele, Lea, Flood 2014).

/// A stream of numbers.
pub(super) struct Random(u64);

impl Random {
    /// The stream of a seed and what it is for.
    pub(super) fn new(seed: u64, purpose: &[u64]) -> Self {
        let mut stream = Self(seed);
        for part in purpose {
            stream.0 = stream.next() ^ part.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        }
        stream
    }

    pub(super) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number less than `bound`; the bias is far below what a sample shows.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let wide = u128::from(self.next()) * u128::from(bound);
        (wide >> 64) as u64
    }

    pub(super) const fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[0]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_numbers_of_seed_1234567() {
        // Published with the reference implementation's tests (Rosetta Code, "Pseudo-random numbers/Splitmix64").
        let mut random = Random::new(1_234_567, &[]);
        let numbers: Vec<_> = (0..5).map(|_| random.next()).collect();
        assert_eq!(
            numbers,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ]
        );
    }
}
