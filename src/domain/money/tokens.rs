//! Tokens by kind, as a provider counts them.

/// Tokens by kind, as the provider counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Tokens {
    /// All input, including the cached part.
    pub prompt: u64,
    /// All output, including thinking.
    pub completion: u64,
    /// The part of `prompt` that was read from a cache.
    pub cache_read: u64,
    /// The part of `prompt` that was written to a cache.
    pub cache_write: u64,
    /// The part of `cache_write` that is kept for an hour instead of minutes, where the provider tells them apart.
    #[serde(default)]
    pub cache_write_1h: u64,
    /// The part of `completion` that is thinking.
    pub reasoning: u64,
}
