//! Tokens by kind, as a provider counts them.

/// Tokens by kind, as the provider counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Tokens {
    /// All input, the cached part included.
    pub prompt: u64,
    /// All output, the thinking included.
    pub completion: u64,
    /// Of `prompt`, read from a cache.
    pub cache_read: u64,
    /// Of `prompt`, written to a cache.
    pub cache_write: u64,
    /// Of `cache_write`, kept for an hour instead of minutes, where the provider tells them apart.
    #[serde(default)]
    pub cache_write_1h: u64,
    /// Of `completion`, thinking.
    pub reasoning: u64,
}
