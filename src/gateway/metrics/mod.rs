//! Counters for the operator, which `/metrics` shows. They cost a call a few atomic additions.

mod histogram;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use parking_lot::Mutex;

pub(super) use histogram::{Histogram, HistogramView};

use crate::domain::{Protocol, ProviderId};

/// Counters since the start.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    /// Responses by status: 2xx, 4xx, 5xx, and 499 for clients that left.
    responses: [AtomicU64; 4],
    in_flight: AtomicI64,
    calls: AtomicU64,
    /// By what was changed in a request or answer, and by provider.
    adapted: Mutex<BTreeMap<(Cow<'static, str>, ProviderId), u64>>,
    times: Mutex<BTreeMap<(ProviderId, &'static str), Arc<CallTimes>>>,
}

/// How long calls to one address of a provider take.
#[derive(Debug, Default)]
pub(super) struct CallTimes {
    /// From the request's arrival to the end of its response.
    pub latency: Histogram,
    /// From the request's arrival to the first byte of the answer's content.
    pub first_byte: Histogram,
    /// From the request's arrival until the provider is sent it: what this gateway adds before.
    pub queue: Histogram,
}

impl CallTimes {
    /// Counts a call that has ended. All times are in milliseconds; `first_byte` is `None` if no content came.
    pub(super) fn observe(&self, latency: u32, first_byte: Option<u32>, queue: u32) {
        self.latency.observe(latency);
        self.queue.observe(queue);
        if let Some(first_byte) = first_byte {
            self.first_byte.observe(first_byte);
        }
    }
}

/// The names of the kinds of responses.
const KINDS: [&str; 4] = ["2xx", "4xx", "5xx", "499"];

impl Metrics {
    pub(super) fn count_response(&self, status: u16) {
        let [ok, client, server, gone] = &self.responses;
        let counter = match status {
            499 => gone,
            400..=498 => client,
            500.. => server,
            _ => ok,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a call to a provider that begins.
    pub(super) fn began(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a call to a provider that has ended.
    pub(super) fn ended(&self) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
    }

    /// Counts the changes of a call. Takes a lock: most calls have none and do not ask.
    pub(super) fn count_adapted(&self, provider: &ProviderId, labels: impl Iterator<Item = Cow<'static, str>>) {
        let mut adapted = self.adapted.lock();
        for label in labels {
            *adapted.entry((label, provider.clone())).or_default() += 1;
        }
    }

    /// How many calls had each change, by provider.
    pub(super) fn adapted(&self) -> Vec<((Cow<'static, str>, ProviderId), u64)> {
        let adapted = self.adapted.lock();
        adapted.iter().map(|(of, count)| (of.clone(), *count)).collect()
    }

    /// Calls to providers now.
    pub(super) fn in_flight(&self) -> i64 {
        self.in_flight.load(Ordering::Relaxed)
    }

    /// Calls to providers so far.
    pub(super) fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// How many responses of each kind there were.
    pub(super) fn responses(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let counts = self.responses.iter().map(|count| count.load(Ordering::Relaxed));
        KINDS.into_iter().zip(counts)
    }

    /// The times of calls to a provider in one protocol. Takes a lock: an address asks once and keeps them.
    pub(super) fn times_of(&self, provider: &ProviderId, protocol: Protocol) -> Arc<CallTimes> {
        Arc::clone(
            self.times
                .lock()
                .entry((provider.clone(), protocol.as_str()))
                .or_default(),
        )
    }

    /// All times, by provider and protocol.
    pub(super) fn times(&self) -> Vec<((ProviderId, &'static str), Arc<CallTimes>)> {
        let times = self.times.lock();
        times
            .iter()
            .map(|(of, times)| (of.clone(), Arc::clone(times)))
            .collect()
    }
}
