//! How often a provider is tried again.

use std::time::Duration;

/// How often a provider is tried after transient failures, before the next candidate is tried or the client gets the error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retries {
    /// Tries in all; 1 means no retry.
    pub tries: u32,
    /// The pause after the first try; each further pause is twice as long.
    pub first_pause: Duration,
    /// The longest wait for a provider: one that asks for a longer pause is not tried again.
    pub longest_wait: Duration,
    /// Whether the next candidate is tried after a provider that did not answer in time. It may still be at work on the
    /// call, and charge for it.
    pub after_timeout: bool,
}

impl Default for Retries {
    fn default() -> Self {
        Self {
            tries: 2,
            first_pause: Duration::from_millis(250),
            longest_wait: Duration::from_secs(2),
            after_timeout: false,
        }
    }
}
