//! Sums over calls, and the rows of one table of a report.

use crate::domain::PicoUsd;
use crate::store::engine::{Row, StoreError};

/// The most rows of one table of a report; the other rows are summed up as everything else.
pub const REPORT_ROWS: u32 = 50;

/// Sums of the usage of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageSums {
    /// All calls.
    pub requests: i64,
    /// The calls with a status below 400.
    pub successes: i64,
    /// Input tokens, including the cached ones.
    pub prompt: i64,
    /// Output tokens.
    pub completion: i64,
    /// The input tokens that were read from a cache. [`super::report_rows::UsageReport::keys`] does not count them.
    pub cache_read: i64,
    /// The cost of all calls.
    pub cost: PicoUsd,
}

/// The rows of one table, the most expensive first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Top<T> {
    /// At most [`REPORT_ROWS`].
    pub rows: Vec<(T, UsageSums)>,
    /// The sums of all other rows, if there are any.
    pub rest: Option<UsageSums>,
}

impl UsageSums {
    /// Adds other sums to these.
    pub fn add(&mut self, more: &Self) {
        self.requests += more.requests;
        self.successes += more.successes;
        self.prompt += more.prompt;
        self.completion += more.completion;
        self.cache_read += more.cache_read;
        self.cost = PicoUsd::from_pico(self.cost.pico().saturating_add(more.cost.pico()));
    }

    /// These sums minus others.
    pub(in crate::store) fn without(&self, less: &Self) -> Self {
        Self {
            requests: self.requests - less.requests,
            successes: self.successes - less.successes,
            prompt: self.prompt - less.prompt,
            completion: self.completion - less.completion,
            cache_read: self.cache_read - less.cache_read,
            cost: PicoUsd::from_pico(self.cost.pico().saturating_sub(less.cost.pico())),
        }
    }

    pub(in crate::store) fn of(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            requests: row.get("requests")?,
            successes: row.get("successes")?,
            prompt: row.get("prompt_tokens")?,
            completion: row.get("completion_tokens")?,
            cache_read: row.get("cache_read_tokens")?,
            cost: row.get("cost")?,
        })
    }
}

impl<T> Top<T> {
    /// The table of rows that a statement has sorted and cut.
    pub(in crate::store) fn of(rows: Vec<(T, UsageSums)>, totals: &UsageSums) -> Self {
        let mut shown = UsageSums::default();
        rows.iter().for_each(|(_, sums)| shown.add(sums));
        let rest = totals.without(&shown);
        Self {
            rows,
            rest: (rest.requests > 0).then_some(rest),
        }
    }
}

impl Top<String> {
    /// The table of rows that are summed up here by name.
    pub(in crate::store) fn by(rows: &[(i64, String, UsageSums)], totals: &UsageSums) -> Self {
        let mut sums: std::collections::BTreeMap<&str, UsageSums> = std::collections::BTreeMap::new();
        for (_, name, more) in rows {
            sums.entry(name).or_default().add(more);
        }

        let mut rows: Vec<(String, UsageSums)> = sums.into_iter().map(|(name, sums)| (name.to_owned(), sums)).collect();
        rows.sort_by_key(|(_, sums)| std::cmp::Reverse((sums.cost, sums.requests)));
        rows.truncate(REPORT_ROWS as usize);

        Self::of(rows, totals)
    }
}
