//! A histogram of times that costs a call two atomic additions.

use std::sync::atomic::{AtomicU64, Ordering};

/// The largest time of each bucket, in milliseconds; the last bucket has no bound.
const BOUNDS: [u32; 15] = [
    1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000,
];

/// How often times of each length were seen.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    /// Of all times, in milliseconds.
    sum: AtomicU64,
}

/// The contents of a histogram at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct HistogramView {
    /// The upper bound of each bucket in seconds, and how many times fell into it and into no smaller one.
    pub buckets: Vec<(f64, u64)>,
    /// How many times were seen.
    pub count: u64,
    /// Their sum, in seconds.
    pub sum: f64,
}

impl Histogram {
    /// Counts a time in milliseconds.
    pub fn observe(&self, milliseconds: u32) {
        let at = BOUNDS.partition_point(|bound| *bound < milliseconds);
        if let Some(bucket) = self.buckets.get(at) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.sum.fetch_add(u64::from(milliseconds), Ordering::Relaxed);
    }

    /// What it holds now.
    pub fn view(&self) -> HistogramView {
        let bounds = BOUNDS.iter().map(|bound| f64::from(*bound) / 1_000.0);
        let counts = self.buckets.iter().map(|bucket| bucket.load(Ordering::Relaxed));
        let buckets: Vec<(f64, u64)> = bounds.chain([f64::INFINITY]).zip(counts).collect();

        let count = buckets.iter().map(|(_, count)| count).sum();
        let seconds = std::time::Duration::from_millis(self.sum.load(Ordering::Relaxed)).as_secs_f64();
        HistogramView {
            buckets,
            count,
            sum: seconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_falls_into_the_smallest_bucket_that_holds_it() {
        let histogram = Histogram::default();

        for milliseconds in [0, 1, 2, 5, 6, 300_000, 300_001, u32::MAX] {
            histogram.observe(milliseconds);
        }

        let view = histogram.view();
        let filled: Vec<(f64, u64)> = view.buckets.iter().copied().filter(|(_, count)| *count > 0).collect();
        assert_eq!(
            filled,
            [(0.001, 2), (0.005, 2), (0.01, 1), (300.0, 1), (f64::INFINITY, 2)]
        );
        assert_eq!(view.count, 8);
        assert_eq!(view.sum, (14.0 + 600_001.0 + f64::from(u32::MAX)) / 1_000.0);
    }
}
