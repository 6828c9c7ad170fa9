//! Chance that can be repeated: all that a run draws follows from one seed, which is printed.

use std::time::Duration;

use crossmodel::random;

/// Draws numbers. Two of the same seed draw the same.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Of the seed in `CHAOS_SEED`, else of a new one; says which.
    pub fn announced(what: &str) -> Self {
        let seed = std::env::var("CHAOS_SEED").ok().and_then(|text| text.parse().ok());
        let seed = seed.unwrap_or_else(|| u64::from(u32::from_ne_bytes(random::bytes())));
        println!("{what}: CHAOS_SEED={seed}");
        Self(seed)
    }

    /// Of this seed.
    pub fn of(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number, evenly spread (SplitMix64).
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `most`, both included.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.next() % (most - least + 1)
    }

    /// A time in milliseconds.
    pub fn millis(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(self.between(least, most))
    }
}

/// How often, or how long, something is done: the number in this variable, else `usual`.
pub fn number(variable: &str, usual: u64) -> u64 {
    match std::env::var(variable) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{variable} is to be a number, not `{text}`")),
        Err(_) => usual,
    }
}
