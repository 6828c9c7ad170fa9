//! Chance that can be repeated: all that a run draws follows from one seed, which is printed.

use std::ops::RangeInclusive;
use std::time::Duration;

use crossmodel::random;
use fastrand::Rng;

/// A generator from the seed in `CHAOS_SEED`, or from a new one. Prints the seed.
pub fn seeded(what: &str) -> Rng {
    let seed = std::env::var("CHAOS_SEED").ok().and_then(|text| text.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from(u32::from_ne_bytes(random::bytes())));
    println!("{what}: CHAOS_SEED={seed}");
    Rng::with_seed(seed)
}

/// A time in milliseconds.
pub fn millis(dice: &mut Rng, range: RangeInclusive<u64>) -> Duration {
    Duration::from_millis(dice.u64(range))
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
