//! Counters for whoever watches.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Counters since the start.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    /// Answers by their status: 2xx, 4xx, 5xx, and 499 for clients that left.
    answers: [AtomicU64; 4],
    in_flight: AtomicI64,
    calls: AtomicU64,
}

/// The names of the kinds of answers.
const KINDS: [&str; 4] = ["2xx", "4xx", "5xx", "499"];

impl Metrics {
    /// Counts an answer.
    pub(super) fn count_response(&self, status: u16) {
        let [ok, client, server, gone] = &self.answers;
        let counter = match status {
            499 => gone,
            400..=498 => client,
            500.. => server,
            _ => ok,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// A call to a provider begins.
    pub(super) fn began(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// A call to a provider has ended.
    pub(super) fn ended(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    /// Calls to providers now.
    pub(super) fn in_flight(&self) -> i64 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Calls to providers so far.
    pub(super) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Answers by kind.
    pub(super) fn answers(&self) -> impl Iterator<Item = (&'static str, u64)> {
        KINDS
            .iter()
            .copied()
            .zip(self.answers.iter().map(|n| n.load(Ordering::Relaxed)))
    }
}
