//! The model: what the tables must have after a trace, computed in the simplest way.

use std::collections::BTreeMap;

use crate::domain::{CallState, PicoUsd, RequestId, UsageRecord};

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub state: CallState,
    /// In pico-USD.
    pub cost: i64,
}

/// The steps of a call, and which of them the spool has confirmed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ExpectedCall {
    pub began_surely: bool,
    pub end: Option<End>,
    pub ended_surely: bool,
}

impl ExpectedCall {
    /// The ends that the record may have; `None` if the record may be missing.
    fn allowed(&self) -> Vec<Option<End>> {
        let unknown = End {
            state: CallState::Unknown,
            cost: 0,
        };
        let mut allowed = Vec::new();
        if !self.ended_surely {
            allowed.push(Some(unknown));
            if !self.began_surely {
                allowed.push(None);
            }
        }
        if self.end.is_some() {
            allowed.push(self.end);
        }
        allowed
    }
}

/// All calls and all credit of a trace.
#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub credits: i64,
    pub calls: BTreeMap<RequestId, ExpectedCall>,
    pub refused: usize,
    pub crashes: usize,
    /// Traces in which a query took effect after all was cleared up, and had to be cleared up once more.
    pub late: usize,
    pub states: BTreeMap<&'static str, usize>,
}

impl Model {
    /// Checks the records, and returns their cost.
    pub(super) fn agrees(&mut self, records: &[UsageRecord]) -> i64 {
        let mut found: BTreeMap<RequestId, End> = BTreeMap::new();
        for record in records {
            let end = End {
                state: record.state,
                cost: record.cost.pico(),
            };
            assert!(found.insert(record.id, end).is_none(), "{} has two records", record.id);
            assert!(self.calls.contains_key(&record.id), "{} was never made", record.id);
            *self.states.entry(record.state.as_str()).or_default() += 1;
        }
        for (id, expected) in &self.calls {
            let end = found.get(id).copied();
            assert!(expected.allowed().contains(&end), "{id}: {end:?} after {expected:?}");
        }
        records.iter().map(|record| record.cost).map(PicoUsd::pico).sum()
    }

    /// The cost of the calls whose end the spool has confirmed.
    pub(super) fn surely_spent(&self) -> i64 {
        self.calls
            .values()
            .filter(|expected| expected.ended_surely)
            .filter_map(|expected| expected.end)
            .map(|end| end.cost)
            .sum()
    }

    /// Adds the counts of another trace.
    pub(super) fn add(&mut self, other: &Self) {
        self.refused += other.refused;
        self.crashes += other.crashes;
        self.late += other.late;
        for (state, count) in &other.states {
            *self.states.entry(state).or_default() += count;
        }
    }

    pub(super) fn summary(&self) -> String {
        let Self {
            crashes,
            refused,
            late,
            states,
            ..
        } = self;
        format!(
            "{crashes} crashes, {refused} calls refused, {late} traces with something late, records by state: {states:?}"
        )
    }
}
