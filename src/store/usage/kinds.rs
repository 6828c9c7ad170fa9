//! The sums of records that have all their names in common.

use std::collections::HashMap;

use crate::domain::{AccountId, ApiKeyId, Timestamp, UsageRecord};
use crate::store::engine::{Value, args};

#[derive(Clone, Default)]
pub struct Sums<'r> {
    pub requests: i64,
    pub successes: i64,
    pub prompt: i64,
    pub completion: i64,
    pub cache_read: i64,
    pub cache_write: i64,
    pub cache_write_1h: i64,
    pub reasoning: i64,
    pub cost: i64,
    pub last_at: Option<Timestamp>,
    pub last_agent: Option<&'r str>,
}

impl<'r> Sums<'r> {
    /// In the order of the tables' columns.
    pub fn counts(&self) -> Vec<Value> {
        args![
            self.requests,
            self.successes,
            self.prompt,
            self.completion,
            self.cache_read,
            self.cache_write,
            self.cache_write_1h,
            self.reasoning,
            self.cost
        ]
    }

    pub fn add(&mut self, record: &'r UsageRecord) {
        let count = |tokens: u64| i64::try_from(tokens).unwrap_or(i64::MAX);
        let tokens = &record.tokens;
        self.requests += 1;
        self.successes += i64::from(record.status < 400);

        for (sum, more) in [
            (&mut self.prompt, count(tokens.prompt)),
            (&mut self.completion, count(tokens.completion)),
            (&mut self.cache_read, count(tokens.cache_read)),
            (&mut self.cache_write, count(tokens.cache_write)),
            (&mut self.cache_write_1h, count(tokens.cache_write_1h)),
            (&mut self.reasoning, count(tokens.reasoning)),
            (&mut self.cost, record.cost.pico()),
        ] {
            *sum = sum.saturating_add(more);
        }

        self.used(Some(record.at), record.agent.as_deref());
    }

    pub fn merge(&mut self, other: &Self) {
        self.requests += other.requests;
        self.successes += other.successes;
        for (sum, more) in [
            (&mut self.prompt, other.prompt),
            (&mut self.completion, other.completion),
            (&mut self.cache_read, other.cache_read),
            (&mut self.cache_write, other.cache_write),
            (&mut self.cache_write_1h, other.cache_write_1h),
            (&mut self.reasoning, other.reasoning),
            (&mut self.cost, other.cost),
        ] {
            *sum = sum.saturating_add(more);
        }
        self.used(other.last_at, other.last_agent);
    }

    fn used(&mut self, at: Option<Timestamp>, agent: Option<&'r str>) {
        if self.last_at <= at {
            self.last_at = at;
            self.last_agent = agent.or(self.last_agent);
        }
    }
}

/// Records of one kind are summed up together: key, account, hour, requested name, alias, model, provider.
pub type Kind<'r> = (ApiKeyId, AccountId, i64, &'r str, &'r str, &'r str, &'r str);

/// The sums of each kind, in the order of the first record of each.
pub fn kinds<'r>(records: &[&'r UsageRecord]) -> Vec<(Kind<'r>, Sums<'r>)> {
    let mut places: HashMap<Kind<'r>, usize, ahash::RandomState> = HashMap::default();
    let mut kinds: Vec<(Kind<'r>, Sums<'r>)> = Vec::new();
    for record in records {
        let alias = record.alias.as_ref().map_or("", |(name, _)| name.as_str());
        let names = (
            record.requested.as_str(),
            alias,
            record.model.as_str(),
            record.provider.as_str(),
        );
        let kind = (
            record.key,
            record.account,
            record.at.hour(),
            names.0,
            names.1,
            names.2,
            names.3,
        );
        let place = *places.entry(kind).or_insert_with(|| {
            kinds.push((kind, Sums::default()));
            kinds.len() - 1
        });
        if let Some((_, sums)) = kinds.get_mut(place) {
            sums.add(record);
        }
    }
    kinds
}
