//! Random numbers.

/// A generator for rand(): xorshift64*, seeded through splitmix64. Its numbers are not gawk's.
pub struct Random {
    state: u64,
    seed: f64,
}

impl Random {
    pub fn new(seed: u64) -> Random {
        let mut random = Random {
            state: 0,
            seed: seed as f64,
        };
        random.seed(seed as f64);
        random
    }

    /// Starts anew; answers the seed before.
    pub fn seed(&mut self, seed: f64) -> f64 {
        let mut z = (seed.to_bits() ^ (seed as i64 as u64)).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        self.state = (z ^ (z >> 31)).max(1);
        std::mem::replace(&mut self.seed, seed)
    }

    /// In [0, 1).
    pub fn next(&mut self) -> f64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        (self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11) as f64 / (1_u64 << 53) as f64
    }
}
